/* test_dim_parse.c: sizes as people and exporters write them. */
#include "test_dim.h"

#include <check.h>
#include <string.h>

Suite *dim_parse_suite(void);

/* h, n and what else test_dim.h has; "a:0" is h, too. */
static Dim named(Foreign name, void *context)
{
    (void)context;
    if (foreign_is(name, "h") || foreign_is(name, "a:0")) return h;
    return foreign_is(name, "n") ? n : NULL;
}

static void is(const char *text, Dim expected)
{
    Foreign rest = foreign(text);
    const char *error;
    Dim d = dim_parse(&rest, named, NULL, &error);
    ck_assert_msg(!error, "%s: %s", text, error);
    ck_assert_msg(foreign_empty(rest), "%s: left is %s", text, shown(rest));
    ck_assert_msg(d == expected, "%s: %s", text, shown(dim_text(d)));
}

static void fails(const char *text, const char *why)
{
    Foreign rest = foreign(text);
    const char *error;
    dim_parse(&rest, named, NULL, &error);
    ck_assert_ptr_nonnull(error);
    ck_assert_str_eq(error, why);
    ck_assert(!dim_is_expression(foreign(text), named, NULL));
}

START_TEST(expressions_have_the_usual_order)
{
    is("h", h);
    is(" 12 ", k(12));
    is("h + 2*n", dim_add(h, dim_mul(k(2), n)));
    is("(h + 2)*n", dim_mul(dim_add(h, k(2)), n));
    is("h - n - 1", dim_sub(dim_sub(h, n), k(1)));
    is("-h + n", dim_sub(n, h));
    is("(h + 15)//16", dim_floordiv(dim_add(h, k(15)), k(16)));
    is("h/2/2", dim_floordiv(h, k(4)));
    is("floor(h / 2)", dim_floordiv(h, k(2)));
    is("h % 4", dim_mod(h, k(4)));
    is("Max(1, h, n)", dim_max(dim_max(k(1), h), n));
    is("min(h,n)", dim_min(h, n));
    is("a:0 + 1", dim_add(h, k(1)));
}
END_TEST

START_TEST(what_follows_is_left)
{
    Foreign rest = foreign("h + 1] -> x");
    const char *error;
    ck_assert_ptr_eq(dim_parse(&rest, named, NULL, &error), dim_add(h, k(1)));
    ck_assert_str_eq(shown(rest), "] -> x");
    rest = foreign("h -> x");
    ck_assert_ptr_eq(dim_parse(&rest, named, NULL, &error), h);
    ck_assert_str_eq(shown(rest), "-> x");
}
END_TEST

START_TEST(errors_say_where)
{
    fails("", "expected a name at the end");
    fails("h + ", "expected a name at the end");
    fails("(h + 1", "expected `)` at the end");
    fails("h * ?", "expected a name before `?`");
    fails("sqrt(h)", "there is no such function before `)`");
    fails("h + z", "there is no dimension named \"z\"");
    fails("((((((((((((((((((((((h))))))))))))))))))))))", "too many parentheses before `((h)))))))))))))))))`");
    fails("1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+h", "too many operators before `+1+h`");
}
END_TEST

START_TEST(a_name_or_a_number_alone_is_no_expression)
{
    ck_assert(dim_is_expression(foreign("h + 1"), named, NULL));
    ck_assert(dim_is_expression(foreign("(h)"), named, NULL));
    ck_assert(!dim_is_expression(foreign("h"), named, NULL));
    ck_assert(!dim_is_expression(foreign("3"), named, NULL));
    ck_assert(!dim_is_expression(foreign("3 + 1"), named, NULL));
    ck_assert(!dim_is_expression(foreign("h + 1 batch"), named, NULL));
    ck_assert(!dim_is_expression(foreign("batch-size"), named, NULL));
    char *text = mem_alloc(300);
    memset(text, ' ', 299);
    memcpy(text, "h+1", 3);
    ck_assert(!dim_is_expression(foreign(text), named, NULL));
}
END_TEST

Suite *dim_parse_suite(void)
{
    Suite *suite = suite_create("dim_parse");
    TCase *tests = tcase_create("dim_parse");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, expressions_have_the_usual_order);
    tcase_add_test(tests, what_follows_is_left);
    tcase_add_test(tests, errors_say_where);
    tcase_add_test(tests, a_name_or_a_number_alone_is_no_expression);
    suite_add_tcase(suite, tests);
    return suite;
}
