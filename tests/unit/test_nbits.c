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

Suite *nbits_suite(void)
{
    Suite *s = suite_create("nbits");
    TCase *t = tcase_create("nbits");
    tcase_add_test(t, few_bits_give_the_same_product);
    suite_add_tcase(s, t);
    return s;
}
