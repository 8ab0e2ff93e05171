/* The table of image_kernels.h: by the names that the kernel library has. */
#include "lower/image_kernels.h"

#include <string.h>

static const ImageKernel kernels[] = {
    {.kernel = "gemm_packed_",
     .x = "a",
     .add = "add",
     .sizes = "p",
     .x_pixel = "a_row",
     .y_pixel = "y_row",
     .count = "m",
     .by_rows = true},
    {.kernel = "conv_packed_",
     .x = "x",
     .add = "add",
     .window = "p",
     .sizes = "c",
     .x_pixel = "x_pixel",
     .y_pixel = "y_pixel",
     .by_rows = true},
    {.kernel = "conv_planes_1_f32",
     .x = "x",
     .add = "add",
     .window = "p",
     .sizes = "c",
     .y_pixel = "y_pixel",
     .by_rows = true},
    {.kernel = "conv_planes_2_f32",
     .x = "x",
     .add = "add",
     .window = "p",
     .sizes = "c",
     .y_pixel = "y_pixel",
     .by_rows = true},
    {.kernel = "conv_winograd_f32", .x = "x", .add = "add", .sizes = "c", .y_pixel = "y_pixel"},
    {.kernel = "conv_transpose_packed_f32", .x = "x", .sizes = "c", .y_pixel = "y_pixel"},
    {.kernel = "conv_channelwise_f32", .x = "x", .window = "p", .by_rows = true},
    {.kernel = "conv_channelwise_5_f32", .x = "x", .window = "p", .by_rows = true},
    {.kernel = "max_pool_channelwise_f32", .x = "x", .window = "p", .by_rows = true},
    {.kernel = "qconv_packed", .x = "x", .window = "p", .sizes = "c", .lines = "lines", .by_rows = true},
    {.kernel = "qconv_channelwise", .x = "x", .window = "p", .sizes = "c", .by_rows = true},
    {.kernel = "qconv_words_", .x = "x", .window = "p", .sizes = "c", .by_rows = true},
    {.kernel = "qconv_pairs_", .x = "x", .window = "p", .sizes = "c", .by_rows = true},
    {.kernel = "qconv_channelwise_words_", .x = "x", .window = "p", .sizes = "c", .by_rows = true},
    {.kernel = "qconv_channelwise_pairs_", .x = "x", .window = "p", .sizes = "c", .by_rows = true},
    {.kernel = "qgemm_words_", .x = "a", .sizes = "p", .count = "rows", .by_rows = true},
    {.kernel = "qgemm_pairs_", .x = "a", .sizes = "p", .count = "rows", .by_rows = true},
    {.kernel = "add_bytes_words_", .x = "b", .add = "a", .count = "n", .of_elements = true, .by_rows = true},
    {.kernel = "add_bytes", .x = "b", .add = "a", .count = "n", .of_elements = true, .by_rows = true},
    {.kernel = "quantize_planes", .x = "x", .count = "pixels", .from_planes = true, .by_rows = true},
    {.kernel = "qgemm_plain_helium", .x = "a", .sizes = "p", .count = "rows", .by_rows = true},
    {.kernel = "qgemm_points_helium", .x = "a", .sizes = "p", .count = "rows", .by_rows = true},
    {.kernel = "qwindows_plain_helium", .x = "x", .window = "p", .sizes = "c", .by_rows = true},
    {.kernel = "qwindows_points_helium", .x = "x", .window = "p", .sizes = "c", .by_rows = true},
    {.kernel = "qchannels_helium_i8", .x = "x", .window = "p", .sizes = "c", .by_rows = true},
    {.kernel = "qchannels_helium_u8", .x = "x", .window = "p", .sizes = "c", .by_rows = true},
    {.kernel = "add_bytes_helium", .x = "b", .add = "a", .count = "n", .of_elements = true, .by_rows = true},
    {.kernel = "quantize_planes_helium", .x = "x", .count = "pixels", .from_planes = true, .by_rows = true},
};

/* One name that ends with "_" stands for the kernels of all types. */
static bool is_named(const char *name, const char *kernel)
{
    size_t n = strlen(kernel);
    return kernel[n - 1] == '_' ? !strncmp(name, kernel, n) : !strcmp(name, kernel);
}

const ImageKernel *image_kernel(const Step *s)
{
    for (size_t i = 0; i < sizeof kernels / sizeof *kernels && s->kind == STEP_CALL; i++)
        if (is_named(s->call.kernel->name, kernels[i].kernel)) return &kernels[i];
    return NULL;
}

static Dim *number_of(const Step *s, const ImageKernel *k, const char *name)
{
    Arg *number = step_arg(s, name);
    return number ? &number->number : step_field(s, k->sizes, name);
}

Dim *image_batch(const Step *s)
{
    return number_of(s, image_kernel(s), "batch");
}

Dim *image_count(const Step *s)
{
    return number_of(s, image_kernel(s), image_kernel(s)->count);
}
