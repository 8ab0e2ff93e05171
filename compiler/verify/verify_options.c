/* The command line of verify. */
#include "verify/verify.h"

#include "compile/compile.h"

#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: onnx2c verify MODEL.onnx [DIR] [options]\n"
    "\n"
    "Compiles the model, builds the C with the host's compiler, runs it on data sets and compares. DIR holds the data: "
    "input_N.pb and\n"
    "output_N.pb, or folders test_data_set_* with them; default: those beside the model.\n"
    "\n"
    "      --rtol X      relative tolerance of floating-point results: |a-b| <= atol + rtol*|b|; default 1e-3\n"
    "      --atol X      absolute tolerance; default 1e-7\n"
    "      --cc PROGRAM  the C compiler; default: cc\n"
    "      --cflags TEXT its options, separated by spaces; default: -std=c99 -O1\n"
    "      --keep DIR    work in this folder and leave there what was generated and built\n"
    "      --dim NAME=N, --dim NAME=LO..HI\n"
    "                    as when compiling; dimensions left open are bounded by the data sets' sizes\n"
    "      --custom DOMAIN::OP=SPEC, --custom @FILE\n"
    "                    as when compiling\n"
    "      --with FILE   a C file that is built along: the functions of custom operators\n"
    "  -v, --verbose     print the time each stage takes\n"
    "  -h, --help        print this\n"
    "\n"
    "Exits with 0 if every output of every data set is right, with 1 if not.\n";

enum { OPT_RTOL = 256, OPT_ATOL, OPT_CC, OPT_CFLAGS, OPT_KEEP, OPT_DIM, OPT_CUSTOM, OPT_WITH };

static const struct option long_options[] = {
    {"rtol", required_argument, NULL, OPT_RTOL},
    {"atol", required_argument, NULL, OPT_ATOL},
    {"cc", required_argument, NULL, OPT_CC},
    {"cflags", required_argument, NULL, OPT_CFLAGS},
    {"keep", required_argument, NULL, OPT_KEEP},
    {"dim", required_argument, NULL, OPT_DIM},
    {"custom", required_argument, NULL, OPT_CUSTOM},
    {"with", required_argument, NULL, OPT_WITH},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static bool parse_tolerance(const char *option, Foreign text, double *value)
{
    if (foreign_number(text, value) && isfinite(*value) && *value >= 0) return true;
    return usage_error("%s %s: expected a number, 0 or more", option, shown(text));
}

static bool take_option(VerifyOptions *o, int option, Foreign value)
{
    switch (option) {
    case OPT_RTOL: return parse_tolerance("--rtol", value, &o->tolerance.relative);
    case OPT_ATOL: return parse_tolerance("--atol", value, &o->tolerance.absolute);
    case OPT_CC: o->cc = value; break;
    case OPT_CFLAGS: o->cflags = value; return true;
    case OPT_KEEP: o->keep = value; break;
    case OPT_DIM: return parse_dim_option(&o->compile, value);
    case OPT_CUSTOM: return parse_custom_option(&o->compile, value);
    case OPT_WITH: o->with = value; break;
    case 'v': o->compile.verbose = true; return true;
    default: internal_error("option %d", option);
    }
    return !foreign_empty(value) || usage_error("--cc, --keep and --with need a name");
}

static bool take_arguments(VerifyOptions *o, int count, char **arguments)
{
    if (count == 0) return usage_error("no model is given");
    if (count > 2)
        return usage_error("%s: expected one model and one folder of data sets", shown(foreign(arguments[2])));
    o->compile.model_path = foreign(arguments[0]);
    if (count == 2) o->dir = foreign(arguments[1]);
    return true;
}

int parse_verify_options(VerifyOptions *o, int argc, char **argv)
{
    int option;
    *o = (VerifyOptions){.cc = foreign("cc"),
                         .cflags = foreign("-std=c99 -O1"),
                         .tolerance = {.relative = 1e-3, .absolute = 1e-7},
                         .compile = {.name = "model", .target = "portable"}};
    opterr = 0;
    while ((option = getopt_long(argc, argv, "hv", long_options, NULL)) != -1) {
        if (option == 'h') {
            fputs(usage, stdout);
            return 0;
        }
        if (option == '?') {
            usage_error("%s: unknown option, or its argument is missing", shown(foreign(argv[optind - 1])));
            return 2;
        }
        if (!take_option(o, option, foreign(optarg))) return 2;
    }
    return take_arguments(o, argc - optind, argv + optind) ? VERIFY : 2;
}
