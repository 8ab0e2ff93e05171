/* rewrite_norm: before opset 17, layer normalisation was written as its formula, and root-mean-square normalisation
 * before 23. As one operator it reads a row while that is in the nearest cache, and needs no temporaries.
 *
 * The division becomes a normalisation with a scale of ones; multiplication by a row and addition
 * of one then go into it. */
#include "rewrite/rewrite.h"

#include <string.h>

static Node *float_node(const Value *v, const char *op_type)
{
    return v && v->type.dtype == DT_FLOAT && node_is(v->producer, op_type) ? v->producer : NULL;
}

/* Is the node a mean over the last axis alone, which is kept? */
static bool is_row_mean(Node *n)
{
    Dim *dims;
    const int64_t *axes;
    int64_t axis = 0, rank = n->in[0]->type.shape.rank;
    if (rank < 1 || !attr_int(n, "keepdims", 1)) return false;
    if (input_of(n, 1)) {
        if (known_dims(n->in[1], &dims) != 1 || !dims[0] || !dim_is_const(dims[0])) return false;
        axis = dim_value(dims[0]);
    } else {
        if (attr_ints(n, "axes", &axes) != 1) return false;
        axis = axes[0];
    }
    return axis == -1 || axis == rank - 1;
}

/* The x of x * x; NULL for anything else. */
static Value *square_root_of(const Value *v)
{
    double exponent;
    Node *n = float_node(v, "Pow");
    if (n) return known_scalar(n->in[1], &exponent) && exponent == 2 ? n->in[0] : NULL;
    n = float_node(v, "Mul");
    return n && n->in[0] == n->in[1] ? n->in[0] : NULL;
}

/* Is v sqrt(mean of x^2 + epsilon)? */
static bool is_deviation(const Value *v, const Value *x, double *epsilon)
{
    Node *root = float_node(v, "Sqrt"), *sum = root ? float_node(root->in[0], "Add") : NULL;
    for (int i = 0; sum && i < 2; i++) {
        Node *mean = float_node(sum->in[i], "ReduceMean");
        if (mean && known_scalar(sum->in[1 - i], epsilon) && is_row_mean(mean) && square_root_of(mean->in[0]) == x)
            return true;
    }
    return false;
}

/* Is v 1 / that? */
static bool is_inverse_deviation(const Value *v, const Value *x, double *epsilon)
{
    double one;
    Node *n = float_node(v, "Reciprocal");
    if (n) return is_deviation(n->in[0], x, epsilon);
    n = float_node(v, "Div");
    return n && known_scalar(n->in[0], &one) && one == 1 && is_deviation(n->in[1], x, epsilon);
}

/* What is divided by its root mean square; NULL if nothing is. */
static Value *normalized_by(Node *n, double *epsilon)
{
    if (node_is(n, "Div")) return is_deviation(input_of(n, 1), input_of(n, 0), epsilon) ? n->in[0] : NULL;
    if (!node_is(n, "Mul")) return NULL;
    for (int i = 0; i < 2; i++)
        if (is_inverse_deviation(n->in[i], n->in[1 - i], epsilon)) return n->in[1 - i];
    return NULL;
}

/* The x of x - mean(x). */
static Value *centered(const Value *v)
{
    Node *n = float_node(v, "Sub"), *mean = n ? float_node(n->in[1], "ReduceMean") : NULL;
    return mean && mean->in[0] == n->in[0] && is_row_mean(mean) ? n->in[0] : NULL;
}

static Value *ones(Node *n, Dim count)
{
    float *data;
    Shape shape = shape_of(1, &count);
    Value *v = new_weight(n, foreign_suffixed(n->out[0]->wanted, "/ones"), &shape, &data, NULL);
    for (int64_t i = 0; i < dim_value(count); i++) data[i] = 1;
    return v;
}

static bool normalize(Node *n)
{
    double epsilon;
    Value *d = normalized_by(n, &epsilon);
    if (!d || d->type.shape.rank < 1 || !dim_is_const(dim_at(d, -1)) ||
        !shape_equal(&d->type.shape, &n->out[0]->type.shape))
        return false;
    Value *x = centered(d);
    Node *norm = replace_node(n, x ? "LayerNormalization" : "RMSNormalization", 2,
                              (Value *[]){x ? x : d, ones(n, dim_at(d, -1))});
    attr_set_float(norm, "epsilon", epsilon);
    return true;
}

static bool all_ones(const Value *v)
{
    if (!v || !v->data || v->type.dtype != DT_FLOAT) return false;
    for (int64_t i = 0; i < value_count(v); i++)
        if (((const float *)v->data)[i] != 1) return false;
    return true;
}

/* A constant that is one row of x: not more axes than x, and 1 along all but the last. */
static bool is_row(const Value *v, const Value *x)
{
    if (!v || !v->data || v->type.dtype != DT_FLOAT || v->type.shape.rank < 1 ||
        v->type.shape.rank > x->type.shape.rank)
        return false;
    return dim_is_const(dim_at(x, -1)) && dim_at(v, -1) == dim_at(x, -1) && value_count(v) == dim_value(dim_at(x, -1));
}

/* n multiplies or adds a row to a normalisation that has none yet. */
static bool absorb(Node *n)
{
    bool scale = node_is(n, "Mul");
    if (!scale && !node_is(n, "Add")) return false;
    for (int i = 0; i < 2; i++) {
        Node *norm = only_producer(n, i);
        Value *row = input_of(n, 1 - i);
        bool layer = node_is(norm, "LayerNormalization");
        if ((!layer && !node_is(norm, "RMSNormalization")) || norm->out[0] != n->in[i] || !is_row(row, n->in[i]))
            continue;
        if (input_of(norm, 2) || attr_int(norm, "axis", -1) != -1 || (scale ? !all_ones(norm->in[1]) : !layer))
            continue;
        if (scale) node_set_input(norm, 1, row);
        else if (norm->n_in > 2) node_set_input(norm, 2, row);
        else node_add_input(norm, row);
        note_fused(norm, n);
        take_outputs(norm, n);
        return true;
    }
    return false;
}

bool rewrite_norm(Node *n)
{
    Value *y = output_of(n, 0);
    if (!y || y->type.kind != KIND_TENSOR || y->type.dtype != DT_FLOAT) return false;
    return value_use_count(y) && (normalize(n) || absorb(n));
}
