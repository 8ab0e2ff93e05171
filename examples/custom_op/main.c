/* Presses keys of a telephone, listens which ones they were, and compares with what PyTorch heard.
 *
 * Exit status 0 if every level is within 0.01 dB of PyTorch's, and every key the one that was pressed. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "pytorch.h"
#include "telephone.h"

enum { RATE = 8000, LEVELS = TELEPHONE_LEVELS_COUNT };

static const char keys[] = "123A456B789C*0#D";
static const float low[] = {697, 770, 852, 941}, high[] = {1209, 1336, 1477, 1633};

static void press(char key, float *sound, int samples)
{
    long k = strchr(keys, key) - keys;
    const double turn = 2 * 3.14159265358979323846 / RATE;
    for (int i = 0; i < samples; i++)
        sound[i] = (float)(0.5 * sin(turn * low[k / 4] * i) + 0.5 * sin(turn * high[k % 4] * i));
}

static float farthest(const float *a, const float *b)
{
    float most = 0;
    for (int i = 0; i < LEVELS; i++) {
        float apart = fabsf(a[i] - b[i]);
        if (apart > most || isnan(apart)) most = apart;
    }
    return most;
}

int main(void)
{
    int wrong = 0;
    for (size_t i = 0; i < sizeof pytorch / sizeof *pytorch; i++) {
        static float sound[TELEPHONE_SOUND_COUNT];
        float levels[LEVELS];
        int64_t key;
        press(pytorch[i].pressed, sound, pytorch[i].samples);
        if (telephone_run(pytorch[i].samples, sound, levels, &key)) return 1;
        float apart = farthest(levels, pytorch[i].levels);
        printf("pressed %c for %2d ms: heard %c; PyTorch: %c, %.6f dB apart\n", pytorch[i].pressed,
               1000 * pytorch[i].samples / RATE, keys[key], keys[pytorch[i].key], (double)apart);
        wrong += !(apart <= 0.01f) || key != pytorch[i].key || keys[key] != pytorch[i].pressed;
    }
    return wrong > 0;
}
