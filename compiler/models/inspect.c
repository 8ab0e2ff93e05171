/* onnx2c inspect: what a model is, and all that stands in its way. */
#include "models/inspect.h"

#include <getopt.h>

typedef struct {
    Options compile;
    bool json;
} InspectOptions;

static bool take_json(void *options, Foreign value)
{
    (void)value;
    ((InspectOptions *)options)->json = true;
    return true;
}

static const OptionRow inspect_options[] = {
    {0, "json", NULL, "print it as JSON", take_json, NULL},
};

static int parse_inspect_command(InspectOptions *o, int argc, char **argv)
{
    static const char *const shared[] = {"dim", "custom", "text", "target", "help"};
    enum { N_SHARED = sizeof shared / sizeof *shared };
    const Command command = {
        .usage =
            "usage: onnx2c inspect MODEL.onnx [options]\n"
            "\n"
            "Prints inputs, outputs, opsets, operators, parameters, cost, the dimensions that are open, and every\n"
            "reason why the model can't be compiled, as far as can be known.\n"
            "\n",
        .notes = "\nExits with 0 if the model could be read, whether it can be compiled or not.\n",
        .rows = inspect_options,
        .n_rows = sizeof inspect_options / sizeof *inspect_options,
        .shared = compile_rows(N_SHARED, shared),
        .n_shared = N_SHARED,
        .compile = &o->compile,
    };
    *o = (InspectOptions){.compile = {.name = "model", .target = target_portable}};
    int status = parse_command_line(&command, o, argc, argv);
    if (status != GO_ON) return status;
    return take_one_model(&o->compile.model_path, argc - optind, argv + optind) ? GO_ON : 2;
}

int inspect_main(int argc, char **argv)
{
    InspectOptions o;
    Facts facts = {0};
    int status = parse_inspect_command(&o, argc, argv);
    if (status != GO_ON) return status;
    facts.model = read_proto(o.compile.model_path);
    if (!facts.model) return 1;
    collect_facts(&facts);
    find_verdict(&facts, &o.compile);
    if (o.json) print_facts_json(&facts);
    else print_facts(&facts, o.compile.model_path);
    return 0;
}
