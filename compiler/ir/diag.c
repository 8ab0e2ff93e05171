/* Messages to the user, all on standard error, one line each. */
#include "ir/ir.h"

#include <stdlib.h>

/* Names come from the model and may hold anything; a message stays one readable line. */
static void make_printable(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f) *text = '?';
}

static void print(const char *severity, const char *path, const char *prefix, const char *format, va_list args)
{
    char *text = mem_printf("onnx2c: %s: %s: %s%s", severity, path, prefix, mem_vprintf(format, args));
    make_printable(text);
    fprintf(stderr, "%s\n", text);
}

void model_error(Model *m, const char *format, ...)
{
    m->errors++;
    if (m->again) return;
    va_list args;
    va_start(args, format);
    print("error", m->path, "", format, args);
    va_end(args);
}

void model_warning(Model *m, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print("warning", m->path, "", format, args);
    va_end(args);
}

static const char *first_output_name(const Node *n)
{
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i]) return n->out[i]->name;
    return "";
}

/* `node "conv1"`, or by its first output where the model gives no name. */
static const char *node_place(const Node *n)
{
    if (n->name && n->name[0]) return mem_printf("node \"%s\"", n->name);
    return mem_printf("node -> \"%s\"", first_output_name(n));
}

void node_error(Node *n, const char *format, ...)
{
    Model *m = n->graph->model;
    n->failed = true;
    if (m->again || (!m->errors && tighten_bounds(m))) {
        read_again(m);
        return;
    }
    bool standard = !n->domain || !n->domain[0];
    const char *prefix = mem_printf("%s (%s%s%s, opset %d): ", node_place(n), standard ? "" : n->domain,
                                    standard ? "" : "::", n->op_type, n->opset);
    va_list args;
    va_start(args, format);
    print("error", m->path, prefix, format, args);
    va_end(args);
    m->errors++;
}

void internal_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = mem_vprintf(format, args);
    va_end(args);
    make_printable(text);
    fprintf(stderr, "onnx2c: internal error: %s; please report this with the model\n", text);
    exit(1);
}
