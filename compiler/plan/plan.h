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

/* A memory as large as it is, at the times when it is free. */
typedef struct {
    SideMemory *memory;
    int after, before; /* for buffers that live after the one step, or before the other */
    int element;       /* it is aligned to so many bytes */
    Buffers inside;    /* by offset */
} Room;

/* room.c */
int64_t aligned_bytes(const Value *v);              /* with what is between it and the next */
int element_bytes(const Value *v);                  /* of an element in C */
int64_t room_offset(const Room *r, const Value *v); /* the lowest where the buffer fits; -1: nowhere */
void room_put(Room *r, Value *v, int64_t offset);
void buffers_add(Buffers *b, Value *v);

/* regions.c: places buffers in the memories of --region, in the order in which they are given: those that steps use
 * most often first, of these the largest. Those after the first few thousand stay in the arena. */
void place_in_regions(Model *m, const Buffers *b);

/* lend.c: places some of them in the memory of inputs and outputs, if the arena then takes less than `total`. */
bool lend_arguments(Model *m, const Buffers *b, int64_t total);

void plan_views(Graph *g);  /* views.c */
void plan_states(Graph *g); /* results of a round of a loop computed where the next one wants them */
void plan_in_place(Model *m);

#endif
