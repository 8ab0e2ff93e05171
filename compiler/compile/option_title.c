/* The options that decide what is generated, for the title of the generated file: with them, the model and this
 * version, anyone gets the same file. Paths don't, nor does what is printed on the way; tests/title.sh has them all. */
#include "compile/option_values.h"

#include <string.h>

/* The value is a word of a shell's command line. */
static void say(const char **title, const char *option, const char *value)
{
    *title = mem_printf("%s%s--%s %s", *title, **title ? " " : "", option, value);
}

static void say_dim(const char **title, const DimOption *d)
{
    const char *high = d->high != d->low ? mem_printf("..%lld", (long long)d->high) : "";
    say(title, "dim", mem_printf("%s=%lld%s", in_shell(d->name), (long long)d->low, high));
}

static void say_custom(const char **title, const CustomOption *c)
{
    Foreign name = foreign_join(foreign_suffixed(c->domain, "::"), c->op_type);
    say(title, "custom", in_shell(foreign_join(foreign_suffixed(name, "="), c->spec)));
}

Foreign option_title(const Options *o)
{
    const char *title = "";
    say(&title, "name", o->name);
    for (int i = 0; i < o->n_dims; i++) say_dim(&title, &o->dims[i]);
    if (o->weights != WEIGHTS_INLINE) say(&title, "weights", weights_form_names[o->weights]);
    for (int i = 0; i < o->n_customs; i++) say_custom(&title, &o->customs[i]);
    if (strcmp(o->target, "portable")) say(&title, "target", o->target);
    return foreign(title);
}
