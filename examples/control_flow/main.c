/* Runs the house through some minutes and compares with what PyTorch says about them.
 *
 * Exit status 0 if every temperature is within 0.0001 degrees of PyTorch's and every count of heated minutes is the
 * same. */
#include <math.h>
#include <stdio.h>

#include "house.h"
#include "pytorch.h"

static float farthest(const float *a, const float *b)
{
    float most = 0;
    for (int i = 0; i < HOUSE_AFTER_COUNT; i++) {
        float apart = fabsf(a[i] - b[i]);
        if (apart > most || isnan(apart)) most = apart;
    }
    return most;
}

static void print_rooms(const float *rooms)
{
    for (int i = 0; i < HOUSE_AFTER_COUNT; i++) printf(" %5.1f", rooms[i]);
}

int main(void)
{
    int wrong = 0;
    for (size_t i = 0; i < sizeof pytorch / sizeof *pytorch; i++) {
        int64_t minutes = pytorch[i].minutes, heated;
        float after[HOUSE_AFTER_COUNT];
        if (house_run(pytorch[i].rooms, &minutes, &pytorch[i].wanted, after, &heated)) return 1;
        float apart = farthest(after, pytorch[i].after);
        print_rooms(pytorch[i].rooms);
        printf("   %3d minutes, %3d of them heated to %.0f degrees:  ", pytorch[i].minutes, (int)heated,
               pytorch[i].wanted);
        print_rooms(after);
        printf("   PyTorch: %d heated, %.6f degrees apart\n", pytorch[i].heated, apart);
        wrong += !(apart <= 1e-4f) || heated != pytorch[i].heated;
    }
    return wrong > 0;
}
