/* quantized_packed: constant 8-bit weights in panels (tile_bytes.c of the kernel library), and what else its kernels take. */
#include "kernels.h"
#include "quantized.h"

enum { SIGN_BIT = 128, BLOCK = 8, NEAR_BLOCK = 64, NEAR_WEIGHTS = 1 << 18, FAR_BYTES = 3 << 16, OPERAND_PART = 32 };

/* Unsigned weights become signed ones when their sign bits are inverted, which takes 128 away from their zero points, too. */
bool packs_bytes(const Value *w, const Value *zero_w)
{
    if (!value_is_const(w)) return false;
    if (w->type.dtype == DT_INT8) return all_zero(zero_w);
    if (!zero_w || !value_is_const(zero_w)) return false;
    for (int64_t i = 0; i < value_count(zero_w); i++)
        if (const_as_int(zero_w, i) != SIGN_BIT) return false;
    return true;
}

static int32_t flip_of(const Value *w)
{
    return w->type.dtype == DT_UINT8 ? SIGN_BIT : 0;
}

Value *packed_bytes(Node *n, Value *w, int64_t groups, int64_t filters, int64_t depth)
{
    Shape shape = shape_const(3, (int64_t[]){groups, filters, (depth + 3) / 4 * 4});
    bool is_new;
    Value *v = packed_constant(n, w, DT_INT8, "in panels of 16, by fours", &shape, &is_new);
    if (is_new) pack_bytes(w->data, (int8_t *)v->data, (int32_t)groups, (int32_t)filters, (int32_t)depth, flip_of(w));
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
    if (a->type.dtype == DT_INT8) zero_a = const_scalar(n, DT_UINT8, SIGN_BIT + (zero_a ? (double)const_as_int(zero_a, 0) : 0));
    return product_bias(n, bias, zero_a, w, zero_w, rows, depth);
}

/* The more rows at a time, the less often the weights are read. Far weights, which don't stay in the second-level cache, should be read for
 * many; for others the rows should be few beside the operands in memory. */
int64_t packed_block(Dim rows, int64_t filters, int64_t depth, int64_t operand_bytes)
{
    bool far = filters * depth > NEAR_WEIGHTS;
    int64_t bytes = far ? FAR_BYTES : operand_bytes / OPERAND_PART, block = bytes / depth / BLOCK * BLOCK, most = dim_high(rows);
    if (block < BLOCK) block = BLOCK;
    if (!far && block > NEAR_BLOCK) block = NEAR_BLOCK;
    return block < most ? block : most > 0 ? most : 1;
}

Value *packed_scratch(Node *n, int64_t block, int64_t depth)
{
    return scratch(n, "rows", DT_UINT8, dim_const(block * ((depth + 3) / 4 * 4)));
}

void arg_requantize(Step *s, const Requantize *r)
{
    arg_in(s, r->multiplier);
    arg_int(s, r->zero);
    arg_int(s, r->low);
    arg_int(s, r->high);
}
