#include "driver/options.h"

#include "op/op.h"

#include "compile/compile.h"
#include "base/base.h"
#include "emit/emit.h"

#include <ctype.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: onnx2c MODEL.onnx [-o OUT.c] [options]          compile\n"
    "       onnx2c verify MODEL.onnx [DIR] [options]        compile, build, run on data sets, compare\n"
    "\n"
    "  -o, --output FILE     the generated C file; default: standard output\n"
    "      --name NAME       prefix of every public symbol; default: FILE's name without its extension\n"
    "      --header FILE     also write the public declarations as a header\n"
    "      --report FILE     also write a report as JSON\n"
    "      --dim NAME=N      fix a symbolic dimension; INPUT:AXIS=N for one without a name\n"
    "      --dim NAME=LO..HI keep it a run-time parameter within bounds\n"
    "      --weights FORM    how constants are written: inline (default), incbin, file\n"
    "      --custom DOMAIN::OP=SPEC, --custom @FILE\n"
    "                        types and shapes of an operator that the program provides: 'x[n,c] -> float32[n,2*c]'\n"
    "      --target NAME     what the code is tuned for: portable (default)\n"
    "      --dump STAGE      print the graph after a stage, or after `all`; without -o, instead of the C\n"
    "  -h, --help            print this\n"
    "  -V, --version         print the version\n"
    "  -v, --verbose         print the time each stage takes\n"
    "\n"
    "`onnx2c verify --help` lists the options of verify.\n";

static bool is_identifier(Foreign text)
{
    bool starts_well = !foreign_empty(text) && !isdigit((unsigned char)foreign_at(text, 0));
    return starts_well && foreign_is(text, in_identifier(text));
}

/* The file's name without folder and extension, as an identifier. */
static const char *name_from_path(Foreign path)
{
    if (foreign_none(path)) return "model";
    Foreign file = path_file(path);
    ptrdiff_t dot = foreign_last(file, '.');
    const char *name = in_identifier(dot > 0 ? foreign_part(file, 0, (size_t)dot) : file);
    return isdigit((unsigned char)*name) || !*name ? mem_printf("model_%s", name) : name;
}

/* What decides the output is in the generated file's title, too: compile/option_title.c. */
enum { OPT_NAME = 256, OPT_HEADER, OPT_REPORT, OPT_DIM, OPT_WEIGHTS, OPT_TARGET, OPT_DUMP, OPT_CUSTOM };

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"name", required_argument, NULL, OPT_NAME},
    {"header", required_argument, NULL, OPT_HEADER},
    {"report", required_argument, NULL, OPT_REPORT},
    {"dim", required_argument, NULL, OPT_DIM},
    {"weights", required_argument, NULL, OPT_WEIGHTS},
    {"target", required_argument, NULL, OPT_TARGET},
    {"dump", required_argument, NULL, OPT_DUMP},
    {"custom", required_argument, NULL, OPT_CUSTOM},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {"verbose", no_argument, NULL, 'v'},
    {NULL, 0, NULL, 0},
};

/* One option with its argument; false if that is wrong. */
static bool take_option(Options *o, int option, Foreign value)
{
    switch (option) {
    case 'o': o->output_path = value; break;
    case OPT_HEADER: o->header_path = value; break;
    case OPT_REPORT: o->report_path = value; break;
    case OPT_DIM: return parse_dim_option(o, value);
    case OPT_WEIGHTS: return parse_weights_option(o, value);
    case OPT_CUSTOM: return parse_custom_option(o, value);
    case 'v': o->verbose = true; return true;
    case OPT_NAME:
        o->name = in_identifier(value);
        return is_identifier(value) || usage_error("--name %s: expected a C identifier", shown(value));
    case OPT_TARGET: return foreign_is(value, o->target) || usage_error("--target %s: expected portable", shown(value));
    case OPT_DUMP:
        o->dump_stage = foreign_is(value, "all") ? "all" : stage_named(value);
        return o->dump_stage || usage_error("--dump %s: expected all, %s", shown(value), stage_names());
    default: internal_error("option %d", option);
    }
    return !foreign_empty(value) || usage_error("a file's name is empty");
}

static bool same_file(Foreign a, Foreign b)
{
    return !foreign_none(a) && foreign_equal(a, b);
}

/* Everything that is written goes to a file of its own, none of them the model. */
static bool check_files(const Options *o)
{
    Foreign weights = o->weights == WEIGHTS_INLINE ? foreign(NULL) : weights_path(o);
    Foreign files[] = {o->output_path, o->header_path, o->report_path, weights};
    for (int i = 0; i < 4; i++) {
        for (int k = 0; k < i; k++)
            if (same_file(files[i], files[k])) return usage_error("two outputs go to the same file");
        if (same_file(files[i], o->model_path))
            return usage_error("%s: an output would replace the model", shown(o->model_path));
    }
    return true;
}

static bool finish_options(Options *o, int argc, char **argv)
{
    if (optind == argc) return usage_error("no model is given");
    if (argc - optind > 1)
        return usage_error("%s: only one model can be compiled at a time", shown(foreign(argv[optind + 1])));
    o->model_path = foreign(argv[optind]);
    if (foreign_is(o->output_path, "-")) o->output_path = foreign(NULL);
    if (!o->name) o->name = name_from_path(o->output_path);
    return check_files(o);
}

/* getopt says by `option` what is wrong, and by optopt which short option it is; but it also
 * sets that for --verbose=3. */
static void report_bad_option(int option, Foreign word)
{
    const char letter = (char)optopt;
    bool is_long = foreign_starts(word, "--") && foreign_has(word, "=");
    bool is_short = !is_long && option == '?' && optopt > 0 && optopt < OPT_NAME;
    if (option == ':') usage_error("%s: its argument is missing", shown(word));
    else if (is_short) usage_error("-%s: unknown option", shown(foreign_of(&letter, 1)));
    else usage_error("%s: unknown option, or no argument is expected", shown(word));
}

int parse_options(Options *o, int argc, char **argv)
{
    int option;
    *o = (Options){.target = "portable"};
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":o:hVv", long_options, NULL)) != -1) {
        if (option == 'h') {
            fputs(usage, stdout);
            return 0;
        }
        if (option == 'V') {
            puts("onnx2c " VERSION);
            return 0;
        }
        if (option == '?' || option == ':') {
            report_bad_option(option, foreign(argv[optind - 1]));
            return 2;
        }
        if (!take_option(o, option, foreign(optarg))) return 2;
    }
    return finish_options(o, argc, argv) ? COMPILE : 2;
}
