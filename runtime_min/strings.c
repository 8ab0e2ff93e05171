/* Operators on texts. Those that they make lie in a room of so many bytes for each, its NUL included; what needs more
 * is refused. */

/* z = x[...], then y[...], over `shape`; the strides, in elements, broadcast to it. */
int string_concat(const char *const *x, const char *const *y, uint8_t *text, const char **z, int32_t room, int32_t rank,
                  const int32_t *shape, const int32_t *x_stride, const int32_t *y_stride)
{
    size_t n = 1;
    for (int32_t d = 0; d < rank; d++) n *= (size_t)shape[d];
    for (size_t i = 0; i < n; i++) {
        size_t rest = i, at_x = 0, at_y = 0;
        for (int32_t d = rank - 1; d >= 0; d--) {
            const size_t index = rest % (size_t)shape[d];
            rest /= (size_t)shape[d];
            at_x += index * (size_t)x_stride[d];
            at_y += index * (size_t)y_stride[d];
        }
        const size_t first = strlen(x[at_x]), second = strlen(y[at_y]);
        char *to = (char *)text + i * (size_t)room;
        if (first >= (size_t)room || second >= (size_t)room - first) return -1;
        memcpy(to, x[at_x], first);
        memcpy(to + first, y[at_y], second + 1);
        z[i] = to;
    }
    return 0;
}

/* -- splitting ----------------------------------------------------------------------------------------------------- */

static inline bool string_is_space(int32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct string_split {
    int32_t n, room;
    int32_t splits;      /* at most; -1: any number */
    int32_t least, most; /* pieces of the text that has most of them */
};

/* Cuts a text between white space, none of which is left at its ends. pieces[] holds p->most; returns how many there
 * are. */
int64_t string_cut_space(char *text, const char **pieces, const struct string_split *p)
{
    int64_t count = 0;
    char *end = text + strlen(text);
    while (end > text && string_is_space(end[-1])) *--end = 0;
    for (;; text++) {
        while (string_is_space(*text)) text++;
        if (!*text) return count;
        if (count < p->most) pieces[count] = text;
        if (count++ == p->splits) return count;
        while (*text && !string_is_space(*text)) text++;
        if (!*text) return count;
        *text = 0;
    }
}

/* The same between one delimiter and the next; an empty text has no pieces. */
int64_t string_cut(char *text, const char *delimiter, const char **pieces, const struct string_split *p)
{
    int64_t count = 0;
    if (!*text) return 0;
    for (;;) {
        if (count < p->most) pieces[count] = text;
        char *end = count++ == p->splits ? NULL : strstr(text, delimiter);
        if (!end) return count;
        *end = 0;
        text = end + strlen(delimiter);
    }
}

/* y[n][*count] = the pieces of the texts x[n], filled up with empty ones, and z[n] how many there are of each; *count
 * is the most of these. delimiter: an empty one is white space. y has room for p->most pieces of each. */
int string_split(const char *const *x, const char *const *delimiter, uint8_t *text, const char **y, int64_t *z,
                 const struct string_split *p, int32_t *count)
{
    int64_t most = 0;
    for (int32_t i = 0; i < p->n; i++) {
        const size_t size = strlen(x[i]) + 1;
        char *to = (char *)text + (size_t)i * (size_t)p->room;
        const char **pieces = y + (size_t)i * (size_t)p->most;
        if (size > (size_t)p->room) return -1;
        memcpy(to, x[i], size);
        z[i] = **delimiter ? string_cut(to, *delimiter, pieces, p) : string_cut_space(to, pieces, p);
        if (z[i] > most) most = z[i];
    }
    if (most > p->most) return -1;
    if (most < p->least) most = p->least;
    for (int32_t i = 0; i < p->n; i++)
        for (int64_t k = 0; k < most; k++)
            y[i * most + k] = k < z[i] ? y[(int64_t)i * p->most + k] : "";
    *count = (int32_t)most;
    return 0;
}

/* -- normalising --------------------------------------------------------------------------------------------------- */

/* The character that a text begins with, and its bytes; a byte that is no UTF-8 stands for itself, from 0x110000 on. */
int32_t letter_decode(const char *text, uint32_t *letter)
{
    const uint8_t *s = (const uint8_t *)text;
    const int32_t length = *s < 0xc2 ? 1 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : *s < 0xf5 ? 4 : 1;
    *letter = length > 1 ? *s & (0x7fu >> length) : *s < 0x80 ? *s : 0x110000u + *s;
    for (int32_t i = 1; i < length; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            *letter = 0x110000u + *s;
            return 1;
        }
        *letter = *letter << 6 | (s[i] & 0x3fu);
    }
    return length;
}

/* Its bytes; returns how many, up to four. */
int32_t letter_encode(uint32_t letter, char *text)
{
    const int32_t more = letter < 0x80 || letter >= 0x110000 ? 0 : letter < 0x800 ? 1 : letter < 0x10000 ? 2 : 3;
    for (int32_t i = more; i > 0; i--, letter >>= 6) text[i] = (char)(0x80 | (letter & 0x3f));
    text[0] = (char)(more ? (0xff00u >> (more + 1) & 0xff) | letter : letter & 0xff);
    return more + 1;
}

/* Do two texts have the same letters, of whatever case? */
bool string_same_letters(const char *a, const char *b)
{
    uint32_t x = 1, y = 1;
    while (x && x == y) {
        a += letter_decode(a, &x);
        b += letter_decode(b, &y);
        x = letter_to_lower(x);
        y = letter_to_lower(y);
    }
    return x == y;
}

struct string_normalize {
    int32_t n, stops, room;
    int32_t change;       /* of the case: 0 none, 1 to lower, 2 to upper */
    int32_t ignores_case; /* of words to be left out */
};

/* text = x in the other case. Returns whether it fits. */
bool string_change_case(const char *x, char *text, const struct string_normalize *p)
{
    const char *const end = text + p->room;
    uint32_t letter = 1;
    while (letter) {
        char bytes[4];
        x += letter_decode(x, &letter);
        const int32_t length = letter_encode(p->change == 1 ? letter_to_lower(letter) : letter_to_upper(letter), bytes);
        if (end - text < length) return false;
        memcpy(text, bytes, (size_t)length);
        text += length;
    }
    return true;
}

/* y[*count] = those of the texts x[n] that are none of stop[stops], with their case changed; an empty one if there are
 * none. */
int string_normalize(const char *const *x, const char *const *stop, uint8_t *text, const char **y,
                     const struct string_normalize *p, int32_t *count)
{
    *count = 0;
    for (int32_t i = 0; i < p->n; i++) {
        bool stays = true;
        for (int32_t k = 0; k < p->stops && stays; k++)
            stays = p->ignores_case ? !string_same_letters(x[i], stop[k]) : strcmp(x[i], stop[k]) != 0;
        if (!stays) continue;
        char *to = (char *)text + (size_t)*count * (size_t)p->room;
        if (p->change && !string_change_case(x[i], to, p)) return -1;
        y[*count] = p->change ? to : x[i];
        ++*count;
    }
    if (*count == 0) y[(*count)++] = "";
    return 0;
}
