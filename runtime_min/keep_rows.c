/* Moves `count` bytes of x from `from` on to its front. */
void keep_rows(void *x, size_t from, size_t count)
{
    memmove(x, (const unsigned char *)x + from, count);
}
