/* fuse: chains of elementwise loops become one loop.
 *
 * So do quantisation of an image and the step that turns it (quantized_images.c).
 *
 * Requires: steps in execution order, each value written by one step. Leaves: no loop whose only result is read only by
 * a later loop over the same extents, at the same places. The intermediate result then never meets memory. */
#include "lower/lower.h"
#include "op/op.h"

#include "lower/quantized_images.h"

#include <string.h>

enum { MAX_FUSED_OPS = 24, MAX_FUSED_OPERANDS = 12 };

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
    const char *op = in_comment(n->op_type);
    return foreign_empty(n->name) ? op : mem_printf("%s \"%s\"", op, in_comment(n->name));
}

/* The one step that reads v, once; NULL if there are more or none. */
static Step *only_reader(const Value *v)
{
    Step *reader = NULL;
    if (v->uses.reads != 1) return NULL;
    for (int i = 0; i < v->uses.count; i++)
        if (!v->uses.items[i].written) reader = v->uses.items[i].step;
    return reader;
}

static bool can_fuse(const Step *s, const Step *to)
{
    const Loop *a = s->loop;
    if (!to || to->kind != STEP_LOOP || to->at < s->at || !same_extents(a, to->loop)) return false;
    return a->n_ops + to->loop->n_ops <= MAX_FUSED_OPS && a->n_operands + to->loop->n_operands <= MAX_FUSED_OPERANDS;
}

/* Into the one step that reads its result, if both run equally often: no block begins or ends between them. */
static bool fuse_step(Step *s)
{
    if (s->kind != STEP_LOOP || s->loop->n_results != 1 || s->loop->results[0].value->is_output) return false;
    const Value *v = s->loop->results[0].value;
    Step *to = dtype_is_half(v->type.dtype) ? NULL : only_reader(v);
    if (!can_fuse(s, to) || to->edges != s->edges) return false;
    int hole = dense_operand(to->loop, v);
    if (hole < 0) return false;
    to->loop = merge(s->loop, to->loop, hole);
    const char *text = node_text(s->node), *before = to->node->fused;
    to->node->fused = before ? mem_printf("%s, %s", text, before) : mem_printf("after %s", text);
    return true;
}

static bool is_fused(const Step *s, void *context)
{
    (void)context;
    return s->at < 0;
}

StageResult fuse(Model *m)
{
    Graph *g = m->graph;
    steps_index(g);
    for (int i = 0; i < g->n_steps; i++) {
        if (fuse_step(g->steps[i])) g->steps[i]->at = -1;
        quantize_as_turned(m, g->steps[i]);
    }
    steps_drop(g, is_fused, NULL);
    return STAGE_DONE;
}
