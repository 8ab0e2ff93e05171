/* helium.h: weights and zero points as the kernels on bytes for Helium want them. */
#ifndef SHARED_HELIUM_H
#define SHARED_HELIUM_H

#include "ops/shared/quantized.h"

/* Weights w[groups * filters][depth], fit for packs_symmetric_bytes; channel by channel filters are the channels of one
 * group. */
typedef struct {
    const Value *w, *bias; /* bias: constant, or NULL */
    int64_t groups, filters, depth;
    int64_t x_zero; /* of signed bytes: see helium_zero */
    Requantize requantize;
} HeliumWeights;

int64_t helium_depth(int64_t depth);                    /* of rows, filled up */
int64_t helium_zero(const Value *x, const Value *zero); /* x's zero point, if its bytes are made signed ones */
Value *helium_fours(Node *n, const HeliumWeights *h);
Value *helium_sixteens(Node *n, const HeliumWeights *h);
/* Does the sum of two neighbouring taps' products, from the end on, always fit into 16 bits? Of w[channels][taps]. */
bool helium_pairs_fit(const Value *w, int64_t channels, int64_t taps);
Value *helium_scratch(Node *n, int64_t depth); /* room for two rows, filled up */
/* y[rows][filters] = requantised a[rows][depth] times h->w, of one group. */
Step *step_gemm_helium(Node *n, Value *a, Value *y, Dim rows, const HeliumWeights *h);
/* The kernel of this name that divides by a scale, or that for Helium, if n's target has it and the scale allows it. */
const char *bytes_kernel(const Node *n, const char *name, double scale);

#endif
