/* onnx2c check: is it a valid model? */
#include "models/check.h"

#include "op/op.h"

#include <getopt.h>
#include <string.h>

static int parse_check_command(Foreign *model, int argc, char **argv)
{
    static const char *const shared[] = {"help"};
    const Command command = {
        .usage =
            "usage: onnx2c check MODEL.onnx\n"
            "\n"
            "Says everything that makes the model invalid: versions, names, order, operators and their attributes,\n"
            "sizes of tensors, external data, types and shapes.\n"
            "\n",
        .notes = "\nExits with 0 if it is valid, with 1 if not.\n",
        .shared = compile_rows(1, shared),
        .n_shared = 1,
    };
    int status = parse_command_line(&command, NULL, argc, argv);
    if (status != GO_ON) return status;
    return take_one_model(model, argc - optind, argv + optind) ? GO_ON : 2;
}

/* -- the model around its graph ---------------------------------------------------------------- */

static void check_versions(Check *c)
{
    enum { FIRST_WITH_IMPORTS = 3 };
    const ModelProto *m = c->model;
    if (!m->has_ir_version) model_error(&c->m, "no IR version, expected 3 to %d", ONNX__VERSION__IR_VERSION);
    else if (m->ir_version > ONNX__VERSION__IR_VERSION)
        model_error(&c->m, "IR version %lld is newer than %d, the newest there is", (long long)m->ir_version,
                    ONNX__VERSION__IR_VERSION);
    if (m->ir_version >= FIRST_WITH_IMPORTS && !m->n_opset_import)
        model_error(&c->m, "imports no opset, expected one of the domain \"\" at least");
    if (m->has_ir_version && m->ir_version < FIRST_WITH_IMPORTS && m->n_opset_import)
        model_error(&c->m, "imports opsets, which models of IR version %lld can't", (long long)m->ir_version);
}

static void check_metadata(Check *c)
{
    Map *keys = map_new();
    for (size_t i = 0; i < c->model->n_metadata_props; i++) {
        Foreign key = proto_text(c->model->metadata_props[i]->key);
        if (map_get(keys, key)) model_error(&c->m, "metadata \"%s\" is given twice", shown(key));
        map_put(keys, key, c);
    }
}

static void index_functions(Check *c)
{
    c->functions = map_new();
    for (size_t i = 0; i < c->model->n_functions; i++) {
        const FunctionProto *f = c->model->functions[i];
        Foreign key = foreign_join(foreign_suffixed(short_domain(proto_text(f->domain)), "\n"), proto_text(f->name));
        map_put(c->functions, key, c);
    }
}

/* What inference finds out about types and shapes; that it can't compile something is no matter. */
static void check_types(Check *c)
{
    const Model *known = known_model(c->m.path);
    const char *front = mem_printf("onnx2c: error: %s: ", shown(c->m.path));
    for (int i = 0; i < known->n_messages; i++)
        if (strstr(known->messages[i], INVALID_HERE)) model_error(&c->m, "%s", known->messages[i] + strlen(front));
}

int check_main(int argc, char **argv)
{
    Check c = {0};
    int status = parse_check_command(&c.m.path, argc, argv);
    if (status != GO_ON) return status;
    c.model = read_proto(c.m.path);
    if (!c.model) return 1;
    check_versions(&c);
    check_metadata(&c);
    index_functions(&c);
    check_graph(&c, c.model->graph, NULL);
    for (size_t i = 0; i < c.model->n_functions; i++) check_function(&c, c.model->functions[i]);
    if (!c.m.errors) check_types(&c);
    if (!c.m.errors) printf("%s: valid\n", shown(c.m.path));
    return c.m.errors ? 1 : 0;
}
