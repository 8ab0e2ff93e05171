/* Texts taken apart by regular expressions. */

/* Each matcher is a table as regex_full_match has it: class_of[256], from next[states] and accepts[states] on. */
struct tokenizer {
    int32_t n, room;     /* texts; bytes for the tokens of each */
    int32_t separators;  /* matchers, one after the other, of what stands between tokens; 0: the one is of tokens */
    int32_t letters;     /* a token has at least */
    int32_t mark;        /* begin and end of a text are tokens, too */
    int32_t least, most; /* tokens of the text that has most of them, marks included */
};

struct token_matcher {
    const uint8_t *class_of;
    const uint16_t *next;
    const bool *accepts;
    int32_t classes;
};

/* The bytes of the longest match that a text begins with; -1: there is none. */
int64_t token_match(const char *text, const struct token_matcher *m)
{
    int64_t found = m->accepts[0] ? 0 : -1;
    int32_t state = 0;
    for (int64_t i = 0; text[i]; i++) {
        state = m->next[state * m->classes + m->class_of[(uint8_t)text[i]]];
        if (m->accepts[state]) found = i + 1;
    }
    return found;
}

int32_t token_letters(const char *text, size_t bytes)
{
    int32_t count = 0;
    for (size_t i = 0; i < bytes; i++) count += ((uint8_t)text[i] & 0xc0) != 0x80;
    return count;
}

/* Zeros in place of what separates tokens, and of what is too short for one, in a text that ends at a zero. Returns
 * its end. */
char *token_separate(char *text, const struct token_matcher *m, int32_t letters)
{
    char *start = text;
    for (;;) {
        const int64_t bytes = *text ? token_match(text, m) : 0;
        uint32_t letter;
        if (bytes < 0) {
            text += letter_decode(text, &letter);
            continue;
        }
        if (token_letters(start, (size_t)(text - start)) < letters) memset(start, 0, (size_t)(text - start));
        if (!*text) return text;
        const size_t gap = bytes > 0 ? (size_t)bytes : (size_t)letter_decode(text, &letter);
        memset(text, 0, gap);
        text += gap;
        start = text;
    }
}

/* Tokens between separators, as many as there are; tokens[] holds p->most of them. The text is changed, one matcher
 * after the other: what is between zeros is taken apart further. */
int64_t token_cut(char *text, const char **tokens, const struct token_matcher *m, const struct tokenizer *p)
{
    char *const end = text + strlen(text);
    int64_t count = 0;
    for (int32_t k = 0; k < p->separators; k++)
        for (char *s = text; s < end;)
            if (*s) s = token_separate(s, &m[k], p->letters);
            else s++;
    for (char *s = text; s < end; s++)
        if (*s && (s == text || !s[-1])) {
            if (count < p->most) tokens[count] = s;
            count++;
        }
    return count;
}

/* The tokens that match, written to room one after another. */
int64_t token_find(const char *text, char *room, const char **tokens, const struct token_matcher *m,
                   const struct tokenizer *p)
{
    int64_t count = 0;
    while (*text) {
        const int64_t bytes = token_match(text, m);
        if (bytes <= 0 || token_letters(text, (size_t)bytes) < p->letters) {
            uint32_t letter;
            text += letter_decode(text, &letter);
            continue;
        }
        memcpy(room, text, (size_t)bytes);
        room[bytes] = 0;
        if (count < p->most) tokens[count] = room;
        count++;
        room += bytes + 1;
        text += bytes;
    }
    return count;
}

/* The tokens of all texts: how many of each go to counts[n]. Returns the most of them, marks included; -1: there is no
 * room. */
int64_t token_rows(const char *const *x, const struct token_matcher *m, uint8_t *text, int32_t *counts, const char **y,
                   const struct tokenizer *p)
{
    const int64_t marks = p->mark ? 2 : 0;
    int64_t most = 0;
    for (int32_t i = 0; i < p->n; i++) {
        const char **tokens = y + (size_t)i * (size_t)p->most;
        char *to = (char *)text + (size_t)i * (size_t)p->room;
        const size_t bytes = strlen(x[i]);
        int64_t found;
        if (bytes >= ((size_t)p->room + 1) / 2) return -1;
        if (p->separators) {
            memcpy(to, x[i], bytes + 1);
            found = token_cut(to, tokens, m, p);
        } else {
            found = token_find(x[i], to, tokens, m, p);
        }
        if (found > 0 && found + marks > p->most) return -1;
        counts[i] = (int32_t)found;
        if (found > most) most = found;
    }
    return most ? most + marks : 0;
}

/* y[n][*count] = the tokens of the texts x[n], after them *pad where others have more; *count is the most of these.
 * tables[matchers][3]: of each, its classes, and the first of its numbers in next and accepts. counts[n] is scratch. y
 * has room for p->most tokens of each. */
int tokenize(const char *const *x, const char *const *pad, const uint8_t *class_of, const uint16_t *next,
             const bool *accepts, const int32_t *tables, uint8_t *text, int32_t *counts, const char **y,
             const struct tokenizer *p, int32_t *count)
{
    struct token_matcher m[16];
    for (int32_t k = 0; k < (p->separators ? p->separators : 1); k++) {
        const int32_t *t = tables + (size_t)k * 3;
        m[k] = (struct token_matcher){class_of + (size_t)k * 256, next + t[1], accepts + t[2], t[0]};
    }
    int64_t most = token_rows(x, m, text, counts, y, p);
    if (most < 0) return -1;
    const bool marks = p->mark && most > 0;
    if (most < p->least) most = p->least;
    for (int32_t i = 0; i < p->n; i++) {
        const char **to = y + (size_t)i * (size_t)most;
        const int64_t last = counts[i] + (marks ? 1 : 0);
        memmove(to + (marks ? 1 : 0), y + (size_t)i * (size_t)p->most, (size_t)counts[i] * sizeof *to);
        if (marks) to[0] = "\x02";
        for (int64_t k = last; k < most; k++) to[k] = marks && k == last ? "\x03" : *pad;
    }
    *count = (int32_t)most;
    return 0;
}
