/* The page as a window draws it, which keeps the panels that have not changed, is pixel by pixel
 * the page drawn anew: after each key, each motion of the mouse, and new values. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "viz/draw/raster.h"
#include "viz/sample_fonts.h"
#include "viz/sample_page.h"

enum { WIDTH = 900, HEIGHT = 640 };

typedef struct two_pages {
    runs all;
    view v;
    surface kept, anew;
} two_pages;

static void draw_into(view *v, surface *s, bool keeps) {
    display_list list = {0};
    v->options.keeps = keeps;
    view_draw(v, &list);
    assert_false(list.failed);
    raster_play(&list, s, 1);
    display_list_free(&list);
}

static void check_page(two_pages *p, const char *after) {
    draw_into(&p->v, &p->kept, true); /* the mouse is read in the axes that were drawn before */
    draw_into(&p->v, &p->kept, true);
    view before = p->v; /* drawing anew forgets what is kept: it is for a copy of the view */
    sheet *still[64];
    for (size_t i = 0; i < p->v.panel_count; i++) {
        still[i] = p->v.panels[i].still;
        p->v.panels[i].still = NULL;
    }
    draw_into(&p->v, &p->anew, false);
    p->v = before;
    for (size_t i = 0; i < p->v.panel_count; i++)
        p->v.panels[i].still = still[i];
    if (memcmp(p->kept.rgba, p->anew.rgba, (size_t)WIDTH * HEIGHT * 4) != 0)
        fail_msg("after %s the page is another one than if it had been drawn anew", after);
}

static void open_runs(two_pages *p, const char *name, int count) {
    dnn_error err;
    char path[192];
    *p = (two_pages){0};
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s-%d", folder, name, i);
        sample_run(path, 120 + 40 * i);
        check_ok(runs_open(&p->all, path, &err));
    }
    runs_poll(&p->all);
    view_init(&p->v, &p->all, WIDTH, HEIGHT);
    p->v.options.scale = 1;
    assert_true(view_update(&p->v));
    check_ok(surface_create(&p->kept, WIDTH, HEIGHT, &err));
    check_ok(surface_create(&p->anew, WIDTH, HEIGHT, &err));
    check_page(p, "opening");
}

static void close_runs(two_pages *p) {
    surface_free(&p->kept);
    surface_free(&p->anew);
    view_free(&p->v);
    runs_free(&p->all);
}

static void press_all_keys(two_pages *p) {
    for (const action *a = actions; a->name != NULL; a++) {
        char keys[64];
        strcpy(keys, a->keys);
        for (char *key = strtok(keys, " "); key != NULL; key = strtok(NULL, " ")) {
            action_key(&p->v, key);
            if (p->v.list.typing)
                action_key(&p->v, "Escape");
            p->v.scale = 1; /* the window's, whose size would be another */
            check_page(p, key);
        }
    }
}

static void every_key_changes_what_it_changes(void **state) {
    (void)state;
    for (int count = 1; count <= 3; count += 2) {
        two_pages p;
        open_runs(&p, count == 1 ? "one" : "three", count);
        press_all_keys(&p);
        mouse_move(&p.v, (point){600, 200});
        check_page(&p, "a motion");
        press_all_keys(&p);
        close_runs(&p);
    }
}

static void the_mouse_changes_what_follows_it(void **state) {
    (void)state;
    two_pages p;
    open_runs(&p, "pointed", 3);
    for (float x = 5; x < WIDTH; x += 93)
        for (float y = 5; y < HEIGHT; y += 61) {
            mouse_move(&p.v, (point){x, y});
            check_page(&p, "a motion");
        }
    mouse_press(&p.v, (point){600, 200}, (click){.button = 1, .count = 1});
    mouse_move(&p.v, (point){640, 220});
    check_page(&p, "a drag");
    mouse_release(&p.v, (point){640, 220});
    mouse_wheel(&p.v, 0, 1, false, false);
    check_page(&p, "the wheel");
    mouse_leave(&p.v);
    check_page(&p, "leaving");
    close_runs(&p);
}

static void new_values_are_seen(void **state) {
    (void)state;
    two_pages p;
    char path[192];
    dnn_run_log *log;
    dnn_error err;
    open_runs(&p, "growing", 2);
    snprintf(path, sizeof path, "%s/growing-1", folder);
    check_ok(dnn_run_log_open(&log, path, &err));
    for (int i = 0; i < 3; i++) {
        sample_scalar(log, 161 + i, "cost/train", 0.2 * i);
        sample_histogram(log, 161 + i, "weights/1 Linear");
        check_ok(dnn_run_log_flush(log, &err));
        assert_true(runs_poll(&p.all));
        view_update(&p.v);
        check_page(&p, "new values");
    }
    sample_scalar(log, 100, "cost/train", 0.9); /* a resumed run replaces those from there on */
    check_ok(dnn_run_log_flush(log, &err));
    assert_true(runs_poll(&p.all));
    view_update(&p.v);
    check_page(&p, "values that replace others");
    dnn_run_log_close(log);
    close_runs(&p);
}

static void other_sizes_and_hidden_runs_are_seen(void **state) {
    (void)state;
    two_pages p;
    open_runs(&p, "sizes", 3);
    for (int i = 1; i <= 3; i++) {
        p.v.width = WIDTH - 37 * (float)i;
        p.v.height = HEIGHT - 21 * (float)i;
        check_page(&p, "another size");
    }
    p.v.width = WIDTH;
    p.v.height = HEIGHT;
    check_page(&p, "the first size");
    for (size_t i = 0; i < 2 * p.all.count; i++) {
        run *r = p.all.items[i % p.all.count];
        r->hidden = !r->hidden;
        view_choose_shown(&p.v);
        check_page(&p, r->hidden ? "hiding a run" : "showing a run");
    }
    close_runs(&p);
}

static int set_up(void **state) {
    return make_folder(state) != 0 || open_fonts(state) != 0;
}

static int clean_up(void **state) {
    close_fonts(state);
    return remove_folder(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_changes_what_it_changes),
        cmocka_unit_test(the_mouse_changes_what_follows_it),
        cmocka_unit_test(new_values_are_seen),
        cmocka_unit_test(other_sizes_and_hidden_runs_are_seen),
    };
    return cmocka_run_group_tests(tests, set_up, clean_up);
}
