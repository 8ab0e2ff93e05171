/* test_check.c: each invariant of graphs and steps, once it is broken, is found. */
#include "test_check.h"

Suite *check_suite(void);

static Node *first_node(Model *m)
{
    return graph_node(m->graph, 0);
}

static Step *first(Model *m, StepKind kind)
{
    return step_of_kind(m, kind, 0);
}

/* -- graphs and types -------------------------------------------------------------------------- */

static void no_type(Model *m)
{
    value(m, "a")->type.dtype = DT_UNDEFINED;
}

static void no_such_type(Model *m)
{
    value(m, "a")->type.dtype = DT_COUNT;
}

static void no_shape(Model *m)
{
    value(m, "a")->type.shape.rank = -1;
}

static void too_many_axes(Model *m)
{
    value(m, "a")->type.shape.rank = MAX_RANK + 1;
}

static void no_size(Model *m)
{
    value(m, "a")->type.shape.dim[1] = NULL;
}

static void no_size_of_input(Model *m)
{
    value(m, "x")->type.shape.dim[0] = NULL;
}

static void no_element_type(Model *m)
{
    value(m, "a")->type.kind = KIND_SEQUENCE;
}

static void no_operator(Model *m)
{
    first_node(m)->op = NULL;
}

static void used_too_early(Model *m)
{
    Graph *g = m->graph;
    Node *moved = graph_node(g, 0);
    graph_remove(moved);
    graph_append(g, moved);
}

static void defined_twice(Model *m)
{
    Node *again = node_new(m->graph, foreign("again"), "Exp", "", 23);
    node_add_input(again, value(m, "x"));
    node_add_output(again, value(m, "a"));
    again->op = op_find("", "Exp", 23);
    value(m, "a")->producer = first_node(m);
    graph_append(m->graph, again);
}

static void other_producer(Model *m)
{
    value(m, "a")->producer = maker_of(m, "b");
}

static void value_of_another_graph(Model *m)
{
    value(m, "a")->graph = graph_new(m, m->graph, foreign("other"));
}

static void node_of_another_graph(Model *m)
{
    first_node(m)->graph = graph_new(m, m->graph, foreign("other"));
}

static void output_of_nothing(Model *m)
{
    Value *v = value_typed(m->graph, foreign("nothing"), DT_FLOAT, &value(m, "a")->type.shape);
    m->graph->outputs[0] = v;
}

static void wrong_within(Model *m)
{
    value(m, "u")->producer = NULL;
}

static void read_in_secret(Model *m)
{
    first_node(m)->in[0] = value(m, "w");
}

static void output_in_secret(Model *m)
{
    m->graph->outputs[0] = value(m, "a");
}

static void read_once_for_twice(Model *m)
{
    value(m, "a")->n_readers--;
}

static void reader_that_is_gone(Model *m)
{
    Node *n = maker_of(m, "b");
    n->n_in--;
}

static void linked_one_way(Model *m)
{
    maker_of(m, "b")->before = NULL;
}

static const Breach of_graphs[] = {
    {no_type, "\"a\" has no type"},
    {no_such_type, "\"a\" has no type"},
    {no_shape, "\"a\" has no shape"},
    {too_many_axes, "\"a\" has no shape"},
    {no_size, "\"a\" has an unknown dimension"},
    {no_size_of_input, "\"x\" has an unknown dimension"},
    {no_element_type, "\"a\" has no element type"},
    {no_operator, "node \"/a\" (Softmax): has no operator"},
    {used_too_early, "\"a\" is used before it is defined"},
    {defined_twice, "\"a\" is defined twice"},
    {other_producer, "\"a\" has another producer"},
    {value_of_another_graph, "\"a\" belongs to another graph"},
    {node_of_another_graph, "a node belongs to another graph"},
    {output_of_nothing, "\"nothing\" is an output, but nothing makes it"},
    {wrong_within, "\"u\" has another producer"},
    {read_in_secret, "node \"/a\" (Softmax): \"w\" takes one reader for another"},
    {output_in_secret, "\"a\" takes one reader for another"},
    {read_once_for_twice, "\"a\" doesn't know one of its readers"},
    {reader_that_is_gone, "values know readers that are gone"},
    {linked_one_way, "node \"/a\" (Softmax): is not well linked"},
};

/* -- steps ------------------------------------------------------------------------------------- */

static void call_of_nothing(Model *m)
{
    first(m, STEP_CALL)->call.kernel = NULL;
}

static void argument_missing(Model *m)
{
    first(m, STEP_CALL)->call.n_args--;
}

static void argument_not_given(Model *m)
{
    step_arg(first(m, STEP_CALL), "n")->kind = ARG_NONE;
}

static void number_for_a_pointer(Model *m)
{
    *step_arg(first(m, STEP_CALL), "x") = (Arg){.kind = ARG_INT, .number = dim_const(1)};
}

static void real_for_an_integer(Model *m)
{
    step_arg(first(m, STEP_CALL), "n")->kind = ARG_REAL;
}

static void pointer_for_an_integer(Model *m)
{
    step_arg(first(m, STEP_CALL), "n")->kind = ARG_NULL;
}

static void structure_for_a_pointer(Model *m)
{
    step_arg(first(m, STEP_CALL), "x")->kind = ARG_STRUCT;
}

static void loop_without_extent(Model *m)
{
    first(m, STEP_LOOP)->loop->rank = -1;
}

static void loop_of_unknown_function(Model *m)
{
    first(m, STEP_LOOP)->loop->ops[0].function = "nothing_f32";
}

static void loop_of_operands_it_has_not(Model *m)
{
    first(m, STEP_LOOP)->loop->ops[0].args[0].index = 1;
}

static void loop_of_results_to_come(Model *m)
{
    first(m, STEP_LOOP)->loop->ops[0].args[0] = (Ref){.kind = REF_RESULT_OF, .index = 0};
}

static void loop_of_a_result_it_has_not(Model *m)
{
    first(m, STEP_LOOP)->loop->results[0].op = 1;
}

static void read_before_written(Model *m)
{
    step_arg(first(m, STEP_CALL), "x")->value = value(m, "b");
}

static void input_written(Model *m)
{
    step_arg(first(m, STEP_CALL), "y")->value = value(m, "x");
}

static void constant_written(Model *m)
{
    value(m, "b")->data = "1234567890123456789012345678901234567890123456789012345678901234567890";
}

static void output_not_written(Model *m)
{
    m->graph->n_steps--;
}

/* -- symbols ----------------------------------------------------------------------------------- */

static Dim unset(Model *m)
{
    return local_symbol(first_node(m), foreign("later"), 0, 9);
}

static void size_not_set(Model *m)
{
    step_arg(first(m, STEP_CALL), "n")->number = unset(m);
}

static void offset_not_set(Model *m)
{
    step_arg(first(m, STEP_CALL), "x")->offset = unset(m);
}

static void extent_not_set(Model *m)
{
    first(m, STEP_LOOP)->loop->extent[0] = unset(m);
}

static void stride_not_set(Model *m)
{
    first(m, STEP_LOOP)->loop->operands[0].stride[1] = unset(m);
}

static void operands_offset_not_set(Model *m)
{
    first(m, STEP_LOOP)->loop->operands[0].offset = unset(m);
}

static void results_offset_not_set(Model *m)
{
    first(m, STEP_LOOP)->loop->results[0].offset = unset(m);
}

/* A step put in front of all others that uses it. */
static Step *in_front(Model *m, StepKind kind)
{
    Graph *g = m->graph;
    Step *s = step_new(first_node(m), kind);
    step_append(g, s);
    memmove(g->steps + 1, g->steps, (size_t)(g->n_steps - 1) * sizeof *g->steps);
    return g->steps[0] = s;
}

static void copied_bytes_not_set(Model *m)
{
    Value *to = value_typed(m->graph, foreign("to"), DT_FLOAT, &value(m, "x")->type.shape);
    to->storage = to;
    in_front(m, STEP_COPY)->copy = (Copy){.source = value(m, "x"),
                                          .target = to,
                                          .source_offset = dim_const(0),
                                          .target_offset = dim_const(0),
                                          .bytes = unset(m)};
}

static void rounds_not_set(Model *m)
{
    Dim limit = unset(m);
    in_front(m, STEP_END);
    in_front(m, STEP_FOR)->rounds = (Rounds){.symbol = local_symbol(first_node(m), foreign("i"), 0, 9), .limit = limit};
}

static void number_not_set(Model *m)
{
    Dim number = unset(m);
    in_front(m, STEP_SET)->set = (Assignment){local_symbol(first_node(m), foreign("copy"), 0, 9), number};
}

static void index_not_set(Model *m)
{
    in_front(m, STEP_READ)->read = (Reading){.source = value(m, "x"), .index = unset(m)};
}

static void stored_not_set(Model *m)
{
    Value *to = value_typed(m->graph, foreign("to"), DT_INT64, &(Shape){.rank = 0});
    to->storage = to;
    in_front(m, STEP_STORE)->store = (Storing){to, unset(m)};
}

static void field_not_set(Model *m)
{
    *step_field(step_calling(m, "gemm_packed_f32"), "p", "k") = unset(m);
}

#define SYMBOL "later is used before it is set"

static const Breach of_steps[] = {
    {call_of_nothing, "a call without a kernel"},
    {argument_missing, "softmax_f32 takes 5 arguments, not 4"},
    {argument_not_given, "softmax_f32 has no argument that fits for n"},
    {number_for_a_pointer, "softmax_f32 has no argument that fits for x"},
    {real_for_an_integer, "softmax_f32 has no argument that fits for n"},
    {pointer_for_an_integer, "softmax_f32 has no argument that fits for n"},
    {structure_for_a_pointer, "softmax_f32 has no argument that fits for x"},
    {loop_without_extent, "a loop without extent"},
    {loop_of_unknown_function, "there is no function nothing_f32"},
    {loop_of_operands_it_has_not, "a loop refers to what it doesn't have"},
    {loop_of_results_to_come, "a loop refers to what it doesn't have"},
    {loop_of_a_result_it_has_not, "a loop stores what it doesn't compute"},
    {read_before_written, "\"b\" is read before it is written"},
    {input_written, "\"x\" is written, but is no result"},
    {constant_written, "\"b\" is written, but is no result"},
    {output_not_written, "\"y\" is an output, but no step writes it"},
    {size_not_set, SYMBOL},
    {offset_not_set, SYMBOL},
    {extent_not_set, SYMBOL},
    {stride_not_set, SYMBOL},
    {operands_offset_not_set, SYMBOL},
    {results_offset_not_set, SYMBOL},
    {copied_bytes_not_set, SYMBOL},
    {rounds_not_set, SYMBOL},
    {number_not_set, SYMBOL},
    {index_not_set, SYMBOL},
    {stored_not_set, SYMBOL},
    {field_not_set, SYMBOL},
};

/* -- runs -------------------------------------------------------------------------------------- */

START_TEST(what_is_right_is_not_complained_about)
{
    Ended e = test_process(run_check, model_after(plan, text));
    ck_assert_str_eq(e.said, "");
    ck_assert_int_eq(e.status, 0);
}
END_TEST

START_TEST(broken_graphs_are_found)
{
    expect_found(&of_graphs[_i]);
}
END_TEST

START_TEST(broken_steps_are_found)
{
    expect_found(&of_steps[_i]);
}
END_TEST

START_TEST(what_is_not_promised_yet_is_not_asked_for)
{
    Model *m = model_of("(float[2,8] x) => (y) { y = Softmax(x) }");
    check(m, "load", HOLDS_GRAPH); /* y has no type yet, nodes have no operator */
    run_to(m, lower);
    m->graph->outputs[0]->storage_offset = 99;
    check(m, "lower", HOLDS_GRAPH | HOLDS_TYPES | HOLDS_STEPS);
}
END_TEST

Suite *check_suite(void)
{
    Suite *suite = suite_create("check");
    TCase *tests = tcase_create("check");
    tcase_add_checked_fixture(tests, NULL, op_free);
    tcase_add_test(tests, what_is_right_is_not_complained_about);
    tcase_add_loop_test(tests, broken_graphs_are_found, 0, COUNT(of_graphs));
    tcase_add_loop_test(tests, broken_steps_are_found, 0, COUNT(of_steps));
    tcase_add_test(tests, what_is_not_promised_yet_is_not_asked_for);
    suite_add_tcase(suite, tests);
    return suite;
}
