/* ml: features, scores and labels. */
#include "ops/shared/ml_labels.h"

#include "base/base.h"

#include <string.h>

/* -- attributes -------------------------------------------------------------------------------- */

bool read_post_transform(Node *n, PostTransform *post)
{
    static const char *const names[] = {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"};
    const Attr *a = attr_find(n, "post_transform");
    *post = POST_NONE;
    if (a && a->type == ATTR_INT) {
        *post = (PostTransform)a->ints[0];
        if (a->ints[0] >= 0 && a->ints[0] < 5) return true;
        node_invalid(n, "post_transform is %lld, expected 0 to 4", (long long)a->ints[0]);
        return false;
    }
    Foreign name = attr_string(n, "post_transform", "NONE");
    for (int i = 0; i < 5; i++) {
        if (!foreign_is(name, names[i])) continue;
        *post = (PostTransform)i;
        return true;
    }
    node_invalid(n, "post_transform is \"%s\", expected NONE, SOFTMAX, LOGISTIC, SOFTMAX_ZERO or PROBIT", shown(name));
    return false;
}

bool read_labels(Node *n, const char *strings, const char *integers, Labels *labels)
{
    const Foreign *names;
    const int64_t *numbers;
    int n_names = attr_strings(n, strings, &names), n_numbers = attr_ints(n, integers, &numbers);
    *labels = n_names ? (Labels){n_names, true, names} : (Labels){n_numbers, false, numbers};
    if (!n_names != !n_numbers && labels->count >= 2) return true;
    node_invalid(n, "has %d %s and %d %s, expected one of the lists, of at least two classes", n_names, strings,
                 n_numbers, integers);
    return false;
}

/* -- features ---------------------------------------------------------------------------------- */

bool need_features(Node *n)
{
    static const DType types[] = {DT_FLOAT, DT_DOUBLE, DT_INT32, DT_INT64, DT_FLOAT16};
    return need_tensor_inputs(n) && need_type(n, 0, types, 5) && need_rank(n, 0, 1, 2);
}

Dim feature_rows(const Node *n)
{
    return n->in[0]->type.shape.rank == 1 ? dim_const(1) : dim_at(n->in[0], 0);
}

Dim feature_count(const Node *n)
{
    return dim_at(n->in[0], -1);
}

DType score_type(const Node *n)
{
    return n->in[0]->type.dtype == DT_DOUBLE ? DT_DOUBLE : DT_FLOAT;
}

/* Shapes may differ by axes of 1. */
static void convert(Node *n, Value *from, Value *to)
{
    Step *s = step_loop(n, &from->type.shape);
    Ref x = loop_read(s, from);
    loop_store(s, to,
               loop_apply(s, to->type.dtype,
                          mem_printf("cast_%s_%s", dtype_suffix(from->type.dtype), dtype_suffix(to->type.dtype)), 1,
                          &x));
}

Value *features(Node *n, DType t)
{
    Value *x = n->in[0];
    if (x->type.dtype == t) return x;
    Value *converted = scratch(n, "features", t, elements(x));
    converted->type.shape = x->type.shape;
    convert(n, x, converted);
    return converted;
}

/* -- scores ------------------------------------------------------------------------------------ */

Value *scores_for(Node *n, int output, DType t, Dim count)
{
    Value *y = output_of(n, output);
    if (y && y->type.dtype == t) return y;
    Value *scores = scratch(n, "scores", t, dim_mul(feature_rows(n), count));
    scores->type.shape = shape_of(2, (Dim[]){feature_rows(n), count});
    return scores;
}

void finish_scores(Node *n, int output, Value *scores, PostTransform post, Dim count)
{
    static const char *const kernels[] = {NULL, "softmax", "logistic", "softmax_zero", "probit"};
    Value *y = output_of(n, output);
    if (!y) return;
    if (post != POST_NONE) {
        Step *s = step_call(n, "ml_post_%s_%s", kernels[post], dtype_suffix(scores->type.dtype));
        arg_out(s, "y", scores);
        arg_dim(s, "rows", feature_rows(n));
        arg_dim(s, "n", count);
    }
    if (scores != y) convert(n, scores, y);
}

/* -- labels ------------------------------------------------------------------------------------ */

void set_classifier_outputs(Node *n, const Labels *labels)
{
    Shape y = shape_of(1, (Dim[]){feature_rows(n)}),
          z = shape_of(2, (Dim[]){feature_rows(n), dim_const(labels->count)});
    set_out(n, 0, labels->strings ? DT_STRING : DT_INT64, &y);
    set_out(n, 1, DT_FLOAT, &z);
}

void lower_label(Node *n, Value *scores, const Labels *labels)
{
    Value *y = output_of(n, 0);
    if (!y) return;
    Shape shape = shape_const(1, (int64_t[]){labels->count});
    Value *names = value_const(n->graph, foreign_suffixed(y->wanted, "/labels"), y->type.dtype, &shape, labels->data);
    Step *s = step_call(n, "ml_label_%s_%s", dtype_suffix(scores->type.dtype), dtype_suffix(y->type.dtype));
    arg_in(s, "x", scores);
    arg_in(s, "labels", names);
    arg_out(s, "y", y);
    arg_dim(s, "rows", feature_rows(n));
    arg_int(s, "n", labels->count);
}

Value *floats_const(Node *n, const char *name, DType t, int rank, const int64_t *dims, const double *values,
                    const char *origin)
{
    Shape shape = shape_const(rank, dims);
    int64_t count = dim_value(shape_elements(&shape)), bytes = dtype_bytes(t, 1);
    char *data = mem_array((size_t)count + 1, (size_t)bytes);
    for (int64_t i = 0; i < count; i++) number_set(t, data + i * bytes, values[i]);
    Value *v = value_const(n->graph, foreign_suffixed(node_stem(n), "/%s", name), t, &shape, data);
    v->origin = origin;
    return v;
}
