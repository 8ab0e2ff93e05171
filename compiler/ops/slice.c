/* Slice: https://onnx.ai/onnx/operators/onnx__Slice.html
 * starts, ends and axes are attributes before opset 10 and inputs since, with steps. Where all of them are
 * constants, or starts and ends expressions, so are the sizes. Otherwise a kernel works out at run time what is
 * taken, of each axis at most all. */
#include "ops/shared/shared.h"

typedef struct {
    int64_t step[MAX_RANK];
    Dim start[MAX_RANK], size[MAX_RANK];
} Slices;

typedef struct {
    int count;
    Dim *starts, *ends;
    int64_t *axes, *steps; /* NULL if omitted */
} Lists;

/* -- reading ----------------------------------------------------------------------------------- */

static int dims_attr(Node *n, const char *name, Dim **dims)
{
    const int64_t *values;
    int count = attr_ints(n, name, &values);
    *dims = mem_array((size_t)count + 1, sizeof **dims);
    for (int i = 0; i < count; i++) (*dims)[i] = dim_const(values[i]);
    return count;
}

static bool same_count(Node *n, const char *what, int count, int expected)
{
    if (count == expected) return true;
    if (count >= 0) node_invalid(n, "has %d %s for %d starts, expected one each", count, what, expected);
    return false;
}

static bool read_attributes(Node *n, Lists *l)
{
    const int64_t *axes;
    l->count = dims_attr(n, "starts", &l->starts);
    if (!same_count(n, "ends", dims_attr(n, "ends", &l->ends), l->count)) return false;
    int count = attr_ints(n, "axes", &axes);
    l->axes = attr_find(n, "axes") ? mem_dup(axes, (size_t)count * sizeof *axes) : NULL;
    return !l->axes || same_count(n, "axes", count, l->count);
}

static bool read_inputs(Node *n, Lists *l)
{
    l->count = need_dims(n, 1, &l->starts);
    if (l->count < 0 || !same_count(n, "ends", need_dims(n, 2, &l->ends), l->count)) return false;
    if (input_of(n, 3) && !same_count(n, "axes", need_ints(n, 3, &l->axes), l->count)) return false;
    return !input_of(n, 4) || same_count(n, "steps", need_ints(n, 4, &l->steps), l->count);
}

/* -- one axis ---------------------------------------------------------------------------------- */

/* A bound below 0 counts from the end. When its sign is only known at run time, a division makes the choice: floor(b /
 * 2^30) is -1 if it is negative, else 0, for whatever is a size at all. */
static Dim from_start(Dim bound, Dim d)
{
    if (dim_low(bound) >= 0) return bound;
    if (dim_high(bound) < 0) return dim_add(bound, d);
    return dim_sub(bound, dim_mul(d, dim_floordiv(bound, dim_const(1 << 30))));
}

static Dim clamp(Dim low, Dim x, Dim high)
{
    return dim_max(low, dim_min(x, high));
}

static void slice_axis(Slices *s, int axis, Dim d, Dim start, Dim end, int64_t step)
{
    Dim zero = dim_const(0), last = dim_sub(d, dim_const(1));
    start = from_start(start, d);
    end = from_start(end, d);
    if (step > 0) {
        start = clamp(zero, start, d);
        end = clamp(zero, end, d);
    } else {
        start = clamp(zero, start, last);
        end = clamp(dim_const(-1), end, last);
    }
    s->start[axis] = start;
    s->step[axis] = step;
    s->size[axis] = dim_max(zero, dim_ceildiv(dim_sub(end, start), dim_const(step)));
    if (step < 0) s->size[axis] = dim_min(d, s->size[axis]); /* there is no last index in an empty axis */
}

static bool read_slices(Node *n, Slices *s)
{
    Lists l = {.axes = NULL, .steps = NULL};
    const Shape *x = &n->in[0]->type.shape;
    bool seen[MAX_RANK] = {false};
    if (!(n->opset < 10 ? read_attributes(n, &l) : read_inputs(n, &l))) return false;
    for (int d = 0; d < x->rank; d++) {
        s->start[d] = dim_const(0);
        s->size[d] = x->dim[d];
        s->step[d] = 1;
    }
    for (int i = 0; i < l.count; i++) {
        int axis = normalize_axis(n, l.axes ? l.axes[i] : i, x->rank);
        int64_t step = l.steps ? l.steps[i] : 1;
        if (axis < 0) return false;
        if (seen[axis] || step == 0) {
            node_invalid(n, seen[axis] ? "axis %d is listed twice" : "the step along axis %d is 0, expected another",
                         axis);
            return false;
        }
        seen[axis] = true;
        slice_axis(s, axis, x->dim[axis], l.starts[i], l.ends[i], step);
    }
    return true;
}

/* -- what only the data tell ------------------------------------------------------------------- */

static bool known_ints(const Value *v)
{
    Dim *dims;
    int count = known_dims(v, &dims);
    for (int i = 0; i < count; i++)
        if (!dim_is_const(dims[i])) return false;
    return count >= 0;
}

static bool is_decided_by_data(Node *n)
{
    if (n->opset < 10) return false;
    return (input_of(n, 3) && !known_ints(n->in[3])) || (input_of(n, 4) && !known_ints(n->in[4])) ||
           !can_propagate(n, 1) || !can_propagate(n, 2);
}

/* The axes that may be sliced; false with an error if the lists can't be right. */
static bool touched_axes(Node *n, bool *touched)
{
    static const DType types[] = {DT_INT32, DT_INT64};
    int rank = n->in[0]->type.shape.rank;
    Dim count = elements(n->in[1]);
    for (int i = 1; i < n->n_in; i++) {
        if (!input_of(n, i)) continue;
        if (!need_type(n, i, types, 2) || !need_same_type(n, 1, i) || !need_rank(n, i, 1, 1)) return false;
        if (!need_equal(n, elements(n->in[i]), count, mem_printf("elements of input %d and of the starts", i)))
            return false;
    }
    if (!dim_is_const(count) || dim_value(count) > rank) {
        node_error(n, "has %s starts for rank %d, expected a fixed number, at most one for each axis",
                   shown(dim_text(count)), rank);
        return false;
    }
    int64_t *axes = NULL;
    if (input_of(n, 3) && known_ints(n->in[3])) need_ints(n, 3, &axes);
    for (int d = 0; d < rank; d++) touched[d] = input_of(n, 3) ? !axes : d < dim_value(count);
    for (int i = 0; axes && i < dim_value(count); i++) {
        int axis = normalize_axis(n, axes[i], rank);
        if (axis < 0) return false;
        touched[axis] = true;
    }
    return true;
}

static void infer_by_data(Node *n)
{
    bool touched[MAX_RANK];
    Shape y = n->in[0]->type.shape;
    const Shape *said = &n->out[0]->declared.shape;
    if (!touched_axes(n, touched)) return;
    for (int d = 0; d < y.rank; d++) {
        if (!touched[d]) continue;
        bool fixed = said->rank == y.rank && said->dim[d] && dim_is_const(said->dim[d]);
        y.dim[d] = fixed ? said->dim[d]
                         : local_symbol(n, foreign_suffixed(n->out[0]->wanted, ".size%d", d), 0, dim_high(y.dim[d]));
    }
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

static void lower_by_data(Node *n)
{
    const Shape *x = &n->in[0]->type.shape, *y = &n->out[0]->type.shape;
    Foreign name = n->out[0]->wanted;
    bool touched[MAX_RANK];
    touched_axes(n, touched);
    Value *bounds = scratch(n, "bounds", DT_INT64, dim_const(3 * x->rank));
    Step *s = step_call(n, "slice_bounds_%s", dtype_suffix(n->in[1]->type.dtype));
    arg_inputs(s, 1, 4, (const char *const[]){"starts", "ends", "axes", "steps"});
    arg_out(s, "bounds", bounds);
    arg_dim(s, "count", elements(n->in[1]));
    arg_int(s, "rank", x->rank);
    arg_dims(s, "shape", x->rank, x->dim);
    Dim offset = dim_const(0);
    Walk w = {.rank = 0};
    for (int d = 0; d < x->rank; d++) {
        Dim stride = axis_stride(x, d), step = dim_const(1);
        int64_t most = dim_high(x->dim[d]);
        if (touched[d]) {
            Dim start = local_symbol(n, foreign_suffixed(name, ".start%d", d), 0, most);
            lower_read(n, bounds, d, start);
            if (input_of(n, 4)) {
                step = local_symbol(n, foreign_suffixed(name, ".step%d", d), -most, most);
                lower_read(n, bounds, x->rank + d, step);
            }
            lower_read(n, bounds, 2 * x->rank + d, y->dim[d]);
            offset = dim_add(offset, dim_mul(start, stride));
        }
        walk_axis(&w, y->dim[d], dim_mul(stride, step));
    }
    lower_walk(n, n->in[0], offset, n->out[0], dim_const(0), &w);
}

/* -- the operator ------------------------------------------------------------------------------ */

static void infer_slice(Node *n)
{
    Slices s;
    if (!need_counts(n, n->opset < 10 ? 1 : 3, n->opset < 10 ? 1 : 5, 1, 1) || !need_tensor_inputs(n)) return;
    if (is_decided_by_data(n)) {
        infer_by_data(n);
        return;
    }
    if (!read_slices(n, &s)) return;
    Shape y = shape_of(n->in[0]->type.shape.rank, s.size);
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

static void lower_slice(Node *n)
{
    Slices s;
    if (is_decided_by_data(n)) {
        lower_by_data(n);
        return;
    }
    read_slices(n, &s);
    const Shape *x = &n->in[0]->type.shape;
    Dim offset = dim_const(0);
    Walk w = {.rank = 0};
    for (int d = 0; d < x->rank; d++) {
        Dim stride = axis_stride(x, d);
        /* then the step, which may be as large as INT_MAX, plays no part */
        bool one = dim_is(s.size[d], 1) || dim_is(s.size[d], 0);
        offset = dim_add(offset, dim_mul(s.start[d], stride));
        walk_axis(&w, s.size[d], one ? stride : dim_mul(stride, dim_const(s.step[d])));
    }
    if (dim_is(elements(n->out[0]), 0)) offset = dim_const(0);
    lower_walk(n, n->in[0], offset, n->out[0], dim_const(0), &w);
}

const Op ops_slice[] = {
    {.name = "Slice",
     .domain = "",
     .since = 1,
     .infer = infer_slice,
     .lower = lower_slice,
     .flags = OP_HALF_NATIVE | OP_MOVES},
    {0},
};
