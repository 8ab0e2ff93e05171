/* test_sizes.c: kernels that work out sizes from data, held against the operators with the same
 * numbers known at compile time. */
#include "kernels.h"
#include "run_op.h"

#include <check.h>

Suite *sizes_suite(void);

/* -- Slice ------------------------------------------------------------------------------------- */

static int64_t any_place(int size)
{
    static const int64_t far[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX, INT32_MIN, INT32_MAX};
    return test_below(8) ? test_below(3 * size + 4) - (3 * size + 4) / 2 : far[test_below(5)];
}

/* What the operator takes of 0, 1, ... size - 1 is what the kernel says. */
static void check_slice(int64_t size, int64_t start, int64_t end, int64_t step)
{
    float x[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    int64_t bounds[3], axis = -1;
    ck_assert_int_eq(slice_bounds_i64(&start, &end, &axis, &step, bounds, 1, 1, (const int32_t[]){(int32_t)size}), 0);
    Node *n = op_node("Slice", "", 13);
    op_input(n, DT_FLOAT, 1, &size, x);
    op_ints(n, 1, &start);
    op_ints(n, 1, &end);
    op_ints(n, 1, &axis);
    op_ints(n, 1, &step);
    op_run(n, 1);
    ck_assert_int_eq(value_count(n->out[0]), bounds[2]);
    for (int64_t i = 0; i < bounds[2]; i++) ck_assert_float_eq(op_floats(n, 0)[i], (float)(bounds[0] + i * bounds[1]));
    op_free();
}

START_TEST(slices_take_what_constants_would)
{
    test_seed(1);
    for (int i = 0; i < 500; i++) {
        int size = test_below(9);
        int64_t step = test_below(9) - 4;
        if (!test_below(6)) step = any_place(size);
        check_slice(size, any_place(size), any_place(size), step ? step : INT64_MIN);
    }
}
END_TEST

START_TEST(slices_of_wrong_axes_are_refused)
{
    const int32_t shape[] = {2, 3};
    const int64_t zeros[] = {0, 0, 0}, ones[] = {1, 1, 1}, twice[] = {1, -1}, far[] = {2}, low[] = {-3}, still[] = {0};
    int64_t bounds[6];
    ck_assert_int_eq(slice_bounds_i64(zeros, ones, NULL, NULL, bounds, 2, 2, shape), 0);
    ck_assert(slice_bounds_i64(zeros, ones, NULL, NULL, bounds, 3, 2, shape) != 0);
    ck_assert(slice_bounds_i64(zeros, ones, twice, NULL, bounds, 2, 2, shape) != 0);
    ck_assert(slice_bounds_i64(zeros, ones, far, NULL, bounds, 1, 2, shape) != 0);
    ck_assert(slice_bounds_i64(zeros, ones, low, NULL, bounds, 1, 2, shape) != 0);
    ck_assert(slice_bounds_i64(zeros, ones, NULL, still, bounds, 1, 2, shape) != 0);
}
END_TEST

/* -- Reshape, Range, Resize -------------------------------------------------------------------- */

START_TEST(shapes_have_all_elements)
{
    const int32_t x[] = {2, 3, 4}, empty[] = {0, 5};
    int64_t y[3];
    ck_assert_int_eq(reshaped((int64_t[]){0, -1, 2}, y, 3, x, 3, false), 0);
    ck_assert(y[0] == 2 && y[1] == 6 && y[2] == 2);
    ck_assert(reshaped((int64_t[]){0, -1, 2}, y, 3, x, 3, true) != 0);
    ck_assert(reshaped((int64_t[]){-1, -1, 2}, y, 3, x, 3, false) != 0);
    ck_assert(reshaped((int64_t[]){5, -1, 2}, y, 3, x, 3, false) != 0);
    ck_assert(reshaped((int64_t[]){-2, -12}, y, 2, x, 3, false) != 0);
    ck_assert(reshaped((int64_t[]){INT64_MAX, 2}, y, 2, x, 3, false) != 0);
    ck_assert(reshaped((int64_t[]){2, 3, 4, 0}, y, 4, x, 3, false) != 0);
    ck_assert_int_eq(reshaped((int64_t[]){3, 0}, y, 2, empty, 2, true), 0);
    ck_assert(y[0] == 3 && y[1] == 0);
    ck_assert(reshaped((int64_t[]){0, 3}, y, 2, empty, 2, true) != 0);
    ck_assert(reshaped((int64_t[]){INT32_MAX, INT32_MAX, 0}, y, 3, empty, 2, true) != 0);
}
END_TEST

START_TEST(axes_come_and_go)
{
    const int32_t x[] = {1, 3, 1}, empty[] = {0, 3};
    int64_t y[5];
    ck_assert_int_eq(squeezed((int64_t[]){-1, 0}, y, 2, x, 3), 0);
    ck_assert_int_eq(y[0], 3);
    ck_assert(squeezed((int64_t[]){1}, y, 1, x, 3) != 0);
    ck_assert(squeezed((int64_t[]){0, -3}, y, 2, x, 3) != 0);
    ck_assert(squeezed((int64_t[]){3}, y, 1, x, 3) != 0);
    ck_assert(squeezed((int64_t[]){0, INT64_MIN}, y, 2, x, 3) != 0);
    ck_assert_int_eq(unsqueezed((int64_t[]){-1, 1}, y, 2, x, 3), 0);
    ck_assert(y[0] == 1 && y[1] == 1 && y[2] == 3 && y[3] == 1 && y[4] == 1);
    ck_assert(unsqueezed((int64_t[]){4, -1}, y, 2, x, 3) != 0);
    ck_assert(unsqueezed((int64_t[]){5, 0}, y, 2, x, 3) != 0);
    ck_assert(unsqueezed((int64_t[]){0}, y, 1, empty, 2) != 0);
    ck_assert_int_eq(unsqueezed((int64_t[]){0}, y, 1, (const int32_t[]){3, 0}, 2), 0);
}
END_TEST

static int64_t numbers_between(float start, float limit, float delta)
{
    int64_t count;
    return range_count_f32(&start, &limit, &delta, &count) ? -1 : count;
}

START_TEST(ranges_get_there_or_are_refused)
{
    ck_assert_int_eq(numbers_between(0, 5, 2), 3);
    ck_assert_int_eq(numbers_between(5, 0, -2), 3);
    ck_assert_int_eq(numbers_between(5, 0, 2), 0);
    ck_assert_int_eq(numbers_between(0, 0, 1), 0);
    ck_assert_int_eq(numbers_between(0, 5, 0), -1);
    ck_assert_int_eq(numbers_between(0, 5, 1e-30F), -1);
    ck_assert_int_eq(numbers_between(0, INFINITY, 1), -1);
    ck_assert_int_eq(numbers_between(NAN, 5, 1), -1);
    ck_assert_int_eq(numbers_between(0, 5, INFINITY), 0);
}
END_TEST

static int64_t resized(int32_t in, float scale)
{
    int64_t out;
    return resize_size(in, &scale, NULL, NULL, &out) ? -1 : out;
}

START_TEST(scales_lead_to_sizes_or_are_refused)
{
    ck_assert_int_eq(resized(5, 1.5F), 7);
    ck_assert_int_eq(resized(5, 0.1F), 0);
    ck_assert_int_eq(resized(0, 2), 0);
    ck_assert_int_eq(resized(5, -1), -1);
    ck_assert_int_eq(resized(5, NAN), -1);
    ck_assert_int_eq(resized(5, INFINITY), -1);
    ck_assert_int_eq(resized(2, 1e9F), 2000000000);
    ck_assert_int_eq(resized(3, 1e9F), -1);
}
END_TEST

Suite *sizes_suite(void)
{
    Suite *suite = suite_create("sizes");
    TCase *tests = tcase_create("sizes from data");
    tcase_add_test(tests, slices_take_what_constants_would);
    tcase_add_test(tests, slices_of_wrong_axes_are_refused);
    tcase_add_test(tests, shapes_have_all_elements);
    tcase_add_test(tests, axes_come_and_go);
    tcase_add_test(tests, ranges_get_there_or_are_refused);
    tcase_add_test(tests, scales_lead_to_sizes_or_are_refused);
    suite_add_tcase(suite, tests);
    return suite;
}
