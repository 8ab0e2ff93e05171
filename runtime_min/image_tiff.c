/* TIFF 6.0, the first image of a file: pixels of 8 bits that aren't compressed, grey, of a palette or RGB. */

/* What its tags say. */
struct tiff {
    bool highest_first;
    uint32_t width, height, bits, packing, colours, samples, rows, planes;
    size_t strips, strip_size, palette; /* where the offsets of the strips are, their size, and the palette */
    uint32_t strip_count;
};

/* The first number of the field at `at`. */
static inline uint32_t tiff_value(const struct image *m, const struct tiff *t, size_t at)
{
    const bool narrow = image_number(m, at + 2, 2, t->highest_first) == 3;
    const uint32_t count = image_number(m, at + 4, 4, t->highest_first);
    const bool within = count <= (narrow ? 2U : 1U);
    const size_t place = within ? at + 8 : image_number(m, at + 8, 4, t->highest_first);
    return image_number(m, place, narrow ? 2 : 4, t->highest_first);
}

/* Where the numbers of the field begin. */
static inline size_t tiff_list(const struct image *m, const struct tiff *t, size_t at)
{
    const bool narrow = image_number(m, at + 2, 2, t->highest_first) == 3;
    const bool within = image_number(m, at + 4, 4, t->highest_first) <= (narrow ? 2U : 1U);
    return within ? at + 8 : image_number(m, at + 8, 4, t->highest_first);
}

static inline void tiff_field(const struct image *m, struct tiff *t, size_t at)
{
    const uint32_t value = tiff_value(m, t, at);
    switch (image_number(m, at, 2, t->highest_first)) {
    case 256: t->width = value; break;
    case 257: t->height = value; break;
    case 258: t->bits = value; break;
    case 259: t->packing = value; break;
    case 262: t->colours = value; break;
    case 273:
        t->strips = tiff_list(m, t, at);
        t->strip_size = image_number(m, at + 2, 2, t->highest_first) == 3 ? 2 : 4;
        t->strip_count = image_number(m, at + 4, 4, t->highest_first);
        break;
    case 277: t->samples = value; break;
    case 278: t->rows = value; break;
    case 284: t->planes = value; break;
    case 320: t->palette = tiff_list(m, t, at); break;
    default: break;
    }
}

static inline struct tiff tiff_read(const struct image *m)
{
    struct tiff t;
    memset(&t, 0, sizeof t);
    t.highest_first = m->data[0] == 'M';
    t.bits = t.packing = t.samples = t.planes = 1;
    const size_t at = image_number(m, 4, 4, t.highest_first);
    const size_t fields = at < m->size ? image_number(m, at, 2, t.highest_first) : 0;
    for (size_t i = 0; i < fields && at + 2 + 12 * (i + 1) <= m->size; i++) tiff_field(m, &t, at + 2 + 12 * i);
    if (!t.rows || t.rows > t.height) t.rows = t.height;
    return t;
}

static inline void tiff_size(struct image *m)
{
    const struct tiff t = tiff_read(m);
    m->width = t.width;
    m->height = t.height;
}

/* Pixel i at p. */
static inline void tiff_pixel(const struct image *m, const struct tiff *t, const uint8_t *p, size_t i)
{
    uint32_t c[3];
    for (size_t k = 0; k < 3; k++) {
        if (t->colours == 2) c[k] = p[k];
        else if (t->colours == 3) c[k] = image_number(m, t->palette + 2 * (256 * k + p[0]), 2, t->highest_first) >> 8;
        else c[k] = t->colours ? p[0] : 255U - p[0];
    }
    image_store(m, i, c[0], c[1], c[2]);
}

static inline int tiff_decode(const struct image *m)
{
    const struct tiff t = tiff_read(m);
    if (t.bits != 8 || t.packing != 1 || t.colours > 3 || (t.planes != 1 && t.samples != 1)) return -1;
    if (t.samples < (t.colours == 2 ? 3U : 1U) || t.samples > 8 || !t.strips || (t.colours == 3 && !t.palette))
        return -1;
    const size_t row = m->width * t.samples;
    for (size_t r = 0; r < m->height; r++) {
        const size_t strip = r / t.rows;
        if (strip >= t.strip_count) return -1;
        const size_t start = image_number(m, t.strips + strip * t.strip_size, t.strip_size, t.highest_first);
        const size_t before = r % t.rows * row;
        if (start > m->size || before > m->size - start || row > m->size - start - before) return -1;
        for (size_t x = 0; x < m->width; x++)
            tiff_pixel(m, &t, m->data + start + before + x * t.samples, r * m->width + x);
    }
    return 0;
}
