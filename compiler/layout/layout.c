/* layout: images with their channels last where convolutions are computed.
 *
 * The fast kernels add up vectors of channels, so they want channels to be neighbours in memory. Each convolution is
 * given a Transpose before and one after; then the transposes after sink through everything that can be computed in
 * the other order, until they meet one in front, and both are gone. What is left stands where the graph changes its
 * mind, most often nowhere but at its edges.
 *
 * Requires: everything typed, rewrites done. Leaves: the same. */
#include "infer/infer.h"
#include "layout/layout.h"
#include "op/op.h"
#include "rewrite/rewrite.h"

/* -- convolutions ------------------------------------------------------------------------------ */

static bool convert_conv(Node *n)
{
    if (!node_is(n, "Conv") || n->op == &op_conv_last || !conv_fits_last(n)) return false;
    Order to_first = order_to_first(n->in[0]->type.shape.rank), to_last = order_inverse(&to_first);
    if (!conv_takes_first(n)) node_set_input(n, 0, transposed(n, n->in[0], &to_last));
    conv_make_last(n);
    transpose_output(n, 0, &to_first);
    return true;
}

static bool convert_qconv(Node *n)
{
    if (!node_is(n, "QLinearConv") || n->op == &op_qconv_last || !qconv_fits_last(n)) return false;
    Order to_first = order_to_first(n->in[0]->type.shape.rank), to_last = order_inverse(&to_first);
    node_set_input(n, 0, transposed(n, n->in[0], &to_last));
    n->op = &op_qconv_last;
    transpose_output(n, 0, &to_first);
    return true;
}

static bool convert_conv_transpose(Node *n)
{
    if (!node_is(n, "ConvTranspose") || n->op == &op_conv_transpose_last || !conv_transpose_fits_last(n)) return false;
    Order to_first = order_to_first(n->in[0]->type.shape.rank), to_last = order_inverse(&to_first);
    node_set_input(n, 0, transposed(n, n->in[0], &to_last));
    n->op = &op_conv_transpose_last;
    transpose_output(n, 0, &to_first);
    return true;
}

/* -- additions --------------------------------------------------------------------------------- */

static bool can_add(Node *n, int k, const Shape *shape)
{
    Node *p = only_producer(n, k);
    return p && p->op == &op_conv_last && p->out[0] == n->in[k] && conv_adds(p) && !p->activation.function &&
           !isfinite(p->clamp_low) && !isfinite(p->clamp_high) && shape_equal(&n->in[0]->type.shape, shape) &&
           shape_equal(&n->in[1]->type.shape, shape);
}

/* conv(x) + y: the convolution adds y as it stores its result. It moves to where y is there. */
static bool add_residual(Node *n)
{
    if (!node_is(n, "Add") || n->n_in != 2 || n->in[0] == n->in[1] || n->out[0]->type.dtype != DT_FLOAT) return false;
    int k = can_add(n, 1, &n->out[0]->type.shape) ? 1 : 0;
    if (!can_add(n, k, &n->out[0]->type.shape)) return false;
    Node *conv = n->in[k]->producer;
    move_before(conv, n);
    set_input(conv, 3, n->in[1 - k]);
    note_fused(conv, n);
    take_outputs(conv, n);
    return true;
}

/* -- activations ------------------------------------------------------------------------------- */

/* f(conv(x)): the convolution activates its result as it is complete. */
static bool activate(Node *n)
{
    Node *conv = only_producer(n, 0);
    if (!conv || conv->op != &op_conv_last || !conv_activates(conv)) return false;
    Activation a = elementwise_activation(n);
    if (!a.function) return false;
    conv->activation = a;
    note_fused(conv, n);
    take_outputs(conv, n);
    return true;
}

/* -- the stage --------------------------------------------------------------------------------- */

StageResult layout(Model *m)
{
    static RewritePass *const convert[] = {convert_conv, convert_qconv, convert_conv_transpose, NULL};
    static RewritePass *const sink[] = {rewrite_transpose, rewrite_no_op, layout_sink, layout_turn_factor, NULL};
    static RewritePass *const merge[] = {add_residual, rewrite_clamp, activate, NULL};
    bool turned = m->options.io_last && turn_interface(m);
    if (!rewrite_round(m->graph, convert) && !turned) return STAGE_DONE;
    while (rewrite_round(m->graph, sink)) {
    }
    fold_graph(m->graph);
    while (rewrite_round(m->graph, merge)) {
    }
    return STAGE_DONE;
}
