/* rewrite_causal: masks that let queries look at their own key and those before it, whether they are known or made from
 * sizes in every call. An element of such a mask only depends on which side of the diagonal it is on: formulas are
 * followed with one number for each side. */
#include "base/base.h"
#include "rewrite/rewrite.h"

#include <float.h>

enum { MAX_DEPTH = 8 };

/* What elements are on and below the diagonal of the last two axes, and above it. */
typedef struct {
    double below, above;
} Sides;

static bool same(double a, double b)
{
    return (a <= b && a >= b) || (isnan(a) && isnan(b));
}

static bool read_known(const Value *v, Sides *s)
{
    const Shape *shape = &v->type.shape;
    if (!number_has(v->type.dtype) || value_count(v) < 1) return false;
    const int64_t rows = shape->rank > 1 ? dim_value(shape->dim[shape->rank - 2]) : 1,
                  columns = shape->rank > 0 ? dim_value(shape->dim[shape->rank - 1]) : 1;
    s->below = const_as_double(v, 0);
    s->above = const_as_double(v, columns - 1);
    for (int64_t i = 0, count = value_count(v); i < count; i++)
        if (!same(const_as_double(v, i), i % columns <= i / columns % rows ? s->below : s->above)) return false;
    return true;
}

static bool read_cast(const Node *n, const Sides *x, Sides *y)
{
    const DType to = n->out[0]->type.dtype;
    *y = to == DT_BOOL ? (Sides){x->below != 0, x->above != 0} : *x;
    return to == DT_BOOL || to == DT_FLOAT;
}

static bool read_trilu(Node *n, const Sides *x, Sides *y)
{
    double k = 0;
    const bool upper = attr_int(n, "upper", 1) != 0;
    if (input_of(n, 1) && !known_scalar(n->in[1], &k)) return false;
    *y = upper ? (Sides){0, x->above} : (Sides){x->below, 0};
    return same(k, upper);
}

/* x: of the first three inputs, as far as they are operands. */
static bool read_formula(Node *n, const Sides *x, Sides *y)
{
    const Sides a = x[0], b = x[1], c = x[2];
    if (node_is(n, "Trilu")) return read_trilu(n, x, y);
    if (node_is(n, "Cast")) return read_cast(n, x, y);
    if (node_is(n, "Expand") || node_is(n, "Unsqueeze") || node_is(n, "Identity")) *y = a;
    else if (node_is(n, "Not")) *y = (Sides){a.below == 0, a.above == 0};
    else if (node_is(n, "Equal")) *y = (Sides){a.below == b.below, a.above == b.above};
    else if (node_is(n, "Mul")) *y = (Sides){a.below * b.below, a.above * b.above};
    else if (node_is(n, "Sub")) *y = (Sides){a.below - b.below, a.above - b.above};
    else if (node_is(n, "Where")) *y = (Sides){a.below != 0 ? b.below : c.below, a.above != 0 ? b.above : c.above};
    else return false;
    return true;
}

/* Only values that differ from side to side must have the diagonal of the scores. */
static bool has_diagonal(const Value *v, const Value *scores)
{
    return v->type.shape.rank > 1 && dim_at(v, -1) == dim_at(scores, -1) && dim_at(v, -2) == dim_at(scores, -2);
}

static bool sides_of(const Value *v, const Value *scores, Sides *s, int depth)
{
    Node *n = v->producer;
    Sides x[3] = {{0, 0}, {0, 0}, {0, 0}};
    const bool known = value_is_const(v);
    if (v->type.kind != KIND_TENSOR || depth > MAX_DEPTH || (!known && !n)) return false;
    if (known && !read_known(v, s)) return false;
    /* The second input of some is a shape or a number that isn't part of the formula. */
    const int operands = known                                                           ? 0
                         : node_is(n, "Where")                                           ? 3
                         : node_is(n, "Equal") || node_is(n, "Mul") || node_is(n, "Sub") ? 2
                                                                                         : 1;
    for (int i = 0; i < operands; i++)
        if (!input_of(n, i) || !sides_of(n->in[i], scores, &x[i], depth + 1)) return false;
    if (!known && !read_formula(n, x, s)) return false;
    return same(s->below, s->above) || has_diagonal(v, scores);
}

bool mask_is_causal(const Value *mask, const Value *scores)
{
    Sides s;
    return sides_of(mask, scores, &s, 0) && s.below == 0 && s.above <= -FLT_MAX && has_diagonal(mask, scores);
}
