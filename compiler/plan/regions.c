/* regions: the memories of --region NAME=BYTES. */
#include "plan/plan.h"

#include <limits.h>
#include <stdlib.h>

enum {
    ROUNDS = 10,       /* a step in a loop counts as so many */
    MOST_PLACED = 8192 /* buffers: each is compared with all that are there */
};

typedef struct {
    Value *value;
    int number; /* as they come */
    int64_t uses;
} Candidate;

static int64_t times(const Step *s)
{
    int64_t count = 1;
    for (const StepBlock *b = s->block; b->opener && count < INT_MAX; b = b->parent)
        if (b->opener->kind == STEP_FOR) count *= ROUNDS;
    return count;
}

/* Of all that lies in this memory. */
static int64_t uses_of(const Value *root)
{
    int64_t uses = 0;
    const Value *v = root;
    do {
        for (int i = 0; i < v->uses.count; i++)
            if (!step_is_elided(v->uses.items[i].step)) uses += times(v->uses.items[i].step);
        v = v->next_view;
    } while (v != root);
    return uses;
}

static int in_order(const void *x, const void *y)
{
    const Candidate *a = x, *b = y;
    int64_t a_bytes = value_bytes(a->value), b_bytes = value_bytes(b->value);
    if (a->uses != b->uses) return a->uses < b->uses ? 1 : -1;
    if (a_bytes != b_bytes) return a_bytes < b_bytes ? 1 : -1;
    return (a->number > b->number) - (a->number < b->number);
}

/* What has no bytes stays in the arena, which gives it an address in any case. */
static void place(Room *rooms, int count, Value *v)
{
    for (int i = 0; i < count && value_bytes(v) > 0; i++) {
        int64_t at = room_offset(&rooms[i], v);
        if (at < 0) continue;
        room_put(&rooms[i], v, at);
        return;
    }
}

void place_in_regions(Model *m, const Buffers *b)
{
    const Options *o = &m->options;
    Room *rooms = mem_array((size_t)o->n_regions + 1, sizeof *rooms);
    Candidate *candidates = mem_array((size_t)b->count + 1, sizeof *candidates);
    m->regions = mem_array((size_t)o->n_regions + 1, sizeof *m->regions);
    if (!o->n_regions) return;
    for (int i = 0; i < o->n_regions; i++) {
        m->regions[i] = (SideMemory){.name = o->regions[i].name, .bytes = o->regions[i].bytes};
        rooms[i] = (Room){.memory = &m->regions[i], .after = -1, .before = INT_MAX, .element = ARENA_ALIGN};
    }
    for (int i = 0; i < b->count; i++) candidates[i] = (Candidate){b->items[i], i, uses_of(b->items[i])};
    if (b->count) qsort(candidates, (size_t)b->count, sizeof *candidates, in_order);
    for (int i = 0; i < b->count && i < MOST_PLACED; i++) place(rooms, o->n_regions, candidates[i].value);
}
