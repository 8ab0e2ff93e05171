/* test_fuse.c: chains of elementwise loops become one loop, where that changes nothing. */
#include "run_steps.h"

#include "lower/lower.h"
#include "op/op.h"

#include <check.h>

Suite *fuse_suite(void);

static void fuses_to(const char *text, const char *steps)
{
    ck_steps(model_after(fuse, text), steps);
    expect_same_results(text, lower, fuse, 0);
}

START_TEST(a_chain_becomes_one_loop)
{
    fuses_to("(float[2,3] x) => (y) { a = Exp(x) b = Neg(a) y = Abs(b) }", "exp_f32+neg_f32+abs_f32");
}
END_TEST

START_TEST(the_result_takes_the_place_of_the_operand_it_was)
{
    fuses_to("(float[2,3] x, float[2,3] z) => (y) { a = Exp(x) y = Sub(z, a) }", "exp_f32+sub_f32");
    fuses_to("(float[2,3] x, float[2,3] z) => (y) { a = Exp(x) y = Sub(a, z) }", "exp_f32+sub_f32");
    /* two levels of results: those of the later loop are renumbered */
    fuses_to("(float[4] x, float[4] z) => (y) { a = Exp(x) b = Neg(z) c = Sub(a, b) d = Abs(c) y = Mul(d, x) }",
             "neg_f32+exp_f32+sub_f32+abs_f32+mul_f32");
}
END_TEST

START_TEST(an_operand_that_both_read_is_read_once)
{
    const Model *m = model_after(fuse, "(float[4] x) => (y) { a = Exp(x) y = Mul(a, x) }");
    ck_steps(m, "exp_f32+mul_f32");
    ck_assert_int_eq(step_of_kind(m, STEP_LOOP, 0)->loop->n_operands, 1);
    m = model_after(fuse, "(float[4] x, float[4] z) => (y) { a = Exp(x) y = Mul(a, z) }");
    ck_assert_int_eq(step_of_kind(m, STEP_LOOP, 0)->loop->n_operands, 2);
}
END_TEST

START_TEST(an_operand_read_in_two_ways_stays_two)
{
    /* [4] beside itself turned into a column: other strides */
    const char *text = "(float[4] x) => (y) <int64[2] s = {4, 1}> {"
                       "  column = Reshape(x, s) a = Add(column, x) y = Mul(a, column) }";
    const Model *m = model_after(fuse, text);
    ck_steps(m, "copy add_f32+mul_f32");
    ck_assert_int_eq(step_of_kind(m, STEP_LOOP, 0)->loop->n_operands, 2);
    expect_same_results(text, lower, fuse, 0);
}
END_TEST

START_TEST(what_broadcasts_inside_the_chain_still_does)
{
    fuses_to("(float[2,3] x, float[3] z) => (y) { a = Add(x, z) y = Mul(a, z) }", "add_f32+mul_f32");
}
END_TEST

START_TEST(a_result_that_two_loops_read_is_kept)
{
    fuses_to("(float[4] x, float[4] z) => (y, w) { a = Exp(x) y = Neg(a) w = Add(a, z) }", "exp_f32 neg_f32 add_f32");
}
END_TEST

START_TEST(a_result_that_one_loop_reads_twice_is_kept)
{
    /* read through one operand: two readings of one element */
    const Model *m = model_after(fuse, "(float[4] x) => (y) { a = Exp(x) y = Mul(a, a) }");
    ck_steps(m, "exp_f32+mul_f32");
    expect_same_results("(float[4] x) => (y) { a = Exp(x) y = Mul(a, a) }", lower, fuse, 0);
}
END_TEST

START_TEST(an_output_of_the_model_is_kept)
{
    fuses_to("(float[4] x) => (y, a) { a = Exp(x) y = Neg(a) }", "exp_f32 neg_f32");
}
END_TEST

START_TEST(what_a_kernel_reads_is_kept)
{
    fuses_to("(float[2,4] x) => (y) { a = Exp(x) y = Softmax(a) }", "exp_f32 softmax_f32");
}
END_TEST

START_TEST(a_smaller_result_that_broadcasts_is_computed_once)
{
    fuses_to("(float[3] x, float[2,3] z) => (y) { a = Exp(x) y = Add(z, a) }", "exp_f32 add_f32");
    fuses_to("(float[2,1] x, float[2,3] z) => (y) { a = Exp(x) y = Add(z, a) }", "exp_f32 add_f32");
    fuses_to("(float[1,3] x, float[3,1] z) => (y) { a = Exp(x) y = Add(a, z) }", "exp_f32 add_f32");
}
END_TEST

START_TEST(halves_are_rounded_where_the_model_rounds_them)
{
    fuses_to("(float16[4] x) => (y) { a = Exp(x) y = Neg(a) }", "exp_f32 neg_f32");
}
END_TEST

START_TEST(loops_have_at_most_24_operations)
{
    const char *text = "(float[4] x) => (y) { a0 = Exp(x)";
    for (int i = 1; i < 30; i++) text = mem_printf("%s a%d = Neg(a%d)", text, i, i - 1);
    const Model *m = model_after(fuse, mem_printf("%s y = Abs(a29) }", text)); /* 31 in all */
    ck_assert_int_eq(step_of_kind(m, STEP_LOOP, 0)->loop->n_ops, 24);
    ck_assert_int_eq(step_of_kind(m, STEP_LOOP, 1)->loop->n_ops, 7);
    ck_assert_ptr_null(step_of_kind(m, STEP_LOOP, 2));
}
END_TEST

/* How many loops are left of the sum of so many inputs and then of so many more. */
static int sums_left(int first, int second)
{
    const char *inputs = "float[4] x0", *a = "x0", *b = "a";
    for (int i = 1; i < first + second; i++) inputs = mem_printf("%s, float[4] x%d", inputs, i);
    for (int i = 1; i < first; i++) a = mem_printf("%s, x%d", a, i);
    for (int i = 0; i < second; i++) b = mem_printf("%s, x%d", b, first + i);
    return model_after(fuse, mem_printf("(%s) => (y) { a = Sum(%s) y = Sum(%s) }", inputs, a, b))->graph->n_steps;
}

START_TEST(loops_have_at_most_12_operands)
{
    ck_assert_int_eq(sums_left(6, 5), 1); /* 6, and 6 with a */
    ck_assert_int_eq(sums_left(6, 6), 2);
    ck_assert_int_eq(sums_left(7, 5), 2);
}
END_TEST

START_TEST(nothing_moves_into_a_branch)
{
    fuses_to("(float[4] x, bool c) => (y) { a = Exp(x)"
             " y = If<then_branch = (() => (u) { u = Neg(a) }), else_branch = (() => (v) { v = Abs(x) })>(c) }",
             "exp_f32 if neg_f32 copy else abs_f32 copy end");
}
END_TEST

START_TEST(branches_fuse_within_themselves)
{
    fuses_to(
        "(float[4] x, bool c) => (y) {"
        " y = If<then_branch = (() => (u) { a = Exp(x) u = Neg(a) }), else_branch = (() => (v) { v = Abs(x) })>(c) }",
        "if exp_f32+neg_f32 copy else abs_f32 copy end");
}
END_TEST

/* -- made by hand: what operators don't do today ----------------------------------------------- */

static Node *node;
static Value *x, *between, *y;

static void start(void)
{
    Shape shape = shape_const(2, (int64_t[]){2, 3});
    node = op_node("Test", "", 13);
    x = value_typed(node->graph, foreign("x"), DT_FLOAT, &shape);
    between = value_typed(node->graph, foreign("between"), DT_FLOAT, &shape);
    y = value_typed(node->graph, foreign("y"), DT_FLOAT, &shape);
}

static Step *loop_over(const Shape *shape)
{
    return step_loop(node, shape);
}

static void apply(Step *s, const char *function, Ref operand, Value *result)
{
    loop_store(s, result, loop_apply(s, DT_FLOAT, function, 1, &operand));
}

static Ref strided(Step *s, Value *v, int64_t offset, int64_t outer, int64_t inner)
{
    return loop_read_strided(s, v, offset ? dim_const(offset) : NULL, (Dim[]){dim_const(outer), dim_const(inner)});
}

/* How many loops are left when the second of two reads what the first made so. */
static int loops_left(int64_t offset, int64_t outer, int64_t inner)
{
    start();
    Step *s = loop_over(&x->type.shape);
    apply(s, "exp_f32", loop_read(s, x), between);
    s = loop_over(&x->type.shape);
    apply(s, "neg_f32", strided(s, between, offset, outer, inner), y);
    fuse(node->graph->model);
    return node->graph->n_steps;
}

START_TEST(only_what_is_read_in_the_order_of_the_loop_is_fused)
{
    ck_assert_int_eq(loops_left(0, 3, 1), 1);
    ck_assert_int_eq(loops_left(1, 3, 1), 2);   /* starts elsewhere */
    ck_assert_int_eq(loops_left(0, 1, 2), 2);   /* transposed */
    ck_assert_int_eq(loops_left(0, 0, 1), 2);   /* the first row twice */
    ck_assert_int_eq(loops_left(5, -3, -1), 2); /* backward */
}
END_TEST

START_TEST(what_is_read_in_two_places_is_not_fused)
{
    start();
    Step *s = loop_over(&x->type.shape);
    apply(s, "exp_f32", loop_read(s, x), between);
    s = loop_over(&x->type.shape);
    Ref both[] = {strided(s, between, 0, 3, 1), strided(s, between, 0, 0, 1)};
    loop_store(s, y, loop_apply(s, DT_FLOAT, "add_f32", 2, both));
    fuse(node->graph->model);
    ck_steps(node->graph->model, "exp_f32 add_f32");
}
END_TEST

START_TEST(what_is_read_twice_in_order_is_not_fused_either)
{
    start();
    Shape row = shape_const(2, (int64_t[]){1, 3});
    Step *s = loop_over(&row);
    apply(s, "exp_f32", loop_read(s, x), between);
    s = loop_over(&row);
    Ref both[] = {strided(s, between, 0, 3, 1), strided(s, between, 0, 0, 1)};
    loop_store(s, y, loop_apply(s, DT_FLOAT, "add_f32", 2, both));
    fuse(node->graph->model);
    ck_steps(node->graph->model, "exp_f32 add_f32");
}
END_TEST

START_TEST(loops_of_other_extents_are_not_fused)
{
    start();
    Step *s = loop_over(&x->type.shape);
    apply(s, "exp_f32", loop_read(s, x), between);
    Shape turned = shape_const(2, (int64_t[]){3, 2});
    s = loop_over(&turned);
    apply(s, "neg_f32", strided(s, between, 0, 2, 1), y);
    fuse(node->graph->model);
    ck_steps(node->graph->model, "exp_f32 neg_f32");
    Loop *last = node->graph->steps[1]->loop;
    last->extent[1] = dim_const(3); /* more rows of the same length */
    last->operands[0].stride[0] = dim_const(3);
    fuse(node->graph->model);
    ck_steps(node->graph->model, "exp_f32 neg_f32");
    last->rank = 1;
    last->extent[0] = dim_const(6);
    last->operands[0].stride[0] = dim_const(1);
    fuse(node->graph->model);
    ck_steps(node->graph->model, "exp_f32 neg_f32");
}
END_TEST

START_TEST(a_loop_with_two_results_stays)
{
    start();
    Step *s = loop_over(&x->type.shape);
    Ref operand = loop_read(s, x), result = loop_apply(s, DT_FLOAT, "exp_f32", 1, &operand);
    loop_store(s, between, result);
    loop_store(s, value_typed(node->graph, foreign("other"), DT_FLOAT, &x->type.shape), result);
    s = loop_over(&x->type.shape);
    apply(s, "neg_f32", loop_read(s, between), y);
    fuse(node->graph->model);
    ck_steps(node->graph->model, "exp_f32 neg_f32");
}
END_TEST

START_TEST(a_round_reads_what_the_one_before_has_made)
{
    start();
    step_for(node, dim_symbol(foreign("i"), 0, 3), dim_const(3));
    Step *s = loop_over(&x->type.shape);
    apply(s, "neg_f32", loop_read(s, between), y);
    s = loop_over(&x->type.shape);
    apply(s, "exp_f32", loop_read(s, x), between);
    step_end(node);
    fuse(node->graph->model);
    ck_steps(node->graph->model, "for neg_f32 exp_f32 end");
}
END_TEST

START_TEST(the_comment_names_what_was_fused)
{
    const Model *m = model_after(fuse, "(float[4] x, float[4] z) => (y) { a = Exp(x) b = Neg(z) y = Add(a, b) }");
    ck_assert_str_eq(step_of_kind(m, STEP_LOOP, 0)->node->fused, "Neg \"/b\", after Exp \"/a\"");
}
END_TEST

Suite *fuse_suite(void)
{
    Suite *suite = suite_create("fuse");
    TCase *tests = tcase_create("fuse");
    tcase_add_checked_fixture(tests, NULL, op_free);
    tcase_add_test(tests, a_chain_becomes_one_loop);
    tcase_add_test(tests, the_result_takes_the_place_of_the_operand_it_was);
    tcase_add_test(tests, an_operand_that_both_read_is_read_once);
    tcase_add_test(tests, an_operand_read_in_two_ways_stays_two);
    tcase_add_test(tests, what_broadcasts_inside_the_chain_still_does);
    tcase_add_test(tests, a_result_that_two_loops_read_is_kept);
    tcase_add_test(tests, a_result_that_one_loop_reads_twice_is_kept);
    tcase_add_test(tests, an_output_of_the_model_is_kept);
    tcase_add_test(tests, what_a_kernel_reads_is_kept);
    tcase_add_test(tests, a_smaller_result_that_broadcasts_is_computed_once);
    tcase_add_test(tests, halves_are_rounded_where_the_model_rounds_them);
    tcase_add_test(tests, loops_have_at_most_24_operations);
    tcase_add_test(tests, loops_have_at_most_12_operands);
    tcase_add_test(tests, nothing_moves_into_a_branch);
    tcase_add_test(tests, branches_fuse_within_themselves);
    tcase_add_test(tests, only_what_is_read_in_the_order_of_the_loop_is_fused);
    tcase_add_test(tests, what_is_read_in_two_places_is_not_fused);
    tcase_add_test(tests, what_is_read_twice_in_order_is_not_fused_either);
    tcase_add_test(tests, loops_of_other_extents_are_not_fused);
    tcase_add_test(tests, a_loop_with_two_results_stays);
    tcase_add_test(tests, a_round_reads_what_the_one_before_has_made);
    tcase_add_test(tests, the_comment_names_what_was_fused);
    suite_add_tcase(suite, tests);
    return suite;
}
