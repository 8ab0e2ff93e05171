/* arena_place.c: the offsets that blocks get in an order.
 *
 * Greedy: one block after the other at the lowest offset its live neighbours leave. (Into the tightest gap instead of
 * the lowest won next to nothing.)
 *
 * Skyline: the lowest place first, and for it the first block in an order that fits between its neighbours (Burke et
 * al., "A new placement heuristic for the orthogonal stock-cutting problem", 2004; Sekiyama et al., "Profile-guided
 * memory optimization for deep neural networks", 2018). */
#include "plan/arena_private.h"

#include "base/base.h"

#include <stdlib.h>
#include <string.h>

void arena_keep_if_better(Planner *p, int64_t total)
{
    if (total >= p->total) return;
    p->total = total;
    for (int i = 0; i < p->count; i++) p->best[i] = p->blocks[i].start;
}

/* ---- Ranking ---- */

typedef struct {
    int64_t major, minor; /* larger first; equals by rising number of the block */
    int block;
} Key;

static int compare_keys(const void *x, const void *y)
{
    const Key *a = x, *b = y;
    if (a->major != b->major) return a->major > b->major ? -1 : 1;
    if (a->minor != b->minor) return a->minor > b->minor ? -1 : 1;
    return (a->block > b->block) - (a->block < b->block);
}

static Key key_of(const Planner *p, Criterion criterion, int block)
{
    const Block *b = &p->blocks[block];
    int64_t steps = (int64_t)b->last - b->first + 1;
    switch (criterion) {
    case BY_LOAD: return (Key){p->loads[block], b->size, block};
    case BY_STEPS: return (Key){steps, b->size, block};
    case BY_AREA: return (Key){b->size > INT64_MAX / steps ? INT64_MAX : b->size * steps, b->size, block};
    case BY_LAYER: return (Key){-p->layers[block], b->size, block};
    case BY_FIRST: return (Key){-(int64_t)b->first, steps, block};
    case BY_LAST: return (Key){-(int64_t)b->last, 0, block};
    case BY_START: return (Key){-p->best[block], 0, block};
    case BY_SIZE: break;
    }
    return (Key){b->size, steps, block};
}

int *arena_order(const Planner *p, Criterion criterion)
{
    Key *keys = mem_array((size_t)p->count, sizeof *keys);
    int *order = mem_array((size_t)p->count, sizeof *order);
    for (int i = 0; i < p->count; i++) keys[i] = key_of(p, criterion, i);
    qsort(keys, (size_t)p->count, sizeof *keys, compare_keys);
    for (int i = 0; i < p->count; i++) order[i] = keys[i].block;
    return order;
}

/* ---- Greedy ---- */

int64_t arena_lowest_start(const Planner *p, const Block *b, const int *placed, int placed_count)
{
    int64_t free_from = 0;
    for (int i = 0; i < placed_count; i++) {
        const Block *other = &p->blocks[placed[i]];
        if (!live_together(b, other)) continue;
        if (other->start - free_from >= b->size) break;
        if (free_from < other->start + other->size) free_from = other->start + other->size;
    }
    return free_from;
}

static void insert_by_start(const Planner *p, int *placed, int count, int block)
{
    int i = count;
    for (; i > 0 && p->blocks[placed[i - 1]].start > p->blocks[block].start; i--) placed[i] = placed[i - 1];
    placed[i] = block;
}

/* Gives up when the best plan cannot be beaten any more. */
void arena_place_greedily(Planner *p, Criterion criterion)
{
    const int *order = arena_order(p, criterion);
    int *placed = mem_array((size_t)p->count, sizeof *placed);
    int64_t total = 0;
    for (int i = 0; i < p->count && total < p->total; i++) {
        Block *b = &p->blocks[order[i]];
        b->start = arena_lowest_start(p, b, placed, i);
        insert_by_start(p, placed, i, order[i]);
        if (total < b->start + b->size) total = b->start + b->size;
        p->work += i + 1;
    }
    arena_keep_if_better(p, total);
}

/* ---- Skyline ---- */

/* Each column is filled up to its height. */
typedef struct {
    Planner *p;
    int64_t *height;
    int *waiting; /* blocks not placed yet, best first */
    int waiting_count;
} Skyline;

/* The first of the lowest places: columns *left to *right of equal height. */
static void find_lowest(const Skyline *s, int *left, int *right)
{
    *left = 0;
    for (int i = 1; i < s->p->columns; i++)
        if (s->height[i] < s->height[*left]) *left = i;
    *right = *left;
    while (*right + 1 < s->p->columns && s->height[*right + 1] == s->height[*left]) ++*right;
    s->p->work += s->p->columns;
}

/* The best waiting block that fits between two columns, taken from the list; -1 if none does. */
static int take_fitting(Skyline *s, int left, int right)
{
    for (int i = 0; i < s->waiting_count; i++) {
        int block = s->waiting[i];
        s->p->work++;
        if (s->p->blocks[block].first_column < left || s->p->blocks[block].last_column > right) continue;
        s->waiting_count--;
        memmove(&s->waiting[i], &s->waiting[i + 1], (size_t)(s->waiting_count - i) * sizeof *s->waiting);
        return block;
    }
    return -1;
}

/* Nothing fits into the lowest place: it becomes level with its lower neighbour. */
static void raise(Skyline *s, int left, int right)
{
    int64_t level = INT64_MAX;
    if (left > 0) level = s->height[left - 1];
    if (right + 1 < s->p->columns && s->height[right + 1] < level) level = s->height[right + 1];
    for (int i = left; i <= right; i++) s->height[i] = level;
}

void arena_place_by_skyline(Planner *p, Criterion criterion)
{
    Skyline s = {.p = p, .waiting_count = p->count, .waiting = arena_order(p, criterion)};
    s.height = mem_array((size_t)p->count, sizeof *s.height);
    int64_t total = 0;
    while (s.waiting_count && total < p->total) {
        int left, right;
        find_lowest(&s, &left, &right);
        int block = take_fitting(&s, left, right);
        if (block < 0) {
            raise(&s, left, right);
            continue;
        }
        Block *b = &p->blocks[block];
        b->start = s.height[left];
        for (int i = b->first_column; i <= b->last_column; i++) s.height[i] = b->start + b->size;
        if (total < b->start + b->size) total = b->start + b->size;
    }
    arena_keep_if_better(p, total);
}
