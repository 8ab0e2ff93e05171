/* map.h: a table from text to pointers, in the pool. */
#ifndef MAP_H
#define MAP_H

typedef struct Map Map;

Map *map_new(void);
void *map_get(const Map *m, const char *key);       /* NULL if there is none */
void map_put(Map *m, const char *key, void *value); /* replaces; key is kept, not copied */

#endif
