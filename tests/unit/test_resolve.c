/* test_resolve.c: the kernels' text for one target. */
#include "emit/emit.h"
#include "emit/resolve.h"

#include <check.h>
#include <string.h>

Suite *resolve_suite(void);

static Macros *macros_of(const char *target)
{
    return macros_new(target_find(foreign(target)));
}

/* SIX is 6, ON is defined as nothing, ABSENT isn't defined; of all else nothing is known. */
static Macros *some_macros(void)
{
    Macros *m = macros_of("c99");
    macro_set(m, "SIX", 3, (Macro){MACRO_DEFINED, "(2 * 3)"});
    macro_set(m, "ON", 2, (Macro){MACRO_DEFINED, ""});
    macro_set(m, "ABSENT", 6, (Macro){MACRO_UNDEFINED, NULL});
    return m;
}

static void comes_to(const char *text, int64_t value)
{
    Condition c = condition(some_macros(), text, strlen(text));
    ck_assert_msg(c.known, "%s: not known", text);
    ck_assert_msg(c.value == value, "%s: %lld", text, (long long)c.value);
}

static void leaves(const char *text, const char *rest)
{
    Condition c = condition(some_macros(), text, strlen(text));
    ck_assert_msg(!c.known, "%s: known", text);
    ck_assert_str_eq(c.text, rest);
}

static void folds(const char *text, const char *expected)
{
    ck_assert_str_eq(fold(some_macros(), text), expected);
}

static void resolves(const char *text, const char *expected)
{
    ck_assert_str_eq(resolve(some_macros(), text), expected);
}

START_TEST(integers_and_macros)
{
    comes_to("1 + 2 * 3 - 4", 3);
    comes_to("(1 + 2) * 3", 9);
    comes_to("-7 / 2 % 2", -1);
    comes_to("10 - 3 - 2", 5);
    comes_to("0x10 == 16", 1);
    comes_to("SIX", 6);
    comes_to("SIX * SIX >= 36 && SIX <= 6 && SIX != 5", 1);
    comes_to("SIX > 6 || SIX < 6", 0);
    comes_to("!SIX", 0);
    comes_to("!!SIX", 1);
    comes_to("ABSENT + 1", 1);
    comes_to("defined(SIX) && defined ON && !defined(ABSENT)", 1);
    comes_to("SIX == \\\n 6", 1);
    comes_to("SIX & 4 && SIX & 2", 1);
    comes_to("(SIX & 1) == 0", 1);
}
END_TEST

START_TEST(what_decides_does_so_whatever_the_rest_is)
{
    comes_to("ABSENT && UNKNOWN", 0);
    comes_to("UNKNOWN && defined(ABSENT)", 0);
    comes_to("UNKNOWN || SIX", 1);
    comes_to("defined(SIX) || UNKNOWN(with, (arguments))", 1);
    comes_to("!(UNKNOWN && ABSENT)", 1);
}
END_TEST

START_TEST(the_rest_of_a_condition_is_short)
{
    leaves("SIX == 6 && UNKNOWN", "UNKNOWN");
    leaves("UNKNOWN || ABSENT", "UNKNOWN");
    leaves("(SIX == 6 && UNKNOWN(x)) || defined(ABSENT)", "UNKNOWN(x)");
    leaves("A && SIX && (B || ABSENT)", "A && B");
    leaves("A && (B || C)", "A && (B || C)");
    leaves("A && B || C", "(A && B) || C");
    leaves("!(A && B)", "!(A && B)");
    leaves("!defined(A)", "!defined(A)");
    leaves("A == SIX", "A == 6");
    leaves("(A + SIX) * 2 > B", "(A + 6) * 2 > B");
    leaves("A - (B - C)", "A - (B - C)");
    leaves("SIX && defined(A) && (A & 4)", "defined(A) && A & 4");
}
END_TEST

START_TEST(macros_of_a_target)
{
    ck_assert(macro_find(macros_of("cortex-m4"), "__AVX2__", 8).state == MACRO_UNDEFINED);
    ck_assert(macro_find(macros_of("x86-64-v3"), "__AVX2__", 8).state == MACRO_DEFINED);
    ck_assert(macro_find(macros_of("x86-64-v3"), "__AVX512F__", 11).state == MACRO_UNDEFINED);
    ck_assert(macro_find(macros_of("x86-64-v3"), "__clang__", 9).state == MACRO_UNKNOWN);
    ck_assert(macro_find(macros_of("x86-64-v3"), "_OPENMP", 7).state == MACRO_UNKNOWN);
    ck_assert(macro_find(macros_of("cortex-m4"), "_OPENMP", 7).state == MACRO_UNDEFINED);
    ck_assert(macro_find(macros_of("c99"), "__GNUC__", 8).state == MACRO_UNKNOWN);
    ck_assert(macro_find(macros_of("portable"), "__AVX2__", 8).state == MACRO_UNKNOWN);
    ck_assert_str_eq(macro_find(macros_of("riscv32"), "UINTPTR_MAX", 11).text, "4294967295");
}
END_TEST

/* The width of vectors is what the library's own #defines say. */
START_TEST(macros_of_the_library)
{
    static const struct {
        const char *target, *width;
    } widths[] = {{"c99", "1"},       {"cortex-m55", "1"}, {"riscv64", "1"},      {"armv7-neon", "4"}, {"aarch64", "4"},
                  {"x86-64-v1", "4"}, {"x86-64-v3", "8"},  {"wasm-simd128", "4"}, {"x86-64-v4", "16"}};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        Macro macro = macro_find(macros_of(widths[i].target), "VEC", 3);
        ck_assert_int_eq(macro.state, MACRO_DEFINED);
        ck_assert_str_eq(macro.text, widths[i].width);
    }
    ck_assert(macro_find(macros_of("cortex-m4"), "QDOT_LANES", 10).state == MACRO_UNDEFINED);
    ck_assert(macro_find(macros_of("cortex-m4"), "TILE_COLUMNS", 12).state == MACRO_UNKNOWN); /* not by #define */
}
END_TEST

extern const Kernel kernel_table[];
extern const int kernel_table_count;

/* In conditions of the kernels there are macros of the target's list, of the library, and these. */
START_TEST(macros_that_tell_processors_apart_are_known)
{
    static const char others[] =
        " if elif ifdef ifndef defined __GNUC__ __clang__ __has_builtin __OPTIMIZE_SIZE__ __OPTIMIZE__ "
        "FLT_EVAL_METHOD __FLT_EVAL_METHOD__ __FP_FAST_FMAF ";
    Macros *m = macros_of("cortex-m0");
    for (int i = 0; i < kernel_table_count; i++)
        for (const char *line = kernel_table[i].text; *line; line += line_length(line)) {
            if (strncmp(line, "#if", 3) != 0 && strncmp(line, "#elif", 5) != 0) continue;
            for (const char *s = line, *end = line + line_length(line); s < end;
                 s += word_length(s) + !word_length(s)) {
                const char *word = mem_printf(" %.*s ", (int)word_length(s), s);
                if (!word_length(s) || *s < 'A' || strstr(others, word) || strstr(s, "__builtin_") == s) continue;
                bool own = kernel_find(mem_strndup(s, word_length(s))) ||
                           strstr(kernel_table[i].text, mem_printf("#define%s", word));
                ck_assert_msg(own || macro_find(m, s, word_length(s)).state != MACRO_UNKNOWN, "%s", word);
            }
        }
}
END_TEST

START_TEST(conditionals_that_are_decided_go)
{
    resolves("#if SIX == 6\na;\n#else\nb;\n#endif\n", "a;\n");
    resolves("#if SIX == 5\na;\n#else\nb;\n#endif\n", "b;\n");
    resolves("x;\n#ifdef ABSENT\na;\n#endif\ny;\n", "x;\ny;\n");
    resolves("#ifndef ABSENT\n#if SIX\na;\n#endif\n#endif\n", "a;\n");
    resolves("#if SIX == 5\na;\n#elif SIX == 6\nb;\n#elif U\nc;\n#endif\n", "b;\n");
    resolves("x;\n\n#ifdef ABSENT\na;\n#endif\n\ny;\n\n#ifdef ABSENT\nb;\n#endif\n", "x;\n\ny;\n");
}
END_TEST

START_TEST(conditionals_of_the_compiler_stay)
{
    resolves("#ifdef U\na;\n#endif\n", "#ifdef U\na;\n#endif\n");
    resolves("#ifndef U\na;\n#else\nb;\n#endif\n", "#ifndef U\na;\n#else\nb;\n#endif\n");
    resolves("#if SIX == 6 && U\na;\n#elif V\nb;\n#elif SIX\nc;\n#else\nd;\n#endif\n",
             "#if U\na;\n#elif V\nb;\n#else\nc;\n#endif\n");
    resolves("#if ABSENT\na;\n#elif U\nb;\n#endif\n", "#if U\nb;\n#endif\n");
    resolves("#if U\na;\n#elif V\na;\n#else\na;\n#endif\n", "a;\n"); /* whichever */
    resolves("#if U\na;\n#elif V\na;\n#endif\n", "#if U\na;\n#elif V\na;\n#endif\n");
}
END_TEST

START_TEST(definitions_count_from_where_they_are)
{
    resolves("#ifdef W\na;\n#endif\n#define W 4\n#if W == 4\nb;\n#endif\n#undef W\n#ifndef W\nc;\n#endif\n",
             "#ifdef W\na;\n#endif\n#define W 4\nb;\n#undef W\nc;\n");
    resolves("#if U\n#define W 1\n#else\n#define W 1\n#endif\n#if W == 1\na;\n#endif\n", "#define W 1\na;\n");
    resolves("#if U\n#define W 1\n#if W == 1\na;\n#endif\n#else\n#define W 2\n#endif\n#if W == 1\nb;\n#endif\n",
             "#if U\n#define W 1\na;\n#else\n#define W 2\n#endif\n#if W == 1\nb;\n#endif\n");
    resolves("#ifdef ABSENT\n#define W 1\n#endif\n#if W\na;\n#endif\n", "#if W\na;\n#endif\n");
}
END_TEST

START_TEST(operators_are_folded)
{
    folds("x = SIX == 6 ? a : b;", "x = a;");
    folds("f(SIX == 5 ? a : (b + 1));", "f((b + 1));");
    folds("int a[SIX > 2 ? SIX : 1];", "int a[6];");
    folds("return x && SIX == 6 && y;", "return x && y;");
    folds("return !SIX || x ||\n    y;", "return x ||\n    y;");
    folds("if (a || (!b && (c || SIX < 16))) f();", "if (a || !b) f();");
    folds("y = a ? SIX == 6 ? b : c : d;", "y = a ? b : d;");
    folds("a;\n#if U && V\n    x = b;\n#endif\n", "a;\n#if U && V\n    x = b;\n#endif\n");
    folds("for (; i + SIX <= n; i += SIX) f(SIX);", "for (; i + SIX <= n; i += SIX) f(SIX);");
    folds("x = \"SIX == 6 ? a : b\"; /* SIX == 6 ? a : b */", "x = \"SIX == 6 ? a : b\"; /* SIX == 6 ? a : b */");
}
END_TEST

START_TEST(statements_are_folded)
{
    folds("    a;\n    if (SIX == 5) b;\n    c;\n", "    a;\n    c;\n");
    folds("    a;\n    if (SIX == 5 && x)\n        b;\n    c;\n", "    a;\n    c;\n");
    folds("    if (SIX == 5) {\n        b;\n    }\n    c;\n", "    c;\n");
    folds("if (SIX == 5) a;\nelse b;\n", "b;\n");
    folds("if (SIX == 6)\n    a;\nelse\n    b;\nc;\n", "a;\nc;\n");
    folds("if (x) a;\nelse if (SIX == 5) b;\nc;\n", "if (x) a;\nelse if (SIX == 5) b;\nc;\n");
    folds("    for (; x && SIX == 5; i++)\n        f(i);\n    c;\n", "    c;\n");
    folds("if (SIX == 6) return a;\nreturn b;\n", "if (SIX == 6) return a;\nreturn b;\n");
}
END_TEST

START_TEST(macros_of_nothing_go)
{
    folds("ON static void f(void);", "static void f(void);");
    folds("#define ON\n#define F(x) \\\nON void x(void)\n", "#define ON\n#define F(x) \\\nvoid x(void)\n");
}
END_TEST

START_TEST(constants_that_nothing_reads_go)
{
    folds("    const int32_t w = f();\n    y = SIX == 6 ? 1 : w;\n", "    y = 1;\n");
    folds("    const int32_t w = f();\n    y = SIX == 6 ? w : 1;\n", "    const int32_t w = f();\n    y = w;\n");
    folds("    const int32_t w = f();\n    y = SIX == 6 ? 1 : w;\n}\n    g(w);\n", "    y = 1;\n}\n    g(w);\n");
    folds("    const int32_t w = f();\n    y = SIX == 6 ? 1 : 2;\n",
          "    const int32_t w = f();\n    y = 1;\n"); /* macros may */
    folds("#define F(C) if (SIX == 5) a_##C(); else b_##C();\n", "#define F(C) if (SIX == 5) a_##C(); else b_##C();\n");
}
END_TEST

Suite *resolve_suite(void)
{
    Suite *suite = suite_create("resolve");
    TCase *tests = tcase_create("resolve");
    tcase_add_checked_fixture(tests, NULL, mem_free_all);
    tcase_add_test(tests, integers_and_macros);
    tcase_add_test(tests, what_decides_does_so_whatever_the_rest_is);
    tcase_add_test(tests, the_rest_of_a_condition_is_short);
    tcase_add_test(tests, macros_of_a_target);
    tcase_add_test(tests, macros_of_the_library);
    tcase_add_test(tests, macros_that_tell_processors_apart_are_known);
    tcase_add_test(tests, conditionals_that_are_decided_go);
    tcase_add_test(tests, conditionals_of_the_compiler_stay);
    tcase_add_test(tests, definitions_count_from_where_they_are);
    tcase_add_test(tests, operators_are_folded);
    tcase_add_test(tests, statements_are_folded);
    tcase_add_test(tests, macros_of_nothing_go);
    tcase_add_test(tests, constants_that_nothing_reads_go);
    suite_add_tcase(suite, tests);
    return suite;
}
