/* emit_title: what the generated files begin with: where they come from, and what they need. */
#include "emit/emit.h"

#include <string.h>

const char *with_commas(int64_t n)
{
    char digits[32], text[48];
    int length = snprintf(digits, sizeof digits, "%lld", (long long)n), to = 0;
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0) text[to++] = ',';
        text[to++] = digits[i];
    }
    return mem_strndup(text, (size_t)to);
}

static const char *opsets_text(const Model *m)
{
    const char *text = "";
    for (int i = 0; i < m->n_opsets; i++) {
        const OpsetImport *o = &m->opsets[i];
        text = mem_printf("%s%s%s%s%d", text, i ? ", " : "", in_comment(o->domain),
                          foreign_empty(o->domain) ? "opset " : " ", o->version);
    }
    return text;
}

static const char *regions_text(const Model *m)
{
    const char *text = "";
    for (int i = 0; i < m->options.n_regions; i++)
        text = mem_printf("%s, %s %s B", text, m->regions[i].name, with_commas(m->regions[i].used));
    return text;
}

/* What --weights-type did. */
static void emit_narrowed(const Model *m, FILE *f)
{
    const Narrowed *n = &m->narrowed;
    if (m->options.weights_type == DT_UNDEFINED) return;
    fprintf(f, " *   %-8s %d arrays of weights, %s B less; largest error %.2g of the largest with the same scale\n",
            dtype_name(m->options.weights_type), n->arrays, with_commas(n->saved), n->error);
}

void emit_title(Model *m, FILE *f)
{
    static const char further[] = " *            ";
    fprintf(f, "/* Written by onnx2c %s; do not edit, generate again.\n", VERSION);
    lay_out_options(" *   model    ", further, mem_printf("sha256 %s, %s", m->sha256, opsets_text(m)), f);
    if (*m->external_sha256)
        lay_out_options(" *   external ", further, mem_printf("sha256 %s, chained", m->external_sha256), f);
    lay_out_options(" *   options  ", further, in_comment(m->options.title), f);
    emit_narrowed(m, f);
    if (m->rounded_products)
        fprintf(f, " *   %-8s %d products of factors rounded to it, added up in float32\n",
                dtype_name(m->options.precision), m->rounded_products);
    fprintf(f, " *   memory   arena %s B (lower bound %s B)%s, weights %s B, stack about %s B, no heap\n */\n",
            with_commas(m->arena_bytes), with_commas(m->arena_lower_bound), regions_text(m),
            with_commas(m->weights_bytes), with_commas(m->stack_bytes));
}

void emit_heading(const char *of_part, FILE *f)
{
    enum { WIDTH = 92 };
    fprintf(f, "/* %s ", of_part);
    for (size_t i = strlen(of_part); i < WIDTH; i++) fputc('-', f);
    fputs(" */\n", f);
}
