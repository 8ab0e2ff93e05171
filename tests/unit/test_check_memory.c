/* test_check_memory.c: each invariant of memory, once it is broken, is found. */
#include "test_check.h"

Suite *check_memory_suite(void);

static void move_view(Value *v, int64_t offset)
{
    v->storage_offset = offset;
    v->shortcut = NULL;
}

static void view_beyond(Model *m)
{
    move_view(value(m, "b"), 4);
}

static void view_before(Model *m)
{
    move_view(value(m, "b"), -4);
}

static void view_elsewhere(Model *m)
{
    storage_root(value(m, "b"), NULL); /* it has a shortcut */
    value(m, "b")->storage_offset = 4;
}

static void before_the_arena(Model *m)
{
    storage_root(value(m, "a"), NULL)->arena_offset = -16;
}

static void beyond_the_arena(Model *m)
{
    storage_root(value(m, "a"), NULL)->arena_offset += 16;
    m->arena_bytes = storage_root(value(m, "a"), NULL)->arena_offset + 31;
}

static void one_over_another(Model *m)
{
    /* c is made of a, and both are needed */
    value(m, "c")->arena_offset = storage_root(value(m, "a"), NULL)->arena_offset;
}

static void one_byte_over_another(Model *m)
{
    Value *a = storage_root(value(m, "a"), NULL);
    a->arena_offset = 0;
    value(m, "c")->arena_offset = value_bytes(a) - 1;
    m->arena_bytes = 10000;
}

static SideMemory input;

/* a is made while the input is read. */
static void in_an_input_that_is_in_use(Model *m)
{
    input = (SideMemory){.lent = value(m, "x"), .bytes = 10000};
    Value *a = storage_root(value(m, "a"), NULL);
    a->memory = &input;
    a->arena_offset = 0;
}

static void beyond_what_is_lent(Model *m)
{
    in_an_input_that_is_in_use(m);
    input.bytes = 1;
}

static const Breach of_memory[] = {
    {view_beyond, "\"b\" reaches beyond its storage"},
    {view_before, "\"b\" reaches beyond its storage"},
    {view_elsewhere, "\"b\" lies elsewhere than its storage says"},
    {before_the_arena, "\"a\" lies outside the arena"},
    {beyond_the_arena, "\"a\" lies outside the arena"},
    {in_an_input_that_is_in_use, "\"a\" lies in memory that is in use"},
    {beyond_what_is_lent, "\"a\" lies outside the arena"},
    {one_over_another, "shares memory with"},
    {one_byte_over_another, "shares memory with"},
};

START_TEST(broken_memory_is_found)
{
    expect_found(&of_memory[_i]);
}
END_TEST

START_TEST(buffers_may_share_memory_at_different_times)
{
    Model *m = model_after(plan, text);
    Value *a = storage_root(value(m, "a"), NULL), *c = value(m, "c");
    a->arena_offset = c->arena_offset = m->arena_bytes;
    m->arena_bytes += value_bytes(c);
    a->last_step = c->first_step - 1;
    ck_assert_int_eq(test_process(run_check, m).status, 0);
    a->last_step = c->first_step;
    ck_assert_int_eq(test_process(run_check, m).status, 1);
}
END_TEST

Suite *check_memory_suite(void)
{
    Suite *suite = suite_create("check_memory");
    TCase *tests = tcase_create("check_memory");
    tcase_add_checked_fixture(tests, NULL, op_free);
    tcase_add_loop_test(tests, broken_memory_is_found, 0, COUNT(of_memory));
    tcase_add_test(tests, buffers_may_share_memory_at_different_times);
    suite_add_tcase(suite, tests);
    return suite;
}
