/* emit_interface: macros and prototypes, the same in the generated file and in the header. */
#include "emit/emit.h"

#include "op/op.h"
#include "plan/plan.h"

bool output_has_dims(const Value *v)
{
    return !shape_is_const(&v->type.shape);
}

/* "DIGITS_IMAGE_RANK", _DIMS, _COUNT: dimensions left to run time stand at their bounds. */
static void emit_shape_macros(const Model *m, const Value *v, FILE *f)
{
    const Shape *s = &v->type.shape;
    const char *prefix = upper_case(m->options.name), *name = upper_case(v->c_name);
    fprintf(f, "#define %s_%s_RANK %d\n#define %s_%s_DIMS {", prefix, name, s->rank, prefix, name);
    for (int i = 0; i < s->rank; i++) fprintf(f, "%s%lld", i ? ", " : "", (long long)dim_high(s->dim[i]));
    fprintf(f, "%s}\n#define %s_%s_COUNT %lld /* %s %s%s%s */\n", s->rank ? "" : "0", prefix, name,
            (long long)stored_count(v), dtype_name(v->type.dtype), v->c_name, shape_in_c(m, s), io_comment(m, v));
    emit_io_macros(v, prefix, name, f);
}

static void separate(bool *first, FILE *f)
{
    if (!*first) fputs(", ", f);
    *first = false;
}

static void emit_pointer(const Value *v, bool to_const, FILE *f)
{
    bool text = v->type.dtype == DT_STRING;
    fprintf(f, "%s%s *%s", to_const && !text ? "const " : "",
            text ? (to_const ? "const char *const" : "const char *") : dtype_c(v->type.dtype), v->c_name);
}

static void emit_parameters(Model *m, FILE *f)
{
    Graph *g = m->graph;
    bool first = true;
    for (int i = 0; i < m->n_params; i++)
        if (!m->params[i].in_state) separate(&first, f), fprintf(f, "int32_t %s", m->params[i].c_name);
    for (int i = 0; i < g->n_inputs; i++)
        separate(&first, f), emit_pointer(g->inputs[i], is_input_const(m, g->inputs[i]), f);
    for (int i = 0; i < g->n_outputs; i++) {
        const Value *v = g->outputs[i];
        separate(&first, f);
        emit_pointer(v, false, f);
        if (output_has_dims(v)) fprintf(f, ", int32_t %s_dims[%d]", v->c_name, v->type.shape.rank);
    }
}

/* The parentheses of the functions' declarations, and what is between them. */
static void emit_parameter_list(Model *m, const char *first, FILE *f)
{
    Draft draft;
    emit_parameters(m, draft_begin(&draft));
    const char *more = draft_end(&draft);
    fprintf(f, "(%s%s%s)", *first || *more ? first : "void", *first && *more ? ", " : "", more);
}

void emit_declaration(Model *m, bool in, FILE *f)
{
    fprintf(f, "int %s_%s", m->options.name, in ? "run_in" : "run");
    const char *state = m->n_states ? mem_printf(", %s_state *state", m->options.name) : "";
    emit_parameter_list(m, in ? mem_printf("void *arena%s%s", region_parameters(m), state) : "", f);
}

void emit_arguments(Model *m, FILE *f)
{
    Graph *g = m->graph;
    for (int i = 0; i < m->n_params; i++)
        if (!m->params[i].in_state) fprintf(f, ", %s", m->params[i].c_name);
    for (int i = 0; i < g->n_inputs; i++) fprintf(f, ", %s", g->inputs[i]->c_name);
    for (int i = 0; i < g->n_outputs; i++) {
        fprintf(f, ", %s", g->outputs[i]->c_name);
        if (output_has_dims(g->outputs[i])) fprintf(f, ", %s_dims", g->outputs[i]->c_name);
    }
}

static void emit_bounds_comment(Model *m, FILE *f)
{
    for (int i = 0; i < m->n_params; i++) {
        const Param *p = &m->params[i];
        Dim d = param_size(p);
        const char *prefix = mem_printf("%s_%s", upper_case(m->options.name), upper_case(p->c_name));
        fprintf(f, "#define %s_MIN %lld\n#define %s_MAX %lld\n", prefix, (long long)dim_low(d), prefix,
                (long long)dim_high(d));
        if (p->step > 1) fprintf(f, "#define %s_STEP %lld\n", prefix, (long long)p->step);
    }
}

static bool makes_text(const Graph *g)
{
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; step_next(g->steps[i], &a);)
            if (a.value->holds_text) return true;
    return false;
}

void emit_interface(Model *m, FILE *f)
{
    Graph *g = m->graph;
    const char *name = m->options.name, *prefix = upper_case(name);
    fprintf(f, "#define %s_ARENA_BYTES %lld\n#define %s_ARENA_ALIGN %d\n", prefix, (long long)m->arena_bytes, prefix,
            ARENA_BASE_ALIGN);
    emit_region_macros(m, f);
    emit_bounds_comment(m, f);
    for (int i = 0; i < g->n_inputs; i++) emit_shape_macros(m, g->inputs[i], f);
    for (int i = 0; i < g->n_outputs; i++) emit_shape_macros(m, g->outputs[i], f);
    fprintf(f, "\n/* What the functions return beside 0; then outputs are unspecified, and the next call works. */\n");
    fprintf(f, "#define %s_EDIM (-1)   /* a dimension is out of its bounds, or doesn't fit another */\n", prefix);
    fprintf(f, "#define %s_EVALUE (-2) /* an input's value is one that the model forbids */\n", prefix);
    fprintf(f, "#define %s_EARENA (-3) /* the arena%s is not aligned to %s_ARENA_ALIGN */\n\n", prefix,
            m->options.n_regions ? ", or a region," : "", prefix);
    emit_state_type(m, f);
    fprintf(f, "/* Inputs and outputs are dense, row-major (C order)%s. %s_run uses a static arena; ",
            m->options.reuse_inputs ? ", and don't overlap; the call may write to inputs" : "", name);
    fprintf(f, "%s_run_in is re-entrant, its arena has %s_ARENA_BYTES%s.%s */\n", name, prefix,
            m->options.n_regions ? ", each region the bytes above" : "",
            makes_text(g) ? " Strings that\n * the model makes lie in the arena, until the next call." : "");
    fputs("#ifdef __cplusplus\nextern \"C\" {\n#endif\n", f);
    emit_declaration(m, false, f);
    fputs(";\n", f);
    emit_declaration(m, true, f);
    fputs(";\n", f);
    emit_state_declarations(m, f);
    emit_seed_declaration(m, f);
    emit_custom_declarations(m, f);
    fputs("#ifdef __cplusplus\n}\n#endif\n\n", f);
}
