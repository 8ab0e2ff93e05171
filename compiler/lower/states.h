/* states.h: what one call leaves for the next. */
#ifndef LOWER_STATES_H
#define LOWER_STATES_H

#include "ir/ir.h"

void lower_states(Model *m); /* takes them off the graph's inputs and outputs, and appends the steps that keep them */

#endif
