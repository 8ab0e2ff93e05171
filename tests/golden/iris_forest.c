/* Written by onnx2c 0.1.0; do not edit, generate again.
 *   model    sha256 dd60cfda93bc6d2fd456d01505bfb40ef30a4cc8c954d95cb6b5a24e8efdd089, ai.onnx.ml 1, opset 22
 *   options  --name iris_forest --dim X:0=1..8
 *   memory   arena 0 B (lower bound 0 B), weights 1,208 B, no heap
 */
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Public -------------------------------------------------------------------------------------- */

#define IRIS_FOREST_ARENA_BYTES 0
#define IRIS_FOREST_ARENA_ALIGN 64

#define IRIS_FOREST_X_0_MIN 1
#define IRIS_FOREST_X_0_MAX 8
#define IRIS_FOREST_X_RANK 2
#define IRIS_FOREST_X_DIMS {8, 4}
#define IRIS_FOREST_X_COUNT 32 /* float32 X[X:0,4] */
#define IRIS_FOREST_LABEL_RANK 1
#define IRIS_FOREST_LABEL_DIMS {8}
#define IRIS_FOREST_LABEL_COUNT 8 /* int64 label[X:0] */
#define IRIS_FOREST_PROBABILITIES_RANK 2
#define IRIS_FOREST_PROBABILITIES_DIMS {8, 3}
#define IRIS_FOREST_PROBABILITIES_COUNT 24 /* float32 probabilities[X:0,3] */

/* What the functions return beside 0; then outputs are unspecified, and the next call works. */
#define IRIS_FOREST_EDIM (-1)   /* a dimension is out of its bounds, or doesn't fit another */
#define IRIS_FOREST_EVALUE (-2) /* an input's value is one that the model forbids */
#define IRIS_FOREST_EARENA (-3) /* the arena is not aligned to IRIS_FOREST_ARENA_ALIGN */

/* Inputs and outputs are dense, row-major (C order). iris_forest_run uses a static arena; iris_forest_run_in is
 * re-entrant, its arena has IRIS_FOREST_ARENA_BYTES. */
int iris_forest_run(int32_t X_0, const float *X, int64_t *label, int32_t label_dims[1], float *probabilities,
                    int32_t probabilities_dims[2]);
int iris_forest_run_in(void *arena, int32_t X_0, const float *X, int64_t *label, int32_t label_dims[1],
                       float *probabilities, int32_t probabilities_dims[2]);

/* Placement: define these to put weights or the arena of iris_forest_run into a section of their own. */
#ifndef IRIS_FOREST_WEIGHTS_ATTR
#define IRIS_FOREST_WEIGHTS_ATTR
#endif
#ifndef IRIS_FOREST_ARENA_ATTR
#define IRIS_FOREST_ARENA_ATTR
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the weights are written for little-endian machines"
#endif
#ifdef __GNUC__
#pragma GCC diagnostic ignored "-Woverlength-strings"
#endif

/* Kernels: only those this model calls ------------------------------------------------------- */

/* y[rows] = labels[class of the largest score in x[rows][n]], the first one if there are several. */
static void ml_label_f32_i64(const float *x, int64_t const *labels, int64_t *y, int32_t rows, int32_t n)
{
    for (int32_t r = 0; r < rows; r++, x += n) {
        int32_t best = 0;
        for (int32_t i = 1; i < n; i++)
            if (x[i] > x[best]) best = i;
        y[r] = labels[best];
    }
}

struct trees {
    int32_t rows, features, targets;
    int32_t trees;
    int32_t aggregate; /* 0 average, 1 sum, 2 minimum, 3 maximum */
};

enum tree_node { TREE_LEQ, TREE_LT, TREE_GTE, TREE_GT, TREE_EQ, TREE_NEQ, TREE_LEAF = 7 };

static inline bool tree_compares_f32(uint32_t mode, float x, float value)
{
    switch (mode) {
    case TREE_LEQ: return x <= value;
    case TREE_LT: return x < value;
    case TREE_GTE: return x >= value;
    case TREE_GT: return x > value;
    case TREE_EQ: return x >= value && x <= value;
    default: return x < value || x > value;
    }
}

/* What a target's value is before the first vote, with one more vote, and when a target got none: minimum and maximum
 * start from infinities, which then stand for 0. */
static inline float tree_start_f32(int32_t aggregate)
{
    return aggregate < 2 ? 0 : aggregate == 2 ? INFINITY : -INFINITY;
}

static inline float tree_vote_f32(int32_t aggregate, float y, float weight)
{
    if (aggregate < 2) return y + weight;
    return (aggregate == 2 ? weight < y : weight > y) ? weight : y;
}

static inline float tree_result_f32(const struct trees *p, float y)
{
    if (p->aggregate == 0) return y / (float)p->trees;
    if (p->aggregate == 1) return y;
    return y > -INFINITY && y < INFINITY ? y : 0;
}

/* y[rows][targets] = aggregate of the votes of all trees for x[rows][features], + base[targets], which may be NULL.
 * roots[trees] are places in the tables. */
static void trees_f32_u16(const float *x, const float *value, const uint16_t *tag, const uint16_t *skip,
                          const int32_t *roots, const float *base, float *y, const struct trees *p)
{
    for (int32_t r = 0; r < p->rows; r++, x += p->features, y += p->targets) {
        for (int32_t t = 0; t < p->targets; t++) y[t] = tree_start_f32(p->aggregate);
        for (int32_t t = 0; t < p->trees; t++) {
            size_t at = (size_t)roots[t];
            while ((tag[at] & 7) != TREE_LEAF) {
                const float v = x[tag[at] >> 4];
                const bool taken = v != v ? (tag[at] & 8) != 0 : tree_compares_f32(tag[at] & 7, v, value[at]);
                at += taken ? 1 : skip[at];
            }
            if (tag[at] & 8) continue;
            do {
                float *target = y + (tag[at] >> 4);
                *target = tree_vote_f32(p->aggregate, *target, value[at]);
            } while (skip[at++]);
        }
        for (int32_t t = 0; t < p->targets; t++) y[t] = tree_result_f32(p, y[t]) + (base ? base[t] : 0);
    }
}

/* Weights: declared here, defined at the end ------------------------------------------------- */

static IRIS_FOREST_WEIGHTS_ATTR const float w_TreeEnsembleClassifier_value[143];
static IRIS_FOREST_WEIGHTS_ATTR const uint16_t w_TreeEnsembleClassifier_tag[143];
static IRIS_FOREST_WEIGHTS_ATTR const uint16_t w_TreeEnsembleClassifier_skip[143];
static IRIS_FOREST_WEIGHTS_ATTR const int32_t w_TreeEnsembleClassifier_roots[10];
static IRIS_FOREST_WEIGHTS_ATTR const int64_t w_label_labels[3];

/* The model ----------------------------------------------------------------------------------- */

int iris_forest_run_in(void *arena, int32_t X_0, const float *X, int64_t *label, int32_t label_dims[1],
                       float *probabilities, int32_t probabilities_dims[2])
{
    (void)arena;
    if (X_0 < 1 || X_0 > 8) return IRIS_FOREST_EDIM;

    /* 1  TreeEnsembleClassifier "TreeEnsembleClassifier": X[X:0,4] -> label[X:0], probabilities[X:0,3] */
    trees_f32_u16(X, w_TreeEnsembleClassifier_value, w_TreeEnsembleClassifier_tag,
        w_TreeEnsembleClassifier_skip, w_TreeEnsembleClassifier_roots, NULL, probabilities,
        &(const struct trees){.rows = X_0, .features = 4, .targets = 3, .trees = 10, .aggregate = 1});
    ml_label_f32_i64(probabilities, w_label_labels, label, X_0, 3);

    label_dims[0] = X_0;
    probabilities_dims[0] = X_0;
    probabilities_dims[1] = 3;
    return 0;
}

int iris_forest_run(int32_t X_0, const float *X, int64_t *label, int32_t label_dims[1], float *probabilities,
                    int32_t probabilities_dims[2])
{
    return iris_forest_run_in(NULL, X_0, X, label, label_dims, probabilities, probabilities_dims);
}

/* Weights ------------------------------------------------------------------------------------ */

/* of all trees, in preorder: float32[143], crc32 25bff47e */
static IRIS_FOREST_WEIGHTS_ATTR const float w_TreeEnsembleClassifier_value[143] = {
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

/* uint16[143], crc32 667ed240 */
static IRIS_FOREST_WEIGHTS_ATTR const uint16_t w_TreeEnsembleClassifier_tag[143] = {
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

/* uint16[143], crc32 905b3a69 */
static IRIS_FOREST_WEIGHTS_ATTR const uint16_t w_TreeEnsembleClassifier_skip[143] = {
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

/* int32[10], crc32 d98fe7e9 */
static IRIS_FOREST_WEIGHTS_ATTR const int32_t w_TreeEnsembleClassifier_roots[10] = {
    0, 13, 28, 46, 64, 77, 89, 101,
    111, 129
};

/* int64[3], crc32 4f8c5ccc */
static IRIS_FOREST_WEIGHTS_ATTR const int64_t w_label_labels[3] = {0, 1, 2};

