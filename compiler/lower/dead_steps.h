/* dead.h: removes steps whose results nothing reads. */
#ifndef DEAD_H
#define DEAD_H

#include "ir/ir.h"

void remove_dead_steps(Graph *g);

#endif
