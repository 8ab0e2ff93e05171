/* qconv_last: QLinearConv of images with their channels last, with constant weights: on register
 * tiles, or channel by channel. */
#include "ops/shared/shared.h"
#include "kernels.h"
#include "layout/layout.h"
#include "layout/qconv_last.h"

enum { MIN_GROUP_FILTERS = 4 };

static bool read_conv(Node *n, Conv *c)
{
    Shape x = n->in[CONV_X]->type.shape;
    if (n->op == &op_qconv_last) x = channels_first(&x);
    return conv_read_image(n, &x, CONV_W, CONV_BIAS, c);
}

bool qconv_fits_last(Node *n)
{
    static const int parameters[] = {CONV_X_SCALE, CONV_X_ZERO, CONV_W_SCALE, CONV_W_ZERO,
                                     CONV_Y_SCALE, CONV_Y_ZERO, CONV_BIAS};
    Conv c;
    if (!known_parameters(n, parameters, 7) || !packs_bytes(n->in[CONV_W], n->in[CONV_W_ZERO]) || !read_conv(n, &c))
        return false;
    if (!dim_is_const(c.in_channels) || dim_is(elements(n->in[CONV_W]), 0) || dim_is(elements(n->in[CONV_X]), 0))
        return false;
    return c.groups == 1 || conv_is_channelwise(&c) || dim_value(c.out_channels) / c.groups >= MIN_GROUP_FILTERS;
}

/* `start` is what sums start with, by the name that the kernel has for it. */
static Step *call_begin(Node *n, const char *kernel, const Requantize *r, Value *w, const char *start_name,
                        Value *start)
{
    Step *s = step_call(n, "%s", kernel);
    arg_in(s, "x", n->in[CONV_X]);
    arg_in(s, "w", w);
    arg_in(s, start_name, start);
    arg_in(s, "w_zeros",
           packed_zeros(n, n->in[CONV_W], n->in[CONV_W_ZERO], dim_value(n->in[CONV_W]->type.shape.dim[0])));
    arg_requantize(s, r);
    arg_out(s, "y", n->out[0]);
    return s;
}

static void fields_of_x(Step *s, const Requantize *r)
{
    const Node *n = s->node;
    arg_field_int(s, "x_zero", const_as_int(n->in[CONV_X_ZERO], 0));
    arg_field_int(s, "x_signed", n->in[CONV_X]->type.dtype == DT_INT8);
    arg_field_int(s, "multiplier_step", per_channel(r->multiplier));
}

static Step *call_channelwise(Node *n, const Conv *c, const Requantize *r)
{
    Value *w = packed_channelwise_bytes(n, n->in[CONV_W], dim_value(c->in_channels), dim_value(conv_taps(c)));
    Step *s = call_begin(n, "qconv_channelwise", r, w, "bias",
                         all_zero(input_of(n, CONV_BIAS)) ? NULL : n->in[CONV_BIAS]);
    arg_window(s, &c->window);
    arg_struct(s, "c", "struct qchannelwise");
    arg_field(s, "batch", c->batch);
    arg_field(s, "channels", c->in_channels);
    fields_of_x(s, r);
    return s;
}

/* The runs of neighbouring bytes that a pixel of the result sees of a block, or, in place, of the image. */
typedef struct {
    int64_t taps, bytes, count, *starts;
} Runs;

static Runs runs_of(const Conv *c)
{
    const Window *w = &c->window;
    int64_t taps = c->groups == 1 && w->dilation[2] == 1 ? dim_value(w->kernel[2]) : 1;
    return (Runs){taps, taps * dim_value(c->group_channels), dim_value(window_kernel_size(w)) / taps, NULL};
}

/* Of lines of so many pixels, where planes that the window sees are so many lines apart. */
static void place_runs(Runs *r, const Conv *c, int64_t width, int64_t plane)
{
    const Window *w = &c->window;
    int64_t pixel = dim_value(c->in_channels), columns = dim_value(w->kernel[2]) / r->taps,
            rows = dim_value(w->kernel[1]);
    r->starts = mem_array((size_t)r->count, sizeof *r->starts);
    for (int64_t i = 0; i < r->count; i++) {
        int64_t line = i / columns / rows * plane + i / columns % rows * w->dilation[1],
                column = i % columns * w->dilation[2];
        r->starts[i] = (line * width + column) * pixel;
    }
}

/* In place if no window reaches over an edge, and distances in the image are known. */
static bool reads_in_place(const Node *n, const Conv *c, const Runs *r)
{
    const Window *w = &c->window;
    for (int i = 0; i < MAX_SPATIAL; i++)
        if (!dim_is(w->pad_begin[i], 0) || !dim_is(w->pad_end[i], 0) || (r->count > 1 && !dim_is_const(w->in[i])))
            return false;
    return packed_in_place(n->in[CONV_X], r->bytes) && dim_high(elements(n->in[CONV_X])) < INT32_MAX;
}

static Step *call_panels(Node *n, const Conv *c, const Requantize *r)
{
    Value *x = n->in[CONV_X];
    Runs runs = runs_of(c);
    bool in_place = reads_in_place(n, c, &runs);
    PackedBlock block = in_place ? packed_conv_block_in_place(c)
                                 : packed_conv_block(c, dim_high(elements(x)) + dim_high(elements(n->out[0])));
    if (in_place) place_runs(&runs, c, dim_high(c->window.in[2]), dim_high(c->window.in[1]) * c->window.dilation[0]);
    else place_runs(&runs, c, window_reach(&c->window, 2, block.width), window_reach(&c->window, 1, block.lines));
    int64_t filters = dim_value(c->out_channels) / c->groups;
    Value *rows = turned(n, n->in[CONV_W], c->out_channels, c->group_channels, window_kernel_size(&c->window));
    Value *start = packed_start(n, input_of(n, CONV_BIAS), n->in[CONV_X_ZERO], x, rows, n->in[CONV_W_ZERO],
                                c->out_channels, conv_taps(c));
    Step *s = call_begin(n, "qconv_packed", r, packed_bytes(n, rows, c->groups, filters, runs.count, runs.bytes),
                         "start", start);
    arg_out(s, "scratch", in_place ? NULL : scratch(n, "block", DT_UINT8, dim_const(block.bytes)));
    arg_ints(s, "runs", (int)runs.count, runs.starts);
    arg_window(s, &c->window);
    arg_struct(s, "c", "struct qconv_packed");
    arg_field(s, "batch", c->batch);
    arg_field_int(s, "groups", c->groups);
    arg_field(s, "channels", c->group_channels);
    arg_field_int(s, "filters", filters);
    fields_of_x(s, r);
    arg_field_int(s, "n_runs", runs.count);
    arg_field_int(s, "run", runs.bytes);
    arg_field_int(s, "lines", block.lines);
    arg_field_int(s, "width", block.width);
    return s;
}

static Step *call_compact(Node *n, const Conv *c, const Requantize *r)
{
    const Window *p = &c->window;
    ByteOperands q = {.x = n->in[CONV_X],
                      .w = n->in[CONV_W],
                      .y = n->out[0],
                      .bias = input_of(n, CONV_BIAS),
                      .zero_x = n->in[CONV_X_ZERO],
                      .zero_w = n->in[CONV_W_ZERO]};
    Dim pixels = dim_mul(dim_mul(c->batch, p->out[0]), dim_mul(p->out[1], p->out[2]));
    return conv_is_product(c) ? compact_product(n, pixels, c->in_channels, &q, r) : compact_conv(n, c, &q, r);
}

static Step *call_kernel(Node *n, const Conv *c, const Requantize *r)
{
    if (takes_compact(n, r)) return call_compact(n, c, r);
    Step *s = NULL;
    switch (n->graph->model->options.target->multiplier) {
    case MULTIPLY_WORDS:
    case MULTIPLY_PAIRS:
        if (requantizes_words(r)) s = qconv_words(n, c, r);
        break;
    case MULTIPLY_HELIUM: s = qconv_fits_helium(n, c) ? qconv_helium(n, c, r) : NULL; break;
    case MULTIPLY_PORTABLE: s = qconv_fits_winograd(n, c) ? qconv_by_winograd(n, c, r) : NULL; break;
    }
    if (s) return s;
    return conv_is_channelwise(c) ? call_channelwise(n, c, r) : call_panels(n, c, r);
}

static void lower_qconv_last(Node *n)
{
    Conv c;
    if (!read_conv(n, &c)) return;
    Requantize r = requantize_of(n, n->in[CONV_X_SCALE], n->in[CONV_W_SCALE], n->in[CONV_Y_SCALE], n->in[CONV_Y_ZERO],
                                 1);
    Step *s = call_kernel(n, &c, &r);
    s->macs = dim_high(dim_mul(elements(n->out[0]), conv_taps(&c)));
}

const Op op_qconv_last = {
    .name = "QLinearConv", .domain = "", .since = 10, .lower = lower_qconv_last, .flags = OP_CLAMPS};
