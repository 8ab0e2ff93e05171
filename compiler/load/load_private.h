/* load_private.h: what the load_*.c files share. None of it is needed after load. */
#ifndef LOAD_PRIVATE_H
#define LOAD_PRIVATE_H

#include "ir/ir.h"
#include "proto/proto.h"

typedef struct {
    Model *model;
    Map *functions; /* FunctionProtos by function_key() */
    Map *dims;      /* Dims of the inputs' parameters by name */
    Map *params;    /* the names of all of them */
    Map *places;    /* Dims that options are about without such a name: INPUT:AXIS, or a name of the user's own */
    int ties;       /* --dim A=B being followed */
    int nodes;      /* loaded so far, those of inlined functions included */
} Loader;

typedef struct Scope Scope;

/* A call of a model-local function that is being inlined. */
typedef struct {
    const FunctionProto *function;
    const NodeProto *node;
    Scope *scope;   /* in which the node stands */
    Foreign prefix; /* of the names of nodes and values from the function's body */
} FunctionCall;

/* Where names of the file have a meaning: a graph, or the body of a function. */
struct Scope {
    Scope *outer;             /* of a subgraph: where names not found here are looked up */
    Graph *graph;             /* that nodes are added to */
    Map *values;              /* by their names in the file */
    Map *presets;             /* values made beforehand for names still to be defined (a function's outputs); or NULL */
    const FunctionCall *call; /* NULL in the model's own graphs */
};

/* Of a tensor whose bytes stand in another file. */
typedef struct {
    Foreign file;    /* none if they don't */
    char sha256[65]; /* of the bytes */
} External;

/* A constant tensor as read. */
typedef struct {
    DType dtype;
    Shape shape;
    const void *data;
    External external, external_indices; /* the latter of a sparse one */
} Tensor;

/* -- load_tensor.c, load_sparse.c: return NULL, or what is wrong with it ------ */

const char *tensor_read(Foreign model_path, const TensorProto *proto, Tensor *t);
const char *tensor_dims(DType dtype, size_t n_dims, const int64_t *dims, Shape *shape, int64_t *elements);
const char *sparse_read(Foreign model_path, const SparseTensorProto *proto, Tensor *t);
void external_note(Model *m, const Tensor *t);      /* if it is external: to the model's fingerprint and files */
Value *tensor_value(const Tensor *t, Foreign name); /* a constant without a graph */

/* -- load_names.c ------------------------------------------------------------------------------ */

void name_weights(Graph *g); /* those of its subgraphs, too; changes v->wanted */

/* -- load_type.c ------------------------------------------------------------------------------- */

/* The Dim of a dimension of the tensor type being read; NULL where unknown. */
typedef Dim DimReader(Loader *l, Foreign value, int axis, const DimProto *d);
/* NULL, or what is wrong. */
const char *type_read(Loader *l, Foreign value, const TypeProto *proto, DimReader *read_dim, Type *type);
Dim dim_declared(Loader *l, Foreign value, int axis, const DimProto *d); /* trusts nothing */

/* -- load_dims.c ------------------------------------------------------------------------------- */

void dims_index(Loader *l, const GraphProto *graph);                     /* the names there are: call first */
Dim dim_of_input(Loader *l, Foreign value, int axis, const DimProto *d); /* reports what is left open */
/* As --dim takes it: its parameter or INPUT:AXIS. */
Foreign dim_option_name(Foreign input, int axis, const DimProto *d);

/* -- load_gradient.c --------------------------------------------------------------------------- */

void gradient_bind(Scope *s, Node *n);

/* -- load_graph.c ------------------------------------------------------------------------------ */

Graph *load_graph(Loader *l, Scope *outer, const GraphProto *proto);
/* False, with a message, when there are too many. */
bool load_nodes(Loader *l, Scope *s, size_t count, NodeProto **nodes);
Value *scope_find(const Scope *s, Foreign name);
extern Value omitted_value; /* found for a function's input that the call omits */

/* -- load_attr.c, load_constant.c, load_function.c, toposort.c --------------------------------- */

bool load_attrs(Loader *l, Scope *s, Node *n, const NodeProto *proto);
bool constant_read(Node *n, Tensor *t); /* a Constant node's value from its attributes */
void functions_index(Loader *l, const ModelProto *proto);
const FunctionProto *function_find(const Loader *l, const NodeProto *node);
void function_inline(Loader *l, Scope *s, const FunctionProto *f, const NodeProto *proto, Node *n);
int opset_of(const Loader *l, const Scope *s, Foreign domain); /* 0: not imported */

/* The order to load the nodes in: that of the file, but for nodes that stand before what they depend
 * on. A cycle is reported. */
int *topological_order(Model *m, size_t n_nodes, NodeProto **nodes);

#endif
