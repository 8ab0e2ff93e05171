/* custom.h: operators that the user's program provides. */
#ifndef CUSTOM_H
#define CUSTOM_H

#include "op/op.h"

/* Adds what `--custom DOMAIN::OP=SPEC` or a line of a `--custom @FILE` says; NULL, or what is wrong with it. */
const char *custom_add(Options *o, Foreign text);

/* The operator that the options describe for this node, or NULL. */
const Op *custom_find(const Node *n);

/* Declarations of the functions that the program provides, for the generated file and its header. */
void emit_custom_declarations(const Model *m, FILE *f);

#endif
