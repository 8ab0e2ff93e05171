/* Products of numbers that are rounded to float16 or bfloat16, added up in float32. A product of two such has at most
 * 22 digits, so that a float holds it: all processors add up the same numbers, in an order of their own, by
 * instructions made for it where there are some. Those of x86 and Arm take bfloat16 too small to be normal as zeros.
 *
 * Weights of bfloat16 lie in pairs, [columns / 16][k / 2][16][2]: that is how the instructions want them, and either of
 * a pair is made a float by one operation. */

//@block HALVES_MOST HALVES_DOT HALVES_WIDEN
/* The elements of a row that a tile rounds at a time, to take up a chain of products, which has at most half as many
 * more than TILE_CHAIN. */
enum { HALVES_MOST = 96 };

/* Are there instructions for two products of bfloat16 in each float of a vector; and for one of float16? */
#if (VEC == 16 && defined(__AVX512BF16__)) || \
    (VEC == 4 && defined(__ARM_FEATURE_BF16_VECTOR_ARITHMETIC) && defined(__aarch64__) && !defined(__ARM_BIG_ENDIAN))
#define HALVES_DOT 1
#else
#define HALVES_DOT 0
#endif
#if VEC == 4 && defined(__ARM_FEATURE_FP16_FML) && defined(__aarch64__) && !defined(__ARM_BIG_ENDIAN)
#define HALVES_WIDEN 1
#else
#define HALVES_WIDEN 0
#endif
//@endblock

/* A tile's sums of earlier chains, and the elements of its rows. */
struct halves_space {
    vec sums[24];
    float rounded[TILE_MOST_ROWS * HALVES_MOST];
};

//@block pairs_load pairs_all pairs_dot pairs_of pairs_first pairs_second round_bf16
#if HALVES_DOT
static inline vec_bits pairs_load(const uint16_t *p)
{
    vec_bits pairs;
    memcpy(&pairs, p, sizeof pairs);
    return pairs;
}

/* The pair at p in every place. */
static inline vec_bits pairs_all(const float *p)
{
    int32_t pair;
    memcpy(&pair, p, sizeof pair);
    return pair - (vec_bits){0};
}

/* sums + both products of each pair. */
static inline vec pairs_dot(vec sums, vec_bits x, vec_bits w)
{
#if VEC == 16
    __asm__("vdpbf16ps %2, %1, %0" : "+v"(sums) : "v"(x), "v"(w));
#else
    __asm__("bfdot %0.4s, %1.8h, %2.8h" : "+w"(sums) : "w"(x), "w"(w));
#endif
    return sums;
}

/* pairs[n / 2] = x[n], for even n, two in the place of a float; more are written, up to whole vectors. */
VEC_FUNCTION static inline void pairs_of(const float *x, int32_t n, float *pairs)
{
    (void)vec_fma; /* which macros mention that nothing uses here: clang would warn */
    for (int32_t i = 0; i < n; i += 2 * VEC) {
        const vec low = vec_load_some(x + i, n - i), high = vec_load_some(x + i + VEC, n - i - VEC);
        vec_bits both;
#if VEC == 16
        __asm__("vcvtne2ps2bf16 %1, %2, %0" : "=v"(both) : "v"(low), "v"(high));
#else
        __asm__("bfcvtn %0.4h, %1.4s\n\tbfcvtn2 %0.8h, %2.4s" : "=&w"(both) : "w"(low), "w"(high));
#endif
        memcpy(pairs + i / 2, &both, sizeof both);
    }
}
#else
/* VEC floats, the first of each pair or the second. */
#if VEC == 1
static inline vec pairs_first(const uint16_t *p)
{
    return vec_of_bits((vec_bits)((uint32_t)p[0] << 16));
}

static inline vec pairs_second(const uint16_t *p)
{
    return vec_of_bits((vec_bits)((uint32_t)p[1] << 16));
}
#else
/* The first in the low half. */
static inline vec_bits pairs_bits(const uint16_t *p)
{
    const uint16_t order[2] = {1, 0};
    uint32_t little;
    vec_bits pairs;
    memcpy(&little, order, sizeof little);
    memcpy(&pairs, p, sizeof pairs);
    return little == 1 ? pairs : (pairs << 16) | ((pairs >> 16) & 0xffff);
}

static inline vec pairs_first(const uint16_t *p)
{
    return vec_of_bits(pairs_bits(p) << 16);
}

static inline vec pairs_second(const uint16_t *p)
{
    return vec_of_bits(pairs_bits(p) & -0x10000);
}
#endif

/* to[n] = x[n] as bfloat16 has it, to nearest, ties to even; more are written, up to a whole vector. */
VEC_FUNCTION static inline void round_bf16(const float *x, int32_t n, float *to)
{
    for (int32_t i = 0; i < n; i += VEC) {
        const vec v = vec_load_some(x + i, n - i);
        const vec_bits number = VEC_MASK(v == v), bits = bits_of_vec(v) & number;
        const vec_bits rounded = (bits + 0x7fff + ((bits >> 16) & 1)) & -0x10000;
        vec_store(to + i, vec_of_bits(rounded | (~number & bits_of_vec(v))));
    }
}
#endif
//@endblock

//@block eight_halves halves_load halves_all halves_fma halves_of round_f16
#if HALVES_WIDEN
typedef uint16_t eight_halves __attribute__((vector_size(16)));

static inline eight_halves halves_load(const uint16_t *p)
{
    eight_halves h;
    memcpy(&h, p, sizeof h);
    return h;
}

/* Half number i of those at p in every place. */
static inline eight_halves halves_all(const float *p, size_t i)
{
    uint16_t half;
    memcpy(&half, (const char *)p + i * sizeof half, sizeof half);
    return half - (eight_halves){0};
}

/* sums + x * the first four of w, or the last. */
static inline vec halves_fma(vec sums, eight_halves x, eight_halves w, bool last)
{
    if (last) __asm__("fmlal2 %0.4s, %1.4h, %2.4h" : "+w"(sums) : "w"(x), "w"(w));
    else __asm__("fmlal %0.4s, %1.4h, %2.4h" : "+w"(sums) : "w"(x), "w"(w));
    return sums;
}

/* at[n] = x[n], two in the place of a float; more are written, up to whole vectors. */
static inline void halves_of(const float *x, int32_t n, float *at)
{
    (void)vec_fma, (void)widen_f16_vec; /* of the other form: clang would warn */
    for (int32_t i = 0; i < n; i += 2 * VEC) {
        const vec low = vec_load_some(x + i, n - i), high = vec_load_some(x + i + VEC, n - i - VEC);
        eight_halves both;
        __asm__("fcvtn %0.4h, %1.4s\n\tfcvtn2 %0.8h, %2.4s" : "=&w"(both) : "w"(low), "w"(high));
        memcpy(at + i / 2, &both, sizeof both);
    }
}
#else
/* to[n] = x[n] as float16 has it, to nearest, ties to even: below its normal numbers, a multiple of the least one, as
 * floats next to 0.5 are. More are written, up to a whole vector. */
VEC_FUNCTION static inline void round_f16(const float *x, int32_t n, float *to)
{
    for (int32_t i = 0; i < n; i += VEC) {
        const vec v = vec_load_some(x + i, n - i);
        const vec_bits number = VEC_MASK(v == v), bits = bits_of_vec(v) & number, magnitude = bits & 0x7fffffff;
        const vec_bits common = (magnitude + 0xfff + ((magnitude >> 13) & 1)) & -0x2000;
        const vec small = (vec_of_bits(magnitude) + vec_all(0.5f)) - vec_all(0.5f);
        const vec_bits is_small = VEC_MASK(magnitude < 0x38800000), is_large = VEC_MASK(common > 0x477fe000);
        const vec_bits rounded = (is_small & bits_of_vec(small)) | (is_large & 0x7f800000) |
                                 (~(is_small | is_large) & common);
        vec_store(to + i, vec_of_bits(rounded | (bits_of_vec(v) & ~(number & 0x7fffffff))));
    }
}
#endif
//@endblock
