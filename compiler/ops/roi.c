/* RoiAlign and MaxRoiPool: https://onnx.ai/onnx/operators/onnx__RoiAlign.html, ..__MaxRoiPool.html, and CropAndResize
 * of com.microsoft, which is TensorFlow's. The maximum of RoiAlign is over pixels times weights, as onnx's own test and
 * reference have it. MaxRoiPool's text leaves the rounding open; it is that of Girshick, "Fast R-CNN", 2015, whose
 * operator it is. */
#include "op/op.h"

static bool need_size(Node *n, int64_t height, int64_t width)
{
    if (height >= 1 && width >= 1 && height <= INT32_MAX && width <= INT32_MAX) return true;
    node_invalid(n, "the output's size is %lld x %lld, expected at least 1 x 1", (long long)height, (long long)width);
    return false;
}

static void set_pooled(Node *n, int64_t height, int64_t width)
{
    const Value *x = n->in[0], *rois = n->in[1];
    Shape y = shape_of(4, (Dim[]){dim_at(rois, 0), dim_at(x, 1), dim_const(height), dim_const(width)});
    set_out(n, 0, x->type.dtype, &y);
}

static bool need_regions(Node *n, int inputs, int columns)
{
    if (!need_counts(n, inputs, inputs, 1, 1) || !need_tensor_inputs(n) || !need_float(n, 0) ||
        !need_same_type(n, 0, 1))
        return false;
    if (!need_rank(n, 0, 4, 4) || !need_rank(n, 1, 2, 2)) return false;
    if (dim_high(shape_product(&n->in[0]->type.shape, 2, 4)) < 1) {
        node_invalid(n, "the image has shape %s, expected at least one pixel",
                     shown(shape_text(&n->in[0]->type.shape)));
        return false;
    }
    return need_equal(n, dim_at(n->in[1], 1), dim_const(columns), "numbers per region");
}

static void arg_pool(Step *s, Node *n)
{
    const Value *x = n->in[0], *y = n->out[0];
    arg_struct(s, "p", "struct roi_pool");
    arg_field(s, "rois", dim_at(y, 0));
    arg_field(s, "batch", dim_at(x, 0));
    arg_field(s, "channels", dim_at(x, 1));
    arg_field(s, "in_h", dim_at(x, 2));
    arg_field(s, "in_w", dim_at(x, 3));
    arg_field(s, "out_h", dim_at(y, 2));
    arg_field(s, "out_w", dim_at(y, 3));
}

/* -- RoiAlign ---------------------------------------------------------------------------------- */

typedef struct {
    int64_t height, width, samples;
    int half_pixel, max;
} Align;

static bool read_align(Node *n, Align *a)
{
    static const AttrWord modes[] = {{"avg", 0}, {"max", 1}, {0}},
                          places[] = {{"output_half_pixel", 0}, {"half_pixel", 1}, {0}};
    a->height = attr_int(n, "output_height", 1);
    a->width = attr_int(n, "output_width", 1);
    a->samples = attr_int(n, "sampling_ratio", 0);
    if (a->samples < 0 || a->samples > 32768) {
        node_invalid(n, "sampling_ratio is %lld, expected 0 to 32768", (long long)a->samples);
        return false;
    }
    const char *pixels = n->opset < 16 ? "output_half_pixel" : "half_pixel";
    return need_size(n, a->height, a->width) && attr_word(n, "mode", "avg", modes, &a->max) &&
           attr_word(n, "coordinate_transformation_mode", pixels, places, &a->half_pixel);
}

static void infer_align(Node *n)
{
    static const DType index[] = {DT_INT64};
    Align a;
    if (!need_regions(n, 3, 4) || !need_type(n, 2, index, 1) || !need_rank(n, 2, 1, 1) || !read_align(n, &a)) return;
    if (need_equal(n, dim_at(n->in[1], 0), dim_at(n->in[2], 0), "regions and batch indices"))
        set_pooled(n, a.height, a.width);
}

static void lower_align(Node *n)
{
    Align a;
    if (!read_align(n, &a)) return;
    Step *s = step_call(n, "roi_align_%s", dtype_suffix(n->in[0]->type.dtype));
    arg_inputs(s, 0, 3, (const char *const[]){"x", "rois", "image"});
    arg_out(s, "y", n->out[0]);
    arg_pool(s, n);
    arg_field_int(s, "samples", a.samples);
    arg_field_int(s, "half_pixel", a.half_pixel);
    arg_field_int(s, "max", a.max);
    arg_real(s, "scale", attr_float(n, "spatial_scale", 1));
}

/* -- MaxRoiPool -------------------------------------------------------------------------------- */

static void infer_pool(Node *n)
{
    const int64_t *size;
    if (!need_regions(n, 2, 5)) return;
    int count = attr_ints(n, "pooled_shape", &size);
    if (count != 2) node_invalid(n, "pooled_shape has %d numbers, expected 2", count);
    else if (need_size(n, size[0], size[1])) set_pooled(n, size[0], size[1]);
}

static void lower_pool(Node *n)
{
    Step *s = step_call(n, "max_roi_pool_%s", dtype_suffix(n->in[0]->type.dtype));
    arg_in(s, "x", n->in[0]);
    arg_in(s, "rois", n->in[1]);
    arg_out(s, "y", n->out[0]);
    arg_pool(s, n);
    arg_real(s, "scale", attr_float(n, "spatial_scale", 1));
}

/* -- CropAndResize ----------------------------------------------------------------------------- */

static bool crop_is_nearest(Node *n, int *nearest)
{
    static const AttrWord modes[] = {{"bilinear", 0}, {"nearest", 1}, {0}};
    return attr_word(n, "mode", "bilinear", modes, nearest);
}

static void infer_crop(Node *n)
{
    static const DType index[] = {DT_INT32};
    int nearest;
    int64_t *size;
    if (!need_regions(n, 4, 4) || !need_type(n, 2, index, 1) || !need_rank(n, 2, 1, 1) || !need_type(n, 3, index, 1) ||
        !crop_is_nearest(n, &nearest) ||
        !need_equal(n, dim_at(n->in[1], 0), dim_at(n->in[2], 0), "regions and batch indices"))
        return;
    int count = need_ints(n, 3, &size);
    if (count >= 0 && count != 2) node_invalid(n, "crop_size has %d numbers, expected 2", count);
    else if (count == 2 && need_size(n, size[0], size[1])) set_pooled(n, size[0], size[1]);
}

static void lower_crop(Node *n)
{
    int nearest;
    if (!crop_is_nearest(n, &nearest)) return;
    Step *s = step_call(n, "crop_and_resize_%s", dtype_suffix(n->in[0]->type.dtype));
    arg_inputs(s, 0, 3, (const char *const[]){"x", "rois", "image"});
    arg_out(s, "y", n->out[0]);
    arg_pool(s, n);
    arg_int(s, "nearest", nearest);
    arg_real(s, "outside", attr_float(n, "extrapolation_value", 0));
}

const Op ops_roi[] = {
    {.name = "CropAndResize", .domain = "com.microsoft", .since = 1, .infer = infer_crop, .lower = lower_crop},
    {.name = "MaxRoiPool", .domain = "", .since = 1, .infer = infer_pool, .lower = lower_pool},
    {.name = "RoiAlign", .domain = "", .since = 10, .infer = infer_align, .lower = lower_align},
    {0},
};
