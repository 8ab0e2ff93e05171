/* ir.h: the door of compiler/ir: the one picture of the data, from the model to its steps, and what is said about it.
 *
 * A Model holds a Graph of Nodes that read and write Values. The stages (see stages in main.c) turn the graph as it
 * stands in the file into a list of Steps (kernel calls, loops, copies) over planned memory, and print those as C.
 * Everything is allocated from the pool (mem.h) and lives until the compilation ends. */
#ifndef IR_H
#define IR_H

#include "base/base.h"
#include "dim/dim.h"
#include "ir/kernel.h"
#include "ir/step.h"
#include "target/target.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* -- shapes and types -------------------------------------------------------------------------- */

typedef struct {
    int rank;          /* -1: unknown */
    Dim dim[MAX_RANK]; /* NULL where unknown: only in declared types */
} Shape;

Shape shape_of(int rank, const Dim *dims);
Shape shape_const(int rank, const int64_t *dims);
Shape shape_scalar(void);
Dim shape_elements(const Shape *s);                  /* product of the dimensions */
Dim shape_product(const Shape *s, int from, int to); /* of dims [from, to) */
bool shape_is_const(const Shape *s);
bool shape_equal(const Shape *a, const Shape *b);
Foreign shape_text(const Shape *s); /* "[1,3,h,32]" */

typedef enum { KIND_TENSOR, KIND_SEQUENCE, KIND_OPTIONAL, KIND_MAP, KIND_SPARSE } Kind;

typedef struct Type {
    Kind kind;
    DType dtype;       /* tensor: element type; map: key type, and its shape how many pairs it has */
    Shape shape;       /* tensor */
    struct Type *elem; /* sequence, optional: of what; map: the value's type */
} Type;

/* -- the graph --------------------------------------------------------------------------------- */

typedef struct Model Model;
typedef struct Graph Graph;
typedef struct Node Node;
typedef struct Value Value;
typedef struct Op Op;
typedef struct Step Step;

/* How an input or output of the generated code differs from the model's (--io). */
typedef struct {
    bool is_quantized; /* an element q stands for (q - zero) * scale */
    float scale;
    int32_t zero;
    bool channels_last; /* the model's [n, c, d...] is [n, d..., c] */
} IoForm;

/* A memory beside the arena that buffers may lie in. */
typedef struct {
    Value *lent;        /* an input's or output's, while the call doesn't need it itself; NULL: a region */
    const char *name;   /* of a region (--region), an identifier */
    const char *c_name; /* its argument, set by emit_names.c */
    int64_t bytes;      /* that it has, */
    int64_t used;       /* and of those of a region that buffers take */
} SideMemory;

typedef struct {
    const char *name; /* an identifier */
    int64_t bytes;
} RegionOption; /* --region NAME=BYTES */

/* Who reads a value: an input of a node that stands in a graph, or, without a node, an output of a graph. */
typedef struct {
    Node *node;
    Graph *graph;
    int index; /* of the input or output */
} Reader;

/* What a node reads or writes: a tensor with a name. */
/* Float weights in fewer bytes (ops/shared/narrow_weights.c). */
typedef struct {
    int arrays;
    int64_t saved; /* bytes */
    double error;  /* the largest change of a weight, relative to the largest magnitude of those with its scale */
} Narrowed;

struct Value {
    Foreign name;       /* the ONNX name, or one made of it; unique in the model */
    Foreign wanted;     /* the same without the suffix that keeps it apart from others, which may be gone; what is made
                           of this value is named after it */
    Value *original;    /* the value of which this one, in a copy of a subgraph, is a copy; else NULL */
    Foreign model_name; /* what the model calls the value that this one stands for: a copy, or the result in float32
                           of an operator on halves; else NULL */
    const char *c_name; /* its C identifier, set by names.c before emission */
    Graph *graph;
    Type type;
    Type declared; /* what the model's value_info or outputs say; rank -1 and DT_UNDEFINED where it says nothing */
    /* all elements, dense and row-major, when known at compile time; else NULL. Strings: Foreign[] */
    const void *data;
    Value *in_double;    /* when the model is evaluated: the same with more digits; else NULL (infer/in_double.c) */
    bool is_double_of;   /* it is that of another */
    const void *watched; /* what options.watch has noted of it */
    Dim *elements;       /* integer tensors whose elements are known one by one as expressions; else NULL */
    Value **items;       /* sequence or optional of known length: its elements; else NULL */
    int n_items;
    /* A map's keys and values, [pairs]; of a sequence of maps the keys of all, [keys], and each one's values,
     * [maps][keys]. */
    Value *map_keys, *map_values;
    struct PackedSequence *list; /* sequence or optional whose length only the data tell (list.h); else NULL */
    bool holds_text;             /* strings of others lie in it: it is kept beyond the end of the call */
    bool is_read;   /* its elements are symbols that the run function reads where it is computed, and checks */
    Node *producer; /* NULL: graph input, initializer, or made by a stage */
    int n_readers, cap_readers;
    Reader *readers;          /* all there are, in no order (links.c) */
    bool is_input, is_output; /* of the graph it belongs to */
    IoForm io;                /* inputs and outputs of the generated code */
    bool is_state;            /* it lies in the caller's state, from lower on: no input any more (lower/states.c) */
    int namesakes;            /* how many values got this one's name with a suffix (graph.c) */
    bool each_round;          /* in a loop over tiles: written anew in each round, before it is read */
    bool marked;              /* scratch of one pass over the graph (graph.c, check.c) */
    /* constants: how they came about, for the comment in the generated file ("bn1 folded in"); or NULL */
    const char *origin;
    /* constants: those that were packed from this one, each with its recipe, for nodes that want the same (op_expand.c)
     */
    Value *first_packed, *next_packed;
    const char *recipe;
    const Narrowed *narrowed; /* constants: of float weights in fewer bytes, what that did; else NULL */

    /* plan.c */
    Value *storage;           /* the value whose memory this one lies in; itself when it has its own */
    int64_t storage_offset;   /* bytes from the start of `storage` */
    Value *shortcut;          /* one nearer to the end of such a chain, or NULL; views.c */
    int64_t shortcut_offset;  /* bytes from its start */
    Value *next_view;         /* of those that lie in the same memory, round and round; views.c */
    int stores;               /* how often steps that are not elided write into the memory it has of its own; views.c */
    int64_t arena_offset;     /* of own storage, when in the arena; -1: not in the arena (inputs, outputs, constants) */
    const SideMemory *memory; /* where that offset counts instead; NULL: in the arena itself */
    int64_t blob_offset;      /* of a large constant in the file of weights (emit_weights.c) */
    int first_step, last_step; /* of its own memory: those that mention it, and all that it must live through */
    int views;                 /* emit_pointers.c: values that have no other name for the memory of this one */
    Uses uses;                 /* step.c: where steps mention it */
};

typedef enum { /* numbered as in ONNX AttributeProto.AttributeType */
               ATTR_UNDEFINED,
               ATTR_FLOAT,
               ATTR_INT,
               ATTR_STRING,
               ATTR_TENSOR,
               ATTR_GRAPH,
               ATTR_FLOATS,
               ATTR_INTS,
               ATTR_STRINGS,
               ATTR_TENSORS,
               ATTR_GRAPHS,
               ATTR_SPARSE_TENSOR,
               ATTR_SPARSE_TENSORS,
               ATTR_TYPE,
               ATTR_TYPES
} AttrType;

typedef struct {
    Foreign name;
    AttrType type;
    bool ours; /* noted by the compiler for itself (own_set_int); a file's attribute of the same name is another one */
    int count; /* 1 for the scalar types */
    const float *floats;
    const int64_t *ints;
    const Foreign *strings; /* NUL-terminated; */
    const size_t *lengths;  /* and their lengths, for those that hold binary data */
    Value **tensors;        /* constant Values without a graph */
    Graph **graphs;
    Type **types;
} Attr;

/* A function that a kernel applies to its results as it stores them. */
typedef struct {
    const Kernel *function;
    float parameters[2];
} Activation;

struct Node {
    Foreign name;            /* "" when the model gives none */
    Foreign op_type, domain; /* domain "" is ai.onnx */
    int opset;               /* of its domain, as imported by the model (or function) it stands in */
    Graph *graph;
    Node *before, *after; /* in the order of execution, while it stands in the graph's list (links.c) */
    bool is_placed;       /* does it? */
    int n_in, n_out, cap_in, cap_out, cap_places;
    Value **in, **out; /* NULL where an optional one is omitted; changed by node_set_input alone */
    int *places;       /* of each input among its value's readers, while it is placed */
    int n_attrs;
    Attr *attrs;
    const Op *op;  /* set by infer.c; NULL before */
    const Op *own; /* one of the compiler's own operators, which no file can name (become_own); else NULL */
    bool failed;   /* an error was reported for it, or its inputs come from one that failed */
    /* applied to the result by operators with OP_CLAMPS; -INFINITY and INFINITY mean none */
    float clamp_low, clamp_high;
    Activation activation; /* applied to the result instead of bounds; its function is NULL if there is none */
    const char *fused;     /* what rewrite merged into it, for the comment: `Relu "/f/f.2/Relu"`; or NULL */
};

struct Graph {
    Foreign name;
    Model *model;
    Graph *parent; /* of a subgraph: the graph its node stands in; values not found here are looked up there */
    int n_inputs, n_outputs, n_nodes, n_values, n_steps;
    int cap_inputs, cap_outputs, cap_places, cap_values, cap_steps;
    Value **inputs;       /* only those without initializer */
    Value **outputs;      /* changed by graph_add_output and its kin alone */
    int *places;          /* of each output among its value's readers */
    Node *first, *last;   /* in execution order after load */
    Value **values;       /* every Value made for this graph */
    Step **steps;         /* after lower */
    int first_assumption; /* one more than the index of the first that must hold here; set by emit_checks.c */
};

typedef struct {
    Foreign domain;
    int version;
} OpsetImport;

typedef struct {
    Foreign name;
    int64_t low, high, step; /* step: 0 and 1 are every size */
    int64_t asked; /* the lower bound that was given, where the one that holds is higher (infer/refine_bounds.c) */
    bool is_raised;
    Foreign tie;  /* instead: it is this expression of other dimensions (--dim NAME=TIE); or none */
    bool of_data; /* from verify's data */
    int uses;     /* how often it was asked for since load began; 1: it is about a single dimension of the inputs */
} DimOption;      /* --dim NAME=LO..HI (op/dim_option.c, load/load_dims.c) */

typedef struct {
    Foreign text, input, output; /* as it was given, and the names in it; a * in both stands for the same text */
} StateOption;                   /* --state IN=OUT (infer/states.c) */

struct DataItem;
typedef struct {
    Foreign domain, op_type, spec;
} CustomOption; /* --custom DOMAIN::OP=SPEC */

enum {
    TEXT_BYTES = 255,
    ANY_SIZE = 1 << 20 /* the most, where any will do: products of two or three don't saturate */
};

typedef enum {
    WEIGHTS_INLINE,
    WEIGHTS_NUMBERS,
    WEIGHTS_INCBIN, /* from here on: in a file of their own */
    WEIGHTS_FILE,
    WEIGHTS_AUTO /* chosen when it is known how large they are (compile/weights_form.c) */
} WeightsForm;

typedef struct {
    Foreign model_path, output_path, header_path, report_path, page_path, depfile_path; /* page: the report as HTML */
    const char *name;                                                                   /* an identifier */
    const char *dump_stage;                                                             /* of those there are */
    const Target *target;
    Optimize optimize; /* as given; what counts most says optimize_for */
    Foreign title;     /* what was given of the options that decide the output (compile/option_table.c) */
    WeightsForm weights;
    DType weights_type;   /* of large float weights: float16, bfloat16 or int8; DT_UNDEFINED: as they are */
    DType precision;      /* what factors of large float products are rounded to: float16 or bfloat16; DT_UNDEFINED */
    int64_t inline_bytes; /* with WEIGHTS_AUTO: so many stand in the C, more go into a file */
    bool io_quantized;    /* inputs and outputs in the model's integer types */
    bool io_last;         /* images with their channels last */
    bool reuse_inputs;    /* their memory may be written over */
    int text_bytes;       /* that a string may have which an operator makes of others, without its NUL; 0: TEXT_BYTES */
    bool verbose;
    bool any_size;  /* nothing is made of the model, so that its values may be larger than memory */
    bool evaluates; /* all that depends on constants alone is computed, in double (compile/evaluate.c) */
    /* Is told of each node that inference is done with: it was computed, or others are in its place; or NULL. */
    void (*watch)(void *watcher, const struct Node *n);
    void *watcher;
    bool keeps_messages; /* none is printed; they stay in the model's messages */
    int n_dims, cap_dims;
    DimOption *dims;
    int n_customs, cap_customs;
    CustomOption *customs;
    int n_regions, cap_regions;
    RegionOption *regions;
    Files files_read; /* of options: --custom @FILE */
    int n_states, cap_states;
    StateOption *states;
    /* How long the list that input `number` is, and what its elements are; NULL, or false: unknown (interface.c). */
    bool (*describe_list)(struct Model *m, int number, const struct Value *list, struct DataItem *item);
    const void *list_source; /* for describe_list */
} Options;

Optimize optimize_for(const Options *o); /* what counts most: as given, or as the target has it */
bool takes_scalars(
    const Options *o); /* are floats computed one by one? The target has no vectors, or size counts most */

/* Are factors of large products rounded to the type of --precision? Where the target has vectors for that. */
bool rounds_products(const Options *o);

/* That two dimensions are equal. */
typedef struct {
    Dim a, b;
    struct Graph *graph; /* where it must hold */
    int next;            /* one more than the index of the next one there; set by emit_checks.c */
} DimPair;

/* A dimension that the caller gives. It is base + step * its symbol; both are 0 and 1 but for --dim NAME=LO..HI:STEP.
 */
typedef struct {
    Foreign name;   /* as --dim takes it */
    Foreign symbol; /* unique in the model */
    int64_t base, step;
    const char *c_name; /* its argument, set by emit_names.c */
    Dim next;           /* of a dimension of states: its size in the next call; else NULL (infer/states.c) */
    bool in_state;      /* it is no argument: the state tells it */
} Param;

/* What a call leaves for the next one. */
typedef struct {
    Value *in;
    Value *out; /* after lower */
    int output; /* until then: its place among the graph's */
} RunState;

/* A symbol whose value the run function finds out. */
typedef struct {
    Foreign symbol;     /* unique in the model */
    Foreign wanted;     /* the same without the suffix that keeps it apart from others, which may be gone */
    const char *c_name; /* its variable, set by emit_names.c */
    bool is_reused;     /* others with this wanted name may have the same variable */
    bool is_set;        /* emit_checks.c: by the steps printed so far */
    int n_assumptions, cap_assumptions;
    const DimPair **assumptions; /* emit_checks.c: those that mention it */
} Local;

struct Model {
    Foreign path; /* as the user wrote it */
    Options options;
    int64_t ir_version;
    int n_opsets, cap_opsets;
    OpsetImport *opsets;
    char sha256[65];          /* of the file's bytes */
    char external_sha256[65]; /* of what it has in other files; "" if nothing (load_tensor.c), */
    Files files_read;         /* and these files */
    Graph *graph;
    Value **interface_inputs, **interface_outputs; /* as the model has them, lists included (interface.c) */
    int n_interface_inputs, n_interface_outputs;
    Map *values;         /* every Value by its name (graph.c) */
    int errors, invalid; /* reported so far; those of them that say that the model is invalid somewhere (diag.c) */
    const char *said;    /* the last error about a node, from "node" on */
    struct Spending *spending; /* while nodes are lowered: who still reads constants (lower/spent_constants.c) */
    int64_t folding_bytes;     /* how much more constants may be computed from others, and */
    int rounds_taken;          /* of loops that are evaluated (ops/shared/loop_rounds.c) */
    bool folding_ended;        /* whether that was too little once (infer.c) */
    int n_messages, cap_messages;
    char **messages;          /* held back (diag.c) */
    bool holds_messages;      /* the stage may have to be run again with other bounds */
    int n_params, cap_params; /* the symbolic dimensions left to run time, in order of first appearance in the inputs */
    Param *params;
    int n_states, cap_states;
    RunState *states;
    const char *dim_names; /* "batch, x:0": the dimensions that the inputs leave open, for messages; or NULL */
    int n_locals, cap_locals;
    Local *locals;
    Map *local_numbers; /* one more than the index of each, by its symbol */
    int n_assumptions, cap_assumptions;
    DimPair *assumptions; /* dimensions that inference took to be equal and that may differ at run time: to be checked
                             then (assumptions.c) */
    Map *assumption_numbers;                               /* one more than the index of each, by what it says */
    SideMemory *regions;                                   /* after plan: as many as the options have */
    int64_t arena_bytes, arena_lower_bound, weights_bytes; /* after plan */
    int64_t stack_bytes;                                   /* about, of a call; after emit_begin */
    struct Parts *parts;                                   /* of the C's text; likewise */
    Narrowed narrowed;                                     /* of all weights together: what --weights-type did */
    int rounded_products;                                  /* by --precision */
};

/* What a stage leaves. */
typedef enum {
    STAGE_DONE,   /* or failed: then m->errors is not 0 */
    STAGE_RESTART /* bounds in m->options have risen: the model is to be read again with them */
} StageResult;

/* -- assumptions.c: dimensions that are taken to be equal --------------------------------------- */

/* Is it assumed in g that a = b, as such or once rearranged? */
bool assumption_known(const Graph *g, Dim a, Dim b);
void assumption_add(Graph *g, Dim a, Dim b);

/* -- graph.c: building and changing graphs ----------------------------------------------------- */

Graph *graph_new(Model *model, Graph *parent, Foreign name);
Dim param_size(const Param *p);           /* the dimension, with its bounds */
Value *value_new(Graph *g, Foreign name); /* name is made unique in the model by a suffix if taken */
Value *value_typed(Graph *g, Foreign name, DType dtype, const Shape *shape);
Value *value_const(Graph *g, Foreign name, DType dtype, const Shape *shape, const void *data); /* data is not copied */
void values_swap_names(Value *a, Value *b);
Foreign value_model_name(const Value *v); /* as the user knows it, whatever copies were made */
bool value_is_const(const Value *v);
bool value_becomes_state(const Value *v);        /* an input or output of model->states; before lower */
bool value_is_callers(const Value *v);           /* its memory is: an input, an output, or in the state */
Foreign value_string(const Value *v, int64_t i); /* element i of a constant of strings */
int64_t value_count(const Value *v);             /* elements at the upper bound of all dimensions */
int64_t value_bytes(const Value *v);             /* bytes at the upper bound */
Node *node_new(Graph *g, Foreign name, const char *op_type, const char *domain, int opset); /* not yet in g's list */
Node *node_of_model(Graph *g, Foreign name, Foreign op_type, Foreign domain, int opset);    /* likewise */
/* the same operator with the same attributes, in g, but without inputs and outputs */
Node *node_like(Graph *g, const Node *n);
Foreign node_stem(const Node *n); /* for names of what it needs: its own, its first output's, or its operator */
bool node_is(const Node *n, const char *op_type); /* of the default domain; NULL is none */
void node_add_output(Node *n, Value *v);
Attr *node_add_attr(Node *n, const char *name, AttrType type, int count); /* arrays to be filled in by the caller */
Graph *graph_root(Graph *g);                              /* the outermost: it holds the steps of its subgraphs, too */
bool graph_is_within(const Graph *g, const Graph *outer); /* is it outer, or somewhere in its nodes' subgraphs? */
Local *local_find(const Model *m, Foreign symbol);        /* NULL: it is none */
void local_add(Model *m, Local l);

/* -- links.c: the order of nodes, and who reads a value ----------------------------------------- */

/* Everything here takes no longer in a larger graph, but for what is said to walk through it. */
void graph_append(Graph *g, Node *n);
void graph_prepend(Graph *g, Node *n);
void graph_insert_before(Node *place, Node *n); /* in the graph of `place` */
void graph_insert_after(Node *place, Node *n);
void graph_remove(Node *n); /* out of the list, with its inputs; it reads nothing then */

void node_add_input(Node *n, Value *v); /* NULL for an omitted one */
void node_set_input(Node *n, int i, Value *v);
void node_drop_inputs(Node *n, int from); /* and all after it */
void graph_add_output(Graph *g, Value *v);
void graph_set_output(Graph *g, int i, Value *v);
void graph_drop_outputs(Graph *g); /* all; makes new lists for those that follow */

int value_use_count(const Value *v); /* node inputs, subgraphs included, plus graph outputs */
/* In all node inputs and graph outputs. An output of the graph is replaced, and its name handed on, only if `by` can
 * take its place: made by a node of the same graph and no output itself. Otherwise it stays, with its producer. */
void value_replace(Value *old, Value *by);
/* Nodes none of whose outputs is used. Of the outermost graph also finds all readers anew: graphs that went with their
 * nodes, or were only tried, read nothing. Walks. */
void graph_remove_dead(Graph *g);

/* -- clone.c: copies of subgraphs --------------------------------------------------------------- */

/* With nodes and values of its own; outer values are shared. */
Graph *graph_clone(const Graph *g, Graph *parent);
void graph_take_place(Graph *copy); /* of what it is a copy of: its values get the names, for the generated code */

/* -- diag.c: messages -------------------------------------------------------------------------- */

/* The user's concern: counts an error of the model and prints "onnx2c: error: FILE: ..." (the node_ ones add node,
 * operator, opset). While m->holds_messages, they are kept, until messages_release prints them. */
void model_error(Model *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
void node_error(Node *n, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* adds that the model is wrong: */
#define INVALID_HERE "; the model is invalid here, check how it was exported"
void node_invalid(Node *n, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What was reported and assumed so far. Going back to it forgets what has been since, if messages are held back. Local
 * symbols stay: expressions may have them, and those that no step sets are not declared. */
typedef struct {
    int errors, invalid, messages, assumptions;
} ModelMark;
ModelMark model_mark(const Model *m);
bool model_back_to(Model *m, ModelMark mark); /* false: messages are out already */

const char *node_place(const Node *n); /* `node "conv1" (Conv, opset 13): ` */
void node_warning(Node *n, const char *format, ...) __attribute__((format(printf, 2, 3)));
void model_warning(Model *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* what was decided for the user, who may want it otherwise */
void model_note(Model *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
void messages_release(Model *m);

#endif
