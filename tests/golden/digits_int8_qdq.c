/* Written by onnx2c 0.1.0; do not edit, generate again.
 *   model    sha256 15c9e8d16ab773546e813bd53f72647603c8e128e1f75f3eec2fc3db32603a72, opset 13
 *   options  --name digits_int8_qdq
 *   memory   arena 3,216 B (lower bound 3,216 B), weights 12,192 B, stack about 6,960 B, no heap
 */
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
#ifdef __GNUC__
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wunused-function"
#endif
#endif

/* Public -------------------------------------------------------------------------------------- */
#define DIGITS_INT8_QDQ_ARENA_BYTES 3216
#define DIGITS_INT8_QDQ_ARENA_ALIGN 64
#define DIGITS_INT8_QDQ_IMAGE_RANK 4
#define DIGITS_INT8_QDQ_IMAGE_DIMS {1, 1, 8, 8}
#define DIGITS_INT8_QDQ_IMAGE_COUNT 64 /* float32 image[1,1,8,8] */
#define DIGITS_INT8_QDQ_PROBABILITIES_RANK 2
#define DIGITS_INT8_QDQ_PROBABILITIES_DIMS {1, 10}
#define DIGITS_INT8_QDQ_PROBABILITIES_COUNT 10 /* float32 probabilities[1,10] */

/* What the functions return beside 0; then outputs are unspecified, and the next call works. */
#define DIGITS_INT8_QDQ_EDIM (-1)   /* a dimension is out of its bounds, or doesn't fit another */
#define DIGITS_INT8_QDQ_EVALUE (-2) /* an input's value is one that the model forbids */
#define DIGITS_INT8_QDQ_EARENA (-3) /* the arena is not aligned to DIGITS_INT8_QDQ_ARENA_ALIGN */

/* Inputs and outputs are dense, row-major (C order). digits_int8_qdq_run uses a static arena; digits_int8_qdq_run_in is
 * re-entrant, its arena has DIGITS_INT8_QDQ_ARENA_BYTES. */
#ifdef __cplusplus
extern "C" {
#endif
int digits_int8_qdq_run(const float *image, float *probabilities);
int digits_int8_qdq_run_in(void *arena, const float *image, float *probabilities);
#ifdef __cplusplus
}
#endif

/* Placement: define these to put weights, code or the arena of digits_int8_qdq_run into a section of their own. */
#ifndef DIGITS_INT8_QDQ_WEIGHTS_ATTR
#define DIGITS_INT8_QDQ_WEIGHTS_ATTR
#endif
#ifndef DIGITS_INT8_QDQ_ARENA_ATTR
#define DIGITS_INT8_QDQ_ARENA_ATTR
#endif
#ifndef DIGITS_INT8_QDQ_CODE_ATTR
#define DIGITS_INT8_QDQ_CODE_ATTR
#endif

/* Hooks: define DIGITS_INT8_QDQ_STEP(step) to have it before each step, and DIGITS_INT8_QDQ_TRACE(step, name, type,
 * data, rank, dims) to have it after a step for each value that is complete then: `step` counts from 1, `name` is
 * ONNX's, `type` as in "float32", `dims` an array of int32_t. */
#if defined(DIGITS_INT8_QDQ_STEP) || defined(DIGITS_INT8_QDQ_TRACE)
enum { STEP_BASE = __COUNTER__ };
#define STEP() step_ = __COUNTER__ - STEP_BASE; DIGITS_INT8_QDQ_STEP(step_)
#else
#define STEP()
#endif
#ifndef DIGITS_INT8_QDQ_STEP
#define DIGITS_INT8_QDQ_STEP(step) (void)(step)
#endif
#ifdef DIGITS_INT8_QDQ_TRACE
#define TRACE(name, type, data, rank, ...) do { const int32_t dims_[] = {__VA_ARGS__}; \
    DIGITS_INT8_QDQ_TRACE(step_, name, #type, data, rank, dims_); } while (0)
#else
#define TRACE(...)
#endif

#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "-ffast-math, -Ofast and the like change the numbers: add -fno-fast-math"
#endif
#ifdef __GNUC__
#pragma GCC diagnostic ignored "-Woverlength-strings"
#endif

/* Memory map ---------------------------------------------------------------------------------- */
/* Buffers in the order in which they are first needed, each for that many steps of the run function. */
enum {                                          /* offset         bytes  steps  tensor */
    AT_image_QuantizeLinear_Output              =         0, /*        64     2  int8[1,1,8,8] */
    AT_f_f_2_Relu_QuantizeLinear_Output_nhwc    =      1024, /*      1024     2  int8[1,8,8,16] */
    AT_f_f_0_Conv_block                         =        64, /*        63     1  uint8[63] */
    AT_f_f_5_Relu_QuantizeLinear_Output_nhwc    =         0, /*      1024     2  int8[1,8,8,16] */
    AT_f_f_8_Relu_QuantizeLinear_Output_nhwc    =      1024, /*      2048     2  int8[1,8,8,32] */
    AT_f_f_6_Conv_block                         =      3072, /*       131     1  uint8[131] */
    AT_f_f_9_MaxPool_quantized_nhwc             =         0, /*       512     2  int8[1,4,4,32] */
    AT_f_f_12_Relu_QuantizeLinear_Output_nhwc   =       512, /*       512     2  int8[1,4,4,32] */
    AT_f_f_10_Conv_block                        =      1024, /*       579     1  uint8[579] */
    AT_f_f_13_MaxPool_quantized_nhwc            =         0, /*       128     2  int8[1,2,2,32] */
    AT_h_Gemm_QuantizeLinear_Output             =       128, /*        10     2  int8[1,10] */
    AT_h_Gemm_rows                              =       144, /*       128     1  uint8[128] */
    AT_h_Gemm_DequantizeLinear_Output           =         0, /*        40     3  float32[1,10] */
    AT_probabilities_QuantizeLinear_Output      =        48, /*        10     2  int8[1,10] */
};

/* Kernels: only those this model calls -------------------------------------------------------- */
kernel vec_load
kernel vec_store
kernel vec_all
kernel vec_load_some
kernel vec_load_or
kernel vec_store_some
kernel vec_swap
kernel vec_first
kernel vec_fma
kernel vec_max
kernel vec_min
kernel select_f32
kernel all_vec
kernel bits_vec
kernel from_bits_vec
kernel select_vec
kernel fma_vec
kernel bound_vec
kernel power_of_two_vec
kernel halvings_vec
kernel exponent_of_vec
kernel whole_vec
kernel expm1_rest_vec
kernel exp_vec
kernel nearest_i32
kernel requantize
struct qscale
kernel qreal_all
kernel qreal_bound
struct qlimits
kernel qlimits_of
kernel qnearest
kernel qround
kernel qrequantize
kernel qmultipliers
kernel qneon_times
kernel qneon_nearest
kernel qneon_low_halves
kernel qneon_sixteen
kernel qint_dot
struct qtile
kernel qtile_depth
kernel qtile_places
kernel qtile_store
kernel qtile_column
kernel qtile_zero
kernel qtile_rows4
kernel qtile_row
struct qneon_panel
kernel qneon_at
kernel qneon_numbers
kernel qneon_places
kernel qneon_weights
kernel qneon_four
kernel qneon_join
kernel qneon_flips
kernel qneon_keep_bytes
kernel qneon_take_zeros
kernel qneon_keep
kernel qneon_##R##x##C
kernel qneon_start_##C
kernel 
kernel 
kernel qneon_panel_of
kernel qneon_panels
kernel qneon_row_sum
kernel qtile_weights
kernel qtile_some_weights
kernel qtile_four
kernel qtile_weights
kernel qtile_four
kernel qtile_add
kernel qtile_join
kernel qtile_take_zeros
kernel qtile_keep
kernel qtile_ahead
kernel qtile_##R##x##C
kernel 
kernel qtile_panels
kernel qtile_vectors
kernel qtile
kernel qneon_begin
struct window
struct reach
kernel reach_of
kernel whole_windows
struct position
kernel position_of
kernel add_f32
kernel add_vec
kernel max_f32
kernel max_vec
struct taps
kernel taps_at
kernel tap_row
kernel taps_empty
struct qchannelwise
struct qtaps
kernel qtaps_one
kernel qneon_taps_##R
kernel qneon_taps
kernel qtaps_product
kernel qtaps_weights
kernel qtaps_pixel
kernel qtaps_vectors
kernel qtaps
struct qfours
kernel qfours_bytes
kernel qfours_inside
kernel qfours_listed
kernel qfours_border
kernel qfours_image
kernel qfours_places
kernel qconv_by_fours
kernel qfours_fill
kernel qfours_line
struct qfours
kernel qconv_channelwise
kernel qcopy
struct qgemm_packed
kernel qgemm_packed
struct qconv_packed
kernel qconv_reach
kernel qconv_copy
kernel qconv_view
kernel qconv_packed
kernel quantize_bytes
kernel max_pool_bytes
kernel max_pool_channelwise_bytes
kernel dequantize_i8
kernel reduce_take_sum_vec
kernel reduce_start_sum_f32
kernel reduce_join_sum_f32
kernel reduce_join_sum_vec
kernel reduce_start_max_f32
kernel reduce_take_max_vec
kernel reduce_join_max_f32
kernel reduce_join_max_vec
kernel reduce_lanes_sum
kernel reduce_lanes_max
kernel reduce_row_sum_f32
kernel reduce_row_max_f32
kernel reduce_columns_sum_f32
kernel reduce_exp_f32
kernel softmax_row_f32
kernel softmax_columns_f32
kernel softmax_f32

/* Weights: declared here, defined at the end -------------------------------------------------- */
/* Large ones start with a line of the cache where there is one. */
#if defined(__GNUC__) && UINTPTR_MAX > 0xffffffff
#define WEIGHTS_ALIGNED __attribute__((aligned(64)))
#else
#define WEIGHTS_ALIGNED
#endif

#ifdef __cplusplus
#define WEIGHT extern
namespace {
#else
#define WEIGHT static
#endif
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const int8_t w_f_f_0_Conv_weight_packed[192];
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_f_f_0_Conv_bias_int32[16];
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_f_f_0_Conv_multiplier[16];
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const int8_t w_f_f_3_Conv_weight_packed[144];
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_f_f_3_Conv_bias_int32[16];
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_f_f_3_Conv_multiplier[16];
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const int8_t w_f_f_6_Conv_weight_packed[512];
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_f_f_6_Conv_bias_int32[32];
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_f_f_6_Conv_multiplier[32];
union WEIGHTS_ALIGNED w_f_f_10_Conv_weight_transposed_packed { unsigned char bytes[9217]; int8_t v[9216]; };
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const union w_f_f_10_Conv_weight_transposed_packed
    w_f_f_10_Conv_weight_transposed_packed;
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_f_f_10_Conv_bias_int32[32];
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_f_f_10_Conv_multiplier[32];
union WEIGHTS_ALIGNED w_h_weight_quantized_last_packed { unsigned char bytes[1281]; int8_t v[1280]; };
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const union w_h_weight_quantized_last_packed w_h_weight_quantized_last_packed;
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_h_bias_int32[10];
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_h_Gemm_multiplier[10];
#ifdef __cplusplus
}
#endif

/* The model ----------------------------------------------------------------------------------- */
DIGITS_INT8_QDQ_CODE_ATTR int digits_int8_qdq_run_in(void *arena, const float *image, float *probabilities)
{
    if ((uintptr_t)arena % DIGITS_INT8_QDQ_ARENA_ALIGN != 0) return DIGITS_INT8_QDQ_EARENA;
    unsigned char *const memory = (unsigned char *)arena;
    int32_t step_ = 0; (void)step_; /* for the hooks */

    STEP(); /* QuantizeLinear "image_QuantizeLinear":
     *    image[1,1,8,8] -> image_QuantizeLinear_Output[1,1,8,8], float32 to int8 */
    int8_t *const image_QuantizeLinear_Output = (int8_t *)(void *)(memory + AT_image_QuantizeLinear_Output);
    quantize_bytes(image, image_QuantizeLinear_Output, /* scale */ 0.003921569f, /* zero */ (-128), /* low */ (-128),
        /* high */ 127, /* n */ 64);
    TRACE("image_QuantizeLinear_Output", int8, image_QuantizeLinear_Output, 4, 1, 1, 8, 8);

    STEP(); /* QLinearConv "/f/f.0/Conv":
     *    image_QuantizeLinear_Output_nhwc[1,8,8,1], w_f_f_0_Conv_weight_packed[1,16,3,4], w_f_f_0_Conv_bias_int32[16],
     *    w_f_f_0_Conv_multiplier[16]
     *    -> f_f_2_Relu_QuantizeLinear_Output_nhwc[1,8,8,16], scratch f_f_0_Conv_block[63], 3x3, pad 1, int8 */
    int8_t *const image_QuantizeLinear_Output_nhwc = image_QuantizeLinear_Output;
    int8_t *const f_f_2_Relu_QuantizeLinear_Output_nhwc =
        (int8_t *)(void *)(memory + AT_f_f_2_Relu_QuantizeLinear_Output_nhwc);
    uint8_t *const f_f_0_Conv_block = (uint8_t *)(void *)(memory + AT_f_f_0_Conv_block);
    static const int32_t f_f_2_Relu_QuantizeLinear_Output_nhwc_runs[] = {0, 10, 20};
    static const struct window f_f_2_Relu_QuantizeLinear_Output_nhwc_window = {
        .in_d = 1, .in_h = 8, .in_w = 8,
        .kernel_d = 1, .kernel_h = 3, .kernel_w = 3,
        .stride_d = 1, .stride_h = 1, .stride_w = 1,
        .dilation_d = 1, .dilation_h = 1, .dilation_w = 1,
        .pad_h = 1, .pad_w = 1,
        .out_d = 1, .out_h = 8, .out_w = 8};
    static const struct qconv_packed f_f_2_Relu_QuantizeLinear_Output_nhwc_qconv_packed = {
        .batch = 1, .groups = 1, .channels = 1, .filters = 16, .x_zero = (-128), .x_signed = 1, .multiplier_step = 1,
        .n_runs = 3, .run = 3, .lines = 4, .width = 8};
    qconv_packed(image_QuantizeLinear_Output_nhwc, w_f_f_0_Conv_weight_packed, w_f_f_0_Conv_bias_int32,
        /* w_zeros */ NULL, w_f_f_0_Conv_multiplier, /* zero */ (-128), /* low */ (-128), /* high */ 127,
        f_f_2_Relu_QuantizeLinear_Output_nhwc, f_f_0_Conv_block, f_f_2_Relu_QuantizeLinear_Output_nhwc_runs,
        &f_f_2_Relu_QuantizeLinear_Output_nhwc_window, &f_f_2_Relu_QuantizeLinear_Output_nhwc_qconv_packed);
    TRACE("/f/f.2/Relu_output_0_QuantizeLinear_Output.nhwc", int8, f_f_2_Relu_QuantizeLinear_Output_nhwc, 4, 1, 8, 8,
        16);

    STEP(); /* QLinearConv "/f/f.3/Conv":
     *    f_f_2_Relu_QuantizeLinear_Output_nhwc[1,8,8,16], w_f_f_3_Conv_weight_packed[9,16],
     *    w_f_f_3_Conv_bias_int32[16], w_f_f_3_Conv_multiplier[16]
     *    -> f_f_5_Relu_QuantizeLinear_Output_nhwc[1,8,8,16], 3x3, pad 1, depthwise, int8 */
    int8_t *const f_f_5_Relu_QuantizeLinear_Output_nhwc =
        (int8_t *)(void *)(memory + AT_f_f_5_Relu_QuantizeLinear_Output_nhwc);
    static const struct qchannelwise f_f_5_Relu_QuantizeLinear_Output_nhwc_qchannelwise = {
        .batch = 1, .channels = 16, .x_zero = (-128), .x_signed = 1, .multiplier_step = 1};
    qconv_channelwise(f_f_2_Relu_QuantizeLinear_Output_nhwc, w_f_f_3_Conv_weight_packed, w_f_f_3_Conv_bias_int32,
        /* w_zeros */ NULL, w_f_f_3_Conv_multiplier, /* zero */ (-128), /* low */ (-128), /* high */ 127,
        f_f_5_Relu_QuantizeLinear_Output_nhwc, &f_f_2_Relu_QuantizeLinear_Output_nhwc_window,
        &f_f_5_Relu_QuantizeLinear_Output_nhwc_qchannelwise);
    TRACE("/f/f.5/Relu_output_0_QuantizeLinear_Output.nhwc", int8, f_f_5_Relu_QuantizeLinear_Output_nhwc, 4, 1, 8, 8,
        16);

    STEP(); /* QLinearConv "/f/f.6/Conv":
     *    f_f_5_Relu_QuantizeLinear_Output_nhwc[1,8,8,16], w_f_f_6_Conv_weight_packed[1,32,1,16],
     *    w_f_f_6_Conv_bias_int32[32], w_f_f_6_Conv_multiplier[32]
     *    -> f_f_8_Relu_QuantizeLinear_Output_nhwc[1,8,8,32], scratch f_f_6_Conv_block[131], 1x1, int8 */
    int8_t *const f_f_8_Relu_QuantizeLinear_Output_nhwc =
        (int8_t *)(void *)(memory + AT_f_f_8_Relu_QuantizeLinear_Output_nhwc);
    uint8_t *const f_f_6_Conv_block = (uint8_t *)(void *)(memory + AT_f_f_6_Conv_block);
    static const int32_t f_f_8_Relu_QuantizeLinear_Output_nhwc_runs[] = {0};
    static const struct window f_f_8_Relu_QuantizeLinear_Output_nhwc_window = {
        .in_d = 1, .in_h = 8, .in_w = 8,
        .kernel_d = 1, .kernel_h = 1, .kernel_w = 1,
        .stride_d = 1, .stride_h = 1, .stride_w = 1,
        .dilation_d = 1, .dilation_h = 1, .dilation_w = 1,
        .out_d = 1, .out_h = 8, .out_w = 8};
    static const struct qconv_packed f_f_8_Relu_QuantizeLinear_Output_nhwc_qconv_packed = {
        .batch = 1, .groups = 1, .channels = 16, .filters = 32, .x_zero = (-128), .x_signed = 1, .multiplier_step = 1,
        .n_runs = 1, .run = 16, .lines = 1, .width = 8};
    qconv_packed(f_f_5_Relu_QuantizeLinear_Output_nhwc, w_f_f_6_Conv_weight_packed, w_f_f_6_Conv_bias_int32,
        /* w_zeros */ NULL, w_f_f_6_Conv_multiplier, /* zero */ (-128), /* low */ (-128), /* high */ 127,
        f_f_8_Relu_QuantizeLinear_Output_nhwc, f_f_6_Conv_block, f_f_8_Relu_QuantizeLinear_Output_nhwc_runs,
        &f_f_8_Relu_QuantizeLinear_Output_nhwc_window, &f_f_8_Relu_QuantizeLinear_Output_nhwc_qconv_packed);
    TRACE("/f/f.8/Relu_output_0_QuantizeLinear_Output.nhwc", int8, f_f_8_Relu_QuantizeLinear_Output_nhwc, 4, 1, 8, 8,
        32);

    STEP(); /* MaxPool "/f/f.9/MaxPool":
     *    f_f_8_Relu_QuantizeLinear_Output_nhwc[1,8,8,32]
     *    -> f_f_9_MaxPool_quantized_nhwc[1,4,4,32], 2x2, stride 2, int8 */
    int8_t *const f_f_9_MaxPool_quantized_nhwc = (int8_t *)(void *)(memory + AT_f_f_9_MaxPool_quantized_nhwc);
    static const struct window f_f_9_MaxPool_quantized_nhwc_window = {
        .in_d = 1, .in_h = 8, .in_w = 8,
        .kernel_d = 1, .kernel_h = 2, .kernel_w = 2,
        .stride_d = 1, .stride_h = 2, .stride_w = 2,
        .dilation_d = 1, .dilation_h = 1, .dilation_w = 1,
        .out_d = 1, .out_h = 4, .out_w = 4};
    max_pool_channelwise_bytes(f_f_8_Relu_QuantizeLinear_Output_nhwc, f_f_9_MaxPool_quantized_nhwc,
        &f_f_9_MaxPool_quantized_nhwc_window, /* batch */ 1, /* channels */ 32, /* is_signed */ 1);
    TRACE("/f/f.9/MaxPool_output_0/quantized.nhwc", int8, f_f_9_MaxPool_quantized_nhwc, 4, 1, 4, 4, 32);

    STEP(); /* QLinearConv "/f/f.10/Conv":
     *    f_f_9_MaxPool_quantized_nhwc[1,4,4,32], w_f_f_10_Conv_weight_transposed_packed[1,32,3,96],
     *    w_f_f_10_Conv_bias_int32[32], w_f_f_10_Conv_multiplier[32]
     *    -> f_f_12_Relu_QuantizeLinear_Output_nhwc[1,4,4,32], scratch f_f_10_Conv_block[579], 3x3, pad 1, int8 */
    int8_t *const f_f_12_Relu_QuantizeLinear_Output_nhwc =
        (int8_t *)(void *)(memory + AT_f_f_12_Relu_QuantizeLinear_Output_nhwc);
    uint8_t *const f_f_10_Conv_block = (uint8_t *)(void *)(memory + AT_f_f_10_Conv_block);
    static const int32_t f_f_12_Relu_QuantizeLinear_Output_nhwc_runs[] = {0, 192, 384};
    static const struct window f_f_12_Relu_QuantizeLinear_Output_nhwc_window = {
        .in_d = 1, .in_h = 4, .in_w = 4,
        .kernel_d = 1, .kernel_h = 3, .kernel_w = 3,
        .stride_d = 1, .stride_h = 1, .stride_w = 1,
        .dilation_d = 1, .dilation_h = 1, .dilation_w = 1,
        .pad_h = 1, .pad_w = 1,
        .out_d = 1, .out_h = 4, .out_w = 4};
    static const struct qconv_packed f_f_12_Relu_QuantizeLinear_Output_nhwc_qconv_packed = {
        .batch = 1, .groups = 1, .channels = 32, .filters = 32, .x_zero = (-128), .x_signed = 1, .multiplier_step = 1,
        .n_runs = 3, .run = 96, .lines = 1, .width = 4};
    qconv_packed(f_f_9_MaxPool_quantized_nhwc, w_f_f_10_Conv_weight_transposed_packed.v, w_f_f_10_Conv_bias_int32,
        /* w_zeros */ NULL, w_f_f_10_Conv_multiplier, /* zero */ (-128), /* low */ (-128), /* high */ 127,
        f_f_12_Relu_QuantizeLinear_Output_nhwc, f_f_10_Conv_block, f_f_12_Relu_QuantizeLinear_Output_nhwc_runs,
        &f_f_12_Relu_QuantizeLinear_Output_nhwc_window, &f_f_12_Relu_QuantizeLinear_Output_nhwc_qconv_packed);
    TRACE("/f/f.12/Relu_output_0_QuantizeLinear_Output.nhwc", int8, f_f_12_Relu_QuantizeLinear_Output_nhwc, 4, 1, 4, 4,
        32);

    STEP(); /* MaxPool "/f/f.13/MaxPool":
     *    f_f_12_Relu_QuantizeLinear_Output_nhwc[1,4,4,32]
     *    -> f_f_13_MaxPool_quantized_nhwc[1,2,2,32], 2x2, stride 2, int8 */
    int8_t *const f_f_13_MaxPool_quantized_nhwc = (int8_t *)(void *)(memory + AT_f_f_13_MaxPool_quantized_nhwc);
    static const struct window f_f_13_MaxPool_quantized_nhwc_window = {
        .in_d = 1, .in_h = 4, .in_w = 4,
        .kernel_d = 1, .kernel_h = 2, .kernel_w = 2,
        .stride_d = 1, .stride_h = 2, .stride_w = 2,
        .dilation_d = 1, .dilation_h = 1, .dilation_w = 1,
        .out_d = 1, .out_h = 2, .out_w = 2};
    max_pool_channelwise_bytes(f_f_12_Relu_QuantizeLinear_Output_nhwc, f_f_13_MaxPool_quantized_nhwc,
        &f_f_13_MaxPool_quantized_nhwc_window, /* batch */ 1, /* channels */ 32, /* is_signed */ 1);
    TRACE("/f/f.13/MaxPool_output_0/quantized.nhwc", int8, f_f_13_MaxPool_quantized_nhwc, 4, 1, 2, 2, 32);

    STEP(); /* QGemm "/h/Gemm":
     *    Flatten_quantized_last[1,128], w_h_weight_quantized_last_packed[1,10,1,128], w_h_bias_int32[10],
     *    w_h_Gemm_multiplier[10] -> h_Gemm_QuantizeLinear_Output[1,10], scratch h_Gemm_rows[128], int8 */
    int8_t *const Flatten_quantized_last = f_f_13_MaxPool_quantized_nhwc;
    int8_t *const h_Gemm_QuantizeLinear_Output = (int8_t *)(void *)(memory + AT_h_Gemm_QuantizeLinear_Output);
    uint8_t *const h_Gemm_rows = (uint8_t *)(void *)(memory + AT_h_Gemm_rows);
    static const struct qgemm_packed h_Gemm_QuantizeLinear_Output_qgemm_packed = {
        .rows = 1, .cols = 10, .depth = 128, .a_signed = 1, .multiplier_step = 1, .block = 1};
    qgemm_packed(Flatten_quantized_last, w_h_weight_quantized_last_packed.v, w_h_bias_int32, /* w_zeros */ NULL,
        w_h_Gemm_multiplier, /* zero */ (-16), /* low */ (-128), /* high */ 127, h_Gemm_QuantizeLinear_Output,
        h_Gemm_rows, &h_Gemm_QuantizeLinear_Output_qgemm_packed);
    TRACE("/h/Gemm_output_0_QuantizeLinear_Output", int8, h_Gemm_QuantizeLinear_Output, 2, 1, 10);

    STEP(); /* DequantizeLinear "/h/Gemm_output_0_DequantizeLinear":
     *    h_Gemm_QuantizeLinear_Output[1,10] -> h_Gemm_DequantizeLinear_Output[1,10], int8 to float32 */
    float *const h_Gemm_DequantizeLinear_Output = (float *)(void *)(memory + AT_h_Gemm_DequantizeLinear_Output);
    for (size_t i_ = 0; i_ < 10; i_++) {
        h_Gemm_DequantizeLinear_Output[i_] =
            dequantize_i8(h_Gemm_QuantizeLinear_Output[i_], /* scale */ 0.10245013f, /* zero */ -16);
    }
    TRACE("/h/Gemm_output_0_DequantizeLinear_Output", float32, h_Gemm_DequantizeLinear_Output, 2, 1, 10);

    STEP(); /* Softmax "/Softmax": h_Gemm_DequantizeLinear_Output[1,10] -> probabilities_QuantizeLinear_Input[1,10] */
    float *const probabilities_QuantizeLinear_Input = h_Gemm_DequantizeLinear_Output;
    softmax_f32(h_Gemm_DequantizeLinear_Output, probabilities_QuantizeLinear_Input, /* outer */ 1, /* n */ 10,
        /* inner */ 1);
    TRACE("probabilities_QuantizeLinear_Input", float32, probabilities_QuantizeLinear_Input, 2, 1, 10);

    STEP(); /* QuantizeLinear "probabilities_QuantizeLinear":
     *    probabilities_QuantizeLinear_Input[1,10] -> probabilities_QuantizeLinear_Output[1,10], float32 to int8 */
    int8_t *const probabilities_QuantizeLinear_Output =
        (int8_t *)(void *)(memory + AT_probabilities_QuantizeLinear_Output);
    quantize_bytes(probabilities_QuantizeLinear_Input, probabilities_QuantizeLinear_Output, /* scale */ 0.003921569f,
        /* zero */ (-128), /* low */ (-128), /* high */ 127, /* n */ 10);
    TRACE("probabilities_QuantizeLinear_Output", int8, probabilities_QuantizeLinear_Output, 2, 1, 10);

    STEP(); /* DequantizeLinear "probabilities_DequantizeLinear":
     *    probabilities_QuantizeLinear_Output[1,10] -> probabilities[1,10], int8 to float32 */
    for (size_t i_ = 0; i_ < 10; i_++) {
        probabilities[i_] =
            dequantize_i8(probabilities_QuantizeLinear_Output[i_], /* scale */ 0.003921569f, /* zero */ -128);
    }
    TRACE("probabilities", float32, probabilities, 2, 1, 10);

    return 0;
}

DIGITS_INT8_QDQ_CODE_ATTR int digits_int8_qdq_run(const float *image, float *probabilities)
{
#ifdef __GNUC__
    static DIGITS_INT8_QDQ_ARENA_ATTR unsigned char arena[DIGITS_INT8_QDQ_ARENA_BYTES] __attribute__((aligned(64)));
#else
    static DIGITS_INT8_QDQ_ARENA_ATTR unsigned char start[DIGITS_INT8_QDQ_ARENA_BYTES + DIGITS_INT8_QDQ_ARENA_ALIGN];
    unsigned char *const arena =
        start
        + (DIGITS_INT8_QDQ_ARENA_ALIGN - (uintptr_t)start % DIGITS_INT8_QDQ_ARENA_ALIGN) % DIGITS_INT8_QDQ_ARENA_ALIGN;
#endif
    return digits_int8_qdq_run_in(arena, image, probabilities);
}

/* Weights ------------------------------------------------------------------------------------- */
#ifdef __cplusplus
#undef WEIGHT
#define WEIGHT
namespace {
#endif
/* in panels of 16, by fours: int8[1,16,3,4], crc32 219f7933 */
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const int8_t w_f_f_0_Conv_weight_packed[192] = {
    -10, 91, -113, 0, 10, -28, -41, 0,
    -73, -46, 64, 0, -127, -58, -32, 0,
    -53, 122, 51, 0, -77, 122, 105, 0,
    112, -48, 9, 0, 36, 83, -24, 0,
    72, 85, 105, 0, 127, 107, -121, 0,
    31, 73, 104, 0, -65, 127, 68, 0,
    -15, 33, -53, 0, 10, 37, 23, 0,
    -60, -94, -58, 0, 0, -7, -16, 0,
    -127, -76, 56, 0, -127, -96, -66, 0,
    91, -38, 87, 0, -65, 76, -55, 0,
    55, 6, -77, 0, -79, -51, 115, 0,
    -127, -103, -117, 0, -13, 28, 91, 0,
    96, 31, -75, 0, 21, -24, -38, 0,
    44, -127, -108, 0, -61, -25, -105, 0,
    78, -59, 99, 0, 35, -2, -43, 0,
    -127, -52, 30, 0, -6, 106, 92, 0,
    2, 85, -11, 0, 20, 77, 81, 0,
    -29, 23, 127, 0, -35, -91, -118, 0,
    27, -127, -100, 0, 127, 55, 36, 0,
    66, 54, -121, 0, 113, -127, -40, 0,
    7, -61, -127, 0, -66, -4, -119, 0,
    66, 56, -94, 0, -17, -97, -110, 0,
    62, -127, -13, 0, 46, -127, -91, 0,
    -90, -27, 105, 0, 48, 127, -18, 0
};
/* in units of the inputs' scales: int32[16], crc32 2a64ff3b */
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_f_f_0_Conv_bias_int32[16] = {
    9291, 11885, -15228, 34289, 7040, -20147, 23661, -11704,
    -9914, 8496, 993, 24676, 250, 8154, 27421, -21019
};
/* scales of the inputs over that of the result: float32[16], crc32 e27ae357 */
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_f_f_0_Conv_multiplier[16] = {
    0.004373049f, 0.0029569112f, 0.0032898677f, 0.0024089f, 0.0032333843f, 0.0020318471f, 0.0023360343f, 0.004205294f,
    0.0026672797f, 0.0027713429f, 0.0028964186f, 0.0022793317f, 0.003969882f, 0.0038239285f, 0.0021194182f,
    0.002314694f
};
/* channels last: int8[9,16], crc32 10aeefdc */
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const int8_t w_f_f_3_Conv_weight_packed[144] = {
    5, 0, 122, -42, -94, 101, -8, 6,
    28, 99, -51, -91, 127, -99, -113, -111,
    9, 127, -127, -120, 36, -55, 3, -127,
    127, -28, 9, -61, 17, -7, 17, 127,
    -127, -44, 8, 83, -105, 127, -79, 72,
    83, 17, 99, 89, -36, 51, -58, -123,
    -95, 112, -14, 127, -5, 31, -65, -55,
    -98, 76, -72, 100, -71, 4, -7, 75,
    -10, 40, 125, 126, -5, 7, 90, -31,
    43, -84, -104, 127, -123, -110, -127, -56,
    -23, -103, 31, -105, 119, -3, -103, -26,
    -101, 76, -47, 87, -9, -122, 53, -116,
    -39, 78, 101, -3, -127, -48, 14, -6,
    -51, -127, -127, -59, -87, 110, 92, 66,
    67, -11, 76, -114, -109, 10, 127, 21,
    44, -26, 41, -40, -72, 32, -44, -90,
    -80, -72, -26, -95, -114, -44, 47, 86,
    51, -46, -61, 27, 97, 127, -49, 37
};
/* in units of the inputs' scales: int32[16], crc32 d8558046 */
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_f_f_3_Conv_bias_int32[16] = {
    5835, -2073, -8425, 2231, 8139, -3296, -1844, 1140,
    -1524, 1803, 7943, -3881, 4408, 1570, 6385, 5231
};
/* scales of the inputs over that of the result: float32[16], crc32 df728f44 */
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_f_f_3_Conv_multiplier[16] = {
    0.0075055016f, 0.008872053f, 0.005023475f, 0.008054275f, 0.005978438f, 0.009255347f, 0.008996067f, 0.006975499f,
    0.006405614f, 0.008277659f, 0.006341861f, 0.007687571f, 0.006558187f, 0.0075446707f, 0.009742476f, 0.0056373137f
};
/* in panels of 16, by fours: int8[1,32,1,16], crc32 37c406c7 */
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const int8_t w_f_f_6_Conv_weight_packed[512] = {
    -19, 10, -103, 16, 105, 127, 124, 91,
    -44, 28, 5, 17, -111, 36, -97, 103,
    41, 114, 41, 76, 27, 21, -80, 127,
    -49, 3, 5, 123, 71, -29, -86, -26,
    38, -127, 70, 50, 21, 45, -8, -119,
    -127, -70, -87, 24, -98, -90, 127, 113,
    -30, -48, 25, 90, -34, -40, 99, 112,
    32, 99, -82, 29, -89, -69, -49, 70,
    80, 90, 79, 7, -16, -56, 113, 57,
    -16, 61, -44, -18, -40, -54, -41, -87,
    -23, 55, -14, -12, 20, -106, 113, 80,
    1, -31, -7, 45, 80, -64, 42, -104,
    126, 50, -71, 81, -120, -56, 63, 124,
    -2, 105, 44, 95, -115, 75, 66, 89,
    -74, -7, 101, -10, -121, -127, -87, -47,
    -89, 78, -127, -72, -60, 80, -9, -41,
    53, -38, -102, -127, -67, 101, 48, 36,
    -101, -87, -127, 85, 69, 127, 72, 65,
    -50, -62, -49, 25, -15, 112, -54, -55,
    60, -127, -42, -93, -115, -108, -5, 123,
    -9, 39, -94, -34, 83, -1, 73, -91,
    -38, -29, -14, -7, 73, -99, 18, 73,
    60, -36, 80, -60, -70, -91, -100, 10,
    86, -44, 50, 5, 87, 40, 127, 63,
    84, 44, -62, 27, -28, 0, -42, 63,
    72, 104, 125, -64, 66, -74, 77, 120,
    91, 0, -68, 127, 95, -20, -80, -84,
    -38, 12, -91, 69, -127, 120, -50, 55,
    -98, -60, 3, -61, -127, 96, -93, 97,
    19, -100, 98, -7, -50, 11, -55, 48,
    -122, -87, 127, -39, -62, -22, -43, -75,
    -11, -11, 86, -29, 13, -101, 38, 66,
    -29, -127, 23, 93, -89, 102, 38, 43,
    -8, -17, -11, -73, -38, -80, 97, 22,
    -25, -10, -8, 15, 21, 61, -112, 62,
    8, 74, 88, 127, 115, 58, 48, -127,
    -61, -23, 3, 68, 55, -98, -21, -39,
    -30, -127, 62, -72, 76, 105, 36, 30,
    -72, -64, 17, -88, -69, -88, -56, -115,
    45, -27, 97, -69, -17, 94, -13, 68,
    -8, -99, -108, 24, -86, 114, 127, 96,
    118, -56, 36, 124, -106, -29, 56, 18,
    -82, 80, -54, 95, -88, -1, 88, -103,
    -15, 36, 109, -13, 68, 111, 20, -99,
    -44, 68, -4, -63, -33, 10, 127, -70,
    -107, 25, 90, -27, -31, 66, -64, -92,
    63, 46, 31, -64, 32, -7, 14, 32,
    -14, 114, 127, -40, 127, -16, 75, -50,
    -43, -56, 26, 25, -59, -48, -66, 107,
    40, 29, 117, 67, 32, -7, 26, -7,
    -79, -8, 38, -59, 0, 127, 0, 89,
    122, -107, 2, 22, 68, -119, 20, 37,
    -127, -40, 109, -30, 32, -60, -35, 58,
    19, 123, 73, -61, 35, 126, -65, 127,
    73, -76, 127, -55, 123, 32, -73, -51,
    0, 22, -14, -72, -44, 3, 9, -65,
    120, 123, -18, -97, -54, -61, 84, -47,
    -104, 127, -6, -124, -50, -127, -81, 60,
    127, -74, -94, -46, -17, 127, -63, -58,
    58, 46, -19, -99, -76, 52, -124, 21,
    40, -1, 77, 95, -13, 0, -90, 64,
    -11, -15, -124, 5, 61, -82, 7, 96,
    -69, 100, 33, -50, -127, -62, -47, -29,
    41, -95, 6, 17, 23, 8, 99, -25
};
/* in units of the inputs' scales: int32[32], crc32 76b76a81 */
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_f_f_6_Conv_bias_int32[32] = {
    0, -14873, -1209, -6760, -6882, -1379, 3942, 3660,
    3164, 1044, 2064, -4325, 398, 14715, -1160, -3915,
    2217, -4407, -5727, 4897, 3897, -3367, -9465, -1368,
    -2185, 1925, 3757, -10353, -483, 11576, -2980, -7073
};
/* scales of the inputs over that of the result: float32[32], crc32 bdd5f08f */
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_f_f_6_Conv_multiplier[32] = {
    0.006682532f, 0.004632852f, 0.0058107665f, 0.004006345f, 0.007049807f, 0.005005871f, 0.0057399524f, 0.003759812f,
    0.005132106f, 0.0040857107f, 0.0065883277f, 0.0042692604f, 0.005690781f, 0.005385189f, 0.0056150155f,
    0.0046992474f,
    0.004865872f, 0.006090763f, 0.0052584317f, 0.006439242f, 0.005523566f, 0.00482378f, 0.005289992f, 0.004682621f,
    0.008855721f, 0.0044684974f, 0.0060593435f, 0.0044522765f, 0.004887517f, 0.0055129267f, 0.0063242596f,
    0.007057581f
};
/* transposed, in panels of 16, by fours: int8[1,32,3,96], crc32 bcbe63e5 */
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const union w_f_f_10_Conv_weight_transposed_packed
        w_f_f_10_Conv_weight_transposed_packed = {
};
/* in units of the inputs' scales: int32[32], crc32 d43bcd37 */
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_f_f_10_Conv_bias_int32[32] = {
    -14713, -16421, -3408, -17657, -8363, -32400, 37406, -26357,
    -3046, 34216, -21671, 966, -11758, -11924, 12842, -12385,
    9745, -3758, 3286, 49325, 15479, -33219, -21492, 7169,
    -1907, -16449, -7489, 6921, -23811, -8076, 21692, 8068
};
/* scales of the inputs over that of the result: float32[32], crc32 3c27a751 */
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_f_f_10_Conv_multiplier[32] = {
    0.0018162815f, 0.001448807f, 0.0014757315f, 0.0015887552f, 0.0015506836f, 0.0014504708f, 0.001660194f,
    0.0018463639f,
    0.0014649052f, 0.001633852f, 0.0017825665f, 0.0012562464f, 0.0018976147f, 0.0013096853f, 0.0017825314f,
    0.0013290987f,
    0.0017429019f, 0.0013886282f, 0.00147642f, 0.0014778522f, 0.0014910138f, 0.0011722039f, 0.0014793742f,
    0.0015346366f,
    0.0015351197f, 0.0017221954f, 0.0013762097f, 0.001884181f, 0.0015415858f, 0.0018301836f, 0.0013897765f,
    0.0020099732f
};
/* in panels of 16, by fours: int8[1,10,1,128], crc32 1aa4765f */
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const union w_h_weight_quantized_last_packed w_h_weight_quantized_last_packed = {
};
/* in units of the inputs' scales: int32[10], crc32 1c809dcc */
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const int32_t w_h_bias_int32[10] = {
    160, 254, -84, -917, -789, 787, 487, -1623,
    599, 935
};
/* scales of the inputs over that of the result: float32[10], crc32 fab76e0a */
WEIGHT DIGITS_INT8_QDQ_WEIGHTS_ATTR const float w_h_Gemm_multiplier[10] = {
    0.00053950434f, 0.00059583614f, 0.0006884393f, 0.00085693947f, 0.0006605755f, 0.0008881982f, 0.0005280752f,
    0.00062325917f,
    0.0006525523f, 0.0008069376f
};
#ifdef __cplusplus
}
#endif
