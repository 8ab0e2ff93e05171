/* depfile.h: what the outputs were made from, as make and Ninja read it. */
#ifndef DEPFILE_H
#define DEPFILE_H

#include "ir/ir.h"

void write_depfile(Model *m, FILE *f);

#endif
