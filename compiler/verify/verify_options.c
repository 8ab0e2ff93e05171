/* The command line of verify. */
#include "verify/verify.h"

#include <getopt.h>
#include <math.h>
#include <string.h>

static bool take_tolerance(const char *option, double *tolerance, Foreign value)
{
    if (foreign_number(value, tolerance) && isfinite(*tolerance) && *tolerance >= 0) return true;
    return usage_error("%s %s: expected a number, 0 or more", option, shown(value));
}

static bool take_rtol(void *options, Foreign value)
{
    return take_tolerance("--rtol", &((VerifyOptions *)options)->tolerance.relative, value);
}

static bool take_atol(void *options, Foreign value)
{
    Tolerance *t = &((VerifyOptions *)options)->tolerance;
    t->scaled = false;
    return take_tolerance("--atol", &t->absolute, value);
}

static bool take_count(const char *option, int64_t low, int64_t high, int64_t *count, Foreign value)
{
    double x;
    if (foreign_number(value, &x) && x >= (double)low && x <= (double)high && x == floor(x)) {
        *count = (int64_t)x;
        return true;
    }
    return usage_error("%s %s: expected a whole number, %lld to %lld", option, shown(value), (long long)low,
                       (long long)high);
}

static bool take_seed(void *options, Foreign value)
{
    return take_count("--seed", 0, INT32_MAX, &((VerifyOptions *)options)->seed, value);
}

static bool take_runs(void *options, Foreign value)
{
    return take_count("--runs", 1, 1000, &((VerifyOptions *)options)->runs, value);
}

static bool take_reference(void *options, Foreign value)
{
    ((VerifyOptions *)options)->asks_ort = foreign_is(value, "ort");
    return foreign_is(value, "ort") || foreign_is(value, "self") ||
           usage_error("--reference %s: expected self or ort", shown(value));
}

static bool take_per_node(void *options, Foreign value)
{
    (void)value;
    ((VerifyOptions *)options)->per_node = true;
    return true;
}

static bool take_values(void *options, Foreign value)
{
    ((VerifyOptions *)options)->per_node = true;
    return take_path(&((VerifyOptions *)options)->values, value);
}

static bool take_python(void *options, Foreign value)
{
    return take_path(&((VerifyOptions *)options)->python, value);
}

static bool take_record(void *options, Foreign value)
{
    return take_path(&((VerifyOptions *)options)->record, value);
}

static bool take_cc(void *options, Foreign value)
{
    return take_path(&((VerifyOptions *)options)->cc, value);
}

static bool take_cflags(void *options, Foreign value)
{
    ((VerifyOptions *)options)->cflags = value;
    return true;
}

static bool take_keep(void *options, Foreign value)
{
    return take_path(&((VerifyOptions *)options)->keep, value);
}

static bool take_with(void *options, Foreign value)
{
    return take_path(&((VerifyOptions *)options)->with, value);
}

static const OptionRow verify_options[] = {
    {0, "rtol", "X", "relative tolerance of floating-point results:\n|a-b| <= atol + rtol*|b|; default 1e-3", take_rtol,
     NULL},
    {0, "atol", "X",
     "absolute tolerance; default 1e-7 or, if that is more, 1e-5 of the largest\nmagnitude expected in the tensor "
     "(float16 1e-3, bfloat16 1e-2)",
     take_atol, NULL},
    {0, "runs", "N", "so many data sets of them; default 3", take_runs, NULL},
    {0, "reference", "WHO",
     "what is right of made inputs says: self, the graph as it stands in the file,\nevaluated in double without "
     "optimisation (default); ort, ONNX Runtime",
     take_reference, NULL},
    {0, "python", "FILE", "the Python that has onnxruntime and onnx; default: python3", take_python, NULL},
    {0, "record", "DIR", "make data sets, and leave them there", take_record, NULL},
    {0, "per-node", NULL,
     "also compare every value that the code still has, in order, on the first data set\nwith what the graph as it "
     "stands in the file computes; the first that departs is marked",
     take_per_node, NULL},
    {0, "values", "DIR", "with the named tensors in this folder's files *.pb instead", take_values, NULL},
    {0, "seed", "N", "of the inputs that are made where there are no data sets; default 0", take_seed, NULL},
    {0, "cc", "PROGRAM", "the C compiler; default: cc", take_cc, NULL},
    {0, "cflags", "TEXT", "its options, separated by spaces; default: -std=c99 -O1, to profile -O2", take_cflags, NULL},
    {0, "keep", "DIR", "work in this folder and leave there what was generated and built", take_keep, NULL},
    {0, "with", "FILE", "a C file that is built along: the functions of custom operators", take_with, NULL},
};

enum { N_OPTIONS = sizeof verify_options / sizeof *verify_options };

/* Before it stand those that are about comparing. */
static int first_of_profile(void)
{
    int i = 0;
    while (strcmp(verify_options[i].name, "seed") != 0) i++;
    return i;
}

static bool take_arguments(VerifyOptions *o, int count, char **arguments)
{
    if (count == 0) return usage_error("no model is given");
    if (count > 2)
        return usage_error("%s: expected one model and one folder of data sets", shown(foreign(arguments[2])));
    o->compile.model_path = foreign(arguments[0]);
    if (count == 2) o->dir = foreign(arguments[1]);
    if (!foreign_none(o->with) && !path_exists(o->with))
        return usage_error("--with %s: there is no such file", shown(o->with));
    if (o->compile.weights == WEIGHTS_FILE)
        return usage_error("--weights file: no program provides them here; expected inline, numbers or incbin");
    if (count == 2 && (o->asks_ort || !foreign_none(o->record)))
        return usage_error("--reference and --record are about made inputs; %s has data", shown(o->dir));
    return true;
}

/* Above this, weights go to the assembler as a file: the C compiler would take seconds for them. */
enum { LARGE_WEIGHTS = 1 << 20 };

static const char shared_notes[] =
    "\nDimensions left open are bounded by the data sets' sizes. What --cc makes for a --target must run here.\n"
    "Without --weights constants stand in the C or, if they are large, beside it (incbin). Data are as the model\n"
    "has them, whatever --io says.\n";

/* Its own options begin with the row `first`. */
static int parse(VerifyOptions *o, Command command, int first, int argc, char **argv)
{
    static const char *const shared[] = {"report",       "dim",     "custom",       "text",      "target",
                                         "optimize",     "weights", "weights-type", "precision", "io",
                                         "reuse-inputs", "region",  "verbose",      "help"};
    const bool has_times = first > 0; /* then a report has them */
    command.rows = verify_options + first;
    command.n_rows = N_OPTIONS - first;
    command.n_shared = (int)(sizeof shared / sizeof *shared) - !has_times;
    command.shared = compile_rows(command.n_shared, shared + !has_times);
    command.compile = &o->compile;
    command.notes = mem_printf("%s%s", shared_notes, command.notes);
    *o = (VerifyOptions){.cc = foreign("cc"),
                         .python = foreign("python3"),
                         .runs = 3,
                         .tolerance = {.relative = 1e-3, .absolute = 1e-7, .scaled = true},
                         .compile = {.name = "model",
                                     .target = target_portable,
                                     .weights = WEIGHTS_AUTO,
                                     .inline_bytes = LARGE_WEIGHTS}};
    int status = parse_command_line(&command, o, argc, argv);
    if (status != GO_ON) return status;
    progress_start(o->compile.verbose);
    return take_arguments(o, argc - optind, argv + optind) ? GO_ON : 2;
}

int parse_verify_options(VerifyOptions *o, int argc, char **argv)
{
    const Command command = {
        .usage = "usage: onnx2c verify MODEL.onnx [DIR] [options]\n"
                 "\n"
                 "Compiles the model, builds the C with the host's compiler, runs it on data sets and compares.\n"
                 "DIR holds the data: input_N.pb and output_N.pb, or folders test_data_set_* with them; default:\n"
                 "those beside the model, or if there are none, inputs that are made up.\n"
                 "\n",
        .notes = "Exits with 0 if every output of every data set is right, with 1 if not.\n",
    };
    int status = parse(o, command, 0, argc, argv);
    if (foreign_none(o->cflags)) o->cflags = foreign("-std=c99 -O1");
    return status;
}

int parse_profile_options(VerifyOptions *o, int argc, char **argv)
{
    const Command command = {
        .usage =
            "usage: onnx2c profile MODEL.onnx [DIR] [options]\n"
            "\n"
            "Compiles the model, builds the C with the host's compiler, runs it and prints the time of each step.\n"
            "DIR holds the data: input_N.pb, or folders test_data_set_* with them, of which the first counts;\n"
            "default: those beside the model, or if there are none, inputs that are made up.\n"
            "\n",
        .notes = "",
    };
    int status = parse(o, command, first_of_profile(), argc, argv);
    o->profiles = true;
    if (status == GO_ON && o->compile.reuse_inputs) {
        usage_error("--reuse-inputs: to profile, the code runs again and again on the same inputs");
        return 2;
    }
    o->runs = 1;
    if (foreign_none(o->cflags)) o->cflags = foreign("-std=c99 -O2");
    return status;
}
