/* test_ml.c: the smaller operators of ai.onnx.ml, on numbers worked out by hand. */
#include "run_op.h"

#include <check.h>

Suite *ml_suite(void);

static void set_floats(Node *n, const char *name, int count, const float *values)
{
    node_add_attr(n, name, ATTR_FLOATS, count)->floats = mem_dup(values, (size_t)count * sizeof *values);
}

static void set_strings(Node *n, const char *name, int count, const char *const *values)
{
    node_add_attr(n, name, ATTR_STRINGS, count)->strings = mem_dup(values, (size_t)count * sizeof *values);
}

static Node *ml_node(const char *op_type, int rank, const int64_t *dims, const float *x)
{
    Node *n = op_node(op_type, "ai.onnx.ml", 2);
    op_input(n, DT_FLOAT, rank, dims, x);
    return n;
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* -- linear models ----------------------------------------------------------------------------- */

static const float points[] = {1, 2, -1, 0.5f}; /* two rows of two features */
static const int64_t two_by_two[] = {2, 2}, labels[] = {5, 6, 7};

START_TEST(linear_classifier_of_three)
{
    const float w[] = {1, 0, 0, 1, -1, -1}, b[] = {0.5f, 0, 0}; /* scores {1.5, 2, -3} and {-0.5, 0.5, 0.5} */
    Node *n = ml_node("LinearClassifier", 2, two_by_two, points);
    set_floats(n, "coefficients", 6, w);
    set_floats(n, "intercepts", 3, b);
    attr_set_ints(n, "classlabels_ints", 3, labels);
    attr_set_string(n, "post_transform", "LOGISTIC");
    op_run(n, 2);
    const double expected[] = {sigmoid(1.5), sigmoid(2), sigmoid(-3), sigmoid(-0.5), sigmoid(0.5), sigmoid(0.5)};
    expect_close("scores", op_floats(n, 1), expected, 6, 1e-6);
    ck_assert(op_int64s(n, 0)[0] == 6 && op_int64s(n, 0)[1] == 6); /* the first of equal scores */
    op_free();
}
END_TEST

START_TEST(linear_classifier_of_two_by_one_row)
{
    const float w[] = {1, 1}, b[] = {-1}; /* 2 and -1.5 */
    Node *n = ml_node("LinearClassifier", 2, two_by_two, points);
    set_floats(n, "coefficients", 2, w);
    set_floats(n, "intercepts", 1, b);
    attr_set_ints(n, "classlabels_ints", 2, labels);
    op_run(n, 2);
    expect_close("scores", op_floats(n, 1), (const double[]){-2, 2, 1.5, -1.5}, 4, 1e-6);
    ck_assert(op_int64s(n, 0)[0] == 6 && op_int64s(n, 0)[1] == 5);
    op_free();
}
END_TEST

/* Scores {0, 1}: one of 0 stays 0 and takes no part. */
START_TEST(regressor_transforms_its_results)
{
    const float w[] = {0, 0, 0.5f, 0.25f}, x[] = {1, 2};
    Node *n = ml_node("LinearRegressor", 2, (int64_t[]){1, 2}, x);
    set_floats(n, "coefficients", 4, w);
    attr_set_int(n, "targets", 2);
    attr_set_string(n, "post_transform", "SOFTMAX_ZERO");
    op_run(n, 1);
    expect_close("SOFTMAX_ZERO", op_floats(n, 0), (const double[]){0, 1}, 2, 1e-6);
    op_free();
}
END_TEST

/* -- support vectors --------------------------------------------------------------------------- */

START_TEST(svm_regressor_kernels)
{
    static const char *const kernels[] = {"LINEAR", "POLY", "RBF", "SIGMOID"};
    const float vectors[] = {1, 0, 0, 2}, coefficients[] = {2, -1}, rho[] = {0.5f}, params[] = {0.5f, 1, 2},
                x[] = {3, 1};
    /* dot products 3 and 2, squared distances 5 and 10; gamma 0.5, coef0 1, degree 2 */
    const double expected[] = {0.5 + 2 * 3 - 2, 0.5 + 2 * 6.25 - 4, 0.5 + 2 * exp(-2.5) - exp(-5),
                               0.5 + 2 * tanh(2.5) - tanh(2)};
    for (int k = 0; k < 4; k++) {
        Node *n = ml_node("SVMRegressor", 2, (int64_t[]){1, 2}, x);
        attr_set_string(n, "kernel_type", kernels[k]);
        attr_set_int(n, "n_supports", 2);
        set_floats(n, "support_vectors", 4, vectors);
        set_floats(n, "coefficients", 2, coefficients);
        set_floats(n, "rho", 1, rho);
        set_floats(n, "kernel_params", 3, params);
        op_run(n, 1);
        expect_close(kernels[k], op_floats(n, 0), &expected[k], 1, 1e-6);
        op_free();
    }
}
END_TEST

/* Without support vectors the coefficients are those of a linear function. */
START_TEST(svm_regressor_without_vectors)
{
    const float coefficients[] = {2, -1}, rho[] = {0.5f}, x[] = {3, 1};
    Node *n = ml_node("SVMRegressor", 2, (int64_t[]){1, 2}, x);
    set_floats(n, "coefficients", 2, coefficients);
    set_floats(n, "rho", 1, rho);
    op_run(n, 1);
    expect_close("linear", op_floats(n, 0), (const double[]){5.5}, 1, 1e-6);
    op_free();
}
END_TEST

/* Three classes with one vector each, at 0, 1 and 2, linear; x = 2 gives the kernels 0, 2, 4. Decisions with
 * coefficients
 * {{1, -1, -1}, {1, 1, -1}} (row j - 1 for i's vectors, row i for j's): 0-1: c[0][0] k0 + c[0][1] k1 = -2; 0-2: c[1][0]
 * k0 + c[0][2] k2 = -4; 1-2: c[1][1] k1 + c[1][2] k2 + rho = 2 - 4 + 3 = 1. Votes: 1, 2, 1: class 1. */
START_TEST(svm_classifier_votes)
{
    const int64_t counts[] = {1, 1, 1};
    const float vectors[] = {0, 1, 2}, coefficients[] = {1, -1, -1, 1, 1, -1}, rho[] = {0, 0, 3}, x[] = {2};
    Node *n = ml_node("SVMClassifier", 2, (int64_t[]){1, 1}, x);
    attr_set_ints(n, "vectors_per_class", 3, counts);
    attr_set_ints(n, "classlabels_ints", 3, labels);
    set_floats(n, "support_vectors", 3, vectors);
    set_floats(n, "coefficients", 6, coefficients);
    set_floats(n, "rho", 3, rho);
    op_run(n, 2);
    expect_close("decisions", op_floats(n, 1), (const double[]){-2, -4, 1}, 3, 1e-6);
    ck_assert(op_int64s(n, 0)[0] == 6);
    op_free();
}
END_TEST

/* Two classes: the coupling gives the pair's probability itself. */
START_TEST(svm_probabilities_of_two)
{
    const int64_t counts[] = {1, 1};
    const float vectors[] = {1, -1}, coefficients[] = {1, -1}, rho[] = {0}, a[] = {-0.5f}, b[] = {0.25f}, x[] = {1};
    const double p = 1 - sigmoid(2 * -0.5 + 0.25);
    Node *n = ml_node("SVMClassifier", 2, (int64_t[]){1, 1}, x);
    attr_set_ints(n, "vectors_per_class", 2, counts);
    attr_set_ints(n, "classlabels_ints", 2, labels);
    set_floats(n, "support_vectors", 2, vectors);
    set_floats(n, "coefficients", 2, coefficients);
    set_floats(n, "rho", 1, rho);
    set_floats(n, "prob_a", 1, a);
    set_floats(n, "prob_b", 1, b);
    op_run(n, 2);
    expect_close("probabilities", op_floats(n, 1), (const double[]){p, 1 - p}, 2,
                 5e-3); /* iterated until within 0.005 / 2 */
    ck_assert(op_int64s(n, 0)[0] == 5);
    op_free();
}
END_TEST

/* -- features ---------------------------------------------------------------------------------- */

START_TEST(scaler_subtracts_then_multiplies)
{
    const float offset[] = {1, -1}, scale[] = {2};
    Node *n = ml_node("Scaler", 2, two_by_two, points);
    set_floats(n, "offset", 2, offset);
    set_floats(n, "scale", 1, scale);
    op_run(n, 1);
    expect_close("Scaler", op_floats(n, 0), (const double[]){0, 6, -4, 3}, 4, 0);
    op_free();
}
END_TEST

START_TEST(normalizer_divides_by_the_norm_of_a_row)
{
    static const char *const norms[] = {"MAX", "L1", "L2"};
    const float x[] = {3, -4, 0, 0};
    const double size[] = {3, 7, 5};
    for (int i = 0; i < 3; i++) {
        Node *n = ml_node("Normalizer", 2, two_by_two, x);
        attr_set_string(n, "norm", norms[i]);
        op_run(n, 1);
        expect_close(norms[i], op_floats(n, 0), (const double[]){3 / size[i], -4 / size[i], 0, 0}, 4, 1e-6);
        op_free();
    }
}
END_TEST

START_TEST(imputer_replaces_nan)
{
    const float x[] = {NAN, 2, 3, NAN}, values[] = {8, 9}, replaced[] = {NAN};
    Node *n = ml_node("Imputer", 2, two_by_two, x);
    set_floats(n, "imputed_value_floats", 2, values);
    node_add_attr(n, "replaced_value_float", ATTR_FLOAT, 1)->floats = replaced;
    op_run(n, 1);
    expect_close("Imputer", op_floats(n, 0), (const double[]){8, 2, 3, 9}, 4, 0);
    op_free();
}
END_TEST

START_TEST(extractor_checks_its_columns)
{
    const int64_t columns[] = {1, 0, 1}, outside[] = {0, 2};
    Node *n = ml_node("ArrayFeatureExtractor", 2, two_by_two, points);
    op_ints(n, 3, columns);
    op_run(n, 1);
    expect_close("columns", op_floats(n, 0), (const double[]){2, 1, 2, 0.5, -1, 0.5}, 6, 0);
    op_free();
    n = ml_node("ArrayFeatureExtractor", 2, two_by_two, points);
    op_ints(n, 2, outside);
    ck_assert(!op_refused(n, 1));
    ck_assert(!op_evaluates(n));
    op_free();
}
END_TEST

START_TEST(vectorizer_cuts_and_fills)
{
    const int64_t sizes[] = {1, 3};
    Node *n = ml_node("FeatureVectorizer", 2, two_by_two, points);
    op_input(n, DT_FLOAT, 2, two_by_two, points);
    attr_set_ints(n, "inputdimensions", 2, sizes);
    op_run(n, 1);
    expect_close("FeatureVectorizer", op_floats(n, 0), (const double[]){1, 1, 2, 0, -1, -1, 0.5, 0}, 8, 0);
    op_free();
}
END_TEST

/* -- labels ------------------------------------------------------------------------------------ */

START_TEST(label_encoder_finds_its_keys)
{
    static const char *const keys[] = {"pear", "apple", "fig", "apple"}, *const x[] = {"fig", "apple", "plum", ""};
    const int64_t values[] = {1, 2, 3, 4}; /* of equal keys the first one counts, at opset 1 the last */
    Node *n = op_node("LabelEncoder", "ai.onnx.ml", 2);
    op_input(n, DT_STRING, 1, (int64_t[]){4}, x);
    set_strings(n, "keys_strings", 4, keys);
    attr_set_ints(n, "values_int64s", 4, values);
    attr_set_int(n, "default_int64", -7);
    op_run(n, 1);
    const int64_t expected[] = {3, 2, -7, -7};
    for (int i = 0; i < 4; i++) ck_assert_int_eq(op_int64s(n, 0)[i], expected[i]);
    n = op_node("LabelEncoder", "ai.onnx.ml", 1);
    op_input(n, DT_STRING, 1, (int64_t[]){4}, x);
    set_strings(n, "classes_strings", 4, keys);
    op_run(n, 1);
    ck_assert(op_int64s(n, 0)[0] == 2 && op_int64s(n, 0)[1] == 3);
    op_free();
}
END_TEST

START_TEST(nan_is_a_key)
{
    const float keys[] = {NAN, 1, -1}, values[] = {10, 20, 30}, x[] = {1, NAN, -1, 0};
    Node *n = ml_node("LabelEncoder", 1, (int64_t[]){4}, x);
    set_floats(n, "keys_floats", 3, keys);
    set_floats(n, "values_floats", 3, values);
    attr_set_float(n, "default_float", -5);
    op_run(n, 1);
    expect_close("LabelEncoder", op_floats(n, 0), (const double[]){20, 10, 30, -5}, 4, 0);
    op_free();
}
END_TEST

START_TEST(one_hot_encoder_keeps_the_order_of_categories)
{
    const int64_t categories[] = {9, 3, 5};
    const float x[] = {3, 9, 4};
    for (int zeros = 0; zeros < 2; zeros++) {
        Node *n = ml_node("OneHotEncoder", 1, (int64_t[]){3}, x);
        attr_set_ints(n, "cats_int64s", 3, categories);
        attr_set_int(n, "zeros", zeros);
        ck_assert(!op_refused(n, 1));
        ck_assert(op_evaluates(n) == (zeros == 1)); /* 4 is no category */
        if (zeros) expect_close("OneHotEncoder", op_floats(n, 0), (const double[]){0, 1, 0, 1, 0, 0, 0, 0, 0}, 9, 0);
        op_free();
    }
}
END_TEST

START_TEST(maps_are_keys_and_the_scores)
{
    Node *n = ml_node("ZipMap", 2, two_by_two, points);
    attr_set_ints(n, "classlabels_int64s", 2, labels);
    ck_assert(!op_refused(n, 1));
    ck_assert_ptr_eq(n->out[0]->map_values, n->in[0]);
    ck_assert_mem_eq(n->out[0]->map_keys->data, labels, 2 * sizeof *labels);
    op_free();
}
END_TEST

START_TEST(maps_of_more_keys_than_scores_are_refused)
{
    Node *n = ml_node("ZipMap", 2, two_by_two, points);
    attr_set_ints(n, "classlabels_int64s", 3, (int64_t[]){1, 2, 3});
    ck_assert(op_refused(n, 1));
    op_free();
}
END_TEST

Suite *ml_suite(void)
{
    Suite *s = suite_create("ml");
    TCase *t = tcase_create("models");
    tcase_add_test(t, linear_classifier_of_three);
    tcase_add_test(t, linear_classifier_of_two_by_one_row);
    tcase_add_test(t, regressor_transforms_its_results);
    tcase_add_test(t, svm_regressor_kernels);
    tcase_add_test(t, svm_regressor_without_vectors);
    tcase_add_test(t, svm_classifier_votes);
    tcase_add_test(t, svm_probabilities_of_two);
    tcase_add_test(t, scaler_subtracts_then_multiplies);
    tcase_add_test(t, normalizer_divides_by_the_norm_of_a_row);
    tcase_add_test(t, imputer_replaces_nan);
    tcase_add_test(t, extractor_checks_its_columns);
    tcase_add_test(t, vectorizer_cuts_and_fills);
    tcase_add_test(t, label_encoder_finds_its_keys);
    tcase_add_test(t, nan_is_a_key);
    tcase_add_test(t, one_hot_encoder_keeps_the_order_of_categories);
    tcase_add_test(t, maps_are_keys_and_the_scores);
    tcase_add_test(t, maps_of_more_keys_than_scores_are_refused);
    suite_add_tcase(s, t);
    return s;
}
