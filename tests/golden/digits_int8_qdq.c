/* Written by onnx2c 0.1.0; do not edit, generate again.
 *   model    sha256 15c9e8d16ab773546e813bd53f72647603c8e128e1f75f3eec2fc3db32603a72, opset 13
 *   options  --name digits_int8_qdq
 *   memory   arena 3,216 B (lower bound 3,216 B), weights 12,192 B, no heap
 */
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Public -------------------------------------------------------------------------------------- */

#define DIGITS_INT8_QDQ_ARENA_BYTES 3216
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

/* Inputs and outputs are dense, row-major (C order). digits_int8_qdq_run uses a static arena; digits_int8_qdq_run_in is
 * re-entrant, its arena has DIGITS_INT8_QDQ_ARENA_BYTES. */
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

enum {                                                   /* offset      bytes  tensor */
    AT_image_QuantizeLinear_Output                     =        0, /*       64  int8[1,1,8,8] */
    AT_f_f_2_Relu_output_0_QuantizeLinear_Output_nhwc  =     1024, /*     1024  int8[1,8,8,16] */
    AT_f_f_0_Conv_block                                =       64, /*       63  uint8[63] */
    AT_f_f_5_Relu_output_0_QuantizeLinear_Output_nhwc  =        0, /*     1024  int8[1,8,8,16] */
    AT_f_f_8_Relu_output_0_QuantizeLinear_Output_nhwc  =     1024, /*     2048  int8[1,8,8,32] */
    AT_f_f_6_Conv_block                                =     3072, /*      131  uint8[131] */
    AT_f_f_9_MaxPool_output_0_quantized_nhwc_1         =        0, /*      512  int8[1,4,4,32] */
    AT_f_f_12_Relu_output_0_QuantizeLinear_Output_nhwc =      512, /*      512  int8[1,4,4,32] */
    AT_f_f_10_Conv_block                               =     1024, /*      579  uint8[579] */
    AT_f_f_13_MaxPool_output_0_quantized_nhwc          =        0, /*      128  int8[1,2,2,32] */
    AT_f_f_13_MaxPool_output_0_quantized               =      128, /*      128  int8[1,32,2,2] */
    AT_h_Gemm_output_0_QuantizeLinear_Output           =        0, /*       10  int8[1,10] */
    AT_h_Gemm_rows                                     =      256, /*      128  uint8[128] */
    AT_h_Gemm_output_0_DequantizeLinear_Output         =       16, /*       40  float32[1,10] */
    AT_probabilities_QuantizeLinear_Output             =        0, /*       10  int8[1,10] */
};

/* Kernels: only those this model calls ------------------------------------------------------- */

/* VEC floats in a register. vec_at: the same anywhere in memory. Where scalars are computed in long double (the x87 of
 * 32-bit x86), compilers refuse to mix them with vectors. */
#if !defined(__GNUC__) || defined(ONNX2C_NO_VECTORS) || (defined(__FLT_EVAL_METHOD__) && __FLT_EVAL_METHOD__ == 2)
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

/* Compiled for size, for a processor without vectors: kernels do without what only makes larger processors faster. */
#if VEC == 1 && defined(__OPTIMIZE_SIZE__)
#define VEC_SMALL 1
#else
#define VEC_SMALL 0
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

/* Brings the memory around p, which will be read soon, nearer to the processor. */
#if VEC > 1
#define VEC_FETCH(p) __builtin_prefetch(p)
#else
#define VEC_FETCH(p) ((void)(p))
#endif

/* The number of each float of a vector. */
#if VEC == 16
#define VEC_PLACES ((vec_bits){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
#elif VEC == 8
#define VEC_PLACES ((vec_bits){0, 1, 2, 3, 4, 5, 6, 7})
#elif VEC == 4
#define VEC_PLACES ((vec_bits){0, 1, 2, 3})
#endif

static inline vec vec_load(const float *p)
{
    return *(const vec_at *)p;
}

static inline void vec_store(float *p, vec v)
{
    *(vec_at *)p = v;
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

/* The first n of a vector's floats, zeros in place of the others; all if n is larger than a vector,
 * none if it is negative. */
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

/* The first n of a vector's floats, `fill` in place of the others. */
static inline vec vec_load_or(const float *p, int32_t n, float fill)
{
#if VEC == 1
    return n > 0 ? *p : fill;
#elif VEC == 16 && VEC_HAS(__builtin_ia32_loadups512_mask)
    return (vec)__builtin_ia32_loadups512_mask((const void *)p, vec_all(fill),
                                               (uint16_t)(n >= VEC ? 0xffff : n > 0 ? (1U << n) - 1 : 0));
#else
    vec v = vec_all(fill);
    for (int32_t i = 0; i < VEC && i < n; i++) v[i] = p[i];
    return v;
#endif
}

static inline void vec_store_some(float *p, vec v, int32_t n)
{
#if VEC == 1
    if (n > 0) vec_store(p, v);
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
#else
    return __builtin_shuffle(v, VEC_PLACES ^ n);
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

/* a * b + c. */
static inline vec vec_fma(vec a, vec b, vec c)
{
#if defined(__clang__)
#pragma STDC FP_CONTRACT ON
    return a * b + c;
#elif VEC == 16 && VEC_HAS(__builtin_ia32_vfmaddps512_mask)
    return (vec)__builtin_ia32_vfmaddps512_mask(a, b, c, -1, 4);
#elif VEC == 8 && defined(__FMA__)
    return (vec)__builtin_ia32_vfmaddps256(a, b, c);
#elif VEC == 4 && defined(__aarch64__) && VEC_HAS(__builtin_aarch64_fmav4sf)
    return (vec)__builtin_aarch64_fmav4sf(a, b, c);
#else
    return a * b + c;
#endif
}

/* The larger; b where one is NaN. */
static inline vec vec_max(vec a, vec b)
{
#if VEC == 1
    return a > b ? a : b;
#elif VEC == 16 && VEC_HAS(__builtin_ia32_maxps512_mask)
    return (vec)__builtin_ia32_maxps512_mask(a, b, a, -1, 4);
#elif VEC == 16 && VEC_HAS(__builtin_ia32_maxps512)
    return (vec)__builtin_ia32_maxps512(a, b, 4);
#elif VEC == 8 && VEC_HAS(__builtin_ia32_maxps256)
    return (vec)__builtin_ia32_maxps256(a, b);
#elif VEC == 4 && VEC_HAS(__builtin_ia32_maxps)
    return (vec)__builtin_ia32_maxps(a, b);
#else
    const vec_bits larger = a > b;
    return (vec)((larger & (vec_bits)a) | (~larger & (vec_bits)b));
#endif
}

/* The smaller; b where one is NaN. */
static inline vec vec_min(vec a, vec b)
{
#if VEC == 1
    return a < b ? a : b;
#elif VEC == 16 && VEC_HAS(__builtin_ia32_minps512_mask)
    return (vec)__builtin_ia32_minps512_mask(a, b, a, -1, 4);
#elif VEC == 16 && VEC_HAS(__builtin_ia32_minps512)
    return (vec)__builtin_ia32_minps512(a, b, 4);
#elif VEC == 8 && VEC_HAS(__builtin_ia32_minps256)
    return (vec)__builtin_ia32_minps256(a, b);
#elif VEC == 4 && VEC_HAS(__builtin_ia32_minps)
    return (vec)__builtin_ia32_minps(a, b);
#else
    const vec_bits smaller = a < b;
    return (vec)((smaller & (vec_bits)a) | (~smaller & (vec_bits)b));
#endif
}

/* c ? a : b without a branch. Written as `?:`, compilers move the arithmetic that follows into the branches, and then
 * can't turn the loop into vector code because that arithmetic may raise floating-point exceptions. */
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

static inline vec fma_vec(vec a, vec b, vec c)
{
    return vec_fma(a, b, c);
}

static inline vec bound_vec(vec x, float low, float high)
{
    return vec_min(vec_max(x, vec_all(low)), vec_all(high));
}

/* 2^n for n in [-126, 127]; one exponent further up is infinity. */
static inline vec power_of_two_vec(vec_bits n)
{
    return from_bits_vec((n + 127) << 23);
}

/* x / log(2) rounded, as the last bits of a float that has none for fractions: 1.5 * 2^23 + n. */
static inline vec halvings_vec(vec x)
{
    return fma_vec(x, all_vec(1.44269504f), all_vec(12582912.0f));
}

/* That n. It goes by the bits, since registers may hold digits that a float in memory doesn't (on the 80387). */
static inline vec_bits exponent_of_vec(vec halvings)
{
    return bits_vec(halvings) - 0x4b400000;
}

/* The same as a float; the subtraction is quicker, and exact where there are vectors, which the 80387 has not. */
static inline vec whole_vec(vec halvings)
{
#if VEC == 1
    return (vec)exponent_of_vec(halvings);
#else
    return halvings - 12582912.0f;
#endif
}

/* e^(x - n log(2)) - 1: log(2) is split in two so that the first product is exact. What is left is at most
 * log(2) / 2; fit error 3.2e-9. */
static inline vec expm1_rest_vec(vec x, vec halvings)
{
    const vec n = whole_vec(halvings), r = fma_vec(n, all_vec(2.12194440e-4f), fma_vec(n, all_vec(-0.693359375f), x));
    const vec p = fma_vec(r, fma_vec(r, all_vec(0.00139506022f), all_vec(0.00836895313f)), all_vec(0.041666206f));
    return fma_vec(r * r, fma_vec(r, fma_vec(r, p, all_vec(0.166665182f)), all_vec(0.5f)), r);
}

/* e^x. Error below 1.1 ULP. Two factors make the power of two, so that results below FLT_MIN come out rounded as well.
 * Where the result is 0, as of what is masked in attention, nothing underflows: that would be slow. */
static inline vec exp_vec(vec x)
{
    const vec c = select_vec(x > -104.0f, bound_vec(x, -104.0f, 89.0f), all_vec(0.0f)), h = halvings_vec(c);
    const vec_bits n = exponent_of_vec(h), half = n >> 1;
    const vec y = (1.0f + expm1_rest_vec(c, h)) * power_of_two_vec(half) * power_of_two_vec(n - half);
    return select_vec(x > -104.0f, y, select_vec(x != x, x, all_vec(0.0f)));
}

/* v, at most 2^22 in size, rounded to nearest even: added to 1.5 * 2^23, it stands in the low bits of the sum,
 * which has no room for a fraction. Where floats are computed with more precision than they have, the sum
 * would keep the fraction. */
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

/* QLANES sums in a register; 1 where the compiler has no vector extensions, or floats are computed with more
 * precision than they have. */
#if !defined(__GNUC__) || defined(ONNX2C_NO_VECTORS) || FLT_EVAL_METHOD != 0
#define QLANES 1
#elif defined(__AVX512VNNI__) && defined(__AVX512VL__) && defined(__AVX512BW__) && \
    (VEC_HAS(__builtin_ia32_vpdpbusd_v16si) || VEC_HAS(__builtin_ia32_vpdpbusd512))
#define QLANES 16
#elif defined(__AVX2__)
#define QLANES 8
#elif defined(__SSE2__)
#define QLANES 4
#else
#define QLANES 1
#endif

#if QLANES > 1
typedef uint32_t qint __attribute__((vector_size(4 * QLANES)));
typedef int32_t qsigned __attribute__((vector_size(4 * QLANES)));
typedef float qreal __attribute__((vector_size(4 * QLANES)));
typedef uint8_t qbytes __attribute__((vector_size(QLANES)));
typedef uint32_t qint_at __attribute__((vector_size(4 * QLANES), aligned(1), may_alias));
typedef float qreal_at __attribute__((vector_size(4 * QLANES), aligned(1), may_alias));
typedef uint8_t qbytes_at __attribute__((vector_size(QLANES), aligned(1), may_alias));
#endif

/* Clang halves 64-byte vectors unless a function asks for them. */
#if QLANES == 16 && defined(__clang__)
#define QFUNCTION __attribute__((min_vector_width(512)))
#else
#define QFUNCTION
#endif

/* How sums go back to bytes: see requantize. */
struct qscale {
    const float *multiplier;
    int32_t step;            /* of the multipliers: 1 for one per column, 0 for one in all */
    int32_t zero, low, high; /* of y */
};

#if QLANES > 1
static inline qreal qreal_all(float x)
{
    return x - (qreal){0};
}

/* v within least..most; least if it is NaN. */
static inline qreal qreal_bound(qreal v, qreal least, qreal most)
{
#if QLANES == 16 && VEC_HAS(__builtin_ia32_maxps512)
    return (qreal)__builtin_ia32_minps512(__builtin_ia32_maxps512(v, least, 4), most, 4);
#elif QLANES == 16 && VEC_HAS(__builtin_ia32_maxps512_mask)
    return (qreal)__builtin_ia32_minps512_mask(__builtin_ia32_maxps512_mask(v, least, least, -1, 4), most, most, -1, 4);
#elif QLANES == 8
    return (qreal)__builtin_ia32_minps256(__builtin_ia32_maxps256(v, least), most);
#elif QLANES == 4
    return (qreal)__builtin_ia32_minps(__builtin_ia32_maxps(v, least), most);
#else
    const qsigned larger = v > least;
    const qreal above = (qreal)((larger & (qsigned)v) | (~larger & (qsigned)least));
    const qsigned smaller = above < most;
    return (qreal)((smaller & (qsigned)above) | (~smaller & (qsigned)most));
#endif
}

/* The bounds before the zero point is added, in vectors. */
struct qlimits {
    qreal least, most;
    qint zero;
};

static inline struct qlimits qlimits_of(const struct qscale *q)
{
    const struct qlimits l = {qreal_all((float)(q->low - q->zero)), qreal_all((float)(q->high - q->zero)),
                              (uint32_t)q->zero - (qint){0}};
    return l;
}

/* v, bounded, as nearest_i32 rounds it, plus the zero point: its low byte is the result. */
static inline qint qnearest(qreal v, const struct qlimits *l)
{
    return (qint)(qreal_bound(v, l->least, l->most) + qreal_all(12582912.0f)) + l->zero;
}

static inline qbytes qround(qreal v, const struct qlimits *l)
{
    const qint rounded = qnearest(v, l);
#if QLANES == 16
    return __builtin_convertvector(rounded, qbytes);
#elif QLANES == 8
    typedef int32_t wide __attribute__((vector_size(32)));
    typedef int16_t words __attribute__((vector_size(16)));
    typedef int32_t half __attribute__((vector_size(16)));
    typedef int8_t bytes __attribute__((vector_size(16)));
    const wide low = (wide)(rounded & 255);
    half parts[2];
    memcpy(parts, &low, sizeof parts);
    const words packed = (words)__builtin_ia32_packssdw128(parts[0], parts[1]);
    const bytes all = (bytes)__builtin_ia32_packuswb128(packed, packed);
    qbytes result;
    memcpy(&result, &all, sizeof result);
    return result;
#else
    typedef int32_t wide __attribute__((vector_size(16)));
    typedef int16_t words __attribute__((vector_size(16)));
    const wide low = (wide)(rounded & 255);
    const words packed = (words)__builtin_ia32_packssdw128(low, low);
    const wide all = (wide)__builtin_ia32_packuswb128(packed, packed);
    qbytes result;
    memcpy(&result, &all, sizeof result);
    return result;
#endif
}

/* requantize for QLANES sums and multipliers. */
static inline qbytes qrequantize(qint sums, qreal multipliers, const struct qlimits *l)
{
    return qround(__builtin_convertvector((qsigned)sums, qreal) * multipliers, l);
}

/* Of columns [column, column + QLANES). */
static inline qreal qmultipliers(const struct qscale *q, size_t column)
{
    if (q->step) return *(const qreal_at *)(q->multiplier + column);
    return qreal_all(*q->multiplier);
}
#endif

#if QLANES == 16
/* sums + four products of bytes each: x unsigned, w signed. */
static inline qint qint_dot(qint sums, qint x, qint w)
{
    typedef int32_t ints __attribute__((vector_size(64)));
#if VEC_HAS(__builtin_ia32_vpdpbusd512)
    return (qint)__builtin_ia32_vpdpbusd512((ints)sums, (ints)x, (ints)w);
#else
    return (qint)__builtin_ia32_vpdpbusd_v16si((ints)sums, (ints)x, (ints)w);
#endif
}
#endif

/* y[rows][columns], bytes if there is a scale, or int32. The fours that a run ends with are read whole. */
struct qtile {
    const uint8_t *x;        /* the first run of the first row */
    const int8_t *w;
    const int32_t *start;    /* [columns], added to the sums; or NULL */
    void *y;
    size_t x_step, x_line;   /* from row to row, and from each `line` rows to the next */
    size_t y_step;           /* from row to row */
    const int32_t *runs;     /* of a row: where they start, from the first one on */
    int32_t n_runs, run;     /* how many, and bytes of each */
    int32_t line, rows, columns;
    struct qscale scale;     /* without multipliers: y is int32 */
};

/* Fours in a row. */
static inline size_t qtile_depth(const struct qtile *t)
{
    return ((size_t)t->run + 3) / 4 * (size_t)t->n_runs;
}

/* Where rows [r, r + count) are. */
static void qtile_places(const struct qtile *t, size_t r, size_t count, const uint8_t **places)
{
    const uint32_t line = (uint32_t)r / (uint32_t)t->line;
    uint32_t at = (uint32_t)r - line * (uint32_t)t->line;
    size_t offset = line * t->x_line + at * t->x_step;
    for (size_t i = 0; i < count; i++, offset += t->x_step) {
        if (at++ == (uint32_t)t->line) {
            at = 1;
            offset += t->x_line - (size_t)t->line * t->x_step;
        }
        places[i] = t->x + offset;
    }
}

/* One sum of row r, column c. */
static inline void qtile_store(const struct qtile *t, size_t r, size_t c, uint32_t sum)
{
    const struct qscale *q = &t->scale;
    const int32_t acc = (int32_t)(sum + (t->start ? (uint32_t)t->start[c] : 0));
    if (q->multiplier)
        ((uint8_t *)t->y)[r * t->y_step + c] = requantize(acc, q->multiplier[c * (size_t)q->step], q->zero, q->low,
                                                          q->high);
    else ((int32_t *)t->y)[r * t->y_step + c] = acc;
}

/* Where the weights of column c are, and their distance from four to four. */
static inline const int8_t *qtile_column(const struct qtile *t, size_t c, size_t *step)
{
    const size_t panel = c & ~(size_t)15, left = (size_t)t->columns - panel;
    *step = left < 16 ? 4 * left : 64;
    return t->w + panel * 4 * qtile_depth(t) + 4 * (c - panel);
}

/* Column c of rows [r, r + 4), with its weights. */
static void qtile_rows4(const struct qtile *t, size_t r, size_t c, const int8_t *w, size_t step)
{
    const uint8_t *x[4];
    uint32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    qtile_places(t, r, 4, x);
    for (int32_t i = 0; i < t->n_runs; i++) {
        const size_t at = (size_t)t->runs[i];
        const uint8_t *a0 = x[0] + at, *a1 = x[1] + at, *a2 = x[2] + at, *a3 = x[3] + at;
        for (size_t k = 0; k < (size_t)t->run; w += step)
            for (size_t four = 0; four < 4; four++, k++) {
                const int32_t v = w[four];
                s0 += (uint32_t)(a0[k] * v);
                s1 += (uint32_t)(a1[k] * v);
                s2 += (uint32_t)(a2[k] * v);
                s3 += (uint32_t)(a3[k] * v);
            }
    }
    qtile_store(t, r, c, s0);
    qtile_store(t, r + 1, c, s1);
    qtile_store(t, r + 2, c, s2);
    qtile_store(t, r + 3, c, s3);
}

/* Column c of row r. */
static void qtile_row(const struct qtile *t, size_t r, size_t c, const int8_t *w, size_t step)
{
    const uint8_t *x;
    uint32_t sum = 0;
    qtile_places(t, r, 1, &x);
    for (int32_t i = 0; i < t->n_runs; i++) {
        const uint8_t *a = x + t->runs[i];
        for (int32_t k = 0; k < t->run; k += 4, a += 4, w += step)
            for (size_t four = 0; four < 4; four++) sum += (uint32_t)(a[four] * w[four]);
    }
    qtile_store(t, r, c, sum);
}

#if QLANES > 1
/* QPART columns are in a vector of weights as they are multiplied. */
#if QLANES == 16
#define QPART 16
typedef qint qweights;

static inline qweights qtile_weights(const int8_t *w)
{
    return *(const qint_at *)w;
}

static inline qweights qtile_some_weights(const int8_t *w, uint16_t mask)
{
    typedef int32_t ints __attribute__((vector_size(64)));
    return (qint)__builtin_ia32_loaddqusi512_mask((const void *)w, (ints){0}, mask);
}

/* Four bytes of x for all columns. */
static inline qweights qtile_four(const uint8_t *x)
{
    uint32_t four;
    memcpy(&four, x, sizeof four);
    return four - (qint){0};
}

#define qtile_add(sum, x, w) qint_dot(sum, x, w)
#else
#define QPART (QLANES / 2)
typedef int16_t qweights __attribute__((vector_size(4 * QLANES)));
typedef uint8_t qtile_quads __attribute__((vector_size(2 * QLANES)));
typedef int8_t qtile_packed __attribute__((vector_size(2 * QLANES)));
typedef uint32_t qtile_fours __attribute__((vector_size(2 * QLANES)));

static inline qweights qtile_weights(const int8_t *w)
{
    qtile_packed bytes;
    memcpy(&bytes, w, sizeof bytes);
#if QLANES == 8 && VEC_HAS(__builtin_ia32_pmovsxbw256)
    typedef char chars __attribute__((vector_size(16)));
    return (qweights)__builtin_ia32_pmovsxbw256((chars)bytes);
#else
    return __builtin_convertvector(bytes, qweights);
#endif
}

static inline qweights qtile_four(const uint8_t *x)
{
    uint32_t four;
    memcpy(&four, x, sizeof four);
    const qtile_quads bytes = (qtile_quads)(four - (qtile_fours){0});
#if QLANES == 8 && VEC_HAS(__builtin_ia32_pmovzxbw256)
    typedef char chars __attribute__((vector_size(16)));
    return (qweights)__builtin_ia32_pmovzxbw256((chars)bytes);
#else
    return __builtin_convertvector(bytes, qweights);
#endif
}

/* Two sums for a column, of two products each. */
static inline qint qtile_add(qint sum, qweights x, qweights w)
{
#if QLANES == 8
    return sum + (qint)__builtin_ia32_pmaddwd256(x, w);
#else
    return sum + (qint)__builtin_ia32_pmaddwd128(x, w);
#endif
}

static inline qint qtile_join(qint a, qint b)
{
#if QLANES == 8 && VEC_HAS(__builtin_shufflevector)
    return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14) +
           __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15);
#elif QLANES == 8
    return __builtin_shuffle(a, b, (qint){0, 2, 4, 6, 8, 10, 12, 14}) +
           __builtin_shuffle(a, b, (qint){1, 3, 5, 7, 9, 11, 13, 15});
#elif VEC_HAS(__builtin_shufflevector)
    return __builtin_shufflevector(a, b, 0, 2, 4, 6) + __builtin_shufflevector(a, b, 1, 3, 5, 7);
#else
    return __builtin_shuffle(a, b, (qint){0, 2, 4, 6}) + __builtin_shuffle(a, b, (qint){1, 3, 5, 7});
#endif
}
#endif

/* Sums of `rows` rows from `row` on, and of `vectors` vectors of columns from `column` on, go to y. Apart from the
 * tiles, whose registers are all taken. */
QFUNCTION static void qtile_keep(const struct qtile *t, const qint *sums, size_t row, size_t column, size_t rows,
                                 size_t vectors)
{
    const struct qlimits limits = qlimits_of(&t->scale);
    const float *const multiplier = t->scale.multiplier;
    const size_t size = multiplier ? 1 : sizeof(int32_t), y_step = t->y_step * size;
    uint8_t *y = (uint8_t *)t->y + row * y_step + column * size;
    for (size_t v = 0; v < vectors; v++, column += QLANES, y += QLANES * size) {
        const qint *sum = sums + v, *const end = sum + rows * vectors;
        uint8_t *to = y;
        qint start = {0};
        qreal multipliers = {0};
#if QLANES == 16
        typedef int32_t ints __attribute__((vector_size(64)));
        typedef char chars __attribute__((vector_size(16)));
        const size_t left = (size_t)t->columns - column;
        const uint16_t mask = (uint16_t)(left < 16 ? (1U << left) - 1 : 0xFFFF);
        if (t->start) start = qtile_some_weights((const void *)(t->start + column), mask);
        if (multiplier && (mask == 0xFFFF || !t->scale.step)) multipliers = qmultipliers(&t->scale, column);
        else if (multiplier) multipliers = (qreal)qtile_some_weights((const void *)(multiplier + column), mask);
        if (!multiplier)
            for (; sum < end; sum += vectors, to += y_step)
                __builtin_ia32_storedqusi512_mask((void *)to, (ints)(*sum + start), mask);
        else if (mask == 0xFFFF)
            for (; sum < end; sum += vectors, to += y_step)
                *(qbytes_at *)to = qrequantize(*sum + start, multipliers, &limits);
        else
            for (; sum < end; sum += vectors, to += y_step)
                __builtin_ia32_storedquqi128_mask((void *)to, (chars)qrequantize(*sum + start, multipliers, &limits),
                                                  mask);
#else
        if (t->start) start = *(const qint_at *)(t->start + column);
        if (multiplier) multipliers = qmultipliers(&t->scale, column);
        for (; sum < end; sum += vectors, to += y_step)
            if (multiplier) *(qbytes_at *)to = qrequantize(*sum + start, multipliers, &limits);
            else *(qint_at *)to = *sum + start;
#endif
    }
}

/* A function for tiles of R rows and C vectors: sums and the places of rows are named variables, since compilers keep
 * arrays of them in memory. DO(r, c) is written out for every sum. */
#define QTILE_EACH_1(DO, LAST, r) LAST(r, 0)
#define QTILE_EACH_2(DO, LAST, r) DO(r, 0) LAST(r, 1)
#define QTILE_EACH_3(DO, LAST, r) DO(r, 0) DO(r, 1) LAST(r, 2)
#define QTILE_ROWS_1(DO, C) DO(0, C)
#define QTILE_ROWS_2(DO, C) QTILE_ROWS_1(DO, C) DO(1, C)
#define QTILE_ROWS_4(DO, C) QTILE_ROWS_2(DO, C) DO(2, C) DO(3, C)
#define QTILE_ROWS_7(DO, C) QTILE_ROWS_4(DO, C) DO(4, C) DO(5, C) DO(6, C)
#define QTILE_ROWS_8(DO, C) QTILE_ROWS_7(DO, C) DO(7, C)
#define QTILE_ZERO(r, c) qint sum##r##c = zero;
#define QTILE_BEGIN(r, C) const uint8_t *const x##r = places[r]; QTILE_EACH_##C(QTILE_ZERO, QTILE_ZERO, r)
#define QTILE_ADD(r, c) sum##r##c = qtile_add(sum##r##c, four, w##c);
#define QTILE_FOUR(r, C) { const qweights four = qtile_four(x##r + k); QTILE_EACH_##C(QTILE_ADD, QTILE_ADD, r) }

#if QLANES == 16
/* Which of the panels behind that of a column is asked for while the column is computed: the one so many further, of
 * the next columns, if it is there. */
static inline size_t qtile_ahead(const struct qtile *t, size_t panels, size_t column)
{
    return panels < 6 && column + 16 * panels + 16 <= (size_t)t->columns ? panels : 0;
}

/* Columns [c, c + 16 * C), of which there are fewer in the last panel. */
#define QTILE_WEIGHTS(r, c) const qweights w##c = qtile_weights(w + (c) * panel);
#define QTILE_LAST_WEIGHTS(r, c) const qweights w##c = qtile_some_weights(last, mask);
#define QTILE_SUM(r, c) sum##r##c,
#define QTILE_SUMS(r, C) QTILE_EACH_##C(QTILE_SUM, QTILE_SUM, r)
#define QTILE_FUNCTION(R, C) \
QFUNCTION static void qtile_##R##x##C(const struct qtile *t, size_t row, size_t column) \
{ \
    const qint zero = {0}; \
    const uint8_t *places[R]; \
    qtile_places(t, row, R, places); \
    const size_t run = (size_t)t->run, panel = 64 * qtile_depth(t), left = (size_t)t->columns - column - 16 * (C - 1); \
    const uint16_t mask = (uint16_t)(left < 16 ? (1U << left) - 1 : 0xFFFF); \
    const int8_t *w = t->w + column / 16 * panel, *last = w + (C - 1) * panel; \
    const size_t step = left < 16 ? 4 * left : 64, ahead = qtile_ahead(t, row / R + C, column) * panel; \
    QTILE_ROWS_##R(QTILE_BEGIN, C) \
    for (const int32_t *at = t->runs, *const behind = at + t->n_runs; at < behind; at++) \
        for (size_t k = (size_t)*at, end = k + run; k < end; k += 4, w += 64, last += step) { \
            QTILE_EACH_##C(QTILE_WEIGHTS, QTILE_LAST_WEIGHTS, 0) \
            __builtin_prefetch(w + ahead, 0, 2); \
            QTILE_ROWS_##R(QTILE_FOUR, C) \
        } \
    (void)w; \
    const qint sums[] = {QTILE_ROWS_##R(QTILE_SUMS, C)}; \
    qtile_keep(t, sums, row, column, R, C); \
}
#define QTILE_FUNCTIONS(R) QTILE_FUNCTION(R, 1) QTILE_FUNCTION(R, 2) QTILE_FUNCTION(R, 3)
#define QTILE_NAMES(R) [R] = {qtile_##R##x1, qtile_##R##x2, qtile_##R##x3}
#define QTILE_WIDTHS 3
#else
/* Columns [c, c + QLANES). */
#define QTILE_WEIGHTS(r, c) const qweights w##c = qtile_weights(w + (c) * 4 * QPART);
#define QTILE_SUMS(r, C) qtile_join(sum##r##0, sum##r##1),
#define QTILE_FUNCTION(R, C) \
static void qtile_##R##x##C(const struct qtile *t, size_t row, size_t column) \
{ \
    const qint zero = {0}; \
    const uint8_t *places[R]; \
    qtile_places(t, row, R, places); \
    const size_t run = (size_t)t->run; \
    size_t step; \
    const int8_t *w = qtile_column(t, column, &step); \
    QTILE_ROWS_##R(QTILE_BEGIN, C) \
    for (const int32_t *at = t->runs, *const behind = at + t->n_runs; at < behind; at++) \
        for (size_t k = (size_t)*at, end = k + run; k < end; k += 4, w += step) { \
            QTILE_EACH_##C(QTILE_WEIGHTS, QTILE_WEIGHTS, 0) \
            QTILE_ROWS_##R(QTILE_FOUR, C) \
        } \
    const qint sums[] = {QTILE_ROWS_##R(QTILE_SUMS, C)}; \
    qtile_keep(t, sums, row, column, R, 1); \
}
#define QTILE_FUNCTIONS(R) QTILE_FUNCTION(R, 2)
#define QTILE_NAMES(R) [R] = {qtile_##R##x2}
#define QTILE_WIDTHS 1
#endif
QTILE_FUNCTIONS(1)
QTILE_FUNCTIONS(2)
QTILE_FUNCTIONS(4)
#if QLANES == 16
#define QTILE_ROWS 8
QTILE_FUNCTIONS(7)
QTILE_FUNCTIONS(8)
#else
#define QTILE_ROWS 4
#endif

/* By rows, and vectors - 1. */
static void (*const qtiles[][QTILE_WIDTHS])(const struct qtile *t, size_t row, size_t column) = {
    QTILE_NAMES(1), QTILE_NAMES(2), QTILE_NAMES(4),
#if QTILE_ROWS == 8
    QTILE_NAMES(7), QTILE_NAMES(8),
#endif
};

/* All columns that vectors can take up; returns how many. The last rows may be computed twice: of two heights of tiles
 * that one is taken which needs no more of them and computes fewer. */
static size_t qtile_vectors(const struct qtile *t)
{
    const size_t rows = (size_t)t->rows, columns = (size_t)t->columns,
                 end = QLANES == 16 ? columns : columns - columns % QLANES;
    const size_t height = QTILE_ROWS == 8 && rows <= (rows + 7) / 8 * 7 ? 7 : QTILE_ROWS;
    size_t vectors;
    for (size_t c = 0; c < end; c += vectors * QLANES) {
        const size_t left = (end - c + QLANES - 1) / QLANES;
        vectors = left < QTILE_WIDTHS ? left : left == 4 && QTILE_WIDTHS > 1 ? 2 : QTILE_WIDTHS;
        size_t r = 0;
        for (; r + height <= rows; r += height) qtiles[height][vectors - 1](t, r, c);
        if (r < rows && r > 0) {
            qtiles[height][vectors - 1](t, rows - height, c);
            continue;
        }
        for (size_t few = 4; r < rows; few /= 2)
            if (r + few <= rows) {
                qtiles[few][vectors - 1](t, r, c);
                r += few;
            }
    }
    return end;
}
#else
#define qtile_vectors(t) 0
#endif

static void qtile(const struct qtile *t)
{
    const size_t rows = (size_t)t->rows;
    for (size_t c = qtile_vectors(t); c < (size_t)t->columns; c++) {
        size_t r = 0, step;
        const int8_t *w = qtile_column(t, c, &step);
        for (; r + 4 <= rows; r += 4) qtile_rows4(t, r, c, w, step);
        for (; r < rows; r++) qtile_row(t, r, c, w, step);
    }
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

/* The output positions [low, high) along one dimension whose tap lies inside of the image: there
 * 0 <= out * stride + shift < in. */
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

/* The first pixel along a line of y whose window lies inside the image, and the one behind the last:
 * low == high if there is none. */
static inline struct reach whole_windows(const struct window *p)
{
    struct reach first = reach_of(-p->pad_w, p->stride_w, p->in_w, p->out_w);
    const struct reach last = reach_of((p->kernel_w - 1) * p->dilation_w - p->pad_w, p->stride_w, p->in_w, p->out_w);
    first.high = first.high < last.high ? first.high : last.high;
    return first.low < first.high ? first : (struct reach){0, 0};
}

/* A place in a window or an image. */
struct position {
    int32_t d, h, w;
};

static inline struct position position_of(size_t index, int32_t height, int32_t width)
{
    const size_t row = index / (size_t)width;
    const struct position p = {(int32_t)(row / (size_t)height), (int32_t)(row % (size_t)height),
                               (int32_t)(index % (size_t)width)};
    return p;
}

/* y[batch][cols][rows] = x[batch][rows][cols], in square tiles, so that a cache line fetched for one row serves the
 * rows beside it. Of three rows, as pictures have them, an element each in turn. */
static void transpose_b1(const void *x, void *y, int32_t batch, int32_t rows, int32_t cols)
{
    const size_t tile = 16, m = (size_t)rows, n = (size_t)cols;
    for (size_t b = 0; b < (size_t)batch; b++) {
        uint8_t const *from = (uint8_t const *)x + b * m * n;
        uint8_t *to = (uint8_t *)y + b * m * n;
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
    return select_vec(a != a, a, vec_max(a, b));
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

struct qchannelwise {
    int32_t batch, channels;
    int32_t x_zero, x_signed;  /* of x; are its bytes signed: 1 or 0 */
    int32_t multiplier_step;   /* 1 for a multiplier per channel, 0 for one in all */
};

/* The pixels that `pixels` neighbours of y see alike: some taps of the window, of all channels. */
struct qtaps {
    const uint8_t *x;         /* what the first tap sees of the first pixel */
    const int8_t *w;          /* the first tap's */
    const int32_t *start;     /* the bias, or NULL */
    uint8_t *y;
    int32_t count[3];         /* taps along each dimension */
    size_t x_step[3], w_step[3], x_pixel; /* between taps, and from pixel to pixel */
    int32_t pixels, channels, x_zero; /* of x with inverted sign bits */
    uint32_t flip;            /* 0 or 128 */
    struct qscale scale;
};

/* Channel c of pixel r. */
static void qtaps_one(const struct qtaps *t, size_t r, size_t c)
{
    uint32_t sum = t->start ? (uint32_t)t->start[c] : 0;
    for (size_t i = 0; i < (size_t)t->count[0]; i++)
        for (size_t j = 0; j < (size_t)t->count[1]; j++) {
            const uint8_t *x = t->x + r * t->x_pixel + i * t->x_step[0] + j * t->x_step[1] + c;
            const int8_t *w = t->w + i * t->w_step[0] + j * t->w_step[1] + c;
            for (int32_t k = t->count[2]; k > 0; k--, x += t->x_step[2], w += t->w_step[2])
                sum += (uint32_t)(((int32_t)(*x ^ t->flip) - t->x_zero) * *w);
        }
    const struct qscale *q = &t->scale;
    t->y[r * (size_t)t->channels + c] = requantize((int32_t)sum, q->multiplier[c * (size_t)q->step], q->zero, q->low,
                                                   q->high);
}

#if QLANES > 1
/* The product of bytes in the low halves of a and of b, whose high halves are zeros in a. */
static inline qint qtaps_product(qint a, qint b)
{
#if QLANES == 16 && VEC_HAS(__builtin_ia32_pmaddwd512)
    typedef int16_t words __attribute__((vector_size(64)));
    return (qint)__builtin_ia32_pmaddwd512((words)a, (words)b);
#elif QLANES == 16 && VEC_HAS(__builtin_ia32_pmaddwd512_mask)
    typedef int16_t words __attribute__((vector_size(64)));
    typedef int32_t ints __attribute__((vector_size(64)));
    return (qint)__builtin_ia32_pmaddwd512_mask((words)a, (words)b, (ints)a, 0xFFFF);
#elif QLANES == 8
    typedef int16_t words __attribute__((vector_size(32)));
    return (qint)__builtin_ia32_pmaddwd256((words)a, (words)b);
#elif QLANES == 4
    typedef int16_t words __attribute__((vector_size(16)));
    return (qint)__builtin_ia32_pmaddwd128((words)a, (words)b);
#else
    return a * b;
#endif
}

/* Widened as unsigned bytes with inverted sign bits: gcc 12 takes signed ones apart. */
static inline qint qtaps_weights(const int8_t *w)
{
    const qbytes bytes = *(const qbytes_at *)w ^ 128;
    return __builtin_convertvector(bytes, qint) - 128;
}

static inline qint qtaps_pixel(const uint8_t *x, qbytes flips)
{
    const qbytes bytes = *(const qbytes_at *)x ^ flips;
    return __builtin_convertvector(bytes, qint);
}

/* Channels [c, c + QLANES) of R pixels from r on. */
#define QTAPS_ROWS_1(DO) DO(0)
#define QTAPS_ROWS_4(DO) DO(0) DO(1) DO(2) DO(3)
#define QTAPS_BEGIN(i) qint sum##i = begin;
#define QTAPS_ADD(i) sum##i += qtaps_product(qtaps_pixel(x + (i) * t->x_pixel, flips), weights);
#define QTAPS_END(i) *(qbytes_at *)(y + (i) * channels) = qrequantize(sum##i - correction, multipliers, &limits);
#define QTAPS_FUNCTION(R) \
QFUNCTION static void qtaps_##R(const struct qtaps *t, size_t r, size_t c) \
{ \
    const qint zero = {0}; \
    qint begin = zero; \
    if (t->start) begin = *(const qint_at *)(t->start + c); \
    const qbytes flips = (uint8_t)t->flip - (qbytes){0}; \
    const size_t channels = (size_t)t->channels; \
    qint sum_w = zero; \
    QTAPS_ROWS_##R(QTAPS_BEGIN) \
    for (size_t i = 0; i < (size_t)t->count[0]; i++) \
        for (size_t j = 0; j < (size_t)t->count[1]; j++) { \
            const uint8_t *x = t->x + r * t->x_pixel + i * t->x_step[0] + j * t->x_step[1] + c; \
            const int8_t *w = t->w + i * t->w_step[0] + j * t->w_step[1] + c; \
            for (int32_t k = t->count[2]; k > 0; k--, x += t->x_step[2], w += t->w_step[2]) { \
                const qint weights = qtaps_weights(w); \
                sum_w += weights; \
                QTAPS_ROWS_##R(QTAPS_ADD) \
            } \
        } \
    const qint correction = sum_w * (uint32_t)t->x_zero; \
    const qreal multipliers = qmultipliers(&t->scale, c); \
    const struct qlimits limits = qlimits_of(&t->scale); \
    uint8_t *const y = t->y + r * channels + c; \
    QTAPS_ROWS_##R(QTAPS_END) \
}
QTAPS_FUNCTION(1)
QTAPS_FUNCTION(4)

/* All channels that vectors can take up; returns how many. The last vector may overlap the one before. */
static size_t qtaps_vectors(const struct qtaps *t)
{
    const size_t channels = (size_t)t->channels, pixels = (size_t)t->pixels;
    if (channels < QLANES) return 0;
    for (size_t next = 0; next < channels; next += QLANES) {
        const size_t c = next + QLANES <= channels ? next : channels - QLANES;
        size_t r = 0;
        for (; r + 4 <= pixels; r += 4) qtaps_4(t, r, c);
        for (; r < pixels; r++) qtaps_1(t, r, c);
    }
    return channels;
}
#else
#define qtaps_vectors(t) 0
#endif

static void qtaps(const struct qtaps *t)
{
    for (size_t c = qtaps_vectors(t); c < (size_t)t->channels; c++)
        for (size_t r = 0; r < (size_t)t->pixels; r++) qtaps_one(t, r, c);
}

#if QLANES == 16
/* 64 channels of a pixel at a time: bytes of four taps are interleaved, so that one instruction multiplies and adds
 * four taps of 16 channels. Interleaving works within 16 bytes, so the channels of a register are 0..3, 16..19, 32..35,
 * 48..51, those of the next one 4..7, 20..23 and so on; starts and multipliers are laid out likewise, and packing the
 * results puts them in order again. Taps outside of the image see the zero point. */
enum { QFOURS = 7 }; /* fours of taps at most */

typedef uint8_t qbytes64 __attribute__((vector_size(64)));
typedef uint8_t qbytes64_at __attribute__((vector_size(64), aligned(1), may_alias));
typedef int16_t qwords64 __attribute__((vector_size(64)));
typedef int32_t qints64 __attribute__((vector_size(64)));

struct qfours {
    qbytes64 w[QFOURS][4]; /* interleaved */
    qint start[4];
    qreal multipliers[4];
    qbytes64 outside, flips;
    size_t at[4 * QFOURS]; /* of each tap, from the first one on */
    int32_t fours, taps;
};

#define QPAIRS_8(i) \
    (i), 64 + (i), 1 + (i), 65 + (i), 2 + (i), 66 + (i), 3 + (i), 67 + (i), \
    4 + (i), 68 + (i), 5 + (i), 69 + (i), 6 + (i), 70 + (i), 7 + (i), 71 + (i)
#define QPAIRS_4(i) (i), 32 + (i), 1 + (i), 33 + (i), 2 + (i), 34 + (i), 3 + (i), 35 + (i)
#if VEC_HAS(__builtin_ia32_punpcklbw512_mask)
typedef char qchars64 __attribute__((vector_size(64)));
#define QLOW_BYTES(a, b) (qwords64)__builtin_ia32_punpcklbw512_mask((qchars64)(a), (qchars64)(b), (qchars64)(a), ~0ULL)
#define QHIGH_BYTES(a, b) (qwords64)__builtin_ia32_punpckhbw512_mask((qchars64)(a), (qchars64)(b), (qchars64)(a), ~0ULL)
#define QLOW_WORDS(a, b) (qbytes64)__builtin_ia32_punpcklwd512_mask(a, b, a, ~0U)
#define QHIGH_WORDS(a, b) (qbytes64)__builtin_ia32_punpckhwd512_mask(a, b, a, ~0U)
#define QPACK_INTS(a, b) (qwords64)__builtin_ia32_packssdw512_mask((qints64)(a), (qints64)(b), (qwords64)(a), ~0U)
#define QPACK_WORDS(a, b) (qbytes64)__builtin_ia32_packuswb512_mask(a, b, (qchars64)(a), ~0ULL)
#else
#define QLOW_BYTES(a, b) (qwords64)__builtin_shufflevector(a, b, QPAIRS_8(0), QPAIRS_8(16), QPAIRS_8(32), QPAIRS_8(48))
#define QHIGH_BYTES(a, b) (qwords64)__builtin_shufflevector(a, b, QPAIRS_8(8), QPAIRS_8(24), QPAIRS_8(40), QPAIRS_8(56))
#define QLOW_WORDS(a, b) (qbytes64)__builtin_shufflevector(a, b, QPAIRS_4(0), QPAIRS_4(8), QPAIRS_4(16), QPAIRS_4(24))
#define QHIGH_WORDS(a, b) (qbytes64)__builtin_shufflevector(a, b, QPAIRS_4(4), QPAIRS_4(12), QPAIRS_4(20), QPAIRS_4(28))
#define QPACK_INTS(a, b) (qwords64)__builtin_ia32_packssdw512((qints64)(a), (qints64)(b))
#define QPACK_WORDS(a, b) (qbytes64)__builtin_ia32_packuswb512(a, b)
#endif

#define QINTERLEAVE(b0, b1, b2, b3) \
    const qwords64 low01 = QLOW_BYTES(b0, b1), high01 = QHIGH_BYTES(b0, b1), \
                   low23 = QLOW_BYTES(b2, b3), high23 = QHIGH_BYTES(b2, b3); \
    const qbytes64 v0 = QLOW_WORDS(low01, low23), v1 = QHIGH_WORDS(low01, low23), \
                   v2 = QLOW_WORDS(high01, high23), v3 = QHIGH_WORDS(high01, high23);

/* 64 weights of a tap; those of all channels over and over where there are fewer. */
QFUNCTION static qbytes64 qfours_weights(const int8_t *w, size_t channels)
{
    qbytes64 bytes;
    if (channels >= 64) return (qbytes64)*(const qbytes64_at *)w;
    for (size_t i = 0; i < 64; i += channels) memcpy((char *)&bytes + i, w, channels);
    return bytes;
}

/* What follows from the weights of channels [c, c + 64), or of all if they divide 64: t is the same for all of them. */
QFUNCTION static void qfours_begin(struct qfours *f, const struct qtaps *t, size_t c)
{
    const qbytes64 zeros = {0};
    const size_t channels = (size_t)t->channels, last = channels < 64 ? channels - 1 : 63;
    int32_t starts[64];
    float multipliers[64];
    for (size_t i = 0; i < 64; i++) {
        starts[i] = t->start ? t->start[c + (i & last)] : 0;
        multipliers[i] = t->scale.multiplier[(c + (i & last)) * (size_t)t->scale.step];
    }
    for (size_t v = 0; v < 4; v++)
        for (size_t lane = 0; lane < 4; lane++) {
            memcpy((char *)&f->start[v] + 16 * lane, starts + 16 * lane + 4 * v, 16);
            memcpy((char *)&f->multipliers[v] + 16 * lane, multipliers + 16 * lane + 4 * v, 16);
        }
    const uint32_t byte = (uint32_t)t->x_zero & 255;
    const qint x_zero = byte * 0x01010101 - (qint){0};
    f->outside = (uint8_t)(byte ^ t->flip) - zeros;
    f->flips = (uint8_t)t->flip - zeros;
    for (int32_t i = 0; i < f->fours; i++) {
        qbytes64 b[4];
        for (int32_t j = 0; j < 4; j++) {
            const size_t tap = (size_t)(4 * i + j);
            b[j] = 4 * i + j < f->taps ? qfours_weights(t->w + tap * channels + c, channels) : zeros;
        }
        QINTERLEAVE(b[0], b[1], b[2], b[3])
        f->w[i][0] = v0;
        f->w[i][1] = v1;
        f->w[i][2] = v2;
        f->w[i][3] = v3;
        for (int32_t v = 0; v < 4; v++) f->start[v] -= qint_dot((qint){0}, x_zero, (qint)f->w[i][v]);
    }
}

static inline qint qfours_bytes(qint sums, qreal multipliers, const struct qlimits *l)
{
    return qnearest(__builtin_convertvector((qsigned)sums, qreal) * multipliers, l) & 255;
}

/* 64 channels of a pixel that sees `taps` at these addresses. */
#define QFOURS_PIXEL(TAP) \
    qint sum0 = f->start[0], sum1 = f->start[1], sum2 = f->start[2], sum3 = f->start[3]; \
    for (int32_t i = 0; i < f->fours; i++) { \
        const qbytes64 b0 = TAP(4 * i) ^ f->flips, b1 = TAP(4 * i + 1) ^ f->flips, \
                       b2 = TAP(4 * i + 2) ^ f->flips, b3 = TAP(4 * i + 3) ^ f->flips; \
        QINTERLEAVE(b0, b1, b2, b3) \
        sum0 = qint_dot(sum0, (qint)v0, (qint)f->w[i][0]); \
        sum1 = qint_dot(sum1, (qint)v1, (qint)f->w[i][1]); \
        sum2 = qint_dot(sum2, (qint)v2, (qint)f->w[i][2]); \
        sum3 = qint_dot(sum3, (qint)v3, (qint)f->w[i][3]); \
    } \
    const qint y0 = qfours_bytes(sum0, f->multipliers[0], &limits), \
               y1 = qfours_bytes(sum1, f->multipliers[1], &limits); \
    const qint y2 = qfours_bytes(sum2, f->multipliers[2], &limits), \
               y3 = qfours_bytes(sum3, f->multipliers[3], &limits); \
    *(qbytes64_at *)y = QPACK_WORDS(QPACK_INTS(y0, y1), QPACK_INTS(y2, y3));

#define QFOURS_INSIDE(tap) *(const qbytes64_at *)(x + f->at[tap])
#define QFOURS_LISTED(tap) *(const qbytes64_at *)taps[tap]

/* `count` pixels whose windows lie inside the image. */
QFUNCTION static void qfours_inside(const struct qfours *f, const uint8_t *x, size_t step, uint8_t *y,
                                    size_t channels, int32_t count, const struct qscale *q)
{
    const struct qlimits limits = qlimits_of(q);
    for (; count > 0; count--, x += step, y += channels) {
        QFOURS_PIXEL(QFOURS_INSIDE)
    }
}

QFUNCTION static void qfours_listed(const struct qfours *f, const uint8_t *const *taps, uint8_t *y,
                                    const struct qscale *q)
{
    const struct qlimits limits = qlimits_of(q);
    QFOURS_PIXEL(QFOURS_LISTED)
}

/* The pixel at d, h, w (of the window's first tap), where x is the image from the channels on. */
static void qfours_border(const struct qfours *f, const uint8_t *x, size_t channels, int32_t d, int32_t h, int32_t w,
                          uint8_t *y, const struct window *p, const struct qscale *q)
{
    const uint8_t *taps[4 * QFOURS], *const outside = (const uint8_t *)&f->outside;
    for (int32_t i = 0; i < 4 * f->fours; i++) {
        const int32_t t = i % p->kernel_w, r = i / p->kernel_w;
        const int32_t at_w = w + t * p->dilation_w, at_h = h + r % p->kernel_h * p->dilation_h,
                      at_d = d + r / p->kernel_h * p->dilation_d;
        const bool inside = i < f->taps && at_w >= 0 && at_w < p->in_w && at_h >= 0 && at_h < p->in_h && at_d >= 0 &&
                            at_d < p->in_d;
        taps[i] = inside ? x + (((size_t)at_d * (size_t)p->in_h + (size_t)at_h) * (size_t)p->in_w + (size_t)at_w) *
                                   channels
                         : outside;
    }
    qfours_listed(f, taps, y, q);
}

/* Channels [c, c + 64) of an image. */
static void qfours_image(struct qfours *f, const struct qtaps *t, const uint8_t *x, uint8_t *y, size_t c,
                         const struct window *p, struct reach whole)
{
    const size_t channels = (size_t)t->channels;
    qfours_begin(f, t, c);
    x += c;
    y += c;
    for (int32_t i = 0; i < p->out_d * p->out_h; i++) {
        const int32_t d = i / p->out_h * p->stride_d - p->pad_d, h = i % p->out_h * p->stride_h - p->pad_h;
        const bool inside = d >= 0 && d + (p->kernel_d - 1) * p->dilation_d < p->in_d && h >= 0 &&
                            h + (p->kernel_h - 1) * p->dilation_h < p->in_h;
        for (int32_t k = 0; k < p->out_w; k++, y += channels) {
            const int32_t w = k * p->stride_w - p->pad_w;
            if (!inside || k < whole.low || k >= whole.high) {
                qfours_border(f, x, channels, d, h, w, y, p, &t->scale);
                continue;
            }
            const size_t first = (((size_t)d * (size_t)p->in_h + (size_t)h) * (size_t)p->in_w + (size_t)w) * channels;
            qfours_inside(f, x + first, t->x_pixel, y, channels, whole.high - k, &t->scale);
            y += (size_t)(whole.high - k - 1) * channels;
            k = whole.high - 1;
        }
    }
}

/* Where the taps are; those behind the last have no weights. False if there are too many. */
static bool qfours_places(struct qfours *f, const struct qtaps *t, const struct window *p)
{
    f->taps = p->kernel_d * p->kernel_h * p->kernel_w;
    f->fours = (f->taps + 3) / 4;
    for (int32_t i = 0; i < 4 * QFOURS; i++) {
        const size_t k = (size_t)(i % p->kernel_w), r = (size_t)(i / p->kernel_w), rows = (size_t)p->kernel_h;
        f->at[i] = i < f->taps ? r / rows * t->x_step[0] + r % rows * t->x_step[1] + k * t->x_step[2] : 0;
    }
    return f->taps <= 4 * QFOURS;
}

/* All of y, if there are enough channels. Channels that don't fill 64 overlap with others. */
static bool qconv_by_fours(struct qfours *f, const struct qtaps *t, const struct window *p, int32_t batch,
                           struct reach whole)
{
    const size_t channels = (size_t)t->channels, in_size = (size_t)p->in_d * (size_t)p->in_h * (size_t)p->in_w;
    const size_t out_size = (size_t)p->out_d * (size_t)p->out_h * (size_t)p->out_w;
    if (channels < 64 || !qfours_places(f, t, p)) return false;
    for (size_t i = 0; i < (size_t)batch; i++)
        for (size_t next = 0; next < channels; next += 64) {
            const size_t c = next + 64 <= channels ? next : channels - 64;
            qfours_image(f, t, t->x + i * in_size * channels, t->y + i * out_size * channels, c, p, whole);
        }
    return true;
}

/* Fewer channels: do those of some neighbours among the pixels fill 64 bytes, of x as of y? */
static bool qfours_fill(struct qfours *f, const struct qtaps *t, const struct window *p, struct reach whole)
{
    if (64 % t->channels || p->stride_w != 1 || (whole.high - whole.low) * t->channels < 64 || !qfours_places(f, t, p))
        return false;
    qfours_begin(f, t, 0);
    return true;
}

/* The pixels of t, which see all taps. The last ones may be computed twice. */
static void qfours_line(const struct qfours *f, const struct qtaps *t)
{
    const size_t bytes = (size_t)t->pixels * (size_t)t->channels, last = bytes - 64;
    qfours_inside(f, t->x, 64, t->y, 64, (int32_t)(bytes / 64), &t->scale);
    if (bytes % 64) qfours_inside(f, t->x + last, 64, t->y + last, 64, 1, &t->scale);
}
#else
struct qfours {
    int32_t taps;
};

#define qconv_by_fours(f, t, p, batch, whole) ((void)(f), false)
#define qfours_fill(f, t, p, whole) false
#define qfours_line(f, t) (void)0
#endif

/* y[batch][out pixels][channels] of x[batch][in pixels][channels] and w[taps][channels]; the bias may be NULL. */
static void qconv_channelwise(const void *x, const int8_t *w, const int32_t *bias, const float *multiplier,
                              int32_t zero, int32_t low, int32_t high, void *y, const struct window *p,
                              const struct qchannelwise *c)
{
    const size_t channels = (size_t)c->channels, line = channels * (size_t)p->in_w, plane = line * (size_t)p->in_h,
                 image = plane * (size_t)p->in_d;
    const size_t w_line = channels * (size_t)p->kernel_w, w_plane = w_line * (size_t)p->kernel_h,
                 lines = (size_t)p->out_d * (size_t)p->out_h;
    const struct reach whole = QLANES > 1 ? whole_windows(p) : (struct reach){0, 0};
    const uint32_t flip = c->x_signed ? 128 : 0;
    struct qtaps t = {.x = x,
                      .w = w,
                      .start = bias,
                      .y = y,
                      .x_step = {plane * (size_t)p->dilation_d, line * (size_t)p->dilation_h,
                                 channels * (size_t)p->dilation_w},
                      .w_step = {w_plane, w_line, channels},
                      .x_pixel = channels * (size_t)p->stride_w,
                      .channels = c->channels,
                      .x_zero = (int32_t)((uint32_t)c->x_zero ^ flip) & 255,
                      .flip = flip,
                      .scale = {multiplier, c->multiplier_step, zero, low, high}};
    struct qfours fours;
    if (qconv_by_fours(&fours, &t, p, c->batch, whole)) return;
    const bool fill = qfours_fill(&fours, &t, p, whole);
    for (size_t i = 0; i < (size_t)c->batch * lines; i++) {
        const struct position at = position_of(i % lines, p->out_h, 1);
        const int32_t d = at.d * p->stride_d - p->pad_d, h = at.h * p->stride_h - p->pad_h;
        const struct reach in_d = reach_of(d, p->dilation_d, p->in_d, p->kernel_d),
                           in_h = reach_of(h, p->dilation_h, p->in_h, p->kernel_h);
        t.count[0] = in_d.high - in_d.low;
        t.count[1] = in_h.high - in_h.low;
        for (int32_t k = 0; k < p->out_w; k += t.pixels) {
            const int32_t left = k * p->stride_w - p->pad_w;
            const bool inside = k >= whole.low && k < whole.high;
            const struct reach in_w = inside ? (struct reach){0, p->kernel_w}
                                             : reach_of(left, p->dilation_w, p->in_w, p->kernel_w);
            t.pixels = inside ? whole.high - k : 1;
            t.count[2] = in_w.high - in_w.low;
            t.x = x;
            t.w = w + (size_t)in_d.low * w_plane + (size_t)in_h.low * w_line + (size_t)in_w.low * channels;
            if (t.count[0] > 0 && t.count[1] > 0 && t.count[2] > 0)
                t.x += i / lines * image + (size_t)(d + in_d.low * p->dilation_d) * plane +
                       (size_t)(h + in_h.low * p->dilation_h) * line +
                       (size_t)(left + in_w.low * p->dilation_w) * channels;
            if (fill && inside && t.count[0] == p->kernel_d && t.count[1] == p->kernel_h) qfours_line(&fours, &t);
            else qtaps(&t);
            t.y += (size_t)t.pixels * channels;
        }
    }
}

/* y[n] = the largest of the bytes at the taps of a window. Sign bits of signed bytes are inverted by `flip`, 128. */
static void max_pool_bytes(const uint8_t *image, const struct taps *t, const struct window *p, uint8_t *y, size_t n,
                           uint32_t flip)
{
    size_t c = 0;
#if QLANES > 1
    typedef uint8_t bytes __attribute__((vector_size(QLANES == 4 ? 16 : 32)));
    typedef uint8_t bytes_at __attribute__((vector_size(QLANES == 4 ? 16 : 32), aligned(1), may_alias));
    const bytes flips = (uint8_t)flip - (bytes){0};
    while (c + sizeof flips <= n) {
        bytes most = {0};
        for (int32_t kd = t->d.low; kd < t->d.high; kd++)
            for (int32_t kh = t->h.low; kh < t->h.high; kh++) {
                const uint8_t *x = image + tap_row(p, t, kd, kh) * n + c;
                for (int32_t kw = t->w.low; kw < t->w.high; kw++, x += (size_t)p->dilation_w * n) {
                    const bytes v = *(const bytes_at *)x ^ flips, mask = (bytes)(v > most);
                    most = (v & mask) | (most & ~mask);
                }
            }
        *(bytes_at *)(y + c) = most ^ flips;
        c += sizeof flips;
        if (c < n && c + sizeof flips > n) c = n - sizeof flips;
    }
#endif
    for (; c < n; c++) {
        uint32_t most = 0;
        for (int32_t kd = t->d.low; kd < t->d.high; kd++)
            for (int32_t kh = t->h.low; kh < t->h.high; kh++) {
                const uint8_t *x = image + tap_row(p, t, kd, kh) * n + c;
                for (int32_t kw = t->w.low; kw < t->w.high; kw++, x += (size_t)p->dilation_w * n)
                    if ((*x ^ flip) > most) most = *x ^ flip;
            }
        y[c] = (uint8_t)(most ^ flip);
    }
}

/* max_pool of bytes for channels that are neighbours. A window that sees no pixel has the least result. */
static void max_pool_channelwise_bytes(const void *x, void *y, const struct window *p, int32_t batch, int32_t channels,
                                       int32_t is_signed)
{
    const size_t in_size = (size_t)p->in_d * (size_t)p->in_h * (size_t)p->in_w,
                 out_size = (size_t)p->out_d * (size_t)p->out_h * (size_t)p->out_w;
    const size_t n = (size_t)channels;
    const uint32_t flip = is_signed ? 128 : 0;
    uint8_t *to = y;
    for (size_t i = 0; i < (size_t)batch * out_size; i++, to += n) {
        const uint8_t *image = (const uint8_t *)x + i / out_size * in_size * n;
        const struct position at = position_of(i % out_size, p->out_h, p->out_w);
        const struct taps t = taps_at(p, at.d, at.h, at.w);
        if (taps_empty(&t)) memset(to, (int)flip, n);
        else max_pool_bytes(image, &t, p, to, n, flip);
    }
}

#if QLANES > 1
typedef uint8_t qbytes16 __attribute__((vector_size(16)));
typedef uint8_t qbytes16_at __attribute__((vector_size(16), aligned(1), may_alias));
#endif

/* to[n] = bytes with their sign bits inverted, or as they are (flip 0). */
static inline void qcopy(const uint8_t *from, uint8_t *to, size_t n, uint32_t flip)
{
    size_t i = 0;
#if QLANES > 1
    const qbytes16 flips = (uint8_t)(flip & 128) - (qbytes16){0};
    for (; i + 16 <= n; i += 16) *(qbytes16_at *)(to + i) = *(const qbytes16_at *)(from + i) ^ flips;
    if (i < n && n >= 16) {
        *(qbytes16_at *)(to + n - 16) = *(const qbytes16_at *)(from + n - 16) ^ flips;
        return;
    }
    const uint64_t eight_flips = (flip & 128) * UINT64_C(0x0101010101010101);
    if (i == 0 && n >= 8) {
        uint64_t first, last;
        memcpy(&first, from, sizeof first);
        memcpy(&last, from + n - 8, sizeof last);
        first ^= eight_flips;
        last ^= eight_flips;
        memcpy(to, &first, sizeof first);
        memcpy(to + n - 8, &last, sizeof last);
        return;
    }
    const uint32_t four_flips = (uint32_t)eight_flips;
    for (uint32_t four; i + 4 <= n; i += 4) {
        memcpy(&four, from + i, sizeof four);
        four ^= four_flips;
        memcpy(to + i, &four, sizeof four);
    }
#endif
    for (; i < n; i++) to[i] = (uint8_t)(from[i] ^ (flip & 128));
}

/* y[rows][cols] from a[rows][depth], both dense, and packed weights. */
struct qgemm_packed {
    int32_t rows, cols, depth;
    int32_t a_signed;        /* bytes of a are: 1 or 0 */
    int32_t multiplier_step; /* 1 for a multiplier per column of y, 0 for one in all */
    int32_t block;           /* rows that scratch has room for */
};

/* y as bytes: zero + (start + sums of products) * multiplier, rounded and within low..high; without multipliers,
 * start + sums as int32. Where a is unsigned and depth a multiple of 4, scratch may be NULL. */
static void qgemm_packed(const void *a, const int8_t *w, const int32_t *start, const float *multiplier, int32_t zero,
                         int32_t low, int32_t high, void *y, uint8_t *scratch, const struct qgemm_packed *p)
{
    const size_t depth = (size_t)p->depth, y_size = multiplier ? 1 : sizeof(int32_t);
    const struct qscale scale = {multiplier, p->multiplier_step, zero, low, high};
    const int32_t first = 0;
    struct qtile t = {.w = w,
                      .start = start,
                      .y_step = (size_t)p->cols,
                      .runs = &first,
                      .n_runs = 1,
                      .run = p->depth,
                      .line = INT32_MAX,
                      .columns = p->cols,
                      .scale = scale};
    for (int32_t row = 0; row < p->rows; row += p->block) {
        const uint8_t *from = (const uint8_t *)a + (size_t)row * depth;
        t.rows = p->rows - row < p->block ? p->rows - row : p->block;
        t.y = (uint8_t *)y + (size_t)row * (size_t)p->cols * y_size;
        t.x = from;
        t.x_step = depth;
        if (scratch) {
            t.x = scratch;
            t.x_step = (depth + 3) / 4 * 4;
            for (size_t r = 0; r < (size_t)t.rows; r++, from += depth) {
                qcopy(from, scratch + r * t.x_step, depth, p->a_signed ? 128 : 0);
                memset(scratch + r * t.x_step + depth, 0, t.x_step - depth);
            }
        }
        qtile(&t);
    }
}

struct qconv_packed {
    int32_t batch, groups;
    int32_t channels, filters; /* of one group: of x, of y */
    int32_t x_zero, x_signed;  /* of x; are its bytes signed: 1 or 0 */
    int32_t multiplier_step;   /* 1 for a multiplier per output channel, 0 for one in all */
    int32_t n_runs, run;       /* runs of neighbouring bytes that a pixel of y sees, and bytes of each */
    int32_t lines, width;      /* of the blocks of y that scratch has room for; whole lines if there are several */
};

/* Pixels of x that `count` pixels of y see along one dimension. */
static inline size_t qconv_reach(int32_t count, int32_t stride, int32_t kernel, int32_t dilation)
{
    return (size_t)(count - 1) * (size_t)stride + (size_t)(kernel - 1) * (size_t)dilation + 1;
}

/* to[kernel_d][lines][width] = the pixels of x from `at` on; outside of the image the zero point. Followed by the fours
 * that a run may end with. */
static void qconv_copy(const uint8_t *x, uint8_t *to, const struct position *at, size_t lines, size_t width,
                       const struct window *p, const struct qconv_packed *c)
{
    const uint32_t flip = c->x_signed ? 128 : 0;
    const int32_t fill = (int32_t)((uint32_t)c->x_zero ^ flip) & 255;
    const size_t pixel = (size_t)c->channels * (size_t)c->groups;
    const struct reach inside = reach_of(at->w, 1, p->in_w, (int32_t)width);
    for (size_t i = 0; i < (size_t)p->kernel_d * lines; i++, to += width * pixel) {
        const int32_t d = at->d + (int32_t)(i / lines) * p->dilation_d, h = at->h + (int32_t)(i % lines);
        const bool is_line = d >= 0 && d < p->in_d && h >= 0 && h < p->in_h;
        const size_t low = is_line ? (size_t)inside.low : width, high = is_line ? (size_t)inside.high : width;
        memset(to, fill, low * pixel);
        if (low < high) {
            const size_t from = ((size_t)d * (size_t)p->in_h + (size_t)h) * (size_t)p->in_w +
                                (size_t)(at->w + inside.low);
            qcopy(x + from * pixel, to + low * pixel, (high - low) * pixel, flip);
        }
        memset(to + high * pixel, fill, (width - high) * pixel);
    }
    memset(to, 0, 3);
}

/* What the block of y from `at` on sees of an image, for the tile: in scratch, or where it is if there is none. */
static void qconv_view(struct qtile *t, const uint8_t *x, uint8_t *scratch, const struct position *at,
                       const struct window *p, const struct qconv_packed *c)
{
    const size_t pixel = (size_t)c->channels * (size_t)c->groups;
    const struct position first = {at->d * p->stride_d - p->pad_d, at->h * p->stride_h - p->pad_h,
                                   at->w * p->stride_w - p->pad_w};
    size_t width = (size_t)p->in_w;
    if (scratch) {
        width = qconv_reach(c->width, p->stride_w, p->kernel_w, p->dilation_w);
        qconv_copy(x, scratch, &first, qconv_reach(c->lines, p->stride_h, p->kernel_h, p->dilation_h), width, p, c);
        t->x = scratch;
    } else {
        t->x = x + (((size_t)first.d * (size_t)p->in_h + (size_t)first.h) * width + (size_t)first.w) * pixel;
    }
    t->x_line = (size_t)p->stride_h * width * pixel;
}

/* y[batch][out pixels][groups * filters] of x[batch][in pixels][groups * channels]; start has what does not depend on
 * x. `runs` says where runs of bytes start in scratch, from the first one on. Where no window reaches over an edge, x
 * is unsigned and runs are multiples of 4 bytes, scratch may be NULL: runs are in x, then. */
static void qconv_packed(const void *x, const int8_t *w, const int32_t *start, const float *multiplier, int32_t zero,
                         int32_t low, int32_t high, void *y, uint8_t *scratch, const int32_t *runs,
                         const struct window *p, const struct qconv_packed *c)
{
    const size_t channels = (size_t)c->channels, filters = (size_t)c->filters, groups = (size_t)c->groups;
    const size_t image_size = (size_t)p->in_d * (size_t)p->in_h * (size_t)p->in_w * channels * groups;
    struct qtile t = {.y = y,
                      .x_step = (size_t)p->stride_w * channels * groups,
                      .y_step = filters * groups,
                      .runs = runs,
                      .n_runs = c->n_runs,
                      .run = c->run,
                      .columns = c->filters,
                      .scale = {multiplier, c->multiplier_step, zero, low, high}};
    for (size_t i = 0; i < (size_t)c->batch * (size_t)p->out_d; i++) {
        const uint8_t *image = (const uint8_t *)x + i / (size_t)p->out_d * image_size;
        struct position at = {.d = (int32_t)(i % (size_t)p->out_d)};
        for (int32_t lines; at.h < p->out_h; at.h += lines) {
            lines = p->out_h - at.h < c->lines ? p->out_h - at.h : c->lines;
            for (at.w = 0; at.w < p->out_w; at.w += t.line) {
                t.line = p->out_w - at.w < c->width ? p->out_w - at.w : c->width;
                t.rows = lines * t.line;
                qconv_view(&t, image, scratch, &at, p, c);
                for (size_t first = 0; first < filters * groups;
                     first += filters, t.x += channels, t.y = (uint8_t *)t.y + filters) {
                    t.w = w + first * 4 * qtile_depth(&t);
                    t.start = start ? start + first : NULL;
                    t.scale.multiplier = multiplier + (c->multiplier_step ? first : 0);
                    qtile(&t);
                }
                t.y = (uint8_t *)t.y + (size_t)(t.rows - 1) * t.y_step;
            }
        }
    }
}

/* y = x quantised, as quantize does it; zero and the bounds are those of y's type. */
static void quantize_bytes(const float *x, void *y, float scale, int32_t zero, int32_t low, int32_t high, size_t n)
{
    uint8_t *to = y;
    size_t i = 0;
#if QLANES > 1
    const struct qscale q = {NULL, 0, zero, low, high};
    const struct qlimits limits = qlimits_of(&q);
    for (const size_t end = n - n % QLANES; i < end; i += QLANES) {
        const qreal v = *(const qreal_at *)(x + i) / qreal_all(scale);
        const qint known = (qint)(v == v);
        *(qbytes_at *)(to + i) = qround((qreal)((qint)v & known), &limits);
    }
#endif
    const float least = (float)(low - zero), most = (float)(high - zero);
    for (; i < n; i++) {
        const float v = x[i] / scale, known = v == v ? v : 0.0f, above = known > least ? known : least;
        to[i] = (uint8_t)(nearest_i32(above < most ? above : most) + zero);
    }
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
    if (VEC > 8) v = reduce_join_sum_vec(v, vec_swap(v, 8));
    if (VEC > 4) v = reduce_join_sum_vec(v, vec_swap(v, 4));
    if (VEC > 2) v = reduce_join_sum_vec(v, vec_swap(v, 2));
    if (VEC > 1) v = reduce_join_sum_vec(v, vec_swap(v, 1));
    return vec_first(v);
}

/* All elements of a vector joined. */
static inline float reduce_lanes_max(vec v)
{
    if (VEC > 8) v = reduce_join_max_vec(v, vec_swap(v, 8));
    if (VEC > 4) v = reduce_join_max_vec(v, vec_swap(v, 4));
    if (VEC > 2) v = reduce_join_max_vec(v, vec_swap(v, 2));
    if (VEC > 1) v = reduce_join_max_vec(v, vec_swap(v, 1));
    return vec_first(v);
}

static inline float reduce_row_sum_f32(const float *x, size_t n)
{
    float total = reduce_start_sum_f32();
    for (size_t k = 0; k < n;) {
        const size_t end = n - k < REDUCE_BLOCK ? n : k + REDUCE_BLOCK;
        vec a = vec_all(reduce_start_sum_f32()), b = a, c = a, d = a;
        for (; !VEC_SMALL && k + 4 * VEC <= end; k += 4 * VEC) {
            a = reduce_take_sum_vec(a, vec_load(x + k));
            b = reduce_take_sum_vec(b, vec_load(x + k + VEC));
            c = reduce_take_sum_vec(c, vec_load(x + k + 2 * VEC));
            d = reduce_take_sum_vec(d, vec_load(x + k + 3 * VEC));
        }
        for (; k + VEC <= end; k += VEC) a = reduce_take_sum_vec(a, vec_load(x + k));
        if (VEC > 1 && k < end)
            a = reduce_take_sum_vec(a, vec_load_or(x + k, (int32_t)(end - k), reduce_start_sum_f32()));
        if (!VEC_SMALL)
            a = reduce_join_sum_vec(reduce_join_sum_vec(a, b), reduce_join_sum_vec(c, d));
        k = end;
        total = reduce_join_sum_f32(total, reduce_lanes_sum(a));
    }
    return total;
}

static inline float reduce_row_max_f32(const float *x, size_t n)
{
    float total = reduce_start_max_f32();
    for (size_t k = 0; k < n;) {
        const size_t end = n - k < REDUCE_BLOCK ? n : k + REDUCE_BLOCK;
        vec a = vec_all(reduce_start_max_f32()), b = a, c = a, d = a;
        for (; !VEC_SMALL && k + 4 * VEC <= end; k += 4 * VEC) {
            a = reduce_take_max_vec(a, vec_load(x + k));
            b = reduce_take_max_vec(b, vec_load(x + k + VEC));
            c = reduce_take_max_vec(c, vec_load(x + k + 2 * VEC));
            d = reduce_take_max_vec(d, vec_load(x + k + 3 * VEC));
        }
        for (; k + VEC <= end; k += VEC) a = reduce_take_max_vec(a, vec_load(x + k));
        if (VEC > 1 && k < end)
            a = reduce_take_max_vec(a, vec_load_or(x + k, (int32_t)(end - k), reduce_start_max_f32()));
        if (!VEC_SMALL)
            a = reduce_join_max_vec(reduce_join_max_vec(a, b), reduce_join_max_vec(c, d));
        k = end;
        total = reduce_join_max_f32(total, reduce_lanes_max(a));
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
        for (size_t k = 0; k < n; k++)
            vec_store_some(y + k * inner + j, exp_vec(vec_load_some(x + k * inner + j, lanes) - largest), lanes);
        reduce_columns_sum_f32(y + j, sum, lanes < VEC ? (size_t)lanes : VEC, n, inner);
        const vec scale = 1 / vec_load_some(sum, lanes);
        for (size_t k = 0; k < n; k++)
            vec_store_some(y + k * inner + j, vec_load_some(y + k * inner + j, lanes) * scale, lanes);
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

/* Large ones start with a line of the cache where there is one. */
#if defined(__GNUC__) && UINTPTR_MAX > 0xffffffff
#define WEIGHTS_ALIGNED __attribute__((aligned(64)))
#else
#define WEIGHTS_ALIGNED
#endif

static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int8_t w_onnx_Conv_49_quantized_packed[192];
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_onnx_Conv_50_int32[16];
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_f_f_0_Conv_multiplier[16];
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int8_t w_onnx_Conv_52_quantized_packed[144];
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_onnx_Conv_53_int32[16];
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_f_f_3_Conv_multiplier[16];
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int8_t w_onnx_Conv_55_quantized_packed[512];
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_onnx_Conv_56_int32[32];
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_f_f_6_Conv_multiplier[32];
union WEIGHTS_ALIGNED w_onnx_Conv_58_quantized_transposed_packed { unsigned char bytes[9217]; int8_t v[9216]; };
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const union w_onnx_Conv_58_quantized_transposed_packed
    w_onnx_Conv_58_quantized_transposed_packed;
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_onnx_Conv_59_int32[32];
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_f_f_10_Conv_multiplier[32];
union WEIGHTS_ALIGNED w_h_weight_quantized_packed { unsigned char bytes[1281]; int8_t v[1280]; };
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const union w_h_weight_quantized_packed w_h_weight_quantized_packed;
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_h_bias_int32[10];
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_h_Gemm_multiplier[10];

/* The model ----------------------------------------------------------------------------------- */

int digits_int8_qdq_run_in(void *arena, const float *image, float *probabilities)
{
    if ((uintptr_t)arena % DIGITS_INT8_QDQ_ARENA_ALIGN != 0) return DIGITS_INT8_QDQ_EARENA;
    unsigned char *const memory = arena;

    /* 1  QuantizeLinear "image_QuantizeLinear": image[1,1,8,8] -> image_QuantizeLinear_Output[1,1,8,8] */
    int8_t *const image_QuantizeLinear_Output = (int8_t *)(void *)(memory + AT_image_QuantizeLinear_Output);
    quantize_bytes(image, image_QuantizeLinear_Output, 0.003921569f, (-128), (-128), 127, 64);

    /* 2  QLinearConv "/f/f.0/Conv": image_QuantizeLinear_Output_nhwc[1,8,8,1], w_onnx_Conv_50_int32[16] ->
     * f_f_2_Relu_output_0_QuantizeLinear_Output_nhwc[1,8,8,16] */
    int8_t *const image_QuantizeLinear_Output_nhwc = (int8_t *)(void *)(memory + AT_image_QuantizeLinear_Output);
    int8_t *const f_f_2_Relu_output_0_QuantizeLinear_Output_nhwc =
        (int8_t *)(void *)(memory + AT_f_f_2_Relu_output_0_QuantizeLinear_Output_nhwc);
    uint8_t *const f_f_0_Conv_block = (uint8_t *)(void *)(memory + AT_f_f_0_Conv_block);
    qconv_packed(image_QuantizeLinear_Output_nhwc, w_onnx_Conv_49_quantized_packed, w_onnx_Conv_50_int32,
        w_f_f_0_Conv_multiplier, (-128), (-128), 127, f_f_2_Relu_output_0_QuantizeLinear_Output_nhwc,
        f_f_0_Conv_block, (const int32_t[]){0, 10, 20}, &(const struct window){.in_d = 1, .in_h = 8, .in_w = 8,
        .kernel_d = 1, .kernel_h = 3, .kernel_w = 3, .stride_d = 1, .stride_h = 1, .stride_w = 1,
        .dilation_d = 1, .dilation_h = 1, .dilation_w = 1, .pad_h = 1, .pad_w = 1, .out_d = 1, .out_h = 8,
        .out_w = 8}, &(const struct qconv_packed){.batch = 1, .groups = 1, .channels = 1, .filters = 16,
        .x_zero = (-128), .x_signed = 1, .multiplier_step = 1, .n_runs = 3, .run = 3, .lines = 4, .width = 8});

    /* 3  QLinearConv "/f/f.3/Conv": f_f_2_Relu_output_0_QuantizeLinear_Output_nhwc[1,8,8,16], w_onnx_Conv_53_int32[16]
     * -> f_f_5_Relu_output_0_QuantizeLinear_Output_nhwc[1,8,8,16] */
    int8_t *const f_f_5_Relu_output_0_QuantizeLinear_Output_nhwc =
        (int8_t *)(void *)(memory + AT_f_f_5_Relu_output_0_QuantizeLinear_Output_nhwc);
    qconv_channelwise(f_f_2_Relu_output_0_QuantizeLinear_Output_nhwc, w_onnx_Conv_52_quantized_packed,
        w_onnx_Conv_53_int32, w_f_f_3_Conv_multiplier, (-128), (-128), 127,
        f_f_5_Relu_output_0_QuantizeLinear_Output_nhwc, &(const struct window){.in_d = 1, .in_h = 8, .in_w = 8,
        .kernel_d = 1, .kernel_h = 3, .kernel_w = 3, .stride_d = 1, .stride_h = 1, .stride_w = 1,
        .dilation_d = 1, .dilation_h = 1, .dilation_w = 1, .pad_h = 1, .pad_w = 1, .out_d = 1, .out_h = 8,
        .out_w = 8}, &(const struct qchannelwise){.batch = 1, .channels = 16, .x_zero = (-128), .x_signed = 1,
        .multiplier_step = 1});

    /* 4  QLinearConv "/f/f.6/Conv": f_f_5_Relu_output_0_QuantizeLinear_Output_nhwc[1,8,8,16], w_onnx_Conv_56_int32[32]
     * -> f_f_8_Relu_output_0_QuantizeLinear_Output_nhwc[1,8,8,32] */
    int8_t *const f_f_8_Relu_output_0_QuantizeLinear_Output_nhwc =
        (int8_t *)(void *)(memory + AT_f_f_8_Relu_output_0_QuantizeLinear_Output_nhwc);
    uint8_t *const f_f_6_Conv_block = (uint8_t *)(void *)(memory + AT_f_f_6_Conv_block);
    qconv_packed(f_f_5_Relu_output_0_QuantizeLinear_Output_nhwc, w_onnx_Conv_55_quantized_packed,
        w_onnx_Conv_56_int32, w_f_f_6_Conv_multiplier, (-128), (-128), 127,
        f_f_8_Relu_output_0_QuantizeLinear_Output_nhwc, f_f_6_Conv_block, (const int32_t[]){0},
        &(const struct window){.in_d = 1, .in_h = 8, .in_w = 8, .kernel_d = 1, .kernel_h = 1, .kernel_w = 1,
        .stride_d = 1, .stride_h = 1, .stride_w = 1, .dilation_d = 1, .dilation_h = 1, .dilation_w = 1,
        .out_d = 1, .out_h = 8, .out_w = 8}, &(const struct qconv_packed){.batch = 1, .groups = 1,
        .channels = 16, .filters = 32, .x_zero = (-128), .x_signed = 1, .multiplier_step = 1, .n_runs = 1,
        .run = 16, .lines = 1, .width = 8});

    /* 5  MaxPool "/f/f.9/MaxPool": f_f_8_Relu_output_0_QuantizeLinear_Output_nhwc[1,8,8,32] ->
     * f_f_9_MaxPool_output_0_quantized_nhwc_1[1,4,4,32] */
    int8_t *const f_f_9_MaxPool_output_0_quantized_nhwc_1 =
        (int8_t *)(void *)(memory + AT_f_f_9_MaxPool_output_0_quantized_nhwc_1);
    max_pool_channelwise_bytes(f_f_8_Relu_output_0_QuantizeLinear_Output_nhwc,
        f_f_9_MaxPool_output_0_quantized_nhwc_1, &(const struct window){.in_d = 1, .in_h = 8, .in_w = 8,
        .kernel_d = 1, .kernel_h = 2, .kernel_w = 2, .stride_d = 1, .stride_h = 2, .stride_w = 2,
        .dilation_d = 1, .dilation_h = 1, .dilation_w = 1, .out_d = 1, .out_h = 4, .out_w = 4}, 1, 32, 1);

    /* 6  QLinearConv "/f/f.10/Conv": f_f_9_MaxPool_output_0_quantized_nhwc_1[1,4,4,32], w_onnx_Conv_59_int32[32] ->
     * f_f_12_Relu_output_0_QuantizeLinear_Output_nhwc[1,4,4,32] */
    int8_t *const f_f_12_Relu_output_0_QuantizeLinear_Output_nhwc =
        (int8_t *)(void *)(memory + AT_f_f_12_Relu_output_0_QuantizeLinear_Output_nhwc);
    uint8_t *const f_f_10_Conv_block = (uint8_t *)(void *)(memory + AT_f_f_10_Conv_block);
    qconv_packed(f_f_9_MaxPool_output_0_quantized_nhwc_1, w_onnx_Conv_58_quantized_transposed_packed.v,
        w_onnx_Conv_59_int32, w_f_f_10_Conv_multiplier, (-128), (-128), 127,
        f_f_12_Relu_output_0_QuantizeLinear_Output_nhwc, f_f_10_Conv_block, (const int32_t[]){0, 192, 384},
        &(const struct window){.in_d = 1, .in_h = 4, .in_w = 4, .kernel_d = 1, .kernel_h = 3, .kernel_w = 3,
        .stride_d = 1, .stride_h = 1, .stride_w = 1, .dilation_d = 1, .dilation_h = 1, .dilation_w = 1,
        .pad_h = 1, .pad_w = 1, .out_d = 1, .out_h = 4, .out_w = 4}, &(const struct qconv_packed){.batch = 1,
        .groups = 1, .channels = 32, .filters = 32, .x_zero = (-128), .x_signed = 1, .multiplier_step = 1,
        .n_runs = 3, .run = 96, .lines = 1, .width = 4});

    /* 7  MaxPool "/f/f.13/MaxPool": f_f_12_Relu_output_0_QuantizeLinear_Output_nhwc[1,4,4,32] ->
     * f_f_13_MaxPool_output_0_quantized_nhwc[1,2,2,32] */
    int8_t *const f_f_13_MaxPool_output_0_quantized_nhwc =
        (int8_t *)(void *)(memory + AT_f_f_13_MaxPool_output_0_quantized_nhwc);
    max_pool_channelwise_bytes(f_f_12_Relu_output_0_QuantizeLinear_Output_nhwc,
        f_f_13_MaxPool_output_0_quantized_nhwc, &(const struct window){.in_d = 1, .in_h = 4, .in_w = 4,
        .kernel_d = 1, .kernel_h = 2, .kernel_w = 2, .stride_d = 1, .stride_h = 2, .stride_w = 2,
        .dilation_d = 1, .dilation_h = 1, .dilation_w = 1, .out_d = 1, .out_h = 2, .out_w = 2}, 1, 32, 1);

    /* 8  Transpose: f_f_13_MaxPool_output_0_quantized_nhwc[1,2,2,32] -> f_f_13_MaxPool_output_0_quantized[1,32,2,2] */
    int8_t *const f_f_13_MaxPool_output_0_quantized = (int8_t *)(void *)(memory + AT_f_f_13_MaxPool_output_0_quantized);
    transpose_b1(f_f_13_MaxPool_output_0_quantized_nhwc, f_f_13_MaxPool_output_0_quantized, 1, 4, 32);

    /* 9  QGemm "/h/Gemm": Flatten_output_0_quantized[1,128], w_h_bias_int32[10] ->
     * h_Gemm_output_0_QuantizeLinear_Output[1,10] */
    int8_t *const Flatten_output_0_quantized = (int8_t *)(void *)(memory + AT_f_f_13_MaxPool_output_0_quantized);
    int8_t *const h_Gemm_output_0_QuantizeLinear_Output =
        (int8_t *)(void *)(memory + AT_h_Gemm_output_0_QuantizeLinear_Output);
    uint8_t *const h_Gemm_rows = (uint8_t *)(void *)(memory + AT_h_Gemm_rows);
    qgemm_packed(Flatten_output_0_quantized, w_h_weight_quantized_packed.v, w_h_bias_int32,
        w_h_Gemm_multiplier, (-16), (-128), 127, h_Gemm_output_0_QuantizeLinear_Output, h_Gemm_rows,
        &(const struct qgemm_packed){.rows = 1, .cols = 10, .depth = 128, .a_signed = 1, .multiplier_step = 1,
        .block = 1});

    /* 10  DequantizeLinear "/h/Gemm_output_0_DequantizeLinear": w_h_Gemm_output_0_zero_point[],
     * h_Gemm_output_0_QuantizeLinear_Output[1,10], w_h_Gemm_output_0_scale[] ->
     * h_Gemm_output_0_DequantizeLinear_Output[1,10] */
    float *const h_Gemm_output_0_DequantizeLinear_Output =
        (float *)(void *)(memory + AT_h_Gemm_output_0_DequantizeLinear_Output);
    for (size_t i_ = 0; i_ < 10; i_++) {
        h_Gemm_output_0_DequantizeLinear_Output[i_] = dequantize_i8(h_Gemm_output_0_QuantizeLinear_Output[i_],
            0.10245013f, -16);
    }

    /* 11  Softmax "/Softmax": h_Gemm_output_0_DequantizeLinear_Output[1,10] ->
     * probabilities_QuantizeLinear_Input[1,10] */
    float *const probabilities_QuantizeLinear_Input =
        (float *)(void *)(memory + AT_h_Gemm_output_0_DequantizeLinear_Output);
    softmax_f32(h_Gemm_output_0_DequantizeLinear_Output, probabilities_QuantizeLinear_Input, 1, 10, 1);

    /* 12  QuantizeLinear "probabilities_QuantizeLinear": probabilities_QuantizeLinear_Input[1,10] ->
     * probabilities_QuantizeLinear_Output[1,10] */
    int8_t *const probabilities_QuantizeLinear_Output =
        (int8_t *)(void *)(memory + AT_probabilities_QuantizeLinear_Output);
    quantize_bytes(probabilities_QuantizeLinear_Input, probabilities_QuantizeLinear_Output, 0.003921569f,
        (-128), (-128), 127, 10);

    /* 13  DequantizeLinear "probabilities_DequantizeLinear": w_probabilities_zero_point[],
     * probabilities_QuantizeLinear_Output[1,10], w_probabilities_scale[] -> probabilities[1,10] */
    for (size_t i_ = 0; i_ < 10; i_++) {
        probabilities[i_] = dequantize_i8(probabilities_QuantizeLinear_Output[i_], 0.003921569f, -128);
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
    unsigned char *const start = arena + (DIGITS_INT8_QDQ_ARENA_ALIGN - (uintptr_t)arena %
        DIGITS_INT8_QDQ_ARENA_ALIGN) % DIGITS_INT8_QDQ_ARENA_ALIGN;
#endif
    return digits_int8_qdq_run_in(start, image, probabilities);
}

/* Weights ------------------------------------------------------------------------------------ */

/* in panels of 16, by fours: int8[1,16,3,4], crc32 219f7933 */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int8_t w_onnx_Conv_49_quantized_packed[192] = {
    -10, 91, -113, 0, 10, -28, -41, 0,
    -73, -46, 64, 0, -127, -58, -32, 0,
    -53, 122, 51, 0, -77, 122, 105, 0,
    112, -48, 9, 0, 36, 83, -24, 0,
    72, 85, 105, 0, 127, 107, -121, 0,
    31, 73, 104, 0, -65, 127, 68, 0,
    -15, 33, -53, 0, 10, 37, 23, 0,
    -60, -94, -58, 0, 0, -7, -16, 0,
    -127, -76, 56, 0, -127, -96, -66, 0,
    91, -38, 87, 0, -65, 76, -55, 0,
    55, 6, -77, 0, -79, -51, 115, 0,
    -127, -103, -117, 0, -13, 28, 91, 0,
    96, 31, -75, 0, 21, -24, -38, 0,
    44, -127, -108, 0, -61, -25, -105, 0,
    78, -59, 99, 0, 35, -2, -43, 0,
    -127, -52, 30, 0, -6, 106, 92, 0,
    2, 85, -11, 0, 20, 77, 81, 0,
    -29, 23, 127, 0, -35, -91, -118, 0,
    27, -127, -100, 0, 127, 55, 36, 0,
    66, 54, -121, 0, 113, -127, -40, 0,
    7, -61, -127, 0, -66, -4, -119, 0,
    66, 56, -94, 0, -17, -97, -110, 0,
    62, -127, -13, 0, 46, -127, -91, 0,
    -90, -27, 105, 0, 48, 127, -18, 0
};

/* in units of the inputs' scales: int32[16], crc32 2a64ff3b */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_onnx_Conv_50_int32[16] = {
    9291, 11885, -15228, 34289, 7040, -20147, 23661, -11704,
    -9914, 8496, 993, 24676, 250, 8154, 27421, -21019
};

/* scales of the inputs over that of the result: float32[16], crc32 e27ae357 */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_f_f_0_Conv_multiplier[16] = {
    0.004373049f, 0.0029569112f, 0.0032898677f, 0.0024089f, 0.0032333843f, 0.0020318471f, 0.0023360343f, 0.004205294f,
    0.0026672797f, 0.0027713429f, 0.0028964186f, 0.0022793317f, 0.003969882f, 0.0038239285f, 0.0021194182f,
    0.002314694f
};

/* channels last: int8[9,16], crc32 10aeefdc */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int8_t w_onnx_Conv_52_quantized_packed[144] = {
    5, 0, 122, -42, -94, 101, -8, 6,
    28, 99, -51, -91, 127, -99, -113, -111,
    9, 127, -127, -120, 36, -55, 3, -127,
    127, -28, 9, -61, 17, -7, 17, 127,
    -127, -44, 8, 83, -105, 127, -79, 72,
    83, 17, 99, 89, -36, 51, -58, -123,
    -95, 112, -14, 127, -5, 31, -65, -55,
    -98, 76, -72, 100, -71, 4, -7, 75,
    -10, 40, 125, 126, -5, 7, 90, -31,
    43, -84, -104, 127, -123, -110, -127, -56,
    -23, -103, 31, -105, 119, -3, -103, -26,
    -101, 76, -47, 87, -9, -122, 53, -116,
    -39, 78, 101, -3, -127, -48, 14, -6,
    -51, -127, -127, -59, -87, 110, 92, 66,
    67, -11, 76, -114, -109, 10, 127, 21,
    44, -26, 41, -40, -72, 32, -44, -90,
    -80, -72, -26, -95, -114, -44, 47, 86,
    51, -46, -61, 27, 97, 127, -49, 37
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

/* in panels of 16, by fours: int8[1,32,1,16], crc32 37c406c7 */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int8_t w_onnx_Conv_55_quantized_packed[512] = {
    -19, 10, -103, 16, 105, 127, 124, 91,
    -44, 28, 5, 17, -111, 36, -97, 103,
    41, 114, 41, 76, 27, 21, -80, 127,
    -49, 3, 5, 123, 71, -29, -86, -26,
    38, -127, 70, 50, 21, 45, -8, -119,
    -127, -70, -87, 24, -98, -90, 127, 113,
    -30, -48, 25, 90, -34, -40, 99, 112,
    32, 99, -82, 29, -89, -69, -49, 70,
    80, 90, 79, 7, -16, -56, 113, 57,
    -16, 61, -44, -18, -40, -54, -41, -87,
    -23, 55, -14, -12, 20, -106, 113, 80,
    1, -31, -7, 45, 80, -64, 42, -104,
    126, 50, -71, 81, -120, -56, 63, 124,
    -2, 105, 44, 95, -115, 75, 66, 89,
    -74, -7, 101, -10, -121, -127, -87, -47,
    -89, 78, -127, -72, -60, 80, -9, -41,
    53, -38, -102, -127, -67, 101, 48, 36,
    -101, -87, -127, 85, 69, 127, 72, 65,
    -50, -62, -49, 25, -15, 112, -54, -55,
    60, -127, -42, -93, -115, -108, -5, 123,
    -9, 39, -94, -34, 83, -1, 73, -91,
    -38, -29, -14, -7, 73, -99, 18, 73,
    60, -36, 80, -60, -70, -91, -100, 10,
    86, -44, 50, 5, 87, 40, 127, 63,
    84, 44, -62, 27, -28, 0, -42, 63,
    72, 104, 125, -64, 66, -74, 77, 120,
    91, 0, -68, 127, 95, -20, -80, -84,
    -38, 12, -91, 69, -127, 120, -50, 55,
    -98, -60, 3, -61, -127, 96, -93, 97,
    19, -100, 98, -7, -50, 11, -55, 48,
    -122, -87, 127, -39, -62, -22, -43, -75,
    -11, -11, 86, -29, 13, -101, 38, 66,
    -29, -127, 23, 93, -89, 102, 38, 43,
    -8, -17, -11, -73, -38, -80, 97, 22,
    -25, -10, -8, 15, 21, 61, -112, 62,
    8, 74, 88, 127, 115, 58, 48, -127,
    -61, -23, 3, 68, 55, -98, -21, -39,
    -30, -127, 62, -72, 76, 105, 36, 30,
    -72, -64, 17, -88, -69, -88, -56, -115,
    45, -27, 97, -69, -17, 94, -13, 68,
    -8, -99, -108, 24, -86, 114, 127, 96,
    118, -56, 36, 124, -106, -29, 56, 18,
    -82, 80, -54, 95, -88, -1, 88, -103,
    -15, 36, 109, -13, 68, 111, 20, -99,
    -44, 68, -4, -63, -33, 10, 127, -70,
    -107, 25, 90, -27, -31, 66, -64, -92,
    63, 46, 31, -64, 32, -7, 14, 32,
    -14, 114, 127, -40, 127, -16, 75, -50,
    -43, -56, 26, 25, -59, -48, -66, 107,
    40, 29, 117, 67, 32, -7, 26, -7,
    -79, -8, 38, -59, 0, 127, 0, 89,
    122, -107, 2, 22, 68, -119, 20, 37,
    -127, -40, 109, -30, 32, -60, -35, 58,
    19, 123, 73, -61, 35, 126, -65, 127,
    73, -76, 127, -55, 123, 32, -73, -51,
    0, 22, -14, -72, -44, 3, 9, -65,
    120, 123, -18, -97, -54, -61, 84, -47,
    -104, 127, -6, -124, -50, -127, -81, 60,
    127, -74, -94, -46, -17, 127, -63, -58,
    58, 46, -19, -99, -76, 52, -124, 21,
    40, -1, 77, 95, -13, 0, -90, 64,
    -11, -15, -124, 5, 61, -82, 7, 96,
    -69, 100, 33, -50, -127, -62, -47, -29,
    41, -95, 6, 17, 23, 8, 99, -25
};

/* in units of the inputs' scales: int32[32], crc32 76b76a81 */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_onnx_Conv_56_int32[32] = {
    0, -14873, -1209, -6760, -6882, -1379, 3942, 3660,
    3164, 1044, 2064, -4325, 398, 14715, -1160, -3915,
    2217, -4407, -5727, 4897, 3897, -3367, -9465, -1368,
    -2185, 1925, 3757, -10353, -483, 11576, -2980, -7073
};

/* scales of the inputs over that of the result: float32[32], crc32 bdd5f08f */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_f_f_6_Conv_multiplier[32] = {
    0.006682532f, 0.004632852f, 0.0058107665f, 0.004006345f, 0.007049807f, 0.005005871f, 0.0057399524f, 0.003759812f,
    0.005132106f, 0.0040857107f, 0.0065883277f, 0.0042692604f, 0.005690781f, 0.005385189f, 0.0056150155f, 0.0046992474f,
    0.004865872f, 0.006090763f, 0.0052584317f, 0.006439242f, 0.005523566f, 0.00482378f, 0.005289992f, 0.004682621f,
    0.008855721f, 0.0044684974f, 0.0060593435f, 0.0044522765f, 0.004887517f, 0.0055129267f, 0.0063242596f, 0.007057581f
};

/* transposed, in panels of 16, by fours: int8[1,32,3,96], crc32 bcbe63e5 */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const union w_onnx_Conv_58_quantized_transposed_packed
        w_onnx_Conv_58_quantized_transposed_packed = {
};

/* in units of the inputs' scales: int32[32], crc32 d43bcd37 */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_onnx_Conv_59_int32[32] = {
    -14713, -16421, -3408, -17657, -8363, -32400, 37406, -26357,
    -3046, 34216, -21671, 966, -11758, -11924, 12842, -12385,
    9745, -3758, 3286, 49325, 15479, -33219, -21492, 7169,
    -1907, -16449, -7489, 6921, -23811, -8076, 21692, 8068
};

/* scales of the inputs over that of the result: float32[32], crc32 3c27a751 */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_f_f_10_Conv_multiplier[32] = {
    0.0018162815f, 0.001448807f, 0.0014757315f, 0.0015887552f, 0.0015506836f, 0.0014504708f, 0.001660194f,
    0.0018463639f, 0.0014649052f, 0.001633852f, 0.0017825665f, 0.0012562464f, 0.0018976147f, 0.0013096853f,
    0.0017825314f, 0.0013290987f, 0.0017429019f, 0.0013886282f, 0.00147642f, 0.0014778522f, 0.0014910138f,
    0.0011722039f, 0.0014793742f, 0.0015346366f, 0.0015351197f, 0.0017221954f, 0.0013762097f, 0.001884181f,
    0.0015415858f, 0.0018301836f, 0.0013897765f, 0.0020099732f
};

/* in panels of 16, by fours: int8[1,10,1,128], crc32 aa33b1f7 */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const union w_h_weight_quantized_packed w_h_weight_quantized_packed = {
};

/* in units of the inputs' scales: int32[10], crc32 1c809dcc */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_h_bias_int32[10] = {
    160, 254, -84, -917, -789, 787, 487, -1623,
    599, 935
};

/* scales of the inputs over that of the result: float32[10], crc32 fab76e0a */
static DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_h_Gemm_multiplier[10] = {
    0.00053950434f, 0.00059583614f, 0.0006884393f, 0.00085693947f, 0.0006605755f, 0.0008881982f, 0.0005280752f,
    0.00062325917f, 0.0006525523f, 0.0008069376f
};

