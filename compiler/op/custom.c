/* custom: nodes of operators that only the user knows.
 *
 *   --custom 'DOMAIN::OP=INPUTS -> OUTPUTS'
 *   INPUTS    x[n,c,h,w], k        names; brackets name the dimensions, a number there must be met
 *   OUTPUTS   float32[n,c,2*h,w]   a type, or an input's name for that input's type; dimensions are
 *                                  expressions (dim_parse) of the names;
 *             x                    an input's name alone: its shape, too
 *
 * The generated code declares and calls   int DOMAIN_OP(inputs, outputs, attributes);
 * each tensor as a pointer followed by its dimensions, each int or float attribute as a
 * number, each string as one, in the model's order. */
#include "op/custom.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* -- the notation ------------------------------------------------------------------------------ */

typedef struct {
    Foreign rest;      /* of the text */
    const char *error; /* for a message; or NULL */
    Node *node;
    Map *names; /* dimension name -> Dim */
} Parser;

static bool is_space(char c)
{
    return isspace((unsigned char)c);
}

static char next(const Parser *p)
{
    return foreign_at(p->rest, 0);
}

static void skip(Parser *p, size_t count)
{
    p->rest = foreign_from(p->rest, count);
}

static void skip_space(Parser *p)
{
    while (is_space(next(p))) skip(p, 1);
}

static bool accept(Parser *p, char c)
{
    skip_space(p);
    if (next(p) != c) return false;
    skip(p, 1);
    return true;
}

/* The beginning of what is left, for a message. */
static const char *place(const Parser *p)
{
    size_t length = foreign_length(p->rest);
    return shown(foreign_part(p->rest, 0, length < 20 ? length : 20));
}

static void expect(Parser *p, char c)
{
    if (!accept(p, c) && !p->error) p->error = mem_printf("expected `%c` before `%s`", c, place(p));
}

static Foreign word(Parser *p)
{
    skip_space(p);
    size_t n = 0;
    while (isalnum((unsigned char)foreign_at(p->rest, n)) || foreign_at(p->rest, n) == '_') n++;
    if (!n && !p->error) p->error = mem_printf("expected a name before `%s`", place(p));
    Foreign text = foreign_part(p->rest, 0, n);
    skip(p, n);
    return text;
}

static bool is_number(Foreign word)
{
    return isdigit((unsigned char)foreign_at(word, 0));
}

/* The digits at the start, as far as a dimension may be. */
static Dim number(Foreign word)
{
    Dim d = dim_const(0);
    for (size_t i = 0; isdigit((unsigned char)foreign_at(word, i)); i++)
        d = dim_add(dim_mul(d, dim_const(10)), dim_const(foreign_at(word, i) - '0'));
    return d;
}

static Dim dimension_named(Foreign name, void *names)
{
    return map_get(names, name);
}

static Dim expression(Parser *p)
{
    const char *error;
    Dim d = dim_parse(&p->rest, dimension_named, p->names, &error);
    if (error && !p->error) p->error = error;
    return d;
}

static void bind(Parser *p, Foreign name, Dim size)
{
    Dim known = is_number(name) ? number(name) : map_get(p->names, name);
    if (!known) map_put(p->names, name, (void *)(uintptr_t)size);
    else if (dims_differ(known, size) && !p->error)
        p->error = mem_printf("dimension %s is %s here and %s elsewhere", shown(name), shown(dim_text(size)),
                              shown(dim_text(known)));
    else assume_equal(p->node, known, size);
}

/* "x[n,c]": the i-th input, its dimensions bound to names. */
static void parse_input(Parser *p, int i, Map *inputs)
{
    Foreign name = word(p);
    Value *v = input_of(p->node, i);
    if (!v && !p->error)
        p->error = i < p->node->n_in ? mem_printf("names input %d, which the node leaves out", i)
                                     : mem_printf("names %d or more inputs, the node has %d", i + 1, p->node->n_in);
    if (!v) return;
    map_put(inputs, name, v);
    if (!accept(p, '[')) return;
    for (int d = 0; !p->error && !accept(p, ']'); d++) {
        if (d) expect(p, ',');
        Foreign dim = word(p);
        if (d >= v->type.shape.rank)
            p->error = mem_printf("input %d \"%s\" has shape %s, fewer dimensions than named", i, shown(v->name),
                                  shown(shape_text(&v->type.shape)));
        else bind(p, dim, v->type.shape.dim[d]);
    }
}

static DType type_named(Foreign name)
{
    for (int t = DT_UNDEFINED + 1; t < DT_COUNT; t++)
        if (foreign_is(name, dtype_name((DType)t))) return (DType)t;
    return DT_UNDEFINED;
}

static void parse_output(Parser *p, int i, Map *inputs)
{
    Foreign name = word(p);
    const Value *like = map_get(inputs, name);
    DType t = like ? like->type.dtype : type_named(name);
    Shape s = like ? like->type.shape : shape_scalar();
    if (t == DT_UNDEFINED && !p->error) p->error = mem_printf("\"%s\" is neither a type nor an input", shown(name));
    if (accept(p, '[')) {
        s.rank = 0;
        while (!p->error && !accept(p, ']')) {
            if (s.rank) expect(p, ',');
            if (s.rank < MAX_RANK) s.dim[s.rank++] = expression(p);
        }
    }
    if (!p->error) set_out(p->node, i, t, &s);
}

static void infer_custom(Node *n);
static void lower_custom(Node *n);

static const Op op_custom = {.name = "custom",
                             .domain = "",
                             .since = 1,
                             .infer = infer_custom,
                             .lower = lower_custom,
                             .flags = OP_HALF_NATIVE | OP_NEVER_FOLD};

/* -- options ----------------------------------------------------------------------------------- */

static const char *add_file(Options *o, Foreign path)
{
    char line[4096];
    FILE *f = path_open(path, "r");
    if (!f) return mem_printf("%s can't be read", shown(path));
    const char *error = NULL;
    files_add(&o->files_read, path);
    while (!error && fgets(line, sizeof line, f)) {
        size_t length = strcspn(line, "\r\n#");
        if (strspn(line, " \t") < length) error = custom_add(o, foreign_of(line, length));
    }
    fclose(f);
    return error;
}

const char *custom_add(Options *o, Foreign text)
{
    if (foreign_starts(text, "@")) return add_file(o, foreign_from(text, 1));
    ptrdiff_t colons = foreign_first(text, "::"), equals = foreign_first(text, "=");
    Foreign spec = equals == NOWHERE ? text : foreign_from(text, (size_t)equals + 1);
    if (colons == NOWHERE || equals < colons + 2 || foreign_first(spec, "->") == NOWHERE)
        return mem_printf("%s: expected DOMAIN::OP=INPUTS -> OUTPUTS", shown(text));
    mem_grow(&o->customs, &o->cap_customs, o->n_customs + 1, sizeof *o->customs);
    o->customs[o->n_customs++] = (CustomOption){
        short_domain(foreign_part(text, 0, (size_t)colons)),
        foreign_part(text, (size_t)colons + 2, (size_t)(equals - colons - 2)),
        spec,
    };
    return NULL;
}

static const CustomOption *option_for(const Node *n)
{
    const Options *o = &n->graph->model->options;
    for (int i = 0; i < o->n_customs; i++)
        if (foreign_equal(o->customs[i].domain, n->domain) && foreign_equal(o->customs[i].op_type, n->op_type))
            return &o->customs[i];
    return NULL;
}

/* One that has the name of an operator the compiler knows would be taken for that where only names are compared. */
const Op *custom_find(const Node *n)
{
    return option_for(n) && !op_exists(n) ? &op_custom : NULL;
}

/* -- the operator ------------------------------------------------------------------------------ */

static void infer_custom(Node *n)
{
    const CustomOption *option = option_for(n);
    Parser p = {.rest = option->spec, .node = n, .names = map_new()};
    Map *inputs = map_new();
    int i = 0;
    if (!need_tensor_inputs(n)) return;
    for (skip_space(&p); !p.error && !foreign_starts(p.rest, "->"); skip_space(&p)) {
        if (i) expect(&p, ',');
        parse_input(&p, i++, inputs);
    }
    if (!p.error) skip(&p, 2);
    for (i = 0; !p.error && (skip_space(&p), next(&p)); i++) {
        if (i) expect(&p, ',');
        parse_output(&p, i, inputs);
    }
    if (!p.error && i < n->n_out) p.error = mem_printf("describes %d outputs, the node has %d", i, n->n_out);
    if (p.error)
        node_error(n, "--custom %s::%s=%s: %s", shown(option->domain), shown(option->op_type), shown(option->spec),
                   p.error);
}

static const char *function_name(const Node *n)
{
    const char *front = isdigit((unsigned char)foreign_at(n->domain, 0)) ? "v" : "";
    return mem_printf("%s%s_%s", front, in_identifier(n->domain), in_identifier(n->op_type));
}

/* Names of the parameters, gathered beside their declaration. */
static const char *listed(const char *names, const char *name)
{
    return *names ? mem_printf("%s,%s", names, name) : name;
}

static const char *tensor_parameter(const char *text, const char *kind, int i, DType t, bool is_const)
{
    const char *pointer = t == DT_STRING ? (is_const ? "const char *const *" : "const char **")
                                         : mem_printf("%s%s *", is_const ? "const " : "", dtype_c(t));
    return mem_printf("%s%s%s%s%d, const int32_t *%s%d_dims", text, *text ? ", " : "", pointer, kind, i, kind, i);
}

/* Attributes' names may have the same letters: then the place tells them apart. */
static const char *attribute_parameter(const Node *n, int at)
{
    Map *taken = map_new();
    const char *name = "";
    for (int i = 0; i <= at; i++) {
        name = mem_printf("attr_%s", as_identifier(n->attrs[i].name));
        while (map_get(taken, foreign(name))) name = mem_printf("%s_%d", name, i);
        map_put(taken, foreign(name), taken);
    }
    return name;
}

typedef struct {
    AttrType type;
    const char *c; /* with a space, or what binds to the name */
    char letter;   /* of the signature */
} AttributeForm;

/* NULL: the function doesn't get it. */
static const AttributeForm *form_of(const Attr *a)
{
    static const AttributeForm forms[] = {{ATTR_INT, "int64_t ", 'l'},
                                          {ATTR_FLOAT, "float ", 'f'},
                                          {ATTR_STRING, "const char *", 'p'}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (forms[i].type == a->type) return &forms[i];
    return NULL;
}

/* The prototype, and the letters of a kernel's signature for it. */
static Kernel *declaration(Node *n)
{
    const char *text = "", *letters = "i", *names = "";
    for (int i = 0; i < n->n_in; i++) {
        names = listed(names, mem_printf("in%d,in%d_dims", i, i));
        text = tensor_parameter(text, "in", i, n->in[i] ? n->in[i]->type.dtype : DT_UINT8, true);
        letters = mem_printf("%spp", letters);
    }
    for (int i = 0; i < n->n_out; i++) {
        names = listed(names, mem_printf("out%d,out%d_dims", i, i));
        text = tensor_parameter(text, "out", i, n->out[i] ? n->out[i]->type.dtype : DT_UINT8, false);
        letters = mem_printf("%spp", letters);
    }
    for (int i = 0; i < n->n_attrs; i++) {
        const Attr *a = &n->attrs[i];
        const AttributeForm *form = form_of(a);
        if (!form) continue;
        text = mem_printf("%s, %s%s", text, form->c, attribute_parameter(n, i));
        names = listed(names, attribute_parameter(n, i));
        letters = mem_printf("%s%c", letters, form->letter);
    }
    Kernel *k = mem_alloc(sizeof *k);
    k->name = function_name(n);
    k->text = mem_printf("int %s(%s);\n", k->name, text);
    k->signature = letters;
    k->names = names;
    return k;
}

static void tensor_argument(Step *s, const char *name, Value *v, bool written)
{
    const char *dims = mem_printf("%s_dims", name);
    if (written) arg_out(s, name, v);
    else arg_in(s, name, v);
    if (v) arg_dims(s, dims, v->type.shape.rank, v->type.shape.dim);
    else arg_in(s, dims, NULL);
}

/* Is the function's name one that the generated file has something else for? */
static bool is_taken(const Model *m, const char *function)
{
    return kernel_find(function) || !strcmp(function, mem_printf("%s_run", m->options.name)) ||
           !strcmp(function, mem_printf("%s_run_in", m->options.name));
}

static bool same_operator(const Node *a, const Node *b)
{
    return foreign_equal(a->domain, b->domain) && foreign_equal(a->op_type, b->op_type);
}

/* A function is one operator, with one prototype: all its nodes must have the same types and attributes. */
static void need_same_prototype(Node *n, const Kernel *k)
{
    const Graph *g = n->graph->model->graph;
    if (is_taken(n->graph->model, k->name))
        node_error(n, "the function %s would have the name of another in the generated file; rename the operator",
                   k->name);
    for (int i = 0; i < g->n_steps; i++) {
        const Kernel *other = g->steps[i]->kind == STEP_CALL ? g->steps[i]->call.kernel : NULL;
        if (!other || other->address || strcmp(other->name, k->name)) continue;
        const Node *first = g->steps[i]->node;
        if (!same_operator(first, n)) {
            node_error(n, "the function %s would be this operator and %s::%s, too; rename one of them in the model",
                       k->name, shown(first->domain), shown(first->op_type));
            return;
        }
        if (!strcmp(other->text, k->text)) continue;
        node_error(n,
                   "this custom operator's function would be declared as `%.*s` and, for node \"%s\", as `%.*s`; "
                   "expected the same types and attributes everywhere",
                   (int)strlen(k->text) - 2, k->text, shown(first->name), (int)strlen(other->text) - 2, other->text);
        return;
    }
}

static void lower_custom(Node *n)
{
    const Kernel *function = declaration(n);
    need_same_prototype(n, function);
    Step *s = step_new_call(n, function);
    step_append(graph_root(n->graph), s);
    for (int i = 0; i < n->n_in; i++) tensor_argument(s, mem_printf("in%d", i), n->in[i], false);
    for (int i = 0; i < n->n_out; i++) tensor_argument(s, mem_printf("out%d", i), n->out[i], true);
    for (int i = 0; i < n->n_attrs; i++) {
        const Attr *a = &n->attrs[i];
        if (a->type == ATTR_INT) arg_int(s, attribute_parameter(n, i), a->ints[0]);
        if (a->type == ATTR_FLOAT) arg_real(s, attribute_parameter(n, i), (double)a->floats[0]);
        if (a->type == ATTR_STRING) arg_text(s, attribute_parameter(n, i), a->strings[0]);
        if (!form_of(a))
            model_warning(n->graph->model,
                          "node \"%s\": the function %s doesn't get its attribute \"%s\": only numbers and "
                          "strings are passed",
                          shown(n->name), function->name, shown(a->name));
    }
}

void emit_custom_declarations(const Model *m, FILE *f)
{
    Map *seen = map_new();
    const Graph *g = m->graph;
    bool any = false;
    for (int i = 0; i < g->n_steps; i++) {
        const Step *s = g->steps[i];
        if (s->kind != STEP_CALL || s->call.kernel->address || map_get(seen, foreign(s->call.kernel->text))) continue;
        if (!any)
            fputs(
                "\n/* Custom operators: the program provides these; 0 is success. Dimensions follow each tensor. */\n",
                f);
        any = true;
        map_put(seen, foreign(s->call.kernel->text), f);
        fputs(s->call.kernel->text, f);
    }
}
