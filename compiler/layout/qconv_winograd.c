/* qconv_winograd: QLinearConv of images with their channels last by Winograd's algorithm (qconv_winograd.c of the
 * kernel library): for targets whose vectors multiply numbers of 16 bits as fast as bytes, windows of 3 x 3 that move
 * by 1, and sizes where the products that are saved outweigh the transformations. */
#include "kernels.h"
#include "layout/qconv_last.h"

#include <stdlib.h>

/* Transformed weights take 32 bytes each nine, in place of 9: those of a layer at most MOST_BYTES. Read for every block
 * of tiles, they cost about a tile's work each BYTES_PER_TILE. */
enum { MOST_BYTES = 1 << 20, BYTES_PER_TILE = 1 << 16, BLOCK_TILES = 32, MOST_SUM = 1 << 29 };

/* Of the result's: even. */
typedef struct {
    int64_t lines, width;
} Block;

static int64_t ceil_div(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

/* Tiles of 2 x 2 pixels, filled up to those that are multiplied together. */
static int64_t tiles_of(int64_t lines, int64_t width)
{
    return ceil_div(ceil_div(lines, 2) * ceil_div(width, 2), QWINOGRAD_TILES) * QWINOGRAD_TILES;
}

/* Of an image of the result. */
static int64_t pixels_of(const Conv *c)
{
    return dim_value(dim_mul(c->window.out[1], c->window.out[2]));
}

static int64_t weight_bytes(const Conv *c)
{
    return QWINOGRAD_PLACES * dim_value(c->in_channels) * dim_value(c->out_channels) * (int64_t)sizeof(int16_t);
}

/* Tiles of an image in such blocks; those at its right and lower edge may be smaller. */
static int64_t tiles_in(const Conv *c, Block b)
{
    int64_t height = dim_value(c->window.out[1]), width = dim_value(c->window.out[2]);
    int64_t down = height / b.lines, across = width / b.width, lines = height % b.lines, columns = width % b.width;
    return down * across * tiles_of(b.lines, b.width) + down * tiles_of(b.lines, columns) +
           across * tiles_of(lines, b.width) + tiles_of(lines, columns);
}

static int64_t work_in(const Conv *c, Block b)
{
    int64_t blocks = ceil_div(dim_value(c->window.out[1]), b.lines) * ceil_div(dim_value(c->window.out[2]), b.width);
    return tiles_in(c, b) + blocks * (weight_bytes(c) / BYTES_PER_TILE);
}

/* The smallest of those with the least work: parts of two lines, or some whole lines. */
static Block block_of(const Conv *c)
{
    int64_t across = ceil_div(dim_value(c->window.out[2]), 2), down = ceil_div(dim_value(c->window.out[1]), 2);
    Block best = {2, 2 * (across < BLOCK_TILES ? across : BLOCK_TILES)};
    for (int64_t i = 2; i <= down && i * across <= BLOCK_TILES; i++) {
        Block more = {2 * i, 2 * across};
        if (work_in(c, more) < work_in(c, best)) best = more;
    }
    return best;
}

/* Instructions that both ways take, counted on aarch64 and in tenths: 2.4 for each of a pixel's nine products, 4.5 for
 * the 16 of a tile, 11 for a channel of a tile, 20 for a filter of it. A quarter less should be worth the weights. */
static bool is_worth_it(const Conv *c)
{
    int64_t channels = dim_value(c->in_channels), filters = dim_value(c->out_channels),
            tiles = tiles_in(c, block_of(c));
    int64_t direct = 24 * pixels_of(c) * channels * filters,
            tile = 45 * channels * filters + 110 * channels + 200 * filters;
    return tiles * tile <= direct - direct / 4;
}

static bool is_window(const Conv *c)
{
    for (int i = 0; i < MAX_SPATIAL; i++)
        if (c->window.stride[i] != 1 || c->window.dilation[i] != 1 || !dim_is(c->window.kernel[i], i ? 3 : 1))
            return false;
    return c->groups == 1 && dim_is(c->window.in[0], 1) && dim_is_const(c->window.out[1]) &&
           dim_is_const(c->window.out[2]) && pixels_of(c) > 0 && pixels_of(c) <= INT32_MAX / 2;
}

/* Do four times the sums, which may be those of any x, have 32 bits? */
static bool sums_fit(const Node *n, const Conv *c)
{
    const Value *w = n->in[CONV_W], *w_zero = n->in[CONV_W_ZERO], *bias = input_of(n, CONV_BIAS);
    int64_t taps = dim_value(conv_taps(c));
    for (int64_t f = 0; f < dim_value(c->out_channels); f++) {
        int64_t zero = w_zero ? const_as_int(w_zero, per_channel(w_zero) ? f : 0) : 0,
                sum = bias ? llabs(const_as_int(bias, f)) : 0;
        for (int64_t k = 0; k < taps; k++) sum += UINT8_MAX * llabs(const_as_int(w, f * taps + k) - zero);
        if (sum >= MOST_SUM) return false;
    }
    return true;
}

bool qconv_fits_winograd(const Node *n, const Conv *c)
{
    const Options *o = &n->graph->model->options;
    if (!target_multiplies_halves(o->target) || optimize_for(o) != OPTIMIZE_SPEED || !is_window(c)) return false;
    if (dim_value(c->in_channels) % 8 || dim_value(c->out_channels) % QWINOGRAD_FILTERS) return false;
    return weight_bytes(c) <= MOST_BYTES && is_worth_it(c) && sums_fit(n, c);
}

/* -- the call ---------------------------------------------------------------------------------- */

/* With zero points they are of this node alone. */
static Value *with_zeros(Node *n, const Shape *shape)
{
    Value *w = n->in[CONV_W];
    void *data = mem_array((size_t)dim_value(shape_elements(shape)) + 1, sizeof(int16_t));
    Value *v = value_const(n->graph, foreign_suffixed(w->wanted, "/packed"), DT_INT16, shape, data);
    v->origin = "transformed for Winograd's algorithm, less zero points";
    return v;
}

static Value *packed_weights(Node *n, const Conv *c)
{
    int64_t channels = dim_value(c->in_channels), filters = dim_value(c->out_channels);
    int64_t panels = filters / QWINOGRAD_FILTERS;
    Shape shape = shape_const(4, (int64_t[]){panels, QWINOGRAD_PLACES, channels, QWINOGRAD_FILTERS});
    Value *w = n->in[CONV_W], *zeros = packed_zeros(n, w, n->in[CONV_W_ZERO], filters);
    bool is_new = true;
    Value *v = zeros ? with_zeros(n, &shape)
                     : packed_constant(n, w, DT_INT16, "transformed for Winograd's algorithm", &shape, &is_new);
    if (is_new)
        pack_winograd_bytes(w->data, zeros ? zeros->data : NULL, (int16_t *)v->data, (int32_t)channels,
                            (int32_t)filters, w->type.dtype == DT_UINT8 ? 128 : 0);
    return v;
}

static void arg_scratch(Step *s, const Conv *c, Block b)
{
    Node *n = s->node;
    int64_t channels = dim_value(c->in_channels), tiles = tiles_of(b.lines, b.width);
    arg_out(s, "seen", scratch(n, "block", DT_UINT8, dim_const((b.lines + 2) * (b.width + 2) * channels + 3)));
    arg_out(s, "v", scratch(n, "tiles_in", DT_INT16, dim_const(QWINOGRAD_PLACES * tiles * channels)));
    arg_out(s, "m",
            scratch(n, "tiles_out", DT_INT32, dim_const(QWINOGRAD_PLACES * QWINOGRAD_TILES * QWINOGRAD_FILTERS)));
}

Step *qconv_by_winograd(Node *n, const Conv *c, const Requantize *r)
{
    Block block = block_of(c);
    Step *s = step_call(n, "qconv_winograd");
    arg_in(s, "x", n->in[CONV_X]);
    arg_in(s, "w", packed_weights(n, c));
    arg_in(s, "start",
           packed_start(n, input_of(n, CONV_BIAS), n->in[CONV_X_ZERO], n->in[CONV_X], n->in[CONV_W], n->in[CONV_W_ZERO],
                        c->out_channels, conv_taps(c)));
    arg_requantize(s, r);
    arg_out(s, "y", n->out[0]);
    arg_scratch(s, c, block);
    arg_window(s, &c->window);
    arg_struct(s, "c", "struct qconv_winograd");
    arg_field(s, "batch", c->batch);
    arg_field(s, "channels", c->in_channels);
    arg_field(s, "filters", c->out_channels);
    arg_field_int(s, "x_zero", const_as_int(n->in[CONV_X_ZERO], 0));
    arg_field_int(s, "x_signed", n->in[CONV_X]->type.dtype == DT_INT8);
    arg_field_int(s, "multiplier_step", per_channel(r->multiplier));
    arg_field_int(s, "lines", block.lines);
    arg_field_int(s, "width", block.width);
    return s;
}
