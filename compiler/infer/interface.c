/* interface: sequences and optionals at the edge of the model.
 *
 * The generated interface is made of tensors, so a list whose length is known stands there as its elements, one
 * parameter each, named NAME_0, NAME_1, ... A list of run-time length is three parameters: NAME_data with a row for
 * each element, NAME_sizes with its rank and dimensions, and NAME_length; what is not used of them is 0. A map is
 * NAME_keys and NAME_values, so many as the size NAME:0 says; maps with the same keys (ZipMap) are these two with a row
 * of values for each map. The lists themselves stay in
 * model->interface_inputs and _outputs. */
#include "infer/interface.h"

#include "op/op.h"
#include "load/load.h"

/* -- inputs ------------------------------------------------------------------------------------ */

static void add_input(Graph *g, Value *v)
{
    mem_grow(&g->inputs, &g->cap_inputs, g->n_inputs + 1, sizeof *g->inputs);
    g->inputs[g->n_inputs++] = v;
}

/* Elements of a list input, with the types the description gives; tensors become inputs. */
static void spread_input(Graph *g, Value *list, const DataItem *item)
{
    list->is_input = false;
    list->items = mem_array((size_t)item->count + 1, sizeof *list->items);
    list->n_items = item->count;
    for (int i = 0; i < item->count; i++) {
        const DataItem *part = &item->items[i];
        Value *v = value_new(g, foreign_suffixed(list->name, "_%d", i));
        list->items[i] = v;
        if (part->kind == KIND_TENSOR) {
            v->type = part->tensor->type;
            v->is_input = true;
            add_input(g, v);
        } else {
            v->type = *list->type.elem;
            spread_input(g, v, part);
        }
    }
}

/* The most that size `axis` of a list can be: what --dim NAME:AXIS says, axis 0 being the length. -1 with an error. */
static int64_t most_of(Model *m, const Value *list, int axis)
{
    Foreign name = size_option(list, axis);
    const char *what = axis ? mem_printf("dimension %d of its elements", axis - 1) : "its length";
    const DimOption *bounds = bounds_of(m, name);
    if (bounds && bounds->low >= 0) return bounds->high;
    model_error(m, "input \"%s\" is a sequence or optional, and %s is not bounded; add --dim %s=0..8 or the like",
                shown(list->name), what, in_shell(name));
    return -1;
}

static bool form_of_input(Model *m, const Value *list, SequenceForm *f)
{
    const Type *element = list->type.elem;
    bool single = list->type.kind == KIND_OPTIONAL && element->kind == KIND_TENSOR;
    while ((element->kind == KIND_SEQUENCE || element->kind == KIND_OPTIONAL) && element->elem) element = element->elem;
    if (element->kind != KIND_TENSOR || element->dtype == DT_UNDEFINED || element->shape.rank < 0) {
        model_error(m,
                    "input \"%s\" is a list of maps, or of elements of unknown type or rank; expected a sequence or "
                    "optional of tensors",
                    shown(list->name));
        return false;
    }
    *f = (SequenceForm){.dtype = element->dtype, .rank = element->shape.rank, .rank_low = element->shape.rank};
    f->capacity = single ? 1 : most_of(m, list, 0);
    Dim slot = dim_const(1);
    for (int d = 0; d < f->rank; d++) {
        Dim size = element->shape.dim[d];
        bool fixed = size && dim_is_const(size);
        f->high[d] = fixed ? dim_value(size) : size ? dim_high(size) : most_of(m, list, 1 + d);
        if (f->high[d] < 0) return false;
        slot = dim_mul(slot, dim_const(f->high[d]));
    }
    f->slot = dim_value(slot);
    return f->capacity >= 0;
}

/* A list whose length the caller says: three inputs, of which a copy is made that is sure to be a list. */
static bool input_memory_list(Model *m, Value *list)
{
    static const char *const parts[] = {"data", "sizes", "length"};
    SequenceForm form;
    Graph *g = m->graph;
    Value *made[3], *checked[3];
    if (!form_of_input(m, list, &form)) return false;
    Shape shapes[] = {shape_const(2, (int64_t[]){form.capacity, form.slot}),
                      shape_const(2, (int64_t[]){form.capacity, 1 + form.rank}), shape_scalar()};
    for (int i = 0; i < 3; i++) {
        DType t = i ? DT_INT64 : form.dtype;
        made[i] = value_typed(g, foreign_suffixed(list->name, "_%s", parts[i]), t, &shapes[i]);
        made[i]->is_input = true;
        add_input(g, made[i]);
        checked[i] = value_new(g, foreign_suffixed(list->name, ".%s", parts[i]));
    }
    list->is_input = false;
    sequence_made(g, &list->type, &form, checked, list);
    sequence_copied(g, &list->type, &form, made, checked);
    return true;
}

/* Two inputs of as many elements as there are pairs. */
static bool spread_map(Model *m, Value *map)
{
    const Type *value = map->type.elem;
    map->is_input = false;
    if (map->map_keys) return true; /* it is evaluated with these */
    if (value->kind != KIND_TENSOR || value->shape.rank > 0) {
        model_error(m, "input \"%s\" is a map whose values are no scalars, expected some", shown(map->name));
        return false;
    }
    map->map_keys = value_typed(m->graph, foreign_suffixed(map->name, "_keys"), map->type.dtype, &map->type.shape);
    map->map_values = value_typed(m->graph, foreign_suffixed(map->name, "_values"), value->dtype, &map->type.shape);
    map->map_keys->is_input = map->map_values->is_input = true;
    add_input(m->graph, map->map_keys);
    add_input(m->graph, map->map_values);
    return true;
}

static bool spread_list(Model *m, Value *v, int number)
{
    DataItem item;
    if (v->type.kind == KIND_MAP) return spread_map(m, v);
    v->is_input = v->is_input && !v->items;
    if (v->items) return true; /* it is evaluated with these */
    if (m->options.describe_list && m->options.describe_list(m, number, v, &item)) {
        spread_input(m->graph, v, &item);
        return true;
    }
    return !m->errors && input_memory_list(m, v);
}

void spread_inputs(Model *m)
{
    Graph *g = m->graph;
    Value **inputs = g->inputs;
    int count = g->n_inputs;
    m->interface_inputs = inputs;
    m->n_interface_inputs = count;
    g->inputs = NULL;
    g->n_inputs = g->cap_inputs = 0;
    for (int i = 0; i < count; i++) {
        if (inputs[i]->type.kind == KIND_TENSOR) add_input(g, inputs[i]);
        else if (!spread_list(m, inputs[i], i)) return;
    }
}

/* -- outputs ----------------------------------------------------------------------------------- */

static void add_output(Graph *g, Value *v)
{
    v->is_output = true;
    graph_add_output(g, v);
}

/* An element becomes an output of its own name through an Identity: it may be an input, a constant, or there twice. */
static void output_part(Graph *g, Value *v, Foreign name)
{
    Node *n = node_new(g, foreign(""), "Identity", "", 13);
    n->op = op_find("", "Identity", 13);
    node_add_input(n, v);
    node_add_output(n, value_typed(g, name, v->type.dtype, &v->type.shape));
    graph_append(g, n);
    add_output(g, n->out[0]);
}

static void spread_output(Model *m, Value *list)
{
    for (int i = 0; i < list->n_items; i++) {
        Value *v = list->items[i];
        if (v->type.kind != KIND_TENSOR) {
            spread_output(m, v);
            continue;
        }
        output_part(m->graph, v, foreign_suffixed(list->name, "_%d", i));
    }
}

/* A copy that leaves nothing undefined. */
static void output_memory_list(Model *m, Value *list)
{
    static const char *const parts[] = {"data", "sizes", "length"};
    Graph *g = m->graph;
    Value *made[] = {list->list->data, list->list->sizes, list->list->length};
    Node *n = sequence_copy_last(g, list);
    for (int i = 0; i < 3; i++) {
        node_add_output(n, value_typed(g, foreign_suffixed(list->name, "_%s", parts[i]), made[i]->type.dtype,
                                       &made[i]->type.shape));
        add_output(g, n->out[i]);
    }
}

void spread_outputs(Model *m)
{
    Graph *g = m->graph;
    Value **outputs = g->outputs;
    int count = g->n_outputs;
    m->interface_outputs = outputs;
    m->n_interface_outputs = count;
    graph_drop_outputs(g);
    for (int i = 0; i < count; i++) {
        Value *v = outputs[i];
        if (v->type.kind == KIND_TENSOR) {
            add_output(g, v);
        } else if (v->list) {
            v->is_output = false;
            output_memory_list(m, v);
        } else if (v->map_keys) {
            v->is_output = false;
            output_part(g, v->map_keys, foreign_suffixed(v->name, "_keys"));
            output_part(g, v->map_values, foreign_suffixed(v->name, "_values"));
        } else if (v->items) {
            v->is_output = false;
            spread_output(m, v);
        } else {
            model_error(m,
                        "output \"%s\" is a map, or a sequence whose length is known only at run time; expected "
                        "tensors at the interface of the model",
                        shown(v->name));
        }
    }
}
