/* control_flow.h: what If, Loop and Scan share. */
#ifndef CONTROL_FLOW_H
#define CONTROL_FLOW_H

#include "op/doors.h"
#include "op/op.h"

enum { OP_CONTROL = OP_HALF_NATIVE | OP_NEVER_FOLD };

Graph *body_of(Node *n, const char *name); /* NULL with an error */
bool body_failed(const Graph *g);
bool is_tensor(Node *n, const Value *v); /* false with an error */

/* Gives the body's inputs the types of what flows into them, in the first round. */
void give_states(Graph *g, int first, int count, Value *const *initial);
/* The same, and infers the body. A body whose results have other shapes than what they replace can't be a loop over
 * fixed buffers: false, and the body is spoilt (the caller tries on a clone). */
bool infer_body(Graph *g, int first, int count, Value *const *initial, int first_output);
void scalar_input(Graph *g, int i, DType t); /* or a vector of one element, if the model says so */

void lower_body(Graph *g);
/* What is carried, at the end of a round. A dimension of a state that differs from that of its update is a symbol,
 * which then takes the update's size. */
void lower_updates(Node *n, int count, Value **states, Value **updates);
Dim bytes_of(const Value *v);
void copy_whole(Node *n, Value *target, Value *source);
void copy_into_state(Node *n, Value *state, Value *source); /* into a buffer that later rounds change */

/* Rows that a loop collects, one each round. A size that the body finds out (its local symbols: those after the first
 * `mark`) becomes a symbol of the result; that every round finds the same is checked at run time. `seen`: one value per
 * such size, NULL for the others. */
Shape rows_shape(Node *n, const Value *y, const Value *row, Dim rounds, int axis, int mark);
Value **lower_rows_start(Node *n, Value *y, const Value *row);
void lower_row(Node *n, Value *y, Value **seen, Dim place, Value *row, Dim round);
void lower_rows_end(Node *n, Value *y, Value **seen);

/* ops/shared/changing_shapes.c: the body of a Loop whose carried values change their shape from round to round,
 * inferred with symbols for the sizes that do. `begin` makes a copy of the body and gives it its first two inputs;
 * most: rounds, INT32_MAX if nothing bounds them. NULL with an error. */
Graph *infer_changing(Node *n, int carried, int64_t most, Graph *(*begin)(Node *n, int64_t most));

#endif
