/* conv_last: convolutions of images with their channels last, on register tiles (conv_packed.c of the kernel library),
 * and channel by channel (window_channelwise.c). Weights are packed at compile time. */
#include "ops/shared/shared.h"
#include "kernels.h"
#include "layout/layout.h"

enum { MIN_GROUP_OUTPUTS = 4, MAX_NARROW = 4, MAX_CHUNK = 1024, MAX_PLANES = 4 };

static bool read_conv(Node *n, Conv *c)
{
    Shape x = n->in[0]->type.shape;
    if (n->op == &op_conv_last && !conv_takes_first(n)) x = channels_first(&x);
    return conv_read_image(n, &x, 1, 2, c);
}

static int64_t group_outputs(const Conv *c)
{
    return dim_value(c->out_channels) / c->groups;
}

/* So few filters that vectors of output channels would be mostly empty. */
static bool is_narrow(Node *n, const Conv *c)
{
    return c->groups == 1 && dim_high(c->out_channels) <= MAX_NARROW && !conv_takes_first(n);
}

bool conv_fits_last(Node *n)
{
    Conv c;
    const Value *w = input_of(n, 1), *b = input_of(n, 2);
    if (n->in[0]->type.dtype != DT_FLOAT || !value_is_const(w) || (b && b->type.dtype != DT_FLOAT) || !read_conv(n, &c))
        return false;
    if (!dim_is_const(c.in_channels) || dim_is(elements(w), 0) || dim_is(elements(n->in[0]), 0)) return false;
    return c.groups == 1 || conv_is_channelwise(&c) || group_outputs(&c) >= MIN_GROUP_OUTPUTS;
}

bool conv_takes_first(Node *n)
{
    if (n->op == &op_conv_last) return own_int(n, "channels_first", 0) != 0;
    return n->in[0]->is_input && n->in[0]->type.shape.rank <= 4 && attr_int(n, "group", 1) == 1 &&
           dim_high(n->in[1]->type.shape.dim[1]) <= MAX_PLANES;
}

void conv_make_last(Node *n)
{
    if (conv_takes_first(n)) own_set_int(n, "channels_first", 1);
    n->op = &op_conv_last;
}

bool conv_adds(Node *n)
{
    Conv c;
    return !input_of(n, 3) && read_conv(n, &c) && !conv_is_channelwise(&c) && !is_narrow(n, &c);
}

/* A window of 3 x 3 for which Winograd's algorithm saves products, unless the image is known to be too small. Where
 * only the run tells how large the image is, the kernel decides by the same rule. */
static bool is_winograd(const Node *n, const Conv *c)
{
    enum { MIN_CHANNELS = 16 };
    int64_t channels = dim_value(c->in_channels), filters = dim_value(c->out_channels);
    if (optimize_for(&n->graph->model->options) != OPTIMIZE_SPEED)
        return false;                              /* it takes the memory of several images */
    if (weights_narrow(n, n->in[1])) return false; /* those it has transformed are floats */
    for (int i = 0; i < MAX_SPATIAL; i++)
        if (c->window.stride[i] != 1 || c->window.dilation[i] != 1 || !dim_is(c->window.kernel[i], i ? 3 : 1))
            return false;
    if (c->groups != 1 || channels < MIN_CHANNELS || channels > MAX_CHUNK || filters < MIN_CHANNELS ||
        !dim_is(c->window.in[0], 1))
        return false;
    Dim pixels = dim_mul(c->batch, dim_mul(c->window.out[1], c->window.out[2]));
    return dim_high(pixels) >= WINOGRAD_PIXELS && dim_high(pixels) >= WINOGRAD_PRODUCTS / (channels * filters);
}

bool conv_activates(Node *n)
{
    Conv c;
    bool is_free = !n->activation.function && !isfinite(n->clamp_low) && !isfinite(n->clamp_high);
    return is_free && read_conv(n, &c) && !is_narrow(n, &c) && (conv_takes_first(n) || !is_winograd(n, &c));
}

/* -- weights ----------------------------------------------------------------------------------- */

static struct window kernel_only(const Conv *c)
{
    return (struct window){.kernel_d = (int32_t)dim_value(c->window.kernel[0]),
                           .kernel_h = (int32_t)dim_value(c->window.kernel[1]),
                           .kernel_w = (int32_t)dim_value(c->window.kernel[2])};
}

static Value *packed_panels(Node *n, const Conv *c, int32_t chunk, bool planes)
{
    const struct window window = kernel_only(c);
    const struct conv_packed p = {.groups = (int32_t)c->groups,
                                  .in_channels = (int32_t)dim_value(c->group_channels),
                                  .out_channels = (int32_t)group_outputs(c),
                                  .chunk = chunk,
                                  .x_pixel = planes ? 1 : 2};
    int64_t taps = dim_value(window_kernel_size(&c->window)),
            panels = c->groups * ((p.out_channels + PANEL - 1) / PANEL);
    Shape shape = planes ? shape_const(4, (int64_t[]){panels, p.in_channels, taps, PANEL})
                         : shape_const(4, (int64_t[]){panels, taps, p.in_channels, PANEL});
    bool is_new;
    Value *v = packed_constant(n, n->in[1], DT_FLOAT,
                               planes ? "in panels of 16 output channels"
                                      : "in panels of 16 output channels, input channels inside",
                               &shape, &is_new);
    if (is_new) pack_conv_f32(n->in[1]->data, (float *)v->data, &window, &p);
    return v;
}

/* As they are stored. */
static StoredPanels panels_of(Node *n, const Conv *c, int64_t chunk, bool planes)
{
    return stored_panels(n, n->in[1], packed_panels(n, c, (int32_t)chunk, planes),
                         dim_value(dim_mul(window_kernel_size(&c->window), c->group_channels)),
                         planes ? 1 : dim_value(c->group_channels));
}

static Value *packed_channelwise(Node *n, const Conv *c)
{
    int64_t taps = dim_value(window_kernel_size(&c->window)), channels = dim_value(c->in_channels);
    Shape shape = shape_const(2, (int64_t[]){taps, channels});
    bool is_new;
    Value *v = packed_constant(n, n->in[1], DT_FLOAT, "channels last", &shape, &is_new);
    if (is_new) pack_depthwise_f32(n->in[1]->data, (float *)v->data, (int32_t)channels, (int32_t)taps);
    return v;
}

static Value *packed_narrow(Node *n, const Conv *c)
{
    int64_t filters = dim_value(c->out_channels), taps = dim_value(window_kernel_size(&c->window)),
            channels = dim_value(c->in_channels);
    Shape shape = shape_const(3, (int64_t[]){filters, taps, channels});
    bool is_new;
    Value *v = packed_constant(n, n->in[1], DT_FLOAT, "channels last", &shape, &is_new);
    if (is_new) pack_narrow_f32(n->in[1]->data, (float *)v->data, (int32_t)filters, (int32_t)channels, (int32_t)taps);
    return v;
}

/* -- calls ------------------------------------------------------------------------------------- */

static Step *call_begin(Node *n, const char *kernel, const Conv *c, Value *w)
{
    Step *s = step_call(n, "%s", kernel);
    arg_in(s, "x", n->in[0]);
    arg_in(s, "w", w);
    arg_in(s, "b", input_of(n, 2));
    arg_out(s, "y", n->out[0]);
    arg_window(s, &c->window);
    arg_dim(s, "batch", c->batch);
    arg_dim(s, "channels", c->in_channels);
    return s;
}

static Step *call_channelwise(Node *n, const Conv *c)
{
    const char *kernel = dim_is(c->window.kernel[2], 5) ? "conv_channelwise_5_f32" : "conv_channelwise_f32";
    return call_begin(n, kernel, c, packed_channelwise(n, c));
}

static Step *call_narrow(Node *n, const Conv *c)
{
    Step *s = call_begin(n, "conv_narrow_f32", c, packed_narrow(n, c));
    arg_dim(s, "filters", c->out_channels);
    return s;
}

static Step *call_product(Node *n, const Conv *c)
{
    StoredPanels w = panels_of(n, c, dim_value(c->in_channels), false);
    Step *s = step_call(n, "gemm_packed_%s", w.type);
    arg_in(s, "a", n->in[0]);
    arg_panels(s, &w);
    arg_in(s, "bias", input_of(n, 2));
    arg_in(s, "add", input_of(n, 3));
    arg_out(s, "y", n->out[0]);
    arg_struct(s, "p", "struct gemm_packed");
    arg_field(s, "m", dim_mul(c->batch, dim_mul(dim_mul(c->window.out[0], c->window.out[1]), c->window.out[2])));
    arg_field(s, "n", c->out_channels);
    arg_field(s, "k", c->in_channels);
    arg_field(s, "a_row", c->in_channels);
    arg_field(s, "y_row", c->out_channels);
    return s;
}

/* All tiles of the images. */
static Dim winograd_image(const Conv *c)
{
    Dim side = dim_const(WINOGRAD_SIDE);
    return dim_mul(c->batch, dim_mul(dim_ceildiv(c->window.out[1], side), dim_ceildiv(c->window.out[2], side)));
}

static void arg_winograd_scratch(Step *s, Node *n, const Conv *c)
{
    int32_t channels = (int32_t)dim_value(c->in_channels), all = (int32_t)dim_value(c->out_channels);
    int32_t filters = PANEL * winograd_panels(channels, all), tiles = winograd_tiles(channels, all);
    int64_t image = dim_high(winograd_image(c));
    if (image < tiles) tiles = (int32_t)image;
    arg_out(s, "u",
            scratch(n, "weights", DT_FLOAT, dim_const(WINOGRAD_PLACES * (int64_t)winograd_place(filters, channels))));
    arg_out(s, "v",
            scratch(n, "tiles_in", DT_FLOAT, dim_const(WINOGRAD_PLACES * (int64_t)winograd_place(tiles, channels))));
    arg_out(s, "m",
            scratch(n, "tiles_out", DT_FLOAT, dim_const(WINOGRAD_PLACES * (int64_t)winograd_place(tiles, filters))));
}

/* The kernel for planes; rows of y that are known to be short are better off with the common one. */
static const char *planes_kernel(const Conv *c)
{
    struct window window = kernel_only(c);
    if (c->window.stride[2] > 2 || c->window.dilation[1] > PLANES_FLOATS || c->window.dilation[2] > PLANES_FLOATS)
        return "conv_packed_f32";
    window.stride_w = (int32_t)c->window.stride[2];
    window.dilation_h = (int32_t)c->window.dilation[1];
    window.dilation_w = (int32_t)c->window.dilation[2];
    if (dim_high(c->window.out[2]) < PLANES_LEAST || !planes_fit(&window, (int32_t)dim_value(c->in_channels)))
        return "conv_packed_f32";
    return window.stride_w == 1 ? "conv_planes_1_f32" : "conv_planes_2_f32";
}

static Step *call_panels(Node *n, const Conv *c)
{
    bool planes = conv_takes_first(n), winograd = !planes && is_winograd(n, c);
    int64_t channels = dim_value(c->group_channels),
            chunk = planes || channels < MAX_CHUNK || takes_scalars(&n->graph->model->options) ? channels : MAX_CHUNK;
    StoredPanels w = winograd ? (StoredPanels){"f32", packed_panels(n, c, (int32_t)chunk, planes), NULL}
                              : panels_of(n, c, chunk, planes);
    const char *any = mem_printf("conv_packed_%s", w.type);
    Step *s = step_call(n, "%s",
                        winograd                                ? "conv_winograd_f32"
                        : planes && w.w->type.dtype == DT_FLOAT ? planes_kernel(c)
                                                                : any);
    arg_in(s, "x", n->in[0]);
    arg_panels(s, &w);
    arg_in(s, "b", input_of(n, 2));
    arg_in(s, "add", input_of(n, 3));
    arg_out(s, "y", n->out[0]);
    if (winograd) arg_winograd_scratch(s, n, c);
    arg_window(s, &c->window);
    arg_struct(s, "c", "struct conv_packed");
    arg_field(s, "batch", c->batch);
    arg_field_int(s, "groups", c->groups);
    arg_field_int(s, "in_channels", channels);
    arg_field_int(s, "out_channels", group_outputs(c));
    arg_field_int(s, "chunk", chunk);
    arg_field(s, "x_pixel", planes ? dim_const(1) : c->in_channels);
    arg_field(s, "y_pixel", c->out_channels);
    return s;
}

static void lower_conv_last(Node *n)
{
    Conv c;
    if (!read_conv(n, &c)) return;
    Step *s = conv_is_channelwise(&c)                       ? call_channelwise(n, &c)
              : is_narrow(n, &c)                            ? call_narrow(n, &c)
              : conv_is_product(&c) && !conv_takes_first(n) ? call_product(n, &c)
                                                            : call_panels(n, &c);
    /* the kernels have one pair of numbers: bounds, or what the activation takes */
    const Activation *a = &n->activation;
    arg_real(s, "low", (double)(a->function ? a->parameters[0] : n->clamp_low));
    arg_real(s, "high", (double)(a->function ? a->parameters[1] : n->clamp_high));
    if (step_arg(s, "activation")) arg_function(s, "activation", a->function);
    s->macs = dim_high(dim_mul(elements(n->out[0]), conv_taps(&c)));
}

const Op op_conv_last = {.name = "Conv", .domain = "", .since = 1, .lower = lower_conv_last, .flags = OP_CLAMPS};
