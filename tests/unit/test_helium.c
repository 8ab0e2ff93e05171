/* test_helium.c: convolutions and products of bytes for targets with Helium give the very integers of plain sums and of
 * requantize; here with the plain C that stands beside the vectors. */
#include "kernels.h"
#include "layout/layout.h"
#include "ops/shared/shared.h"
#include "run_op.h"

#include <check.h>

Suite *helium_suite(void);

typedef struct {
    int64_t batch, groups, channels, filters; /* of a group */
    int64_t h, w, kernel_h, kernel_w, stride, dilation, pad;
} Case;

/* An operand: bytes[count] and their zero point, or, if there are several, that of each. */
typedef struct {
    DType type;
    int64_t zero, n_zeros;
    uint8_t *bytes;
} Bytes;

static Bytes random_operand(bool is_signed, int64_t zero, int64_t count)
{
    Bytes b = {is_signed ? DT_INT8 : DT_UINT8, zero, 1, mem_array((size_t)count + 1, 1)};
    for (int64_t i = 0; i < count; i++) b.bytes[i] = (uint8_t)test_below(256);
    return b;
}

static int64_t value_at(const Bytes *b, int64_t i)
{
    return (b->type == DT_INT8 ? (int8_t)b->bytes[i] : (int64_t)b->bytes[i]) - b->zero;
}

static void add_zeros(Node *n, const Bytes *b)
{
    uint8_t *zeros = mem_array((size_t)b->n_zeros, 1);
    memset(zeros, (int)b->zero & 255, (size_t)b->n_zeros);
    op_input(n, b->type, b->n_zeros > 1, &b->n_zeros, zeros);
}

static float *add_scales(Node *n, int64_t count)
{
    static const float scales[] = {0.5f, 0.25f, 0.0078125f, 0.00123f, 0.0003f, 1, 100};
    float *s = mem_array((size_t)count, sizeof *s);
    for (int64_t i = 0; i < count; i++) s[i] = scales[test_below(7)];
    op_input(n, DT_FLOAT, count > 1, &count, s);
    return s;
}

static Node *helium_node(const char *op_type)
{
    Node *n = op_node(op_type, "", 10);
    n->graph->model->options.target = target_find(foreign("cortex-m55"));
    return n;
}

/* x [N, h, w, channels], w [filters, channels, kernel_h, kernel_w]. */
static int64_t conv_sum(const Case *c, const Bytes *x, const Bytes *w, int64_t image, int64_t top, int64_t left,
                        int64_t f)
{
    int64_t sum = 0, all = c->groups * c->channels, first = f / c->filters * c->channels;
    for (int64_t i = 0; i < c->kernel_h; i++)
        for (int64_t j = 0; j < c->kernel_w; j++) {
            int64_t row = top + i * c->dilation, column = left + j * c->dilation;
            if (row < 0 || row >= c->h || column < 0 || column >= c->w) continue;
            for (int64_t k = 0; k < c->channels; k++)
                sum += value_at(x, ((image * c->h + row) * c->w + column) * all + first + k) *
                       value_at(w, ((f * c->channels + k) * c->kernel_h + i) * c->kernel_w + j);
        }
    return sum;
}

/* What a node needs beside x and w, and what its results are by. */
typedef struct {
    int64_t count, zero, low, high;
    const float *scales; /* of the weights: one, or one per filter */
    const int32_t *bias;
} Result;

static uint8_t result_of(const Result *r, int64_t sum, int64_t f)
{
    float multiplier = 0.5f * r->scales[r->count > 1 ? f : 0] / 2.0f;
    return requantize((int32_t)(sum + (r->bias ? r->bias[f] : 0)), multiplier, (int32_t)r->zero, (int32_t)r->low,
                      (int32_t)r->high);
}

static float *one_scale(float scale)
{
    float *s = mem_alloc(sizeof *s);
    *s = scale;
    return s;
}

static Result add_inputs(Node *n, const Bytes *x, const int64_t *x_dims, const Bytes *w, int rank,
                         const int64_t *w_dims, int64_t filters, bool y_signed)
{
    int64_t count = test_below(2) ? filters : 1;
    Result r = {count, y_signed ? -7 : 13, y_signed ? -128 : 0, y_signed ? 127 : 255, NULL, NULL};
    Bytes y = {y_signed ? DT_INT8 : DT_UINT8, r.zero, 1, NULL};
    op_input(n, x->type, rank, x_dims, x->bytes);
    op_input(n, DT_FLOAT, 0, NULL, one_scale(0.5f));
    add_zeros(n, x);
    op_input(n, w->type, rank, w_dims, w->bytes);
    r.scales = add_scales(n, count);
    add_zeros(n, w);
    op_input(n, DT_FLOAT, 0, NULL, one_scale(2));
    add_zeros(n, &y);
    return r;
}

static const int32_t *add_bias(Node *n, int64_t count)
{
    if (test_below(3) == 0) return NULL;
    int32_t *bias = mem_array((size_t)count, sizeof *bias);
    for (int64_t i = 0; i < count; i++) bias[i] = test_below(4001) - 2000;
    op_input(n, DT_INT32, 1, &count, bias);
    return bias;
}

/* -- convolutions ------------------------------------------------------------------------------ */

static int64_t out_size(const Case *c, int64_t in, int64_t kernel)
{
    return (in + 2 * c->pad - c->dilation * (kernel - 1) - 1) / c->stride + 1;
}

static void run_conv(Node *n, const Case *c, DType type)
{
    attr_set_ints(n, "pads", 4, (int64_t[]){c->pad, c->pad, c->pad, c->pad});
    attr_set_ints(n, "strides", 2, (int64_t[]){c->stride, c->stride});
    attr_set_ints(n, "dilations", 2, (int64_t[]){c->dilation, c->dilation});
    attr_set_int(n, "group", c->groups);
    int64_t dims[] = {c->batch, out_size(c, c->h, c->kernel_h), out_size(c, c->w, c->kernel_w), c->groups * c->filters};
    Shape shape = shape_const(4, dims);
    node_add_output(n, value_new(n->graph, foreign("y")));
    set_out(n, 0, type, &shape);
    n->op = &op_qconv_last;
    ck_assert(qconv_fits_last(n));
    ck_assert(eval_node(n));
}

/* Of x, w and y, by the bits of `signs`; after those, whether the weights' zero point is none that inverted signs take
 * away, and whether every filter has one. */
enum { SIGNS_OF_ZEROS = 8, SIGNS_OF_FILTERS = 16, ALL_SIGNS = 32 };

static Bytes random_weights(int signs, int64_t count, int64_t filters)
{
    bool is_signed = signs & 2;
    Bytes w = random_operand(is_signed, is_signed ? 0 : 128, count);
    if (signs & SIGNS_OF_ZEROS) w.zero = is_signed ? 9 : 101;
    if (signs & SIGNS_OF_FILTERS) w.n_zeros = filters;
    return w;
}

static void check_conv(const Case *c, int signs, bool least)
{
    int64_t filters = c->groups * c->filters, taps = c->kernel_h * c->kernel_w;
    int64_t x_dims[] = {c->batch, c->h, c->w, c->groups * c->channels},
            w_dims[] = {filters, c->channels, c->kernel_h, c->kernel_w};
    Bytes x = random_operand(signs & 1, signs & 1 ? -5 : 131, c->batch * c->h * c->w * x_dims[3]);
    Bytes w = random_weights(signs, filters * c->channels * taps, filters);
    Node *n = helium_node("QLinearConv");
    if (least) {
        memset(w.bytes, signs & 2 ? 128 : 0, (size_t)(filters * c->channels * taps));
        memset(x.bytes, signs & 1 ? 128 : 0, (size_t)(c->batch * c->h * c->w * x_dims[3]));
    }
    Result r = add_inputs(n, &x, x_dims, &w, 4, w_dims, filters, signs & 4);
    r.bias = add_bias(n, filters);
    run_conv(n, c, signs & 4 ? DT_INT8 : DT_UINT8);
    const uint8_t *y = n->out[0]->data;
    int64_t out_h = out_size(c, c->h, c->kernel_h), out_w = out_size(c, c->w, c->kernel_w);
    for (int64_t i = 0; i < c->batch * out_h * out_w; i++)
        for (int64_t f = 0; f < filters; f++) {
            int64_t top = i / out_w % out_h * c->stride - c->pad, left = i % out_w * c->stride - c->pad;
            int64_t sum = conv_sum(c, &x, &w, i / out_w / out_h, top, left, f);
            ck_assert_int_eq(y[i * filters + f], result_of(&r, sum, f));
        }
    op_free();
}

START_TEST(convolutions)
{
    static const Case cases[] = {
        {1, 1, 3, 20, 11, 13, 3, 3, 2, 1, 1}, {2, 1, 16, 33, 5, 6, 3, 3, 1, 1, 1}, {1, 1, 8, 16, 7, 7, 1, 1, 1, 1, 0},
        {2, 1, 7, 5, 4, 5, 1, 1, 1, 1, 0},    {1, 3, 4, 6, 6, 7, 3, 3, 1, 2, 2},   {1, 2, 8, 24, 5, 5, 1, 1, 1, 1, 0},
        {1, 1, 1, 9, 14, 20, 10, 4, 2, 1, 3}, {1, 1, 5, 70, 3, 3, 5, 5, 1, 1, 2},  {3, 1, 24, 17, 9, 9, 1, 1, 2, 1, 0},
        {1, 1, 32, 6, 3, 3, 1, 1, 1, 1, 0},   {1, 1, 2, 3, 2, 9, 2, 3, 3, 3, 4},   {1, 1, 17, 4, 1, 1, 1, 1, 1, 1, 0},
    };
    test_seed(1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int signs = 0; signs < ALL_SIGNS; signs++) check_conv(&cases[i], signs, signs % 8 == 7);
}
END_TEST

/* Weights and pixels that are all -128 don't fit the sums of two products. */
START_TEST(channel_by_channel)
{
    static const Case cases[] = {
        {1, 64, 1, 1, 7, 9, 3, 3, 1, 1, 1},  {2, 96, 1, 1, 8, 8, 3, 3, 2, 1, 1},   {1, 40, 1, 1, 6, 6, 5, 5, 1, 1, 2},
        {1, 5, 1, 1, 6, 7, 3, 3, 1, 2, 2},   {2, 17, 1, 1, 9, 11, 2, 2, 1, 1, 1},  {1, 16, 1, 1, 2, 2, 5, 5, 1, 1, 2},
        {1, 3, 1, 1, 4, 30, 1, 7, 1, 1, 3},  {1, 32, 1, 1, 10, 10, 3, 3, 2, 1, 0}, {1, 20, 1, 1, 3, 3, 2, 2, 3, 1, 3},
        {1, 9, 1, 1, 12, 12, 9, 9, 1, 1, 4}, {1, 33, 1, 1, 8, 9, 1, 1, 1, 1, 0},
    };
    test_seed(2);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        /* larger windows with zero points are for other kernels */
        for (int signs = 0; signs < (cases[i].kernel_h > 5 ? SIGNS_OF_ZEROS : ALL_SIGNS); signs++) {
            check_conv(&cases[i], signs, false);
            check_conv(&cases[i], signs, true);
        }
    }
}
END_TEST

static HeliumWeights weights(DType type, int64_t filters, int64_t depth, const void *w, int zero)
{
    uint8_t *point = mem_alloc(1);
    *point = (uint8_t)zero;
    Node *n = op_node("QLinearConv", "", 10);
    const Value *v = op_input(n, type, 1, (int64_t[]){filters * depth}, w), *z = op_input(n, type, 0, NULL, point);
    return (HeliumWeights){.w = v, .w_zero = z, .groups = 1, .filters = filters, .depth = depth};
}

/* Of three taps the first is alone, of four none is. */
START_TEST(taps_that_are_there_twice)
{
    static const int8_t w[] = {-128, -128, 127, 5, -128, -128};
    HeliumWeights h = weights(DT_INT8, 2, 3, w, 0);
    ck_assert_int_eq(helium_times(&h), 2);
    h.filters = 1;
    ck_assert_int_eq(helium_times(&h), 1);
    h.depth = 4;
    ck_assert_int_eq(helium_times(&h), 2);
    h = weights(DT_INT8, 6, 1, w, 0);
    ck_assert_int_eq(helium_times(&h), 1);
    h = weights(DT_INT8, 6, 1, w, 1);
    ck_assert_int_eq(helium_times(&h), 2);
    op_free();
}
END_TEST

/* 255 = 127 + 128 is too much, -255 = -127 - 128 isn't. */
START_TEST(halves_of_weights)
{
    static const uint8_t w[] = {0, 254, 255};
    HeliumWeights h = weights(DT_UINT8, 1, 3, w, 0);
    ck_assert(!helium_halves(&h));
    h.depth = 2;
    ck_assert(helium_halves(&h));
    h = weights(DT_UINT8, 1, 3, w, 255);
    ck_assert(helium_halves(&h));
    op_free();
}
END_TEST

/* -- products ---------------------------------------------------------------------------------- */

static void check_product(int64_t rows, int64_t columns, int64_t depth, int signs)
{
    Bytes a = random_operand(signs & 1, signs & 1 ? -5 : 131, rows * depth),
          b = random_weights(signs, depth * columns, columns);
    Node *n = helium_node("QLinearMatMul");
    Result r = add_inputs(n, &a, (int64_t[]){rows, depth}, &b, 2, (int64_t[]){depth, columns}, columns, signs & 4);
    op_run(n, 1);
    const uint8_t *y = n->out[0]->data;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t f = 0; f < columns; f++) {
            int64_t sum = 0;
            for (int64_t k = 0; k < depth; k++) sum += value_at(&a, i * depth + k) * value_at(&b, k * columns + f);
            ck_assert_int_eq(y[i * columns + f], result_of(&r, sum, f));
        }
    op_free();
}

START_TEST(products)
{
    static const int64_t sizes[][3] = {{1, 1, 1},    {1, 10, 128}, {3, 16, 5},   {8, 24, 64}, {9, 48, 7},
                                       {13, 64, 36}, {5, 77, 20},  {17, 130, 4}, {4, 15, 16}};
    test_seed(3);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int signs = 0; signs < ALL_SIGNS; signs++) check_product(sizes[i][0], sizes[i][1], sizes[i][2], signs);
}
END_TEST

Suite *helium_suite(void)
{
    Suite *s = suite_create("helium");
    TCase *c = tcase_create("helium");
    tcase_add_test(c, convolutions);
    tcase_add_test(c, channel_by_channel);
    tcase_add_test(c, taps_that_are_there_twice);
    tcase_add_test(c, halves_of_weights);
    tcase_add_test(c, products);
    suite_add_tcase(s, c);
    return s;
}
