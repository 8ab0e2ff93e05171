/* arena_many.c: greedy placement in time that grows as n log n with the number of blocks.
 *
 * A block looks at those live together with it alone, which in a network are few however long it is. Where they are
 * many, too, each block goes on top of all that were placed at its steps before: gaps stay open, but in the order of
 * layers there are few. */
#include "plan/arena_private.h"

#include "base/base.h"

#include <stdlib.h>

enum { MAX_PAIRS = 1 << 23 }; /* of blocks that are live together */

/* The blocks live together with block i are rows[row_start[i]] up to rows[row_start[i + 1] - 1]. */
typedef struct {
    int *row_start, *rows;
} Neighbours;

typedef struct {
    int64_t start;
    int block;
} Placed;

static int by_start(const void *x, const void *y)
{
    const Placed *a = x, *b = y;
    if (a->start != b->start) return a->start < b->start ? -1 : 1;
    return (a->block > b->block) - (a->block < b->block);
}

/* How many begin up to each column. */
static int *count_begun(const Planner *p)
{
    int *begun = mem_array((size_t)p->columns, sizeof *begun);
    for (int i = 0; i < p->count; i++) begun[p->blocks[i].first_column]++;
    for (int c = 1; c < p->columns; c++) begun[c] += begun[c - 1];
    return begun;
}

/* The number of those that begin after block order[i] and are live together with it: they follow it in the order in
 * which blocks begin. */
static int followers(const Planner *p, const int *begun, const int *order, int i)
{
    return begun[p->blocks[order[i]].last_column] - (i + 1);
}

/* False if there are too many. */
static bool find_neighbours(const Planner *p, Neighbours *n)
{
    const int *order = arena_order(p, BY_FIRST), *begun = count_begun(p);
    int *filled = mem_array((size_t)p->count + 1, sizeof *filled);
    int64_t pairs = 0;
    for (int i = 0; i < p->count; i++) pairs += followers(p, begun, order, i);
    if (pairs > MAX_PAIRS) return false;
    n->row_start = mem_array((size_t)p->count + 1, sizeof *n->row_start);
    n->rows = mem_array(2 * (size_t)pairs + 1, sizeof *n->rows);
    for (int i = 0; i < p->count; i++) {
        int count = followers(p, begun, order, i);
        n->row_start[order[i] + 1] += count;
        for (int k = i + 1; k <= i + count; k++) n->row_start[order[k] + 1]++;
    }
    for (int i = 0; i < p->count; i++) filled[i + 1] = n->row_start[i + 1] += n->row_start[i];
    for (int i = 0; i < p->count; i++)
        for (int k = i + 1; k <= i + followers(p, begun, order, i); k++) {
            n->rows[filled[order[i]]++] = order[k];
            n->rows[filled[order[k]]++] = order[i];
        }
    return true;
}

/* -- between neighbours ------------------------------------------------------------------------ */

typedef struct {
    Neighbours neighbours;
    bool *is_placed;
    Placed *found; /* room for all */
    int *blocks;   /* likewise */
} Many;

static int64_t start_between(const Planner *p, const Many *m, int block)
{
    int count = 0;
    for (int i = m->neighbours.row_start[block]; i < m->neighbours.row_start[block + 1]; i++) {
        int other = m->neighbours.rows[i];
        if (m->is_placed[other]) m->found[count++] = (Placed){p->blocks[other].start, other};
    }
    qsort(m->found, (size_t)count, sizeof *m->found, by_start);
    for (int i = 0; i < count; i++) m->blocks[i] = m->found[i].block;
    return arena_lowest_start(p, &p->blocks[block], m->blocks, count);
}

void arena_place_many(Planner *p, Criterion criterion)
{
    const int *order = arena_order(p, criterion);
    Many m = {.is_placed = mem_array((size_t)p->count, sizeof *m.is_placed),
              .found = mem_array((size_t)p->count, sizeof *m.found),
              .blocks = mem_array((size_t)p->count, sizeof *m.blocks)};
    bool by_neighbours = find_neighbours(p, &m.neighbours);
    Heights *tops = heights_new(p->columns);
    int64_t total = 0;
    for (int i = 0; i < p->count && total < p->total; i++) {
        Block *b = &p->blocks[order[i]];
        b->start = by_neighbours ? start_between(p, &m, order[i]) : heights_most(tops, b->first_column, b->last_column);
        m.is_placed[order[i]] = true;
        heights_raise(tops, b->first_column, b->last_column, b->start + b->size);
        if (total < b->start + b->size) total = b->start + b->size;
        p->work += i + 1;
    }
    arena_keep_if_better(p, total);
}
