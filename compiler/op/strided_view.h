/* strided_view.h: where a tensor's elements are in another one, from which moves made it: kernels that take
 * strides read them there. */
#ifndef STRIDED_VIEW_H
#define STRIDED_VIEW_H

#include "ir/ir.h"

/* Element [i...] is element `at` + sum of i * stride of base. Axes of size 1 have any stride. */
typedef struct {
    Value *base;
    Dim at;
    int rank;
    Dim size[MAX_RANK], stride[MAX_RANK];
} StridedView;

/* In the value that the longest chain of moves, of 16 at most, starts from that keeps neighbours along the last axis
 * neighbours; at worst in v itself. */
StridedView strided_view(Value *v);

#endif
