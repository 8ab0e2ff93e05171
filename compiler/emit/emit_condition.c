/* emit_condition: what an expression of macros and integers comes to, in a logic of three values: true, false, and
 * known only to the compiler of the generated C. Of the last kind, the text that is left is as short as what is known
 * makes it: `VEC == 8 && defined(__clang__)` becomes `defined(__clang__)` where VEC is 8. */
#include "emit/resolve.h"

#include <stdlib.h>
#include <string.h>

/* How tightly what stands at the top of a text binds. */
enum { LOOSE_OR = 1, LOOSE_AND, LOOSE_BITS, LOOSE_EQUAL, LOOSE_ORDER, LOOSE_SUM, LOOSE_PRODUCT, TIGHT };

typedef struct {
    bool known;
    int64_t value;
    const char *text;
    int level;
} Term;

typedef struct {
    Macros *macros;
    const char *s;
} Cursor;

static Term known(int64_t value)
{
    return (Term){.known = true, .value = value, .level = TIGHT};
}

static Term unknown(const char *text, int level)
{
    return (Term){.text = text, .level = level};
}

/* As an operand of an operator of a level; == within &, && within || stand in parentheses, as compilers like it. */
static const char *operand(Term t, int level)
{
    if (t.known) return mem_printf("%lld", (long long)t.value);
    bool mixed = (level == LOOSE_OR && t.level == LOOSE_AND) ||
                 (level == LOOSE_BITS && t.level > level && t.level < TIGHT);
    return t.level < level || mixed ? mem_printf("(%s)", t.text) : t.text;
}

/* -- primaries --------------------------------------------------------------------------------------- */

static Term read_or(Cursor *r);

static bool take(Cursor *r, const char *token)
{
    r->s = skip_space(r->s);
    size_t n = strlen(token);
    if (strncmp(r->s, token, n) != 0) return false;
    r->s += n;
    return true;
}

static Term read_defined(Cursor *r)
{
    bool open = take(r, "(");
    r->s = skip_space(r->s);
    const char *name = r->s;
    size_t n = word_length(name);
    r->s += n;
    if (open) take(r, ")");
    Macro macro = macro_find(r->macros, name, n);
    if (macro.state != MACRO_UNKNOWN) return known(macro.state == MACRO_DEFINED);
    return unknown(mem_printf("defined(%.*s)", (int)n, name), TIGHT);
}

/* A macro's value may be an expression of others. */
static Term read_macro(Cursor *r, const char *name, size_t n)
{
    if (*skip_space(r->s) == '(') r->s = skip_balanced(skip_space(r->s));
    else {
        Macro macro = macro_find(r->macros, name, n);
        if (macro.state == MACRO_UNDEFINED) return known(0);
        if (macro.state == MACRO_DEFINED && macro.text && *macro.text) {
            Condition c = condition(r->macros, macro.text, strlen(macro.text));
            if (c.known) return known(c.value);
        }
    }
    return unknown(mem_strndup(name, (size_t)(r->s - name)), TIGHT);
}

static Term read_word(Cursor *r)
{
    const char *word = r->s;
    size_t n = word_length(word);
    if (!n) internal_error("a condition of the kernels isn't understood: %.40s", r->s);
    r->s += n;
    if (*word >= '0' && *word <= '9') return known(strtoll(word, NULL, 0));
    if (n == 7 && !memcmp(word, "defined", n)) return read_defined(r);
    return read_macro(r, word, n);
}

static Term read_primary(Cursor *r)
{
    if (take(r, "!")) {
        Term t = read_primary(r);
        return t.known ? known(!t.value) : unknown(mem_printf("!%s", operand(t, TIGHT)), TIGHT);
    }
    if (take(r, "-")) {
        Term t = read_primary(r);
        return t.known ? known(-t.value) : unknown(mem_printf("-%s", operand(t, TIGHT)), TIGHT);
    }
    if (take(r, "(")) {
        Term t = read_or(r);
        take(r, ")");
        return t;
    }
    r->s = skip_space(r->s);
    return read_word(r);
}

/* -- operators --------------------------------------------------------------------------------------- */

typedef struct {
    const char *token;
    int level;
} Operator;

/* Longer tokens before their beginnings. */
static const Operator operators[] = {{"*", LOOSE_PRODUCT}, {"/", LOOSE_PRODUCT}, {"%", LOOSE_PRODUCT},
                                     {"+", LOOSE_SUM},     {"-", LOOSE_SUM},     {"<=", LOOSE_ORDER},
                                     {">=", LOOSE_ORDER},  {"<", LOOSE_ORDER},   {">", LOOSE_ORDER},
                                     {"==", LOOSE_EQUAL},  {"!=", LOOSE_EQUAL},  {"&", LOOSE_BITS}};

static int64_t compute(const char *token, int64_t a, int64_t b)
{
    switch (token[0]) {
    case '*': return a * b;
    case '/': return b ? a / b : 0;
    case '%': return b ? a % b : 0;
    case '+': return a + b;
    case '-': return a - b;
    case '<': return token[1] ? a <= b : a < b;
    case '>': return token[1] ? a >= b : a > b;
    case '&': return a & b;
    case '=': return a == b;
    default: return a != b;
    }
}

static const Operator *take_operator(Cursor *r, int level)
{
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (operators[i].level == level && strncmp(skip_space(r->s), "&&", 2) != 0 && take(r, operators[i].token))
            return &operators[i];
    return NULL;
}

/* Operators of arithmetic and comparison, from `level` on. */
static Term read_binary(Cursor *r, int level)
{
    if (level == TIGHT) return read_primary(r);
    Term a = read_binary(r, level + 1);
    for (const Operator *o; (o = take_operator(r, level));) {
        Term b = read_binary(r, level + 1);
        if (a.known && b.known) a = known(compute(o->token, a.value, b.value));
        else a = unknown(mem_printf("%s %s %s", operand(a, level), o->token, operand(b, level + 1)), level);
    }
    return a;
}

/* Of && what isn't true, of || what isn't false; `decides` is the value of an operand that decides the whole. */
static Term join(Term a, Term b, bool decides, int level, const char *token)
{
    if (a.known && b.known) return known(decides ? a.value || b.value : a.value && b.value);
    if ((a.known && !a.value == !decides) || (b.known && !b.value == !decides)) return known(decides);
    if (a.known) return b;
    if (b.known) return a;
    return unknown(mem_printf("%s %s %s", operand(a, level), token, operand(b, level)), level);
}

static Term read_and(Cursor *r)
{
    Term a = read_binary(r, LOOSE_BITS);
    while (take(r, "&&")) {
        Term b = read_binary(r, LOOSE_BITS);
        a = join(a, b, false, LOOSE_AND, "&&");
    }
    return a;
}

static Term read_or(Cursor *r)
{
    Term a = read_and(r);
    while (take(r, "||")) {
        Term b = read_and(r);
        a = join(a, b, true, LOOSE_OR, "||");
    }
    return a;
}

Condition condition(Macros *m, const char *text, size_t length)
{
    Cursor r = {m, mem_strndup(text, length)};
    Term t = read_or(&r);
    if (*skip_space(r.s)) internal_error("a condition of the kernels isn't understood: %.40s", r.s);
    return (Condition){t.known, t.value, t.text};
}
