/* Sequences and optionals: https://onnx.ai/onnx/operators/onnx__SequenceConstruct.html and its kin
 *
 * A sequence whose length and positions are known at compile time is a list of values, and its operators are
 * bookkeeping: nothing of them is left in the generated code but the tensors themselves. Inference keeps the list in
 * value->items; an optional is a list of one or none. */
#include "op.h"

#include <string.h>

static bool is_list(const Value *v)
{
    return v && (v->type.kind == KIND_SEQUENCE || v->type.kind == KIND_OPTIONAL);
}

static bool need_list(Node *n, int input)
{
    const Value *v = in(n, input);
    if (is_list(v) && v->items) return true;
    if (!v) node_error(n, "input %d is omitted, expected a sequence or optional", input);
    else if (!is_list(v)) node_error(n, "input %d \"%s\" is a tensor, expected a sequence or optional", input, v->name);
    else node_error(n, "the length of the sequence \"%s\" is known only at run time; expected one that is known at compile time", v->name);
    return false;
}

static void set_list(Node *n, Kind kind, int count, Value **items, const Type *element)
{
    Value *y = out(n, 0);
    if (!y) return;
    y->type = (Type){.kind = kind, .elem = mem_dup(element, sizeof *element)};
    y->items = mem_array((size_t)count + 1, sizeof *items);
    if (count) memcpy(y->items, items, (size_t)count * sizeof *items);
    y->n_items = count;
}

/* The position an input gives, of `count` places; without the input: `otherwise`. False if it is unknown or out of range. */
static bool position(Node *n, int input, int count, int otherwise, int *at)
{
    int64_t *values;
    *at = otherwise;
    if (!in(n, input)) return true;
    if (need_ints(n, input, &values) != 1) return false;
    int64_t p = values[0] < 0 ? values[0] + count : values[0];
    *at = (int)p;
    if (p >= 0 && p <= count) return true;
    node_error(n, "position %lld is out of range for a sequence of %d", (long long)values[0], count);
    return false;
}

/* -- making sequences ------------------------------------------------------------------------------------------------------- */

static void infer_construct(Node *n)
{
    if (n->n_in < 1) {
        node_error(n, "has no inputs, expected at least 1");
        return;
    }
    set_list(n, KIND_SEQUENCE, n->n_in, n->in, &n->in[0]->type);
}

static void infer_empty(Node *n)
{
    Type element = {.kind = KIND_TENSOR, .dtype = (DType)attr_int(n, "dtype", DT_FLOAT), .shape = {.rank = -1}};
    set_list(n, KIND_SEQUENCE, 0, NULL, &element);
}

static void infer_insert(Node *n)
{
    int at;
    if (!need_list(n, 0)) return;
    Value *s = n->in[0];
    if (!position(n, 2, s->n_items, s->n_items, &at)) return;
    Value **items = mem_array((size_t)s->n_items + 1, sizeof *items);
    for (int i = 0; i <= s->n_items; i++) items[i] = i < at ? s->items[i] : i == at ? n->in[1] : s->items[i - 1];
    set_list(n, KIND_SEQUENCE, s->n_items + 1, items, &n->in[1]->type);
}

static void infer_erase(Node *n)
{
    int at, count = 0;
    if (!need_list(n, 0)) return;
    Value *s = n->in[0];
    if (!position(n, 1, s->n_items, s->n_items - 1, &at)) return;
    if (at >= s->n_items) {
        node_error(n, "position %d is out of range for a sequence of %d", at, s->n_items);
        return;
    }
    Value **items = mem_array((size_t)s->n_items, sizeof *items);
    for (int i = 0; i < s->n_items; i++)
        if (i != at) items[count++] = s->items[i];
    set_list(n, KIND_SEQUENCE, count, items, s->type.elem);
}

static void infer_optional(Node *n)
{
    Value *v = in(n, 0);
    const Attr *type = attr_find(n, "type");
    if (v) set_list(n, KIND_OPTIONAL, 1, n->in, &v->type);
    else if (type && type->type == ATTR_TYPE) set_list(n, KIND_OPTIONAL, 0, NULL, type->types[0]);
    else node_error(n, "has neither an input nor an attribute \"type\"");
}

/* SplitToSequence: a Split whose parts are the list. */
static void infer_split(Node *n)
{
    if (!need(n, 1, 2, 1, 1)) return;
    const Value *x = n->in[0];
    int axis = attr_axis(n, "axis", 0, x->type.shape.rank);
    if (axis < 0) return;
    if (dim_is_const(dim_at(x, axis))) set_list(n, KIND_SEQUENCE, 0, NULL, &x->type); /* the parts come with expand_split */
    else node_error(n, "axis %d of \"%s\" has the run-time size %s; expected a constant", axis, x->name, dim_text(dim_at(x, axis)));
}

/* The sizes of the parts: listed, or equal but for the last, or 1. Returns how many, -1 with an error. */
static int part_sizes(Node *n, int64_t total, int64_t **sizes)
{
    int64_t size = 1;
    int count = in(n, 1) ? need_ints(n, 1, sizes) : 0;
    if (count < 0 || (in(n, 1) && n->in[1]->type.shape.rank > 0)) return count;
    if (in(n, 1)) size = (*sizes)[0];
    if (size <= 0) {
        node_error(n, "splits into parts of %lld", (long long)size);
        return -1;
    }
    count = (int)((total + size - 1) / size);
    *sizes = mem_array((size_t)count + 1, sizeof **sizes);
    for (int i = 0; i < count; i++) (*sizes)[i] = i + 1 < count ? size : total - (int64_t)i * size;
    return count;
}

static void expand_split(Node *n)
{
    int axis = attr_axis(n, "axis", 0, n->in[0]->type.shape.rank);
    int64_t *sizes, axis_value = axis;
    int count = part_sizes(n, dim_value(dim_at(n->in[0], axis)), &sizes);
    if (count < 0) return;
    Value **items = mem_array((size_t)count + 1, sizeof *items);
    Node *split = make_node(n, "Split", 2, (Value *[]){n->in[0], const_ints(n, count, sizes)}, NULL);
    attr_set_int(split, "axis", axis);
    for (int i = 1; i < count; i++) node_add_output(split, value_new(n->graph, mem_printf("%s.part%d", n->out[0]->name, i)));
    bool keep = in(n, 1) || attr_int(n, "keepdims", 1);
    for (int i = 0; i < count; i++)
        items[i] = keep ? split->out[i] : make2(n, "Squeeze", split->out[i], const_ints(n, 1, &axis_value), NULL);
    make_node(n, "SequenceConstruct", count, items, n->out[0]);
}

/* -- using them ----------------------------------------------------------------------------------------------------------------- */

/* The output becomes the given tensor, sequence or optional. */
static void stand_for(Node *n, Value *v)
{
    make1(n, "Identity", v, n->out[0]);
}

static void infer_at(Node *n)
{
    int at;
    if (!need_list(n, 0) || !position(n, 1, n->in[0]->n_items, 0, &at)) return;
    if (at < n->in[0]->n_items) n->out[0]->type = n->in[0]->items[at]->type;
    else node_error(n, "position %d is out of range for a sequence of %d", at, n->in[0]->n_items);
}

static void expand_at(Node *n)
{
    int at;
    if (position(n, 1, n->in[0]->n_items, 0, &at)) stand_for(n, n->in[0]->items[at]);
}

static void infer_length(Node *n)
{
    Shape scalar = shape_scalar();
    if (need_list(n, 0)) set_out(n, 0, DT_INT64, &scalar);
}

static void expand_length(Node *n)
{
    stand_for(n, const_scalar(n, DT_INT64, n->in[0]->n_items));
}

static void infer_concat(Node *n)
{
    if (need_list(n, 0) && !n->in[0]->n_items) node_error(n, "concatenates an empty sequence");
}

static void expand_concat(Node *n)
{
    const Value *s = n->in[0];
    int64_t axis = attr_int(n, "axis", 0);
    Value **parts = mem_dup(s->items, (size_t)s->n_items * sizeof *parts);
    if (attr_int(n, "new_axis", 0))
        for (int i = 0; i < s->n_items; i++) parts[i] = make2(n, "Unsqueeze", parts[i], const_ints(n, 1, &axis), NULL);
    attr_set_int(make_node(n, "Concat", s->n_items, parts, n->out[0]), "axis", axis);
}

/* Since opset 18 the operators on optionals take plain values, too. */
static void infer_has_element(Node *n)
{
    Shape scalar = shape_scalar();
    if (!in(n, 0) || n->in[0]->type.kind != KIND_OPTIONAL || need_list(n, 0)) set_out(n, 0, DT_BOOL, &scalar);
}

static void expand_has_element(Node *n)
{
    const Value *v = in(n, 0);
    stand_for(n, const_scalar(n, DT_BOOL, v && (v->type.kind != KIND_OPTIONAL || v->n_items > 0)));
}

static void infer_get_element(Node *n)
{
    if (!in(n, 0)) node_error(n, "input 0 is omitted");
    else if (n->in[0]->type.kind == KIND_OPTIONAL && need_list(n, 0) && !n->in[0]->n_items) node_error(n, "takes the element of an empty optional");
}

static void expand_get_element(Node *n)
{
    stand_for(n, n->in[0]->type.kind == KIND_OPTIONAL ? n->in[0]->items[0] : n->in[0]);
}

/* -- SequenceMap: the body once for each position -------------------------------------------------------------------------------- */

static void infer_map(Node *n)
{
    const Attr *body = attr_find(n, "body");
    if (!body || body->type != ATTR_GRAPH) {
        node_error(n, "has no graph \"body\"");
        return;
    }
    if (body->graphs[0]->n_inputs != n->n_in || body->graphs[0]->n_outputs < n->n_out) {
        node_error(n, "has %d inputs and %d outputs, its body %d and %d", n->n_in, n->n_out, body->graphs[0]->n_inputs, body->graphs[0]->n_outputs);
        return;
    }
    if (need_list(n, 0))
        for (int i = 1; i < n->n_in; i++)
            if (n->in[i] && n->in[i]->type.kind == KIND_SEQUENCE && !need_list(n, i)) return;
}

static void expand_map(Node *n)
{
    const Graph *body = attr_find(n, "body")->graphs[0];
    int count = n->in[0]->n_items;
    Value ***rows = mem_array((size_t)n->n_out + 1, sizeof *rows);
    for (int k = 0; k < n->n_out; k++) rows[k] = mem_array((size_t)count + 1, sizeof **rows);
    for (int r = 0; r < count; r++) {
        Value **arguments = mem_array((size_t)n->n_in + 1, sizeof *arguments), **results = mem_array((size_t)body->n_outputs + 1, sizeof *results);
        for (int i = 0; i < n->n_in; i++) arguments[i] = n->in[i]->type.kind == KIND_SEQUENCE && r < n->in[i]->n_items ? n->in[i]->items[r] : n->in[i];
        inline_clone(n, body, arguments, results);
        for (int k = 0; k < n->n_out; k++) rows[k][r] = results[k];
    }
    for (int k = 0; k < n->n_out; k++) {
        if (!n->out[k]) continue;
        if (count) make_node(n, "SequenceConstruct", count, rows[k], n->out[k]);
        else make_node(n, "SequenceEmpty", 0, NULL, n->out[k]);
    }
}

/* What is left of bookkeeping after inference: nothing to run. */
static void lower_nothing(Node *n)
{
    (void)n;
}

#define LISTS OP_HALF_NATIVE | OP_NEVER_FOLD
#define MAKES(op, v, f) {.name = op, .domain = "", .since = v, .infer = f, .lower = lower_nothing, .flags = LISTS}
#define USES(op, v, f, e) {.name = op, .domain = "", .since = v, .infer = f, .lower = lower_nothing, .expand = e, .flags = LISTS}

const Op ops_sequence[] = {
    MAKES("SequenceConstruct", 11, infer_construct),
    MAKES("SequenceEmpty", 11, infer_empty),
    MAKES("SequenceInsert", 11, infer_insert),
    MAKES("SequenceErase", 11, infer_erase),
    MAKES("Optional", 15, infer_optional),
    USES("SplitToSequence", 11, infer_split, expand_split),
    USES("SequenceAt", 11, infer_at, expand_at),
    USES("SequenceLength", 11, infer_length, expand_length),
    USES("ConcatFromSequence", 11, infer_concat, expand_concat),
    USES("OptionalHasElement", 15, infer_has_element, expand_has_element),
    USES("OptionalGetElement", 15, infer_get_element, expand_get_element),
    USES("SequenceMap", 17, infer_map, expand_map),
    {0},
};
