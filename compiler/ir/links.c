/* The order of nodes, and who reads a value.
 *
 * The nodes of a graph are a list in the order of execution. A value knows its readers: the inputs of all nodes that
 * stand in a graph's list, and the outputs of graphs. Each of those knows in turn its place among them, so that every
 * edit takes the same time however large the graph is. Lists and readers are changed here and nowhere else; check.c
 * holds one against the other. */
#include "ir/ir.h"

#include <string.h>

/* -- readers ----------------------------------------------------------------------------------- */

static int *place_of(const Reader *r)
{
    return r->node ? &r->node->places[r->index] : &r->graph->places[r->index];
}

static void begin_reading(Value *v, Reader r)
{
    if (!v) return;
    mem_grow(&v->readers, &v->cap_readers, v->n_readers + 1, sizeof *v->readers);
    *place_of(&r) = v->n_readers;
    v->readers[v->n_readers++] = r;
}

/* The last reader takes the place of the one that goes. */
static void end_reading(Value *v, Reader r)
{
    if (!v) return;
    int place = *place_of(&r);
    v->readers[place] = v->readers[--v->n_readers];
    *place_of(&v->readers[place]) = place;
}

static Reader input_at(Node *n, int i)
{
    return (Reader){n, n->graph, i};
}

static Reader output_at(Graph *g, int i)
{
    return (Reader){NULL, g, i};
}

int value_use_count(const Value *v)
{
    return v->n_readers;
}

/* -- inputs of nodes --------------------------------------------------------------------------- */

static void read_input(Node *n, int i)
{
    mem_grow(&n->places, &n->cap_places, n->n_in, sizeof *n->places);
    begin_reading(n->in[i], input_at(n, i));
}

void node_add_input(Node *n, Value *v)
{
    if (n->cap_in < n->n_in) n->cap_in = n->n_in; /* made to measure */
    mem_grow(&n->in, &n->cap_in, n->n_in + 1, sizeof *n->in);
    n->in[n->n_in++] = v;
    if (n->is_placed) read_input(n, n->n_in - 1);
}

void node_set_input(Node *n, int i, Value *v)
{
    if (n->is_placed) end_reading(n->in[i], input_at(n, i));
    n->in[i] = v;
    if (n->is_placed) read_input(n, i);
}

void node_drop_inputs(Node *n, int from)
{
    for (int i = from; i < n->n_in; i++) node_set_input(n, i, NULL);
    if (n->n_in > from) n->n_in = from;
}

/* -- outputs of graphs ------------------------------------------------------------------------- */

void graph_add_output(Graph *g, Value *v)
{
    mem_grow(&g->outputs, &g->cap_outputs, g->n_outputs + 1, sizeof *g->outputs);
    mem_grow(&g->places, &g->cap_places, g->n_outputs + 1, sizeof *g->places);
    g->outputs[g->n_outputs++] = v;
    begin_reading(v, output_at(g, g->n_outputs - 1));
}

void graph_set_output(Graph *g, int i, Value *v)
{
    end_reading(g->outputs[i], output_at(g, i));
    g->outputs[i] = v;
    begin_reading(v, output_at(g, i));
}

void graph_drop_outputs(Graph *g)
{
    for (int i = 0; i < g->n_outputs; i++) end_reading(g->outputs[i], output_at(g, i));
    g->outputs = NULL;
    g->places = NULL;
    g->n_outputs = g->cap_outputs = g->cap_places = 0;
}

/* -- the list of nodes ------------------------------------------------------------------------- */

/* Between two neighbours, or an end of the list. */
static void link_node(Graph *g, Node *before, Node *n, Node *after)
{
    n->before = before;
    n->after = after;
    *(before ? &before->after : &g->first) = n;
    *(after ? &after->before : &g->last) = n;
    n->is_placed = true;
    g->n_nodes++;
    for (int i = 0; i < n->n_in; i++) read_input(n, i);
}

void graph_append(Graph *g, Node *n)
{
    link_node(g, g->last, n, NULL);
}

void graph_prepend(Graph *g, Node *n)
{
    link_node(g, NULL, n, g->first);
}

void graph_insert_before(Node *place, Node *n)
{
    link_node(place->graph, place->before, n, place);
}

void graph_insert_after(Node *place, Node *n)
{
    link_node(place->graph, place, n, place->after);
}

void graph_remove(Node *n)
{
    Graph *g = n->graph;
    if (!n->is_placed) internal_error("node \"%s\" (%s) is not in its graph", shown(n->name), shown(n->op_type));
    for (int i = 0; i < n->n_in; i++) end_reading(n->in[i], input_at(n, i));
    *(n->before ? &n->before->after : &g->first) = n->after;
    *(n->after ? &n->after->before : &g->last) = n->before;
    n->before = n->after = NULL;
    n->is_placed = false;
    g->n_nodes--;
}

/* -- one value in the place of another --------------------------------------------------------- */

static bool can_be_output(const Graph *g, const Value *v)
{
    return v->graph == g && v->producer && !v->is_output;
}

static void replace_output(Graph *g, int i, Value *by)
{
    Value *old = g->outputs[i];
    values_swap_names(old, by);
    by->declared = old->declared;
    by->io = old->io;
    old->is_output = false;
    by->is_output = true;
    g->outputs[i] = by;
}

void value_replace(Value *old, Value *by)
{
    Reader *readers = old->readers;
    int count = old->n_readers;
    if (old == by) return;
    old->readers = NULL;
    old->n_readers = old->cap_readers = 0;
    for (int i = 0; i < count; i++) {
        Reader r = readers[i];
        bool stays = !r.node && !can_be_output(r.graph, by);
        if (r.node) r.node->in[r.index] = by;
        else if (!stays) replace_output(r.graph, r.index, by);
        begin_reading(stays ? old : by, r);
    }
}

/* -- what nobody reads ------------------------------------------------------------------------- */

static void forget_readers(Graph *g)
{
    for (int i = 0; i < g->n_values; i++) g->values[i]->n_readers = 0;
    for (const Node *n = g->first; n; n = n->after)
        for (int a = 0; a < n->n_attrs; a++)
            for (int k = 0; n->attrs[a].graphs && k < n->attrs[a].count; k++) forget_readers(n->attrs[a].graphs[k]);
}

static void find_readers(Graph *g)
{
    for (Node *n = g->first; n; n = n->after) {
        for (int i = 0; i < n->n_in; i++) read_input(n, i);
        for (int a = 0; a < n->n_attrs; a++)
            for (int k = 0; n->attrs[a].graphs && k < n->attrs[a].count; k++) find_readers(n->attrs[a].graphs[k]);
    }
    for (int i = 0; i < g->n_outputs; i++) begin_reading(g->outputs[i], output_at(g, i));
}

static bool any_output_marked(const Node *n)
{
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i] && n->out[i]->marked) return true;
    return false;
}

static void remove_dead(Graph *g)
{
    Node *before;
    for (int i = 0; i < g->n_values; i++)
        g->values[i]->marked = g->values[i]->is_read; /* sizes elsewhere are read from it */
    for (int i = 0; i < g->n_outputs; i++) g->outputs[i]->marked = true;
    for (Node *n = g->last; n; n = before) {
        before = n->before;
        if (!any_output_marked(n)) {
            graph_remove(n);
            continue;
        }
        for (int k = 0; k < n->n_in; k++)
            if (n->in[k]) n->in[k]->marked = true;
        for (int a = 0; a < n->n_attrs; a++)
            for (int k = 0; n->attrs[a].graphs && k < n->attrs[a].count; k++) remove_dead(n->attrs[a].graphs[k]);
    }
}

/* Marks what the graph's outputs depend on, from the last node to the first, and drops nodes that are not needed. What
 * a subgraph takes from outside is marked when the walk reaches its node, that is before the nodes that make it. */
void graph_remove_dead(Graph *g)
{
    remove_dead(g);
    if (g->parent) return;
    forget_readers(g);
    find_readers(g);
}
