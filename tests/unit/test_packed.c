/* test_packed.c: the kernels on register tiles held against plain loops in double precision, for shapes that leave
 * remainders everywhere. Errors are measured against the sum of the products' magnitudes. */
#include "kernels.h"

#include "conv_cases.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

Suite *packed_suite(void);

static uint32_t state;

/* Uniform in -1..1. */
static float noise(void)
{
    state = state * 1664525U + 1013904223U;
    return (float)(int32_t)state * (1.0f / 2147483648.0f);
}

/* Exactly `count` floats, so that a sanitizer sees every step too far. */
static float *random_floats(size_t count)
{
    float *x = malloc(count * sizeof *x + !count);
    ck_assert_ptr_nonnull(x);
    for (size_t i = 0; i < count; i++) x[i] = noise();
    return x;
}

static float *copy_floats(const float *x, size_t count)
{
    float *y = malloc(count * sizeof *y + !count);
    ck_assert_ptr_nonnull(y);
    memcpy(y, x, count * sizeof *x);
    return y;
}

/* What a kernel does to its sums: with an activation, LeakyRelu, `low` is its slope. */
typedef struct {
    float low, high;
    activation_f32 *activation;
} End;

static const End as_it_is = {-INFINITY, INFINITY, NULL}, clamped = {0, 6, NULL},
                 leaky = {0.25f, 0, activate_leaky_relu_f32};

static double ended(double x, const End *end)
{
    if (end->activation) return x < 0 ? (double)end->low * x : x;
    return x < (double)end->low ? (double)end->low : x > (double)end->high ? (double)end->high : x;
}

static void check_element(double found, double expected, double magnitude, const char *what)
{
    if (fabs(found - expected) <= 1e-6 * (magnitude + 1)) return;
    ck_abort_msg("%s: found %.9g, expected %.9g", what, found, expected);
}

/* -- matrix product ---------------------------------------------------------------------------- */

typedef void Gemm(const float *, const float *, const float *, const float *, float *, const struct gemm_packed *,
                  float, float, activation_f32 *);

static void check_gemm(Gemm *gemm, int32_t m, int32_t n, int32_t k, const End *end, bool with_bias, bool with_add,
                       bool b_transposed)
{
    const int32_t panels = (n + 15) / 16, a_row = k + 3, y_row = n + 2;
    const struct gemm_packed p = {.m = m, .n = n, .k = k, .a_row = a_row, .y_row = y_row};
    const size_t y_count = (size_t)(m - 1) * (size_t)y_row + (size_t)n;
    float *a = random_floats((size_t)(m - 1) * (size_t)a_row + (size_t)k), *b = random_floats((size_t)k * (size_t)n);
    float *w = malloc((size_t)panels * 16 * (size_t)k * sizeof *w + 1), *y = random_floats(y_count),
          *before = copy_floats(y, y_count);
    float *bias = random_floats((size_t)n), *add = random_floats(y_count);
    char what[128];
    pack_panels_f32(b, w, k, n, b_transposed ? 1 : n, b_transposed ? k : 1);
    gemm(a, w, with_bias ? bias : NULL, with_add ? add : NULL, y, &p, end->low, end->high, end->activation);
    for (int32_t i = 0; i < m; i++)
        for (int32_t j = 0; j < y_row && i * y_row + j < (int32_t)y_count; j++) {
            const size_t at = (size_t)i * (size_t)y_row + (size_t)j;
            snprintf(what, sizeof what, "gemm %d x %d x %d, row %d, column %d", m, n, k, i, j);
            if (j >= n) {
                ck_assert_msg(y[at] == before[at], "%s: written beyond the row", what);
                continue;
            }
            double sum = with_bias ? (double)bias[j] : 0, magnitude = 0;
            for (int32_t l = 0; l < k; l++) {
                const double product = (double)a[i * a_row + l] * (double)b[b_transposed ? j * k + l : l * n + j];
                sum += product;
                magnitude += fabs(product);
            }
            if (with_add) sum += (double)add[at];
            check_element((double)y[at], ended(sum, end), magnitude, what);
        }
    free(a), free(b), free(w), free(y), free(before), free(bias), free(add);
}

START_TEST(gemm_matches_plain_loops)
{
    static const int32_t ms[] = {1, 2, 3, 4, 5, 6, 7, 13, 125}, ns[] = {1, 7, 16, 17, 40, 64, 70, 128, 145},
                         ks[] = {1, 5, 16, 100, 513};
    const End *const ends[] = {&as_it_is, &clamped, &leaky};
    state = 1;
    for (int32_t i = 0; i < 9; i++)
        for (int32_t j = 0; j < 9; j++)
            for (int32_t l = 0; l < 5; l++) {
                if (ms[i] * ns[j] * ks[l] > 2000000) continue;
                check_gemm((i + j + l) % 4 ? gemm_packed_f32 : gemm_scalar_f32, ms[i], ns[j], ks[l],
                           ends[(i + j + 2 * l) % 3], (i + j + l) % 2, (i + j + l) % 3 == 0, (i + l) % 2);
            }
    check_gemm(gemm_packed_f32, 3, 20, 0, &as_it_is, true, false, false);
    check_gemm(gemm_scalar_f32, 3, 20, 0, &as_it_is, true, false, false);
    check_gemm(gemm_packed_f32, 130, 200, 1030, &leaky, true, true, true);
}
END_TEST

/* -- convolution ------------------------------------------------------------------------------- */

static int32_t conv_out(int32_t in, int32_t kernel, const ConvCase *c)
{
    return (in + 2 * c->pad - ((kernel - 1) * c->dilation + 1)) / c->stride + 1;
}

static struct window window_of(const ConvCase *c)
{
    const int32_t pad_d = c->in_d > 1 ? c->pad : 0;
    return (struct window){.in_d = c->in_d,
                           .in_h = c->in_h,
                           .in_w = c->in_w,
                           .kernel_d = c->kernel_d,
                           .kernel_h = c->kernel_h,
                           .kernel_w = c->kernel_w,
                           .stride_d = c->stride,
                           .stride_h = c->stride,
                           .stride_w = c->stride,
                           .dilation_d = c->dilation,
                           .dilation_h = c->dilation,
                           .dilation_w = c->dilation,
                           .pad_d = pad_d,
                           .pad_h = c->pad,
                           .pad_w = c->pad,
                           .out_d = c->in_d > 1 ? conv_out(c->in_d, c->kernel_d, c) : 1,
                           .out_h = conv_out(c->in_h, c->kernel_h, c),
                           .out_w = conv_out(c->in_w, c->kernel_w, c)};
}

/* x at (d, h, w), 0 outside of the image. */
static double pixel_at(const float *x, const ConvCase *c, int32_t n, int32_t channel, int32_t d, int32_t h, int32_t w)
{
    if (d < 0 || d >= c->in_d || h < 0 || h >= c->in_h || w < 0 || w >= c->in_w) return 0;
    const int32_t channels = c->groups * c->in_c;
    if (c->apart) return (double)x[((n * channels + channel) * c->in_h + h) * c->in_w + w];
    return (double)x[(((n * c->in_d + d) * c->in_h + h) * c->in_w + w) * channels + channel];
}

static double conv_at(const float *x, const float *w, const ConvCase *c, const struct window *p, int32_t n,
                      int32_t filter, const int32_t *at, double *magnitude)
{
    double sum = 0;
    *magnitude = 0;
    for (int32_t i = 0; i < c->in_c; i++)
        for (int32_t kd = 0; kd < c->kernel_d; kd++)
            for (int32_t kh = 0; kh < c->kernel_h; kh++)
                for (int32_t kw = 0; kw < c->kernel_w; kw++, w++) {
                    const double v = pixel_at(x, c, n, filter / c->out_c * c->in_c + i,
                                              at[0] * c->stride - p->pad_d + kd * c->dilation,
                                              at[1] * c->stride - p->pad_h + kh * c->dilation,
                                              at[2] * c->stride - p->pad_w + kw * c->dilation);
                    sum += v * (double)*w;
                    *magnitude += fabs(v * (double)*w);
                }
    return sum;
}

typedef enum { PANELS, PLANES, WINOGRAD, NARROW, CHANNELWISE, SCALAR, WINDOWS, WINDOWS_BY_CHANNEL } Kind;

/* The weights as the kernel wants them, and the convolution. */
static void convolve(Kind kind, const ConvCase *c, const struct window *p, const float *x, const float *w,
                     const float *b, const float *add, float *y, const End *end)
{
    const int32_t channels = c->groups * c->in_c, filters = c->groups * c->out_c, panels = (c->out_c + 15) / 16;
    const int32_t window = c->kernel_d * c->kernel_h * c->kernel_w;
    struct conv_packed packed = {c->batch, c->groups, c->in_c, c->out_c, c->chunk, c->apart ? 1 : channels, filters};
    float *wp = malloc((size_t)(c->groups * panels * 16 * window * c->in_c) * sizeof *wp);
    const struct windows flat = {c->batch,    p->in_h,        p->in_w,     p->out_h,
                                 p->out_w,    p->kernel_h,    p->kernel_w, p->stride_h,
                                 p->stride_w, p->pad_h,       p->pad_w,    kind == WINDOWS ? c->in_c : 0,
                                 filters,     packed.x_pixel, filters};
    if (kind == WINDOWS_BY_CHANNEL) {
        pack_depthwise_f32(w, wp, channels, window);
        windows_f32(x, wp, b, NULL, y, &flat, window_channels, end->low, end->high);
    } else if (kind == WINDOWS) {
        packed.chunk = c->in_c;
        pack_conv_f32(w, wp, p, &packed);
        windows_f32(x, wp, b, add, y, &flat, window_products, end->low, end->high);
    } else if (kind == NARROW) {
        pack_narrow_f32(w, wp, filters, channels, window);
        conv_narrow_f32(x, wp, b, y, p, c->batch, channels, filters, end->low, end->high);
    } else if (kind == CHANNELWISE) {
        pack_depthwise_f32(w, wp, channels, window);
        (p->kernel_w == 5 ? conv_channelwise_5_f32 : conv_channelwise_f32)(x, wp, b, y, p, c->batch, channels, end->low,
                                                                           end->high, end->activation);
    } else {
        if (kind == SCALAR) packed.chunk = c->in_c;
        pack_conv_f32(w, wp, p, &packed);
        if (kind == SCALAR) {
            conv_scalar_f32(x, wp, b, add, y, p, &packed, end->low, end->high, end->activation);
        } else if (kind == PANELS) {
            conv_packed_f32(x, wp, b, add, y, p, &packed, end->low, end->high, end->activation);
        } else if (kind == PLANES) {
            (c->stride == 1 ? conv_planes_1_f32 : conv_planes_2_f32)(x, wp, b, add, y, p, &packed, end->low, end->high,
                                                                     end->activation);
        } else {
            const int32_t together = 16 * winograd_panels(channels, filters), tiles = winograd_tiles(channels, filters);
            float *u = random_floats(WINOGRAD_PLACES * winograd_place(together, channels)),
                  *v = random_floats(WINOGRAD_PLACES * winograd_place(tiles, channels));
            float *m = random_floats(WINOGRAD_PLACES * winograd_place(tiles, together));
            conv_winograd_f32(x, wp, b, add, y, u, v, m, p, &packed, end->low, end->high);
            free(u), free(v), free(m);
        }
    }
    free(wp);
}

/* What a window's products can come to, all elements being within -1..1. Winograd's error
 * follows that of a whole tile. */
static double most(const float *w, int32_t taps)
{
    double sum = 0;
    for (int32_t i = 0; i < taps; i++) sum += fabs((double)w[i]);
    return sum;
}

static void check_conv(Kind kind, const ConvCase *c, const End *end)
{
    const struct window p = window_of(c);
    const int32_t channels = c->groups * c->in_c, filters = c->groups * c->out_c;
    const bool extras = end != &as_it_is,
               adds = extras && kind != NARROW && kind != CHANNELWISE && kind != WINDOWS_BY_CHANNEL;
    const int32_t taps = c->in_c * c->kernel_d * c->kernel_h * c->kernel_w, pixels = p.out_d * p.out_h * p.out_w;
    float *x = random_floats((size_t)(c->batch * channels * c->in_d * c->in_h * c->in_w)),
          *w = random_floats((size_t)(filters * taps));
    float *b = random_floats((size_t)filters), *add = random_floats((size_t)(c->batch * pixels * filters));
    float *y = random_floats((size_t)(c->batch * pixels * filters));
    const int32_t step = taps > 100 ? 11 : 1; /* no factor of a number of filters: some pixels of each are seen */
    convolve(kind, c, &p, x, w, extras ? b : NULL, adds ? add : NULL, y, end);
    for (int32_t i = 0; i < c->batch * pixels * filters; i += step) {
        const int32_t f = i % filters, pixel = i / filters % pixels;
        const int32_t at[3] = {pixel / p.out_w / p.out_h, pixel / p.out_w % p.out_h, pixel % p.out_w};
        double magnitude, sum = conv_at(x, w + f * taps, c, &p, i / filters / pixels, f, at, &magnitude);
        char what[160];
        snprintf(what, sizeof what, "conv %dx%dx%d, kernel %dx%dx%d, channels %d -> %d, filter %d at %d,%d,%d", c->in_d,
                 c->in_h, c->in_w, c->kernel_d, c->kernel_h, c->kernel_w, c->in_c, c->out_c, f, at[0], at[1], at[2]);
        if (kind == WINOGRAD) magnitude = most(w + f * taps, taps);
        if (extras) sum += (double)b[f];
        if (adds) sum += (double)add[i];
        check_element((double)y[i], ended(sum, end), magnitude, what);
    }
    free(x), free(w), free(b), free(add), free(y);
}

/* Those that windows_f32 knows: flat, without dilation or groups but those of single channels, these by eights. */
static void check_windows(const ConvCase *c)
{
    const bool by_channel = c->in_c == 1 && c->groups > 1;
    if (c->in_d > 1 || c->dilation > 1 || (by_channel ? c->groups % 8 != 0 : c->groups > 1)) return;
    check_conv(by_channel ? WINDOWS_BY_CHANNEL : WINDOWS, c, &as_it_is);
    check_conv(by_channel ? WINDOWS_BY_CHANNEL : WINDOWS, c, &clamped);
}

START_TEST(conv_matches_plain_loops)
{
    state = 7;
    for (size_t i = 0; i < sizeof conv_cases / sizeof *conv_cases; i++) {
        check_conv(PANELS, &conv_cases[i], &as_it_is);
        check_conv(PANELS, &conv_cases[i], &clamped);
        check_conv(PANELS, &conv_cases[i], &leaky);
        check_conv(SCALAR, &conv_cases[i], i % 3 == 0 ? &as_it_is : i % 3 == 1 ? &clamped : &leaky);
        check_windows(&conv_cases[i]);
    }
}
END_TEST

static const ConvCase planes_cases[] = {
    {2, 1, 3, 16, 3, 1, 37, 83, 1, 3, 3, 2, 1, 1, true},
    {1, 1, 3, 32, 3, 1, 20, 64, 1, 3, 3, 1, 1, 1, true},
    {1, 1, 3, 70, 3, 1, 31, 150, 1, 7, 7, 2, 1, 3, true}, /* chains of products; blocks side by side */
    {1, 1, 1, 24, 1, 1, 24, 90, 1, 9, 9, 1, 1, 4, true},
    {2, 1, 4, 20, 4, 1, 23, 95, 1, 5, 4, 2, 3, 2, true},
    {1, 1, 2, 8, 2, 1, 30, 100, 1, 3, 5, 1, 2, 3, true},
    {1, 1, 3, 40, 3, 1, 13, 130, 1, 3, 3, 1, 1, 0, true}, /* nothing outside of the image */
    {1, 1, 3, 17, 3, 1, 3, 3, 1, 7, 7, 1, 1, 14, true}, /* windows without any tap inside, and larger than the image */
    {1, 1, 1, 16, 1, 1, 1, 300, 1, 1, 11, 2, 1, 5, true}, /* 1-D; rows of padding only above and below */
    {1, 1, 3, 20, 3, 1, 9, 9, 1, 3, 3, 1, 1, 1, true},    /* rows too short for a block */
};

START_TEST(planes_match_plain_loops)
{
    state = 11;
    for (size_t i = 0; i < sizeof planes_cases / sizeof *planes_cases; i++) {
        check_conv(PLANES, &planes_cases[i], &as_it_is);
        check_conv(PLANES, &planes_cases[i], &clamped);
        check_conv(PLANES, &planes_cases[i], &leaky);
        check_conv(SCALAR, &planes_cases[i], &leaky);
        check_windows(&planes_cases[i]);
    }
}
END_TEST

static const ConvCase winograd_cases[] = {
    {1, 1, 16, 64, 16, 1, 33, 32, 1, 3, 3, 1, 1, 1, false},
    {1, 1, 20, 56, 20, 1, 31, 34, 1, 3, 3, 1, 1, 0, false},
    {2, 1, 17, 70, 17, 1, 22, 23, 1, 3, 3, 1, 1, 2, false},
    {1, 1, 32, 16, 32, 1, 3, 700, 1, 3, 3, 1, 1, 1, false},
    {1, 1, 64, 48, 64, 1, 16, 13, 1, 3, 3, 1, 1, 1, false},
    {1, 1, 270, 90, 270, 1, 13, 14, 1, 3, 3, 1, 1, 1,
     false}, /* groups of filters: all tiles at once, and some of them */
    {1, 1, 200, 90, 200, 1, 29, 20, 1, 3, 3, 1, 1, 1, false},
    {1, 1, 16, 16, 16, 1, 7, 7, 1, 3, 3, 1, 1, 1, false}, /* too small: the plain sum */
};

START_TEST(winograd_matches_plain_loops)
{
    state = 8;
    for (size_t i = 0; i < sizeof winograd_cases / sizeof *winograd_cases; i++) {
        check_conv(WINOGRAD, &winograd_cases[i], &as_it_is);
        check_conv(WINOGRAD, &winograd_cases[i], &clamped);
    }
}
END_TEST

static const ConvCase narrow_cases[] = {
    {1, 1, 32, 3, 32, 1, 11, 10, 1, 5, 5, 1, 1, 2, false}, {2, 1, 7, 1, 7, 1, 9, 6, 1, 3, 3, 1, 1, 1, false},
    {1, 1, 20, 2, 20, 1, 9, 12, 1, 3, 3, 2, 1, 1, false},  {1, 1, 40, 4, 40, 1, 7, 8, 1, 3, 3, 1, 2, 2, false},
    {1, 1, 5, 2, 5, 4, 5, 6, 3, 2, 3, 1, 1, 1, false},     {1, 1, 1, 1, 1, 1, 5, 6, 1, 3, 3, 1, 1, 1, false},
    {1, 1, 8, 3, 8, 1, 3, 3, 1, 7, 7, 1, 1, 5, false},
};

static const ConvCase channelwise_cases[] = {
    {1, 32, 1, 1, 1, 1, 9, 11, 1, 3, 3, 1, 1, 1, false}, {2, 19, 1, 1, 1, 1, 9, 8, 1, 3, 3, 2, 1, 1, false},
    {1, 3, 1, 1, 1, 1, 12, 7, 1, 5, 5, 1, 1, 2, false},  {1, 40, 1, 1, 1, 1, 9, 10, 1, 3, 3, 1, 2, 2, false},
    {1, 17, 1, 1, 1, 4, 5, 6, 3, 3, 3, 1, 1, 1, false},  {1, 16, 1, 1, 1, 1, 3, 3, 1, 7, 7, 1, 1, 5, false},
    {1, 35, 1, 1, 1, 1, 9, 11, 1, 5, 5, 1, 1, 2, false}, {2, 18, 1, 1, 1, 1, 12, 9, 1, 5, 5, 2, 1, 2, false},
    {1, 16, 1, 1, 1, 1, 3, 3, 1, 5, 5, 1, 1, 2, false},  {1, 20, 1, 1, 1, 1, 1, 30, 1, 1, 5, 1, 2, 0, false},
    {1, 20, 1, 1, 1, 1, 2, 9, 1, 3, 3, 1, 1, 1, false},  {1, 33, 1, 1, 1, 1, 6, 5, 1, 3, 3, 3, 1, 2, false},
    {1, 16, 1, 1, 1, 3, 6, 5, 1, 3, 3, 1, 1, 1, false},
};

START_TEST(few_filters_and_single_channels_match_plain_loops)
{
    state = 9;
    for (size_t i = 0; i < sizeof narrow_cases / sizeof *narrow_cases; i++) {
        check_conv(NARROW, &narrow_cases[i], &as_it_is);
        check_conv(NARROW, &narrow_cases[i], &clamped);
    }
    for (size_t i = 0; i < sizeof channelwise_cases / sizeof *channelwise_cases; i++) {
        check_conv(CHANNELWISE, &channelwise_cases[i], &as_it_is);
        check_conv(CHANNELWISE, &channelwise_cases[i], &clamped);
        check_conv(CHANNELWISE, &channelwise_cases[i], &leaky);
        check_windows(&channelwise_cases[i]);
    }
}
END_TEST

/* -- pools, held against those of images with their planes apart ------------------------------- */

static float *planes_of(const float *x, int32_t batch, int32_t pixels, int32_t channels)
{
    float *y = malloc((size_t)(batch * pixels * channels) * sizeof *y);
    ck_assert_ptr_nonnull(y);
    for (int32_t i = 0; i < batch * pixels * channels; i++)
        y[(i / (pixels * channels) * channels + i % channels) * pixels + i / channels % pixels] = x[i];
    return y;
}

/* y is what windows_f32 makes, if it knows such. */
static void max_pool_by_windows(const ConvCase *c, const struct window *p, const float *x, float *y)
{
    const struct windows flat = {c->batch,    p->in_h,     p->in_w,     p->out_h,    p->out_w,
                                 p->kernel_h, p->kernel_w, p->stride_h, p->stride_w, p->pad_h,
                                 p->pad_w,    0,           c->in_c,     c->in_c,     c->in_c};
    if (c->in_d > 1 || c->dilation > 1 || c->in_c % 8 != 0) return;
    windows_f32(x, NULL, NULL, NULL, y, &flat, window_largest, -INFINITY, INFINITY);
}

static void check_pool(const ConvCase *c, bool largest)
{
    const struct window p = window_of(c);
    const int32_t channels = c->in_c, in = p.in_d * p.in_h * p.in_w, out = p.out_d * p.out_h * p.out_w;
    float *x = random_floats((size_t)(c->batch * in * channels)),
          *y = random_floats((size_t)(c->batch * out * channels));
    float *expected = random_floats((size_t)(c->batch * out * channels)),
          *planes = planes_of(x, c->batch, in, channels);
    if (largest) {
        max_pool_channelwise_f32(x, y, &p, c->batch, channels);
        max_pool_by_windows(c, &p, x, y);
        max_pool_f32(planes, expected, &p, c->batch * channels);
    } else {
        average_pool_channelwise_f32(x, y, &p, c->batch, channels, 0);
        average_pool_f32(planes, expected, &p, c->batch * channels, NULL);
    }
    float *found = planes_of(y, c->batch, out, channels);
    for (int32_t i = 0; i < c->batch * out * channels; i++)
        check_element((double)found[i], (double)expected[i], 1, largest ? "max" : "average");
    free(x), free(y), free(expected), free(planes), free(found);
}

START_TEST(pools_match_those_of_planes)
{
    static const ConvCase cases[] = {
        {1, 1, 32, 32, 32, 1, 9, 11, 1, 3, 3, 2, 1, 1, false},
        {2, 1, 19, 19, 19, 1, 8, 9, 1, 2, 2, 2, 1, 0, false},
        {1, 1, 5, 5, 5, 4, 7, 6, 2, 3, 3, 1, 1, 1, false},
        {1, 1, 17, 17, 17, 1, 9, 9, 1, 3, 3, 1, 2, 2, false},
    };
    state = 10;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check_pool(&cases[i], true);
        check_pool(&cases[i], false);
    }
}
END_TEST

START_TEST(rows_are_interleaved)
{
    enum { ROWS = 3, A_ROW = 70, B_ROW = 50 };
    state = 11;
    for (int32_t n = 0; n <= B_ROW; n++) {
        float *a = random_floats((size_t)((ROWS - 1) * A_ROW + n)),
              *b = random_floats((size_t)((ROWS - 1) * B_ROW + n)), *y = random_floats((size_t)(2 * ROWS * n));
        interleave_b4(a, b, y, ROWS, n, A_ROW, B_ROW);
        for (int32_t i = 0; i < ROWS * n; i++) {
            ck_assert(y[2 * i] == a[i / n * A_ROW + i % n]);
            ck_assert(y[2 * i + 1] == b[i / n * B_ROW + i % n]);
        }
        free(a), free(b), free(y);
    }
}
END_TEST

START_TEST(maxima_keep_nan)
{
    static const struct window p = {.in_d = 1,
                                    .in_h = 5,
                                    .in_w = 6,
                                    .kernel_d = 1,
                                    .kernel_h = 3,
                                    .kernel_w = 3,
                                    .stride_d = 1,
                                    .stride_h = 1,
                                    .stride_w = 1,
                                    .dilation_d = 1,
                                    .dilation_h = 1,
                                    .dilation_w = 1,
                                    .pad_h = 1,
                                    .pad_w = 1,
                                    .out_d = 1,
                                    .out_h = 5,
                                    .out_w = 6};
    enum { CHANNELS = 21 };
    state = 11;
    float *x = random_floats(30 * CHANNELS), *y = random_floats(30 * CHANNELS);
    x[(2 * 6 + 1) * CHANNELS + 20] = NAN;
    max_pool_channelwise_f32(x, y, &p, 1, CHANNELS);
    for (int32_t h = 0; h < 5; h++)
        for (int32_t w = 0; w < 6; w++)
            for (int32_t c = 0; c < CHANNELS; c++)
                ck_assert_int_eq(y[(h * 6 + w) * CHANNELS + c] != y[(h * 6 + w) * CHANNELS + c],
                                 h >= 1 && h <= 3 && w <= 2 && c == 20);
    free(x), free(y);
}
END_TEST

Suite *packed_suite(void)
{
    Suite *s = suite_create("packed");
    TCase *c = tcase_create("packed");
    tcase_set_timeout(c, 120);
    tcase_add_test(c, gemm_matches_plain_loops);
    tcase_add_test(c, conv_matches_plain_loops);
    tcase_add_test(c, planes_match_plain_loops);
    tcase_add_test(c, winograd_matches_plain_loops);
    tcase_add_test(c, few_filters_and_single_channels_match_plain_loops);
    tcase_add_test(c, pools_match_those_of_planes);
    tcase_add_test(c, rows_are_interleaved);
    tcase_add_test(c, maxima_keep_nan);
    suite_add_tcase(s, c);
    return s;
}
