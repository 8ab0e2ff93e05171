/* Data sets: folders of input_N.pb and output_N.pb. */
#include "verify/verify.h"

#include "op/op.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static Foreign data_path(const DataSet *set, const char *what, int number)
{
    return foreign_suffixed(set->path, "/%s_%d.pb", what, number);
}

/* -- finding them ------------------------------------------------------------------------------ */

static void add_set(DataSets *sets, Foreign path)
{
    mem_grow(&sets->items, &sets->capacity, sets->count + 1, sizeof *sets->items);
    sets->items[sets->count++] = (DataSet){.path = path};
}

/* test_data_set_9 before test_data_set_10. */
static int in_order(const void *a, const void *b)
{
    Foreign x = ((const DataSet *)a)->path, y = ((const DataSet *)b)->path;
    size_t length_x = foreign_length(x), length_y = foreign_length(y);
    return length_x != length_y ? (length_x > length_y) - (length_x < length_y) : foreign_order(x, y);
}

static bool list_sets(Model *m, Foreign dir, DataSets *sets)
{
    DIR *d = path_directory(dir);
    if (!d) {
        model_error(m, "%s: can't be opened: %s", shown(dir), strerror(errno));
        return false;
    }
    for (struct dirent *entry; (entry = readdir(d));) {
        Foreign name = foreign(entry->d_name);
        if (foreign_starts(name, "test_data_set_")) add_set(sets, foreign_join(foreign_suffixed(dir, "/"), name));
    }
    closedir(d);
    if (sets->count > 1) qsort(sets->items, (size_t)sets->count, sizeof *sets->items, in_order);
    return true;
}

bool find_data_sets(Model *m, Foreign dir, DataSets *sets)
{
    *sets = (DataSets){0};
    if (foreign_none(dir)) dir = path_folder(m->path);
    DataSet itself = {.path = dir};
    if (path_exists(data_path(&itself, "input", 0)) || path_exists(data_path(&itself, "output", 0))) {
        add_set(sets, dir);
        return true;
    }
    if (!list_sets(m, dir, sets)) return false;
    if (!sets->count)
        model_error(m,
                    "%s: no data: expected input_0.pb and output_0.pb there, or folders test_data_set_* that hold them",
                    shown(dir));
    return sets->count > 0;
}

/* -- bounds of the open dimensions ------------------------------------------------------------- */

static bool is_given(const Options *o, Foreign name)
{
    for (int i = 0; i < o->n_dims; i++)
        if (foreign_equal(o->dims[i].name, name)) return true;
    return false;
}

/* Widens the bounds of this name. */
static void include(Options *o, Foreign name, int64_t low, int64_t high)
{
    for (int i = 0; i < o->n_dims; i++) {
        DimOption *d = &o->dims[i];
        if (!foreign_equal(d->name, name)) continue;
        if (low < d->low) d->low = low;
        if (high > d->high) d->high = high;
        return;
    }
    mem_grow(&o->dims, &o->cap_dims, o->n_dims + 1, sizeof *o->dims);
    o->dims[o->n_dims++] = (DimOption){.name = name, .low = low, .high = high, .of_data = true};
}

static void include_size(Options *o, Foreign name, int64_t size)
{
    include(o, name, size < 1 ? size : 1, size);
}

/* Values stay values: a range of more than one where possible, so that nothing is compiled for the data's own numbers.
 * But 1 is among them only if it or less is there, since what has a size of 1 may have another rank, and none is larger
 * than the data have it. Those that are no sizes, such as the end of a slice that takes everything, get no bounds in
 * the end (see bound_dims). */
static void include_values(const Model *m, Options *o, Foreign input, const Value *v)
{
    int64_t count = value_count(v);
    for (int64_t i = 0; i < count && i < MAX_RANK; i++) {
        Foreign name = foreign_suffixed(input, "[%lld]", (long long)i);
        int64_t x = const_as_int(v, i);
        if (is_given(&m->options, name)) continue;
        if (x < 2) include(o, name, x < 1 ? x : 1, 2);
        else include(o, name, 2, x);
    }
}

static bool include_set(Model *m, const DataSet *set, const OpenDim *dims, int count, Options *o)
{
    static const Type map = {.kind = KIND_MAP};
    DataItem item = {0};
    const OpenDim *loaded = NULL;
    for (int i = 0; i < count; i++) {
        const OpenDim *d = &dims[i];
        if (is_given(&m->options, d->name)) continue;
        if (d->of_output && !path_exists(data_path(set, "output", d->number))) continue;
        bool same = loaded && loaded->number == d->number && loaded->of_output == d->of_output;
        Foreign path = data_path(set, d->of_output ? "output" : "input", d->number);
        if (!same && !load_data_item(m, path, d->of_map ? &map : NULL, &item)) return false;
        loaded = d;
        const Shape *shape = &item.tensor->type.shape;
        if (d->axis == VALUES) include_values(m, o, d->name, item.tensor);
        else if (d->axis < shape->rank) include_size(o, d->name, dim_value(shape->dim[d->axis]));
    }
    return true;
}

static void drop_huge(Options *o)
{
    int kept = 0;
    for (int i = 0; i < o->n_dims; i++)
        if (o->dims[i].low >= -INT32_MAX && o->dims[i].high <= INT32_MAX) o->dims[kept++] = o->dims[i];
    o->n_dims = kept;
}

bool bound_dims(Model *m, const DataSets *sets, const OpenDim *dims, int count, Options *o)
{
    m->options = *o; /* what the user gave stays to be told from what is added */
    for (int i = 0; i < sets->count; i++)
        if (!include_set(m, &sets->items[i], dims, count, o)) return false;
    drop_huge(o);
    return true;
}

/* -- loading ----------------------------------------------------------------------------------- */

static int param_index(const Model *m, Dim d)
{
    for (int i = 0; i < m->n_params; i++)
        if (param_size(&m->params[i]) == d) return i;
    return -1;
}

/* The first size of a run-time dimension settles it. */
static void settle_dims(const Model *m, DataSet *set, const Shape *expected, const Shape *found)
{
    for (int d = 0; d < found->rank && d < expected->rank; d++) {
        int i = param_index(m, expected->dim[d]);
        if (i >= 0 && set->params[i] < 0) set->params[i] = dim_value(found->dim[d]);
    }
}

typedef struct {
    const Model *m;
    const DataSet *set;
    int tried; /* the parameter whose value is tried, or -1 */
    int64_t value;
    bool known; /* are all others settled? */
} Settled;

static int64_t settled_value(Foreign symbol, void *context)
{
    Settled *s = context;
    for (int i = 0; i < s->m->n_params; i++)
        if (foreign_equal(s->m->params[i].symbol, symbol)) {
            const Param *p = &s->m->params[i];
            int64_t value = i == s->tried ? s->value : s->set->params[i];
            if (value < 0 || (value - p->base) % p->step) s->known = false;
            return (value - p->base) / p->step;
        }
    s->known = false;
    return 0;
}

/* Does the size fit the dimension, once parameters are settled? One that stands in expressions only is settled by
 * trying. */
static bool size_fits(const Model *m, DataSet *set, Dim d, int64_t size)
{
    Settled s = {m, set, -1, 0, true};
    if (dim_eval(d, settled_value, &s) == size && s.known) return true;
    for (s.tried = 0; s.tried < m->n_params; s.tried++) {
        Dim param = param_size(&m->params[s.tried]);
        if (set->params[s.tried] >= 0) continue;
        for (s.value = dim_low(param); s.value <= dim_high(param); s.value++) {
            s.known = true;
            if (dim_eval(d, settled_value, &s) != size || !s.known) continue;
            set->params[s.tried] = s.value;
            return true;
        }
    }
    return false;
}

static bool fits(const Model *m, DataSet *set, const Type *expected, const Type *found)
{
    bool same = expected->dtype == found->dtype && expected->shape.rank == found->shape.rank;
    for (int i = 0; same && i < found->shape.rank; i++)
        same = size_fits(m, set, expected->shape.dim[i], dim_value(found->shape.dim[i]));
    return same;
}

bool list_of_data(Model *m, int number, const Value *list, DataItem *item)
{
    const DataSets *sets = m->options.list_source;
    return sets->count > 0 && load_data_item(m, data_path(&sets->items[0], "input", number), &list->type, item);
}

/* The tensors of an item, in the order in which interface.c gives them parameters. */
static int flatten(const DataItem *item, DataItem *to, int at, int room)
{
    if (item->kind == KIND_TENSOR) {
        if (at < room) to[at] = *item;
        return at + 1;
    }
    for (int i = 0; i < item->count; i++) at = flatten(&item->items[i], to, at, room);
    return at;
}

static void tensor_item(DataItem *to, DType t, int rank, const int64_t *dims, const void *data)
{
    Shape shape = shape_const(rank, dims);
    Value *v = mem_alloc(sizeof *v);
    v->name = foreign("");
    v->type = (Type){.kind = KIND_TENSOR, .dtype = t, .shape = shape};
    v->data = data;
    *to = (DataItem){.kind = KIND_TENSOR, .tensor = v};
}

/* Slot i of a list in memory: false if the element has no room there. */
static bool pack_element(const SequenceForm *f, const DataItem *item, int64_t i, char *data, int64_t *sizes)
{
    if (item->kind != KIND_TENSOR || i >= f->capacity) return false;
    const Type *t = &item->tensor->type;
    if (t->dtype != f->dtype || t->shape.rank > f->rank || value_count(item->tensor) > f->slot) return false;
    memcpy(data + dtype_bytes(f->dtype, i * f->slot), item->tensor->data, (size_t)value_bytes(item->tensor));
    sizes[i * (1 + f->rank)] = t->shape.rank;
    for (int d = 0; d < t->shape.rank; d++) sizes[i * (1 + f->rank) + 1 + d] = dim_value(t->shape.dim[d]);
    return true;
}

/* A list as the three tensors that interface.c makes of one in memory. */
static int pack(Model *m, const Value *v, const DataItem *item, DataItem *to, int at, int room)
{
    const SequenceForm *f = &v->list->form;
    bool absent = item->kind == KIND_OPTIONAL && !item->count && v->type.elem->kind != KIND_TENSOR;
    int64_t total = f->capacity * f->slot, *sizes = mem_array((size_t)(f->capacity * (1 + f->rank)) + 1, sizeof *sizes),
            *length = mem_alloc(sizeof *length);
    char *data = mem_array((size_t)dtype_bytes(f->dtype, total) + 1, 1);
    for (int64_t i = 0; f->dtype == DT_STRING && i < total; i++) ((Foreign *)(void *)data)[i] = foreign(NOT_WRITTEN);
    if (item->kind == KIND_OPTIONAL && item->count && item->items[0].kind != KIND_TENSOR) item = &item->items[0];
    for (int i = 0; i < item->count; i++)
        if (!pack_element(f, &item->items[i], i, data, sizes)) {
            model_error(
                m, "element %d of the expected list \"%s\" has no room in the compiled one; give bounds with --dim", i,
                shown(v->name));
            return at;
        }
    *length = absent ? -1 : item->count;
    if (at + 3 > room) return at + 3;
    tensor_item(&to[at], f->dtype, 2, (int64_t[]){f->capacity, f->slot}, data);
    tensor_item(&to[at + 1], DT_INT64, 2, (int64_t[]){f->capacity, 1 + f->rank}, sizes);
    tensor_item(&to[at + 2], DT_INT64, 0, NULL, length);
    return at + 3;
}

/* The place of a key in a map, or -1. */
static int key_place(const Value *keys, const Value *of, int64_t at)
{
    for (int k = 0; k < value_count(keys); k++)
        if (keys->type.dtype == DT_STRING ? foreign_equal(value_string(keys, k), value_string(of, at))
                                          : const_as_int(keys, k) == const_as_int(of, at))
            return k;
    return -1;
}

static bool is_scalar_of(const DataItem *item, DType t)
{
    return item->kind == KIND_TENSOR && item->tensor->type.dtype == t && value_count(item->tensor) == 1;
}

bool map_of_data(Model *m, const Value *v, const DataItem *item, DataItem *parts)
{
    const Type *type = &v->type;
    int64_t count = item->count;
    size_t size = (size_t)dtype_host_bytes(type->elem->dtype);
    char *values = mem_array((size_t)count + 1, size);
    bool fits = item->kind == KIND_MAP && value_count(item->tensor) == count && item->tensor->type.dtype == type->dtype;
    for (int i = 0; fits && i < count; i++) {
        fits = is_scalar_of(&item->items[i], type->elem->dtype);
        if (fits) memcpy(values + (size_t)i * size, item->items[i].tensor->data, size);
    }
    if (!fits) {
        model_error(m, "the data of \"%s\" is no map, or has keys or values of another type", shown(v->name));
        return false;
    }
    tensor_item(&parts[0], type->dtype, 1, &count, item->tensor->data);
    tensor_item(&parts[1], type->elem->dtype, 1, &count, values);
    return true;
}

static int pack_map(Model *m, const Value *v, const DataItem *item, DataItem *to, int at, int room)
{
    DataItem parts[2];
    if (!map_of_data(m, v, item, parts)) return at;
    for (int i = 0; i < 2; i++, at++)
        if (at < room) to[at] = parts[i];
    return at;
}

/* Maps as the two tensors that interface.c makes of them. */
static int pack_maps(Model *m, const Value *v, const DataItem *item, DataItem *to, int at, int room)
{
    const Value *keys = v->map_keys;
    int64_t count = value_count(keys);
    float *values = mem_array((size_t)(count * item->count) + 1, sizeof *values);
    if (v->map_values->type.shape.rank == 1 && item->count != 1) {
        model_error(m, "\"%s\" is %d maps, expected one", shown(v->name), item->count);
        return at;
    }
    for (int64_t i = 0; i < count * item->count; i++) {
        const DataItem *map = &item->items[i / count];
        bool same = map->kind == KIND_MAP && map->count == count && map->tensor->type.dtype == keys->type.dtype;
        int place = same ? key_place(map->tensor, keys, i % count) : -1;
        if (place < 0 || map->items[place].kind != KIND_TENSOR) {
            model_error(m, "map %lld of \"%s\" has other keys than the compiled one, or values that are no tensors",
                        (long long)(i / count), shown(v->name));
            return at;
        }
        values[i] = (float)const_as_double(map->items[place].tensor, 0);
    }
    if (at + 2 > room) return at + 2;
    tensor_item(&to[at], keys->type.dtype, 1, &count, keys->data);
    bool one = v->map_values->type.shape.rank == 1; /* the only map's */
    tensor_item(&to[at + 1], DT_FLOAT, one ? 1 : 2, (int64_t[]){one ? count : item->count, count}, values);
    return at + 2;
}

/* Maps are often left out of data sets, since they are no tensors: their entries have none, either. */
static bool skip_maps(const Value *v, Foreign path, DataItem *to, int *at, int room)
{
    if (!v->map_keys || v->type.kind == KIND_MAP || path_exists(path)) return false;
    for (int i = 0; i < 2; i++, (*at)++)
        if (*at < room) to[*at] = (DataItem){.kind = KIND_TENSOR};
    return true;
}

/* Reads files NAME_0.. for the values of the interface into `to`, one entry per tensor of the generated one. */
static bool load_items(Model *m, const DataSet *set, const char *name, Value **values, int count, DataItem *to,
                       int room)
{
    int at = 0;
    for (int i = 0; i < count; i++) {
        DataItem item;
        if (skip_maps(values[i], data_path(set, name, i), to, &at, room)) continue;
        if (!load_data_item(m, data_path(set, name, i), &values[i]->type, &item)) return false;
        if (values[i]->type.kind == KIND_MAP) at = pack_map(m, values[i], &item, to, at, room);
        else if (values[i]->map_keys) at = pack_maps(m, values[i], &item, to, at, room);
        else if (values[i]->list) at = pack(m, values[i], &item, to, at, room);
        else at = flatten(&item, to, at, room);
        if (m->errors) return false;
    }
    if (at == room) return true;
    model_error(m,
                "%s: the %s files hold %d tensors, the compiled model takes %d: lists have the length they have in the "
                "first data set",
                shown(set->path), name, at, room);
    return false;
}

static bool check_input(Model *m, DataSet *set, int i)
{
    const Value *v = m->graph->inputs[i];
    const Type *found = &set->inputs[i].tensor->type;
    if (fits(m, set, &v->type, found)) return true;
    model_error(m, "%s: input %d is %s%s, but \"%s\" of the model is %s%s", shown(set->path), i,
                dtype_name(found->dtype), shown(shape_text(&found->shape)), shown(v->name), dtype_name(v->type.dtype),
                shown(shape_text(&v->type.shape)));
    return false;
}

static bool load_outputs(Model *m, DataSet *set)
{
    int count = m->graph->n_outputs, files = m->n_interface_outputs;
    set->outputs = mem_array((size_t)count, sizeof *set->outputs);
    if (!load_items(m, set, "output", m->interface_outputs, files, set->outputs, count)) return false;
    for (int i = 0; i < count; i++) as_interface_has_it(m->graph->outputs[i], &set->outputs[i]);
    if (!path_exists(data_path(set, "output", files))) return true;
    model_error(m, "%s: the model has only %d outputs", shown(data_path(set, "output", files)), files);
    return false;
}

bool load_inputs(Model *m, DataSet *set)
{
    int count = m->graph->n_inputs;
    bool good = true;
    set->params = mem_array((size_t)m->n_params, sizeof *set->params);
    for (int i = 0; i < m->n_params; i++) set->params[i] = -1;
    set->inputs = mem_array((size_t)count, sizeof *set->inputs);
    if (!load_items(m, set, "input", m->interface_inputs, m->n_interface_inputs, set->inputs, count)) return false;
    for (int i = 0; i < count; i++) as_interface_has_it(m->graph->inputs[i], &set->inputs[i]);
    for (int i = 0; i < count; i++)
        settle_dims(m, set, &m->graph->inputs[i]->type.shape, &set->inputs[i].tensor->type.shape);
    for (int i = 0; i < count; i++)
        if (!check_input(m, set, i)) good = false;
    return good;
}

bool load_data_set(Model *m, DataSet *set)
{
    bool good = load_inputs(m, set);
    return set->inputs && load_outputs(m, set) && good;
}
