/* test_trees.c: tree ensembles against a walk over the attributes as they are written. */
#include "run_op.h"

#include <check.h>
#include <string.h>

Suite *trees_suite(void);

enum { FEATURES = 4, TREES = 5, MOST_NODES = 400, TARGETS = 3, ROWS = 20 };

static const char *const modes[] = {"BRANCH_LEQ", "BRANCH_LT",  "BRANCH_GTE", "BRANCH_GT",
                                    "BRANCH_EQ",  "BRANCH_NEQ", "LEAF"};
enum { LEAF = 6 };

/* The attributes of an ensemble. */
typedef struct {
    int nodes, votes;
    int64_t tree[MOST_NODES], id[MOST_NODES], feature[MOST_NODES], if_true[MOST_NODES], if_false[MOST_NODES],
        missing[MOST_NODES];
    int mode[MOST_NODES];
    float value[MOST_NODES];
    int64_t vote_tree[3 * MOST_NODES], vote_node[3 * MOST_NODES], vote_target[3 * MOST_NODES];
    float vote_weight[3 * MOST_NODES];
} Ensemble;

static Ensemble e;
static bool shares, grown[MOST_NODES]; /* may branches lead to nodes that are there? To those with all below them */

static int some_grown(int first)
{
    int at = first + test_below(e.nodes - first);
    return grown[at] ? at : -1;
}

/* A random node of a tree and all below it; returns its number, which is its place in the tree. */
static int64_t grow(int64_t tree, int first, int depth)
{
    int at = shares && depth < 5 && test_below(3) == 0 ? some_grown(first) : -1;
    if (at >= 0) return e.id[at];
    at = e.nodes++;
    grown[at] = false;
    e.tree[at] = tree;
    e.id[at] = at - first;
    e.mode[at] = depth == 0 ? LEAF : test_below(7);
    e.feature[at] = test_below(FEATURES);
    e.value[at] = (float)(test_below(5) - 2) / 2;
    e.missing[at] = test_below(2);
    if (e.mode[at] != LEAF) {
        e.if_false[at] = grow(tree, first, depth - 1);
        e.if_true[at] = grow(tree, first, depth - 1);
        grown[at] = true;
        return e.id[at];
    }
    grown[at] = true;
    e.if_true[at] = e.if_false[at] = 0;
    for (int v = test_below(4); v > 0; v--) {
        e.vote_tree[e.votes] = tree;
        e.vote_node[e.votes] = e.id[at];
        e.vote_target[e.votes] = test_below(TARGETS);
        e.vote_weight[e.votes++] = test_below(5) ? test_real() : 0;
    }
    return e.id[at];
}

static void grow_all(void)
{
    e.nodes = e.votes = 0;
    for (int t = 0; t < TREES; t++) grow(7 * t + 1, e.nodes, 5);
}

static bool compares(int mode, float x, float value)
{
    switch (mode) {
    case 0: return x <= value;
    case 1: return x < value;
    case 2: return x >= value;
    case 3: return x > value;
    case 4: return x == value;
    default: return x != value;
    }
}

static int node_of(int64_t tree, int64_t id)
{
    for (int i = 0; i < e.nodes; i++)
        if (e.tree[i] == tree && e.id[i] == id) return i;
    return -1;
}

/* aggregate: 0 average, 1 sum, 2 minimum, 3 maximum. */
static void expected_row(const float *x, int aggregate, double *y)
{
    bool voted[TARGETS] = {false};
    for (int t = 0; t < TARGETS; t++) y[t] = 0;
    for (int t = 0; t < TREES; t++) {
        int at = node_of(7 * t + 1, 0);
        while (e.mode[at] != LEAF) {
            float v = x[e.feature[at]];
            bool taken = isnan(v) ? e.missing[at] : compares(e.mode[at], v, e.value[at]);
            at = node_of(e.tree[at], taken ? e.if_true[at] : e.if_false[at]);
        }
        for (int v = 0; v < e.votes; v++) {
            if (e.vote_tree[v] != e.tree[at] || e.vote_node[v] != e.id[at]) continue;
            double w = (double)e.vote_weight[v], *to = &y[e.vote_target[v]];
            if (aggregate < 2) *to += aggregate ? w : w / TREES;
            else if (!voted[e.vote_target[v]] || (aggregate == 2 ? w < *to : w > *to)) *to = w;
            voted[e.vote_target[v]] = true;
        }
    }
}

static void set_list(Node *n, const char *name, int count, const int64_t *values)
{
    attr_set_ints(n, name, count, values);
}

static void set_floats(Node *n, const char *name, int count, const float *values)
{
    node_add_attr(n, name, ATTR_FLOATS, count)->floats = mem_dup(values, (size_t)count * sizeof *values);
}

static void set_strings(Node *n, const char *name, int count, const char *const *values)
{
    node_add_attr(n, name, ATTR_STRINGS, count)->strings = mem_dup(values, (size_t)count * sizeof *values);
}

static void set_tensor(Node *n, const char *name, DType type, const int64_t *dims, const void *data)
{
    Shape shape = shape_const(1, dims);
    Attr *a = node_add_attr(n, name, ATTR_TENSOR, 1);
    a->tensors = mem_array(1, sizeof *a->tensors);
    a->tensors[0] = value_const(n->graph, foreign(name), type, &shape, data);
}

static Node *ensemble_node(const char *op_type, const char *votes)
{
    const char *names[MOST_NODES];
    Node *n = op_node(op_type, "ai.onnx.ml", 3);
    for (int i = 0; i < e.nodes; i++) names[i] = modes[e.mode[i]];
    set_list(n, "nodes_treeids", e.nodes, e.tree);
    set_list(n, "nodes_nodeids", e.nodes, e.id);
    set_list(n, "nodes_featureids", e.nodes, e.feature);
    set_list(n, "nodes_truenodeids", e.nodes, e.if_true);
    set_list(n, "nodes_falsenodeids", e.nodes, e.if_false);
    set_list(n, "nodes_missing_value_tracks_true", e.nodes, e.missing);
    set_floats(n, "nodes_values", e.nodes, e.value);
    set_strings(n, "nodes_modes", e.nodes, names);
    set_list(n, mem_printf("%s_treeids", votes), e.votes, e.vote_tree);
    set_list(n, mem_printf("%s_nodeids", votes), e.votes, e.vote_node);
    set_list(n, mem_printf("%s_ids", votes), e.votes, e.vote_target);
    set_floats(n, mem_printf("%s_weights", votes), e.votes, e.vote_weight);
    return n;
}

/* On the thresholds, between them, and NaN. */
static const float *rows(Node *n)
{
    float *x = mem_array(ROWS * FEATURES, sizeof *x);
    for (int i = 0; i < ROWS * FEATURES; i++) x[i] = test_below(8) ? (float)(test_below(11) - 5) / 4 : NAN;
    op_input(n, DT_FLOAT, 2, (int64_t[]){ROWS, FEATURES}, x);
    return x;
}

START_TEST(regressor_walks_to_the_leaves)
{
    static const char *const names[] = {"AVERAGE", "SUM", "MIN", "MAX"};
    const float base[] = {1, -2, 0.5f};
    test_seed((uint32_t)_i);
    shares = _i / 4 % 2;
    grow_all();
    int aggregate = _i % 4;
    Node *n = ensemble_node("TreeEnsembleRegressor", "target");
    const float *x = rows(n);
    attr_set_string(n, "aggregate_function", names[aggregate]);
    attr_set_int(n, "n_targets", TARGETS);
    set_floats(n, "base_values", TARGETS, base);
    op_run(n, 1);
    for (int r = 0; r < ROWS; r++) {
        double y[TARGETS];
        expected_row(x + r * FEATURES, aggregate, y);
        for (int t = 0; t < TARGETS; t++) y[t] += (double)base[t];
        expect_close("scores", op_floats(n, 0) + r * TARGETS, y, TARGETS, 1e-6);
    }
    op_free();
}
END_TEST

START_TEST(classifier_names_the_largest_score)
{
    static const char *const labels[] = {"red", "green", "blue"};
    test_seed((uint32_t)_i);
    grow_all();
    Node *n = ensemble_node("TreeEnsembleClassifier", "class");
    const float *x = rows(n);
    set_strings(n, "classlabels_strings", TARGETS, labels);
    attr_set_string(n, "post_transform", "SOFTMAX");
    op_run(n, 2);
    for (int r = 0; r < ROWS; r++) {
        double y[TARGETS], sum = 0;
        int best = 0;
        expected_row(x + r * FEATURES, 1, y);
        for (int t = 1; t < TARGETS; t++)
            if (y[t] > y[best] + 1e-6) best = t;
        for (int t = 0; t < TARGETS; t++) sum += exp(y[t]);
        for (int t = 0; t < TARGETS; t++) y[t] = exp(y[t]) / sum;
        expect_close("probabilities", op_floats(n, 1) + r * TARGETS, y, TARGETS, 1e-5);
        ck_assert_str_eq(((const char *const *)n->out[0]->data)[r], labels[best]);
    }
    op_free();
}
END_TEST

/* One tree, one comparison, x <= 0: the leaves vote for class 0 of two with `low` and `high`. */
static Node *stump(float low, float high, const char *post)
{
    static const int64_t tree[] = {0, 0, 0}, id[] = {0, 1, 2}, zero[] = {0, 0, 0}, if_true[] = {1, 0, 0},
                         if_false[] = {2, 0, 0}, labels[] = {10, 20};
    static const char *const stump_modes[] = {"BRANCH_LEQ", "LEAF", "LEAF"};
    static const float x[] = {-1, 1}, values[] = {0, 0, 0};
    const float weights[] = {low, high};
    Node *n = op_node("TreeEnsembleClassifier", "ai.onnx.ml", 1);
    op_input(n, DT_FLOAT, 2, (int64_t[]){2, 1}, x);
    set_list(n, "nodes_treeids", 3, tree);
    set_list(n, "nodes_nodeids", 3, id);
    set_list(n, "nodes_featureids", 3, zero);
    set_list(n, "nodes_truenodeids", 3, if_true);
    set_list(n, "nodes_falsenodeids", 3, if_false);
    set_floats(n, "nodes_values", 3, values);
    set_strings(n, "nodes_modes", 3, stump_modes);
    set_list(n, "class_treeids", 2, tree);
    set_list(n, "class_nodeids", 2, id + 1);
    set_list(n, "class_ids", 2, zero);
    set_floats(n, "class_weights", 2, weights);
    set_list(n, "classlabels_int64s", 2, labels);
    attr_set_string(n, "post_transform", post);
    op_run(n, 2);
    return n;
}

START_TEST(votes_for_one_class_of_two)
{
    Node *n = stump(0.25f, 0.75f, "NONE"); /* probabilities */
    expect_close("probabilities", op_floats(n, 1), (const double[]){0.75, 0.25, 0.25, 0.75}, 4, 1e-6);
    ck_assert(op_int64s(n, 0)[0] == 10 && op_int64s(n, 0)[1] == 20);
    op_free();
    n = stump(-1, 1, "LOGISTIC"); /* odds */
    const double p = 1 / (1 + exp(-1));
    expect_close("odds", op_floats(n, 1), (const double[]){p, 1 - p, 1 - p, p}, 4, 1e-6);
    ck_assert(op_int64s(n, 0)[0] == 10 && op_int64s(n, 0)[1] == 20);
    op_free();
}
END_TEST

/* Too many nodes for small integers: a chain of 70000 comparisons x <= i, each false branch the next,
 * with leaves of their own. */
START_TEST(large_trees_have_large_tables)
{
    enum { DEEP = 70000 };
    int64_t *tree = mem_array(2 * DEEP + 1, sizeof *tree), *id = mem_array(2 * DEEP + 1, sizeof *id),
            *feature = mem_array(2 * DEEP + 1, sizeof *feature);
    int64_t *if_true = mem_array(2 * DEEP + 1, sizeof *if_true), *if_false = mem_array(2 * DEEP + 1, sizeof *if_false);
    const char **names = mem_array(2 * DEEP + 1, sizeof *names);
    float *values = mem_array(2 * DEEP + 1, sizeof *values);
    for (int i = 0; i < DEEP; i++) { /* node i, leaf DEEP + i; DEEP - 1 leads to leaf 2 DEEP if false */
        id[i] = i;
        names[i] = "BRANCH_GT";
        values[i] = (float)i;
        if_true[i] = i + 1 < DEEP ? i + 1 : 2 * DEEP;
        if_false[i] = DEEP + i;
    }
    for (int i = DEEP; i < 2 * DEEP + 1; i++) {
        id[i] = i;
        names[i] = "LEAF";
        values[i] = (float)(i - DEEP); /* as weights */
    }
    const float x[] = {-1, 3, 69999, 1e6f};
    Node *n = op_node("TreeEnsembleRegressor", "ai.onnx.ml", 1);
    op_input(n, DT_FLOAT, 2, (int64_t[]){4, 1}, x);
    set_list(n, "nodes_treeids", 2 * DEEP + 1, tree);
    set_list(n, "nodes_nodeids", 2 * DEEP + 1, id);
    set_list(n, "nodes_featureids", 2 * DEEP + 1, feature);
    set_list(n, "nodes_truenodeids", 2 * DEEP + 1, if_true);
    set_list(n, "nodes_falsenodeids", 2 * DEEP + 1, if_false);
    set_floats(n, "nodes_values", 2 * DEEP + 1, values);
    set_strings(n, "nodes_modes", 2 * DEEP + 1, names);
    set_list(n, "target_treeids", DEEP + 1, tree);
    set_list(n, "target_nodeids", DEEP + 1, id + DEEP);
    set_list(n, "target_ids", DEEP + 1, tree);
    set_floats(n, "target_weights", DEEP + 1, values + DEEP);
    op_run(n, 1);
    expect_close("leaves", op_floats(n, 0), (const double[]){0, 3, 69999, 70000}, 4, 0);
    op_free();
}
END_TEST

/* Diamonds, each of whose two branches lead to the next: as many entries as nodes, though 2^30 ways lead down. */
START_TEST(shared_nodes_are_written_once)
{
    enum { DEEP = 30 };
    int64_t tree[DEEP + 2] = {0}, id[DEEP + 2], next[DEEP + 2], last[] = {DEEP, DEEP + 1}, targets[] = {0, 0};
    const char *names[DEEP + 2];
    float values[DEEP + 2] = {0};
    for (int i = 0; i < DEEP + 2; i++) {
        id[i] = i;
        next[i] = i < DEEP - 1 ? i + 1 : DEEP;
        names[i] = i < DEEP ? "BRANCH_LEQ" : "LEAF";
    }
    const float x[] = {-1, 1}, weights[] = {3, 4};
    Node *n = op_node("TreeEnsembleRegressor", "ai.onnx.ml", 1);
    op_input(n, DT_FLOAT, 2, (int64_t[]){2, 1}, x);
    set_list(n, "nodes_treeids", DEEP + 2, tree);
    set_list(n, "nodes_nodeids", DEEP + 2, id);
    set_list(n, "nodes_featureids", DEEP + 2, tree);
    set_list(n, "nodes_truenodeids", DEEP + 2, next);
    next[DEEP - 1] = DEEP + 1;
    set_list(n, "nodes_falsenodeids", DEEP + 2, next);
    set_floats(n, "nodes_values", DEEP + 2, values);
    set_strings(n, "nodes_modes", DEEP + 2, names);
    set_list(n, "target_treeids", 2, tree);
    set_list(n, "target_nodeids", 2, last);
    set_list(n, "target_ids", 2, targets);
    set_floats(n, "target_weights", 2, weights);
    op_run(n, 1);
    expect_close("leaves", op_floats(n, 0), (const double[]){3, 4}, 2, 0);
    op_free();
}
END_TEST

/* What one leaf says more than once: of one target, the first counts; of several, all do. */
START_TEST(the_only_target_gets_one_vote_of_a_leaf)
{
    static const char *const names[] = {"AVERAGE", "SUM", "MIN", "MAX"};
    static const int64_t zero[] = {0, 0, 0}, one[] = {0, 0, 1};
    const float weights[] = {2, 1, 5}, x[] = {0};
    const double all[] = {3, 3, 1, 2};
    for (int targets = 1; targets < 3; targets++)
        for (int aggregate = 0; aggregate < 4; aggregate++) {
            Node *n = op_node("TreeEnsembleRegressor", "ai.onnx.ml", 3);
            op_input(n, DT_FLOAT, 2, (int64_t[]){1, 1}, x);
            static const char *const leaf[] = {"LEAF"};
            const char *const lists[] = {"nodes_treeids", "nodes_nodeids", "nodes_featureids", "nodes_truenodeids",
                                         "nodes_falsenodeids"};
            for (int i = 0; i < 5; i++) set_list(n, lists[i], 1, zero);
            set_floats(n, "nodes_values", 1, x);
            set_strings(n, "nodes_modes", 1, leaf);
            set_list(n, "target_treeids", 1 + targets, zero);
            set_list(n, "target_nodeids", 1 + targets, zero);
            set_list(n, "target_ids", 1 + targets, one);
            set_floats(n, "target_weights", 1 + targets, weights);
            attr_set_int(n, "n_targets", targets);
            attr_set_string(n, "aggregate_function", names[aggregate]);
            op_run(n, 1);
            const double expected[] = {targets == 1 ? 2 : all[aggregate], 5};
            expect_close(names[aggregate], op_floats(n, 0), expected, targets, 0);
            op_free();
        }
}
END_TEST

/* Three trees of TreeEnsemble: the second starts within the first, the third is the first once more.
 * Node 0: x <= 0 ? leaf 0 (1) : node 1; node 1: x <= 1 ? leaf 1 (10) : leaf 2 (100). */
START_TEST(trees_may_be_parts_of_others)
{
    static const int64_t roots[] = {1, 0, 0}, features_[] = {0, 0}, if_true[] = {0, 1}, true_leaf[] = {1, 1},
                         if_false[] = {1, 2}, false_leaf[] = {0, 1}, targets[] = {0, 0, 0}, two[] = {2}, three[] = {3};
    static const float splits[] = {0, 1}, weights[] = {1, 10, 100}, x[] = {-1, 0.5f, 2};
    static const uint8_t leq[] = {0, 0};
    Node *n = op_node("TreeEnsemble", "ai.onnx.ml", 5);
    op_input(n, DT_FLOAT, 2, (int64_t[]){3, 1}, x);
    set_list(n, "tree_roots", 3, roots);
    set_list(n, "nodes_featureids", 2, features_);
    set_list(n, "nodes_truenodeids", 2, if_true);
    set_list(n, "nodes_trueleafs", 2, true_leaf);
    set_list(n, "nodes_falsenodeids", 2, if_false);
    set_list(n, "nodes_falseleafs", 2, false_leaf);
    set_list(n, "leaf_targetids", 3, targets);
    set_tensor(n, "nodes_splits", DT_FLOAT, two, splits);
    set_tensor(n, "nodes_modes", DT_UINT8, two, leq);
    set_tensor(n, "leaf_weights", DT_FLOAT, three, weights);
    op_run(n, 1);
    expect_close("sums", op_floats(n, 0), (const double[]){10 + 1 + 1, 3 * 10, 3 * 100}, 3, 0);
    op_free();
}
END_TEST

START_TEST(graphs_that_lead_back_or_nowhere_are_refused)
{
    shares = true;
    for (int wrong = 0; wrong < 4; wrong++) {
        test_seed(3);
        do grow_all();
        while (e.mode[0] == LEAF);
        if (wrong == 0) e.if_true[0] = 0;           /* a loop */
        if (wrong == 1) e.if_true[0] = 9999;        /* to nowhere */
        if (wrong == 2) e.feature[0] = FEATURES;    /* none of the features */
        if (wrong == 3) e.vote_target[0] = TARGETS; /* none of the targets */
        Node *n = ensemble_node("TreeEnsembleRegressor", "target");
        rows(n);
        attr_set_int(n, "n_targets", TARGETS);
        ck_assert(op_refused(n, 1));
        op_free();
    }
}
END_TEST

Suite *trees_suite(void)
{
    Suite *s = suite_create("trees");
    TCase *t = tcase_create("ensembles");
    tcase_set_timeout(t, 30);
    tcase_add_loop_test(t, regressor_walks_to_the_leaves, 0, 24);
    tcase_add_loop_test(t, classifier_names_the_largest_score, 0, 10);
    tcase_add_test(t, votes_for_one_class_of_two);
    tcase_add_test(t, large_trees_have_large_tables);
    tcase_add_test(t, shared_nodes_are_written_once);
    tcase_add_test(t, the_only_target_gets_one_vote_of_a_leaf);
    tcase_add_test(t, trees_may_be_parts_of_others);
    tcase_add_test(t, graphs_that_lead_back_or_nowhere_are_refused);
    suite_add_tcase(s, t);
    return s;
}
