/* base.h: the door of compiler/base: what any program could use, such as memory, tables, files, processes, element
 * types and numbers. Nothing here knows ONNX, a graph, or C that is generated. */
#ifndef BASE_H
#define BASE_H

#include "base/dtype.h"
#include "base/fail.h"
#include "base/literal.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/output.h"
#include "base/process.h"
#include "base/sha256.h"
#include "base/version.h"

#endif
