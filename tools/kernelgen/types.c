/* types.c: what the types and words of a //@for section stand for. */
#include "kernelgen.h"

#include <string.h>

static const ElementType element_types[] = {
    {"f32", "float", "f", "", "(-FLT_MAX)", "FLT_MAX", "int32_t", "float"},
    {"f64", "double", "", "", "(-DBL_MAX)", "DBL_MAX", "int64_t", "double"},
    {"i8", "int8_t", "", "uint8_t", "INT8_MIN", "INT8_MAX", "", ""},
    {"i16", "int16_t", "", "uint16_t", "INT16_MIN", "INT16_MAX", "", ""},
    {"i32", "int32_t", "", "uint32_t", "INT32_MIN", "INT32_MAX", "", ""},
    {"i64", "int64_t", "", "uint64_t", "INT64_MIN", "INT64_MAX", "", ""},
    {"u8", "uint8_t", "", "uint8_t", "0", "UINT8_MAX", "", ""},
    {"u16", "uint16_t", "", "uint16_t", "0", "UINT16_MAX", "", ""},
    {"u32", "uint32_t", "", "uint32_t", "0", "UINT32_MAX", "", ""},
    {"u64", "uint64_t", "", "uint64_t", "0", "UINT64_MAX", "", ""},
    {"bool", "bool", "", "bool", "0", "1", "", ""},
    {"f16", "uint16_t", "", "uint16_t", "0", "UINT16_MAX", "", ""},
    {"bf16", "uint16_t", "", "uint16_t", "0", "UINT16_MAX", "", ""},
    /* b*: elements that are only moved, by their bytes (bits.c) */
    {"b1", "uint8_t", "", "uint8_t", "0", "UINT8_MAX", "", ""},
    {"b2", "bits16", "", "uint16_t", "0", "UINT16_MAX", "", ""},
    {"b4", "bits32", "", "uint32_t", "0", "UINT32_MAX", "", ""},
    {"b8", "bits64", "", "uint64_t", "0", "UINT64_MAX", "", ""},
    /* floats in a register (runtime_min/vector.c) */
    {"vec", "vec", "", "", "", "", "vec_bits", "float"},
    {"str", "const char *", "", "", "", "", "", ""},
};

static const ElementType *find_type(const char *suffix, size_t length)
{
    for (size_t i = 0; i < sizeof element_types / sizeof *element_types; i++)
        if (strlen(element_types[i].suffix) == length && !memcmp(element_types[i].suffix, suffix, length))
            return &element_types[i];
    fail("unknown element type %.*s", (int)length, suffix);
}

/* One of the words a variant is named by: a type with nothing but a suffix. */
static const ElementType *word(const char *text, size_t length)
{
    static char names[256][32];
    static ElementType words[256];
    int i = 0;
    while (words[i].suffix && (strncmp(names[i], text, length) || names[i][length])) i++;
    if (i == 255) fail("too many variants");
    if (length >= sizeof names[i]) fail("a variant's name is too long");
    memcpy(names[i], text, length);
    words[i].suffix = names[i];
    return &words[i];
}

int parse_for(const char *s, TypeLoop loops[2])
{
    int count = 0;
    while (*s) {
        while (*s == ' ' || *s == ',') s++;
        if (!*s || *s == '\n') break;
        if (count == 2) fail("at most two type variables");
        TypeLoop *loop = &loops[count++];
        loop->variable = *s;
        loop->count = 0;
        if (!strchr("TSV", *s) || strncmp(s + 1, " in ", 4)) fail("expected `T in ...`, `S in ...` or `V in ...`");
        s += 5;
        while (*s && *s != '\n' && *s != ',') {
            size_t length = strcspn(s, " ,\n");
            if (loop->count == MAX_TYPES) fail("too many types");
            if (length) loop->types[loop->count++] = loop->variable == 'V' ? word(s, length) : find_type(s, length);
            s += length;
            while (*s == ' ') s++;
        }
    }
    return count;
}

static void expand_variable(Text *to, const char **s, const ElementType *t, const ElementType *other)
{
    const char *name = *s + 1;
    static const struct {
        const char *token;
        size_t length;
    } tokens[] = {{"MIN", 3}, {"MAX", 3}};
    for (size_t i = 0; i < 2; i++)
        if (!strncmp(name, tokens[i].token, tokens[i].length)) {
            text_puts(to, i ? t->max : t->min);
            *s = name + tokens[i].length;
            return;
        }
    if (other && strchr("SsV", *name)) t = other;
    switch (*name) {
    case 'T':
    case 'S': text_puts(to, t->c); break;
    case 't':
    case 's':
    case 'V': text_puts(to, t->suffix); break;
    case 'f': text_puts(to, t->math); break;
    case 'U': text_puts(to, t->unsigned_c); break;
    case 'I': text_puts(to, t->integer); break;
    case 'F': text_puts(to, t->number); break;
    default: fail("unknown type token $%c", *name);
    }
    *s = name + 1;
}

char *expand(const char *s, const ElementType *t, const ElementType *other)
{
    Text to = {0};
    text_puts(&to, "");
    while (*s) {
        if (*s == '$') {
            if (!t) fail("`$` outside of a //@for section");
            expand_variable(&to, &s, t, other);
        } else {
            text_add(&to, s++, 1);
        }
    }
    return to.data;
}
