/* Values within the model, as the compiled code computes them, beside those of the graph as it stands in the file. */
#include "verify/verify.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

/* -- what they should be ------------------------------------------------------------------------- */

static Foreign values_folder(const VerifyOptions *o, Foreign folder)
{
    return foreign_or(o->values, foreign_suffixed(folder, "/values"));
}

bool write_node_values(const VerifyOptions *o, const DataSets *sets, Foreign folder)
{
    Foreign to = values_folder(o, folder);
    Model *m = evaluate_set(&o->compile, &sets->items[0]);
    if (!m) return false;
    if (!path_make_folder(to)) model_error(m, "%s: can't make this folder", shown(to));
    for (int i = 0; i < m->graph->n_values && !m->errors; i++) {
        const Value *v = m->graph->values[i];
        if (v->data && !v->is_double_of && v->type.kind == KIND_TENSOR && number_has(v->type.dtype))
            write_data_item(m, foreign_suffixed(to, "/value_%d.pb", i), v);
    }
    dim_reset();
    return !m->errors;
}

static Map *read_values(Model *m, Foreign from)
{
    Map *values = map_new();
    DIR *d = path_directory(from);
    if (!d) model_error(m, "%s: can't be opened: %s", shown(from), strerror(errno));
    for (struct dirent *entry; d && (entry = readdir(d));) {
        Foreign name = foreign(entry->d_name);
        DataItem item;
        if (!foreign_ends(name, ".pb")) continue;
        if (!load_data_item(m, foreign_join(foreign_suffixed(from, "/"), name), NULL, &item)) break;
        map_put(values, item.tensor->name, item.tensor);
    }
    if (d) closedir(d);
    return values;
}

/* -- what they are ------------------------------------------------------------------------------- */

typedef struct {
    int32_t step;
    Foreign name;
    const char *type;
    Shape shape;
    const void *data;
} Traced;

/* What is left of the file. */
typedef struct {
    const char *at, *end;
} Records;

/* False: the program broke down before it wrote so much. */
static bool take_numbers(Records *r, int count, int32_t *numbers)
{
    size_t bytes = (size_t)count * sizeof *numbers;
    if ((size_t)(r->end - r->at) < bytes) return false;
    memcpy(numbers, r->at, bytes);
    r->at += bytes;
    return true;
}

/* The file has zero bytes after it. */
static const char *take_text(Records *r)
{
    const char *text = r->at;
    size_t length = strlen(text) + 1, left = (size_t)(r->end - r->at);
    r->at += length < left ? length : left;
    return text;
}

static DType type_named(const char *name)
{
    int t = DT_COUNT - 1;
    while (t > 0 && strcmp(dtype_name((DType)t), name) != 0) t--;
    return (DType)t;
}

static bool take_traced(Records *r, Traced *t)
{
    int64_t sizes[MAX_RANK];
    int32_t rank, dims[MAX_RANK];
    if (!take_numbers(r, 1, &t->step)) return false;
    t->name = foreign(take_text(r));
    t->type = take_text(r);
    if (!take_numbers(r, 1, &rank) || rank < 0 || rank > MAX_RANK || !take_numbers(r, rank, dims)) return false;
    for (int d = 0; d < rank; d++) sizes[d] = dims[d];
    t->shape = shape_const(rank, sizes);
    int64_t bytes = dtype_bytes(type_named(t->type), dim_value(shape_elements(&t->shape)));
    if (r->end - r->at < bytes) return false;
    t->data = mem_dup(r->at, (size_t)bytes);
    r->at += bytes;
    return true;
}

/* -- both ---------------------------------------------------------------------------------------- */

static const Value *expected_of(const Map *values, Foreign name)
{
    static const char suffix[] = ".nhwc";
    const Value *v = map_get(values, name);
    if (v || !foreign_ends(name, suffix)) return v;
    v = map_get(values, foreign_part(name, 0, foreign_length(name) - strlen(suffix)));
    return v && v->type.shape.rank > 2 && dtype_bits(v->type.dtype) >= 8 ? image_last(v) : NULL;
}

static bool is_right(const Traced *t, const Value *expected, Tolerance tolerance)
{
    printf("  %d %s %s%s:", t->step, shown(t->name), t->type, shown(shape_text(&t->shape)));
    if (!expected || type_named(t->type) != expected->type.dtype || !shape_equal(&t->shape, &expected->type.shape)) {
        puts(" no value to compare with");
        return true;
    }
    return !print_values(expected, t->data, tolerance).differing;
}

bool check_nodes(Model *m, const VerifyOptions *o, Foreign folder)
{
    size_t length = 0;
    const Map *values = read_values(m, values_folder(o, folder));
    const char *at = read_file(foreign_suffixed(folder, "/trace.bin"), &length);
    Records records = {at, at ? at + length : at};
    Traced t;
    int wrong = 0;
    puts("values within, step by step");
    while (!m->errors && take_traced(&records, &t)) {
        if (is_right(&t, expected_of(values, t.name), o->tolerance)) continue;
        if (!wrong++) printf("  ^ the first that departs: step %d\n", t.step);
    }
    return !wrong && !m->errors;
}
