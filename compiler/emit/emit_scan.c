/* emit_scan: the words, brackets and comments of C. */
#include "emit/resolve.h"

#include <ctype.h>
#include <string.h>

bool word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

size_t word_length(const char *s)
{
    size_t n = 0;
    while (word_char(s[n])) n++;
    return n;
}

const char *skip_closed(const char *s)
{
    if (s[0] == '/' && s[1] == '*') {
        const char *end = strstr(s + 2, "*/");
        return end ? end + 2 : s + strlen(s);
    }
    if (*s != '"' && *s != '\'') return s;
    size_t n = 1;
    while (s[n] && s[n] != *s) n += s[n] == '\\' && s[n + 1] ? 2 : 1;
    return s + n + (s[n] != '\0');
}

const char *skip_space(const char *s)
{
    for (;; s++) {
        while (s[0] == '/' && s[1] == '*') s = skip_closed(s);
        bool continued = s[0] == '\\' && s[1] == '\n';
        if (!continued && !isspace((unsigned char)*s)) return s;
    }
}

const char *skip_balanced(const char *open)
{
    int depth = 0;
    for (const char *s = open; *s;) {
        const char *after = skip_closed(s);
        if (after > s) {
            s = after;
            continue;
        }
        if (strchr("([{", *s)) depth++;
        if (strchr(")]}", *s) && --depth == 0) return s + 1;
        s++;
    }
    return open + strlen(open);
}

size_t line_length(const char *s)
{
    const char *end = s;
    do {
        end += strcspn(end, "\n");
        if (*end) end++;
    } while (*end && end - s >= 2 && end[-2] == '\\');
    return (size_t)(end - s);
}
