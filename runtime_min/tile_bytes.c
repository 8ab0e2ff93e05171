/* The kernel under products and convolutions of bytes with constant weights: a tile of sums, some rows of x times some
 * columns of weights, is kept in registers while four products at a time are added to each sum, and goes back to bytes
 * from there (see tile.c for the idea, tile_byte_sums.c for the registers).
 *
 * Rows of x are unsigned bytes: of signed ones the sign bit is inverted as they are copied, which adds 128. Weights are
 * signed bytes: of unsigned ones the sign bit is inverted as they are packed, which takes 128 away. So
 * sum (x - x_zero) (w - w_zero) = sum x' w' - w_zero' sum x' - x_zero' sum (w - w_zero), where the last term is a
 * constant, part of `start`; that of the middle, a number for each row, is left out where weights have no zero point.
 *
 * A row of x is some runs of neighbouring bytes: of a matrix one, of what a pixel of a convolution sees a line of its
 * window each, so that images are multiplied where they are.
 *
 * Weights are packed in panels of 16 columns, [columns / 16][depth / 4][16][4], the last one [depth / 4][columns
 * left][4]; each run is filled up to fours with zeros. */

/* y[rows][columns], bytes if there is a scale, or int32. The fours that a run ends with are read whole. */
struct qtile {
    const uint8_t *x;        /* the first run of the first row */
    const int8_t *w;
    const int32_t *start;    /* [columns], added to the sums; or NULL */
    const int32_t *zeros;    /* [columns], of the weights; or NULL: they have none */
    const uint32_t *row_sums; /* with zeros: of the bytes of rows from `summed` on */
    size_t summed;
    void *y;
    size_t x_step, x_line;   /* from row to row, and from each `line` rows to the next */
    size_t y_step;           /* from row to row */
    const int32_t *runs;     /* of a row: where they start, from the first one on */
    int32_t n_runs, run;     /* how many, and bytes of each */
    int32_t line, rows, columns;
    struct qscale scale;     /* without multipliers: y is int32 */
    bool begun;              /* start is what sums of Arm's vectors begin with (tile_bytes_neon.c) */
};

/* Fours in a row. */
static inline size_t qtile_depth(const struct qtile *t)
{
    return ((size_t)t->run + 3) / 4 * (size_t)t->n_runs;
}

/* Where rows [r, r + count) are. */
void qtile_places(const struct qtile *t, size_t r, size_t count, const uint8_t **places)
{
    const uint32_t line = (uint32_t)r / (uint32_t)t->line;
    uint32_t at = (uint32_t)r - line * (uint32_t)t->line;
    size_t offset = line * t->x_line + at * t->x_step;
    for (size_t i = 0; i < count; i++, offset += t->x_step) {
        if (at++ == (uint32_t)t->line) {
            at = 1;
            offset += t->x_line - (size_t)t->line * t->x_step;
        }
        places[i] = t->x + offset;
    }
}

/* One sum of row r, column c. */
static inline void qtile_store(const struct qtile *t, size_t r, size_t c, uint32_t sum)
{
    const struct qscale *q = &t->scale;
    const int32_t acc = (int32_t)(sum + (t->start ? (uint32_t)t->start[c] : 0));
    if (q->multiplier)
        ((uint8_t *)t->y)[r * t->y_step + c] = requantize(acc, q->multiplier[c * (size_t)q->step], q->zero, q->low,
                                                          q->high);
    else ((int32_t *)t->y)[r * t->y_step + c] = acc;
}

/* Where the weights of column c are, and their distance from four to four. */
static inline const int8_t *qtile_column(const struct qtile *t, size_t c, size_t *step)
{
    const size_t panel = c & ~(size_t)15, left = (size_t)t->columns - panel;
    *step = left < 16 ? 4 * left : 64;
    return t->w + panel * 4 * qtile_depth(t) + 4 * (c - panel);
}

/* Zero point of column c. */
static inline int32_t qtile_zero(const struct qtile *t, size_t c)
{
    return t->zeros ? t->zeros[c] : 0;
}

/* Column c of rows [r, r + 4), with its weights. */
void qtile_rows4(const struct qtile *t, size_t r, size_t c, const int8_t *w, size_t step)
{
    const uint8_t *x[4];
    const int32_t zero = qtile_zero(t, c);
    uint32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    qtile_places(t, r, 4, x);
    for (int32_t i = 0; i < t->n_runs; i++) {
        const size_t at = (size_t)t->runs[i];
        const uint8_t *a0 = x[0] + at, *a1 = x[1] + at, *a2 = x[2] + at, *a3 = x[3] + at;
        for (size_t k = 0; k < (size_t)t->run; w += step)
            for (size_t four = 0; four < 4; four++, k++) {
                const int32_t v = k < (size_t)t->run ? w[four] - zero : 0;
                s0 += (uint32_t)(a0[k] * v);
                s1 += (uint32_t)(a1[k] * v);
                s2 += (uint32_t)(a2[k] * v);
                s3 += (uint32_t)(a3[k] * v);
            }
    }
    qtile_store(t, r, c, s0);
    qtile_store(t, r + 1, c, s1);
    qtile_store(t, r + 2, c, s2);
    qtile_store(t, r + 3, c, s3);
}

/* Column c of row r. */
void qtile_row(const struct qtile *t, size_t r, size_t c, const int8_t *w, size_t step)
{
    const uint8_t *x;
    const int32_t zero = qtile_zero(t, c);
    uint32_t sum = 0;
    qtile_places(t, r, 1, &x);
    for (int32_t i = 0; i < t->n_runs; i++) {
        const uint8_t *a = x + t->runs[i];
        for (int32_t k = 0; k < t->run; w += step)
            for (size_t four = 0; four < 4; four++, k++)
                if (k < t->run) sum += (uint32_t)(a[k] * (w[four] - zero));
    }
    qtile_store(t, r, c, sum);
}

//@private qtile_vectors
#if QNEON
#define qtile_panels qneon_panels
#define qtile_row_sum qneon_row_sum
#elif QLANES > 1
/* QPART columns are in a vector of weights as they are multiplied. */
#if QLANES == 16
#define QPART 16
typedef qint qweights;

static inline qweights qtile_weights(const int8_t *w)
{
    return *(const qint_at *)w;
}

static inline qweights qtile_some_weights(const int8_t *w, uint16_t mask)
{
    typedef int32_t ints __attribute__((vector_size(64)));
    return (qint)__builtin_ia32_loaddqusi512_mask((const int *)(const void *)w, (ints){0}, mask);
}

/* Four bytes of x for all columns. */
static inline qweights qtile_four(const uint8_t *x)
{
    uint32_t four;
    memcpy(&four, x, sizeof four);
    return four - (qint){0};
}

#define qtile_add(sum, x, w) qint_dot(sum, x, w)
#else
#define QPART (QLANES / 2)
typedef int16_t qweights __attribute__((vector_size(4 * QLANES)));
typedef uint8_t qtile_quads __attribute__((vector_size(2 * QLANES)));
typedef int8_t qtile_packed __attribute__((vector_size(2 * QLANES)));
typedef uint32_t qtile_fours __attribute__((vector_size(2 * QLANES)));

static inline qweights qtile_weights(const int8_t *w)
{
    qtile_packed bytes;
    memcpy(&bytes, w, sizeof bytes);
#if QLANES == 8 && VEC_HAS(__builtin_ia32_pmovsxbw256)
    typedef char chars __attribute__((vector_size(16)));
    return (qweights)__builtin_ia32_pmovsxbw256((chars)bytes);
#else
    return __builtin_convertvector(bytes, qweights);
#endif
}

static inline qweights qtile_four(const uint8_t *x)
{
    uint32_t four;
    memcpy(&four, x, sizeof four);
    const qtile_quads bytes = (qtile_quads)(four - (qtile_fours){0});
#if QLANES == 8 && VEC_HAS(__builtin_ia32_pmovzxbw256)
    typedef char chars __attribute__((vector_size(16)));
    return (qweights)__builtin_ia32_pmovzxbw256((chars)bytes);
#else
    return __builtin_convertvector(bytes, qweights);
#endif
}

/* Two sums for a column, of two products each. */
static inline qint qtile_add(qint sum, qweights x, qweights w)
{
#if QLANES == 8
    return sum + (qint)__builtin_ia32_pmaddwd256(x, w);
#else
    return sum + (qint)__builtin_ia32_pmaddwd128(x, w);
#endif
}

static inline qint qtile_join(qint a, qint b)
{
#if QLANES == 8 && VEC_HAS(__builtin_shufflevector)
    return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14) +
           __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15);
#elif QLANES == 8
    return __builtin_shuffle(a, b, (qint){0, 2, 4, 6, 8, 10, 12, 14}) +
           __builtin_shuffle(a, b, (qint){1, 3, 5, 7, 9, 11, 13, 15});
#elif VEC_HAS(__builtin_shufflevector)
    return __builtin_shufflevector(a, b, 0, 2, 4, 6) + __builtin_shufflevector(a, b, 1, 3, 5, 7);
#else
    return __builtin_shuffle(a, b, (qint){0, 2, 4, 6}) + __builtin_shuffle(a, b, (qint){1, 3, 5, 7});
#endif
}
#endif

/* The sum of the bytes of row r. */
QFUNCTION static uint32_t qtile_row_sum(const struct qtile *t, size_t r)
{
    typedef char chars __attribute__((vector_size(16)));
    typedef char chars_at __attribute__((vector_size(16), aligned(1), may_alias));
    typedef uint32_t ints __attribute__((vector_size(16)));
    const uint8_t *row;
    const size_t run = (size_t)t->run;
    const chars nothing = {0};
    uint32_t sum = 0;
    ints sums = {0};
    qtile_places(t, r, 1, &row);
    for (int32_t i = 0; i < t->n_runs; i++) {
        const uint8_t *x = row + t->runs[i];
        size_t k = 0;
        for (; k + 16 <= run; k += 16) sums += (ints)__builtin_ia32_psadbw128(*(const chars_at *)(x + k), nothing);
        for (; k < run; k++) sum += x[k];
    }
    return sum + sums[0] + sums[2];
}

/* Takes zero points of columns from `column` on times the rows' sums from the sums of products. */
QFUNCTION static void qtile_take_zeros(const struct qtile *t, qint *sums, size_t row, size_t column, size_t rows,
                                       size_t vectors)
{
    for (size_t r = 0; r < rows; r++) {
        const uint32_t sum = t->row_sums[row + r - t->summed];
        for (size_t v = 0; v < vectors; v++) {
#if QLANES == 16
            const size_t left = (size_t)t->columns - column - 16 * v;
            const uint16_t mask = (uint16_t)(left < 16 ? (1U << left) - 1 : 0xFFFF);
            const qint zeros = (qint)qtile_some_weights((const int8_t *)(t->zeros + column + 16 * v), mask);
#else
            const qint zeros = *(const qint_at *)(t->zeros + column + QLANES * v);
#endif
            sums[r * vectors + v] -= zeros * sum;
        }
    }
}

/* Sums of `rows` rows from `row` on, and of `vectors` vectors of columns from `column` on, go to y. Apart from the
 * tiles, whose registers are all taken. */
QFUNCTION static void qtile_keep(const struct qtile *t, qint *sums, size_t row, size_t column, size_t rows,
                                 size_t vectors)
{
    const struct qlimits limits = qlimits_of(&t->scale);
    const float *const multiplier = t->scale.multiplier;
    const size_t size = multiplier ? 1 : sizeof(int32_t), y_step = t->y_step * size;
    uint8_t *y = (uint8_t *)t->y + row * y_step + column * size;
    if (t->zeros) qtile_take_zeros(t, sums, row, column, rows, vectors);
    for (size_t v = 0; v < vectors; v++, column += QLANES, y += QLANES * size) {
        const qint *sum = sums + v, *const end = sum + rows * vectors;
        uint8_t *to = (uint8_t *)y;
        qint start = {0};
        qreal multipliers = {0};
#if QLANES == 16
        typedef int32_t ints __attribute__((vector_size(64)));
        typedef char chars __attribute__((vector_size(16)));
#ifdef __clang__
        typedef chars place;
#else
        typedef char place;
#endif
        const size_t left = (size_t)t->columns - column;
        const uint16_t mask = (uint16_t)(left < 16 ? (1U << left) - 1 : 0xFFFF);
        if (t->start) start = qtile_some_weights((const int8_t *)(t->start + column), mask);
        if (multiplier && (mask == 0xFFFF || !t->scale.step)) multipliers = qmultipliers(&t->scale, column);
        else if (multiplier) multipliers = (qreal)qtile_some_weights((const int8_t *)(multiplier + column), mask);
        if (!multiplier)
            for (; sum < end; sum += vectors, to += y_step)
                __builtin_ia32_storedqusi512_mask((int *)(void *)to, (ints)(*sum + start), mask);
        else if (mask == 0xFFFF)
            for (; sum < end; sum += vectors, to += y_step)
                *(qbytes_at *)to = qrequantize(*sum + start, multipliers, &limits);
        else
            for (; sum < end; sum += vectors, to += y_step)
                __builtin_ia32_storedquqi128_mask((place *)(void *)to,
                                                  (chars)qrequantize(*sum + start, multipliers, &limits), mask);
#else
        if (t->start) start = *(const qint_at *)(t->start + column);
        if (multiplier) multipliers = qmultipliers(&t->scale, column);
        for (; sum < end; sum += vectors, to += y_step)
            if (multiplier) *(qbytes_at *)to = qrequantize(*sum + start, multipliers, &limits);
            else *(qint_at *)to = *sum + start;
#endif
    }
}

/* A function for tiles of R rows and C vectors: sums and the places of rows are named variables, since compilers keep
 * arrays of them in memory. DO(r, c) is written out for every sum. */
#define QTILE_EACH_1(DO, LAST, r) LAST(r, 0)
#define QTILE_EACH_2(DO, LAST, r) DO(r, 0) LAST(r, 1)
#define QTILE_EACH_3(DO, LAST, r) DO(r, 0) DO(r, 1) LAST(r, 2)
#define QTILE_ROWS_1(DO, C) DO(0, C)
#define QTILE_ROWS_2(DO, C) QTILE_ROWS_1(DO, C) DO(1, C)
#define QTILE_ROWS_4(DO, C) QTILE_ROWS_2(DO, C) DO(2, C) DO(3, C)
#define QTILE_ROWS_7(DO, C) QTILE_ROWS_4(DO, C) DO(4, C) DO(5, C) DO(6, C)
#define QTILE_ROWS_8(DO, C) QTILE_ROWS_7(DO, C) DO(7, C)
#define QTILE_ZERO(r, c) qint sum##r##c = zero;
#define QTILE_BEGIN(r, C) const uint8_t *const x##r = places[r]; QTILE_EACH_##C(QTILE_ZERO, QTILE_ZERO, r)
#define QTILE_ADD(r, c) sum##r##c = qtile_add(sum##r##c, four, w##c);
#define QTILE_FOUR(r, C) { const qweights four = qtile_four(x##r + k); QTILE_EACH_##C(QTILE_ADD, QTILE_ADD, r) }

#if QLANES == 16
/* Which of the panels after that of a column is asked for while the column is computed: the one so many further, of
 * the next columns, if it is there. */
static inline size_t qtile_ahead(const struct qtile *t, size_t panels, size_t column)
{
    return panels < 6 && column + 16 * panels + 16 <= (size_t)t->columns ? panels : 0;
}

/* Columns [c, c + 16 * C), of which there are fewer in the last panel. */
#define QTILE_WEIGHTS(r, c) const qweights w##c = qtile_weights(w + (c) * panel);
#define QTILE_LAST_WEIGHTS(r, c) const qweights w##c = qtile_some_weights(last, mask);
#define QTILE_SUM(r, c) sum##r##c,
#define QTILE_SUMS(r, C) QTILE_EACH_##C(QTILE_SUM, QTILE_SUM, r)
#define QTILE_FUNCTION(R, C) \
QFUNCTION static void qtile_##R##x##C(const struct qtile *t, size_t row, size_t column) \
{ \
    const qint zero = {0}; \
    const uint8_t *places[R]; \
    qtile_places(t, row, R, places); \
    const size_t run = (size_t)t->run, panel = 64 * qtile_depth(t), left = (size_t)t->columns - column - 16 * (C - 1); \
    const uint16_t mask = (uint16_t)(left < 16 ? (1U << left) - 1 : 0xFFFF); \
    const int8_t *w = t->w + column / 16 * panel, *last = w + (C - 1) * panel; \
    const size_t step = left < 16 ? 4 * left : 64, ahead = qtile_ahead(t, row / R + C, column) * panel; \
    QTILE_ROWS_##R(QTILE_BEGIN, C) \
    for (const int32_t *at = t->runs, *const after = at + t->n_runs; at < after; at++) \
        for (size_t k = (size_t)*at, end = k + run; k < end; k += 4, w += 64, last += step) { \
            QTILE_EACH_##C(QTILE_WEIGHTS, QTILE_LAST_WEIGHTS, 0) \
            __builtin_prefetch(w + ahead, 0, 2); \
            QTILE_ROWS_##R(QTILE_FOUR, C) \
        } \
    (void)w; \
    qint sums[] = {QTILE_ROWS_##R(QTILE_SUMS, C)}; \
    qtile_keep(t, sums, row, column, R, C); \
}
#define QTILE_FUNCTIONS(R) QTILE_FUNCTION(R, 1) QTILE_FUNCTION(R, 2) QTILE_FUNCTION(R, 3)
#define QTILE_NAMES(R) {qtile_##R##x1, qtile_##R##x2, qtile_##R##x3}
#define QTILE_WIDTHS 3
#else
/* Columns [c, c + QLANES). */
#define QTILE_WEIGHTS(r, c) const qweights w##c = qtile_weights(w + (c) * 4 * QPART);
#define QTILE_SUMS(r, C) qtile_join(sum##r##0, sum##r##1),
#define QTILE_FUNCTION(R, C) \
static void qtile_##R##x##C(const struct qtile *t, size_t row, size_t column) \
{ \
    const qint zero = {0}; \
    const uint8_t *places[R]; \
    qtile_places(t, row, R, places); \
    const size_t run = (size_t)t->run; \
    size_t step; \
    const int8_t *w = qtile_column(t, column, &step); \
    QTILE_ROWS_##R(QTILE_BEGIN, C) \
    for (const int32_t *at = t->runs, *const after = at + t->n_runs; at < after; at++) \
        for (size_t k = (size_t)*at, end = k + run; k < end; k += 4, w += step) { \
            QTILE_EACH_##C(QTILE_WEIGHTS, QTILE_WEIGHTS, 0) \
            QTILE_ROWS_##R(QTILE_FOUR, C) \
        } \
    qint sums[] = {QTILE_ROWS_##R(QTILE_SUMS, C)}; \
    qtile_keep(t, sums, row, column, R, 1); \
}
#define QTILE_FUNCTIONS(R) QTILE_FUNCTION(R, 2)
#define QTILE_NAMES(R) {qtile_##R##x2}
#define QTILE_WIDTHS 1
#endif
QTILE_FUNCTIONS(1)
QTILE_FUNCTIONS(2)
QTILE_FUNCTIONS(4)
#if QLANES == 16
#define QTILE_ROWS 8
QTILE_FUNCTIONS(7)
QTILE_FUNCTIONS(8)
#else
#define QTILE_ROWS 4
#endif

/* By rows, and vectors - 1. */
static void (*const qtiles[][QTILE_WIDTHS])(const struct qtile *t, size_t row, size_t column) = {
    {NULL}, QTILE_NAMES(1), QTILE_NAMES(2), {NULL}, QTILE_NAMES(4),
#if QTILE_ROWS == 8
    {NULL}, {NULL}, QTILE_NAMES(7), QTILE_NAMES(8),
#endif
};

/* All columns that vectors can take up, of rows [first, last). The last rows may be computed twice: of two heights of
 * tiles that one is taken which needs no more of them and computes fewer. */
static void qtile_panels(const struct qtile *t, size_t first, size_t last, size_t columns)
{
    const size_t rows = last - first;
    const size_t height = QTILE_ROWS == 8 && rows <= (rows + 7) / 8 * 7 ? 7 : QTILE_ROWS;
    size_t vectors;
    for (size_t c = 0; c < columns; c += vectors * QLANES) {
        const size_t left = (columns - c + QLANES - 1) / QLANES;
        vectors = left < QTILE_WIDTHS ? left : left == 4 && QTILE_WIDTHS > 1 ? 2 : QTILE_WIDTHS;
        size_t r = first;
        for (; r + height <= last; r += height) qtiles[height][vectors - 1](t, r, c);
        if (r < last && r > first) {
            qtiles[height][vectors - 1](t, last - height, c);
            continue;
        }
        for (size_t few = 4; r < last; few /= 2)
            if (r + few <= last) {
                qtiles[few][vectors - 1](t, r, c);
                r += few;
            }
    }
}

#endif

#if QLANES > 1
/* All rows; returns how many columns. With zero points, so many rows at a time as there is room for their sums. */
static size_t qtile_vectors(const struct qtile *t)
{
    enum { SUMMED = 256 };
    const size_t rows = (size_t)t->rows, all = (size_t)t->columns,
                 columns = QLANES == 16 || QNEON ? all : all - all % QLANES;
    uint32_t sums[SUMMED];
    struct qtile part = *t;
    if (!t->zeros) qtile_panels(t, 0, rows, columns);
    part.row_sums = sums;
    for (size_t first = 0; t->zeros && first < rows; first += SUMMED) {
        const size_t last = rows - first < SUMMED ? rows : first + SUMMED;
        for (size_t r = first; r < last; r++) sums[r - first] = qtile_row_sum(t, r);
        part.summed = first;
        qtile_panels(&part, first, last, columns);
    }
    return columns;
}
#else
#define qtile_vectors(t) 0
#endif
//@endblock

void qtile(const struct qtile *t)
{
    const size_t rows = (size_t)t->rows;
    for (size_t c = qtile_vectors(t); c < (size_t)t->columns; c++) {
        size_t r = 0, step;
        const int8_t *w = qtile_column(t, c, &step);
        for (; r + 4 <= rows; r += 4) qtile_rows4(t, r, c, w, step);
        for (; r < rows; r++) qtile_row(t, r, c, w, step);
    }
}
