/* Which tags share a panel, and how their curves are told apart. */
#include "check.h"

#include <stdio.h>

#include "viz/sample_runs.h"

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

/* --- colours, dashes, bands and steps --- */

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
    page_options o = sample_options();
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
    page_options o = sample_options();
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
    page_options o = sample_options();
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags_are_grouped_into_panels_in_the_order_of_interest),
        cmocka_unit_test(train_and_test_share_a_panel_however_they_are_written),
        cmocka_unit_test(overlaid_runs_have_a_colour_each_and_tags_a_dash_each),
        cmocka_unit_test(runs_of_a_group_are_their_mean_on_a_band),
        cmocka_unit_test(many_layers_go_through_the_colours_from_first_to_last),
        cmocka_unit_test(a_learning_rate_is_steps_up_to_where_its_run_is),
        cmocka_unit_test(building_again_keeps_what_the_user_has_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
