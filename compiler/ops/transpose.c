/* Transpose, DepthToSpace, SpaceToDepth: a tensor with its axes in another order.
 * https://onnx.ai/onnx/operators/onnx__Transpose.html, onnx__DepthToSpace.html, onnx__SpaceToDepth.html */
#include "ops/shared/shared.h"

#include <string.h>

/* -- Transpose --------------------------------------------------------------------------------- */

/* Which axis of x becomes which of y. */
static bool permutation(Node *n, int rank, int *perm)
{
    const int64_t *given;
    int count = attr_ints(n, "perm", &given);
    bool used[MAX_RANK] = {false};
    for (int i = 0; i < rank; i++) {
        if (count == rank && given[i] >= 0 && given[i] < rank) perm[i] = (int)given[i];
        else if (!attr_find(n, "perm")) perm[i] = rank - 1 - i;
        else return false;
        if (used[perm[i]]) return false;
        used[perm[i]] = true;
    }
    return count == rank || !attr_find(n, "perm");
}

static void infer_transpose(Node *n)
{
    int perm[MAX_RANK];
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n)) return;
    const Shape *x = &n->in[0]->type.shape;
    if (!permutation(n, x->rank, perm)) {
        node_invalid(n, "perm is no order of the %d axes of shape %s", x->rank, shown(shape_text(x)));
        return;
    }
    Shape y = {.rank = x->rank};
    for (int i = 0; i < x->rank; i++) y.dim[i] = x->dim[perm[i]];
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

static void lower_transpose(Node *n)
{
    const Shape *x = &n->in[0]->type.shape;
    int perm[MAX_RANK];
    Walk w = {.rank = 0};
    permutation(n, x->rank, perm);
    for (int i = 0; i < x->rank; i++) walk_axis(&w, x->dim[perm[i]], axis_stride(x, perm[i]));
    lower_walk(n, n->in[0], dim_const(0), n->out[0], dim_const(0), &w);
}

/* -- DepthToSpace, SpaceToDepth ---------------------------------------------------------------- */

/* [N, C, H, W] with blocks of b x b pixels. Channels are ordered block first (DCR: depth, column,
 * row) or depth first (CRD). */
typedef struct {
    int64_t b;
    bool depth_first;
} Blocks;

static bool read_blocks(Node *n, Blocks *blocks)
{
    Foreign mode = attr_string(n, "mode", "DCR");
    blocks->b = attr_int(n, "blocksize", 0);
    blocks->depth_first = foreign_is(mode, "CRD");
    if (blocks->b < 1 || blocks->b > 1 << 15) {
        node_invalid(n, "blocksize is %lld, expected a positive number", (long long)blocks->b);
        return false;
    }
    if (blocks->depth_first || foreign_is(mode, "DCR")) return true;
    node_invalid(n, "mode is \"%s\", expected \"DCR\" or \"CRD\"", shown(mode));
    return false;
}

static void infer_depth_to_space(Node *n)
{
    Blocks blocks;
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !need_rank(n, 0, 4, 4) || !need_bytes(n, 0, true) ||
        !read_blocks(n, &blocks))
        return;
    const Shape *x = &n->in[0]->type.shape;
    Dim b = dim_const(blocks.b);
    if (!need_divides(n, x->dim[1], blocks.b * blocks.b, "the number of channels")) return;
    Shape y = shape_of(4, (Dim[]){x->dim[0], dim_floordiv(x->dim[1], dim_mul(b, b)), dim_mul(x->dim[2], b),
                                  dim_mul(x->dim[3], b)});
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

static void lower_depth_to_space(Node *n)
{
    Blocks blocks;
    read_blocks(n, &blocks);
    const Shape *x = &n->in[0]->type.shape;
    Dim b = dim_const(blocks.b), plane = axis_stride(x, 1), depth = dim_at(n->out[0], 1);
    Dim channel = blocks.depth_first ? dim_mul(dim_mul(b, b), plane) : plane;
    Dim block_col = blocks.depth_first ? plane : dim_mul(depth, plane);
    Walk w = {.rank = 0};
    walk_axis(&w, x->dim[0], axis_stride(x, 0));
    walk_axis(&w, depth, channel);
    walk_axis(&w, x->dim[2], x->dim[3]);
    walk_axis(&w, b, dim_mul(b, block_col));
    walk_axis(&w, x->dim[3], dim_const(1));
    walk_axis(&w, b, block_col);
    lower_walk(n, n->in[0], dim_const(0), n->out[0], dim_const(0), &w);
}

static void infer_space_to_depth(Node *n)
{
    Blocks blocks;
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !need_rank(n, 0, 4, 4) || !need_bytes(n, 0, true) ||
        !read_blocks(n, &blocks))
        return;
    const Shape *x = &n->in[0]->type.shape;
    Dim b = dim_const(blocks.b);
    if (!need_divides(n, x->dim[2], blocks.b, "the height") || !need_divides(n, x->dim[3], blocks.b, "the width"))
        return;
    Shape y = shape_of(4, (Dim[]){x->dim[0], dim_mul(x->dim[1], dim_mul(b, b)), dim_floordiv(x->dim[2], b),
                                  dim_floordiv(x->dim[3], b)});
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

static void lower_space_to_depth(Node *n)
{
    Blocks blocks;
    read_blocks(n, &blocks);
    const Shape *x = &n->in[0]->type.shape, *y = &n->out[0]->type.shape;
    Dim b = dim_const(blocks.b), width = x->dim[3];
    Walk w = {.rank = 0};
    walk_axis(&w, x->dim[0], axis_stride(x, 0));
    if (blocks.depth_first) walk_axis(&w, x->dim[1], axis_stride(x, 1));
    walk_axis(&w, b, width);
    walk_axis(&w, b, dim_const(1));
    if (!blocks.depth_first) walk_axis(&w, x->dim[1], axis_stride(x, 1));
    walk_axis(&w, y->dim[2], dim_mul(b, width));
    walk_axis(&w, y->dim[3], b);
    lower_walk(n, n->in[0], dim_const(0), n->out[0], dim_const(0), &w);
}

const Op ops_transpose[] = {
    {.name = "Transpose",
     .domain = "",
     .since = 1,
     .infer = infer_transpose,
     .lower = lower_transpose,
     .flags = OP_HALF_NATIVE | OP_MOVES},
    {.name = "DepthToSpace",
     .domain = "",
     .since = 1,
     .infer = infer_depth_to_space,
     .lower = lower_depth_to_space,
     .flags = OP_HALF_NATIVE},
    {.name = "SpaceToDepth",
     .domain = "",
     .since = 1,
     .infer = infer_space_to_depth,
     .lower = lower_space_to_depth,
     .flags = OP_HALF_NATIVE},
    {0},
};
