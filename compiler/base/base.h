/* base.h: the door of compiler/base: what any program could use, such as memory, tables, foreign text, files,
 * processes, element types and numbers. Nothing here knows ONNX or a graph. */
#ifndef BASE_H
#define BASE_H

#include "base/dtype.h"
#include "base/fail.h"
#include "base/folder.h"
#include "base/foreign.h"
#include "base/heights.h"
#include "base/literal.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/output.h"
#include "base/path.h"
#include "base/process.h"
#include "base/progress.h"
#include "base/sha256.h"
#include "base/version.h"

#endif
