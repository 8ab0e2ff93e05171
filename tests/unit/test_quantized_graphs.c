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

/* -- Winograd's algorithm ---------------------------------------------------------------------- */

#define QCONV(x, w, bias, attributes) \
    "(uint8[" x "] a) => (y) <" SCALES ", int8[" w "] w, int32[" bias "] b> { y = QLinearConv<" attributes \
    ">(a, s, z, w, ws, wz, t, u, b) }"
#define IMAGE "1,16,16,16"
#define SAME "pads = [1,1,1,1]"

static bool is_winograd(const char *target, const char *text)
{
    build_target(target);
    const Model *m = model_after(lower, text);
    ck_assert(step_calling(m, "qconv_packed") || step_calling(m, "qconv_winograd"));
    return step_calling(m, "qconv_winograd");
}

START_TEST(winograd_is_for_large_windows_of_3_by_3_where_it_pays)
{
    static const char *const others[] = {"portable", "aarch64+dotprod", "aarch64+i8mm", "armv7-neon", "x86-64-v3"};
    const char *large = QCONV(IMAGE, "16,16,3,3", "16", SAME);
    ck_assert(is_winograd("aarch64", large));
    ck_assert(is_winograd("aarch64", QCONV(IMAGE, "24,16,3,3", "24", "pads = [0,2,1,0]")));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) ck_assert(!is_winograd(others[i], large));
    ck_assert(!is_winograd("aarch64", QCONV(IMAGE, "20,16,3,3", "20", SAME)));
    ck_assert(!is_winograd("aarch64", QCONV("1,12,16,16", "16,12,3,3", "16", SAME)));
    ck_assert(!is_winograd("aarch64", QCONV(IMAGE, "16,16,3,3", "16", SAME ", strides = [2,1]")));
    ck_assert(!is_winograd("aarch64", QCONV(IMAGE, "16,16,3,3", "16", SAME ", dilations = [1,2]")));
    ck_assert(!is_winograd("aarch64", QCONV(IMAGE, "16,8,3,3", "16", SAME ", group = 2")));
    ck_assert(!is_winograd("aarch64", QCONV(IMAGE, "16,16,3,5", "16", SAME)));
    ck_assert(!is_winograd("aarch64", QCONV("1,16,4,4", "16,16,3,3", "16", SAME)));     /* too few pixels */
    ck_assert(!is_winograd("aarch64", QCONV("1,8,16,16", "8,8,3,3", "8", SAME)));       /* too few products */
    ck_assert(is_winograd("aarch64", QCONV("1,256,8,8", "128,256,3,3", "128", SAME)));  /* 1 MB of weights */
    ck_assert(!is_winograd("aarch64", QCONV("1,256,8,8", "136,256,3,3", "136", SAME))); /* more than that */
    ck_assert(is_winograd("aarch64", QCONV("N,16,16,16", "16,16,3,3", "16", SAME)));
    ck_assert(!is_winograd("aarch64", QCONV("1,16,h,w", "16,16,3,3", "16", SAME)));
    build_optimize(OPTIMIZE_RAM);
    ck_assert(!is_winograd("aarch64", large));
}
END_TEST

/* Lines and columns of a block, for so many channels and filters, of an image of that size. */
static void ck_block(int channels, int height, int width, int64_t lines, int64_t columns)
{
    build_target("aarch64");
    const Model *m = model_after(lower, mem_printf("(uint8[1,%d,%d,%d] a) => (y) <" SCALES ", int8[%d,%d,3,3] w> {"
                                                   " y = QLinearConv<" SAME ">(a, s, z, w, ws, wz, t, u) }",
                                                   channels, height, width, channels, channels));
    const Step *s = step_calling(m, "qconv_winograd");
    ck_assert_ptr_nonnull(s);
    ck_assert_int_eq(dim_value(*step_field(s, "c", "lines")), lines);
    ck_assert_int_eq(dim_value(*step_field(s, "c", "width")), columns);
}

START_TEST(winograd_takes_few_tiles_at_a_time_and_fills_eights)
{
    ck_block(16, 32, 32, 2, 32); /* sixteen tiles */
    ck_block(32, 16, 16, 2, 16); /* eight */
    ck_block(64, 8, 8, 8, 8);    /* sixteen, since weights are read for each block */
    ck_block(32, 14, 14, 2, 14); /* seven of eight; other blocks fill no more of them */
    ck_block(32, 12, 12, 8, 12); /* twenty-four, where six would take up eight */
    ck_block(32, 4, 300, 2, 64); /* a part of a line */
}
END_TEST

/* Sums of so many products with biases of that size. */
static bool winograd_fits(int channels, int weight, int zero, int bias)
{
    return is_winograd("aarch64",
                       mem_printf("(uint8[1,%d,8,8] a) => (y) <" SCALES ", int8 wzs = {%d}, int8 each = {%d},"
                                  " int64[4] shape = {16,%d,3,3}, int32 bias = {%d}, int64[1] sixteen = {16}> {"
                                  " w = Expand(each, shape) b = Expand(bias, sixteen)"
                                  " y = QLinearConv<" SAME ">(a, s, z, w, ws, wzs, t, u, b) }",
                                  channels, zero, weight, channels, bias));
}

START_TEST(winograd_is_not_taken_where_sums_could_overflow)
{
    ck_assert(winograd_fits(912, 127, -128, 0)); /* 9 * 912 * 255 * 255 is less than 2^29 */
    ck_assert(!winograd_fits(920, 127, -128, 0));
    ck_assert(winograd_fits(920, 127, 0, 0));
    ck_assert(winograd_fits(16, 1, 0, (1 << 29) - 9 * 16 * 255 - 1));
    ck_assert(!winograd_fits(16, 1, 0, (1 << 29) - 9 * 16 * 255));
    ck_assert(!winograd_fits(16, 1, 0, -(1 << 29)));
}
END_TEST

/* One set of weights, twice, with other zero points. */
START_TEST(winograd_takes_zero_points_from_the_weights)
{
    const char *text = "(float[1,16,12,12] a) => (y) <" SCALES ", uint8[16,16,3,3] w, uint8 first = {93},"
                       " uint8[16] second = {1, 2, 3, 255, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},"
                       " float[16] wss = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}> {"
                       " qa = QuantizeLinear(a, s, z) q = QLinearConv<" SAME ">(qa, s, z, w, ws, first, t, u)"
                       " q2 = QLinearConv<" SAME ">(qa, s, z, w, wss, second, t, u)"
                       " ra = DequantizeLinear(qa, s, z) rw = DequantizeLinear(w, ws, first)"
                       " r = Conv<" SAME ">(ra, rw) e = QuantizeLinear(r, t, u) "
                       " rw2 = DequantizeLinear<axis = 0>(w, wss, second)"
                       " r2 = Conv<" SAME ">(ra, rw2) e2 = QuantizeLinear(r2, t, u)"
                       " e1 = Equal(q, e) e3 = Equal(q2, e2) y = And(e1, e3) }";
    build_target("aarch64");
    ck_assert_ptr_nonnull(step_calling(model_after(plan, text), "qconv_winograd"));
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
    tcase_add_test(tests, winograd_is_for_large_windows_of_3_by_3_where_it_pays);
    tcase_add_test(tests, winograd_takes_few_tiles_at_a_time_and_fills_eights);
    tcase_add_test(tests, winograd_is_not_taken_where_sums_could_overflow);
    tcase_add_test(tests, winograd_takes_zero_points_from_the_weights);
    suite_add_tcase(suite, tests);
    return suite;
}
