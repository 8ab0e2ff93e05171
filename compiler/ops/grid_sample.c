/* GridSample and AffineGrid: https://onnx.ai/onnx/operators/onnx__GridSample.html, ..__AffineGrid.html
 * As in the reference, a place outside of the image is first moved to its border, or mirrored, and then interpolated
 * at; but a cubic sees the border where its pixels lie outside, as in PyTorch and ONNX Runtime. What is no place at all
 * (NaN; mirrored, infinity) is the first pixel, as in ONNX Runtime's tests, or lies outside of an image padded with
 * zeros. With align_corners, the middle is where AffineGrid puts the only pixel of an axis (PyTorch's affine_grid,
 * which the specification points to). */
#include "kernels.h"
#include "op/op.h"

enum { MAX_AXES = 3 };

typedef struct {
    int taps, padding;
} Sampling;

/* The names of the modes changed with opset 20. */
static bool read_sampling(Node *n, Sampling *s)
{
    static const AttrWord modes[] = {{"linear", 2}, {"bilinear", 2}, {"nearest", 1}, {"cubic", 4}, {"bicubic", 4}, {0}};
    static const AttrWord paddings[] = {{"zeros", GRID_ZEROS},
                                        {"border", GRID_BORDER},
                                        {"reflection", GRID_REFLECTION},
                                        {0}};
    return attr_word(n, "mode", "linear", modes, &s->taps) &&
           attr_word(n, "padding_mode", "zeros", paddings, &s->padding);
}

static bool need_one_precision(Node *n)
{
    if (!need_float(n, 0) || !need_float(n, 1)) return false;
    return compute_type(n->in[0]->type.dtype) == compute_type(n->in[1]->type.dtype) || need_same_type(n, 0, 1);
}

static void infer_grid_sample(Node *n)
{
    Sampling s;
    if (!need_counts(n, 2, 2, 1, 1) || !need_tensor_inputs(n) || !need_one_precision(n) ||
        !need_rank(n, 0, 3, 2 + MAX_AXES))
        return;
    const Shape *x = &n->in[0]->type.shape, *grid = &n->in[1]->type.shape;
    if (!need_rank(n, 1, x->rank, x->rank) || !read_sampling(n, &s)) return;
    if (!need_equal(n, x->dim[0], grid->dim[0], "images and grids in the batch")) return;
    if (!need_equal(n, grid->dim[x->rank - 1], dim_const(x->rank - 2),
                    "numbers per place of the grid and axes of the image"))
        return;
    if (dim_high(shape_product(x, 2, x->rank)) < 1) {
        node_invalid(n, "the image has shape %s, expected at least one pixel", shown(shape_text(x)));
        return;
    }
    Shape y = *x;
    for (int i = 2; i < x->rank; i++) y.dim[i] = grid->dim[i - 1];
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

static void lower_grid_sample(Node *n)
{
    Sampling sampling;
    const Shape *x = &n->in[0]->type.shape, *y = &n->out[0]->type.shape;
    static const char *const sizes[] = {"in_d", "in_h", "in_w"};
    int axes = x->rank - 2;
    if (!read_sampling(n, &sampling)) return;
    Step *s = step_call(n, "grid_sample_%s", dtype_suffix(n->in[0]->type.dtype));
    arg_in(s, "x", n->in[0]);
    arg_in(s, "grid", n->in[1]);
    arg_out(s, "y", n->out[0]);
    arg_struct(s, "p", "struct grid_sample");
    arg_field(s, "batch", x->dim[0]);
    arg_field(s, "channels", x->dim[1]);
    for (int i = 0; i < MAX_AXES; i++)
        arg_field(s, sizes[i], i < MAX_AXES - axes ? dim_const(1) : x->dim[2 + i - (MAX_AXES - axes)]);
    arg_field(s, "places", shape_product(y, 2, y->rank));
    arg_field_int(s, "axes", axes);
    arg_field_int(s, "taps", sampling.taps);
    arg_field_int(s, "padding", sampling.padding);
    arg_field_int(s, "align_corners", attr_int(n, "align_corners", 0) != 0);
    s->macs = dim_high(elements(n->out[0])) * (int64_t)pow(sampling.taps, axes);
}

/* -- AffineGrid -------------------------------------------------------------------------------- */

static void infer_affine_grid(Node *n)
{
    Dim *size;
    if (!need_counts(n, 2, 2, 1, 1) || !need_tensor_inputs(n) || !need_float(n, 0) || !need_rank(n, 0, 3, 3) ||
        !need_rank(n, 1, 1, 1))
        return;
    const Shape *theta = &n->in[0]->type.shape;
    int count = need_dims(n, 1, &size), axes = count - 2;
    if (count < 0) return;
    if (axes != 2 && axes != 3) {
        node_invalid(n, "size has %d numbers, expected 4 (N, C, H, W) or 5 (N, C, D, H, W)", count);
        return;
    }
    if (!need_equal(n, theta->dim[0], size[0], "matrices and images in the batch")) return;
    if (!need_equal(n, theta->dim[1], dim_const(axes), "rows of a matrix and axes of the image")) return;
    if (!need_equal(n, theta->dim[2], dim_const(axes + 1), "columns of a matrix and axes of the image with one more"))
        return;
    Shape grid = shape_of(count, size);
    for (int i = 1; i <= axes; i++) grid.dim[i] = size[1 + i];
    grid.dim[count - 1] = dim_const(axes);
    set_out(n, 0, n->in[0]->type.dtype, &grid);
}

static void lower_affine_grid(Node *n)
{
    const Shape *grid = &n->out[0]->type.shape;
    int axes = grid->rank - 2;
    Step *s = step_call(n, "affine_grid_%s", dtype_suffix(n->in[0]->type.dtype));
    arg_in(s, "theta", n->in[0]);
    arg_out(s, "grid", n->out[0]);
    arg_dim(s, "batch", grid->dim[0]);
    arg_dim(s, "depth", axes == 3 ? grid->dim[1] : dim_const(1));
    arg_dim(s, "height", grid->dim[axes - 1]);
    arg_dim(s, "width", grid->dim[axes]);
    arg_int(s, "axes", axes);
    arg_int(s, "align_corners", attr_int(n, "align_corners", 0) != 0);
}

const Op ops_grid_sample[] = {
    {.name = "AffineGrid", .domain = "", .since = 20, .infer = infer_affine_grid, .lower = lower_affine_grid},
    {.name = "GridSample", .domain = "", .since = 16, .infer = infer_grid_sample, .lower = lower_grid_sample},
    {0},
};
