/* stack_bound: how much stack a call of the generated C may take, told from its text before a compiler has seen it.
 *
 * A function's frame is estimated from above: what compilers save for any function, a word for each parameter and local
 * variable up to the number beyond which they share places, and all of its local arrays and structs. The bound is the
 * deepest chain of frames; functions that are called by a pointer, or made by macros, come on top of it once. Chains
 * have been seen to be up to a sixth deeper, so that a fifth is added: tests/stack.py holds gcc's -fstack-usage against
 * it. */
#include "emit/emit.h"

#include "emit/resolve.h"

#include <stdlib.h>
#include <string.h>

/* What a class of processors takes, in bytes; `most`: variables that have a place each. */
typedef struct {
    int word, vector, saved, inlined, most, library;
} Costs;

static const Costs small = {4, 16, 40, 8, 20, 40};
static const Costs large = {8, 64, 224, 80, 48, 256};

/* A function, or a macro: its text is part of those that mention it. */
typedef struct {
    const char *text, *end;
    bool is_inline, apart, loose, entered; /* apart: never inlined; loose: called by a pointer, or a macro's */
    int64_t bytes, own;                    /* of its arrays and structs; of its frame */
    int64_t extent, deepest;               /* bytes with what it may inline; its frame and those of what it calls */
} Routine;

typedef struct {
    const Costs *costs;
    Map *routines; /* name -> Routine */
    Map *structs;  /* name -> int64_t *: its bytes */
    Map *numbers;  /* macro or enumerator -> int64_t * */
    Routine **all;
    int count, capacity;
    int64_t bytes, variables; /* of the function that is read */
} Scan;

static bool is_word(const char *s, const char *word)
{
    size_t length = word_length(s);
    return length == strlen(word) && !memcmp(s, word, length);
}

static bool is_one_of(const char *s, const char *const *words)
{
    for (; *words; words++)
        if (is_word(s, *words)) return true;
    return false;
}

static const char *after_word(const char *s)
{
    return skip_space(s + word_length(s));
}

static void *find(Map *map, const char *s)
{
    return map_get(map, foreign(mem_strndup(s, word_length(s))));
}

static void note(Map *map, const char *s, int64_t n)
{
    map_put(map, foreign(mem_strndup(s, word_length(s))), mem_dup(&n, sizeof n));
}

/* -- sizes ---------------------------------------------------------------------------------------- */

/* The value of a sum or a product of numbers and names of numbers, up to `end`; what is not known is many. */
static int64_t number(const Scan *r, const char *s, const char *end)
{
    enum { MANY = 64 };
    int64_t product = 1;
    char before = '*';
    for (; s < end; s = skip_space(s)) {
        size_t length = word_length(s);
        const int64_t *known = length ? find(r->numbers, s) : NULL;
        int64_t n = *s >= '0' && *s <= '9' ? strtoll(s, NULL, 0) : known ? *known : MANY;
        if (length && before == '+') product += n;
        else if (length && before == '-') product -= n;
        else if (length && before == '/') product /= n ? n : 1;
        else if (length) product *= n;
        if (!length) before = *s;
        s += length ? length : 1;
    }
    return product > 0 ? product : 1;
}

static int64_t bytes_of_type(const Scan *r, const char *type)
{
    static const char *const bytes[] = {"char", "bool", "int8_t", "uint8_t", NULL};
    static const char *const shorts[] = {"short", "int16_t", "uint16_t", NULL};
    static const char *const words[] = {"int", "unsigned", "float", "int32_t", "uint32_t", NULL};
    static const char *const longs[] = {"double", "int64_t", "uint64_t", NULL};
    static const char *const pointers[] = {"size_t", "ptrdiff_t", "uintptr_t", "intptr_t", NULL};
    const int64_t *of_struct = find(r->structs, type);
    if (of_struct) return *of_struct;
    if (is_one_of(type, bytes)) return 1;
    if (is_one_of(type, shorts)) return 2;
    if (is_one_of(type, words)) return 4;
    if (is_one_of(type, longs)) return 8;
    return is_one_of(type, pointers) ? r->costs->word : r->costs->vector;
}

/* -- declarations --------------------------------------------------------------------------------- */

static const char *skip_qualifiers(const char *s, bool *pointer)
{
    static const char *const qualifiers[] = {"const",  "volatile", "restrict", "register",
                                             "struct", "union",    "enum",     NULL};
    for (;; s = skip_space(s)) {
        if (*s == '*') *pointer = true, s++;
        else if (is_one_of(s, qualifiers)) s += word_length(s);
        else return s;
    }
}

/* The number of elements in braces. */
static int64_t elements_in(const char *open)
{
    const char *end = skip_balanced(open) - 1;
    int64_t n = 1;
    for (const char *s = open + 1; s < end;) {
        const char *after = strchr("([{", *s) ? skip_balanced(s) : skip_closed(s);
        n += *s == ',';
        s = after > s ? after : s + 1;
    }
    return n;
}

/* To the comma or semicolon that ends a declarator. */
static const char *end_of_declarator(const char *s)
{
    while (*s && *s != ',' && *s != ';') {
        const char *after = strchr("([{", *s) ? skip_balanced(s) : skip_closed(s);
        s = after > s ? after : s + 1;
    }
    return s;
}

/* A declarator after its type: its bytes go to r->bytes if it is an array or a struct, else it is a variable. */
static const char *read_declarator(Scan *r, const char *type, bool pointer, const char *name)
{
    const char *s = after_word(name);
    int64_t bytes = pointer ? r->costs->word : bytes_of_type(r, type), count = 1;
    bool large_one = (!pointer && find(r->structs, type)) || *s == '[';
    for (const char *end; *s == '['; s = skip_space(end)) {
        end = skip_balanced(s);
        const char *content = skip_space(s + 1), *open = strchr(end, '{');
        count *= content < end - 1 ? number(r, content, end - 1) : open ? elements_in(open) : 1;
    }
    if (large_one) r->bytes += (bytes * count + r->costs->word - 1) / r->costs->word * r->costs->word;
    else r->variables += (bytes + r->costs->word - 1) / r->costs->word;
    return end_of_declarator(s);
}

/* Reads the declaration that begins at s, up to its end; s: none does. */
static const char *read_declaration(Scan *r, const char *s)
{
    static const char *const others[] = {"return", "goto", "case", "else", "typedef", "static", "extern", NULL};
    bool pointer = false;
    const char *type = skip_qualifiers(s, &pointer);
    if (pointer || !word_length(type) || is_one_of(type, others) || (*type >= '0' && *type <= '9')) return s;
    const char *at = after_word(type);
    if (is_word(type, "unsigned") && word_length(at) && is_word(at, "char")) type = at, at = after_word(at);
    at = skip_qualifiers(at, &pointer);
    if (!word_length(at) || !strchr("=;,[", *after_word(at))) return s;
    for (;;) {
        at = read_declarator(r, type, pointer, at);
        if (*at != ',') return at;
        pointer = false;
        at = skip_qualifiers(skip_space(at + 1), &pointer);
        if (!word_length(at)) return at;
    }
}

/* The bytes of the declarations between braces, each array and variable in full. */
static int64_t bytes_of_fields(Scan *r, const char *open)
{
    const char *end = skip_balanced(open) - 1, *s = skip_space(open + 1);
    r->bytes = r->variables = 0;
    while (s < end) {
        const char *after = read_declaration(r, s);
        if (after == s) r->variables++, after = end_of_declarator(s);
        s = *after ? skip_space(after + 1) : end;
    }
    return r->bytes + r->variables * r->costs->word;
}

/* -- what the text defines ------------------------------------------------------------------------- */

static Routine *new_routine(Scan *r, const char *name, const char *text, const char *end)
{
    Routine *n = mem_alloc(sizeof *n);
    *n = (Routine){.text = text, .end = end};
    map_put(r->routines, foreign(mem_strndup(name, word_length(name))), n);
    mem_grow(&r->all, &r->capacity, r->count + 1, sizeof *r->all);
    r->all[r->count++] = n;
    return n;
}

/* #define NAME number, or NAME(...) text. A macro that makes functions is called by names that are not there. */
static void read_directive(Scan *r, const char *s)
{
    const char *end = s + line_length(s), *name = s + sizeof "#define " - 1;
    if (strncmp(s, "#define ", sizeof "#define " - 1) != 0) return;
    const char *value = name + word_length(name);
    if (*value == '(') {
        Routine *n = new_routine(r, name, skip_balanced(value), end);
        n->loose = strncmp(skip_space(n->text), "static ", 7) == 0;
    } else if (*skip_space(value) && skip_space(value) < end) note(r->numbers, name, number(r, skip_space(value), end));
}

static void read_enumerators(Scan *r, const char *open)
{
    const char *end = skip_balanced(open) - 1;
    for (const char *s = skip_space(open + 1); s < end; s = skip_space(s + 1)) {
        const char *name = s, *value = after_word(s);
        s = end_of_declarator(value);
        if (*value == '=') note(r->numbers, name, number(r, value + 1, s < end ? s : end));
        if (s >= end) return;
    }
}

/* What begins at the top level with s; returns where it ends. */
static const char *read_item(Scan *r, const char *s)
{
    const char *brace = s, *name = NULL;
    bool is_struct = is_word(s, "struct") || is_word(s, "union") || is_word(s, "typedef"), is_inline = false,
         apart = false;
    for (; *brace && *brace != '{' && *brace != ';' && *brace != '=';) {
        const char *after = *brace == '(' ? skip_balanced(brace) : skip_closed(brace);
        if (is_word(brace, "inline")) is_inline = true;
        if (is_word(brace, "APART") || is_word(brace, "NOT_INLINED")) apart = true;
        if (word_length(brace) && *after_word(brace) == '(' && !name) name = brace;
        brace = after > brace ? after : brace + (word_length(brace) ? word_length(brace) : 1);
    }
    if (*brace != '{') return end_of_declarator(brace);
    const char *end = skip_balanced(brace);
    if (is_word(s, "enum")) read_enumerators(r, brace);
    else if (is_struct) note(r->structs, after_word(s), bytes_of_fields(r, brace));
    else if (name) {
        Routine *n = new_routine(r, name, after_word(name), end);
        n->is_inline = is_inline, n->apart = apart;
    }
    return end;
}

static void read_text(Scan *r, const char *s)
{
    for (s = skip_space(s); *s; s = skip_space(s)) {
        if (*s == '#') read_directive(r, s), s += line_length(s);
        else if (word_length(s)) s = read_item(r, s);
        else s++;
    }
}

/* -- frames ---------------------------------------------------------------------------------------- */

/* After the comment, string, word or character that s begins with. */
static const char *skip_token(const char *s)
{
    const char *after = skip_closed(s);
    if (after > s) return after;
    return s + (word_length(s) ? word_length(s) : 1);
}

/* The bytes of arrays and structs of the block that begins before s, up to its brace or the end: of blocks within that
 * follow one another, those of one. */
static int64_t bytes_of_block(Scan *r, const char **s, const char *end)
{
    bool begins = true; /* a statement, which may be a declaration */
    int64_t own = 0, within = 0;
    for (*s = skip_space(*s); *s < end && **s != '}'; *s = skip_space(skip_token(*s))) {
        r->bytes = 0;
        if (begins && word_length(*s)) read_declaration(r, *s);
        own += r->bytes;
        begins = strchr("{;()", **s) != NULL;
        if (**s != '{') continue;
        (*s)++;
        const int64_t bytes = bytes_of_block(r, s, end);
        if (bytes > within) within = bytes;
        begins = true;
    }
    return own + within;
}

/* Of a macro, what its text declares; of a function, all that it takes. */
static void measure(Scan *r, Routine *n)
{
    const bool is_macro = *n->text != '(';
    const Costs *c = r->costs;
    const char *s = is_macro ? n->text : skip_balanced(n->text);
    r->variables = is_macro ? 0 : elements_in(n->text);
    n->bytes = n->own = bytes_of_block(r, &s, n->end);
    const int64_t variables = c->word * (r->variables < c->most ? r->variables : c->most);
    if (!is_macro) n->own += n->is_inline ? c->inlined : c->saved + variables;
}

static void find_depths(Scan *r, Routine *n);

/* The routine that the word s begins with names; NULL: it names none, or n itself. */
static Routine *called_at(const Scan *r, const char *s, const Routine *n)
{
    Routine *called = skip_closed(s) == s && word_length(s) ? find(r->routines, s) : NULL;
    return called == n ? NULL : called;
}

/* Of what n calls, the deepest counts in full; what compilers may inline beside it can be part of n's own frame. */
static void find_depths(Scan *r, Routine *n)
{
    const Routine *deepest = NULL;
    int64_t inlined = 0;
    if (n->entered) return;
    n->entered = true;
    for (const char *s = n->text; s < n->end; s = skip_token(s)) {
        Routine *called = called_at(r, s, n);
        if (!called) continue;
        find_depths(r, called);
        if (!deepest || called->deepest > deepest->deepest) deepest = called;
        if (*called->text == '(' && *after_word(s) != '(') called->loose = true;
    }
    for (const char *s = n->text; s < n->end; s = skip_token(s)) {
        const Routine *called = called_at(r, s, n);
        if (called && called != deepest && !called->apart && called->extent > inlined) inlined = called->extent;
    }
    const int64_t within = deepest && !deepest->apart && deepest->extent > inlined ? deepest->extent : inlined;
    n->extent = n->bytes + within;
    n->deepest = n->own + inlined + (deepest ? deepest->deepest : r->costs->library);
}

int64_t stack_bound(const Target *target, const char *text, const char *function)
{
    const bool is_small = target_is_scalar(target) && target->guard;
    Scan r = {.costs = is_small ? &small : &large, .routines = map_new(), .structs = map_new(), .numbers = map_new()};
    int64_t pointed = 0;
    read_text(&r, text);
    for (int i = 0; i < r.count; i++) measure(&r, r.all[i]);
    Routine *first = find(r.routines, function);
    find_depths(&r, first);
    for (int i = 0; i < r.count; i++) {
        if (!r.all[i]->loose) continue;
        find_depths(&r, r.all[i]);
        if (r.all[i]->deepest > pointed) pointed = r.all[i]->deepest;
    }
    const int64_t bytes = first->deepest + pointed;
    return (bytes + bytes / 5 + 7) / 8 * 8;
}
