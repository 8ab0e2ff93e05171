/* Which chains of steps over images are tiled, and how many rows a round computes.
 *
 * For speed: the longest chains in which a convolution writes more than the caches hold, and the next one would read
 * it all again from far memory. For RAM: the division of all steps into chains and single steps that needs the least
 * memory at any time, found by dynamic programming over the steps; of those that need no more, one with the fewest
 * steps in chains; then as many rows a round as that memory has room for. Where so few rows would cost too much, it may
 * take more. */
#include "lower/row_tiling.h"

#include <limits.h>

typedef struct {
    Tiling *items;
    int count, capacity;
} Tilings;

static void add_tiling(Tilings *t, Tiling one)
{
    mem_grow(&t->items, &t->capacity, t->count + 1, sizeof *t->items);
    t->items[t->count++] = one;
}

static int64_t image_bytes(const Value *v)
{
    return value_bytes(v) / dim_high(v->type.shape.dim[0]);
}

static int64_t rows_of_last(const Link *links, int count)
{
    return dim_high(image_height(links[count - 1].y));
}

/* -- for speed --------------------------------------------------------------------------------- */

/* Results smaller than this stay in the second-level cache anyway; about as much of them all is computed in a round. */
enum { WORTH_BYTES = 512 << 10, ROUND_BYTES = 384 << 10, MAX_FAST_CHAIN = 8 };

static bool is_worth_it(const Link *links, int count)
{
    bool worth = false;
    for (int i = 0; i < count; i++) {
        if (links[i].y->type.dtype != DT_FLOAT) return false;
        worth = worth || (i + 1 < count && image_bytes(links[i].y) >= WORTH_BYTES);
    }
    return worth;
}

/* So many that what the chain writes for them fits. */
static int64_t fast_rows(const Link *links, int count)
{
    int64_t bytes = 0, last = rows_of_last(links, count);
    for (int i = 0; i < count; i++) bytes += image_bytes(links[i].y);
    int64_t rows = last * ROUND_BYTES / (bytes + 1);
    return rows < 1 ? 1 : rows < last ? rows : last;
}

static void choose_fast(const Graph *g, Tilings *to)
{
    for (int i = 0; i < g->n_steps; i++) {
        Link links[MAX_CHAIN];
        int count = read_chain(g, i, links, MAX_FAST_CHAIN);
        int64_t rows = count > 1 && is_worth_it(links, count) ? fast_rows(links, count) : 0;
        if (!rows || rows >= rows_of_last(links, count)) continue;
        add_tiling(to, (Tiling){i, count, rows});
        i += count - 1;
    }
}

/* -- for RAM ----------------------------------------------------------------------------------- */

enum { PIXELS = 4, PART_IN_VAIN = 3, FINENESS = 128 };

/* Of all plans for the steps before one: the bytes of the best, how many steps of it are in chains, and the chain, or
 * the step (count 1), that it ends with. */
typedef struct {
    int64_t bytes;
    int tiled, count;
} Best;

typedef struct {
    const Graph *g;
    int64_t *live; /* bytes of values that live at each step */
    Best *best;    /* [steps + 1] */
} Search;

/* Of memory that is ours to plan. */
static int64_t planned_bytes(const Value *v)
{
    return value_is_callers(v) || value_is_const(v) ? 0 : value_bytes(v);
}

static int first_use(const Value *v)
{
    return v->uses.items[0].step->at;
}

static int last_use(const Value *v)
{
    return v->uses.items[v->uses.count - 1].step->at;
}

/* The target of a copy of a whole value is likely a view of it. */
static bool is_copied(const Value *v)
{
    const Step *s = v->uses.items[0].step;
    return s->kind == STEP_COPY && s->copy.target == v && !s->copy.source->is_input && !s->copy.source->is_state;
}

/* What is only copied to its place in another value is likely computed right there: until that value begins. */
static int last_place(const Value *v)
{
    const Uses *u = &v->uses;
    const Step *s = u->items[u->count - 1].step;
    const Value *to = s->kind == STEP_COPY               ? s->copy.target
                      : step_calls(s, "copy_strided_b4") ? step_arg(s, "y")->value
                                                         : NULL;
    return to && to != v && u->reads == 1 ? first_use(to) - 1 : last_use(v);
}

/* Every value once, at its first use. */
static bool starts_at(const Access *a, const Step *s)
{
    const Uses *u = &a->value->uses;
    return first_use(a->value) == s->at && u->items[0].step == s && u->items[0].written == a->written;
}

static void count_live(Search *x)
{
    const Graph *g = x->g;
    int64_t *change = mem_array((size_t)g->n_steps + 2, sizeof *change);
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; step_next(g->steps[i], &a);)
            if (starts_at(&a, g->steps[i]) && !is_copied(a.value)) {
                change[i] += planned_bytes(a.value);
                change[last_place(a.value) + 1] -= planned_bytes(a.value);
            }
    int64_t bytes = 0;
    for (int i = 0; i < g->n_steps; i++) x->live[i] = bytes += change[i];
}

static int64_t buffer_bytes(const Link *l)
{
    return l->rows * dim_high(image_row(l->y)) * dtype_bits(l->y->type.dtype) / 8;
}

/* Of values that begin with step s: those that only it mentions. */
static int64_t scratch_bytes(const Step *s)
{
    int64_t bytes = 0;
    for (Access a = {0}; step_next(s, &a);)
        if (starts_at(&a, s) && last_use(a.value) == s->at) bytes += planned_bytes(a.value);
    return bytes;
}

static int64_t begun_bytes(const Step *s)
{
    int64_t bytes = 0;
    for (Access a = {0}; step_next(s, &a);)
        if (starts_at(&a, s)) bytes += planned_bytes(a.value);
    return bytes;
}

/* What must lie in memory during a chain that starts at step i. In all rounds: what lives before it, what begins in it
 * and is needed after it, and of the results between its links the rows that are held; in each step the scratch, and
 * rows that the next step sees and no other round. */
static int64_t chain_bytes(const Search *x, int i, Link *links, int count, int64_t per_round)
{
    int64_t always = x->live[i] - begun_bytes(x->g->steps[i]), most = 0, before = 0;
    hold_rows(links, count, per_round);
    for (int k = 0; k < count; k++) {
        const Link *l = &links[k];
        int64_t scratch = scratch_bytes(l->step), now = before + scratch;
        always += begun_bytes(l->step) - scratch;
        before = 0;
        if (k + 1 < count) {
            bool goes = sees_same_rows(&links[k + 1]);
            always += (goes ? 0 : buffer_bytes(l)) - planned_bytes(l->y);
            before = goes ? buffer_bytes(l) : 0;
            now += before;
        }
        if (now > most) most = now;
    }
    return always + most;
}

static bool is_better(const Best *a, const Best *b)
{
    return a->bytes != b->bytes ? a->bytes < b->bytes : a->tiled < b->tiled;
}

/* The plan for the steps before i, and then those up to i + count. Memory below `enough` is no gain. */
static void try_part(Search *x, int i, int count, int64_t bytes, int64_t enough)
{
    Best found = x->best[i], *best = &x->best[i + count];
    if (bytes > found.bytes) found.bytes = bytes;
    if (found.bytes < enough) found.bytes = enough;
    found.tiled += count > 1 ? count : 0;
    found.count = count;
    if (!best->count || is_better(&found, best)) *best = found;
}

static void try_parts(Search *x, int i, int64_t enough)
{
    Link links[MAX_CHAIN];
    int count = read_chain(x->g, i, links, MAX_CHAIN);
    try_part(x, i, 1, x->live[i], enough);
    for (int k = 2; k <= count; k++)
        if (rows_of_last(links, k) > 1) try_part(x, i, k, chain_bytes(x, i, links, k, 1), enough);
}

/* The least memory that plans need. */
static int64_t search(Search *x, int64_t enough)
{
    for (int i = 1; i <= x->g->n_steps; i++) x->best[i] = (Best){0};
    for (int i = 0; i < x->g->n_steps; i++) try_parts(x, i, enough);
    return x->best[x->g->n_steps].bytes;
}

/* The most rows a round for which the chain stays within the memory. */
static int64_t rows_within(const Search *x, int i, int count, int64_t bytes)
{
    Link links[MAX_CHAIN];
    read_chain(x->g, i, links, count);
    int64_t rows = 1, too_many = rows_of_last(links, count) + 1;
    while (rows + 1 < too_many) {
        int64_t middle = rows + (too_many - rows) / 2;
        if (chain_bytes(x, i, links, count, middle) <= bytes) rows = middle;
        else too_many = middle;
    }
    return rows;
}

/* Products that a link computes, if kernels compute pixels in fours. */
static int64_t link_products(const Link *l)
{
    int64_t height = dim_high(image_height(l->y)), width = dim_high(l->y->type.shape.dim[2]),
            rows = l->per_round < height ? l->per_round : height;
    if (rows * width < 1) return l->step->macs;
    int64_t pixels = (rows * width + PIXELS - 1) / PIXELS * PIXELS, rounds = (height + rows - 1) / rows;
    return l->step->macs / (height * width) * pixels * rounds;
}

/* The plan that ends with the last step, in its order, and what it computes. */
static int64_t read_plan(const Search *x, int64_t bytes, Tilings *to)
{
    int n = x->g->n_steps, *part = mem_array((size_t)n + 1, sizeof *part);
    int64_t products = 0;
    for (int i = n; i > 0; i -= x->best[i].count) part[i - x->best[i].count] = x->best[i].count;
    to->count = 0;
    for (int i = 0; i < n; i += part[i]) {
        Link links[MAX_CHAIN];
        if (part[i] == 1) products += x->g->steps[i]->macs;
        if (part[i] == 1) continue;
        int64_t rows = rows_within(x, i, part[i], bytes);
        read_chain(x->g, i, links, part[i]);
        hold_rows(links, part[i], rows);
        for (int k = 0; k < part[i]; k++) products += link_products(&links[k]);
        add_tiling(to, (Tiling){i, part[i], rows});
    }
    return products;
}

/* Is there a plan within so many bytes whose tiles don't compute too much in vain? */
static bool is_cheap(Search *x, int64_t bytes, Tilings *to)
{
    int64_t all = 0;
    for (int i = 0; i < x->g->n_steps; i++) all += x->g->steps[i]->macs;
    search(x, bytes);
    return read_plan(x, bytes, to) <= all + all / PART_IN_VAIN;
}

static void choose_small(const Graph *g, Tilings *to)
{
    Search x = {.g = g,
                .live = mem_array((size_t)g->n_steps + 1, sizeof *x.live),
                .best = mem_array((size_t)g->n_steps + 1, sizeof *x.best)};
    count_live(&x);
    int64_t bytes = search(&x, 0), enough = bytes;
    for (int i = 0; i < g->n_steps; i++)
        if (x.live[i] > enough) enough = x.live[i];
    if (is_cheap(&x, bytes, to)) return;
    while (enough - bytes > enough / FINENESS) {
        int64_t middle = bytes + (enough - bytes) / 2;
        if (is_cheap(&x, middle, to)) enough = middle;
        else bytes = middle;
    }
    is_cheap(&x, enough, to);
}

int choose_tilings(const Model *m, Tiling **tilings)
{
    Tilings to = {0};
    if (optimize_for(&m->options) == OPTIMIZE_RAM) choose_small(m->graph, &to);
    if (optimize_for(&m->options) == OPTIMIZE_SPEED) choose_fast(m->graph, &to);
    *tilings = to.items;
    return to.count;
}
