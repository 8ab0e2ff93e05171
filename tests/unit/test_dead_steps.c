/* test_dead_steps.c: steps whose results nothing reads are gone; all others stay. */
#include "run_steps.h"

#include "lower/dead_steps.h"
#include "lower/lower.h"
#include "op/op.h"

#include <check.h>

Suite *dead_steps_suite(void);

static Node *node;
static Graph *graph;
static Value *a, *b, *y;

static Value *vector(const char *name)
{
    return value_typed(graph, foreign(name), DT_FLOAT, &(Shape){.rank = 1, .dim[0] = dim_const(4)});
}

static void setup(void)
{
    node = op_node("Test", "", 13);
    graph = node->graph;
    a = vector("a");
    b = vector("b");
    y = vector("y");
    y->is_output = true;
}

static void copy(Value *to, Value *from)
{
    step_copy(node, to, dim_const(0), from, dim_const(0), dim_const(16));
}

static void loop(Value *to, Value *from)
{
    Step *s = step_loop(node, &from->type.shape);
    Ref x = loop_read(s, from);
    loop_store(s, to, loop_apply(s, DT_FLOAT, "neg_f32", 1, &x));
}

static void call(Value *to, Value *from)
{
    Step *s = step_call(node, "softmax_f32");
    arg_in(s, "x", from);
    arg_out(s, "y", to);
}

static void expect_left(const char *steps)
{
    remove_dead_steps(graph);
    ck_steps(node->graph->model, steps);
}

START_TEST(what_outputs_are_made_of_stays)
{
    loop(a, vector("x"));
    call(b, a);
    copy(y, b);
    expect_left("neg_f32 softmax_f32 copy");
}
END_TEST

START_TEST(what_nothing_reads_is_gone_with_all_that_led_to_it)
{
    loop(a, vector("x"));
    call(b, a);
    copy(vector("c"), b);
    step_store(node, vector("d"), dim_const(1));
    expect_left("");
}
END_TEST

START_TEST(what_one_of_two_reads_stays)
{
    loop(a, vector("x"));
    copy(b, a);
    copy(y, a);
    expect_left("neg_f32 copy");
}
END_TEST

START_TEST(a_step_with_one_result_that_is_read_stays)
{
    Step *s = step_loop(node, &a->type.shape);
    Ref x = loop_read(s, vector("x")), result = loop_apply(s, DT_FLOAT, "neg_f32", 1, &x);
    loop_store(s, a, result);
    loop_store(s, b, result);
    copy(y, b);
    expect_left("neg_f32 copy");
}
END_TEST

START_TEST(a_kernel_that_may_refuse_its_values_stays)
{
    /* gather checks its indices: the run function returns what it says */
    step_call(node, "gather_b4_i64");
    Step *s = graph->steps[0];
    ck_assert_int_eq(s->call.kernel->signature[0], 'i');
    arg_out(s, "y", a);
    expect_left("gather_b4_i64");
}
END_TEST

START_TEST(a_kernel_that_counts_stays)
{
    Step *s = step_call(node, "softmax_f32");
    arg_symbol(s, "x", dim_symbol(foreign("count"), 0, 9));
    arg_out(s, "y", a);
    expect_left("softmax_f32");
}
END_TEST

START_TEST(control_flow_and_readings_stay)
{
    Dim i = dim_symbol(foreign("i"), 0, 9);
    step_for(node, i, dim_const(3));
    step_set(node, i, dim_const(1));
    step_read(node, a, dim_const(0), 0, 9);
    step_if(node, b);
    step_else(node);
    step_end(node);
    step_end(node);
    expect_left("for set read if else end end");
}
END_TEST

START_TEST(what_decides_a_branch_or_a_loop_is_read)
{
    loop(a, vector("x"));
    step_if(node, a);
    step_end(node);
    loop(b, vector("z"));
    step_for(node, dim_symbol(foreign("i"), 0, 9), NULL)->condition = b;
    step_end(node);
    expect_left("neg_f32 if end neg_f32 for end");
}
END_TEST

START_TEST(what_only_a_dead_step_of_the_next_round_reads_is_gone)
{
    /* the first step's result is never read, so the second one's isn't either */
    step_for(node, dim_symbol(foreign("i"), 0, 9), dim_const(3));
    loop(a, b);
    loop(b, vector("x"));
    step_end(node);
    expect_left("for end");
}
END_TEST

START_TEST(what_rounds_hand_on_to_each_other_stays)
{
    step_for(node, dim_symbol(foreign("i"), 0, 9), dim_const(3));
    loop(a, b);
    loop(b, a);
    step_end(node);
    expect_left("for neg_f32 neg_f32 end");
}
END_TEST

START_TEST(images_that_are_only_asked_for_their_size_are_not_computed)
{
    ck_steps(model_after(lower, "(float[n,4] x) => (y) { a = Exp(x) s = Shape(a) y = ConstantOfShape(s) }"),
             steps_text(model_after(lower, "(float[n,4] x) => (y) { s = Shape(x) y = ConstantOfShape(s) }")));
}
END_TEST

Suite *dead_steps_suite(void)
{
    Suite *suite = suite_create("dead_steps");
    TCase *tests = tcase_create("dead_steps");
    tcase_add_checked_fixture(tests, setup, op_free);
    tcase_add_test(tests, what_outputs_are_made_of_stays);
    tcase_add_test(tests, what_nothing_reads_is_gone_with_all_that_led_to_it);
    tcase_add_test(tests, what_one_of_two_reads_stays);
    tcase_add_test(tests, a_step_with_one_result_that_is_read_stays);
    tcase_add_test(tests, a_kernel_that_may_refuse_its_values_stays);
    tcase_add_test(tests, a_kernel_that_counts_stays);
    tcase_add_test(tests, control_flow_and_readings_stay);
    tcase_add_test(tests, what_decides_a_branch_or_a_loop_is_read);
    tcase_add_test(tests, what_only_a_dead_step_of_the_next_round_reads_is_gone);
    tcase_add_test(tests, what_rounds_hand_on_to_each_other_stays);
    tcase_add_test(tests, images_that_are_only_asked_for_their_size_are_not_computed);
    suite_add_tcase(suite, tests);
    return suite;
}
