/* emit_layout: lines of C that fit into the page.
 *
 * What emits C writes a statement, a declaration, a comment or a directive as one line, however long. Here such a line
 * gets its indentation, and is broken where a reader would break it: a statement between its outermost arguments, with
 * each struct literal on lines of its own; a comment between its parts. */
#include "emit/emit.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { STEP = 4 }; /* of indentation */

typedef struct {
    FILE *f;
    int indent, further; /* of the first line, and of those that continue it */
} Block;

static void put(const char *text, size_t length, int indent, FILE *f)
{
    while (length && text[length - 1] == ' ') length--;
    fprintf(f, "%*s%.*s\n", length ? indent : 0, "", (int)length, text);
}

/* -- places to break at ------------------------------------------------------------------------ */

/* The length of a string, a character or a comment that begins here; 0: none does. */
static size_t closed_part(const char *s)
{
    if (s[0] == '/' && s[1] == '*') {
        const char *end = strstr(s + 2, "*/");
        return end ? (size_t)(end - s) + 2 : strlen(s);
    }
    if (*s != '"' && *s != '\'') return 0;
    size_t n = 1;
    while (s[n] && s[n] != *s) n += s[n] == '\\' && s[n + 1] ? 2 : 1;
    return n + (s[n] != '\0');
}

/* How loosely an operator that begins here binds, 1 being loosest; 0: none does. */
static int looseness(const char *s)
{
    static const char *const operators[][7] = {{"|| ", "&& ", "? ", ": "},
                                               {"< ", "> ", "<= ", ">= ", "== ", "!= "},
                                               {"+ ", "- "},
                                               {"* ", "/ ", "% "}};
    for (int i = 0; i < 4; i++)
        for (int k = 0; operators[i][k]; k++)
            if (!strncmp(s, operators[i][k], strlen(operators[i][k]))) return i + 1;
    return 0;
}

/* How good it is to begin a line with room for `next` characters at s[at], after a space: least is best. The comment of
 * an argument stays with it. */
static int badness(const char *s, size_t at, int depth, size_t next)
{
    enum { PER_DEPTH = 8, ASSIGNED = 1, ANY_SPACE = 1000 };
    char before = s[at - 2];
    if (before == '/') return -1;
    if (before == ',' || before == ';' || !strncmp(s + at, "return ", 7)) return PER_DEPTH * depth;
    if (before == '=' && s[at - 3] == ' ') return PER_DEPTH * depth + (strlen(s + at) <= next ? 0 : ASSIGNED);
    return looseness(s + at) ? PER_DEPTH * depth + looseness(s + at) : ANY_SPACE + depth;
}

/* Where in s, at the latest within `room`, the next line should begin, which has room for `next`; 0: nowhere. `*depth`
 * is that of s, then that of the place. */
static size_t best_break(const char *s, size_t room, size_t next, int *depth)
{
    size_t best = 0;
    int least = 0, now = *depth, at_best = *depth;
    for (size_t i = 0; s[i] && (i <= room || !best);) {
        size_t skipped = closed_part(s + i);
        int bad = i > 1 && s[i - 1] == ' ' && s[i] != ' ' && (!skipped || s[i] != '\'') ? badness(s, i, now, next) : -1;
        if (bad >= 0 && (!best || bad <= least)) best = i, least = bad, at_best = now;
        now += (strchr("([{", s[i]) != NULL) - (strchr(")]}", s[i]) != NULL);
        i += skipped ? skipped : 1;
    }
    *depth = at_best;
    return best;
}

static void fill(const char *s, int depth, const Block *b)
{
    size_t room = (size_t)(PAGE - b->indent), next = (size_t)(PAGE - b->further), at;
    int indent = b->indent;
    while (strlen(s) > room && (at = best_break(s, room, next, &depth)) != 0) {
        put(s, at, indent, b->f);
        s += at;
        indent = b->further;
        room = next;
    }
    put(s, strlen(s), indent, b->f);
}

/* -- struct literals --------------------------------------------------------------------------- */

static const char local_start[] = "const struct ", constant_start[] = "static const struct ";

/* The brace that closes s[0]. */
static size_t closing(const char *s)
{
    int depth = 0;
    for (size_t i = 0; s[i]; i++) {
        depth += (strchr("([{", s[i]) != NULL) - (strchr(")]}", s[i]) != NULL);
        if (!depth) return i;
    }
    internal_error("a brace is never closed: %s", s);
}

/* ".kernel_h" is of the family ".kernel"; a field whose name is one word has none, and length 0. */
static size_t family_length(const char *field)
{
    size_t length = strcspn(field, " ");
    while (length && field[length] != '_') length--;
    return length;
}

static bool are_family(const char *a, const char *b)
{
    size_t length = family_length(a);
    return length && family_length(b) == length && !memcmp(a, b, length);
}

static size_t field_length(const char *field, const char *end)
{
    const char *next = strstr(field, ", .");
    return next && next < end ? (size_t)(next - field) + 2 : (size_t)(end - field);
}

/* Three fields of a family are one thing, such as a size along three dimensions: they get a line. */
static bool is_group(const char *field, const char *end)
{
    for (int i = 0; i < 2; i++) {
        const char *next = field + field_length(field, end);
        if (next >= end || !are_family(field, next)) return false;
        field = next;
    }
    return true;
}

/* The length of the fields from `field` on that share a line: a group, or those up to the next one. */
static size_t line_of_fields(const char *field, const char *end, size_t room)
{
    size_t length = field_length(field, end);
    bool in_group = is_group(field, end);
    for (const char *last = field; field + length < end;) {
        const char *next = field + length, *after = next + field_length(next, end);
        if (in_group ? !are_family(last, next) : is_group(next, end)) break;
        if ((size_t)(after - field) > room + 1) break;
        last = next;
        length = (size_t)(after - field);
    }
    return length;
}

/* static const struct X name = { ... }; */
static void put_literal(const char *s, int indent, FILE *f)
{
    if (strlen(s) <= (size_t)(PAGE - indent)) {
        fill(s, 0, &(Block){f, indent, indent});
        return;
    }
    const char *open = strchr(s, '{'), *close = open + closing(open), *field = open + 1;
    put(s, (size_t)(field - s), indent, f);
    indent += STEP;
    for (size_t length; field < close; field += length) {
        length = line_of_fields(field, close, (size_t)(PAGE - indent) - 1);
        bool is_last = field + length >= close;
        const char *line = is_last ? field : mem_strndup(field, length - 1);
        fill(line, 0, &(Block){f, indent, indent + STEP});
    }
}

static void put_statement(const char *s, const Block *b)
{
    bool is_literal = !strncmp(s, constant_start, sizeof constant_start - 1) ||
                      !strncmp(s, local_start, sizeof local_start - 1);
    if (is_literal) put_literal(s, b->indent, b->f);
    else fill(s, 0, b);
}

/* -- comments ---------------------------------------------------------------------------------- */

typedef enum {
    PROSE,   /* any space is as good as another */
    OF_STEP, /* STEP(); and of the comment after it: Conv "name": what it reads -> what it writes, more */
    OPTIONS, /* --name digits --dim batch=1..4 */
} Speech;

static int comment_badness(const char *s, size_t at, Speech kind)
{
    enum { PART, RESULTS, COMMA, SPACE };
    if (kind == OPTIONS) return strncmp(s + at, "--", 2) ? SPACE : PART;
    if (kind == PROSE) return SPACE;
    if (s[at - 2] == ':') return PART;
    if (!strncmp(s + at, "-> ", 3)) return RESULTS;
    return s[at - 2] == ',' ? COMMA : SPACE;
}

static bool is_quote(const char *s, size_t i, Speech kind)
{
    return kind == OF_STEP && s[i] == '"' && (i == 0 || s[i - 1] != '\\');
}

/* Within a name that is too long for any line; an escape and the comment's end stay whole. */
static size_t forced_break(const char *s, size_t room, Speech kind, bool *quoted)
{
    while (room > 1 && (s[room - 1] == '\\' || (s[room - 1] == '*' && s[room] == '/'))) room--;
    for (size_t i = 0; i < room; i++) *quoted = *quoted != is_quote(s, i, kind);
    return room;
}

/* Where the next line should begin: after a space that is in no name, if there is one. `*quoted`: does s begin within a
 * name, then does the next line? */
static size_t comment_break(const char *s, size_t room, Speech kind, bool *quoted)
{
    size_t best = 0;
    int least = INT_MAX;
    bool in_name = *quoted;
    for (size_t i = 1; i <= room + 1 && s[i - 1] && s[i]; i++) {
        in_name = in_name != is_quote(s, i - 1, kind);
        if (in_name || s[i - 1] != ' ' || s[i] == ' ' || i == 1) continue;
        int bad = comment_badness(s, i, kind);
        if (bad <= least) best = i, least = bad;
    }
    if (!best) return forced_break(s, room, kind, quoted);
    *quoted = false;
    return best;
}

/* Lines of the text, the first after `first`, the others after `further`. */
static void hang(const char *first, const char *further, const char *text, Speech kind, int indent, FILE *f)
{
    bool quoted = false;
    for (const char *lead = first;; lead = further) {
        size_t room = (size_t)(PAGE - indent) - strlen(lead), length = strlen(text);
        size_t at = length > room ? comment_break(text, room, kind, &quoted) : length;
        put(mem_printf("%s%.*s", lead, (int)at, text), strlen(lead) + at, indent, f);
        text += at;
        if (!*text) return;
    }
}

static bool begins_step(const char *s)
{
    return !strncmp(s, "STEP(", 5);
}

/* Lines after the first begin under its text; of a step's comment, further in than its hook. */
static void put_comment(const char *s, int indent, FILE *f)
{
    bool of_step = begins_step(s);
    size_t lead = of_step ? (size_t)(strstr(s, "/* ") - s) + 3 : 3;
    hang(mem_strndup(s, lead), of_step ? " *    " : " * ", s + lead, of_step ? OF_STEP : PROSE, indent, f);
}

void lay_out_options(const char *first, const char *further, const char *text, FILE *f)
{
    hang(first, further, text, OPTIONS, 0, f);
}

/* -- lines ------------------------------------------------------------------------------------- */

/* A directive goes on after a backslash. */
static void put_directive(const char *s, FILE *f)
{
    int depth = 0;
    for (int indent = 0; strlen(s) > (size_t)(PAGE - indent); indent = STEP) {
        size_t at = best_break(s, (size_t)(PAGE - indent) - 2, PAGE - STEP, &depth);
        if (!at) break;
        put(mem_printf("%.*s\\", (int)at, s), at + 1, indent, f);
        s += at;
    }
    put(s, strlen(s), *s == '#' ? 0 : STEP, f);
}

/* The comment that ends a line of code; NULL: none does. */
static const char *ending_comment(const char *s)
{
    size_t length = strlen(s);
    if (length < 4 || strcmp(s + length - 2, "*/")) return NULL;
    const char *found = NULL;
    for (const char *at = strstr(s, "/*"); at; at = strstr(at + 2, "/*")) found = at;
    return found;
}

/* The parameters of a function stand under one another; what opens a block is continued further in than its content. */
static int further_indent(const char *s, size_t length, int indent)
{
    const char *parameters = indent ? NULL : strchr(s, '(');
    if (parameters && parameters - s < PAGE / 2) return (int)(parameters - s) + 1;
    return indent + (s[length - 1] == '{' ? 2 : 1) * STEP;
}

static void put_line(const char *s, int indent, FILE *f)
{
    size_t length = strlen(s);
    if (*s == '#') indent = 0;
    if (length <= (size_t)(PAGE - indent)) {
        put(s, length, indent, f);
        return;
    }
    const char *comment = begins_step(s) ? s : ending_comment(s);
    if (comment) put_comment(comment, indent, f);
    if (comment == s) return;
    if (comment) s = mem_strndup(s, (size_t)(comment - s)), length = strlen(s);
    while (length && s[length - 1] == ' ') length--;
    if (*s == '#') put_directive(s, f);
    else put_statement(s, &(Block){f, indent, further_indent(s, length, indent)});
}

void lay_out(const char *text, FILE *f)
{
    while (*text) {
        size_t n = strcspn(text, "\n"), spaces = strspn(text, " ");
        if (spaces >= n) fputc('\n', f);
        else put_line(mem_strndup(text + spaces, n - spaces), (int)spaces, f);
        text += n + (text[n] == '\n');
    }
}

/* -- drafts ------------------------------------------------------------------------------------ */

FILE *draft_begin(Draft *d)
{
    d->f = open_memstream(&d->text, &d->size);
    if (!d->f) internal_error("out of memory");
    return d->f;
}

const char *draft_end(Draft *d)
{
    fclose(d->f);
    const char *text = mem_strdup(d->text);
    free(d->text);
    return text;
}
