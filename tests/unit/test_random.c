/* test_random.c: numbers that are drawn: those of the published generator, and distributed as they should be. */
#include "kernels.h"
#include "run_op.h"

#include <check.h>

Suite *random_suite(void);

enum { MANY = 40000 };

/* Philox4x32-10 of a counter and a key of 0, as its authors print it (Random123, kat_vectors). */
START_TEST(words_are_those_of_philox)
{
    static const uint32_t expected[] = {0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8};
    uint32_t words[4];
    random_words(0, 0, 0, words);
    for (int i = 0; i < 4; i++) ck_assert_uint_eq(words[i], expected[i]);
}
END_TEST

/* Mean and variance of what is drawn. */
static void expect_moments(const double *x, double mean, double variance)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < MANY; i++) sum += x[i];
    for (int i = 0; i < MANY; i++) squares += (x[i] - mean) * (x[i] - mean);
    ck_assert_double_eq_tol(sum / MANY, mean, 5 * sqrt(variance / MANY));
    ck_assert_double_eq_tol(squares / MANY, variance, 5 * variance * sqrt(2.0 / MANY));
}

START_TEST(uniform_numbers)
{
    static double x[MANY];
    static float narrow[MANY];
    random_uniform_f64(x, MANY, (uint64_t)_i, -1, 3);
    for (int i = 0; i < MANY; i++) ck_assert(x[i] >= -1 && x[i] < 3);
    expect_moments(x, 1, 16.0 / 12);
    random_uniform_f32(narrow, MANY, (uint64_t)_i, 0, 1);
    for (int i = 0; i < MANY; i++) x[i] = (double)narrow[i];
    expect_moments(x, 0.5, 1.0 / 12);
    random_uniform_f32(narrow, MANY, (uint64_t)_i, 1e7, 1e7 + 4); /* whole numbers only, half of the last below 4 */
    for (int i = 0; i < MANY; i++) ck_assert(narrow[i] >= 1e7F && narrow[i] < 1e7F + 4);
}
END_TEST

START_TEST(normal_numbers)
{
    static double x[MANY];
    static float narrow[MANY];
    int beyond = 0;
    random_normal_f64(x, MANY, (uint64_t)_i, 2, 3);
    expect_moments(x, 2, 9);
    for (int i = 0; i < MANY; i++) beyond += fabs(x[i] - 2) > 2 * 3;
    ck_assert_double_eq_tol((double)beyond / MANY, 0.0455, 0.006);
    random_normal_f32(narrow, MANY, (uint64_t)_i, 0, 1);
    for (int i = 0; i < MANY; i++) x[i] = (double)narrow[i];
    expect_moments(x, 0, 1);
}
END_TEST

START_TEST(classes_by_their_probabilities)
{
    static int32_t y[MANY];
    const double x[] = {log(0.1), log(0.6), -INFINITY, log(0.3)};
    const double chances[] = {0.1, 0.6, 0, 0.3};
    double sums[4];
    int counts[4] = {0};
    multinomial_f64_i32(x, sums, y, 1, 4, MANY, 7);
    for (int i = 0; i < MANY; i++) counts[y[i]]++;
    for (int c = 0; c < 4; c++)
        ck_assert_double_eq_tol((double)counts[c] / MANY, chances[c],
                                1e-9 + 5 * sqrt(chances[c] * (1 - chances[c]) / MANY));
}
END_TEST

Suite *random_suite(void)
{
    Suite *s = suite_create("random");
    TCase *c = tcase_create("numbers");
    tcase_add_test(c, words_are_those_of_philox);
    tcase_add_loop_test(c, uniform_numbers, 0, 3);
    tcase_add_loop_test(c, normal_numbers, 0, 3);
    tcase_add_test(c, classes_by_their_probabilities);
    suite_add_tcase(s, c);
    return s;
}
