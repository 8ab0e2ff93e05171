/* load.h: the door of compiler/load: messages become a graph: names, data, functions and dimensions are resolved. */
#ifndef LOAD_H
#define LOAD_H

#include "ir/ir.h"

Model *load_model(const Options *options); /* m->errors is > 0 when it failed */

/* The content of a data file: a tensor, or a sequence, optional or map of such. */
typedef struct DataItem DataItem;
struct DataItem {
    Kind kind;
    Value *tensor;   /* tensor: a constant without a graph; map: its keys */
    int count;       /* sequence: its length; optional: 0 or 1; map: pairs */
    DataItem *items; /* so many; map: the values, in the keys' order */
};

/* Reads a serialized TensorProto, SequenceProto, OptionalProto or MapProto, whichever `expected` (NULL: a tensor) calls
 * for. On failure reports through model_error and returns false. */
bool load_data_item(Model *m, Foreign path, const Type *expected, DataItem *item);

/* A dimension that the model leaves open, of an input, or of an output, whose size data may decide; or, with axis
 * VALUES, an input whose values may decide sizes. */
enum { VALUES = -1 };
typedef struct {
    bool of_output;
    int number; /* among the inputs without initializer, or among the outputs */
    int axis;
    Foreign name; /* as --dim takes it: its parameter's name, INPUT:AXIS or OUTPUT:AXIS; VALUES: the input's name */
    bool of_map;  /* how many pairs it has */
} OpenDim;

/* Lists them, a name once per place it stands at, without loading the weights. -1 if the file can't be read or is no
 * model: load_model says why. */
int load_open_dims(Foreign path, OpenDim **dims);

#endif
