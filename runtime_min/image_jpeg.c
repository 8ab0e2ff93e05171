/* JPEG, baseline and progressive, of 8 bits and coded by Huffman: ITU-T T.81,
 * https://www.w3.org/Graphics/JPEG/itu-t81.pdf. This file has what the scans hold; image_jpeg_pixels.c makes pixels of
 * it. */

/* A component: its blocks of 64 coefficients, which are whole MCUs, and the samples that they become. */
struct jpeg_part {
    uint32_t name, h, v;  /* h and v: blocks of an MCU */
    uint32_t table;       /* of quantisation */
    uint32_t dc, ac;      /* codes */
    size_t across, down;  /* blocks */
    size_t width, height; /* samples that count */
    int32_t last;         /* the DC coefficient of the block before */
    int16_t *blocks;
    uint8_t *samples;
};

struct jpeg {
    const struct image *m;
    size_t at;
    uint32_t bits, held; /* of the coded data */
    bool failed;
    bool progressive, has_frame, is_rgb;
    uint16_t quant[4][64];
    struct prefix_code codes[8]; /* DC, then AC */
    struct jpeg_part part[3];
    size_t parts, across, down; /* MCUs */
    uint32_t h, v;              /* the most of any component */
    uint32_t interval;          /* MCUs between restarts; 0: none */
    size_t scanned;             /* of the scan: components, */
    struct jpeg_part *in[3];
    uint32_t from, to, high, low; /* coefficients and their bits, */
    uint32_t run;                 /* and blocks that end here already */
};

/* Where the place of each coefficient is, in the order of the file. */
static const uint8_t jpeg_zigzag[64] = {0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,
                                        12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28,
                                        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
                                        58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

/* -- bits ---------------------------------------------------------------------------------------- */

/* A zero follows 255 where it is no marker; at a marker the data end. */
static inline uint32_t jpeg_byte(struct jpeg *j)
{
    const uint32_t byte = j->at < j->m->size ? j->m->data[j->at] : 0xFFU;
    if (byte == 0xFFU && image_number(j->m, j->at + 1, 1, true)) j->failed = true;
    if (byte == 0xFFU && j->at + 1 >= j->m->size) j->failed = true;
    if (j->failed) return 0;
    j->at += byte == 0xFFU ? 2 : 1;
    return byte;
}

/* The next bits, the highest first; up to 16. */
static inline uint32_t jpeg_bits(struct jpeg *j, uint32_t count)
{
    while (j->held < count) {
        j->bits = j->bits << 8 | jpeg_byte(j);
        j->held += 8;
    }
    j->held -= count;
    return j->bits >> j->held & ((1U << count) - 1U);
}

static inline uint32_t jpeg_symbol(struct jpeg *j, const struct prefix_code *c)
{
    uint32_t code = 0, first = 0, before = 0;
    for (size_t length = 1; length < 17; length++) {
        code = code << 1 | jpeg_bits(j, 1);
        first <<= 1;
        if (code < first + c->count[length]) return c->symbol[before + (code - first)];
        first += c->count[length];
        before += c->count[length];
    }
    j->failed = true;
    return 0;
}

/* A number of so many bits: those with a leading 0 are negative. */
static inline int32_t jpeg_number(struct jpeg *j, uint32_t bits)
{
    const int32_t number = (int32_t)jpeg_bits(j, bits);
    return bits && number < (int32_t)(1U << (bits - 1)) ? number - (int32_t)((1U << bits) - 1U) : number;
}

static inline int16_t jpeg_narrow(int32_t x)
{
    return (int16_t)(x > INT16_MAX ? INT16_MAX : x < INT16_MIN ? INT16_MIN : x);
}

/* -- blocks -------------------------------------------------------------------------------------- */

/* The first coefficient, or its first bits. */
static inline void jpeg_dc(struct jpeg *j, struct jpeg_part *c, int16_t *block)
{
    const uint32_t bits = jpeg_symbol(j, &j->codes[c->dc]);
    if (bits > 15) j->failed = true;
    if (j->failed) return;
    c->last = jpeg_narrow(c->last + jpeg_number(j, bits));
    block[0] = jpeg_narrow(c->last * (int32_t)(1U << j->low));
}

/* Coefficients, or their first bits: a symbol says how many zeros are before one, and of how many bits it is. */
static inline void jpeg_ac(struct jpeg *j, const struct jpeg_part *c, int16_t *block)
{
    if (j->run) {
        j->run--;
        return;
    }
    for (uint32_t k = j->from > 1 ? j->from : 1; k <= j->to && !j->failed; k++) {
        const uint32_t symbol = jpeg_symbol(j, &j->codes[4 + c->ac]), zeros = symbol >> 4, bits = symbol & 15U;
        if (!bits && zeros < 15) {
            j->run = (1U << zeros) - 1U;
            if (zeros) j->run += jpeg_bits(j, zeros);
            return;
        }
        k += zeros;
        if (k > j->to) {
            j->failed = true;
            return;
        }
        if (bits) block[jpeg_zigzag[k]] = jpeg_narrow(jpeg_number(j, bits) * (int32_t)(1U << j->low));
    }
}

/* One bit more of a coefficient that isn't 0. */
static inline void jpeg_refine(struct jpeg *j, int16_t *x)
{
    const int32_t bit = (int32_t)(1U << j->low), magnitude = *x < 0 ? -*x : *x;
    if (jpeg_bits(j, 1) && !(magnitude & bit)) *x = jpeg_narrow(*x < 0 ? *x - bit : *x + bit);
}

/* One bit more of each; those that were 0 and aren't any longer come by symbols. */
static inline void jpeg_ac_refined(struct jpeg *j, const struct jpeg_part *c, int16_t *block)
{
    uint32_t k = j->from;
    while (!j->run && k <= j->to && !j->failed) {
        const uint32_t symbol = jpeg_symbol(j, &j->codes[4 + c->ac]), bits = symbol & 15U;
        uint32_t zeros = symbol >> 4;
        int32_t fresh = 0;
        if (bits > 1) j->failed = true;
        if (!bits && zeros < 15) {
            j->run = 1U << zeros;
            if (zeros) j->run += jpeg_bits(j, zeros);
            break;
        }
        if (bits) fresh = jpeg_bits(j, 1) ? (int32_t)(1U << j->low) : -(int32_t)(1U << j->low);
        for (; k <= j->to; k++) {
            int16_t *x = block + jpeg_zigzag[k];
            if (*x) {
                jpeg_refine(j, x);
                continue;
            }
            if (!zeros) break;
            zeros--;
        }
        if (k > j->to) {
            if (bits) j->failed = true;
            break;
        }
        block[jpeg_zigzag[k++]] = jpeg_narrow(fresh);
    }
    if (!j->run) return;
    for (; k <= j->to; k++)
        if (block[jpeg_zigzag[k]]) jpeg_refine(j, block + jpeg_zigzag[k]);
    j->run--;
}

static inline void jpeg_block(struct jpeg *j, struct jpeg_part *c, size_t x, size_t y)
{
    int16_t *block = c->blocks + 64 * (y * c->across + x);
    if (!j->from && !j->high) jpeg_dc(j, c, block);
    else if (!j->from && jpeg_bits(j, 1)) block[0] = (int16_t)(block[0] | (int16_t)(1U << j->low));
    if (j->to && !j->failed) {
        if (j->high) jpeg_ac_refined(j, c, block);
        else jpeg_ac(j, c, block);
    }
    if (!j->progressive) j->run = 0;
}

/* -- scans --------------------------------------------------------------------------------------- */

/* At the end of an interval: past the marker, and everything begins anew. */
static inline void jpeg_restart(struct jpeg *j)
{
    j->bits = j->held = j->run = 0;
    if (image_number(j->m, j->at, 2, true) >> 3 != 0xFFD0U >> 3) j->failed = true;
    j->at += 2;
    for (size_t i = 0; i < j->parts; i++) j->part[i].last = 0;
}

/* A scan of one component has its blocks one by one, of several the MCUs. */
static inline void jpeg_scan(struct jpeg *j)
{
    struct jpeg_part *one = j->in[0];
    const bool single = j->scanned == 1;
    const size_t across = single ? (one->width + 7) / 8 : j->across, down = single ? (one->height + 7) / 8 : j->down;
    j->bits = j->held = j->run = 0;
    for (size_t i = 0; i < j->parts; i++) j->part[i].last = 0;
    for (size_t i = 0; i < across * down && !j->failed; i++) {
        const size_t x = i % across, y = i / across;
        if (j->interval && i && i % j->interval == 0) jpeg_restart(j);
        if (single) jpeg_block(j, one, x, y);
        else
            for (size_t k = 0; k < j->scanned; k++) {
                struct jpeg_part *c = j->in[k];
                for (size_t b = 0; b < (size_t)c->h * c->v && !j->failed; b++)
                    jpeg_block(j, c, x * c->h + b % c->h, y * c->v + b / c->h);
            }
    }
}

/* -- what the markers hold: at `at`, `size` bytes ------------------------------------------------ */

static inline void jpeg_quantisation(struct jpeg *j, size_t at, size_t size)
{
    while (size) {
        const uint32_t first = image_number(j->m, at, 1, true), bytes = first >> 4 ? 2 : 1;
        if ((first & 15U) > 3 || size < 1 + 64 * (size_t)bytes) {
            j->failed = true;
            return;
        }
        for (size_t k = 0; k < 64; k++)
            j->quant[first & 3U][jpeg_zigzag[k]] = (uint16_t)image_number(j->m, at + 1 + k * bytes, bytes, true);
        at += 1 + 64 * (size_t)bytes;
        size -= 1 + 64 * (size_t)bytes;
    }
}

static inline void jpeg_huffman(struct jpeg *j, size_t at, size_t size)
{
    while (size) {
        const uint32_t first = image_number(j->m, at, 1, true);
        struct prefix_code *c = &j->codes[(first >> 4 & 1U) * 4 + (first & 3U)];
        size_t symbols = 0;
        if ((first & 0xECU) || size < 17) j->failed = true;
        for (size_t k = 1; k < 17; k++) {
            c->count[k] = (uint16_t)image_number(j->m, at + k, 1, true);
            symbols += c->count[k];
        }
        if (j->failed || symbols > 256 || size < 17 + symbols) {
            for (size_t k = 0; k < 17; k++) c->count[k] = 0;
            j->failed = true;
            return;
        }
        for (size_t k = 0; k < symbols; k++) c->symbol[k] = (uint16_t)image_number(j->m, at + 17 + k, 1, true);
        at += 17 + symbols;
        size -= 17 + symbols;
    }
}

/* Sets what follows from the components' sampling, and their memory in work. */
static inline void jpeg_lay_out(struct jpeg *j, int16_t *work)
{
    if (j->parts == 1) j->part[0].h = j->part[0].v = 1;
    for (size_t i = 0; i < j->parts; i++) {
        if (j->part[i].h > j->h) j->h = j->part[i].h;
        if (j->part[i].v > j->v) j->v = j->part[i].v;
    }
    j->across = (j->m->width + 8 * (size_t)j->h - 1) / (8 * (size_t)j->h);
    j->down = (j->m->height + 8 * (size_t)j->v - 1) / (8 * (size_t)j->v);
    const size_t all = (j->m->width + 32) * (j->m->height + 32);
    for (size_t i = 0; i < j->parts; i++) {
        struct jpeg_part *c = &j->part[i];
        if (j->h % c->h || j->v % c->v) j->failed = true;
        c->across = j->across * c->h;
        c->down = j->down * c->v;
        c->width = (j->m->width * c->h + j->h - 1) / j->h;
        c->height = (j->m->height * c->v + j->v - 1) / j->v;
        c->blocks = work + i * all;
        c->samples = (uint8_t *)(work + 3 * all) + i * all;
        for (size_t k = 0; k < 64 * c->across * c->down; k++) c->blocks[k] = 0;
    }
}

static inline void jpeg_frame(struct jpeg *j, size_t at, size_t size, int16_t *work)
{
    j->parts = image_number(j->m, at + 5, 1, true);
    if (j->has_frame || size < 6 || (j->parts != 1 && j->parts != 3) || size < 6 + 3 * j->parts ||
        image_number(j->m, at, 1, true) != 8) {
        j->failed = true;
        j->parts = 0;
        return;
    }
    for (size_t i = 0; i < j->parts; i++) {
        struct jpeg_part *c = &j->part[i];
        c->name = image_number(j->m, at + 6 + 3 * i, 1, true);
        c->h = image_number(j->m, at + 7 + 3 * i, 1, true) >> 4;
        c->v = image_number(j->m, at + 7 + 3 * i, 1, true) & 15U;
        c->table = image_number(j->m, at + 8 + 3 * i, 1, true);
        if (c->h < 1 || c->h > 4 || c->v < 1 || c->v > 4 || c->table > 3) {
            j->failed = true;
            return;
        }
    }
    j->has_frame = true;
    jpeg_lay_out(j, work);
}

/* Reads the head of a scan. */
static inline void jpeg_scan_head(struct jpeg *j, size_t at, size_t size)
{
    j->scanned = image_number(j->m, at, 1, true);
    if (!j->has_frame || j->scanned < 1 || j->scanned > j->parts || size < 4 + 2 * j->scanned) {
        j->failed = true;
        return;
    }
    for (size_t i = 0; i < j->scanned; i++) {
        const uint32_t name = image_number(j->m, at + 1 + 2 * i, 1, true);
        const uint32_t codes = image_number(j->m, at + 2 + 2 * i, 1, true);
        size_t k = 0;
        while (k < j->parts && j->part[k].name != name) k++;
        if (k == j->parts || (codes & 0xCCU)) {
            j->failed = true;
            return;
        }
        j->in[i] = &j->part[k];
        j->in[i]->dc = codes >> 4;
        j->in[i]->ac = codes & 15U;
    }
    const uint32_t last = image_number(j->m, at + 3 + 2 * j->scanned, 1, true);
    j->from = j->progressive ? image_number(j->m, at + 1 + 2 * j->scanned, 1, true) : 0;
    j->to = j->progressive ? image_number(j->m, at + 2 + 2 * j->scanned, 1, true) : 63;
    j->high = j->progressive ? last >> 4 : 0;
    j->low = j->progressive ? last & 15U : 0;
    if (j->to > 63 || j->from > j->to || j->low > 13 || (j->progressive && !j->from != !j->to)) j->failed = true;
    if (j->from && j->scanned > 1) j->failed = true;
}
