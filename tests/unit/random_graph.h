/* random_graph.h: texts of graphs, for build.h, of operators that are drawn one after the other.
 *
 * Values are between -2 and 2 or so, so that results stay numbers. The seed of a graph that fails is in the message;
 * its text can be built again from it. */
#ifndef RANDOM_GRAPH_H
#define RANDOM_GRAPH_H

#include "run_op.h"

typedef struct {
    const char *name;
    int rank, dim[4];
} Tensor;

enum { MOST_TENSORS = 64 };

extern Tensor tensors[MOST_TENSORS]; /* that there are so far */
extern int n_tensors;

const char *new_name(void);
const char *shape(const Tensor *t); /* "2,3,4" */
/* Its name; elements: "1,2", or "" for random ones. */
const char *constant(const char *type, const char *elements);

Tensor *any(void);
const Tensor *like(const Tensor *t); /* one of the same shape, which may be t */
Tensor latest(void);
Tensor *add(const Tensor *t); /* a new one of that shape */

/* Each adds a node: rest is "Relu(x)". */
void node(const Tensor *result, const char *rest);
void two_nodes(const char *first, const char *second, const char *rest); /* with two results, of these names */
void then(const char *form); /* one on the latest tensor, of its shape; form has %s in place of its name */

const char *unary(void); /* the name of an operator */
const char *binary(void);

/* Adds to the graph. */
typedef void Operator(void);

Operator elementwise, two_operands;

/* Of 14 tensors or a few more, of which the last three are outputs. Inputs are two tensors, of `shape` as the text is
 * to have it, and c0 and c1, which are bool; constants are yes, which is true, low and high. */
const char *random_graph(int seed, Operator *const *operators, int count, const Tensor *input, const char *dims);

#endif
