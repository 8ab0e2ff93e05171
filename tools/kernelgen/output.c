/* output.c: kernels.h, kernels_table.c, kernels_sweeps.h and the C files of functions. */
#include "kernelgen.h"

#include <stdlib.h>
#include <string.h>

static FILE *header, *table, *sweeps;

static FILE *open_out(const char *dir, const char *name, const char *suffix)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s%s", dir, name, suffix);
    FILE *f = fopen(path, "w");
    if (!f) fail("can't write %s", path);
    return f;
}

void outputs_open(const char *dir)
{
    header = open_out(dir, "kernels", ".h");
    table = open_out(dir, "kernels_table", ".c");
    sweeps = open_out(dir, "kernels_sweeps", ".h");
    fputs("/* Written by kernelgen. */\n"
          "#ifndef KERNELS_H\n"
          "#define KERNELS_H\n\n"
          "#include <float.h>\n"
          "#include <limits.h>\n"
          "#include <math.h>\n"
          "#include <stdbool.h>\n"
          "#include <stddef.h>\n"
          "#include <stdint.h>\n"
          "#include <string.h>\n\n",
          header);
    fputs("/* Written by kernelgen. Signatures: v void, p pointer, s const struct pointer, z size_t,\n"
          " * c C h H i I l L int8_t uint8_t .. int64_t uint64_t, f float, d double, b bool; result first.\n"
          " * Names: of parameters, or of a struct's int32_t fields. */\n"
          "#include \"ir/ir.h\"\n"
          "#include \"kernels.h\"\n"
          "#include \"kernels_sweeps.h\"\n\n"
          "extern const Kernel kernel_table[];\n"
          "extern const int kernel_table_count;\n\n"
          "const Kernel kernel_table[] = {\n",
          table);
}

bool outputs_close(void)
{
    fputs("\n};\n\nconst int kernel_table_count = sizeof kernel_table / sizeof *kernel_table;\n", table);
    fputs("\n#endif\n", header);
    const bool header_failed = fclose(header), table_failed = fclose(table), sweeps_failed = fclose(sweeps);
    return !header_failed && !table_failed && !sweeps_failed;
}

Source source_open(const char *dir, const char *path, int number)
{
    const char *slash = strrchr(path, '/');
    char name[256];
    snprintf(name, sizeof name, "kernel_%s", slash ? slash + 1 : path);
    char *dot = strchr(name, '.');
    if (dot) *dot = '\0';
    Source s = {open_out(dir, name, ".c"), number};
    fprintf(s.file, "/* Written by kernelgen from %s. */\n#include \"kernels.h\"\n\n", strchr(name, '_') + 1);
    return s;
}

void source_close(Source *s)
{
    if (fclose(s->file)) fail("can't write");
}

/* -- the table --------------------------------------------------------------------------------- */

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

/* -- items ------------------------------------------------------------------------------------- */

/* Adds code, up to its body, with the parameters of later lines below those of the first: what stands before them has
 * another length than in the template. */
static void add_aligned(Text *to, const char *before, const char *code, const char *body)
{
    const size_t column = strlen(before) + (size_t)(strchr(code, '(') + 1 - code);
    text_puts(to, before);
    while (code < body) {
        const size_t length = strcspn(code, "\n");
        text_add(to, code, length);
        code += length;
        if (code == body) break;
        code += strspn(code, "\n ");
        text_puts(to, "\n");
        for (size_t i = 0; i < column; i++) text_puts(to, " ");
    }
}

static void write_inline(const char *text, const char *name, const char *letters, Entry *entry)
{
    fprintf(header, "%s\n", text);
    bool scalar = letters[1] && scalar_letter(letters[0]);
    for (const char *l = letters + 1; *l; l++) scalar = scalar && scalar_letter(*l);
    if (scalar) write_sweep(name, letters);
    entry->text = text;
    entry->sweep = scalar;
    write_entry(entry);
}

/* A kernel: its prototype is in the header, its body in the source, and in the table it is static. */
static void write_kernel(const char *text, const char *code, const char *body, const Source *source, Entry *entry)
{
    Text prototype = {0}, pasted = {0};
    add_aligned(&prototype, "", code, body);
    fprintf(header, "%s;\n\n", prototype.data);
    fprintf(source->file, "%.*s%s%s\n", (int)(code - text), text, prototype.data, body);
    text_add(&pasted, text, (size_t)(code - text));
    add_aligned(&pasted, "static ", code, body);
    text_puts(&pasted, body);
    entry->text = pasted.data;
    entry->callable = true;
    write_entry(entry);
    free(prototype.data);
    free(pasted.data);
}

static void write_function(const char *text, const char *code, const char *name, const Source *source)
{
    char letters[64];
    Text names = {0};
    const char *body = strstr(code, "\n{");
    if (!body) fail("%s: the body's brace must stand on a line of its own", name);
    signature_of(code, name, letters, &names);
    Entry entry = {.name = name, .signature = letters, .names = names.data, .file = source->number};
    if (!strncmp(code, "static inline", 13)) {
        Text aligned = {0};
        text_add(&aligned, text, (size_t)(code - text));
        add_aligned(&aligned, "", code, body);
        text_puts(&aligned, body);
        write_inline(aligned.data, name, letters, &entry);
        free(aligned.data);
    } else if (!strncmp(code, "static", 6)) {
        fail("%s: write kernels without `static`; it is added where they are pasted", name);
    } else {
        write_kernel(text, code, body, source, &entry);
    }
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

void write_item(const char *text, const Source *source, const char *alias_names, bool is_private)
{
    const char *code = skip_comments(text);
    if (!*code) return;
    if (*alias_names) { /* a block that defines several names, found by any of them */
        fprintf(is_private ? source->file : header, "%s\n", text);
        char names[1024];
        snprintf(names, sizeof names, "%s", alias_names);
        for (char *n = strtok(names, " \n"); n; n = strtok(NULL, " \n"))
            write_entry(&(Entry){.name = n, .text = text, .file = source->number});
        return;
    }
    char name[256];
    bool is_function;
    item_name(code, name, sizeof name, &is_function);
    if (!*name) fail("item without a name: %.60s", code);
    if (is_function) {
        write_function(text, code, name, source);
        return;
    }
    fprintf(header, "%s\n", text);
    Text fields = {0};
    if (!strncmp(code, "struct ", 7)) struct_fields(code, &fields);
    write_entry(&(Entry){.name = name, .text = text, .names = fields.data, .file = source->number});
    free(fields.data);
    if (!strncmp(code, "enum ", 5)) write_enumerators(code, text, source->number);
}
