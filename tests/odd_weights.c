/* Products of bytes by the instructions of small processors, with weights at every address: words are loaded from them
 * only by instructions that take any. Prints "right", or is ended by the fault. */
#include "kernels.h"

#include <stdio.h>

enum { DEPTH = 13, COLUMNS = 6, FILLED = 16, PACKED = (COLUMNS + 3) / 4 * 4 * FILLED };

static int8_t x[4 * DEPTH], weights[COLUMNS * DEPTH], room[PACKED + 8], y[4 * COLUMNS];
static int32_t start[COLUMNS], scratch[4 * FILLED];

static int32_t expected(int32_t row, int32_t column)
{
    int32_t sum = 0;
    for (int32_t k = 0; k < DEPTH; k++) sum += x[row * DEPTH + k] * weights[column * DEPTH + k];
    return sum < -128 ? -128 : sum > 127 ? 127 : sum;
}

static bool is_right(int32_t rows)
{
    for (int32_t i = 0; i < rows * COLUMNS; i++)
        if (y[i] != expected(i / COLUMNS, i % COLUMNS)) return false;
    return true;
}

int main(void)
{
    static const float one = 1;
    const struct qgemm_words four = {4, COLUMNS, DEPTH, 0, 1, 0, 0, -128, 127},
                             single = {1, COLUMNS, DEPTH, 0, 1, 0, 0, -128, 127};
    for (int32_t i = 0; i < 4 * DEPTH; i++) x[i] = (int8_t)(i % 7 - 3);
    for (int32_t i = 0; i < COLUMNS * DEPTH; i++) weights[i] = (int8_t)(i % 5 - 2);
    for (int32_t at = 0; at < 8; at++) {
        int8_t *const w = room + at;
        bool right = true;
        pack_byte_runs(weights, w, COLUMNS, 1, DEPTH, 0);
        qgemm_words_i8(x, w, NULL, start, &one, y, scratch, &four);
        right = right && is_right(4);
        qgemm_pairs_i8(x, w, NULL, start, &one, y, scratch, &four);
        right = right && is_right(4);
        pack_byte_columns(weights, w, COLUMNS, DEPTH, 0);
        qgemm_row_words_i8(x, w, NULL, start, &one, y, scratch, &single);
        right = right && is_right(1);
        qgemm_row_pairs_i8(x, w, NULL, start, &one, y, scratch, &single);
        right = right && is_right(1);
        if (!right) return 1;
    }
    return puts("right") == EOF;
}
