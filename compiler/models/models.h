/* models.h: the door of compiler/models: the verbs about models themselves: what one is, whether it is valid, a part of
 * it, a simpler one. */
#ifndef MODELS_H
#define MODELS_H

#include "compile/compile.h"
#include "proto/proto.h"

/* `onnx2c VERB ...`; argv[0] is the verb. They return the exit status. */
int inspect_main(int argc, char **argv);
int check_main(int argc, char **argv);
int extract_main(int argc, char **argv);
int simplify_main(int argc, char **argv);

/* -- model_file.c ------------------------------------------------------------------------------ */

/* The model that the command's other words name, which must be one; false, with a message, if not. */
bool take_one_model(Foreign *path, int count, char **arguments);
ModelProto *read_proto(Foreign path); /* NULL, with a message, if there is none */
/* Writes the model, read from `from`, with its external data if there are any, whole or not at all. */
bool write_proto(ModelProto *proto, Foreign from, Foreign to);
/* Takes the output's path: a file of its own, which must be given. */
bool check_output(Foreign model, Foreign output);

/* -- known.c: what inference finds out ---------------------------------------------------------- */

/* The model inferred, dimensions that are open being any size; messages are kept. What is wrong with the model leaves
 * values without types. */
Model *known_model(Foreign path);
/* The type of the value of this name, which may be as the model says it; NULL: unknown. */
TypeProto *known_type(const Model *m, Foreign name);

/* The description of a value: its own, if it has a type, or one with the type that is known. NULL: there is none. */
ValueInfoProto *known_info(const Model *m, ValueInfoProto *own, Foreign name);
TensorProto *known_tensor(const Value *v, Foreign name); /* of a constant */

#endif
