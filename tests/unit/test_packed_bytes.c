/* test_packed_bytes.c: the kernels on bytes with packed weights give the very integers of plain sums and of requantize,
 * for shapes that leave remainders everywhere. */
#include "bytes.h"
#include "kernels.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

Suite *packed_bytes_suite(void);

/* Of weights: of unsigned ones less 128, as they are packed. */
static const int32_t *random_zeros(void)
{
    static int32_t zeros[200];
    for (int i = 0; i < 200; i++) zeros[i] = (int32_t)(noise() % 256) - 128;
    return zeros;
}

static int32_t zero_at(const int32_t *zeros, size_t i)
{
    return zeros ? zeros[i] : 0;
}

/* -- products ---------------------------------------------------------------------------------- */

static void check_gemm(int32_t rows, int32_t cols, int32_t depth, bool a_signed, bool w_unsigned, bool as_bytes,
                       const int32_t *zeros)
{
    const struct qgemm_packed p = {rows, cols, depth, a_signed, cols % 2, cols % 3 ? 8 : 5};
    const Scale s = random_scale(a_signed, cols % 2);
    const size_t fours = ((size_t)depth + 3) / 4;
    uint8_t *a = random_bytes((size_t)rows * (size_t)depth), *w = random_bytes((size_t)cols * (size_t)depth);
    uint8_t *packed = random_bytes((size_t)cols * fours * 4), *scratch = random_bytes((size_t)p.block * fours * 4);
    uint8_t *y = random_bytes((size_t)rows * (size_t)cols * (as_bytes ? 1 : 4));
    int32_t start[200];
    pack_bytes(w, (int8_t *)packed, 1, cols, 1, depth, w_unsigned ? 128 : 0);
    for (int32_t c = 0; c < cols; c++) {
        int32_t sum = 0;
        for (int32_t k = 0; k < depth; k++)
            sum += value_of(w[c * depth + k], !w_unsigned) - (w_unsigned ? 128 : 0) - zero_at(zeros, (size_t)c);
        start[c] = s.bias[c] - (a_signed ? 128 : 0) * sum;
    }
    const bool in_place = depth % 4 == 0 && !a_signed;
    qgemm_packed(a, (const int8_t *)packed, start, zeros, as_bytes ? s.multiplier : NULL, s.zero, s.low, s.high, y,
                 in_place ? NULL : scratch, &p);
    for (int32_t r = 0; r < rows; r++)
        for (int32_t c = 0; c < cols; c++) {
            int32_t sum = 0, found;
            for (int32_t k = 0; k < depth; k++)
                sum += value_of(a[r * depth + k], a_signed) *
                       (value_of(w[c * depth + k], !w_unsigned) - (w_unsigned ? 128 : 0) - zero_at(zeros, (size_t)c));
            if (as_bytes) {
                ck_assert_int_eq(y[r * cols + c], expected_byte(&s, sum, (size_t)c));
            } else {
                memcpy(&found, y + 4 * (r * cols + c), sizeof found);
                ck_assert_int_eq(found, sum + s.bias[c]);
            }
        }
    free(a);
    free(w);
    free(packed);
    free(scratch);
    free(y);
}

START_TEST(products)
{
    static const int32_t sizes[][3] = {{1, 1, 1},    {1, 10, 128}, {3, 16, 5},   {8, 24, 64}, {9, 48, 7},
                                       {13, 64, 36}, {5, 77, 20},  {17, 130, 4}, {4, 15, 3}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int variant = 0; variant < 16; variant++)
            check_gemm(sizes[i][0], sizes[i][1], sizes[i][2], variant & 1, variant & 2, variant & 4,
                       variant & 8 ? random_zeros() : NULL);
}
END_TEST

/* -- convolutions ------------------------------------------------------------------------------ */

static void check_conv(const Case *c, bool is_signed, bool channelwise, const int32_t *zeros)
{
    const struct window p = window_of(c);
    const int32_t all = c->groups * c->filters, taps = c->kernel_d * c->kernel_h * c->kernel_w,
                  depth = taps * c->channels, zero = is_signed ? -5 : 131;
    const int32_t run = c->groups == 1 && c->dilation == 1 ? c->kernel_w : 1, bytes = run * c->channels,
                  runs = depth / bytes;
    const size_t pixels = (size_t)(p.out_d * p.out_h * p.out_w), fours = ((size_t)bytes + 3) / 4 * (size_t)runs;
    const Scale s = random_scale(is_signed, all % 3);
    uint8_t *x = random_bytes((size_t)(c->batch * c->d * c->h * c->w * c->groups * c->channels)),
            *w = random_bytes((size_t)(all * depth));
    uint8_t *packed = random_bytes((size_t)all * fours * 4), *y = random_bytes((size_t)c->batch * pixels * (size_t)all);
    if (channelwise) {
        const struct qchannelwise q = {c->batch, c->groups, zero, is_signed, all % 3 != 0};
        pack_channelwise_bytes(w, (int8_t *)packed, c->groups, taps, 0);
        qconv_channelwise(x, (const int8_t *)packed, s.bias, zeros, s.multiplier, s.zero, s.low, s.high, y, &p, &q);
    } else {
        /* of a block: part of a line, or whole ones */
        const int32_t lines = all % 2 ? 1 : 2, width = all % 2 ? 6 : p.out_w;
        const int32_t seen_h = (lines - 1) * c->stride + (c->kernel_h - 1) * c->dilation + 1,
                      seen_w = (width - 1) * c->stride + (c->kernel_w - 1) * c->dilation + 1;
        const struct qconv_packed q = {c->batch,     c->groups, c->channels, c->filters, zero, is_signed,
                                       all % 3 != 0, runs,      bytes,       lines,      width};
        int32_t starts[100];
        const bool in_place = c->pad == 0 && bytes % 4 == 0 && !is_signed;
        uint8_t *scratch = in_place
                               ? NULL
                               : random_bytes((size_t)(c->kernel_d * seen_h * seen_w * c->groups * c->channels) + 3);
        const int32_t across = c->kernel_w / run, pixel = c->groups * c->channels, wide = in_place ? c->w : seen_w,
                      high = in_place ? c->h : seen_h;
        for (int32_t i = 0; i < runs; i++)
            starts[i] = ((i / across / c->kernel_h * high + i / across % c->kernel_h * c->dilation) * wide +
                         i % across * c->dilation) *
                        pixel;
        int32_t start[200];
        for (int32_t f = 0; f < all; f++) {
            int32_t sum = 0;
            for (int32_t k = 0; k < depth; k++) sum += value_of(w[f * depth + k], true) - zero_at(zeros, (size_t)f);
            start[f] = s.bias[f] - (zero + (is_signed ? 128 : 0)) * sum;
        }
        pack_bytes(w, (int8_t *)packed, c->groups, c->filters, runs, bytes, 0);
        qconv_packed(x, (const int8_t *)packed, start, zeros, s.multiplier, s.zero, s.low, s.high, y, scratch, starts,
                     &p, &q);
        free(scratch);
    }
    Scale plain = s;
    plain.step = all % 3 != 0;
    for (int32_t n = 0; n < c->batch; n++)
        for (int32_t i = 0; i < (int32_t)pixels; i++)
            for (int32_t f = 0; f < all; f++)
                ck_assert_int_eq(
                    y[(n * (int32_t)pixels + i) * all + f],
                    expected_byte(&plain, conv_sum(c, &p, x, w, n, i, f, is_signed, zero, zero_at(zeros, (size_t)f)),
                                  (size_t)f));
    free(x);
    free(w);
    free(packed);
    free(y);
}

START_TEST(convolutions)
{
    static const Case cases[] = {
        {1, 1, 3, 20, 1, 11, 13, 1, 3, 3, 2, 1, 1}, {2, 1, 16, 33, 1, 5, 6, 1, 3, 3, 1, 1, 1},
        {1, 1, 8, 16, 1, 7, 7, 1, 1, 1, 1, 1, 0},   {2, 1, 7, 5, 1, 4, 5, 1, 1, 1, 1, 1, 0},
        {1, 3, 4, 6, 1, 6, 7, 1, 3, 3, 1, 2, 2},    {1, 2, 8, 24, 1, 5, 5, 1, 1, 1, 1, 1, 0},
        {1, 1, 2, 4, 3, 4, 4, 2, 2, 2, 1, 1, 1},    {1, 1, 1, 9, 1, 4, 20, 1, 4, 10, 2, 1, 3},
        {1, 1, 5, 70, 1, 3, 3, 1, 5, 5, 1, 1, 2},   {1, 1, 24, 17, 1, 9, 9, 1, 1, 1, 2, 1, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int variant = 0; variant < 4; variant++)
            check_conv(&cases[i], variant & 1, false, variant & 2 ? random_zeros() : NULL);
}
END_TEST

START_TEST(channel_by_channel)
{
    static const Case cases[] = {
        {1, 64, 1, 1, 1, 7, 9, 1, 3, 3, 1, 1, 1},   {2, 96, 1, 1, 1, 8, 8, 1, 3, 3, 2, 1, 1},
        {1, 144, 1, 1, 1, 6, 6, 1, 5, 5, 1, 1, 2},  {1, 20, 1, 1, 1, 9, 11, 1, 3, 3, 1, 1, 1},
        {1, 5, 1, 1, 1, 6, 7, 1, 3, 3, 1, 2, 2},    {1, 70, 1, 1, 3, 5, 5, 2, 3, 3, 1, 1, 1},
        {1, 65, 1, 1, 1, 9, 9, 1, 7, 7, 1, 1, 3},   {1, 64, 1, 1, 1, 2, 2, 1, 5, 5, 1, 1, 2},
        {1, 32, 1, 1, 1, 10, 10, 1, 3, 3, 2, 1, 0}, {1, 80, 1, 1, 1, 3, 3, 1, 2, 2, 3, 1, 3},
        {2, 32, 1, 1, 1, 7, 9, 1, 3, 3, 1, 1, 1},   {1, 32, 1, 1, 1, 9, 9, 1, 3, 3, 2, 1, 1},
        {1, 16, 1, 1, 1, 6, 11, 1, 5, 5, 1, 1, 2},  {1, 8, 1, 1, 3, 5, 21, 2, 3, 3, 1, 2, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int variant = 0; variant < 4; variant++)
            check_conv(&cases[i], variant & 1, true, variant & 2 ? random_zeros() : NULL);
}
END_TEST

/* w[filter][channel][tap] of w[filter][tap][channel]. */
static uint8_t *channels_first(const uint8_t *w, int32_t filters, int32_t taps, int32_t channels)
{
    uint8_t *to = random_bytes((size_t)(filters * taps * channels));
    for (int32_t f = 0; f < filters; f++)
        for (int32_t k = 0; k < taps; k++)
            for (int32_t c = 0; c < channels; c++) to[(f * channels + c) * taps + k] = w[(f * taps + k) * channels + c];
    return to;
}

/* Any bytes; the ends of their range; the largest products there are. */
typedef enum { ANY, ENDS, MOST } Bytes;

static uint8_t *bytes_of(Bytes kind, size_t count, uint8_t most)
{
    uint8_t *x = random_bytes(count);
    for (size_t i = 0; i < count && kind != ANY; i++)
        x[i] = kind == MOST ? most : x[i] % 2 ? most : (uint8_t)(most + 1);
    return x;
}

/* In blocks of so many lines and columns, both even; weights are unsigned if `flip` is 128. */
static void check_winograd(const Case *c, int32_t lines, int32_t width, Bytes kind, bool is_signed, int32_t flip,
                           const int32_t *zeros)
{
    const struct window p = window_of(c);
    const int32_t filters = c->filters, depth = 9 * c->channels,
                  zero = kind == MOST ? 0
                         : is_signed  ? -5
                                      : 131,
                  pixels = p.out_h * p.out_w,
                  tiles = (lines / 2 * (width / 2) + QWINOGRAD_TILES - 1) / QWINOGRAD_TILES * QWINOGRAD_TILES;
    const struct qconv_winograd q = {c->batch, c->channels, filters, zero, is_signed, filters % 3 != 0, lines, width};
    Scale s = random_scale(is_signed, filters % 3 != 0);
    uint8_t *x = bytes_of(kind, (size_t)(c->batch * c->h * c->w * c->channels), is_signed ? 127 : 255),
            *w = bytes_of(kind, (size_t)(filters * depth), flip ? 255 : 127);
    uint8_t *first = channels_first(w, filters, 9, c->channels),
            *y = random_bytes((size_t)(c->batch * pixels * filters));
    uint8_t *seen = random_bytes((size_t)((lines + 2) * (width + 2) * c->channels) + 3);
    int16_t *u = calloc((size_t)(QWINOGRAD_PLACES * filters * c->channels), sizeof *u),
            *v = calloc((size_t)(QWINOGRAD_PLACES * tiles * c->channels), sizeof *v);
    int32_t m[QWINOGRAD_PLACES * QWINOGRAD_TILES * QWINOGRAD_FILTERS] = {0}, start[200];
    for (int32_t i = 0; i < filters * depth; i++) w[i] ^= (uint8_t)flip; /* as they are multiplied */
    for (int32_t f = 0; f < filters; f++) {
        int32_t sum = 0;
        for (int32_t k = 0; k < depth; k++) sum += value_of(w[f * depth + k], true) - zero_at(zeros, (size_t)f);
        start[f] = s.bias[f] - (zero + (is_signed ? 128 : 0)) * sum;
    }
    pack_winograd_bytes(first, zeros, u, c->channels, filters, flip);
    qconv_winograd(x, u, start, s.multiplier, s.zero, s.low, s.high, y, seen, v, m, &p, &q);
    for (int32_t i = 0; i < c->batch * pixels * filters; i++) {
        const int32_t f = i % filters, pixel = i / filters % pixels, n = i / filters / pixels;
        ck_assert_int_eq(y[i],
                         expected_byte(&s,
                                       conv_sum(c, &p, x, w, n, pixel, f, is_signed, zero, zero_at(zeros, (size_t)f)),
                                       (size_t)f));
    }
    free(x);
    free(w);
    free(first);
    free(y);
    free(seen);
    free(u);
    free(v);
}

START_TEST(winograd)
{
    static const Case cases[] = {
        {1, 1, 8, 8, 1, 4, 4, 1, 3, 3, 1, 1, 1},    {2, 1, 16, 24, 1, 7, 9, 1, 3, 3, 1, 1, 1},
        {1, 1, 24, 16, 1, 8, 8, 1, 3, 3, 1, 1, 0},  {2, 1, 8, 32, 1, 5, 13, 1, 3, 3, 1, 1, 2},
        {1, 1, 40, 8, 1, 12, 6, 1, 3, 3, 1, 1, 1},  {1, 1, 8, 16, 1, 1, 1, 1, 3, 3, 1, 1, 1},
        {1, 1, 64, 64, 1, 3, 17, 1, 3, 3, 1, 1, 3},
    };
    static const int32_t blocks[][2] = {{2, 4}, {2, 18}, {4, 8}, {6, 6}, {18, 18}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t b = 0; b < sizeof blocks / sizeof *blocks; b++)
            for (int variant = 0; variant < 8; variant++)
                check_winograd(&cases[i], blocks[b][0], blocks[b][1], ANY, variant & 1, variant & 2 ? 128 : 0,
                               variant & 4 ? random_zeros() : NULL);
}
END_TEST

/* Transformed numbers up to the largest, and sums that just fit: 4 * 9 * 912 * 255 * 255 is near 2^31. */
START_TEST(winograd_of_the_largest_bytes)
{
    static const Case few = {1, 1, 16, 8, 1, 6, 8, 1, 3, 3, 1, 1, 1}, many = {1, 1, 912, 8, 1, 4, 4, 1, 3, 3, 1, 1, 0};
    int32_t zeros[8];
    for (int i = 0; i < 8; i++) zeros[i] = i % 2 ? -128 : 127;
    for (int variant = 0; variant < 4; variant++)
        check_winograd(&few, 2, 8, ENDS, variant & 1, variant & 2 ? 128 : 0, zeros);
    for (int i = 0; i < 8; i++) zeros[i] = -128;
    check_winograd(&many, 2, 4, MOST, false, 0, zeros);
}
END_TEST

/* -- pooling ----------------------------------------------------------------------------------- */

static void check_max_pool(const Case *c, bool is_signed)
{
    const struct window p = window_of(c);
    uint8_t *x = random_bytes((size_t)(c->batch * c->h * c->w * c->channels)),
            *y = random_bytes((size_t)(c->batch * p.out_h * p.out_w * c->channels));
    max_pool_channelwise_bytes(x, y, &p, c->batch, c->channels, is_signed);
    for (int32_t i = 0; i < c->batch * p.out_h * p.out_w * c->channels; i++) {
        const int32_t ch = i % c->channels, w = i / c->channels % p.out_w, h = i / c->channels / p.out_w % p.out_h,
                      n = i / c->channels / p.out_w / p.out_h;
        int32_t most = is_signed ? -128 : 0;
        for (int32_t k = 0; k < c->kernel_h * c->kernel_w; k++) {
            const int32_t at_h = h * c->stride + k / c->kernel_w * c->dilation - c->pad,
                          at_w = w * c->stride + k % c->kernel_w * c->dilation - c->pad;
            if (at_h < 0 || at_h >= c->h || at_w < 0 || at_w >= c->w) continue;
            const int32_t v = value_of(x[((n * c->h + at_h) * c->w + at_w) * c->channels + ch], is_signed);
            most = v > most ? v : most;
        }
        ck_assert_int_eq(value_of(y[i], is_signed), most);
    }
    free(x);
    free(y);
}

START_TEST(maxima)
{
    static const Case cases[] = {{2, 1, 64, 1, 1, 7, 8, 1, 3, 3, 2, 1, 1},
                                 {1, 1, 21, 1, 1, 6, 6, 1, 2, 2, 2, 1, 0},
                                 {1, 1, 3, 1, 1, 9, 9, 1, 3, 2, 1, 2, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int is_signed = 0; is_signed < 2; is_signed++) check_max_pool(&cases[i], is_signed);
}
END_TEST

/* -- elementwise ------------------------------------------------------------------------------- */

START_TEST(quantising)
{
    static const float special[] = {0,      -0.0f,    0.5f,      1.5f, 2.5f,   -0.5f,  -1.5f,   1e30f,
                                    -1e30f, INFINITY, -INFINITY, NAN,  127.5f, 128.5f, -128.5f, 1e-40f};
    for (size_t n = 0; n < 70; n++) {
        float *x = malloc(n * sizeof *x + 1);
        uint8_t *y = random_bytes(n), *z = random_bytes(n);
        for (size_t i = 0; i < n; i++)
            x[i] = i < n / 2 ? special[noise() % 16] : (float)(int32_t)(noise() % 2001) * 0.25f - 250;
        quantize_bytes(x, y, 0.5f, 3, -128, 127, n);
        quantize_bytes(x, z, 1, 100, 0, 255, n);
        for (size_t i = 0; i < n; i++) {
            ck_assert_int_eq(y[i], (uint8_t)quantize_i8(x[i], 0.5f, 3));
            ck_assert_int_eq(z[i], quantize_u8(x[i], 1, 100));
        }
        free(x);
        free(y);
        free(z);
    }
}
END_TEST

START_TEST(sums)
{
    for (size_t n = 0; n < 70; n++) {
        const bool is_signed = n % 2;
        const int32_t low = is_signed ? -128 : 0, high = is_signed ? 127 : 255;
        const struct qadd p = {.a_zero = low + 3,
                               .b_zero = high - 9,
                               .y_zero = low + 50,
                               .is_signed = is_signed,
                               .low = low,
                               .high = high};
        uint8_t *a = random_bytes(n), *b = random_bytes(n), *y = random_bytes(n);
        add_bytes(a, b, y, 0.5f, 0.25f, 1, &p, n);
        for (size_t i = 0; i < n; i++) {
            const float left = (float)(value_of(a[i], is_signed) - p.a_zero) * 0.5f,
                        right = (float)(value_of(b[i], is_signed) - p.b_zero) * 0.25f;
            const int32_t expected = is_signed ? quantize_i8(left + right, 1, (int8_t)p.y_zero)
                                               : quantize_u8(left + right, 1, (uint8_t)p.y_zero);
            ck_assert_int_eq(value_of(y[i], is_signed), expected);
        }
        free(a);
        free(b);
        free(y);
    }
}
END_TEST

Suite *packed_bytes_suite(void)
{
    Suite *s = suite_create("packed_bytes");
    TCase *c = tcase_create("packed_bytes");
    tcase_add_test(c, products);
    tcase_add_test(c, convolutions);
    tcase_add_test(c, winograd);
    tcase_add_test(c, winograd_of_the_largest_bytes);
    tcase_add_test(c, channel_by_channel);
    tcase_add_test(c, maxima);
    tcase_add_test(c, quantising);
    tcase_add_test(c, sums);
    suite_add_tcase(s, c);
    return s;
}
