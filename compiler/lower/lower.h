/* lower.h: the door of compiler/lower: nodes become steps, and passes over steps make them fewer and cheaper. */
#ifndef LOWER_H
#define LOWER_H

#include "ir/ir.h"

/* The stages, in their order. Each file says what it requires and what it leaves true. */
StageResult lower(Model *m);         /* nodes to steps */
StageResult fuse(Model *m);          /* chains of loops into one */
StageResult tile_rows(Model *m);     /* row_tiling.c: chains of steps over images, some rows at a time */
StageResult alias_strided(Model *m); /* strided_alias.c: parts of tensors computed and read in place */

void lower_node(Node *n);                       /* a node's steps, also of a body */
bool reads_last(const Node *n, const Value *v); /* spent_constants.c */

#endif
