/* heights.h: a row of columns, each of some height, and how high the highest of any stretch is. */
#ifndef HEIGHTS_H
#define HEIGHTS_H

#include <stdint.h>

typedef struct Heights Heights;

Heights *heights_new(int columns); /* all 0 */
/* Columns first to last become this high, where they are lower. This and the next take time that grows as the logarithm
 * of the number of columns. */
void heights_raise(Heights *h, int first, int last, int64_t height);
int64_t heights_most(const Heights *h, int first, int last); /* of columns first to last */

#endif
