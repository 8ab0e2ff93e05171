/* pool_last: pooling of images with their channels last (window_channelwise.c of the kernel library). */
#include "layout/layout.h"
#include "rewrite/rewrite.h"
#include "ops/shared/shared.h"

static bool read_pool(Node *n, const Shape *first, Window *w)
{
    Dim kernel[MAX_RANK];
    return window_kernel_shape(n, first->rank - 2, kernel) && window_read_pool(n, first, kernel, w);
}

/* All windows count as many pixels, if the padding counts and no window reaches after it. */
static bool divides_evenly(const Window *w)
{
    for (int i = 0; i < MAX_SPATIAL; i++) {
        Dim last = dim_mul(dim_sub(w->out[i], dim_const(1)), dim_const(w->stride[i]));
        Dim reach = dim_add(last, dim_mul(dim_sub(w->kernel[i], dim_const(1)), dim_const(w->dilation[i])));
        Dim room = dim_add(dim_add(w->in[i], w->pad_begin[i]), w->pad_end[i]);
        if (dim_low(dim_sub(room, reach)) < 1) return false;
    }
    return true;
}

const Op *pool_last(const Node *n)
{
    Window w;
    const Value *x = input_of(n, 0);
    if (!x || output_of(n, 1) || x->type.shape.rank < 3) return NULL;
    bool bytes = x->type.dtype == DT_INT8 || x->type.dtype == DT_UINT8;
    if (node_is(n, "MaxPool") && (bytes || x->type.dtype == DT_FLOAT)) return &op_max_pool_last;
    if (x->type.dtype != DT_FLOAT) return NULL;
    if (node_is(n, "GlobalAveragePool")) return &op_global_average_pool_last;
    if (!node_is(n, "AveragePool") || !read_pool((Node *)n, &x->type.shape, &w)) return NULL;
    return !attr_int((Node *)n, "count_include_pad", 0) || divides_evenly(&w) ? &op_average_pool_last : NULL;
}

static Step *call_pool(Node *n, const char *kernel, Window *w)
{
    Shape x = channels_first(&n->in[0]->type.shape);
    read_pool(n, &x, w);
    Step *s = step_call(n, "%s", kernel);
    arg_in(s, "x", n->in[0]);
    arg_out(s, "y", n->out[0]);
    arg_window(s, w);
    arg_dim(s, "batch", x.dim[0]);
    arg_dim(s, "channels", x.dim[1]);
    s->macs = dim_high(dim_mul(elements(n->out[0]), window_kernel_size(w)));
    return s;
}

static void lower_max_pool(Node *n)
{
    Window w;
    DType type = n->in[0]->type.dtype;
    Step *s = call_pool(n, type == DT_FLOAT ? "max_pool_channelwise_f32" : "max_pool_channelwise_bytes", &w);
    if (type != DT_FLOAT) arg_int(s, "is_signed", type == DT_INT8);
}

static void lower_average_pool(Node *n)
{
    Window w;
    Step *s = call_pool(n, "average_pool_channelwise_f32", &w);
    arg_dim(s, "divisor", attr_int(n, "count_include_pad", 0) ? window_kernel_size(&w) : dim_const(0));
}

static void lower_global_average_pool(Node *n)
{
    const Shape *x = &n->in[0]->type.shape;
    Step *s = step_call(n, "global_average_channelwise_f32");
    arg_in(s, "x", n->in[0]);
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "batch", x->dim[0]);
    arg_dim(s, "pixels", shape_product(x, 1, x->rank - 1));
    arg_dim(s, "channels", x->dim[x->rank - 1]);
    s->macs = dim_high(elements(n->in[0]));
}

const Op op_max_pool_last = {.name = "MaxPool", .domain = "", .since = 1, .lower = lower_max_pool};
const Op op_average_pool_last = {.name = "AveragePool", .domain = "", .since = 1, .lower = lower_average_pool};
const Op op_global_average_pool_last = {.name = "GlobalAveragePool",
                                        .domain = "",
                                        .since = 1,
                                        .lower = lower_global_average_pool};
