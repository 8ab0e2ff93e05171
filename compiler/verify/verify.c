/* onnx2c verify: compiles the model, builds the generated code, runs it on data sets and compares what comes out. */
#include "verify/verify.h"

#include "compile/compile.h"

static bool load_data_sets(Model *m, DataSets *sets, bool inputs_only)
{
    bool good = true;
    for (int i = 0; i < sets->count; i++)
        if (!(inputs_only ? load_inputs : load_data_set)(m, &sets->items[i])) good = false;
    return good;
}

static int run_data_sets(Model *m, const VerifyOptions *o, Foreign folder, DataSets *sets)
{
    int right = 0;
    for (int i = 0; i < sets->count; i++) right += run_data_set(m, folder, &sets->items[i], o->tolerance);
    printf("%d of %d data sets ok\n", right, sets->count);
    return right == sets->count ? 0 : 1;
}

static bool makes_data(const VerifyOptions *o)
{
    return foreign_none(o->dir) && (o->asks_ort || !foreign_none(o->record) || !has_data_sets(o->compile.model_path));
}

/* Of the first set in which something differs. */
static void explain_first(const VerifyOptions *o, const DataSets *sets, int n_outputs)
{
    for (int i = 0; i < sets->count; i++)
        for (int k = 0; k < n_outputs; k++)
            if (sets->items[i].differences[k].is_wrong) {
                explain_differences(o, &sets->items[i], n_outputs);
                return;
            }
}

/* Where the data sets are: the user's, or made ones. NULL, after a message: nowhere. */
static Foreign folder_of_data(const VerifyOptions *o, Foreign work)
{
    if (!foreign_none(o->dir)) return o->dir;
    if (!makes_data(o)) return path_folder(o->compile.model_path);
    Foreign folder = foreign_or(o->record, work);
    if (!path_make_folder(folder)) {
        Model m = {.path = o->compile.model_path};
        model_error(&m, "%s: can't make this folder", shown(folder));
        return foreign(NULL);
    }
    return make_data_sets(o, folder, work) ? folder : foreign(NULL);
}

Model *prepare(VerifyOptions *o, Foreign folder, DataSets *sets)
{
    Model data = {.path = o->compile.model_path}; /* for messages about the data, until there is a model */
    OpenDim *dims;
    int open_dims = load_open_dims(data.path, &dims);
    if (open_dims >= 0) {
        Foreign dir = folder_of_data(o, folder);
        if (foreign_none(dir) || !find_data_sets(&data, dir, sets)) return NULL;
        if (o->profiles || o->per_node) sets->count = 1;
        if (o->per_node && foreign_none(o->values) && !write_node_values(o, sets, folder)) return NULL;
        if (!bound_dims(&data, sets, dims, open_dims, &o->compile)) return NULL;
    }
    o->compile.describe_list = list_of_data;
    o->compile.list_source = sets;
    Model *m = compile_model(&o->compile); /* says, too, why a file is no model */
    if (m->errors || !load_data_sets(m, sets, o->profiles)) return NULL;
    return build(m, o, folder) ? m : NULL;
}

int verify_main(int argc, char **argv)
{
    VerifyOptions o;
    DataSets sets = {0};
    int status = parse_verify_options(&o, argc, argv);
    if (status != GO_ON) return status;
    Foreign folder = work_folder(o.keep);
    Model *m = foreign_none(folder) ? NULL : prepare(&o, folder, &sets);
    if (!m) return 1;
    status = run_data_sets(m, &o, folder, &sets);
    bool nodes_wrong = o.per_node && !check_nodes(m, &o, folder);
    if (status) explain_first(&o, &sets, m->graph->n_outputs);
    return nodes_wrong ? 1 : status;
}
