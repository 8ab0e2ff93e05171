/* com.microsoft.nchwc: images in blocks of channels, as ONNX Runtime's optimiser writes them at level "all", for the
 * processor it runs on. Here they are images [N, C, ...] again, C filled up to whole blocks; only the weights of
 * convolutions lie otherwise, and are put in order:
 *   input in blocks          [O/B][I/B][h][w][B of I][B of O]
 *   input as it is, or I = 1 [O/B][I][h][w][B of O]
 * B, 8 or 16, is said nowhere. Sizes tell it: where they leave both possible, the model is refused. */
#include "ops/shared/shared.h"

#define NCHWC_DOMAIN "com.microsoft.nchwc"

/* -- which blocks ------------------------------------------------------------------------------ */

static bool is_nchwc(const Node *n)
{
    return foreign_is(n->domain, NCHWC_DOMAIN);
}

static bool is_blocked(const Value *v)
{
    return v && v->producer && own_int(v->producer, "in_blocks", 0);
}

static bool is_multiple(Dim d, int64_t block)
{
    return !dim_is_const(d) || dim_value(d) % block == 0;
}

/* The weights of a convolution into blocks; else NULL. */
static const Value *weights_of(const Node *n)
{
    const Value *w = n && is_nchwc(n) && foreign_is(n->op_type, "Conv") ? input_of(n, 1) : NULL;
    return w && w->type.kind == KIND_TENSOR && w->type.shape.rank == 4 ? w : NULL;
}

/* Could this node's blocks have so many channels? Less than a block is filled up. */
static bool may_have(Node *n, int64_t block)
{
    const Value *w = weights_of(n), *from = NULL;
    if (foreign_is(n->op_type, "ReorderOutput") && input_of(n, 0)) from = weights_of(n->in[0]->producer);
    if (from) return dim_high(dim_at(from, 0)) - attr_int(n, "channels", 0) < block;
    if (!w) return true;
    Dim outputs = dim_at(w, 0), inputs = dim_at(w, 1);
    if (!is_multiple(outputs, block)) return false;
    if (attr_int(n, "group", 1) > 1) return dim_is(inputs, 1) || is_multiple(inputs, block);
    return own_int(n, "blocked_input", 0) ? is_multiple(inputs, block) : dim_high(inputs) < block;
}

/* What is in blocks: what the domain makes, until it is put in order, and what is computed of that. */
static void note_blocked(Graph *g)
{
    for (Node *n = g->first; n; n = n->after) {
        bool blocked = is_nchwc(n) && !foreign_is(n->op_type, "ReorderOutput");
        for (int k = 0; !blocked && !is_nchwc(n) && k < n->n_in; k++) blocked = is_blocked(n->in[k]);
        if (is_nchwc(n)) own_set_int(n, "blocked_input", n->n_in && is_blocked(n->in[0]));
        if (blocked) own_set_int(n, "in_blocks", 1);
    }
}

/* The channels in a block, once for the whole graph; 0 with an error. */
static int64_t block_of(Node *n)
{
    int64_t found = own_int(n, "block", -1);
    if (found >= 0) return found;
    Graph *g = n->graph;
    bool may_be_8 = true, may_be_16 = true;
    note_blocked(g);
    for (Node *of = g->first; of; of = of->after) {
        if (!is_nchwc(of)) continue;
        may_be_8 = may_be_8 && may_have(of, 8);
        may_be_16 = may_be_16 && may_have(of, 16);
    }
    found = may_be_8 == may_be_16 ? 0 : may_be_8 ? 8 : 16;
    for (Node *of = g->first; of; of = of->after)
        if (is_nchwc(of)) own_set_int(of, "block", found);
    return found;
}

static bool need_block(Node *n)
{
    if (block_of(n)) return true;
    node_error(n, "how many channels ONNX Runtime put in a block can't be told from the file, which holds for one "
                  "processor only; save the optimised model at level \"extended\" instead");
    return false;
}

/* -- convolutions ------------------------------------------------------------------------------ */

static void infer_conv(Node *n)
{
    if (!need_counts(n, 2, 4, 1, 1) || !need_tensor_inputs(n) || !need_type(n, 0, (DType[]){DT_FLOAT}, 1) ||
        !need_same_type(n, 0, 1) || !need_rank(n, 0, 4, 4) || !need_rank(n, 1, 4, 4) || !need_block(n))
        return;
    if (!value_is_const(n->in[1])) node_error(n, "its weights are no constant");
    else need_divides(n, dim_at(n->in[1], 0), block_of(n), "the number of filters");
}

/* Weight [o][i][at], at < taps, of those in blocks. */
static int64_t packed_place(int64_t o, int64_t i, int64_t at, const int64_t *sizes, int64_t block, bool inputs_too)
{
    int64_t inputs = sizes[1], taps = sizes[2];
    if (!inputs_too) return ((o / block * inputs + i) * taps + at) * block + o % block;
    int64_t blocks = inputs / block, place = (o / block * blocks + i / block) * taps + at;
    return (place * block + i % block) * block + o % block;
}

static Value *unpacked_weights(Node *n)
{
    const Value *w = n->in[1];
    const Shape *shape = &w->type.shape;
    int64_t block = block_of(n),
            sizes[] = {dim_value(shape->dim[0]), dim_value(shape->dim[1]), dim_value(shape_product(shape, 2, 4))};
    bool inputs_too = own_int(n, "blocked_input", 0) && sizes[1] > 1 && sizes[1] % block == 0;
    const float *from = w->data;
    float *to;
    Value *v = new_weight(n, foreign_suffixed(w->wanted, "/unpacked"), shape, &to, "out of ONNX Runtime's blocks");
    for (int64_t o = 0; o < sizes[0]; o++)
        for (int64_t i = 0; i < sizes[1]; i++)
            for (int64_t at = 0; at < sizes[2]; at++) *to++ = from[packed_place(o, i, at, sizes, block, inputs_too)];
    return v;
}

static void expand_conv(Node *n)
{
    Value **inputs = mem_dup(n->in, (size_t)n->n_in * sizeof *n->in);
    inputs[1] = unpacked_weights(n);
    Node *conv = make_node(n, "FusedConv", n->n_in, inputs, n->out[0]);
    copy_attributes(conv, n);
    conv->domain = foreign("com.microsoft");
    conv->opset = 1;
}

/* -- in and out of blocks ---------------------------------------------------------------------- */

static void infer_one(Node *n)
{
    if (need_counts(n, 1, 1, 1, 1) && need_tensor_inputs(n) && need_type(n, 0, (DType[]){DT_FLOAT}, 1) &&
        need_rank(n, 0, 4, 4))
        need_block(n);
}

/* Channels are filled up with zeros. */
static void expand_reorder_input(Node *n)
{
    bool last = attr_int(n, "channels_last", 0) != 0;
    Value *x = n->in[0];
    Dim channels = dim_at(x, last ? 3 : 1), block = dim_const(block_of(n));
    Dim missing = dim_sub(dim_mul(dim_ceildiv(channels, block), block), channels);
    if (last) x = channels_moved(n, x, 4, true, NULL);
    if (!dim_is_const(missing)) {
        node_error(n, "the number of channels, %s, is known only at run time", shown(dim_text(channels)));
        return;
    }
    Value *pads = const_ints(n, 8, (int64_t[]){0, 0, 0, 0, 0, dim_value(missing), 0, 0});
    make2(n, "Pad", x, pads, n->out[0]);
}

static void expand_reorder_output(Node *n)
{
    bool last = attr_int(n, "channels_last", 0) != 0;
    int64_t zero = 0, one = 1, channels = attr_int(n, "channels", 0);
    Value *start = const_ints(n, 1, &zero), *end = const_ints(n, 1, &channels), *axis = const_ints(n, 1, &one);
    Node *slice = make_node(n, "Slice", 4, (Value *[]){n->in[0], start, end, axis}, last ? NULL : n->out[0]);
    if (last) channels_moved(n, slice->out[0], 4, false, n->out[0]);
}

static void expand_same(Node *n)
{
    restate(n, n->op->name, 1, n->in);
}

/* By whole numbers. */
static void expand_upsample(Node *n)
{
    const int64_t *given;
    float scales[4] = {1, 1, 1, 1};
    int count = attr_ints(n, "scales", &given);
    for (int i = 0; i < count && i < 4; i++) scales[i] = (float)given[i];
    Value *inputs[] = {n->in[0], NULL, const_floats(n, 4, scales)};
    Node *resize = make_node(n, "Resize", 3, inputs, n->out[0]);
    Foreign mode = attr_string(n, "mode", "nearest");
    attr_set_string(resize, "mode", foreign_is(mode, "linear") ? "linear" : "nearest");
    attr_set_string(resize, "nearest_mode", "floor");
    Foreign places = attr_string(n, "coordinate_transformation_mode", "asymmetric");
    attr_set_string(resize, "coordinate_transformation_mode",
                    foreign_is(places, "asymmetric")      ? "asymmetric"
                    : foreign_is(places, "align_corners") ? "align_corners"
                                                          : "half_pixel");
}

#define NCHWC(op, i, e) \
    { \
        .name = op, .domain = NCHWC_DOMAIN, .since = 1, .infer = infer_##i, .expand = expand_##e \
    }

const Op ops_nchwc[] = {
    NCHWC("AveragePool", one, same),
    NCHWC("Conv", conv, conv),
    NCHWC("GlobalAveragePool", one, same),
    NCHWC("GlobalMaxPool", one, same),
    NCHWC("MaxPool", one, same),
    NCHWC("ReorderInput", one, reorder_input),
    NCHWC("ReorderOutput", one, reorder_output),
    NCHWC("Upsample", one, upsample),
    {0},
};
