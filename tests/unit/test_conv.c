/* test_conv.c: Conv and ConvTranspose against their definition: for every output, the sum over a window. */
#include "run_op.h"

#include <check.h>
#include <stdio.h>

Suite *conv_suite(void);

/* Three dimensions always; images with fewer have size 1 in front, and the node is not told of them. */
typedef struct {
    int rank, batch, groups, in_channels, out_channels; /* channels per group */
    int in[3], kernel[3], stride[3], dilation[3], begin[3], end[3], extra[3], out[3];
    bool bias;
} Case;

static Case random_case(int rank)
{
    Case c = {.rank = rank,
              .batch = 1 + test_below(2),
              .groups = 1 + test_below(3),
              .in_channels = 1 + test_below(4),
              .out_channels = 1 + test_below(5),
              .bias = test_below(2)};
    for (int i = 0; i < 3; i++) {
        bool real = i >= 3 - rank;
        c.kernel[i] = real ? 1 + test_below(4) : 1;
        c.stride[i] = real ? 1 + test_below(3) : 1;
        c.dilation[i] = real ? 1 + test_below(3) : 1;
        c.begin[i] = real ? test_below(4) : 0;
        c.end[i] = real ? test_below(4) : 0;
        c.in[i] = real ? (c.kernel[i] - 1) * c.dilation[i] + 1 + test_below(rank == 3 ? 5 : 24) : 1;
        c.extra[i] = real && c.stride[i] > 1 ? test_below(c.stride[i]) : 0;
    }
    return c;
}

static int64_t volume(const int *d)
{
    return (int64_t)d[0] * d[1] * d[2];
}

static void set_attribute(Node *n, const char *name, int rank, const int *values, const int *more)
{
    int64_t list[6];
    for (int i = 0; i < rank; i++) list[i] = values[3 - rank + i];
    for (int i = 0; more && i < rank; i++) list[rank + i] = more[3 - rank + i];
    attr_set_ints(n, name, more ? 2 * rank : rank, list);
}

static Value *image(Node *n, int rank, int outer, int channels, const int *size)
{
    int64_t dims[5] = {outer, channels};
    for (int i = 0; i < rank; i++) dims[2 + i] = size[3 - rank + i];
    return op_input(n, DT_FLOAT, 2 + rank, dims, test_reals(outer * channels * volume(size)));
}

static Node *node_of(const Case *c, const char *op_type, bool transposed)
{
    Node *n = op_node(op_type, "", 13);
    int all_in = c->groups * c->in_channels, all_out = c->groups * c->out_channels;
    image(n, c->rank, c->batch, all_in, c->in);
    image(n, c->rank, transposed ? all_in : all_out, transposed ? c->out_channels : c->in_channels, c->kernel);
    if (c->bias) op_input(n, DT_FLOAT, 1, (int64_t[]){all_out}, test_reals(all_out));
    set_attribute(n, "strides", c->rank, c->stride, NULL);
    set_attribute(n, "dilations", c->rank, c->dilation, NULL);
    set_attribute(n, "pads", c->rank, c->begin, c->end);
    attr_set_int(n, "group", c->groups);
    return n;
}

static const double *bias_first(const Node *n, int64_t batch, int64_t channels, int64_t size)
{
    const float *b = input_of(n, 2) ? input_of(n, 2)->data : NULL;
    double *y = mem_array((size_t)(batch * channels * size) + 1, sizeof *y);
    for (int64_t i = 0; i < batch * channels * size; i++) y[i] = b ? (double)b[i / size % channels] : 0;
    return y;
}

typedef void Visit(void *context, int64_t x, int64_t w, int64_t y);

/* Visits every product of the convolution from c->in to c->out: indices into image, weights and result. */
static void each_product(const Case *c, Visit *visit, void *context)
{
    int64_t in_size = volume(c->in), out_size = volume(c->out), window = volume(c->kernel);
    for (int64_t p = 0; p < (int64_t)c->batch * c->groups * c->out_channels * c->in_channels * out_size * window; p++) {
        int64_t k = p % window, o = p / window % out_size, rest = p / window / out_size;
        int64_t ic = rest % c->in_channels, oc = rest / c->in_channels % (c->groups * c->out_channels);
        int64_t batch = rest / c->in_channels / (c->groups * c->out_channels), group = oc / c->out_channels;
        int64_t at = 0, taps[3] = {k / c->kernel[2] / c->kernel[1], k / c->kernel[2] % c->kernel[1], k % c->kernel[2]};
        int64_t place[3] = {o / c->out[2] / c->out[1], o / c->out[2] % c->out[1], o % c->out[2]};
        bool inside = true;
        for (int i = 0; i < 3; i++) {
            int64_t v = place[i] * c->stride[i] - c->begin[i] + taps[i] * c->dilation[i];
            inside = inside && v >= 0 && v < c->in[i];
            at = at * c->in[i] + v;
        }
        if (!inside) continue;
        int64_t x = ((batch * c->groups + group) * c->in_channels + ic) * in_size + at;
        visit(context, x, (oc * c->in_channels + ic) * window + k,
              (batch * c->groups * c->out_channels + oc) * out_size + o);
    }
}

typedef struct {
    const float *x, *w;
    double *y;
} Sums;

static void add_product(void *context, int64_t x, int64_t w, int64_t y)
{
    Sums *s = context;
    s->y[y] += (double)s->x[x] * (double)s->w[w];
}

static void check_conv(Case c)
{
    Node *n = node_of(&c, "Conv", false);
    for (int i = 0; i < 3; i++)
        c.out[i] = (c.in[i] + c.begin[i] + c.end[i] - (c.kernel[i] - 1) * c.dilation[i] - 1) / c.stride[i] + 1;
    int64_t channels = c.groups * c.out_channels, size = volume(c.out);
    double *expected = (double *)bias_first(n, c.batch, channels, size);
    Sums sums = {n->in[0]->data, n->in[1]->data, expected};
    each_product(&c, add_product, &sums);
    op_run(n, 1);
    ck_assert_int_eq(value_count(n->out[0]), c.batch * channels * size);
    expect_close("Conv", op_floats(n, 0), expected, c.batch * channels * size, 1e-5);
    op_free();
}

START_TEST(conv_is_the_sum_over_a_window)
{
    test_seed((uint32_t)_i);
    check_conv(random_case(1 + _i % 3));
}
END_TEST

/* More taps than fit in a panel, more pixels than in a tile, both with a rest. */
START_TEST(conv_of_many_channels)
{
    Case c = {.rank = 2,
              .batch = 1,
              .groups = 1,
              .in_channels = 67,
              .out_channels = 3,
              .in = {1, 7, 9},
              .kernel = {1, 3, 3},
              .stride = {1, 1, 1},
              .dilation = {1, 1, 1},
              .begin = {0, 1, 1},
              .end = {0, 1, 1},
              .bias = true};
    check_conv(c);
    c.kernel[1] = c.kernel[2] = 1; /* the image is its own panel */
    c.begin[1] = c.begin[2] = c.end[1] = c.end[2] = 0;
    c.in_channels = 523;
    check_conv(c);
}
END_TEST

/* Depthwise, and two filters per channel. */
START_TEST(conv_of_single_channels)
{
    for (int filters = 1; filters < 3; filters++)
        for (int stride = 1; stride < 4; stride++)
            check_conv((Case){.rank = 2,
                              .batch = 2,
                              .groups = 5,
                              .in_channels = 1,
                              .out_channels = filters,
                              .in = {1, 8, 11},
                              .kernel = {1, 3, 3},
                              .stride = {1, stride, stride},
                              .dilation = {1, 1, 2},
                              .begin = {0, 1, 2},
                              .end = {0, 0, 1},
                              .bias = true});
}
END_TEST

/* A window no wider than its padding has taps that see nothing but zeros. */
START_TEST(conv_with_more_padding_than_image)
{
    check_conv((Case){.rank = 2,
                      .batch = 1,
                      .groups = 1,
                      .in_channels = 2,
                      .out_channels = 2,
                      .in = {1, 1, 2},
                      .kernel = {1, 5, 5},
                      .stride = {1, 1, 3},
                      .dilation = {1, 1, 1},
                      .begin = {0, 4, 4},
                      .end = {0, 5, 5}});
}
END_TEST

/* The products of a transposed convolution are those of the convolution from its output to its input, the
 * weights' channels in turn. */
static void add_transposed(void *context, int64_t x, int64_t w, int64_t y)
{
    Sums *s = context;
    s->y[x] += (double)s->x[y] * (double)s->w[w];
}

START_TEST(conv_transpose_is_the_gradient_of_conv)
{
    test_seed((uint32_t)_i);
    Case c = random_case(1 + _i % 3), back;
    for (int i = 0; i < 3; i++) c.begin[i] %= c.kernel[i], c.end[i] = 0; /* so that something is left of the output */
    Node *n = node_of(&c, "ConvTranspose", true);
    set_attribute(n, "output_padding", c.rank, c.extra, NULL);
    back = c;
    for (int i = 0; i < 3; i++) {
        back.in[i] = (c.in[i] - 1) * c.stride[i] + (c.kernel[i] - 1) * c.dilation[i] + 1 + c.extra[i] - c.begin[i] -
                     c.end[i];
        back.out[i] = c.in[i];
    }
    back.in_channels = c.out_channels;
    back.out_channels = c.in_channels;
    int64_t channels = c.groups * c.out_channels, count = c.batch * channels * volume(back.in);
    double *expected = (double *)bias_first(n, c.batch, channels, volume(back.in));
    Sums sums = {n->in[0]->data, n->in[1]->data, expected};
    each_product(&back, add_transposed, &sums);
    op_run(n, 1);
    ck_assert_int_eq(value_count(n->out[0]), count);
    expect_close("ConvTranspose", op_floats(n, 0), expected, count, 1e-5);
    op_free();
}
END_TEST

/* Relu6, merged by rewrite: node->clamp_low/high. */
START_TEST(conv_clamps)
{
    Node *n = node_of(&(Case){.rank = 1,
                              .batch = 1,
                              .groups = 1,
                              .in_channels = 1,
                              .out_channels = 1,
                              .in = {1, 1, 4},
                              .kernel = {1, 1, 1},
                              .stride = {1, 1, 1},
                              .dilation = {1, 1, 1}},
                      "Conv", false);
    const float x[] = {-1, 3, 9, NAN}, w[] = {2};
    n->in[0]->data = x;
    n->in[1]->data = w;
    n->clamp_low = 0;
    n->clamp_high = 6;
    op_run(n, 1);
    const float *y = op_floats(n, 0);
    ck_assert(y[0] == 0 && y[1] == 6 && y[2] == 6 && isnan(y[3]));
    op_free();
}
END_TEST

/* SAME: ceil(in / stride) outputs; the odd pixel of padding goes to the end or to the beginning. Window 2 on 3
 * pixels, weights 1 and 2. */
START_TEST(conv_pads_the_same)
{
    const float x[] = {1, 10, 100}, w[] = {1, 2};
    const double upper[] = {21, 210, 100}, lower[] = {2, 21, 210};
    for (int i = 0; i < 2; i++) {
        Node *n = op_node("Conv", "", 11);
        op_input(n, DT_FLOAT, 3, (int64_t[]){1, 1, 3}, x);
        op_input(n, DT_FLOAT, 3, (int64_t[]){1, 1, 2}, w);
        attr_set_string(n, "auto_pad", i ? "SAME_LOWER" : "SAME_UPPER");
        op_run(n, 1);
        expect_close("SAME", op_floats(n, 0), i ? lower : upper, 3, 1e-6);
        op_free();
    }
}
END_TEST

START_TEST(conv_refuses_what_does_not_fit)
{
    Case c = {.rank = 2,
              .batch = 1,
              .groups = 2,
              .in_channels = 2,
              .out_channels = 2,
              .in = {1, 5, 5},
              .kernel = {1, 3, 3},
              .stride = {1, 1, 1},
              .dilation = {1, 1, 1}};
    Node *n = node_of(&c, "Conv", false);
    attr_set_int(n, "group", 3);
    ck_assert(op_refused(n, 1));
    n = node_of(&c, "Conv", false);
    attr_set_ints(n, "dilations", 2, (int64_t[]){3, 1});
    ck_assert(op_refused(n, 1));
    n = node_of(&c, "Conv", false);
    attr_set_ints(n, "strides", 2, (int64_t[]){0, 1});
    ck_assert(op_refused(n, 1));
    n = node_of(&c, "Conv", false);
    attr_set_ints(n, "pads", 4, (int64_t[]){0, 0, 0, -1});
    ck_assert(op_refused(n, 1));
    n = node_of(&c, "Conv", false);
    attr_set_string(n, "auto_pad", "SAME");
    ck_assert(op_refused(n, 1));
    op_free();
}
END_TEST

Suite *conv_suite(void)
{
    Suite *s = suite_create("conv");
    TCase *t = tcase_create("conv");
    tcase_add_loop_test(t, conv_is_the_sum_over_a_window, 0, 60);
    tcase_add_test(t, conv_of_many_channels);
    tcase_add_test(t, conv_of_single_channels);
    tcase_add_test(t, conv_with_more_padding_than_image);
    tcase_add_loop_test(t, conv_transpose_is_the_gradient_of_conv, 0, 60);
    tcase_add_test(t, conv_clamps);
    tcase_add_test(t, conv_pads_the_same);
    tcase_add_test(t, conv_refuses_what_does_not_fit);
    suite_add_tcase(s, t);
    return s;
}
