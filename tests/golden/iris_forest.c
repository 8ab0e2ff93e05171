/* Written by onnx2c 0.1.0; do not edit, generate again.
 *   model    sha256 dd60cfda93bc6d2fd456d01505bfb40ef30a4cc8c954d95cb6b5a24e8efdd089, ai.onnx.ml 1, opset 22
 *   options  --name iris_forest --dim X:0=1..8
 *   memory   arena 0 B (lower bound 0 B), weights 1,208 B, stack about 1,552 B, no heap
 */
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#ifdef __GNUC__
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wunused-function"
#endif
#endif

/* Public -------------------------------------------------------------------------------------- */
#define IRIS_FOREST_ARENA_BYTES 0
#define IRIS_FOREST_ARENA_ALIGN 64
#define IRIS_FOREST_X_0_MIN 1
#define IRIS_FOREST_X_0_MAX 8
#define IRIS_FOREST_X_RANK 2
#define IRIS_FOREST_X_DIMS {8, 4}
#define IRIS_FOREST_X_COUNT 32 /* float32 X[X_0,4] */
#define IRIS_FOREST_LABEL_RANK 1
#define IRIS_FOREST_LABEL_DIMS {8}
#define IRIS_FOREST_LABEL_COUNT 8 /* int64 label[X_0] */
#define IRIS_FOREST_PROBABILITIES_RANK 2
#define IRIS_FOREST_PROBABILITIES_DIMS {8, 3}
#define IRIS_FOREST_PROBABILITIES_COUNT 24 /* float32 probabilities[X_0,3] */

/* What the functions return beside 0; then outputs are unspecified, and the next call works. */
#define IRIS_FOREST_EDIM (-1)   /* a dimension is out of its bounds, or doesn't fit another */
#define IRIS_FOREST_EVALUE (-2) /* an input's value is one that the model forbids */
#define IRIS_FOREST_EARENA (-3) /* the arena is not aligned to IRIS_FOREST_ARENA_ALIGN */

/* Inputs and outputs are dense, row-major (C order). iris_forest_run uses a static arena; iris_forest_run_in is
 * re-entrant, its arena has IRIS_FOREST_ARENA_BYTES. */
#ifdef __cplusplus
extern "C" {
#endif
int iris_forest_run(int32_t X_0, const float *X, int64_t *label, int32_t label_dims[1], float *probabilities,
                    int32_t probabilities_dims[2]);
int iris_forest_run_in(void *arena, int32_t X_0, const float *X, int64_t *label, int32_t label_dims[1],
                       float *probabilities, int32_t probabilities_dims[2]);
#ifdef __cplusplus
}
#endif

/* Placement: define these to put weights, code or the arena of iris_forest_run into a section of their own. */
#ifndef IRIS_FOREST_WEIGHTS_ATTR
#define IRIS_FOREST_WEIGHTS_ATTR
#endif
#ifndef IRIS_FOREST_ARENA_ATTR
#define IRIS_FOREST_ARENA_ATTR
#endif
#ifndef IRIS_FOREST_CODE_ATTR
#define IRIS_FOREST_CODE_ATTR
#endif

/* Hooks: define IRIS_FOREST_STEP(step) to have it before each step, and IRIS_FOREST_TRACE(step, name, type, data, rank,
 * dims) to have it after a step for each value that is complete then: `step` counts from 1, `name` is ONNX's, `type` as
 * in "float32", `dims` an array of int32_t. */
#if defined(IRIS_FOREST_STEP) || defined(IRIS_FOREST_TRACE)
enum { STEP_BASE = __COUNTER__ };
#define STEP() step_ = __COUNTER__ - STEP_BASE; IRIS_FOREST_STEP(step_)
#else
#define STEP()
#endif
#ifndef IRIS_FOREST_STEP
#define IRIS_FOREST_STEP(step) (void)(step)
#endif
#ifdef IRIS_FOREST_TRACE
#define TRACE(name, type, data, rank, ...) do { const int32_t dims_[] = {__VA_ARGS__}; \
    IRIS_FOREST_TRACE(step_, name, #type, data, rank, dims_); } while (0)
#else
#define TRACE(...)
#endif

#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "-ffast-math, -Ofast and the like change the numbers: add -fno-fast-math"
#endif
#ifdef __GNUC__
#pragma GCC diagnostic ignored "-Woverlength-strings"
#endif

/* Kernels: only those this model calls -------------------------------------------------------- */
kernel ml_label_f32_i64
struct trees
enum tree_node
kernel tree_compares_f32
kernel tree_start_f32
kernel tree_vote_f32
kernel tree_result_f32
kernel trees_f32_u16

/* Weights: declared here, defined at the end -------------------------------------------------- */
#ifdef __cplusplus
#define WEIGHT extern
namespace {
#else
#define WEIGHT static
#endif
WEIGHT IRIS_FOREST_WEIGHTS_ATTR const float w_TreeEnsembleClassifier_value[143];
WEIGHT IRIS_FOREST_WEIGHTS_ATTR const uint16_t w_TreeEnsembleClassifier_tag[143];
WEIGHT IRIS_FOREST_WEIGHTS_ATTR const uint16_t w_TreeEnsembleClassifier_skip[143];
WEIGHT IRIS_FOREST_WEIGHTS_ATTR const int32_t w_TreeEnsembleClassifier_roots[10];
WEIGHT IRIS_FOREST_WEIGHTS_ATTR const int64_t w_label_labels[3];
#ifdef __cplusplus
}
#endif

/* The model ----------------------------------------------------------------------------------- */
IRIS_FOREST_CODE_ATTR int iris_forest_run_in(void *arena, int32_t X_0, const float *X, int64_t *label,
                                             int32_t label_dims[1], float *probabilities, int32_t probabilities_dims[2])
{
    (void)arena;
    if (X_0 < 1 || X_0 > 8) return IRIS_FOREST_EDIM;
    int32_t step_ = 0; (void)step_; /* for the hooks */

    STEP(); /* TreeEnsembleClassifier "TreeEnsembleClassifier":
     *    X[X_0,4], w_TreeEnsembleClassifier_value[143], w_TreeEnsembleClassifier_tag[143],
     *    w_TreeEnsembleClassifier_skip[143], w_TreeEnsembleClassifier_roots[10], w_label_labels[3]
     *    -> probabilities[X_0,3], label[X_0] */
    {
        const struct trees probabilities_trees = {
            .rows = X_0, .features = 4, .targets = 3, .trees = 10, .aggregate = 1};
        trees_f32_u16(X, w_TreeEnsembleClassifier_value, w_TreeEnsembleClassifier_tag, w_TreeEnsembleClassifier_skip,
            w_TreeEnsembleClassifier_roots, /* base */ NULL, probabilities, &probabilities_trees);
    }
    TRACE("probabilities", float32, probabilities, 2, X_0, 3);
    ml_label_f32_i64(probabilities, w_label_labels, label, /* rows */ X_0, /* n */ 3);
    TRACE("label", int64, label, 1, X_0);

    label_dims[0] = X_0;
    probabilities_dims[0] = X_0;
    probabilities_dims[1] = 3;
    return 0;
}

IRIS_FOREST_CODE_ATTR int iris_forest_run(int32_t X_0, const float *X, int64_t *label, int32_t label_dims[1],
                                          float *probabilities, int32_t probabilities_dims[2])
{
    return iris_forest_run_in(NULL, X_0, X, label, label_dims, probabilities, probabilities_dims);
}

/* Weights ------------------------------------------------------------------------------------- */
#ifdef __cplusplus
#undef WEIGHT
#define WEIGHT
namespace {
#endif
/* of all trees, in preorder: float32[143], crc32 25bff47e */
WEIGHT IRIS_FOREST_WEIGHTS_ATTR const float w_TreeEnsembleClassifier_value[143] = {
    0.75f, 0.1f, 4.85f, 1.65f, 0.1f, 3.0f, 0.1f, 0.1f,
    6.6f, 0.1f, 5.2f, 0.1f, 0.1f, 0.8f, 0.1f, 1.75f,
    4.95f, 0.1f, 5.45f, 0.06f, 0.04f, 0.1f, 1.9f, 4.85f,
    0.033333335f, 0.06666667f, 0.1f, 0.1f, 5.5499997f, 0.8f, 0.1f, 1.6f,
    0.1f, 0.1f, 1.55f, 0.75f, 0.1f, 5.0f, 0.1f, 0.1f,
    4.65f, 0.1f, 1.6999999f, 0.025f, 0.075f, 0.1f, 5.45f, 2.8f,
    2.45f, 0.1f, 5.0f, 0.1f, 0.1f, 0.1f, 6.25f, 1.6999999f,
    0.59999996f, 0.1f, 0.09761905f, 0.0023809525f, 0.1f, 1.65f, 0.1f, 0.1f,
    0.7f, 0.1f, 1.75f, 5.0499997f, 4.95f, 0.1f, 0.075f, 0.025f,
    1.55f, 0.1f, 0.06666667f, 0.033333335f, 0.1f, 0.8f, 0.1f, 4.95f,
    4.95f, 1.35f, 0.1f, 0.1f, 4.75f, 0.1f, 0.05f, 0.05f,
    0.1f, 0.7f, 0.1f, 4.75f, 4.95f, 0.1f, 0.1f, 5.1499996f,
    6.6f, 0.0045454544f, 0.095454544f, 0.1f, 0.1f, 2.6f, 0.1f, 4.75f,
    0.1f, 5.1499996f, 1.75f, 0.05f, 0.05f, 0.1f, 0.1f, 0.7f,
    0.1f, 6.25f, 4.7999997f, 4.95f, 0.025f, 0.075f, 0.1f, 2.6499999f,
    0.1f, 0.033333335f, 0.06666667f, 5.0499997f, 6.35f, 0.05f, 0.05f, 0.1f,
    0.1f, 2.6f, 0.1f, 4.95f, 5.95f, 0.1f, 1.65f, 0.1f,
    0.1f, 6.6f, 0.1f, 6.75f, 0.02f, 0.08f, 0.1f
};
WEIGHT IRIS_FOREST_WEIGHTS_ATTR const uint16_t w_TreeEnsembleClassifier_tag[143] = { /* uint16[143], crc32 667ed240 */
    48, 7, 32, 48, 23, 16, 39, 23,
    0, 39, 32, 23, 39, 48, 7, 48,
    32, 23, 32, 23, 39, 39, 48, 32,
    23, 39, 39, 39, 0, 48, 7, 48,
    23, 39, 48, 48, 7, 32, 23, 39,
    32, 23, 48, 23, 39, 39, 0, 16,
    16, 23, 0, 39, 23, 7, 0, 48,
    48, 7, 23, 39, 39, 48, 23, 39,
    48, 7, 48, 32, 32, 23, 23, 39,
    48, 39, 23, 39, 39, 48, 7, 32,
    0, 48, 23, 39, 32, 23, 23, 39,
    39, 48, 7, 32, 0, 39, 23, 32,
    0, 23, 39, 23, 39, 32, 7, 32,
    23, 32, 48, 23, 39, 39, 39, 48,
    7, 0, 32, 0, 23, 39, 23, 16,
    39, 23, 39, 32, 0, 23, 39, 23,
    39, 32, 7, 32, 0, 23, 48, 23,
    39, 0, 39, 0, 23, 39, 39
};
WEIGHT IRIS_FOREST_WEIGHTS_ATTR const uint16_t w_TreeEnsembleClassifier_skip[143] = { /* uint16[143], crc32 905b3a69 */
    2, 0, 6, 2, 0, 2, 0, 0,
    2, 0, 2, 0, 0, 2, 0, 7,
    2, 0, 3, 1, 0, 0, 5, 3,
    1, 0, 0, 0, 6, 2, 0, 2,
    0, 0, 6, 2, 0, 2, 0, 0,
    2, 0, 3, 1, 0, 0, 8, 6,
    2, 0, 2, 0, 0, 0, 7, 5,
    2, 0, 1, 0, 0, 2, 0, 0,
    2, 0, 10, 5, 2, 0, 1, 0,
    2, 0, 1, 0, 0, 2, 0, 9,
    4, 2, 0, 0, 2, 0, 1, 0,
    0, 2, 0, 4, 2, 0, 0, 5,
    3, 1, 0, 0, 0, 2, 0, 2,
    0, 5, 3, 1, 0, 0, 0, 2,
    0, 10, 5, 3, 1, 0, 0, 2,
    0, 1, 0, 5, 3, 1, 0, 0,
    0, 2, 0, 6, 2, 0, 2, 0,
    0, 2, 0, 3, 1, 0, 0
};
WEIGHT IRIS_FOREST_WEIGHTS_ATTR const int32_t w_TreeEnsembleClassifier_roots[10] = { /* int32[10], crc32 d98fe7e9 */
    0, 13, 28, 46, 64, 77, 89, 101,
    111, 129
};
WEIGHT IRIS_FOREST_WEIGHTS_ATTR const int64_t w_label_labels[3] = {0, 1, 2}; /* int64[3], crc32 4f8c5ccc */
#ifdef __cplusplus
}
#endif
