/* The one kernel under matrix products and convolutions: a tile of y, some rows times some columns, is kept in
 * registers while products of elements of x (one per row) and vectors of weights (shared by the rows) are added to it.
 * How many rows and columns suits the processor: enough additions that don't wait for each other, few enough to fit
 * its registers. (Goto, van de Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008; Van Zee, van de
 * Geijn, "BLIS", 2015; for convolutions: Georganas et al., "Anatomy of High-Performance Deep Learning Convolutions on
 * SIMD Architectures", 2018.)
 *
 * Weights are packed the same for all processors, so that a generated file runs well everywhere: panels of 16 columns,
 * [columns / 16][k][16], the last one filled with zeros. */

//@block TILE_COLUMNS TILE_MOST_ROWS TILE_CHAIN
/* The columns of the widest tile, and the rows of the tallest. About TILE_CHAIN products are added up one by one before
 * their sum is added to the sum of the others: rounding errors grow with the length of such chains. */
enum { TILE_CHAIN = 64 };
#if VEC == 16
enum { TILE_COLUMNS = 64, TILE_MOST_ROWS = 12 };
#elif VEC == 8 || (VEC == 4 && defined(__aarch64__))
enum { TILE_COLUMNS = 16, TILE_MOST_ROWS = 6 };
#else
enum { TILE_COLUMNS = VEC == 4 ? 16 : 4, TILE_MOST_ROWS = 3 };
#endif
//@endblock

/* Where the chain that starts at k ends, the last one at `end`: none is shorter than half of
 * what chains should have. */
static inline size_t chain_end(size_t k, size_t end, size_t most)
{
    return end - k > most + most / 2 ? k + most : end;
}

/* How many rows a tile of so many columns should have, to fill the registers. */
static inline int32_t tile_rows(int32_t columns)
{
    if (VEC < 16) return TILE_MOST_ROWS;
    return columns <= 32 ? 12 : columns <= 48 ? 8 : 6;
}

//@block activation_f32
/* f of the elements of rows y + at[r], as activation.c.in has them, where alpha and beta are the function's
 * parameters, if it has any. */
typedef void activation_f32(float *y, const size_t *at, int32_t rows, int32_t columns, float alpha, float beta);
//@endblock

/* y[r][columns] = clamp(start + sum of x[r][k] * w[k][columns] + add[r][columns]), where k passes through
 * `runs`[0] * [1] * [2] runs of `length` elements that are neighbours in x and rows of 16 that are neighbours in w. */
struct tile {
    const float *x, *w;
    const void *narrow;  /* in place of w, weights of 16 or 8 bits (widen.c) */
    const float *scale;  /* [columns], what those of 8 bits are to be multiplied by */
    size_t w_at;         /* where the tile's weights begin, in elements from w or narrow on */
    const float *start;  /* [columns], where all rows' sums start; NULL: zeros */
    const float *add;    /* like y; or NULL */
    float *y;
    size_t x_at[16], y_at[16];   /* where the rows are in x, and in y and add; those after the last are copies of it */
    int32_t runs[3], length;
    size_t x_step[3], w_step[3]; /* from run to run, in elements */
    size_t panel;                /* from panel to panel of w, in elements */
    size_t ahead;                /* weights so many elements after those in use are fetched for later, one row of a */
                                 /* panel each time; 0: none */
    int32_t fetches;             /* tiles that fetch so, for window_region, each those of another panel */
    int32_t rows, columns;       /* of y that there are: at most tile_rows(columns) rows */
    size_t chain;                /* products that are added up one by one; 0: TILE_CHAIN */
    bool resume;                 /* the sums join those that are in y */
    int32_t taps, divisor;       /* of pools: taps inside, and what to divide by in their place if not 0 */
    float low, high;
    activation_f32 *activation;  /* of y, once it is complete; or NULL */
    float alpha, beta;           /* its parameters */
};

/* Weights in panels of 16 columns, as they are stored: what tells a tile of them (tile.c). */
struct panels {
    const float *w;
    const void *narrow; /* in place of w: those of 16 or 8 bits */
    const float *scale; /* of all columns, for those of 8 bits; or NULL */
    void (*tile)(const struct tile *t);
};

/* The scales of the columns from number `column` on. */
static inline const float *panels_scale(const struct panels *w, size_t column)
{
    return w->scale ? w->scale + column : NULL;
}

/* y is complete when this tile is: it is clamped to [low, high], or activated with these two as parameters. */
static inline void tile_completes(struct tile *t, float low, float high, activation_f32 *activation)
{
    if (!activation) {
        t->low = low;
        t->high = high;
        return;
    }
    t->activation = activation;
    t->alpha = low;
    t->beta = high;
}

static inline void tile_activate(const struct tile *t)
{
    if (t->activation) t->activation(t->y, t->y_at, t->rows, t->columns, t->alpha, t->beta);
}

/* sums[rows][width] = y, for columns from `from` on; rows may count copies of the last one. */
VEC_FUNCTION void tile_resume_f32(const struct tile *t, size_t from, float *sums, int32_t rows, int32_t width)
{
    const int32_t columns = t->columns - (int32_t)from;
    for (int32_t r = 0; r < rows; r++, sums += width)
        for (int32_t c = 0; c < width; c += VEC)
            vec_store(sums + c, vec_load_some(t->y + t->y_at[r] + from + (size_t)c, columns - c));
}

/* y = clamp(sums[rows][width] + what is to be added), for columns from `from` on. */
VEC_FUNCTION void tile_finish_f32(const struct tile *t, size_t from, const float *sums, int32_t width)
{
    const vec low = vec_all(t->low), high = vec_all(t->high);
    const int32_t columns = t->columns - (int32_t)from;
    for (int32_t r = 0; r < t->rows; r++, sums += width)
        for (int32_t c = 0; c < width && c < columns; c += VEC) {
            const size_t at = t->y_at[r] + from + (size_t)c;
            vec sum = vec_load(sums + c);
            if (t->add) sum += vec_load_some(t->add + at, columns - c);
            vec_store_some(t->y + at, vec_min(high, vec_max(low, sum)), columns - c);
        }
}

//@block TILE_EACH_1 TILE_EACH_2 TILE_EACH_4 TILE_ROWS_16 TILE_START TILE_ZERO TILE_WEIGHTS_f32 TILE_FMA TILE_TAKE
//@block TILE_SPILL TILE_RESET TILE_REJOIN TILE_STORE TILE_STORE_SOME TILE_PLACE TILE_FUNCTION
/* What functions for tiles of R rows and C vectors are made of, from column `from` on: sums are named variables, since
 * compilers keep arrays of them in memory. DO(r, c) is written out for every sum. all[R][C vectors] takes the sums of
 * earlier chains; it is the caller's, since compilers would try to keep it in registers, too. */
#define TILE_EACH_1(DO, r) DO(r, 0)
#define TILE_EACH_2(DO, r) TILE_EACH_1(DO, r) DO(r, 1)
#define TILE_EACH_3(DO, r) TILE_EACH_2(DO, r) DO(r, 2)
#define TILE_EACH_4(DO, r) TILE_EACH_3(DO, r) DO(r, 3)
#define TILE_EACH_8(DO, r) TILE_EACH_4(DO, r) DO(r, 4) DO(r, 5) DO(r, 6) DO(r, 7)
#define TILE_ROWS_1(DO, C) DO(0, C)
#define TILE_ROWS_2(DO, C) TILE_ROWS_1(DO, C) DO(1, C)
#define TILE_ROWS_3(DO, C) TILE_ROWS_2(DO, C) DO(2, C)
#define TILE_ROWS_4(DO, C) TILE_ROWS_3(DO, C) DO(3, C)
#define TILE_ROWS_6(DO, C) TILE_ROWS_4(DO, C) DO(4, C) DO(5, C)
#define TILE_ROWS_8(DO, C) TILE_ROWS_6(DO, C) DO(6, C) DO(7, C)
#define TILE_ROWS_9(DO, C) TILE_ROWS_8(DO, C) DO(8, C)
#define TILE_ROWS_12(DO, C) TILE_ROWS_9(DO, C) DO(9, C) DO(10, C) DO(11, C)
#define TILE_ROWS_16(DO, C) TILE_ROWS_12(DO, C) DO(12, C) DO(13, C) DO(14, C) DO(15, C)
#define TILE_PLACE(c) ((size_t)((c) * VEC / 16) * t->panel + (size_t)((c) * VEC % 16))
#define TILE_START(r, c) \
    const vec start##c = start ? vec_load_some(start + (c) * VEC, columns - (c) * VEC) : vec_all(0);
#define TILE_ZERO(r, c) vec sum##r##c = start##c;
#define TILE_BEGIN(r, C) const float *const x##r = t->x + t->x_at[r]; TILE_EACH_##C(TILE_ZERO, r)
/* Later weights are fetched, but not in tiles of one vector: those load an element of x for every product, and are
 * short of registers; nor in the widest ones, which single rows have: what is fetched while it is loaded anyway
 * comes a fifth slower. */
#define TILE_FETCH_1
#define TILE_FETCH_2 VEC_FETCH(w + t->ahead);
#define TILE_FETCH_3 TILE_FETCH_2
#define TILE_FETCH_4 TILE_FETCH_2
#define TILE_FETCH_8
#define TILE_WEIGHTS_f32(r, c) const vec w##c = vec_load(w + TILE_PLACE(c));
#define TILE_FMA(r, c) sum##r##c = vec_fma(x_k, w##c, sum##r##c);
#define TILE_ADD(r, C) { const vec x_k = vec_all(x##r[k]); TILE_EACH_##C(TILE_FMA, r) }
#define TILE_TAKE(W, R, C) TILE_EACH_##C(TILE_WEIGHTS_##W, 0) TILE_ROWS_##R(TILE_ADD, C) w += 16; k++;
#define TILE_ADDEND(r, c) sum##r##c += vec_load(add + (c) * VEC);
#define TILE_PLUS(r, C) { const float *const add = t->add + t->y_at[r] + from; TILE_EACH_##C(TILE_ADDEND, r) }
#define TILE_CLAMP_SOME(r, c) \
    vec_store_some(y + (c) * VEC, vec_min(high, vec_max(low, sum##r##c)), columns - (c) * VEC);
#define TILE_STORE_SOME(r, C) { float *const y = t->y + t->y_at[r] + from; TILE_EACH_##C(TILE_CLAMP_SOME, r) }
#define TILE_CLAMP(r, c) vec_store(y + (c) * VEC, vec_min(high, vec_max(low, sum##r##c)));
#define TILE_STORE(r, C) { float *const y = t->y + t->y_at[r] + from; TILE_EACH_##C(TILE_CLAMP, r) }
#define TILE_KEEP(r, c) vec_store(sums + (c) * VEC, sum##r##c);
#define TILE_SPILL(r, C) { float *const sums = all + (r) * (C) * VEC; TILE_EACH_##C(TILE_KEEP, r) }
#define TILE_JOIN(r, c) sum##r##c += vec_load(sums + (c) * VEC);
#define TILE_REJOIN(r, C) { const float *const sums = all + (r) * (C) * VEC; TILE_EACH_##C(TILE_JOIN, r) }
#define TILE_CLEAR(r, c) sum##r##c = vec_all(0);
#define TILE_RESET(r, C) TILE_EACH_##C(TILE_CLEAR, r)

/* Within its caller, gcc would keep the places of eight panels in vector registers. */
#ifdef __GNUC__
#define TILE_APART __attribute__((noinline))
#else
#define TILE_APART
#endif

#define TILE_FUNCTION(W, R, C) \
VEC_FUNCTION static void tile_##W##_##R##x##C(const struct tile *t, size_t from, float *all) \
{ \
    const int32_t columns = t->columns - (int32_t)from; \
    const float *const start = t->start ? t->start + from : NULL; \
    TILE_OF_##W *const panel = TILE_FIRST_##W + (t->w_at + from / 16 * t->panel + from % 16); \
    TILE_EACH_##C(TILE_START, 0) \
    TILE_EACH_##C(TILE_SCALES_##W, 0) \
    TILE_ROWS_##R(TILE_BEGIN, C) \
    const size_t most = t->chain > 0 ? t->chain : (size_t)TILE_CHAIN; \
    size_t chain = 0; \
    bool joins = t->resume; \
    if (joins) tile_resume_f32(t, from, all, R, (C) * VEC); \
    for (int32_t i = 0; i < t->runs[0]; i++) \
        for (int32_t j = 0; j < t->runs[1]; j++) \
            for (int32_t l = 0; l < t->runs[2]; l++) { \
                size_t k = (size_t)i * t->x_step[0] + (size_t)j * t->x_step[1] + (size_t)l * t->x_step[2]; \
                TILE_OF_##W *w = panel + ((size_t)i * t->w_step[0] + (size_t)j * t->w_step[1] + \
                                          (size_t)l * t->w_step[2]); \
                for (const size_t end = k + (size_t)t->length; k < end;) { \
                    if (chain >= most) { \
                        if (joins) { TILE_ROWS_##R(TILE_REJOIN, C) } \
                        TILE_ROWS_##R(TILE_SPILL, C) \
                        TILE_ROWS_##R(TILE_RESET, C) \
                        joins = true; \
                        chain = 0; \
                    } \
                    const size_t stop = chain_end(k, end, most); \
                    chain += stop - k; \
                    TILE_ROUND_##W(R) \
                    do { \
                        TILE_FETCH_##C \
                        TILE_TAKE_##W(R, C) \
                    } while (k < stop); \
                } \
            } \
    if (joins) { TILE_ROWS_##R(TILE_REJOIN, C) } \
    const bool whole = columns >= (C) * VEC; \
    if (VEC_SMALL || (!whole && (t->add || VEC < 16))) { \
        TILE_ROWS_##R(TILE_SPILL, C) \
        tile_finish_f32(t, from, all, (C) * VEC); \
        return; \
    } \
    const vec low = vec_all(t->low), high = vec_all(t->high); \
    if (!whole) { \
        TILE_ROWS_##R(TILE_STORE_SOME, C) \
        return; \
    } \
    if (t->add) { \
        TILE_ROWS_##R(TILE_PLUS, C) \
    } \
    TILE_ROWS_##R(TILE_STORE, C) \
}


/* Those of all widths, and their table by rows - 1 and width - 1; those that tile_rows has not are left out. */
#if VEC == 16
#define TILE_FUNCTIONS(W, R) \
    TILE_FUNCTION(W, R, 1) TILE_FUNCTION(W, R, 2) TILE_FUNCTION(W, R, 3) TILE_FUNCTION(W, R, 4)
#define TILE_WIDTHS(W, R) {tile_##W##_##R##x1, tile_##W##_##R##x2, tile_##W##_##R##x3, tile_##W##_##R##x4}
#elif VEC == 8
#define TILE_FUNCTIONS(W, R) TILE_FUNCTION(W, R, 2)
#define TILE_WIDTHS(W, R) {tile_##W##_##R##x2}
#else
#define TILE_FUNCTIONS(W, R) TILE_FUNCTION(W, R, 4)
#define TILE_WIDTHS(W, R) {tile_##W##_##R##x4}
#endif
#if VEC == 16
#define TILE_ALL(W) \
    TILE_FUNCTIONS(W, 1) TILE_FUNCTIONS(W, 2) TILE_FUNCTIONS(W, 4) TILE_FUNCTIONS(W, 6) \
    TILE_FUNCTION(W, 9, 1) TILE_FUNCTION(W, 9, 2) TILE_FUNCTION(W, 12, 1) TILE_FUNCTION(W, 12, 2) TILE_FUNCTION(W, 8, 3)
#define TILE_TABLE(W) \
    TILE_WIDTHS(W, 1), TILE_WIDTHS(W, 2), TILE_WIDTHS(W, 4), TILE_WIDTHS(W, 4), TILE_WIDTHS(W, 6), TILE_WIDTHS(W, 6), \
    {tile_##W##_9x1, tile_##W##_9x2, tile_##W##_8x3, NULL}, {tile_##W##_9x1, tile_##W##_9x2, tile_##W##_8x3, NULL}, \
    {tile_##W##_9x1, tile_##W##_9x2, NULL, NULL}, {tile_##W##_12x1, tile_##W##_12x2, NULL, NULL}, \
    {tile_##W##_12x1, tile_##W##_12x2, NULL, NULL}, {tile_##W##_12x1, tile_##W##_12x2, NULL, NULL}
#elif VEC == 8 || (VEC == 4 && defined(__aarch64__))
#define TILE_ALL(W) TILE_FUNCTIONS(W, 1) TILE_FUNCTIONS(W, 2) TILE_FUNCTIONS(W, 4) TILE_FUNCTIONS(W, 6)
#define TILE_TABLE(W) \
    TILE_WIDTHS(W, 1), TILE_WIDTHS(W, 2), TILE_WIDTHS(W, 4), TILE_WIDTHS(W, 4), TILE_WIDTHS(W, 6), TILE_WIDTHS(W, 6)
#else
#define TILE_ALL(W) TILE_FUNCTIONS(W, 1) TILE_FUNCTIONS(W, 2) TILE_FUNCTIONS(W, 3)
#define TILE_TABLE(W) TILE_WIDTHS(W, 1), TILE_WIDTHS(W, 2), TILE_WIDTHS(W, 3)
#endif
//@endblock
