/* emit_checks: sizes that only the run tells, in variables of the run function, and what must be true of them. */
#include "emit/emit.h"

#include <ctype.h>
#include <string.h>

/* -- what inference took to be equal ----------------------------------------------------------- */

typedef struct {
    const Model *m;
    Foreign symbol;
    bool known, mentioned;
} Knowing;

static bool is_set(const Model *m, Foreign symbol)
{
    for (int i = 0; i < m->n_locals; i++)
        if (foreign_equal(m->locals[i], symbol)) return m->local_is_set[i];
    return true; /* a parameter */
}

static void note_symbol(Foreign symbol, void *context)
{
    Knowing *k = context;
    k->known = k->known && is_set(k->m, symbol);
    k->mentioned = k->mentioned || foreign_equal(symbol, k->symbol);
}

static void emit_assumption(const Model *m, const DimPair *p, FILE *f)
{
    fprintf(f, "    if (%s != %s) return %s_EDIM;\n", dim_in_c(m, p->a), dim_in_c(m, p->b),
            upper_case(m->options.name));
}

static Knowing known_of(const Model *m, const DimPair *p, Foreign symbol)
{
    Knowing k = {m, symbol, true, false};
    dim_symbols(p->a, note_symbol, &k);
    dim_symbols(p->b, note_symbol, &k);
    return k;
}

/* What must hold in a graph is checked where it begins, as far as it is known there: at entry,
 * or within the If or Loop. */
void emit_checks_of_graph(const Model *m, const Graph *g, FILE *f)
{
    for (int i = 0; i < m->n_assumptions; i++)
        if (m->assumptions[i].graph == g && known_of(m, &m->assumptions[i], foreign(NULL)).known)
            emit_assumption(m, &m->assumptions[i], f);
}

/* The rest is checked after every step that sets a symbol of it, since there may be several: in
 * both branches of an If. */
static void symbol_is_set(Model *m, const Step *s, Foreign symbol, FILE *f)
{
    for (int i = 0; i < m->n_locals; i++)
        if (foreign_equal(m->locals[i], symbol)) m->local_is_set[i] = true;
    for (int i = 0; i < m->n_assumptions; i++) {
        const DimPair *p = &m->assumptions[i];
        Knowing k = known_of(m, p, symbol);
        if (k.known && k.mentioned && graph_is_within(s->node->graph, p->graph)) emit_assumption(m, p, f);
    }
}

void emit_checks_after(Model *m, const Step *s, FILE *f)
{
    for (int i = 0; step_symbol(s, i); i++) symbol_is_set(m, s, dim_text(step_symbol(s, i)), f);
}

/* -- the variables ----------------------------------------------------------------------------- */

static bool is_set_somewhere(const Graph *g, Foreign symbol)
{
    for (int i = 0; i < g->n_steps; i++)
        for (int k = 0; step_symbol(g->steps[i], k); k++)
            if (foreign_equal(dim_text(step_symbol(g->steps[i], k)), symbol)) return true;
    return false;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* The text with blanks for comments: what a model's names say there is no use of a variable. */
static const char *without_comments(const char *text)
{
    char *code = mem_strdup(text);
    for (char *start = strstr(code, "/*"), *end; start; start = strstr(end, "/*")) {
        end = strstr(start + 2, "*/") + 2;
        memset(start, ' ', (size_t)(end - start));
    }
    return code;
}

/* Does the text do more with this variable than to set it? */
static bool is_used(const char *name, const char *text)
{
    size_t length = strlen(name);
    for (const char *at = strstr(text, name); at; at = strstr(at + length, name)) {
        bool whole = (at == text || !is_word(at[-1])) && !is_word(at[length]);
        if (whole && strncmp(at + length, " = ", 3) != 0) return true;
    }
    return false;
}

static bool is_output_size(const Model *m, const char *name)
{
    const Graph *g = m->graph;
    for (int i = 0; i < g->n_outputs; i++)
        for (int d = 0; d < g->outputs[i]->type.shape.rank; d++)
            if (is_used(name, dim_in_c(m, g->outputs[i]->type.shape.dim[d]))) return true;
    return false;
}

/* Those of nodes that are gone stay out. */
void emit_locals(const Model *m, const char *body, FILE *f)
{
    const Graph *g = m->graph;
    const char *code = without_comments(body);
    for (int i = 0; i < m->n_locals; i++) {
        if (!is_set_somewhere(g, m->locals[i])) continue;
        fprintf(f, "    int32_t %s = 0;\n", m->local_names[i]);
        if (!is_used(m->local_names[i], code) && !is_output_size(m, m->local_names[i]))
            fprintf(f, "    (void)%s;\n", m->local_names[i]);
    }
}
