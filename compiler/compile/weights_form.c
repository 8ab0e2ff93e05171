/* weights_form: constants stand in the C, where everybody finds them, unless they are so many that reading them as text
 * is work for a C compiler. */
#include "compile/compile.h"

#include "emit/emit.h"

void choose_weights_form(Model *m)
{
    Weights weights;
    if (m->options.weights != WEIGHTS_AUTO) return;
    collect_weights(m, &weights);
    m->options.weights = m->weights_bytes > m->options.inline_bytes ? WEIGHTS_INCBIN : WEIGHTS_INLINE;
    m->options.title = option_title(&m->options);
}
