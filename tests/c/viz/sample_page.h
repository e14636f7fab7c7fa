/* sample_page.h: a page of the sample run in a folder of its own, for tests of the page. */
#ifndef DNN_TESTS_VIZ_SAMPLE_PAGE_H
#define DNN_TESTS_VIZ_SAMPLE_PAGE_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "viz/window/page.h"
#include "viz/sample_run.h"

static char folder[64];

typedef struct page {
    runs all;
    view v;
    display_list list;
} page;

static inline int make_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/dnn-view-XXXXXX");
    return mkdtemp(folder) == NULL || setenv("XDG_STATE_HOME", folder, 1) != 0;
}

static inline int remove_folder(void **state) {
    (void)state;
    char line[96];
    snprintf(line, sizeof line, "rm -rf %s", folder);
    return system(line);
}

static const char *in_folder(const char *name) {
    static char path[160];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static inline void open_page(page *p) {
    dnn_error err;
    *p = (page){0};
    sample_run(in_folder("cats"), SAMPLE_STEPS);
    check_ok(runs_open(&p->all, in_folder("cats"), &err));
    runs_poll(&p->all);
    view_init(&p->v, &p->all, 1200, 800);
    assert_true(view_update(&p->v));
}

static inline void draw(page *p) {
    display_list_clear(&p->list);
    view_draw(&p->v, &p->list);
}

static inline void close_page(page *p) {
    view_free(&p->v);
    runs_free(&p->all);
    display_list_free(&p->list);
}

#endif
