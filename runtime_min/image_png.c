/* PNG: https://www.w3.org/TR/png-3/, with the Deflate of RFC 1950 and 1951. */

/* The compressed stream: the bytes of all IDAT chunks, and what comes of them. */
struct inflate {
    const struct image *m;
    size_t at, left; /* the next byte, and how many are left in its chunk */
    uint32_t bits;
    uint32_t held; /* bits of them */
    uint8_t *out;
    size_t made, room;
    bool failed;
};

static inline uint32_t inflate_byte(struct inflate *s)
{
    while (!s->left && !s->failed) { /* past the checksum, to the next chunk */
        const size_t chunk = s->at + 4;
        s->left = image_number(s->m, chunk, 4, true);
        s->at = chunk + 8;
        if (s->at > s->m->size || image_number(s->m, chunk + 4, 4, true) != 0x49444154U) s->failed = true;
    }
    if (s->failed || s->at >= s->m->size) {
        s->failed = true;
        return 0;
    }
    s->left--;
    return s->m->data[s->at++];
}

/* The next bits, the lowest first; up to 16. */
static inline uint32_t inflate_bits(struct inflate *s, uint32_t count)
{
    while (s->held < count) {
        s->bits |= inflate_byte(s) << s->held;
        s->held += 8;
    }
    const uint32_t found = s->bits & ((1U << count) - 1U);
    s->bits >>= count;
    s->held -= count;
    return found;
}

/* The code of these lengths; false if there are more codes than fit. */
static inline bool inflate_build(struct prefix_code *c, const uint8_t *lengths, size_t symbols)
{
    uint16_t next[16];
    int32_t free = 1;
    for (size_t i = 0; i < 17; i++) c->count[i] = 0;
    for (size_t i = 0; i < symbols; i++) c->count[lengths[i]]++;
    c->count[0] = 0;
    next[0] = next[1] = 0;
    for (size_t i = 1; i < 16; i++) {
        free = 2 * free - c->count[i];
        if (free < 0) return false;
        if (i < 15) next[i + 1] = (uint16_t)(next[i] + c->count[i]);
    }
    for (size_t i = 0; i < symbols; i++)
        if (lengths[i]) c->symbol[next[lengths[i]]++] = (uint16_t)i;
    return true;
}

/* The next symbol; codes of a length follow each other, after those that are shorter. */
static inline uint32_t inflate_symbol(struct inflate *s, const struct prefix_code *c)
{
    uint32_t code = 0, first = 0, before = 0;
    for (size_t length = 1; length < 16; length++) {
        code = code << 1 | inflate_bits(s, 1);
        first <<= 1;
        if (code < first + c->count[length]) return c->symbol[before + (code - first)];
        first += c->count[length];
        before += c->count[length];
    }
    s->failed = true;
    return 0;
}

static inline void inflate_put(struct inflate *s, uint8_t byte)
{
    if (s->made < s->room) s->out[s->made++] = byte;
    else s->failed = true;
}

/* Bytes and copies of what was there before, until the symbol that ends them. */
static inline void inflate_codes(struct inflate *s, const struct prefix_code *literals,
                                 const struct prefix_code *distances)
{
    while (!s->failed) {
        const uint32_t symbol = inflate_symbol(s, literals);
        if (symbol == 256) return;
        if (symbol < 256) {
            inflate_put(s, (uint8_t)symbol);
            continue;
        }
        const uint32_t l = symbol - 257, more = l < 8 || l == 28 ? 0 : (l - 4) / 4;
        if (l > 28) s->failed = true;
        uint32_t length = l < 8 ? 3 + l : l == 28 ? 258 : 3 + ((4 + l % 4) << more);
        if (more && more < 6) length += inflate_bits(s, more);
        const uint32_t d = inflate_symbol(s, distances), wider = d < 4 ? 0 : d / 2 - 1;
        if (d > 29) s->failed = true;
        if (s->failed) return;
        const size_t distance = 1 + (d < 4 ? d : (2 + d % 2) << wider) + inflate_bits(s, wider);
        if (distance > s->made) s->failed = true;
        for (; length && !s->failed; length--) inflate_put(s, s->out[s->made - distance]);
    }
}

/* A block that isn't compressed: its length, twice, then its bytes. */
static inline void inflate_stored(struct inflate *s)
{
    s->bits = s->held = 0;
    uint32_t length = inflate_bits(s, 16);
    if ((inflate_bits(s, 16) ^ 0xFFFFU) != length) s->failed = true;
    for (; length && !s->failed; length--) inflate_put(s, (uint8_t)inflate_bits(s, 8));
}

/* Lengths of codes, themselves coded; repeats are symbols 16 to 18. */
static inline void inflate_lengths(struct inflate *s, const struct prefix_code *c, uint8_t *lengths, size_t count)
{
    for (size_t i = 0; i < count && !s->failed;) {
        const uint32_t symbol = inflate_symbol(s, c);
        uint32_t times = 1;
        if (symbol == 16) times = 3 + inflate_bits(s, 2);
        if (symbol == 17) times = 3 + inflate_bits(s, 3);
        if (symbol == 18) times = 11 + inflate_bits(s, 7);
        if (times > count - i || (symbol == 16 && i == 0)) {
            s->failed = true;
            return;
        }
        const uint8_t length = (uint8_t)(symbol < 16 ? symbol : symbol == 16 ? lengths[i - 1] : 0U);
        for (; times; times--) lengths[i++] = length;
    }
}

/* A block whose codes come first, or are those of the standard. */
static inline void inflate_block(struct inflate *s, bool fixed)
{
    static const uint8_t order[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    struct prefix_code literals, distances;
    uint8_t lengths[320];
    size_t all = 288, far = 30;
    if (fixed) {
        for (size_t i = 0; i < 318; i++) lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : i < 288 ? 8 : 5;
    } else {
        uint8_t small[19] = {0};
        all = 257 + inflate_bits(s, 5);
        far = 1 + inflate_bits(s, 5);
        const size_t given = 4 + inflate_bits(s, 4);
        for (size_t i = 0; i < given; i++) small[order[i]] = (uint8_t)inflate_bits(s, 3);
        if (all > 286 || far > 30 || !inflate_build(&literals, small, 19)) {
            s->failed = true;
            return;
        }
        inflate_lengths(s, &literals, lengths, all + far);
    }
    if (s->failed || !inflate_build(&literals, lengths, all) || !inflate_build(&distances, lengths + all, far))
        s->failed = true;
    else inflate_codes(s, &literals, &distances);
}

/* All blocks, and the checksum (Adler-32). */
static inline bool inflate_all(struct inflate *s)
{
    const uint32_t first = inflate_bits(s, 8), header = first << 8 | inflate_bits(s, 8);
    uint32_t low = 1, high = 0, found = 0;
    bool last = header % 31 != 0 || (header >> 8 & 15U) != 8 || (header & 32U);
    if (last) return false;
    while (!last && !s->failed) {
        last = inflate_bits(s, 1);
        const uint32_t kind = inflate_bits(s, 2);
        if (kind == 3) s->failed = true;
        else if (kind) inflate_block(s, kind == 1);
        else inflate_stored(s);
    }
    for (size_t i = 0; i < s->made; i++) {
        low = (low + s->out[i]) % 65521U;
        high = (high + low) % 65521U;
    }
    s->bits = s->held = 0;
    for (int i = 0; i < 4; i++) found = found << 8 | inflate_bits(s, 8);
    return !s->failed && found == (high << 16 | low);
}

/* -- pixels -------------------------------------------------------------------------------------- */

struct png {
    uint32_t bits, colours, samples; /* colours: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha */
    size_t palette, entries;
};

/* The neighbour that left + above - corner is nearest to. */
static inline uint8_t png_paeth(int32_t left, int32_t above, int32_t corner)
{
    const int32_t to_left = above > corner ? above - corner : corner - above;
    const int32_t to_above = left > corner ? left - corner : corner - left;
    const int32_t sum = left + above - 2 * corner, to_corner = sum < 0 ? -sum : sum;
    if (to_left <= to_above && to_left <= to_corner) return (uint8_t)left;
    return (uint8_t)(to_above <= to_corner ? above : corner);
}

/* Row and the one above are `size` bytes, pixels `step` apart; above is NULL at the top. */
static inline bool png_unfilter(uint8_t *row, const uint8_t *above, uint8_t filter, size_t size, size_t step)
{
    if (filter > 4) return false;
    for (size_t i = 0; i < size; i++) {
        const uint8_t left = i < step ? 0 : row[i - step], up = above ? above[i] : 0;
        const uint8_t corner = i < step || !above ? 0 : above[i - step];
        uint8_t guess = 0;
        if (filter == 1) guess = left;
        if (filter == 2) guess = up;
        if (filter == 3) guess = (uint8_t)((left + up) / 2);
        if (filter == 4) guess = png_paeth(left, up, corner);
        row[i] = (uint8_t)(row[i] + guess);
    }
    return true;
}

/* Pixel x of a row to place i. Of 16 bits the higher 8 count, of fewer they repeat; alpha doesn't. */
static inline bool png_pixel(const struct image *m, const struct png *p, const uint8_t *row, size_t x, size_t i)
{
    uint32_t c[3];
    for (size_t k = 0; k < 3; k++) {
        const size_t at = x * p->samples + (p->colours & 2U && p->colours != 3 ? k : 0);
        if (p->bits >= 8) c[k] = row[at * (p->bits / 8)];
        else c[k] = image_packed(row, at, p->bits);
        if (p->bits < 8 && p->colours != 3) c[k] = c[k] * 255U / ((1U << p->bits) - 1U);
    }
    if (p->colours == 3) {
        if (c[0] >= p->entries) return false;
        const size_t at = p->palette + 3 * (size_t)c[0];
        for (size_t k = 0; k < 3; k++) c[k] = image_number(m, at + k, 1, true);
    }
    image_store(m, i, c[0], c[1], c[2]);
    return true;
}

/* Every `dx`-th pixel of every `dy`-th row from (x, y) on. Returns the bytes it takes, 0 after an error. */
static inline size_t png_pass(const struct image *m, const struct png *p, uint8_t *raw, size_t made,
                              const uint8_t *place)
{
    const size_t x = place[0], y = place[1], dx = place[2], dy = place[3];
    const size_t step = (p->bits * p->samples + 7) / 8;
    if (x >= m->width || y >= m->height) return 1; /* nothing of it; 1 more than it takes */
    const size_t width = (m->width - x + dx - 1) / dx, height = (m->height - y + dy - 1) / dy;
    const size_t size = (width * p->bits * p->samples + 7) / 8;
    if (height > made / (size + 1)) return 0;
    for (size_t r = 0; r < height; r++) {
        uint8_t *row = raw + r * (size + 1) + 1;
        if (!png_unfilter(row, r ? row - size - 1 : NULL, row[-1], size, step)) return 0;
        for (size_t c = 0; c < width; c++)
            if (!png_pixel(m, p, row, c, (y + r * dy) * m->width + x + c * dx)) return 0;
    }
    return height * (size + 1) + 1;
}

/* The first chunk of this name: where its data begin, and its length; false if there is none. */
static inline bool png_chunk(const struct image *m, uint32_t name, size_t *at, size_t *length)
{
    for (*at = 8; *at < m->size && m->size - *at >= 12; *at += 12 + *length) {
        *length = image_number(m, *at, 4, true);
        if (*length > m->size - *at - 12) return false;
        if (image_number(m, *at + 4, 4, true) == name) {
            *at += 8;
            return true;
        }
    }
    return false;
}

static inline bool png_header(const struct image *m, struct png *p)
{
    static const uint8_t samples[7] = {1, 0, 3, 1, 2, 0, 4};
    size_t length;
    p->bits = image_number(m, 24, 1, true);
    p->colours = image_number(m, 25, 1, true);
    if (image_number(m, 12, 4, true) != 0x49484452U || image_number(m, 26, 2, true) || m->data[28] > 1) return false;
    p->samples = p->colours < 7 ? samples[p->colours] : 0;
    if (!p->samples || p->bits > 16 || !p->bits || (p->bits & (p->bits - 1))) return false;
    if (p->bits < 8 && p->samples > 1) return false;
    p->entries = 0;
    if (p->colours != 3) return true;
    if (p->bits > 8 || !png_chunk(m, 0x504C5445U, &p->palette, &length)) return false;
    p->entries = length / 3;
    return true;
}

/* raw[10 * (height + 32) * (width + 32)] holds all rows before they become pixels. */
static inline int png_decode(const struct image *m, uint8_t *raw)
{
    static const uint8_t passes[8][4] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                                         {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}, {0, 0, 1, 1}};
    struct png p = {0, 0, 0, 0, 0};
    struct inflate s;
    memset(&s, 0, sizeof s);
    s.m = m;
    s.out = raw;
    s.room = 10 * (m->height + 32) * (m->width + 32);
    if (m->size < 33 || !png_header(m, &p) || !png_chunk(m, 0x49444154U, &s.at, &s.left) || !inflate_all(&s)) return -1;
    const bool interlaced = m->data[28];
    size_t at = 0;
    for (size_t k = interlaced ? 0 : 7; k < (interlaced ? 7U : 8U); k++) {
        const size_t taken = png_pass(m, &p, raw + at, s.made - at, passes[k]);
        if (!taken) return -1;
        at += taken - 1;
    }
    return 0;
}
