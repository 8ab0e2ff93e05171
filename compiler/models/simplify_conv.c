/* What follows a convolution or a product, computed with it. */
#include "models/simplify.h"

#include <math.h>
#include <string.h>

/* A constant of floats with so many elements; NULL if it is none. */
static const float *floats_of(const Simple *s, Foreign name, int64_t count)
{
    const Value *v = constant_known(s, name);
    bool good = v && v->type.dtype == DT_FLOAT && (count < 0 || value_count(v) == count);
    return good ? v->data : NULL;
}

/* A convolution whose result node n alone reads, with weights that are known: [filters, ...]. */
static NodeProto *conv_before(const Simple *s, Foreign name, int64_t *filters)
{
    NodeProto *conv = only_maker(s, name, "Conv");
    const Value *w = conv ? constant_known(s, read_by(conv, 1)) : NULL;
    if (!w || !floats_of(s, read_by(conv, 1), -1) || w->type.shape.rank < 3) return NULL;
    *filters = dim_value(w->type.shape.dim[0]);
    bool has_bias = !foreign_empty(read_by(conv, 2));
    return *filters > 0 && (!has_bias || floats_of(s, read_by(conv, 2), *filters)) ? conv : NULL;
}

static void set_bias(Simple *s, NodeProto *conv, int64_t filters, const float *bias)
{
    Shape shape = shape_const(1, &filters);
    put_input(conv, 2, new_constant(s, foreign_suffixed(read_by(conv, 1), "/bias"), DT_FLOAT, &shape, bias));
}

static float epsilon_of(const NodeProto *n)
{
    const AttributeProto *a = attribute_of(n, "epsilon");
    return a ? a->f : 1e-5F;
}

static bool is_inference(const Simple *s, const NodeProto *n)
{
    const AttributeProto *training = attribute_of(n, "training_mode"), *spatial = attribute_of(n, "spatial");
    for (size_t k = 1; k < n->n_output; k++)
        if (use_count(s, proto_text(n->output[k]))) return false;
    return s->opset >= 7 && (!training || !training->i) && (!spatial || spatial->i);
}

/* The result of `conv` is that of node i from now on. */
static void take_over(Simple *s, size_t i, NodeProto *conv)
{
    size_t *maker = map_get(s->makers, proto_text(conv->output[0]));
    conv->output[0] = s->graph->node[i]->output[0];
    map_put(s->makers, conv->output[0], maker);
    drop_node(s, i);
}

/* BatchNormalization: scale, bias, mean, variance. */
bool fold_norm(Simple *s, size_t i)
{
    const NodeProto *n = s->graph->node[i];
    int64_t filters;
    if (!is_op(n, "BatchNormalization") || n->n_input != 5 || !is_inference(s, n)) return false;
    NodeProto *conv = conv_before(s, read_by(n, 0), &filters);
    const float *p[4];
    for (size_t k = 0; conv && k < 4; k++)
        if (!(p[k] = floats_of(s, read_by(n, k + 1), filters))) conv = NULL;
    if (!conv) return false;
    const Value *w = constant_known(s, read_by(conv, 1));
    const float *old_bias = foreign_empty(read_by(conv, 2)) ? NULL : floats_of(s, read_by(conv, 2), filters);
    int64_t each = value_count(w) / filters;
    float *weights = mem_dup(w->data, (size_t)value_bytes(w)), *bias = mem_array((size_t)filters, sizeof *bias);
    for (int64_t f = 0; f < filters; f++) {
        double scale = (double)p[0][f] / sqrt((double)p[3][f] + (double)epsilon_of(n));
        for (int64_t e = 0; e < each; e++) weights[f * each + e] = (float)((double)weights[f * each + e] * scale);
        bias[f] = (float)(((old_bias ? (double)old_bias[f] : 0) - (double)p[2][f]) * scale + (double)p[1][f]);
    }
    Shape shape = w->type.shape;
    put_input(conv, 1, new_constant(s, read_by(conv, 1), DT_FLOAT, &shape, weights));
    set_bias(s, conv, filters, bias);
    take_over(s, i, conv);
    return true;
}

/* -- an addition ------------------------------------------------------------------------------- */

/* A number for each channel: [channels,1,1], or with a 1 before it. */
static const float *per_channel(const Simple *s, Foreign name, int64_t channels, int rank)
{
    const Value *v = constant_known(s, name);
    if (!v || !floats_of(s, name, channels)) return NULL;
    int axis = v->type.shape.rank - rank + 1; /* of the channels */
    return axis >= 0 && axis <= 1 && dim_is(v->type.shape.dim[axis], channels) ? v->data : NULL;
}

static bool add_to_conv(Simple *s, size_t i, Foreign sum, Foreign other)
{
    int64_t filters;
    NodeProto *conv = conv_before(s, sum, &filters);
    const Value *y = conv ? value_known(s, sum) : NULL;
    const float *more = y ? per_channel(s, other, filters, y->type.shape.rank) : NULL;
    if (!more || !same_type(s, sum, proto_text(s->graph->node[i]->output[0]))) return false;
    float *bias = mem_dup(more, (size_t)filters * sizeof *bias);
    const float *old = foreign_empty(read_by(conv, 2)) ? NULL : floats_of(s, read_by(conv, 2), filters);
    for (int64_t f = 0; old && f < filters; f++) bias[f] += old[f];
    set_bias(s, conv, filters, bias);
    take_over(s, i, conv);
    return true;
}

/* A product of matrices with a row added is a Gemm. */
static bool add_to_product(Simple *s, size_t i, Foreign sum, Foreign other)
{
    NodeProto *product = only_maker(s, sum, "MatMul");
    const Value *c = value_known(s, other), *y = value_known(s, sum);
    if (!product || !y || !c || y->type.dtype != DT_FLOAT || y->type.shape.rank != 2 || c->type.shape.rank != 1)
        return false;
    const Value *a = value_known(s, read_by(product, 0)), *b = value_known(s, read_by(product, 1));
    if (!a || !b || a->type.shape.rank != 2 || b->type.shape.rank != 2 || !c->data || s->opset < 7) return false;
    if (!same_type(s, sum, proto_text(s->graph->node[i]->output[0]))) return false;
    put_input(product, 2, other);
    product->op_type = foreign("Gemm");
    take_over(s, i, product);
    return true;
}

bool fold_bias(Simple *s, size_t i)
{
    const NodeProto *n = s->graph->node[i];
    if (!is_op(n, "Add") || n->n_input != 2) return false;
    for (size_t k = 0; k < 2; k++) {
        Foreign sum = read_by(n, k), other = read_by(n, 1 - k);
        if (add_to_conv(s, i, sum, other) || add_to_product(s, i, sum, other)) return true;
    }
    return false;
}
