/* interface.h: sequences and optionals at the edge of the model become their elements. */
#ifndef INTERFACE_H
#define INTERFACE_H

#include "ir/ir.h"

void spread_inputs(Model *m);  /* before inference; lists are described by options.describe_list */
void spread_outputs(Model *m); /* after it */

#endif
