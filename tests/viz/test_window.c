/* The real window on a real (virtual) display: every key and every gesture of the mouse, as the X
 * server delivers them; xdotool makes them. */
#include "check.h"

#include <SDL.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/memory.h"
#include "viz/actions.h"
#include "viz/font.h"
#include "viz/page.h"
#include "viz/sample_run.h"
#include "viz/toolbar.h"
#include "viz/trainer.h"
#include "viz/window.h"

#define WIDTH  1000
#define HEIGHT 700

static struct {
    char folder[64];
    runs all;
    view v;
    dnn_control channel, trainer; /* the window's end and the other one */
    window w;
    FILE *xdotool;
    bool open;
} t;

static bool covered[64]; /* actions that a test has run by their key */

/* --- setting up --- */

static bool read_more(void *context) {
    return runs_poll(context);
}

static void step(void) {
    t.open = window_step(&t.w, 10) && t.open;
}

/* The window goes on until something is so, at most five seconds. */
#define until(condition)                                                                           \
    do {                                                                                           \
        uint64_t begin_ = SDL_GetTicks64();                                                        \
        while (!(condition)) {                                                                     \
            step();                                                                                \
            if (SDL_GetTicks64() - begin_ > 5000)                                                  \
                fail_msg("%s did not come true", #condition);                                      \
        }                                                                                          \
    } while (0)

__attribute__((format(printf, 1, 2))) static void xdotool(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vfprintf(t.xdotool, format, arguments);
    va_end(arguments);
    fputc('\n', t.xdotool);
    fflush(t.xdotool);
}

/* xdotool's command to go to a place on the page. */
static const char *move(float x, float y) {
    static char text[2][48];
    static int next;
    int left, top;
    SDL_GetWindowPosition(t.w.sdl, &left, &top);
    next = !next;
    snprintf(text[next], sizeof *text, "mousemove %d %d", left + (int)x, top + (int)y);
    return text[next];
}

static bool cursor_is_at(float x, float y) {
    return t.v.cursor_inside && fabsf(t.v.cursor.x - floorf(x)) < 1 &&
           fabsf(t.v.cursor.y - floorf(y)) < 1;
}

/* A window that has just come may miss a motion: it is repeated from elsewhere. */
static void point_at(float x, float y) {
    for (int i = 0; i < 40 && !cursor_is_at(x, y); i++) {
        xdotool("%s %s", move(x + 3, y + 3), move(x, y));
        for (int k = 0; k < 10 && !cursor_is_at(x, y); k++)
            step();
    }
    assert_true(cursor_is_at(x, y));
}

static panel *cost(void) {
    return sample_panel(&t.v, PANEL_CURVES, "cost");
}

static void point_into(const panel *p, float x, float y) {
    point_at(p->plot.x + x * p->plot.w, p->plot.y + y * p->plot.h);
}

static int open_window(void **state) {
    (void)state;
    dnn_error err;
    int ends[2];
    memset(&t, 0, sizeof t);
    strcpy(t.folder, "/tmp/dnn-window-XXXXXX");
    if (mkdtemp(t.folder) == NULL || chdir(t.folder) != 0)
        return -1;
    setenv("XDG_STATE_HOME", t.folder, 1);
    sample_run("cats", SAMPLE_STEPS);
    check_ok(runs_open(&t.all, "cats", &err));
    runs_poll(&t.all);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    check_ok(fonts_open(&err));
    view_init(&t.v, &t.all, WIDTH, HEIGHT);
    view_update(&t.v);
    trainer_attach(&t.channel, ends[0], &t.v);
    t.trainer = (dnn_control){.fd = ends[1]};
    check_ok(window_open(&t.w, &t.v, &t.channel, WIDTH, HEIGHT, &err));
    t.w.more = read_more;
    t.w.context = &t.all;
    t.xdotool = popen("xdotool - >/dev/null", "w");
    assert_non_null(t.xdotool);
    t.open = true;
    until(t.w.frames > 0);
    point_into(cost(), 0.5f, 0.5f);
    return 0;
}

static int close_window(void **state) {
    (void)state;
    char line[96];
    pclose(t.xdotool);
    window_close(&t.w);
    view_free(&t.v);
    runs_free(&t.all);
    fonts_close();
    assert_int_equal(dnn_allocations_live(), 0);
    if (t.channel.fd >= 0)
        close(t.channel.fd);
    if (t.trainer.fd >= 0)
        close(t.trainer.fd);
    snprintf(line, sizeof line, "rm -rf %s", t.folder);
    return chdir("/") != 0 || system(line) != 0;
}

/* Presses a key, by the name that xdotool has for it, which belongs to the action. */
static void press(const char *action_name, const char *key) {
    const action *a = action_find(action_name);
    assert_non_null(a);
    covered[a - actions] = true;
    xdotool("key %s", key);
}

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

static double span(const axis *a) {
    return a->high - a->low;
}

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
    press("toggle curve", "0"); /* there is no tenth */
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
    assert_false(dnn_control_receive(&t.trainer, line, 0));
    press("stop", "Q");
    until_trainer_hears("stop");
}

static void a_training_that_dies_leaves_the_window_open(void **state) {
    (void)state;
    close(t.trainer.fd);
    t.trainer.fd = -1;
    until(!t.v.attached);
    press("pause", "space");
    until(strstr(t.v.status, "no training listens") != NULL);
    assert_true(t.open);
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

/* --- the mouse --- */

static void the_wheel_zooms_around_the_cursor(void **state) {
    (void)state;
    point_into(cost(), 0.25f, 0.5f);
    const rect plot = cost()->plot;
    double place = (double)((t.v.cursor.x - plot.x) / plot.w);
    double value = axis_value(&cost()->x, place), x = span(&cost()->x), y = span(&cost()->y);
    xdotool("click 4");
    until(span(&cost()->x) < 0.95 * x && span(&cost()->y) < 0.95 * y);
    check_close(axis_value(&cost()->x, place), value, 1e-3 * x);
    xdotool("click 5");
    until(fabs(span(&cost()->x) / x - 1) < 1e-3);
    xdotool("keydown shift click 4 keyup shift");
    until(span(&cost()->x) < 0.95 * x);
    assert_true(fabs(span(&cost()->y) / y - 1) < 1e-3);
    double narrow = span(&cost()->x);
    xdotool("keydown ctrl click 4 keyup ctrl");
    until(span(&cost()->y) < 0.95 * y);
    assert_true(fabs(span(&cost()->x) / narrow - 1) < 1e-3);
}

static void a_drag_moves_the_view_with_the_hand(void **state) {
    (void)state;
    const rect plot = cost()->plot;
    double x = cost()->x.low, moved = span(&cost()->x) * 0.3;
    point_into(cost(), 0.5f, 0.5f);
    xdotool("mousedown 1 %s", move(plot.x + 0.2f * plot.w, plot.y + 0.5f * plot.h));
    until(fabs(cost()->x.low - (x + moved)) < 0.02 * moved);
    xdotool("mouseup 1");
    until(t.v.drag == DRAG_NONE);
}

static void check_zooms_to_box(const char *down, const char *up) {
    const rect plot = cost()->plot;
    double low = axis_value(&cost()->x, 0.25), high = axis_value(&cost()->x, 0.5);
    point_into(cost(), 0.25f, 0.25f);
    xdotool("%s", down);
    until(t.v.drag == DRAG_BOX);
    xdotool("%s", move(plot.x + 0.5f * plot.w, plot.y + 0.75f * plot.h));
    until(t.v.selection.w > 0.2f * plot.w);
    xdotool("%s", up);
    until(t.v.drag == DRAG_NONE);
    check_close(cost()->x.low, low, 2);
    check_close(cost()->x.high, high, 2);
    xdotool("key f");
    until(!cost()->held && !t.w.stale);
}

static void shift_drag_and_the_right_button_zoom_to_the_box(void **state) {
    (void)state;
    check_zooms_to_box("keydown shift mousedown 1", "mouseup 1 keyup shift");
    check_zooms_to_box("mousedown 3", "mouseup 3");
}

static void escape_drops_a_box_in_progress(void **state) {
    (void)state;
    const rect plot = cost()->plot;
    point_into(cost(), 0.25f, 0.25f);
    xdotool("mousedown 3 %s", move(plot.x + 0.5f * plot.w, plot.y + 0.75f * plot.h));
    until(t.v.drag == DRAG_BOX);
    press("back", "Escape");
    until(t.v.drag == DRAG_NONE);
    xdotool("mouseup 3 mousemove_relative 3 3");
    for (int i = 0; i < 10; i++)
        step();
    assert_false(cost()->held);
}

static void a_double_click_fits_and_on_the_title_maximises(void **state) {
    (void)state;
    xdotool("key plus");
    until(cost()->held);
    xdotool("click --repeat 2 --delay 60 1");
    until(!cost()->held);
    point_at(cost()->area.x + 0.5f * cost()->area.w, cost()->area.y + 8);
    SDL_Delay(600); /* or it would be the third and fourth click */
    xdotool("click --repeat 2 --delay 60 1");
    until(t.v.maximised >= 0);
}

static void a_click_on_the_legend_hides_and_with_ctrl_leaves_one(void **state) {
    (void)state;
    rect entry = cost()->curves[1].legend;
    assert_true(entry.w > 0);
    point_at(entry.x + entry.w / 2, entry.y + entry.h / 2);
    xdotool("click 1");
    until(cost()->curves[1].hidden);
    SDL_Delay(600);
    xdotool("click 1");
    until(!cost()->curves[1].hidden);
    xdotool("keydown ctrl click 1 keyup ctrl");
    until(cost()->curves[0].hidden && !cost()->curves[1].hidden);
    xdotool("keydown ctrl click 1 keyup ctrl");
    until(!cost()->curves[0].hidden && !cost()->curves[1].hidden);
}

static void the_cursor_reads_values_in_all_panels_at_once(void **state) {
    (void)state;
    char expected[32];
    point_into(cost(), 0.5f, 0.5f);
    until(!t.w.stale);
    double x = axis_value(&cost()->x, (double)((t.v.cursor.x - cost()->plot.x) / cost()->plot.w));
    snprintf(expected, sizeof expected, "step %d", (int)lround(x));
    size_t readings = 0;
    for (size_t i = 0; i < t.w.list.count; i++) {
        const command *c = &t.w.list.commands[i];
        readings += c->kind == COMMAND_TEXT && strncmp(c->text, expected, strlen(expected)) == 0;
    }
    assert_true(readings >= 2); /* the cost and the gradient norms */
    xdotool("%s", move(WIDTH + 100, HEIGHT + 100));
    until(!t.v.cursor_inside);
}

/* Each button of the toolbar does what its key does. */
static void buttons_are_keys_for_the_mouse(void **state) {
    (void)state;
    SDL_SetWindowSize(t.w.sdl, 1500, HEIGHT);
    until((int)t.v.width == 1500 && !t.w.stale);
    const char *const keys[] = {"?", "t", "Q", ".", "Space", "k", "Shift+Up", "Shift+Down",
                                "y", "x", "s", "p", "v",     "c", "X",        "r"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        float found = -1;
        const char *key;
        for (float x = 0; x < t.v.width && found < 0; x += 2)
            if (toolbar_at(&t.v, (point){x, t.v.header / 2}, &key) != NULL &&
                strcmp(key, keys[i]) == 0)
                found = x + 6;
        if (found < 0)
            fail_msg("there is no button for %s", keys[i]);
        t.v.status[0] = '\0';
        char line[DNN_CONTROL_LINE];
        view before = t.v;
        xdotool("%s", move(found, t.v.header / 2));
        SDL_Delay(20);
        xdotool("click 1");
        until(t.v.status[0] != '\0' || t.v.help != before.help || t.v.replay.on ||
              t.v.options.theme != before.options.theme ||
              dnn_control_receive(&t.trainer, line, 0));
        if (t.v.help)
            xdotool("key Escape");
        until(!t.v.help);
        SDL_Delay(20);
        step();
    }
}

/* --- time --- */

/* The best of five times, so that a busy machine does not matter. */
static void check_new_points_come_soon(dnn_run_log *log) {
    static int logged;
    uint64_t best = UINT64_MAX;
    for (int i = 0; i < 5; i++) {
        uint64_t begin = SDL_GetTicks64();
        dnn_run_log_scalar(log, SAMPLE_STEPS + ++logged, "cost/train", 0.5);
        until(t.all.items[0]->last_step == SAMPLE_STEPS + logged && !t.w.stale);
        uint64_t taken = SDL_GetTicks64() - begin;
        best = taken < best ? taken : best;
    }
    if (best >= 250)
        fail_msg("it took %d ms", (int)best);
}

static void a_new_point_is_on_the_screen_within_250_ms(void **state) {
    (void)state;
    dnn_run_log *log;
    assert_int_equal(dnn_run_log_open(&log, "cats", NULL), DNN_OK);
    check_new_points_come_soon(log);
    for (uint64_t begin = SDL_GetTicks64(); SDL_GetTicks64() - begin < 1700;)
        step(); /* until the window takes itself to be alone */
    check_new_points_come_soon(log);
    dnn_run_log_close(log);
}

static void an_idle_window_draws_nothing(void **state) {
    (void)state;
    until(!t.w.stale);
    for (int i = 0; i < 5; i++)
        step();
    uint64_t frames = t.w.frames;
    for (int i = 0; i < 60; i++)
        step();
    assert_true(t.w.frames <= frames + 1); /* the header's words may have changed */
}

static void damage_of_the_log_is_said(void **state) {
    (void)state;
    until(!t.w.stale);
    assert_int_equal(system("f=$(echo cats/events*) && printf '%40s' '' >>$f"), 0);
    until(strstr(t.v.status, "the log of cats: 1 file was given up at a damaged length") != NULL);
    until(!t.w.stale);
    t.v.status[0] = '\0';
    for (int i = 0; i < 120; i++)
        step();
    assert_string_equal(t.v.status, ""); /* once */
}

/* --- the program --- */

static pid_t start_program(int channel) {
    char fd[16];
    const char *program = getenv("DNNVIEW");
    if (program == NULL)
        skip();
    snprintf(fd, sizeof fd, "%d", channel);
    fcntl(channel, F_SETFD, 0);
    pid_t pid = fork();
    if (pid == 0) {
        execl(program, program, "--control", fd, "--size", "500x400", "new", (char *)NULL);
        _exit(127);
    }
    return pid;
}

/* The window of a run that is only about to begin, as dnn.Run starts it. */
static void the_program_waits_for_a_run_shows_it_and_remembers(void **state) {
    (void)state;
    int ends[2], status = -1;
    char line[DNN_CONTROL_LINE];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    pid_t pid = start_program(ends[1]);
    close(ends[1]);
    assert_int_equal(system("xdotool search --sync --name '^new' windowfocus mousemove --window %1 "
                            "250 200 >/dev/null"),
                     0);
    sample_run("new", 50);
    dnn_control trainer = {.fd = ends[0]};
    xdotool("key space");
    assert_true(dnn_control_receive(&trainer, line, 5000));
    assert_string_equal(line, "pause");
    SDL_Delay(300);
    xdotool("key t sleep 0.2 key v sleep 0.2 key q");
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_false(dnn_control_receive(&trainer, line, 0));
    assert_int_equal(trainer.fd, -1); /* the window is gone, and the trainer knows */
    assert_int_equal(system("grep -q 'theme = dark' dnnlua/dnnview.conf && "
                            "grep -q 'width = 500' dnnlua/dnnview.conf && grep -q cost new-*.svg"),
                     0);
}

static void no_action_is_left_untested(void **state) {
    (void)state;
    for (const action *a = actions; a->name != NULL; a++)
        if (!covered[a - actions])
            fail_msg("no test has pressed a key of '%s'", a->name);
}

#define window_test(f) cmocka_unit_test_setup_teardown(f, open_window, close_window)

int main(void) {
    const struct CMUnitTest tests[] = {
        window_test(tab_goes_from_panel_to_panel_and_back),
        window_test(enter_shows_the_panel_alone_and_escape_all_of_them),
        window_test(a_small_window_scrolls_by_key_wheel_and_bar),
        window_test(the_page_follows_the_size_of_the_window),
        window_test(the_theme_changes_the_pixels_on_the_screen),
        window_test(ctrl_plus_makes_everything_larger),
        window_test(the_help_opens_and_closes),
        window_test(each_key_to_quit_ends_the_loop),
        window_test(plus_and_minus_zoom),
        window_test(arrows_move_the_view_and_f_fits_it),
        window_test(a_held_view_stays_while_values_come),
        window_test(y_goes_through_the_scales_of_the_panel),
        window_test(x_scale_and_x_axis_are_those_of_all_panels),
        window_test(smoothing_goes_up_down_and_off),
        window_test(digits_hide_curves_and_a_shows_them),
        window_test(p_v_and_c_save_what_is_shown),
        window_test(space_pauses_the_training_and_lets_it_go_on),
        window_test(the_trainer_is_asked_for_checkpoints_and_rates),
        window_test(the_training_stops_only_when_asked_twice),
        window_test(a_training_that_dies_leaves_the_window_open),
        window_test(r_replays_the_run_and_space_holds_it),
        window_test(the_wheel_zooms_around_the_cursor),
        window_test(a_drag_moves_the_view_with_the_hand),
        window_test(shift_drag_and_the_right_button_zoom_to_the_box),
        window_test(escape_drops_a_box_in_progress),
        window_test(a_double_click_fits_and_on_the_title_maximises),
        window_test(a_click_on_the_legend_hides_and_with_ctrl_leaves_one),
        window_test(the_cursor_reads_values_in_all_panels_at_once),
        window_test(buttons_are_keys_for_the_mouse),
        window_test(a_new_point_is_on_the_screen_within_250_ms),
        window_test(an_idle_window_draws_nothing),
        window_test(damage_of_the_log_is_said),
        window_test(the_program_waits_for_a_run_shows_it_and_remembers),
        cmocka_unit_test(no_action_is_left_untested),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
