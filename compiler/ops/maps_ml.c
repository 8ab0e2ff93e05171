/* ZipMap of ai.onnx.ml: https://onnx.ai/onnx/operators/onnx_aionnxml_ZipMap.html
 * A ZipMap's maps, one for each row of scores, have the same keys: at the interface they are two arrays, NAME_keys and
 * NAME_values, a row for each map, or only one
 * where the scores are a vector (infer/interface.c). They may be handed on, no other operator reads them. */
#include "ops/shared/shared.h"

static void infer_zip_map(Node *n)
{
    Labels labels;
    if (!need_counts(n, 1, 1, 1, 1) || !output_of(n, 0) || !need_tensor_inputs(n) ||
        !need_type(n, 0, (DType[]){DT_FLOAT}, 1) || !need_rank(n, 0, 1, 2) ||
        !read_labels(n, "classlabels_strings", "classlabels_int64s", &labels) ||
        !need_equal(n, dim_at(n->in[0], -1), dim_const(labels.count), "scores in a row, and class labels"))
        return;
    Type *value = mem_alloc(sizeof *value), *map = mem_alloc(sizeof *map);
    *value = (Type){.kind = KIND_TENSOR, .dtype = DT_FLOAT, .shape = shape_scalar()};
    *map = (Type){.kind = KIND_MAP, .dtype = labels.strings ? DT_STRING : DT_INT64, .elem = value};
    Value *maps = n->out[0];
    Shape shape = shape_const(1, (int64_t[]){labels.count});
    maps->type = (Type){.kind = KIND_SEQUENCE, .elem = map};
    maps->map_values = n->in[0];
    maps->map_keys = value_const(n->graph, foreign_suffixed(node_stem(n), "/keys"), map->dtype, &shape, labels.data);
}

/* Its maps are in place already. */
static void lower_zip_map(Node *n)
{
    (void)n;
}

const Op ops_maps_ml[] = {
    {.name = "ZipMap",
     .domain = "ai.onnx.ml",
     .since = 1,
     .infer = infer_zip_map,
     .lower = lower_zip_map,
     .flags = OP_NEVER_FOLD},
    {0},
};
