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

bool rewrite_round(Graph *g, RewritePass *const *list)
{
    bool changed = false;
    Node *next;
    for (Node *n = g->first; n; n = next) {
        Node *before = n->before;
        for (int p = 0; list[p]; p++) changed = list[p](n) || changed;
        next = before ? before->after : g->first; /* the first of the new nodes */
        if (next == n) next = n->after;
    }
    graph_remove_dead(g);
    return changed;
}

StageResult rewrite(Model *m)
{
    graph_remove_dead(m->graph);
    while (rewrite_round(m->graph, integer_passes)) {
    }
    fold_graph(m->graph);
    while (rewrite_round(m->graph, passes)) {
    }
    return STAGE_DONE;
}
