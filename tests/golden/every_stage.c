/* Written by onnx2c 0.1.0; do not edit, generate again.
 *   model    sha256 27900f5630f5e2a906e717391838f0f84f9c1d610f68bfb02a4fed724c94dbce, opset 19
 *   options  --name every_stage
 *   memory   arena 409,600 B (lower bound 409,600 B), weights 13,508 B, stack about 36,304 B, no heap
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
#define EVERY_STAGE_ARENA_BYTES 409600
#define EVERY_STAGE_ARENA_ALIGN 64
#define EVERY_STAGE_IMAGE_RANK 4
#define EVERY_STAGE_IMAGE_DIMS {1, 3, 64, 64}
#define EVERY_STAGE_IMAGE_COUNT 12288 /* float32 image[1,3,64,64] */
#define EVERY_STAGE_FLAG_RANK 0
#define EVERY_STAGE_FLAG_DIMS {0}
#define EVERY_STAGE_FLAG_COUNT 1 /* bool flag[] */
#define EVERY_STAGE_CHOSEN_RANK 2
#define EVERY_STAGE_CHOSEN_DIMS {1, 4}
#define EVERY_STAGE_CHOSEN_COUNT 4 /* float32 chosen[1,4] */
#define EVERY_STAGE_LAST_RANK 2
#define EVERY_STAGE_LAST_DIMS {1, 4}
#define EVERY_STAGE_LAST_COUNT 4 /* float32 last[1,4] */

/* What the functions return beside 0; then outputs are unspecified, and the next call works. */
#define EVERY_STAGE_EDIM (-1)   /* a dimension is out of its bounds, or doesn't fit another */
#define EVERY_STAGE_EVALUE (-2) /* an input's value is one that the model forbids */
#define EVERY_STAGE_EARENA (-3) /* the arena is not aligned to EVERY_STAGE_ARENA_ALIGN */

/* Inputs and outputs are dense, row-major (C order). every_stage_run uses a static arena; every_stage_run_in is
 * re-entrant, its arena has EVERY_STAGE_ARENA_BYTES. */
#ifdef __cplusplus
extern "C" {
#endif
int every_stage_run(const float *image, const bool *flag, float *chosen, float *last);
int every_stage_run_in(void *arena, const float *image, const bool *flag, float *chosen, float *last);
#ifdef __cplusplus
}
#endif

/* Placement: define these to put weights, code or the arena of every_stage_run into a section of their own. */
#ifndef EVERY_STAGE_WEIGHTS_ATTR
#define EVERY_STAGE_WEIGHTS_ATTR
#endif
#ifndef EVERY_STAGE_ARENA_ATTR
#define EVERY_STAGE_ARENA_ATTR
#endif
#ifndef EVERY_STAGE_CODE_ATTR
#define EVERY_STAGE_CODE_ATTR
#endif

/* Hooks: define EVERY_STAGE_STEP(step) to have it before each step, and EVERY_STAGE_TRACE(step, name, type, data, rank,
 * dims) to have it after a step for each value that is complete then: `step` counts from 1, `name` is ONNX's, `type` as
 * in "float32", `dims` an array of int32_t. */
#if defined(EVERY_STAGE_STEP) || defined(EVERY_STAGE_TRACE)
enum { STEP_BASE = __COUNTER__ };
#define STEP() step_ = __COUNTER__ - STEP_BASE; EVERY_STAGE_STEP(step_)
#else
#define STEP()
#endif
#ifndef EVERY_STAGE_STEP
#define EVERY_STAGE_STEP(step) (void)(step)
#endif
#ifdef EVERY_STAGE_TRACE
#define TRACE(name, type, data, rank, ...) do { const int32_t dims_[] = {__VA_ARGS__}; \
    EVERY_STAGE_TRACE(step_, name, #type, data, rank, dims_); } while (0)
#else
#define TRACE(...)
#endif

#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "-ffast-math, -Ofast and the like change the numbers: add -fno-fast-math"
#endif
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the weights are written for little-endian machines: make the file with --weights numbers"
#endif
#ifdef __GNUC__
#pragma GCC diagnostic ignored "-Woverlength-strings"
#endif

/* Memory map ---------------------------------------------------------------------------------- */
/* Buffers in the order in which they are first needed, each for that many steps of the run function. */
enum {                                          /* offset         bytes  steps  tensor */
    AT_a_nhwc_rows                              =     32768, /*    303104     5  float32[1,37,64,32] */
    AT_b_nhwc_rows                              =    335872, /*     73728     2  float32[1,18,32,32] */
    AT_c_nhwc                                   =         0, /*     32768     7  float32[1,32,32,8] */
    AT_both_nhwc                                =     65536, /*     65536     3  float32[1,32,32,16] */
    AT_mixed_nhwc                               =         0, /*     65536     3  float32[1,32,32,16] */
    AT_d0_nhwc                                  =     65536, /*     32768     2  float32[1,32,32,8] */
    AT_d_nhwc                                   =     98304, /*     32768     2  float32[1,32,32,8] */
    AT_pooled_nhwc                              =         0, /*        32     2  float32[1,1,1,8] */
    AT_fq_quantized_nhwc                        =        32, /*         8     2  int8[1,1,1,8] */
    AT_pq                                       =         0, /*         4     2  int8[1,4] */
    AT_pq_rows                                  =        16, /*         8     1  uint8[8] */
    AT_scores                                   =        16, /*        16     6  float32[1,4] */
    AT_share                                    =         0, /*        16     2  float32[1,4] */
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
kernel fused_f32
kernel vec_max
kernel vec_min
kernel select_f32
kernel all_f32
kernel bits_f32
kernel from_bits_f32
kernel abs_f32
kernel copysign_f32
kernel fma_f32
kernel bound_f32
kernel all_vec
kernel bits_vec
kernel from_bits_vec
kernel select_vec
kernel fma_vec
kernel bound_vec
kernel power_of_two_f32
kernel power_of_two_vec
kernel halvings_f32
kernel halvings_vec
kernel exponent_of_f32
kernel exponent_of_vec
kernel whole_f32
kernel whole_vec
kernel expm1_rest_f32
kernel expm1_rest_vec
kernel exp_vec
kernel expm1_f32
kernel tanh_f32
kernel dim_min_i32
kernel dim_max_i32
kernel keep_rows
kernel nearest_i32
kernel requantize
kernel chain_end
kernel tile_rows
struct tile
struct panels
kernel panels_scale
kernel tile_completes
kernel tile_activate
kernel tile_resume_f32
kernel tile_finish_f32
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
struct window
struct conv_packed
kernel rows_of_band
kernel planes_apart
struct inside
kernel taps_inside
kernel inside_run
kernel conv_by_taps
struct pixel_steps
kernel window_runs
kernel first_tap
kernel dense_steps
kernel pixels_of_tile
kernel window_region
kernel window_band
kernel fetch_panels
kernel outputs_inside
kernel window_tap
kernel conv_taps_f32
kernel conv_columns_f32
kernel conv_spread_f32
kernel 
kernel tile_f32
kernel conv_packed_f32
struct planes
kernel planes_high
kernel planes_wide
kernel planes_block
kernel planes_copy_f32
kernel planes_##R##x##C##_##S
kernel 
kernel planes_rows_1_f32
kernel planes_region_1_f32
kernel planes_band_1_f32
kernel conv_planes_1_f32
kernel add_f32
kernel add_vec
kernel neg_f32
kernel max_f32
kernel max_vec
struct gemm_packed
kernel gemm_ahead
kernel gemm_band_f32
kernel gemm_panels_f32
kernel gemm_packed_f32
kernel qcopy
struct qgemm_packed
kernel qgemm_packed
kernel quantize_bytes
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
struct strip
struct channelwise
kernel NAME##_tile
kernel strip_pixels
kernel channelwise_strip
kernel channelwise_band
kernel channelwise_f32
kernel conv_channelwise_f32
kernel global_average_channelwise_f32

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
union WEIGHTS_ALIGNED w_w0_packed { unsigned char bytes[3457]; float v[864]; };
WEIGHT EVERY_STAGE_WEIGHTS_ATTR const union w_w0_packed w_w0_packed;
WEIGHT EVERY_STAGE_WEIGHTS_ATTR const float w_w0_bias[32];
WEIGHT EVERY_STAGE_WEIGHTS_ATTR const float w_w1_packed[288];
WEIGHT EVERY_STAGE_WEIGHTS_ATTR const float w_w2_packed[512];
WEIGHT EVERY_STAGE_WEIGHTS_ATTR const float w_w3_packed[128];
union WEIGHTS_ALIGNED w_w4_packed { unsigned char bytes[4609]; float v[1152]; };
WEIGHT EVERY_STAGE_WEIGHTS_ATTR const union w_w4_packed w_w4_packed;
WEIGHT EVERY_STAGE_WEIGHTS_ATTR const float w_w5_packed[256];
WEIGHT EVERY_STAGE_WEIGHTS_ATTR const float w_w6_packed[128];
WEIGHT EVERY_STAGE_WEIGHTS_ATTR const int8_t w_weights_last_transposed_packed[32];
WEIGHT EVERY_STAGE_WEIGHTS_ATTR const int32_t w_pq_bias[4];
WEIGHT EVERY_STAGE_WEIGHTS_ATTR const float w_pq_multiplier[1];
WEIGHT EVERY_STAGE_WEIGHTS_ATTR const float w_offset[4];
#ifdef __cplusplus
}
#endif

/* The model ----------------------------------------------------------------------------------- */
EVERY_STAGE_CODE_ATTR int every_stage_run_in(void *arena, const float *image, const bool *flag, float *chosen,
                                             float *last)
{
    if ((uintptr_t)arena % EVERY_STAGE_ARENA_ALIGN != 0) return EVERY_STAGE_EARENA;
    unsigned char *const memory = (unsigned char *)arena;
    int32_t step_ = 0; (void)step_; /* for the hooks */
    int32_t last_round = 0;
    int32_t tile = 0;
    int32_t start3 = 0;
    int32_t end3 = 0;
    int32_t start2 = 0;
    int32_t end2 = 0;
    int32_t base2 = 0;
    int32_t start1 = 0;
    int32_t end1 = 0;
    int32_t base1 = 0;

    STEP(); /* 18 rows at a time: image[1,3,64,64] -> c_nhwc[1,32,32,8] */
    start1 = 0;
    base1 = 0;
    start2 = 0;
    base2 = 0;
    start3 = 0;
    float *const a_nhwc_rows = (float *)(void *)(memory + AT_a_nhwc_rows);
    float *const b_nhwc_rows = (float *)(void *)(memory + AT_b_nhwc_rows);
    float *const c_nhwc = (float *)(void *)(memory + AT_c_nhwc);
    for (tile = 0; tile < 2; tile++) {
        end3 = dim_min_i32(32, 18 * tile + 18);
        end2 = dim_min_i32(32, 18 * tile + 18);
        end1 = dim_min_i32(64, 36 * tile + 36);

        STEP(); /* Conv, BatchNormalization, Relu:
         *    image[1,3,64,64], w_w0_packed[2,3,9,16], w_w0_bias[32] -> a_nhwc_rows[1,37,64,32], 3x3 */
        static const struct conv_packed a_nhwc_rows_conv_packed = {
            .batch = 1, .groups = 1, .in_channels = 3, .out_channels = 32, .chunk = 3, .x_pixel = 1, .y_pixel = 32};
        {
            const struct window a_nhwc_rows_window = {
                .in_d = 1, .in_h = 64, .in_w = 64,
                .kernel_d = 1, .kernel_h = 3, .kernel_w = 3,
                .stride_d = 1, .stride_h = 1, .stride_w = 1,
                .dilation_d = 1, .dilation_h = 1, .dilation_w = 1,
                .pad_h = (1 - start1), .pad_w = 1,
                .out_d = 1, .out_h = (end1 - start1), .out_w = 64};
            conv_planes_1_f32(image, w_w0_packed.v, w_w0_bias, /* add */ NULL,
                a_nhwc_rows + (2048 * start1 - 2048 * base1), &a_nhwc_rows_window, &a_nhwc_rows_conv_packed,
                /* low */ 0.0f, /* high */ INFINITY, /* activation */ NULL);
        }

        STEP(); /* Conv, Relu:
         *    a_nhwc_rows[1,37,64,32], w_w1_packed[9,32] -> b_nhwc_rows[1,18,32,32], 3x3, stride 2, depthwise */
        {
            const struct window b_nhwc_rows_window = {
                .in_d = 1, .in_h = (end1 - base1), .in_w = 64,
                .kernel_d = 1, .kernel_h = 3, .kernel_w = 3,
                .stride_d = 1, .stride_h = 2, .stride_w = 2,
                .dilation_d = 1, .dilation_h = 1, .dilation_w = 1,
                .pad_h = (base1 - 2 * start2 + 1), .pad_w = 1,
                .out_d = 1, .out_h = (end2 - start2), .out_w = 32};
            conv_channelwise_f32(a_nhwc_rows, w_w1_packed, /* b */ NULL, b_nhwc_rows + (1024 * start2 - 1024 * base2),
                &b_nhwc_rows_window, /* batch */ 1, /* channels */ 32, /* low */ 0.0f, /* high */ INFINITY,
                /* activation */ NULL);
        }

        STEP(); /* Conv: b_nhwc_rows[1,18,32,32], w_w2_packed[1,1,32,16] -> c_nhwc[1,32,32,8], 1x1 */
        {
            const struct gemm_packed c_nhwc_gemm_packed = {
                .m = (32 * end3 - 32 * start3), .n = 8, .k = 32, .a_row = 32, .y_row = 8};
            gemm_packed_f32(b_nhwc_rows + (1024 * start3 - 1024 * base2), w_w2_packed, /* bias */ NULL, /* add */ NULL,
                c_nhwc + (256 * start3), &c_nhwc_gemm_packed, /* low */ -INFINITY, /* high */ INFINITY,
                /* activation */ NULL);
        }

        STEP(); /* Rows that the next tile sees again: -> a_nhwc_rows[1,37,64,32] */
        keep_rows(a_nhwc_rows,
            /* from */ (size_t)(8192 * dim_min_i32(end1, dim_max_i32(0, 2 * end2 - 1)) - 8192 * base1),
            /* count */ (size_t)(8192 * dim_max_i32(0, end1 - dim_max_i32(0, 2 * end2 - 1))));
        base1 = dim_min_i32(end1, dim_max_i32(0, 2 * end2 - 1));
        base2 = end2;
        start1 = end1;
        start2 = end2;
        start3 = end3;
    }
    TRACE("c.nhwc", float32, c_nhwc, 4, 1, 32, 32, 8);

    STEP(); /* Conv: c_nhwc[1,32,32,8], w_w3_packed[1,1,8,16] -> both_nhwc[1,32,32,16], 1x1 */
    float *const both_nhwc = (float *)(void *)(memory + AT_both_nhwc);
    static const struct gemm_packed both_nhwc_gemm_packed = {.m = 1024, .n = 8, .k = 8, .a_row = 8, .y_row = 16};
    gemm_packed_f32(c_nhwc, w_w3_packed, /* bias */ NULL, /* add */ NULL, both_nhwc, &both_nhwc_gemm_packed,
        /* low */ -INFINITY, /* high */ INFINITY, /* activation */ NULL);

    STEP(); /* Conv: c_nhwc[1,32,32,8], w_w4_packed[1,9,8,16] -> both_nhwc[1,32,32,16], 3x3, pad 1 */
    static const struct window both_nhwc_window = {
        .in_d = 1, .in_h = 32, .in_w = 32,
        .kernel_d = 1, .kernel_h = 3, .kernel_w = 3,
        .stride_d = 1, .stride_h = 1, .stride_w = 1,
        .dilation_d = 1, .dilation_h = 1, .dilation_w = 1,
        .pad_h = 1, .pad_w = 1,
        .out_d = 1, .out_h = 32, .out_w = 32};
    static const struct conv_packed both_nhwc_conv_packed = {
        .batch = 1, .groups = 1, .in_channels = 8, .out_channels = 8, .chunk = 8, .x_pixel = 8, .y_pixel = 16};
    conv_packed_f32(c_nhwc, w_w4_packed.v, /* b */ NULL, /* add */ NULL, both_nhwc + 8, &both_nhwc_window,
        &both_nhwc_conv_packed, /* low */ -INFINITY, /* high */ INFINITY, /* activation */ NULL);
    TRACE("both.nhwc", float32, both_nhwc, 4, 1, 32, 32, 16);

    STEP(); /* Conv: both_nhwc[1,32,32,16], w_w5_packed[1,1,16,16] -> mixed_nhwc[1,32,32,16], 1x1 */
    float *const mixed_nhwc = (float *)(void *)(memory + AT_mixed_nhwc);
    static const struct gemm_packed mixed_nhwc_gemm_packed = {.m = 1024, .n = 16, .k = 16, .a_row = 16, .y_row = 16};
    gemm_packed_f32(both_nhwc, w_w5_packed, /* bias */ NULL, /* add */ NULL, mixed_nhwc, &mixed_nhwc_gemm_packed,
        /* low */ -INFINITY, /* high */ INFINITY, /* activation */ NULL);
    TRACE("mixed.nhwc", float32, mixed_nhwc, 4, 1, 32, 32, 16);

    STEP(); /* Conv: mixed_nhwc[1,32,32,16], w_w6_packed[1,1,8,16] -> d0_nhwc[1,32,32,8], 1x1 */
    float *const d0_nhwc = (float *)(void *)(memory + AT_d0_nhwc);
    static const struct gemm_packed d0_nhwc_gemm_packed = {.m = 1024, .n = 8, .k = 8, .a_row = 16, .y_row = 8};
    gemm_packed_f32(mixed_nhwc, w_w6_packed, /* bias */ NULL, /* add */ NULL, d0_nhwc, &d0_nhwc_gemm_packed,
        /* low */ -INFINITY, /* high */ INFINITY, /* activation */ NULL);
    TRACE("d0.nhwc", float32, d0_nhwc, 4, 1, 32, 32, 8);

    STEP(); /* Conv, Add: mixed_nhwc[1,32,32,16], w_w6_packed[1,1,8,16], d0_nhwc[1,32,32,8] -> d_nhwc[1,32,32,8], 1x1 */
    float *const d_nhwc = (float *)(void *)(memory + AT_d_nhwc);
    gemm_packed_f32(mixed_nhwc + 8, w_w6_packed, /* bias */ NULL, d0_nhwc, d_nhwc, &d0_nhwc_gemm_packed,
        /* low */ -INFINITY, /* high */ INFINITY, /* activation */ NULL);
    TRACE("d.nhwc", float32, d_nhwc, 4, 1, 32, 32, 8);

    STEP(); /* GlobalAveragePool: d_nhwc[1,32,32,8] -> pooled_nhwc[1,1,1,8] */
    float *const pooled_nhwc = (float *)(void *)(memory + AT_pooled_nhwc);
    global_average_channelwise_f32(d_nhwc, pooled_nhwc, /* batch */ 1, /* pixels */ 1024, /* channels */ 8);
    TRACE("pooled.nhwc", float32, pooled_nhwc, 4, 1, 1, 1, 8);

    STEP(); /* QuantizeLinear: pooled_nhwc[1,1,1,8] -> fq_quantized_nhwc[1,1,1,8], float32 to int8 */
    int8_t *const fq_quantized_nhwc = (int8_t *)(void *)(memory + AT_fq_quantized_nhwc);
    quantize_bytes(pooled_nhwc, fq_quantized_nhwc, /* scale */ 0.015625f, /* zero */ 0, /* low */ (-128),
        /* high */ 127, /* n */ 8);
    TRACE("fq/quantized.nhwc", int8, fq_quantized_nhwc, 4, 1, 1, 1, 8);

    STEP(); /* QGemm:
     *    fq_last[1,8], w_weights_last_transposed_packed[1,4,1,8], w_pq_bias[4], w_pq_multiplier[1]
     *    -> pq[1,4], scratch pq_rows[8], int8 */
    int8_t *const fq_last = fq_quantized_nhwc;
    int8_t *const pq = (int8_t *)(void *)(memory + AT_pq);
    uint8_t *const pq_rows = (uint8_t *)(void *)(memory + AT_pq_rows);
    static const struct qgemm_packed pq_qgemm_packed = {.rows = 1, .cols = 4, .depth = 8, .a_signed = 1, .block = 1};
    qgemm_packed(fq_last, w_weights_last_transposed_packed, w_pq_bias, /* w_zeros */ NULL, w_pq_multiplier,
        /* zero */ 0, /* low */ (-128), /* high */ 127, pq, pq_rows, &pq_qgemm_packed);
    TRACE("pq", int8, pq, 2, 1, 4);

    STEP(); /* DequantizeLinear: pq[1,4] -> scores[1,4], int8 to float32 */
    float *const scores = (float *)(void *)(memory + AT_scores);
    for (size_t i_ = 0; i_ < 4; i_++) {
        scores[i_] = dequantize_i8(pq[i_], /* scale */ 0.03125f, /* zero */ 0);
    }
    TRACE("scores", float32, scores, 2, 1, 4);

    STEP(); /* Mul, after Sub: scores[1,4], w_offset[1,4] -> chain[1,4] */
    float *const chain = scores;
    for (size_t i_ = 0; i_ < 4; i_++) {
        chain[i_] = (tanh_f32(scores[i_]) - w_offset[i_]) * scores[i_];
    }
    TRACE("chain", float32, chain, 2, 1, 4);

    STEP(); /* If: flag[] -> chosen[1,4] */
    float *const twice = chosen;
    float *const negative = chosen;
    if (flag[0]) {
        STEP(); /* Mul: chain[1,4] -> twice[1,4] */
        for (size_t i_ = 0; i_ < 4; i_++) {
            twice[i_] = chain[i_] * 2.0f;
        }
        TRACE("twice", float32, twice, 2, 1, 4);
    } else {
        STEP(); /* Neg: chain[1,4] -> negative[1,4] */
        for (size_t i_ = 0; i_ < 4; i_++) {
            negative[i_] = neg_f32(chain[i_]);
        }
        TRACE("negative", float32, negative, 2, 1, 4);
    }
    TRACE("chosen", float32, chosen, 2, 1, 4);

    STEP(); /* Loop: chain[1,4] -> last[1,4] */
    float *const state = last;
    memcpy(state, chain, (size_t)16);
    float *const share = (float *)(void *)(memory + AT_share);
    float *const next = state;
    for (last_round = 0; last_round < 9; last_round++) {
        STEP(); /* Softmax: state[1,4] -> share[1,4] */
        softmax_f32(state, share, /* outer */ 1, /* n */ 4, /* inner */ 1);
        TRACE("share", float32, share, 2, 1, 4);

        STEP(); /* Mul, after Add: share[1,4], chosen[1,4] -> next[1,4] */
        for (size_t i_ = 0; i_ < 4; i_++) {
            next[i_] = (share[i_] + chosen[i_]) * 0.5f;
        }
        TRACE("next", float32, next, 2, 1, 4);
    }
    TRACE("last", float32, last, 2, 1, 4);

    return 0;
}

EVERY_STAGE_CODE_ATTR int every_stage_run(const float *image, const bool *flag, float *chosen, float *last)
{
#ifdef __GNUC__
    static EVERY_STAGE_ARENA_ATTR unsigned char arena[EVERY_STAGE_ARENA_BYTES] __attribute__((aligned(64)));
#else
    static EVERY_STAGE_ARENA_ATTR unsigned char start[EVERY_STAGE_ARENA_BYTES + EVERY_STAGE_ARENA_ALIGN];
    unsigned char *const arena =
        start + (EVERY_STAGE_ARENA_ALIGN - (uintptr_t)start % EVERY_STAGE_ARENA_ALIGN) % EVERY_STAGE_ARENA_ALIGN;
#endif
    return every_stage_run_in(arena, image, flag, chosen, last);
}

/* Weights ------------------------------------------------------------------------------------- */
#ifdef __cplusplus
#undef WEIGHT
#define WEIGHT
namespace {
#endif
/* BatchNormalization folded in, in panels of 16 output channels: float32[2,3,9,16], crc32 3f2b45ed */
WEIGHT EVERY_STAGE_WEIGHTS_ATTR const union w_w0_packed w_w0_packed = {
};
/* BatchNormalization folded in: float32[32], crc32 4d765615 */
WEIGHT EVERY_STAGE_WEIGHTS_ATTR const float w_w0_bias[32] = {
    -0.02909474f, 0.1511248f, -0.00844827f, 0.12004066f, 0.3034676f, -0.08491222f, -0.27135363f, -0.16562977f,
    0.040128283f, 0.11976416f, -0.014755258f, 0.04756402f, 0.09612211f, 0.3314297f, 0.08139476f, -0.07003306f,
    0.12131381f, 0.1761262f, 0.13248396f, 0.314239f, -0.075934805f, 0.14532481f, -0.05974237f, 0.013805263f,
    0.26178098f, -0.44500205f, -0.0703252f, -0.08294945f, 0.109102555f, -0.11871587f, -0.036970276f, 0.00025440782f
};
WEIGHT EVERY_STAGE_WEIGHTS_ATTR const float w_w1_packed[288] = { /* channels last: float32[9,32], crc32 dd80709c */
    0.1697303f, 0.0011461085f, -0.2603408f, -0.31838235f, -0.11939011f, -0.3778825f, 0.31991816f, 0.2818191f,
    -0.21411638f, 0.10322594f, -0.116461f, 0.27180526f, -0.6914869f, 0.057927124f, 0.30736578f, -0.19455f,
    0.07750788f, 0.0944872f, -0.11571084f, 0.48107716f, 0.14323433f, -0.6644462f, 0.19592233f, 0.04604062f,
    0.07519121f, 0.058491852f, 0.14799634f, 0.46507382f, -0.45592996f, -0.10635702f, 0.38322866f, 0.48052675f,
    -0.5933252f, -0.2120676f, -0.24341112f, 0.12033423f, 0.3405139f, 0.47441444f, -0.3405234f, 0.19863112f,
    -0.09748589f, 0.06260871f, 0.10526287f, -0.031868394f, -0.17895117f, -0.20892026f, 0.2175883f, 0.4375696f,
    0.5772411f, -0.24659592f, 0.61205053f, -0.035323445f, -0.054353647f, -0.22249779f, 0.095568724f, 0.004890175f,
    0.37538734f, -0.8678986f, 0.028029913f, 0.4246746f, 0.3020489f, -0.49633113f, 0.3359128f, -0.09631273f,
    0.063989244f, 0.36981407f, 0.2669379f, -0.59252113f, 0.039585486f, 0.23677008f, -0.4284949f, -0.0813798f,
    -0.16213188f, -0.025631122f, 0.07491695f, 0.387467f, -0.12259623f, -0.043275252f, 0.10826699f, -0.7779585f,
    0.21337615f, -0.36375213f, -0.12823504f, -0.1132041f, 0.04903856f, -0.40422526f, -0.15683208f, -0.0016143501f,
    -0.11677241f, -0.10068957f, -0.24833721f, -0.301026f, 0.7506116f, 0.14648327f, 0.25515097f, 0.58889043f,
    -0.6233967f, -0.47747898f, 0.24761614f, 0.73919016f, 0.22256841f, 0.40962854f, -0.29100165f, 0.5804805f,
    0.016042141f, 0.3369059f, -0.2420261f, -0.13439856f, -0.0763711f, 0.3818238f, -0.19646174f, -0.21691875f,
    -0.34234017f, 0.5115483f, -0.08812482f, 0.38252133f, -0.415665f, 0.114132635f, -0.092433214f, -0.14146166f,
    0.0325552f, 0.03569337f, -0.1572753f, -0.16349007f, -0.08455948f, -0.14378904f, 0.3046392f, -0.29590285f,
    0.49574408f, 0.33850622f, -0.264696f, -0.6520654f, 0.048298813f, -0.50101537f, 0.69126606f, 0.26967743f,
    0.4031658f, 0.7275422f, 0.36733672f, 0.03404494f, -0.34406635f, 0.3362488f, 0.42077914f, 0.22795166f,
    -0.078556255f, 0.43366447f, -0.07271552f, -0.18314947f, 0.7090941f, 0.037312426f, -0.6184457f, 0.473067f,
    -0.06820406f, 0.13150612f, -0.26147336f, -0.19130379f, -0.29065904f, -0.3785651f, 0.68637824f, 0.5356997f,
    -0.048177022f, 0.4159225f, -1.0489978f, -0.070227265f, 0.062159274f, -0.4393742f, -0.024956709f, -0.40519476f,
    -0.1516485f, 0.003457932f, -0.37614167f, 0.07580602f, -0.41378164f, -0.18562308f, 0.011225467f, -0.23745535f,
    -0.28549945f, -0.27007088f, 0.2165813f, -0.07458876f, -0.34458706f, -0.30415493f, -0.008132759f, -0.01012007f,
    -0.060353864f, -0.21331082f, 0.3296923f, 0.48999903f, -0.21658464f, 0.01686234f, -0.11284783f, -0.06344038f,
    -0.2852551f, -0.109703586f, -0.5205159f, 0.12215845f, -0.29095957f, 0.2141157f, -0.26899594f, -0.38660604f,
    -0.0013761336f, -0.013328909f, -0.23013413f, -0.008077816f, 0.6709057f, -0.15883732f, -0.8294675f, 0.6785954f,
    0.20981786f, -0.4834783f, 0.59277713f, -0.29673988f, 0.18714851f, -0.32590184f, -0.07903105f, 0.4242706f,
    0.26436427f, -0.31224048f, 0.06357644f, 0.03219264f, -0.203877f, 0.53570974f, 0.28953752f, 0.14487955f,
    -0.73723406f, 0.38313296f, 0.40629578f, 0.20092957f, -0.39807332f, 0.050352987f, 0.47450185f, -0.22510956f,
    0.56651825f, 0.21494499f, -0.33314204f, 0.062265377f, 0.2516677f, -0.17164834f, 0.4237508f, 0.6607405f,
    0.06588529f, -0.515477f, -0.30186188f, -0.15335658f, -0.25069287f, 0.13894995f, -0.009436444f, 0.23743938f,
    -0.26624343f, 0.29124922f, -0.57163894f, 0.10033804f, -0.4835442f, 0.47125816f, -0.43813363f, -0.10758268f,
    0.450239f, 0.55036527f, -0.17065474f, -0.3758481f, -0.09517901f, 0.07246594f, 0.28903317f, 0.2767759f,
    -0.5162308f, -0.3893382f, 0.13076898f, -0.3352901f, 0.11368034f, -0.23165724f, 0.07888256f, 0.0969326f,
    0.47491696f, 0.33908695f, 0.27616435f, 0.11043147f, 0.012474136f, -0.16301614f, 0.48697603f, -0.24361393f,
    -0.10190163f, -0.22799493f, 0.6166061f, -0.07435615f, -0.16625576f, 0.3838343f, 0.2367996f, 0.2303394f
};
/* in panels of 16 output channels, input channels inside: float32[1,1,32,16], crc32 e8f68bec */
WEIGHT EVERY_STAGE_WEIGHTS_ATTR const float w_w2_packed[512] = {
    -0.018627893f, 0.12379966f, 0.07969641f, -0.02310227f, 0.03940469f, -0.14197694f, -0.2293705f, -0.15812229f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    0.208315f, 0.04354455f, -0.07511925f, -0.14596854f, 0.07857996f, 0.25979128f, -0.12610707f, -0.040769935f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    0.013556811f, -0.0059043267f, -0.19652265f, 0.30418533f, 0.09676276f, -0.0065109073f, 0.20037901f, 0.11260294f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    0.055002168f, 0.21991211f, -0.10707852f, 0.02676815f, 0.08958438f, -0.3353628f, -0.13639553f, -0.16668151f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    -0.034458973f, 0.07648259f, 0.09557657f, 0.029101796f, 0.33387193f, 0.33319443f, -0.040887322f, -0.0073774746f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    0.085354954f, 0.09829153f, -0.01702792f, 0.051807605f, 0.13395575f, -0.27560154f, 0.08031302f, -0.18088095f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    -0.07247911f, -0.24816419f, -0.1749573f, 0.27123785f, -0.09757025f, 0.33268437f, 0.11110568f, -0.009698123f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    -0.032399725f, -0.23457977f, 0.03964638f, 0.08544967f, -0.24538422f, -0.4479818f, -0.059988193f, -0.026248809f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    -0.23403953f, -0.07157129f, -0.112800255f, 0.15589926f, -0.16008313f, -0.021985104f, 0.09362435f, 0.10602443f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    -0.07286438f, 0.048232984f, 0.08353286f, -0.10965408f, -0.056520265f, 0.0055936915f, -0.2928904f, -0.088942245f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    -0.060657755f, 0.17905183f, 0.338478f, 0.14410372f, 0.047494896f, -0.10458507f, 0.0020327126f, -0.058639098f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    -0.017382242f, -0.1210959f, 0.15932654f, -0.056284923f, 0.0071249595f, -0.012092647f, -0.01882107f, -0.2938933f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    0.017477322f, 0.2956719f, -0.43163258f, -0.085790195f, 0.053456273f, 0.19074023f, 0.3005761f, -0.121958375f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    -0.26371202f, 0.048494127f, 0.20197913f, -0.09015204f, -0.09264063f, 0.035954162f, 0.07783799f, -0.19385232f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    0.1492054f, -0.06592231f, -0.08806392f, 0.22083212f, -0.06236429f, 0.12863202f, -0.3943915f, -0.24083841f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    0.40236214f, 0.15766779f, 0.053226676f, -0.047169123f, 0.076771f, 0.022871759f, 0.27615222f, -0.07459113f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    0.014263134f, 0.26999095f, 0.064354874f, 0.08062776f, -0.03423897f, 0.035637513f, 0.48503152f, -0.01146471f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    -0.33652687f, 0.029568095f, 0.047025733f, 0.027600177f, -0.11157024f, -0.100642405f, 0.10350678f, -0.021689322f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    0.1482715f, 0.025476994f, -0.30851597f, 0.099546626f, -0.07526507f, -0.00912101f, 0.12698805f, 0.1872405f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    0.00960576f, 0.0666259f, 0.22682111f, -0.09388953f, 0.087649696f, 0.16177195f, 0.2865045f, -0.107077f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    -0.02752296f, 0.1540746f, -0.16258214f, -0.22589183f, -0.08791844f, 0.19796987f, 0.0015864338f, -0.1404173f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    0.036626786f, -0.021964125f, -0.15437335f, -0.04947772f, -0.050702076f, -0.20391141f, -0.0051502306f, -0.39064166f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    0.01216811f, 0.010620508f, 0.04701821f, 0.025467286f, 0.32538316f, -0.10844216f, 0.04703431f, 0.19227564f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    -0.027470252f, 0.04622219f, 0.12989698f, -0.14351177f, -0.017831834f, 0.032967135f, -0.5861364f, 0.1178166f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    0.108866096f, -0.008990111f, -0.09526932f, 0.000908221f, 0.038670458f, -0.020796867f, -0.0979056f, 0.10689058f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    0.05598306f, 0.07941662f, -0.27425852f, 0.12425363f, 0.20021176f, -0.14165147f, 0.121155165f, -0.14293303f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    -0.044587437f, -0.10765269f, 0.080015965f, -0.34805748f, 0.30968103f, -0.36203375f, 0.109023266f, -0.11473576f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    0.13601081f, -0.32985792f, -0.04540725f, 0.26992905f, 0.12520333f, 0.05148504f, -0.270579f, -0.10778515f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    0.23457384f, -0.07818489f, 0.15547147f, 0.18279025f, -0.22445491f, -0.12178132f, -0.043179255f, -0.23814519f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    0.24015145f, -0.05294372f, 0.22290167f, 0.061057918f, 0.42589325f, 0.36585304f, -0.099185675f, 0.060278784f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    -0.16112529f, 0.3440933f, -0.21208763f, 0.21602441f, -0.15733342f, 0.21042034f, -0.1285668f, -0.02402822f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    0.024615057f, 0.19845967f, -0.21763512f, -0.34677246f, -0.20338206f, 0.07893111f, 0.16586481f, 0.21148732f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f
};
/* in panels of 16 output channels, input channels inside: float32[1,1,8,16], crc32 bcebb076 */
WEIGHT EVERY_STAGE_WEIGHTS_ATTR const float w_w3_packed[128] = {
    0.054900263f, 0.21659519f, 0.17009804f, 0.023358531f, 0.055063188f, -0.06071445f, 0.22076546f, -0.46964717f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    -0.08444429f, 0.4699297f, -0.27425402f, -0.22762755f, 0.112285905f, 0.019237008f, -0.068785466f, 0.382059f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    0.22505933f, 0.016770437f, 0.35066614f, -0.30599606f, 0.028503973f, -0.19464643f, -0.20599025f, 0.002157103f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    0.24342346f, 0.12894349f, -0.5434245f, 0.49512517f, -0.6144981f, 0.7289917f, -0.31698653f, -0.06998876f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    -0.3966351f, -0.14640881f, 0.28349647f, 0.1803128f, 0.0020099543f, -0.27427882f, -0.0054961396f, 0.6255301f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    -0.58494705f, 0.6932902f, -0.045891315f, -0.13571076f, 0.08071325f, -0.3484043f, 0.08746352f, 0.31752914f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    -0.42659932f, 0.2406968f, 0.13925062f, -0.23791979f, 0.259319f, 0.0918435f, -0.023713967f, -0.47537905f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    0.31817418f, 0.54700726f, -0.42878973f, -0.13778941f, -0.015112741f, 0.08642868f, -0.4400074f, -0.11466008f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f
};
/* in panels of 16 output channels, input channels inside: float32[1,9,8,16], crc32 852e38c8 */
WEIGHT EVERY_STAGE_WEIGHTS_ATTR const union w_w4_packed w_w4_packed = {
};
/* in panels of 16 output channels, input channels inside: float32[1,1,16,16], crc32 32b664dc */
WEIGHT EVERY_STAGE_WEIGHTS_ATTR const float w_w5_packed[256] = {
    -0.058993313f, -0.38014174f, 0.11266777f, -0.5201075f, -0.094750166f, -0.26119757f, -0.21879813f, -0.2335828f,
    0.18067363f, 0.23163305f, 0.2690033f, -0.1413121f, 0.20178238f, 0.0045409524f, 0.08414895f, 0.30970028f,
    0.173358f, 0.10800066f, -0.10063593f, 0.06892706f, -0.23624146f, -0.27050057f, 0.10359396f, -0.10518322f,
    0.069172226f, 0.25032416f, 0.28968564f, -0.26958084f, 0.095574565f, -0.005468592f, -0.35170728f, 0.5378214f,
    0.029148433f, 0.08727787f, 0.14252064f, -0.29173526f, -0.18029076f, 0.042823724f, -0.36229947f, 0.10738356f,
    0.264608f, 0.16801986f, -0.24938115f, 0.1930603f, -0.20321095f, 0.21691327f, -0.34613323f, 0.12278262f,
    -0.2116489f, -0.06568207f, -0.34475914f, -0.26038495f, 0.43243006f, 0.34337813f, 0.54039884f, 0.07833342f,
    -0.12152794f, 0.031567946f, -0.4239237f, 0.036783967f, 0.5681524f, -0.036096048f, -0.10322311f, -0.3686356f,
    -0.19840945f, 0.187257f, 0.018545248f, 0.12822826f, 0.14267765f, 0.01611184f, 0.13873152f, -0.16568933f,
    0.1742297f, 0.30091697f, -0.2768094f, -0.10308893f, 0.14032608f, 0.14444183f, -0.44827107f, -0.11189153f,
    0.44895202f, -0.47574586f, 0.11047289f, 0.03267545f, -0.62681866f, 0.21878083f, 0.07199488f, -0.2873908f,
    0.03325204f, -0.11715296f, 0.2941607f, 0.60759455f, 0.52611923f, 0.24094574f, 0.2625368f, 0.051532898f,
    -0.23369104f, -0.38105255f, 0.28812164f, 0.33412376f, -0.5892513f, -0.20445316f, -0.14409706f, 0.23561257f,
    0.4217175f, 0.067418545f, -0.17233685f, -0.23255315f, 0.22654727f, -0.1808089f, -0.5047403f, -0.34420052f,
    0.28062642f, -0.1270524f, 0.34449303f, -0.19342951f, 0.1377426f, 0.35084993f, 0.07490436f, 0.25318062f,
    0.30107552f, -0.0966353f, 0.02401963f, -0.24560562f, 0.3539009f, 0.16193533f, -0.30762506f, 0.116305016f,
    -0.016461598f, 0.38971058f, 0.12749945f, -0.1884975f, -0.24611665f, -0.20469181f, -0.017460076f, 0.55878353f,
    0.32120833f, 0.12435891f, 0.33367392f, -0.27305266f, 0.09745573f, 0.08930093f, -0.1634856f, 0.01213246f,
    -0.07584135f, -0.02035943f, 0.296915f, 0.15618503f, 0.09061838f, -0.28103292f, 0.27638692f, -0.033398077f,
    0.05350442f, -0.38154185f, -0.1902654f, -0.20379299f, 0.07360627f, 0.18603621f, -0.04479529f, 0.22162624f,
    -0.046619296f, -0.016261583f, -0.114959456f, 0.4096234f, -0.10142556f, 0.19591047f, -0.04169289f, 0.10425924f,
    -0.18648231f, 0.068448566f, -0.11027765f, 0.10438085f, -0.43123856f, 0.01651544f, -0.54809725f, 0.11207706f,
    0.46372464f, 0.297332f, -0.032123815f, 0.38242808f, -0.22065742f, 0.20720781f, -0.25529975f, -0.017229304f,
    -0.1268457f, -0.26261055f, 0.04014095f, 0.030578962f, 0.35381523f, -0.15293857f, -0.5263023f, 0.4253603f,
    -0.23735121f, 0.049140364f, 0.08920503f, -0.34146518f, 0.07703674f, 0.40126714f, 0.17093198f, 0.12782651f,
    -0.07430761f, -0.37152895f, 0.016047092f, -0.32334453f, 0.30796912f, 0.25419188f, 0.13106675f, 0.40319574f,
    0.09808083f, -0.12115861f, 0.32225767f, -0.14411783f, -0.29144353f, 0.7969742f, 0.06037824f, 0.21109223f,
    0.090478644f, -0.11121086f, 0.10165179f, 0.11817373f, -0.076398216f, -0.36237273f, 0.30093923f, -0.17580827f,
    0.021745862f, 0.48101857f, 0.18516342f, 0.18066695f, 0.18385711f, -0.07707638f, -0.012880922f, 0.26490098f,
    0.013308027f, 0.07956103f, -0.0943846f, 0.5343088f, 0.048189767f, -0.4664189f, -0.0961089f, 0.41207707f,
    0.15639067f, 0.18704084f, -0.3365798f, 0.22727601f, -0.24494945f, 0.3039882f, 0.3084601f, 0.35414988f,
    0.039007463f, -0.055784833f, -0.17298576f, 0.21572311f, 0.062096503f, 0.34753108f, -0.2414638f, 0.14912164f
};
/* in panels of 16 output channels, input channels inside: float32[1,1,8,16], crc32 f3a30026 */
WEIGHT EVERY_STAGE_WEIGHTS_ATTR const float w_w6_packed[128] = {
    -0.02923521f, 0.5027844f, 0.025388252f, -0.053011768f, -0.5253565f, -0.14332072f, 0.030477367f, -0.31855837f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    -0.40046427f, -0.4890054f, 0.22269765f, -0.015314704f, 0.17480025f, 0.18192291f, -0.58996874f, 0.07947413f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    -0.4395834f, -0.18874559f, 0.05703907f, 0.6759277f, -0.0068896213f, 0.45001376f, -0.59530586f, 0.0588203f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    0.038311366f, -0.060409475f, -0.15147531f, -0.5415674f, 0.7417344f, 0.46582916f, 0.5828779f, 0.32296702f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    0.4490556f, 0.03947444f, 0.15937497f, 0.53538084f, -0.78523797f, 0.20604011f, -0.42753652f, -0.16133171f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    -0.25244018f, 0.07764134f, 0.12238461f, 0.042746335f, 0.78209937f, 0.10692176f, -0.049987778f, -0.44413722f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    -0.34578004f, 0.33195138f, -0.21921156f, 0.3132899f, -0.5656791f, -0.40259722f, -0.50615615f, 0.4117554f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f,
    -0.692534f, -0.23316067f, -0.075294234f, 0.0080225915f, -0.4522893f, 0.4069283f, 0.21032101f, -0.52247936f,
    0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f, 0.0f
};
/* transposed, in panels of 16, by fours: int8[1,4,1,8], crc32 cfe04567 */
WEIGHT EVERY_STAGE_WEIGHTS_ATTR const int8_t w_weights_last_transposed_packed[32] = {
    55, -3, -23, -70, -72, 52, 47, -49,
    -34, 69, 3, -95, 2, 79, 45, 15,
    70, 64, 40, 69, -26, -12, -26, 63,
    94, 12, -62, -97, -6, 78, 47, 11
};
/* zero point of the input times the sums of the weights: int32[4], crc32 1d7308fc */
WEIGHT EVERY_STAGE_WEIGHTS_ATTR const int32_t w_pq_bias[4] = {-25856, 2944, 14080, -34688};
/* scales of the inputs over that of the result: float32[1], crc32 0e2ba39b */
WEIGHT EVERY_STAGE_WEIGHTS_ATTR const float w_pq_multiplier[1] = {0.0078125f};
/* float32[1,4], crc32 39e5d2d0 */
WEIGHT EVERY_STAGE_WEIGHTS_ATTR const float w_offset[4] = {0.5f, -0.25f, 0.125f, 1.0f};
#ifdef __cplusplus
}
#endif
