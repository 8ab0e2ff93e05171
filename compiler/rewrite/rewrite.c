/* rewrite: fewer and cheaper nodes that compute the same.
 *
 * Requires: everything typed, constants folded. Leaves: the same; nodes merged into others are gone. Rounding may
 * differ in the last place where constants are multiplied into weights. */
#include "rewrite/rewrite.h"

#include "infer/infer.h"

#include <string.h>

static RewritePass *const integer_passes[] = {rewrite_dequantize_down, rewrite_quantize_up,
                                              rewrite_quantize_dequantized, rewrite_qdq, NULL};
static RewritePass *const passes[] = {rewrite_no_op,    rewrite_transpose, rewrite_gelu, rewrite_swish,
                                      rewrite_norm,     rewrite_attention, rewrite_pad,  rewrite_affine,
                                      rewrite_epilogue, rewrite_clamp,     NULL};
static RewritePass *const table_passes[] = {rewrite_table, NULL};

static bool one_round(Graph *g, RewritePass *const *list);

/* In the graphs of its branches or its rounds. */
static bool round_within(Node *n, RewritePass *const *list)
{
    bool changed = false;
    for (int a = 0; a < n->n_attrs; a++)
        for (int k = 0; n->attrs[a].graphs && k < n->attrs[a].count; k++)
            changed = one_round(n->attrs[a].graphs[k], list) || changed;
    return changed;
}

static bool one_round(Graph *g, RewritePass *const *list)
{
    bool changed = false;
    Node *next;
    for (Node *n = g->first; n; n = next) {
        Node *before = n->before;
        changed = round_within(n, list) || changed;
        for (int p = 0; list[p]; p++) changed = list[p](n) || changed;
        next = before ? before->after : g->first; /* the first of the new nodes */
        if (next == n) next = n->after;
    }
    return changed;
}

bool rewrite_round(Graph *g, RewritePass *const *list)
{
    bool changed = one_round(g, list);
    graph_remove_dead(g);
    return changed;
}

StageResult rewrite(Model *m)
{
    graph_remove_dead(m->graph);
    while (rewrite_round(m->graph, integer_passes)) {
    }
    if (m->options.io_quantized && quantize_interface(m))
        while (rewrite_round(m->graph, integer_passes)) {
        }
    fold_graph(m->graph);
    do {
        while (rewrite_round(m->graph, passes)) {
        }
    } while (rewrite_states(m));
    rewrite_round(m->graph, table_passes);
    return STAGE_DONE;
}
