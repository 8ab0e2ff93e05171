/* test_rnn.c: recurrent layers, with packed weights, against the operators' equations, one element at a time. */
#include "run_op.h"

#include <check.h>
#include <string.h>

Suite *rnn_suite(void);

enum { MOST = 8 };

typedef struct {
    int gates, time, batch, input, hidden;
    bool reverse, linear_before_reset, batch_first;
    const int32_t *lens;
} Layer;

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* Projection k of gate g: x w + h r + bias. The parts in *recurrent and, returned, the input's. */
static double gate(const Layer *l, const Node *n, const double *x, const double *h, int g, int k, double *recurrent)
{
    const float *w = n->in[1]->data, *r = n->in[2]->data, *b = n->in[3]->data;
    int width = l->gates * l->hidden, at = g * l->hidden + k;
    double sum = (double)b[at];
    *recurrent = 0;
    for (int i = 0; i < l->input; i++) sum += x[i] * (double)w[i * width + at];
    for (int i = 0; i < l->hidden; i++) *recurrent += h[i] * (double)r[i * width + at];
    return sum;
}

static void lstm_step(const Layer *l, const Node *n, const double *x, double *h, double *c)
{
    const float *p = n->in[4]->data; /* i o f */
    double next[MOST], ri, ro, rf, rc;
    for (int k = 0; k < l->hidden; k++) {
        double i = gate(l, n, x, h, 0, k, &ri), o = gate(l, n, x, h, 1, k, &ro), f = gate(l, n, x, h, 2, k, &rf),
               g = gate(l, n, x, h, 3, k, &rc);
        double cell = sigmoid(f + rf + (double)p[2 * l->hidden + k] * c[k]) * c[k] +
                      sigmoid(i + ri + (double)p[k] * c[k]) * tanh(g + rc);
        next[k] = sigmoid(o + ro + (double)p[l->hidden + k] * cell) * tanh(cell);
        c[k] = cell;
    }
    memcpy(h, next, sizeof(double) * (size_t)l->hidden);
}

static void gru_step(const Layer *l, const Node *n, const double *x, double *h)
{
    const float *inner = n->in[4] ? n->in[4]->data : NULL;
    double next[MOST], z[MOST], r[MOST], gated[MOST], part;
    for (int k = 0; k < l->hidden; k++) {
        z[k] = gate(l, n, x, h, 0, k, &part);
        z[k] = sigmoid(z[k] + part);
        r[k] = gate(l, n, x, h, 1, k, &part);
        r[k] = sigmoid(r[k] + part);
        gated[k] = r[k] * h[k];
    }
    for (int k = 0; k < l->hidden; k++) {
        double own = gate(l, n, x, l->linear_before_reset ? h : gated, 2, k, &part);
        double g = tanh(own + (l->linear_before_reset ? r[k] * (part + (double)inner[k]) : part));
        next[k] = (1 - z[k]) * g + z[k] * h[k];
    }
    memcpy(h, next, sizeof(double) * (size_t)l->hidden);
}

static void rnn_step(const Layer *l, const Node *n, const double *x, double *h)
{
    double next[MOST], part;
    for (int k = 0; k < l->hidden; k++) {
        next[k] = gate(l, n, x, h, 0, k, &part);
        next[k] = tanh(next[k] + part);
    }
    memcpy(h, next, sizeof(double) * (size_t)l->hidden);
}

static Value *reals(Node *n, int rank, const int64_t *dims)
{
    int64_t count = 1;
    for (int i = 0; i < rank; i++) count *= dims[i];
    return op_input(n, DT_FLOAT, rank, dims, test_reals(count));
}

static Node *node_of(const Layer *l)
{
    int64_t h = l->hidden, width = l->gates * h;
    Node *n = op_node(l->gates == 4 ? "LSTM" : l->gates == 3 ? "GRU" : "RNN", "", 14);
    become_own(n); /* the one that takes packed weights */
    attr_set_string(n, "direction", l->reverse ? "reverse" : "forward");
    attr_set_int(n, "layout", l->batch_first);
    attr_set_int(n, "linear_before_reset", l->linear_before_reset);
    reals(n, 3, l->batch_first ? (int64_t[]){l->batch, l->time, l->input} : (int64_t[]){l->time, l->batch, l->input});
    reals(n, 3, (int64_t[]){1, l->input, width});
    reals(n, 3, (int64_t[]){1, h, width});
    reals(n, 2, (int64_t[]){1, width});
    if (l->gates == 4) reals(n, 2, (int64_t[]){1, 3 * h});
    else if (l->linear_before_reset) reals(n, 2, (int64_t[]){1, h});
    else op_omit(n);
    if (l->lens) op_input(n, DT_INT32, 1, (int64_t[]){l->batch}, l->lens);
    else op_omit(n);
    reals(n, 3, l->batch_first ? (int64_t[]){l->batch, 1, h} : (int64_t[]){1, l->batch, h});
    return n;
}

/* All sequences of the layer, one after the other: y[time][batch][hidden] and the last h, whatever the layout.
 * Sequences without a step end with 0, not with what they started from. */
static void expected_layer(const Layer *l, const Node *n, double *y, double *last)
{
    const float *x = n->in[0]->data, *h0 = n->in[6]->data;
    for (int b = 0; b < l->batch; b++) {
        double h[MOST], c[MOST] = {0}, row[MOST];
        int length = l->lens ? l->lens[b] : l->time;
        for (int k = 0; k < l->hidden; k++) h[k] = length ? (double)h0[b * l->hidden + k] : 0;
        for (int s = 0; s < length; s++) {
            int t = l->reverse ? length - 1 - s : s;
            for (int i = 0; i < l->input; i++)
                row[i] = (double)x[(l->batch_first ? b * l->time + t : t * l->batch + b) * l->input + i];
            if (l->gates == 4) lstm_step(l, n, row, h, c);
            else if (l->gates == 3) gru_step(l, n, row, h);
            else rnn_step(l, n, row, h);
            memcpy(y + (l->batch_first ? b * l->time + t : t * l->batch + b) * l->hidden, h,
                   sizeof(double) * (size_t)l->hidden);
        }
        memcpy(last + b * l->hidden, h, sizeof(double) * (size_t)l->hidden);
    }
}

static void check_layer(const Layer *l)
{
    Node *n = node_of(l);
    int count = l->time * l->batch * l->hidden;
    double *y = mem_array((size_t)count, sizeof *y), *last = mem_array((size_t)(l->batch * l->hidden), sizeof *last);
    op_run(n, 2);
    expected_layer(l, n, y, last);
    expect_close("Y", op_floats(n, 0), y, count, 1e-5);
    expect_close("Y_h", op_floats(n, 1), last, l->batch * l->hidden, 1e-5);
    op_free();
}

/* Times on both sides of what is projected at once. */
START_TEST(layers_follow_the_equations)
{
    static const int gates[] = {4, 3, 1};
    test_seed((uint32_t)_i);
    int32_t lens[4];
    Layer l = {.gates = gates[_i % 3],
               .time = 1 + test_below(20),
               .batch = 1 + test_below(4),
               .input = 1 + test_below(MOST),
               .hidden = 1 + test_below(MOST),
               .reverse = test_below(2),
               .batch_first = test_below(2)};
    l.linear_before_reset = l.gates == 3 && test_below(2);
    for (int b = 0; b < l.batch; b++) lens[b] = test_below(l.time + 1);
    if (test_below(2)) l.lens = lens;
    check_layer(&l);
}
END_TEST

/* Lengths come from data. */
START_TEST(lengths_out_of_range_are_refused)
{
    const int32_t given[][2] = {{3, 0}, {4, 0}, {3, -1}, {INT32_MAX, 1}, {INT32_MIN, 1}};
    Layer l = {.gates = 3, .time = 3, .batch = 2, .input = 2, .hidden = 2, .lens = given[_i]};
    test_seed(1);
    Node *n = node_of(&l);
    ck_assert(!op_refused(n, 2));
    ck_assert_int_eq(op_evaluates(n), _i == 0);
    op_free();
}
END_TEST

/* y = act(clip(x)), with alpha and beta taken in order by the activations that have them. */
START_TEST(rnn_knows_all_activations)
{
    static const char *const names[] = {"Affine", "LeakyRelu", "ThresholdedRelu", "ScaledTanh", "HardSigmoid",
                                        "Elu",    "Softsign",  "Softplus",        "Relu"};
    const double a = 0.25, b = 0.5;
    for (int f = 0; f < 9; f++)
        for (int negative = 0; negative < 2; negative++) {
            const float x = negative ? -3.0f : 3.0f, one = 1, zero = 0;
            const double v = negative ? -2 : 2;
            const double expected[] = {a * v + b,
                                       v < 0 ? a * v : v,
                                       v < a ? 0 : v,
                                       a * tanh(b * v),
                                       fmin(1, fmax(0, a * v + b)),
                                       v < 0 ? a * expm1(v) : v,
                                       v / (1 + fabs(v)),
                                       log1p(exp(v)),
                                       v < 0 ? 0 : v};
            const int64_t unit[] = {1, 1, 1};
            Node *n = op_node("RNN", "", 14);
            become_own(n);
            Attr *act = node_add_attr(n, "activations", ATTR_STRINGS, 1);
            act->strings = mem_dup(&names[f], sizeof *names);
            attr_set_float(n, "clip", 2);
            float *alpha = mem_dup(&(float){(float)a}, sizeof(float)),
                  *beta = mem_dup(&(float){(float)b}, sizeof(float));
            node_add_attr(n, "activation_alpha", ATTR_FLOATS, 1)->floats = alpha;
            node_add_attr(n, "activation_beta", ATTR_FLOATS, 1)->floats = beta;
            op_input(n, DT_FLOAT, 3, unit, &x);
            op_input(n, DT_FLOAT, 3, unit, &one);
            op_input(n, DT_FLOAT, 3, unit, &zero);
            op_run(n, 1);
            expect_close(names[f], op_floats(n, 0), &expected[f], 1, 1e-6);
            op_free();
        }
}
END_TEST

Suite *rnn_suite(void)
{
    Suite *s = suite_create("rnn");
    TCase *t = tcase_create("layers");
    tcase_add_loop_test(t, layers_follow_the_equations, 0, 90);
    tcase_add_loop_test(t, lengths_out_of_range_are_refused, 0, 5);
    tcase_add_test(t, rnn_knows_all_activations);
    suite_add_tcase(s, t);
    return s;
}
