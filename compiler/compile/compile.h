/* compile.h: the door of compiler/compile: the way of a model through the stages, and the options that decide it. */
#ifndef COMPILE_H
#define COMPILE_H

#include "compile/options.h"
#include "ir/ir.h"

/* Runs all stages; what the options ask to be dumped goes to standard output. Check m->errors: after an error, later
 * stages have not run. m->options has the bounds that hold (infer/refine_bounds.c). */
Model *compile_model(const Options *options);

/* Lets operators reach the stages that call them (op/doors.h). compile_model does it itself. */
void open_doors(void);

#endif
