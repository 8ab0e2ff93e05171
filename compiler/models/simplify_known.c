/* What is known before the model runs. */
#include "models/simplify.h"

bool drop_known(Simple *s, size_t i)
{
    const NodeProto *n = s->graph->node[i];
    for (size_t k = 0; k < n->n_output; k++)
        if (use_count(s, proto_text(n->output[k])) && !constant_known(s, proto_text(n->output[k]))) return false;
    drop_node(s, i);
    return true;
}

/* Element k of a shape that a Reshape takes: a constant, 0 (that of the input), -1 (what is left), or none. */
enum { NO_ELEMENT = -2 };

static int64_t element_for(const Value *shape, const Value *x, int k, bool zero_copies, int *left)
{
    Dim d = shape->elements[k];
    if (!d) return NO_ELEMENT;
    if (dim_is_const(d)) return dim_value(d);
    if (zero_copies && x && k < x->type.shape.rank && x->type.shape.dim[k] == d) return 0;
    return (*left)++ ? NO_ELEMENT : -1;
}

bool settle_shape(Simple *s, size_t i)
{
    NodeProto *n = s->graph->node[i];
    Foreign name = read_by(n, 1);
    const Value *shape = is_op(n, "Reshape") ? value_known(s, name) : NULL, *x = value_known(s, read_by(n, 0));
    const AttributeProto *allow_zero = attribute_of(n, "allowzero");
    if (!shape || !shape->elements || shape->data || shape->type.dtype != DT_INT64) return false;
    if (shape->type.shape.rank != 1 || !shape_is_const(&shape->type.shape)) return false;
    int64_t count = value_count(shape), values[MAX_RANK];
    int left = 0;
    if (count > MAX_RANK) return false;
    for (int k = 0; k < count; k++) {
        values[k] = element_for(shape, x, k, !allow_zero || !allow_zero->i, &left);
        if (values[k] == NO_ELEMENT || (values[k] == -1 && left > 1)) return false;
    }
    const void *data = mem_dup(values, (size_t)count * sizeof *values);
    put_input(n, 1, new_constant(s, name, DT_INT64, &shape->type.shape, data));
    return true;
}
