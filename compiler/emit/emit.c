/* emit: the generated C file, top to bottom.
 *
 * Requires: steps planned. The text depends on the model's bytes, the options and the version alone. */
#include "emit/emit.h"

#include "emit/resolve.h"
#include "plan/plan.h"
#include "base/base.h"

#include <string.h>

/* A file for a named target holds nothing else: another one's compiler is told so. */
static void emit_guard(const Target *t, FILE *f)
{
    if (t->guard)
        fprintf(f, "#if !(%s)\n#error \"this file is for %s: onnx2c --target\"\n#endif\n\n", t->guard, t->name);
}

static void emit_empty_macro(const Model *m, const char *macro, FILE *f)
{
    const char *prefix = upper_case(m->options.name);
    fprintf(f, "#ifndef %s_%s\n#define %s_%s\n#endif\n", prefix, macro, prefix, macro);
}

/* Stands before each function. */
static const char *code_attribute(const Model *m)
{
    return mem_printf("%s_CODE_ATTR", upper_case(m->options.name));
}

static void emit_placement(Model *m, FILE *f)
{
    fprintf(
        f,
        "/* Placement: define these to put weights, code%s%s or the arena of %s_run into a section of their own. */\n",
        m->n_states ? ", the state" : "", takes_seed(m) ? ", the seed" : "", m->options.name);
    emit_empty_macro(m, "WEIGHTS_ATTR", f);
    emit_empty_macro(m, "ARENA_ATTR", f);
    emit_empty_macro(m, "CODE_ATTR", f);
    if (m->n_states) emit_empty_macro(m, "STATE_ATTR", f);
    if (takes_seed(m)) emit_empty_macro(m, "SEED_ATTR", f);
    emit_region_placement(m, f);
    fputs("\n", f);
}

/* -- the functions ----------------------------------------------------------------------------- */

static void mark_read(const Graph *g)
{
    for (int i = 0; i < g->n_inputs; i++) g->inputs[i]->marked = false;
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; mention_next(g->steps[i], &a);) storage_root(a.value, NULL)->marked = true;
}

static void emit_entry_checks(Model *m, FILE *f)
{
    const char *prefix = upper_case(m->options.name);
    emit_state_loads(m, f);
    if (m->arena_bytes)
        fprintf(f, "    if ((uintptr_t)arena %% %s_ARENA_ALIGN != 0) return %s_EARENA;\n", prefix, prefix);
    else fputs("    (void)arena;\n", f);
    emit_region_checks(m, f);
    for (int i = 0; i < m->n_params; i++) {
        const Param *p = &m->params[i];
        Dim d = param_size(p);
        const char *offset = p->base ? mem_printf("(%s - %lld)", p->c_name, (long long)p->base) : p->c_name;
        const char *uneven = p->step > 1 ? mem_printf(" || %s %% %lld != 0", offset, (long long)p->step) : "";
        fprintf(f, "    if (%s < %lld || %s > %lld%s) return %s_EDIM;\n", p->c_name, (long long)dim_low(d), p->c_name,
                (long long)dim_high(d), uneven, prefix);
    }
    emit_state_checks(m, f);
    if (m->arena_bytes) fputs("    unsigned char *const memory = (unsigned char *)arena;\n", f);
    emit_region_pointers(m, f);
    emit_hook_variable(f);
    mark_read(m->graph);
    for (int i = 0; i < m->graph->n_inputs; i++)
        if (!m->graph->inputs[i]->marked) fprintf(f, "    (void)%s;\n", m->graph->inputs[i]->c_name);
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

static const char *run_function(Model *m)
{
    Draft draft;
    FILE *f = draft_begin(&draft);
    fprintf(f, "%s ", code_attribute(m));
    emit_declaration(m, true, f);
    fputs("\n{\n", f);
    emit_entry_checks(m, f);
    emit_steps(m, f);
    fputs("\n", f);
    emit_output_dims(m, f);
    emit_state_stores(m, f);
    fputs("    return 0;\n}\n", f);
    return draft_end(&draft);
}

static void emit_run(Model *m, FILE *f)
{
    const char *name = m->options.name, *prefix = upper_case(name);
    fprintf(f, "\n%s ", code_attribute(m));
    emit_declaration(m, false, f);
    fputs("\n{\n", f);
    if (m->arena_bytes) emit_static_memory(m, mem_printf("%s_ARENA", prefix), "arena", "start", f);
    emit_static_regions(m, f);
    emit_static_state(m, f);
    fprintf(f, "    return %s_run_in(%s%s%s", name, m->arena_bytes ? "arena" : "NULL", region_arguments(m),
            m->n_states ? ", &state" : "");
    emit_arguments(m, f);
    fputs(");\n}\n\n", f);
}

/* What comes before the kernels, but for the headers. */
static const char *front(Model *m, const Weights *w)
{
    Draft draft;
    FILE *f = draft_begin(&draft);
    emit_heading("Public", f);
    emit_interface(m, f);
    emit_placement(m, f);
    emit_hooks(m, f);
    emit_assumptions(m, w, f);
    emit_memory_map(m, f);
    return draft_end(&draft);
}

/* The run functions, and what they refer to. */
static const char *rest(Model *m, const Weights *w, const char *run_in)
{
    Draft draft;
    FILE *f = draft_begin(&draft);
    emit_weight_declarations(m, w, f);
    emit_heading("The model", f);
    emit_seed_definition(m, f);
    fputs(run_in, f);
    emit_state_definitions(m, f);
    emit_run(m, f);
    return draft_end(&draft);
}

static const char *resolved(Macros *macros, const char *text)
{
    return macros ? resolve(macros, text) : text;
}

static const char *kernels(const Model *m, Macros *macros, const char *run_in)
{
    Draft draft;
    emit_kernels(run_in, macros, code_attribute(m), draft_begin(&draft));
    return draft_end(&draft);
}

/* The parts of the file that come before the weights, the headers apart. */
typedef struct Parts {
    Macros *macros; /* NULL: of no named target */
    const char *front, *kernels, *rest;
} Parts;

static Parts *parts_of(Model *m, const Weights *w)
{
    const Target *target = m->options.target;
    Parts *p = mem_alloc(sizeof *p);
    p->macros = target == target_portable ? NULL : macros_new(target);
    const char *run_in = resolved(p->macros, run_function(m));
    p->front = resolved(p->macros, front(m, w));
    p->kernels = kernels(m, p->macros, run_in);
    p->rest = resolved(p->macros, rest(m, w, run_in));
    return p;
}

void emit_begin(Model *m)
{
    Weights weights;
    choose_twins(m);
    number_paragraphs(m->graph);
    name_everything(m);
    collect_weights(m, &weights);
    const Parts *p = m->parts = parts_of(m, &weights);
    m->stack_bytes = stack_bound(m->options.target, mem_printf("%s%s", p->kernels, p->rest),
                                 mem_printf("%s_run", m->options.name));
}

/* A part of the file, apart from the next one. */
static void put_part(const char *text, FILE *f)
{
    size_t length = strlen(text);
    while (length && text[length - 1] == '\n') length--;
    if (length) lay_out(mem_printf("%.*s\n\n", (int)length, text), f);
}

void emit(Model *m, FILE *f)
{
    Weights weights;
    Draft draft;
    collect_weights(m, &weights);
    const Parts *p = m->parts;
    emit_includes(mem_printf("%s%s%s", p->front, p->kernels, p->rest), draft_begin(&draft));
    emit_title(m, f);
    emit_guard(m->options.target, f);
    put_part(resolved(p->macros, draft_end(&draft)), f);
    put_part(p->front, f);
    fputs(p->kernels, f);
    put_part(p->rest, f);
    emit_weight_definitions(m, &weights, f);
}

void emit_header(Model *m, FILE *f)
{
    Draft draft;
    const char *prefix = upper_case(m->options.name);
    FILE *d = draft_begin(&draft);
    fprintf(d, "#ifndef %s_H\n#define %s_H\n\n#include <stdbool.h>\n#include <stdint.h>\n\n", prefix, prefix);
    emit_interface(m, d);
    fputs("#endif\n", d);
    emit_title(m, f);
    lay_out(draft_end(&draft), f);
}

void emit_weights_file(Model *m, FILE *f)
{
    Weights weights;
    collect_weights(m, &weights);
    write_weights_blob(m, &weights, f);
}
