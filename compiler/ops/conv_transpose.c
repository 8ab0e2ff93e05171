/* ConvTranspose: https://onnx.ai/onnx/operators/onnx__ConvTranspose.html
 * Where output_shape asks for more than the windows reach, the specification's total padding is negative; it is taken
 * as 0, so that the pixels after the last window hold the bias alone, as the official test of output_shape has it. */
#include "ops/shared/shared.h"

/* Without padding: from the first window's start to the last one's end. */
static Dim full_size(const Window *w, int i, int64_t output_padding)
{
    Dim steps = dim_mul(dim_sub(w->in[i], dim_const(1)), dim_const(w->stride[i]));
    Dim extent = dim_add(dim_mul(dim_sub(w->kernel[i], dim_const(1)), dim_const(w->dilation[i])), dim_const(1));
    return dim_add(dim_add(steps, extent), dim_const(output_padding));
}

/* The output is given, the padding follows from it. */
static void pad_to(Window *w, int i, Dim full, Dim out, bool upper)
{
    Dim total = dim_max(dim_sub(full, out), dim_const(0));
    Dim smaller = dim_floordiv(total, dim_const(2)), larger = dim_sub(total, smaller);
    w->out[i] = out;
    w->pad_begin[i] = upper ? smaller : larger;
    w->pad_end[i] = upper ? larger : smaller;
}

static bool pad_explicitly(Node *n, Window *w, int i, Dim full, int64_t begin, int64_t end)
{
    w->pad_begin[i] = dim_const(begin);
    w->pad_end[i] = dim_const(end);
    w->out[i] = dim_sub(full, dim_const(begin + end));
    if (dim_high(w->out[i]) >= 0) return true;
    node_invalid(n, "the pads %lld and %lld leave %s pixels of the %s that the windows cover", (long long)begin,
                 (long long)end, shown(dim_text(w->out[i])), shown(dim_text(full)));
    return false;
}

static bool need_size(Node *n, Dim full)
{
    if (dim_high(full) <= INT32_MAX / 2) return true;
    node_error(n, "the windows cover %s pixels, expected at most %d", shown(dim_text(full)), INT32_MAX / 2);
    return false;
}

static bool transposed_window(Node *n, const Shape *x, const Dim *kernel, Window *w)
{
    const int64_t *pads, *output_padding, *output_shape;
    if (!window_begin(n, x, kernel, w)) return false;
    AutoPad mode = window_auto_pad(n);
    int n_pads = window_ints(n, "pads", 2 * w->rank, 0, &pads),
        n_padding = window_ints(n, "output_padding", w->rank, 0, &output_padding);
    int n_shape = window_ints(n, "output_shape", w->rank, 1, &output_shape), lead = MAX_SPATIAL - w->rank;
    if (mode == PAD_INVALID || n_pads < 0 || n_padding < 0 || n_shape < 0) return false;
    for (int i = lead; i < MAX_SPATIAL; i++) {
        int at = i - lead;
        bool padded = n_pads && mode == PAD_EXPLICIT;
        Dim full = full_size(w, i, n_padding ? output_padding[at] : 0);
        if (!need_size(n, full)) return false;
        if (n_shape) pad_to(w, i, full, dim_const(output_shape[at]), mode == PAD_SAME_UPPER);
        else if (mode == PAD_SAME_UPPER || mode == PAD_SAME_LOWER)
            pad_to(w, i, full, dim_mul(w->in[i], dim_const(w->stride[i])), mode == PAD_SAME_UPPER);
        else if (!pad_explicitly(n, w, i, full, padded ? pads[at] : 0, padded ? pads[at + w->rank] : 0)) return false;
    }
    return true;
}

bool conv_transpose_read(Node *n, const Shape *x, ConvTranspose *c)
{
    const Shape *w = &n->in[1]->type.shape;
    Dim kernel[MAX_RANK];
    if (!need_rank(n, 1, x->rank, x->rank) || !need_rank(n, 2, 1, 1)) return false;
    if (!window_weights(n, w, kernel) || !window_groups(n, &c->groups)) return false;
    c->batch = x->dim[0];
    c->in_channels = x->dim[1];
    c->out_channels = dim_mul(w->dim[1], dim_const(c->groups));
    if (!need_equal(n, c->in_channels, w->dim[0], "channels of the image and those the weights are for")) return false;
    if (!need_divides(n, c->in_channels, c->groups, "the number of input channels, which share the groups,"))
        return false;
    if (input_of(n, 2) &&
        !need_equal(n, dim_at(n->in[2], 0), c->out_channels, "elements of the bias and output channels"))
        return false;
    return transposed_window(n, x, kernel, &c->window);
}

static bool read_transposed(Node *n, ConvTranspose *c)
{
    return need_rank(n, 0, 3, 2 + MAX_SPATIAL) && conv_transpose_read(n, &n->in[0]->type.shape, c);
}

static void infer_conv_transpose(Node *n)
{
    ConvTranspose c;
    if (!need_counts(n, 2, 3, 1, 1) || !need_tensor_inputs(n)) return;
    if (!need_float(n, 0) || !need_same_type(n, 0, 1) || !need_same_type(n, 0, 2) || !read_transposed(n, &c)) return;
    Shape y = window_out_shape(&n->in[0]->type.shape, c.out_channels, &c.window);
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

static void lower_conv_transpose(Node *n)
{
    ConvTranspose c;
    if (!read_transposed(n, &c)) return;
    Step *s = step_call(n, "conv_transpose_%s", dtype_suffix(n->in[0]->type.dtype));
    arg_in(s, "x", n->in[0]);
    arg_in(s, "w", n->in[1]);
    arg_in(s, "b", input_of(n, 2));
    arg_out(s, "y", n->out[0]);
    arg_window(s, &c.window);
    arg_dim(s, "batch", c.batch);
    arg_int(s, "groups", c.groups);
    arg_dim(s, "in_channels", c.in_channels);
    arg_dim(s, "out_channels", c.out_channels);
    arg_real(s, "low", (double)n->clamp_low);
    arg_real(s, "high", (double)n->clamp_high);
    s->macs = dim_high(dim_mul(elements(n->in[0]), shape_product(&n->in[1]->type.shape, 1, n->in[1]->type.shape.rank)));
}

const Op ops_conv_transpose[] = {
    {.name = "ConvTranspose",
     .domain = "",
     .since = 1,
     .infer = infer_conv_transpose,
     .lower = lower_conv_transpose,
     .flags = OP_CLAMPS},
    {0},
};
