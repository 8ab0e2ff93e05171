/* regex_parse: the syntax of RE2, https://github.com/google/re2/wiki/Syntax, as a tree. */
#include "ops/shared/regex.h"

#include <stdlib.h>
#include <string.h>

enum { LAST_CODE = 0x10ffff, MOST_REPEATS = 1000, MOST_DEPTH = 200, END_OF_TEXT = -1 };

typedef struct {
    int32_t *codes; /* the pattern's, and END_OF_TEXT */
    int at, depth;
    bool ignores_case, dot_is_all;
    const char *wrong;
} Parser;

static Regex *parse_any(Parser *p);

static void fail(Parser *p, const char *what)
{
    if (!p->wrong) p->wrong = what;
}

static int32_t peek(const Parser *p, int ahead)
{
    for (int i = 0; i < ahead; i++)
        if (p->codes[p->at + i] == END_OF_TEXT) return END_OF_TEXT;
    return p->codes[p->at + ahead];
}

static bool take(Parser *p, const char *ours)
{
    int length = (int)strlen(ours);
    for (int i = 0; i < length; i++)
        if (peek(p, i) != ours[i]) return false;
    p->at += length;
    return true;
}

/* -- the tree ---------------------------------------------------------------------------------- */

static Regex *regex_new(RegexKind kind)
{
    Regex *r = mem_alloc(sizeof *r);
    r->kind = kind;
    return r;
}

static void add_part(Regex *r, Regex *part)
{
    mem_grow(&r->parts, &r->capacity, r->count + 1, sizeof *r->parts);
    r->parts[r->count++] = part;
}

static void add_range(Regex *r, int32_t low, int32_t high)
{
    mem_grow(&r->ranges, &r->capacity, r->count + 1, sizeof *r->ranges);
    r->ranges[r->count++] = (CodeRange){low, high};
}

static int by_low(const void *a, const void *b)
{
    const CodeRange *x = a, *y = b;
    return (x->low > y->low) - (x->low < y->low);
}

/* All that is in none of the ranges from number `first` on takes their place. */
static void negate(Regex *r, int first)
{
    CodeRange *ranges = r->ranges;
    int count = r->count - first;
    CodeRange *old = mem_array((size_t)count + 1, sizeof *old);
    if (count) memcpy(old, ranges + first, (size_t)count * sizeof *old);
    qsort(old, (size_t)count, sizeof *old, by_low);
    r->count = first;
    int32_t next = 0;
    for (int i = 0; i < count; i++) {
        if (old[i].low > next) add_range(r, next, old[i].low - 1);
        if (old[i].high >= next) next = old[i].high + 1;
    }
    if (next <= LAST_CODE) add_range(r, next, LAST_CODE);
}

/* The letters of a range in the other case as well; of others than ASCII's, only those that fold to these. */
static void add_cases(Parser *p, Regex *r, int32_t low, int32_t high)
{
    add_range(r, low, high);
    if (!p->ignores_case) return;
    for (int32_t c = low; c <= high && c < 0x80; c++) {
        bool is_upper = c >= 'A' && c <= 'Z', is_lower = c >= 'a' && c <= 'z';
        if (is_upper || is_lower) add_range(r, c ^ 32, c ^ 32);
        if ((c | 32) == 'k' && (is_upper || is_lower)) add_range(r, 0x212a, 0x212a);
        if ((c | 32) == 's' && (is_upper || is_lower)) add_range(r, 0x17f, 0x17f);
    }
    if (high >= 0x80) fail(p, "ignores the case of letters beyond ASCII, which is not supported");
}

/* -- characters -------------------------------------------------------------------------------- */

typedef struct {
    const char *name, *ranges; /* pairs of characters */
} Class;

static const Class perl_classes[] = {{"d", "09"}, {"s", "\t\n\f\r  "}, {"w", "09AZaz__"}, {0}};

static const Class posix_classes[] = {
    {"alnum", "09AZaz"},  {"alpha", "AZaz"},     {"blank", "\t\t  "},   {"cntrl", "\x01\x1f\x7f\x7f"}, {"digit", "09"},
    {"graph", "!~"},      {"lower", "az"},       {"print", " ~"},       {"space", "\t\r  "},           {"upper", "AZ"},
    {"word", "09AZaz__"}, {"punct", "!/:@[`{~"}, {"ascii", "\x01\x7f"}, {"xdigit", "09AFaf"},          {0}};

static void add_class(Parser *p, Regex *r, const Class *c, bool negated)
{
    int first = r->count;
    for (const char *s = c->ranges; *s; s += 2) add_cases(p, r, s[0], s[1]);
    if (negated) negate(r, first);
}

/* \d and its kin; false: something else is there. */
static bool perl_class(Parser *p, Regex *r)
{
    int32_t c = peek(p, 1);
    if (peek(p, 0) != '\\') return false;
    for (const Class *k = perl_classes; k->name; k++) {
        bool negated = c == k->name[0] - 'a' + 'A';
        if (c != k->name[0] && !negated) continue;
        p->at += 2;
        add_class(p, r, k, negated);
        return true;
    }
    return false;
}

static bool posix_class(Parser *p, Regex *r)
{
    int from = p->at;
    if (!take(p, "[:")) return false;
    bool negated = take(p, "^");
    for (const Class *k = posix_classes; k->name; k++)
        if (take(p, k->name)) {
            if (!take(p, ":]")) break;
            add_class(p, r, k, negated);
            return true;
        }
    p->at = from;
    fail(p, "has a character class that there is not");
    return false;
}

static int digit_of(int32_t c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

/* Up to `most` digits. */
static int32_t number(Parser *p, int base, int most)
{
    int32_t value = 0;
    int count = 0;
    for (; count < most && digit_of(peek(p, 0)) < base; count++, p->at++)
        if (value <= LAST_CODE) value = value * base + digit_of(peek(p, 0));
    if (!count || value > LAST_CODE) fail(p, "has a number of a character that there is not");
    return value;
}

/* What follows a backslash. */
static int32_t escaped(Parser *p)
{
    static const char names[] = "afnrtv", codes[] = "\a\f\n\r\t\v";
    int32_t c = peek(p, 0);
    const char *name = c > 0 && c < 0x80 ? strchr(names, (char)c) : NULL;
    if (c >= '1' && c <= '7' && digit_of(peek(p, 1)) >= 8) c = END_OF_TEXT; /* would be a reference */
    if (c >= '0' && c <= '7') return number(p, 8, 3);
    p->at += c != END_OF_TEXT;
    if (name) return codes[name - names];
    if (c == 'x' && take(p, "{")) {
        c = number(p, 16, 8);
        if (!take(p, "}")) fail(p, "has \\x{ without }");
        return c;
    }
    if (c == 'x') {
        if (digit_of(peek(p, 1)) >= 16) fail(p, "has \\x without two digits");
        return number(p, 16, 2);
    }
    if (c < 0 || c >= 0x80 || (c >= '0' && digit_of(c) < 10) || ((c | 32) >= 'a' && (c | 32) <= 'z'))
        fail(p, "has an escape sequence that there is not, or that is not supported");
    return c;
}

static int32_t class_char(Parser *p)
{
    int32_t c = peek(p, 0);
    if (c == END_OF_TEXT) fail(p, "has [ without ]");
    else p->at++;
    return c == '\\' ? escaped(p) : c;
}

static Regex *parse_class(Parser *p)
{
    Regex *r = regex_new(RE_CHARS);
    bool negated = take(p, "^"), is_first = true;
    for (; !p->wrong && (is_first || !take(p, "]")); is_first = false) {
        if (perl_class(p, r) || posix_class(p, r) || p->wrong) continue;
        int32_t low = class_char(p), high = low;
        if (peek(p, 0) == '-' && peek(p, 1) != ']') {
            p->at++;
            high = class_char(p);
        }
        if (high < low) fail(p, "has a range of characters that ends before it begins");
        else if (!p->wrong) add_cases(p, r, low, high);
    }
    if (negated) negate(r, 0);
    return r;
}

/* -- operators --------------------------------------------------------------------------------- */

static Regex *one_char(Parser *p, int32_t c)
{
    Regex *r = regex_new(RE_CHARS);
    if (!p->wrong) add_cases(p, r, c, c);
    return r;
}

static Regex *parse_dot(const Parser *p)
{
    Regex *r = regex_new(RE_CHARS);
    if (!p->dot_is_all) add_range(r, '\n', '\n');
    negate(r, 0);
    return r;
}

/* (?i), (?s-i:...): after the question mark. True if the group ends with the flags. */
static bool parse_flags(Parser *p)
{
    bool on = true;
    for (;; p->at++) {
        int32_t c = peek(p, 0);
        if (c == 'i') p->ignores_case = on;
        else if (c == 's') p->dot_is_all = on;
        else if (c == '-' && on) on = false;
        else break;
    }
    if (take(p, ")")) return true;
    if (!take(p, ":")) fail(p, "has a group or a flag that is not supported");
    return false;
}

static void skip_name(Parser *p)
{
    int32_t c = peek(p, 0);
    while (c == '_' || digit_of(c) < 10 || ((c | 32) >= 'a' && (c | 32) <= 'z')) c = p->codes[++p->at];
    if (!take(p, ">")) fail(p, "has a group whose name doesn't end");
}

/* After its parenthesis. Flags that stand alone hold up to the end of the group around them. */
static Regex *parse_group(Parser *p)
{
    bool ignores_case = p->ignores_case, dot_is_all = p->dot_is_all;
    if (take(p, "?P<") || take(p, "?<")) skip_name(p);
    else if (take(p, "?") && parse_flags(p)) return regex_new(RE_ALL);
    if (++p->depth > MOST_DEPTH) fail(p, "is nested too deeply");
    Regex *r = p->wrong ? regex_new(RE_ALL) : parse_any(p);
    p->depth--;
    if (!take(p, ")")) fail(p, "has ( without )");
    p->ignores_case = ignores_case;
    p->dot_is_all = dot_is_all;
    return r;
}

/* \Q...\E */
static Regex *parse_quoted(Parser *p)
{
    Regex *r = regex_new(RE_ALL);
    while (peek(p, 0) != END_OF_TEXT && !take(p, "\\E")) add_part(r, one_char(p, p->codes[p->at++]));
    return r;
}

/* {2}, {2,} or {2,3}; false if the brace is an ordinary character. */
static bool parse_braces(Parser *p, int *low, int *high)
{
    int from = p->at;
    *low = *high = 0;
    if (!take(p, "{") || digit_of(peek(p, 0)) >= 10) {
        p->at = from;
        return false;
    }
    while (digit_of(peek(p, 0)) < 10 && *low <= MOST_REPEATS) *low = *low * 10 + digit_of(p->codes[p->at++]);
    *high = *low;
    if (take(p, ",")) {
        *high = digit_of(peek(p, 0)) < 10 ? 0 : -1;
        while (digit_of(peek(p, 0)) < 10 && *high <= MOST_REPEATS) *high = *high * 10 + digit_of(p->codes[p->at++]);
    }
    if (!take(p, "}")) p->at = from;
    else if (*low > MOST_REPEATS || *high > MOST_REPEATS || (*high >= 0 && *high < *low))
        fail(p, "has a number of repetitions that is not possible");
    else return true;
    return false;
}

static Regex *parse_atom(Parser *p)
{
    Regex *r = regex_new(RE_CHARS);
    int32_t c = peek(p, 0);
    int low, high;
    if (perl_class(p, r)) return r;
    if (take(p, "\\Q")) return parse_quoted(p);
    if (take(p, "\\A") || take(p, "^")) return regex_new(RE_BEGIN);
    if (take(p, "\\z") || take(p, "$")) return regex_new(RE_END);
    if (take(p, "\\b")) return regex_new(RE_EDGE);
    if (take(p, "\\B")) return regex_new(RE_INSIDE);
    if (parse_braces(p, &low, &high)) fail(p, "has a repetition of nothing");
    else p->at++;
    if (c == '(') return parse_group(p);
    if (c == '[') return parse_class(p);
    if (c == '.') return parse_dot(p);
    if (c == '*' || c == '+' || c == '?') fail(p, "has a repetition of nothing");
    return one_char(p, c == '\\' ? escaped(p) : c);
}

static bool parse_repeat(Parser *p, int *low, int *high)
{
    *low = *high = 0;
    if (take(p, "*")) *high = -1;
    else if (take(p, "+")) *low = 1, *high = -1;
    else if (take(p, "?")) *high = 1;
    else return parse_braces(p, low, high);
    return true;
}

/* Whether it prefers few or many is no matter for a match of all. */
static Regex *parse_repeated(Parser *p)
{
    Regex *atom = parse_atom(p);
    int low, high;
    if (p->wrong || !parse_repeat(p, &low, &high)) return atom;
    take(p, "?");
    Regex *r = regex_new(RE_REPEAT);
    r->low = low;
    r->high = high;
    add_part(r, atom);
    if (parse_repeat(p, &low, &high)) fail(p, "has a repetition of a repetition");
    return r;
}

static Regex *parse_any(Parser *p)
{
    Regex *any = regex_new(RE_ANY);
    do {
        Regex *all = regex_new(RE_ALL);
        while (!p->wrong && peek(p, 0) != END_OF_TEXT && peek(p, 0) != '|' && peek(p, 0) != ')')
            add_part(all, parse_repeated(p));
        add_part(any, all);
    } while (!p->wrong && take(p, "|"));
    return any;
}

Regex *regex_parse(Foreign pattern, const char **wrong)
{
    size_t length = foreign_length(pattern), at = 0, count = 0;
    Parser p = {.codes = mem_array(length + 1, sizeof *p.codes)};
    while (at < length && !p.wrong) {
        uint32_t code;
        size_t bytes = foreign_code(pattern, at, &code);
        if (!bytes) fail(&p, "is no UTF-8");
        p.codes[count++] = (int32_t)code;
        at += bytes;
    }
    p.codes[count] = END_OF_TEXT;
    Regex *r = p.wrong ? NULL : parse_any(&p);
    if (!p.wrong && peek(&p, 0) == ')') fail(&p, "has ) without (");
    *wrong = p.wrong;
    return p.wrong ? NULL : r;
}
