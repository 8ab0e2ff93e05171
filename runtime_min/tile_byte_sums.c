/* Sums of products of bytes, several in a register, and how they go back to bytes: what tile_bytes.c and others of its
 * kind are written in, as those of floats are in vector.c. */

//@block QLANES QFUNCTION QWORD QNEON qint qreal qbytes qint_at qreal_at
/* QLANES sums in a register; 1 where the compiler has no vector extensions, or floats are computed with more
 * precision than they have (16 is about half floats). */
#if !defined(__GNUC__) || defined(ONNX2C_NO_VECTORS) || (FLT_EVAL_METHOD != 0 && FLT_EVAL_METHOD != 16)
#define QLANES 1
#elif defined(__AVX512VNNI__) && defined(__AVX512VL__) && defined(__AVX512BW__) && \
    (VEC_HAS(__builtin_ia32_vpdpbusd_v16si) || VEC_HAS(__builtin_ia32_vpdpbusd512))
#define QLANES 16
#elif defined(__AVX2__)
#define QLANES 8
#elif defined(__SSE2__)
#define QLANES 4
#elif defined(__ARM_NEON) && !defined(__ARM_BIG_ENDIAN)
#define QLANES 4
#define QNEON 1
#include <arm_neon.h>
#else
#define QLANES 1
#endif
#ifndef QNEON
#define QNEON 0
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
//@endblock

/* How sums go back to bytes: see requantize. */
struct qscale {
    const float *multiplier;
    int32_t step;            /* of the multipliers: 1 for one per column, 0 for one in all */
    int32_t zero, low, high; /* of y */
};

//@block qlimits qlimits_of qreal_all qreal_bound qround
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
#elif QNEON && defined(__aarch64__)
    return (qreal)vminnmq_f32(vmaxnmq_f32((float32x4_t)v, (float32x4_t)least), (float32x4_t)most);
#elif QNEON
    const float32x4_t from = (float32x4_t)least, to = (float32x4_t)most,
                      above = vbslq_f32(vcgtq_f32((float32x4_t)v, from), (float32x4_t)v, from);
    return (qreal)vbslq_f32(vcltq_f32(above, to), above, to);
#elif QLANES == 4 && !QNEON
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
#elif QNEON
    const uint16x4_t half = vmovn_u32((uint32x4_t)rounded);
    const uint8x8_t bytes = vmovn_u16(vcombine_u16(half, half));
    qbytes result;
    memcpy(&result, &bytes, sizeof result);
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
#endif
//@endblock

//@block qrequantize qmultipliers
#if QLANES > 1
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
//@endblock

//@block qneon_sixteen qneon_times
#if QNEON
/* Four sums times multipliers. By intrinsics, since gcc takes vectors of floats of armv7 apart. */
static inline float32x4_t qneon_times(qint sums, qreal multipliers)
{
    return vmulq_f32(vcvtq_f32_s32((int32x4_t)sums), (float32x4_t)multipliers);
}

/* As nearest_i32 rounds it, in the low bits. */
static inline uint16x8_t qneon_nearest(float32x4_t v, const struct qlimits *l)
{
    const float32x4_t bounded = (float32x4_t)qreal_bound((qreal)v, l->least, l->most);
    return vreinterpretq_u16_f32(vaddq_f32(bounded, vdupq_n_f32(12582912.0f)));
}

/* The low halves of numbers of 32 bits in a and b. */
static inline uint8x16_t qneon_low_halves(uint16x8_t a, uint16x8_t b)
{
#if defined(__aarch64__)
    return vreinterpretq_u8_u16(vuzp1q_u16(a, b));
#else
    return vreinterpretq_u8_u16(vuzpq_u16(a, b).val[0]);
#endif
}

/* The bytes of qround for sixteen. */
static inline uint8x16_t qneon_sixteen(float32x4_t a, float32x4_t b, float32x4_t c, float32x4_t d,
                                       const struct qlimits *l)
{
    const uint8x16_t low = qneon_low_halves(qneon_nearest(a, l), qneon_nearest(b, l)),
                     high = qneon_low_halves(qneon_nearest(c, l), qneon_nearest(d, l)),
                     zero = (uint8x16_t)((l->zero & 255) * 0x01010101);
#if defined(__aarch64__)
    return vaddq_u8(vuzp1q_u8(low, high), zero);
#else
    return vaddq_u8(vuzpq_u8(low, high).val[0], zero);
#endif
}
#endif
//@endblock

//@block qint_dot
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
//@endblock
