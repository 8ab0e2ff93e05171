/* Pow: https://onnx.ai/onnx/operators/onnx__Pow.html
 * Base and exponent may be of different types since opset 12; the result is of the base's. Floating-point bases are
 * computed in the wider floating type of the two, integers with integer exponents exactly (modulo 2^bits), integers
 * with floating-point exponents in float64. Before opset 7 the exponents may be fitted in at an axis. */
#include "op/op.h"

static bool is_number(DType t)
{
    return dtype_is_float(t) || dtype_is_integer(t);
}

static bool is_fitted(Node *n)
{
    return n->opset < 7 && attr_int(n, "broadcast", 0) && attr_find(n, "axis");
}

/* Dimensions of the base after those that the exponents are for; -1 with an error. */
static int after_fit(Node *n)
{
    const Shape *base = &n->in[0]->type.shape, *exponent = &n->in[1]->type.shape;
    int axis = attr_axis(n, "axis", 0, base->rank);
    if (axis < 0) return -1;
    if (axis + exponent->rank <= base->rank) return base->rank - axis - exponent->rank;
    node_invalid(n, "input 1 has shape %s, expected one that fits into shape %s at axis %d",
                 shown(shape_text(exponent)), shown(shape_text(base)), axis);
    return -1;
}

static void need_fit(Node *n)
{
    const Shape *base = &n->in[0]->type.shape, *exponent = &n->in[1]->type.shape;
    int after = after_fit(n);
    if (after < 0) return;
    for (int i = 0; i < exponent->rank; i++) {
        Dim one = exponent->dim[i], other = base->dim[base->rank - after - exponent->rank + i];
        if (!dim_is(one, 1) && !need_equal(n, one, other, "a dimension of the exponents and the base's")) return;
    }
    set_out_like(n, 0, n->in[0]);
}

static void expand_pow(Node *n)
{
    int64_t axes[MAX_RANK];
    int count = is_fitted(n) ? after_fit(n) : 0;
    if (count <= 0) return;
    for (int i = 0; i < count; i++) axes[i] = n->in[1]->type.shape.rank + i;
    Value *fitted = make2(n, "Unsqueeze", n->in[1], const_ints(n, count, axes), NULL);
    make2(n, "Pow", n->in[0], fitted, n->out[0]);
}

static void infer_pow(Node *n)
{
    Shape shape;
    if (!need_counts(n, 2, 2, 1, 1) || !need_tensor_inputs(n)) return;
    for (int i = 0; i < 2; i++)
        if (!is_number(n->in[i]->type.dtype)) {
            node_error(n, "input %d \"%s\" is %s, expected a number; put a Cast before it in the model", i,
                       shown(n->in[i]->name), dtype_name(n->in[i]->type.dtype));
            return;
        }
    if (is_fitted(n)) need_fit(n);
    else if (broadcast_inputs(n, 0, 2, &shape)) set_out(n, 0, n->in[0]->type.dtype, &shape);
}

/* Constant exponents that C says better: x^2 is exact this way. NULL for all others. */
static const char *shortcut(const Node *n)
{
    double exponent;
    if (!known_scalar(n->in[1], &exponent) || n->in[1]->type.shape.rank > n->out[0]->type.shape.rank) return NULL;
    return exponent == 2 ? "square" : exponent == 3 ? "cube" : exponent == -1 ? "reciprocal" : NULL;
}

static void lower_float(Node *n, DType base, DType exponent)
{
    DType working = base == DT_DOUBLE || exponent == DT_DOUBLE ? DT_DOUBLE : DT_FLOAT;
    const char *simple = shortcut(n);
    Step *s = step_loop(n, &n->out[0]->type.shape);
    Ref args[2] = {loop_read_as(s, n->in[0], working)};
    if (!simple) args[1] = loop_read_as(s, n->in[1], working);
    Ref y = loop_apply(s, working, mem_printf("%s_%s", simple ? simple : "pow", dtype_suffix(working)), simple ? 1 : 2,
                       args);
    loop_store_as(s, n->out[0], y, working);
}

static void lower_integer(Node *n, DType base, DType exponent)
{
    bool is_signed = dtype_is_signed(exponent);
    Step *s = step_loop(n, &n->out[0]->type.shape);
    Ref x = loop_read(s, n->in[0]), power = loop_read_as(s, n->in[1], is_signed ? DT_INT64 : DT_UINT64);
    const char *function = mem_printf("pow_%s%s", is_signed ? "signed_" : "", dtype_suffix(base));
    loop_store(s, n->out[0], loop_apply(s, base, function, 2, (Ref[]){x, power}));
}

static void lower_pow(Node *n)
{
    DType base = working_type(n->in[0]->type.dtype), exponent = working_type(n->in[1]->type.dtype);
    if (dtype_is_float(base)) lower_float(n, base, exponent);
    else if (dtype_is_integer(exponent)) lower_integer(n, base, exponent);
    else lower_float(n, DT_DOUBLE, exponent);
}

const Op ops_pow[] = {
    {.name = "Pow",
     .domain = "",
     .since = 1,
     .infer = infer_pow,
     .lower = lower_pow,
     .expand = expand_pow,
     .flags = OP_HALF_NATIVE | OP_BROADCAST},
    {0},
};
