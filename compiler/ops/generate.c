/* Range, ConstantOfShape, EyeLike: tensors made by a rule.
 * https://onnx.ai/onnx/operators/onnx__Range.html, onnx__ConstantOfShape.html, onnx__EyeLike.html */
#include "ops/shared/shared.h"

#include "base/base.h"

#include <string.h>

/* -- Range ------------------------------------------------------------------------------------- */

/* max(ceil((limit - start) / delta), 0) of constants; NULL with an error. */
static Dim count_of_constants(Node *n, double start, double limit, double delta)
{
    double count = ceil((limit - start) / delta);
    if (delta == 0 || isnan(count) || count > INT32_MAX) {
        node_invalid(n, "goes from %g to %g in steps of %g, expected a step that gets there", start, limit, delta);
        return NULL;
    }
    return dim_const(count > 0 ? (int64_t)count : 0);
}

static Dim count_of_numbers(Node *n)
{
    double start, limit, delta;
    if (known_scalar(n->in[0], &start) && known_scalar(n->in[1], &limit) && known_scalar(n->in[2], &delta))
        return count_of_constants(n, start, limit, delta);
    return size_of_data(n, 0, 0);
}

/* The same of integers that are known as expressions, given as start, limit, delta. */
static Dim count_of_dims(Node *n, const Dim *ends)
{
    Dim delta = ends[2];
    if (dim_is(delta, 0)) {
        node_invalid(n, "delta is 0, expected another number");
        return NULL;
    }
    if (dim_low(delta) <= 0 && dim_high(delta) >= 0) {
        Dim one = dim_const(1), size = dim_max(delta, dim_sub(dim_const(0), delta));
        assume_equal(n, dim_min(size, one), one);
    }
    return dim_max(dim_const(0), dim_ceildiv(dim_sub(ends[1], ends[0]), delta));
}

/* Input i as a whole number, known as an expression, that its type holds exactly: integers that the model casts to
 * floating point are, too. NULL if it isn't one. */
static Dim whole_number(Node *n, int i)
{
    const DType t = n->in[i]->type.dtype;
    const int64_t exact = t == DT_DOUBLE ? INT32_MAX : INT64_C(1) << 24;
    Node *p = n->in[i]->producer;
    double number;
    Dim *dims;
    if (known_scalar(n->in[i], &number))
        return number == floor(number) && fabs(number) <= (double)exact ? dim_const((int64_t)number) : NULL;
    if (!node_is(p, "Cast") || !can_propagate(p, 0) || known_dims(p->in[0], &dims) != 1) return NULL;
    return dim_low(dims[0]) >= -exact && dim_high(dims[0]) <= exact ? dims[0] : NULL;
}

static Dim count_of_range(Node *n)
{
    const DType t = n->in[0]->type.dtype;
    bool integers = t == DT_INT64 || t == DT_INT32, whole = true;
    Dim ends[3], *dims;
    for (int i = 0; i < 3 && integers; i++) {
        if (need_dims(n, i, &dims) < 0) return NULL;
        ends[i] = dims[0];
    }
    for (int i = 0; i < 3 && !integers; i++) {
        ends[i] = whole_number(n, i);
        whole = whole && ends[i];
    }
    return whole ? count_of_dims(n, ends) : count_of_numbers(n);
}

static void infer_range(Node *n)
{
    static const DType types[] = {DT_FLOAT, DT_DOUBLE, DT_INT16, DT_INT32, DT_INT64, DT_FLOAT16, DT_BFLOAT16};
    if (!need_counts(n, 3, 3, 1, 1) || !need_tensor_inputs(n) || !need_type(n, 0, types, 7) ||
        !need_same_type(n, 0, 1) || !need_same_type(n, 0, 2))
        return;
    for (int i = 0; i < 3; i++)
        if (!need_equal(n, elements(n->in[i]), dim_const(1), mem_printf("elements of input %d, and 1", i))) return;
    Dim count = count_of_range(n);
    if (!count) return;
    Shape y = shape_of(1, &count);
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

static void range_elements(Node *n)
{
    enum { FEW = 1024 };
    Dim *start, *delta, count = dim_at(n->out[0], 0);
    if (!dim_is_const(count) || dim_value(count) > FEW || known_dims(n->in[0], &start) < 0 ||
        known_dims(n->in[2], &delta) < 0)
        return;
    Dim *dims = mem_array((size_t)dim_value(count) + 1, sizeof *dims);
    for (int64_t i = 0; i < dim_value(count); i++) dims[i] = dim_add(start[0], dim_mul(dim_const(i), delta[0]));
    n->out[0]->elements = dims;
}

/* Is the count one that only the data tell? */
static bool counts_at_run_time(Node *n)
{
    const DType t = n->in[0]->type.dtype;
    double number;
    bool known = t == DT_INT64 || t == DT_INT32;
    for (int i = 0; i < 3 && !known; i++) {
        if (!known_scalar(n->in[i], &number) && !whole_number(n, i)) return true;
    }
    return false;
}

static void lower_count(Node *n)
{
    Value *size = scratch(n, "count", DT_INT64, dim_const(1));
    Step *s = step_call(n, "range_count_%s", dtype_suffix(n->out[0]->type.dtype));
    arg_inputs(s, 0, 3, (const char *const[]){"start", "limit", "delta"});
    arg_out(s, "count", size);
    lower_read(n, size, 0, dim_at(n->out[0], 0));
}

static void lower_range(Node *n)
{
    if (counts_at_run_time(n)) lower_count(n);
    Step *s = step_call(n, "range_%s", dtype_suffix(n->out[0]->type.dtype));
    arg_in(s, "start", n->in[0]);
    arg_in(s, "delta", n->in[2]);
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "n", dim_at(n->out[0], 0));
}

/* -- ConstantOfShape --------------------------------------------------------------------------- */

/* The attribute; NULL for a float32 zero. False, with an error, if it is no single number. */
static bool read_value(Node *n, Value **value)
{
    const Attr *a = attr_find(n, "value");
    *value = a && a->type == ATTR_TENSOR ? a->tensors[0] : NULL;
    if (!a || (*value && value_count(*value) == 1 && number_has((*value)->type.dtype))) return true;
    node_invalid(n, "attribute \"value\" is no tensor of one number");
    return false;
}

static void infer_constant_of_shape(Node *n)
{
    Dim *dims;
    Value *value;
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !read_value(n, &value)) return;
    int rank = need_dims(n, 0, &dims);
    if (rank < 0) return;
    if (rank > MAX_RANK) {
        node_error(n, "result has rank %d, expected at most %d", rank, MAX_RANK);
        return;
    }
    for (int d = 0; d < rank; d++) {
        if (dim_high(dims[d]) >= 0) continue;
        node_invalid(n, "dimension %d is %s, expected 0 or more", d, shown(dim_text(dims[d])));
        return;
    }
    Shape y = shape_of(rank, dims);
    set_out(n, 0, value ? value->type.dtype : DT_FLOAT, &y);
}

/* Elements of less than a byte: one byte of them, over and over; what is after the last is 0. */
static void lower_packed_fill(Node *n, const Value *value)
{
    int bits = dtype_bits(value->type.dtype);
    unsigned pattern = *(const unsigned char *)value->data & ((1U << bits) - 1U);
    for (int filled = bits; filled < 8; filled *= 2) pattern |= pattern << filled;
    Step *s = step_call(n, "fill_packed");
    arg_int(s, "pattern", pattern & 0xff);
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "bits", dim_mul(elements(n->out[0]), dim_const(bits)));
}

static void lower_constant_of_shape(Node *n)
{
    Value *value;
    read_value(n, &value);
    if (value && dtype_bits(value->type.dtype) < 8) {
        lower_packed_fill(n, value);
        return;
    }
    Step *s = step_call(n, "fill_%s", moved_as(n->out[0]->type.dtype, NULL));
    arg_in(s, "value",
           value ? value_const(n->graph, foreign_suffixed(n->out[0]->wanted, "/value"), value->type.dtype,
                               &value->type.shape, value->data)
                 : NULL);
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "n", elements(n->out[0]));
}

/* -- EyeLike ----------------------------------------------------------------------------------- */

static void infer_eye_like(Node *n)
{
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !need_rank(n, 0, 2, 2)) return;
    int64_t number = attr_int(n, "dtype", n->in[0]->type.dtype);
    DType t = number > DT_UNDEFINED && number < DT_COUNT ? (DType)number : DT_UNDEFINED;
    if (dtype_is_float(t) || dtype_is_integer(t) || t == DT_BOOL) set_out(n, 0, t, &n->in[0]->type.shape);
    else node_invalid(n, "makes elements of type %s, expected a float, an integer or bool", dtype_name(t));
}

static void lower_eye_like(Node *n)
{
    Value *y = n->out[0];
    int64_t k = attr_int(n, "k", 0);
    if (k > INT32_MAX) k = INT32_MAX;
    if (k < -INT32_MAX) k = -INT32_MAX;
    Step *s = step_call(n, "eye_%s", moved_as(y->type.dtype, NULL));
    arg_in(s, "one", const_scalar(n, y->type.dtype, 1));
    arg_out(s, "y", y);
    arg_dim(s, "rows", dim_at(y, 0));
    arg_dim(s, "cols", dim_at(y, 1));
    arg_int(s, "k", k);
}

const Op ops_generate[] = {
    {.name = "Range",
     .domain = "",
     .since = 11,
     .infer = infer_range,
     .lower = lower_range,
     .elements = range_elements},
    {.name = "ConstantOfShape",
     .domain = "",
     .since = 9,
     .infer = infer_constant_of_shape,
     .lower = lower_constant_of_shape,
     .flags = OP_HALF_NATIVE},
    {.name = "EyeLike",
     .domain = "",
     .since = 9,
     .infer = infer_eye_like,
     .lower = lower_eye_like,
     .flags = OP_HALF_NATIVE},
    {0},
};
