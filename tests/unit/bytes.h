/* bytes.h: what tests of kernels on bytes share: random bytes, and the plain sums of their products. */
#ifndef BYTES_H
#define BYTES_H

#include "kernels.h"

uint32_t noise(void);
uint8_t *random_bytes(size_t count); /* exactly so many, so that a sanitizer sees every step too far */
int32_t value_of(uint8_t byte, bool is_signed);

/* What requantisation takes, with multipliers that make many ties, and results that have to be bounded. */
typedef struct {
    float multiplier[200];
    int32_t bias[200], step, zero, low, high;
} Scale;

Scale random_scale(bool is_signed, bool per_channel);
uint8_t expected_byte(const Scale *s, int32_t sum, size_t channel);

/* A convolution; `groups` groups of so many channels and filters. */
typedef struct {
    int32_t batch, groups, channels, filters, d, h, w, kernel_d, kernel_h, kernel_w, stride, dilation, pad;
} Case;

struct window window_of(const Case *c);
/* The sum for output pixel `pixel` of image n and filter f; w[filter][tap][channel]. */
int32_t conv_sum(const Case *c, const struct window *p, const uint8_t *x, const uint8_t *w, int32_t n, int32_t pixel,
                 int32_t f, bool is_signed, int32_t zero, int32_t w_zero);

#endif
