/* arena_buffers: what lies in the arena, and for which of the steps that are printed. */
#include "emit/emit.h"

#include "plan/plan.h"

Buffers arena_buffers(const Graph *g)
{
    Buffers b = {0};
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; step_next(g->steps[i], &a);) storage_root(a.value, NULL)->marked = false;
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; mention_next(g->steps[i], &a);) {
            Value *root = storage_root(a.value, NULL);
            if (!in_arena(root) || root->marked) continue;
            root->marked = true;
            mem_grow(&b.items, &b.capacity, b.count + 1, sizeof *b.items);
            b.items[b.count++] = root;
        }
    return b;
}

bool is_scratch_buffer(const Value *root)
{
    for (const Value *v = root->next_view; v != root; v = v->next_view)
        if (!is_scratch(v)) return false;
    return is_scratch(root);
}

Life life_of(const Graph *g, const Value *v)
{
    int first = v->first_step, last = v->last_step;
    while (first < last && step_is_elided(g->steps[first])) first++;
    while (last > first && step_is_elided(g->steps[last])) last--;
    return (Life){g->steps[first], g->steps[last]};
}

int64_t *live_bytes(const Graph *g, const Buffers *b)
{
    int64_t *live = mem_array((size_t)g->n_steps + 1, sizeof *live);
    for (int i = 0; i < b->count; i++) {
        if (b->items[i]->memory) continue;
        const Life life = life_of(g, b->items[i]);
        int64_t bytes = (value_bytes(b->items[i]) + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
        live[life.first->at] += bytes;
        live[life.last->at + 1] -= bytes;
    }
    for (int i = 1; i <= g->n_steps; i++) live[i] += live[i - 1];
    return live;
}

int peak_step(const Graph *g)
{
    Buffers b = arena_buffers(g);
    const int64_t *live = live_bytes(g, &b);
    int peak = 0;
    for (int i = 1; i < g->n_steps; i++)
        if (live[i] > live[peak]) peak = i;
    return b.count ? g->steps[peak]->paragraph : 0;
}
