/* move: the steps of operators that only move elements. */
#include "ops/shared/moves.h"

#include <string.h>

/* -- element types ----------------------------------------------------------------------------- */

const char *moved_as(DType t, int *per_element)
{
    int parts = dtype_is_complex(t) ? 2 : 1;
    if (per_element) *per_element = parts;
    if (t == DT_STRING) return "str";
    switch (dtype_bits(t) / parts) {
    case 8: return "b1";
    case 16: return "b2";
    case 32: return "b4";
    case 64: return "b8";
    default: internal_error("elements of type %s are moved one by one", dtype_name(t));
    }
}

bool need_bytes(Node *n, int input, bool complex_too)
{
    const Value *v = input_of(n, input);
    if (!v) return true;
    DType t = v->type.dtype;
    if (dtype_bits(t) >= 8 && (complex_too || !dtype_is_complex(t))) return true;
    node_error(n, "input %d \"%s\" is %s, expected elements of whole bytes%s; %s", input, shown(v->name), dtype_name(t),
               complex_too ? "" : " that are no complex numbers",
               dtype_is_complex(t) ? "work on real and imaginary parts in a dimension of their own"
                                   : "put a Cast to int8 or uint8 before it in the model");
    return false;
}

/* -- walks ------------------------------------------------------------------------------------- */

Dim axis_stride(const Shape *s, int axis)
{
    return shape_product(s, axis + 1, s->rank);
}

void walk_axis(Walk *w, Dim extent, Dim x_stride)
{
    if (w->rank == MAX_WALK) internal_error("a walk of more than %d dimensions", MAX_WALK);
    w->extent[w->rank] = extent;
    w->x_stride[w->rank] = x_stride;
    w->y_stride[w->rank++] = NULL;
}

/* Does axis d go on where a full turn of axis d + 1 ends, in both tensors? */
static bool continues(const Walk *w, int d)
{
    Dim inner = w->extent[d + 1];
    return w->x_stride[d] == dim_mul(w->x_stride[d + 1], inner) && w->y_stride[d] == dim_mul(w->y_stride[d + 1], inner);
}

static void remove_axis(Walk *w, int d)
{
    size_t after = (size_t)(--w->rank - d) * sizeof(Dim);
    memmove(&w->extent[d], &w->extent[d + 1], after);
    memmove(&w->x_stride[d], &w->x_stride[d + 1], after);
    memmove(&w->y_stride[d], &w->y_stride[d + 1], after);
}

/* The same walk with as few loops as possible. */
static Walk simplified(const Walk *given)
{
    Walk w = *given;
    Dim dense = dim_const(1);
    for (int d = w.rank - 1; d >= 0; d--) {
        if (!w.y_stride[d]) w.y_stride[d] = dense;
        dense = dim_mul(dense, w.extent[d]);
    }
    for (int d = w.rank - 1; d >= 0; d--)
        if (dim_is(w.extent[d], 1)) remove_axis(&w, d);
    for (int d = w.rank - 2; d >= 0; d--) {
        if (!continues(&w, d)) continue;
        w.extent[d + 1] = dim_mul(w.extent[d], w.extent[d + 1]);
        remove_axis(&w, d);
    }
    return w;
}

static Dim walk_elements(const Walk *w)
{
    Dim count = dim_const(1);
    for (int d = 0; d < w->rank; d++) count = dim_mul(count, w->extent[d]);
    return count;
}

/* Complex numbers: one loop more, over their parts. */
static void split_elements(Walk *w, int parts)
{
    if (parts == 1) return;
    for (int d = 0; d < w->rank; d++) {
        w->x_stride[d] = dim_mul(w->x_stride[d], dim_const(parts));
        w->y_stride[d] = dim_mul(w->y_stride[d], dim_const(parts));
    }
    walk_axis(w, dim_const(parts), dim_const(1));
    w->y_stride[w->rank - 1] = dim_const(1);
}

/* -- the ways to go ---------------------------------------------------------------------------- */

/* A stretch of elements in one piece. Strings lie closer on a machine of 32 bits than the compiler counts:
 * only whole tensors of them. */
static bool lower_stretch(Node *n, Value *x, Dim x_offset, Value *y, Dim y_offset, const Walk *w)
{
    DType t = y->type.dtype;
    Dim count = walk_elements(w), bits = dim_const(dtype_bits(t)), byte = dim_const(8);
    bool stretch = w->rank == 0 || (w->rank == 1 && dim_is(w->x_stride[0], 1) && dim_is(w->y_stride[0], 1));
    if (!stretch || (t == DT_STRING && (!dim_is(x_offset, 0) || !dim_is(y_offset, 0)))) return false;
    if (!dim_divides(byte, dim_mul(x_offset, bits)) || !dim_divides(byte, dim_mul(y_offset, bits))) return false;
    if (!dim_divides(byte, dim_mul(count, bits)) && count != elements(y)) return false;
    step_copy(n, y, dim_floordiv(dim_mul(y_offset, bits), byte), x, dim_floordiv(dim_mul(x_offset, bits), byte),
              dim_ceildiv(dim_mul(count, bits), byte));
    return true;
}

static void lower_packed(Node *n, Value *x, Dim x_offset, Value *y, const Walk *w)
{
    if (walk_elements(w) != elements(y)) {
        node_error(n,
                   "moves %s elements into a part of a tensor, expected elements of whole bytes; put a Cast to int8 or "
                   "uint8 before it in the model",
                   dtype_name(y->type.dtype));
        return;
    }
    Step *s = step_call(n, "copy_packed");
    arg_in(s, "x", x);
    arg_out(s, "y", y);
    arg_int(s, "bits", dtype_bits(y->type.dtype));
    arg_dim(s, "x_at", x_offset);
    arg_int(s, "rank", w->rank);
    arg_dims(s, "extent", w->rank, w->extent);
    arg_dims(s, "x_stride", w->rank, w->x_stride);
}

/* [batch][rows][cols] of x to [batch][cols][rows] of y, batch being the first axis or nothing. */
static bool is_transposition(const Walk *w)
{
    if (w->rank != 2 && w->rank != 3) return false;
    int c = w->rank - 2, r = w->rank - 1;
    if (!dim_is(w->y_stride[r], 1) || w->y_stride[c] != w->extent[r] || !dim_is(w->x_stride[c], 1) ||
        w->x_stride[r] != w->extent[c])
        return false;
    Dim plane = dim_mul(w->extent[c], w->extent[r]);
    return w->rank == 2 || (w->x_stride[0] == plane && w->y_stride[0] == plane);
}

/* ... with two rows, whose elements come to lie in turns. */
static void lower_interleaving(Node *n, Value *x, Dim x_offset, Value *y, Dim y_offset, const Walk *w)
{
    Dim cols = w->extent[w->rank - 2], row = dim_mul(cols, dim_const(2));
    Step *s = step_call(n, "interleave_b4");
    arg_in_at(s, "a", x, x_offset);
    arg_in_at(s, "b", x, dim_add(x_offset, cols));
    arg_out_at(s, "y", y, y_offset);
    arg_dim(s, "rows", w->rank == 3 ? w->extent[0] : dim_const(1));
    arg_dim(s, "n", cols);
    arg_dim(s, "a_row", row);
    arg_dim(s, "b_row", row);
}

void lower_walk(Node *n, Value *x, Dim x_offset, Value *y, Dim y_offset, const Walk *given)
{
    Walk w = simplified(given);
    DType t = y->type.dtype;
    int parts;
    if (dim_is(walk_elements(&w), 0)) {
        if (dim_is(elements(y), 0)) step_copy(n, y, dim_const(0), x, dim_const(0), dim_const(0));
        return;
    }
    if (lower_stretch(n, x, x_offset, y, y_offset, &w)) return;
    if (dtype_bits(t) < 8) {
        lower_packed(n, x, x_offset, y, &w);
        return;
    }
    const char *suffix = moved_as(t, &parts);
    if (parts == 1 && is_transposition(&w) && dim_is(w.extent[w.rank - 1], 2) && !strcmp(suffix, "b4")) {
        lower_interleaving(n, x, x_offset, y, y_offset, &w);
        return;
    }
    if (parts == 1 && is_transposition(&w)) {
        Step *s = step_call(n, "transpose_%s", suffix);
        arg_in_at(s, "x", x, x_offset);
        arg_out_at(s, "y", y, y_offset);
        arg_dim(s, "batch", w.rank == 3 ? w.extent[0] : dim_const(1));
        arg_dim(s, "rows", w.extent[w.rank - 1]);
        arg_dim(s, "cols", w.extent[w.rank - 2]);
        return;
    }
    split_elements(&w, parts);
    if (!w.rank) walk_axis(&w, dim_const(1), dim_const(1)), w.y_stride[0] = dim_const(1);
    Step *s = step_call(n, "copy_strided_%s", suffix);
    arg_in_at(s, "x", x, x_offset);
    arg_out_at(s, "y", y, y_offset);
    arg_int(s, "rank", w.rank);
    arg_dims(s, "extent", w.rank, w.extent);
    arg_dims(s, "x_stride", w.rank, w.x_stride);
    arg_dims(s, "y_stride", w.rank, w.y_stride);
}

/* -- positions --------------------------------------------------------------------------------- */

bool need_at_most(Node *n, Dim a, Dim b, const char *what)
{
    Dim excess = dim_sub(a, b);
    if (dim_low(excess) <= 0) {
        if (dim_high(excess) > 0) assume_equal(n, dim_max(a, b), b);
        return true;
    }
    node_invalid(n, "%s: %s and %s, expected the first to be no larger", what, shown(dim_text(a)), shown(dim_text(b)));
    return false;
}

bool tuple_length(Node *n, const Shape *index, int most, int *k)
{
    Dim length = index->dim[index->rank - 1];
    if (dim_is_const(length) && dim_value(length) <= most) {
        *k = (int)dim_value(length);
        return true;
    }
    const char *said = mem_printf("the last dimension of indices is %s, expected 0 to %d", shown(dim_text(length)),
                                  most);
    if (dim_is_const(length)) node_invalid(n, "%s", said);
    else node_error(n, "%s; fix it with --dim NAME=N", said);
    return false;
}

void arg_strides_beside(Step *s, const char *name, const Shape *shape, int axis)
{
    Dim strides[MAX_RANK];
    for (int d = 0; d < shape->rank; d++) strides[d] = d == axis ? dim_const(0) : axis_stride(shape, d);
    arg_dims(s, name, shape->rank, strides);
}

/* -- padding ----------------------------------------------------------------------------------- */

/* Per axis: the shape of y, elements of padding before the window of x that remains, its shape,
 * and where it starts in x. */
typedef struct {
    int rank;
    Dim extent[MAX_RANK], before[MAX_RANK], window[MAX_RANK], stride[MAX_RANK], start;
    bool whole[MAX_RANK];
} Window;

static Window window_of(const Value *x, const Value *y, const Padding *p)
{
    const Shape *from = &x->type.shape, *to = &y->type.shape;
    Window w = {.rank = from->rank, .start = dim_const(0)};
    Dim zero = dim_const(0);
    for (int d = 0; d < from->rank; d++) {
        Dim before = p->before[d], after = dim_sub(dim_sub(to->dim[d], from->dim[d]), before);
        Dim cropped = dim_min(from->dim[d], dim_max(zero, dim_sub(zero, before)));
        w.extent[d] = to->dim[d];
        w.before[d] = dim_max(zero, before);
        w.window[d] = dim_max(zero, dim_sub(dim_sub(from->dim[d], cropped), dim_max(zero, dim_sub(zero, after))));
        w.stride[d] = axis_stride(from, d);
        w.start = dim_add(w.start, dim_mul(cropped, w.stride[d]));
        w.whole[d] = dim_is(before, 0) && dim_is(after, 0);
    }
    return w;
}

/* An axis that is neither padded nor cropped is part of the one outside it; where padding repeats elements, only if
 * that one is whole, too. */
static void merge_whole_axes(Window *w, bool repeats)
{
    for (int d = w->rank - 1; d > 0; d--) {
        if (!w->whole[d] || (repeats && !w->whole[d - 1])) continue;
        Dim inner = w->extent[d];
        w->extent[d - 1] = dim_mul(w->extent[d - 1], inner);
        w->before[d - 1] = dim_mul(w->before[d - 1], inner);
        w->window[d - 1] = dim_mul(w->window[d - 1], inner);
        w->stride[d - 1] = w->stride[d];
        for (int k = d; k + 1 < w->rank; k++) {
            w->extent[k] = w->extent[k + 1];
            w->before[k] = w->before[k + 1];
            w->window[k] = w->window[k + 1];
            w->stride[k] = w->stride[k + 1];
            w->whole[k] = w->whole[k + 1];
        }
        w->rank--;
    }
}

/* The constants that no null pointer stands for. */
static Value *padding_value(Node *n, const Value *x, Value *given)
{
    static const char *const empty[] = {""};
    Shape shape = shape_scalar();
    if (given || x->type.dtype != DT_STRING) return given;
    return value_const(n->graph, foreign_suffixed(n->out[0]->wanted, "/padding"), DT_STRING, &shape, empty);
}

void lower_padding(Node *n, Value *x, Value *y, const Padding *p)
{
    bool repeats = strcmp(p->mode, "constant") != 0;
    Window w = window_of(x, y, p);
    if (!w.rank) {
        step_copy(n, y, dim_const(0), x, dim_const(0), dim_const(value_bytes(y)));
        return;
    }
    merge_whole_axes(&w, repeats);
    const char *suffix = moved_as(y->type.dtype, NULL);
    Step *s = repeats ? step_call(n, "pad_%s_%s", p->mode, suffix) : step_call(n, "pad_%s", suffix);
    arg_in_at(s, "x", x, w.start);
    if (!repeats) arg_in(s, "value", padding_value(n, x, p->value));
    arg_out(s, "y", y);
    arg_int(s, "rank", w.rank);
    arg_dims(s, "extent", w.rank, w.extent);
    arg_dims(s, "before", w.rank, w.before);
    arg_dims(s, "window", w.rank, w.window);
    arg_dims(s, "x_stride", w.rank, w.stride);
}
