/* run_op.h: one node with constant inputs, inferred and evaluated as folding does it: operator and kernels together. */
#ifndef RUN_OP_H
#define RUN_OP_H

#include "op/op.h"

Node *op_node(const char *op_type, const char *domain, int opset); /* starts a new model */
Value *op_input(Node *n, DType dtype, int rank, const int64_t *dims, const void *data);
Value *op_ints(Node *n, int count, const int64_t *values); /* an int64 vector */
void op_omit(Node *n);                                     /* an optional input that isn't there */
void op_run(Node *n, int outputs);                         /* fails the test if the node is refused */
void op_run_parts(Node *n); /* the same for one output and a node that others may stand for: they are folded */
bool op_refused(Node *n, int outputs); /* infers only; messages are swallowed */
bool op_evaluates(Node *n);            /* after that, likewise: do its kernels take the values? */
const float *op_floats(const Node *n, int output);
const int64_t *op_int64s(const Node *n, int output);
void op_free(void); /* everything since the first op_node */

void test_silence(bool silent); /* no messages on standard error, until they are wanted again */
const char *test_said(void);    /* those that were kept back the last time */

/* Runs it in a process of its own: how that ended, and what it said on standard error. */
typedef struct {
    int status; /* of its exit; -1: a signal ended it */
    char said[4096];
} Ended;
Ended test_process(void (*run)(void *context), void *context);

/* The same numbers on every machine. */
void test_seed(uint32_t seed);
int test_below(int limit);        /* 0 to limit - 1 */
float test_real(void);            /* -1 to 1 */
float *test_reals(int64_t count); /* an array of them, from the pool */

/* Fails the test unless |found - expected| <= tolerance * (1 + |expected|) for all. */
void expect_close(const char *what, const float *found, const double *expected, int64_t count, double tolerance);
Node *graph_node(const Graph *g, int i); /* the i-th */

#endif
