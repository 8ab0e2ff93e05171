/* Operators of com.microsoft that came before those of ai.onnx that do the same, and one of images with their channels
 * last: https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
 *   ExpandDims                   Unsqueeze; the axis is a number
 *   GatherND                     indices may be int32
 *   GridSample                   the modes have other names
 *   Pad                          pads may be a row of a matrix
 *   Range                        the step may be omitted
 *   Trilu
 *   Unique                       of a vector, unsorted, without the places where its elements are found first
 *   NhwcMaxPool                  MaxPool of [N, ..., C]
 *   CDist                        the distance, or its square, of every row of A from every one of B */
#include "ops/shared/shared.h"

/* What the other operator takes, it checks itself. */
static bool need_typed(Node *n, int least, int most, int outputs)
{
    return need_counts(n, least, most, 1, outputs) && need_tensor_inputs(n);
}

static const DType index_types[] = {DT_INT64, DT_INT32};

/* -- ExpandDims, Trilu ------------------------------------------------------------------------- */

static void infer_expand_dims(Node *n)
{
    if (need_typed(n, 2, 2, 1) && need_type(n, 1, index_types, 2))
        need_equal(n, elements(n->in[1]), dim_const(1), "elements of axis, and 1");
}

static void expand_expand_dims(Node *n)
{
    Value *axes = flat_int64(n, n->in[1]);
    make2(n, "Unsqueeze", n->in[0], axes, n->out[0]);
}

static void infer_trilu(Node *n)
{
    need_typed(n, 1, 2, 1);
}

static void expand_trilu(Node *n)
{
    restate(n, "Trilu", n->n_in, n->in);
}

/* -- GatherND, GridSample, Pad ----------------------------------------------------------------- */

static void infer_gather_nd(Node *n)
{
    if (need_typed(n, 2, 2, 1)) need_type(n, 1, index_types, 2);
}

static void expand_gather_nd(Node *n)
{
    Value *indices = n->in[1];
    if (indices->type.dtype != DT_INT64) indices = cast_to(n, indices, DT_INT64, NULL);
    restate(n, "GatherND", 2, (Value *[]){n->in[0], indices});
}

static void infer_grid_sample(Node *n)
{
    if (need_typed(n, 2, 2, 1)) need_rank(n, 0, 4, 4);
}

static void expand_grid_sample(Node *n)
{
    Node *sample = restate(n, "GridSample", 2, n->in);
    if (!attr_find(n, "mode")) attr_set_string(sample, "mode", "bilinear");
}

static void infer_pad(Node *n)
{
    if (need_typed(n, 2, 3, 1) && need_type(n, 1, index_types, 1)) need_rank(n, 1, 1, 2);
}

static void expand_pad(Node *n)
{
    Value *inputs[] = {n->in[0], flat_int64(n, n->in[1]), input_of(n, 2)};
    restate(n, "Pad", inputs[2] ? 3 : 2, inputs);
}

/* -- Range, Unique ----------------------------------------------------------------------------- */

static void infer_range(Node *n)
{
    if (need_typed(n, 2, 3, 1) && need_same_type(n, 0, 1)) need_same_type(n, 0, 2);
}

/* Each is a scalar, or has one element. */
static void expand_range(Node *n)
{
    Value *inputs[3] = {NULL, NULL, input_of(n, 2)};
    for (int i = 0; i < 3; i++) {
        if (i < 2) inputs[i] = n->in[i];
        if (!inputs[i]) inputs[i] = const_scalar(n, n->in[0]->type.dtype, 1);
        else if (inputs[i]->type.shape.rank > 0) inputs[i] = reshape_to(n, inputs[i], 0, NULL);
    }
    make3(n, "Range", inputs[0], inputs[1], inputs[2], n->out[0]);
}

static void infer_unique(Node *n)
{
    if (need_typed(n, 1, 1, 3)) need_rank(n, 0, 1, 1);
}

static void expand_unique(Node *n)
{
    Node *unique = make_node(n, "Unique", 1, n->in, n->out[0]);
    attr_set_int(unique, "sorted", 0);
    node_add_output(unique, NULL);
    for (int i = 1; i < n->n_out; i++) node_add_output(unique, n->out[i]);
}

/* -- NhwcMaxPool ------------------------------------------------------------------------------- */

static void infer_nhwc_max_pool(Node *n)
{
    if (need_typed(n, 1, 1, 1) && need_byte(n, 0)) need_rank(n, 0, 3, -1);
}

static void expand_nhwc_max_pool(Node *n)
{
    int rank = n->in[0]->type.shape.rank;
    Value *x = channels_moved(n, n->in[0], rank, true, NULL);
    Node *pool = make_node(n, "MaxPool", 1, &x, NULL);
    copy_attributes(pool, n);
    channels_moved(n, pool->out[0], rank, false, n->out[0]);
}

/* -- CDist ------------------------------------------------------------------------------------- */

static bool is_squared(Node *n, int *squared)
{
    static const AttrWord metrics[] = {{"sqeuclidean", 1}, {"euclidean", 0}, {0}};
    return attr_word(n, "metric", "sqeuclidean", metrics, squared);
}

static void infer_cdist(Node *n)
{
    int squared;
    if (need_typed(n, 2, 2, 1) && need_float(n, 0) && need_same_type(n, 0, 1) && need_rank(n, 0, 2, 2) &&
        need_rank(n, 1, 2, 2) && is_squared(n, &squared))
        need_equal(n, dim_at(n->in[0], 1), dim_at(n->in[1], 1), "columns of A and B");
}

static void expand_cdist(Node *n)
{
    int squared;
    if (!is_squared(n, &squared)) return;
    Value *second = const_ints(n, 1, (int64_t[]){1}), *first = const_ints(n, 1, (int64_t[]){0});
    Value *a = make2(n, "Unsqueeze", n->in[0], second, NULL), *b = make2(n, "Unsqueeze", n->in[1], first, NULL);
    Value *difference = make2(n, "Sub", a, b, NULL), *last = const_ints(n, 1, (int64_t[]){-1});
    Node *sum = make_node(n, squared ? "ReduceSumSquare" : "ReduceL2", 2, (Value *[]){difference, last}, n->out[0]);
    attr_set_int(sum, "keepdims", 0);
}

#define RESTATED(op, f) \
    { \
        .name = op, .domain = "com.microsoft", .since = 1, .infer = infer_##f, .expand = expand_##f, \
        .flags = OP_HALF_NATIVE \
    }

const Op ops_restated[] = {
    RESTATED("CDist", cdist),
    RESTATED("ExpandDims", expand_dims),
    RESTATED("GatherND", gather_nd),
    RESTATED("GridSample", grid_sample),
    RESTATED("NhwcMaxPool", nhwc_max_pool),
    RESTATED("Pad", pad),
    RESTATED("Range", range),
    RESTATED("Trilu", trilu),
    RESTATED("Unique", unique),
    {0},
};
