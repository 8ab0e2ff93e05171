/* The operator sound::Biquads: recursive filters of second order, side by side, over one sound. */
#include <stddef.h>
#include <stdint.h>

enum { TAPS = 5 }; /* b0 b1 b2 a1 a2 */

static void filter(const float *x, float *y, int32_t n, const float *taps, float gain)
{
    float x1 = 0, x2 = 0, y1 = 0, y2 = 0;
    for (int32_t i = 0; i < n; i++) {
        float now = gain * x[i];
        y[i] = taps[0] * now + taps[1] * x1 + taps[2] * x2 - taps[3] * y1 - taps[4] * y2;
        x2 = x1, x1 = now;
        y2 = y1, y1 = y[i];
    }
}

/* As telephone.h declares it: the sound, the filters' taps, a row of results per filter, each with its dimensions. */
int sound_Biquads(const float *in0, const int32_t *in0_dims, const float *in1, const int32_t *in1_dims, float *out0,
                  const int32_t *out0_dims, float attr_gain);

int sound_Biquads(const float *in0, const int32_t *in0_dims, const float *in1, const int32_t *in1_dims, float *out0,
                  const int32_t *out0_dims, float attr_gain)
{
    (void)out0_dims;
    for (int32_t i = 0; i < in1_dims[0]; i++)
        filter(in0, out0 + (size_t)i * (size_t)in0_dims[0], in0_dims[0], in1 + (size_t)i * TAPS, attr_gain);
    return 0;
}
