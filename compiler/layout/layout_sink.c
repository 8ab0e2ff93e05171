/* layout_sink: which operators can be computed on a transposed input, with the transpose after them. Axes that
 * attributes and inputs name are those of the order that the operator then sees. */
#include "layout/layout.h"
#include "ops/shared/shared.h"
#include "rewrite/rewrite.h"

#include <string.h>

static int64_t moved(int64_t axis, const Order *o)
{
    return o->perm[axis < 0 ? axis + o->rank : axis];
}

/* The value before the Transpose that makes input i. */
static Value *source(const Node *n, int i)
{
    return n->in[i]->producer->in[0];
}

static bool outputs_sink(Node *n, const Order *o)
{
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i]) transpose_output(n, i, o);
    return true;
}

static bool sink_first_input(Node *n, const Order *o)
{
    node_set_input(n, 0, source(n, 0));
    return outputs_sink(n, o);
}

static Value *int_list(Node *n, int count, const int64_t *values)
{
    Shape shape = shape_const(1, (int64_t[]){count});
    return value_const(n->graph, foreign("axes"), DT_INT64, &shape, mem_dup(values, (size_t)count * sizeof *values));
}

/* -- elementwise operators and Concat ---------------------------------------------------------- */

static bool has_order(const Value *v, const Order *o)
{
    Order found;
    return order_of(v, &found) && order_equal(&found, o);
}

/* Input i costs nothing in the other order: it is transposed already, known, or small. */
static bool moves_freely(const Node *n, int i, const Order *o)
{
    const Value *v = n->in[i];
    if (!v || has_order(v, o) || value_count(v) == 1) return true;
    if (value_is_const(v)) return true;
    return n->op->flags & OP_BROADCAST && v->type.shape.rank == o->rank &&
           dim_high(elements(v)) < dim_high(elements(n->out[0]));
}

/* v with axes of size 1 in front, up to the rank of the order. */
static Value *full_rank(Node *n, Value *v, const Order *o)
{
    Shape shape = {.rank = o->rank};
    int lead = o->rank - v->type.shape.rank;
    if (!lead) return v;
    for (int i = 0; i < o->rank; i++) shape.dim[i] = i < lead ? dim_const(1) : v->type.shape.dim[i - lead];
    Value *full = value_const(n->graph, v->wanted, v->type.dtype, &shape, v->data);
    full->origin = v->origin;
    return full;
}

static bool sink_all_inputs(Node *n, const Order *o)
{
    Order inverse = order_inverse(o);
    bool whole = false;
    if (n->out[0]->type.shape.rank != o->rank) return false;
    for (int i = 0; i < n->n_in; i++) {
        if (!moves_freely(n, i, o)) return false;
        whole = whole || (n->in[i] && has_order(n->in[i], o) &&
                          (!(n->op->flags & OP_BROADCAST) || elements(n->in[i]) == elements(n->out[0])));
    }
    if (!whole) return false;
    for (int i = 0; i < n->n_in; i++) {
        Value *v = n->in[i];
        if (!v) continue;
        if (has_order(v, o)) node_set_input(n, i, source(n, i));
        else if (value_count(v) != 1 || !(n->op->flags & OP_BROADCAST))
            node_set_input(n, i, transposed(n, full_rank(n, v, o), &inverse));
    }
    return outputs_sink(n, o);
}

static bool sink_concat(Node *n, const Order *o)
{
    int64_t axis = attr_int(n, "axis", 1);
    if (!sink_all_inputs(n, o)) return false;
    attr_set_int(n, "axis", moved(axis, o));
    return true;
}

/* -- operators along an axis ------------------------------------------------------------------- */

static bool sink_split(Node *n, const Order *o)
{
    attr_set_int(n, "axis", moved(attr_int(n, "axis", 0), o));
    return sink_first_input(n, o);
}

/* Before opset 13, Softmax was about an axis and all after it. */
static bool sink_softmax(Node *n, const Order *o)
{
    if (n->opset < 13) return false;
    attr_set_int(n, "axis", moved(attr_int(n, "axis", -1), o));
    return sink_first_input(n, o);
}

static void move_axes(const int64_t *axes, int count, const Order *o, int64_t *to)
{
    for (int i = 0; i < count; i++) to[i] = axes ? moved(axes[i], o) : moved(i, o);
}

/* The axes an operator lists in input i, or, if that is omitted, all in order, as a new input. */
static bool move_axes_input(Node *n, int i, int otherwise, const Order *o)
{
    int64_t *axes = NULL, to[MAX_RANK];
    int count = otherwise;
    if (input_of(n, i)) {
        if (!value_is_const(n->in[i]) || value_count(n->in[i]) > MAX_RANK) return false;
        count = need_ints(n, i, &axes);
    }
    move_axes(axes, count, o, to);
    set_input(n, i, int_list(n, count, to));
    return true;
}

static bool sink_slice(Node *n, const Order *o)
{
    const int64_t *axes;
    int64_t to[MAX_RANK];
    if (n->opset >= 10) return move_axes_input(n, 3, (int)value_count(n->in[1]), o) && sink_first_input(n, o);
    int count = attr_ints(n, "axes", &axes);
    if (!count) axes = NULL, count = attr_ints(n, "starts", &(const int64_t *){NULL});
    move_axes(axes, count, o, to);
    attr_set_ints(n, "axes", count, to);
    return sink_first_input(n, o);
}

static bool sink_pad(Node *n, const Order *o)
{
    const int64_t *pads;
    int64_t to[2 * MAX_RANK];
    if (n->opset >= 11) {
        if (!move_axes_input(n, 3, o->rank, o)) return false;
        if (n->opset < 18) n->opset = 18; /* the first with axes; nothing else is read in another way */
        return sink_first_input(n, o);
    }
    if (n->opset < 2 || attr_ints(n, "pads", &pads) != 2 * o->rank) return false;
    for (int i = 0; i < o->rank; i++) {
        to[o->perm[i]] = pads[i];
        to[o->rank + o->perm[i]] = pads[o->rank + i];
    }
    attr_set_ints(n, "pads", 2 * o->rank, to);
    return sink_first_input(n, o);
}

static bool sink_resize(Node *n, const Order *o)
{
    const int64_t *axes;
    int64_t to[MAX_RANK];
    int count = resized_axes(n, &axes);
    if (count < 0) count = o->rank; /* and axes is NULL */
    move_axes(axes, count, o, to);
    own_set_ints(n, "axes", count, to);
    return sink_first_input(n, o);
}

/* -- reductions -------------------------------------------------------------------------------- */

static bool reduced_axes(Node *n, const Order *o, bool *reduced, int64_t *to, int *count)
{
    const int64_t *attribute;
    int64_t *axes;
    if (input_of(n, 1)) {
        if (!value_is_const(n->in[1]) || value_count(n->in[1]) > MAX_RANK) return false;
        *count = need_ints(n, 1, &axes);
    } else {
        *count = attr_ints(n, "axes", &attribute);
        axes = (int64_t *)attribute;
    }
    for (int i = 0; i < *count; i++) {
        to[i] = moved(axes[i], o);
        reduced[axes[i] < 0 ? axes[i] + o->rank : axes[i]] = true;
    }
    return *count > 0;
}

/* The order of the axes that are left. */
static Order without(const Order *o, const bool *reduced)
{
    Order left = {.rank = 0};
    for (int i = 0; i < o->rank; i++) {
        if (reduced[i]) continue;
        int place = o->perm[i];
        for (int k = 0; k < o->rank; k++)
            if (reduced[k] && o->perm[k] < o->perm[i]) place--;
        left.perm[left.rank++] = place;
    }
    return left;
}

static bool sink_reduce(Node *n, const Order *o)
{
    bool reduced[MAX_RANK] = {false};
    int64_t to[MAX_RANK];
    int count;
    if (!reduced_axes(n, o, reduced, to, &count)) return false;
    if (input_of(n, 1)) set_input(n, 1, int_list(n, count, to));
    else attr_set_ints(n, "axes", count, to);
    node_set_input(n, 0, source(n, 0));
    Order left = attr_int(n, "keepdims", 1) ? *o : without(o, reduced);
    return outputs_sink(n, &left);
}

/* A QLinearReduceMean, if it is still one kernel call. */
static bool sink_quantized_mean(Node *n, const Order *o)
{
    const int64_t *axes;
    int64_t to[MAX_RANK], old[MAX_RANK];
    int count = attr_ints(n, "axes", &axes);
    bool reduced[MAX_RANK] = {false};
    if (count < 1 || count > MAX_RANK) return false;
    for (int i = 0; i < count; i++) {
        old[i] = axes[i];
        to[i] = moved(axes[i], o);
        reduced[axes[i] < 0 ? axes[i] + o->rank : axes[i]] = true;
    }
    Value *x = n->in[0];
    attr_set_ints(n, "axes", count, to);
    node_set_input(n, 0, source(n, 0));
    if (!mean_adds_bytes(n)) {
        node_set_input(n, 0, x);
        attr_set_ints(n, "axes", count, old);
        return false;
    }
    Order left = attr_int(n, "keepdims", 1) ? *o : without(o, reduced);
    return outputs_sink(n, &left);
}

/* -- pools ------------------------------------------------------------------------------------- */

static bool sink_pool(Node *n, const Order *o)
{
    Order to_first = order_to_first(o->rank);
    const Op *op = order_equal(o, &to_first) ? pool_last(n) : NULL;
    if (!op) return false;
    n->op = op;
    return sink_first_input(n, o);
}

/* -- quantised tensors ------------------------------------------------------------------------- */

static bool sink_per_tensor(Node *n, const Order *o)
{
    return value_count(n->in[1]) == 1 && sink_first_input(n, o);
}

/* Both operands are moved already. */
static bool sink_quantized_pair(Node *n, const Order *o)
{
    if (!has_order(n->in[0], o) || !has_order(n->in[3], o)) return false;
    node_set_input(n, 0, source(n, 0));
    node_set_input(n, 3, source(n, 3));
    return outputs_sink(n, o);
}

static bool sink_quantized_pool(Node *n, const Order *o)
{
    Order to_first = order_to_first(o->rank);
    if (!order_equal(o, &to_first) || attr_int(n, "channels_last", 0)) return false;
    attr_set_int(n, "channels_last", 1);
    return sink_first_input(n, o);
}

/* -- Reshape ----------------------------------------------------------------------------------- */

/* An order from [N, image..., channels...] to [N, channels..., image...]: how many axes the channels are. They may
 * change places among themselves, those of the image may not. 0 if it isn't one. */
static int channel_axes(const Order *o)
{
    int image = o->perm[o->rank - 1];
    if (o->rank < 3 || o->perm[0] != 0 || image < 1) return 0;
    for (int i = 0; i < image; i++)
        if (o->perm[o->rank - image + i] != 1 + i) return 0;
    return o->rank - 1 - image;
}

/* How many axes of `s` from `from` on have `size` elements in all, at most `most`; -1 if that comes to no end there. */
static int axes_of_size(const Shape *s, int from, Dim size)
{
    Dim product = dim_const(1);
    for (int i = from; i <= s->rank; i++) {
        if (product == size) {
            while (i < s->rank && dim_is(s->dim[i], 1) && !dim_is(size, 1)) i++;
            return i - from;
        }
        if (i < s->rank) product = dim_mul(product, s->dim[i]);
    }
    return -1;
}

/* [N, channels..., image...] split or merged into [N, other channels..., other image...], which can be done in the
 * source's order, too. */
static bool sink_reshape(Node *n, const Order *o)
{
    const Shape *x = &n->in[0]->type.shape, *y = &n->out[0]->type.shape;
    int channels = channel_axes(o);
    if (!channels || y->rank < 3 || y->dim[0] != x->dim[0]) return false;
    Dim channel_size = shape_product(x, 1, 1 + channels), image_size = shape_product(x, 1 + channels, x->rank);
    int to_channels = axes_of_size(y, 1, channel_size), to_image = y->rank - 1 - to_channels;
    if (to_channels < 1 || to_image < 1 || shape_product(y, 1 + to_channels, y->rank) != image_size) return false;
    /* Channels in the order in which the result has them. */
    Order within = {.rank = o->rank}, back = {.rank = y->rank};
    int image = x->rank - 1 - channels;
    for (int i = 0; i < o->rank; i++) within.perm[i] = i <= image ? i : o->perm[i - image];
    Value *v = transposed(n, source(n, 0), &within);
    for (int i = 0; i < to_channels; i++) back.perm[1 + i] = 1 + to_image + i;
    for (int i = 0; i < to_image; i++) back.perm[1 + to_channels + i] = 1 + i;
    node_set_input(n, 0, v);
    transpose_output(n, 0, &back);
    n->op = op_find("", "Identity", 13); /* the same elements in the same order, whatever the shape */
    n->op_type = foreign("Reshape");
    node_drop_inputs(n, 1);
    return true;
}

/* -- the table --------------------------------------------------------------------------------- */

typedef struct {
    const char *op_type;
    bool (*sink)(Node *n, const Order *o);
} Rule;

static const Rule rules[] = {
    {"Concat", sink_concat},
    {"Split", sink_split},
    {"Slice", sink_slice},
    {"Pad", sink_pad},
    {"Resize", sink_resize},
    {"Upsample", sink_resize},
    {"Softmax", sink_softmax},
    {"LogSoftmax", sink_softmax},
    {"MaxPool", sink_pool},
    {"AveragePool", sink_pool},
    {"GlobalAveragePool", sink_pool},
    {"Reshape", sink_reshape},
    {"Flatten", sink_reshape},
    {"QuantizeLinear", sink_per_tensor},
    {"DequantizeLinear", sink_per_tensor},
    {"QLinearAdd", sink_quantized_pair},
    {"QLinearGlobalAveragePool", sink_quantized_pool},
    {"QLinearReduceMean", sink_quantized_mean},
    {"ReduceMean", sink_reduce},
    {"ReduceSum", sink_reduce},
    {"ReduceMax", sink_reduce},
    {"ReduceMin", sink_reduce},
    {"ReduceL2", sink_reduce},
};

/* The order of the first input that a Transpose makes which was put in for a convolution, or could have been. */
static bool order_to_sink(const Node *n, Order *o)
{
    for (int i = 0; i < n->n_in; i++)
        if (n->in[i] && order_of(n->in[i], o) && n->in[i]->producer->graph == n->graph && channel_axes(o) &&
            (i == 0 || n->op->flags & (OP_BROADCAST | OP_MOVES_ALL)))
            return true;
    return false;
}

bool layout_sink(Node *n)
{
    Order o;
    bool quantized = foreign_is(n->domain, "com.microsoft") && foreign_starts(n->op_type, "QLinear");
    if ((!foreign_empty(n->domain) && !quantized) || !n->op->lower || !order_to_sink(n, &o)) return false;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (foreign_is(n->op_type, rules[i].op_type)) return rules[i].sink(n, &o);
    return n->op->flags & OP_BROADCAST && sink_all_inputs(n, &o);
}
