/* Panels of every kind, a grid of figures, and the page itself in a real window: under the mouse,
 * with every key and gesture, with Ctrl and Alt held, at several sizes. */
#include "sample_keys.h"

#include "viz/draw/raster.h"

static dnn_event event_of(const char *tag, dnn_event_kind kind, int step) {
    return (dnn_event){.wall_time = SAMPLE_START + step,
                       .step = step,
                       .tag = tag,
                       .tag_size = strlen(tag),
                       .kind = kind};
}

static void log_text(dnn_run_log *log, const char *tag, const char *text, int step) {
    dnn_event e = event_of(tag, DNN_EVENT_TEXT, step);
    e.bytes = (const uint8_t *)text;
    e.size = strlen(text);
    dnn_run_log_event(log, &e);
}

static void log_matrix(dnn_run_log *log, const char *tag, dnn_event_kind kind, size_t rows,
                       size_t columns, const float *numbers) {
    static const char names[] = "cat\ndog";
    dnn_event e = event_of(tag, kind, SAMPLE_STEPS);
    e.rows = rows;
    e.columns = columns;
    e.numbers = (const uint8_t *)numbers;
    if (kind == DNN_EVENT_MATRIX) {
        e.bytes = (const uint8_t *)names;
        e.size = sizeof names - 1;
    }
    dnn_run_log_event(log, &e);
}

static void log_image(dnn_run_log *log) {
    surface s;
    dnn_error err;
    uint8_t png[1024];
    check_ok(surface_create(&s, 8, 8, &err));
    check_ok(surface_write_png(&s, "image.png", &err));
    surface_free(&s);
    FILE *file = fopen("image.png", "rb");
    dnn_event e = event_of("feature_maps/1 Conv2d", DNN_EVENT_IMAGE, SAMPLE_STEPS);
    e.width = e.height = 8;
    e.bytes = png;
    e.size = fread(png, 1, sizeof png, file);
    fclose(file);
    dnn_run_log_event(log, &e);
}

/* What the sample run lacks. */
static void log_other_kinds(void) {
    static const float counts[] = {48, 2, 7, 43};
    static const float pr[] = {9, 6, 0, 9, 1, 0, 0, 8, 9, 0, 3, 9, 0.5f, 0.857f, 0, 1, 0.667f, 0};
    static const char graph[] =
        "| step | place | layer | input | output | parameters |\n|---|---|---|---|---|---|\n"
        "| 1 | 1 | Conv2d(3 -> 8) | X | 6 x 6 x 8 | 224 |\n| 2 | 2 | ReLU | 1 | 6 x 6 x 8 | 0 |";
    dnn_run_log *log;
    assert_int_equal(dnn_run_log_open(&log, "cats", NULL), DNN_OK);
    log_text(log, "graph", graph, 0);
    log_text(log, "sample", "once upon a time", 100);
    log_text(log, "sample", "there was a network", 200);
    log_matrix(log, "confusion", DNN_EVENT_MATRIX, 2, 2, counts);
    log_matrix(log, "pr/cat", DNN_EVENT_PR_CURVE, 6, 3, pr);
    log_matrix(log, "pr/dog", DNN_EVENT_PR_CURVE, 6, 3, pr);
    log_image(log);
    dnn_run_log_close(log);
}

/* Every kind that runs have is there. */
static bool has_all_kinds(void) {
    for (panel_kind kind = 0; kind < PANEL_KIND_COUNT; kind++) {
        bool found = kind == PANEL_PLOT || kind == PANEL_BARS;
        for (size_t i = 0; i < t.v.panel_count && !found; i++)
            found = t.v.panels[i].kind == kind;
        if (!found)
            return false;
    }
    return true;
}

static int open_kinds(void **state) {
    if (open_window(state) != 0)
        return -1;
    log_other_kinds();
    until(has_all_kinds() && !t.w.stale);
    return 0;
}

/* Goes to a panel by the keyboard, and shows it alone. */
static panel *show_alone(size_t which) {
    panel *p = &t.v.panels[t.v.shown[which]];
    int index = (int)(p - t.v.panels);
    xdotool("key Escape key Escape");
    until(t.v.maximised < 0 && t.v.focus < 0);
    for (size_t i = 0; i <= which; i++)
        xdotool("key Tab");
    until(t.v.focus == index);
    xdotool("key Return");
    until(t.v.maximised == index && !t.w.stale);
    return p;
}

/* What was typed before has been done. Where there are runs a note about a log may replace the
 * words about the key. */
static void sync_keys(void) {
    t.v.status[0] = '\0';
    t.v.options.smoothing = 0.5;
    xdotool("key o");
    if (t.v.figure == NULL)
        until(t.v.options.smoothing == 0);
    else
        until(strcmp(t.v.status, "figures are not smoothed") == 0);
    until(!t.w.stale);
}

static rect room_of(const panel *p) {
    return p->plot.w > 0 ? p->plot : p->area;
}

/* Every gesture, with a key held or not (""). */
static void make_gestures(const panel *p, const char *held) {
    rect r = room_of(p);
    float x = r.x + 0.5f * r.w, y = r.y + 0.5f * r.h;
    point_at(x, y);
    if (held[0] != '\0')
        xdotool("keydown %s", held);
    xdotool("click 4 click 4 click 5 click 2");
    xdotool("mousedown 1 %s", move(x + 30, y + 20));
    xdotool("%s mouseup 1", move(x, y));
    xdotool("mousedown 3 %s", move(x + 60, y + 40));
    xdotool("%s mouseup 3", move(x + 50, y + 40));
    xdotool("click 1 click 1");
    if (held[0] != '\0')
        xdotool("keyup %s", held);
    sync_keys();
    assert_true(t.open && t.v.drag == DRAG_NONE && !t.v.help);
}

static void press_all_keys_of_panels(void) {
    for (const action *a = actions; a->name != NULL; a++)
        if (strcmp(a->group, "Zoom") == 0 || strcmp(a->group, "Axes") == 0 ||
            strcmp(a->group, "Curves") == 0)
            FOR_KEYS(a, key, n) {
                t.v.status[0] = '\0';
                action_run(&t.v, a, key); /* test_window.c presses them */
                t.w.stale = true;
                window_step(&t.w, 0);
                assert_false(t.w.list.failed);
            }
}

static void every_kind_takes_every_key_gesture_and_size(void **state) {
    (void)state;
    static const char *const held[] = {"", "ctrl", "alt"};
    for (size_t i = 0; i < t.v.shown_count; i++) {
        panel *p = show_alone(i);
        for (int k = 0; k < 3; k++) {
            make_gestures(p, held[k]);
            assert_int_equal(t.v.maximised, (int)(p - t.v.panels));
        }
        press_all_keys_of_panels();
        const int sizes[][2] = {
            {260,   180   },
            {1400,  900   },
            {WIDTH, HEIGHT}
        };
        for (int k = 0; k < 3; k++) {
            SDL_SetWindowSize(t.w.sdl, sizes[k][0], sizes[k][1]);
            until((int)t.v.width == sizes[k][0] && (int)t.v.height == sizes[k][1] && !t.w.stale);
            assert_false(t.w.list.failed);
        }
    }
}

static size_t place_of(panel_kind kind) {
    for (size_t i = 0; i < t.v.shown_count; i++)
        if (t.v.panels[t.v.shown[i]].kind == kind)
            return i;
    fail_msg("no panel of kind %d", (int)kind);
    return 0;
}

static void the_mouse_reads_what_is_under_it(void **state) {
    (void)state;
    static const struct {
        panel_kind kind;
        float x, y;
        const char *says;
    } expected[] = {
        {PANEL_CURVES,    0.5f,  0.5f,  "step 10"            },
        {PANEL_HEAT,      0.5f,  0.5f,  "step 10"            },
        {PANEL_HISTOGRAM, 0.5f,  0.5f,  " … "              },
        {PANEL_PR,        0.5f,  0.5f,  "precision at recall"},
        {PANEL_GRAPH,     0.02f, 0.04f, "1 Conv2d · 3 -> 8" },
        {PANEL_MATRIX,    0.75f, 0.25f, "row cat, column dog"},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const panel *p = show_alone(place_of(expected[i].kind));
        point_into(p, expected[i].x, expected[i].y);
        until(sample_says(&t.w.list, expected[i].says));
        point_at(t.v.width / 2, 4);
        until(!sample_says(&t.w.list, expected[i].says));
    }
}

static void curves_of_precision_and_matrices_zoom_and_fit(void **state) {
    (void)state;
    const panel_kind kinds[] = {PANEL_PR, PANEL_MATRIX};
    for (int i = 0; i < 2; i++) {
        const panel *p = show_alone(place_of(kinds[i]));
        double x = span(&p->x), y = span(&p->y);
        point_into(p, 0.5f, 0.5f);
        xdotool("click 4");
        until(span(&p->x) < 0.95 * x && span(&p->y) < 0.95 * y);
        xdotool("key f");
        until(fabs(span(&p->x) / x - 1) < 1e-6 && fabs(span(&p->y) / y - 1) < 1e-6);
    }
}

static void a_click_on_the_legend_hides_a_curve_of_precision(void **state) {
    (void)state;
    const panel *p = show_alone(place_of(PANEL_PR));
    rect entry = p->curves[1].legend;
    point_at(entry.x + entry.w / 2, entry.y + entry.h / 2);
    xdotool("click 1");
    until(p->curves[1].hidden);
    xdotool("keydown ctrl click 1 keyup ctrl");
    until(p->curves[0].hidden && !p->curves[1].hidden);
    xdotool("key a");
    until(!p->curves[0].hidden && !p->curves[1].hidden);
}

/* --- figures --- */

static figure grid;

static int open_figures(void **state) {
    static const char words[] =
        "dnnview figure 1\ngrid 2 2 Seed 7\ntitle Cost\nlines 3 train\nlines 3 test\nnext\n"
        "title Counts\nvalues 4 a\nnext\ntitle W\nmatrix 2 2\nnext\ntitle Images\npicture 2 1 3 "
        "a\n\n";
    static const double numbers[] = {1, 2, 3, 3, 2, 1, 1, 2, 3, 4, 3, 2, 1, 1, 2, 2, 4, 3, 2, 1};
    uint8_t bytes[sizeof words + sizeof numbers + 6];
    dnn_error err;
    size_t size = sizeof words - 1;
    memcpy(bytes, words, size);
    memcpy(bytes + size, numbers, sizeof numbers);
    memset(bytes + size + sizeof numbers, 200, 6);
    check_ok(figure_parse(&grid, bytes, size + sizeof numbers + 6, "figure", &err));
    if (open_window(state) != 0)
        return -1;
    t.v.figure = &grid;
    t.v.built_of = NULL;
    view_update(&t.v);
    t.w.stale = true;
    until(t.v.panel_count == 4 && !t.w.stale);
    return 0;
}

static int close_figures(void **state) {
    figure_free(&grid);
    return close_window(state);
}

static void keys_and_gestures_act_on_the_figure_under_the_mouse(void **state) {
    (void)state;
    static const char *const held[] = {"", "ctrl", "alt"};
    panel *first = &t.v.panels[0], *second = &t.v.panels[1];
    double x = span(&first->x), beside = span(&second->x);
    point_into(first, 0.5f, 0.5f);
    until(t.v.focus == 0 && sample_says(&t.w.list, "x = 2"));
    xdotool("click 4");
    until(span(&first->x) < 0.95 * x);
    check_close(span(&second->x), beside, 0);
    xdotool("key f key X");
    until(first->x_scale == SCALE_LOG && first->x.scale == SCALE_LOG);
    assert_int_equal(second->x_scale, SCALE_LINEAR);
    xdotool("key X key X key 2");
    until(first->x_scale == SCALE_LINEAR && first->curves[1].hidden);
    xdotool("key a");
    until(!first->curves[1].hidden);
    for (size_t i = 0; i < t.v.shown_count; i++)
        for (int k = 0; k < 3; k++)
            make_gestures(show_alone(i), held[k]);
    xdotool("key Escape");
    until(t.v.maximised < 0);
    xdotool("key c");
    until(strncmp(t.v.status, "saved figure-", 13) == 0);
    press_all_keys_of_panels();
}

/* --- the page --- */

static void with_ctrl_or_alt_plain_keys_do_nothing(void **state) {
    (void)state;
    view before = t.v;
    double low = cost()->x.low;
    for (const action *a = actions; a->name != NULL; a++)
        FOR_KEYS(a, key, n) {
            if (strncmp(key, "Ctrl", 4) == 0)
                continue;
            xdotool("key alt+%s", xdotool_key(key));
            /* whose keys mean something with Ctrl: Q, W, and + on some layouts = */
            if (key[1] != '\0' || strchr("qQwW+=-0", key[0]) == NULL)
                xdotool("key ctrl+%s", xdotool_key(key));
        }
    xdotool("key s"); /* comes after all of them */
    until(t.v.options.smoothing == 0.5);
    assert_true(t.open && !t.v.help && !t.v.stop_asked && !t.v.replay.on && !t.v.list.typing);
    assert_ptr_equal(t.v.options.theme, before.options.theme);
    assert_int_equal(t.v.options.x, before.options.x);
    assert_int_equal(t.v.options.x_scale, before.options.x_scale);
    assert_int_equal(t.v.maximised, before.maximised);
    assert_int_equal(t.v.focus, before.focus);
    assert_true(t.v.scroll == before.scroll && t.v.shown_count == before.shown_count);
    assert_true(t.v.options.grouped == before.options.grouped && !t.v.list.folded);
    for (size_t i = 0; i < cost()->curve_count; i++)
        assert_false(cost()->curves[i].hidden);
    assert_true(!cost()->held && cost()->x.low == low && cost()->y_scale == SCALE_LINEAR);
    char line[DNN_CONTROL_LINE];
    assert_false(dnn_control_receive(&t.trainer, line, 0));
}

static void the_page_follows_the_size_of_the_window(void **state) {
    (void)state;
    const int sizes[][2] = {
        {700,  500},
        {1500, 900},
        {300,  200}
    };
    for (int i = 0; i < 3; i++) {
        SDL_SetWindowSize(t.w.sdl, sizes[i][0], sizes[i][1]);
        until((int)t.v.width == sizes[i][0] && (int)t.v.height == sizes[i][1] && !t.w.stale);
        assert_int_equal(t.w.pixels.width, sizes[i][0]);
        assert_int_equal(t.w.pixels.height, sizes[i][1]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_kind_takes_every_key_gesture_and_size, open_kinds,
                                        close_window),
        cmocka_unit_test_setup_teardown(the_mouse_reads_what_is_under_it, open_kinds, close_window),
        cmocka_unit_test_setup_teardown(curves_of_precision_and_matrices_zoom_and_fit, open_kinds,
                                        close_window),
        cmocka_unit_test_setup_teardown(a_click_on_the_legend_hides_a_curve_of_precision,
                                        open_kinds, close_window),
        cmocka_unit_test_setup_teardown(keys_and_gestures_act_on_the_figure_under_the_mouse,
                                        open_figures, close_figures),
        window_test(with_ctrl_or_alt_plain_keys_do_nothing),
        window_test(the_page_follows_the_size_of_the_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
