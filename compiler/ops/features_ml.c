/* Feature engineering of ai.onnx.ml: https://onnx.ai/onnx/operators/index.html
 * Scaler, Normalizer, Imputer, Binarizer, ArrayFeatureExtractor, FeatureVectorizer.
 * Normalizer divides by the largest number of a row (MAX), as the text and ONNX Runtime do, the sum of magnitudes (L1),
 * where the text leaves them out, or the length (L2). */
#include "ops/shared/shared.h"

#include <string.h>

static const DType feature_types[] = {DT_FLOAT, DT_DOUBLE, DT_INT32, DT_INT64};

static bool need_numbers(Node *n)
{
    return need_counts(n, 1, 1, 1, 1) && need_tensor_inputs(n) && need_type(n, 0, feature_types, 4);
}

/* An attribute with one number for all features, or one for each. */
static bool need_per_feature(Node *n, const char *name, int count)
{
    const Shape *s = &n->in[0]->type.shape;
    if (count == 1 || (s->rank && dim_is(s->dim[s->rank - 1], count))) return true;
    node_invalid(n, "%s has %d numbers, expected 1 or as many as there are features in %s", name, count,
                 shown(shape_text(s)));
    return false;
}

/* -- Scaler ------------------------------------------------------------------------------------ */

static void infer_scaler(Node *n)
{
    const float *values;
    if (!need_numbers(n)) return;
    int offsets = attr_floats(n, "offset", &values), scales = attr_floats(n, "scale", &values);
    if ((offsets && !need_per_feature(n, "offset", offsets)) || (scales && !need_per_feature(n, "scale", scales)))
        return;
    set_out(n, 0, DT_FLOAT, &n->in[0]->type.shape);
}

static Value *per_feature(Node *n, const char *name, DType t)
{
    const float *floats;
    int64_t count = attr_floats(n, name, &floats);
    if (!count) return NULL;
    double *values = mem_array((size_t)count, sizeof *values);
    for (int64_t i = 0; i < count; i++) values[i] = (double)floats[i];
    return floats_const(n, name, t, n->in[0]->type.shape.rank > 0, &count, values, NULL);
}

static Ref cast_ref(Step *s, Ref x, DType from, DType to)
{
    if (from == to) return x;
    return loop_apply(s, to, mem_printf("cast_%s_%s", dtype_suffix(from), dtype_suffix(to)), 1, &x);
}

static void lower_scaler(Node *n)
{
    Value *x = n->in[0], *y = n->out[0];
    DType t = x->type.dtype == DT_FLOAT ? DT_FLOAT : DT_DOUBLE;
    Value *offset = per_feature(n, "offset", t), *scale = per_feature(n, "scale", t);
    if (!offset && !scale && x->type.dtype == DT_FLOAT) {
        lower_as_view(n);
        return;
    }
    Step *s = step_loop(n, &y->type.shape);
    Ref v = cast_ref(s, loop_read(s, x), x->type.dtype, t);
    if (offset) v = loop_apply(s, t, mem_printf("sub_%s", dtype_suffix(t)), 2, (Ref[]){v, loop_read(s, offset)});
    if (scale) v = loop_apply(s, t, mem_printf("mul_%s", dtype_suffix(t)), 2, (Ref[]){v, loop_read(s, scale)});
    loop_store(s, y, cast_ref(s, v, t, DT_FLOAT));
}

/* -- Normalizer -------------------------------------------------------------------------------- */

static int norm_of(Node *n)
{
    static const char *const names[] = {"MAX", "L1", "L2"};
    Foreign name = attr_string(n, "norm", "MAX");
    for (int i = 0; i < 3; i++)
        if (foreign_is(name, names[i])) return i;
    node_invalid(n, "norm is \"%s\", expected MAX, L1 or L2", shown(name));
    return -1;
}

static void infer_normalizer(Node *n)
{
    if (need_numbers(n) && need_rank(n, 0, 1, 2) && norm_of(n) >= 0) set_out(n, 0, DT_FLOAT, &n->in[0]->type.shape);
}

static void lower_normalizer(Node *n)
{
    DType t = score_type(n);
    Value *x = features(n, t), *y = scores_for(n, 0, t, feature_count(n));
    Step *s = step_call(n, "ml_normalize_%s", dtype_suffix(t));
    arg_in(s, "x", x);
    arg_out(s, "y", y);
    arg_dim(s, "rows", feature_rows(n));
    arg_dim(s, "n", feature_count(n));
    arg_int(s, "norm", norm_of(n));
    finish_scores(n, 0, y, POST_NONE, feature_count(n));
}

/* -- Imputer ----------------------------------------------------------------------------------- */

static void infer_imputer(Node *n)
{
    const float *floats;
    const int64_t *ints;
    if (!need_numbers(n) || !need_rank(n, 0, 1, -1)) return;
    bool is_float = dtype_is_float(n->in[0]->type.dtype);
    const char *name = is_float ? "imputed_value_floats" : "imputed_value_int64s";
    int count = is_float ? attr_floats(n, name, &floats) : attr_ints(n, name, &ints);
    if (need_per_feature(n, name, count)) set_out_like(n, 0, n->in[0]);
}

static Value *imputed_ints(Node *n)
{
    const int64_t *ints;
    int64_t count = attr_ints(n, "imputed_value_int64s", &ints);
    bool wide = n->in[0]->type.dtype == DT_INT64;
    int32_t *narrow = mem_array((size_t)count, sizeof *narrow);
    for (int64_t i = 0; i < count; i++)
        narrow[i] = (int32_t)(ints[i] < INT32_MIN ? INT32_MIN : ints[i] > INT32_MAX ? INT32_MAX : ints[i]);
    Shape shape = shape_const(n->in[0]->type.shape.rank > 0, &count);
    return value_const(n->graph, foreign_suffixed(n->out[0]->wanted, "/imputed"), n->in[0]->type.dtype, &shape,
                       wide ? (const void *)ints : narrow);
}

static void lower_imputer(Node *n)
{
    Value *x = n->in[0], *y = n->out[0];
    DType t = x->type.dtype;
    bool is_float = dtype_is_float(t);
    Value *imputed = is_float ? per_feature(n, "imputed_value_floats", t) : imputed_ints(n);
    Ref replaced = is_float ? loop_real(attr_float(n, "replaced_value_float", 0))
                            : loop_int(attr_int(n, "replaced_value_int64", 0));
    Step *s = step_loop(n, &y->type.shape);
    Ref given = loop_read(s, x), instead = loop_read(s, imputed);
    loop_store(s, y,
               loop_apply(s, t, mem_printf("ml_impute_%s", dtype_suffix(t)), 3, (Ref[]){given, replaced, instead}));
}

/* -- Binarizer --------------------------------------------------------------------------------- */

static void infer_binarizer(Node *n)
{
    if (need_numbers(n)) set_out_like(n, 0, n->in[0]);
}

/* x > threshold is x > floor(threshold) for integers. */
static void lower_binarizer(Node *n)
{
    Value *x = n->in[0], *y = n->out[0];
    DType t = x->type.dtype;
    double threshold = attr_float(n, "threshold", 0);
    int64_t integer = number_cut(floor(threshold));
    if (t == DT_INT32 && integer > INT32_MAX) integer = INT32_MAX;
    if (t == DT_INT32 && integer < INT32_MIN) integer = INT32_MIN;
    Step *s = step_loop(n, &y->type.shape);
    Ref args[] = {loop_read(s, x), dtype_is_float(t) ? loop_real(threshold) : loop_int(integer)};
    loop_store(s, y, loop_apply(s, t, mem_printf("ml_binarize_%s", dtype_suffix(t)), 2, args));
}

/* -- ArrayFeatureExtractor --------------------------------------------------------------------- */

static void infer_extractor(Node *n)
{
    static const DType types[] = {DT_FLOAT, DT_DOUBLE, DT_INT32, DT_INT64, DT_STRING}, indices[] = {DT_INT64};
    if (!need_counts(n, 2, 2, 1, 1) || !need_tensor_inputs(n) || !need_type(n, 0, types, 5) ||
        !need_type(n, 1, indices, 1) || !need_rank(n, 0, 1, -1))
        return;
    Shape y = n->in[0]->type.shape;
    if (y.rank == 1) y.dim[y.rank++] = dim_const(1);
    y.dim[y.rank - 1] = elements(n->in[1]);
    if (n->in[0]->type.shape.rank == 1) y.dim[0] = dim_const(1);
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

static void lower_extractor(Node *n)
{
    Value *x = n->in[0];
    const Shape *shape = &x->type.shape;
    Step *s = step_call(n, "ml_extract_%s", dtype_suffix(x->type.dtype));
    arg_in(s, "x", x);
    arg_in(s, "index", n->in[1]);
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "rows", shape_product(shape, 0, shape->rank - 1));
    arg_dim(s, "n", dim_at(x, -1));
    arg_dim(s, "count", elements(n->in[1]));
}

/* -- FeatureVectorizer ------------------------------------------------------------------------- */

/* All axes but the first, as ONNX Runtime has it; a vector is one row. */
static Dim row_of(const Value *x)
{
    const Shape *s = &x->type.shape;
    return shape_product(s, s->rank > 1, s->rank);
}

/* Input i takes the columns inputdimensions says, cut or filled up with 0; all it has if there is no such
 * attribute. */
static Dim columns_of(const Node *n, int i)
{
    const int64_t *kept;
    int count = attr_ints((Node *)n, "inputdimensions", &kept);
    return count ? dim_const(kept[i]) : row_of(n->in[i]);
}

static Dim rows_of(const Value *x)
{
    return x->type.shape.rank == 1 ? dim_const(1) : dim_at(x, 0);
}

static void infer_vectorizer(Node *n)
{
    const int64_t *kept;
    if (!need_counts(n, 1, -1, 1, 1) || !need_tensor_inputs(n)) return;
    int count = attr_ints(n, "inputdimensions", &kept);
    if (count && count != n->n_in) {
        node_invalid(n, "inputdimensions has %d numbers, expected one for each of the %d inputs", count, n->n_in);
        return;
    }
    Dim columns = dim_const(0);
    for (int i = 0; i < n->n_in; i++) {
        if (!n->in[i] || (count && kept[i] < 0)) {
            node_invalid(n, "input %d is omitted or its size negative, expected a tensor", i);
            return;
        }
        if (!need_type(n, i, feature_types, 4) || !need_rank(n, i, 1, -1) ||
            !need_equal(n, rows_of(n->in[0]), rows_of(n->in[i]), "rows of the inputs"))
            return;
        columns = dim_add(columns, columns_of(n, i));
    }
    Shape y = shape_of(2, (Dim[]){rows_of(n->in[0]), columns});
    set_out(n, 0, DT_FLOAT, &y);
}

static void lower_vectorizer(Node *n)
{
    Dim at = dim_const(0);
    for (int i = 0; i < n->n_in; i++) {
        Value *x = n->in[i];
        Step *s = step_call(n, "ml_columns_%s", dtype_suffix(x->type.dtype));
        arg_in(s, "x", x);
        arg_out_at(s, "y", n->out[0], at);
        arg_dim(s, "rows", rows_of(x));
        arg_dim(s, "x_cols", row_of(x));
        arg_dim(s, "kept", columns_of(n, i));
        arg_dim(s, "y_cols", dim_at(n->out[0], 1));
        at = dim_add(at, columns_of(n, i));
    }
}

const Op ops_features_ml[] = {
    {.name = "Scaler", .domain = "ai.onnx.ml", .since = 1, .infer = infer_scaler, .lower = lower_scaler},
    {.name = "Normalizer", .domain = "ai.onnx.ml", .since = 1, .infer = infer_normalizer, .lower = lower_normalizer},
    {.name = "Imputer", .domain = "ai.onnx.ml", .since = 1, .infer = infer_imputer, .lower = lower_imputer},
    {.name = "Binarizer", .domain = "ai.onnx.ml", .since = 1, .infer = infer_binarizer, .lower = lower_binarizer},
    {.name = "ArrayFeatureExtractor",
     .domain = "ai.onnx.ml",
     .since = 1,
     .infer = infer_extractor,
     .lower = lower_extractor},
    {.name = "FeatureVectorizer",
     .domain = "ai.onnx.ml",
     .since = 1,
     .infer = infer_vectorizer,
     .lower = lower_vectorizer},
    {0},
};
