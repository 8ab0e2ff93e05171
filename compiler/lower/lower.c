/* lower: nodes become steps.
 *
 * Requires: every node typed and supported (infer), rewrites done.
 * Leaves: graph->steps, in execution order; every graph output written by exactly one value's steps of its own: an
 * output that is an input, a constant, or listed twice is copied. Steps whose results nothing reads are gone. */
#include "lower/lower.h"
#include "lower/dead_steps.h"
#include "lower/states.h"
#include "lower/spent_constants.h"
#include "op/op.h"

void lower_node(Node *n)
{
    const Graph *g = graph_root(n->graph);
    int before = g->n_steps;
    n->op->lower(n);
    for (int i = 0; i < n->n_out; i++) lower_reads(n, n->out[i]);
    spend_constants(n, g, before);
}

/* The run function writes each output through its own pointer: give outputs that nothing computes a copy step. */
static void own_outputs(Graph *g)
{
    for (int i = 0; i < g->n_outputs; i++) g->outputs[i]->marked = false;
    for (int i = 0; i < g->n_outputs; i++) {
        Value *v = g->outputs[i];
        bool again = v->marked;
        v->marked = !v->is_input && !value_is_const(v);
        if (!again && v->marked) continue;
        Node *copy = node_new(g, foreign(""), "Identity", "", 1);
        Value *y = value_typed(g, v->wanted, v->type.dtype, &v->type.shape);
        node_add_input(copy, v);
        node_add_output(copy, y);
        y->is_output = true;
        if (!again) v->is_output = false;
        if (!again && !v->is_input) { /* the output keeps its public name */
            Foreign name = v->name;
            v->name = y->name;
            y->name = name;
        }
        graph_set_output(g, i, y);
        copy->op = op_find("", "Identity", 13);
        graph_append(g, copy);
    }
}

StageResult lower(Model *m)
{
    Graph *g = m->graph;
    own_outputs(g);
    spending_begin(m);
    for (int i = 0; i < g->n_inputs; i++)
        if (g->first) lower_reads(g->first, g->inputs[i]);
    for (Node *n = g->first; n; n = n->after) lower_node(n);
    lower_states(m);
    remove_dead_steps(g);
    return STAGE_DONE;
}
