/* Products of weights of 4 bits and numbers that are rounded to two bytes, block by block: MatMulNBits of
 * accuracy_level 4, which would allow a single one. A number is 256 * high + low steps of its block, both from -128 to
 * 127, the step being the largest magnitude by NBITS_STEPS. The sums of a block are whole numbers, and exact; as floats
 * they are scaled and added up in the order of the blocks, each product rounded before it is added. So every processor
 * gets the same bits. */

struct nbits_bytes {
    int32_t rows, n, k;    /* of x[rows][k] and y[rows][n] */
    int32_t block, blocks; /* weights of a block, a multiple of 16 up to 1024; blocks in k, the last filled up */
};

/* 127 * 256 + 127. */
#define NBITS_STEPS 32639

/* Rows of x that are rounded before weights are met. */
#define NBITS_BAND 8

/* A step; NaN if the largest magnitude is no finite number. largest: its bits. */
static inline float nbits_step(uint32_t largest)
{
    float magnitude;
    memcpy(&magnitude, &largest, sizeof magnitude);
    return largest < UINT32_C(0x7F800000) ? magnitude / NBITS_STEPS : (float)NAN;
}

/* low[block] and high[block] = the digits of x[count] in steps, to the nearest, and zeros after them. Returns the
 * step. */
float nbits_round_some(const float *x, int8_t *low, int8_t *high, int32_t *sum, size_t count, size_t block)
{
    uint32_t largest = 0;
    int32_t total = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, x + i, sizeof bits);
        bits &= UINT32_C(0x7FFFFFFF);
        if (bits > largest) largest = bits;
    }
    const float step = nbits_step(largest);
    for (size_t i = 0; i < block; i++) {
        const float steps = i < count ? x[i] / step : 0, above = steps > -NBITS_STEPS ? steps : -NBITS_STEPS;
        const int32_t q = nearest_i32(above < NBITS_STEPS ? above : NBITS_STEPS);
        high[i] = (int8_t)((q + 32896) / 256 - 128);
        low[i] = (int8_t)(q - 256 * high[i]);
        total += q;
    }
    *sum = total;
    return step;
}

//@private nbits_round_block
/* Likewise of a whole block. */
#if QLANES > 1
static QFUNCTION float nbits_round_block(const float *x, int8_t *low, int8_t *high, int32_t *sum, size_t block)
{
    qsigned most = {0}, sums = {0};
    int32_t each[QLANES], largest = 0, total = 0;
    for (size_t i = 0; i < block; i += QLANES) {
        const qsigned bits = (qsigned)(*(const qint_at *)(const void *)(x + i) & 0x7FFFFFFF), larger = bits > most;
        most = (larger & bits) | (~larger & most);
    }
    memcpy(each, &most, sizeof each);
    for (size_t i = 0; i < QLANES; i++)
        if (each[i] > largest) largest = each[i];
    const float step = nbits_step((uint32_t)largest);
    const struct qscale bounds = {.low = -NBITS_STEPS, .high = NBITS_STEPS};
    const struct qlimits limits = qlimits_of(&bounds);
    for (size_t i = 0; i < block; i += QLANES) {
        const qreal steps = *(const qreal_at *)(x + i) / qreal_all(step);
        const qsigned q = (qsigned)(qnearest(steps, &limits) - UINT32_C(0x4B400000));
        *(qbytes_at *)(low + i) = qround(steps, &limits);
        *(qbytes_at *)(high + i) = qround(__builtin_convertvector((q + 128) >> 8, qreal), &limits);
        sums += q;
    }
    memcpy(each, &sums, sizeof each);
    for (size_t i = 0; i < QLANES; i++) total += each[i];
    *sum = total;
    return step;
}
#else
static float nbits_round_block(const float *x, int8_t *low, int8_t *high, int32_t *sum, size_t block)
{
    return nbits_round_some(x, low, high, sum, block, block);
}
#endif
//@endblock

/* q[2][blocks * block]: the low digits, then the high ones. */
void nbits_round_row(const float *x, int8_t *q, float *steps, int32_t *sums, const struct nbits_bytes *p)
{
    const size_t k = (size_t)p->k, block = (size_t)p->block, row = block * (size_t)p->blocks;
    for (size_t b = 0; b < (size_t)p->blocks; b++, x += block, q += block) {
        const size_t left = k - b * block;
        steps[b] = left >= block ? nbits_round_block(x, q, q + row, sums + b, block)
                                 : nbits_round_some(x, q, q + row, sums + b, left, block);
    }
}

//@private nbits_product nbits_dots nbits_four nbits_begin
#if QLANES > 1
/* x, and no more: compilers don't fuse its product with a sum. */
static inline qreal nbits_product(qreal x)
{
#if QNEON
    __asm__("" : "+w"(x));
#elif QLANES == 16
    __asm__("" : "+v"(x));
#else
    __asm__("" : "+x"(x));
#endif
    return x;
}

/* sums + four products each: w from 0 to 15, x four signed bytes, over and over. */
static inline qint nbits_dots(qint sums, qint w, qint x)
{
#if QLANES == 16
    return qint_dot(sums, w, x);
#elif QLANES == 8
    typedef char bytes __attribute__((vector_size(32)));
    typedef int16_t words __attribute__((vector_size(32)));
    const words ones = (words){0} + 1;
    return sums + (qint)__builtin_ia32_pmaddwd256((words)__builtin_ia32_pmaddubsw256((bytes)w, (bytes)x), ones);
#elif QNEON && defined(__ARM_FEATURE_DOTPROD)
    return (qint)vdotq_s32((int32x4_t)sums, (int8x16_t)w, (int8x16_t)x);
#elif QNEON
    const int8x16_t a = (int8x16_t)w, b = (int8x16_t)x;
    const int32x4_t low = vpaddlq_s16(vmull_s8(vget_low_s8(a), vget_low_s8(b))),
                    high = vpaddlq_s16(vmull_s8(vget_high_s8(a), vget_high_s8(b)));
    return sums + (qint)vcombine_s32(vpadd_s32(vget_low_s32(low), vget_high_s32(low)),
                                     vpadd_s32(vget_low_s32(high), vget_high_s32(high)));
#else
    typedef int16_t words __attribute__((vector_size(16)));
    const words even = (words)(x << 8 & 0xFF00FF00) >> 8, odd = (words)x >> 8;
    return sums + (qint)__builtin_ia32_pmaddwd128((words)(w & 0x00FF00FF), even) +
           (qint)__builtin_ia32_pmaddwd128((words)(w >> 8 & 0x00FF00FF), odd);
#endif
}

static inline qint nbits_four(const int8_t *x)
{
    uint32_t four;
    memcpy(&four, x, sizeof four);
    return four - (qint){0};
}

/* What the sums of a block begin with: its zero points, of which there may be none, times the sum of x, less. */
static inline qint nbits_begin(const uint8_t *zeros, int32_t sum)
{
    const uint32_t less = 0 - (uint32_t)sum;
    if (!zeros) return 8 * less - (qint){0};
    return __builtin_convertvector(*(const qbytes_at *)zeros, qint) * (less - (qint){0});
}
#endif
//@endblock

/* What the columns of a row have in common. */
struct nbits_row {
    const int8_t *low, *high; /* the digits of x; what a step of each block is, and its sum */
    const float *steps;
    const int32_t *sums;
    const float *bias; /* or NULL */
    float *y;
};

//@private NBITS_COLUMNS nbits_columns
#if QLANES > 1
#define NBITS_COLUMNS (4 * QLANES)
/* Where a vector of columns has its weights, and its scales and zero points. */
struct nbits_place {
    const uint8_t *w;
    size_t at;
};

/* Those after the last panel are as the first. */
static inline struct nbits_place nbits_place_of(const uint8_t *w, size_t first, size_t column,
                                                const struct nbits_bytes *p)
{
    const size_t at = column < (size_t)p->n ? column : first, blocks = (size_t)p->blocks;
    const struct nbits_place place = {w + at / 16 * blocks * (size_t)p->block * 8 + at % 16 * 4,
                                      at / 16 * blocks * 16 + at % 16};
    return place;
}

static inline void nbits_store(const struct nbits_row *r, size_t column, qreal total, const struct nbits_bytes *p)
{
    const size_t n = (size_t)p->n, left = column < n ? n - column : 0;
    float some[QLANES];
    memcpy(some, &total, sizeof some);
    for (size_t c = 0; c < (left < QLANES ? left : QLANES); c++)
        r->y[column + c] = some[c] + (r->bias ? r->bias[column + c] : 0);
}

/* Vector v takes up a block, or eight of its weights: sums of low digits and of high ones. */
#define NBITS_BEGIN(v) \
    qint low##v = nbits_begin(zeros ? zeros + place##v.at + 16 * b : NULL, r->sums[b]), high##v = {0};
#define NBITS_EIGHT(v) \
    { \
        const qint eight = *(const qint_at *)(const void *)(place##v.w + at / 8 * 64); \
        const qint first_four = eight & 0x0F0F0F0F, last_four = eight >> 4 & 0x0F0F0F0F; \
        low##v = nbits_dots(nbits_dots(low##v, first_four, l0), last_four, l1); \
        high##v = nbits_dots(nbits_dots(high##v, first_four, h0), last_four, h1); \
    }
#define NBITS_END(v) \
    total##v += nbits_product(__builtin_convertvector((qsigned)(low##v + (high##v << 8)), qreal) * \
                              (step * *(const qreal_at *)(const void *)(scales + place##v.at + 16 * b)));
#define NBITS_EACH(DO) DO(0) DO(1) DO(2) DO(3)

/* Columns [first, first + NBITS_COLUMNS) of a row. */
static QFUNCTION void nbits_columns(const struct nbits_row *r, const uint8_t *w, const float *scales,
                                    const uint8_t *zeros, size_t first, const struct nbits_bytes *p)
{
    const struct nbits_place place0 = nbits_place_of(w, first, first, p),
                             place1 = nbits_place_of(w, first, first + QLANES, p),
                             place2 = nbits_place_of(w, first, first + 2 * QLANES, p),
                             place3 = nbits_place_of(w, first, first + 3 * QLANES, p);
    qreal total0 = qreal_all(0), total1 = total0, total2 = total0, total3 = total0;
    const size_t block = (size_t)p->block;
    for (size_t b = 0; b < (size_t)p->blocks; b++) {
        NBITS_EACH(NBITS_BEGIN)
        for (size_t at = b * block; at < (b + 1) * block; at += 8) {
            const qint l0 = nbits_four(r->low + at), l1 = nbits_four(r->low + at + 4);
            const qint h0 = nbits_four(r->high + at), h1 = nbits_four(r->high + at + 4);
            NBITS_EACH(NBITS_EIGHT)
        }
        const qreal step = qreal_all(r->steps[b]);
        NBITS_EACH(NBITS_END)
    }
    nbits_store(r, first, total0, p);
    nbits_store(r, first + QLANES, total1, p);
    nbits_store(r, first + 2 * QLANES, total2, p);
    nbits_store(r, first + 3 * QLANES, total3, p);
}
#else
#define NBITS_COLUMNS 16
/* Columns [first, first + NBITS_COLUMNS) of a row. Products are read back, so that they are not fused with sums. */
static void nbits_columns(const struct nbits_row *r, const uint8_t *w, const float *scales, const uint8_t *zeros,
                          size_t first, const struct nbits_bytes *p)
{
    const size_t blocks = (size_t)p->blocks, groups = (size_t)p->block / 8, n = (size_t)p->n;
    for (size_t c = first; c < (n - first < 16 ? n : first + 16); c++) {
        const int8_t *low = r->low, *high = r->high;
        float total = 0;
        for (size_t b = 0; b < blocks; b++) {
            const uint8_t *from = w + (c / 16 * blocks + b) * groups * 64 + c % 16 * 4;
            const size_t at = (c / 16 * blocks + b) * 16 + c % 16;
            int32_t sum = -(zeros ? zeros[at] : 8) * r->sums[b];
            for (size_t i = 0; i < groups; i++, from += 64, low += 8, high += 8)
                for (size_t j = 0; j < 4; j++) {
                    sum += (from[j] & 15) * (low[j] + 256 * high[j]);
                    sum += (from[j] >> 4) * (low[4 + j] + 256 * high[4 + j]);
                }
            const float scale = r->steps[b] * scales[at];
            const volatile float product = (float)sum * scale;
            total += product;
        }
        r->y[c] = total + (r->bias ? r->bias[c] : 0);
    }
}
#endif
//@endblock

/* y[rows][n] = x[rows][k], rounded, times the transposed of the weights, plus bias[n], which may be NULL.
 * In panels of 16 columns: w[n / 16][blocks * block / 8][16][4], whose bytes have a weight and in their higher half the
 * one four further; scales[n / 16][blocks][16]; likewise zeros, or NULL: then it is 8. Scratch:
 * q[8][2][blocks * block], steps[8 * blocks], sums[8 * blocks]. */
void matmul_nbits_bytes(const float *x, const uint8_t *w, const float *scales, const uint8_t *zeros, const float *bias,
                        float *y, int8_t *q, float *steps, int32_t *sums, const struct nbits_bytes *p)
{
    const size_t rows = (size_t)p->rows, n = (size_t)p->n, k = (size_t)p->k, blocks = (size_t)p->blocks;
    const size_t row = blocks * (size_t)p->block; /* of digits */
    for (size_t first = 0; first < rows; first += NBITS_BAND) {
        const size_t band = rows - first < NBITS_BAND ? rows - first : NBITS_BAND;
        for (size_t r = 0; r < band; r++)
            nbits_round_row(x + (first + r) * k, q + 2 * r * row, steps + r * blocks, sums + r * blocks, p);
        for (size_t c = 0; c < n; c += NBITS_COLUMNS)
            for (size_t r = 0; r < band; r++) {
                const struct nbits_row one = {q + 2 * r * row, q + (2 * r + 1) * row, steps + r * blocks,
                                              sums + r * blocks, bias, y + (first + r) * n};
                nbits_columns(&one, w, scales, zeros, c, p);
            }
    }
}
