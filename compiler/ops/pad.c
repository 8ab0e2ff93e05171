/* Pad, CenterCropPad: https://onnx.ai/onnx/operators/onnx__Pad.html, onnx__CenterCropPad.html
 * Both place a window of the input in the result. Negative pads crop, before anything is repeated. Pads are an
 * attribute before opset 11 (named "paddings" in opset 1) and an input since; the axes they
 * are for came with opset 18. */
#include "ops/shared/shared.h"

#include <string.h>

/* -- Pad --------------------------------------------------------------------------------------- */

/* The pads as listed: begins of the axes they are for, then ends. Count, -1 with an error. */
static int listed_pads(Node *n, Dim **pads)
{
    const int64_t *values;
    if (n->opset >= 11) return need_dims(n, 1, pads);
    int count = attr_ints(n, n->opset < 2 ? "paddings" : "pads", &values);
    *pads = mem_array((size_t)count + 1, sizeof **pads);
    for (int i = 0; i < count; i++) (*pads)[i] = dim_const(values[i]);
    return count;
}

/* The axes that the pads are for, NULL for all of them; numbers from 0 on if they are constants.
 * Count, -1 with an error. */
static int listed_axes(Node *n, Dim **axes)
{
    const int rank = n->in[0]->type.shape.rank;
    Dim *given;
    *axes = NULL;
    if (!input_of(n, 3)) return rank;
    if (!can_propagate(n, 3)) read_within(n, 3, -rank, rank - 1);
    int count = need_dims(n, 3, &given);
    if (count < 0) return -1;
    *axes = mem_array((size_t)count + 1, sizeof **axes);
    for (int i = 0; i < count; i++) {
        int axis = dim_is_const(given[i]) ? normalize_axis(n, dim_value(given[i]), rank) : 0;
        if (axis < 0) return -1;
        (*axes)[i] = dim_is_const(given[i]) ? dim_const(axis) : given[i];
    }
    return count;
}

/* 1 where `axis`, of which only the data tell, is d, otherwise 0. */
static Dim is_axis(Dim axis, int d, int rank)
{
    Dim distance = dim_sub(dim_mod(axis, dim_const(rank)), dim_const(d)), one = dim_const(1);
    return dim_sub(one, dim_min(one, dim_max(distance, dim_sub(dim_const(0), distance))));
}

/* A pair of pads goes to every axis that it may be for, as often as it is. */
static void pad_one_of(Node *n, Dim axis, Dim first, Dim last, Dim *before, Dim *after)
{
    const int rank = n->in[0]->type.shape.rank;
    assume_equal(n, dim_max(dim_const(-rank), dim_min(axis, dim_const(rank - 1))), axis);
    for (int d = 0; d < rank; d++) {
        before[d] = dim_add(before[d], dim_mul(is_axis(axis, d, rank), first));
        after[d] = dim_add(after[d], dim_mul(is_axis(axis, d, rank), last));
    }
}

/* Elements added before and after each axis. */
static bool read_pads(Node *n, Dim *before, Dim *after)
{
    const Shape *x = &n->in[0]->type.shape;
    Dim *pads, *axes;
    int count = listed_pads(n, &pads), axes_count = listed_axes(n, &axes);
    bool seen[MAX_RANK] = {false};
    if (count < 0 || axes_count < 0) return false;
    if (count != 2 * axes_count) {
        node_invalid(n, "has %d pads for %d axes, expected two for each", count, axes_count);
        return false;
    }
    for (int d = 0; d < x->rank; d++) before[d] = after[d] = dim_const(0);
    for (int i = 0; i < axes_count; i++) {
        if (axes && !dim_is_const(axes[i])) {
            pad_one_of(n, axes[i], pads[i], pads[axes_count + i], before, after);
            continue;
        }
        int axis = axes ? (int)dim_value(axes[i]) : i;
        if (seen[axis]) {
            node_invalid(n, "axis %d is listed twice", axis);
            return false;
        }
        seen[axis] = true;
        before[axis] = dim_add(before[axis], pads[i]);
        after[axis] = dim_add(after[axis], pads[axes_count + i]);
    }
    return true;
}

static bool read_mode(Node *n, const char **mode)
{
    static const char *const modes[] = {"constant", "reflect", "edge", "wrap"};
    int known = n->opset < 19 ? 3 : 4;
    Foreign given = attr_string(n, "mode", "constant");
    for (int i = 0; i < known; i++) {
        *mode = modes[i];
        if (foreign_is(given, *mode)) return true;
    }
    node_invalid(n, "mode is \"%s\", expected constant, reflect, edge%s", shown(given),
                 known > 3 ? " or wrap" : " (wrap since opset 19)");
    return false;
}

/* The padded size of an axis, or NULL with an error. */
static Dim padded_size(Node *n, int axis, Dim size, Dim before, Dim after, bool repeats)
{
    Dim padded = dim_add(size, dim_add(before, after)), zero = dim_const(0);
    Dim kept = dim_add(size, dim_add(dim_min(before, zero), dim_min(after, zero)));
    if (!repeats && dim_is(padded, 0)) return padded; /* nothing is left, however it is cut */
    if (dim_high(padded) < 0 || dim_high(kept) < 0) {
        node_invalid(n, "pads of %s and %s leave less than nothing of axis %d, which has %s elements",
                     shown(dim_text(before)), shown(dim_text(after)), axis, shown(dim_text(size)));
        return NULL;
    }
    if (dim_low(kept) < 0) assume_equal(n, dim_max(kept, zero), kept);
    if (!repeats || dim_high(kept) > 0 || dim_is(padded, 0)) return padded;
    node_invalid(n, "axis %d has no element that padding could repeat", axis);
    return NULL;
}

/* The attribute is a number. */
static bool need_number_to_pad(Node *n)
{
    DType t = n->in[0]->type.dtype;
    if (n->opset >= 11 || dtype_is_float(t) || dtype_is_integer(t) || t == DT_BOOL) return true;
    node_error(n,
               "input 0 \"%s\" is %s, expected a number; put a Cast before it in the model, or export it at opset 11",
               shown(n->in[0]->name), dtype_name(t));
    return false;
}

static void infer_pad(Node *n)
{
    Dim before[MAX_RANK], after[MAX_RANK];
    const char *mode;
    bool inputs = n->opset >= 11;
    if (!need_counts(n, inputs ? 2 : 1,
                     n->opset >= 18 ? 4
                     : inputs       ? 3
                                    : 1,
                     1, 1) ||
        !need_tensor_inputs(n) || !need_bytes(n, 0, false) || !need_number_to_pad(n))
        return;
    if (!read_mode(n, &mode) || !read_pads(n, before, after)) return;
    const Value *value = input_of(n, 2);
    if (value && (!need_same_type(n, 0, 2) ||
                  !need_equal(n, elements(value), dim_const(1), "elements of the constant value, and 1")))
        return;
    Shape y = n->in[0]->type.shape;
    for (int d = 0; d < y.rank; d++) {
        y.dim[d] = padded_size(n, d, y.dim[d], before[d], after[d], strcmp(mode, "constant") != 0);
        if (!y.dim[d]) return;
    }
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

static void lower_pad(Node *n)
{
    Dim after[MAX_RANK];
    Padding p = {.value = input_of(n, 2)};
    double attribute = n->opset < 11 ? attr_float(n, "value", 0) : 0;
    read_mode(n, &p.mode);
    read_pads(n, p.before, after);
    if (attribute != 0) p.value = const_scalar(n, n->in[0]->type.dtype, attribute);
    lower_padding(n, n->in[0], n->out[0], &p);
}

/* -- CenterCropPad ----------------------------------------------------------------------------- */

/* The shape wanted: `shape` for the axes it is for, otherwise the input's. */
static bool read_target(Node *n, Shape *target)
{
    Dim *sizes;
    const int64_t *axes;
    int count = need_dims(n, 1, &sizes), axes_count = attr_ints(n, "axes", &axes);
    *target = n->in[0]->type.shape;
    if (count < 0) return false;
    if (count != (attr_find(n, "axes") ? axes_count : target->rank)) {
        node_invalid(n, "has %d sizes, expected one for each axis it is for", count);
        return false;
    }
    for (int i = 0; i < count; i++) {
        int axis = axes ? normalize_axis(n, axes[i], target->rank) : i;
        if (axis < 0) return false;
        if (dim_high(sizes[i]) < 0) {
            node_invalid(n, "size %d is %s, expected 0 or more", i, shown(dim_text(sizes[i])));
            return false;
        }
        target->dim[axis] = sizes[i];
    }
    return true;
}

static void infer_center_crop_pad(Node *n)
{
    static const DType index_types[] = {DT_INT64, DT_INT32};
    Shape target;
    if (!need_counts(n, 2, 2, 1, 1) || !need_tensor_inputs(n) || !need_type(n, 1, index_types, 2) ||
        !need_bytes(n, 0, false))
        return;
    if (read_target(n, &target)) set_out(n, 0, n->in[0]->type.dtype, &target);
}

/* Half of what is missing or too much goes before, rounded toward zero; the odd element after. */
static void lower_center_crop_pad(Node *n)
{
    const Shape *x = &n->in[0]->type.shape, *y = &n->out[0]->type.shape;
    Padding p = {.mode = "constant"};
    Dim zero = dim_const(0), two = dim_const(2);
    for (int d = 0; d < x->rank; d++) {
        Dim missing = dim_sub(y->dim[d], x->dim[d]);
        p.before[d] = dim_add(dim_max(zero, dim_floordiv(missing, two)), dim_min(zero, dim_ceildiv(missing, two)));
    }
    lower_padding(n, n->in[0], n->out[0], &p);
}

const Op ops_pad[] = {
    {.name = "Pad", .domain = "", .since = 1, .infer = infer_pad, .lower = lower_pad, .flags = OP_HALF_NATIVE},
    {.name = "CenterCropPad",
     .domain = "",
     .since = 18,
     .infer = infer_center_crop_pad,
     .lower = lower_center_crop_pad,
     .flags = OP_HALF_NATIVE},
    {0},
};
