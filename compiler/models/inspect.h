/* inspect.h: what `onnx2c inspect` finds out, and its two forms. */
#ifndef INSPECT_H
#define INSPECT_H

#include "models/models.h"

typedef struct {
    Foreign domain, op_type;
    int64_t count;
    bool is_function; /* of the model's own */
} OperatorCount;

/* A dimension that the inputs leave open, and no option settles. */
typedef struct {
    Foreign name;  /* as --dim takes it */
    bool is_count; /* of an axis 0 */
    int64_t tried; /* the size that the rest was found out with */
} OpenSize;

typedef struct {
    const ModelProto *model;
    int n_operators, cap_operators;
    OperatorCount *operators; /* by count, then by name */
    int n_inputs, cap_inputs;
    const ValueInfoProto **inputs;      /* those without initializer */
    int64_t tensors, parameters, bytes; /* of initializers */
    int n_open, cap_open;
    OpenSize *open;
    Map *open_names; /* of all of them, and of those that are expressions of others */
    int64_t macs;    /* -1: unknown */
    int n_reasons, cap_reasons;
    char **reasons; /* why it can't be compiled, each as a message says it, fit for a terminal */
    int n_remarks, cap_remarks;
    char **remarks; /* warnings */
} Facts;

/* -- inspect_facts.c, inspect_verdict.c -------------------------------------------------------- */

void collect_facts(Facts *facts);                        /* of facts->model: all that it says itself */
void find_verdict(Facts *facts, const Options *options); /* open sizes, cost and obstacles */

/* -- inspect_text.c, inspect_json.c ------------------------------------------------------------ */

void print_facts(const Facts *facts, Foreign path);
void print_facts_json(const Facts *facts);

#endif
