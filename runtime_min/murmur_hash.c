/* MurmurHash3, x86, 32 bits: Austin Appleby, https://github.com/aappleby/smhasher, public domain. */

static inline uint32_t murmur_rotate(uint32_t x, uint32_t bits)
{
    return x << bits | x >> (32 - bits);
}

static inline uint32_t murmur_scramble(uint32_t block)
{
    return murmur_rotate(block * 0xcc9e2d51u, 15) * 0x1b873593u;
}

/* Of so many bytes, blocks of four in the order of the machine. */
uint32_t murmur_hash(const unsigned char *bytes, size_t count, uint32_t seed)
{
    uint32_t h = seed, tail = 0;
    for (size_t i = 0; i < count / 4; i++) {
        uint32_t block;
        memcpy(&block, bytes + 4 * i, 4);
        h = murmur_rotate(h ^ murmur_scramble(block), 13) * 5 + 0xe6546b64u;
    }
    for (size_t i = count % 4; i > 0; i--) tail = tail << 8 | bytes[count / 4 * 4 + i - 1];
    if (count % 4 > 0) h ^= murmur_scramble(tail);
    h ^= (uint32_t)count;
    h = (h ^ h >> 16) * 0x85ebca6bu;
    h = (h ^ h >> 13) * 0xc2b2ae35u;
    return h ^ h >> 16;
}

/* y[n] = the hash of each of n elements of `size` bytes. */
void murmur_hash_elements(const void *x, uint32_t *y, int32_t n, int32_t size, uint32_t seed)
{
    const unsigned char *bytes = (const unsigned char *)x;
    for (size_t i = 0; i < (size_t)n; i++) y[i] = murmur_hash(bytes + i * (size_t)size, (size_t)size, seed);
}

/* Likewise of texts. */
void murmur_hash_texts(const char *const *x, uint32_t *y, int32_t n, uint32_t seed)
{
    for (size_t i = 0; i < (size_t)n; i++) y[i] = murmur_hash((const unsigned char *)x[i], strlen(x[i]), seed);
}
