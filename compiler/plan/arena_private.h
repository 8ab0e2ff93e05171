/* arena_private.h: what the planner's files share. Blocks are placed in an order (arena_place.c),
 * orders are tried (arena.c). */
#ifndef ARENA_PRIVATE_H
#define ARENA_PRIVATE_H

#include "plan/arena.h"

#include <stdbool.h>

typedef struct {
    int64_t size, start;
    int first, last;               /* steps */
    int first_column, last_column; /* columns: the steps at which some block begins, numbered */
    int rank;                      /* its place in the order, in stage 3 */
    bool dirty;                    /* to be placed again, in stage 3 */
} Block;

/* The blocks are the items that have bytes. */
typedef struct {
    int count, columns;
    Block *blocks;
    int64_t *best; /* the starts in the best plan, and its total */
    int64_t total;
    int64_t bound;
    int64_t *loads; /* the most bytes live at one of the block's steps */
    int *layers;    /* no two blocks of one layer are live together */
    int64_t work;
} Planner;

static inline bool live_together(const Block *a, const Block *b)
{
    return a->first <= b->last && b->first <= a->last;
}

/* The plan that the blocks' starts are becomes the best one, if its total is less. */
void arena_keep_if_better(Planner *p, int64_t total);

/* What comes first in an order: the largest, the ones of the fullest step, the longest, those with the most bytes
 * times steps, of the lowest layer, of the first step, of the first one to end, of the lowest start in the best plan.
 */
typedef enum { BY_SIZE, BY_LOAD, BY_STEPS, BY_AREA, BY_LAYER, BY_FIRST, BY_LAST, BY_START } Criterion;

/* The numbers of all blocks in such an order; equals by a second criterion, then by number. */
int *arena_order(const Planner *p, Criterion criterion);

/* The lowest offset between those of `placed`, given by rising start, that are live together with b. */
int64_t arena_lowest_start(const Planner *p, const Block *b, const int *placed, int placed_count);

/* Place the blocks in an order and keep the plan if it is better; they give up as soon as it can't be. */
void arena_place_greedily(Planner *p, Criterion criterion);
void arena_place_by_skyline(Planner *p, Criterion criterion);
void arena_place_many(Planner *p, Criterion criterion); /* greedily, whatever their number (arena_many.c) */

#endif
