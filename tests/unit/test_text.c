/* test_text.c: numbers as text and text as numbers, against what the C library of this machine says, and what ONNX and
 * ONNX Runtime have. */
#include "kernels.h"
#include "run_op.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Suite *text_suite(void);

enum { MANY = 20000 };

static uint64_t random_bits(void)
{
    uint64_t bits = 0;
    for (int i = 0; i < 4; i++) bits = bits << 16 | (uint64_t)test_below(1 << 16);
    return bits;
}

static double double_of(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* -- numbers as text --------------------------------------------------------------------------- */

static void expect_printed(double x)
{
    char found[24], expected[40];
    text_of_f64(x, found);
    snprintf(expected, sizeof expected, "%.8g", x);
    ck_assert_str_eq(found, expected);
}

START_TEST(prints_as_printf_does)
{
    static const double some[] = {
        0.0,  -0.0,          1,          0.1,        100.5,        314.15926,
        1e-4, 9.99999999e-5, 1e8,        99999999,   99999999.4,   99999999.5,
        1e22, 1e-300,        1e300,      DBL_MAX,    DBL_MIN,      DBL_MIN / 4503599627370496.0,
        0.5,  0.00012345678, 12345678.5, 12345679.5, 2147483648.0, -0.000099999999995};
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        expect_printed(some[i]);
        expect_printed(-some[i]);
    }
    test_seed(1);
    for (int i = 0; i < MANY; i++) {
        double x = double_of(random_bits());
        if (isfinite(x)) expect_printed(x);
        expect_printed((double)(float)test_below(1 << 24) / 256);
        expect_printed(ldexp(test_below(1 << 24), test_below(80) - 40)); /* many of which lie half way */
    }
}
END_TEST

START_TEST(prints_what_is_no_number_and_whole_ones)
{
    char text[24];
    text_of_f64((double)NAN, text);
    ck_assert_str_eq(text, "NaN");
    text_of_f64((double)INFINITY, text);
    ck_assert_str_eq(text, "INF");
    text_of_f64(-(double)INFINITY, text);
    ck_assert_str_eq(text, "-INF");
    text_of_i64(INT64_MIN, text);
    ck_assert_str_eq(text, "-9223372036854775808");
    text_of_i64(0, text);
    ck_assert_str_eq(text, "0");
    text_of_u64(UINT64_MAX, text);
    ck_assert_str_eq(text, "18446744073709551615");
    text_of_u64(1000, text);
    ck_assert_str_eq(text, "1000");
}
END_TEST

/* -- text as numbers --------------------------------------------------------------------------- */

static void expect_read(const char *text)
{
    double wide = strtod(text, NULL), found = -1;
    float narrow = strtof(text, NULL), found_narrow = -1;
    ck_assert_int_eq(text_to_f64(text, &found), 0);
    ck_assert_msg(!memcmp(&found, &wide, sizeof wide), "\"%s\" is %.17g, expected %.17g", text, found, wide);
    ck_assert_int_eq(text_to_f32(text, &found_narrow), 0);
    ck_assert_msg(!memcmp(&found_narrow, &narrow, sizeof narrow), "\"%s\" is %.9g, expected %.9g", text,
                  (double)found_narrow, (double)narrow);
}

START_TEST(reads_as_strtod_does)
{
    static const char *const some[] = {"0",
                                       "-0",
                                       "1",
                                       "+5",
                                       " \t\n12",
                                       ".5",
                                       "5.",
                                       "100.5",
                                       "1e-5",
                                       "1E8",
                                       "1e+2",
                                       "12abc",
                                       "1e",
                                       "1e+x",
                                       "1.5.5",
                                       "1 2",
                                       "16777217",
                                       "16777217.0000000000000000000000000001",
                                       "9007199254740993",
                                       "1e22",
                                       "1e23",
                                       "1e400",
                                       "-1e400",
                                       "1e-400",
                                       "1e39",
                                       "1e-40",
                                       "2.2250738585072011e-308",
                                       "4.9406564584124654e-324",
                                       "2.4703282292062327e-324",
                                       "2.4703282292062328e-324",
                                       "1.7976931348623157e308",
                                       "1.7976931348623159e308",
                                       "3.4028235677973366e38",
                                       "010",
                                       "3.4028235677973365e38",
                                       "0e999999999999999999999",
                                       "1e-99999999999999999999",
                                       "1e99999999999999999999",
                                       "0.000000000000000000000000000000000000000000000000001e51",
                                       "INF",
                                       "+inf",
                                       "-INFINITY",
                                       "1e315",
                                       "1e-1130"};
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) expect_read(some[i]);
}
END_TEST

START_TEST(reads_many_digits_as_strtod_does)
{
    char text[1400];
    test_seed(2);
    for (int i = 0; i < MANY; i++) {
        double x = double_of(random_bits());
        if (!isfinite(x)) continue;
        snprintf(text, sizeof text, "%.*g", 1 + test_below(18), x);
        expect_read(text);
        if (i % 20) continue;
        snprintf(text, sizeof text, "%.*e", 780, (x + nextafter(x, 0)) / 2); /* all there are, of one half way */
        expect_read(text);
        snprintf(text, sizeof text, "%.1200f", (double)(float)fmod(x, 2) * 1e-40);
        expect_read(text);
    }
    /* Half way between two floats, and a digit beyond all that are kept. */
    memset(text, '0', sizeof text);
    memcpy(text, "16777217.", 9);
    text[sizeof text - 2] = '1';
    text[sizeof text - 1] = 0;
    expect_read(text);
}
END_TEST

START_TEST(refuses_what_is_no_number)
{
    static const char *const none[] = {"", " ", "-", ".", "abc", "true", "e5", "0x10", "-0X1p3", "+-1"};
    double x;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) ck_assert_int_ne(text_to_f64(none[i], &x), 0);
    ck_assert_int_eq(text_to_f64("nAn", &x), 0);
    ck_assert(isnan(x));
}
END_TEST

START_TEST(reads_whole_numbers_within_their_range)
{
    int64_t i;
    uint64_t u;
    ck_assert(!text_to_i64("-9223372036854775808", &i) && i == INT64_MIN);
    ck_assert(!text_to_i64(" 9223372036854775807", &i) && i == INT64_MAX);
    ck_assert(!text_to_i64("-0", &i) && i == 0);
    ck_assert(!text_to_i64("100.5", &i) && i == 100);
    ck_assert(text_to_i64("9223372036854775808", &i) && text_to_i64("-9223372036854775809", &i));
    ck_assert(text_to_i64("NaN", &i) && text_to_i64("--1", &i) && text_to_i64("- 1", &i));
    ck_assert(!text_to_u64("18446744073709551615", &u) && u == UINT64_MAX);
    ck_assert(!text_to_u64("-1", &u) && u == UINT64_MAX);
    ck_assert(text_to_u64("18446744073709551616", &u) && text_to_u64("99999999999999999999", &u));
}
END_TEST

/* -- Cast -------------------------------------------------------------------------------------- */

static Node *cast(DType from, int64_t count, const void *data, DType to)
{
    Node *n = op_node("Cast", "", 21);
    op_input(n, from, 1, &count, data);
    attr_set_int(n, "to", to);
    return n;
}

static void expect_texts(DType from, const void *data, int count, const char *const *expected)
{
    Node *n = cast(from, count, data, DT_STRING);
    op_run_parts(n);
    for (int i = 0; i < count; i++) ck_assert_str_eq(shown(value_string(n->out[0], i)), expected[i]);
    op_free();
}

/* As ONNX Runtime 1.32 does it. */
START_TEST(casts_every_type_to_text)
{
    expect_texts(DT_FLOAT, (const float[]){0.1f, 1e-5f, 123456.789f}, 3,
                 (const char *const[]){"0.1", "9.9999997e-06", "123456.79"});
    expect_texts(DT_FLOAT16, (const uint16_t[]){0x2e66, 0x7bff, 0xfc00}, 3,
                 (const char *const[]){"0.099975586", "65504", "-INF"});
    expect_texts(DT_INT8, (const int8_t[]){-128, 5}, 2, (const char *const[]){"-128", "5"});
    expect_texts(DT_UINT8, (const uint8_t[]){200}, 1, (const char *const[]){"200"});
    expect_texts(DT_UINT64, (const uint64_t[]){UINT64_MAX}, 1, (const char *const[]){"18446744073709551615"});
    expect_texts(DT_BOOL, (const bool[]){true, false}, 2, (const char *const[]){"1", "0"});
    expect_texts(DT_INT4, (const uint8_t[]){0x8f}, 2, (const char *const[]){"-1", "-8"});
}
END_TEST

static void expect_numbers(const char *const *texts, int count, DType to, const double *expected)
{
    Node *n = cast(DT_STRING, count, texts, to);
    op_run_parts(n);
    for (int i = 0; i < count; i++) ck_assert_double_eq(const_as_double(n->out[0], i), expected[i]);
    op_free();
}

START_TEST(casts_text_to_every_type)
{
    expect_numbers((const char *const[]){"300", "-1", "-3.7"}, 3, DT_INT8, (const double[]){44, -1, -3});
    expect_numbers((const char *const[]){"300", "-1", "1e5"}, 3, DT_UINT8, (const double[]){44, 255, 1});
    expect_numbers((const char *const[]){"010", "2.5"}, 2, DT_INT64, (const double[]){10, 2});
    expect_numbers((const char *const[]){"2", "-0", "100.5"}, 3, DT_BOOL, (const double[]){1, 0, 1});
    expect_numbers((const char *const[]){"16777217", "1e-40"}, 2, DT_FLOAT, (const double[]){16777216, 1e-40f});
    expect_numbers((const char *const[]){"0.1", "-INF"}, 2, DT_DOUBLE, (const double[]){0.1, -(double)INFINITY});
    /* not by way of float32, where it would be half way */
    expect_numbers((const char *const[]){"1.000488281250001", "1e6"}, 2, DT_FLOAT16,
                   (const double[]){1.0009765625, (double)INFINITY});
    expect_numbers((const char *const[]){"-3.7", "7"}, 2, DT_INT4, (const double[]){-3, 7});
    Node *n = cast(DT_STRING, 1, (const char *const[]){"Hello World!"}, DT_FLOAT);
    ck_assert(!op_refused(n, 1) && !op_evaluates(n));
    op_free();
}
END_TEST

Suite *text_suite(void)
{
    Suite *s = suite_create("text");
    TCase *t = tcase_create("numbers");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, prints_as_printf_does);
    tcase_add_test(t, prints_what_is_no_number_and_whole_ones);
    tcase_add_test(t, reads_as_strtod_does);
    tcase_add_test(t, reads_many_digits_as_strtod_does);
    tcase_add_test(t, refuses_what_is_no_number);
    tcase_add_test(t, reads_whole_numbers_within_their_range);
    tcase_add_test(t, casts_every_type_to_text);
    tcase_add_test(t, casts_text_to_every_type);
    suite_add_tcase(s, t);
    return s;
}
