/* rewrite_qdq: a real operator between DequantizeLinear and QuantizeLinear becomes one on integers.
 *
 * Conv, Gemm and MatMul with 8-bit factors become QLinearConv, QGemm and QLinearMatMul, a Relu or Clip in between
 * included; means over images become QLinearReduceMean, sums of equal shape QLinearAdd. The result is at most one
 * step away from that of the model as written, which rounds each dequantised factor and each sum to float32 where
 * the integers are exact. */
#include "rewrite/qdq.h"

#include "ops/shared/shared.h"

#include <string.h>

/* What a group consists of, from the end to the start. */
typedef struct {
    Qdq y; /* the QuantizeLinear */
    Node *op;
    double clamp_low, clamp_high;
    const char *fused; /* what was between op and the QuantizeLinear */
} Group;

static double within(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

/* Up from a QuantizeLinear to one byte per element, through operators that bound the real number. */
static bool read_group(Node *n, Group *g)
{
    *g = (Group){.clamp_low = -INFINITY, .clamp_high = INFINITY};
    if (!read_quantize(n, &g->y) || g->y.axis >= 0 || !is_byte(&g->y) || !has_uses(n)) return false;
    Node *bounds[8];
    int count = 0;
    double low, high;
    for (g->op = only_producer(n, 0); g->op && count < 8 && clamp_of(g->op, &low, &high);
         g->op = only_producer(g->op, 0)) {
        if (!(low <= high)) return false;
        bounds[count++] = g->op;
    }
    Node note = {0};
    while (count--) {
        if (!clamp_of(bounds[count], &low, &high)) return false;
        g->clamp_low = within(g->clamp_low, low, high);
        g->clamp_high = within(g->clamp_high, low, high);
        note_fused(&note, bounds[count]);
    }
    g->fused = note.fused;
    return g->op != NULL;
}

static bool byte_factor(const Node *op, int input, Qdq *q)
{
    return dequantized_input(op, input, q) && is_byte(q);
}

/* -- bias -------------------------------------------------------------------------------------- */

/* Rounding the bias to the grid of the sums may move the result by this part of a step. */
static const double bias_error = 0.05;

/* The real bias number i: a constant, or one after a DequantizeLinear. */
static bool bias_element(const Node *op, int input, int64_t i, double *value)
{
    const Value *v = op->in[input];
    Qdq q;
    if (dequantized_input(op, input, &q)) {
        if (!q.quantized->data) return false;
        double zero = q.zero ? const_as_double(q.zero, one_element(q.zero) ? 0 : i) : 0;
        *value = (const_as_double(q.quantized, i) - zero) * const_as_double(q.scale, q.axis < 0 ? 0 : i);
        return true;
    }
    if (!v->data || v->type.dtype != DT_FLOAT) return false;
    *value = const_as_double(v, i);
    return true;
}

/* The bias as int32 in units of `unit` times scale_x * scale_w; *bias is NULL if there is none. False if it is not
 * known, has another shape than [count] or one for all, or doesn't fit. */
static bool integer_bias(Node *op, int input, const Qdq *x, const Qdq *w, const Group *g, double unit, int64_t count,
                         Value **bias)
{
    *bias = NULL;
    if (!input_of(op, input)) return true;
    const Shape *s = &op->in[input]->type.shape;
    int64_t have = value_count(op->in[input]);
    if (have != 1 && !(have == count && dim_is(s->dim[s->rank - 1], count))) return false;
    int32_t *data = mem_array((size_t)count + 1, sizeof *data);
    double scale_x = const_as_double(x->scale, 0), scale_y = const_as_double(g->y.scale, 0);
    for (int64_t i = 0; i < count; i++) {
        double value, grid = unit * scale_x * const_as_double(w->scale, w->axis < 0 ? 0 : i);
        if (!bias_element(op, input, have == 1 ? 0 : i, &value)) return false;
        double steps = value / grid, rounded = nearbyint(steps);
        if (!(fabs(rounded) < INT32_MAX) || !(fabs(steps - rounded) * fabs(grid) <= bias_error * scale_y)) return false;
        data[i] = (int32_t)rounded;
    }
    Shape shape = shape_const(1, &count);
    *bias = value_const(op->graph, foreign_suffixed(op->in[input]->wanted, "/int32"), DT_INT32, &shape, data);
    (*bias)->origin = "in units of the inputs' scales";
    return true;
}

/* -- one operator each ------------------------------------------------------------------------- */

static void replace(Node *n, const Group *g, Node *integer)
{
    integer->clamp_low = (float)g->clamp_low;
    integer->clamp_high = (float)g->clamp_high;
    integer->fused = g->fused;
    hand_over(n, 0, node_ready(integer), 0);
}

static bool conv(Node *n, const Group *g)
{
    Qdq x, w;
    Value *bias;
    if (!byte_factor(g->op, 0, &x) || !byte_factor(g->op, 1, &w) || x.axis >= 0 || w.axis > 0) return false;
    Dim filters = dim_at(w.quantized, 0);
    if (!dim_is_const(filters) || !integer_bias(g->op, 2, &x, &w, g, 1, dim_value(filters), &bias)) return false;
    Value *zero_x = zero_of(&x), *zero_w = zero_of(&w), *zero_y = zero_of(&g->y);
    Value *inputs[] = {x.quantized, x.scale, zero_x, w.quantized, w.scale, zero_w, g->y.scale, zero_y, bias};
    replace(n, g, new_node(n, g->op, "QLinearConv", "", 10, bias ? 9 : 8, inputs, true));
    return true;
}

static bool gemm(Node *n, const Group *g)
{
    Qdq a, b;
    Value *c;
    Node *op = g->op;
    double alpha = attr_float(op, "alpha", 1), beta = attr_float(op, "beta", 1);
    Dim columns = dim_at(op->out[0], 1);
    if (!byte_factor(op, 0, &a) || !byte_factor(op, 1, &b) || a.axis >= 0 || !(alpha > 0) || beta == 0 ||
        !dim_is_const(columns))
        return false;
    if (b.axis >= 0 && b.axis != (attr_int(op, "transB", 0) ? 0 : 1)) return false;
    if (!integer_bias(op, 2, &a, &b, g, alpha / beta, dim_value(columns), &c)) return false;
    Value *zero_a = zero_of(&a), *zero_b = zero_of(&b), *zero_y = zero_of(&g->y);
    Value *inputs[] = {a.quantized, a.scale, zero_a, b.quantized, b.scale, zero_b, c, g->y.scale, zero_y};
    replace(n, g, new_node(n, op, "QGemm", "com.microsoft", 1, 9, inputs, true));
    return true;
}

static bool matmul(Node *n, const Group *g)
{
    Qdq a, b;
    if (!byte_factor(g->op, 0, &a) || !byte_factor(g->op, 1, &b) || a.axis >= 0) return false;
    const Shape *s = &b.quantized->type.shape;
    if (b.axis >= 0 && (s->rank != 2 || b.axis != 1)) return false;
    Value *zero_a = zero_of(&a), *zero_b = zero_of(&b), *zero_y = zero_of(&g->y);
    Value *inputs[] = {a.quantized, a.scale, zero_a, b.quantized, b.scale, zero_b, g->y.scale, zero_y};
    replace(n, g, new_node(n, g->op, "QLinearMatMul", "", 10, 8, inputs, false));
    return true;
}

/* -- means ------------------------------------------------------------------------------------- */

/* The axes of a ReduceMean, an attribute before opset 18; false if they are not known or none, which may
 * mean nothing is added up. */
static bool mean_axes(Node *op, int *count, const int64_t **axes)
{
    Dim *dims;
    *count = attr_ints(op, "axes", axes);
    if (op->opset < 18) return true;
    *count = input_of(op, 1) ? known_dims(op->in[1], &dims) : 0;
    int64_t *values = mem_array(MAX_RANK, sizeof *values);
    if (*count < 0 || *count > MAX_RANK || (*count == 0 && attr_int(op, "noop_with_empty_axes", 0))) return false;
    for (int i = 0; i < *count; i++) {
        if (!dim_is_const(dims[i])) return false;
        values[i] = dim_value(dims[i]);
    }
    *axes = values;
    return true;
}

static bool mean(Node *n, const Group *g)
{
    Qdq x;
    int count = 0;
    const int64_t *axes;
    bool pool = node_is(g->op, "GlobalAveragePool");
    if (!byte_factor(g->op, 0, &x) || x.axis >= 0 || x.quantized->type.dtype != g->y.quantized->type.dtype)
        return false;
    if (!pool && !mean_axes(g->op, &count, &axes)) return false;
    Value *zero_x = zero_of(&x), *zero_y = zero_of(&g->y);
    Value *inputs[] = {x.quantized, x.scale, zero_x, g->y.scale, zero_y};
    Node *made = new_node(n, g->op, pool ? "QLinearGlobalAveragePool" : "QLinearReduceMean", "com.microsoft", 1, 5,
                          inputs, false);
    if (count) attr_set_ints(made, "axes", count, axes);
    if (!pool) attr_set_int(made, "keepdims", attr_int(g->op, "keepdims", 1));
    if (!mean_adds_bytes(made)) {
        graph_remove(made);
        return false;
    }
    replace(n, g, made);
    return true;
}

/* -- sums -------------------------------------------------------------------------------------- */

static bool add(Node *n, const Group *g)
{
    Qdq a, b;
    if (!byte_factor(g->op, 0, &a) || !byte_factor(g->op, 1, &b) || a.axis >= 0 || b.axis >= 0) return false;
    if (a.quantized->type.dtype != g->y.quantized->type.dtype) return false;
    Value *zero_a = zero_of(&a), *zero_b = zero_of(&b), *zero_y = zero_of(&g->y);
    Value *inputs[] = {a.quantized, a.scale, zero_a, b.quantized, b.scale, zero_b, g->y.scale, zero_y};
    Node *made = new_node(n, g->op, "QLinearAdd", "com.microsoft", 1, 8, inputs, false);
    if (!add_takes_bytes(made)) {
        graph_remove(made);
        return false;
    }
    replace(n, g, made);
    return true;
}

bool rewrite_qdq(Node *n)
{
    Group g;
    if (!read_group(n, &g)) return false;
    if (node_is(g.op, "Conv")) return conv(n, &g);
    if (node_is(g.op, "Gemm")) return gemm(n, &g);
    if (node_is(g.op, "MatMul")) return matmul(n, &g);
    if (node_is(g.op, "Add")) return add(n, &g);
    if (node_is(g.op, "ReduceMean") || node_is(g.op, "GlobalAveragePool")) return mean(n, &g);
    return false;
}
