/* The list of runs: names, values, order, filter; hiding and highlighting runs in all panels. */
#include "check.h"

#include "viz/draw/font.h"
#include "viz/sample_fonts.h"
#include "viz/sample_page.h"
#include "viz/window/actions.h"
#include "viz/window/run_list.h"

static const char *const names[] = {"net-lr0.0001", "net-lr0.003", "net-lr0.03", "net-lr0.3"};

static void open_four(page *p) {
    dnn_error err;
    *p = (page){0};
    for (int i = 0; i < 4; i++) {
        dnn_run_log *log;
        char path[64];
        snprintf(path, sizeof path, "four/%s", names[i]);
        check_ok(dnn_run_log_open(&log, in_folder(path), &err));
        char text[64];
        snprintf(text, sizeof text, "lr = %d\nseed = %d\nbatch = 64", i < 2 ? 10 : 9, i);
        sample_text(log, "settings", text);
        for (int step = 1; step <= 20; step++) {
            sample_scalar(log, step, "loss/train", (i - 2) * (i - 2) + 1.0 / step);
            sample_scalar(log, step, "accuracy", i / 10.0);
        }
        dnn_run_log_close(log);
    }
    check_ok(runs_open(&p->all, in_folder("four"), &err));
    runs_poll(&p->all);
    view_init(&p->v, &p->all, 1280, 800);
    assert_true(view_update(&p->v));
    draw(p);
}

static const command *find(const page *p, const char *text) {
    for (size_t i = 0; i < p->list.count; i++)
        if (p->list.commands[i].kind == COMMAND_TEXT && strcmp(p->list.commands[i].text, text) == 0)
            return &p->list.commands[i];
    return NULL;
}

/* A place on a text of the list. */
static point row_of(const page *p, const char *label) {
    for (size_t i = 0; i < p->list.count; i++) {
        const command *c = &p->list.commands[i];
        if (c->kind == COMMAND_TEXT && strcmp(c->text, label) == 0 &&
            c->area.x < run_list_width(&p->v))
            return (point){c->area.x + (c->anchor == ANCHOR_RIGHT ? -2 : 2), c->area.y - 4};
    }
    fail_msg("the list does not say %s", label);
    return (point){0, 0};
}

static void every_run_is_listed_with_what_tells_it_apart_and_its_last_values(void **state) {
    (void)state;
    page p;
    open_four(&p);
    assert_non_null(find(&p, "net · 4 runs"));
    float y = 0;
    for (int i = 0; i < 4; i++) {
        point place = row_of(&p, names[i] + strlen("net-"));
        assert_true(place.y > y);
        y = place.y;
    }
    assert_non_null(find(&p, "1.05"));           /* the loss of lr0.003 */
    for (size_t i = 0; i < p.v.shown_count; i++) /* and panels begin beside it */
        assert_true(p.v.panels[p.v.shown[i]].area.x >= run_list_width(&p.v));
    close_page(&p);
}

static void a_narrow_page_names_the_runs_in_a_strip_above_its_panels(void **state) {
    (void)state;
    page p;
    open_four(&p);
    p.v.width = 500;
    p.v.height = 400;
    draw(&p);
    float strip = run_strip_height(&p.v);
    assert_true(run_list_width(&p.v) == 0 && strip > 10);
    for (int i = 0; i < 4; i++) {
        const command *c = find(&p, names[i] + strlen("net-"));
        assert_true(c->area.y > p.v.header && c->area.y < p.v.header + strip);
        point place = {c->area.x + 2, c->area.y - 4};
        assert_int_equal(run_list_at(&p.v, place), i);
        mouse_press(&p.v, place, (click){1, 1, false, false});
        assert_true(p.all.items[i]->hidden);
        mouse_press(&p.v, place, (click){1, 1, false, false});
        assert_false(p.all.items[i]->hidden);
    }
    for (size_t i = 0; i < p.v.shown_count; i++)
        assert_true(p.v.panels[p.v.shown[i]].area.y >= p.v.header + strip);
    action_key(&p.v, "b");
    draw(&p);
    assert_true(run_strip_height(&p.v) == 0); /* legends have the names */
    assert_true(sample_says(&p.list, "lr0.003"));
    close_page(&p);
}

/* At any width: no text of the strip is over another, and all runs are named or counted. */
static void a_strip_that_is_too_short_counts_the_other_runs(void **state) {
    (void)state;
    enum { RUNS = 40 };
    page p = {0};
    dnn_error err;
    for (int i = 0; i < RUNS; i++) {
        dnn_run_log *log;
        char path[64];
        snprintf(path, sizeof path, "forty/net-lr%.*f", i % 7, i / 7.0);
        check_ok(dnn_run_log_open(&log, in_folder(path), &err));
        sample_scalar(log, 1, "loss", i);
        dnn_run_log_close(log);
    }
    check_ok(runs_open(&p.all, in_folder("forty"), &err));
    runs_poll(&p.all);
    view_init(&p.v, &p.all, 1280, 800);
    assert_true(view_update(&p.v));
    for (p.v.width = 210; p.v.width < RUN_LIST_LEAST_PAGE; p.v.width += 7) {
        float end = 0, row = 0, strip;
        size_t named = 0, more = 0;
        draw(&p);
        strip = run_strip_height(&p.v);
        for (size_t i = 0; i < p.list.count; i++) {
            const command *c = &p.list.commands[i];
            if (c->kind != COMMAND_TEXT || c->area.y <= p.v.header ||
                c->area.y >= p.v.header + strip)
                continue;
            float width = text_width(c->text, c->size, c->style);
            float left = c->anchor == ANCHOR_RIGHT ? c->area.x - width : c->area.x;
            assert_true(left >= end || c->area.y > row);
            end = left + width;
            row = c->area.y;
            assert_true(end <= p.v.width);
            if (sscanf(c->text, "+ %zu more", &more) != 1)
                named++;
        }
        assert_int_equal(named + more, p.all.count);
    }
    close_page(&p);
}

static void a_click_hides_a_run_everywhere_and_a_double_click_the_others_or_none(void **state) {
    (void)state;
    page p;
    open_four(&p);
    mouse_press(&p.v, row_of(&p, "lr0.003"), (click){1, 1, false, false});
    assert_true(p.all.items[1]->hidden);
    for (size_t i = 0; i < p.v.panel_count; i++)
        for (size_t k = 0; k < p.v.panels[i].curve_count; k++)
            assert_int_equal(curve_hidden(&p.v.panels[i].curves[k]),
                             p.v.panels[i].curves[k].run == p.all.items[1]);
    mouse_press(&p.v, row_of(&p, "lr0.003"), (click){1, 2, false, false});
    for (int i = 0; i < 4; i++)
        assert_int_equal(p.all.items[i]->hidden, i != 1);
    for (int control = 0; control < 2; control++)
        for (int alone = 0; alone < 2; alone++) {
            for (int count = 1; count <= 2; count++) /* with Ctrl, a double click is no different */
                mouse_press(&p.v, row_of(&p, "lr0.003"), (click){1, count, false, control});
            for (int i = 0; i < 4; i++)
                assert_int_equal(p.all.items[i]->hidden, alone && i != 1);
        }
    mouse_press(&p.v, row_of(&p, "lr0.003"), (click){1, 1, false, true});
    mouse_press(&p.v, row_of(&p, "lr0.003"), (click){1, 1, false, true});
    mouse_press(&p.v, row_of(&p, "lr0.3"), (click){1, 1, false, false});
    action_key(&p.v, "A");
    assert_false(p.all.items[3]->hidden);
    close_page(&p);
}

static void the_run_under_the_mouse_stands_out_in_every_panel(void **state) {
    (void)state;
    page p;
    open_four(&p);
    mouse_move(&p.v, row_of(&p, "lr0.03"));
    assert_ptr_equal(p.v.options.highlight, p.all.items[2]);
    draw(&p);
    size_t lines = 0, veils = 0, strong = 0;
    for (size_t i = 0; i < p.list.count; i++) {
        const command *c = &p.list.commands[i];
        bool veil = c->kind == COMMAND_FILL && c->stroke.color == (theme_light.panel & ~0x33u);
        veils += veil;
        if (c->kind != COMMAND_POLYLINE || c->count < 15 || c->stroke.width > 3)
            continue;
        if (c->stroke.width > 2) /* on the veil of its panel */
            assert_int_equal(++strong, veils);
        else
            lines++;
    }
    assert_int_equal(lines, 8); /* loss and accuracy of four runs */
    assert_int_equal(strong, 2);
    assert_int_equal(veils, 2);
    mouse_move(&p.v, (point){700, 300});
    assert_null(p.v.options.highlight);
    close_page(&p);
}

static void check_order(page *p, const int *expected) {
    for (int i = 0; i < 4; i++)
        assert_int_equal(p->v.list.rows[i], expected[i]);
}

static void runs_are_sorted_by_name_time_and_any_last_value(void **state) {
    (void)state;
    page p;
    open_four(&p);
    check_order(&p, (int[]){0, 1, 2, 3});
    p.all.items[2]->last_time += 5;
    action_key(&p.v, "n");
    assert_string_equal(p.v.status, "runs by time, the latest first");
    check_order(&p, (int[]){2, 0, 1, 3});
    action_key(&p.v, "n"); /* the smallest loss first */
    assert_string_equal(p.v.status, "runs by the last value of loss/train");
    check_order(&p, (int[]){2, 1, 3, 0});
    action_key(&p.v, "n"); /* the largest accuracy */
    check_order(&p, (int[]){3, 2, 1, 0});
    action_key(&p.v, "n");
    check_order(&p, (int[]){0, 1, 2, 3});
    draw(&p);
    mouse_press(&p.v, row_of(&p, "loss"), (click){1, 1, false, false});
    assert_int_equal(p.v.list.order, ORDER_VALUE);
    close_page(&p);
}

static void runs_are_grouped_by_a_setting_that_some_share(void **state) {
    (void)state;
    page p;
    open_four(&p);
    action_key(&p.v, "g"); /* not by the seed, which is another for each run */
    assert_string_equal(p.v.status, "the mean of runs with the same lr, and their range");
    assert_true(p.v.options.grouped);
    for (size_t i = 0; i < 4; i++) /* 9 before 10 */
        assert_int_equal(p.all.items[i]->group, i < 2 ? 1 : 0);
    draw(&p);
    assert_non_null(find(&p, "by lr"));
    action_key(&p.v, "g");
    assert_string_equal(p.v.status, "each run by itself");
    assert_false(p.v.options.grouped);
    close_page(&p);
}

static void type(page *p, const char *text) {
    for (; *text != '\0'; text++)
        action_key(&p->v, (char[]){*text, '\0'});
}

static void a_filter_leaves_out_runs_by_a_part_of_the_name_or_a_pattern(void **state) {
    (void)state;
    page p;
    open_four(&p);
    action_key(&p.v, "/");
    type(&p, "LR0.0q"); /* q is a letter here, and does not close the window */
    assert_int_equal(p.v.list.row_count, 0);
    action_key(&p.v, "Backspace");
    assert_string_equal(p.v.list.filter, "LR0.0");
    assert_int_equal(p.v.list.row_count, 3);
    assert_true(p.all.items[3]->filtered);
    draw(&p);
    assert_true(sample_says(&p.list, "1 left out"));
    action_key(&p.v, "Return");
    assert_false(p.v.list.typing);
    assert_int_equal(p.v.list.row_count, 3);
    action_key(&p.v, "/");
    action_key(&p.v, "Escape");
    assert_int_equal(p.v.list.row_count, 4);
    action_key(&p.v, "/");
    type(&p, "*3");
    assert_int_equal(p.v.list.row_count, 3);
    close_page(&p);
}

static void a_long_list_scrolls_and_says_how_many_are_below(void **state) {
    (void)state;
    page p;
    open_four(&p);
    p.v.height = 150;
    draw(&p);
    assert_true(sample_says(&p.list, "more"));
    point place = row_of(&p, "lr0.0001");
    mouse_move(&p.v, place);
    mouse_wheel(&p.v, 0, -1, false, false);
    draw(&p);
    assert_null(find(&p, "lr0.0001"));
    assert_non_null(find(&p, "lr0.3"));
    close_page(&p);
}

static void the_list_folds_away(void **state) {
    (void)state;
    page p;
    open_four(&p);
    action_key(&p.v, "b");
    assert_true(run_list_width(&p.v) == 0);
    action_key(&p.v, "b");
    assert_true(run_list_width(&p.v) > 100);
    close_page(&p);
}

#define page_test(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        page_test(every_run_is_listed_with_what_tells_it_apart_and_its_last_values),
        page_test(a_narrow_page_names_the_runs_in_a_strip_above_its_panels),
        page_test(a_strip_that_is_too_short_counts_the_other_runs),
        page_test(a_click_hides_a_run_everywhere_and_a_double_click_the_others_or_none),
        page_test(the_run_under_the_mouse_stands_out_in_every_panel),
        page_test(runs_are_sorted_by_name_time_and_any_last_value),
        page_test(runs_are_grouped_by_a_setting_that_some_share),
        page_test(a_filter_leaves_out_runs_by_a_part_of_the_name_or_a_pattern),
        page_test(a_long_list_scrolls_and_says_how_many_are_below),
        page_test(the_list_folds_away),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
