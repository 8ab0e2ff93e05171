/* Recognises the 360 handwritten digits in images.f32 and shows them beside what the model says.
 *
 * usage: digits [images.f32 labels.u8]
 * A digit is 8x8 pixels of 0..1; a wrong prediction is marked "wrong". Exit status 0 if at least 98 % are right. */
#include <stdio.h>

#include "digits.h"

enum { IMAGES = 360, SIDE = 8, PIXELS = SIDE * SIDE, CLASSES = 10, PER_ROW = 6 };

static float images[IMAGES][PIXELS];
static unsigned char labels[IMAGES];
static int predicted[IMAGES];

static int read_exactly(const char *path, void *to, size_t bytes)
{
    FILE *f = fopen(path, "rb");
    size_t got = f ? fread(to, 1, bytes, f) : 0;
    if (f) fclose(f);
    if (got == bytes) return 1;
    fprintf(stderr, "%s: expected %zu bytes, got %zu\n", path, bytes, got);
    return 0;
}

static int most_probable(const float *probabilities)
{
    int best = 0;
    for (int i = 1; i < CLASSES; i++)
        if (probabilities[i] > probabilities[best]) best = i;
    return best;
}

/* Images first..first+count-1 side by side, then a line of what they are and what the model takes them for. */
static void show_row(int first, int count)
{
    static const char shades[] = " .:-=+*#%@";
    for (int y = 0; y < SIDE; y++) {
        for (int k = first; k < first + count; k++) {
            for (int x = 0; x < SIDE; x++) putchar(shades[(int)(images[k][y * SIDE + x] * 9.0f)]);
            fputs("      ", stdout);
        }
        putchar('\n');
    }
    for (int k = first; k < first + count; k++)
        printf("%d -> %d %-7s", labels[k], predicted[k], predicted[k] == labels[k] ? "" : "wrong");
    fputs("\n\n", stdout);
}

int main(int argc, char **argv)
{
    int right = 0;
    if (!read_exactly(argc > 2 ? argv[1] : "images.f32", images, sizeof images)) return 1;
    if (!read_exactly(argc > 2 ? argv[2] : "labels.u8", labels, sizeof labels)) return 1;
    for (int i = 0; i < IMAGES; i++) {
        float probabilities[CLASSES];
        if (digits_run(images[i], probabilities)) return 1;
        predicted[i] = most_probable(probabilities);
        right += predicted[i] == labels[i];
    }
    puts("true -> predicted\n");
    for (int i = 0; i < IMAGES; i += PER_ROW) show_row(i, PER_ROW);
    printf("%d of %d right: %.1f %%\n", right, IMAGES, 100.0 * right / IMAGES);
    return right * 100 >= IMAGES * 98 ? 0 : 1;
}
