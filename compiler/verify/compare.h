/* compare.h: how far two tensors are apart. */
#ifndef COMPARE_H
#define COMPARE_H

#include "ir/ir.h"

typedef struct {
    double relative, absolute;
    bool scaled; /* `absolute` is raised to a part of the largest finite magnitude that is expected (tolerance_for) */
} Tolerance;

enum { MOST_WORST = 3 };

typedef struct {
    int64_t differing; /* elements outside the tolerance; for all but floating point: unequal ones */
    int64_t first;     /* index of the first of those */
    Tolerance used;    /* what counted for this tensor */
    int n_worst;
    int64_t worst[MOST_WORST]; /* those of the differing elements that are farthest off, the farthest first */
    bool measured;             /* numbers: the following holds; strings have no distance */
    double max_absolute, max_relative;
    double cosine; /* of the angle between the two, read as vectors; elements that are not finite left out, as below */
    double snr;    /* signal-to-noise ratio in dB: infinite if they are equal */
    bool has_ulp;  /* floating point */
    uint64_t max_ulp; /* how many representable numbers lie between; NaN left out */
} Comparison;

/* What counts for a tensor: where results are sums of large terms that cancel, an error is to be seen beside the terms,
 * which are as large as the tensor's other elements. */
Tolerance tolerance_for(DType t, const void *expected, int64_t count, Tolerance given);

/* Is element i wrong by what counted for its tensor? */
bool element_differs(DType t, const void *found, const void *expected, int64_t i, Tolerance used);

/* Floating point: |found - expected| <= absolute + relative * |expected|, NaN equals NaN, infinities of equal sign are
 * equal; complex numbers likewise by their modulus. Everything else: equal. */
Comparison compare(DType t, const void *found, const void *expected, int64_t count, Tolerance tolerance);

#endif
