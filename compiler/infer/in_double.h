/* in_double.h: nodes that are evaluated in double. */
#ifndef IN_DOUBLE_H
#define IN_DOUBLE_H

#include "op/op.h"

/* A node in double, and the way back to float, are put before n, which is to be removed; false: n stays, in its own
 * type. All its inputs and outputs are typed. */
bool becomes_double(Node *n);

#endif
