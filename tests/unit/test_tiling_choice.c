/* test_tiling_choice.c: which chains of steps over images --optimize ram computes some rows at a time, and how many. */
#include "run_steps.h"

#include "lower/lower.h"
#include "op/op.h"
#include "plan/plan.h"

#include <check.h>
#include <string.h>

Suite *tiling_choice_suite(void);

static int64_t arena(const char *text, Optimize what)
{
    build_optimize(what);
    int64_t bytes = model_after(plan, text)->arena_bytes;
    build_optimize(OPTIMIZE_SPEED);
    return bytes;
}

static const char *steps(const char *text, StageFunction *last)
{
    build_optimize(OPTIMIZE_RAM);
    const char *found = steps_text(model_after(last, text));
    build_optimize(OPTIMIZE_SPEED);
    return found;
}

static void expect_results_stay(const char *text)
{
    build_optimize(OPTIMIZE_RAM);
    text = strdup(text); /* results are compared over two pools */
    expect_same_results(text, fuse, tile_rows, 0);
    expect_same_results(text, fuse, plan, 0);
    build_optimize(OPTIMIZE_SPEED);
}

/* x[1, 4, 16, 8] as bytes to 4 channels, to 16, a 3 x 3 window on each channel, and back to 4. */
#define BYTES \
    "<float s = {0.02}, int8 z = {3}, float t = {0.01}, int8[4,4,1,1] p, int8[16,4,1,1] u, int8[16,1,3,3] v," \
    " int8[4,16,1,1] w, int8 wz = {0}, float ws = {0.01}, int8[4,4,3,3] k> {" \
    " q = QuantizeLinear(x, s, z) i = QLinearConv(q, s, z, p, ws, wz, t, z)" \
    " a = QLinearConv(i, t, z, u, ws, wz, t, z)" \
    " b = QLinearConv<group = 16, pads = [1,1,1,1], strides = [%d,%d]>(a, t, z, v, ws, wz, t, z)" \
    " c = QLinearConv(b, t, z, w, ws, wz, t, z) %s y = DequantizeLinear(%s, t, z) }"

static const char *bytes_to(int stride, const char *more, const char *last)
{
    return mem_printf("(float[1,4,16,8] x) => (y) " BYTES, stride, stride, more, last);
}

START_TEST(bytes_are_tiled_where_that_needs_less_memory)
{
    for (int stride = 1; stride <= 2; stride++) {
        /* a small output, whose memory has no room for any of the images */
        const char *pool = mem_printf("n = MaxPool<kernel_shape = [%d,%d]>(c)", 16 / stride, 8 / stride);
        const char *text = strdup(bytes_to(stride, pool, "n")); /* several pools */
        int64_t fast = arena(text, OPTIMIZE_SPEED), small = arena(text, OPTIMIZE_RAM);
        ck_assert_int_ge(fast, 2 * 16 * 8 * 16 / stride / stride);
        ck_assert_int_lt(small, fast * 3 / 4);
        expect_results_stay(text);
    }
}
END_TEST

START_TEST(a_sum_with_what_came_before_is_part_of_a_chain)
{
    static const char *const orders[] = {"a, t, z, b, t, z", "b, t, z, a, t, z"};
    for (int i = 0; i < 2; i++) {
        const char *text = mem_printf(
            "(float[1,4,16,8] x) => (y) <float s = {0.02}, int8 z = {3}, float t = {0.01}, int8[16,4,1,1] u,"
            " int8[16,1,3,3] v, int8[4,16,1,1] w, int8 wz = {0}, float ws = {0.01}> { q = QuantizeLinear(x, s, z)"
            " a = QLinearConv(q, s, z, u, ws, wz, t, z)"
            " b = QLinearConv<group = 16, pads = [1,1,1,1]>(a, t, z, v, ws, wz, t, z)"
            " c = com.microsoft.QLinearAdd(%s, t, z) d = QLinearConv(c, t, z, w, ws, wz, t, z)"
            " y = DequantizeLinear(d, t, z) }",
            orders[i]);
        ck_assert_ptr_nonnull(strstr(steps(text, tile_rows), "qconv_channelwise add_bytes qconv_packed"));
        ck_assert_int_lt(arena(text, OPTIMIZE_RAM), arena(text, OPTIMIZE_SPEED));
        expect_results_stay(text);
    }
}
END_TEST

START_TEST(images_are_quantised_as_they_are_turned)
{
    const char *text = bytes_to(1, "", "c");
    ck_assert_ptr_nonnull(strstr(steps(text, fuse), "quantize_planes qconv_packed"));
    ck_assert_ptr_null(strstr(steps_text(model_after(fuse, text)), "quantize_planes"));
    expect_results_stay(mem_printf("(float[3,4,16,8] x) => (y) " BYTES, 1, 1, "", "c"));
}
END_TEST

START_TEST(an_image_that_others_want_quantised_is_turned_apart)
{
    const char *text = bytes_to(1,
                                "e = DequantizeLinear(q, s, z) f = DequantizeLinear(c, t, z)"
                                " m = Add(e, f) d = QuantizeLinear(m, t, z)",
                                "d");
    ck_assert_ptr_null(strstr(steps(text, fuse), "quantize_planes"));
    expect_results_stay(text);
}
END_TEST

START_TEST(what_gains_nothing_is_left_as_it_is)
{
    /* x is not ours to place, and y is the result: between them is one image, which a product needs whole */
    const char *text = "(float[1,8,16,16] x) => (y) <float[8,8,1,1] w, float[2048,4] v> {"
                       " a = Conv(x, w) b = Flatten(a) y = MatMul(b, v) }";
    ck_assert_ptr_null(strstr(steps(text, tile_rows), "for"));
    /* the largest moment is another one: the chain at the end would not lower it */
    const char *peak = "(float[1,64,16,16] x) => (y) <float[64,64,1,1] w, float[4,64,1,1] v, float[4,4,1,1] u> {"
                       " a = Transpose<perm = [0,1,3,2]>(x) b = Softmax<axis = 1>(a) c = Conv(b, v) d = Conv(c, u)"
                       " y = Conv(d, u) }";
    ck_assert_ptr_null(strstr(steps(peak, tile_rows), "for"));
}
END_TEST

START_TEST(a_round_computes_as_many_rows_as_there_is_room_for)
{
    /* The first chain could do with a row a round, but the whole image that follows takes more memory anyway. */
    const char *text = "(float[1,4,32,8] x) => (y) <float[32,4,1,1] w, float[4,32,1,1] v, float[1024,512] u> {"
                       " a = Conv(x, w) b = Conv(a, v) c = Flatten(b) d = MatMul(c, u) y = Softmax(d) }";
    build_optimize(OPTIMIZE_RAM);
    const Model *m = model_after(tile_rows, text);
    const Step *loop = step_of_kind(m, STEP_FOR, 0);
    ck_assert(!loop || dim_value(loop->rounds.limit) < 32);
    build_optimize(OPTIMIZE_SPEED);
    expect_results_stay(text);
}
END_TEST

START_TEST(no_link_computes_more_than_its_share_in_a_round)
{
    /* ten windows one after the other: three rows of each, however many there are */
    const char *text =
        "(float[1,8,64,4] x) => (y) <float[32,8,1,1] w, float[32,1,3,3] d, float[8,32,1,1] v> { a0 = Conv(x, w)";
    for (int i = 0; i < 10; i++)
        text = mem_printf("%s a%d = Conv<group = 32, pads = [1,1,1,1]>(a%d, d)", text, i + 1, i);
    text = mem_printf("%s y = Conv(a10, v) }", text);
    build_optimize(OPTIMIZE_RAM);
    const Model *m = model_after(tile_rows, text);
    ck_assert_ptr_nonnull(step_of_kind(m, STEP_FOR, 0));
    for (int i = 0; i < m->graph->n_steps; i++)
        if (step_calls(m->graph->steps[i], "conv_channelwise_f32"))
            ck_assert_int_le(dim_value(step_arg(m->graph->steps[i], "x")->value->type.shape.dim[1]), 3);
    build_optimize(OPTIMIZE_SPEED);
    expect_results_stay(text);
}
END_TEST

/* The rounds for an image of so many columns. */
static int64_t rounds_of(int columns)
{
    const char *text =
        mem_printf("(float[1,8,64,%d] x) => (y) <float[64,8,1,1] w, float[64,1,3,3] d, float[8,64,1,1] v> {"
                   " a = Conv(x, w) b = Conv<group = 64, pads = [1,1,1,1]>(a, d) y = Conv(b, v) }",
                   columns);
    build_optimize(OPTIMIZE_RAM);
    const Step *loop = step_of_kind(model_after(tile_rows, text), STEP_FOR, 0);
    build_optimize(OPTIMIZE_SPEED);
    return loop ? dim_value(loop->rounds.limit) : 1;
}

START_TEST(a_round_is_not_so_short_that_kernels_compute_much_in_vain)
{
    /* a row of eight pixels is two times four, one of five as well */
    ck_assert_int_ge(rounds_of(8), 64);
    ck_assert_int_le(rounds_of(5), 34);
}
END_TEST

START_TEST(strides_dilation_and_odd_heights_come_out_the_same)
{
    static const char *const windows[] = {
        "strides = [2,2], pads = [1,1,1,1]", "strides = [3,1], pads = [0,1,2,1]", "dilations = [2,2], pads = [2,2,2,2]",
        "strides = [2,1], pads = [2,1,0,1]", "strides = [4,4], pads = [0,0,0,0]", "dilations = [3,1], pads = [0,1,6,1]",
        "strides = [1,1], pads = [0,0,0,0]",
    };
    for (size_t i = 0; i < sizeof windows / sizeof *windows; i++)
        for (int h = 13; h <= 16; h++)
            expect_results_stay(mem_printf(
                "(float[2,4,%d,7] x) => (y) <float[16,4,1,1] w, float[16,1,3,3] d, float[4,16,1,1] v> {"
                " a = Conv(x, w) b = Conv<group = 16, %s>(a, d) c = Conv<group = 16, %s>(b, d) y = Conv(c, v) }",
                h, i == 4 ? "strides = [1,1]" : windows[i], windows[i]));
}
END_TEST

START_TEST(winograd_is_left_out)
{
    const char *text = "(float[1,64,32,32] x) => (y) <float[64,64,3,3] w> { a = Conv<pads = [1,1,1,1]>(x, w)"
                       " y = Conv<pads = [1,1,1,1]>(a, w) }";
    ck_assert_ptr_nonnull(strstr(steps_text(model_after(lower, text)), "conv_winograd_f32"));
    ck_assert_ptr_null(strstr(steps(text, lower), "conv_winograd_f32"));
}
END_TEST

Suite *tiling_choice_suite(void)
{
    Suite *suite = suite_create("tiling_choice");
    TCase *tests = tcase_create("tiling_choice");
    tcase_add_checked_fixture(tests, NULL, build_free);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, bytes_are_tiled_where_that_needs_less_memory);
    tcase_add_test(tests, a_sum_with_what_came_before_is_part_of_a_chain);
    tcase_add_test(tests, images_are_quantised_as_they_are_turned);
    tcase_add_test(tests, an_image_that_others_want_quantised_is_turned_apart);
    tcase_add_test(tests, what_gains_nothing_is_left_as_it_is);
    tcase_add_test(tests, a_round_computes_as_many_rows_as_there_is_room_for);
    tcase_add_test(tests, no_link_computes_more_than_its_share_in_a_round);
    tcase_add_test(tests, a_round_is_not_so_short_that_kernels_compute_much_in_vain);
    tcase_add_test(tests, strides_dilation_and_odd_heights_come_out_the_same);
    tcase_add_test(tests, winograd_is_left_out);
    suite_add_tcase(suite, tests);
    return suite;
}
