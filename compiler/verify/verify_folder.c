/* The folder that verify works in. */
#include "verify/verify.h"

#include <stdlib.h>

Foreign work_folder(Foreign keep)
{
    Foreign place = foreign_or(foreign(getenv("TMPDIR")), foreign("/tmp"));
    if (foreign_none(keep)) return folder_temporary(foreign_suffixed(place, "/onnx2c"));
    if (path_make_folder(keep)) return keep;
    folder_failed(keep);
    return foreign(NULL);
}
