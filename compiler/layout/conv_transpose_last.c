/* conv_transpose_last: transposed convolutions of images with their channels last (conv_transpose_packed.c of the
 * kernel library). Weights are packed at compile time, phase by phase. */
#include "ops/shared/shared.h"
#include "kernels.h"
#include "layout/layout.h"

enum { MIN_GROUP_OUTPUTS = 3 };

static bool read_image(Node *n, ConvTranspose *c)
{
    Shape x = n->in[0]->type.shape;
    if (n->op == &op_conv_transpose_last) x = channels_first(&x);
    return conv_transpose_read(n, &x, c);
}

bool conv_transpose_fits_last(Node *n)
{
    ConvTranspose c;
    const Value *w = input_of(n, 1), *b = input_of(n, 2);
    if (n->in[0]->type.dtype != DT_FLOAT || !value_is_const(w) || (b && b->type.dtype != DT_FLOAT) ||
        !read_image(n, &c))
        return false;
    if (!dim_is_const(c.in_channels) || dim_is(elements(w), 0) || dim_is(elements(n->in[0]), 0)) return false;
    for (int i = 0; i < MAX_SPATIAL; i++)
        if (c.window.dilation[i] != 1 || !dim_is_const(c.window.pad_begin[i])) return false;
    return dim_value(c.out_channels) / c.groups >= MIN_GROUP_OUTPUTS;
}

typedef struct {
    int32_t in_channels, out_channels, groups; /* channels of a group */
    struct phase d, h, w;
} Phase;

/* The weights of a phase as those of a convolution: [out channel][in channel][taps in reverse]. */
static float *phase_weights(const Phase *p, const float *w, const Window *window, const int32_t *first)
{
    int32_t kernel[MAX_SPATIAL], stride[MAX_SPATIAL];
    for (int i = 0; i < MAX_SPATIAL; i++)
        kernel[i] = (int32_t)dim_value(window->kernel[i]), stride[i] = (int32_t)window->stride[i];
    size_t taps = (size_t)p->d.kernel * (size_t)p->h.kernel * (size_t)p->w.kernel,
           count = (size_t)p->groups * (size_t)p->out_channels * (size_t)p->in_channels;
    float *all = mem_array(count * taps + 1, sizeof *all), *to = all;
    for (int32_t g = 0; g < p->groups; g++)
        for (int32_t o = 0; o < p->out_channels; o++)
            for (int32_t c = 0; c < p->in_channels; c++) {
                const float *from = w + ((size_t)(g * p->in_channels + c) * (size_t)p->out_channels + (size_t)o) *
                                            (size_t)kernel[0] * (size_t)kernel[1] * (size_t)kernel[2];
                for (int32_t d = p->d.kernel - 1; d >= 0; d--)
                    for (int32_t h = p->h.kernel - 1; h >= 0; h--)
                        for (int32_t v = p->w.kernel - 1; v >= 0; v--)
                            *to++ =
                                from[((first[0] + d * stride[0]) * kernel[1] + first[1] + h * stride[1]) * kernel[2] +
                                     first[2] + v * stride[2]];
            }
    return all;
}

static struct phase phase_at(const Window *w, int i, int32_t at, int32_t *first)
{
    int32_t stride = (int32_t)w->stride[i], pad = (int32_t)dim_value(w->pad_begin[i]);
    *first = (at + pad) % stride;
    return phase_of(at, (int32_t)dim_value(w->kernel[i]), stride, pad, 1);
}

static Value *packed_phases(Node *n, const ConvTranspose *c)
{
    const Window *w = &c->window;
    Phase p = {.in_channels = (int32_t)(dim_value(c->in_channels) / c->groups),
               .out_channels = (int32_t)(dim_value(c->out_channels) / c->groups),
               .groups = (int32_t)c->groups};
    struct conv_packed conv = {.groups = p.groups,
                               .in_channels = p.in_channels,
                               .out_channels = p.out_channels,
                               .chunk = p.in_channels,
                               .x_pixel = 2};
    int64_t panels = p.groups * ((p.out_channels + PANEL - 1) / PANEL), taps = dim_value(window_kernel_size(w));
    Shape shape = shape_const(4, (int64_t[]){taps, panels, p.in_channels, PANEL});
    size_t per_tap = (size_t)panels * PANEL * (size_t)p.in_channels;
    float *data = mem_array((size_t)taps * per_tap + 1, sizeof *data), *to = data;
    for (int32_t i = 0; i < w->stride[0] * w->stride[1] * w->stride[2]; i++) {
        int32_t first[MAX_SPATIAL];
        p.d = phase_at(w, 0, (int32_t)(i / w->stride[2] / w->stride[1]), &first[0]);
        p.h = phase_at(w, 1, (int32_t)(i / w->stride[2] % w->stride[1]), &first[1]);
        p.w = phase_at(w, 2, (int32_t)(i % w->stride[2]), &first[2]);
        const struct window kernel = {.kernel_d = p.d.kernel, .kernel_h = p.h.kernel, .kernel_w = p.w.kernel};
        pack_conv_f32(phase_weights(&p, n->in[1]->data, w, first), to, &kernel, &conv);
        to += per_tap * (size_t)p.d.kernel * (size_t)p.h.kernel * (size_t)p.w.kernel;
    }
    Value *v = value_const(n->graph, foreign_suffixed(n->in[1]->wanted, "/packed"), DT_FLOAT, &shape, data);
    v->origin = "phase by phase, in panels of 16 output channels";
    return v;
}

static void lower_conv_transpose_last(Node *n)
{
    ConvTranspose c;
    if (!read_image(n, &c)) return;
    int64_t channels = dim_value(c.in_channels) / c.groups;
    Step *s = step_call(n, "conv_transpose_packed_f32");
    arg_in(s, "x", n->in[0]);
    arg_in(s, "w", packed_phases(n, &c));
    arg_in(s, "b", input_of(n, 2));
    arg_out(s, "y", n->out[0]);
    arg_window(s, &c.window);
    arg_struct(s, "c", "struct conv_packed");
    arg_field(s, "batch", c.batch);
    arg_field_int(s, "groups", c.groups);
    arg_field_int(s, "in_channels", channels);
    arg_field_int(s, "out_channels", dim_value(c.out_channels) / c.groups);
    arg_field_int(s, "chunk", channels);
    arg_field(s, "x_pixel", c.in_channels);
    arg_field(s, "y_pixel", c.out_channels);
    arg_real(s, "low", (double)n->clamp_low);
    arg_real(s, "high", (double)n->clamp_high);
    s->macs = dim_high(dim_mul(elements(n->in[0]), shape_product(&n->in[1]->type.shape, 1, n->in[1]->type.shape.rank)));
}

const Op op_conv_transpose_last = {
    .name = "ConvTranspose", .domain = "", .since = 1, .lower = lower_conv_transpose_last, .flags = OP_CLAMPS};
