#include "driver/options.h"

#include "op/op.h"

#include "compile/compile.h"
#include "base/base.h"

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

static bool parse_weights(Options *o, const char *form)
{
    static const char *const forms[] = {
        [WEIGHTS_INLINE] = "inline", [WEIGHTS_INCBIN] = "incbin", [WEIGHTS_FILE] = "file"};
    for (int i = 0; i < (int)(sizeof forms / sizeof *forms); i++)
        if (!strcmp(form, forms[i])) {
            o->weights = (WeightsForm)i;
            return true;
        }
    return usage_error("--weights %s: expected inline, incbin or file", form);
}

static bool is_identifier(const char *s)
{
    if (!isalpha((unsigned char)*s) && *s != '_') return false;
    for (; *s; s++)
        if (!isalnum((unsigned char)*s) && *s != '_') return false;
    return true;
}

/* The file's name without folder and extension, as an identifier. */
static const char *name_from_path(const char *path)
{
    if (!path) return "model";
    const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path, *dot = strrchr(base, '.');
    char *name = dot && dot != base ? mem_strndup(base, (size_t)(dot - base)) : mem_strdup(base);
    for (char *s = name; *s; s++)
        if (!isalnum((unsigned char)*s)) *s = '_';
    return isdigit((unsigned char)*name) || !*name ? mem_printf("model_%s", name) : name;
}

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
static bool take_option(Options *o, int option, const char *value)
{
    switch (option) {
    case 'o': o->output_path = value; break;
    case OPT_HEADER: o->header_path = value; break;
    case OPT_REPORT: o->report_path = value; break;
    case OPT_DIM: return parse_dim_option(o, value);
    case OPT_WEIGHTS: return parse_weights(o, value);
    case OPT_CUSTOM: return parse_custom_option(o, value);
    case 'v': o->verbose = true; return true;
    case OPT_NAME:
        o->name = value;
        return is_identifier(value) || usage_error("--name %s: expected a C identifier", value);
    case OPT_TARGET:
        o->target = value;
        return !strcmp(value, "portable") || usage_error("--target %s: expected portable", value);
    case OPT_DUMP:
        o->dump_stage = value;
        return !strcmp(value, "all") || stage_exists(value) ||
               usage_error("--dump %s: expected all, %s", value, stage_names());
    default: internal_error("option %d", option);
    }
    return *value || usage_error("a file's name is empty");
}

static bool same_file(const char *a, const char *b)
{
    return a && b && !strcmp(a, b);
}

static bool finish_options(Options *o, int argc, char **argv)
{
    if (optind == argc) return usage_error("no model is given");
    if (argc - optind > 1) return usage_error("%s: only one model can be compiled at a time", argv[optind + 1]);
    o->model_path = argv[optind];
    if (o->output_path && !strcmp(o->output_path, "-")) o->output_path = NULL;
    if (same_file(o->output_path, o->header_path) || same_file(o->output_path, o->report_path) ||
        same_file(o->header_path, o->report_path))
        return usage_error("two outputs go to the same file");
    if (same_file(o->model_path, o->output_path) || same_file(o->model_path, o->header_path) ||
        same_file(o->model_path, o->report_path))
        return usage_error("%s: an output would replace the model", o->model_path);
    if (!o->name) o->name = name_from_path(o->output_path);
    return true;
}

/* getopt says by `option` what is wrong, and by optopt which short option it is; but it also
 * sets that for --verbose=3. */
static void report_bad_option(int option, const char *word)
{
    bool is_long = !strncmp(word, "--", 2) && strchr(word, '=');
    bool is_short = !is_long && option == '?' && optopt > 0 && optopt < OPT_NAME;
    if (option == ':') usage_error("%s: its argument is missing", word);
    else if (is_short) usage_error("-%c: unknown option", optopt);
    else usage_error("%s: unknown option, or no argument is expected", word);
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
            report_bad_option(option, argv[optind - 1]);
            return 2;
        }
        if (!take_option(o, option, optarg)) return 2;
    }
    return finish_options(o, argc, argv) ? COMPILE : 2;
}
