/* TreeEnsembleClassifier: https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsembleClassifier.html
 * TreeEnsembleRegressor: https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsembleRegressor.html
 *
 * Where the specification says nothing: of two classes of which only one gets votes, v, the scores are {1 - v, v} if
 * all votes are positive or a post_transform takes no odds (NONE with positive votes, PROBIT), otherwise {-v, v}; a
 * target without votes is 0. NaN goes where nodes_missing_value_tracks_true says, whatever the comparison. Branches may
 * lead to the same node (LightGBM's and XGBoost's sets of categories), but not back. Where there is only one class or
 * target, the first vote of a leaf is its only one: scikit-learn's converters list it once per class of the original.
 */
#include "ops/shared/shared.h"

#include <stdlib.h>
#include <string.h>

/* -- attributes: lists of integers, and of numbers that may be tensors of double --------------- */

typedef struct {
    int count;
    const int64_t *of;
} Ints;
typedef struct {
    int count;
    const float *floats;
    const Value *tensor;
} Reals;

static Ints ints(Node *n, const char *name)
{
    Ints list;
    list.count = attr_ints(n, name, &list.of);
    return list;
}

static bool is_number_tensor(const Attr *a)
{
    return a && a->type == ATTR_TENSOR && number_has(a->tensors[0]->type.dtype);
}

static Reals reals(Node *n, const char *name)
{
    const Attr *tensor = attr_find(n, mem_printf("%s_as_tensor", name));
    Reals list = {0};
    if (is_number_tensor(tensor) && value_count(tensor->tensors[0])) {
        list.tensor = tensor->tensors[0];
        list.count = (int)value_count(list.tensor);
    } else {
        list.count = attr_floats(n, name, &list.floats);
    }
    return list;
}

static double real(const Reals *list, int i)
{
    return list->tensor ? const_as_double(list->tensor, i) : (double)list->floats[i];
}

static bool need_length(Node *n, const char *name, int found, int expected)
{
    if (found == expected) return true;
    node_invalid(n, "%s has %d elements, expected %d as the lists beside it", name, found, expected);
    return false;
}

/* -- nodes by tree and number ------------------------------------------------------------------ */

typedef struct {
    int64_t tree, node;
    int index;
} Key;
typedef struct {
    int count;
    Key *sorted;
} Index;

static int by_key(const void *a, const void *b)
{
    const Key *x = a, *y = b;
    if (x->tree != y->tree) return x->tree < y->tree ? -1 : 1;
    return (x->node > y->node) - (x->node < y->node);
}

static Index index_of(Ints trees, Ints nodes)
{
    Index index = {trees.count, mem_array((size_t)trees.count + 1, sizeof(Key))};
    for (int i = 0; i < trees.count; i++) index.sorted[i] = (Key){trees.of[i], nodes.of[i], i};
    qsort(index.sorted, (size_t)trees.count, sizeof(Key), by_key);
    return index;
}

static int find(const Index *index, int64_t tree, int64_t node)
{
    Key key = {tree, node, 0};
    const Key *found = bsearch(&key, index->sorted, (size_t)index->count, sizeof key, by_key);
    return found ? found->index : -1;
}

/* -- building ---------------------------------------------------------------------------------- */

static int mode_of(Foreign name)
{
    static const char *const names[] = {"BRANCH_LEQ", "BRANCH_LT",  "BRANCH_GTE",    "BRANCH_GT",
                                        "BRANCH_EQ",  "BRANCH_NEQ", "BRANCH_MEMBER", "LEAF"};
    for (int i = 0; i < 8; i++)
        if (i != MODE_MEMBER && foreign_is(name, names[i])) return i;
    return -1;
}

static bool add_nodes(Node *n, Forest *f, Index *index)
{
    Ints trees = ints(n, "nodes_treeids"), ids = ints(n, "nodes_nodeids"), features = ints(n, "nodes_featureids"),
         if_true = ints(n, "nodes_truenodeids");
    Ints if_false = ints(n, "nodes_falsenodeids"), missing = ints(n, "nodes_missing_value_tracks_true");
    Reals values = reals(n, "nodes_values");
    const Foreign *modes;
    int count = trees.count, n_modes = attr_strings(n, "nodes_modes", &modes);
    if (!need_length(n, "nodes_nodeids", ids.count, count) ||
        !need_length(n, "nodes_featureids", features.count, count) ||
        !need_length(n, "nodes_truenodeids", if_true.count, count) ||
        !need_length(n, "nodes_falsenodeids", if_false.count, count) ||
        !need_length(n, "nodes_values", values.count, count) || !need_length(n, "nodes_modes", n_modes, count) ||
        !need_length(n, "nodes_missing_value_tracks_true", missing.count ? missing.count : count, count))
        return false;
    *index = index_of(trees, ids);
    for (int i = 0; i < count; i++) {
        TreeNode node = {.mode = mode_of(modes[i]),
                         .feature = (int)features.of[i],
                         .value = real(&values, i),
                         .votes = -1};
        if (node.mode < 0) {
            node_invalid(n, "nodes_modes has \"%s\", expected BRANCH_LEQ, _LT, _GTE, _GT, _EQ, _NEQ or LEAF",
                         shown(modes[i]));
            return false;
        }
        node.missing_true = missing.count && missing.of[i];
        node.if_true = find(index, trees.of[i], if_true.of[i]);
        node.if_false = find(index, trees.of[i], if_false.of[i]);
        forest_node(f, node);
        bool first = true; /* the first node listed of a tree is its root */
        for (int r = 0; r < f->n_roots; r++) first = first && trees.of[f->roots[r]] != trees.of[i];
        if (first) forest_root(f, i);
    }
    return true;
}

/* Votes for `targets` classes or targets are listed apart from the leaves, under names that start with `prefix`. */
static bool add_votes(Node *n, Forest *f, const Index *index, const char *prefix, int64_t targets)
{
    Ints trees = ints(n, mem_printf("%s_treeids", prefix)), nodes = ints(n, mem_printf("%s_nodeids", prefix)),
         ids = ints(n, mem_printf("%s_ids", prefix));
    Reals weights = reals(n, mem_printf("%s_weights", prefix));
    if (!need_length(n, "the list of voting nodes", nodes.count, trees.count) ||
        !need_length(n, "the list of targets", ids.count, trees.count) ||
        !need_length(n, "the list of weights", weights.count, trees.count))
        return false;
    for (int i = 0; i < trees.count; i++) {
        int node = find(index, trees.of[i], nodes.of[i]);
        if (node < 0 || ids.of[i] < 0 || ids.of[i] > INT32_MAX) {
            node_invalid(n, "a vote belongs to node %lld of tree %lld, which doesn't exist", (long long)nodes.of[i],
                         (long long)trees.of[i]);
            return false;
        }
        if (targets > 1 || f->nodes[node].votes < 0) forest_vote(f, node, (int)ids.of[i], real(&weights, i));
    }
    return true;
}

/* Tables of doubles need features to match. */
static DType forest_type(Node *n, const char *weights)
{
    bool wide = score_type(n) == DT_DOUBLE || reals(n, "nodes_values").tensor || reals(n, weights).tensor;
    return wide ? DT_DOUBLE : DT_FLOAT;
}

/* Features that every input is sure to have. */
static int64_t sure_features(const Node *n)
{
    return dim_low(feature_count(n));
}

static void lower_forest(Node *n, const Forest *f, DType t, Value *base, Value *y, int targets, int aggregate)
{
    ForestTables tables = forest_tables(n, f, t);
    Value *x = features(n, t);
    Step *s = step_call(n, "trees_%s_%s", dtype_suffix(t), dtype_suffix(tables.tag->type.dtype));
    arg_in(s, "x", x);
    arg_in(s, "value", tables.value);
    arg_in(s, "tag", tables.tag);
    arg_in(s, "skip", tables.skip);
    arg_in(s, "roots", tables.roots);
    arg_in(s, "base", base);
    arg_out(s, "y", y);
    arg_struct(s, "p", "struct trees");
    arg_field(s, "rows", feature_rows(n));
    arg_field(s, "features", feature_count(n));
    arg_field_int(s, "targets", targets);
    arg_field_int(s, "trees", f->n_roots);
    arg_field_int(s, "aggregate", aggregate);
}

static Value *base_values(Node *n, DType t, int first, int count)
{
    Reals base = reals(n, "base_values");
    if (!base.count) return NULL;
    double *values = mem_array((size_t)count + 1, sizeof *values);
    for (int i = 0; i < count; i++) values[i] = real(&base, base.count == 1 ? 0 : first + i);
    return floats_const(n, "base", t, 1, (int64_t[]){count}, values, NULL);
}

/* -- classifier -------------------------------------------------------------------------------- */

typedef struct {
    Labels labels;
    PostTransform post;
    Forest forest;
    int only; /* the class that alone gets votes, or -1 */
    bool positive;
} Classifier;

static bool read_classifier(Node *n, Classifier *c)
{
    Index index;
    *c = (Classifier){.only = -1, .positive = true, .forest = {.sums = true}};
    if (!read_labels(n, "classlabels_strings", "classlabels_int64s", &c->labels) || !read_post_transform(n, &c->post) ||
        !add_nodes(n, &c->forest, &index) || !add_votes(n, &c->forest, &index, "class", c->labels.count))
        return false;
    int base = reals(n, "base_values").count;
    if (base && base != c->labels.count && !(base == 1 && c->labels.count == 2))
        return need_length(n, "base_values", base, c->labels.count);
    const Forest *f = &c->forest;
    if (!forest_check(n, f, sure_features(n), c->labels.count)) return false;
    if (c->labels.count > 2 || !f->n_votes) return true;
    c->only = f->votes[0].target;
    for (int i = 0; i < f->n_votes; i++) {
        if (f->votes[i].target != f->votes[0].target) c->only = -1;
        if (f->votes[i].weight < 0) c->positive = false;
    }
    return true;
}

static void infer_classifier(Node *n)
{
    Classifier c;
    if (need_counts(n, 1, 1, 1, 2) && need_features(n) && read_classifier(n, &c)) set_classifier_outputs(n, &c.labels);
}

/* Votes for one class of two: its score first, alone, then both. */
static Value *lower_binary(Node *n, Classifier *c, DType t)
{
    Dim rows = feature_rows(n);
    for (int i = 0; i < c->forest.n_votes; i++) c->forest.votes[i].target = 0;
    Value *v = scratch(n, "votes", t, rows), *y = scores_for(n, 1, t, dim_const(2));
    lower_forest(n, &c->forest, t, base_values(n, t, c->only, 1), v, 1, 1);
    bool odds = c->post == POST_NONE ? !c->positive : c->post != POST_PROBIT;
    Step *s = step_call(n, "ml_second_class_%s", dtype_suffix(t));
    arg_in(s, "v", v);
    arg_out(s, "y", y);
    arg_dim(s, "rows", rows);
    arg_int(s, "probabilities", !odds);
    return y;
}

static void lower_classifier(Node *n)
{
    Classifier c;
    if (!read_classifier(n, &c)) return;
    DType t = forest_type(n, "class_weights");
    Dim count = dim_const(c.labels.count);
    Value *y;
    if (c.only >= 0) {
        y = lower_binary(n, &c, t);
    } else {
        y = scores_for(n, 1, t, count);
        lower_forest(n, &c.forest, t, base_values(n, t, 0, c.labels.count), y, c.labels.count, 1);
    }
    lower_label(n, y, &c.labels);
    finish_scores(n, 1, y, c.post, count);
}

/* -- regressor --------------------------------------------------------------------------------- */

static int aggregate_of(Node *n)
{
    static const char *const names[] = {"AVERAGE", "SUM", "MIN", "MAX"};
    Foreign name = attr_string(n, "aggregate_function", "SUM");
    for (int i = 0; i < 4; i++)
        if (foreign_is(name, names[i])) return i;
    node_invalid(n, "aggregate_function is \"%s\", expected AVERAGE, SUM, MIN or MAX", shown(name));
    return -1;
}

typedef struct {
    Forest forest;
    PostTransform post;
    int aggregate, targets;
} Regressor;

static bool read_regressor(Node *n, Regressor *r)
{
    Index index;
    int64_t targets = attr_int(n, "n_targets", 1);
    int aggregate = aggregate_of(n);
    *r = (Regressor){.aggregate = aggregate, .targets = (int)targets, .forest = {.sums = aggregate < 2}};
    if (aggregate < 0 || !read_post_transform(n, &r->post) || !add_nodes(n, &r->forest, &index) ||
        !add_votes(n, &r->forest, &index, "target", targets))
        return false;
    if (targets < 1 || targets > INT32_MAX) {
        node_invalid(n, "n_targets is %lld, expected at least 1", (long long)targets);
        return false;
    }
    int base = reals(n, "base_values").count;
    return (base <= 1 || need_length(n, "base_values", base, r->targets)) &&
           forest_check(n, &r->forest, sure_features(n), r->targets);
}

static void infer_regressor(Node *n)
{
    Regressor r;
    if (!need_counts(n, 1, 1, 1, 1) || !need_features(n) || !read_regressor(n, &r)) return;
    Shape y = shape_of(2, (Dim[]){feature_rows(n), dim_const(r.targets)});
    set_out(n, 0, DT_FLOAT, &y);
}

static void lower_regressor(Node *n)
{
    Regressor r;
    if (!read_regressor(n, &r)) return;
    DType t = forest_type(n, "target_weights");
    Dim targets = dim_const(r.targets);
    Value *y = scores_for(n, 0, t, targets);
    lower_forest(n, &r.forest, t, base_values(n, t, 0, r.targets), y, r.targets, r.aggregate);
    finish_scores(n, 0, y, r.post, targets);
}

/* -- TreeEnsemble: https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsemble.html -------------- */

typedef struct {
    Ints features, if_true, if_false, true_leaf, false_leaf, missing, leaf_targets;
    Reals splits, modes, weights, members;
} Ensemble;

static Reals tensor(Node *n, const char *name)
{
    const Attr *a = attr_find(n, name);
    Reals list = {0};
    if (is_number_tensor(a)) list = (Reals){.count = (int)value_count(a->tensors[0]), .tensor = a->tensors[0]};
    return list;
}

static bool read_ensemble(Node *n, Ensemble *e)
{
    e->features = ints(n, "nodes_featureids");
    e->if_true = ints(n, "nodes_truenodeids");
    e->if_false = ints(n, "nodes_falsenodeids");
    e->true_leaf = ints(n, "nodes_trueleafs");
    e->false_leaf = ints(n, "nodes_falseleafs");
    e->missing = ints(n, "nodes_missing_value_tracks_true");
    e->leaf_targets = ints(n, "leaf_targetids");
    e->splits = tensor(n, "nodes_splits");
    e->modes = tensor(n, "nodes_modes");
    e->weights = tensor(n, "leaf_weights");
    e->members = tensor(n, "membership_values");
    int count = e->features.count;
    return need_length(n, "nodes_truenodeids", e->if_true.count, count) &&
           need_length(n, "nodes_falsenodeids", e->if_false.count, count) &&
           need_length(n, "nodes_trueleafs", e->true_leaf.count, count) &&
           need_length(n, "nodes_falseleafs", e->false_leaf.count, count) &&
           need_length(n, "nodes_splits", e->splits.count, count) &&
           need_length(n, "nodes_modes", e->modes.count, count) &&
           need_length(n, "nodes_missing_value_tracks_true", e->missing.count ? e->missing.count : count, count) &&
           need_length(n, "leaf_weights", e->weights.count, e->leaf_targets.count);
}

/* The next set of members, up to a NaN. */
static void take_members(const Ensemble *e, int *at, TreeNode *node)
{
    double *members = mem_array((size_t)e->members.count + 1, sizeof *members);
    node->members = members;
    for (; *at < e->members.count && !isnan(real(&e->members, *at)); ++*at)
        members[node->n_members++] = real(&e->members, *at);
    ++*at;
}

/* Interior nodes keep their indices; leaf i becomes node `interior` + i. */
static bool build_ensemble(Node *n, const Ensemble *e, Forest *f)
{
    int count = e->features.count, member = 0;
    for (int i = 0; i < count; i++) {
        TreeNode node = {.mode = (int)real(&e->modes, i),
                         .feature = (int)e->features.of[i],
                         .value = real(&e->splits, i),
                         .votes = -1};
        if (node.mode < MODE_LEQ || node.mode > MODE_MEMBER) {
            node_invalid(n, "nodes_modes has %d, expected 0 to 6", node.mode);
            return false;
        }
        node.missing_true = e->missing.count && e->missing.of[i];
        int64_t if_true = e->if_true.of[i] + (e->true_leaf.of[i] ? count : 0),
                if_false = e->if_false.of[i] + (e->false_leaf.of[i] ? count : 0);
        node.if_true = if_true < 0 || if_true > INT32_MAX ? -1 : (int)if_true;
        node.if_false = if_false < 0 || if_false > INT32_MAX ? -1 : (int)if_false;
        if (node.mode == MODE_MEMBER) take_members(e, &member, &node);
        forest_node(f, node);
    }
    for (int i = 0; i < e->weights.count; i++)
        forest_vote(f, forest_node(f, (TreeNode){.mode = MODE_LEAF, .votes = -1}), (int)e->leaf_targets.of[i],
                    real(&e->weights, i));
    Ints roots = ints(n, "tree_roots");
    for (int i = 0; i < roots.count; i++)
        forest_root(f, roots.of[i] < 0 || roots.of[i] >= count ? -1 : (int)roots.of[i]);
    return true;
}

static bool read_tree_ensemble(Node *n, Regressor *r)
{
    Ensemble e;
    int64_t aggregate = attr_int(n, "aggregate_function", 1), targets = attr_int(n, "n_targets", 1);
    *r = (Regressor){.aggregate = (int)aggregate, .targets = (int)targets, .forest = {.sums = aggregate < 2}};
    if (aggregate < 0 || aggregate > 3 || targets < 1 || targets > INT32_MAX) {
        node_invalid(n, "aggregate_function is %lld and n_targets %lld, expected 0 to 3 and at least 1",
                     (long long)aggregate, (long long)targets);
        return false;
    }
    return read_post_transform(n, &r->post) && read_ensemble(n, &e) && build_ensemble(n, &e, &r->forest) &&
           forest_check(n, &r->forest, sure_features(n), r->targets);
}

static void infer_tree_ensemble(Node *n)
{
    Regressor r;
    if (!need_counts(n, 1, 1, 1, 1) || !need_features(n) || !read_tree_ensemble(n, &r)) return;
    Shape y = shape_of(2, (Dim[]){feature_rows(n), dim_const(r.targets)});
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

static void lower_tree_ensemble(Node *n)
{
    Regressor r;
    if (!read_tree_ensemble(n, &r)) return;
    DType t = score_type(n);
    Value *y = scores_for(n, 0, t, dim_const(r.targets));
    lower_forest(n, &r.forest, t, NULL, y, r.targets, r.aggregate);
    finish_scores(n, 0, y, r.post, dim_const(r.targets));
}

const Op ops_trees[] = {
    {.name = "TreeEnsembleClassifier",
     .domain = "ai.onnx.ml",
     .since = 1,
     .infer = infer_classifier,
     .lower = lower_classifier},
    {.name = "TreeEnsembleRegressor",
     .domain = "ai.onnx.ml",
     .since = 1,
     .infer = infer_regressor,
     .lower = lower_regressor},
    {.name = "TreeEnsemble",
     .domain = "ai.onnx.ml",
     .since = 5,
     .infer = infer_tree_ensemble,
     .lower = lower_tree_ensemble},
    {0},
};
