/* ImageDecoder: https://onnx.ai/onnx/operators/onnx__ImageDecoder.html
 * The size of the image is in the file: a model declares it, or --dim gives its bounds. BMP, the portable formats, TIFF
 * without compression, PNG and JPEG, baseline and progressive; what the data are shows at run time, where WebP,
 * JPEG 2000 and files that are broken are refused (runtime_min/image.c). Refusing is what this compiler has in place of
 * the empty image. */
#include "op/op.h"

static bool read_order(Node *n, int *order)
{
    static const AttrWord orders[] = {{"RGB", 0}, {"BGR", 1}, {"Grayscale", 2}, {0}};
    return attr_word(n, "pixel_format", "RGB", orders, order);
}

static void infer_image_decoder(Node *n)
{
    static const DType bytes[] = {DT_UINT8};
    int order;
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !need_type(n, 0, bytes, 1) || !need_rank(n, 0, 1, 1) ||
        !read_order(n, &order) || !output_of(n, 0))
        return;
    Dim height = size_of_data(n, 0, 0), width = height ? size_of_data(n, 0, 1) : NULL;
    if (!width) return;
    Shape y = shape_of(3, (Dim[]){height, width, dim_const(order == 2 ? 1 : 3)});
    set_out(n, 0, DT_UINT8, &y);
}

/* A size that the kernel finds, or NULL: it must be what is known. */
static void arg_found(Step *s, const char *parameter, Dim size)
{
    if (dim_is_const(size)) arg_in(s, parameter, NULL);
    else arg_symbol(s, parameter, size);
}

static void lower_image_decoder(Node *n)
{
    int order = 0;
    if (!read_order(n, &order)) return;
    Value *data = n->in[0], *y = n->out[0];
    Dim height = dim_at(y, 0), width = dim_at(y, 1), margin = dim_const(32);
    Dim area = dim_mul(dim_add(height, margin), dim_add(width, margin));
    if (!dim_is_const(height) || !dim_is_const(width)) {
        Step *s = step_call(n, "image_file_size");
        arg_in(s, "data", data);
        arg_dim(s, "n", elements(data));
        arg_int(s, "most_height", dim_high(height));
        arg_int(s, "most_width", dim_high(width));
        arg_found(s, "height", height);
        arg_found(s, "width", width);
    }
    Step *s = step_call(n, "image_file_decode");
    arg_in(s, "data", data);
    arg_dim(s, "n", elements(data));
    arg_out(s, "work", scratch(n, "work", DT_INT16, dim_mul(dim_const(5), area)));
    arg_out(s, "y", y);
    arg_dim(s, "height", height);
    arg_dim(s, "width", width);
    arg_int(s, "order", order);
}

const Op ops_image_decoder[] = {
    {.name = "ImageDecoder", .domain = "", .since = 20, .infer = infer_image_decoder, .lower = lower_image_decoder},
    {0},
};
