/* moves.h: moving elements without looking at them. Operators say which element goes where; lower_walk picks the
 * cheapest way: a view, a copy, a transposition, or strides. */
#ifndef MOVES_H
#define MOVES_H

#include "op/op.h"

enum { MAX_WALK = 2 * MAX_RANK };

/* Nested loops from the outermost on, in the order of the result y. Strides are in elements; those of x may be 0 or
 * negative; one of y that is NULL is the product of the extents within it: y is dense. */
typedef struct {
    int rank;
    Dim extent[MAX_WALK], x_stride[MAX_WALK], y_stride[MAX_WALK];
} Walk;

void walk_axis(Walk *w, Dim extent, Dim x_stride); /* one loop more, inside the others */
void lower_walk(Node *n, Value *x, Dim x_offset, Value *y, Dim y_offset, const Walk *given); /* offsets in elements */

Dim axis_stride(const Shape *s, int axis); /* elements from one index of the axis to the next */

/* The suffix of the kernels that move elements of type t ("b4"), and how many of them make one of t:
 * two for complex numbers. */
const char *moved_as(DType t, int *per_element);

/* Elements of whole bytes; not complex numbers unless the caller minds their parts. */
bool need_bytes(Node *n, int input, bool complex_too);

/* For operators that look up positions. */
bool need_at_most(Node *n, Dim a, Dim b, const char *what); /* a <= b; checked at run time where only that tells */
/* The last dimension of indices; an error unless it is 0 to `most`. */
bool tuple_length(Node *n, const Shape *index, int most, int *k);
/* The strides of a dense tensor, 0 at the axis. */
void arg_strides_beside(Step *s, const char *name, const Shape *shape, int axis);

/* Pad and CenterCropPad: `before` elements of padding per axis of y, negative where elements of x are left out. */
typedef struct {
    const char *mode;
    Value *value;
    Dim before[MAX_RANK];
} Padding;

void lower_padding(Node *n, Value *x, Value *y, const Padding *p);

#endif
