/* qconv_last: QLinearConv of images with their channels last, with constant weights: on register tiles, or channel by channel. */
#include "conv.h"
#include "kernels.h"
#include "layout.h"
#include "quantized.h"

enum { MIN_GROUP_FILTERS = 4 };

static bool read_conv(Node *n, Conv *c)
{
    Shape x = n->in[CONV_X]->type.shape;
    if (n->op == &op_qconv_last) x = channels_first(&x);
    return conv_read_image(n, &x, CONV_W, CONV_BIAS, c);
}

static bool is_channelwise(const Conv *c)
{
    return c->groups > 1 && dim_is(c->group_channels, 1) && dim_is(c->out_channels, c->groups);
}

bool qconv_fits_last(Node *n)
{
    static const int parameters[] = {CONV_X_SCALE, CONV_X_ZERO, CONV_W_SCALE, CONV_W_ZERO, CONV_Y_SCALE, CONV_Y_ZERO, CONV_BIAS};
    Conv c;
    if (!known_parameters(n, parameters, 7) || !packs_bytes(n->in[CONV_W], n->in[CONV_W_ZERO]) || !read_conv(n, &c)) return false;
    if (!dim_is_const(c.in_channels) || dim_is(elements(n->in[CONV_W]), 0) || dim_is(elements(n->in[CONV_X]), 0)) return false;
    return c.groups == 1 || is_channelwise(&c) || dim_value(c.out_channels) / c.groups >= MIN_GROUP_FILTERS;
}

static Step *call_begin(Node *n, const char *kernel, const Requantize *r, Value *w, Value *start)
{
    Step *s = step_call(n, "%s", kernel);
    arg_in(s, n->in[CONV_X]);
    arg_in(s, w);
    arg_in(s, start);
    arg_requantize(s, r);
    arg_out(s, n->out[0]);
    return s;
}

static void fields_of_x(Step *s, const Requantize *r)
{
    const Node *n = s->node;
    field_int(s, "x_zero", const_as_int(n->in[CONV_X_ZERO], 0));
    field_int(s, "x_signed", n->in[CONV_X]->type.dtype == DT_INT8);
    field_int(s, "multiplier_step", per_channel(r->multiplier));
}

static Step *call_channelwise(Node *n, const Conv *c, const Requantize *r)
{
    Value *w = packed_channelwise_bytes(n, n->in[CONV_W], dim_value(c->in_channels), dim_value(conv_taps(c)));
    Step *s = call_begin(n, "qconv_channelwise", r, w, all_zero(in(n, CONV_BIAS)) ? NULL : n->in[CONV_BIAS]);
    arg_window(s, &c->window);
    arg_struct(s, "struct qchannelwise");
    field(s, "batch", c->batch);
    field(s, "channels", c->in_channels);
    fields_of_x(s, r);
    return s;
}

static Step *call_panels(Node *n, const Conv *c, const Requantize *r)
{
    const Shape *y = &n->out[0]->type.shape;
    int64_t depth = dim_value(conv_taps(c)), filters = dim_value(c->out_channels) / c->groups;
    int64_t operands = dim_high(elements(n->in[CONV_X])) + dim_high(elements(n->out[0]));
    int64_t block = packed_block(shape_product(y, 1, y->rank - 1), filters, depth, operands);
    Value *rows = turned(n, n->in[CONV_W], c->out_channels, c->group_channels, window_kernel_size(&c->window));
    Value *start = packed_start(n, in(n, CONV_BIAS), n->in[CONV_X_ZERO], n->in[CONV_X], rows, n->in[CONV_W_ZERO], c->out_channels, dim_const(depth));
    Step *s = call_begin(n, "qconv_packed", r, packed_bytes(n, rows, c->groups, filters, depth), start);
    arg_out(s, packed_scratch(n, block, depth));
    arg_window(s, &c->window);
    arg_struct(s, "struct qconv_packed");
    field(s, "batch", c->batch);
    field_int(s, "groups", c->groups);
    field(s, "channels", c->group_channels);
    field_int(s, "filters", filters);
    fields_of_x(s, r);
    field_int(s, "block", block);
    return s;
}

static void lower_qconv_last(Node *n)
{
    Conv c;
    if (!read_conv(n, &c)) return;
    Requantize r = requantize_of(n, n->in[CONV_X_SCALE], n->in[CONV_W_SCALE], n->in[CONV_Y_SCALE], n->in[CONV_Y_ZERO], 1);
    Step *s = is_channelwise(&c) ? call_channelwise(n, &c, &r) : call_panels(n, &c, &r);
    s->macs = dim_high(dim_mul(elements(n->out[0]), conv_taps(&c)));
}

const Op op_qconv_last = {.name = "QLinearConv", .domain = "", .since = 10, .lower = lower_qconv_last, .flags = OP_CLAMPS};
