/* Writes the program around the generated code: it reads inputs from files, calls the code once and
 * writes the outputs to files. */
#include "verify/verify.h"

#include "emit/emit.h"

static bool is_text(const Value *v)
{
    return v->type.dtype == DT_STRING;
}

static bool any_text(Value *const *values, int count)
{
    for (int i = 0; i < count; i++)
        if (is_text(values[i])) return true;
    return false;
}

/* -- what every such program needs ------------------------------------------------------------- */

static const char beginning_comment[] =
    "/* Calls the generated code on the inputs in a folder. Written by onnx2c verify. */\n";

static const char beginning[] = "#include <stdio.h>\n"
                                "#include <stdlib.h>\n"
                                "#include <string.h>\n"
                                "\n";

static const char files_and_blocks[] =
    "static FILE *open_file(const char *folder, const char *name, const char *mode)\n"
    "{\n"
    "    char path[4352];\n"
    "    snprintf(path, sizeof path, \"%s/%s\", folder, name);\n"
    "    FILE *f = fopen(path, mode);\n"
    "    if (f) return f;\n"
    "    perror(name);\n"
    "    exit(1);\n"
    "}\n"
    "\n"
    "/* All of them stay in reach until the end: nothing leaks. */\n"
    "static void *blocks[BLOCKS];\n"
    "static size_t used;\n"
    "\n"
    "static void *block(size_t bytes)\n"
    "{\n"
    "    void *memory = malloc(bytes ? bytes : 1);\n"
    "    if (memory) return blocks[used++] = memory;\n"
    "    fputs(\"out of memory\\n\", stderr);\n"
    "    exit(1);\n"
    "}\n"
    "\n";

static const char ordering[] =
    "/* Numbers in files are little-endian, whatever machine an emulator makes of this one. */\n"
    "static void little_endian(void *data, size_t bytes, size_t size)\n"
    "{\n"
    "    const uint16_t one = 1;\n"
    "    unsigned char *p = data;\n"
    "    if (*(const unsigned char *)&one) return;\n"
    "    for (; bytes >= size; bytes -= size, p += size)\n"
    "        for (size_t i = 0; i < size / 2; i++) {\n"
    "            const unsigned char byte = p[i];\n"
    "            p[i] = p[size - 1 - i];\n"
    "            p[size - 1 - i] = byte;\n"
    "        }\n"
    "}\n"
    "\n";

static const char reading[] =
    "/* The block is exactly as long as the file: a sanitizer sees every access beyond. */\n"
    "static void *read_file(const char *folder, const char *name, size_t size, size_t *bytes)\n"
    "{\n"
    "    FILE *f = open_file(folder, name, \"rb\");\n"
    "    fseek(f, 0, SEEK_END);\n"
    "    *bytes = (size_t)ftell(f);\n"
    "    rewind(f);\n"
    "    void *memory = block(*bytes);\n"
    "    if (fread(memory, 1, *bytes, f) != *bytes) exit(1);\n"
    "    little_endian(memory, *bytes, size);\n"
    "    fclose(f);\n"
    "    return memory;\n"
    "}\n"
    "\n";

static const char reading_text[] =
    "/* The file holds strings one after the other, each with its final NUL. */\n"
    "static const char *const *read_strings(const char *folder, const char *name)\n"
    "{\n"
    "    size_t bytes, count = 0;\n"
    "    const char *text = read_file(folder, name, 1, &bytes);\n"
    "    for (size_t i = 0; i < bytes; i++) count += !text[i];\n"
    "    const char **strings = block(count * sizeof *strings);\n"
    "    for (size_t i = 0; i < count; i++, text += strlen(text) + 1) strings[i] = text;\n"
    "    return strings;\n"
    "}\n"
    "\n";

static const char writing[] =
    "static void write_file(const char *folder, const char *name, void *data, size_t bytes, size_t size)\n"
    "{\n"
    "    FILE *f = open_file(folder, name, \"wb\");\n"
    "    little_endian(data, bytes, size);\n"
    "    if (fwrite(data, 1, bytes, f) != bytes || fclose(f)) exit(1);\n"
    "}\n"
    "\n";

static const char making_room[] = "/* Filled with a pattern, so that what is never written is seen. */\n"
                                  "static void *room(size_t bytes)\n"
                                  "{\n"
                                  "    return memset(block(bytes), 0xa5, bytes);\n"
                                  "}\n"
                                  "\n";

static const char writing_text[] =
    "static void write_strings(const char *folder, const char *name, const char *const *strings, size_t count)\n"
    "{\n"
    "    FILE *f = open_file(folder, name, \"wb\");\n"
    "    for (size_t i = 0; i < count; i++) {\n"
    "        const char *s = strings[i] ? strings[i] : \"" NOT_WRITTEN "\";\n"
    "        if (fwrite(s, 1, strlen(s) + 1, f) != strlen(s) + 1) exit(1);\n"
    "    }\n"
    "    if (fclose(f)) exit(1);\n"
    "}\n"
    "\n"
    "static const char **string_room(size_t count)\n"
    "{\n"
    "    const char **strings = block(count * sizeof *strings);\n"
    "    for (size_t i = 0; i < count; i++) strings[i] = NULL;\n"
    "    return strings;\n"
    "}\n"
    "\n";

static bool all_text(Value *const *values, int count)
{
    for (int i = 0; i < count; i++)
        if (!is_text(values[i])) return false;
    return true;
}

static bool any_dims(const Graph *g)
{
    for (int i = 0; i < g->n_outputs; i++)
        if (output_has_dims(g->outputs[i])) return true;
    return false;
}

static void write_helpers(const Graph *g, FILE *f)
{
    if (!g->n_inputs && !g->n_outputs) return;
    fprintf(f, "enum { BLOCKS = %d };\n\n", 2 * g->n_inputs + g->n_outputs); /* strings take two */
    fputs(files_and_blocks, f);
    bool writes = !all_text(g->outputs, g->n_outputs) || any_dims(g);
    if (g->n_inputs || writes) fputs(ordering, f);
    if (g->n_inputs) fputs(reading, f);
    if (any_text(g->inputs, g->n_inputs)) fputs(reading_text, f);
    if (writes) fputs(writing, f);
    if (!all_text(g->outputs, g->n_outputs)) fputs(making_room, f);
    if (any_text(g->outputs, g->n_outputs)) fputs(writing_text, f);
}

/* -- this model's own -------------------------------------------------------------------------- */

static void write_input(const Value *v, int i, FILE *f)
{
    const char *const c = dtype_c(v->type.dtype);
    if (is_text(v)) fprintf(f, "    const char *const *input_%d = read_strings(folder, \"input_%d.bin\");\n", i, i);
    else fprintf(f, "    %s *input_%d = read_file(folder, \"input_%d.bin\", sizeof(%s), &bytes);\n", c, i, i, c);
}

static void write_room(const Value *v, int i, FILE *f)
{
    if (is_text(v)) fprintf(f, "    const char **output_%d = string_room(%lld);\n", i, (long long)value_count(v));
    else fprintf(f, "    %s *output_%d = room(%lld);\n", dtype_c(v->type.dtype), i, (long long)value_bytes(v));
    if (output_has_dims(v)) fprintf(f, "    int32_t dims_%d[%d] = {0};\n", i, v->type.shape.rank);
}

static void write_call(const Model *m, FILE *f)
{
    const Graph *g = m->graph;
    const char *separator = "";
    fprintf(f, "status = %s_run(", m->options.name);
    for (int i = 0; i < m->n_params; i++, separator = ", ") fprintf(f, "%satoi(argv[%d])", separator, i + 2);
    for (int i = 0; i < g->n_inputs; i++, separator = ", ") fprintf(f, "%sinput_%d", separator, i);
    for (int i = 0; i < g->n_outputs; i++, separator = ", ") {
        fprintf(f, "%soutput_%d", separator, i);
        if (output_has_dims(g->outputs[i])) fprintf(f, ", dims_%d", i);
    }
    fputs(");\n", f);
}

static void write_output(const Value *v, int i, FILE *f)
{
    if (is_text(v))
        fprintf(f, "    write_strings(folder, \"output_%d.bin\", output_%d, %lld);\n", i, i, (long long)value_count(v));
    else
        fprintf(f, "    write_file(folder, \"output_%d.bin\", output_%d, %lld, sizeof *output_%d);\n", i, i,
                (long long)value_bytes(v), i);
    if (output_has_dims(v))
        fprintf(f, "    write_file(folder, \"output_%d.dims\", dims_%d, sizeof dims_%d, 4);\n", i, i, i);
}

/* `before` and `after` stand around the call. */
static void write_main(const Model *m, const char *before, const char *after, FILE *f)
{
    const Graph *g = m->graph;
    fputs("int main(int argc, char **argv)\n{\n", f);
    fprintf(f, "    if (argc != %d) return 1;\n", 2 + m->n_params);
    fputs("    const char *folder = argv[1];\n    int status;\n", f);
    if (g->n_inputs && !all_text(g->inputs, g->n_inputs)) fputs("    size_t bytes;\n", f);
    for (int i = 0; i < g->n_inputs; i++) write_input(g->inputs[i], i, f);
    for (int i = 0; i < g->n_outputs; i++) write_room(g->outputs[i], i, f);
    fputs(before, f);
    write_call(m, f);
    fputs(after, f);
    fprintf(f, "    if (status) return %d - status;\n", REFUSED);
    for (int i = 0; i < g->n_outputs; i++) write_output(g->outputs[i], i, f);
    fputs("    return 0;\n}\n", f);
}

void write_harness(Model *m, FILE *f)
{
    fprintf(f, "%s#include \"model.h\"\n\n", beginning_comment);
    fputs(beginning, f);
    write_helpers(m->graph, f);
    write_main(m, "    ", "", f);
}

/* -- every value within -------------------------------------------------------------------------- */

static const char tracing[] =
    "static FILE *trace;\n"
    "\n"
    "/* A record: step, name, type, rank, sizes, elements. */\n"
    "static void on_trace(int step, const char *name, const char *type, const void *data, int rank,\n"
    "                     const int32_t *dims)\n"
    "{\n"
    "    const int32_t head = step, axes = rank;\n"
    "    size_t bits = 0;\n"
    "    for (size_t i = 0; i < sizeof types / sizeof *types; i++)\n"
    "        if (!strcmp(types[i].name, type)) bits = types[i].bits;\n"
    "    if (!bits) return;\n"
    "    for (int i = 0; i < rank; i++) bits *= (size_t)dims[i];\n"
    "    fwrite(&head, sizeof head, 1, trace);\n"
    "    fwrite(name, 1, strlen(name) + 1, trace);\n"
    "    fwrite(type, 1, strlen(type) + 1, trace);\n"
    "    fwrite(&axes, sizeof axes, 1, trace);\n"
    "    fwrite(dims, sizeof *dims, (size_t)rank, trace);\n"
    "    fwrite(data, 1, (bits + 7) / 8, trace);\n"
    "}\n"
    "\n"
    "#define MODEL_TRACE(step, name, type, data, rank, dims) on_trace(step, name, type, data, rank, dims)\n"
    "#include \"model.c\"\n"
    "\n";

void write_tracer(Model *m, FILE *f)
{
    fputs(beginning_comment, f);
    fputs(beginning, f);
    fputs("#include <stdint.h>\n\nstatic const struct {\n    const char *name;\n    size_t bits;\n} types[] = {\n", f);
    for (int t = 1; t < DT_COUNT; t++)
        if (number_has((DType)t)) fprintf(f, "    {\"%s\", %d},\n", dtype_name((DType)t), (int)dtype_bits((DType)t));
    fputs("};\n\n", f);
    fputs(tracing, f);
    write_helpers(m->graph, f);
    write_main(m, "    trace = open_file(folder, \"trace.bin\", \"wb\");\n    ", "    if (fclose(trace)) exit(1);\n",
               f);
}

/* -- the time of each step ----------------------------------------------------------------------- */

static const char watch[] = "static double now(void)\n"
                            "{\n"
                            "    struct timespec t;\n"
                            "    clock_gettime(CLOCK_MONOTONIC, &t);\n"
                            "    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;\n"
                            "}\n"
                            "\n"
                            "/* The step that runs, since when, and how long each has run. */\n"
                            "static int running;\n"
                            "static double since, times[STEPS + 1];\n"
                            "\n"
                            "static void on_step(int step)\n"
                            "{\n"
                            "    double t = now();\n"
                            "    times[running] += t - since;\n"
                            "    running = step;\n"
                            "    since = now();\n"
                            "}\n"
                            "\n"
                            "#define MODEL_STEP(step) on_step(step)\n"
                            "#include \"model.c\"\n"
                            "\n";

/* The first run finds caches cold, and is not counted. */
static const char rounds_begin[] = "    int rounds = -1;\n"
                                   "    double begin = now();\n"
                                   "    do {\n"
                                   "        if (rounds == 0) memset(times, 0, sizeof times);\n"
                                   "        on_step(0);\n"
                                   "        ";
static const char rounds_end[] = "        on_step(0);\n"
                                 "        rounds++;\n"
                                 "    } while (!status && (rounds < 3 || now() - begin < 0.5));\n"
                                 "    FILE *f = open_file(folder, \"times.txt\", \"w\");\n"
                                 "    for (int i = 1; i <= STEPS; i++) fprintf(f, \"%.9g\\n\", times[i] / rounds);\n"
                                 "    if (fclose(f)) exit(1);\n";

void write_profiler(Model *m, FILE *f)
{
    const Graph *g = m->graph;
    fputs("#define _POSIX_C_SOURCE 200112L /* clock_gettime */\n", f);
    fputs(beginning_comment, f);
    fputs("#include <time.h>\n\n", f);
    fputs(beginning, f);
    fprintf(f, "enum { STEPS = %d };\n\n", g->n_steps ? g->steps[g->n_steps - 1]->paragraph : 0);
    fputs(watch, f);
    write_helpers(g, f);
    write_main(m, rounds_begin, rounds_end, f);
}
