#include "ops/shared/quantized.h"

#include "kernels.h"
#include "ops/shared/product.h"

#include <string.h>

/* -- reading ----------------------------------------------------------------------------------- */

bool need_byte(Node *n, int input)
{
    static const DType bytes[] = {DT_INT8, DT_UINT8};
    return need_type(n, input, bytes, 2);
}

bool need_given(Node *n, int input)
{
    if (input_of(n, input)) return true;
    node_invalid(n, "input %d is omitted, expected a value: it is not optional", input);
    return false;
}

bool need_quantized(Node *n, int x, int scale, int zero)
{
    return need_byte(n, x) && need_float(n, scale) && (!input_of(n, zero) || need_same_type(n, x, zero));
}

bool one_element(const Value *v)
{
    return dim_is(shape_elements(&v->type.shape), 1);
}

bool per_channel(const Value *v)
{
    return !one_element(v);
}

bool all_zero(const Value *v)
{
    if (!v) return true;
    if (!value_is_const(v)) return false;
    for (int64_t i = 0; i < value_count(v); i++)
        if (const_as_int(v, i)) return false;
    return true;
}

bool known_parameters(const Node *n, const int *inputs, int count)
{
    for (int i = 0; i < count; i++)
        if (input_of(n, inputs[i]) && !value_is_const(input_of(n, inputs[i]))) return false;
    return true;
}

/* -- results ----------------------------------------------------------------------------------- */

static Foreign part_name(const Node *n, const char *part)
{
    return foreign_suffixed(node_stem(n), "/%s", part);
}

/* Of element i of scale_b: from sums to results, rounded in the float32 steps that ONNX Runtime takes. */
static float multiplier_of(const Value *scale_a, const Value *scale_b, int64_t i, const Value *scale_y, double alpha)
{
    float product = (float)alpha * (float)const_as_double(scale_a, 0) * (float)const_as_double(scale_b, i);
    return product / (float)const_as_double(scale_y, 0);
}

static Value *multipliers(Node *n, const Value *scale_a, const Value *scale_b, const Value *scale_y, double alpha)
{
    int64_t count = value_count(scale_b);
    float *data = mem_array((size_t)count + 1, sizeof *data);
    for (int64_t i = 0; i < count; i++) data[i] = multiplier_of(scale_a, scale_b, i, scale_y, alpha);
    Shape shape = shape_const(1, &count);
    Value *v = value_const(n->graph, part_name(n, "multiplier"), DT_FLOAT, &shape, data);
    v->origin = "scales of the inputs over that of the result";
    return v;
}

/* A bound on the real result as one on the quantised. */
static int64_t quantized_bound(double bound, double scale, int64_t zero, int64_t otherwise)
{
    if (!isfinite(bound)) return otherwise;
    double q = nearbyint((double)((float)bound / (float)scale)) + (double)zero;
    return q < INT8_MIN ? INT8_MIN : q > UINT8_MAX ? UINT8_MAX : (int64_t)q;
}

void quantized_bounds(const Node *n, double scale, int64_t zero, int64_t *low, int64_t *high)
{
    bool is_signed = n->out[0]->type.dtype == DT_INT8;
    int64_t least = is_signed ? INT8_MIN : 0, most = is_signed ? INT8_MAX : UINT8_MAX;
    *low = quantized_bound((double)n->clamp_low, scale, zero, least);
    *high = quantized_bound((double)n->clamp_high, scale, zero, most);
    *low = *low < least ? least : *low > most ? most : *low;
    *high = *high > most ? most : *high < least ? least : *high;
}

Requantize requantize_of(Node *n, const Value *scale_a, const Value *scale_b, const Value *scale_y, const Value *zero_y,
                         double alpha)
{
    Requantize r = {.multiplier = multipliers(n, scale_a, scale_b, scale_y, alpha),
                    .zero = zero_y ? const_as_int(zero_y, 0) : 0};
    quantized_bounds(n, const_as_double(scale_y, 0), r.zero, &r.low, &r.high);
    return r;
}

/* -- what does not depend on the first operand ------------------------------------------------- */

static Value *sums_of(Node *n, Value *b, Value *zero_b, Dim rows, Dim depth)
{
    const char *type = dtype_suffix(b->type.dtype);
    Dim zeros = zero_b ? elements(zero_b) : dim_const(1);
    if (value_is_const(b) && (!zero_b || value_is_const(zero_b))) {
        int64_t count = dim_value(rows);
        int32_t *sums = mem_array((size_t)count + 1, sizeof *sums), n_zeros = (int32_t)dim_value(zeros);
        const void *zero = zero_b ? zero_b->data : NULL;
        if (b->type.dtype == DT_INT8)
            qgemm_sums_i8(b->data, zero, n_zeros, sums, (int32_t)count, (int32_t)dim_value(depth));
        else qgemm_sums_u8(b->data, zero, n_zeros, sums, (int32_t)count, (int32_t)dim_value(depth));
        Shape shape = shape_const(1, &count);
        Value *v = value_const(n->graph, foreign_suffixed(b->wanted, "/sums"), DT_INT32, &shape, sums);
        v->origin = "sums of the weights less their zero points";
        return v;
    }
    Value *sums = scratch(n, "sums", DT_INT32, rows);
    Step *s = step_call(n, "qgemm_sums_%s", type);
    arg_in(s, "b", b);
    arg_in(s, "b_zero", zero_b);
    arg_dim(s, "zeros", zeros);
    arg_out(s, "sums", sums);
    arg_dim(s, "rows", rows);
    arg_dim(s, "depth", depth);
    return sums;
}

static Value *constant_bias(Node *n, const Value *bias, const Value *zero_a, const Value *sums)
{
    int64_t count = value_count(sums);
    int32_t *data = mem_array((size_t)count + 1, sizeof *data);
    const void *from = bias ? bias->data : NULL;
    if (zero_a->type.dtype == DT_INT8) qgemm_bias_i8(from, sums->data, zero_a->data, data, (int32_t)count);
    else qgemm_bias_u8(from, sums->data, zero_a->data, data, (int32_t)count);
    Value *v = value_const(n->graph, part_name(n, "bias"), DT_INT32, &sums->type.shape, data);
    v->origin = bias ? "bias less the zero point of the input times the sums of the weights"
                     : "zero point of the input times the sums of the weights";
    return v;
}

Value *product_bias(Node *n, Value *bias, Value *zero_a, Value *b, Value *zero_b, Dim rows, Dim depth)
{
    if (all_zero(zero_a)) return all_zero(bias) ? NULL : bias;
    Value *sums = sums_of(n, b, all_zero(zero_b) ? NULL : zero_b, rows, depth);
    if (value_is_const(sums) && value_is_const(zero_a) && (!bias || value_is_const(bias)))
        return constant_bias(n, bias, zero_a, sums);
    Value *together = scratch(n, "bias", DT_INT32, rows);
    Step *s = step_call(n, "qgemm_bias_%s", dtype_suffix(zero_a->type.dtype));
    arg_in(s, "bias", bias);
    arg_in(s, "sums", sums);
    arg_in(s, "a_zero", zero_a);
    arg_out(s, "y", together);
    arg_dim(s, "n", rows);
    return together;
}

Value *turned(Node *n, Value *v, Dim count, Dim rows, Dim cols)
{
    if (dim_is(rows, 1) || dim_is(cols, 1)) return v;
    if (value_is_const(v)) return transposed_constant(n, v, dim_value(count), dim_value(rows), dim_value(cols));
    Value *to = scratch(n, "transposed", v->type.dtype, elements(v));
    Step *s = step_call(n, "qgemm_pack");
    arg_in(s, "x", v);
    arg_out(s, "y", to);
    arg_dim(s, "count", count);
    arg_dim(s, "rows", rows);
    arg_dim(s, "cols", cols);
    return to;
}

/* -- said in other operators ------------------------------------------------------------------- */

Value *cast_to(Node *n, Value *v, DType t, Value *result)
{
    Node *cast = make_node(n, "Cast", 1, &v, result);
    attr_set_int(cast, "to", t);
    return cast->out[0];
}

Value *reshape_to(Node *n, Value *v, int rank, const int64_t *dims)
{
    return make2(n, "Reshape", v, const_ints(n, rank, dims), NULL);
}

/* A single scale or zero point adds no axis to what it is applied to. */
static Value *scalar(Node *n, Value *v)
{
    return v && one_element(v) && v->type.shape.rank > 0 ? reshape_to(n, v, 0, NULL) : v;
}

void rescale(Node *n, Value *acc, Value *scale_a, Value *scale_b, Value *scale_y, Value *zero_y, Value *result)
{
    Value *divisor = scalar(n, scale_y), *b = scalar(n, scale_b), *a = scalar(n, scale_a);
    Value *multiplier = make2(n, "Div", make2(n, "Mul", a, b, NULL), divisor, NULL);
    Value *y = make2(n, "Mul", cast_to(n, acc, DT_FLOAT, NULL), multiplier, NULL);
    Value *zero = scalar(n, zero_y);
    make3(n, "QuantizeLinear", y, const_scalar(n, DT_FLOAT, 1), zero, result);
}

void copy_attributes(Node *to, const Node *from)
{
    to->attrs = mem_dup(from->attrs, (size_t)from->n_attrs * sizeof *from->attrs);
    to->n_attrs = from->n_attrs;
}

Value *channels_moved(Node *n, Value *v, int rank, bool first, Value *result)
{
    int64_t perm[MAX_RANK];
    perm[0] = 0;
    for (int i = 1; i < rank; i++) perm[i] = first ? (i == 1 ? rank - 1 : i - 1) : (i == rank - 1 ? 1 : i + 1);
    Node *transpose = make_node(n, "Transpose", 1, &v, result);
    attr_set_ints(transpose, "perm", rank, perm);
    return transpose->out[0];
}
