/* compile.h: the way of a model through the stages. */
#ifndef COMPILE_H
#define COMPILE_H

#include "ir/ir.h"

/* Runs all stages; what the options ask to be dumped goes to standard output. Check m->errors: after an error, later
 * stages have not run. Lower bounds among options->dims may rise (tighten.c). */
Model *compile_model(const Options *options);

bool stage_exists(const char *name);
const char *stage_names(void); /* "load, infer, ...", for messages */

/* verify.c: `onnx2c verify ...`; argv[0] is "verify". Returns the exit status. */
int verify_main(int argc, char **argv);

#endif
