/* The option --state. */
#include "compile/options.h"

bool parse_state_option(Options *o, Foreign text)
{
    ptrdiff_t equals = foreign_first(text, "=");
    if (equals <= 0 || (size_t)equals + 1 == foreign_length(text))
        return usage_error("--state %s: expected IN=OUT, an input and an output of the model", shown(text));
    mem_grow(&o->states, &o->cap_states, o->n_states + 1, sizeof *o->states);
    o->states[o->n_states++] = (StateOption){text, foreign_part(text, 0, (size_t)equals),
                                             foreign_from(text, (size_t)equals + 1)};
    return true;
}

const char *state_title(const Options *o)
{
    const char *words = "";
    for (int i = 0; i < o->n_states; i++)
        words = mem_printf("%s%s--state %s", words, i ? " " : "", in_shell(o->states[i].text));
    return words;
}
