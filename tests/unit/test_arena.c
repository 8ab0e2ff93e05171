/* test_arena.c: plans are valid whatever the items, optimal where the optimum is known, and always the same. */
#include "plan/arena.h"
#include "base/mem.h"

#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

Suite *arena_suite(void);

enum { MOST_ITEMS = 9000, ALIGNMENT = 16 };

static ArenaItem items[MOST_ITEMS];
static int count;
static uint32_t random_state;

static void setup(void)
{
    count = 0;
    random_state = 1;
}

static void teardown(void)
{
    mem_free_all();
}

static int random_below(int limit)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (int)((random_state >> 8) % (uint32_t)limit);
}

static void add(int64_t bytes, int first, int last)
{
    ck_assert_int_lt(count, MOST_ITEMS);
    items[count++] = (ArenaItem){.bytes = bytes, .first = first, .last = last, .offset = -1};
}

static int64_t aligned(int64_t bytes)
{
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static bool overlap(const ArenaItem *a, const ArenaItem *b)
{
    bool in_time = a->first <= b->last && b->first <= a->last;
    return in_time && a->offset < b->offset + b->bytes && b->offset < a->offset + a->bytes;
}

static int64_t live_bytes(int step)
{
    int64_t sum = 0;
    for (int i = 0; i < count; i++)
        if (items[i].first <= step && step <= items[i].last) sum += aligned(items[i].bytes);
    return sum;
}

/* Plans all items, checks the plan and both its numbers, and returns it. */
static ArenaPlan plan(void)
{
    ArenaPlan result = arena_plan(items, count, ALIGNMENT);
    int64_t total = 0, bound = 0;
    for (int i = 0; i < count; i++) {
        ck_assert_int_ge(items[i].offset, 0);
        ck_assert_int_eq(items[i].offset % ALIGNMENT, 0);
        for (int j = 0; j < i; j++)
            if (overlap(&items[i], &items[j])) ck_abort_msg("items %d and %d overlap", j, i);
        int64_t end = items[i].offset + aligned(items[i].bytes), live = live_bytes(items[i].first);
        if (total < end) total = end;
        if (bound < live) bound = live;
    }
    ck_assert_int_eq(result.total, total);
    ck_assert_int_eq(result.bound, bound);
    ck_assert_int_ge(result.total, result.bound);
    return result;
}

static void expect_optimum(void)
{
    ArenaPlan result = plan();
    ck_assert_int_eq(result.total, result.bound);
}

/* ---- Instances ---- */

static void add_random(int items_count, int steps, int longest)
{
    for (int i = 0; i < items_count; i++) {
        int first = random_below(steps), last = first + random_below(longest);
        int64_t bytes = random_below(10) ? random_below(1000) : random_below(20000);
        add(bytes, first, last < steps ? last : steps - 1);
    }
}

/* Cuts a rectangle of steps and bytes into items at random: the whole rectangle is the optimum. */
static void add_cut(int first, int last, int64_t bytes, int cuts)
{
    if (cuts == 0 || bytes <= ALIGNMENT || first == last) {
        add(bytes, first, last);
        return;
    }
    if (random_below(2)) {
        int middle = first + random_below(last - first);
        add_cut(first, middle, bytes, cuts - 1);
        add_cut(middle + 1, last, bytes, cuts - 1);
    } else {
        int64_t below = (1 + random_below((int)(bytes / ALIGNMENT) - 1)) * ALIGNMENT;
        add_cut(first, last, below, cuts - 1);
        add_cut(first, last, bytes - below, cuts - 1);
    }
}

static void shuffle(void)
{
    for (int i = count - 1; i > 0; i--) {
        int j = random_below(i + 1);
        ArenaItem item = items[i];
        items[i] = items[j];
        items[j] = item;
    }
}

/* ---- Known optima ---- */

START_TEST(nothing_to_plan)
{
    ArenaPlan result = plan();
    ck_assert_int_eq(result.total, 0);
}
END_TEST

START_TEST(items_without_bytes_lie_at_zero)
{
    add(0, 0, 5);
    add(100, 0, 5);
    add(0, 3, 3);
    add(100, 2, 4);
    ck_assert_int_eq(plan().total, 2 * 112);
    ck_assert_int_eq(items[0].offset, 0);
    ck_assert_int_eq(items[2].offset, 0);
    count = 1;
    ck_assert_int_eq(plan().total, 0);
}
END_TEST

START_TEST(sizes_are_aligned)
{
    add(1, 0, 0);
    add(17, 0, 0);
    ck_assert_int_eq(plan().total, 16 + 32);
    ArenaItem odd[] = {{.bytes = 3}, {.bytes = 5}};
    ck_assert_int_eq(arena_plan(odd, 2, 1).total, 8);
}
END_TEST

/* The last step of one item and the first of the next are not the same step: they share their bytes. */
START_TEST(steps_are_inclusive)
{
    add(64, 0, 1);
    add(64, 2, 3);
    ck_assert_int_eq(plan().total, 64);
    count = 0;
    add(64, 0, 2);
    add(64, 2, 3);
    ck_assert_int_eq(plan().total, 128);
}
END_TEST

START_TEST(all_live_at_once)
{
    for (int i = 1; i <= 20; i++) add(i * 16, 10 - i, 10 + i);
    ck_assert_int_eq(plan().total, 210 * 16);
}
END_TEST

/* A network without branches: each item is written at one step and read at the next. */
START_TEST(chains_reach_the_bound)
{
    for (int round = 0; round < 20; round++) {
        count = 0;
        for (int i = 0; i < 100; i++) add(1 + random_below(100000), i, i + 1);
        expect_optimum();
    }
}
END_TEST

/* Steps need not be neighbours, nor begin at 0. */
START_TEST(chains_with_gaps_reach_the_bound)
{
    for (int i = 0; i < 100; i++) add(1 + random_below(100000), 7 * i - 300, 7 * i - 293 + random_below(7));
    expect_optimum();
}
END_TEST

START_TEST(residual_blocks_reach_the_bound)
{
    for (int i = 0; i < 200; i++) add(65536 >> (i / 50), i, i % 3 ? i + 1 : i + 3);
    expect_optimum();
}
END_TEST

/* Encoder and decoder with long skips: each half the one before, and all of them live in the middle. */
START_TEST(long_skips_reach_the_bound)
{
    const int depth = 8;
    for (int i = 0; i < depth; i++) add(1 << (20 - i), i, 2 * depth - i);
    for (int i = 0; i < depth; i++) add(1 << (13 + i), depth + i, depth + i + 1);
    expect_optimum();
}
END_TEST

/* By size, by steps or by first use first, one of these needs more than the bound: the order must be searched. */
START_TEST(small_puzzles_are_solved)
{
    for (uint32_t seed = 1; seed <= 30; seed++) {
        count = 0;
        random_state = seed;
        add_cut(0, 30, 1 << 16, 4);
        shuffle();
        expect_optimum();
    }
}
END_TEST

/* ---- Random instances ---- */

START_TEST(random_plans_are_valid)
{
    for (int round = 0; round < 60; round++) {
        count = 0;
        add_random(2 + random_below(80), 1 + random_below(60), 1 + random_below(40));
        plan();
    }
}
END_TEST

START_TEST(random_plans_are_near_the_bound)
{
    for (int round = 0; round < 10; round++) {
        count = 0;
        add_random(120, 120, 30);
        ArenaPlan result = plan();
        ck_assert_int_le(result.total, result.bound + result.bound / 20);
    }
}
END_TEST

START_TEST(many_items)
{
    add_random(2000, 2000, 60);
    ArenaPlan result = plan();
    ck_assert_int_le(result.total, result.bound + result.bound / 20);
}
END_TEST

/* More than look at one another. */
START_TEST(very_long_chains_reach_the_bound)
{
    for (int i = 0; i < MOST_ITEMS; i++) add(i % 3 ? 100 : 400, i, i + 1);
    expect_optimum();
}
END_TEST

START_TEST(very_many_with_few_neighbours_are_near_the_bound)
{
    add_random(MOST_ITEMS, MOST_ITEMS, 20);
    ArenaPlan result = plan();
    ck_assert_int_lt(result.total, result.bound + result.bound / 2);
}
END_TEST

START_TEST(very_many_live_at_once)
{
    for (int i = 0; i < MOST_ITEMS; i++) add(16 * (1 + random_below(100)), i, MOST_ITEMS + random_below(100));
    expect_optimum();
}
END_TEST

START_TEST(the_same_plan_every_time)
{
    static int64_t offsets[MOST_ITEMS];
    add_cut(0, 500, 1 << 20, 9);
    shuffle();
    ArenaPlan first = plan();
    ck_assert_int_gt(first.total, first.bound); /* so that the search ran to its end */
    for (int i = 0; i < count; i++) offsets[i] = items[i].offset;
    ck_assert_int_eq(plan().total, first.total);
    for (int i = 0; i < count; i++) ck_assert_int_eq(items[i].offset, offsets[i]);
}
END_TEST

START_TEST(items_too_large_have_no_plan)
{
    add(INT64_MAX - 1, 0, 0);
    add(INT64_MAX - 1, 1, 1);
    ck_assert_int_eq(arena_plan(items, count, ALIGNMENT).total, INT64_MAX);
    items[0].bytes = items[1].bytes = INT64_MAX / 9;
    ck_assert_int_eq(plan().total, aligned(INT64_MAX / 9));
}
END_TEST

Suite *arena_suite(void)
{
    Suite *suite = suite_create("arena");
    TCase *tests = tcase_create("arena");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, nothing_to_plan);
    tcase_add_test(tests, items_without_bytes_lie_at_zero);
    tcase_add_test(tests, sizes_are_aligned);
    tcase_add_test(tests, steps_are_inclusive);
    tcase_add_test(tests, all_live_at_once);
    tcase_add_test(tests, chains_reach_the_bound);
    tcase_add_test(tests, chains_with_gaps_reach_the_bound);
    tcase_add_test(tests, residual_blocks_reach_the_bound);
    tcase_add_test(tests, long_skips_reach_the_bound);
    tcase_add_test(tests, small_puzzles_are_solved);
    tcase_add_test(tests, random_plans_are_valid);
    tcase_add_test(tests, random_plans_are_near_the_bound);
    tcase_add_test(tests, many_items);
    tcase_add_test(tests, very_long_chains_reach_the_bound);
    tcase_add_test(tests, very_many_with_few_neighbours_are_near_the_bound);
    tcase_add_test(tests, very_many_live_at_once);
    tcase_add_test(tests, the_same_plan_every_time);
    tcase_add_test(tests, items_too_large_have_no_plan);
    suite_add_tcase(suite, tests);
    return suite;
}
