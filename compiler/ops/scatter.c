/* ScatterElements (once Scatter), ScatterND, TensorScatter: a copy of a tensor with some elements replaced, or reduced
 * into. https://onnx.ai/onnx/operators/onnx__ScatterElements.html, onnx__ScatterND.html, onnx__TensorScatter.html
 * The copy is made by the kernel, so that it is none when the input may be overwritten. */
#include "ops/shared/shared.h"

#include <string.h>

static const DType index_types[] = {DT_INT64, DT_INT32};

/* -- reductions -------------------------------------------------------------------------------- */

static const char *const reductions[] = {"add", "mul", "max", "min"}; /* numbered as in the kernels */

/* The number of the reduction, -1 for none; false, with an error, if there is no such thing for this type. ONNX Runtime
 * has max and min before opset 18, too. */
static bool read_reduction(Node *n, int *reduction)
{
    Foreign name = n->opset < 16 ? foreign("none") : attr_string(n, "reduction", "none");
    DType t = n->in[0]->type.dtype;
    *reduction = -1;
    if (foreign_is(name, "none")) return true;
    for (int i = 0; i < 4; i++)
        if (foreign_is(name, reductions[i])) *reduction = i;
    if (*reduction < 0) {
        node_invalid(n, "reduction is \"%s\", expected none, add, mul, max or min", shown(name));
        return false;
    }
    if (dtype_is_float(t) || dtype_is_integer(t) || t == DT_BOOL) return true;
    node_error(n, "reduces %s elements, expected floats, integers or bools; put a Cast before it in the model",
               dtype_name(t));
    return false;
}

/* Halves are moved as they are, but reduced in float32. */
static void expand_scatter(Node *n)
{
    Value *inputs[3], *data = n->in[0];
    int reduction;
    if (!dtype_is_half(data->type.dtype) || !read_reduction(n, &reduction) || reduction < 0) return;
    for (int i = 0; i < 3; i++) inputs[i] = n->in[i];
    for (int i = 0; i < 3; i += 2) {
        Node *cast = make_node(n, "Cast", 1, &n->in[i], NULL);
        attr_set_int(cast, "to", DT_FLOAT);
        inputs[i] = cast->out[0];
    }
    Node *wide = make_node(n, n->op->name, 3, inputs, NULL);
    wide->attrs = n->attrs;
    wide->n_attrs = n->n_attrs;
    Node *narrow = make_node(n, "Cast", 1, &wide->out[0], n->out[0]);
    attr_set_int(narrow, "to", data->type.dtype);
}

/* -- ScatterElements --------------------------------------------------------------------------- */

static void infer_scatter_elements(Node *n)
{
    int reduction;
    if (!need_counts(n, 3, 3, 1, 1) || !need_tensor_inputs(n) || !need_type(n, 1, index_types, 2) ||
        !need_same_type(n, 0, 2))
        return;
    if (!need_rank(n, 0, 1, -1) || !need_bytes(n, 0, false) || !read_reduction(n, &reduction)) return;
    const Shape *x = &n->in[0]->type.shape, *index = &n->in[1]->type.shape, *updates = &n->in[2]->type.shape;
    int axis = attr_axis(n, "axis", 0, x->rank);
    if (axis < 0 || !need_rank(n, 1, x->rank, x->rank) || !need_rank(n, 2, x->rank, x->rank)) return;
    for (int d = 0; d < x->rank; d++) {
        if (!need_equal(n, index->dim[d], updates->dim[d], mem_printf("axis %d of indices and updates", d))) return;
        if (d != axis && !need_at_most(n, index->dim[d], x->dim[d], mem_printf("axis %d of indices and data", d)))
            return;
    }
    set_out_like(n, 0, n->in[0]);
}

static void lower_scatter_elements(Node *n)
{
    Value *x = n->in[0], *index = n->in[1];
    const Shape *shape = &x->type.shape;
    DType t = x->type.dtype;
    int reduction, axis = attr_axis(n, "axis", 0, shape->rank);
    read_reduction(n, &reduction);
    Step *s = reduction < 0
                  ? step_call(n, "scatter_elements_%s_%s", moved_as(t, NULL), dtype_suffix(index->type.dtype))
                  : step_call(n, "scatter_elements_reduce_%s_%s", dtype_suffix(t), dtype_suffix(index->type.dtype));
    arg_inputs(s, 0, 3, (const char *const[]){"x", "index", "updates"});
    arg_out(s, "y", n->out[0]);
    arg_struct(s, "p", "struct scatter_elements");
    arg_field(s, "size", elements(x));
    arg_field_int(s, "rank", shape->rank);
    arg_field(s, "axis_size", shape->dim[axis]);
    arg_field(s, "axis_stride", axis_stride(shape, axis));
    arg_dims(s, "extent", shape->rank, index->type.shape.dim);
    arg_strides_beside(s, "y_stride", shape, axis);
    if (reduction >= 0) arg_int(s, "reduction", reduction);
    step_inplace(s, x, n->out[0]);
}

/* -- ScatterND --------------------------------------------------------------------------------- */

static void infer_scatter_nd(Node *n)
{
    int reduction, k;
    if (!need_counts(n, 3, 3, 1, 1) || !need_tensor_inputs(n) || !need_type(n, 1, index_types, 1) ||
        !need_same_type(n, 0, 2))
        return;
    if (!need_rank(n, 0, 1, -1) || !need_rank(n, 1, 1, -1) || !need_bytes(n, 0, false) ||
        !read_reduction(n, &reduction))
        return;
    const Shape *x = &n->in[0]->type.shape, *index = &n->in[1]->type.shape, *updates = &n->in[2]->type.shape;
    if (!tuple_length(n, index, x->rank, &k) ||
        !need_rank(n, 2, index->rank - 1 + x->rank - k, index->rank - 1 + x->rank - k))
        return;
    for (int d = 0; d < updates->rank; d++) {
        bool of_index = d < index->rank - 1;
        Dim expected = of_index ? index->dim[d] : x->dim[k + d - (index->rank - 1)];
        if (!need_equal(n, updates->dim[d], expected,
                        mem_printf("axis %d of updates, and of %s", d, of_index ? "indices" : "the slices of data")))
            return;
    }
    set_out_like(n, 0, n->in[0]);
}

static void lower_scatter_nd(Node *n)
{
    Value *x = n->in[0];
    const Shape *shape = &x->type.shape, *index = &n->in[1]->type.shape;
    DType t = x->type.dtype;
    int reduction, k;
    read_reduction(n, &reduction);
    tuple_length(n, index, shape->rank, &k);
    Step *s = reduction < 0 ? step_call(n, "scatter_nd_%s", moved_as(t, NULL))
                            : step_call(n, "scatter_nd_reduce_%s", dtype_suffix(t));
    arg_inputs(s, 0, 3, (const char *const[]){"x", "index", "updates"});
    arg_out(s, "y", n->out[0]);
    arg_struct(s, "p", "struct scatter_nd");
    arg_field(s, "size", elements(x));
    arg_field(s, "tuples", shape_product(index, 0, index->rank - 1));
    arg_field_int(s, "n", k);
    arg_field(s, "slice", shape_product(shape, k, shape->rank));
    arg_dims(s, "dims", k, shape->dim);
    if (reduction >= 0) arg_int(s, "reduction", reduction);
    step_inplace(s, x, n->out[0]);
}

/* -- TensorScatter ----------------------------------------------------------------------------- */

static bool is_circular(Node *n, bool *circular)
{
    Foreign mode = attr_string(n, "mode", "linear");
    *circular = foreign_is(mode, "circular");
    if (*circular || foreign_is(mode, "linear")) return true;
    node_invalid(n, "mode is \"%s\", expected \"linear\" or \"circular\"", shown(mode));
    return false;
}

static void infer_tensor_scatter(Node *n)
{
    bool circular;
    if (!need_counts(n, 2, 3, 1, 1) || !need_tensor_inputs(n) || !need_same_type(n, 0, 1) ||
        !need_type(n, 2, index_types, 1))
        return;
    if (!need_rank(n, 0, 2, -1) || !need_rank(n, 2, 1, 1) || !need_bytes(n, 0, false) || !is_circular(n, &circular))
        return;
    const Shape *cache = &n->in[0]->type.shape, *update = &n->in[1]->type.shape;
    int axis = attr_axis(n, "axis", -2, cache->rank);
    if (axis < 0 || !need_rank(n, 1, cache->rank, cache->rank)) return;
    if (axis == 0) {
        node_invalid(n, "axis is 0, the batch, expected another");
        return;
    }
    for (int d = 0; d < cache->rank; d++)
        if (d == axis ? !need_at_most(n, update->dim[d], cache->dim[d], "sequence of the update, and of the cache")
                      : !need_equal(n, update->dim[d], cache->dim[d], mem_printf("axis %d of update and cache", d)))
            return;
    if (input_of(n, 2) && !need_equal(n, dim_at(n->in[2], 0), cache->dim[0], "write indices, and the batch")) return;
    set_out_like(n, 0, n->in[0]);
}

static void lower_tensor_scatter(Node *n)
{
    const Shape *cache = &n->in[0]->type.shape;
    int axis = attr_axis(n, "axis", -2, cache->rank);
    bool circular;
    is_circular(n, &circular);
    Step *s = step_call(n, "tensor_scatter_%s", moved_as(n->in[0]->type.dtype, NULL));
    arg_inputs(s, 0, 3, (const char *const[]){"x", "update", "at"});
    arg_out(s, "y", n->out[0]);
    arg_struct(s, "p", "struct tensor_scatter");
    arg_field(s, "batch", cache->dim[0]);
    arg_field(s, "outer", shape_product(cache, 1, axis));
    arg_field(s, "size", cache->dim[axis]);
    arg_field(s, "length", dim_at(n->in[1], axis));
    arg_field(s, "inner", axis_stride(cache, axis));
    arg_field_int(s, "circular", circular);
    step_inplace(s, n->in[0], n->out[0]);
}

#define SCATTERS(op, v, f) \
    { \
        .name = op, .domain = "", .since = v, .infer = infer_##f, .lower = lower_##f, .expand = expand_scatter, \
        .flags = OP_HALF_NATIVE \
    }

const Op ops_scatter[] = {
    SCATTERS("Scatter", 9, scatter_elements),
    SCATTERS("ScatterElements", 11, scatter_elements),
    SCATTERS("ScatterND", 11, scatter_nd),
    {.name = "TensorScatter",
     .domain = "",
     .since = 24,
     .infer = infer_tensor_scatter,
     .lower = lower_tensor_scatter,
     .flags = OP_HALF_NATIVE},
    {0},
};
