/* fuse: chains of elementwise loops become one loop.
 *
 * Requires: steps in execution order, each value written by one step. Leaves: no loop whose only result is read only by
 * a later loop over the same extents, at the same places. The intermediate result then never meets memory. */
#include "lower/lower.h"
#include "op/op.h"

#include "plan/plan.h"

#include <string.h>

enum { MAX_FUSED_OPS = 24, MAX_FUSED_OPERANDS = 12 };

typedef struct {
    const Value *value;
    int reads, last;
    int step;
} ReadCount;

static void count_reads(Value *v, bool written, void *context)
{
    ReadCount *r = context;
    if (v != r->value || written) return;
    r->reads++;
    r->last = r->step;
}

static bool same_extents(const Loop *a, const Loop *b)
{
    if (a->rank != b->rank) return false;
    for (int d = 0; d < a->rank; d++)
        if (a->extent[d] != b->extent[d]) return false;
    return true;
}

/* Is `v` read by the loop through one operand, element by element in the loop's own order? */
static int dense_operand(const Loop *l, const Value *v)
{
    int found = -1;
    for (int i = 0; i < l->n_operands; i++) {
        const LoopOperand *o = &l->operands[i];
        if (o->value != v) continue;
        Dim stride = dim_const(1);
        if (found >= 0 || (o->offset && !dim_is(o->offset, 0))) return -1;
        for (int d = l->rank - 1; d >= 0; d--) {
            if (!dim_is(l->extent[d], 1) && o->stride[d] != stride) return -1;
            stride = dim_mul(stride, l->extent[d]);
        }
        found = i;
    }
    return found;
}

/* Halves are rounded when they are stored: a fused chain would skip that, which only adds precision. */
static int add_operand(Loop *l, const LoopOperand *o)
{
    for (int i = 0; i < l->n_operands; i++) {
        const LoopOperand *have = &l->operands[i];
        if (have->value == o->value && have->offset == o->offset &&
            !memcmp(have->stride, o->stride, (size_t)l->rank * sizeof *o->stride))
            return i;
    }
    mem_grow(&l->operands, &l->cap_operands, l->n_operands + 1, sizeof *l->operands);
    l->operands[l->n_operands] = *o;
    return l->n_operands++;
}

/* Operations of `from`, then those of `to` with its operand `hole` replaced by from's result. */
static Loop *merge(const Loop *from, const Loop *to, int hole)
{
    Loop *l = mem_alloc(sizeof *l);
    l->rank = to->rank;
    memcpy(l->extent, to->extent, sizeof l->extent);
    l->n_results = l->cap_results = to->n_results;
    l->results = mem_dup(to->results, (size_t)to->n_results * sizeof *to->results);
    l->n_ops = l->cap_ops = from->n_ops + to->n_ops;
    l->ops = mem_array((size_t)l->n_ops, sizeof *l->ops);
    for (int i = 0; i < l->n_ops; i++) {
        bool first = i < from->n_ops;
        const Loop *source = first ? from : to;
        l->ops[i] = source->ops[first ? i : i - from->n_ops];
        for (int a = 0; a < l->ops[i].n_args; a++) {
            Ref *r = &l->ops[i].args[a];
            if (r->kind == REF_RESULT_OF && !first) r->index += from->n_ops;
            if (r->kind != REF_OPERAND) continue;
            if (!first && r->index == hole) *r = (Ref){.kind = REF_RESULT_OF, .index = from->results[0].op};
            else r->index = add_operand(l, &source->operands[r->index]);
        }
    }
    for (int i = 0; i < l->n_results; i++) l->results[i].op += from->n_ops;
    return l;
}

static const char *node_text(const Node *n)
{
    return *n->name ? mem_printf("%s \"%s\"", n->op_type, n->name) : n->op_type;
}

/* Both steps run equally often: no edge of a branch or loop lies between them. */
static bool same_block(const Graph *g, int i, int k)
{
    for (; i < k; i++)
        if (g->steps[i] && g->steps[i]->kind >= STEP_IF && g->steps[i]->kind <= STEP_END) return false;
    return true;
}

static bool fuse_into(Graph *g, int i)
{
    Step *s = g->steps[i];
    if (s->kind != STEP_LOOP || s->loop->n_results != 1 || s->loop->results[0].value->is_output) return false;
    Value *v = s->loop->results[0].value;
    if (dtype_is_half(v->type.dtype)) return false;
    ReadCount reads = {.value = v, .last = -1};
    for (int k = i + 1; k < g->n_steps; k++) {
        reads.step = k;
        step_values(g->steps[k], count_reads, &reads);
    }
    if (reads.reads != 1 || !same_block(g, i, reads.last)) return false;
    Step *to = g->steps[reads.last];
    if (to->kind != STEP_LOOP || !same_extents(s->loop, to->loop)) return false;
    int hole = dense_operand(to->loop, v);
    if (hole < 0 || s->loop->n_ops + to->loop->n_ops > MAX_FUSED_OPS ||
        s->loop->n_operands + to->loop->n_operands > MAX_FUSED_OPERANDS)
        return false;
    to->loop = merge(s->loop, to->loop, hole);
    to->node->fused = to->node->fused ? mem_printf("%s, %s", node_text(s->node), to->node->fused)
                                      : mem_printf("after %s", node_text(s->node));
    return true;
}

StageResult fuse(Model *m)
{
    Graph *g = m->graph;
    int kept = 0;
    for (int i = 0; i < g->n_steps; i++)
        if (fuse_into(g, i)) g->steps[i] = NULL;
    for (int i = 0; i < g->n_steps; i++)
        if (g->steps[i]) g->steps[kept++] = g->steps[i];
    g->n_steps = kept;
    return STAGE_DONE;
}
