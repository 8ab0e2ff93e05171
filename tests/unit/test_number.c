/* test_number.c: elements of every numeric type as numbers. */
#include "base/number.h"

#include <check.h>
#include <math.h>

Suite *number_suite(void);

static double real(DType t, unsigned code)
{
    uint16_t element = (uint16_t)code;
    return number_real(t, &element, 0);
}

/* The largest numbers and the smallest above 0, from the tables of the OCP and ONNX documents. */
START_TEST(small_floats_have_their_documented_limits)
{
    ck_assert(real(DT_FLOAT16, 0x7bff) == 65504 && real(DT_FLOAT16, 0x0001) == 0x1p-24);
    ck_assert(real(DT_BFLOAT16, 0x3f80) == 1 && real(DT_BFLOAT16, 0x0001) == 0x1p-133);
    ck_assert(real(DT_FLOAT8E4M3FN, 0x7e) == 448 && real(DT_FLOAT8E4M3FN, 0x01) == 0x1p-9);
    ck_assert(real(DT_FLOAT8E4M3FNUZ, 0x7f) == 240 && real(DT_FLOAT8E4M3FNUZ, 0x01) == 0x1p-10);
    ck_assert(real(DT_FLOAT8E5M2, 0x7b) == 57344 && real(DT_FLOAT8E5M2, 0x01) == 0x1p-16);
    ck_assert(real(DT_FLOAT8E5M2FNUZ, 0x7f) == 57344 && real(DT_FLOAT8E5M2FNUZ, 0x01) == 0x1p-17);
    ck_assert(real(DT_FLOAT4E2M1, 0x7) == 6 && real(DT_FLOAT4E2M1, 0x1) == 0.5);
    ck_assert(real(DT_FLOAT8E8M0, 0) == 0x1p-127 && real(DT_FLOAT8E8M0, 254) == 0x1p127);
}
END_TEST

START_TEST(small_floats_have_their_special_values)
{
    ck_assert(real(DT_FLOAT16, 0xfc00) == -(double)INFINITY && isnan(real(DT_FLOAT16, 0x7c01)));
    ck_assert(real(DT_FLOAT8E5M2, 0x7c) == (double)INFINITY && isnan(real(DT_FLOAT8E5M2, 0xfd)));
    ck_assert(isnan(real(DT_FLOAT8E4M3FN, 0x7f)) && isnan(real(DT_FLOAT8E4M3FN, 0xff)));
    ck_assert(isnan(real(DT_FLOAT8E4M3FNUZ, 0x80)) && isnan(real(DT_FLOAT8E5M2FNUZ, 0x80)));
    ck_assert(isnan(real(DT_FLOAT8E8M0, 255)));
    ck_assert(signbit(real(DT_FLOAT16, 0x8000)) && real(DT_FLOAT16, 0x8000) == 0);
}
END_TEST

START_TEST(halves_read_back_as_written)
{
    static const DType types[] = {DT_FLOAT16, DT_BFLOAT16};
    for (unsigned code = 0; code < 0x10000; code++)
        for (int t = 0; t < 2; t++) {
            uint16_t element;
            double x = real(types[t], code);
            number_set(types[t], &element, x);
            if (isnan(x)) ck_assert(isnan(real(types[t], element)));
            else ck_assert_uint_eq(element, code);
        }
}
END_TEST

static unsigned half(DType t, double x)
{
    uint16_t element;
    number_set(t, &element, x);
    return element;
}

/* 65519.99 is below the middle between the largest float16 and what would follow it, 65520 is the middle. */
START_TEST(halves_are_rounded_to_nearest_even)
{
    ck_assert_uint_eq(half(DT_FLOAT16, 1 + 0x1p-11), 0x3c00);
    ck_assert_uint_eq(half(DT_FLOAT16, 1 + 3 * 0x1p-11), 0x3c02);
    ck_assert_uint_eq(half(DT_FLOAT16, 65519.99), 0x7bff);
    ck_assert_uint_eq(half(DT_FLOAT16, 65520), 0x7c00);
    ck_assert_uint_eq(half(DT_FLOAT16, -1e300), 0xfc00);
    ck_assert_uint_eq(half(DT_FLOAT16, 0x1p-25), 0);
    ck_assert_uint_eq(half(DT_FLOAT16, 0x1.8p-25), 1);
    ck_assert_uint_eq(half(DT_BFLOAT16, 1 + 0x1p-8), 0x3f80);
}
END_TEST

START_TEST(integers_keep_their_sign)
{
    const int8_t i8[] = {-1, 127};
    const uint32_t u32[] = {UINT32_MAX};
    const uint64_t u64[] = {UINT64_MAX};
    ck_assert_int_eq(number_int(DT_INT8, i8, 0), -1);
    ck_assert_int_eq(number_int(DT_UINT8, i8, 0), 255);
    ck_assert_int_eq(number_int(DT_UINT32, u32, 0), 4294967295);
    ck_assert(number_real(DT_UINT64, u64, 0) == 0x1p64);
}
END_TEST

/* From the low bits up: 1, -2, 7 as int4; 1, -2, -1, 0 as int2. */
START_TEST(packed_elements_start_at_the_low_bits)
{
    const uint8_t i4[] = {0xe1, 0x07}, i2[] = {0x39};
    ck_assert(number_int(DT_INT4, i4, 0) == 1 && number_int(DT_INT4, i4, 1) == -2 && number_int(DT_INT4, i4, 2) == 7);
    ck_assert(number_int(DT_UINT4, i4, 1) == 14);
    ck_assert(number_int(DT_INT2, i2, 0) == 1 && number_int(DT_INT2, i2, 1) == -2);
    ck_assert(number_int(DT_INT2, i2, 2) == -1 && number_int(DT_INT2, i2, 3) == 0);
}
END_TEST

START_TEST(reals_become_integers_that_exist)
{
    const double x[] = {-1.9, NAN, 1e30, -INFINITY};
    ck_assert_int_eq(number_int(DT_DOUBLE, x, 0), -1);
    ck_assert_int_eq(number_int(DT_DOUBLE, x, 1), 0);
    ck_assert_int_eq(number_int(DT_DOUBLE, x, 2), INT64_MAX);
    ck_assert_int_eq(number_int(DT_DOUBLE, x, 3), INT64_MIN);
}
END_TEST

Suite *number_suite(void)
{
    Suite *suite = suite_create("number");
    TCase *tests = tcase_create("number");
    tcase_add_test(tests, small_floats_have_their_documented_limits);
    tcase_add_test(tests, small_floats_have_their_special_values);
    tcase_add_test(tests, halves_read_back_as_written);
    tcase_add_test(tests, halves_are_rounded_to_nearest_even);
    tcase_add_test(tests, integers_keep_their_sign);
    tcase_add_test(tests, packed_elements_start_at_the_low_bits);
    tcase_add_test(tests, reals_become_integers_that_exist);
    suite_add_tcase(suite, tests);
    return suite;
}
