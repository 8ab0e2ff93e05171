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

#include <string.h>

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

/* --precision that changes nothing says so. */
static void count_rounded(Model *m)
{
    const Options *o = &m->options;
    const Graph *g = m->graph;
    const char *type = dtype_name(o->precision);
    if (o->precision == DT_UNDEFINED) return;
    for (int i = 0; i < g->n_steps; i++) {
        const Step *s = g->steps[i];
        m->rounded_products += s->kind == STEP_CALL && strstr(s->call.kernel->name, "_both") != NULL;
    }
    if (!target_multiplies(o->target, o->precision))
        model_warning(m,
                      "--precision %s changes nothing: processors of --target %s have no instructions for products of "
                      "%s that are added up in float32",
                      type, o->target->name, type);
    else if (takes_scalars(o))
        model_warning(m, "--precision %s changes nothing: the code of --optimize size has no vectors", type);
    else if (!m->rounded_products)
        model_warning(m,
                      "--precision %s changes nothing: no product of the model has large constant weights that are "
                      "float32 in the code%s",
                      type, o->precision == DT_BFLOAT16 ? ", and an even number of channels" : "");
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
    count_rounded(m);
    return STAGE_DONE;
}
