/* views: copies that need not happen, and results that take the place of an input that dies.
 *
 * Requires: steps. Leaves: value->storage of every value: itself, or the value whose memory it lies in (possibly
 * through a chain; storage_root resolves it); copies that became views are marked elided. Part of plan.c's work. */
#include "plan/plan.h"

#include "op/op.h"

/* The next value on the way to the root, and how far it is into that one. */
static Value *towards_root(const Value *v, int64_t *offset)
{
    *offset = v->shortcut ? v->shortcut_offset : v->storage_offset;
    return v->shortcut ? v->shortcut : v->storage;
}

/* All on the way get a shortcut to the root, so that long ways are gone once. */
Value *storage_root(Value *v, int64_t *offset)
{
    int64_t sum = 0, part;
    Value *root = v;
    while (root->storage && root->storage != root) {
        root = towards_root(root, &part);
        sum += part;
    }
    if (offset) *offset = sum;
    while (v != root) {
        Value *next = towards_root(v, &part);
        v->shortcut = root;
        v->shortcut_offset = sum;
        sum -= part;
        v = next;
    }
    return root;
}

/* Memory that the plan hands out, not the caller's and not a constant. */
bool in_arena(const Value *root)
{
    return !value_is_callers(root) && !root->data;
}

/* All that lies in v's memory goes with it, and what is known of that memory. */
static void place(Value *v, Value *in, int64_t offset)
{
    Value *root = storage_root(in, NULL), *next = v->next_view;
    v->storage = in;
    v->storage_offset = offset;
    v->next_view = root->next_view;
    root->next_view = next;
    root->stores += v->stores;
    if (v->first_step < root->first_step) root->first_step = v->first_step;
    if (v->last_step > root->last_step) root->last_step = v->last_step;
}

/* The copy need not be done: what it writes lies there already. */
static void elide(Step *copy)
{
    copy->copy.elided = true;
    storage_root(copy->copy.target, NULL)->stores--;
}

static bool same_size(const Value *a, const Value *b)
{
    return value_bytes(a) == value_bytes(b);
}

static bool const_offsets(const Step *s)
{
    return dim_is_const(s->copy.source_offset) && dim_is_const(s->copy.target_offset);
}

/* All of `v`, at the bound of its size, is what the copy moves. */
static bool whole(const Step *s, const Value *v, Dim offset)
{
    int bits = dtype_bits(v->type.dtype);
    if (!dim_is(offset, 0)) return false;
    if (bits % 8) return dim_is(s->copy.bytes, value_bytes(v));
    return s->copy.bytes == dim_mul(shape_elements(&v->type.shape), dim_const(bits / 8));
}

/* The target is a stretch of the source's memory: Reshape, Slice of the outermost axis. */
static bool target_in_source(const Step *s)
{
    Value *target = s->copy.target;
    if (target->is_output || !whole(s, target, s->copy.target_offset) || target->uses.writes != 1) return false;
    place(target, s->copy.source, dim_value(s->copy.source_offset));
    return true;
}

static bool mentions(const Step *s, const Value *root)
{
    for (Access a = {0}; step_next(s, &a);)
        if (storage_root(a.value, NULL) == root) return true;
    return false;
}

static bool all_in(const StepBlock *b, int first, int last)
{
    return first > b->first && last < b->last;
}

/* Branches write their results over one another: only what lives in the branch alone may lie there from the start. */
static bool is_free(const Step *copy, const Value *target, const Value *root)
{
    const StepBlock *b = copy->block;
    return all_in(b, target->uses.first_write, target->uses.last_write) || all_in(b, root->first_step, root->last_step);
}

/* Is it replaced after this copy by what the same loop carries? That is the last time that it is written. */
static bool is_replaced(const Graph *g, const Step *copy, const Value *root)
{
    const Step *s = root->uses.writes ? g->steps[root->uses.last_write] : copy;
    return s->at > copy->at && s->kind == STEP_COPY && s->copy.into_state && s->node == copy->node;
}

/* -- copies ------------------------------------------------------------------------------------ */

/* The source can be computed right where the target wants it: a part of a Concat, or an output of the model. */
static bool source_in_target(const Step *s)
{
    const Copy *c = &s->copy;
    int64_t offset;
    Value *root = storage_root(c->source, &offset);
    if (!whole(s, c->source, c->source_offset) || offset != 0 || !same_size(root, c->source) || !in_arena(root))
        return false;
    if (storage_root(c->target, NULL) == root || !is_free(s, c->target, root)) return false;
    place(root, c->target, dim_value(c->target_offset));
    return true;
}

void plan_views(Graph *g)
{
    for (int i = 0; i < g->n_steps; i++) {
        Step *s = g->steps[i];
        if (s->kind != STEP_COPY || s->copy.into_state || !const_offsets(s)) continue;
        if (s->copy.from_state && is_replaced(g, s, storage_root(s->copy.source, NULL))) continue;
        if (target_in_source(s) || source_in_target(s)) elide(s);
    }
}

/* -- in place ---------------------------------------------------------------------------------- */

/* Does the loop read all of the operand, or of a tile of its rows, in the order in which it stores its results? */
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

/* An input is as large as this call has it: what has just its size may take its place. */
static bool may_write_over(const Model *m, const Value *out, const Value *in, const Value *root)
{
    if (in_arena(root)) return true;
    return m->options.reuse_inputs && root->is_input && in->type.dtype != DT_STRING &&
           dtype_bits(out->type.dtype) <= dtype_bits(in->type.dtype) &&
           shape_elements(&out->type.shape) == shape_elements(&in->type.shape);
}

/* `in` dies at step i, so `out`, born there, may take its memory. */
static bool may_take_over(const Model *m, Value *out, Value *in, int i)
{
    int64_t offset;
    Value *root = storage_root(in, &offset), *result = storage_root(out, NULL);
    return result == out && in_arena(result) && may_write_over(m, out, in, root) && root != result &&
           root->last_step == i && root->first_step < i && value_bytes(out) <= value_bytes(root) - offset;
}

static void loop_in_place(const Model *m, Step *s, int i)
{
    const Loop *l = s->loop;
    if (l->n_results != 1) return;
    Value *result = l->results[0].value;
    for (int k = 0; k < l->n_operands; k++) {
        const LoopOperand *o = &l->operands[k];
        if (dtype_bits(o->value->type.dtype) != dtype_bits(result->type.dtype)) continue;
        if (!may_take_over(m, result, o->value, i) || !loop_allows(l, o)) continue;
        place(result, o->value, 0);
        return;
    }
}

/* Another argument in the same memory would be overwritten while it is read. */
static bool shares_memory(const Step *s, Value *in)
{
    Value *root = storage_root(in, NULL);
    for (Access a = {0}; step_next(s, &a);)
        if (a.value != in && storage_root(a.value, NULL) == root) return true;
    return false;
}

static void call_in_place(const Model *m, Step *s, int i)
{
    for (int k = 0; k < 2; k++) {
        Value *in = s->call.in_place[k].in, *out = s->call.in_place[k].out;
        if (in && !shares_memory(s, in) && may_take_over(m, out, in, i)) place(out, in, 0);
    }
}

void plan_in_place(Model *m)
{
    const Graph *g = m->graph;
    for (int i = 0; i < g->n_steps; i++) {
        Step *s = g->steps[i];
        if (s->kind == STEP_LOOP) loop_in_place(m, s, i);
        else if (s->kind == STEP_CALL) call_in_place(m, s, i);
    }
}

/* -- what loops carry -------------------------------------------------------------------------- */

int step_after(const Graph *g, const Value *v, int step)
{
    int low = 0, high = v->uses.count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (v->uses.items[middle].step->at <= step) low = middle + 1;
        else high = middle;
    }
    return low < v->uses.count ? v->uses.items[low].step->at : g->n_steps;
}

/* Do steps (after, before) mention memory `root`? */
static bool is_mentioned(const Graph *g, int after, int before, Value *root)
{
    Value *v = root;
    do {
        if (step_after(g, v, after) < before) return true;
        v = v->next_view;
    } while (v != root);
    return false;
}

static int writings(const Step *s, const Value *root)
{
    int count = 0;
    for (Access a = {0}; !step_is_elided(s) && step_next(s, &a);)
        count += a.written && storage_root(a.value, NULL) == root;
    return count;
}

static bool loop_writes_over(const Loop *l, const Value *state)
{
    for (int k = 0; k < l->n_operands; k++) {
        const LoopOperand *o = &l->operands[k];
        bool same_width = dtype_bits(o->value->type.dtype) == dtype_bits(l->results[0].value->type.dtype);
        if (storage_root(o->value, NULL) == state && !(same_width && loop_allows(l, o))) return false;
    }
    return l->n_results == 1;
}

/* May step p write its result, `root`, over the state it reads? */
static bool writes_over(const Step *p, const Value *state, const Value *root)
{
    int64_t offset;
    if (p->kind == STEP_LOOP) return loop_writes_over(p->loop, state);
    for (int k = 0; p->kind == STEP_CALL && k < 2 && p->call.in_place[k].in; k++) {
        const InPlace *pair = &p->call.in_place[k];
        if (storage_root(pair->in, &offset) == state && offset == 0 && storage_root(pair->out, NULL) == root)
            return !shares_memory(p, pair->in);
    }
    return false;
}

/* The step that alone computes `root`, which only the block mentions, and stands in the block itself; NULL if there is
 * none such. */
static const Step *maker_in(const Graph *g, const StepBlock *b, const Value *root)
{
    const Step *first = g->steps[root->first_step];
    bool alone = root->stores > 0 && writings(first, root) == root->stores;
    return alone && first->block == b && root->last_step < b->last ? first : NULL;
}

/* -- what one call leaves for the next ---------------------------------------------------------- */

/* Where step s writes into memory `root`: the byte it begins at; NULL: that isn't told. */
static Dim begins_at(const Step *s, const Access *a, Value *root)
{
    int64_t offset;
    const Arg *y = s->kind == STEP_CALL ? step_arg(s, "y") : NULL;
    if (storage_root(a->value, &offset) != root) return NULL;
    if (s->kind == STEP_COPY) return dim_add(dim_const(offset), s->copy.target_offset);
    if (!y || y->value != a->value || !step_arg(s, "y_stride") || dtype_bits(y->value->type.dtype) % 8) return NULL;
    Dim bytes = dim_const(dtype_bits(y->value->type.dtype) / 8);
    return dim_add(dim_const(offset), y->offset ? dim_mul(y->offset, bytes) : dim_const(0));
}

/* The state itself, copied to where it lies anyway once `root` lies there. */
static bool keeps_state(const Step *s, const Value *state)
{
    int64_t offset;
    return s->kind == STEP_COPY && storage_root(s->copy.source, &offset) == state && offset == 0 &&
           dim_is(s->copy.source_offset, 0);
}

/* Is all of `root` the state followed by what is written after it? Then the state grows where it lies. */
static bool grows_after(const Graph *g, Value *root, Value *state)
{
    bool keeps = false;
    Dim end = bytes_of(state);
    for (int i = root->first_step; i <= root->last_step; i++) {
        const Step *s = g->steps[i];
        for (Access a = {0}; !step_is_elided(s) && step_next(s, &a);) {
            if (!a.written || storage_root(a.value, NULL) != root) continue;
            Dim begin = begins_at(s, &a, root);
            bool kept = begin && dim_is(begin, 0) && keeps_state(s, state);
            if (!begin || (!kept && dim_low(dim_sub(begin, end)) < 0)) return false;
            keeps = keeps || kept;
        }
    }
    return keeps;
}

/* The first step of the statement that the first step to mention `root` stands in. */
static int begin_of(const Graph *g, const Value *root)
{
    const Step *first = g->steps[root->first_step];
    int at = first->at;
    for (const StepBlock *b = first->block; b->opener; b = b->parent)
        at = b->branch_before ? b->branch_before->first : b->first;
    return at;
}

/* The copy ends the run with state = source: may the source be computed in the state's place? */
static bool output_in_state(const Graph *g, const Step *s)
{
    int64_t offset, state_offset;
    Value *root = storage_root(s->copy.source, &offset), *state = storage_root(s->copy.target, &state_offset);
    if (root == state || !in_arena(root) || offset != 0 || state != s->copy.target) return false;
    if (!same_size(root, s->copy.source)) return false;
    if (!grows_after(g, root, state)) {
        int begin = begin_of(g, root);
        const Step *maker = maker_in(g, s->block, root);
        bool over = mentions(g->steps[begin], state) && maker && writes_over(maker, state, root);
        if (is_mentioned(g, over ? begin : begin - 1, s->at, state)) return false;
    }
    place(root, s->copy.target, 0);
    return true;
}

/* The copy ends a round with state = source. If nobody reads the state once the source is computed, that happens in the
 * state's place. */
static bool source_in_state(const Graph *g, const Step *s)
{
    int64_t offset, state_offset;
    Value *root = storage_root(s->copy.source, &offset), *state = storage_root(s->copy.target, &state_offset);
    const StepBlock *b = s->block;
    if (!b->opener || b->opener->kind != STEP_FOR || b->opener->node != s->node) return false;
    if (root == state || !in_arena(root) || offset != 0 || state_offset != 0) return false;
    if (!same_size(root, s->copy.target) || !same_size(root, state)) return false;
    const Step *maker = maker_in(g, b, root);
    if (!maker || is_mentioned(g, maker->at, s->at, state) || is_mentioned(g, s->at, b->last, state)) return false;
    if (mentions(maker, state) && !writes_over(maker, state, root)) return false;
    place(root, s->copy.target, 0);
    return true;
}

void plan_states(Graph *g)
{
    for (int i = 0; i < g->n_steps; i++) {
        Step *s = g->steps[i];
        if (s->kind != STEP_COPY || !s->copy.into_state || !const_offsets(s)) continue;
        if (s->copy.target->is_state ? output_in_state(g, s) : source_in_state(g, s)) elide(s);
    }
}
