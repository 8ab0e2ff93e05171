/* Reductions over axes that only the data tell. */

/* y = x[shape[0]]...[shape[rank - 1]] with the axes listed in axes[n_axes] (in any order, negative ones from the end)
 * moved after the others; kept: the shape without them, or with ones in their place if keepdims. Elements are of
 * `size` bytes. Refuses axes that x doesn't have or that are listed twice. */
int axes_last(const void *x, const int64_t *axes, void *y, int64_t *kept, int32_t size, int32_t rank,
              const int32_t *shape, int32_t n_axes, bool keepdims)
{
    bool moved[16] = {false};
    size_t stride[16], moving = 1, staying = 1;
    if (rank > 16) return -1;
    for (int32_t i = 0; i < n_axes; i++) {
        const int64_t axis = axes[i] < 0 ? axes[i] + rank : axes[i];
        if (axis < 0 || axis >= rank || moved[axis]) return -1;
        moved[axis] = true;
    }
    for (int32_t d = 0; d < rank; d++) {
        if (!moved[d]) *kept++ = shape[d];
        else if (keepdims) *kept++ = 1;
    }
    for (int32_t d = rank - 1; d >= 0; d--) {
        stride[d] = moved[d] ? moving : staying;
        if (moved[d]) moving *= (size_t)shape[d];
        else staying *= (size_t)shape[d];
    }
    for (int32_t d = 0; d < rank; d++)
        if (!moved[d]) stride[d] *= moving;
    for (size_t i = 0; i < moving * staying; i++) {
        size_t rest = i, at = 0;
        for (int32_t d = rank - 1; d >= 0; d--) {
            at += rest % (size_t)shape[d] * stride[d];
            rest /= (size_t)shape[d];
        }
        memcpy((char *)y + at * (size_t)size, (const char *)x + i * (size_t)size, (size_t)size);
    }
    return 0;
}
