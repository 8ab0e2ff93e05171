/* Col2Im: https://onnx.ai/onnx/operators/onnx__Col2Im.html */
#include "op/op.h"

enum { MAX_SPATIAL = 8 };

/* Per spatial axis. `blocks`: how many lie along it. */
typedef struct {
    int rank;
    Dim *image, *block, blocks[MAX_SPATIAL];
    int64_t stride[MAX_SPATIAL], dilation[MAX_SPATIAL], begin[MAX_SPATIAL], end[MAX_SPATIAL];
} Columns;

static bool read_list(Node *n, const char *name, int count, int64_t low, int64_t otherwise, int64_t *to)
{
    const int64_t *given;
    int found = attr_ints(n, name, &given);
    if (found && found != count) {
        node_invalid(n, "attribute \"%s\" has %d numbers, expected %d", name, found, count);
        return false;
    }
    for (int i = 0; i < count; i++) {
        to[i] = found ? given[i] : otherwise;
        if (to[i] >= low && to[i] < 1 << 24) continue;
        node_invalid(n, "attribute \"%s\" is %lld at %d, expected %lld or more", name, (long long)to[i], i,
                     (long long)low);
        return false;
    }
    return true;
}

static bool read_columns(Node *n, Columns *c)
{
    int64_t pads[2 * MAX_SPATIAL];
    c->rank = need_dims(n, 1, &c->image);
    int block_rank = need_dims(n, 2, &c->block);
    if (c->rank < 0 || block_rank < 0) return false;
    if (c->rank != block_rank || c->rank < 1 || c->rank > MAX_SPATIAL) {
        node_error(n, "image_shape has %d and block_shape %d dimensions, expected equally many, 1 to %d", c->rank,
                   block_rank, MAX_SPATIAL);
        return false;
    }
    if (!read_list(n, "strides", c->rank, 1, 1, c->stride) || !read_list(n, "dilations", c->rank, 1, 1, c->dilation) ||
        !read_list(n, "pads", 2 * c->rank, 0, 0, pads))
        return false;
    for (int d = 0; d < c->rank; d++) {
        c->begin[d] = pads[d];
        c->end[d] = pads[c->rank + d];
        Dim reach = dim_add(dim_mul(dim_sub(c->block[d], dim_const(1)), dim_const(c->dilation[d])), dim_const(1));
        Dim room = dim_sub(dim_add(c->image[d], dim_const(c->begin[d] + c->end[d])), reach);
        if (dim_high(room) < 0 || dim_high(c->block[d]) < 1) {
            node_invalid(n, "a block of %s does not fit into axis %d of the image, which has %s",
                         shown(dim_text(c->block[d])), d, shown(dim_text(c->image[d])));
            return false;
        }
        c->blocks[d] = dim_add(dim_floordiv(room, dim_const(c->stride[d])), dim_const(1));
    }
    return true;
}

static Dim product(const Dim *dims, int count)
{
    Dim p = dim_const(1);
    for (int i = 0; i < count; i++) p = dim_mul(p, dims[i]);
    return p;
}

static void infer_col2im(Node *n)
{
    Columns c;
    if (!need_counts(n, 3, 3, 1, 1) || !need_tensor_inputs(n) || !need_rank(n, 0, 3, 3) || !read_columns(n, &c)) return;
    DType t = n->in[0]->type.dtype;
    if (!dtype_is_float(t) && !dtype_is_integer(t)) {
        node_error(n, "input 0 is %s, expected numbers that can be added; put a Cast before it in the model",
                   dtype_name(t));
        return;
    }
    Dim taps = product(c.block, c.rank), columns = dim_at(n->in[0], 1);
    Dim channels = dim_floordiv(columns, taps);
    if (!need_equal(n, dim_mul(channels, taps), columns, "elements of whole blocks, and axis 1 of the input") ||
        !need_equal(n, product(c.blocks, c.rank), dim_at(n->in[0], 2), "blocks in the image, and axis 2 of the input"))
        return;
    Shape y = shape_of(2, (Dim[]){dim_at(n->in[0], 0), channels});
    for (int d = 0; d < c.rank; d++) y.dim[y.rank++] = c.image[d];
    set_out(n, 0, t, &y);
}

static void lower_col2im(Node *n)
{
    Columns c;
    read_columns(n, &c);
    Step *s = step_call(n, "col2im_%s", dtype_suffix(n->in[0]->type.dtype));
    arg_in(s, "x", n->in[0]);
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "batch", dim_at(n->out[0], 0));
    arg_dim(s, "channels", dim_at(n->out[0], 1));
    arg_int(s, "rank", c.rank);
    arg_dims(s, "image", c.rank, c.image);
    arg_dims(s, "block", c.rank, c.block);
    arg_dims(s, "blocks", c.rank, c.blocks);
    arg_ints(s, "stride", c.rank, c.stride);
    arg_ints(s, "dilation", c.rank, c.dilation);
    arg_ints(s, "pad", c.rank, c.begin);
}

const Op ops_col2im[] = {
    {.name = "Col2Im", .domain = "", .since = 18, .infer = infer_col2im, .lower = lower_col2im},
    {0},
};
