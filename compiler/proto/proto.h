/* proto.h: the door of compiler/proto: ONNX's messages as they stand in files, read, walked and written. */
#ifndef PROTO_H
#define PROTO_H

#include "base/base.h"
#include "onnx.pb-c.h"
#include "proto/wire.h"

typedef Onnx__AttributeProto AttributeProto;
typedef Onnx__FunctionProto FunctionProto;
typedef Onnx__GraphProto GraphProto;
typedef Onnx__ModelProto ModelProto;
typedef Onnx__NodeProto NodeProto;
typedef Onnx__OperatorSetIdProto OpsetProto;
typedef Onnx__SparseTensorProto SparseTensorProto;
typedef Onnx__StringStringEntryProto EntryProto;
typedef Onnx__TensorProto TensorProto;
typedef Onnx__TensorShapeProto ShapeProto;
typedef Onnx__TensorShapeProto__Dimension DimProto;
typedef Onnx__TypeProto TypeProto;
typedef Onnx__ValueInfoProto ValueInfoProto;

/* -- proto_file.c ------------------------------------------------------------------------------ */

/* The whole file, in the pool or mapped; NULL and *why if it can't be read. */
const uint8_t *file_read(Foreign path, size_t *length, const char **why);
/* Unpacked into the pool; NULL if the bytes are no such message. */
void *message_unpack(const void *data, size_t length, const ProtobufCMessageDescriptor *type);
/* The model in these bytes; NULL and *why if there is none. */
ModelProto *model_unpack(const void *data, size_t length, const char **why);
Foreign proto_text(Foreign f); /* of a message: "" for none */

/* -- proto_raw.c ------------------------------------------------------------------------------- */

/* A checked message that is mostly raw data of tensors, which is in memory once then; NULL for others and bad ones. */
ProtobufCMessage *unpack_piecewise(const void *data, size_t length, const ProtobufCMessageDescriptor *type,
                                   ProtobufCAllocator *pool);

/* -- proto_external.c -------------------------------------------------------------------------- */

bool tensor_is_external(const TensorProto *t);
/* The file that it says, as the user would name it. */
Foreign external_file(Foreign model_path, const TensorProto *proto);
/* The bytes of an external tensor, from the folder of the model; NULL, or what is wrong. */
const char *external_read(Foreign model_path, const TensorProto *proto, int64_t bytes, void **data);

/* -- proto_write.c ----------------------------------------------------------------------------- */

/* Where the data go that are to stand outside the model's file; `file` is NULL until there are any. */
typedef struct {
    Foreign path; /* of that file */
    FILE *file;
    int64_t length;
} DataFile;

/* Makes every external tensor of the model that was read from `from` one of a model at `to`: as it is if that is in the
 * same folder, or else by a copy in *data. False, with *why, if it can't be. */
bool external_move(ModelProto *m, Foreign from, Foreign to, DataFile *data, const char **why);
bool model_write(const ModelProto *m, FILE *f, const char **why);

/* -- proto_text.c: what a message says, for people ---------------------------------------------- */

bool dim_has_size(const DimProto *d);
Foreign dim_param(const DimProto *d);    /* the name that the exporter gave it, "" for none */
Foreign type_text(const TypeProto *p);   /* "float32[batch,3,?]", "sequence(int64[])"; "?" where nothing is said */
const char *element_name(int data_type); /* "float32"; "?" for a type there isn't */

/* -- proto_walk.c ------------------------------------------------------------------------------ */

/* Calls `visit` for the graph and all those in its nodes' attributes, outer ones first. */
typedef void GraphVisitor(const GraphProto *g, void *context);
void each_graph(const GraphProto *g, GraphVisitor *visit, void *context);
/* Those in the attributes of these nodes, and so on. */
void each_graph_within(size_t count, NodeProto *const *nodes, GraphVisitor *visit, void *context);

/* Calls `visit` for each tensor of the model, initializers and attributes, functions included. */
typedef void TensorVisitor(TensorProto *t, void *context);
void each_tensor(const ModelProto *m, TensorVisitor *visit, void *context);

/* The names that a node reads: its inputs, and what the graphs in its attributes read of those around. */
typedef void NameVisitor(Foreign name, void *context);
void each_name_read(const NodeProto *n, NameVisitor *visit, void *context);

/* -- proto_tensor.c ---------------------------------------------------------------------------- */

int64_t tensor_elements(const TensorProto *t); /* at most BYTES_INFINITY; -1 if a dimension is negative */
int64_t tensor_bytes(const TensorProto *t);    /* as they lie in memory, strings without their ends; 0: unknown type */
/* Elements as raw_data has them to elements of the host, and back. */
void swap_little_endian(DType dtype, int64_t elements, void *data);

#endif
