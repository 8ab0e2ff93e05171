/* test_plan.c: where values lie in memory: views, results over operands, what loops carry, lifetimes. */
#include "run_steps.h"

#include "lower/lower.h"
#include "op/op.h"
#include "plan/plan.h"

#include <check.h>
#include <limits.h>

Suite *plan_suite(void);

/* The value lies in that one, so many bytes after its start. */
static void expect_place(const Model *m, const char *name, const char *in, int64_t offset)
{
    int64_t found, start;
    const Value *root = storage_root(value_called(m, name), &found);
    ck_assert_msg(root == storage_root(value_called(m, in), &start), "%s doesn't lie in %s", name, in);
    ck_assert_int_eq(found - start, offset);
}

static bool lie_apart(const Model *m, const char *one, const char *other)
{
    return storage_root(value_called(m, one), NULL) != storage_root(value_called(m, other), NULL);
}

static Model *planned(const char *text)
{
    expect_same_results(text, lower, plan, 0);
    return model_after(plan, text);
}

/* -- views ------------------------------------------------------------------------------------- */

START_TEST(a_reshape_is_a_view)
{
    const Model *m = planned(
        "(float[2,3] x) => (y) <int64[2] s = {3,2}> { a = Exp(x) b = Reshape(a, s) y = Softmax(b) }");
    ck_steps(m, "exp_f32 view softmax_f32");
    expect_place(m, "b", "a", 0);
}
END_TEST

START_TEST(a_view_may_lie_in_an_input)
{
    const Model *m = planned("(float[2,3] x) => (y) <int64[2] s = {3,2}> { b = Reshape(x, s) y = Softmax(b) }");
    ck_steps(m, "view softmax_f32");
    expect_place(m, "b", "x", 0);
    ck_assert_int_eq(m->arena_bytes, 0);
}
END_TEST

START_TEST(an_outermost_slice_is_a_view_that_starts_later)
{
    const Model *m = planned("(float[4,3] x) => (y) <int64[1] s = {1}, int64[1] e = {3}> {"
                             " a = Exp(x) b = Slice(a, s, e) y = Softmax(b) }");
    ck_steps(m, "exp_f32 view softmax_f32");
    expect_place(m, "b", "a", 12);
}
END_TEST

START_TEST(parts_of_a_concat_are_computed_where_it_wants_them)
{
    const Model *m = planned(
        "(float[2,3] x) => (y) { a = Softmax(x) b = Exp(x) c = Concat<axis = 0>(a, b) y = Hardmax(c) }");
    expect_place(m, "a", "c", 0);
    expect_place(m, "b", "c", 24);
    ck_assert_ptr_null(step_of_kind(m, STEP_COPY, 2));
    ck_assert(step_of_kind(m, STEP_COPY, 0)->copy.elided && step_of_kind(m, STEP_COPY, 1)->copy.elided);
}
END_TEST

START_TEST(what_is_concatenated_twice_is_copied_once)
{
    const Model *m = planned("(float[2,3] x) => (y) { a = Softmax(x) c = Concat<axis = 0>(a, a) y = Hardmax(c) }");
    ck_assert(step_of_kind(m, STEP_COPY, 0)->copy.elided);
    ck_assert(!step_of_kind(m, STEP_COPY, 1)->copy.elided);
    expect_place(m, "a", "c", 0);
}
END_TEST

START_TEST(inputs_and_constants_are_copied_into_a_concat)
{
    const Model *m = planned("(float[2,3] x) => (y) <float[1,3] k> { c = Concat<axis = 0>(x, k) y = Softmax(c) }");
    ck_steps(m, "copy copy softmax_f32");
}
END_TEST

START_TEST(a_part_of_a_part_is_copied)
{
    /* b lies in a, which is larger */
    const Model *m = planned(
        "(float[4,3] x) => (y, z) <int64[1] s = {1}, int64[1] e = {3}> {"
        " a = Exp(x) b = Slice(a, s, e) c = Concat<axis = 0>(b, x) y = Softmax(c) z = Softmax(a) }");
    expect_place(m, "b", "a", 12);
    ck_assert(lie_apart(m, "b", "c"));
    ck_assert(!step_of_kind(m, STEP_COPY, 1)->copy.elided);
}
END_TEST

START_TEST(an_output_is_computed_in_its_place)
{
    const Model *m = planned("(float[2,3] x) => (y) <int64[2] s = {3,2}> { a = Exp(x) y = Reshape(a, s) }");
    ck_steps(m, "exp_f32 view");
    expect_place(m, "a", "y", 0);
}
END_TEST

START_TEST(an_output_that_is_an_input_is_copied)
{
    ck_steps(planned("(float[2,3] x) => (y) <int64[2] s = {3,2}> { y = Reshape(x, s) }"), "copy");
}
END_TEST

START_TEST(an_output_of_two_names_is_copied_to_the_second)
{
    ck_steps(planned("(float[2,3] x) => (y, z) { a = Exp(x) y = Identity(a) z = Identity(a) }"), "exp_f32 copy");
}
END_TEST

START_TEST(both_branches_compute_the_result_in_its_place)
{
    const Model *m = planned("(float[4] x, bool c) => (y) { r = If<then_branch = (() => (u) { u = Exp(x) }),"
                             " else_branch = (() => (v) { v = Neg(x) })>(c) y = Abs(r) }");
    expect_place(m, "u", "r", 0);
    expect_place(m, "v", "r", 0);
}
END_TEST

START_TEST(a_branch_that_hands_on_an_outer_value_copies_it)
{
    /* a is needed after the branches, whose result it may not be */
    const char *text =
        "(float[4] x, bool c) => (y, z) { a = Exp(x) r = If<then_branch = (() => (u) { u = Identity(a) }),"
        " else_branch = (() => (v) { v = Neg(a) })>(c) y = Abs(r) z = Add(a, r) }";
    for (int taken = 0; taken < 2; taken++) {
        run_with("c", taken ? "\1" : "\0");
        ck_assert(lie_apart(planned(text), "a", "r"));
    }
}
END_TEST

START_TEST(sizes_left_to_run_time_make_views_too)
{
    const char *text = "(float[n,6] x) => (y) <int64[3] s = {0,2,3}> { a = Exp(x) b = Reshape(a, s) y = Softmax(b) }";
    expect_place(planned(text), "b", "a", 0);
    run_size("n", 3);
    planned(text);
}
END_TEST

START_TEST(where_a_stretch_starts_only_the_run_tells_it_is_copied)
{
    const char *text = "(float[n,3] x, float[2,3] z) => (y) { a = Exp(x) b = Exp(z) c = Concat<axis = 0>(a, b)"
                       " y = Softmax(c) }";
    ck_assert(lie_apart(planned(text), "b", "c"));
    run_size("n", 2);
    planned(text);
}
END_TEST

/* -- in place ---------------------------------------------------------------------------------- */

START_TEST(a_loop_writes_over_an_operand_that_dies)
{
    const Model *m = planned("(float[4] x) => (y) { a = Softmax(x) b = Neg(a) y = Softmax(b) }");
    expect_place(m, "b", "a", 0);
    ck_assert_int_eq(m->arena_bytes, 16);
}
END_TEST

START_TEST(an_operand_that_is_needed_later_stays)
{
    const Model *m = planned("(float[4] x) => (y, z) { a = Softmax(x) b = Neg(a) y = Softmax(b) z = Softmax(a) }");
    ck_assert(lie_apart(m, "a", "b"));
    ck_assert_int_eq(m->arena_bytes, 32);
}
END_TEST

START_TEST(inputs_are_never_written_over)
{
    ck_assert(lie_apart(planned("(float[4] x) => (y) { b = Neg(x) y = Softmax(b) }"), "x", "b"));
}
END_TEST

START_TEST(only_an_element_as_wide_may_take_the_place)
{
    /* 16 bytes over the 16 bytes of a, but element 1 would lie over element 0 that is still to be read */
    const Model *m = planned(
        "(float[4] x, int16[8] z) => (y) { a = Softmax(x) b = Cast<to = 11>(a) y = ReduceSum(b) }");
    ck_assert(lie_apart(m, "a", "b"));
    expect_place(planned("(float[4] x) => (y) { a = Softmax(x) b = Cast<to = 6>(a) y = ReduceSum(b) }"), "b", "a", 0);
}
END_TEST

START_TEST(an_operand_that_broadcasts_is_not_written_over)
{
    const Model *m = planned("(float[2,3] x, float[3] z) => (y) { a = Softmax(x) b = Softmax(z) c = Sub(b, a)"
                             " y = Softmax(c) }");
    expect_place(m, "c", "a", 0);
    ck_assert(lie_apart(m, "c", "b"));
}
END_TEST

START_TEST(both_operands_may_be_the_same_value)
{
    expect_place(planned("(float[4] x) => (y) { a = Softmax(x) b = Mul(a, a) y = Softmax(b) }"), "b", "a", 0);
}
END_TEST

START_TEST(nothing_is_written_over_what_another_operand_reads_elsewhere)
{
    /* two rows of the same memory: the second one would be gone before it is read */
    const Model *m = planned("(float[2,4] x) => (y) <int64[1] f = {0}, int64[1] g = {1}, int64[1] h = {2}> {"
                             " a = Softmax(x) b = Slice(a, f, g) c = Slice(a, g, h) d = Sub(c, b) y = Softmax(d) }");
    ck_assert(lie_apart(m, "d", "a"));
    /* one of them transposed: read in another order */
    const char *turned = "(float[3,3] x) => (y) { a = Softmax(x) e = Einsum<equation = \"ij->ji\">(a) b = Sub(a, e)"
                         " y = Softmax(b) }";
    planned(turned);
}
END_TEST

START_TEST(kernels_that_can_work_in_place_do)
{
    expect_place(planned("(float[2,3] x) => (y) { a = Exp(x) b = Softmax(a) y = ReduceSum(b) }"), "b", "a", 0);
    ck_assert(
        lie_apart(planned("(float[2,3] x) => (y, z) { a = Exp(x) b = Softmax(a) y = ReduceSum(b) z = ReduceMax(a) }"),
                  "b", "a"));
}
END_TEST

START_TEST(a_result_over_a_view_lies_in_the_viewed)
{
    const Model *m = planned("(float[2,3] x) => (y) <int64[2] s = {3,2}> { a = Exp(x) v = Reshape(a, s) b = Softmax(v)"
                             " y = ReduceSum(b) }");
    expect_place(m, "b", "a", 0);
}
END_TEST

START_TEST(a_view_keeps_what_it_lies_in_alive)
{
    const Model *m = planned(
        "(float[2,3] x) => (y, z) <int64[2] s = {3,2}> { a = Exp(x) v = Reshape(a, s) b = Softmax(a)"
        " y = ReduceSum(b) z = ReduceMax(v) }");
    ck_assert(lie_apart(m, "b", "a"));
}
END_TEST

START_TEST(a_larger_result_needs_room_of_its_own)
{
    ck_assert(lie_apart(planned("(float[2,3] x) => (y) { a = Softmax(x) b = Concat<axis = 1>(a, a) y = ReduceSum(b) }"),
                        "b", "a"));
}
END_TEST

/* -- loops ------------------------------------------------------------------------------------- */

#define LOOP(states, body) "y = Loop<body = ((int64 i, bool go, " states ") => (on, u) { on = Identity(go) " body " })>"

START_TEST(a_state_is_changed_in_its_place)
{
    const Model *m = planned(
        "(float[4] x) => (y) <int64 n = {5}, bool c = {1}> {" LOOP("float[4] s", "u = Add(s, s)") "(n, c, x) }");
    ck_steps(m, "copy for add_f32 view view end view");
    expect_place(m, "u", "s", 0);
}
END_TEST

START_TEST(a_state_that_is_read_after_its_successor_is_made_is_kept)
{
    const char *text = "(float[4] x) => (y, z) <int64 n = {5}, bool c = {1}> { y, z = Loop<body = ("
                       "(int64 i, bool go, float[4] s, float[4] t) => (on, u, v) {"
                       " on = Identity(go) u = Softmax(s) v = Sub(t, s) })>(n, c, x, x) }";
    ck_assert(lie_apart(planned(text), "u", "s"));
}
END_TEST

START_TEST(states_may_change_places)
{
    planned("(float[4] x, float[4] w) => (y, z) <int64 n = {5}, bool c = {1}> { y, z = Loop<body = ("
            "(int64 i, bool go, float[4] s, float[4] t) => (on, t, s) { on = Identity(go) })>(n, c, x, w) }");
}
END_TEST

START_TEST(a_state_may_become_something_from_outside)
{
    /* a is the same in all rounds: s may not lie in it */
    const char *text = "(float[4] x) => (y, z) <int64 n = {3}, bool c = {1}> { a = Exp(x) y, z = Loop<body = ("
                       "(int64 i, bool go, float[4] s, float[4] t) => (on, u, v) {"
                       " on = Identity(go) u = Identity(a) q = Add(s, t) v = Mul(q, a) })>(n, c, x, x) }";
    ck_assert(lie_apart(planned(text), "s", "a"));
}
END_TEST

START_TEST(what_every_round_reads_lives_through_all_of_them)
{
    /* the first round's Softmax must not lie over a, which the second reads again */
    const Model *m = planned("(float[4] x) => (y) <int64 n = {5}, bool c = {1}> { a = Softmax(x) " LOOP(
        "float[4] s", "p = Sub(s, a) q = Softmax(p) u = Mul(q, s)") "(n, c, x) }");
    const Value *a = value_called(m, "a");
    const Step *rounds = step_of_kind(m, STEP_FOR, 0);
    ck_assert_int_le(a->first_step, rounds->opens->first);
    ck_assert_int_ge(a->last_step, rounds->opens->last);
}
END_TEST

START_TEST(what_a_round_makes_for_itself_may_lie_over_what_another_step_of_it_needs_no_more)
{
    const Model *m = planned("(float[4] x) => (y) <int64 n = {5}, bool c = {1}> {" LOOP(
        "float[4] s",
        "p = Softmax(s) q = ReduceSum(p) r = Softmax(s) t = ReduceMax(r) w = Add(q, t) u = Add(s, w)") "(n, c, x) }");
    ck_assert_int_eq(value_called(m, "p")->arena_offset, value_called(m, "r")->arena_offset);
}
END_TEST

START_TEST(a_loop_in_a_loop)
{
    planned("(float[4] x) => (y) <int64 n = {3}, bool c = {1}> { a = Softmax(x) " LOOP(
        "float[4] s",
        "p = Sub(s, a) q = Loop<body = ((int64 j, bool goes, float[4] t) => (stays, v) { stays = Identity(goes)"
        " e = Softmax(t) v = Sub(e, p) })>(n, c, s) u = Mul(q, p)") "(n, c, x) }");
}
END_TEST

START_TEST(a_loop_may_run_until_its_condition_fails)
{
    const char *text = "(float[4] x) => (y) <float limit = {9}, bool c = {1}> {"
                       " y = Loop<body = ((int64 i, bool go, float[4] s) => (on, u) { u = Add(s, s)"
                       " m = ReduceMax<keepdims = 0>(u) on = Less(m, limit) })>(, c, x) }";
    run_with("x", (float[]){0.5f, 0.25f, 0.125f, 0});
    planned(text); /* 0.5 doubles until it is 16 */
    ck_assert(run_steps(model_after(plan, text))->numbers[0] == 16);
}
END_TEST

START_TEST(rows_are_collected_round_by_round)
{
    const char *text = "(float[4] x) => (y, z) <int64 n = {3}, bool c = {1}> { y, z = Loop<body = ("
                       "(int64 i, bool go, float[4] s) => (on, u, row) { on = Identity(go) u = Add(s, s)"
                       " row = Softmax(s) })>(n, c, x) }";
    planned(text);
}
END_TEST

/* -- the arena --------------------------------------------------------------------------------- */

START_TEST(values_that_never_live_together_share_memory)
{
    /* of four values of 32 bytes two live at a time */
    const Model *m = planned("(float[8] x) => (y) <int64 axis = {0}> { a = Softmax(x) b = CumSum(a, axis)"
                             " c = CumSum(b, axis) d = CumSum(c, axis) y = ReduceSum(d) }");
    ck_assert_int_eq(m->arena_bytes, 64);
    ck_assert_int_eq(m->arena_lower_bound, 64);
}
END_TEST

START_TEST(sizes_left_to_run_time_count_with_their_bound)
{
    build_bounds("n", 1, 100);
    ck_assert_int_eq(model_after(plan, "(float[n,4] x) => (y) { a = Softmax(x) y = ReduceSum(a) }")->arena_bytes, 1600);
}
END_TEST

START_TEST(tensors_without_elements_still_have_an_address)
{
    const Model *m = model_after(plan, "(float[2,0] x) => (y) { a = Softmax(x) y = ReduceSum(a) }");
    ck_assert_int_eq(m->arena_bytes, step_of_kind(m, STEP_CALL, 0) ? ARENA_ALIGN : 0);
}
END_TEST

START_TEST(a_value_has_less_than_2_gigabytes)
{
    const char *const text = "(float[1024] x) => (y) <int64[2] s = {%d, 1024}> { a = Expand(x, s) y = ReduceSum(a) }";
    ck_assert(!is_refused_by(plan, mem_printf(text, 524287))); /* 4 KB less than 2^31 bytes */
    ck_assert(is_refused_by(plan, mem_printf(text, 524288)));
}
END_TEST

START_TEST(so_has_the_arena)
{
    const char *const text = "(float[1024] x) => (y) <int64[2] s = {%d, 1024}, int64 axis = {0}> {"
                             " a = Expand(x, s) b = CumSum(a, axis) y = ReduceSum(b) }";
    ck_assert(!is_refused_by(plan, mem_printf(text, 262143))); /* two of 4 KB less than 2^30 bytes */
    ck_assert(is_refused_by(plan, mem_printf(text, 262144)));
}
END_TEST

Suite *plan_suite(void)
{
    Suite *suite = suite_create("plan");
    TCase *tests = tcase_create("plan");
    tcase_add_checked_fixture(tests, NULL, build_free);
    tcase_add_test(tests, a_reshape_is_a_view);
    tcase_add_test(tests, a_view_may_lie_in_an_input);
    tcase_add_test(tests, an_outermost_slice_is_a_view_that_starts_later);
    tcase_add_test(tests, parts_of_a_concat_are_computed_where_it_wants_them);
    tcase_add_test(tests, what_is_concatenated_twice_is_copied_once);
    tcase_add_test(tests, inputs_and_constants_are_copied_into_a_concat);
    tcase_add_test(tests, a_part_of_a_part_is_copied);
    tcase_add_test(tests, an_output_is_computed_in_its_place);
    tcase_add_test(tests, an_output_that_is_an_input_is_copied);
    tcase_add_test(tests, an_output_of_two_names_is_copied_to_the_second);
    tcase_add_test(tests, both_branches_compute_the_result_in_its_place);
    tcase_add_test(tests, a_branch_that_hands_on_an_outer_value_copies_it);
    tcase_add_test(tests, sizes_left_to_run_time_make_views_too);
    tcase_add_test(tests, where_a_stretch_starts_only_the_run_tells_it_is_copied);
    tcase_add_test(tests, a_loop_writes_over_an_operand_that_dies);
    tcase_add_test(tests, an_operand_that_is_needed_later_stays);
    tcase_add_test(tests, inputs_are_never_written_over);
    tcase_add_test(tests, only_an_element_as_wide_may_take_the_place);
    tcase_add_test(tests, an_operand_that_broadcasts_is_not_written_over);
    tcase_add_test(tests, both_operands_may_be_the_same_value);
    tcase_add_test(tests, nothing_is_written_over_what_another_operand_reads_elsewhere);
    tcase_add_test(tests, kernels_that_can_work_in_place_do);
    tcase_add_test(tests, a_result_over_a_view_lies_in_the_viewed);
    tcase_add_test(tests, a_view_keeps_what_it_lies_in_alive);
    tcase_add_test(tests, a_larger_result_needs_room_of_its_own);
    tcase_add_test(tests, a_state_is_changed_in_its_place);
    tcase_add_test(tests, a_state_that_is_read_after_its_successor_is_made_is_kept);
    tcase_add_test(tests, states_may_change_places);
    tcase_add_test(tests, a_state_may_become_something_from_outside);
    tcase_add_test(tests, what_every_round_reads_lives_through_all_of_them);
    tcase_add_test(tests, what_a_round_makes_for_itself_may_lie_over_what_another_step_of_it_needs_no_more);
    tcase_add_test(tests, a_loop_in_a_loop);
    tcase_add_test(tests, a_loop_may_run_until_its_condition_fails);
    tcase_add_test(tests, rows_are_collected_round_by_round);
    tcase_add_test(tests, values_that_never_live_together_share_memory);
    tcase_add_test(tests, sizes_left_to_run_time_count_with_their_bound);
    tcase_add_test(tests, tensors_without_elements_still_have_an_address);
    tcase_add_test(tests, a_value_has_less_than_2_gigabytes);
    tcase_add_test(tests, so_has_the_arena);
    suite_add_tcase(suite, tests);
    return suite;
}
