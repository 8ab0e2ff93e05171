/* test_quantized.c: operators on 8-bit integers against real ones on the same numbers, whose sums are exact here;
 * rounding against the C library's. */
#include "kernels.h"
#include "run_op.h"

#include <check.h>
#include <string.h>

Suite *quantized_suite(void);

/* -- rounding ---------------------------------------------------------------------------------- */

static int64_t bounded(double q, int64_t low, int64_t high)
{
    return q < (double)low ? low : q > (double)high ? high : (int64_t)q;
}

START_TEST(requantize_rounds_to_nearest_even_and_saturates)
{
    for (int32_t acc = -2000; acc <= 2000; acc++)
        for (int zero = -128; zero <= 127; zero += 51) {
            int64_t expected = bounded(nearbyint(acc * 0.25) + zero, -128, 127);
            ck_assert_int_eq((int8_t)requantize(acc, 0.25f, zero, -128, 127), expected);
        }
    ck_assert_int_eq(requantize(INT32_MAX, 1e30f, 3, 0, 255), 255);
    ck_assert_int_eq(requantize(INT32_MIN, 1e30f, 3, 0, 255), 0);
    ck_assert_int_eq(requantize(5, NAN, 3, 0, 255), 0);
    ck_assert_int_eq(requantize(9, 1, 3, 5, 10), 10);
}
END_TEST

START_TEST(quantize_rounds_to_nearest_even_and_saturates)
{
    for (int i = -4000; i <= 4000; i++) {
        float x = (float)i / 8, scale = 0.25f;
        ck_assert_int_eq(quantize_i8(x, scale, 7), bounded(nearbyint((double)(x / scale)) + 7, -128, 127));
        ck_assert_int_eq(quantize_u8(x, scale, 7), bounded(nearbyint((double)(x / scale)) + 7, 0, 255));
        ck_assert_int_eq(quantize_i16(x * 100, scale, -9),
                         bounded(nearbyint((double)(x * 100 / scale)) - 9, -32768, 32767));
        ck_assert_int_eq(quantize_u16(x * 100, scale, 65535),
                         bounded(nearbyint((double)(x * 100 / scale)) + 65535, 0, 65535));
    }
    ck_assert_int_eq(quantize_u8(INFINITY, 1, 0), 255);
    ck_assert_int_eq(quantize_i16(-INFINITY, 1, 0), -32768);
    ck_assert_int_eq(quantize_i8(NAN, 1, 5), 5);
    ck_assert_int_eq(quantize_u8(1, 0, 9), 255);
}
END_TEST

/* The range holds 0 even if the data don't; a tensor of zeros has no range. */
START_TEST(dynamic_quantization_covers_the_range)
{
    const float x[] = {1, 2, 3.825f, 0.5f}, zeros[3] = {0};
    uint8_t y[4], zero;
    float scale;
    dynamic_quantize_u8(x, y, &scale, &zero, 4);
    ck_assert_float_eq_tol(scale, 0.015f, 1e-7f);
    ck_assert_int_eq(zero, 0);
    ck_assert_int_eq(y[2], 255);
    dynamic_quantize_u8(zeros, y, &scale, &zero, 3);
    ck_assert(y[0] == 0 && y[1] == 0 && y[2] == 0 && zero == 0 && scale == 0);
}
END_TEST

/* -- operands ---------------------------------------------------------------------------------- */

static DType byte_type(void)
{
    return test_below(2) ? DT_INT8 : DT_UINT8;
}

/* Any bytes, as either type. */
static Value *bytes(Node *n, DType type, int rank, const int64_t *dims)
{
    int64_t count = 1;
    for (int i = 0; i < rank; i++) count *= dims[i];
    uint8_t *data = mem_array((size_t)count + 1, 1);
    for (int64_t i = 0; i < count; i++) data[i] = (uint8_t)test_below(256);
    return op_input(n, type, rank, dims, data);
}

static Value *scale(Node *n, int64_t count)
{
    float *data = mem_array((size_t)count, sizeof *data);
    for (int64_t i = 0; i < count; i++) data[i] = 0.001f * (float)(1 + test_below(100));
    return op_input(n, DT_FLOAT, count > 1, &count, data);
}

/* v - zero as a real; the zero point belongs to slice i / inner % zeros of element i. */
static Value *centred(Node *real, const Value *v, const Value *zero, int64_t inner)
{
    int64_t count = value_count(v), zeros = zero ? value_count(zero) : 1;
    double *data = mem_array((size_t)count + 1, sizeof *data);
    for (int64_t i = 0; i < count; i++)
        data[i] = const_as_double(v, i) - (zero ? const_as_double(zero, zeros == 1 ? 0 : i / inner % zeros) : 0);
    int64_t dims[MAX_RANK];
    for (int d = 0; d < v->type.shape.rank; d++) dims[d] = dim_value(v->type.shape.dim[d]);
    return op_input(real, DT_DOUBLE, v->type.shape.rank, dims, data);
}

/* op_node starts a model; this one joins that of n. */
static Node *node_beside(Node *n, const char *op_type)
{
    Node *real = node_new(n->graph, foreign("real"), op_type, "", 13);
    graph_append(n->graph, real);
    return real;
}

static void expect_integers(const Node *n, const double *sums)
{
    for (int64_t i = 0; i < value_count(n->out[0]); i++)
        ck_assert_msg(const_as_int(n->out[0], i) == (int64_t)sums[i], "element %lld is %lld, expected %.0f",
                      (long long)i, (long long)const_as_int(n->out[0], i), sums[i]);
}

typedef struct {
    const Value *scale_a, *scale_b, *scale_y, *zero_y, *bias;
    double alpha;
    int64_t channels, inner;
} Rescale;

static void expect_requantized(const Node *n, const double *sums, const Rescale *r)
{
    bool is_signed = n->out[0]->type.dtype == DT_INT8;
    for (int64_t i = 0; i < value_count(n->out[0]); i++) {
        int64_t c = i / r->inner % r->channels;
        float scale_b = (float)const_as_double(r->scale_b, value_count(r->scale_b) == 1 ? 0 : c);
        float multiplier = (float)r->alpha * (float)const_as_double(r->scale_a, 0) * scale_b /
                           (float)const_as_double(r->scale_y, 0);
        double sum = sums[i] + (r->bias ? const_as_double(r->bias, c) : 0);
        int64_t expected = bounded((double)rintf((float)sum * multiplier) + const_as_double(r->zero_y, 0),
                                   is_signed ? -128 : 0, is_signed ? 127 : 255);
        ck_assert_int_eq(const_as_int(n->out[0], i), expected);
    }
}

/* -- products ---------------------------------------------------------------------------------- */

typedef struct {
    int rank_a, rank_b;
    int64_t a[4], b[4];
} Shapes;

/* Fewer rows than are computed together, more columns than in a block, batches, broadcast both ways, vectors. */
static const Shapes products[] = {
    {2, 2, {1, 7}, {7, 5}},
    {2, 2, {3, 40}, {40, 16}},
    {2, 2, {9, 33}, {33, 37}},
    {2, 2, {4, 1}, {1, 17}},
    {1, 2, {6}, {6, 18}},
    {2, 1, {5, 6}, {6}},
    {1, 1, {300}, {300}},
    {3, 2, {2, 3, 4}, {4, 5}},
    {3, 3, {2, 5, 4}, {2, 4, 17}},
    {2, 3, {3, 4}, {3, 4, 2}},
    {4, 4, {2, 1, 5, 3}, {1, 3, 3, 4}},
    {2, 2, {0, 4}, {4, 3}},
    {2, 2, {3, 0}, {0, 4}},
};

static int64_t columns(const Shapes *s)
{
    return s->rank_b > 1 ? s->b[s->rank_b - 1] : 1;
}

static const double *real_product(Node *n, const Value *a, const Value *zero_a, const Value *b, const Value *zero_b)
{
    Node *real = node_beside(n, "MatMul");
    centred(real, a, zero_a, 1);
    centred(real, b, zero_b, 1);
    op_run(real, 1);
    return real->out[0]->data;
}

START_TEST(matmul_integer_is_exact)
{
    test_seed((uint32_t)_i);
    const Shapes *s = &products[_i % (int)(sizeof products / sizeof *products)];
    int64_t zeros = test_below(2) ? columns(s) : 1;
    Node *n = op_node("MatMulInteger", "", 10);
    DType type_a = byte_type(), type_b = byte_type();
    bytes(n, type_a, s->rank_a, s->a);
    bytes(n, type_b, s->rank_b, s->b);
    if (test_below(2)) bytes(n, type_a, 0, NULL);
    else op_omit(n);
    if (test_below(3)) bytes(n, type_b, 1, &zeros);
    op_run(n, 1);
    expect_integers(n, real_product(n, n->in[0], n->in[2], n->in[1], input_of(n, 3)));
    op_free();
}
END_TEST

START_TEST(matmul_integer_wraps_around)
{
    enum { DEPTH = 70000 };
    Node *n = op_node("MatMulInteger", "", 10);
    uint8_t *ones = mem_array(DEPTH, 1);
    memset(ones, 255, DEPTH);
    op_input(n, DT_UINT8, 2, (int64_t[]){1, DEPTH}, ones);
    op_input(n, DT_UINT8, 2, (int64_t[]){DEPTH, 1}, ones);
    op_run(n, 1);
    ck_assert_int_eq(const_as_int(n->out[0], 0), (int32_t)(255u * 255u * DEPTH));
    op_free();
}
END_TEST

START_TEST(qlinear_matmul_requantizes)
{
    test_seed((uint32_t)_i);
    const Shapes *s = &products[_i % (int)(sizeof products / sizeof *products)];
    int64_t zeros = test_below(2) ? columns(s) : 1, one = 1;
    Node *n = op_node("QLinearMatMul", "", 10);
    DType type_a = byte_type(), type_b = byte_type();
    bytes(n, type_a, s->rank_a, s->a);
    scale(n, 1);
    bytes(n, type_a, 0, NULL);
    bytes(n, type_b, s->rank_b, s->b);
    scale(n, zeros);
    bytes(n, type_b, zeros > 1, &zeros);
    scale(n, 1);
    bytes(n, byte_type(), 1, &one);
    op_run(n, 1);
    Rescale r = {n->in[1], n->in[4], n->in[6], n->in[7], NULL, 1, columns(s), 1};
    expect_requantized(n, real_product(n, n->in[0], n->in[2], n->in[3], n->in[5]), &r);
    op_free();
}
END_TEST

/* All ways to transpose, with a bias per column. */
START_TEST(qgemm_requantizes)
{
    test_seed((uint32_t)_i);
    bool turn_a = _i & 1, turn_b = _i & 2;
    int64_t m = 1 + test_below(9), cols = 1 + test_below(40), k = 1 + test_below(50), zeros = _i & 4 ? cols : 1;
    Node *n = op_node("QGemm", "com.microsoft", 1);
    DType type_a = byte_type(), type_b = byte_type();
    bytes(n, type_a, 2, turn_a ? (int64_t[]){k, m} : (int64_t[]){m, k});
    scale(n, 1);
    bytes(n, type_a, 0, NULL);
    bytes(n, type_b, 2, turn_b ? (int64_t[]){cols, k} : (int64_t[]){k, cols});
    scale(n, zeros);
    bytes(n, type_b, 1, &zeros);
    int32_t *bias = mem_array((size_t)cols, sizeof *bias);
    for (int64_t i = 0; i < cols; i++) bias[i] = test_below(20000) - 10000;
    op_input(n, DT_INT32, 1, &cols, bias);
    scale(n, 1);
    bytes(n, byte_type(), 0, NULL);
    attr_set_int(n, "transA", turn_a);
    attr_set_int(n, "transB", turn_b);
    attr_set_float(n, "alpha", 0.5);
    op_run(n, 1);
    Node *real = node_beside(n, "Gemm");
    centred(real, n->in[0], n->in[2], 1);
    centred(real, n->in[3], n->in[5], turn_b ? k : 1);
    attr_set_int(real, "transA", turn_a);
    attr_set_int(real, "transB", turn_b);
    op_run(real, 1);
    Rescale r = {n->in[1], n->in[4], n->in[7], n->in[8], n->in[6], 0.5, cols, 1};
    expect_requantized(n, real->out[0]->data, &r);
    op_free();
}
END_TEST

/* -- convolutions ------------------------------------------------------------------------------ */

typedef struct {
    int64_t groups, filters, x[5], w[5];
    int rank;
} ConvShapes;

static ConvShapes random_shapes(void)
{
    ConvShapes s = {.groups = 1 + test_below(3),
                    .filters = test_below(2) ? 1 + test_below(3) : 4 + test_below(30),
                    .rank = 3 + test_below(3)};
    int64_t channels = 1 + test_below(5);
    s.x[0] = 1 + test_below(2);
    s.x[1] = s.groups * channels;
    s.w[0] = s.groups * s.filters;
    s.w[1] = channels;
    for (int d = 2; d < s.rank; d++) {
        s.w[d] = 1 + test_below(3);
        s.x[d] = 2 * s.w[d] - 1 + test_below(s.rank == 5 ? 3 : 12);
    }
    return s;
}

static void random_window(Node *n, const ConvShapes *s)
{
    int64_t pads[6], strides[3], dilations[3];
    int spatial = s->rank - 2;
    for (int i = 0; i < spatial; i++) {
        pads[i] = test_below(3);
        pads[spatial + i] = test_below(3);
        strides[i] = 1 + test_below(3);
        dilations[i] = 1 + test_below(2);
    }
    attr_set_ints(n, "pads", 2 * spatial, pads);
    attr_set_ints(n, "strides", spatial, strides);
    attr_set_ints(n, "dilations", spatial, dilations);
    attr_set_int(n, "group", s->groups);
}

/* The same window over x - zero_x and w - zero_w, whose padding is 0. */
static Node *real_conv(Node *n, const Value *x, const Value *zero_x, const Value *w, const Value *zero_w)
{
    Node *real = node_beside(n, "Conv");
    centred(real, x, zero_x, 1);
    centred(real, w, zero_w, value_count(w) / dim_value(w->type.shape.dim[0]));
    real->attrs = n->attrs;
    real->n_attrs = n->n_attrs;
    op_run(real, 1);
    return real;
}

START_TEST(conv_integer_is_exact)
{
    test_seed((uint32_t)_i);
    ConvShapes s = random_shapes();
    int64_t zeros = test_below(2) ? s.w[0] : 1;
    Node *n = op_node("ConvInteger", "", 10);
    DType type_x = byte_type(), type_w = byte_type();
    bytes(n, type_x, s.rank, s.x);
    bytes(n, type_w, s.rank, s.w);
    if (test_below(2)) bytes(n, type_x, 0, NULL);
    else op_omit(n);
    if (test_below(3)) bytes(n, type_w, 1, &zeros);
    random_window(n, &s);
    op_run(n, 1);
    expect_integers(n, real_conv(n, n->in[0], n->in[2], n->in[1], input_of(n, 3))->out[0]->data);
    op_free();
}
END_TEST

/* A Relu6 merged into every third: bounds on the real result. */
START_TEST(qlinear_conv_requantizes)
{
    test_seed((uint32_t)_i);
    ConvShapes s = random_shapes();
    int64_t zeros = test_below(2) ? s.w[0] : 1;
    Node *n = op_node("QLinearConv", "", 10);
    DType type_x = byte_type(), type_w = byte_type();
    bytes(n, type_x, s.rank, s.x);
    scale(n, 1);
    bytes(n, type_x, 0, NULL);
    bytes(n, type_w, s.rank, s.w);
    scale(n, zeros);
    bytes(n, type_w, 1, &zeros);
    scale(n, 1);
    bytes(n, byte_type(), 0, NULL);
    int32_t *bias = mem_array((size_t)s.w[0], sizeof *bias);
    for (int64_t i = 0; i < s.w[0]; i++) bias[i] = test_below(20000) - 10000;
    if (test_below(2)) op_input(n, DT_INT32, 1, s.w, bias);
    random_window(n, &s);
    op_run(n, 1);
    Node *real = real_conv(n, n->in[0], n->in[2], n->in[3], n->in[5]);
    Rescale r = {n->in[1],       n->in[4],
                 n->in[6],       n->in[7],
                 input_of(n, 8), 1,
                 s.w[0],         dim_value(shape_product(&real->out[0]->type.shape, 2, real->out[0]->type.shape.rank))};
    expect_requantized(n, real->out[0]->data, &r);
    op_free();
}
END_TEST

/* 20 * (0.5 * 0.5) / 0.5 = 10 without bounds; real 6 is 12 steps of 0.5, real 0 the zero point. */
START_TEST(clamps_are_bounds_of_the_quantized_result)
{
    const uint8_t x[] = {0, 50, 20}, w[] = {1}, zero_x = 10, zero_w = 0, zero_y = 3;
    const float half = 0.5f;
    Node *n = op_node("QLinearConv", "", 10);
    op_input(n, DT_UINT8, 3, (int64_t[]){1, 1, 3}, x);
    op_input(n, DT_FLOAT, 0, NULL, &half);
    op_input(n, DT_UINT8, 0, NULL, &zero_x);
    op_input(n, DT_UINT8, 3, (int64_t[]){1, 1, 1}, w);
    op_input(n, DT_FLOAT, 0, NULL, &half);
    op_input(n, DT_UINT8, 0, NULL, &zero_w);
    op_input(n, DT_FLOAT, 0, NULL, &half);
    op_input(n, DT_UINT8, 0, NULL, &zero_y);
    n->clamp_low = 0;
    n->clamp_high = 6;
    op_run(n, 1);
    const uint8_t *y = n->out[0]->data;
    ck_assert_int_eq(y[0], 3);
    ck_assert_int_eq(y[1], 15);
    ck_assert_int_eq(y[2], 8);
    op_free();
}
END_TEST

START_TEST(mistakes_are_refused)
{
    test_seed(1);
    Node *n = op_node("ConvInteger", "", 10);
    bytes(n, DT_INT8, 4, (int64_t[]){1, 3, 5, 5});
    bytes(n, DT_INT8, 4, (int64_t[]){4, 2, 3, 3});
    ck_assert(op_refused(n, 1));
    n = op_node("MatMulInteger", "", 10);
    bytes(n, DT_INT8, 2, (int64_t[]){2, 3});
    bytes(n, DT_INT8, 2, (int64_t[]){3, 2});
    bytes(n, DT_UINT8, 0, NULL);
    ck_assert(op_refused(n, 1));
    op_free();
}
END_TEST

Suite *quantized_suite(void)
{
    Suite *suite = suite_create("quantized");
    TCase *t = tcase_create("rounding");
    tcase_add_test(t, requantize_rounds_to_nearest_even_and_saturates);
    tcase_add_test(t, quantize_rounds_to_nearest_even_and_saturates);
    tcase_add_test(t, dynamic_quantization_covers_the_range);
    suite_add_tcase(suite, t);
    t = tcase_create("products");
    tcase_add_loop_test(t, matmul_integer_is_exact, 0, 130);
    tcase_add_test(t, matmul_integer_wraps_around);
    tcase_add_loop_test(t, qlinear_matmul_requantizes, 0, 130);
    tcase_add_loop_test(t, qgemm_requantizes, 0, 64);
    suite_add_tcase(suite, t);
    t = tcase_create("convolutions");
    tcase_add_loop_test(t, conv_integer_is_exact, 0, 150);
    tcase_add_loop_test(t, qlinear_conv_requantizes, 0, 150);
    tcase_add_test(t, clamps_are_bounds_of_the_quantized_result);
    tcase_add_test(t, mistakes_are_refused);
    suite_add_tcase(suite, t);
    return suite;
}
