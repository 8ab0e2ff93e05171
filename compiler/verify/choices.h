/* choices.h: nodes that decide between numbers that may be nearly equal. */
#ifndef CHOICES_H
#define CHOICES_H

#include "verify/compare.h"

typedef struct {
    double distance;  /* between the two that decide, or of one from where the result changes */
    const char *text; /* what they are: "0.5 at [0,3] and 0.50000001 at [0,7] are 1e-08 apart"; NULL: there are none */
    int64_t count;    /* of such places in the node */
} NearTie;

/* What rounding may do to the numbers of a tensor on the way to it: a fifth of the absolute tolerance of results. */
double rounding_of(const Value *v, Tolerance tolerance);

/* Whether n, whose inputs and outputs are constants, has decided between numbers that rounding may change: the nearest
 * ones. */
NearTie near_tie_of(const Node *n, Tolerance tolerance);

#endif
