/* Positions that come from data. */

/* k as a position in an axis of size n, counted from its end if negative; a negative number if it is outside. */
static inline int64_t index_within(int64_t k, int32_t n)
{
    if (k < 0) k += n;
    return k < n ? k : -1;
}

/* The place of the slice that a tuple of positions selects from a tensor of shape dims[count], counted in
 * slices; -1 if outside. */
int64_t tuple_within(const int64_t *tuple, const int32_t *dims, int32_t count)
{
    int64_t at = 0;
    for (int32_t d = 0; d < count; d++) {
        const int64_t k = index_within(tuple[d], dims[d]);
        if (k < 0) return -1;
        at = at * dims[d] + k;
    }
    return at;
}
