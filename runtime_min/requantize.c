/* From 32-bit sums of products back to 8 bits. */

/* Nearest even, then the zero point, then the bounds; the result's low byte is the int8 or uint8. */
static inline uint8_t requantize(int32_t acc, float multiplier, int32_t zero, int32_t low, int32_t high)
{
    const float q = rintf((float)acc * multiplier) + (float)zero;
    return (uint8_t)(q <= (float)low ? low : q >= (float)high ? high : (int32_t)q);
}

/* y[n] = acc[n] * multiplier[n * step], rounded; step 0: one multiplier for all. */
void requantize_row(const int32_t *acc, const float *multiplier, int32_t step, int32_t zero, int32_t low, int32_t high, unsigned char *y, size_t n)
{
    for (size_t i = 0; i < n; i++) y[i] = requantize(acc[i], multiplier[i * (size_t)step], zero, low, high);
}

/* multiplier[n] = scale_x * scale_w[n * step] / scale_y, for scales that are known only at run time. */
void requantize_multipliers(const float *scale_x, const float *scale_w, int32_t step, const float *scale_y, float *multiplier, size_t n)
{
    for (size_t i = 0; i < n; i++) multiplier[i] = *scale_x * scale_w[i * (size_t)step] / *scale_y;
}
