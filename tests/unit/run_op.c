#include "run_op.h"

#include "infer/infer.h"

#include <check.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

Node *op_node(const char *op_type, const char *domain, int opset)
{
    Model *m = mem_alloc(sizeof *m);
    m->options.target = target_portable;
    m->path = foreign("test.onnx");
    m->options.target = target_portable;
    m->graph = graph_new(m, NULL, foreign("test"));
    Node *n = node_new(m->graph, foreign("test"), op_type, domain, opset);
    graph_append(m->graph, n);
    return n;
}

Value *op_input(Node *n, DType dtype, int rank, const int64_t *dims, const void *data)
{
    Shape shape = shape_const(rank, dims);
    Value *v = value_const(n->graph, foreign(mem_printf("input%d", n->n_in)), dtype, &shape, data);
    node_add_input(n, v);
    return v;
}

Value *op_ints(Node *n, int count, const int64_t *values)
{
    return op_input(n, DT_INT64, 1, (int64_t[]){count}, mem_dup(values, (size_t)count * sizeof *values));
}

void op_omit(Node *n)
{
    node_add_input(n, NULL);
}

static bool infers(Node *n, int outputs)
{
    for (int i = 0; i < outputs; i++) node_add_output(n, value_new(n->graph, foreign(mem_printf("output%d", i))));
    n->op = op_of(n);
    ck_assert_msg(n->op, "%s is not known at opset %d", shown(n->op_type), n->opset);
    n->op->infer(n);
    return n->graph->model->errors == 0;
}

void op_run(Node *n, int outputs)
{
    ck_assert_msg(infers(n, outputs), "%s was refused", shown(n->op_type));
    ck_assert_msg(eval_node(n), "%s could not be evaluated", shown(n->op_type));
}

void op_run_parts(Node *n)
{
    Graph *g = n->graph;
    Value *y = value_new(g, foreign("output0"));
    node_add_output(n, y);
    y->is_output = true;
    graph_add_output(g, y);
    infer_graph(g);
    fold_graph(g);
    ck_assert_msg(g->model->errors == 0 && g->n_nodes == 0, "%s was not folded", shown(n->op_type));
}

static int kept_stderr = -1;
static FILE *messages;
static char said[1 << 14];

void test_silence(bool silent)
{
    fflush(stderr);
    if (silent) {
        kept_stderr = dup(2);
        messages = tmpfile();
        if (!messages || dup2(fileno(messages), 2) < 0) ck_abort_msg("no temporary file");
        return;
    }
    dup2(kept_stderr, 2);
    close(kept_stderr);
    rewind(messages);
    said[fread(said, 1, sizeof said - 1, messages)] = '\0';
    fclose(messages);
}

const char *test_said(void)
{
    return said;
}

Ended test_process(void (*run)(void *context), void *context)
{
    Ended e = {.status = -1};
    int ends[2], how = 0;
    fflush(NULL);
    if (pipe(ends)) ck_abort_msg("no pipe");
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 2);
        close(ends[0]);
        run(context);
        fflush(stderr);
        _exit(0);
    }
    close(ends[1]);
    size_t length = 0;
    for (ssize_t got = 1; got > 0; length += (size_t)got) {
        got = read(ends[0], e.said + length, sizeof e.said - 1 - length);
        if (got < 0) got = 0;
    }
    close(ends[0]);
    waitpid(child, &how, 0);
    if (WIFEXITED(how)) e.status = WEXITSTATUS(how);
    return e;
}

static bool quietly(bool (*run)(Node *n, int outputs), Node *n, int outputs)
{
    test_silence(true);
    bool result = run(n, outputs);
    test_silence(false);
    return result;
}

static bool evaluates(Node *n, int outputs)
{
    (void)outputs;
    return eval_node(n);
}

bool op_refused(Node *n, int outputs)
{
    return !quietly(infers, n, outputs);
}

bool op_evaluates(Node *n)
{
    return quietly(evaluates, n, 0);
}

const float *op_floats(const Node *n, int output)
{
    ck_assert_int_eq(n->out[output]->type.dtype, DT_FLOAT);
    return n->out[output]->data;
}

const int64_t *op_int64s(const Node *n, int output)
{
    ck_assert_int_eq(n->out[output]->type.dtype, DT_INT64);
    return n->out[output]->data;
}

void op_free(void)
{
    dim_reset();
    mem_free_all();
}

/* -- numbers: a linear congruential generator (Numerical Recipes) ------------------------------ */

static uint32_t state;

void test_seed(uint32_t seed)
{
    state = seed;
}

int test_below(int limit)
{
    state = state * 1664525u + 1013904223u;
    return (int)((state >> 8) % (uint32_t)limit);
}

float test_real(void)
{
    return (float)(test_below(2001) - 1000) / 1000;
}

float *test_reals(int64_t count)
{
    float *x = mem_array((size_t)count + 1, sizeof *x);
    for (int64_t i = 0; i < count; i++) x[i] = test_real();
    return x;
}

void expect_close(const char *what, const float *found, const double *expected, int64_t count, double tolerance)
{
    for (int64_t i = 0; i < count; i++)
        ck_assert_msg(fabs((double)found[i] - expected[i]) <= tolerance * (1 + fabs(expected[i])),
                      "%s: element %lld is %g, expected %g", what, (long long)i, (double)found[i], expected[i]);
}

Node *graph_node(const Graph *g, int i)
{
    Node *n = g->first;
    while (n && i--) n = n->after;
    return n;
}
