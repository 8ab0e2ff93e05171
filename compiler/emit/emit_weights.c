/* emit_weights: the constants of the generated file, declared before the run function and defined after it. */
#include "emit/emit.h"

#include "plan/plan.h"

#include <string.h>

enum { BLOB_ALIGN = 64 };

/* -- which constants, and where ---------------------------------------------------------------- */

/* What is written already, by its type and hash; where several have the same, in a row. */
typedef struct Written {
    Value *value;
    struct Written *next;
} Written;

typedef struct {
    Model *m;
    Weights *w;
    Map *written;
} Collecting;

/* FNV-1a of words of eight bytes; what is left over counts by itself. */
static uint64_t hash_of(const unsigned char *bytes, size_t count)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325), word = 0;
    for (; count >= sizeof word; count -= sizeof word, bytes += sizeof word) {
        memcpy(&word, bytes, sizeof word);
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
        hash ^= hash >> 32;
    }
    for (; count; count--) hash = (hash ^ *bytes++) * UINT64_C(0x100000001b3);
    return hash;
}

/* A constant with the same bytes that is written already: tied weights, equal scales. If there is none, v is. */
static Value *twin_of(Collecting *c, Value *v)
{
    size_t bytes = (size_t)value_bytes(v);
    if (v->type.dtype == DT_STRING) return NULL;
    Foreign key = foreign(
        mem_printf("%d %zu %016llx", v->type.dtype, bytes, (unsigned long long)hash_of(v->data, bytes)));
    Written *first = map_get(c->written, key), *w = mem_alloc(sizeof *w);
    for (const Written *have = first; have; have = have->next)
        if (!memcmp(have->value->data, v->data, bytes)) return have->value;
    *w = (Written){v, first};
    map_put(c->written, key, w);
    return NULL;
}

static void note_narrowed(Narrowed *all, const Narrowed *one)
{
    if (!one) return;
    all->arrays++;
    all->saved += one->saved;
    if (one->error > all->error) all->error = one->error;
}

static void collect(Value *v, Collecting *c)
{
    Value *root = storage_root(v, NULL);
    if (!root->data || root->marked) return;
    root->marked = true;
    root->storage = twin_of(c, root);
    if (root->storage) return;
    root->storage = root;
    mem_grow(&c->w->items, &c->w->capacity, c->w->count + 1, sizeof *c->w->items);
    c->w->items[c->w->count++] = root;
    c->m->weights_bytes += value_bytes(root);
    note_narrowed(&c->m->narrowed, root->narrowed);
    if (!weight_is_in_file(c->m, root)) return;
    root->blob_offset = c->w->blob_bytes;
    c->w->blob_bytes += (value_bytes(root) + BLOB_ALIGN - 1) / BLOB_ALIGN * BLOB_ALIGN;
}

void collect_weights(Model *m, Weights *w)
{
    *w = (Weights){0};
    Collecting c = {m, w, map_new()};
    Graph *g = m->graph;
    m->weights_bytes = 0;
    m->narrowed = (Narrowed){0};
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; step_next(g->steps[i], &a);) storage_root(a.value, NULL)->marked = false;
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; mention_next(g->steps[i], &a);) collect(a.value, &c);
}

Foreign weights_path(const Options *o)
{
    if (o->weights != WEIGHTS_INCBIN && o->weights != WEIGHTS_FILE) return foreign(NULL);
    Foreign path = foreign_none(o->output_path) ? foreign(o->name) : o->output_path;
    ptrdiff_t slash = foreign_last(path, '/'), dot = foreign_last(path, '.');
    return foreign_suffixed(dot > slash ? foreign_part(path, 0, (size_t)dot) : path, ".weights");
}

/* -- declarations ------------------------------------------------------------------------------- */

static const char *array_declaration(const Model *m, const Value *v)
{
    const char *attr = mem_printf("WEIGHT %s_WEIGHTS_ATTR const ", upper_case(m->options.name));
    int64_t count = weight_elements(v);
    if (v->type.dtype == DT_STRING)
        return mem_printf("WEIGHT const char *const %s[%lld]", v->c_name, (long long)(count ? count : 1));
    if (weight_is_readable(m, v))
        return mem_printf("%s%s %s[%lld]", attr, dtype_c(v->type.dtype), v->c_name, (long long)(count ? count : 1));
    return mem_printf("%sunion %s %s", attr, v->c_name, v->c_name);
}

/* Where constants stand in object files of ELF, Mach-O and PE, and back. The label says what the assembler calls it,
 * whatever else the platform puts before names. */
static void emit_assembler(const Model *m, FILE *f)
{
    const char *name = m->options.name, *prefix = upper_case(name);
    const char *file = in_assembler(path_file(weights_path(&m->options)));
    fputs("#if defined(_MSC_VER) || defined(__TINYC__)\n"
          "#error \"this compiler's assembler has no .incbin: generate again with --weights inline, or file\"\n"
          "#elif defined(__APPLE__)\n"
          "#define AMONG_CONSTANTS(text) \".const\\n\" text \".text\\n\"\n"
          "#elif defined(_WIN32)\n"
          "#define AMONG_CONSTANTS(text) \".section .rdata,\\\"dr\\\"\\n\" text \".text\\n\"\n"
          "#else\n"
          "#define AMONG_CONSTANTS(text) \".pushsection .rodata\\n\" text \".popsection\\n\"\n"
          "#endif\n",
          f);
    fprintf(f,
            "/* The assembler looks for it along -I. */\n#ifndef %s_WEIGHTS_FILE\n#define %s_WEIGHTS_FILE \"%s\"\n"
            "#endif\n",
            prefix, prefix, file);
    fprintf(f, "__asm__(AMONG_CONSTANTS(\n    \".balign %d\\n\"\n    \"%s_weights:\\n\"\n", BLOB_ALIGN, name);
    fprintf(f, "    \".incbin \\\"\" %s_WEIGHTS_FILE \"\\\"\\n\"));\n", prefix);
    fprintf(f, "extern const unsigned char %s_weights[] __asm__(\"%s_weights\");\n\n", name, name);
}

static void emit_blob_declaration(Model *m, FILE *f)
{
    fprintf(f, "/* The large constants, in the order of the file %s. */\n",
            in_comment(path_file(weights_path(&m->options))));
    if (m->options.weights == WEIGHTS_INCBIN) {
        emit_assembler(m, f);
        return;
    }
    fprintf(f, "/* Provided by the program: aligned to %d bytes, little endian. */\n", BLOB_ALIGN);
    fprintf(f, "extern const unsigned char %s_weights[];\n\n", m->options.name);
}

/* A vector that lies across two lines of the cache takes two loads. Small processors have no lines, but count
 * the bytes between weights. */
static bool may_align(const Model *m)
{
    const Macro bits = target_macro(m->options.target, "UINTPTR_MAX");
    return bits.state != MACRO_DEFINED || strlen(bits.text) > sizeof "4294967295" - 1;
}

static void emit_alignment(FILE *f)
{
    fprintf(f, "/* Large ones start with a line of the cache where there is one. */\n#if defined(__GNUC__) && "
               "UINTPTR_MAX > 0xffffffff\n");
    fprintf(f, "#define WEIGHTS_ALIGNED __attribute__((aligned(%d)))\n#else\n#define WEIGHTS_ALIGNED\n#endif\n\n",
            BLOB_ALIGN);
}

/* C++ declares no static constant ahead: there they are extern in a namespace without a name. */
static void emit_namespace(const char *storage, bool again, FILE *f)
{
    fprintf(f, "#ifdef __cplusplus\n%s#define WEIGHT%s\nnamespace {\n%s#endif\n", again ? "#undef WEIGHT\n" : "",
            storage, again ? "" : "#else\n#define WEIGHT static\n");
}

static const char end_of_namespace[] = "#ifdef __cplusplus\n}\n#endif\n";

static bool is_union(const Model *m, const Value *v)
{
    return !weight_is_in_file(m, v) && !weight_is_readable(m, v);
}

void emit_weight_declarations(Model *m, const Weights *w, FILE *f)
{
    int unions = 0, arrays = 0;
    if (!w->count) return;
    emit_heading("Weights: declared here, defined at the end", f);
    if (w->blob_bytes) emit_blob_declaration(m, f);
    for (int i = 0; i < w->count; i++) {
        unions += is_union(m, w->items[i]);
        arrays += !weight_is_in_file(m, w->items[i]);
    }
    if (unions && may_align(m)) emit_alignment(f);
    if (arrays) emit_namespace(" extern", false, f);
    for (int i = 0; i < w->count; i++) {
        const Value *v = w->items[i];
        if (weight_is_in_file(m, v)) continue;
        if (is_union(m, v))
            fprintf(f, "union %s%s { unsigned char bytes[%lld]; %s v[%lld]; };\n",
                    may_align(m) ? "WEIGHTS_ALIGNED " : "", v->c_name, (long long)value_bytes(v) + 1,
                    dtype_c(v->type.dtype), (long long)weight_elements(v));
        fprintf(f, "%s;\n", array_declaration(m, v));
    }
    fprintf(f, "%s\n", arrays ? end_of_namespace : "");
}

void emit_weight_definitions(Model *m, const Weights *w, FILE *f)
{
    bool any = false;
    for (int i = 0; i < w->count; i++) {
        const Value *v = w->items[i];
        if (weight_is_in_file(m, v)) continue;
        if (!any) {
            emit_heading("Weights", f);
            emit_namespace("", true, f);
        }
        any = true;
        if (weight_is_readable(m, v)) emit_numbers(v, array_declaration(m, v), f);
        else emit_bytes(v, array_declaration(m, v), f);
    }
    if (any) fputs(end_of_namespace, f);
}

void write_weights_blob(Model *m, const Weights *w, FILE *f)
{
    static const char zeros[BLOB_ALIGN];
    for (int i = 0; i < w->count; i++) {
        const Value *v = w->items[i];
        if (!weight_is_in_file(m, v)) continue;
        size_t bytes = (size_t)value_bytes(v);
        fwrite(v->data, 1, bytes, f);
        fwrite(zeros, 1, (BLOB_ALIGN - bytes % BLOB_ALIGN) % BLOB_ALIGN, f);
    }
}
