/* restate.h: nodes said in other operators, whole: what expand() of several operators does beyond op.h. */
#ifndef RESTATE_H
#define RESTATE_H

#include "op/op.h"

/* A node of ai.onnx with all attributes of n that makes all of n's outputs. */
Node *restate(Node *n, const char *op_type, int n_in, Value **inputs);

/* Values as a constant vector of float32. */
Value *const_floats(Node *n, int count, const float *values);

/* x as one axis of int64, whatever integers and however many axes it has. */
Value *flat_int64(Node *n, Value *x);

/* The same value along other axes. */
Value *permuted(Node *n, Value *x, int rank, const int64_t *perm);

/* Adds b with its only axis at axis `axis` of a result of this rank; x itself if b is NULL. */
Value *plus_along(Node *n, Value *x, Value *b, int axis, int rank);

/* An activation of ai.onnx that another operator's attribute names; "" is none. */
typedef struct {
    Foreign name;
    int count; /* of its parameters that are given, in the order of its attributes */
    float parameters[3];
} FusedActivation;

/* False after an error: none that there is. */
bool need_activation(Node *n, const FusedActivation *a);
/* Applies it; `result` is NULL, or the value that comes of it. */
Value *activated(Node *n, Value *x, const FusedActivation *a, Value *result);

#endif
