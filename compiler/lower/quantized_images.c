/* Images that are quantised and then turned, so that their channels are last: in one pass, without the image in
 * between.
 *
 * Where vectors quantise, two passes are faster; so only where RAM counts most, or the target has no vectors. */
#include "lower/quantized_images.h"

#include "op/op.h"

static bool is_wanted(const Model *m)
{
    return optimize_for(&m->options) == OPTIMIZE_RAM || m->options.target->multiplier != MULTIPLY_PORTABLE;
}

/* The step that quantises what this one turns, and nothing else reads; or NULL. */
static Step *quantized_for(const Step *turn)
{
    if (!step_calls(turn, "transpose_b1")) return NULL;
    const Arg *x = step_arg(turn, "x");
    const Value *v = x->value;
    if (!offset_is_zero(x->offset) || v->is_output || v->uses.reads != 1 || v->uses.writes != 1) return NULL;
    Step *s = v->uses.items[0].step;
    bool quantizes = step_calls(s, "quantize_bytes") || step_calls(s, "quantize_bytes_helium");
    bool alone = quantizes && offset_is_zero(step_arg(s, "y")->offset) && s->edges == turn->edges;
    return alone ? s : NULL;
}

static void quantize_planes(Step *turn, const Step *quantize)
{
    static const char *const same[] = {"scale", "zero", "low", "high"};
    bool vectors = step_calls(quantize, "quantize_bytes_helium");
    Step *s = step_new_call(quantize->node, kernel_find(vectors ? "quantize_planes_helium" : "quantize_planes"));
    const Arg *x = step_arg(quantize, "x"), *y = step_arg(turn, "y");
    arg_in(s, "x", x->value);
    step_arg(s, "x")->offset = x->offset;
    arg_out(s, "y", y->value);
    step_arg(s, "y")->offset = y->offset;
    for (int i = 0; i < 4; i++) *step_arg(s, same[i]) = *step_arg(quantize, same[i]);
    arg_dim(s, "batch", step_arg(turn, "batch")->number);
    arg_dim(s, "channels", step_arg(turn, "rows")->number);
    arg_dim(s, "plane", step_arg(turn, "cols")->number);
    arg_dim(s, "pixels", step_arg(turn, "cols")->number);
    s->at = turn->at;
    s->edges = turn->edges;
    *turn = *s;
}

void quantize_as_turned(const Model *m, Step *turn)
{
    Step *quantize = is_wanted(m) ? quantized_for(turn) : NULL;
    if (!quantize) return;
    quantize_planes(turn, quantize);
    quantize->at = -1;
}
