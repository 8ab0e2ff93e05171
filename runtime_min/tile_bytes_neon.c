/* The tile of tile_bytes.c in Arm's vectors: a panel of 16 columns, in vectors of four, times some rows of x.
 *
 * What multiplies bytes takes two signed ones, so the sign bits of x are inverted as it is loaded, which takes 128
 * away: a column's sums start with 128 times the sum of its weights. The instruction that multiplies unsigned bytes by
 * signed ones needs none of it.
 *
 * Without instructions for dot products, two products are added up in 16 bits. There is room for p - q, not for p + q:
 * of every second four of x all other bits are inverted, too, which makes -1 - x of it, and its products are
 * subtracted; so a column's sums start with 127 times those weights. */

//@private qneon_panel qneon_panel_of
#if QNEON
/* What the tiles of a panel have in common. */
struct qneon_panel {
    size_t column, left; /* its first one, and how many there are */
    bool to_bytes; /* 16 columns of them */
    const int8_t *w;
    qint begin[4], zeros[4];
    qreal multipliers[4];
    struct qlimits limits;
};

/* Where a vector's columns begin in the panel: the last one may overlap the one before. */
static inline size_t qneon_at(const struct qneon_panel *p, size_t vector)
{
    const size_t last = p->left < 4 ? 0 : p->left - 4;
    return 4 * vector < last ? 4 * vector : last;
}

/* to[4 vectors] = numbers of 32 bits for the columns, zeros where there are none, or none are given. */
static inline void qneon_numbers(const void *numbers, const struct qneon_panel *p, void *to)
{
    const char *const from = (const char *)numbers + p->column * 4;
    if (numbers && p->left == 16) {
        memcpy(to, from, 64);
        return;
    }
    memset(to, 0, 64);
    for (size_t v = 0; numbers && 4 * v < p->left; v++)
        memcpy((char *)to + 16 * v, from + 4 * qneon_at(p, v), (p->left < 4 ? p->left : 4) * 4);
}

/* qtile_places: without counting where all rows are in one line. */
static inline void qneon_places(const struct qtile *t, size_t r, size_t count, const uint8_t **places)
{
    const uint32_t line = (uint32_t)r / (uint32_t)t->line, at = (uint32_t)r - line * (uint32_t)t->line;
    if (at + count > (uint32_t)t->line) {
        qtile_places(t, r, count, places);
        return;
    }
    const uint8_t *const first = t->x + line * t->x_line + at * t->x_step;
    for (size_t i = 0; i < count; i++) places[i] = first + i * t->x_step;
}

/* Fours of weights of four columns; of fewer `bytes` in all. */
static inline int8x16_t qneon_weights(const int8_t *w, size_t bytes)
{
    int8_t some[16] = {0};
    if (bytes >= 16) return vld1q_s8(w);
    memcpy(some, w, bytes);
    return vld1q_s8(some);
}

/* Four bytes of x, over and over. */
static inline uint8x16_t qneon_four(const uint8_t *x)
{
    uint32_t four;
    memcpy(&four, x, sizeof four);
    return vreinterpretq_u8_u32(vdupq_n_u32(four));
}

/* DO(r, c) for the rows and vectors of a tile, which are named variables as those of tile_bytes.c are. QNEON_BEGIN
 * declares sums, QNEON_SUM is what they come to, QNEON_FOURS adds what four fours of each row make. A tile of all 16
 * columns has the number 16, and four vectors. */
#define QNEON_EACH_1(DO, r) DO(r, 0)
#define QNEON_EACH_2(DO, r) DO(r, 0) DO(r, 1)
#define QNEON_EACH_3(DO, r) DO(r, 0) DO(r, 1) DO(r, 2)
#define QNEON_EACH_4(DO, r) DO(r, 0) DO(r, 1) DO(r, 2) DO(r, 3)
#define QNEON_WIDTH_1 1
#define QNEON_WIDTH_2 2
#define QNEON_WIDTH_3 3
#define QNEON_WIDTH_4 4
#define QNEON_WIDTH_16 4
#define QNEON_EACH_16(DO, r) QNEON_EACH_4(DO, r)
#define QNEON_ROWS_1(DO, C) DO(0, C)
#define QNEON_ROWS_2(DO, C) DO(0, C) DO(1, C)
#define QNEON_ROWS_4(DO, C) DO(0, C) DO(1, C) DO(2, C) DO(3, C)
/* Compilers are kept from loading the next weights early, since they have no registers for them. */
#define QNEON_NEXT(fours) w += (fours) * step; __asm__("" : "+r"(w));
#define QNEON_AT(c, C) ((c) == C - 1 ? last : 16 * (c))
#define qneon_weights_1(w) qneon_weights(w, step)
#define qneon_weights_2(w) vld1q_s8(w)
#define qneon_weights_3(w) vld1q_s8(w)
#define qneon_weights_4(w) vld1q_s8(w)
#define qneon_weights_16(w) vld1q_s8(w)
#define QNEON_LOAD(r, C) const int8x16_t x##r = vreinterpretq_s8_u8(veorq_u8(vld1q_u8(places[r] + k), flips));
#define QNEON_LOAD_FOUR(r, C) const int8x16_t x##r = vreinterpretq_s8_u8(veorq_u8(qneon_four(places[r] + k), flips));
#define QNEON_WEIGHTS(C, c) const int8x16_t w##c = qneon_weights_##C(w + QNEON_AT(c, C));
#define QNEON_PANEL_1 QNEON_WEIGHTS(1, 0)
#define QNEON_PANEL_2 QNEON_EACH_2(QNEON_WEIGHTS, 2)
#define QNEON_PANEL_3 QNEON_EACH_3(QNEON_WEIGHTS, 3)
#define QNEON_PANEL_4 QNEON_EACH_4(QNEON_WEIGHTS, 4)
#if defined(__aarch64__)
#define QNEON_PANEL_16 \
    const int8x16x4_t panel = vld1q_s8_x4(w); \
    const int8x16_t w0 = panel.val[0], w1 = panel.val[1], w2 = panel.val[2], w3 = panel.val[3];
#else
#define QNEON_PANEL_16 QNEON_PANEL_4
#endif

#if defined(__aarch64__) && (defined(__ARM_FEATURE_DOTPROD) || defined(__ARM_FEATURE_MATMUL_INT8))
#define QNEON_HEIGHT 4
#if defined(__ARM_FEATURE_MATMUL_INT8)
#define QNEON_FLIPS 0, 0
#define qneon_dot(sum, w, x, lane) vsudotq_laneq_s32(sum, w, vreinterpretq_u8_s8(x), lane)
#else
#define QNEON_FLIPS 128, 128
#define qneon_dot(sum, w, x, lane) vdotq_laneq_s32(sum, w, x, lane)
#endif
#define QNEON_BEGIN(r, c) int32x4_t sum##r##c = (int32x4_t)p->begin[c];
#define QNEON_SUM(r, c) (qint)sum##r##c,
#define QNEON_ADD_0(r, c) sum##r##c = qneon_dot(sum##r##c, w##c, x##r, 0);
#define QNEON_ADD_1(r, c) sum##r##c = qneon_dot(sum##r##c, w##c, x##r, 1);
#define QNEON_ADD_2(r, c) sum##r##c = qneon_dot(sum##r##c, w##c, x##r, 2);
#define QNEON_ADD_3(r, c) sum##r##c = qneon_dot(sum##r##c, w##c, x##r, 3);
#define QNEON_ROW_0(r, C) QNEON_EACH_##C(QNEON_ADD_0, r)
#define QNEON_ROW_1(r, C) QNEON_EACH_##C(QNEON_ADD_1, r)
#define QNEON_ROW_2(r, C) QNEON_EACH_##C(QNEON_ADD_2, r)
#define QNEON_ROW_3(r, C) QNEON_EACH_##C(QNEON_ADD_3, r)
#define QNEON_FOUR(R, C, lane) \
    { QNEON_PANEL_##C QNEON_ROWS_##R(QNEON_ROW_##lane, C) QNEON_NEXT(1) }
#define QNEON_FOURS(R, C) QNEON_FOUR(R, C, 0) QNEON_FOUR(R, C, 1) QNEON_FOUR(R, C, 2) QNEON_FOUR(R, C, 3)
#define QNEON_ONE(R, C) QNEON_FOUR(R, C, 0)
#else
/* Sums of two columns are beside one another, two for each. */
#define QNEON_HEIGHT 2
#define QNEON_FLIPS 128, 127
static inline qint qneon_join(int32x4_t low, int32x4_t high)
{
    return (qint)vcombine_s32(vpadd_s32(vget_low_s32(low), vget_high_s32(low)),
                              vpadd_s32(vget_low_s32(high), vget_high_s32(high)));
}

#define QNEON_BEGIN(r, c) int32x4_t low##r##c = vdupq_n_s32(0), high##r##c = low##r##c;
#define QNEON_SUM(r, c) qneon_join(low##r##c, high##r##c) + p->begin[c],
#define QNEON_DUP(x, half, lane) vreinterpretq_s8_s32(vdupq_lane_s32(vget_##half##_s32(vreinterpretq_s32_s8(x)), lane))
#define QNEON_LOW(r, C) const int8x16_t a##r = QNEON_DUP(x##r, low, 0), b##r = QNEON_DUP(x##r, low, 1);
#define QNEON_HIGH(r, C) const int8x16_t a##r = QNEON_DUP(x##r, high, 0), b##r = QNEON_DUP(x##r, high, 1);
#if defined(__aarch64__)
/* In one piece: compilers take them apart, and run out of registers. */
#define QNEON_ADD_TWO(r, c) \
    { \
        int16x8_t sum, sum_high; \
        __asm__("smull %2.8h, %4.8b, %5.8b\n\tsmull2 %3.8h, %4.16b, %5.16b\n\t" \
                "smlsl %2.8h, %6.8b, %7.8b\n\tsmlsl2 %3.8h, %6.16b, %7.16b\n\t" \
                "sadalp %0.4s, %2.8h\n\tsadalp %1.4s, %3.8h" \
                : "+w"(low##r##c), "+w"(high##r##c), "=&w"(sum), "=&w"(sum_high) \
                : "w"(first), "w"(a##r), "w"(second), "w"(b##r)); \
    }
#else
#define QNEON_ADD_TWO(r, c) \
    low##r##c = vpadalq_s16(low##r##c, vmlsl_s8(vmull_s8(vget_low_s8(first), vget_low_s8(a##r)), \
                                                vget_low_s8(second), vget_low_s8(b##r))); \
    high##r##c = vpadalq_s16(high##r##c, vmlsl_s8(vmull_s8(vget_high_s8(first), vget_low_s8(a##r)), \
                                                  vget_high_s8(second), vget_low_s8(b##r)));
#endif
#define QNEON_ADD_ONE(r, c) \
    low##r##c = vpadalq_s16(low##r##c, vmull_s8(vget_low_s8(w##c), vget_low_s8(a##r))); \
    high##r##c = vpadalq_s16(high##r##c, vmull_s8(vget_high_s8(w##c), vget_low_s8(a##r)));
#define QNEON_COLUMNS_TWO(R, C, c) \
    { \
        const int8x16_t first = qneon_weights_##C(w + QNEON_AT(c, C)), \
                        second = qneon_weights_##C(w + step + QNEON_AT(c, C)); \
        QNEON_ROWS_##R(QNEON_ADD_TWO, c) \
        QNEON_NEXT(0) \
    }
#define QNEON_TWO_1(R, C) QNEON_COLUMNS_TWO(R, C, 0)
#define QNEON_TWO_2(R, C) QNEON_TWO_1(R, C) QNEON_COLUMNS_TWO(R, C, 1)
#define QNEON_TWO_3(R, C) QNEON_TWO_2(R, C) QNEON_COLUMNS_TWO(R, C, 2)
#define QNEON_TWO_4(R, C) QNEON_TWO_3(R, C) QNEON_COLUMNS_TWO(R, C, 3)
#define QNEON_TWO_16(R, C) QNEON_TWO_4(R, C)
#define QNEON_TWO(R, C, HALF) { QNEON_ROWS_##R(HALF, C) QNEON_TWO_##C(R, C) QNEON_NEXT(2) }
#define QNEON_FOURS(R, C) QNEON_TWO(R, C, QNEON_LOW) QNEON_TWO(R, C, QNEON_HIGH)
#define QNEON_ROW_ONE(r, C) const int8x16_t a##r = QNEON_DUP(x##r, low, 0); QNEON_EACH_##C(QNEON_ADD_ONE, r)
#define QNEON_ONE(R, C) { QNEON_PANEL_##C QNEON_ROWS_##R(QNEON_ROW_ONE, C) QNEON_NEXT(1) }
#endif

/* What inverts the bits of x: of its even fours, and of its odd ones. */
static inline uint8x16_t qneon_flips(void)
{
    static const uint8_t flips[2] = {QNEON_FLIPS};
    return vreinterpretq_u8_u64(vdupq_n_u64((uint64_t)flips[0] * 0x01010101 | (uint64_t)flips[1] * 0x0101010100000000));
}

/* Sums of `rows` rows from `row` on, and 16 columns, go to bytes. */
static void qneon_keep_bytes(const struct qtile *t, const struct qneon_panel *p, const qint *sums, size_t row,
                             size_t rows)
{
    const struct qlimits limits = p->limits;
    const qreal m0 = p->multipliers[0], m1 = p->multipliers[1], m2 = p->multipliers[2], m3 = p->multipliers[3];
    uint8_t *y = (uint8_t *)t->y + row * t->y_step + p->column;
    for (const qint *const end = sums + 4 * rows; sums < end; sums += 4, y += t->y_step)
        vst1q_u8(y, qneon_sixteen(qneon_times(sums[0], m0), qneon_times(sums[1], m1), qneon_times(sums[2], m2),
                                  qneon_times(sums[3], m3), &limits));
}

/* Takes zero points of columns times the rows' sums from the sums of products. */
static void qneon_take_zeros(const struct qtile *t, const struct qneon_panel *p, qint *sums, size_t row, size_t rows,
                             size_t vectors)
{
    for (size_t i = 0; i < rows * vectors; i++)
        sums[i] -= p->zeros[i % vectors] * t->row_sums[row + i / vectors - t->summed];
}

/* Sums of `rows` rows from `row` on go to y. */
static void qneon_keep(const struct qtile *t, const struct qneon_panel *p, const qint *sums, size_t row, size_t rows,
                       size_t vectors)
{
    const size_t size = t->scale.multiplier ? 1 : sizeof(int32_t), few = p->left < 4 ? p->left : 4;
    for (size_t r = 0; r < rows; r++, sums += vectors) {
        uint8_t *const y = (uint8_t *)t->y + ((row + r) * t->y_step + p->column) * size;
        for (size_t v = 0; v < vectors; v++) {
            const qbytes bytes = qrequantize(sums[v], p->multipliers[v], &p->limits);
            const void *const from = size == 1 ? (const void *)&bytes : (const void *)&sums[v];
            memcpy(y + qneon_at(p, v) * size, from, few * size);
        }
    }
}

/* R rows, loaded by LOAD and LOAD_FOUR, and all columns of a panel, which are C vectors: sums[R * C]. STEP is the
 * distance from four to four of the weights. That of 16 columns is known, so that loops have registers left. */
#define QNEON_SUMS(R, C, STEP, LOAD, LOAD_FOUR) \
    const uint8x16_t flips = qneon_flips(); \
    const size_t run = (size_t)t->run, step = STEP, last = step < 16 ? 0 : step - 16; \
    const int8_t *w = p->w; \
    QNEON_ROWS_##R(QNEON_BEGINS, C) \
    for (const int32_t *at = t->runs, *const after = at + t->n_runs; at < after; at++) { \
        size_t k = (size_t)*at; \
        const size_t end = k + run, sixteens = end - run % 16; \
        for (; k < sixteens; k += 16) { \
            QNEON_ROWS_##R(LOAD, C) \
            QNEON_FOURS(R, C) \
        } \
        for (; k < end; k += 4) { \
            QNEON_ROWS_##R(LOAD_FOUR, C) \
            QNEON_ONE(R, C) \
        } \
    } \
    (void)last; \
    qint sums[] = {QNEON_ROWS_##R(QNEON_ENDS, C)};
#define QNEON_TILE(R, C, STEP) \
static void qneon_##R##x##C(const struct qtile *t, const struct qneon_panel *p, size_t row) \
{ \
    const uint8_t *places[R]; \
    qneon_places(t, row, R, places); \
    QNEON_SUMS(R, C, STEP, QNEON_LOAD, QNEON_LOAD_FOUR) \
    if (t->zeros) qneon_take_zeros(t, p, sums, row, R, QNEON_WIDTH_##C); \
    if (C == 16 && p->to_bytes) qneon_keep_bytes(t, p, sums, row, R); \
    else qneon_keep(t, p, sums, row, R, QNEON_WIDTH_##C); \
}
/* What sums begin with makes up for what the inverted bits do to a row of zeros. */
#define QNEON_START(C, STEP) \
static void qneon_start_##C(const struct qtile *t, struct qneon_panel *p) \
{ \
    QNEON_SUMS(1, C, STEP, QNEON_ZEROS, QNEON_ZEROS) \
    for (size_t v = 0; v < QNEON_WIDTH_##C; v++) p->begin[v] += p->begin[v] - sums[v]; \
}
#define QNEON_ZEROS(r, C) const int8x16_t x##r = vreinterpretq_s8_u8(flips);
#define QNEON_BEGINS(r, C) QNEON_EACH_##C(QNEON_BEGIN, r)
#define QNEON_ENDS(r, C) QNEON_EACH_##C(QNEON_SUM, r)
#define QNEON_SOME 4 * p->left
#define QNEON_TILES(R) \
    QNEON_TILE(R, 1, QNEON_SOME) \
    QNEON_TILE(R, 2, QNEON_SOME) \
    QNEON_TILE(R, 3, QNEON_SOME) \
    QNEON_TILE(R, 4, QNEON_SOME) \
    QNEON_TILE(R, 16, 64)
#define QNEON_NAMES(R) {qneon_##R##x1, qneon_##R##x2, qneon_##R##x3, qneon_##R##x4, qneon_##R##x16}
QNEON_TILES(1)
QNEON_TILES(2)
#if QNEON_HEIGHT == 4
QNEON_TILES(4)
#endif
QNEON_START(1, QNEON_SOME)
QNEON_START(2, QNEON_SOME)
QNEON_START(3, QNEON_SOME)
QNEON_START(4, QNEON_SOME)
QNEON_START(16, 64)

/* By rows / 2, of which there are 1, 2 or 4, and vectors - 1, or 4 for 16 columns. */
static void (*const qneon_tiles[][5])(const struct qtile *t, const struct qneon_panel *p, size_t row) = {
    QNEON_NAMES(1), QNEON_NAMES(2),
#if QNEON_HEIGHT == 4
    QNEON_NAMES(4),
#endif
};
static void (*const qneon_starts[])(const struct qtile *t, struct qneon_panel *p) = {
    qneon_start_1, qneon_start_2, qneon_start_3, qneon_start_4, qneon_start_16};

/* What a panel's tiles need; its sums begin with what t->begin says, if that is known already. */
static size_t qneon_panel_of(const struct qtile *t, struct qneon_panel *p)
{
    const float *const multiplier = t->scale.multiplier;
    const size_t vectors = (p->left + 3) / 4, kind = p->left == 16 ? 4 : vectors - 1;
    p->to_bytes = p->left == 16 && multiplier;
    p->w = t->w + p->column * 4 * qtile_depth(t);
    qneon_numbers(t->start, p, p->begin);
    qneon_numbers(t->zeros, p, p->zeros);
    if (t->scale.step) qneon_numbers(multiplier, p, p->multipliers);
    else if (multiplier)
        for (size_t v = 0; v < 4; v++) p->multipliers[v] = qreal_all(*multiplier);
    if (!t->begun) qneon_starts[kind](t, p);
    return kind;
}
#endif
//@endblock

/* All columns of rows [first, last). The last rows may be computed twice. */
APART void qneon_panels(const struct qtile *t, size_t first, size_t last, size_t columns)
{
#if QNEON
    struct qneon_panel p = {.limits = qlimits_of(&t->scale)};
    for (p.column = 0; p.column < columns; p.column += 16) {
        p.left = columns - p.column < 16 ? columns - p.column : 16;
        const size_t kind = qneon_panel_of(t, &p);
        size_t r = first;
        for (; r + QNEON_HEIGHT <= last; r += QNEON_HEIGHT) qneon_tiles[QNEON_HEIGHT / 2][kind](t, &p, r);
        if (r < last && r > first) {
            qneon_tiles[QNEON_HEIGHT / 2][kind](t, &p, last - QNEON_HEIGHT);
            continue;
        }
        for (size_t few = 2; r < last; few /= 2)
            for (; r + few <= last; r += few) qneon_tiles[few / 2][kind](t, &p, r);
    }
#else
    (void)t, (void)first, (void)last, (void)columns;
#endif
}

/* to[columns] = what sums begin with, for several calls with the same weights and starts. */
APART void qneon_begin(struct qtile *t, int32_t *to)
{
#if QNEON
    struct qneon_panel p = {.column = 0};
    for (; p.column < (size_t)t->columns; p.column += 16) {
        p.left = (size_t)t->columns - p.column < 16 ? (size_t)t->columns - p.column : 16;
        qneon_panel_of(t, &p);
        for (size_t v = 0; 4 * v < p.left; v++)
            memcpy(to + p.column + qneon_at(&p, v), &p.begin[v], (p.left < 4 ? p.left : 4) * sizeof *to);
    }
    t->start = to;
    t->begun = true;
#else
    (void)t, (void)to;
#endif
}

/* The sum of the bytes of row r. */
APART uint32_t qneon_row_sum(const struct qtile *t, size_t r)
{
#if QNEON
    const uint8_t *row;
    const size_t run = (size_t)t->run;
    uint32_t sum = 0;
    qint sums = {0};
    qtile_places(t, r, 1, &row);
    for (int32_t i = 0; i < t->n_runs; i++) {
        const uint8_t *x = row + t->runs[i];
        size_t k = 0;
        for (; k + 16 <= run; k += 16) sums = (qint)vpadalq_u16((uint32x4_t)sums, vpaddlq_u8(vld1q_u8(x + k)));
        for (; k < run; k++) sum += x[k];
    }
    return sum + sums[0] + sums[1] + sums[2] + sums[3];
#else
    (void)t, (void)r;
    return 0;
#endif
}
