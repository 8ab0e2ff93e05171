/* Written by onnx2c 0.1.0; do not edit, generate again.
 *   model    sha256 93b6422ce956b68341ab5aae7813c0bd2820beed2c16074801dbb7e6807f520e, opset 17
 *   options  --name nested_loops --dim rows:0=0..8 --dim counts:0=0..8
 *   memory   arena 96 B (lower bound 96 B), weights 9 B, no heap
 */
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Public -------------------------------------------------------------------------------------- */

#define NESTED_LOOPS_ARENA_BYTES 96
#define NESTED_LOOPS_ARENA_ALIGN 64

#define NESTED_LOOPS_N_RANK 0
#define NESTED_LOOPS_N_DIMS {0}
#define NESTED_LOOPS_N_COUNT 1 /* int64 n[] */
#define NESTED_LOOPS_GO_RANK 0
#define NESTED_LOOPS_GO_DIMS {0}
#define NESTED_LOOPS_GO_COUNT 1 /* bool go[] */
#define NESTED_LOOPS_X_RANK 1
#define NESTED_LOOPS_X_DIMS {4}
#define NESTED_LOOPS_X_COUNT 4 /* float32 x[4] */
#define NESTED_LOOPS_Y_RANK 1
#define NESTED_LOOPS_Y_DIMS {4}
#define NESTED_LOOPS_Y_COUNT 4 /* float32 y[4] */
#define NESTED_LOOPS_ROWS_RANK 2
#define NESTED_LOOPS_ROWS_DIMS {8, 4}
#define NESTED_LOOPS_ROWS_COUNT 32 /* float32 rows[rows:0,4] */
#define NESTED_LOOPS_COUNTS_RANK 1
#define NESTED_LOOPS_COUNTS_DIMS {8}
#define NESTED_LOOPS_COUNTS_COUNT 8 /* int64 counts[counts:0] */
#define NESTED_LOOPS_Z_RANK 1
#define NESTED_LOOPS_Z_DIMS {4}
#define NESTED_LOOPS_Z_COUNT 4 /* float32 z[4] */
#define NESTED_LOOPS_S_RANK 1
#define NESTED_LOOPS_S_DIMS {4}
#define NESTED_LOOPS_S_COUNT 4 /* float32 s[4] */

/* What the functions return beside 0; then outputs are unspecified, and the next call works. */
#define NESTED_LOOPS_EDIM (-1)   /* a dimension is out of its bounds, or doesn't fit another */
#define NESTED_LOOPS_EVALUE (-2) /* an input's value is one that the model forbids */
#define NESTED_LOOPS_EARENA (-3) /* the arena is not aligned to NESTED_LOOPS_ARENA_ALIGN */

/* Inputs and outputs are dense, row-major (C order). nested_loops_run uses a static arena; nested_loops_run_in is
 * re-entrant, its arena has NESTED_LOOPS_ARENA_BYTES. */
int nested_loops_run(const int64_t *n, const bool *go, const float *x, float *y, float *rows, int32_t rows_dims[2],
                     int64_t *counts, int32_t counts_dims[1], float *z, float *s);
int nested_loops_run_in(void *arena, const int64_t *n, const bool *go, const float *x, float *y, float *rows,
                        int32_t rows_dims[2], int64_t *counts, int32_t counts_dims[1], float *z, float *s);

/* Placement: define these to put weights or the arena of nested_loops_run into a section of their own. */
#ifndef NESTED_LOOPS_WEIGHTS_ATTR
#define NESTED_LOOPS_WEIGHTS_ATTR
#endif
#ifndef NESTED_LOOPS_ARENA_ATTR
#define NESTED_LOOPS_ARENA_ATTR
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the weights are written for little-endian machines"
#endif
#ifdef __GNUC__
#pragma GCC diagnostic ignored "-Woverlength-strings"
#endif

/* Memory map ---------------------------------------------------------------------------------- */

enum {           /* offset      bytes  tensor */
    AT_c       =        0, /*        1  bool[] */
    AT_i       =       16, /*        8  int64[] */
    AT_d       =       32, /*        1  bool[] */
    AT_p       =       48, /*       16  float32[4] */
    AT_j       =       64, /*        8  int64[] */
    AT_f       =       80, /*        4  float32[] */
    AT_total   =       80, /*        4  float32[] */
    AT_m       =       32, /*        8  int64[] */
    AT_mf      =       64, /*        4  float32[] */
    AT_is_odd  =       32, /*        1  bool[] */
    AT_b       =       32, /*       16  float32[4] */
    AT_row     =       48, /*       16  float32[4] */
    AT_sum     =       64, /*        4  float32[] */
    AT_v       =        0, /*        8  int64[] */
    AT_i2      =       16, /*        8  int64[] */
    AT_r       =       32, /*        8  int64[] */
    AT_c5      =        0, /*        1  bool[] */
    AT_i3      =       16, /*        8  int64[] */
    AT_a1      =        0, /*       16  float32[4] */
    AT_a2      =       16, /*       16  float32[4] */
    AT_i4      =       32, /*        8  int64[] */
    AT_a1_next =       32, /*       16  float32[4] */
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

static inline float add_f32(float a, float b)
{
    return a + b;
}

static inline vec add_vec(vec a, vec b)
{
    return a + b;
}

static inline float neg_f32(float a)
{
    return -a;
}

static inline int64_t add_i64(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

/* 1U keeps the product of narrow types from being a signed int. */
static inline int64_t mul_i64(int64_t a, int64_t b)
{
    return (int64_t)(1U * (uint64_t)a * (uint64_t)b);
}

/* The remainder of the quotient rounded toward zero; it has the sign of a. */
static inline int64_t fmod_i64(int64_t a, int64_t b)
{
    return b == 0 || b == -1 ? 0 : (int64_t)(a % b);
}

/* The remainder of the quotient rounded down; it has the sign of b. */
static inline int64_t mod_i64(int64_t a, int64_t b)
{
    const int64_t r = fmod_i64(a, b);
    return r != 0 && (r < 0) != (b < 0) ? (int64_t)(r + b) : r;
}

static inline float cast_i64_f32(int64_t a)
{
    return (float)a;
}

static inline bool cast_i64_bool(int64_t a)
{
    return a != 0;
}

static inline bool less_f32(float a, float b)
{
    return a < b;
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

/* All elements of a vector joined. */
static inline float reduce_lanes_sum(vec v)
{
    if (VEC > 8) v = reduce_join_sum_vec(v, vec_swap(v, 8));
    if (VEC > 4) v = reduce_join_sum_vec(v, vec_swap(v, 4));
    if (VEC > 2) v = reduce_join_sum_vec(v, vec_swap(v, 2));
    if (VEC > 1) v = reduce_join_sum_vec(v, vec_swap(v, 1));
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

/* y[outer][inner] = sum over n of x[outer][n][inner]. */
static void reduce_sum_f32(const float *restrict x, float *restrict y, int32_t outer, int32_t n,
                           int32_t inner)
{
    const size_t rows = (size_t)n, width = (size_t)inner;
    for (size_t o = 0; o < (size_t)outer; o++, x += rows * width, y += width) {
        if (width == 1) {
            *y = reduce_row_sum_f32(x, rows);
            continue;
        }
        for (size_t i = 0; i < width; i += REDUCE_COLUMNS)
            reduce_columns_sum_f32(x + i, y + i, width - i < REDUCE_COLUMNS ? width - i : REDUCE_COLUMNS, rows,
                                 width);
    }
}

/* Weights: declared here, defined at the end ------------------------------------------------- */

static NESTED_LOOPS_WEIGHTS_ATTR const int64_t w_one[1];
static NESTED_LOOPS_WEIGHTS_ATTR const bool w_c6[1];

/* The model ----------------------------------------------------------------------------------- */

int nested_loops_run_in(void *arena, const int64_t *n, const bool *go, const float *x, float *y, float *rows,
                        int32_t rows_dims[2], int64_t *counts, int32_t counts_dims[1], float *z, float *s)
{
    if ((uintptr_t)arena % NESTED_LOOPS_ARENA_ALIGN != 0) return NESTED_LOOPS_EARENA;
    unsigned char *const memory = arena;
    int32_t rows_0 = 0;
    int32_t loop_round = 0;
    int32_t loop_round_2 = 0;
    int32_t loop_rounds = 0;
    int32_t counts_0 = 0;
    int32_t loop_round_5 = 0;
    int32_t loop_round_6 = 0;
    int32_t loop_round_8 = 0;

    /* 1  Loop: n[], go[], x[4] -> y[4], rows[rows:0,4] */
    bool *const c = (bool *)(void *)(memory + AT_c);
    memcpy(c, go, (size_t)1);
    float *const a = y;
    memcpy(a, x, (size_t)16);
    int64_t *const i = (int64_t *)(void *)(memory + AT_i);
    bool *const d = (bool *)(void *)(memory + AT_d);
    float *const p = (float *)(void *)(memory + AT_p);
    int64_t *const j = (int64_t *)(void *)(memory + AT_j);
    float *const f = (float *)(void *)(memory + AT_f);
    float *const q = (float *)(void *)(memory + AT_p);
    float *const total = (float *)(void *)(memory + AT_total);
    bool *const d2 = (bool *)(void *)(memory + AT_d);
    int64_t *const m = (int64_t *)(void *)(memory + AT_m);
    float *const mf = (float *)(void *)(memory + AT_mf);
    bool *const is_odd = (bool *)(void *)(memory + AT_is_odd);
    float *const inner = (float *)(void *)(memory + AT_p);
    float *const tb = (float *)(void *)(memory + AT_b);
    float *const eb = (float *)(void *)(memory + AT_b);
    float *const b = (float *)(void *)(memory + AT_b);
    float *const row = (float *)(void *)(memory + AT_row);
    float *const sum = (float *)(void *)(memory + AT_sum);
    bool *const c2 = (bool *)(void *)(memory + AT_c);
    float *const a_next = (float *)(void *)(memory + AT_b);
    for (loop_round = 0; loop_round < n[0] && c[0]; loop_round++) {
        if (loop_round == INT32_MAX) return NESTED_LOOPS_EVALUE;
        i[0] = loop_round;
        if (i[0] < 0 || i[0] > 7) return NESTED_LOOPS_EVALUE;

        /* 2  Loop: k[], yes[], a[4] -> inner[4], steps[loop.rounds] */
        d[0] = 1;
        memcpy(p, a, (size_t)16);
        for (loop_round_2 = 0; loop_round_2 < (loop_round + 1) && d[0]; loop_round_2++) {
            j[0] = loop_round_2;

            /* 3  Cast: j[] -> f[] */
            {
                f[0] = cast_i64_f32(j[0]);
            }

            /* 4  Add, after Mul: x[4], f[], p[4] -> q[4] */
            for (size_t i_ = 0; i_ < 4; i_++) {
                q[i_] = p[i_] + (x[i_] * f[0]);
            }

            /* 5  ReduceSum: q[4] -> total[] */
            reduce_sum_f32(q, total, 1, 4, 1);

            /* 6  Less: total[], w_limit[] -> d2[] */
            {
                d2[0] = less_f32(total[0], 1.5e+02f);
            }
        }
        j[0] = loop_round_2;
        if (j[0] < 0 || j[0] > 8) return NESTED_LOOPS_EVALUE;
        loop_rounds = (int32_t)j[0];

        /* 7  Size: steps[loop.rounds] -> m[] */
        m[0] = loop_rounds;

        /* 8  Cast: m[] -> mf[] */
        {
            mf[0] = cast_i64_f32(m[0]);
        }

        /* 9  Cast, after Mod: i[], w_two[] -> is_odd[] */
        {
            is_odd[0] = cast_i64_bool(mod_i64(i[0], 2));
        }

        /* 10  If: is_odd[] -> b[4] */
        if (is_odd[0]) {

            /* 11  Neg: inner[4] -> tb[4] */
            for (size_t i_ = 0; i_ < 4; i_++) {
                tb[i_] = neg_f32(inner[i_]);
            }
        } else {

            /* 12  Add: inner[4], mf[] -> eb[4] */
            for (size_t i_ = 0; i_ < 4; i_++) {
                eb[i_] = inner[i_] + mf[0];
            }
        }

        /* 13  Mul: b[4], x[4] -> row[4] */
        for (size_t i_ = 0; i_ < 4; i_++) {
            row[i_] = b[i_] * x[i_];
        }

        /* 14  ReduceSum: b[4] -> sum[] */
        reduce_sum_f32(b, sum, 1, 4, 1);

        /* 15  Less: sum[], w_bound[] -> c2[] */
        {
            c2[0] = less_f32(sum[0], 6e+01f);
        }

        /* 16  Loop: n[], go[], x[4] -> y[4], rows[rows:0,4] */
        memcpy((unsigned char *)rows + (16 * loop_round), row, (size_t)16);
        memcpy(a, a_next, (size_t)16);
    }
    i[0] = loop_round;
    if (i[0] < 0 || i[0] > 8) return NESTED_LOOPS_EVALUE;
    rows_0 = (int32_t)i[0];

    /* 17  Loop: n[], w_one[] -> counts_last[], counts[counts:0] */
    int64_t *const v = (int64_t *)(void *)(memory + AT_v);
    memcpy(v, w_one, (size_t)8);
    int64_t *const i2 = (int64_t *)(void *)(memory + AT_i2);
    int64_t *const w = (int64_t *)(void *)(memory + AT_v);
    int64_t *const r = (int64_t *)(void *)(memory + AT_r);
    for (loop_round_5 = 0; loop_round_5 < n[0]; loop_round_5++) {
        if (loop_round_5 == INT32_MAX) return NESTED_LOOPS_EVALUE;
        i2[0] = loop_round_5;
        if (i2[0] < 0 || i2[0] > 7) return NESTED_LOOPS_EVALUE;

        /* 18  Add: v[] -> w[] */
        {
            w[0] = add_i64(v[0], v[0]);
        }

        /* 19  Mul: w[], i2[] -> r[] */
        {
            r[0] = mul_i64(w[0], i2[0]);
        }

        /* 20  Loop: n[], w_one[] -> counts_last[], counts[counts:0] */
        memcpy((unsigned char *)counts + (8 * loop_round_5), r, (size_t)8);
    }
    i2[0] = loop_round_5;
    if (i2[0] < 0 || i2[0] > 8) return NESTED_LOOPS_EVALUE;
    counts_0 = (int32_t)i2[0];

    /* 21  Loop: n[], go[], x[4] -> z[4] */
    bool *const c5 = (bool *)(void *)(memory + AT_c5);
    memcpy(c5, go, (size_t)1);
    float *const u = z;
    memcpy(u, x, (size_t)16);
    int64_t *const i3 = (int64_t *)(void *)(memory + AT_i3);
    float *const u2 = z;
    const bool *const c5_next = w_c6;
    for (loop_round_6 = 0; loop_round_6 < n[0] && c5[0]; loop_round_6++) {
        if (loop_round_6 == INT32_MAX) return NESTED_LOOPS_EVALUE;
        i3[0] = loop_round_6;
        if (i3[0] < 0 || i3[0] > 2147483646) return NESTED_LOOPS_EVALUE;

        /* 22  Mul: u[4], w_ten[] -> u2[4] */
        for (size_t i_ = 0; i_ < 4; i_++) {
            u2[i_] = u[i_] * 1e+01f;
        }

        /* 23  Loop: n[], go[], x[4] -> z[4] */
        memcpy(c5, c5_next, (size_t)1);
    }

    /* 24  Loop: n[], x[4], z[4] -> first[4], second[4] */
    float *const a1 = (float *)(void *)(memory + AT_a1);
    memcpy(a1, x, (size_t)16);
    float *const a2 = (float *)(void *)(memory + AT_a2);
    memcpy(a2, z, (size_t)16);
    int64_t *const i4 = (int64_t *)(void *)(memory + AT_i4);
    float *const b1 = (float *)(void *)(memory + AT_a2);
    float *const a1_next = (float *)(void *)(memory + AT_a1_next);
    float *const b2 = (float *)(void *)(memory + AT_a1);
    float *const a2_next = (float *)(void *)(memory + AT_a2);
    for (loop_round_8 = 0; loop_round_8 < n[0]; loop_round_8++) {
        if (loop_round_8 == INT32_MAX) return NESTED_LOOPS_EVALUE;
        i4[0] = loop_round_8;
        if (i4[0] < 0 || i4[0] > 2147483646) return NESTED_LOOPS_EVALUE;
        memcpy(a1_next, b1, (size_t)16);
        memcpy(a2_next, b2, (size_t)16);
        memcpy(a1, a1_next, (size_t)16);
    }

    /* 25  Sub: first[4], second[4] -> s[4] */
    float *const first = (float *)(void *)(memory + AT_a1);
    float *const second = (float *)(void *)(memory + AT_a2);
    for (size_t i_ = 0; i_ < 4; i_++) {
        s[i_] = first[i_] - second[i_];
    }

    rows_dims[0] = rows_0;
    rows_dims[1] = 4;
    counts_dims[0] = counts_0;
    return 0;
}

int nested_loops_run(const int64_t *n, const bool *go, const float *x, float *y, float *rows, int32_t rows_dims[2],
                     int64_t *counts, int32_t counts_dims[1], float *z, float *s)
{
#ifdef __GNUC__
    static NESTED_LOOPS_ARENA_ATTR unsigned char arena[NESTED_LOOPS_ARENA_BYTES] __attribute__((aligned(64)));
    unsigned char *const start = arena;
#else
    static NESTED_LOOPS_ARENA_ATTR unsigned char arena[NESTED_LOOPS_ARENA_BYTES + NESTED_LOOPS_ARENA_ALIGN];
    unsigned char *const start = arena + (NESTED_LOOPS_ARENA_ALIGN - (uintptr_t)arena % NESTED_LOOPS_ARENA_ALIGN) %
        NESTED_LOOPS_ARENA_ALIGN;
#endif
    return nested_loops_run_in(start, n, go, x, y, rows, rows_dims, counts, counts_dims, z, s);
}

/* Weights ------------------------------------------------------------------------------------ */

/* int64[], crc32 a988dff7 */
static NESTED_LOOPS_WEIGHTS_ATTR const int64_t w_one[1] = {1};

/* bool[], crc32 d202ef8d */
static NESTED_LOOPS_WEIGHTS_ATTR const bool w_c6[1] = {false};

