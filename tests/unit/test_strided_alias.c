/* test_strided_alias.c: parts of tensors whose channels are last are computed and read where they lie. */
#include "run_steps.h"

#include "lower/lower.h"
#include "op/op.h"
#include "plan/plan.h"

#include <check.h>
#include <string.h>

Suite *strided_alias_suite(void);

/* Two convolutions of the same image, and the weights of others. */
#define INPUT "(float[1,8,12,12] x"
#define WEIGHTS \
    "<float[16,8,1,1] w1, float[16,8,1,1] w2, float[8,32,1,1] v, float[8,16,1,1] u, float[32,8,1,1] w," \
    " float[16,1,3,3] d, float[8,16,3,3] k, int64[5] split = {1, 2, 16, 12, 12}, int64[4] whole = {1, 32, 12, 12}>"

static const char *graph(const char *outputs, const char *nodes)
{
    return mem_printf(INPUT ") => (%s) " WEIGHTS "{ %s }", outputs, nodes);
}

/* How many copies of columns are left, with the same results, but that kernels add up in another order where rows are
 * apart. */
static int copies(const char *text)
{
    int count = 0;
    const Model *m = model_after(alias_strided, text);
    for (int i = 0; i < m->graph->n_steps; i++) count += step_calls(m->graph->steps[i], "copy_strided_b4");
    text = strdup(text);
    expect_same_results(text, fuse, alias_strided, 1e-5);
    expect_same_results(text, fuse, plan, 1e-5);
    return count;
}

/* -- written in place -------------------------------------------------------------------------- */

START_TEST(parts_of_a_concat_are_computed_in_their_columns)
{
    const char *text = graph("y", "a = Conv(x, w1) b = Conv(x, w2) c = Concat<axis = 1>(a, b) y = Conv(c, v)");
    const Model *m = model_after(alias_strided, text);
    const Step *second = m->graph->steps[3];
    ck_assert(step_calls(second, "gemm_packed_f32"));
    ck_assert(dim_is(step_arg(second, "y")->offset, 16));
    ck_assert(dim_is(*step_field(second, "p", "y_row"), 32));
    ck_assert_ptr_eq(step_arg(second, "y")->value, step_arg(m->graph->steps[1], "y")->value);
    ck_assert_int_eq(copies(text), 0);
}
END_TEST

START_TEST(so_are_those_of_other_convolutions)
{
    const char *const parts[] = {
        "b = Conv<pads = [1,1,1,1]>(p, k)",
        "b = Conv<pads = [2,2,2,2], dilations = [2,2]>(p, k)",
        "b = ConvTranspose<pads = [1,1,1,1]>(p, kt)",
        "b = Conv<pads = [1,1,1,1]>(p, wide)",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        ck_assert_int_eq(copies(mem_printf(INPUT ") => (y) <float[16,8,1,1] w1, float[16,8,1,1] w2, float[8,16,3,3] k,"
                                                 " float[16,8,3,3] kt, float[16,16,3,3] wide>"
                                                 " { a = Conv(x, w1) p = Conv(x, w2) %s y = Concat<axis = 1>(a, b) }",
                                           parts[i])),
                         0);
}
END_TEST

START_TEST(the_first_convolution_of_planes_too)
{
    ck_assert_int_eq(copies("(float[1,3,32,32] x) => (y) <float[16,3,3,3] p, float[16,3,3,3] q, float[8,32,1,1] v> {"
                            " a = Conv(x, p) b = Conv(x, q) c = Concat<axis = 1>(a, b) y = Conv(c, v) }"),
                     0);
}
END_TEST

START_TEST(what_is_concatenated_twice_is_computed_once)
{
    /* in its first place, and copied from there to the second */
    ck_assert_int_eq(copies(graph("y", "a = Conv(x, w1) c = Concat<axis = 1>(a, a) y = Conv(c, v)")), 1);
}
END_TEST

START_TEST(a_part_may_be_read_by_what_can_skip_columns)
{
    const char *text = graph("y, z", "a = Conv(x, w1) b = Conv(x, w2) c = Concat<axis = 1>(a, b) y = Conv(c, v)"
                                     " z = Conv(a, u)");
    ck_assert_int_eq(copies(text), 0);
}
END_TEST

START_TEST(what_reads_columns_of_a_part_finds_them_where_the_part_went)
{
    ck_assert_int_eq(copies(graph("y, z", "a = Conv(x, w1) p, q = Split<axis = 1, num_outputs = 2>(a) z = Conv(p, w2)"
                                          " b = Conv(x, w2) c = Concat<axis = 1>(a, b) y = Conv(c, v)")),
                     0);
}
END_TEST

START_TEST(a_part_that_others_want_dense_stays_dense)
{
    /* pooling and depthwise convolutions take whole pixels; an output is the caller's */
    ck_assert_int_eq(copies(graph("y, z", "a = Conv(x, w1) b = Conv(x, w2) c = Concat<axis = 1>(a, b) y = Conv(c, v)"
                                          " z = GlobalAveragePool(a)")),
                     1);
    ck_assert_int_eq(copies(graph("y, z", "a = Conv(x, w1) b = Conv(x, w2) c = Concat<axis = 1>(a, b) y = Conv(c, v)"
                                          " z = Conv<group = 16>(a, d)")),
                     1);
    ck_assert_int_eq(copies(graph("y, a", "a = Conv(x, w1) b = Conv(x, w2) c = Concat<axis = 1>(a, b) y = Conv(c, v)")),
                     1);
}
END_TEST

START_TEST(a_part_that_no_convolution_makes_is_copied)
{
    ck_assert_int_eq(copies(graph("y", "a = Conv(x, w1) f = Abs(a) b = Conv(x, w2) c = Concat<axis = 1>(f, b)"
                                       " y = Conv(c, v)")),
                     1);
    ck_assert_int_eq(copies(graph("y", "a = Conv(x, w1) f = Conv<group = 16, pads = [1,1,1,1]>(a, d) b = Conv(x, w2)"
                                       " c = Concat<axis = 1>(f, b) y = Conv(c, v)")),
                     1);
}
END_TEST

START_TEST(a_result_with_something_added_is_copied)
{
    /* what is added lies like the result, dense */
    ck_assert_int_eq(copies(INPUT
                            ", float[1,16,12,12] z) => (y) <float[16,8,1,1] w1, float[16,8,1,1] w2,"
                            " float[8,32,1,1] v, float[16,16,1,1] s> { a = Conv(x, w1) f = Conv(a, s) g = Add(f, a)"
                            " b = Conv(x, w2) c = Concat<axis = 1>(g, b) y = Conv(c, v) }"),
                     1);
}
END_TEST

/* -- read in place ----------------------------------------------------------------------------- */

START_TEST(parts_of_a_split_are_read_where_they_lie)
{
    const char *text = graph("y", "a = Conv(x, w) b, c = Split<axis = 1, num_outputs = 2>(a) e = Conv(b, u)"
                                  " f = Conv<pads = [1,1,1,1]>(c, k) y = Add(e, f)");
    const Model *m = model_after(alias_strided, text);
    const Step *second = step_calling(m, "conv_packed_f32");
    ck_assert(dim_is(step_arg(second, "x")->offset, 16));
    ck_assert(dim_is(*step_field(second, "c", "x_pixel"), 32));
    ck_assert(dim_is(*step_field(second, "c", "y_pixel"), 8));
    ck_assert_int_eq(copies(text), 0);
}
END_TEST

START_TEST(what_needs_whole_pixels_gets_its_part_copied)
{
    ck_assert_int_eq(copies(graph("y", "a = Conv(x, w) b, c = Split<axis = 1, num_outputs = 2>(a)"
                                       " e = Conv<group = 16, pads = [1,1,1,1]>(b, d) y = Conv(e, u)")),
                     1);
    ck_assert_int_eq(copies(graph("y, z", "a = Conv(x, w) b, c = Split<axis = 1, num_outputs = 2>(a)"
                                          " y = Conv(b, u) z = GlobalMaxPool(b)")),
                     1);
}
END_TEST

START_TEST(parts_of_a_split_go_into_a_concat)
{
    /* the halves change places: each is copied once, from where it is to where it goes */
    ck_assert_int_eq(copies(graph("y", "a = Conv(x, w) b, c = Split<axis = 1, num_outputs = 2>(a)"
                                       " e = Concat<axis = 1>(c, b) y = Conv(e, v)")),
                     2);
}
END_TEST

/* -- batches and sizes left to run time -------------------------------------------------------- */

START_TEST(columns_of_images_of_any_size)
{
    const char *text = "(float[n,8,h,5] x) => (y) <float[16,8,1,1] w1, float[16,8,1,1] w2, float[8,32,1,1] v> {"
                       " a = Conv(x, w1) b = Conv(x, w2) c = Concat<axis = 1>(a, b) y = Conv(c, v) }";
    ck_assert_int_eq(copies(text), 0);
    run_size("n", 3);
    run_size("h", 2);
    ck_assert_int_eq(copies(text), 0);
}
END_TEST

/* -- channel shuffles -------------------------------------------------------------------------- */

#define SHUFFLE " d5 = Reshape(c, split) e = Transpose<perm = [0,2,1,3,4]>(d5) f = Reshape(e, whole)"

START_TEST(halves_that_are_interleaved_need_not_be_concatenated)
{
    const char *text = graph("y",
                             "a = Conv(x, w1) b = Conv(x, w2) c = Concat<axis = 1>(a, b)" SHUFFLE " y = Conv(f, v)");
    const Model *m = model_after(alias_strided, text);
    const Step *s = step_calling(m, "interleave_b4");
    ck_assert_ptr_eq(step_arg(s, "a")->value, step_arg(m->graph->steps[1], "y")->value);
    ck_assert_ptr_eq(step_arg(s, "b")->value, step_arg(m->graph->steps[3], "y")->value);
    ck_assert(dim_is(step_arg(s, "a_row")->number, 16) && dim_is(step_arg(s, "b_row")->number, 16));
    ck_assert_int_eq(copies(text), 0);
}
END_TEST

START_TEST(a_half_may_be_a_part_of_a_split)
{
    /* as in ShuffleNet: one half is taken over, the other computed */
    const char *text = graph("y", "a = Conv(x, w) l, r = Split<axis = 1, num_outputs = 2>(a)"
                                  " b = Conv<group = 16, pads = [1,1,1,1]>(r, d) c = Concat<axis = 1>(l, b)" SHUFFLE
                                  " y = Conv(f, v)");
    const Model *m = model_after(alias_strided, text);
    const Step *s = step_calling(m, "interleave_b4");
    ck_assert(dim_is(step_arg(s, "a_row")->number, 32) && dim_is(step_arg(s, "b_row")->number, 16));
    ck_assert_int_eq(copies(text), 1); /* of the half that the depthwise convolution reads */
}
END_TEST

START_TEST(a_concat_that_others_read_stays)
{
    ck_assert_int_eq(copies(graph("y, z", "a = Conv(x, w1) g = Abs(a) b = Conv(x, w2) h = Abs(b)"
                                          " c = Concat<axis = 1>(g, h)" SHUFFLE " y = Conv(f, v) z = Conv(c, v)")),
                     2);
}
END_TEST

START_TEST(a_concat_of_other_than_halves_stays)
{
    ck_assert_int_eq(copies("(float[1,8,12,12] x) => (y) <float[8,8,1,1] w1, float[24,8,1,1] w2, float[8,32,1,1] v,"
                            " int64[5] split = {1, 2, 16, 12, 12}, int64[4] whole = {1, 32, 12, 12}> {"
                            " a = Conv(x, w1) g = Abs(a) b = Conv(x, w2) h = Abs(b) c = Concat<axis = 1>(g, h)" SHUFFLE
                            " y = Conv(f, v) }"),
                     2);
}
END_TEST

/* -- branches ---------------------------------------------------------------------------------- */

#define PRODUCTS "(float[12,8] x, bool t) => (y) <float[8,16] m1, float[8,16] m2, float[32,8] m, float[8,8] n>"

START_TEST(products_of_matrices_are_computed_in_columns)
{
    ck_assert_int_eq(copies(PRODUCTS "{ y = If<then_branch = (() => (p) { a = MatMul(x, m1) b = MatMul(x, m2)"
                                     " c = Concat<axis = 1>(a, b) p = MatMul(c, m) }),"
                                     " else_branch = (() => (q) { q = MatMul(x, n) })>(t) }"),
                     0);
    ck_assert_int_eq(copies(PRODUCTS "{ a = MatMul(x, m1) b = MatMul(x, m2) c = Concat<axis = 1>(a, b)"
                                     " y = MatMul(c, m) }"),
                     0);
}
END_TEST

START_TEST(nothing_moves_into_a_branch)
{
    ck_assert_int_eq(copies(PRODUCTS "{ a = MatMul(x, m1) b = MatMul(x, m2) y = If<"
                                     "then_branch = (() => (p) { c = Concat<axis = 1>(a, b) p = MatMul(c, m) }),"
                                     "else_branch = (() => (q) { e = Concat<axis = 1>(b, a) q = MatMul(e, m) })>(t) }"),
                     4);
}
END_TEST

START_TEST(nothing_moves_out_of_a_branch)
{
    /* b comes out of the branches and is a part after them */
    ck_assert_int_eq(copies(PRODUCTS "{ a = MatMul(x, m1) b = If<then_branch = (() => (p) { p = MatMul(x, m2) }),"
                                     "else_branch = (() => (q) { q = MatMul(x, m1) })>(t)"
                                     " c = Concat<axis = 1>(a, b) y = MatMul(c, m) }"),
                     2);
}
END_TEST

Suite *strided_alias_suite(void)
{
    Suite *suite = suite_create("strided_alias");
    TCase *tests = tcase_create("strided_alias");
    tcase_add_checked_fixture(tests, NULL, op_free);
    tcase_add_test(tests, parts_of_a_concat_are_computed_in_their_columns);
    tcase_add_test(tests, so_are_those_of_other_convolutions);
    tcase_add_test(tests, the_first_convolution_of_planes_too);
    tcase_add_test(tests, what_is_concatenated_twice_is_computed_once);
    tcase_add_test(tests, a_part_may_be_read_by_what_can_skip_columns);
    tcase_add_test(tests, what_reads_columns_of_a_part_finds_them_where_the_part_went);
    tcase_add_test(tests, a_part_that_others_want_dense_stays_dense);
    tcase_add_test(tests, a_part_that_no_convolution_makes_is_copied);
    tcase_add_test(tests, a_result_with_something_added_is_copied);
    tcase_add_test(tests, parts_of_a_split_are_read_where_they_lie);
    tcase_add_test(tests, what_needs_whole_pixels_gets_its_part_copied);
    tcase_add_test(tests, parts_of_a_split_go_into_a_concat);
    tcase_add_test(tests, columns_of_images_of_any_size);
    tcase_add_test(tests, halves_that_are_interleaved_need_not_be_concatenated);
    tcase_add_test(tests, a_half_may_be_a_part_of_a_split);
    tcase_add_test(tests, a_concat_that_others_read_stays);
    tcase_add_test(tests, a_concat_of_other_than_halves_stays);
    tcase_add_test(tests, products_of_matrices_are_computed_in_columns);
    tcase_add_test(tests, nothing_moves_into_a_branch);
    tcase_add_test(tests, nothing_moves_out_of_a_branch);
    suite_add_tcase(suite, tests);
    return suite;
}
