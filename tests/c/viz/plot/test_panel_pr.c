/* Curves of precision over recall. */
#include "check.h"

#include "viz/sample_scene.h"

/* Thresholds 0, 0.5 and 1: what follows the four counts is precision and recall. */
static double curves[2][18] = {
    {9, 9, 0, 0, 0.5, 1, 6, 1, 8, 3, 0.857, 0.667, 0, 0, 9, 9, 1, 0},
    {9, 9, 0, 0, 0.5, 1, 3, 3, 6, 6, 0.5,   0.333, 0, 0, 9, 9, 1, 0},
};

static void open_scene(scene *s) {
    for (int i = 0; i < 2; i++) {
        run_tag *tag =
            sample_tag(sample_run(&s->sample, i == 0 ? "a" : "b"), "pr/cat", DNN_EVENT_PR_CURVE);
        tag->matrix = curves[i];
        tag->rows = 6;
        tag->columns = 3;
        tag->matrix_step = 40;
    }
    build(s, PANEL_PR, "pr", 400, 300);
}

static void a_curve_goes_through_its_thresholds(void **state) {
    (void)state;
    scene s = {0};
    open_scene(&s);
    draw(&s);
    rect r = s.panel->plot;
    const command *line = find_kind(&s.list, COMMAND_POLYLINE, theme_series(&theme_light, 0).color);
    while (line->count != 2 || fabs((double)line->points[1].x - r.x - r.w * 0.667 / 1.02) > 0.1)
        line++; /* after the legend's sample and the ticks */
    check_close(line->points[1].x, r.x + r.w * 0.667 / 1.02, 0.1);
    check_close(line->points[1].y, r.y + r.h * (1 - 0.857 / 1.02), 0.1);
    check_close(line->points[0].x, r.x + r.w / 1.02, 0.1); /* and at 1 nothing has a precision */
    assert_non_null(find_text(&s.list, "precision · step 40"));
    assert_non_null(find_text(&s.list, "recall"));
    clean(&s);
}

static void the_mouse_reads_the_nearest_threshold_of_each_run(void **state) {
    (void)state;
    scene s = {0};
    open_scene(&s);
    draw(&s);
    rect r = s.panel->plot;
    point cursor = {r.x + r.w * 0.6f, r.y + r.h * 0.2f};
    panel_draw(s.panel, &s.options, &cursor, &s.list);
    assert_non_null(find_text(&s.list, "0.857 at 0.667"));
    assert_non_null(find_text(&s.list, "threshold 0.5"));
    s.panel->curves[0].hidden = true;
    draw(&s);
    panel_draw(s.panel, &s.options, &cursor, &s.list);
    assert_null(find_text(&s.list, "0.857 at 0.667"));
    assert_non_null(find_text(&s.list, "0.5 at 0.333"));
    clean(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_curve_goes_through_its_thresholds),
        cmocka_unit_test(the_mouse_reads_the_nearest_threshold_of_each_run),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
