/* Written by onnx2c 0.1.0; do not edit, generate again.
 *   model    sha256 93b6422ce956b68341ab5aae7813c0bd2820beed2c16074801dbb7e6807f520e, opset 17
 *   options  --name nested_loops --dim rows:0=0..8 --dim counts:0=0..8
 *   memory   arena 96 B (lower bound 96 B), weights 9 B, stack about 2,152 B, no heap
 */
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
#define restrict __restrict
#ifdef __GNUC__
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wunused-function"
#endif
#endif

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
#define NESTED_LOOPS_ROWS_COUNT 32 /* float32 rows[rows_0,4] */
#define NESTED_LOOPS_COUNTS_RANK 1
#define NESTED_LOOPS_COUNTS_DIMS {8}
#define NESTED_LOOPS_COUNTS_COUNT 8 /* int64 counts[counts_0] */
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
#ifdef __cplusplus
extern "C" {
#endif
int nested_loops_run(const int64_t *n, const bool *go, const float *x, float *y, float *rows, int32_t rows_dims[2],
                     int64_t *counts, int32_t counts_dims[1], float *z, float *s);
int nested_loops_run_in(void *arena, const int64_t *n, const bool *go, const float *x, float *y, float *rows,
                        int32_t rows_dims[2], int64_t *counts, int32_t counts_dims[1], float *z, float *s);
#ifdef __cplusplus
}
#endif

/* Placement: define these to put weights, code or the arena of nested_loops_run into a section of their own. */
#ifndef NESTED_LOOPS_WEIGHTS_ATTR
#define NESTED_LOOPS_WEIGHTS_ATTR
#endif
#ifndef NESTED_LOOPS_ARENA_ATTR
#define NESTED_LOOPS_ARENA_ATTR
#endif
#ifndef NESTED_LOOPS_CODE_ATTR
#define NESTED_LOOPS_CODE_ATTR
#endif

/* Hooks: define NESTED_LOOPS_STEP(step) to have it before each step, and NESTED_LOOPS_TRACE(step, name, type, data,
 * rank, dims) to have it after a step for each value that is complete then: `step` counts from 1, `name` is ONNX's,
 * `type` as in "float32", `dims` an array of int32_t. */
#if defined(NESTED_LOOPS_STEP) || defined(NESTED_LOOPS_TRACE)
enum { STEP_BASE = __COUNTER__ };
#define STEP() step_ = __COUNTER__ - STEP_BASE; NESTED_LOOPS_STEP(step_)
#else
#define STEP()
#endif
#ifndef NESTED_LOOPS_STEP
#define NESTED_LOOPS_STEP(step) (void)(step)
#endif
#ifdef NESTED_LOOPS_TRACE
#define TRACE(name, type, data, rank, ...) do { const int32_t dims_[] = {__VA_ARGS__}; \
    NESTED_LOOPS_TRACE(step_, name, #type, data, rank, dims_); } while (0)
#else
#define TRACE(...)
#endif

#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "-ffast-math, -Ofast and the like change the numbers: add -fno-fast-math"
#endif
#ifdef __GNUC__
#pragma GCC diagnostic ignored "-Woverlength-strings"
#endif

/* Memory map ---------------------------------------------------------------------------------- */
/* Buffers in the order in which they are first needed, each for that many steps of the run function. */
enum {                                          /* offset         bytes  steps  tensor */
    AT_c                                        =         0, /*         1    16  bool[] */
    AT_i                                        =        16, /*         8    16  int64[] */
    AT_d                                        =        32, /*         1     5  bool[] */
    AT_p                                        =        48, /*        16    11  float32[4] */
    AT_j                                        =        64, /*         8     5  int64[] */
    AT_f                                        =        80, /*         4     2  float32[] */
    AT_step                                     =        80, /*         4     2  float32[] */
    AT_m                                        =        32, /*         8     2  int64[] */
    AT_mf                                       =        64, /*         4     5  float32[] */
    AT_is_odd                                   =        32, /*         1     2  bool[] */
    AT_b                                        =        32, /*        16     6  float32[4] */
    AT_row                                      =        48, /*        16     4  float32[4] */
    AT_sum                                      =        64, /*         4     2  float32[] */
    AT_v                                        =         0, /*         8     4  int64[] */
    AT_i2                                       =        16, /*         8     4  int64[] */
    AT_r                                        =        32, /*         8     2  int64[] */
    AT_c5                                       =         0, /*         1     3  bool[] */
    AT_i3                                       =        16, /*         8     1  int64[] */
    AT_a1                                       =         0, /*        16     2  float32[4] */
    AT_a2                                       =        16, /*        16     2  float32[4] */
    AT_i4                                       =        32, /*         8     1  int64[] */
    AT_a1_next                                  =        32, /*        16     1  float32[4] */
};

/* Kernels: only those this model calls -------------------------------------------------------- */
kernel vec_load
kernel vec_store
kernel vec_all
kernel vec_load_some
kernel vec_load_or
kernel vec_store_some
kernel vec_swap
kernel vec_first
kernel add_f32
kernel add_vec
kernel neg_f32
kernel add_i64
kernel mul_i64
kernel fmod_i64
kernel mod_i64
kernel cast_i64_f32
kernel cast_i64_bool
kernel less_f32
kernel reduce_take_sum_vec
kernel reduce_start_sum_f32
kernel reduce_join_sum_f32
kernel reduce_join_sum_vec
kernel reduce_lanes_sum
kernel reduce_row_sum_f32
kernel reduce_columns_sum_f32
kernel reduce_sum_f32

/* Weights: declared here, defined at the end -------------------------------------------------- */
#ifdef __cplusplus
#define WEIGHT extern
namespace {
#else
#define WEIGHT static
#endif
WEIGHT NESTED_LOOPS_WEIGHTS_ATTR const int64_t w_one[1];
WEIGHT NESTED_LOOPS_WEIGHTS_ATTR const bool w_c6[1];
#ifdef __cplusplus
}
#endif

/* The model ----------------------------------------------------------------------------------- */
NESTED_LOOPS_CODE_ATTR int nested_loops_run_in(void *arena, const int64_t *n, const bool *go, const float *x, float *y,
                                               float *rows, int32_t rows_dims[2], int64_t *counts,
                                               int32_t counts_dims[1], float *z, float *s)
{
    if ((uintptr_t)arena % NESTED_LOOPS_ARENA_ALIGN != 0) return NESTED_LOOPS_EARENA;
    unsigned char *const memory = (unsigned char *)arena;
    int32_t step_ = 0; (void)step_; /* for the hooks */
    int32_t rows_0 = 0;
    int32_t y_round = 0;
    int32_t inner_round = 0;
    int32_t inner_rounds = 0;
    int32_t counts_0 = 0;
    int32_t counts_last_round = 0;
    int32_t z_round = 0;
    int32_t first_round = 0;

    STEP(); /* Loop: go[], x[4], n[] -> rows[rows_0,4], y[4] */
    bool *const c = (bool *)(void *)(memory + AT_c);
    memcpy(c, go, (size_t)1);
    float *const a = y;
    memcpy(a, x, (size_t)16);
    int64_t *const i = (int64_t *)(void *)(memory + AT_i);
    bool *const d = (bool *)(void *)(memory + AT_d);
    float *const p = (float *)(void *)(memory + AT_p);
    int64_t *const j = (int64_t *)(void *)(memory + AT_j);
    float *const f = (float *)(void *)(memory + AT_f);
    float *const q = p;
    float *const step = (float *)(void *)(memory + AT_step);
    bool *const d2 = d;
    int64_t *const m = (int64_t *)(void *)(memory + AT_m);
    float *const mf = (float *)(void *)(memory + AT_mf);
    bool *const is_odd = (bool *)(void *)(memory + AT_is_odd);
    float *const inner = p;
    float *const b = (float *)(void *)(memory + AT_b);
    float *const tb = b;
    float *const eb = b;
    float *const row = (float *)(void *)(memory + AT_row);
    float *const sum = (float *)(void *)(memory + AT_sum);
    bool *const c2 = c;
    float *const a_next = b;
    for (y_round = 0; y_round < n[0] && c[0]; y_round++) {
        if (y_round == INT32_MAX) return NESTED_LOOPS_EVALUE;
        i[0] = y_round;
        if (i[0] < 0 || i[0] > 7) return NESTED_LOOPS_EVALUE;

        STEP(); /* Loop: a[4] -> inner[4] */
        d[0] = 1;
        memcpy(p, a, (size_t)16);
        for (inner_round = 0; inner_round < (y_round + 1) && d[0]; inner_round++) {
            j[0] = inner_round;

            STEP(); /* Cast: j[] -> f[] */
            {
                f[0] = cast_i64_f32(j[0]);
            }
            TRACE("f", float32, f, 0, 0);

            STEP(); /* Add, after Mul: x[4], f[], p[4] -> q[4] */
            for (size_t i_ = 0; i_ < 4; i_++) {
                q[i_] = p[i_] + (x[i_] * f[0]);
            }
            TRACE("q", float32, q, 1, 4);

            STEP(); /* ReduceSum: q[4] -> step[] */
            reduce_sum_f32(q, step, /* outer */ 1, /* n */ 4, /* inner */ 1);
            TRACE("step", float32, step, 0, 0);

            STEP(); /* Less: step[] -> d2[] */
            {
                d2[0] = less_f32(step[0], 1.5e+02f);
            }
            TRACE("d2", bool, d2, 0, 0);
        }
        j[0] = inner_round;
        if (j[0] < 0 || j[0] > 8) return NESTED_LOOPS_EVALUE;
        inner_rounds = (int32_t)j[0];

        STEP(); /* Size: inner_rounds -> m[] */
        m[0] = inner_rounds;
        TRACE("m", int64, m, 0, 0);

        STEP(); /* Cast: m[] -> mf[] */
        {
            mf[0] = cast_i64_f32(m[0]);
        }
        TRACE("mf", float32, mf, 0, 0);

        STEP(); /* Cast, after Mod: i[] -> is_odd[] */
        {
            is_odd[0] = cast_i64_bool(mod_i64(i[0], 2));
        }
        TRACE("is_odd", bool, is_odd, 0, 0);

        STEP(); /* If: is_odd[] -> b[4] */
        if (is_odd[0]) {
            STEP(); /* Neg: inner[4] -> tb[4] */
            for (size_t i_ = 0; i_ < 4; i_++) {
                tb[i_] = neg_f32(inner[i_]);
            }
            TRACE("tb", float32, tb, 1, 4);
        } else {
            STEP(); /* Add: inner[4], mf[] -> eb[4] */
            for (size_t i_ = 0; i_ < 4; i_++) {
                eb[i_] = inner[i_] + mf[0];
            }
            TRACE("eb", float32, eb, 1, 4);
        }
        TRACE("b", float32, b, 1, 4);

        STEP(); /* Mul: b[4], x[4] -> row[4] */
        for (size_t i_ = 0; i_ < 4; i_++) {
            row[i_] = b[i_] * x[i_];
        }
        TRACE("row", float32, row, 1, 4);

        STEP(); /* ReduceSum: b[4] -> sum[] */
        reduce_sum_f32(b, sum, /* outer */ 1, /* n */ 4, /* inner */ 1);
        TRACE("sum", float32, sum, 0, 0);

        STEP(); /* Less: sum[] -> c2[] */
        {
            c2[0] = less_f32(sum[0], 6e+01f);
        }
        TRACE("c2", bool, c2, 0, 0);

        STEP(); /* Loop, next round: row[4], a_next[4] -> rows[rows_0,4], a[4] */
        memcpy((unsigned char *)rows + (16 * y_round), row, (size_t)16);
        memcpy(a, a_next, (size_t)16);
    }
    i[0] = y_round;
    if (i[0] < 0 || i[0] > 8) return NESTED_LOOPS_EVALUE;
    rows_0 = (int32_t)i[0];
    TRACE("rows", float32, rows, 2, rows_0, 4);
    TRACE("y", float32, y, 1, 4);

    STEP(); /* Loop: w_one[], n[] -> counts[counts_0] */
    int64_t *const v = (int64_t *)(void *)(memory + AT_v);
    memcpy(v, w_one, (size_t)8);
    int64_t *const i2 = (int64_t *)(void *)(memory + AT_i2);
    int64_t *const w = v;
    int64_t *const r = (int64_t *)(void *)(memory + AT_r);
    for (counts_last_round = 0; counts_last_round < n[0]; counts_last_round++) {
        if (counts_last_round == INT32_MAX) return NESTED_LOOPS_EVALUE;
        i2[0] = counts_last_round;
        if (i2[0] < 0 || i2[0] > 7) return NESTED_LOOPS_EVALUE;

        STEP(); /* Add: v[] -> w[] */
        {
            w[0] = add_i64(v[0], v[0]);
        }
        TRACE("w", int64, w, 0, 0);

        STEP(); /* Mul: w[], i2[] -> r[] */
        {
            r[0] = mul_i64(w[0], i2[0]);
        }
        TRACE("r", int64, r, 0, 0);

        STEP(); /* Loop, next round: r[] -> counts[counts_0] */
        memcpy((unsigned char *)counts + (8 * counts_last_round), r, (size_t)8);
    }
    i2[0] = counts_last_round;
    if (i2[0] < 0 || i2[0] > 8) return NESTED_LOOPS_EVALUE;
    counts_0 = (int32_t)i2[0];
    TRACE("counts", int64, counts, 1, counts_0);

    STEP(); /* Loop: go[], x[4], n[] -> z[4] */
    bool *const c5 = (bool *)(void *)(memory + AT_c5);
    memcpy(c5, go, (size_t)1);
    float *const u = z;
    memcpy(u, x, (size_t)16);
    int64_t *const i3 = (int64_t *)(void *)(memory + AT_i3);
    float *const u2 = u;
    const bool *const c5_next = w_c6;
    for (z_round = 0; z_round < n[0] && c5[0]; z_round++) {
        if (z_round == INT32_MAX) return NESTED_LOOPS_EVALUE;
        i3[0] = z_round;
        if (i3[0] < 0 || i3[0] > 2147483646) return NESTED_LOOPS_EVALUE;

        STEP(); /* Mul: u[4] -> u2[4] */
        for (size_t i_ = 0; i_ < 4; i_++) {
            u2[i_] = u[i_] * 1e+01f;
        }
        TRACE("u2", float32, u2, 1, 4);

        STEP(); /* Loop, next round: c5_next[] -> c5[] */
        memcpy(c5, c5_next, (size_t)1);
    }
    TRACE("z", float32, z, 1, 4);

    STEP(); /* Loop: x[4], z[4], n[] -> second[4], first[4] */
    float *const a1 = (float *)(void *)(memory + AT_a1);
    memcpy(a1, x, (size_t)16);
    float *const a2 = (float *)(void *)(memory + AT_a2);
    memcpy(a2, z, (size_t)16);
    int64_t *const i4 = (int64_t *)(void *)(memory + AT_i4);
    float *const b1 = a2;
    float *const a1_next = (float *)(void *)(memory + AT_a1_next);
    float *const b2 = a1;
    float *const a2_next = a2;
    for (first_round = 0; first_round < n[0]; first_round++) {
        if (first_round == INT32_MAX) return NESTED_LOOPS_EVALUE;
        i4[0] = first_round;
        if (i4[0] < 0 || i4[0] > 2147483646) return NESTED_LOOPS_EVALUE;
        memcpy(a1_next, b1, (size_t)16);
        TRACE("a1.next", float32, a1_next, 1, 4);
        memcpy(a2_next, b2, (size_t)16);
        TRACE("a2.next", float32, a2_next, 1, 4);
        memcpy(a1, a1_next, (size_t)16);
    }

    STEP(); /* Sub: first[4], second[4] -> s[4] */
    float *const first = a1;
    float *const second = a2;
    for (size_t i_ = 0; i_ < 4; i_++) {
        s[i_] = first[i_] - second[i_];
    }
    TRACE("s", float32, s, 1, 4);

    rows_dims[0] = rows_0;
    rows_dims[1] = 4;
    counts_dims[0] = counts_0;
    return 0;
}

NESTED_LOOPS_CODE_ATTR int nested_loops_run(const int64_t *n, const bool *go, const float *x, float *y, float *rows,
                                            int32_t rows_dims[2], int64_t *counts, int32_t counts_dims[1], float *z,
                                            float *s)
{
#ifdef __GNUC__
    static NESTED_LOOPS_ARENA_ATTR unsigned char arena[NESTED_LOOPS_ARENA_BYTES] __attribute__((aligned(64)));
#else
    static NESTED_LOOPS_ARENA_ATTR unsigned char start[NESTED_LOOPS_ARENA_BYTES + NESTED_LOOPS_ARENA_ALIGN];
    unsigned char *const arena =
        start + (NESTED_LOOPS_ARENA_ALIGN - (uintptr_t)start % NESTED_LOOPS_ARENA_ALIGN) % NESTED_LOOPS_ARENA_ALIGN;
#endif
    return nested_loops_run_in(arena, n, go, x, y, rows, rows_dims, counts, counts_dims, z, s);
}

/* Weights ------------------------------------------------------------------------------------- */
#ifdef __cplusplus
#undef WEIGHT
#define WEIGHT
namespace {
#endif
WEIGHT NESTED_LOOPS_WEIGHTS_ATTR const int64_t w_one[1] = {1}; /* int64[], crc32 a988dff7 */
WEIGHT NESTED_LOOPS_WEIGHTS_ATTR const bool w_c6[1] = {false}; /* bool[], crc32 d202ef8d */
#ifdef __cplusplus
}
#endif
