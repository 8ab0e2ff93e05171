/* step.h: what lower makes of nodes: a program of kernel calls, loops, copies and control flow over values.
 *
 * The steps of a graph are a list in the order of execution; those of its subgraphs stand in it, too, between the step
 * that opens a block and the one that ends it. What each reads and writes, and which block it stands in, is found out
 * here and nowhere else: every pass over steps asks step_next and steps_index. */
#ifndef STEP_H
#define STEP_H

#include "base/base.h"
#include "dim/dim.h"
#include "ir/kernel.h"

typedef struct Graph Graph;
typedef struct Node Node;
typedef struct Value Value;
typedef struct Step Step;

enum { MAX_RANK = 16 };

/* -- calls ------------------------------------------------------------------------------------- */

typedef enum {
    ARG_NONE, /* still to be given */
    ARG_VALUE,
    ARG_INT,
    ARG_SEED, /* what the caller's seed is combined with (emit_seed.c) */
    ARG_REAL,
    ARG_INTS,
    ARG_REALS,
    ARG_STRUCT,
    ARG_NULL,
    ARG_SYMBOL,
    ARG_FUNCTION,
    ARG_TEXT
} ArgKind;

typedef struct {
    ArgKind kind;
    Value *value;            /* ARG_VALUE: a pointer to its elements */
    bool written;            /* ARG_VALUE: the kernel writes it */
    Dim offset;              /* ARG_VALUE: in elements from its start; NULL for 0 */
    Dim number;              /* ARG_INT; ARG_SEED; ARG_SYMBOL: whose variable the kernel sets */
    double real;             /* ARG_REAL */
    int count;               /* ARG_INTS, ARG_REALS, ARG_STRUCT: how many */
    Dim *numbers;            /* ARG_INTS; ARG_STRUCT: one per field, NULL for 0 */
    double *reals;           /* ARG_REALS */
    const Kernel *structure; /* ARG_STRUCT */
    const Kernel *function;  /* ARG_FUNCTION: a kernel that the kernel calls */
    Foreign text;            /* ARG_TEXT */
    const char *constant;    /* of numbers that are known: the name of the constant that holds them (emit_names.c) */
    bool declares;           /* it is declared for this argument, the first that has it */
} Arg;

/* A result that may take the memory of an operand if that dies here. */
typedef struct {
    Value *in, *out; /* NULL: none */
} InPlace;

/* kernel(args). Its results may take the memory of operands each for itself, or all at once. */
typedef struct {
    const Kernel *kernel;
    int n_args; /* as many as the kernel has parameters, in their order */
    Arg *args;
    Arg *last_struct; /* given last; its fields follow */
    InPlace in_place[2];
} Call;

/* -- loops ------------------------------------------------------------------------------------- */

typedef enum { REF_OPERAND, REF_RESULT_OF, REF_INT, REF_REAL } RefKind;

typedef struct {
    RefKind kind;
    int index; /* of the operand, or of the LoopOp */
    Dim number;
    double real;
} Ref;

typedef struct {
    const char *function;
    DType type; /* of its result (halves: float32) */
    int n_args;
    Ref args[4];
} LoopOp;

typedef struct {
    Value *value;
    Dim offset, stride[MAX_RANK]; /* in elements; offset NULL for 0; stride 0 broadcasts */
} LoopOperand;

typedef struct {
    Value *value;
    int op;
    Dim offset; /* dense from here on; NULL for 0 */
} LoopResult;

/* A nest over `rank` extents that computes scalar functions on operands and stores dense results. */
typedef struct {
    int rank;
    Dim extent[MAX_RANK];
    int n_operands, n_ops, n_results;
    int cap_operands, cap_ops, cap_results;
    LoopOperand *operands;
    LoopOp *ops;
    LoopResult *results;
} Loop;

/* -- copies and control flow ------------------------------------------------------------------- */

/* Whole elements, counted in bytes. Plan turns a copy into a view where it can. */
typedef struct {
    Value *source, *target;
    Dim source_offset, target_offset, bytes;
    bool into_state; /* the target is what a loop carries and changes later: it can be no view of the source */
    bool from_state; /* the source may be that, replaced before the target is read: no view either */
    bool elided;     /* plan: it is a view, or both lie in the same place; nothing is to be done */
} Copy;

/* for (symbol = 0; symbol < limit, and below limit_in[0], and condition[0]; symbol++), as far as these are given */
typedef struct {
    Dim symbol, limit;
    Value *limit_in, *condition; /* an int64 and a bool scalar; or NULL */
    bool tiles; /* goes through images some rows at a time (lower/row_tiling.c), not round a graph's body */
} Rounds;

typedef struct {
    Dim symbol, number;
} Assignment;

/* symbol = source[index], an int32 or int64 element; refused at run time unless low <= it <= high. symbol NULL: only
 * that. */
typedef struct {
    Value *source;
    Dim index, symbol;
    int64_t low, high;
} Reading;

/* target[0] = number: an int64 or bool scalar */
typedef struct {
    Value *target;
    Dim number;
} Storing;

typedef enum {
    STEP_CALL,
    STEP_LOOP,
    STEP_COPY,
    STEP_IF, /* if (condition[0]) { ... STEP_ELSE ... STEP_END */
    STEP_ELSE,
    STEP_FOR, /* { ... STEP_END */
    STEP_END,
    STEP_SET,
    STEP_READ,
    STEP_STORE
} StepKind;

typedef struct StepBlock StepBlock;

struct Step {
    StepKind kind;
    Node *node;
    const char *comment; /* what it does, for the comment above it in the generated file; NULL: what its node does */
    int64_t macs;        /* multiply-accumulates at the upper bound of the dimensions */
    union {
        Call call;
        Loop *loop;
        Copy copy;
        Value *condition; /* STEP_IF: a bool scalar */
        Rounds rounds;    /* STEP_FOR */
        Assignment set;
        Reading read;
        Storing store;
    };
    /* After steps_index: */
    int at;                 /* its place in the list */
    const StepBlock *block; /* the one it stands in; that of STEP_ELSE and STEP_END is the one around what they end */
    const StepBlock *opens, *ends; /* the one it opens and the one it ends; or NULL */
    int edges;                     /* how many steps before it open, divide or end a block */
    int paragraph;                 /* emit_comment.c: the number of the comment it stands under */
};

Step *step_new(Node *n, StepKind kind); /* in no graph yet */
Step *step_new_call(Node *n, const Kernel *kernel);
void step_append(Graph *g, Step *s);
void steps_drop(Graph *g, bool (*is_dropped)(const Step *s, void *context), void *context);

bool step_calls(const Step *s, const char *kernel);
bool offset_is_zero(Dim offset); /* of an argument, an operand or a result; NULL is zero, too */
bool step_is_elided(const Step *s);
Dim step_symbol(const Step *s, int i); /* the i-th of the symbols whose variables it sets; NULL after the last */

/* The argument for a parameter, by its name. step_arg: NULL if the kernel has none; step_field: a struct's. */
Arg *step_arg(const Step *s, const char *parameter);
Dim *step_field(const Step *s, const char *parameter, const char *field);

/* -- what a step reads and writes -------------------------------------------------------------- */

/* Goes through it, starting from {0}: for (Access a = {0}; step_next(s, &a);). A value may come several times. */
typedef struct {
    Value *value;
    bool written;
    int next;
} Access;

bool step_next(const Step *s, Access *a);
int step_reads(const Step *s, const Value *v); /* how often */
int step_writes(const Step *s, const Value *v);

/* -- all steps of a graph ---------------------------------------------------------------------- */

/* Where steps mention a value, in their order, and how often they read and write it: Value.uses, after steps_index. */
typedef struct {
    Step *step;
    bool written;
} Use;

typedef struct {
    int count, capacity, reads, writes;
    int first_write, last_write; /* places of steps, if there are writes */
    Use *items;
} Uses;

/* A branch, or the rounds of a loop: steps (first, last). The outermost has no opener. */
struct StepBlock {
    StepBlock *parent;
    StepBlock *branch_before; /* of an If's second branch: the first */
    const Step *opener;       /* STEP_IF, STEP_ELSE or STEP_FOR, at `first` */
    int first, last;          /* of the outermost: -1, and the number of steps */
    int end;                  /* where the whole statement ends: its STEP_END */
};

/* Finds out place, block and uses of all steps. To be called again after the list or a step has changed. */
void steps_index(Graph *g);
bool block_is_within(const StepBlock *b, const StepBlock *outer);

#endif
