/* onnx2c: compiles an ONNX model to C99. */
#include "compile/compile.h"
#include "emit/emit.h"
#include "driver/compile_command.h"
#include "driver/depfile.h"
#include "driver/verbs.h"
#include "base/base.h"

/* A dump to standard output takes the C's place there. */
static bool c_wanted(const Options *o)
{
    return !foreign_none(o->output_path) || !o->dump_stage;
}

typedef struct {
    FILE *c, *header, *json, *page, *weights, *depfile; /* NULL: not wanted */
} Outputs;

/* False if one that is wanted can't be opened. */
static bool open_if(bool wanted, Foreign path, FILE **f)
{
    *f = wanted ? output_open(path) : NULL;
    return !wanted || *f;
}

static bool open_if_named(Foreign path, FILE **f)
{
    return open_if(!foreign_none(path), path, f);
}

static bool open_outputs(const Options *o, Outputs *f)
{
    return open_if(c_wanted(o), o->output_path, &f->c) && open_if_named(o->header_path, &f->header) &&
           open_if_named(o->report_path, &f->json) && open_if_named(o->page_path, &f->page) &&
           open_if(f->c && !foreign_none(weights_path(o)), weights_path(o), &f->weights) &&
           open_if_named(o->depfile_path, &f->depfile);
}

static void write_reports(Model *m, const Outputs *f)
{
    if (!f->json && !f->page) return;
    progress("report");
    if (f->json) report(m, NULL, f->json);
    if (f->page) report_page(m, NULL, f->page);
}

static bool is_any_wanted(const Options *o)
{
    return c_wanted(o) || !foreign_none(o->header_path) || !foreign_none(o->report_path) || !foreign_none(o->page_path);
}

static bool write_outputs(Model *m)
{
    Outputs f = {0};
    if (!open_outputs(&m->options, &f)) return false;
    progress("emit");
    if (is_any_wanted(&m->options)) emit_begin(m);
    if (f.c) emit(m, f.c);
    if (f.header) emit_header(m, f.header);
    if (f.weights) progress("weights");
    if (f.weights) emit_weights_file(m, f.weights);
    write_reports(m, &f);
    if (f.depfile) write_depfile(m, f.depfile);
    progress("write");
    bool good = !m->errors && outputs_commit();
    progress(NULL);
    return good;
}

/* Weights in a file of their own are a file more to take along. */
static void choose_form(Model *m)
{
    const Options *o = &m->options;
    bool is_said = o->weights != WEIGHTS_AUTO;
    choose_weights_form(m);
    if (is_said || foreign_none(weights_path(o))) return;
    model_note(
        m,
        "its %lld bytes of weights go to %s, which the assembler includes (--weights incbin); `--weights inline` "
        "has them in the C, which takes its compiler long",
        (long long)m->weights_bytes, shown(weights_path(o)));
}

/* For those who ask to be told. */
static void tell_narrowed(Model *m)
{
    const Options *o = &m->options;
    if (!o->verbose || o->weights_type == DT_UNDEFINED) return;
    model_note(m,
               "%d arrays of weights are %s: %lld bytes less; the largest error is %.3g of the largest weight with the "
               "same scale",
               m->narrowed.arrays, dtype_name(o->weights_type), (long long)m->narrowed.saved, m->narrowed.error);
}

/* The file's title has it only where it was asked for. */
static void tell_default(Model *m)
{
    const Options *o = &m->options;
    if (o->verbose && o->optimize == OPTIMIZE_DEFAULT)
        model_note(m, "the code is made for %s, as --optimize has it by default for --target %s",
                   optimize_name(o->target->optimize), o->target->name);
}

static int compile_main(int argc, char **argv)
{
    Options options;
    int status = parse_compile_command(&options, argc, argv);
    if (status != GO_ON) return status;
    progress_start(options.verbose);
    Model *m = compile_model(&options);
    if (m->errors) return 1;
    if (is_any_wanted(&options)) choose_form(m);
    if (!write_outputs(m)) return 1;
    tell_narrowed(m);
    tell_default(m);
    return 0;
}

/* What could not be printed is no success. */
static int flushed(int status)
{
    if (!fflush(stdout) || status) return status;
    fprintf(stderr, "onnx2c: error: standard output can't be written\n");
    return 1;
}

int main(int argc, char **argv)
{
    const Verb *verb = argc > 1 ? verb_named(argv[1]) : NULL;
    int status = flushed(verb ? verb->run(argc - 1, argv + 1) : compile_main(argc, argv));
    mem_free_all();
    dim_reset();
    return status;
}
