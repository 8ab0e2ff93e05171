/* test_lookup.c: operators whose places or sizes come from data: Gather, Scatter and their kin,
 * selection, OneHot, Trilu. */
#include "kernels.h"
#include "run_op.h"

#include <check.h>
#include <math.h>
#include <string.h>

Suite *lookup_suite(void);

static Value *floats(Node *n, int rank, const int64_t *dims, const float *data)
{
    return op_input(n, DT_FLOAT, rank, dims, data);
}

static Value *longs(Node *n, int rank, const int64_t *dims, const int64_t *data)
{
    return op_input(n, DT_INT64, rank, dims, data);
}

static void expect_values(const Node *n, int output, int count, const double *expected)
{
    ck_assert_int_eq(value_count(n->out[output]), count);
    for (int i = 0; i < count; i++) {
        double found = const_as_double(n->out[output], i);
        bool same = isnan(expected[i]) ? isnan(found) : found == expected[i];
        ck_assert_msg(same, "output %d of %s is %g at %d, expected %g", output, shown(n->op_type), found, i,
                      expected[i]);
    }
}

static const float six[] = {0, 1, 2, 3, 4, 5};

/* -- Gather and its kin ------------------------------------------------------------------------ */

static Node *gather(const char *op_type, int count, const int64_t *index)
{
    Node *n = op_node(op_type, "", 13);
    floats(n, 2, (int64_t[]){2, 3}, six);
    longs(n, 1, (int64_t[]){count}, index);
    attr_set_int(n, "axis", 1);
    return n;
}

/* Indices at even distances become strides, others a call of the kernel. */
START_TEST(gathers_by_indices_from_either_end)
{
    Node *n = gather("Gather", 2, (int64_t[]){2, 0});
    op_run(n, 1);
    expect_values(n, 0, 4, (double[]){2, 0, 5, 3});
    op_free();
    n = gather("Gather", 4, (int64_t[]){-1, 1, 1, -3});
    op_run(n, 1);
    expect_values(n, 0, 8, (double[]){2, 1, 1, 0, 5, 4, 4, 3});
    op_free();
}
END_TEST

START_TEST(constant_indices_outside_are_refused)
{
    Node *n = gather("Gather", 1, (int64_t[]){3});
    ck_assert(op_refused(n, 1));
    op_free();
    n = gather("Gather", 1, (int64_t[]){-4});
    ck_assert(op_refused(n, 1));
    op_free();
}
END_TEST

START_TEST(gathers_tuples_within_batches)
{
    Node *n = op_node("GatherND", "", 13);
    floats(n, 2, (int64_t[]){2, 3}, six);
    longs(n, 2, (int64_t[]){2, 1}, (int64_t[]){2, -2});
    attr_set_int(n, "batch_dims", 1);
    op_run(n, 1);
    expect_values(n, 0, 2, (double[]){2, 4});
    op_free();
}
END_TEST

START_TEST(tuples_outside_are_refused_by_the_kernel)
{
    Node *n = op_node("GatherND", "", 13);
    floats(n, 2, (int64_t[]){2, 3}, six);
    longs(n, 2, (int64_t[]){1, 2}, (int64_t[]){1, 3});
    ck_assert(!op_refused(n, 1));
    ck_assert(!op_evaluates(n));
    op_free();
}
END_TEST

/* -- Scatter and its kin ----------------------------------------------------------------------- */

static Node *scatter(DType t, const void *data, const void *updates, const char *reduction)
{
    Node *n = op_node("ScatterElements", "", 18);
    op_input(n, t, 1, (int64_t[]){3}, data);
    longs(n, 1, (int64_t[]){4}, (int64_t[]){1, -2, 0, 1});
    op_input(n, t, 1, (int64_t[]){4}, updates);
    attr_set_string(n, "reduction", reduction);
    op_run(n, 1);
    return n;
}

/* Places 1, 1, 0, 1 of [10, 20, 30] meet the updates 2, 3, 4, 5. */
START_TEST(scatters_reduce_in_order)
{
    static const float data[] = {10, 20, 30}, updates[] = {2, 3, 4, 5};
    static const struct {
        const char *reduction;
        double expected[3];
    } cases[] = {
        {"none", {4, 5, 30}}, {"add", {14, 30, 30}}, {"mul", {40, 600, 30}}, {"max", {10, 20, 30}}, {"min", {4, 2, 30}},
    };
    for (int i = 0; i < 5; i++) {
        Node *n = scatter(DT_FLOAT, data, updates, cases[i].reduction);
        expect_values(n, 0, 3, cases[i].expected);
        op_free();
    }
}
END_TEST

START_TEST(scatters_reduce_bools_by_or_and_and)
{
    static const bool data[] = {true, false, true}, updates[] = {false, true, false, false};
    static const struct {
        const char *reduction;
        double expected[3];
    } cases[] = {
        {"add", {1, 1, 1}},
        {"max", {1, 1, 1}},
        {"mul", {0, 0, 1}},
        {"min", {0, 0, 1}},
    };
    for (int i = 0; i < 4; i++) {
        Node *n = scatter(DT_BOOL, data, updates, cases[i].reduction);
        expect_values(n, 0, 3, cases[i].expected);
        op_free();
    }
}
END_TEST

START_TEST(scatters_slices)
{
    Node *n = op_node("ScatterND", "", 18);
    floats(n, 2, (int64_t[]){2, 3}, six);
    longs(n, 2, (int64_t[]){2, 1}, (int64_t[]){-1, 1});
    floats(n, 2, (int64_t[]){2, 3}, (const float[]){1, 1, 1, 2, 2, 2});
    attr_set_string(n, "reduction", "add");
    op_run(n, 1);
    expect_values(n, 0, 6, (double[]){0, 1, 2, 6, 7, 8});
    op_free();
}
END_TEST

/* A cache of 4 positions of one number, written at 3: around its end, or refused. */
START_TEST(caches_are_written_around_their_end)
{
    for (int circular = 0; circular < 2; circular++) {
        Node *n = op_node("TensorScatter", "", 24);
        floats(n, 3, (int64_t[]){1, 4, 1}, six);
        floats(n, 3, (int64_t[]){1, 2, 1}, (const float[]){8, 9});
        longs(n, 1, (int64_t[]){1}, (int64_t[]){3});
        attr_set_string(n, "mode", circular ? "circular" : "linear");
        ck_assert(!op_refused(n, 1));
        ck_assert_int_eq(op_evaluates(n), circular);
        if (circular) expect_values(n, 0, 4, (double[]){9, 1, 2, 8});
        op_free();
    }
}
END_TEST

/* -- OneHot, Trilu, ReverseSequence ------------------------------------------------------------ */

START_TEST(one_hot_ignores_what_is_outside)
{
    Node *n = op_node("OneHot", "", 11);
    longs(n, 1, (int64_t[]){4}, (int64_t[]){1, -1, 3, -4});
    longs(n, 0, NULL, (int64_t[]){3});
    floats(n, 1, (int64_t[]){2}, (const float[]){-1, 7});
    attr_set_int(n, "axis", 0);
    op_run(n, 1);
    expect_values(n, 0, 12, (double[]){-1, -1, -1, -1, 7, -1, -1, -1, -1, 7, -1, -1});
    op_free();
}
END_TEST

START_TEST(triangles_far_from_the_diagonal_are_all_or_nothing)
{
    static const int64_t far[] = {INT64_MIN, INT64_MAX};
    for (int c = 0; c < 4; c++) {
        bool upper = c & 1, all = upper == (far[c >> 1] < 0);
        Node *n = op_node("Trilu", "", 14);
        floats(n, 2, (int64_t[]){2, 3}, six);
        longs(n, 0, NULL, &far[c >> 1]);
        attr_set_int(n, "upper", upper);
        op_run(n, 1);
        for (int i = 0; i < 6; i++) ck_assert(op_floats(n, 0)[i] == (all ? six[i] : 0));
        op_free();
    }
}
END_TEST

START_TEST(sequences_are_reversed_up_to_their_lengths)
{
    Node *n = op_node("ReverseSequence", "", 10);
    floats(n, 2, (int64_t[]){3, 2}, six); /* [time][batch] */
    longs(n, 1, (int64_t[]){2}, (int64_t[]){3, 2});
    op_run(n, 1);
    expect_values(n, 0, 6, (double[]){4, 3, 2, 1, 0, 5});
    op_free();
    n = op_node("ReverseSequence", "", 10);
    floats(n, 2, (int64_t[]){3, 2}, six);
    longs(n, 1, (int64_t[]){2}, (int64_t[]){4, 0});
    ck_assert(!op_refused(n, 1) && !op_evaluates(n));
    op_free();
}
END_TEST

/* -- results of a size that the data decide ---------------------------------------------------- */

START_TEST(compress_stops_where_the_condition_ends)
{
    Node *n = op_node("Compress", "", 11);
    floats(n, 2, (int64_t[]){2, 3}, six);
    op_input(n, DT_BOOL, 1, (int64_t[]){2}, (const bool[]){false, true});
    attr_set_int(n, "axis", 1);
    op_run(n, 1);
    expect_values(n, 0, 2, (double[]){1, 4});
    op_free();
}
END_TEST

START_TEST(nan_is_not_zero_and_minus_zero_is)
{
    Node *n = op_node("NonZero", "", 13);
    floats(n, 2, (int64_t[]){2, 2}, (const float[]){-0.0f, NAN, 0, 1});
    op_run(n, 1);
    expect_values(n, 0, 4, (double[]){0, 1, 1, 1});
    op_free();
}
END_TEST

/* [3, NaN, 1, NaN, 3]: NaN comes last and is one value. */
START_TEST(unique_sorts_or_keeps_the_order)
{
    static const float x[] = {3, NAN, 1, NAN, 3};
    static const double expected[2][4][5] = {
        {{3, NAN, 1}, {0, 1, 2}, {0, 1, 2, 1, 0}, {2, 2, 1}},
        {{1, 3, NAN}, {2, 0, 1}, {1, 2, 0, 2, 1}, {1, 2, 2}},
    };
    for (int sorted = 0; sorted < 2; sorted++) {
        Node *n = op_node("Unique", "", 11);
        floats(n, 1, (int64_t[]){5}, x);
        attr_set_int(n, "sorted", sorted);
        op_run(n, 4);
        for (int i = 0; i < 4; i++) expect_values(n, i, i == 2 ? 5 : 3, expected[sorted][i]);
        op_free();
    }
}
END_TEST

/* The columns of [[2, 1, 2], [5, 4, 5]]. */
START_TEST(unique_compares_whole_slices)
{
    Node *n = op_node("Unique", "", 11);
    longs(n, 2, (int64_t[]){2, 3}, (int64_t[]){2, 1, 2, 5, 4, 5});
    attr_set_int(n, "axis", 1);
    op_run(n, 4);
    expect_values(n, 0, 4, (double[]){1, 2, 4, 5});
    expect_values(n, 1, 2, (double[]){1, 0});
    expect_values(n, 2, 3, (double[]){1, 0, 1});
    expect_values(n, 3, 2, (double[]){1, 2});
    op_free();
}
END_TEST

/* Many, so that the merges meet ends of all kinds. */
START_TEST(unique_of_many)
{
    test_seed(6);
    for (int round = 0; round < 40; round++) {
        int count = 1 + test_below(70), seen[8] = {0}, distinct = 0;
        int64_t x[70];
        for (int i = 0; i < count; i++) {
            x[i] = test_below(8);
            distinct += !seen[x[i]]++;
        }
        Node *n = op_node("Unique", "", 11);
        longs(n, 1, (int64_t[]){count}, x);
        op_run(n, 4);
        ck_assert_int_eq(value_count(n->out[0]), distinct);
        for (int i = 0; i < distinct; i++) {
            int64_t value = op_int64s(n, 0)[i], first = op_int64s(n, 1)[i];
            ck_assert(i == 0 || value > op_int64s(n, 0)[i - 1]);
            ck_assert_int_eq(op_int64s(n, 3)[i], seen[value]);
            for (int k = 0; k <= first; k++) ck_assert_int_eq(x[k] == value, k == first);
        }
        for (int i = 0; i < count; i++) ck_assert_int_eq(op_int64s(n, 0)[op_int64s(n, 2)[i]], x[i]);
        op_free();
    }
}
END_TEST

/* Of keys that stand there twice the last one counts; those that nobody asks for are passed over. */
START_TEST(keys_are_found_among_others)
{
    const char *const texts[] = {"b", "z", "a", "b"}, *const asked[] = {"a", "b", "c"};
    int64_t places[3];
    key_places_str(texts, asked, places, 4, 3);
    ck_assert_mem_eq(places, ((int64_t[]){2, 3, 4}), sizeof places);
    key_places_i64((int64_t[]){9, -1}, (int64_t[]){-1, 0, 9}, places, 2, 3);
    ck_assert_mem_eq(places, ((int64_t[]){1, 2, 0}), sizeof places);
    ck_assert_int_eq(key_places_below((int64_t[]){2, 3, 0}, places, 3, 3), 0);
    ck_assert_mem_eq(places, ((int64_t[]){2, 3, 0}), sizeof places);
    ck_assert_int_ne(key_places_below((int64_t[]){2, -1}, places, 2, 3), 0);
}
END_TEST

Suite *lookup_suite(void)
{
    Suite *suite = suite_create("lookup");
    TCase *c = tcase_create("lookup");
    tcase_add_test(c, gathers_by_indices_from_either_end);
    tcase_add_test(c, constant_indices_outside_are_refused);
    tcase_add_test(c, gathers_tuples_within_batches);
    tcase_add_test(c, tuples_outside_are_refused_by_the_kernel);
    tcase_add_test(c, scatters_reduce_in_order);
    tcase_add_test(c, scatters_reduce_bools_by_or_and_and);
    tcase_add_test(c, scatters_slices);
    tcase_add_test(c, caches_are_written_around_their_end);
    tcase_add_test(c, one_hot_ignores_what_is_outside);
    tcase_add_test(c, triangles_far_from_the_diagonal_are_all_or_nothing);
    tcase_add_test(c, sequences_are_reversed_up_to_their_lengths);
    tcase_add_test(c, compress_stops_where_the_condition_ends);
    tcase_add_test(c, nan_is_not_zero_and_minus_zero_is);
    tcase_add_test(c, unique_sorts_or_keeps_the_order);
    tcase_add_test(c, unique_compares_whole_slices);
    tcase_add_test(c, unique_of_many);
    tcase_add_test(c, keys_are_found_among_others);
    suite_add_tcase(suite, c);
    return suite;
}
