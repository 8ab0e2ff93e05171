/* MaxPool, AveragePool, LpPool and their Global forms: https://onnx.ai/onnx/operators/onnx__MaxPool.html and its
 * neighbours. A global pool is a pool whose window is the image. */
#include "ops/shared/shared.h"

static Dim planes(const Node *n)
{
    return shape_product(&n->in[0]->type.shape, 0, 2);
}

static bool pool_read(Node *n, Window *w)
{
    Dim kernel[MAX_RANK];
    const Shape *x = &n->in[0]->type.shape;
    if (!need_rank(n, 0, 3, 2 + MAX_SPATIAL) || !window_kernel_shape(n, x->rank - 2, kernel)) return false;
    return window_read_pool(n, x, kernel, w);
}

static bool need_exponent(Node *n)
{
    const Attr *p = attr_find(n, "p");
    if (!p || n->opset < 2 || attr_int(n, "p", 2) > 0) return true;
    node_invalid(n, "p is %lld, expected at least 1", (long long)attr_int(n, "p", 2));
    return false;
}

static void infer_pool(Node *n)
{
    Window w;
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !need_float(n, 0) || !need_exponent(n) ||
        !pool_read(n, &w))
        return;
    Shape y = window_out_shape(&n->in[0]->type.shape, dim_at(n->in[0], 1), &w);
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

static void infer_max_pool(Node *n)
{
    static const DType types[] = {DT_FLOAT, DT_DOUBLE, DT_FLOAT16, DT_BFLOAT16, DT_INT8, DT_UINT8};
    Window w;
    if (!need_counts(n, 1, 1, 1, n->opset < 8 ? 1 : 2) || !need_tensor_inputs(n) || !need_type(n, 0, types, 6) ||
        !pool_read(n, &w))
        return;
    Shape y = window_out_shape(&n->in[0]->type.shape, dim_at(n->in[0], 1), &w);
    set_out(n, 0, n->in[0]->type.dtype, &y);
    set_out(n, 1, DT_INT64, &y);
}

static void infer_global(Node *n)
{
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !need_float(n, 0) || !need_rank(n, 0, 2, -1) ||
        !need_exponent(n))
        return;
    Shape y = n->in[0]->type.shape;
    for (int i = 2; i < y.rank; i++) y.dim[i] = dim_const(1);
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

/* -- lowering ---------------------------------------------------------------------------------- */

static Step *pool_call(Node *n, const char *kernel, const Window *w)
{
    Step *s = step_call(n, "%s_%s", kernel, dtype_suffix(n->in[0]->type.dtype));
    arg_in(s, "x", n->in[0]);
    arg_out(s, "y", n->out[0]);
    if (output_of(n, 1)) arg_out(s, "indices", n->out[1]);
    arg_window(s, w);
    arg_dim(s, "planes", planes(n));
    s->macs = dim_high(dim_mul(elements(n->out[0]), window_kernel_size(w)));
    return s;
}

static void lower_max(Node *n, const Window *w)
{
    Step *s = pool_call(n, output_of(n, 1) ? "max_pool_indices" : "max_pool", w);
    if (output_of(n, 1)) arg_int(s, "column_major", attr_int(n, "storage_order", 0) != 0);
}

static void call_average(Node *n, const Window *w, bool counts_pad)
{
    Step *s = pool_call(n, "average_pool", w);
    Dim limits[MAX_SPATIAL];
    for (int i = 0; i < MAX_SPATIAL; i++) limits[i] = dim_add(w->in[i], w->pad_end[i]);
    if (counts_pad) arg_dims(s, "limits", MAX_SPATIAL, limits);
    else arg_in(s, "limits", NULL);
}

static void lower_average(Node *n, const Window *w)
{
    call_average(n, w, attr_int(n, "count_include_pad", 0) != 0);
}

/* Before opset 2, p was a float. */
static void lower_lp(Node *n, const Window *w)
{
    Step *s = pool_call(n, "lp_pool", w);
    arg_real(s, "exponent", n->opset < 2 ? attr_float(n, "p", 2) : (double)attr_int(n, "p", 2));
}

static void lower_pool(Node *n, void (*with)(Node *n, const Window *w))
{
    Window w;
    if (pool_read(n, &w)) with(n, &w);
}

static void lower_max_pool(Node *n)
{
    lower_pool(n, lower_max);
}

static void lower_average_pool(Node *n)
{
    lower_pool(n, lower_average);
}

static void lower_lp_pool(Node *n)
{
    lower_pool(n, lower_lp);
}

static void lower_global_max(Node *n)
{
    Window w = window_whole(&n->in[0]->type.shape);
    lower_max(n, &w);
}

static void lower_global_average(Node *n)
{
    Window w = window_whole(&n->in[0]->type.shape);
    call_average(n, &w, false);
}

static void lower_global_lp(Node *n)
{
    Window w = window_whole(&n->in[0]->type.shape);
    lower_lp(n, &w);
}

const Op ops_pool[] = {
    {.name = "AveragePool", .domain = "", .since = 1, .infer = infer_pool, .lower = lower_average_pool},
    {.name = "GlobalAveragePool", .domain = "", .since = 1, .infer = infer_global, .lower = lower_global_average},
    {.name = "GlobalLpPool", .domain = "", .since = 1, .infer = infer_global, .lower = lower_global_lp},
    {.name = "GlobalMaxPool", .domain = "", .since = 1, .infer = infer_global, .lower = lower_global_max},
    {.name = "LpPool", .domain = "", .since = 1, .infer = infer_pool, .lower = lower_lp_pool},
    {.name = "MaxPool", .domain = "", .since = 1, .infer = infer_max_pool, .lower = lower_max_pool},
    {0},
};
