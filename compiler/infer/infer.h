/* infer.h: the door of compiler/infer: types, shapes and values of everything in a graph. */
#ifndef INFER_H
#define INFER_H

#include "ir/ir.h"

StageResult infer(Model *m);    /* the stage; again with higher bounds, where the model itself asks for them */
void infer_graph(Graph *g);     /* also a body's */
void propagate_values(Node *n); /* the values of n's outputs, now that more is known of its inputs */
/* Raises lower bounds in m->options below which a check at run time would refuse every value; whether any rose. */
bool refine_bounds(Model *m);
void report_raised_bounds(Model *m); /* those that are higher than what the user asked for */

void report_untyped(Graph *g); /* an error for each node that inference left open */
/* Evaluates every node whose inputs are known, those with OP_FOLD_LATE, too, in subgraphs as well. */
void fold_graph(Graph *g);

#endif
