/* Operators of com.microsoft on quantised tensors that stand for those of ai.onnx on real ones:
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
 * Each is said in three: DequantizeLinear, the real operator, QuantizeLinear; elementwise ones become one loop; Add of
 * equal shapes has a kernel. A quantised operand is three inputs: bytes, scale, zero point; the result's scale and zero
 * point are two. Zero points may be omitted. */
#include "ops/shared/shared.h"

#include <string.h>

/* -- operands ---------------------------------------------------------------------------------- */

static bool need_operand(Node *n, int x)
{
    return need_given(n, x + 1) && need_quantized(n, x, x + 1, x + 2);
}

static Value *dequantized(Node *n, int x)
{
    return make_node(n, "DequantizeLinear", input_of(n, x + 2) ? 3 : 2,
                     (Value *[]){n->in[x], n->in[x + 1], input_of(n, x + 2)}, NULL)
        ->out[0];
}

/* y, quantised as inputs `scale` and `scale` + 1 say, is the result. */
static void requantized(Node *n, Value *y, int scale, DType type)
{
    Value *zero = input_of(n, scale + 1) ? n->in[scale + 1] : const_scalar(n, type, 0);
    make3(n, "QuantizeLinear", y, n->in[scale], zero, n->out[0]);
}

/* What the operator is called in ai.onnx: the name without its QLinear. */
static const char *real_name(const Node *n)
{
    return n->op->name + strlen("QLinear");
}

/* -- one operand and two ----------------------------------------------------------------------- */

enum { UNARY_SCALE = 3, BINARY_SCALE = 6 };

static void infer_unary(Node *n)
{
    if (need_counts(n, 1, 5, 1, 1) && need_given(n, UNARY_SCALE) && need_tensor_inputs(n) && need_operand(n, 0))
        need_float(n, UNARY_SCALE);
}

static void infer_binary(Node *n)
{
    if (need_counts(n, 1, 8, 1, 1) && need_given(n, 3) && need_given(n, BINARY_SCALE) && need_tensor_inputs(n) &&
        need_operand(n, 0) && need_operand(n, 3))
        need_float(n, BINARY_SCALE);
}

static void expand_unary(Node *n)
{
    Value *x = dequantized(n, 0);
    Node *real = make_node(n, real_name(n), 1, &x, NULL);
    copy_attributes(real, n);
    requantized(n, real->out[0], UNARY_SCALE, n->in[0]->type.dtype);
}

static void expand_binary(Node *n)
{
    Value *b = dequantized(n, 3), *a = dequantized(n, 0);
    requantized(n, make2(n, real_name(n), a, b, NULL), BINARY_SCALE, n->in[0]->type.dtype);
}

/* -- Add --------------------------------------------------------------------------------------- */

enum { A, A_SCALE, A_ZERO, B, B_SCALE, B_ZERO, SUM_SCALE, SUM_ZERO };

/* So that sums of bytes times scales are finite. */
static bool moderate(const Value *scale)
{
    double s;
    return known_scalar(scale, &s) && s > 1e-30 && s < 1e30;
}

bool add_takes_bytes(Node *n)
{
    static const int parameters[] = {A_SCALE, A_ZERO, B_SCALE, B_ZERO, SUM_SCALE, SUM_ZERO};
    if (!known_parameters(n, parameters, 6) || !moderate(n->in[A_SCALE]) || !moderate(n->in[B_SCALE]) ||
        !moderate(n->in[SUM_SCALE]))
        return false;
    return n->in[A]->type.dtype == n->in[B]->type.dtype && shape_equal(&n->in[A]->type.shape, &n->in[B]->type.shape);
}

static void infer_add(Node *n)
{
    Shape y;
    infer_binary(n);
    if (n->n_in > B && input_of(n, A) && input_of(n, B) &&
        broadcast_shapes(n, &n->in[A]->type.shape, &n->in[B]->type.shape, &y))
        set_out(n, 0, n->in[A]->type.dtype, &y);
}

static void expand_add(Node *n)
{
    if (!add_takes_bytes(n)) expand_binary(n);
}

static int64_t zero_of(const Node *n, int i)
{
    return input_of(n, i) ? const_as_int(n->in[i], 0) : 0;
}

/* How add_bytes_words computes it, if it can: scales are like that of y, or smaller. */
static bool add_factors(const Node *n, double *a, double *b, int *shift)
{
    enum { LEAST_SHIFT = 12, BITS = 30, MOST = 255, RESULTS = 256 };
    double y_scale = const_as_double(n->in[SUM_SCALE], 0);
    *a = const_as_double(n->in[A_SCALE], 0) / y_scale;
    *b = const_as_double(n->in[B_SCALE], 0) / y_scale;
    *shift = BITS;
    while (*shift >= LEAST_SHIFT && ldexp(MOST * *a + MOST * *b + RESULTS, *shift) >= ldexp(1, BITS)) --*shift;
    *a = nearbyint(ldexp(*a, *shift));
    *b = nearbyint(ldexp(*b, *shift));
    return multiplies_words(n) && *shift >= LEAST_SHIFT;
}

static void fields_of_factors(Step *s, const Node *n, double a, double b, int shift)
{
    double zero = ldexp((double)zero_of(n, SUM_ZERO) + 0.5, shift), zeros_of_a = (double)zero_of(n, A_ZERO) * a,
           zeros_of_b = (double)zero_of(n, B_ZERO) * b;
    arg_struct(s, "q", "struct qadd_words");
    arg_field_int(s, "a_factor", (int64_t)a);
    arg_field_int(s, "b_factor", (int64_t)b);
    arg_field_int(s, "start", (int64_t)(zero - zeros_of_a - zeros_of_b));
    arg_field_int(s, "shift", shift);
}

static void lower_add(Node *n)
{
    int64_t low, high, zero = zero_of(n, SUM_ZERO);
    double a, b;
    int shift;
    bool in_words = add_factors(n, &a, &b, &shift);
    quantized_bounds(n, const_as_double(n->in[SUM_SCALE], 0), zero, &low, &high);
    Step *s = in_words ? step_call(n, "add_bytes_words_%s", dtype_suffix(n->out[0]->type.dtype))
                       : step_call(n, "%s", bytes_kernel(n, "add_bytes", const_as_double(n->in[SUM_SCALE], 0)));
    arg_in(s, "a", n->in[A]);
    arg_in(s, "b", n->in[B]);
    arg_out(s, "y", n->out[0]);
    arg_real(s, "a_scale", const_as_double(n->in[A_SCALE], 0));
    arg_real(s, "b_scale", const_as_double(n->in[B_SCALE], 0));
    arg_real(s, "y_scale", const_as_double(n->in[SUM_SCALE], 0));
    arg_struct(s, "p", "struct qadd");
    arg_field_int(s, "a_zero", zero_of(n, A_ZERO));
    arg_field_int(s, "b_zero", zero_of(n, B_ZERO));
    arg_field_int(s, "y_zero", zero);
    arg_field_int(s, "is_signed", n->in[A]->type.dtype == DT_INT8);
    arg_field_int(s, "low", low);
    arg_field_int(s, "high", high);
    if (in_words) fields_of_factors(s, n, a, b, shift);
    arg_dim(s, "n", elements(n->out[0]));
}

/* -- Softmax ----------------------------------------------------------------------------------- */

/* Which Softmax it is, an attribute says: that of opset 13, along one axis, or the older, over all axes from one on. */
static void expand_softmax(Node *n)
{
    Value *x = dequantized(n, 0);
    Node *real = make_node(n, "Softmax", 1, &x, NULL);
    int64_t opset = attr_int(n, "opset", 13);
    if (opset >= 1 && opset < real->opset) real->opset = (int)opset;
    copy_attributes(real, n);
    requantized(n, real->out[0], UNARY_SCALE, n->in[0]->type.dtype);
}

/* -- pooling ----------------------------------------------------------------------------------- */

static void expand_average_pool(Node *n)
{
    bool last = attr_int(n, "channels_last", 0) != 0;
    int rank = n->in[0]->type.shape.rank;
    Value *x = dequantized(n, 0);
    if (last) x = channels_moved(n, x, rank, true, NULL);
    Node *pool = make_node(n, "AveragePool", 1, &x, NULL);
    copy_attributes(pool, n);
    requantized(n, last ? channels_moved(n, pool->out[0], rank, false, NULL) : pool->out[0], UNARY_SCALE,
                n->in[0]->type.dtype);
}

/* -- Where ------------------------------------------------------------------------------------- */

static void infer_where(Node *n)
{
    if (!need_counts(n, 9, 9, 1, 1) || !need_tensor_inputs(n) || !need_type(n, 0, (DType[]){DT_BOOL}, 1)) return;
    if (need_operand(n, 1) && need_operand(n, 4)) need_float(n, 7);
}

static void expand_where(Node *n)
{
    Value *if_false = dequantized(n, 4), *if_true = dequantized(n, 1);
    requantized(n, make3(n, "Where", n->in[0], if_true, if_false, NULL), 7, n->in[1]->type.dtype);
}

/* -- Concat: the result's scale and zero point, then any number of operands -------------------- */

static void infer_concat(Node *n)
{
    if (!need_counts(n, 5, -1, 1, 1) || !need_tensor_inputs(n) || !need_float(n, 0) || !need_byte(n, 1)) return;
    if ((n->n_in - 2) % 3) node_invalid(n, "has %d inputs, expected 2 and 3 for each operand", n->n_in);
    for (int i = 2; i + 2 < n->n_in; i += 3)
        if (!need_operand(n, i)) return;
}

static bool same_constant(const Value *a, const Value *b)
{
    if (a == b) return true;
    double x, y;
    return a && b && a->type.dtype == b->type.dtype && known_scalar(a, &x) && known_scalar(b, &y) && x == y;
}

/* An operand quantised as the result is: often as it stands. */
static Value *operand_like_result(Node *n, int i)
{
    bool same_zero = same_constant(input_of(n, i + 2), n->in[1]) ||
                     (n->in[i]->type.dtype == n->in[1]->type.dtype && all_zero(input_of(n, i + 2)) &&
                      all_zero(n->in[1]));
    if (same_zero && same_constant(n->in[i + 1], n->in[0])) return n->in[i];
    return make3(n, "QuantizeLinear", dequantized(n, i), n->in[0], n->in[1], NULL);
}

static void expand_concat(Node *n)
{
    int count = (n->n_in - 2) / 3;
    Value **parts = mem_array((size_t)count + 1, sizeof *parts);
    for (int i = 0; i < count; i++) parts[i] = operand_like_result(n, 2 + 3 * i);
    Node *concat = make_node(n, "Concat", count, parts, n->out[0]);
    copy_attributes(concat, n);
}

#define QLINEAR(op, i, e) \
    { \
        .name = "QLinear" op, .domain = "com.microsoft", .since = 1, .infer = i, .expand = e \
    }

const Op ops_qlinear[] = {
    {.name = "QLinearAdd",
     .domain = "com.microsoft",
     .since = 1,
     .infer = infer_add,
     .lower = lower_add,
     .expand = expand_add,
     .flags = OP_CLAMPS},
    QLINEAR("AveragePool", infer_unary, expand_average_pool),
    QLINEAR("Concat", infer_concat, expand_concat),
    QLINEAR("LeakyRelu", infer_unary, expand_unary),
    QLINEAR("Mul", infer_binary, expand_binary),
    QLINEAR("Sigmoid", infer_unary, expand_unary),
    QLINEAR("Softmax", infer_unary, expand_softmax),
    QLINEAR("Where", infer_where, expand_where),
    {0},
};
