/* Sequences of tokens, as generation of text wants them: com.microsoft. */

/* Where `length` tokens occur in source[count], from place `from` on; count if nowhere. */
int64_t tokens_find(const int64_t *source, int64_t count, const int64_t *tokens, int64_t length, int64_t from)
{
    for (int64_t i = from; i + length <= count; i++) {
        int64_t same = 0;
        while (same < length && source[i + same] == tokens[same]) same++;
        if (same == length) return i;
    }
    return count;
}

struct bifurcation {
    int32_t source, current, predicted; /* how many tokens */
    int32_t least, most;                /* of a suffix that is looked for */
};

/* tokens[*count] = current[], then those of predicted[] that source[] has from place *matched on, and the first that
 * differs. *match: the place in source[] after what the last tokens, `least` to `most` of them, match once; -1 if they
 * don't. predicted may be NULL; else it has a token more than the rest of source[]. Refused: any other number of
 * them. */
int bifurcation(const int64_t *source, const int64_t *current, const int64_t *matched, const int64_t *predicted,
                int64_t *tokens, int64_t *match, const struct bifurcation *p, int32_t room, int32_t *count)
{
    int64_t length = p->current, rest = p->predicted - 1, same = 0;
    if (predicted && (*matched < 0 || *matched > p->source || p->source - *matched != rest)) return -1;
    if (predicted)
        while (same < rest && predicted[same] == source[*matched + same]) same++;
    if (length + (predicted ? same + 1 : 0) > room) return -1;
    for (int64_t i = 0; i < length; i++) tokens[i] = current[i];
    for (int64_t i = 0; predicted && i <= same; i++) tokens[length++] = predicted[i];
    *match = -1;
    for (int64_t n = p->least; n <= p->most && n <= length; n++) {
        const int64_t at = tokens_find(source, p->source, tokens + length - n, n, 0);
        if (at == p->source) break;
        if (tokens_find(source, p->source, tokens + length - n, n, at + 1) < p->source) continue;
        *match = at + n;
        break;
    }
    *count = (int32_t)length;
    return 0;
}

/* y[batch][words] = scores, with -infinity for every word that would repeat one of the n-grams of ids[batch][steps].
 * y may be scores. Refused: words that there are not. */
int ngram_repeat_block(const int64_t *ids, const float *scores, float *y, int32_t batch, int32_t steps, int32_t words,
                       int32_t n)
{
    memmove(y, scores, (size_t)batch * (size_t)words * sizeof *y);
    for (int32_t b = 0; b < batch; b++, ids += steps, y += words)
        for (int64_t at = 0; at + n <= steps; at++) {
            if (tokens_find(ids + at, n - 1, ids + steps - n + 1, n - 1, 0) > 0) continue;
            const int64_t word = ids[at + n - 1];
            if (word < 0 || word >= words) return -1;
            y[word] = -INFINITY;
        }
    return 0;
}
