/* quantized_packed: constant 8-bit weights in panels (tile_bytes.c of the kernel library), and
 * what else its kernels take. */
#include "kernels.h"
#include "ops/shared/quantized.h"

enum { SIGN_BIT = 128, BLOCK = 8, NEAR_BLOCK = 64, NEAR_WEIGHTS = 1 << 18, FAR_BYTES = 3 << 16, OPERAND_PART = 16 };

static int32_t flip_of(const Value *w)
{
    return w->type.dtype == DT_UINT8 ? SIGN_BIT : 0;
}

bool packs_bytes(const Value *w, const Value *zero_w)
{
    return value_is_const(w) && (!zero_w || value_is_const(zero_w));
}

/* Unsigned weights become signed ones when their sign bits are inverted, which takes 128 away from
 * their zero points, too. */
static int32_t packed_zero(const Value *w, const Value *zero_w, int64_t i)
{
    return (zero_w ? (int32_t)const_as_int(zero_w, per_channel(zero_w) ? i : 0) : 0) - flip_of(w);
}

Value *packed_zeros(Node *n, const Value *w, const Value *zero_w, int64_t count)
{
    int32_t *zeros = mem_array((size_t)count + 1, sizeof *zeros);
    bool any = false;
    for (int64_t i = 0; i < count; i++) any = (zeros[i] = packed_zero(w, zero_w, i)) || any;
    if (!any) return NULL;
    Shape shape = shape_const(1, &count);
    Value *v = value_const(n->graph, foreign_suffixed(w->wanted, "/zeros"), DT_INT32, &shape, zeros);
    v->origin = "zero points of the packed weights";
    return v;
}

Value *packed_bytes(Node *n, Value *w, int64_t groups, int64_t filters, int64_t runs, int64_t run)
{
    Shape shape = shape_const(4, (int64_t[]){groups, filters, runs, (run + 3) / 4 * 4});
    bool is_new;
    Value *v = packed_constant(n, w, DT_INT8, "in panels of 16, by fours", &shape, &is_new);
    if (is_new)
        pack_bytes(w->data, (int8_t *)v->data, (int32_t)groups, (int32_t)filters, (int32_t)runs, (int32_t)run,
                   flip_of(w));
    return v;
}

Value *packed_channelwise_bytes(Node *n, Value *w, int64_t channels, int64_t taps)
{
    Shape shape = shape_const(2, (int64_t[]){taps, channels});
    bool is_new;
    Value *v = packed_constant(n, w, DT_INT8, "channels last", &shape, &is_new);
    if (is_new) pack_channelwise_bytes(w->data, (int8_t *)v->data, (int32_t)channels, (int32_t)taps, flip_of(w));
    return v;
}

/* Sign bits of signed bytes are inverted before they are multiplied, which adds 128 to their zero point. */
Value *packed_start(Node *n, Value *bias, Value *zero_a, const Value *a, Value *w, Value *zero_w, Dim rows, Dim depth)
{
    if (a->type.dtype == DT_INT8)
        zero_a = const_scalar(n, DT_UINT8, SIGN_BIT + (zero_a ? (double)const_as_int(zero_a, 0) : 0));
    return product_bias(n, bias, zero_a, w, zero_w, rows, depth);
}

bool packed_in_place(const Value *x, int64_t run)
{
    return x->type.dtype == DT_UINT8 && run % 4 == 0;
}

/* The more rows at a time, the less often the weights are read. Far weights, which don't stay in the second-level
 * cache, should be read for many; for others the rows should be few beside the operands in memory. */
static int64_t rows_bytes(int64_t weights, int64_t operand_bytes)
{
    return weights > NEAR_WEIGHTS ? FAR_BYTES : operand_bytes / OPERAND_PART;
}

int64_t packed_block(Dim rows, int64_t filters, int64_t depth, int64_t operand_bytes)
{
    bool far = filters * depth > NEAR_WEIGHTS;
    int64_t block = rows_bytes(filters * depth, operand_bytes) / depth / BLOCK * BLOCK, most = dim_high(rows);
    if (block < BLOCK) block = BLOCK;
    if (!far && block > NEAR_BLOCK) block = NEAR_BLOCK;
    return block < most ? block : most > 0 ? most : 1;
}

static int64_t at_least_one(int64_t count, Dim most)
{
    if (count > dim_high(most)) count = dim_high(most);
    return count > 0 ? count : 1;
}

/* How many places of a window take up to `size` pixels along dimension i, and the pixels that so many take. */
static int64_t places_within(int64_t size, const Window *w, int i)
{
    int64_t seen = window_reach(w, i, 1);
    return at_least_one(size < seen ? 1 : (size - seen) / w->stride[i] + 1, w->out[i]);
}

/* Whole lines of the result, if what one of them sees is small enough, or a part of one. */
PackedBlock packed_conv_block(const Conv *c, int64_t operand_bytes)
{
    const Window *w = &c->window;
    int64_t pixel = dim_value(c->in_channels) * dim_value(w->kernel[0]), depth = dim_value(conv_taps(c));
    int64_t bytes = rows_bytes(dim_value(c->out_channels) / c->groups * depth, operand_bytes),
            size = bytes / pixel / window_reach(w, 1, 1);
    int64_t least = window_reach(w, 2, BLOCK), width = places_within(size < least ? least : size, w, 2),
            line = window_reach(w, 2, width) * pixel;
    int64_t lines = width < dim_high(w->out[2]) ? 1 : places_within(bytes / line, w, 1);
    return (PackedBlock){lines, width, window_reach(w, 1, lines) * line + 3};
}

/* The same where nothing is copied. */
PackedBlock packed_conv_block_in_place(const Conv *c)
{
    const Window *w = &c->window;
    int64_t filters = dim_value(c->out_channels) / c->groups, depth = dim_value(conv_taps(c));
    int64_t rows = filters * depth > NEAR_WEIGHTS ? FAR_BYTES / depth : NEAR_BLOCK,
            width = at_least_one(rows, w->out[2]);
    return (PackedBlock){width < dim_high(w->out[2]) ? 1 : at_least_one(rows / width, w->out[1]), width, 0};
}

void arg_requantize(Step *s, const Requantize *r)
{
    arg_in(s, "multiplier", r->multiplier);
    arg_int(s, "zero", r->zero);
    arg_int(s, "low", r->low);
    arg_int(s, "high", r->high);
}

void fields_of_requantize(Step *s, const Requantize *r)
{
    arg_field_int(s, "multiplier_step", per_channel(r->multiplier));
    arg_field_int(s, "zero", r->zero);
    arg_field_int(s, "low", r->low);
    arg_field_int(s, "high", r->high);
}
