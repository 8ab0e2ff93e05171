/* qconv_words: QLinearConv of images with their channels last, for targets that multiply words or pairs. */
#include "kernels.h"
#include "layout/qconv_last.h"

/* Pixels of a line of the window that are neighbours in memory. */
static int64_t taps_of_run(const Conv *c)
{
    return c->groups == 1 && c->window.dilation[2] == 1 ? dim_value(c->window.kernel[2]) : 1;
}

static void fields_of_x(Step *s, const Requantize *r)
{
    const Node *n = s->node;
    arg_field_int(s, "x_zero", const_as_int(n->in[CONV_X_ZERO], 0));
    arg_field_int(s, "x_signed", n->in[CONV_X]->type.dtype == DT_INT8);
    fields_of_requantize(s, r);
}

/* Four channels at a time; false where there are fewer. */
static bool takes_quads(const Conv *c)
{
    return conv_is_channelwise(c) && dim_value(c->in_channels) >= 4 && dim_is(c->window.in[0], 1) &&
           dim_is(c->window.kernel[0], 1) && dim_is(c->window.out[0], 1);
}

static Step *call_quads(Node *n, const Conv *c, const Requantize *r)
{
    const Window *p = &c->window;
    int64_t taps = dim_value(conv_taps(c)), lines = window_reach(p, 1, 1),
            width = window_reach(p, 2, dim_high(p->out[2]));
    Value *w = packed_channelwise_bytes(n, n->in[CONV_W], dim_value(c->in_channels), taps),
          *zeros = packed_zeros(n, n->in[CONV_W], n->in[CONV_W_ZERO], dim_value(c->in_channels)),
          *ring = scratch(n, "ring", DT_INT32, dim_const(words_of_quads(n, taps + lines * width)));
    Step *s = step_call(n, "%s", words_kernel(n, "qconv_channelwise"));
    arg_in(s, "x", n->in[CONV_X]);
    arg_in(s, "w", w);
    arg_in(s, "w_zero", zeros);
    arg_in(s, "bias", all_zero(input_of(n, CONV_BIAS)) ? NULL : n->in[CONV_BIAS]);
    arg_in(s, "multiplier", r->multiplier);
    arg_out(s, "y", n->out[0]);
    arg_out(s, "scratch", ring);
    arg_window(s, p);
    arg_struct(s, "c", "struct qquad_conv");
    arg_field(s, "batch", c->batch);
    arg_field(s, "channels", c->in_channels);
    fields_of_x(s, r);
    arg_field_int(s, "lines", lines);
    arg_field_int(s, "width", width);
    return s;
}

static Step *call_product(Node *n, const Conv *c, const Requantize *r)
{
    const Window *p = &c->window;
    Dim pixels = dim_mul(dim_mul(c->batch, p->out[0]), dim_mul(p->out[1], p->out[2]));
    Product product = product_of(n->in[CONV_X], n->in[CONV_W], n->out[0], pixels, c->out_channels, c->in_channels);
    return words_product(n, &product, n->in[CONV_X_ZERO], n->in[CONV_W_ZERO], input_of(n, CONV_BIAS), r);
}

Step *qconv_words(Node *n, const Conv *c, const Requantize *r)
{
    if (takes_quads(c)) return call_quads(n, c, r);
    if (conv_is_product(c)) return call_product(n, c, r);
    int64_t taps = taps_of_run(c), run = taps * dim_value(c->group_channels), filters = dim_value(c->out_channels),
            depth = dim_value(conv_taps(c));
    Value *rows = turned(n, n->in[CONV_W], c->out_channels, c->group_channels, window_kernel_size(&c->window));
    Value *weights = words_weights(n, rows, filters, depth / run, run),
          *zeros = packed_zeros(n, n->in[CONV_W], n->in[CONV_W_ZERO], filters),
          *start = words_start(n, input_of(n, CONV_BIAS), filters),
          *block = scratch(n, "block", DT_INT32, dim_const(words_block(n, depth)));
    Step *s = step_call(n, "%s", words_kernel(n, "qconv"));
    arg_in(s, "x", n->in[CONV_X]);
    arg_in(s, "w", weights);
    arg_in(s, "w_zero", zeros);
    arg_in(s, "start", start);
    arg_in(s, "multiplier", r->multiplier);
    arg_out(s, "y", n->out[0]);
    arg_out(s, "scratch", block);
    arg_window(s, &c->window);
    arg_struct(s, "c", "struct qconv_words");
    arg_field(s, "batch", c->batch);
    arg_field_int(s, "groups", c->groups);
    arg_field(s, "channels", c->group_channels);
    arg_field_int(s, "filters", filters / c->groups);
    fields_of_x(s, r);
    arg_field_int(s, "taps", taps);
    return s;
}
