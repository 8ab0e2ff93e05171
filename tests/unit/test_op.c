/* test_op.c: the vocabulary that operators are written in. */
#include "run_op.h"

#include "op/op.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

Suite *op_suite(void);

static Model *model;
static Node *node;

/* Each test runs in a process of its own; what the model is told off for is not this suite's output. */
static void setup(void)
{
    if (!freopen("/dev/null", "w", stderr)) ck_abort_msg("no /dev/null");
    model = mem_alloc(sizeof *model);
    model->options.target = target_portable;
    model->path = foreign("test.onnx");
    model->graph = graph_new(model, NULL, foreign("test"));
    node = node_new(model->graph, foreign("test"), "Test", "", 13);
    graph_append(model->graph, node);
}

static void teardown(void)
{
    dim_reset();
    mem_free_all();
}

static Shape shape2(Dim a, Dim b)
{
    return shape_of(2, (Dim[]){a, b});
}

static Value *input(const char *name, DType dtype, Shape shape)
{
    Value *v = value_typed(model->graph, foreign(name), dtype, &shape);
    node_add_input(node, v);
    return v;
}

/* -- reading ----------------------------------------------------------------------------------- */

START_TEST(trailing_omitted_inputs_do_not_count)
{
    input("x", DT_FLOAT, shape_scalar());
    node_add_input(node, NULL);
    node_add_output(node, value_new(model->graph, foreign("y")));
    ck_assert(need_counts(node, 1, 1, 1, 1));
    ck_assert(!need_counts(node, 2, 2, 1, 1));
    ck_assert(!need_counts(node, 1, 1, 2, 2));
    ck_assert_int_eq(model->errors, 2);
}
END_TEST

START_TEST(required_inputs_may_not_be_omitted)
{
    node_add_input(node, NULL);
    input("x", DT_FLOAT, shape_scalar());
    ck_assert(!need_counts(node, 1, 2, 0, -1));
    ck_assert(need_counts(node, 0, 2, 0, -1));
}
END_TEST

START_TEST(axes_count_from_either_end)
{
    ck_assert_int_eq(normalize_axis(node, -1, 3), 2);
    ck_assert_int_eq(normalize_axis(node, 2, 3), 2);
    ck_assert_int_eq(normalize_axis(node, 3, 3), -1);
    ck_assert_int_eq(normalize_axis(node, -4, 3), -1);
    ck_assert_int_eq(normalize_axis(node, 0, 0), -1);
    ck_assert_int_eq(model->errors, 3);
}
END_TEST

START_TEST(attributes_of_another_type_are_errors)
{
    attr_set_float(node, "axis", 1);
    ck_assert_int_eq(attr_int(node, "axis", 7), 7);
    ck_assert_int_eq(model->errors, 1);
    attr_set_int(node, "axis", 2);
    ck_assert_int_eq(attr_int(node, "axis", 7), 2);
    attr_remove(node, "axis");
    ck_assert_int_eq(attr_int(node, "axis", 7), 7);
    ck_assert_int_eq(model->errors, 1);
}
END_TEST

START_TEST(setting_an_attribute_leaves_nodes_that_share_the_list_alone)
{
    Node other = *node;
    attr_set_int(node, "axis", 1);
    other.attrs = node->attrs;
    other.n_attrs = node->n_attrs;
    attr_set_int(node, "axis", 2);
    ck_assert_int_eq(attr_int(&other, "axis", 0), 1);
}
END_TEST

START_TEST(integers_are_known_from_data_and_from_expressions)
{
    const int32_t data[] = {4, -1};
    Dim n = dim_symbol(foreign("n"), 1, 8), *dims;
    int64_t *ints;
    input("constant", DT_INT32, shape_const(1, (int64_t[]){2}))->data = data;
    input("computed", DT_INT64, shape_const(1, (int64_t[]){1}))->elements = &n;
    input("unknown", DT_INT64, shape_const(1, (int64_t[]){1}));
    ck_assert_int_eq(known_dims(node->in[0], &dims), 2);
    ck_assert(dim_is(dims[0], 4) && dim_is(dims[1], -1));
    ck_assert_int_eq(known_dims(node->in[1], &dims), 1);
    ck_assert_ptr_eq(dims[0], n);
    ck_assert_int_eq(known_dims(node->in[2], &dims), -1);
    ck_assert_int_eq(need_ints(node, 0, &ints), 2);
    ck_assert_int_eq(model->errors, 0);
    ck_assert_int_eq(need_ints(node, 1, &ints), -1);
    ck_assert_int_eq(model->errors, 1);
}
END_TEST

/* -- shapes ------------------------------------------------------------------------------------ */

START_TEST(ones_and_missing_dimensions_broadcast)
{
    Dim n = dim_symbol(foreign("n"), 1, 8);
    Shape a = shape2(n, dim_const(1)), b = shape_of(1, (Dim[]){dim_const(5)}), result;
    ck_assert(broadcast_shapes(node, &a, &b, &result));
    ck_assert_str_eq(shown(shape_text(&result)), "[n,5]");
    ck_assert_int_eq(model->n_assumptions, 0);
}
END_TEST

START_TEST(different_constants_do_not_broadcast)
{
    Shape a = shape_const(1, (int64_t[]){3}), b = shape_const(1, (int64_t[]){4}), result;
    ck_assert(!broadcast_shapes(node, &a, &b, &result));
    ck_assert_int_eq(model->errors, 1);
}
END_TEST

START_TEST(a_symbol_beside_a_constant_is_assumed_to_be_it)
{
    Dim n = dim_symbol(foreign("n"), 1, 8);
    Shape a = shape_of(1, &n), b = shape_const(1, (int64_t[]){8}), result;
    ck_assert(broadcast_shapes(node, &a, &b, &result) && broadcast_shapes(node, &b, &a, &result));
    ck_assert(dim_is(result.dim[0], 8));
    ck_assert_int_eq(model->n_assumptions, 1);
    Shape beyond = shape_const(1, (int64_t[]){9});
    ck_assert(!broadcast_shapes(node, &a, &beyond, &result));
}
END_TEST

START_TEST(different_symbols_are_assumed_to_be_equal)
{
    Dim n = dim_symbol(foreign("n"), 1, 8), k = dim_symbol(foreign("k"), 1, 8);
    Shape a = shape_of(1, &n), b = shape_of(1, &k), result;
    ck_assert(broadcast_shapes(node, &a, &b, &result) && result.dim[0] == n);
    ck_assert(broadcast_shapes(node, &b, &a, &result));
    ck_assert_int_eq(model->n_assumptions, 1);
    Dim beyond = dim_symbol(foreign("beyond"), 9, 12);
    b = shape_of(1, &beyond);
    ck_assert(!broadcast_shapes(node, &a, &b, &result));
}
END_TEST

START_TEST(equality_is_refused_only_if_impossible)
{
    Dim n = dim_symbol(foreign("n"), 1, 8), k = dim_symbol(foreign("k"), 1, 8);
    ck_assert(need_equal(node, n, n, "sizes"));
    ck_assert_int_eq(model->n_assumptions, 0);
    ck_assert(need_equal(node, n, k, "sizes"));
    ck_assert_int_eq(model->n_assumptions, 1);
    ck_assert(!need_equal(node, n, dim_add(n, dim_const(1)), "sizes"));
    ck_assert(!need_equal(node, n, dim_const(0), "sizes"));
    ck_assert_int_eq(model->errors, 2);
}
END_TEST

/* -- new nodes --------------------------------------------------------------------------------- */

START_TEST(new_nodes_stand_before_the_one_they_replace)
{
    Value *x = input("x", DT_FLOAT, shape_scalar()), *y = value_new(model->graph, foreign("y"));
    node_add_output(node, y);
    Value *square = make2(node, "Mul", x, x, NULL);
    make1(node, "Neg", square, y);
    Graph *g = model->graph;
    ck_assert_int_eq(g->n_nodes, 3);
    ck_assert_str_eq(shown(graph_node(g, 0)->op_type), "Mul");
    ck_assert_str_eq(shown(graph_node(g, 1)->op_type), "Neg");
    ck_assert_ptr_eq(graph_node(g, 2), node);
    ck_assert_ptr_eq(y->producer, graph_node(g, 1));
    ck_assert_str_eq(shown(square->name), "test/Mul");
    ck_assert_int_eq(graph_node(g, 0)->opset, 23);
}
END_TEST

/* -- steps ------------------------------------------------------------------------------------- */

static bool strides_are(const LoopOperand *o, int rank, const int64_t *expected)
{
    for (int d = 0; d < rank; d++)
        if (!dim_is(o->stride[d], expected[d])) return false;
    return true;
}

START_TEST(loops_read_with_the_strides_that_broadcast)
{
    Shape shape = shape_const(3, (int64_t[]){2, 3, 4});
    Value *all = input("all", DT_FLOAT, shape), *rows = input("rows", DT_FLOAT, shape_const(2, (int64_t[]){3, 1}));
    Value *one = input("one", DT_FLOAT, shape_scalar());
    Step *s = step_loop(node, &shape);
    ck_assert_int_eq(loop_read(s, all).index, 0);
    ck_assert_int_eq(loop_read(s, rows).index, 1);
    ck_assert_int_eq(loop_read(s, one).index, 2);
    ck_assert_int_eq(loop_read(s, all).index, 0); /* the same once more */
    ck_assert_int_eq(s->loop->n_operands, 3);
    ck_assert(strides_are(&s->loop->operands[0], 3, (int64_t[]){12, 4, 1}));
    ck_assert(strides_are(&s->loop->operands[1], 3, (int64_t[]){0, 1, 0}));
    ck_assert(strides_are(&s->loop->operands[2], 3, (int64_t[]){0, 0, 0}));
}
END_TEST

START_TEST(a_view_of_packed_elements_copies_whole_bytes)
{
    input("x", DT_INT4, shape_const(1, (int64_t[]){3}));
    node_add_output(node, value_typed(model->graph, foreign("y"), DT_INT4, &node->in[0]->type.shape));
    lower_as_view(node);
    ck_assert(dim_is(model->graph->steps[0]->copy.bytes, 2));
}
END_TEST

static bool exists(const char *domain, const char *op_type)
{
    return op_exists(node_new(model->graph, foreign(""), op_type, domain, 1));
}

START_TEST(operators_are_found_by_the_newest_row_that_is_not_too_new)
{
    const Op *op = op_find("", "Identity", 13);
    ck_assert_ptr_nonnull(op);
    ck_assert(op->since <= 13);
    ck_assert_ptr_eq(op_find("ai.onnx", "Identity", 13), op);
    ck_assert_ptr_null(op_find("", "Identity", 0));
    ck_assert(exists("", "Identity") && !exists("", "Identit") && !exists("com.example", "Identity"));
}
END_TEST

START_TEST(the_compilers_own_operators_are_not_found_by_name)
{
    ck_assert_ptr_null(op_find(OWN_DOMAIN, "ListMake", 1));
    ck_assert(!exists(OWN_DOMAIN, "ListMake"));
    node->op_type = foreign("ListMake");
    become_own(node);
    ck_assert_ptr_eq(node->own, op_own(foreign("ListMake")));
    ck_assert_ptr_eq(node_like(node->graph, node)->own, node->own);
}
END_TEST

START_TEST(the_compilers_own_attributes_are_others_than_those_of_the_model)
{
    const int64_t numbers[] = {3, 1}, *found;
    attr_set_int(node, "unroll", 7);
    ck_assert_int_eq(own_int(node, "unroll", 0), 0);
    own_set_int(node, "unroll", 9);
    ck_assert_int_eq(own_int(node, "unroll", 0), 9);
    ck_assert_int_eq(attr_int(node, "unroll", 0), 7);
    attr_remove(node, "unroll");
    ck_assert_ptr_null(attr_find(node, "unroll"));
    ck_assert_int_eq(own_int(node, "unroll", 0), 9);
    ck_assert_int_eq(own_ints(node, "axes", &found), -1);
    own_set_ints(node, "axes", 2, numbers);
    ck_assert_int_eq(own_ints(node, "axes", &found), 2);
    ck_assert_int_eq(found[1], 1);
}
END_TEST

Suite *op_suite(void)
{
    Suite *suite = suite_create("op");
    TCase *tests = tcase_create("op");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, trailing_omitted_inputs_do_not_count);
    tcase_add_test(tests, required_inputs_may_not_be_omitted);
    tcase_add_test(tests, axes_count_from_either_end);
    tcase_add_test(tests, attributes_of_another_type_are_errors);
    tcase_add_test(tests, setting_an_attribute_leaves_nodes_that_share_the_list_alone);
    tcase_add_test(tests, integers_are_known_from_data_and_from_expressions);
    tcase_add_test(tests, ones_and_missing_dimensions_broadcast);
    tcase_add_test(tests, different_constants_do_not_broadcast);
    tcase_add_test(tests, a_symbol_beside_a_constant_is_assumed_to_be_it);
    tcase_add_test(tests, different_symbols_are_assumed_to_be_equal);
    tcase_add_test(tests, equality_is_refused_only_if_impossible);
    tcase_add_test(tests, new_nodes_stand_before_the_one_they_replace);
    tcase_add_test(tests, loops_read_with_the_strides_that_broadcast);
    tcase_add_test(tests, a_view_of_packed_elements_copies_whole_bytes);
    tcase_add_test(tests, operators_are_found_by_the_newest_row_that_is_not_too_new);
    tcase_add_test(tests, the_compilers_own_operators_are_not_found_by_name);
    tcase_add_test(tests, the_compilers_own_attributes_are_others_than_those_of_the_model);
    suite_add_tcase(suite, tests);
    return suite;
}
