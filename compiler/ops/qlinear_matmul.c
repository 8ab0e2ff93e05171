/* QLinearMatMul, MatMulInteger: https://onnx.ai/onnx/operators/onnx__QLinearMatMul.html, ..__MatMulInteger.html; of
 * com.microsoft: QGemm, MatMulIntegerToFloat, DynamicQuantizeMatMul.
 * Sums of products are exact. Zero points may stand for the tensor, for each row of A or for each column of B; those
 * that kernels don't know (per row of A, per matrix of a batch), and scales that are known only at run time, are said
 * in other operators. */
#include "kernels.h"
#include "ops/shared/shared.h"

/* -- operands ---------------------------------------------------------------------------------- */

/* One for all columns, or one for each column of every matrix. */
static bool per_column(const Value *v, Dim columns)
{
    const Shape *s = &v->type.shape;
    if (one_element(v)) return true;
    return s->rank > 0 && s->dim[s->rank - 1] == columns && shape_elements(s) == columns;
}

static bool direct_zeros(const Value *zero_a, const Value *zero_b, Dim columns)
{
    return (!zero_a || one_element(zero_a)) && (!zero_b || per_column(zero_b, columns));
}

/* The product p of bytes, with a's rows and b's columns in turn contiguous, as the kernels read them. */
typedef struct {
    Product p;
    Value *zero_a, *zero_b, *bias;
    Dim matrices;                 /* how many b is a batch of */
    const Requantize *requantize; /* NULL: the result is int32 */
} ByteProduct;

static bool value_known(const Value *v)
{
    return !v || value_is_const(v);
}

/* Is b one matrix of constants? */
static bool is_constant(const ByteProduct *q)
{
    const Product *p = &q->p;
    return !p->batch_rank && dim_is(q->matrices, 1) && value_is_const(p->b) && dim_low(p->k) > 0 && dim_low(p->n) > 0;
}

/* Such weights are packed. */
static bool is_packed(const ByteProduct *q)
{
    return is_constant(q) && (value_known(q->zero_a) || q->p.a->type.dtype == DT_UINT8) &&
           packs_bytes(q->p.b, q->zero_b);
}

/* Is all but the first operand known, and the result requantised? */
static bool is_known(const ByteProduct *q)
{
    return q->requantize && is_constant(q) && value_known(q->zero_a) && value_known(q->zero_b);
}

static void call_packed(Node *n, const ByteProduct *q)
{
    const Product *p = &q->p;
    static const Requantize none = {NULL, 0, 0, 0};
    const Requantize *r = q->requantize ? q->requantize : &none;
    int64_t depth = dim_value(p->k), columns = dim_value(p->n),
            operands = dim_high(elements(p->a)) + dim_high(elements(p->y));
    int64_t block = packed_block(p->m, columns, depth, operands);
    Value *start = packed_start(n, q->bias, q->zero_a, p->a, p->b, q->zero_b, p->n, p->k);
    Step *s = step_call(n, "qgemm_packed");
    arg_in(s, "a", p->a);
    arg_in(s, "w", packed_bytes(n, p->b, 1, columns, 1, depth));
    arg_in(s, "start", start);
    arg_in(s, "w_zeros", packed_zeros(n, p->b, q->zero_b, columns));
    arg_requantize(s, r);
    arg_out(s, "y", p->y);
    arg_out(s, "scratch",
            packed_in_place(p->a, depth) ? NULL
                                         : scratch(n, "rows", DT_UINT8, dim_const(block * ((depth + 3) / 4 * 4))));
    arg_struct(s, "p", "struct qgemm_packed");
    arg_field(s, "rows", p->m);
    arg_field(s, "cols", p->n);
    arg_field(s, "depth", p->k);
    arg_field_int(s, "a_signed", p->a->type.dtype == DT_INT8);
    arg_field_int(s, "multiplier_step", r->multiplier && per_channel(r->multiplier));
    arg_field_int(s, "block", block);
    s->macs = dim_high(dim_mul(p->m, dim_mul(p->n, p->k)));
}

static void call_helium(Node *n, const ByteProduct *q)
{
    const Product *p = &q->p;
    HeliumWeights h = {.w = p->b,
                       .w_zero = q->zero_b,
                       .bias = q->bias,
                       .groups = 1,
                       .filters = dim_value(p->n),
                       .depth = dim_value(p->k),
                       .x_zero = helium_zero(p->a, q->zero_a),
                       .requantize = *q->requantize};
    Step *s = step_gemm_helium(n, p->a, p->y, p->m, &h);
    s->macs = dim_high(dim_mul(p->m, dim_mul(p->n, p->k)));
}

static void call_compact(Node *n, const ByteProduct *q)
{
    const Product *p = &q->p;
    ByteOperands operands = {
        .x = p->a, .w = p->b, .y = p->y, .bias = q->bias, .zero_x = q->zero_a, .zero_w = q->zero_b};
    compact_product(n, p->m, p->k, &operands, q->requantize);
}

static void call_product(Node *n, const ByteProduct *q)
{
    if (is_known(q) && value_known(q->bias) && helium_takes(n, q->p.b)) {
        call_helium(n, q);
        return;
    }
    if (is_known(q) && takes_compact(n, q->requantize)) {
        call_compact(n, q);
        return;
    }
    if (is_known(q) && multiplies_words(n) && requantizes_words(q->requantize)) {
        words_product(n, &q->p, q->zero_a, q->zero_b, q->bias, q->requantize);
        return;
    }
    if (is_packed(q)) {
        call_packed(n, q);
        return;
    }
    const Product *p = &q->p;
    const char *types = mem_printf("%s_%s", dtype_suffix(p->a->type.dtype), dtype_suffix(p->b->type.dtype));
    Value *zero_b = all_zero(q->zero_b) ? NULL : q->zero_b;
    Value *bias = product_bias(n, q->bias, q->zero_a, p->b, zero_b, dim_mul(q->matrices, p->n), p->k);
    Step *s = step_call(n, "%s_%s_%s", p->batch_rank ? "qmatmul" : "qgemm", q->requantize ? "q8" : "i32", types);
    arg_in(s, "a", p->a);
    arg_in(s, "b", p->b);
    arg_in(s, "b_zero", zero_b);
    arg_in(s, "bias", bias);
    if (q->requantize) {
        arg_in(s, "multiplier", q->requantize->multiplier);
        arg_int(s, "y_zero", q->requantize->zero);
    }
    arg_out(s, "y", p->y);
    Dim wide = dim_mul(p->k, dim_const(QGEMM_ROWS));
    arg_out(s, "wide", dim_high(p->m) < QGEMM_ROWS ? NULL : scratch(n, "wide", DT_INT16, wide));
    arg_struct(s, "p", "struct qgemm");
    arg_field(s, "rows", p->m);
    arg_field(s, "cols", p->n);
    arg_field(s, "depth", p->k);
    if (zero_b) arg_field_int(s, "zero_step", per_channel(zero_b));
    if (q->requantize) {
        arg_field_int(s, "multiplier_step", per_channel(q->requantize->multiplier));
        arg_field_int(s, "low", q->requantize->low);
        arg_field_int(s, "high", q->requantize->high);
    }
    Dim count = p->batch_rank ? arg_batch(s, p) : dim_const(1);
    s->macs = dim_high(dim_mul(dim_mul(count, p->m), dim_mul(p->n, p->k)));
}

/* A MatMul of inputs a and b. */
static void lower_matmul(Node *n, int a, int b, Value *zero_a, Value *zero_b, const Requantize *r)
{
    ByteProduct q = {.p = matmul_product(n->in[a], n->in[b], n->out[0]),
                     .zero_a = zero_a,
                     .zero_b = zero_b,
                     .requantize = r};
    const Shape *shape = &n->in[b]->type.shape;
    q.matrices = shape->rank > 2 ? shape_product(shape, 0, shape->rank - 2) : dim_const(1);
    q.p.b = turned(n, q.p.b, q.matrices, q.p.k, q.p.n);
    call_product(n, &q);
}

static Dim columns_of(const Value *b)
{
    return b->type.shape.rank > 1 ? dim_at(b, -1) : dim_const(1);
}

/* -- MatMulInteger ----------------------------------------------------------------------------- */

static bool need_factors(Node *n, int a, int b, Shape *y)
{
    return need_rank(n, a, 1, -1) && need_rank(n, b, 1, -1) && matmul_shape(n, n->in[a], n->in[b], y);
}

static void infer_integer(Node *n)
{
    Shape y;
    if (!need_counts(n, 2, 4, 1, 1) || !need_tensor_inputs(n) || !need_byte(n, 0) || !need_byte(n, 1)) return;
    if (!need_same_type(n, 0, 2) || !need_same_type(n, 1, 3) || !need_factors(n, 0, 1, &y)) return;
    set_out(n, 0, DT_INT32, &y);
}

/* v - zero in int32; a list of zero points per row stands upright. */
static Value *centred(Node *n, Value *v, Value *zero, bool upright)
{
    Value *wide = cast_to(n, v, DT_INT32, NULL);
    if (!zero) return wide;
    Value *offset = cast_to(n, zero, DT_INT32, NULL);
    if (upright && zero->type.shape.rank == 1 && per_channel(zero))
        offset = reshape_to(n, offset, 2, (int64_t[]){-1, 1});
    return make2(n, "Sub", wide, offset, NULL);
}

static void expand_integer(Node *n)
{
    if (direct_zeros(input_of(n, 2), input_of(n, 3), columns_of(n->in[1]))) return;
    Value *b = centred(n, n->in[1], input_of(n, 3), false), *a = centred(n, n->in[0], input_of(n, 2), true);
    make2(n, "MatMul", a, b, n->out[0]);
}

static void lower_integer(Node *n)
{
    lower_matmul(n, 0, 1, input_of(n, 2), input_of(n, 3), NULL);
}

/* -- QLinearMatMul ----------------------------------------------------------------------------- */

enum { A, A_SCALE, A_ZERO, B, B_SCALE, B_ZERO, Y_SCALE, Y_ZERO };

static void infer_qlinear(Node *n)
{
    Shape y;
    if (!need_counts(n, 8, 8, 1, 1) || !need_tensor_inputs(n) || !need_quantized(n, A, A_SCALE, A_ZERO)) return;
    if (!need_quantized(n, B, B_SCALE, B_ZERO) || !need_float(n, Y_SCALE) || !need_byte(n, Y_ZERO) ||
        !need_factors(n, A, B, &y))
        return;
    set_out(n, 0, n->in[Y_ZERO]->type.dtype, &y);
}

static bool is_direct(const Node *n, Dim columns)
{
    static const int parameters[] = {A_SCALE, A_ZERO, B_SCALE, B_ZERO, Y_SCALE, Y_ZERO};
    return known_parameters(n, parameters, 6) && direct_zeros(n->in[A_ZERO], n->in[B_ZERO], columns) &&
           one_element(n->in[A_SCALE]) && per_column(n->in[B_SCALE], columns) && one_element(n->in[Y_SCALE]) &&
           one_element(n->in[Y_ZERO]);
}

/* Scales of rows stand upright beside the product. */
static Value *row_scale(Node *n, Value *v)
{
    return v->type.shape.rank == 1 && per_channel(v) ? reshape_to(n, v, 2, (int64_t[]){-1, 1}) : v;
}

static void expand_qlinear(Node *n)
{
    if (is_direct(n, columns_of(n->in[B]))) return;
    Value *acc =
        make_node(n, "MatMulInteger", 4, (Value *[]){n->in[A], n->in[B], n->in[A_ZERO], n->in[B_ZERO]}, NULL)->out[0];
    rescale(n, acc, row_scale(n, n->in[A_SCALE]), n->in[B_SCALE], n->in[Y_SCALE], n->in[Y_ZERO], n->out[0]);
}

static void lower_qlinear(Node *n)
{
    Requantize r = requantize_of(n, n->in[A_SCALE], n->in[B_SCALE], n->in[Y_SCALE], n->in[Y_ZERO], 1);
    lower_matmul(n, A, B, n->in[A_ZERO], n->in[B_ZERO], &r);
}

/* -- QGemm ------------------------------------------------------------------------------------- */

enum { C = 6, GEMM_Y_SCALE, GEMM_Y_ZERO };

static Dim gemm_dim(Node *n, int input, const char *transposed, int axis)
{
    return dim_at(n->in[input], attr_int(n, transposed, 0) ? 1 - axis : axis);
}

static void infer_gemm(Node *n)
{
    Shape all;
    if (!need_counts(n, 6, 9, 1, 1) || !need_tensor_inputs(n) || !need_rank(n, A, 2, 2) || !need_rank(n, B, 2, 2))
        return;
    if (!need_quantized(n, A, A_SCALE, A_ZERO) || !need_quantized(n, B, B_SCALE, B_ZERO)) return;
    if (!need_type(n, C, (DType[]){DT_INT32}, 1) || !need_float(n, GEMM_Y_SCALE) || !need_byte(n, GEMM_Y_ZERO)) return;
    Dim depth_b = gemm_dim(n, B, "transB", 0), depth_a = gemm_dim(n, A, "transA", 1);
    if (!need_equal(n, depth_a, depth_b, "columns of A' and rows of B'")) return;
    Dim rows = gemm_dim(n, A, "transA", 0), columns = gemm_dim(n, B, "transB", 1);
    Shape y = shape_of(2, (Dim[]){rows, columns});
    if (input_of(n, C) && !(need_rank(n, C, 0, 2) && broadcast_shapes(n, &n->in[C]->type.shape, &y, &all))) return;
    for (int i = 0; input_of(n, C) && i < 2; i++)
        if (!need_equal(n, all.dim[i], y.dim[i], "C must not make the result larger")) return;
    DType type = input_of(n, GEMM_Y_ZERO)    ? n->in[GEMM_Y_ZERO]->type.dtype
                 : input_of(n, GEMM_Y_SCALE) ? n->in[A]->type.dtype
                                             : DT_FLOAT;
    set_out(n, 0, type, &y);
}

static bool is_direct_gemm(Node *n)
{
    static const int parameters[] = {A_SCALE, A_ZERO, B_SCALE, B_ZERO, GEMM_Y_SCALE, GEMM_Y_ZERO};
    Dim columns = dim_at(n->out[0], 1);
    Value *c = input_of(n, C);
    if (!input_of(n, GEMM_Y_SCALE) || !known_parameters(n, parameters, 6)) return false;
    if (c && !(shape_elements(&c->type.shape) == columns && c->type.shape.rank && dim_at(c, -1) == columns))
        return false;
    return direct_zeros(n->in[A_ZERO], n->in[B_ZERO], columns) && one_element(n->in[A_SCALE]) &&
           per_column(n->in[B_SCALE], columns);
}

static Value *transposed_if(Node *n, int input, const char *attribute)
{
    return attr_int(n, attribute, 0) ? make1(n, "Transpose", n->in[input], NULL) : n->in[input];
}

static void expand_gemm(Node *n)
{
    if (is_direct_gemm(n)) return;
    Value *a = transposed_if(n, A, "transA"), *b = transposed_if(n, B, "transB");
    Value *acc = make_node(n, "MatMulInteger", 4, (Value *[]){a, b, n->in[A_ZERO], n->in[B_ZERO]}, NULL)->out[0];
    if (input_of(n, C)) acc = make2(n, "Add", acc, n->in[C], NULL);
    Value *alpha = const_scalar(n, DT_FLOAT, attr_float(n, "alpha", 1));
    Value *scale = make2(n, "Mul", row_scale(n, n->in[A_SCALE]), alpha, NULL);
    if (input_of(n, GEMM_Y_SCALE)) {
        Value *zero = input_of(n, GEMM_Y_ZERO) ? n->in[GEMM_Y_ZERO] : const_scalar(n, n->out[0]->type.dtype, 0);
        rescale(n, acc, scale, n->in[B_SCALE], n->in[GEMM_Y_SCALE], zero, n->out[0]);
    } else {
        scale = make2(n, "Mul", scale, n->in[B_SCALE], NULL);
        make2(n, "Mul", cast_to(n, acc, DT_FLOAT, NULL), scale, n->out[0]);
    }
}

static void lower_gemm(Node *n)
{
    Dim rows = dim_at(n->out[0], 0), columns = dim_at(n->out[0], 1), depth = gemm_dim(n, A, "transA", 1);
    Requantize r = requantize_of(n, n->in[A_SCALE], n->in[B_SCALE], n->in[GEMM_Y_SCALE], input_of(n, GEMM_Y_ZERO),
                                 attr_float(n, "alpha", 1));
    ByteProduct q = {.p = product_of(n->in[A], n->in[B], n->out[0], rows, columns, depth),
                     .zero_a = n->in[A_ZERO],
                     .zero_b = n->in[B_ZERO],
                     .bias = input_of(n, C),
                     .matrices = dim_const(1),
                     .requantize = &r};
    if (attr_int(n, "transA", 0)) q.p.a = turned(n, q.p.a, dim_const(1), depth, rows);
    if (!attr_int(n, "transB", 0)) q.p.b = turned(n, q.p.b, dim_const(1), depth, columns);
    call_product(n, &q);
}

/* -- results in floating point ----------------------------------------------------------------- */

/* acc * scale_a * scale_b + bias */
static void to_float(Node *n, Value *acc, Value *scale_a, Value *scale_b, Value *bias)
{
    Value *scale = make2(n, "Mul", scale_a, scale_b, NULL);
    Value *y = make2(n, "Mul", cast_to(n, acc, DT_FLOAT, NULL), scale, bias ? NULL : n->out[0]);
    if (bias) make2(n, "Add", y, bias, n->out[0]);
}

enum { F_A, F_B, F_A_SCALE, F_B_SCALE, F_A_ZERO, F_B_ZERO, F_BIAS };

static void infer_to_float(Node *n)
{
    Shape y;
    if (!need_counts(n, 4, 7, 1, 1) || !need_tensor_inputs(n) || !need_float(n, F_BIAS) ||
        !need_same_type(n, F_A_SCALE, F_B_SCALE))
        return;
    if (!need_quantized(n, F_A, F_A_SCALE, F_A_ZERO) || !need_quantized(n, F_B, F_B_SCALE, F_B_ZERO) ||
        !need_factors(n, F_A, F_B, &y))
        return;
    set_out(n, 0, n->in[F_A_SCALE]->type.dtype, &y);
}

static void expand_to_float(Node *n)
{
    Value *acc = make_node(n, "MatMulInteger", 4,
                           (Value *[]){n->in[F_A], n->in[F_B], input_of(n, F_A_ZERO), input_of(n, F_B_ZERO)}, NULL)
                     ->out[0];
    to_float(n, acc, row_scale(n, n->in[F_A_SCALE]), n->in[F_B_SCALE], input_of(n, F_BIAS));
}

enum { D_A, D_B, D_B_SCALE, D_B_ZERO, D_BIAS };

static void infer_dynamic(Node *n)
{
    Shape y;
    if (!need_counts(n, 3, 5, 1, 1) || !need_tensor_inputs(n) || !need_type(n, D_A, (DType[]){DT_FLOAT}, 1) ||
        !need_float(n, D_BIAS))
        return;
    if (!need_quantized(n, D_B, D_B_SCALE, D_B_ZERO) || !need_factors(n, D_A, D_B, &y)) return;
    set_out(n, 0, DT_FLOAT, &y);
}

static void expand_dynamic(Node *n)
{
    Node *quantised = make_node(n, "DynamicQuantizeLinear", 1, &n->in[D_A], NULL);
    node_add_output(quantised, value_new(n->graph, foreign_suffixed(n->in[D_A]->wanted, "/scale")));
    node_add_output(quantised, value_new(n->graph, foreign_suffixed(n->in[D_A]->wanted, "/zero_point")));
    Value *acc = make_node(n, "MatMulInteger", 4,
                           (Value *[]){quantised->out[0], n->in[D_B], quantised->out[2], input_of(n, D_B_ZERO)}, NULL)
                     ->out[0];
    to_float(n, acc, quantised->out[1], n->in[D_B_SCALE], input_of(n, D_BIAS));
}

const Op ops_qlinear_matmul[] = {
    {.name = "MatMulInteger",
     .domain = "",
     .since = 10,
     .infer = infer_integer,
     .lower = lower_integer,
     .expand = expand_integer},
    {.name = "QLinearMatMul",
     .domain = "",
     .since = 10,
     .infer = infer_qlinear,
     .lower = lower_qlinear,
     .expand = expand_qlinear,
     .flags = OP_CLAMPS},
    {.name = "QGemm",
     .domain = "com.microsoft",
     .since = 1,
     .infer = infer_gemm,
     .lower = lower_gemm,
     .expand = expand_gemm,
     .flags = OP_CLAMPS},
    {.name = "MatMulIntegerToFloat",
     .domain = "com.microsoft",
     .since = 1,
     .infer = infer_to_float,
     .expand = expand_to_float},
    {.name = "DynamicQuantizeMatMul",
     .domain = "com.microsoft",
     .since = 1,
     .infer = infer_dynamic,
     .expand = expand_dynamic},
    {0},
};
