/* emit_wrap: the model's names make lines of the generated file long; here those are broken, as far as names and
 * literals allow.
 *
 * Code may be broken at any space outside of literals, directives only within their comments. The best place is the
 * last one that fits, unless one before it is worth more: after a comma, an assignment or before a comment rather than
 * after another operator, there rather than elsewhere, and outside of parentheses rather than inside. */
#include "emit/emit.h"

#include "base/base.h"

#include <stdlib.h>
#include <string.h>

/* What a place is worth, in columns; and how much stands before the first one, or little were gained. */
enum { AFTER_COMMA = 60, AFTER_OPERATOR = 30, EACH_PARENTHESIS = 20, LEAST_BEFORE = 4 };

/* Where we are in a line. */
typedef struct {
    const char *at;
    int column, depth;  /* depth: of parentheses and brackets */
    char quote;         /* of the literal around us, or 0 */
    bool comment;       /* are we in one? */
    int comment_column; /* where it began; -1: on a line before */
} Place;

static void step_over(Place *p)
{
    const char c = *p->at;
    int length = 1;
    if (p->comment) {
        p->comment = strncmp(p->at, "*/", 2) != 0;
        length = p->comment ? 1 : 2;
    } else if (p->quote) {
        if (c == p->quote) p->quote = 0;
        length = c == '\\' ? 2 : 1;
    } else if (!strncmp(p->at, "/*", 2)) {
        p->comment = true;
        p->comment_column = p->column;
        length = 2;
    } else if (c == '"' || c == '\'') {
        p->quote = c;
    } else {
        p->depth += (c == '(' || c == '[') - (c == ')' || c == ']');
    }
    p->at += length;
    p->column += length;
}

static bool is_operator(char c)
{
    return c && strchr("=<>&|+-*/%?:", c);
}

static int worth_in_code(const char *space)
{
    const char before = space[-1];
    if (before == ',' || before == ';' || !strncmp(space, " /*", 3) || !strncmp(space - 2, " =", 2)) return AFTER_COMMA;
    if (is_operator(before)) return AFTER_OPERATOR;
    return is_operator(space[1]) && (space[2] == ' ' || is_operator(space[2])) ? -AFTER_OPERATOR : 0;
}

/* What it is worth to break the line at the space where p is; -1: it can't be. */
static int worth(const Place *p, const char *line)
{
    const char *text = line + strspn(line, " *");
    if (*p->at != ' ' || p->quote || p->at < text + LEAST_BEFORE) return -1;
    if (p->at[-1] == ' ' || !strncmp(p->at, " */", 3)) return -1;
    if (p->comment && p->at[-1] == '*') return -1;
    if (p->comment) return p->column + (strncmp(p->at, " --", 3) ? 0 : AFTER_OPERATOR); /* an option with its value */
    if (*line == '#') return -1;
    const int value = p->column + worth_in_code(p->at) - EACH_PARENTHESIS * p->depth;
    return value > 0 ? value : 0;
}

/* The best place to break what follows p; its `at` is NULL if the rest fits, or can't be broken. */
static Place best_break(Place p, const char *line, const char *end)
{
    Place best = {.at = NULL};
    for (int most = -1; p.at < end; step_over(&p)) {
        const int w = worth(&p, line);
        if (p.column > MAX_COLUMNS && best.at) return best;
        if (w < 0 || w < most) continue;
        most = w;
        best = p;
    }
    if (p.column <= MAX_COLUMNS) best.at = NULL;
    return best;
}

/* The column of code after a break: below the first parameter of a function, or four further in than the line. */
static int code_column(const char *line, const char *end)
{
    const char *parameters = memchr(line, '(', (size_t)(end - line));
    const int indent = (int)strspn(line, " ");
    if (indent == 0 && parameters && parameters - line < MAX_COLUMNS / 2) return (int)(parameters - line) + 1;
    return indent + (end[-1] == '{' ? 8 : 4);
}

/* Begins a line after a break at p; returns its first column. */
static int continue_at(const Place *p, const char *line, const char *end, FILE *f)
{
    int column = p->comment ? p->comment_column : code_column(line, end);
    if (p->comment && p->comment_column < 0) {
        const int margin = (int)strspn(line, " *");
        return fprintf(f, "\n%.*s", margin, line) - 1;
    }
    if (p->comment && (size_t)column > strspn(line, " ")) column = 4; /* it stands after code */
    return fprintf(f, "\n%*s%s", column, "", p->comment ? " * " : "") - 1;
}

static void wrap_line(const char *line, const char *end, bool in_comment, FILE *f)
{
    Place p = {.at = line, .comment = in_comment, .comment_column = -1};
    for (Place best; (best = best_break(p, line, end)).at;) {
        fwrite(p.at, 1, (size_t)(best.at - p.at), f);
        p = best;
        p.at += strspn(p.at, " ");
        p.column = continue_at(&best, line, end, f);
    }
    fwrite(p.at, 1, (size_t)(end - p.at), f);
}

FILE *draft_begin(Draft *d)
{
    d->file = open_memstream(&d->text, &d->size);
    if (!d->file) internal_error("out of memory");
    return d->file;
}

void draft_end(Draft *d, FILE *f)
{
    fclose(d->file);
    bool in_comment = false;
    for (const char *line = d->text; *line;) {
        const char *end = line + strcspn(line, "\n");
        wrap_line(line, end, in_comment, f);
        Place p = {.at = line, .comment = in_comment};
        while (p.at < end) step_over(&p);
        in_comment = p.comment;
        if (*end) fputc('\n', f);
        line = *end ? end + 1 : end;
    }
    free(d->text);
}
