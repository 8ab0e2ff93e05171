/* An image out of a file of any format. */

/* Sets the size that the file says it has; 0 where it says none. */
static inline void image_measure(struct image *m)
{
    size_t at;
    m->height = m->width = 0;
    switch (image_format_of(m)) {
    case IMAGE_BMP: bmp_size(m); break;
    case IMAGE_PNM: (void)pnm_header(m, &at); break;
    case IMAGE_PNG:
        m->width = image_number(m, 16, 4, true);
        m->height = image_number(m, 20, 4, true);
        break;
    case IMAGE_JPEG: jpeg_size(m); break;
    case IMAGE_TIFF: tiff_size(m); break;
    case IMAGE_UNKNOWN: break;
    }
}

/* Finds the size of the image in data[n]: refused unless it is from 1 to the most. A size that nobody asks for is NULL.
 */
int image_file_size(const uint8_t *data, int32_t n, int32_t most_height, int32_t most_width, int32_t *height,
                    int32_t *width)
{
    struct image m = {data, (size_t)n, 0, 0, 0, NULL};
    image_measure(&m);
    if (m.height < 1 || m.width < 1 || m.height > (size_t)most_height || m.width > (size_t)most_width) return -1;
    if (height) *height = (int32_t)m.height;
    if (width) *width = (int32_t)m.width;
    return 0;
}

/* y[height][width][3 or 1]: the image in data[n]. Refused: another size, what is broken, compressed BMP and TIFF,
 * lossless, arithmetically coded and 12 bit JPEG, and JPEG 2000 and WebP. order: struct image. work[5 * (height + 32) *
 * (width + 32)] is scratch. */
int image_file_decode(const uint8_t *data, int32_t n, int16_t *work, uint8_t *y, int32_t height, int32_t width,
                      int32_t order)
{
    struct image m = {data, (size_t)n, 0, 0, order, y};
    image_measure(&m);
    if (height < 1 || width < 1 || m.height != (size_t)height || m.width != (size_t)width) return -1;
    switch (image_format_of(&m)) {
    case IMAGE_BMP: return bmp_decode(&m);
    case IMAGE_PNM: return pnm_decode(&m);
    case IMAGE_PNG: return png_decode(&m, (uint8_t *)work);
    case IMAGE_JPEG: return jpeg_decode(&m, work);
    case IMAGE_TIFF: return tiff_decode(&m);
    case IMAGE_UNKNOWN: break;
    }
    return -1;
}
