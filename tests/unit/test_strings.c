/* test_strings.c: StringConcat, StringSplit and StringNormalizer, and the letters that they know. */
#include "kernels.h"
#include "run_op.h"

#include <check.h>
#include <string.h>

Suite *strings_suite(void);

/* -- letters ----------------------------------------------------------------------------------- */

START_TEST(letters_of_all_scripts_have_two_cases)
{
    static const uint32_t pairs[][2] = {{'A', 'a'},       {'Z', 'z'},         {0xc4, 0xe4},      {0x100, 0x101},
                                        {0x178, 0xff},    {0x1c4, 0x1c6},     {0x3a3, 0x3c3},    {0x416, 0x436},
                                        {0x10a0, 0x2d00}, {0x13a0, 0xab70},   {0x1f88, 0x1f80},  {0x2c6f, 0x250},
                                        {0xff21, 0xff41}, {0x10400, 0x10428}, {0x1e921, 0x1e943}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        ck_assert_uint_eq(letter_to_lower(pairs[i][0]), pairs[i][1]);
        ck_assert_uint_eq(letter_to_upper(pairs[i][1]), pairs[i][0]);
        ck_assert_uint_eq(letter_to_lower(pairs[i][1]), pairs[i][1]);
        ck_assert_uint_eq(letter_to_upper(pairs[i][0]), pairs[i][0]);
    }
}
END_TEST

START_TEST(some_letters_go_one_way_or_none)
{
    static const uint32_t lower[][2] = {{0x212a, 'k'}, {0x130, 'i'}, {0x1e9e, 0xdf}, {0x1c5, 0x1c6}, {0x2126, 0x3c9}};
    static const uint32_t upper[][2] = {{0x131, 'I'}, {0x17f, 'S'}, {0xb5, 0x39c}, {0x3c2, 0x3a3}, {0x1c5, 0x1c4}};
    static const uint32_t none[] = {'1', '[', '@', 0xdf, 0xd7, 0xf7, 0x65e5, 0x1f600, 0x1100c3};
    for (int i = 0; i < 5; i++) {
        ck_assert_uint_eq(letter_to_lower(lower[i][0]), lower[i][1]);
        ck_assert_uint_eq(letter_to_upper(upper[i][0]), upper[i][1]);
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) ck_assert_uint_eq(letter_to_upper(none[i]), none[i]);
}
END_TEST

/* The library's own way back is UTF-8's; what is none stays as it is. */
START_TEST(letters_are_read_and_written_as_utf_8)
{
    static const char text[] = "a\u00e4\u20ac\U0001f600\xff\xc3";
    static const uint32_t expected[] = {'a', 0xe4, 0x20ac, 0x1f600, 0x1100ff, 0x1100c3, 0};
    char back[sizeof text];
    int at = 0;
    for (int i = 0; i < 7; i++) {
        uint32_t letter;
        int length = letter_decode(text + at, &letter);
        ck_assert_uint_eq(letter, expected[i]);
        ck_assert_int_eq(letter_encode(letter, back + at), length);
        at += length;
    }
    ck_assert_str_eq(back, text);
}
END_TEST

/* -- splitting --------------------------------------------------------------------------------- */

/* The pieces of `text` with bars between them. */
static const char *split(const char *text, const char *delimiter, int splits)
{
    static char shown_pieces[200];
    const char *pieces[6];
    int64_t count;
    int32_t most;
    uint8_t room[100];
    const struct string_split p = {.n = 1, .room = 100, .splits = splits, .most = 6};
    *shown_pieces = 0;
    if (string_split(&text, &delimiter, room, pieces, &count, &p, &most) || most != count) return NULL;
    for (int i = 0; i < most; i++) strcat(strcat(shown_pieces, pieces[i]), "|");
    return shown_pieces;
}

START_TEST(splits_at_delimiters)
{
    ck_assert_str_eq(split("a,,b,", ",", -1), "a||b||");
    ck_assert_str_eq(split("a,,b,", ",,", -1), "a|b,|");
    ck_assert_str_eq(split("a,,b,", ",", 1), "a|,b,|");
    ck_assert_str_eq(split("a,b", ",", 0), "a,b|");
    ck_assert_str_eq(split("", ",", -1), "");
    ck_assert_str_eq(split(",", ",", -1), "||");
    ck_assert_str_eq(split("1,2,3,4,5,6", ",", -1), "1|2|3|4|5|6|");
    ck_assert_ptr_null(split("1,2,3,4,5,6,7", ",", -1));
}
END_TEST

START_TEST(splits_at_white_space)
{
    ck_assert_str_eq(split("  a \t\nb c\r\n", "", -1), "a|b|c|");
    ck_assert_str_eq(split("  a b  c  ", "", 1), "a|b  c|");
    ck_assert_str_eq(split("  a b  c  ", "", 0), "a b  c|");
    ck_assert_str_eq(split("  a b  c  ", "", 2), "a|b|c|");
    ck_assert_str_eq(split(" \v\f ", "", -1), "");
}
END_TEST

START_TEST(pieces_fill_as_many_columns_as_the_most_need)
{
    const char *const x[] = {"a b", "", "c d e"}, *const space = "";
    const char *y[3 * 4];
    int64_t z[3];
    int32_t count;
    uint8_t room[3 * 6];
    struct string_split p = {.n = 3, .room = 6, .splits = -1, .most = 4};
    ck_assert_int_eq(string_split(x, &space, room, y, z, &p, &count), 0);
    ck_assert_int_eq(count, 3);
    static const char *const expected[] = {"a", "b", "", "", "", "", "c", "d", "e"};
    for (int i = 0; i < 9; i++) ck_assert_str_eq(y[i], expected[i]);
    ck_assert(z[0] == 2 && z[1] == 0 && z[2] == 3);
    p.room = 5;
    ck_assert_int_ne(string_split(x, &space, room, y, z, &p, &count), 0);
}
END_TEST

/* -- the operators ----------------------------------------------------------------------------- */

START_TEST(concat_broadcasts_and_refuses_what_is_too_long)
{
    char half[130];
    memset(half, 'x', 128);
    half[128] = 0;
    Node *n = op_node("StringConcat", "", 20);
    op_input(n, DT_STRING, 2, (int64_t[]){2, 1}, (const char *const[]){"a", "\u00e4"});
    op_input(n, DT_STRING, 1, (int64_t[]){2}, (const char *const[]){"b", ""});
    op_run(n, 1);
    static const char *const expected[] = {"ab", "a", "\u00e4b", "\u00e4"};
    for (int i = 0; i < 4; i++) ck_assert(foreign_is(value_string(n->out[0], i), expected[i]));
    op_free();
    for (int length = 127; length <= 128; length++) { /* 255 bytes fit, 256 don't */
        n = op_node("StringConcat", "", 20);
        op_input(n, DT_STRING, 0, NULL, (const char *const[]){half});
        op_input(n, DT_STRING, 0, NULL, (const char *const[]){half + 128 - length});
        ck_assert(!op_refused(n, 1));
        ck_assert_int_eq(op_evaluates(n), length == 127);
        op_free();
    }
}
END_TEST

START_TEST(normalizes_words)
{
    static const char *const x[] = {"Monday", "\u00c4", "tuesday", "\u0250"}, *const stop[] = {"MONDAY", "\u00e4"};
    const char *y[4];
    uint8_t room[4 * 12];
    int32_t count;
    struct string_normalize p = {.n = 4, .stops = 2, .room = 12, .change = 2, .ignores_case = 1};
    ck_assert(!string_normalize(x, stop, room, y, &p, &count) && count == 2);
    ck_assert_str_eq(y[0], "TUESDAY");
    ck_assert_str_eq(y[1], "\u2c6f");
    p.ignores_case = p.change = 0;
    ck_assert(!string_normalize(x, stop, room, y, &p, &count) && count == 4);
    p.change = 1;
    p.room = 8; /* for seven letters and a NUL */
    ck_assert(!string_normalize(x, stop, room, y, &p, &count) && count == 4);
    ck_assert_str_eq(y[2], "tuesday");
    p.room = 7;
    ck_assert_int_ne(string_normalize(x, stop, room, y, &p, &count), 0);
    p = (struct string_normalize){.n = 1, .stops = 1, .room = 12, .ignores_case = 1};
    ck_assert(!string_normalize(x, stop, room, y, &p, &count) && count == 1);
    ck_assert_str_eq(y[0], "");
}
END_TEST

Suite *strings_suite(void)
{
    Suite *s = suite_create("strings");
    TCase *t = tcase_create("strings");
    tcase_add_test(t, letters_of_all_scripts_have_two_cases);
    tcase_add_test(t, some_letters_go_one_way_or_none);
    tcase_add_test(t, letters_are_read_and_written_as_utf_8);
    tcase_add_test(t, splits_at_delimiters);
    tcase_add_test(t, splits_at_white_space);
    tcase_add_test(t, pieces_fill_as_many_columns_as_the_most_need);
    tcase_add_test(t, concat_broadcasts_and_refuses_what_is_too_long);
    tcase_add_test(t, normalizes_words);
    suite_add_tcase(s, t);
    return s;
}
