/* emit_state: what one call leaves for the next, in a struct that the caller has.
 *
 * A struct of zeros is a state in which nothing has happened: a size that isn't there yet is its least. Members are
 * ordered by the size of their elements, so that no compiler leaves room between them. */
#include "emit/emit.h"

#include "plan/plan.h"

/* -- the members -------------------------------------------------------------------------------- */

/* Of the input or the output, whichever can be larger; arrays have one at least. */
static int64_t count_of(const RunState *s)
{
    int64_t in = stored_count(s->in), out = stored_count(s->out), most = in > out ? in : out;
    return most > 0 ? most : 1;
}

int64_t state_bytes(const Model *m)
{
    int64_t bytes = 0, widest = 1;
    for (int i = 0; i < m->n_params; i++)
        if (m->params[i].next) bytes += widest = (int64_t)sizeof(int32_t);
    for (int i = 0; i < m->n_states; i++) {
        int64_t each = element_bytes(m->states[i].in);
        bytes += each * count_of(&m->states[i]);
        if (each > widest) widest = each;
    }
    return (bytes + widest - 1) / widest * widest;
}

static void emit_sizes(const Model *m, FILE *f)
{
    for (int i = 0; i < m->n_params; i++) {
        const Param *p = &m->params[i];
        if (p->next) fprintf(f, "    int32_t %s; /* %s */\n", p->c_name, p->in_state ? "grows" : "of the last call");
    }
}

static void emit_arrays(const Model *m, int bytes, FILE *f)
{
    for (int i = 0; i < m->n_states; i++) {
        const RunState *s = &m->states[i];
        if (element_bytes(s->in) != bytes) continue;
        fprintf(f, "    %s %s[%lld]; /* %s%s, then %s%s */\n", dtype_c(s->in->type.dtype), s->in->c_name,
                (long long)count_of(s), dtype_name(s->in->type.dtype), shape_in_c(m, &s->in->type.shape),
                s->out->c_name, shape_in_c(m, &s->out->type.shape));
    }
}

void emit_state_type(const Model *m, FILE *f)
{
    const char *name = m->options.name;
    if (!m->n_states) return;
    fprintf(
        f,
        "/* What one call leaves for the next: outputs that become inputs. All zero, as %s_reset makes it, it is at "
        "the beginning. A call that returns %s_EDIM before it computes anything leaves it as it was; after other "
        "errors reset it. */\n",
        name, upper_case(name));
    fprintf(f, "typedef struct %s_state {\n", name);
    for (int bytes = 8; bytes; bytes /= 2) {
        emit_arrays(m, bytes, f);
        if (bytes == (int)sizeof(int32_t)) emit_sizes(m, f);
    }
    fprintf(f, "} %s_state;\n#define %s_STATE_BYTES %lld /* sizeof(%s_state) */\n\n", name, upper_case(name),
            (long long)state_bytes(m), name);
}

/* -- the functions ------------------------------------------------------------------------------ */

void emit_state_declarations(const Model *m, FILE *f)
{
    const char *name = m->options.name;
    if (!m->n_states) return;
    fprintf(f, "/* To the beginning; NULL: the state that %s_run has of its own. */\n", name);
    fprintf(f, "void %s_reset(%s_state *state);\n", name, name);
}

/* The function that has a state of its own is linked only where it is called: so is the state. */
void emit_state_definitions(const Model *m, FILE *f)
{
    const char *name = m->options.name;
    if (!m->n_states) return;
    fprintf(f, "\nstatic %s_state *state_of_run; /* once it has been called */\n\n", name);
    fprintf(f, "%s_CODE_ATTR void %s_reset(%s_state *state)\n{\n", upper_case(name), name, name);
    fputs("    if (!state) state = state_of_run;\n    if (state) memset(state, 0, sizeof *state);\n}\n", f);
}

void emit_static_state(const Model *m, FILE *f)
{
    if (!m->n_states) return;
    fprintf(f, "    static %s_STATE_ATTR %s_state state;\n    state_of_run = &state;\n", upper_case(m->options.name),
            m->options.name);
}

static const char *size_in_state(const Param *p)
{
    long long least = dim_low(param_size(p));
    return least ? mem_printf("(state->%s ? state->%s : %lld)", p->c_name, p->c_name, least)
                 : mem_printf("state->%s", p->c_name);
}

static void mark_mentioned(const Graph *g)
{
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; mention_next(g->steps[i], &a);) storage_root(a.value, NULL)->marked = true;
}

void emit_state_loads(const Model *m, FILE *f)
{
    for (int i = 0; i < m->n_states; i++) m->states[i].in->marked = false;
    mark_mentioned(m->graph);
    for (int i = 0; i < m->n_params; i++) {
        const Param *p = &m->params[i];
        if (p->in_state) fprintf(f, "    const int32_t %s = %s;\n", p->c_name, without_parentheses(size_in_state(p)));
    }
    for (int i = 0; i < m->n_states; i++) {
        const Value *v = m->states[i].in;
        fprintf(f, "    %s *const %s = state->%s;\n", dtype_c(v->type.dtype), v->c_name, v->c_name);
        if (!v->marked) fprintf(f, "    (void)%s;\n", v->c_name);
    }
}

/* Sizes that are arguments: those of the last call, or, where the state has grown, what it has grown to. */
void emit_state_checks(const Model *m, FILE *f)
{
    for (int i = 0; i < m->n_params; i++) {
        const Param *p = &m->params[i];
        if (!p->next || p->in_state) continue;
        if (p->next == param_size(p))
            fprintf(f, "    if (state->%s && state->%s != %s)", p->c_name, p->c_name, p->c_name);
        else fprintf(f, "    if (%s != %s)", p->c_name, size_in_state(p));
        fprintf(f, " return %s_EDIM;\n", upper_case(m->options.name));
    }
}

void emit_state_stores(const Model *m, FILE *f)
{
    for (int i = 0; i < m->n_params; i++) {
        const Param *p = &m->params[i];
        if (p->next) fprintf(f, "    state->%s = %s;\n", p->c_name, without_parentheses(dim_in_c(m, p->next)));
    }
}
