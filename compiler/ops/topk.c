/* TopK: https://onnx.ai/onnx/operators/onnx__TopK.html
 * k is an attribute before opset 10, an input since. One that isn't known is taken from the declared shape, or anything
 * up to the axis, and checked at run time. Results are always sorted: with sorted = 0 any order is right. */
#include "op/op.h"

/* A count that only the data tell, but that the declared shape of a result gives away. */
static void count_as_declared(Node *n, int axis)
{
    Dim *k;
    if (known_dims(n->in[1], &k) >= 0 || !dim_is(elements(n->in[1]), 1)) return;
    for (int i = 0; i < n->n_out; i++) {
        const Shape *said = n->out[i] ? &n->out[i]->declared.shape : NULL;
        if (!said || said->rank != n->in[0]->type.shape.rank || !said->dim[axis] || !dim_is_const(said->dim[axis]))
            continue;
        assume_elements(n, 1, (int64_t[]){dim_value(said->dim[axis])});
        return;
    }
}

/* NULL after an error. */
static Dim count_of(Node *n, int axis)
{
    Dim *k;
    if (n->opset < 10) return dim_const(attr_int(n, "k", 0));
    count_as_declared(n, axis);
    if (!can_propagate(n, 1)) read_within(n, 1, 0, dim_high(n->in[0]->type.shape.dim[axis]));
    int count = need_dims(n, 1, &k);
    if (count == 1) return k[0];
    if (count >= 0) node_invalid(n, "input 1 \"%s\" has %d elements, expected one count", shown(n->in[1]->name), count);
    return NULL;
}

static void infer_topk(Node *n)
{
    if (!need_counts(n, n->opset < 10 ? 1 : 2, n->opset < 10 ? 1 : 2, 1, 2) || !need_tensor_inputs(n)) return;
    DType t = n->in[0]->type.dtype;
    if (!dtype_is_float(t) && !dtype_is_integer(t)) {
        node_error(n, "input 0 \"%s\" is %s, expected a number; put a Cast before it in the model",
                   shown(n->in[0]->name), dtype_name(t));
        return;
    }
    Shape shape = n->in[0]->type.shape;
    int axis = attr_axis(n, "axis", -1, shape.rank);
    Dim k = axis < 0 ? NULL : count_of(n, axis);
    if (!k) return;
    if (dim_high(k) < 0 || dim_low(dim_sub(k, shape.dim[axis])) > 0) {
        node_invalid(n, "k is %s, expected 0 to %s, the elements along axis %d", shown(dim_text(k)),
                     shown(dim_text(shape.dim[axis])), axis);
        return;
    }
    shape.dim[axis] = k;
    set_out(n, 0, t, &shape);
    set_out(n, 1, DT_INT64, &shape);
}

static void lower_topk(Node *n)
{
    const Shape *x = &n->in[0]->type.shape;
    int axis = attr_axis(n, "axis", -1, x->rank);
    Value *values = output_of(n, 0), *indices = output_of(n, 1);
    const Value *given = values ? values : indices;
    Dim k = given ? dim_at(given, axis) : dim_const(0),
        count = dim_mul(dim_mul(shape_product(x, 0, axis), k), shape_product(x, axis + 1, x->rank));
    Step *s = step_call(n, "topk_%s", dtype_suffix(n->in[0]->type.dtype));
    arg_in(s, "x", n->in[0]);
    arg_out(s, "values", values ? values : scratch(n, "values", n->in[0]->type.dtype, count));
    arg_out(s, "indices", indices ? indices : scratch(n, "indices", DT_INT64, count));
    arg_dim(s, "outer", shape_product(x, 0, axis));
    arg_dim(s, "n", x->dim[axis]);
    arg_dim(s, "k", k);
    arg_dim(s, "inner", shape_product(x, axis + 1, x->rank));
    arg_int(s, "largest", attr_int(n, "largest", 1) != 0);
}

const Op ops_topk[] = {
    {.name = "TopK", .domain = "", .since = 1, .infer = infer_topk, .lower = lower_topk},
    {0},
};
