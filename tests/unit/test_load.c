/* test_load.c: from a file to a graph: names, order, types, dimensions, subgraphs; and what is refused. */
#include "encode.h"

#include "build.h"
#include "load/load.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

Suite *load_suite(void);

#define X field_info(GRAPH_INPUT, "x", DT_FLOAT, "2,3")
#define Y field_info(GRAPH_OUTPUT, "y", DT_FLOAT, NULL)
#define node(words) field_node(GRAPH_NODE, words, NO_FIELD)
#define graph(...) model_bytes(together(field_text(GRAPH_NAME, "g"), __VA_ARGS__), NO_FIELD)

/* -- order ------------------------------------------------------------------------------------- */

START_TEST(nodes_in_order_stay_in_order)
{
    ck_nodes(expect_loaded(graph(X, node("Exp x > a"), node("Neg x > b"), node("Add a b > y"), Y)), "Exp Neg Add");
    ck_nodes(expect_loaded(graph(X, node("Neg x > b"), node("Exp x > a"), node("Add a b > y"), Y)), "Neg Exp Add");
}
END_TEST

START_TEST(nodes_come_after_what_they_read)
{
    ck_nodes(expect_loaded(graph(X, node("Add a b > y"), node("Neg a > b"), node("Exp x > a"), Y)), "Exp Neg Add");
    /* the second output counts, too */
    ck_nodes(expect_loaded(graph(X, node("Neg b > y"), node("Split x > a b"), Y)), "Split Neg");
}
END_TEST

#define branch(name, words, output) \
    field_message(NODE_ATTRIBUTE, field_text(ATTRIBUTE_NAME, name), field_int(ATTRIBUTE_TYPE, ATTR_GRAPH), \
                  field_message(ATTRIBUTE_G, field_text(GRAPH_NAME, name), node(words), \
                                field_info(GRAPH_OUTPUT, output, DT_FLOAT, NULL)))

START_TEST(nodes_come_after_what_their_subgraphs_read)
{
    Bytes conditional = field_node(GRAPH_NODE, "If c > y",
                                   together(branch("then_branch", "Exp a > u", "u"),
                                            branch("else_branch", "Neg x > v", "v")));
    const Model *m = expect_loaded(
        graph(X, field_info(GRAPH_INPUT, "c", DT_BOOL, ""), conditional, node("Abs x > a"), Y));
    ck_nodes(m, "Abs If");
    ck_assert_ptr_eq(graph_node(graph_node(m->graph, 1)->attrs[0].graphs[0], 0)->in[0], value_called(m, "a"));
}
END_TEST

START_TEST(a_name_that_the_subgraph_defines_is_no_outer_one)
{
    /* the branch's own a: the node does not wait for the other a, which is made of its result */
    Bytes conditional =
        field_node(GRAPH_NODE, "If c > r",
                   together(field_message(NODE_ATTRIBUTE, field_text(ATTRIBUTE_NAME, "then_branch"),
                                          field_int(ATTRIBUTE_TYPE, ATTR_GRAPH),
                                          field_message(ATTRIBUTE_G, node("Exp x > a"), node("Neg a > u"),
                                                        field_info(GRAPH_OUTPUT, "u", DT_FLOAT, NULL))),
                            branch("else_branch", "Neg x > v", "v")));
    const Model *m = expect_loaded(
        graph(X, field_info(GRAPH_INPUT, "c", DT_BOOL, ""), conditional, node("Abs r > a"), node("Add a r > y"), Y));
    ck_nodes(m, "If Abs Add");
    const Graph *then = graph_node(m->graph, 0)->attrs[0].graphs[0];
    ck_assert_ptr_eq(graph_node(then, 1)->in[0], graph_node(then, 0)->out[0]);
    ck_assert_ptr_ne(graph_node(then, 0)->out[0], graph_node(m->graph, 1)->out[0]);
}
END_TEST

START_TEST(cycles_are_reported_with_the_nodes_on_them)
{
    expect_refused(graph(X, node("Add x b > a"), node("Neg a > b"), node("Exp b > y"), Y),
                   "2 node(s) form a cycle: -> \"a\", -> \"b\"");
    expect_refused(graph(X, node("Add x y > y"), Y), "1 node(s) form a cycle: -> \"y\"");
}
END_TEST

/* -- names ------------------------------------------------------------------------------------- */

START_TEST(names_are_defined_once_and_before_they_are_used)
{
    expect_refused(graph(X, node("Exp nothing > y"), Y), "input 0 \"nothing\" is not defined");
    expect_refused(graph(X, node("Exp x > a"), Y), "output 0 \"y\" of graph \"g\" is not defined");
    expect_refused(graph(X, node("Exp x > y"), node("Neg x > y"), Y), "output 0 \"y\" is defined twice");
    expect_refused(graph(X, node("Exp x > x"), Y), "output 0 \"x\" is defined twice");
    expect_refused(graph(X, X, node("Exp x > y"), Y), "input 1 \"x\" is defined twice");
    expect_refused(graph(field_info(GRAPH_INPUT, "", DT_FLOAT, "2"), X, node("Exp x > y"), Y),
                   "input 0 \"\" has no name");
    expect_refused(graph(X, node("Exp x > y"), Y, Y), "output 1 \"y\" is listed twice");
    expect_refused(graph(X, node("Exp x > y")), "the graph has no outputs");
}
END_TEST

START_TEST(omitted_inputs_and_outputs_are_none)
{
    const Model *m = expect_loaded(graph(X, node("Clip x - x > y"), Y));
    ck_assert(graph_node(m->graph, 0)->n_in == 3 && !graph_node(m->graph, 0)->in[1]);
    m = expect_loaded(graph(X, node("Dropout x > - y"), Y));
    ck_assert(graph_node(m->graph, 0)->n_out == 2 && !graph_node(m->graph, 0)->out[0]);
}
END_TEST

START_TEST(nodes_have_an_operator_of_an_imported_domain)
{
    const Model *m = expect_loaded(graph(X, node("ai.onnx::Exp x > y"), Y));
    ck_assert(node_is(graph_node(m->graph, 0), "Exp") && graph_node(m->graph, 0)->opset == 21);
    expect_refused(graph(X, node("com.example::Op x > y"), Y), "imports no operators of domain \"com.example\"");
    expect_refused(graph(X, field_message(GRAPH_NODE, field_text(NODE_INPUT, "x"), field_text(NODE_OUTPUT, "y")), Y),
                   "has no operator");
}
END_TEST

/* -- inputs, initializers and constants -------------------------------------------------------- */

#define initializer(name, value) \
    field_message(GRAPH_INITIALIZER, field_int(TENSOR_DATA_TYPE, DT_INT32), field_int(TENSOR_DIMS, 1), \
                  field_int(TENSOR_INT32_DATA, value), field_text(TENSOR_NAME, name))

START_TEST(initializers_are_constants)
{
    const Model *m = expect_loaded(graph(X, initializer("w", 7), node("Add x w > y"), Y));
    ck_assert_int_eq(*(const int32_t *)value_called(m, "w")->data, 7);
    ck_assert_int_eq(m->graph->n_inputs, 1);
    /* also where an input of the name gives it a default */
    m = expect_loaded(
        graph(X, field_info(GRAPH_INPUT, "w", DT_INT32, "1"), initializer("w", 7), node("Add x w > y"), Y));
    ck_assert_int_eq(m->graph->n_inputs, 1);
    ck_assert_ptr_nonnull(value_called(m, "w")->data);
    expect_refused(graph(X, initializer("w", 7), initializer("w", 8), node("Add x w > y"), Y),
                   "initializer \"w\": is defined twice");
    expect_refused(graph(X, initializer("", 7), node("Exp x > y"), Y), "initializer \"\": has no name");
    expect_refused(graph(X, field_message(GRAPH_INITIALIZER, field_text(TENSOR_NAME, "w")), node("Add x w > y"), Y),
                   "initializer \"w\": has the unknown data type 0");
}
END_TEST

static Bytes constant(Bytes attribute)
{
    return graph(X, field_node(GRAPH_NODE, "Constant > y", attribute), Y);
}

#define attribute(name, type, content) \
    field_message(NODE_ATTRIBUTE, field_text(ATTRIBUTE_NAME, name), field_int(ATTRIBUTE_TYPE, type), content)

static const Value *constant_value(Bytes attribute_field)
{
    return value_called(expect_loaded(constant(attribute_field)), "y");
}

START_TEST(constants_have_one_of_eight_forms)
{
    const Value *v = constant_value(attribute("value_float", ATTR_FLOAT, field_float(ATTRIBUTE_F, 1.5f)));
    ck_assert(v->type.dtype == DT_FLOAT && v->type.shape.rank == 0 && *(const float *)v->data == 1.5f);
    v = constant_value(attribute("value_int", ATTR_INT, field_int(ATTRIBUTE_I, -3)));
    ck_assert(v->type.dtype == DT_INT64 && v->type.shape.rank == 0 && *(const int64_t *)v->data == -3);
    v = constant_value(
        attribute("value_ints", ATTR_INTS, together(field_int(ATTRIBUTE_INTS, 4), field_int(ATTRIBUTE_INTS, 5))));
    ck_assert(v->type.shape.rank == 1 && value_count(v) == 2 && ((const int64_t *)v->data)[1] == 5);
    v = constant_value(attribute("value_floats", ATTR_FLOATS, field_float(ATTRIBUTE_FLOATS, 2)));
    ck_assert(value_count(v) == 1 && *(const float *)v->data == 2);
    v = constant_value(attribute("value_ints", ATTR_INTS, NO_FIELD));
    ck_assert(value_count(v) == 0 && v->data);
    v = constant_value(attribute("value_string", ATTR_STRING, field_text(ATTRIBUTE_S, "text")));
    ck_assert(v->type.dtype == DT_STRING && foreign_is(*(const Foreign *)v->data, "text"));
    v = constant_value(attribute("value_strings", ATTR_STRINGS, field_text(ATTRIBUTE_STRINGS, "text")));
    ck_assert(v->type.shape.rank == 1 && value_count(v) == 1);
    v = constant_value(attribute("value", ATTR_TENSOR,
                                 field_message(ATTRIBUTE_T, field_int(TENSOR_DATA_TYPE, DT_INT8),
                                               field_int(TENSOR_DIMS, 1), field_int(TENSOR_INT32_DATA, 6))));
    ck_assert(v->type.dtype == DT_INT8 && *(const int8_t *)v->data == 6);
    ck_assert_int_eq(
        expect_loaded(constant(attribute("value_int", ATTR_INT, field_int(ATTRIBUTE_I, -3))))->graph->n_nodes, 0);
}
END_TEST

START_TEST(other_constants_are_refused)
{
    expect_refused(constant(NO_FIELD), "0 attributes, expected one that holds the value");
    expect_refused(constant(attribute("value_int", ATTR_FLOAT, field_float(ATTRIBUTE_F, 1))),
                   "unknown or of the wrong type");
    expect_refused(constant(attribute("number", ATTR_INT, field_int(ATTRIBUTE_I, 1))), "unknown or of the wrong type");
    expect_refused(constant(attribute("value_string", ATTR_STRING, field_bytes(ATTRIBUTE_S, "a\0b", 3))),
                   "holds a NUL byte");
    expect_refused(graph(X, field_node(GRAPH_NODE, "Constant x > y", attribute_int("value_int", 1)), Y),
                   "1 inputs and 1 outputs, expected 0 and 1");
    expect_refused(graph(X, field_node(GRAPH_NODE, "Constant > y b", attribute_int("value_int", 1)), Y),
                   "0 inputs and 2 outputs, expected 0 and 1");
}
END_TEST

START_TEST(attributes_are_read_by_type)
{
    const Model *m = expect_loaded(
        graph(X,
              field_node(GRAPH_NODE, "Op x > y",
                         together(attribute("f", ATTR_FLOAT, field_float(ATTRIBUTE_F, 0.5f)), attribute_int("i", 3),
                                  attribute("s", ATTR_STRING, field_bytes(ATTRIBUTE_S, "a\0b", 3)),
                                  attribute("is", ATTR_INTS,
                                            together(field_int(ATTRIBUTE_INTS, 1), field_int(ATTRIBUTE_INTS, 2))))),
              Y));
    const Node *n = graph_node(m->graph, 0);
    ck_assert_int_eq(n->n_attrs, 4);
    ck_assert(n->attrs[0].type == ATTR_FLOAT && n->attrs[0].floats[0] == 0.5f && n->attrs[0].count == 1);
    ck_assert(n->attrs[1].type == ATTR_INT && n->attrs[1].ints[0] == 3);
    ck_assert(n->attrs[2].type == ATTR_STRING && n->attrs[2].lengths[0] == 3);
    ck_assert(n->attrs[3].count == 2 && n->attrs[3].ints[1] == 2);
}
END_TEST

#define with_attribute(field) graph(X, field_node(GRAPH_NODE, "Op x > y", field), Y)

START_TEST(wrong_attributes_are_refused)
{
    expect_refused(with_attribute(attribute_int("", 1)), "attribute \"\" has no name");
    expect_refused(with_attribute(together(attribute_int("a", 1), attribute_int("a", 1))),
                   "attribute \"a\" is given twice");
    expect_refused(with_attribute(attribute("a", 99, NO_FIELD)), "attribute \"a\" has the unknown type 99");
    expect_refused(with_attribute(attribute("a", ATTR_TENSOR, NO_FIELD)), "attribute \"a\" has no tensor");
    expect_refused(with_attribute(attribute("a", ATTR_GRAPH, NO_FIELD)), "attribute \"a\" has no graph");
    expect_refused(with_attribute(attribute("a", ATTR_INT, field_text(ATTRIBUTE_REFERENCE, "b"))),
                   "attribute \"a\" refers to an attribute of a function, but stands in none");
}
END_TEST

/* -- types and dimensions ---------------------------------------------------------------------- */

static Model *with_dims(const char *dims, int n_options, const DimOption *options)
{
    return load_bytes(graph(field_info(GRAPH_INPUT, "x", DT_FLOAT, dims), node("Exp x > y"), Y), n_options, options);
}

START_TEST(open_dimensions_are_options)
{
    DimOption h = {.name = foreign("h"), .low = 2, .high = 5}, axis = {.name = foreign("x:1"), .low = 7, .high = 7};
    Model *m = with_dims("1,h,3,h", 1, &h);
    ck_assert_int_eq(m->errors, 0);
    ck_shape(value_called(m, "x"), "[1,h,3,h]");
    ck_assert_int_eq(m->n_params, 1);
    ck_assert(dim_low(value_called(m, "x")->type.shape.dim[1]) == 2 &&
              dim_high(value_called(m, "x")->type.shape.dim[1]) == 5);
    /* one without a name, and one that is not known, written as -1 */
    ck_shape(value_called(with_dims("1,?", 1, &axis), "x"), "[1,7]");
    ck_shape(value_called(with_dims("1,-1", 1, &axis), "x"), "[1,7]");
}
END_TEST

START_TEST(open_dimensions_without_an_option_are_refused)
{
    Model *m = with_dims("1,h", 0, NULL);
    ck_assert_int_eq(m->errors, 1);
    ck_assert_ptr_nonnull(strstr(test_said(), "axis 1: dimension \"h\" is left open: add `--dim h=1` to fix it"));
    m = with_dims("?,3", 0, NULL);
    ck_assert_int_eq(m->errors, 1);
    ck_assert_ptr_nonnull(strstr(test_said(), "axis 0: a dimension is left open: add `--dim x:0=1`"));
    DimOption negative = {.name = foreign("h"), .low = -2, .high = 5};
    m = with_dims("1,h", 1, &negative);
    ck_assert_int_eq(m->errors, 1);
    ck_assert_ptr_nonnull(strstr(test_said(), "the bounds start at -2, expected 0 or more"));
}
END_TEST

START_TEST(sizes_are_numbers_from_0_to_2_to_the_31)
{
    expect_refused(graph(field_info(GRAPH_INPUT, "x", DT_FLOAT, "2,-2"), node("Exp x > y"), Y),
                   "axis 1 has the size -2");
    expect_refused(graph(field_info(GRAPH_INPUT, "x", DT_FLOAT, "2147483648"), node("Exp x > y"), Y),
                   "has the size 2147483648");
    expect_refused(graph(field_info(GRAPH_INPUT, "x", DT_FLOAT, "2147483647"), node("Exp x > y"), Y),
                   "can become larger than 2 GB");
    ck_shape(value_called(expect_loaded(graph(field_info(GRAPH_INPUT, "x", DT_FLOAT, "0,3"), node("Exp x > y"), Y)),
                          "x"),
             "[0,3]");
}
END_TEST

#define typed(type_field) \
    graph(field_message(GRAPH_INPUT, field_text(INFO_NAME, "x"), field_message(INFO_TYPE, type_field)), \
          node("Op x > y"), Y)
#define tensor_type field_message(TYPE_TENSOR, field_int(TENSOR_TYPE_ELEMENT, DT_FLOAT))

START_TEST(inputs_have_a_type)
{
    const Model *m = expect_loaded(typed(field_message(TYPE_SEQUENCE, field_message(1, tensor_type))));
    ck_assert(value_called(m, "x")->type.kind == KIND_SEQUENCE && value_called(m, "x")->type.elem->dtype == DT_FLOAT);
    m = expect_loaded(typed(field_message(TYPE_OPTIONAL, field_message(1, tensor_type))));
    ck_assert(value_called(m, "x")->type.kind == KIND_OPTIONAL);
    expect_refused(typed(field_message(TYPE_MAP, field_int(1, DT_INT64), field_message(2, tensor_type))),
                   "input \"x\", axis 0: a dimension is left open");
    expect_refused(typed(tensor_type), "has no shape, not even how many dimensions there are");
    expect_refused(typed(NO_FIELD), "has no type");
    expect_refused(typed(field_message(TYPE_TENSOR, field_int(TENSOR_TYPE_ELEMENT, 99))),
                   "has the unknown element type 99");
    expect_refused(typed(field_message(TYPE_MAP, field_int(1, DT_FLOAT), field_message(2, tensor_type))),
                   "is a map whose keys are neither integers nor strings");
    expect_refused(typed(field_message(TYPE_SEQUENCE, NO_FIELD)), "has no type");
    expect_refused(typed(field_message(TYPE_SPARSE, field_int(1, DT_FLOAT), field_message(2, NO_FIELD))),
                   "is a sparse tensor");
    expect_refused(graph(field_info(GRAPH_INPUT, "x", DT_FLOAT, "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1"), node("Exp x > y"),
                         Y),
                   "has rank 17, the limit is 16");
}
END_TEST

START_TEST(declared_types_are_kept_for_comparison)
{
    const Model *m = expect_loaded(graph(X, node("Exp x > a"), node("Neg a > y"),
                                         field_info(GRAPH_OUTPUT, "y", DT_FLOAT, "2,?"),
                                         field_info(GRAPH_VALUE_INFO, "a", DT_FLOAT, "2,3"),
                                         field_info(GRAPH_VALUE_INFO, "nothing", DT_FLOAT, "2")));
    ck_assert_int_eq(value_called(m, "a")->declared.shape.rank, 2);
    ck_assert(dim_is(value_called(m, "a")->declared.shape.dim[1], 3));
    ck_assert(dim_is(value_called(m, "y")->declared.shape.dim[0], 2) && !value_called(m, "y")->declared.shape.dim[1]);
    ck_assert_int_eq(value_called(m, "a")->type.dtype, DT_UNDEFINED);
}
END_TEST

/* -- opsets and versions ----------------------------------------------------------------------- */

static Bytes versioned(int ir, Bytes opsets)
{
    return together(field_int(MODEL_IR_VERSION, ir), opsets, field_message(MODEL_GRAPH, X, node("Exp x > y"), Y));
}

#define opset(domain, version) \
    field_message(MODEL_OPSET, field_text(OPSET_DOMAIN, domain), field_int(OPSET_VERSION, version))

START_TEST(models_are_of_a_known_version)
{
    ck_assert_int_eq(expect_loaded(versioned(3, opset("", 9)))->opsets[0].version, 9);
    expect_refused(versioned(2, opset("", 9)), "IR version 2 is older than 3");
    expect_loaded(versioned(99, opset("", 9)));
    ck_assert_ptr_nonnull(strstr(test_said(), "warning: "));
    ck_assert_ptr_nonnull(strstr(test_said(), "IR version 99 is newer than"));
    expect_loaded(versioned(8, opset("", 28)));
    ck_assert_str_eq(test_said(), "");
    expect_loaded(versioned(8, opset("", 29)));
    ck_assert_ptr_nonnull(strstr(test_said(), "opset 29 is newer than 28"));
    expect_loaded(versioned(8, together(opset("", 9), opset("com.example", 29))));
    ck_assert_str_eq(test_said(), "");
}
END_TEST

START_TEST(a_domain_has_one_opset)
{
    ck_assert_int_eq(expect_loaded(versioned(8, together(opset("", 9), opset("ai.onnx", 9))))->n_opsets, 1);
    expect_refused(versioned(8, together(opset("", 9), opset("ai.onnx", 10))),
                   "imports opsets 9 and 10 of domain \"\"");
    expect_refused(versioned(8, opset("", 0)), "imports opset 0 of domain \"\"");
    expect_refused(versioned(8, opset("", INT64_C(1) << 31)), "imports opset 2147483648");
}
END_TEST

START_TEST(what_is_no_model_is_refused)
{
    expect_refused((Bytes){(const uint8_t *)"hello", 5}, "not an ONNX model, or a damaged one");
    expect_refused(field_int(MODEL_IR_VERSION, 8), "the model has no graph");
    expect_refused(NO_FIELD, "the file is empty");
}
END_TEST

/* -- dimensions that data must settle ---------------------------------------------------------- */

START_TEST(open_dimensions_are_listed_without_loading)
{
    char name[] = "/tmp/onnx2c-open-XXXXXX";
    Bytes file = graph(field_info(GRAPH_INPUT, "w", DT_INT32, "k"), initializer("w", 1),
                       field_info(GRAPH_INPUT, "x", DT_FLOAT, "2,h,?"), field_info(GRAPH_INPUT, "n", DT_INT64, ""),
                       field_info(GRAPH_INPUT, "l", DT_INT64, "16"), field_info(GRAPH_INPUT, "m", DT_INT64, "17"),
                       node("Op x n > y"), field_info(GRAPH_OUTPUT, "y", DT_FLOAT, "?,3"));
    int fd = mkstemp(name);
    ck_assert(write(fd, file.data, file.length) == (ssize_t)file.length);
    OpenDim *dims;
    ck_assert_int_eq(load_open_dims(foreign(name), &dims), 5);
    unlink(name);
    static const struct {
        bool of_output;
        int number, axis;
        const char *name;
    } expected[] = {{false, 0, 1, "h"},
                    {false, 0, 2, "x:2"},
                    {false, 1, VALUES, "n"},
                    {false, 2, VALUES, "l"},
                    {true, 0, 0, "y:0"}};
    for (int i = 0; i < 5; i++) {
        ck_assert(dims[i].of_output == expected[i].of_output && dims[i].number == expected[i].number);
        ck_assert(dims[i].axis == expected[i].axis && foreign_is(dims[i].name, expected[i].name));
    }
    ck_assert_int_eq(load_open_dims(foreign("/no/such/file"), &dims), -1);
    ck_assert_int_eq(load_open_dims(foreign("/dev/null"), &dims), -1);
}
END_TEST

Suite *load_suite(void)
{
    Suite *suite = suite_create("load");
    TCase *tests = tcase_create("load");
    tcase_add_checked_fixture(tests, NULL, op_free);
    tcase_add_test(tests, nodes_in_order_stay_in_order);
    tcase_add_test(tests, nodes_come_after_what_they_read);
    tcase_add_test(tests, nodes_come_after_what_their_subgraphs_read);
    tcase_add_test(tests, a_name_that_the_subgraph_defines_is_no_outer_one);
    tcase_add_test(tests, cycles_are_reported_with_the_nodes_on_them);
    tcase_add_test(tests, names_are_defined_once_and_before_they_are_used);
    tcase_add_test(tests, omitted_inputs_and_outputs_are_none);
    tcase_add_test(tests, nodes_have_an_operator_of_an_imported_domain);
    tcase_add_test(tests, initializers_are_constants);
    tcase_add_test(tests, constants_have_one_of_eight_forms);
    tcase_add_test(tests, other_constants_are_refused);
    tcase_add_test(tests, attributes_are_read_by_type);
    tcase_add_test(tests, wrong_attributes_are_refused);
    tcase_add_test(tests, open_dimensions_are_options);
    tcase_add_test(tests, open_dimensions_without_an_option_are_refused);
    tcase_add_test(tests, sizes_are_numbers_from_0_to_2_to_the_31);
    tcase_add_test(tests, inputs_have_a_type);
    tcase_add_test(tests, declared_types_are_kept_for_comparison);
    tcase_add_test(tests, models_are_of_a_known_version);
    tcase_add_test(tests, a_domain_has_one_opset);
    tcase_add_test(tests, what_is_no_model_is_refused);
    tcase_add_test(tests, open_dimensions_are_listed_without_loading);
    suite_add_tcase(suite, tests);
    return suite;
}
