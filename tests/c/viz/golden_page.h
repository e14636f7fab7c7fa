/* golden_page.h: the window's page of runs in the test's folder, against a golden picture. */
#ifndef DNN_TESTS_VIZ_GOLDEN_PAGE_H
#define DNN_TESTS_VIZ_GOLDEN_PAGE_H

#include "viz/golden.h"
#include "viz/sample_page.h"

/* A page of so many points. */
typedef struct golden_page {
    const char *runs;    /* a folder in the test's */
    const char *only;    /* pattern of the tags; NULL: all */
    const char *keys[4]; /* pressed before it is drawn */
    float width, height, scale;
    const theme *theme;
    point mouse; /* at a share of width and height; 0: nowhere */
} golden_page;

static inline void golden_page_draw(const golden_page *g, view *v, surface *pixels) {
    for (int i = 0; i < 2; i++) { /* the mouse reads the axes of the drawing before */
        display_list list = {0};
        view_draw(v, &list);
        raster_play(&list, pixels, g->scale);
        display_list_free(&list);
        for (int k = 0; i == 0 && k < 4 && g->keys[k] != NULL; k++)
            action_key(v, g->keys[k]);
        if (g->mouse.x > 0)
            mouse_move(v, (point){g->mouse.x * g->width, g->mouse.y * g->height});
    }
}

static inline void golden_page_check(const char *name, golden_page g) {
    runs all = {0};
    view v;
    surface pixels;
    dnn_error err;
    check_ok(runs_open(&all, in_folder(g.runs), &err));
    runs_poll(&all);
    view_init(&v, &all, g.width, g.height);
    v.options.theme = g.theme;
    v.options.scale = g.scale;
    v.only = g.only;
    view_update(&v);
    check_ok(surface_create(&pixels, (int)(g.width * g.scale), (int)(g.height * g.scale), &err));
    golden_page_draw(&g, &v, &pixels);
    golden_check(&pixels, name, 16, 14);
    surface_free(&pixels);
    view_free(&v);
    runs_free(&all);
}

#endif
