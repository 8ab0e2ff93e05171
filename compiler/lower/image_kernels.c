/* The table of image_kernels.h: by the names that the kernel library has. */
#include "lower/image_kernels.h"

#include <string.h>

static const ImageKernel kernels[] = {
    {"gemm_packed_f32", "a", "add", NULL, "p", "a_row", "y_row", true},
    {"conv_packed_f32", "x", "add", "p", "c", "x_pixel", "y_pixel", true},
    {"conv_planes_1_f32", "x", "add", "p", "c", NULL, "y_pixel", true},
    {"conv_planes_2_f32", "x", "add", "p", "c", NULL, "y_pixel", true},
    {"conv_winograd_f32", "x", "add", NULL, "c", NULL, "y_pixel", false},
    {"conv_transpose_packed_f32", "x", NULL, NULL, "c", NULL, "y_pixel", false},
    {"conv_channelwise_f32", "x", NULL, "p", NULL, NULL, NULL, true},
    {"conv_channelwise_5_f32", "x", NULL, "p", NULL, NULL, NULL, true},
    {"max_pool_channelwise_f32", "x", NULL, "p", NULL, NULL, NULL, true},
};

const ImageKernel *image_kernel(const Step *s)
{
    for (size_t i = 0; i < sizeof kernels / sizeof *kernels && s->kind == STEP_CALL; i++)
        if (!strcmp(s->call.kernel->name, kernels[i].kernel)) return &kernels[i];
    return NULL;
}

Dim *image_batch(const Step *s)
{
    Arg *batch = step_arg(s, "batch");
    return batch ? &batch->number : step_field(s, image_kernel(s)->sizes, "batch");
}
