/* test_regex.c: RegexFullMatch. What matches is what RE2 (in ONNX Runtime 1.32) says. */
#include "run_op.h"

#include <check.h>

Suite *regex_suite(void);

static const char *const texts[] = {"",       "a",  "b",    "ab",  "aab", "aaa", "aB",  "K",   "\u212a",
                                    "\u00e4", "日", "日本", "a\n", "\n",  "a-b", "123", "a b", "a.b",
                                    "😀",      "{",  "a{2",  "^",   "-",   "]",   "_1",  "a,"};

enum { TEXTS = sizeof texts / sizeof *texts };

static Node *match(const char *pattern)
{
    Node *n = op_node("RegexFullMatch", "", 20);
    op_input(n, DT_STRING, 1, (int64_t[]){TEXTS}, texts);
    attr_set_string(n, "pattern", pattern);
    return n;
}

typedef struct {
    const char *pattern;
    const char *matched[TEXTS + 1]; /* all of them */
} Expected;

static const Expected expected[] = {
    {"a|b", {"a", "b"}},
    {"(a*)*", {"", "a", "aaa"}},
    {"(a|ab)b?", {"a", "ab"}},
    {"a{2,3}b?", {"aab", "aaa"}},
    {"a{2", {"a{2"}},
    {"{", {"{"}},
    {"(a{0,1}){3}", {"", "a", "aaa"}},
    {".", {"a", "b", "K", "\u212a", "\u00e4", "日", "😀", "{", "^", "-", "]"}},
    {"(?s)a.", {"ab", "aB", "a\n", "a,"}},
    {"(?s-s)a.", {"ab", "aB", "a,"}},
    {"[^a-zA-Z\\d]", {"\u212a", "\u00e4", "\n", "日", "😀", "{", "^", "-", "]"}},
    {"[]^-]", {"^", "-", "]"}},
    {"[\\x{e0}-\\x{ffff}]+", {"\u212a", "\u00e4", "日", "日本"}},
    {"[😀-\\x{10ffff}]", {"😀"}},
    {"(?i)ab", {"ab", "aB"}},
    {"(?i:k)", {"K", "\u212a"}},
    {"((?i)A)b", {"ab"}},
    {"\\d+|\\w\\s\\w", {"123", "a b"}},
    {"[[:alpha:]][[:punct:]][^[:digit:]]", {"a-b", "a.b"}},
    {"\\Qa.b\\E", {"a.b"}},
    {"a\\x2cn{0}", {"a,"}},
    {"\\137(?P<digit>\\061)", {"_1"}},
    {"^a$|a^|\\Ab\\z", {"a", "b"}},
    {"a*$^", {""}},
    {"\\w+\\b.\\b\\w", {"a-b", "a b", "a.b", "a{2"}},
    {"\\B", {""}},
    {"a\\Ba?[\\w]*", {"ab", "aab", "aaa", "aB"}},
};

START_TEST(matches_what_re2_does)
{
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        Node *n = match(expected[i].pattern);
        op_run(n, 1);
        const bool *found = n->out[0]->data;
        for (int t = 0; t < TEXTS; t++) {
            bool wanted = false;
            for (int k = 0; expected[i].matched[k]; k++)
                wanted = wanted || foreign_is(foreign(texts[t]), expected[i].matched[k]);
            ck_assert_msg(found[t] == wanted, "\"%s\" %s \"%s\"", expected[i].pattern,
                          found[t] ? "matches" : "doesn't match", texts[t]);
        }
        op_free();
    }
}
END_TEST

START_TEST(refuses_what_re2_refuses_or_the_table_can_not_hold)
{
    static const char *const patterns[] = {"a**",
                                           "*a",
                                           "a|{2}",
                                           "(a",
                                           "a)",
                                           "[a",
                                           "[b-a]",
                                           "[[:foo:]]",
                                           "\\",
                                           "\\1",
                                           "\\x",
                                           "\\e",
                                           "\\x{110000}",
                                           "a{1001}",
                                           "a{2}{3}",
                                           "(?",
                                           "(?P",
                                           "(?P<",
                                           "(?P<a",
                                           "[[:",
                                           "[[:a",
                                           "[a-",
                                           "\\x{",
                                           "\\x{6",
                                           "(?x)a",
                                           "(?i",
                                           "\xff",
                                           "\\pN",
                                           "(?i)\u00e4",
                                           "(?m)^a",
                                           "(a{1000}){1000}",
                                           "(a|b)*a(a|b){12}"};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        ck_assert_msg(op_refused(match(patterns[i]), 1), "\"%s\" is taken", patterns[i]);
        op_free();
    }
}
END_TEST

Suite *regex_suite(void)
{
    Suite *s = suite_create("regex");
    TCase *t = tcase_create("patterns");
    tcase_add_test(t, matches_what_re2_does);
    tcase_add_test(t, refuses_what_re2_refuses_or_the_table_can_not_hold);
    suite_add_tcase(s, t);
    return s;
}
