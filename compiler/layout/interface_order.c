/* interface_order: --io nhwc. Images come and go with their channels last.
 *
 * An input or output of rank 3 to 5 is an image with its channels first if an operator takes it for one (a convolution,
 * a pool, a normalisation of channels), itself or through operators that leave the axes as they are. The new input has
 * a Transpose after it, the new output one before it, and these sink as those of convolutions do. */
#include "layout/layout.h"

/* -- what is an image -------------------------------------------------------------------------- */

/* Axis 1 of input 0 and of output 0 are the channels. */
static bool takes_images(const Node *n)
{
    static const char *const names[] = {
        "AveragePool",
        "BatchNormalization",
        "Conv",
        "ConvInteger",
        "ConvTranspose",
        "DeformConv",
        "DepthToSpace",
        "GlobalAveragePool",
        "GlobalLpPool",
        "GlobalMaxPool",
        "GridSample",
        "GroupNormalization",
        "InstanceNormalization",
        "LRN",
        "LpPool",
        "MaxPool",
        "MaxRoiPool",
        "MaxUnpool",
        "QLinearConv",
        "RoiAlign",
        "SpaceToDepth",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (node_is(n, names[i])) return true;
    bool ours = foreign_is(n->domain, "com.microsoft");
    return ours && (foreign_is(n->op_type, "QLinearAveragePool") || foreign_is(n->op_type, "QLinearGlobalAveragePool"));
}

/* Results have the axes of the operands of their rank. */
static bool keeps_axes(const Node *n)
{
    static const char *const names[] = {
        "Concat", "DequantizeLinear", "Dropout", "Identity", "LogSoftmax", "Pad",      "QLinearAdd",
        "Resize", "QuantizeLinear",   "Slice",   "Softmax",  "Split",      "Upsample",
    };
    if (n->op->flags & OP_BROADCAST) return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (foreign_is(n->op_type, names[i])) return true;
    return false;
}

typedef struct {
    int count, capacity;
    Value **items;
} Images;

static void add(Images *images, Value *v)
{
    if (!v || v->marked || v->type.kind != KIND_TENSOR || v->type.shape.rank < 3 || v->type.shape.rank > 5) return;
    v->marked = true;
    mem_grow(&images->items, &images->capacity, images->count + 1, sizeof *images->items);
    images->items[images->count++] = v;
}

static void add_of_rank(Images *images, int rank, Value **values, int count)
{
    for (int i = 0; i < count; i++)
        if (values[i] && values[i]->type.shape.rank == rank) add(images, values[i]);
}

static void add_around(Images *images, const Node *n, int rank)
{
    if (!n || !n->op || !keeps_axes(n)) return;
    add_of_rank(images, rank, n->in, n->n_in);
    add_of_rank(images, rank, n->out, n->n_out);
}

/* Marks every value of g that is an image with its channels first. */
static void mark_images(const Graph *g)
{
    Images images = {0};
    for (int i = 0; i < g->n_values; i++) g->values[i]->marked = false;
    for (const Node *n = g->first; n; n = n->after) {
        if (!takes_images(n)) continue;
        add(&images, n->in[0]);
        add(&images, n->out[0]);
    }
    for (int i = 0; i < images.count; i++) {
        const Value *v = images.items[i];
        add_around(&images, v->producer, v->type.shape.rank);
        for (int r = 0; r < v->n_readers; r++)
            if (v->readers[r].graph == g) add_around(&images, v->readers[r].node, v->type.shape.rank);
    }
}

/* -- those that have their channels last already ----------------------------------------------- */

/* A Transpose between the two, or with one channel what is as good as that. */
static bool goes_to_first(const Value *last, const Value *first)
{
    if (!first || !first->marked || last->type.shape.rank != first->type.shape.rank) return false;
    Shape s = channels_last(&first->type.shape);
    Order o, to_first = order_to_first(s.rank);
    if (order_of(first, &o) && first->producer->in[0] == last) return order_equal(&o, &to_first);
    return dim_is(first->type.shape.dim[1], 1) && shape_equal(&s, &last->type.shape);
}

static bool is_last_already(const Value *v)
{
    Order o;
    for (int i = 0; i < v->n_readers; i++) {
        const Node *n = v->readers[i].node;
        if ((node_is(n, "Transpose") || node_is(n, "Reshape")) && goes_to_first(v, n->out[0])) return true;
    }
    if (node_is(v->producer, "Reshape")) return goes_to_first(v, v->producer->in[0]);
    if (!order_of(v, &o)) return false;
    Order to_first = order_to_first(o.rank), to_last = order_inverse(&to_first);
    return v->producer->in[0]->marked && order_equal(&o, &to_last);
}

/* -- the interface ----------------------------------------------------------------------------- */

/* The same with its channels last, under the name of v, which gets another; an input that is an output keeps its own.
 */
static Value *twin_of(Value *v, bool is_both)
{
    static const char *const orders[] = {"ncw", "nchw", "ncdhw"};
    Shape shape = channels_last(&v->type.shape);
    Foreign name = is_both ? v->wanted : foreign_suffixed(v->wanted, ".%s", orders[shape.rank - 3]);
    Value *twin = value_typed(v->graph, name, v->type.dtype, &shape);
    if (!is_both) values_swap_names(v, twin);
    twin->io = v->io;
    twin->io.channels_last = true;
    return twin;
}

static void turn_input(Graph *g, int i)
{
    Value *x = g->inputs[i], *twin = twin_of(x, false);
    Order to_first = order_to_first(x->type.shape.rank);
    graph_prepend(g, transpose_node(g, twin, x, &to_first));
    x->is_input = false;
    twin->is_input = true;
    g->inputs[i] = twin;
}

static void turn_output(Graph *g, int i)
{
    Value *y = g->outputs[i], *twin = twin_of(y, y->is_input);
    Order to_first = order_to_first(y->type.shape.rank), to_last = order_inverse(&to_first);
    graph_append(g, transpose_node(g, y, twin, &to_last));
    y->is_output = false;
    twin->is_output = true;
    graph_set_output(g, i, twin);
}

/* How many there are with their channels last now. */
static int turn_all(Model *m, const char *what, Value *const *values, int count, void (*turn)(Graph *g, int i))
{
    int last = 0;
    for (int i = 0; i < count; i++) {
        const Value *v = values[i];
        bool may_be = v->type.kind == KIND_TENSOR && !value_becomes_state(v) && v->type.shape.rank >= 3 &&
                      v->type.shape.rank <= 5;
        if (!may_be) continue;
        if (v->marked && dtype_bits(v->type.dtype) >= 8) turn(m->graph, i);
        else if (!is_last_already(v)) {
            model_warning(m, "--io nhwc: %s \"%s\", %s, keeps its order: no operator takes it for an image", what,
                          shown(v->name), shown(shape_text(&v->type.shape)));
            continue;
        }
        last++;
    }
    return last;
}

bool turn_interface(Model *m)
{
    Graph *g = m->graph;
    mark_images(g);
    int last = turn_all(m, "output", g->outputs, g->n_outputs, turn_output);
    last += turn_all(m, "input", g->inputs, g->n_inputs, turn_input);
    if (!last) model_error(m, "--io nhwc: no input or output is an image; leave the option out");
    return last > 0;
}
