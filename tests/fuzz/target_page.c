/* target_page.c: the page of a run, drawn over every x axis, on all scales, as pixels; but for its
 * text, since no fonts are open. */
#include "core/memory.h"
#include "run_folder.h"
#include "target.h"
#include "viz/window/page.h"
#include "viz/draw/raster.h"

static void draw(view *v, display_list *list, surface *pixels) {
    display_list_clear(list);
    view_draw(v, list);
    must_hold(!list->failed);
    raster_play(list, pixels, 0.5f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint64_t live = dnn_allocations_live();
    runs all;
    view v;
    display_list list = {0};
    surface pixels;
    must_hold(surface_create(&pixels, 350, 250, NULL) == DNN_OK);
    read_as_run(&all, data, size);
    view_init(&v, &all, 700, 500);
    v.bare = size % 2 == 0;
    v.y_scale = size == 0 ? -1 : data[size / 2] % SCALE_COUNT;
    must_hold(view_update(&v));
    v.options.smoothing = size % 3 == 0 ? 0.9 : 0;
    for (int x = 0; x < X_AXIS_COUNT; x++) {
        v.options.x = (x_axis)x;
        v.options.x_scale = (axis_scale)((size + (size_t)x) % SCALE_COUNT);
        draw(&v, &list, &pixels);
    }
    view_free(&v);
    runs_free(&all);
    display_list_free(&list);
    surface_free(&pixels);
    must_hold(dnn_allocations_live() == live);
    return 0;
}
