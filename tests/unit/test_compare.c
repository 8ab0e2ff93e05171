/* test_compare.c: which tensors count as equal, and how far apart others are. */
#include "verify/compare.h"

#include <check.h>
#include <float.h>
#include <math.h>

Suite *compare_suite(void);

static const Tolerance usual = {.relative = 1e-3, .absolute = 1e-7}, none = {0, 0, false};

#define COMPARE(dtype, found, expected, tolerance) \
    compare(dtype, found, expected, (int64_t)(sizeof(expected) / sizeof *(expected)), tolerance)

START_TEST(equal_floats_are_infinitely_close)
{
    const float x[] = {1, -2, 0.5F};
    Comparison c = COMPARE(DT_FLOAT, x, x, none);
    ck_assert(c.differing == 0 && c.first == -1 && c.measured && c.has_ulp);
    ck_assert(c.max_absolute == 0 && c.max_relative == 0 && c.max_ulp == 0);
    ck_assert_double_eq_tol(c.cosine, 1, 1e-15);
    ck_assert(isinf(c.snr) && c.snr > 0);
}
END_TEST

/* 1000 allows 1.0000001, 0 allows 1e-7. */
START_TEST(tolerance_is_absolute_plus_relative)
{
    const double found[] = {1000.5, 1001.5, 0.9e-7, 1.1e-7}, expected[] = {1000, 1000, 0, 0};
    Comparison c = COMPARE(DT_DOUBLE, found, expected, usual);
    ck_assert_int_eq(c.differing, 2);
    ck_assert_int_eq(c.first, 1);
    ck_assert(c.max_absolute == 1.5);
    ck_assert(isinf(c.max_relative)); /* of 0 */
}
END_TEST

/* 100 * 1e-5 is 1e-3; infinities are no scale, and what was given as it is stays so. */
START_TEST(tolerance_grows_with_the_scale_of_the_tensor)
{
    const float found[] = {0.9e-3F, 1.1e-3F, -100, INFINITY}, expected[] = {0, 0, -100, INFINITY};
    const Tolerance scaled = {.relative = 0, .absolute = 1e-7, .scaled = true}, exact = {.absolute = 1e-7};
    Comparison c = COMPARE(DT_FLOAT, found, expected, scaled);
    ck_assert_int_eq(c.differing, 1);
    ck_assert_int_eq(c.first, 1);
    ck_assert_double_eq_tol(c.used.absolute, 1e-3, 1e-9);
    ck_assert_int_eq(COMPARE(DT_FLOAT, found, expected, exact).differing, 2);
    ck_assert_int_eq(COMPARE(DT_FLOAT, expected, expected, scaled).differing, 0);
}
END_TEST

START_TEST(scale_counts_by_the_precision_of_the_type)
{
    const uint16_t ones[] = {0x3c00, 0x3c00}, bfloat_ones[] = {0x3f80};
    const float tiny[] = {1e-5F};
    const Tolerance scaled = {.absolute = 1e-7, .scaled = true};
    ck_assert_double_eq_tol(tolerance_for(DT_FLOAT16, ones, 2, scaled).absolute, 1e-3, 1e-12);
    ck_assert_double_eq_tol(tolerance_for(DT_BFLOAT16, bfloat_ones, 1, scaled).absolute, 1e-2, 1e-12);
    ck_assert(tolerance_for(DT_FLOAT, tiny, 1, scaled).absolute == 1e-7);
}
END_TEST

START_TEST(largest_errors_come_first)
{
    const float found[] = {1, 9, 5, 3, 7}, expected[] = {1, 1, 1, 1, 1};
    Comparison c = COMPARE(DT_FLOAT, found, expected, none);
    ck_assert_int_eq(c.n_worst, MOST_WORST);
    ck_assert(c.worst[0] == 1 && c.worst[1] == 4 && c.worst[2] == 2);
    const int32_t a[] = {1, 5, 1}, b[] = {1, 1, 5};
    c = COMPARE(DT_INT32, a, b, none);
    ck_assert(c.n_worst == 2 && c.worst[0] == 1 && c.worst[1] == 2);
}
END_TEST

START_TEST(tolerance_is_relative_to_what_is_expected)
{
    const float found[] = {2}, expected[] = {1};
    Tolerance all = {.relative = 1, .absolute = 0}, half = {.relative = 0.5, .absolute = 0};
    ck_assert_int_eq(COMPARE(DT_FLOAT, found, expected, all).differing, 0);
    ck_assert_int_eq(COMPARE(DT_FLOAT, expected, found, half).differing, 0);
    ck_assert_int_eq(COMPARE(DT_FLOAT, found, expected, half).differing, 1);
}
END_TEST

START_TEST(nan_equals_nan_only)
{
    const float found[] = {NAN, NAN, 1}, expected[] = {NAN, 1, NAN};
    Comparison c = COMPARE(DT_FLOAT, found, expected, usual);
    ck_assert_int_eq(c.differing, 2);
    ck_assert_int_eq(c.first, 1);
    ck_assert(isinf(c.max_absolute));
    ck_assert(c.max_ulp == 0); /* there are none between NaN and a number */
}
END_TEST

START_TEST(infinities_are_equal_with_equal_sign)
{
    const float found[] = {INFINITY, -INFINITY, INFINITY, FLT_MAX},
                expected[] = {INFINITY, -INFINITY, -INFINITY, INFINITY};
    Comparison c = COMPARE(DT_FLOAT, found, expected, usual);
    ck_assert_int_eq(c.differing, 2);
    ck_assert_int_eq(c.first, 2);
}
END_TEST

START_TEST(ulps_count_representable_numbers)
{
    const float found[] = {1, nextafterf(nextafterf(1, 2), 2)}, expected[] = {1, 1};
    ck_assert_uint_eq(COMPARE(DT_FLOAT, found, expected, none).max_ulp, 2);
    const double small[] = {-5e-324}, zero[] = {5e-324}; /* -5e-324, -0 and 0 in one place, 5e-324 */
    ck_assert_uint_eq(COMPARE(DT_DOUBLE, small, zero, none).max_ulp, 2);
    const float plus[] = {0.0F}, minus[] = {-0.0F};
    Comparison zeros = COMPARE(DT_FLOAT, plus, minus, none);
    ck_assert(zeros.max_ulp == 0 && zeros.differing == 0);
}
END_TEST

/* [3, 4] and [4, 3]: 24/25. Noise [1, -1] has power 2, the signal 25: 10 log10(12.5). */
START_TEST(cosine_and_noise)
{
    const float found[] = {4, 3}, expected[] = {3, 4};
    Comparison c = COMPARE(DT_FLOAT, found, expected, none);
    ck_assert_double_eq_tol(c.cosine, 24.0 / 25, 1e-12);
    ck_assert_double_eq_tol(c.snr, 10 * log10(12.5), 1e-12);
    const float zero[] = {0, 0};
    ck_assert(COMPARE(DT_FLOAT, zero, zero, none).cosine == 1);
    ck_assert(COMPARE(DT_FLOAT, zero, expected, none).cosine == 0);
}
END_TEST

/* 0x3c00 is 1 and 0x3c01 the next float16, 1 + 2^-10; as bfloat16 1 is 0x3f80, its neighbour 1 + 2^-7. */
START_TEST(halves_are_compared_as_numbers)
{
    const uint16_t f16[] = {0x3c01}, one16[] = {0x3c00}, bf16[] = {0x3f81}, one_bf16[] = {0x3f80};
    ck_assert_int_eq(COMPARE(DT_FLOAT16, f16, one16, usual).differing, 0);
    ck_assert(COMPARE(DT_FLOAT16, f16, one16, usual).max_absolute == 0x1p-10);
    ck_assert_int_eq(COMPARE(DT_BFLOAT16, bf16, one_bf16, usual).differing, 1);
    ck_assert_uint_eq(COMPARE(DT_BFLOAT16, bf16, one_bf16, usual).max_ulp, 1);
    const uint16_t nan1[] = {0x7e00}, nan2[] = {0xffff};
    ck_assert_int_eq(COMPARE(DT_FLOAT16, nan1, nan2, usual).differing, 0);
}
END_TEST

/* 0x38 is 1 in float8e4m3fn, 0x40 is 2; 0x7f and 0xff are NaN. */
START_TEST(bytes_of_float8_are_compared_as_numbers)
{
    const uint8_t found[] = {0x40, 0x7f}, expected[] = {0x38, 0xff};
    Comparison c = COMPARE(DT_FLOAT8E4M3FN, found, expected, usual);
    ck_assert(c.differing == 1 && c.first == 0);
    ck_assert(c.max_absolute == 1);
    ck_assert_uint_eq(c.max_ulp, 8);
}
END_TEST

START_TEST(integers_must_be_equal)
{
    const int32_t found[] = {1000000, 7}, expected[] = {1000001, 7};
    Comparison c = COMPARE(DT_INT32, found, expected, usual);
    ck_assert(c.differing == 1 && c.first == 0 && !c.has_ulp);
    ck_assert(c.max_absolute == 1);
}
END_TEST

/* 2^62 and 2^62 + 1 are the same double. */
START_TEST(large_integers_are_told_apart)
{
    const int64_t found[] = {(INT64_C(1) << 62) + 1}, expected[] = {INT64_C(1) << 62};
    Comparison c = COMPARE(DT_INT64, found, expected, usual);
    ck_assert(c.differing == 1 && c.max_absolute == 1);
}
END_TEST

/* Elements 1 and -2 in 0xe1, 7 in 0x07; the last four bits belong to none. */
START_TEST(packed_elements_are_compared_one_by_one)
{
    const uint8_t found[] = {0xe1, 0xf7}, expected[] = {0xe1, 0x07}, other[] = {0xd1, 0x07};
    ck_assert_int_eq(compare(DT_INT4, found, expected, 3, usual).differing, 0);
    Comparison c = compare(DT_INT4, other, expected, 3, usual);
    ck_assert(c.differing == 1 && c.first == 1 && c.max_absolute == 1); /* -3 and -2 */
}
END_TEST

START_TEST(strings_have_no_distance)
{
    const char *const found[] = {"a", "", "b"}, *const expected[] = {"a", "", "c"};
    Comparison c = COMPARE(DT_STRING, found, expected, usual);
    ck_assert(c.differing == 1 && c.first == 2 && !c.measured);
}
END_TEST

/* |1000i - (1 + 1000i)| = 1 <= 1e-3 * 1000, though the real parts alone are far apart. */
START_TEST(complex_numbers_are_compared_by_modulus)
{
    const float found[] = {0, 1000}, expected[] = {1, 1000}, far[] = {2, 1000};
    ck_assert_int_eq(compare(DT_COMPLEX64, found, expected, 1, usual).differing, 0);
    ck_assert_int_eq(compare(DT_COMPLEX64, found, far, 1, usual).differing, 1);
}
END_TEST

START_TEST(nothing_equals_nothing)
{
    const float x[] = {0};
    Comparison c = compare(DT_FLOAT, x, x, 0, none);
    ck_assert(c.differing == 0 && c.cosine == 1 && isinf(c.snr));
}
END_TEST

Suite *compare_suite(void)
{
    Suite *suite = suite_create("compare");
    TCase *tests = tcase_create("compare");
    tcase_add_test(tests, tolerance_grows_with_the_scale_of_the_tensor);
    tcase_add_test(tests, scale_counts_by_the_precision_of_the_type);
    tcase_add_test(tests, largest_errors_come_first);
    tcase_add_test(tests, equal_floats_are_infinitely_close);
    tcase_add_test(tests, tolerance_is_absolute_plus_relative);
    tcase_add_test(tests, tolerance_is_relative_to_what_is_expected);
    tcase_add_test(tests, nan_equals_nan_only);
    tcase_add_test(tests, infinities_are_equal_with_equal_sign);
    tcase_add_test(tests, ulps_count_representable_numbers);
    tcase_add_test(tests, cosine_and_noise);
    tcase_add_test(tests, halves_are_compared_as_numbers);
    tcase_add_test(tests, bytes_of_float8_are_compared_as_numbers);
    tcase_add_test(tests, integers_must_be_equal);
    tcase_add_test(tests, large_integers_are_told_apart);
    tcase_add_test(tests, packed_elements_are_compared_one_by_one);
    tcase_add_test(tests, strings_have_no_distance);
    tcase_add_test(tests, complex_numbers_are_compared_by_modulus);
    tcase_add_test(tests, nothing_equals_nothing);
    suite_add_tcase(suite, tests);
    return suite;
}
