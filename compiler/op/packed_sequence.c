/* Lists of run-time length: what they have room for, and the nodes that make them. */
#include "op/packed_sequence.h"

#include <string.h>

bool is_sequence(const Value *v)
{
    return v && (v->type.kind == KIND_SEQUENCE || v->type.kind == KIND_OPTIONAL);
}

/* -- forms ------------------------------------------------------------------------------------- */

static const SequenceForm empty_form = {.rank_low = MAX_RANK};

static DType element_dtype(const Type *t)
{
    while (t->kind != KIND_TENSOR && t->elem) t = t->elem;
    return t->kind == KIND_TENSOR ? t->dtype : DT_UNDEFINED;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static bool is_empty(const SequenceForm *f)
{
    return f->rank_low > f->rank;
}

SequenceForm sequence_form_join(const SequenceForm *a, const SequenceForm *b)
{
    SequenceForm f = is_empty(a) ? *b : *a;
    f.dtype = a->dtype ? a->dtype : b->dtype;
    f.capacity = larger(a->capacity, b->capacity);
    if (is_empty(a) || is_empty(b)) return f;
    f.slot = larger(a->slot, b->slot);
    f.rank_low = (int)smaller(a->rank_low, b->rank_low);
    f.rank = (int)larger(a->rank, b->rank);
    for (int d = 0; d < f.rank; d++) {
        f.low[d] = smaller(a->low[d], b->low[d]);
        f.high[d] = larger(a->high[d], b->high[d]);
    }
    return f;
}

bool sequence_form_fits(const SequenceForm *a, const SequenceForm *b)
{
    SequenceForm joined = sequence_form_join(a, b);
    bool fits = joined.slot == b->slot && joined.rank_low == b->rank_low && joined.rank == b->rank;
    for (int d = 0; d < b->rank && fits; d++) fits = joined.low[d] == b->low[d] && joined.high[d] == b->high[d];
    return fits;
}

static SequenceForm form_of_tensor(const Value *x)
{
    SequenceForm f = {.dtype = x->type.dtype,
                      .slot = value_count(x),
                      .rank_low = x->type.shape.rank,
                      .rank = x->type.shape.rank};
    for (int d = 0; d < f.rank; d++) {
        f.low[d] = larger(0, dim_low(x->type.shape.dim[d]));
        f.high[d] = dim_high(x->type.shape.dim[d]);
    }
    return f;
}

SequenceForm sequence_form_with(const SequenceForm *f, const Value *x)
{
    SequenceForm one = form_of_tensor(x), joined = sequence_form_join(f, &one);
    joined.capacity = f->capacity + 1;
    return joined;
}

SequenceForm sequence_form_of(const Value *list)
{
    SequenceForm f = empty_form;
    if (list->list) return list->list->form;
    f.dtype = element_dtype(&list->type);
    for (int i = 0; i < list->n_items; i++) {
        if (is_sequence(list->items[i])) return sequence_form_of(list->items[i]);
        f = sequence_form_with(&f, list->items[i]);
    }
    return f;
}

/* -- nodes ------------------------------------------------------------------------------------- */

static void set_form(Node *n, const SequenceForm *f)
{
    int64_t numbers[5 + 2 * MAX_RANK] = {f->dtype, f->capacity, f->slot, f->rank_low, f->rank};
    memcpy(numbers + 5, f->low, sizeof f->low);
    memcpy(numbers + 5 + MAX_RANK, f->high, sizeof f->high);
    attr_set_ints(n, "form", 5 + 2 * MAX_RANK, numbers);
}

/* not yet in g's list */
static Node *own_node(Graph *g, Foreign name, const char *op_type)
{
    Node *made = node_new(g, foreign_suffixed(name, "/%s", op_type), op_type, "", 1);
    become_own(made);
    return made;
}

static Node *three_outputs(Node *made, Foreign name, const SequenceForm *form)
{
    static const char *const parts[] = {"data", "sizes", "length"};
    made->n_out = 0;
    for (int i = 0; i < 3; i++) node_add_output(made, value_new(made->graph, foreign_suffixed(name, ".%s", parts[i])));
    set_form(made, form);
    return made;
}

Node *sequence_node(Node *n, const char *op_type, int n_in, Value **inputs, const SequenceForm *result)
{
    return three_outputs(make_own(n, op_type, n_in, inputs, NULL),
                         n->n_out && n->out[0] ? n->out[0]->wanted : n->op_type, result);
}

Node *sequence_parts(Node *n, Value *list, const SequenceForm *form)
{
    return three_outputs(make_own(n, "ListParts", 1, &list, NULL), list->wanted, form);
}

Node *sequence_parts_last(Graph *g, Value *list, const SequenceForm *form)
{
    Node *made = own_node(g, list->wanted, "ListParts");
    node_add_input(made, list);
    graph_append(g, made);
    return three_outputs(made, list->wanted, form);
}

Node *sequence_copy_last(Graph *g, Value *list)
{
    Node *made = own_node(g, list->wanted, "ListCopy");
    made->op = made->own;
    node_add_input(made, list->list->data);
    node_add_input(made, list->list->sizes);
    node_add_input(made, list->list->length);
    set_form(made, &list->list->form);
    attr_set_int(made, "fill", 1);
    graph_append(g, made);
    return made;
}

void sequence_copied(Graph *g, const Type *type, const SequenceForm *form, Value **from, Value **to)
{
    Node *made = own_node(g, from[0]->wanted, "ListCopy");
    for (int i = 0; i < 3; i++) {
        node_add_input(made, from[i]);
        node_add_output(made, to[i]);
    }
    set_form(made, form);
    attr_set_int(made, "counted", type->kind == KIND_SEQUENCE); /* an optional one may have length -1 */
    graph_prepend(g, made);
}

static void describe_make(Node *made, const Type *type, const SequenceForm *form)
{
    Attr *a = node_add_attr(made, "type", ATTR_TYPE, 1);
    a->types = mem_alloc(sizeof *a->types);
    a->types[0] = mem_dup(type, sizeof *type);
    set_form(made, form);
}

void sequence_make(Node *n, const Type *type, const SequenceForm *form, Value **parts, Value *result)
{
    describe_make(make_own(n, "ListMake", 3, parts, result), type, form);
}

void sequence_made(Graph *g, const Type *type, const SequenceForm *form, Value **parts, Value *result)
{
    Node *made = own_node(g, result->wanted, "ListMake");
    for (int i = 0; i < 3; i++) node_add_input(made, parts[i]);
    node_add_output(made, result);
    graph_prepend(g, made);
    describe_make(made, type, form);
}

void sequence_tensors(Node *n, Value *list, Value **parts)
{
    SequenceForm form = sequence_form_of(list);
    Value **made = list->list ? NULL : sequence_parts(n, list, &form)->out;
    parts[0] = made ? made[0] : list->list->data;
    parts[1] = made ? made[1] : list->list->sizes;
    parts[2] = made ? made[2] : list->list->length;
}

Node *sequence_reader(Node *n, const char *op_type, Value *list, Value *argument, Value *result)
{
    Value *inputs[4];
    SequenceForm form = sequence_form_of(list);
    sequence_tensors(n, list, inputs);
    inputs[3] = argument;
    Node *made = make_own(n, op_type, 4, inputs, result);
    set_form(made, &form);
    return made;
}

Value *wide_position(Node *n, int input)
{
    if (!input_of(n, input)) return NULL;
    if (n->in[input]->type.dtype == DT_INT64) return n->in[input];
    Node *cast = make_node(n, "Cast", 1, &n->in[input], NULL);
    attr_set_int(cast, "to", DT_INT64);
    return cast->out[0];
}
