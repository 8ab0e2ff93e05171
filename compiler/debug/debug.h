/* debug.h: the door of compiler/debug: a graph as text, and what must be true of it. */
#ifndef DEBUG_H
#define DEBUG_H

#include "ir/ir.h"

void dump(Model *m, const char *stage, FILE *out); /* the graph after a stage */

/* Invariants, each established by a stage (compile/stages.c). */
enum {
    /* values are defined once, before their use, and know their node, graph and readers */
    HOLDS_GRAPH = 1,
    /* and have a type and a shape; nodes have an operator */
    HOLDS_TYPES = 2,
    /* steps read what was written before, and use symbols that are set; their arguments fit the kernels */
    HOLDS_STEPS = 4,
    /* values lie within their storage, that in the arena; what lives at the same time shares no bytes */
    HOLDS_MEMORY = 8,
};
void check(Model *m, const char *stage, unsigned invariants); /* internal_error when one is broken */

void dump_steps(const Graph *g, FILE *f); /* dump_steps.c */
const char *dump_type(const Type *t);     /* "float32[1,3,h]", "sequence(float32[...])" */

#endif
