/* Operators that are known and not compiled, and what to do instead. */
#include "op/op.h"

#define MICROSOFT(op, why) \
    { \
        .name = op, .domain = "com.microsoft", .since = 1, .refused = why \
    }

#define GENERATES "the loop that generates text is the caller's; export the decoder alone, and call it token by token"
#define HOLDS_A_PROGRAM "what it holds is a program for another processor; export the model without that provider"
#define IS_PACKED "sequences without their padding are for kernels on GPUs; optimise the model without packing mode"
#define IS_FOR_GPUS "ONNX Runtime has it on GPUs only; optimise the model for its CPU provider"
#define IS_ORDERED "its operands lie in the order of a library for GPUs; quantise the model with QuantizeLinear instead"
#define IS_BLOCKED "its weights lie as one library has them; quantise the model to MatMulNBits instead"
#define IS_FOR_TRAINING "it is for training; export the model for inference"

const Op ops_refused[] = {
    MICROSOFT("BeamSearch", GENERATES),
    MICROSOFT("BitmaskBiasDropout", IS_FOR_TRAINING),
    MICROSOFT("BitmaskDropout", IS_FOR_TRAINING),
    MICROSOFT("DecoderAttention", IS_FOR_GPUS),
    MICROSOFT("DecoderMaskedSelfAttention", IS_FOR_GPUS),
    MICROSOFT("DequantizeBFP", IS_BLOCKED),
    MICROSOFT("DequantizeWithOrder", IS_ORDERED),
    MICROSOFT("EPContext", HOLDS_A_PROGRAM),
    MICROSOFT("GemmFloat8", IS_FOR_GPUS),
    MICROSOFT("GreedySearch", GENERATES),
    MICROSOFT("LongformerAttention", IS_FOR_GPUS),
    MICROSOFT("MatMulFpQ4", IS_BLOCKED),
    MICROSOFT("PackedAttention", IS_PACKED),
    MICROSOFT("PackedMultiHeadAttention", IS_PACKED),
    MICROSOFT("PagedAttention", IS_PACKED),
    MICROSOFT("QOrderedAttention", IS_ORDERED),
    MICROSOFT("QOrderedGelu", IS_ORDERED),
    MICROSOFT("QOrderedLayerNormalization", IS_ORDERED),
    MICROSOFT("QOrderedLongformerAttention", IS_ORDERED),
    MICROSOFT("QOrderedMatMul", IS_ORDERED),
    MICROSOFT("QuantizeBFP", IS_BLOCKED),
    MICROSOFT("QuantizeWithOrder", IS_ORDERED),
    MICROSOFT("RemovePadding", IS_PACKED),
    MICROSOFT("RestorePadding", IS_PACKED),
    MICROSOFT("Sampling", GENERATES),
    MICROSOFT("Snpe", HOLDS_A_PROGRAM),
    MICROSOFT("SparseToDenseMatMul", "sparse operands are not supported; make them dense in the model"),
    MICROSOFT("WhisperBeamSearch", GENERATES),
    {0},
};
