/* test_regions.c: buffers in further memories: which go there, that no memory gets more than it has, and what the
 * interface says. */
#include "run_steps.h"

#include "compile/options.h"
#include "emit/emit.h"
#include "lower/lower.h"
#include "plan/plan.h"

#include <check.h>
#include <string.h>

Suite *regions_suite(void);

static Model *planned(const char *text)
{
    expect_same_results(text, lower, plan, 0);
    return model_after(plan, text);
}

/* Where it lies: the region's name, or "arena". */
static const char *place_of(const Model *m, const char *name)
{
    const Value *root = storage_root(value_called(m, name), NULL);
    ck_assert(in_arena(root));
    return root->memory ? root->memory->name : "arena";
}

/* Of 400 bytes each; p and q are read twice. */
#define NET \
    "(float[100] x) => (y) <int64 axis = {0}> { a = Softmax(x) p = CumSum(a, axis) q = CumSum(p, axis)" \
    " b = Add(p, q) c = CumSum(b, axis) d = Mul(q, c) e = CumSum(d, axis) y = ReduceSum(e) }"

START_TEST(without_regions_all_is_in_the_arena)
{
    const Model *m = planned(NET);
    for (const char *name = "apqbcde"; *name; name++) ck_assert_str_eq(place_of(m, mem_printf("%c", *name)), "arena");
}
END_TEST

START_TEST(what_is_used_most_goes_first)
{
    build_region("fast=400");
    const Model *m = planned(NET);
    ck_assert_str_eq(place_of(m, "p"), "fast");
    ck_assert_int_eq(m->regions[0].used, 400);
    ck_assert_int_eq(m->arena_bytes, 800);
}
END_TEST

START_TEST(regions_are_filled_in_the_order_given)
{
    build_region("small=399");
    build_region("fast=400");
    build_region("slow=100000");
    const Model *m = planned(NET);
    ck_assert_int_eq(m->regions[0].used, 0);
    ck_assert_int_eq(m->regions[1].used, 400);
    ck_assert_int_le(m->regions[2].used, 1248);
    ck_assert_int_eq(m->arena_bytes, 0);
    ck_assert_str_eq(place_of(m, "p"), "fast");
}
END_TEST

START_TEST(buffers_of_different_times_share_a_region)
{
    build_region("fast=816");
    const Model *m = planned(NET);
    const Value *p = storage_root(value_called(m, "p"), NULL), *e = storage_root(value_called(m, "e"), NULL);
    ck_assert_ptr_eq(p->memory, &m->regions[0]);
    ck_assert_ptr_eq(e->memory, &m->regions[0]);
    ck_assert_int_lt(p->last_step, e->first_step);
    ck_assert_int_le(m->regions[0].used, 816);
}
END_TEST

START_TEST(what_has_no_bytes_stays_in_the_arena)
{
    build_region("fast=400");
    const Model *m = planned("(float[3,0] x) => (y) { a = Softmax(x) y = Softmax(a) }");
    ck_assert_str_eq(place_of(m, "a"), "arena");
    ck_assert_int_eq(m->regions[0].used, 0);
}
END_TEST

START_TEST(what_loops_use_counts_more)
{
    build_region("fast=400");
    const Model *m = planned(
        "(float[100] x) => (y) <int64 n = {3}, bool c = {1}, int64 axis = {0}> { a = Softmax(x) b = CumSum(a, axis)"
        " d = Add(a, b) e = Mul(a, d) f = Sub(a, e)"
        " r = Loop<body = ((int64 i, bool go, float[100] s) => (on, u) { on = Identity(go) k = Softmax(s)"
        " u = CumSum(k, axis) })>(n, c, f) y = ReduceSum(r) }");
    ck_assert_str_ne(place_of(m, "a"), "fast");
    ck_assert(!strcmp(place_of(m, "k"), "fast") || !strcmp(place_of(m, "u"), "fast"));
}
END_TEST

static const char *written(Model *m, void (*write)(Model *m, FILE *f))
{
    Draft d;
    write(m, draft_begin(&d));
    return draft_end(&d);
}

static void report_alone(Model *m, FILE *f)
{
    report(m, NULL, f);
}

START_TEST(the_interface_has_regions)
{
    build_region("fast=500");
    build_region("spare=8");
    Model *m = model_after(plan, "(float[100] fast) => (y) <int64 axis = {0}> { a = Softmax(fast)"
                                 " p = CumSum(a, axis) y = ReduceSum(p) }");
    emit_begin(m);
    const char *code = written(m, emit), *json = written(m, report_alone);
    ck_assert_ptr_nonnull(strstr(code, "#define TEST_FAST_BYTES 400 /* of 500 that --region fast may have */\n"));
    ck_assert_ptr_nonnull(strstr(code, "#define TEST_SPARE_BYTES 0 "));
    ck_assert_ptr_nonnull(strstr(code, "#ifndef TEST_FAST_ATTR\n#define TEST_FAST_ATTR\n#endif\n"));
    ck_assert_ptr_nonnull(strstr(code, "int test_run(const float *fast_2, float *y);"));
    ck_assert_ptr_nonnull(
        strstr(code, "int test_run_in(void *arena, void *fast, void *spare, const float *fast_2, float *y);"));
    ck_assert_ptr_nonnull(strstr(code, "static TEST_FAST_ATTR unsigned char fast[TEST_FAST_BYTES]"));
    ck_assert_ptr_nonnull(strstr(code, "if ((uintptr_t)fast % TEST_ARENA_ALIGN != 0) return TEST_EARENA;"));
    ck_assert_ptr_nonnull(strstr(code, "    (void)spare;\n"));
    ck_assert_ptr_nonnull(strstr(code, "_run_in(arena, fast, NULL, fast_2, y);"));
    ck_assert_ptr_nonnull(strstr(code, "(fast_memory + AT_"));
    ck_assert_ptr_nonnull(strstr(code, "B), fast 400 B, spare 0 B, weights"));
    ck_assert_ptr_nonnull(strstr(json, "\"regions\": [ { \"name\": \"fast\", \"bytes\": 500, \"used\": 400 }, "
                                       "{ \"name\": \"spare\", \"bytes\": 8, \"used\": 0 } ],"));
    ck_assert_ptr_nonnull(strstr(json, "\"region\": \"fast\", \"region_offset\": 0"));
}
END_TEST

static bool is_refused(const char *first, const char *text, const char *words)
{
    Options o = {.n_regions = 0};
    ck_assert(!first || parse_region_option(&o, foreign(first)));
    test_silence(true);
    bool good = parse_region_option(&o, foreign(text));
    test_silence(false);
    return !good && strstr(test_said(), words);
}

START_TEST(regions_take_no_name_of_the_file_s_own)
{
    build_region("i_=8");
    Model *m = model_after(plan, "(float[100] x) => (y) { y = Softmax(x) }");
    emit_begin(m);
    ck_assert_ptr_nonnull(strstr(written(m, emit), "int test_run_in(void *arena, void *i, const float *x, float *y);"));
}
END_TEST

START_TEST(bad_regions_are_refused)
{
    ck_assert(is_refused(NULL, "fast", "expected NAME=BYTES"));
    ck_assert(is_refused(NULL, "fast=", "expected NAME=BYTES"));
    ck_assert(is_refused(NULL, "fast=0", "expected NAME=BYTES"));
    ck_assert(is_refused(NULL, "fast=-4", "expected NAME=BYTES"));
    ck_assert(is_refused(NULL, "fast=4k", "expected NAME=BYTES"));
    ck_assert(is_refused(NULL, "fast=3000000000", "expected NAME=BYTES"));
    ck_assert(is_refused(NULL, "=4", " is no C identifier"));
    ck_assert(is_refused(NULL, "4x=4", "4x is no C identifier"));
    ck_assert(is_refused(NULL, "a-b=4", "a-b is no C identifier"));
    ck_assert(is_refused(NULL, "Arena=4", "Arena is the name of something else"));
    ck_assert(is_refused("fast=4", "FAST=5", "its macros would be those of --region fast"));
}
END_TEST

Suite *regions_suite(void)
{
    Suite *s = suite_create("regions");
    TCase *t = tcase_create("regions");
    tcase_add_checked_fixture(t, NULL, build_free);
    tcase_add_test(t, without_regions_all_is_in_the_arena);
    tcase_add_test(t, what_is_used_most_goes_first);
    tcase_add_test(t, regions_are_filled_in_the_order_given);
    tcase_add_test(t, buffers_of_different_times_share_a_region);
    tcase_add_test(t, what_has_no_bytes_stays_in_the_arena);
    tcase_add_test(t, what_loops_use_counts_more);
    tcase_add_test(t, the_interface_has_regions);
    tcase_add_test(t, regions_take_no_name_of_the_file_s_own);
    tcase_add_test(t, bad_regions_are_refused);
    suite_add_tcase(s, t);
    return s;
}
