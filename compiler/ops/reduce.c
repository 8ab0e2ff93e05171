/* Reductions over axes: https://onnx.ai/onnx/operators/onnx__ReduceSum.html and its relatives.
 * The axes are an attribute at first, an input since opset 13 (ReduceSum) or 18 (the others); what is present is read.
 * Axes that lie side by side are one. Axes with kept ones between them are reduced one after the other, the last one
 * first; then what comes after the first step is a reduction of partial results.
 * Axes that are known only at run time are moved to the end by a kernel of their own, which tells the result's
 * shape. */
#include "op/op.h"

#include <string.h>

typedef struct {
    const char *name;
    const char *step, *first, *last; /* the kernel; another one in the first or last step, or NULL */
    bool keeps_integers;             /* computed in integer types as such, otherwise in float64 */
    Dim (*on_dims)(Dim a, Dim b);
} Reduction;

static const Reduction reductions[] = {
    {"ReduceL1", "l1", NULL, NULL, true, NULL},
    {"ReduceL2", "l2", NULL, NULL, false, NULL},
    {"ReduceLogSum", "sum", NULL, "log_sum", false, NULL},
    {"ReduceLogSumExp", "log_sum_exp", NULL, NULL, false, NULL},
    {"ReduceMax", "max", NULL, NULL, true, dim_max},
    {"ReduceMean", "mean", NULL, NULL, false, NULL},
    {"ReduceMin", "min", NULL, NULL, true, dim_min},
    {"ReduceProd", "prod", NULL, NULL, true, dim_mul},
    {"ReduceSum", "sum", NULL, NULL, true, dim_add},
    {"ReduceSumSquare", "sum", "sum_square", NULL, true, NULL},
};

static const Reduction *reduction_of(const Node *n)
{
    for (size_t i = 0; i < sizeof reductions / sizeof *reductions; i++)
        if (foreign_is(n->op_type, reductions[i].name)) return &reductions[i];
    internal_error("%s is no reduction", shown(n->op_type));
}

/* -- axes -------------------------------------------------------------------------------------- */

static int given_axes(Node *n, int64_t **axes)
{
    const int64_t *attribute;
    if (input_of(n, 1)) return dim_is(elements(n->in[1]), 0) ? 0 : need_ints(n, 1, axes);
    int count = attr_ints(n, "axes", &attribute);
    *axes = mem_dup(attribute, (size_t)count * sizeof **axes);
    return count;
}

/* reduced[d]: is dimension d reduced? */
static bool read_axes(Node *n, bool *reduced)
{
    int rank = n->in[0]->type.shape.rank;
    int64_t *axes;
    int count = given_axes(n, &axes);
    bool all = count == 0 && !attr_int(n, "noop_with_empty_axes", 0);
    if (count < 0) return false;
    for (int d = 0; d < rank; d++) reduced[d] = all;
    for (int i = 0; i < count; i++) {
        int axis = normalize_axis(n, axes[i], rank);
        if (axis < 0) return false;
        reduced[axis] = true;
    }
    return true;
}

static bool axes_are_known(const Node *n)
{
    Dim *axes;
    return !input_of(n, 1) || value_is_const(n->in[1]) || dim_is(elements(n->in[1]), 0) ||
           known_dims(n->in[1], &axes) >= 0;
}

/* The result's shape if the axes are known only at run time: as declared if that says it all, otherwise symbols, which
 * the kernel that looks at the axes sets. */
static bool shape_at_run_time(Node *n, Shape *y)
{
    const Shape *x = &n->in[0]->type.shape, *declared = &n->out[0]->declared.shape;
    if (!need_type(n, 1, (DType[]){DT_INT64}, 1)) return false;
    if (!dim_is_const(elements(n->in[1]))) {
        node_error(n, "input 1 \"%s\" has shape %s, expected a fixed number of axes; make them a constant",
                   shown(n->in[1]->name), shown(shape_text(&n->in[1]->type.shape)));
        return false;
    }
    bool keep = attr_int(n, "keepdims", 1);
    int64_t lowest = INT64_MAX, highest = 0, dropped = keep ? 0 : dim_value(elements(n->in[1]));
    y->rank = x->rank - (int)(dropped < x->rank ? dropped : x->rank);
    for (int d = 0; d < x->rank; d++) {
        lowest = dim_low(x->dim[d]) < lowest ? dim_low(x->dim[d]) : lowest;
        highest = dim_high(x->dim[d]) > highest ? dim_high(x->dim[d]) : highest;
    }
    for (int d = 0; d < y->rank; d++) {
        Dim said = declared->rank == y->rank ? declared->dim[d] : NULL;
        int64_t low = keep && lowest > 1 ? 1 : lowest, high = !keep                     ? highest
                                                              : dim_high(x->dim[d]) > 1 ? dim_high(x->dim[d])
                                                                                        : 1;
        y->dim[d] = said && dim_is_const(said)
                        ? said
                        : local_symbol(n, foreign_suffixed(n->out[0]->wanted, "_dim%d", d), low, high);
    }
    return true;
}

static void infer_reduce(Node *n)
{
    bool reduced[MAX_RANK];
    if (!need_counts(n, 1, 2, 1, 1) || !need_tensor_inputs(n)) return;
    DType t = n->in[0]->type.dtype;
    bool is_bool = t == DT_BOOL && (foreign_is(n->op_type, "ReduceMax") || foreign_is(n->op_type, "ReduceMin"));
    if (!dtype_is_float(t) && !dtype_is_integer(t) && !is_bool) {
        node_error(n, "input 0 \"%s\" is %s, expected a number; put a Cast before it in the model",
                   shown(n->in[0]->name), dtype_name(t));
        return;
    }
    const Shape *x = &n->in[0]->type.shape;
    bool keep = attr_int(n, "keepdims", 1);
    Shape y = {.rank = 0};
    if (!axes_are_known(n)) {
        if (shape_at_run_time(n, &y)) set_out(n, 0, t, &y);
        return;
    }
    if (!read_axes(n, reduced)) return;
    for (int d = 0; d < x->rank; d++)
        if (!reduced[d]) y.dim[y.rank++] = x->dim[d];
        else if (keep) y.dim[y.rank++] = dim_const(1);
    set_out(n, 0, t, &y);
}

/* -- elements as expressions: of a list that is reduced to one number -------------------------- */

static void reduce_elements(Node *n)
{
    const Reduction *r = reduction_of(n);
    bool reduced[MAX_RANK];
    Dim *x;
    int count = known_dims(n->in[0], &x);
    if (!r->on_dims || count < 1 || !n->in[0]->elements || !axes_are_known(n) || value_count(n->out[0]) != 1 ||
        !read_axes(n, reduced))
        return;
    Dim *y = mem_array(1, sizeof *y);
    *y = x[0];
    for (int i = 1; i < count; i++) *y = r->on_dims(*y, x[i]);
    if (dim_low(*y) > -DIM_INFINITY && dim_high(*y) < DIM_INFINITY) n->out[0]->elements = y;
}

/* -- lower ------------------------------------------------------------------------------------- */

/* Neighbouring dimensions that are all reduced, or all kept. */
typedef struct {
    Dim extent;
    bool reduced;
} Group;

static int group_dims(const Shape *x, const bool *reduced, Group *groups)
{
    int count = 0;
    for (int d = 0; d < x->rank; d++) {
        if (dim_is(x->dim[d], 1)) continue;
        if (count && groups[count - 1].reduced == reduced[d])
            groups[count - 1].extent = dim_mul(groups[count - 1].extent, x->dim[d]);
        else groups[count++] = (Group){x->dim[d], reduced[d]};
    }
    return count;
}

static Dim extent_of(const Group *groups, int from, int to)
{
    Dim product = dim_const(1);
    for (int i = from; i < to; i++) product = dim_mul(product, groups[i].extent);
    return product;
}

static int last_reduced(const Group *groups, int count)
{
    for (int i = count - 1; i >= 0; i--)
        if (groups[i].reduced) return i;
    return -1;
}

static void call_reduce(Node *n, const char *kernel, DType t, Value *x, Value *y, const Group *groups, int count,
                        int at)
{
    Step *s = step_call(n, "reduce_%s_%s", kernel, dtype_suffix(t));
    arg_in(s, "x", x);
    arg_out(s, "y", y);
    arg_dim(s, "outer", extent_of(groups, 0, at));
    arg_dim(s, "n", groups[at].extent);
    arg_dim(s, "inner", extent_of(groups, at + 1, count));
}

/* x with the axes that only the data tell moved to the end. The shape that stays is read, and checked,
 * from a tensor of its own. */
static Value *move_axes(Node *n, DType t, Value *x, Group *groups)
{
    const Shape *shape = &n->in[0]->type.shape, *kept = &n->out[0]->type.shape;
    Value *moved = scratch(n, "axes_last", t, elements(x)),
          *sizes = scratch(n, "kept", DT_INT64, dim_const(kept->rank));
    Step *s = step_call(n, "axes_last");
    arg_in(s, "x", x);
    arg_in(s, "axes", n->in[1]);
    arg_out(s, "y", moved);
    arg_out(s, "kept", sizes);
    arg_int(s, "size", dtype_bits(t) / 8);
    arg_int(s, "rank", shape->rank);
    arg_dims(s, "shape", shape->rank, shape->dim);
    arg_dim(s, "n_axes", elements(n->in[1]));
    arg_int(s, "keepdims", attr_int(n, "keepdims", 1) != 0);
    for (int d = 0; d < kept->rank; d++) lower_read(n, sizes, d, kept->dim[d]);
    groups[0] = (Group){elements(n->out[0]), false};
    groups[1] = (Group){dim_floordiv(elements(x), elements(n->out[0])), true};
    return moved;
}

/* From x to y, both of type t. */
static void lower_steps(Node *n, DType t, Value *x, Value *y)
{
    const Reduction *r = reduction_of(n);
    Group groups[MAX_RANK + 1];
    bool reduced[MAX_RANK];
    int count = 2;
    if (!axes_are_known(n)) x = move_axes(n, t, x, groups);
    else if (read_axes(n, reduced)) count = group_dims(&n->in[0]->type.shape, reduced, groups);
    if (last_reduced(groups, count) < 0) { /* nothing to reduce is a reduction over an axis of 1, in front */
        memmove(groups + 1, groups, (size_t)count * sizeof *groups);
        groups[0] = (Group){dim_const(1), true};
        count++;
    }
    for (bool first = true;; first = false) {
        int at = last_reduced(groups, count);
        bool last = last_reduced(groups, at) < 0;
        Dim left = dim_mul(extent_of(groups, 0, at), extent_of(groups, at + 1, count));
        Value *to = last ? y : scratch(n, "partial", t, left);
        const char *kernel = first && r->first ? r->first : last && r->last ? r->last : r->step;
        call_reduce(n, kernel, t, x, to, groups, count, at);
        if (last) return;
        memmove(groups + at, groups + at + 1, (size_t)(count - at - 1) * sizeof *groups);
        count--;
        x = to;
    }
}

static void convert(Node *n, Value *x, Value *y)
{
    Step *s = step_loop(n, &x->type.shape);
    loop_store(s, y, loop_convert(s, loop_read(s, x), x->type.dtype, y->type.dtype));
}

static void lower_reduce(Node *n)
{
    Value *x = n->in[0], *y = n->out[0];
    DType t = x->type.dtype, computed = t == DT_BOOL                                           ? DT_UINT8
                                        : dtype_is_float(t) || reduction_of(n)->keeps_integers ? t
                                                                                               : DT_DOUBLE;
    if (computed == t) {
        lower_steps(n, t, x, y);
        return;
    }
    Value *wide = scratch(n, "wide", computed, elements(x)), *result = scratch(n, "result", computed, elements(y));
    convert(n, x, wide);
    lower_steps(n, computed, wide, result);
    convert(n, result, y);
}

#define REDUCE(n) \
    { \
        .name = n, .domain = "", .since = 1, .infer = infer_reduce, .lower = lower_reduce, .elements = reduce_elements \
    }

const Op ops_reduce[] = {
    REDUCE("ReduceL1"),
    REDUCE("ReduceL2"),
    REDUCE("ReduceLogSum"),
    REDUCE("ReduceLogSumExp"),
    REDUCE("ReduceMax"),
    REDUCE("ReduceMean"),
    REDUCE("ReduceMin"),
    REDUCE("ReduceProd"),
    REDUCE("ReduceSum"),
    REDUCE("ReduceSumSquare"),
    {0},
};
