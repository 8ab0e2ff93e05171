/* test_quantize.c: QuantizeLinear and DequantizeLinear in blocks along an axis, of all types that are quantised to. */
#include "build.h"
#include "infer/infer.h"
#include "plan/plan.h"

#include <check.h>

Suite *quantize_suite(void);

static const DType types[] = {DT_INT8,       DT_UINT8,      DT_INT16,         DT_UINT16,       DT_INT4,
                              DT_UINT4,      DT_INT2,       DT_UINT2,         DT_FLOAT8E4M3FN, DT_FLOAT8E4M3FNUZ,
                              DT_FLOAT8E5M2, DT_FLOAT4E2M1, DT_FLOAT8E5M2FNUZ};
enum { TYPES = sizeof types / sizeof *types, ROWS = 5, COLUMNS = 3 };

static bool is_real(DType t)
{
    return !dtype_is_integer(t) && dtype_bits(t) != 2 && t != DT_INT4 && t != DT_UINT4;
}

/* Any bits but those of infinities and NaN. */
static Value *any_numbers(Node *n, DType t, int rank, const int64_t *dims)
{
    uint8_t *data = mem_array(2 * ROWS * COLUMNS, 1);
    for (int i = 0; i < 2 * ROWS * COLUMNS; i++) data[i] = (uint8_t)test_below(is_real(t) ? 0x7b : 256);
    return op_input(n, t, rank, dims, data);
}

static int64_t blocks_of(int64_t block)
{
    return (ROWS + block - 1) / block;
}

static Value *scales(Node *n, int64_t block)
{
    float *data = mem_array((size_t)(ROWS * COLUMNS), sizeof *data);
    for (int i = 0; i < ROWS * COLUMNS; i++) data[i] = (float)(1 + test_below(8)) / 4;
    return op_input(n, DT_FLOAT, 2, (int64_t[]){blocks_of(block), COLUMNS}, data);
}

/* The block of element `at` of [ROWS][COLUMNS]. */
static int64_t block_at(int64_t at, int64_t block)
{
    return at / COLUMNS / block * COLUMNS + at % COLUMNS;
}

static float number(const Value *v, int64_t at)
{
    return v ? (float)const_as_double(v, at) : 0;
}

/* Blocks of 1 to 5 rows: some divide the 5, of others the last is shorter. With and without zero points. */
START_TEST(dequantizes_blocks)
{
    DType t = types[_i % TYPES];
    int64_t block = 1 + _i / TYPES;
    test_seed((uint32_t)_i);
    for (int with_zero = 0; with_zero < 2; with_zero++) {
        Node *n = op_node("DequantizeLinear", "", 23);
        Value *x = any_numbers(n, t, 2, (int64_t[]){ROWS, COLUMNS}), *scale = scales(n, block);
        Value *zero = with_zero ? any_numbers(n, t, 2, (int64_t[]){blocks_of(block), COLUMNS}) : NULL;
        attr_set_int(n, "block_size", block);
        attr_set_int(n, "axis", 0);
        op_run_parts(n);
        for (int64_t i = 0; i < ROWS * COLUMNS; i++) {
            int64_t of = block_at(i, block);
            float expected = (number(x, i) - number(zero, of)) * number(scale, of), found = number(n->out[0], i);
            ck_assert_msg(found == expected, "%s, block %lld, %lld: %g, not %g", dtype_name(t), (long long)block,
                          (long long)i, (double)found, (double)expected);
        }
    }
    op_free();
}
END_TEST

/* Whole multiples of the scale that every type can hold come back, whatever the zero point; also from halves. */
START_TEST(quantizes_blocks)
{
    DType t = types[_i % TYPES];
    int64_t block = 1 + _i / TYPES;
    float x[ROWS * COLUMNS];
    test_seed((uint32_t)_i);
    Node *n = op_node("QuantizeLinear", "", 23);
    Value *real = op_input(n, DT_FLOAT, 2, (int64_t[]){ROWS, COLUMNS}, x), *scale = scales(n, block);
    for (int64_t i = 0; i < ROWS * COLUMNS; i++) x[i] = (float)test_below(2) * number(scale, block_at(i, block));
    real->data = x;
    attr_set_int(n, "block_size", block);
    attr_set_int(n, "axis", -2);
    attr_set_int(n, "output_dtype", t);
    op_run_parts(n);
    for (int64_t i = 0; i < ROWS * COLUMNS; i++)
        ck_assert_msg(number(n->out[0], i) * number(scale, block_at(i, block)) == x[i], "%s, block %lld, %lld",
                      dtype_name(t), (long long)block, (long long)i);
    op_free();
}
END_TEST

START_TEST(blocks_of_open_sizes_compile)
{
    Model *m = model_after(plan, "(int4[h,8] x, float[h,2] scale, int4[h,2] zero) => (y) {"
                                 "    y = DequantizeLinear<axis = 1, block_size = 4>(x, scale, zero)"
                                 "}");
    ck_shape(value_called(m, "y"), "[h,8]");
}
END_TEST

START_TEST(parameters_of_other_shapes_are_refused)
{
    static const char *const wrong[] = {
        "(float[4,6] x, float[2,5] s) => (y) { y = QuantizeLinear<axis = 0, block_size = 2>(x, s) }",
        "(float[4,6] x, float[2,6] s, uint8[2,5] z) => (y) { y = QuantizeLinear<axis = 0, block_size = 2>(x, s, z) }",
        "(float[4,6] x, float[6] s, uint8[1] z) => (y) { y = QuantizeLinear(x, s, z) }",
        "(float[4,6] x, float s, uint8[6] z) => (y) { y = QuantizeLinear(x, s, z) }",
        "(float[4,6] x, float[2,6] s) => (y) { y = QuantizeLinear<axis = 0, block_size = -2>(x, s) }",
        "(float[4,6] x, float[3,6] s) => (y) { y = QuantizeLinear<axis = 0, block_size = 2>(x, s) }",
        "(float[4,6] x, float s) => (y) { y = DequantizeLinear(x, s) }",
        "(double[4,6] x, float s) => (y) { y = QuantizeLinear(x, s) }",
        "(int8[4,6] x, double s) => (y) { y = DequantizeLinear(x, s) }",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        ck_assert_msg(is_refused_by(infer, wrong[i]), "%s", wrong[i]);
}
END_TEST

Suite *quantize_suite(void)
{
    Suite *suite = suite_create("quantize");
    TCase *t = tcase_create("blocks");
    tcase_add_loop_test(t, dequantizes_blocks, 0, TYPES * ROWS);
    tcase_add_loop_test(t, quantizes_blocks, 0, TYPES * ROWS);
    tcase_add_test(t, blocks_of_open_sizes_compile);
    tcase_add_test(t, parameters_of_other_shapes_are_refused);
    suite_add_tcase(suite, t);
    return suite;
}
