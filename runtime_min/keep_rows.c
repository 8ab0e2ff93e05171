/* Moves `count` floats of x from `from` on to its front. */
void keep_rows_f32(float *x, int32_t from, int32_t count)
{
    memmove(x, x + from, (size_t)count * sizeof *x);
}
