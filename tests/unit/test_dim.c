/* test_dim.c: identities of symbolic dimensions and their bounds. */
#include "test_dim.h"

#include <check.h>

Suite *dim_suite(void);

/* ---- Constants and symbols ---- */

START_TEST(constants_are_shared)
{
    const int64_t values[] = {0, 1, -1, -16, -17, 4079, 4080, 123456789012, -123456789012};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        ck_assert_ptr_eq(k(values[i]), k(values[i]));
        ck_assert(dim_is_const(k(values[i])) && dim_is(k(values[i]), values[i]));
        ck_assert_int_eq(dim_value(k(values[i])), values[i]);
        ck_assert(dim_low(k(values[i])) == values[i] && dim_high(k(values[i])) == values[i]);
    }
    ck_assert(!dim_is_const(h) && !dim_is(h, 1));
}
END_TEST

START_TEST(constant_arithmetic)
{
    ck_assert(dim_is(dim_add(k(3), k(-5)), -2));
    ck_assert(dim_is(dim_sub(k(3), k(-5)), 8));
    ck_assert(dim_is(dim_mul(k(3), k(-5)), -15));
    ck_assert(dim_is(dim_floordiv(k(-7), k(2)), -4));
    ck_assert(dim_is(dim_floordiv(k(7), k(-2)), -4));
    ck_assert(dim_is(dim_ceildiv(k(-7), k(2)), -3));
    ck_assert(dim_is(dim_ceildiv(k(7), k(2)), 4));
    ck_assert(dim_is(dim_ceildiv(k(7), k(-2)), -3));
    ck_assert(dim_is(dim_mod(k(-7), k(3)), 2));
    ck_assert(dim_is(dim_mod(k(7), k(-3)), -2));
    ck_assert(dim_is(dim_min(k(4), k(-3)), -3));
    ck_assert(dim_is(dim_max(k(4), k(-3)), 4));
}
END_TEST

START_TEST(a_product_with_its_quotient_stays_below_the_dividend)
{
    Dim p = dim_symbol(foreign("part_p"), 0, 60), q = dim_symbol(foreign("part_q"), 0, 60), whole = k(60),
        rest = dim_floordiv(whole, dim_mul(p, q));
    ck_assert_int_eq(dim_high(dim_mul(p, dim_floordiv(whole, p))), 60);
    ck_assert_int_eq(dim_high(dim_mul(dim_mul(p, q), rest)), 60);
    ck_assert_int_eq(dim_high(dim_mul(q, dim_mul(rest, p))), 60);
    ck_assert_int_eq(dim_high(dim_mul(dim_mul(p, p), dim_mul(q, rest))), 3600);
    ck_assert_int_eq(dim_high(dim_mul(p, rest)), 3600); /* q may be small */
    ck_assert_int_eq(dim_low(dim_mul(dim_mul(p, q), rest)), 0);
}
END_TEST
START_TEST(division_by_zero_is_defined)
{
    ck_assert(dim_is(dim_floordiv(k(7), k(0)), 0));
    ck_assert(dim_is(dim_ceildiv(h, k(0)), 0));
    ck_assert_ptr_eq(dim_mod(h, k(0)), h);
}
END_TEST

START_TEST(arithmetic_saturates)
{
    Dim infinite = k(INT64_MAX);
    ck_assert_int_eq(dim_value(infinite), DIM_INFINITY);
    ck_assert_int_eq(dim_value(k(INT64_MIN)), -DIM_INFINITY);
    ck_assert_ptr_eq(dim_add(infinite, k(-5)), infinite);
    ck_assert_ptr_eq(dim_mul(infinite, k(-2)), k(INT64_MIN));
    ck_assert_ptr_eq(dim_mul(k(INT64_C(1) << 40), k(INT64_C(1) << 40)), infinite);
    ck_assert_ptr_eq(dim_floordiv(infinite, k(2)), infinite);
    ck_assert(dim_is(dim_mul(infinite, k(0)), 0));
    ck_assert_int_eq(dim_high(product(c, c, c, c)), DIM_INFINITY);
    ck_assert_int_eq(dim_low(dim_sub(h, product(c, c, c, c))), -DIM_INFINITY);
    ck_assert_int_eq(dim_high(over(c, 2)), DIM_INFINITY);
}
END_TEST

START_TEST(symbols_are_known_by_name)
{
    char name[] = "h";
    ck_assert_ptr_eq(dim_symbol(foreign(name), 7, 9), h);
    name[0] = '?';
    ck_assert_str_eq(shown(dim_text(h)), "h");
    ck_assert_int_eq(dim_low(h), 1);
    ck_assert_int_eq(dim_high(h), 1000);
    ck_assert_ptr_eq(dim_symbol(foreign("fixed"), 3, 3), k(3));
    ck_assert_ptr_eq(dim_symbol(foreign("fixed"), 1, 9), k(3));
}
END_TEST

/* ---- Identities ---- */

START_TEST(sums_and_products)
{
    ck_assert_ptr_eq(dim_add(h, w), dim_add(w, h));
    ck_assert_ptr_eq(dim_add(dim_add(h, w), c), dim_add(h, dim_add(w, c)));
    ck_assert_ptr_eq(dim_mul(dim_mul(h, w), c), dim_mul(h, dim_mul(w, c)));
    ck_assert_ptr_eq(dim_mul(h, dim_add(w, c)), dim_add(dim_mul(h, w), dim_mul(c, h)));
    ck_assert_ptr_eq(dim_sub(dim_add(h, w), h), w);
    ck_assert(dim_is(dim_sub(plus(h, 3), h), 3));
    ck_assert(dim_is(dim_mul(h, k(0)), 0));
    ck_assert_ptr_eq(dim_mul(h, k(1)), h);
    ck_assert_ptr_eq(dim_add(h, h), times(2, h));
    Dim square = dim_mul(plus(h, 1), plus(h, -1));
    ck_assert_ptr_eq(square, plus(dim_mul(h, h), -1));
}
END_TEST

START_TEST(view_cancels)
{
    Dim all = product(b, c, h, w);
    ck_assert_ptr_eq(dim_floordiv(all, c), dim_mul(dim_mul(b, h), w));
    ck_assert_ptr_eq(dim_floordiv(all, b), dim_mul(dim_mul(c, h), w));
    ck_assert_ptr_eq(dim_floordiv(all, dim_mul(c, h)), dim_mul(b, w));
    ck_assert(dim_is(dim_floordiv(all, all), 1));
    ck_assert_ptr_eq(dim_floordiv(times(4, dim_mul(c, h)), times(2, c)), times(2, h));
    ck_assert_ptr_eq(dim_floordiv(times(2, dim_mul(c, h)), times(4, c)), over(h, 2));
    ck_assert_ptr_eq(dim_ceildiv(all, dim_mul(c, h)), dim_mul(b, w));
    ck_assert(dim_is(dim_mod(all, dim_mul(c, h)), 0));
    ck_assert_ptr_eq(dim_floordiv(dim_mul(h, h), h), h);
}
END_TEST

START_TEST(what_may_be_zero_does_not_cancel)
{
    Dim quotient = dim_floordiv(dim_mul(n, h), n);
    ck_assert_str_eq(shown(dim_text(quotient)), "floor(h*n/n)");
    ck_assert_ptr_eq(dim_substitute(quotient, foreign("n"), k(0)), k(0));
    ck_assert_ptr_eq(dim_substitute(quotient, foreign("n"), k(2)), h);
    ck_assert(dim_divides(n, dim_mul(n, h)));
}
END_TEST

START_TEST(sums_cancel_as_a_whole)
{
    Dim length = dim_add(h, w), all = dim_mul(dim_mul(b, c), length);
    ck_assert_ptr_eq(dim_floordiv(all, length), dim_mul(b, c));
    ck_assert_ptr_eq(dim_floordiv(all, dim_mul(c, length)), b);
    ck_assert_ptr_eq(dim_floordiv(all, times(2, length)), over(dim_mul(b, c), 2));
    ck_assert_ptr_eq(dim_floordiv(plus(dim_mul(h, h), -1), plus(h, 1)), plus(h, -1));
    ck_assert(dim_is(dim_mod(all, length), 0));
    ck_assert_ptr_eq(dim_mod(all, times(2, length)), dim_mul(length, dim_mod(dim_mul(b, c), k(2))));
}
END_TEST

START_TEST(multiples_leave_the_floor)
{
    ck_assert_ptr_eq(over(plus(times(2, h), 3), 2), plus(h, 1));
    ck_assert_ptr_eq(over(plus(h, 5), 2), plus(over(plus(h, 1), 2), 2));
    ck_assert_ptr_eq(over(plus(h, -1), 2), plus(over(plus(h, 1), 2), -1));
    ck_assert_ptr_eq(over(plus(times(2, h), 1), 4), over(h, 2));
    ck_assert_ptr_eq(over(dim_add(times(6, h), w), 3), dim_add(times(2, h), over(w, 3)));
    ck_assert_ptr_eq(dim_floordiv(dim_add(dim_mul(h, w), k(3)), w), dim_add(h, dim_floordiv(k(3), w)));
    ck_assert_ptr_eq(dim_floordiv(h, k(-2)), over(times(-1, h), 2));
    ck_assert_ptr_eq(over(times(-1, h), 2), times(-1, dim_ceildiv(h, k(2))));
    ck_assert_ptr_eq(dim_floordiv(h, k(1)), h);
    ck_assert_ptr_eq(dim_floordiv(h, k(-1)), times(-1, h));
}
END_TEST

START_TEST(floors_merge)
{
    ck_assert_ptr_eq(over(over(h, 2), 2), over(h, 4));
    ck_assert_ptr_eq(over(over(over(h, 2), 3), 5), over(h, 30));
    Dim halved = plus(over(plus(h, -1), 2), 1), quartered = plus(over(plus(halved, -1), 2), 1);
    ck_assert_ptr_eq(quartered, plus(over(plus(h, -1), 4), 1));
    ck_assert_ptr_eq(over(times(4, over(h, 2)), 8), over(h, 4));
}
END_TEST

START_TEST(ceil_is_a_floor)
{
    ck_assert_ptr_eq(dim_ceildiv(h, k(2)), over(plus(h, 1), 2));
    ck_assert_ptr_eq(dim_ceildiv(dim_ceildiv(h, k(2)), k(2)), dim_ceildiv(h, k(4)));
    ck_assert_ptr_eq(dim_ceildiv(times(2, h), k(2)), h);
    ck_assert_ptr_eq(dim_ceildiv(h, w), plus(dim_floordiv(plus(h, -1), w), 1));
    ck_assert_ptr_eq(dim_ceildiv(h, k(-2)), times(-1, over(h, 2)));
}
END_TEST

START_TEST(remainders)
{
    ck_assert(dim_is(dim_mod(plus(times(4, h), 3), k(2)), 1));
    ck_assert_ptr_eq(dim_mod(times(3, h), k(2)), dim_mod(h, k(2)));
    ck_assert_ptr_eq(dim_mod(times(2, h), k(4)), times(2, dim_mod(h, k(2))));
    ck_assert_ptr_eq(dim_mod(plus(times(2, h), 1), k(4)), plus(times(2, dim_mod(h, k(2))), 1));
    ck_assert_ptr_eq(dim_mod(dim_mod(h, k(4)), k(2)), dim_mod(h, k(2)));
    ck_assert_ptr_eq(dim_mod(dim_add(dim_mod(h, k(4)), w), k(2)), dim_mod(dim_add(h, w), k(2)));
    ck_assert_ptr_eq(dim_mod(n, k(101)), n);
    ck_assert_ptr_eq(dim_mod(dim_add(dim_mul(h, w), n), w), dim_mod(n, w));
    ck_assert_ptr_eq(dim_mod(h, k(-3)), times(-1, dim_mod(times(-1, h), k(3))));
    ck_assert(dim_divides(k(2), times(6, h)) && !dim_divides(k(4), times(6, h)));
    ck_assert(dim_divides(h, product(b, c, h, w)) && !dim_divides(h, plus(h, 1)));
}
END_TEST

START_TEST(minimum_and_maximum)
{
    ck_assert_ptr_eq(dim_min(h, plus(h, 1)), h);
    ck_assert_ptr_eq(dim_max(h, plus(h, 1)), plus(h, 1));
    ck_assert_ptr_eq(dim_max(h, k(0)), h);
    ck_assert_ptr_eq(dim_min(c, k(INT64_MAX)), c);
    ck_assert_ptr_eq(dim_min(h, w), dim_min(w, h));
    ck_assert_ptr_eq(dim_min(h, dim_min(w, c)), dim_min(dim_min(c, h), dim_min(w, h)));
    ck_assert_ptr_eq(dim_max(dim_max(h, w), plus(h, 2)), dim_max(plus(h, 2), w));
    ck_assert_ptr_eq(dim_min(dim_min(h, k(5)), k(7)), dim_min(h, k(5)));
    ck_assert_ptr_eq(dim_min(h, h), h);
}
END_TEST

/* ---- Bounds ---- */

static void expect_bounds(Dim d, int64_t low, int64_t high)
{
    ck_assert_int_eq(dim_low(d), low);
    ck_assert_int_eq(dim_high(d), high);
}

START_TEST(the_next_multiple)
{
    Dim cells = over(h, 4), padded = dim_add(cells, dim_mod(dim_sub(k(0), cells), k(4)));
    ck_assert_ptr_eq(padded, dim_mul(k(4), dim_ceildiv(cells, k(4))));
    ck_assert(dim_divides(k(4), padded));
    ck_assert_ptr_eq(dim_sub(h, dim_mod(h, k(8))), dim_mul(k(8), over(h, 8)));
    ck_assert_ptr_eq(dim_min(cells, padded), cells);
    ck_assert_ptr_eq(dim_max(cells, padded), padded);
}
END_TEST

START_TEST(what_is_cut_off_is_kept_otherwise)
{
    ck_assert_ptr_eq(dim_sub(h, dim_max(k(0), dim_sub(h, k(3)))), dim_min(h, k(3)));
    ck_assert_ptr_eq(dim_sub(w, dim_min(w, plus(h, 2))), dim_max(k(0), dim_sub(plus(w, -2), h)));
    ck_assert_int_eq(dim_high(plus(dim_sub(h, dim_max(k(0), dim_sub(h, k(3)))), 1)), 4);
}
END_TEST

START_TEST(bounds)
{
    expect_bounds(plus(times(2, h), -1), 1, 1999);
    expect_bounds(dim_sub(n, h), -1000, 99);
    expect_bounds(dim_mul(z, n), -1000, 1000);
    expect_bounds(dim_mul(z, z), 0, 100);
    expect_bounds(dim_mul(dim_mul(z, z), z), -1000, 1000);
    expect_bounds(plus(over(plus(h, -1), 2), 1), 1, 500);
    expect_bounds(dim_floordiv(h, w), 0, 1000);
    expect_bounds(dim_floordiv(h, z), -1000, 1000);
    expect_bounds(dim_ceildiv(h, z), -1000, 1000);
    expect_bounds(dim_mod(h, k(8)), 0, 7);
    expect_bounds(dim_mod(z, w), 0, 999);
    expect_bounds(dim_mod(h, z), -9, 1000);
    expect_bounds(dim_min(h, n), 0, 100);
    expect_bounds(dim_max(h, n), 1, 1000);
    expect_bounds(dim_floordiv(k(3), plus(c, 1)), 0, 1);
    ck_assert(dim_is(over(n, 101), 0));
}
END_TEST

Suite *dim_suite(void)
{
    Suite *suite = suite_create("dim");
    TCase *tests = tcase_create("dim");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, constants_are_shared);
    tcase_add_test(tests, constant_arithmetic);
    tcase_add_test(tests, a_product_with_its_quotient_stays_below_the_dividend);
    tcase_add_test(tests, division_by_zero_is_defined);
    tcase_add_test(tests, arithmetic_saturates);
    tcase_add_test(tests, symbols_are_known_by_name);
    tcase_add_test(tests, sums_and_products);
    tcase_add_test(tests, view_cancels);
    tcase_add_test(tests, what_may_be_zero_does_not_cancel);
    tcase_add_test(tests, sums_cancel_as_a_whole);
    tcase_add_test(tests, multiples_leave_the_floor);
    tcase_add_test(tests, floors_merge);
    tcase_add_test(tests, ceil_is_a_floor);
    tcase_add_test(tests, remainders);
    tcase_add_test(tests, minimum_and_maximum);
    tcase_add_test(tests, the_next_multiple);
    tcase_add_test(tests, what_is_cut_off_is_kept_otherwise);
    tcase_add_test(tests, bounds);
    suite_add_tcase(suite, tests);
    return suite;
}
