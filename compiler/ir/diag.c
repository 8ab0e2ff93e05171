/* Messages to the user, all on standard error, one line each. A stage that may have to be run again holds them back. */
#include "ir/ir.h"

/* Names come from the model and may hold anything; a message stays one readable line. */
static void make_printable(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f) *text = '?';
}

void messages_release(Model *m)
{
    for (int i = 0; i < m->n_messages; i++) fprintf(stderr, "%s\n", m->messages[i]);
    m->n_messages = 0;
    m->holds_messages = false;
}

static void say(Model *m, const char *severity, const char *prefix, const char *format, va_list args, const char *end)
{
    const char *said = mem_vprintf(format, args);
    char *text = mem_printf("onnx2c: %s: %s: %s%s%s", severity, m->path, prefix, said, end);
    make_printable(text);
    mem_grow(&m->messages, &m->cap_messages, m->n_messages + 1, sizeof *m->messages);
    m->messages[m->n_messages++] = text;
    if (!m->holds_messages) messages_release(m);
}

void model_error(Model *m, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(m, "error", "", format, args, "");
    va_end(args);
    m->errors++;
}

void model_warning(Model *m, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(m, "warning", "", format, args, "");
    va_end(args);
}

static const char *first_output_name(const Node *n)
{
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i]) return n->out[i]->name;
    return "";
}

/* `node "conv1" (Conv, opset 13): `; by its first output where the model gives no name. */
static const char *node_place(const Node *n)
{
    const char *domain = n->domain && n->domain[0] ? mem_printf("%s::", n->domain) : "";
    const char *name = n->name && n->name[0] ? mem_printf("\"%s\"", n->name)
                                             : mem_printf("-> \"%s\"", first_output_name(n));
    return mem_printf("node %s (%s%s, opset %d): ", name, domain, n->op_type, n->opset);
}

static void say_of_node(Node *n, const char *format, va_list args, const char *end)
{
    Model *m = n->graph->model;
    say(m, "error", node_place(n), format, args, end);
    n->failed = true;
    m->errors++;
}

void node_error(Node *n, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say_of_node(n, format, args, "");
    va_end(args);
}

void node_invalid(Node *n, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say_of_node(n, format, args, "; the model is invalid here, check how it was exported");
    va_end(args);
}
