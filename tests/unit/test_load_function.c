/* test_load_function.c: calls of functions of the model become their nodes. */
#include "encode.h"

#include "build.h"
#include "load/load.h"

#include <check.h>

Suite *load_function_suite(void);

#define X field_info(GRAPH_INPUT, "x", DT_FLOAT, "2,3")
#define Z field_info(GRAPH_INPUT, "z", DT_FLOAT, "2,3")
#define Y field_info(GRAPH_OUTPUT, "y", DT_FLOAT, NULL)

#define function(name, ...) \
    field_message(MODEL_FUNCTION, field_text(FUNCTION_NAME, name), field_text(FUNCTION_DOMAIN, "f"), \
                  field_message(FUNCTION_OPSET, field_int(OPSET_VERSION, 20)), __VA_ARGS__)
#define function_node(words) field_node(FUNCTION_NODE, words, NO_FIELD)
#define takes(name) field_text(FUNCTION_INPUT, name)
#define gives(name) field_text(FUNCTION_OUTPUT, name)

static Bytes calling(const char *call, Bytes functions)
{
    return model_bytes(together(field_text(GRAPH_NAME, "g"), X, Z, field_node(GRAPH_NODE, call, NO_FIELD), Y),
                       functions);
}

START_TEST(calls_of_functions_become_their_nodes)
{
    const Model *m = expect_loaded(
        calling("f::Twice x z > y", function("Twice", takes("a"), takes("b"), gives("c"), function_node("Add a b > t"),
                                             function_node("Neg t > c"))));
    ck_nodes(m, "Add Neg");
    ck_assert_ptr_eq(graph_node(m->graph, 0)->in[1], value_called(m, "z"));
    ck_assert_ptr_eq(graph_node(m->graph, 1)->out[0], value_called(m, "y"));
    ck_assert_int_eq(graph_node(m->graph, 0)->opset, 20); /* the function's */
}
END_TEST

START_TEST(functions_call_one_another)
{
    const Model *m = expect_loaded(
        calling("f::Outer x > y", together(function("Outer", takes("a"), gives("c"), function_node("f::Inner a > b"),
                                                    function_node("f::Inner b > c")),
                                           function("Inner", takes("a"), gives("c"), function_node("Exp a > b"),
                                                    function_node("Neg b > c")))));
    ck_nodes(m, "Exp Neg Exp Neg");
    expect_refused(calling("f::Loop x > y", function("Loop", takes("a"), gives("c"), function_node("f::Loop a > c"))),
                   "the function calls itself");
}
END_TEST

START_TEST(inputs_that_functions_hand_through_are_copied)
{
    ck_nodes(expect_loaded(calling("f::Same x > y", function("Same", takes("a"), gives("a")))), "Identity");
    expect_refused(calling("f::None x > y", function("None", takes("a"), gives("c"))),
                   "output \"c\" is not made by the function");
}
END_TEST

START_TEST(inputs_that_a_call_omits_are_omitted_within)
{
    const Model *m = expect_loaded(calling("f::Bound x > y", function("Bound", takes("a"), takes("b"), gives("c"),
                                                                      function_node("Clip a b > c"))));
    ck_assert(graph_node(m->graph, 0)->n_in == 2 && !graph_node(m->graph, 0)->in[1]);
    expect_refused(calling("f::One x z > y", function("One", takes("a"), gives("c"), function_node("Exp a > c"))),
                   "2 inputs, the function takes 1");
    expect_refused(calling("f::One x > y w", function("One", takes("a"), gives("c"), function_node("Exp a > c"))),
                   "2 outputs, the function has 1");
}
END_TEST

#define referring(name, reference) \
    field_message(NODE_ATTRIBUTE, field_text(ATTRIBUTE_NAME, name), field_int(ATTRIBUTE_TYPE, ATTR_INT), \
                  field_text(ATTRIBUTE_REFERENCE, reference))

START_TEST(attributes_of_a_function_are_those_of_the_call)
{
    Bytes functions = function("Soft", takes("a"), gives("c"), field_text(FUNCTION_ATTRIBUTE, "where"),
                               field_node(FUNCTION_NODE, "Softmax a > c", referring("axis", "where")));
    Model *m = expect_loaded(
        model_bytes(together(X, field_node(GRAPH_NODE, "f::Soft x > y", attribute_int("where", 1)), Y), functions));
    ck_assert_int_eq(attr_int(graph_node(m->graph, 0), "axis", -9), 1);
    /* absent where the call gives none, or the function's default */
    m = expect_loaded(calling("f::Soft x > y", functions));
    ck_assert_int_eq(attr_int(graph_node(m->graph, 0), "axis", -9), -9);
    functions = function("Soft", takes("a"), gives("c"),
                         field_message(FUNCTION_ATTRIBUTE_PROTO, field_text(ATTRIBUTE_NAME, "where"),
                                       field_int(ATTRIBUTE_I, 4), field_int(ATTRIBUTE_TYPE, ATTR_INT)),
                         field_node(FUNCTION_NODE, "Softmax a > c", referring("axis", "where")));
    m = expect_loaded(calling("f::Soft x > y", functions));
    ck_assert_int_eq(attr_int(graph_node(m->graph, 0), "axis", -9), 4);
    expect_refused(model_bytes(together(X,
                                        field_node(GRAPH_NODE, "f::Soft x > y",
                                                   field_message(NODE_ATTRIBUTE, field_text(ATTRIBUTE_NAME, "where"),
                                                                 field_int(ATTRIBUTE_TYPE, ATTR_FLOAT),
                                                                 field_float(ATTRIBUTE_F, 1))),
                                        Y),
                               functions),
                   "attribute \"axis\" has another type in the function's call");
}
END_TEST

START_TEST(functions_are_defined_once)
{
    Bytes one = function("One", takes("a"), gives("c"), function_node("Exp a > c"));
    expect_refused(calling("f::One x > y", together(one, one)), "function \"One\" of domain \"f\" is defined twice");
}
END_TEST

Suite *load_function_suite(void)
{
    Suite *suite = suite_create("load_function");
    TCase *tests = tcase_create("load_function");
    tcase_add_checked_fixture(tests, NULL, op_free);
    tcase_add_test(tests, calls_of_functions_become_their_nodes);
    tcase_add_test(tests, functions_call_one_another);
    tcase_add_test(tests, inputs_that_functions_hand_through_are_copied);
    tcase_add_test(tests, inputs_that_a_call_omits_are_omitted_within);
    tcase_add_test(tests, attributes_of_a_function_are_those_of_the_call);
    tcase_add_test(tests, functions_are_defined_once);
    suite_add_tcase(suite, tests);
    return suite;
}
