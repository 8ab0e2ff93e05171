/* test_norm.c: normalisations against their definition, in float64. */
#include "kernels.h"
#include "run_op.h"

#include <check.h>

Suite *norm_suite(void);

enum { B = 2, C = 6, N = 37, ALL = B * C * N };

static const int64_t image[] = {B, C, N};

/* An offset a thousand times the spread: a variance by mean of squares less square of mean
 * would be lost in rounding. */
static Value *offset_image(Node *n)
{
    float *x = test_reals(ALL);
    for (int i = 0; i < ALL; i++) x[i] += 1000;
    return op_input(n, DT_FLOAT, 3, image, x);
}

static Value *vector(Node *n, int64_t count)
{
    return op_input(n, DT_FLOAT, 1, &count, test_reals(count));
}

static double at(const Value *v, int64_t i)
{
    return (double)((const float *)v->data)[i];
}

/* Mean and 1 / sqrt(variance + epsilon) of count elements from `first` on. */
static void statistics(const Value *x, int64_t first, int64_t count, double epsilon, double *mean, double *inverse)
{
    double sum = 0, squares = 0;
    for (int64_t i = first; i < first + count; i++) sum += at(x, i);
    *mean = sum / (double)count;
    for (int64_t i = first; i < first + count; i++) squares += (at(x, i) - *mean) * (at(x, i) - *mean);
    *inverse = 1 / sqrt(squares / (double)count + epsilon);
}

START_TEST(layer_norm_over_the_last_axes)
{
    test_seed((uint32_t)_i);
    Node *n = op_node("LayerNormalization", "", 17);
    int64_t row = _i == 2 ? N : C * N;
    Value *x = offset_image(n);
    Value *scale = _i == 2 ? vector(n, N) : op_input(n, DT_FLOAT, 2, image + 1, test_reals(C * N));
    Value *bias = _i == 2 ? vector(n, N) : op_input(n, DT_FLOAT, 2, (int64_t[]){C, 1}, test_reals(C)); /* broadcasts */
    attr_set_int(n, "axis", _i == 2 ? -1 : 1);
    op_run(n, 3);
    double expected[ALL], mean, inverse;
    for (int64_t i = 0; i < ALL; i++) {
        statistics(x, i / row * row, row, 1e-5, &mean, &inverse);
        expected[i] = (at(x, i) - mean) * inverse * at(scale, i % row) + at(bias, _i == 2 ? i % row : i % row / N);
        expect_close("mean", op_floats(n, 1) + i / row, &mean, 1, 1e-6);
        expect_close("inverse", op_floats(n, 2) + i / row, &inverse, 1, 1e-4);
    }
    expect_close("LayerNormalization", op_floats(n, 0), expected, ALL, 3e-4);
    op_free();
}
END_TEST

START_TEST(skip_layer_norm_adds_first)
{
    test_seed(3);
    Node *n = op_node("SkipLayerNormalization", "com.microsoft", 1);
    Value *x = op_input(n, DT_FLOAT, 3, image, test_reals(ALL)),
          *skip = op_input(n, DT_FLOAT, 2, image + 1, test_reals(C * N));
    Value *scale = vector(n, N), *shift = vector(n, N), *bias = vector(n, N);
    op_run(n, 4);
    double sum[ALL], expected[ALL];
    for (int i = 0; i < ALL; i++) sum[i] = at(x, i) + at(skip, i % (C * N)) + at(bias, i % N);
    for (int row = 0; row < B * C; row++) {
        double mean = 0, squares = 0;
        for (int i = row * N; i < (row + 1) * N; i++) mean += sum[i] / N;
        for (int i = row * N; i < (row + 1) * N; i++) squares += (sum[i] - mean) * (sum[i] - mean) / N;
        for (int i = row * N; i < (row + 1) * N; i++)
            expected[i] = (sum[i] - mean) / sqrt(squares) * at(scale, i % N) + at(shift, i % N);
    }
    expect_close("sum", op_floats(n, 3), sum, ALL, 1e-6);
    expect_close("SkipLayerNormalization", op_floats(n, 0), expected, ALL, 1e-5);
    op_free();
}
END_TEST

/* Without a mean: sqrt((9 + 16) / 2) for 3 and 4. */
START_TEST(rms_norm_divides_by_the_root_of_the_mean_square)
{
    const float x[] = {3, 4, -3, 4}, scale[] = {1, 2};
    const double rms = sqrt(12.5);
    const char *ops[] = {"RMSNormalization", "SimplifiedLayerNormalization"};
    for (int i = 0; i < 2; i++) {
        Node *n = op_node(ops[i], "", 23);
        op_input(n, DT_FLOAT, 2, (int64_t[]){2, 2}, x);
        op_input(n, DT_FLOAT, 1, (int64_t[]){2}, scale);
        attr_set_float(n, "epsilon", 0);
        op_run(n, 1 + i);
        expect_close(ops[i], op_floats(n, 0), (double[]){3 / rms, 8 / rms, -3 / rms, 8 / rms}, 4, 1e-6);
    }
    op_free();
}
END_TEST

START_TEST(group_norm_scales_by_group_or_channel)
{
    test_seed(4);
    for (int opset = 18; opset < 22; opset += 3) {
        Node *n = op_node("GroupNormalization", "", opset);
        Value *x = offset_image(n);
        bool by_group = opset < 21;
        Value *scale = vector(n, by_group ? 3 : C), *bias = vector(n, by_group ? 3 : C);
        attr_set_int(n, "num_groups", 3);
        op_run(n, 1);
        double expected[ALL], mean, inverse;
        int64_t group = ALL / B / 3;
        for (int64_t i = 0; i < ALL; i++) {
            statistics(x, i / group * group, group, 1e-5, &mean, &inverse);
            int64_t s = by_group ? i / group % 3 : i / N % C;
            expected[i] = (at(x, i) - mean) * inverse * at(scale, s) + at(bias, s);
        }
        expect_close("GroupNormalization", op_floats(n, 0), expected, ALL, 3e-4);
        op_free();
    }
    Node *n = op_node("GroupNormalization", "", 21);
    offset_image(n);
    vector(n, C);
    vector(n, C);
    attr_set_int(n, "num_groups", 4);
    ck_assert(op_refused(n, 1));
    op_free();
}
END_TEST

static Node *batch_norm(int opset)
{
    Node *n = op_node("BatchNormalization", "", opset);
    op_input(n, DT_FLOAT, 3, image, test_reals(ALL));
    for (int i = 0; i < 4; i++) vector(n, C);
    float *variance = mem_dup(n->in[4]->data, C * sizeof *variance);
    for (int i = 0; i < C; i++) variance[i] += 1.5f;
    n->in[4]->data = variance;
    return n;
}

/* Constants become a loop of a multiple and an offset per channel; run-time parameters a kernel. */
START_TEST(batch_norm_with_given_statistics)
{
    test_seed(5);
    Node *n = batch_norm(9);
    double expected[ALL];
    float called[ALL];
    for (int i = 0; i < ALL; i++) {
        int c = i / N % C;
        expected[i] = (at(n->in[0], i) - at(n->in[3], c)) / sqrt(at(n->in[4], c) + 1e-5) * at(n->in[1], c) +
                      at(n->in[2], c);
    }
    op_run(n, 1);
    expect_close("folded", op_floats(n, 0), expected, ALL, 1e-5);
    batch_norm_f32(n->in[0]->data, n->in[1]->data, n->in[2]->data, n->in[3]->data, n->in[4]->data, called, B, C, N,
                   1e-5f);
    expect_close("called", called, expected, ALL, 1e-5);
    op_free();
}
END_TEST

START_TEST(batch_norm_trains)
{
    test_seed(6);
    Node *n = batch_norm(15);
    attr_set_int(n, "training_mode", 1);
    op_run(n, 3);
    for (int c = 0; c < C; c++) {
        double mean = 0, variance = 0;
        for (int i = 0; i < B * N; i++) mean += at(n->in[0], (i / N * C + c) * N + i % N) / (B * N);
        for (int i = 0; i < B * N; i++) variance += pow(at(n->in[0], (i / N * C + c) * N + i % N) - mean, 2) / (B * N);
        expect_close("running mean", op_floats(n, 1) + c, (double[]){0.9 * at(n->in[3], c) + 0.1 * mean}, 1, 1e-5);
        expect_close("running variance", op_floats(n, 2) + c, (double[]){0.9 * at(n->in[4], c) + 0.1 * variance}, 1,
                     1e-5);
        double y = (at(n->in[0], (C + c) * N) - mean) / sqrt(variance + 1e-5) * at(n->in[1], c) + at(n->in[2], c);
        expect_close("y", op_floats(n, 0) + (C + c) * N, &y, 1, 1e-5);
    }
    n = batch_norm(9); /* before opset 14, several outputs mean training */
    ck_assert(op_refused(n, 3));
    op_free();
}
END_TEST

/* size 4: one channel before, two after. */
START_TEST(lrn_sums_over_neighbouring_channels)
{
    const float x[] = {1, 2, 3, 4, 5};
    const double sums[] = {14, 30, 54, 50, 41};
    double expected[5];
    Node *n = op_node("LRN", "", 13);
    op_input(n, DT_FLOAT, 3, (int64_t[]){1, 5, 1}, x);
    attr_set_int(n, "size", 4);
    attr_set_float(n, "alpha", 0.5);
    attr_set_float(n, "bias", 2);
    op_run(n, 1);
    for (int i = 0; i < 5; i++) expected[i] = (double)x[i] / pow(2 + 0.5 / 4 * sums[i], 0.75);
    expect_close("LRN", op_floats(n, 0), expected, 5, 1e-6);
    op_free();
}
END_TEST

/* One of these at half precision: that of the same numbers in float32, but for rounding. */
static void expect_half(const char *op_type, int opset, DType half, const Shape *shape, double tolerance)
{
    int64_t count = dim_value(shape_elements(shape)), dims[MAX_RANK];
    for (int d = 0; d < shape->rank; d++) dims[d] = dim_value(shape->dim[d]);
    uint16_t x[C * N];
    float exact[C * N];
    for (int64_t i = 0; i < count; i++) {
        number_set(half, &x[i], (double)test_real());
        exact[i] = (float)number_real(half, x, i);
    }
    Node *n = op_node(op_type, "", opset);
    op_input(n, half, shape->rank, dims, x);
    op_run_parts(n);
    Value *found = n->out[0];
    n = op_node(op_type, "", opset);
    op_input(n, DT_FLOAT, shape->rank, dims, exact);
    op_run(n, 1);
    ck_assert(found->type.dtype == half && shape_equal(&found->type.shape, shape));
    for (int64_t i = 0; i < count; i++)
        ck_assert_double_eq_tol(const_as_double(found, i), at(n->out[0], i), tolerance * (1 + fabs(at(n->out[0], i))));
}

/* Before opset 13 the axes from the given one on are one; a scalar is a row of its own. */
START_TEST(softmax_by_scalars_is_the_same)
{
    enum { OUTER = 3, LENGTH = 11, INNER = 5, COUNT = OUTER * LENGTH * INNER };
    float *x = test_reals(COUNT), expected[COUNT], y[COUNT];
    x[7] = 90;
    x[8] = -INFINITY;
    for (int inner = 1; inner <= INNER; inner += INNER - 1) {
        const int32_t outer = COUNT / LENGTH / inner;
        softmax_f32(x, expected, outer, LENGTH, inner);
        softmax_scalar_f32(x, y, outer, LENGTH, inner);
        for (int i = 0; i < COUNT; i++) ck_assert_float_le(fabsf(y[i] - expected[i]), 1e-6f * expected[i]);
    }
}
END_TEST

START_TEST(softmax_and_its_kin_at_half_precision)
{
    static const char *const kin[] = {"Softmax", "LogSoftmax", "Hardmax"};
    const Shape image_of_one = shape_const(2, (int64_t[]){C, N}), none = shape_scalar();
    test_seed(6);
    for (int i = 0; i < 3; i++)
        for (int opset = 1; opset <= 13; opset += 12) {
            expect_half(kin[i], opset, DT_FLOAT16, &image_of_one, 1e-3);
            expect_half(kin[i], opset, DT_BFLOAT16, &image_of_one, 1e-2);
            expect_half(kin[i], 13, DT_FLOAT16, &none, 1e-9);
        }
    op_free();
}
END_TEST

Suite *norm_suite(void)
{
    Suite *s = suite_create("norm");
    TCase *t = tcase_create("norm");
    tcase_add_loop_test(t, layer_norm_over_the_last_axes, 1, 3);
    tcase_add_test(t, skip_layer_norm_adds_first);
    tcase_add_test(t, rms_norm_divides_by_the_root_of_the_mean_square);
    tcase_add_test(t, group_norm_scales_by_group_or_channel);
    tcase_add_test(t, batch_norm_with_given_statistics);
    tcase_add_test(t, batch_norm_trains);
    tcase_add_test(t, lrn_sums_over_neighbouring_channels);
    tcase_add_test(t, softmax_by_scalars_is_the_same);
    tcase_add_test(t, softmax_and_its_kin_at_half_precision);
    suite_add_tcase(s, t);
    return s;
}
