/* loop_invariants.h: loop-carried values that every round hands on as they are. */
#ifndef LOOP_INVARIANTS_H
#define LOOP_INVARIANTS_H

#include "ir/ir.h"

/* Has the Loop, whose body has the right number of inputs and outputs, such values? */
bool loop_has_invariants(const Node *n, const Graph *body);

/* The Loop without them, in place of n: its body reads the values around it. */
void loop_drop_invariants(Node *n, Graph *body);

#endif
