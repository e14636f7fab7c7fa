/* Every key of the window, as the X server delivers it. */
#include <glob.h>

#include "sample_keys.h"

/* --- the page --- */

static void tab_goes_from_panel_to_panel_and_back(void **state) {
    (void)state;
    int first = t.v.focus;
    press("next panel", "Tab");
    until(t.v.focus != first);
    press("previous panel", "shift+Tab");
    until(t.v.focus == first);
}

static void enter_shows_the_panel_alone_and_escape_all_of_them(void **state) {
    (void)state;
    press("maximise", "Return");
    until(t.v.maximised == t.v.focus);
    assert_true(cost()->area.w > WIDTH * 0.9f);
    press("back", "Escape");
    until(t.v.maximised < 0);
    press("maximise", "m");
    until(t.v.maximised >= 0);
    press("maximise", "m");
    until(t.v.maximised < 0);
}

static void a_small_window_scrolls_by_key_wheel_and_bar(void **state) {
    (void)state;
    SDL_SetWindowSize(t.w.sdl, 420, 300);
    until(t.v.width < 500 && page_scroll_track(&t.v).w > 0);
    press("scroll", "Next");
    until(t.v.scroll > 0);
    press("scroll", "Prior");
    until(t.v.scroll == 0);
    point_at(10, 8); /* on the title, beside all plots */
    xdotool("click 5");
    until(t.v.scroll > 0);
    rect track = page_scroll_track(&t.v);
    xdotool("%s mousedown 1", move(track.x + 4, track.y + track.h - 2));
    until(t.v.drag == DRAG_SCROLL && t.v.scroll > t.v.content - track.h - 2);
    xdotool("%s mouseup 1", move(200, track.y));
    until(t.v.drag == DRAG_NONE && t.v.scroll == 0);
}

static void the_theme_changes_the_pixels_on_the_screen(void **state) {
    (void)state;
    press("theme", "t");
    until(t.v.options.theme == &theme_dark && !t.w.stale);
    SDL_Surface *screen = SDL_GetWindowSurface(t.w.sdl);
    uint8_t r, g, b;
    SDL_GetRGB(*(uint32_t *)screen->pixels, screen->format, &r, &g, &b);
    assert_int_equal((color)r << 24 | (color)g << 16 | (color)b << 8 | 0xFF, theme_dark.background);
    press("theme", "t");
    until(t.v.options.theme == &theme_light);
}

static void ctrl_plus_makes_everything_larger(void **state) {
    (void)state;
    press("magnify", "ctrl+equal");
    until(t.v.scale > 1);
    check_close(t.v.width * t.v.scale, WIDTH, 1);
    press("magnify", "ctrl+minus");
    until(fabsf(t.v.scale - 1) < 1e-3f);
    press("magnify", "ctrl+minus");
    until(t.v.scale < 0.95f);
    press("magnify", "ctrl+0");
    until(t.v.scale == 1);
}

static void the_help_opens_and_closes(void **state) {
    (void)state;
    press("help", "question");
    until(t.v.help);
    press("back", "Escape");
    until(!t.v.help);
    press("help", "F1");
    until(t.v.help);
    xdotool("click 1");
    until(!t.v.help);
}

static void each_key_to_quit_ends_the_loop(void **state) {
    (void)state;
    const char *const keys[] = {"q", "ctrl+q", "ctrl+w"};
    for (int i = 0; i < 3; i++) {
        t.open = true;
        press("quit", keys[i]);
        until(!t.open);
    }
}

/* --- zoom --- */

static void plus_and_minus_zoom(void **state) {
    (void)state;
    const struct {
        const char *action, *in, *out;
        bool x, y;
    } keys[] = {
        {"zoom",   "plus",         "minus",       true,  true },
        {"zoom",   "equal",        "minus",       true,  true },
        {"zoom x", "bracketright", "bracketleft", true,  false},
        {"zoom y", "braceright",   "braceleft",   false, true },
    };
    for (int i = 0; i < 4; i++) {
        double x = span(&cost()->x), y = span(&cost()->y);
        press(keys[i].action, keys[i].in);
        until((span(&cost()->x) < 0.9 * x) == keys[i].x &&
              (span(&cost()->y) < 0.9 * y) == keys[i].y);
        assert_true(cost()->held);
        press(keys[i].action, keys[i].out);
        until(fabs(span(&cost()->x) / x - 1) < 1e-3 && fabs(span(&cost()->y) / y - 1) < 1e-3);
    }
}

static void arrows_move_the_view_and_f_fits_it(void **state) {
    (void)state;
    double x = cost()->x.low, y = cost()->y.low;
    press("pan", "Right");
    until(cost()->x.low > x + 1);
    press("pan", "Left");
    until(fabs(cost()->x.low - x) < 1e-3);
    press("pan", "Up");
    until(cost()->y.low > y + 1e-3);
    press("pan", "Down");
    until(fabs(cost()->y.low - y) < 1e-3);
    press("fit", "f");
    until(!cost()->held);
    press("pan", "Right");
    until(cost()->held);
    press("fit", "Home");
    until(!cost()->held && cost()->x.low == x);
    press("pan", "Right");
    until(cost()->held);
    press("next panel", "Tab");
    press("fit all", "F");
    until(!cost()->held);
}

static void a_held_view_stays_while_values_come(void **state) {
    (void)state;
    press("hold", "h");
    until(cost()->held);
    double high = cost()->x.high;
    dnn_run_log *log;
    assert_int_equal(dnn_run_log_open(&log, "cats", NULL), DNN_OK);
    sample_scalar(log, 3 * SAMPLE_STEPS, "cost/train", 0.01);
    dnn_run_log_close(log);
    until(t.all.items[0]->last_step == 3 * SAMPLE_STEPS && !t.w.stale);
    assert_true(cost()->x.high == high);
    press("hold", "h");
    until(!cost()->held && cost()->x.high >= 3 * SAMPLE_STEPS);
}

/* --- axes and curves --- */

static void y_goes_through_the_scales_of_the_panel(void **state) {
    (void)state;
    const axis_scale expected[] = {SCALE_LOG, SCALE_SYMLOG, SCALE_LINEAR};
    for (int i = 0; i < 3; i++) {
        press("y scale", i == 0 ? "l" : "y");
        until(cost()->y_scale == expected[i] && cost()->y.scale == expected[i]);
    }
}

static void panels_share_their_x_until_one_is_let_go(void **state) {
    (void)state;
    const panel *norms = sample_panel(&t.v, PANEL_CURVES, "grad_norm");
    double high = norms->x.high;
    press("zoom x", "bracketright");
    until(norms->x.high < high && norms->x.high == cost()->x.high);
    assert_false(norms->held); /* its y follows */
    press("own x range", "u");
    until(cost()->let_go);
    press("zoom x", "bracketright");
    until(cost()->x.high < norms->x.high);
    press("fit all", "F");
    until(norms->x.high == high);
    press("own x range", "u");
    until(!cost()->let_go && cost()->x.high == high);
}

static void x_scale_and_x_axis_are_those_of_all_panels(void **state) {
    (void)state;
    const panel *norms = sample_panel(&t.v, PANEL_CURVES, "grad_norm");
    press("x scale", "X");
    until(cost()->x.scale == SCALE_LOG && norms->x.scale == SCALE_LOG);
    press("x scale", "L");
    until(cost()->x.scale == SCALE_SYMLOG);
    press("x scale", "X");
    until(cost()->x.scale == SCALE_LINEAR);
    press("x axis", "x");
    until(t.v.options.x == X_EPOCH);
    press("x axis", "x");
    until(t.v.options.x == X_RELATIVE && norms->x.unit == UNIT_DURATION);
    press("x axis", "x");
    until(t.v.options.x == X_WALL && norms->x.unit == UNIT_CLOCK);
    press("x axis", "x");
    until(t.v.options.x == X_STEP && norms->x.unit == UNIT_NUMBER);
}

static void smoothing_goes_up_down_and_off(void **state) {
    (void)state;
    press("smooth", "s");
    until(t.v.options.smoothing == 0.5);
    press("smooth", "s");
    until(t.v.options.smoothing == 0.8);
    press("smooth", "S");
    until(t.v.options.smoothing == 0.5);
    press("smooth off", "o");
    until(t.v.options.smoothing == 0);
}

static void digits_hide_curves_and_a_shows_them(void **state) {
    (void)state;
    press("toggle curve", "2");
    until(cost()->curves[1].hidden && !cost()->curves[0].hidden);
    press("toggle curve", "1");
    until(cost()->curves[0].hidden);
    const char *const others[] = {"3", "4", "5", "6", "7", "8", "9", "0"}; /* there are none */
    for (int i = 0; i < 8; i++)
        press("toggle curve", others[i]);
    press("show curves", "a");
    until(!cost()->curves[0].hidden && !cost()->curves[1].hidden);
}

/* --- files --- */

static void check_saves(const char *action_name, const char *key, const char *pattern,
                        const char *begins) {
    glob_t found;
    char start[16] = "";
    press(action_name, key);
    until(strncmp(t.v.status, "saved cats-", 11) == 0);
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    assert_int_equal(found.gl_pathc, 1);
    assert_string_equal(t.v.status + 6, found.gl_pathv[0]);
    FILE *file = fopen(found.gl_pathv[0], "rb");
    assert_true(fread(start, 1, strlen(begins), file) == strlen(begins));
    fclose(file);
    assert_memory_equal(start, begins, strlen(begins));
    globfree(&found);
    t.v.status[0] = '\0';
}

static void p_v_and_c_save_what_is_shown(void **state) {
    (void)state;
    check_saves("save png", "p", "cats-*.png", "\x89PNG\r\n\x1a\n");
    check_saves("save svg", "v", "cats-*.svg", "<");
    check_saves("save csv", "c", "cats-*.csv", "run,tag,step");
}

/* --- training --- */

static void until_trainer_hears(const char *expected) {
    char line[DNN_CONTROL_LINE] = "";
    until(dnn_control_receive(&t.trainer, line, 0));
    assert_string_equal(line, expected);
}

static void space_pauses_the_training_and_lets_it_go_on(void **state) {
    (void)state;
    press("pause", "space");
    until_trainer_hears("pause");
    dnn_control_send(&t.trainer, "paused 120");
    until(t.v.paused);
    assert_non_null(strstr(t.v.status, "120"));
    press("single step", "period");
    until_trainer_hears("step");
    press("pause", "space");
    until_trainer_hears("resume");
    dnn_control_send(&t.trainer, "running 120");
    until(!t.v.paused);
}

static void the_trainer_is_asked_for_checkpoints_and_rates(void **state) {
    (void)state;
    press("checkpoint", "k");
    until_trainer_hears("checkpoint");
    dnn_control_send(&t.trainer, "saved cats.ckpt");
    until(strcmp(t.v.status, "saved cats.ckpt") == 0);
    press("rate", "shift+Up");
    until_trainer_hears("rate 1.25");
    dnn_control_send(&t.trainer, "rate 0.0125");
    until(strstr(t.v.status, "0.0125") != NULL);
    press("rate", "shift+Down");
    until_trainer_hears("rate 0.8");
}

static void the_training_stops_only_when_asked_twice(void **state) {
    (void)state;
    char line[DNN_CONTROL_LINE];
    press("stop", "Q");
    until(t.v.stop_asked);
    press("theme", "t"); /* something else in between: not meant */
    until(!t.v.stop_asked);
    press("stop", "Q");
    until(t.v.stop_asked);
    until(!t.v.stop_asked); /* too late for the second one */
    assert_string_equal(t.v.status, "");
    press("stop", "Q");
    until(t.v.stop_asked);
    assert_false(dnn_control_receive(&t.trainer, line, 0));
    press("stop", "Q");
    until_trainer_hears("stop");
}

/* --- replay --- */

static void r_replays_the_run_and_space_holds_it(void **state) {
    (void)state;
    replay *r = &t.v.replay;
    press("replay", "r");
    until(r->on && r->position > 0.5);
    double speed = r->speed;
    press("speed", "greater");
    until(r->speed == 2 * speed);
    press("speed", "less");
    until(r->speed == speed);
    press("pause", "space");
    until(r->paused);
    rect track = page_replay_track(&t.v);
    xdotool("%s click 1", move(track.x + track.w / 2, track.y + 3));
    until(fabs(r->position - r->duration / 2) < 0.01 * r->duration);
    assert_int_equal(r->shown.items[0]->last_step, (int)floor(r->position));
    press("pause", "space");
    until(r->position > 0.52 * r->duration);
    press("replay", "r");
    until(!r->on && view_runs(&t.v) == &t.all);
}

/* --- several runs --- */

static void keys_of_the_list_of_runs(void **state) {
    (void)state;
    press("list of runs", "b");
    until(strcmp(t.v.status, "there is only one run") == 0);
    sample_run("dogs", SAMPLE_STEPS);
    dnn_error err;
    check_ok(runs_open(&t.all, "dogs", &err));
    until(t.all.count == 2 && t.v.options.runs_listed);
    press("list of runs", "b");
    until(!t.v.options.runs_listed);
    press("filter runs", "slash");
    until(t.v.list.typing && t.v.options.runs_listed);
    xdotool("key d key q key BackSpace key Return");
    until(!t.v.list.typing && t.v.list.row_count == 1);
    assert_string_equal(t.v.list.filter, "d");
    press("show runs", "A");
    until(t.v.list.row_count == 2);
    press("order of runs", "n");
    until(t.v.list.order == ORDER_TIME);
    press("group runs", "g"); /* lr and seed are the same in both */
    until(strcmp(t.v.status, "no setting groups these runs") == 0);
    press("far-off runs", "e");
    until(t.v.options.whole_range);
}

static void no_key_is_left_untested(void **state) {
    (void)state;
    for (const action *a = actions; a->name != NULL; a++) {
        assert_true(a - actions < MOST_ACTIONS && key_of(a, MOST_KEYS) == NULL);
        FOR_KEYS(a, key, n)
        if (!covered[a - actions][n])
            fail_msg("no test has pressed the key %s of '%s'", key, a->name);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        window_test(tab_goes_from_panel_to_panel_and_back),
        window_test(enter_shows_the_panel_alone_and_escape_all_of_them),
        window_test(a_small_window_scrolls_by_key_wheel_and_bar),
        window_test(the_theme_changes_the_pixels_on_the_screen),
        window_test(ctrl_plus_makes_everything_larger),
        window_test(the_help_opens_and_closes),
        window_test(each_key_to_quit_ends_the_loop),
        window_test(plus_and_minus_zoom),
        window_test(arrows_move_the_view_and_f_fits_it),
        window_test(a_held_view_stays_while_values_come),
        window_test(y_goes_through_the_scales_of_the_panel),
        window_test(panels_share_their_x_until_one_is_let_go),
        window_test(x_scale_and_x_axis_are_those_of_all_panels),
        window_test(smoothing_goes_up_down_and_off),
        window_test(digits_hide_curves_and_a_shows_them),
        window_test(p_v_and_c_save_what_is_shown),
        window_test(space_pauses_the_training_and_lets_it_go_on),
        window_test(the_trainer_is_asked_for_checkpoints_and_rates),
        window_test(the_training_stops_only_when_asked_twice),
        window_test(r_replays_the_run_and_space_holds_it),
        window_test(keys_of_the_list_of_runs),
        cmocka_unit_test(no_key_is_left_untested),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
