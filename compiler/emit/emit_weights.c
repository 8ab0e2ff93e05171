/* emit_weights: constants as C.
 *
 * Small ones are readable numbers that read back to the same bits. Large ones are string literals of their bytes in a
 * union with their element type: many times faster to compile than numbers. The forms `incbin` and `file` put the large
 * ones into a file of their own. */
#include "emit/emit.h"

#include "plan/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { READABLE_ELEMENTS = 512, BLOB_ALIGN = 64, BYTES_PER_LINE = 1024, NUMBERS_PER_LINE = 8 };

/* -- which constants, and in which form -------------------------------------------------------- */

bool is_inline_scalar(const Value *v)
{
    DType t = v->type.dtype;
    if (!v->data || dtype_is_half(t) || value_count(v) != 1) return false;
    return t == DT_FLOAT || t == DT_DOUBLE || t == DT_BOOL || dtype_is_integer(t);
}

/* How many array elements of dtype_c(t) hold the constant. */
static int64_t array_count(const Value *v)
{
    DType t = v->type.dtype;
    if (t == DT_COMPLEX64 || t == DT_COMPLEX128) return 2 * value_count(v);
    return dtype_bits(t) < 8 ? value_bytes(v) : value_count(v);
}

static DType element_type(DType t)
{
    if (t == DT_COMPLEX64) return DT_FLOAT;
    return t == DT_COMPLEX128 ? DT_DOUBLE : t;
}

static bool is_readable(const Value *v)
{
    return v->type.dtype == DT_STRING || array_count(v) <= READABLE_ELEMENTS;
}

typedef struct {
    Model *m;
    Weights *w;
} Collecting;

/* A constant with the same bytes that is written already: tied weights, equal scales. */
static Value *twin_of(const Weights *w, const Value *v)
{
    size_t bytes = (size_t)value_bytes(v);
    for (int i = 0; i < w->count; i++) {
        Value *have = w->items[i];
        if (have->type.dtype == v->type.dtype && v->type.dtype != DT_STRING && (size_t)value_bytes(have) == bytes &&
            !memcmp(have->data, v->data, bytes))
            return have;
    }
    return NULL;
}

static void collect(Value *v, Collecting *c)
{
    Value *root = storage_root(v, NULL);
    if (!root->data || root->marked) return;
    root->marked = true;
    root->storage = twin_of(c->w, root);
    if (root->storage) return;
    root->storage = root;
    mem_grow(&c->w->items, &c->w->capacity, c->w->count + 1, sizeof *c->w->items);
    c->w->items[c->w->count++] = root;
    c->m->weights_bytes += value_bytes(root);
    if (c->m->options.weights == WEIGHTS_INLINE || is_readable(root)) return;
    root->blob_offset = c->w->blob_bytes;
    c->w->blob_bytes += (value_bytes(root) + BLOB_ALIGN - 1) / BLOB_ALIGN * BLOB_ALIGN;
}

static void collect_loop(const Loop *l, Collecting *c)
{
    for (int i = 0; i < l->n_operands; i++)
        if (!is_inline_scalar(l->operands[i].value)) collect(l->operands[i].value, c);
}

void collect_weights(Model *m, Weights *w)
{
    *w = (Weights){0};
    Collecting c = {m, w};
    Graph *g = m->graph;
    m->weights_bytes = 0;
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; step_next(g->steps[i], &a);) storage_root(a.value, NULL)->marked = false;
    for (int i = 0; i < g->n_steps; i++) {
        const Step *s = g->steps[i];
        if (step_is_elided(s)) continue;
        if (s->kind == STEP_LOOP) collect_loop(s->loop, &c);
        else
            for (Access a = {0}; step_next(s, &a);) collect(a.value, &c);
    }
}

Foreign weights_path(const Options *o)
{
    Foreign path = foreign_none(o->output_path) ? foreign(o->name) : o->output_path;
    ptrdiff_t slash = foreign_last(path, '/'), dot = foreign_last(path, '.');
    return foreign_suffixed(dot > slash ? foreign_part(path, 0, (size_t)dot) : path, ".weights");
}

static bool in_blob(const Model *m, const Value *v)
{
    return m->options.weights != WEIGHTS_INLINE && !is_readable(v);
}

const char *weight_pointer(const Model *m, const Value *v)
{
    (void)m;
    if (v->storage != v && v->storage) return v->c_name; /* a view has a pointer of its own */
    if (is_readable(v)) return v->c_name;
    if (in_blob(m, v))
        return mem_printf("((const %s *)(const void *)(%s_weights + %lld))", dtype_c(v->type.dtype), m->options.name,
                          (long long)v->blob_offset);
    return mem_printf("%s.v", v->c_name);
}

/* -- text -------------------------------------------------------------------------------------- */

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

static void emit_weight_comment(const Value *v, FILE *f)
{
    fprintf(f, "/* %s%s%s%s", v->origin ? v->origin : "", v->origin ? ": " : "", dtype_name(v->type.dtype),
            in_comment(shape_text(&v->type.shape)));
    if (v->type.dtype != DT_STRING) fprintf(f, ", crc32 %08x", crc32_of(v->data, (size_t)value_bytes(v)));
    fputs(" */\n", f);
}

static const char *literal_of(const Value *v, int64_t i)
{
    const DType t = element_type(v->type.dtype);
    return literal(t, (const char *)v->data + (size_t)(i * dtype_bytes(t, 1)));
}

/* What follows "{": on the same line, if it fits after `column` columns. */
static void emit_numbers(const Value *v, size_t column, FILE *f)
{
    const int64_t count = array_count(v);
    for (int64_t i = 0; i < count && i < NUMBERS_PER_LINE; i++) column += strlen(literal_of(v, i)) + 2;
    const bool block = count > NUMBERS_PER_LINE || column > MAX_COLUMNS;
    if (!count) fputs("0", f);
    int on_line = NUMBERS_PER_LINE;
    for (int64_t i = 0; i < count; i++, on_line++) {
        const char *text = literal_of(v, i);
        if (block && (on_line == NUMBERS_PER_LINE || column + strlen(text) + 1 > MAX_COLUMNS)) {
            fputs(i ? ",\n    " : "\n    ", f);
            on_line = 0;
            column = 4;
        } else if (i) {
            fputs(", ", f);
        }
        fputs(text, f);
        column += strlen(text) + 2;
    }
    fputs(block ? "\n};\n\n" : "};\n\n", f);
}

/* Bytes as string literals, one line after the other: printable characters as they are, all others in octal. */
static void emit_bytes(const unsigned char *bytes, size_t n, FILE *f)
{
    static char line[4 * BYTES_PER_LINE + 8];
    for (size_t start = 0; start < n; start += BYTES_PER_LINE) {
        size_t end = start + BYTES_PER_LINE < n ? start + BYTES_PER_LINE : n;
        char *to = line;
        *to++ = '"';
        for (size_t i = start; i < end; i++) {
            unsigned char c = bytes[i];
            if (c > ' ' && c < 127 && c != '"' && c != '\\' && c != '?') {
                *to++ = (char)c;
                continue;
            }
            bool digit_follows = i + 1 < end && bytes[i + 1] >= '0' && bytes[i + 1] <= '7';
            *to++ = '\\';
            if (c >= 64 || digit_follows) *to++ = (char)('0' + (c >> 6));
            if (c >= 8 || digit_follows) *to++ = (char)('0' + ((c >> 3) & 7));
            *to++ = (char)('0' + (c & 7));
        }
        *to++ = '"';
        *to++ = '\n';
        fwrite(line, 1, (size_t)(to - line), f);
    }
}

static const char *array_declaration(const Model *m, const Value *v)
{
    const char *attr = mem_printf("static %s_WEIGHTS_ATTR const ", upper_case(m->options.name));
    int64_t count = array_count(v);
    if (v->type.dtype == DT_STRING)
        return mem_printf("static const char *const %s[%lld]", v->c_name, (long long)(count ? count : 1));
    if (is_readable(v))
        return mem_printf("%s%s %s[%lld]", attr, dtype_c(v->type.dtype), v->c_name, (long long)(count ? count : 1));
    return mem_printf("%sunion %s %s", attr, v->c_name, v->c_name);
}

static void emit_blob_declaration(Model *m, FILE *f)
{
    const char *name = m->options.name, *prefix = upper_case(name);
    fprintf(f, "/* The large constants, in the order of the file %s. */\n",
            in_comment(path_file(weights_path(&m->options))));
    if (m->options.weights == WEIGHTS_INCBIN) {
        fprintf(f,
                "#ifndef %s_WEIGHTS_FILE\n#define %s_WEIGHTS_FILE \"%s\" /* the assembler looks for it along -I "
                "*/\n#endif\n",
                prefix, prefix, in_assembler(path_file(weights_path(&m->options))));
        fprintf(f,
                "#ifdef __APPLE__\n__asm__(\".const\\n.balign %d\\n_%s_weights:\\n.incbin \\\"\" %s_WEIGHTS_FILE "
                "\"\\\"\\n.text\\n\");\n",
                BLOB_ALIGN, name, prefix);
        fprintf(f,
                "#else\n__asm__(\".pushsection .rodata\\n.balign %d\\n%s_weights:\\n.incbin \\\"\" %s_WEIGHTS_FILE "
                "\"\\\"\\n.popsection\\n\");\n#endif\n",
                BLOB_ALIGN, name, prefix);
    } else {
        fprintf(f, "/* Provided by the program: aligned to %d bytes, little endian. */\n", BLOB_ALIGN);
    }
    fprintf(f, "extern const unsigned char %s_weights[];\n\n", name);
}

/* A vector that lies across two lines of the cache takes two loads. Small processors have no lines, but count
 * the bytes between weights. */
static void emit_alignment(FILE *f)
{
    fprintf(f, "/* Large ones start with a line of the cache where there is one. */\n#if defined(__GNUC__) && "
               "UINTPTR_MAX > 0xffffffff\n");
    fprintf(f, "#define WEIGHTS_ALIGNED __attribute__((aligned(%d)))\n#else\n#define WEIGHTS_ALIGNED\n#endif\n\n",
            BLOB_ALIGN);
}

static bool is_union(const Model *m, const Value *v)
{
    return !in_blob(m, v) && !is_readable(v);
}

void emit_weight_declarations(Model *m, const Weights *w, FILE *f)
{
    int unions = 0;
    if (!w->count) return;
    fputs("/* Weights: declared here, defined at the end ------------------------------------------------- */\n\n", f);
    if (w->blob_bytes) emit_blob_declaration(m, f);
    for (int i = 0; i < w->count; i++) unions += is_union(m, w->items[i]);
    if (unions) emit_alignment(f);
    for (int i = 0; i < w->count; i++) {
        const Value *v = w->items[i];
        if (in_blob(m, v)) continue;
        if (is_union(m, v))
            fprintf(f, "union WEIGHTS_ALIGNED %s { unsigned char bytes[%lld]; %s v[%lld]; };\n", v->c_name,
                    (long long)value_bytes(v) + 1, dtype_c(v->type.dtype), (long long)array_count(v));
        fprintf(f, "%s;\n", array_declaration(m, v));
    }
    fputs("\n", f);
}

static void emit_weight_head(const Model *m, const Value *v, FILE *f)
{
    Draft draft;
    emit_weight_comment(v, draft_begin(&draft));
    fprintf(draft.file, "%s = {", array_declaration(m, v));
    draft_end(&draft, f);
}

void emit_weight_definitions(Model *m, const Weights *w, FILE *f)
{
    bool any = false;
    for (int i = 0; i < w->count; i++) {
        const Value *v = w->items[i];
        if (in_blob(m, v)) continue;
        if (!any)
            fputs("/* Weights ------------------------------------------------------------------------------------ "
                  "*/\n\n",
                  f);
        any = true;
        emit_weight_head(m, v, f);
        if (is_readable(v)) {
            emit_numbers(v, strlen(array_declaration(m, v)) + strlen(" = {"), f);
        } else {
            fputs("\n", f);
            emit_bytes(v->data, (size_t)value_bytes(v), f);
            fputs("};\n\n", f);
        }
    }
}

void write_weights_blob(Model *m, const Weights *w, FILE *f)
{
    static const char zeros[BLOB_ALIGN];
    for (int i = 0; i < w->count; i++) {
        const Value *v = w->items[i];
        if (!in_blob(m, v)) continue;
        size_t bytes = (size_t)value_bytes(v);
        fwrite(v->data, 1, bytes, f);
        fwrite(zeros, 1, (BLOB_ALIGN - bytes % BLOB_ALIGN) % BLOB_ALIGN, f);
    }
}
