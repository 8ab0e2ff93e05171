/* MatMulNBits, MatMulBnb4 and GatherBlockQuantized of com.microsoft: weights of 2, 4 or 8 bits stay as they are packed,
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.MatMulNBits
 * Products are computed in float32, but with accuracy_level 4 in bytes: constant weights. Refused: g_idx,
 * which permutes rows. */
#include "ops/shared/shared.h"

static bool need_attribute(Node *n, const char *name, int64_t low, int64_t high, int64_t *value)
{
    *value = attr_int(n, name, 0);
    if (*value >= low && *value <= high) return true;
    node_invalid(n, "%s is %lld, expected %lld to %lld", name, (long long)*value, (long long)low, (long long)high);
    return false;
}

static bool need_bits(Node *n, int64_t bits)
{
    if (bits == 2 || bits == 4 || bits == 8) return true;
    node_error(n, "bits is %lld, expected 2, 4 or 8", (long long)bits);
    return false;
}

static bool need_present(Node *n, int count)
{
    for (int i = 0; i < count; i++)
        if (!input_of(n, i)) {
            node_invalid(n, "input %d is omitted, expected a value: it is not optional", i);
            return false;
        }
    return true;
}

static bool need_elements(Node *n, int input, int64_t count)
{
    return !input_of(n, input) || need_equal(n, elements(n->in[input]), dim_const(count),
                                             mem_printf("elements of input %d, and what the attributes say", input));
}

/* -- products ---------------------------------------------------------------------------------- */

enum { A, B, SCALES, ZEROS, GROUPS, BIAS };

typedef struct {
    int64_t n, k, block, blocks, bits, table;
} Blocks;

static bool read_blocks(Node *n, Blocks *b)
{
    bool bnb = foreign_is(n->op_type, "MatMulBnb4");
    *b = (Blocks){.bits = attr_int(n, "bits", 4)};
    if (!need_attribute(n, "K", 1, INT32_MAX, &b->k) || !need_attribute(n, "N", 1, INT32_MAX, &b->n) ||
        !need_attribute(n, "block_size", 1, INT32_MAX, &b->block) || (!bnb && !need_bits(n, b->bits)))
        return false;
    b->blocks = (b->k + b->block - 1) / b->block;
    if (bnb) {
        int64_t type;
        if (!need_attribute(n, "quant_type", 0, 1, &type)) return false;
        b->table = 1 + type;
        b->bits = 4;
    } else if (b->block * b->bits % 8) {
        node_invalid(n, "%lld weights of %lld bits are no whole bytes", (long long)b->block, (long long)b->bits);
        return false;
    }
    return true;
}

static void set_product(Node *n, const Blocks *b)
{
    Shape y = n->in[A]->type.shape;
    if (!need_equal(n, y.dim[y.rank - 1], dim_const(b->k), "the last axis of A, and K")) return;
    y.dim[y.rank - 1] = dim_const(b->n);
    set_out(n, 0, n->in[A]->type.dtype, &y);
}

static void infer_nbits(Node *n)
{
    static const DType bytes[] = {DT_UINT8};
    Blocks b;
    if (!need_counts(n, 1, 6, 1, 1) || !need_present(n, 3) || !need_tensor_inputs(n) || !need_float(n, A) ||
        !need_rank(n, A, 1, -1) || !need_type(n, B, bytes, 1) || !need_float(n, SCALES) || !read_blocks(n, &b))
        return;
    if (n->in[A]->type.dtype == DT_DOUBLE || input_of(n, GROUPS)) {
        node_error(n, "float64 and g_idx are not supported");
        return;
    }
    const Value *zeros = input_of(n, ZEROS);
    int64_t row = zeros && zeros->type.dtype == DT_UINT8 ? (b.blocks * b.bits + 7) / 8 : b.blocks;
    if (!need_elements(n, B, b.n * b.blocks * b.block * b.bits / 8) || !need_elements(n, SCALES, b.n * b.blocks) ||
        !need_elements(n, ZEROS, b.n * row) || !need_elements(n, BIAS, b.n))
        return;
    if ((zeros && zeros->type.dtype != DT_UINT8 && !need_float(n, ZEROS)) || !need_same_type(n, A, BIAS)) return;
    set_product(n, &b);
}

static void infer_bnb4(Node *n)
{
    static const DType bytes[] = {DT_UINT8};
    Blocks b;
    if (!need_counts(n, 3, 3, 1, 1) || !need_tensor_inputs(n) || !need_float(n, A) || !need_rank(n, A, 1, -1) ||
        !need_type(n, B, bytes, 1) || !need_float(n, SCALES) || !read_blocks(n, &b))
        return;
    if (n->in[A]->type.dtype == DT_DOUBLE || !attr_int(n, "transB", 1)) {
        node_error(n, "float64 and transB 0 are not supported");
        return;
    }
    if (need_elements(n, B, (b.n * b.k + 1) / 2) && need_elements(n, SCALES, (b.n * b.k + b.block - 1) / b.block))
        set_product(n, &b);
}

/* The first fields of both structs. */
static void arg_sizes(Step *s, const Blocks *b, Dim rows)
{
    arg_field(s, "rows", rows);
    arg_field_int(s, "n", b->n);
    arg_field_int(s, "k", b->k);
    arg_field_int(s, "block", b->block);
    arg_field_int(s, "blocks", b->blocks);
    s->macs = dim_high(dim_mul(rows, dim_const(b->n * b->k)));
}

static void lower_product_of_floats(Node *n, const Blocks *b, Dim rows)
{
    Value *zeros = b->table ? NULL : input_of(n, ZEROS);
    bool packed = zeros && zeros->type.dtype == DT_UINT8;
    Step *s = step_call(n, "matmul_nbits");
    arg_inputs(s, 0, 3, (const char *const[]){"x", "w", "scales"});
    arg_in(s, "zeros", packed ? zeros : NULL);
    arg_in(s, "real_zeros", packed ? NULL : zeros);
    arg_in(s, "bias", b->table ? NULL : input_of(n, BIAS));
    arg_out(s, "y", n->out[0]);
    int64_t filled = b->blocks * b->block;
    arg_out(s, "panel", scratch(n, "panel", DT_FLOAT, dim_const(filled > 32 * b->k ? filled : 32 * b->k)));
    arg_struct(s, "p", "struct nbits");
    arg_sizes(s, b, rows);
    arg_field_int(s, "bits", b->bits);
    arg_field_int(s, "table", b->table);
}

/* -- products of bytes: how matmul_nbits_bytes wants the weights ----------------------------------- */

/* Sums of a block are whole numbers of 32 bits: its length times the largest weight and 32639. */
static bool is_in_bytes(Node *n, const Blocks *b)
{
    const int64_t longest = b->bits == 8 ? 256 : 1024;
    const Value *zeros = b->table ? NULL : input_of(n, ZEROS);
    return attr_int(n, "accuracy_level", 0) == 4 && !b->table && b->block % 16 == 0 && b->block <= longest &&
           value_is_const(n->in[B]) && value_is_const(n->in[SCALES]) &&
           (!zeros || (value_is_const(zeros) && zeros->type.dtype == DT_UINT8));
}

static int few_bits(const uint8_t *bytes, int64_t i, int64_t bits)
{
    return bytes[i * bits / 8] >> (i * bits % 8) & ((1 << bits) - 1);
}

static int64_t panels_of(const Blocks *b)
{
    return (b->n + PANEL - 1) / PANEL;
}

static Value *panels_of_weights(Node *n, const Blocks *b)
{
    bool is_new;
    int64_t row = b->blocks * b->block, group = 32 / b->bits;
    Shape shape = shape_const(3, (int64_t[]){panels_of(b), row / group, 4 * PANEL});
    const char *how = mem_printf("of %lld bits, in panels of 16, fours in turns", (long long)b->bits);
    Value *v = packed_constant(n, n->in[B], DT_UINT8, how, &shape, &is_new);
    uint8_t *to = (uint8_t *)(uintptr_t)v->data;
    for (int64_t c = 0; is_new && c < b->n; c++)
        for (int64_t i = 0; i < row; i++)
            to[((c / PANEL * row / group + i / group) * PANEL + c % PANEL) * 4 + i % 4] |=
                (uint8_t)(few_bits(n->in[B]->data, c * row + i, b->bits) << (i % group / 4 * b->bits));
    return v;
}

static Value *panels_of_scales(Node *n, const Blocks *b)
{
    bool is_new;
    Shape shape = shape_const(3, (int64_t[]){panels_of(b), b->blocks, PANEL});
    Value *v = packed_constant(n, n->in[SCALES], DT_FLOAT, "in panels of 16", &shape, &is_new);
    float *to = (float *)(uintptr_t)v->data;
    const float *from = n->in[SCALES]->data;
    for (int64_t c = 0; is_new && c < b->n; c++)
        for (int64_t i = 0; i < b->blocks; i++)
            to[(c / PANEL * b->blocks + i) * PANEL + c % PANEL] = from[c * b->blocks + i];
    return v;
}

static Value *panels_of_zeros(Node *n, const Blocks *b)
{
    bool is_new;
    int64_t row = (b->blocks * b->bits + 7) / 8 * 8 / b->bits;
    if (!input_of(n, ZEROS)) return NULL;
    Shape shape = shape_const(3, (int64_t[]){panels_of(b), b->blocks, PANEL});
    const char *how = mem_printf("of %lld bits, in panels of 16 bytes", (long long)b->bits);
    Value *v = packed_constant(n, n->in[ZEROS], DT_UINT8, how, &shape, &is_new);
    uint8_t *to = (uint8_t *)(uintptr_t)v->data;
    for (int64_t c = 0; is_new && c < b->n; c++)
        for (int64_t i = 0; i < b->blocks; i++)
            to[(c / PANEL * b->blocks + i) * PANEL + c % PANEL] = (uint8_t)few_bits(n->in[ZEROS]->data, c * row + i,
                                                                                    b->bits);
    return v;
}

static void lower_product_of_bytes(Node *n, const Blocks *b, Dim rows)
{
    enum { BAND = 8 };
    Step *s = step_call(n, "matmul_nbits_bytes_%d", (int)b->bits);
    arg_in(s, "x", n->in[A]);
    arg_in(s, "w", panels_of_weights(n, b));
    arg_in(s, "scales", panels_of_scales(n, b));
    arg_in(s, "zeros", panels_of_zeros(n, b));
    arg_in(s, "bias", input_of(n, BIAS));
    arg_out(s, "y", n->out[0]);
    Dim band = dim_min(rows, dim_const(BAND)), blocks = dim_mul(band, dim_const(b->blocks));
    arg_out(s, "q", scratch(n, "q", DT_INT8, dim_mul(blocks, dim_const(2 * b->block))));
    arg_out(s, "steps", scratch(n, "steps", DT_FLOAT, blocks));
    arg_out(s, "sums", scratch(n, "sums", DT_INT32, blocks));
    arg_struct(s, "p", "struct nbits_bytes");
    arg_sizes(s, b, rows);
}

static void lower_product_of_blocks(Node *n)
{
    Blocks b;
    if (!read_blocks(n, &b)) return;
    const Shape *x = &n->in[A]->type.shape;
    Dim rows = shape_product(x, 0, x->rank - 1);
    if (is_in_bytes(n, &b)) lower_product_of_bytes(n, &b, rows);
    else lower_product_of_floats(n, &b, rows);
}

/* -- GatherBlockQuantized ---------------------------------------------------------------------- */

enum { DATA, INDICES, ROW_SCALES, ROW_ZEROS };

typedef struct {
    Shape table;         /* of integers, however they are packed */
    int axis, quantized; /* the gathered axis, and that of the blocks */
    int64_t block, bits;
    bool in_bytes; /* several in a byte of uint8: rows of zero points start at a byte */
} Table;

static bool read_table(Node *n, Table *t)
{
    const Value *data = n->in[DATA];
    int rank = data->type.shape.rank;
    t->table = data->type.shape;
    t->block = attr_int(n, "block_size", 128);
    t->axis = attr_axis(n, "gather_axis", 0, rank);
    t->quantized = attr_axis(n, "quantize_axis", 1, rank);
    t->in_bytes = data->type.dtype == DT_UINT8;
    t->bits = t->in_bytes ? attr_int(n, "bits", 4) : 4;
    if (t->axis < 0 || t->quantized < 0 || !need_bits(n, t->bits)) return false;
    if (t->block < 1 || t->block > INT32_MAX || t->axis == t->quantized) {
        node_invalid(n, "block_size is %lld and gather_axis %d, expected at least 1, and another than quantize_axis",
                     (long long)t->block, t->axis);
        return false;
    }
    if (!t->in_bytes) return true;
    Dim *last = &t->table.dim[rank - 1];
    *last = dim_mul(*last, dim_const(8 / t->bits));
    if (t->quantized == rank - 1) return true;
    node_error(n, "quantize_axis is %d, expected the last axis for weights in bytes", t->quantized);
    return false;
}

static Dim blocks_of(const Table *t)
{
    return dim_ceildiv(t->table.dim[t->quantized], dim_const(t->block));
}

/* Zero points in a row of blocks. */
static Dim zero_row(const Table *t)
{
    Dim per_byte = dim_const(8 / t->bits);
    return t->in_bytes ? dim_mul(dim_ceildiv(blocks_of(t), per_byte), per_byte) : blocks_of(t);
}

static bool need_block_parameters(Node *n, const Table *t)
{
    Shape scales = t->table, zeros;
    scales.dim[t->quantized] = blocks_of(t);
    zeros = scales;
    zeros.dim[t->quantized] = t->in_bytes ? dim_floordiv(zero_row(t), dim_const(8 / t->bits)) : blocks_of(t);
    for (int i = 0; i < 2; i++) {
        int input = i ? ROW_ZEROS : ROW_SCALES;
        if (!input_of(n, input)) continue;
        if (!need_rank(n, input, scales.rank, scales.rank)) return false;
        for (int d = 0; d < scales.rank; d++)
            if (!need_equal(n, dim_at(n->in[input], d), (i ? &zeros : &scales)->dim[d],
                            mem_printf("axis %d of input %d, and the blocks", d, input)))
                return false;
    }
    return true;
}

static void infer_gather(Node *n)
{
    static const DType packed[] = {DT_INT4, DT_UINT4, DT_UINT8}, index[] = {DT_INT32, DT_INT64};
    Table t;
    if (!need_counts(n, 3, 4, 1, 1) || !need_tensor_inputs(n) || !need_type(n, DATA, packed, 3) ||
        !need_type(n, INDICES, index, 2) || !need_float(n, ROW_SCALES) || !need_same_type(n, DATA, ROW_ZEROS) ||
        !need_rank(n, DATA, 2, -1) || !read_table(n, &t) || !need_block_parameters(n, &t))
        return;
    const Shape *indices = &n->in[INDICES]->type.shape;
    Shape y = {.rank = t.table.rank - 1 + indices->rank};
    if (y.rank > MAX_RANK || n->in[ROW_SCALES]->type.dtype == DT_DOUBLE) {
        node_error(n, "the result has %d axes, expected at most %d, of any float but float64", y.rank, MAX_RANK);
        return;
    }
    for (int i = 0; i < t.axis; i++) y.dim[i] = t.table.dim[i];
    for (int i = 0; i < indices->rank; i++) y.dim[t.axis + i] = indices->dim[i];
    for (int i = t.axis + 1; i < t.table.rank; i++) y.dim[i - 1 + indices->rank] = t.table.dim[i];
    set_out(n, 0, n->in[ROW_SCALES]->type.dtype, &y);
}

static void lower_gather(Node *n)
{
    Table t;
    if (!read_table(n, &t)) return;
    Step *s = step_call(n, "gather_nbits_%s", dtype_suffix(n->in[INDICES]->type.dtype));
    arg_inputs(s, 0, 3, (const char *const[]){"w", "indices", "scales"});
    arg_in(s, "zeros", input_of(n, ROW_ZEROS));
    arg_out(s, "y", n->out[0]);
    arg_struct(s, "p", "struct nbits_gather");
    arg_field(s, "outer", shape_product(&t.table, 0, t.axis));
    arg_field(s, "axis", t.table.dim[t.axis]);
    arg_field(s, "inner", axis_stride(&t.table, t.axis));
    arg_field(s, "count", elements(n->in[INDICES]));
    arg_field(s, "size", t.table.dim[t.quantized]);
    arg_field(s, "apart", axis_stride(&t.table, t.quantized));
    arg_field_int(s, "block", t.block);
    arg_field(s, "blocks", blocks_of(&t));
    arg_field(s, "zero_row", zero_row(&t));
    arg_field_int(s, "bits", t.bits);
    arg_field_int(s, "is_signed", n->in[DATA]->type.dtype == DT_INT4);
    arg_field_int(s, "zero", t.in_bytes ? 1 << (t.bits - 1) : 0);
}

const Op ops_nbits[] = {
    {.name = "GatherBlockQuantized",
     .domain = "com.microsoft",
     .since = 1,
     .infer = infer_gather,
     .lower = lower_gather},
    {.name = "MatMulBnb4",
     .domain = "com.microsoft",
     .since = 1,
     .infer = infer_bnb4,
     .lower = lower_product_of_blocks},
    {.name = "MatMulNBits",
     .domain = "com.microsoft",
     .since = 1,
     .infer = infer_nbits,
     .lower = lower_product_of_blocks},
    {0},
};
