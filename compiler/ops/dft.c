/* DFT: https://onnx.ai/onnx/operators/onnx__DFT.html
 * STFT: https://onnx.ai/onnx/operators/onnx__STFT.html
 * DFT has its axis as an attribute before opset 20, since then as an input, which may be known only at run time: sizes
 * are then expressions of it. */
#include "kernels.h"
#include "op/op.h"

/* An optional scalar input, or `otherwise`. */
static bool read_scalar(Node *n, int input, Dim otherwise, Dim *value)
{
    Dim *dims;
    *value = otherwise;
    if (!input_of(n, input)) return true;
    int count = need_dims(n, input, &dims);
    if (count == 1) *value = dims[0];
    else if (count >= 0) node_invalid(n, "input %d has %d elements, expected one", input, count);
    return count == 1;
}

/* The table for a length: a constant, or computed where it is needed. */
static Value *table_for(Node *n, DType t, Dim length)
{
    if (!dim_is_const(length) || dim_value(length) > MOST_IN_TABLE) {
        Value *table = scratch(n, "table", t, dim_mul(dim_const(2), length));
        Step *s = step_call(n, "dft_table_%s", dtype_suffix(t));
        arg_out(s, "table", table);
        arg_dim(s, "n", length);
        return table;
    }
    int64_t size = dim_value(length);
    void *data = mem_array((size_t)size + 1, 2 * (size_t)dtype_bytes(t, 1));
    if (t == DT_DOUBLE) dft_table_f64(data, (int32_t)size);
    else dft_table_f32(data, (int32_t)size);
    Shape shape = shape_const(2, (int64_t[]){size, 2});
    Value *table = value_const(n->graph, foreign_suffixed(foreign("dft_table"), "_%lld", (long long)size), t, &shape,
                               data);
    table->origin = "powers of the root of unity";
    return table;
}

static bool need_length(Node *n, Dim length, const char *what)
{
    if (dim_low(length) >= 1 && dim_high(length) < INT32_MAX / 4) return true;
    node_invalid(n, "%s is %s, expected at least 1 and below 2^29", what, shown(dim_text(length)));
    return false;
}

/* -- DFT --------------------------------------------------------------------------------------- */

typedef struct {
    Dim axis, length, in, out;
    bool inverse, onesided;
    int parts;
} Transform;

/* 1 if a > b, otherwise 0. */
static Dim above(Dim a, Dim b)
{
    return dim_max(dim_const(0), dim_min(dim_const(1), dim_sub(a, b)));
}

/* `one` where c is 1, `otherwise` where it is 0. */
static Dim choose(Dim c, Dim one, Dim otherwise)
{
    return dim_add(otherwise, dim_mul(c, dim_sub(one, otherwise)));
}

static Dim is_axis(Dim axis, int d)
{
    return dim_sub(dim_const(1), dim_add(above(axis, dim_const(d)), above(dim_const(d), axis)));
}

/* The size of x along the axis, which is one of several if it is known only at run time; bounds tell
 * that to the arithmetic. */
static Dim size_along(const Value *x, Dim axis)
{
    int from = (int)dim_low(axis), to = (int)dim_high(axis);
    Dim size = dim_at(x, from), least = size, most = size;
    for (int d = from + 1; d <= to; d++) {
        size = choose(is_axis(axis, d), dim_at(x, d), size);
        least = dim_min(least, dim_at(x, d));
        most = dim_max(most, dim_at(x, d));
    }
    return dim_is_const(size) ? size : dim_max(least, dim_min(most, size));
}

static bool read_axis(Node *n, int rank, Dim *axis)
{
    if (n->opset < 20) {
        int fixed = attr_axis(n, "axis", 1, rank);
        *axis = dim_const(fixed);
        if (fixed < 0) return false;
    } else if (!read_scalar(n, 2, dim_const(-2), axis)) {
        return false;
    }
    int64_t low = dim_low(*axis), high = dim_high(*axis);
    if (low >= -rank && high <= rank - 2 && (low >= 0 || high <= -2)) {
        if (low < 0) *axis = dim_add(*axis, dim_const(rank));
        return true;
    }
    node_invalid(n, "the axis is %s, expected 0 to %d or %d to -2, as the last one holds real and imaginary parts",
                 shown(dim_text(*axis)), rank - 2, -rank);
    return false;
}

static bool read_parts(Node *n, const Value *x, int *parts)
{
    Dim last = dim_at(x, -1);
    *parts = dim_is(last, 2) ? 2 : 1;
    if (dim_is(last, 1) || dim_is(last, 2)) return true;
    node_invalid(n, "the last axis of \"%s\" is %s, expected 1 for real and 2 for complex numbers", shown(x->name),
                 shown(dim_text(last)));
    return false;
}

static bool read_transform(Node *n, Transform *t)
{
    const Value *x = n->in[0];
    Dim two = dim_const(2), one = dim_const(1);
    *t = (Transform){.inverse = attr_int(n, "inverse", 0)};
    t->onesided = attr_int(n, "onesided", 0);
    if (!read_parts(n, x, &t->parts) || !read_axis(n, x->type.shape.rank, &t->axis)) return false;
    t->in = size_along(x, t->axis);
    Dim whole = t->inverse && t->onesided ? dim_mul(two, dim_sub(t->in, one)) : t->in;
    if (!read_scalar(n, 1, whole, &t->length) || !need_length(n, t->length, "dft_length")) return false;
    t->out = t->onesided && !t->inverse ? dim_add(dim_floordiv(t->length, two), one) : t->length;
    if (!t->onesided || t->parts == (t->inverse ? 2 : 1)) return true;
    node_invalid(n, "onesided is set for %s input, expected %s numbers", t->parts == 2 ? "complex" : "real",
                 t->inverse ? "complex" : "real");
    return false;
}

static void infer_dft(Node *n)
{
    Transform t;
    if (!need_counts(n, 1, n->opset < 20 ? 2 : 3, 1, 1) || !need_tensor_inputs(n) || !need_float(n, 0) ||
        !need_rank(n, 0, 2, -1) || !read_transform(n, &t))
        return;
    Shape y = n->in[0]->type.shape;
    for (int d = 0; d < y.rank - 1; d++) y.dim[d] = choose(is_axis(t.axis, d), t.out, y.dim[d]);
    y.dim[y.rank - 1] = dim_const(t.inverse && t.onesided ? 1 : 2);
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

static void lower_dft(Node *n)
{
    Transform t;
    if (!read_transform(n, &t)) return;
    Value *x = n->in[0];
    const Shape *shape = &x->type.shape;
    DType type = x->type.dtype;
    Value *table = table_for(n, type, t.length);
    Step *s = step_call(n, "dft_%s", dtype_suffix(type));
    arg_in(s, "x", x);
    arg_in(s, "table", table);
    arg_out(s, "work", scratch(n, "work", type, dim_mul(dim_const(4), t.length)));
    arg_out(s, "y", n->out[0]);
    arg_struct(s, "p", "struct dft");
    Dim outer = dim_const(1), inner = outer;
    for (int d = 0; d < shape->rank - 1; d++) {
        outer = dim_mul(outer, choose(above(t.axis, dim_const(d)), shape->dim[d], dim_const(1)));
        inner = dim_mul(inner, choose(above(dim_const(d), t.axis), shape->dim[d], dim_const(1)));
    }
    arg_field(s, "outer", outer);
    arg_field(s, "in", t.in);
    arg_field(s, "out", t.out);
    arg_field(s, "inner", inner);
    arg_field(s, "length", t.length);
    arg_field_int(s, "parts", t.parts);
    arg_field_int(s, "inverse", t.inverse);
    arg_field_int(s, "real", t.inverse && t.onesided);
}

/* -- STFT -------------------------------------------------------------------------------------- */

typedef struct {
    Dim step, length, frames, out;
    int parts;
} Frames;

static bool read_frames(Node *n, Frames *f)
{
    const Value *x = n->in[0], *window = input_of(n, 2);
    Dim signal = dim_at(x, 1), one = dim_const(1);
    f->parts = 1;
    if (x->type.shape.rank == 3 && !read_parts(n, x, &f->parts)) return false;
    if (!read_scalar(n, 1, one, &f->step) || !need_length(n, f->step, "frame_step")) return false;
    if (!read_scalar(n, 3, window ? dim_at(window, 0) : signal, &f->length) ||
        !need_length(n, f->length, "frame_length"))
        return false;
    if (window && !need_equal(n, dim_at(window, 0), f->length, "length of the window and frame_length")) return false;
    if (dim_low(dim_sub(signal, f->length)) < 0) {
        node_error(n,
                   "a frame has %s samples, expected at most the signal's %s; check how the model was exported, or fix "
                   "the signal's length with --dim",
                   shown(dim_text(f->length)), shown(dim_text(signal)));
        return false;
    }
    bool onesided = attr_int(n, "onesided", 1);
    f->frames = dim_add(dim_floordiv(dim_sub(signal, f->length), f->step), one);
    f->out = onesided ? dim_add(dim_floordiv(f->length, dim_const(2)), one) : f->length;
    if (!onesided || f->parts == 1) return true;
    node_invalid(n, "onesided is set for a complex signal, expected a real one");
    return false;
}

static void infer_stft(Node *n)
{
    Frames f;
    if (!need_counts(n, 2, 4, 1, 1) || !need_tensor_inputs(n) || !need_float(n, 0) || !need_same_type(n, 0, 2) ||
        !need_rank(n, 0, 2, 3) || !need_rank(n, 2, 1, 1) || !read_frames(n, &f))
        return;
    Shape y = shape_of(4, (Dim[]){dim_at(n->in[0], 0), f.frames, f.out, dim_const(2)});
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

static void lower_stft(Node *n)
{
    Frames f;
    if (!read_frames(n, &f)) return;
    Value *x = n->in[0];
    DType type = x->type.dtype;
    Value *table = table_for(n, type, f.length);
    Step *s = step_call(n, "stft_%s", dtype_suffix(type));
    arg_in(s, "x", x);
    arg_in(s, "window", input_of(n, 2));
    arg_in(s, "table", table);
    arg_out(s, "work", scratch(n, "work", type, dim_mul(dim_const(4), f.length)));
    arg_out(s, "y", n->out[0]);
    arg_struct(s, "p", "struct stft");
    arg_field(s, "batch", dim_at(x, 0));
    arg_field(s, "signal", dim_at(x, 1));
    arg_field(s, "frames", f.frames);
    arg_field(s, "out", f.out);
    arg_field(s, "length", f.length);
    arg_field(s, "step", f.step);
    arg_field_int(s, "parts", f.parts);
}

const Op ops_dft[] = {
    {.name = "DFT", .domain = "", .since = 17, .infer = infer_dft, .lower = lower_dft},
    {.name = "STFT", .domain = "", .since = 17, .infer = infer_stft, .lower = lower_stft},
    {0},
};
