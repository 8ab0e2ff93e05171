/* Messages to the user, all on standard error, one line each. A stage that may have to be run again holds them back. */
#include "ir/ir.h"

void messages_release(Model *m)
{
    m->holds_messages = false;
    if (m->options.keeps_messages) return;
    progress_clear();
    for (int i = 0; i < m->n_messages; i++) fprintf(stderr, "%s\n", m->messages[i]);
    m->n_messages = 0;
}

/* Returns the message without what stands in front of all. */
static const char *say(Model *m, const char *severity, const char *prefix, const char *format, va_list args,
                       const char *end)
{
    const char *said = mem_printf("%s%s%s", prefix, mem_vprintf(format, args), end);
    char *text = mem_printf("onnx2c: %s: %s: %s", severity, shown(m->path), said);
    mem_grow(&m->messages, &m->cap_messages, m->n_messages + 1, sizeof *m->messages);
    m->messages[m->n_messages++] = text;
    if (!m->holds_messages) messages_release(m);
    return said;
}

ModelMark model_mark(const Model *m)
{
    return (ModelMark){m->errors, m->invalid, m->n_messages, m->n_assumptions};
}

bool model_back_to(Model *m, ModelMark mark)
{
    if (!m->holds_messages) return false;
    m->errors = mark.errors;
    m->invalid = mark.invalid;
    m->n_messages = mark.messages;
    m->n_assumptions = mark.assumptions;
    return true;
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

void model_note(Model *m, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(m, "note", "", format, args, "");
    va_end(args);
}

static Foreign first_output_name(const Node *n)
{
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i]) return n->out[i]->is_double_of ? value_model_name(n->out[i]) : n->out[i]->name;
    return foreign("");
}

/* `node "conv1" (Conv, opset 13): `; by its first output where the model gives no name. */
const char *node_place(const Node *n)
{
    bool is_named = !foreign_empty(n->name);
    const char *domain = foreign_empty(n->domain) ? "" : mem_printf("%s::", shown(n->domain));
    return mem_printf("node %s\"%s\" (%s%s, opset %d): ", is_named ? "" : "-> ",
                      shown(is_named ? n->name : first_output_name(n)), domain, shown(n->op_type), n->opset);
}

static void say_of_node(Node *n, const char *format, va_list args, const char *end)
{
    Model *m = n->graph->model;
    m->said = say(m, "error", node_place(n), format, args, end);
    n->failed = true;
    m->errors++;
}

void node_warning(Node *n, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(n->graph->model, "warning", node_place(n), format, args, "");
    va_end(args);
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
    say_of_node(n, format, args, INVALID_HERE);
    va_end(args);
    n->graph->model->invalid++;
}
