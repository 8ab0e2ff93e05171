/* Conv: https://onnx.ai/onnx/operators/onnx__Conv.html
 * Its geometry is read in ops/shared/conv_geometry.c; here a kernel is chosen. */
#include "ops/shared/shared.h"
#include "kernels.h"

static void infer_conv(Node *n)
{
    Conv c;
    if (!need_counts(n, 2, 3, 1, 1) || !need_tensor_inputs(n)) return;
    if (!need_float(n, 0) || !need_same_type(n, 0, 1) || !need_same_type(n, 0, 2) || !conv_read(n, 0, 1, 2, &c)) return;
    Shape y = window_out_shape(&n->in[0]->type.shape, c.out_channels, &c.window);
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

/* -- lowering ---------------------------------------------------------------------------------- */

static void arg_channels(Step *s, const Conv *c)
{
    arg_dim(s, "in_channels", c->in_channels);
    arg_dim(s, "out_channels", c->out_channels);
    arg_real(s, "low", (double)s->node->clamp_low);
    arg_real(s, "high", (double)s->node->clamp_high);
}

static void arg_operands(Step *s)
{
    arg_in(s, "x", s->node->in[0]);
    arg_in(s, "w", s->node->in[1]);
    arg_in(s, "b", input_of(s->node, 2));
    arg_out(s, "y", s->node->out[0]);
}

static Step *conv_depthwise(Node *n, const Conv *c, const char *type)
{
    Step *s = step_call(n, "conv_depthwise_%s", type);
    arg_operands(s);
    arg_window(s, &c->window);
    arg_dim(s, "batch", c->batch);
    arg_channels(s, c);
    return s;
}

static Step *conv_panels(Node *n, const Conv *c, const char *type)
{
    Dim panel = dim_mul(dim_min(conv_taps(c), dim_const(CONV_PANEL)), dim_const(CONV_TILE));
    Value *gathered = scratch(n, "panel", n->in[0]->type.dtype, panel);
    Step *s = step_call(n, "conv_%s", type);
    arg_operands(s);
    arg_out(s, "scratch", gathered);
    arg_window(s, &c->window);
    arg_dim(s, "batch", c->batch);
    arg_int(s, "groups", c->groups);
    arg_channels(s, c);
    return s;
}

static void lower_conv(Node *n)
{
    Conv c;
    if (!conv_read(n, 0, 1, 2, &c)) return;
    const char *type = dtype_suffix(n->in[0]->type.dtype);
    Step *s = dim_is(c.group_channels, 1) && c.groups > 1 ? conv_depthwise(n, &c, type) : conv_panels(n, &c, type);
    s->macs = dim_high(dim_mul(elements(n->out[0]), conv_taps(&c)));
}

const Op ops_conv[] = {
    {.name = "Conv", .domain = "", .since = 1, .infer = infer_conv, .lower = lower_conv, .flags = OP_CLAMPS},
    {0},
};
