/* dim.c: symbolic dimensions in one normal form.
 *
 * An expression is one of
 *
 *     SUM       value + sum of number * dim       each dim a monomial, the numbers not 0
 *     PRODUCT   product of dim ^ number           each dim an atom, the numbers >= 1
 *     an atom   a symbol, or an operation that does not distribute over sums (floor, mod, min ...)
 *     CONST     value
 *
 * and none is written in a longer form than needed: a SUM of one monomial is that monomial. Terms and factors
 * are sorted by name and structure, never by address, so that the output is the same in every run. Nodes are
 * hash-consed: intern() is the only place that makes one, and it makes no structure twice. */
#include "dim.h"

#include "mem.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef enum { CONST, SYMBOL, FLOORDIV, CEILDIV, MOD, MIN, MAX, PRODUCT, SUM } Kind;

/* A term of a SUM (number = coefficient), a factor of a PRODUCT (number = power) or an operand (number = 1). */
typedef struct {
    int64_t number;
    Dim dim;
} Part;

typedef struct {
    int64_t low, high;
} Range;

/* What the walk numbered `walk` found for this node: a walk visits a shared node once. */
typedef struct {
    uint64_t walk;
    int64_t value;
    Dim dim;
} Memo;

struct DimExpr {
    Kind kind;
    uint32_t hash;
    int count;
    const Part *parts;
    int64_t value;    /* of a CONST; the constant term of a SUM; else 0 */
    const char *name; /* of a SYMBOL */
    Range range;
    Part self; /* {1, this}: a lone monomial read as a list of terms, a lone atom as a list of factors */
    Memo *memo;
};

enum {
    SMALL_LOW = -16,
    SMALL_COUNT = 4096,   /* constants found without hashing */
    MAX_EXPANSION = 4096, /* a product of sums with more terms than this stays a product */
    MAX_POWER = 62,       /* from here on a power saturates, or only its parity counts */
    MAX_QUOTIENT = 64,    /* terms tried for a quotient by a sum */
};

static Dim small_consts[SMALL_COUNT];
static struct DimExpr **table; /* open addressing; the size is a power of two */
static size_t table_size, table_used;
static uint64_t walks;

/* ---- Saturating numbers. Infinity absorbs what is added to it: too large never becomes plausible again. ---- */

static int64_t clamp(int64_t value)
{
    if (value > DIM_INFINITY) return DIM_INFINITY;
    return value < -DIM_INFINITY ? -DIM_INFINITY : value;
}

static bool is_infinite(int64_t value)
{
    return value == DIM_INFINITY || value == -DIM_INFINITY;
}

/* Of two infinities the positive one wins. */
static int64_t add(int64_t a, int64_t b)
{
    if (a == DIM_INFINITY || b == DIM_INFINITY) return DIM_INFINITY;
    if (a == -DIM_INFINITY || b == -DIM_INFINITY) return -DIM_INFINITY;
    return clamp(a + b);
}

/* Of two infinities the negative one wins, as the lower bound of a sum needs it. */
static int64_t add_low(int64_t a, int64_t b)
{
    return -add(-a, -b);
}

static int64_t mul(int64_t a, int64_t b)
{
    if (a == 0 || b == 0) return 0;
    int64_t magnitude_a = a < 0 ? -a : a, magnitude_b = b < 0 ? -b : b;
    if (magnitude_a > DIM_INFINITY / magnitude_b) return (a < 0) == (b < 0) ? DIM_INFINITY : -DIM_INFINITY;
    return a * b;
}

static int64_t power(int64_t base, int64_t exponent)
{
    int64_t result = 1;
    for (int64_t i = 0; i < exponent; i++) result = mul(result, base);
    return result;
}

/* Division by zero gives 0, and the remainder is then the dividend: a = b * floordiv(a, b) + mod(a, b) always. */
static int64_t floordiv(int64_t a, int64_t b)
{
    if (b == 0) return 0;
    if (is_infinite(a)) return b > 0 ? a : -a;
    return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

static int64_t mod(int64_t a, int64_t b)
{
    if (b == 0) return a;
    int64_t rest = a % b;
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

static int64_t min(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t max(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t gcd(int64_t a, int64_t b)
{
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a < 0 ? -a : a;
}

/* ---- Ranges ---- */

static bool contains_zero(Range r)
{
    return r.low <= 0 && r.high >= 0;
}

static Range range_union(Range a, Range b)
{
    return (Range){min(a.low, b.low), max(a.high, b.high)};
}

static Range range_add(Range a, Range b)
{
    return (Range){add_low(a.low, b.low), add(a.high, b.high)};
}

/* The range of f(x, y) for f monotone in each argument over the whole of a x b. */
static Range range_of_corners(Range a, Range b, int64_t (*f)(int64_t, int64_t))
{
    int64_t x = f(a.low, b.low), y = f(a.low, b.high), z = f(a.high, b.low), w = f(a.high, b.high);
    return (Range){min(min(x, y), min(z, w)), max(max(x, y), max(z, w))};
}

static Range range_mul(Range a, Range b)
{
    return range_of_corners(a, b, mul);
}

static Range range_power(Range base, int64_t exponent)
{
    int64_t low = power(base.low, exponent), high = power(base.high, exponent);
    Range ends = {min(low, high), max(low, high)};
    if (exponent % 2 == 0 && contains_zero(base)) ends.low = 0;
    return ends;
}

/* A quotient is monotone in both operands as long as the divisor keeps its sign. */
static Range range_floordiv(Range a, Range b)
{
    if (!contains_zero(b)) return range_of_corners(a, b, floordiv);
    Range result = {0, 0};
    if (b.low < 0) result = range_union(result, range_of_corners(a, (Range){b.low, -1}, floordiv));
    if (b.high > 0) result = range_union(result, range_of_corners(a, (Range){1, b.high}, floordiv));
    return result;
}

static Range range_mod(Range a, Range b)
{
    Range result = {min(add(b.low, 1), 0), max(add(b.high, -1), 0)};
    if (a.low >= 0 && b.low >= 1) result.high = min(result.high, a.high);
    if (a.high <= 0 && b.high <= -1) result.low = max(result.low, a.low);
    return contains_zero(b) ? range_union(result, a) : result;
}

/* ---- Nodes ---- */

static uint32_t mix(uint32_t hash, uint64_t word)
{
    uint64_t product = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(product >> 32) ^ (uint32_t)product;
}

static uint32_t hash_of(const struct DimExpr *e)
{
    uint32_t hash = mix(mix(1, (uint64_t)e->kind), (uint64_t)e->value);
    for (const char *c = e->name; c && *c; c++) hash = mix(hash, (unsigned char)*c);
    for (int i = 0; i < e->count; i++) hash = mix(mix(hash, (uint64_t)e->parts[i].number), e->parts[i].dim->hash);
    return hash;
}

static bool same(const struct DimExpr *a, const struct DimExpr *b)
{
    if (a->hash != b->hash || a->kind != b->kind || a->value != b->value || a->count != b->count) return false;
    if (a->kind == SYMBOL) return !strcmp(a->name, b->name);
    for (int i = 0; i < a->count; i++)
        if (a->parts[i].number != b->parts[i].number || a->parts[i].dim != b->parts[i].dim) return false;
    return true;
}

/* Where `e` is in the table, or the free place for it. */
static struct DimExpr **find(const struct DimExpr *e)
{
    size_t i = e->hash & (table_size - 1);
    while (table[i] && !same(table[i], e)) i = (i + 1) & (table_size - 1);
    return &table[i];
}

static void grow_table(void)
{
    struct DimExpr **old = table;
    size_t old_size = table_size;
    table_size = old_size ? old_size * 2 : 1024;
    table = mem_array(table_size, sizeof *table);
    for (size_t i = 0; i < old_size; i++)
        if (old[i]) *find(old[i]) = old[i];
}

/* A copy of `e` that lasts. */
static struct DimExpr *new_node(const struct DimExpr *e)
{
    struct DimExpr *node = mem_dup(e, sizeof *e);
    node->parts = mem_dup(e->parts, (size_t)e->count * sizeof *e->parts);
    if (e->name) node->name = mem_strdup(e->name);
    node->self = (Part){1, node};
    node->memo = mem_alloc(sizeof *node->memo);
    return node;
}

/* The one node with this kind, value, name and parts. */
static Dim intern(struct DimExpr e)
{
    if (table_used >= table_size / 2) grow_table();
    e.hash = hash_of(&e);
    struct DimExpr **place = find(&e);
    if (!*place) {
        *place = new_node(&e);
        table_used++;
    }
    return *place;
}

/* An operation on two or more operands. One that has the same value everywhere is that constant. */
static Dim new_atom(Kind kind, const Part *operands, int count, Range range)
{
    if (range.low == range.high && !is_infinite(range.low)) return dim_const(range.low);
    return intern((struct DimExpr){.kind = kind, .count = count, .parts = operands, .range = range});
}

static Dim new_binary(Kind kind, Dim a, Dim b, Range range)
{
    Part operands[] = {{1, a}, {1, b}};
    return new_atom(kind, operands, 2, range);
}

void dim_reset(void)
{
    memset(small_consts, 0, sizeof small_consts);
    table = NULL;
    table_size = table_used = 0;
}

/* ---- Reading an expression as a sum of terms, a monomial as a product of factors ---- */

static int term_count(Dim d)
{
    return d->kind == CONST ? 0 : d->kind == SUM ? d->count : 1;
}

static const Part *terms(Dim d)
{
    return d->kind == SUM ? d->parts : &d->self;
}

static int factor_count(Dim monomial)
{
    return monomial->kind == CONST ? 0 : monomial->kind == PRODUCT ? monomial->count : 1;
}

static const Part *factors(Dim monomial)
{
    return monomial->kind == PRODUCT ? monomial->parts : &monomial->self;
}

/* More than one term, the constant counted? */
static bool is_polynomial(Dim d)
{
    return d->kind == SUM && d->count + (d->value != 0) > 1;
}

static bool never_zero(Dim d)
{
    return !contains_zero(d->range);
}

/* ---- Order ---- */

static int order(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* Structure decides. Where parts differ only the first such pair is followed, so the cost is the depth. */
int dim_compare(Dim a, Dim b)
{
    while (a != b) {
        if (a->kind != b->kind) return order(a->kind, b->kind);
        if (a->kind == SYMBOL) return strcmp(a->name, b->name);
        if (a->value != b->value) return order(a->value, b->value);
        if (a->count != b->count) return order(a->count, b->count);
        int i = 0;
        while (a->parts[i].number == b->parts[i].number && a->parts[i].dim == b->parts[i].dim) i++;
        if (a->parts[i].number != b->parts[i].number) return order(a->parts[i].number, b->parts[i].number);
        Dim next_a = a->parts[i].dim, next_b = b->parts[i].dim;
        a = next_a;
        b = next_b;
    }
    return 0;
}

static int compare_operands(const void *a, const void *b)
{
    return dim_compare(((const Part *)a)->dim, ((const Part *)b)->dim);
}

static int64_t degree(Dim monomial)
{
    int64_t sum = 0;
    for (int i = 0; i < factor_count(monomial); i++) sum += factors(monomial)[i].number;
    return sum;
}

/* Graded lexicographic: a product of two monomials compares as its factors do, which is what makes the long
 * division of exact_quotient find every exact quotient. */
static int compare_monomials(Dim a, Dim b)
{
    int64_t degree_a = degree(a), degree_b = degree(b);
    if (degree_a != degree_b) return order(degree_b, degree_a);
    for (int i = 0; i < factor_count(a) && i < factor_count(b); i++) {
        Part x = factors(a)[i], y = factors(b)[i];
        if (x.dim != y.dim) return dim_compare(x.dim, y.dim);
        if (x.number != y.number) return order(y.number, x.number);
    }
    return 0;
}

static int compare_terms(const void *a, const void *b)
{
    return compare_monomials(((const Part *)a)->dim, ((const Part *)b)->dim);
}

/* ---- Monomials ---- */

static Dim new_product(const Part *parts, int count)
{
    if (count == 0) return dim_const(1);
    if (count == 1 && parts[0].number == 1) return parts[0].dim;
    Range range = {1, 1};
    for (int i = 0; i < count; i++) range = range_mul(range, range_power(parts[i].dim->range, parts[i].number));
    return intern((struct DimExpr){.kind = PRODUCT, .count = count, .parts = parts, .range = range});
}

static int64_t limited_power(int64_t exponent)
{
    return exponent > MAX_POWER + 1 ? MAX_POWER + exponent % 2 : exponent;
}

static Dim monomial_mul(Dim a, Dim b)
{
    int na = factor_count(a), nb = factor_count(b), n = 0, i = 0, j = 0;
    Part *parts = mem_array((size_t)(na + nb), sizeof *parts);
    while (i < na || j < nb) {
        int side = i == na ? 1 : j == nb ? -1 : dim_compare(factors(a)[i].dim, factors(b)[j].dim);
        if (side < 0) parts[n++] = factors(a)[i++];
        else if (side > 0) parts[n++] = factors(b)[j++];
        else {
            parts[n++] = (Part){limited_power(factors(a)[i].number + factors(b)[j].number), factors(a)[i].dim};
            i++;
            j++;
        }
    }
    return new_product(parts, n);
}

static int64_t power_in(Dim monomial, Dim atom)
{
    for (int i = 0; i < factor_count(monomial); i++)
        if (factors(monomial)[i].dim == atom) return factors(monomial)[i].number;
    return 0;
}

/* a / b, or NULL when b is no factor of a. */
static Dim monomial_div(Dim a, Dim b)
{
    for (int i = 0; i < factor_count(b); i++)
        if (power_in(a, factors(b)[i].dim) < factors(b)[i].number) return NULL;
    int count = 0;
    Part *parts = mem_array((size_t)factor_count(a), sizeof *parts);
    for (int i = 0; i < factor_count(a); i++) {
        Part factor = factors(a)[i];
        factor.number -= power_in(b, factor.dim);
        if (factor.number > 0) parts[count++] = factor;
    }
    return new_product(parts, count);
}

/* The common factors of a and b. */
static Dim monomial_gcd(Dim a, Dim b)
{
    int count = 0;
    Part *parts = mem_array((size_t)factor_count(a), sizeof *parts);
    for (int i = 0; i < factor_count(a); i++) {
        Part factor = factors(a)[i];
        factor.number = min(factor.number, power_in(b, factor.dim));
        if (factor.number > 0) parts[count++] = factor;
    }
    return new_product(parts, count);
}

/* The factors of a monomial that are not zero whatever the symbols are. */
static Dim nonzero_factors(Dim monomial)
{
    int count = 0;
    Part *parts = mem_array((size_t)factor_count(monomial), sizeof *parts);
    for (int i = 0; i < factor_count(monomial); i++)
        if (never_zero(factors(monomial)[i].dim)) parts[count++] = factors(monomial)[i];
    return new_product(parts, count);
}

/* ---- Sums ---- */

/* A sum being collected: terms in any order, monomials possibly repeated. */
typedef struct {
    int64_t constant;
    int count, capacity;
    Part *parts;
} Sum;

static void sum_add(Sum *sum, int64_t coefficient, Dim d)
{
    sum->constant = add(sum->constant, mul(coefficient, d->value));
    mem_grow(&sum->parts, &sum->capacity, sum->count + term_count(d), sizeof *sum->parts);
    for (int i = 0; i < term_count(d); i++)
        sum->parts[sum->count++] = (Part){mul(coefficient, terms(d)[i].number), terms(d)[i].dim};
}

/* Sorts the terms, merges equal monomials and drops those that cancel. */
static void sum_merge(Sum *sum)
{
    if (sum->count > 1) qsort(sum->parts, (size_t)sum->count, sizeof *sum->parts, compare_terms);
    int kept = 0;
    for (int i = 0; i < sum->count;) {
        Part term = sum->parts[i++];
        while (i < sum->count && sum->parts[i].dim == term.dim) term.number = add(term.number, sum->parts[i++].number);
        if (term.number != 0) sum->parts[kept++] = term;
    }
    sum->count = kept;
}

static Dim sum_done(Sum *sum)
{
    sum_merge(sum);
    if (sum->count == 0) return dim_const(sum->constant);
    if (sum->count == 1 && sum->constant == 0 && sum->parts[0].number == 1) return sum->parts[0].dim;
    Range range = {sum->constant, sum->constant};
    for (int i = 0; i < sum->count; i++) {
        Range coefficient = {sum->parts[i].number, sum->parts[i].number};
        range = range_add(range, range_mul(coefficient, sum->parts[i].dim->range));
    }
    return intern((struct DimExpr){
        .kind = SUM, .value = sum->constant, .count = sum->count, .parts = sum->parts, .range = range});
}

static Dim scale(int64_t coefficient, Dim d)
{
    Sum sum = {0};
    sum_add(&sum, coefficient, d);
    return sum_done(&sum);
}

static Dim negate(Dim d)
{
    return scale(-1, d);
}

/* ---- Constants, symbols, and what stays inside the normal form: + - * ---- */

Dim dim_const(int64_t value)
{
    value = clamp(value);
    struct DimExpr e = {.kind = CONST, .value = value, .range = {value, value}};
    if (value < SMALL_LOW || value >= SMALL_LOW + SMALL_COUNT) return intern(e);
    Dim *small = &small_consts[value - SMALL_LOW];
    if (!*small) *small = intern(e);
    return *small;
}

/* A symbol that can only have one value is that constant. */
Dim dim_symbol(const char *name, int64_t low, int64_t high)
{
    Range range = {clamp(low), clamp(max(low, high))};
    Dim symbol = intern((struct DimExpr){.kind = SYMBOL, .name = name, .range = range});
    return symbol->range.low == symbol->range.high ? dim_const(symbol->range.low) : symbol;
}

Dim dim_add(Dim a, Dim b)
{
    if (a->kind == CONST && b->kind == CONST) return dim_const(add(a->value, b->value));
    if (dim_is(a, 0)) return b;
    if (dim_is(b, 0)) return a;
    Sum sum = {0};
    sum_add(&sum, 1, a);
    sum_add(&sum, 1, b);
    return sum_done(&sum);
}

Dim dim_sub(Dim a, Dim b)
{
    if (a->kind == CONST && b->kind == CONST) return dim_const(add(a->value, -b->value));
    Sum sum = {0};
    sum_add(&sum, 1, a);
    sum_add(&sum, -1, b);
    return sum_done(&sum);
}

/* (A + a) (B + b) = A B + b A + a B + a b, with A and B the terms without their constants. */
static Dim expand(Dim a, Dim b)
{
    Sum sum = {.constant = mul(a->value, b->value)};
    for (int i = 0; i < term_count(a); i++) {
        Part x = terms(a)[i];
        sum_add(&sum, mul(x.number, b->value), x.dim);
        for (int j = 0; j < term_count(b); j++)
            sum_add(&sum, mul(x.number, terms(b)[j].number), monomial_mul(x.dim, terms(b)[j].dim));
    }
    for (int j = 0; j < term_count(b); j++) sum_add(&sum, mul(a->value, terms(b)[j].number), terms(b)[j].dim);
    return sum_done(&sum);
}

Dim dim_mul(Dim a, Dim b)
{
    if (a->kind == CONST && b->kind == CONST) return dim_const(mul(a->value, b->value));
    if (a->kind == CONST) return a->value == 1 ? b : scale(a->value, b);
    if (b->kind == CONST) return b->value == 1 ? a : scale(b->value, a);
    if ((int64_t)term_count(a) * term_count(b) <= MAX_EXPANSION) return expand(a, b);
    return monomial_mul(a, b); /* the sums become opaque factors */
}

/* ---- Division: what floor, ceil and mod have in common ---- */

/* d / (coefficient * monomial), which divides every term. */
static Dim divide_terms(Dim d, int64_t coefficient, Dim monomial)
{
    Sum sum = {.constant = d->value / coefficient};
    for (int i = 0; i < term_count(d); i++)
        sum_add(&sum, terms(d)[i].number / coefficient, monomial_div(terms(d)[i].dim, monomial));
    return sum_done(&sum);
}

static int64_t common_coefficient(Dim d)
{
    int64_t common = d->value;
    for (int i = 0; i < term_count(d); i++) common = gcd(common, terms(d)[i].number);
    return gcd(common, 0);
}

/* The product of atoms, known not to be zero, that divides every term of a and b; b is not constant. */
static Dim common_monomial(Dim a, Dim b)
{
    if (a->value != 0 || b->value != 0) return dim_const(1);
    Dim common = nonzero_factors(terms(b)[0].dim);
    for (int i = 0; i < term_count(b); i++) common = monomial_gcd(common, terms(b)[i].dim);
    for (int i = 0; i < term_count(a); i++) common = monomial_gcd(common, terms(a)[i].dim);
    return common;
}

/* Divides a and b by the largest product that divides all their terms, and returns it. */
static Dim cancel_product(Dim *a, Dim *b)
{
    int64_t coefficient = gcd(common_coefficient(*a), common_coefficient(*b));
    Dim monomial = term_count(*b) ? common_monomial(*a, *b) : dim_const(1);
    if (coefficient == 1 && dim_is(monomial, 1)) return monomial;
    *a = divide_terms(*a, coefficient, monomial);
    *b = divide_terms(*b, coefficient, monomial);
    return scale(coefficient, monomial);
}

/* a / divisor when that is a polynomial again, else NULL: long division, leading terms first. */
static Dim exact_quotient(Dim a, Dim divisor)
{
    Part lead = terms(divisor)[0];
    Dim quotient = dim_const(0);
    for (int i = 0; i < MAX_QUOTIENT && term_count(a); i++) {
        Part term = terms(a)[0];
        Dim monomial = term.number % lead.number ? NULL : monomial_div(term.dim, lead.dim);
        if (!monomial) return NULL;
        Dim part = scale(term.number / lead.number, monomial);
        quotient = dim_add(quotient, part);
        a = dim_sub(a, dim_mul(part, divisor));
    }
    return dim_is(a, 0) ? quotient : NULL;
}

/* Divides a and b by what they have in common, and returns it; the result is not zero for any values of the
 * symbols. b = content * primitive: the content cancels term by term, the primitive part as a whole. */
static Dim cancel(Dim *a, Dim *b)
{
    Dim common = cancel_product(a, b);
    if (!is_polynomial(*b)) return common;
    Dim primitive = *b, twin = *b, content = cancel_product(&primitive, &twin);
    Dim quotient = never_zero(primitive) ? exact_quotient(*a, primitive) : NULL;
    if (!quotient) return common;
    *a = quotient;
    *b = content;
    return dim_mul(dim_mul(common, primitive), cancel_product(a, b));
}

/* Takes the terms that b divides out of *a and returns their quotient: *a + b * result is the old *a. */
static Dim take_multiples(Dim *a, Dim b)
{
    if (is_polynomial(b)) return dim_const(0);
    Sum whole = {0}, rest = {0};
    if (b->kind == CONST) {
        whole.constant = floordiv((*a)->value, b->value);
        rest.constant = mod((*a)->value, b->value);
    } else rest.constant = (*a)->value;
    Part divisor = b->kind == CONST ? (Part){b->value, dim_const(1)} : terms(b)[0];
    for (int i = 0; i < term_count(*a); i++) {
        Part term = terms(*a)[i];
        Dim monomial = term.number % divisor.number ? NULL : monomial_div(term.dim, divisor.dim);
        if (monomial) sum_add(&whole, term.number / divisor.number, monomial);
        else sum_add(&rest, term.number, term.dim);
    }
    *a = sum_done(&rest);
    return sum_done(&whole);
}

/* The largest g that divides *b, a constant, and every coefficient of *a but its constant. With a = g x + k,
 * floor(a / b) = floor((x + floor(k / g)) / (b / g)): that is what *a and *b become. */
static int64_t shrink(Dim *a, Dim *b)
{
    int64_t common = (*b)->value;
    for (int i = 0; i < term_count(*a); i++) common = gcd(common, terms(*a)[i].number);
    if (common == 1) return 1;
    Dim terms_only = dim_sub(*a, dim_const((*a)->value));
    Dim constant = dim_const(floordiv((*a)->value, common));
    *a = dim_add(divide_terms(terms_only, common, dim_const(1)), constant);
    *b = dim_const((*b)->value / common);
    return common;
}

/* floor((floor(x / c) + k) / b) = floor((x + k c) / (c b)) for positive constants c and b, constant k. */
static bool merge_floors(Dim *a, Dim *b)
{
    if (term_count(*a) != 1 || terms(*a)[0].number != 1) return false;
    Dim inner = terms(*a)[0].dim;
    if (inner->kind != FLOORDIV || inner->parts[1].dim->kind != CONST) return false;
    Dim divisor = inner->parts[1].dim, merged = dim_mul(divisor, *b);
    if (is_infinite(merged->value)) return false;
    *a = dim_add(inner->parts[0].dim, scale((*a)->value, divisor));
    *b = merged;
    return true;
}

/* A divisor known to be negative: both operands change sign. Returns whether they did. */
static bool make_divisor_positive(Dim *a, Dim *b)
{
    if ((*b)->range.high >= 0) return false;
    *a = negate(*a);
    *b = negate(*b);
    return true;
}

/* ---- Division ---- */

/* A dividend that starts with a minus changes sign: floor(a / b) = -ceil(-a / b) = -floor((b - 1 - a) / b). */
static Dim floordiv_by_constant(Dim a, Dim b)
{
    Dim whole = take_multiples(&a, b);
    shrink(&a, &b);
    if (dim_is(b, 1)) return dim_add(whole, a);
    if (terms(a)[0].number < 0) return dim_sub(whole, dim_floordiv(dim_sub(dim_const(b->value - 1), a), b));
    if (merge_floors(&a, &b)) return dim_add(whole, dim_floordiv(a, b));
    return dim_add(whole, new_binary(FLOORDIV, a, b, range_floordiv(a->range, b->range)));
}

Dim dim_floordiv(Dim a, Dim b)
{
    if (a->kind == CONST && b->kind == CONST) return dim_const(floordiv(a->value, b->value));
    if (dim_is(a, 0) || dim_is(b, 0)) return dim_const(0);
    cancel(&a, &b);
    make_divisor_positive(&a, &b);
    if (b->kind == CONST) return floordiv_by_constant(a, b);
    Dim whole = never_zero(b) ? take_multiples(&a, b) : dim_const(0);
    return dim_add(whole, new_binary(FLOORDIV, a, b, range_floordiv(a->range, b->range)));
}

/* For b >= 1, ceil(a / b) = floor((a - 1) / b) + 1; only a divisor of unknown sign leaves a ceil. */
Dim dim_ceildiv(Dim a, Dim b)
{
    if (dim_is(a, 0) || dim_is(b, 0)) return dim_const(0);
    cancel(&a, &b);
    make_divisor_positive(&a, &b);
    if (b->range.low >= 1) return dim_add(dim_floordiv(dim_sub(a, dim_const(1)), b), dim_const(1));
    Range negative = range_floordiv(negate(a)->range, b->range);
    return new_binary(CEILDIV, a, b, (Range){-negative.high, -negative.low});
}

/* mod(a, b) when nothing cancels any more: a - q b if the quotient q is the same for all values, else an atom. */
static Dim remainder_of(Dim a, Dim b)
{
    Range quotient = range_floordiv(a->range, b->range);
    if (quotient.low == quotient.high && !is_infinite(quotient.low)) return dim_sub(a, scale(quotient.low, b));
    return new_binary(MOD, a, b, range_mod(a->range, b->range));
}

/* Modulo the constant b, a coefficient may be any that differs by a multiple of b, and a term c * mod(x, m) may
 * be c * x where b divides c * m. */
static Dim reduce_terms(Dim a, Dim b)
{
    Sum sum = {.constant = a->value};
    for (int i = 0; i < term_count(a); i++) {
        Part term = terms(a)[i];
        bool redundant = term.dim->kind == MOD && dim_divides(b, scale(term.number, term.dim->parts[1].dim));
        sum_add(&sum, term.number % b->value, redundant ? term.dim->parts[0].dim : term.dim);
    }
    return sum_done(&sum);
}

/* With g dividing all but the constant k of a, mod(g x + k, g b) = g mod(x + floor(k / g), b) + mod(k, g). */
static Dim mod_by_constant(Dim a, Dim b)
{
    a = reduce_terms(a, b);
    int64_t constant = a->value, common = shrink(&a, &b);
    take_multiples(&a, b);
    return dim_add(scale(common, remainder_of(a, b)), dim_const(mod(constant, common)));
}

Dim dim_mod(Dim a, Dim b)
{
    if (a->kind == CONST && b->kind == CONST) return dim_const(mod(a->value, b->value));
    if (dim_is(a, 0) || dim_is(b, 0)) return a;
    Dim common = cancel(&a, &b);
    if (make_divisor_positive(&a, &b)) common = negate(common);
    if (b->kind == CONST) return dim_mul(common, mod_by_constant(a, b));
    take_multiples(&a, b);
    return dim_mul(common, remainder_of(a, b));
}

bool dim_divides(Dim divisor, Dim d)
{
    return dim_is(dim_mod(d, divisor), 0);
}

/* ---- Minimum and maximum ---- */

static bool at_least(Dim a, Dim b)
{
    return a->range.low >= b->range.high || dim_sub(a, b)->range.low >= 0;
}

/* Does `winner` make `other` superfluous? */
static bool beats(Kind kind, Dim winner, Dim other)
{
    return kind == MAX ? at_least(winner, other) : at_least(other, winner);
}

/* Adds a candidate to a list of operands of which none beats another. */
static int add_operand(Kind kind, Part *operands, int count, Dim candidate)
{
    int kept = 0;
    for (int i = 0; i < count; i++)
        if (beats(kind, operands[i].dim, candidate)) return count;
    for (int i = 0; i < count; i++)
        if (!beats(kind, candidate, operands[i].dim)) operands[kept++] = operands[i];
    operands[kept++] = (Part){1, candidate};
    return kept;
}

static Dim extremum(Kind kind, Dim a, Dim b)
{
    if (beats(kind, a, b)) return a;
    if (beats(kind, b, a)) return b;
    const Dim sides[] = {a, b};
    int count = 0;
    Part *operands = mem_array((size_t)(a->count + b->count + 2), sizeof *operands);
    for (int s = 0; s < 2; s++) {
        bool nested = sides[s]->kind == kind;
        const Part *parts = nested ? sides[s]->parts : &sides[s]->self;
        for (int i = 0; i < (nested ? sides[s]->count : 1); i++)
            count = add_operand(kind, operands, count, parts[i].dim);
    }
    if (count == 1) return operands[0].dim;
    qsort(operands, (size_t)count, sizeof *operands, compare_operands);
    int64_t (*pick)(int64_t, int64_t) = kind == MIN ? min : max;
    Range range = operands[0].dim->range;
    for (int i = 1; i < count; i++) range = range_of_corners(range, operands[i].dim->range, pick);
    return new_atom(kind, operands, count, range);
}

Dim dim_min(Dim a, Dim b)
{
    return extremum(MIN, a, b);
}

Dim dim_max(Dim a, Dim b)
{
    return extremum(MAX, a, b);
}

/* ---- Questions ---- */

bool dim_is_const(Dim d)
{
    return d->kind == CONST;
}

bool dim_is(Dim d, int64_t value)
{
    return d->kind == CONST && d->value == value;
}

int64_t dim_value(Dim d)
{
    return d->value;
}

int64_t dim_low(Dim d)
{
    return d->range.low;
}

int64_t dim_high(Dim d)
{
    return d->range.high;
}

/* ---- Walks: each node once, however often it is shared ---- */

typedef struct {
    uint64_t number;
    int64_t (*value_of)(const char *name, void *context);
    void *context;
} EvalWalk;

static int64_t eval_node(Dim d, EvalWalk *walk);

static int64_t eval_sum(Dim d, EvalWalk *walk)
{
    int64_t sum = d->value;
    for (int i = 0; i < d->count; i++) sum = add(sum, mul(d->parts[i].number, eval_node(d->parts[i].dim, walk)));
    return sum;
}

static int64_t eval_product(Dim d, EvalWalk *walk)
{
    int64_t product = 1;
    for (int i = 0; i < d->count; i++)
        product = mul(product, power(eval_node(d->parts[i].dim, walk), d->parts[i].number));
    return product;
}

static int64_t eval_extremum(Dim d, EvalWalk *walk)
{
    int64_t best = eval_node(d->parts[0].dim, walk);
    for (int i = 1; i < d->count; i++) {
        int64_t value = eval_node(d->parts[i].dim, walk);
        best = d->kind == MIN ? min(best, value) : max(best, value);
    }
    return best;
}

static int64_t eval_division(Dim d, EvalWalk *walk)
{
    int64_t a = eval_node(d->parts[0].dim, walk), b = eval_node(d->parts[1].dim, walk);
    if (d->kind == MOD) return mod(a, b);
    return d->kind == FLOORDIV ? floordiv(a, b) : -floordiv(-a, b);
}

static int64_t eval_uncached(Dim d, EvalWalk *walk)
{
    switch (d->kind) {
    case SYMBOL: return clamp(walk->value_of(d->name, walk->context));
    case SUM: return eval_sum(d, walk);
    case PRODUCT: return eval_product(d, walk);
    case MIN:
    case MAX: return eval_extremum(d, walk);
    case FLOORDIV:
    case CEILDIV:
    case MOD: return eval_division(d, walk);
    case CONST: break;
    }
    return d->value;
}

static int64_t eval_node(Dim d, EvalWalk *walk)
{
    if (d->memo->walk == walk->number) return d->memo->value;
    int64_t value = eval_uncached(d, walk);
    *d->memo = (Memo){.walk = walk->number, .value = value};
    return value;
}

int64_t dim_eval(Dim d, int64_t (*value_of)(const char *name, void *context), void *context)
{
    EvalWalk walk = {++walks, value_of, context};
    return eval_node(d, &walk);
}

typedef struct {
    uint64_t number;
    const char *name;
    Dim replacement;
} SubstituteWalk;

static Dim substitute_node(Dim d, SubstituteWalk *walk);

static Dim dim_power(Dim base, int64_t exponent)
{
    Dim result = dim_const(1);
    for (int64_t i = 0; i < exponent; i++) result = dim_mul(result, base);
    return result;
}

static Dim combine(Kind kind, Dim a, Dim b)
{
    switch (kind) {
    case FLOORDIV: return dim_floordiv(a, b);
    case CEILDIV: return dim_ceildiv(a, b);
    case MOD: return dim_mod(a, b);
    case MIN: return dim_min(a, b);
    case MAX: return dim_max(a, b);
    case PRODUCT: return dim_mul(a, b);
    default: return dim_add(a, b);
    }
}

/* The part's share of its node: number * dim in a SUM, dim ^ number in a PRODUCT, else dim. */
static Dim substitute_part(Kind kind, Part part, SubstituteWalk *walk)
{
    Dim dim = substitute_node(part.dim, walk);
    if (kind == SUM) return scale(part.number, dim);
    return kind == PRODUCT ? dim_power(dim, part.number) : dim;
}

static Dim substitute_uncached(Dim d, SubstituteWalk *walk)
{
    if (d->kind == SYMBOL) return strcmp(d->name, walk->name) ? d : walk->replacement;
    if (d->kind == CONST) return d;
    Dim result = substitute_part(d->kind, d->parts[0], walk);
    for (int i = 1; i < d->count; i++) result = combine(d->kind, result, substitute_part(d->kind, d->parts[i], walk));
    return d->kind == SUM ? dim_add(result, dim_const(d->value)) : result;
}

static Dim substitute_node(Dim d, SubstituteWalk *walk)
{
    if (d->memo->walk == walk->number) return d->memo->dim;
    Dim dim = substitute_uncached(d, walk);
    *d->memo = (Memo){.walk = walk->number, .dim = dim};
    return dim;
}

Dim dim_substitute(Dim d, const char *name, Dim replacement)
{
    SubstituteWalk walk = {++walks, name, replacement};
    return substitute_node(d, &walk);
}

typedef struct {
    uint64_t number;
    int count, capacity;
    const char **names;
} SymbolWalk;

static void collect_symbols(Dim d, SymbolWalk *walk)
{
    if (d->memo->walk == walk->number) return;
    *d->memo = (Memo){.walk = walk->number};
    if (d->kind == SYMBOL) {
        mem_grow(&walk->names, &walk->capacity, walk->count + 1, sizeof *walk->names);
        walk->names[walk->count++] = d->name;
    }
    for (int i = 0; i < d->count; i++) collect_symbols(d->parts[i].dim, walk);
}

/* Collected first, so that `visit` may itself work with dims. */
void dim_symbols(Dim d, void (*visit)(const char *name, void *context), void *context)
{
    SymbolWalk walk = {.number = ++walks};
    collect_symbols(d, &walk);
    for (int i = 0; i < walk.count; i++) visit(walk.names[i], context);
}

/* ---- Text, for people and as C ---- */

/* Without c_name: for people. */
typedef struct {
    const char *(*c_name)(const char *symbol, void *context);
    void *context;
} Writer;

static const char *text(Dim d, const Writer *w);

static const char *parenthesised(const char *inside)
{
    return mem_printf("(%s)", inside);
}

/* The text as an operand of any operator. */
static const char *operand(Dim d, const Writer *w)
{
    bool loose = d->kind == SUM || d->kind == PRODUCT || (d->kind == CONST && d->value < 0);
    return loose ? parenthesised(text(d, w)) : text(d, w);
}

static const char *power_text(Part factor, const Writer *w)
{
    const char *base = operand(factor.dim, w);
    if (factor.number == 1) return base;
    if (!w->c_name) return mem_printf("%s^%" PRId64, base, factor.number);
    const char *product = base;
    for (int64_t i = 1; i < factor.number; i++) product = mem_printf("%s * %s", product, base);
    return product;
}

/* The magnitude of a term; its sign is its sum's business. */
static const char *term_text(int64_t coefficient, Dim monomial, const Writer *w)
{
    int64_t magnitude = coefficient < 0 ? -coefficient : coefficient;
    const char *times = w->c_name ? " * " : "*";
    const char *product = magnitude == 1 ? NULL : mem_printf("%" PRId64, magnitude);
    for (int i = 0; i < factor_count(monomial); i++) {
        const char *factor = power_text(factors(monomial)[i], w);
        product = product ? mem_printf("%s%s%s", product, times, factor) : factor;
    }
    return product;
}

static const char *sum_text(Dim d, const Writer *w)
{
    const char *sum = "";
    for (int i = 0; i < d->count; i++) {
        const char *term = term_text(d->parts[i].number, d->parts[i].dim, w);
        bool negative = d->parts[i].number < 0;
        if (i == 0) sum = mem_printf("%s%s", negative ? "-" : "", term);
        else sum = mem_printf("%s %c %s", sum, negative ? '-' : '+', term);
    }
    if (d->value > 0) return mem_printf("%s + %" PRId64, sum, d->value);
    return d->value < 0 ? mem_printf("%s - %" PRId64, sum, -d->value) : sum;
}

/* "floor(h/2)", "floor((h + 1)/(2*n))", "mod(h, 2)" */
static const char *division_text(Dim d, const Writer *w)
{
    Dim a = d->parts[0].dim, b = d->parts[1].dim;
    if (d->kind == MOD) return mem_printf("mod(%s, %s)", text(a, w), text(b, w));
    const char *dividend = is_polynomial(a) ? operand(a, w) : text(a, w);
    return mem_printf("%s(%s/%s)", d->kind == FLOORDIV ? "floor" : "ceil", dividend, operand(b, w));
}

/* C rounds quotients toward zero: its operators will do only where nothing is negative, and the divisor not zero. */
static const char *division_c_text(Dim d, const Writer *w)
{
    Dim a = d->parts[0].dim, b = d->parts[1].dim;
    if (a->range.low >= 0 && b->range.low >= 1 && d->kind != CEILDIV)
        return mem_printf("(%s %c %s)", operand(a, w), d->kind == MOD ? '%' : '/', operand(b, w));
    const char *helper = d->kind == MOD ? "mod" : d->kind == FLOORDIV ? "floordiv" : "ceildiv";
    return mem_printf("dim_%s_i32(%s, %s)", helper, text(a, w), text(b, w));
}

/* "min(a, b, c)"; in C nested calls of a helper for two. */
static const char *extremum_text(Dim d, const Writer *w)
{
    const char *name = d->kind == MIN ? "min" : "max", *list = text(d->parts[0].dim, w);
    for (int i = 1; i < d->count; i++) {
        const char *next = text(d->parts[i].dim, w);
        list = w->c_name ? mem_printf("dim_%s_i32(%s, %s)", name, list, next) : mem_printf("%s, %s", list, next);
    }
    return w->c_name ? list : mem_printf("%s(%s)", name, list);
}

static const char *text(Dim d, const Writer *w)
{
    switch (d->kind) {
    case SYMBOL: return w->c_name ? w->c_name(d->name, w->context) : d->name;
    case SUM: return sum_text(d, w);
    case PRODUCT: return term_text(1, d, w);
    case MIN:
    case MAX: return extremum_text(d, w);
    case FLOORDIV:
    case CEILDIV:
    case MOD: return w->c_name ? division_c_text(d, w) : division_text(d, w);
    case CONST: break;
    }
    return mem_printf("%" PRId64, d->value);
}

const char *dim_text(Dim d)
{
    Writer people = {NULL, NULL};
    return text(d, &people);
}

const char *dim_c_text(Dim d, const char *(*c_name)(const char *symbol, void *context), void *context)
{
    Writer c = {c_name, context};
    return operand(d, &c);
}
