/* Caches of keys and values of sequences that differ in length. */

/* How many; row: bytes of one position; bytes from one batch, head and position to the next. */
struct append_positions {
    int32_t batch, heads, steps, past, row;
    int32_t old_batch, old_head, y_batch, y_head, position;
};

/* y[batch][heads][past + steps][row] = the first past[batch] positions of old[batch][heads][past][row], then
 * x[batch][steps][heads][row], then 0. y may be old, if both have the same strides. Refused: more positions of the past
 * than there are. */
int append_positions(const void *old, const void *x, const int64_t *past, void *y, const struct append_positions *p)
{
    const size_t row = (size_t)p->row, steps = (size_t)p->steps, heads = (size_t)p->heads, room = (size_t)p->past,
                 position = (size_t)p->position;
    const unsigned char *kept = (const unsigned char *)old, *from = (const unsigned char *)x;
    for (size_t b = 0; b < (size_t)p->batch; b++)
        if (past[b] < 0 || past[b] > p->past) return -1;
    for (size_t b = 0; b < (size_t)p->batch; b++) {
        const size_t valid = (size_t)past[b];
        for (size_t h = 0; h < heads; h++) {
            const size_t first = b * (size_t)p->old_batch + h * (size_t)p->old_head;
            unsigned char *to = (unsigned char *)y + b * (size_t)p->y_batch + h * (size_t)p->y_head;
            if (y != old && valid > 0 && position == row) memcpy(to, kept + first, valid * row);
            else if (y != old)
                for (size_t i = 0; i < valid; i++) memcpy(to + i * position, kept + first + i * position, row);
            for (size_t i = 0; i < steps; i++)
                memcpy(to + (valid + i) * position, from + ((b * steps + i) * heads + h) * row, row);
            for (size_t i = valid + steps; i < room + steps; i++) memset(to + i * position, 0, row);
        }
    }
    return 0;
}

/* How many; room: positions of the cache; row: bytes of one. */
struct put_positions {
    int32_t batch, heads, steps, room, row;
};

/* y = old[batch][heads][room][row] with x[batch][steps][heads][row] from position past[batch] on. y may be old.
 * Refused: more than there is room for. */
int put_positions(const void *x, const void *old, const int64_t *past, void *y, const struct put_positions *p)
{
    const size_t row = (size_t)p->row, steps = (size_t)p->steps, heads = (size_t)p->heads, head = (size_t)p->room * row;
    const unsigned char *from = (const unsigned char *)x;
    unsigned char *to = (unsigned char *)y;
    for (size_t b = 0; b < (size_t)p->batch; b++)
        if (past[b] < 0 || past[b] > (int64_t)p->room - p->steps) return -1;
    if (y != old) memcpy(y, old, (size_t)p->batch * heads * head);
    for (size_t b = 0; b < (size_t)p->batch; b++)
        for (size_t i = 0; i < steps; i++)
            for (size_t h = 0; h < heads; h++, from += row)
                memcpy(to + (b * heads + h) * head + ((size_t)past[b] + i) * row, from, row);
    return 0;
}
