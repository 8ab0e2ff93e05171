/* text.c: texts that grow, and reading C a little. */
#include "kernelgen.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const char *current_file;
int current_line;

void fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "kernelgen: %s:%d: ", current_file ? current_file : "-", current_line);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

void text_add(Text *t, const char *bytes, size_t length)
{
    if (t->length + length + 1 > t->capacity) {
        t->capacity = 2 * (t->length + length + 1);
        t->data = realloc(t->data, t->capacity);
        if (!t->data) fail("out of memory");
    }
    memcpy(t->data + t->length, bytes, length);
    t->length += length;
    t->data[t->length] = '\0';
}

void text_puts(Text *t, const char *s)
{
    text_add(t, s, strlen(s));
}

bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

const char *skip_comments(const char *s)
{
    for (;;) {
        while (isspace((unsigned char)*s)) s++;
        if (s[0] == '/' && s[1] == '*') {
            s = strstr(s, "*/");
            if (!s) fail("comment without end");
            s += 2;
        } else if (s[0] == '/' && s[1] == '/') {
            while (*s && *s != '\n') s++;
        } else {
            return s;
        }
    }
}

int brace_balance(const char *s, bool *in_comment)
{
    int balance = 0;
    for (; *s; s++) {
        if (*in_comment) {
            if (s[0] == '*' && s[1] == '/') *in_comment = false, s++;
        } else if (s[0] == '/' && s[1] == '*') {
            *in_comment = true, s++;
        } else if (s[0] == '/' && s[1] == '/') {
            break;
        } else if (*s == '"' || *s == '\'') {
            char quote = *s++;
            for (; *s && *s != quote; s++)
                if (*s == '\\' && s[1]) s++;
            if (!*s) break;
        } else if (*s == '{' || *s == '(') {
            balance++;
        } else if (*s == '}' || *s == ')') {
            balance--;
        }
    }
    return balance;
}
