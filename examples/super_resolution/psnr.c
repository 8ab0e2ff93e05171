/* How alike two pictures are: the peak signal-to-noise ratio in decibels, more being better.
 *
 * usage: psnr A.ppm B.ppm */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
    int width, height;
    unsigned char *bytes;
} Picture;

static int read_picture(const char *path, Picture *p)
{
    int most;
    FILE *f = fopen(path, "rb");
    if (!f || fscanf(f, "P6 %d %d %d", &p->width, &p->height, &most) != 3 || most != 255 || fgetc(f) == EOF) return 0;
    if (p->width < 1 || p->height < 1 || p->width > 10000 || p->height > 10000) return 0;
    size_t size = (size_t)p->width * (size_t)p->height * 3;
    p->bytes = malloc(size);
    int good = p->bytes && fread(p->bytes, 1, size, f) == size;
    fclose(f);
    return good;
}

int main(int argc, char **argv)
{
    Picture a, b;
    double sum = 0;
    if (argc != 3 || !read_picture(argv[1], &a) || !read_picture(argv[2], &b) || a.width != b.width ||
        a.height != b.height) {
        fprintf(stderr, "usage: psnr A.ppm B.ppm, binary PPMs of the same size\n");
        return 2;
    }
    int n = a.width * a.height * 3;
    for (int i = 0; i < n; i++) sum += (a.bytes[i] - b.bytes[i]) * (a.bytes[i] - b.bytes[i]);
    printf("%.2f\n", sum > 0 ? 10 * log10(255.0 * 255.0 * n / sum) : INFINITY);
    free(a.bytes);
    free(b.bytes);
    return 0;
}
