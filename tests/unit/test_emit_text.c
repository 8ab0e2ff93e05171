/* test_emit_text.c: the generated C for its reader: lines, comments over steps, views, the memory map, names and the
 * title. */
#include "build.h"

#include "compile/compile.h"
#include "emit/emit.h"
#include "plan/plan.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

Suite *emit_text_suite(void);

static void teardown(void)
{
    dim_reset();
    mem_free_all();
}

/* -- lines ------------------------------------------------------------------------------------- */

static const char *laid_out(const char *text)
{
    Draft d;
    lay_out(text, draft_begin(&d));
    return draft_end(&d);
}

#define ck_layout(text, expected) ck_assert_str_eq(laid_out(text), expected)

/* A name longer than the page: what follows it is broken at spaces, and the end of the comment is never torn. */
START_TEST(comments_end_whole)
{
    for (int length = 60; length < 260; length++) {
        char name[300] = "";
        memset(name, 'a', (size_t)length);
        const char *out = laid_out(mem_printf("    STEP(); /* Relu \"%s\": x[1,2] -> y[1,2] */\n", name));
        size_t end = strlen(out);
        ck_assert_str_eq(out + end - 4, " */\n");
        ck_assert_ptr_nonnull(strstr(out, " x[1,2]"));
        ck_assert_ptr_nonnull(strstr(out, " y[1,2] */"));
    }
}
END_TEST

START_TEST(lines_that_fit_stay)
{
    ck_layout("    x = f(a, b);\n\n#define A 1 /* one */\n", "    x = f(a, b);\n\n#define A 1 /* one */\n");
}
END_TEST

/* 60 columns; A2 together are 120 with the comma and a space between them. */
#define A60 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B60 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

START_TEST(statements_break_between_outer_arguments)
{
    ck_layout("    call(" A60 ", g(" B60 ", c), d);\n", "    call(" A60 ",\n        g(" B60 ", c), d);\n");
    ck_layout("    x = " A60 " + " B60 " * 2;\n", "    x =\n        " A60 "\n        + " B60 " * 2;\n");
    ck_layout("    float *const " A60 " = " B60 ";\n", "    float *const " A60 " =\n        " B60 ";\n");
    ck_layout("    if (" A60 " < 0 || " B60 " > 4) return E;\n",
              "    if (" A60 " < 0\n        || " B60 " > 4) return E;\n");
    ck_layout("    if (f(a, " A60 ", bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb) != 0) return EVALUE;\n",
              "    if (f(a, " A60 ", bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb) != 0)\n        return EVALUE;\n");
    ck_layout("    for (i = 0; i < " A60 "; i += " B60 ") {\n",
              "    for (i = 0; i < " A60 ";\n            i += " B60 ") {\n");
    ck_layout("int run(float *" A60 ", float *" B60 ");\n", "int run(float *" A60 ",\n        float *" B60 ");\n");
}
END_TEST

START_TEST(the_name_of_an_argument_stays_with_it)
{
    ck_layout("    call(" A60 ", bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, /* low */ 0, /* high */ 1);\n",
              "    call(" A60 ", bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, /* low */ 0,\n        /* high */ 1);\n");
}
END_TEST

START_TEST(structs_have_their_fields_in_lines)
{
    ck_layout("    const struct s x = {.a = 1, .b = 2};\n", "    const struct s x = {.a = 1, .b = 2};\n");
    ck_layout("    static const struct s x = {.n = 1, .in_d = 1, .in_h = 2, .in_w = 3, .out_d = 11111111111111111111, "
              ".out_h = 2, .out_w = 3, .x_pixel = 1, .y_pixel = 4};\n",
              "    static const struct s x = {\n        .n = 1,\n        .in_d = 1, .in_h = 2, .in_w = 3,\n"
              "        .out_d = 11111111111111111111, .out_h = 2, .out_w = 3,\n"
              "        .x_pixel = 1, .y_pixel = 4};\n");
}
END_TEST

START_TEST(comments_break_at_their_parts)
{
    ck_layout("    STEP(); /* Conv \"a: b\": " A60 "[1,2], bbbbbbbbbbbbbbbbbbbbb[3] -> y[4], 3x3 */\n",
              "    STEP(); /* Conv \"a: b\":\n     *    " A60 "[1,2], bbbbbbbbbbbbbbbbbbbbb[3] -> y[4], 3x3 */\n");
    ck_layout("    STEP(); /* Conv: " A60 "[1,2], " B60 "[3] -> y[4] */\n",
              "    STEP(); /* Conv:\n     *    " A60 "[1,2],\n     *    " B60 "[3] -> y[4] */\n");
    ck_layout("/* " A60 ": not a step, " B60 " */\n", "/* " A60 ": not a step,\n * " B60 " */\n");
    ck_layout("    AT_" A60 " = 0, /* " B60 " */\n", "    /* " B60 " */\n    AT_" A60 " = 0,\n");
    ck_layout("#define A " A60 B60 "\n", "#define A \\\n    " A60 B60 "\n");
}
END_TEST

/* An option and its value stay together, and so do the words of a value. */
START_TEST(options_break_between_them)
{
    Draft d;
    lay_out_options("/* ", " *   ", "--name a --dim " A60 "=1..4 --custom 'a b c d e f' --dim b=" A60 " --io nhwc",
                    draft_begin(&d));
    ck_assert_str_eq(draft_end(&d),
                     "/* --name a --dim " A60 "=1..4 --custom 'a b c d e f'\n *   --dim b=" A60 " --io nhwc\n");
}
END_TEST

/* Whatever the lengths are, no line is too long and nothing is lost or added but white space and the stars of
 * comments. */
START_TEST(every_line_fits)
{
    static const char *const forms[] = {
        "    if (call(%s, /* n */ %d, &(const struct s){.in_d = %d, .in_h = n, .in_w = 3, .z = %s}, f(\"%s a, b\")) != "
        "0) "
        "return E;\n",
        "    /* %d  Conv \"%s, b -> c\", Relu: %s[1,%d], w -> %s */\n",
        "        x[i * %s + %d] = (vec_load(%s + i) + vec_load(b)) * (%s - %d < VEC ? %s : VEC);\n"};
    char name[97];
    for (int length = 1; length < (int)sizeof name; length++) {
        memset(name, 'n', sizeof name);
        name[length] = '\0';
        const char *text[] = {mem_printf(forms[0], name, length, length, name, length < 60 ? name : "s"),
                              mem_printf(forms[1], length, length < 60 ? name : "s", name, length, name),
                              mem_printf(forms[2], name, length, name, name, length, name)};
        for (int i = 0; i < 3; i++) {
            const char *lines = laid_out(text[i]), *t = text[i];
            size_t column = 0;
            for (const char *s = lines; *s; s++) {
                column = *s == '\n' ? 0 : column + 1;
                ck_assert_msg(column <= PAGE, "%s", lines);
                bool star = i == 1 && *s == '*' && column == 6 && s[-1] == ' ';
                if (*s == ' ' || *s == '\n' || star) continue;
                t += strspn(t, " \n");
                ck_assert_msg(*s == *t, "lost in: %s", lines);
                t++;
            }
            ck_assert_msg(!t[strspn(t, " \n")], "%s", lines);
        }
    }
}
END_TEST

/* -- what comments say ------------------------------------------------------------------------- */

/* What is said of the first step of the graph that has anything to say beside names. */
static const char *facts_in(const char *graph)
{
    const Model *m = model_after(plan, graph);
    for (int i = 0; i < m->graph->n_steps; i++)
        if (*facts_of(m->graph->steps[i])) return facts_of(m->graph->steps[i]);
    return "";
}

#define IMAGE "(float[1,8,9,9] x) => (y) "

START_TEST(windows_are_told)
{
    ck_assert_str_eq(facts_in(IMAGE "<float[8,8,3,3] w> { y = Conv<pads = [1, 1, 1, 1]>(x, w) }"), ", 3x3, pad 1");
    ck_assert_str_eq(facts_in(IMAGE "<float[8,8,3,5] w> { y = Conv<strides = [2, 1]>(x, w) }"), ", 3x5, stride 2x1");
    ck_assert_str_eq(facts_in(IMAGE "<float[8,8,3,3] w> { y = Conv<dilations = [2, 2], pads = [2, 2, 2, 2]>(x, w) }"),
                     ", 3x3, dilation 2, pad 2");
    ck_assert_str_eq(facts_in(IMAGE "<float[8,4,3,3] w> { y = Conv<group = 2>(x, w) }"), ", 3x3, groups 2");
    ck_assert_str_eq(facts_in(IMAGE "<float[8,1,3,3] w> { y = Conv<group = 8>(x, w) }"), ", 3x3, depthwise");
    ck_assert_str_eq(facts_in(IMAGE "<float[8,8,1,1] w> { y = Conv(x, w) }"), ", 1x1");
    ck_assert_str_eq(facts_in("(float[1,8,9] x) => (y) <float[8,8,3] w> { y = Conv<strides = [2]>(x, w) }"),
                     ", kernel 3, stride 2");
    ck_assert_str_eq(facts_in("(float[1,8,5,5,5] x) => (y) <float[8,8,2,2,2] w> { y = Conv(x, w) }"), ", 2x2x2");
    ck_assert_str_eq(facts_in(IMAGE "{ y = MaxPool<kernel_shape = [2, 2], strides = [2, 2]>(x) }"), ", 2x2, stride 2");
    ck_assert_str_eq(facts_in("(float[4] x) => (y) { y = Relu(x) }"), "");
}
END_TEST

/* The kernel is given the padding in front; that after the image follows from the size of the result. */
START_TEST(padding_is_told_where_it_is)
{
    ck_assert_str_eq(facts_in(IMAGE "<float[8,8,3,3] w> { y = Conv<pads = [0, 0, 2, 2]>(x, w) }"),
                     ", 3x3, pad 0 before and 2 after");
    ck_assert_str_eq(facts_in(IMAGE "<float[8,8,3,3] w> { y = Conv<pads = [2, 1, 0, 1]>(x, w) }"), ", 3x3, pad 2x1");
    /* 9 pixels and strides of 2: the last pixel of padding is in no window. */
    ck_assert_str_eq(facts_in(IMAGE "<float[8,8,2,2] w> { y = Conv<strides = [2, 2], pads = [1, 1, 1, 1]>(x, w) }"),
                     ", 2x2, stride 2, pad 1");
    ck_assert_str_eq(facts_in("(float[1,8,h,h] x) => (y) <float[8,8,3,3] w> { y = Conv<pads = [1, 1, 1, 1]>(x, w) }"),
                     ", 3x3"); /* its size is not known */
}
END_TEST

START_TEST(small_integers_are_told)
{
    ck_assert_str_eq(facts_in("(uint8[4] x) => (y) { y = Cast<to = 1>(x) }"), ", uint8 to float32");
    ck_assert_str_eq(facts_in("(int8[2,3] x) => (y) { y = Transpose(x) }"), ", int8");
    ck_assert_str_eq(facts_in("(bool[2,3] x) => (y) { y = Transpose(x) }"), "");
}
END_TEST

/* -- the run function --------------------------------------------------------------------------- */

static const char *generated(Model *m)
{
    Draft d;
    m->options.name = "m";
    m->options.title = option_title(&m->options);
    emit_begin(m);
    emit(m, draft_begin(&d));
    return draft_end(&d);
}

static const char *c_of(const char *graph)
{
    return generated(model_after(plan, graph));
}

#define ck_has(text, expected) ck_assert_msg(strstr(text, expected), "the C lacks: %s", expected)
#define ck_lacks(text, unexpected) ck_assert_msg(!strstr(text, unexpected), "the C has: %s", unexpected)

START_TEST(comments_name_what_the_call_has)
{
    const char *c = c_of("(float[2,8] x) => (y) <float[8,16] w, float[16] b> { y = Gemm(x, w, b) }");
    ck_has(c, "STEP(); /* Gemm \"/y\": x[2,8], w_w_8x16[1,1,8,16], w_b[16] -> y[2,16] */");
    c = c_of("(float[4] x, float[4] z) => (y) { a = Mul(x, z)\n y = Add(a, z) }");
    ck_has(c, "STEP(); /* Add \"/y\", after Mul \"/a\": "); /* fused: the names are those that the loop reads */
    ck_has(c, " -> y[4] */");
    ck_lacks(c, "a[4]");
}
END_TEST

START_TEST(views_start_from_what_they_see)
{
    const char *c = c_of("(float[2,6] x) => (y) <int64[2] shape = {3, 4}> {"
                         " a = Softmax(x)\n b = Reshape(a, shape)\n y = Softmax(b) }");
    ck_has(c, "float *const a = (float *)(void *)(memory + AT_a);");
    ck_has(c, "float *const b = a;");
}
END_TEST

START_TEST(the_memory_map_counts_the_steps)
{
    const char *c = c_of(
        "(float[2,6] x) => (y) { a = Softmax(x)\n b = Transpose(a)\n c = Softmax(b)\n y = Transpose(c) }");
    ck_has(c, "     2  float32[2,6] */");
    ck_has(c, "     3  float32[6,2] */");
}
END_TEST

START_TEST(arguments_have_the_names_of_parameters)
{
    const char *c = c_of("(float[2,6] x) => (y) { y = Softmax(x) }");
    ck_has(c, "softmax_f32(x, y, /* outer */ 2, /* n */ 6, /* inner */ 1);");
}
END_TEST

START_TEST(names_have_no_needless_numbers)
{
    const char *c = c_of("(float[2,6] x) => (y) { a_output_0 = Softmax(x)\n y = Transpose(a_output_0) }");
    ck_has(c, "float *const a = ");
    ck_lacks(c, "AT_a_output_0");
    Model *m = model_after(plan, "(float[2,6] x) => (y) { a = Softmax(x)\n y = Transpose(a) }");
    Value *a = value_called(m, "a"), *dead = value_new(m->graph, foreign("b"));
    a->name = value_new(m->graph, dead->name)->name; /* "b_1": b is nowhere in the text */
    a->wanted = foreign("b");
    ck_has(generated(m), "float *const b = ");
}
END_TEST

/* -- constants --------------------------------------------------------------------------------- */

static const char *constant(DType t, int64_t count, const void *data)
{
    Draft d;
    Shape shape = shape_const(1, &count);
    Model *m = mem_alloc(sizeof *m);
    emit_numbers(value_const(graph_new(m, NULL, foreign("g")), foreign("w"), t, &shape, data), "w[]", draft_begin(&d));
    return draft_end(&d);
}

START_TEST(constants_fill_their_lines)
{
    ck_has(constant(DT_INT32, 3, (int32_t[]){1, -2, 3}), "w[] = {1, -2, 3}; /* int32[3], crc32 ");
    ck_has(constant(DT_INT32, 9, (int32_t[]){1, 2, 3, 4, 5, 6, 7, 8, 9}),
           " */\n    1, 2, 3, 4, 5, 6, 7, 8,\n    9\n};\n");
    double third[9];
    for (int i = 0; i < 9; i++) third[i] = 1e-100 / 3;
    ck_has(constant(DT_DOUBLE, 9, third), /* 23 digits each, and a comma and a space: five are too many */
           " */\n    3.3333333333333336e-101, 3.3333333333333336e-101, 3.3333333333333336e-101, "
           "3.3333333333333336e-101,\n    3");
    ck_has(constant(DT_DOUBLE, 0, third), "w[] = {0};");
}
END_TEST

/* Literals that follow one another are one; no escape is cut in two. */
START_TEST(long_strings_are_several_literals)
{
    ck_has(constant(DT_STRING, 2, (const char *[]){"a", "b\n"}), "w[] = {\"a\", \"b\\012\"};");
    const char *text = mem_printf("%s%s\n\n\n%s", A60, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", B60);
    const char *c = constant(DT_STRING, 2, (const char *[]){text, "end"});
    ck_has(c, "w[] = { /* string[2] */\n");
    ck_has(c, "    \"" A60 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\\012\\012\"\n    \"\\012" B60
              "\",\n    \"end\"\n};\n");
}
END_TEST

/* -- the title --------------------------------------------------------------------------------- */

START_TEST(the_title_has_what_decides_the_output)
{
    DimOption dims[] = {{.name = foreign("n"), .low = 1, .high = 4}, {.name = foreign("x[0]"), .low = -2, .high = -2}};
    CustomOption custom = {foreign("my"), foreign("Op"), foreign("a[n] -> float32[n]")};
    Options o = {.name = "net", .target = target_portable};
    ck_assert_str_eq(shown(option_title(&o)), "--name net");
    o = (Options){.name = "net",
                  .target = target_find(foreign("cortex-m4")),
                  .weights = WEIGHTS_FILE,
                  .dims = dims,
                  .n_dims = 2,
                  .customs = &custom,
                  .n_customs = 1};
    ck_assert_str_eq(shown(option_title(&o)), "--name net --dim n=1..4 --dim 'x[0]'=-2 --weights file "
                                              "--custom 'my::Op=a[n] -> float32[n]' --target cortex-m4");
}
END_TEST

static const char *title_for(const char *target, Optimize optimize)
{
    Options o = {.name = "net", .target = target_find(foreign(target)), .optimize = optimize};
    return shown(option_title(&o));
}

/* Each target has its own, and only what differs from it is said. */
START_TEST(what_counts_most_has_a_default)
{
    static const char *const least[] = {"cortex-m0", "cortex-m0plus", "avr"};
    for (int i = 0; i < 3; i++) {
        Options o = {.target = target_find(foreign(least[i]))};
        ck_assert_int_eq(optimize_for(&o), OPTIMIZE_SIZE);
        o.optimize = OPTIMIZE_RAM;
        ck_assert_int_eq(optimize_for(&o), OPTIMIZE_RAM);
    }
    ck_assert_int_eq(optimize_for(&(Options){.target = target_find(foreign("cortex-m3"))}), OPTIMIZE_SPEED);
    ck_assert_int_eq(optimize_for(&(Options){.target = target_portable}), OPTIMIZE_SPEED);
    ck_assert_str_eq(title_for("cortex-m0", OPTIMIZE_DEFAULT), "--name net --target cortex-m0");
    ck_assert_str_eq(title_for("cortex-m0", OPTIMIZE_SIZE), "--name net --target cortex-m0");
    ck_assert_str_eq(title_for("cortex-m0", OPTIMIZE_SPEED), "--name net --target cortex-m0 --optimize speed");
    ck_assert_str_eq(title_for("cortex-m4", OPTIMIZE_SPEED), "--name net --target cortex-m4");
}
END_TEST

Suite *emit_text_suite(void)
{
    Suite *s = suite_create("emit_text");
    TCase *t = tcase_create("emit_text");
    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_add_test(t, lines_that_fit_stay);
    tcase_add_test(t, comments_end_whole);
    tcase_add_test(t, statements_break_between_outer_arguments);
    tcase_add_test(t, the_name_of_an_argument_stays_with_it);
    tcase_add_test(t, structs_have_their_fields_in_lines);
    tcase_add_test(t, comments_break_at_their_parts);
    tcase_add_test(t, options_break_between_them);
    tcase_add_test(t, every_line_fits);
    tcase_add_test(t, windows_are_told);
    tcase_add_test(t, padding_is_told_where_it_is);
    tcase_add_test(t, small_integers_are_told);
    tcase_add_test(t, comments_name_what_the_call_has);
    tcase_add_test(t, views_start_from_what_they_see);
    tcase_add_test(t, the_memory_map_counts_the_steps);
    tcase_add_test(t, arguments_have_the_names_of_parameters);
    tcase_add_test(t, names_have_no_needless_numbers);
    tcase_add_test(t, constants_fill_their_lines);
    tcase_add_test(t, long_strings_are_several_literals);
    tcase_add_test(t, the_title_has_what_decides_the_output);
    tcase_add_test(t, what_counts_most_has_a_default);
    suite_add_tcase(s, t);
    return s;
}
