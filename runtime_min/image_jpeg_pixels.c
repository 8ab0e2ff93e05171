/* JPEG: from coefficients to pixels. The transform is that of Loeffler, Ligtenberg and Moschytz, Practical fast 1-D DCT
 * algorithms with 11 multiplications (ICASSP 1989), in integers of 13 bits after the point; chroma is interpolated as
 * ImageDecoder says. */

/* Eight values at x, `step` apart, transformed in place and rounded to `shift` bits less. */
static inline void jpeg_transform(int64_t *x, size_t step, int shift)
{
    const int64_t half = (int64_t)1 << (shift - 1), scale = (int64_t)1 << shift;
    const int64_t turn = (x[2 * step] + x[6 * step]) * 4433;
    const int64_t a = turn - x[6 * step] * 15137, b = turn + x[2 * step] * 6270;
    const int64_t sum = (x[0] + x[4 * step]) * 8192, difference = (x[0] - x[4 * step]) * 8192;
    const int64_t even[4] = {sum + b, difference + a, difference - a, sum - b};
    const int64_t p = x[7 * step], q = x[5 * step], r = x[3 * step], s = x[step];
    const int64_t all = (p + r + q + s) * 9633;
    const int64_t ps = (p + s) * -7373, qr = (q + r) * -20995;
    const int64_t pr = (p + r) * -16069 + all, qs = (q + s) * -3196 + all;
    const int64_t odd[4] = {s * 12299 + ps + qs, r * 25172 + qr + pr, q * 16819 + qr + qs, p * 2446 + ps + pr};
    for (size_t i = 0; i < 4; i++) {
        const int64_t up = even[i] + odd[i] + half, down = even[i] - odd[i] + half;
        x[i * step] = up >= 0 ? up / scale : -((scale - 1 - up) / scale);
        x[(7 - i) * step] = down >= 0 ? down / scale : -((scale - 1 - down) / scale);
    }
}

static inline uint8_t jpeg_byte_of(int64_t x)
{
    return (uint8_t)(x < 0 ? 0 : x > 255 ? 255 : x);
}

/* All blocks of a component. */
static inline void jpeg_samples(const struct jpeg *j, const struct jpeg_part *c)
{
    for (size_t b = 0; b < c->across * c->down; b++) {
        int64_t x[64];
        uint8_t *to = c->samples + b / c->across * 64 * c->across + b % c->across * 8;
        for (size_t k = 0; k < 64; k++) x[k] = (int64_t)c->blocks[64 * b + k] * j->quant[c->table][k];
        for (size_t k = 0; k < 8; k++) jpeg_transform(x + k, 8, 11);
        for (size_t k = 0; k < 8; k++) jpeg_transform(x + 8 * k, 1, 18);
        for (size_t k = 0; k < 64; k++) to[k / 8 * 8 * c->across + k % 8] = jpeg_byte_of(x[k] + 128);
    }
}

/* Sample (x, y) of a component. */
static inline uint32_t jpeg_at(const struct jpeg_part *c, size_t x, size_t y)
{
    return c->samples[y * 8 * c->across + x];
}

/* The component at pixel (x, y): of a component half as large in a direction, three quarters of the nearest sample and
 * a quarter of the next one. */
static inline uint32_t jpeg_value(const struct jpeg *j, const struct jpeg_part *c, size_t x, size_t y)
{
    const uint32_t h = j->h / c->h, v = j->v / c->v;
    const size_t cx = x / h, cy = y / v;
    const bool between_x = h == 2 && c->width > 2, between_y = v == 2 && (h == 1 || between_x);
    if (h > 2 || v > 2 || (h == 2 && !between_x)) return jpeg_at(c, cx, cy);
    size_t row = y % 2 ? cy + 1 : cy ? cy - 1 : 0;
    if (row >= c->height) row = c->height - 1;
    const size_t column = x % 2 ? cx + 1 : cx - 1;
    const bool edge = column >= c->width; /* -1, too */
    if (!between_x && !between_y) return jpeg_at(c, cx, cy);
    if (!between_x) return (3 * jpeg_at(c, cx, cy) + jpeg_at(c, cx, row) + (y % 2 ? 2U : 1U)) / 4;
    if (!between_y) {
        if (edge) return jpeg_at(c, cx, cy);
        return (3 * jpeg_at(c, cx, cy) + jpeg_at(c, column, cy) + (x % 2 ? 2U : 1U)) / 4;
    }
    const uint32_t near = 3 * jpeg_at(c, cx, cy) + jpeg_at(c, cx, row);
    const uint32_t next = edge ? near : 3 * jpeg_at(c, column, cy) + jpeg_at(c, column, row);
    return (3 * near + next + (x % 2 ? 7U : 8U)) / 16;
}

/* Luma and the two differences of colour, as RGB. */
static inline void jpeg_colour(const struct image *m, size_t i, int32_t luma, int32_t blue, int32_t red)
{
    const int32_t bias = INT32_C(1) << 26, whole = 1024; /* so that shifts are of what isn't negative */
    const int32_t r = luma + (91881 * red + 32768 + bias) / 65536 - whole;
    const int32_t g = luma + (-22554 * blue - 46802 * red + 32768 + bias) / 65536 - whole;
    const int32_t b = luma + (116130 * blue + 32768 + bias) / 65536 - whole;
    image_store(m, i, jpeg_byte_of(r), jpeg_byte_of(g), jpeg_byte_of(b));
}

static inline void jpeg_pixels(const struct jpeg *j)
{
    const struct image *m = j->m;
    for (size_t k = 0; k < j->parts; k++) jpeg_samples(j, &j->part[k]);
    for (size_t i = 0; i < m->height * m->width; i++) {
        uint32_t c[3];
        for (size_t k = 0; k < 3; k++)
            c[k] = jpeg_value(j, &j->part[j->parts == 3 ? k : 0], i % m->width, i / m->width);
        if (j->parts == 1 || j->is_rgb) image_store(m, i, c[0], c[1], c[2]);
        else jpeg_colour(m, i, (int32_t)c[0], (int32_t)c[1] - 128, (int32_t)c[2] - 128);
    }
}

/* -- the file ------------------------------------------------------------------------------------ */

/* The next marker at or after `at`, past what isn't one; 0 at the end. *at is after it, then. */
static inline uint32_t jpeg_marker(const struct image *m, size_t *at)
{
    for (; *at + 1 < m->size; ++*at) {
        const uint32_t second = m->data[*at + 1];
        if (m->data[*at] != 0xFFU || !second || second == 0xFFU || second >> 3 == 0xD0U >> 3) continue;
        *at += 2;
        return second;
    }
    return 0;
}

static inline bool jpeg_is_frame(uint32_t marker)
{
    return marker >= 0xC0U && marker <= 0xCFU && marker != 0xC4U && marker != 0xC8U && marker != 0xCCU;
}

static inline void jpeg_size(struct image *m)
{
    size_t at = 2;
    for (uint32_t marker = jpeg_marker(m, &at); marker; marker = jpeg_marker(m, &at)) {
        if (jpeg_is_frame(marker)) {
            m->height = image_number(m, at + 3, 2, true);
            m->width = image_number(m, at + 5, 2, true);
            return;
        }
        at += image_number(m, at, 2, true);
    }
}

/* What a marker says, with `size` bytes at `at`. */
static inline void jpeg_take(struct jpeg *j, uint32_t marker, size_t at, size_t size, int16_t *work)
{
    if (marker == 0xDBU) jpeg_quantisation(j, at, size);
    else if (marker == 0xC4U) jpeg_huffman(j, at, size);
    else if (marker == 0xDDU) j->interval = image_number(j->m, at, 2, true);
    else if (marker == 0xEEU && size >= 12 && image_number(j->m, at, 4, true) == 0x41646F62U)
        j->is_rgb = !image_number(j->m, at + 11, 1, true);
    else if (marker <= 0xC2U && jpeg_is_frame(marker)) {
        j->progressive = marker == 0xC2U;
        jpeg_frame(j, at, size, work);
    } else if (jpeg_is_frame(marker)) j->failed = true;
    else if (marker == 0xDAU) jpeg_scan_head(j, at, size);
}

/* work: as image_file_decode has it. A file whose end isn't there may lack scans, too: refused. */
static inline int jpeg_decode(const struct image *m, int16_t *work)
{
    struct jpeg j;
    memset(&j, 0, sizeof j);
    j.m = m;
    j.at = 2;
    bool scanned = false;
    uint32_t marker = jpeg_marker(m, &j.at);
    for (; marker && marker != 0xD9U; marker = jpeg_marker(m, &j.at)) {
        const size_t size = image_number(m, j.at, 2, true);
        if (size < 2 || size > m->size - j.at) return -1;
        jpeg_take(&j, marker, j.at + 2, size - 2, work);
        j.at += size;
        if (j.failed) return -1;
        if (marker != 0xDAU) continue;
        jpeg_scan(&j);
        if (j.failed) return -1;
        scanned = true;
    }
    if (!scanned || !marker) return -1;
    jpeg_pixels(&j);
    return 0;
}
