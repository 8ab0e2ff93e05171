/* SVMClassifier: https://onnx.ai/onnx/operators/onnx_aionnxml_SVMClassifier.html
 * SVMRegressor: https://onnx.ai/onnx/operators/onnx_aionnxml_SVMRegressor.html
 * The label is that of the class with the most votes of pairs. Scores are probabilities if prob_a and prob_b are there;
 * otherwise the pairs' decisions, of two classes {-v, v}. Without support vectors the machine is linear, one row of
 * coefficients for each class. */
#include "ops/shared/shared.h"

#include <string.h>

typedef struct {
    int count;
    const float *of;
} Floats;

typedef struct {
    int kernel, vectors, features;
    double gamma, coef0, degree;
    Floats coefficients, rho, support;
} Machine;

static Floats floats(Node *n, const char *name)
{
    Floats list;
    list.count = attr_floats(n, name, &list.of);
    return list;
}

static bool read_kernel(Node *n, Machine *m)
{
    static const char *const names[] = {"LINEAR", "POLY", "RBF", "SIGMOID"};
    Foreign name = attr_string(n, "kernel_type", "LINEAR");
    Floats p = floats(n, "kernel_params");
    m->gamma = p.count > 0 ? (double)p.of[0] : 0;
    m->coef0 = p.count > 1 ? (double)p.of[1] : 0;
    m->degree = p.count > 2 ? (double)p.of[2] : 0;
    for (m->kernel = 0; m->kernel < 4; m->kernel++)
        if (foreign_is(name, names[m->kernel])) return true;
    node_invalid(n, "kernel_type is \"%s\", expected LINEAR, POLY, RBF or SIGMOID", shown(name));
    return false;
}

static bool need_count(Node *n, const char *name, int found, int expected)
{
    if (found == expected) return true;
    node_error(
        n, "%s has %d numbers, expected %d; check how the model was exported, or fix the number of features with --dim",
        name, found, expected);
    return false;
}

/* rows: of coefficients, each with a number per vector, or per feature if there are no vectors. */
static bool read_machine(Node *n, int64_t vectors, int rows, Machine *m)
{
    Dim d = feature_count(n);
    if (!dim_is_const(d) || dim_value(d) > INT32_MAX || vectors < 0 || vectors > INT32_MAX) {
        node_error(n, "has %s features and %lld support vectors, expected constants; fix them with --dim",
                   shown(dim_text(d)), (long long)vectors);
        return false;
    }
    *m = (Machine){.vectors = (int)vectors, .features = (int)dim_value(d)};
    m->coefficients = floats(n, "coefficients");
    m->rho = floats(n, "rho");
    m->support = floats(n, "support_vectors");
    return read_kernel(n, m) &&
           (!vectors || need_count(n, "support_vectors", m->support.count, m->vectors * m->features)) &&
           need_count(n, "coefficients", m->coefficients.count, rows * (vectors ? m->vectors : m->features));
}

static Value *constant(Node *n, const char *name, DType t, const Floats *list, int rows)
{
    double *wide = mem_array((size_t)list->count + 1, sizeof *wide);
    for (int i = 0; i < list->count; i++) wide[i] = (double)list->of[i];
    int64_t shape[] = {rows, rows ? list->count / rows : 0};
    return rows == 1 ? floats_const(n, name, t, 1, shape + 1, wide, NULL)
                     : floats_const(n, name, t, 2, shape, wide, NULL);
}

static void machine_fields(Node *n, Step *s, const Machine *m, int classes)
{
    arg_struct(s, "p", "struct svm");
    arg_field(s, "rows", feature_rows(n));
    arg_field_int(s, "features", m->features);
    arg_field_int(s, "vectors", m->vectors);
    arg_field_int(s, "classes", classes);
    arg_field_int(s, "kernel", m->kernel);
    arg_real(s, "gamma", m->gamma);
    arg_real(s, "coef0", m->coef0);
    arg_real(s, "degree", m->degree);
    s->macs = dim_high(dim_mul(feature_rows(n), dim_const((int64_t)m->vectors * m->features)));
}

/* y[rows][count] = x coefficients' + rho, the first or one for all. */
static void lower_linear(Node *n, const Machine *m, DType t, Value *y, int count)
{
    Value *coefficients = constant(n, "coefficients", t, &m->coefficients, count);
    Product p = product_of(features(n, t), coefficients, y, feature_rows(n), dim_const(count), dim_const(m->features));
    Floats first = {1, m->rho.of};
    product_transpose_b(&p);
    p.b->type.shape = shape_const(2, (int64_t[]){count, m->features});
    p.c = constant(n, "rho", t, &first, 1);
    p.c_row = p.c_col = dim_const(0);
    lower_product(n, &p);
}

/* -- regressor --------------------------------------------------------------------------------- */

static bool read_regressor(Node *n, Machine *m, PostTransform *post)
{
    if (!read_post_transform(n, post) || !read_machine(n, attr_int(n, "n_supports", 0), 1, m)) return false;
    if (!m->vectors && attr_int(n, "one_class", 0)) {
        node_error(n, "one_class without support vectors is not supported; export the model with them");
        return false;
    }
    return m->rho.count > 0 || need_count(n, "rho", m->rho.count, 1);
}

static void infer_regressor(Node *n)
{
    Machine m;
    PostTransform post;
    if (!need_counts(n, 1, 1, 1, 1) || !need_features(n) || !read_regressor(n, &m, &post)) return;
    Shape y = shape_of(2, (Dim[]){feature_rows(n), dim_const(1)});
    set_out(n, 0, DT_FLOAT, &y);
}

static void lower_regressor(Node *n)
{
    Machine m;
    PostTransform post;
    if (!read_regressor(n, &m, &post)) return;
    DType t = score_type(n);
    Dim one = dim_const(1);
    Value *y = scores_for(n, 0, t, one);
    if (m.vectors) {
        Value *x = features(n, t);
        Step *s = step_call(n, "svm_regressor_%s", dtype_suffix(t));
        arg_in(s, "x", x);
        arg_in(s, "vectors", constant(n, "support_vectors", t, &m.support, m.vectors));
        arg_in(s, "coefficients", constant(n, "coefficients", t, &m.coefficients, 1));
        arg_out(s, "k", scratch(n, "kernels", t, dim_const(m.vectors)));
        arg_out(s, "y", y);
        machine_fields(n, s, &m, 0);
        arg_real(s, "rho", (double)m.rho.of[0]);
        arg_int(s, "one_class", attr_int(n, "one_class", 0) != 0);
    } else {
        lower_linear(n, &m, t, y, 1);
    }
    finish_scores(n, 0, y, post, one);
}

/* -- classifier -------------------------------------------------------------------------------- */

typedef struct {
    Labels labels;
    PostTransform post;
    Machine machine;
    int32_t *first; /* vector of each class, and one more */
    int pairs;
    bool probabilities;
} Classifier;

static bool read_classifier(Node *n, Classifier *c)
{
    const int64_t *counts;
    int listed = attr_ints(n, "vectors_per_class", &counts);
    if (!read_labels(n, "classlabels_strings", "classlabels_ints", &c->labels) || !read_post_transform(n, &c->post))
        return false;
    if (listed && !need_count(n, "vectors_per_class", listed, c->labels.count)) return false;
    c->pairs = c->labels.count * (c->labels.count - 1) / 2;
    c->first = mem_array((size_t)c->labels.count + 1, sizeof *c->first);
    int64_t vectors = 0;
    for (int i = 0; i < listed; i++) {
        vectors += counts[i] < 0 || counts[i] > INT32_MAX / c->labels.count ? INT32_MAX : counts[i];
        if (vectors <= INT32_MAX) c->first[i + 1] = (int32_t)vectors;
    }
    if (!read_machine(n, vectors, vectors ? c->labels.count - 1 : c->labels.count, &c->machine)) return false;
    int a = floats(n, "prob_a").count, b = floats(n, "prob_b").count;
    c->probabilities = vectors && a;
    if (c->probabilities && (!need_count(n, "prob_a", a, c->pairs) || !need_count(n, "prob_b", b, c->pairs)))
        return false;
    return vectors ? need_count(n, "rho", c->machine.rho.count, c->pairs)
                   : c->machine.rho.count > 0 || need_count(n, "rho", c->machine.rho.count, 1);
}

static int score_count(const Classifier *c)
{
    return !c->machine.vectors || c->probabilities || c->labels.count == 2 ? c->labels.count : c->pairs;
}

static void infer_classifier(Node *n)
{
    Classifier c;
    if (!need_counts(n, 1, 1, 1, 2) || !need_features(n) || !read_classifier(n, &c)) return;
    set_classifier_outputs(n, &c.labels);
    Shape z = shape_of(2, (Dim[]){feature_rows(n), dim_const(score_count(&c))});
    set_out(n, 1, DT_FLOAT, &z);
}

/* Decisions of the pairs, and votes for the classes. */
static void lower_decisions(Node *n, const Classifier *c, DType t, Value *decisions, Value *votes)
{
    const Machine *m = &c->machine;
    Value *x = features(n, t);
    Shape shape = shape_const(1, (int64_t[]){c->labels.count + 1});
    Step *s = step_call(n, "svm_classifier_%s", dtype_suffix(t));
    arg_in(s, "x", x);
    arg_in(s, "vectors", constant(n, "support_vectors", t, &m->support, m->vectors));
    arg_in(s, "coefficients", constant(n, "coefficients", t, &m->coefficients, c->labels.count - 1));
    arg_in(s, "rho", constant(n, "rho", t, &m->rho, 1));
    arg_in(s, "first", value_const(n->graph, foreign_suffixed(node_stem(n), "/first"), DT_INT32, &shape, c->first));
    arg_out(s, "k", scratch(n, "kernels", t, dim_const(m->vectors)));
    arg_out(s, "scores", decisions);
    arg_out(s, "votes", votes);
    machine_fields(n, s, m, c->labels.count);
}

static void lower_probabilities(Node *n, const Classifier *c, DType t, Value *decisions, Value *y)
{
    Floats a = floats(n, "prob_a"), b = floats(n, "prob_b");
    int64_t size = c->labels.count;
    Step *s = step_call(n, "svm_probabilities_%s", dtype_suffix(t));
    arg_in(s, "scores", decisions);
    arg_in(s, "a", constant(n, "prob_a", t, &a, 1));
    arg_in(s, "b", constant(n, "prob_b", t, &b, 1));
    arg_out(s, "work", scratch(n, "coupling", t, dim_const(2 * size * size + size)));
    arg_out(s, "y", y);
    arg_dim(s, "rows", feature_rows(n));
    arg_int(s, "n", size);
}

static void lower_second(Node *n, DType t, Value *decisions, Value *y)
{
    Step *s = step_call(n, "ml_second_class_%s", dtype_suffix(t));
    arg_in(s, "v", decisions);
    arg_out(s, "y", y);
    arg_dim(s, "rows", feature_rows(n));
    arg_int(s, "probabilities", 0);
}

static void lower_classifier(Node *n)
{
    Classifier c;
    if (!read_classifier(n, &c)) return;
    DType t = score_type(n);
    Dim rows = feature_rows(n), count = dim_const(score_count(&c));
    Value *y = scores_for(n, 1, t, count);
    if (!c.machine.vectors) {
        lower_linear(n, &c.machine, t, y, c.labels.count);
        lower_label(n, y, &c.labels);
        finish_scores(n, 1, y, c.post, count);
        return;
    }
    bool direct = !c.probabilities && c.labels.count > 2;
    Value *decisions = direct ? y : scratch(n, "decisions", t, dim_mul(rows, dim_const(c.pairs)));
    Value *votes = scratch(n, "votes", t, dim_mul(rows, dim_const(c.labels.count)));
    lower_decisions(n, &c, t, decisions, votes);
    lower_label(n, votes, &c.labels);
    if (c.probabilities) lower_probabilities(n, &c, t, decisions, y);
    else if (!direct) lower_second(n, t, decisions, y);
    finish_scores(n, 1, y, c.post, count);
}

const Op ops_svm[] = {
    {.name = "SVMClassifier", .domain = "ai.onnx.ml", .since = 1, .infer = infer_classifier, .lower = lower_classifier},
    {.name = "SVMRegressor", .domain = "ai.onnx.ml", .since = 1, .infer = infer_regressor, .lower = lower_regressor},
    {0},
};
