/* Which boxes of a detector to keep. ONNX NonMaxSuppression. */

struct non_max_suppression {
    int32_t batch, classes, boxes;
    int32_t center; /* boxes are [x_center, y_center, width, height] instead of two opposite corners [y1, x1, y2, x2] */
};

/* Corners of a box as top, left, bottom, right. */
void box_corners(const float *box, bool center, float corners[4])
{
    for (size_t axis = 0; axis < 2; axis++) { /* y, x */
        const float a = center ? box[1 - axis] - box[3 - axis] / 2 : box[axis];
        const float b = center ? box[1 - axis] + box[3 - axis] / 2 : box[axis + 2];
        corners[axis] = a < b ? a : b;
        corners[axis + 2] = a < b ? b : a;
    }
}

/* Intersection over union of two boxes. */
float box_overlap(const float *a, const float *b, bool center)
{
    float p[4], q[4];
    box_corners(a, center, p);
    box_corners(b, center, q);
    const float height = (p[2] < q[2] ? p[2] : q[2]) - (p[0] > q[0] ? p[0] : q[0]);
    const float width = (p[3] < q[3] ? p[3] : q[3]) - (p[1] > q[1] ? p[1] : q[1]);
    if (height <= 0 || width <= 0) return 0;
    const float common = height * width;
    return common / ((p[2] - p[0]) * (p[3] - p[1]) + (q[2] - q[0]) * (q[3] - q[1]) - common);
}

/* The candidate with the highest score, the first of equals; n if there is none. */
size_t best_candidate(const float *scores, const uint8_t *candidate, size_t n)
{
    size_t best = n;
    for (size_t i = 0; i < n; i++)
        if (candidate[i] && (best == n || scores[i] > scores[best])) best = i;
    return best;
}

/* selected[*count][3] = (batch, class, box), by falling score within each class. boxes[batch][boxes][4],
 * scores[batch][classes][boxes]; most (per class), overlap and threshold may be null: 0, 0, none.
 * candidate[boxes] is scratch. Refused: more than `room`. */
int non_max_suppression(const float *boxes, const float *scores, const int64_t *most, const float *overlap,
                        const float *threshold, int64_t *selected, uint8_t *candidate,
                        const struct non_max_suppression *p, int32_t room, int32_t *count)
{
    const size_t n = (size_t)p->boxes;
    int32_t total = 0;
    for (int32_t b = 0; b < p->batch; b++)
        for (int32_t c = 0; c < p->classes; c++) {
            const float *box = boxes + (size_t)b * n * 4,
                        *score = scores + ((size_t)b * (size_t)p->classes + (size_t)c) * n;
            for (size_t i = 0; i < n; i++) candidate[i] = !threshold || score[i] > *threshold;
            for (int64_t kept = 0; most && kept < *most; kept++) {
                const size_t best = best_candidate(score, candidate, n);
                if (best == n) break;
                if (total == room) return -1;
                for (size_t i = 0; i < n; i++)
                    if (candidate[i] && box_overlap(box + 4 * best, box + 4 * i, p->center) > (overlap ? *overlap : 0))
                        candidate[i] = 0;
                candidate[best] = 0;
                selected[3 * (size_t)total] = b;
                selected[3 * (size_t)total + 1] = c;
                selected[3 * (size_t)total + 2] = (int64_t)best;
                total++;
            }
        }
    *count = total;
    return 0;
}
