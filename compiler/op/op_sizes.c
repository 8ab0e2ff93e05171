/* Sizes that a kernel works out from data: symbols within bounds that the user gives, read and
 * checked after the kernel. */
#include "op/op.h"

static bool declares(const Value *y, int axis)
{
    const Shape *said = &y->declared.shape;
    return said->rank > axis && said->dim[axis] && dim_is_const(said->dim[axis]);
}

/* The value whose size is stated in the place of y's: y itself, or what a Cast makes of it. */
static const Value *stated(const Model *m, const Value *y, int axis)
{
    if (bounds_of(m, size_option(y, axis)) || declares(y, axis)) return y;
    for (int i = 0; i < y->n_readers; i++) {
        const Node *cast = y->readers[i].node;
        if (!node_is(cast, "Cast") || cast->n_in != 1 || cast->n_out != 1) continue;
        if (bounds_of(m, size_option(cast->out[0], axis)) || declares(cast->out[0], axis)) return cast->out[0];
    }
    return NULL;
}

bool size_is_stated(const Node *n, int output, int axis)
{
    return stated(n->graph->model, n->out[output], axis);
}

Dim size_of_data(Node *n, int output, int axis)
{
    const Value *y = n->out[output], *by = stated(n->graph->model, y, axis);
    Foreign name = size_option(by ? by : y, axis);
    const DimOption *bounds = bounds_of(n->graph->model, name);
    if (bounds)
        return bounds->low == bounds->high ? dim_const(bounds->low) : local_symbol(n, name, bounds->low, bounds->high);
    if (by) return by->declared.shape.dim[axis];
    if (n->graph->model->options.any_size) return local_symbol(n, name, 0, ANY_SIZE);
    node_error(n,
               "how large axis %d of \"%s\" is, only the data tell, expected constants, or bounds: add --dim %s "
               "or the like",
               axis, shown(value_model_name(y)), in_shell(foreign_suffixed(name, "=1..8")));
    return NULL;
}

Dim count_of_data(Node *n, int output, int axis, Dim most)
{
    const Value *y = n->out[output];
    Foreign name = size_option(y, axis);
    const DimOption *bounds = bounds_of(n->graph->model, name);
    int64_t high = dim_high(most);
    if (bounds && !bounds->of_data && bounds->high < high) high = bounds->high;
    return local_symbol(n, foreign_suffixed(y->wanted, ".count"), 0, high);
}
