/* figure_file.h: figures as dnn.plot hands them to dnnview, and what is drawn of them. */
#ifndef DNN_TESTS_FIGURE_FILE_H
#define DNN_TESTS_FIGURE_FILE_H

#include "check.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/memory.h"
#include "viz/sample_fonts.h"
#include "viz/terminal/terminal.h"
#include "viz/window/actions.h"
#include "viz/window/page.h"

/* A file: words, then numbers. */
typedef struct bytes {
    uint8_t data[4096];
    size_t size;
} bytes;

static inline bytes file_of(const char *words, const double *numbers, size_t count) {
    bytes b = {.size = strlen(words)};
    memcpy(b.data, words, b.size);
    if (count > 0)
        memcpy(b.data + b.size, numbers, count * sizeof *numbers);
    b.size += count * sizeof *numbers;
    return b;
}

static inline figure parsed(const char *words, const double *numbers, size_t count) {
    dnn_error err = {0};
    figure f;
    bytes b = file_of(words, numbers, count);
    check_ok(figure_parse(&f, b.data, b.size, "test", &err));
    return f;
}

static inline void check_turned_away(const char *words, const char *part) {
    const double numbers[4] = {1, 2, 3, 4};
    dnn_error err = {0};
    figure f;
    bytes b = file_of(words, numbers, 4);
    check_fails(figure_parse(&f, b.data, b.size, "test", &err), DNN_ERROR_FORMAT, part);
    assert_null(f.items);
}

#define HEAD "dnnview figure 1\n"

static inline view view_of(const figure *f) {
    static runs none;
    view v;
    view_init(&v, &none, 400, 300);
    v.figure = f;
    assert_true(view_update(&v));
    return v;
}

static inline char *text_of(view *v) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_true(terminal_draw_figure(v, 60, 16, COLORS_NONE, out));
    fclose(out);
    return text;
}

static inline void drawn(view *v) {
    display_list list = {0};
    view_draw(v, &list);
    assert_false(list.failed);
    assert_true(list.count > 10);
    display_list_free(&list);
}

#endif
