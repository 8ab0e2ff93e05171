/* Sequences and optionals: https://onnx.ai/onnx/operators/onnx__SequenceConstruct.html and its kin
 *
 * A sequence whose length and positions are known at compile time is a list of values, and its operators are
 * bookkeeping: nothing of them is left in the generated code but the tensors themselves. Inference keeps the list in
 * value->items; an optional is a list of one or none. Where only the data tell, expansion goes over to lists in memory
 * (packed_sequence.h). */
#include "op/op.h"

#include <string.h>

static bool need_list(Node *n, int input)
{
    const Value *v = input_of(n, input);
    if (is_sequence(v) && (v->items || v->list)) return true;
    if (!v) node_error(n, "input %d is omitted, expected a sequence or optional", input);
    else if (!is_sequence(v))
        node_error(n, "input %d \"%s\" is a tensor, expected a sequence or optional", input, shown(v->name));
    else node_error(n, "nothing is known of the length of the sequence \"%s\"", shown(v->name));
    return false;
}

static void set_list(Node *n, Kind kind, int count, Value **items, const Type *element)
{
    Value *y = output_of(n, 0);
    if (!y) return;
    y->type = (Type){.kind = kind, .elem = mem_dup(element, sizeof *element)};
    y->items = mem_array((size_t)count + 1, sizeof *items);
    if (count) memcpy(y->items, items, (size_t)count * sizeof *items);
    y->n_items = count;
}

/* Is what input `input` says of a list, if it is there, known only at run time? */
static bool only_data_tell(const Node *n, int input)
{
    const Value *v = input_of(n, input);
    Dim *dims;
    int count = known_dims(v, &dims);
    for (int i = 0; i < count; i++)
        if (!dim_is_const(dims[i])) return true;
    return v && count < 0;
}

/* Is the list one in memory, or must it become one because of the position? */
static bool goes_to_memory(const Node *n, int position)
{
    return n->in[0]->list || only_data_tell(n, position);
}

static bool need_position(Node *n, int input)
{
    return !input_of(n, input) || (need_type(n, input, (DType[]){DT_INT32, DT_INT64}, 2) &&
                                   need_equal(n, elements(n->in[input]), dim_const(1), "number of positions, and 1"));
}

static void set_memory_list(Node *n, const Type *element)
{
    if (output_of(n, 0)) n->out[0]->type = (Type){.kind = KIND_SEQUENCE, .elem = mem_dup(element, sizeof *element)};
}

/* The position an input gives, of `count` places; without the input: `otherwise`. False if it is
 * unknown or out of range. */
static bool position(Node *n, int input, int count, int otherwise, int *at)
{
    int64_t *values;
    *at = otherwise;
    if (!input_of(n, input)) return true;
    if (need_ints(n, input, &values) != 1) return false;
    int64_t p = values[0] < 0 ? values[0] + count : values[0];
    *at = (int)p;
    if (p >= 0 && p <= count) return true;
    node_error(n, "position %lld is out of range for a sequence of %d", (long long)values[0], count);
    return false;
}

/* -- making sequences -------------------------------------------------------------------------- */

static void infer_construct(Node *n)
{
    if (need_counts(n, 1, -1, 1, 1) && need_inputs_from(n, 0))
        set_list(n, KIND_SEQUENCE, n->n_in, n->in, &n->in[0]->type);
}

static void infer_empty(Node *n)
{
    Type element = {.kind = KIND_TENSOR, .dtype = (DType)attr_int(n, "dtype", DT_FLOAT), .shape = {.rank = -1}};
    if (need_counts(n, 0, 0, 1, 1)) set_list(n, KIND_SEQUENCE, 0, NULL, &element);
}

static void infer_insert(Node *n)
{
    int at;
    if (!need_counts(n, 2, 3, 1, 1) || !need_list(n, 0)) return;
    Value *s = n->in[0];
    if (n->in[1]->type.kind != KIND_TENSOR) {
        node_error(n, "input 1 is no tensor, expected one");
        return;
    }
    if (!need_position(n, 2)) return;
    if (goes_to_memory(n, 2)) {
        set_memory_list(n, &n->in[1]->type);
        return;
    }
    if (!position(n, 2, s->n_items, s->n_items, &at)) return;
    Value **items = mem_array((size_t)s->n_items + 1, sizeof *items);
    for (int i = 0; i <= s->n_items; i++) items[i] = i < at ? s->items[i] : i == at ? n->in[1] : s->items[i - 1];
    set_list(n, KIND_SEQUENCE, s->n_items + 1, items, &n->in[1]->type);
}

static void expand_insert(Node *n)
{
    if (!output_of(n, 0) || n->out[0]->items) return;
    Value *inputs[5], *x = n->in[1];
    SequenceForm before = sequence_form_of(n->in[0]), after = sequence_form_with(&before, x);
    if (before.dtype && before.dtype != x->type.dtype) {
        node_error(n, "puts %s into a sequence of %s", dtype_name(x->type.dtype), dtype_name(before.dtype));
        return;
    }
    sequence_tensors(n, n->in[0], inputs);
    inputs[3] = x;
    inputs[4] = wide_position(n, 2);
    sequence_make(n, &n->out[0]->type, &after, sequence_node(n, "ListInsert", 5, inputs, &after)->out, n->out[0]);
}

static void infer_erase(Node *n)
{
    int at, count = 0;
    if (!need_counts(n, 1, 2, 1, 1) || !need_list(n, 0)) return;
    Value *s = n->in[0];
    if (!need_position(n, 1)) return;
    if (goes_to_memory(n, 1)) {
        set_memory_list(n, s->type.elem);
        return;
    }
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

static void expand_erase(Node *n)
{
    if (!output_of(n, 0) || n->out[0]->items) return;
    Value *inputs[4];
    SequenceForm form = sequence_form_of(n->in[0]);
    sequence_tensors(n, n->in[0], inputs);
    inputs[3] = wide_position(n, 1);
    sequence_make(n, &n->out[0]->type, &form, sequence_node(n, "ListErase", 4, inputs, &form)->out, n->out[0]);
}

static void infer_optional(Node *n)
{
    Value *v = input_of(n, 0);
    const Attr *type = attr_find(n, "type");
    if (!need_counts(n, 0, 1, 1, 1)) return;
    if (v) set_list(n, KIND_OPTIONAL, 1, n->in, &v->type);
    else if (type && type->type == ATTR_TYPE) set_list(n, KIND_OPTIONAL, 0, NULL, type->types[0]);
    else node_error(n, "has neither an input nor an attribute \"type\"");
}

static bool splits_at_run_time(const Node *n, int axis)
{
    return only_data_tell(n, 1) || !dim_is_const(dim_at(n->in[0], axis));
}

/* SplitToSequence: a Split whose parts are the list. */
static void infer_split(Node *n)
{
    if (!need_counts(n, 1, 2, 1, 1) || !need_tensor_inputs(n) ||
        (input_of(n, 1) && !need_type(n, 1, (DType[]){DT_INT32, DT_INT64}, 2)))
        return;
    const Value *x = n->in[0];
    int axis = attr_axis(n, "axis", 0, x->type.shape.rank);
    if (axis < 0) return;
    if (splits_at_run_time(n, axis)) set_memory_list(n, &x->type);
    else set_list(n, KIND_SEQUENCE, 0, NULL, &x->type); /* the parts come with expand_split */
}

/* The sizes of the parts: listed, or equal but for the last, or 1. Returns how many, -1 with an error. */
static int part_sizes(Node *n, int64_t total, int64_t **sizes)
{
    int64_t size = 1;
    int count = input_of(n, 1) ? need_ints(n, 1, sizes) : 0;
    if (count < 0 || (input_of(n, 1) && n->in[1]->type.shape.rank > 0)) return count;
    if (input_of(n, 1)) size = (*sizes)[0];
    if (size <= 0) {
        node_error(n, "splits into parts of %lld", (long long)size);
        return -1;
    }
    count = (int)((total + size - 1) / size);
    *sizes = mem_array((size_t)count + 1, sizeof **sizes);
    for (int i = 0; i < count; i++) (*sizes)[i] = i + 1 < count ? size : total - (int64_t)i * size;
    return count;
}

/* As many parts as are listed; else at most one for each index, or as --dim OUTPUT:0 states. */
static SequenceForm form_of_split(Node *n, int axis, bool kept)
{
    const Value *x = n->in[0];
    bool listed = input_of(n, 1) && n->in[1]->type.shape.rank > 0;
    Dim stated = size_is_stated(n, 0, 0) ? size_of_data(n, 0, 0) : NULL;
    SequenceForm none = {.rank_low = MAX_RANK}, f = sequence_form_with(&none, x);
    f.capacity = listed ? value_count(n->in[1]) : dim_high(stated ? stated : dim_at(x, axis));
    f.low[axis] = !input_of(n, 1);
    if (!input_of(n, 1))
        f.slot = dim_high(dim_mul(shape_product(&x->type.shape, 0, axis),
                                  shape_product(&x->type.shape, axis + 1, x->type.shape.rank)));
    if (!input_of(n, 1)) f.high[axis] = 1;
    if (kept) return f;
    f.rank = --f.rank_low;
    for (int d = axis; d < f.rank; d++) {
        f.low[d] = f.low[d + 1];
        f.high[d] = f.high[d + 1];
    }
    return f;
}

static void expand_to_memory(Node *n, int axis)
{
    bool kept = input_of(n, 1) || attr_int(n, "keepdims", 1);
    SequenceForm form = form_of_split(n, axis, kept);
    Node *split = sequence_node(n, "ListSplit", 2, (Value *[]){n->in[0], wide_position(n, 1)}, &form);
    attr_set_int(split, "axis", axis);
    attr_set_int(split, "keepdims", kept);
    sequence_make(n, &n->out[0]->type, &form, split->out, n->out[0]);
}

static void expand_split(Node *n)
{
    int axis = attr_axis(n, "axis", 0, n->in[0]->type.shape.rank);
    if (splits_at_run_time(n, axis)) {
        expand_to_memory(n, axis);
        return;
    }
    int64_t *sizes, axis_value = axis;
    int count = part_sizes(n, dim_value(dim_at(n->in[0], axis)), &sizes);
    if (count < 0) return;
    Value **items = mem_array((size_t)count + 1, sizeof *items);
    Node *split = make_node(n, "Split", 2, (Value *[]){n->in[0], const_ints(n, count, sizes)}, NULL);
    attr_set_int(split, "axis", axis);
    for (int i = 1; i < count; i++)
        node_add_output(split, value_new(n->graph, foreign_suffixed(n->out[0]->wanted, ".part%d", i)));
    bool keep = input_of(n, 1) || attr_int(n, "keepdims", 1);
    for (int i = 0; i < count; i++)
        items[i] = keep ? split->out[i] : make2(n, "Squeeze", split->out[i], const_ints(n, 1, &axis_value), NULL);
    make_node(n, "SequenceConstruct", count, items, n->out[0]);
}

/* -- using them -------------------------------------------------------------------------------- */

/* The output becomes the given tensor, sequence or optional. */
static void stand_for(Node *n, Value *v)
{
    make1(n, "Identity", v, n->out[0]);
}

static void infer_at(Node *n)
{
    int at;
    if (!need_counts(n, 2, 2, 1, 1) || !need_list(n, 0) || !need_position(n, 1)) return;
    if (goes_to_memory(n, 1) || !position(n, 1, n->in[0]->n_items, 0, &at)) return;
    if (at < n->in[0]->n_items) n->out[0]->type = n->in[0]->items[at]->type;
    else node_error(n, "position %d is out of range for a sequence of %d", at, n->in[0]->n_items);
}

static void expand_at(Node *n)
{
    int at;
    if (goes_to_memory(n, 1)) sequence_reader(n, "ListAt", n->in[0], wide_position(n, 1), n->out[0]);
    else if (position(n, 1, n->in[0]->n_items, 0, &at)) stand_for(n, n->in[0]->items[at]);
}

static void infer_length(Node *n)
{
    Shape scalar = shape_scalar();
    if (need_counts(n, 1, 1, 1, 1) && need_list(n, 0)) set_out(n, 0, DT_INT64, &scalar);
}

static void expand_length(Node *n)
{
    stand_for(n, n->in[0]->list ? n->in[0]->list->length : const_scalar(n, DT_INT64, n->in[0]->n_items));
}

static void infer_concat(Node *n)
{
    if (need_counts(n, 1, 1, 1, 1) && need_list(n, 0) && !n->in[0]->list && !n->in[0]->n_items)
        node_error(n, "concatenates an empty sequence");
}

static void expand_concat(Node *n)
{
    const Value *s = n->in[0];
    int64_t axis = attr_int(n, "axis", 0);
    if (s->list) {
        Node *concat = sequence_reader(n, "ListConcat", n->in[0], NULL, n->out[0]);
        attr_set_int(concat, "axis", axis);
        attr_set_int(concat, "new_axis", attr_int(n, "new_axis", 0));
        return;
    }
    Value **parts = mem_dup(s->items, (size_t)s->n_items * sizeof *parts);
    if (attr_int(n, "new_axis", 0))
        for (int i = 0; i < s->n_items; i++) parts[i] = make2(n, "Unsqueeze", parts[i], const_ints(n, 1, &axis), NULL);
    attr_set_int(make_node(n, "Concat", s->n_items, parts, n->out[0]), "axis", axis);
}

/* Since opset 18 the operators on optionals take plain values, too. */
static void infer_has_element(Node *n)
{
    Shape scalar = shape_scalar();
    if (!need_counts(n, 0, 1, 1, 1)) return;
    if (!input_of(n, 0) || n->in[0]->type.kind != KIND_OPTIONAL || need_list(n, 0)) set_out(n, 0, DT_BOOL, &scalar);
}

static void expand_has_element(Node *n)
{
    const Value *v = input_of(n, 0);
    if (v && v->type.kind == KIND_OPTIONAL && v->list) { /* a sequence that is there may be empty */
        make2(n, "Greater", v->list->length, const_scalar(n, DT_INT64, v->type.elem->kind == KIND_TENSOR ? 0 : -1),
              n->out[0]);
        return;
    }
    stand_for(n, const_scalar(n, DT_BOOL, v && (v->type.kind != KIND_OPTIONAL || v->n_items > 0)));
}

static void infer_get_element(Node *n)
{
    if (!need_counts(n, 1, 1, 1, 1)) return;
    if (n->in[0]->type.kind == KIND_OPTIONAL && need_list(n, 0) && !n->in[0]->list && !n->in[0]->n_items)
        node_error(n, "takes the element of an empty optional");
    else if (n->in[0]->list && n->in[0]->type.kind == KIND_OPTIONAL) n->out[0]->type = *n->in[0]->type.elem;
}

/* What takes from an absent one is refused at run time. */
static void expand_get_from_memory(Node *n)
{
    const PackedSequence *list = n->in[0]->list;
    const Type *type = n->in[0]->type.elem;
    if (type->kind == KIND_TENSOR) sequence_reader(n, "ListAt", n->in[0], NULL, n->out[0]);
    else sequence_make(n, type, &list->form, (Value *[]){list->data, list->sizes, list->length}, n->out[0]);
}

static void expand_get_element(Node *n)
{
    if (n->in[0]->type.kind == KIND_OPTIONAL && n->in[0]->list) {
        expand_get_from_memory(n);
        return;
    }
    stand_for(n, n->in[0]->type.kind == KIND_OPTIONAL ? n->in[0]->items[0] : n->in[0]);
}

/* -- SequenceMap: the body once for each position ---------------------------------------------- */

static void infer_map(Node *n)
{
    const Attr *body = attr_find(n, "body");
    if (!body || body->type != ATTR_GRAPH) {
        node_error(n, "has no graph \"body\"");
        return;
    }
    if (body->graphs[0]->n_inputs != n->n_in || body->graphs[0]->n_outputs < n->n_out) {
        node_error(n, "has %d inputs and %d outputs, its body %d and %d", n->n_in, n->n_out, body->graphs[0]->n_inputs,
                   body->graphs[0]->n_outputs);
        return;
    }
    if (need_inputs_from(n, 0) && need_list(n, 0))
        for (int i = 1; i < n->n_in; i++)
            if (n->in[i]->type.kind == KIND_SEQUENCE && !need_list(n, i)) return;
}

/* Over a list in memory: a Loop that takes the elements and appends the results. */
static void expand_map_in_memory(Node *n)
{
    const Graph *body = attr_find(n, "body")->graphs[0];
    Graph *g = graph_new(n->graph->model, n->graph, foreign("map"));
    Node *end = node_new(g, n->name, n->op->name, "", n->opset); /* new nodes go in front of it */
    Node *loop = make_node(n, "Loop", 0, NULL, NULL);
    loop->n_out = 0;
    graph_append(g, end);
    Value **inputs = mem_array((size_t)n->n_out + 2, sizeof *inputs),
          **outputs = mem_array((size_t)n->n_out + 1, sizeof *outputs);
    Value **arguments = mem_array((size_t)n->n_in + 1, sizeof *arguments),
          **results = mem_array((size_t)body->n_outputs + 1, sizeof *results);
    inputs[0] = value_new(g, foreign_suffixed(node_stem(n), ".round"));
    inputs[1] = value_new(g, foreign_suffixed(node_stem(n), ".condition"));
    outputs[0] = inputs[1];
    for (int i = 0; i < n->n_in; i++)
        arguments[i] = n->in[i]->type.kind == KIND_SEQUENCE ? make2(end, "SequenceAt", n->in[i], inputs[0], NULL)
                                                            : n->in[i];
    inline_clone(end, body, arguments, results);
    node_add_input(loop, n->in[0]->list->length);
    node_add_input(loop, NULL);
    for (int k = 0; k < n->n_out; k++) {
        inputs[2 + k] = value_new(g, foreign_suffixed(node_stem(n), ".list"));
        outputs[1 + k] = make2(end, "SequenceInsert", inputs[2 + k], results[k], NULL);
        Node *empty = make_node(loop, "SequenceEmpty", 0, NULL, NULL);
        attr_set_int(empty, "dtype", DT_UNDEFINED);
        node_add_input(loop, empty->out[0]);
        node_add_output(loop, n->out[k] ? n->out[k] : value_new(n->graph, foreign_suffixed(node_stem(n), ".unused")));
    }
    graph_remove(end);
    g->inputs = inputs;
    g->n_inputs = 2 + n->n_out;
    for (int k = 0; k < 1 + n->n_out; k++) graph_add_output(g, outputs[k]);
    for (int i = 0; i < g->n_inputs; i++) inputs[i]->is_input = true;
    Attr *attr = node_add_attr(loop, "body", ATTR_GRAPH, 1);
    attr->graphs = mem_alloc(sizeof *attr->graphs);
    attr->graphs[0] = g;
}

static void expand_map(Node *n)
{
    if (n->in[0]->list) {
        expand_map_in_memory(n);
        return;
    }
    const Graph *body = attr_find(n, "body")->graphs[0];
    int count = n->in[0]->n_items;
    Value ***rows = mem_array((size_t)n->n_out + 1, sizeof *rows);
    for (int k = 0; k < n->n_out; k++) rows[k] = mem_array((size_t)count + 1, sizeof **rows);
    for (int r = 0; r < count; r++) {
        Value **arguments = mem_array((size_t)n->n_in + 1, sizeof *arguments),
              **results = mem_array((size_t)body->n_outputs + 1, sizeof *results);
        for (int i = 0; i < n->n_in; i++)
            arguments[i] = n->in[i]->type.kind == KIND_SEQUENCE && r < n->in[i]->n_items ? n->in[i]->items[r]
                                                                                         : n->in[i];
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
#define MAKES(op, v, f) \
    { \
        .name = op, .domain = "", .since = v, .infer = f, .lower = lower_nothing, .flags = LISTS \
    }
#define USES(op, v, f, e) \
    { \
        .name = op, .domain = "", .since = v, .infer = f, .lower = lower_nothing, .expand = e, .flags = LISTS \
    }

const Op ops_sequence[] = {
    MAKES("SequenceConstruct", 11, infer_construct),
    MAKES("SequenceEmpty", 11, infer_empty),
    USES("SequenceInsert", 11, infer_insert, expand_insert),
    USES("SequenceErase", 11, infer_erase, expand_erase),
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
