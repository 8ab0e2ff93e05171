/* The testbench of a project: C without a library, so that it runs wherever the model does. Outputs go to a function of
 * the program, an element at a time, since each place prints in its own way. */
#include "project/project.h"

#include "emit/emit.h"
#include "op/op.h"
#include "verify/verify.h"

/* At least one: C has no empty arrays. */
static long long room(const Value *v)
{
    int64_t count = stored_count(v);
    return count ? count : 1;
}

static bool is_text(const Value *v)
{
    return v->type.dtype == DT_STRING;
}

static const char *element_type(const Value *v)
{
    return is_text(v) ? "const char *" : mem_printf("%s ", dtype_c(v->type.dtype));
}

/* -- inputs -------------------------------------------------------------------------------------- */

/* A pattern of so many values from the lowest on. Numbers of few bits are filled as bits: of 16, from 0.5 to 1. */
static const char *pattern(const Value *v)
{
    int64_t low = 0, high = 255;
    DType t = v->type.dtype;
    if (t == DT_STRING) return "\"text\"";
    if (t == DT_BOOL) return "i % 2 == 0";
    if (t == DT_FLOAT16) return "(uint16_t)(0x3800 + i % 1024)";
    if (t == DT_BFLOAT16) return "(uint16_t)(0x3f00 + i % 128)";
    if (t == DT_FLOAT || t == DT_DOUBLE || t == DT_COMPLEX64 || t == DT_COMPLEX128)
        return mem_printf("(%s)((i %% 64 * 37 + 11) %% 64) / 64", dtype_c(t));
    if (dtype_bits(t) < 8) return mem_printf("(%s)(i %% 256)", dtype_c(t));
    if (!dtype_is_integer(t)) return "(uint8_t)(0x30 + i % 8)";
    integers_of_input(v, &low, &high);
    if (high - low > 255) high = low + 255;
    return mem_printf("(%s)(%lld + i %% %lld)", dtype_c(t), (long long)low, (long long)(high - low + 1));
}

/* Elements that decide sizes are the lowest that they may be. */
static void write_fill(const Value *v, int number, FILE *f)
{
    if (!v->elements)
        fprintf(f, "    for (long i = 0; i < %lld; i++) input_%d[i] = %s;\n", (long long)stored_count(v), number,
                pattern(v));
    for (int64_t i = 0; v->elements && i < stored_count(v); i++)
        fprintf(f, "    input_%d[%lld] = %lld;\n", number, (long long)i, (long long)dim_low(v->elements[i]));
}

/* -- outputs ------------------------------------------------------------------------------------- */

static const char half_text[] = "/* The value of a float16. */\n"
                                "static double half(unsigned bits)\n"
                                "{\n"
                                "    int exponent = (int)(bits >> 10 & 31);\n"
                                "    double value = exponent ? (bits & 1023) + 1024 : bits & 1023;\n"
                                "    for (int i = exponent ? exponent : 1; i < 25; i++) value /= 2;\n"
                                "    for (int i = 25; i < exponent; i++) value *= 2;\n"
                                "    return bits >> 15 ? -value : value;\n"
                                "}\n"
                                "\n";

static const char brain_text[] = "/* The value of a bfloat16. */\n"
                                 "static double brain(unsigned bits)\n"
                                 "{\n"
                                 "    const uint32_t wide = (uint32_t)bits << 16;\n"
                                 "    float value;\n"
                                 "    memcpy(&value, &wide, sizeof value);\n"
                                 "    return (double)value;\n"
                                 "}\n"
                                 "\n";

static const char length_text[] = "static double length(const char *text)\n"
                                  "{\n"
                                  "    return (double)strlen(text);\n"
                                  "}\n"
                                  "\n";

static const char *value_of(const Value *v)
{
    switch (v->type.dtype) {
    case DT_STRING: return "length";
    case DT_FLOAT16: return "half";
    case DT_BFLOAT16: return "brain";
    default: return "(double)";
    }
}

static bool any_output(const Graph *g, DType t)
{
    for (int i = 0; i < g->n_outputs; i++)
        if (g->outputs[i]->type.dtype == t) return true;
    return false;
}

static void write_helpers(const Graph *g, FILE *f)
{
    if (any_output(g, DT_FLOAT16)) fputs(half_text, f);
    if (any_output(g, DT_BFLOAT16)) fputs(brain_text, f);
    if (any_output(g, DT_STRING)) fputs(length_text, f);
}

/* Those of this call, where sizes are the call's: bytes, if they hold several elements. */
static void write_count(const Value *v, int number, FILE *f)
{
    int bits = dtype_bits(v->type.dtype);
    if (!output_has_dims(v)) {
        fprintf(f, "    count = %lld;\n", (long long)stored_count(v));
        return;
    }
    fprintf(f, "    count = 1;\n    for (int d = 0; d < %d; d++) count *= dims_%d[d];\n", v->type.shape.rank, number);
    if (bits < 8) fprintf(f, "    count = (count + %d) / %d;\n", 8 / bits - 1, 8 / bits);
}

static void write_report(const Value *v, int number, FILE *f)
{
    write_count(v, number, f);
    fprintf(f, "    for (long i = 0; i < count && i < SHOWN; i++) report(%s, i, %s(output_%d[i]));\n",
            in_string(v->name), value_of(v), number);
}

/* -- the file ------------------------------------------------------------------------------------ */

static void write_arrays(const Graph *g, FILE *f)
{
    for (int i = 0; i < g->n_inputs; i++)
        fprintf(f, "static %sinput_%d[%lld]; /* %s */\n", element_type(g->inputs[i]), i, room(g->inputs[i]),
                in_comment(g->inputs[i]->name));
    for (int i = 0; i < g->n_outputs; i++) {
        const Value *v = g->outputs[i];
        fprintf(f, "static %soutput_%d[%lld]; /* %s */\n", element_type(v), i, room(v), in_comment(v->name));
        if (output_has_dims(v)) fprintf(f, "static int32_t dims_%d[%d];\n", i, v->type.shape.rank);
    }
}

static void write_call(const Model *m, FILE *f)
{
    const Graph *g = m->graph;
    const char *separator = "";
    fprintf(f, "    const int status = %s_run(", m->options.name);
    for (int i = 0; i < m->n_params; i++) {
        if (m->params[i].in_state) continue;
        fprintf(f, "%s%s_%s_MAX", separator, upper_case(m->options.name), upper_case(m->params[i].c_name));
        separator = ", ";
    }
    for (int i = 0; i < g->n_inputs; i++, separator = ", ") fprintf(f, "%sinput_%d", separator, i);
    for (int i = 0; i < g->n_outputs; i++, separator = ", ") {
        fprintf(f, "%soutput_%d", separator, i);
        if (output_has_dims(g->outputs[i])) fprintf(f, ", dims_%d", i);
    }
    fputs(");\n    if (status) return status;\n", f);
}

void write_testbench(Model *m, FILE *f)
{
    const Graph *g = m->graph;
    const char *name = m->options.name;
    fprintf(f,
            "/* A testbench for %s: inputs that are filled with a pattern, a call, the first elements of each output."
            "\n * Sizes that a call chooses are the largest. It is yours to change. */\n",
            name);
    fprintf(f, "#include \"%s_testbench.h\"\n\n#include \"%s.h\"\n\n", name, name);
    if (any_output(g, DT_BFLOAT16) || any_output(g, DT_STRING)) fputs("#include <string.h>\n\n", f);
    fputs("enum { SHOWN = 10 };\n\n", f);
    write_arrays(g, f);
    fputs("\n", f);
    write_helpers(g, f);
    fprintf(f, "int %s_testbench(%s_report *report)\n{\n", name, name);
    for (int i = 0; i < g->n_inputs; i++) write_fill(g->inputs[i], i, f);
    if (takes_seed(m)) fprintf(f, "    %s_seed(0); /* another number: other random numbers */\n", name);
    write_call(m, f);
    fputs(g->n_outputs ? "    long count;\n" : "    (void)report;\n", f);
    for (int i = 0; i < g->n_outputs; i++) write_report(g->outputs[i], i, f);
    fputs("    return 0;\n}\n", f);
}
