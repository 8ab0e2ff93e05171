/* kernels.c: how near the fast kernels come to the machine's peak. `make bench-kernels` builds it for several targets
 * and runs it.
 *
 * The speed of a machine shared with others drifts by more than what is to be seen here: so the peak, the kernel and
 * (where it says so) a naive loop nest are measured in turns, and the shares are medians of ratios of neighbours. */
#define _POSIX_C_SOURCE 200809L
#include "kernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 15 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static volatile float sink;

/* -- the peak: multiply-adds on registers alone ------------------------------------------------ */

#define EACH(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11)
#define SET(i) vec a##i = vec_all((float)i + 0.3f);
#define STEP(i) a##i = vec_fma(a##i, scale, shift);
#define TAKE(i) sum += a##i;

/* Multiply-adds per second. */
VEC_FUNCTION static double peak(void)
{
    const long count = 400000;
    const vec scale = vec_all(0.999f), shift = vec_all(1e-3f);
    EACH(SET)
    const double start = now();
    for (long i = 0; i < count; i++) {
        EACH(STEP)
    }
    const double seconds = now() - start;
    vec sum = vec_all(0);
    EACH(TAKE)
    float lanes[VEC];
    vec_store(lanes, sum);
    sink = lanes[0];
    return (double)count * 12 * VEC / seconds;
}

/* -- what is measured -------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    int32_t size, in, out, kernel,
        stride;    /* convolution: square images and kernels; product: size x in times in x out, kernel 0 */
    int32_t chunk; /* channels of a pass; 0: planes apart, -1: depthwise */
} Case;

static const Case cases[] = {
    {"3x3  56x56  64", 56, 64, 64, 3, 1, 64},
    {"3x3  28x28 128", 28, 128, 128, 3, 1, 128},
    {"3x3  14x14 256", 14, 256, 256, 3, 1, 256},
    {"3x3   7x7  512", 7, 512, 512, 3, 1, 512},
    {"3x3/2 56x56 64-128", 56, 64, 128, 3, 2, 64},
    {"1x1/2 56x56 64-128", 56, 64, 128, 1, 2, 64},
    {"1x1  56x56 64-256", 56, 64, 256, 1, 1, 64},
    {"1x1  56x56 256-64", 56, 256, 64, 1, 1, 256},
    {"1x1  14x14 1024-256", 14, 1024, 256, 1, 1, 1024},
    {"1x1  7x7 512-2048", 7, 512, 2048, 1, 1, 512},
    {"1x1  112x112 32-16", 112, 32, 16, 1, 1, 32},
    {"1x1  112x112 16-96", 112, 16, 96, 1, 1, 16},
    {"1x1  56x56 144-24", 56, 144, 24, 1, 1, 144},
    {"1x1  28x28 116-58", 28, 116, 58, 1, 1, 116},
    {"1x1  7x7 960-160", 7, 960, 160, 1, 1, 960},
    {"7x7/2 224x224 3-64 planes", 224, 3, 64, 7, 2, 0},
    {"7x7/2 224x224 3-64", 224, 3, 64, 7, 2, 3},
    {"3x3/2 224x224 3-32 planes", 224, 3, 32, 3, 2, 0},
    {"3x3/2 224x224 3-32", 224, 3, 32, 3, 2, 3},
    {"9x9  64x64 3-64", 64, 3, 64, 9, 1, 3},
    {"5x5  64x64 64-32", 64, 64, 32, 5, 1, 64},
    {"5x5  64x64 32-3", 64, 32, 3, 5, 1, 32},
    {"product 256", 256, 256, 256, 0, 0, 0},
    {"product 512", 512, 512, 512, 0, 0, 0},
    {"product 1024", 1024, 1024, 1024, 0, 0, 0},
    {"product 64x128x512", 64, 128, 512, 0, 0, 0},
    {"product 1x512x512", 1, 512, 512, 0, 0, 0},
    {"product 1x1024x1000", 1, 1024, 1000, 0, 0, 0},
};

typedef struct {
    const Case *c;
    struct window window;
    struct conv_packed conv;
    struct gemm_packed gemm;
    float *x, *w, *packed, *b, *y;
} Job;

static float *floats(size_t count)
{
    float *x = aligned_alloc(64, (count * sizeof *x + 127) / 64 * 64);
    if (!x) exit(1);
    for (size_t i = 0; i < count; i++) x[i] = (float)(i * 2654435761U % 1000) * 1e-3f - 0.5f;
    return x;
}

static Job job_of(const Case *c)
{
    Job j = {.c = c};
    if (!c->kernel) {
        j.gemm = (struct gemm_packed){.m = c->size, .n = c->out, .k = c->in, .a_row = c->in, .y_row = c->out};
        j.x = floats((size_t)c->size * (size_t)c->in);
        j.w = floats((size_t)c->in * (size_t)c->out);
        j.packed = floats((size_t)c->in * (size_t)(c->out + 15));
        j.y = floats((size_t)c->size * (size_t)c->out);
        pack_panels_f32(j.w, j.packed, c->in, c->out, c->out, 1);
    } else {
        const int32_t pad = (c->kernel - 1) / 2, out = (c->size + 2 * pad - c->kernel) / c->stride + 1,
                      taps = c->kernel * c->kernel * c->in;
        j.window = (struct window){.in_d = 1,
                                   .in_h = c->size,
                                   .in_w = c->size,
                                   .kernel_d = 1,
                                   .kernel_h = c->kernel,
                                   .kernel_w = c->kernel,
                                   .stride_d = 1,
                                   .stride_h = c->stride,
                                   .stride_w = c->stride,
                                   .dilation_d = 1,
                                   .dilation_h = 1,
                                   .dilation_w = 1,
                                   .pad_h = pad,
                                   .pad_w = pad,
                                   .out_d = 1,
                                   .out_h = out,
                                   .out_w = out};
        j.conv = (struct conv_packed){.batch = 1,
                                      .groups = 1,
                                      .in_channels = c->in,
                                      .out_channels = c->out,
                                      .chunk = c->chunk ? c->chunk : c->in,
                                      .x_pixel = c->chunk ? c->in : 1,
                                      .y_pixel = c->out};
        j.x = floats((size_t)c->size * (size_t)c->size * (size_t)c->in);
        j.w = floats((size_t)taps * (size_t)c->out);
        j.packed = floats((size_t)taps * (size_t)(c->out + 15));
        j.y = floats((size_t)out * (size_t)out * (size_t)c->out);
        pack_conv_f32(j.w, j.packed, &j.window, &j.conv);
    }
    j.b = floats((size_t)c->out + 15);
    return j;
}

static void job_free(Job *j)
{
    free(j->x), free(j->w), free(j->packed), free(j->b), free(j->y);
}

static double multiply_adds(const Job *j)
{
    const Case *c = j->c;
    if (!c->kernel) return (double)c->size * c->in * c->out;
    return (double)j->window.out_h * j->window.out_w * c->out * c->in * c->kernel * c->kernel;
}

static void run(const Job *j)
{
    if (!j->c->kernel) gemm_packed_f32(j->x, j->packed, j->b, NULL, j->y, &j->gemm, 0, INFINITY, NULL);
    else if (!j->c->chunk)
        (j->c->stride == 1 ? conv_planes_1_f32 : conv_planes_2_f32)(j->x, j->packed, j->b, NULL, j->y, &j->window,
                                                                    &j->conv, 0, INFINITY, NULL);
    else conv_packed_f32(j->x, j->packed, j->b, NULL, j->y, &j->window, &j->conv, 0, INFINITY, NULL);
}

/* The loops of the definition, planes apart. */
static void naive(const Job *j)
{
    const Case *c = j->c;
    const int32_t out = j->window.out_h, pad = j->window.pad_h;
    if (!c->kernel) {
        for (int32_t m = 0; m < c->size; m++)
            for (int32_t n = 0; n < c->out; n++) {
                float sum = j->b[n];
                for (int32_t k = 0; k < c->in; k++) sum += j->x[m * c->in + k] * j->w[k * c->out + n];
                j->y[m * c->out + n] = sum > 0 ? sum : 0;
            }
        return;
    }
    for (int32_t o = 0; o < c->out; o++)
        for (int32_t h = 0; h < out; h++)
            for (int32_t w = 0; w < out; w++) {
                float sum = j->b[o];
                for (int32_t i = 0; i < c->in; i++)
                    for (int32_t kh = 0; kh < c->kernel; kh++)
                        for (int32_t kw = 0; kw < c->kernel; kw++) {
                            const int32_t y = h * c->stride - pad + kh, x = w * c->stride - pad + kw;
                            if (y < 0 || y >= c->size || x < 0 || x >= c->size) continue;
                            sum += j->x[(i * c->size + y) * c->size + x] *
                                   j->w[((o * c->in + i) * c->kernel + kh) * c->kernel + kw];
                        }
                j->y[(o * out + h) * out + w] = sum > 0 ? sum : 0;
            }
}

static double rate(void (*f)(const Job *), const Job *j, double at_least)
{
    const double work = multiply_adds(j);
    double seconds = 0, count = 0;
    do {
        const double start = now();
        f(j);
        seconds += now() - start;
        count++;
    } while (seconds < at_least);
    return work * count / seconds;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *x, int count)
{
    qsort(x, (size_t)count, sizeof *x, ascending);
    return x[count / 2];
}

int main(int argc, char **argv)
{
    const bool with_naive = argc > 1 && !strcmp(argv[1], "naive");
    printf("%-28s %9s %9s %7s%s\n", "", "GFLOP/s", "peak", "share", with_naive ? "   naive  times" : "");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Job j = job_of(&cases[i]);
        double rates[ROUNDS], shares[ROUNDS], peaks[ROUNDS], naives[ROUNDS], times[ROUNDS];
        const int rounds = with_naive ? 3 : ROUNDS;
        for (int r = 0; r < rounds; r++) {
            const double before = peak();
            rates[r] = rate(run, &j, 2e-3);
            const double after = peak();
            peaks[r] = before > after ? before : after;
            shares[r] = rates[r] / peaks[r];
            if (!with_naive) continue;
            naives[r] = rate(naive, &j, 0);
            times[r] = rates[r] / naives[r];
        }
        printf("%-28s %9.1f %9.1f %6.0f%%", cases[i].name, 2e-9 * median(rates, rounds), 2e-9 * median(peaks, rounds),
               100 * median(shares, rounds));
        if (with_naive) printf(" %7.1f %6.1f", 2e-9 * median(naives, rounds), median(times, rounds));
        printf("\n");
        fflush(stdout);
        job_free(&j);
    }
    return 0;
}
