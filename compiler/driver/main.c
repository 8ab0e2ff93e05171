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

static bool write_outputs(Model *m)
{
    const Options *o = &m->options;
    FILE *c = NULL, *header = NULL, *json = NULL, *page = NULL, *weights = NULL, *depfile = NULL;
    if (c_wanted(o) && !(c = output_open(o->output_path))) return false;
    if (!foreign_none(o->header_path) && !(header = output_open(o->header_path))) return false;
    if (!foreign_none(o->report_path) && !(json = output_open(o->report_path))) return false;
    if (!foreign_none(o->page_path) && !(page = output_open(o->page_path))) return false;
    if (c && !foreign_none(weights_path(o)) && !(weights = output_open(weights_path(o)))) return false;
    if (!foreign_none(o->depfile_path) && !(depfile = output_open(o->depfile_path))) return false;
    if (c || header || json || page) emit_begin(m);
    if (c) emit(m, c);
    if (weights) emit_weights_file(m, weights);
    if (header) emit_header(m, header);
    if (json) report(m, NULL, json);
    if (page) report_page(m, NULL, page);
    if (depfile) write_depfile(m, depfile);
    return !m->errors && outputs_commit();
}

static int compile_main(int argc, char **argv)
{
    Options options;
    int status = parse_compile_command(&options, argc, argv);
    if (status != GO_ON) return status;
    Model *m = compile_model(&options);
    return !m->errors && write_outputs(m) ? 0 : 1;
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
