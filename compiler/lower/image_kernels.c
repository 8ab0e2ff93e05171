/* The table of pixels.h: as the signatures of the kernel library have it. */
#include "lower/image_kernels.h"

#include <string.h>

static const PixelKernel kernels[] = {
    {"gemm_packed_f32", 4, 3, -1, true, "a_row", "y_row"},
    {"conv_packed_f32", 4, 3, 5, true, "x_pixel", "y_pixel"},
    {"conv_planes_1_f32", 4, 3, 5, true, NULL, "y_pixel"},
    {"conv_planes_2_f32", 4, 3, 5, true, NULL, "y_pixel"},
    {"conv_winograd_f32", 4, 3, 8, false, NULL, "y_pixel"},
    {"conv_transpose_packed_f32", 3, -1, 4, false, NULL, "y_pixel"},
    {"conv_channelwise_f32", 3, -1, 4, true, NULL, NULL},
    {"conv_channelwise_5_f32", 3, -1, 4, true, NULL, NULL},
    {"max_pool_channelwise_f32", 1, -1, 2, true, NULL, NULL},
};

const PixelKernel *pixel_kernel(const Step *s)
{
    for (size_t i = 0; i < sizeof kernels / sizeof *kernels && s->kind == STEP_CALL; i++)
        if (!strcmp(s->kernel->name, kernels[i].kernel)) return &kernels[i];
    return NULL;
}
