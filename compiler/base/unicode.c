#include "base/unicode.h"

#include <stddef.h>

int utf8_decode(const char *text, uint32_t *character)
{
    static const uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *s = (const unsigned char *)text;
    int length = *s < 0x80 ? 1 : *s < 0xc0 ? 0 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3 : *s < 0xf8 ? 4 : 0;
    uint32_t c = length < 2 ? *s : *s & (0x7fU >> length);
    for (int i = 1; i < length; i++) {
        if ((s[i] & 0xc0) != 0x80) return 0; /* also at the NUL that ends the text */
        c = c << 6 | (s[i] & 0x3f);
    }
    if (!length || c < lowest[length] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) return 0;
    *character = c;
    return length;
}

typedef struct {
    uint32_t first, last;
} Characters;

static bool among(uint32_t c, const Characters *list, size_t count)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (c > list[middle].last) low = middle + 1;
        else high = middle;
    }
    return low < count && c >= list[low].first;
}

/* Categories Cc, Cf, Co, Zs, Zl, Zp, what Unicode calls Default_Ignorable_Code_Point, and the blank
 * pattern of Braille; in order. */
static const Characters odd[] = {
    {0x0000, 0x001f},   /* control characters */
    {0x007f, 0x00a0},   /* more of them; no-break space */
    {0x00ad, 0x00ad},   /* soft hyphen */
    {0x034f, 0x034f},   /* grapheme joiner */
    {0x0600, 0x0605},   /* signs that run on under the numbers after them */
    {0x061c, 0x061c},   /* direction mark */
    {0x06dd, 0x06dd},   /* sign around numbers */
    {0x070f, 0x070f},   /* sign over letters */
    {0x0890, 0x0891},   /* signs around numbers */
    {0x08e2, 0x08e2},   /* sign around numbers */
    {0x115f, 0x1160},   /* fillers of Hangul */
    {0x1680, 0x1680},   /* space of Ogham */
    {0x17b4, 0x17b5},   /* vowels of Khmer that are not seen */
    {0x180b, 0x180f},   /* variation selectors and vowel separator of Mongolian */
    {0x2000, 0x200f},   /* spaces, of width zero, too; joiners; direction marks */
    {0x2028, 0x202f},   /* ends of line and paragraph; direction marks; narrow space */
    {0x205f, 0x206f},   /* space of formulas; invisible operators; direction marks */
    {0x2800, 0x2800},   /* blank pattern of Braille */
    {0x3000, 0x3000},   /* wide space */
    {0x3164, 0x3164},   /* filler of Hangul */
    {0xe000, 0xf8ff},   /* private use */
    {0xfdd0, 0xfdef},   /* no characters */
    {0xfe00, 0xfe0f},   /* variation selectors */
    {0xfeff, 0xfeff},   /* byte order mark */
    {0xffa0, 0xffa0},   /* filler of Hangul, half as wide */
    {0xfff0, 0xfffb},   /* reserved; annotations */
    {0x110bd, 0x110bd}, /* sign around numbers */
    {0x110cd, 0x110cd}, /* sign around numbers */
    {0x13430, 0x1343f}, /* layout of hieroglyphs */
    {0x1bca0, 0x1bca3}, /* layout of shorthand */
    {0x1d173, 0x1d17a}, /* layout of music */
    {0xe0000, 0xe0fff}, /* tags and variation selectors */
    {0xf0000, 0x10ffff} /* private use */
};

bool unicode_is_plain(uint32_t c)
{
    bool is_none = (c & 0xfffe) == 0xfffe; /* the last two of every plane */
    return !is_none && !among(c, odd, sizeof odd / sizeof *odd);
}

/* The blocks of marks that scripts share, and those of the scripts beside Latin that are met most. */
static const Characters marks[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x0610, 0x061a}, {0x064b, 0x065f},
    {0x0670, 0x0670}, {0x06d6, 0x06ed}, {0x0900, 0x0903}, {0x093a, 0x093c}, {0x093e, 0x094f},
    {0x0e31, 0x0e31}, {0x0e34, 0x0e3a}, {0x0e47, 0x0e4e}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},
    {0x20d0, 0x20ff}, {0x302a, 0x302f}, {0x3099, 0x309a}, {0xfe20, 0xfe2f},
};

bool unicode_combines(uint32_t c)
{
    return among(c, marks, sizeof marks / sizeof *marks);
}
