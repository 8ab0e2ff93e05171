/* extract.h: what `onnx2c extract` is asked for, and does. */
#ifndef EXTRACT_H
#define EXTRACT_H

#include "models/models.h"

typedef struct {
    int count, capacity;
    Foreign *items;
} Names;

typedef struct {
    Foreign model, output;
    Names from, to; /* values or nodes; none: as the model has them */
} ExtractOptions;

/* Leaves only that part of the model. False, with messages, if it can't be. */
bool extract_part(ModelProto *proto, const ExtractOptions *o);

#endif
