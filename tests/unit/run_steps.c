#include "run_steps.h"

#include "infer/infer.h"
#include "lower/lower.h"
#include "op/op.h"
#include "plan/plan.h"

#include <check.h>
#include <ffi.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BUFFERS = 512, MAX_SYMBOLS = 128, MAX_ARGS = 48 };

typedef struct {
    const Value *value;
    void *memory;
} Buffer;

typedef struct {
    const char *name;
    int64_t value;
} Binding;

/* Inputs, outputs and constants have memory of their own, and so has every value that plan has not placed yet. */
typedef struct {
    Model *m;
    unsigned char *arena;
    int n_buffers, n_symbols;
    Buffer buffers[MAX_BUFFERS];
    Binding symbols[MAX_SYMBOLS];
    bool refused;
} Machine;

static int n_sizes, n_inputs;
static Binding sizes[8];
static struct {
    const char *name;
    const void *data;
} inputs[8];

void run_size(const char *symbol, int64_t value)
{
    for (int i = 0; i < n_sizes; i++)
        if (!strcmp(sizes[i].name, symbol)) {
            sizes[i].value = value;
            return;
        }
    sizes[n_sizes++] = (Binding){symbol, value};
}

void run_with(const char *input, const void *data)
{
    int i = 0;
    while (i < n_inputs && strcmp(inputs[i].name, input)) i++;
    if (i == (int)(sizeof inputs / sizeof *inputs)) ck_abort_msg("too many inputs");
    if (i == n_inputs) n_inputs++;
    inputs[i].name = input;
    inputs[i].data = data;
}

/* -- numbers ----------------------------------------------------------------------------------- */

static Binding *binding(Machine *x, const char *symbol)
{
    for (int i = 0; i < x->n_symbols; i++)
        if (!strcmp(x->symbols[i].name, symbol)) return &x->symbols[i];
    if (x->n_symbols == MAX_SYMBOLS) ck_abort_msg("too many symbols");
    x->symbols[x->n_symbols] = (Binding){symbol, 0};
    return &x->symbols[x->n_symbols++];
}

static int64_t symbol_value(Foreign symbol, void *context)
{
    return binding(context, shown(symbol))->value;
}

static int64_t value_of(Machine *x, Dim d)
{
    return d ? dim_eval(d, symbol_value, x) : 0;
}

static void set_symbol(Machine *x, Dim symbol, int64_t value)
{
    binding(x, shown(dim_text(symbol)))->value = value;
}

static int64_t count_of(Machine *x, const Value *v)
{
    int64_t count = 1;
    for (int i = 0; i < v->type.shape.rank; i++) count *= value_of(x, v->type.shape.dim[i]);
    return count;
}

/* -- memory ------------------------------------------------------------------------------------ */

static void fill(const Value *v, unsigned char *memory)
{
    for (int i = 0; i < n_inputs; i++)
        if (is_called(v, inputs[i].name)) {
            memcpy(memory, inputs[i].data, (size_t)value_bytes(v));
            return;
        }
    for (int64_t i = 0, each = dtype_bytes(v->type.dtype, 1); i < value_count(v); i++)
        number_set(v->type.dtype, memory + i * each,
                   dtype_is_float(v->type.dtype) ? (double)test_real() : test_below(2));
}

/* What nothing has written yet is no number that a correct program computes; nothing is written after a value's end. */
enum { UNWRITTEN = 0xf7, GUARD_BYTES = 4096 };

static void *buffer_of(Machine *x, Value *v)
{
    for (int i = 0; i < x->n_buffers; i++)
        if (x->buffers[i].value == v) return x->buffers[i].memory;
    if (x->n_buffers == MAX_BUFFERS) ck_abort_msg("too many values");
    size_t bytes = (size_t)value_bytes(v);
    unsigned char *memory = malloc(bytes + GUARD_BYTES);
    ck_assert_ptr_nonnull(memory);
    memset(memory, UNWRITTEN, bytes + GUARD_BYTES);
    if (v->is_input && !v->data) fill(v, memory);
    if (v->data) memcpy(memory, v->data, bytes);
    x->buffers[x->n_buffers++] = (Buffer){v, memory};
    return memory;
}

static void release(const Buffer *b)
{
    const unsigned char *guard = (unsigned char *)b->memory + value_bytes(b->value);
    for (int i = 0; i < GUARD_BYTES; i++)
        if (guard[i] != UNWRITTEN) ck_abort_msg("byte %d after %s was written", i, shown(b->value->name));
    free(b->memory);
}

static void *memory_of(Machine *x, Value *v)
{
    int64_t offset;
    Value *root = storage_root(v, &offset);
    if (in_arena(root) && root->arena_offset >= 0) return x->arena + root->arena_offset + offset;
    return (char *)buffer_of(x, root) + offset;
}

static void *element_at(Machine *x, Value *v, int64_t at)
{
    return (char *)memory_of(x, v) + at * dtype_bits(v->type.dtype) / 8;
}

/* -- calls ------------------------------------------------------------------------------------- */

typedef union {
    void *p;
    int64_t i;
    float f;
    double d;
} Word;

static ffi_type *ffi_type_of(char letter)
{
    static const char letters[] = "vcCbhHiIlLzfd";
    ffi_type *const types[] = {&ffi_type_void,   &ffi_type_sint8,  &ffi_type_uint8,  &ffi_type_uint8,  &ffi_type_sint16,
                               &ffi_type_uint16, &ffi_type_sint32, &ffi_type_uint32, &ffi_type_sint64, &ffi_type_uint64,
                               &ffi_type_uint64, &ffi_type_float,  &ffi_type_double};
    const char *at = strchr(letters, letter);
    return at ? types[at - letters] : &ffi_type_pointer;
}

static Word word_of_number(char letter, double real, int64_t integer)
{
    Word w = {.i = integer};
    if (letter == 'f') w.f = (float)real;
    if (letter == 'd') w.d = real;
    return w;
}

static Word word_of(Machine *x, const Arg *a, char letter)
{
    Word w = {.i = 0};
    switch (a->kind) {
    case ARG_VALUE: w.p = element_at(x, a->value, value_of(x, a->offset)); break;
    case ARG_INT: return word_of_number(letter, (double)value_of(x, a->number), value_of(x, a->number));
    case ARG_REAL: return word_of_number(letter, a->real, 0); /* of a floating-point parameter */
    case ARG_INTS:
    case ARG_STRUCT: w.p = mem_array((size_t)a->count + 1, sizeof(int32_t)); break;
    case ARG_REALS: w.p = mem_array((size_t)a->count + 1, sizeof(float)); break;
    case ARG_SYMBOL: w.p = mem_alloc(sizeof(int32_t)); break;
    case ARG_FUNCTION: memcpy(&w.p, &a->function->address, sizeof w.p); break;
    default: break;
    }
    for (int i = 0; i < a->count && a->numbers; i++) ((int32_t *)w.p)[i] = (int32_t)value_of(x, a->numbers[i]);
    for (int i = 0; i < a->count && a->reals; i++) ((float *)w.p)[i] = (float)a->reals[i];
    return w;
}

static void run_call(Machine *x, const Call *c)
{
    ffi_cif interface;
    ffi_type *types[MAX_ARGS];
    Word words[MAX_ARGS];
    void *pointers[MAX_ARGS];
    ffi_arg result = 0;
    for (int i = 0; i < c->n_args; i++) {
        types[i] = ffi_type_of(c->kernel->signature[i + 1]);
        words[i] = word_of(x, &c->args[i], c->kernel->signature[i + 1]);
        pointers[i] = &words[i];
    }
    ffi_type *returned = ffi_type_of(c->kernel->signature[0]);
    ck_assert(ffi_prep_cif(&interface, FFI_DEFAULT_ABI, (unsigned)c->n_args, returned, types) == FFI_OK);
    ffi_call(&interface, c->kernel->address, &result, pointers);
    x->refused = x->refused || (c->kernel->signature[0] == 'i' && (int)result != 0);
    for (int i = 0; i < c->n_args; i++)
        if (c->args[i].kind == ARG_SYMBOL) set_symbol(x, c->args[i].number, *(int32_t *)words[i].p);
}

/* -- loops ------------------------------------------------------------------------------------- */

typedef void Sweep(void *y, const void *const *x, const ptrdiff_t *stride, size_t n);

static void apply(const char *function, void *y, const void *const *args)
{
    const ptrdiff_t strides[4] = {0};
    ((Sweep *)kernel_find(function)->sweep)(y, args, strides, 1);
}

/* Operands at one place of the nest. */
static void run_op(const Loop *l, int op, const void *const *operands, Word *results)
{
    const LoopOp *o = &l->ops[op];
    const char *letters = kernel_find(o->function)->signature + 1;
    Word words[4];
    const void *args[4];
    for (int i = 0; i < o->n_args; i++) {
        const Ref *r = &o->args[i];
        args[i] = &words[i];
        if (r->kind == REF_RESULT_OF) args[i] = &results[r->index];
        if (r->kind == REF_REAL) words[i] = word_of_number(letters[i], r->real, (int64_t)r->real);
        if (r->kind == REF_INT)
            words[i] = word_of_number(letters[i], (double)dim_value(r->number), dim_value(r->number));
        if (r->kind != REF_OPERAND) continue;
        args[i] = operands[r->index];
        DType t = l->operands[r->index].value->type.dtype;
        if (!dtype_is_half(t) || letters[i] != 'f') continue;
        apply(t == DT_FLOAT16 ? "f16_to_f32" : "bf16_to_f32", &words[i], (const void *[]){operands[r->index]});
        args[i] = &words[i];
    }
    apply(o->function, &results[op], args);
}

static void store(const Loop *l, const LoopResult *r, const Word *results, void *to)
{
    DType t = r->value->type.dtype;
    if (dtype_is_half(t) && kernel_find(l->ops[r->op].function)->signature[0] == 'f')
        apply(t == DT_FLOAT16 ? "f32_to_f16" : "f32_to_bf16", to, (const void *[]){&results[r->op]});
    else memcpy(to, &results[r->op], (size_t)dtype_bits(t) / 8);
}

/* The nest in numbers: extents, and where each operand starts and how far its neighbours are. */
typedef struct {
    int64_t extent[MAX_RANK];
    struct {
        char *start;
        int64_t bytes[MAX_RANK];
    } * operands, *results;
} Nest;

static Nest nest_of(Machine *x, const Loop *l)
{
    Nest n;
    n.operands = mem_array((size_t)l->n_operands + 1, sizeof *n.operands);
    n.results = mem_array((size_t)l->n_results + 1, sizeof *n.results);
    for (int d = 0; d < l->rank; d++) n.extent[d] = value_of(x, l->extent[d]);
    for (int i = 0; i < l->n_operands; i++) {
        const LoopOperand *o = &l->operands[i];
        n.operands[i].start = element_at(x, o->value, value_of(x, o->offset));
        for (int d = 0; d < l->rank; d++)
            n.operands[i].bytes[d] = value_of(x, o->stride[d]) * dtype_bits(o->value->type.dtype) / 8;
    }
    for (int i = 0; i < l->n_results; i++)
        n.results[i].start = element_at(x, l->results[i].value, value_of(x, l->results[i].offset));
    return n;
}

static void run_loop(Machine *x, const Loop *l)
{
    const Nest n = nest_of(x, l);
    const void **operands = mem_array((size_t)l->n_operands + 1, sizeof *operands);
    Word *results = mem_array((size_t)l->n_ops + 1, sizeof *results);
    int64_t count = 1, index[MAX_RANK] = {0};
    for (int d = 0; d < l->rank; d++) count *= n.extent[d];
    for (int64_t i = 0; i < count; i++) {
        for (int k = 0; k < l->n_operands; k++) {
            const char *at = n.operands[k].start;
            for (int d = 0; d < l->rank; d++) at += index[d] * n.operands[k].bytes[d];
            operands[k] = at;
        }
        for (int k = 0; k < l->n_ops; k++) run_op(l, k, operands, results);
        for (int k = 0; k < l->n_results; k++)
            store(l, &l->results[k], results, n.results[k].start + i * dtype_bits(l->results[k].value->type.dtype) / 8);
        for (int d = l->rank - 1; d >= 0 && ++index[d] == n.extent[d]; d--) index[d] = 0;
    }
}

/* -- copies and control flow ------------------------------------------------------------------- */

static void run_copy(Machine *x, const Copy *c)
{
    if (!c->elided)
        memmove((char *)memory_of(x, c->target) + value_of(x, c->target_offset),
                (const char *)memory_of(x, c->source) + value_of(x, c->source_offset), (size_t)value_of(x, c->bytes));
}

static void run_read(Machine *x, const Reading *r)
{
    int64_t found = number_int(r->source->type.dtype, memory_of(x, r->source), value_of(x, r->index));
    if (found < r->low || found > r->high) x->refused = true;
    else if (r->symbol) set_symbol(x, r->symbol, found);
}

static bool is_true(Machine *x, Value *v)
{
    return *(const bool *)memory_of(x, v);
}

static bool goes_on(Machine *x, const Rounds *r, int64_t round)
{
    if (r->limit && round >= value_of(x, r->limit)) return false;
    if (!r->limit && r->limit_in && round >= number_int(r->limit_in->type.dtype, memory_of(x, r->limit_in), 0))
        return false;
    return !r->condition || is_true(x, r->condition);
}

static void run_block(Machine *x, int first, int last);

/* Steps after the whole statement are the next ones. */
static int run_rounds(Machine *x, const Step *s)
{
    for (int64_t round = 0;; round++) {
        set_symbol(x, s->rounds.symbol, round);
        if (x->refused || !goes_on(x, &s->rounds, round)) return s->opens->end + 1;
        run_block(x, s->at + 1, s->opens->last);
    }
}

static int run_branches(Machine *x, const Step *s)
{
    bool taken = is_true(x, s->condition);
    const Step *other = x->m->graph->steps[s->opens->last];
    if (taken) run_block(x, s->at + 1, s->opens->last);
    else if (other->kind == STEP_ELSE) run_block(x, other->at + 1, other->opens->last);
    return s->opens->end + 1;
}

static int run_step(Machine *x, const Step *s)
{
    switch (s->kind) {
    case STEP_CALL: run_call(x, &s->call); break;
    case STEP_LOOP: run_loop(x, s->loop); break;
    case STEP_COPY: run_copy(x, &s->copy); break;
    case STEP_IF: return run_branches(x, s);
    case STEP_FOR: return run_rounds(x, s);
    case STEP_SET: set_symbol(x, s->set.symbol, value_of(x, s->set.number)); break;
    case STEP_READ: run_read(x, &s->read); break;
    case STEP_STORE:
        number_set(s->store.target->type.dtype, memory_of(x, s->store.target), (double)value_of(x, s->store.number));
        break;
    default: break;
    }
    return s->at + 1;
}

static void run_block(Machine *x, int first, int last)
{
    for (int i = first; i < last && !x->refused;) i = run_step(x, x->m->graph->steps[i]);
}

/* -- a run ------------------------------------------------------------------------------------- */

static void set_sizes(Machine *x)
{
    for (int i = 0; i < x->m->n_params; i++) {
        Binding *b = binding(x, shown(x->m->params[i].symbol));
        b->value = dim_high(param_size(&x->m->params[i]));
        for (int k = 0; k < n_sizes; k++)
            if (!strcmp(sizes[k].name, b->name)) b->value = sizes[k].value;
    }
}

static void collect(Machine *x, Results *r)
{
    const Graph *g = x->m->graph;
    r->count = 0;
    r->refused = x->refused;
    for (int i = 0; i < g->n_outputs && !r->refused; i++) {
        Value *v = g->outputs[i];
        int64_t count = count_of(x, v);
        ck_assert(r->count + count <= (int64_t)(sizeof r->numbers / sizeof *r->numbers));
        for (int64_t k = 0; k < count; k++) r->numbers[r->count++] = number_real(v->type.dtype, memory_of(x, v), k);
    }
}

const Results *run_steps(Model *m)
{
    static Results results;
    Machine x = {.m = m};
    steps_index(m->graph);
    test_seed(99);
    for (int i = 0; i < m->graph->n_inputs; i++) buffer_of(&x, m->graph->inputs[i]);
    x.arena = malloc((size_t)m->arena_bytes + 1);
    ck_assert_ptr_nonnull(x.arena);
    memset(x.arena, UNWRITTEN, (size_t)m->arena_bytes);
    set_sizes(&x);
    run_block(&x, 0, m->graph->n_steps);
    collect(&x, &results);
    for (int i = 0; i < x.n_buffers; i++) release(&x.buffers[i]);
    free(x.arena);
    return &results;
}

void expect_same_results(const char *text, StageFunction *before, StageFunction *after, double tolerance)
{
    static Results plain;
    char *kept = strdup(text); /* it may stand in the pool */
    Model *m = model_of(kept);
    if (before) run_to(m, before);
    else run_only(m, (StageFunction *[]){infer, lower, NULL});
    plain = *run_steps(m);
    op_free();
    m = model_of(kept);
    free(kept);
    run_to(m, after);
    const Results *found = run_steps(m);
    ck_assert_int_eq(found->refused, plain.refused);
    ck_assert_int_eq(found->count, plain.count);
    for (int i = 0; i < plain.count; i++)
        ck_assert_msg(fabs(found->numbers[i] - plain.numbers[i]) <= tolerance * (1 + fabs(plain.numbers[i])),
                      "number %d of the results is %.9g, expected %.9g, after: %s", i, found->numbers[i],
                      plain.numbers[i], steps_text(m));
}

void expect_nodes(const char *text, StageFunction *after, const char *nodes, double tolerance)
{
    char *kept = strdup(text);
    const Model *m = model_after(after, kept);
    ck_assert_msg(!strcmp(nodes_text(m), nodes), "%s becomes %s, expected %s", kept, nodes_text(m), nodes);
    expect_same_results(kept, NULL, lower, tolerance);
    free(kept);
}
