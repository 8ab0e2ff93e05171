/* emit: the generated C file, top to bottom.
 *
 * Requires: steps planned. The text depends on the model's bytes, the options and the version alone. */
#include "emit/emit.h"

#include "plan/plan.h"
#include "base/base.h"

#include <stdlib.h>
#include <string.h>

static const char *with_commas(int64_t n)
{
    char digits[32], text[48];
    int length = snprintf(digits, sizeof digits, "%lld", (long long)n), to = 0;
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0) text[to++] = ',';
        text[to++] = digits[i];
    }
    return mem_strndup(text, (size_t)to);
}

static const char *opsets_text(const Model *m)
{
    const char *text = "";
    for (int i = 0; i < m->n_opsets; i++) {
        const OpsetImport *o = &m->opsets[i];
        text = mem_printf("%s%s%s%s%d", text, i ? ", " : "", in_comment(o->domain),
                          foreign_empty(o->domain) ? "opset " : " ", o->version);
    }
    return text;
}

static void emit_title(Model *m, FILE *f)
{
    fprintf(f, "/* Written by onnx2c %s; do not edit, generate again.\n *   model    sha256 %s, %s\n", VERSION,
            m->sha256, opsets_text(m));
    fprintf(f, " *   options  --name %s", m->options.name);
    for (int i = 0; i < m->options.n_dims; i++) {
        const DimOption *d = &m->options.dims[i];
        fprintf(f, " --dim %s=%lld", in_comment(d->name), (long long)d->low);
        if (d->high != d->low) fprintf(f, "..%lld", (long long)d->high);
    }
    if (m->options.weights != WEIGHTS_INLINE)
        fprintf(f, " --weights %s", m->options.weights == WEIGHTS_INCBIN ? "incbin" : "file");
    fprintf(f, "\n *   memory   arena %s B (lower bound %s B), weights %s B, no heap\n */\n",
            with_commas(m->arena_bytes), with_commas(m->arena_lower_bound), with_commas(m->weights_bytes));
}

static void emit_includes(FILE *f)
{
    fputs("#include <float.h>\n#include <limits.h>\n#include <math.h>\n#include <stdbool.h>\n#include "
          "<stddef.h>\n#include <stdint.h>\n#include <string.h>\n\n",
          f);
}

static void emit_hooks(Model *m, FILE *f)
{
    const char *prefix = upper_case(m->options.name);
    fprintf(f, "/* Placement: define these to put weights or the arena of %s_run into a section of their own. */\n",
            m->options.name);
    fprintf(f,
            "#ifndef %s_WEIGHTS_ATTR\n#define %s_WEIGHTS_ATTR\n#endif\n#ifndef %s_ARENA_ATTR\n#define "
            "%s_ARENA_ATTR\n#endif\n\n",
            prefix, prefix, prefix, prefix);
}

/* String literals longer than what C99 promises to take, and a byte order they are written for. */
static void emit_byte_assumptions(Model *m, const Weights *w, FILE *f)
{
    if (!w->count) return;
    fputs("#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__\n#error \"the weights are written "
          "for little-endian machines\"\n#endif\n"
          "#ifdef __GNUC__\n#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n#endif\n\n",
          f);
    (void)m;
}

/* -- the memory map ---------------------------------------------------------------------------- */

typedef struct {
    int count, capacity;
    Value **items;
} Rows;

static Rows collect_rows(const Graph *g)
{
    Rows rows = {0};
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; step_next(g->steps[i], &a);) storage_root(a.value, NULL)->marked = false;
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; !step_is_elided(g->steps[i]) && step_next(g->steps[i], &a);) {
            Value *root = storage_root(a.value, NULL);
            if (!in_arena(root) || root->marked) continue;
            root->marked = true;
            mem_grow(&rows.items, &rows.capacity, rows.count + 1, sizeof *rows.items);
            rows.items[rows.count++] = root;
        }
    return rows;
}

static void emit_memory_map(Model *m, FILE *f)
{
    Graph *g = m->graph;
    Rows rows = collect_rows(g);
    if (!rows.count) return;
    size_t width = 0;
    for (int i = 0; i < rows.count; i++)
        if (strlen(rows.items[i]->c_name) > width) width = strlen(rows.items[i]->c_name);
    fputs("/* Memory map ---------------------------------------------------------------------------------- */\n\n", f);
    fprintf(f, "enum {%*s/* offset      bytes  tensor */\n", (int)width + 4, "");
    for (int i = 0; i < rows.count; i++) {
        const Value *v = rows.items[i];
        fprintf(f, "    AT_%-*s = %8lld, /* %8lld  %s%s */\n", (int)width, v->c_name, (long long)v->arena_offset,
                (long long)value_bytes(v), dtype_name(v->type.dtype), in_comment(shape_text(&v->type.shape)));
    }
    fputs("};\n\n", f);
}

/* -- the functions ----------------------------------------------------------------------------- */

static bool is_read(const Graph *g, const Value *input)
{
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; !step_is_elided(g->steps[i]) && step_next(g->steps[i], &a);)
            if (storage_root(a.value, NULL) == input) return true;
    return false;
}

static void emit_entry_checks(Model *m, FILE *f)
{
    const char *prefix = upper_case(m->options.name);
    if (m->arena_bytes)
        fprintf(f, "    if ((uintptr_t)arena %% %s_ARENA_ALIGN != 0) return %s_EARENA;\n", prefix, prefix);
    else fputs("    (void)arena;\n", f);
    for (int i = 0; i < m->n_params; i++) {
        Dim d = dim_symbol(m->params[i], 0, 0);
        const char *p = m->param_names[i];
        fprintf(f, "    if (%s < %lld || %s > %lld) return %s_EDIM;\n", p, (long long)dim_low(d), p,
                (long long)dim_high(d), prefix);
    }
    if (m->arena_bytes) fputs("    unsigned char *const memory = arena;\n", f);
    for (int i = 0; i < m->graph->n_inputs; i++)
        if (!is_read(m->graph, m->graph->inputs[i])) fprintf(f, "    (void)%s;\n", m->graph->inputs[i]->c_name);
}

static void emit_output_dims(Model *m, FILE *f)
{
    for (int i = 0; i < m->graph->n_outputs; i++) {
        const Value *v = m->graph->outputs[i];
        if (!output_has_dims(v)) continue;
        for (int d = 0; d < v->type.shape.rank; d++)
            fprintf(f, "    %s_dims[%d] = %s;\n", v->c_name, d, dim_in_c(m, v->type.shape.dim[d]));
    }
}

static char *run_function(Model *m)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    if (!f) internal_error("out of memory");
    const char *comma = m->n_params + m->graph->n_inputs + m->graph->n_outputs ? ", " : "";
    fprintf(f, "int %s_run_in(void *arena%s", m->options.name, comma);
    emit_parameters(m, f);
    fputs(")\n{\n", f);
    emit_entry_checks(m, f);
    emit_steps(m, f);
    fputs("\n", f);
    emit_output_dims(m, f);
    fputs("    return 0;\n}\n", f);
    fclose(f);
    return text;
}

static void emit_run(Model *m, FILE *f)
{
    const char *name = m->options.name, *prefix = upper_case(name);
    fprintf(f, "\nint %s_run(", name);
    emit_parameters(m, f);
    fputs(")\n{\n", f);
    if (m->arena_bytes) {
        fprintf(f,
                "#ifdef __GNUC__\n    static %s_ARENA_ATTR unsigned char arena[%s_ARENA_BYTES] "
                "__attribute__((aligned(%d)));\n",
                prefix, prefix, ARENA_BASE_ALIGN);
        fprintf(f,
                "    unsigned char *const start = arena;\n#else\n    static %s_ARENA_ATTR unsigned char "
                "arena[%s_ARENA_BYTES + %s_ARENA_ALIGN];\n",
                prefix, prefix, prefix);
        fprintf(f,
                "    unsigned char *const start = arena + (%s_ARENA_ALIGN - (uintptr_t)arena %% %s_ARENA_ALIGN) %% "
                "%s_ARENA_ALIGN;\n#endif\n",
                prefix, prefix, prefix);
    }
    fprintf(f, "    return %s_run_in(%s", name, m->arena_bytes ? "start" : "NULL");
    emit_arguments(m, f);
    fputs(");\n}\n\n", f);
}

static void emit_beginning(Model *m, const Weights *weights, FILE *f)
{
    emit_title(m, f);
    emit_includes(f);
    fputs("/* Public -------------------------------------------------------------------------------------- */\n\n", f);
    emit_interface(m, f);
    fputs("\n", f);
    emit_hooks(m, f);
    emit_byte_assumptions(m, weights, f);
    emit_memory_map(m, f);
}

static void emit_model(Model *m, const Weights *weights, const char *run_in, FILE *f)
{
    emit_weight_declarations(m, weights, f);
    fputs("/* The model ----------------------------------------------------------------------------------- */\n\n", f);
    fputs(run_in, f);
    emit_run(m, f);
}

void emit(Model *m, FILE *f)
{
    Weights weights;
    Draft draft;
    name_everything(m);
    collect_weights(m, &weights);
    char *text = run_function(m);
    emit_beginning(m, &weights, draft_begin(&draft));
    draft_end(&draft, f);
    emit_kernels(text, f);
    emit_model(m, &weights, text, draft_begin(&draft));
    draft_end(&draft, f);
    emit_weight_definitions(m, &weights, f);
    free(text);
}

void emit_header(Model *m, FILE *f)
{
    const char *prefix = upper_case(m->options.name);
    Draft draft;
    FILE *const text = draft_begin(&draft);
    emit_title(m, text);
    fprintf(text,
            "#ifndef %s_H\n#define %s_H\n\n#include <stdbool.h>\n#include <stdint.h>\n\n#ifdef __cplusplus\nextern "
            "\"C\" {\n#endif\n\n",
            prefix, prefix);
    emit_interface(m, text);
    fputs("\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n", text);
    draft_end(&draft, f);
}

void emit_weights_file(Model *m, FILE *f)
{
    Weights weights;
    collect_weights(m, &weights);
    write_weights_blob(m, &weights, f);
}
