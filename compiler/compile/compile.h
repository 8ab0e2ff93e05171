/* compile.h: the door of compiler/compile: the way of a model through the stages, and the options that decide it. */
#ifndef COMPILE_H
#define COMPILE_H

#include "compile/options.h"
#include "ir/ir.h"

/* Runs all stages; what the options ask to be dumped goes to standard output. Check m->errors: after an error, later
 * stages have not run. m->options has the bounds that hold (infer/refine_bounds.c). */
Model *compile_model(const Options *options);

/* weights_form.c: after all stages, what WEIGHTS_AUTO is of this model, in m->options and their title. */
void choose_weights_form(Model *m);

/* -- evaluate.c: what a model computes, without its being compiled ------------------------------- */

/* Gives the inputs of a model that was just loaded their data; false after an error. */
typedef bool FillInputs(Model *m, void *context);

/* Loads the model, fills its inputs, and computes, floats in double, every value that hangs on them, node by
 * node as the file has them: nothing is rewritten, packed, fused or tiled. All dimensions must have a size. */
Model *evaluate_model(const Options *options, FillInputs *fill, void *context);
/* The same without evaluating it: with its inputs. */
Model *fill_model(const Options *options, FillInputs *fill, void *context);

/* Lets operators reach the stages that call them (op/doors.h). compile_model does it itself. */
void open_doors(void);

#endif
