/* emit_kernels: which kernels a model needs, and their text.
 *
 * A kernel is needed if the run function mentions it, or the text of a needed one does: all of that is C, so its
 * identifiers are all there is to look at. No other name in the file is spelt like a kernel (emit_names.c).
 *
 * For a named target, kernels are resolved first, and of those that are a block of several items, macros and inline
 * functions come only where they are mentioned. */
#include "emit/emit.h"

#include "emit/resolve.h"

#include <stdlib.h>
#include <string.h>

/* A macro, or a group of them, or an inline function of a block; or what is always part of it. */
typedef struct Piece {
    const char *text;
    bool taken;
} Piece;

typedef struct {
    int count, capacity;
    Piece **items;
} Pieces;

typedef struct {
    int count, capacity;
    const Kernel **items;
    Macros *macros; /* NULL: kernels are pasted as they stand in the library */
    Map *seen;
    Map *pieces; /* text of a kernel -> Pieces */
    Map *owners; /* word -> the Piece that comes only where it is mentioned */
} Needed;

static void need_word(Needed *needed, const char *word);

/* Needs everything that a text mentions. Comments and strings are passed over: these have words of the model. */
static void need_mentioned(Needed *needed, const char *s)
{
    char word[256];
    bool tagged = false; /* the last word was struct or enum */
    while (*s) {
        const char *closed = skip_closed(s);
        if (closed > s) {
            s = closed;
            continue;
        }
        size_t n = word_length(s);
        if (!n) {
            s++;
            continue;
        }
        if (n < sizeof word - 8) {
            snprintf(word, sizeof word, "%s%.*s", tagged ? "struct " : "", (int)n, s);
            need_word(needed, word);
            tagged = !tagged && n == 6 && !memcmp(s, "struct", 6);
        }
        s += n;
    }
}

/* -- the pieces of a kernel --------------------------------------------------------------------------- */

/* The length of what stands before the next empty line that is in no function and no conditional. */
static size_t piece_length(const char *s)
{
    const char *at = s;
    for (int depth = 0, conditionals = 0; *at && (depth || conditionals || strncmp(at, "\n\n", 2) != 0);) {
        bool begins_line = at == s || at[-1] == '\n';
        const char *after = skip_closed(at);
        if (begins_line && !strncmp(at, "#if", 3)) conditionals++;
        if (begins_line && !strncmp(at, "#endif", 6)) conditionals--;
        if (after == at) {
            if (*at == '{') depth++;
            if (*at == '}') depth--;
            after++;
        }
        at = after;
    }
    return (size_t)(at - s);
}

static void own(Needed *needed, Piece *piece, const char *word, size_t length)
{
    map_put(needed->owners, foreign(mem_strndup(word, length)), piece);
}

/* Nothing but directives and comments? */
static bool only_directives(const char *s)
{
    for (; *(s = skip_space(s)); s += line_length(s))
        if (*s != '#') return false;
    return true;
}

/* The names of an inline function or of macros, if a piece consists of one or of those. */
static bool own_names(Needed *needed, Piece *piece)
{
    const char *s = skip_space(piece->text), *end = strchr(s, '(');
    if (!strncmp(s, "static inline ", 14) && end) {
        size_t n = 0;
        while (word_char(end[-1 - (ptrdiff_t)n])) n++;
        own(needed, piece, end - n, n);
        return true;
    }
    if (!only_directives(s)) return false;
    for (const char *at = s; (at = strstr(at, "#define ")); at += 8) own(needed, piece, at + 8, word_length(at + 8));
    return true;
}

/* What an item consists of where it is resolved; nothing but comments is nothing. */
static void split(Needed *needed, const char *text, Pieces *pieces)
{
    while (*(text += strspn(text, "\n"))) {
        size_t n = piece_length(text);
        if (*skip_space(text) && skip_space(text) < text + n) {
            mem_grow(&pieces->items, &pieces->capacity, pieces->count + 1, sizeof(Piece *));
            Piece *piece = mem_alloc(sizeof *piece);
            pieces->items[pieces->count++] = piece;
            piece->text = mem_printf("%.*s\n", (int)n - (text[n - 1] == '\n'), text);
        }
        text += n;
    }
    for (int i = 0; i < pieces->count; i++)
        pieces->items[i]->taken = pieces->count == 1 || !own_names(needed, pieces->items[i]);
}

static const Pieces *pieces_of(Needed *needed, const Kernel *k)
{
    Pieces *pieces = map_get(needed->pieces, foreign(k->text));
    if (pieces) return pieces;
    pieces = mem_alloc(sizeof *pieces);
    map_put(needed->pieces, foreign(k->text), pieces);
    if (needed->macros) {
        split(needed, resolve_kernel(needed->macros, k), pieces);
        return pieces;
    }
    mem_grow(&pieces->items, &pieces->capacity, 1, sizeof(Piece *));
    pieces->items[pieces->count++] = mem_dup(&(Piece){k->text, true}, sizeof(Piece));
    return pieces;
}

static void need_kernel(Needed *needed, const Kernel *k)
{
    if (map_get(needed->seen, foreign(k->text))) return;
    map_put(needed->seen, foreign(k->text), (void *)k);
    const Pieces *pieces = pieces_of(needed, k);
    for (int i = 0; i < pieces->count; i++)
        if (pieces->items[i]->taken) need_mentioned(needed, pieces->items[i]->text);
    mem_grow(&needed->items, &needed->capacity, needed->count + 1, sizeof *needed->items);
    needed->items[needed->count++] = k;
}

static void need_word(Needed *needed, const char *word)
{
    const Kernel *k = kernel_find(word);
    if (k) need_kernel(needed, k);
    Piece *piece = map_get(needed->owners, foreign(word));
    if (!piece || piece->taken) return;
    piece->taken = true;
    need_mentioned(needed, piece->text);
}

/* -- all of them --------------------------------------------------------------------------------------- */

static int by_table_order(const void *a, const void *b)
{
    const Kernel *x = *(const Kernel *const *)a, *y = *(const Kernel *const *)b;
    return (x > y) - (x < y);
}

/* Does the definition of a function begin here? In a macro, too, whose lines end with a backslash. */
static bool begins_function(const char *s)
{
    char before = '\0';
    if (strncmp(s, "static ", 7) != 0) return false;
    for (; *s && !strchr("{;=", *s); s++)
        if (!strchr(" \\\n", *s)) before = *s;
    return *s == '{' && before == ')';
}

/* Is the line that s stands in part of a directive? */
static bool is_in_directive(const char *text, const char *s)
{
    const char *line = s;
    while (line > text && line[-1] != '\n') line--;
    return *line == '#' || (line > text + 1 && line[-2] == '\\');
}

/* The attribute shares the line of the function's head where that is all of it and the page is wide enough. */
static bool shares_line(const char *attribute, const char *head)
{
    size_t length = strcspn(head, "\n"), body = strcspn(head, "{");
    return strlen(attribute) + 1 + length <= PAGE && (body < length || head[length + 1] == '{');
}

/* Each function with the attribute that places it. */
static void emit_placed(const char *text, const char *attribute, FILE *f)
{
    for (const char *s = text; *s;) {
        const char *after = skip_closed(s);
        size_t length = after > s ? (size_t)(after - s) : word_length(s) ? word_length(s) : 1;
        if (begins_function(s) && shares_line(attribute, s)) fprintf(f, "%s ", attribute);
        else if (begins_function(s)) fprintf(f, "%s%s\n", attribute, is_in_directive(text, s) ? " \\" : "");
        fwrite(s, 1, length, f);
        s += length;
    }
}

static void emit_kernel(const Pieces *pieces, const char *attribute, FILE *f)
{
    for (int i = 0; i < pieces->count; i++) {
        if (!pieces->items[i]->taken) continue;
        emit_placed(pieces->items[i]->text, attribute, f);
        fputc('\n', f);
    }
}

void emit_kernels(const char *run_function, Macros *macros, const char *attribute, FILE *f)
{
    Needed needed = {.macros = macros, .seen = map_new(), .pieces = map_new(), .owners = map_new()};
    need_mentioned(&needed, run_function);
    if (!needed.count) return;
    qsort(needed.items, (size_t)needed.count, sizeof *needed.items, by_table_order);
    /* in the library's order, but for kernels that another one calls: before it */
    Needed ordered = {.macros = macros, .seen = map_new(), .pieces = needed.pieces, .owners = needed.owners};
    for (int i = 0; i < needed.count; i++) need_kernel(&ordered, needed.items[i]);
    emit_heading("Kernels: only those this model calls", f);
    for (int i = 0; i < ordered.count; i++) emit_kernel(pieces_of(&ordered, ordered.items[i]), attribute, f);
}
