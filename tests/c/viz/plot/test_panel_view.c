/* The view of a panel: zoom, pan and holding; read-out, legend, CSV. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "viz/sample_runs.h"

/* --- the view of the data --- */

typedef struct scene {
    sample sample;
    run_tag *tag;
    panel *panels;
    size_t count;
    page_options options;
    display_list list;
} scene;

static int set_up(void **state) {
    dnn_error err = {.text = ""};
    check_ok(fonts_open(&err));
    scene *s = calloc(1, sizeof *s);
    s->options = sample_options();
    run *r = sample_run(&s->sample, "cats");
    s->tag = sample_curve(r, "cost/train", 1000, falling);
    sample_curve(r, "cost/test", 200, rising);
    panels_build(&s->panels, &s->count, &s->sample.all);
    s->panels[0].area = (rect){20, 30, 600, 400};
    panel_draw(s->panels, &s->options, NULL, &s->list);
    *state = s;
    return 0;
}

static int tear_down(void **state) {
    scene *s = *state;
    panels_free(s->panels, s->count);
    display_list_free(&s->list);
    sample_free(&s->sample);
    free(s);
    fonts_close();
    return 0;
}

static void draw(scene *s, const point *cursor) {
    display_list_clear(&s->list);
    panel_draw(s->panels, &s->options, cursor, &s->list);
    assert_false(s->list.failed);
}

static double value_at(const panel *p, double x) {
    return axis_value(&p->x, (x - p->plot.x) / p->plot.w);
}

/* Part by part: what is between them in memory may be anything. */
static void check_same_axis(const axis *a, const axis *b) {
    assert_true(a->scale == b->scale && a->unit == b->unit && a->whole == b->whole);
    assert_true(a->low == b->low && a->high == b->high && a->linear_within == b->linear_within);
}

static void a_view_follows_the_data_until_it_is_moved_and_after_a_fit(void **state) {
    scene *s = *state;
    panel *p = s->panels;
    sample_point(s->tag, 5000, 9);
    draw(s, NULL);
    assert_true(p->x.high > 5000 && p->y.high > 9);
    panel_pan(p, 10, 0);
    axis x = p->x, y = p->y;
    sample_point(s->tag, 90000, 90);
    draw(s, NULL);
    check_same_axis(&p->x, &x);
    check_same_axis(&p->y, &y);
    panel_fit(p, &s->options);
    assert_true(p->x.high > 90000 && p->y.high > 90 && !p->held);
}

static void a_held_view_gives_way_to_another_kind_of_x_and_follows_scales(void **state) {
    scene *s = *state;
    panel *p = s->panels;
    panel_zoom(p, (point){300, 200}, 4, 4);
    draw(s, NULL);
    double high = p->x.high;
    p->y_scale = SCALE_LOG;
    draw(s, NULL);
    assert_int_equal(p->y.scale, SCALE_LOG);
    assert_true(p->held && p->x.high == high);
    s->options.x = X_RELATIVE;
    draw(s, NULL);
    assert_false(p->held);
    check_close(p->x.low, 0, 1e-9);
    assert_in_range((int)p->x.high, 499, 510);
}

static void zooming_keeps_the_value_under_the_cursor_on_every_scale(void **state) {
    scene *s = *state;
    panel *p = s->panels;
    for (int scale = 0; scale < SCALE_COUNT; scale++) {
        s->options.x_scale = p->y_scale = (axis_scale)scale;
        panel_fit(p, &s->options);
        draw(s, NULL);
        double low = axis_place(&p->x, p->x.low), before = value_at(p, 400), width = p->plot.w;
        check_close(low, 0, 1e-12);
        panel_zoom(p, (point){400, 200}, 3, 2);
        check_close(value_at(p, 400), before, 1e-6 * before);
        double left = value_at(p, 300);
        panel_pan(p, 25, -5);
        check_close(value_at(p, 325), left, 1e-6 * left);
        check_close(p->plot.w, width, 0);
    }
}

static void a_box_becomes_the_view(void **state) {
    scene *s = *state;
    panel *p = s->panels;
    rect r = p->plot;
    double left = value_at(p, r.x + 100), right = value_at(p, r.x + 150);
    double top = axis_value(&p->y, 1 - 20 / r.h), bottom = axis_value(&p->y, 1 - 90 / r.h);
    panel_zoom_box(p, (rect){r.x + 100, r.y + 20, 50, 70});
    check_close(p->x.low, left, 1e-3);
    check_close(p->x.high, right, 1e-3);
    check_close(p->y.low, bottom, 1e-6);
    check_close(p->y.high, top, 1e-6);
    for (int i = 0; i < 300; i++) /* as far as numbers go, and no farther */
        panel_zoom(p, (point){r.x + 60, r.y + 60}, 2, 2);
    assert_true(p->x.low < p->x.high && p->y.low < p->y.high);
    for (int i = 0; i < 3000; i++)
        panel_zoom(p, (point){r.x + 60, r.y + 60}, 0.5f, 0.5f);
    assert_true(isfinite(p->x.low) && isfinite(p->x.high) && isfinite(p->y.high));
    draw(s, &(point){300, 200});
}

/* --- read-out and legend --- */

static void the_cursor_reads_exact_values_at_the_nearest_step(void **state) {
    scene *s = *state;
    panel *p = s->panels;
    char value[32];
    float x = p->plot.x + p->plot.w * (float)axis_place(&p->x, 100.3);
    draw(s, &(point){x, p->plot.y + 50});
    assert_non_null(find_text(&s->list, "step 100 · 50 s"));
    axis_format((float)falling(100), 7, value, sizeof value);
    assert_non_null(find_text(&s->list, value));
    axis_format((float)rising(100), 7, value, sizeof value);
    assert_non_null(find_text(&s->list, value));
    assert_string_equal(value, "0.6666667");
    p->curves[1].hidden = true;
    draw(s, &(point){x, p->plot.y + 50});
    assert_null(find_text(&s->list, value));
}

static void the_box_of_values_stays_inside_the_panel(void **state) {
    scene *s = *state;
    panel *p = s->panels;
    color border = s->options.theme->border;
    for (float x = p->plot.x + 1; x < p->plot.x + p->plot.w; x += 23)
        for (float y = p->plot.y + 1; y < p->plot.y + p->plot.h; y += 23) {
            draw(s, &(point){x, y});
            for (size_t i = 1; i < s->list.count; i++) {
                const command *c = &s->list.commands[i];
                if (c->kind != COMMAND_FILL || c->stroke.color != border)
                    continue;
                assert_true(c->area.x >= p->area.x && c->area.y >= p->area.y);
                assert_true(c->area.x + c->area.w <= p->area.x + p->area.w);
                assert_true(c->area.y + c->area.h <= p->area.y + p->area.h);
            }
        }
}

static void a_legend_entry_is_found_where_it_was_drawn(void **state) {
    scene *s = *state;
    panel *p = s->panels;
    for (int i = 0; i < 2; i++) {
        const command *label = find_text(&s->list, p->curves[i].label);
        assert_int_equal(panel_legend_at(p, (point){label->area.x + 2, label->area.y - 3}), i);
        assert_true(label->area.y < p->plot.y);
    }
    assert_int_equal(panel_legend_at(p, (point){300, 300}), -1);
}

static void any_size_and_no_data_can_be_drawn(void **state) {
    scene *s = *state;
    sample_tag(s->sample.items[0], "empty/1", DNN_EVENT_SCALAR);
    sample_tag(s->sample.items[0], "empty/2", DNN_EVENT_SCALAR);
    sample_tag(s->sample.items[0], "none", DNN_EVENT_HISTOGRAM);
    sample_tag(s->sample.items[0], "picture", DNN_EVENT_IMAGE);
    sample_tag(s->sample.items[0], "text", DNN_EVENT_TEXT);
    assert_true(panels_build(&s->panels, &s->count, &s->sample.all));
    assert_int_equal(s->count, 6);
    for (size_t i = 0; i < s->count; i++)
        for (float w = 0; w < 400; w = w * 1.7f + 7)
            for (float h = 0; h < 300; h = h * 1.7f + 7)
                for (int x = 0; x < X_AXIS_COUNT; x++) {
                    s->options.x = (x_axis)x;
                    s->panels[i].area = (rect){5, 5, w, h};
                    display_list_clear(&s->list);
                    panel_draw(&s->panels[i], &s->options, &(point){w / 2, h / 2}, &s->list);
                    panel_zoom(&s->panels[i], (point){0, 0}, 1.1f, 1.1f);
                }
}

/* --- CSV --- */

static void csv_holds_the_points_in_sight_with_their_exact_values(void **state) {
    scene *s = *state;
    dnn_error err = {.text = ""};
    char path[] = "/tmp/dnn_csv_XXXXXX", line[256];
    close(mkstemp(path));
    s->sample.items[0]->name = "ca\"t,s";
    s->panels[0].curves[1].hidden = true;
    s->panels[0].held = true;
    s->panels[0].x.low = 99.5;
    s->panels[0].x.high = 101;
    check_ok(panels_write_csv(s->panels, s->count, &s->options, path, &err));
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    assert_string_equal(line, "run,tag,step,wall_time,value\n");
    assert_non_null(fgets(line, sizeof line, f));
    assert_string_equal(line, "\"ca\"\"t,s\",cost/train,100,1050.000000,0.5\n");
    assert_non_null(fgets(line, sizeof line, f));
    float value = strtof(strrchr(line, ',') + 1, NULL);
    assert_true(value == (float)falling(101));
    assert_null(fgets(line, sizeof line, f));
    fclose(f);
    remove(path);
    series_add(s->tag->scalars, 100, -1e308, 3e38f); /* no number is longer than its place */
    check_ok(panels_write_csv(s->panels, s->count, &s->options, path, &err));
    remove(path);
    check_fails(panels_write_csv(s->panels, s->count, &s->options, "/nowhere/a.csv", &err),
                DNN_ERROR_FILE, "/nowhere/a.csv");
}

#define scene_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        scene_test(a_view_follows_the_data_until_it_is_moved_and_after_a_fit),
        scene_test(a_held_view_gives_way_to_another_kind_of_x_and_follows_scales),
        scene_test(zooming_keeps_the_value_under_the_cursor_on_every_scale),
        scene_test(a_box_becomes_the_view),
        scene_test(the_cursor_reads_exact_values_at_the_nearest_step),
        scene_test(the_box_of_values_stays_inside_the_panel),
        scene_test(a_legend_entry_is_found_where_it_was_drawn),
        scene_test(any_size_and_no_data_can_be_drawn),
        scene_test(csv_holds_the_points_in_sight_with_their_exact_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
