#include "op/doors.h"

Doors doors;
