/* HannWindow, HammingWindow, BlackmanWindow: https://onnx.ai/onnx/operators/onnx__HannWindow.html
 * MelWeightMatrix: https://onnx.ai/onnx/operators/onnx__MelWeightMatrix.html */
#include "op/op.h"

#include <string.h>

static bool read_datatype(Node *n, DType *t)
{
    int64_t type = attr_int(n, "output_datatype", DT_FLOAT);
    *t = (DType)type;
    if (type > 0 && type < DT_COUNT && (dtype_is_float(*t) || dtype_is_integer(*t))) return true;
    node_invalid(n, "output_datatype is %lld, expected the number of a floating-point or integer type",
                 (long long)type);
    return false;
}

/* Kernels compute float32 or float64; where something else is wanted they do it into scratch first. */
static Value *result_for(Node *n)
{
    Value *y = n->out[0];
    if (y->type.dtype == DT_FLOAT || y->type.dtype == DT_DOUBLE) return y;
    Value *wide = scratch(n, "float32", DT_FLOAT, elements(y));
    wide->type.shape = y->type.shape;
    return wide;
}

static void finish(Node *n, Value *from)
{
    Value *y = n->out[0];
    if (from == y) return;
    Step *s = step_loop(n, &y->type.shape);
    Ref x = loop_read(s, from);
    loop_store(s, y,
               loop_apply(s, compute_type(y->type.dtype),
                          mem_printf("cast_f32_%s", dtype_suffix(compute_type(y->type.dtype))), 1, &x));
}

/* -- windows ----------------------------------------------------------------------------------- */

static void infer_window(Node *n)
{
    DType t;
    Dim *size;
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !read_datatype(n, &t)) return;
    int count = need_dims(n, 0, &size);
    if (count < 0) return;
    if (count != 1 || dim_low(size[0]) < 0) {
        node_invalid(n, "size has %d elements or is negative, expected one length", count);
        return;
    }
    Shape y = shape_of(1, size);
    set_out(n, 0, t, &y);
}

static void lower_window(Node *n)
{
    static const struct {
        const char *op_type;
        double a[3];
    } windows[] = {
        {"HannWindow", {0.5, 0.5, 0}},
        {"HammingWindow", {25.0 / 46.0, 21.0 / 46.0, 0}},
        {"BlackmanWindow", {0.42, 0.5, 0.08}},
    };
    int w = 0;
    while (!foreign_is(n->op_type, windows[w].op_type)) w++;
    Value *y = result_for(n);
    Step *s = step_call(n, "cosine_window_%s", dtype_suffix(y->type.dtype));
    arg_out(s, "y", y);
    arg_dim(s, "n", dim_at(n->out[0], 0));
    arg_int(s, "periodic", attr_int(n, "periodic", 1) != 0);
    arg_real(s, "a0", windows[w].a[0]);
    arg_real(s, "a1", windows[w].a[1]);
    arg_real(s, "a2", windows[w].a[2]);
    finish(n, y);
}

/* -- mel weights ------------------------------------------------------------------------------- */

/* Sizes may be known only at run time; they count at least 1 (bands: 0). */
static bool read_mel(Node *n, Dim *sizes)
{
    for (int i = 0; i < 3; i++) {
        Dim *dims;
        int count = need_dims(n, i, &dims);
        if (count < 0) return false;
        if (count != 1 || dim_low(dims[0]) < (i > 0) || dim_high(dims[0]) >= INT32_MAX) {
            node_invalid(n, "input %d \"%s\" has %d elements, the first %s, expected one number above %d", i,
                         shown(n->in[i]->name), count, count ? shown(dim_text(dims[0])) : "missing", i > 0 ? 0 : -1);
            return false;
        }
        sizes[i] = dims[0];
    }
    return true;
}

static void infer_mel(Node *n)
{
    Dim sizes[3];
    DType t;
    if (!need_counts(n, 5, 5, 1, 1) || !need_tensor_inputs(n) || !need_float(n, 3) || !need_float(n, 4) ||
        !read_datatype(n, &t) || !read_mel(n, sizes))
        return;
    for (int i = 3; i < 5; i++)
        if (!need_equal(n, elements(n->in[i]), dim_const(1), mem_printf("elements of input %d, a number", i))) return;
    Shape y = shape_of(2, (Dim[]){dim_add(dim_floordiv(sizes[1], dim_const(2)), dim_const(1)), sizes[0]});
    set_out(n, 0, t, &y);
}

static Value *edge(Node *n, int input, DType t)
{
    Value *v = n->in[input];
    if (v->type.dtype == t) return v;
    Value *converted = scratch(n, "edge", t, dim_const(1));
    Shape one = shape_const(1, (int64_t[]){1});
    Step *s = step_loop(n, &one);
    Ref x = loop_read_strided(s, v, NULL, (Dim[]){dim_const(0)});
    loop_store(s, converted,
               loop_apply(s, t, mem_printf("cast_%s_%s", dtype_suffix(compute_type(v->type.dtype)), dtype_suffix(t)), 1,
                          &x));
    return converted;
}

static void lower_mel(Node *n)
{
    Dim sizes[3];
    if (!read_mel(n, sizes)) return;
    Value *y = result_for(n);
    DType t = n->in[3]->type.dtype == DT_DOUBLE || n->in[4]->type.dtype == DT_DOUBLE ? DT_DOUBLE : DT_FLOAT;
    Value *low = edge(n, 3, t), *high = edge(n, 4, t);
    Step *s = step_call(n, "mel_weights_%s_%s", dtype_suffix(y->type.dtype), dtype_suffix(t));
    arg_in(s, "low", low);
    arg_in(s, "high", high);
    arg_out(s, "y", y);
    arg_dim(s, "bands", sizes[0]);
    arg_dim(s, "length", sizes[1]);
    arg_dim(s, "rate", sizes[2]);
    finish(n, y);
}

const Op ops_signal_window[] = {
    {.name = "HannWindow",
     .domain = "",
     .since = 17,
     .infer = infer_window,
     .lower = lower_window,
     .flags = OP_HALF_NATIVE},
    {.name = "HammingWindow",
     .domain = "",
     .since = 17,
     .infer = infer_window,
     .lower = lower_window,
     .flags = OP_HALF_NATIVE},
    {.name = "BlackmanWindow",
     .domain = "",
     .since = 17,
     .infer = infer_window,
     .lower = lower_window,
     .flags = OP_HALF_NATIVE},
    {.name = "MelWeightMatrix",
     .domain = "",
     .since = 17,
     .infer = infer_mel,
     .lower = lower_mel,
     .flags = OP_HALF_NATIVE},
    {0},
};
