/* map.h: a table from text to pointers, in the pool. Text of ours is looked up as foreign("..."). */
#ifndef MAP_H
#define MAP_H

#include "base/foreign.h"

typedef struct Map Map;

Map *map_new(void);
void *map_get(const Map *m, Foreign key);       /* NULL if there is none */
void map_put(Map *m, Foreign key, void *value); /* replaces; key is kept, not copied */

#endif
