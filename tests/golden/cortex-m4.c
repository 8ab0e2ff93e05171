/* Written by onnx2c 0.1.0; do not edit, generate again.
 *   model    sha256 fea0927901dc6350075e57ba4f76acd6afb9e605e706ae2575db0f1589ec6319, opset 13
 *   options  --name digits --target cortex-m4
 *   memory   arena 12,288 B (lower bound 12,288 B), weights 48,680 B, no heap
 */
#if !(defined(__ARM_ARCH_7EM__))
#error "this file is for cortex-m4: onnx2c --target"
#endif

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
#define restrict __restrict
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wunused-function"
#endif

/* Public -------------------------------------------------------------------------------------- */

#ifdef __cplusplus
extern "C" {
#endif

#define DIGITS_ARENA_BYTES 12288
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

/* Inputs and outputs are dense, row-major (C order). digits_run uses a static arena; digits_run_in is re-entrant, its
 * arena has DIGITS_ARENA_BYTES. */
int digits_run(const float *image, float *probabilities);
int digits_run_in(void *arena, const float *image, float *probabilities);

#ifdef __cplusplus
}
#endif

/* Placement: define these to put weights, code or the arena of digits_run into a section of their own. */
#ifndef DIGITS_WEIGHTS_ATTR
#define DIGITS_WEIGHTS_ATTR
#endif
#ifndef DIGITS_ARENA_ATTR
#define DIGITS_ARENA_ATTR
#endif
#ifndef DIGITS_CODE_ATTR
#define DIGITS_CODE_ATTR
#endif

/* Hooks: define DIGITS_STEP(step) to have it before each step, and DIGITS_TRACE(step, name, type, data, rank, dims) to
 * have it after a step for each value that is complete then: `step` counts from 1, `name` is ONNX's, `type` as in
 * "float32", `dims` an array of int32_t. */
#if defined(DIGITS_STEP) || defined(DIGITS_TRACE)
enum { STEP_BASE = __COUNTER__ };
#define STEP() step_ = __COUNTER__ - STEP_BASE; DIGITS_STEP(step_)
#else
#define STEP()
#endif
#ifndef DIGITS_STEP
#define DIGITS_STEP(step) (void)(step)
#endif
#ifdef DIGITS_TRACE
#define TRACE(name, type, data, rank, ...) do { const int32_t dims_[] = {__VA_ARGS__}; \
    DIGITS_TRACE(step_, name, #type, data, rank, dims_); } while (0)
#else
#define TRACE(...)
#endif

#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "-ffast-math, -Ofast and the like change the numbers: add -fno-fast-math"
#endif
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the weights are written for little-endian machines: make the file with --weights numbers"
#endif
#pragma GCC diagnostic ignored "-Woverlength-strings"

/* Memory map ---------------------------------------------------------------------------------- */

/* Buffers in the order in which they are first needed, each for that many steps of the run function. */
enum {                                          /* offset         bytes  steps  tensor */
    AT_f_f_2_Relu_nhwc                          =         0, /*      4096     2  float32[1,8,8,16] */
    AT_f_f_5_Relu_nhwc                          =      8192, /*      4096     2  float32[1,8,8,16] */
    AT_f_f_8_Relu_nhwc                          =         0, /*      8192     2  float32[1,8,8,32] */
    AT_f_f_9_MaxPool_nhwc                       =      8192, /*      2048     2  float32[1,4,4,32] */
    AT_f_f_12_Relu_nhwc                         =         0, /*      2048     2  float32[1,4,4,32] */
    AT_f_f_13_MaxPool_nhwc                      =      2048, /*       512     2  float32[1,2,2,32] */
    AT_f_f_13_MaxPool                           =         0, /*       512     2  float32[1,32,2,2] */
    AT_h_Gemm                                   =       512, /*        40     2  float32[1,10] */
};
/* Kernels: only those this model calls ------------------------------------------------------- */

/* VEC floats in a register. vec_at: the same anywhere in memory. Where scalars are computed in long double (the x87 of
 * 32-bit x86), compilers refuse to mix them with vectors. */
#define VEC 1

typedef float vec, vec_at;
typedef int32_t vec_bits;

/* Compiled for size, for a processor without vectors: kernels do without what only makes larger processors faster. */
#if defined(__OPTIMIZE_SIZE__)
#define VEC_SMALL 1
#else
#define VEC_SMALL 0
#endif

DIGITS_CODE_ATTR
static inline vec vec_load(const float *p)
{
    return *(const vec_at *)p;
}

DIGITS_CODE_ATTR
static inline void vec_store(float *p, vec v)
{
    *(vec_at *)p = v;
}

/* x in every place. */
DIGITS_CODE_ATTR
static inline vec vec_all(float x)
{
    return x;
}

/* The first n of a vector's floats, zeros in place of the others; all if n is larger than a vector,
 * none if it is negative. */
DIGITS_CODE_ATTR
static inline vec vec_load_some(const float *p, int32_t n)
{
    return n > 0 ? *p : 0;
}

DIGITS_CODE_ATTR
static inline void vec_store_some(float *p, vec v, int32_t n)
{
    if (n > 0) vec_store(p, v);
}

/* a * b + c. */
DIGITS_CODE_ATTR
static inline vec vec_fma(vec a, vec b, vec c)
{
#if defined(__clang__)
#pragma STDC FP_CONTRACT ON
    return a * b + c;
#elif defined(__FP_FAST_FMAF)
    return __builtin_fmaf(a, b, c);
#else
    return a * b + c;
#endif
}

/* vec_fma of single floats, with the same rounding. */
DIGITS_CODE_ATTR
static inline float fused_f32(float a, float b, float c)
{
#if defined(__clang__)
#pragma STDC FP_CONTRACT ON
    return a * b + c;
#elif defined(__FP_FAST_FMAF)
    return __builtin_fmaf(a, b, c);
#else
    return a * b + c;
#endif
}

/* The larger; b where one is NaN. */
DIGITS_CODE_ATTR
static inline vec vec_max(vec a, vec b)
{
    return a > b ? a : b;
}

/* The larger; NaN where one is NaN. */
DIGITS_CODE_ATTR
static inline vec vec_larger(vec a, vec b)
{
    return a > b || a != a ? a : b;
}

/* The smaller; b where one is NaN. */
DIGITS_CODE_ATTR
static inline vec vec_min(vec a, vec b)
{
    return a < b ? a : b;
}

/* c ? a : b without a branch. Written as `?:`, compilers move the arithmetic that follows into the branches, and then
 * can't turn the loop into vector code because that arithmetic may raise floating-point exceptions. */
DIGITS_CODE_ATTR
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

/* What the functions below are written in, for one float as for a vector (vector.c). */
DIGITS_CODE_ATTR
static inline float all_f32(float x)
{
    return x;
}

DIGITS_CODE_ATTR
static inline int32_t bits_f32(float x)
{
    int32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

DIGITS_CODE_ATTR
static inline float from_bits_f32(int32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

DIGITS_CODE_ATTR
static inline float fma_f32(float a, float b, float c)
{
    return fused_f32(a, b, c);
}

/* Between low and high; `low` for NaN. */
DIGITS_CODE_ATTR
static inline float bound_f32(float x, float low, float high)
{
    return select_f32(x > low, select_f32(x < high, x, high), low);
}

/* 2^n for n in [-126, 127]; one exponent further up is infinity. */
DIGITS_CODE_ATTR
static inline float power_of_two_f32(int32_t n)
{
    return from_bits_f32((n + 127) << 23);
}

/* x / log(2) rounded, as the last bits of a float that has none for fractions: 1.5 * 2^23 + n. */
DIGITS_CODE_ATTR
static inline float halvings_f32(float x)
{
    return fma_f32(x, all_f32(1.44269504f), all_f32(12582912.0f));
}

/* That n. It goes by the bits, since registers may hold digits that a float in memory doesn't (on the 80387). */
DIGITS_CODE_ATTR
static inline int32_t exponent_of_f32(float halvings)
{
    return bits_f32(halvings) - 0x4b400000;
}

/* The same as a float; the subtraction is quicker, and exact where there are vectors, which the 80387 has not. */
DIGITS_CODE_ATTR
static inline float whole_f32(float halvings)
{
    return (float)exponent_of_f32(halvings);
}

/* e^(x - n log(2)) - 1: log(2) is split in two so that the first product is exact. What is left is at most
 * log(2) / 2; fit error 3.2e-9. */
DIGITS_CODE_ATTR
static inline float expm1_rest_f32(float x, float halvings)
{
    const float n = whole_f32(halvings), r = fma_f32(n, all_f32(2.12194440e-4f), fma_f32(n, all_f32(-0.693359375f), x));
    const float p = fma_f32(r, fma_f32(r, all_f32(0.00139506022f), all_f32(0.00836895313f)), all_f32(0.041666206f));
    return fma_f32(r * r, fma_f32(r, fma_f32(r, p, all_f32(0.166665182f)), all_f32(0.5f)), r);
}

/* e^x. Error below 1.1 ULP. Two factors make the power of two, so that results below FLT_MIN come out rounded as well.
 * Where the result is 0, as of what is masked in attention, nothing underflows: that would be slow. */
DIGITS_CODE_ATTR
static inline float exp_f32(float x)
{
    const float c = select_f32(x > -104.0f, bound_f32(x, -104.0f, 89.0f), all_f32(0.0f)), h = halvings_f32(c);
    const int32_t n = exponent_of_f32(h), half = n >> 1;
    const float y = (1.0f + expm1_rest_f32(c, h)) * power_of_two_f32(half) * power_of_two_f32(n - half);
    return select_f32(x > -104.0f, y, select_f32(x != x, x, all_f32(0.0f)));
}

typedef uint16_t __attribute__((may_alias)) bits16;
typedef uint32_t __attribute__((may_alias)) bits32;
typedef uint64_t __attribute__((may_alias)) bits64;

/* f of the elements of rows y + at[r], as activation.c.in has them, where alpha and beta are the function's
 * parameters, if it has any. */
typedef void activation_f32(float *y, const size_t *at, int32_t rows, int32_t columns, float alpha, float beta);

/* y[r][columns] = clamp(start + sum of x[r][k] * w[k][columns] + add[r][columns]), where k passes through
 * `runs`[0] * [1] * [2] runs of `length` elements that are neighbours in x and rows of 16 that are neighbours in w. */
struct tile {
    const float *x, *w;
    const void *narrow;  /* in place of w, weights of 16 or 8 bits (widen.c) */
    const float *scale;  /* [columns], what those of 8 bits are to be multiplied by */
    size_t w_at;         /* where the tile's weights begin, in elements from w or narrow on */
    const float *start;  /* [columns], where all rows' sums start; NULL: zeros */
    const float *add;    /* like y; or NULL */
    float *y;
    size_t x_at[16], y_at[16];   /* where the rows are in x, and in y and add; those behind the last are copies of it */
    int32_t runs[3], length;
    size_t x_step[3], w_step[3]; /* from run to run, in elements */
    size_t panel;                /* from panel to panel of w, in elements */
    size_t ahead;                /* weights so many elements behind those in use are fetched for later, one row of a */
                                 /* panel each time; 0: none */
    int32_t fetches;             /* tiles that fetch so, for window_region, each those of another panel */
    int32_t rows, columns;       /* of y that there are: at most tile_rows(columns) rows */
    size_t chain;                /* products that are added up one by one; 0: TILE_CHAIN */
    bool resume;                 /* the sums join those that are in y */
    int32_t taps, divisor;       /* of pools: taps inside, and what to divide by in their place if not 0 */
    float low, high;
    activation_f32 *activation;  /* of y, once it is complete; or NULL */
    float alpha, beta;           /* its parameters */
};

/* y is complete when this tile is: it is clamped to [low, high], or activated with these two as parameters. */
DIGITS_CODE_ATTR
static inline void tile_completes(struct tile *t, float low, float high, activation_f32 *activation)
{
    if (!activation) {
        t->low = low;
        t->high = high;
        return;
    }
    t->activation = activation;
    t->alpha = low;
    t->beta = high;
}

DIGITS_CODE_ATTR
static inline void tile_activate(const struct tile *t)
{
    if (t->activation) t->activation(t->y, t->y_at, t->rows, t->columns, t->alpha, t->beta);
}

/* How a window moves over an image. The sizes are in pixels; fields of dimensions an image doesn't
 * have are 1, their pads 0. */
struct window {
    int32_t in_d, in_h, in_w;
    int32_t kernel_d, kernel_h, kernel_w;
    int32_t stride_d, stride_h, stride_w;
    int32_t dilation_d, dilation_h, dilation_w;
    int32_t pad_d, pad_h, pad_w; /* before the first pixel; what lies behind the last follows from the rest */
    int32_t out_d, out_h, out_w;
};

DIGITS_CODE_ATTR
static inline float within_f32(float v, float low, float high)
{
    const float raised = v < low ? low : v; /* NaN passes */
    return raised > high ? high : raised;
}

struct conv_packed {
    int32_t batch, groups;
    int32_t in_channels, out_channels; /* of one group */
    int32_t chunk;                     /* input channels taken up in a pass, as they are packed */
    int32_t x_pixel, y_pixel;          /* floats from pixel to pixel: channels of the tensor; x_pixel 1 with */
                                       /* several channels: planes apart */
};

/* Channels from which on windows are taken tap by tap. Elements of x that a band of output rows should need at
 * most, to stay in the second-level cache for all output channels, and the least number of pieces of work:
 * threads are to share them. */
enum { CONV_TAP = 512, CONV_BAND = 65536, CONV_PIECES = 1 };

/* How many rows of output a band has, if each needs `line` elements of x and is computed in `parts`: even bands. */
DIGITS_CODE_ATTR
static inline int32_t rows_of_band(int32_t rows, int32_t line, int32_t parts)
{
    const int32_t most = line < CONV_BAND ? CONV_BAND / line : 1, fit = (rows + most - 1) / most,
                  shared = (CONV_PIECES - 1 + parts) / parts;
    const int32_t bands = fit > shared ? fit : shared < rows ? shared : rows;
    return bands > 0 ? (rows + bands - 1) / bands : 1;
}

DIGITS_CODE_ATTR
static inline bool planes_apart(const struct conv_packed *c)
{
    return c->x_pixel == 1 && c->in_channels > 1;
}

/* The taps of a window along one dimension that lie inside the image. */
struct inside {
    int32_t first, count;
};

DIGITS_CODE_ATTR
static inline struct inside taps_inside(int32_t at, int32_t in, int32_t kernel, int32_t dilation)
{
    struct inside t = {at < 0 ? (dilation - 1 - at) / dilation : 0, 0};
    const int32_t end = at < in ? (in - at + dilation - 1) / dilation : 0;
    t.count = (end < kernel ? end : kernel) - t.first;
    if (t.count < 0) t.count = 0;
    return t;
}

/* The output positions from `out` on, before `end`, whose windows have the same taps inside; returns where they end. */
DIGITS_CODE_ATTR
static int32_t inside_run(int32_t out, int32_t end, int32_t in, int32_t kernel, int32_t stride, int32_t pad,
                          int32_t dilation, struct inside *taps)
{
    *taps = taps_inside(out * stride - pad, in, kernel, dilation);
    if (taps->count == kernel) {
        const int32_t last = (in - 1 - (kernel - 1) * dilation + pad) / stride;
        return last + 1 < end ? last + 1 : end;
    }
    for (out++; out < end; out++) {
        const struct inside t = taps_inside(out * stride - pad, in, kernel, dilation);
        if (t.first != taps->first || t.count != taps->count) break;
    }
    return out;
}

/* How the places of a tile follow from the pixels: distances in floats. */
struct pixel_steps {
    size_t x_pixel;          /* from pixel to pixel of x */
    size_t y_pixel, y_line, y_plane; /* of y, and from row to row, and from plane to plane */
    size_t w_tap;            /* from tap to tap of the weights */
    int32_t channels;        /* neighbours in x that a tap takes up, if the planes aren't apart */
    bool apart, joined;      /* x_pixel is 1, and `channels` planes are taken up; are a window row's runs one run? */
};

/* Sets the runs of a pixel's elements, when `taps`[d, h, w] are those inside. Returns where in
 * the weights they start. */
DIGITS_CODE_ATTR
static size_t window_runs(struct tile *t, const struct window *p, const struct pixel_steps *s,
                          const struct inside *taps)
{
    const size_t line = s->x_pixel * (size_t)p->in_w, plane = line * (size_t)p->in_h;
    const size_t w_line = s->w_tap * (size_t)p->kernel_w, w_plane = w_line * (size_t)p->kernel_h;
    t->taps = taps[0].count * taps[1].count * taps[2].count;
    t->runs[0] = s->apart ? s->channels : taps[0].count;
    t->runs[1] = taps[1].count;
    t->runs[2] = s->joined ? 1 : taps[2].count;
    t->length = (s->joined ? taps[2].count : 1) * (s->apart ? 1 : s->channels);
    t->x_step[0] = s->apart ? plane : plane * (size_t)p->dilation_d;
    t->x_step[1] = line * (size_t)p->dilation_h;
    t->x_step[2] = s->x_pixel * (size_t)p->dilation_w;
    t->w_step[0] = w_plane;
    t->w_step[1] = w_line;
    t->w_step[2] = s->w_tap;
    return (size_t)taps[0].first * w_plane + (size_t)taps[1].first * w_line + (size_t)taps[2].first * s->w_tap;
}

/* Where the first tap inside is, of the window of output position `out`. */
DIGITS_CODE_ATTR
static inline size_t first_tap(int32_t out, int32_t stride, int32_t pad, int32_t dilation, const struct inside *taps)
{
    return taps->count > 0 ? (size_t)(out * stride - pad + taps->first * dilation) : 0;
}

/* Where pixels of y lie that follow one another without a gap. */
DIGITS_CODE_ATTR
static inline struct pixel_steps dense_steps(const struct window *p, size_t x_pixel, size_t y_pixel)
{
    const size_t line = y_pixel * (size_t)p->out_w;
    return (struct pixel_steps){
        .x_pixel = x_pixel, .y_pixel = y_pixel, .y_line = line, .y_plane = line * (size_t)p->out_h};
}

/* How many of the pixels that are left the next tile takes, of at most `most`: where few would be alone in the last
 * one, waiting for their own additions, they share with those before. */
DIGITS_CODE_ATTR
static inline int32_t pixels_of_tile(int64_t left, int32_t most)
{
    return left <= most ? (int32_t)left : left <= most + (most + 2) / 4 ? most * 3 / 4 : most;
}

/* Calls `tile` for the pixels of rows [top, bottom) and columns [left, right) of plane d, `most` at a time. */
DIGITS_CODE_ATTR
static void window_region(struct tile *t, void (*tile)(const struct tile *), int32_t most, const struct window *p,
                          const struct pixel_steps *s, const struct inside *taps, int32_t d, int32_t top,
                          int32_t bottom, int32_t left, int32_t right)
{
    const size_t in_d = first_tap(d, p->stride_d, p->pad_d, p->dilation_d, &taps[0]),
                 step = s->x_pixel * (size_t)p->stride_w;
    const size_t in_w = first_tap(left, p->stride_w, p->pad_w, p->dilation_w, &taps[2]);
    int64_t pixels = (int64_t)(bottom - top) * (right - left);
    int32_t rows = 0;
    t->rows = pixels_of_tile(pixels, most);
    for (int32_t h = top; h < bottom; h++) {
        const size_t line = in_d * (size_t)p->in_h + first_tap(h, p->stride_h, p->pad_h, p->dilation_h, &taps[1]);
        size_t x_at = (line * (size_t)p->in_w + in_w) * s->x_pixel;
        size_t y_at = (size_t)d * s->y_plane + (size_t)h * s->y_line + (size_t)left * s->y_pixel;
        for (int32_t w = left; w < right; w++, x_at += step, y_at += s->y_pixel) {
            t->x_at[rows] = x_at;
            t->y_at[rows] = y_at;
            if (++rows < t->rows) continue;
            for (; rows < most; rows++) {
                t->x_at[rows] = x_at;
                t->y_at[rows] = y_at;
            }
            tile(t);
            if (!VEC_SMALL && t->fetches > 0) t->ahead = --t->fetches > 0 ? t->ahead + t->panel : 0;
            pixels -= t->rows;
            t->rows = pixels_of_tile(pixels, most);
            rows = 0;
        }
    }
}

/* Calls `tile` for the pixels of rows [top, bottom) of plane d. Windows that lie inside the image go first: they read
 * all the weights in order, which comes fast from far memory. */
DIGITS_CODE_ATTR
static void window_band(struct tile *t, void (*tile)(const struct tile *), int32_t most, const struct window *p,
                        const struct pixel_steps *s, int32_t d, int32_t top, int32_t bottom)
{
    const size_t w_at = t->w_at;
    struct inside taps[3];
    inside_run(d, d + 1, p->in_d, p->kernel_d, p->stride_d, p->pad_d, p->dilation_d, &taps[0]);
    for (int32_t border = 0; border < 2; border++)
        for (int32_t h = top, h_end; h < bottom; h = h_end) {
            h_end = inside_run(h, bottom, p->in_h, p->kernel_h, p->stride_h, p->pad_h, p->dilation_h, &taps[1]);
            for (int32_t l = 0, l_end; l < p->out_w; l = l_end) {
                l_end = inside_run(l, p->out_w, p->in_w, p->kernel_w, p->stride_w, p->pad_w, p->dilation_w, &taps[2]);
                if ((taps[1].count < p->kernel_h || taps[2].count < p->kernel_w) != border) continue;
                t->w_at = w_at + window_runs(t, p, s, taps);
                window_region(t, tile, most, p, s, taps, d, h, h_end, l, l_end);
            }
        }
    t->w_at = w_at;
}

/* y[batch][cols][rows] = x[batch][rows][cols], in square tiles, so that a cache line fetched for one row serves the
 * rows beside it. Of three rows, as pictures have them, an element each in turn. */
DIGITS_CODE_ATTR
static void transpose_b4(const void *x, void *y, int32_t batch, int32_t rows, int32_t cols)
{
    const size_t tile = 16, m = (size_t)rows, n = (size_t)cols;
    for (size_t b = 0; b < (size_t)batch; b++) {
        bits32 const *from = (bits32 const *)x + b * m * n;
        bits32 *to = (bits32 *)y + b * m * n;
        for (size_t c = 0; m == 3 && c < n; c++, to += 3) {
            to[0] = from[c];
            to[1] = from[n + c];
            to[2] = from[2 * n + c];
        }
        for (size_t r0 = 0; m != 3 && r0 < m; r0 += tile) {
            const size_t r1 = m - r0 < tile ? m : r0 + tile;
            for (size_t c0 = 0; c0 < n; c0 += tile) {
                const size_t c1 = n - c0 < tile ? n : c0 + tile;
                for (size_t c = c0; c < c1; c++)
                    for (size_t r = r0; r < r1; r++) to[c * m + r] = from[r * n + c];
            }
        }
    }
}

struct gemm_packed {
    int32_t m, n, k;
    int32_t a_row;   /* stride of a along m; it is contiguous along k */
    int32_t y_row;   /* stride of y and of the addend along m; they are contiguous along n */
};

/* a * b + c, with one rounding where that is quicker. */
DIGITS_CODE_ATTR
static inline float scalar_fma(float a, float b, float c)
{
#ifdef __FP_FAST_FMAF
    return fmaf(a, b, c);
#else
    return a * b + c;
#endif
}

/* Sums of two rows and eight columns are named variables, since compilers keep arrays of them in memory. */
#define SCALAR_EACH(DO, widen) \
    DO(0, widen) DO(1, widen) DO(2, widen) DO(3, widen) DO(4, widen) DO(5, widen) DO(6, widen) DO(7, widen)
#define SCALAR_LOAD(c, widen) float a##c = sums[c], b##c = sums[8 + c];
#define SCALAR_ADD(c, widen) \
    const float w##c = widen(v[c]); \
    a##c = scalar_fma(u[k], w##c, a##c), b##c = scalar_fma(u[row + k], w##c, b##c);
#define SCALAR_KEEP(c, widen) sums[c] = a##c, sums[8 + c] = b##c;

/* Rows of x times weights in panels of 16 columns, as in struct tile. */
struct scalar_rows {
    const float *x, *bias, *add;
    const void *w;               /* floats, or narrower */
    const float *scale;          /* of each column; or NULL */
    size_t w_at;                 /* where the first column's weights are in w, in elements */
    float *y;
    size_t x_row, y_row;         /* to the second row; 0: there is one, computed twice */
    int32_t runs[3], length;     /* of neighbours in x */
    size_t x_step[3], w_step[3], panel;
    int32_t columns;
    float low, high;
    activation_f32 *activation;
};

/* Weights as they are stored: adds up products with eight columns that begin at place w_at. */
struct scalar_panels {
    const void *w;
    const float *scale;
    void (*add)(const struct scalar_rows *t, size_t w_at, float *sums);
};

DIGITS_CODE_ATTR
static inline float scalar_widen_f32(float w)
{
    return w;
}

/* sums[2][8] += the products with eight columns that begin at place w_at. */
DIGITS_CODE_ATTR
static void scalar_sums_f32(const struct scalar_rows *t, size_t w_at, float *sums)
{
    const float *w = (const float *)t->w + w_at;
    const size_t row = t->x_row, length = (size_t)t->length;
    SCALAR_EACH(SCALAR_LOAD, scalar_widen_f32)
    for (size_t i = 0; i < (size_t)t->runs[0]; i++)
        for (size_t j = 0; j < (size_t)t->runs[1]; j++)
            for (size_t l = 0; l < (size_t)t->runs[2]; l++) {
                const float *u = t->x + i * t->x_step[0] + j * t->x_step[1] + l * t->x_step[2];
                const float *v = w + i * t->w_step[0] + j * t->w_step[1] + l * t->w_step[2];
                for (size_t k = 0; k < length; k++, v += 16) { SCALAR_EACH(SCALAR_ADD, scalar_widen_f32) }
            }
    SCALAR_EACH(SCALAR_KEEP, scalar_widen_f32)
}

/* y = clamp(x w + bias + add), or activation of that. */
DIGITS_CODE_ATTR
static void scalar_rows_f32(const struct scalar_rows *t, const struct scalar_panels *w)
{
    const size_t rows[2] = {0, t->y_row};
    for (int32_t from = 0; from < t->columns; from += 8) {
        const int32_t columns = t->columns - from < 8 ? t->columns - from : 8;
        float sums[16] = {0};
        for (int32_t c = 0; t->bias && !t->scale && c < columns; c++) sums[c] = sums[8 + c] = t->bias[from + c];
        w->add(t, t->w_at + (size_t)(from / 16) * t->panel + (size_t)(from % 16), sums);
        for (int32_t i = 0; i < 2; i++)
            for (int32_t c = 0; c < columns; c++) {
                const size_t at = rows[i] + (size_t)(from + c);
                float sum = sums[8 * i + c];
                if (t->scale) sum = scalar_fma(sum, t->scale[from + c], t->bias ? t->bias[from + c] : 0);
                if (t->add) sum += t->add[at];
                t->y[at] = t->activation ? sum : within_f32(sum, t->low, t->high);
            }
    }
    if (t->activation) t->activation(t->y, rows, t->y_row > 0 ? 2 : 1, t->columns, t->low, t->high);
}

/* gemm_panels_f32. */
DIGITS_CODE_ATTR
static void gemm_scalar_rows_f32(const float *a, const struct scalar_panels *w, const float *bias, const float *add,
                                 float *y, const struct gemm_packed *p, float low, float high,
                                 activation_f32 *activation)
{
    struct scalar_rows t = {.w = w->w, .scale = w->scale, .bias = bias, .runs = {1, 1, 1}, .length = p->k,
                            .panel = 16 * (size_t)p->k, .columns = p->n, .low = low, .high = high,
                            .activation = activation};
    for (int32_t m = 0; m < p->m; m += 2) {
        const size_t at = (size_t)m * (size_t)p->y_row;
        t.x = a + (size_t)m * (size_t)p->a_row;
        t.y = y + at;
        t.add = add ? add + at : NULL;
        t.x_row = m + 1 < p->m ? (size_t)p->a_row : 0;
        t.y_row = m + 1 < p->m ? (size_t)p->y_row : 0;
        scalar_rows_f32(&t, w);
    }
}

/* The pixels of a row of y whose taps in depth and height are `taps`, two at a time where they see the same ones; the
 * first that these see is in the row of x that begins with pixel `x_row`. */
DIGITS_CODE_ATTR
static void conv_scalar_row_f32(struct scalar_rows *t, const struct scalar_panels *w, const struct window *p,
                                const struct conv_packed *c, struct inside *taps, size_t x_row)
{
    const bool apart = planes_apart(c), joined = p->dilation_w == 1 && (apart || c->in_channels == c->x_pixel);
    const float *const x = t->x;
    const size_t w_at = t->w_at;
    struct inside next = taps_inside(-p->pad_w, p->in_w, p->kernel_w, p->dilation_w);
    for (int32_t i = 0, pixels; i < p->out_w; i += pixels) {
        taps[2] = next;
        for (pixels = 1; i + pixels < p->out_w; pixels++) {
            next = taps_inside((i + pixels) * p->stride_w - p->pad_w, p->in_w, p->kernel_w, p->dilation_w);
            if (pixels == 2 || next.first != taps[2].first || next.count != taps[2].count) break;
        }
        t->runs[2] = joined ? 1 : taps[2].count;
        t->length = (joined ? taps[2].count : 1) * (apart ? 1 : c->in_channels);
        t->x = x + (x_row + first_tap(i, p->stride_w, p->pad_w, p->dilation_w, &taps[2])) * (size_t)c->x_pixel;
        t->w_at = w_at + (size_t)taps[2].first * t->w_step[2];
        t->x_row = pixels == 2 ? (size_t)p->stride_w * (size_t)c->x_pixel : 0;
        t->y_row = pixels == 2 ? (size_t)c->y_pixel : 0;
        scalar_rows_f32(t, w);
        t->y += pixels * c->y_pixel;
        if (t->add) t->add += pixels * c->y_pixel;
    }
}

/* conv_packed_f32 of weights of any type, whose chunks are all channels. */
DIGITS_CODE_ATTR
static void conv_scalar_rows_f32(const float *x, const struct scalar_panels *w, const float *b, const float *add,
                                 float *y, const struct window *p, const struct conv_packed *c, float low, float high,
                                 activation_f32 *activation)
{
    const bool apart = planes_apart(c);
    const size_t channels = (size_t)c->in_channels, filters = (size_t)c->out_channels, pixel = (size_t)c->x_pixel;
    const size_t line = (size_t)p->in_w * pixel, plane = line * (size_t)p->in_h, image = plane * (size_t)p->in_d;
    const size_t tap = 16 * (apart ? 1 : channels), w_line = tap * (size_t)p->kernel_w,
                 w_plane = w_line * (size_t)p->kernel_h;
    struct scalar_rows t = {
        .x_step = {apart ? plane : plane * (size_t)p->dilation_d, line * (size_t)p->dilation_h,
                   pixel * (size_t)p->dilation_w},
        .w_step = {w_plane, w_line, tap},
        .w = w->w,
        .panel = w_plane * (apart ? channels : (size_t)p->kernel_d),
        .columns = c->out_channels, .low = low, .high = high, .activation = activation};
    for (int32_t i = 0; i < c->batch * c->groups * p->out_d * p->out_h; i++) {
        const int32_t h = i % p->out_h, d = i / p->out_h % p->out_d, part = i / p->out_h / p->out_d;
        const size_t n = (size_t)(part / c->groups), group = (size_t)(part % c->groups),
                     row = (n * (size_t)p->out_d + (size_t)d) * (size_t)p->out_h + (size_t)h,
                     at = row * (size_t)p->out_w * (size_t)c->y_pixel + group * filters;
        struct inside taps[3] = {taps_inside(d * p->stride_d - p->pad_d, p->in_d, p->kernel_d, p->dilation_d),
                                 taps_inside(h * p->stride_h - p->pad_h, p->in_h, p->kernel_h, p->dilation_h), {0, 0}};
        const size_t in_d = first_tap(d, p->stride_d, p->pad_d, p->dilation_d, &taps[0]),
                     in_h = first_tap(h, p->stride_h, p->pad_h, p->dilation_h, &taps[1]);
        t.runs[0] = apart ? c->in_channels : taps[0].count;
        t.runs[1] = taps[1].count;
        t.x = x + (apart ? (size_t)part * channels * image : n * image + group * channels);
        t.w_at = group * ((filters + 15) / 16) * t.panel + (size_t)taps[0].first * w_plane +
                 (size_t)taps[1].first * w_line;
        t.scale = w->scale ? w->scale + group * ((filters + 15) / 16) * 16 : NULL;
        t.bias = b ? b + group * filters : NULL;
        t.add = add ? add + at : NULL;
        t.y = y + at;
        conv_scalar_row_f32(&t, w, p, c, taps, (in_d * (size_t)p->in_h + in_h) * (size_t)p->in_w);
    }
}

/* gemm_packed_f32. */
DIGITS_CODE_ATTR
static void gemm_scalar_f32(const float *a, const float *w, const float *bias, const float *add, float *y,
                            const struct gemm_packed *p, float low, float high, activation_f32 *activation)
{
    const struct scalar_panels panels = {.w = w, .add = scalar_sums_f32};
    gemm_scalar_rows_f32(a, &panels, bias, add, y, p, low, high, activation);
}

/* conv_packed_f32, whose chunks are all channels. */
DIGITS_CODE_ATTR
static void conv_scalar_f32(const float *x, const float *w, const float *b, const float *add, float *y,
                            const struct window *p, const struct conv_packed *c, float low, float high,
                            activation_f32 *activation)
{
    const struct scalar_panels panels = {.w = w, .add = scalar_sums_f32};
    conv_scalar_rows_f32(x, &panels, b, add, y, p, c, low, high, activation);
}

/* y[outer][n][inner] = softmax along n of x; y may be x. */
DIGITS_CODE_ATTR
static void softmax_scalar_f32(const float *x, float *y, int32_t outer, int32_t n, int32_t inner)
{
    const size_t step = (size_t)inner, end = (size_t)n * step;
    for (size_t o = 0; o < (size_t)outer; o++, x += end, y += end)
        for (size_t i = 0; i < step; i++) {
            float largest = -INFINITY, sum = 0;
            for (size_t k = i; k < end; k += step) largest = x[k] > largest ? x[k] : largest;
            for (size_t k = i; k < end; k += step) {
                y[k] = exp_f32(x[k] - largest);
                sum += y[k];
            }
            const float scale = 1 / sum;
            for (size_t k = i; k < end; k += step) y[k] *= scale;
        }
}

/* Rows of y whose windows have the same rows inside a flat image, at its borders, too. */
struct strip {
    int32_t rows, columns; /* of y */
    /* Of a row, for windows of 2 or 3 taps:
     * those that begin 1 tap before the image, lie inside, end 1 tap behind it. */
    int32_t pixels[3];
    size_t in_columns, pad; /* of x, and in front of it */
    /* Where the first pixel's window begins (it may be before x: counted modulo SIZE_MAX + 1), and the steps. */
    size_t x_at, x_line, x_pixel;
    size_t y_at, y_line, y_pixel;
};

/* What is done channel by channel: by `tile` for 6 pixels and any taps, and by `strip` for rows of taps, a
 * vector of channels or more. */
struct channelwise {
    void (*tile)(const struct tile *t);
    struct {
        int32_t rows, taps, stride;  /* 0: any */
        void (*strip)(const struct tile *t, const struct strip *s);
    } strips[6];
};

/* NAME_tile. Channels are taken a vector at a time: NAME_BEGIN says what each pixel's sum starts with, NAME_WEIGHT
 * names what comes with a tap, NAME_ADD takes up what a pixel has there, and NAME_END of the sum is stored. The last
 * vector of several may overlap the one before; channels that don't fill a vector are loaded as some of one. */
#define CHANNELWISE_EACH(DO, NAME, HOW) \
    DO(0, NAME, HOW) DO(1, NAME, HOW) DO(2, NAME, HOW) DO(3, NAME, HOW) DO(4, NAME, HOW) DO(5, NAME, HOW)
#define CHANNELWISE_LOAD_ALL(p) vec_load(p)
#define CHANNELWISE_LOAD_SOME(p) vec_load_some(p, t->columns)
#define CHANNELWISE_STORE_ALL(p, v) vec_store(p, v);
#define CHANNELWISE_STORE_SOME(p, v) vec_store_some(p, v, t->columns);
#define CHANNELWISE_SET(r, NAME, HOW) const float *const x##r = t->x + t->x_at[r] + c; vec sum##r = begin;
#define CHANNELWISE_ADD(r, NAME, HOW) sum##r = NAME##_ADD(sum##r, CHANNELWISE_LOAD_##HOW(x##r + at), weight);
#define CHANNELWISE_PUT(r, NAME, HOW) CHANNELWISE_STORE_##HOW(t->y + t->y_at[r] + c, NAME##_END(sum##r))
#define CHANNELWISE_TILE(NAME, HOW) \
DIGITS_CODE_ATTR \
static void NAME##_tile_##HOW(const struct tile *t) \
{ \
    for (int32_t c = 0; c < t->columns; c += VEC) { \
        if (t->columns >= VEC && c > t->columns - VEC) c = t->columns - VEC; \
        NAME##_BEGIN(CHANNELWISE_LOAD_##HOW) \
        CHANNELWISE_EACH(CHANNELWISE_SET, NAME, HOW) \
        for (int32_t i = 0; i < t->runs[0]; i++) \
            for (int32_t j = 0; j < t->runs[1]; j++) { \
                size_t at = (size_t)i * t->x_step[0] + (size_t)j * t->x_step[1], \
                       w_at = t->w_at + (size_t)i * t->w_step[0] + (size_t)j * t->w_step[1]; \
                for (int32_t l = 0; l < t->runs[2]; l++, at += t->x_step[2], w_at += t->w_step[2]) { \
                    NAME##_WEIGHT(weight, CHANNELWISE_LOAD_##HOW(t->w + w_at + c)) \
                    CHANNELWISE_EACH(CHANNELWISE_ADD, NAME, HOW) \
                } \
            } \
        CHANNELWISE_EACH(CHANNELWISE_PUT, NAME, HOW) \
    } \
}
#define CHANNELWISE_TILES(NAME) \
CHANNELWISE_TILE(NAME, ALL) \
CHANNELWISE_TILE(NAME, SOME) \
DIGITS_CODE_ATTR \
static void NAME##_tile(const struct tile *t) \
{ \
    if (VEC > 1 && t->columns < VEC) NAME##_tile_SOME(t); \
    else NAME##_tile_ALL(t); \
    tile_activate(t); \
}

/* Where a row's windows are cut off, for windows of 2 or 3 taps; returns if no more than half of each
 * is, at one side only. */
DIGITS_CODE_ATTR
static bool strip_pixels(const struct window *p, int32_t *pixels)
{
    struct inside taps;
    for (int32_t w = 0, end; w < p->out_w; w = end) {
        end = inside_run(w, p->out_w, p->in_w, p->kernel_w, p->stride_w, p->pad_w, p->dilation_w, &taps);
        const int32_t behind = p->kernel_w - taps.first - taps.count;
        if ((taps.first > 0 && behind > 0) || taps.first > (p->kernel_w - 1) / 2 || behind > (p->kernel_w - 1) / 2)
            return false;
        pixels[1 - taps.first + behind] = end - w;
    }
    return true;
}

/* Rows [top, bottom) of plane d, whose windows have the same `taps` in depth and height; returns if there is a
 * function for such a strip. */
DIGITS_CODE_ATTR
static bool channelwise_strip(struct tile *t, const struct channelwise *f, const struct window *p,
                              const struct pixel_steps *s, struct inside *taps, int32_t d, int32_t top, int32_t bottom)
{
    struct strip strip = {.rows = bottom - top,
                          .columns = p->out_w,
                          .in_columns = (size_t)p->in_w,
                          .pad = (size_t)p->pad_w,
                          .x_pixel = s->x_pixel * (size_t)p->stride_w,
                          .y_line = s->y_line,
                          .y_pixel = s->y_pixel};
    int32_t i = 0;
    while (f->strips[i].taps > 0 &&
           (f->strips[i].taps != p->kernel_w || (f->strips[i].rows > 0 && f->strips[i].rows != taps[1].count) ||
            (f->strips[i].stride > 0 && f->strips[i].stride != p->stride_w)))
        i++;
    /* Short vectors of pixels far apart are parts of lines of the cache, which pixel after pixel are used up
     * while they are there. */
    const bool apart = !t->w && p->stride_w > 1;
    if (VEC == 1 || apart || f->strips[i].taps == 0 || t->columns < VEC || taps[0].count != 1) return false;
    if (p->kernel_w < 5 ? !strip_pixels(p, strip.pixels) : p->dilation_w > 1) return false;
    const size_t line = s->x_pixel * (size_t)p->in_w,
                 in_d = first_tap(d, p->stride_d, p->pad_d, p->dilation_d, &taps[0]);
    const size_t in_h = first_tap(top, p->stride_h, p->pad_h, p->dilation_h, &taps[1]);
    strip.x_line = line * (size_t)p->stride_h;
    strip.x_at = (in_d * (size_t)p->in_h + in_h) * line - (size_t)p->pad_w * s->x_pixel;
    strip.y_at = (size_t)d * s->y_plane + (size_t)top * s->y_line;
    taps[2] = (struct inside){0, p->kernel_w};
    const float *w = t->w;
    const size_t at = window_runs(t, p, s, taps);
    t->w = w ? w + at : NULL;
    f->strips[i].strip(t, &strip);
    t->w = w;
    if (t->activation) t->activation(t->y, &strip.y_at, 1, strip.rows * p->out_w * t->columns, t->alpha, t->beta);
    return true;
}

/* Rows [top, bottom) of plane d. */
DIGITS_CODE_ATTR
static void channelwise_band(struct tile *t, const struct channelwise *f, const struct window *p,
                             const struct pixel_steps *s, int32_t d, int32_t top, int32_t bottom)
{
    struct inside taps[3];
    inside_run(d, d + 1, p->in_d, p->kernel_d, p->stride_d, p->pad_d, p->dilation_d, &taps[0]);
    for (int32_t h = top, end; h < bottom; h = end) {
        end = inside_run(h, bottom, p->in_h, p->kernel_h, p->stride_h, p->pad_h, p->dilation_h, &taps[1]);
        if (!channelwise_strip(t, f, p, s, taps, d, h, end)) window_band(t, f->tile, 6, p, s, d, h, end);
    }
}

/* y[batch][out pixels][channels] by the functions f; weights, if any, are w[taps][channels]. */
DIGITS_CODE_ATTR
static void channelwise_f32(const struct tile *t, const struct channelwise *f, const struct window *p, int32_t batch,
                            int32_t channels)
{
    const size_t in_size = (size_t)p->in_d * (size_t)p->in_h * (size_t)p->in_w,
                 out_size = (size_t)p->out_d * (size_t)p->out_h * (size_t)p->out_w;
    struct pixel_steps s = dense_steps(p, (size_t)channels, (size_t)channels);
    s.w_tap = (size_t)channels;
    s.channels = channels;
    const int32_t line = p->in_w * p->stride_h * channels, band = rows_of_band(p->out_h, line, 1),
                  bands = (p->out_h + band - 1) / band;
    for (int32_t i = 0; i < batch * p->out_d * bands; i++) {
        const int32_t top = i % bands * band, d = i / bands % p->out_d;
        const size_t image = (size_t)(i / bands / p->out_d);
        struct tile own = *t;
        own.columns = channels;
        own.x += image * in_size * (size_t)channels;
        own.y += image * out_size * (size_t)channels;
        channelwise_band(&own, f, p, &s, d, top, top + band < p->out_h ? top + band : p->out_h);
    }
}

#define DEPTHWISE_BEGIN(LOAD) \
    const vec low = vec_all(t->low), high = vec_all(t->high), begin = t->start ? LOAD(t->start + c) : vec_all(0);
#define DEPTHWISE_WEIGHT(NAME, weights) const vec NAME = weights;
#define DEPTHWISE_ADD(sum, x, weight) vec_fma(x, weight, sum)
#define DEPTHWISE_END(sum) vec_min(high, vec_max(low, sum))
CHANNELWISE_TILES(DEPTHWISE)

static const struct channelwise depthwise = {DEPTHWISE_tile, {{0, 0, 0, NULL}}};

/* y = clamp(x convolved, channel by channel, with w + b), or activation of that: w packed by pack_depthwise, b and
 * activation may be NULL. y must not overlap the inputs. */
DIGITS_CODE_ATTR
static void conv_channelwise_f32(const float *x, const float *w, const float *b, float *y, const struct window *p,
                                 int32_t batch, int32_t channels, float low, float high, activation_f32 *activation)
{
    struct tile t = {.x = x, .w = w, .start = b, .y = y, .low = -INFINITY, .high = INFINITY};
    tile_completes(&t, low, high, activation);
    channelwise_f32(&t, &depthwise, p, batch, channels);
}

#define MAX_POOL_BEGIN(LOAD) const vec begin = vec_all(t->taps > 0 ? -INFINITY : -FLT_MAX);
#define MAX_POOL_WEIGHT(NAME, weights)
#define MAX_POOL_ADD(sum, x, weight) vec_larger(x, sum)
#define MAX_POOL_END(sum) sum
CHANNELWISE_TILES(MAX_POOL)
static const struct channelwise max_pool = {MAX_POOL_tile, {{0, 0, 0, NULL}}};

/* max_pool_f32 for channels that are neighbours. */
DIGITS_CODE_ATTR
static void max_pool_channelwise_f32(const float *x, float *y, const struct window *p, int32_t batch, int32_t channels)
{
    const struct tile t = {.x = x, .y = y};
    channelwise_f32(&t, &max_pool, p, batch, channels);
}

/* Weights: declared here, defined at the end ------------------------------------------------- */

/* Large ones start with a line of the cache where there is one. */
#define WEIGHTS_ALIGNED

#ifdef __cplusplus
#define WEIGHT extern
namespace {
#else
#define WEIGHT static
#endif

WEIGHT DIGITS_WEIGHTS_ATTR const float w_f_f_0_Conv_weight_packed[144];
WEIGHT DIGITS_WEIGHTS_ATTR const float w_f_f_0_Conv_bias[16];
WEIGHT DIGITS_WEIGHTS_ATTR const float w_f_f_3_Conv_weight_packed[144];
WEIGHT DIGITS_WEIGHTS_ATTR const float w_f_f_3_Conv_bias[16];
WEIGHT DIGITS_WEIGHTS_ATTR const float w_f_f_6_Conv_weight_packed[512];
WEIGHT DIGITS_WEIGHTS_ATTR const float w_f_f_6_Conv_bias[32];
union w_f_f_10_Conv_weight_packed { unsigned char bytes[36865]; float v[9216]; };
WEIGHT DIGITS_WEIGHTS_ATTR const union w_f_f_10_Conv_weight_packed w_f_f_10_Conv_weight_packed;
WEIGHT DIGITS_WEIGHTS_ATTR const float w_f_f_10_Conv_bias[32];
union w_h_weight_transposed_128x10 { unsigned char bytes[8193]; float v[2048]; };
WEIGHT DIGITS_WEIGHTS_ATTR const union w_h_weight_transposed_128x10 w_h_weight_transposed_128x10;
WEIGHT DIGITS_WEIGHTS_ATTR const float w_h_bias[10];

#ifdef __cplusplus
}
#endif

/* The model ----------------------------------------------------------------------------------- */

DIGITS_CODE_ATTR
int digits_run_in(void *arena, const float *image, float *probabilities)
{
    if ((uintptr_t)arena % DIGITS_ARENA_ALIGN != 0) return DIGITS_EARENA;
    unsigned char *const memory = (unsigned char *)arena;
#if defined(DIGITS_STEP) || defined(DIGITS_TRACE)
    int32_t step_ = 0;
    (void)step_;
#endif

    STEP(); /* Conv "/f/f.0/Conv", Relu "/f/f.2/Relu":
     *    image[1,1,8,8], w_f_f_0_Conv_weight_packed[1,1,9,16], w_f_f_0_Conv_bias[16]
     *    -> f_f_2_Relu_nhwc[1,8,8,16], 3x3, pad 1 */
    float *const f_f_2_Relu_nhwc = (float *)(void *)(memory + AT_f_f_2_Relu_nhwc);
    static const struct window f_f_2_Relu_nhwc_window = {
        .in_d = 1, .in_h = 8, .in_w = 8,
        .kernel_d = 1, .kernel_h = 3, .kernel_w = 3,
        .stride_d = 1, .stride_h = 1, .stride_w = 1,
        .dilation_d = 1, .dilation_h = 1, .dilation_w = 1,
        .pad_h = 1, .pad_w = 1,
        .out_d = 1, .out_h = 8, .out_w = 8};
    static const struct conv_packed f_f_2_Relu_nhwc_conv_packed = {
        .batch = 1, .groups = 1, .in_channels = 1, .out_channels = 16, .chunk = 1, .x_pixel = 1, .y_pixel = 16};
    conv_scalar_f32(image, w_f_f_0_Conv_weight_packed, w_f_f_0_Conv_bias, /* add */ NULL, f_f_2_Relu_nhwc,
        &f_f_2_Relu_nhwc_window, &f_f_2_Relu_nhwc_conv_packed, /* low */ 0.0f, /* high */ INFINITY,
        /* activation */ NULL);
    TRACE("/f/f.2/Relu_output_0.nhwc", float32, f_f_2_Relu_nhwc, 4, 1, 8, 8, 16);

    STEP(); /* Conv "/f/f.3/Conv", Relu "/f/f.5/Relu":
     *    f_f_2_Relu_nhwc[1,8,8,16], w_f_f_3_Conv_weight_packed[9,16], w_f_f_3_Conv_bias[16]
     *    -> f_f_5_Relu_nhwc[1,8,8,16], 3x3, pad 1, depthwise */
    float *const f_f_5_Relu_nhwc = (float *)(void *)(memory + AT_f_f_5_Relu_nhwc);
    conv_channelwise_f32(f_f_2_Relu_nhwc, w_f_f_3_Conv_weight_packed, w_f_f_3_Conv_bias, f_f_5_Relu_nhwc,
        &f_f_2_Relu_nhwc_window, /* batch */ 1, /* channels */ 16, /* low */ 0.0f, /* high */ INFINITY,
        /* activation */ NULL);
    TRACE("/f/f.5/Relu_output_0.nhwc", float32, f_f_5_Relu_nhwc, 4, 1, 8, 8, 16);

    STEP(); /* Conv "/f/f.6/Conv", Relu "/f/f.8/Relu":
     *    f_f_5_Relu_nhwc[1,8,8,16], w_f_f_6_Conv_weight_packed[2,1,16,16], w_f_f_6_Conv_bias[32]
     *    -> f_f_8_Relu_nhwc[1,8,8,32], 1x1 */
    float *const f_f_8_Relu_nhwc = (float *)(void *)(memory + AT_f_f_8_Relu_nhwc);
    static const struct gemm_packed f_f_8_Relu_nhwc_gemm_packed = {.m = 64, .n = 32, .k = 16, .a_row = 16, .y_row = 32};
    gemm_scalar_f32(f_f_5_Relu_nhwc, w_f_f_6_Conv_weight_packed, w_f_f_6_Conv_bias, /* add */ NULL, f_f_8_Relu_nhwc,
        &f_f_8_Relu_nhwc_gemm_packed, /* low */ 0.0f, /* high */ INFINITY, /* activation */ NULL);
    TRACE("/f/f.8/Relu_output_0.nhwc", float32, f_f_8_Relu_nhwc, 4, 1, 8, 8, 32);

    STEP(); /* MaxPool "/f/f.9/MaxPool": f_f_8_Relu_nhwc[1,8,8,32] -> f_f_9_MaxPool_nhwc[1,4,4,32], 2x2, stride 2 */
    float *const f_f_9_MaxPool_nhwc = (float *)(void *)(memory + AT_f_f_9_MaxPool_nhwc);
    static const struct window f_f_9_MaxPool_nhwc_window = {
        .in_d = 1, .in_h = 8, .in_w = 8,
        .kernel_d = 1, .kernel_h = 2, .kernel_w = 2,
        .stride_d = 1, .stride_h = 2, .stride_w = 2,
        .dilation_d = 1, .dilation_h = 1, .dilation_w = 1,
        .out_d = 1, .out_h = 4, .out_w = 4};
    max_pool_channelwise_f32(f_f_8_Relu_nhwc, f_f_9_MaxPool_nhwc, &f_f_9_MaxPool_nhwc_window, /* batch */ 1,
        /* channels */ 32);
    TRACE("/f/f.9/MaxPool_output_0.nhwc", float32, f_f_9_MaxPool_nhwc, 4, 1, 4, 4, 32);

    STEP(); /* Conv "/f/f.10/Conv", Relu "/f/f.12/Relu":
     *    f_f_9_MaxPool_nhwc[1,4,4,32], w_f_f_10_Conv_weight_packed[2,9,32,16], w_f_f_10_Conv_bias[32]
     *    -> f_f_12_Relu_nhwc[1,4,4,32], 3x3, pad 1 */
    float *const f_f_12_Relu_nhwc = (float *)(void *)(memory + AT_f_f_12_Relu_nhwc);
    static const struct window f_f_12_Relu_nhwc_window = {
        .in_d = 1, .in_h = 4, .in_w = 4,
        .kernel_d = 1, .kernel_h = 3, .kernel_w = 3,
        .stride_d = 1, .stride_h = 1, .stride_w = 1,
        .dilation_d = 1, .dilation_h = 1, .dilation_w = 1,
        .pad_h = 1, .pad_w = 1,
        .out_d = 1, .out_h = 4, .out_w = 4};
    static const struct conv_packed f_f_12_Relu_nhwc_conv_packed = {
        .batch = 1, .groups = 1, .in_channels = 32, .out_channels = 32, .chunk = 32, .x_pixel = 32, .y_pixel = 32};
    conv_scalar_f32(f_f_9_MaxPool_nhwc, w_f_f_10_Conv_weight_packed.v, w_f_f_10_Conv_bias, /* add */ NULL,
        f_f_12_Relu_nhwc, &f_f_12_Relu_nhwc_window, &f_f_12_Relu_nhwc_conv_packed, /* low */ 0.0f, /* high */ INFINITY,
        /* activation */ NULL);
    TRACE("/f/f.12/Relu_output_0.nhwc", float32, f_f_12_Relu_nhwc, 4, 1, 4, 4, 32);

    STEP(); /* MaxPool "/f/f.13/MaxPool": f_f_12_Relu_nhwc[1,4,4,32] -> f_f_13_MaxPool_nhwc[1,2,2,32], 2x2, stride 2 */
    float *const f_f_13_MaxPool_nhwc = (float *)(void *)(memory + AT_f_f_13_MaxPool_nhwc);
    static const struct window f_f_13_MaxPool_nhwc_window = {
        .in_d = 1, .in_h = 4, .in_w = 4,
        .kernel_d = 1, .kernel_h = 2, .kernel_w = 2,
        .stride_d = 1, .stride_h = 2, .stride_w = 2,
        .dilation_d = 1, .dilation_h = 1, .dilation_w = 1,
        .out_d = 1, .out_h = 2, .out_w = 2};
    max_pool_channelwise_f32(f_f_12_Relu_nhwc, f_f_13_MaxPool_nhwc, &f_f_13_MaxPool_nhwc_window, /* batch */ 1,
        /* channels */ 32);
    TRACE("/f/f.13/MaxPool_output_0.nhwc", float32, f_f_13_MaxPool_nhwc, 4, 1, 2, 2, 32);

    STEP(); /* Transpose: f_f_13_MaxPool_nhwc[1,2,2,32] -> f_f_13_MaxPool[1,32,2,2] */
    float *const f_f_13_MaxPool = (float *)(void *)(memory + AT_f_f_13_MaxPool);
    transpose_b4(f_f_13_MaxPool_nhwc, f_f_13_MaxPool, /* batch */ 1, /* rows */ 4, /* cols */ 32);
    TRACE("/f/f.13/MaxPool_output_0", float32, f_f_13_MaxPool, 4, 1, 32, 2, 2);

    STEP(); /* Gemm "/h/Gemm": Flatten[1,128], w_h_weight_transposed_128x10[1,1,128,16], w_h_bias[10] -> h_Gemm[1,10] */
    float *const Flatten = f_f_13_MaxPool;
    float *const h_Gemm = (float *)(void *)(memory + AT_h_Gemm);
    static const struct gemm_packed h_Gemm_gemm_packed = {.m = 1, .n = 10, .k = 128, .a_row = 128, .y_row = 10};
    gemm_scalar_f32(Flatten, w_h_weight_transposed_128x10.v, w_h_bias, /* add */ NULL, h_Gemm, &h_Gemm_gemm_packed,
        /* low */ -INFINITY, /* high */ INFINITY, /* activation */ NULL);
    TRACE("/h/Gemm_output_0", float32, h_Gemm, 2, 1, 10);

    STEP(); /* Softmax "/Softmax": h_Gemm[1,10] -> probabilities[1,10] */
    softmax_scalar_f32(h_Gemm, probabilities, /* outer */ 1, /* n */ 10, /* inner */ 1);
    TRACE("probabilities", float32, probabilities, 2, 1, 10);

    return 0;
}

DIGITS_CODE_ATTR
int digits_run(const float *image, float *probabilities)
{
    static DIGITS_ARENA_ATTR unsigned char arena[DIGITS_ARENA_BYTES] __attribute__((aligned(64)));
    unsigned char *const start = arena;
    return digits_run_in(start, image, probabilities);
}
/* Weights ------------------------------------------------------------------------------------ */

#ifdef __cplusplus
#undef WEIGHT
#define WEIGHT
namespace {
#endif

/* in panels of 16 output channels: float32[1,1,9,16], crc32 ac45822f */
WEIGHT DIGITS_WEIGHTS_ATTR const float w_f_f_0_Conv_weight_packed[144] = {
    -0.16774298f, 0.11397155f, -0.9000312f, -1.1496603f, -0.638845f, -0.587981f, 0.98624355f, 0.5764376f,
    0.7168251f, 1.322638f, 0.33780956f, -0.5557212f, -0.22769757f, 0.13886823f, -0.4781044f, 0.00047146078f,
    1.4896773f, -0.31638423f, -0.562922f, -0.5214161f, 1.4796156f, 0.93018f, -0.42490917f, 1.3139478f,
    0.84930044f, 1.1116465f, 0.7965714f, 1.087823f, 0.49591032f, 0.5311334f, -0.7509778f, -0.06320207f,
    -1.8539222f, -0.45931324f, 0.79590076f, -0.28993616f, 0.62232536f, 0.80319893f, 0.08236123f, -0.3793116f,
    1.0554037f, -1.2631465f, 1.1288924f, 0.58210933f, -0.7862961f, 0.3335704f, -0.4586521f, -0.1389282f,
    -2.0870607f, -1.4112014f, 1.129825f, -0.58395034f, 0.6660239f, -0.5994036f, -1.1148847f, -0.21233511f,
    0.96219367f, 0.22131337f, 0.4798412f, -0.5235116f, 1.1640115f, 0.4977978f, -1.0115036f, -0.051420465f,
    -1.2494937f, -1.0685714f, -0.46698877f, 0.68829155f, 0.077136666f, -0.3917148f, -0.9039541f, 0.43743265f,
    0.31441242f, -0.25482115f, -1.3823309f, -0.21184446f, -0.8772464f, -0.027681518f, -0.41706353f, 0.9245053f,
    0.9192487f, -0.7321409f, 1.0723729f, -0.49439198f, -0.930283f, 0.87650377f, -1.0312566f, 1.4351782f,
    -0.75193584f, -0.39725006f, -1.1809574f, -0.89566946f, 1.4732707f, -0.61833125f, 0.23503327f, 0.8016314f,
    0.03063045f, 0.22603641f, -0.35820138f, -0.32040176f, 0.3263598f, 0.9697097f, 0.57942086f, 1.7893512f,
    0.066585235f, -0.6877939f, 0.7183945f, -0.1481195f, 0.9276987f, 0.65592843f, -0.71708745f, 0.41404545f,
    1.4041588f, 0.85197115f, 0.28401724f, -0.81924707f, -1.5431497f, 0.423676f, 0.47091877f, -2.0069988f,
    -0.60773826f, -0.037631743f, 0.6129024f, -0.83227146f, -1.8946472f, -1.8249902f, -0.21816622f, 1.1047f,
    -0.17617707f, 0.9016133f, 1.5701066f, -1.0667604f, -1.2131584f, 0.27674955f, -1.0665828f, -0.62801427f,
    -1.2729733f, -1.2421999f, -1.0252143f, -0.94309044f, -0.19240473f, -1.3018205f, 0.83654666f, -0.16006537f
};

/* float32[16], crc32 d223ab99 */
WEIGHT DIGITS_WEIGHTS_ATTR const float w_f_f_0_Conv_bias[16] = {
    0.5987582f, 0.51790977f, -0.7383096f, 1.2172565f, 0.33543602f, -0.603256f, 0.814566f, -0.7253639f,
    -0.38968855f, 0.34696686f, 0.042384975f, 0.8288628f, 0.0146113485f, 0.45951873f, 0.8564704f, -0.7169971f
};

/* channels last: float32[9,16], crc32 97a5dd71 */
WEIGHT DIGITS_WEIGHTS_ATTR const float w_f_f_3_Conv_weight_packed[144] = {
    0.049463484f, -0.004728624f, 0.76058525f, -0.4248657f, -0.6967342f, 1.16553f, -0.086803295f, 0.049381234f,
    0.22662532f, 1.023278f, -0.40647438f, -0.8734883f, 1.0370346f, -0.9305127f, -1.3753067f, -0.77634406f,
    0.081959836f, 1.4029222f, -0.7943533f, -1.1990014f, 0.26511437f, -0.63583344f, 0.029393146f, -1.1030235f,
    1.0129085f, -0.2842768f, 0.067729235f, -0.5817668f, 0.1393844f, -0.06993001f, 0.20159811f, 0.8914186f,
    -1.1868318f, -0.49079397f, 0.050965894f, 0.82794625f, -0.78216326f, 1.4635319f, -0.88456213f, 0.62463385f,
    0.66217864f, 0.17905922f, 0.78297406f, 0.8482384f, -0.2962238f, 0.48042393f, -0.69999987f, -0.8642078f,
    -0.8863942f, 1.2369534f, -0.084783316f, 1.2736086f, -0.040021848f, 0.35191363f, -0.72517085f, -0.47344208f,
    -0.78042185f, 0.78736997f, -0.57028097f, 0.95734924f, -0.5762359f, 0.03563522f, -0.08260933f, 0.5271628f,
    -0.09722018f, 0.44235724f, 0.7836483f, 1.2625974f, -0.040418137f, 0.08583438f, 1.0043678f, -0.26975566f,
    0.3457608f, -0.86334467f, -0.8175692f, 1.2156222f, -1.0043232f, -1.0296543f, -1.5405607f, -0.39573887f,
    -0.21735257f, -1.1390377f, 0.1927475f, -1.048127f, 0.8857467f, -0.035832137f, -1.1503497f, -0.22702526f,
    -0.8034144f, 0.78410256f, -0.3744251f, 0.8294762f, -0.07679843f, -1.1418706f, 0.6380686f, -0.8136574f,
    -0.36309826f, 0.86078036f, 0.6344176f, -0.034486566f, -0.94535995f, -0.55140835f, 0.16002306f, -0.051358126f,
    -0.4107455f, -1.3089317f, -1.0028274f, -0.5658236f, -0.7110874f, 1.0343008f, 1.1194252f, 0.46131858f,
    0.624379f, -0.12006263f, 0.47828272f, -1.1473297f, -0.81253535f, 0.11078463f, 1.4225323f, 0.18595444f,
    0.34891737f, -0.2723241f, 0.32064262f, -0.38386643f, -0.5909309f, 0.30389476f, -0.52806854f, -0.63039637f,
    -0.7492311f, -0.7950712f, -0.1640483f, -0.9567782f, -0.84699225f, -0.51155704f, 0.52288705f, 0.7460755f,
    0.40658003f, -0.47629723f, -0.48170137f, 0.25610518f, 0.7942349f, 1.1930256f, -0.58876395f, 0.26219502f
};

/* float32[16], crc32 ff41c89d */
WEIGHT DIGITS_WEIGHTS_ATTR const float w_f_f_3_Conv_bias[16] = {
    0.80362415f, -0.33739248f, -0.77655935f, 0.32974112f, 0.892838f, -0.5598047f, -0.30430537f, 0.14595386f,
    -0.17911813f, 0.27385047f, 0.9243382f, -0.5475167f, 0.5304025f, 0.2173868f, 1.141428f, 0.54112613f
};

/* in panels of 16 output channels, input channels inside: float32[2,1,16,16], crc32 fcdf82d2 */
WEIGHT DIGITS_WEIGHTS_ATTR const float w_f_f_6_Conv_weight_packed[512] = {
    -0.14645898f, 0.57502306f, -0.30318022f, -0.52409565f, 0.3409489f, 0.1621751f, -0.32917225f, 0.31631595f,
    0.22871515f, 0.10017624f, -0.9858443f, -0.49057508f, -0.20317645f, -0.21633852f, 0.21299736f, -0.49402818f,
    0.07747185f, 0.69323677f, 0.18929145f, 0.16807973f, 0.9451315f, 0.122867085f, 0.020431878f, -0.12801264f,
    -0.7679426f, 0.21577556f, -0.5397417f, -0.45182094f, -0.32412925f, -0.25480828f, 0.6582195f, -0.38318428f,
    -0.8104904f, 0.6768807f, 0.033084355f, -0.45649925f, 0.34040937f, -0.4707083f, 0.034916434f, -0.3825089f,
    0.42601514f, -0.036987003f, -0.679215f, 0.6388307f, 0.16522168f, 0.6265288f, -0.54015094f, -0.26872346f,
    0.1273162f, 0.4950333f, 0.118094586f, 0.4842244f, 0.62878984f, 0.7490534f, 0.8341352f, -0.115879185f,
    0.30338335f, -0.5733189f, 0.18922411f, 0.57067776f, 0.6040354f, 0.7083245f, 0.19407538f, 0.38496876f,
    0.6331692f, -0.087870136f, -0.10914596f, -0.18850374f, -0.19408888f, 0.11779072f, 0.0057060337f, 0.35442296f,
    0.76225203f, -0.5772198f, -0.01471031f, -0.57724625f, -0.49899858f, -0.7681519f, -0.58871174f, -0.331068f,
    0.705432f, -0.3083084f, 0.4178558f, -0.2556161f, 0.45775726f, -0.625151f, -0.21283105f, -0.2852899f,
    0.3001662f, -0.2710572f, 0.8144523f, 0.37963623f, -0.045986578f, -0.80581266f, 0.51472926f, 0.4404107f,
    0.6211325f, 0.61612815f, -0.29996654f, -0.19418068f, -0.112855166f, 0.66778f, -0.049832344f, 0.18738376f,
    -0.42865026f, 0.30151114f, 0.3376966f, 0.3307933f, 0.6750771f, -0.5546026f, -0.8402028f, -0.049572933f,
    0.05772323f, 0.313152f, -0.12528598f, -0.40891862f, -0.10195646f, 0.47135213f, 0.30396646f, -0.46208075f,
    0.4868053f, 0.59847414f, 0.73985237f, 0.4494196f, -0.066639416f, -0.30013427f, -0.47782212f, -0.22577994f,
    0.41998586f, -0.36530742f, -0.6906603f, 0.3233554f, -0.41447088f, -0.089398324f, 0.40547332f, -0.51080316f,
    -0.05207202f, 0.3991252f, -0.296913f, 0.36521944f, 0.40550688f, -0.44688016f, 0.5721577f, 0.48327664f,
    -0.3000395f, 0.5539588f, -0.59441507f, 0.5994894f, -0.5124399f, 0.65874904f, -0.8588977f, -0.47653404f,
    0.23584013f, -0.00658517f, -0.22129485f, -0.49880338f, -0.24444324f, -0.57495505f, -0.29412335f, 0.22093433f,
    -0.80193293f, 0.26301327f, -0.86949396f, 0.3392863f, -0.40792635f, -0.31869158f, -0.2832535f, -0.023666387f,
    -0.565415f, 0.352032f, -0.112139046f, 0.09035546f, 0.53800625f, -0.6329371f, 0.3335767f, 0.70317185f,
    -0.99994045f, 0.19651178f, 0.5827722f, 0.30747026f, 0.20903549f, -0.32726792f, -0.6292879f, 0.5444974f,
    -0.2038417f, -0.4363199f, -0.05580128f, 0.36769342f, -0.4031541f, 0.061450988f, 0.033421934f, 0.34950206f,
    0.6582329f, -0.15278797f, 0.4951366f, 0.30989003f, 0.7551895f, 0.56073636f, -0.25773078f, -0.5625994f,
    -0.5935644f, -0.61136526f, 0.14453211f, -0.2494379f, -0.818215f, -0.392067f, -0.07576415f, 0.0718047f,
    0.34682176f, -0.001820109f, 0.7099852f, -0.35127264f, -0.0038251933f, -0.11878914f, 0.07938733f, 0.5303461f,
    -0.3628124f, 0.46224272f, -0.7787108f, 0.054181457f, -0.5800768f, -0.14065412f, -0.07474688f, -0.5577599f,
    -0.4864057f, -0.22960335f, 0.8540217f, 0.36205932f, -0.56640476f, -0.47287375f, -0.6155516f, -0.2193882f,
    0.017631035f, -0.44705597f, 0.75755346f, -0.27864364f, 0.8515399f, -0.27569374f, 0.5673853f, 0.21029805f,
    0.21443307f, 0.3442586f, -0.43628728f, 0.5668246f, 1.0548978f, -0.49273884f, 0.46956912f, 0.24338724f,
    -0.3701857f, 0.46532035f, -0.058037f, 0.24138401f, -0.25891262f, -0.47445017f, -0.19496809f, 0.36553746f,
    -0.16738725f, -0.63779336f, -0.04871985f, -0.28863072f, -0.15946946f, 0.11656921f, 0.04939222f, 0.6321845f,
    -0.64053714f, 0.28958833f, -0.21426734f, 0.39977074f, -0.4118779f, -0.44672173f, 0.3354402f, -0.13774255f,
    -0.72810465f, 0.7326409f, -0.10496671f, -0.60465646f, -0.0662149f, 0.34939483f, 0.46410656f, 0.31910276f,
    -0.24397507f, -0.51335573f, -0.90668976f, 0.5528702f, -0.36708257f, -0.5693904f, -0.20271917f, 0.7818684f,
    0.13273971f, 0.27386686f, -0.06899552f, 0.7323063f, -0.053581044f, -0.63701075f, 0.5512242f, 0.26433465f,
    0.028719483f, -0.11091272f, 0.44315663f, 0.19050683f, 0.0966352f, -0.36447906f, 0.7235866f, -0.10699851f,
    0.5348448f, 0.30641258f, -0.4529273f, 0.16418332f, 0.10064828f, 0.35395736f, 0.79156786f, -0.70068395f,
    0.7044024f, -0.20734118f, -0.51606166f, 0.15864144f, -0.50470454f, -0.7438467f, -0.5159056f, 0.56890696f,
    -0.044325754f, -0.61644435f, 0.72844857f, -0.80313736f, -0.53684515f, -0.49750957f, -0.09383765f, 0.3759705f,
    -0.45508477f, -0.17373489f, -0.76613843f, -0.16075018f, 0.3624136f, 0.207627f, -0.107798174f, 1.056061f,
    -0.5685017f, 0.819787f, -0.34839764f, -0.22227055f, 0.5196206f, -0.003922597f, 0.22642908f, 0.61297923f,
    0.70984113f, 0.05306619f, 0.18023057f, 0.34360188f, 0.2656316f, -0.04248642f, 0.8484705f, -0.13053358f,
    -0.62119186f, 0.91139126f, 0.22383922f, 0.42565677f, -0.35338756f, 0.5022391f, 0.67733383f, 0.108501524f,
    -0.039258845f, 0.6686435f, 0.6458955f, -0.33786795f, 0.17828006f, 0.09015063f, 0.9463304f, 0.6242571f,
    0.13760006f, 0.6909642f, 0.7687476f, 0.135552f, 0.61567706f, -0.58292633f, -0.079917595f, -0.544087f,
    -0.65367335f, -0.3709758f, -0.19532113f, -0.4809427f, -0.3676272f, 0.20785572f, -0.299412f, -0.41539127f,
    -0.24926308f, -0.425762f, 0.24778411f, 0.23930746f, -0.51675147f, 0.000572243f, 0.7581329f, 0.3772664f,
    -1.3251257f, 0.16771609f, 0.13805611f, 0.18347867f, 0.42122096f, 0.79661083f, 0.0008910507f, -0.36964947f,
    -0.32389903f, -0.34783727f, 0.1805996f, -0.05478622f, -0.054353874f, 0.7208441f, -0.66585237f, -0.65808123f,
    -0.41776705f, -0.3152692f, 0.8753894f, 0.65991306f, -0.4381097f, 0.20690987f, 0.16510233f, 0.026899327f,
    0.14914915f, -0.47255498f, 0.72781765f, 0.19348173f, 0.24765244f, 0.0015234285f, 0.0114633795f, 0.11256751f,
    1.136092f, -0.18226436f, 0.5188272f, -0.34029704f, 0.73134357f, -0.4770894f, -0.10187031f, 0.078402855f,
    0.14127836f, 0.76889926f, 0.4157361f, -0.05099644f, -0.38235325f, 0.50541115f, 0.13733977f, 0.20403197f,
    -0.30891037f, 0.3031393f, -0.43530324f, 0.6662163f, -0.31706607f, -0.33417323f, -0.5375089f, -0.53835917f,
    0.6860981f, -0.3880775f, -0.64261675f, -0.38090616f, 0.8265188f, -0.09777848f, 0.36410558f, -0.41915277f,
    0.42139572f, -0.0677177f, -0.0769413f, 0.32121792f, -0.39722398f, -0.82492673f, 0.30876377f, 0.19329983f,
    0.7024316f, -0.43535525f, 0.7868454f, -0.9635359f, -0.48371992f, 0.7218062f, 0.28626168f, 0.28778893f,
    -0.0057937f, -0.0004486077f, -0.10922563f, -0.42918426f, 0.57830656f, -0.40099013f, -0.71115774f, 0.06283557f,
    -0.10399691f, 0.6060385f, -0.037125196f, -0.61225706f, -0.6139131f, -0.35640338f, -0.118541606f, -0.68475217f,
    0.79978013f, -0.47526106f, -0.8831638f, 0.038722392f, 0.19283082f, -0.30400088f, 0.04683586f, 0.8240515f,
    -0.55564284f, -0.33935976f, -0.76809835f, 0.4533792f, -0.29893926f, -0.328104f, -0.616484f, 0.11736406f,
    0.99050343f, 0.33952627f, 0.037479524f, 0.50426656f, -0.28610057f, -0.18714513f, 0.1283191f, -0.21194509f
};

/* float32[32], crc32 5534e0d6 */
WEIGHT DIGITS_WEIGHTS_ATTR const float w_f_f_6_Conv_bias[32] = {
    -4.6873465e-05f, -1.4896544f, -0.15187867f, -0.58554965f, -1.0489054f, -0.14921544f, 0.48916984f, 0.29748526f,
    0.3510977f, 0.092210114f, 0.29391667f, -0.39919713f, 0.048948303f, 1.7132164f, -0.14078814f, -0.39769712f,
    0.23326854f, -0.58028466f, -0.6510392f, 0.6817848f, 0.46542203f, -0.35113096f, -1.0824679f, -0.13850957f,
    -0.4183251f, 0.18592025f, 0.49209934f, -0.9965147f, -0.051052373f, 1.3797365f, -0.4074618f, -1.0792665f
};

/* in panels of 16 output channels, input channels inside: float32[2,9,32,16], crc32 98d769fb */
WEIGHT DIGITS_WEIGHTS_ATTR const union w_f_f_10_Conv_weight_packed w_f_f_10_Conv_weight_packed = {
};

/* float32[32], crc32 757d955d */
WEIGHT DIGITS_WEIGHTS_ATTR const float w_f_f_10_Conv_bias[32] = {
    -0.89583707f, -0.79756343f, -0.16859008f, -0.94043934f, -0.43472135f, -1.5754392f, 2.0818415f, -1.6314092f,
    -0.1495691f, 1.8741004f, -1.2950401f, 0.040702153f, -0.7479978f, -0.52354014f, 0.76739013f, -0.55183375f,
    0.56937116f, -0.17495486f, 0.16265589f, 2.4437191f, 0.77371645f, -1.3053817f, -1.0658687f, 0.36880893f,
    -0.09811397f, -0.94964856f, -0.34552512f, 0.43714312f, -1.2305163f, -0.4954968f, 1.0106298f, 0.5436212f
};

/* transposed, in panels of 16 columns: float32[1,1,128,16], crc32 b4f324b8 */
WEIGHT DIGITS_WEIGHTS_ATTR const union w_h_weight_transposed_128x10 w_h_weight_transposed_128x10 = {
};

/* float32[10], crc32 bd2dbe3e */
WEIGHT DIGITS_WEIGHTS_ATTR const float w_h_bias[10] = {
    0.00885114f, 0.015499791f, -0.005931981f, -0.080474705f, -0.053402726f, 0.0716532f, 0.026369147f, -0.10363197f,
    0.04006309f, 0.07732156f
};

#ifdef __cplusplus
}
#endif

