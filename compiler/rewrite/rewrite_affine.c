/* rewrite_affine: y = scale * conv(x) + shift per channel, with constant scale and shift, is a convolution with other
 * weights. The same goes for ConvTranspose and Gemm. */
#include "rewrite/rewrite.h"

#include <string.h>

typedef struct {
    int64_t channels;
    double *scale, *shift;
} Affine;

static Affine affine_new(int64_t channels)
{
    Affine a = {channels, mem_array((size_t)channels + 1, sizeof(double)),
                mem_array((size_t)channels + 1, sizeof(double))};
    for (int64_t i = 0; i < channels; i++) a.scale[i] = 1;
    return a;
}

/* A constant that has one value per channel of y, or one for all: shape [], [1], [1,C,1,1], [C,1,1] ... */
static bool per_channel(const Value *c, const Shape *y, int channel_axis, int64_t channels)
{
    const Shape *s = &c->type.shape;
    if (!c->data || c->type.dtype != DT_FLOAT || !shape_is_const(s) || s->rank > y->rank) return false;
    if (value_count(c) == 1) return true;
    if (value_count(c) != channels) return false;
    int at = channel_axis - (y->rank - s->rank);
    return at >= 0 && dim_is(s->dim[at], channels);
}

static bool batch_normalization(Node *n, Affine *a)
{
    for (int i = 1; i < 5; i++)
        if (!input_of(n, i) || !input_of(n, i)->data || input_of(n, i)->type.dtype != DT_FLOAT ||
            value_count(input_of(n, i)) != a->channels)
            return false;
    if (attr_int(n, "training_mode", 0) || (n->n_out > 1 && n->out[1])) return false;
    double epsilon = attr_float(n, "epsilon", 1e-5);
    for (int64_t c = 0; c < a->channels; c++) {
        a->scale[c] = const_as_double(input_of(n, 1), c) / sqrt(const_as_double(input_of(n, 4), c) + epsilon);
        a->shift[c] = const_as_double(input_of(n, 2), c) - const_as_double(input_of(n, 3), c) * a->scale[c];
    }
    return true;
}

/* Mul, Div, Add, Sub with a constant on one side; *x is the input that is not the constant. */
static bool arithmetic(Node *n, Affine *a, int channel_axis, int *x)
{
    bool mul = node_is(n, "Mul"), div = node_is(n, "Div"), add = node_is(n, "Add"), sub = node_is(n, "Sub");
    if (!(mul || div || add || sub) || n->n_in != 2 || n->opset < 7) return false;
    *x = input_of(n, 0) && input_of(n, 0)->data ? 1 : 0;
    if (*x == 1 && (div || sub)) return false;
    const Value *c = input_of(n, 1 - *x);
    if (!c || !per_channel(c, &n->out[0]->type.shape, channel_axis, a->channels)) return false;
    for (int64_t i = 0; i < a->channels; i++) {
        double value = const_as_double(c, value_count(c) == 1 ? 0 : i);
        if (mul) a->scale[i] = value;
        if (div) a->scale[i] = 1 / value;
        if (add) a->shift[i] = value;
        if (sub) a->shift[i] = -value;
        if (!isfinite(a->scale[i]) || !isfinite(a->shift[i])) return false;
    }
    return true;
}

/* -- into the weights -------------------------------------------------------------------------- */

/* Where the output channel stands in a weight tensor: which of [outer][channel][inner] an element belongs to. */
typedef struct {
    int64_t outer, inner;
} ChannelPlace;

static bool weight_layout(Node *p, int64_t channels, ChannelPlace *at)
{
    const Value *w = input_of(p, 1);
    const Shape *s = &w->type.shape;
    if (node_is(p, "Conv")) {
        *at = (ChannelPlace){1, value_count(w) / channels};
        return dim_is(s->dim[0], channels);
    }
    if (node_is(p, "ConvTranspose")) {
        if (attr_int(p, "group", 1) != 1) return false;
        *at = (ChannelPlace){dim_value(s->dim[0]), dim_value(shape_product(s, 2, s->rank))};
        return dim_is(s->dim[1], channels);
    }
    if (!node_is(p, "Gemm") || attr_float(p, "alpha", 1) != 1 || attr_float(p, "beta", 1) != 1) return false;
    bool transposed = attr_int(p, "transB", 0);
    *at = transposed ? (ChannelPlace){1, dim_value(s->dim[1])} : (ChannelPlace){dim_value(s->dim[0]), 1};
    return dim_is(s->dim[transposed ? 0 : 1], channels);
}

static Value *scaled_weights(Node *p, const Affine *a, ChannelPlace at, const char *origin)
{
    const Value *w = input_of(p, 1);
    const float *from = w->data;
    float *to;
    Value *scaled = new_weight(p, w->name, &w->type.shape, &to, origin);
    for (int64_t o = 0, i = 0; o < at.outer; o++)
        for (int64_t c = 0; c < a->channels; c++)
            for (int64_t k = 0; k < at.inner; k++, i++) to[i] = (float)((double)from[i] * a->scale[c]);
    return scaled;
}

static Value *new_bias(Node *p, const Affine *a, const char *origin)
{
    const Value *b = input_of(p, 2);
    Foreign name = b ? b->wanted : foreign_suffixed(input_of(p, 1)->wanted, ".bias");
    float *to;
    Shape shape = shape_const(1, &a->channels);
    Value *bias = new_weight(p, name, &shape, &to, origin);
    for (int64_t c = 0; c < a->channels; c++) {
        double old = b ? const_as_double(b, value_count(b) == 1 ? 0 : c) : 0;
        to[c] = (float)(old * a->scale[c] + a->shift[c]);
    }
    return bias;
}

static bool scales(const Affine *a)
{
    for (int64_t c = 0; c < a->channels; c++)
        if (a->scale[c] != 1) return true;
    return false;
}

static bool can_absorb(Node *p, int64_t channels, ChannelPlace *at)
{
    Value *w = input_of(p, 1), *b = input_of(p, 2);
    if (!w || !w->data || w->type.dtype != DT_FLOAT || !weight_layout(p, channels, at)) return false;
    if (isfinite(p->clamp_low) || isfinite(p->clamp_high)) return false;
    if (!b) return true;
    const Shape *s = &b->type.shape;
    if (!b->data || b->type.dtype != DT_FLOAT) return false;
    return value_count(b) == 1 || (value_count(b) == channels && dim_is(s->dim[s->rank - 1], channels));
}

bool rewrite_affine(Node *n)
{
    int x = 0;
    Value *y = output_of(n, 0);
    if (!y || y->type.kind != KIND_TENSOR || y->type.dtype != DT_FLOAT || y->type.shape.rank < 2 ||
        !dim_is_const(y->type.shape.dim[1]))
        return false;
    bool norm = node_is(n, "BatchNormalization");
    if (!norm && !node_is(n, "Mul") && !node_is(n, "Div") && !node_is(n, "Add") && !node_is(n, "Sub")) return false;
    Affine a = affine_new(dim_value(y->type.shape.dim[1]));
    ChannelPlace at;
    if (norm ? !batch_normalization(n, &a) : !arithmetic(n, &a, 1, &x)) return false;
    Node *p = only_producer(n, x);
    if (!p || p->out[0] != n->in[x] || !shape_equal(&n->in[x]->type.shape, &y->type.shape) ||
        !can_absorb(p, a.channels, &at))
        return false;
    const char *origin = mem_printf("%s%s%s%s folded in", p->in[1]->origin ? p->in[1]->origin : "",
                                    p->in[1]->origin ? ", " : "", n->op->name,
                                    foreign_empty(n->name) ? "" : mem_printf(" %s", in_comment(n->name)));
    if (scales(&a)) set_input(p, 1, scaled_weights(p, &a, at, origin));
    set_input(p, 2, new_bias(p, &a, origin));
    note_fused(p, n);
    take_outputs(p, n);
    return true;
}
