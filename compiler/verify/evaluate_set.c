/* The graph as it stands in the file, evaluated on a data set. */
#include "verify/verify.h"

static void fill_list(Graph *g, Value *list, const DataItem *item)
{
    list->items = mem_array((size_t)item->count + 1, sizeof *list->items);
    list->n_items = item->count;
    for (int i = 0; i < item->count; i++) {
        const DataItem *part = &item->items[i];
        Foreign name = foreign_suffixed(list->wanted, "_%d", i);
        if (part->kind == KIND_TENSOR) {
            const Type *t = &part->tensor->type;
            list->items[i] = value_const(g, name, t->dtype, &t->shape, part->tensor->data);
        } else {
            list->items[i] = value_new(g, name);
            list->items[i]->type = *list->type.elem;
            fill_list(g, list->items[i], part);
        }
    }
}

static bool fill_map(Model *m, Value *map, const DataItem *item)
{
    DataItem parts[2];
    Value *made[2];
    if (!map_of_data(m, map, item, parts)) return false;
    for (int i = 0; i < 2; i++) {
        const Type *t = &parts[i].tensor->type;
        Foreign name = foreign_suffixed(map->wanted, i ? "_values" : "_keys");
        made[i] = value_const(m->graph, name, t->dtype, &t->shape, parts[i].tensor->data);
    }
    map->map_keys = made[0];
    map->map_values = made[1];
    return true;
}

static bool fill_tensor(Model *m, Value *v, const DataItem *item)
{
    if (item->kind == KIND_TENSOR && v->type.kind == KIND_TENSOR &&
        shape_equal(&v->type.shape, &item->tensor->type.shape)) {
        v->data = item->tensor->data;
        return true;
    }
    model_error(m, "input \"%s\" is no tensor or list of the size that the data have: it can't be evaluated",
                shown(v->name));
    return false;
}

static bool fill(Model *m, void *context)
{
    const DataSet *set = context;
    for (int i = 0; i < m->graph->n_inputs; i++) {
        Value *v = m->graph->inputs[i];
        DataItem item;
        if (!load_data_item(m, foreign_suffixed(set->path, "/input_%d.pb", i), &v->type, &item)) return false;
        bool is_list = (item.kind == KIND_SEQUENCE || item.kind == KIND_OPTIONAL) && item.kind == v->type.kind;
        if (is_list) fill_list(m->graph, v, &item);
        else if (v->type.kind == KIND_MAP ? !fill_map(m, v, &item) : !fill_tensor(m, v, &item)) return false;
    }
    return true;
}

/* Every dimension as large as in the data. */
static bool fix_sizes(Model *asking, const Options *compile, const DataSets *set, Options *sized)
{
    OpenDim *dims;
    int count = load_open_dims(asking->path, &dims), kept = 0;
    *sized = *compile;
    sized->dims = mem_array((size_t)sized->n_dims + 1, sizeof *sized->dims);
    for (int i = 0; i < compile->n_dims; i++)
        if (compile->dims[i].low == compile->dims[i].high && !compile->dims[i].of_data)
            sized->dims[kept++] = compile->dims[i];
    sized->n_dims = sized->cap_dims = kept;
    if (!bound_dims(asking, set, dims, count, sized)) return false;
    for (int i = 0; i < sized->n_dims; i++)
        if (sized->dims[i].of_data) sized->dims[i].low = sized->dims[i].high;
    return true;
}

Model *evaluate_set(const Options *compile, const DataSet *set)
{
    const bool silent = compile->keeps_messages;
    Model asking = {.path = compile->model_path, .options.keeps_messages = silent, .holds_messages = silent};
    DataSet copy = *set;
    const DataSets only = {.count = 1, .items = &copy};
    Options sized;
    if (!fix_sizes(&asking, compile, &only, &sized)) return NULL;
    Model *m = evaluate_model(&sized, fill, &copy);
    return m->errors ? NULL : m;
}
