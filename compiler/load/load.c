/* load: from the file to a Model.
 *
 * Requires: the options.
 * Leaves: a graph in execution order. Model-local functions are inlined, Constant nodes and initializers are constant
 * Values, every name is resolved to its Value (of an outer graph where it stands there), the inputs are typed with
 * --dim applied, everything else is as the file declares it. */
#include "load/load.h"

#include "load/load_private.h"
#include "base/base.h"
#include "op/op.h"

#include <stdlib.h>
#include <string.h>

enum {
    OLDEST_IR = 3,
    NEWEST_IR = ONNX__VERSION__IR_VERSION,
    NEWEST_OPSET = 28, /* of ai.onnx */
};

/* False if the domain is imported already; some exporters do so twice. */
static bool is_new_import(Model *m, Foreign domain, int64_t version)
{
    for (int i = 0; i < m->n_opsets; i++) {
        if (!foreign_equal(m->opsets[i].domain, domain)) continue;
        if (m->opsets[i].version != version)
            model_error(m, "imports opsets %d and %lld of domain \"%s\"", m->opsets[i].version, (long long)version,
                        shown(domain));
        return false;
    }
    return true;
}

static void load_opsets(Model *m, const ModelProto *proto)
{
    for (size_t i = 0; i < proto->n_opset_import; i++) {
        Foreign domain = short_domain(proto_text(proto->opset_import[i]->domain));
        int64_t version = proto->opset_import[i]->version;
        if (version < 1 || version > INT32_MAX) {
            model_error(m, "imports opset %lld of domain \"%s\"", (long long)version, shown(domain));
            continue;
        }
        if (!is_new_import(m, domain, version)) continue;
        mem_grow(&m->opsets, &m->cap_opsets, m->n_opsets + 1, sizeof *m->opsets);
        m->opsets[m->n_opsets++] = (OpsetImport){domain, (int)version};
        if (foreign_empty(domain) && version > NEWEST_OPSET)
            model_warning(m,
                          "opset %lld is newer than %d, the newest this version of onnx2c knows; an operator changed "
                          "since is read as it was",
                          (long long)version, NEWEST_OPSET);
    }
}

static ModelProto *read_model(Model *m)
{
    size_t length;
    const char *why;
    const uint8_t *bytes = file_read(m->path, &length, &why);
    if (!bytes) {
        model_error(m, "%s", why);
        return NULL;
    }
    sha256_hex(bytes, length, m->sha256);
    ModelProto *proto = model_unpack(bytes, length, &why);
    if (!proto) model_error(m, "%s", why);
    return proto;
}

static void check_version(Model *m)
{
    if (m->ir_version < OLDEST_IR)
        model_error(
            m, "IR version %lld is older than %d, the oldest supported; convert the model with onnx.version_converter",
            (long long)m->ir_version, OLDEST_IR);
    if (m->ir_version > NEWEST_IR)
        model_warning(m, "IR version %lld is newer than %d, the newest this version of onnx2c knows",
                      (long long)m->ir_version, NEWEST_IR);
}

Model *load_model(const Options *options)
{
    Model *m = mem_alloc(sizeof *m);
    m->path = options->model_path;
    m->options = *options;
    for (int i = 0; i < options->n_dims; i++) options->dims[i].uses = 0;
    const ModelProto *proto = read_model(m);
    if (!proto) return m;
    m->ir_version = proto->ir_version;
    check_version(m);
    load_opsets(m, proto);
    Loader l = {.model = m, .dims = map_new()};
    functions_index(&l, proto);
    dims_index(&l, proto->graph);
    m->graph = load_graph(&l, NULL, proto->graph);
    if (!m->errors) name_weights(m->graph);
    if (!proto->graph->n_output) model_error(m, "the graph has no outputs");
    if (m->errors) dims_report_unused(m); /* else infer does, which asks for more */
    return m;
}
