/* test_emit.c: names, calls, loops and constants as C. */
#include "run_steps.h"

#include "emit/emit.h"
#include "op/op.h"
#include "plan/plan.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

Suite *emit_suite(void);

/* -- text -------------------------------------------------------------------------------------- */

static const char *printed(void (*print)(Model *m, const void *what, FILE *f), Model *m, const void *what)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    print(m, what, f);
    fclose(f);
    const char *copy = mem_strdup(text);
    free(text);
    return copy;
}

static void whole_file(Model *m, const void *what, FILE *f)
{
    (void)what;
    emit_begin(m);
    emit(m, f);
}

static const char *emitted(const char *text)
{
    return printed(whole_file, model_after(plan, text), NULL);
}

/* The run function and what follows, as much of it as a message takes. */
static const char *shortened(const char *text)
{
    const char *model = strstr(text, "/* The model");
    return mem_printf("%.2000s", model ? model : text);
}

/* All white space is one blank: where lines are broken is no matter here. */
static const char *squeezed(const char *text)
{
    char *copy = mem_strdup(text), *to = copy;
    for (const char *s = text; *s; s++) {
        char c = strchr(" \n", *s) ? ' ' : *s;
        if (c != ' ' || (to > copy && to[-1] != ' ')) *to++ = c;
    }
    *to = '\0';
    return copy;
}

static bool has(const char *text, const char *part)
{
    return strstr(squeezed(text), squeezed(part)) != NULL;
}

#define ck_has(text, part) \
    do { \
        const char *whole_ = text; \
        ck_assert_msg(has(whole_, part), "there is no\n%s\nin\n%s", part, shortened(whole_)); \
    } while (0)
#define ck_has_not(text, part) \
    do { \
        const char *whole_ = text; \
        ck_assert_msg(!has(whole_, part), "there is\n%s\nin\n%s", part, shortened(whole_)); \
    } while (0)

/* -- names ------------------------------------------------------------------------------------- */

static Model *named(const char *text)
{
    Model *m = model_after(plan, text);
    name_everything(m);
    return m;
}

static const char *c_name(const Model *m, const char *name)
{
    return value_called(m, name)->c_name;
}

START_TEST(names_stay_and_constants_have_a_prefix)
{
    const Model *m = named(
        "(float[2,4] input.1) => (y) <float[4,3] weight> { /f/f.0/MatMul_output_0 = MatMul(input.1, weight)"
        " y = Softmax(/f/f.0/MatMul_output_0) }");
    ck_assert_str_eq(c_name(m, "input.1"), "input_1");
    ck_assert_str_eq(c_name(m, "/f/f.0/MatMul_output_0"), "f_f_0_MatMul");
    ck_assert_str_eq(c_name(m, "y"), "y");
}
END_TEST

START_TEST(words_of_C_and_names_of_the_file_get_a_suffix)
{
    static const char *const taken[] = {"int", "while", "memcpy", "arena", "memory", "test_run", "NULL", "softmax_f32"};
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        const Model *m = named(mem_printf("(float[2,4] %s) => (y) { y = Softmax(%s) }", taken[i], taken[i]));
        ck_assert_str_eq(c_name(m, taken[i]), mem_printf("%s_2", taken[i]));
        op_free();
    }
}
END_TEST

START_TEST(names_that_come_out_alike_get_a_suffix)
{
    const Model *m = named("(float[2] a.b, float[2] a/b, float[2] a:b) => (y) { y = Sum(a.b, a/b, a:b) }");
    ck_assert_str_eq(c_name(m, "a.b"), "a_b");
    ck_assert_str_eq(c_name(m, "a/b"), "a_b_2");
    ck_assert_str_eq(c_name(m, "a:b"), "a_b_3");
}
END_TEST

START_TEST(macros_of_one_name_are_none_of_another)
{
    /* X_RANK and the like of x; a second input of that name needs other ones */
    const Model *m = named("(float[2] x, float[2] X) => (y) { y = Add(x, X) }");
    ck_assert_str_eq(c_name(m, "x"), "x");
    ck_assert_str_eq(c_name(m, "X"), "X_2");
}
END_TEST

/* -- dimensions -------------------------------------------------------------------------------- */

START_TEST(dimensions_are_expressions_of_the_parameters)
{
    const Model *m = named("(float[batch,4] x) => (y) { y = Softmax(x) }");
    Dim batch = value_called(m, "x")->type.shape.dim[0];
    ck_assert_str_eq(dim_in_c(m, batch), "batch");
    ck_assert_str_eq(dim_in_c(m, dim_const(7)), "7");
    ck_assert_str_eq(dim_in_c(m, dim_add(dim_mul(dim_const(2), batch), dim_const(1))), "(2 * batch + 1)");
}
END_TEST

/* -- calls ------------------------------------------------------------------------------------- */

static void one_call(Model *m, const void *step, FILE *f)
{
    emit_call(m, &((const Step *)step)->call, f);
}

static const char *call_text(Model *m, const Step *s)
{
    return printed(one_call, m, s);
}

START_TEST(arguments_are_pointers_numbers_and_fields)
{
    Model *m = named("(float[6,8] x) => (y) <float[8,20] w> { a = Exp(x) y = MatMul(a, w) }");
    Step *s = step_calling(m, "gemm_packed_f32");
    const char *text = call_text(m, s);
    ck_has(text, "    gemm_packed_f32(a, ");
    ck_has(text, "    static const struct gemm_packed y_gemm_packed = {");
    ck_has(text, ", /* bias */ NULL, /* add */ NULL, y, &y_gemm_packed, ");
    ck_has(text, ".m = 6, .n = 20, .k = 8, .a_row = 8, .y_row = 20}");
    ck_has(text, "/* low */ -INFINITY, /* high */ INFINITY, /* activation */ NULL);\n");
    step_arg(s, "a")->offset = dim_const(16);
    ck_has(call_text(m, s), "gemm_packed_f32(a + 16, ");
}
END_TEST

START_TEST(each_kind_of_number_is_written_as_its_parameter_takes_it)
{
    Node *n = op_node("Test", "", 23);
    Model *m = n->graph->model;
    m->options.name = "test";
    static const Kernel kernel = {.name = "kernel", .signature = "vilLzbfdpp", .names = "a,b,c,d,e,f,g,h,i"};
    Step *s = step_new_call(n, &kernel);
    const int64_t wide = INT64_C(1) << 40;
    arg_int(s, "a", -3);
    arg_int(s, "b", wide);
    arg_int(s, "c", 5);
    arg_int(s, "d", 6);
    arg_int(s, "e", 1);
    arg_real(s, "f", 0.1);
    arg_real(s, "g", 0.1);
    arg_ints(s, "h", 2, (int64_t[]){4, 5});
    arg_reals(s, "i", 2, (double[]){0.5, 2});
    step_arg(s, "h")->constant = "whole", step_arg(s, "i")->constant = "real";
    step_arg(s, "h")->declares = step_arg(s, "i")->declares = true;
    const char *text = call_text(m, s);
    ck_has(text, "kernel(/* a */ (-3), /* b */ INT64_C(1099511627776), /* c */ UINT64_C(5), /* d */ 6, "
                 "/* e */ true, /* f */ 0.1f, /* g */ 0.1, whole, real);\n");
    ck_has(text, "    static const int32_t whole[] = {4, 5};\n");
    ck_has(text, "    static const float real[] = {0.5f, 2.0f};\n");
}
END_TEST

/* A call's arguments are those of either. */
START_TEST(twins_have_the_same_parameters)
{
    static const char *const kernels[][2] = {
        {"conv_packed_f32", "conv_scalar_f32"},   {"conv_planes_1_f32", "conv_scalar_f32"},
        {"conv_planes_2_f32", "conv_scalar_f32"}, {"gemm_packed_f32", "gemm_scalar_f32"},
        {"softmax_f32", "softmax_scalar_f32"},    {"transpose_b1", "transpose_scalar_b1"},
        {"transpose_b2", "transpose_scalar_b2"},  {"transpose_b4", "transpose_scalar_b4"},
        {"transpose_b8", "transpose_scalar_b8"}};
    for (size_t i = 0; i < sizeof kernels / sizeof *kernels; i++) {
        const Kernel *k = kernel_find(kernels[i][0]), *twin = kernel_find(kernels[i][1]);
        ck_assert_str_eq(k->signature, twin->signature);
        ck_assert_str_eq(k->names, twin->names);
    }
}
END_TEST

START_TEST(kernels_that_may_refuse_end_the_run)
{
    ck_has(emitted("(float[3,4] x, int64[2] i) => (y) { y = Gather(x, i) }"), "    if (gather_b4_i64(x, i, y, ");
    ck_has(emitted("(float[3,4] x, int64[2] i) => (y) { y = Gather(x, i) }"), ") != 0) return TEST_EVALUE;\n");
}
END_TEST

/* -- loops ------------------------------------------------------------------------------------- */

START_TEST(short_rows_are_loops_over_elements)
{
    ck_has(emitted("(float[3,2] x, float[2] z) => (y) { y = Sub(x, z) }"),
           "    for (size_t i_ = 0; i_ < 3; i_++)\n        for (size_t j_ = 0; j_ < 2; j_++) {\n"
           "            y[i_ * 2 + j_] = x[i_ * 2 + j_] - z[j_];\n        }\n");
}
END_TEST

START_TEST(extents_that_all_walk_through_are_one)
{
    ck_has(emitted("(float[1,3,2] x) => (y) { y = Neg(x) }"), "    for (size_t i_ = 0; i_ < 6; i_++) {\n");
    ck_has(emitted("(float x) => (y) { y = Neg(x) }"), "    {\n        y[0] = neg_f32(x[0]);\n    }\n");
}
END_TEST

START_TEST(long_rows_of_floats_are_vectors)
{
    const char *whole = emitted("(float[32] x, float[1] s) => (y) { y = Mul(x, s) }");
    ck_has(whole, "    for (size_t i_ = 0; i_ < 32; i_ += VEC) {\n");
    ck_has(whole, "        vec_store(y + i_, vec_load(x + i_) * vec_all(s[0]));\n");
    /* the last one not full: 16 lanes at most */
    const char *some = emitted("(float[31] x) => (y) { y = Neg(x) }");
    ck_has(some, "const int32_t lanes_ = 31 - i_ < VEC ? (int32_t)(31 - i_) : VEC;\n");
    ck_has(some, "vec_store_some(y + i_, neg_vec(vec_load_some(x + i_, lanes_)), lanes_);\n");
    /* seven are too few, integers no floats, and not every function has a vector */
    ck_has_not(emitted("(float[7] x) => (y) { y = Neg(x) }"), "i_ += VEC");
    ck_has(emitted("(float[8] x) => (y) { y = Neg(x) }"), "i_ += VEC");
    ck_has_not(emitted("(int32[32] x) => (y) { y = Neg(x) }"), "i_ += VEC");
    ck_has_not(emitted("(float[32] x) => (y) { y = Atan(x) }"), "i_ += VEC");
}
END_TEST

START_TEST(results_that_are_read_twice_have_a_name)
{
    ck_has(emitted("(float[4] x) => (y) { a = Neg(x) y = Mul(a, a) }"),
           "        const float t0_ = neg_f32(x[i_]);\n        y[i_] = t0_ * t0_;\n");
}
END_TEST

START_TEST(numbers_known_at_compile_time_are_literals)
{
    ck_has(emitted("(float[4] x) => (y) <float s = {0.5}> { y = Sub(s, x) }"), "y[i_] = 0.5f - x[i_];\n");
    ck_has(emitted("(int64[4] x) => (y) <int64 s = {5000000000}> { y = Sub(x, s) }"), "INT64_C(5000000000)");
    ck_has(emitted("(float[32] x) => (y) <float s = {0.5}> { y = Max(x, s) }"), "vec_all(0.5f)");
}
END_TEST

START_TEST(halves_are_widened_and_rounded)
{
    ck_has(emitted("(float16[4] x) => (y) { y = Exp(x) }"), "y[i_] = f32_to_f16(exp_f32(f16_to_f32(x[i_])));\n");
}
END_TEST

START_TEST(loops_over_nothing_are_none)
{
    const char *text = emitted("(float[0,4] x) => (y) { y = Neg(x) }");
    ck_has(text, "    (void)x;\n    (void)y;\n");
    ck_has_not(text, "for (size_t");
}
END_TEST

START_TEST(extents_left_to_run_time_are_sizes)
{
    ck_has(emitted("(float[h,2] x, float[2] z) => (y) { y = Sub(x, z) }"), "i_ < (size_t)h; i_++)");
    ck_has(emitted("(int8[2,h] x, int8[h] z) => (y) { y = Sub(x, z) }"), "x[i_ * (size_t)h + j_]");
}
END_TEST

/* -- constants --------------------------------------------------------------------------------- */

START_TEST(short_constants_are_numbers)
{
    ck_has(emitted("(float[3] x) => (y) <float[3] k = {1, 0.5, -2}> { y = Add(x, k) }"),
           "const float w_k[3] = {1.0f, 0.5f, -2.0f};\n");
    ck_has(emitted("(int8[3] x) => (y) <int8[3] k = {1, -5, 7}> { y = Add(x, k) }"),
           "const int8_t w_k[3] = {1, -5, 7};\n");
}
END_TEST

/* 0x2c ',' 0x31 '1' 0x00 ...: printable bytes as they are, others in octal, with all digits where one follows. */
START_TEST(long_constants_are_strings_of_bytes)
{
    const char *elements = "12593, 0";
    for (int i = 0; i < 598; i++) elements = mem_printf("%s, 14382", elements); /* 0x382e: ".8" */
    const char *text = emitted(mem_printf("(int16[600] x) => (y) <int16[600] k = {%s}> { y = Add(x, k) }", elements));
    ck_has(text, " w_k { unsigned char bytes[1201]; int16_t v[600]; };\n");
    ck_has(text, "\"11\\0\\0.8.8");
    ck_has(text, "x[i_], w_k.v[i_]");
}
END_TEST

START_TEST(equal_constants_are_written_once)
{
    const char *text = emitted("(float[3] x, float[3] z) => (y, u) <float[3] k = {1, 2, 3}, float[3] l = {1, 2, 3}> {"
                               " y = Add(x, k) u = Mul(z, l) }");
    ck_has(text, "const float w_k[3] = {1.0f, 2.0f, 3.0f};\n");
    const char *first = strstr(text, " = {1.0f, 2.0f, 3.0f};");
    ck_assert(first && !strstr(first + 1, " = {1.0f, 2.0f, 3.0f};"));
}
END_TEST

START_TEST(calls_after_a_block_see_its_constants)
{
    build_bounds("n", 1, 8);
    const char *text = emitted("(float[2,n,4] x) => (y, z) <float[4,4] w, float[4,4] v> {"
                               " y = MatMul(x, w) z = MatMul(x, v) }");
    ck_has(text, "    static const int32_t y_batch[] = {0};\n    {\n        const struct gemm y_gemm = {.m = (2 * n),");
    ck_has(text, "        matmul_f32(x, w_v, z, &z_gemm, /* count */ 1, /* rank */ 0, y_batch);\n    }\n");
}
END_TEST

START_TEST(checksums_are_those_of_ISO_3309)
{
    /* of the bytes "123456789": cbf43926 */
    ck_has(emitted("(uint8[9] x) => (y) <uint8[9] k = {49,50,51,52,53,54,55,56,57}> { y = Add(x, k) }"),
           "crc32 cbf43926");
}
END_TEST

static const char *with_weights(WeightsForm form, size_t *blob)
{
    char *bytes = NULL;
    Model *m =
        model_after(plan, "(float[601] x, float[513] z) => (y, u) <float[601] k, float[513] l, float[2] few = {1, 2}> {"
                          " y = Add(x, k) u = Mul(z, l) }");
    m->options.weights = form;
    const char *text = printed(whole_file, m, NULL);
    FILE *f = open_memstream(&bytes, blob);
    emit_weights_file(m, f);
    fclose(f);
    if (*blob) ck_assert(!memcmp(bytes + 2432, value_called(m, "l")->data, 2052));
    free(bytes);
    return text;
}

START_TEST(large_constants_may_stand_in_a_file)
{
    size_t blob;
    const char *text = with_weights(WEIGHTS_INCBIN, &blob);
    ck_assert_uint_eq(blob, 2432 + 2112); /* 2404 and 2052 bytes, up to multiples of 64 */
    ck_has(text, ".incbin");
    ck_has(text, "extern const unsigned char test_weights[] __asm__(\"test_weights\");");
    ck_has(text, "const float *const w_l = (const float *)(const void *)(test_weights + 2432);");
    text = with_weights(WEIGHTS_FILE, &blob);
    ck_assert_uint_eq(blob, 2432 + 2112);
    ck_has_not(text, ".incbin");
    with_weights(WEIGHTS_INLINE, &blob);
    ck_assert_uint_eq(blob, 0);
}
END_TEST

/* -- the interface ----------------------------------------------------------------------------- */

START_TEST(shapes_are_macros)
{
    const char *text = emitted("(float[batch,3] x, int4[5] q, complex64[2] c) => (y, r, d) {"
                               " y = Softmax(x) r = Identity(q) d = Identity(c) }");
    ck_has(text,
           "#define TEST_X_RANK 2\n#define TEST_X_DIMS {8, 3}\n#define TEST_X_COUNT 24 /* float32 x[batch,3] */\n");
    ck_has(text, "#define TEST_Q_COUNT 3 /* int4 q[5] */\n");
    ck_has(text, "#define TEST_C_COUNT 4 /* complex64 c[2] */\n");
    ck_has(text, "#define TEST_BATCH_MIN 1\n#define TEST_BATCH_MAX 8\n");
    ck_has(text, "int test_run(int32_t batch, const float *x, const uint8_t *q, const float *c, float *y, int32_t "
                 "y_dims[2], uint8_t *r, float *d);\n");
    ck_has(text, "    if (batch < 1 || batch > 8) return TEST_EDIM;\n");
    ck_has(text, "    y_dims[0] = batch;\n    y_dims[1] = 3;\n");
}
END_TEST

START_TEST(inputs_that_nothing_reads_are_named_once)
{
    ck_has(emitted("(float[3] x, float[3] unused) => (y) { y = Neg(x) }"), "    (void)unused;\n");
    ck_has_not(emitted("(float[3] x, float[3] used) => (y) { y = Add(x, used) }"), "(void)used;");
}
END_TEST

START_TEST(models_without_an_arena_need_none)
{
    const char *text = emitted("(float[3] x) => (y) { y = Neg(x) }");
    ck_has(text, "    (void)arena;\n");
    ck_has(text, "return test_run_in(NULL, x, y);\n");
    text = emitted("(float[3] x) => (y) { a = Softmax(x) y = Hardmax(a) }");
    ck_has(text, "    if ((uintptr_t)arena % TEST_ARENA_ALIGN != 0) return TEST_EARENA;\n");
    ck_has(text, "return test_run_in(arena, x, y);\n");
}
END_TEST

Suite *emit_suite(void)
{
    Suite *suite = suite_create("emit");
    TCase *tests = tcase_create("emit");
    tcase_add_checked_fixture(tests, NULL, build_free);
    tcase_add_test(tests, names_stay_and_constants_have_a_prefix);
    tcase_add_test(tests, words_of_C_and_names_of_the_file_get_a_suffix);
    tcase_add_test(tests, names_that_come_out_alike_get_a_suffix);
    tcase_add_test(tests, macros_of_one_name_are_none_of_another);
    tcase_add_test(tests, dimensions_are_expressions_of_the_parameters);
    tcase_add_test(tests, arguments_are_pointers_numbers_and_fields);
    tcase_add_test(tests, each_kind_of_number_is_written_as_its_parameter_takes_it);
    tcase_add_test(tests, twins_have_the_same_parameters);
    tcase_add_test(tests, kernels_that_may_refuse_end_the_run);
    tcase_add_test(tests, short_rows_are_loops_over_elements);
    tcase_add_test(tests, extents_that_all_walk_through_are_one);
    tcase_add_test(tests, long_rows_of_floats_are_vectors);
    tcase_add_test(tests, results_that_are_read_twice_have_a_name);
    tcase_add_test(tests, numbers_known_at_compile_time_are_literals);
    tcase_add_test(tests, halves_are_widened_and_rounded);
    tcase_add_test(tests, loops_over_nothing_are_none);
    tcase_add_test(tests, extents_left_to_run_time_are_sizes);
    tcase_add_test(tests, short_constants_are_numbers);
    tcase_add_test(tests, long_constants_are_strings_of_bytes);
    tcase_add_test(tests, equal_constants_are_written_once);
    tcase_add_test(tests, calls_after_a_block_see_its_constants);
    tcase_add_test(tests, checksums_are_those_of_ISO_3309);
    tcase_add_test(tests, large_constants_may_stand_in_a_file);
    tcase_add_test(tests, shapes_are_macros);
    tcase_add_test(tests, inputs_that_nothing_reads_are_named_once);
    tcase_add_test(tests, models_without_an_arena_need_none);
    suite_add_tcase(suite, tests);
    return suite;
}
