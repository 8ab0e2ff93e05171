/* test_nbits.c: products with weights of few bits, by the formula in double. */
#include "kernels.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

Suite *nbits_suite(void);

enum { N = 5, MAX_ROWS = 9, MAX_K = 300, MAX_BLOCK = 128 };

static uint32_t state;

static uint32_t drawn(uint32_t below)
{
    state = state * 1664525 + 1013904223;
    return (state >> 8) % below;
}

typedef struct {
    uint8_t w[N * (MAX_K + MAX_BLOCK)], zeros[N * MAX_K];
    float x[MAX_ROWS * MAX_K], scales[N * MAX_K], real_zeros[N * MAX_K], bias[N], y[MAX_ROWS * N];
    float panel[32 * MAX_K + MAX_BLOCK];
} Product;

static void draw(Product *p)
{
    for (size_t i = 0; i < sizeof p->w; i++) p->w[i] = (uint8_t)drawn(256);
    for (size_t i = 0; i < sizeof p->zeros; i++) p->zeros[i] = (uint8_t)drawn(256);
    for (size_t i = 0; i < MAX_ROWS * MAX_K; i++) p->x[i] = (float)drawn(2001) / 1000 - 1;
    for (size_t i = 0; i < N * MAX_K; i++) {
        p->scales[i] = (float)drawn(1000) / 1000;
        p->real_zeros[i] = (float)drawn(1600) / 100;
    }
    for (size_t i = 0; i < N; i++) p->bias[i] = (float)drawn(100);
}

/* Value i of those of `bits` bits that follow one another, the first in the lowest. */
static double packed(const uint8_t *bytes, int i, int bits)
{
    return bytes[i * bits / 8] >> (i * bits % 8) & ((1 << bits) - 1);
}

enum { NO_ZEROS, ZEROS, REAL_ZEROS };

static double expected(const Product *d, const struct nbits *p, int zeros, int row, int column, double *size)
{
    double sum = d->bias[column];
    *size = fabs(sum);
    for (int i = 0; i < p->k; i++) {
        int at = column * p->blocks + i / p->block;
        double zero = 1 << (p->bits - 1);
        if (zeros == ZEROS) zero = packed(d->zeros + column * ((p->blocks * p->bits + 7) / 8), i / p->block, p->bits);
        if (zeros == REAL_ZEROS) zero = d->real_zeros[at];
        double w = packed(d->w + at * p->block * p->bits / 8, i % p->block, p->bits);
        double product = d->x[row * p->k + i] * (w - zero) * d->scales[at];
        sum += product;
        *size += fabs(product);
    }
    return sum;
}

static void check_product(Product *d, const struct nbits *p, int zeros)
{
    matmul_nbits(d->x, d->w, d->scales, zeros == ZEROS ? d->zeros : NULL, zeros == REAL_ZEROS ? d->real_zeros : NULL,
                 d->bias, d->y, d->panel, p);
    for (int r = 0; r < p->rows; r++)
        for (int c = 0; c < N; c++) {
            double size, y = expected(d, p, zeros, r, c, &size);
            ck_assert_msg(fabs(d->y[r * N + c] - y) <= 1e-6 * size,
                          "%d bits, block %d, k %d, rows %d, zeros %d: y[%d][%d] is %g, expected %g", p->bits, p->block,
                          p->k, p->rows, zeros, r, c, (double)d->y[r * N + c], y);
        }
}

/* One row, some, and as many as unpack the weights; blocks that k fills and doesn't; and less than a vector. */
START_TEST(few_bits_give_the_same_product)
{
    static const int rows[] = {1, 3, 9}, blocks[] = {16, 32, 128}, lengths[] = {1, 32, 50, 300}, bits[] = {2, 4, 8};
    Product *d = malloc(sizeof *d);
    state = 1;
    for (int i = 0; i < 3 * 3 * 4 * 3 * 3; i++) {
        int k = lengths[i / 27 % 4], block = blocks[i / 9 % 3];
        draw(d);
        struct nbits p = {.rows = rows[i % 3],
                          .n = N,
                          .k = k,
                          .block = block,
                          .blocks = (k + block - 1) / block,
                          .bits = bits[i / 3 % 3]};
        check_product(d, &p, i / 108);
    }
    free(d);
}
END_TEST

enum { IN_BYTES_K = 80, IN_BYTES_BLOCK = 32, IN_BYTES_BLOCKS = 3, IN_BYTES_N = 35, IN_BYTES_ROWS = 11 };

/* In panels of 16 columns, as matmul_nbits_bytes_8 and its kin want them: random ones, as they lie. */
typedef struct {
    uint8_t w[3 * IN_BYTES_BLOCKS * IN_BYTES_BLOCK * 16], zeros[3 * IN_BYTES_BLOCKS * 16];
    float x[IN_BYTES_ROWS * IN_BYTES_K], scales[3 * IN_BYTES_BLOCKS * 16], y[IN_BYTES_ROWS * IN_BYTES_N];
    int8_t q[16 * IN_BYTES_BLOCKS * IN_BYTES_BLOCK];
    float steps[8 * IN_BYTES_BLOCKS];
    int32_t sums[8 * IN_BYTES_BLOCKS];
} InBytes;

typedef void BytesProduct(const float *x, const uint8_t *w, const float *scales, const uint8_t *zeros,
                          const float *bias, float *y, int8_t *q, float *steps, int32_t *sums,
                          const struct nbits_bytes *p);

static double in_bytes_expected(const InBytes *d, bool zeros, int bits, int row, int column)
{
    const int per_group = 32 / bits;
    double sum = 0;
    for (int b = 0; b < IN_BYTES_BLOCKS; b++) {
        const float *x = d->x + row * IN_BYTES_K + b * IN_BYTES_BLOCK;
        int count = b < 2 ? IN_BYTES_BLOCK : IN_BYTES_K - 2 * IN_BYTES_BLOCK;
        int at = (column / 16 * IN_BYTES_BLOCKS + b) * 16 + column % 16, products = 0;
        float largest = 0;
        for (int i = 0; i < count; i++) largest = fmaxf(largest, fabsf(x[i]));
        for (int i = 0; i < count; i++) {
            int group = (column / 16 * IN_BYTES_BLOCKS + b) * IN_BYTES_BLOCK / per_group + i / per_group;
            int byte = d->w[group * 64 + column % 16 * 4 + i % 4];
            int w = byte >> (i % per_group / 4 * bits) & ((1 << bits) - 1);
            products += (int)lrintf(x[i] / (largest / 32639)) * (w - (zeros ? d->zeros[at] : 1 << (bits - 1)));
        }
        sum += (double)products * (double)(largest / 32639) * (double)d->scales[at];
    }
    return sum;
}

START_TEST(few_bits_times_two_bytes)
{
    static InBytes d;
    static BytesProduct *const products[] = {matmul_nbits_bytes_2, matmul_nbits_bytes_4, matmul_nbits_bytes_8};
    const int bits = 2 << _i / 2;
    const bool zeros = _i % 2;
    const struct nbits_bytes p = {IN_BYTES_ROWS, IN_BYTES_N, IN_BYTES_K, IN_BYTES_BLOCK, IN_BYTES_BLOCKS};
    state = 7;
    for (size_t i = 0; i < sizeof d.w; i++) d.w[i] = (uint8_t)drawn(256);
    for (size_t i = 0; i < sizeof d.zeros; i++) d.zeros[i] = (uint8_t)drawn(1 << bits);
    for (size_t i = 0; i < sizeof d.x / sizeof *d.x; i++) d.x[i] = (float)drawn(2001) / 1000 - 1;
    for (size_t i = 0; i < sizeof d.scales / sizeof *d.scales; i++) d.scales[i] = (float)drawn(1000) / 1000;
    products[_i / 2](d.x, d.w, d.scales, zeros ? d.zeros : NULL, NULL, d.y, d.q, d.steps, d.sums, &p);
    for (int r = 0; r < IN_BYTES_ROWS; r++)
        for (int c = 0; c < IN_BYTES_N; c++)
            ck_assert_double_eq_tol((double)d.y[r * IN_BYTES_N + c], in_bytes_expected(&d, zeros, bits, r, c),
                                    bits == 8 ? 2e-3 : 1e-4);
}
END_TEST

Suite *nbits_suite(void)
{
    Suite *s = suite_create("nbits");
    TCase *t = tcase_create("nbits");
    tcase_add_test(t, few_bits_give_the_same_product);
    tcase_add_loop_test(t, few_bits_times_two_bytes, 0, 6);
    suite_add_tcase(s, t);
    return s;
}
