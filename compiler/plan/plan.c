/* plan: where every value lies, and for how long.
 *
 * Requires: steps in execution order. Leaves: copies elided, values sharing memory where that is legal, arena offsets
 * of all others, and the sizes reached in the model. */
#include "plan/plan.h"

#include "plan/arena.h"

#include <limits.h>

/* -- the values of a step ---------------------------------------------------------------------- */

void step_values(const Step *s, void (*visit)(Value *v, bool written, void *context), void *context)
{
    switch (s->kind) {
    case STEP_CALL:
        for (int i = 0; i < s->n_args; i++)
            if (s->args[i].kind == ARG_VALUE) visit(s->args[i].value, s->args[i].written, context);
        break;
    case STEP_LOOP:
        for (int i = 0; i < s->loop->n_operands; i++) visit(s->loop->operands[i].value, false, context);
        for (int i = 0; i < s->loop->n_results; i++) visit(s->loop->results[i].value, true, context);
        break;
    case STEP_COPY:
        visit(s->source, false, context);
        visit(s->target, true, context);
        break;
    case STEP_IF:
    case STEP_FOR:
    case STEP_READ:
        if (s->condition) visit(s->condition, false, context);
        if (s->source) visit(s->source, false, context);
        break;
    case STEP_STORE: visit(s->target, true, context); break;
    case STEP_ELSE:
    case STEP_END:
    case STEP_SET: break;
    }
}

typedef struct {
    const Value *value;
    int count;
} WriteCount;

static void count_write(Value *v, bool written, void *context)
{
    WriteCount *w = context;
    if (written && v == w->value) w->count++;
}

int step_writes(const Step *s, const Value *v)
{
    WriteCount w = {v, 0};
    step_values(s, count_write, &w);
    return w.count;
}

/* -- lifetimes --------------------------------------------------------------------------------- */

static void forget(Value *v, bool written, void *context)
{
    (void)written, (void)context;
    v->storage = v;
    v->storage_offset = 0;
    v->arena_offset = -1;
    v->first_step = INT_MAX;
    v->last_step = -1;
}

static void extend(Value *v, int step)
{
    if (step < v->first_step) v->first_step = step;
    if (step > v->last_step) v->last_step = step;
}

/* A value lives from its first mention to its last; so does the memory it lies in. */
static void live_at(Value *v, bool written, void *context)
{
    (void)written;
    extend(v, *(const int *)context);
    extend(storage_root(v, NULL), *(const int *)context);
}

/* What is live on one side of a loop's edge and used inside lives through all of the loop: the next round reads it
 * again, or what earlier rounds left in it is read after the loop. */
typedef struct {
    int first, last;
    bool changed;
} Block;

static void live_through(Value *v, bool written, void *context)
{
    Block *b = context;
    Value *root = storage_root(v, NULL);
    (void)written;
    bool before = root->first_step < b->first && root->last_step >= b->first && root->last_step < b->last;
    bool after = root->last_step > b->last && root->first_step > b->first && root->first_step <= b->last;
    if (!before && !after) return;
    extend(root, b->first);
    extend(root, b->last);
    b->changed = true;
}

static int end_of_block(const Graph *g, int start)
{
    int depth = 0;
    for (int i = start; i < g->n_steps; i++) {
        StepKind k = g->steps[i]->kind;
        depth += (k == STEP_IF || k == STEP_FOR) - (k == STEP_END);
        if (!depth) return i;
    }
    internal_error("a block of steps has no end");
}

/* A loop over bands of rows reads some of a value's rows again in the next round: the value lives through all rounds.
 * Only where one step alone reads it may that step's result take its place, row by row: that is left open until
 * plan_in_place is done. */
typedef struct {
    const Value *root;
    int readers;
} Reading;

static void count_reading(Value *v, bool written, void *context)
{
    Reading *r = context;
    r->readers += !written && storage_root(v, NULL) == r->root;
}

typedef struct {
    const Graph *g;
    Block block;
    bool shared_only;
} Rounds;

static void live_in_rounds(Value *v, bool written, void *context)
{
    const Rounds *r = context;
    Value *root = storage_root(v, NULL);
    Reading reading = {root, 0};
    (void)written;
    for (int k = r->block.first; k <= r->block.last && r->shared_only; k++)
        step_values(r->g->steps[k], count_reading, &reading);
    if (r->shared_only && reading.readers < 2) return;
    extend(root, r->block.first);
    extend(root, r->block.last);
}

static void find_rounds(const Graph *g, bool shared_only)
{
    for (int i = 0; i < g->n_steps; i++) {
        if (g->steps[i]->kind != STEP_FOR || !g->steps[i]->keep) continue;
        Rounds r = {g, {i, end_of_block(g, i), false}, shared_only};
        for (int k = r.block.first; k <= r.block.last; k++) step_values(g->steps[k], live_in_rounds, &r);
    }
}

static void find_lifetimes(Graph *g)
{
    for (int i = 0; i < g->n_steps; i++) step_values(g->steps[i], live_at, &i);
    for (bool changed = true; changed;) {
        changed = false;
        for (int i = 0; i < g->n_steps; i++) {
            if (g->steps[i]->kind != STEP_FOR || g->steps[i]->keep) continue;
            Block b = {i, end_of_block(g, i), false};
            for (int k = b.first; k <= b.last; k++) step_values(g->steps[k], live_through, &b);
            changed = changed || b.changed;
        }
    }
}

/* -- the arena --------------------------------------------------------------------------------- */

typedef struct {
    int count, capacity;
    Value **items;
} Buffers;

static void collect(Value *v, bool written, void *context)
{
    Buffers *b = context;
    (void)written;
    if (v->storage != v || !in_arena(v) || v->arena_offset == 0) return;
    v->arena_offset = 0; /* marks it as collected */
    mem_grow(&b->items, &b->capacity, b->count + 1, sizeof *b->items);
    b->items[b->count++] = v;
}

static void place_buffers(Model *m)
{
    Graph *g = m->graph;
    Buffers b = {0};
    for (int i = 0; i < g->n_steps; i++)
        if (!g->steps[i]->elided) step_values(g->steps[i], collect, &b);
    for (int i = 0; i < g->n_steps; i++) { /* roots that only views mention */
        if (!g->steps[i]->elided) continue;
        collect(storage_root(g->steps[i]->source, NULL), false, &b);
    }
    ArenaItem *items = mem_array((size_t)b.count + 1, sizeof *items);
    for (int i = 0; i < b.count; i++)
        items[i] = (ArenaItem){.bytes = value_bytes(b.items[i]),
                               .first = b.items[i]->first_step,
                               .last = b.items[i]->last_step};
    ArenaPlan reached = arena_plan(items, b.count, ARENA_ALIGN);
    /* tensors without elements still get an address */
    m->arena_bytes = b.count && !reached.total ? ARENA_ALIGN : reached.total;
    m->arena_lower_bound = reached.bound;
    for (int i = 0; i < b.count; i++) b.items[i]->arena_offset = items[i].offset;
    if (m->arena_bytes > INT_MAX)
        model_error(m, "the model needs %lld bytes of working memory; at most %d can be addressed",
                    (long long)m->arena_bytes, INT_MAX);
}

/* Byte counts in the generated code are int32_t. */
static void check_size(Value *v, bool written, void *context)
{
    Node *n = ((const Step *)context)->node;
    if (!written || n->failed || value_bytes(v) <= INT_MAX) return;
    n->failed = true;
    node_error(n, "its result \"%s\", %s%s, is or can become larger than 2 GB", v->name, dtype_name(v->type.dtype),
               shape_text(&v->type.shape));
}

/* A copy between values that came to lie in the same place is none: what a loop carries into its next round, changed in
 * place. */
static void drop_idle_copies(Graph *g)
{
    for (int i = 0; i < g->n_steps; i++) {
        Step *s = g->steps[i];
        if (s->kind != STEP_COPY || s->elided || !dim_is(s->source_offset, 0) || !dim_is(s->target_offset, 0)) continue;
        int64_t from, to;
        bool same = storage_root(s->source, &from) == storage_root(s->target, &to);
        s->elided = same && from == to;
    }
}

StageResult plan(Model *m)
{
    Graph *g = m->graph;
    for (int i = 0; i < g->n_steps; i++) step_values(g->steps[i], check_size, g->steps[i]);
    if (m->errors) return STAGE_DONE;
    for (int i = 0; i < g->n_steps; i++) step_values(g->steps[i], forget, NULL);
    plan_views(g);
    plan_states(g);
    find_lifetimes(g);
    find_rounds(g, true);
    plan_in_place(g);
    find_rounds(g, false);
    drop_idle_copies(g);
    place_buffers(m);
    return STAGE_DONE;
}
