/* Geometry of convolution and pooling: https://onnx.ai/onnx/operators/onnx__Conv.html, ..__MaxPool.html. */
#include "ops/shared/window.h"

/* What sums of sizes, pads and windows may reach: kernels compute positions in 32 bits. */
static const int64_t most = INT32_MAX / 2;

int window_ints(Node *n, const char *name, int rank, int64_t low, const int64_t **values)
{
    int count = attr_ints(n, name, values);
    if (count != 0 && count != rank) {
        node_invalid(n, "%s has %d numbers, expected %d", name, count, rank);
        return -1;
    }
    for (int i = 0; i < count; i++) {
        if ((*values)[i] >= low && (*values)[i] <= most) continue;
        node_invalid(n, "%s[%d] is %lld, expected %lld to %lld", name, i, (long long)(*values)[i], (long long)low,
                     (long long)most);
        return -1;
    }
    return count;
}

AutoPad window_auto_pad(Node *n)
{
    static const AttrWord modes[] = {{"NOTSET", PAD_EXPLICIT},
                                     {"SAME_UPPER", PAD_SAME_UPPER},
                                     {"SAME_LOWER", PAD_SAME_LOWER},
                                     {"VALID", PAD_VALID},
                                     {0}};
    int mode;
    if (foreign_empty(attr_string(n, "auto_pad", "NOTSET"))) return PAD_EXPLICIT; /* as exporters of old wrote it */
    return attr_word(n, "auto_pad", "NOTSET", modes, &mode) ? (AutoPad)mode : PAD_INVALID;
}

bool window_kernel_shape(Node *n, int rank, Dim *kernel)
{
    const int64_t *values;
    int count = window_ints(n, "kernel_shape", rank, 1, &values);
    if (count == 0) node_invalid(n, "has no kernel_shape, which says how large the window is");
    for (int i = 0; i < count; i++) kernel[i] = dim_const(values[i]);
    return count > 0;
}

bool window_weights(Node *n, const Shape *weights, Dim *kernel)
{
    const int64_t *given;
    int rank = weights->rank - 2, count = window_ints(n, "kernel_shape", rank, 1, &given);
    if (count < 0) return false;
    if (dim_high(shape_elements(weights)) < 1) {
        node_invalid(n, "the weights have shape %s, expected at least one element", shown(shape_text(weights)));
        return false;
    }
    for (int i = 0; i < rank; i++) {
        kernel[i] = weights->dim[2 + i];
        if (count && !need_equal(n, kernel[i], dim_const(given[i]),
                                 mem_printf("dimension %d of the weights and kernel_shape[%d]", 2 + i, i)))
            return false;
    }
    return true;
}

bool window_groups(Node *n, int64_t *groups)
{
    *groups = attr_int(n, "group", 1);
    if (*groups >= 1 && *groups <= INT32_MAX) return true;
    node_invalid(n, "group is %lld, expected at least 1", (long long)*groups);
    return false;
}

/* -- input to output --------------------------------------------------------------------------- */

/* From the first to the last tap of a dilated window. */
static Dim extent(const Window *w, int i)
{
    return dim_add(dim_mul(dim_sub(w->kernel[i], dim_const(1)), dim_const(w->dilation[i])), dim_const(1));
}

static Dim not_negative(Dim d)
{
    return dim_low(d) < 0 ? dim_max(d, dim_const(0)) : d;
}

/* SAME: as many outputs as there are strides in the input, and the padding that takes, split in halves. */
static void pad_same(Window *w, int i, bool upper)
{
    Dim stride = dim_const(w->stride[i]), two = dim_const(2);
    w->out[i] = dim_ceildiv(w->in[i], stride);
    Dim reach = dim_add(dim_mul(dim_sub(w->out[i], dim_const(1)), stride), extent(w, i));
    Dim total = not_negative(dim_sub(reach, w->in[i]));
    Dim smaller = dim_floordiv(total, two), larger = dim_sub(total, smaller);
    w->pad_begin[i] = upper ? smaller : larger;
    w->pad_end[i] = upper ? larger : smaller;
}

static bool output_size(Node *n, Window *w, int i, bool ceil_mode)
{
    Dim stride = dim_const(w->stride[i]), padded = dim_add(dim_add(w->in[i], w->pad_begin[i]), w->pad_end[i]);
    Dim room = dim_sub(padded, extent(w, i)),
        steps = ceil_mode ? dim_ceildiv(room, stride) : dim_floordiv(room, stride);
    Dim least = ceil_mode ? steps : room; /* with ceil_mode the only window may reach over the end */
    if (dim_high(least) < 0) {
        node_error(n,
                   "the window reaches over %s pixels, but the padded image has only %s along dimension %d; the model "
                   "is invalid here, check its input size",
                   shown(dim_text(extent(w, i))), shown(dim_text(padded)), i - (MAX_SPATIAL - w->rank) + 2);
        return false;
    }
    if (dim_high(padded) > most || dim_high(extent(w, i)) > most) {
        node_error(n, "image and pads add up to %s pixels along dimension %d, expected at most %lld",
                   shown(dim_text(padded)), i - (MAX_SPATIAL - w->rank) + 2, (long long)most);
        return false;
    }
    if (dim_low(least) < 0) assume_equal(n, not_negative(least), least);
    w->out[i] = dim_add(steps, dim_const(1));
    /* A last window that would start after the image and its first pad is left out. */
    if (ceil_mode) w->out[i] = dim_min(w->out[i], dim_ceildiv(dim_add(w->in[i], w->pad_begin[i]), stride));
    return true;
}

bool window_begin(Node *n, const Shape *x, const Dim *kernel, Window *w)
{
    const int64_t *strides, *dilations;
    int rank = x->rank - 2, lead = MAX_SPATIAL - rank;
    if (rank < 1 || rank > MAX_SPATIAL) internal_error("a window over %d dimensions", rank);
    int n_strides = window_ints(n, "strides", rank, 1, &strides),
        n_dilations = window_ints(n, "dilations", rank, 1, &dilations);
    if (n_strides < 0 || n_dilations < 0) return false;
    w->rank = rank;
    for (int i = 0; i < MAX_SPATIAL; i++) {
        bool real = i >= lead;
        w->in[i] = real ? x->dim[2 + i - lead] : dim_const(1);
        w->kernel[i] = real ? kernel[i - lead] : dim_const(1);
        w->stride[i] = real && n_strides ? strides[i - lead] : 1;
        w->dilation[i] = real && n_dilations ? dilations[i - lead] : 1;
        w->pad_begin[i] = w->pad_end[i] = dim_const(0);
        w->out[i] = dim_const(1);
    }
    return true;
}

bool window_read(Node *n, const Shape *x, const Dim *kernel, AutoPad mode, bool ceil_mode, Window *w)
{
    const int64_t *pads;
    if (mode == PAD_INVALID || !window_begin(n, x, kernel, w)) return false;
    int n_pads = window_ints(n, "pads", 2 * w->rank, 0, &pads), lead = MAX_SPATIAL - w->rank;
    if (n_pads < 0) return false;
    ceil_mode = ceil_mode && mode != PAD_VALID;
    for (int i = lead; i < MAX_SPATIAL; i++) {
        if (mode == PAD_SAME_UPPER || mode == PAD_SAME_LOWER) {
            pad_same(w, i, mode == PAD_SAME_UPPER);
            continue;
        }
        if (mode == PAD_EXPLICIT && n_pads) {
            w->pad_begin[i] = dim_const(pads[i - lead]);
            w->pad_end[i] = dim_const(pads[i - lead + w->rank]);
        }
        if (!output_size(n, w, i, ceil_mode)) return false;
    }
    return true;
}

bool window_read_pool(Node *n, const Shape *x, const Dim *kernel, Window *w)
{
    const AutoPad mode = window_auto_pad(n);
    return window_read(n, x, kernel, mode, attr_int(n, "ceil_mode", 0) != 0, w);
}

Window window_whole(const Shape *x)
{
    int last = x->rank > 2 ? x->rank - 1 : x->rank;
    Window w = {.rank = 1, .in = {dim_const(1), shape_product(x, 2, last), shape_product(x, last, x->rank)}};
    for (int i = 0; i < MAX_SPATIAL; i++) {
        w.kernel[i] = w.in[i];
        w.out[i] = dim_const(1);
        w.pad_begin[i] = w.pad_end[i] = dim_const(0);
        w.stride[i] = w.dilation[i] = 1;
    }
    return w;
}

Shape window_out_shape(const Shape *x, Dim channels, const Window *w)
{
    Shape y = *x;
    y.dim[1] = channels;
    for (int i = 0; i < w->rank; i++) y.dim[2 + i] = w->out[MAX_SPATIAL - w->rank + i];
    return y;
}

Dim window_kernel_size(const Window *w)
{
    return dim_mul(dim_mul(w->kernel[0], w->kernel[1]), w->kernel[2]);
}

int64_t window_reach(const Window *w, int dimension, int64_t places)
{
    return (places - 1) * w->stride[dimension] + (dim_value(w->kernel[dimension]) - 1) * w->dilation[dimension] + 1;
}

void arg_window(Step *s, const Window *w)
{
    static const char axis[] = "dhw";
    arg_struct(s, "p", "struct window");
    for (int i = 0; i < MAX_SPATIAL; i++) {
        arg_field(s, mem_printf("in_%c", axis[i]), w->in[i]);
        arg_field(s, mem_printf("kernel_%c", axis[i]), w->kernel[i]);
        arg_field_int(s, mem_printf("stride_%c", axis[i]), w->stride[i]);
        arg_field_int(s, mem_printf("dilation_%c", axis[i]), w->dilation[i]);
        arg_field(s, mem_printf("pad_%c", axis[i]), w->pad_begin[i]);
        arg_field(s, mem_printf("out_%c", axis[i]), w->out[i]);
    }
}
