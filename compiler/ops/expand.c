/* Expand, Tile: a tensor repeated.
 * https://onnx.ai/onnx/operators/onnx__Expand.html, onnx__Tile.html */
#include "move.h"

/* -- Expand ------------------------------------------------------------------------------------------------------------------------- */

static void infer_expand(Node *n)
{
    Dim *dims;
    if (!need(n, 2, 2, 1, 1) || !need_tensor_inputs(n)) return;
    int rank = need_dims(n, 1, &dims);
    if (rank < 0) return;
    if (rank > MAX_RANK) {
        node_error(n, "expands to rank %d, expected at most %d; merge dimensions in the model", rank, MAX_RANK);
        return;
    }
    Shape wanted = shape_of(rank, dims), y;
    if (broadcast_shapes(n, &n->in[0]->type.shape, &wanted, &y)) set_out(n, 0, n->in[0]->type.dtype, &y);
}

static void lower_expand(Node *n)
{
    const Shape *x = &n->in[0]->type.shape, *y = &n->out[0]->type.shape;
    int missing = y->rank - x->rank;
    Walk w = {.rank = 0};
    for (int d = 0; d < y->rank; d++) {
        bool repeats = d < missing || (dim_is(x->dim[d - missing], 1) && !dim_is(y->dim[d], 1));
        walk_axis(&w, y->dim[d], repeats ? dim_const(0) : stride_of(x, d - missing));
    }
    lower_walk(n, n->in[0], dim_const(0), n->out[0], dim_const(0), &w);
}

/* -- Tile --------------------------------------------------------------------------------------------------------------------------- */

/* Repetitions per axis. Before opset 6 they were a number of tiles along one axis. */
static bool read_repeats(Node *n, Dim *repeats)
{
    int rank = n->in[0]->type.shape.rank;
    Dim *given;
    if (n->opset < 6) {
        double tiles, axis;
        bool known = known_scalar(n->in[1], &tiles) && known_scalar(n->in[2], &axis) && tiles >= 0 && tiles < INT32_MAX && fabs(axis) < MAX_RANK;
        if (!known) node_error(n, "inputs 1 and 2 are not known at compile time, expected constant numbers of tiles and axis");
        int at = known ? normalize_axis(n, (int64_t)axis, rank) : -1;
        for (int d = 0; d < rank; d++) repeats[d] = dim_const(d == at ? (int64_t)tiles : 1);
        return at >= 0;
    }
    int count = need_dims(n, 1, &given);
    if (count >= 0 && count != rank) node_error(n, "has %d repeats for rank %d, expected one for each axis; the model is invalid here, check how it was exported", count, rank);
    for (int d = 0; d < rank && count == rank; d++) {
        repeats[d] = given[d];
        if (dim_high(given[d]) >= 0) continue;
        node_error(n, "repeats axis %d %s times, expected 0 or more; the model is invalid here, check how it was exported", d, dim_text(given[d]));
        return false;
    }
    return count == rank;
}

static void infer_tile(Node *n)
{
    Dim repeats[MAX_RANK];
    int inputs = n->opset < 6 ? 3 : 2;
    if (!need(n, inputs, inputs, 1, 1) || !need_tensor_inputs(n) || !read_repeats(n, repeats)) return;
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
        walk_axis(&w, x->dim[d], stride_of(x, d));
    }
    lower_walk(n, n->in[0], dim_const(0), n->out[0], dim_const(0), &w);
}

const Op ops_expand[] = {
    {.name = "Expand", .domain = "", .since = 8, .infer = infer_expand, .lower = lower_expand, .flags = OP_HALF_NATIVE | OP_MOVES},
    {.name = "Tile", .domain = "", .since = 1, .infer = infer_tile, .lower = lower_tile, .flags = OP_HALF_NATIVE | OP_MOVES},
    {0},
};
