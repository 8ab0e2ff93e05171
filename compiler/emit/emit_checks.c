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

/* The words of the text, but for those that it only sets. Comments only speak of them. */
static void note_words(Map *used, const char *text)
{
    while (*text) {
        size_t comment = comment_length(text), word = word_length(text);
        if (word && strncmp(text + word, " = ", 3) != 0) map_put(used, foreign(mem_strndup(text, word)), used);
        text += comment ? comment : word ? word : 1;
    }
}

static Map *words_used(const Model *m, const char *body)
{
    const Graph *g = m->graph;
    Map *used = map_new();
    note_words(used, body);
    for (int i = 0; i < g->n_outputs; i++)
        for (int d = 0; d < g->outputs[i]->type.shape.rank; d++)
            note_words(used, dim_in_c(m, g->outputs[i]->type.shape.dim[d]));
    return used;
}

/* Those of nodes that are gone stay out. */
void emit_locals(const Model *m, const char *body, FILE *f)
{
    Map *declared = map_new();
    const Map *used = m->n_locals ? words_used(m, body) : NULL;
    for (int i = 0; i < m->n_locals; i++) {
        const Local *l = &m->locals[i];
        if (!l->c_name || map_get(declared, foreign(l->c_name))) continue;
        map_put(declared, foreign(l->c_name), declared);
        fprintf(f, "    int32_t %s = 0;\n", l->c_name);
        if (!map_get(used, foreign(l->c_name))) fprintf(f, "    (void)%s;\n", l->c_name);
    }
}
