/* rewrite.h: the door of compiler/rewrite: passes that each know one pattern of nodes and put fewer or cheaper nodes in
 * its place. Each changes what it can and says whether it did; rewrite.c runs them over the graph until none does. */
#ifndef REWRITE_H
#define REWRITE_H

#include "op/op.h"

StageResult rewrite(Model *m); /* the stage */

typedef bool RewritePass(Node *n);

/* All passes on every node, those of branches and loops included; list ends with NULL. Did any change something? */
bool rewrite_round(Graph *g, RewritePass *const *list);

bool rewrite_no_op(Node *n);     /* a node that changes nothing: its input takes the place of its output */
bool rewrite_transpose(Node *n); /* two transposes become one */
bool rewrite_affine(Node *n);    /* BatchNormalization, Mul or Add of constants into the weights before it */
bool rewrite_epilogue(Node *n);  /* Add of a bias, or of another result, into the MatMul before it */
bool rewrite_pad(Node *n);       /* Pad into Conv */
bool rewrite_clamp(Node *n);     /* Relu or Clip into its producer */

bool rewrite_table(Node *n); /* Gather of rows that are stored narrower; last of all, and once */

bool rewrite_gelu(Node *n);  /* Gelu's formula becomes Gelu */
bool rewrite_swish(Node *n); /* x * Sigmoid(x) becomes Swish, x * HardSigmoid(x) HardSwish */
bool rewrite_norm(Node *n);  /* the formulas of LayerNormalization and RMSNormalization become those */
/* The formula of attention becomes op_attention_formula, which takes transposed operands as they are. */
bool rewrite_attention(Node *n);

/* States that grow get the axis that grows first; did any change? */
bool rewrite_states(Model *m);

/* Of models quantised with QuantizeLinear and DequantizeLinear around real operators. They run to their end before all
 * others, which see dequantised weights as constants. */
bool rewrite_dequantize_down(Node *n);      /* moving(dequantize(x)) becomes dequantize(moving(x)) */
bool rewrite_quantize_up(Node *n);          /* quantize(moving(x)) becomes moving(quantize(x)) */
bool rewrite_quantize_dequantized(Node *n); /* quantize(dequantize(x)) with equal parameters is x */
bool rewrite_qdq(Node *n);                  /* quantize(operator(dequantize(x), ...)) becomes one integer operator */

/* Inputs that are only quantised, and outputs that are only dequantised, as integers: --io quantized. False if there
 * are none, with an error. They are to meet the others' passes again. (interface_types.c) */
bool quantize_interface(Model *m);

/* Does the mask add 0 to the scores of each query's own key and those before it, and rule all others
 * out? (rewrite_causal.c) */
bool mask_is_causal(const Value *mask, const Value *scores);

/* Attention whose inputs are Q, K, V and a mask (ops/attention.c). */
extern const Op op_attention_formula;

bool clamp_of(Node *n, double *low, double *high); /* a Relu or Clip with constant bounds: these */

#endif
