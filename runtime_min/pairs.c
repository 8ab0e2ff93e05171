/* Pairs of 16-bit integers in a word, the first in its low half: what the DSP extension of Armv7E-M and Armv8-M
 * computes with, an instruction for a function; elsewhere they are plain C with the same results. */

//@block APART
/* Functions whose code should be there once: compilers would copy it into every call, of which some files have none. */
#if defined(__clang__)
#define APART __attribute__((noinline, unused))
#elif defined(__GNUC__)
#define APART __attribute__((noinline, noclone, unused))
#else
#define APART
#endif
//@endblock

//@block NOT_INLINED
/* Functions that compilers may adapt to what they are called with, but not make part of their caller, whose stack they
 * would enlarge for as long as it runs. */
#if defined(__GNUC__)
#define NOT_INLINED __attribute__((noinline))
#else
#define NOT_INLINED
#endif
//@endblock

/* Four bytes as a word, the first in its low bits. */
static inline uint32_t four_bytes(const uint8_t *x)
{
    return x[0] | (uint32_t)x[1] << 8 | (uint32_t)x[2] << 16 | (uint32_t)x[3] << 24;
}

/* The low half of a word, and the high one, as signed integers. */
static inline int32_t pair_low(uint32_t pair)
{
    return (int32_t)((pair & 0xFFFF) ^ 0x8000) - 0x8000;
}

static inline int32_t pair_high(uint32_t pair)
{
    return pair_low(pair >> 16);
}

static inline uint32_t pair_of(int32_t low, int32_t high)
{
    return ((uint32_t)low & 0xFFFF) | (uint32_t)high << 16;
}

/* Bytes 0 and 2 of four, unsigned, and `add` to each. */
static inline uint32_t pair_even_u8(uint32_t four, uint32_t add)
{
#if defined(__ARM_FEATURE_DSP)
    uint32_t pair;
    __asm__("uxtab16 %0, %1, %2" : "=r"(pair) : "r"(add), "r"(four));
    return pair;
#else
    return pair_of((int32_t)(four & 255) + pair_low(add), (int32_t)(four >> 16 & 255) + pair_high(add));
#endif
}

/* Bytes 1 and 3, likewise. */
static inline uint32_t pair_odd_u8(uint32_t four, uint32_t add)
{
#if defined(__ARM_FEATURE_DSP)
    uint32_t pair;
    __asm__("uxtab16 %0, %1, %2, ror #8" : "=r"(pair) : "r"(add), "r"(four));
    return pair;
#else
    return pair_even_u8(four >> 8, add);
#endif
}

/* Bytes 0 and 2 of four, signed; and 1 and 3. */
static inline uint32_t pair_even_i8(uint32_t four)
{
#if defined(__ARM_FEATURE_DSP)
    uint32_t pair;
    __asm__("sxtb16 %0, %1" : "=r"(pair) : "r"(four));
    return pair;
#else
    return pair_even_u8(four ^ 0x800080, 0xFF80FF80);
#endif
}

static inline uint32_t pair_odd_i8(uint32_t four)
{
#if defined(__ARM_FEATURE_DSP)
    uint32_t pair;
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(four));
    return pair;
#else
    return pair_even_i8(four >> 8);
#endif
}

/* sum and the products of both halves, wrapping around. */
static inline int32_t pair_multiply(int32_t sum, uint32_t a, uint32_t b)
{
#if defined(__ARM_FEATURE_DSP)
    __asm__("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
    return sum;
#else
    return (int32_t)((uint32_t)sum + (uint32_t)(pair_low(a) * pair_low(b)) + (uint32_t)(pair_high(a) * pair_high(b)));
#endif
}

/* sum and the product of the low halves; of the high ones. */
static inline int32_t pair_multiply_low(int32_t sum, uint32_t a, uint32_t b)
{
#if defined(__ARM_FEATURE_DSP)
    __asm__("smlabb %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
    return sum;
#else
    return (int32_t)((uint32_t)sum + (uint32_t)(pair_low(a) * pair_low(b)));
#endif
}

static inline int32_t pair_multiply_high(int32_t sum, uint32_t a, uint32_t b)
{
#if defined(__ARM_FEATURE_DSP)
    __asm__("smlatt %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
    return sum;
#else
    return (int32_t)((uint32_t)sum + (uint32_t)(pair_high(a) * pair_high(b)));
#endif
}

/* Within the range of a byte. */
static inline int32_t saturate_i8(int32_t v)
{
#if defined(__ARM_FEATURE_SAT)
    __asm__("ssat %0, #8, %0" : "+r"(v));
    return v;
#else
    return v < -128 ? -128 : v > 127 ? 127 : v;
#endif
}

static inline int32_t saturate_u8(int32_t v)
{
#if defined(__ARM_FEATURE_SAT)
    __asm__("usat %0, #8, %0" : "+r"(v));
    return v;
#else
    return v < 0 ? 0 : v > 255 ? 255 : v;
#endif
}
