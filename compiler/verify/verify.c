/* onnx2c verify: compiles the model, builds the generated code, runs it on data sets and compares what comes out. */
#include "verify/verify.h"

#include "compile/compile.h"

static bool load_data_sets(Model *m, DataSets *sets)
{
    bool good = true;
    for (int i = 0; i < sets->count; i++)
        if (!load_data_set(m, &sets->items[i])) good = false;
    return good;
}

static int run_data_sets(Model *m, const VerifyOptions *o, Foreign folder, const DataSets *sets)
{
    int right = 0;
    for (int i = 0; i < sets->count; i++) right += run_data_set(m, folder, &sets->items[i], o->tolerance);
    printf("%d of %d data sets ok\n", right, sets->count);
    return right == sets->count ? 0 : 1;
}

int verify_main(int argc, char **argv)
{
    VerifyOptions o;
    DataSets sets = {0};
    int status = parse_verify_options(&o, argc, argv);
    if (status != GO_ON) return status;
    Model data = {.path = o.compile.model_path}; /* for messages about the data, until there is a model */
    OpenDim *dims;
    int open_dims = load_open_dims(data.path, &dims);
    if (open_dims >= 0 &&
        (!find_data_sets(&data, o.dir, &sets) || !bound_dims(&data, &sets, dims, open_dims, &o.compile)))
        return 1;
    o.compile.describe_list = list_of_data;
    o.compile.list_source = &sets;
    Model *m = compile_model(&o.compile); /* says, too, why a file is no model */
    if (m->errors || !load_data_sets(m, &sets)) return 1;
    Foreign folder = work_folder(o.keep);
    if (foreign_none(folder) || !build(m, &o, folder)) return 1;
    return run_data_sets(m, &o, folder, &sets);
}
