/* Copies of subgraphs. */
#include "ir/ir.h"

/* What an outer value or one without a copy is in the clone: itself. `copies` is keyed by name, unique in the model. */
static Value *copy_of(Map *copies, Value *v)
{
    Value *copy = v ? map_get(copies, v->name) : NULL;
    return copy ? copy : v;
}

static Value *copy_value(Map *copies, Graph *to, const Value *v)
{
    Value *copy = value_new(to, v->wanted);
    copy->original = (Value *)v;
    copy->model_name = value_model_name(v);
    copy->type = v->type;
    copy->declared = v->declared;
    copy->data = v->data;
    copy->is_input = v->is_input;
    copy->is_output = v->is_output;
    map_put(copies, v->name, copy);
    return copy;
}

static Graph *clone_graph(const Graph *g, Graph *parent, Map *copies);

static void clone_attrs(Node *copy, Map *copies)
{
    if (copy->n_attrs) copy->attrs = mem_dup(copy->attrs, (size_t)copy->n_attrs * sizeof *copy->attrs);
    for (int a = 0; a < copy->n_attrs; a++) {
        Attr *attr = &copy->attrs[a];
        if (!attr->graphs) continue;
        attr->graphs = mem_dup(attr->graphs, (size_t)attr->count * sizeof *attr->graphs);
        for (int k = 0; k < attr->count; k++) attr->graphs[k] = clone_graph(attr->graphs[k], copy->graph, copies);
    }
}

static Graph *clone_graph(const Graph *g, Graph *parent, Map *copies)
{
    Graph *to = graph_new(g->model, parent, g->name);
    int n_values = g->n_values;
    for (int i = 0; i < n_values; i++) copy_value(copies, to, g->values[i]);
    for (const Node *n = g->first; n; n = n->after) {
        Node *copy = node_like(to, n);
        for (int k = 0; k < n->n_in; k++) node_add_input(copy, copy_of(copies, n->in[k]));
        for (int k = 0; k < n->n_out; k++) node_add_output(copy, copy_of(copies, n->out[k]));
        clone_attrs(copy, copies);
        graph_append(to, copy);
    }
    to->inputs = mem_array((size_t)g->n_inputs + 1, sizeof *to->inputs);
    to->n_inputs = g->n_inputs;
    for (int i = 0; i < g->n_inputs; i++) to->inputs[i] = copy_of(copies, g->inputs[i]);
    for (int i = 0; i < g->n_outputs; i++) graph_add_output(to, copy_of(copies, g->outputs[i]));
    return to;
}

Graph *graph_clone(const Graph *g, Graph *parent)
{
    return clone_graph(g, parent, map_new());
}

void graph_take_place(Graph *copy)
{
    for (int i = 0; i < copy->n_values; i++) {
        Value *v = copy->values[i];
        if (v->original) values_swap_names(v, v->original);
    }
    for (const Node *n = copy->first; n; n = n->after)
        for (int a = 0; a < n->n_attrs; a++)
            for (int k = 0; n->attrs[a].graphs && k < n->attrs[a].count; k++) graph_take_place(n->attrs[a].graphs[k]);
}
