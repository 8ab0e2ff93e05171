/* eval: runs what lower() makes of a node on the host, so that folding computes with the very
 * kernels that are shipped. */
#include "op/op.h"

#include <ffi.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Memory of values that are being computed; those that aren't kept are freed at the end. */
typedef struct {
    Value *value;
    void *memory;
} Computed;
/* What kernels count, so that it is a size: how many results there are. */
typedef struct {
    Dim symbol;
    int32_t *number;
} Counted;
typedef struct {
    const Node *node;
    int count, capacity, n_counted, cap_counted;
    Computed *items;
    Counted *counted;
} Computing;

static bool is_output_of(const Node *n, const Value *v)
{
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i] == v) return true;
    return false;
}

static bool is_kept(const Node *n, const Value *v)
{
    return v->holds_text || is_output_of(n, v);
}

static void *memory_of(Computing *c, Value *v)
{
    for (int i = 0; i < c->count; i++)
        if (c->items[i].value == v) return c->items[i].memory;
    if (v->data) {
        void *memory;
        memcpy(&memory, &v->data, sizeof memory); /* read only: kernels write what is in the list alone */
        return memory;
    }
    mem_grow(&c->items, &c->capacity, c->count + 1, sizeof *c->items);
    void *memory = is_kept(c->node, v) ? mem_alloc((size_t)value_bytes(v) + 1) : calloc(1, (size_t)value_bytes(v) + 1);
    if (!memory) internal_error("out of memory while folding constants");
    c->items[c->count++] = (Computed){v, memory};
    return memory;
}

/* Outputs have their data, and the text in them, in the pool; everything else is gone. */
static void finish(Computing *c, const Node *n, bool done)
{
    for (int i = 0; i < c->count; i++) {
        Value *v = c->items[i].value;
        if (!is_kept(n, v)) free(c->items[i].memory);
        else if (done && !v->holds_text) v->data = c->items[i].memory;
    }
}

static int32_t *room_for_count(Computing *c, Dim symbol)
{
    mem_grow(&c->counted, &c->cap_counted, c->n_counted + 1, sizeof *c->counted);
    c->counted[c->n_counted] = (Counted){symbol, mem_alloc(sizeof(int32_t))};
    return c->counted[c->n_counted++].number;
}

/* Of outputs that are as long as was counted, what comes first are the results. */
static void settle_counts(const Computing *c, const Node *n)
{
    for (int i = 0; i < n->n_out; i++)
        for (int k = 0; n->out[i] && n->out[i]->type.shape.rank > 0 && k < c->n_counted; k++)
            if (n->out[i]->type.shape.dim[0] == c->counted[k].symbol)
                n->out[i]->type.shape.dim[0] = dim_const(*c->counted[k].number);
}

static size_t letter_bytes(char letter)
{
    switch (letter) {
    case 'c':
    case 'C':
    case 'b': return 1;
    case 'h':
    case 'H': return 2;
    case 'i':
    case 'I':
    case 'f': return 4;
    default: return 8;
    }
}

/* -- STEP_CALL --------------------------------------------------------------------------------- */

typedef union {
    void *p;
    int8_t i8;
    int16_t i16;
    int32_t i32;
    int64_t i64;
    size_t z;
    float f;
    double d;
    bool b;
} Word;

static ffi_type *ffi_type_of(char letter)
{
    switch (letter) {
    case 'v': return &ffi_type_void;
    case 'c': return &ffi_type_sint8;
    case 'C':
    case 'b': return &ffi_type_uint8;
    case 'h': return &ffi_type_sint16;
    case 'H': return &ffi_type_uint16;
    case 'i': return &ffi_type_sint32;
    case 'I': return &ffi_type_uint32;
    case 'l': return &ffi_type_sint64;
    case 'L': return &ffi_type_uint64;
    case 'z': return sizeof(size_t) == 8 ? &ffi_type_uint64 : &ffi_type_uint32;
    case 'f': return &ffi_type_float;
    case 'd': return &ffi_type_double;
    default: return &ffi_type_pointer;
    }
}

/* Writes a number as the C type a letter stands for. */
static void store_number(char letter, void *to, double real, int64_t integer, bool is_real)
{
    float f = (float)(is_real ? real : (double)integer);
    double d = is_real ? real : (double)integer;
    if (is_real) integer = number_cut(real);
    switch (letter) {
    case 'f': memcpy(to, &f, sizeof f); break;
    case 'd': memcpy(to, &d, sizeof d); break;
    default: memcpy(to, &integer, letter_bytes(letter)); break; /* little endian, as everywhere in the compiler */
    }
}

static int32_t *int_array(int count, Dim *numbers)
{
    int32_t *array = mem_array((size_t)count + 1, sizeof *array);
    for (int i = 0; i < count; i++) array[i] = numbers[i] ? (int32_t)dim_value(numbers[i]) : 0;
    return array;
}

static float *real_array(int count, const double *reals)
{
    float *array = mem_array((size_t)count + 1, sizeof *array);
    for (int i = 0; i < count; i++) array[i] = (float)reals[i];
    return array;
}

static int64_t bytes_before(DType t, int64_t elements)
{
    return t == DT_STRING ? elements * dtype_host_bytes(t) : dtype_bytes(t, elements);
}

static void set_word(Computing *c, const Arg *arg, char letter, Word *word)
{
    word->i64 = 0;
    switch (arg->kind) {
    case ARG_NONE:
    case ARG_NULL: word->p = NULL; break;
    case ARG_VALUE:
        word->p = memory_of(c, arg->value);
        if (arg->offset) word->p = (char *)word->p + bytes_before(arg->value->type.dtype, dim_value(arg->offset));
        break;
    case ARG_SEED:
    case ARG_INT: store_number(letter, word, 0, dim_value(arg->number), false); break;
    case ARG_REAL: store_number(letter, word, arg->real, 0, true); break;
    case ARG_INTS:
    case ARG_STRUCT: word->p = int_array(arg->count, arg->numbers); break;
    case ARG_REALS: word->p = real_array(arg->count, arg->reals); break;
    case ARG_FUNCTION: memcpy(&word->p, &arg->function->address, sizeof word->p); break;
    case ARG_TEXT: internal_error("a function of the program's is not called here");
    case ARG_SYMBOL: word->p = room_for_count(c, arg->number); break;
    }
}

enum { MAX_ARGS = 48 };

static bool run_call(Computing *c, const Step *s)
{
    ffi_cif interface;
    ffi_type *types[MAX_ARGS];
    Word words[MAX_ARGS];
    void *pointers[MAX_ARGS];
    const char *letters = s->call.kernel->signature;
    if (s->call.n_args > MAX_ARGS || (int)strlen(letters) - 1 != s->call.n_args || !s->call.kernel->address)
        internal_error("%s is called with %d arguments, but its signature is %s", s->call.kernel->name, s->call.n_args,
                       letters);
    for (int i = 0; i < s->call.n_args; i++) {
        types[i] = ffi_type_of(letters[i + 1]);
        set_word(c, &s->call.args[i], letters[i + 1], &words[i]);
        pointers[i] = &words[i];
    }
    if (ffi_prep_cif(&interface, FFI_DEFAULT_ABI, (unsigned)s->call.n_args, ffi_type_of(letters[0]), types) != FFI_OK)
        internal_error("can't call %s", s->call.kernel->name);
    ffi_arg result = 0;
    ffi_call(&interface, s->call.kernel->address, &result, pointers);
    return letters[0] != 'i' || (int)result == 0;
}

/* -- STEP_LOOP --------------------------------------------------------------------------------- */

typedef void Sweep(void *y, const void *const *x, const ptrdiff_t *stride, size_t n);

enum { CHUNK = 256, MAX_LOOP_OPS = 256 };

/* An operand or result along the innermost extent. */
typedef struct {
    const void *base;
    ptrdiff_t step;
    double chunk[CHUNK];
} Lane;

static Sweep *sweep_of(const char *function)
{
    const Kernel *k = kernel_find(function);
    if (!k || !k->sweep) internal_error("%s is no scalar function of the kernel library", function);
    return (Sweep *)k->sweep;
}

static void sweep_one(const char *function, void *y, const void *x, ptrdiff_t stride, size_t n)
{
    sweep_of(function)(y, &x, &stride, n);
}

static void run_loop_op(const LoopOp *op, const Loop *l, Lane *operands, Lane *results, size_t n)
{
    const Kernel *k = kernel_find(op->function);
    if (!k || !k->sweep) internal_error("%s is no scalar function of the kernel library", op->function);
    const void *x[4];
    ptrdiff_t stride[4];
    Word literal[4];
    float widened[4][CHUNK];
    for (int a = 0; a < op->n_args; a++) {
        const Ref *r = &op->args[a];
        char letter = k->signature[a + 1];
        if (r->kind == REF_OPERAND) {
            DType t = l->operands[r->index].value->type.dtype;
            x[a] = operands[r->index].base;
            stride[a] = operands[r->index].step;
            if (dtype_is_half(t) && letter == 'f') {
                sweep_one(t == DT_FLOAT16 ? "f16_to_f32" : "bf16_to_f32", widened[a], x[a], stride[a], n);
                x[a] = widened[a];
                stride[a] = sizeof(float);
            }
        } else if (r->kind == REF_RESULT_OF) {
            x[a] = results[r->index].chunk;
            stride[a] = results[r->index].step;
        } else {
            store_number(letter, &literal[a], r->real, r->kind == REF_INT ? dim_value(r->number) : 0,
                         r->kind == REF_REAL);
            x[a] = &literal[a];
            stride[a] = 0;
        }
    }
    Lane *result = &results[op - l->ops];
    result->step = (ptrdiff_t)letter_bytes(k->signature[0]);
    ((Sweep *)k->sweep)(result->chunk, x, stride, n);
}

static void store_result(const Loop *l, const LoopResult *r, Lane *results, char *to, size_t n)
{
    DType t = r->value->type.dtype;
    const Lane *lane = &results[r->op];
    const Kernel *k = kernel_find(l->ops[r->op].function);
    if (dtype_is_half(t) && k->signature[0] == 'f')
        sweep_one(t == DT_FLOAT16 ? "f32_to_f16" : "f32_to_bf16", to, lane->chunk, lane->step, n);
    else memcpy(to, lane->chunk, n * (size_t)lane->step);
}

/* One run of up to CHUNK elements along the innermost extent, starting at `index`. */
static void run_chunk(Computing *c, const Loop *l, const int64_t *index, size_t n, Lane *operands, Lane *results)
{
    int64_t dense = 0;
    for (int d = 0; d < l->rank; d++) dense = dense * dim_value(l->extent[d]) + index[d];
    for (int i = 0; i < l->n_operands; i++) {
        const LoopOperand *o = &l->operands[i];
        int64_t at = o->offset ? dim_value(o->offset) : 0, bytes = dtype_bits(o->value->type.dtype) / 8;
        for (int d = 0; d < l->rank; d++) at += index[d] * dim_value(o->stride[d]);
        operands[i].base = (const char *)memory_of(c, o->value) + at * bytes;
        operands[i].step = l->rank ? (ptrdiff_t)(dim_value(o->stride[l->rank - 1]) * bytes) : 0;
    }
    for (int i = 0; i < l->n_ops; i++) run_loop_op(&l->ops[i], l, operands, results, n);
    for (int i = 0; i < l->n_results; i++) {
        const LoopResult *r = &l->results[i];
        store_result(l, r, results, (char *)memory_of(c, r->value) + dense * (dtype_bits(r->value->type.dtype) / 8), n);
    }
}

/* Steps the outer indices; false after the last. */
static bool next_row(const Loop *l, int64_t *index)
{
    for (int d = l->rank - 2; d >= 0; d--) {
        if (++index[d] < dim_value(l->extent[d])) return true;
        index[d] = 0;
    }
    return false;
}

static void run_loop(Computing *c, const Loop *l)
{
    int64_t index[MAX_RANK] = {0}, inner = l->rank ? dim_value(l->extent[l->rank - 1]) : 1;
    for (int i = 0; i < l->n_results; i++) memory_of(c, l->results[i].value);
    for (int d = 0; d < l->rank; d++)
        if (dim_value(l->extent[d]) == 0) return;
    Lane *operands = calloc((size_t)l->n_operands + 1, sizeof *operands),
         *results = calloc((size_t)l->n_ops + 1, sizeof *results);
    if (!operands || !results) internal_error("out of memory while folding constants");
    do {
        for (int64_t start = 0; start < inner; start += CHUNK) {
            if (l->rank) index[l->rank - 1] = start;
            run_chunk(c, l, index, (size_t)(inner - start < CHUNK ? inner - start : CHUNK), operands, results);
        }
        if (l->rank) index[l->rank - 1] = 0;
    } while (next_row(l, index));
    free(operands);
    free(results);
}

/* -- steps ------------------------------------------------------------------------------------- */

static void run_copy(Computing *c, const Step *s)
{
    size_t bytes = (size_t)dim_value(s->copy.bytes);
    char *to = memory_of(c, s->copy.target);
    if (bytes)
        memcpy(to + dim_value(s->copy.target_offset),
               (const char *)memory_of(c, s->copy.source) + dim_value(s->copy.source_offset), bytes);
}

bool eval_node(Node *n)
{
    Graph *g = graph_root(n->graph);
    int before = g->n_steps, errors = g->model->errors;
    Computing computing = {.node = n};
    bool done = true;
    n->op->lower(n);
    if (g->model->errors > errors) done = false;
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i] && done) memory_of(&computing, n->out[i]);
    for (int i = before; done && i < g->n_steps; i++) {
        const Step *s = g->steps[i];
        if (s->kind == STEP_CALL && !run_call(&computing, s)) {
            node_error(n, "its input values, known at compile time, are out of the range the operator allows");
            done = false;
        } else if (s->kind == STEP_LOOP) {
            run_loop(&computing, s->loop);
        } else if (s->kind == STEP_COPY) {
            run_copy(&computing, s);
        } else if (s->kind != STEP_CALL) {
            internal_error("control flow in a node that is evaluated");
        }
    }
    g->n_steps = before;
    finish(&computing, n, done);
    if (done) settle_counts(&computing, n);
    return done;
}
