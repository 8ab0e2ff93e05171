/* MaxUnpool: https://onnx.ai/onnx/operators/onnx__MaxUnpool.html
 * The indices count the pixels of the size that the attributes imply; an output_shape that is larger adds zeros after
 * them. (This is what ONNX's own test and reference have; ONNX Runtime counts in output_shape instead, which the text
 * of the specification doesn't rule out.) */
#include "ops/shared/shared.h"

typedef struct {
    Dim pooled[MAX_SPATIAL], size[MAX_SPATIAL];
} Unpool;

static bool implied_size(Node *n, Unpool *u, int rank)
{
    const int64_t *strides, *pads;
    Dim kernel[MAX_SPATIAL];
    int n_strides = window_ints(n, "strides", rank, 1, &strides), n_pads = window_ints(n, "pads", 2 * rank, 0, &pads);
    if (!window_kernel_shape(n, rank, kernel) || n_strides < 0 || n_pads < 0) return false;
    for (int i = 0; i < MAX_SPATIAL; i++) {
        int at = i - (MAX_SPATIAL - rank);
        u->pooled[i] = dim_const(1);
        if (at < 0) continue;
        Dim steps = dim_mul(dim_sub(dim_at(n->in[0], 2 + at), dim_const(1)), dim_const(n_strides ? strides[at] : 1));
        u->pooled[i] = dim_sub(dim_add(steps, kernel[at]), dim_const(n_pads ? pads[at] + pads[at + rank] : 0));
        if (dim_low(u->pooled[i]) >= 1) continue;
        node_invalid(n, "the pads leave %s pixels along dimension %d, expected at least 1",
                     shown(dim_text(u->pooled[i])), 2 + at);
        return false;
    }
    return true;
}

static bool unpool_read(Node *n, Unpool *u)
{
    int rank = n->in[0]->type.shape.rank;
    Dim *given = NULL;
    if (!need_rank(n, 0, 3, 2 + MAX_SPATIAL) || !implied_size(n, u, rank - 2)) return false;
    int count = input_of(n, 2) ? need_dims(n, 2, &given) : rank;
    if (count != rank) {
        if (count >= 0) node_invalid(n, "output_shape has %d numbers, expected %d", count, rank);
        return false;
    }
    for (int i = 0; i < MAX_SPATIAL; i++)
        u->size[i] = given && i >= 5 - rank ? given[i + rank - MAX_SPATIAL] : u->pooled[i];
    for (int i = 0; given && i < 2; i++)
        if (!need_equal(n, given[i], dim_at(n->in[0], i),
                        mem_printf("output_shape[%d] and that dimension of the input", i)))
            return false;
    return true;
}

static void infer_max_unpool(Node *n)
{
    static const DType index[] = {DT_INT64};
    Unpool u;
    if (!need_counts(n, 2, 3, 1, 1) || !need_tensor_inputs(n) || !need_float(n, 0) || !need_type(n, 1, index, 1))
        return;
    Shape y = n->in[0]->type.shape;
    if (!need_rank(n, 1, y.rank, y.rank) || !unpool_read(n, &u)) return;
    for (int i = 0; i < y.rank; i++)
        if (!need_equal(n, y.dim[i], dim_at(n->in[1], i), mem_printf("dimension %d of the input and the indices", i)))
            return;
    for (int i = 2; i < y.rank; i++) y.dim[i] = u.size[i + MAX_SPATIAL - y.rank];
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

static void lower_max_unpool(Node *n)
{
    Unpool u;
    const Shape *x = &n->in[0]->type.shape;
    if (!unpool_read(n, &u)) return;
    Step *s = step_call(n, "max_unpool_%s", dtype_suffix(n->in[0]->type.dtype));
    arg_in(s, "x", n->in[0]);
    arg_in(s, "indices", n->in[1]);
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "planes", shape_product(x, 0, 2));
    arg_dim(s, "n", shape_product(x, 2, x->rank));
    arg_dims(s, "pooled", MAX_SPATIAL, u.pooled);
    arg_dims(s, "size", MAX_SPATIAL, u.size);
}

const Op ops_max_unpool[] = {
    {.name = "MaxUnpool", .domain = "", .since = 9, .infer = infer_max_unpool, .lower = lower_max_unpool},
    {0},
};
