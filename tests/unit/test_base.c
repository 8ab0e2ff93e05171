/* test_base.c: element types, literals, the pool, maps, paths, processes and hashes. */
#include "run_op.h"

#include "base/base.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

Suite *base_suite(void);

/* -- element types ----------------------------------------------------------------------------- */

START_TEST(types_have_their_width)
{
    static const struct {
        int bits;
        DType types[12];
    } widths[] = {
        {2, {DT_UINT2, DT_INT2}},
        {4, {DT_UINT4, DT_INT4, DT_FLOAT4E2M1}},
        {8,
         {DT_UINT8, DT_INT8, DT_BOOL, DT_FLOAT8E4M3FN, DT_FLOAT8E4M3FNUZ, DT_FLOAT8E5M2, DT_FLOAT8E5M2FNUZ,
          DT_FLOAT8E8M0}},
        {16, {DT_UINT16, DT_INT16, DT_FLOAT16, DT_BFLOAT16}},
        {32, {DT_FLOAT, DT_INT32, DT_UINT32}},
        {64, {DT_DOUBLE, DT_INT64, DT_UINT64, DT_STRING, DT_COMPLEX64}},
        {128, {DT_COMPLEX128}},
    };
    int known = 0;
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
        for (int k = 0; widths[i].types[k]; k++, known++)
            ck_assert_msg(dtype_bits(widths[i].types[k]) == widths[i].bits, "%s", dtype_name(widths[i].types[k]));
    ck_assert_int_eq(known, DT_COUNT - 1);
    ck_assert_int_eq(dtype_bits(DT_UNDEFINED), 0);
    ck_assert_int_eq(dtype_bits(DT_COUNT), 0);
}
END_TEST

START_TEST(packed_elements_fill_whole_bytes)
{
    ck_assert_int_eq(dtype_bytes(DT_INT4, 0), 0);
    ck_assert_int_eq(dtype_bytes(DT_INT4, 1), 1);
    ck_assert_int_eq(dtype_bytes(DT_INT4, 4), 2);
    ck_assert_int_eq(dtype_bytes(DT_INT4, 5), 3);
    ck_assert_int_eq(dtype_bytes(DT_INT2, 4), 1);
    ck_assert_int_eq(dtype_bytes(DT_INT2, 5), 2);
    ck_assert_int_eq(dtype_bytes(DT_FLOAT, 5), 20);
    ck_assert_int_eq(dtype_bytes(DT_COMPLEX128, 5), 80);
    ck_assert_int_eq(dtype_bytes(DT_UNDEFINED, 5), 0);
}
END_TEST

START_TEST(types_are_of_their_kind)
{
    static const DType floats[] = {DT_FLOAT, DT_DOUBLE, DT_FLOAT16, DT_BFLOAT16},
                       integers[] = {DT_INT8, DT_INT16, DT_INT32, DT_INT64, DT_UINT8, DT_UINT16, DT_UINT32, DT_UINT64};
    int n_floats = 0, n_integers = 0, n_halves = 0;
    for (int t = 0; t < DT_COUNT; t++) {
        n_floats += dtype_is_float((DType)t);
        n_integers += dtype_is_integer((DType)t);
        n_halves += dtype_is_half((DType)t);
    }
    for (int i = 0; i < 4; i++) ck_assert(dtype_is_float(floats[i]) && dtype_is_signed(floats[i]));
    for (int i = 0; i < 8; i++) ck_assert(dtype_is_integer(integers[i]) && dtype_is_signed(integers[i]) == (i < 4));
    ck_assert(dtype_is_half(DT_FLOAT16) && dtype_is_half(DT_BFLOAT16));
    ck_assert_int_eq(n_floats, 4);
    ck_assert_int_eq(n_integers, 8);
    ck_assert_int_eq(n_halves, 2);
    ck_assert(dtype_is_signed(DT_INT4) && !dtype_is_signed(DT_UINT4) && !dtype_is_signed(DT_BOOL));
}
END_TEST

/* -- literals ---------------------------------------------------------------------------------- */

#define ck_literal(type, ctype, value, expected) ck_assert_str_eq(literal(type, &(ctype){value}), expected)

START_TEST(integers_are_written_so_that_C_reads_them)
{
    ck_literal(DT_INT8, int8_t, -128, "-128");
    ck_literal(DT_UINT8, uint8_t, 255, "255");
    ck_literal(DT_INT16, int16_t, -32768, "-32768");
    ck_literal(DT_UINT16, uint16_t, 65535, "65535");
    ck_literal(DT_INT32, int32_t, INT32_MAX, "2147483647");
    ck_literal(DT_INT32, int32_t, INT32_MIN, "(-2147483647 - 1)"); /* 2147483648 is no int */
    ck_literal(DT_UINT32, uint32_t, UINT32_MAX, "4294967295U");
    ck_literal(DT_INT64, int64_t, 7, "7");
    ck_literal(DT_INT64, int64_t, INT32_MAX, "2147483647");
    ck_literal(DT_INT64, int64_t, INT64_C(2147483648), "INT64_C(2147483648)");
    ck_literal(DT_INT64, int64_t, -INT64_C(2147483647), "-2147483647");
    ck_literal(DT_INT64, int64_t, -INT64_C(2147483648), "INT64_C(-2147483648)");
    ck_literal(DT_INT64, int64_t, INT64_MIN, "(-INT64_C(9223372036854775807) - 1)");
    ck_literal(DT_UINT64, uint64_t, UINT64_MAX, "UINT64_C(18446744073709551615)");
    ck_literal(DT_BOOL, uint8_t, 0, "false");
    ck_literal(DT_BOOL, uint8_t, 1, "true");
}
END_TEST

START_TEST(reals_have_the_fewest_digits_that_read_back)
{
    ck_literal(DT_FLOAT, float, 0.1f, "0.1f");
    ck_literal(DT_FLOAT, float, 1, "1.0f");
    ck_literal(DT_FLOAT, float, -0.0f, "-0.0f");
    ck_literal(DT_FLOAT, float, 16777216, "16777216.0f");
    ck_literal(DT_FLOAT, float, 1e30f, "1e+30f");
    ck_literal(DT_DOUBLE, double, 0.1, "0.1");
    ck_literal(DT_DOUBLE, double, 3, "3.0");
    ck_literal(DT_FLOAT, float, INFINITY, "INFINITY");
    ck_literal(DT_FLOAT, float, -INFINITY, "-INFINITY");
    ck_literal(DT_DOUBLE, double, NAN, "NAN");
}
END_TEST

START_TEST(reals_read_back_to_the_same_bits)
{
    test_seed(5);
    for (int i = 0; i < 2000; i++) {
        float narrow = ldexpf(test_real(), test_below(250) - 140);
        double wide = ldexp((double)test_real() + (double)test_real() * 1e-9, test_below(2000) - 1000);
        ck_assert(strtof(literal(DT_FLOAT, &narrow), NULL) == narrow);
        ck_assert(strtod(literal(DT_DOUBLE, &wide), NULL) == wide);
    }
}
END_TEST

START_TEST(other_elements_are_written_as_their_bits)
{
    ck_literal(DT_FLOAT16, uint16_t, 0x3c00, "0x3c00");
    ck_literal(DT_BFLOAT16, uint16_t, 0x003f, "0x003f");
    ck_literal(DT_FLOAT8E5M2, uint8_t, 0x0f, "0x0f");
    ck_literal(DT_INT4, uint8_t, 0xa5, "0xa5");
    Foreign text = foreign("a\"b");
    ck_assert_str_eq(literal(DT_STRING, &text), "\"a\\042b\"");
}
END_TEST

/* -- the pool ---------------------------------------------------------------------------------- */

START_TEST(memory_is_zero_and_aligned)
{
    for (size_t bytes = 1; bytes < 500000; bytes = bytes * 3 + 1) {
        unsigned char *memory = mem_alloc(bytes);
        ck_assert_int_eq((uintptr_t)memory % 16, 0);
        for (size_t i = 0; i < bytes; i++) ck_assert_int_eq(memory[i], 0);
        memset(memory, 0xff, bytes);
    }
}
END_TEST

START_TEST(pieces_do_not_overlap)
{
    enum { PIECES = 3000 };
    unsigned char *pieces[PIECES];
    for (int i = 0; i < PIECES; i++) {
        pieces[i] = mem_alloc((size_t)(i % 200) + 1);
        memset(pieces[i], i % 251 + 1, (size_t)(i % 200) + 1);
    }
    for (int i = 0; i < PIECES; i++)
        for (int k = 0; k <= i % 200; k++) ck_assert_int_eq(pieces[i][k], i % 251 + 1);
}
END_TEST

START_TEST(copies_are_of_their_own)
{
    char text[] = "abc";
    char *copy = mem_strdup(text), *part = mem_strndup(text, 2);
    int numbers[] = {1, 2}, *twin = mem_dup(numbers, sizeof numbers);
    text[0] = '?';
    numbers[0] = 9;
    ck_assert_str_eq(copy, "abc");
    ck_assert_str_eq(part, "ab");
    ck_assert(twin[0] == 1 && twin[1] == 2);
    ck_assert_str_eq(mem_printf("%d-%s", 7, "x"), "7-x");
}
END_TEST

START_TEST(lists_grow_with_zeros_and_keep_what_they_hold)
{
    int *items = NULL, capacity = 0;
    for (int i = 0; i < 1000; i++) {
        mem_grow(&items, &capacity, i + 1, sizeof *items);
        ck_assert_int_ge(capacity, i + 1);
        ck_assert_int_eq(items[i], 0);
        items[i] = i + 1;
    }
    for (int i = 0; i < 1000; i++) ck_assert_int_eq(items[i], i + 1);
    int *before = items;
    mem_grow(&items, &capacity, 3, sizeof *items);
    ck_assert_ptr_eq(items, before);
}
END_TEST

static void ask_for_too_much(void *context)
{
    mem_array(SIZE_MAX / 2, *(size_t *)context);
}

START_TEST(no_memory_left_ends_the_process_with_a_message)
{
    for (size_t each = 2; each <= 4; each += 2) { /* what there is not, and what no size can say */
        Ended e = test_process(ask_for_too_much, &each);
        ck_assert_int_eq(e.status, 1);
        ck_assert_str_eq(e.said, "onnx2c: error: out of memory\n");
    }
}
END_TEST

static void be_wrong(void *context)
{
    internal_error("%s is wrong", (const char *)context);
}

START_TEST(internal_errors_end_the_process_and_ask_for_a_report)
{
    Ended e = test_process(be_wrong, (void *)"this");
    ck_assert_int_eq(e.status, 1);
    ck_assert_str_eq(e.said, "onnx2c: internal error: this is wrong; please report this with the model\n");
}
END_TEST

/* -- maps -------------------------------------------------------------------------------------- */

START_TEST(a_map_holds_thousands)
{
    enum { KEYS = 5000 };
    static int values[KEYS];
    Map *m = map_new();
    for (int i = 0; i < KEYS; i++) map_put(m, foreign(mem_printf("key %d", i)), &values[i]);
    for (int i = 0; i < KEYS; i++) ck_assert_ptr_eq(map_get(m, foreign(mem_printf("key %d", i))), &values[i]);
    ck_assert_ptr_null(map_get(m, foreign("key 5000")));
    ck_assert_ptr_null(map_get(map_new(), foreign("key 1")));
}
END_TEST

START_TEST(a_key_has_the_value_given_last)
{
    int one, two;
    Map *m = map_new();
    for (int i = 0; i < 100; i++) map_put(m, foreign("key"), &one);
    map_put(m, foreign("key"), &two);
    map_put(m, foreign("other"), &one);
    ck_assert_ptr_eq(map_get(m, foreign("key")), &two);
    ck_assert_ptr_eq(map_get(m, foreign("other")), &one);
}
END_TEST

/* -- paths, processes and hashes --------------------------------------------------------------- */

START_TEST(paths_have_a_folder_and_a_file)
{
    static const char *const paths[][3] = {
        {"a/b/c", "a/b", "c"}, {"/c", "/", "c"}, {"c", ".", "c"}, {"a/", "a", ""}, {"/a/b", "/a", "b"},
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        ck_assert_str_eq(shown(path_folder(foreign(paths[i][0]))), paths[i][1]);
        ck_assert_str_eq(shown(path_file(foreign(paths[i][0]))), paths[i][2]);
    }
}
END_TEST

START_TEST(files_exist_or_are_empty)
{
    char name[] = "/tmp/onnx2c-test-XXXXXX";
    int fd = mkstemp(name);
    Foreign path = foreign(name), absent = foreign("/tmp/onnx2c-test/no/such");
    ck_assert(path_exists(path) && path_is_empty(path));
    ck_assert_int_eq(write(fd, "x", 1), 1);
    ck_assert(!path_is_empty(path));
    ck_assert(!path_exists(absent) && !path_is_empty(absent));
    ck_assert(!path_is_empty(foreign("/tmp")));
    ck_assert(foreign_none(path_real(absent)) && !foreign_none(path_real(path)));
    close(fd);
    unlink(name);
}
END_TEST

static Ending ends(const char *program, const char *argument, const char *script)
{
    Foreign words[] = {foreign(program), foreign(argument), foreign(script)};
    return run_process(words, script ? 3 : argument ? 2 : 1);
}

START_TEST(processes_end_with_a_status_or_a_signal)
{
    Ending e = ends("sh", "-c", "exit 3");
    ck_assert(e.status == 3 && e.signal == 0);
    e = ends("true", NULL, NULL);
    ck_assert(e.status == 0 && e.signal == 0);
    e = ends("sh", "-c", "kill -9 $$");
    ck_assert_int_eq(e.signal, 9);
    ck_assert_int_eq(ends("no-such-program-anywhere", NULL, NULL).status, NOT_STARTED);
}
END_TEST

static void speak(void *context)
{
    (void)context;
    ends("sh", "-c", "echo spoken");
}

START_TEST(what_processes_print_goes_to_standard_error)
{
    ck_assert_str_eq(test_process(speak, NULL).said, "spoken\n");
}
END_TEST

START_TEST(hashes_are_those_of_FIPS_180)
{
    char hex[65], long_text[1000];
    sha256_hex("", 0, hex);
    ck_assert_str_eq(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    sha256_hex("abc", 3, hex);
    ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    /* two blocks, since 56 bytes leave no room for the length in the first */
    sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, hex);
    ck_assert_str_eq(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    memset(long_text, 'a', sizeof long_text);
    sha256_hex(long_text, sizeof long_text, hex);
    ck_assert_str_eq(hex, "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3");
}
END_TEST

Suite *base_suite(void)
{
    Suite *suite = suite_create("base");
    TCase *tests = tcase_create("base");
    tcase_add_checked_fixture(tests, NULL, op_free);
    tcase_add_test(tests, types_have_their_width);
    tcase_add_test(tests, packed_elements_fill_whole_bytes);
    tcase_add_test(tests, types_are_of_their_kind);
    tcase_add_test(tests, integers_are_written_so_that_C_reads_them);
    tcase_add_test(tests, reals_have_the_fewest_digits_that_read_back);
    tcase_add_test(tests, reals_read_back_to_the_same_bits);
    tcase_add_test(tests, other_elements_are_written_as_their_bits);
    tcase_add_test(tests, memory_is_zero_and_aligned);
    tcase_add_test(tests, pieces_do_not_overlap);
    tcase_add_test(tests, copies_are_of_their_own);
    tcase_add_test(tests, lists_grow_with_zeros_and_keep_what_they_hold);
    tcase_add_test(tests, no_memory_left_ends_the_process_with_a_message);
    tcase_add_test(tests, internal_errors_end_the_process_and_ask_for_a_report);
    tcase_add_test(tests, a_map_holds_thousands);
    tcase_add_test(tests, a_key_has_the_value_given_last);
    tcase_add_test(tests, paths_have_a_folder_and_a_file);
    tcase_add_test(tests, files_exist_or_are_empty);
    tcase_add_test(tests, processes_end_with_a_status_or_a_signal);
    tcase_add_test(tests, what_processes_print_goes_to_standard_error);
    tcase_add_test(tests, hashes_are_those_of_FIPS_180);
    suite_add_tcase(suite, tests);
    return suite;
}
