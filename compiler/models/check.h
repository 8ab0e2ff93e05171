/* check.h: what `onnx2c check` looks at. Everything that is wrong is said. */
#ifndef CHECK_H
#define CHECK_H

#include "models/models.h"

typedef struct {
    Model m; /* for messages */
    const ModelProto *model;
    const FunctionProto *function; /* that is being checked; NULL: the model's graph */
    Map *functions;                /* the model's own, by domain and name */
} Check;

/* The names that can be read, those of graphs around included. */
typedef struct CheckNames {
    const struct CheckNames *around;
    Map *map;
} CheckNames;

/* check_graph.c */
void check_graph(Check *c, const GraphProto *g, const CheckNames *around);
void check_function(Check *c, const FunctionProto *f);
/* check_node.c: the node without its names */
void check_node(Check *c, const NodeProto *n, const CheckNames *names);
const char *node_shown(const NodeProto *n); /* `node "conv1" (Conv)`, for messages */
/* check_tensor.c: `what` is what has it, for messages */
void check_tensor(Check *c, const TensorProto *t, const char *what);
void check_sparse(Check *c, const SparseTensorProto *t, const char *what);

/* -- schemas.c: what operators take ------------------------------------------------------------ */

typedef struct {
    const char *domain, *name;
    int since; /* the first opset this holds for */
    bool deprecated;
    const char *inputs, *outputs; /* a character each: 1, ? may be omitted, * any number, + at least one */
    const char *attributes;       /* "axis:i perm:I! ": the letters are in schemas.c; ! is required */
} Schema;

/* The one that holds at this opset; NULL: ONNX has no such operator there. */
const Schema *schema_find(Foreign domain, Foreign name, int64_t opset);
bool schema_has_domain(Foreign domain); /* is it one of ONNX's? */
/* The type of an attribute; ATTR_UNDEFINED: there is none of that name. */
AttrType schema_attribute(const Schema *s, Foreign name);
/* The names that are required, one after the other; *at begins as s->attributes; NULL: no more. */
const char *schema_required(const char **at);

#endif
