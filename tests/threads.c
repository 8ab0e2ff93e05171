/* Two threads run the model at the same time, each in an arena of its own; every result must be that of a lone run. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "digits.h"

enum { IMAGES = 64, PIXELS = 64, CLASSES = 10, ROUNDS = 20 };

static float images[IMAGES][PIXELS], expected[IMAGES][CLASSES];

static void *run_all(void *arena)
{
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < IMAGES; i++) {
            float y[CLASSES];
            if (digits_run_in(arena, images[i], y) || memcmp(y, expected[i], sizeof y)) return arena;
        }
    return NULL;
}

int main(int argc, char **argv)
{
    static _Alignas(DIGITS_ARENA_ALIGN) unsigned char
        arenas[2][(DIGITS_ARENA_BYTES + DIGITS_ARENA_ALIGN - 1) / DIGITS_ARENA_ALIGN * DIGITS_ARENA_ALIGN];
    FILE *f = argc > 1 ? fopen(argv[1], "rb") : NULL;
    if (!f || fread(images, sizeof images, 1, f) != 1) return 2;
    fclose(f);
    for (int i = 0; i < IMAGES; i++)
        if (digits_run(images[i], expected[i])) return 2;
    pthread_t threads[2];
    void *wrong[2];
    for (int t = 0; t < 2; t++) pthread_create(&threads[t], NULL, run_all, arenas[t]);
    for (int t = 0; t < 2; t++) pthread_join(threads[t], &wrong[t]);
    return wrong[0] || wrong[1];
}
