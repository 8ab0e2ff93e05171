/* Recognises the 360 handwritten digits in flash; says which it took for another, and what memory that needed.
 * The exit status is 0 if at least 98 % are right. */
#include "board.h"
#include "digits.h"

/* The Makefile has qemu take 2 ns for each; the board's clock ticks every 40. */
enum { INSTRUCTIONS_PER_TICK = 20 };

enum { IMAGES = 360, PIXELS = DIGITS_IMAGE_COUNT, CLASSES = DIGITS_PROBABILITIES_COUNT };

extern const float images[IMAGES][PIXELS];
extern const uint8_t labels[IMAGES];

static int most_probable(const float *probabilities)
{
    int best = 0;
    for (int i = 1; i < CLASSES; i++)
        if (probabilities[i] > probabilities[best]) best = i;
    return best;
}

static void print_mistake(int image, int predicted)
{
    print("image ");
    print_number((uint32_t)image);
    print(": ");
    print_number(labels[image]);
    print(" -> ");
    print_number((uint32_t)predicted);
    print("\n");
}

static void print_amount(const char *what, uint32_t amount, const char *unit)
{
    print(what);
    print_number(amount);
    print(unit);
}

static void print_bytes(const char *what, uint32_t bytes)
{
    print_amount(what, bytes, " bytes\n");
}

int main(void)
{
    int right = 0;
    uint32_t ticks = 0;
    for (int i = 0; i < IMAGES; i++) {
        float probabilities[CLASSES];
        timer_start();
        const int error = digits_run(images[i], probabilities);
        ticks += timer_ticks();
        if (error) return 1;
        int predicted = most_probable(probabilities);
        right += predicted == labels[i];
        if (predicted != labels[i]) print_mistake(i, predicted);
    }
    print_amount("", (uint32_t)right, " of 360 right\n");
    print_amount("time:  ", ticks / IMAGES * INSTRUCTIONS_PER_TICK, " instructions for an image\n");
    print_bytes("flash: program ", (uint32_t)(program_end - program_start));
    print_bytes("flash: weights ", (uint32_t)(weights_end - weights_start));
    print_bytes("RAM: arena     ", (uint32_t)(arena_end - arena_start));
    print_bytes("RAM: variables ",
                (uint32_t)((uintptr_t)bss_end - (uintptr_t)bss_start + (uintptr_t)data_end - (uintptr_t)data_start));
    print_bytes("RAM: stack     ", stack_used());
    return right * 100 >= IMAGES * 98 ? 0 : 1;
}
