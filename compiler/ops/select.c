/* Compress, NonZero, Unique: results whose size depends on the data.
 * https://onnx.ai/onnx/operators/onnx__Compress.html, onnx__NonZero.html, onnx__Unique.html
 * Where the data are constants the size is counted here; otherwise it is a symbol that the kernel sets, bounded by the
 * input's size or by --dim. */
#include "ops/shared/shared.h"

#include "kernels.h"
#include "base/base.h"

#include <stdlib.h>
#include <string.h>

/* The kernel's last arguments: how many there is room for, and where it stores how many there are. */
static void arg_count(Step *s, Node *n, Dim count)
{
    arg_int(s, "most", dim_high(count));
    if (dim_is_const(count)) arg_out(s, "count", scratch(n, "count", DT_INT32, dim_const(1)));
    else arg_symbol(s, "count", count);
}

/* -- Compress ---------------------------------------------------------------------------------- */

/* The tensor as [outer][axis][inner]; without an axis it is flat. */
typedef struct {
    int axis;
    Dim outer, size, inner;
} Axis;

static bool read_axis(Node *n, Axis *a)
{
    const Shape *x = &n->in[0]->type.shape;
    *a = (Axis){-1, dim_const(1), shape_elements(x), dim_const(1)};
    if (!attr_find(n, "axis")) return true;
    a->axis = attr_axis(n, "axis", 0, x->rank);
    if (a->axis < 0) return false;
    *a = (Axis){a->axis, shape_product(x, 0, a->axis), x->dim[a->axis], axis_stride(x, a->axis)};
    return true;
}

static Dim count_selected(Node *n, const Axis *a)
{
    const Value *condition = n->in[1];
    Dim most = dim_min(a->size, dim_at(condition, 0));
    if (!condition->data || !dim_is_const(most)) return count_of_data(n, 0, a->axis < 0 ? 0 : a->axis, most);
    int64_t count = 0;
    for (int64_t i = 0; i < dim_value(most); i++) count += const_as_int(condition, i) != 0;
    return dim_const(count);
}

static void infer_compress(Node *n)
{
    static const DType types[] = {DT_BOOL};
    Axis a;
    if (!need_counts(n, 2, 2, 1, 1) || !need_tensor_inputs(n) || !need_type(n, 1, types, 1) || !need_rank(n, 1, 1, 1) ||
        !need_bytes(n, 0, true) || !read_axis(n, &a))
        return;
    Dim count = count_selected(n, &a);
    Shape y = a.axis < 0 ? shape_of(1, &count) : n->in[0]->type.shape;
    if (a.axis >= 0) y.dim[a.axis] = count;
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

static void lower_compress(Node *n)
{
    Axis a;
    int parts;
    read_axis(n, &a);
    const char *suffix = moved_as(n->in[0]->type.dtype, &parts);
    Step *s = step_call(n, "compress_%s", suffix);
    arg_in(s, "x", n->in[0]);
    arg_in(s, "condition", n->in[1]);
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "outer", a.outer);
    arg_dim(s, "axis", a.size);
    arg_dim(s, "inner", dim_mul(a.inner, dim_const(parts)));
    arg_dim(s, "length", dim_at(n->in[1], 0));
    arg_count(s, n, dim_at(n->out[0], a.axis < 0 ? 0 : a.axis));
}

/* -- NonZero ----------------------------------------------------------------------------------- */

static bool need_comparable(Node *n)
{
    DType t = n->in[0]->type.dtype;
    if (dtype_is_float(t) || dtype_is_integer(t) || t == DT_BOOL || t == DT_STRING) return true;
    node_error(n, "input 0 is %s, expected a float, an integer, bool or string; put a Cast before it in the model",
               dtype_name(t));
    return false;
}

static Dim count_nonzero(Node *n)
{
    const Value *x = n->in[0];
    if (!x->data) return count_of_data(n, 0, 1, elements(x));
    int64_t count = 0;
    for (int64_t i = 0; i < value_count(x); i++)
        count += x->type.dtype == DT_STRING ? !foreign_empty(value_string(x, i))
                                            : number_real(x->type.dtype, x->data, i) != 0;
    return dim_const(count);
}

/* A scalar has no dimensions, so its result has no rows. */
static void infer_nonzero(Node *n)
{
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !need_comparable(n)) return;
    Shape y = shape_of(2, (Dim[]){dim_const(n->in[0]->type.shape.rank), count_nonzero(n)});
    set_out(n, 0, DT_INT64, &y);
}

static void lower_nonzero(Node *n)
{
    const Shape *x = &n->in[0]->type.shape;
    Step *s = step_call(n, "nonzero_%s", dtype_suffix(n->in[0]->type.dtype));
    arg_in(s, "x", n->in[0]);
    arg_out(s, "y", n->out[0]);
    arg_int(s, "rank", x->rank);
    arg_dims(s, "dims", x->rank, x->dim);
    arg_count(s, n, dim_at(n->out[0], 1));
}

/* -- Unique ------------------------------------------------------------------------------------ */

/* By the kernel itself. */
static Dim count_unique(Node *n, const Axis *a)
{
    const Value *x = n->in[0];
    if (!x->data || dtype_is_half(x->type.dtype)) return count_of_data(n, 0, a->axis < 0 ? 0 : a->axis, a->size);
    const struct unique p = {.outer = (int32_t)dim_value(a->outer),
                             .n = (int32_t)dim_value(a->size),
                             .inner = (int32_t)dim_value(a->inner),
                             .sorted = 1};
    int32_t count = 0, *scratch = calloc(3 * (size_t)p.n + 1, sizeof *scratch);
    void *y = calloc((size_t)value_bytes(x) + 1, 1);
    if (!scratch || !y) internal_error("out of memory while folding constants");
    switch (x->type.dtype) {
#define COUNT(type, suffix) \
    case type: unique_##suffix(x->data, y, NULL, NULL, NULL, scratch, &p, p.n, &count); break
        COUNT(DT_FLOAT, f32);
        COUNT(DT_DOUBLE, f64);
        COUNT(DT_STRING, str);
        COUNT(DT_BOOL, bool);
        COUNT(DT_INT8, i8);
        COUNT(DT_INT16, i16);
        COUNT(DT_INT32, i32);
        COUNT(DT_INT64, i64);
        COUNT(DT_UINT8, u8);
        COUNT(DT_UINT16, u16);
        COUNT(DT_UINT32, u32);
        COUNT(DT_UINT64, u64);
#undef COUNT
    default: internal_error("unique items of type %s", dtype_name(x->type.dtype));
    }
    free(scratch);
    free(y);
    return dim_const(count);
}

static void infer_unique(Node *n)
{
    Axis a;
    if (!need_counts(n, 1, 1, 1, 4) || !need_tensor_inputs(n) || !need_comparable(n) || !read_axis(n, &a)) return;
    Dim count = count_unique(n, &a);
    Shape list = shape_of(1, &count), items = shape_of(1, &a.size), y = a.axis < 0 ? list : n->in[0]->type.shape;
    if (a.axis >= 0) y.dim[a.axis] = count;
    set_out(n, 0, n->in[0]->type.dtype, &y);
    set_out(n, 1, DT_INT64, &list);
    set_out(n, 2, DT_INT64, &items);
    set_out(n, 3, DT_INT64, &list);
}

static void lower_unique(Node *n)
{
    Axis a;
    read_axis(n, &a);
    Step *s = step_call(n, "unique_%s", dtype_suffix(n->in[0]->type.dtype));
    arg_in(s, "x", n->in[0]);
    arg_out(s, "y", output_of(n, 0));
    arg_out(s, "first", output_of(n, 1));
    arg_out(s, "inverse", output_of(n, 2));
    arg_out(s, "counts", output_of(n, 3));
    arg_out(s, "scratch", scratch(n, "items", DT_INT32, dim_mul(dim_const(3), a.size)));
    arg_struct(s, "p", "struct unique");
    arg_field(s, "outer", a.outer);
    arg_field(s, "n", a.size);
    arg_field(s, "inner", a.inner);
    arg_field_int(s, "sorted", attr_int(n, "sorted", 1) != 0);
    arg_count(s, n, dim_at(n->out[0], a.axis < 0 ? 0 : a.axis));
}

const Op ops_select[] = {
    {.name = "Compress",
     .domain = "",
     .since = 9,
     .infer = infer_compress,
     .lower = lower_compress,
     .flags = OP_HALF_NATIVE | OP_MOVES},
    {.name = "NonZero", .domain = "", .since = 9, .infer = infer_nonzero, .lower = lower_nonzero},
    {.name = "Unique", .domain = "", .since = 11, .infer = infer_unique, .lower = lower_unique},
    {0},
};
