/* The table of what ONNX's operators take, in every version. */
#include "models/check.h"

#include "op/op.h"

#include <string.h>

static const Schema schemas[] = {
#define SCHEMA(domain, name, since, deprecated, inputs, outputs, attributes) \
    {domain, name, since, deprecated, inputs, outputs, attributes},
#include "models/schemas.def"
#undef SCHEMA
};

enum { N_SCHEMAS = sizeof schemas / sizeof *schemas };

static int compare(const Schema *s, Foreign domain, Foreign name)
{
    int order = foreign_order(foreign(s->domain), domain);
    return order ? order : foreign_order(foreign(s->name), name);
}

/* They are sorted by domain, name and opset. */
const Schema *schema_find(Foreign domain, Foreign name, int64_t opset)
{
    const Schema *found = NULL;
    int low = 0, high = N_SCHEMAS;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (compare(&schemas[middle], domain, name) < 0) low = middle + 1;
        else high = middle;
    }
    for (; low < N_SCHEMAS && !compare(&schemas[low], domain, name) && schemas[low].since <= opset; low++)
        found = &schemas[low];
    return found;
}

bool schema_has_domain(Foreign domain)
{
    for (int i = 0; i < N_SCHEMAS; i++)
        if (foreign_is(domain, schemas[i].domain)) return true;
    return false;
}

static AttrType type_of(char letter)
{
    static const char letters[] = {
        [ATTR_FLOAT] = 'f',   [ATTR_INT] = 'i',    [ATTR_STRING] = 's',        [ATTR_TENSOR] = 't',
        [ATTR_GRAPH] = 'g',   [ATTR_FLOATS] = 'F', [ATTR_INTS] = 'I',          [ATTR_STRINGS] = 'S',
        [ATTR_TENSORS] = 'T', [ATTR_GRAPHS] = 'G', [ATTR_SPARSE_TENSOR] = 'p', [ATTR_SPARSE_TENSORS] = 'P',
        [ATTR_TYPE] = 'y',    [ATTR_TYPES] = 'Y',
    };
    for (int t = ATTR_FLOAT; t <= ATTR_TYPES; t++)
        if (letters[t] == letter) return (AttrType)t;
    internal_error("attribute type %c", letter);
}

AttrType schema_attribute(const Schema *s, Foreign name)
{
    for (const char *at = s->attributes; *at;) {
        size_t length = strcspn(at, ":");
        if (foreign_is(name, mem_strndup(at, length))) return type_of(at[length + 1]);
        at += strcspn(at, " ");
        at += *at == ' ';
    }
    return ATTR_UNDEFINED;
}

const char *schema_required(const char **at)
{
    while (**at) {
        const char *word = *at;
        size_t length = strcspn(word, " ");
        *at += length + (word[length] == ' ');
        if (word[length - 1] == '!') return mem_strndup(word, strcspn(word, ":"));
    }
    return NULL;
}
