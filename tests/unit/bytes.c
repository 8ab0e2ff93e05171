/* bytes.c: random bytes, and the plain sums of their products. */
#include "bytes.h"

#include <check.h>
#include <stdlib.h>

static uint32_t state;

uint32_t noise(void)
{
    state = state * 1664525U + 1013904223U;
    return state >> 8;
}

/* Exactly `count` bytes, so that a sanitizer sees every step too far. */
uint8_t *random_bytes(size_t count)
{
    uint8_t *x = malloc(count + !count);
    ck_assert_ptr_nonnull(x);
    for (size_t i = 0; i < count; i++) x[i] = (uint8_t)noise();
    return x;
}

int32_t value_of(uint8_t byte, bool is_signed)
{
    return is_signed && byte >= 128 ? (int32_t)byte - 256 : byte;
}

Scale random_scale(bool is_signed, bool per_channel)
{
    static const float multipliers[] = {0.5f, 0.25f, 0.0078125f, 0.00123f, 0.0003f, 1, 100};
    Scale s = {.step = per_channel,
               .zero = is_signed ? -7 : 13,
               .low = is_signed ? -128 : 3,
               .high = is_signed ? 120 : 255};
    for (int i = 0; i < 200; i++) {
        s.multiplier[i] = multipliers[noise() % 7];
        s.bias[i] = (int32_t)(noise() % 4001) - 2000;
    }
    return s;
}

uint8_t expected_byte(const Scale *s, int32_t sum, size_t channel)
{
    return requantize(sum + s->bias[channel], s->multiplier[s->step ? channel : 0], s->zero, s->low, s->high);
}

struct window window_of(const Case *c)
{
    struct window p = {.in_d = c->d,
                       .in_h = c->h,
                       .in_w = c->w,
                       .kernel_d = c->kernel_d,
                       .kernel_h = c->kernel_h,
                       .kernel_w = c->kernel_w,
                       .stride_d = 1,
                       .stride_h = c->stride,
                       .stride_w = c->stride,
                       .dilation_d = 1,
                       .dilation_h = c->dilation,
                       .dilation_w = c->dilation,
                       .pad_h = c->pad,
                       .pad_w = c->pad};
    p.out_d = c->d - c->kernel_d + 1;
    p.out_h = (c->h + 2 * c->pad - c->dilation * (c->kernel_h - 1) - 1) / c->stride + 1;
    p.out_w = (c->w + 2 * c->pad - c->dilation * (c->kernel_w - 1) - 1) / c->stride + 1;
    return p;
}

/* The sum for output pixel `pixel` of image n and filter f; w[filter][tap][channel]. */
int32_t conv_sum(const Case *c, const struct window *p, const uint8_t *x, const uint8_t *w, int32_t n, int32_t pixel,
                 int32_t f, bool is_signed, int32_t zero, int32_t w_zero)
{
    const int32_t g = f / c->filters, od = pixel / p->out_w / p->out_h, oh = pixel / p->out_w % p->out_h,
                  ow = pixel % p->out_w;
    int32_t sum = 0, at = f * c->kernel_d * c->kernel_h * c->kernel_w * c->channels;
    for (int32_t i = 0; i < c->kernel_d; i++)
        for (int32_t j = 0; j < c->kernel_h; j++)
            for (int32_t k = 0; k < c->kernel_w; k++)
                for (int32_t ch = 0; ch < c->channels; ch++, at++) {
                    const int32_t d = od + i, h = oh * c->stride + j * c->dilation - c->pad,
                                  v = ow * c->stride + k * c->dilation - c->pad;
                    if (h < 0 || h >= c->h || v < 0 || v >= c->w) continue;
                    const int32_t place = (((n * c->d + d) * c->h + h) * c->w + v) * c->groups * c->channels +
                                          g * c->channels + ch;
                    sum += (value_of(x[place], is_signed) - zero) * (value_of(w[at], true) - w_zero);
                }
    return sum;
}
