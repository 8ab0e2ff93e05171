/* LinearClassifier: https://onnx.ai/onnx/operators/onnx_aionnxml_LinearClassifier.html
 * LinearRegressor: https://onnx.ai/onnx/operators/onnx_aionnxml_LinearRegressor.html
 * Products of the features with constant coefficients. One row of coefficients for two classes is that of the second:
 * the scores are {-v, v}. multi_class makes no difference. As in ONNX Runtime, classes without labels are numbered, and
 * a single one of them is told from its absence; a regressor takes more coefficients than its targets need, and leaves
 * out intercepts that are not one for each. */
#include "ops/shared/shared.h"

typedef struct {
    int rows, features;
    const float *coefficients, *intercepts;
} Linear;

/* As many rows as there are coefficients for. */
static bool read_linear(Node *n, Linear *l)
{
    int count = attr_floats(n, "coefficients", &l->coefficients);
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
    return true;
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
    bool single; /* the one score of a class without a label */
} Classifier;

static bool need_rows(Node *n, const Linear *l, int expected)
{
    if (l->rows == expected) return true;
    node_invalid(n, "has coefficients for %d results, expected %d", l->rows, expected);
    return false;
}

static void number_classes(Classifier *c)
{
    c->single = c->linear.rows == 1;
    c->labels.count = c->single ? 2 : c->linear.rows;
    int64_t *numbers = mem_array((size_t)c->labels.count, sizeof *numbers);
    for (int i = 0; i < c->labels.count; i++) numbers[i] = i;
    c->labels.data = numbers;
}

static bool read_classifier(Node *n, Classifier *c)
{
    *c = (Classifier){0};
    if (!read_post_transform(n, &c->post) || !read_linear(n, &c->linear)) return false;
    bool labelled = attr_find(n, "classlabels_strings") || attr_find(n, "classlabels_ints");
    if (!labelled && c->linear.rows) number_classes(c);
    else if (!read_labels(n, "classlabels_strings", "classlabels_ints", &c->labels)) return false;
    int rows = c->labels.count == 2 && c->linear.rows == 1 ? 1 : c->labels.count;
    int shifts = attr_floats(n, "intercepts", &c->linear.intercepts);
    if (!need_rows(n, &c->linear, rows)) return false;
    if (!shifts || shifts == rows) return true;
    node_invalid(n, "has %d intercepts, expected %d or none", shifts, rows);
    return false;
}

static void infer_classifier(Node *n)
{
    Classifier c;
    if (!need_counts(n, 1, 1, 1, 2) || !need_features(n) || !read_classifier(n, &c)) return;
    set_classifier_outputs(n, &c.labels);
    Shape single = shape_of(2, (Dim[]){feature_rows(n), dim_const(1)});
    if (c.single) set_out(n, 1, DT_FLOAT, &single);
}

/* Rows {-v, v}. */
static void lower_second_class(Node *n, Value *v, Value *y)
{
    Step *s = step_call(n, "ml_second_class_%s", dtype_suffix(v->type.dtype));
    arg_in(s, "v", v);
    arg_out(s, "y", y);
    arg_dim(s, "rows", feature_rows(n));
    arg_int(s, "probabilities", 0);
}

static void lower_single(Node *n, const Classifier *c)
{
    DType t = score_type(n);
    Value *y = scores_for(n, 1, t, dim_const(1));
    lower_linear(n, &c->linear, t, y);
    Value *both = scratch(n, "both", t, dim_mul(feature_rows(n), dim_const(2)));
    lower_second_class(n, y, both);
    lower_label(n, both, &c->labels);
    finish_scores(n, 1, y, c->post, dim_const(1));
}

static void lower_classifier(Node *n)
{
    Classifier c;
    if (!read_classifier(n, &c)) return;
    if (c.single) {
        lower_single(n, &c);
        return;
    }
    DType t = score_type(n);
    Dim count = dim_const(c.labels.count);
    Value *y = scores_for(n, 1, t, count);
    if (c.linear.rows == c.labels.count) {
        lower_linear(n, &c.linear, t, y);
    } else {
        Value *second = scratch(n, "second", t, feature_rows(n));
        lower_linear(n, &c.linear, t, second);
        lower_second_class(n, second, y);
    }
    lower_label(n, y, &c.labels);
    finish_scores(n, 1, y, c.post, count);
}

/* -- regressor --------------------------------------------------------------------------------- */

static bool read_regressor(Node *n, Linear *l, PostTransform *post)
{
    int64_t given = attr_int(n, "targets", 1);
    int targets = given > 0 && given < INT32_MAX ? (int)given : 1;
    if (!read_post_transform(n, post) || !read_linear(n, l)) return false;
    if (l->rows < targets) {
        node_invalid(n, "has coefficients for %d results, expected %d", l->rows, targets);
        return false;
    }
    l->rows = targets;
    if (attr_floats(n, "intercepts", &l->intercepts) != targets) l->intercepts = NULL;
    return true;
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
