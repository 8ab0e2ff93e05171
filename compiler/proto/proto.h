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

#endif
