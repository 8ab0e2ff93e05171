/* Written by onnx2c 0.1.0; do not edit, generate again.
 *   model    sha256 fea0927901dc6350075e57ba4f76acd6afb9e605e706ae2575db0f1589ec6319, opset 13
 *   options  --name digits
 *   memory   arena 20,480 B (lower bound 20,480 B), weights 45,608 B, no heap
 */
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Public -------------------------------------------------------------------------------------- */

#define DIGITS_ARENA_BYTES 20480
#define DIGITS_ARENA_ALIGN 64

#define DIGITS_IMAGE_RANK 4
#define DIGITS_IMAGE_DIMS {1, 1, 8, 8}
#define DIGITS_IMAGE_COUNT 64 /* float32 image[1,1,8,8] */
#define DIGITS_PROBABILITIES_RANK 2
#define DIGITS_PROBABILITIES_DIMS {1, 10}
#define DIGITS_PROBABILITIES_COUNT 10 /* float32 probabilities[1,10] */

/* What the functions return beside 0; then outputs are unspecified, and the next call works. */
#define DIGITS_EDIM (-1)   /* a dimension is out of its bounds, or doesn't fit another */
#define DIGITS_EVALUE (-2) /* an input's value is one that the model forbids */
#define DIGITS_EARENA (-3) /* the arena is not aligned to DIGITS_ARENA_ALIGN */

/* Inputs and outputs are dense, row-major (C order). digits_run uses a static arena; digits_run_in is re-entrant, its arena
 * has DIGITS_ARENA_BYTES. */
int digits_run(const float *image, float *probabilities);
int digits_run_in(void *arena, const float *image, float *probabilities);

/* Placement: define these to put weights or the arena of digits_run into a section of their own. */
#ifndef DIGITS_WEIGHTS_ATTR
#define DIGITS_WEIGHTS_ATTR
#endif
#ifndef DIGITS_ARENA_ATTR
#define DIGITS_ARENA_ATTR
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the weights are written for little-endian machines"
#endif
#ifdef __GNUC__
#pragma GCC diagnostic ignored "-Woverlength-strings"
#endif

/* Memory map ---------------------------------------------------------------------------------- */

enum {                     /* offset      bytes  tensor */
    AT_f_f_2_Relu        =        0, /*     4096  float32[1,16,8,8] */
    AT_f_f_0_Conv_panel  =     4096, /*      576  float32[144] */
    AT_f_f_5_Relu        =     8192, /*     4096  float32[1,16,8,8] */
    AT_f_f_8_Relu        =        0, /*     8192  float32[1,32,8,8] */
    AT_f_f_6_Conv_panel  =    12288, /*     1024  float32[256] */
    AT_f_f_9_MaxPool     =    16384, /*     2048  float32[1,32,4,4] */
    AT_f_f_12_Relu       =    18432, /*     2048  float32[1,32,4,4] */
    AT_f_f_10_Conv_panel =        0, /*    16384  float32[4096] */
    AT_f_f_13_MaxPool    =        0, /*      512  float32[1,32,2,2] */
    AT_h_Gemm            =      512, /*       40  float32[1,10] */
};

/* Kernels: only those this model calls ------------------------------------------------------- */

/* c ? a : b without a branch. Written as `?:`, compilers move the arithmetic that follows into the branches, and then can't turn
 * the loop into vector code because that arithmetic may raise floating-point exceptions. */
static inline float select_f32(bool c, float a, float b)
{
    const uint32_t mask = 0u - (uint32_t)c;
    uint32_t x, y;
    memcpy(&x, &a, sizeof x);
    memcpy(&y, &b, sizeof y);
    x = (x & mask) | (y & ~mask);
    memcpy(&a, &x, sizeof a);
    return a;
}

/* NaN becomes `low`. */
static inline float bound_f32(float x, float low, float high)
{
    return select_f32(x > low, select_f32(x < high, x, high), low);
}

/* 2^n for n in [-126, 127]; one exponent further up is infinity. */
static inline float power_of_two_f32(int32_t n)
{
    const uint32_t bits = (uint32_t)(n + 127) << 23;
    float y;
    memcpy(&y, &bits, sizeof y);
    return y;
}

static inline int32_t nearest_i32_f32(float x)
{
    return (int32_t)(x + copysignf(0.5f, x));
}

/* e^r - 1 for |r| <= log(2) / 2; fit error 3.2e-9. */
static inline float expm1_small_f32(float r)
{
    return r + r * r * (0.5f + r * (0.166665182f + r * (0.041666206f + r * (0.00836895313f + r * 0.00139506022f))));
}

/* x - n log(2), log(2) split in two so that the first product is exact. */
static inline float reduce_by_log2_f32(float x, int32_t n)
{
    return (x - (float)n * 0.693359375f) + (float)n * 2.12194440e-4f;
}

/* e^x. Error below 1.1 ULP. Two factors make the power of two, so that results below FLT_MIN come out rounded as well. */
static inline float exp_f32(float x)
{
    const float c = bound_f32(x, -104.0f, 89.0f);
    const int32_t n = nearest_i32_f32(c * 1.44269504f), half = n / 2;
    const float e = 1.0f + expm1_small_f32(reduce_by_log2_f32(c, n));
    const float y = e * power_of_two_f32(half) * power_of_two_f32(n - half);
    return select_f32(x != x, x, y);
}

/* How a window moves over an image. The sizes are in pixels; fields of dimensions an image doesn't have are 1, their pads 0. */
struct window {
    int32_t in_d, in_h, in_w;
    int32_t kernel_d, kernel_h, kernel_w;
    int32_t stride_d, stride_h, stride_w;
    int32_t dilation_d, dilation_h, dilation_w;
    int32_t pad_d, pad_h, pad_w; /* before the first pixel; what lies behind the last follows from the rest */
    int32_t out_d, out_h, out_w;
};

/* Output pixels computed together, and taps gathered for them at a time (a multiple of 4). */
enum { CONV_TILE = 16, CONV_PANEL = 256 };

/* The output positions [low, high) along one dimension whose tap lies inside of the image: there 0 <= out * stride + shift < in. */
struct reach {
    int32_t low, high;
};

static inline struct reach reach_of(int32_t shift, int32_t stride, int32_t in, int32_t out)
{
    struct reach r = {-shift, in - shift};
    if (stride > 1 && shift < 0) r.low = (-shift + stride - 1) / stride;
    if (stride > 1 && shift < in) r.high = (in - 1 - shift) / stride + 1;
    if (r.low < 0) r.low = 0;
    if (r.high < 0) r.high = 0;
    if (r.high > out) r.high = out;
    if (r.low > r.high) r.low = r.high;
    return r;
}

/* A place in a window or an image. */
struct position {
    int32_t d, h, w;
};

static inline struct position position_of(size_t index, int32_t height, int32_t width)
{
    const size_t row = index / (size_t)width;
    const struct position p = {(int32_t)(row / (size_t)height), (int32_t)(row % (size_t)height), (int32_t)(index % (size_t)width)};
    return p;
}

/* Is the window a single pixel that visits every pixel in order? Then the image is its own panel. */
static inline bool window_is_plain(const struct window *p)
{
    const bool single = p->kernel_d == 1 && p->kernel_h == 1 && p->kernel_w == 1 && p->pad_d == 0 && p->pad_h == 0 && p->pad_w == 0;
    const bool every = p->stride_d == 1 && p->stride_h == 1 && p->stride_w == 1;
    return single && every && p->in_d == p->out_d && p->in_h == p->out_h && p->in_w == p->out_w;
}

static inline float within_f32(float v, float low, float high)
{
    const float raised = v < low ? low : v; /* NaN passes */
    return raised > high ? high : raised;
}

/* to[n] = what a tap sees from output column `from` on: zeros outside of the image's row. */
static void conv_gather_f32(const float *restrict row, const struct window *p, int32_t kw, int32_t from, int32_t n, float *restrict to)
{
    const int32_t shift = (from * p->stride_w - p->pad_w) + kw * p->dilation_w;
    const struct reach r = reach_of(shift, p->stride_w, p->in_w, n);
    for (int32_t i = 0; i < r.low; i++) to[i] = 0;
    if (p->stride_w == 1 && r.low < r.high)
        memcpy(to + r.low, row + shift + r.low, (size_t)(r.high - r.low) * sizeof *to);
    else
        for (int32_t i = r.low; i < r.high; i++) to[i] = row[shift + i * p->stride_w];
    for (int32_t i = r.high; i < n; i++) to[i] = 0;
}

/* to[CONV_TILE] = what one tap sees from output position `from` on, `pixels` of them, then zeros. */
static void conv_tap_f32(const float *plane, const struct window *p, const struct position *tap, const struct position *from, int32_t pixels, float *to)
{
    struct position at = *from;
    const int32_t shift_d = tap->d * p->dilation_d - p->pad_d, shift_h = tap->h * p->dilation_h - p->pad_h;
    for (int32_t i = pixels; i < CONV_TILE; i++) to[i] = 0;
    while (pixels > 0) {
        const int32_t n = pixels < p->out_w - at.w ? pixels : p->out_w - at.w;
        const int32_t d = at.d * p->stride_d + shift_d, h = at.h * p->stride_h + shift_h;
        if (d >= 0 && d < p->in_d && h >= 0 && h < p->in_h)
            conv_gather_f32(plane + ((size_t)d * (size_t)p->in_h + (size_t)h) * (size_t)p->in_w, p, tap->w, at.w, n, to);
        else
            for (int32_t i = 0; i < n; i++) to[i] = 0;
        to += n;
        pixels -= n;
        at.w = 0;
        if (++at.h == p->out_h) at.h = 0, at.d++;
    }
}

/* panel[taps][CONV_TILE]: what taps `first`.. of a group's input x see from output pixel `pixel` on, `pixels` of them, then zeros. */
static void conv_panel_f32(const float *x, const struct window *p, size_t first, size_t taps, size_t pixel, size_t pixels, float *panel)
{
    const size_t in_size = (size_t)p->in_d * (size_t)p->in_h * (size_t)p->in_w;
    const size_t window = (size_t)p->kernel_d * (size_t)p->kernel_h * (size_t)p->kernel_w;
    const struct position start = position_of(pixel, p->out_h, p->out_w);
    struct position tap = position_of(first % window, p->kernel_h, p->kernel_w);
    x += first / window * in_size;
    for (size_t t = 0; t < taps; t++, panel += CONV_TILE) {
        conv_tap_f32(x, p, &tap, &start, (int32_t)pixels, panel);
        if (++tap.w < p->kernel_w) continue;
        tap.w = 0;
        if (++tap.h < p->kernel_h) continue;
        tap.h = 0;
        if (++tap.d < p->kernel_d) continue;
        tap.d = 0;
        x += in_size;
    }
}

/* sum[CONV_TILE] += w[taps] times panel[taps][step]. */
static void conv_tile_f32(const float *restrict w, const float *restrict panel, size_t step, size_t taps, float *restrict sum)
{
    size_t t = 0;
    for (; t + 4 <= taps; t += 4) {
        const float w0 = w[t], w1 = w[t + 1], w2 = w[t + 2], w3 = w[t + 3];
        const float *p0 = panel + t * step, *p1 = p0 + step, *p2 = p1 + step, *p3 = p2 + step;
        for (size_t i = 0; i < CONV_TILE; i++) sum[i] += w0 * p0[i] + w1 * p1[i] + w2 * p2[i] + w3 * p3[i];
    }
    for (; t < taps; t++)
        for (size_t i = 0; i < CONV_TILE; i++) sum[i] += w[t] * panel[t * step + i];
}

/* y[pixels] = sum, held within low..high. */
static void conv_store_f32(const float *restrict sum, size_t pixels, float low, float high, float *restrict y)
{
    if (pixels == CONV_TILE)
        for (size_t i = 0; i < CONV_TILE; i++) y[i] = within_f32(sum[i], low, high);
    else
        for (size_t i = 0; i < pixels; i++) y[i] = within_f32(sum[i], low, high);
}

/* y = x convolved with w, plus b per output channel (may be NULL), held within low..high. Scratch holds
 * min(taps, CONV_PANEL) * CONV_TILE elements, where taps counts a window over all channels of a group. y must not overlap the inputs. */
static void conv_f32(const float *x, const float *w, const float *b, float *restrict y, float *restrict scratch, const struct window *p, int32_t batch,
             int32_t groups, int32_t in_channels, int32_t out_channels, float low, float high)
{
    const size_t in_size = (size_t)p->in_d * (size_t)p->in_h * (size_t)p->in_w;
    const size_t out_size = (size_t)p->out_d * (size_t)p->out_h * (size_t)p->out_w;
    const size_t channels = (size_t)in_channels / (size_t)groups, filters = (size_t)out_channels / (size_t)groups;
    const size_t taps = channels * (size_t)p->kernel_d * (size_t)p->kernel_h * (size_t)p->kernel_w;
    const bool plain = window_is_plain(p);
    for (size_t g = 0; g < (size_t)batch * (size_t)groups; g++, x += channels * in_size)
        for (size_t pixel = 0; pixel < out_size; pixel += CONV_TILE) {
            const size_t pixels = out_size - pixel < CONV_TILE ? out_size - pixel : CONV_TILE;
            const bool direct = plain && pixels == CONV_TILE;
            for (size_t first = 0; first < taps; first += CONV_PANEL) {
                const size_t n = taps - first < CONV_PANEL ? taps - first : CONV_PANEL;
                const bool last = first + n == taps;
                const float *panel = direct ? x + first * in_size + pixel : scratch;
                if (!direct) conv_panel_f32(x, p, first, n, pixel, pixels, scratch);
                for (size_t f = 0; f < filters; f++) {
                    const size_t channel = g % (size_t)groups * filters + f;
                    float *to = y + (g * filters + f) * out_size + pixel;
                    float sum[CONV_TILE] = {0};
                    for (size_t i = 0; i < pixels; i++) sum[i] = first > 0 ? to[i] : b ? b[channel] : 0;
                    conv_tile_f32(w + channel * taps + first, panel, direct ? in_size : CONV_TILE, n, sum);
                    conv_store_f32(sum, pixels, last ? low : -INFINITY, last ? high : INFINITY, to);
                }
            }
        }
}

/* y_row += tap v of x's row, over the columns where it lies inside. */
static void conv_add_row_f32(const float *restrict x_row, float v, int32_t shift, const struct window *p, float *restrict y_row)
{
    const struct reach r = reach_of(shift, p->stride_w, p->in_w, p->out_w);
    const ptrdiff_t stride = p->stride_w;
    if (stride == 1)
        for (int32_t i = r.low; i < r.high; i++) y_row[i] += v * x_row[shift + i];
    else
        for (int32_t i = r.low; i < r.high; i++) y_row[i] += v * x_row[shift + i * stride];
}

/* conv_f32 where each group has one input channel; without scratch. */
static void conv_depthwise_f32(const float *x, const float *w, const float *b, float *restrict y, const struct window *p, int32_t batch,
                       int32_t in_channels, int32_t out_channels, float low, float high)
{
    const size_t in_size = (size_t)p->in_d * (size_t)p->in_h * (size_t)p->in_w;
    const size_t window = (size_t)p->kernel_d * (size_t)p->kernel_h * (size_t)p->kernel_w;
    const size_t filters = (size_t)out_channels / (size_t)in_channels;
    for (size_t plane = 0; plane < (size_t)batch * (size_t)out_channels; plane++) {
        const float *image = x + plane / filters * in_size, *taps = w + plane % (size_t)out_channels * window;
        const float bias = b ? b[plane % (size_t)out_channels] : 0;
        for (int32_t d = 0; d < p->out_d; d++)
            for (int32_t h = 0; h < p->out_h; h++, y += p->out_w) {
                for (int32_t i = 0; i < p->out_w; i++) y[i] = bias;
                for (int32_t k = 0; k < p->kernel_d * p->kernel_h; k++) {
                    const int32_t in_d = (d * p->stride_d - p->pad_d) + k / p->kernel_h * p->dilation_d;
                    const int32_t in_h = (h * p->stride_h - p->pad_h) + k % p->kernel_h * p->dilation_h;
                    if (in_d < 0 || in_d >= p->in_d || in_h < 0 || in_h >= p->in_h) continue;
                    const float *row = image + ((size_t)in_d * (size_t)p->in_h + (size_t)in_h) * (size_t)p->in_w;
                    for (int32_t kw = 0; kw < p->kernel_w; kw++)
                        conv_add_row_f32(row, taps[(size_t)k * (size_t)p->kernel_w + (size_t)kw], kw * p->dilation_w - p->pad_w, p, y);
                }
                for (int32_t i = 0; i < p->out_w; i++) y[i] = within_f32(y[i], low, high);
            }
    }
}

static inline float add_f32(float a, float b)
{
    return a + b;
}

/* NaN if either is. */
static inline float max_f32(float a, float b)
{
    return a > b || a != a ? a : b;
}

/* y[m][n] from a[m][k] and b[k][n]; strides count elements, one of 0 repeats. */
struct gemm {
    int32_t m, n, k;
    int32_t a_row, a_col; /* strides of a along m and along k */
    int32_t b_step;       /* stride of b along k; for the _dot kernels along n (the other one is 1) */
    int32_t c_row, c_col; /* strides of the addend along m and n */
    int32_t y_row;        /* stride of y along m; n is contiguous */
};

/* y[n] = sum over k of a[k * a_step] * b[n * b_step + k]. */
static void product_dots_f32(const float *a, size_t a_step, const float *b, size_t b_step, size_t n, size_t k, float *restrict y)
{
    const size_t fours = n - n % 4;
    for (size_t i = 0; i < fours; i += 4) {
        const float *b0 = b + i * b_step, *b1 = b0 + b_step, *b2 = b1 + b_step, *b3 = b2 + b_step;
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        for (size_t j = 0; j < k; j++) {
            const float v = a[j * a_step];
            s0 += v * b0[j];
            s1 += v * b1[j];
            s2 += v * b2[j];
            s3 += v * b3[j];
        }
        y[i] = s0;
        y[i + 1] = s1;
        y[i + 2] = s2;
        y[i + 3] = s3;
    }
    for (size_t i = fours; i < n; i++) {
        float sum = 0;
        for (size_t j = 0; j < k; j++) sum += a[j * a_step] * b[i * b_step + j];
        y[i] = sum;
    }
}

/* y[n] = alpha * y[n] + beta * c[n * c_step], held within low..high; c may be NULL. NaN passes. */
static void product_finish_f32(float *restrict y, const float *c, size_t c_step, size_t n, float alpha, float beta, float low, float high)
{
    if (c)
        for (size_t i = 0; i < n; i++) y[i] = alpha * y[i] + beta * c[i * c_step];
    else
        for (size_t i = 0; i < n; i++) y[i] *= alpha;
    for (size_t i = 0; i < n; i++) {
        const float v = y[i] < low ? low : y[i];
        y[i] = v > high ? high : v;
    }
}

/* gemm_f32 where k, not n, is contiguous in b. */
static void gemm_dot_f32(const float *a, const float *b, const float *c, float *y, const struct gemm *p, float alpha, float beta, float low, float high)
{
    for (size_t m = 0; m < (size_t)p->m; m++) {
        float *row = y + m * (size_t)p->y_row;
        product_dots_f32(a + m * (size_t)p->a_row, (size_t)p->a_col, b, (size_t)p->b_step, (size_t)p->n, (size_t)p->k, row);
        product_finish_f32(row, c ? c + m * (size_t)p->c_row : NULL, (size_t)p->c_col, (size_t)p->n, alpha, beta, low, high);
    }
}

struct taps {
    struct reach d, h, w;
    int32_t first_d, first_h, first_w; /* the input position of tap 0, possibly outside */
};

static inline struct taps taps_at(const struct window *p, int32_t d, int32_t h, int32_t w)
{
    struct taps t;
    t.first_d = d * p->stride_d - p->pad_d;
    t.first_h = h * p->stride_h - p->pad_h;
    t.first_w = w * p->stride_w - p->pad_w;
    t.d = reach_of(t.first_d, p->dilation_d, p->in_d, p->kernel_d);
    t.h = reach_of(t.first_h, p->dilation_h, p->in_h, p->kernel_h);
    t.w = reach_of(t.first_w, p->dilation_w, p->in_w, p->kernel_w);
    return t;
}

/* Offset in the image of the first column that taps (kd, kh, ..) see. */
static inline size_t tap_row(const struct window *p, const struct taps *t, int32_t kd, int32_t kh)
{
    const size_t d = (size_t)(t->first_d + kd * p->dilation_d), h = (size_t)(t->first_h + kh * p->dilation_h);
    return (d * (size_t)p->in_h + h) * (size_t)p->in_w + (size_t)(t->first_w + t->w.low * p->dilation_w);
}

static inline bool taps_empty(const struct taps *t)
{
    return t->d.low == t->d.high || t->h.low == t->h.high || t->w.low == t->w.high;
}

/* Is a larger than b? A NaN always is. */
static inline bool exceeds_f32(float a, float b)
{
    return a > b || a != a;
}

/* Offset in the image of the largest pixel of a window that is not empty: the first one, or the last NaN. */
static size_t max_pool_at_f32(const float *x, const struct window *p, const struct taps *t)
{
    size_t best = tap_row(p, t, t->d.low, t->h.low);
    for (int32_t kd = t->d.low; kd < t->d.high; kd++)
        for (int32_t kh = t->h.low; kh < t->h.high; kh++) {
            size_t at = tap_row(p, t, kd, kh);
            for (int32_t kw = t->w.low; kw < t->w.high; kw++, at += (size_t)p->dilation_w)
                if (exceeds_f32(x[at], x[best])) best = at;
        }
    return best;
}

/* An empty window (nothing but padding) gives the least number. */
static void max_pool_f32(const float *x, float *restrict y, const struct window *p, int32_t planes)
{
    const size_t in_size = (size_t)p->in_d * (size_t)p->in_h * (size_t)p->in_w;
    for (int32_t plane = 0; plane < planes; plane++, x += in_size)
        for (int32_t d = 0; d < p->out_d; d++)
            for (int32_t h = 0; h < p->out_h; h++)
                for (int32_t w = 0; w < p->out_w; w++) {
                    const struct taps t = taps_at(p, d, h, w);
                    *y++ = taps_empty(&t) ? (-FLT_MAX) : x[max_pool_at_f32(x, p, &t)];
                }
}

enum {
    REDUCE_LANES = 16,   /* partial results along a contiguous axis */
    REDUCE_COLUMNS = 64, /* neighbouring results computed together along any other axis */
    REDUCE_BLOCK = 512   /* elements between joins */
};

static inline float reduce_take_sum_f32(float part, float x)
{
    return add_f32(part, x);
}

static inline float reduce_start_sum_f32(void)
{
    return 0;
}

static inline float reduce_join_sum_f32(float a, float b)
{
    return add_f32(a, b);
}

static inline float reduce_start_max_f32(void)
{
    return -INFINITY;
}

static inline float reduce_take_max_f32(float part, float x)
{
    return max_f32(part, x);
}

static inline float reduce_join_max_f32(float a, float b)
{
    return max_f32(a, b);
}

static inline float reduce_row_sum_f32(const float *x, size_t n)
{
    float total = reduce_start_sum_f32();
    size_t k = 0;
    while (n - k >= REDUCE_LANES) {
        float lane[REDUCE_LANES];
        const size_t end = n - k < REDUCE_BLOCK ? n : k + REDUCE_BLOCK;
        for (size_t j = 0; j < REDUCE_LANES; j++) lane[j] = reduce_start_sum_f32();
        for (; end - k >= REDUCE_LANES; k += REDUCE_LANES)
            for (size_t j = 0; j < REDUCE_LANES; j++) lane[j] = reduce_take_sum_f32(lane[j], x[k + j]);
        for (size_t width = REDUCE_LANES / 2; width; width /= 2)
            for (size_t j = 0; j < width; j++) lane[j] = reduce_join_sum_f32(lane[j], lane[j + width]);
        total = reduce_join_sum_f32(total, lane[0]);
    }
    for (; k < n; k++) total = reduce_take_sum_f32(total, x[k]);
    return total;
}

static inline float reduce_row_max_f32(const float *x, size_t n)
{
    float total = reduce_start_max_f32();
    size_t k = 0;
    while (n - k >= REDUCE_LANES) {
        float lane[REDUCE_LANES];
        const size_t end = n - k < REDUCE_BLOCK ? n : k + REDUCE_BLOCK;
        for (size_t j = 0; j < REDUCE_LANES; j++) lane[j] = reduce_start_max_f32();
        for (; end - k >= REDUCE_LANES; k += REDUCE_LANES)
            for (size_t j = 0; j < REDUCE_LANES; j++) lane[j] = reduce_take_max_f32(lane[j], x[k + j]);
        for (size_t width = REDUCE_LANES / 2; width; width /= 2)
            for (size_t j = 0; j < width; j++) lane[j] = reduce_join_max_f32(lane[j], lane[j + width]);
        total = reduce_join_max_f32(total, lane[0]);
    }
    for (; k < n; k++) total = reduce_take_max_f32(total, x[k]);
    return total;
}

/* total[columns], at most REDUCE_COLUMNS, over n rows of x that are `inner` elements apart. */
static inline void reduce_columns_sum_f32(const float *x, float *total, size_t columns, size_t n, size_t inner)
{
    for (size_t j = 0; j < columns; j++) total[j] = reduce_start_sum_f32();
    for (size_t k = 0; k < n;) {
        float part[REDUCE_COLUMNS];
        const size_t end = n - k < REDUCE_BLOCK ? n : k + REDUCE_BLOCK;
        for (size_t j = 0; j < columns; j++) part[j] = reduce_start_sum_f32();
        for (; k < end; k++)
            for (size_t j = 0; j < columns; j++) part[j] = reduce_take_sum_f32(part[j], x[k * inner + j]);
        for (size_t j = 0; j < columns; j++) total[j] = reduce_join_sum_f32(total[j], part[j]);
    }
}

/* total[columns], at most REDUCE_COLUMNS, over n rows of x that are `inner` elements apart. */
static inline void reduce_columns_max_f32(const float *x, float *total, size_t columns, size_t n, size_t inner)
{
    for (size_t j = 0; j < columns; j++) total[j] = reduce_start_max_f32();
    for (size_t k = 0; k < n;) {
        float part[REDUCE_COLUMNS];
        const size_t end = n - k < REDUCE_BLOCK ? n : k + REDUCE_BLOCK;
        for (size_t j = 0; j < columns; j++) part[j] = reduce_start_max_f32();
        for (; k < end; k++)
            for (size_t j = 0; j < columns; j++) part[j] = reduce_take_max_f32(part[j], x[k * inner + j]);
        for (size_t j = 0; j < columns; j++) total[j] = reduce_join_max_f32(total[j], part[j]);
    }
}

static inline void softmax_row_f32(const float *x, float *y, size_t n)
{
    const float largest = reduce_row_max_f32(x, n);
    for (size_t k = 0; k < n; k++) y[k] = exp_f32(x[k] - largest);
    const float scale = 1 / reduce_row_sum_f32(y, n);
    for (size_t k = 0; k < n; k++) y[k] *= scale;
}

static inline void softmax_columns_f32(const float *x, float *y, size_t columns, size_t n, size_t inner)
{
    float largest[REDUCE_COLUMNS], scale[REDUCE_COLUMNS];
    reduce_columns_max_f32(x, largest, columns, n, inner);
    for (size_t k = 0; k < n; k++)
        for (size_t j = 0; j < columns; j++) y[k * inner + j] = exp_f32(x[k * inner + j] - largest[j]);
    reduce_columns_sum_f32(y, scale, columns, n, inner);
    for (size_t j = 0; j < columns; j++) scale[j] = 1 / scale[j];
    for (size_t k = 0; k < n; k++)
        for (size_t j = 0; j < columns; j++) y[k * inner + j] *= scale[j];
}

/* y[outer][n][inner] = softmax along n of x; y may be x. */
static void softmax_f32(const float *x, float *y, int32_t outer, int32_t n, int32_t inner)
{
    const size_t rows = (size_t)n, width = (size_t)inner;
    for (size_t o = 0; o < (size_t)outer; o++, x += rows * width, y += rows * width) {
        if (width == 1) {
            softmax_row_f32(x, y, rows);
            continue;
        }
        for (size_t i = 0; i < width; i += REDUCE_COLUMNS)
            softmax_columns_f32(x + i, y + i, width - i < REDUCE_COLUMNS ? width - i : REDUCE_COLUMNS, rows, width);
    }
}

/* Weights: declared here, defined at the end ------------------------------------------------- */

static DIGITS_WEIGHTS_ATTR const float w_onnx_Conv_49[144];
static DIGITS_WEIGHTS_ATTR const float w_onnx_Conv_50[16];
static DIGITS_WEIGHTS_ATTR const float w_onnx_Conv_52[144];
static DIGITS_WEIGHTS_ATTR const float w_onnx_Conv_53[16];
static DIGITS_WEIGHTS_ATTR const float w_onnx_Conv_55[512];
static DIGITS_WEIGHTS_ATTR const float w_onnx_Conv_56[32];
union w_onnx_Conv_58 { unsigned char bytes[36865]; float v[9216]; };
static DIGITS_WEIGHTS_ATTR const union w_onnx_Conv_58 w_onnx_Conv_58;
static DIGITS_WEIGHTS_ATTR const float w_onnx_Conv_59[32];
union w_h_weight { unsigned char bytes[5121]; float v[1280]; };
static DIGITS_WEIGHTS_ATTR const union w_h_weight w_h_weight;
static DIGITS_WEIGHTS_ATTR const float w_h_bias[10];

/* The model ----------------------------------------------------------------------------------- */

int digits_run_in(void *arena, const float *image, float *probabilities)
{
    if ((uintptr_t)arena % DIGITS_ARENA_ALIGN != 0) return DIGITS_EARENA;
    unsigned char *const memory = arena;

    /* 1  Conv "/f/f.0/Conv", Relu "/f/f.2/Relu": image[1,1,8,8], w_onnx_Conv_49[16,1,3,3], w_onnx_Conv_50[16] -> f_f_2_Relu[1,16,8,8] */
    float *const f_f_2_Relu = (float *)(void *)(memory + AT_f_f_2_Relu);
    float *const f_f_0_Conv_panel = (float *)(void *)(memory + AT_f_f_0_Conv_panel);
    conv_f32(image, w_onnx_Conv_49, w_onnx_Conv_50, f_f_2_Relu, f_f_0_Conv_panel,
        &(const struct window){.in_d = 1, .in_h = 8, .in_w = 8, .kernel_d = 1, .kernel_h = 3, .kernel_w = 3,
        .stride_d = 1, .stride_h = 1, .stride_w = 1, .dilation_d = 1, .dilation_h = 1, .dilation_w = 1,
        .pad_h = 1, .pad_w = 1, .out_d = 1, .out_h = 8, .out_w = 8}, 1, 1, 1, 16, 0.0f, INFINITY);

    /* 2  Conv "/f/f.3/Conv", Relu "/f/f.5/Relu": f_f_2_Relu[1,16,8,8], w_onnx_Conv_52[16,1,3,3], w_onnx_Conv_53[16] -> f_f_5_Relu[1,16,8,8] */
    float *const f_f_5_Relu = (float *)(void *)(memory + AT_f_f_5_Relu);
    conv_depthwise_f32(f_f_2_Relu, w_onnx_Conv_52, w_onnx_Conv_53, f_f_5_Relu,
        &(const struct window){.in_d = 1, .in_h = 8, .in_w = 8, .kernel_d = 1, .kernel_h = 3, .kernel_w = 3,
        .stride_d = 1, .stride_h = 1, .stride_w = 1, .dilation_d = 1, .dilation_h = 1, .dilation_w = 1,
        .pad_h = 1, .pad_w = 1, .out_d = 1, .out_h = 8, .out_w = 8}, 1, 16, 16, 0.0f, INFINITY);

    /* 3  Conv "/f/f.6/Conv", Relu "/f/f.8/Relu": f_f_5_Relu[1,16,8,8], w_onnx_Conv_55[32,16,1,1], w_onnx_Conv_56[32] -> f_f_8_Relu[1,32,8,8] */
    float *const f_f_8_Relu = (float *)(void *)(memory + AT_f_f_8_Relu);
    float *const f_f_6_Conv_panel = (float *)(void *)(memory + AT_f_f_6_Conv_panel);
    conv_f32(f_f_5_Relu, w_onnx_Conv_55, w_onnx_Conv_56, f_f_8_Relu, f_f_6_Conv_panel,
        &(const struct window){.in_d = 1, .in_h = 8, .in_w = 8, .kernel_d = 1, .kernel_h = 1, .kernel_w = 1,
        .stride_d = 1, .stride_h = 1, .stride_w = 1, .dilation_d = 1, .dilation_h = 1, .dilation_w = 1,
        .out_d = 1, .out_h = 8, .out_w = 8}, 1, 1, 16, 32, 0.0f, INFINITY);

    /* 4  MaxPool "/f/f.9/MaxPool": f_f_8_Relu[1,32,8,8] -> f_f_9_MaxPool[1,32,4,4] */
    float *const f_f_9_MaxPool = (float *)(void *)(memory + AT_f_f_9_MaxPool);
    max_pool_f32(f_f_8_Relu, f_f_9_MaxPool, &(const struct window){.in_d = 1, .in_h = 8, .in_w = 8,
        .kernel_d = 1, .kernel_h = 2, .kernel_w = 2, .stride_d = 1, .stride_h = 2, .stride_w = 2,
        .dilation_d = 1, .dilation_h = 1, .dilation_w = 1, .out_d = 1, .out_h = 4, .out_w = 4}, 32);

    /* 5  Conv "/f/f.10/Conv", Relu "/f/f.12/Relu": f_f_9_MaxPool[1,32,4,4], w_onnx_Conv_58[32,32,3,3], w_onnx_Conv_59[32] -> f_f_12_Relu[1,32,4,4] */
    float *const f_f_12_Relu = (float *)(void *)(memory + AT_f_f_12_Relu);
    float *const f_f_10_Conv_panel = (float *)(void *)(memory + AT_f_f_10_Conv_panel);
    conv_f32(f_f_9_MaxPool, w_onnx_Conv_58.v, w_onnx_Conv_59, f_f_12_Relu, f_f_10_Conv_panel,
        &(const struct window){.in_d = 1, .in_h = 4, .in_w = 4, .kernel_d = 1, .kernel_h = 3, .kernel_w = 3,
        .stride_d = 1, .stride_h = 1, .stride_w = 1, .dilation_d = 1, .dilation_h = 1, .dilation_w = 1,
        .pad_h = 1, .pad_w = 1, .out_d = 1, .out_h = 4, .out_w = 4}, 1, 1, 32, 32, 0.0f, INFINITY);

    /* 6  MaxPool "/f/f.13/MaxPool": f_f_12_Relu[1,32,4,4] -> f_f_13_MaxPool[1,32,2,2] */
    float *const f_f_13_MaxPool = (float *)(void *)(memory + AT_f_f_13_MaxPool);
    max_pool_f32(f_f_12_Relu, f_f_13_MaxPool, &(const struct window){.in_d = 1, .in_h = 4, .in_w = 4,
        .kernel_d = 1, .kernel_h = 2, .kernel_w = 2, .stride_d = 1, .stride_h = 2, .stride_w = 2,
        .dilation_d = 1, .dilation_h = 1, .dilation_w = 1, .out_d = 1, .out_h = 2, .out_w = 2}, 32);

    /* 7  Gemm "/h/Gemm": Flatten[1,128], w_h_weight[10,128], w_h_bias[10] -> h_Gemm[1,10] */
    float *const Flatten = (float *)(void *)(memory + AT_f_f_13_MaxPool);
    float *const h_Gemm = (float *)(void *)(memory + AT_h_Gemm);
    gemm_dot_f32(Flatten, w_h_weight.v, w_h_bias, h_Gemm, &(const struct gemm){.m = 1, .n = 10, .k = 128,
        .a_row = 128, .a_col = 1, .b_step = 128, .c_col = 1, .y_row = 10}, 1.0f, 1.0f, -INFINITY, INFINITY);

    /* 8  Softmax "/Softmax": h_Gemm[1,10] -> probabilities[1,10] */
    softmax_f32(h_Gemm, probabilities, 1, 10, 1);

    return 0;
}

int digits_run(const float *image, float *probabilities)
{
#ifdef __GNUC__
    static DIGITS_ARENA_ATTR unsigned char arena[DIGITS_ARENA_BYTES] __attribute__((aligned(64)));
    unsigned char *const start = arena;
#else
    static DIGITS_ARENA_ATTR unsigned char arena[DIGITS_ARENA_BYTES + DIGITS_ARENA_ALIGN];
    unsigned char *const start = arena + (DIGITS_ARENA_ALIGN - (uintptr_t)arena % DIGITS_ARENA_ALIGN) % DIGITS_ARENA_ALIGN;
#endif
    return digits_run_in(start, image, probabilities);
}

/* Weights ------------------------------------------------------------------------------------ */

/* float32[16,1,3,3], crc32 399c46f9 */
static DIGITS_WEIGHTS_ATTR const float w_onnx_Conv_49[144] = {
    -0.16774298f, 1.4896773f, -1.8539222f, -2.0870607f, -1.2494937f, 0.9192487f, 0.03063045f, 1.4041588f,
    -0.17617707f, 0.11397155f, -0.31638423f, -0.45931324f, -1.4112014f, -1.0685714f, -0.7321409f, 0.22603641f,
    0.85197115f, 0.9016133f, -0.9000312f, -0.562922f, 0.79590076f, 1.129825f, -0.46698877f, 1.0723729f,
    -0.35820138f, 0.28401724f, 1.5701066f, -1.1496603f, -0.5214161f, -0.28993616f, -0.58395034f, 0.68829155f,
    -0.49439198f, -0.32040176f, -0.81924707f, -1.0667604f, -0.638845f, 1.4796156f, 0.62232536f, 0.6660239f,
    0.077136666f, -0.930283f, 0.3263598f, -1.5431497f, -1.2131584f, -0.587981f, 0.93018f, 0.80319893f,
    -0.5994036f, -0.3917148f, 0.87650377f, 0.9697097f, 0.423676f, 0.27674955f, 0.98624355f, -0.42490917f,
    0.08236123f, -1.1148847f, -0.9039541f, -1.0312566f, 0.57942086f, 0.47091877f, -1.0665828f, 0.5764376f,
    1.3139478f, -0.3793116f, -0.21233511f, 0.43743265f, 1.4351782f, 1.7893512f, -2.0069988f, -0.62801427f,
    0.7168251f, 0.84930044f, 1.0554037f, 0.96219367f, 0.31441242f, -0.75193584f, 0.066585235f, -0.60773826f,
    -1.2729733f, 1.322638f, 1.1116465f, -1.2631465f, 0.22131337f, -0.25482115f, -0.39725006f, -0.6877939f,
    -0.037631743f, -1.2421999f, 0.33780956f, 0.7965714f, 1.1288924f, 0.4798412f, -1.3823309f, -1.1809574f,
    0.7183945f, 0.6129024f, -1.0252143f, -0.5557212f, 1.087823f, 0.58210933f, -0.5235116f, -0.21184446f,
    -0.89566946f, -0.1481195f, -0.83227146f, -0.94309044f, -0.22769757f, 0.49591032f, -0.7862961f, 1.1640115f,
    -0.8772464f, 1.4732707f, 0.9276987f, -1.8946472f, -0.19240473f, 0.13886823f, 0.5311334f, 0.3335704f,
    0.4977978f, -0.027681518f, -0.61833125f, 0.65592843f, -1.8249902f, -1.3018205f, -0.4781044f, -0.7509778f,
    -0.4586521f, -1.0115036f, -0.41706353f, 0.23503327f, -0.71708745f, -0.21816622f, 0.83654666f, 0.00047146078f,
    -0.06320207f, -0.1389282f, -0.051420465f, 0.9245053f, 0.8016314f, 0.41404545f, 1.1047f, -0.16006537f
};

/* float32[16], crc32 d223ab99 */
static DIGITS_WEIGHTS_ATTR const float w_onnx_Conv_50[16] = {
    0.5987582f, 0.51790977f, -0.7383096f, 1.2172565f, 0.33543602f, -0.603256f, 0.814566f, -0.7253639f,
    -0.38968855f, 0.34696686f, 0.042384975f, 0.8288628f, 0.0146113485f, 0.45951873f, 0.8564704f, -0.7169971f
};

/* float32[16,1,3,3], crc32 64ac1813 */
static DIGITS_WEIGHTS_ATTR const float w_onnx_Conv_52[144] = {
    0.049463484f, 0.081959836f, -1.1868318f, -0.8863942f, -0.09722018f, -0.21735257f, -0.36309826f, 0.624379f,
    -0.7492311f, -0.004728624f, 1.4029222f, -0.49079397f, 1.2369534f, 0.44235724f, -1.1390377f, 0.86078036f,
    -0.12006263f, -0.7950712f, 0.76058525f, -0.7943533f, 0.050965894f, -0.084783316f, 0.7836483f, 0.1927475f,
    0.6344176f, 0.47828272f, -0.1640483f, -0.4248657f, -1.1990014f, 0.82794625f, 1.2736086f, 1.2625974f,
    -1.048127f, -0.034486566f, -1.1473297f, -0.9567782f, -0.6967342f, 0.26511437f, -0.78216326f, -0.040021848f,
    -0.040418137f, 0.8857467f, -0.94535995f, -0.81253535f, -0.84699225f, 1.16553f, -0.63583344f, 1.4635319f,
    0.35191363f, 0.08583438f, -0.035832137f, -0.55140835f, 0.11078463f, -0.51155704f, -0.086803295f, 0.029393146f,
    -0.88456213f, -0.72517085f, 1.0043678f, -1.1503497f, 0.16002306f, 1.4225323f, 0.52288705f, 0.049381234f,
    -1.1030235f, 0.62463385f, -0.47344208f, -0.26975566f, -0.22702526f, -0.051358126f, 0.18595444f, 0.7460755f,
    0.22662532f, 1.0129085f, 0.66217864f, -0.78042185f, 0.3457608f, -0.8034144f, -0.4107455f, 0.34891737f,
    0.40658003f, 1.023278f, -0.2842768f, 0.17905922f, 0.78736997f, -0.86334467f, 0.78410256f, -1.3089317f,
    -0.2723241f, -0.47629723f, -0.40647438f, 0.067729235f, 0.78297406f, -0.57028097f, -0.8175692f, -0.3744251f,
    -1.0028274f, 0.32064262f, -0.48170137f, -0.8734883f, -0.5817668f, 0.8482384f, 0.95734924f, 1.2156222f,
    0.8294762f, -0.5658236f, -0.38386643f, 0.25610518f, 1.0370346f, 0.1393844f, -0.2962238f, -0.5762359f,
    -1.0043232f, -0.07679843f, -0.7110874f, -0.5909309f, 0.7942349f, -0.9305127f, -0.06993001f, 0.48042393f,
    0.03563522f, -1.0296543f, -1.1418706f, 1.0343008f, 0.30389476f, 1.1930256f, -1.3753067f, 0.20159811f,
    -0.69999987f, -0.08260933f, -1.5405607f, 0.6380686f, 1.1194252f, -0.52806854f, -0.58876395f, -0.77634406f,
    0.8914186f, -0.8642078f, 0.5271628f, -0.39573887f, -0.8136574f, 0.46131858f, -0.63039637f, 0.26219502f
};

/* float32[16], crc32 ff41c89d */
static DIGITS_WEIGHTS_ATTR const float w_onnx_Conv_53[16] = {
    0.80362415f, -0.33739248f, -0.77655935f, 0.32974112f, 0.892838f, -0.5598047f, -0.30430537f, 0.14595386f,
    -0.17911813f, 0.27385047f, 0.9243382f, -0.5475167f, 0.5304025f, 0.2173868f, 1.141428f, 0.54112613f
};

/* float32[32,16,1,1], crc32 98ef95f8 */
static DIGITS_WEIGHTS_ATTR const float w_onnx_Conv_55[512] = {
    -0.14645898f, 0.07747185f, -0.8104904f, 0.1273162f, 0.6331692f, 0.705432f, 0.6211325f, 0.05772323f,
    0.41998586f, -0.3000395f, -0.80193293f, -0.99994045f, 0.6582329f, 0.34682176f, -0.4864057f, 0.21443307f,
    0.57502306f, 0.69323677f, 0.6768807f, 0.4950333f, -0.087870136f, -0.3083084f, 0.61612815f, 0.313152f,
    -0.36530742f, 0.5539588f, 0.26301327f, 0.19651178f, -0.15278797f, -0.001820109f, -0.22960335f, 0.3442586f,
    -0.30318022f, 0.18929145f, 0.033084355f, 0.118094586f, -0.10914596f, 0.4178558f, -0.29996654f, -0.12528598f,
    -0.6906603f, -0.59441507f, -0.86949396f, 0.5827722f, 0.4951366f, 0.7099852f, 0.8540217f, -0.43628728f,
    -0.52409565f, 0.16807973f, -0.45649925f, 0.4842244f, -0.18850374f, -0.2556161f, -0.19418068f, -0.40891862f,
    0.3233554f, 0.5994894f, 0.3392863f, 0.30747026f, 0.30989003f, -0.35127264f, 0.36205932f, 0.5668246f,
    0.3409489f, 0.9451315f, 0.34040937f, 0.62878984f, -0.19408888f, 0.45775726f, -0.112855166f, -0.10195646f,
    -0.41447088f, -0.5124399f, -0.40792635f, 0.20903549f, 0.7551895f, -0.0038251933f, -0.56640476f, 1.0548978f,
    0.1621751f, 0.122867085f, -0.4707083f, 0.7490534f, 0.11779072f, -0.625151f, 0.66778f, 0.47135213f,
    -0.089398324f, 0.65874904f, -0.31869158f, -0.32726792f, 0.56073636f, -0.11878914f, -0.47287375f, -0.49273884f,
    -0.32917225f, 0.020431878f, 0.034916434f, 0.8341352f, 0.0057060337f, -0.21283105f, -0.049832344f, 0.30396646f,
    0.40547332f, -0.8588977f, -0.2832535f, -0.6292879f, -0.25773078f, 0.07938733f, -0.6155516f, 0.46956912f,
    0.31631595f, -0.12801264f, -0.3825089f, -0.115879185f, 0.35442296f, -0.2852899f, 0.18738376f, -0.46208075f,
    -0.51080316f, -0.47653404f, -0.023666387f, 0.5444974f, -0.5625994f, 0.5303461f, -0.2193882f, 0.24338724f,
    0.22871515f, -0.7679426f, 0.42601514f, 0.30338335f, 0.76225203f, 0.3001662f, -0.42865026f, 0.4868053f,
    -0.05207202f, 0.23584013f, -0.565415f, -0.2038417f, -0.5935644f, -0.3628124f, 0.017631035f, -0.3701857f,
    0.10017624f, 0.21577556f, -0.036987003f, -0.5733189f, -0.5772198f, -0.2710572f, 0.30151114f, 0.59847414f,
    0.3991252f, -0.00658517f, 0.352032f, -0.4363199f, -0.61136526f, 0.46224272f, -0.44705597f, 0.46532035f,
    -0.9858443f, -0.5397417f, -0.679215f, 0.18922411f, -0.01471031f, 0.8144523f, 0.3376966f, 0.73985237f,
    -0.296913f, -0.22129485f, -0.112139046f, -0.05580128f, 0.14453211f, -0.7787108f, 0.75755346f, -0.058037f,
    -0.49057508f, -0.45182094f, 0.6388307f, 0.57067776f, -0.57724625f, 0.37963623f, 0.3307933f, 0.4494196f,
    0.36521944f, -0.49880338f, 0.09035546f, 0.36769342f, -0.2494379f, 0.054181457f, -0.27864364f, 0.24138401f,
    -0.20317645f, -0.32412925f, 0.16522168f, 0.6040354f, -0.49899858f, -0.045986578f, 0.6750771f, -0.066639416f,
    0.40550688f, -0.24444324f, 0.53800625f, -0.4031541f, -0.818215f, -0.5800768f, 0.8515399f, -0.25891262f,
    -0.21633852f, -0.25480828f, 0.6265288f, 0.7083245f, -0.7681519f, -0.80581266f, -0.5546026f, -0.30013427f,
    -0.44688016f, -0.57495505f, -0.6329371f, 0.061450988f, -0.392067f, -0.14065412f, -0.27569374f, -0.47445017f,
    0.21299736f, 0.6582195f, -0.54015094f, 0.19407538f, -0.58871174f, 0.51472926f, -0.8402028f, -0.47782212f,
    0.5721577f, -0.29412335f, 0.3335767f, 0.033421934f, -0.07576415f, -0.07474688f, 0.5673853f, -0.19496809f,
    -0.49402818f, -0.38318428f, -0.26872346f, 0.38496876f, -0.331068f, 0.4404107f, -0.049572933f, -0.22577994f,
    0.48327664f, 0.22093433f, 0.70317185f, 0.34950206f, 0.0718047f, -0.5577599f, 0.21029805f, 0.36553746f,
    -0.16738725f, -0.72810465f, 0.13273971f, 0.5348448f, -0.044325754f, -0.5685017f, -0.62119186f, 0.13760006f,
    -0.24926308f, -0.32389903f, 0.14914915f, 0.14127836f, 0.6860981f, 0.7024316f, -0.10399691f, -0.55564284f,
    -0.63779336f, 0.7326409f, 0.27386686f, 0.30641258f, -0.61644435f, 0.819787f, 0.91139126f, 0.6909642f,
    -0.425762f, -0.34783727f, -0.47255498f, 0.76889926f, -0.3880775f, -0.43535525f, 0.6060385f, -0.33935976f,
    -0.04871985f, -0.10496671f, -0.06899552f, -0.4529273f, 0.72844857f, -0.34839764f, 0.22383922f, 0.7687476f,
    0.24778411f, 0.1805996f, 0.72781765f, 0.4157361f, -0.64261675f, 0.7868454f, -0.037125196f, -0.76809835f,
    -0.28863072f, -0.60465646f, 0.7323063f, 0.16418332f, -0.80313736f, -0.22227055f, 0.42565677f, 0.135552f,
    0.23930746f, -0.05478622f, 0.19348173f, -0.05099644f, -0.38090616f, -0.9635359f, -0.61225706f, 0.4533792f,
    -0.15946946f, -0.0662149f, -0.053581044f, 0.10064828f, -0.53684515f, 0.5196206f, -0.35338756f, 0.61567706f,
    -0.51675147f, -0.054353874f, 0.24765244f, -0.38235325f, 0.8265188f, -0.48371992f, -0.6139131f, -0.29893926f,
    0.11656921f, 0.34939483f, -0.63701075f, 0.35395736f, -0.49750957f, -0.003922597f, 0.5022391f, -0.58292633f,
    0.000572243f, 0.7208441f, 0.0015234285f, 0.50541115f, -0.09777848f, 0.7218062f, -0.35640338f, -0.328104f,
    0.04939222f, 0.46410656f, 0.5512242f, 0.79156786f, -0.09383765f, 0.22642908f, 0.67733383f, -0.079917595f,
    0.7581329f, -0.66585237f, 0.0114633795f, 0.13733977f, 0.36410558f, 0.28626168f, -0.118541606f, -0.616484f,
    0.6321845f, 0.31910276f, 0.26433465f, -0.70068395f, 0.3759705f, 0.61297923f, 0.108501524f, -0.544087f,
    0.3772664f, -0.65808123f, 0.11256751f, 0.20403197f, -0.41915277f, 0.28778893f, -0.68475217f, 0.11736406f,
    -0.64053714f, -0.24397507f, 0.028719483f, 0.7044024f, -0.45508477f, 0.70984113f, -0.039258845f, -0.65367335f,
    -1.3251257f, -0.41776705f, 1.136092f, -0.30891037f, 0.42139572f, -0.0057937f, 0.79978013f, 0.99050343f,
    0.28958833f, -0.51335573f, -0.11091272f, -0.20734118f, -0.17373489f, 0.05306619f, 0.6686435f, -0.3709758f,
    0.16771609f, -0.3152692f, -0.18226436f, 0.3031393f, -0.0677177f, -0.0004486077f, -0.47526106f, 0.33952627f,
    -0.21426734f, -0.90668976f, 0.44315663f, -0.51606166f, -0.76613843f, 0.18023057f, 0.6458955f, -0.19532113f,
    0.13805611f, 0.8753894f, 0.5188272f, -0.43530324f, -0.0769413f, -0.10922563f, -0.8831638f, 0.037479524f,
    0.39977074f, 0.5528702f, 0.19050683f, 0.15864144f, -0.16075018f, 0.34360188f, -0.33786795f, -0.4809427f,
    0.18347867f, 0.65991306f, -0.34029704f, 0.6662163f, 0.32121792f, -0.42918426f, 0.038722392f, 0.50426656f,
    -0.4118779f, -0.36708257f, 0.0966352f, -0.50470454f, 0.3624136f, 0.2656316f, 0.17828006f, -0.3676272f,
    0.42122096f, -0.4381097f, 0.73134357f, -0.31706607f, -0.39722398f, 0.57830656f, 0.19283082f, -0.28610057f,
    -0.44672173f, -0.5693904f, -0.36447906f, -0.7438467f, 0.207627f, -0.04248642f, 0.09015063f, 0.20785572f,
    0.79661083f, 0.20690987f, -0.4770894f, -0.33417323f, -0.82492673f, -0.40099013f, -0.30400088f, -0.18714513f,
    0.3354402f, -0.20271917f, 0.7235866f, -0.5159056f, -0.107798174f, 0.8484705f, 0.9463304f, -0.299412f,
    0.0008910507f, 0.16510233f, -0.10187031f, -0.5375089f, 0.30876377f, -0.71115774f, 0.04683586f, 0.1283191f,
    -0.13774255f, 0.7818684f, -0.10699851f, 0.56890696f, 1.056061f, -0.13053358f, 0.6242571f, -0.41539127f,
    -0.36964947f, 0.026899327f, 0.078402855f, -0.53835917f, 0.19329983f, 0.06283557f, 0.8240515f, -0.21194509f
};

/* float32[32], crc32 5534e0d6 */
static DIGITS_WEIGHTS_ATTR const float w_onnx_Conv_56[32] = {
    -4.6873465e-05f, -1.4896544f, -0.15187867f, -0.58554965f, -1.0489054f, -0.14921544f, 0.48916984f, 0.29748526f,
    0.3510977f, 0.092210114f, 0.29391667f, -0.39919713f, 0.048948303f, 1.7132164f, -0.14078814f, -0.39769712f,
    0.23326854f, -0.58028466f, -0.6510392f, 0.6817848f, 0.46542203f, -0.35113096f, -1.0824679f, -0.13850957f,
    -0.4183251f, 0.18592025f, 0.49209934f, -0.9965147f, -0.051052373f, 1.3797365f, -0.4074618f, -1.0792665f
};

/* float32[32,32,3,3], crc32 ff226b89 */
static DIGITS_WEIGHTS_ATTR const union w_onnx_Conv_58 w_onnx_Conv_58 = {
};

/* float32[32], crc32 757d955d */
static DIGITS_WEIGHTS_ATTR const float w_onnx_Conv_59[32] = {
    -0.89583707f, -0.79756343f, -0.16859008f, -0.94043934f, -0.43472135f, -1.5754392f, 2.0818415f, -1.6314092f,
    -0.1495691f, 1.8741004f, -1.2950401f, 0.040702153f, -0.7479978f, -0.52354014f, 0.76739013f, -0.55183375f,
    0.56937116f, -0.17495486f, 0.16265589f, 2.4437191f, 0.77371645f, -1.3053817f, -1.0658687f, 0.36880893f,
    -0.09811397f, -0.94964856f, -0.34552512f, 0.43714312f, -1.2305163f, -0.4954968f, 1.0106298f, 0.5436212f
};

/* float32[10,128], crc32 6db08e3c */
static DIGITS_WEIGHTS_ATTR const union w_h_weight w_h_weight = {
};

/* float32[10], crc32 bd2dbe3e */
static DIGITS_WEIGHTS_ATTR const float w_h_bias[10] = {
    0.00885114f, 0.015499791f, -0.005931981f, -0.080474705f, -0.053402726f, 0.0716532f, 0.026369147f, -0.10363197f,
    0.04006309f, 0.07732156f
};

