/* op.h: the door of compiler/op: what an operator is, and the vocabulary its file in ops/ is written in.
 *
 * The life of a node: infer() checks its inputs and attributes and sets the type and shape of every output; if all
 * inputs are known, eval.c runs the steps that lower() makes right away and the node is gone; otherwise lower() makes
 * its steps after the rewrites. An operator that is best said in terms of others has expand() instead of lower(). */
#ifndef OP_H
#define OP_H

#include "ir/ir.h"

#include <math.h>

enum {
    /* lower() takes float16 and bfloat16 itself; otherwise casts to float32 and back are put around the node */
    OP_HALF_NATIVE = 1,
    /* lower() applies node->clamp_low/high to its (float) result: rewrite may merge Relu or Clip into it */
    OP_CLAMPS = 2,
    OP_NEVER_FOLD = 4, /* not a function of its inputs (random numbers), or has no steps */
    OP_MOVES = 8,      /* only moves elements of input 0: runs on element expressions, too */
    OP_FOLD_LATE = 64, /* folded after the rewrites that want to see it (DequantizeLinear of weights) */
    OP_MOVES_ALL = 32, /* with OP_MOVES: moves those of all inputs (Concat) */
    OP_BROADCAST = 16, /* elementwise with numpy broadcasting: lower() makes one loop */
};

struct Op {
    const char *name, *domain;
    int since; /* the first opset version this row is for; the row with the largest since <= the node's opset counts */
    void (*infer)(Node *n);
    void (*lower)(Node *n); /* appends steps to n->graph */
    /* instead of lower: replaces n by other nodes (see below); may leave n as it is if there is lower */
    void (*expand)(Node *n);
    unsigned flags;
    void (*elements)(Node *n); /* optional: sets `elements` of outputs from expressions (Shape, arithmetic on shapes) */
    const char *refused;       /* instead of all these: why it isn't compiled, and what to do */
};

/* The domain of the compiler's own operators, which others are expanded into: a file has none of them, they
 * are found by op_own only. */
#define OWN_DOMAIN "onnx2c"

Foreign short_domain(Foreign domain); /* "" for that of ONNX's own operators, which goes by "ai.onnx", too */
const Op *op_find(const char *domain, const char *name, int opset); /* NULL: unknown */
const Op *op_own(Foreign name);
const Op *op_of(const Node *n); /* NULL: unknown */
bool op_exists(const Node *n);  /* its operator, at any opset */

/* -- reading a node. All report through node_error and return the stated value when something is wrong --- */

Value *input_of(const Node *n, int i); /* NULL if omitted or beyond the last */
Value *output_of(const Node *n, int i);
/* Counts; the first min_in inputs must be present; max -1: any number, all present if min_in is not 0. */
bool need_counts(Node *n, int min_in, int max_in, int min_out, int max_out);
bool need_inputs_from(Node *n, int first);             /* none of these is omitted */
bool need_tensor_inputs(Node *n);                      /* every present input is a tensor of known type and rank */
bool need_rank(Node *n, int input, int low, int high); /* high -1: no limit */
bool need_type(Node *n, int input, const DType *allowed, int count);
bool need_float(Node *n, int input); /* float16, bfloat16, float32, float64 */
bool need_same_type(Node *n, int input_a, int input_b);
bool need_divides(Node *n, Dim d, int64_t divisor, const char *what); /* checked at run time where only that tells */
/* False and an error if they are known to differ; else assumes them equal. */
bool need_equal(Node *n, Dim a, Dim b, const char *what);

const Attr *attr_find(const Node *n, const char *name); /* NULL if absent */
int64_t attr_int(Node *n, const char *name, int64_t otherwise);
double attr_float(Node *n, const char *name, double otherwise);
Foreign attr_string(Node *n, const char *name, const char *otherwise);
int attr_ints(Node *n, const char *name, const int64_t **values); /* count; 0 and NULL if absent */
int attr_floats(Node *n, const char *name, const float **values);
int attr_strings(Node *n, const char *name, const Foreign **values);
typedef struct {
    const char *name;
    int value;
} AttrWord;
/* A string that is one of `words` (up to one without a name), as that one's value; false and an error if it is none. */
bool attr_word(Node *n, const char *name, const char *otherwise, const AttrWord *words, int *value);
/* 0..rank-1; -1 and an error when out of range. */
int attr_axis(Node *n, const char *name, int64_t otherwise, int rank);
int normalize_axis(Node *n, int64_t axis, int rank);
void attr_set_int(Node *n, const char *name, int64_t value);
void attr_set_ints(Node *n, const char *name, int count, const int64_t *values);
void attr_set_float(Node *n, const char *name, double value);
void attr_set_string(Node *n, const char *name, const char *value);
void attr_remove(Node *n, const char *name);

/* What the compiler notes about a node for itself, kept with its attributes, but under names that no file reaches: a
 * model's attribute is never taken for one, nor the other way round. */
int64_t own_int(const Node *n, const char *name, int64_t otherwise);
int own_ints(const Node *n, const char *name, const int64_t **values); /* count; -1 and NULL if there is none */
void own_set_int(Node *n, const char *name, int64_t value);
void own_set_ints(Node *n, const char *name, int count, const int64_t *values);

/* Values of an integer input known element by element: count and *dims (each constant or an expression), -1 if not
 * known. need_dims reports an error that says the input must be known at compile time. */
int known_dims(const Value *v, Dim **dims);
Dim known_integer(const Value *v, int64_t at); /* element `at` of a float, cut to an integer; or NULL (op_fraction.c) */
int need_dims(Node *n, int input, Dim **dims);
int need_ints(Node *n, int input, int64_t **values); /* the same, all constants */

/* dim_option.c: --dim. What it says of this name, or NULL; and the names of what it may be about: */
const DimOption *bounds_of(const Model *m, Foreign name);
Foreign size_option(const Value *v, int axis);       /* VALUE:AXIS */
Foreign element_option(const Value *v, int element); /* VALUE[i] */
void dims_report_unused(Model *m);                   /* those about nothing that there is: errors */

/* Gives an input that nothing else is known of symbols within these bounds. */
bool read_within(Node *n, int input, int64_t low, int64_t high);
bool can_propagate(Node *n, int input); /* would need_dims succeed? Reads what --dim gives bounds of, as it does */
/* A size that a kernel works out, within the bounds of --dim OUTPUT:AXIS, or as declared; NULL after an error. */
Dim size_of_data(Node *n, int output, int axis);
bool size_is_stated(const Node *n, int output, int axis); /* would it find bounds? */
/* One that has bounds of its own: from 0 to `most`, or less with --dim OUTPUT:AXIS; the kernel refuses more. */
Dim count_of_data(Node *n, int output, int axis, Dim most);
/* What a small input must hold for other reasons; checked at run time. */
void assume_elements(Node *n, int input, const int64_t *values);
bool known_scalar(const Value *v, double *value);      /* one-element constant of any numeric type */
double const_as_double(const Value *v, int64_t index); /* element of a numeric constant, converted */
int64_t const_as_int(const Value *v, int64_t index);

/* -- infer ------------------------------------------------------------------------------------- */

void set_out(Node *n, int i, DType dtype, const Shape *shape); /* does nothing if output i is omitted */
void set_out_like(Node *n, int i, const Value *v);
bool broadcast_shapes(Node *n, const Shape *a, const Shape *b, Shape *result); /* numpy rules */
/* Over inputs [first, first+count) that are present. */
bool broadcast_inputs(Node *n, int first, int count, Shape *result);
bool dims_differ(Dim a, Dim b);           /* for all values of the symbols */
void assume_equal(Node *n, Dim a, Dim b); /* noted in model->assumptions */
void graph_assume_equal(Graph *g, Dim a, Dim b);

/* -- expand: new nodes take the place of n and are inferred in turn. The last one must write n's outputs --- */

/* A node of domain "" at opset 23, whatever n's own, whose output 0 is `result`, or if that is NULL a
 * new value named after n. */
enum { PARTS_OPSET = 23 }; /* of ai.onnx, whatever n's own: axes are inputs, Softmax has one axis, ... */
Node *make_node(Node *n, const char *op_type, int n_in, Value **inputs, Value *result);
/* the same with one of the compiler's own operators */
Node *make_own(Node *n, const char *op_type, int n_in, Value **inputs, Value *result);
void become_own(Node *made); /* its operator is the compiler's own of that name */
Value *make1(Node *n, const char *op_type, Value *a, Value *result);
Value *make2(Node *n, const char *op_type, Value *a, Value *b, Value *result);
Value *make3(Node *n, const char *op_type, Value *a, Value *b, Value *c, Value *result);
/* A copy of a subgraph; results: one per output. */
void inline_clone(Node *n, const Graph *body, Value **arguments, Value **results);
Value *const_ints(Node *n, int count, const int64_t *values); /* int64[count] */
Value *const_scalar(Node *n, DType dtype, double value);      /* shape [] */

enum { PANEL = 16 }; /* columns that packed float weights have side by side (runtime_min/tile.c) */

/* A constant made of weights w, to be filled in if it is new (zeros so far): nodes that want the same share it. `how`
 * tells two ways of packing to the same shape apart, and is for its comment. */
Value *packed_constant(Node *n, Value *w, DType type, const char *how, const Shape *shape, bool *is_new);
/* What packed_constant is made of: the constant that was made of w by this recipe, in n's graph or one around it, or
 * NULL; and the note that there is one now. */
Value *packed_find(const Node *n, const Value *w, const char *recipe, const Shape *shape);
void packed_note(Value *w, Value *packed, const char *recipe);

/* -- lower: appending steps -------------------------------------------------------------------- */

/* A call of the kernel of this name, for example step_call(n, "softmax_%s", dtype_suffix(t)). Its arguments follow,
 * each once, by the name of the kernel's parameter. */
Step *step_call(Node *n, const char *kernel_format, ...) __attribute__((format(printf, 2, 3)));
void arg_in(Step *s, const char *parameter, Value *v); /* NULL: a null pointer */
void arg_in_at(Step *s, const char *parameter, Value *v, Dim element_offset);
/* Inputs of the node from number `first` on. */
void arg_inputs(Step *s, int first, int count, const char *const *parameters);
void arg_out(Step *s, const char *parameter, Value *v);
void arg_out_at(Step *s, const char *parameter, Value *v, Dim element_offset);
void arg_dim(Step *s, const char *parameter, Dim d);
void arg_int(Step *s, const char *parameter, int64_t value);
/* The caller's seed (NAME_seed), XORed with this: 0 until there is one. */
void arg_seed(Step *s, const char *parameter, int64_t stream);
void arg_real(Step *s, const char *parameter, double value);
void arg_function(Step *s, const char *parameter, const Kernel *function); /* NULL: a null pointer */
void arg_text(Step *s, const char *parameter, Foreign text);               /* a string literal */
void arg_dims(Step *s, const char *parameter, int count, const Dim *dims); /* const int32_t[]: shapes, strides */
void arg_ints(Step *s, const char *parameter, int count, const int64_t *values);
void arg_reals(Step *s, const char *parameter, int count, const double *values); /* const float[] */
/* A pointer to its local variable: the kernel sets it (a count). */
void arg_symbol(Step *s, const char *parameter, Dim symbol);
/* A pointer to a const struct; then its int32_t fields: those of the last struct argument. */
void arg_struct(Step *s, const char *parameter, const char *structure);
void arg_field(Step *s, const char *name, Dim d);
void arg_field_int(Step *s, const char *name, int64_t value);
Value *scratch(Node *n, const char *purpose, DType dtype, Dim count); /* planned like any other buffer */
/* Elements of a table that is computed beforehand, and stands in the file; longer ones are computed by each call. */
enum { MOST_IN_TABLE = 1 << 20 };
/* Room for the text of strings that the node makes, bytes of uint8: it is kept, since any other value may come to hold
 * pointers into it, those of the caller included. */
Value *text_room(Node *n, Dim bytes);
/* The call's result may take the memory of an input that dies. */
void step_inplace(Step *s, Value *input, Value *output);

/* Whole elements; offsets and size in bytes. The caller may say more of the copy. */
Copy *step_copy(Node *n, Value *target, Dim target_offset, Value *source, Dim source_offset, Dim bytes);
void lower_as_view(Node *n); /* output 0 has input 0's elements in the same order */

/* Control flow; see step.h for what each does. */
void step_if(Node *n, Value *condition);
void step_else(Node *n);
void step_end(Node *n);
Rounds *step_for(Node *n, Dim symbol, Dim limit);
void step_set(Node *n, Dim symbol, Dim value);
void step_store(Node *n, Value *target, Dim number);
Reading *step_read(Node *n, Value *source, Dim index, int64_t low, int64_t high); /* without a symbol: only checked */

/* `name` with a suffix if there is a symbol of that name already, be it one of the model's. */
Foreign unused_symbol(const Model *m, Foreign name);
/* A new symbol that the run function computes. */
Dim local_symbol(Node *n, Foreign name, int64_t low, int64_t high);
/* Element `index` of v, an integer, into the symbol d; of a constant d: only checked. */
void lower_read(Node *n, Value *v, int64_t index, Dim d);
void lower_reads(Node *n, Value *v); /* the reads of the elements of v (v->is_read), when its steps are there */
Dim elements(const Value *v);
Dim dim_at(const Value *v, int axis); /* axis may be negative */

/* Loops. Operands are read with the strides that broadcast them to the loop's shape (aligned at the last dimension). */
Step *step_loop(Node *n, const Shape *shape);
Ref loop_read(Step *s, Value *v);
Ref loop_read_strided(Step *s, Value *v, Dim offset, const Dim *strides);
Ref loop_real(double value);
Ref loop_int(int64_t value);
/* The function as in the kernel library: "add_f32". */
Ref loop_apply(Step *s, DType type, const char *function, int n_args, const Ref *args);
void loop_store(Step *s, Value *v, Ref result);
DType compute_type(DType t); /* float32 for float16 and bfloat16, otherwise t */

/* eval.c: runs node n's steps on the host; all its inputs are constants. Sets data of its outputs; false (with a
 * node_error) if a kernel refuses the values. */
bool eval_node(Node *n);

/* -- the rest of the toolkit --------------------------------------------------------------------- */

#include "op/control_flow.h"
#include "op/custom.h"
#include "op/edit.h"
#include "op/loop_types.h"
#include "op/packed_sequence.h"
#include "op/strided_view.h"

#endif
