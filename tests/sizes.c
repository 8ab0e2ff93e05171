/* Calls the models whose sizes come from data with whatever numbers: within bounds they succeed, otherwise
 * they return an error, and the call after that is right again. Built with sanitizers, outputs exactly as
 * large as the interface says. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "chosen.h"
#include "scaled.h"

/* As floats and as integers: sizes, ends of ranges, and what is none. */
static const double numbers[] = {0, 1, 2, 3, 0.5, 1.5, 2.5, -1, -2, 5, 9, 1e-30, 1e30, -1e30, NAN, INFINITY, -INFINITY};

static double number(void)
{
    return numbers[(size_t)rand() % (sizeof numbers / sizeof *numbers)];
}

/* `usual`, mostly. */
static float real(double usual)
{
    return (float)(rand() % 4 ? usual : number());
}

static int64_t whole(int64_t usual)
{
    static const int64_t extreme[] = {INT64_MIN, INT64_MAX, INT32_MIN, INT32_MAX, (int64_t)1 << 40, -1, 0};
    int64_t other = rand() % 2 ? rand() % 13 - 6 : extreme[(size_t)rand() % (sizeof extreme / sizeof *extreme)];
    return rand() % 4 ? usual : other;
}

/* -- the models, with outputs of their own on the heap
 * -------------------------------------------------------------------------- */

static void *room(size_t count, size_t size)
{
    void *p = malloc(count * size);
    if (!p) exit(2);
    return p;
}

typedef struct {
    float scale[2], all_scales[3], start, limit, delta, layout[3];
} Scaling;

static int run_scaled(const Scaling *s, int32_t height, int32_t width)
{
    const int8_t pixels[6] = {1, 2, 3, 4, 5, 6};
    float *image = room((size_t)(2 * height * width), sizeof *image),
          *enlarged = room(SCALED_ENLARGED_COUNT, sizeof(float));
    float *features = room(SCALED_FEATURES_COUNT, sizeof(float)), *list = room(SCALED_NUMBERS_COUNT, sizeof(float));
    float *largest = room(SCALED_LARGEST_COUNT, sizeof(float));
    int8_t *nearest = room(SCALED_NEAREST_COUNT, 1);
    int32_t dims[5][4];
    for (int32_t i = 0; i < 2 * height * width; i++) image[i] = (float)i;
    int status = scaled_run(height, width, image, pixels, s->scale, s->all_scales, &s->start, &s->limit, &s->delta,
                            s->layout, enlarged, dims[0], features, dims[1], nearest, dims[2], list, dims[3], largest,
                            dims[4]);
    free(largest), free(image), free(enlarged), free(features), free(list), free(nearest);
    return status;
}

typedef struct {
    int64_t k, starts[2], ends[2], axes[2], steps[2];
} Choosing;

static int run_chosen(const Choosing *c, const float *x)
{
    float *total = room(1, sizeof *total), *scattered = room(CHOSEN_SCATTERED_COUNT, sizeof(float)),
          *products = room(CHOSEN_PRODUCTS_COUNT, sizeof(float));
    float *best = room(CHOSEN_BEST_COUNT, sizeof(float)), *both = room(CHOSEN_BOTH_COUNT, sizeof(float)),
          *shares = room(CHOSEN_SHARES_COUNT, sizeof(float));
    float *large = room(CHOSEN_LARGE_COUNT, sizeof(float)), *unique = room(CHOSEN_UNIQUE_COUNT, sizeof(float)),
          *kept = room(CHOSEN_KEPT_COUNT, sizeof(float));
    int64_t *count = room(1, sizeof *count), *at = room(CHOSEN_BEST_AT_COUNT, sizeof *at),
            *first = room(CHOSEN_FIRST_COUNT, sizeof *first);
    int64_t *inverse = room(CHOSEN_INVERSE_COUNT, sizeof *inverse), *counts = room(CHOSEN_COUNTS_COUNT, sizeof *counts);
    int32_t dims[10][2];
    int status = chosen_run(x, &c->k, c->starts, c->ends, c->axes, c->steps, total, count, scattered, products, dims[0],
                            best, dims[1], at, dims[2], both, dims[3], shares, dims[4], large, dims[5], unique, dims[6],
                            first, dims[7], inverse, counts, dims[8], kept, dims[9]);
    free(total), free(scattered), free(products), free(best), free(both), free(shares), free(large), free(unique),
        free(kept);
    free(count), free(at), free(first), free(inverse), free(counts);
    return status;
}

/* -- any numbers, then good ones
 * ------------------------------------------------------------------------------------------------ */

static const Scaling good_scaling = {{1.5F, 2}, {1, 1, 2}, 0, 4, 1, {2, 2, -1}};
static const Choosing good_choice = {1, {0, 1}, {5, -1}, {1, 0}, {1, 2}};

static int any_scaled(void)
{
    Scaling s = good_scaling;
    for (int i = 0; i < 2; i++) s.scale[i] = real(2);
    for (int i = 0; i < 3; i++) s.all_scales[i] = real(1);
    for (int i = 0; i < 3; i++) s.layout[i] = real(i ? i : -1);
    s.start = real(0);
    s.limit = real(5);
    s.delta = real(1);
    return run_scaled(&s, 1 + rand() % 4, 1 + rand() % 4);
}

static int any_chosen(void)
{
    Choosing c;
    float x[15];
    c.k = whole(2);
    for (int i = 0; i < 2; i++) {
        c.starts[i] = whole(i);
        c.ends[i] = whole(3);
        c.axes[i] = whole(i);
        c.steps[i] = whole(1);
    }
    for (int i = 0; i < 15; i++) x[i] = real(rand() % 3);
    return run_chosen(&c, x);
}

int main(void)
{
    enum { ROUNDS = 4000 };
    static const float x[15] = {1, 0, 2, 3, 4};
    int done[2] = {0}, refused[2] = {0};
    for (int i = 0; i < ROUNDS; i++) {
        int status[] = {any_scaled(), any_chosen()};
        for (int k = 0; k < 2; k++) done[k] += status[k] == 0, refused[k] += status[k] != 0;
        if (run_scaled(&good_scaling, 2, 2) != 0 || run_chosen(&good_choice, x) != 0) return 1;
    }
    printf("scaled: %d done, %d refused; chosen: %d done, %d refused\n", done[0], refused[0], done[1], refused[1]);
    return done[0] && refused[0] && done[1] && refused[1] ? 0 : 1;
}
