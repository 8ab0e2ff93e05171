/* doors.h: the few calls that go up, against the order of rooms.
 *
 * A graph within a graph (the body of an If, Loop or Scan) is inferred and lowered by the stages that do so with the
 * outermost one, and those stages stand above the operators. compile/pipeline.c opens the doors before anything
 * else. */
#ifndef DOORS_H
#define DOORS_H

#include "ir/ir.h"

typedef struct {
    const Op *const *families;     /* of operators, NULL after the last: ops/table.c */
    void (*infer_graph)(Graph *g); /* infer/infer.c: types, shapes and values of all nodes */
    void (*propagate_values)(
        Node *n);                /* infer/infer.c: the values of n's outputs, now that more is known of its inputs */
    void (*lower_node)(Node *n); /* lower/lower.c: appends n's steps */
    /* lower/spent_constants.c: while n is lowered, is it the last that reads v's data, if no step of its does? */
    bool (*reads_last)(const Node *n, const Value *v);
} Doors;

extern Doors doors;

#endif
