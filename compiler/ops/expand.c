/* Expand, Tile: a tensor repeated.
 * https://onnx.ai/onnx/operators/onnx__Expand.html, onnx__Tile.html */
#include "ops/shared/shared.h"

/* -- Expand ------------------------------------------------------------------------------------ */

static bool may_be(Dim d, int64_t value)
{
    return !dims_differ(d, dim_const(value));
}

/* product = 0 says that one of its factors is 0. False if it may be larger than the run-time check can count. */
static bool assume_zero(Node *n, Dim product)
{
    if (dim_high(product) > INT32_MAX || dim_low(product) < -INT32_MAX) return false;
    assume_equal(n, product, dim_const(0));
    return true;
}

/* A dimension of x that is 1 repeats, one of the wanted shape that is 1 asks for nothing; which are 1 may be found only
 * at run time. NULL with an error where they can't agree. */
static Dim expanded_dim(Node *n, Dim x, Dim wanted)
{
    Dim one = dim_const(1), zero = dim_const(0), excess = dim_sub(wanted, x), x_more = dim_sub(x, one),
        wanted_more = dim_sub(wanted, one);
    if (x == wanted || dim_is(wanted, 1)) return x;
    if (dim_is(x, 1)) return wanted;
    if (!may_be(x, 1) && may_be(wanted, 1) && assume_zero(n, dim_mul(wanted_more, excess))) return x;
    if (may_be(x, 1) && !may_be(wanted, 1) && assume_zero(n, dim_mul(x_more, excess))) return wanted;
    if (may_be(x, 1) && may_be(wanted, 1) && assume_zero(n, dim_mul(dim_mul(x_more, wanted_more), excess)))
        return dim_mul(dim_max(x, wanted), dim_mul(dim_max(zero, dim_min(one, x)),
                                                   dim_max(zero, dim_min(one, wanted)))); /* either may be 0 */
    return need_equal(n, x, wanted, "a dimension to expand, and its size wanted") ? dim_is_const(x) ? x : wanted : NULL;
}

static void infer_expand(Node *n)
{
    Dim *wanted;
    if (!need_counts(n, 2, 2, 1, 1) || !need_tensor_inputs(n)) return;
    const Shape *x = &n->in[0]->type.shape;
    int rank = need_dims(n, 1, &wanted);
    if (rank < 0) return;
    if (rank > MAX_RANK) {
        node_error(n, "expands to rank %d, expected at most %d; merge dimensions in the model", rank, MAX_RANK);
        return;
    }
    Shape y = {.rank = rank > x->rank ? rank : x->rank};
    for (int i = 1; i <= y.rank; i++) { /* from the last dimension on */
        Dim one = dim_const(1),
            d = expanded_dim(n, i <= x->rank ? x->dim[x->rank - i] : one, i <= rank ? wanted[rank - i] : one);
        if (!d) return;
        y.dim[y.rank - i] = d;
    }
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

static void lower_expand(Node *n)
{
    const Shape *x = &n->in[0]->type.shape, *y = &n->out[0]->type.shape;
    int missing = y->rank - x->rank;
    Dim one = dim_const(1);
    Walk w = {.rank = 0};
    for (int d = 0; d < y->rank; d++) {
        Dim size = d < missing ? one : x->dim[d - missing],
            stride = d < missing ? dim_const(0) : axis_stride(x, d - missing);
        if (size != y->dim[d] && may_be(size, 1)) stride = dim_mul(stride, dim_min(one, dim_sub(size, one)));
        walk_axis(&w, y->dim[d], stride);
    }
    lower_walk(n, n->in[0], dim_const(0), n->out[0], dim_const(0), &w);
}

/* -- Tile -------------------------------------------------------------------------------------- */

/* Repetitions per axis. Before opset 6 they were a number of tiles along one axis. */
static bool read_repeats(Node *n, Dim *repeats)
{
    int rank = n->in[0]->type.shape.rank;
    Dim *given;
    if (n->opset < 6) {
        double tiles, axis;
        bool known = known_scalar(n->in[1], &tiles) && known_scalar(n->in[2], &axis) && tiles >= 0 &&
                     tiles < INT32_MAX && fabs(axis) < MAX_RANK;
        if (!known)
            node_error(n, "inputs 1 and 2 are not known at compile time, expected constant numbers of tiles and axis");
        int at = known ? normalize_axis(n, (int64_t)axis, rank) : -1;
        for (int d = 0; d < rank; d++) repeats[d] = dim_const(d == at ? (int64_t)tiles : 1);
        return at >= 0;
    }
    int count = need_dims(n, 1, &given);
    if (count >= 0 && count != rank)
        node_invalid(n, "has %d repeats for rank %d, expected one for each axis", count, rank);
    for (int d = 0; d < rank && count == rank; d++) {
        repeats[d] = given[d];
        if (dim_high(given[d]) >= 0) continue;
        node_invalid(n, "repeats axis %d %s times, expected 0 or more", d, shown(dim_text(given[d])));
        return false;
    }
    return count == rank;
}

static void infer_tile(Node *n)
{
    Dim repeats[MAX_RANK];
    int inputs = n->opset < 6 ? 3 : 2;
    if (!need_counts(n, inputs, inputs, 1, 1) || !need_tensor_inputs(n) || !read_repeats(n, repeats)) return;
    Shape y = n->in[0]->type.shape;
    for (int d = 0; d < y.rank; d++) y.dim[d] = dim_mul(y.dim[d], repeats[d]);
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

/* Each axis is two loops: over the repetitions, which stand still in x, and over the axis itself. */
static void lower_tile(Node *n)
{
    Dim repeats[MAX_RANK];
    const Shape *x = &n->in[0]->type.shape;
    Walk w = {.rank = 0};
    read_repeats(n, repeats);
    for (int d = 0; d < x->rank; d++) {
        walk_axis(&w, repeats[d], dim_const(0));
        walk_axis(&w, x->dim[d], axis_stride(x, d));
    }
    lower_walk(n, n->in[0], dim_const(0), n->out[0], dim_const(0), &w);
}

const Op ops_expand[] = {
    {.name = "Expand",
     .domain = "",
     .since = 8,
     .infer = infer_expand,
     .lower = lower_expand,
     .flags = OP_HALF_NATIVE | OP_MOVES},
    {.name = "Tile",
     .domain = "",
     .since = 1,
     .infer = infer_tile,
     .lower = lower_tile,
     .flags = OP_HALF_NATIVE | OP_MOVES},
    {0},
};
