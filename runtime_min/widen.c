/* Weights that are stored narrower than they are computed with. */

//@block vec_halves vec_bytes
/* VEC of them. */
#if VEC > 1
typedef uint16_t vec_halves __attribute__((vector_size(2 * VEC)));
typedef int8_t vec_bytes __attribute__((vector_size(VEC)));
#else
typedef uint16_t vec_halves;
typedef int8_t vec_bytes;
#endif
//@endblock

/* VEC unsigned halves as integers of the width of floats. */
static inline vec_bits widen_halves(const uint16_t *p)
{
    vec_halves h;
    memcpy(&h, p, sizeof h);
#if VEC == 1
    return h;
#elif VEC == 16 && VEC_HAS(__builtin_ia32_pmovzxwd512_mask)
    typedef int16_t words __attribute__((vector_size(32)));
    return (vec_bits)__builtin_ia32_pmovzxwd512_mask((words)h, (vec_bits){0}, 0xffff);
#elif VEC == 8 && VEC_HAS(__builtin_ia32_pmovzxwd256)
    typedef int16_t words __attribute__((vector_size(16)));
    return (vec_bits)__builtin_ia32_pmovzxwd256((words)h);
#else
    return __builtin_convertvector(h, vec_bits);
#endif
}

static inline vec widen_bf16_vec(const uint16_t *p)
{
#if VEC == 1
    const uint32_t bits = (uint32_t)widen_halves(p) << 16;
    vec v;
    memcpy(&v, &bits, sizeof v);
    return v;
#else
    return (vec)(widen_halves(p) << 16);
#endif
}

/* Finite float16: NaN and infinities are not told apart from what else their bits could be. */
static inline vec widen_f16_vec(const uint16_t *p)
{
#if VEC == 16 && VEC_HAS(__builtin_ia32_vcvtph2ps512_mask)
    typedef int16_t words __attribute__((vector_size(32)));
    words h;
    memcpy(&h, p, sizeof h);
#if defined(__clang__)
    return (vec)__builtin_ia32_vcvtph2ps512_mask(h, (vec){0}, 0xffff, 4);
#else
    return (vec)__builtin_ia32_vcvtph2ps512_mask(h, (vec){0}, -1, 4);
#endif
#elif VEC == 8 && defined(__F16C__) && VEC_HAS(__builtin_ia32_vcvtph2ps256)
    typedef int16_t words __attribute__((vector_size(16)));
    words h;
    memcpy(&h, p, sizeof h);
    return (vec)__builtin_ia32_vcvtph2ps256(h);
#else
#if VEC == 1
    const vec_bits h = *p;
#else
    vec_halves stored;
    memcpy(&stored, p, sizeof stored);
    const vec_bits h = __builtin_convertvector(stored, vec_bits);
#endif
    /* The exponent moves from one bias to the other; below the normal numbers it is that of an integer, which what was
     * added to it is taken from. */
    const vec_bits magnitude = (h & 0x7fff) << 13, moved = magnitude + (112 << 23);
    const vec_bits small = bits_of_vec(vec_of_bits(moved + (1 << 23)) - vec_all(6.103515625e-05f));
    const vec_bits is_small = VEC_MASK(magnitude < (1 << 23));
    return vec_of_bits((is_small & small) | (~is_small & moved) | (-(h >> 15) & INT32_MIN));
#endif
}

/* Compilers convert vectors of bytes one by one. */
static inline vec_bits widen_bytes(const int8_t *p)
{
    vec_bytes b;
    memcpy(&b, p, sizeof b);
#if VEC == 1
    return b;
#elif VEC == 16 && VEC_HAS(__builtin_ia32_pmovsxbd512_mask)
    typedef char bytes __attribute__((vector_size(16)));
    return (vec_bits)__builtin_ia32_pmovsxbd512_mask((bytes)b, (vec_bits){0}, 0xffff);
#elif VEC == 8 && VEC_HAS(__builtin_ia32_pmovsxbd256)
    typedef int64_t words __attribute__((vector_size(16)));
    typedef char bytes __attribute__((vector_size(16)));
    int64_t eight;
    memcpy(&eight, &b, sizeof eight);
    return (vec_bits)__builtin_ia32_pmovsxbd256((bytes)(words){eight, 0});
#else
    return __builtin_convertvector(b, vec_bits);
#endif
}

static inline vec widen_i8_vec(const int8_t *p)
{
#if VEC == 1
    return (vec)widen_bytes(p);
#else
    return __builtin_convertvector(widen_bytes(p), vec);
#endif
}
