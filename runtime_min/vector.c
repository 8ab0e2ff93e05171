/* Vectors of floats: as wide as the processor the C is compiled for, one float where the compiler has no vector
 * extensions (or ONNX2C_NO_VECTORS is defined). Kernels written in them are right for every width. Multiplication and
 * addition, as far as the processor can, are one instruction with one rounding: results differ in the last place from
 * target to target, but not from run to run. */

//@block VEC VEC_SMALL VEC_HAS VEC_NEON_32 VEC_FUNCTION VEC_FETCH vec vec_at vec_bits vec_half_at vec_4_at
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

/* gcc computes vectors of floats one by one on 32-bit Arm, since that takes numbers below FLT_MIN for 0 in vectors, but
 * for the intrinsics that ask for them. */
#if VEC == 4 && defined(__ARM_NEON) && !defined(__aarch64__) && !defined(__clang__)
#define VEC_NEON_32 1
#include <arm_neon.h>
#else
#define VEC_NEON_32 0
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
//@endblock

//@block VEC_PLACES
/* The number of each float of a vector. */
#if VEC == 16
#define VEC_PLACES ((vec_bits){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
#elif VEC == 8
#define VEC_PLACES ((vec_bits){0, 1, 2, 3, 4, 5, 6, 7})
#elif VEC == 4
#define VEC_PLACES ((vec_bits){0, 1, 2, 3})
#endif
//@endblock

//@block vec_of_bits bits_of_vec VEC_MASK
/* The same bits as floats and as integers, and all bits where a condition holds: vectors have it so. */
#if VEC == 1
static inline vec vec_of_bits(vec_bits bits)
{
    vec v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static inline vec_bits bits_of_vec(vec v)
{
    vec_bits bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}

#define VEC_MASK(condition) (-(condition))
#else
#define vec_of_bits(bits) ((vec)(bits))
#define bits_of_vec(v) ((vec_bits)(v))
#define VEC_MASK(condition) (condition)
#endif
//@endblock

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
#elif VEC_NEON_32
    return (vec)vdupq_n_f32(x);
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
    return (vec)__builtin_ia32_loadups512_mask(p, (vec){0}, (uint16_t)(n > 0 ? (1U << n) - 1 : 0));
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
    return (vec)__builtin_ia32_loadups512_mask(p, vec_all(fill),
                                               (uint16_t)(n >= VEC ? 0xffff : n > 0 ? (1U << n) - 1 : 0));
#else
    vec v = vec_all(fill);
    for (int32_t i = 0; i < VEC && i < n; i++) v[i] = p[i];
    return v;
#endif
}

/* The first n floats of v, `fill` in place of the others. */
static inline vec vec_keep(vec v, int32_t n, float fill)
{
#if VEC == 1
    return n > 0 ? v : fill;
#else
    const vec_bits kept = VEC_PLACES < n;
    return (vec)((kept & (vec_bits)v) | (~kept & (vec_bits)vec_all(fill)));
#endif
}

/* The first n of floats that are `step` apart, zeros in place of the others. */
static inline vec vec_gather(const float *p, size_t step, int32_t n)
{
#if VEC == 1
    (void)step;
    return n > 0 ? *p : 0;
#else
    vec v = {0};
    for (int32_t i = 0; i < VEC && i < n; i++) v[i] = p[(size_t)i * step];
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
    __builtin_ia32_storeups512_mask(p, v, (uint16_t)(n > 0 ? (1U << n) - 1 : 0));
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

/* Floats of a and b in turns: those of their first halves; of one float, a. */
static inline vec vec_turns_first(vec a, vec b)
{
#if VEC == 16 && VEC_HAS(__builtin_shufflevector)
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
#elif VEC == 8 && VEC_HAS(__builtin_shufflevector)
    return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
#elif VEC == 4 && VEC_HAS(__builtin_shufflevector)
    return __builtin_shufflevector(a, b, 0, 4, 1, 5);
#elif VEC > 1
    vec turns;
    for (int32_t i = 0; i < VEC; i++) turns[i] = i % 2 ? b[i / 2] : a[i / 2];
    return turns;
#else
    (void)b;
    return a;
#endif
}

/* Those of their second halves; of one float, b. */
static inline vec vec_turns_second(vec a, vec b)
{
#if VEC == 16 && VEC_HAS(__builtin_shufflevector)
    return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
#elif VEC == 8 && VEC_HAS(__builtin_shufflevector)
    return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
#elif VEC == 4 && VEC_HAS(__builtin_shufflevector)
    return __builtin_shufflevector(a, b, 2, 6, 3, 7);
#elif VEC > 1
    vec turns;
    for (int32_t i = 0; i < VEC; i++) turns[i] = i % 2 ? b[(VEC + i) / 2] : a[(VEC + i) / 2];
    return turns;
#else
    (void)a;
    return b;
#endif
}

/* p[2 * VEC] = floats of a and b in turns. */
static inline void vec_store_turns(float *p, vec a, vec b)
{
    vec_store(p, vec_turns_first(a, b));
    vec_store(p + VEC, vec_turns_second(a, b));
}

static inline float vec_first(vec v)
{
#if VEC == 1
    return v;
#else
    return v[0];
#endif
}

//@block VEC_FUSED
/* Whether vec_fma and fused_f32 surely round once. */
#if defined(__clang__)
#if defined(__FMA__) || defined(__aarch64__)
#define VEC_FUSED 1
#else
#define VEC_FUSED 0
#endif
#elif (VEC == 16 && VEC_HAS(__builtin_ia32_vfmaddps512_mask)) || (VEC == 8 && defined(__FMA__)) || \
    (VEC == 4 && defined(__aarch64__) && VEC_HAS(__builtin_aarch64_fmav4sf)) || \
    (VEC_NEON_32 && defined(__ARM_FEATURE_FMA)) || (VEC == 1 && defined(__FP_FAST_FMAF))
#define VEC_FUSED 1
#else
#define VEC_FUSED 0
#endif
//@endblock

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
#elif VEC_NEON_32 && defined(__ARM_FEATURE_FMA)
    return (vec)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#elif VEC_NEON_32
    return (vec)vmlaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#elif VEC == 1 && defined(__FP_FAST_FMAF)
    return __builtin_fmaf(a, b, c);
#else
    return a * b + c;
#endif
}

/* vec_fma of single floats, with the same rounding. */
static inline float fused_f32(float a, float b, float c)
{
#if defined(__clang__)
#pragma STDC FP_CONTRACT ON
    return a * b + c;
#elif (VEC >= 8 && defined(__FMA__)) || (VEC == 4 && defined(__aarch64__) && VEC_HAS(__builtin_aarch64_fmav4sf)) || \
    (VEC_NEON_32 && defined(__ARM_FEATURE_FMA)) || (VEC == 1 && defined(__FP_FAST_FMAF))
    return __builtin_fmaf(a, b, c);
#else
    return a * b + c;
#endif
}

/* The sum of a vector's floats, by halves. */
static inline float vec_sum(vec v)
{
#if VEC == 1
    return v;
#else
    float x[VEC];
    vec_store(x, v);
#if VEC == 16
    *(vec_half_at *)x += *(const vec_half_at *)(x + 8);
#endif
#if VEC >= 8
    *(vec_4_at *)x += *(const vec_4_at *)(x + 4);
#endif
    return (x[0] + x[2]) + (x[1] + x[3]);
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
#elif VEC_NEON_32
    return (vec)vbslq_f32(vcgtq_f32((float32x4_t)a, (float32x4_t)b), (float32x4_t)a, (float32x4_t)b);
#else
    const vec_bits larger = a > b;
    return (vec)((larger & (vec_bits)a) | (~larger & (vec_bits)b));
#endif
}

/* The larger; NaN where one is NaN. */
static inline vec vec_larger(vec a, vec b)
{
#if VEC == 1
    return a > b || a != a ? a : b;
#elif VEC == 16 && VEC_HAS(__builtin_ia32_maxps512_mask) && VEC_HAS(__builtin_ia32_cmpps512_mask)
    const int16_t ordered = (int16_t)__builtin_ia32_cmpps512_mask(a, a, 7, 0xffff, 4);
    return (vec)__builtin_ia32_maxps512_mask(a, b, a, ordered, 4);
#else
    return (vec)((vec_bits)vec_max(a, b) | (a != a)); /* all bits set are a NaN */
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
#elif VEC_NEON_32
    return (vec)vbslq_f32(vcltq_f32((float32x4_t)a, (float32x4_t)b), (float32x4_t)a, (float32x4_t)b);
#else
    const vec_bits smaller = a < b;
    return (vec)((smaller & (vec_bits)a) | (~smaller & (vec_bits)b));
#endif
}
