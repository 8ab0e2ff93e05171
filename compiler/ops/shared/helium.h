/* helium.h: weights and zero points as the kernels on bytes for Helium want them. */
#ifndef SHARED_HELIUM_H
#define SHARED_HELIUM_H

#include "ops/shared/quantized.h"

/* Weights w[groups * filters][depth]; channel by channel filters are the channels of one group. All are constants. */
typedef struct {
    const Value *w, *w_zero, *bias; /* w_zero: one, one for each filter, or NULL; bias: or NULL */
    int64_t groups, filters, depth;
    int64_t x_zero; /* of signed bytes: see helium_zero */
    Requantize requantize;
} HeliumWeights;

bool helium_takes(const Node *n, const Value *w);       /* has n's target Helium, and are the weights constant? */
int64_t helium_depth(int64_t depth);                    /* of rows, filled up */
int64_t helium_zero(const Value *x, const Value *zero); /* x's zero point, if its bytes are made signed ones */
Value *helium_fours(Node *n, const HeliumWeights *h);
Value *helium_sixteens(Node *n, const HeliumWeights *h);
const char *helium_weights(const HeliumWeights *h); /* "points" if they have zero points, otherwise "plain" */
int helium_times(const HeliumWeights *h);           /* how often a tap is there, channel by channel: 1 or 2 */
bool helium_halves(const HeliumWeights *h);    /* can all weights, less their zero points, be two halves in bytes? */
Value *helium_scratch(Node *n, int64_t depth); /* room for two rows, filled up */
/* y[rows][filters] = requantised a[rows][depth] times h->w, of one group. */
Step *step_gemm_helium(Node *n, Value *a, Value *y, Dim rows, const HeliumWeights *h);
/* The kernel of this name that divides by a scale, or that for Helium, if n's target has it and the scale allows it. */
const char *bytes_kernel(const Node *n, const char *name, double scale);

#endif
