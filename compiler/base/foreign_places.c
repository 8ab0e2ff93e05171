/* The doors: what foreign text becomes in each place that it may enter. */
#include "base/foreign.h"

#include "base/mem.h"
#include "base/unicode.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* The most that a byte becomes at any door: "\ufffdff". */
enum { LONGEST = 8 };

static char *room_for(size_t length)
{
    return mem_alloc(LONGEST * length + sizeof "\"\"");
}

/* -- escapes ----------------------------------------------------------------------------------- */

static char *put_byte(char *to, char byte)
{
    return to + sprintf(to, "\\x%02x", (unsigned char)byte);
}

static char *put_character(char *to, uint32_t c)
{
    const char *at = c ? strchr("\nn\rr\tt", (int)c) : NULL;
    if (at && c < ' ') return to + sprintf(to, "\\%c", at[1]);
    if (c < 0x80) return put_byte(to, (char)c);
    return to + sprintf(to, c < 0x10000 ? "\\u%04x" : "\\U%08x", (unsigned)c);
}

static char *copy_bytes(char *to, const char *from, int count)
{
    memcpy(to, from, (size_t)count);
    return to + count;
}

/* -- terminals and comments -------------------------------------------------------------------- */

typedef enum { TERMINAL, COMMENT } Place;

/* Is text[at] a character that the place holds with a backslash? */
static bool needs_backslash(Place place, const char *text, size_t at)
{
    char c = text[at], before = '\0';
    if (at) before = text[at - 1];
    if (c == '"' || c == '`' || c == '\\') return true;
    if (place == TERMINAL) return false;
    return (c == '/' && before == '*') || (c == '*' && (before == '/' || !text[at + 1])) || (c == '?' && before == '?');
}

static bool holds(Place place, const char *text, size_t at, uint32_t c)
{
    if (place == COMMENT) return c >= ' ' && c < 0x7f && (c != '\\' || text[at + 1]);
    return unicode_is_plain(c) && (at || !unicode_combines(c));
}

static const char *escaped(Place place, const char *text, size_t length)
{
    char *result = room_for(length), *to = result;
    int bytes;
    for (size_t at = 0; at < length; at += (size_t)bytes) {
        uint32_t c;
        bytes = utf8_decode(text + at, &c);
        if (!bytes) to = put_byte(to, text[at]), bytes = 1;
        else if (!holds(place, text, at, c)) to = put_character(to, c);
        else if (needs_backslash(place, text, at)) to += sprintf(to, "\\%c", text[at]);
        else to = copy_bytes(to, text + at, bytes);
    }
    return result;
}

const char *shown(Foreign f)
{
    return shown_bytes(f, foreign_length(f));
}

const char *shown_bytes(Foreign f, size_t length)
{
    return escaped(TERMINAL, f.raw, length);
}

const char *in_comment(Foreign f)
{
    return escaped(COMMENT, f.raw, foreign_length(f));
}

/* -- strings of C and of the assembler --------------------------------------------------------- */

/* Printable ASCII that means nothing else in a string; `?` might begin a trigraph. */
static bool is_simple(char c)
{
    return c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '?';
}

const char *in_string(Foreign f)
{
    char *result = room_for(foreign_length(f)), *to = result;
    *to++ = '"';
    for (const char *s = f.raw; *s; s++)
        if (is_simple(*s)) *to++ = *s;
        else to += sprintf(to, "\\%03o", (unsigned char)*s);
    *to = '"';
    return result;
}

const char *in_assembler(Foreign f)
{
    char *result = room_for(foreign_length(f)), *to = result;
    for (const char *s = f.raw; *s; s++)
        if (is_simple(*s)) *to++ = *s;
        else to += sprintf(to, "\\\\%03o", (unsigned char)*s);
    return result;
}

/* -- JSON -------------------------------------------------------------------------------------- */

enum { REPLACEMENT = 0xfffd };

static char *put_json_escape(char *to, uint32_t c)
{
    if (c < 0x10000) return to + sprintf(to, "\\u%04x", (unsigned)c);
    unsigned high = 0xd800 + ((c - 0x10000) >> 10), low = 0xdc00 + (c & 0x3ff); /* a pair of UTF-16 */
    return to + sprintf(to, "\\u%04x\\u%04x", high, low);
}

const char *in_json(Foreign f)
{
    char *result = room_for(foreign_length(f)), *to = result;
    int bytes;
    *to++ = '"';
    for (const char *s = f.raw; *s; s += bytes) {
        uint32_t c;
        bytes = utf8_decode(s, &c);
        if (!bytes) to += sprintf(to, "\\ufffd%02x", (unsigned char)*s), bytes = 1;
        else if (c == REPLACEMENT) to += sprintf(to, "\\ufffd\\ufffd");
        else if (c == '"' || c == '\\') to += sprintf(to, "\\%c", *s);
        else if (!unicode_is_plain(c) || (s == f.raw && unicode_combines(c))) to = put_json_escape(to, c);
        else to = copy_bytes(to, s, bytes);
    }
    *to = '"';
    return result;
}

/* -- HTML -------------------------------------------------------------------------------------- */

/* What means something in a page; NULL: nothing. */
static const char *entity_of(uint32_t c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    case '`': return "&#96;";
    default: return NULL;
    }
}

const char *in_html(Foreign f)
{
    char *result = room_for(foreign_length(f)), *to = result;
    int bytes;
    for (const char *s = f.raw; *s; s += bytes) {
        uint32_t c;
        bytes = utf8_decode(s, &c);
        if (!bytes) to = put_byte(to, *s), bytes = 1;
        else if (entity_of(c)) to += sprintf(to, "%s", entity_of(c));
        else if (c == '\\') to = copy_bytes(to, "\\\\", 2);
        else if (!unicode_is_plain(c) || (s == f.raw && unicode_combines(c))) to = put_character(to, c);
        else to = copy_bytes(to, s, bytes);
    }
    return result;
}

/* -- shells ------------------------------------------------------------------------------------ */

static bool is_shown_as_it_is(const char *text)
{
    uint32_t c = 0;
    int bytes = 1;
    for (const char *s = text; *s && bytes; s += bytes) {
        bytes = utf8_decode(s, &c);
        if (bytes && !unicode_is_plain(c)) return false;
    }
    return bytes != 0;
}

/* $'...': what a terminal wouldn't show is written in octal. */
static const char *in_shell_escaped(const char *text)
{
    char *result = room_for(strlen(text)), *to = result;
    to = copy_bytes(to, "$'", 2);
    for (const char *s = text; *s; s++)
        if (*s >= ' ' && *s < 0x7f && *s != '\'' && *s != '\\') *to++ = *s;
        else to += sprintf(to, "\\%03o", (unsigned char)*s);
    *to = '\'';
    return result;
}

const char *in_shell(Foreign f)
{
    const char *simple = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+.,:/@%", *text = f.raw;
    if (*text && !text[strspn(text, simple)]) return text;
    if (!is_shown_as_it_is(text)) return in_shell_escaped(text);
    char *result = room_for(strlen(text)), *to = result;
    *to++ = '\'';
    for (const char *s = text; *s; s++)
        if (*s == '\'') to = copy_bytes(to, "'\\''", 4);
        else *to++ = *s;
    *to = '\'';
    return result;
}

/* -- make and Ninja ---------------------------------------------------------------------------- */

/* Make takes `~` in front for a home, and a name that ends with a parenthesis for a part of an archive. */
const char *in_depfile(Foreign f)
{
    const char *simple = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+.,/@~!{}()";
    char *result = room_for(foreign_length(f)), *to = result;
    if (foreign_empty(f) || foreign_starts(f, "~") || foreign_ends(f, ")")) return NULL;
    for (const char *s = f.raw; *s; s++) {
        bool escaped = *s == ' ' || *s == '#' || *s == ':' || *s == '$';
        if (!escaped && isascii((unsigned char)*s) && !strchr(simple, *s)) return NULL;
        if (escaped) *to++ = *s == '$' ? '$' : '\\';
        *to++ = *s;
    }
    return result;
}

/* -- identifiers ------------------------------------------------------------------------------- */

static bool is_letter_or_digit(char c)
{
    return isascii((unsigned char)c) && isalnum((unsigned char)c);
}

/* What stands in front in the names that exporters give, and says nothing. */
static const char *without_front(const char *text)
{
    return text + strspn(text, "/._:");
}

/* The length of what exporters put after the name of a node for its first result, if it begins here: at the end, or
 * before what was added to the name. */
static size_t tail_length(const char *text)
{
    static const char tail[] = "_output_0";
    size_t length = sizeof tail - 1;
    return !strncmp(text, tail, length) && !is_letter_or_digit(text[length]) ? length : 0;
}

const char *as_identifier(Foreign f)
{
    const char *text = without_front(f.raw);
    char *name = mem_alloc(strlen(text) + 3), *to = name;
    if (!*text || isdigit((unsigned char)*text)) *to++ = 'v';
    for (const char *s = text; *s; s++) {
        while (s > text && tail_length(s)) s += tail_length(s);
        if (!*s) break;
        if (is_letter_or_digit(*s)) *to++ = *s;
        else if (to == name || to[-1] != '_') *to++ = '_'; /* runs of separators become one */
    }
    if (to > name + 1 && to[-1] == '_') to--;
    *to = '\0';
    return name;
}

const char *in_identifier(Foreign f)
{
    char *result = mem_strdup(f.raw);
    for (char *s = result; *s; s++)
        if (!is_letter_or_digit(*s)) *s = '_';
    return result;
}
