/* What the hooks within the run function of the digits model are told, in which order. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int steps_told, failed;

static void expect(int true_of_it, const char *what)
{
    if (!true_of_it) fprintf(stderr, "not so: %s\n", what), failed = 1;
}

static void on_step(int step)
{
    expect(step == steps_told + 1, "steps are told one after the other");
    steps_told = step;
}

enum { MOST = 32 };

static struct told {
    int step;
    const char *name, *type;
    const void *data;
    int rank;
    int32_t dims[4];
} traces[MOST];
static int count;
static float final[10];

static void on_trace(int step, const char *name, const char *type, const void *data, int rank, const int32_t *dims)
{
    struct told *t = &traces[count++];
    *t = (struct told){.step = step, .name = name, .type = type, .data = data, .rank = rank};
    expect(count < MOST && rank <= 4, "so many, of this rank");
    expect(step == steps_told, "a value comes after its step");
    memcpy(t->dims, dims, (size_t)rank * sizeof *dims);
    if (!strcmp(name, "probabilities")) memcpy(final, data, sizeof final);
}

#define DIGITS_STEP(step) on_step(step)
#define DIGITS_TRACE(step, name, type, data, rank, dims) on_trace(step, name, type, data, rank, dims)
#include "digits.c"

static const struct told *find(const char *name)
{
    for (int i = 0; i < count; i++)
        if (!strcmp(traces[i].name, name)) return &traces[i];
    return NULL;
}

int main(int argc, char **argv)
{
    float image[DIGITS_IMAGE_COUNT], probabilities[DIGITS_PROBABILITIES_COUNT];
    FILE *f = argc > 1 ? fopen(argv[1], "rb") : NULL;
    if (!f || fread(image, sizeof image, 1, f) != 1) return 1;
    fclose(f);
    expect(digits_run(image, probabilities) == 0, "the model runs");
    expect(steps_told == 8 && count == 8, "each step, and what each makes");
    const struct told *gemm = find("/h/Gemm_output_0"), *result = find("probabilities");
    expect(gemm && gemm->step == 7 && gemm->rank == 2 && gemm->dims[0] == 1 && gemm->dims[1] == 10 &&
               !strcmp(gemm->type, "float32"),
           "the Gemm, by the model's name");
    expect(result && result->step == 8 && result->data == (const void *)probabilities, "the output in its place");
    expect(!memcmp(final, probabilities, sizeof final), "complete when it is told");
    return failed;
}
