/* The smoothed line is the exponential average, however often points come. */
#include "check.h"

#include "viz/sample_scene.h"

static double noisy(double i) {
    return exp(-i / 300) + 0.2 * sin(i * i);
}

/* The average as its definition says it, by sums of weights b^age over the values so far. */
static double average_of(double (*value)(double), size_t at, double b) {
    double sum = 0, weights = 0, weight = 1;
    for (size_t age = 0; age <= at; age++, weight *= b) {
        sum += weight * (float)value((double)(at - age));
        weights += weight;
    }
    return sum / weights;
}

static void smoothing_is_the_exponential_average_also_when_points_come_and_go(void **state) {
    (void)state;
    scene s = {0};
    run_tag *tag = sample_curve(sample_run(&s.sample, "run"), "cost", 500, noisy);
    build(&s, PANEL_CURVES, "cost", 600, 300);
    const double weights[] = {0.5, 0.9, 0.999};
    for (size_t w = 0; w < 3; w++) {
        s.options.smoothing = weights[w];
        draw(&s);
        for (size_t i = series_count(tag->scalars), n = i + 40; i < n; i++)
            sample_point(tag, (int64_t)i, noisy((double)i));
        draw(&s);
        const series *average = s.panel->curves[0].smoothed.average;
        assert_int_equal(series_count(average), series_count(tag->scalars));
        for (size_t i = 0; i < series_count(average); i += 13)
            check_close(series_value(average, i), average_of(noisy, i, weights[w]), 1e-6);
    }
    series_add(tag->scalars, 100, 5000, (float)noisy(100)); /* resumed: 101 points are left */
    draw(&s);
    const series *average = s.panel->curves[0].smoothed.average;
    assert_int_equal(series_count(average), 101);
    check_close(series_value(average, 100), average_of(noisy, 100, 0.999), 1e-6);

    color line = theme_series(&theme_light, 0).color;
    assert_non_null(find_kind(&s.list, COMMAND_POLYLINE, line));
    size_t ghosts = 0;
    for (size_t i = 0; i < s.list.count; i++)
        ghosts += s.list.commands[i].kind == COMMAND_POLYLINE &&
                  (s.list.commands[i].stroke.color | 0xFF) == line &&
                  (s.list.commands[i].stroke.color & 0xFF) < 0x80;
    assert_int_equal(ghosts, 1);
    clean(&s);
}

static double step_at_300(double i) {
    return i < 300 ? 1 : 0;
}

static void curves_that_are_logged_more_and_less_often_are_smoothed_alike(void **state) {
    (void)state;
    scene s = {0};
    run *r = sample_run(&s.sample, "run");
    run_tag *test = sample_tag(r, "cost/test", DNN_EVENT_SCALAR);
    sample_curve(r, "cost/train", 1000, step_at_300);
    for (int step = 0; step < 1000; step += 20)
        sample_point(test, step, step_at_300(step));
    build(&s, PANEL_CURVES, "cost", 600, 300);
    s.options.smoothing = 0.99;
    draw(&s);
    const series *train = s.panel->curves[0].smoothed.average;
    const series *sparse = s.panel->curves[1].smoothed.average;
    assert_int_equal(series_count(sparse), 50);
    /* By its definition, from step 300 on it falls as 0.99^steps; the sparse curve can know that
     * only up to the 20 steps between its points. */
    for (size_t i = 16; i < 50; i++) {
        double step = (double)series_step(sparse, i);
        double fall = (1 - pow(0.99, 300)) * pow(0.99, step - 300 + 1) / (1 - pow(0.99, step + 1));
        check_close(series_value(train, (size_t)step), fall, 1e-5);
        check_close(series_value(sparse, i), fall, 0.2 * fall);
    }
    clean(&s);
}

static void bounded_smoothing_ends_at_the_same_average(void **state) {
    (void)state;
    scene s = {0}, whole = {0};
    sample_curve(sample_run(&s.sample, "run"), "cost", 500, noisy);
    sample_curve(sample_run(&whole.sample, "run"), "cost", 500, noisy);
    build(&s, PANEL_CURVES, "cost", 600, 300);
    build(&whole, PANEL_CURVES, "cost", 600, 300);
    s.options.smoothing = whole.options.smoothing = 0.9;
    draw(&whole);
    const series *expected = whole.panel->curves[0].smoothed.average;
    const size_t counts[] = {120, 240, 360, 480, 500}, left[] = {0, 0, 0, 0, 100};
    for (int i = 0; i < 5; i++) {
        size_t most = 120;
        s.options.smooth_left = &most;
        draw(&s);
        assert_int_equal(series_count(s.panel->curves[0].smoothed.average), counts[i]);
        assert_int_equal(most, left[i]);
    }
    for (size_t i = 0; i < 500; i++)
        assert_true(series_value(s.panel->curves[0].smoothed.average, i) ==
                    series_value(expected, i));
    clean(&s);
    clean(&whole);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(smoothing_is_the_exponential_average_also_when_points_come_and_go),
        cmocka_unit_test(curves_that_are_logged_more_and_less_often_are_smoothed_alike),
        cmocka_unit_test(bounded_smoothing_ends_at_the_same_average),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
