/* color_index.c: a cube of 6 x 6 x 6 colours, and 24 greys. */
#include "viz/terminal/color_index.h"

/* Near to one of the greys that the terminal has beside the cube. */
static bool is_grey(unsigned r, unsigned g, unsigned b) {
    unsigned most = r > g ? r : g, least = r < g ? r : g;
    most = most > b ? most : b;
    least = least < b ? least : b;
    return most - least < 8 && most >= 4 && most < 243;
}

static int level_of(unsigned value) { /* in the cube of 6 x 6 x 6 colours: 0, 95, 135, .. 255 */
    return value < 48 ? 0 : value < 115 ? 1 : (int)(value - 35) / 40;
}

/* The nearest of the cube's colours, or of the 24 greys between them: 8, 18, .. 238. */
int color_index(color c) {
    unsigned r = c >> 24, g = c >> 16 & 0xFF, b = c >> 8 & 0xFF;
    unsigned most = r > g ? r : g;
    if (is_grey(r, g, b))
        return 232 + (int)((most > b ? most : b) - 4) / 10;
    return 16 + 36 * level_of(r) + 6 * level_of(g) + level_of(b);
}

/* A channel as one of the cube's levels (see level_of), the upper of the two around it in as
 * many places as it is near to that. */
static color dither_channel(unsigned value, float threshold) {
    static const unsigned levels[] = {0, 95, 135, 175, 215, 255};
    int upper = 1;
    while (levels[upper] < value)
        upper++;
    float low = (float)levels[upper - 1], high = (float)levels[upper];
    return ((float)value - low) / (high - low) > threshold ? levels[upper] : levels[upper - 1];
}

/* Ordered dithering with Bayer's matrix of 4 x 4. Greys have levels enough; in the dark, where the
 * cube has none between 0 and 95, a dull colour becomes one. */
color color_dithered(color c, int x, int y) {
    static const float order[4][4] = {
        {0,  8,  2,  10},
        {12, 4,  14, 6 },
        {3,  11, 1,  9 },
        {15, 7,  13, 5 }
    };
    unsigned r = c >> 24, g = c >> 16 & 0xFF, b = c >> 8 & 0xFF;
    float threshold = (order[y & 3][x & 3] + 0.5f) / 16;
    unsigned mean = (r + g + b) / 3, most = r > g ? r : g, least = r < g ? r : g;
    most = most > b ? most : b;
    least = least < b ? least : b;
    if (is_grey(r, g, b))
        return c;
    if (least < 95 && most - least < 48)
        return mean << 24 | mean << 16 | mean << 8 | (c & 0xFF);
    return dither_channel(r, threshold) << 24 | dither_channel(g, threshold) << 16 |
           dither_channel(b, threshold) << 8 | (c & 0xFF);
}
