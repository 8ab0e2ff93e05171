/* signature.c: names, parameters and fields, read from the code of an item. */
#include "kernelgen.h"

#include <ctype.h>
#include <string.h>

void item_name(const char *code, char *name, size_t size, bool *is_function)
{
    *is_function = false;
    if (!strncmp(code, "#define ", 8)) {
        size_t n = 0;
        for (code += 8; is_word(*code) && n + 1 < size; code++) name[n++] = *code;
        name[n] = '\0';
        return;
    }
    if (!strncmp(code, "struct ", 7) || !strncmp(code, "enum ", 5)) {
        const char *brace = strchr(code, '{');
        const char *paren = strchr(code, '(');
        if (brace && (!paren || brace < paren)) {
            size_t n = (size_t)(brace - code);
            while (n && code[n - 1] == ' ') n--;
            snprintf(name, size, "%.*s", (int)n, code);
            return;
        }
    }
    const char *end;
    if (!strncmp(code, "typedef ", 8)) {
        end = strrchr(code, ';');
    } else {
        size_t stop = strcspn(code, "([=");
        end = code + stop;
        *is_function = *end == '(';
    }
    if (!end) fail("can't find the item's name");
    while (end > code && !is_word(end[-1])) end--;
    const char *start = end;
    while (start > code && is_word(start[-1])) start--;
    snprintf(name, size, "%.*s", (int)(end - start), start);
}

/* The letter of a parameter or result in a signature. */
static char type_letter(const char *s, size_t length, bool may_be_other)
{
    char type[256];
    snprintf(type, sizeof type, "%.*s", (int)length, s);
    if (strchr(type, '*') || strchr(type, '[')) return strstr(type, "const struct ") && strchr(type, '*') ? 's' : 'p';
    static const struct {
        const char *c;
        char letter;
    } letters[] = {
        {"size_t", 'z'},   {"int8_t", 'c'},  {"uint8_t", 'C'},  {"int16_t", 'h'}, {"uint16_t", 'H'}, {"int32_t", 'i'},
        {"uint32_t", 'I'}, {"int64_t", 'l'}, {"uint64_t", 'L'}, {"float", 'f'},   {"double", 'd'},   {"bool", 'b'},
        {"bits16", 'H'},   {"bits32", 'I'},  {"bits64", 'L'},   {"int", 'i'},     {"void", 'v'},
    };
    const char *word = type;
    for (;;) {
        while (*word == ' ') word++;
        size_t n = strcspn(word, " ");
        bool skip = (n == 5 && !memcmp(word, "const", n)) ||
                    (n == 6 && (!memcmp(word, "static", n) || !memcmp(word, "inline", n))) ||
                    (n == 12 && !memcmp(word, "VEC_FUNCTION", n)) || (n == 9 && !memcmp(word, "QFUNCTION", n)) ||
                    (n == 5 && !memcmp(word, "APART", n)) || (n == 11 && !memcmp(word, "NOT_INLINED", n));
        if (!skip) {
            for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
                if (strlen(letters[i].c) == n && !memcmp(word, letters[i].c, n)) return letters[i].letter;
            if (may_be_other) return '?';
            fail("parameter type `%s` is none that the compiler can pass", type);
        }
        word += n;
    }
}

bool scalar_letter(char c)
{
    return strchr("cChHiIlLfdb", c) != NULL;
}

/* The name of the parameter that ends at s: its last word, or that of a pointer to a function. */
static void parameter_name(const char *start, const char *s, Text *names)
{
    const char *pointer = strstr(start, "(*");
    const char *end = memchr(start, '[', (size_t)(s - start));
    if (pointer && pointer < s) end = strchr(pointer, ')');
    if (!end) end = s;
    while (end > start && !is_word(end[-1])) end--;
    const char *word = end;
    while (word > start && is_word(word[-1])) word--;
    if (names->length) text_puts(names, ",");
    text_add(names, word, (size_t)(end - word));
}

void signature_of(const char *code, const char *name, char *letters, Text *names)
{
    const char *open = strchr(code, '(');
    size_t n = 0;
    const bool is_inline = !strncmp(code, "static inline", 13);
    letters[n++] = type_letter(code, (size_t)(open - code) - strlen(name), true);
    const char *s = open + 1;
    text_puts(names, "");
    int depth = 1;
    const char *start = s;
    for (; depth; s++) {
        if (!*s) fail("parameters of %s have no end", name);
        if (*s == '(') depth++;
        if (*s == ')') depth--;
        if ((*s == ',' && depth == 1) || depth == 0) {
            while (isspace((unsigned char)*start)) start++;
            if (strncmp(start, "void)", 5)) {
                letters[n++] = type_letter(start, (size_t)(s - start), is_inline);
                parameter_name(start, s, names);
            }
            start = s + 1;
        }
    }
    letters[n] = '\0';
}

const char *letter_type(char c)
{
    switch (c) {
    case 'c': return "int8_t";
    case 'C': return "uint8_t";
    case 'h': return "int16_t";
    case 'H': return "uint16_t";
    case 'i': return "int32_t";
    case 'I': return "uint32_t";
    case 'l': return "int64_t";
    case 'L': return "uint64_t";
    case 'f': return "float";
    case 'd': return "double";
    default: return "bool";
    }
}

void struct_fields(const char *code, Text *fields)
{
    text_puts(fields, "");
    const char *s = strchr(code, '{') + 1;
    while (*(s = skip_comments(s)) != '}') {
        if (strncmp(s, "int32_t ", 8)) { /* not a parameter struct */
            text_puts(fields, "?");
            return;
        }
        for (s += 8; *s != ';'; s++) {
            if (!*s) fail("struct without end");
            if (is_word(*s) || *s == ',') text_add(fields, s, 1);
        }
        text_puts(fields, ",");
        s++;
    }
    if (fields->length) fields->data[--fields->length] = '\0';
}
