/* Bounds refinement: lower bounds that the model itself asks for.
 *
 * A size that would be negative (a window larger than its image) is refused when the program runs. Until then
 * inference has to carry it along: max(0, s - 20) beside s - 20. Where one dimension alone decides, and all values
 * from its bound up to some other would be refused, the model is read again with that other bound, under which such
 * expressions are the same. */
#include "infer/infer.h"

#include <string.h>

enum { MOST_STEPS = 1 << 16 }; /* values tried per dimension */

/* The only symbol of some expressions. */
typedef struct {
    Foreign name;
    bool only;
} Symbol;

static void note_symbol(Foreign name, void *context)
{
    Symbol *s = context;
    if (!foreign_none(s->name) && !foreign_equal(s->name, name)) s->only = false;
    s->name = name;
}

static int64_t value_tried(Foreign name, void *context)
{
    (void)name;
    return *(int64_t *)context;
}

static bool holds(const DimPair *p, int64_t value)
{
    return dim_eval(p->a, value_tried, &value) == dim_eval(p->b, value_tried, &value);
}

static bool raise_low(DimOption *d, const DimPair *p)
{
    int64_t low = d->low;
    while (low < d->high && low - d->low < MOST_STEPS && !holds(p, low)) low++;
    if (low == d->low || !holds(p, low)) return false;
    if (!d->is_raised) d->asked = d->low;
    d->is_raised = true;
    d->low = low;
    return true;
}

/* What bounds that parameter, and nothing else. */
static DimOption *parameter(Model *m, Foreign name)
{
    for (int i = 0; i < m->n_params; i++)
        if (foreign_equal(m->params[i].symbol, name))
            for (int k = 0; k < m->options.n_dims; k++)
                if (foreign_equal(m->options.dims[k].name, name) && m->options.dims[k].uses == 1)
                    return &m->options.dims[k];
    return NULL;
}

bool refine_bounds(Model *m)
{
    bool changed = false;
    for (int i = 0; i < m->n_assumptions; i++) {
        const DimPair *p = &m->assumptions[i];
        Symbol s = {.only = true};
        dim_symbols(p->a, note_symbol, &s);
        dim_symbols(p->b, note_symbol, &s);
        DimOption *d = !foreign_none(s.name) && s.only && p->graph == m->graph ? parameter(m, s.name) : NULL;
        changed = (d && raise_low(d, p)) || changed;
    }
    return changed;
}

void report_raised_bounds(Model *m)
{
    for (int i = 0; i < m->options.n_dims; i++) {
        const DimOption *d = &m->options.dims[i];
        if (d->is_raised && !d->of_data)
            model_warning(
                m, "--dim %s=%lld..%lld: sizes below %lld don't fit the rest of the model and are refused at run time",
                shown(d->name), (long long)d->asked, (long long)d->high, (long long)d->low);
    }
}
