/* views: copies that need not happen, and results that take the place of an input that dies.
 *
 * Requires: steps. Leaves: value->storage of every value: itself, or the value whose memory it lies in (possibly
 * through a chain; storage_root resolves it); copies that became views are marked elided. Part of plan.c's work. */
#include "plan/plan.h"

Value *storage_root(Value *v, int64_t *offset)
{
    int64_t sum = 0;
    while (v->storage && v->storage != v) {
        sum += v->storage_offset;
        v = v->storage;
    }
    if (offset) *offset = sum;
    return v;
}

/* Memory that the plan hands out, not the caller's and not a constant. */
bool in_arena(const Value *root)
{
    return !root->is_input && !root->is_output && !root->data;
}

static void place(Value *v, Value *in, int64_t offset)
{
    v->storage = in;
    v->storage_offset = offset;
}

static bool same_size(const Value *a, const Value *b)
{
    return value_bytes(a) == value_bytes(b);
}

static int writers(const Graph *g, const Value *v)
{
    int count = 0;
    for (int i = 0; i < g->n_steps; i++) count += step_writes(g->steps[i], v);
    return count;
}

static bool const_offsets(const Step *s)
{
    return dim_is_const(s->source_offset) && dim_is_const(s->target_offset);
}

/* All of `v`, at the bound of its size, is what the copy moves. */
static bool whole(const Step *s, const Value *v, Dim offset)
{
    int bits = dtype_bits(v->type.dtype);
    if (!dim_is(offset, 0)) return false;
    if (bits % 8) return dim_is(s->bytes, value_bytes(v));
    return s->bytes == dim_mul(shape_elements(&v->type.shape), dim_const(bits / 8));
}

/* The target is a stretch of the source's memory: Reshape, Slice of the outermost axis. */
static bool target_in_source(const Graph *g, Step *s)
{
    if (s->target->is_output || !whole(s, s->target, s->target_offset) || writers(g, s->target) != 1) return false;
    place(s->target, s->source, dim_value(s->source_offset));
    return true;
}

/* -- blocks ------------------------------------------------------------------------------------ */

typedef struct {
    int first, last;
} Range;

static bool opens(const Step *s)
{
    return s->kind == STEP_IF || s->kind == STEP_FOR;
}

/* The innermost loop or branch that step i stands in. */
static Range block_of(const Graph *g, int i)
{
    Range r = {i, i};
    int depth = 0;
    while (r.first >= 0) {
        const Step *s = g->steps[r.first];
        if (depth == 0 && r.first != i && (opens(s) || s->kind == STEP_ELSE)) break;
        if (r.first != i) depth += (s->kind == STEP_END) - opens(s);
        r.first--;
    }
    for (depth = 0; r.last < g->n_steps; r.last++) {
        const Step *s = g->steps[r.last];
        if (depth == 0 && r.last != i && (s->kind == STEP_END || s->kind == STEP_ELSE)) break;
        if (r.last != i) depth += opens(s) - (s->kind == STEP_END);
    }
    return r;
}

typedef struct {
    const Value *root;
    bool found;
} Mention;

static void find_mention(Value *v, bool written, void *context)
{
    Mention *m = context;
    (void)written;
    m->found = m->found || storage_root(v, NULL) == m->root;
}

/* Branches write their results over one another: only what lives in the branch alone may lie there from the start. */
static bool is_free(const Graph *g, int i, const Value *target, const Value *root)
{
    const Range block = block_of(g, i);
    bool others = false;
    Mention m = {root, false};
    for (int k = 0; k < g->n_steps; k++)
        if (k <= block.first || k >= block.last) others = others || step_writes(g->steps[k], target);
    for (int k = 0; k < g->n_steps && others; k++)
        if (k <= block.first || k >= block.last) step_values(g->steps[k], find_mention, &m);
    return !m.found;
}

/* Is it replaced after step i by what the same loop carries? */
static bool is_replaced(const Graph *g, int i, const Value *root)
{
    for (int k = i + 1; k < g->n_steps; k++)
        if (g->steps[k]->keep && g->steps[k]->node == g->steps[i]->node && g->steps[k]->target == root) return true;
    return false;
}

/* -- copies ------------------------------------------------------------------------------------ */

/* The source can be computed right where the target wants it: a part of a Concat, or an output of the model. */
static bool source_in_target(const Graph *g, int i)
{
    Step *s = g->steps[i];
    int64_t offset;
    Value *root = storage_root(s->source, &offset);
    if (!whole(s, s->source, s->source_offset) || offset != 0 || !same_size(root, s->source) || !in_arena(root))
        return false;
    if (storage_root(s->target, NULL) == root || !is_free(g, i, s->target, root)) return false;
    place(root, s->target, dim_value(s->target_offset));
    return true;
}

void plan_views(Graph *g)
{
    for (int i = 0; i < g->n_steps; i++) {
        Step *s = g->steps[i];
        if (s->kind != STEP_COPY || s->keep || !const_offsets(s)) continue;
        if (s->apart && is_replaced(g, i, storage_root(s->source, NULL))) continue;
        s->elided = target_in_source(g, s) || source_in_target(g, i);
    }
}

/* -- in place ---------------------------------------------------------------------------------- */

/* Does the loop read all of the operand, or of a band of its rows, in the order in which it stores its results? */
static bool reads_densely(const Loop *l, const LoopOperand *o)
{
    Dim stride = dim_const(1), offset = l->results[0].offset;
    if (offset ? o->offset != offset : o->offset && !dim_is(o->offset, 0)) return false;
    for (int d = l->rank - 1; d >= 0; d--) {
        if (!dim_is(l->extent[d], 1) && o->stride[d] != stride) return false;
        stride = dim_mul(stride, l->extent[d]);
    }
    return offset || stride == shape_elements(&o->value->type.shape);
}

/* May the loop's result lie over operand o? Every other operand in the same memory must be read at the same places. */
static bool loop_allows(const Loop *l, const LoopOperand *o)
{
    int64_t offset, other_offset;
    Value *root = storage_root(o->value, &offset);
    if (!reads_densely(l, o)) return false;
    for (int i = 0; i < l->n_operands; i++) {
        const LoopOperand *p = &l->operands[i];
        if (p == o || storage_root(p->value, &other_offset) != root) continue;
        if (other_offset != offset || !reads_densely(l, p) ||
            dtype_bits(p->value->type.dtype) != dtype_bits(o->value->type.dtype))
            return false;
    }
    return true;
}

/* `in` dies at step i, so `out`, born there, may take its memory. */
static bool take_over(Value *out, Value *in, int i)
{
    int64_t offset;
    Value *root = storage_root(in, &offset), *result = storage_root(out, NULL);
    if (result != out || !in_arena(result) || !in_arena(root) || root == result || root->last_step != i ||
        root->first_step >= i)
        return false;
    if (value_bytes(out) > value_bytes(root) - offset) return false;
    place(out, in, 0);
    if (out->last_step > root->last_step) root->last_step = out->last_step;
    return true;
}

static void loop_in_place(Step *s, int i)
{
    const Loop *l = s->loop;
    if (l->n_results != 1) return;
    Value *result = l->results[0].value;
    for (int k = 0; k < l->n_operands; k++) {
        const LoopOperand *o = &l->operands[k];
        if (dtype_bits(o->value->type.dtype) != dtype_bits(result->type.dtype) || !loop_allows(l, o)) continue;
        if (take_over(result, o->value, i)) return;
    }
}

/* Another argument in the same memory would be overwritten while it is read. */
static bool shares_memory(const Step *s, const Value *in)
{
    Value *root = storage_root((Value *)in, NULL);
    for (int i = 0; i < s->n_args; i++)
        if (s->args[i].kind == ARG_VALUE && s->args[i].value != in && storage_root(s->args[i].value, NULL) == root)
            return true;
    return false;
}

void plan_in_place(Graph *g)
{
    for (int i = 0; i < g->n_steps; i++) {
        Step *s = g->steps[i];
        if (s->kind == STEP_LOOP) loop_in_place(s, i);
        else if (s->kind == STEP_CALL && s->inplace_in && !shares_memory(s, s->inplace_in))
            take_over(s->inplace_out, s->inplace_in, i);
    }
}

/* -- what loops carry -------------------------------------------------------------------------- */

/* Is `root` mentioned by steps [from, to)? */
static bool is_mentioned(const Graph *g, int from, int to, const Value *root)
{
    Mention m = {root, false};
    for (int k = from; k < to; k++) step_values(g->steps[k], find_mention, &m);
    return m.found;
}

static int root_writes(const Step *s, const Value *root)
{
    int count = 0;
    if (s->kind == STEP_LOOP)
        for (int i = 0; i < s->loop->n_results; i++) count += storage_root(s->loop->results[i].value, NULL) == root;
    else if (s->kind == STEP_CALL)
        for (int i = 0; i < s->n_args; i++)
            count += s->args[i].kind == ARG_VALUE && s->args[i].written && storage_root(s->args[i].value, NULL) == root;
    else if (s->kind == STEP_COPY || s->kind == STEP_STORE) count = !s->elided && storage_root(s->target, NULL) == root;
    return count;
}

/* May step p write its result, `root`, over the state it reads? */
static bool writes_over(const Step *p, const Value *state, const Value *root)
{
    int64_t offset;
    if (p->kind == STEP_LOOP) {
        const Loop *l = p->loop;
        for (int k = 0; k < l->n_operands; k++) {
            const LoopOperand *o = &l->operands[k];
            bool same_width = dtype_bits(o->value->type.dtype) == dtype_bits(l->results[0].value->type.dtype);
            if (storage_root(o->value, NULL) == state && !(same_width && loop_allows(l, o))) return false;
        }
        return l->n_results == 1;
    }
    return p->kind == STEP_CALL && p->inplace_in && storage_root(p->inplace_in, &offset) == state && offset == 0 &&
           storage_root(p->inplace_out, NULL) == root && !shares_memory(p, p->inplace_in);
}

/* The step that alone computes `root`, and stands in the block itself; -1 if there is none such. */
static int maker_in(const Graph *g, Range block, const Value *root)
{
    int maker = -1;
    for (int k = block.first + 1; k < block.last; k++) {
        if (!root_writes(g->steps[k], root)) continue;
        if (maker >= 0) return -1;
        maker = k;
    }
    if (maker < 0 || block_of(g, maker).first != block.first) return -1;
    return maker;
}

/* Step i ends a round with state = source. If nobody reads the state once the source is computed, that happens in the
 * state's place. */
static bool source_in_state(const Graph *g, int i)
{
    const Step *s = g->steps[i];
    int64_t offset, state_offset;
    Value *root = storage_root(s->source, &offset), *state = storage_root(s->target, &state_offset);
    const Range block = block_of(g, i);
    if (block.first < 0 || g->steps[block.first]->kind != STEP_FOR || g->steps[block.first]->node != s->node)
        return false;
    if (root == state || !in_arena(root) || offset != 0 || state_offset != 0 || !same_size(root, s->target) ||
        !same_size(root, state))
        return false;
    int maker = maker_in(g, block, root);
    if (maker < 0 || is_mentioned(g, 0, maker, root) || is_mentioned(g, block.last, g->n_steps, root)) return false;
    if (is_mentioned(g, maker + 1, i, state) || is_mentioned(g, i + 1, block.last, state)) return false;
    if (is_mentioned(g, maker, maker + 1, state) && !writes_over(g->steps[maker], state, root)) return false;
    place(root, s->target, 0);
    return true;
}

void plan_states(Graph *g)
{
    for (int i = 0; i < g->n_steps; i++) {
        Step *s = g->steps[i];
        if (s->kind == STEP_COPY && s->keep && const_offsets(s)) s->elided = source_in_state(g, i);
    }
}
