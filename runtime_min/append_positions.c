/* Caches of keys and values of sequences that differ in length. */

/* How many; row: bytes of one position. */
struct append_positions {
    int32_t batch, heads, steps, past, row;
};

/* y[batch][heads][past + steps][row] = the first past[batch] positions of old[batch][heads][past][row], then
 * x[batch][steps][heads][row], then 0. Refused: more positions of the past than there are. */
int append_positions(const void *old, const void *x, const int64_t *past, void *y, const struct append_positions *p)
{
    const size_t row = (size_t)p->row, steps = (size_t)p->steps, heads = (size_t)p->heads, room = (size_t)p->past;
    const unsigned char *kept = (const unsigned char *)old, *from = (const unsigned char *)x;
    unsigned char *to = (unsigned char *)y;
    for (size_t b = 0; b < (size_t)p->batch; b++) {
        if (past[b] < 0 || past[b] > p->past) return -1;
        const size_t valid = (size_t)past[b];
        for (size_t h = 0; h < heads; h++) {
            if (valid > 0) memcpy(to, kept, valid * row);
            for (size_t i = 0; i < steps; i++)
                memcpy(to + (valid + i) * row, from + ((b * steps + i) * heads + h) * row, row);
            memset(to + (valid + steps) * row, 0, (room - valid) * row);
            if (room > 0) kept += room * row;
            to += (room + steps) * row;
        }
    }
    return 0;
}
