/* arena.h: offsets for buffers that share one block of memory.
 *
 * Each item is live from step `first` to step `last`, both included; items that are live at a common step must not
 * overlap. The planner knows nothing of tensors or graphs. */
#ifndef ARENA_H
#define ARENA_H

#include <stdint.h>

typedef struct {
    int64_t bytes;   /* >= 0 */
    int first, last; /* first <= last */
    int64_t offset;  /* the result: a multiple of the alignment; 0 for an item without bytes */
} ArenaItem;

typedef struct {
    int64_t total; /* the bytes the arena needs, a multiple of the alignment */
    int64_t bound; /* no plan needs less: the most bytes live at one step, each item rounded up to the alignment */
} ArenaPlan;

/* Sets every item's offset. The same items give the same plan in every run and on every machine. Items that exceed
 * INT64_MAX / 4 bytes together are not planned: total and bound are then INT64_MAX. */
ArenaPlan arena_plan(ArenaItem *items, int count, int64_t alignment);

#endif
