/* onnx2c simplify: the command, and what is left of the graph. */
#include "models/simplify.h"

#include "models/extract.h"

#include <getopt.h>

typedef struct {
    Foreign model, output;
} SimplifyOptions;

static SimplePass *const passes[] = {drop_known, settle_shape, drop_no_op,  join_moves,
                                     fold_norm,  fold_bias,    merge_equal, NULL};

static bool take_output(void *options, Foreign value)
{
    return take_path(&((SimplifyOptions *)options)->output, value);
}

static const OptionRow simplify_options[] = {
    {'o', "output", "FILE", "the simplified model", take_output, NULL},
};

static int parse_simplify_command(SimplifyOptions *o, int argc, char **argv)
{
    static const char *const shared[] = {"help"};
    const Command command = {
        .usage = "usage: onnx2c simplify MODEL.onnx -o OUT.onnx\n"
                 "\n"
                 "Writes a model that computes the same with fewer nodes, all of them ONNX's own operators: what is\n"
                 "known beforehand is computed, what does nothing is gone, values have shapes.\n"
                 "\n",
        .notes = "\nInputs that have a value in the model are constants from then on.\n",
        .rows = simplify_options,
        .n_rows = sizeof simplify_options / sizeof *simplify_options,
        .shared = compile_rows(1, shared),
        .n_shared = 1,
    };
    *o = (SimplifyOptions){0};
    int status = parse_command_line(&command, o, argc, argv);
    if (status != GO_ON) return status;
    return take_one_model(&o->model, argc - optind, argv + optind) && check_output(o->model, o->output) ? GO_ON : 2;
}

int simplify_main(int argc, char **argv)
{
    SimplifyOptions o;
    int status = parse_simplify_command(&o, argc, argv);
    if (status != GO_ON) return status;
    ModelProto *proto = read_proto(o.model);
    if (!proto) return 1;
    Model *known = known_model(o.model);
    GraphProto *g = proto->graph;
    simplify_graph(proto, known, passes);
    ValueInfoProto **inputs = g->input;
    size_t n_inputs = g->n_input;
    const ExtractOptions all = {.model = o.model};
    if (!extract_part(proto, &all)) return 1;
    g->input = inputs;
    g->n_input = n_inputs;
    return write_proto(proto, o.model, o.output) ? 0 : 1;
}
