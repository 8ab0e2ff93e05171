/* Building the generated code and running it on a data set. */
#include "verify/verify.h"

#include "emit/emit.h"
#include "base/base.h"

#include <errno.h>
#include <string.h>

static Foreign in_folder(Foreign folder, const char *name)
{
    return foreign_suffixed(folder, "/%s", name);
}

/* -- building ---------------------------------------------------------------------------------- */

typedef void Writer(Model *m, FILE *f);

static bool write_with(Model *m, Foreign path, Writer *write)
{
    FILE *f = path_open(path, "w");
    if (f) write(m, f);
    bool good = f && !ferror(f);
    if (f && fclose(f)) good = false;
    if (!good) model_error(m, "%s: can't be written: %s", shown(path), strerror(errno));
    return good && !m->errors;
}

static Writer *program_for(const VerifyOptions *o)
{
    if (o->profiles) return write_profiler;
    return o->per_node ? write_tracer : write_harness;
}

static bool write_sources(Model *m, const VerifyOptions *o, Foreign folder)
{
    choose_weights_form(m);
    emit_begin(m);
    return write_with(m, in_folder(folder, "model.c"), emit) &&
           write_with(m, in_folder(folder, "model.h"), emit_header) &&
           (m->options.weights < WEIGHTS_INCBIN ||
            write_with(m, in_folder(folder, "model.weights"), emit_weights_file)) &&
           write_with(m, in_folder(folder, "main.c"), program_for(o));
}

typedef struct {
    int count, capacity;
    Foreign *items;
} Arguments;

static void add_argument(Arguments *a, Foreign argument)
{
    mem_grow(&a->items, &a->capacity, a->count + 1, sizeof *a->items);
    a->items[a->count++] = argument;
}

/* A path that could be taken for an option, or for a file of arguments. */
static void add_path(Arguments *a, Foreign path)
{
    bool is_odd = foreign_starts(path, "-") || foreign_starts(path, "@");
    add_argument(a, is_odd ? foreign_join(foreign("./"), path) : path);
}

static void add_flags(Arguments *a, Foreign flags)
{
    size_t start = 0, end, length = foreign_length(flags);
    for (; start < length; start = end + 1) {
        for (end = start; end < length && foreign_at(flags, end) != ' '; end++) {
        }
        if (end > start) add_argument(a, foreign_part(flags, start, end - start));
    }
}

/* Nothing of it is the model's: the compiler and its flags are the user's, the files have names of ours. */
static Arguments compiler_call(const VerifyOptions *o, Foreign folder)
{
    Arguments a = {0};
    add_argument(&a, o->cc);
    add_flags(&a, o->cflags);
    add_argument(&a, foreign_join(foreign("-I"), folder)); /* where the assembler finds the weights */
    add_argument(&a, foreign("-o"));
    add_path(&a, in_folder(folder, "verify"));
    add_path(&a, in_folder(folder, "main.c"));
    if (!foreign_none(o->with)) add_path(&a, o->with);
    if (program_for(o) == write_harness) add_path(&a, in_folder(folder, "model.c")); /* others include it */
    add_argument(&a, foreign("-lm"));
    return a;
}

static const char *ending_text(Ending e)
{
    if (e.signal) return mem_printf("was ended by signal %d (%s)", e.signal, strsignal(e.signal));
    return e.status == NOT_STARTED ? "can't be run" : mem_printf("ended with status %d", e.status);
}

/* Functions of the program's are in the file that is built along. */
static bool has_functions(const Model *m, const VerifyOptions *o)
{
    const Graph *g = m->graph;
    for (int i = 0; foreign_none(o->with) && i < g->n_steps; i++) {
        const Kernel *k = g->steps[i]->kind == STEP_CALL ? g->steps[i]->call.kernel : NULL;
        if (!k || k->address) continue;
        node_error(g->steps[i]->node,
                   "it calls the function %s, which no file has; give the C file that does: --with FILE", k->name);
        return false;
    }
    return true;
}

bool build(Model *m, const VerifyOptions *o, Foreign folder)
{
    if (!has_functions(m, o)) return false;
    if (!write_sources(m, o, folder)) return false;
    Arguments call = compiler_call(o, folder);
    Ending e = run_process(call.items, call.count);
    if (e.signal || e.status)
        model_error(m, "the C compiler \"%s\" %s; --cc chooses another, --keep DIR keeps what it was given",
                    shown(o->cc), ending_text(e));
    return !e.signal && !e.status;
}

/* -- files ------------------------------------------------------------------------------------- */

static void write_elements(const Value *v, FILE *f)
{
    int64_t count = value_count(v);
    if (v->type.dtype != DT_STRING) {
        fwrite(v->data, 1, (size_t)value_bytes(v), f);
        return;
    }
    for (int64_t i = 0; i < count; i++) foreign_write(value_string(v, i), f);
}

static bool write_input(Model *m, Foreign path, const Value *v)
{
    FILE *f = path_open(path, "wb");
    if (f) write_elements(v, f);
    bool good = f && !ferror(f);
    if (f && fclose(f)) good = false;
    if (!good) model_error(m, "%s: can't be written: %s", shown(path), strerror(errno));
    return good;
}

char *read_file(Foreign path, size_t *bytes)
{
    FILE *f = path_open(path, "rb");
    if (!f) return NULL;
    fseek(f, 0, SEEK_END);
    long size = ftell(f);
    rewind(f);
    *bytes = size > 0 ? (size_t)size : 0;
    char *data = mem_alloc(*bytes + sizeof(int64_t));
    if (fread(data, 1, *bytes, f) != *bytes) data = NULL;
    fclose(f);
    return data;
}

/* Pointers to `count` strings; NULL if there are fewer. */
static const Foreign *split_strings(const char *text, size_t bytes, int64_t count)
{
    Foreign *strings = mem_array((size_t)count, sizeof *strings);
    const char *end = text + bytes;
    for (int64_t i = 0; i < count; i++, text += strlen(text) + 1) {
        if (text >= end) return NULL;
        strings[i] = foreign(text);
    }
    return strings;
}

/* The first `count` elements of an output; NULL if they are not there. */
static const void *read_output(Foreign folder, int i, DType t, int64_t count)
{
    size_t bytes = 0;
    const char *data = read_file(in_folder(folder, mem_printf("output_%d.bin", i)), &bytes);
    if (!data) return NULL;
    if (t == DT_STRING) return split_strings(data, bytes, count);
    return (int64_t)bytes >= dtype_bytes(t, count) ? data : NULL;
}

static Shape read_shape(Foreign folder, int i, const Value *v)
{
    int64_t sizes[MAX_RANK];
    size_t bytes;
    if (!output_has_dims(v)) return v->type.shape;
    int32_t *dims = (int32_t *)(void *)read_file(in_folder(folder, mem_printf("output_%d.dims", i)), &bytes);
    if (!dims || bytes != (size_t)v->type.shape.rank * sizeof *dims) return (Shape){.rank = -1};
    for (int d = 0; d < v->type.shape.rank; d++) sizes[d] = dims[d];
    return shape_const(v->type.shape.rank, sizes);
}

/* -- one output -------------------------------------------------------------------------------- */

const char *place_text(const Shape *s, int64_t index)
{
    const char *text = "]";
    for (int d = s->rank - 1; d >= 0; d--) {
        int64_t size = dim_value(s->dim[d]);
        text = mem_printf("%s%lld%s", d ? "," : "", (long long)(index % size), text);
        index /= size;
    }
    return mem_printf("[%s", text);
}

static const char *element_text(DType t, const void *data, int64_t i)
{
    if (t == DT_STRING) return mem_printf("\"%s\"", shown(foreign_element(data, i)));
    if (t == DT_COMPLEX64 || t == DT_COMPLEX128) {
        DType part = t == DT_COMPLEX64 ? DT_FLOAT : DT_DOUBLE;
        return mem_printf("%.9g%+.9gi", number_real(part, data, 2 * i), number_real(part, data, 2 * i + 1));
    }
    if (dtype_is_integer(t)) {
        long long x = (long long)number_int(t, data, i);
        return t == DT_UINT64 ? mem_printf("%llu", (unsigned long long)x) : mem_printf("%lld", x);
    }
    return mem_printf(t == DT_DOUBLE ? "%.17g" : "%.9g", number_real(t, data, i));
}

static void print_measures(const Comparison *c)
{
    if (!c->measured) return;
    printf(" max abs %.3g, max rel %.3g, ", c->max_absolute, c->max_relative);
    if (c->has_ulp) printf("max ULP %llu, ", (unsigned long long)c->max_ulp);
    printf("cosine %.7f, SNR %.1f dB:", c->cosine, c->snr);
}

static void print_element(const Value *expected, const void *found, int64_t i)
{
    DType t = expected->type.dtype;
    printf("%s: %s, expected %s", place_text(&expected->type.shape, i), element_text(t, found, i),
           element_text(t, expected->data, i));
}

static void print_difference(const Comparison *c, const Value *expected, const void *found)
{
    printf(" FAIL: %lld of %lld elements differ", (long long)c->differing, (long long)value_count(expected));
    if (c->has_ulp) printf(" by more than %.3g + %.3g * |expected|", c->used.absolute, c->used.relative);
    printf(", the first at ");
    print_element(expected, found, c->first);
    puts("");
    for (int i = 0; c->measured && i < c->n_worst && c->differing > 1; i++) {
        fputs(i ? "                        " : "    the largest errors: ", stdout);
        print_element(expected, found, c->worst[i]);
        puts("");
    }
}

Comparison print_values(const Value *expected, const void *found, Tolerance tolerance)
{
    Comparison c = compare(expected->type.dtype, found, expected->data, value_count(expected), tolerance);
    print_measures(&c);
    if (c.differing) print_difference(&c, expected, found);
    else puts(" ok");
    return c;
}

static bool is_right(Difference *d, const Value *expected, const void *found, Tolerance tolerance)
{
    Comparison c = print_values(expected, found, tolerance);
    d->found = found;
    d->n_worst = c.n_worst;
    memcpy(d->worst, c.worst, sizeof d->worst);
    return !c.differing;
}

static bool check_output(Foreign folder, int i, const Value *v, DataSet *set, Tolerance tolerance)
{
    const Value *expected = set->outputs[i].tensor;
    DType t = v->type.dtype;
    Shape shape = read_shape(folder, i, v);
    printf("  %s %s%s:", shown(v->name), dtype_name(t), shown(shape_text(&shape)));
    if (!expected) {
        puts(" no data to compare with");
        return true;
    }
    if (t != expected->type.dtype || !shape_equal(&shape, &expected->type.shape)) {
        printf(" FAIL: expected %s%s\n", dtype_name(expected->type.dtype), shown(shape_text(&expected->type.shape)));
        return false;
    }
    const void *found = read_output(folder, i, t, value_count(expected));
    if (found) return is_right(&set->differences[i], expected, found, tolerance);
    puts(" FAIL: its shape is larger than the room the interface gives it");
    return false;
}

/* -- one data set ------------------------------------------------------------------------------ */

static bool write_inputs(Model *m, Foreign folder, const DataSet *set)
{
    bool good = true;
    for (int i = 0; i < m->graph->n_inputs; i++)
        if (!write_input(m, in_folder(folder, mem_printf("input_%d.bin", i)), set->inputs[i].tensor)) good = false;
    return good;
}

bool run_program(Model *m, Foreign folder, const DataSet *set)
{
    if (!write_inputs(m, folder, set)) return false;
    Arguments a = {0};
    add_path(&a, in_folder(folder, "verify"));
    add_argument(&a, folder);
    for (int i = 0; i < m->n_params; i++) add_argument(&a, foreign(mem_printf("%lld", (long long)set->params[i])));
    Ending e = run_process(a.items, a.count);
    if (!e.signal && !e.status) return true;
    if (!e.signal && e.status > REFUSED && e.status < NOT_STARTED)
        printf("  FAIL: %s_run returned %d, expected 0; the generated file says what that means\n", m->options.name,
               REFUSED - e.status);
    else printf("  FAIL: the program that calls %s_run %s\n", m->options.name, ending_text(e));
    return false;
}

bool run_data_set(Model *m, Foreign folder, DataSet *set, Tolerance tolerance)
{
    set->differences = mem_array((size_t)m->graph->n_outputs + 1, sizeof *set->differences);
    printf("%s\n", shown(foreign_or(path_file(set->path), set->path)));
    if (!run_program(m, folder, set)) return false;
    bool good = true;
    for (int i = 0; i < m->graph->n_outputs; i++) {
        set->differences[i].is_wrong = !check_output(folder, i, m->graph->outputs[i], set, tolerance);
        good = good && !set->differences[i].is_wrong;
    }
    return good;
}
