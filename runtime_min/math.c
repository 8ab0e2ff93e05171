/* Exponential, logarithm and their relatives in float32, without branches and without libm: compilers turn loops over them into
 * vector code, and results are the same on every platform with IEEE arithmetic. Errors are the largest found over all floats
 * (tests/unit/test_math.c samples them). The polynomials are minimax fits (Remez exchange, relative error) made for this
 * file; each comment gives the interval and the error of the fit. In float64 the same names stand for libm's functions. */

/* c ? a : b without a branch. Written as `?:`, compilers move the arithmetic that follows into the branches, and then can't turn
 * the loop into vector code because that arithmetic may raise floating-point exceptions. */
static inline float select_f32(bool c, float a, float b)
{
    const uint32_t mask = 0u - (uint32_t)c;
    uint32_t x, y;
    memcpy(&x, &a, sizeof x);
    memcpy(&y, &b, sizeof y);
    x = (x & mask) | (y & ~mask);
    memcpy(&a, &x, sizeof a);
    return a;
}

/* NaN becomes `low`. */
static inline float bound_f32(float x, float low, float high)
{
    return select_f32(x > low, select_f32(x < high, x, high), low);
}

/* 2^n for n in [-126, 127]; one exponent further up is infinity. */
static inline float power_of_two_f32(int32_t n)
{
    const uint32_t bits = (uint32_t)(n + 127) << 23;
    float y;
    memcpy(&y, &bits, sizeof y);
    return y;
}

static inline int32_t nearest_i32_f32(float x)
{
    return (int32_t)(x + copysignf(0.5f, x));
}

/* e^r - 1 for |r| <= log(2) / 2; fit error 3.2e-9. */
static inline float expm1_small_f32(float r)
{
    return r + r * r * (0.5f + r * (0.166665182f + r * (0.041666206f + r * (0.00836895313f + r * 0.00139506022f))));
}

/* x - n log(2), log(2) split in two so that the first product is exact. */
static inline float reduce_by_log2_f32(float x, int32_t n)
{
    return (x - (float)n * 0.693359375f) + (float)n * 2.12194440e-4f;
}

/* e^x. Error below 1.1 ULP. Two factors make the power of two, so that results below FLT_MIN come out rounded as well. */
static inline float exp_f32(float x)
{
    const float c = bound_f32(x, -104.0f, 89.0f);
    const int32_t n = nearest_i32_f32(c * 1.44269504f), half = n / 2;
    const float e = 1.0f + expm1_small_f32(reduce_by_log2_f32(c, n));
    const float y = e * power_of_two_f32(half) * power_of_two_f32(n - half);
    return select_f32(x != x, x, y);
}

/* e^x - 1. Error below 2 ULP. Half the power of two is used, so that it stays finite where the result does. */
static inline float expm1_f32(float x)
{
    const float c = bound_f32(x, -18.0f, 89.0f);
    const int32_t n = nearest_i32_f32(c * 1.44269504f);
    const float q = expm1_small_f32(reduce_by_log2_f32(c, n)), s = power_of_two_f32(n - 1);
    const float y = 2.0f * (s * q + (s - 0.5f));
    return select_f32(x != x, x, y);
}

/* Natural logarithm. Error below 1 ULP. x = m 2^e with m in [sqrt(1/2), sqrt(2)); log(m) with f = m - 1 is
 * f - f^2 / 2 + f^3 P(f), fit error 5.9e-9. */
static inline float log_f32(float x)
{
    const bool tiny = x < FLT_MIN;
    const float scaled = select_f32(tiny, x * 8388608.0f, x);
    uint32_t bits;
    memcpy(&bits, &scaled, sizeof bits);
    const int32_t e = (int32_t)((bits + (0x3f800000u - 0x3f3504f3u)) >> 23) - 127;
    bits -= (uint32_t)e << 23;
    float m;
    memcpy(&m, &bits, sizeof m);
    const float f = m - 1.0f, n = (float)(e - 23 * (int32_t)tiny);
    const float p = 0.333333313f + f * (-0.250008196f + f * (0.200012267f + f * (-0.166233569f + f * (0.142017588f
                  + f * (-0.131601825f + f * (0.12761575f + f * -0.0763449445f))))));
    const float y = ((f * f * f * p - n * 2.12194440e-4f) - 0.5f * f * f + f) + n * 0.693359375f;
    return select_f32(x > 0, select_f32(x <= FLT_MAX, y, x), select_f32(x == 0, -INFINITY, NAN));
}

/* log(1 + x) for 0 <= x <= 1, NaN passed through. The sum's rounding error is made good by the first term of the series. */
static inline float log1p_unit_f32(float x)
{
    const float u = 1.0f + x;
    return log_f32(u) + (x - (u - 1.0f)) / u;
}

/* Error below 3 ULP. */
static inline float tanh_f32(float x)
{
    const float t = expm1_f32(-2.0f * fabsf(x));
    return copysignf(t / (t + 2.0f), x);
}

/* 1 / (1 + e^-x), without overflow: e^-|x| <= 1. Error below 3 ULP. */
static inline float sigmoid_f32(float x)
{
    const float e = exp_f32(-fabsf(x));
    return select_f32(x < 0, e, 1.0f) / (1.0f + e);
}

/* erfc(z) e^(z^2) = u R(u) with u = 1 / (1 + z / 2), for 0 <= z <= 11; fit error 4.4e-8. */
static inline float erfc_scaled_f32(float z)
{
    const float u = 1.0f / (1.0f + 0.5f * z);
    return u * (0.282085031f + u * (0.282399803f + u * (0.242925599f + u * (0.203391656f + u * (-0.0282904468f
         + u * (0.280481905f + u * (-0.489308685f + u * (0.285592407f + u * -0.0592772812f))))))));
}

/* Error below 3 ULP. Below 1 an odd polynomial, fit error 1.3e-9; above, 1 - erfc. */
static inline float erf_f32(float x)
{
    const float z = fabsf(x), v = x * x;
    const float small = z * (1.12837911f + v * (-0.37612626f + v * (0.112835854f + v * (-0.026853811f + v * (0.00518832775f
                      + v * (-0.000801019371f + v * 7.85386073e-05f))))));
    const float large = 1.0f - erfc_scaled_f32(z) * exp_f32(-v);
    return copysignf(select_f32(z < 1.0f, small, large), x);
}

/* The standard normal distribution function, (1 + erf(x / sqrt(2))) / 2, with a relative error below 1e-5 in the lower
 * tail too, down to 1e-30, where the difference 1 + erf has no correct digit left. */
static inline float normal_cdf_f32(float x)
{
    const float tail = 0.5f * erfc_scaled_f32(0.707106781f * fabsf(x)) * exp_f32(-0.5f * x * x);
    return select_f32(x < 0, tail, 1.0f - tail);
}

static inline double select_f64(bool c, double a, double b)
{
    return c ? a : b;
}

static inline double exp_f64(double x)
{
    return exp(x);
}

static inline double expm1_f64(double x)
{
    return expm1(x);
}

static inline double log_f64(double x)
{
    return log(x);
}

static inline double log1p_unit_f64(double x)
{
    return log1p(x);
}

static inline double tanh_f64(double x)
{
    return tanh(x);
}

static inline double sigmoid_f64(double x)
{
    const double e = exp(-fabs(x));
    return (x < 0 ? e : 1.0) / (1.0 + e);
}

static inline double erf_f64(double x)
{
    return erf(x);
}

static inline double normal_cdf_f64(double x)
{
    return 0.5 * erfc(-0.70710678118654752440 * x);
}
