/* test_dim.c: identities of symbolic dimensions, their bounds and texts, and the normal form held against direct
 * evaluation on random expressions. */
#include "dim/dim.h"
#include "base/mem.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Suite *dim_suite(void);

static Dim b, c, h, w, n, z; /* sizes are >= 1, n may be empty, z may have any sign */

static void setup(void)
{
    b = dim_symbol(foreign("b"), 1, 64);
    c = dim_symbol(foreign("c"), 1, DIM_INFINITY);
    h = dim_symbol(foreign("h"), 1, 1000);
    w = dim_symbol(foreign("w"), 1, 1000);
    n = dim_symbol(foreign("n"), 0, 100);
    z = dim_symbol(foreign("z"), -10, 10);
}

static void teardown(void)
{
    dim_reset();
    mem_free_all();
}

static Dim k(int64_t value)
{
    return dim_const(value);
}

static Dim product(Dim x, Dim y, Dim u, Dim v)
{
    return dim_mul(dim_mul(x, y), dim_mul(u, v));
}

static Dim plus(Dim d, int64_t value)
{
    return dim_add(d, k(value));
}

static Dim times(int64_t value, Dim d)
{
    return dim_mul(k(value), d);
}

static Dim over(Dim d, int64_t value)
{
    return dim_floordiv(d, k(value));
}

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
    ck_assert_str_eq(shown(dim_text(dim_sub(k(1), h))), "-h + 1");
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
    expect_c(dim_sub(k(1), dim_mul(h, h)), "(-d_h * d_h + 1)");
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
