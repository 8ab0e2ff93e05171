/* What inference left open. Every operator gives types to its outputs and, if it has graphs, to their inputs; where one
 * has none all the same, the model has a graph where none belongs, or one with inputs that nothing flows into. */
#include "infer/infer.h"

static bool has_type(const Type *t)
{
    if (t->kind != KIND_TENSOR) return t->elem != NULL;
    if (t->dtype <= DT_UNDEFINED || t->dtype >= DT_COUNT || t->shape.rank < 0) return false;
    for (int i = 0; i < t->shape.rank; i++)
        if (!t->shape.dim[i]) return false;
    return true;
}

static void report_graph(Node *owner, Graph *g, Foreign attribute);

static void report_node(Node *n)
{
    if (n->failed) return;
    if (!n->op) node_invalid(n, "stands in a graph that its operator doesn't take");
    for (int i = 0; i < n->n_out && !n->failed; i++)
        if (n->out[i] && !has_type(&n->out[i]->type))
            node_invalid(n, "nothing tells the type of its output %d \"%s\"", i, shown(n->out[i]->name));
    for (int a = 0; a < n->n_attrs && !n->failed; a++)
        for (int k = 0; n->attrs[a].graphs && k < n->attrs[a].count; k++)
            report_graph(n, n->attrs[a].graphs[k], n->attrs[a].name);
}

static void report_graph(Node *owner, Graph *g, Foreign attribute)
{
    for (int i = 0; i < g->n_inputs && owner && !owner->failed; i++)
        if (!has_type(&g->inputs[i]->type))
            node_invalid(owner, "nothing flows into the input \"%s\" of its graph \"%s\"", shown(g->inputs[i]->name),
                         shown(attribute));
    for (Node *n = g->first; n; n = n->after) report_node(n);
}

void report_untyped(Graph *g)
{
    report_graph(NULL, g, foreign(""));
}
