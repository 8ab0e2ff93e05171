/* Images out of files: what the formats share, and BMP and the portable formats. The bytes are anybody's: nothing is
 * read or written beyond what is there. */

/* An image that is decoded: the file, the size it must have, and where its pixels go, each as three bytes in the order
 * RGB (0) or BGR (1), or as one of grey (2). */
struct image {
    const uint8_t *data;
    size_t size;
    size_t height, width;
    int32_t order;
    uint8_t *y;
};

/* A prefix code, canonical: how many codes there are of each length, and the symbols in the order of the codes. */
struct prefix_code {
    uint16_t count[17];
    uint16_t symbol[288];
};

enum image_format { IMAGE_UNKNOWN, IMAGE_BMP, IMAGE_PNM, IMAGE_PNG, IMAGE_JPEG, IMAGE_TIFF };

/* Stores pixel i; grey is the luma of ITU-R BT.601. */
static inline void image_store(const struct image *m, size_t i, uint32_t r, uint32_t g, uint32_t b)
{
    if (m->order == 2) {
        m->y[i] = (uint8_t)((r * 19595U + g * 38470U + b * 7471U + 32768U) >> 16);
        return;
    }
    m->y[3 * i] = (uint8_t)(m->order ? b : r);
    m->y[3 * i + 1] = (uint8_t)g;
    m->y[3 * i + 2] = (uint8_t)(m->order ? r : b);
}

/* A number of up to 4 bytes at `at`, the lowest byte first, or the highest; beyond the end are zeros. */
static inline uint32_t image_number(const struct image *m, size_t at, size_t bytes, bool highest_first)
{
    uint32_t number = 0;
    for (size_t i = 0; i < bytes; i++) {
        const size_t place = at + (highest_first ? i : bytes - 1 - i);
        number = number << 8 | (place < m->size && place >= at ? m->data[place] : 0U);
    }
    return number;
}

/* Pixel x of a row of `bits` each, as a number. */
static inline uint32_t image_packed(const uint8_t *row, size_t x, uint32_t bits)
{
    const size_t at = x * bits;
    return (uint32_t)row[at / 8] >> (8 - bits - at % 8) & ((1U << bits) - 1U);
}

static inline enum image_format image_format_of(const struct image *m)
{
    const uint32_t four = image_number(m, 0, 4, true);
    if (four >> 16 == 0x424DU) return IMAGE_BMP;
    if (four >> 16 >= 0x5031U && four >> 16 <= 0x5036U) return IMAGE_PNM;
    if (four == 0x89504E47U) return IMAGE_PNG;
    if (four >> 16 == 0xFFD8U) return IMAGE_JPEG;
    return four == 0x49492A00U || four == 0x4D4D002AU ? IMAGE_TIFF : IMAGE_UNKNOWN;
}

/* -- BMP ----------------------------------------------------------------------------------------- */

/* The size is 0 if there is none. */
static inline void bmp_size(struct image *m)
{
    const bool old = image_number(m, 14, 4, false) == 12;
    const uint32_t width = image_number(m, 18, old ? 2 : 4, false);
    const uint32_t height = image_number(m, old ? 20 : 22, old ? 2 : 4, false);
    m->width = width;
    m->height = height > INT32_MAX ? 0U - height : height; /* negative: the first row is on top */
}

/* A row of pixels; palette: where the colours begin, of `entry` bytes. */
static inline void bmp_row(const struct image *m, const uint8_t *row, size_t y, uint32_t bits, size_t palette,
                           size_t entry)
{
    for (size_t x = 0; x < m->width; x++) {
        uint32_t colour;
        if (bits <= 8) {
            colour = image_number(m, palette + entry * image_packed(row, x, bits), 3, false);
        } else if (bits == 16) {
            const uint32_t five = (uint32_t)row[2 * x] | (uint32_t)row[2 * x + 1] << 8;
            const uint32_t b = five & 31U, g = five >> 5 & 31U, r = five >> 10 & 31U;
            colour = (r << 3 | r >> 2) << 16 | (g << 3 | g >> 2) << 8 | (b << 3 | b >> 2);
        } else {
            const uint8_t *p = row + x * (bits / 8);
            colour = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
        }
        image_store(m, y * m->width + x, colour >> 16, colour >> 8 & 255U, colour & 255U);
    }
}

/* Pixels of 1 to 32 bits that aren't compressed. */
static inline int bmp_decode(const struct image *m)
{
    const uint32_t header = image_number(m, 14, 4, false), start = image_number(m, 10, 4, false);
    const bool old = header == 12;
    const uint32_t bits = image_number(m, old ? 24 : 28, 2, false), packing = old ? 0 : image_number(m, 30, 4, false);
    const bool masks = packing == 3 && bits == 32 && image_number(m, 54, 4, false) == 0xFF0000U;
    if (bits != 1 && bits != 4 && bits != 8 && bits != 16 && bits != 24 && bits != 32) return -1;
    if ((packing != 0 && !masks) || header > m->size) return -1;
    const size_t stride = (m->width * bits + 31) / 32 * 4;
    if (start > m->size || stride > (m->size - start) / m->height) return -1;
    const bool upright = !old && image_number(m, 22, 4, false) > INT32_MAX;
    for (size_t r = 0; r < m->height; r++)
        bmp_row(m, m->data + start + r * stride, upright ? r : m->height - 1 - r, bits, 14 + (size_t)header,
                old ? 3 : 4);
    return 0;
}

/* -- PBM, PGM, PPM ------------------------------------------------------------------------------- */

/* The next number of the text, past blanks and comments; 65536 if there is none. */
static inline uint32_t pnm_number(const struct image *m, size_t *at, size_t digits)
{
    uint32_t number = 65536;
    bool comment = false;
    for (; *at < m->size; ++*at) {
        const uint8_t c = m->data[*at];
        if (c == '#') comment = true;
        else if (c == '\n' || c == '\r') comment = false;
        else if (!comment && c != ' ' && (c < '\t' || c > '\r')) break;
    }
    for (; digits && *at < m->size && m->data[*at] >= '0' && m->data[*at] <= '9'; ++*at, digits--) {
        number = (number == 65536 ? 0 : number * 10) + (uint32_t)(m->data[*at] - '0');
        if (number >= 65536) return 65536;
    }
    return number;
}

/* Reads the header: the largest value, 0 after an error; *at is where the pixels begin. */
static inline uint32_t pnm_header(struct image *m, size_t *at)
{
    const bool bits = m->data[1] == '1' || m->data[1] == '4';
    *at = 2;
    const uint32_t width = pnm_number(m, at, 6), height = pnm_number(m, at, 6), most = bits ? 1 : pnm_number(m, at, 6);
    ++*at; /* one blank */
    m->width = width < 65536 ? width : 0;
    m->height = height < 65536 ? height : 0;
    return most < 65536 && *at <= m->size ? most : 0;
}

/* Sample i of a row, from 0 to 255; 256 if it isn't one. */
static inline uint32_t pnm_sample(const struct image *m, size_t *at, uint32_t most, bool text)
{
    uint32_t value;
    if (text) {
        value = pnm_number(m, at, most == 1 ? 1 : 6);
    } else {
        const size_t bytes = most > 255 ? 2 : 1;
        if (*at > m->size || bytes > m->size - *at) return 256;
        value = image_number(m, *at, bytes, true);
        *at += bytes;
    }
    if (value > most) return 256;
    return most == 255 ? value : (value * 255 + most / 2) / most;
}

static inline int pnm_decode(struct image *m)
{
    size_t at;
    const uint32_t most = pnm_header(m, &at);
    const uint8_t kind = m->data[1];
    const size_t row = (m->width + 7) / 8;
    if (!most) return -1;
    if (kind == '4' && row > (m->size - at) / m->height) return -1;
    for (size_t i = 0; i < m->height * m->width; i++) {
        uint32_t c[3] = {0};
        const size_t samples = kind == '3' || kind == '6' ? 3 : 1;
        if (kind == '4') c[0] = 255 * image_packed(m->data + at + i / m->width * row, i % m->width, 1);
        else
            for (size_t k = 0; k < samples; k++) {
                c[k] = pnm_sample(m, &at, most, kind <= '3');
                if (c[k] > 255) return -1;
            }
        if (kind == '1' || kind == '4') c[0] = 255 - c[0];
        image_store(m, i, c[0], samples == 3 ? c[1] : c[0], samples == 3 ? c[2] : c[0]);
    }
    return 0;
}
