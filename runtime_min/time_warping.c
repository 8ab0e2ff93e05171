/* The cheapest way through a matrix. */

/* y[2][*count]: rows and columns of the points of the way from x[0][0] to x[rows - 1][cols - 1] that costs least, by
 * steps down, to the right, or both; of equal ones as OpenAI's Whisper has it. cost[2][cols + 1] and came[rows][cols]
 * are scratch: how a point is reached, 0 from both, 1 from above, 2 from the left. y has room for `most`
 * points; more are refused. */
int time_warping(const float *x, float *cost, uint8_t *came, int32_t *y, int32_t rows, int32_t cols, int32_t most,
                 int32_t *count)
{
    const size_t width = (size_t)cols;
    float *above = cost, *here = cost + width + 1;
    for (size_t j = 0; j <= width; j++) above[j] = j ? INFINITY : 0;
    for (int32_t i = 0; i < rows; i++) {
        float *const done = here;
        here[0] = INFINITY;
        for (size_t j = 0; j < width; j++) {
            const float both = above[j], up = above[j + 1], left = here[j];
            const uint8_t from = both < up && both < left ? 0 : up < both && up < left ? 1 : 2;
            came[(size_t)i * width + j] = from;
            here[j + 1] = x[(size_t)i * width + j] + (from == 0 ? both : from == 1 ? up : left);
        }
        here = above;
        above = done;
    }
    *count = 0;
    for (int32_t pass = 0; pass < 2; pass++) {
        const int32_t points = *count;
        if (points > most) return -1;
        int32_t i = rows - 1, j = cols - 1, at = points;
        while (i >= 0 && j >= 0) {
            if (pass) {
                y[--at] = i;
                y[at + points] = j;
            } else {
                ++*count;
            }
            const uint8_t from = i && j ? came[(size_t)i * width + (size_t)j] : i ? 1 : 2;
            if (from != 2) i--;
            if (from != 1) j--;
        }
    }
    return 0;
}
