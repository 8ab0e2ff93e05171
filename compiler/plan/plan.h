/* plan.h: the door of compiler/plan: where every value lies in memory, and for how long. */
#ifndef PLAN_H
#define PLAN_H

#include "ir/ir.h"

enum {
    ARENA_ALIGN = 16,     /* of every buffer's offset, in bytes */
    ARENA_BASE_ALIGN = 64 /* of the arena itself: a cache line, the widest vector */
};

/* The value whose memory v lies in, and at which byte of it (offset may be NULL). */
Value *storage_root(Value *v, int64_t *offset);
bool in_arena(const Value *root);
/* The first step after `step` that mentions v itself; n_steps if there is none. */
int step_after(const Graph *g, const Value *v, int step);

StageResult plan(Model *m); /* the stage */

/* Buffers that the plan is to place. */
typedef struct {
    int count, capacity;
    Value **items;
} Buffers;

/* lend.c: places some of them in the memory of inputs and outputs, if the arena then takes less than `total`. */
bool lend_arguments(Model *m, const Buffers *b, int64_t total);

void plan_views(Graph *g);  /* views.c */
void plan_states(Graph *g); /* results of a round of a loop computed where the next one wants them */
void plan_in_place(Model *m);

#endif
