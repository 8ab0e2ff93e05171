/* test_lend.c: buffers in the memory of outputs that are not due yet, and of inputs that were read: when, where, and
 * that the results stay. (The machine that runs the steps sees what is read after it was written over.) */
#include "run_steps.h"

#include "emit/emit.h"
#include "lower/lower.h"
#include "plan/plan.h"

#include <check.h>
#include <string.h>

Suite *lend_suite(void);

static Model *planned(const char *text)
{
    expect_same_results(text, lower, plan, 0);
    return model_after(plan, text);
}

/* Where it lies: "y", or "arena". */
static const char *place_of(const Model *m, const char *name)
{
    const Value *root = storage_root(value_called(m, name), NULL);
    if (!in_arena(root)) return shown(root->name);
    return root->memory ? shown(root->memory->lent->name) : "arena";
}

/* a, b, c and d of 400 bytes, of which two live at a time, and a result of `size` floats. */
static const char *chain(int size, const char *type)
{
    static char text[512];
    snprintf(text, sizeof text,
             "(%s[100] x) => (y) <int64 axis = {0}, int64[1] k = {%d}> { v = Cast<to = 1>(x)"
             " a = Softmax(v) b = CumSum(a, axis) c = CumSum(b, axis) d = CumSum(c, axis) e = ReduceSum(d)"
             " y = Expand(e, k) }",
             type, size);
    return text;
}

/* -- outputs ----------------------------------------------------------------------------------- */

START_TEST(an_output_that_is_not_due_yet_holds_a_buffer)
{
    const Model *m = planned(chain(100, "double"));
    ck_assert_int_eq(m->arena_bytes, 416); /* one of them, and e */
    ck_assert_int_eq(m->arena_lower_bound, 416);
    int in_y = 0;
    for (const char *name = "abcd"; *name; name++) in_y += !strcmp(place_of(m, mem_printf("%c", *name)), "y");
    ck_assert_int_ge(in_y, 2);
}
END_TEST

START_TEST(what_is_larger_stays_in_the_arena)
{
    ck_assert_int_eq(planned(chain(99, "double"))->arena_bytes, 800);
    ck_assert_int_eq(planned(chain(1000, "double"))->arena_bytes, 16); /* e, which y is made of */
}
END_TEST

START_TEST(a_buffer_does_not_outlive_the_first_write_to_the_output)
{
    const char *text = "(float[100] x, float[100] w) => (y) <int64 axis = {0}> { a = Softmax(x) b = CumSum(a, axis)"
                       " c = Softmax(b) d = Add(c, a) e = Softmax(w) f = Add(e, b) y = Concat<axis = 0>(d, f) }";
    const Model *m = planned(text); /* d and f are computed in y itself */
    ck_assert_str_eq(place_of(m, "d"), "y");
    ck_assert_str_eq(place_of(m, "b"), "arena");
}
END_TEST

START_TEST(elements_are_as_aligned_as_those_of_the_lender)
{
    const char *text = "(float[100] x) => (y) <int64 axis = {0}, int64[1] k = {1000}> { a = Softmax(x)"
                       " b = CumSum(a, axis) c = CumSum(b, axis) e = ReduceSum(c) f = Expand(e, k)"
                       " y = Cast<to = 3>(f) }";
    const Model *m = planned(text); /* y is bytes */
    ck_assert_str_eq(place_of(m, "a"), "arena");
    ck_assert_str_eq(place_of(m, "b"), "arena");
}
END_TEST

START_TEST(of_an_output_of_any_size_the_smallest_counts)
{
    build_bounds("n", 100, 200);
    const char *text = "(float[100] x, float[n] w) => (y) <int64 axis = {0}> { a = Softmax(x) b = CumSum(a, axis)"
                       " c = CumSum(b, axis) e = ReduceSum(c) y = Add(w, e) }";
    run_size("n", 150);
    ck_assert_int_eq(planned(text)->arena_bytes, 400);
    build_bounds("n", 99, 200);
    ck_assert_int_eq(planned(text)->arena_bytes, 800);
}
END_TEST

START_TEST(in_a_loop_an_output_is_held_through_all_rounds)
{
    const char *text = "(float[100] x, float[100] w) => (y, z) <int64 n = {3}, bool c = {1}, int64 axis = {0}> {"
                       " y, z = Loop<body = ((int64 i, bool go, float[100] s) => (on, u, row) { on = Identity(go)"
                       " p = Softmax(s) q = CumSum(p, axis) r = CumSum(q, axis) u = Add(s, r) row = Softmax(u) })>"
                       "(n, c, x) }";
    const Model *m = planned(text);
    ck_assert_str_ne(place_of(m, "p"), "z");
    ck_assert_str_ne(place_of(m, "q"), "z");
}
END_TEST

/* -- inputs ------------------------------------------------------------------------------------ */

START_TEST(inputs_are_written_over_only_if_that_is_asked_for)
{
    const char *text = chain(1, "float"); /* v is x itself */
    ck_assert_int_eq(planned(text)->arena_bytes, 800);
    build_reusing_inputs();
    const Model *m = planned(chain(1, "float"));
    ck_assert_int_eq(m->arena_bytes, 400);
    ck_assert(!strcmp(place_of(m, "b"), "x") || !strcmp(place_of(m, "c"), "x"));
}
END_TEST

START_TEST(a_result_may_take_the_place_of_the_input)
{
    build_reusing_inputs();
    const Model *m = planned("(float[100] x) => (y) { a = Exp(x) b = Softmax(a) y = ReduceSum(b) }");
    ck_assert_str_eq(place_of(m, "a"), "x");
    ck_assert_int_eq(m->arena_bytes, 0);
    m = planned("(float[100] x) => (y, z) { a = Softmax(x) y = ReduceSum(a) z = Exp(x) }");
    ck_assert_str_ne(place_of(m, "a"), "x"); /* which is read again */
}
END_TEST

START_TEST(what_is_larger_than_the_input_does_not)
{
    build_reusing_inputs();
    const Model *m = planned("(float[100] x) => (y) <float[3,1] w> { a = Add(x, w) y = ReduceSum(a) }");
    ck_assert_str_eq(place_of(m, "a"), "arena");
    m = planned("(int8[100] x) => (y) { c = Cast<to = 1>(x) a = Softmax(c) y = ReduceSum(a) }");
    ck_assert_str_eq(place_of(m, "a"), "arena");
}
END_TEST

START_TEST(an_input_of_any_size_takes_what_has_its_size)
{
    build_reusing_inputs();
    build_bounds("n", 1, 100);
    run_size("n", 7);
    const Model *m = planned("(float[n] x) => (y) { a = Exp(x) b = Softmax(a) y = ReduceSum(b) }");
    ck_assert_str_eq(place_of(m, "a"), "x");
    m = planned("(float[n] x, float[100] w) => (y) { a = ReduceSum(x) b = Softmax(w) c = Mul(b, a) y = ReduceSum(c) }");
    ck_assert_str_ne(place_of(m, "b"), "x");
}
END_TEST

START_TEST(what_every_round_reads_stays)
{
    build_reusing_inputs();
    const Model *m = planned(
        "(float[100] x, float[100] w) => (y) <int64 n = {3}, bool c = {1}> {"
        " y = Loop<body = ((int64 i, bool go, float[100] s) => (on, u) { on = Identity(go) p = Exp(w) q = Softmax(p)"
        " u = Add(s, q) })>(n, c, x) }");
    ck_assert_str_ne(place_of(m, "p"), "w");
}
END_TEST

START_TEST(an_input_that_nobody_reads_is_room)
{
    build_reusing_inputs();
    const Model *m = planned("(float[100] x, float[100] w) => (y) <int64 axis = {0}> { a = Softmax(x)"
                             " b = CumSum(a, axis) c = Mul(a, b) d = CumSum(c, axis) y = ReduceSum(d) }");
    ck_assert_int_lt(m->arena_bytes, 400);
}
END_TEST

static const char *written(Model *m, void (*write)(Model *m, FILE *f))
{
    Draft d;
    write(m, draft_begin(&d));
    return draft_end(&d);
}

static void report_alone(Model *m, FILE *f)
{
    report(m, NULL, f);
}

START_TEST(the_interface_tells_what_is_overwritten)
{
    build_reusing_inputs();
    Model *m = model_after(plan, "(float[100] x, float[1] w) => (y) { a = Exp(x) b = Softmax(a) c = ReduceSum(b)"
                                 " y = Add(c, w) }");
    emit_begin(m);
    const char *code = written(m, emit), *json = written(m, report_alone);
    ck_assert_ptr_nonnull(strstr(code, "int test_run(float *x, float *w, float *y);"));
    ck_assert_ptr_nonnull(strstr(code, "float32 x[100], overwritten */"));
    ck_assert_ptr_nonnull(strstr(code, "float32 w[1] */"));
    ck_assert_ptr_nonnull(strstr(code, "and don't overlap; the call may write to inputs"));
    ck_assert_ptr_nonnull(strstr(json, "\"name\": \"x\", \"c_name\": \"x\", \"type\": \"float32\", \"shape\": [100], "
                                       "\"max_elements\": 100, \"overwritten\": true }"));
    ck_assert_ptr_nonnull(strstr(json, "\"max_elements\": 1 }"));
    m = model_after(plan, chain(100, "float"));
    emit_begin(m);
    code = written(m, emit);
    ck_assert_ptr_nonnull(strstr(code, ", in x */"));
    ck_assert_ptr_nonnull(strstr(code, "(float *)(void *)((unsigned char *)x + AT_"));
}
END_TEST

Suite *lend_suite(void)
{
    Suite *s = suite_create("lend");
    TCase *t = tcase_create("lend");
    tcase_add_checked_fixture(t, NULL, build_free);
    tcase_add_test(t, an_output_that_is_not_due_yet_holds_a_buffer);
    tcase_add_test(t, what_is_larger_stays_in_the_arena);
    tcase_add_test(t, a_buffer_does_not_outlive_the_first_write_to_the_output);
    tcase_add_test(t, elements_are_as_aligned_as_those_of_the_lender);
    tcase_add_test(t, of_an_output_of_any_size_the_smallest_counts);
    tcase_add_test(t, in_a_loop_an_output_is_held_through_all_rounds);
    tcase_add_test(t, inputs_are_written_over_only_if_that_is_asked_for);
    tcase_add_test(t, a_result_may_take_the_place_of_the_input);
    tcase_add_test(t, what_is_larger_than_the_input_does_not);
    tcase_add_test(t, an_input_of_any_size_takes_what_has_its_size);
    tcase_add_test(t, what_every_round_reads_stays);
    tcase_add_test(t, an_input_that_nobody_reads_is_room);
    tcase_add_test(t, the_interface_tells_what_is_overwritten);
    suite_add_tcase(s, t);
    return s;
}
