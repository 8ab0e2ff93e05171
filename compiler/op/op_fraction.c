/* Sizes that pass through floating-point numbers: int(ceil(h / 2.0) * 2), as exporters write what Python computed.
 *
 * A float is read as a fraction of an expression, back through the nodes that computed it. That is only done while the
 * run-time result is exact, or is rounded once and then made an integer: a quotient of integers below 2^24 is nearer to
 * itself than to any integer that it isn't, so rounding it to a float doesn't carry it over one. */
#include "op/loop_types.h"
#include "op/op.h"

#include <math.h>

enum { MOST_VISITS = 64 }; /* of nodes, on the way back */

typedef struct {
    Dim numerator;
    int64_t denominator;
    bool rounded;
} Fraction;

static bool read_fraction(const Value *v, int64_t at, int *visits, Fraction *f);

/* Integers up to here are floats of this type. */
static int64_t largest_exact(DType t)
{
    return t == DT_DOUBLE ? INT64_C(1) << 53 : INT64_C(1) << 24;
}

/* The fraction in lowest terms, if a number of type t holds it so well that floor and ceil of it are right. */
static bool settle(Fraction *f, DType t)
{
    int64_t power = f->denominator & -f->denominator, most = largest_exact(t);
    while (power > 1 && !dim_divides(dim_const(power), f->numerator)) power /= 2;
    f->numerator = dim_floordiv(f->numerator, dim_const(power));
    f->denominator /= power;
    if (dim_divides(dim_const(f->denominator), f->numerator)) {
        f->numerator = dim_floordiv(f->numerator, dim_const(f->denominator));
        f->denominator = 1;
    }
    f->rounded = (f->denominator & (f->denominator - 1)) != 0;
    return dim_low(f->numerator) > -most && dim_high(f->numerator) < most && f->denominator < most;
}

static bool read_constant(const Value *v, int64_t at, Fraction *f)
{
    double x = const_as_double(v, v->type.shape.rank ? at : 0);
    int64_t denominator = 1;
    for (; x != floor(x) && denominator < largest_exact(DT_FLOAT); denominator *= 2) x *= 2;
    *f = (Fraction){.denominator = denominator};
    if (!(fabs(x) < (double)largest_exact(DT_FLOAT)) || x != floor(x)) return false;
    f->numerator = dim_const((int64_t)x);
    return true;
}

static bool read_integer(const Value *v, int64_t at, Fraction *f)
{
    Dim *dims;
    if (known_dims(v, &dims) < 0) return false;
    *f = (Fraction){dims[at], 1, false};
    return true;
}

static bool combine(const Node *n, const Fraction *a, const Fraction *b, Fraction *f)
{
    *f = (Fraction){.denominator = a->denominator * b->denominator};
    Dim left = dim_mul(a->numerator, dim_const(b->denominator)),
        right = dim_mul(b->numerator, dim_const(a->denominator));
    if (node_is(n, "Add")) f->numerator = dim_add(left, right);
    else if (node_is(n, "Sub")) f->numerator = dim_sub(left, right);
    else if (node_is(n, "Mul")) f->numerator = dim_mul(a->numerator, b->numerator);
    else if (node_is(n, "Div") && dim_is_const(b->numerator) && dim_value(b->numerator) > 0)
        *f = (Fraction){left, a->denominator * dim_value(b->numerator), false};
    return f->numerator != NULL;
}

static bool read_arithmetic(const Node *n, int64_t at, int *visits, Fraction *f)
{
    const Shape *shape = &n->out[0]->type.shape;
    Fraction sides[2];
    if (n->n_in != 2 || attr_find(n, "broadcast")) return false;
    for (int i = 0; i < 2; i++) {
        int64_t there = broadcast_index(shape, &n->in[i]->type.shape, at);
        if (!read_fraction(n->in[i], there, visits, &sides[i]) || sides[i].rounded) return false;
    }
    return combine(n, &sides[0], &sides[1], f);
}

static bool read_whole(const Node *n, int64_t at, int *visits, Fraction *f)
{
    if (!read_fraction(n->in[0], at, visits, f)) return false;
    Dim denominator = dim_const(f->denominator);
    f->numerator = (node_is(n, "Floor") ? dim_floordiv : dim_ceildiv)(f->numerator, denominator);
    f->denominator = 1;
    return true;
}

static bool read_computed(const Node *n, int64_t at, int *visits, Fraction *f)
{
    if (node_is(n, "Floor") || node_is(n, "Ceil")) return read_whole(n, at, visits, f);
    if (node_is(n, "Unsqueeze") || node_is(n, "Squeeze") || node_is(n, "Identity"))
        return read_fraction(n->in[0], at, visits, f);
    if (node_is(n, "Cast") && !dtype_is_float(n->in[0]->type.dtype)) return read_integer(n->in[0], at, f);
    if (node_is(n, "Cast")) return read_fraction(n->in[0], at, visits, f) && !f->rounded;
    return read_arithmetic(n, at, visits, f);
}

static bool read_fraction(const Value *v, int64_t at, int *visits, Fraction *f)
{
    DType t = v->type.dtype;
    if (--*visits < 0 || (t != DT_FLOAT && t != DT_DOUBLE) || !shape_is_const(&v->type.shape)) return false;
    bool known = v->data ? read_constant(v, at, f) : v->producer && read_computed(v->producer, at, visits, f);
    return known && settle(f, t);
}

Dim known_integer(const Value *v, int64_t at)
{
    Fraction f;
    Dim zero = dim_const(0);
    int visits = MOST_VISITS;
    if (!read_fraction(v, at, &visits, &f)) return NULL;
    Dim denominator = dim_const(f.denominator);
    if (dim_low(f.numerator) >= 0) return dim_floordiv(f.numerator, denominator);
    return dim_add(dim_max(zero, dim_floordiv(f.numerator, denominator)),
                   dim_min(zero, dim_ceildiv(f.numerator, denominator)));
}
