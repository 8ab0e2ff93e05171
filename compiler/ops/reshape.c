/* Reshape, Flatten, Squeeze, Unsqueeze: the same elements in the same order under another shape.
 * https://onnx.ai/onnx/operators/onnx__Reshape.html (and the others)
 * Shapes and axes are attributes in the older forms, inputs in the newer ones. Of a shape that only the data tell,
 * every dimension but the last is anything up to the number of elements, and the last is what remains; so it is of axes
 * that only the data tell. */
#include "op/op.h"

static bool need_room(Node *n, int rank)
{
    if (rank <= MAX_RANK) return true;
    node_error(n, "result has rank %d, expected at most %d; merge dimensions in the model", rank, MAX_RANK);
    return false;
}

/* An int64 list that is input 1 since opset `input_since` and attribute `name` before. Count, or -1 with an error. */
static int list_of(Node *n, const char *name, int input_since, Dim **dims)
{
    if (n->opset >= input_since) return need_dims(n, 1, dims);
    const int64_t *values;
    int count = attr_ints(n, name, &values);
    *dims = mem_array((size_t)count + 1, sizeof **dims);
    for (int i = 0; i < count; i++) (*dims)[i] = dim_const(values[i]);
    return count;
}

/* -- Reshape ----------------------------------------------------------------------------------- */

static bool stays(const Shape *x, const Shape *y, int i)
{
    return i < x->rank && i < y->rank && x->dim[i] == y->dim[i];
}

/* The dimension given as -1: what remains. Dimensions that stay where they are, copied or not, are left out of the
 * quotient, so that they may be 0. Beside another 0 the text forbids -1, and ONNX Runtime has as many pixels as if
 * none were 0. */
static Dim remaining_dim(Node *n, const Shape *x, const Shape *y, int unknown)
{
    Dim total = dim_const(1), given = dim_const(1);
    bool empty = false;
    for (int i = 0; i < y->rank; i++) empty = empty || (i != unknown && !stays(x, y, i) && dim_is(y->dim[i], 0));
    for (int i = 0; i < x->rank; i++)
        if (!stays(x, y, i) && !(empty && dim_is(x->dim[i], 0))) total = dim_mul(total, x->dim[i]);
    for (int i = 0; i < y->rank; i++)
        if (i != unknown && !stays(x, y, i) && !dim_is(y->dim[i], 0)) given = dim_mul(given, y->dim[i]);
    if (empty) need_equal(n, dim_mul(dim_floordiv(total, given), given), total, "sizes of an empty tensor, and of it");
    return dim_floordiv(total, given);
}

/* The shape as known at compile time: copies and the -1 are where the constants say so. False, with an
 * error, if that is impossible. */
static bool shape_of_list(Node *n, const Dim *wanted, bool allow_zero, Shape *y)
{
    const Shape *x = &n->in[0]->type.shape;
    int unknown = -1;
    for (int i = 0; i < y->rank; i++) {
        bool copied = dim_is(wanted[i], 0) && !allow_zero;
        y->dim[i] = wanted[i];
        if (copied && i >= x->rank) {
            node_invalid(n,
                         "dimension %d of the shape is 0, which copies it from the input, but the input's shape is %s",
                         i, shown(shape_text(x)));
            return false;
        }
        if (copied) y->dim[i] = x->dim[i];
        if (!dim_is_const(wanted[i]) || dim_value(wanted[i]) >= 0) continue;
        if (unknown >= 0 || !dim_is(wanted[i], -1)) {
            node_invalid(n, "dimension %d of the shape is %s%s, expected sizes and at most one -1", i,
                         shown(dim_text(wanted[i])), unknown >= 0 ? " and not the first negative one" : "");
            return false;
        }
        unknown = i;
    }
    if (unknown >= 0) y->dim[unknown] = remaining_dim(n, x, y, unknown);
    return true;
}

/* The shape as data that are read at run time, where a number may turn out to be a size, -1 or 0:
 * the choice is arithmetic. */
static void shape_of_data(Node *n, const Dim *wanted, bool allow_zero, Shape *y)
{
    const Shape *x = &n->in[0]->type.shape;
    Dim zero = dim_const(0), one = dim_const(1), given = one, is_rest[MAX_RANK];
    for (int i = 0; i < y->rank; i++) {
        Dim negative = dim_sub(zero, wanted[i]), size = dim_max(zero, dim_max(wanted[i], negative));
        is_rest[i] = dim_max(zero, dim_min(one, negative));
        if (dim_low(wanted[i]) < -1) assume_equal(n, dim_min(wanted[i], dim_const(-1)), dim_const(-1));
        Dim copied = allow_zero || i >= x->rank ? zero : dim_mul(dim_sub(one, dim_min(one, size)), x->dim[i]);
        y->dim[i] = dim_add(size, copied);
        given = dim_mul(given, y->dim[i]);
    }
    Dim rest = dim_sub(dim_floordiv(shape_elements(x), given), one); /* a dimension of -1 counted as 1 so far */
    for (int i = 0; i < y->rank; i++) y->dim[i] = dim_add(y->dim[i], dim_mul(is_rest[i], rest));
}

static bool is_decided_by_data(Node *n)
{
    return n->opset >= 5 && !can_propagate(n, 1);
}

/* Of Squeeze and Unsqueeze. */
static bool has_axes_of_data(Node *n)
{
    Dim *axes;
    if (n->opset < 13 || !input_of(n, 1)) return false;
    if (!can_propagate(n, 1)) return true;
    int count = need_dims(n, 1, &axes);
    for (int i = 0; i < count; i++)
        if (!dim_is_const(axes[i])) return true;
    return false;
}

/* The result's sizes, which a kernel finds out: each between these, and the last what remains. */
static void set_sizes_of_data(Node *n, Shape *y, int64_t low, int64_t high)
{
    Dim count = shape_elements(&n->in[0]->type.shape), given = dim_const(1);
    for (int i = 0; i < y->rank; i++) {
        bool last = i == y->rank - 1;
        y->dim[i] = !last ? local_symbol(n, foreign_suffixed(n->out[0]->wanted, ".size%d", i), low, high)
                    : i   ? dim_floordiv(count, given)
                          : count;
        given = dim_mul(given, y->dim[i]);
    }
    if (y->rank || need_equal(n, count, dim_const(1), "elements to make a scalar of, and 1"))
        set_out(n, 0, n->in[0]->type.dtype, y);
}

/* The sizes that the kernel of lower_by_data finds out. */
static void infer_by_data(Node *n)
{
    Dim count = shape_elements(&n->in[0]->type.shape), rank = elements(n->in[1]);
    if (!need_type(n, 1, (DType[]){DT_INT64}, 1) || !need_rank(n, 1, 1, 1)) return;
    if (!dim_is_const(rank)) {
        node_error(n, "input 1 \"%s\" has %s elements, expected a fixed number of dimensions", shown(n->in[1]->name),
                   shown(dim_text(rank)));
        return;
    }
    if (!need_room(n, dim_value(rank) > MAX_RANK ? MAX_RANK + 1 : (int)dim_value(rank))) return;
    Dim *wanted;
    if (dim_is(count, 0) && need_dims(n, 1, &wanted) < 0) return; /* the count tells nothing of the others */
    set_sizes_of_data(n, &(Shape){.rank = (int)dim_value(rank)}, 0, dim_high(count));
}

static void infer_reshape(Node *n)
{
    if (!need_counts(n, n->opset < 5 ? 1 : 2, n->opset < 5 ? 1 : 2, 1, 1) || !need_tensor_inputs(n)) return;
    if (is_decided_by_data(n)) {
        infer_by_data(n);
        return;
    }
    const Shape *x = &n->in[0]->type.shape;
    Dim *wanted;
    Shape y = {.rank = list_of(n, "shape", 5, &wanted)};
    bool allow_zero = n->opset >= 14 && attr_int(n, "allowzero", 0);
    if (y.rank < 0 || !need_room(n, y.rank)) return;
    if (n->opset >= 5 && n->in[1]->is_read) shape_of_data(n, wanted, allow_zero, &y);
    else if (!shape_of_list(n, wanted, allow_zero, &y)) return;
    if (dim_high(shape_elements(&y)) > INT32_MAX && !n->graph->model->options.any_size) {
        node_error(n,
                   "the bounds of shape %s allow for %lld elements, expected fewer; narrow them with --dim NAME=LO..HI",
                   shown(shape_text(&y)), (long long)dim_high(shape_elements(&y)));
        return;
    }
    if (need_equal(n, shape_elements(x), shape_elements(&y),
                   mem_printf("elements of %s and of %s", shown(shape_text(x)), shown(shape_text(&y)))))
        set_out(n, 0, n->in[0]->type.dtype, &y);
}

static void lower_by_data(Node *n)
{
    const Shape *x = &n->in[0]->type.shape, *y = &n->out[0]->type.shape;
    Value *sizes = scratch(n, "sizes", DT_INT64, dim_const(y->rank));
    Step *s = step_call(n, "reshaped");
    arg_in(s, "shape", n->in[1]);
    arg_out(s, "y", sizes);
    arg_int(s, "rank", y->rank);
    arg_dims(s, "x_dims", x->rank, x->dim);
    arg_int(s, "x_rank", x->rank);
    arg_int(s, "allow_zero", n->opset >= 14 && attr_int(n, "allowzero", 0));
    for (int i = 0; i < y->rank - 1; i++) lower_read(n, sizes, i, y->dim[i]);
}

static void lower_axes(Node *n, const char *kernel)
{
    const Shape *x = &n->in[0]->type.shape, *y = &n->out[0]->type.shape;
    Value *sizes = scratch(n, "sizes", DT_INT64, dim_const(y->rank));
    Step *s = step_call(n, "%s", kernel);
    arg_in(s, "axes", n->in[1]);
    arg_out(s, "y", sizes);
    arg_dim(s, "n", elements(n->in[1]));
    arg_dims(s, "x_dims", x->rank, x->dim);
    arg_int(s, "x_rank", x->rank);
    for (int i = 0; i < y->rank - 1; i++) lower_read(n, sizes, i, y->dim[i]);
}

static void lower_squeeze(Node *n)
{
    if (has_axes_of_data(n)) lower_axes(n, "squeezed");
    lower_as_view(n);
}

static void lower_unsqueeze(Node *n)
{
    if (has_axes_of_data(n)) lower_axes(n, "unsqueezed");
    lower_as_view(n);
}

static void lower_reshape(Node *n)
{
    if (is_decided_by_data(n) && n->out[0]->type.shape.rank) lower_by_data(n);
    lower_as_view(n);
}

/* -- Flatten ----------------------------------------------------------------------------------- */

static void infer_flatten(Node *n)
{
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n)) return;
    const Shape *x = &n->in[0]->type.shape;
    int64_t axis = attr_int(n, "axis", 1);
    if (axis < -x->rank || axis > x->rank) {
        node_invalid(n, "axis is %lld, expected %d to %d for shape %s", (long long)axis, -x->rank, x->rank,
                     shown(shape_text(x)));
        return;
    }
    int at = (int)(axis < 0 ? axis + x->rank : axis);
    Shape y = shape_of(2, (Dim[]){shape_product(x, 0, at), shape_product(x, at, x->rank)});
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

/* -- Squeeze and Unsqueeze --------------------------------------------------------------------- */

/* Marks the axes of a tensor of this rank that are listed; false, with an error, if they can't be. */
static bool mark_axes(Node *n, const Dim *axes, int count, int rank, bool *marked)
{
    for (int i = 0; i < count; i++) {
        int axis = normalize_axis(n, dim_value(axes[i]), rank);
        if (axis < 0) return false;
        if (marked[axis]) {
            node_invalid(n, "axis %d is listed twice", axis);
            return false;
        }
        marked[axis] = true;
    }
    return true;
}

/* Without a list: every dimension of 1. */
static bool mark_ones(Node *n, const Shape *x, bool *marked)
{
    for (int i = 0; i < x->rank; i++) {
        marked[i] = dim_is(x->dim[i], 1);
        if (dim_is_const(x->dim[i]) || dims_differ(x->dim[i], dim_const(1))) continue;
        node_error(n,
                   "removes every dimension of 1, but whether %s is 1 is known only at run time; fix it with --dim "
                   "NAME=N or bounds from 2 on, or list "
                   "the axes in the model",
                   shown(dim_text(x->dim[i])));
        return false;
    }
    return true;
}

/* `change` times the number of axes are more. */
static void infer_axes_of_data(Node *n, int change)
{
    const Shape *x = &n->in[0]->type.shape;
    Dim axes = elements(n->in[1]);
    if (!need_type(n, 1, (DType[]){DT_INT64}, 1) || !need_rank(n, 1, 0, 1)) return;
    if (!dim_is_const(axes)) {
        node_error(n, "input 1 \"%s\" has %s elements, expected a fixed number of axes", shown(n->in[1]->name),
                   shown(dim_text(axes)));
        return;
    }
    if (!need_room(n, dim_value(axes) > MAX_RANK ? MAX_RANK + 1 : x->rank + change * (int)dim_value(axes))) return;
    Shape y = {.rank = x->rank + change * (int)dim_value(axes)};
    if (y.rank < 0) {
        node_invalid(n, "has %lld axes to remove, but the input's shape is %s", (long long)dim_value(axes),
                     shown(shape_text(x)));
        return;
    }
    Dim low = dim_const(1), high = low;
    for (int i = 0; i < x->rank; i++) {
        low = dim_min(low, x->dim[i]);
        high = dim_max(high, x->dim[i]);
    }
    set_sizes_of_data(n, &y, dim_low(low), dim_high(high));
}

static void infer_squeeze(Node *n)
{
    if (!need_counts(n, 1, n->opset < 13 ? 1 : 2, 1, 1) || !need_tensor_inputs(n)) return;
    if (has_axes_of_data(n)) {
        infer_axes_of_data(n, -1);
        return;
    }
    const Shape *x = &n->in[0]->type.shape;
    bool marked[MAX_RANK] = {false}, listed = n->opset < 13 ? attr_find(n, "axes") != NULL : input_of(n, 1) != NULL;
    if (listed) {
        Dim *axes;
        int count = list_of(n, "axes", 13, &axes);
        if (count < 0 || !mark_axes(n, axes, count, x->rank, marked)) return;
    } else if (!mark_ones(n, x, marked)) {
        return;
    }
    Shape y = {.rank = 0};
    for (int i = 0; i < x->rank; i++) {
        if (!marked[i]) y.dim[y.rank++] = x->dim[i];
        else if (!need_equal(n, x->dim[i], dim_const(1), mem_printf("axis %d to squeeze, and 1", i))) return;
    }
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

static void infer_unsqueeze(Node *n)
{
    bool listed = n->opset < 13;
    if (!need_counts(n, listed ? 1 : 2, listed ? 1 : 2, 1, 1) || !need_tensor_inputs(n)) return;
    if (has_axes_of_data(n)) {
        infer_axes_of_data(n, 1);
        return;
    }
    const Shape *x = &n->in[0]->type.shape;
    bool marked[MAX_RANK] = {false};
    Dim *axes;
    int count = list_of(n, "axes", 13, &axes);
    Shape y = {.rank = x->rank + count};
    if (count < 0 || !need_room(n, y.rank) || !mark_axes(n, axes, count, y.rank, marked)) return;
    for (int i = 0, from = 0; i < y.rank; i++) y.dim[i] = marked[i] ? dim_const(1) : x->dim[from++];
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

#define RESHAPES(op, f, l) \
    { \
        .name = op, .domain = "", .since = 1, .infer = f, .lower = l, .flags = OP_HALF_NATIVE | OP_MOVES \
    }

const Op ops_reshape[] = {
    RESHAPES("Reshape", infer_reshape, lower_reshape),
    RESHAPES("Flatten", infer_flatten, lower_as_view),
    RESHAPES("Squeeze", infer_squeeze, lower_squeeze),
    RESHAPES("Unsqueeze", infer_unsqueeze, lower_unsqueeze),
    {0},
};
