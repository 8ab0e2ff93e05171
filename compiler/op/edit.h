/* edit.h: changing a graph node by node. */
#ifndef EDIT_H
#define EDIT_H

#include "op/op.h"

/* The node that makes the input, if nothing else reads that value; else NULL. */
Node *only_producer(const Node *n, int input);
/* A new node in place of n, which is dead. */
Node *replace_node(Node *n, const char *op_type, int n_in, Value **inputs);
void take_outputs(Node *by, Node *n);       /* output 0 of n is made by `by` from now on; n is dead */
void move_before(Node *moved, Node *n);     /* in the order of execution */
void set_input(Node *n, int i, Value *v);   /* with as many inputs as that takes */
void note_fused(Node *into, const Node *n); /* for the comment in the generated file */
/* Of float32, to be filled in. */
Value *new_weight(Node *n, Foreign name, const Shape *shape, float **data, const char *origin);

#endif
