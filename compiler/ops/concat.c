/* Concat, Split: https://onnx.ai/onnx/operators/onnx__Concat.html, onnx__Split.html
 * Each part is a walk of its own over (outer, part of the axis, inner). When nothing is outside the axis, that is a
 * copy, which the planner turns into a view: parts are computed in place, or read where they lie. */
#include "ops/shared/shared.h"

/* -- Concat ------------------------------------------------------------------------------------ */

/* The axis was optional, with 1 for default, only in opset 1. */
static int concat_axis(Node *n)
{
    int rank = n->in[0]->type.shape.rank;
    if (n->opset < 4 || attr_find(n, "axis")) return attr_axis(n, "axis", 1, rank);
    node_invalid(n, "attribute \"axis\" is missing, expected one");
    return -1;
}

/* Adds input i to the shape so far. */
static bool append_shape(Node *n, int i, int axis, Shape *y)
{
    const Shape *x = &n->in[i]->type.shape;
    if (!need_same_type(n, 0, i) || !need_rank(n, i, y->rank, y->rank)) return false;
    for (int d = 0; d < y->rank; d++) {
        if (d == axis) continue;
        if (!need_equal(n, y->dim[d], x->dim[d], mem_printf("axis %d of inputs 0 and %d", d, i))) return false;
        if (dim_is_const(x->dim[d])) y->dim[d] = x->dim[d];
    }
    y->dim[axis] = dim_add(y->dim[axis], x->dim[axis]);
    return true;
}

static void infer_concat(Node *n)
{
    if (!need_counts(n, 1, -1, 1, 1) || !need_tensor_inputs(n)) return;
    int axis = concat_axis(n);
    if (axis < 0) return;
    Shape y = n->in[0]->type.shape;
    for (int i = 1; i < n->n_in; i++)
        if (n->in[i] && !append_shape(n, i, axis, &y)) return;
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

/* (outer, axis, inner) of `part`, lying in `whole` from index `at` of the axis on; to_whole: is it
 * written there, or read? */
static void lower_part(Node *n, Value *part, Value *whole, int axis, Dim at, bool to_whole)
{
    const Shape *p = &part->type.shape, *w = &whole->type.shape;
    Dim inner = axis_stride(w, axis), own_run = dim_mul(p->dim[axis], inner), whole_run = dim_mul(w->dim[axis], inner);
    Walk walk = {.rank = 0};
    walk_axis(&walk, shape_product(w, 0, axis), to_whole ? own_run : whole_run);
    walk_axis(&walk, own_run, dim_const(1));
    walk.y_stride[0] = to_whole ? whole_run : own_run;
    Dim offset = dim_mul(at, inner), none = dim_const(0);
    if (to_whole) lower_walk(n, part, none, whole, offset, &walk);
    else lower_walk(n, whole, offset, part, none, &walk);
}

static void lower_concat(Node *n)
{
    int axis = concat_axis(n);
    Dim at = dim_const(0);
    for (int i = 0; i < n->n_in; i++) {
        if (!n->in[i]) continue;
        lower_part(n, n->in[i], n->out[0], axis, at, true);
        at = dim_add(at, dim_at(n->in[i], axis));
    }
}

/* -- Split ------------------------------------------------------------------------------------- */

/* Sizes that the model lists: an attribute, since opset 13 an input. Count, 0 if there are none, -1 with an error. */
static int listed_sizes(Node *n, Dim **sizes)
{
    const int64_t *values;
    if (input_of(n, 1)) {
        if (!can_propagate(n, 1))
            read_within(n, 1, 0, dim_high(dim_at(n->in[0], attr_axis(n, "axis", 0, n->in[0]->type.shape.rank))));
        return need_dims(n, 1, sizes);
    }
    if (n->opset >= 13) return 0;
    int count = attr_ints(n, "split", &values);
    *sizes = mem_array((size_t)count + 1, sizeof **sizes);
    for (int i = 0; i < count; i++) (*sizes)[i] = dim_const(values[i]);
    return count;
}

/* Equal parts; since opset 18 the last may be smaller (or, if those before it use up the axis, empty). */
static bool equal_sizes(Node *n, Dim d, Dim **sizes)
{
    int64_t parts = attr_int(n, "num_outputs", n->n_out);
    if (parts != n->n_out) {
        node_invalid(n, "num_outputs is %lld, expected %d, the number of its outputs", (long long)parts, n->n_out);
        return false;
    }
    if (n->opset < 18 && !need_divides(n, d, parts, "the axis to split")) return false;
    Dim chunk = dim_ceildiv(d, dim_const(parts));
    *sizes = mem_array((size_t)parts, sizeof **sizes);
    for (int i = 0; i < parts; i++) {
        Dim left = dim_max(dim_const(0), dim_sub(d, dim_mul(chunk, dim_const(i))));
        (*sizes)[i] = dim_divides(dim_const(parts), d) ? chunk : dim_min(chunk, left);
    }
    return true;
}

static bool need_sizes(Node *n, Dim d, const Dim *sizes, int count)
{
    Dim sum = dim_const(0);
    if (count != n->n_out) {
        node_invalid(n, "splits into %d sizes, expected %d, the number of its outputs", count, n->n_out);
        return false;
    }
    for (int i = 0; i < count; i++) {
        if (dim_high(sizes[i]) < 0) {
            node_invalid(n, "size %d is %s, expected 0 or more", i, shown(dim_text(sizes[i])));
            return false;
        }
        sum = dim_add(sum, sizes[i]);
    }
    return need_equal(n, sum, d, "sum of the sizes, and the axis to split");
}

static void infer_split(Node *n)
{
    if (!need_counts(n, 1, 2, 1, -1) || !need_tensor_inputs(n)) return;
    Shape y = n->in[0]->type.shape;
    int axis = attr_axis(n, "axis", 0, y.rank);
    if (axis < 0) return;
    Dim *sizes, d = y.dim[axis];
    int count = listed_sizes(n, &sizes);
    if (count < 0 || (count > 0 ? !need_sizes(n, d, sizes, count) : !equal_sizes(n, d, &sizes))) return;
    for (int i = 0; i < n->n_out; i++) {
        y.dim[axis] = sizes[i];
        set_out(n, i, n->in[0]->type.dtype, &y);
    }
}

/* Sizes are those of the outputs; where one is omitted, the next still starts after it. */
static void lower_split(Node *n)
{
    int axis = attr_axis(n, "axis", 0, n->in[0]->type.shape.rank);
    Dim *sizes, at = dim_const(0);
    if (listed_sizes(n, &sizes) <= 0) equal_sizes(n, dim_at(n->in[0], axis), &sizes);
    for (int i = 0; i < n->n_out; i++) {
        if (n->out[i]) lower_part(n, n->out[i], n->in[0], axis, at, false);
        at = dim_add(at, sizes[i]);
    }
}

const Op ops_concat[] = {
    {.name = "Concat",
     .domain = "",
     .since = 1,
     .infer = infer_concat,
     .lower = lower_concat,
     .flags = OP_HALF_NATIVE | OP_MOVES | OP_MOVES_ALL},
    {.name = "Split",
     .domain = "",
     .since = 1,
     .infer = infer_split,
     .lower = lower_split,
     .flags = OP_HALF_NATIVE | OP_MOVES},
    {0},
};
