/* LinearClassifier: https://onnx.ai/onnx/operators/onnx_aionnxml_LinearClassifier.html
 * LinearRegressor: https://onnx.ai/onnx/operators/onnx_aionnxml_LinearRegressor.html
 * Products of the features with constant coefficients. One row of coefficients for two classes is that of the second:
 * the scores are {-v, v}. multi_class makes no difference. */
#include "ops/shared/shared.h"

typedef struct {
    int rows, features;
    const float *coefficients, *intercepts;
} Linear;

static bool read_linear(Node *n, int targets, int other_targets, Linear *l)
{
    int count = attr_floats(n, "coefficients", &l->coefficients), shifts = attr_floats(n, "intercepts", &l->intercepts);
    Dim d = feature_count(n);
    if (!dim_is_const(d) || dim_value(d) <= 0 || count % dim_value(d)) {
        node_error(n,
                   "has %d coefficients, expected a multiple of the %s features; check how the model was exported, or "
                   "fix the number of features "
                   "with --dim",
                   count, shown(dim_text(d)));
        return false;
    }
    l->features = (int)dim_value(d);
    l->rows = count / l->features;
    if (l->rows != targets && l->rows != other_targets) {
        node_invalid(n, "has coefficients for %d results, expected %d", l->rows, targets);
        return false;
    }
    if (!shifts || shifts == l->rows) return true;
    node_invalid(n, "has %d intercepts, expected %d or none", shifts, l->rows);
    return false;
}

static double *widened(const float *values, int count)
{
    double *wide = mem_array((size_t)count + 1, sizeof *wide);
    for (int i = 0; i < count; i++) wide[i] = (double)values[i];
    return wide;
}

static void lower_linear(Node *n, const Linear *l, DType t, Value *y)
{
    int64_t shape[] = {l->rows, l->features};
    Value *w = floats_const(n, "coefficients", t, 2, shape, widened(l->coefficients, l->rows * l->features), NULL);
    Product p = product_of(features(n, t), w, y, feature_rows(n), dim_const(l->rows), dim_const(l->features));
    product_transpose_b(&p);
    if (l->intercepts) {
        p.c = floats_const(n, "intercepts", t, 1, shape, widened(l->intercepts, l->rows), NULL);
        p.c_row = dim_const(0);
        p.c_col = dim_const(1);
    }
    lower_product(n, &p);
}

/* -- classifier -------------------------------------------------------------------------------- */

typedef struct {
    Labels labels;
    PostTransform post;
    Linear linear;
} Classifier;

static bool read_classifier(Node *n, Classifier *c)
{
    return read_labels(n, "classlabels_strings", "classlabels_ints", &c->labels) && read_post_transform(n, &c->post) &&
           read_linear(n, c->labels.count, c->labels.count == 2 ? 1 : -1, &c->linear);
}

static void infer_classifier(Node *n)
{
    Classifier c;
    if (need_counts(n, 1, 1, 1, 2) && need_features(n) && read_classifier(n, &c)) set_classifier_outputs(n, &c.labels);
}

static void lower_classifier(Node *n)
{
    Classifier c;
    if (!read_classifier(n, &c)) return;
    DType t = score_type(n);
    Dim count = dim_const(c.labels.count);
    Value *y = scores_for(n, 1, t, count);
    if (c.linear.rows == c.labels.count) {
        lower_linear(n, &c.linear, t, y);
    } else {
        Value *second = scratch(n, "second", t, feature_rows(n));
        lower_linear(n, &c.linear, t, second);
        Step *s = step_call(n, "ml_second_class_%s", dtype_suffix(t));
        arg_in(s, "v", second);
        arg_out(s, "y", y);
        arg_dim(s, "rows", feature_rows(n));
        arg_int(s, "probabilities", 0);
    }
    lower_label(n, y, &c.labels);
    finish_scores(n, 1, y, c.post, count);
}

/* -- regressor --------------------------------------------------------------------------------- */

static bool read_regressor(Node *n, Linear *l, PostTransform *post)
{
    int64_t targets = attr_int(n, "targets", 1);
    return read_post_transform(n, post) && read_linear(n, targets > 0 && targets < INT32_MAX ? (int)targets : 1, -1, l);
}

static void infer_regressor(Node *n)
{
    Linear l;
    PostTransform post;
    if (!need_counts(n, 1, 1, 1, 1) || !need_features(n) || !read_regressor(n, &l, &post)) return;
    Shape y = shape_of(2, (Dim[]){feature_rows(n), dim_const(l.rows)});
    set_out(n, 0, DT_FLOAT, &y);
}

static void lower_regressor(Node *n)
{
    Linear l;
    PostTransform post;
    if (!read_regressor(n, &l, &post)) return;
    DType t = score_type(n);
    Value *y = scores_for(n, 0, t, dim_const(l.rows));
    lower_linear(n, &l, t, y);
    finish_scores(n, 0, y, post, dim_const(l.rows));
}

const Op ops_linear_ml[] = {
    {.name = "LinearClassifier",
     .domain = "ai.onnx.ml",
     .since = 1,
     .infer = infer_classifier,
     .lower = lower_classifier},
    {.name = "LinearRegressor", .domain = "ai.onnx.ml", .since = 1, .infer = infer_regressor, .lower = lower_regressor},
    {0},
};
