/* EmbedLayerNormalization and QEmbedLayerNormalization of com.microsoft, the front of BERT:
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.EmbedLayerNormalization
 * The sum of the embeddings of words, positions and (unless omitted) segments, normalised; said in Gather, Add and
 * LayerNormalization. Tables of the quantised form are dequantised row by row. The second output counts the ones of
 * the mask. */
#include "ops/shared/shared.h"

enum { IDS, SEGMENTS, WORD_TABLE, POSITION_TABLE, SEGMENT_TABLE, GAMMA, BETA, MASK };

/* Where the two differ: scales and zero points of the five tables, in their order, follow the mask. */
enum { POSITIONS = 8, SCALES = 8, ZEROS = 13, TABLES = 5 };

static bool is_quantized(const Node *n)
{
    return foreign_starts(n->op_type, "QEmbed");
}

static bool need_ids(Node *n, int input, bool may_be_one)
{
    static const DType types[] = {DT_INT32, DT_INT64};
    const Value *ids = n->in[IDS], *v = input_of(n, input);
    if (!v) return true;
    if (!need_type(n, input, types, 2) || !need_rank(n, input, 2, 2)) return false;
    return ((may_be_one && dim_is(dim_at(v, 0), 1)) ||
            need_equal(n, dim_at(v, 0), dim_at(ids, 0), "batch of input_ids and of another input")) &&
           need_equal(n, dim_at(v, 1), dim_at(ids, 1), "positions of input_ids and of another input");
}

static bool need_table(Node *n, int i)
{
    const Value *table = input_of(n, WORD_TABLE + i);
    if (!table && WORD_TABLE + i == SEGMENT_TABLE) return true;
    if (!need_given(n, WORD_TABLE + i) || (is_quantized(n) && !need_given(n, SCALES + i))) return false;
    bool vector = WORD_TABLE + i >= GAMMA;
    if (!need_rank(n, WORD_TABLE + i, vector ? 1 : 2, vector ? 1 : 2) ||
        !need_equal(n, dim_at(table, -1), dim_at(n->in[WORD_TABLE], -1), "widths of the embeddings"))
        return false;
    if (!is_quantized(n)) return need_float(n, WORD_TABLE + i);
    return need_quantized(n, WORD_TABLE + i, SCALES + i, ZEROS + i);
}

static void infer_embed(Node *n)
{
    bool quantized = is_quantized(n);
    if (!need_counts(n, 1, quantized ? 18 : 9, 1, quantized ? 2 : 3) || !need_tensor_inputs(n)) return;
    for (int i = 0; i < TABLES; i++)
        if (!need_table(n, i)) return;
    if (!input_of(n, SEGMENTS) != !input_of(n, SEGMENT_TABLE))
        node_invalid(n, "has only one of segment_ids and segment_embedding");
    else if (need_ids(n, IDS, false) && need_ids(n, SEGMENTS, false) && !quantized) need_ids(n, POSITIONS, true);
}

/* Rows of a table, or all of a vector (ids NULL), as real numbers. */
static Value *rows_of(Node *n, int i, Value *ids)
{
    Value *table = n->in[WORD_TABLE + i], *rows = ids ? make2(n, "Gather", table, ids, NULL) : table;
    if (!is_quantized(n)) return rows;
    Value *zero = input_of(n, ZEROS + i);
    Value *parameters[2] = {n->in[SCALES + i], zero};
    for (int k = 0; k < 2; k++)
        if (parameters[k] && parameters[k]->type.shape.rank > 0) parameters[k] = reshape_to(n, parameters[k], 0, NULL);
    return make_node(n, "DequantizeLinear", zero ? 3 : 2, (Value *[]){rows, parameters[0], parameters[1]}, NULL)
        ->out[0];
}

/* 0, 1, ... for every position, unless an input says otherwise. */
static Value *positions_of(Node *n)
{
    if (!is_quantized(n) && input_of(n, POSITIONS)) return n->in[POSITIONS];
    Node *shape = make_node(n, "Shape", 1, &n->in[IDS], NULL);
    attr_set_int(shape, "start", 1);
    Value *zero = const_scalar(n, DT_INT64, 0), *one = const_scalar(n, DT_INT64, 1);
    Value *count = reshape_to(n, shape->out[0], 0, NULL);
    return make3(n, "Range", zero, count, one, NULL);
}

static void count_mask(Node *n)
{
    if (!output_of(n, 1)) return;
    Value *one = const_scalar(n, DT_INT32, 1), *mask = input_of(n, MASK);
    Value *same = mask ? make2(n, "Equal", mask, one, NULL) : NULL;
    Value *ones = mask ? cast_to(n, same, DT_INT32, NULL)
                       : make2(n, "Mul", n->in[IDS], const_scalar(n, DT_INT32, 0), NULL);
    Node *sum = make_node(n, "ReduceSum", 2, (Value *[]){ones, const_ints(n, 1, (int64_t[]){1})}, n->out[1]);
    attr_set_int(sum, "keepdims", 0);
}

static void expand_embed(Node *n)
{
    Value *words = rows_of(n, 0, n->in[IDS]), *ids = positions_of(n), *places = rows_of(n, 1, ids);
    Value *segments = input_of(n, SEGMENTS) ? rows_of(n, 2, n->in[SEGMENTS]) : NULL;
    Value *sum = make2(n, "Add", words, places, segments ? NULL : output_of(n, 2));
    if (segments) sum = make2(n, "Add", sum, segments, output_of(n, 2));
    Value *gamma = rows_of(n, 3, NULL), *beta = rows_of(n, 4, NULL);
    Node *norm = make_node(n, "LayerNormalization", 3, (Value *[]){sum, gamma, beta}, n->out[0]);
    attr_set_float(norm, "epsilon", attr_float(n, "epsilon", 1e-12));
    count_mask(n);
}

#define EMBED(op) \
    { \
        .name = op, .domain = "com.microsoft", .since = 1, .infer = infer_embed, .expand = expand_embed, \
        .flags = OP_HALF_NATIVE \
    }

const Op ops_embed_layer_norm[] = {
    EMBED("EmbedLayerNormalization"),
    EMBED("QEmbedLayerNormalization"),
    {0},
};
