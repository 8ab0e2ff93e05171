/* onnx2c extract: the command line. */
#include "models/extract.h"

#include <getopt.h>

static void add_name(Names *names, Foreign name)
{
    mem_grow(&names->items, &names->capacity, names->count + 1, sizeof *names->items);
    names->items[names->count++] = name;
}

/* Names separated by commas. */
static bool take_names(Names *names, const char *option, Foreign value)
{
    while (foreign_has(value, ",")) {
        size_t comma = (size_t)foreign_first(value, ",");
        if (comma == 0) break;
        add_name(names, foreign_part(value, 0, comma));
        value = foreign_from(value, comma + 1);
    }
    if (foreign_empty(value) || foreign_at(value, 0) == ',')
        return usage_error("%s: expected names, separated by commas", option);
    add_name(names, value);
    return true;
}

static bool take_from(void *options, Foreign value)
{
    return take_names(&((ExtractOptions *)options)->from, "--from", value);
}

static bool take_to(void *options, Foreign value)
{
    return take_names(&((ExtractOptions *)options)->to, "--to", value);
}

static bool take_output(void *options, Foreign value)
{
    return take_path(&((ExtractOptions *)options)->output, value);
}

static const OptionRow extract_options[] = {
    {'o', "output", "FILE", "the part, as a model of its own", take_output, NULL},
    {0, "from", "A,B,...", "its inputs: values, or nodes, whose inputs it then has; default: the model's", take_from,
     NULL},
    {0, "to", "C,D,...", "its outputs: values, or nodes, whose outputs it then has; default: the model's", take_to,
     NULL},
};

static bool take_arguments(ExtractOptions *o, int count, char **arguments)
{
    if (!take_one_model(&o->model, count, arguments)) return false;
    if (!o->from.count && !o->to.count)
        return usage_error("neither --from nor --to says which part of the model it is");
    return check_output(o->model, o->output);
}

static int parse_extract_command(ExtractOptions *o, int argc, char **argv)
{
    static const char *const shared[] = {"help"};
    const Command command = {
        .usage = "usage: onnx2c extract MODEL.onnx --from A,B --to C -o SUB.onnx\n"
                 "\n"
                 "Writes the part of a model that lies between some values and others.\n"
                 "\n",
        .notes = "\nBoth can be given more than once.\n",
        .rows = extract_options,
        .n_rows = sizeof extract_options / sizeof *extract_options,
        .shared = compile_rows(1, shared),
        .n_shared = 1,
    };
    *o = (ExtractOptions){0};
    int status = parse_command_line(&command, o, argc, argv);
    if (status != GO_ON) return status;
    return take_arguments(o, argc - optind, argv + optind) ? GO_ON : 2;
}

int extract_main(int argc, char **argv)
{
    ExtractOptions o;
    int status = parse_extract_command(&o, argc, argv);
    if (status != GO_ON) return status;
    ModelProto *proto = read_proto(o.model);
    return proto && extract_part(proto, &o) && write_proto(proto, o.model, o.output) ? 0 : 1;
}
