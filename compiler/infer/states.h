/* states.h: inputs and outputs that become one state. */
#ifndef STATES_H
#define STATES_H

#include "ir/ir.h"

void find_states(Model *m); /* those that the options name, once all shapes are known */

#endif
