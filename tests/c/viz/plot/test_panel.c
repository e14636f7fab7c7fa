/* test_panel.c: which tags share a panel; zoom, pan and holding; read-out, legend, CSV. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "viz/sample_runs.h"

static double falling(double i) {
    return 1 / (1 + i / 100);
}

static double rising(double i) {
    return 1 - 1 / (2 + i / 100);
}

static page_options options(void) {
    return (page_options){.scale = 1, .theme = &theme_light};
}

/* --- groups --- */

static void tags_are_grouped_into_panels_in_the_order_of_interest(void **state) {
    (void)state;
    static const struct {
        const char *tag;
        dnn_event_kind kind;
    } tags[] = {
        {"zeta",               DNN_EVENT_SCALAR   },
        {"time_per_step",      DNN_EVENT_SCALAR   },
        {"learning_rate",      DNN_EVENT_SCALAR   },
        {"grad_norm/1 Linear", DNN_EVENT_SCALAR   },
        {"grad_norm/3 Linear", DNN_EVENT_SCALAR   },
        {"update_ratio/1",     DNN_EVENT_SCALAR   },
        {"dead_relu/2 ReLU",   DNN_EVENT_SCALAR   },
        {"accuracy/train",     DNN_EVENT_SCALAR   },
        {"accuracy/test",      DNN_EVENT_SCALAR   },
        {"cost",               DNN_EVENT_SCALAR   },
        {"cost/test",          DNN_EVENT_SCALAR   },
        {"weights/1",          DNN_EVENT_HISTOGRAM},
        {"photo/2",            DNN_EVENT_IMAGE    },
        {"photo/10",           DNN_EVENT_IMAGE    },
        {"photo/2",            DNN_EVENT_TEXT     }, /* its caption */
        {"settings",           DNN_EVENT_TEXT     },
    };
    static const struct {
        panel_kind kind;
        const char *title;
        size_t curves;
        const char *first, *last;
    } expected[] = {
        {PANEL_CURVES,    "cost",          2, "cost",          "test"         },
        {PANEL_CURVES,    "accuracy",      2, "train",         "test"         },
        {PANEL_CURVES,    "grad_norm",     2, "1 Linear",      "3 Linear"     },
        {PANEL_HEAT,      "grad_norm",     2, "1 Linear",      "3 Linear"     },
        {PANEL_CURVES,    "update_ratio",  1, "1",             "1"            },
        {PANEL_CURVES,    "dead_relu",     1, "2 ReLU",        "2 ReLU"       },
        {PANEL_CURVES,    "learning_rate", 1, "learning_rate", "learning_rate"},
        {PANEL_CURVES,    "time_per_step", 1, "time_per_step", "time_per_step"},
        {PANEL_CURVES,    "zeta",          1, "zeta",          "zeta"         },
        {PANEL_HISTOGRAM, "weights/1",     1, "1",             "1"            },
        {PANEL_IMAGES,    "photo",         2, "2",             "10"           },
        {PANEL_TEXT,      "settings",      1, "settings",      "settings"     },
    };
    sample s = {0};
    run *r = sample_run(&s, "cats");
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        sample_tag(r, tags[i].tag, tags[i].kind);
    panel *panels = NULL;
    size_t count = 0;
    assert_true(panels_build(&panels, &count, &s.all));
    assert_int_equal(count, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(panels[i].title, expected[i].title);
        assert_int_equal(panels[i].kind, expected[i].kind);
        assert_int_equal(panels[i].curve_count, expected[i].curves);
        assert_string_equal(panels[i].curves[0].label, expected[i].first);
        assert_string_equal(panels[i].curves[expected[i].curves - 1].label, expected[i].last);
    }
    assert_true(panels[2].over_decades);
    assert_false(panels[0].over_decades);
    panels_free(panels, count);
    sample_free(&s);
}

static void train_and_test_share_a_panel_however_they_are_written(void **state) {
    (void)state;
    static const char *const forms[][2] = {
        {"err/train", "err/test"},
        {"train/err", "val/err" },
        {"train_err", "test_err"},
        {"err_train", "err_val" }
    };
    for (size_t i = 0; i < 4; i++) {
        sample s = {0};
        run *r = sample_run(&s, "run");
        sample_tag(r, forms[i][1], DNN_EVENT_SCALAR);
        sample_tag(r, forms[i][0], DNN_EVENT_SCALAR);
        panel *panels = NULL;
        size_t count = 0;
        assert_true(panels_build(&panels, &count, &s.all));
        assert_int_equal(count, 1);
        assert_string_equal(panels[0].title, "err");
        assert_string_equal(panels[0].curves[0].label, "train");
        panels_free(panels, count);
        sample_free(&s);
    }
}

static double decade_falling(double i) {
    return pow(10, -i / 10);
}

static void norms_are_logarithmic_when_they_span_more_than_two_decades(void **state) {
    (void)state;
    const struct {
        const char *tag;
        size_t points;
        axis_scale scale;
    } cases[] = {
        {"grad_norm/1", 20, SCALE_LINEAR}, /* 10^-1.9 at the last */
        {"grad_norm/1", 22, SCALE_LOG   }, /* 10^-2.1 */
        {"cost",        60, SCALE_LINEAR},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sample s = {0};
        page_options options = {.theme = &theme_light};
        sample_curve(sample_run(&s, "run"), cases[i].tag, cases[i].points, decade_falling);
        panel *panels = NULL;
        size_t count = 0;
        assert_true(panels_build(&panels, &count, &s.all));
        panel_fit(&panels[0], &options);
        assert_int_equal(panels[0].y_scale, cases[i].scale);
        panel_set_scale(&panels[0], SCALE_SYMLOG);
        panel_fit(&panels[0], &options);
        assert_int_equal(panels[0].y_scale, SCALE_SYMLOG);
        panels_free(panels, count);
        sample_free(&s);
    }
}

static void overlaid_runs_have_a_colour_each_and_tags_a_dash_each(void **state) {
    (void)state;
    sample s = {0};
    for (int i = 0; i < 2; i++) {
        run *r = sample_run(&s, i == 0 ? "fast" : "slow");
        sample_tag(r, "cost/train", DNN_EVENT_SCALAR);
        sample_tag(r, "cost/test", DNN_EVENT_SCALAR);
        sample_tag(r, "accuracy", DNN_EVENT_SCALAR);
    }
    panel *panels = NULL;
    size_t count = 0;
    assert_true(panels_build(&panels, &count, &s.all));
    const curve *c = panels[0].curves;
    const char *labels[] = {"fast · train", "fast · test", "slow · train", "slow · test"};
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(c[i].label, labels[i]);
        assert_int_equal(c[i].color, i / 2);
        assert_int_equal(c[i].dash, i % 2);
    }
    assert_string_equal(panels[1].curves[1].label, "slow");
    panels_free(panels, count);
    sample_free(&s);
}

static double diverging(double i) {
    return 1 + i * i;
}

static double negative_too(double i) {
    return i == 3 ? -1 : pow(10, i / 10);
}

static double rate(double i) {
    (void)i;
    return 0.003;
}

static double twice_the_rate(double i) {
    (void)i;
    return 0.006;
}

static double large_rate(double i) {
    (void)i;
    return 0.1;
}

/* Learning rates, and shares that stay 0 but in one run. */
static void constants_do_not_make_other_runs_far_off(void **state) {
    (void)state;
    sample s = {0};
    page_options o = options();
    double (*const rates[])(double) = {rate, twice_the_rate, large_rate};
    static const char *const names[] = {"a", "b", "c"};
    for (int i = 0; i < 3; i++)
        sample_curve(sample_run(&s, names[i]), "lr", 100, rates[i]);
    for (size_t i = 0; i < 100; i++) /* nearly constant */
        sample_point(s.runs[0].tags[0], 100 + (int64_t)i, 0.003 + 1e-6 * (double)i);
    panel *panels = NULL;
    size_t count = 0;
    assert_true(panels_build(&panels, &count, &s.all));
    panel_fit(&panels[0], &o);
    assert_true(panels[0].y.low < 0.003); /* only the one that is far off may be left out */
    assert_true(panels[0].y.high > 0.006);
    assert_true(panels[0].beyond <= 1);
    panels_free(panels, count);
    sample_free(&s);
    s = (sample){0};
    for (int i = 0; i < 3; i++)
        sample_curve(sample_run(&s, names[i]), "lr", 100, rates[i]);
    panels = NULL;
    count = 0;
    assert_true(panels_build(&panels, &count, &s.all));
    panel_fit(&panels[0], &o);
    assert_int_equal(panels[0].beyond, 0);
    assert_true(panels[0].y.low < 0.003 && panels[0].y.high > 0.1);
    panels_free(panels, count);
    sample_free(&s);
}

static void a_run_far_off_the_others_does_not_flatten_them(void **state) {
    (void)state;
    sample s = {0};
    page_options o = options();
    const char *const names[] = {"a", "b", "c", "d"};
    for (int i = 0; i < 4; i++)
        sample_curve(sample_run(&s, names[i]), "cost", 1000, i == 2 ? diverging : falling);
    panel *panels = NULL;
    size_t count = 0;
    assert_true(panels_build(&panels, &count, &s.all));
    panel_fit(&panels[0], &o);
    assert_true(panels[0].y.high < 1.2);
    assert_int_equal(panels[0].beyond, 1);
    assert_string_equal(panels[0].far->name, "c");
    o.whole_range = true;
    panel_fit(&panels[0], &o);
    assert_true(panels[0].y.high > 900000);
    assert_int_equal(panels[0].beyond, 0);
    o.whole_range = false;
    s.items[0]->hidden = s.items[1]->hidden = true; /* of two none is the usual one */
    panel_fit(&panels[0], &o);
    assert_true(panels[0].y.high > 900000);
    panels_free(panels, count);
    sample_free(&s);
}

static double one(double i) {
    (void)i;
    return 1;
}

static double three(double i) {
    (void)i;
    return 3;
}

static void runs_of_a_group_are_their_mean_on_a_band(void **state) {
    (void)state;
    sample s = {0};
    page_options o = options();
    display_list list = {0};
    sample_curve(sample_run(&s, "a"), "cost", 400, one);
    sample_curve(sample_run(&s, "b"), "cost", 100, three); /* ends early */
    sample_curve(sample_run(&s, "c"), "cost", 400, falling);
    s.items[0]->group = s.items[1]->group = 1;
    panel *panels = NULL;
    size_t count = 0;
    assert_true(panels_build(&panels, &count, &s.all));
    panel *p = &panels[0];
    p->area = (rect){0, 0, 500, 300};
    o.grouped = o.whole_range = true;
    panel_draw(p, &o, NULL, &list);
    color paint = theme_series(o.theme, 1).color;
    const command *mean = NULL; /* the legend has short lines of its colour, too */
    for (size_t i = 0; i < list.count; i++)
        if (list.commands[i].kind == COMMAND_POLYLINE && list.commands[i].count > 10 &&
            list.commands[i].stroke.color == paint)
            mean = &list.commands[i];
    const command *band = find_kind(&list, COMMAND_POLYGON, (paint & 0xFFFFFF00u) | 51);
    assert_true(mean != NULL && band != NULL && band < mean);
    for (size_t i = 0; i < mean->count; i++) {
        double x = axis_value(&p->x, (mean->points[i].x - p->plot.x) / p->plot.w);
        double y = axis_value(&p->y, 1 - (mean->points[i].y - p->plot.y) / p->plot.h);
        check_close(y, x < 98 ? 2 : x > 101 ? 1 : y, 0.01);
    }
    assert_non_null(find_kind(&list, COMMAND_POLYLINE, theme_series(o.theme, 0).color)); /* c */
    display_list_free(&list);
    panels_free(panels, count);
    sample_free(&s);
}

static void values_of_both_signs_never_begin_on_a_logarithmic_axis(void **state) {
    (void)state;
    sample s = {0};
    page_options o = options();
    sample_curve(sample_run(&s, "run"), "grad_norm/1", 60, negative_too);
    panel *panels = NULL;
    size_t count = 0;
    assert_true(panels_build(&panels, &count, &s.all));
    panel_fit(&panels[0], &o);
    assert_int_equal(panels[0].y_scale, SCALE_LINEAR);
    panels_free(panels, count);
    sample_free(&s);
}

static void many_layers_go_through_the_colours_from_first_to_last(void **state) {
    (void)state;
    static char names[60][32];
    sample s = {0};
    run *r = sample_run(&s, "run");
    for (int i = 0; i < 60; i++) {
        snprintf(names[i], sizeof names[i], "grad_norm/%d Linear", i + 1);
        sample_curve(r, names[i], 10, falling);
    }
    panel *panels = NULL;
    size_t count = 0;
    display_list list = {0};
    page_options o = options();
    dnn_error err = {.text = ""};
    check_ok(fonts_open(&err));
    assert_true(panels_build(&panels, &count, &s.all));
    panels[0].area = (rect){0, 0, 500, 300};
    panel_draw(&panels[0], &o, NULL, &list);
    for (int i = 0; i < 60; i++)
        check_close(panels[0].curves[i].layer, i / 59.0, 1e-9);
    assert_true(panels[0].plot.y < 300 / 4 + 40); /* title, and a legend of a quarter at most */
    assert_true(panels[0].curves[0].legend.w > 0 && panels[0].curves[59].legend.w > 0);
    display_list_free(&list);
    panels_free(panels, count);
    sample_free(&s);
    fonts_close();
}

static double halving(double i) {
    return i < 3 ? 1 : 0.5;
}

static void a_learning_rate_is_steps_up_to_where_its_run_is(void **state) {
    (void)state;
    sample s = {0};
    run *r = sample_run(&s, "run");
    run_tag *tag = sample_curve(r, "learning_rate", 1, halving);
    sample_point(tag, 300, 0.5);
    r->last_step = 900;
    panel *panels = NULL;
    size_t count = 0;
    display_list list = {0};
    page_options o = options();
    assert_true(panels_build(&panels, &count, &s.all));
    panel *p = &panels[0];
    p->area = (rect){0, 0, 500, 300};
    panel_draw(p, &o, NULL, &list);
    const command *line = find_kind(&list, COMMAND_POLYLINE, theme_series(o.theme, 0).color);
    const double steps[][2] = {
        {0,   1  },
        {300, 1  },
        {300, 0.5},
        {900, 0.5}
    };
    assert_int_equal(line->count, 4);
    for (int i = 0; i < 4; i++) {
        check_close(line->points[i].x, p->plot.x + p->plot.w * axis_place(&p->x, steps[i][0]), 0.1);
        check_close(line->points[i].y, p->plot.y + p->plot.h * (1 - axis_place(&p->y, steps[i][1])),
                    0.1);
    }
    assert_int_equal(line[1].count, 4); /* both points marked, each followed by a gap */
    display_list_free(&list);
    panels_free(panels, count);
    sample_free(&s);
}

static void building_again_keeps_what_the_user_has_set(void **state) {
    (void)state;
    sample s = {0};
    run *r = sample_run(&s, "run");
    sample_curve(r, "cost/train", 10, falling);
    sample_curve(r, "cost/test", 10, falling);
    panel *panels = NULL;
    size_t count = 0;
    assert_true(panels_build(&panels, &count, &s.all));
    panels[0].curves[1].hidden = true;
    panels[0].y_scale = SCALE_SYMLOG;
    panels[0].held = true;
    panels[0].x.low = 3;
    sample_curve(r, "cost/dev", 10, falling);
    sample_curve(r, "accuracy", 10, rising);
    for (uint64_t n = 1;; n++) {
        dnn_fail_allocation(n);
        bool built = panels_build(&panels, &count, &s.all);
        dnn_fail_allocation(0);
        assert_string_equal(panels[0].curves[1].label, "test");
        assert_true(panels[0].curves[1].hidden && !panels[0].curves[0].hidden);
        assert_true(panels[0].held && panels[0].x.low == 3);
        assert_int_equal(panels[0].y_scale, SCALE_SYMLOG);
        assert_int_equal(count, built ? 2 : 1);
        if (built)
            break;
    }
    panels_free(panels, count);
    sample_free(&s);
}

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
    s->options = options();
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
    assert_memory_equal(&p->x, &x, sizeof x);
    assert_memory_equal(&p->y, &y, sizeof y);
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
        cmocka_unit_test(tags_are_grouped_into_panels_in_the_order_of_interest),
        cmocka_unit_test(norms_are_logarithmic_when_they_span_more_than_two_decades),
        cmocka_unit_test(train_and_test_share_a_panel_however_they_are_written),
        cmocka_unit_test(overlaid_runs_have_a_colour_each_and_tags_a_dash_each),
        cmocka_unit_test(a_run_far_off_the_others_does_not_flatten_them),
        cmocka_unit_test(constants_do_not_make_other_runs_far_off),
        cmocka_unit_test(runs_of_a_group_are_their_mean_on_a_band),
        cmocka_unit_test(values_of_both_signs_never_begin_on_a_logarithmic_axis),
        cmocka_unit_test(many_layers_go_through_the_colours_from_first_to_last),
        cmocka_unit_test(a_learning_rate_is_steps_up_to_where_its_run_is),
        cmocka_unit_test(building_again_keeps_what_the_user_has_set),
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
