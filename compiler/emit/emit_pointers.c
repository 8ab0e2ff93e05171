/* emit_pointers: the local pointers of the run function, each declared where a step first needs it.
 *
 * A buffer's own pointer leads into the arena; whatever lies in the memory of another value is declared as a view of
 * that one. */
#include "emit/emit.h"

#include "plan/plan.h"

/* "const float *": strings are pointers themselves. */
static const char *pointer_type(const Value *v, bool to_const)
{
    if (v->type.dtype == DT_STRING) return to_const ? "const char *const *" : "const char **";
    return mem_printf("%s%s *", to_const ? "const " : "", dtype_c(v->type.dtype));
}

static bool is_readonly(const Model *m, const Value *root)
{
    return is_input_const(m, root) || root->data;
}

/* The first byte of a buffer. */
static const char *start_of(const Value *root)
{
    return mem_printf("%s + AT_%s", memory_in_c(root->memory), root->c_name);
}

/* The arguments of the run function, and constants that are arrays of their own. */
static bool is_global(const Model *m, const Value *v)
{
    return v->storage == v && (value_is_callers(v) || (v->data && !weight_is_in_file(m, v)));
}

/* Do steps name it, or several values that have no other name for its memory? */
static bool has_pointer(const Value *v)
{
    for (int i = 0; i < v->uses.count; i++)
        if (!step_is_elided(v->uses.items[i].step)) return true;
    return v->views > 1;
}

/* The closest value that v lies in and that has a pointer; NULL: there is none. */
static Value *base_of(const Model *m, const Value *v, int64_t *offset)
{
    *offset = v->storage_offset;
    for (Value *base = v->storage; base != v; v = base, base = base->storage) {
        if (is_global(m, base) || has_pointer(base)) return base;
        *offset += base->storage_offset;
    }
    return NULL;
}

void find_pointers(const Model *m)
{
    const Graph *g = m->graph;
    int64_t offset;
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; step_next(g->steps[i], &a);) {
            a.value->marked = false;
            storage_root(a.value, NULL)->views = 0;
        }
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; mention_next(g->steps[i], &a);) {
            if (a.value->marked || is_global(m, a.value)) continue;
            a.value->marked = true;
            if (!base_of(m, a.value, &offset)) storage_root(a.value, NULL)->views++;
        }
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; step_next(g->steps[i], &a);) a.value->marked = false;
}

/* A place in the memory of `base`, `offset` bytes from its first. */
static const char *address_in_value(const Model *m, const Value *v, const Value *base, int64_t offset, bool readonly)
{
    int64_t size = dtype_bits(base->type.dtype) / (dtype_is_complex(base->type.dtype) ? 16 : 8); /* of one in C */
    const char *start = value_pointer(m, base, NULL);
    if (base->type.dtype == v->type.dtype && (!offset || (size && offset % size == 0)))
        return offset ? mem_printf("%s + %lld", start, (long long)(offset / size)) : start;
    const char *to_const = readonly ? "const " : "";
    if (offset) start = mem_printf("((%sunsigned char *)%s + %lld)", to_const, start, (long long)offset);
    return mem_printf("(%s)(%svoid *)%s", pointer_type(v, readonly), to_const, start);
}

static const char *address_in_memory(const Model *m, const Value *v, Value *root, int64_t offset)
{
    if (root->data)
        return mem_printf("(%s)(const void *)(%s_weights + %lld)", pointer_type(v, true), m->options.name,
                          (long long)(root->blob_offset + offset));
    const char *at = offset ? mem_printf("%s + %lld", start_of(root), (long long)offset) : start_of(root);
    return mem_printf("(%s)(void *)(%s)", pointer_type(v, false), at);
}

static void declare(const Model *m, Value *v, FILE *f)
{
    int64_t offset, offset_in_root;
    if (v->marked || is_global(m, v)) return;
    v->marked = true;
    Value *base = base_of(m, v, &offset), *root = storage_root(v, &offset_in_root);
    if (base) declare(m, base, f);
    const char *address = base ? address_in_value(m, v, base, offset, is_readonly(m, root))
                               : address_in_memory(m, v, root, offset_in_root);
    fprintf(f, "    %sconst %s = %s;\n", pointer_type(v, is_readonly(m, root)), v->c_name, address);
}

/* Where v lies, for a line that declares nothing. */
const char *visible_pointer(const Model *m, Value *v)
{
    int64_t offset;
    if (v->marked || is_global(m, v)) return value_pointer(m, v, NULL);
    Value *root = storage_root(v, &offset);
    const char *start = in_arena(root) ? start_of(root)
                                       : mem_printf("(const unsigned char *)%s", value_pointer(m, root, NULL));
    return offset ? mem_printf("%s + %lld", start, (long long)offset) : start;
}

void declare_pointers(Model *m, const Step *s, FILE *f)
{
    for (Access a = {0}; mention_next(s, &a);) declare(m, a.value, f);
}
