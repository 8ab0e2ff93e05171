/* What inference takes to be equal, and the run function checks. An assumption is found by the difference of its sides,
 * so that max(0, h - 2) = h - 2 and max(0, h - 2) + 2 = h are one. */
#include "ir/ir.h"

/* What the table has for it: expressions and graphs are the same exactly if their addresses are. */
static Foreign key_of(Dim difference, const Graph *g)
{
    return foreign(mem_printf("%p %p", (const void *)difference, (const void *)g));
}

/* What is after n_assumptions was taken back. */
static bool is_listed(const Model *m, Dim difference, const Graph *g)
{
    uintptr_t number = (uintptr_t)map_get(m->assumption_numbers, key_of(difference, g));
    if (!number || number > (uintptr_t)m->n_assumptions) return false;
    const DimPair *p = &m->assumptions[number - 1];
    return p->graph == g && dim_sub(p->a, p->b) == difference;
}

bool assumption_known(const Graph *g, Dim a, Dim b)
{
    const Model *m = g->model;
    if (!m->n_assumptions) return false;
    const Dim difference = dim_sub(a, b), negated = dim_sub(b, a);
    for (; g; g = g->parent)
        if (is_listed(m, difference, g) || is_listed(m, negated, g)) return true;
    return false;
}

void assumption_add(Graph *g, Dim a, Dim b)
{
    Model *m = g->model;
    if (!m->assumption_numbers) m->assumption_numbers = map_new();
    mem_grow(&m->assumptions, &m->cap_assumptions, m->n_assumptions + 1, sizeof *m->assumptions);
    m->assumptions[m->n_assumptions++] = (DimPair){.a = a, .b = b, .graph = g};
    map_put(m->assumption_numbers, key_of(dim_sub(a, b), g), (void *)(uintptr_t)m->n_assumptions);
}
