/* Data sets where there are none: inputs are made, and what is right of them computed from the graph as it stands in
 * the file, or asked of another program. */
#include "verify/made_inputs.h"
#include "verify/verify.h"

#include "op/op.h"

/* What open dimensions are set to: those that stand first, which mostly count images or texts; and others. */
typedef struct {
    int64_t count, size;
} Sizes;

/* The first ones that the model takes. */
static const Sizes tries[] = {{1, 32}, {1, 224}, {1, 2}, {8, 8}, {1, 1}};
enum { N_TRIES = sizeof tries / sizeof *tries };

typedef struct {
    const VerifyOptions *options;
    Foreign folder; /* of the data set */
    int run;
    bool writes;
} Making;

bool has_data_sets(Foreign model_path)
{
    DataSets sets;
    Model silent = {.path = model_path, .options.keeps_messages = true, .holds_messages = true};
    return find_data_sets(&silent, (Foreign){NULL}, &sets);
}

/* -- sizes --------------------------------------------------------------------------------------- */

static bool is_given(const Options *o, Foreign name)
{
    for (int i = 0; i < o->n_dims; i++)
        if (foreign_equal(o->dims[i].name, name)) return true;
    return false;
}

/* Later runs have other sizes: more of what is counted, twice as long, and so on. */
static int64_t open_size(const OpenDim *d, Sizes sizes, int run)
{
    return d->axis == 0 ? sizes.count + run % 4 : sizes.size * (1 + run % 2);
}

/* A size within the user's bounds: the lowest, the highest, then others. */
static void settle(DimOption *d, Random *r, int run)
{
    int64_t step = d->step > 1 ? d->step : 1, most = (d->high - d->low) / step;
    int64_t chosen = run == 0 ? 0 : run == 1 ? most : random_integer(r, 0, most);
    if (foreign_none(d->tie)) d->low = d->high = d->low + chosen * step;
}

static Options with_sizes(const VerifyOptions *o, const OpenDim *open, int n_open, Sizes sizes, int run)
{
    Options c = o->compile;
    Random r = random_start((uint64_t)o->seed, run, -1);
    c.dims = mem_array((size_t)(c.n_dims + n_open) + 1, sizeof *c.dims);
    c.cap_dims = c.n_dims + n_open;
    for (int i = 0; i < c.n_dims; i++) {
        c.dims[i] = o->compile.dims[i];
        settle(&c.dims[i], &r, run);
    }
    for (int i = 0; i < n_open; i++) {
        if (open[i].of_output || open[i].axis == VALUES || is_given(&c, open[i].name)) continue;
        int64_t size = open_size(&open[i], sizes, run);
        c.dims[c.n_dims++] = (DimOption){.name = open[i].name, .low = size, .high = size, .of_data = true};
    }
    return c;
}

/* -- one data set -------------------------------------------------------------------------------- */

static Foreign item_path(const Making *k, const char *what, int i)
{
    return foreign_suffixed(k->folder, "/%s_%d.pb", what, i);
}

static bool fill(Model *m, void *context)
{
    const Making *k = context;
    for (int i = 0; i < m->graph->n_inputs; i++) {
        Value *v = m->graph->inputs[i];
        Random r = random_start((uint64_t)k->options->seed, k->run, i);
        if (!make_input(v, &r))
            model_error(m,
                        "input \"%s\" is a map, or a list of what no type is said of, which can't be made up; give a "
                        "data set",
                        shown(v->name));
        else if (k->writes && !write_data_item(m, item_path(k, "input", i), v)) return false;
    }
    return !m->errors;
}

/* The first node that is left says why: all that could be computed is gone. */
static void not_computed(const Model *m)
{
    Node *n = m->graph->first;
    while (n->after && !(n->op->flags & OP_NEVER_FOLD)) n = n->after;
    node_error(n, "it can't be evaluated without being compiled, as random numbers, what makes texts of others, and "
                  "custom operators; give a data set, or --reference ort");
}

static bool is_computed(const Value *v)
{
    if (v->type.kind == KIND_TENSOR) return v->data != NULL;
    for (int i = 0; i < v->n_items; i++)
        if (!is_computed(v->items[i])) return false;
    return v->items && !v->list;
}

static bool write_results(Model *m, const Making *k)
{
    for (int i = 0; i < m->n_interface_outputs && !m->errors; i++) {
        const Value *v = m->interface_outputs[i];
        if (v->map_keys)
            model_error(m, "output \"%s\" is maps, which made data sets have none of; give a data set", shown(v->name));
        else if (!is_computed(v)) not_computed(m);
        else write_data_item(m, item_path(k, "output", i), v);
    }
    return !m->errors;
}

/* Can the model be evaluated with these sizes? */
static bool takes(const Options *sized, const Making *k)
{
    Options silent = *sized;
    silent.keeps_messages = true;
    return !evaluate_model(&silent, fill, (void *)(uintptr_t)k)->errors;
}

static Options sizes_for(const VerifyOptions *o, const OpenDim *open, int n_open, const Making *k)
{
    for (int i = 0; i < N_TRIES && n_open; i++) {
        Options sized = with_sizes(o, open, n_open, tries[i], k->run);
        if (takes(&sized, k)) return sized;
    }
    return with_sizes(o, open, n_open, tries[0], k->run);
}

static bool make_set(const VerifyOptions *o, const OpenDim *open, int n_open, Making *k)
{
    Options sized = sizes_for(o, open, n_open, k);
    k->writes = true;
    if (o->asks_ort || o->profiles) return !fill_model(&sized, fill, k)->errors;
    Model *m = evaluate_model(&sized, fill, k);
    return !m->errors && write_results(m, k);
}

/* -- all of them --------------------------------------------------------------------------------- */

static void say(const VerifyOptions *o)
{
    if (o->profiles) return;
    printf("no data sets: %lld made with seed %lld; what is right says %s\n", (long long)o->runs, (long long)o->seed,
           o->asks_ort ? "ONNX Runtime" : "the graph as it stands in the file, in double");
}

bool make_data_sets(const VerifyOptions *o, Foreign folder, Foreign work)
{
    OpenDim *open = NULL;
    int n_open = load_open_dims(o->compile.model_path, &open);
    Model asking = {.path = o->compile.model_path};
    say(o);
    for (int run = 0; run < o->runs; run++) {
        Making k = {.options = o, .run = run, .folder = foreign_suffixed(folder, "/test_data_set_%d", run)};
        if (!path_make_folder(k.folder)) {
            model_error(&asking, "%s: can't make this folder", shown(k.folder));
            return false;
        }
        if (!make_set(o, open, n_open > 0 ? n_open : 0, &k)) return false;
        if (o->asks_ort && !ask_ort(&asking, o->python, k.folder, work)) return false;
    }
    dim_reset();
    return true;
}
