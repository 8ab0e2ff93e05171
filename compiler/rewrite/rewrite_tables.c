/* rewrite_tables: --weights-type of tables, whose rows are gathered as they are stored and then widened:
 * Gather(table, index) becomes Cast(Gather(narrow, index)), of int8 times Gather(scales, index). */
#include "rewrite/rewrite.h"

#include "ops/shared/shared.h"
#include "rewrite/qdq.h"

static Value *rows_of(Node *n, Value *table)
{
    Node *gather = make_node(n, "Gather", 2, (Value *[]){table, n->in[1]}, NULL);
    attr_set_int(gather, "axis", attr_int(n, "axis", 0));
    return node_ready(gather)->out[0];
}

bool rewrite_table(Node *n)
{
    Value *narrow, *scale;
    if (!node_is(n, "Gather") || !value_use_count(n->out[0]) || !weights_narrow(n, n->in[0])) return false;
    int axis = attr_axis(n, "axis", 0, n->in[0]->type.shape.rank);
    if (n->graph->model->options.weights_type == DT_INT8 && axis) return false; /* rows would be of many scales */
    if (!narrow_table(n, n->in[0], &narrow, &scale)) return false;
    Value *rows = rows_of(n, narrow);
    Node *wide = make_node(n, "Cast", 1, &rows, NULL);
    attr_set_int(wide, "to", DT_FLOAT);
    node_ready(wide);
    if (scale) wide = node_ready(make_node(n, "Mul", 2, (Value *[]){wide->out[0], rows_of(n, scale)}, NULL));
    take_outputs(wide, n);
    return true;
}
