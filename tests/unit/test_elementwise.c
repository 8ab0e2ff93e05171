/* test_elementwise.c: elementwise operators and casts through inference, lowering and kernels: types,
 * broadcasting, old forms. */
#include "kernels.h"
#include "run_op.h"

#include <check.h>
#include <string.h>

Suite *elementwise_suite(void);

static Value *floats(Node *n, int64_t count, const float *x)
{
    return op_input(n, DT_FLOAT, 1, &count, mem_dup(x, (size_t)count * sizeof *x));
}

#define FLOATS(n, ...) floats(n, sizeof((float[]){__VA_ARGS__}) / sizeof(float), (float[]){__VA_ARGS__})

static void expect_floats(const Node *n, int count, const float *expected)
{
    for (int i = 0; i < count; i++)
        ck_assert_msg(op_floats(n, 0)[i] == expected[i], "element %d: %g, expected %g", i, (double)op_floats(n, 0)[i],
                      (double)expected[i]);
}

#define EXPECT(n, ...) expect_floats(n, sizeof((float[]){__VA_ARGS__}) / sizeof(float), (float[]){__VA_ARGS__})

static void expect_bytes(const Node *n, size_t count, const void *expected)
{
    const unsigned char *found = n->out[0]->data, *wanted = expected;
    for (size_t i = 0; i < count; i++)
        ck_assert_msg(found[i] == wanted[i], "byte %zu: %#x, expected %#x", i, found[i], wanted[i]);
}

/* [2,1] - [3] is [2,3]. */
START_TEST(broadcasts_both_ways)
{
    Node *n = op_node("Sub", "", 14);
    op_input(n, DT_FLOAT, 2, (int64_t[]){2, 1}, (float[]){10, 20});
    FLOATS(n, 1, 2, 3);
    op_run(n, 1);
    ck_assert_int_eq(n->out[0]->type.shape.rank, 2);
    EXPECT(n, 9, 8, 7, 19, 18, 17);
    op_free();
}
END_TEST

/* Before opset 7: shape [2] fits [2,3] only at axis 0. */
START_TEST(old_broadcast_at_an_axis)
{
    Node *n = op_node("Add", "", 6);
    op_input(n, DT_FLOAT, 2, (int64_t[]){2, 3}, (float[]){0, 1, 2, 3, 4, 5});
    FLOATS(n, 10, 20);
    attr_set_int(n, "broadcast", 1);
    attr_set_int(n, "axis", 0);
    op_run(n, 1);
    EXPECT(n, 10, 11, 12, 23, 24, 25);
    op_free();
    n = op_node("Add", "", 6);
    op_input(n, DT_FLOAT, 2, (int64_t[]){2, 3}, (float[]){0, 1, 2, 3, 4, 5});
    FLOATS(n, 10, 20);
    ck_assert(op_refused(n, 1));
    op_free();
}
END_TEST

/* One slope per channel, which is axis 1. */
START_TEST(old_prelu_has_slopes_of_channels)
{
    Node *n = op_node("PRelu", "", 6);
    op_input(n, DT_FLOAT, 3, (int64_t[]){1, 2, 2}, (float[]){-1, 1, -1, -2});
    FLOATS(n, 0.5f, 0.25f);
    op_run(n, 1);
    EXPECT(n, -0.5f, 1, -0.25f, -0.5f);
    op_free();
}
END_TEST

START_TEST(mean_of_many)
{
    Node *n = op_node("Mean", "", 13);
    FLOATS(n, 1, 2);
    FLOATS(n, 3);
    FLOATS(n, 5, 1);
    op_run(n, 1);
    EXPECT(n, 3, 2);
    op_free();
}
END_TEST

/* float16 goes through float32: 1 + 2^-10 is the next after 1; the sum of 2048 and 1 has no
 * float16 and goes to even. */
START_TEST(halves_round_when_stored)
{
    Node *n = op_node("Add", "", 14);
    op_input(n, DT_FLOAT16, 1, (int64_t[]){2}, (uint16_t[]){0x3c00, 0x6800});
    op_input(n, DT_FLOAT16, 1, (int64_t[]){2}, (uint16_t[]){0x1400, 0x3c00});
    op_run(n, 1);
    expect_bytes(n, 4, (uint16_t[]){0x3c01, 0x6800});
    op_free();
}
END_TEST

START_TEST(powers_of_mixed_types)
{
    Node *n = op_node("Pow", "", 15);
    op_input(n, DT_INT32, 1, (int64_t[]){3}, (int32_t[]){2, -3, 9});
    op_input(n, DT_FLOAT, 1, (int64_t[]){3}, (float[]){3, 3, 0.5f});
    op_run(n, 1);
    expect_bytes(n, 12, (int32_t[]){8, -27, 3});
    op_free();
    n = op_node("Pow", "", 15);
    FLOATS(n, 2, 3, 0.5f);
    op_input(n, DT_UINT8, 1, (int64_t[]){3}, (uint8_t[]){10, 0, 2});
    op_run(n, 1);
    EXPECT(n, 1024, 1, 0.25f);
    op_free();
}
END_TEST

/* The shortcut of a constant exponent keeps the exponent's shape. */
START_TEST(square_by_a_constant)
{
    Node *n = op_node("Pow", "", 15);
    FLOATS(n, -3, 4);
    op_input(n, DT_FLOAT, 2, (int64_t[]){1, 1}, (float[]){2});
    op_run(n, 1);
    ck_assert_int_eq(n->out[0]->type.shape.rank, 2);
    EXPECT(n, 9, 16);
    op_free();
}
END_TEST

START_TEST(where_takes_any_type)
{
    const char *a[] = {"yes", "ja"}, *b[] = {"no"};
    Node *n = op_node("Where", "", 16);
    op_input(n, DT_BOOL, 2, (int64_t[]){2, 1}, (bool[]){true, false});
    op_input(n, DT_STRING, 1, (int64_t[]){2}, a);
    op_input(n, DT_STRING, 1, (int64_t[]){1}, b);
    op_run(n, 1);
    const char *const *y = n->out[0]->data;
    ck_assert_str_eq(y[0], "yes");
    ck_assert_str_eq(y[1], "ja");
    ck_assert_str_eq(y[2], "no");
    ck_assert_str_eq(y[3], "no");
    op_free();
}
END_TEST

START_TEST(clip_by_one_bound)
{
    Node *n = op_node("Clip", "", 13);
    op_input(n, DT_INT8, 1, (int64_t[]){3}, (int8_t[]){-100, 0, 100});
    op_omit(n);
    op_input(n, DT_INT8, 0, NULL, (int8_t[]){7});
    op_run(n, 1);
    expect_bytes(n, 3, (int8_t[]){-100, 0, 7});
    op_free();
    n = op_node("Clip", "", 6);
    FLOATS(n, -1, 2);
    attr_set_float(n, "min", 0);
    op_run(n, 1);
    EXPECT(n, 0, 2);
    op_free();
}
END_TEST

/* -- casts ------------------------------------------------------------------------------------- */

static Node *cast(DType from, int64_t count, const void *data, DType to)
{
    Node *n = op_node("Cast", "", 25);
    op_input(n, from, 1, &count, data);
    attr_set_int(n, "to", to);
    op_run(n, 1);
    return n;
}

START_TEST(cast_saturates_to_integers)
{
    float x[] = {1e10f, -1e10f, NAN, 2.9f, -2.9f, INFINITY};
    expect_bytes(cast(DT_FLOAT, 6, x, DT_INT32), 24, (int32_t[]){INT32_MAX, INT32_MIN, 0, 2, -2, INT32_MAX});
    op_free();
    expect_bytes(cast(DT_FLOAT, 6, x, DT_UINT8), 6, (uint8_t[]){255, 0, 0, 2, 0, 255});
    op_free();
    expect_bytes(cast(DT_FLOAT, 6, x, DT_UINT64), 48, (uint64_t[]){10000000000, 0, 0, 2, 0, UINT64_MAX});
    op_free();
}
END_TEST

/* ONNX Cast: 200 (int16) becomes -56 (int8). */
START_TEST(cast_between_integers_wraps)
{
    expect_bytes(cast(DT_INT16, 2, (int16_t[]){200, -1}, DT_INT8), 2, (int8_t[]){-56, -1});
    op_free();
    expect_bytes(cast(DT_INT16, 2, (int16_t[]){200, -1}, DT_UINT64), 16, (uint64_t[]){200, UINT64_MAX});
    op_free();
}
END_TEST

START_TEST(cast_to_bool_asks_for_zero)
{
    float x[] = {0, -0.0f, 0.1f, NAN};
    expect_bytes(cast(DT_FLOAT, 4, x, DT_BOOL), 4, (uint8_t[]){0, 0, 1, 1});
    op_free();
}
END_TEST

/* An odd number of 4-bit elements leaves the last half byte 0; the first element is in the low half. */
START_TEST(cast_packs_and_unpacks)
{
    expect_bytes(cast(DT_INT32, 3, (int32_t[]){-1, 7, 24}, DT_INT4), 2, (uint8_t[]){0x7f, 0x08});
    op_free();
    expect_bytes(cast(DT_INT4, 3, (uint8_t[]){0x7f, 0x08}, DT_INT16), 6, (int16_t[]){-1, 7, -8});
    op_free();
    expect_bytes(cast(DT_INT2, 5, (uint8_t[]){0xe4, 0x01}, DT_FLOAT), 20, (float[]){0, 1, -2, -1, 1});
    op_free();
    expect_bytes(cast(DT_FLOAT4E2M1, 2, (uint8_t[]){0xe7}, DT_UINT2), 1,
                 (uint8_t[]){0x02}); /* 6, -4: the low bits of 6 and -4 */
    op_free();
}
END_TEST

START_TEST(bits_of_another_type)
{
    Node *n = op_node("BitCast", "", 26);
    FLOATS(n, 1, -2);
    attr_set_int(n, "to", DT_UINT32);
    op_run(n, 1);
    expect_bytes(n, 8, (uint32_t[]){0x3f800000, 0xc0000000});
    op_free();
    n = op_node("BitCast", "", 26);
    FLOATS(n, 1);
    attr_set_int(n, "to", DT_INT64);
    ck_assert(op_refused(n, 1));
    op_free();
}
END_TEST

/* -- sizes as expressions ---------------------------------------------------------------------- */

static Value *sizes(Node *n, int count, const Dim *dims)
{
    Shape shape = shape_const(1, (int64_t[]){count});
    Value *v = value_typed(n->graph, foreign(mem_printf("sizes%d", n->n_in)), DT_INT64, &shape);
    v->elements = mem_dup(dims, (size_t)count * sizeof *dims);
    node_add_input(n, v);
    return v;
}

static void infer_elements(Node *n)
{
    node_add_output(n, value_new(n->graph, foreign("y")));
    n->op = op_of(n);
    n->op->infer(n);
    n->op->elements(n);
}

START_TEST(arithmetic_on_sizes)
{
    Node *n = op_node("Div", "", 14);
    Dim batch = dim_symbol(foreign("batch"), 1, 8);
    sizes(n, 2, (Dim[]){dim_mul(batch, dim_const(6)), dim_const(12)});
    op_ints(n, 1, (int64_t[]){3});
    infer_elements(n);
    ck_assert_ptr_eq(n->out[0]->elements[0], dim_mul(batch, dim_const(2)));
    ck_assert_ptr_eq(n->out[0]->elements[1], dim_const(4));
    op_free();
}
END_TEST

/* A batch of 1 to 8 is not -1, whatever it is; whether it is 4 depends. */
START_TEST(comparison_of_sizes_where_it_is_sure)
{
    Node *n = op_node("Equal", "", 13);
    Dim batch = dim_symbol(foreign("batch"), 1, 8);
    sizes(n, 2, (Dim[]){batch, dim_const(3)});
    op_ints(n, 2, (int64_t[]){-1, 3});
    infer_elements(n);
    expect_bytes(n, 2, (bool[]){false, true});
    op_free();
    n = op_node("Equal", "", 13);
    batch = dim_symbol(foreign("batch"), 1, 8);
    sizes(n, 1, (Dim[]){batch});
    op_ints(n, 1, (int64_t[]){4});
    infer_elements(n);
    ck_assert_ptr_null(n->out[0]->data);
    op_free();
}
END_TEST

Suite *elementwise_suite(void)
{
    Suite *s = suite_create("elementwise");
    TCase *t = tcase_create("operators");
    tcase_add_test(t, broadcasts_both_ways);
    tcase_add_test(t, old_broadcast_at_an_axis);
    tcase_add_test(t, old_prelu_has_slopes_of_channels);
    tcase_add_test(t, mean_of_many);
    tcase_add_test(t, halves_round_when_stored);
    tcase_add_test(t, powers_of_mixed_types);
    tcase_add_test(t, square_by_a_constant);
    tcase_add_test(t, where_takes_any_type);
    tcase_add_test(t, clip_by_one_bound);
    tcase_add_test(t, cast_saturates_to_integers);
    tcase_add_test(t, cast_between_integers_wraps);
    tcase_add_test(t, cast_to_bool_asks_for_zero);
    tcase_add_test(t, cast_packs_and_unpacks);
    tcase_add_test(t, bits_of_another_type);
    tcase_add_test(t, arithmetic_on_sizes);
    tcase_add_test(t, comparison_of_sizes_where_it_is_sure);
    suite_add_tcase(s, t);
    return s;
}
