/* dim_walk.c: walks over an expression. Each visits a node once, however often it is shared. */
#include "dim/dim_expr.h"
#include "base/base.h"

#include <string.h>

static uint64_t walks;

typedef struct {
    uint64_t number;
    int64_t (*value_of)(Foreign name, void *context);
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

int64_t dim_eval(Dim d, int64_t (*value_of)(Foreign name, void *context), void *context)
{
    EvalWalk walk = {++walks, value_of, context};
    return eval_node(d, &walk);
}

typedef struct {
    uint64_t number;
    Foreign name;
    Dim replacement;
} SubstituteWalk;

static Dim substitute_node(Dim d, SubstituteWalk *walk);

static Dim dim_power(Dim base, int64_t exponent)
{
    Dim result = dim_const(1);
    for (int64_t i = 0; i < exponent; i++) result = dim_mul(result, base);
    return result;
}

static Dim combine(DimKind kind, Dim a, Dim b)
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
static Dim substitute_part(DimKind kind, Part part, SubstituteWalk *walk)
{
    Dim dim = substitute_node(part.dim, walk);
    if (kind == SUM) return dim_scale(part.number, dim);
    return kind == PRODUCT ? dim_power(dim, part.number) : dim;
}

static Dim substitute_uncached(Dim d, SubstituteWalk *walk)
{
    if (d->kind == SYMBOL) return foreign_equal(d->name, walk->name) ? walk->replacement : d;
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

Dim dim_substitute(Dim d, Foreign name, Dim replacement)
{
    SubstituteWalk walk = {++walks, name, replacement};
    return substitute_node(d, &walk);
}

typedef struct {
    uint64_t number;
    int count, capacity;
    Foreign *names;
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
void dim_symbols(Dim d, void (*visit)(Foreign name, void *context), void *context)
{
    SymbolWalk walk = {.number = ++walks};
    collect_symbols(d, &walk);
    for (int i = 0; i < walk.count; i++) visit(walk.names[i], context);
}
