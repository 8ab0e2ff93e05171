/* test_foreign.c: what foreign text becomes in each place that it may enter. */
#include "base/base.h"

#include <check.h>
#include <string.h>

Suite *foreign_suite(void);

#define BOTH_LETTERS \
    "gr\xc3\xb6\xc3\x9f" \
    "e" /* größe */
#define TURNED \
    "a\xe2\x80\xae" \
    "b" /* U+202E: from here on from right to left */

typedef const char *Door(Foreign f);

static void expect(Door *door, const char *text, const char *expected)
{
    const char *found = door(foreign(text));
    ck_assert_msg(!strcmp(found, expected), "\"%s\" became \"%s\", expected \"%s\"", text, found, expected);
}

/* -- handling ---------------------------------------------------------------------------------- */

START_TEST(no_text_is_not_the_empty_text)
{
    ck_assert(foreign_none(foreign(NULL)) && !foreign_none(foreign("")));
    ck_assert(foreign_empty(foreign(NULL)) && foreign_empty(foreign("")) && !foreign_empty(foreign("a")));
    ck_assert(!foreign_equal(foreign(NULL), foreign("")) && foreign_equal(foreign(NULL), foreign(NULL)));
    ck_assert(!foreign_is(foreign(NULL), "") && foreign_is(foreign("ab"), "ab") && !foreign_is(foreign("ab"), "a"));
    ck_assert(foreign_is(foreign_or(foreign(""), foreign("b")), "b"));
    ck_assert_uint_eq(foreign_length(foreign(NULL)), 0);
}
END_TEST

START_TEST(bytes_end_at_the_first_NUL)
{
    ck_assert(foreign_is(foreign_of("ab\0cd", 5), "ab"));
    ck_assert(foreign_is(foreign_of("abcd", 2), "ab"));
    ck_assert(foreign_is(foreign_of(NULL, 0), ""));
}
END_TEST

START_TEST(names_are_made_of_names)
{
    Foreign percent = foreign("%s%n");
    ck_assert(foreign_is(foreign_suffixed(percent, "/packed%d", 3), "%s%n/packed3"));
    ck_assert(foreign_is(foreign_join(percent, percent), "%s%n%s%n"));
    ck_assert(foreign_is(foreign_part(percent, 1, 2), "s%") && foreign_is(foreign_from(percent, 2), "%n"));
    ck_assert_int_eq(foreign_last(percent, '%'), 2);
    ck_assert_int_eq(foreign_first(percent, "%n"), 2);
    ck_assert_int_eq(foreign_first(percent, "x"), NOWHERE);
    ck_assert(foreign_starts(percent, "%s") && foreign_ends(percent, "%n") && foreign_has(percent, "s%"));
    ck_assert(!foreign_starts(percent, "%n") && !foreign_ends(percent, "%s") && !foreign_has(percent, "d"));
}
END_TEST

START_TEST(a_map_finds_foreign_names)
{
    Map *m = map_new();
    int numbers[100];
    for (int i = 0; i < 100; i++) map_put(m, foreign_suffixed(foreign("\xff"), "%d", i), &numbers[i]);
    for (int i = 0; i < 100; i++) ck_assert_ptr_eq(map_get(m, foreign_suffixed(foreign("\xff"), "%d", i)), &numbers[i]);
    ck_assert_ptr_null(map_get(m, foreign("\xff")));
}
END_TEST

/* -- ordinary text ----------------------------------------------------------------------------- */

START_TEST(ordinary_names_stay_as_they_are)
{
    static const char *const names[] = {
        "", "conv1", "/f/f.0/Conv_output_0", "h - 2*p + 1", "[1,3,floor(h/2),?]", "it's {50 %}; <a> & #b"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        expect(shown, names[i], names[i]);
        expect(in_comment, names[i], names[i]);
        expect(in_json, names[i], mem_printf("\"%s\"", names[i]));
    }
}
END_TEST

START_TEST(letters_of_any_script_are_shown)
{
    expect(shown, BOTH_LETTERS, BOTH_LETTERS);
    expect(in_json, BOTH_LETTERS, "\"" BOTH_LETTERS "\"");
    expect(in_shell, BOTH_LETTERS, "'" BOTH_LETTERS "'");
    expect(shown, "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"); /* U+1F600 */
}
END_TEST

/* -- terminals --------------------------------------------------------------------------------- */

START_TEST(control_characters_are_escaped)
{
    expect(shown, "a\nb\rc\td", "a\\nb\\rc\\td");
    expect(shown, "\x1b[31m\x07\x7f", "\\x1b[31m\\x07\\x7f");
    expect(shown, "\xc2\x85", "\\u0085"); /* next line, a control character of 8 bits */
    expect(shown, "a\\nb\"`", "a\\\\nb\\\"\\`");
    ck_assert_str_eq(shown_bytes(foreign("a\0b"), 3), "a\\x00b");
}
END_TEST

START_TEST(characters_that_are_not_seen_are_escaped)
{
    expect(shown, TURNED, "a\\u202eb");
    expect(shown, "\xe2\x81\xa6\xe2\x81\xa9", "\\u2066\\u2069"); /* isolates */
    expect(shown, "\xd8\x9c\xe2\x80\x8e\xe2\x80\x8f", "\\u061c\\u200e\\u200f");
    expect(shown, "\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029");                /* line separators */
    expect(shown, "\xe2\x80\x8b\xef\xbb\xbf\xc2\xad", "\\u200b\\ufeff\\u00ad"); /* no width */
    expect(shown, "\xc2\xa0\xe3\x80\x80", "\\u00a0\\u3000");                    /* spaces */
    expect(shown, "\xf3\xa0\x81\x81\xef\xb8\x8f", "\\U000e0041\\ufe0f");        /* a tag, a variation selector */
    expect(shown, "\xee\x80\x80\xef\xbf\xbe", "\\ue000\\ufffe");                /* private, none */
}
END_TEST

START_TEST(bytes_that_are_no_UTF_8_are_escaped_one_by_one)
{
    expect(shown,
           "a\xff"
           "b",
           "a\\xffb");
    expect(shown, "\xc3", "\\xc3");                            /* cut short */
    expect(shown, "\xe2\x80", "\\xe2\\x80");                   /* likewise */
    expect(shown, "\xc0\xaf", "\\xc0\\xaf");                   /* `/`, longer than need be */
    expect(shown, "\xed\xa0\x80", "\\xed\\xa0\\x80");          /* half of a pair of UTF-16 */
    expect(shown, "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* beyond the last */
}
END_TEST

START_TEST(an_accent_stays_on_its_own_letter)
{
    expect(shown, "e\xcc\x81", "e\xcc\x81");
    expect(shown,
           "\xcc\x81"
           "e",
           "\\u0301e");
}
END_TEST

/* -- comments ---------------------------------------------------------------------------------- */

START_TEST(a_comment_neither_ends_nor_begins)
{
    expect(in_comment, "n*/\nint x;/*", "n*\\/\\nint x;/\\*");
    expect(in_comment, "/*/", "/\\*\\/");
    expect(in_comment, "*", "\\*");
    expect(in_comment, "**", "*\\*");
    expect(in_comment, "//", "//");
}
END_TEST

START_TEST(a_comment_has_no_trigraphs_and_no_spliced_lines)
{
    expect(in_comment, "\?\?/", "?\\?/");
    expect(in_comment, "\?\?\?=", "?\\?\\?=");
    expect(in_comment, "a\\", "a\\x5c");
    expect(in_comment, "a\\b", "a\\\\b");
}
END_TEST

START_TEST(a_comment_is_ASCII)
{
    expect(in_comment, BOTH_LETTERS, "gr\\u00f6\\u00dfe");
    expect(in_comment, TURNED, "a\\u202eb");
    expect(in_comment, "\xd7\x90\xff", "\\u05d0\\xff");
}
END_TEST

/* -- strings ----------------------------------------------------------------------------------- */

START_TEST(a_string_literal_holds_the_bytes)
{
    expect(in_string, "a b", "\"a b\"");
    expect(in_string, "\"\\\?\n1", "\"\\042\\134\\077\\0121\"");
    expect(in_string, "\xc3\xb6%s", "\"\\303\\266%s\"");
}
END_TEST

START_TEST(a_string_of_the_assembler_holds_the_bytes)
{
    expect(in_assembler, "net-1.weights", "net-1.weights");
    expect(in_assembler, "a\"\\b\n", "a\\\\042\\\\134b\\\\012");
}
END_TEST

START_TEST(JSON_says_the_text)
{
    expect(in_json, "a\"\\\n", "\"a\\\"\\\\\\u000a\"");
    expect(in_json, TURNED, "\"a\\u202eb\"");
    expect(in_json, "\xf3\xa0\x81\x81", "\"\\udb40\\udc41\"");
    expect(in_json,
           "\xff"
           "1",
           "\"\\ufffdff1\"");
    expect(in_json, "\xef\xbf\xbd", "\"\\ufffd\\ufffd\"");
}
END_TEST

START_TEST(a_page_has_no_markup_of_others)
{
    expect(in_html, "<script>alert('a')</script>", "&lt;script&gt;alert(&#39;a&#39;)&lt;/script&gt;");
    expect(in_html, "\" onload=`x` &lt; -->", "&quot; onload=&#96;x&#96; &amp;lt; --&gt;");
    expect(in_html, "a\\b\n\x1b[31m", "a\\\\b\\n\\x1b[31m");
    expect(in_html, TURNED, "a\\u202eb");
    expect(in_html, "\xf3\xa0\x81\x81", "\\U000e0041");
    expect(in_html, "\xff<", "\\xff&lt;");
    expect(in_html, "\xcc\x81x", "\\u0301x");
    expect(in_html, BOTH_LETTERS, BOTH_LETTERS);
}
END_TEST

/* -- shells and identifiers -------------------------------------------------------------------- */

START_TEST(a_word_of_a_shell_is_quoted_if_need_be)
{
    expect(in_shell, "x:0", "x:0");
    expect(in_shell, "", "''");
    expect(in_shell, "a b", "'a b'");
    expect(in_shell, "$(id)`id`", "'$(id)`id`'");
    expect(in_shell, "it's", "'it'\\''s'");
    expect(in_shell, "a\nb'\\", "$'a\\012b\\047\\134'");
    expect(in_shell, TURNED, "$'a\\342\\200\\256b'");
}
END_TEST

START_TEST(a_name_is_one_for_make_and_ninja)
{
    expect(in_depfile, "../a-b_1.c", "../a-b_1.c");
    expect(in_depfile, "a b", "a\\ b");
    expect(in_depfile, "a#b:c", "a\\#b\\:c");
    expect(in_depfile, "$(id)x", "$$(id)x");
    expect(in_depfile, BOTH_LETTERS "\xff", BOTH_LETTERS "\xff");
    const char *refused[] = {"",    "a\nb", "a\tb", "a\\b", "a;b", "a=b", "a*", "a?",
                             "[a]", "a%b",  "it's", "a\"",  "a|b", "a&b", "~a", "a(b)"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) ck_assert_ptr_null(in_depfile(foreign(refused[i])));
}
END_TEST

START_TEST(an_identifier_keeps_letters_and_digits)
{
    expect(as_identifier, "/f/f.0/Conv_output_0", "f_f_0_Conv");
    expect(as_identifier, "/f/f.0/Conv_output_0.nhwc", "f_f_0_Conv_nhwc");
    expect(as_identifier, "a_output_0_output_0/b", "a_b");
    expect(as_identifier, "a_output_01", "a_output_01");
    expect(as_identifier, "_output_0", "output_0");
    expect(as_identifier, "", "v");
    expect(as_identifier, "0", "v0");
    expect(as_identifier, "a*/;b", "a_b");
    expect(as_identifier, BOTH_LETTERS, "gr_e");
    expect(in_identifier, "a*/b\xff", "a__b_");
}
END_TEST

/* -- telling texts apart ----------------------------------------------------------------------- */

/* All texts of up to three of these: whatever a door escapes, and what escapes are made of. */
static const char *const parts[] = {"",         "a",        "n",
                                    "x",        "u",        "f",
                                    "0",        "\\",       "\"",
                                    "`",        "*",        "/",
                                    "?",        "\n",       "\x1b",
                                    "\xff",     "'",        "$",
                                    "\x85",     "5c",       "x5c",
                                    "x1b",      "\xc2\x85", "\xe2\x80\xae",
                                    "\xcc\x81", "ff",       "\xef\xbf\xbd",
                                    "u202e",    "fffd"};
enum { PARTS = sizeof parts / sizeof *parts };

static void expect_distinct(Door *door)
{
    Map *texts = map_new();
    for (int i = 0; i < PARTS * PARTS * PARTS; i++) {
        const char *text = mem_printf("%s%s%s", parts[i % PARTS], parts[i / PARTS % PARTS], parts[i / PARTS / PARTS]);
        const char *found = door(foreign(text)), *other = map_get(texts, foreign(found));
        ck_assert_msg(!other || !strcmp(other, text), "two texts become \"%s\"", found);
        map_put(texts, foreign(found), (void *)text);
        for (const char *s = found; *s; s++) ck_assert_msg(*s >= ' ' || *s < 0, "a control character in \"%s\"", found);
    }
}

static Door *const doors_that_tell_apart[] = {shown, in_comment, in_string, in_assembler, in_json, in_html, in_shell};

START_TEST(different_texts_stay_different)
{
    expect_distinct(doors_that_tell_apart[_i]);
}
END_TEST

Suite *foreign_suite(void)
{
    Suite *suite = suite_create("foreign");
    TCase *tests = tcase_create("foreign");
    tcase_add_checked_fixture(tests, NULL, mem_free_all);
    tcase_add_test(tests, no_text_is_not_the_empty_text);
    tcase_add_test(tests, bytes_end_at_the_first_NUL);
    tcase_add_test(tests, names_are_made_of_names);
    tcase_add_test(tests, a_map_finds_foreign_names);
    tcase_add_test(tests, ordinary_names_stay_as_they_are);
    tcase_add_test(tests, letters_of_any_script_are_shown);
    tcase_add_test(tests, control_characters_are_escaped);
    tcase_add_test(tests, characters_that_are_not_seen_are_escaped);
    tcase_add_test(tests, bytes_that_are_no_UTF_8_are_escaped_one_by_one);
    tcase_add_test(tests, an_accent_stays_on_its_own_letter);
    tcase_add_test(tests, a_comment_neither_ends_nor_begins);
    tcase_add_test(tests, a_comment_has_no_trigraphs_and_no_spliced_lines);
    tcase_add_test(tests, a_comment_is_ASCII);
    tcase_add_test(tests, a_string_literal_holds_the_bytes);
    tcase_add_test(tests, a_string_of_the_assembler_holds_the_bytes);
    tcase_add_test(tests, JSON_says_the_text);
    tcase_add_test(tests, a_page_has_no_markup_of_others);
    tcase_add_test(tests, a_word_of_a_shell_is_quoted_if_need_be);
    tcase_add_test(tests, a_name_is_one_for_make_and_ninja);
    tcase_add_test(tests, an_identifier_keeps_letters_and_digits);
    tcase_add_loop_test(tests, different_texts_stay_different, 0, 7);
    suite_add_tcase(suite, tests);
    return suite;
}
