/* target_figure.c: any bytes as a figure are turned away with words, or drawn in every scale. */
#include <string.h>

#include "core/memory.h"
#include "target.h"
#include "viz/window/actions.h"
#include "viz/window/page.h"
#include "viz/terminal/terminal.h"

static void draw(const figure *f, axis_scale scale) {
    runs none = {0};
    view v;
    view_init(&v, &none, 300, 200);
    v.figure = f;
    must_hold(view_update(&v));
    for (size_t i = 0; i < v.panel_count; i++) {
        v.panels[i].x_scale = scale;
        panel_set_scale(&v.panels[i], scale);
    }
    display_list list = {0};
    view_draw(&v, &list);
    point middle = {v.panels[0].plot.x + v.panels[0].plot.w / 2,
                    v.panels[0].plot.y + v.panels[0].plot.h / 2};
    mouse_move(&v, middle);
    mouse_wheel(&v, 0, 3, false, false);
    view_draw(&v, &list);
    must_hold(!list.failed);
    display_list_free(&list);
    FILE *out = fopen("/dev/null", "w");
    must_hold(out != NULL && terminal_draw_figure(&v, 60, 0, COLORS_256, out));
    fclose(out);
    view_free(&v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint64_t live = dnn_allocations_live();
    dnn_error err = {0};
    figure f;
    dnn_status status = figure_parse(&f, data, size, "fuzz", &err);
    must_hold((status == DNN_OK) == (err.text[0] == '\0'));
    if (status == DNN_OK)
        for (int scale = 0; scale < SCALE_COUNT; scale++)
            draw(&f, (axis_scale)scale);
    figure_free(&f);
    must_hold(dnn_allocations_live() == live);
    return 0;
}
