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
    const Local *l = local_find(m, symbol);
    return !l || l->is_set; /* else a parameter */
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
    Local *l = local_find(m, symbol);
    if (l) l->is_set = true;
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

static size_t word_length(const char *s)
{
    size_t n = 0;
    while (isalnum((unsigned char)s[n]) || s[n] == '_') n++;
    return n;
}

static size_t comment_length(const char *s)
{
    const char *end = s[0] == '/' && s[1] == '*' ? strstr(s + 2, "*/") : NULL;
    return end ? (size_t)(end - s) + 2 : 0;
}

/* Does the text do more with this variable than to set it? Comments only speak of it. */
static bool is_used(const char *name, const char *text)
{
    size_t length = strlen(name);
    while (*text) {
        size_t comment = comment_length(text), word = word_length(text);
        if (word == length && !memcmp(text, name, length) && strncmp(text + length, " = ", 3) != 0) return true;
        text += comment ? comment : word ? word : 1;
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

static bool is_declared_before(const Model *m, const Local *l)
{
    for (const Local *other = m->locals; other < l; other++)
        if (other->c_name == l->c_name) return true;
    return false;
}

/* Those of nodes that are gone stay out. */
void emit_locals(const Model *m, const char *body, FILE *f)
{
    for (int i = 0; i < m->n_locals; i++) {
        const Local *l = &m->locals[i];
        if (!l->c_name || is_declared_before(m, l)) continue;
        fprintf(f, "    int32_t %s = 0;\n", l->c_name);
        if (!is_used(l->c_name, body) && !is_output_size(m, l->c_name)) fprintf(f, "    (void)%s;\n", l->c_name);
    }
}
