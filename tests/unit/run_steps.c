#include "run_steps.h"

#include "infer/infer.h"
#include "lower/lower.h"
#include "machine.h"
#include "op/op.h"
#include "plan/plan.h"

#include <check.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static int n_sizes, n_inputs;
static MachineSymbol sizes[8];
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
    sizes[n_sizes++] = (MachineSymbol){symbol, value};
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

/* -- a run ------------------------------------------------------------------------------------- */

static void fill(const Value *v, unsigned char *memory, void *context)
{
    (void)context;
    for (int i = 0; i < n_inputs; i++)
        if (is_called(v, inputs[i].name)) {
            memcpy(memory, inputs[i].data, (size_t)value_bytes(v));
            return;
        }
    for (int64_t i = 0, each = dtype_bytes(v->type.dtype, 1); i < value_count(v); i++)
        number_set(v->type.dtype, memory + i * each,
                   dtype_is_float(v->type.dtype) ? (double)test_real() : test_below(2));
}

void machine_broken(const char *format, ...)
{
    char text[512];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    ck_abort_msg("%s", text);
    abort();
}

static void set_sizes(Machine *x)
{
    for (int i = 0; i < x->m->n_params; i++) {
        const Param *p = &x->m->params[i];
        int64_t size = dim_high(param_size(p));
        for (int k = 0; k < n_sizes; k++)
            if (!strcmp(sizes[k].name, shown(p->symbol))) size = sizes[k].value;
        machine_set(x, dim_symbol(p->symbol, 0, 0), size);
    }
}

static int64_t count_of(Machine *x, const Value *v)
{
    int64_t count = 1;
    for (int i = 0; i < v->type.shape.rank; i++) count *= machine_value(x, v->type.shape.dim[i]);
    return count;
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
        for (int64_t k = 0; k < count; k++)
            r->numbers[r->count++] = number_real(v->type.dtype, machine_memory(x, v), k);
    }
}

const Results *run_steps(Model *m)
{
    static Results results;
    Machine x;
    test_seed(99);
    machine_start(&x, m, fill, NULL);
    set_sizes(&x);
    machine_run(&x);
    collect(&x, &results);
    machine_stop(&x);
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
