/* Floating-point types narrower than float32, as bits in an integer: float16, bfloat16, the float8 family of
 * arXiv:2209.05433 and its "UZ" variants (arXiv:2206.02915), and the element types of the OCP Microscaling
 * specification 1.0. Decoding is exact; encoding rounds to nearest, ties to even. All but float8e8m0 have `mantissa`
 * bits below an exponent biased by `bias`, subnormals at exponent 0; they differ in what the largest codes mean. */

/* The float32 whose magnitude `code` stands for, if all exponents were those of numbers. A subnormal is an integer
 * times 2^(1 - bias - mantissa). */
static inline float minifloat_decode(uint32_t code, int32_t mantissa, int32_t bias)
{
    const uint32_t scale_bits = (uint32_t)(128 - bias - mantissa) << 23;
    uint32_t bits = (code << (23 - mantissa)) + ((uint32_t)(127 - bias) << 23), small_bits;
    float scale, y;
    memcpy(&scale, &scale_bits, sizeof scale);
    const float small = (float)(int32_t)code * scale;
    memcpy(&small_bits, &small, sizeof small_bits);
    bits = code >> mantissa ? bits : small_bits;
    memcpy(&y, &bits, sizeof y);
    return y;
}

/* The code of the magnitude of x, counted on beyond the largest that the type has; x is no NaN. Adding a power of two
 * whose last place is the subnormals' unit makes the addition round to them. */
static inline uint32_t minifloat_encode(float x, int32_t mantissa, int32_t bias)
{
    const uint32_t unit_bits = (uint32_t)(151 - bias - mantissa) << 23, smallest_normal = (uint32_t)(128 - bias) << 23;
    uint32_t bits, small_bits;
    float unit;
    memcpy(&bits, &x, sizeof bits);
    bits &= 0x7fffffffu;
    memcpy(&unit, &unit_bits, sizeof unit);
    const float small = fabsf(x) + unit;
    memcpy(&small_bits, &small, sizeof small_bits);
    const uint32_t odd = (bits >> (23 - mantissa)) & 1u;
    const uint32_t normal = (bits - ((uint32_t)(127 - bias) << 23) + ((1u << (22 - mantissa)) - 1u) + odd) >>
                            (23 - mantissa);
    return bits < smallest_normal ? small_bits - unit_bits : normal;
}

static inline uint32_t f32_sign_bit(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits >> 31;
}

static inline float with_sign_f32(float magnitude, uint32_t negative)
{
    uint32_t bits;
    memcpy(&bits, &magnitude, sizeof bits);
    bits |= negative << 31;
    memcpy(&magnitude, &bits, sizeof bits);
    return magnitude;
}

/* -- 16 bits ------------------------------------------------------------------------------------------------------- */

static inline float f16_to_f32(uint16_t h)
{
    const uint32_t magnitude = h & 0x7fffu;
    const uint32_t special_bits = 0x7f800000u | ((magnitude & 0x3ffu) << 13);
    float y = minifloat_decode(magnitude, 10, 15);
    uint32_t bits;
    memcpy(&bits, &y, sizeof bits);
    bits = magnitude >= 0x7c00u ? special_bits : bits;
    memcpy(&y, &bits, sizeof y);
    return with_sign_f32(y, (uint32_t)h >> 15);
}

static inline uint16_t f32_to_f16(float x)
{
    const uint32_t code = minifloat_encode(x, 10, 15), magnitude = code < 0x7c00u ? code : 0x7c00u;
    return (uint16_t)(f32_sign_bit(x) << 15 | (x != x ? 0x7e00u : magnitude));
}

static inline float bf16_to_f32(uint16_t h)
{
    const uint32_t bits = (uint32_t)h << 16;
    float y;
    memcpy(&y, &bits, sizeof y);
    return y;
}

static inline uint16_t f32_to_bf16(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    const uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    return (uint16_t)(x != x ? (bits >> 16) | 0x40u : rounded);
}

/* -- float8: e4m3fn has NaN at the last code and no infinity; e5m2 has both, as IEEE types do; the "fnuz" types have
 * one NaN in the place of negative zero. f32_to_X saturates: what is too large becomes the largest number.
 * f32_to_X_unsaturated gives infinity, or NaN where the type has none (the second table of the Cast operator). ----- */

static inline float f8e4m3fn_to_f32(uint8_t h)
{
    const uint32_t magnitude = h & 0x7fu;
    return with_sign_f32(magnitude == 0x7fu ? NAN : minifloat_decode(magnitude, 3, 7), (uint32_t)h >> 7);
}

static inline float f8e5m2_to_f32(uint8_t h)
{
    const uint32_t magnitude = h & 0x7fu;
    return with_sign_f32(magnitude < 0x7cu ? minifloat_decode(magnitude, 2, 15) : magnitude == 0x7cu ? INFINITY : NAN,
                         (uint32_t)h >> 7);
}

static inline float f8e4m3fnuz_to_f32(uint8_t h)
{
    return h == 0x80u ? NAN : with_sign_f32(minifloat_decode(h & 0x7fu, 3, 8), (uint32_t)h >> 7);
}

static inline float f8e5m2fnuz_to_f32(uint8_t h)
{
    return h == 0x80u ? NAN : with_sign_f32(minifloat_decode(h & 0x7fu, 2, 16), (uint32_t)h >> 7);
}

static inline uint8_t f32_to_f8e4m3fn(float x)
{
    const uint32_t code = minifloat_encode(x, 3, 7);
    return (uint8_t)(f32_sign_bit(x) << 7 | (x != x ? 0x7fu : code < 0x7eu ? code : 0x7eu));
}

static inline uint8_t f32_to_f8e4m3fn_unsaturated(float x)
{
    const uint32_t code = minifloat_encode(x, 3, 7);
    return (uint8_t)(f32_sign_bit(x) << 7 | (x != x || code > 0x7eu ? 0x7fu : code));
}

static inline uint8_t f32_to_f8e5m2(float x)
{
    const uint32_t code = minifloat_encode(x, 2, 15);
    return (uint8_t)(f32_sign_bit(x) << 7 | (x != x ? 0x7eu : code < 0x7bu ? code : 0x7bu));
}

static inline uint8_t f32_to_f8e5m2_unsaturated(float x)
{
    const uint32_t code = minifloat_encode(x, 2, 15);
    return (uint8_t)(f32_sign_bit(x) << 7 | (x != x ? 0x7eu : code < 0x7cu ? code : 0x7cu));
}

static inline uint8_t f32_to_f8e4m3fnuz(float x)
{
    const uint32_t code = minifloat_encode(x, 3, 8), magnitude = code < 0x7fu ? code : 0x7fu;
    return (uint8_t)(x != x ? 0x80u : magnitude == 0 ? 0u : f32_sign_bit(x) << 7 | magnitude);
}

static inline uint8_t f32_to_f8e4m3fnuz_unsaturated(float x)
{
    const uint32_t code = minifloat_encode(x, 3, 8);
    return (uint8_t)(x != x || code > 0x7fu ? 0x80u : code == 0 ? 0u : f32_sign_bit(x) << 7 | code);
}

static inline uint8_t f32_to_f8e5m2fnuz(float x)
{
    const uint32_t code = minifloat_encode(x, 2, 16), magnitude = code < 0x7fu ? code : 0x7fu;
    return (uint8_t)(x != x ? 0x80u : magnitude == 0 ? 0u : f32_sign_bit(x) << 7 | magnitude);
}

static inline uint8_t f32_to_f8e5m2fnuz_unsaturated(float x)
{
    const uint32_t code = minifloat_encode(x, 2, 16);
    return (uint8_t)(x != x || code > 0x7fu ? 0x80u : code == 0 ? 0u : f32_sign_bit(x) << 7 | code);
}

/* -- float8e8m0: 2^(code - 127), a scale without sign or zero; the last code is NaN. ------------------------------- */

static inline float f8e8m0_to_f32(uint8_t h)
{
    const uint32_t bits = h == 0xffu ? 0x7fc00000u : h == 0 ? 0x00400000u : (uint32_t)h << 23;
    float y;
    memcpy(&y, &bits, sizeof y);
    return y;
}

/* Exponent code of x, rounded away from zero where the float32 mantissa is above `threshold`; 2^-127, the smallest, is
 * a subnormal of float32. Out of range: the nearest code if `saturate`, else NaN. Negative numbers are NaN
 * (unspecified in ONNX). */
static inline uint8_t f32_to_f8e8m0_threshold(float x, uint32_t threshold, bool saturate)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    if (x != x || x < 0) return 0xff;
    if (bits < 0x00400000u) return saturate ? 0 : 0xff;
    /* As if 2^-127 had an exponent field of 0 and a leading one. */
    if (bits < 0x00800000u) bits = (bits - 0x00400000u) << 1;
    const uint32_t code = (bits >> 23) + ((bits & 0x7fffffu) > threshold);
    return (uint8_t)(code <= 0xfeu ? code : saturate ? 0xfeu : 0xffu);
}

static inline uint8_t f32_to_f8e8m0_up(float x, bool saturate)
{
    return f32_to_f8e8m0_threshold(x, 0, saturate);
}

static inline uint8_t f32_to_f8e8m0_down(float x, bool saturate)
{
    return f32_to_f8e8m0_threshold(x, 0x7fffffu, saturate);
}

/* Ties round up. */
static inline uint8_t f32_to_f8e8m0_nearest(float x, bool saturate)
{
    return f32_to_f8e8m0_threshold(x, 0x3fffffu, saturate);
}

/* -- float4e2m1: 0, 0.5, 1, 1.5, 2, 3, 4, 6 and their negatives, in the low half of a byte. Saturates; NaN, which it
 * has none of, becomes negative zero, as in ONNX's test cases. ----------------------------------------------------- */

static inline float f4e2m1_to_f32(uint8_t h)
{
    return with_sign_f32(minifloat_decode(h & 7u, 1, 1), (uint32_t)(h >> 3) & 1u);
}

static inline uint8_t f32_to_f4e2m1(float x)
{
    const uint32_t code = minifloat_encode(x, 1, 1);
    return (uint8_t)(x != x ? 8u : f32_sign_bit(x) << 3 | (code < 7u ? code : 7u));
}
