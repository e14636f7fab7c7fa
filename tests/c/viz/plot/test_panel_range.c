/* The range of values and the scale that a panel begins with, and runs far off the others. */
#include "check.h"

#include "viz/sample_runs.h"

/* --- scale --- */

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

static double negative_too(double i) {
    return i == 3 ? -1 : pow(10, i / 10);
}

static void values_of_both_signs_never_begin_on_a_logarithmic_axis(void **state) {
    (void)state;
    sample s = {0};
    page_options o = sample_options();
    sample_curve(sample_run(&s, "run"), "grad_norm/1", 60, negative_too);
    panel *panels = NULL;
    size_t count = 0;
    assert_true(panels_build(&panels, &count, &s.all));
    panel_fit(&panels[0], &o);
    assert_int_equal(panels[0].y_scale, SCALE_LINEAR);
    panels_free(panels, count);
    sample_free(&s);
}

/* --- runs far off --- */

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
    page_options o = sample_options();
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

static double diverging(double i) {
    return 1 + i * i;
}

static void a_run_far_off_the_others_does_not_flatten_them(void **state) {
    (void)state;
    sample s = {0};
    page_options o = sample_options();
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(norms_are_logarithmic_when_they_span_more_than_two_decades),
        cmocka_unit_test(a_run_far_off_the_others_does_not_flatten_them),
        cmocka_unit_test(constants_do_not_make_other_runs_far_off),
        cmocka_unit_test(values_of_both_signs_never_begin_on_a_logarithmic_axis),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
