/* emit_resolve: text of the kernels without the conditionals that a target decides.
 *
 * The text is read line by line, as the preprocessor does it, and what #define says is known from there on. Macros of
 * other kernels are had by resolving those first. A conditional that stays keeps the branches that may be taken; where
 * all of them say the same, it goes after all. */
#include "emit/resolve.h"

#include <string.h>

typedef struct {
    const char *name;
    size_t length;
    Macro macro;
} Definition;

/* Definitions of the text that is being resolved are those from `base` on, the newest last. */
struct Macros {
    const Target *target;
    Map *library;  /* name -> Macro, of resolved kernels */
    Map *resolved; /* text of a kernel -> resolved text; NULL there: it is being resolved */
    Definition *definitions;
    int count, capacity, base;
};

Macros *macros_new(const Target *target)
{
    Macros *m = mem_alloc(sizeof *m);
    *m = (Macros){.target = target, .library = map_new(), .resolved = map_new()};
    return m;
}

void macro_set(Macros *m, const char *name, size_t length, Macro macro)
{
    mem_grow(&m->definitions, &m->capacity, m->count + 1, sizeof *m->definitions);
    m->definitions[m->count++] = (Definition){name, length, macro};
}

/* -- what is known of a macro ---------------------------------------------------------------------- */

/* Does a text have a #define of the name? */
static bool may_define(const char *text, const char *name)
{
    for (const char *at = text; (at = strstr(at, "#define ")); at++)
        if (word_length(at + 8) == strlen(name) && !strncmp(at + 8, name, strlen(name))) return true;
    return false;
}

/* Of the library: what isn't defined once its kernel is resolved isn't at all. */
static Macro find_in_library(Macros *m, const char *name)
{
    const Macro none = {MACRO_UNKNOWN, NULL};
    const Kernel *k = kernel_find(name);
    if (!k || !may_define(k->text, name)) return none;
    resolve_kernel(m, k);
    const Macro *found = map_get(m->library, foreign(name));
    return found ? *found : (Macro){MACRO_UNDEFINED, NULL};
}

Macro macro_find(Macros *m, const char *name, size_t length)
{
    for (int i = m->count; i-- > m->base;)
        if (m->definitions[i].length == length && !memcmp(m->definitions[i].name, name, length))
            return m->definitions[i].macro;
    const char *word = mem_strndup(name, length);
    Macro macro = target_macro(m->target, word);
    return macro.state == MACRO_UNKNOWN ? find_in_library(m, word) : macro;
}

/* -- lines ------------------------------------------------------------------------------------------- */

typedef struct {
    Macros *macros;
    const char *s;
} Lines;

/* What comes after "#word" at the beginning of a line; NULL: another line. */
static const char *directive(const char *line, const char *word)
{
    size_t n = strlen(word);
    if (*line != '#') return NULL;
    line = skip_space(line + 1);
    return !strncmp(line, word, n) && !word_char(line[n]) ? line + n : NULL;
}

static bool begins_group(const char *line)
{
    return directive(line, "if") || directive(line, "ifdef") || directive(line, "ifndef");
}

static bool ends_branch(const char *line)
{
    return directive(line, "elif") || directive(line, "else") || directive(line, "endif");
}

/* #define and #undef */
static void take_definition(Macros *m, const char *line, size_t length)
{
    const char *name = directive(line, "define"), *end = line + length;
    bool defined = name != NULL;
    if (!defined) name = directive(line, "undef");
    if (!name) return;
    name += strspn(name, " ");
    size_t n = word_length(name);
    Macro macro = {MACRO_UNDEFINED, NULL};
    if (defined && name[n] == '(') macro = (Macro){MACRO_DEFINED, NULL};
    else if (defined) macro = (Macro){MACRO_DEFINED, mem_printf("%.*s", (int)(end - name - (ptrdiff_t)n), name + n)};
    if (macro.text) {
        const char *text = skip_space(macro.text);
        macro.text = mem_strndup(text, strcspn(text, "\n"));
    }
    macro_set(m, name, n, macro);
}

/* -- conditionals --------------------------------------------------------------------------------- */

enum { MOST_BRANCHES = 8 };

/* One that may be taken. */
typedef struct {
    const char *condition; /* as a line says it; NULL: taken if the others aren't */
    const char *body;
    Definition *definitions;
    int n_definitions;
} Branch;

typedef struct {
    Branch branches[MOST_BRANCHES];
    int count;
} Group;

static void resolve_lines(Lines *l, bool live, Text *out);

/* The condition of the first branch or a further one, which the line begins. */
static Condition condition_of(Macros *m, const char *line, size_t length)
{
    const char *text = directive(line, "ifdef"), *negated = directive(line, "ifndef");
    if (directive(line, "else")) return (Condition){true, 1, NULL};
    if (text) text = mem_printf("defined(%.*s)", (int)word_length(text + 1), text + 1);
    else if (negated) text = mem_printf("!defined(%.*s)", (int)word_length(negated + 1), negated + 1);
    else {
        text = directive(line, "if") ? directive(line, "if") : directive(line, "elif");
        text = mem_strndup(text, (size_t)(line + length - text));
    }
    return condition(m, text, strlen(text));
}

/* The line of a branch's condition; what was an #ifdef stays one. */
static const char *condition_line(const char *line, const char *text, bool first)
{
    bool one = !strpbrk(text, "&|"), negated = text[0] == '!';
    if (!first) return mem_printf("#elif %s\n", text);
    if (!one || (!directive(line, "ifdef") && !directive(line, "ifndef"))) return mem_printf("#if %s\n", text);
    const char *name = strchr(text, '(') + 1;
    return mem_printf("#if%sdef %.*s\n", negated ? "n" : "", (int)word_length(name), name);
}

/* Takes the branch whose line is next. Returns whether it is taken if those before it aren't, for certain. */
static bool take_branch(Lines *l, bool live, Group *group)
{
    const char *line = l->s;
    size_t length = line_length(line);
    Macros *m = l->macros;
    const Condition c = live ? condition_of(m, line, length) : (Condition){true, 0, NULL};
    int before = m->count;
    Text body = {0};
    live = live && (!c.known || c.value);
    l->s += length;
    resolve_lines(l, live, &body);
    if (!live) return false;
    if (group->count == MOST_BRANCHES) internal_error("a conditional of the kernels has too many branches");
    group->branches[group->count] =
        (Branch){.condition = c.known ? NULL : condition_line(line, c.text, group->count == 0),
                 .body = body.start ? body.start : "",
                 .definitions = mem_dup(m->definitions + before, (size_t)(m->count - before) * sizeof *m->definitions),
                 .n_definitions = m->count - before};
    group->count++;
    m->count = before;
    return c.known;
}

/* Is it no matter which branch is taken? */
static bool is_one(const Group *group)
{
    for (int i = 1; i < group->count; i++)
        if (strcmp(group->branches[i].body, group->branches[0].body) != 0) return false;
    return group->count && !group->branches[group->count - 1].condition;
}

static void define_all(Macros *m, const Branch *b, bool known)
{
    for (int i = 0; i < b->n_definitions; i++) {
        Definition d = b->definitions[i];
        macro_set(m, d.name, d.length, known ? d.macro : (Macro){MACRO_UNKNOWN, NULL});
    }
}

static void resolve_group(Lines *l, bool live, Text *out)
{
    Group group = {.count = 0};
    bool decided = false;
    do decided |= take_branch(l, live && !decided, &group);
    while (!directive(l->s, "endif"));
    l->s += line_length(l->s);
    bool one = is_one(&group);
    if (one) mem_append(out, group.branches[0].body);
    for (int i = 0; i < group.count; i++) define_all(l->macros, &group.branches[i], one);
    if (one || !group.count) return;
    for (int i = 0; i < group.count; i++) {
        mem_append(out, group.branches[i].condition ? group.branches[i].condition : "#else\n");
        mem_append(out, group.branches[i].body);
    }
    mem_append(out, "#endif\n");
}

/* Up to the end of a branch, or of all. */
static void resolve_lines(Lines *l, bool live, Text *out)
{
    while (*l->s && !ends_branch(l->s)) {
        if (begins_group(l->s)) {
            resolve_group(l, live, out);
            continue;
        }
        size_t length = line_length(l->s);
        if (live) {
            take_definition(l->macros, l->s, length);
            mem_append(out, mem_strndup(l->s, length));
        }
        l->s += length;
    }
}

/* -- texts ------------------------------------------------------------------------------------------- */

/* Without empty lines at its ends, and no two in a row. */
static const char *tidy(const char *text)
{
    Text out = {0};
    text += strspn(text, "\n");
    while (*text) {
        size_t n = strcspn(text, "\n"), space = strspn(text + n, "\n");
        bool last = !text[n + space];
        mem_append(&out, mem_strndup(text, n));
        mem_append(&out, space > 1 && !last ? "\n\n" : "\n");
        text += n + space;
    }
    return out.start ? out.start : "";
}

const char *resolve(Macros *m, const char *text)
{
    Lines l = {m, text};
    Text out = {0};
    resolve_lines(&l, true, &out);
    return tidy(fold(m, out.start ? out.start : ""));
}

static void publish(Macros *m)
{
    for (int i = m->base; i < m->count; i++) {
        const Definition *d = &m->definitions[i];
        map_put(m->library, foreign(mem_strndup(d->name, d->length)), mem_dup(&d->macro, sizeof d->macro));
    }
}

const char *resolve_kernel(Macros *m, const Kernel *k)
{
    static const char in_work[] = "";
    const char *text = map_get(m->resolved, foreign(k->text));
    if (text) return text;
    map_put(m->resolved, foreign(k->text), (void *)in_work);
    int base = m->base;
    m->base = m->count;
    text = resolve(m, k->text);
    publish(m);
    m->count = m->base;
    m->base = base;
    map_put(m->resolved, foreign(k->text), (void *)text);
    return text;
}
