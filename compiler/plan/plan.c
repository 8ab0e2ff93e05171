/* plan: where every value lies, and for how long.
 *
 * Requires: steps in execution order. Leaves: copies elided, values sharing memory where that is legal, arena offsets
 * of all others, and the sizes reached in the model. */
#include "plan/plan.h"

#include "plan/arena.h"

#include <limits.h>

/* -- lifetimes --------------------------------------------------------------------------------- */

/* Every value lies in memory of its own, and lives from its first mention to its last. */
static void forget_places(Graph *g)
{
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; step_next(g->steps[i], &a);) {
            Value *v = a.value;
            v->storage = v->next_view = v;
            v->storage_offset = 0;
            v->shortcut = NULL;
            v->arena_offset = -1;
            v->memory = NULL;
            v->stores = v->uses.writes;
            v->first_step = v->uses.items[0].step->at;
            v->last_step = v->uses.items[v->uses.count - 1].step->at;
        }
}

/* What inputs hold is there before the first step, what outputs hold is wanted after the last one. */
static void hold_arguments(const Graph *g)
{
    for (int i = 0; i < g->n_inputs; i++) g->inputs[i]->first_step = -1;
    for (int i = 0; i < g->n_outputs; i++) g->outputs[i]->last_step = g->n_steps;
}

static void extend(Value *v, int step)
{
    if (step < v->first_step) v->first_step = step;
    if (step > v->last_step) v->last_step = step;
}

/* What is live on one side of a loop's edge and used inside lives through all of the loop: the next round reads it
 * again, or what earlier rounds left in it is read after the loop. */
static bool lives_beyond(const Value *root, const StepBlock *b)
{
    bool before = root->first_step < b->first && root->last_step >= b->first && root->last_step < b->last;
    bool after = root->last_step > b->last && root->first_step > b->first && root->first_step <= b->last;
    return before || after;
}

static void live_through(Value *root, const StepBlock *b)
{
    extend(root, b->first);
    extend(root, b->last);
}

static bool extend_through(const Graph *g, const StepBlock *b)
{
    bool changed = false;
    for (int k = b->first; k <= b->last; k++)
        for (Access a = {0}; step_next(g->steps[k], &a);) {
            Value *root = storage_root(a.value, NULL);
            if (!lives_beyond(root, b)) continue;
            live_through(root, b);
            changed = true;
        }
    return changed;
}

/* Beside the steps that mention it, memory lives through the loops that need it. */
static void find_lifetimes(Graph *g)
{
    for (bool changed = true; changed;) {
        changed = false;
        for (int i = 0; i < g->n_steps; i++) {
            const Step *s = g->steps[i];
            if (s->kind == STEP_FOR && !s->rounds.tiles) changed = extend_through(g, s->opens) || changed;
        }
    }
}

/* Any string may point into it, up to those that the caller gets. */
static void keep_text(const Graph *g)
{
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; step_next(g->steps[i], &a);)
            if (a.value->holds_text) extend(a.value, g->n_steps - 1);
}

static int readings_of(const Graph *g, const StepBlock *b, const Value *root)
{
    int count = 0;
    for (int k = b->first; k <= b->last; k++)
        for (Access a = {0}; step_next(g->steps[k], &a);) count += !a.written && storage_root(a.value, NULL) == root;
    return count;
}

/* Is nothing in this memory needed in the next round? What one step alone mentions is its scratch. */
static bool is_for_a_round(const Value *root)
{
    if (root->first_step == root->last_step) return true;
    for (const Value *v = root->next_view; v != root; v = v->next_view)
        if (!v->each_round) return false;
    return root->each_round;
}

/* A loop over tiles reads some of a value's rows again in the next round: the value lives through all rounds. Only
 * where one step alone reads it may that step's result take its place, row by row: that is left open until
 * plan_in_place is done. */
static void live_through_tiles(const Graph *g, bool shared_only)
{
    for (int i = 0; i < g->n_steps; i++) {
        const Step *s = g->steps[i];
        if (s->kind != STEP_FOR || !s->rounds.tiles) continue;
        for (int k = s->opens->first; k <= s->opens->last; k++)
            for (Access a = {0}; step_next(g->steps[k], &a);) {
                Value *root = storage_root(a.value, NULL);
                if (is_for_a_round(root)) continue;
                if (!shared_only || readings_of(g, s->opens, root) >= 2) live_through(root, s->opens);
            }
    }
}

/* -- the arena --------------------------------------------------------------------------------- */

/* Each once: `marked` is set for those that are collected. */
static void collect(Value *v, Buffers *b)
{
    if (v->storage != v || !in_arena(v) || v->marked) return;
    v->marked = true;
    buffers_add(b, v);
}

static void collect_all(const Graph *g, Buffers *b)
{
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; step_next(g->steps[i], &a);) storage_root(a.value, NULL)->marked = false;
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; !step_is_elided(g->steps[i]) && step_next(g->steps[i], &a);) collect(a.value, b);
    for (int i = 0; i < g->n_steps; i++) /* roots that only views mention */
        if (step_is_elided(g->steps[i])) collect(storage_root(g->steps[i]->copy.source, NULL), b);
}

/* Those that lie in no other memory. */
static ArenaPlan plan_arena(const Buffers *b)
{
    ArenaItem *items = mem_array((size_t)b->count + 1, sizeof *items);
    int count = 0;
    for (int i = 0; i < b->count; i++)
        if (!b->items[i]->memory)
            items[count++] = (ArenaItem){.bytes = value_bytes(b->items[i]),
                                         .first = b->items[i]->first_step,
                                         .last = b->items[i]->last_step};
    ArenaPlan reached = arena_plan(items, count, ARENA_ALIGN);
    if (count && !reached.total) reached.total = ARENA_ALIGN; /* tensors without elements still get an address */
    count = 0;
    for (int i = 0; i < b->count; i++)
        if (!b->items[i]->memory) b->items[i]->arena_offset = items[count++].offset;
    return reached;
}

static void take_back(const Buffers *b)
{
    for (int i = 0; i < b->count; i++)
        if (b->items[i]->memory && b->items[i]->memory->lent) b->items[i]->memory = NULL;
}

static void place_buffers(Model *m)
{
    Buffers b = {0};
    collect_all(m->graph, &b);
    place_in_regions(m, &b);
    ArenaPlan reached = plan_arena(&b);
    if (lend_arguments(m, &b, reached.total)) {
        ArenaPlan lent = plan_arena(&b);
        if (lent.total >= reached.total) take_back(&b);
        reached = lent.total < reached.total ? lent : plan_arena(&b);
    }
    m->arena_bytes = reached.total;
    m->arena_lower_bound = reached.bound;
    if (m->arena_bytes > INT_MAX)
        model_error(m, "the model needs %lld bytes of working memory; at most %d can be addressed",
                    (long long)m->arena_bytes, INT_MAX);
}

/* Byte counts in the generated code are int32_t. */
static void check_sizes(const Graph *g)
{
    for (int i = 0; i < g->n_steps; i++) {
        Node *n = g->steps[i]->node;
        for (Access a = {0}; step_next(g->steps[i], &a);) {
            const Value *v = a.value;
            if (a.written && !n->failed && value_bytes(v) > INT_MAX)
                node_error(n, "its result \"%s\", %s%s, is or can become larger than 2 GB", shown(v->name),
                           dtype_name(v->type.dtype), shown(shape_text(&v->type.shape)));
        }
    }
}

/* A copy between values that came to lie in the same place is none: what a loop carries into its next round, changed in
 * place. */
static void drop_idle_copies(Graph *g)
{
    for (int i = 0; i < g->n_steps; i++) {
        Step *s = g->steps[i];
        if (s->kind != STEP_COPY || s->copy.elided || !dim_is(s->copy.source_offset, 0) ||
            !dim_is(s->copy.target_offset, 0))
            continue;
        int64_t from, to;
        bool same = storage_root(s->copy.source, &from) == storage_root(s->copy.target, &to);
        s->copy.elided = same && from == to;
    }
}

static bool is_in_rounds(const StepBlock *b)
{
    for (; b->opener; b = b->parent)
        if (b->opener->kind == STEP_FOR && !b->opener->rounds.tiles) return true;
    return false;
}

/* A round would write its text over that of earlier ones. */
static void check_texts(const Graph *g)
{
    for (int i = 0; i < g->n_steps; i++) {
        const Step *s = g->steps[i];
        for (Access a = {0}; step_next(s, &a);)
            if (a.value->holds_text && !s->node->failed && is_in_rounds(s->block))
                node_error(
                    s->node,
                    "makes strings in a loop, whose rounds have one place for them; do this outside of the loop");
    }
}

StageResult plan(Model *m)
{
    Graph *g = m->graph;
    check_sizes(g);
    if (m->errors) return STAGE_DONE;
    steps_index(g);
    check_texts(g);
    if (m->errors) return STAGE_DONE;
    forget_places(g);
    hold_arguments(g);
    plan_views(g);
    plan_states(g);
    find_lifetimes(g);
    keep_text(g);
    live_through_tiles(g, true);
    plan_in_place(m);
    live_through_tiles(g, false);
    drop_idle_copies(g);
    place_buffers(m);
    return STAGE_DONE;
}
