#include "machine.h"

#include "op/op.h"
#include "plan/plan.h"

#include <ffi.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ARGS = 48 };

/* -- numbers ----------------------------------------------------------------------------------- */

static MachineSymbol *binding(Machine *x, const char *symbol)
{
    for (int i = 0; i < x->n_symbols; i++)
        if (!strcmp(x->symbols[i].name, symbol)) return &x->symbols[i];
    mem_grow(&x->symbols, &x->cap_symbols, x->n_symbols + 1, sizeof *x->symbols);
    x->symbols[x->n_symbols] = (MachineSymbol){symbol, 0};
    return &x->symbols[x->n_symbols++];
}

static int64_t symbol_value(Foreign symbol, void *context)
{
    return binding(context, shown(symbol))->value;
}

int64_t machine_value(Machine *x, Dim d)
{
    return d ? dim_eval(d, symbol_value, x) : 0;
}

void machine_set(Machine *x, Dim symbol, int64_t value)
{
    binding(x, shown(dim_text(symbol)))->value = value;
}

/* Set by a step: within the bounds that all expressions with the symbol rely on. */
static void set_within(Machine *x, Dim symbol, int64_t value)
{
    if (value < dim_low(symbol) || value > dim_high(symbol))
        machine_broken("%s is %lld, not within %lld..%lld", shown(dim_text(symbol)), (long long)value,
                       (long long)dim_low(symbol), (long long)dim_high(symbol));
    machine_set(x, symbol, value);
}

/* -- memory ------------------------------------------------------------------------------------ */

/* What nothing has written yet is no number that a correct program computes; nothing is written after a value's end. */
enum { UNWRITTEN = 0xf7, GUARD_BYTES = 4096 };

static void *buffer_of(Machine *x, Value *v)
{
    for (int i = 0; i < x->n_buffers; i++)
        if (x->buffers[i].value == v) return x->buffers[i].memory;
    size_t bytes = (size_t)value_bytes(v);
    unsigned char *memory = malloc(bytes + GUARD_BYTES);
    if (!memory) machine_broken("out of memory");
    memset(memory, UNWRITTEN, bytes + GUARD_BYTES);
    if (v->is_input && !v->data) x->fill(v, memory, x->context);
    if (v->data) memcpy(memory, v->data, bytes);
    mem_grow(&x->buffers, &x->cap_buffers, x->n_buffers + 1, sizeof *x->buffers);
    x->buffers[x->n_buffers++] = (MachineBuffer){v, memory};
    return memory;
}

static void release(const MachineBuffer *b)
{
    const unsigned char *guard = (unsigned char *)b->memory + value_bytes(b->value);
    for (int i = 0; i < GUARD_BYTES; i++)
        if (guard[i] != UNWRITTEN) machine_broken("byte %d after %s was written", i, shown(b->value->name));
    free(b->memory);
}

void *machine_memory(Machine *x, Value *v)
{
    int64_t offset;
    Value *root = storage_root(v, &offset);
    if (root->memory && root->memory->lent)
        return (char *)buffer_of(x, root->memory->lent) + root->arena_offset + offset;
    if (root->memory) return x->regions[root->memory - x->m->regions] + root->arena_offset + offset;
    if (in_arena(root) && root->arena_offset >= 0) return x->arena + root->arena_offset + offset;
    return (char *)buffer_of(x, root) + offset;
}

static void *element_at(Machine *x, Value *v, int64_t at)
{
    return (char *)machine_memory(x, v) + at * dtype_bits(v->type.dtype) / 8;
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
    case ARG_VALUE: w.p = element_at(x, a->value, machine_value(x, a->offset)); break;
    case ARG_SEED:
    case ARG_INT: return word_of_number(letter, (double)machine_value(x, a->number), machine_value(x, a->number));
    case ARG_REAL: return word_of_number(letter, a->real, 0); /* of a floating-point parameter */
    case ARG_INTS:
    case ARG_STRUCT: w.p = mem_array((size_t)a->count + 1, sizeof(int32_t)); break;
    case ARG_REALS: w.p = mem_array((size_t)a->count + 1, sizeof(float)); break;
    case ARG_SYMBOL: w.p = mem_alloc(sizeof(int32_t)); break;
    case ARG_FUNCTION: memcpy(&w.p, &a->function->address, sizeof w.p); break;
    default: break;
    }
    for (int i = 0; i < a->count && a->numbers; i++) ((int32_t *)w.p)[i] = (int32_t)machine_value(x, a->numbers[i]);
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
    if (ffi_prep_cif(&interface, FFI_DEFAULT_ABI, (unsigned)c->n_args, returned, types) != FFI_OK)
        machine_broken("%s can't be called", c->kernel->name);
    ffi_call(&interface, c->kernel->address, &result, pointers);
    x->refused = x->refused || (c->kernel->signature[0] == 'i' && (int)result != 0);
    for (int i = 0; i < c->n_args; i++)
        if (c->args[i].kind == ARG_SYMBOL && !x->refused) set_within(x, c->args[i].number, *(int32_t *)words[i].p);
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
    for (int d = 0; d < l->rank; d++) n.extent[d] = machine_value(x, l->extent[d]);
    for (int i = 0; i < l->n_operands; i++) {
        const LoopOperand *o = &l->operands[i];
        n.operands[i].start = element_at(x, o->value, machine_value(x, o->offset));
        for (int d = 0; d < l->rank; d++)
            n.operands[i].bytes[d] = machine_value(x, o->stride[d]) * dtype_bits(o->value->type.dtype) / 8;
    }
    for (int i = 0; i < l->n_results; i++)
        n.results[i].start = element_at(x, l->results[i].value, machine_value(x, l->results[i].offset));
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
        memmove((char *)machine_memory(x, c->target) + machine_value(x, c->target_offset),
                (const char *)machine_memory(x, c->source) + machine_value(x, c->source_offset),
                (size_t)machine_value(x, c->bytes));
}

static void run_read(Machine *x, const Reading *r)
{
    int64_t found = number_int(r->source->type.dtype, machine_memory(x, r->source), machine_value(x, r->index));
    if (found < r->low || found > r->high) x->refused = true;
    else if (r->symbol) set_within(x, r->symbol, found);
}

static bool is_true(Machine *x, Value *v)
{
    return *(const bool *)machine_memory(x, v);
}

static bool goes_on(Machine *x, const Rounds *r, int64_t round)
{
    if (r->limit && round >= machine_value(x, r->limit)) return false;
    if (!r->limit && r->limit_in && round >= number_int(r->limit_in->type.dtype, machine_memory(x, r->limit_in), 0))
        return false;
    return !r->condition || is_true(x, r->condition);
}

static void run_block(Machine *x, int first, int last);

/* Steps after the whole statement are the next ones. */
static int run_rounds(Machine *x, const Step *s)
{
    for (int64_t round = 0;; round++) {
        machine_set(x, s->rounds.symbol, round);
        if (x->refused || !goes_on(x, &s->rounds, round)) return s->opens->end + 1;
        set_within(x, s->rounds.symbol, round);
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
    case STEP_SET: set_within(x, s->set.symbol, machine_value(x, s->set.number)); break;
    case STEP_READ: run_read(x, &s->read); break;
    case STEP_STORE:
        number_set(s->store.target->type.dtype, machine_memory(x, s->store.target),
                   (double)machine_value(x, s->store.number));
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

static unsigned char *memory_of(size_t bytes)
{
    unsigned char *memory = malloc(bytes + 1);
    if (!memory) machine_broken("out of memory");
    return memset(memory, UNWRITTEN, bytes);
}

void machine_start(Machine *x, Model *m, MachineFill *fill, void *context)
{
    *x = (Machine){.m = m, .fill = fill, .context = context};
    steps_index(m->graph);
    for (int i = 0; i < m->graph->n_inputs; i++) buffer_of(x, m->graph->inputs[i]);
    x->arena = memory_of((size_t)m->arena_bytes);
    x->regions = mem_array((size_t)m->options.n_regions + 1, sizeof *x->regions);
    for (int i = 0; m->regions && i < m->options.n_regions; i++) x->regions[i] = memory_of((size_t)m->regions[i].bytes);
}

bool machine_run(Machine *x)
{
    run_block(x, 0, x->m->graph->n_steps);
    return !x->refused;
}

void machine_stop(Machine *x)
{
    for (int i = 0; i < x->n_buffers; i++) release(&x->buffers[i]);
    free(x->arena);
    for (int i = 0; i < x->m->options.n_regions; i++) free(x->regions[i]);
}
