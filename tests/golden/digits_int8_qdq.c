/* Written by onnx2c 0.1.0; do not edit, generate again.
 *   model    sha256 15c9e8d16ab773546e813bd53f72647603c8e128e1f75f3eec2fc3db32603a72, opset 13
 *   options  --name digits_int8_qdq
 *   memory   arena 3,328 B (lower bound 3,328 B), weights 12,145 B, no heap
 */
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Public -------------------------------------------------------------------------------------- */

#define DIGITS_INT8_QDQ_ARENA_BYTES 3328
#define DIGITS_INT8_QDQ_ARENA_ALIGN 64

#define DIGITS_INT8_QDQ_IMAGE_RANK 4
#define DIGITS_INT8_QDQ_IMAGE_DIMS {1, 1, 8, 8}
#define DIGITS_INT8_QDQ_IMAGE_COUNT 64 /* float32 image[1,1,8,8] */
#define DIGITS_INT8_QDQ_PROBABILITIES_RANK 2
#define DIGITS_INT8_QDQ_PROBABILITIES_DIMS {1, 10}
#define DIGITS_INT8_QDQ_PROBABILITIES_COUNT 10 /* float32 probabilities[1,10] */

/* What the functions return beside 0; then outputs are unspecified, and the next call works. */
#define DIGITS_INT8_QDQ_EDIM (-1)   /* a dimension is out of its bounds, or doesn't fit another */
#define DIGITS_INT8_QDQ_EVALUE (-2) /* an input's value is one that the model forbids */
#define DIGITS_INT8_QDQ_EARENA (-3) /* the arena is not aligned to DIGITS_INT8_QDQ_ARENA_ALIGN */

/* Inputs and outputs are dense, row-major (C order). digits_int8_qdq_run uses a static arena; digits_int8_qdq_run_in is re-entrant, its arena
 * has DIGITS_INT8_QDQ_ARENA_BYTES. */
int digits_int8_qdq_run(const float *image, float *probabilities);
int digits_int8_qdq_run_in(void *arena, const float *image, float *probabilities);

/* Placement: define these to put weights or the arena of digits_int8_qdq_run into a section of their own. */
#ifndef DIGITS_INT8_QDQ_WEIGHTS_ATTR
#define DIGITS_INT8_QDQ_WEIGHTS_ATTR
#endif
#ifndef DIGITS_INT8_QDQ_ARENA_ATTR
#define DIGITS_INT8_QDQ_ARENA_ATTR
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the weights are written for little-endian machines"
#endif
#ifdef __GNUC__
#pragma GCC diagnostic ignored "-Woverlength-strings"
#endif

/* Memory map ---------------------------------------------------------------------------------- */

enum {                                              /* offset      bytes  tensor */
    AT_image_QuantizeLinear_Output                =        0, /*       64  int8[1,1,8,8] */
    AT_f_f_2_Relu_output_0_QuantizeLinear_Output  =     1024, /*     1024  int8[1,16,8,8] */
    AT_f_f_0_Conv_patches                         =       64, /*       72  int16[36] */
    AT_f_f_5_Relu_output_0_QuantizeLinear_Output  =        0, /*     1024  int8[1,16,8,8] */
    AT_f_f_3_Conv_row                             =     2048, /*       32  int32[8] */
    AT_f_f_8_Relu_output_0_QuantizeLinear_Output  =     1024, /*     2048  int8[1,32,8,8] */
    AT_f_f_6_Conv_patches                         =     3072, /*      128  int16[64] */
    AT_f_f_9_MaxPool_output_0_quantized           =        0, /*      512  int8[1,32,4,4] */
    AT_f_f_12_Relu_output_0_QuantizeLinear_Output =      512, /*      512  int8[1,32,4,4] */
    AT_f_f_10_Conv_patches                        =     1024, /*     2304  int16[1152] */
    AT_f_f_13_MaxPool_output_0_quantized          =        0, /*      128  int8[1,32,2,2] */
    AT_h_Gemm_output_0_QuantizeLinear_Output      =      128, /*       10  int8[1,10] */
    AT_h_Gemm_output_0_DequantizeLinear_Output    =        0, /*       40  float32[1,10] */
};

/* Kernels: only those this model calls ------------------------------------------------------- */

/* VEC floats in a register. vec_at: the same anywhere in memory. */
#if !defined(__GNUC__) || defined(ONNX2C_NO_VECTORS)
#define VEC 1
#elif defined(__AVX512F__)
#define VEC 16
#elif defined(__AVX__)
#define VEC 8
#elif defined(__SSE__) || defined(__ARM_NEON) || defined(__ALTIVEC__) || defined(__wasm_simd128__)
#define VEC 4
#else
#define VEC 1
#endif

#if VEC > 1
typedef float vec __attribute__((vector_size(4 * VEC)));
typedef float vec_at __attribute__((vector_size(4 * VEC), aligned(4), may_alias));
typedef int32_t vec_bits __attribute__((vector_size(4 * VEC)));
typedef float vec_half_at __attribute__((vector_size(2 * VEC), aligned(4), may_alias));
typedef float vec_4_at __attribute__((vector_size(16), aligned(4), may_alias));
#else
typedef float vec, vec_at;
typedef int32_t vec_bits;
#endif

/* Instructions that the compilers don't find by themselves. */
#if defined(__has_builtin)
#define VEC_HAS(builtin) __has_builtin(builtin)
#else
#define VEC_HAS(builtin) 0
#endif

/* Clang halves 64-byte vectors unless a function asks for them. */
#if VEC == 16 && defined(__clang__)
#define VEC_FUNCTION __attribute__((min_vector_width(512)))
#else
#define VEC_FUNCTION
#endif

static inline vec vec_load(const float *p)
{
    return *(const vec_at *)p;
}

static inline void vec_store(float *p, vec v)
{
    *(vec_at *)p = v;
}

/* The first n of a vector's floats, zeros in place of the others; all if n is larger than a vector, none if it is negative. */
static inline vec vec_load_some(const float *p, int32_t n)
{
#if VEC == 1
    return n > 0 ? *p : 0;
#else
    if (n >= VEC) return vec_load(p);
#if VEC == 16 && VEC_HAS(__builtin_ia32_loadups512_mask)
    return (vec)__builtin_ia32_loadups512_mask((const void *)p, (vec){0}, (uint16_t)(n > 0 ? (1U << n) - 1 : 0));
#else
    vec v = {0};
    for (int32_t i = 0; i < n; i++) v[i] = p[i];
    return v;
#endif
#endif
}

static inline void vec_store_some(float *p, vec v, int32_t n)
{
#if VEC == 1
    if (n > 0) *p = v;
#else
    if (n >= VEC) {
        vec_store(p, v);
        return;
    }
#if VEC == 16 && VEC_HAS(__builtin_ia32_storeups512_mask)
    __builtin_ia32_storeups512_mask((void *)p, v, (uint16_t)(n > 0 ? (1U << n) - 1 : 0));
#else
    for (int32_t i = 0; i < n; i++) p[i] = v[i];
#endif
#endif
}

/* x in every place. */
static inline vec vec_all(float x)
{
#if VEC == 1
    return x;
#else
    return x - (vec){0};
#endif
}

/* Each float in the place of another: those of i and i ^ n change places, for n a power of two below VEC. */
static inline vec vec_swap(vec v, int32_t n)
{
#if VEC == 1
    (void)n;
    return v;
#elif defined(__clang__)
    vec swapped = v;
    for (int32_t i = 0; i < VEC; i++) swapped[i] = v[i ^ n];
    return swapped;
#elif VEC == 16
    return __builtin_shuffle(v, (vec_bits){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15} ^ n);
#elif VEC == 8
    return __builtin_shuffle(v, (vec_bits){0, 1, 2, 3, 4, 5, 6, 7} ^ n);
#else
    return __builtin_shuffle(v, (vec_bits){0, 1, 2, 3} ^ n);
#endif
}

static inline float vec_first(vec v)
{
#if VEC == 1
    return v;
#else
    return v[0];
#endif
}

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

static inline vec all_vec(float x)
{
    return vec_all(x);
}

static inline vec_bits bits_vec(vec x)
{
#if VEC == 1
    vec_bits bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
#else
    return (vec_bits)x;
#endif
}

static inline vec from_bits_vec(vec_bits bits)
{
#if VEC == 1
    vec x;
    memcpy(&x, &bits, sizeof x);
    return x;
#else
    return (vec)bits;
#endif
}

/* c is the result of a comparison: all bits or none of each element, but 1 where a vector is a single float. */
static inline vec select_vec(vec_bits c, vec a, vec b)
{
#if VEC == 1
    return c ? a : b;
#else
    return (vec)((c & (vec_bits)a) | (~c & (vec_bits)b));
#endif
}

static inline vec real_vec(vec_bits n)
{
#if VEC == 1
    return (float)n;
#elif VEC_HAS(__builtin_convertvector)
    return __builtin_convertvector(n, vec);
#else
    vec x;
    for (int i = 0; i < VEC; i++) x[i] = (float)n[i];
    return x;
#endif
}

static inline vec copysign_vec(vec x, vec sign)
{
    return from_bits_vec((bits_vec(x) & 0x7fffffff) | (bits_vec(sign) & (-0x7fffffff - 1)));
}

static inline vec_bits nearest_vec(vec x)
{
    const vec away = x + copysign_vec(vec_all(0.5f), x);
#if VEC == 1
    return (int32_t)away;
#elif VEC_HAS(__builtin_convertvector)
    return __builtin_convertvector(away, vec_bits);
#else
    vec_bits n;
    for (int i = 0; i < VEC; i++) n[i] = (int32_t)away[i];
    return n;
#endif
}

/* 2^n for n in [-126, 127]; one exponent further up is infinity. */
static inline vec power_of_two_vec(vec_bits n)
{
    return from_bits_vec((n + 127) << 23);
}

/* e^r - 1 for |r| <= log(2) / 2; fit error 3.2e-9. */
static inline vec expm1_small_vec(vec r)
{
    return r + r * r * (0.5f + r * (0.166665182f + r * (0.041666206f + r * (0.00836895313f + r * 0.00139506022f))));
}

/* x - n log(2), log(2) split in two so that the first product is exact. */
static inline vec reduce_by_log2_vec(vec x, vec n)
{
    return (x - n * 0.693359375f) + n * 2.12194440e-4f;
}

/* e^x. Error below 1.1 ULP. Two factors make the power of two, so that results below FLT_MIN come out rounded as well. Where the result is
 * 0, as of what is masked in attention, nothing underflows: that would be slow. */
static inline vec exp_vec(vec x)
{
    const vec c = select_vec(x > -104.0f, select_vec(x < 89.0f, x, all_vec(89.0f)), all_vec(0.0f));
    const vec_bits n = nearest_vec(c * 1.44269504f), half = n / 2;
    const vec e = 1.0f + expm1_small_vec(reduce_by_log2_vec(c, real_vec(n)));
    const vec y = e * power_of_two_vec(half) * power_of_two_vec(n - half);
    return select_vec(x > -104.0f, y, select_vec(x != x, x, all_vec(0.0f)));
}

/* v, at most 2^22 in size, rounded to nearest even: added to 1.5 * 2^23, it stands in the low bits of the sum, which has no room
 * for a fraction. Where floats are computed with more precision than they have, the sum would keep the fraction. */
static inline int32_t nearest_i32(float v)
{
#if FLT_EVAL_METHOD == 0
    const float shifted = v + 12582912.0f;
    int32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    return bits - 0x4B400000;
#else
    return (int32_t)rintf(v);
#endif
}

/* Nearest even, plus the zero point, within low..high; the result's low byte is the int8 or uint8. */
static inline uint8_t requantize(int32_t acc, float multiplier, int32_t zero, int32_t low, int32_t high)
{
    const float v = (float)acc * multiplier, least = (float)(low - zero), most = (float)(high - zero);
    const float above = v > least ? v : least;
    return (uint8_t)(nearest_i32(above < most ? above : most) + zero);
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

static inline float add_f32(float a, float b)
{
    return a + b;
}

static inline vec add_vec(vec a, vec b)
{
    return a + b;
}

/* NaN if either is. */
static inline float max_f32(float a, float b)
{
    return select_f32((a > b) | (a != a), a, b);
}

/* NaN if either is. */
static inline vec max_vec(vec a, vec b)
{
    return select_vec((a > b) | (a != a), a, b);
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

static inline bool exceeds_i8(int8_t a, int8_t b)
{
    return a > b;
}

/* Offset in the image of the largest pixel of a window that is not empty: the first one, or the last NaN. */
static size_t max_pool_at_i8(const int8_t *x, const struct window *p, const struct taps *t)
{
    size_t best = tap_row(p, t, t->d.low, t->h.low);
    for (int32_t kd = t->d.low; kd < t->d.high; kd++)
        for (int32_t kh = t->h.low; kh < t->h.high; kh++) {
            size_t at = tap_row(p, t, kd, kh);
            for (int32_t kw = t->w.low; kw < t->w.high; kw++, at += (size_t)p->dilation_w)
                if (exceeds_i8(x[at], x[best])) best = at;
        }
    return best;
}

/* An empty window (nothing but padding) gives the least number. */
static void max_pool_i8(const int8_t *x, int8_t *restrict y, const struct window *p, int32_t planes)
{
    const size_t in_size = (size_t)p->in_d * (size_t)p->in_h * (size_t)p->in_w;
    for (int32_t plane = 0; plane < planes; plane++, x += in_size)
        for (int32_t d = 0; d < p->out_d; d++)
            for (int32_t h = 0; h < p->out_h; h++)
                for (int32_t w = 0; w < p->out_w; w++) {
                    const struct taps t = taps_at(p, d, h, w);
                    *y++ = taps_empty(&t) ? INT8_MIN : x[max_pool_at_i8(x, p, &t)];
                }
}

struct qconv {
    int32_t batch, groups;
    int32_t channels, filters; /* of one group: of x, of y */
    int32_t zero_step;         /* of w's zero points: 1 for one per filter, 0 for one in all */
    int32_t multiplier_step;   /* of the multipliers, likewise */
    int32_t low, high;         /* bounds of the quantised result: they say whether it is signed */
};

/* What pixel number `index` of y sees of the channels that start at x. */
static void qconv_patch_i8(const int8_t *x, int8_t x_zero, size_t index, int16_t *patch, size_t channels, const struct window *p)
{
    const size_t in_size = (size_t)p->in_d * (size_t)p->in_h * (size_t)p->in_w;
    const struct position at = position_of(index, p->out_h, p->out_w);
    for (int32_t i = 0; i < p->kernel_d; i++)
        for (int32_t j = 0; j < p->kernel_h; j++)
            for (int32_t k = 0; k < p->kernel_w; k++, patch += channels) {
                const int32_t d = at.d * p->stride_d + i * p->dilation_d - p->pad_d, h = at.h * p->stride_h + j * p->dilation_h - p->pad_h;
                const int32_t w = at.w * p->stride_w + k * p->dilation_w - p->pad_w;
                if (d >= 0 && d < p->in_d && h >= 0 && h < p->in_h && w >= 0 && w < p->in_w) {
                    const int8_t *pixel = x + ((size_t)d * (size_t)p->in_h + (size_t)h) * (size_t)p->in_w + (size_t)w;
                    for (size_t c = 0; c < channels; c++) patch[c] = pixel[c * in_size];
                } else {
                    for (size_t c = 0; c < channels; c++) patch[c] = x_zero;
                }
            }
}

/* Rows of a, widened to 16 bits, that are multiplied together. */
#define QGEMM_ROWS 4

/* The patches of QGEMM_ROWS pixels from `first` on; behind the last of out_size pixels it is repeated. */
static void qconv_patches_i8(const int8_t *x, int8_t x_zero, size_t first, size_t out_size, int16_t *patches, size_t depth, size_t channels, const struct window *p)
{
    for (size_t i = 0; i < QGEMM_ROWS; i++)
        qconv_patch_i8(x, x_zero, first + i < out_size ? first + i : out_size - 1, patches + i * depth, channels, p);
}

static uint32_t qsum_i16(const int16_t *x, size_t n)
{
    uint32_t sum = 0;
    for (size_t k = 0; k < n; k++) {
        const int32_t v = x[k];
        sum += (uint32_t)v;
    }
    return sum;
}

/* sums[QGEMM_ROWS] of rows[QGEMM_ROWS][depth]; if b's zero points are all 0 (b_zero is NULL) they are not needed. */
static void qgemm_row_sums(const int16_t *rows, size_t depth, const void *b_zero, uint32_t *sums)
{
    for (size_t i = 0; i < QGEMM_ROWS; i++) sums[i] = b_zero ? qsum_i16(rows + i * depth, depth) : 0;
}

#if defined(__GNUC__) && defined(__AVX2__)
#define QDOT_LANES 16
#define QDOT_MULTIPLY(a, b) ((qdot_sums)__builtin_ia32_pmaddwd256(a, b))
#elif defined(__GNUC__) && defined(__SSE2__)
#define QDOT_LANES 8
#define QDOT_MULTIPLY(a, b) ((qdot_sums)__builtin_ia32_pmaddwd128(a, b))
#endif
#ifdef QDOT_LANES
typedef int16_t qdot_wide __attribute__((vector_size(2 * QDOT_LANES)));
typedef uint32_t qdot_sums __attribute__((vector_size(2 * QDOT_LANES)));
typedef int8_t qdot_bytes_i8 __attribute__((vector_size(QDOT_LANES)));
typedef uint8_t qdot_bytes_u8 __attribute__((vector_size(QDOT_LANES)));
#endif

/* sum[4] = b[n] times each of four rows of a. */
static void qdot4_i8(const int16_t *a, size_t a_row, const int8_t *b, size_t n, uint32_t *sum)
{
    const int16_t *a1 = a + a_row, *a2 = a1 + a_row, *a3 = a2 + a_row;
    uint32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    size_t k = 0;
#ifdef QDOT_LANES
    qdot_sums v0 = {0}, v1 = {0}, v2 = {0}, v3 = {0};
    for (; k + QDOT_LANES <= n; k += QDOT_LANES) {
        qdot_bytes_i8 bytes;
        qdot_wide x0, x1, x2, x3;
        memcpy(&bytes, b + k, sizeof bytes);
        memcpy(&x0, a + k, sizeof x0);
        memcpy(&x1, a1 + k, sizeof x1);
        memcpy(&x2, a2 + k, sizeof x2);
        memcpy(&x3, a3 + k, sizeof x3);
        const qdot_wide w = __builtin_convertvector(bytes, qdot_wide);
        v0 += QDOT_MULTIPLY(x0, w);
        v1 += QDOT_MULTIPLY(x1, w);
        v2 += QDOT_MULTIPLY(x2, w);
        v3 += QDOT_MULTIPLY(x3, w);
    }
    for (size_t i = 0; i < QDOT_LANES / 2; i++) {
        s0 += v0[i];
        s1 += v1[i];
        s2 += v2[i];
        s3 += v3[i];
    }
#endif
    for (; k < n; k++) {
        const int32_t w = b[k];
        s0 += (uint32_t)(a[k] * w);
        s1 += (uint32_t)(a1[k] * w);
        s2 += (uint32_t)(a2[k] * w);
        s3 += (uint32_t)(a3[k] * w);
    }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}

static inline int32_t qgemm_sum(uint32_t dot, int32_t bias, uint32_t a_sum, int32_t b_zero)
{
    return (int32_t)((uint32_t)bias + dot - (uint32_t)b_zero * a_sum);
}

/* acc[QGEMM_ROWS]: a row of b times each of rows[QGEMM_ROWS][depth]. */
static void qgemm_column_i8(const int16_t *rows, const uint32_t *row_sums, size_t depth, const int8_t *b, int32_t b_zero, int32_t bias, int32_t *acc)
{
    uint32_t dot[QGEMM_ROWS];
    qdot4_i8(rows, depth, b, depth, dot);
    for (size_t i = 0; i < QGEMM_ROWS; i++) acc[i] = qgemm_sum(dot[i], bias, row_sums[i], b_zero);
}

/* y as bytes: y_zero + the sums times multiplier, which is scale_x * scale_w / scale_y, rounded and bounded. Otherwise as qconv_i32. */
static void qconv_q8_i8_i8(const int8_t *x, const int8_t *x_zero, const int8_t *w, const int8_t *w_zero, const int32_t *bias, const float *multiplier, int32_t y_zero,
                    void *y, int16_t *patches, const struct window *p, const struct qconv *q)
{
    const size_t channels = (size_t)q->channels, filters = (size_t)q->filters, zero_step = (size_t)q->zero_step;
    const size_t depth = channels * (size_t)p->kernel_d * (size_t)p->kernel_h * (size_t)p->kernel_w;
    const size_t in_size = (size_t)p->in_d * (size_t)p->in_h * (size_t)p->in_w, out_size = (size_t)p->out_d * (size_t)p->out_h * (size_t)p->out_w;
    uint8_t *to = y;
    for (size_t g = 0; g < (size_t)q->batch * (size_t)q->groups; g++, x += channels * in_size, to += filters * out_size)
        for (size_t at = 0; at < out_size; at += QGEMM_ROWS) {
            const size_t pixels = out_size - at < QGEMM_ROWS ? out_size - at : QGEMM_ROWS, first = g % (size_t)q->groups * filters;
            uint32_t patch_sums[QGEMM_ROWS];
            qconv_patches_i8(x, *x_zero, at, out_size, patches, depth, channels, p);
            qgemm_row_sums(patches, depth, w_zero, patch_sums);
            for (size_t f = 0; f < filters; f++) {
                const size_t m = first + f;
                const float scale = multiplier[m * (size_t)q->multiplier_step];
                int32_t acc[QGEMM_ROWS];
                qgemm_column_i8(patches, patch_sums, depth, w + m * depth, w_zero ? w_zero[m * zero_step] : 0, bias ? bias[m] : 0, acc);
                for (size_t i = 0; i < pixels; i++) to[f * out_size + at + i] = requantize(acc[i], scale, y_zero, q->low, q->high);
            }
        }
}

/* acc[out_w] += factor * (x - x_zero), as one tap sees a row of x. The first loop's count is a multiple of what vectors hold, which
 * compilers see. */
static void qconv_tap_i8_i8(const int8_t *restrict x, int16_t x_zero, int16_t factor, int32_t shift, int32_t *restrict acc, const struct window *p)
{
    const struct reach r = reach_of(shift, p->stride_w, p->in_w, p->out_w);
    const size_t n = (size_t)(r.high - r.low), blocks = p->stride_w == 1 ? n & ~(size_t)15 : 0, stride = (size_t)p->stride_w;
    if (n == 0) return;
    x += shift + r.low * p->stride_w;
    acc += r.low;
    for (size_t i = 0; i < blocks; i++) {
        const int16_t v = (int16_t)(x[i] - x_zero);
        acc[i] = (int32_t)((uint32_t)acc[i] + (uint32_t)(factor * v));
    }
    for (size_t i = blocks; i < n; i++) acc[i] = (int32_t)((uint32_t)acc[i] + (uint32_t)(factor * (x[i * stride] - x_zero)));
}

/* acc[out_w] = bias and the sums of row number `row` of y over one filter w[channel][kernel]. */
static void qconv_row_i8_i8(const int8_t *x, int16_t x_zero, const int8_t *w, int16_t w_zero, int32_t bias, size_t row, int32_t *acc, int32_t channels,
                     const struct window *p)
{
    const struct position at = position_of(row, p->out_h, 1);
    for (int32_t i = 0; i < p->out_w; i++) acc[i] = bias;
    for (int32_t c = 0; c < channels; c++)
        for (int32_t i = 0; i < p->kernel_d; i++)
            for (int32_t j = 0; j < p->kernel_h; j++, w += p->kernel_w) {
                const int32_t d = at.d * p->stride_d + i * p->dilation_d - p->pad_d, h = at.h * p->stride_h + j * p->dilation_h - p->pad_h;
                if (d < 0 || d >= p->in_d || h < 0 || h >= p->in_h) continue;
                const int8_t *from = x + (((size_t)c * (size_t)p->in_d + (size_t)d) * (size_t)p->in_h + (size_t)h) * (size_t)p->in_w;
                for (int32_t k = 0; k < p->kernel_w; k++) qconv_tap_i8_i8(from, x_zero, (int16_t)(w[k] - w_zero), k * p->dilation_w - p->pad_w, acc, p);
            }
}

/* The results of qconv_q8, likewise; acc is scratch for a row of y. */
static void qconv_rows_q8_i8_i8(const int8_t *x, const int8_t *x_zero, const int8_t *w, const int8_t *w_zero, const int32_t *bias, const float *multiplier, int32_t y_zero,
                         void *y, int32_t *acc, const struct window *p, const struct qconv *q)
{
    const size_t in_size = (size_t)q->channels * (size_t)p->in_d * (size_t)p->in_h * (size_t)p->in_w, rows = (size_t)p->out_d * (size_t)p->out_h;
    const size_t taps = (size_t)q->channels * (size_t)p->kernel_d * (size_t)p->kernel_h * (size_t)p->kernel_w;
    const size_t filters = (size_t)q->groups * (size_t)q->filters;
    uint8_t *to = y;
    for (size_t i = 0; i < (size_t)q->batch * filters; i++)
        for (size_t row = 0; row < rows; row++, to += p->out_w) {
            const size_t m = i % filters;
            const float scale = multiplier[m * (size_t)q->multiplier_step];
            qconv_row_i8_i8(x + i / (size_t)q->filters * in_size, *x_zero, w + m * taps, w_zero ? w_zero[m * (size_t)q->zero_step] : 0,
                            bias ? bias[m] : 0, row, acc, q->channels, p);
            for (int32_t k = 0; k < p->out_w; k++) to[k] = requantize(acc[k], scale, y_zero, q->low, q->high);
        }
}

static uint32_t qdot_i8_i8(const int8_t *a, const int8_t *b, size_t n)
{
    uint32_t sum = 0;
    size_t k = 0;
#ifdef QDOT_LANES
    qdot_sums v = {0};
    for (; k + QDOT_LANES <= n; k += QDOT_LANES) {
        qdot_bytes_i8 x;
        qdot_bytes_i8 w;
        memcpy(&x, a + k, sizeof x);
        memcpy(&w, b + k, sizeof w);
        v += QDOT_MULTIPLY(__builtin_convertvector(x, qdot_wide), __builtin_convertvector(w, qdot_wide));
    }
    for (size_t i = 0; i < QDOT_LANES / 2; i++) sum += v[i];
#endif
    for (; k < n; k++) sum += (uint32_t)(a[k] * b[k]);
    return sum;
}

static uint32_t qsum_i8(const int8_t *x, size_t n)
{
    uint32_t sum = 0;
    for (size_t k = 0; k < n; k++) {
        const int32_t v = x[k];
        sum += (uint32_t)v;
    }
    return sum;
}

/* y[rows][cols] from a[rows][depth] and b[cols][depth], all dense: both operands are read along their rows. */
struct qgemm {
    int32_t rows, cols, depth;
    int32_t zero_step;       /* of b's zero points: 1 for one per column of y, 0 for one in all */
    int32_t multiplier_step; /* of the multipliers, likewise */
    int32_t low, high;       /* bounds of the quantised result: they say whether it is signed */
};

/* wide[n] = x[n] */
static void qgemm_widen_i8(const int8_t *x, int16_t *wide, size_t n)
{
    for (size_t i = 0; i < n; i++) wide[i] = x[i];
}

/* y as bytes: y_zero + the sums times multiplier, which is scale_a * scale_b / scale_y, rounded and bounded. Otherwise as qgemm_i32. */
static void qgemm_q8_i8_i8(const int8_t *a, const int8_t *b, const int8_t *b_zero, const int32_t *bias, const float *multiplier, int32_t y_zero, void *y,
                    int16_t *wide, const struct qgemm *p)
{
    const size_t rows = (size_t)p->rows, cols = (size_t)p->cols, depth = (size_t)p->depth, zero_step = (size_t)p->zero_step;
    const size_t step = (size_t)p->multiplier_step;
    uint8_t *to = y;
    size_t m = 0;
    for (; m + QGEMM_ROWS <= rows; m += QGEMM_ROWS) {
        uint32_t row_sums[QGEMM_ROWS];
        qgemm_widen_i8(a + m * depth, wide, QGEMM_ROWS * depth);
        qgemm_row_sums(wide, depth, b_zero, row_sums);
        for (size_t n = 0; n < cols; n++) {
            int32_t acc[QGEMM_ROWS];
            qgemm_column_i8(wide, row_sums, depth, b + n * depth, b_zero ? b_zero[n * zero_step] : 0, bias ? bias[n] : 0, acc);
            for (size_t i = 0; i < QGEMM_ROWS; i++) to[(m + i) * cols + n] = requantize(acc[i], multiplier[n * step], y_zero, p->low, p->high);
        }
    }
    for (; m < rows; m++) {
        const uint32_t a_sum = b_zero ? qsum_i8(a + m * depth, depth) : 0;
        for (size_t n = 0; n < cols; n++) {
            const uint32_t dot = qdot_i8_i8(a + m * depth, b + n * depth, depth);
            const int32_t acc = qgemm_sum(dot, bias ? bias[n] : 0, a_sum, b_zero ? b_zero[n * zero_step] : 0);
            to[m * cols + n] = requantize(acc, multiplier[n * step], y_zero, p->low, p->high);
        }
    }
}

/* Nearest even, then saturated (bounding first comes to the same, since the bounds are whole); NaN becomes the zero point. */
static inline int8_t quantize_i8(float x, float scale, int8_t zero)
{
    const float v = x / scale, least = (float)INT8_MIN - (float)zero, most = (float)INT8_MAX - (float)zero;
    const float known = v == v ? v : 0.0f, above = known > least ? known : least;
    return (int8_t)(nearest_i32(above < most ? above : most) + zero);
}

static inline float dequantize_i8(int8_t q, float scale, int8_t zero)
{
    return (float)((int64_t)q - (int64_t)zero) * scale;
}

enum {
    REDUCE_LANES = 16,   /* partial results along a contiguous axis; four vectors of them in float32 */
    REDUCE_COLUMNS = 64, /* neighbouring results computed together along any other axis */
    REDUCE_BLOCK = 512   /* elements between joins */
};

static inline float reduce_take_sum_f32(float part, float x)
{
    return add_f32(part, x);
}

static inline vec reduce_take_sum_vec(vec part, vec x)
{
    return add_vec(part, x);
}

static inline float reduce_start_sum_f32(void)
{
    return 0;
}

static inline float reduce_join_sum_f32(float a, float b)
{
    return add_f32(a, b);
}

static inline vec reduce_join_sum_vec(vec a, vec b)
{
    return add_vec(a, b);
}

static inline float reduce_start_max_f32(void)
{
    return -INFINITY;
}

static inline float reduce_take_max_f32(float part, float x)
{
    return max_f32(part, x);
}

static inline vec reduce_take_max_vec(vec part, vec x)
{
    return max_vec(part, x);
}

static inline float reduce_join_max_f32(float a, float b)
{
    return max_f32(a, b);
}

static inline vec reduce_join_max_vec(vec a, vec b)
{
    return max_vec(a, b);
}

/* All elements of a vector joined. */
static inline float reduce_lanes_sum(vec v)
{
    for (int32_t n = VEC / 2; n; n /= 2) v = reduce_join_sum_vec(v, vec_swap(v, n));
    return vec_first(v);
}

/* All elements of a vector joined. */
static inline float reduce_lanes_max(vec v)
{
    for (int32_t n = VEC / 2; n; n /= 2) v = reduce_join_max_vec(v, vec_swap(v, n));
    return vec_first(v);
}

static inline float reduce_row_sum_f32(const float *x, size_t n)
{
    float total = reduce_start_sum_f32();
    for (size_t k = 0; k < n;) {
        const size_t end = n - k < REDUCE_BLOCK ? n : k + REDUCE_BLOCK;
        vec a = vec_all(reduce_start_sum_f32()), b = a, c = a, d = a;
        for (; k + 4 * VEC <= end; k += 4 * VEC) {
            a = reduce_take_sum_vec(a, vec_load(x + k));
            b = reduce_take_sum_vec(b, vec_load(x + k + VEC));
            c = reduce_take_sum_vec(c, vec_load(x + k + 2 * VEC));
            d = reduce_take_sum_vec(d, vec_load(x + k + 3 * VEC));
        }
        for (; k + VEC <= end; k += VEC) a = reduce_take_sum_vec(a, vec_load(x + k));
        total = reduce_join_sum_f32(total, reduce_lanes_sum(reduce_join_sum_vec(reduce_join_sum_vec(a, b), reduce_join_sum_vec(c, d))));
        for (; k < end; k++) total = reduce_take_sum_f32(total, x[k]);
    }
    return total;
}

static inline float reduce_row_max_f32(const float *x, size_t n)
{
    float total = reduce_start_max_f32();
    for (size_t k = 0; k < n;) {
        const size_t end = n - k < REDUCE_BLOCK ? n : k + REDUCE_BLOCK;
        vec a = vec_all(reduce_start_max_f32()), b = a, c = a, d = a;
        for (; k + 4 * VEC <= end; k += 4 * VEC) {
            a = reduce_take_max_vec(a, vec_load(x + k));
            b = reduce_take_max_vec(b, vec_load(x + k + VEC));
            c = reduce_take_max_vec(c, vec_load(x + k + 2 * VEC));
            d = reduce_take_max_vec(d, vec_load(x + k + 3 * VEC));
        }
        for (; k + VEC <= end; k += VEC) a = reduce_take_max_vec(a, vec_load(x + k));
        total = reduce_join_max_f32(total, reduce_lanes_max(reduce_join_max_vec(reduce_join_max_vec(a, b), reduce_join_max_vec(c, d))));
        for (; k < end; k++) total = reduce_take_max_f32(total, x[k]);
    }
    return total;
}

/* total[columns], at most REDUCE_COLUMNS, over n rows of x that are `inner` elements apart. */
static inline void reduce_columns_sum_f32(const float *x, float *total, size_t columns, size_t n, size_t inner)
{
    for (size_t j = 0; j < columns; j += VEC) {
        const int32_t lanes = (int32_t)(columns - j);
        vec sum = vec_all(reduce_start_sum_f32());
        for (size_t k = 0; k < n;) {
            const size_t end = n - k < REDUCE_BLOCK ? n : k + REDUCE_BLOCK;
            vec part = vec_all(reduce_start_sum_f32());
            for (; k < end; k++) part = reduce_take_sum_vec(part, vec_load_some(x + k * inner + j, lanes));
            sum = reduce_join_sum_vec(sum, part);
        }
        vec_store_some(total + j, sum, lanes);
    }
}

/* y[n] = e^(x - shift); y may be x. */
static inline void reduce_exp_f32(const float *x, float *y, size_t n, float shift)
{
    for (size_t k = 0; k < n; k += VEC) {
        const int32_t lanes = n - k < VEC ? (int32_t)(n - k) : VEC;
        vec_store_some(y + k, exp_vec(vec_load_some(x + k, lanes) - shift), lanes);
    }
}

static inline void softmax_row_f32(const float *x, float *y, size_t n)
{
    reduce_exp_f32(x, y, n, reduce_row_max_f32(x, n));
    const float scale = 1 / reduce_row_sum_f32(y, n);
    for (size_t k = 0; k < n; k += VEC) {
        const int32_t lanes = n - k < VEC ? (int32_t)(n - k) : VEC;
        vec_store_some(y + k, vec_load_some(y + k, lanes) * scale, lanes);
    }
}

static inline void softmax_columns_f32(const float *x, float *y, size_t columns, size_t n, size_t inner)
{
    for (size_t j = 0; j < columns; j += VEC) {
        const int32_t lanes = (int32_t)(columns - j);
        float sum[VEC];
        vec largest = vec_all(-INFINITY);
        for (size_t k = 0; k < n; k++) largest = max_vec(largest, vec_load_some(x + k * inner + j, lanes));
        for (size_t k = 0; k < n; k++) vec_store_some(y + k * inner + j, exp_vec(vec_load_some(x + k * inner + j, lanes) - largest), lanes);
        reduce_columns_sum_f32(y + j, sum, lanes < VEC ? (size_t)lanes : VEC, n, inner);
        const vec scale = 1 / vec_load_some(sum, lanes);
        for (size_t k = 0; k < n; k++) vec_store_some(y + k * inner + j, vec_load_some(y + k * inner + j, lanes) * scale, lanes);
    }
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

static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int8_t w_image_zero_point[1];
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int8_t w_onnx_Conv_49_quantized[144];
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_f_f_0_Conv_bias[16];
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_f_f_0_Conv_multiplier[16];
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int8_t w_onnx_Conv_52_quantized[144];
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_onnx_Conv_53_int32[16];
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_f_f_3_Conv_multiplier[16];
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int8_t w_onnx_Conv_55_quantized[512];
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_f_f_6_Conv_bias[32];
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_f_f_6_Conv_multiplier[32];
union w_onnx_Conv_58_quantized_transposed { unsigned char bytes[9217]; int8_t v[9216]; };
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const union w_onnx_Conv_58_quantized_transposed w_onnx_Conv_58_quantized_transposed;
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_f_f_10_Conv_bias[32];
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_f_f_10_Conv_multiplier[32];
union w_h_weight_quantized { unsigned char bytes[1281]; int8_t v[1280]; };
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const union w_h_weight_quantized w_h_weight_quantized;
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_h_Gemm_bias[10];
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_h_Gemm_multiplier[10];

/* The model ----------------------------------------------------------------------------------- */

int digits_int8_qdq_run_in(void *arena, const float *image, float *probabilities)
{
    if ((uintptr_t)arena % DIGITS_INT8_QDQ_ARENA_ALIGN != 0) return DIGITS_INT8_QDQ_EARENA;
    unsigned char *const memory = arena;

    /* 1  QuantizeLinear "image_QuantizeLinear": w_image_zero_point[], image[1,1,8,8], w_image_scale[] -> image_QuantizeLinear_Output[1,1,8,8] */
    int8_t *const image_QuantizeLinear_Output = (int8_t *)(void *)(memory + AT_image_QuantizeLinear_Output);
    for (size_t i_ = 0; i_ < 64; i_++) {
        image_QuantizeLinear_Output[i_] = quantize_i8(image[i_], 0.003921569f, -128);
    }

    /* 2  QLinearConv "/f/f.0/Conv": image_QuantizeLinear_Output[1,1,8,8], w_image_zero_point[], w_onnx_Conv_49_quantized[16,1,3,3] -> f_f_2_Relu_output_0_QuantizeLinear_Output[1,16,8,8] */
    int8_t *const f_f_2_Relu_output_0_QuantizeLinear_Output = (int8_t *)(void *)(memory + AT_f_f_2_Relu_output_0_QuantizeLinear_Output);
    int16_t *const f_f_0_Conv_patches = (int16_t *)(void *)(memory + AT_f_f_0_Conv_patches);
    qconv_q8_i8_i8(image_QuantizeLinear_Output, w_image_zero_point, w_onnx_Conv_49_quantized, NULL,
        w_f_f_0_Conv_bias, w_f_f_0_Conv_multiplier, (-128), f_f_2_Relu_output_0_QuantizeLinear_Output,
        f_f_0_Conv_patches, &(const struct window){.in_d = 1, .in_h = 8, .in_w = 8, .kernel_d = 1,
        .kernel_h = 3, .kernel_w = 3, .stride_d = 1, .stride_h = 1, .stride_w = 1, .dilation_d = 1,
        .dilation_h = 1, .dilation_w = 1, .pad_h = 1, .pad_w = 1, .out_d = 1, .out_h = 8, .out_w = 8},
        &(const struct qconv){.batch = 1, .groups = 1, .channels = 1, .filters = 16, .multiplier_step = 1,
        .low = (-128), .high = 127});

    /* 3  QLinearConv "/f/f.3/Conv": f_f_2_Relu_output_0_QuantizeLinear_Output[1,16,8,8], w_f_f_2_Relu_output_0_zero_point[], w_onnx_Conv_52_quantized[16,1,3,3], w_onnx_Conv_53_int32[16] -> f_f_5_Relu_output_0_QuantizeLinear_Output[1,16,8,8] */
    const int8_t *const w_f_f_2_Relu_output_0_zero_point = w_image_zero_point;
    int8_t *const f_f_5_Relu_output_0_QuantizeLinear_Output = (int8_t *)(void *)(memory + AT_f_f_5_Relu_output_0_QuantizeLinear_Output);
    int32_t *const f_f_3_Conv_row = (int32_t *)(void *)(memory + AT_f_f_3_Conv_row);
    qconv_rows_q8_i8_i8(f_f_2_Relu_output_0_QuantizeLinear_Output, w_f_f_2_Relu_output_0_zero_point,
        w_onnx_Conv_52_quantized, NULL, w_onnx_Conv_53_int32, w_f_f_3_Conv_multiplier, (-128),
        f_f_5_Relu_output_0_QuantizeLinear_Output, f_f_3_Conv_row, &(const struct window){.in_d = 1, .in_h = 8,
        .in_w = 8, .kernel_d = 1, .kernel_h = 3, .kernel_w = 3, .stride_d = 1, .stride_h = 1, .stride_w = 1,
        .dilation_d = 1, .dilation_h = 1, .dilation_w = 1, .pad_h = 1, .pad_w = 1, .out_d = 1, .out_h = 8,
        .out_w = 8}, &(const struct qconv){.batch = 1, .groups = 16, .channels = 1, .filters = 1,
        .multiplier_step = 1, .low = (-128), .high = 127});

    /* 4  QLinearConv "/f/f.6/Conv": f_f_5_Relu_output_0_QuantizeLinear_Output[1,16,8,8], w_f_f_5_Relu_output_0_zero_point[], w_onnx_Conv_55_quantized[32,16,1,1] -> f_f_8_Relu_output_0_QuantizeLinear_Output[1,32,8,8] */
    const int8_t *const w_f_f_5_Relu_output_0_zero_point = w_image_zero_point;
    int8_t *const f_f_8_Relu_output_0_QuantizeLinear_Output = (int8_t *)(void *)(memory + AT_f_f_8_Relu_output_0_QuantizeLinear_Output);
    int16_t *const f_f_6_Conv_patches = (int16_t *)(void *)(memory + AT_f_f_6_Conv_patches);
    qconv_q8_i8_i8(f_f_5_Relu_output_0_QuantizeLinear_Output, w_f_f_5_Relu_output_0_zero_point,
        w_onnx_Conv_55_quantized, NULL, w_f_f_6_Conv_bias, w_f_f_6_Conv_multiplier, (-128),
        f_f_8_Relu_output_0_QuantizeLinear_Output, f_f_6_Conv_patches, &(const struct window){.in_d = 1,
        .in_h = 8, .in_w = 8, .kernel_d = 1, .kernel_h = 1, .kernel_w = 1, .stride_d = 1, .stride_h = 1,
        .stride_w = 1, .dilation_d = 1, .dilation_h = 1, .dilation_w = 1, .out_d = 1, .out_h = 8, .out_w = 8},
        &(const struct qconv){.batch = 1, .groups = 1, .channels = 16, .filters = 32, .multiplier_step = 1,
        .low = (-128), .high = 127});

    /* 5  MaxPool "/f/f.9/MaxPool": f_f_8_Relu_output_0_QuantizeLinear_Output[1,32,8,8] -> f_f_9_MaxPool_output_0_quantized[1,32,4,4] */
    int8_t *const f_f_9_MaxPool_output_0_quantized = (int8_t *)(void *)(memory + AT_f_f_9_MaxPool_output_0_quantized);
    max_pool_i8(f_f_8_Relu_output_0_QuantizeLinear_Output, f_f_9_MaxPool_output_0_quantized,
        &(const struct window){.in_d = 1, .in_h = 8, .in_w = 8, .kernel_d = 1, .kernel_h = 2, .kernel_w = 2,
        .stride_d = 1, .stride_h = 2, .stride_w = 2, .dilation_d = 1, .dilation_h = 1, .dilation_w = 1,
        .out_d = 1, .out_h = 4, .out_w = 4}, 32);

    /* 6  QLinearConv "/f/f.10/Conv": f_f_9_MaxPool_output_0_quantized[1,32,4,4], w_f_f_8_Relu_output_0_zero_point[] -> f_f_12_Relu_output_0_QuantizeLinear_Output[1,32,4,4] */
    const int8_t *const w_f_f_8_Relu_output_0_zero_point = w_image_zero_point;
    int8_t *const f_f_12_Relu_output_0_QuantizeLinear_Output = (int8_t *)(void *)(memory + AT_f_f_12_Relu_output_0_QuantizeLinear_Output);
    int16_t *const f_f_10_Conv_patches = (int16_t *)(void *)(memory + AT_f_f_10_Conv_patches);
    qconv_q8_i8_i8(f_f_9_MaxPool_output_0_quantized, w_f_f_8_Relu_output_0_zero_point,
        w_onnx_Conv_58_quantized_transposed.v, NULL, w_f_f_10_Conv_bias, w_f_f_10_Conv_multiplier, (-128),
        f_f_12_Relu_output_0_QuantizeLinear_Output, f_f_10_Conv_patches, &(const struct window){.in_d = 1,
        .in_h = 4, .in_w = 4, .kernel_d = 1, .kernel_h = 3, .kernel_w = 3, .stride_d = 1, .stride_h = 1,
        .stride_w = 1, .dilation_d = 1, .dilation_h = 1, .dilation_w = 1, .pad_h = 1, .pad_w = 1, .out_d = 1,
        .out_h = 4, .out_w = 4}, &(const struct qconv){.batch = 1, .groups = 1, .channels = 32, .filters = 32,
        .multiplier_step = 1, .low = (-128), .high = 127});

    /* 7  MaxPool "/f/f.13/MaxPool": f_f_12_Relu_output_0_QuantizeLinear_Output[1,32,4,4] -> f_f_13_MaxPool_output_0_quantized[1,32,2,2] */
    int8_t *const f_f_13_MaxPool_output_0_quantized = (int8_t *)(void *)(memory + AT_f_f_13_MaxPool_output_0_quantized);
    max_pool_i8(f_f_12_Relu_output_0_QuantizeLinear_Output, f_f_13_MaxPool_output_0_quantized,
        &(const struct window){.in_d = 1, .in_h = 4, .in_w = 4, .kernel_d = 1, .kernel_h = 2, .kernel_w = 2,
        .stride_d = 1, .stride_h = 2, .stride_w = 2, .dilation_d = 1, .dilation_h = 1, .dilation_w = 1,
        .out_d = 1, .out_h = 2, .out_w = 2}, 32);

    /* 8  QGemm "/h/Gemm": Flatten_output_0_quantized[1,128], w_h_weight_quantized[10,128] -> h_Gemm_output_0_QuantizeLinear_Output[1,10] */
    int8_t *const Flatten_output_0_quantized = (int8_t *)(void *)(memory + AT_f_f_13_MaxPool_output_0_quantized);
    int8_t *const h_Gemm_output_0_QuantizeLinear_Output = (int8_t *)(void *)(memory + AT_h_Gemm_output_0_QuantizeLinear_Output);
    qgemm_q8_i8_i8(Flatten_output_0_quantized, w_h_weight_quantized.v, NULL, w_h_Gemm_bias,
        w_h_Gemm_multiplier, (-16), h_Gemm_output_0_QuantizeLinear_Output, NULL,
        &(const struct qgemm){.rows = 1, .cols = 10, .depth = 128, .multiplier_step = 1, .low = (-128),
        .high = 127});

    /* 9  DequantizeLinear "/h/Gemm_output_0_DequantizeLinear": w_h_Gemm_output_0_zero_point[], h_Gemm_output_0_QuantizeLinear_Output[1,10], w_h_Gemm_output_0_scale[] -> h_Gemm_output_0_DequantizeLinear_Output[1,10] */
    float *const h_Gemm_output_0_DequantizeLinear_Output = (float *)(void *)(memory + AT_h_Gemm_output_0_DequantizeLinear_Output);
    for (size_t i_ = 0; i_ < 10; i_++) {
        h_Gemm_output_0_DequantizeLinear_Output[i_] = dequantize_i8(h_Gemm_output_0_QuantizeLinear_Output[i_], 0.10245013f, -16);
    }

    /* 10  Softmax "/Softmax": h_Gemm_output_0_DequantizeLinear_Output[1,10] -> probabilities_QuantizeLinear_Input[1,10] */
    float *const probabilities_QuantizeLinear_Input = (float *)(void *)(memory + AT_h_Gemm_output_0_DequantizeLinear_Output);
    softmax_f32(h_Gemm_output_0_DequantizeLinear_Output, probabilities_QuantizeLinear_Input, 1, 10, 1);

    /* 11  DequantizeLinear "probabilities_DequantizeLinear", after QuantizeLinear "probabilities_QuantizeLinear": probabilities_QuantizeLinear_Input[1,10], w_probabilities_scale[], w_probabilities_zero_point[] -> probabilities[1,10] */
    for (size_t i_ = 0; i_ < 10; i_++) {
        probabilities[i_] = dequantize_i8(quantize_i8(probabilities_QuantizeLinear_Input[i_], 0.003921569f, -128), 0.003921569f, -128);
    }

    return 0;
}

int digits_int8_qdq_run(const float *image, float *probabilities)
{
#ifdef __GNUC__
    static DIGITS_INT8_QDQ_ARENA_ATTR unsigned char arena[DIGITS_INT8_QDQ_ARENA_BYTES] __attribute__((aligned(64)));
    unsigned char *const start = arena;
#else
    static DIGITS_INT8_QDQ_ARENA_ATTR unsigned char arena[DIGITS_INT8_QDQ_ARENA_BYTES + DIGITS_INT8_QDQ_ARENA_ALIGN];
    unsigned char *const start = arena + (DIGITS_INT8_QDQ_ARENA_ALIGN - (uintptr_t)arena % DIGITS_INT8_QDQ_ARENA_ALIGN) % DIGITS_INT8_QDQ_ARENA_ALIGN;
#endif
    return digits_int8_qdq_run_in(start, image, probabilities);
}

/* Weights ------------------------------------------------------------------------------------ */

/* int8[], crc32 3fba6cad */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int8_t w_image_zero_point[1] = {-128};

/* int8[16,1,3,3], crc32 63619a4a */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int8_t w_onnx_Conv_49_quantized[144] = {
    -10, 91, -113, -127, -76, 56, 2, 85,
    -11, 10, -28, -41, -127, -96, -66, 20,
    77, 81, -73, -46, 64, 91, -38, 87,
    -29, 23, 127, -127, -58, -32, -65, 76,
    -55, -35, -91, -118, -53, 122, 51, 55,
    6, -77, 27, -127, -100, -77, 122, 105,
    -79, -51, 115, 127, 55, 36, 112, -48,
    9, -127, -103, -117, 66, 54, -121, 36,
    83, -24, -13, 28, 91, 113, -127, -40,
    72, 85, 105, 96, 31, -75, 7, -61,
    -127, 127, 107, -121, 21, -24, -38, -66,
    -4, -119, 31, 73, 104, 44, -127, -108,
    66, 56, -94, -65, 127, 68, -61, -25,
    -105, -17, -97, -110, -15, 33, -53, 78,
    -59, 99, 62, -127, -13, 10, 37, 23,
    35, -2, -43, 46, -127, -91, -60, -94,
    -58, -127, -52, 30, -90, -27, 105, 0,
    -7, -16, -6, 106, 92, 48, 127, -18
};

/* bias less the zero point of the input times the sums of the weights: int32[16], crc32 93cb3b35 */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_f_f_0_Conv_bias[16] = {
    -3893, -9875, 11140, -30351, -5248, 25037, -11539, 7112,
    7110, -6480, 6753, -11804, 890, -6182, -20323, 20709
};

/* scales of the inputs over that of the result: float32[16], crc32 e27ae357 */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_f_f_0_Conv_multiplier[16] = {
    0.004373049f, 0.0029569112f, 0.0032898677f, 0.0024089f, 0.0032333843f, 0.0020318471f, 0.0023360343f, 0.004205294f,
    0.0026672797f, 0.0027713429f, 0.0028964186f, 0.0022793317f, 0.003969882f, 0.0038239285f, 0.0021194182f, 0.002314694f
};

/* int8[16,1,3,3], crc32 45bf7618 */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int8_t w_onnx_Conv_52_quantized[144] = {
    5, 9, -127, -95, -10, -23, -39, 67,
    -80, 0, 127, -44, 112, 40, -103, 78,
    -11, -72, 122, -127, 8, -14, 125, 31,
    101, 76, -26, -42, -120, 83, 127, 126,
    -105, -3, -114, -95, -94, 36, -105, -5,
    -5, 119, -127, -109, -114, 101, -55, 127,
    31, 7, -3, -48, 10, -44, -8, 3,
    -79, -65, 90, -103, 14, 127, 47, 6,
    -127, 72, -55, -31, -26, -6, 21, 86,
    28, 127, 83, -98, 43, -101, -51, 44,
    51, 99, -28, 17, 76, -84, 76, -127,
    -26, -46, -51, 9, 99, -72, -104, -47,
    -127, 41, -61, -91, -61, 89, 100, 127,
    87, -59, -40, 27, 127, 17, -36, -71,
    -123, -9, -87, -72, 97, -99, -7, 51,
    4, -110, -122, 110, 32, 127, -113, 17,
    -58, -7, -127, 53, 92, -44, -49, -111,
    127, -123, 75, -56, -116, 66, -90, 37
};

/* in units of the inputs' scales: int32[16], crc32 d8558046 */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_onnx_Conv_53_int32[16] = {
    5835, -2073, -8425, 2231, 8139, -3296, -1844, 1140,
    -1524, 1803, 7943, -3881, 4408, 1570, 6385, 5231
};

/* scales of the inputs over that of the result: float32[16], crc32 df728f44 */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_f_f_3_Conv_multiplier[16] = {
    0.0075055016f, 0.008872053f, 0.005023475f, 0.008054275f, 0.005978438f, 0.009255347f, 0.008996067f, 0.006975499f,
    0.006405614f, 0.008277659f, 0.006341861f, 0.007687571f, 0.006558187f, 0.0075446707f, 0.009742476f, 0.0056373137f
};

/* int8[32,16,1,1], crc32 69828676 */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int8_t w_onnx_Conv_55_quantized[512] = {
    -19, 10, -103, 16, 80, 90, 79, 7,
    53, -38, -102, -127, 84, 44, -62, 27,
    105, 127, 124, 91, -16, -56, 113, 57,
    -67, 101, 48, 36, -28, 0, -42, 63,
    -44, 28, 5, 17, -16, 61, -44, -18,
    -101, -87, -127, 85, 72, 104, 125, -64,
    -111, 36, -97, 103, -40, -54, -41, -87,
    69, 127, 72, 65, 66, -74, 77, 120,
    41, 114, 41, 76, -23, 55, -14, -12,
    -50, -62, -49, 25, 91, 0, -68, 127,
    27, 21, -80, 127, 20, -106, 113, 80,
    -15, 112, -54, -55, 95, -20, -80, -84,
    -49, 3, 5, 123, 1, -31, -7, 45,
    60, -127, -42, -93, -38, 12, -91, 69,
    71, -29, -86, -26, 80, -64, 42, -104,
    -115, -108, -5, 123, -127, 120, -50, 55,
    38, -127, 70, 50, 126, 50, -71, 81,
    -9, 39, -94, -34, -98, -60, 3, -61,
    21, 45, -8, -119, -120, -56, 63, 124,
    83, -1, 73, -91, -127, 96, -93, 97,
    -127, -70, -87, 24, -2, 105, 44, 95,
    -38, -29, -14, -7, 19, -100, 98, -7,
    -98, -90, 127, 113, -115, 75, 66, 89,
    73, -99, 18, 73, -50, 11, -55, 48,
    -30, -48, 25, 90, -74, -7, 101, -10,
    60, -36, 80, -60, -122, -87, 127, -39,
    -34, -40, 99, 112, -121, -127, -87, -47,
    -70, -91, -100, 10, -62, -22, -43, -75,
    32, 99, -82, 29, -89, 78, -127, -72,
    86, -44, 50, 5, -11, -11, 86, -29,
    -89, -69, -49, 70, -60, 80, -9, -41,
    87, 40, 127, 63, 13, -101, 38, 66,
    -29, -127, 23, 93, -8, -99, -108, 24,
    -43, -56, 26, 25, 120, 123, -18, -97,
    -89, 102, 38, 43, -86, 114, 127, 96,
    -59, -48, -66, 107, -54, -61, 84, -47,
    -8, -17, -11, -73, 118, -56, 36, 124,
    40, 29, 117, 67, -104, 127, -6, -124,
    -38, -80, 97, 22, -106, -29, 56, 18,
    32, -7, 26, -7, -50, -127, -81, 60,
    -25, -10, -8, 15, -82, 80, -54, 95,
    -79, -8, 38, -59, 127, -74, -94, -46,
    21, 61, -112, 62, -88, -1, 88, -103,
    0, 127, 0, 89, -17, 127, -63, -58,
    8, 74, 88, 127, -15, 36, 109, -13,
    122, -107, 2, 22, 58, 46, -19, -99,
    115, 58, 48, -127, 68, 111, 20, -99,
    68, -119, 20, 37, -76, 52, -124, 21,
    -61, -23, 3, 68, -44, 68, -4, -63,
    -127, -40, 109, -30, 40, -1, 77, 95,
    55, -98, -21, -39, -33, 10, 127, -70,
    32, -60, -35, 58, -13, 0, -90, 64,
    -30, -127, 62, -72, -107, 25, 90, -27,
    19, 123, 73, -61, -11, -15, -124, 5,
    76, 105, 36, 30, -31, 66, -64, -92,
    35, 126, -65, 127, 61, -82, 7, 96,
    -72, -64, 17, -88, 63, 46, 31, -64,
    73, -76, 127, -55, -69, 100, 33, -50,
    -69, -88, -56, -115, 32, -7, 14, 32,
    123, 32, -73, -51, -127, -62, -47, -29,
    45, -27, 97, -69, -14, 114, 127, -40,
    0, 22, -14, -72, 41, -95, 6, 17,
    -17, 94, -13, 68, 127, -16, 75, -50,
    -44, 3, 9, -65, 23, 8, 99, -25
};

/* bias less the zero point of the input times the sums of the weights: int32[32], crc32 1fa97a1b */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_f_f_6_Conv_bias[32] = {
    4992, 69095, -1721, 22808, 30494, 11549, -16538, -24884,
    -9252, -620, -10224, 19483, -3442, -74629, -1160, 17333,
    -17111, 21321, 27425, -22495, -19655, 13657, 46727, 7976,
    6391, -12539, -18899, 44815, -6627, -51272, 14684, 28255
};

/* scales of the inputs over that of the result: float32[32], crc32 bdd5f08f */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_f_f_6_Conv_multiplier[32] = {
    0.006682532f, 0.004632852f, 0.0058107665f, 0.004006345f, 0.007049807f, 0.005005871f, 0.0057399524f, 0.003759812f,
    0.005132106f, 0.0040857107f, 0.0065883277f, 0.0042692604f, 0.005690781f, 0.005385189f, 0.0056150155f, 0.0046992474f,
    0.004865872f, 0.006090763f, 0.0052584317f, 0.006439242f, 0.005523566f, 0.00482378f, 0.005289992f, 0.004682621f,
    0.008855721f, 0.0044684974f, 0.0060593435f, 0.0044522765f, 0.004887517f, 0.0055129267f, 0.0063242596f, 0.007057581f
};

/* transposed: int8[32,9,32], crc32 53eb60d4 */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const union w_onnx_Conv_58_quantized_transposed w_onnx_Conv_58_quantized_transposed = {
};

/* bias less the zero point of the input times the sums of the weights: int32[32], crc32 ba1ee098 */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_f_f_10_Conv_bias[32] = {
    54279, 19163, 40496, 116487, 46037, 109040, -100322, 85387,
    25882, -103512, 36569, -16186, 26386, 29036, -38102, 64287,
    -7663, 29138, -48298, -104403, 375, 134461, 85004, 8065,
    51981, 67775, 36671, -7927, 78973, 38772, -48964, 1028
};

/* scales of the inputs over that of the result: float32[32], crc32 3c27a751 */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_f_f_10_Conv_multiplier[32] = {
    0.0018162815f, 0.001448807f, 0.0014757315f, 0.0015887552f, 0.0015506836f, 0.0014504708f, 0.001660194f, 0.0018463639f,
    0.0014649052f, 0.001633852f, 0.0017825665f, 0.0012562464f, 0.0018976147f, 0.0013096853f, 0.0017825314f, 0.0013290987f,
    0.0017429019f, 0.0013886282f, 0.00147642f, 0.0014778522f, 0.0014910138f, 0.0011722039f, 0.0014793742f, 0.0015346366f,
    0.0015351197f, 0.0017221954f, 0.0013762097f, 0.001884181f, 0.0015415858f, 0.0018301836f, 0.0013897765f, 0.0020099732f
};

/* int8[10,128], crc32 3bf4f044 */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const union w_h_weight_quantized w_h_weight_quantized = {
};

/* bias less the zero point of the input times the sums of the weights: int32[10], crc32 9beec851 */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_h_Gemm_bias[10] = {
    -138592, -112386, -77012, -39317, -69781, -38509, -120473, -68183,
    -85161, -63705
};

/* scales of the inputs over that of the result: float32[10], crc32 fab76e0a */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_h_Gemm_multiplier[10] = {
    0.00053950434f, 0.00059583614f, 0.0006884393f, 0.00085693947f, 0.0006605755f, 0.0008881982f, 0.0005280752f, 0.00062325917f,
    0.0006525523f, 0.0008069376f
};

