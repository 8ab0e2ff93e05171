/* test_quantized_graphs.c: operators on bytes in whole graphs. */
#include "run_steps.h"

#include "infer/infer.h"
#include "lower/lower.h"
#include "op/op.h"
#include "plan/plan.h"

#include <check.h>

Suite *quantized_graphs_suite(void);

#define SCALES "float s = {0.02}, uint8 z = {120}, float t = {0.05}, uint8 u = {100}, int8 wz = {0}, float ws = {0.01}"

/* Every number that comes out is `expected`. */
static void expect_all(const char *text, double expected)
{
    const Results *r = run_steps(model_after(plan, text));
    ck_assert(!r->refused);
    ck_assert_int_gt(r->count, 0);
    for (int i = 0; i < r->count; i++) ck_assert_double_eq(r->numbers[i], expected);
}

START_TEST(sums_of_bytes_of_other_shapes_are_those_of_the_real_numbers)
{
    static const char *const shapes[][2] = {{"2,3", "3"}, {"3", "2,3"}, {"2,1", "1,3"}, {"2,3", "2,3"}, {"", "2,3"}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        expect_all(mem_printf("(float[%s] a, float[%s] b) => (y) <" SCALES "> {"
                              " qa = QuantizeLinear(a, s, z) qb = QuantizeLinear(b, t, u)"
                              " sum = com.microsoft.QLinearAdd(qa, s, z, qb, t, u, t, u)"
                              " ra = DequantizeLinear(qa, s, z) rb = DequantizeLinear(qb, t, u) r = Add(ra, rb)"
                              " expected = QuantizeLinear(r, t, u) y = Equal(sum, expected) }",
                              shapes[i][0], shapes[i][1]),
                   1);
}
END_TEST

/* Rows that a packed product of so many rows takes at a time. */
static int64_t block_of(int rows, int depth, int columns)
{
    const Model *m = model_after(lower, mem_printf("(uint8[%d,%d] a) => (y) <" SCALES ", int8[%d,%d] w> {"
                                                   " y = QLinearMatMul(a, s, z, w, ws, wz, t, u) }",
                                                   rows, depth, depth, columns));
    return dim_value(*step_field(step_calling(m, "qgemm_packed"), "p", "block"));
}

START_TEST(products_take_as_many_rows_at_a_time_as_stay_near)
{
    ck_assert_int_eq(block_of(2000, 16, 16), 64);     /* near weights: no more than these */
    ck_assert_int_eq(block_of(5, 16, 16), 5);         /* no more than there are */
    ck_assert_int_eq(block_of(100, 64, 16), 8);       /* few beside operands of 8,000 bytes */
    ck_assert_int_eq(block_of(2000, 1024, 512), 192); /* far weights, 512 KB: 192 KB of rows */
}
END_TEST

START_TEST(weights_with_zero_points_are_packed_with_them)
{
    const char *text = "(float[5,24] a) => (y) <" SCALES
                       ", uint8[24,7] w, uint8[7] wzs = {93}, float[7] wss = {0.01}> {"
                       " qa = QuantizeLinear(a, s, z) q = QLinearMatMul(qa, s, z, w, wss, wzs, t, u)"
                       " ra = DequantizeLinear(qa, s, z) rw = DequantizeLinear<axis = 1>(w, wss, wzs)"
                       " r = MatMul(ra, rw) e = QuantizeLinear(r, t, u) y = Equal(q, e) }";
    ck_assert_ptr_nonnull(step_calling(model_after(plan, text), "qgemm_packed"));
    expect_all(text, 1);
}
END_TEST

Suite *quantized_graphs_suite(void)
{
    Suite *suite = suite_create("quantized_graphs");
    TCase *tests = tcase_create("quantized_graphs");
    tcase_add_checked_fixture(tests, NULL, build_free);
    tcase_add_test(tests, sums_of_bytes_of_other_shapes_are_those_of_the_real_numbers);
    tcase_add_test(tests, products_take_as_many_rows_at_a_time_as_stay_near);
    tcase_add_test(tests, weights_with_zero_points_are_packed_with_them);
    suite_add_tcase(suite, tests);
    return suite;
}
