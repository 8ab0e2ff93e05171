/* Regular expressions. */

/* y[i] = is all of x[i] matched, for each i below n. State `state` is followed by next[state][class_of[byte]]; a text
 * may end where accepts[state]. */
void regex_full_match(const char *const *x, const uint8_t *class_of, const uint16_t *next, const bool *accepts, bool *y,
                      int32_t n, int32_t classes)
{
    for (int32_t i = 0; i < n; i++) {
        int32_t state = 0;
        for (const char *s = x[i]; *s; s++) state = next[state * classes + class_of[(uint8_t)*s]];
        y[i] = accepts[state];
    }
}
