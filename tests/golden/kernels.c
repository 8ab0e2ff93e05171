/* Kernels: only those this model calls -------------------------------------------------------- */
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

/* The number of each float of a vector. */
#if VEC == 16
#define VEC_PLACES ((vec_bits){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
#elif VEC == 8
#define VEC_PLACES ((vec_bits){0, 1, 2, 3, 4, 5, 6, 7})
#elif VEC == 4
#define VEC_PLACES ((vec_bits){0, 1, 2, 3})
#endif

DIGITS_CODE_ATTR static inline vec vec_load(const float *p)
{
    return *(const vec_at *)p;
}

DIGITS_CODE_ATTR static inline void vec_store(float *p, vec v)
{
    *(vec_at *)p = v;
}

/* x in every place. */
DIGITS_CODE_ATTR static inline vec vec_all(float x)
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
DIGITS_CODE_ATTR static inline vec vec_load_some(const float *p, int32_t n)
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
DIGITS_CODE_ATTR static inline vec vec_load_or(const float *p, int32_t n, float fill)
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

DIGITS_CODE_ATTR static inline void vec_store_some(float *p, vec v, int32_t n)
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
DIGITS_CODE_ATTR static inline vec vec_swap(vec v, int32_t n)
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

DIGITS_CODE_ATTR static inline float vec_first(vec v)
{
#if VEC == 1
    return v;
#else
    return v[0];
#endif
}

/* a * b + c. */
DIGITS_CODE_ATTR static inline vec vec_fma(vec a, vec b, vec c)
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

/* The larger; b where one is NaN. */
DIGITS_CODE_ATTR static inline vec vec_max(vec a, vec b)
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
DIGITS_CODE_ATTR static inline vec vec_larger(vec a, vec b)
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
DIGITS_CODE_ATTR static inline vec vec_min(vec a, vec b)
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

/* c ? a : b without a branch. Written as `?:`, compilers move the arithmetic that follows into the branches, and then
 * can't turn the loop into vector code because that arithmetic may raise floating-point exceptions. */
DIGITS_CODE_ATTR static inline float select_f32(bool c, float a, float b)
{
    const uint32_t mask = 0u - (uint32_t)c;
    uint32_t x, y;
    memcpy(&x, &a, sizeof x);
    memcpy(&y, &b, sizeof y);
    x = (x & mask) | (y & ~mask);
    memcpy(&a, &x, sizeof a);
    return a;
}

DIGITS_CODE_ATTR static inline vec all_vec(float x)
{
    return vec_all(x);
}

DIGITS_CODE_ATTR static inline vec_bits bits_vec(vec x)
{
#if VEC == 1
    vec_bits bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
#else
    return (vec_bits)x;
#endif
}

DIGITS_CODE_ATTR static inline vec from_bits_vec(vec_bits bits)
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
DIGITS_CODE_ATTR static inline vec select_vec(vec_bits c, vec a, vec b)
{
#if VEC == 1
    return c ? a : b;
#else
    return (vec)((c & (vec_bits)a) | (~c & (vec_bits)b));
#endif
}

DIGITS_CODE_ATTR static inline vec fma_vec(vec a, vec b, vec c)
{
    return vec_fma(a, b, c);
}

DIGITS_CODE_ATTR static inline vec bound_vec(vec x, float low, float high)
{
    return vec_min(vec_max(x, vec_all(low)), vec_all(high));
}

/* 2^n for n in [-126, 127]; one exponent further up is infinity. */
DIGITS_CODE_ATTR static inline vec power_of_two_vec(vec_bits n)
{
    return from_bits_vec((n + 127) << 23);
}

/* x / log(2) rounded, as the last bits of a float that has none for fractions: 1.5 * 2^23 + n. */
DIGITS_CODE_ATTR static inline vec halvings_vec(vec x)
{
    return fma_vec(x, all_vec(1.44269504f), all_vec(12582912.0f));
}

/* That n. It goes by the bits, since registers may hold digits that a float in memory doesn't (on the 80387). */
DIGITS_CODE_ATTR static inline vec_bits exponent_of_vec(vec halvings)
{
    return bits_vec(halvings) - 0x4b400000;
}

/* The same as a float; the subtraction is quicker, and exact where there are vectors, which the 80387 has not. */
DIGITS_CODE_ATTR static inline vec whole_vec(vec halvings)
{
#if VEC == 1
    return (vec)exponent_of_vec(halvings);
#else
    return halvings - 12582912.0f;
#endif
}

/* e^(x - n log(2)) - 1: log(2) is split in two so that the first product is exact. What is left is at most
 * log(2) / 2; fit error 3.2e-9. */
DIGITS_CODE_ATTR static inline vec expm1_rest_vec(vec x, vec halvings)
{
    const vec n = whole_vec(halvings), r = fma_vec(n, all_vec(2.12194440e-4f), fma_vec(n, all_vec(-0.693359375f), x));
    const vec p = fma_vec(r, fma_vec(r, all_vec(0.00139506022f), all_vec(0.00836895313f)), all_vec(0.041666206f));
    return fma_vec(r * r, fma_vec(r, fma_vec(r, p, all_vec(0.166665182f)), all_vec(0.5f)), r);
}

/* e^x. Error below 1.1 ULP. Two factors make the power of two, so that results below FLT_MIN come out rounded as well.
 * Where the result is 0, as of what is masked in attention, nothing underflows: that would be slow. */
DIGITS_CODE_ATTR static inline vec exp_vec(vec x)
{
    const vec c = select_vec(x > -104.0f, bound_vec(x, -104.0f, 89.0f), all_vec(0.0f)), h = halvings_vec(c);
    const vec_bits n = exponent_of_vec(h), half = n >> 1;
    const vec y = (1.0f + expm1_rest_vec(c, h)) * power_of_two_vec(half) * power_of_two_vec(n - half);
    return select_vec(x > -104.0f, y, select_vec(x != x, x, all_vec(0.0f)));
}

/* The columns of the widest tile, and the rows of the tallest. About TILE_CHAIN products are added up one by one before
 * their sum is added to the sum of the others: rounding errors grow with the length of such chains. */
enum { TILE_CHAIN = 64 };
#if VEC == 16
enum { TILE_COLUMNS = 64, TILE_MOST_ROWS = 12 };
#elif VEC == 8 || (VEC == 4 && defined(__aarch64__))
enum { TILE_COLUMNS = 16, TILE_MOST_ROWS = 6 };
#else
enum { TILE_COLUMNS = VEC == 4 ? 16 : 4, TILE_MOST_ROWS = 3 };
#endif

/* Where the chain that starts at k ends, the last one at `end`: none is shorter than half of
 * what chains should have. */
DIGITS_CODE_ATTR static inline size_t chain_end(size_t k, size_t end, size_t most)
{
    return end - k > most + most / 2 ? k + most : end;
}

/* How many rows a tile of so many columns should have, to fill the registers. */
DIGITS_CODE_ATTR static inline int32_t tile_rows(int32_t columns)
{
    if (VEC < 16) return TILE_MOST_ROWS;
    return columns <= 32 ? 12 : columns <= 48 ? 8 : 6;
}

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
    size_t x_at[16], y_at[16];   /* where the rows are in x, and in y and add; those after the last are copies of it */
    int32_t runs[3], length;
    size_t x_step[3], w_step[3]; /* from run to run, in elements */
    size_t panel;                /* from panel to panel of w, in elements */
    size_t ahead;                /* weights so many elements after those in use are fetched for later, one row of a */
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

/* Weights in panels of 16 columns, as they are stored: what tells a tile of them (tile.c). */
struct panels {
    const float *w;
    const void *narrow; /* in place of w: those of 16 or 8 bits */
    const float *scale; /* of all columns, for those of 8 bits; or NULL */
    void (*tile)(const struct tile *t);
};

/* The scales of the columns from number `column` on. */
DIGITS_CODE_ATTR static inline const float *panels_scale(const struct panels *w, size_t column)
{
    return w->scale ? w->scale + column : NULL;
}

/* y is complete when this tile is: it is clamped to [low, high], or activated with these two as parameters. */
DIGITS_CODE_ATTR static inline void tile_completes(struct tile *t, float low, float high, activation_f32 *activation)
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

DIGITS_CODE_ATTR static inline void tile_activate(const struct tile *t)
{
    if (t->activation) t->activation(t->y, t->y_at, t->rows, t->columns, t->alpha, t->beta);
}

/* sums[rows][width] = y, for columns from `from` on; rows may count copies of the last one. */
DIGITS_CODE_ATTR
static VEC_FUNCTION void tile_resume_f32(const struct tile *t, size_t from, float *sums, int32_t rows, int32_t width)
{
    const int32_t columns = t->columns - (int32_t)from;
    for (int32_t r = 0; r < rows; r++, sums += width)
        for (int32_t c = 0; c < width; c += VEC)
            vec_store(sums + c, vec_load_some(t->y + t->y_at[r] + from + (size_t)c, columns - c));
}

/* y = clamp(sums[rows][width] + what is to be added), for columns from `from` on. */
DIGITS_CODE_ATTR
static VEC_FUNCTION void tile_finish_f32(const struct tile *t, size_t from, const float *sums, int32_t width)
{
    const vec low = vec_all(t->low), high = vec_all(t->high);
    const int32_t columns = t->columns - (int32_t)from;
    for (int32_t r = 0; r < t->rows; r++, sums += width)
        for (int32_t c = 0; c < width && c < columns; c += VEC) {
            const size_t at = t->y_at[r] + from + (size_t)c;
            vec sum = vec_load(sums + c);
            if (t->add) sum += vec_load_some(t->add + at, columns - c);
            vec_store_some(t->y + at, vec_min(high, vec_max(low, sum)), columns - c);
        }
}

/* What functions for tiles of R rows and C vectors are made of, from column `from` on: sums are named variables, since
 * compilers keep arrays of them in memory. DO(r, c) is written out for every sum. all[R][C vectors] takes the sums of
 * earlier chains; it is the caller's, since compilers would try to keep it in registers, too. */
#define TILE_EACH_1(DO, r) DO(r, 0)
#define TILE_EACH_2(DO, r) TILE_EACH_1(DO, r) DO(r, 1)
#define TILE_EACH_3(DO, r) TILE_EACH_2(DO, r) DO(r, 2)
#define TILE_EACH_4(DO, r) TILE_EACH_3(DO, r) DO(r, 3)
#define TILE_EACH_8(DO, r) TILE_EACH_4(DO, r) DO(r, 4) DO(r, 5) DO(r, 6) DO(r, 7)
#define TILE_ROWS_1(DO, C) DO(0, C)
#define TILE_ROWS_2(DO, C) TILE_ROWS_1(DO, C) DO(1, C)
#define TILE_ROWS_3(DO, C) TILE_ROWS_2(DO, C) DO(2, C)
#define TILE_ROWS_4(DO, C) TILE_ROWS_3(DO, C) DO(3, C)
#define TILE_ROWS_6(DO, C) TILE_ROWS_4(DO, C) DO(4, C) DO(5, C)
#define TILE_ROWS_8(DO, C) TILE_ROWS_6(DO, C) DO(6, C) DO(7, C)
#define TILE_ROWS_9(DO, C) TILE_ROWS_8(DO, C) DO(8, C)
#define TILE_ROWS_12(DO, C) TILE_ROWS_9(DO, C) DO(9, C) DO(10, C) DO(11, C)
#define TILE_ROWS_16(DO, C) TILE_ROWS_12(DO, C) DO(12, C) DO(13, C) DO(14, C) DO(15, C)
#define TILE_PLACE(c) ((size_t)((c) * VEC / 16) * t->panel + (size_t)((c) * VEC % 16))
#define TILE_START(r, c) \
    const vec start##c = start ? vec_load_some(start + (c) * VEC, columns - (c) * VEC) : vec_all(0);
#define TILE_ZERO(r, c) vec sum##r##c = start##c;
#define TILE_BEGIN(r, C) const float *const x##r = t->x + t->x_at[r]; TILE_EACH_##C(TILE_ZERO, r)
/* Later weights are fetched, but not in tiles of one vector: those load an element of x for every product, and are
 * short of registers; nor in the widest ones, which single rows have: what is fetched while it is loaded anyway
 * comes a fifth slower. */
#define TILE_FETCH_1
#define TILE_FETCH_2 VEC_FETCH(w + t->ahead);
#define TILE_FETCH_3 TILE_FETCH_2
#define TILE_FETCH_4 TILE_FETCH_2
#define TILE_FETCH_8
#define TILE_WEIGHTS_f32(r, c) const vec w##c = vec_load(w + TILE_PLACE(c));
#define TILE_FMA(r, c) sum##r##c = vec_fma(x_k, w##c, sum##r##c);
#define TILE_ADD(r, C) { const vec x_k = vec_all(x##r[k]); TILE_EACH_##C(TILE_FMA, r) }
#define TILE_TAKE(W, R, C) TILE_EACH_##C(TILE_WEIGHTS_##W, 0) TILE_ROWS_##R(TILE_ADD, C) w += 16; k++;
#define TILE_ADDEND(r, c) sum##r##c += vec_load(add + (c) * VEC);
#define TILE_PLUS(r, C) { const float *const add = t->add + t->y_at[r] + from; TILE_EACH_##C(TILE_ADDEND, r) }
#define TILE_CLAMP_SOME(r, c) \
    vec_store_some(y + (c) * VEC, vec_min(high, vec_max(low, sum##r##c)), columns - (c) * VEC);
#define TILE_STORE_SOME(r, C) { float *const y = t->y + t->y_at[r] + from; TILE_EACH_##C(TILE_CLAMP_SOME, r) }
#define TILE_CLAMP(r, c) vec_store(y + (c) * VEC, vec_min(high, vec_max(low, sum##r##c)));
#define TILE_STORE(r, C) { float *const y = t->y + t->y_at[r] + from; TILE_EACH_##C(TILE_CLAMP, r) }
#define TILE_KEEP(r, c) vec_store(sums + (c) * VEC, sum##r##c);
#define TILE_SPILL(r, C) { float *const sums = all + (r) * (C) * VEC; TILE_EACH_##C(TILE_KEEP, r) }
#define TILE_JOIN(r, c) sum##r##c += vec_load(sums + (c) * VEC);
#define TILE_REJOIN(r, C) { const float *const sums = all + (r) * (C) * VEC; TILE_EACH_##C(TILE_JOIN, r) }
#define TILE_CLEAR(r, c) sum##r##c = vec_all(0);
#define TILE_RESET(r, C) TILE_EACH_##C(TILE_CLEAR, r)

/* Within its caller, gcc would keep the places of eight panels in vector registers. */
#ifdef __GNUC__
#define TILE_APART __attribute__((noinline))
#else
#define TILE_APART
#endif

#define TILE_FUNCTION(W, R, C) \
VEC_FUNCTION DIGITS_CODE_ATTR static void tile_##W##_##R##x##C(const struct tile *t, size_t from, float *all) \
{ \
    const int32_t columns = t->columns - (int32_t)from; \
    const float *const start = t->start ? t->start + from : NULL; \
    TILE_OF_##W *const panel = TILE_FIRST_##W + (t->w_at + from / 16 * t->panel + from % 16); \
    TILE_EACH_##C(TILE_START, 0) \
    TILE_EACH_##C(TILE_SCALES_##W, 0) \
    TILE_ROWS_##R(TILE_BEGIN, C) \
    const size_t most = t->chain > 0 ? t->chain : (size_t)TILE_CHAIN; \
    size_t chain = 0; \
    bool joins = t->resume; \
    if (joins) tile_resume_f32(t, from, all, R, (C) * VEC); \
    for (int32_t i = 0; i < t->runs[0]; i++) \
        for (int32_t j = 0; j < t->runs[1]; j++) \
            for (int32_t l = 0; l < t->runs[2]; l++) { \
                size_t k = (size_t)i * t->x_step[0] + (size_t)j * t->x_step[1] + (size_t)l * t->x_step[2]; \
                TILE_OF_##W *w = panel + ((size_t)i * t->w_step[0] + (size_t)j * t->w_step[1] + \
                                          (size_t)l * t->w_step[2]); \
                for (const size_t end = k + (size_t)t->length; k < end;) { \
                    if (chain >= most) { \
                        if (joins) { TILE_ROWS_##R(TILE_REJOIN, C) } \
                        TILE_ROWS_##R(TILE_SPILL, C) \
                        TILE_ROWS_##R(TILE_RESET, C) \
                        joins = true; \
                        chain = 0; \
                    } \
                    const size_t stop = chain_end(k, end, most); \
                    chain += stop - k; \
                    TILE_ROUND_##W(R) \
                    do { \
                        TILE_FETCH_##C \
                        TILE_TAKE_##W(R, C) \
                    } while (k < stop); \
                } \
            } \
    if (joins) { TILE_ROWS_##R(TILE_REJOIN, C) } \
    const bool whole = columns >= (C) * VEC; \
    if (VEC_SMALL || (!whole && (t->add || VEC < 16))) { \
        TILE_ROWS_##R(TILE_SPILL, C) \
        tile_finish_f32(t, from, all, (C) * VEC); \
        return; \
    } \
    const vec low = vec_all(t->low), high = vec_all(t->high); \
    if (!whole) { \
        TILE_ROWS_##R(TILE_STORE_SOME, C) \
        return; \
    } \
    if (t->add) { \
        TILE_ROWS_##R(TILE_PLUS, C) \
    } \
    TILE_ROWS_##R(TILE_STORE, C) \
}


/* Those of all widths, and their table by rows - 1 and width - 1; those that tile_rows has not are left out. */
#if VEC == 16
#define TILE_FUNCTIONS(W, R) \
    TILE_FUNCTION(W, R, 1) TILE_FUNCTION(W, R, 2) TILE_FUNCTION(W, R, 3) TILE_FUNCTION(W, R, 4)
#define TILE_WIDTHS(W, R) {tile_##W##_##R##x1, tile_##W##_##R##x2, tile_##W##_##R##x3, tile_##W##_##R##x4}
#elif VEC == 8
#define TILE_FUNCTIONS(W, R) TILE_FUNCTION(W, R, 2)
#define TILE_WIDTHS(W, R) {tile_##W##_##R##x2}
#else
#define TILE_FUNCTIONS(W, R) TILE_FUNCTION(W, R, 4)
#define TILE_WIDTHS(W, R) {tile_##W##_##R##x4}
#endif
#if VEC == 16
#define TILE_ALL(W) \
    TILE_FUNCTIONS(W, 1) TILE_FUNCTIONS(W, 2) TILE_FUNCTIONS(W, 4) TILE_FUNCTIONS(W, 6) \
    TILE_FUNCTION(W, 9, 1) TILE_FUNCTION(W, 9, 2) TILE_FUNCTION(W, 12, 1) TILE_FUNCTION(W, 12, 2) TILE_FUNCTION(W, 8, 3)
#define TILE_TABLE(W) \
    TILE_WIDTHS(W, 1), TILE_WIDTHS(W, 2), TILE_WIDTHS(W, 4), TILE_WIDTHS(W, 4), TILE_WIDTHS(W, 6), TILE_WIDTHS(W, 6), \
    {tile_##W##_9x1, tile_##W##_9x2, tile_##W##_8x3, NULL}, {tile_##W##_9x1, tile_##W##_9x2, tile_##W##_8x3, NULL}, \
    {tile_##W##_9x1, tile_##W##_9x2, NULL, NULL}, {tile_##W##_12x1, tile_##W##_12x2, NULL, NULL}, \
    {tile_##W##_12x1, tile_##W##_12x2, NULL, NULL}, {tile_##W##_12x1, tile_##W##_12x2, NULL, NULL}
#elif VEC == 8 || (VEC == 4 && defined(__aarch64__))
#define TILE_ALL(W) TILE_FUNCTIONS(W, 1) TILE_FUNCTIONS(W, 2) TILE_FUNCTIONS(W, 4) TILE_FUNCTIONS(W, 6)
#define TILE_TABLE(W) \
    TILE_WIDTHS(W, 1), TILE_WIDTHS(W, 2), TILE_WIDTHS(W, 4), TILE_WIDTHS(W, 4), TILE_WIDTHS(W, 6), TILE_WIDTHS(W, 6)
#else
#define TILE_ALL(W) TILE_FUNCTIONS(W, 1) TILE_FUNCTIONS(W, 2) TILE_FUNCTIONS(W, 3)
#define TILE_TABLE(W) TILE_WIDTHS(W, 1), TILE_WIDTHS(W, 2), TILE_WIDTHS(W, 3)
#endif

/* How a window moves over an image. The sizes are in pixels; fields of dimensions an image doesn't
 * have are 1, their pads 0. */
struct window {
    int32_t in_d, in_h, in_w;
    int32_t kernel_d, kernel_h, kernel_w;
    int32_t stride_d, stride_h, stride_w;
    int32_t dilation_d, dilation_h, dilation_w;
    int32_t pad_d, pad_h, pad_w; /* before the first pixel; what lies after the last follows from the rest */
    int32_t out_d, out_h, out_w;
};

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
#ifdef _OPENMP
enum { CONV_TAP = 512, CONV_BAND = 65536, CONV_PIECES = 4 };
#else
enum { CONV_TAP = 512, CONV_BAND = 65536, CONV_PIECES = 1 };
#endif

/* How many rows of output a band has, if each needs `line` elements of x and is computed in `parts`: even bands. */
DIGITS_CODE_ATTR static inline int32_t rows_of_band(int32_t rows, int32_t line, int32_t parts)
{
    const int32_t most = line < CONV_BAND ? CONV_BAND / line : 1, fit = (rows + most - 1) / most,
                  shared = (CONV_PIECES - 1 + parts) / parts;
    const int32_t bands = fit > shared ? fit : shared < rows ? shared : rows;
    return bands > 0 ? (rows + bands - 1) / bands : 1;
}

DIGITS_CODE_ATTR static inline bool planes_apart(const struct conv_packed *c)
{
    return c->x_pixel == 1 && c->in_channels > 1;
}

/* The taps of a window along one dimension that lie inside the image. */
struct inside {
    int32_t first, count;
};

DIGITS_CODE_ATTR static inline struct inside taps_inside(int32_t at, int32_t in, int32_t kernel, int32_t dilation)
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

/* Windows of so many channels that sums of one tap's products are worth keeping in y. */
DIGITS_CODE_ATTR static inline bool conv_by_taps(const struct window *p, const struct conv_packed *c)
{
    return !VEC_SMALL && c->in_channels >= CONV_TAP && c->chunk == c->in_channels &&
           p->kernel_d * p->kernel_h * p->kernel_w > 1 && !planes_apart(c);
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
DIGITS_CODE_ATTR static inline struct pixel_steps dense_steps(const struct window *p, size_t x_pixel, size_t y_pixel)
{
    const size_t line = y_pixel * (size_t)p->out_w;
    return (struct pixel_steps){
        .x_pixel = x_pixel, .y_pixel = y_pixel, .y_line = line, .y_plane = line * (size_t)p->out_h};
}

/* How many of the pixels that are left the next tile takes, of at most `most`: where few would be alone in the last
 * one, waiting for their own additions, they share with those before. */
DIGITS_CODE_ATTR static inline int32_t pixels_of_tile(int64_t left, int32_t most)
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

/* While a tile of columns [from, ...) takes up weights of a panel from `at` on, those of the
 * columns after are fetched. */
DIGITS_CODE_ATTR static inline void fetch_panels(struct tile *t, const struct conv_packed *c, int32_t from, size_t at)
{
    const int32_t panels = (t->columns + 15) / 16, after = (c->out_channels - from + 15) / 16 - panels;
    t->fetches = panels < after ? panels : after;
    t->ahead = after > 0 ? (size_t)panels * t->panel - at : 0;
}

/* The output positions in [from, end) for which a tap is inside the image, if it is `at` for position 0. */
DIGITS_CODE_ATTR
static inline struct inside outputs_inside(int32_t at, int32_t from, int32_t end, int32_t in, int32_t stride)
{
    const int32_t first = at < 0 ? (stride - 1 - at) / stride : 0,
                  after = at < in ? (in - at + stride - 1) / stride : 0;
    struct inside outputs = {first > from ? first : from, 0};
    outputs.count = (after < end ? after : end) - outputs.first;
    return outputs;
}

/* Adds the products of tap i to y, for rows [top, bottom) of plane d. */
DIGITS_CODE_ATTR
static void window_tap(struct tile *t, void (*tile)(const struct tile *), const struct window *p,
                       const struct pixel_steps *s, int32_t i, int32_t d, int32_t top, int32_t bottom)
{
    const struct inside taps[3] = {{i / p->kernel_w / p->kernel_h, 1},
                                   {i / p->kernel_w % p->kernel_h, 1},
                                   {i % p->kernel_w, 1}};
    const struct inside planes = outputs_inside(taps[0].first * p->dilation_d - p->pad_d, d, d + 1, p->in_d,
                                                p->stride_d);
    const struct inside rows = outputs_inside(taps[1].first * p->dilation_h - p->pad_h, top, bottom, p->in_h,
                                              p->stride_h);
    const struct inside columns = outputs_inside(taps[2].first * p->dilation_w - p->pad_w, 0, p->out_w, p->in_w,
                                                 p->stride_w);
    if (planes.count <= 0 || rows.count <= 0 || columns.count <= 0) return;
    const size_t w_at = t->w_at;
    t->w_at = w_at + window_runs(t, p, s, taps);
    window_region(t, tile, tile_rows(t->columns), p, s, taps, d, rows.first, rows.first + rows.count, columns.first,
                  columns.first + columns.count);
    t->w_at = w_at;
}

/* conv_columns_f32 tap by tap: each of them is taken to all pixels where it is inside, so that none of these are left
 * for small tiles; its weights stay in near memory while those of the next are fetched. y has the sums in between. */
DIGITS_CODE_ATTR
static void conv_taps_f32(const float *x, const struct panels *w, size_t w_at, const float *b, const float *add,
                          float *y, const struct window *p, const struct conv_packed *c,
                          const struct pixel_steps *steps, float low, float high, activation_f32 *activation,
                          int32_t from, int32_t columns, int32_t d, int32_t top, int32_t bottom)
{
    const struct inside none[3] = {{0, 0}, {0, 0}, {0, 0}};
    const int32_t window = p->kernel_d * p->kernel_h * p->kernel_w;
    struct pixel_steps s = *steps;
    s.channels = c->in_channels;
    s.w_tap = (size_t)c->in_channels * 16;
    const size_t panel = (size_t)window * s.w_tap;
    struct tile t = {.x = x,
                     .w = w->w,
                     .narrow = w->narrow,
                     .scale = panels_scale(w, w_at / panel * 16 + (size_t)from),
                     .w_at = w_at + (size_t)(from / 16) * panel,
                     .start = b ? b + from : NULL,
                     .y = y + from,
                     .panel = panel,
                     .columns = columns,
                     .low = -INFINITY,
                     .high = INFINITY};
    window_region(&t, w->tile, tile_rows(columns), p, &s, none, d, top, bottom, 0, p->out_w);
    t.start = NULL;
    t.resume = true;
    for (int32_t i = 0; i < window; i++) {
        fetch_panels(&t, c, from, (size_t)i * s.w_tap);
        if (i + 1 < window) {
            t.fetches = (columns + 15) / 16;
            t.ahead = s.w_tap;
        }
        window_tap(&t, w->tile, p, &s, i, d, top, bottom);
    }
    window_runs(&t, p, &s, none);
    t.ahead = 0;
    t.add = add ? add + from : NULL;
    tile_completes(&t, low, high, activation);
    window_region(&t, w->tile, tile_rows(columns), p, &s, none, d, top, bottom, 0, p->out_w);
}

/* Output channels [from, from + columns) of a group, in rows [top, bottom) of plane d of one image. The pointers are to
 * the group's first channel; its first panel is w_at elements after that of w. */
DIGITS_CODE_ATTR
static void conv_columns_f32(const float *x, const struct panels *w, size_t w_at, const float *b, const float *add,
                             float *y, const struct window *p, const struct conv_packed *c,
                             const struct pixel_steps *steps, float low, float high, activation_f32 *activation,
                             int32_t from, int32_t columns, int32_t d, int32_t top, int32_t bottom)
{
    const size_t window = (size_t)p->kernel_d * (size_t)p->kernel_h * (size_t)p->kernel_w;
    const size_t panel = window * (size_t)c->in_channels * 16;
    struct tile t = {.w = w->w,
                     .narrow = w->narrow,
                     .scale = panels_scale(w, (panel > 0 ? w_at / panel * 16 : 0) + (size_t)from),
                     .y = y + from,
                     .panel = panel,
                     .columns = columns,
                     .low = -INFINITY,
                     .high = INFINITY};
    struct pixel_steps s = *steps;
    s.apart = planes_apart(c);
    if (!VEC_SMALL && c->chunk == c->in_channels) fetch_panels(&t, c, from, 0);
    for (int32_t first = 0; first < c->in_channels; first += c->chunk) {
        const int32_t n = c->in_channels - first < c->chunk ? c->in_channels - first : c->chunk;
        s.channels = n;
        s.w_tap = s.apart ? 16 : (size_t)n * 16;
        s.joined = p->dilation_w == 1 && (s.apart || n == c->x_pixel);
        t.x = x + (size_t)first * (s.apart ? (size_t)p->in_h * (size_t)p->in_w : 1);
        t.w_at = w_at + (size_t)(from / 16) * panel + window * (size_t)first * 16;
        t.start = b && first == 0 ? b + from : NULL;
        t.resume = first > 0;
        if (first + n == c->in_channels) {
            t.add = add ? add + from : NULL;
            tile_completes(&t, low, high, activation);
        }
        window_band(&t, w->tile, tile_rows(columns), p, &s, d, top, bottom);
    }
}

/* conv_packed_f32 of weights of any type, which begin w_at elements after those of w, where images of y are y_image
 * floats apart, and its pixels as `s` says. */
DIGITS_CODE_ATTR
static void conv_spread_f32(const float *x, const struct panels *w, size_t w_at, const float *b, const float *add,
                            float *y, size_t y_image, const struct window *p, const struct conv_packed *c,
                            const struct pixel_steps *s, float low, float high, activation_f32 *activation)
{
    const size_t in_size = (size_t)p->in_d * (size_t)p->in_h * (size_t)p->in_w;
    const bool apart = planes_apart(c);
    const size_t x_image = in_size * (size_t)(apart ? c->groups * c->in_channels : c->x_pixel),
                 x_group = (size_t)c->in_channels * (apart ? in_size : 1);
    const int32_t panels = (c->out_channels + 15) / 16, wide = (TILE_COLUMNS + 15) / 16,
                  parts = (panels + wide - 1) / wide;
    const size_t w_group = (size_t)panels * 16 * (size_t)c->in_channels * (size_t)p->kernel_d * (size_t)p->kernel_h *
                           (size_t)p->kernel_w;
    /* Bands would read weights that are in far memory again and again, which costs more than x
     * does where sums are long. */
    const bool whole = w_group > 4 * CONV_BAND && w_group / (size_t)panels >= 16 * 1024;
    const int32_t line = whole ? 1 : p->in_w * p->stride_h * (apart ? c->in_channels : c->x_pixel);
    const int32_t band = rows_of_band(p->out_h, line, parts), bands = (p->out_h + band - 1) / band;
#ifdef _OPENMP
#pragma omp parallel for
#endif
    for (int32_t i = 0; i < c->batch * c->groups * p->out_d * bands * parts; i++) {
        const int32_t part = i % parts, top = i / parts % bands * band, d = i / parts / bands % p->out_d,
                      image = i / parts / bands / p->out_d;
        const size_t n = (size_t)(image / c->groups), g = (size_t)(image % c->groups),
                     y_at = n * y_image + g * (size_t)c->out_channels;
        const int32_t from = part * panels / parts * 16, to = (part + 1) * panels / parts * 16;
        const float *const bias = b ? b + g * (size_t)c->out_channels : NULL, *const addend = add ? add + y_at : NULL;
        (conv_by_taps(p, c) ? conv_taps_f32 : conv_columns_f32)(
            x + n * x_image + g * x_group, w, w_at + g * w_group, bias, addend, y + y_at, p, c, s, low, high,
            activation, from, (to < c->out_channels ? to : c->out_channels) - from, d, top,
            top + band < p->out_h ? top + band : p->out_h);
    }
}

#define TILE_OF_f32 const float
#define TILE_FIRST_f32 t->w
#define TILE_SCALES_f32(r, c)
#define TILE_ROUND_f32(R)
#define TILE_TAKE_f32(R, C) TILE_TAKE(f32, R, C)
TILE_APART TILE_FUNCTION(f32, 1, 8)
TILE_ALL(f32)
static void (*const tile_f32_functions[TILE_MOST_ROWS][VEC == 16 ? 4 : 1])(const struct tile *t, size_t from,
                                                                          float *all) = {TILE_TABLE(f32)};

DIGITS_CODE_ATTR static void tile_f32(const struct tile *t)
{
    const size_t columns = (size_t)t->columns;
    vec space[24];
    float *const all = (float *)space;
    size_t from = 0;
    if (t->rows == 1 && !VEC_SMALL)
        for (; from + 8 * VEC <= columns; from += 8 * VEC) tile_f32_1x8(t, from, all);
    for (; from < columns; from += TILE_COLUMNS) {
        const size_t width = columns - from < TILE_COLUMNS ? columns - from : (size_t)TILE_COLUMNS;
        tile_f32_functions[t->rows - 1][VEC == 16 ? (width - 1) / 16 : 0](t, from, all);
    }
    tile_activate(t);
}

/* y = clamp(x convolved with w + b + add), or activation of that: w packed by pack_conv, add like y; b, add and
 * activation may be NULL. y must not overlap the inputs. */
DIGITS_CODE_ATTR
static void conv_packed_f32(const float *x, const float *w, const float *b, const float *add, float *y,
                            const struct window *p, const struct conv_packed *c, float low, float high,
                            activation_f32 *activation)
{
    const struct panels panels = {.w = w, .tile = tile_f32};
    const struct pixel_steps s = dense_steps(p, (size_t)c->x_pixel, (size_t)c->y_pixel);
    conv_spread_f32(x, &panels, 0, b, add, y, s.y_plane * (size_t)p->out_d, p, c, &s, low, high, activation);
}

DIGITS_CODE_ATTR static inline float add_f32(float a, float b)
{
    return a + b;
}

DIGITS_CODE_ATTR static inline vec add_vec(vec a, vec b)
{
    return a + b;
}

/* NaN if either is. */
DIGITS_CODE_ATTR static inline float max_f32(float a, float b)
{
    return select_f32((a > b) | (a != a), a, b);
}

/* NaN if either is. */
DIGITS_CODE_ATTR static inline vec max_vec(vec a, vec b)
{
    return select_vec(a != a, a, vec_max(a, b));
}

struct gemm_packed {
    int32_t m, n, k;
    int32_t a_row;   /* stride of a along m; it is contiguous along k */
    int32_t y_row;   /* stride of y and of the addend along m; they are contiguous along n */
};

/* About how many products of k a pass over the tiles takes up, and rows a band has: the weights of a pass and the rows'
 * elements fit the caches. A pass is whole chains (tile.c), so that sums don't depend on there being passes. */
enum { GEMM_PASS = 12 * TILE_CHAIN, GEMM_BAND = 240 };

/* What to fetch while a tile of columns [from, from + columns) takes up products [k, k + length) (see struct tile): one
 * after the other, the panels that come next, of the same columns or of those after them. A single row's come as fast
 * as memory is, anyway. */
DIGITS_CODE_ATTR
static inline size_t gemm_ahead(const struct gemm_packed *p, int32_t from, int32_t columns, int32_t k, int32_t length,
                                int32_t tile)
{
    const int32_t panels = (columns + 15) / 16, all = (p->n + 15) / 16 - from / 16;
    const bool same = k + length < p->k;
    const size_t at = (size_t)(same ? tile : panels + tile) * (size_t)p->k + (size_t)(same ? k + length : 0);
    return p->m > 1 && tile < panels && at + (size_t)length <= (size_t)all * (size_t)p->k ? (at - (size_t)k) * 16 : 0;
}

/* Columns from `from` on of rows [first, first + rows). The weights begin w_at elements after those of w. */
DIGITS_CODE_ATTR
static void gemm_band_f32(const float *a, const struct panels *w, size_t w_at, const float *bias, const float *add,
                          float *y, const struct gemm_packed *p, float low, float high, activation_f32 *activation,
                          int32_t first, int32_t rows, int32_t from, int32_t columns)
{
    const size_t panel = (size_t)p->k * 16;
    struct tile t = {.w = w->w,
                     .narrow = w->narrow,
                     .scale = panels_scale(w, (p->k > 0 ? w_at / panel * 16 : 0) + (size_t)from),
                     .y = y + from,
                     .runs = {1, 1, 1},
                     .panel = panel,
                     .columns = columns,
                     .low = -INFINITY,
                     .high = INFINITY};
    int32_t k = 0;
    do {
        t.length = (int32_t)chain_end((size_t)k, (size_t)p->k, GEMM_PASS) - k;
        t.x = a + k;
        t.w_at = w_at + (size_t)from / 16 * panel + (size_t)k * 16;
        t.start = k == 0 && bias ? bias + from : NULL;
        t.resume = k > 0;
        if (k + t.length == p->k) {
            t.add = add ? add + from : NULL;
            tile_completes(&t, low, high, activation);
        }
        const int32_t most = tile_rows(columns);
        for (int32_t i = 0; i < rows; i += most) {
            t.rows = rows - i < most ? rows - i : most;
            t.ahead = gemm_ahead(p, from, columns, k, t.length, i / most);
            for (int32_t r = 0; r < most; r++) {
                const size_t row = (size_t)(first + i + (r < t.rows ? r : t.rows - 1));
                t.x_at[r] = row * (size_t)p->a_row;
                t.y_at[r] = row * (size_t)p->y_row;
            }
            w->tile(&t);
        }
        k += t.length;
    } while (k < p->k);
}

/* gemm_packed_f32 of weights of any type, which begin w_at elements after those of w. */
DIGITS_CODE_ATTR
static void gemm_panels_f32(const float *a, const struct panels *w, size_t w_at, const float *bias, const float *add,
                            float *y, const struct gemm_packed *p, float low, float high, activation_f32 *activation)
{
    const int32_t panels = (p->n + 15) / 16, wide = p->m == 1 ? (8 * VEC + 15) / 16 : (TILE_COLUMNS + 15) / 16;
    const int32_t groups = (panels + wide - 1) / wide, bands = (p->m + GEMM_BAND - 1) / GEMM_BAND;
#ifdef _OPENMP
#pragma omp parallel for
#endif
    for (int32_t i = 0; i < bands * groups; i++) {
        const int32_t from = (int32_t)((int64_t)(i % groups) * panels / groups) * 16,
                      to = (int32_t)((int64_t)(i % groups + 1) * panels / groups) * 16;
        const int32_t row = i / groups * GEMM_BAND;
        gemm_band_f32(a, w, w_at, bias, add, y, p, low, high, activation, row,
                      p->m - row < GEMM_BAND ? p->m - row : (int32_t)GEMM_BAND, from, (to < p->n ? to : p->n) - from);
    }
}

/* y[m][n] = clamp(a[m][k] * w[k][n] + bias[n] + add[m][n]), or activation of that: w packed by pack_panels; bias, add
 * and activation may be NULL. y must not overlap the inputs. */
DIGITS_CODE_ATTR
static void gemm_packed_f32(const float *a, const float *w, const float *bias, const float *add, float *y,
                            const struct gemm_packed *p, float low, float high, activation_f32 *activation)
{
    const struct panels panels = {.w = w, .tile = tile_f32};
    gemm_panels_f32(a, &panels, 0, bias, add, y, p, low, high, activation);
}

enum {
    REDUCE_LANES = 16,   /* partial results along a contiguous axis; four vectors of them in float32 */
    REDUCE_COLUMNS = 64, /* neighbouring results computed together along any other axis */
    REDUCE_BLOCK = 512   /* elements between joins */
};

DIGITS_CODE_ATTR static inline vec reduce_take_sum_vec(vec part, vec x)
{
    return add_vec(part, x);
}

DIGITS_CODE_ATTR static inline float reduce_start_sum_f32(void)
{
    return 0;
}

DIGITS_CODE_ATTR static inline float reduce_join_sum_f32(float a, float b)
{
    return add_f32(a, b);
}

DIGITS_CODE_ATTR static inline vec reduce_join_sum_vec(vec a, vec b)
{
    return add_vec(a, b);
}

DIGITS_CODE_ATTR static inline float reduce_start_max_f32(void)
{
    return -INFINITY;
}

DIGITS_CODE_ATTR static inline vec reduce_take_max_vec(vec part, vec x)
{
    return max_vec(part, x);
}

DIGITS_CODE_ATTR static inline float reduce_join_max_f32(float a, float b)
{
    return max_f32(a, b);
}

DIGITS_CODE_ATTR static inline vec reduce_join_max_vec(vec a, vec b)
{
    return max_vec(a, b);
}

/* All elements of a vector joined. */
DIGITS_CODE_ATTR static inline float reduce_lanes_sum(vec v)
{
    if (VEC > 8) v = reduce_join_sum_vec(v, vec_swap(v, 8));
    if (VEC > 4) v = reduce_join_sum_vec(v, vec_swap(v, 4));
    if (VEC > 2) v = reduce_join_sum_vec(v, vec_swap(v, 2));
    if (VEC > 1) v = reduce_join_sum_vec(v, vec_swap(v, 1));
    return vec_first(v);
}

/* All elements of a vector joined. */
DIGITS_CODE_ATTR static inline float reduce_lanes_max(vec v)
{
    if (VEC > 8) v = reduce_join_max_vec(v, vec_swap(v, 8));
    if (VEC > 4) v = reduce_join_max_vec(v, vec_swap(v, 4));
    if (VEC > 2) v = reduce_join_max_vec(v, vec_swap(v, 2));
    if (VEC > 1) v = reduce_join_max_vec(v, vec_swap(v, 1));
    return vec_first(v);
}

DIGITS_CODE_ATTR static inline float reduce_row_sum_f32(const float *x, size_t n)
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

DIGITS_CODE_ATTR static inline float reduce_row_max_f32(const float *x, size_t n)
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
DIGITS_CODE_ATTR
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
DIGITS_CODE_ATTR static inline void reduce_exp_f32(const float *x, float *y, size_t n, float shift)
{
    for (size_t k = 0; k < n; k += VEC) {
        const int32_t lanes = n - k < VEC ? (int32_t)(n - k) : VEC;
        vec_store_some(y + k, exp_vec(vec_load_some(x + k, lanes) - shift), lanes);
    }
}

DIGITS_CODE_ATTR static inline void softmax_row_f32(const float *x, float *y, size_t n)
{
    reduce_exp_f32(x, y, n, reduce_row_max_f32(x, n));
    const float scale = 1 / reduce_row_sum_f32(y, n);
    for (size_t k = 0; k < n; k += VEC) {
        const int32_t lanes = n - k < VEC ? (int32_t)(n - k) : VEC;
        vec_store_some(y + k, vec_load_some(y + k, lanes) * scale, lanes);
    }
}

DIGITS_CODE_ATTR
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
DIGITS_CODE_ATTR static void softmax_f32(const float *x, float *y, int32_t outer, int32_t n, int32_t inner)
{
    const size_t rows = (size_t)n, width = (size_t)inner;
    for (size_t o = 0; o < (size_t)outer; o++, x += rows * width, y += rows * width) {
        if (width == 1) {
            softmax_row_f32(x, y, rows);
            continue;
        }
        for (size_t i = 0; i < width; i += REDUCE_COLUMNS)
            softmax_columns_f32(x + i, y + i, width - i < REDUCE_COLUMNS ? width - i : (size_t)REDUCE_COLUMNS,
                          rows, width);
    }
}

/* Rows of y whose windows have the same rows inside a flat image, at its borders, too. */
struct strip {
    int32_t rows, columns; /* of y */
    /* Of a row, for windows of 2 or 3 taps:
     * those that begin 1 tap before the image, lie inside, end 1 tap after it. */
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
VEC_FUNCTION DIGITS_CODE_ATTR static void NAME##_tile_##HOW(const struct tile *t) \
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
DIGITS_CODE_ATTR static void NAME##_tile(const struct tile *t) \
{ \
    if (VEC > 1 && t->columns < VEC) NAME##_tile_SOME(t); \
    else NAME##_tile_ALL(t); \
    tile_activate(t); \
}

/* NAME_JxL: a strip whose windows have J rows of L taps. A vector's weights stay in registers, and there is no loop
 * over taps; of one pixel after the other, the processor works on several at a time. */
#define CHANNELWISE_0_2(DO, NAME, j) DO(NAME, j, 0) DO(NAME, j, 1)
#define CHANNELWISE_0_3(DO, NAME, j) CHANNELWISE_0_2(DO, NAME, j) DO(NAME, j, 2)
#define CHANNELWISE_1_3(DO, NAME, j) DO(NAME, j, 1) DO(NAME, j, 2)
#define CHANNELWISE_ROWS_1(DO, NAME, TAPS) DO(NAME, 0, TAPS)
#define CHANNELWISE_ROWS_2(DO, NAME, TAPS) CHANNELWISE_ROWS_1(DO, NAME, TAPS) DO(NAME, 1, TAPS)
#define CHANNELWISE_ROWS_3(DO, NAME, TAPS) CHANNELWISE_ROWS_2(DO, NAME, TAPS) DO(NAME, 2, TAPS)
#define CHANNELWISE_KEEP(NAME, j, l) \
    NAME##_WEIGHT(weight##j##l, vec_load(t->w + (j) * t->w_step[1] + (l) * t->w_step[2] + c))
#define CHANNELWISE_KEEP_ROW(NAME, j, TAPS) CHANNELWISE_##TAPS(CHANNELWISE_KEEP, NAME, j)
#define CHANNELWISE_TAKE(NAME, j, l) sum = NAME##_ADD(sum, vec_load(x + (j) * row + ((l) - first) * tap), weight##j##l);
#define CHANNELWISE_TAKE_ROW(NAME, j, TAPS) CHANNELWISE_##TAPS(CHANNELWISE_TAKE, NAME, j)
#define CHANNELWISE_PIXELS(NAME, J, TAPS, n, from) \
            for (int32_t i = n; i > 0; i--, at += x_pixel, y += y_pixel) { \
                const size_t first = from; \
                const float *const x = image + (at + first * tap); \
                vec sum = begin; \
                CHANNELWISE_ROWS_##J(CHANNELWISE_TAKE_ROW, NAME, TAPS) \
                vec_store(y, NAME##_END(sum)); \
            }
#define CHANNELWISE_ROW_2(NAME, J) CHANNELWISE_PIXELS(NAME, J, 0_2, s->pixels[1], 0)
#define CHANNELWISE_ROW_3(NAME, J) \
            CHANNELWISE_PIXELS(NAME, J, 1_3, s->pixels[0], 1) \
            CHANNELWISE_PIXELS(NAME, J, 0_3, s->pixels[1], 0) \
            CHANNELWISE_PIXELS(NAME, J, 0_2, s->pixels[2], 0)
#define CHANNELWISE_STRIP(NAME, J, L) \
VEC_FUNCTION DIGITS_CODE_ATTR static void NAME##_##J##x##L(const struct tile *t, const struct strip *s) \
{ \
    const float *const image = t->x; \
    const size_t row = t->x_step[1], tap = t->x_step[2], x_pixel = s->x_pixel, y_pixel = s->y_pixel; \
    for (int32_t c = 0; c < t->columns; c += VEC) { \
        if (c > t->columns - VEC) c = t->columns - VEC; \
        NAME##_BEGIN(vec_load) \
        CHANNELWISE_ROWS_##J(CHANNELWISE_KEEP_ROW, NAME, 0_##L) \
        for (int32_t h = 0; h < s->rows; h++) { \
            size_t at = s->x_at + (size_t)h * s->x_line + (size_t)c; \
            float *y = t->y + s->y_at + (size_t)h * s->y_line + c; \
            CHANNELWISE_ROW_##L(NAME, J) \
        } \
    } \
}

/* Where a row's windows are cut off, for windows of 2 or 3 taps; returns if no more than half of each
 * is, at one side only. */
DIGITS_CODE_ATTR static bool strip_pixels(const struct window *p, int32_t *pixels)
{
    struct inside taps;
    for (int32_t w = 0, end; w < p->out_w; w = end) {
        end = inside_run(w, p->out_w, p->in_w, p->kernel_w, p->stride_w, p->pad_w, p->dilation_w, &taps);
        const int32_t after = p->kernel_w - taps.first - taps.count;
        if ((taps.first > 0 && after > 0) || taps.first > (p->kernel_w - 1) / 2 || after > (p->kernel_w - 1) / 2)
            return false;
        pixels[1 - taps.first + after] = end - w;
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
    const bool apart = VEC < 16 && !t->w && p->stride_w > 1;
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
#ifdef _OPENMP
#pragma omp parallel for
#endif
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

#if VEC > 1
CHANNELWISE_STRIP(DEPTHWISE, 1, 3)
CHANNELWISE_STRIP(DEPTHWISE, 2, 3)
CHANNELWISE_STRIP(DEPTHWISE, 3, 3)
static const struct channelwise depthwise = {
    DEPTHWISE_tile, {{1, 3, 0, DEPTHWISE_1x3}, {2, 3, 0, DEPTHWISE_2x3}, {3, 3, 0, DEPTHWISE_3x3}}};
#else
static const struct channelwise depthwise = {DEPTHWISE_tile, {{0, 0, 0, NULL}}};
#endif

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
#if VEC > 1
CHANNELWISE_STRIP(MAX_POOL, 2, 2)
CHANNELWISE_STRIP(MAX_POOL, 2, 3)
CHANNELWISE_STRIP(MAX_POOL, 3, 3)
static const struct channelwise max_pool = {
    MAX_POOL_tile, {{2, 2, 0, MAX_POOL_2x2}, {2, 3, 0, MAX_POOL_2x3}, {3, 3, 0, MAX_POOL_3x3}}};
#else
static const struct channelwise max_pool = {MAX_POOL_tile, {{0, 0, 0, NULL}}};
#endif

/* max_pool_f32 for channels that are neighbours. */
DIGITS_CODE_ATTR
static void max_pool_channelwise_f32(const float *x, float *y, const struct window *p, int32_t batch, int32_t channels)
{
    const struct tile t = {.x = x, .y = y};
    channelwise_f32(&t, &max_pool, p, batch, channels);
}

