/* test_made_inputs.c: inputs that verify makes up where there are no data. */
#include "build.h"
#include "verify/made_inputs.h"

#include "base/base.h"

#include <check.h>
#include <math.h>
#include <string.h>

Suite *made_inputs_suite(void);

/* The input of this name, filled. */
static const Value *made(const Model *m, const char *name, uint64_t seed)
{
    Value *v = value_called(m, name);
    Random r = random_start(seed, 0, 0);
    ck_assert(make_input(v, &r));
    return v;
}

/* Least and largest; fails the test if they are equal, for a constant is no test. */
static void range_of(const Value *v, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (int64_t i = 0; i < value_count(v); i++) {
        double x = number_real(v->type.dtype, v->data, i);
        *low = fmin(*low, x);
        *high = fmax(*high, x);
    }
    ck_assert(*low < *high);
}

static void ck_range(const Value *v, double low, double high)
{
    double least, most;
    range_of(v, &least, &most);
    ck_assert_double_eq(least, low);
    ck_assert_double_eq(most, high);
}

START_TEST(ids_lie_within_the_table)
{
    const Model *m = model_of("(int64[2,200] ids) => (y) <float[7,4] table> { y = Gather(table, ids) }");
    ck_range(made(m, "ids", 1), 0, 6);
}
END_TEST

/* Through a Cast, along another axis; the smaller of two tables counts. */
START_TEST(ids_are_followed_to_every_table)
{
    const Model *m = model_of("(int32[300] ids) => (y, z) <float[9,5] table, float[7,4] other> {"
                              " wide = Cast<to = 7>(ids)"
                              " y = Gather<axis = 1>(table, wide)"
                              " z = Gather(other, ids) }");
    ck_range(made(m, "ids", 1), 0, 4);
}
END_TEST

START_TEST(lengths_lie_within_the_axis)
{
    const Model *m = model_of("(float[6,40,3] x, int64[40] ends) => (y) {"
                              " y = ReverseSequence<time_axis = 0, batch_axis = 1>(x, ends) }");
    ck_range(made(m, "ends", 1), 1, 6);
}
END_TEST

START_TEST(masks_are_ones_and_then_zeros)
{
    const Model *m = model_of("(int64[20,8] attention_mask) => (y) { y = Neg(attention_mask) }");
    const Value *v = made(m, "attention_mask", 1);
    const int64_t *x = v->data;
    ck_range(v, 0, 1);
    for (int i = 0; i < 160; i++) {
        if (i % 8 == 0) ck_assert_int_eq(x[i], 1);
        else ck_assert(x[i] <= x[i - 1]);
    }
}
END_TEST

START_TEST(images_lie_in_0_to_1)
{
    const Model *m = model_of("(float[1,3,9,9] image) => (y) { y = Relu(image) }");
    double low, high;
    range_of(made(m, "image", 1), &low, &high);
    ck_assert(low >= 0 && low < 0.05 && high < 1 && high > 0.95);
}
END_TEST

START_TEST(other_floats_are_like_normal_ones)
{
    const Model *m = model_of("(float[4000] x) => (y) { y = Relu(x) }");
    const float *x = made(m, "x", 1)->data;
    double sum = 0, squares = 0;
    for (int i = 0; i < 4000; i++) {
        sum += x[i];
        squares += (double)x[i] * x[i];
    }
    ck_assert_double_eq_tol(sum / 4000, 0, 0.08);
    ck_assert_double_eq_tol(squares / 4000, 1, 0.12);
}
END_TEST

START_TEST(the_seed_decides)
{
    const char *text = "(float[5] x) => (y) { y = Relu(x) }";
    const void *once = made(model_of(text), "x", 1)->data, *again = made(model_of(text), "x", 1)->data,
               *other = made(model_of(text), "x", 2)->data;
    ck_assert(!memcmp(once, again, 20));
    ck_assert(memcmp(once, other, 20));
}
END_TEST

START_TEST(runs_and_inputs_differ)
{
    Random a = random_start(1, 0, 0), b = random_start(1, 1, 0), c = random_start(1, 0, 1);
    double x = random_unit(&a), y = random_unit(&b), z = random_unit(&c);
    ck_assert(x != y && x != z && y != z);
    ck_assert_int_eq(random_integer(&a, 5, 5), 5);
    ck_assert_int_eq(random_integer(&a, 5, 4), 5);
}
END_TEST

START_TEST(what_has_no_numbers_is_not_made)
{
    const Model *m = model_of("(float[n] x) => (y) { y = Relu(x) }");
    Random r = random_start(1, 0, 0);
    ck_assert(!make_input(value_called(m, "x"), &r));
}
END_TEST

Suite *made_inputs_suite(void)
{
    Suite *suite = suite_create("made_inputs");
    TCase *tests = tcase_create("made_inputs");
    tcase_add_checked_fixture(tests, NULL, build_free);
    tcase_add_test(tests, ids_lie_within_the_table);
    tcase_add_test(tests, ids_are_followed_to_every_table);
    tcase_add_test(tests, lengths_lie_within_the_axis);
    tcase_add_test(tests, masks_are_ones_and_then_zeros);
    tcase_add_test(tests, images_lie_in_0_to_1);
    tcase_add_test(tests, other_floats_are_like_normal_ones);
    tcase_add_test(tests, the_seed_decides);
    tcase_add_test(tests, runs_and_inputs_differ);
    tcase_add_test(tests, what_has_no_numbers_is_not_made);
    suite_add_tcase(suite, tests);
    return suite;
}
