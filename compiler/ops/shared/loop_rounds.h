/* loop_rounds.h: loops of a model that is evaluated, round by round. */
#ifndef LOOP_ROUNDS_H
#define LOOP_ROUNDS_H

#include "ir/ir.h"

/* Is all known that the Loop or Scan is given, in a model that is evaluated? */
bool loop_is_evaluated(const Node *n);

/* A copy of the body in front of n, and after it a Loop for the rounds that are left; or, after the last, the results.
 */
void loop_take_round(Node *n, const Graph *body);

/* A Scan along first axes: all rounds, n's first `states` inputs being carried, the others scanned. */
void scan_take_rounds(Node *n, const Graph *body, int states);

#endif
