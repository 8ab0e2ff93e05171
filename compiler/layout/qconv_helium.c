/* qconv_helium: QLinearConv of images with their channels last by the vectors of Helium: as products of matrices, by
 * windows that are copied, or channel by channel. */
#include "kernels.h"
#include "layout/qconv_last.h"

enum { WORD = 8 }; /* bytes, of which a pointer takes up one at most */

static Step *call_begin(Node *n, const char *kernel, const char *x, Value *weights, const char *w, const Requantize *r)
{
    Step *s = step_call(n, "%s", kernel);
    arg_in(s, x, n->in[CONV_X]);
    arg_in(s, w, weights);
    arg_int(s, "zero", r->zero);
    arg_int(s, "low", r->low);
    arg_int(s, "high", r->high);
    arg_out(s, "y", n->out[0]);
    return s;
}

static Step *call_channelwise(Node *n, const Conv *c, const HeliumWeights *h)
{
    DType type = n->in[CONV_X]->type.dtype;
    int64_t words = (dim_value(c->in_channels) + WORD - 1) / WORD;
    const char *kernel = mem_printf("qchannels_helium_%s", dtype_suffix(type));
    Step *s = call_begin(n, kernel, "x", helium_sixteens(n, h), "sixteens", &h->requantize);
    arg_out(s, "scratch", scratch(n, "taps", DT_INT64, dim_const(h->depth * helium_times(h) + words)));
    arg_window(s, &c->window);
    arg_struct(s, "c", "struct qchannels_helium");
    arg_field(s, "batch", c->batch);
    arg_field(s, "channels", c->in_channels);
    arg_field_int(s, "x_zero", const_as_int(n->in[CONV_X_ZERO], 0));
    arg_field_int(s, "times", helium_times(h));
    return s;
}

static Step *call_product(Node *n, const Conv *c, const HeliumWeights *h)
{
    Dim pixels = dim_mul(c->batch, dim_mul(c->window.in[0], dim_mul(c->window.in[1], c->window.in[2])));
    return step_gemm_helium(n, n->in[CONV_X], n->out[0], pixels, h);
}

static Step *call_windows(Node *n, const Conv *c, const HeliumWeights *h)
{
    const char *kernel = mem_printf("qwindows_%s_helium", helium_weights(h));
    Step *s = call_begin(n, kernel, "x", helium_fours(n, h), "fours", &h->requantize);
    arg_out(s, "scratch", helium_scratch(n, h->depth));
    arg_window(s, &c->window);
    arg_struct(s, "c", "struct qwindows_helium");
    arg_field(s, "batch", c->batch);
    arg_field_int(s, "groups", c->groups);
    arg_field(s, "channels", c->group_channels);
    arg_field_int(s, "filters", h->filters);
    arg_field_int(s, "x_zero", const_as_int(n->in[CONV_X_ZERO], 0));
    arg_field_int(s, "x_signed", n->in[CONV_X]->type.dtype == DT_INT8);
    return s;
}

static HeliumWeights weights_of(const Node *n, const Conv *c)
{
    int64_t groups = conv_is_channelwise(c) ? 1 : c->groups;
    return (HeliumWeights){.w = n->in[CONV_W],
                           .w_zero = n->in[CONV_W_ZERO],
                           .bias = input_of(n, CONV_BIAS),
                           .groups = groups,
                           .filters = dim_value(c->out_channels) / groups,
                           .depth = dim_value(conv_taps(c)),
                           .x_zero = helium_zero(n->in[CONV_X], n->in[CONV_X_ZERO])};
}

bool qconv_fits_helium(const Node *n, const Conv *c)
{
    if (!helium_takes(n, n->in[CONV_W])) return false;
    if (!conv_is_channelwise(c)) return true;
    HeliumWeights h = weights_of(n, c);
    return helium_halves(&h) && h.depth * helium_times(&h) <= HELIUM_TAPS;
}

Step *qconv_helium(Node *n, const Conv *c, const Requantize *r)
{
    HeliumWeights h = weights_of(n, c);
    h.requantize = *r;
    if (conv_is_channelwise(c)) return call_channelwise(n, c, &h);
    h.w = turned(n, n->in[CONV_W], c->out_channels, c->group_channels, window_kernel_size(&c->window));
    return conv_is_product(c) ? call_product(n, c, &h) : call_windows(n, c, &h);
}
