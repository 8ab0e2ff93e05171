/* spent_constants.h: constants that nobody looks at again, since nodes took other forms of them. */
#ifndef SPENT_CONSTANTS_H
#define SPENT_CONSTANTS_H

#include "ir/ir.h"

void spending_begin(Model *m); /* before the first node is lowered */
/* n is lowered, to the steps of g from `first_step` on: gives the memory back of constants that no other node is to
 * read, and no step. */
void spend_constants(const Node *n, const Graph *g, int first_step);

#endif
