/* emit_checks: sizes that only the run tells, in variables of the run function, and what must be true of them. */
#include "emit/emit.h"

#include <ctype.h>
#include <string.h>

/* -- what inference took to be equal ----------------------------------------------------------- */

typedef struct {
    const Model *m;
    bool known; /* are all symbols set? */
} Knowing;

static void note_whether_set(Foreign symbol, void *context)
{
    Knowing *k = context;
    const Local *l = local_find(k->m, symbol);
    k->known = k->known && (!l || l->is_set); /* else a parameter */
}

/* Checks it if that can be done here. */
static void emit_assumption(const Model *m, const DimPair *p, FILE *f)
{
    Knowing k = {m, true};
    dim_symbols(p->a, note_whether_set, &k);
    dim_symbols(p->b, note_whether_set, &k);
    if (k.known)
        fprintf(f, "    if (%s != %s) return %s_EDIM;\n", dim_in_c(m, p->a), dim_in_c(m, p->b),
                upper_case(m->options.name));
}

typedef struct {
    const Model *m;
    const DimPair *pair;
} Mention;

static void note_mention(Foreign symbol, void *context)
{
    const Mention *n = context;
    Local *l = local_find(n->m, symbol);
    if (!l || (l->n_assumptions && l->assumptions[l->n_assumptions - 1] == n->pair)) return;
    mem_grow(&l->assumptions, &l->cap_assumptions, l->n_assumptions + 1, sizeof *l->assumptions);
    l->assumptions[l->n_assumptions++] = n->pair;
}

static void list_by_symbol(Model *m)
{
    for (int i = 0; i < m->n_assumptions; i++) {
        Mention n = {m, &m->assumptions[i]};
        dim_symbols(n.pair->a, note_mention, &n);
        dim_symbols(n.pair->b, note_mention, &n);
    }
}

static void list_by_graph(Model *m)
{
    for (int i = 0; i < m->n_assumptions; i++) m->assumptions[i].graph->first_assumption = 0;
    for (int i = m->n_assumptions; i-- > 0;) {
        DimPair *p = &m->assumptions[i];
        p->next = p->graph->first_assumption;
        p->graph->first_assumption = i + 1;
    }
}

void begin_checks(Model *m)
{
    for (int i = 0; i < m->n_locals; i++) {
        m->locals[i].is_set = false;
        m->locals[i].n_assumptions = 0;
    }
    list_by_symbol(m);
    list_by_graph(m);
}

/* What must hold in a graph is checked where it begins, as far as it is known there: at entry, or within the If or
 * Loop. */
void emit_checks_of_graph(const Model *m, const Graph *g, FILE *f)
{
    for (int i = g->first_assumption; i; i = m->assumptions[i - 1].next) emit_assumption(m, &m->assumptions[i - 1], f);
}

/* The rest is checked after every step that sets a symbol of it, since there may be several: in both branches of an
 * If. */
static void symbol_is_set(Model *m, const Step *s, Foreign symbol, FILE *f)
{
    Local *l = local_find(m, symbol);
    if (!l) return;
    l->is_set = true;
    for (int i = 0; i < l->n_assumptions; i++)
        if (graph_is_within(s->node->graph, l->assumptions[i]->graph)) emit_assumption(m, l->assumptions[i], f);
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

/* A hook that the program may leave empty. */
static size_t hook_length(const char *s)
{
    return strncmp(s, "TRACE(", 6) ? 0 : strcspn(s, "\n");
}

/* The words of the text, but for those that it only sets. Comments only speak of them. */
static void note_words(Map *used, const char *text)
{
    while (*text) {
        size_t hook = hook_length(text), comment = hook ? hook : comment_length(text), word = word_length(text);
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
    for (int i = 0; i < m->n_params; i++)
        if (m->params[i].next) note_words(used, dim_in_c(m, m->params[i].next));
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
