#include "compile/compile.h"

#include <string.h>
#include <time.h>

typedef struct {
    const char *name;
    void (*run)(Model *m);
} Stage;

static const Stage stages[] = {
    {"load", NULL}, /* makes the Model */
    {"infer", infer}, {"rewrite", rewrite}, {"layout", layout}, {"lower", lower},
    {"fuse", fuse},   {"bands", bands},     {"parts", parts},   {"plan", plan},
};

enum { N_STAGES = sizeof stages / sizeof *stages };

bool stage_exists(const char *name)
{
    for (int i = 0; i < N_STAGES; i++)
        if (!strcmp(stages[i].name, name)) return true;
    return false;
}

const char *stage_names(void)
{
    const char *names = stages[0].name;
    for (int i = 1; i < N_STAGES; i++) names = mem_printf("%s, %s", names, stages[i].name);
    return names;
}

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool dump_wanted(const Options *o, const char *stage)
{
    return o->dump_stage && (!strcmp(o->dump_stage, stage) || !strcmp(o->dump_stage, "all"));
}

/* A dump of one stage that writes no file has seen what it came for. */
static bool is_last(const Options *o, const char *stage)
{
    return o->dump_stage && !strcmp(o->dump_stage, stage) && !o->output_path && !o->header_path && !o->report_path;
}

static Model *run_stages(const Options *options)
{
    Model *m = NULL;
    for (int i = 0; i < N_STAGES; i++) {
        const char *name = stages[i].name;
        double start = seconds_now();
        if (stages[i].run) stages[i].run(m);
        else m = load_model(options);
        if (options->verbose) fprintf(stderr, "onnx2c: %-8s %8.3f s\n", name, seconds_now() - start);
        if (m->errors) break;
        check(m, name);
        if (dump_wanted(options, name)) dump(m, name, stdout);
        if (is_last(options, name)) break;
    }
    return m;
}

Model *compile_model(const Options *options)
{
    Model *m = run_stages(options);
    while (m->again) {
        dim_reset(); /* expressions know their bounds */
        m = run_stages(options);
    }
    return m;
}
