/* The options --dim, and what each may be about: a dimension of the inputs, by its parameter or as INPUT:AXIS; a size
 * that only the data tell, VALUE:AXIS; an element that decides a size, VALUE[i]. The model's own names may look like
 * any of these, so one option may be about several things, each of which is a symbol of its own. */
#include "op/op.h"

Foreign size_option(const Value *v, int axis)
{
    return foreign_suffixed(value_model_name(v), ":%d", axis);
}

Foreign element_option(const Value *v, int element)
{
    return foreign_suffixed(value_model_name(v), "[%d]", element);
}

const DimOption *bounds_of(const Model *m, Foreign name)
{
    for (int i = 0; i < m->options.n_dims; i++) {
        DimOption *d = &m->options.dims[i];
        if (!foreign_equal(d->name, name)) continue;
        d->uses++;
        return d;
    }
    return NULL;
}

/* -- options that nothing asked for ------------------------------------------------------------ */

/* VALUE:AXIS or VALUE[i] of a value that there is: not asked for, if its size turned out to be known. */
static bool is_about_value(const Model *m, Foreign name)
{
    bool element = foreign_ends(name, "]");
    ptrdiff_t end = foreign_last(name, element ? '[' : ':');
    const Value *v = end == NOWHERE ? NULL : map_get(m->values, foreign_part(name, 0, (size_t)end));
    return v && (element || !v->is_input || v->type.kind != KIND_TENSOR);
}

void dims_report_unused(Model *m)
{
    for (int i = 0; i < m->options.n_dims; i++) {
        const DimOption *d = &m->options.dims[i];
        if (d->uses || d->of_data || is_about_value(m, d->name)) continue;
        if (m->dim_names)
            model_error(m, "--dim %s: there is no such dimension; the model has %s", shown(d->name), m->dim_names);
        else model_error(m, "--dim %s: the model's inputs have no open dimension", shown(d->name));
    }
}
