/* Gather, GatherElements, GatherND: https://onnx.ai/onnx/operators/onnx__Gather.html, onnx__GatherElements.html,
 * onnx__GatherND.html
 * Indices that are data are checked at run time. Gather by constants at even distances is a slice, often a view. */
#include "ops/shared/shared.h"

static const DType index_types[] = {DT_INT64, DT_INT32};

/* Constant indices are checked here, where the error can say which. */
static bool need_indices_within(Node *n, const Value *index, Dim axis)
{
    if (!index->data || !dim_is_const(axis)) return true;
    int64_t count = value_count(index), size = dim_value(axis);
    for (int64_t i = 0; i < count; i++) {
        int64_t k = const_as_int(index, i);
        if (k >= -size && k < size) continue;
        node_invalid(n, "index %lld is outside of an axis of %lld", (long long)k, (long long)size);
        return false;
    }
    return true;
}

/* -- Gather ------------------------------------------------------------------------------------ */

static void infer_gather(Node *n)
{
    if (!need_counts(n, 2, 2, 1, 1) || !need_tensor_inputs(n) || !need_type(n, 1, index_types, 2) ||
        !need_rank(n, 0, 1, -1) || !need_bytes(n, 0, true))
        return;
    const Shape *x = &n->in[0]->type.shape, *index = &n->in[1]->type.shape;
    int axis = attr_axis(n, "axis", 0, x->rank);
    if (axis < 0 || !need_indices_within(n, n->in[1], x->dim[axis])) return;
    if (x->rank - 1 + index->rank > MAX_RANK) {
        node_error(n, "result has rank %d, expected at most %d; merge dimensions in the model",
                   x->rank - 1 + index->rank, MAX_RANK);
        return;
    }
    Shape y = {.rank = 0};
    for (int d = 0; d < axis; d++) y.dim[y.rank++] = x->dim[d];
    for (int d = 0; d < index->rank; d++) y.dim[y.rank++] = index->dim[d];
    for (int d = axis + 1; d < x->rank; d++) y.dim[y.rank++] = x->dim[d];
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

/* Constant indices first, first + step, first + 2 * step ..., all known to be within the axis and
 * counted from the same end. */
static bool evenly_spaced(const Value *index, Dim axis, int64_t *first, int64_t *step)
{
    int64_t count = index->data ? value_count(index) : 0;
    if (!count) return false;
    *first = const_as_int(index, 0);
    *step = count > 1 ? const_as_int(index, 1) - *first : 0;
    for (int64_t i = 0; i < count; i++) {
        int64_t k = const_as_int(index, i);
        if (k != *first + i * *step || (k < 0) != (*first < 0) || (k < 0 ? -k : k + 1) > dim_low(axis)) return false;
    }
    return true;
}

static void lower_gather(Node *n)
{
    Value *x = n->in[0], *index = n->in[1], *y = n->out[0];
    int axis = attr_axis(n, "axis", 0, x->type.shape.rank), parts;
    Dim size = dim_at(x, axis), outer = shape_product(&x->type.shape, 0, axis),
        inner = axis_stride(&x->type.shape, axis);
    int64_t first, step;
    if (evenly_spaced(index, size, &first, &step)) {
        Walk w = {.rank = 0};
        walk_axis(&w, outer, dim_mul(size, inner));
        walk_axis(&w, elements(index), dim_mul(inner, dim_const(step)));
        walk_axis(&w, inner, dim_const(1));
        Dim start = first < 0 ? dim_add(size, dim_const(first)) : dim_const(first);
        lower_walk(n, x, dim_mul(start, inner), y, dim_const(0), &w);
        return;
    }
    const char *suffix = moved_as(x->type.dtype, &parts);
    Step *s = step_call(n, "gather_%s_%s", suffix, dtype_suffix(index->type.dtype));
    arg_in(s, "x", x);
    arg_in(s, "index", index);
    arg_out(s, "y", y);
    arg_dim(s, "outer", outer);
    arg_dim(s, "axis", size);
    arg_dim(s, "count", elements(index));
    arg_dim(s, "inner", dim_mul(inner, dim_const(parts)));
}

/* -- GatherElements ---------------------------------------------------------------------------- */

static void infer_gather_elements(Node *n)
{
    if (!need_counts(n, 2, 2, 1, 1) || !need_tensor_inputs(n) || !need_type(n, 1, index_types, 2) ||
        !need_rank(n, 0, 1, -1) || !need_bytes(n, 0, false))
        return;
    const Shape *x = &n->in[0]->type.shape, *index = &n->in[1]->type.shape;
    int axis = attr_axis(n, "axis", 0, x->rank);
    if (axis < 0 || !need_rank(n, 1, x->rank, x->rank) || !need_indices_within(n, n->in[1], x->dim[axis])) return;
    for (int d = 0; d < x->rank; d++)
        if (d != axis && !need_at_most(n, index->dim[d], x->dim[d], mem_printf("axis %d of indices and data", d)))
            return;
    set_out(n, 0, n->in[0]->type.dtype, index);
}

static void lower_gather_elements(Node *n)
{
    const Shape *x = &n->in[0]->type.shape, *index = &n->in[1]->type.shape;
    int axis = attr_axis(n, "axis", 0, x->rank);
    Step *s = step_call(n, "gather_elements_%s_%s", moved_as(n->in[0]->type.dtype, NULL),
                        dtype_suffix(n->in[1]->type.dtype));
    arg_in(s, "x", n->in[0]);
    arg_in(s, "index", n->in[1]);
    arg_out(s, "y", n->out[0]);
    arg_int(s, "rank", x->rank);
    arg_dims(s, "extent", x->rank, index->dim);
    arg_strides_beside(s, "x_stride", x, axis);
    arg_dim(s, "axis_size", x->dim[axis]);
    arg_dim(s, "axis_stride", axis_stride(x, axis));
}

/* -- GatherND ---------------------------------------------------------------------------------- */

/* Leading dimensions that data and indices share, and how many further ones of data a tuple selects by. */
typedef struct {
    int batch, selected;
} Tuples;

static bool read_tuples(Node *n, Tuples *t)
{
    const Shape *x = &n->in[0]->type.shape, *index = &n->in[1]->type.shape;
    int64_t batch = attr_int(n, "batch_dims", 0);
    int shorter = x->rank < index->rank ? x->rank : index->rank;
    if (batch < 0 || batch >= shorter) {
        node_invalid(n, "batch_dims is %lld, expected 0 to %d", (long long)batch, shorter - 1);
        return false;
    }
    t->batch = (int)batch;
    return tuple_length(n, index, x->rank - t->batch, &t->selected);
}

static void infer_gather_nd(Node *n)
{
    Tuples t;
    if (!need_counts(n, 2, 2, 1, 1) || !need_tensor_inputs(n) || !need_type(n, 1, index_types, 1) ||
        !need_rank(n, 0, 1, -1) || !need_rank(n, 1, 1, -1))
        return;
    if (!need_bytes(n, 0, true) || !read_tuples(n, &t)) return;
    const Shape *x = &n->in[0]->type.shape, *index = &n->in[1]->type.shape;
    Shape y = {.rank = 0};
    if (index->rank - 1 + x->rank - t.batch - t.selected > MAX_RANK) {
        node_error(n, "result has rank %d, expected at most %d; merge dimensions in the model",
                   index->rank - 1 + x->rank - t.batch - t.selected, MAX_RANK);
        return;
    }
    for (int d = 0; d < t.batch; d++)
        if (!need_equal(n, x->dim[d], index->dim[d], mem_printf("axis %d, a batch dimension, of data and indices", d)))
            return;
    for (int d = 0; d < index->rank - 1; d++) y.dim[y.rank++] = index->dim[d];
    for (int d = t.batch + t.selected; d < x->rank; d++) y.dim[y.rank++] = x->dim[d];
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

static void lower_gather_nd(Node *n)
{
    const Shape *x = &n->in[0]->type.shape, *index = &n->in[1]->type.shape;
    Tuples t;
    int parts;
    read_tuples(n, &t);
    const char *suffix = moved_as(n->in[0]->type.dtype, &parts);
    Step *s = step_call(n, "gather_nd_%s", suffix);
    arg_in(s, "x", n->in[0]);
    arg_in(s, "index", n->in[1]);
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "batch", shape_product(x, 0, t.batch));
    arg_dim(s, "tuples", shape_product(index, t.batch, index->rank - 1));
    arg_int(s, "n", t.selected);
    arg_dims(s, "dims", t.selected, &x->dim[t.batch]);
    arg_dim(s, "slice", dim_mul(shape_product(x, t.batch + t.selected, x->rank), dim_const(parts)));
}

#define GATHERS(op, v, f) \
    { \
        .name = op, .domain = "", .since = v, .infer = infer_##f, .lower = lower_##f, \
        .flags = OP_HALF_NATIVE | OP_MOVES \
    }

const Op ops_gather[] = {
    GATHERS("Gather", 1, gather),
    GATHERS("GatherElements", 11, gather_elements),
    GATHERS("GatherND", 11, gather_nd),
    {0},
};
