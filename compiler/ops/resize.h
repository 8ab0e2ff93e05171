/* resize.h: what a Resize or Upsample asks for, between reading it (resize_read.c) and inferring and
 * lowering it (resize.c). */
#ifndef RESIZE_H
#define RESIZE_H

#include "op/op.h"

typedef struct {
    bool listed; /* among the axes that scales, sizes and roi are about */
    int at;      /* which of them */
    Dim in, out;
    double scale;      /* 0: out / in, or known at run time only */
    double start, end; /* of the crop, if known */
    bool by_data;      /* its scale or crop are known only at run time */
} ResizeAxis;

typedef struct {
    int rank, listed;
    ResizeAxis axis[MAX_RANK];
    int mode, coordinates, rounding; /* RESIZE_... of the kernels */
    bool antialias, exclude_outside;
    double cubic_a, outside;
    Value *scales, *roi; /* where some are only known at run time; else NULL */
    bool fits;           /* one scale for all listed axes, worked out at run time: */
    bool covers;         /* the result covers the sizes asked for; else it fits into them */
} Resize;

/* Reads and checks attributes and inputs, and finds the size that each axis gets; false after an error. */
bool resize_read(Node *n, Resize *r);

#endif
