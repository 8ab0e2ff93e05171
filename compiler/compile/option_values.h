/* option_values.h: options that more than one command takes. */
#ifndef OPTION_VALUES_H
#define OPTION_VALUES_H

#include "ir/ir.h"

/* Says what is wrong with the command line, on standard error. Returns false. */
bool usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* NAME=N or NAME=LO..HI, added to o->dims. False, with a message, if it is neither. */
bool parse_dim_option(Options *o, Foreign text);
bool parse_custom_option(Options *o, Foreign text); /* DOMAIN::OP=SPEC or @FILE */
bool parse_weights_option(Options *o, Foreign form);
extern const char *const weights_form_names[]; /* by WeightsForm */

/* option_title.c: "--name digits --dim batch=1..4": what of the options decides the output */
Foreign option_title(const Options *o);

#endif
