/* test_reduce.c: reductions, softmax, running sums and TopK against their definition in float64,
 * over all kinds of axes. */
#include "kernels.h"
#include "run_op.h"

#include <check.h>

Suite *reduce_suite(void);

enum { RANK = 4, ALL = 3 * 70 * 2 * 5 };

static const int64_t shape[RANK] = {3, 70, 2,
                                    5}; /* 70: more than a row of lanes; 70 * 2: more than a block of columns */

static const char *const names[] = {"ReduceSum", "ReduceMean", "ReduceMax",       "ReduceMin",
                                    "ReduceL1",  "ReduceL2",   "ReduceSumSquare", "ReduceLogSumExp"};

enum { NAMES = sizeof names / sizeof *names };

static double take(int op, double part, double x)
{
    switch (op) {
    case 2: return x > part ? x : part;
    case 3: return x < part ? x : part;
    case 4: return part + fabs(x);
    case 5:
    case 6: return part + x * x;
    case 7: return part + exp(x);
    default: return part + x;
    }
}

/* Element of the result that x[i] goes into, for the axes that are the bits of `axes`. */
static int64_t target(int64_t i, unsigned axes)
{
    int64_t at = 0, stride = 1;
    for (int d = RANK - 1; d >= 0; d--) {
        int64_t index = i % shape[d];
        i /= shape[d];
        if (axes >> d & 1) continue;
        at += index * stride;
        stride *= shape[d];
    }
    return at;
}

static void reduce_by_definition(int op, const float *x, unsigned axes, double *y, int64_t *results)
{
    int64_t count = 1;
    *results = 1;
    for (int d = 0; d < RANK; d++) *(axes >> d & 1 ? &count : results) *= shape[d];
    for (int64_t i = 0; i < *results; i++) y[i] = op == 2 ? (double)-INFINITY : op == 3 ? (double)INFINITY : 0;
    for (int64_t i = 0; i < ALL; i++) y[target(i, axes)] = take(op, y[target(i, axes)], (double)x[i]);
    for (int64_t i = 0; i < *results; i++)
        y[i] = op == 1 ? y[i] / (double)count : op == 5 ? sqrt(y[i]) : op == 7 ? log(y[i]) : y[i];
}

/* Every operator over every set of axes: one loop test per pair. */
START_TEST(any_axes)
{
    int op = _i / 16;
    unsigned axes = (unsigned)_i % 16;
    double expected[ALL];
    int64_t listed[RANK], results;
    int count = 0;
    for (int d = RANK - 1; d >= 0; d--)
        if (axes >> d & 1) listed[count++] = d % 2 ? d : d - RANK; /* some from the end */
    test_seed((uint32_t)_i + 1);
    Node *n = op_node(names[op], "", 18);
    float *x = test_reals(ALL);
    op_input(n, DT_FLOAT, RANK, shape, x);
    op_ints(n, count, listed);
    attr_set_int(n, "noop_with_empty_axes", 1);
    attr_set_int(n, "keepdims", 0);
    op_run(n, 1);
    reduce_by_definition(op, x, axes, expected, &results);
    ck_assert_int_eq(value_count(n->out[0]), results);
    expect_close(names[op], op_floats(n, 0), expected, results, 1e-5);
    op_free();
}
END_TEST

/* A naive sum of 2^22 times 0.1 in float32 is 3 % off; sums of blocks, added up, are not. */
START_TEST(long_sums_stay_accurate)
{
    enum { N = 1 << 22 };
    static float x[N];
    float row, columns[2];
    for (int i = 0; i < N; i++) x[i] = 0.1f;
    reduce_sum_f32(x, &row, 1, N, 1);
    reduce_sum_f32(x, columns, 1, N / 2, 2);
    ck_assert_double_le(fabs((double)row - N * (double)0.1f), 1e-4 * N * 0.1);
    ck_assert_double_le(fabs((double)columns[1] - N / 2 * (double)0.1f), 1e-4 * N / 2 * 0.1);
}
END_TEST

START_TEST(nothing_to_reduce)
{
    float y[2];
    reduce_sum_f32(NULL, y, 2, 0, 1);
    ck_assert_float_eq(y[1], 0);
    reduce_prod_f32(NULL, y, 1, 0, 2);
    ck_assert_float_eq(y[1], 1);
    reduce_max_f32(NULL, y, 2, 0, 1);
    ck_assert_float_eq(y[1], -INFINITY);
    reduce_log_sum_exp_f32(NULL, y, 2, 0, 1);
    ck_assert_float_eq(y[1], -INFINITY);
    reduce_mean_f32(NULL, y, 2, 0, 1);
    ck_assert(isnan(y[1]));
}
END_TEST

START_TEST(infinities_in_log_sum_exp)
{
    float x[] = {-INFINITY, -INFINITY, INFINITY, 0, 1000, 1000}, y[3];
    reduce_log_sum_exp_f32(x, y, 3, 2, 1);
    ck_assert_float_eq(y[0], -INFINITY);
    ck_assert_float_eq(y[1], INFINITY);
    ck_assert_float_eq_tol(y[2], 1000.6931f, 1e-3f);
}
END_TEST

START_TEST(integers_reduce_as_integers)
{
    Node *n = op_node("ReduceMean", "", 13);
    op_input(n, DT_INT32, 2, (int64_t[]){2, 2}, (int32_t[]){1, 2, -5, -2});
    attr_set_ints(n, "axes", 1, (int64_t[]){1});
    op_run(n, 1);
    const int32_t *y = n->out[0]->data;
    ck_assert_int_eq(y[0], 1); /* 1.5 and -3.5, toward zero */
    ck_assert_int_eq(y[1], -3);
    op_free();
    n = op_node("ReduceMax", "", 20);
    op_input(n, DT_BOOL, 1, (int64_t[]){3}, (bool[]){false, true, false});
    op_run(n, 1);
    ck_assert(*(const bool *)n->out[0]->data);
    op_free();
}
END_TEST

/* -- along one axis ---------------------------------------------------------------------------- */

START_TEST(softmax_along_any_axis)
{
    double expected[ALL];
    test_seed(7);
    Node *n = op_node("Softmax", "", 13);
    float *x = test_reals(ALL);
    op_input(n, DT_FLOAT, RANK, shape, x);
    attr_set_int(n, "axis", _i);
    op_run(n, 1);
    double sums[ALL];
    int64_t results;
    reduce_by_definition(7, x, 1u << _i, sums, &results);
    for (int64_t i = 0; i < ALL; i++) expected[i] = exp((double)x[i] - sums[target(i, 1u << _i)]);
    expect_close("Softmax", op_floats(n, 0), expected, ALL, 1e-6);
    op_free();
}
END_TEST

/* Before opset 13, axis 1 makes all of [1, 2, 3] rows of 6 elements. */
START_TEST(old_softmax_is_over_a_matrix)
{
    Node *n = op_node("Softmax", "", 11);
    op_input(n, DT_FLOAT, 3, (int64_t[]){1, 2, 3}, (float[]){0, 0, 0, 0, 0, 0});
    op_run(n, 1);
    ck_assert_float_eq_tol(op_floats(n, 0)[5], 1.0f / 6, 1e-7f);
    op_free();
}
END_TEST

START_TEST(the_first_largest_or_the_last)
{
    float x[] = {1, 3, 3, NAN, 2, NAN};
    int64_t y;
    arg_max_f32(x, &y, 1, 3, 1, false);
    ck_assert_int_eq(y, 1);
    arg_max_f32(x, &y, 1, 3, 1, true);
    ck_assert_int_eq(y, 2);
    arg_min_f32(x, &y, 1, 6, 1, false);
    ck_assert_int_eq(y, 3);
    arg_min_f32(x, &y, 1, 6, 1, true);
    ck_assert_int_eq(y, 5);
}
END_TEST

START_TEST(running_sums)
{
    float x[] = {1, 2, 3}, y[3];
    static const float expected[4][3] = {{1, 3, 6}, {0, 1, 3}, {6, 5, 3}, {5, 3, 0}};
    running_sum_f32(x, y, 1, 3, 1, _i & 1, _i & 2);
    for (int i = 0; i < 3; i++) ck_assert_float_eq(y[i], expected[_i][i]);
    int64_t axis = -1, beyond = 1;
    ck_assert_int_eq(running_sum_axis_f32(x, &axis, y, 1, (int32_t[]){3}, _i & 1, _i & 2), 0);
    ck_assert_float_eq(y[2], expected[_i][2]);
    ck_assert_int_ne(running_sum_axis_f32(x, &beyond, y, 1, (int32_t[]){3}, false, false), 0);
}
END_TEST

/* The place of element i if all were sorted: few values, so that there are many ties. */
START_TEST(topk_sorts_and_breaks_ties_by_index)
{
    enum { N = 50, INNER = 2, K = 20 };
    float x[N * INNER], values[K * INNER];
    int64_t indices[K * INNER];
    bool largest = _i % 2;
    test_seed((uint32_t)_i + 1);
    for (int i = 0; i < N * INNER; i++) x[i] = (float)test_below(9);
    ck_assert_int_eq(topk_f32(x, values, indices, 1, N, K, INNER, largest), 0);
    for (int c = 0; c < INNER; c++)
        for (int i = 0; i < N; i++) {
            int place = 0;
            for (int k = 0; k < N; k++) {
                float a = x[k * INNER + c], b = x[i * INNER + c];
                place += a == b ? k < i : (a > b) == largest;
            }
            if (place >= K) continue;
            ck_assert_int_eq(indices[place * INNER + c], i);
            ck_assert_float_eq(values[place * INNER + c], x[i * INNER + c]);
        }
    ck_assert_int_ne(topk_f32(x, values, indices, 1, 3, 4, 1, true), 0);
}
END_TEST

/* Loss of classes 1 and 0, weights 1 and 3; the third target is ignored. */
START_TEST(losses_leave_out_what_is_ignored)
{
    float x[] = {-1, -2, -3, -4, -5, -6}, weight[] = {3, 1}, y;
    int64_t target_classes[] = {1, 0, -7}, no_class[] = {0, 1, 2};
    struct nll_loss p = {.batch = 3, .classes = 2, .inner = 1, .has_ignored = 1, .ignored = -7, .reduction = NLL_MEAN};
    ck_assert_int_eq(nll_loss_f32_i64(x, target_classes, weight, &y, &p), 0);
    ck_assert_float_eq_tol(y, (2 * 1 + 3 * 3) / 4.0f, 1e-6f);
    ck_assert_int_ne(nll_loss_f32_i64(x, no_class, weight, &y, &p), 0);
}
END_TEST

START_TEST(lp_norm_of_zeros_is_no_division)
{
    float x[] = {3, 0, 4, 0}, y[4], norm[2];
    lp_normalize_l2_f32(x, y, norm, 1, 2, 2);
    ck_assert_float_eq(y[0], 0.6f);
    ck_assert_float_eq(y[2], 0.8f);
    ck_assert_float_eq(y[1], 0);
    ck_assert_float_eq(y[3], 0);
}
END_TEST

Suite *reduce_suite(void)
{
    Suite *s = suite_create("reduce");
    TCase *t = tcase_create("axes");
    tcase_add_loop_test(t, any_axes, 0, 16 * NAMES);
    tcase_add_test(t, long_sums_stay_accurate);
    tcase_add_test(t, nothing_to_reduce);
    tcase_add_test(t, infinities_in_log_sum_exp);
    tcase_add_test(t, integers_reduce_as_integers);
    tcase_add_loop_test(t, softmax_along_any_axis, 0, RANK);
    tcase_add_test(t, old_softmax_is_over_a_matrix);
    tcase_add_test(t, the_first_largest_or_the_last);
    tcase_add_loop_test(t, running_sums, 0, 4);
    tcase_add_loop_test(t, topk_sorts_and_breaks_ties_by_index, 0, 4);
    tcase_add_test(t, losses_leave_out_what_is_ignored);
    tcase_add_test(t, lp_norm_of_zeros_is_no_division);
    suite_add_tcase(s, t);
    return s;
}
