/* What a model computes, without its being compiled: inputs with data are constants, and all that depends on constants
 * alone, inference computes. */
#include "compile/compile.h"

#include "infer/infer.h"
#include "load/load.h"

static StageResult evaluate(const Options *options, FillInputs *fill, void *context, Model **m)
{
    *m = load_model(options);
    if ((*m)->errors || !fill(*m, context)) return STAGE_DONE;
    return infer(*m);
}

Model *fill_model(const Options *options, FillInputs *fill, void *context)
{
    open_doors();
    dim_reset(); /* a model that was loaded before may have given the same names other bounds */
    Model *m = load_model(options);
    if (!m->errors) fill(m, context);
    return m;
}

Model *evaluate_model(const Options *options, FillInputs *fill, void *context)
{
    Model *m = NULL;
    Options refined = *options;
    refined.evaluates = true;
    open_doors();
    dim_reset();
    while (evaluate(&refined, fill, context, &m) == STAGE_RESTART) {
        refined = m->options;
        dim_reset();
    }
    return m;
}
