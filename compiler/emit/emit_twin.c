/* emit_twin: kernels that have a twin of the same parameters and packed weights for processors without vectors, which
 * is for others, too, where the size of the code counts most. */
#include "emit/emit.h"

#include <string.h>

static const char *const twins[][2] = {
    {"conv_packed_f32", "conv_scalar_f32"},   {"conv_packed_f16", "conv_scalar_f16"},
    {"conv_packed_bf16", "conv_scalar_bf16"}, {"conv_packed_i8", "conv_scalar_i8"},
    {"conv_planes_1_f32", "conv_scalar_f32"}, {"conv_planes_2_f32", "conv_scalar_f32"},
    {"gemm_packed_f32", "gemm_scalar_f32"},   {"gemm_packed_f16", "gemm_scalar_f16"},
    {"gemm_packed_bf16", "gemm_scalar_bf16"}, {"gemm_packed_i8", "gemm_scalar_i8"},
    {"softmax_f32", "softmax_scalar_f32"},
};

const Kernel *kernel_for(const Options *o, const Kernel *k)
{
    if (!takes_scalars(o)) return k;
    for (size_t i = 0; i < sizeof twins / sizeof *twins; i++)
        if (!strcmp(k->name, twins[i][0])) return kernel_find(twins[i][1]);
    return k;
}
