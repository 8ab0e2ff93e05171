/* kernelgen: turns the kernel library into code the compiler links and text it pastes.
 *
 *   kernelgen OUTDIR FILE...
 *
 * FILEs are runtime_min/ (plain C) and templates/ (.c.in, expanded per element type; see runtime_min/README.md for
 * the notation). Written to OUTDIR: kernels.h (types, scalar functions, prototypes), one .c per FILE with its
 * functions, and kernels_table.c, the table behind kernel_find(). */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_TYPES = 24 };

typedef struct {
    const char *suffix, *c, *math, *unsigned_c, *min, *max, *integer, *number;
} ElementType;

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
    {"b1", "uint8_t", "", "uint8_t", "0", "UINT8_MAX", "",
     ""}, /* b*: elements that are only moved, by their bytes (bits.c) */
    {"b2", "bits16", "", "uint16_t", "0", "UINT16_MAX", "", ""},
    {"b4", "bits32", "", "uint32_t", "0", "UINT32_MAX", "", ""},
    {"b8", "bits64", "", "uint64_t", "0", "UINT64_MAX", "", ""},
    {"vec", "vec", "", "", "", "", "vec_bits", "float"}, /* floats in a register (runtime_min/vector.c) */
    {"str", "const char *", "", "", "", "", "", ""},
};

typedef struct {
    char *data;
    size_t length, capacity;
} Text;
typedef struct {
    char variable;
    int count;
    const ElementType *types[MAX_TYPES];
} TypeLoop;

static const char *current_file;
static int current_line;
static FILE *header, *table, *sweeps;

static void fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "kernelgen: %s:%d: ", current_file ? current_file : "-", current_line);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    exit(1);
}

/* -- text -------------------------------------------------------------------------------------- */

static void text_add(Text *t, const char *bytes, size_t length)
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

static void text_puts(Text *t, const char *s)
{
    text_add(t, s, strlen(s));
}

static void write_literal(FILE *f, const char *s)
{
    fputs("\n    \"", f);
    for (; *s; s++) {
        if (*s == '\n') fputs(s[1] ? "\\n\"\n    \"" : "\\n", f);
        else if (*s == '"' || *s == '\\') fprintf(f, "\\%c", *s);
        else fputc(*s, f);
    }
    fputs("\"", f);
}

/* Where the code of an item starts: behind its comments and white space. */
static const char *skip_comments(const char *s)
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

/* Net count of braces on a line, comments and literals left out; *in_comment carries over lines. */
static int brace_balance(const char *s, bool *in_comment)
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

/* -- type expansion ---------------------------------------------------------------------------- */

static const ElementType *find_type(const char *suffix, size_t length)
{
    for (size_t i = 0; i < sizeof element_types / sizeof *element_types; i++)
        if (strlen(element_types[i].suffix) == length && !memcmp(element_types[i].suffix, suffix, length))
            return &element_types[i];
    fail("unknown element type %.*s", (int)length, suffix);
    return NULL;
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

/* Reads "T in f32 f64, S in i8 u8" or "T in f32 f64, V in plain fancy". */
static int parse_for(const char *s, TypeLoop loops[2])
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

static char *expand(const char *s, const ElementType *t, const ElementType *other)
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

/* -- one item ---------------------------------------------------------------------------------- */

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* The name an item is found by; NULL for a function, whose name stands before its first parenthesis. */
static void item_name(const char *code, char *name, size_t size, bool *is_function)
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
                    (n == 12 && !memcmp(word, "VEC_FUNCTION", n));
        if (!skip) {
            for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
                if (strlen(letters[i].c) == n && !memcmp(word, letters[i].c, n)) return letters[i].letter;
            if (may_be_other) return '?';
            fail("parameter type `%s` is none that the compiler can pass", type);
        }
        word += n;
    }
}

static bool scalar_letter(char c)
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

/* Result and parameter letters of the function whose code starts here, and the parameters' names. Internal helpers may
 * have other types: "?". */
static void signature_of(const char *code, const char *name, char *letters, Text *names)
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

static const char *letter_type(char c)
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

/* The scalar function applied along arrays, for evaluation at compile time. */
static void write_sweep(const char *name, const char *letters)
{
    fprintf(sweeps, "static void sweep_%s(void *y, const void *const *x, const ptrdiff_t *stride, size_t n)\n{\n",
            name);
    fprintf(sweeps, "    for (size_t i = 0; i < n; i++)\n        ((%s *)y)[i] = %s(", letter_type(letters[0]), name);
    for (int p = 0; letters[p + 1]; p++)
        fprintf(sweeps, "%s*(const %s *)((const char *)x[%d] + (ptrdiff_t)i * stride[%d])", p ? ", " : "",
                letter_type(letters[p + 1]), p, p);
    fprintf(sweeps, ");\n}\n");
}

/* The int32_t fields of a struct, in order, separated by commas. */
static void struct_fields(const char *code, Text *fields)
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

static bool first_entry = true;

static void write_string_or_null(const char *s)
{
    if (s) fprintf(table, "\"%s\", ", s);
    else fprintf(table, "NULL, ");
}

typedef struct {
    const char *name, *text, *signature, *names; /* names: of parameters or fields; or NULL */
    bool callable, sweep;
    int file;
} Entry;

static void write_entry(const Entry *e)
{
    fprintf(table, "%s{\"%s\", ", first_entry ? "" : ",\n", e->name);
    write_literal(table, e->text);
    fprintf(table, ", ");
    write_string_or_null(e->signature);
    write_string_or_null(e->names);
    if (e->callable) fprintf(table, "(void (*)(void))%s, ", e->name);
    else fprintf(table, "NULL, ");
    if (e->sweep) fprintf(table, "(void (*)(void))sweep_%s, ", e->name);
    else fprintf(table, "NULL, ");
    fprintf(table, "%d}", e->file);
    first_entry = false;
}

static void write_function(const char *text, const char *code, const char *name, FILE *source, int file)
{
    char letters[64];
    Text names = {0};
    signature_of(code, name, letters, &names);
    Entry entry = {.name = name, .text = text, .signature = letters, .names = names.data, .file = file};
    if (!strncmp(code, "static inline", 13)) {
        fprintf(header, "%s\n", text);
        bool scalar = letters[1] && scalar_letter(letters[0]);
        for (const char *l = letters + 1; *l; l++) scalar = scalar && scalar_letter(*l);
        if (scalar) write_sweep(name, letters);
        entry.sweep = scalar;
        write_entry(&entry);
        free(names.data);
        return;
    }
    if (!strncmp(code, "static", 6))
        fail("%s: write kernels without `static`; it is added where they are pasted", name);
    const char *body = strstr(code, "\n{");
    if (!body) fail("%s: the body's brace must stand on a line of its own", name);
    fprintf(header, "%.*s;\n\n", (int)(body - code), code);
    fprintf(source, "%s\n", text);
    Text pasted = {0};
    text_add(&pasted, text, (size_t)(code - text));
    text_puts(&pasted, "static ");
    text_puts(&pasted, code);
    entry.text = pasted.data;
    entry.callable = true;
    write_entry(&entry);
    free(pasted.data);
    free(names.data);
}

/* An enum is found by each of its enumerators, too. */
static void write_enumerators(const char *code, const char *text, int file)
{
    const char *s = strchr(code, '{') + 1;
    while (*(s = skip_comments(s)) != '}') {
        size_t n = 0;
        char name[256];
        while (is_word(s[n])) n++;
        snprintf(name, sizeof name, "%.*s", (int)n, s);
        if (!n) fail("enum: expected an enumerator at %.20s", s);
        write_entry(&(Entry){.name = name, .text = text, .file = file});
        for (s += n; *s && *s != ',' && *s != '}'; s++) {
        }
        if (*s == ',') s++;
    }
}

static void write_item(const char *text, FILE *source, int file, const char *alias_names, bool is_private)
{
    const char *code = skip_comments(text);
    if (!*code) return;
    if (*alias_names) { /* a block that defines several names, found by any of them */
        fprintf(is_private ? source : header, "%s\n", text);
        char names[1024];
        snprintf(names, sizeof names, "%s", alias_names);
        for (char *n = strtok(names, " \n"); n; n = strtok(NULL, " \n"))
            write_entry(&(Entry){.name = n, .text = text, .file = file});
        return;
    }
    char name[256];
    bool is_function;
    item_name(code, name, sizeof name, &is_function);
    if (!*name) fail("item without a name: %.60s", code);
    if (is_function) {
        write_function(text, code, name, source, file);
        return;
    }
    fprintf(header, "%s\n", text);
    Text fields = {0};
    if (!strncmp(code, "struct ", 7)) struct_fields(code, &fields);
    write_entry(&(Entry){.name = name, .text = text, .names = fields.data, .file = file});
    free(fields.data);
    if (!strncmp(code, "enum ", 5)) write_enumerators(code, text, file);
}

static void write_expanded(const char *text, const TypeLoop *loops, int n_loops, FILE *source, int file,
                           const char *names, bool is_private)
{
    if (!n_loops) {
        char *t = expand(text, NULL, NULL);
        write_item(t, source, file, names, is_private);
        free(t);
        return;
    }
    for (int a = 0; a < loops[0].count; a++)
        for (int b = 0; b < (n_loops == 2 ? loops[1].count : 1); b++) {
            const ElementType *first = loops[0].types[a], *second = n_loops == 2 ? loops[1].types[b] : NULL;
            bool swapped = loops[0].variable != 'T';
            char *t = swapped ? expand(text, second ? second : first, first) : expand(text, first, second);
            write_item(t, source, file, names, is_private);
            free(t);
        }
}

/* -- one file ---------------------------------------------------------------------------------- */

/* The names of a block may take several lines. */
static void block_names(const char *line, char *names, size_t size)
{
    const size_t length = strlen(names);
    if (length + strlen(line) >= size) fail("too many names for a block");
    memcpy(names + length, line, strlen(line) + 1);
}

static void read_file(FILE *in, FILE *source, int file)
{
    char line[4096], names[1024] = "";
    Text item = {0};
    TypeLoop loops[2];
    int n_loops = 0, depth = 0;
    bool in_comment = false, in_block = false, is_private = false;
    for (current_line = 1;; current_line++) {
        bool more = fgets(line, sizeof line, in) != NULL;
        bool blank = !more || line[strspn(line, " \t\r\n")] == '\0';
        bool directive = more && !strncmp(line, "//@", 3);
        bool ends = !more || directive || (blank && !depth && !in_comment && !in_block);
        if (ends && item.length) {
            write_expanded(item.data, loops, n_loops, source, file, names, is_private);
            item.length = 0;
            names[0] = '\0';
            is_private = false;
        }
        if (!more) break;
        if (blank && !item.length) continue;
        if (!strncmp(line, "//@for ", 7)) n_loops = parse_for(line + 7, loops);
        else if (!strncmp(line, "//@endfor", 9)) n_loops = 0;
        else if (!strncmp(line, "//@endblock", 11)) in_block = false;
        else if (!strncmp(line, "//@block ", 9)) in_block = true, block_names(line + 9, names, sizeof names);
        else if (!strncmp(line, "//@private ", 11))
            in_block = is_private = true, block_names(line + 11, names, sizeof names);
        else if (!strncmp(line, "#include", 8)) continue;
        else {
            depth += brace_balance(line, &in_comment);
            text_puts(&item, line);
        }
    }
    if (depth) fail("unbalanced braces");
    free(item.data);
}

static FILE *open_out(const char *dir, const char *name, const char *suffix)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s%s", dir, name, suffix);
    FILE *f = fopen(path, "w");
    if (!f) fail("can't write %s", path);
    return f;
}

static void base_name(const char *path, char *name, size_t size)
{
    const char *slash = strrchr(path, '/');
    snprintf(name, size, "%s", slash ? slash + 1 : path);
    char *dot = strchr(name, '.');
    if (dot) *dot = '\0';
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: kernelgen OUTDIR FILE...\n");
        return 2;
    }
    const char *dir = argv[1];
    header = open_out(dir, "kernels", ".h");
    table = open_out(dir, "kernels_table", ".c");
    sweeps = open_out(dir, "kernels_sweeps", ".h");
    fputs("/* Written by kernelgen. */\n#ifndef KERNELS_H\n#define KERNELS_H\n\n#include <float.h>\n#include "
          "<limits.h>\n#include <math.h>\n"
          "#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <string.h>\n\n",
          header);
    fputs("/* Written by kernelgen. Signatures: v void, p pointer, s const struct pointer, z size_t, c C h H i I l L "
          "int8_t uint8_t ..\n"
          " * int64_t uint64_t, f float, d double, b bool; result first. Names: of parameters,\n * or of a struct's "
          "int32_t fields. */\n"
          "#include \"ir/ir.h\"\n#include \"kernels.h\"\n#include \"kernels_sweeps.h\"\n\nextern const Kernel "
          "kernel_table[];\nextern const int kernel_table_count;\n\n"
          "const Kernel kernel_table[] = {\n",
          table);
    for (int i = 2; i < argc; i++) {
        char name[256];
        current_file = argv[i];
        base_name(argv[i], name, sizeof name);
        FILE *in = fopen(argv[i], "r");
        if (!in) fail("can't read");
        char source_name[300];
        snprintf(source_name, sizeof source_name, "kernel_%s", name);
        FILE *source = open_out(dir, source_name, ".c");
        fprintf(source, "/* Written by kernelgen from %s. */\n#include \"kernels.h\"\n\n", name);
        read_file(in, source, i);
        fclose(in);
        fclose(source);
    }
    fputs("\n};\n\nconst int kernel_table_count = sizeof kernel_table / sizeof *kernel_table;\n", table);
    fputs("\n#endif\n", header);
    return fclose(header) || fclose(table) || fclose(sweeps) ? 1 : 0;
}
