/* font.h: measuring and drawing text, by SDL_ttf and DejaVu; needs no screen.
 *
 * Fonts are looked for in DNNVIEW_FONT (a folder), then in the system's folders for DejaVu. For one
 * thread only. */
#ifndef DNN_VIZ_FONT_H
#define DNN_VIZ_FONT_H

#include "core/error.h"
#include "viz/draw/display_list.h"

/* Loads the fonts, unless they are; DNN_ERROR_FILE says which file was looked for where, and the
 * package that has it. */
dnn_status fonts_open(dnn_error *err);
void fonts_close(void);

/* Width in points of one line of UTF-8; malformed bytes count as the replacement character. A rough
 * guess as long as no fonts are open. */
float text_width(const char *text, float size, font_style style);

/* A line of text as coverage (0..255), `height` rows of `width` bytes, to be placed with its left
 * end at x + left and its top at baseline - ascent; from a cache that owns it, until the next call
 * of a function of this header. scale multiplies the size. Control characters show as blanks, and a
 * line is cut at FONT_MAX_BYTES. NULL where there is nothing to see, or no font. */
typedef struct glyph_line {
    int width, height, left, ascent;
    const uint8_t *coverage;
} glyph_line;

#define FONT_MAX_BYTES 1024

const glyph_line *text_coverage(const char *text, float size, font_style style, float scale);

#endif
