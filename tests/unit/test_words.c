/* test_words.c: the kernels for targets that multiply words or pairs give the very integers of plain sums and of
 * requantize, for shapes that leave remainders everywhere. */
#include "bytes.h"
#include "kernels.h"

#include <check.h>
#include <stdlib.h>

Suite *words_suite(void);

typedef enum { PAIRS, WORDS, COMPACT_PAIRS, COMPACT_WORDS } Variant; /* compact: in little code */

/* -- requantising ------------------------------------------------------------------------------ */

static bool rounds_right(int32_t sum, float multiplier)
{
    struct qbyte_words words = {.zero = -3};
    struct qbyte_pairs pairs = {.zero = -3};
    int32_t a[4] = {sum, sum, sum, sum}, b[4] = {sum, sum, sum, sum};
    qbyte_words(&words, multiplier);
    qbyte_pairs(&pairs, multiplier);
    qround_words(a, &words, 0);
    qround_pairs(b, &pairs, 0);
    const uint8_t expected = requantize(sum, multiplier, -3, -128, 127);
    bool right = true;
    for (int i = 0; i < 4; i++)
        right = right && (uint8_t)saturate_i8(a[i]) == expected && (uint8_t)saturate_i8(b[i]) == expected;
    return right;
}

static float random_mantissa(void)
{
    return 1.0f + (float)(noise() % (1 << 23)) / (1 << 23);
}

/* Around every half from -200 to 200, by multipliers of all sizes: on it where there is such a sum, and next to it. */
START_TEST(halves)
{
    for (int exponent = -33; exponent < 4; exponent++)
        for (int m = 0; m < 12; m++) {
            const float multiplier = ldexpf(m < 4 ? 1.0f + (float)m / 4 : random_mantissa(), exponent);
            for (int half = -400; half <= 400; half++) {
                const double sum = nearbyint((double)half / 2 / (double)multiplier);
                bool right = true;
                for (int i = -1; i < 2 && fabs(sum) < 2147480000; i++)
                    right = right && rounds_right((int32_t)sum + i, multiplier);
                ck_assert_msg(right, "%.17g times %.9g", sum, (double)multiplier);
            }
        }
}
END_TEST

START_TEST(random_sums)
{
    static const int32_t ends[] = {INT32_MIN, INT32_MAX, 0, 1};
    for (int i = 0; i < 300; i++) {
        bool right = true;
        for (int k = 0; k < 1000; k++) {
            const uint32_t bits = noise() << 8 ^ noise();
            const int32_t sum = (int32_t)(bits >> 1) >> noise() % 24;
            right = right && rounds_right(k % 2 ? sum : -sum, ldexpf(random_mantissa(), -(int)(noise() % 34)));
        }
        ck_assert(right);
    }
    for (size_t i = 0; i < 4; i++) ck_assert(rounds_right(ends[i], 0.37f) && rounds_right(ends[i], 1e-30f));
    ck_assert(rounds_right(0, 1e30f) && rounds_right(1, 1e30f));
}
END_TEST

/* Zero points of weights: none, and some. */
static int32_t some_zeros[200];
static const int32_t *const zeros_by[] = {NULL, some_zeros};

static void make_zeros(void)
{
    for (int i = 0; i < 200; i++) some_zeros[i] = (int32_t)(noise() % 256) - 128;
}

/* -- products ---------------------------------------------------------------------------------- */

typedef void Product(const void *a, const int8_t *w, const int32_t *w_zero, const int32_t *start,
                     const float *multiplier, void *y, int32_t *scratch, const struct qgemm_words *p);

static Product *const products_by[2][2][2] = {{{qgemm_pairs_u8, qgemm_pairs_i8}, {qgemm_words_u8, qgemm_words_i8}},
                                              {{qgemm_row_pairs_u8, qgemm_row_pairs_i8},
                                               {qgemm_row_words_u8, qgemm_row_words_i8}}};

static void check_product(Variant v, int32_t rows, int32_t cols, int32_t depth, bool a_signed, bool y_signed,
                          bool w_unsigned, bool one_row)
{
    const int32_t *const zeros = zeros_by[depth % 2];
    const Scale s = random_scale(y_signed, cols % 2);
    const struct qgemm_words p = {rows, cols, depth, a_signed ? -9 : 120, a_signed, cols % 2, s.zero, s.low, s.high};
    const size_t wide = ((size_t)depth + 7) / 8 * 8;
    uint8_t *a = random_bytes((size_t)rows * (size_t)depth), *w = random_bytes((size_t)cols * (size_t)depth),
            *packed = random_bytes(((size_t)cols + 3) / 4 * 4 * wide), *y = random_bytes((size_t)rows * (size_t)cols);
    int32_t *scratch = calloc(wide * 4, sizeof *scratch);
    ck_assert_ptr_nonnull(scratch);
    if (one_row) pack_byte_columns(w, (int8_t *)packed, cols, depth, w_unsigned ? 128 : 0);
    else pack_byte_runs(w, (int8_t *)packed, cols, 1, depth, w_unsigned ? 128 : 0);
    products_by[one_row][v][y_signed](a, (const int8_t *)packed, zeros, s.bias, s.multiplier, y, scratch, &p);
    for (int32_t r = 0; r < rows; r++)
        for (int32_t c = 0; c < cols; c++) {
            int32_t sum = 0;
            for (int32_t k = 0; k < depth; k++)
                sum += (value_of(a[r * depth + k], a_signed) - p.a_zero) *
                       (value_of(w[c * depth + k], !w_unsigned) - (w_unsigned ? 128 : 0) - (zeros ? zeros[c] : 0));
            ck_assert_int_eq(y[r * cols + c], expected_byte(&s, sum, (size_t)c));
        }
    free(a);
    free(w);
    free(packed);
    free(y);
    free(scratch);
}

START_TEST(products)
{
    make_zeros();
    static const int32_t sizes[][3] = {{1, 1, 1},    {1, 10, 128}, {3, 16, 5},   {8, 24, 64}, {9, 48, 7},
                                       {13, 64, 36}, {5, 77, 20},  {17, 130, 4}, {4, 15, 3},  {2, 6, 9}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (int kind = 0; kind < 16; kind++)
            for (int one_row = 0; one_row < 2; one_row++)
                check_product(kind & 8 ? WORDS : PAIRS, one_row ? 1 : sizes[i][0], sizes[i][1], sizes[i][2], kind & 1,
                              kind & 2, kind & 4, one_row);
}
END_TEST

/* -- convolutions ------------------------------------------------------------------------------ */

typedef void Convolution(const void *x, const int8_t *w, const int32_t *w_zero, const int32_t *start,
                         const float *multiplier, void *y, int32_t *scratch, const struct window *p,
                         const struct qconv_words *c);
typedef void Channelwise(const void *x, const int8_t *w, const int32_t *w_zero, const int32_t *bias,
                         const float *multiplier, void *y, int32_t *scratch, const struct window *p,
                         const struct qquad_conv *c);

static Convolution *const convolutions_by[2][2] = {{qconv_pairs_u8, qconv_pairs_i8}, {qconv_words_u8, qconv_words_i8}};
static Channelwise *const channelwise_by[2][2] = {{qconv_channelwise_pairs_u8, qconv_channelwise_pairs_i8},
                                                  {qconv_channelwise_words_u8, qconv_channelwise_words_i8}};

static void run_dense(const Case *c, const struct window *p, const uint8_t *x, const uint8_t *w, const Scale *s,
                      Variant v, int kind, int32_t zero, uint8_t *y)
{
    const int32_t taps = c->groups == 1 && c->dilation == 1 ? c->kernel_w : 1, run = taps * c->channels,
                  depth = c->kernel_d * c->kernel_h * c->kernel_w * c->channels, all = c->groups * c->filters;
    const size_t wide = ((size_t)depth + 7) / 8 * 8;
    const struct qconv_words q = {c->batch,     c->groups, c->channels, c->filters, zero, kind & 1,
                                  all % 3 != 0, s->zero,   s->low,      s->high,    taps};
    uint8_t *packed = random_bytes((size_t)all * wide);
    int32_t *scratch = calloc(wide * 4, sizeof *scratch);
    ck_assert_ptr_nonnull(scratch);
    pack_byte_runs(w, (int8_t *)packed, all, depth / run, run, 0);
    convolutions_by[v][kind >> 1 & 1](x, (const int8_t *)packed, zeros_by[kind >> 2], s->bias, s->multiplier, y,
                                      scratch, p, &q);
    free(packed);
    free(scratch);
}

static void run_channelwise(const Case *c, const struct window *p, const uint8_t *x, const uint8_t *w, const Scale *s,
                            Variant v, int kind, int32_t zero, uint8_t *y)
{
    const int32_t taps = c->kernel_h * c->kernel_w, lines = (c->kernel_h - 1) * c->dilation + 1,
                  width = (p->out_w - 1) * c->stride + (c->kernel_w - 1) * c->dilation + 1;
    const struct qquad_conv q = {c->batch, c->groups, zero,    kind & 1, c->groups % 3 != 0,
                                 s->zero,  s->low,    s->high, lines,    width};
    uint8_t *packed = random_bytes((size_t)(c->groups * taps));
    int32_t *scratch = calloc((size_t)(taps + lines * width) * 4 + 4, sizeof *scratch);
    ck_assert_ptr_nonnull(scratch);
    pack_channelwise_bytes(w, (int8_t *)packed, c->groups, taps, 0);
    channelwise_by[v][kind >> 1 & 1](x, (const int8_t *)packed, zeros_by[kind >> 2], s->bias, s->multiplier, y, scratch,
                                     p, &q);
    free(packed);
    free(scratch);
}

typedef void Compact(const void *x, const int8_t *w, const int32_t *w_zero, const int32_t *start,
                     const float *multiplier, void *y, int32_t *scratch, const struct window *p,
                     const struct qconv_compact *c);

static void run_compact(const Case *c, const struct window *p, const uint8_t *x, const uint8_t *w, const Scale *s,
                        Variant v, int kind, int32_t zero, uint8_t *y, bool channelwise)
{
    static Compact *const dense[] = {[COMPACT_PAIRS] = qconv_compact_pairs, [COMPACT_WORDS] = qconv_compact_words},
                          *const by_channel[] = {
                              [COMPACT_PAIRS] = qchannels_compact_pairs, [COMPACT_WORDS] = qchannels_compact_words};
    const int32_t taps = c->kernel_d * c->kernel_h * c->kernel_w, depth = taps * c->channels,
                  all = c->groups * c->filters;
    const size_t wide = ((size_t)depth + 7) / 8 * 8;
    const struct qconv_compact q = {c->batch,
                                    channelwise ? 1 : c->groups,
                                    channelwise ? all : c->channels,
                                    channelwise ? all : c->filters,
                                    zero,
                                    kind & 1,
                                    all % 3 != 0,
                                    s->zero,
                                    s->low,
                                    s->high};
    uint8_t *packed = random_bytes((size_t)all * wide);
    int32_t *scratch = (int32_t *)(void *)random_bytes((channelwise ? (size_t)all : wide * 2) * sizeof *scratch);
    if (channelwise) pack_channelwise_bytes(w, (int8_t *)packed, all, taps, 0);
    else pack_byte_filters(w, (int8_t *)packed, all, depth, 0, v == COMPACT_PAIRS);
    (channelwise ? by_channel : dense)[v](x, (const int8_t *)packed, zeros_by[kind >> 2], s->bias, s->multiplier, y,
                                          scratch, p, &q);
    free(packed);
    free(scratch);
}

static void check_conv(const Case *c, Variant v, int kind, bool channelwise)
{
    const struct window p = window_of(c);
    const int32_t *const zeros = zeros_by[kind >> 2];
    const int32_t all = c->groups * c->filters, depth = c->kernel_d * c->kernel_h * c->kernel_w * c->channels,
                  zero = kind & 1 ? -5 : 131, pixels = p.out_d * p.out_h * p.out_w;
    const Scale s = random_scale(kind >> 1 & 1, all % 3);
    uint8_t *x = random_bytes((size_t)(c->batch * c->d * c->h * c->w * c->groups * c->channels)),
            *w = random_bytes((size_t)(all * depth)), *y = random_bytes((size_t)(c->batch * pixels * all));
    if (v >= COMPACT_PAIRS) run_compact(c, &p, x, w, &s, v, kind, zero, y, channelwise);
    else if (channelwise) run_channelwise(c, &p, x, w, &s, v, kind, zero, y);
    else run_dense(c, &p, x, w, &s, v, kind, zero, y);
    for (int32_t n = 0; n < c->batch; n++)
        for (int32_t i = 0; i < pixels; i++)
            for (int32_t f = 0; f < all; f++)
                ck_assert_int_eq(y[(n * pixels + i) * all + f],
                                 expected_byte(&s, conv_sum(c, &p, x, w, n, i, f, kind & 1, zero, zeros ? zeros[f] : 0),
                                               (size_t)f));
    free(x);
    free(w);
    free(y);
}

static void check_all_kinds(const Case *c, bool channelwise)
{
    make_zeros();
    for (int kind = 0; kind < 8; kind++) {
        check_conv(c, PAIRS, kind, channelwise);
        check_conv(c, WORDS, kind, channelwise);
        check_conv(c, COMPACT_PAIRS, kind, channelwise);
        check_conv(c, COMPACT_WORDS, kind, channelwise);
    }
}

START_TEST(convolutions)
{
    static const Case cases[] = {
        {1, 1, 3, 20, 1, 11, 13, 1, 3, 3, 2, 1, 1}, {2, 1, 16, 33, 1, 5, 6, 1, 3, 3, 1, 1, 1},
        {1, 1, 8, 16, 1, 7, 7, 1, 1, 1, 1, 1, 0},   {2, 1, 7, 5, 1, 4, 5, 1, 1, 1, 1, 1, 0},
        {1, 3, 4, 6, 1, 6, 7, 1, 3, 3, 1, 2, 2},    {1, 2, 8, 24, 1, 5, 5, 1, 1, 1, 1, 1, 0},
        {1, 1, 2, 4, 3, 4, 4, 2, 2, 2, 1, 1, 1},    {1, 1, 1, 9, 1, 4, 20, 1, 4, 10, 2, 1, 3},
        {1, 1, 5, 70, 1, 3, 3, 1, 5, 5, 1, 1, 2},   {1, 1, 24, 17, 1, 9, 9, 1, 1, 1, 2, 1, 0},
        {1, 1, 4, 3, 1, 6, 6, 1, 3, 3, 1, 3, 3},    {1, 2, 3, 5, 1, 5, 6, 1, 2, 3, 1, 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check_all_kinds(&cases[i], false);
}
END_TEST

START_TEST(channel_by_channel)
{
    static const Case cases[] = {
        {1, 64, 1, 1, 1, 7, 9, 1, 3, 3, 1, 1, 1}, {2, 16, 1, 1, 1, 8, 8, 1, 3, 3, 2, 1, 1},
        {1, 12, 1, 1, 1, 6, 6, 1, 5, 5, 1, 1, 2}, {1, 4, 1, 1, 1, 9, 11, 1, 3, 3, 1, 1, 1},
        {1, 5, 1, 1, 1, 6, 7, 1, 3, 3, 1, 2, 2},  {2, 7, 1, 1, 1, 9, 9, 1, 7, 7, 1, 1, 3},
        {1, 6, 1, 1, 1, 2, 2, 1, 5, 5, 1, 1, 2},  {1, 8, 1, 1, 1, 10, 10, 1, 3, 3, 2, 1, 0},
        {1, 9, 1, 1, 1, 3, 3, 1, 2, 2, 3, 1, 3},  {1, 8, 1, 1, 1, 7, 21, 1, 3, 1, 1, 2, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) check_all_kinds(&cases[i], true);
}
END_TEST

/* -- sums -------------------------------------------------------------------------------------- */

/* All pairs of bytes: the results of add_bytes, by scales that make halves, and by others. */
static void check_sums(float a_scale, float b_scale, int shift, bool is_signed, bool bounded)
{
    const int32_t least = is_signed ? -128 : 0;
    const struct qadd p = {least + 3, least + 90,           least + 50,
                           is_signed, least + 30 * bounded, least + 255 - 9 * bounded};
    const double a = nearbyint(ldexp((double)a_scale, shift)), b = nearbyint(ldexp((double)b_scale, shift));
    const double start = ldexp((double)p.y_zero + 0.5, shift) - (double)p.a_zero * a - (double)p.b_zero * b;
    const struct qadd_words q = {(int32_t)a, (int32_t)b, (int32_t)start, shift};
    static uint8_t x[65536], z[65536], y[65536], expected[65536];
    for (int i = 0; i < 65536; i++) {
        x[i] = (uint8_t)i;
        z[i] = (uint8_t)(i >> 8);
    }
    add_bytes(x, z, expected, a_scale, b_scale, 1, &p, 65536);
    if (is_signed) add_bytes_words_i8((const int8_t *)x, (const int8_t *)z, y, a_scale, b_scale, 1, &p, &q, 65536);
    else add_bytes_words_u8(x, z, y, a_scale, b_scale, 1, &p, &q, 65536);
    ck_assert_mem_eq(y, expected, 65536);
}

START_TEST(sums)
{
    static const float scales[][2] = {{0.5f, 0.25f}, {1, 1.5f}, {0.37f, 0.91f}, {0.7171f, 0.0123f}, {1.25f, 0.1f}};
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++)
        for (int kind = 0; kind < 4; kind++)
            for (int shift = 12; shift <= 20; shift += 4)
                check_sums(scales[i][0], scales[i][1], shift, kind & 1, kind & 2);
}
END_TEST

Suite *words_suite(void)
{
    Suite *s = suite_create("words");
    TCase *c = tcase_create("words");
    tcase_add_test(c, halves);
    tcase_add_test(c, random_sums);
    tcase_add_test(c, products);
    tcase_add_test(c, convolutions);
    tcase_add_test(c, channel_by_channel);
    tcase_add_test(c, sums);
    suite_add_tcase(s, c);
    return s;
}
