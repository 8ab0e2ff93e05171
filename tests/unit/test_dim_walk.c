/* test_dim_walk.c: dimensions as whole expressions: the normal form held against direct evaluation on random ones,
 * substitution, order, texts, and ones too large to be written out. */
#include "test_dim.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Suite *dim_walk_suite(void);

/* ---- Random expressions ---- */

enum { SYMBOLS = 5, TREE_NODES = 31, TOO_LARGE = 1 << 30 };

static const struct {
    const char *name;
    int64_t low, high;
} symbols[SYMBOLS] = {{"p", 1, 8}, {"q", 2, 9}, {"r", 0, 5}, {"s", -6, 6}, {"t", -5, -1}};

static int64_t symbol_values[SYMBOLS];
static uint32_t random_state;

static int64_t random_between(int64_t low, int64_t high)
{
    random_state = random_state * 1664525u + 1013904223u;
    return low + (int64_t)(random_state >> 8) % (high - low + 1);
}

static int64_t value_of(Foreign name, void *context)
{
    (void)context;
    for (int i = 0; i < SYMBOLS; i++)
        if (foreign_is(name, symbols[i].name)) return symbol_values[i];
    ck_abort_msg("unknown symbol %s", shown(name));
    return 0;
}

static int64_t direct_floordiv(int64_t x, int64_t y)
{
    if (y == 0) return 0;
    int64_t quotient = x / y;
    return quotient * y != x && (x < 0) != (y < 0) ? quotient - 1 : quotient;
}

static int64_t direct(char op, int64_t x, int64_t y)
{
    switch (op) {
    case '+': return x + y;
    case '-': return x - y;
    case '*': return x * y;
    case '/': return direct_floordiv(x, y);
    case '^': return -direct_floordiv(-x, y);
    case '%': return x - y * direct_floordiv(x, y);
    case '<': return x < y ? x : y;
    default: return x > y ? x : y;
    }
}

static Dim symbolic(char op, Dim x, Dim y)
{
    switch (op) {
    case '+': return dim_add(x, y);
    case '-': return dim_sub(x, y);
    case '*': return dim_mul(x, y);
    case '/': return dim_floordiv(x, y);
    case '^': return dim_ceildiv(x, y);
    case '%': return dim_mod(x, y);
    case '<': return dim_min(x, y);
    default: return dim_max(x, y);
    }
}

/* A complete binary tree in an array; a leaf is a symbol's number or, from SYMBOLS on, a constant. */
typedef struct {
    char op[TREE_NODES];
    int64_t leaf[TREE_NODES];
} Tree;

static Tree random_tree(void)
{
    Tree tree;
    for (int i = 0; i < TREE_NODES; i++) {
        bool inner = 2 * i + 2 < TREE_NODES && random_between(0, 9) > 0;
        tree.op[i] = inner ? "++--***//^%%<>"[random_between(0, 13)] : 0;
        tree.leaf[i] = random_between(0, SYMBOLS + 8);
    }
    return tree;
}

static int64_t leaf_constant(int64_t leaf)
{
    return leaf - SYMBOLS - 2;
}

static Dim tree_dim(const Tree *tree, int i)
{
    if (tree->op[i]) return symbolic(tree->op[i], tree_dim(tree, 2 * i + 1), tree_dim(tree, 2 * i + 2));
    int64_t leaf = tree->leaf[i];
    if (leaf >= SYMBOLS) return k(leaf_constant(leaf));
    return dim_symbol(foreign(symbols[leaf].name), symbols[leaf].low, symbols[leaf].high);
}

/* The plain value; TOO_LARGE once a partial result is. */
static int64_t tree_value(const Tree *tree, int i)
{
    if (!tree->op[i]) return tree->leaf[i] < SYMBOLS ? symbol_values[tree->leaf[i]] : leaf_constant(tree->leaf[i]);
    int64_t x = tree_value(tree, 2 * i + 1), y = tree_value(tree, 2 * i + 2);
    if (x == TOO_LARGE || y == TOO_LARGE) return TOO_LARGE;
    int64_t value = direct(tree->op[i], x, y);
    return value > -TOO_LARGE && value < TOO_LARGE ? value : TOO_LARGE;
}

static Dim substitute_all(Dim d)
{
    for (int i = 0; i < SYMBOLS; i++) d = dim_substitute(d, foreign(symbols[i].name), k(symbol_values[i]));
    return d;
}

START_TEST(random_expressions_keep_their_value)
{
    random_state = 12345;
    for (int round = 0; round < 3000; round++) {
        Tree tree = random_tree();
        Dim d = tree_dim(&tree, 0);
        ck_assert_ptr_eq(d, tree_dim(&tree, 0));
        ck_assert(dim_is(dim_sub(d, d), 0));
        for (int point = 0; point < 10; point++) {
            for (int i = 0; i < SYMBOLS; i++) symbol_values[i] = random_between(symbols[i].low, symbols[i].high);
            int64_t value = tree_value(&tree, 0);
            if (value == TOO_LARGE) continue;
            if (dim_eval(d, value_of, NULL) != value) ck_abort_msg("round %d: %s", round, shown(dim_text(d)));
            if (dim_low(d) > value || value > dim_high(d))
                ck_abort_msg("round %d: bounds of %s", round, shown(dim_text(d)));
            if (!dim_is(substitute_all(d), value))
                ck_abort_msg("round %d: substitution in %s", round, shown(dim_text(d)));
        }
        if (round % 100 == 99) teardown();
    }
}
END_TEST

/* ---- Substitution, symbols, order ---- */

START_TEST(substitution)
{
    Dim d = dim_add(dim_mul(h, w), over(plus(h, 1), 2));
    ck_assert_ptr_eq(dim_substitute(d, foreign("h"), k(7)), plus(times(7, w), 4));
    ck_assert_ptr_eq(dim_substitute(d, foreign("h"), times(2, w)), dim_add(times(2, dim_mul(w, w)), w));
    ck_assert_ptr_eq(dim_substitute(d, foreign("b"), k(7)), d);
    ck_assert_ptr_eq(dim_substitute(k(7), foreign("b"), h), k(7));
}
END_TEST

static int64_t one(Foreign name, void *context)
{
    (void)name;
    (void)context;
    return 1;
}

static void append_and_walk(Foreign name, void *context)
{
    strcat(context, shown(name));
    (void)dim_eval(dim_mul(h, w), one, NULL); /* a visit may itself walk */
}

START_TEST(symbols_once_each_in_order)
{
    char names[16] = "";
    Dim d = dim_add(dim_mul(h, w), dim_add(over(h, 3), dim_min(b, w)));
    dim_symbols(d, append_and_walk, names);
    ck_assert_str_eq(names, "hwb");
    dim_symbols(k(3), append_and_walk, names);
    ck_assert_str_eq(names, "hwb");
}
END_TEST

static int compare(const void *x, const void *y)
{
    return dim_compare(*(const Dim *)x, *(const Dim *)y);
}

START_TEST(order_is_total)
{
    Dim d[] = {h,
               w,
               k(3),
               k(-3),
               dim_add(h, w),
               dim_mul(h, w),
               over(h, 2),
               over(h, 3),
               dim_mod(h, k(2)),
               dim_min(h, w),
               dim_max(h, w),
               plus(h, 1),
               times(2, h),
               dim_mul(h, h),
               dim_ceildiv(h, z)};
    int count = sizeof d / sizeof *d;
    qsort(d, (size_t)count, sizeof *d, compare);
    for (int i = 0; i < count; i++)
        for (int j = 0; j < count; j++) {
            int sign = dim_compare(d[i], d[j]);
            ck_assert_int_eq((sign > 0) - (sign < 0), (i > j) - (i < j));
        }
}
END_TEST

/* Twice the same work with other addresses and another order of creation gives the same text. */
START_TEST(texts_do_not_hang_on_history)
{
    Dim d = dim_mul(dim_add(dim_mod(w, k(3)), h), dim_add(dim_min(w, h), over(w, 2)));
    char first[256];
    snprintf(first, sizeof first, "%s", shown(dim_text(d)));
    teardown();
    setup();
    d = dim_mul(dim_add(over(w, 2), dim_min(h, w)), dim_add(h, dim_mod(w, k(3))));
    ck_assert_str_eq(shown(dim_text(d)), first);
}
END_TEST

/* ---- Text ---- */

START_TEST(text_for_people)
{
    ck_assert_str_eq(shown(dim_text(k(-3))), "-3");
    ck_assert_str_eq(shown(dim_text(plus(times(2, b), 1))), "2*b + 1");
    ck_assert_str_eq(shown(dim_text(dim_sub(k(1), h))), "1 - h");
    ck_assert_str_eq(shown(dim_text(plus(dim_sub(dim_mul(h, w), times(3, c)), -4))), "h*w - 3*c - 4");
    ck_assert_str_eq(shown(dim_text(dim_mul(h, dim_mul(h, b)))), "b*h^2");
    ck_assert_str_eq(shown(dim_text(over(h, 2))), "floor(h/2)");
    ck_assert_str_eq(shown(dim_text(over(times(3, h), 2))), "floor(3*h/2)");
    ck_assert_str_eq(shown(dim_text(dim_floordiv(plus(h, 3), dim_mul(w, k(2))))), "floor((h + 3)/(2*w))");
    ck_assert_str_eq(shown(dim_text(dim_ceildiv(h, z))), "ceil(h/z)");
    ck_assert_str_eq(shown(dim_text(dim_mod(plus(h, 1), k(4)))), "mod(h + 1, 4)");
    ck_assert_str_eq(shown(dim_text(dim_min(h, dim_min(k(9), w)))), "min(9, h, w)");
    ck_assert_str_eq(shown(dim_text(times(2, dim_max(h, w)))), "2*max(h, w)");
}
END_TEST

static const char *in_struct(Foreign symbol, void *context)
{
    return mem_printf("%s%s", (const char *)context, in_identifier(symbol));
}

static void expect_c(Dim d, const char *expected)
{
    char prefix[] = "d_";
    ck_assert_str_eq(dim_c_text(d, in_struct, prefix), expected);
}

START_TEST(text_as_c)
{
    expect_c(k(3), "3");
    expect_c(k(-3), "(-3)");
    expect_c(h, "d_h");
    expect_c(plus(times(2, b), 1), "(2 * d_b + 1)");
    expect_c(dim_sub(k(1), dim_mul(h, h)), "(1 - d_h * d_h)");
    expect_c(dim_mul(h, w), "(d_h * d_w)");
    expect_c(over(h, 2), "(d_h / 2)");
    expect_c(dim_floordiv(plus(h, 3), times(2, w)), "((d_h + 3) / (2 * d_w))");
    expect_c(times(3, plus(over(h, 2), 1)), "(3 * (d_h / 2) + 3)");
    expect_c(over(dim_sub(k(1), h), 2), "(-(d_h / 2))");
    expect_c(over(z, 2), "dim_floordiv_i32(d_z, 2)");
    expect_c(dim_floordiv(h, n), "dim_floordiv_i32(d_h, d_n)");
    expect_c(dim_ceildiv(h, z), "dim_ceildiv_i32(d_h, d_z)");
    expect_c(dim_mod(h, k(2)), "(d_h % 2)");
    expect_c(dim_mod(z, k(2)), "dim_mod_i32(d_z, 2)");
    expect_c(dim_min(plus(h, 1), w), "dim_min_i32(d_w, d_h + 1)");
    expect_c(dim_max(h, dim_max(n, w)), "dim_max_i32(dim_max_i32(d_h, d_n), d_w)");
}
END_TEST

/* ---- Large expressions ---- */

/* (sum of eight symbols) ^ 2 ^ 10 would have astronomically many terms. */
START_TEST(products_of_large_sums_stay_small)
{
    Dim sum = k(1);
    for (int i = 0; i < 8; i++) sum = dim_add(sum, dim_symbol(foreign(mem_printf("x%d", i)), 1, 2));
    for (int i = 0; i < 10; i++) sum = dim_mul(sum, sum);
    ck_assert_int_eq(dim_low(sum), DIM_INFINITY);
    ck_assert_int_eq(dim_eval(sum, one, NULL), DIM_INFINITY);
}
END_TEST

/* Every step uses the last one twice: a walk that did not share would take 2^200 steps. */
START_TEST(shared_parts_are_walked_once)
{
    Dim d = h;
    for (int i = 0; i < 200; i++) d = dim_max(dim_mod(dim_add(d, w), k(1000)), over(plus(d, 7), 3));
    char names[8] = "";
    dim_symbols(d, append_and_walk, names);
    ck_assert_uint_eq(strlen(names), 2);
    int64_t value = dim_eval(d, one, NULL);
    d = dim_substitute(dim_substitute(d, foreign("h"), k(1)), foreign("w"), k(1));
    ck_assert(dim_is(d, value));
}
END_TEST

Suite *dim_walk_suite(void)
{
    Suite *suite = suite_create("dim_walk");
    TCase *tests = tcase_create("dim_walk");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, random_expressions_keep_their_value);
    tcase_add_test(tests, substitution);
    tcase_add_test(tests, symbols_once_each_in_order);
    tcase_add_test(tests, order_is_total);
    tcase_add_test(tests, texts_do_not_hang_on_history);
    tcase_add_test(tests, text_for_people);
    tcase_add_test(tests, text_as_c);
    tcase_add_test(tests, products_of_large_sums_stay_small);
    tcase_add_test(tests, shared_parts_are_walked_once);
    suite_add_tcase(suite, tests);
    return suite;
}
