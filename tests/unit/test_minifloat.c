/* test_minifloat.c: the narrow floating-point types, code by code, against what their definition says. */
#include "kernels.h"

#include <check.h>

Suite *minifloat_suite(void);

/* What a format is made of; `largest` is the code of the largest finite magnitude, `beyond` what
 * a larger number becomes. */
typedef struct {
    const char *name;
    int mantissa, bias;
    uint32_t largest, beyond, sign;
    float (*decode)(uint32_t code);
    uint32_t (*encode)(float x);
} Format;

#define FORMAT_FUNCTIONS(name, decoder, encoder, type) \
    static float decode_##name(uint32_t code) \
    { \
        return decoder((type)code); \
    } \
    static uint32_t encode_##name(float x) \
    { \
        return encoder(x); \
    }

FORMAT_FUNCTIONS(f16, f16_to_f32, f32_to_f16, uint16_t)
FORMAT_FUNCTIONS(bf16, bf16_to_f32, f32_to_bf16, uint16_t)
FORMAT_FUNCTIONS(e4m3fn, f8e4m3fn_to_f32, f32_to_f8e4m3fn, uint8_t)
FORMAT_FUNCTIONS(e4m3fn_unsaturated, f8e4m3fn_to_f32, f32_to_f8e4m3fn_unsaturated, uint8_t)
FORMAT_FUNCTIONS(e5m2, f8e5m2_to_f32, f32_to_f8e5m2, uint8_t)
FORMAT_FUNCTIONS(e5m2_unsaturated, f8e5m2_to_f32, f32_to_f8e5m2_unsaturated, uint8_t)
FORMAT_FUNCTIONS(e4m3fnuz, f8e4m3fnuz_to_f32, f32_to_f8e4m3fnuz, uint8_t)
FORMAT_FUNCTIONS(e4m3fnuz_unsaturated, f8e4m3fnuz_to_f32, f32_to_f8e4m3fnuz_unsaturated, uint8_t)
FORMAT_FUNCTIONS(e5m2fnuz, f8e5m2fnuz_to_f32, f32_to_f8e5m2fnuz, uint8_t)
FORMAT_FUNCTIONS(e5m2fnuz_unsaturated, f8e5m2fnuz_to_f32, f32_to_f8e5m2fnuz_unsaturated, uint8_t)
FORMAT_FUNCTIONS(f4e2m1, f4e2m1_to_f32, f32_to_f4e2m1, uint8_t)

#define FORMAT(name, mantissa, bias, largest, beyond, sign) \
    { \
#name, mantissa, bias, largest, beyond, sign, decode_##name, encode_##name \
    }

static const Format formats[] = {
    FORMAT(f16, 10, 15, 0x7bff, 0x7c00, 0x8000),
    FORMAT(bf16, 7, 127, 0x7f7f, 0x7f80, 0x8000),
    FORMAT(e4m3fn, 3, 7, 0x7e, 0x7e, 0x80),
    FORMAT(e4m3fn_unsaturated, 3, 7, 0x7e, 0x7f, 0x80),
    FORMAT(e5m2, 2, 15, 0x7b, 0x7b, 0x80),
    FORMAT(e5m2_unsaturated, 2, 15, 0x7b, 0x7c, 0x80),
    FORMAT(e4m3fnuz, 3, 8, 0x7f, 0x7f, 0x80),
    FORMAT(e4m3fnuz_unsaturated, 3, 8, 0x7f, 0x80, 0x80),
    FORMAT(e5m2fnuz, 2, 16, 0x7f, 0x7f, 0x80),
    FORMAT(e5m2fnuz_unsaturated, 2, 16, 0x7f, 0x80, 0x80),
    FORMAT(f4e2m1, 1, 1, 7, 7, 8),
};

enum { FORMATS = sizeof formats / sizeof *formats };

/* (1 + m / 2^mantissa) 2^(e - bias), or m / 2^mantissa 2^(1 - bias) where e is 0. */
static double defined_value(const Format *f, uint32_t code)
{
    int e = (int)(code >> f->mantissa), m = (int)(code & ((1u << f->mantissa) - 1));
    return e ? ldexp(1 + ldexp(m, -f->mantissa), e - f->bias) : ldexp(m, 1 - f->bias - f->mantissa);
}

START_TEST(numbers_decode_as_defined)
{
    const Format *f = &formats[_i];
    for (uint32_t code = 0; code <= f->largest; code++) {
        double value = defined_value(f, code);
        ck_assert_msg((double)f->decode(code) == value, "%s %#x: %g, expected %g", f->name, code,
                      (double)f->decode(code), value);
        if (code || f->sign != 0x80)
            ck_assert_msg((double)f->decode(code | f->sign) == -value || code == 0, "%s %#x", f->name, code | f->sign);
    }
}
END_TEST

START_TEST(numbers_encode_to_themselves)
{
    const Format *f = &formats[_i];
    for (uint32_t code = 0; code <= f->largest; code++) {
        ck_assert_msg(f->encode(f->decode(code)) == code, "%s %#x became %#x", f->name, code,
                      f->encode(f->decode(code)));
        if (code)
            ck_assert_msg(f->encode(-f->decode(code)) == (code | f->sign), "%s -%#x became %#x", f->name, code,
                          f->encode(-f->decode(code)));
    }
}
END_TEST

/* Halfway between neighbours the even code is nearest; a hair to either side, the neighbour on that side. */
START_TEST(halves_go_to_the_even_neighbour)
{
    const Format *f = &formats[_i];
    for (uint32_t code = 0; code < f->largest; code++) {
        float half = (float)(0.5 * (defined_value(f, code) + defined_value(f, code + 1)));
        ck_assert_msg(f->encode(half) == code + (code & 1), "%s between %#x and the next: %#x", f->name, code,
                      f->encode(half));
        ck_assert_msg(f->encode(nextafterf(half, 0)) == code, "%s below half from %#x", f->name, code);
        ck_assert_msg(f->encode(nextafterf(half, INFINITY)) == code + 1, "%s above half from %#x", f->name, code);
    }
}
END_TEST

START_TEST(what_is_too_large)
{
    const Format *f = &formats[_i];
    double last = defined_value(f, f->largest), step = last - defined_value(f, f->largest - 1);
    ck_assert_uint_eq(f->encode((float)(last + 0.4999 * step)), f->largest);
    ck_assert_uint_eq(f->encode((float)fmin(last + 0.51 * step, (double)INFINITY)), f->beyond);
    ck_assert_uint_eq(f->encode(INFINITY), f->beyond);
    ck_assert_uint_eq(f->encode(-INFINITY), f->beyond | f->sign);
}
END_TEST

START_TEST(not_a_number)
{
    const Format *f = &formats[_i];
    if (_i == FORMATS - 1) ck_assert_uint_eq(f->encode(NAN), 8); /* float4e2m1 has none */
    else ck_assert(isnan(f->decode(f->encode(NAN))));
}
END_TEST

/* Table of the Cast operator: what becomes of 0, infinity and numbers beyond the range; powers of two are exact. */
START_TEST(float8e8m0_rounds_as_asked)
{
    for (uint32_t code = 0; code < 255; code++) {
        float power = (float)ldexp(1, (int)code - 127), between = (float)ldexp(1.25, (int)code - 127);
        ck_assert_float_eq(f8e8m0_to_f32((uint8_t)code), power);
        ck_assert_uint_eq(f32_to_f8e8m0_up(power, true), code);
        ck_assert_uint_eq(f32_to_f8e8m0_nearest(power, true), code);
        ck_assert_uint_eq(f32_to_f8e8m0_up(between, true), code < 254 ? code + 1 : 254);
        ck_assert_uint_eq(f32_to_f8e8m0_down(between, true), code);
        ck_assert_uint_eq(f32_to_f8e8m0_nearest(between, false), code);
        if (code < 254) ck_assert_uint_eq(f32_to_f8e8m0_nearest((float)ldexp(1.5, (int)code - 127), false), code + 1);
    }
    ck_assert(isnan(f8e8m0_to_f32(255)));
    ck_assert_uint_eq(f32_to_f8e8m0_up(0, true), 0);
    ck_assert_uint_eq(f32_to_f8e8m0_nearest(0, false), 255);
    ck_assert_uint_eq(f32_to_f8e8m0_up(INFINITY, true), 254);
    ck_assert_uint_eq(f32_to_f8e8m0_nearest(INFINITY, false), 255);
    ck_assert_uint_eq(f32_to_f8e8m0_up(NAN, true), 255);
}
END_TEST

/* 1 + 2^-11 + 2^-40 lies above the half between two float16, but float32 rounds it onto that half. */
START_TEST(float64_to_half_rounds_once)
{
    double x = 1 + ldexp(1, -11) + ldexp(1, -40);
    ck_assert_uint_eq(f32_to_f16((float)x), 0x3c00);
    ck_assert_uint_eq(f32_to_f16(cast_f64_odd_f32(x)), 0x3c01);
    ck_assert_uint_eq(f32_to_f16(cast_f64_odd_f32(-x)), 0xbc01);
    ck_assert_uint_eq(f32_to_f16(cast_f64_odd_f32(1e300)), 0x7c00);
    ck_assert_uint_eq(f32_to_f16(cast_f64_odd_f32(0)), 0);
    ck_assert(isnan(f16_to_f32(f32_to_f16(cast_f64_odd_f32((double)NAN)))));
}
END_TEST

Suite *minifloat_suite(void)
{
    Suite *s = suite_create("minifloat");
    TCase *t = tcase_create("formats");
    tcase_add_loop_test(t, numbers_decode_as_defined, 0, FORMATS);
    tcase_add_loop_test(t, numbers_encode_to_themselves, 0, FORMATS);
    tcase_add_loop_test(t, halves_go_to_the_even_neighbour, 0, FORMATS);
    tcase_add_loop_test(t, what_is_too_large, 0, FORMATS);
    tcase_add_loop_test(t, not_a_number, 0, FORMATS);
    tcase_add_test(t, float8e8m0_rounds_as_asked);
    tcase_add_test(t, float64_to_half_rounds_once);
    suite_add_tcase(s, t);
    return s;
}
