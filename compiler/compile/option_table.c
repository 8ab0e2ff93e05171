/* The options of compiling. */
#include "compile/options.h"
#include "compile/stages.h"

#include <string.h>

static bool take_output(void *options, Foreign value)
{
    return take_path(&((Options *)options)->output_path, value);
}

static bool take_header(void *options, Foreign value)
{
    return take_path(&((Options *)options)->header_path, value);
}

static bool take_report(void *options, Foreign value)
{
    return parse_report_option(options, value);
}

static bool take_depfile(void *options, Foreign value)
{
    return take_path(&((Options *)options)->depfile_path, value);
}

static bool take_name(void *options, Foreign value)
{
    Options *o = options;
    o->name = in_identifier(value);
    return is_identifier(value) || usage_error("--name %s: expected a C identifier", shown(value));
}

static const char *name_title(const Options *o)
{
    return mem_printf("--name %s", o->name);
}

static bool take_dim(void *options, Foreign value)
{
    return parse_dim_option(options, value);
}

static bool take_state(void *options, Foreign value)
{
    return parse_state_option(options, value);
}

static bool take_weights(void *options, Foreign value)
{
    return parse_weights_option(options, value);
}

static bool take_weights_type(void *options, Foreign value)
{
    return parse_weights_type_option(options, value);
}

static bool take_precision(void *options, Foreign value)
{
    return parse_precision_option(options, value);
}

static bool take_custom(void *options, Foreign value)
{
    return parse_custom_option(options, value);
}

static bool take_text(void *options, Foreign value)
{
    return parse_text_option(options, value);
}

static bool take_target(void *options, Foreign value)
{
    return parse_target_option(options, value);
}

static const char *target_title(const Options *o)
{
    return o->target == target_portable ? "" : mem_printf("--target %s", o->target->name);
}

static bool take_optimize(void *options, Foreign value)
{
    return parse_optimize_option(options, value);
}

static bool take_io(void *options, Foreign value)
{
    return parse_io_option(options, value);
}

static bool take_region(void *options, Foreign value)
{
    return parse_region_option(options, value);
}

static bool take_reuse(void *options, Foreign value)
{
    (void)value;
    ((Options *)options)->reuse_inputs = true;
    return true;
}

static const char *reuse_title(const Options *o)
{
    return o->reuse_inputs ? "--reuse-inputs" : "";
}

static bool take_dump(void *options, Foreign value)
{
    Options *o = options;
    o->dump_stage = foreign_is(value, "all") ? "all" : stage_named(value);
    return o->dump_stage || usage_error("--dump %s: expected all, %s", shown(value), stage_names());
}

static bool take_verbose(void *options, Foreign value)
{
    (void)value;
    ((Options *)options)->verbose = true;
    return true;
}

/* In the order of --help and of titles. */
const OptionRow compile_options[] = {
    {'o', "output", "FILE", "the generated C file; default: standard output", take_output, NULL},
    {0, "name", "NAME", "prefix of every public symbol; default: FILE's name without its extension", take_name,
     name_title},
    {0, "header", "FILE", "also write the public declarations as a header", take_header, NULL},
    {0, "report", "FILE", "also write a report, as a page if FILE ends in .html, else as JSON", take_report, NULL},
    {0, "depfile", "FILE", "also write what the outputs were made from, for make and Ninja", take_depfile, NULL},
    {0, "dim", "NAME=N, --dim NAME=LO..HI, --dim NAME=LO..HI:STEP, --dim NAME=EXPRESSION",
     "fix a symbolic dimension, keep it a run-time parameter within bounds, or make\n"
     "it of others; INPUT:AXIS for one without a name",
     take_dim, dim_title},
    {0, "state", "IN=OUT",
     "the output is the input of the next call and lives in the caller's NAME_state;\n"
     "a * in both: all pairs that match",
     take_state, state_title},
    {0, "weights", "FORM",
     "how constants are written: inline, numbers, incbin, file; default: inline up to\n50 MB, then incbin",
     take_weights, weights_title},
    {0, "weights-type", "TYPE", "large float weights in fewer bytes: float16, bfloat16 or int8", take_weights_type,
     weights_type_title},
    {0, "precision", "TYPE", "factors of large products are rounded to bfloat16 or float16; default: float32",
     take_precision, precision_title},
    {0, "custom", "DOMAIN::OP=SPEC, --custom @FILE",
     "types and shapes of an operator that the program provides:\n"
     "'x[n,c] -> float32[n,2*c]'",
     take_custom, custom_title},
    {0, "text", "BYTES", "room for each string that the model makes of others; default: 255", take_text, text_title},
    {0, "target", "NAME", "the processor that the code is made for; default: portable", take_target, target_title},
    {0, "optimize", "WHAT",
     "what counts most: speed, ram (the working memory) or size (of the code); default:\n"
     "size for cortex-m0, cortex-m0plus and avr, else speed",
     take_optimize, optimize_title},
    {0, "io", "FORM",
     "quantized: inputs and outputs in the integers that the model quantises them to;\n"
     "nhwc: images with their channels last. Both may be given",
     take_io, io_title},
    {0, "region", "NAME=BYTES", "a further memory for buffers, with a placement macro of its own", take_region,
     region_title},
    {0, "reuse-inputs", NULL, "inputs are no longer const: their memory is scratch where that saves some", take_reuse,
     reuse_title},
    {0, "dump", "STAGE", "print the graph after a stage, or after `all`; without -o, instead of the C", take_dump,
     NULL},
    {'v', "verbose", NULL, "print how long each stage and each output takes", take_verbose, NULL},
    {'V', "version", NULL, "print the version", NULL, NULL},
    {'h', "help", NULL, "print this", NULL, NULL},
};

const int n_compile_options = sizeof compile_options / sizeof *compile_options;

OptionRow *compile_rows(int count, const char *const *names)
{
    OptionRow *rows = mem_array((size_t)count, sizeof *rows);
    for (int i = 0; i < count; i++)
        for (int k = 0; k < n_compile_options; k++)
            if (!strcmp(compile_options[k].name, names[i])) rows[i] = compile_options[k];
    return rows;
}

OptionRow *compile_rows_but(int count, const char *const *names, int *n_rows)
{
    OptionRow *rows = mem_array((size_t)n_compile_options, sizeof *rows);
    *n_rows = 0;
    for (int k = 0; k < n_compile_options; k++) {
        int i = 0;
        while (i < count && strcmp(compile_options[k].name, names[i]) != 0) i++;
        if (i == count) rows[(*n_rows)++] = compile_options[k];
    }
    return rows;
}

Foreign option_title(const Options *o)
{
    const char *title = "";
    for (int i = 0; i < n_compile_options; i++) {
        const char *words = compile_options[i].title ? compile_options[i].title(o) : "";
        title = mem_printf("%s%s%s", title, *title && *words ? " " : "", words);
    }
    return foreign(title);
}
