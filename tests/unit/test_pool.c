/* test_pool.c: pools against their definition, over random windows; indices and rounding of sizes by hand. */
#include "run_op.h"

#include <check.h>

Suite *pool_suite(void);

/* Always three dimensions; the node is told of the last `rank`. */
typedef struct {
    int rank, planes, in[3], kernel[3], stride[3], dilation[3], begin[3], end[3], out[3];
    bool ceil_mode;
} Case;

static int out_size(const Case *c, int i)
{
    int room = c->in[i] + c->begin[i] + c->end[i] - (c->kernel[i] - 1) * c->dilation[i] - 1;
    int size = (room + (c->ceil_mode ? c->stride[i] - 1 : 0)) / c->stride[i] + 1;
    while (c->ceil_mode && (size - 1) * c->stride[i] >= c->in[i] + c->begin[i]) size--;
    return size;
}

static Case random_case(int rank)
{
    Case c = {.rank = rank, .planes = 1 + test_below(4), .ceil_mode = test_below(2)};
    for (int i = 0; i < 3; i++) {
        bool real = i >= 3 - rank;
        c.kernel[i] = real ? 1 + test_below(4) : 1;
        c.stride[i] = real ? 1 + test_below(4) : 1;
        c.dilation[i] = real ? 1 + test_below(2) : 1;
        c.begin[i] = real ? test_below(c.kernel[i]) : 0;
        c.end[i] = real ? test_below(c.kernel[i]) : 0;
        const int extent = (c.kernel[i] - 1) * c.dilation[i] + 1, over = c.ceil_mode ? test_below(c.stride[i]) : 0;
        c.in[i] = !real ? 1 : extent > over ? extent - over + test_below(7) : 1;
        c.out[i] = out_size(&c, i);
    }
    return c;
}

static void set_attribute(Node *n, const char *name, int rank, const int *values, const int *more)
{
    int64_t list[6];
    for (int i = 0; i < rank; i++) list[i] = values[3 - rank + i];
    for (int i = 0; more && i < rank; i++) list[rank + i] = more[3 - rank + i];
    attr_set_ints(n, name, more ? 2 * rank : rank, list);
}

static Node *node_of(const Case *c, const char *op_type, int opset)
{
    Node *n = op_node(op_type, "", opset);
    int64_t dims[5] = {1, c->planes};
    for (int i = 0; i < c->rank; i++) dims[2 + i] = c->in[3 - c->rank + i];
    op_input(n, DT_FLOAT, 2 + c->rank, dims, test_reals(c->planes * c->in[0] * c->in[1] * c->in[2]));
    set_attribute(n, "kernel_shape", c->rank, c->kernel, NULL);
    set_attribute(n, "strides", c->rank, c->stride, NULL);
    set_attribute(n, "dilations", c->rank, c->dilation, NULL);
    set_attribute(n, "pads", c->rank, c->begin, c->end);
    attr_set_int(n, "ceil_mode", c->ceil_mode);
    return n;
}

/* What one window sees. */
typedef struct {
    double max, sum, norm;
    int64_t at;
    int inside, padded;
} Seen;

static Seen look(const Case *c, const float *x, int64_t plane, const int *o)
{
    Seen s = {.max = -INFINITY};
    for (int k = 0; k < c->kernel[0] * c->kernel[1] * c->kernel[2]; k++) {
        int tap[3] = {k / c->kernel[2] / c->kernel[1], k / c->kernel[2] % c->kernel[1], k % c->kernel[2]};
        bool inside = true, padded = true;
        int64_t at = plane;
        for (int i = 0; i < 3; i++) {
            int v = o[i] * c->stride[i] - c->begin[i] + tap[i] * c->dilation[i];
            inside = inside && v >= 0 && v < c->in[i];
            padded = padded && v < c->in[i] + c->end[i];
            at = at * c->in[i] + v;
        }
        s.padded += padded;
        s.inside += inside;
        if (!inside) continue;
        s.sum += (double)x[at];
        s.norm += pow(fabs((double)x[at]), 3);
        if ((double)x[at] > s.max) s.max = (double)x[at], s.at = at;
    }
    return s;
}

START_TEST(pools_are_what_a_window_sees)
{
    test_seed((uint32_t)_i);
    Case c = random_case(1 + _i % 3);
    Node *max = node_of(&c, "MaxPool", 12);
    const float *x = max->in[0]->data;
    Node *average = node_of(&c, "AveragePool", 19), *padded = node_of(&c, "AveragePool", 19),
         *norm = node_of(&c, "LpPool", 18);
    average->in[0]->data = padded->in[0]->data = norm->in[0]->data = x;
    attr_set_int(padded, "count_include_pad", 1);
    attr_set_int(norm, "p", 3);
    op_run(max, 2);
    op_run(average, 1);
    op_run(padded, 1);
    op_run(norm, 1);
    int64_t size = (int64_t)c.out[0] * c.out[1] * c.out[2];
    ck_assert_int_eq(value_count(max->out[0]), c.planes * size);
    for (int64_t i = 0; i < c.planes * size; i++) {
        int64_t p = i % size;
        int o[3] = {(int)(p / c.out[2] / c.out[1]), (int)(p / c.out[2] % c.out[1]), (int)(p % c.out[2])};
        Seen s = look(&c, x, i / size, o);
        if (!s.inside) continue;
        ck_assert(op_floats(max, 0)[i] == (float)s.max && op_int64s(max, 1)[i] == s.at);
        double expected[] = {s.sum / s.inside, s.sum / s.padded, cbrt(s.norm)};
        expect_close("AveragePool", op_floats(average, 0) + i, expected, 1, 1e-5);
        expect_close("AveragePool that counts pads", op_floats(padded, 0) + i, expected + 1, 1, 1e-5);
        expect_close("LpPool", op_floats(norm, 0) + i, expected + 2, 1, 1e-5);
    }
    op_free();
}
END_TEST

/* The maximum 9 is at row 1, column 2 of 2 rows of 3: 1 * 3 + 2 by rows, 2 * 2 + 1 by columns; in
 * plane 1 of 6 pixels each. */
START_TEST(max_pool_counts_in_either_order)
{
    static const float x[] = {9, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 9};
    for (int order = 0; order < 2; order++) {
        Node *n = op_node("MaxPool", "", 12);
        op_input(n, DT_FLOAT, 4, (int64_t[]){1, 2, 2, 3}, x);
        attr_set_ints(n, "kernel_shape", 2, (int64_t[]){2, 3});
        attr_set_int(n, "storage_order", order);
        op_run(n, 2);
        ck_assert_int_eq(op_int64s(n, 1)[0], 0);
        ck_assert_int_eq(op_int64s(n, 1)[1], 11);
        op_free();
    }
    Node *n = op_node("MaxPool", "", 12);
    op_input(n, DT_FLOAT, 4, (int64_t[]){1, 1, 2, 3}, (float[]){0, 0, 9, 0, 0, 0});
    attr_set_ints(n, "kernel_shape", 2, (int64_t[]){2, 3});
    attr_set_int(n, "storage_order", 1);
    op_run(n, 2);
    ck_assert_int_eq(op_int64s(n, 1)[0], 4);
    op_free();
}
END_TEST

START_TEST(max_pool_of_bytes_and_nan)
{
    Node *n = op_node("MaxPool", "", 12);
    op_input(n, DT_INT8, 3, (int64_t[]){1, 1, 3}, (int8_t[]){-128, -5, -7});
    attr_set_ints(n, "kernel_shape", 1, (int64_t[]){3});
    op_run(n, 1);
    ck_assert_int_eq(*(const int8_t *)n->out[0]->data, -5);
    n = op_node("MaxPool", "", 12);
    op_input(n, DT_FLOAT, 3, (int64_t[]){1, 1, 3}, (float[]){1, NAN, 7});
    attr_set_ints(n, "kernel_shape", 1, (int64_t[]){3});
    op_run(n, 1);
    ck_assert(isnan(op_floats(n, 0)[0]));
    op_free();
}
END_TEST

START_TEST(global_pools_see_the_image)
{
    const float x[] = {3, -4, 0, 0, 12, 0, -5, 0};
    const char *ops[] = {"GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool"};
    const double expected[3][2] = {{-0.25, 1.75}, {3, 12}, {5, 13}};
    for (int i = 0; i < 3; i++) {
        Node *n = op_node(ops[i], "", 22);
        op_input(n, DT_FLOAT, 4, (int64_t[]){2, 1, 2, 2}, x);
        op_run(n, 1);
        ck_assert_int_eq(n->out[0]->type.shape.rank, 4);
        expect_close(ops[i], op_floats(n, 0), expected[i], 2, 1e-6);
    }
    op_free();
}
END_TEST

static Node *unpool(int64_t index)
{
    static const float x[] = {1, 2, 3, 4};
    Node *n = op_node("MaxUnpool", "", 11);
    op_input(n, DT_FLOAT, 3, (int64_t[]){1, 2, 2}, x);
    op_input(n, DT_INT64, 3, (int64_t[]){1, 2, 2}, mem_dup((int64_t[]){1, 3, 4, index}, 32));
    attr_set_ints(n, "kernel_shape", 1, (int64_t[]){2});
    attr_set_ints(n, "strides", 1, (int64_t[]){2});
    return n;
}

START_TEST(max_unpool_puts_back)
{
    Node *n = unpool(7);
    op_run(n, 1);
    expect_close("MaxUnpool", op_floats(n, 0), (double[]){0, 1, 0, 2, 3, 0, 0, 4}, 8, 0);
    n = unpool(7);
    op_ints(n, 3, (int64_t[]){1, 2, 5});
    op_run(n, 1);
    expect_close("MaxUnpool", op_floats(n, 0), (double[]){0, 1, 0, 2, 0, 3, 0, 0, 4, 0}, 10, 0);
    op_free();
}
END_TEST

START_TEST(max_unpool_refuses_indices_outside)
{
    Node *n = unpool(8);
    ck_assert(!op_refused(n, 1) && !op_evaluates(n));
    n = unpool(-1);
    ck_assert(!op_refused(n, 1) && !op_evaluates(n));
    op_free();
}
END_TEST

Suite *pool_suite(void)
{
    Suite *s = suite_create("pool");
    TCase *t = tcase_create("pool");
    tcase_add_loop_test(t, pools_are_what_a_window_sees, 0, 90);
    tcase_add_test(t, max_pool_counts_in_either_order);
    tcase_add_test(t, max_pool_of_bytes_and_nan);
    tcase_add_test(t, global_pools_see_the_image);
    tcase_add_test(t, max_unpool_puts_back);
    tcase_add_test(t, max_unpool_refuses_indices_outside);
    suite_add_tcase(s, t);
    return s;
}
