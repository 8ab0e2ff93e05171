/* simplify.h: a model's graph while it is simplified.
 *
 * The messages themselves are changed: what nobody touches stays as the file has it. What is known of values, types,
 * shapes and data, comes from inference, by their names. Passes go node by node, in rounds, until nothing changes. */
#ifndef SIMPLIFY_H
#define SIMPLIFY_H

#include "models/models.h"

typedef struct {
    ModelProto *proto;
    GraphProto *graph;
    Model *known;
    int opset;       /* of ONNX's own operators */
    bool *gone;      /* nodes */
    size_t *numbers; /* i, which maps point to */
    Map *makers;     /* the node that makes a value */
    Map *uses;       /* int: how often a value is read, as an output, too */
    int *counts;     /* what `uses` points to */
    int n_counts;
    Map *outputs; /* of the graph */
    Map *renamed; /* Foreign: what values are called that have another's place */
    Map *seen;    /* nodes by what they compute (simplify_merge.c) */
    bool changed;
} Simple;

/* Looks at node i; true if it changed something. */
typedef bool SimplePass(Simple *s, size_t i);

SimplePass drop_known;   /* simplify_known.c: what is known beforehand */
SimplePass settle_shape; /* the shape of a Reshape, but for one size */
SimplePass drop_no_op;   /* simplify_no_op.c */
SimplePass merge_equal;  /* simplify_merge.c: two that compute the same */
SimplePass join_moves;   /* two transposes, two reshapes */
SimplePass fold_norm;    /* simplify_conv.c: BatchNormalization into the convolution before it */
SimplePass fold_bias;    /* an addition into the convolution or product before it */

/* -- simplify_graph.c -------------------------------------------------------------------------- */

void simplify_graph(ModelProto *proto, Model *known, SimplePass *const *passes);

bool is_op(const NodeProto *n, const char *name);           /* of ONNX's own */
Foreign read_by(const NodeProto *n, size_t i);              /* "" if it is omitted */
const Value *value_known(const Simple *s, Foreign name);    /* with a type and a shape; or NULL */
const Value *constant_known(const Simple *s, Foreign name); /* with data; or NULL */
bool same_type(const Simple *s, Foreign a, Foreign b);      /* and shape, as far as can be known */
int use_count(const Simple *s, Foreign name);
NodeProto *only_maker(const Simple *s, Foreign name, const char *op);     /* of that operator, read by one alone */
const AttributeProto *attribute_of(const NodeProto *n, const char *name); /* NULL: absent */
/* Value `by` takes the place of output 0 of node i, which goes. False if it can't. */
bool replace_by(Simple *s, size_t i, Foreign by);
void drop_node(Simple *s, size_t i);
void put_input(NodeProto *n, size_t i, Foreign name); /* also one more than there are */
/* A new constant; returns its name. */
Foreign new_constant(Simple *s, Foreign stem, DType t, const Shape *shape, const void *data);

#endif
