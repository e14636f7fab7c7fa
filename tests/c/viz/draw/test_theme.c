/* Texts can be read and curves told apart, by the published formulas; the heat scale only rises. */
#include "check.h"

#include "viz/draw/theme.h"

static const theme *const themes[] = {&theme_light, &theme_dark};

#define SERIES 8

/* The sRGB channels as linear light. */
static void linear_of(color c, double rgb[3]) {
    for (int i = 0; i < 3; i++) {
        double v = (c >> (24 - 8 * i) & 255) / 255.0;
        rgb[i] = v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
    }
}

static double luminance(color c) {
    double rgb[3];
    linear_of(c, rgb);
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
}

/* WCAG 2.1. */
static double contrast(color a, color b) {
    double x = luminance(a), y = luminance(b);
    return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

typedef struct lab {
    double l, a, b;
} lab;

static double lab_part(double t) {
    return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

/* CIE 1976 L*a*b* of linear sRGB under D65. */
static lab lab_of(const double c[3]) {
    double x = (0.4124 * c[0] + 0.3576 * c[1] + 0.1805 * c[2]) / 0.95047;
    double y = 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
    double z = (0.0193 * c[0] + 0.1192 * c[1] + 0.9505 * c[2]) / 1.08883;
    return (lab){116 * lab_part(y) - 16, 500 * (lab_part(x) - lab_part(y)),
                 200 * (lab_part(y) - lab_part(z))};
}

static double difference(lab a, lab b) {
    return sqrt((a.l - b.l) * (a.l - b.l) + (a.a - b.a) * (a.a - b.a) + (a.b - b.b) * (a.b - b.b));
}

/* Machado, Oliveira, Fernandes 2009, severity 1: what everyone, protanopes, deuteranopes and
 * tritanopes see. */
static const double sight[4][3][3] = {
    {{1, 0, 0},                        {0, 1, 0}, {0, 0, 1}},
    {{0.152286, 1.052583, -0.204868},
     {0.114503, 0.786281, 0.099216},
     {-0.003882, -0.048116, 1.051998}                      },
    {{0.367322, 0.860646, -0.227968},
     {0.280085, 0.672501, 0.047413},
     {-0.011820, 0.042940, 0.968881}                       },
    {{1.255528, -0.076749, -0.178779},
     {-0.078411, 0.930809, 0.147602},
     {0.004733, 0.691367, 0.303900}                        },
};

static lab seen(color c, int who) {
    double rgb[3], as[3];
    linear_of(c, rgb);
    for (int i = 0; i < 3; i++) {
        const double *m = sight[who][i];
        as[i] = fmin(fmax(m[0] * rgb[0] + m[1] * rgb[1] + m[2] * rgb[2], 0), 1);
    }
    return lab_of(as);
}

static void black_on_white_has_the_published_contrast(void **state) {
    (void)state;
    check_close(contrast(0x000000FF, 0xFFFFFFFF), 21, 1e-9);
    check_close(contrast(0x767676FF, 0xFFFFFFFF), 4.54, 0.005);
}

static void texts_have_at_least_the_contrast_that_wcag_asks_for(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        const theme *t = themes[i];
        const color texts[] = {t->text, t->muted, t->accent, t->warning};
        for (int k = 0; k < 4; k++) {
            assert_true(contrast(texts[k], t->panel) >= 4.5);
            assert_true(contrast(texts[k], t->background) >= 4.5);
        }
        assert_true(contrast(t->axis, t->panel) >= 3);
        assert_true(contrast(t->grid, t->panel) < 1.5);
    }
}

static void series_stand_out_of_the_panel(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++)
        for (size_t n = 0; n < SERIES; n++)
            assert_true(contrast(theme_series(themes[i], n).color, themes[i]->panel) >= 3);
}

static void series_are_told_apart_also_by_the_colour_blind(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++)
        for (int who = 0; who < 4; who++)
            for (size_t a = 0; a < SERIES; a++)
                for (size_t b = 0; b < a; b++) {
                    double d = difference(seen(theme_series(themes[i], a).color, who),
                                          seen(theme_series(themes[i], b).color, who));
                    if (d < 13)
                        fail_msg("%s: series %zu and %zu are %.1f apart for sight %d",
                                 themes[i]->name, a, b, d, who);
                }
}

static void colours_that_come_again_come_with_another_dash(void **state) {
    (void)state;
    for (size_t a = 0; a < SERIES * DASH_COUNT; a++)
        for (size_t b = 0; b < a; b++) {
            stroke x = theme_series(&theme_light, a), y = theme_series(&theme_light, b);
            assert_true(x.color != y.color || x.dash != y.dash);
        }
    assert_int_equal(theme_series(&theme_dark, 0).dash, 0);
    assert_int_equal(theme_series(&theme_dark, SERIES).dash, 1);
}

static void the_heat_scale_rises_in_lightness_by_even_steps(void **state) {
    (void)state;
    enum { STEPS = 64 };
    for (int who = 0; who < 4; who++)
        for (int i = 0; i < STEPS; i++) {
            lab a = seen(theme_heat(&theme_light, (double)i / STEPS), who);
            lab b = seen(theme_heat(&theme_light, (i + 1.0) / STEPS), who);
            assert_true(b.l > a.l);
            if (who == 0)
                assert_in_range((int)(100 * difference(a, b)), 100, 500);
        }
}

static void heat_beyond_its_ends_stays_there_and_nan_is_the_colour_of_missing(void **state) {
    (void)state;
    assert_int_equal(theme_heat(&theme_light, -3), theme_heat(&theme_light, 0));
    assert_int_equal(theme_heat(&theme_light, INFINITY), theme_heat(&theme_light, 1));
    assert_int_equal(theme_heat(&theme_light, -INFINITY), theme_heat(&theme_light, 0));
    assert_int_equal(theme_heat(&theme_dark, NAN), theme_dark.border);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(black_on_white_has_the_published_contrast),
        cmocka_unit_test(texts_have_at_least_the_contrast_that_wcag_asks_for),
        cmocka_unit_test(series_stand_out_of_the_panel),
        cmocka_unit_test(series_are_told_apart_also_by_the_colour_blind),
        cmocka_unit_test(colours_that_come_again_come_with_another_dash),
        cmocka_unit_test(the_heat_scale_rises_in_lightness_by_even_steps),
        cmocka_unit_test(heat_beyond_its_ends_stays_there_and_nan_is_the_colour_of_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
