/* dump.h: the parts of a dump. */
#ifndef DUMP_H
#define DUMP_H

#include "ir/ir.h"

void dump_steps(const Graph *g, FILE *f); /* dump_steps.c */
const char *dump_type(const Type *t);     /* "float32[1,3,h]", "sequence(float32[...])" */

#endif
