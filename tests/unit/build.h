/* build.h: whole graphs from a few lines, taken through the stages that a test wants.
 *
 * A graph is written in the textual syntax of ONNX, as much of it as tests need:
 *
 *     (float[1,4] x, int64 n) => (y) <float[4] b = {1, 2, 3, 4}, float[4,4] w> {
 *         t = MatMul(x, w)
 *         y = Add<axis = 1>(t, b)
 *         z = If(c) <then_branch = (() => (u) { u = Relu(x) }), ...>
 *     }
 *
 * Constants without elements get random ones, always the same; one element stands for all. A letter in a shape is a
 * dimension left to run time, within 1..8 unless build_bounds said otherwise; "?" is one that nothing is said of. Names
 * are unique in the whole text. */
#ifndef BUILD_H
#define BUILD_H

#include "run_op.h"

#include "ir/ir.h"

/* Of the graphs that are built from here on: as with --dim, and the opset of their nodes, else 23. */
void build_bounds(const char *name, int64_t low, int64_t high);
void build_opset(int opset);
void build_target(const char *name);
void build_optimize(Optimize what);
void build_weights_type(DType type);
void build_precision(DType type);
void build_io(const char *forms); /* as --io takes them */
void build_reusing_inputs(void);
void build_region(const char *text); /* as --region takes it; one more */
int build_opset_of_nodes(void);
void build_options(Options *o); /* these, in a new model */
void build_add_bounds(Options *o, DimOption d);
void build_free(void);             /* op_free, and nothing is said of bounds and opset any more */
Model *model_of(const char *text); /* as load leaves it */

/* Runs the stages from infer up to this one, with the checks of invariants after each; fails the test on an error. */
typedef StageResult StageFunction(Model *m);
void run_to(Model *m, StageFunction *last);
Model *model_after(StageFunction *last, const char *text);
bool is_refused_by(StageFunction *last, const char *text); /* with an error, which is swallowed */
/* Only these, the last one followed by NULL. */
void run_only(Model *m, StageFunction *const *stages);

Value *value_called(const Model *m, const char *name); /* fails the test if there is none */
bool is_called(const Value *v, const char *name);
Node *maker_of(const Model *m, const char *name);                    /* the node that makes it */
Node *node_of_type(const Model *m, const char *op_type, int number); /* the number-th, from 0; NULL: there is none */
Step *step_of_kind(const Model *m, StepKind kind, int number);       /* likewise */
Step *step_calling(const Model *m, const char *kernel);              /* the first; NULL: there is none */

/* One line each: "Conv Relu", and "relu_f32+add_f32 copy gemm_packed_f32 for ... end"; views are copies that are not
 * done. */
const char *nodes_text(const Model *m);
const char *steps_text(const Model *m);

#define ck_nodes(m, expected) ck_assert_str_eq(nodes_text(m), expected)
#define ck_steps(m, expected) ck_assert_str_eq(steps_text(m), expected)
#define ck_shape(v, expected) ck_assert_str_eq(shown(shape_text(&(v)->type.shape)), expected) /* "[1,3,h]" */

#endif
