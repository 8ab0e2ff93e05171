/* loop_invariants: what a Loop carries only because exporters carry everything that its body mentions, weights
 * included. Where every round hands the value on as it is, it is the value around the loop: a constant stays one, and
 * nothing is copied. */
#include "ops/shared/loop_invariants.h"

#include "op/op.h"

static bool is_invariant(const Node *n, const Graph *body, int k)
{
    const Value *given = body->outputs[1 + k];
    while (node_is(given->producer, "Identity") && given->producer->graph == body && input_of(given->producer, 0))
        given = given->producer->in[0];
    return k < n->n_in - 2 && given == body->inputs[2 + k];
}

bool loop_has_invariants(const Node *n, const Graph *body)
{
    for (int k = 0; k < n->n_in - 2; k++)
        if (is_invariant(n, body, k)) return true;
    return false;
}

/* The body's results that are the invariant itself, such as rows of it, are copies of the value around the loop. */
static void copy_for_outputs(Graph *body, const Value *invariant, Value *outer)
{
    for (int i = 0; i < body->n_outputs; i++) {
        if (body->outputs[i] != invariant) continue;
        Node *copy = node_new(body, foreign_suffixed(invariant->wanted, "/Identity"), "Identity", "", PARTS_OPSET);
        node_add_input(copy, outer);
        node_add_output(copy, value_new(body, foreign_suffixed(invariant->wanted, "/copy")));
        graph_append(body, copy);
        graph_set_output(body, i, copy->out[0]);
    }
}

void loop_drop_invariants(Node *n, Graph *body)
{
    int carried = n->n_in - 2, kept = 0, rows = body->n_outputs - 1 - carried;
    Value **inputs = mem_dup(body->inputs, (size_t)body->n_inputs * sizeof *inputs),
          **outputs = mem_dup(body->outputs, (size_t)body->n_outputs * sizeof *outputs);
    bool *drop = mem_array((size_t)carried + 1, sizeof *drop);
    for (int k = 0; k < carried; k++) drop[k] = is_invariant(n, body, k);
    Node *loop = make_node(n, "Loop", 2, n->in, NULL);
    loop->name = n->name;
    loop->attrs = n->attrs;
    loop->n_attrs = n->n_attrs;
    loop->n_out = 0;
    graph_drop_outputs(body);
    graph_add_output(body, outputs[0]);
    for (int k = 0; k < carried; k++) {
        if (drop[k]) {
            if (output_of(n, k)) make1(n, "Identity", n->in[2 + k], n->out[k]);
            continue;
        }
        body->inputs[2 + kept++] = inputs[2 + k];
        node_add_input(loop, n->in[2 + k]);
        node_add_output(loop, output_of(n, k));
        graph_add_output(body, outputs[1 + k]);
    }
    body->n_inputs = 2 + kept;
    for (int i = 0; i < rows; i++) graph_add_output(body, outputs[1 + carried + i]);
    for (int i = carried; i < n->n_out; i++) node_add_output(loop, n->out[i]);
    for (int k = 0; k < carried; k++) {
        if (!drop[k]) continue;
        inputs[2 + k]->is_input = false;
        copy_for_outputs(body, inputs[2 + k], n->in[2 + k]);
        value_replace(inputs[2 + k], n->in[2 + k]);
    }
}
