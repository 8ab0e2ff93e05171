/* arena.c: the offset planner.
 *
 * To find the least total is NP-hard ("dynamic storage allocation", SR2 in Garey & Johnson). Three stages, ended as
 * soon as the total meets the lower bound; what each tries was kept for what it won on chains, networks with short
 * and long skips, and random items.
 *
 * 1. Greedy (arena_place.c), by size or by the fullest step first, as in TensorFlow Lite (Pisarchyk & Lee, "Efficient
 *    memory management for deep neural net inference", 2020). By layer first, a layer being a colour of the interval
 *    graph: a chain has two layers, and the second on top of the first meets the bound.
 * 2. Skyline (arena_place.c), in orders likewise.
 * 3. Hill climbing in the order of placement, as in TVM's unified static memory planner: a block that carries the
 *    top of the arena moves forward, and the change stays unless the total grows; now and then it may grow a
 *    little, to leave a dead end. Placement at the lowest offset reaches every plan: taken in the order of its own
 *    offsets, a plan is placed again no higher. */
#include "plan/arena_private.h"

#include "base/base.h"

enum {
    CLIMB_STEPS = 20000,   /* enough for some hundred items; with more the work limit comes first */
    WORK_LIMIT = 20000000, /* looks at a block, in stages 1 and 2 together and again in stage 3: some 50 ms each */
    MAX_PAIRS = 1 << 23,   /* neighbours stored for stage 3 */
    FEW = 1 << 13,         /* blocks for which it doesn't matter that each looks at all */
    DETOUR = 50,           /* one climbing step in so many may make the total larger */
};

/* ---- Hill climbing ---- */

typedef struct {
    Planner *p;
    int *order;     /* blocks by rank */
    int *row_start; /* the neighbours of block i are rows[row_start[i]] up to rows[row_start[i + 1] - 1], */
    int *rows;      /* nearly by rising start, so that sorting one again costs little */
    int *changed;   /* what this step changed, to be able to take it back */
    int64_t *old_start;
    int changes;
    uint64_t random;
} Climb;

/* xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators", 2016). */
static int random_below(Climb *c, int limit)
{
    c->random ^= c->random >> 12;
    c->random ^= c->random << 25;
    c->random ^= c->random >> 27;
    return (int)((c->random * UINT64_C(0x2545f4914f6cdd1d) >> 33) % (uint64_t)limit);
}

static int count_pairs(const Planner *p)
{
    int pairs = 0;
    for (int i = 0; i < p->count; i++)
        for (int j = 0; j < p->count && pairs <= MAX_PAIRS; j++)
            if (i != j && live_together(&p->blocks[i], &p->blocks[j])) pairs++;
    return pairs;
}

/* Each row in the order of `order`. */
static void make_rows(Climb *c)
{
    Planner *p = c->p;
    int used = 0;
    for (int i = 0; i < p->count; i++) {
        c->row_start[i] = used;
        for (int rank = 0; rank < p->count; rank++) {
            int j = c->order[rank];
            if (i != j && live_together(&p->blocks[i], &p->blocks[j])) c->rows[used++] = j;
        }
    }
    c->row_start[p->count] = used;
}

/* Insertion sort: starts change little from one look to the next. */
static void sort_row(Climb *c, int *row, int count)
{
    Block *blocks = c->p->blocks;
    c->p->work += count;
    for (int i = 1; i < count; i++) {
        int block = row[i], j = i;
        for (; j > 0 && blocks[row[j - 1]].start > blocks[block].start; j--) row[j] = row[j - 1];
        row[j] = block;
        c->p->work += i - j;
    }
}

/* The lowest offset between the neighbours of lower rank. */
static int64_t lowest_start(Climb *c, int block)
{
    const Block *b = &c->p->blocks[block];
    int *row = &c->rows[c->row_start[block]], count = c->row_start[block + 1] - c->row_start[block];
    int64_t free_from = 0;
    sort_row(c, row, count);
    for (int i = 0; i < count; i++) {
        const Block *other = &c->p->blocks[row[i]];
        if (other->rank > b->rank) continue;
        if (other->start - free_from >= b->size) break;
        if (free_from < other->start + other->size) free_from = other->start + other->size;
    }
    return free_from;
}

/* What follows a changed block in the order must be placed again. */
static void mark_followers(Climb *c, int block)
{
    Block *blocks = c->p->blocks;
    for (int i = c->row_start[block]; i < c->row_start[block + 1]; i++)
        if (blocks[c->rows[i]].rank > blocks[block].rank) blocks[c->rows[i]].dirty = true;
}

static void move(Climb *c, int from, int to)
{
    int block = c->order[from], step = to < from ? -1 : 1;
    for (int i = from; i != to; i += step) {
        c->order[i] = c->order[i + step];
        c->p->blocks[c->order[i]].rank = i;
    }
    c->order[to] = block;
    c->p->blocks[block].rank = to;
}

static int64_t total_of(const Planner *p)
{
    int64_t total = 0;
    for (int i = 0; i < p->count; i++)
        if (total < p->blocks[i].start + p->blocks[i].size) total = p->blocks[i].start + p->blocks[i].size;
    return total;
}

/* Places the dirty blocks again, in order; false as soon as one ends above the limit. */
static bool settle(Climb *c, int64_t limit)
{
    c->changes = 0;
    for (int rank = 0; rank < c->p->count; rank++) {
        Block *b = &c->p->blocks[c->order[rank]];
        if (!b->dirty) continue;
        b->dirty = false;
        int64_t start = lowest_start(c, c->order[rank]);
        if (start + b->size > limit) return false;
        if (start == b->start) continue;
        c->changed[c->changes] = c->order[rank];
        c->old_start[c->changes++] = b->start;
        b->start = start;
        mark_followers(c, c->order[rank]);
    }
    return true;
}

static void take_back(Climb *c)
{
    for (int i = 0; i < c->changes; i++) c->p->blocks[c->changed[i]].start = c->old_start[i];
    for (int i = 0; i < c->p->count; i++) c->p->blocks[i].dirty = false;
}

/* One of the blocks that end at the total. */
static int pick_top(Climb *c, int64_t total)
{
    int found = 0, top = 0;
    for (int i = 0; i < c->p->count; i++)
        if (c->p->blocks[i].start + c->p->blocks[i].size == total && random_below(c, ++found) == 0) top = i;
    return top;
}

/* One of the earlier neighbours of a block, only of those right below it if `touching`; -1 if there is none. */
static int pick_earlier(Climb *c, int block, bool touching)
{
    const Block *b = &c->p->blocks[block];
    int found = 0, picked = -1;
    for (int i = c->row_start[block]; i < c->row_start[block + 1]; i++) {
        const Block *other = &c->p->blocks[c->rows[i]];
        if (other->rank > b->rank || (touching && other->start + other->size != b->start)) continue;
        if (random_below(c, ++found) == 0) picked = c->rows[i];
    }
    return picked;
}

/* A block at the top, or below it in the stack it stands on: one level deeper with every second throw. */
static int pick_carrier(Climb *c, int64_t total)
{
    int block = pick_top(c, total);
    while (random_below(c, 2)) {
        int below = pick_earlier(c, block, true);
        if (below < 0) break;
        block = below;
    }
    return block;
}

/* The most the next total may be: as a rule no more than it is, on a detour a twentieth more. */
static int64_t next_limit(Climb *c, int64_t total)
{
    if (random_below(c, DETOUR)) return total;
    int64_t farthest = c->p->total + c->p->total / 10, limit = total + total / 20;
    if (limit > farthest) limit = farthest;
    return limit > total ? limit : total;
}

/* Moves a block before one of its neighbours; returns the total then, the old one if the move was taken back. */
static int64_t climb_step(Climb *c, int64_t total)
{
    int block = pick_carrier(c, total), before = pick_earlier(c, block, false);
    if (before < 0) return total;
    int from = c->p->blocks[block].rank, to = c->p->blocks[before].rank;
    move(c, from, to);
    c->p->blocks[block].dirty = true;
    mark_followers(c, block);
    if (settle(c, next_limit(c, total))) return total_of(c->p);
    take_back(c);
    move(c, to, from);
    return total;
}

static void start_climb(Climb *c, int pairs)
{
    Planner *p = c->p;
    size_t count = (size_t)p->count;
    c->order = arena_order(p, BY_START);
    c->row_start = mem_array(count + 1, sizeof *c->row_start);
    c->rows = mem_array((size_t)pairs, sizeof *c->rows);
    c->changed = mem_array(count, sizeof *c->changed);
    c->old_start = mem_array(count, sizeof *c->old_start);
    make_rows(c);
    for (int rank = 0; rank < p->count; rank++) {
        Block *b = &p->blocks[c->order[rank]];
        b->start = p->best[c->order[rank]];
        b->rank = rank;
        b->dirty = true;
    }
}

static void climb(Planner *p)
{
    int pairs = count_pairs(p);
    if (pairs > MAX_PAIRS) return;
    Climb c = {.p = p, .random = 1};
    start_climb(&c, pairs);
    settle(&c, p->total);
    int64_t total = total_of(p), work_limit = p->work + WORK_LIMIT;
    arena_keep_if_better(p, total);
    for (int step = 0; step < CLIMB_STEPS && p->work < work_limit && p->total > p->bound; step++) {
        total = climb_step(&c, total);
        arena_keep_if_better(p, total);
    }
}

/* ---- The plan ---- */

/* The columns, and those of each block. */
static void find_columns(Planner *p)
{
    const int *order = arena_order(p, BY_FIRST);
    int *steps = mem_array((size_t)p->count, sizeof *steps);
    for (int i = 0; i < p->count; i++) {
        Block *b = &p->blocks[order[i]];
        if (i == 0 || steps[p->columns - 1] != b->first) steps[p->columns++] = b->first;
        b->first_column = p->columns - 1;
    }
    for (int i = 0; i < p->count; i++) {
        Block *b = &p->blocks[i];
        int low = b->first_column, high = p->columns - 1;
        while (low < high) { /* the last column up to its last step */
            int middle = high - (high - low) / 2;
            if (steps[middle] <= b->last) low = middle;
            else high = middle - 1;
        }
        b->last_column = low;
    }
}

/* Every maximum of the load begins where some block does. */
static void find_loads(Planner *p)
{
    int64_t *change = mem_array((size_t)p->columns + 1, sizeof *change), load = 0;
    Heights *loads = heights_new(p->columns);
    for (int i = 0; i < p->count; i++) {
        change[p->blocks[i].first_column] += p->blocks[i].size;
        change[p->blocks[i].last_column + 1] -= p->blocks[i].size;
    }
    for (int c = 0; c < p->columns; c++) heights_raise(loads, c, c, load += change[c]);
    for (int i = 0; i < p->count; i++)
        p->loads[i] = heights_most(loads, p->blocks[i].first_column, p->blocks[i].last_column);
    p->bound = heights_most(loads, 0, p->columns - 1);
}

/* Layers that are free, the lowest on top: a heap. */
typedef struct {
    int count, *layers;
} FreeLayers;

static void add_layer(FreeLayers *f, int layer)
{
    int i = f->count++;
    for (; i && f->layers[(i - 1) / 2] > layer; i = (i - 1) / 2) f->layers[i] = f->layers[(i - 1) / 2];
    f->layers[i] = layer;
}

static int take_lowest(FreeLayers *f)
{
    int lowest = f->layers[0], last = f->layers[--f->count], i = 0;
    for (int child; (child = 2 * i + 1) < f->count; i = child) {
        if (child + 1 < f->count && f->layers[child + 1] < f->layers[child]) child++;
        if (f->layers[child] >= last) break;
        f->layers[i] = f->layers[child];
    }
    f->layers[i] = last;
    return lowest;
}

/* In order of first use each block goes into the lowest layer that is free then. */
static void find_layers(Planner *p)
{
    const int *begin = arena_order(p, BY_FIRST), *end = arena_order(p, BY_LAST);
    FreeLayers f = {.layers = mem_array((size_t)p->count + 1, sizeof *f.layers)};
    for (int i = 0, ended = 0, layers = 0; i < p->count; i++) {
        const Block *b = &p->blocks[begin[i]];
        while (p->blocks[end[ended]].last < b->first) add_layer(&f, p->layers[end[ended++]]);
        p->layers[begin[i]] = f.count ? take_lowest(&f) : layers++;
    }
}

static void place_greedily(Planner *p, Criterion criterion)
{
    (p->count > FEW ? arena_place_many : arena_place_greedily)(p, criterion);
}

static void find_plan(Planner *p)
{
    static const struct {
        void (*place)(Planner *p, Criterion criterion);
        Criterion criterion;
    } tries[] = {
        {place_greedily, BY_LAYER},         {place_greedily, BY_SIZE},          {arena_place_by_skyline, BY_AREA},
        {arena_place_by_skyline, BY_STEPS}, {arena_place_by_skyline, BY_LAYER}, {place_greedily, BY_LOAD},
    };
    for (size_t i = 0; i < sizeof tries / sizeof *tries && p->work < WORK_LIMIT && p->total > p->bound; i++)
        tries[i].place(p, tries[i].criterion);
    if (p->work < WORK_LIMIT && p->total > p->bound) climb(p);
}

/* Makes blocks of the items that have bytes; false if all together they are too large for the arithmetic here. */
static bool add_blocks(Planner *p, const ArenaItem *items, int count, int64_t alignment)
{
    int64_t room = INT64_MAX / 4;
    for (int i = 0; i < count; i++) {
        if (items[i].bytes == 0) continue;
        if (items[i].bytes > room - alignment) return false;
        int64_t size = (items[i].bytes + alignment - 1) / alignment * alignment;
        room -= size;
        p->blocks[p->count++] = (Block){.size = size, .first = items[i].first, .last = items[i].last};
    }
    return true;
}

ArenaPlan arena_plan(ArenaItem *items, int count, int64_t alignment)
{
    Planner p = {.total = INT64_MAX};
    p.blocks = mem_array((size_t)count, sizeof *p.blocks);
    p.best = mem_array((size_t)count, sizeof *p.best);
    p.loads = mem_array((size_t)count, sizeof *p.loads);
    p.layers = mem_array((size_t)count, sizeof *p.layers);
    for (int i = 0; i < count; i++) items[i].offset = 0;
    if (!add_blocks(&p, items, count, alignment)) return (ArenaPlan){INT64_MAX, INT64_MAX};
    if (p.count == 0) return (ArenaPlan){0, 0};
    find_columns(&p);
    find_loads(&p);
    find_layers(&p);
    find_plan(&p);
    for (int i = 0, block = 0; i < count; i++)
        if (items[i].bytes > 0) items[i].offset = p.best[block++];
    return (ArenaPlan){p.total, p.bound};
}
