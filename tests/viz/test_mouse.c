/* Every gesture of the mouse, as the X server delivers it. */
#include "sample_window.h"

#include <SDL_syswm.h>
#include <X11/Xlib.h>

#include "viz/window/run_list.h"
#include "viz/window/toolbar.h"

static bool covered[32]; /* gestures of the table that a test has made */

static void covers(const char *name) {
    for (const gesture *g = gestures; g->gesture != NULL; g++)
        if (strcmp(g->gesture, name) == 0) {
            covered[g - gestures] = true;
            return;
        }
    fail_msg("'%s' is not in the table of gestures", name);
}

static const char *const modifiers[] = {"ctrl", "alt"};

static void hold(const char *modifier) {
    xdotool("keydown %s", modifier);
}

static void let_go(const char *modifier) {
    xdotool("keyup %s", modifier);
    until((t.w.held & (KMOD_CTRL | KMOD_ALT)) == 0);
}

static void the_wheel_zooms_around_the_cursor(void **state) {
    (void)state;
    covers("Wheel");
    covers("Shift Ctrl + wheel");
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
    hold("alt"); /* as without it */
    xdotool("click 4");
    until(span(&cost()->x) < 0.95 * narrow);
    let_go("alt");
}

static void check_drag_moves(void) {
    const rect plot = cost()->plot;
    double x = cost()->x.low, moved = span(&cost()->x) * 0.3;
    point_into(cost(), 0.5f, 0.5f);
    xdotool("mousedown 1 %s", move(plot.x + 0.2f * plot.w, plot.y + 0.5f * plot.h));
    until(fabs(cost()->x.low - (x + moved)) < 0.02 * moved);
    xdotool("mouseup 1");
    until(t.v.drag == DRAG_NONE);
}

static void a_drag_moves_the_view_with_the_hand(void **state) {
    (void)state;
    covers("Drag");
    check_drag_moves();
    for (int i = 0; i < 2; i++) { /* whatever else is held */
        hold(modifiers[i]);
        check_drag_moves();
        let_go(modifiers[i]);
    }
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
    covers("Shift + drag");
    check_zooms_to_box("keydown shift mousedown 1", "mouseup 1 keyup shift");
    check_zooms_to_box("mousedown 3", "mouseup 3");
    check_zooms_to_box("keydown ctrl mousedown 3", "mouseup 3 keyup ctrl");
    check_zooms_to_box("keydown alt mousedown 3", "mouseup 3 keyup alt");
}

static void escape_drops_a_box_in_progress(void **state) {
    (void)state;
    const rect plot = cost()->plot;
    point_into(cost(), 0.25f, 0.25f);
    xdotool("mousedown 3 %s", move(plot.x + 0.5f * plot.w, plot.y + 0.75f * plot.h));
    until(t.v.drag == DRAG_BOX);
    xdotool("key Escape");
    until(t.v.drag == DRAG_NONE);
    xdotool("mouseup 3 mousemove_relative 3 3");
    for (int i = 0; i < 10; i++)
        step();
    assert_false(cost()->held);
}

static void check_double_click_fits(void) {
    xdotool("key plus");
    until(cost()->held);
    count_double_clicks(true);
    xdotool("click --repeat 2 --delay 60 1");
    until(!cost()->held);
    count_double_clicks(false); /* or it would be the third and fourth click */
}

static void a_double_click_fits_and_on_the_title_maximises(void **state) {
    (void)state;
    covers("Double click");
    check_double_click_fits();
    point_at(cost()->area.x + 0.5f * cost()->area.w, cost()->area.y + 8);
    xdotool("click 1");
    until(t.v.focus == (int)(cost() - t.v.panels));
    count_double_clicks(true);
    xdotool("click --repeat 2 --delay 60 1");
    until(t.v.maximised >= 0);
}

static void a_middle_button_and_a_click_into_nothing_change_nothing(void **state) {
    (void)state;
    double low = cost()->x.low, high = cost()->x.high;
    const rect plot = cost()->plot;
    for (int i = -1; i < 2; i++) {
        if (i >= 0)
            hold(modifiers[i]);
        xdotool("mousedown 2 %s", move(plot.x + 0.2f * plot.w, plot.y + 0.5f * plot.h));
        xdotool("mouseup 2 click 8 click 9");
        point_at(t.v.width / 2, 4); /* above all panels and beside the buttons */
        xdotool("click 1 click 3");
        point_into(cost(), 0.5f, 0.5f);
        xdotool("click 1"); /* without a move */
        until(t.v.drag == DRAG_PAN || t.v.drag == DRAG_NONE);
        if (i >= 0)
            let_go(modifiers[i]);
    }
    xdotool("key s"); /* comes after all of them */
    until(t.v.options.smoothing == 0.5);
    assert_true(t.v.drag == DRAG_NONE && t.v.maximised < 0 && !t.v.help);
    check_close(cost()->x.low, low, 0);
    check_close(cost()->x.high, high, 0);
}

static void a_click_on_a_run_hides_it_and_a_double_click_leaves_it_alone(void **state) {
    (void)state;
    covers("Click on a run");
    sample_run("dogs", SAMPLE_STEPS);
    dnn_error err;
    check_ok(runs_open(&t.all, "dogs", &err));
    until(t.all.count == 2 && t.v.options.runs_listed && !t.w.stale);
    float y = 0;
    for (float at = t.v.header; at < t.v.height && y == 0; at += 2)
        if (run_list_at(&t.v, (point){60, at}) == 0)
            y = at + 6;
    const run *first = t.all.items[t.v.list.rows[0]], *second = t.all.items[t.v.list.rows[1]];
    point_at(60, y);
    until(t.v.options.highlight == first);
    xdotool("click 1");
    until(!run_visible(first));
    xdotool("click 1");
    until(run_visible(first));
    for (int i = 0; i < 2; i++) { /* Ctrl and the right button mean it alone, as a double click */
        xdotool(i == 0 ? "keydown ctrl click 1 keyup ctrl" : "click 3");
        until(!run_visible(second) && run_visible(first));
        xdotool(i == 0 ? "keydown ctrl click 1 keyup ctrl" : "click 3");
        until(run_visible(second));
    }
    count_double_clicks(true);
    for (int i = 0; i < 2; i++) {
        until(SDL_GetTicks64() > t.w.touched + 600); /* else the next pair would go on counting */
        xdotool("click --repeat 2 --delay 60 1");
        until(run_visible(second) == (i == 1) && run_visible(first));
    }
    count_double_clicks(false);
}

/* What a window manager does when its button is clicked. */
static void closing_the_window_ends_the_loop(void **state) {
    (void)state;
    SDL_SysWMinfo info;
    SDL_VERSION(&info.version);
    assert_true(SDL_GetWindowWMInfo(t.w.sdl, &info) == SDL_TRUE);
    Display *manager = XOpenDisplay(NULL);
    assert_non_null(manager);
    XEvent event = {
        .xclient = {
                    .type = ClientMessage,
                    .window = info.info.x11.window,
                    .message_type = XInternAtom(manager, "WM_PROTOCOLS", False),
                    .format = 32,
                    .data.l = {(long)XInternAtom(manager, "WM_DELETE_WINDOW", False), CurrentTime}}
    };
    assert_true(XSendEvent(manager, info.info.x11.window, False, NoEventMask, &event) != 0);
    XCloseDisplay(manager);
    until(!t.open);
}

static void no_gesture_is_left_untested(void **state) {
    (void)state;
    for (const gesture *g = gestures; g->gesture != NULL; g++)
        if (!covered[g - gestures])
            fail_msg("no test has made the gesture '%s'", g->gesture);
}

static void a_click_on_the_legend_hides_and_with_ctrl_leaves_one(void **state) {
    (void)state;
    covers("Click on legend");
    rect entry = cost()->curves[1].legend;
    assert_true(entry.w > 0);
    point_at(entry.x + entry.w / 2, entry.y + entry.h / 2);
    xdotool("click 1");
    until(cost()->curves[1].hidden);
    xdotool("click 1");
    until(!cost()->curves[1].hidden);
    xdotool("keydown ctrl click 1 keyup ctrl");
    until(cost()->curves[0].hidden && !cost()->curves[1].hidden);
    xdotool("keydown ctrl click 1 keyup ctrl");
    until(!cost()->curves[0].hidden && !cost()->curves[1].hidden);
}

static void click_in_the_legend(bool second, bool control) {
    count_double_clicks(second);
    t.v.status[0] = '\0';
    xdotool(control ? "keydown ctrl click 1 keyup ctrl" : "click 1");
    until(t.v.status[0] != '\0');
}

/* Whatever the first of the two clicks does by itself, and with Ctrl held too; where it was alone,
 * it brings all back. */
static void a_double_click_on_the_legend_leaves_the_curve_alone_or_shows_all(void **state) {
    (void)state;
    rect entry = cost()->curves[1].legend;
    point_at(entry.x + entry.w / 2, entry.y + entry.h / 2);
    for (int control = 0; control < 2; control++)
        for (int first = 0; first < 4; first++) {
            cost()->curves[0].hidden = first % 2;
            cost()->curves[1].hidden = first / 2;
            click_in_the_legend(false, control);
            click_in_the_legend(true, control);
            bool was_alone = first == 1;
            assert_string_equal(t.v.status, was_alone ? "test: shown" : "test: alone");
            assert_int_equal(cost()->curves[0].hidden, !was_alone);
            assert_false(cost()->curves[1].hidden);
        }
    count_double_clicks(false);
}

static void a_double_click_with_ctrl_fits_as_without(void **state) {
    (void)state;
    point_into(cost(), 0.5f, 0.5f);
    xdotool("key plus");
    until(cost()->held);
    count_double_clicks(true);
    xdotool("keydown ctrl click 1 click 1 keyup ctrl");
    until(!cost()->held);
    count_double_clicks(false);
}

static void
the_box_of_values_is_under_the_mouse_and_the_others_have_theirs_in_legends(void **state) {
    (void)state;
    char expected[32];
    covers("Move");
    point_into(cost(), 0.5f, 0.5f);
    until(!t.w.stale);
    double x = axis_value(&cost()->x, (double)((t.v.cursor.x - cost()->plot.x) / cost()->plot.w));
    snprintf(expected, sizeof expected, "step %d", (int)lround(x));
    const panel *norms = sample_panel(&t.v, PANEL_CURVES, "grad_norm");
    char norm[32];
    axis_format((float)exp(-round(x) / 40.0), 4, norm, sizeof norm);
    size_t boxes = 0, values = 0;
    for (size_t i = 0; i < t.w.list.count; i++) {
        const command *c = &t.w.list.commands[i];
        if (c->kind != COMMAND_TEXT)
            continue;
        boxes += strncmp(c->text, expected, strlen(expected)) == 0;
        values += strcmp(c->text, norm) == 0 && c->area.y < norms->plot.y &&
                  c->area.y > norms->area.y && c->area.x > norms->area.x;
    }
    assert_int_equal(boxes, 1);
    assert_int_equal(values, 1);
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
        point_at(found, t.v.header / 2);
        xdotool("click 1");
        until(t.v.status[0] != '\0' || t.v.help != before.help || t.v.replay.on ||
              t.v.options.theme != before.options.theme ||
              dnn_control_receive(&t.trainer, line, 0));
        if (t.v.help)
            xdotool("key Escape");
        until(!t.v.help);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        window_test(the_wheel_zooms_around_the_cursor),
        window_test(a_drag_moves_the_view_with_the_hand),
        window_test(shift_drag_and_the_right_button_zoom_to_the_box),
        window_test(escape_drops_a_box_in_progress),
        window_test(a_double_click_fits_and_on_the_title_maximises),
        window_test(a_double_click_with_ctrl_fits_as_without),
        window_test(a_double_click_on_the_legend_leaves_the_curve_alone_or_shows_all),
        window_test(a_middle_button_and_a_click_into_nothing_change_nothing),
        window_test(a_click_on_a_run_hides_it_and_a_double_click_leaves_it_alone),
        window_test(closing_the_window_ends_the_loop),
        window_test(a_click_on_the_legend_hides_and_with_ctrl_leaves_one),
        window_test(the_box_of_values_is_under_the_mouse_and_the_others_have_theirs_in_legends),
        window_test(buttons_are_keys_for_the_mouse),
        cmocka_unit_test(no_gesture_is_left_untested),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
