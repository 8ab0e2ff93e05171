/* Elements of any numeric type on the host. */
#include "base/number.h"
#include "base/fail.h"

#include <math.h>
#include <string.h>

/* -- floating point of 16 bits and fewer: sign, exponent, mantissa ----------------------------- */

typedef enum {
    IEEE,       /* the largest exponent stands for infinities and NaN */
    ONE_NAN,    /* no infinities; all ones is NaN ("fn") */
    NEGATIVE_0, /* no infinities; the code of -0 is NaN ("fnuz") */
    FINITE,     /* neither */
} Specials;

typedef struct {
    int exponent_bits, mantissa_bits, bias;
    Specials specials;
} SmallFloat;

static const SmallFloat formats[DT_COUNT] = {
    [DT_FLOAT16] = {5, 10, 15, IEEE},       [DT_BFLOAT16] = {8, 7, 127, IEEE},
    [DT_FLOAT8E4M3FN] = {4, 3, 7, ONE_NAN}, [DT_FLOAT8E4M3FNUZ] = {4, 3, 8, NEGATIVE_0},
    [DT_FLOAT8E5M2] = {5, 2, 15, IEEE},     [DT_FLOAT8E5M2FNUZ] = {5, 2, 16, NEGATIVE_0},
    [DT_FLOAT4E2M1] = {2, 1, 1, FINITE},
};

static bool is_small_float(DType t)
{
    return formats[t].exponent_bits > 0;
}

static double small_float(const SmallFloat *f, unsigned code)
{
    unsigned one = 1;
    unsigned mantissa = code & ((one << f->mantissa_bits) - 1), largest = (one << f->exponent_bits) - 1;
    unsigned exponent = code >> f->mantissa_bits & largest, sign = code >> (f->mantissa_bits + f->exponent_bits) & 1;
    bool all_ones = exponent == largest && mantissa == (one << f->mantissa_bits) - 1;
    if (f->specials == IEEE && exponent == largest)
        return mantissa ? (double)NAN : sign ? -(double)INFINITY : (double)INFINITY;
    if (f->specials == ONE_NAN && all_ones) return (double)NAN;
    if (f->specials == NEGATIVE_0 && sign && !exponent && !mantissa) return (double)NAN;
    double fraction = exponent ? (double)(mantissa + (one << f->mantissa_bits)) : (double)mantissa;
    double magnitude = ldexp(fraction, (exponent ? (int)exponent : 1) - f->bias - f->mantissa_bits);
    return sign ? -magnitude : magnitude;
}

/* A power of two: no sign, no mantissa, no zero. */
static double e8m0(unsigned code)
{
    return code == 255 ? (double)NAN : ldexp(1, (int)code - 127);
}

/* To the nearest, ties to even. */
static uint16_t half_of(const SmallFloat *f, double x)
{
    unsigned sign = signbit(x) ? 0x8000U : 0, infinity = ((1U << f->exponent_bits) - 1) << f->mantissa_bits;
    double magnitude = fabs(x);
    int exponent;
    if (isnan(x)) return (uint16_t)(sign | infinity | 1U << (f->mantissa_bits - 1));
    frexp(magnitude, &exponent);
    if (!isfinite(x) || exponent > f->bias + 1) return (uint16_t)(sign | infinity);
    if (magnitude == 0) return (uint16_t)sign;
    int biased = exponent - 1 + f->bias;
    if (biased < 1) biased = 1;
    double units = nearbyint(ldexp(magnitude, f->mantissa_bits - (biased - f->bias)));
    /* a carry runs into the exponent, as it should */
    unsigned code = (unsigned)units + ((unsigned)(biased - 1) << f->mantissa_bits);
    return (uint16_t)(sign | code);
}

/* -- elements ---------------------------------------------------------------------------------- */

/* Elements of less than a byte lie in it from its low bits up. */
uint64_t number_bits(DType t, const void *data, int64_t index)
{
    int bits = dtype_bits(t);
    const unsigned char *bytes = data;
    uint64_t code = 0;
    if (bits < 8) return (uint64_t)bytes[index / (8 / bits)] >> (index % (8 / bits) * bits) & ((1U << bits) - 1);
    memcpy(&code, bytes + index * (bits / 8), (size_t)bits / 8); /* little endian, as everywhere in the compiler */
    return code;
}

bool number_has(DType t)
{
    return dtype_bits(t) > 0 && t != DT_STRING && t != DT_COMPLEX64 && t != DT_COMPLEX128;
}

static bool is_real(DType t)
{
    return t == DT_FLOAT || t == DT_DOUBLE || t == DT_FLOAT8E8M0 || is_small_float(t);
}

static int64_t integer_at(DType t, const void *data, int64_t index)
{
    int bits = dtype_bits(t);
    uint64_t code = number_bits(t, data, index);
    bool negative = dtype_is_signed(t) && code >> (bits - 1);
    return negative && bits < 64 ? (int64_t)code - ((int64_t)1 << bits) : (int64_t)code;
}

static double real_at(DType t, const void *data, int64_t index)
{
    uint64_t code = number_bits(t, data, index);
    float narrow;
    double wide;
    if (t == DT_FLOAT) return memcpy(&narrow, &code, sizeof narrow), (double)narrow;
    if (t == DT_DOUBLE) return memcpy(&wide, &code, sizeof wide), wide;
    if (t == DT_FLOAT8E8M0) return e8m0((unsigned)code);
    return small_float(&formats[t], (unsigned)code);
}

double number_real(DType t, const void *data, int64_t index)
{
    if (!number_has(t)) internal_error("an element of type %s is read as a number", dtype_name(t));
    if (is_real(t)) return real_at(t, data, index);
    int64_t i = integer_at(t, data, index);
    return t == DT_UINT64 ? (double)(uint64_t)i : (double)i;
}

int64_t number_cut(double x)
{
    if (isnan(x)) return 0;
    if (x >= 0x1p63) return INT64_MAX;
    return x < -0x1p63 ? INT64_MIN : (int64_t)x;
}

int64_t number_int(DType t, const void *data, int64_t index)
{
    if (!number_has(t)) internal_error("an element of type %s is read as a number", dtype_name(t));
    if (!is_real(t)) return integer_at(t, data, index);
    return number_cut(real_at(t, data, index));
}

static void set_integer(DType t, void *data, double value)
{
    uint64_t u = value >= 0x1p63 && value < 0x1p64 ? (uint64_t)value : (uint64_t)number_cut(value);
    memcpy(data, &u, (size_t)dtype_bits(t) / 8);
}

void number_set(DType t, void *data, double value)
{
    float narrow = (float)value;
    uint16_t half;
    if (t == DT_FLOAT) memcpy(data, &narrow, sizeof narrow);
    else if (t == DT_DOUBLE) memcpy(data, &value, sizeof value);
    else if (dtype_is_half(t)) half = half_of(&formats[t], value), memcpy(data, &half, sizeof half);
    else if (t == DT_BOOL) *(unsigned char *)data = value != 0;
    else if (dtype_is_integer(t)) set_integer(t, data, value);
    else internal_error("a number is written as %s", dtype_name(t));
}
