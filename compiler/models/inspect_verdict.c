/* Can it be compiled, at what cost, and if not, why? It is tried. Dimensions that are open get sizes for that: each may
 * be too small for a window or too large for memory, which is no matter of the model, so several are tried. What is
 * wrong with all of them is told of the one with the fewest reasons. */
#include "models/inspect.h"

#include "load/load.h"

#include <stdlib.h>
#include <string.h>

static bool has_option(const Options *o, Foreign name)
{
    for (int i = 0; i < o->n_dims; i++)
        if (foreign_equal(o->dims[i].name, name)) return true;
    return false;
}

static void add_open(Facts *f, Foreign name, bool is_first_axis)
{
    if (map_get(f->open_names, name)) return;
    map_put(f->open_names, name, f);
    mem_grow(&f->open, &f->cap_open, f->n_open + 1, sizeof *f->open);
    f->open[f->n_open++] = (OpenSize){.name = name, .is_count = is_first_axis};
}

static Dim is_open(Foreign name, void *context)
{
    const Facts *f = context;
    return map_get(f->open_names, name) ? dim_const(2) : NULL;
}

/* Names that are expressions of others need no option. */
static void drop_expressions(Facts *f)
{
    int kept = 0;
    OpenSize *open = mem_array((size_t)f->n_open, sizeof *open);
    for (int i = 0; i < f->n_open; i++)
        if (!dim_is_expression(f->open[i].name, is_open, f)) open[kept++] = f->open[i];
    f->open = open;
    f->n_open = kept;
}

static void find_open(Facts *f, const Options *o)
{
    OpenDim *dims;
    int count = load_open_dims(o->model_path, &dims);
    f->open_names = map_new();
    for (int i = 0; i < count; i++) {
        const OpenDim *d = &dims[i];
        if (d->of_output || d->axis == VALUES || has_option(o, d->name)) continue;
        Foreign input = proto_text(f->inputs[d->number]->name);
        if (!has_option(o, foreign_suffixed(input, ":%d", d->axis))) add_open(f, d->name, d->axis == 0);
    }
    if (f->n_open) drop_expressions(f);
}

/* What open dimensions are set to: those that stand first somewhere, which mostly count images or texts; and others. */
typedef struct {
    int64_t count, size;
} Sizes;

static int64_t size_of(const OpenSize *open, Sizes sizes)
{
    return open->is_count ? sizes.count : sizes.size;
}

static Options options_with(const Facts *f, const Options *given, Sizes sizes)
{
    Options o = *given;
    o.keeps_messages = true;
    o.cap_dims = o.n_dims;
    o.dims = given->n_dims ? mem_dup(given->dims, (size_t)given->n_dims * sizeof *o.dims) : NULL;
    for (int i = 0; i < f->n_open; i++) {
        int64_t size = size_of(&f->open[i], sizes);
        mem_grow(&o.dims, &o.cap_dims, o.n_dims + 1, sizeof *o.dims);
        o.dims[o.n_dims++] = (DimOption){.name = f->open[i].name, .low = size, .high = size, .of_data = true};
    }
    return o;
}

/* Once each. */
static void add_line(Map *seen, char ***lines, int *count, int *capacity, const char *line)
{
    if (map_get(seen, foreign(line))) return;
    map_put(seen, foreign(line), seen);
    mem_grow(lines, capacity, *count + 1, sizeof **lines);
    (*lines)[(*count)++] = mem_strdup(line);
}

static void note_messages(Facts *f, const Model *m)
{
    const char *error = mem_printf("onnx2c: error: %s: ", shown(m->path));
    const char *warning = mem_printf("onnx2c: warning: %s: ", shown(m->path));
    Map *seen = map_new();
    f->n_reasons = f->n_remarks = 0;
    for (int i = 0; i < m->n_messages; i++) {
        const char *line = m->messages[i];
        if (!strncmp(line, error, strlen(error)))
            add_line(seen, &f->reasons, &f->n_reasons, &f->cap_reasons, line + strlen(error));
        else add_line(seen, &f->remarks, &f->n_remarks, &f->cap_remarks, line + strlen(warning));
    }
}

static int64_t macs_of(const Graph *g)
{
    int64_t macs = 0;
    for (int i = 0; i < g->n_steps; i++)
        if (macs < BYTES_INFINITY) macs += g->steps[i]->macs;
    return macs;
}

/* Returns how many errors there are. */
static int try_sizes(Facts *f, const Options *given, Sizes sizes, int fewest)
{
    Options o = options_with(f, given, sizes);
    const Model *m = compile_model(&o);
    int errors = m->errors;
    if (errors < fewest) {
        note_messages(f, m);
        f->macs = errors ? -1 : macs_of(m->graph);
        for (int i = 0; i < f->n_open; i++) f->open[i].tried = size_of(&f->open[i], sizes);
    }
    dim_reset();
    return errors;
}

void find_verdict(Facts *f, const Options *options)
{
    static const Sizes sizes[] = {{1, 32}, {1, 224}, {1, 2}, {8, 8}};
    find_open(f, options);
    int fewest = INT32_MAX, tries = f->n_open ? sizeof sizes / sizeof *sizes : 1;
    for (int i = 0; i < tries && fewest; i++) {
        int errors = try_sizes(f, options, sizes[i], fewest);
        fewest = errors < fewest ? errors : fewest;
    }
}
