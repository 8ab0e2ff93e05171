/* lend: the memory of outputs before anything is written there, and with --reuse-inputs that of inputs after they were
 * read, holds buffers that would make the arena larger.
 *
 * At the step where the arena is fullest, the largest buffer that fits there goes; then again. Where a call decides
 * sizes, what is sure to be there is the least of them. */
#include "plan/plan.h"

#include <limits.h>

enum {
    WORTH = 50,       /* it must save one part in so many, */
    LEAST = 64,       /* and so many bytes */
    MOST_MOVED = 1000 /* buffers */
};

typedef struct {
    const Buffers *buffers;
    int n_lenders, n_steps;
    Room *lenders;
    int64_t *load; /* of the arena, by step */
} Lending;

/* -- who lends --------------------------------------------------------------------------------- */

static void add_lender(Lending *l, Value *v, int after, int before)
{
    int64_t bytes = dtype_bytes(v->type.dtype, dim_low(shape_elements(&v->type.shape)));
    if (v->type.dtype == DT_STRING || bytes < 1) return; /* pointers may be shorter than ours */
    SideMemory *memory = mem_alloc(sizeof *memory);
    *memory = (SideMemory){.lent = v, .bytes = bytes};
    l->lenders[l->n_lenders++] =
        (Room){.memory = memory, .after = after, .before = before, .element = element_bytes(v)};
}

static void find_lenders(Model *m, Lending *l)
{
    const Graph *g = m->graph;
    l->lenders = mem_array((size_t)(g->n_inputs + g->n_outputs) + 1, sizeof *l->lenders);
    for (int i = 0; m->options.reuse_inputs && i < g->n_inputs; i++) {
        Value *v = g->inputs[i];
        add_lender(l, v, v->uses.count ? v->last_step : -1, INT_MAX);
    }
    for (int i = 0; i < g->n_outputs; i++) {
        Value *v = g->outputs[i];
        if (v->uses.count) add_lender(l, v, -1, v->first_step);
    }
}

/* -- who goes where ---------------------------------------------------------------------------- */

static bool move_in(Lending *l, Value *v)
{
    for (int i = 0; i < l->n_lenders; i++) {
        int64_t at = room_offset(&l->lenders[i], v);
        if (at < 0) continue;
        room_put(&l->lenders[i], v, at);
        return true;
    }
    return false;
}

static bool fits_somewhere(const Lending *l, const Value *v)
{
    for (int i = 0; i < l->n_lenders; i++)
        if (room_offset(&l->lenders[i], v) >= 0) return true;
    return false;
}

/* -- the fullest step -------------------------------------------------------------------------- */

static void add_load(Lending *l, const Value *v, int64_t bytes)
{
    for (int i = v->first_step; i <= v->last_step; i++) l->load[i] += bytes;
}

/* Of all buffers at once: by how much more or less each step has than the one before. */
static void load_all(Lending *l)
{
    l->load = mem_array((size_t)l->n_steps + 2, sizeof *l->load);
    for (int i = 0; i < l->buffers->count; i++) {
        const Value *v = l->buffers->items[i];
        if (v->memory) continue;
        l->load[v->first_step] += aligned_bytes(v);
        l->load[v->last_step + 1] -= aligned_bytes(v);
    }
    for (int i = 1; i < l->n_steps; i++) l->load[i] += l->load[i - 1];
}

static int fullest(const Lending *l)
{
    int step = 0;
    for (int i = 1; i < l->n_steps; i++)
        if (l->load[i] > l->load[step]) step = i;
    return step;
}

/* The largest buffer of this step that somebody has room for. */
static Value *to_move(const Lending *l, int step)
{
    Value *found = NULL;
    for (int i = 0; i < l->buffers->count; i++) {
        Value *v = l->buffers->items[i];
        bool is_there = !v->memory && v->first_step <= step && v->last_step >= step && value_bytes(v) > 0;
        if (is_there && (!found || value_bytes(v) > value_bytes(found)) && fits_somewhere(l, v)) found = v;
    }
    return found;
}

typedef struct {
    Value *value;
    int64_t offset; /* in the arena, where it was planned to be */
} Moved;

static void move_back(Lending *l, const Moved *moved)
{
    moved->value->memory = NULL;
    moved->value->arena_offset = moved->offset;
    add_load(l, moved->value, aligned_bytes(moved->value));
}

/* Moves buffers as long as that makes the fullest step less full; how many. */
static int move_all(Lending *l, Moved *moved)
{
    int step = fullest(l), count = 0, useful = 0;
    int64_t least = l->load[step];
    for (Value *v; count < MOST_MOVED && (v = to_move(l, step)); step = fullest(l)) {
        moved[count++] = (Moved){v, v->arena_offset};
        if (!move_in(l, v)) internal_error("a buffer that fits doesn't");
        add_load(l, v, -aligned_bytes(v));
        if (l->load[fullest(l)] >= least) continue;
        least = l->load[fullest(l)];
        useful = count;
    }
    while (count > useful) move_back(l, &moved[--count]);
    return useful;
}

bool lend_arguments(Model *m, const Buffers *b, int64_t total)
{
    Lending l = {.buffers = b, .n_steps = m->graph->n_steps};
    Moved *moved = mem_array(MOST_MOVED, sizeof *moved);
    int64_t worth = total / WORTH > LEAST ? total / WORTH : LEAST;
    find_lenders(m, &l);
    if (!l.n_lenders || !b->count || total > INT_MAX) return false;
    load_all(&l);
    int count = move_all(&l, moved);
    if (l.load[fullest(&l)] <= total - worth) return count > 0;
    while (count) move_back(&l, &moved[--count]);
    return false;
}
