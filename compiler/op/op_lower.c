/* Appending steps to a graph. */
#include "op/op.h"

#include <stdarg.h>
#include <string.h>

static Step *append(Node *n, Step *s)
{
    step_append(graph_root(n->graph), s);
    return s;
}

static const Kernel *need_kernel(const char *name)
{
    const Kernel *k = kernel_find(name);
    if (!k) internal_error("the kernel library has no %s", name);
    return k;
}

/* -- calls ------------------------------------------------------------------------------------- */

Step *step_call(Node *n, const char *kernel_format, ...)
{
    va_list args;
    va_start(args, kernel_format);
    const char *name = mem_vprintf(kernel_format, args);
    va_end(args);
    return append(n, step_new_call(n, need_kernel(name)));
}

static Arg *give(Step *s, const char *parameter, ArgKind kind)
{
    Arg *a = step_arg(s, parameter);
    if (!a || a->kind != ARG_NONE)
        internal_error("%s %s parameter %s", s->call.kernel->name, a ? "is given twice its" : "has no", parameter);
    a->kind = kind;
    return a;
}

static void give_value(Step *s, const char *parameter, Value *v, Dim offset, bool written)
{
    Arg *a = give(s, parameter, v ? ARG_VALUE : ARG_NULL);
    a->value = v;
    a->offset = offset;
    a->written = written;
}

void arg_in(Step *s, const char *parameter, Value *v)
{
    give_value(s, parameter, v, NULL, false);
}

void arg_in_at(Step *s, const char *parameter, Value *v, Dim element_offset)
{
    give_value(s, parameter, v, element_offset, false);
}

void arg_inputs(Step *s, int first, int count, const char *const *parameters)
{
    for (int i = 0; i < count; i++) arg_in(s, parameters[i], input_of(s->node, first + i));
}

void arg_out(Step *s, const char *parameter, Value *v)
{
    give_value(s, parameter, v, NULL, true);
}

void arg_out_at(Step *s, const char *parameter, Value *v, Dim element_offset)
{
    give_value(s, parameter, v, element_offset, true);
}

void arg_dim(Step *s, const char *parameter, Dim d)
{
    give(s, parameter, ARG_INT)->number = d;
}

void arg_int(Step *s, const char *parameter, int64_t value)
{
    arg_dim(s, parameter, dim_const(value));
}

void arg_seed(Step *s, const char *parameter, int64_t stream)
{
    give(s, parameter, ARG_SEED)->number = dim_const(stream);
}

void arg_real(Step *s, const char *parameter, double value)
{
    give(s, parameter, ARG_REAL)->real = value;
}

void arg_text(Step *s, const char *parameter, Foreign text)
{
    give(s, parameter, ARG_TEXT)->text = text;
}

void arg_function(Step *s, const char *parameter, const Kernel *function)
{
    give(s, parameter, function ? ARG_FUNCTION : ARG_NULL)->function = function;
}

void arg_dims(Step *s, const char *parameter, int count, const Dim *dims)
{
    Arg *a = give(s, parameter, ARG_INTS);
    a->count = count;
    a->numbers = mem_dup(dims, (size_t)count * sizeof *dims);
}

void arg_ints(Step *s, const char *parameter, int count, const int64_t *values)
{
    Arg *a = give(s, parameter, ARG_INTS);
    a->count = count;
    a->numbers = mem_array((size_t)count, sizeof *a->numbers);
    for (int i = 0; i < count; i++) a->numbers[i] = dim_const(values[i]);
}

void arg_reals(Step *s, const char *parameter, int count, const double *values)
{
    Arg *a = give(s, parameter, ARG_REALS);
    a->count = count;
    a->reals = mem_dup(values, (size_t)count * sizeof *values);
}

void arg_struct(Step *s, const char *parameter, const char *structure)
{
    Arg *a = give(s, parameter, ARG_STRUCT);
    a->structure = need_kernel(structure);
    a->count = kernel_name_count(a->structure);
    a->numbers = mem_array((size_t)a->count, sizeof *a->numbers);
    s->call.last_struct = a;
}

void arg_field(Step *s, const char *name, Dim d)
{
    Arg *a = s->call.last_struct;
    int index = a ? kernel_name_index(a->structure, name) : -1;
    if (index < 0)
        internal_error("a call of %s sets the field %s, which its last struct lacks", s->call.kernel->name, name);
    a->numbers[index] = d;
}

void arg_field_int(Step *s, const char *name, int64_t value)
{
    arg_field(s, name, dim_const(value));
}

void arg_symbol(Step *s, const char *parameter, Dim symbol)
{
    give(s, parameter, ARG_SYMBOL)->number = symbol;
}

void step_inplace(Step *s, Value *input, Value *output)
{
    s->call.in_place[s->call.in_place[0].in != NULL] = (InPlace){input, output};
}

/* -- memory ------------------------------------------------------------------------------------ */

Value *scratch(Node *n, const char *purpose, DType dtype, Dim count)
{
    Shape shape = shape_of(1, &count);
    return value_typed(n->graph, foreign_suffixed(node_stem(n), "/%s", purpose), dtype, &shape);
}

Value *text_room(Node *n, Dim bytes)
{
    Value *room = scratch(n, "text", DT_UINT8, bytes);
    room->holds_text = true;
    return room;
}

Copy *step_copy(Node *n, Value *target, Dim target_offset, Value *source, Dim source_offset, Dim bytes)
{
    Step *s = append(n, step_new(n, STEP_COPY));
    s->copy = (Copy){.source = source,
                     .target = target,
                     .source_offset = source_offset,
                     .target_offset = target_offset,
                     .bytes = bytes};
    return &s->copy;
}

/* Elements of less than a byte fill it up to the last one. */
static Dim packed_bytes(DType t, Dim count)
{
    int bits = dtype_bits(t);
    return bits < 8 ? dim_ceildiv(dim_mul(count, dim_const(bits)), dim_const(8)) : dim_mul(count, dim_const(bits / 8));
}

void lower_as_view(Node *n)
{
    Value *x = n->in[0], *y = n->out[0];
    /* equal at run time, but perhaps not by their bounds */
    const Value *smaller = value_bytes(y) <= value_bytes(x) ? y : x;
    step_copy(n, y, dim_const(0), x, dim_const(0), packed_bytes(y->type.dtype, elements(smaller)));
}

Dim elements(const Value *v)
{
    return shape_elements(&v->type.shape);
}

Dim dim_at(const Value *v, int axis)
{
    int rank = v->type.shape.rank, at = axis < 0 ? axis + rank : axis;
    if (at < 0 || at >= rank) internal_error("axis %d of \"%s\", which has rank %d", axis, shown(v->name), rank);
    return v->type.shape.dim[at];
}

/* -- loops ------------------------------------------------------------------------------------- */

Step *step_loop(Node *n, const Shape *shape)
{
    Step *s = append(n, step_new(n, STEP_LOOP));
    s->loop = mem_alloc(sizeof *s->loop);
    s->loop->rank = shape->rank;
    for (int d = 0; d < shape->rank; d++) s->loop->extent[d] = shape->dim[d];
    return s;
}

static bool same_operand(const LoopOperand *o, const Value *v, Dim offset, const Dim *strides, int rank)
{
    return o->value == v && o->offset == offset && !memcmp(o->stride, strides, (size_t)rank * sizeof *strides);
}

/* What is read twice is one operand. It is looked for among so many, so that a sum of n inputs is no work of n * n. */
enum { LOOKED_AT = 64 };

Ref loop_read_strided(Step *s, Value *v, Dim offset, const Dim *strides)
{
    Loop *l = s->loop;
    for (int i = l->n_operands - 1; i >= 0 && i >= l->n_operands - LOOKED_AT; i--)
        if (same_operand(&l->operands[i], v, offset, strides, l->rank)) return (Ref){.kind = REF_OPERAND, .index = i};
    mem_grow(&l->operands, &l->cap_operands, l->n_operands + 1, sizeof *l->operands);
    LoopOperand *o = &l->operands[l->n_operands];
    o->value = v;
    o->offset = offset;
    memcpy(o->stride, strides, (size_t)l->rank * sizeof *strides);
    return (Ref){.kind = REF_OPERAND, .index = l->n_operands++};
}

Ref loop_read(Step *s, Value *v)
{
    const Loop *l = s->loop;
    const Shape *shape = &v->type.shape;
    Dim strides[MAX_RANK], stride = dim_const(1);
    int missing = l->rank - shape->rank; /* leading dimensions that v doesn't have */
    if (missing < 0)
        internal_error("\"%s\" of rank %d is read in a loop of rank %d", shown(v->name), shape->rank, l->rank);
    for (int d = l->rank - 1; d >= 0; d--) {
        bool repeats = d < missing || dim_is(shape->dim[d - missing], 1);
        strides[d] = repeats ? dim_const(0) : stride;
        if (!repeats) stride = dim_mul(stride, shape->dim[d - missing]);
    }
    return loop_read_strided(s, v, NULL, strides);
}

Ref loop_real(double value)
{
    return (Ref){.kind = REF_REAL, .real = value};
}

Ref loop_int(int64_t value)
{
    return (Ref){.kind = REF_INT, .number = dim_const(value)};
}

Ref loop_apply(Step *s, DType type, const char *function, int n_args, const Ref *args)
{
    Loop *l = s->loop;
    mem_grow(&l->ops, &l->cap_ops, l->n_ops + 1, sizeof *l->ops);
    LoopOp *op = &l->ops[l->n_ops];
    if ((size_t)n_args > sizeof op->args / sizeof *op->args)
        internal_error("%s is applied to %d arguments", function, n_args);
    op->function = need_kernel(function)->name;
    op->type = type;
    op->n_args = n_args;
    memcpy(op->args, args, (size_t)n_args * sizeof *args);
    return (Ref){.kind = REF_RESULT_OF, .index = l->n_ops++};
}

void loop_store(Step *s, Value *v, Ref result)
{
    Loop *l = s->loop;
    if (result.kind != REF_RESULT_OF) internal_error("a loop stores \"%s\" without computing it", shown(v->name));
    mem_grow(&l->results, &l->cap_results, l->n_results + 1, sizeof *l->results);
    l->results[l->n_results++] = (LoopResult){v, result.index, NULL};
}

DType compute_type(DType t)
{
    return dtype_is_half(t) ? DT_FLOAT : t;
}

/* -- control flow ------------------------------------------------------------------------------ */

void step_if(Node *n, Value *condition)
{
    append(n, step_new(n, STEP_IF))->condition = condition;
}

void step_else(Node *n)
{
    append(n, step_new(n, STEP_ELSE));
}

void step_end(Node *n)
{
    append(n, step_new(n, STEP_END));
}

Rounds *step_for(Node *n, Dim symbol, Dim limit)
{
    Step *s = append(n, step_new(n, STEP_FOR));
    s->rounds = (Rounds){.symbol = symbol, .limit = limit};
    return &s->rounds;
}

void step_set(Node *n, Dim symbol, Dim value)
{
    append(n, step_new(n, STEP_SET))->set = (Assignment){symbol, value};
}

void step_store(Node *n, Value *target, Dim number)
{
    append(n, step_new(n, STEP_STORE))->store = (Storing){target, number};
}

Reading *step_read(Node *n, Value *source, Dim index, int64_t low, int64_t high)
{
    Step *s = append(n, step_new(n, STEP_READ));
    s->read = (Reading){.source = source, .index = index, .low = low, .high = high};
    return &s->read;
}

static bool is_symbol(const Model *m, Foreign name)
{
    for (int i = 0; i < m->n_params; i++)
        if (foreign_equal(m->params[i].symbol, name)) return true;
    return local_find(m, name) != NULL;
}

Foreign unused_symbol(const Model *m, Foreign name)
{
    Foreign symbol = name;
    for (int i = 2; is_symbol(m, symbol); i++) symbol = foreign_suffixed(name, "_%d", i);
    return symbol;
}

Dim local_symbol(Node *n, Foreign name, int64_t low, int64_t high)
{
    Model *m = n->graph->model;
    Foreign symbol = unused_symbol(m, name);
    if (low == high) high = low + 1; /* a symbol of one value would be a constant */
    local_add(m, (Local){.symbol = symbol, .wanted = name});
    return dim_symbol(symbol, low, high);
}

void lower_read(Node *n, Value *v, int64_t index, Dim d)
{
    Reading *r = step_read(n, v, dim_const(index), dim_low(d), dim_high(d));
    if (!dim_is_const(d)) r->symbol = d;
}

void lower_reads(Node *n, Value *v)
{
    if (!v || !v->is_read) return;
    for (int64_t i = 0; i < value_count(v); i++) lower_read(n, v, i, v->elements[i]);
}
