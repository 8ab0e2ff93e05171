/* How a convolution moves over its image, read from a node. */
#include "ops/shared/conv_geometry.h"

static bool need_channels(Node *n, const Conv *c, const Shape *w)
{
    Dim expected = dim_mul(w->dim[1], dim_const(c->groups));
    return need_equal(n, c->in_channels, expected, "channels of the image and those the weights are for") &&
           need_divides(n, c->out_channels, c->groups, "the number of output channels, which share the groups,");
}

bool conv_read_image(Node *n, const Shape *x, int w_input, int bias, Conv *c)
{
    const Shape *w = &n->in[w_input]->type.shape;
    Dim kernel[MAX_RANK];
    if (!need_rank(n, w_input, x->rank, x->rank) || !need_rank(n, bias, 1, 1)) return false;
    if (!window_weights(n, w, kernel) || !window_groups(n, &c->groups)) return false;
    c->batch = x->dim[0];
    c->in_channels = x->dim[1];
    c->out_channels = w->dim[0];
    c->group_channels = w->dim[1];
    if (!need_channels(n, c, w) || !window_read(n, x, kernel, window_auto_pad(n), false, &c->window)) return false;
    return !input_of(n, bias) ||
           need_equal(n, dim_at(n->in[bias], 0), c->out_channels, "elements of the bias and output channels");
}

bool conv_read(Node *n, int x, int w, int bias, Conv *c)
{
    return need_rank(n, x, 3, 2 + MAX_SPATIAL) && conv_read_image(n, &n->in[x]->type.shape, w, bias, c);
}

Dim conv_taps(const Conv *c)
{
    return dim_mul(c->group_channels, window_kernel_size(&c->window));
}

bool conv_is_channelwise(const Conv *c)
{
    return c->groups > 1 && dim_is(c->group_channels, 1) && dim_is(c->out_channels, c->groups);
}

bool conv_is_product(const Conv *c)
{
    const Window *w = &c->window;
    for (int i = 0; i < MAX_SPATIAL; i++)
        if (!dim_is(w->kernel[i], 1) || !dim_is(w->pad_begin[i], 0) || !dim_is(w->pad_end[i], 0) || w->stride[i] != 1)
            return false;
    return c->groups == 1;
}
