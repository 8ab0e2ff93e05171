/* emit_weight_data: the elements of a constant as C, and the comment over them. */
#include "emit/emit.h"

#include <string.h>

enum { NUMBERS_PER_LINE = 8 };

/* CRC-32 of ISO 3309 (as in zlib), for the fingerprint in the comment. */
static uint32_t crc32_of(const unsigned char *bytes, size_t n)
{
    static uint32_t table[256];
    for (uint32_t i = 0; !table[255] && i < 256; i++) {
        uint32_t c = i;
        for (int k = 0; k < 8; k++) c = c & 1 ? 0xedb88320U ^ (c >> 1) : c >> 1;
        table[i] = c;
    }
    uint32_t crc = 0xffffffffU;
    for (size_t i = 0; i < n; i++) crc = table[(crc ^ bytes[i]) & 0xff] ^ (crc >> 8);
    return ~crc;
}

/* A line of a constant's, with what it holds in a comment: at its end, or before it where that would be too long. */
static void put_described(const Value *v, const char *line, FILE *f)
{
    const char *origin = v->origin ? mem_printf("%s: ", v->origin) : "", *check = "";
    if (v->type.dtype != DT_STRING) check = mem_printf(", crc32 %08x", crc32_of(v->data, (size_t)value_bytes(v)));
    lay_out(mem_printf("%s /* %s%s%s%s */\n", line, origin, dtype_name(v->type.dtype),
                       in_comment(shape_text(&v->type.shape)), check),
            f);
}

/* -- elements that can be read ------------------------------------------------------------------ */

static const char *element(const Value *v, int64_t i)
{
    DType t = weight_element_type(v);
    return literal(t, (const char *)v->data + i * dtype_host_bytes(t));
}

/* All in one line; "0" if there are none. */
static const char *few_elements(const Value *v, int64_t count)
{
    const char *text = count ? "" : "0";
    for (int64_t i = 0; i < count; i++) text = mem_printf("%s%s%s", text, i ? ", " : "", element(v, i));
    return text;
}

static void put_numbers(const Value *v, int64_t count, FILE *f)
{
    int column = 0;
    for (int64_t i = 0; i < count; i++) {
        const char *text = element(v, i);
        int width = (int)strlen(text) + 2;
        bool begins = i % NUMBERS_PER_LINE == 0 || column + width > PAGE;
        fprintf(f, "%s%s%s", !i ? "" : begins ? ",\n" : ", ", begins ? "    " : "", text);
        column = (begins ? 4 : column) + width;
    }
}

/* How much of the inside of a string literal, up to `room`, ends with no escape in the midst: "\123". */
static size_t literal_part(const char *s, size_t room)
{
    size_t length = 0;
    for (size_t next; s[length] && s[length] != '"'; length += next) {
        next = s[length] == '\\' ? 4 : 1;
        if (length + next > room) break;
    }
    return length;
}

/* A string to a line, or to several if it is long: C puts literals that follow one another together. */
static void put_strings(const Value *v, int64_t count, FILE *f)
{
    for (int64_t i = 0; i < count; i++) {
        const char *rest = element(v, i) + 1;
        do {
            size_t length = literal_part(rest, PAGE - sizeof "    \"\",");
            fprintf(f, "    \"%.*s\"", (int)length, rest);
            rest += length;
            if (*rest != '"') fputs("\n", f);
        } while (*rest != '"');
        fputs(i + 1 < count ? ",\n" : "", f);
    }
}

void emit_numbers(const Value *v, const char *declaration, FILE *f)
{
    const int64_t count = weight_elements(v);
    bool is_text = v->type.dtype == DT_STRING;
    if (count <= NUMBERS_PER_LINE) {
        const char *line = mem_printf("%s = {%s};", declaration, few_elements(v, count));
        if (!is_text || strlen(line) <= PAGE) {
            put_described(v, line, f);
            return;
        }
    }
    put_described(v, mem_printf("%s = {", declaration), f);
    (is_text ? put_strings : put_numbers)(v, count, f);
    fputs("\n};\n", f);
}

/* -- bytes ------------------------------------------------------------------------------------- */

/* A byte in a string literal: printable characters as they are, all others in octal, with as few digits as what
 * follows allows. */
static char *put_byte(char *to, unsigned char c, bool digit_follows)
{
    if (c > ' ' && c < 127 && c != '"' && c != '\\' && c != '?') {
        *to++ = (char)c;
        return to;
    }
    *to++ = '\\';
    if (c >= 64 || digit_follows) *to++ = (char)('0' + (c >> 6));
    if (c >= 8 || digit_follows) *to++ = (char)('0' + ((c >> 3) & 7));
    *to++ = (char)('0' + (c & 7));
    return to;
}

static void emit_lines_of_bytes(const unsigned char *bytes, size_t n, FILE *f)
{
    enum { LONGEST = 4 }; /* of a byte */
    char line[PAGE + 1];
    for (size_t i = 0; i < n;) {
        char *to = line;
        *to++ = '"';
        for (; i < n && to + LONGEST < line + PAGE; i++)
            to = put_byte(to, bytes[i], i + 1 < n && bytes[i + 1] >= '0' && bytes[i + 1] <= '7');
        *to++ = '"';
        *to++ = '\n';
        fwrite(line, 1, (size_t)(to - line), f);
    }
}

void emit_bytes(const Value *v, const char *declaration, FILE *f)
{
    put_described(v, mem_printf("%s = {", declaration), f);
    emit_lines_of_bytes(v->data, (size_t)value_bytes(v), f);
    fputs("};\n", f);
}
