/* rewrite_states: states that grow have the axis that grows first, in memory.
 *
 * A cache [batch][heads][positions][size] that a Concat appends to would have to be moved with every position. With its
 * positions first, what is new comes after all there is, and plan lets the cache grow where it lies. Who reads it
 * reads through a transpose, which attention takes as strides.
 *
 * Requires: model->states; other passes have run. Leaves: such states, with the inputs and outputs that stand for them,
 * in another order of axes. */
#include "rewrite/rewrite.h"

typedef struct {
    int rank;
    int64_t first[MAX_RANK], back[MAX_RANK]; /* to the order in memory, and from it */
} Order;

static Order order_with_first(int axis, int rank)
{
    Order o = {.rank = rank};
    o.first[0] = axis;
    for (int i = 0, to = 1; i < rank; i++)
        if (i != axis) o.first[to++] = i;
    for (int i = 0; i < rank; i++) o.back[o.first[i]] = i;
    return o;
}

static Value *value_in_order(Value *v, const Order *o)
{
    Shape s = {.rank = o->rank};
    for (int i = 0; i < o->rank; i++) s.dim[i] = v->type.shape.dim[o->first[i]];
    return value_typed(v->graph, v->wanted, v->type.dtype, &s);
}

static Node *transpose(Graph *g, Value *x, const int64_t *perm, int rank, Value *y)
{
    Node *n = node_new(g, y->wanted, "Transpose", "", 13);
    n->op = op_find("", "Transpose", 13);
    node_add_input(n, x);
    node_add_output(n, y);
    y->producer = n;
    attr_set_ints(n, "perm", rank, perm);
    return n;
}

/* The axis along which the state grows; -1: it doesn't, or what is before it has one element, as good as none. */
static int growing_axis(const Shape *now, const Shape *next)
{
    int axis = -1;
    for (int i = 0; i < now->rank; i++) {
        if (now->dim[i] == next->dim[i]) continue;
        if (axis >= 0) return -1;
        axis = i;
    }
    return axis > 0 && !dim_is(shape_product(now, 0, axis), 1) ? axis : -1;
}

/* Of GroupQueryAttention, whose new keys and values lie where the kernel puts them. */
static bool appends_positions(const Node *n, const Value *in, int axis)
{
    return n->op == op_own(foreign("AppendPositions")) && input_of(n, 1) == in && axis == 2;
}

/* Puts what is new after the state, which nothing else of what it puts together is. */
static bool appends(const Node *n, const Value *in, int axis)
{
    if (!n || n->graph->parent) return false;
    if (appends_positions(n, in, axis)) return true;
    if (!node_is(n, "Concat") || n->n_in < 2 || n->in[0] != in) return false;
    for (int i = 1; i < n->n_in; i++)
        if (!n->in[i] || n->in[i] == in) return false;
    return attr_axis((Node *)n, "axis", 1, in->type.shape.rank) == axis;
}

/* The value in the graph's order is what a transpose makes of the one that takes its name and place. */
static Value *input_in_order(Graph *g, Value *in, const Order *o)
{
    Value *kept = value_in_order(in, o);
    for (int i = 0; i < g->n_inputs; i++)
        if (g->inputs[i] == in) g->inputs[i] = kept;
    in->is_input = false;
    kept->is_input = true;
    values_swap_names(in, kept);
    graph_prepend(g, transpose(g, kept, o->back, o->rank, in));
    return kept;
}

static void concat_in_order(Node *made, Node *n, Value *kept, const Order *o)
{
    node_add_input(made, kept);
    for (int i = 1; i < n->n_in; i++) {
        Node *part = transpose(n->graph, n->in[i], o->first, o->rank, value_in_order(n->in[i], o));
        graph_insert_before(n, part);
        node_add_input(made, part->out[0]);
    }
    attr_set_int(made, "axis", 0);
}

static void append_in_order(Node *made, const Node *n, Value *kept)
{
    node_add_input(made, n->in[0]);
    node_add_input(made, kept);
    node_add_input(made, n->in[2]);
    own_set_int(made, "positions_first", 1);
}

static void output_in_order(Node *n, Value *kept, const Order *o, int output)
{
    Graph *g = n->graph;
    Value *out = n->out[0], *grown = value_in_order(out, o);
    Node *made = node_like(g, n);
    node_add_output(made, grown);
    made->op = n->op;
    if (node_is(n, "Concat")) concat_in_order(made, n, kept, o);
    else append_in_order(made, n, kept);
    graph_insert_before(n, made);
    Value *dead = value_typed(g, out->wanted, out->type.dtype, &out->type.shape);
    n->out[0] = dead;
    dead->producer = n;
    graph_insert_before(n, transpose(g, grown, o->back, o->rank, out));
    graph_set_output(g, output, grown);
    out->is_output = false;
    grown->is_output = true;
    values_swap_names(out, grown);
}

bool rewrite_states(Model *m)
{
    Graph *g = m->graph;
    bool changed = false;
    for (int i = 0; i < m->n_states; i++) {
        RunState *s = &m->states[i];
        Value *out = g->outputs[s->output];
        int axis = growing_axis(&s->in->type.shape, &out->type.shape);
        if (axis < 0 || !appends(out->producer, s->in, axis)) continue;
        Node *n = out->producer;
        Order o = order_with_first(axis, out->type.shape.rank);
        s->in = input_in_order(g, s->in, &o);
        output_in_order(n, s->in, &o, s->output);
        changed = true;
    }
    graph_remove_dead(g);
    return changed;
}
