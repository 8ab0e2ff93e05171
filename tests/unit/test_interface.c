/* test_interface.c: sequences and optionals at the edge of the model, and what lists of run-time length have room for.
 */
#include "run_steps.h"

#include "infer/infer.h"
#include "load/load.h"
#include "lower/lower.h"
#include "op/packed_sequence.h"

#include <check.h>
#include <string.h>

Suite *interface_suite(void);

/* "x: float32[2,3], n: int64[]" */
static const char *listed(Value *const *values, int count)
{
    const char *text = "";
    for (int i = 0; i < count; i++)
        text = mem_printf("%s%s%s: %s%s", text, i ? ", " : "", shown(values[i]->name),
                          dtype_name(values[i]->type.dtype), shown(shape_text(&values[i]->type.shape)));
    return text;
}

static void interface_is(const char *text, const char *inputs, const char *outputs)
{
    const Model *m = model_after(infer, text);
    ck_assert_str_eq(listed(m->graph->inputs, m->graph->n_inputs), inputs);
    ck_assert_str_eq(listed(m->graph->outputs, m->graph->n_outputs), outputs);
    for (int i = 0; i < m->graph->n_inputs; i++) ck_assert(m->graph->inputs[i]->is_input);
    for (int i = 0; i < m->graph->n_outputs; i++) ck_assert(m->graph->outputs[i]->is_output);
}

static void expect_said(const char *text, const char *words)
{
    ck_assert(is_refused_by(infer, text));
    ck_assert_msg(strstr(test_said(), words), "%s, expected %s", test_said(), words);
}

/* -- inputs ------------------------------------------------------------------------------------ */

START_TEST(a_list_is_data_sizes_and_length)
{
    build_bounds("l:0", 0, 3);
    interface_is("(seq(float[2,3]) l, int64 p) => (y) { y = SequenceAt(l, p) }",
                 "l_data: float32[3,6], l_sizes: int64[3,3], l_length: int64[], p: int64[]",
                 "y: float32[y.size0,y.size1]");
}
END_TEST

START_TEST(elements_of_open_size_have_room_for_the_largest)
{
    build_bounds("l:0", 0, 3);
    build_bounds("l:1", 0, 5);
    interface_is("(seq(int32[?,4]) l) => (y) { y = SequenceLength(l) }",
                 "l_data: int32[3,20], l_sizes: int64[3,3], l_length: int64[]", "y: int64[]");
    op_free();
    interface_is("(seq(int32[h,4]) l) => (y) { y = SequenceLength(l) }",
                 "l_data: int32[3,32], l_sizes: int64[3,3], l_length: int64[]", "y: int64[]");
}
END_TEST

START_TEST(an_optional_tensor_is_a_list_of_at_most_one)
{
    interface_is("(optional(float[2]) o) => (y) { y = OptionalHasElement(o) }",
                 "o_data: float32[1,2], o_sizes: int64[1,2], o_length: int64[]", "y: bool[]");
    build_bounds("o:0", 0, 4);
    interface_is("(optional(seq(float[2])) o) => (y) { y = OptionalHasElement(o) }",
                 "o_data: float32[4,2], o_sizes: int64[4,2], o_length: int64[]", "y: bool[]");
}
END_TEST

START_TEST(lists_without_bounds_are_refused)
{
    expect_said("(seq(float[2]) l) => (y) { y = SequenceLength(l) }",
                "input \"l\" is a sequence or optional, and its length is not bounded; add --dim l:0=0..8");
    build_bounds("l:0", 0, 3);
    expect_said("(seq(float[2,?]) l) => (y) { y = SequenceLength(l) }",
                "and dimension 1 of its elements is not bounded; add --dim l:2=0..8");
}
END_TEST

START_TEST(a_map_is_its_keys_and_values)
{
    interface_is("(map(int64, float)[pairs] x) => (z, y) { z = Identity(x) y = ai.onnx.ml.CastMap(x) }",
                 "x_keys: int64[pairs], x_values: float32[pairs]",
                 "z_keys: int64[pairs], z_values: float32[pairs], y: float32[1,pairs]");
}
END_TEST

static bool two_tensors(Model *m, int number, const Value *list, DataItem *item)
{
    (void)m, (void)list;
    static Value first, second;
    static DataItem items[2];
    first.type = (Type){.kind = KIND_TENSOR, .dtype = DT_FLOAT, .shape = shape_const(1, (int64_t[]){2})};
    second.type = (Type){.kind = KIND_TENSOR, .dtype = DT_FLOAT, .shape = shape_const(1, (int64_t[]){5})};
    items[0] = (DataItem){.kind = KIND_TENSOR, .tensor = &first};
    items[1] = (DataItem){.kind = KIND_TENSOR, .tensor = &second};
    *item = (DataItem){.kind = KIND_SEQUENCE, .count = 2, .items = items};
    return number == 1;
}

START_TEST(a_list_that_is_described_stands_as_its_elements)
{
    Model *m = model_of(
        "(float[3] x, seq(float[?]) l) => (y, z) <int64 one = {1}> { y = SequenceAt(l, one) z = Neg(x) }");
    m->options.describe_list = two_tensors;
    run_to(m, infer);
    ck_assert_str_eq(listed(m->graph->inputs, m->graph->n_inputs), "x: float32[3], l_0: float32[2], l_1: float32[5]");
    ck_shape(m->graph->outputs[0], "[5]");
    ck_assert_int_eq(m->n_interface_inputs, 2);
}
END_TEST

/* -- outputs ----------------------------------------------------------------------------------- */

START_TEST(a_list_of_known_length_is_its_elements)
{
    interface_is("(float[2] x, float[3] z) => (y) { y = SequenceConstruct(x, z, x) }", "x: float32[2], z: float32[3]",
                 "y_0: float32[2], y_1: float32[3], y_2: float32[2]");
}
END_TEST

START_TEST(a_list_of_unknown_length_is_three_outputs)
{
    build_bounds("l:0", 0, 3);
    interface_is("(seq(float[2,3]) l, float[2,3] x) => (y) { y = SequenceInsert(l, x) }",
                 "l_data: float32[3,6], l_sizes: int64[3,3], l_length: int64[], x: float32[2,3]",
                 "y_data: float32[4,6], y_sizes: int64[4,3], y_length: int64[]");
}
END_TEST

/* -- runs -------------------------------------------------------------------------------------- */

/* A list of [2] and [1], with room for 3 elements of up to 2. */
#define LIST "(seq(float[?]) l, int64 p, float[2] x) => "

static const Results *run_list(int64_t length, int64_t position, const char *rest)
{
    static int64_t at, count;
    at = position;
    count = length;
    build_bounds("l:0", 0, 3);
    build_bounds("l:1", 0, 2);
    run_with("l_data", (float[]){1, 2, 3, 99, 99, 99});
    run_with("l_sizes", (int64_t[]){1, 2, 1, 1, 99, 99});
    run_with("l_length", &count);
    run_with("p", &at);
    run_with("x", (float[]){7, 8});
    return run_steps(model_after(lower, mem_printf(LIST "%s", rest)));
}

static void expect_numbers(const Results *r, int count, const double *numbers)
{
    ck_assert(!r->refused);
    ck_assert_int_eq(r->count, count);
    for (int i = 0; i < count; i++) ck_assert_msg(r->numbers[i] == numbers[i], "number %d is %g", i, r->numbers[i]);
}

START_TEST(elements_are_read_where_they_lie)
{
    expect_numbers(run_list(2, 0, "(y) { y = SequenceAt(l, p) }"), 2, (double[]){1, 2});
    op_free();
    expect_numbers(run_list(2, 1, "(y) { y = SequenceAt(l, p) }"), 1, (double[]){3});
    op_free();
    expect_numbers(run_list(2, -1, "(y) { y = SequenceAt(l, p) }"), 1, (double[]){3});
    op_free();
    ck_assert(run_list(2, 2, "(y) { y = SequenceAt(l, p) }")->refused);
    op_free();
    ck_assert(run_list(2, -3, "(y) { y = SequenceAt(l, p) }")->refused);
}
END_TEST

START_TEST(lengths_are_counted_and_bounded)
{
    expect_numbers(run_list(2, 0, "(y) { y = SequenceLength(l) }"), 1, (double[]){2});
    op_free();
    expect_numbers(run_list(0, 0, "(y) { y = SequenceLength(l) }"), 1, (double[]){0});
    op_free();
    ck_assert(run_list(4, 0, "(y) { y = SequenceLength(l) }")->refused);
    op_free();
    ck_assert(run_list(-1, 0, "(y) { y = SequenceLength(l) }")->refused);
    op_free();
    ck_assert(run_list(3, 0, "(y) { y = SequenceLength(l) }")->refused); /* the third element's sizes are none */
}
END_TEST

START_TEST(elements_are_put_in_and_what_is_free_is_0)
{
    /* four slots of two, their sizes, the length */
    expect_numbers(run_list(2, 1, "(y) { y = SequenceInsert(l, x, p) }"), 8 + 8 + 1,
                   (double[]){1, 2, 7, 8, 3, 0, 0, 0, 1, 2, 1, 2, 1, 1, 0, 0, 3});
    op_free();
    expect_numbers(run_list(2, 0, "(y) { y = SequenceInsert(l, x) }"), 17,
                   (double[]){1, 2, 3, 0, 7, 8, 0, 0, 1, 2, 1, 1, 1, 2, 0, 0, 3});
    op_free();
    expect_numbers(run_list(2, 0, "(y) { y = SequenceErase(l, p) }"), 13,
                   (double[]){3, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1});
}
END_TEST

/* -- forms ------------------------------------------------------------------------------------- */

static Value *tensor(DType t, int rank, const Dim *dims)
{
    static Value v;
    v.type = (Type){.kind = KIND_TENSOR, .dtype = t, .shape = shape_of(rank, dims)};
    return &v;
}

START_TEST(a_form_has_room_for_what_was_put_in)
{
    Value empty = {.type = {.kind = KIND_SEQUENCE}};
    SequenceForm none = sequence_form_of(&empty), one, two;
    ck_assert(none.capacity == 0 && none.dtype == DT_UNDEFINED);
    one = sequence_form_with(&none, tensor(DT_FLOAT, 2, (Dim[]){dim_const(2), dim_symbol(foreign("h"), 1, 8)}));
    ck_assert(one.capacity == 1 && one.dtype == DT_FLOAT && one.slot == 16 && one.rank_low == 2 && one.rank == 2);
    ck_assert(one.low[0] == 2 && one.high[0] == 2 && one.low[1] == 1 && one.high[1] == 8);
    two = sequence_form_with(&one, tensor(DT_FLOAT, 1, (Dim[]){dim_const(5)}));
    ck_assert(two.capacity == 2 && two.slot == 16 && two.rank_low == 1 && two.rank == 2);
    ck_assert(two.low[0] == 2 && two.high[0] == 5 && two.low[1] == 0 && two.high[1] == 8);
}
END_TEST

START_TEST(forms_are_joined_and_compared)
{
    Value empty = {.type = {.kind = KIND_SEQUENCE}};
    SequenceForm none = sequence_form_of(&empty), small, large, joined;
    small = sequence_form_with(&none, tensor(DT_FLOAT, 1, (Dim[]){dim_const(2)}));
    large = sequence_form_with(&none, tensor(DT_FLOAT, 1, (Dim[]){dim_const(9)}));
    large.capacity = 7;
    joined = sequence_form_join(&small, &large);
    ck_assert(joined.slot == 9 && joined.capacity == 7 && joined.low[0] == 2 && joined.high[0] == 9);
    ck_assert(sequence_form_fits(&small, &joined) && sequence_form_fits(&large, &joined) &&
              sequence_form_fits(&none, &small));
    ck_assert(!sequence_form_fits(&joined, &large) && !sequence_form_fits(&large, &small) &&
              !sequence_form_fits(&small, &large));
    joined = sequence_form_join(&none, &small);
    ck_assert(joined.slot == 2 && joined.rank == 1 && joined.rank_low == 1 && joined.dtype == DT_FLOAT);
}
END_TEST

Suite *interface_suite(void)
{
    Suite *suite = suite_create("interface");
    TCase *tests = tcase_create("interface");
    tcase_add_checked_fixture(tests, NULL, build_free);
    tcase_add_test(tests, a_list_is_data_sizes_and_length);
    tcase_add_test(tests, elements_of_open_size_have_room_for_the_largest);
    tcase_add_test(tests, an_optional_tensor_is_a_list_of_at_most_one);
    tcase_add_test(tests, lists_without_bounds_are_refused);
    tcase_add_test(tests, a_map_is_its_keys_and_values);
    tcase_add_test(tests, a_list_that_is_described_stands_as_its_elements);
    tcase_add_test(tests, a_list_of_known_length_is_its_elements);
    tcase_add_test(tests, a_list_of_unknown_length_is_three_outputs);
    tcase_add_test(tests, elements_are_read_where_they_lie);
    tcase_add_test(tests, lengths_are_counted_and_bounded);
    tcase_add_test(tests, elements_are_put_in_and_what_is_free_is_0);
    tcase_add_test(tests, a_form_has_room_for_what_was_put_in);
    tcase_add_test(tests, forms_are_joined_and_compared);
    suite_add_tcase(suite, tests);
    return suite;
}
