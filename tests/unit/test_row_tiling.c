/* test_row_tiling.c: chains of steps over images that run some rows at a time.
 *
 * What lies between the steps of a chain is at least 512 KB here: 64 x 48 pixels of 64 channels are 768 KB, a row of
 * them 12 KB; a round writes about 384 KB. */
#include "run_steps.h"

#include "lower/lower.h"
#include "op/op.h"
#include "plan/plan.h"

#include <check.h>
#include <string.h>

Suite *row_tiling_suite(void);

/* x[.., 8, 64, 48] -> 1x1 to 64 channels, a -> `middle`, from a to b -> 1x1 to 8 channels. */
static const char *network(const char *input, const char *constants, const char *middle)
{
    return mem_printf("(float%s x) => (y) <float[64,8,1,1] w, float[8,64,1,1] v%s> {"
                      " a = Conv(x, w) %s y = Conv(b, v) }",
                      input, constants, middle);
}

static const char *chain(const char *constants, const char *middle)
{
    return network("[1,8,64,48]", constants, middle);
}

static int rounds_in(const Model *m)
{
    int count = 0;
    while (step_of_kind(m, STEP_FOR, count)) count++;
    return count;
}

static void expect_tiled(const char *text, int rounds)
{
    text = strdup(text); /* results are compared over two pools */
    ck_assert_int_eq(rounds_in(model_after(tile_rows, text)), rounds);
    expect_same_results(text, fuse, tile_rows, 0);
    expect_same_results(text, fuse, plan, 0);
}

static void expect_untiled(const char *text)
{
    ck_assert_int_eq(rounds_in(model_after(tile_rows, text)), 0);
}

/* Steps between a loop's head and its end that are no assignments. */
static const char *body(const Model *m)
{
    const char *text = "";
    steps_index(m->graph);
    const StepBlock *b = step_of_kind(m, STEP_FOR, 0)->opens;
    for (int i = b->first + 1; i < b->last; i++) {
        const Step *s = m->graph->steps[i];
        if (s->kind == STEP_CALL) text = mem_printf("%s%s%s", text, *text ? " " : "", s->call.kernel->name);
        if (s->kind == STEP_LOOP) text = mem_printf("%s%sloop", text, *text ? " " : "");
    }
    return text;
}

/* -- which windows ----------------------------------------------------------------------------- */

#define DEPTHWISE ", float[64,1,3,3] d"

START_TEST(steps_that_follow_one_another_share_a_loop_over_rows)
{
    const char *text = chain(DEPTHWISE, "b = Conv<group = 64, pads = [1,1,1,1]>(a, d)");
    const Model *m = model_after(tile_rows, text);
    ck_assert_str_eq(body(m), "gemm_packed_f32 conv_channelwise_f32 gemm_packed_f32 keep_rows");
    ck_assert(step_of_kind(m, STEP_FOR, 0)->rounds.tiles);
    expect_tiled(text, 1);
}
END_TEST

START_TEST(windows_may_be_of_any_kind)
{
    const char *const middles[] = {
        "b = Conv<group = 64, pads = [0,0,0,0]>(a, d)",
        "b = Conv<group = 64, pads = [1,1,1,1], strides = [2,2]>(a, d)",
        "b = Conv<group = 64, pads = [0,1,2,1], strides = [3,1]>(a, d)",
        "b = Conv<group = 64, pads = [2,2,2,2], dilations = [2,2]>(a, d)",
        "b = Conv<group = 64, pads = [0,0,3,0], dilations = [3,1], strides = [2,2]>(a, d)",
        "b = MaxPool<kernel_shape = [3,3], pads = [1,1,1,1]>(a)",
        "b = MaxPool<kernel_shape = [2,2], strides = [2,2]>(a)",
        "b = MaxPool<kernel_shape = [5,1], pads = [4,0,0,0]>(a)",
        "b = MaxPool<kernel_shape = [2,2], strides = [5,5]>(a)", /* rows in between that no window sees */
    };
    for (size_t i = 0; i < sizeof middles / sizeof *middles; i++) expect_tiled(chain(DEPTHWISE, middles[i]), 1);
}
END_TEST

START_TEST(windows_over_all_channels_may_be_tiled)
{
    expect_tiled(chain(", float[64,64,3,3] d", "b = Conv<pads = [2,2,2,2], dilations = [2,2]>(a, d)"), 1);
    expect_tiled(chain(", float[64,64,2,2] d", "b = Conv<strides = [2,2]>(a, d)"), 1);
    expect_tiled(chain(", float[64,64,1,1] d", "b = Conv<strides = [2,2]>(a, d)"), 1);
}
END_TEST

START_TEST(every_kernel_that_can_make_rows_does)
{
    /* planes, stride 1 and 2; five columns; transposed and Winograd's can't */
    const char *const planes = "(float[1,3,64,64] x) => (y) <float[64,3,3,3] p, float[8,64,1,1] v> {"
                               " a = Conv<strides = [%d,%d]>(x, p) y = Conv(a, v) }";
    const Model *m = model_after(tile_rows, mem_printf(planes, 1, 1));
    ck_assert_str_eq(body(m), "conv_planes_1_f32 gemm_packed_f32");
    expect_tiled(mem_printf(planes, 1, 1), 1);
    ck_assert_str_eq(body(model_after(tile_rows,
                                      "(float[1,3,128,128] x) => (y) <float[64,3,3,3] p, float[8,64,1,1] v> {"
                                      " a = Conv<strides = [2,2]>(x, p) y = Conv(a, v) }")),
                     "conv_planes_2_f32 gemm_packed_f32");
    m = model_after(tile_rows, chain(", float[64,1,5,5] d", "b = Conv<group = 64, pads = [2,2,2,2]>(a, d)"));
    ck_assert_str_eq(body(m), "gemm_packed_f32 conv_channelwise_5_f32 gemm_packed_f32 keep_rows");
    expect_untiled("(float[1,64,64,64] x) => (y) <float[64,64,3,3] d, float[64,64,3,3] e> {"
                   " a = Conv<pads = [1,1,1,1]>(x, d) y = Conv<pads = [1,1,1,1]>(a, e) }");
    expect_untiled("(float[1,8,64,64] x) => (y) <float[64,8,1,1] w, float[64,8,3,3] d> {"
                   " a = Conv(x, w) y = ConvTranspose(a, d) }");
}
END_TEST

START_TEST(chains_of_two_windows_keep_rows_for_both)
{
    const char *text = chain(DEPTHWISE, "c = Conv<group = 64, pads = [1,1,1,1]>(a, d)"
                                        " b = MaxPool<kernel_shape = [3,3], strides = [2,2], pads = [1,1,1,1]>(c)");
    const Model *m = model_after(tile_rows, text);
    ck_assert_str_eq(body(m), "gemm_packed_f32 conv_channelwise_f32 max_pool_channelwise_f32 gemm_packed_f32 "
                              "keep_rows keep_rows");
    expect_tiled(text, 1);
}
END_TEST

START_TEST(the_first_step_may_have_a_window)
{
    expect_tiled("(float[1,64,64,64] x) => (y) <float[64,1,3,3] d, float[8,64,1,1] v> {"
                 " a = Conv<group = 64, pads = [1,1,1,1], strides = [1,2]>(x, d) y = Conv(a, v) }",
                 1);
    expect_tiled("(float[2,64,64,64] x) => (y) <float[64,1,3,3] d, float[8,64,1,1] v> {"
                 " a = Conv<group = 64, pads = [1,1,1,1], strides = [1,2]>(x, d) y = Conv(a, v) }",
                 2);
}
END_TEST

START_TEST(what_is_added_to_a_result_is_read_row_by_row)
{
    const char *text = "(float[2,8,64,64] x, float[2,8,64,64] z) => (y)"
                       " <float[64,8,1,1] w, float[64,1,3,3] d, float[8,64,1,1] v> {"
                       " a = Conv(x, w) b = Conv<group = 64, pads = [1,1,1,1]>(a, d) c = Conv(b, v) y = Add(c, z) }";
    const Model *m = model_after(tile_rows, text);
    ck_assert_int_eq(step_of_kind(m, STEP_CALL, 0)->call.n_args > 0, 1);
    expect_tiled(text, 2);
}
END_TEST

/* -- loops ------------------------------------------------------------------------------------- */

START_TEST(elementwise_loops_are_part_of_a_chain)
{
    const char *text = chain(DEPTHWISE, "c = Abs(a) b = Conv<group = 64, pads = [1,1,1,1]>(c, d)");
    ck_assert_str_eq(body(model_after(tile_rows, text)),
                     "gemm_packed_f32 loop conv_channelwise_f32 gemm_packed_f32 keep_rows");
    expect_tiled(text, 1);
}
END_TEST

START_TEST(loops_may_stand_first_and_last)
{
    expect_tiled("(float[1,64,64,64] x) => (y) <float[64,1,3,3] d> {"
                 " a = Conv<group = 64, pads = [1,1,1,1]>(x, d) b = Abs(a)"
                 " y = MaxPool<kernel_shape = [4,4], strides = [4,4]>(b) }",
                 1);
    expect_tiled(chain(DEPTHWISE, "c = Abs(a) f = Conv<group = 64, pads = [1,1,1,1]>(c, d) b = Abs(f)"), 1);
}
END_TEST

START_TEST(other_operands_of_loops_are_read_where_the_rows_are)
{
    const char *scaled = "c = Mul(a, s) b = Conv<group = 64, pads = [1,1,1,1]>(c, d)";
    /* the same for all pixels; along each row; for each row */
    expect_tiled(chain(DEPTHWISE ", float[1,1,1,1] s = {3}", "c = Max(a, s) b = MaxPool<kernel_shape = [3,3]>(c)"), 1);
    expect_tiled(network("[2,8,64,48]", DEPTHWISE ", float[2,64,1,1] s", scaled), 2);
    expect_tiled(network("[2,8,64,48]", DEPTHWISE ", float[64,1,48] s", scaled), 2);
    expect_tiled(network("[2,8,64,48]", DEPTHWISE ", float[2,64,64,48] s", scaled), 2);
}
END_TEST

START_TEST(a_chain_may_begin_with_a_loop_of_several_operands)
{
    /* a is wanted whole; of the two operands it is the image */
    const char *text = "(float[1,8,64,48] x, float[1,64,1,1] s) => (y, a)"
                       " <float[64,8,1,1] w, float[64,1,3,3] d, float[8,64,1,1] v> { a = Conv(x, w) c = Mul(s, a)"
                       " b = Conv<group = 64, pads = [1,1,1,1]>(c, d) y = Conv(b, v) }";
    ck_assert_str_eq(body(model_after(tile_rows, text)), "loop conv_channelwise_f32 gemm_packed_f32 keep_rows");
    expect_tiled(text, 1);
}
END_TEST

/* -- batches and sizes left to run time -------------------------------------------------------- */

START_TEST(a_batch_is_done_image_by_image)
{
    expect_tiled(network("[3,8,64,48]", DEPTHWISE, "b = Conv<group = 64, pads = [1,1,1,1]>(a, d)"), 2);
    expect_tiled(network("[3,8,64,48]", ", float[64,64,3,3] d", "b = Conv<strides = [2,2]>(a, d)"), 2);
}
END_TEST

START_TEST(images_of_any_height_allowed_come_out_the_same)
{
    const char *text = strdup(
        network("[n,8,h,48]", DEPTHWISE, "b = Conv<group = 64, pads = [1,1,1,1], strides = [2,2]>(a, d)"));
    const int heights[] = {64, 63, 37, 2, 1}, batches[] = {1, 2, 1, 2, 3};
    build_bounds("h", 1, 64);
    build_bounds("n", 1, 3);
    ck_assert_int_eq(rounds_in(model_after(tile_rows, text)), 2);
    for (int i = 0; i < 5; i++) {
        run_size("h", heights[i]);
        run_size("n", batches[i]);
        expect_same_results(text, fuse, plan, 0);
    }
}
END_TEST

/* -- how many rows ----------------------------------------------------------------------------- */

/* Rows that are written for one row of y: of a 12 KB, of b 12 KB, of y 1.5 KB. In 384 KB fit 15 of them; the window
 * needs 17 rows of a for 15 of b. */
START_TEST(buffers_hold_the_rows_of_a_round)
{
    const Model *m = model_after(tile_rows, chain(DEPTHWISE, "b = Conv<group = 64, pads = [1,1,1,1]>(a, d)"));
    const Step *first = step_calling(m, "gemm_packed_f32"), *second = step_calling(m, "conv_channelwise_f32");
    ck_shape(step_arg(first, "y")->value, "[1,17,48,64]");
    ck_shape(step_arg(second, "y")->value, "[1,15,48,64]");
    ck_assert_ptr_eq(step_arg(second, "x")->value, step_arg(first, "y")->value);
    ck_assert_int_eq(dim_value(step_of_kind(m, STEP_FOR, 0)->rounds.limit), 5); /* 64 rows, 15 at a time */
}
END_TEST

/* With stride 2 and dilation 2, so many rows of b need (rows - 1) * 2 + 2 * 2 + 1 of a. One row of y stands for 2 of a,
 * 24 KB, one of b, 6 KB, and 0.75 KB of its own: 12 in 384 KB. */
START_TEST(buffers_hold_what_strides_and_dilation_need)
{
    const Model *m = model_after(
        tile_rows,
        chain(DEPTHWISE, "b = Conv<group = 64, pads = [2,2,2,2], strides = [2,2], dilations = [2,2]>(a, d)"));
    ck_shape(step_arg(step_calling(m, "gemm_packed_f32"), "y")->value, "[1,27,48,64]");
    ck_shape(step_arg(step_calling(m, "conv_channelwise_f32"), "y")->value, "[1,12,24,64]");
    ck_assert_int_eq(dim_value(step_of_kind(m, STEP_FOR, 0)->rounds.limit), 3); /* 32 rows, 12 at a time */
}
END_TEST

/* Of 5 rows of y one is worth 12 rows of a and its own: 384 KB are less than half of all, 768 KB. */
START_TEST(rounds_count_the_rows_of_the_last_result)
{
    const char *text = "(float[1,8,64,48] x) => (y) <float[64,8,1,1] w> {"
                       " a = Conv(x, w) y = MaxPool<kernel_shape = [12,12], strides = [12,12]>(a) }";
    const Model *m = model_after(tile_rows, text);
    ck_assert_int_eq(dim_value(step_of_kind(m, STEP_FOR, 0)->rounds.limit), 3); /* 5 rows, 2 at a time */
    ck_shape(step_arg(step_calling(m, "gemm_packed_f32"), "y")->value, "[1,24,48,64]");
    expect_tiled(text, 1);
}
END_TEST

START_TEST(buffers_hold_no_more_rows_than_there_are)
{
    /* all of the 64 rows are seen by each row of y */
    const char *text = chain("", "b = MaxPool<kernel_shape = [64,1], pads = [32,0,31,0]>(a)");
    const Model *m = model_after(tile_rows, text);
    ck_shape(step_arg(step_calling(m, "gemm_packed_f32"), "y")->value, "[1,64,48,64]");
    expect_tiled(text, 1);
}
END_TEST

START_TEST(a_loop_writes_over_the_rows_it_reads)
{
    const char *text = chain(DEPTHWISE, "c = Abs(a) b = Conv<group = 64, pads = [1,1,1,1]>(c, d)");
    const Model *m = model_after(plan, text);
    Value *before = step_arg(step_calling(m, "gemm_packed_f32"), "y")->value;
    const Value *after = step_of_kind(m, STEP_LOOP, 0)->loop->results[0].value;
    ck_assert(shape_equal(&before->type.shape, &after->type.shape));
    ck_assert_ptr_eq(storage_root((Value *)after, NULL), storage_root(before, NULL));
}
END_TEST

/* -- what stays as it is ----------------------------------------------------------------------- */

START_TEST(small_images_stay_in_the_cache_anyway)
{
    /* 64 * 64 * 32 * 4 bytes are 512 KB, the least that is worth it */
    expect_untiled(
        "(float[1,8,64,63] x) => (y) <float[32,8,1,1] w, float[8,32,1,1] v> { a = Conv(x, w) y = Conv(a, v) }");
    expect_tiled("(float[1,8,64,64] x) => (y) <float[32,8,1,1] w, float[8,32,1,1] v> { a = Conv(x, w) y = Conv(a, v) }",
                 1);
}
END_TEST

START_TEST(only_what_lies_between_counts)
{
    /* the last result is large, but wanted whole */
    expect_untiled(
        "(float[1,8,64,64] x) => (y) <float[8,8,1,1] w, float[64,8,1,1] v> { a = Conv(x, w) y = Conv(a, v) }");
    expect_untiled("(float[1,8,64,64] x) => (y) <float[64,8,1,1] w> { y = Conv(x, w) }");
}
END_TEST

START_TEST(a_batch_of_small_images_is_not_worth_it)
{
    expect_untiled(
        "(float[n,8,32,32] x) => (y) <float[64,8,1,1] w, float[8,64,1,1] v> { a = Conv(x, w) y = Conv(a, v) }");
    expect_untiled(
        "(float[0,8,64,64] x) => (y) <float[64,8,1,1] w, float[8,64,1,1] v> { a = Conv(x, w) y = Conv(a, v) }");
    expect_untiled(
        "(float[4,8,32,32] x) => (y) <float[64,8,1,1] w, float[8,64,1,1] v> { a = Conv(x, w) y = Conv(a, v) }");
}
END_TEST

START_TEST(what_others_want_too_is_computed_whole)
{
    expect_untiled("(float[1,8,64,64] x) => (y, a) <float[64,8,1,1] w, float[8,64,1,1] v> {"
                   " a = Conv(x, w) y = Conv(a, v) }");
    expect_untiled("(float[1,8,64,64] x) => (y, z) <float[64,8,1,1] w, float[8,64,1,1] v> {"
                   " a = Conv(x, w) y = Conv(a, v) z = GlobalAveragePool(a) }");
}
END_TEST

START_TEST(windows_that_reach_far_end_a_chain)
{
    const char *deep = "(float[1,8,64,64] x) => (y) <float[64,8,1,1] w, float[64,1,1,1] d, float[8,64,1,1] v> {"
                       " a0 = Conv(x, w)";
    for (int i = 0; i < 6; i++) /* strides whose product no integer holds */
        deep = mem_printf("%s a%d = Conv<group = 64, strides = [16384,1], pads = [1048576,0,1048576,0]>(a%d, d)", deep,
                          i + 1, i);
    expect_untiled(mem_printf("%s y = Conv(a6, v) }", deep));
    expect_tiled(chain(DEPTHWISE, "b = Conv<group = 64, pads = [4096,1,1,1], strides = [64,1]>(a, d)"), 1);
    expect_untiled(chain(DEPTHWISE, "b = Conv<group = 64, pads = [4097,1,1,1], strides = [64,1]>(a, d)"));
}
END_TEST

START_TEST(a_chain_has_at_most_eight_steps)
{
    const char *middle = "c0 = Abs(a)";
    for (int i = 0; i < 8; i++)
        middle = mem_printf("%s c%d = MaxPool<kernel_shape = [3,3], pads = [1,1,1,1]>(c%d)", middle, i + 1, i);
    const char *text = chain("", mem_printf("%s b = Identity(c8)", middle));
    const Model *m = model_after(tile_rows, text);
    ck_assert_int_eq(rounds_in(m), 2);
    ck_assert_str_eq(body(m), "gemm_packed_f32 loop max_pool_channelwise_f32 max_pool_channelwise_f32 "
                              "max_pool_channelwise_f32 max_pool_channelwise_f32 max_pool_channelwise_f32 "
                              "max_pool_channelwise_f32 keep_rows keep_rows keep_rows keep_rows "
                              "keep_rows keep_rows");
    expect_tiled(text, 2);
}
END_TEST

Suite *row_tiling_suite(void)
{
    Suite *suite = suite_create("row_tiling");
    TCase *tests = tcase_create("row_tiling");
    tcase_add_checked_fixture(tests, NULL, build_free);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, steps_that_follow_one_another_share_a_loop_over_rows);
    tcase_add_test(tests, windows_may_be_of_any_kind);
    tcase_add_test(tests, windows_over_all_channels_may_be_tiled);
    tcase_add_test(tests, every_kernel_that_can_make_rows_does);
    tcase_add_test(tests, chains_of_two_windows_keep_rows_for_both);
    tcase_add_test(tests, the_first_step_may_have_a_window);
    tcase_add_test(tests, what_is_added_to_a_result_is_read_row_by_row);
    tcase_add_test(tests, elementwise_loops_are_part_of_a_chain);
    tcase_add_test(tests, loops_may_stand_first_and_last);
    tcase_add_test(tests, other_operands_of_loops_are_read_where_the_rows_are);
    tcase_add_test(tests, a_chain_may_begin_with_a_loop_of_several_operands);
    tcase_add_test(tests, rounds_count_the_rows_of_the_last_result);
    tcase_add_test(tests, a_batch_is_done_image_by_image);
    tcase_add_test(tests, images_of_any_height_allowed_come_out_the_same);
    tcase_add_test(tests, buffers_hold_the_rows_of_a_round);
    tcase_add_test(tests, buffers_hold_what_strides_and_dilation_need);
    tcase_add_test(tests, buffers_hold_no_more_rows_than_there_are);
    tcase_add_test(tests, a_loop_writes_over_the_rows_it_reads);
    tcase_add_test(tests, small_images_stay_in_the_cache_anyway);
    tcase_add_test(tests, only_what_lies_between_counts);
    tcase_add_test(tests, a_batch_of_small_images_is_not_worth_it);
    tcase_add_test(tests, what_others_want_too_is_computed_whole);
    tcase_add_test(tests, windows_that_reach_far_end_a_chain);
    tcase_add_test(tests, a_chain_has_at_most_eight_steps);
    suite_add_tcase(suite, tests);
    return suite;
}
