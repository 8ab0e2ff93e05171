/* Makes a picture three times as high and wide.
 *
 * usage: enlarge IN.ppm OUT.ppm       IN is 64x64 pixels, 8 bits per colour */
#include <stdio.h>

#include "enlarge.h"

/* height, width, colours */
static const int small_dims[] = ENLARGE_SMALL_DIMS, large_dims[] = ENLARGE_LARGE_DIMS;
static unsigned char small[ENLARGE_SMALL_COUNT], large[ENLARGE_LARGE_COUNT];

static int read_picture(const char *path)
{
    int width = 0, height = 0, most = 0;
    FILE *f = fopen(path, "rb");
    if (!f) return 0;
    int good = fscanf(f, "P6 %d %d %d", &width, &height, &most) == 3 && width == small_dims[1] &&
               height == small_dims[0] && most == 255 && fgetc(f) != EOF &&
               fread(small, 1, sizeof small, f) == sizeof small;
    fclose(f);
    return good;
}

static int write_picture(const char *path)
{
    FILE *f = fopen(path, "wb");
    if (!f) return 0;
    int good = fprintf(f, "P6\n%d %d\n255\n", large_dims[1], large_dims[0]) > 0 &&
               fwrite(large, 1, sizeof large, f) == sizeof large;
    return fclose(f) == 0 && good;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: enlarge IN.ppm OUT.ppm\n");
        return 2;
    }
    if (!read_picture(argv[1])) {
        fprintf(stderr, "%s: expected a binary PPM of %dx%d pixels\n", argv[1], small_dims[1], small_dims[0]);
        return 1;
    }
    if (enlarge_run(small, large)) return 1;
    if (!write_picture(argv[2])) {
        fprintf(stderr, "%s: can't be written\n", argv[2]);
        return 1;
    }
    return 0;
}
