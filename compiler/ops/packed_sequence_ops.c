/* The parts of lists whose length only the data tell (packed_sequence.h): nodes that other operators are
 * expanded into, none of ONNX's. */
#include "op/op.h"
#include "ops/shared/shared.h"

#include <string.h>

static SequenceForm form_attr(Node *n)
{
    const int64_t *numbers;
    SequenceForm f = {.rank_low = MAX_RANK};
    if (attr_ints(n, "form", &numbers) != 5 + 2 * MAX_RANK) internal_error("%s has no form", shown(n->op_type));
    f.dtype = (DType)numbers[0];
    f.capacity = numbers[1];
    f.slot = numbers[2];
    f.rank_low = (int)numbers[3];
    f.rank = (int)numbers[4];
    memcpy(f.low, numbers + 5, sizeof f.low);
    memcpy(f.high, numbers + 5 + MAX_RANK, sizeof f.high);
    return f;
}

static void infer_parts_of_list(Node *n)
{
    SequenceForm f = form_attr(n);
    if (dtype_bits(f.dtype) < 8 || f.dtype == DT_COMPLEX64 || f.dtype == DT_COMPLEX128) {
        node_error(n, "is a list of %s whose length only the data tell, expected elements of whole bytes, not complex",
                   f.dtype ? dtype_name(f.dtype) : "elements of unknown type");
        return;
    }
    if (f.capacity > INT32_MAX || f.slot > INT32_MAX || f.rank > MAX_RANK) {
        node_error(n, "is a list of up to %lld elements of up to %lld numbers, expected fewer; give bounds with --dim",
                   (long long)f.capacity, (long long)f.slot);
        return;
    }
    Shape data = shape_const(2, (int64_t[]){f.capacity, f.slot}),
          sizes = shape_const(2, (int64_t[]){f.capacity, 1 + f.rank}), length = shape_scalar();
    set_out(n, 0, f.dtype, &data);
    set_out(n, 1, DT_INT64, &sizes);
    set_out(n, 2, DT_INT64, &length);
}

/* The same, with a length that later sizes and numbers of rounds may be computed from. */
static void infer_counted(Node *n)
{
    const int errors = n->graph->model->errors;
    infer_parts_of_list(n);
    if (n->graph->model->errors > errors) return;
    Value *length = n->out[2];
    length->elements = mem_alloc(sizeof *length->elements);
    length->elements[0] = local_symbol(n, foreign_suffixed(length->wanted, ".value"), 0,
                                       dim_value(dim_at(n->out[0], 0)));
    length->is_read = true;
}

/* The struct argument: the list that is read, if any, and the one that is written. */
static void arg_forms(Step *s, const SequenceForm *from, const SequenceForm *to)
{
    arg_struct(s, "l", "struct list");
    if (from) {
        arg_field_int(s, "capacity", from->capacity);
        arg_field_int(s, "slot", from->slot);
        arg_field_int(s, "rank", from->rank);
    }
    arg_field_int(s, "to_capacity", to->capacity);
    arg_field_int(s, "to_slot", to->slot);
    arg_field_int(s, "to_rank", to->rank);
}

/* The form of the list whose data are input 0. */
static SequenceForm form_read(const Node *n)
{
    const Shape *data = &n->in[0]->type.shape, *sizes = &n->in[1]->type.shape;
    return (SequenceForm){.dtype = n->in[0]->type.dtype,
                          .capacity = dim_value(data->dim[0]),
                          .slot = dim_value(data->dim[1]),
                          .rank = (int)dim_value(sizes->dim[1]) - 1};
}

/* A list that a kernel reads, and one that it writes. */
static void arg_packed(Step *s)
{
    arg_inputs(s, 0, 3, (const char *const[]){"data", "sizes", "length"});
}

static void arg_new_packed(Step *s)
{
    arg_out(s, "to", s->node->out[0]);
    arg_out(s, "to_sizes", s->node->out[1]);
    arg_out(s, "to_length", s->node->out[2]);
}

static void infer_copy(Node *n)
{
    if (attr_int(n, "counted", 0)) infer_counted(n);
    else infer_parts_of_list(n);
}

/* -- ListMake: three tensors are a list -------------------------------------------------------- */

static void infer_make(Node *n)
{
    const Attr *type = attr_find(n, "type");
    SequenceForm f = form_attr(n);
    n->out[0]->type = *type->types[0];
    n->out[0]->list = mem_alloc(sizeof *n->out[0]->list);
    *n->out[0]->list = (PackedSequence){f, n->in[0], n->in[1], n->in[2]};
}

static void lower_nothing(Node *n)
{
    (void)n;
}

/* -- ListParts: any list as three tensors of a given form -------------------------------------- */

/* A list of known length: ListPack its elements. An absent optional sequence has length -1. */
static void expand_items(Node *n, const Value *v)
{
    bool absent = v->type.kind == KIND_OPTIONAL && !v->n_items && v->type.elem && v->type.elem->kind != KIND_TENSOR;
    Node *pack = make_own(n, "ListPack", v->n_items, v->items, n->out[0]);
    node_add_output(pack, n->out[1]);
    node_add_output(pack, n->out[2]);
    pack->attrs = n->attrs;
    pack->n_attrs = n->n_attrs;
    attr_set_int(pack, "length", absent ? -1 : 0);
}

static void expand_parts(Node *n)
{
    Value *v = n->in[0];
    /* an optional sequence that is there */
    while (!v->list && v->n_items == 1 && is_sequence(v->items[0])) v = v->items[0];
    if (!v->list && !v->items) {
        node_error(n, "nothing is known of the length of the list \"%s\"", shown(v->name));
        return;
    }
    if (!v->list) {
        expand_items(n, v);
        return;
    }
    Value *parts[] = {v->list->data, v->list->sizes, v->list->length};
    Node *copy = make_own(n, "ListCopy", 3, parts, n->out[0]);
    node_add_output(copy, n->out[1]);
    node_add_output(copy, n->out[2]);
    copy->attrs = n->attrs;
    copy->n_attrs = n->n_attrs;
}

static void lower_pack(Node *n)
{
    SequenceForm f = form_attr(n);
    step_store(n, n->out[2], dim_const(attr_int(n, "length", 0)));
    for (int i = 0; i < n->n_in; i++) {
        const Shape *x = &n->in[i]->type.shape;
        Step *s = step_call(n, "list_append_%s", moved_as(f.dtype, NULL));
        arg_in(s, "x", n->in[i]);
        arg_dims(s, "dims", x->rank, x->dim);
        arg_int(s, "rank", x->rank);
        arg_new_packed(s);
        arg_forms(s, NULL, &f);
    }
    if (n->n_in) return;
    Step *s = step_call(n, "fill_b8"); /* there is nothing to put there, but it must be written */
    arg_in(s, "value", NULL);
    arg_out(s, "y", n->out[1]);
    arg_dim(s, "n", elements(n->out[1]));
    s = step_call(n, "fill_%s", moved_as(f.dtype, NULL));
    arg_in(s, "value", NULL);
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "n", elements(n->out[0]));
}

static void lower_copy(Node *n)
{
    SequenceForm from = form_read(n), to = form_attr(n);
    Step *s = step_call(n, "list_copy_%s", moved_as(from.dtype, NULL));
    arg_packed(s);
    arg_new_packed(s);
    arg_forms(s, &from, &to);
    arg_field_int(s, "fill", attr_int(n, "fill", 0));
}

/* -- changing lists ---------------------------------------------------------------------------- */

static void lower_insert(Node *n)
{
    SequenceForm from = form_read(n), to = form_attr(n);
    Value *x = n->in[3];
    Step *s = step_call(n, "list_insert_%s", moved_as(from.dtype, NULL));
    arg_packed(s);
    arg_in(s, "x", x);
    arg_dims(s, "dims", x->type.shape.rank, x->type.shape.dim);
    arg_int(s, "rank", x->type.shape.rank);
    arg_in(s, "position", input_of(n, 4));
    arg_new_packed(s);
    arg_forms(s, &from, &to);
}

static void lower_erase(Node *n)
{
    SequenceForm from = form_read(n), to = form_attr(n);
    Step *s = step_call(n, "list_erase_%s", moved_as(from.dtype, NULL));
    arg_packed(s);
    arg_in(s, "position", input_of(n, 3));
    arg_new_packed(s);
    arg_forms(s, &from, &to);
}

static void lower_split(Node *n)
{
    SequenceForm to = form_attr(n);
    Value *x = n->in[0], *split = input_of(n, 1);
    bool listed = split && split->type.shape.rank > 0;
    Step *s = step_call(n, "list_split_%s", moved_as(to.dtype, NULL));
    arg_in(s, "x", x);
    arg_dims(s, "dims", x->type.shape.rank, x->type.shape.dim);
    arg_int(s, "rank", x->type.shape.rank);
    arg_in(s, "split", split);
    arg_dim(s, "parts", listed ? elements(split) : dim_const(0));
    arg_int(s, "list", listed);
    arg_int(s, "axis", attr_int(n, "axis", 0));
    arg_int(s, "kept", attr_int(n, "keepdims", 1) || split);
    arg_new_packed(s);
    arg_forms(s, NULL, &to);
}

/* -- reading them ------------------------------------------------------------------------------ */

static Dim element_dim(Node *n, int d, int64_t low, int64_t high)
{
    return low == high ? dim_const(low) : local_symbol(n, foreign_suffixed(n->out[0]->wanted, ".size%d", d), low, high);
}

static bool one_rank(Node *n, const SequenceForm *f)
{
    if (f->rank_low == f->rank) return true;
    if (f->rank_low > f->rank) node_error(n, "takes from a list that has no elements");
    else node_error(n, "the list's elements have %d to %d dimensions; expected the same number", f->rank_low, f->rank);
    return false;
}

static void infer_element(Node *n)
{
    SequenceForm f = form_attr(n);
    Shape y = {.rank = f.rank};
    if (!one_rank(n, &f)) return;
    for (int d = 0; d < f.rank; d++) y.dim[d] = element_dim(n, d, f.low[d], f.high[d]);
    set_out(n, 0, f.dtype, &y);
}

/* The sizes that a kernel found out. */
static void lower_sizes(Node *n, Value *sizes)
{
    for (int d = 0; d < n->out[0]->type.shape.rank; d++) lower_read(n, sizes, d, dim_at(n->out[0], d));
}

static void lower_at(Node *n)
{
    SequenceForm from = form_read(n);
    Value *y = n->out[0], *sizes = scratch(n, "sizes", DT_INT64, dim_const(from.rank));
    SequenceForm to = {.slot = value_count(y), .rank = y->type.shape.rank};
    Step *s = step_call(n, "list_at_%s", moved_as(from.dtype, NULL));
    arg_packed(s);
    arg_in(s, "position", input_of(n, 3));
    arg_out(s, "y", y);
    arg_out(s, "y_dims", sizes);
    arg_forms(s, &from, &to);
    lower_sizes(n, sizes);
}

static void infer_concat(Node *n)
{
    SequenceForm f = form_attr(n);
    bool stacked = attr_int(n, "new_axis", 0) != 0;
    if (!one_rank(n, &f)) return;
    int rank = f.rank + stacked, axis = normalize_axis(n, attr_int(n, "axis", 0), rank);
    if (axis < 0) return;
    attr_set_int(n, "axis", axis);
    Shape y = {.rank = rank};
    int64_t along = stacked ? f.capacity : f.capacity * f.high[axis];
    for (int d = 0, from = 0; d < rank; d++) {
        if (d == axis) y.dim[d] = size_is_stated(n, 0, axis) ? size_of_data(n, 0, axis) : element_dim(n, d, 0, along);
        else y.dim[d] = element_dim(n, d, f.low[from], f.high[from]);
        if (!stacked || d != axis) from++;
    }
    set_out(n, 0, f.dtype, &y);
}

static void lower_concat(Node *n)
{
    SequenceForm from = form_read(n);
    Value *y = n->out[0], *sizes = scratch(n, "sizes", DT_INT64, dim_const(y->type.shape.rank));
    SequenceForm to = {.slot = value_count(y), .rank = y->type.shape.rank};
    Step *s = step_call(n, "list_concat_%s", moved_as(from.dtype, NULL));
    arg_packed(s);
    arg_out(s, "y", y);
    arg_out(s, "y_dims", sizes);
    arg_int(s, "axis", attr_int(n, "axis", 0));
    arg_int(s, "stacked", attr_int(n, "new_axis", 0) != 0);
    arg_forms(s, &from, &to);
    lower_sizes(n, sizes);
}

#define PART(op, f, l) \
    { \
        .name = op, .domain = OWN_DOMAIN, .since = 1, .infer = f, .lower = l, .flags = OP_HALF_NATIVE | OP_NEVER_FOLD \
    }

const Op ops_packed_sequence_ops[] = {
    PART("ListAt", infer_element, lower_at),
    PART("ListConcat", infer_concat, lower_concat),
    PART("ListCopy", infer_copy, lower_copy),
    PART("ListErase", infer_counted, lower_erase),
    PART("ListInsert", infer_counted, lower_insert),
    PART("ListMake", infer_make, lower_nothing),
    PART("ListPack", infer_parts_of_list, lower_pack),
    {.name = "ListParts",
     .domain = OWN_DOMAIN,
     .since = 1,
     .infer = infer_parts_of_list,
     .expand = expand_parts,
     .flags = OP_HALF_NATIVE | OP_NEVER_FOLD},
    PART("ListSplit", infer_counted, lower_split),
    {0},
};
