/* CausalConvWithState: https://onnx.ai/onnx/operators/onnx__CausalConvWithState.html, and that of com.microsoft.
 * A convolution of each channel with a filter of its own over what came before: the state is the last positions that
 * the next call needs. Said in Concat, Conv and Slice. */
#include "ops/shared/shared.h"

enum { X, WEIGHT, BIAS, PAST };

static bool read_activation(Node *n, int *silu)
{
    static const AttrWord words[] = {{"none", 0}, {"silu", 1}, {"swish", 1}, {0}};
    return attr_word(n, "activation", "none", words, silu);
}

static bool need_shapes(Node *n, Dim state)
{
    const Value *x = n->in[X], *w = n->in[WEIGHT], *past = input_of(n, PAST), *bias = input_of(n, BIAS);
    if (!need_equal(n, dim_at(w, 0), dim_at(x, 1), "filters and channels") ||
        !need_equal(n, dim_at(w, 1), dim_const(1), "channels of a filter, and 1") ||
        (bias && !need_equal(n, dim_at(bias, 0), dim_at(x, 1), "elements of the bias, and channels")))
        return false;
    return !past || (need_equal(n, dim_at(past, 0), dim_at(x, 0), "batch of the state and of the input") &&
                     need_equal(n, dim_at(past, 1), dim_at(x, 1), "channels of the state and of the input") &&
                     need_equal(n, dim_at(past, 2), state, "positions of the state, and one less than the filter has"));
}

static void infer_causal_conv(Node *n)
{
    int silu;
    if (!need_counts(n, 2, 4, 1, 2) || !need_tensor_inputs(n) || !need_float(n, X) || !need_rank(n, X, 3, 3) ||
        !need_rank(n, WEIGHT, 3, 3) || !need_rank(n, BIAS, 1, 1) || !need_rank(n, PAST, 3, 3) ||
        !need_same_type(n, X, WEIGHT) || !need_same_type(n, X, BIAS) || !need_same_type(n, X, PAST) ||
        !read_activation(n, &silu))
        return;
    const Value *x = n->in[X];
    Dim size = dim_at(n->in[WEIGHT], 2);
    if (!dim_is_const(size) || !dim_is_const(dim_at(x, 1)) || dim_value(size) < 1) {
        node_error(n, "the channels or the filter's size are not known, or the latter is 0; fix them with --dim");
        return;
    }
    Dim state = dim_sub(size, dim_const(1));
    if (!need_shapes(n, state)) return;
    Shape present = shape_of(3, (Dim[]){dim_at(x, 0), dim_at(x, 1), state});
    set_out_like(n, 0, x);
    set_out(n, 1, x->type.dtype, &present);
}

/* x with the positions that came before it. */
static Value *with_past(Node *n, int64_t state)
{
    Value *past = input_of(n, PAST);
    if (!state) return n->in[X];
    if (!past) return make2(n, "Pad", n->in[X], const_ints(n, 6, (int64_t[]){0, 0, state, 0, 0, 0}), NULL);
    Node *joined = make_node(n, "Concat", 2, (Value *[]){past, n->in[X]}, NULL);
    attr_set_int(joined, "axis", 2);
    return joined->out[0];
}

static void expand_causal_conv(Node *n)
{
    int silu = 0;
    if (!read_activation(n, &silu)) return;
    int64_t state = dim_value(dim_at(n->in[WEIGHT], 2)) - 1;
    Value *x = with_past(n, state), *present = output_of(n, 1);
    Value *inputs[] = {x, n->in[WEIGHT], input_of(n, BIAS)};
    Node *conv = make_node(n, "Conv", inputs[2] ? 3 : 2, inputs, silu ? NULL : n->out[0]);
    attr_set_int(conv, "group", dim_value(dim_at(n->in[X], 1)));
    if (silu) make2(n, "Mul", conv->out[0], make1(n, "Sigmoid", conv->out[0], NULL), n->out[0]);
    if (!present) return;
    Value *start = const_ints(n, 1, (int64_t[]){state ? -state : INT64_MAX});
    Value *end = const_ints(n, 1, (int64_t[]){INT64_MAX}), *axis = const_ints(n, 1, (int64_t[]){2});
    Value *slice[] = {x, start, end, axis};
    make_node(n, "Slice", 4, slice, present);
}

#define CAUSAL_CONV(d, v) \
    { \
        .name = "CausalConvWithState", .domain = d, .since = v, .infer = infer_causal_conv, \
        .expand = expand_causal_conv \
    }

const Op ops_causal_conv[] = {
    CAUSAL_CONV("", 27),
    CAUSAL_CONV("com.microsoft", 1),
    {0},
};
