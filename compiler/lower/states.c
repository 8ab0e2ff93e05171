/* states: what one call leaves for the next.
 *
 * Requires: every output of the graph is a value of its own. Leaves: inputs and outputs that are a state are none of
 * the graph's any more. The input's memory is the state; copies at the end of the steps bring the output there, which
 * plan elides where it can be computed there. */
#include "lower/states.h"

#include "op/op.h"

static bool is_output_of_state(const Model *m, int output)
{
    for (int i = 0; i < m->n_states; i++)
        if (m->states[i].output == output) return true;
    return false;
}

static void take_outputs_away(Model *m)
{
    Graph *g = m->graph;
    Value **outputs = g->outputs;
    const int count = g->n_outputs;
    for (int i = 0; i < m->n_states; i++) {
        RunState *s = &m->states[i];
        s->out = outputs[s->output];
        s->out->is_output = false;
    }
    graph_drop_outputs(g);
    for (int i = 0; i < count; i++)
        if (!is_output_of_state(m, i)) graph_add_output(g, outputs[i]);
}

static void take_inputs_away(Model *m)
{
    Graph *g = m->graph;
    int kept = 0;
    for (int i = 0; i < m->n_states; i++) {
        m->states[i].in->is_input = false;
        m->states[i].in->is_state = true;
    }
    for (int i = 0; i < g->n_inputs; i++)
        if (g->inputs[i]->is_input) g->inputs[kept++] = g->inputs[i];
    g->n_inputs = kept;
}

static Copy *copy(Node *n, Value *target, Value *source)
{
    return step_copy(n, target, dim_const(0), source, dim_const(0), bytes_of(source));
}

/* Outputs may be other states as they were: all are kept before the first state changes. */
void lower_states(Model *m)
{
    Graph *g = m->graph;
    if (!m->n_states) return;
    take_outputs_away(m);
    take_inputs_away(m);
    Node *n = node_new(g, foreign(""), "State", OWN_DOMAIN, 1);
    Value **kept = mem_array((size_t)m->n_states, sizeof *kept);
    for (int i = 0; i < m->n_states; i++) {
        Value *out = m->states[i].out;
        kept[i] = value_typed(g, foreign_suffixed(out->wanted, ".next"), out->type.dtype, &out->type.shape);
        copy(n, kept[i], out)->from_state = true;
    }
    for (int i = 0; i < m->n_states; i++) copy(n, m->states[i].in, kept[i])->into_state = true;
}
