/* loop_types.h: what elementwise operators share beyond op.h: element types inside a loop, and broadcasting by hand. */
#ifndef LOOP_TYPES_H
#define LOOP_TYPES_H

#include "op/op.h"

/* The type in which elements of type t are computed with: float32 for every narrower floating-point type, int8 and
 * uint8 for the integers of less than a byte, otherwise t. */
DType working_type(DType t);

/* The element of v as `to`, a working type. Types of less than a byte can't be read in a loop (see unpacked). */
Ref loop_read_as(Step *s, Value *v, DType to);

/* x, of working type `from`, as working type `to`. */
Ref loop_convert(Step *s, Ref x, DType from, DType to);

/* Stores x, of working type `from`, into v, which is of any type of whole bytes. Float8 saturates. */
void loop_store_as(Step *s, Value *v, Ref x, DType from);

/* The strides, in elements, with which v is read so that it broadcasts to `shape`. */
void broadcast_strides(const Shape *shape, const Value *v, Dim *strides);

/* If kernels can do to their results what n does to its input: the function they call for that (activation.c.in). */
Activation elementwise_activation(Node *n);

/* Where element i of the dense shape `to` is found in the dense shape `from`, which broadcasts to it; both constant. */
int64_t broadcast_index(const Shape *to, const Shape *from, int64_t i);

#endif
