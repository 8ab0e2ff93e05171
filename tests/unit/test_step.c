/* test_step.c: what steps read and write, the blocks they stand in, their arguments by name. */
#include "build.h"

#include "lower/lower.h"

#include <check.h>
#include <string.h>

Suite *step_suite(void);

static Model *model;
static Node *node;
static Value *a, *b, *c;

static Value *vector(const char *name, DType t)
{
    Shape shape = shape_const(1, (int64_t[]){4});
    return value_typed(model->graph, foreign(name), t, &shape);
}

static void setup(void)
{
    node = op_node("Test", "", 13);
    model = node->graph->model;
    a = vector("a", DT_FLOAT);
    b = vector("b", DT_FLOAT);
    c = vector("c", DT_FLOAT);
}

static Dim symbol(const char *name)
{
    return dim_symbol(foreign(name), 0, 9);
}

/* Steps of the graph so far. */
static Step *step(int i)
{
    return model->graph->steps[i];
}

/* "ab>c": reads a and b, writes c. */
static const char *accesses(const Step *s)
{
    const char *text = "";
    bool written = false;
    for (Access x = {0}; step_next(s, &x);) {
        const char *letter = is_called(x.value, "a") ? "a" : is_called(x.value, "b") ? "b" : "c";
        text = mem_printf("%s%s%s", text, x.written && !written ? ">" : "", letter);
        written = x.written;
    }
    return text;
}

/* -- accesses ---------------------------------------------------------------------------------- */

START_TEST(a_call_reads_and_writes_its_arguments)
{
    Step *s = step_call(node, "softmax_f32");
    arg_in(s, "x", a);
    arg_out(s, "y", b);
    arg_int(s, "outer", 1);
    arg_int(s, "n", 4);
    arg_int(s, "inner", 1);
    ck_assert_str_eq(accesses(s), "a>b");
    ck_assert_int_eq(step_reads(s, a), 1);
    ck_assert_int_eq(step_writes(s, a), 0);
    ck_assert_int_eq(step_reads(s, b), 0);
    ck_assert_int_eq(step_writes(s, b), 1);
}
END_TEST

START_TEST(a_call_may_read_a_value_twice_and_nothing_at_all)
{
    Step *s = step_call(node, "gemm_packed_f32");
    arg_in(s, "a", a);
    arg_in(s, "w", a);
    arg_in(s, "bias", NULL);
    arg_in(s, "add", b);
    arg_out(s, "y", c);
    ck_assert_str_eq(accesses(s), "aab>c");
    ck_assert_int_eq(step_reads(s, a), 2);
}
END_TEST

START_TEST(a_loop_reads_its_operands_and_writes_its_results)
{
    Step *s = step_loop(node, &a->type.shape);
    Ref sum = loop_apply(s, DT_FLOAT, "add_f32", 2, (Ref[]){loop_read(s, a), loop_read(s, b)});
    loop_store(s, c, sum);
    loop_store(s, b, sum);
    ck_assert_str_eq(accesses(s), "ab>cb");
    ck_assert_int_eq(step_writes(s, b), 1);
}
END_TEST

START_TEST(a_copy_reads_its_source)
{
    step_copy(node, b, dim_const(0), a, dim_const(0), dim_const(16));
    ck_assert_str_eq(accesses(step(0)), "a>b");
}
END_TEST

START_TEST(control_flow_reads_its_conditions)
{
    Rounds *r = step_for(node, symbol("i"), NULL);
    ck_assert_str_eq(accesses(step(0)), "");
    r->condition = a;
    ck_assert_str_eq(accesses(step(0)), "a");
    r->limit_in = b;
    ck_assert_str_eq(accesses(step(0)), "ab");
    step_if(node, c);
    ck_assert_str_eq(accesses(step(1)), "c");
    step_else(node);
    step_end(node);
    step_set(node, symbol("i"), dim_const(1));
    for (int i = 2; i < 5; i++) ck_assert_str_eq(accesses(step(i)), "");
}
END_TEST

START_TEST(readings_read_and_stores_write)
{
    step_read(node, a, dim_const(0), 0, 9);
    step_store(node, b, dim_const(1));
    ck_assert_str_eq(accesses(step(0)), "a");
    ck_assert_str_eq(accesses(step(1)), ">b");
}
END_TEST

/* -- symbols and arguments --------------------------------------------------------------------- */

START_TEST(steps_tell_the_symbols_they_set)
{
    Dim i = symbol("i");
    step_for(node, i, dim_const(3));
    step_set(node, i, dim_const(1));
    step_read(node, a, dim_const(0), 0, 9)->symbol = i;
    step_read(node, a, dim_const(0), 0, 9);
    step_copy(node, b, dim_const(0), a, dim_const(0), dim_const(16));
    for (int k = 0; k < 3; k++) {
        ck_assert_ptr_eq(step_symbol(step(k), 0), i);
        ck_assert_ptr_null(step_symbol(step(k), 1));
    }
    ck_assert_ptr_null(step_symbol(step(3), 0));
    ck_assert_ptr_null(step_symbol(step(4), 0));
}
END_TEST

START_TEST(a_call_may_set_several_symbols)
{
    Step *s = step_call(node, "softmax_f32");
    arg_symbol(s, "x", symbol("first"));
    arg_in(s, "y", a);
    s->call.args[2] = (Arg){.kind = ARG_SYMBOL, .number = symbol("second")};
    ck_assert_ptr_eq(step_symbol(s, 0), symbol("first"));
    ck_assert_ptr_eq(step_symbol(s, 1), symbol("second"));
    ck_assert_ptr_null(step_symbol(s, 2));
}
END_TEST

START_TEST(arguments_and_fields_have_names)
{
    Step *s = step_call(node, "gemm_packed_f32");
    arg_struct(s, "p", "struct gemm_packed");
    arg_field_int(s, "n", 5);
    arg_field_int(s, "y_row", 7);
    arg_out(s, "y", c);
    ck_assert_ptr_eq(step_arg(s, "y")->value, c);
    ck_assert_ptr_null(step_arg(s, "z"));
    ck_assert(dim_is(*step_field(s, "p", "n"), 5));
    ck_assert(dim_is(*step_field(s, "p", "y_row"), 7));
    ck_assert_ptr_null(*step_field(s, "p", "k"));
    ck_assert(step_calls(s, "gemm_packed_f32"));
    ck_assert(!step_calls(s, "gemm_packed"));
    step_store(node, b, dim_const(1));
    ck_assert(!step_calls(step(1), "gemm_packed_f32"));
}
END_TEST

START_TEST(a_copy_can_be_elided)
{
    Copy *copy = step_copy(node, b, dim_const(0), a, dim_const(0), dim_const(16));
    ck_assert(!step_is_elided(step(0)));
    copy->elided = true;
    ck_assert(step_is_elided(step(0)));
    step_store(node, b, dim_const(1));
    ck_assert(!step_is_elided(step(1)));
}
END_TEST

/* -- all steps --------------------------------------------------------------------------------- */

/* 0 store  1 for { 2 if { 3 store } 4 else { 5 store } 6 end  7 store } 8 end  9 store */
static void nested(void)
{
    step_store(node, a, dim_const(0));
    step_for(node, symbol("i"), dim_const(3));
    step_if(node, b);
    step_store(node, a, dim_const(0));
    step_else(node);
    step_store(node, a, dim_const(0));
    step_end(node);
    step_store(node, a, dim_const(0));
    step_end(node);
    step_store(node, a, dim_const(0));
    steps_index(model->graph);
}

START_TEST(steps_know_their_block)
{
    nested();
    const StepBlock *all = step(0)->block, *rounds = step(1)->opens, *taken = step(2)->opens, *other = step(4)->opens;
    ck_assert_ptr_null(all->opener);
    ck_assert_ptr_null(all->parent);
    ck_assert_ptr_eq(rounds->opener, step(1));
    ck_assert_ptr_eq(rounds->parent, all);
    ck_assert_ptr_eq(taken->parent, rounds);
    ck_assert_ptr_eq(other->parent, rounds);
    ck_assert_ptr_null(taken->branch_before);
    ck_assert_ptr_eq(other->branch_before, taken);
    /* the steps that bound a block stand in the one around it */
    const StepBlock *const expected[] = {all, all, rounds, taken, rounds, other, rounds, rounds, all, all};
    for (int i = 0; i < 10; i++) ck_assert_msg(step(i)->block == expected[i], "step %d", i);
    ck_assert_ptr_eq(step(4)->ends, taken);
    ck_assert_ptr_eq(step(6)->ends, other);
    ck_assert_ptr_eq(step(8)->ends, rounds);
    ck_assert_ptr_null(step(3)->ends);
    ck_assert_ptr_null(step(6)->opens);
}
END_TEST

START_TEST(blocks_know_where_they_begin_and_end)
{
    nested();
    const StepBlock *all = step(0)->block, *rounds = step(1)->opens, *taken = step(2)->opens, *other = step(4)->opens;
    const StepBlock *const blocks[] = {all, rounds, taken, other};
    const int first[] = {-1, 1, 2, 4}, last[] = {10, 8, 4, 6}, end[] = {10, 8, 6, 6};
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(blocks[i]->first, first[i]);
        ck_assert_int_eq(blocks[i]->last, last[i]);
        ck_assert_int_eq(blocks[i]->end, end[i]);
    }
    ck_assert(block_is_within(taken, rounds) && block_is_within(taken, all) && block_is_within(all, all));
    ck_assert(!block_is_within(rounds, taken) && !block_is_within(taken, other));
}
END_TEST

START_TEST(edges_count_the_bounds_of_blocks_before_a_step)
{
    nested();
    const int edges[] = {0, 0, 1, 2, 2, 3, 3, 4, 4, 5};
    for (int i = 0; i < 10; i++) {
        ck_assert_int_eq(step(i)->edges, edges[i]);
        ck_assert_int_eq(step(i)->at, i);
    }
}
END_TEST

START_TEST(values_know_who_uses_them)
{
    step_copy(node, b, dim_const(0), a, dim_const(0), dim_const(16));
    step_copy(node, c, dim_const(0), a, dim_const(0), dim_const(16));
    step_copy(node, c, dim_const(0), b, dim_const(0), dim_const(16));
    for (int again = 0; again < 2; again++) {
        steps_index(model->graph);
        ck_assert_int_eq(a->uses.reads, 2);
        ck_assert_int_eq(a->uses.writes, 0);
        ck_assert_int_eq(c->uses.reads, 0);
        ck_assert_int_eq(c->uses.writes, 2);
        ck_assert_int_eq(b->uses.count, 2);
        ck_assert_ptr_eq(b->uses.items[0].step, step(0));
        ck_assert(b->uses.items[0].written);
        ck_assert_ptr_eq(b->uses.items[1].step, step(2));
        ck_assert(!b->uses.items[1].written);
    }
}
END_TEST

static bool is_store(const Step *s, void *context)
{
    ++*(int *)context;
    return s->kind == STEP_STORE;
}

START_TEST(dropped_steps_leave_the_others_in_order)
{
    int asked = 0;
    nested();
    steps_drop(model->graph, is_store, &asked);
    ck_assert_int_eq(asked, 10);
    ck_steps(model, "for if else end end");
}
END_TEST

Suite *step_suite(void)
{
    Suite *suite = suite_create("step");
    TCase *tests = tcase_create("step");
    tcase_add_checked_fixture(tests, setup, op_free);
    tcase_add_test(tests, a_call_reads_and_writes_its_arguments);
    tcase_add_test(tests, a_call_may_read_a_value_twice_and_nothing_at_all);
    tcase_add_test(tests, a_loop_reads_its_operands_and_writes_its_results);
    tcase_add_test(tests, a_copy_reads_its_source);
    tcase_add_test(tests, control_flow_reads_its_conditions);
    tcase_add_test(tests, readings_read_and_stores_write);
    tcase_add_test(tests, steps_tell_the_symbols_they_set);
    tcase_add_test(tests, a_call_may_set_several_symbols);
    tcase_add_test(tests, arguments_and_fields_have_names);
    tcase_add_test(tests, a_copy_can_be_elided);
    tcase_add_test(tests, steps_know_their_block);
    tcase_add_test(tests, blocks_know_where_they_begin_and_end);
    tcase_add_test(tests, edges_count_the_bounds_of_blocks_before_a_step);
    tcase_add_test(tests, values_know_who_uses_them);
    tcase_add_test(tests, dropped_steps_leave_the_others_in_order);
    suite_add_tcase(suite, tests);
    return suite;
}
