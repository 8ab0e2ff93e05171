/* quantized_compact: convolutions and products of 8-bit integers where the size of the code counts most: one kernel
 * for all of them (qfour_compact.c of the kernel library). Helium's kernels are small already. */
#include "kernels.h"
#include "ops/shared/quantized.h"

enum { SIGN_BIT = 128, EIGHT = 8, ROWS = 4 };

static bool in_pairs(const Node *n)
{
    return n->graph->model->options.target->multiplier == MULTIPLY_PAIRS;
}

bool takes_compact(const Node *n, const Requantize *r)
{
    const Options *o = &n->graph->model->options;
    return optimize_for(o) == OPTIMIZE_SIZE && o->target->multiplier != MULTIPLY_HELIUM && requantizes_words(r);
}

static int64_t whole_eights(int64_t count)
{
    return (count + EIGHT - 1) / EIGHT * EIGHT;
}

static Value *compact_weights(Node *n, Value *w, int64_t filters, int64_t depth)
{
    bool is_new, pairs = in_pairs(n);
    Shape shape = shape_const(2, (int64_t[]){filters, whole_eights(depth)});
    Value *v = packed_constant(n, w, DT_INT8,
                               pairs ? "whole eights, elements 1 and 2 of each four exchanged" : "whole eights", &shape,
                               &is_new);
    if (is_new)
        pack_byte_filters(w->data, (int8_t *)v->data, (int32_t)filters, (int32_t)depth,
                          w->type.dtype == DT_UINT8 ? SIGN_BIT : 0, pairs);
    return v;
}

/* Packed; whether channel by channel, and what scratch that takes. */
static Value *weights_of(Node *n, const Conv *c, const ByteOperands *q, bool by_channel, Dim *scratch_words)
{
    int64_t filters = dim_value(c->out_channels), depth = dim_value(conv_taps(c));
    Dim taps = window_kernel_size(&c->window);
    *scratch_words = by_channel ? c->in_channels : dim_const(whole_eights(depth) * ROWS / 2);
    if (by_channel) return packed_channelwise_bytes(n, q->w, filters, dim_value(taps));
    return compact_weights(n, turned(n, q->w, c->out_channels, c->group_channels, taps), filters, depth);
}

Step *compact_conv(Node *n, const Conv *c, const ByteOperands *q, const Requantize *r)
{
    int64_t filters = dim_value(c->out_channels);
    bool by_channel = conv_is_channelwise(c);
    Dim words;
    Value *w = weights_of(n, c, q, by_channel, &words);
    Step *s = step_call(n, "%s_compact_%s", by_channel ? "qchannels" : "qconv", in_pairs(n) ? "pairs" : "words");
    arg_in(s, "x", q->x);
    arg_in(s, "w", w);
    arg_in(s, "w_zero", packed_zeros(n, q->w, q->zero_w, filters));
    arg_in(s, "start", words_start(n, q->bias, filters));
    arg_in(s, "multiplier", r->multiplier);
    arg_out(s, "y", q->y);
    arg_out(s, "scratch", scratch(n, by_channel ? "sums" : "block", DT_INT32, words));
    arg_window(s, &c->window);
    arg_struct(s, "c", "struct qconv_compact");
    arg_field(s, "batch", c->batch);
    arg_field_int(s, "groups", by_channel ? 1 : c->groups);
    arg_field(s, "channels", by_channel ? c->in_channels : c->group_channels);
    arg_field_int(s, "filters", by_channel ? filters : filters / c->groups);
    arg_field_int(s, "x_zero", q->zero_x ? const_as_int(q->zero_x, 0) : 0);
    arg_field_int(s, "x_signed", q->x->type.dtype == DT_INT8);
    fields_of_requantize(s, r);
    s->macs = dim_high(dim_mul(elements(q->y), conv_taps(c)));
    return s;
}

/* The rows are the pixels of an image. */
Step *compact_product(Node *n, Dim rows, Dim depth, const ByteOperands *q, const Requantize *r)
{
    Shape pixel = shape_const(3, (int64_t[]){1, 1, 1});
    Conv c = {.window = window_whole(&pixel),
              .groups = 1,
              .batch = dim_const(1),
              .in_channels = depth,
              .group_channels = depth,
              .out_channels = dim_floordiv(elements(q->w), depth)};
    c.window.in[2] = c.window.out[2] = rows;
    return compact_conv(n, &c, q, r);
}
