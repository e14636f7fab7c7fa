/* sample_fonts.h: the fonts, opened and closed around tests. */
#ifndef DNN_TESTS_VIZ_SAMPLE_FONTS_H
#define DNN_TESTS_VIZ_SAMPLE_FONTS_H

#include "viz/draw/font.h"

static inline int open_fonts(void **state) {
    (void)state;
    dnn_error err = {.text = ""};
    check_ok(fonts_open(&err));
    return 0;
}

static inline int close_fonts(void **state) {
    (void)state;
    fonts_close();
    return 0;
}

#endif
