/* DeformConv: https://onnx.ai/onnx/operators/onnx__DeformConv.html, for images with two dimensions. */
#include "ops/shared/shared.h"

typedef struct {
    Window window;
    int64_t groups, offset_groups;
} Deform;

/* offset and mask have a value, or `each` of them, per offset group and tap, for every output pixel. */
static bool need_map(Node *n, int input, const Deform *d, int64_t each, const char *what)
{
    const Value *v = input_of(n, input);
    if (!v) return true;
    Dim channels = dim_mul(dim_const(each * d->offset_groups), window_kernel_size(&d->window));
    const Dim expected[] = {dim_at(n->in[0], 0), channels, d->window.out[1], d->window.out[2]};
    if (!need_rank(n, input, 4, 4)) return false;
    for (int i = 0; i < 4; i++)
        if (!need_equal(n, dim_at(v, i), expected[i],
                        mem_printf("dimension %d of the %s and what the window implies", i, what)))
            return false;
    return true;
}

static bool read_deform(Node *n, Deform *d)
{
    const Shape *x = &n->in[0]->type.shape, *w = &n->in[1]->type.shape;
    Dim kernel[MAX_RANK];
    if (x->rank != 4) {
        node_error(n,
                   "the image has shape %s, expected 2 dimensions beside batch and channels: others are not supported",
                   shown(shape_text(x)));
        return false;
    }
    if (!need_rank(n, 1, 4, 4) || !need_rank(n, 3, 1, 1) || !window_weights(n, w, kernel) ||
        !window_groups(n, &d->groups))
        return false;
    d->offset_groups = attr_int(n, "offset_group", 1);
    if (d->offset_groups < 1 || d->offset_groups > INT32_MAX) {
        node_invalid(n, "offset_group is %lld, expected at least 1", (long long)d->offset_groups);
        return false;
    }
    if (!need_equal(n, x->dim[1], dim_mul(w->dim[1], dim_const(d->groups)),
                    "channels of the image and those the weights are for"))
        return false;
    if (!need_divides(n, w->dim[0], d->groups, "the number of output channels, which share the groups,")) return false;
    if (!need_divides(n, x->dim[1], d->offset_groups, "the number of input channels, which share the offset groups,"))
        return false;
    if (input_of(n, 3) && !need_equal(n, dim_at(n->in[3], 0), w->dim[0], "elements of the bias and output channels"))
        return false;
    return window_read(n, x, kernel, PAD_EXPLICIT, false, &d->window) && need_map(n, 2, d, 2, "offset") &&
           need_map(n, 4, d, 1, "mask");
}

static void infer_deform_conv(Node *n)
{
    Deform d;
    if (!need_counts(n, 3, 5, 1, 1) || !need_tensor_inputs(n) || !need_float(n, 0)) return;
    for (int i = 1; i < n->n_in; i++)
        if (!need_same_type(n, 0, i)) return;
    if (!read_deform(n, &d)) return;
    Shape y = window_out_shape(&n->in[0]->type.shape, dim_at(n->in[1], 0), &d.window);
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

static void lower_deform_conv(Node *n)
{
    Deform d;
    if (!read_deform(n, &d)) return;
    Value *x = n->in[0], *w = n->in[1], *row = scratch(n, "row", x->type.dtype, d.window.out[2]);
    Step *s = step_call(n, "deform_conv_%s", dtype_suffix(x->type.dtype));
    arg_inputs(s, 0, 5, (const char *const[]){"x", "w", "offset", "b", "mask"});
    arg_out(s, "y", n->out[0]);
    arg_out(s, "row", row);
    arg_window(s, &d.window);
    arg_struct(s, "q", "struct deform_conv");
    arg_field(s, "batch", dim_at(x, 0));
    arg_field_int(s, "groups", d.groups);
    arg_field_int(s, "offset_groups", d.offset_groups);
    arg_field(s, "in_channels", dim_at(x, 1));
    arg_field(s, "out_channels", dim_at(w, 0));
    s->macs = dim_high(dim_mul(elements(n->out[0]), shape_product(&w->type.shape, 1, 4)));
}

const Op ops_deform_conv[] = {
    {.name = "DeformConv", .domain = "", .since = 19, .infer = infer_deform_conv, .lower = lower_deform_conv},
    {0},
};
