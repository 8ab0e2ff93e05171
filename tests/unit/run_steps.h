/* run_steps.h: a machine that executes the steps of a graph in this process, over the very memory that plan gave them
 * (or, before plan, each value in memory of its own): what passes over steps do may not show in the results. */
#ifndef RUN_STEPS_H
#define RUN_STEPS_H

#include "build.h"

void run_size(const char *symbol, int64_t value);   /* of the runs to come; the largest allowed unless said otherwise */
void run_with(const char *input, const void *data); /* likewise; random unless said otherwise */

/* The results of a run: all outputs one after the other, those of run-time size as long as they are. Not in the pool.
 */
typedef struct {
    bool refused; /* a kernel, or the read of a size, refused its values */
    int count;
    double numbers[1 << 18];
} Results;

const Results *run_steps(Model *m);

/* Fails the test unless the graph computes the same after both stages; `before` NULL: after infer and lower alone. The
 * tolerance is relative; 0: bit by bit. Everything built so far is forgotten. */
void expect_same_results(const char *text, StageFunction *before, StageFunction *after, double tolerance);

/* The same for graphs that have these nodes after the stage. */
void expect_nodes(const char *text, StageFunction *after, const char *nodes, double tolerance);

#endif
