/* Written by onnx2c 0.1.0; do not edit, generate again.
 *   model    sha256 fea0927901dc6350075e57ba4f76acd6afb9e605e706ae2575db0f1589ec6319, opset 13
 *   options  --name digits --target cortex-m4
 *   memory   arena 12,288 B (lower bound 12,288 B), weights 48,680 B, stack about 832 B, no heap
 */
#if !(defined(__ARM_ARCH_7EM__))
#error "this file is for cortex-m4: onnx2c --target"
#endif

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wunused-function"
#endif

/* Public -------------------------------------------------------------------------------------- */
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
#ifdef __cplusplus
extern "C" {
#endif
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
    AT_h_Gemm                                   =         0, /*        40     2  float32[1,10] */
};

/* Kernels: only those this model calls -------------------------------------------------------- */
/* Functions whose code should be there once: compilers would copy it into every call, of which some files have none. */
#if defined(__clang__)
#define APART __attribute__((noinline, unused))
#else
#define APART __attribute__((noinline, noclone, unused))
#endif

DIGITS_CODE_ATTR static inline float within_f32(float v, float low, float high)
{
    const float raised = v < low ? low : v; /* NaN passes */
    return raised > high ? high : raised;
}

/* The taps of a window along one dimension that lie inside the image. */
struct inside {
    int32_t first, count;
};

/* a * b + c, with one rounding where that is quicker. */
DIGITS_CODE_ATTR static inline float scalar_fma(float a, float b, float c)
{
#ifdef __FP_FAST_FMAF
    return fmaf(a, b, c);
#else
    return a * b + c;
#endif
}

/* e^x for x up to 0. Error below 1.1 ULP: 2^n times e^r, where r is at most log(2) / 2 and log(2) is split in two, so
 * that the first product is exact. */
DIGITS_CODE_ATTR static inline float exp_falling_f32(float x)
{
    if (!(x > -104.0f)) return x < 0 ? 0 : x; /* or NaN */
    const float n = (float)(int32_t)(x * 1.44269504f - 0.5f), r = x - n * 0.693359375f + n * 2.12194440e-4f;
    const float p = ((0.00139506022f * r + 0.00836895313f) * r + 0.041666206f) * r + 0.166665182f;
    return ldexpf((p * r + 0.5f) * r * r + r + 1, (int)n);
}

/* y[outer][n][inner] = softmax along n of x; y may be x. */
DIGITS_CODE_ATTR static void softmax_scalar_f32(const float *x, float *y, int32_t outer, int32_t n, int32_t inner)
{
    const size_t step = (size_t)inner, end = (size_t)n * step;
    for (size_t o = 0; o < (size_t)outer; o++, x += end, y += end)
        for (size_t i = 0; i < step; i++) {
            float largest = -INFINITY, sum = 0;
            for (size_t k = i; k < end; k += step) largest = x[k] > largest ? x[k] : largest;
            for (size_t k = i; k < end; k += step) sum += y[k] = exp_falling_f32(x[k] - largest);
            for (size_t k = i; k < end; k += step) y[k] /= sum;
        }
}

/* How windows move over x[batch][in_h][in_w]. Sizes are in pixels; pads are before the first one, and what lies after
 * the last follows from the rest. */
struct windows {
    int32_t batch, in_h, in_w, out_h, out_w, kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w;
    int32_t in_channels, out_channels; /* in_channels 0: each channel of y has to do with that of x only */
    int32_t x_pixel, y_pixel;          /* floats from pixel to pixel; x_pixel 1 of several in_channels: in planes */
};

/* Two pixels of y whose windows meet runs of `length` neighbours in planes, lines and taps. */
struct window_pair {
    const float *x, *w, *bias, *add;
    float *y;
    size_t w_at, w_panel;
    size_t x_second, y_second; /* from the first pixel to the second; 0: there is one, computed twice */
    size_t length, runs[3], x_step[3], w_step[3];
    int32_t columns;
    float low, high;
};

/* sums[2][8] of eight columns take up what a pair meets. */
typedef void window_sums(const struct window_pair *t, int32_t column, float *sums);

/* Sums are named variables, since compilers keep arrays of them in memory. */
#define EACH_COLUMN(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7)
#define SUMS_LOAD(c) float a##c = sums[c], b##c = sums[8 + c];
#define SUMS_STORE(c) sums[c] = a##c, sums[8 + c] = b##c;

#define EACH_RUN(t) \
    for (size_t i = 0; i < t->runs[0]; i++) \
        for (size_t j = 0; j < t->runs[1]; j++) \
            for (size_t l = 0; l < t->runs[2]; l++)
#define OFFSET(step) (i * (step)[0] + j * (step)[1] + l * (step)[2])

#define PRODUCTS_ADD(c) a##c = scalar_fma(u[k], v[c], a##c), b##c = scalar_fma(u[second + k], v[c], b##c);

/* Products of all that is met with the weights of each column. */
DIGITS_CODE_ATTR static void window_products(const struct window_pair *t, int32_t column, float *sums)
{
    const size_t second = t->x_second, length = t->length;
    const float *const w = t->w + t->w_at + (size_t)(column / 16) * t->w_panel + column % 16;
    EACH_COLUMN(SUMS_LOAD)
    EACH_RUN(t) {
        const float *u = t->x + OFFSET(t->x_step), *v = w + OFFSET(t->w_step);
        for (size_t k = 0; k < length; k++, v += 16) { EACH_COLUMN(PRODUCTS_ADD) }
    }
    EACH_COLUMN(SUMS_STORE)
}

#define CHANNELS_ADD(c) a##c = scalar_fma(u[c], v[c], a##c), b##c = scalar_fma(u[second + c], v[c], b##c);

/* Products of each channel with its own weights. */
DIGITS_CODE_ATTR static void window_channels(const struct window_pair *t, int32_t column, float *sums)
{
    const size_t second = t->x_second;
    EACH_COLUMN(SUMS_LOAD)
    EACH_RUN(t) {
        const float *u = t->x + column + OFFSET(t->x_step), *v = t->w + t->w_at + column + OFFSET(t->w_step);
        EACH_COLUMN(CHANNELS_ADD)
    }
    EACH_COLUMN(SUMS_STORE)
}

#define LARGER(a, b) ((a) > (b) || (a) != (a) ? a : b)
#define LARGEST_BEGIN(c) float a##c = begin, b##c = begin;
#define LARGEST_TAKE(c) a##c = LARGER(u[c], a##c), b##c = LARGER(u[second + c], b##c);

/* The largest of each channel; NaN where one is NaN. */
DIGITS_CODE_ATTR static void window_largest(const struct window_pair *t, int32_t column, float *sums)
{
    const size_t second = t->x_second;
    const float begin = t->runs[1] * t->runs[2] > 0 ? -INFINITY : -FLT_MAX;
    EACH_COLUMN(LARGEST_BEGIN)
    EACH_RUN(t) {
        const float *u = t->x + column + OFFSET(t->x_step);
        EACH_COLUMN(LARGEST_TAKE)
    }
    EACH_COLUMN(SUMS_STORE)
}

/* y = clamp(sums + bias + add) of a pair. Sums of columns after the last are not stored. */
DIGITS_CODE_ATTR static void window_pair_f32(const struct window_pair *t, window_sums *sums_of)
{
    const size_t pixels[2] = {0, t->y_second};
    for (int32_t from = 0; from < t->columns; from += 8) {
        const int32_t columns = t->columns - from < 8 ? t->columns - from : 8;
        float sums[16] = {0};
        for (int32_t c = 0; t->bias && c < columns; c++) sums[c] = sums[8 + c] = t->bias[from + c];
        sums_of(t, from, sums);
        for (int32_t i = 0; i < 2; i++)
            for (int32_t c = 0; c < columns; c++) {
                const size_t at = pixels[i] + (size_t)(from + c);
                t->y[at] = within_f32(sums[8 * i + c] + (t->add ? t->add[at] : 0), t->low, t->high);
            }
    }
}

/* The taps inside of a window that begins at `at`; if there is none, the first would be at 0. */
DIGITS_CODE_ATTR static inline struct inside taps_of_window(int32_t at, int32_t in, int32_t kernel)
{
    const int32_t first = at < 0 ? -at : 0, end = in - at < kernel ? in - at : kernel;
    struct inside t = {first, end - first};
    if (end <= first) t.first = -at, t.count = 0;
    return t;
}

/* y[batch][out_h][out_w][out_channels] = clamp(sums + b + add), where `sums` is one of the functions above. b and add
 * may be NULL; add lies as y does. y must not overlap the inputs. */
DIGITS_CODE_ATTR
static APART void windows_f32(const float *x, const float *w, const float *b, const float *add, float *y,
                              const struct windows *p, window_sums *sums, float low, float high)
{
    const bool apart = p->x_pixel == 1 && p->in_channels > 1, joined = apart || p->x_pixel == p->in_channels;
    const int32_t planes = apart ? p->in_channels : 1, neighbours = apart ? 1 : p->in_channels;
    const size_t x_pixel = (size_t)p->x_pixel, line = x_pixel * (size_t)p->in_w, plane = line * (size_t)p->in_h,
                 y_pixel = (size_t)p->y_pixel, tap = (size_t)(neighbours > 0 ? 16 * neighbours : p->out_channels),
                 w_line = tap * (size_t)p->kernel_w, w_plane = w_line * (size_t)p->kernel_h;
    struct window_pair t = {.w = w, .bias = b, .add = add, .y = y, .w_panel = w_plane * (size_t)planes,
                            .length = (size_t)neighbours, .runs = {(size_t)planes, 0, 1},
                            .x_step = {plane, line, x_pixel}, .w_step = {w_plane, w_line, tap},
                            .columns = p->out_channels, .low = low, .high = high};
    for (int32_t i = 0; i < p->batch * p->out_h; i++) {
        const int32_t top = i % p->out_h * p->stride_h - p->pad_h;
        const struct inside lines = taps_of_window(top, p->in_h, p->kernel_h);
        const float *const row = x + (size_t)(i / p->out_h * planes) * plane + (size_t)(top + lines.first) * line;
        t.runs[1] = (size_t)lines.count;
        for (int32_t c = 0, pixels; c < p->out_w; c += pixels) {
            const int32_t left = c * p->stride_w - p->pad_w, next = left + p->stride_w;
            const struct inside taps = taps_of_window(left, p->in_w, p->kernel_w);
            pixels = c + 1 < p->out_w && left >= 0 && next + p->kernel_w <= p->in_w ? 2 : 1;
            if (joined) t.length = (size_t)(taps.count * neighbours);
            else t.runs[2] = (size_t)taps.count;
            t.x = row + (size_t)(left + taps.first) * x_pixel;
            t.w_at = (size_t)lines.first * w_line + (size_t)taps.first * tap;
            t.x_second = pixels == 2 ? (size_t)p->stride_w * x_pixel : 0;
            t.y_second = pixels == 2 ? y_pixel : 0;
            window_pair_f32(&t, sums);
            t.y += (size_t)pixels * y_pixel;
            if (add) t.add += (size_t)pixels * y_pixel;
        }
    }
}

/* Weights: declared here, defined at the end -------------------------------------------------- */
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
union w_h_weight_last_transposed_128x10 { unsigned char bytes[8193]; float v[2048]; };
WEIGHT DIGITS_WEIGHTS_ATTR const union w_h_weight_last_transposed_128x10 w_h_weight_last_transposed_128x10;
WEIGHT DIGITS_WEIGHTS_ATTR const float w_h_bias[10];
#ifdef __cplusplus
}
#endif

/* The model ----------------------------------------------------------------------------------- */
DIGITS_CODE_ATTR int digits_run_in(void *arena, const float *image, float *probabilities)
{
    if ((uintptr_t)arena % DIGITS_ARENA_ALIGN != 0) return DIGITS_EARENA;
    unsigned char *const memory = (unsigned char *)arena;
    int32_t step_ = 0; (void)step_; /* for the hooks */

    STEP(); /* Conv "/f/f.0/Conv", Relu "/f/f.2/Relu":
     *    image[1,1,8,8], w_f_f_0_Conv_weight_packed[1,1,9,16], w_f_f_0_Conv_bias[16]
     *    -> f_f_2_Relu_nhwc[1,8,8,16], 3x3, pad 1 */
    float *const f_f_2_Relu_nhwc = (float *)(void *)(memory + AT_f_f_2_Relu_nhwc);
    static const struct windows f_f_2_Relu_nhwc_windows = {
        .batch = 1, .in_h = 8, .in_w = 8, .out_h = 8, .out_w = 8, .kernel_h = 3, .kernel_w = 3, .stride_h = 1,
        .stride_w = 1, .pad_h = 1, .pad_w = 1, .in_channels = 1, .out_channels = 16, .x_pixel = 1, .y_pixel = 16};
    windows_f32(image, w_f_f_0_Conv_weight_packed, w_f_f_0_Conv_bias, /* add */ NULL, f_f_2_Relu_nhwc,
        &f_f_2_Relu_nhwc_windows, /* sums */ window_products, /* low */ 0.0f, /* high */ INFINITY);
    TRACE("/f/f.2/Relu_output_0.nhwc", float32, f_f_2_Relu_nhwc, 4, 1, 8, 8, 16);

    STEP(); /* Conv "/f/f.3/Conv", Relu "/f/f.5/Relu":
     *    f_f_2_Relu_nhwc[1,8,8,16], w_f_f_3_Conv_weight_packed[9,16], w_f_f_3_Conv_bias[16]
     *    -> f_f_5_Relu_nhwc[1,8,8,16], 3x3, pad 1, depthwise */
    float *const f_f_5_Relu_nhwc = (float *)(void *)(memory + AT_f_f_5_Relu_nhwc);
    static const struct windows f_f_5_Relu_nhwc_windows = {
        .batch = 1, .in_h = 8, .in_w = 8, .out_h = 8, .out_w = 8, .kernel_h = 3, .kernel_w = 3, .stride_h = 1,
        .stride_w = 1, .pad_h = 1, .pad_w = 1, .out_channels = 16, .x_pixel = 16, .y_pixel = 16};
    windows_f32(f_f_2_Relu_nhwc, w_f_f_3_Conv_weight_packed, w_f_f_3_Conv_bias, /* add */ NULL, f_f_5_Relu_nhwc,
        &f_f_5_Relu_nhwc_windows, /* sums */ window_channels, /* low */ 0.0f, /* high */ INFINITY);
    TRACE("/f/f.5/Relu_output_0.nhwc", float32, f_f_5_Relu_nhwc, 4, 1, 8, 8, 16);

    STEP(); /* Conv "/f/f.6/Conv", Relu "/f/f.8/Relu":
     *    f_f_5_Relu_nhwc[1,8,8,16], w_f_f_6_Conv_weight_packed[2,1,16,16], w_f_f_6_Conv_bias[32]
     *    -> f_f_8_Relu_nhwc[1,8,8,32], kernel 1 */
    float *const f_f_8_Relu_nhwc = (float *)(void *)(memory + AT_f_f_8_Relu_nhwc);
    static const struct windows f_f_8_Relu_nhwc_windows = {
        .batch = 1, .in_h = 1, .in_w = 64, .out_h = 1, .out_w = 64, .kernel_h = 1, .kernel_w = 1, .stride_h = 1,
        .stride_w = 1, .in_channels = 16, .out_channels = 32, .x_pixel = 16, .y_pixel = 32};
    windows_f32(f_f_5_Relu_nhwc, w_f_f_6_Conv_weight_packed, w_f_f_6_Conv_bias, /* add */ NULL, f_f_8_Relu_nhwc,
        &f_f_8_Relu_nhwc_windows, /* sums */ window_products, /* low */ 0.0f, /* high */ INFINITY);
    TRACE("/f/f.8/Relu_output_0.nhwc", float32, f_f_8_Relu_nhwc, 4, 1, 8, 8, 32);

    STEP(); /* MaxPool "/f/f.9/MaxPool": f_f_8_Relu_nhwc[1,8,8,32] -> f_f_9_MaxPool_nhwc[1,4,4,32], 2x2, stride 2 */
    float *const f_f_9_MaxPool_nhwc = (float *)(void *)(memory + AT_f_f_9_MaxPool_nhwc);
    static const struct windows f_f_9_MaxPool_nhwc_windows = {
        .batch = 1, .in_h = 8, .in_w = 8, .out_h = 4, .out_w = 4, .kernel_h = 2, .kernel_w = 2, .stride_h = 2,
        .stride_w = 2, .out_channels = 32, .x_pixel = 32, .y_pixel = 32};
    windows_f32(f_f_8_Relu_nhwc, /* w */ NULL, /* b */ NULL, /* add */ NULL, f_f_9_MaxPool_nhwc,
        &f_f_9_MaxPool_nhwc_windows, /* sums */ window_largest, /* low */ -INFINITY, /* high */ INFINITY);
    TRACE("/f/f.9/MaxPool_output_0.nhwc", float32, f_f_9_MaxPool_nhwc, 4, 1, 4, 4, 32);

    STEP(); /* Conv "/f/f.10/Conv", Relu "/f/f.12/Relu":
     *    f_f_9_MaxPool_nhwc[1,4,4,32], w_f_f_10_Conv_weight_packed[2,9,32,16], w_f_f_10_Conv_bias[32]
     *    -> f_f_12_Relu_nhwc[1,4,4,32], 3x3, pad 1 */
    float *const f_f_12_Relu_nhwc = (float *)(void *)(memory + AT_f_f_12_Relu_nhwc);
    static const struct windows f_f_12_Relu_nhwc_windows = {
        .batch = 1, .in_h = 4, .in_w = 4, .out_h = 4, .out_w = 4, .kernel_h = 3, .kernel_w = 3, .stride_h = 1,
        .stride_w = 1, .pad_h = 1, .pad_w = 1, .in_channels = 32, .out_channels = 32, .x_pixel = 32, .y_pixel = 32};
    windows_f32(f_f_9_MaxPool_nhwc, w_f_f_10_Conv_weight_packed.v, w_f_f_10_Conv_bias, /* add */ NULL,
        f_f_12_Relu_nhwc, &f_f_12_Relu_nhwc_windows, /* sums */ window_products, /* low */ 0.0f, /* high */ INFINITY);
    TRACE("/f/f.12/Relu_output_0.nhwc", float32, f_f_12_Relu_nhwc, 4, 1, 4, 4, 32);

    STEP(); /* MaxPool "/f/f.13/MaxPool": f_f_12_Relu_nhwc[1,4,4,32] -> f_f_13_MaxPool_nhwc[1,2,2,32], 2x2, stride 2 */
    float *const f_f_13_MaxPool_nhwc = (float *)(void *)(memory + AT_f_f_13_MaxPool_nhwc);
    static const struct windows f_f_13_MaxPool_nhwc_windows = {
        .batch = 1, .in_h = 4, .in_w = 4, .out_h = 2, .out_w = 2, .kernel_h = 2, .kernel_w = 2, .stride_h = 2,
        .stride_w = 2, .out_channels = 32, .x_pixel = 32, .y_pixel = 32};
    windows_f32(f_f_12_Relu_nhwc, /* w */ NULL, /* b */ NULL, /* add */ NULL, f_f_13_MaxPool_nhwc,
        &f_f_13_MaxPool_nhwc_windows, /* sums */ window_largest, /* low */ -INFINITY, /* high */ INFINITY);
    TRACE("/f/f.13/MaxPool_output_0.nhwc", float32, f_f_13_MaxPool_nhwc, 4, 1, 2, 2, 32);

    STEP(); /* Gemm "/h/Gemm":
     *    Flatten_last[1,128], w_h_weight_last_transposed_128x10[1,1,128,16], w_h_bias[10] -> h_Gemm[1,10] */
    float *const Flatten_last = f_f_13_MaxPool_nhwc;
    float *const h_Gemm = (float *)(void *)(memory + AT_h_Gemm);
    static const struct windows h_Gemm_windows = {
        .batch = 1, .in_h = 1, .in_w = 1, .out_h = 1, .out_w = 1, .kernel_h = 1, .kernel_w = 1, .stride_h = 1,
        .stride_w = 1, .in_channels = 128, .out_channels = 10, .x_pixel = 128, .y_pixel = 10};
    windows_f32(Flatten_last, w_h_weight_last_transposed_128x10.v, w_h_bias, /* add */ NULL, h_Gemm, &h_Gemm_windows,
        /* sums */ window_products, /* low */ -INFINITY, /* high */ INFINITY);
    TRACE("/h/Gemm_output_0", float32, h_Gemm, 2, 1, 10);

    STEP(); /* Softmax "/Softmax": h_Gemm[1,10] -> probabilities[1,10] */
    softmax_scalar_f32(h_Gemm, probabilities, /* outer */ 1, /* n */ 10, /* inner */ 1);
    TRACE("probabilities", float32, probabilities, 2, 1, 10);

    return 0;
}

DIGITS_CODE_ATTR int digits_run(const float *image, float *probabilities)
{
    static DIGITS_ARENA_ATTR unsigned char arena[DIGITS_ARENA_BYTES] __attribute__((aligned(64)));
    return digits_run_in(arena, image, probabilities);
}

/* Weights ------------------------------------------------------------------------------------- */
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
WEIGHT DIGITS_WEIGHTS_ATTR const float w_f_f_0_Conv_bias[16] = { /* float32[16], crc32 d223ab99 */
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
WEIGHT DIGITS_WEIGHTS_ATTR const float w_f_f_3_Conv_bias[16] = { /* float32[16], crc32 ff41c89d */
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
WEIGHT DIGITS_WEIGHTS_ATTR const float w_f_f_6_Conv_bias[32] = { /* float32[32], crc32 5534e0d6 */
    -4.6873465e-05f, -1.4896544f, -0.15187867f, -0.58554965f, -1.0489054f, -0.14921544f, 0.48916984f, 0.29748526f,
    0.3510977f, 0.092210114f, 0.29391667f, -0.39919713f, 0.048948303f, 1.7132164f, -0.14078814f, -0.39769712f,
    0.23326854f, -0.58028466f, -0.6510392f, 0.6817848f, 0.46542203f, -0.35113096f, -1.0824679f, -0.13850957f,
    -0.4183251f, 0.18592025f, 0.49209934f, -0.9965147f, -0.051052373f, 1.3797365f, -0.4074618f, -1.0792665f
};
/* in panels of 16 output channels, input channels inside: float32[2,9,32,16], crc32 98d769fb */
WEIGHT DIGITS_WEIGHTS_ATTR const union w_f_f_10_Conv_weight_packed w_f_f_10_Conv_weight_packed = {
};
WEIGHT DIGITS_WEIGHTS_ATTR const float w_f_f_10_Conv_bias[32] = { /* float32[32], crc32 757d955d */
    -0.89583707f, -0.79756343f, -0.16859008f, -0.94043934f, -0.43472135f, -1.5754392f, 2.0818415f, -1.6314092f,
    -0.1495691f, 1.8741004f, -1.2950401f, 0.040702153f, -0.7479978f, -0.52354014f, 0.76739013f, -0.55183375f,
    0.56937116f, -0.17495486f, 0.16265589f, 2.4437191f, 0.77371645f, -1.3053817f, -1.0658687f, 0.36880893f,
    -0.09811397f, -0.94964856f, -0.34552512f, 0.43714312f, -1.2305163f, -0.4954968f, 1.0106298f, 0.5436212f
};
/* transposed, in panels of 16 columns: float32[1,1,128,16], crc32 4d208a15 */
WEIGHT DIGITS_WEIGHTS_ATTR const union w_h_weight_last_transposed_128x10 w_h_weight_last_transposed_128x10 = {
};
WEIGHT DIGITS_WEIGHTS_ATTR const float w_h_bias[10] = { /* float32[10], crc32 bd2dbe3e */
    0.00885114f, 0.015499791f, -0.005931981f, -0.080474705f, -0.053402726f, 0.0716532f, 0.026369147f, -0.10363197f,
    0.04006309f, 0.07732156f
};
#ifdef __cplusplus
}
#endif
