/* From 32-bit sums of products back to 8 bits. */

/* v, at most 2^22 in size, rounded to nearest even: added to 1.5 * 2^23, it stands in the low bits of the sum,
 * which has no room for a fraction. Where floats are computed with more precision than they have, the sum
 * would keep the fraction; 16 is about half floats. */
static inline int32_t nearest_i32(float v)
{
#if FLT_EVAL_METHOD == 0 || FLT_EVAL_METHOD == 16
    const float shifted = v + 12582912.0f;
    int32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    return bits - 0x4B400000;
#else
    return (int32_t)rintf(v);
#endif
}

/* Nearest even, plus the zero point, within low..high; the result's low byte is the int8 or uint8. */
static inline uint8_t requantize(int32_t acc, float multiplier, int32_t zero, int32_t low, int32_t high)
{
    const float v = (float)acc * multiplier, least = (float)(low - zero), most = (float)(high - zero);
    const float above = v > least ? v : least;
    return (uint8_t)(nearest_i32(above < most ? above : most) + zero);
}
