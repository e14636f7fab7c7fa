/* Scales are inverses of themselves; ticks are round, ascending, inside, few, and told apart. */
#include "check.h"

#include <stdlib.h>
#include <time.h>

#include "core/random.h"
#include "viz/plot/axis.h"

#define ROOM 128

static axis axis_of(axis_scale scale, axis_unit unit, double low, double high) {
    return (axis){scale, unit, low, high, 1, false};
}

static size_t majors_of(const tick *ticks, size_t n) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += ticks[i].major;
    return count;
}

/* What holds for the ticks of every axis. */
static size_t check_ticks(const axis *a, size_t wanted, tick *ticks) {
    size_t n = axis_ticks(a, wanted, ticks, ROOM);
    double room = (a->high - a->low) * 1e-6;
    for (size_t i = 0; i < n; i++) {
        if (!(ticks[i].value >= a->low - room && ticks[i].value <= a->high + room))
            fail_msg("tick %g outside %g .. %g", ticks[i].value, a->low, a->high);
        if (i > 0 && !(ticks[i].value > ticks[i - 1].value))
            fail_msg("tick %g after %g", ticks[i].value, ticks[i - 1].value);
        assert_true(ticks[i].major == (ticks[i].label[0] != '\0'));
        for (size_t j = 0; j < i; j++)
            if (a->unit != UNIT_CLOCK && ticks[i].major && ticks[j].major &&
                strcmp(ticks[i].label, ticks[j].label) == 0)
                fail_msg("%g .. %g: two labels \"%s\" at %.17g and %.17g", a->low, a->high,
                         ticks[i].label, ticks[j].value, ticks[i].value);
    }
    return n;
}

static void expect_labels(axis a, size_t wanted, const char *expected) {
    tick ticks[ROOM];
    char all[512] = "";
    size_t n = check_ticks(&a, wanted, ticks);
    for (size_t i = 0; i < n; i++)
        if (ticks[i].major) {
            strcat(all, all[0] == '\0' ? "" : "|");
            strcat(all, ticks[i].label);
        }
    assert_string_equal(all, expected);
}

static void places_and_values_are_inverse_on_every_scale(void **state) {
    (void)state;
    const axis axes[] = {
        {SCALE_LINEAR, UNIT_NUMBER, -3,   7,   1,    false},
        {SCALE_LOG,    UNIT_NUMBER, 1e-5, 40,  1,    false},
        {SCALE_SYMLOG, UNIT_NUMBER, -200, 5e4, 0.5,  false},
        {SCALE_SYMLOG, UNIT_NUMBER, 1e-3, 2,   1e-2, false},
    };
    for (size_t i = 0; i < sizeof axes / sizeof *axes; i++) {
        check_close(axis_place(&axes[i], axes[i].low), 0, 1e-12);
        check_close(axis_place(&axes[i], axes[i].high), 1, 1e-12);
        for (double place = -0.5; place < 1.6; place += 0.01)
            check_close(axis_place(&axes[i], axis_value(&axes[i], place)), place, 1e-9);
    }
}

static void a_logarithm_has_no_place_for_zero_and_below(void **state) {
    (void)state;
    axis a = axis_of(SCALE_LOG, UNIT_NUMBER, 1, 100);
    assert_true(isnan(axis_place(&a, 0)));
    assert_true(isnan(axis_place(&a, -3)));
    check_close(axis_place(&a, 10), 0.5, 1e-12);
    tick ticks[ROOM];
    a.low = -1;
    assert_int_equal(axis_ticks(&a, 5, ticks, ROOM), 0);
}

static void linear_ticks_are_round_and_of_about_the_wanted_number(void **state) {
    (void)state;
    dnn_random r = dnn_random_seeded(4);
    tick ticks[ROOM];
    for (int trial = 0; trial < 20000; trial++) {
        double size = pow(10, 12 * dnn_random_uniform(&r) - 6);
        double middle = dnn_random_below(&r, 2) == 0 ? 0 : size * 100 * dnn_random_normal(&r);
        axis a = axis_of(SCALE_LINEAR, UNIT_NUMBER, middle - size * dnn_random_uniform(&r),
                         middle + size * (0.1 + dnn_random_uniform(&r)));
        size_t wanted = 2 + dnn_random_below(&r, 10), n = check_ticks(&a, wanted, ticks);
        assert_in_range(n, 2, wanted < 5 ? 6 : wanted + 1); /* one label would say nothing */
        double step = ticks[1].value - ticks[0].value,
               mantissa = step / pow(10, floor(log10(step)));
        assert_true(fabs(mantissa - 1) < 1e-3 || fabs(mantissa - 2) < 1e-3 ||
                    fabs(mantissa - 5) < 1e-3 || fabs(mantissa - 10) < 1e-3);
        for (size_t i = 0; i < n; i++)
            check_close(remainder(ticks[i].value, step), 0, 1e-6 * step);
    }
}

static void labels_of_an_axis_have_one_form(void **state) {
    (void)state;
    expect_labels(axis_of(SCALE_LINEAR, UNIT_NUMBER, 0, 1), 5, "0|0.2|0.4|0.6|0.8|1.0");
    expect_labels(axis_of(SCALE_LINEAR, UNIT_NUMBER, -0.04, 0.11), 4, "0|0.05|0.10");
    expect_labels(axis_of(SCALE_LINEAR, UNIT_NUMBER, 0, 2500), 5, "0|500|1000|1500|2000|2500");
    expect_labels(axis_of(SCALE_LINEAR, UNIT_NUMBER, 0, 21000), 5, "0|5k|10k|15k|20k");
    expect_labels(axis_of(SCALE_LINEAR, UNIT_NUMBER, 0, 2e6), 4, "0|0.5M|1.0M|1.5M|2.0M");
    expect_labels(axis_of(SCALE_LINEAR, UNIT_NUMBER, 1e6, 1000400), 4,
                  "1.0000M|1.0001M|1.0002M|1.0003M|1.0004M");
    expect_labels(axis_of(SCALE_LINEAR, UNIT_NUMBER, 1234567, 1234570), 3,
                  "1234567|1234568|1234569|1234570");
    expect_labels(axis_of(SCALE_LINEAR, UNIT_NUMBER, 0, 3e-9), 3, "0|1e-9|2e-9|3e-9");
    expect_labels(axis_of(SCALE_LINEAR, UNIT_NUMBER, 1e-7, 1.3e-7), 3,
                  "1.0e-7|1.1e-7|1.2e-7|1.3e-7");
    expect_labels(axis_of(SCALE_LINEAR, UNIT_NUMBER, 0, 2e20), 2, "0|1e20|2e20");
}

static void logarithmic_ticks_are_decades_with_digits_between(void **state) {
    (void)state;
    expect_labels(axis_of(SCALE_LOG, UNIT_NUMBER, 0.008, 2), 5, "0.01|0.1|1");
    expect_labels(axis_of(SCALE_LOG, UNIT_NUMBER, 1e-6, 1), 7, "10⁻⁶|10⁻⁵|10⁻⁴|10⁻³|10⁻²|10⁻¹|10⁰");
    expect_labels(axis_of(SCALE_LOG, UNIT_NUMBER, 1e-12, 1), 4, "10⁻¹²|10⁻⁹|10⁻⁶|10⁻³|10⁰");
    expect_labels(axis_of(SCALE_LOG, UNIT_NUMBER, 0.15, 3), 5, "0.2|0.5|1|2");
    expect_labels(axis_of(SCALE_LOG, UNIT_NUMBER, 1.5e-6, 3e-5), 5, "2×10⁻⁶|5×10⁻⁶|10⁻⁵|2×10⁻⁵");
    expect_labels(axis_of(SCALE_LOG, UNIT_NUMBER, 2, 5), 3, "2|3|4|5");
    tick ticks[ROOM];
    axis a = axis_of(SCALE_LOG, UNIT_NUMBER, 0.1, 10);
    assert_int_equal(axis_ticks(&a, 2, ticks, ROOM), 19); /* 0.1 0.2 .. 0.9 1 2 .. 10 */
}

static void symmetric_logarithmic_ticks_mirror_around_zero(void **state) {
    (void)state;
    expect_labels(axis_of(SCALE_SYMLOG, UNIT_NUMBER, -150, 150), 7, "-100|-10|-1|0|1|10|100");
    expect_labels((axis){SCALE_SYMLOG, UNIT_NUMBER, -2e-6, 3, 1e-6, false}, 9,
                  "-10⁻⁶|0|10⁻⁶|10⁻⁵|10⁻⁴|10⁻³|10⁻²|10⁻¹|10⁰");
    expect_labels(axis_of(SCALE_SYMLOG, UNIT_NUMBER, -0.1, 0.3), 4, "-0.1|0|0.1|0.2|0.3");
    expect_labels(axis_of(SCALE_SYMLOG, UNIT_NUMBER, 500, 900), 4, "500|600|700|800|900");
}

static void durations_read_as_people_say_them(void **state) {
    (void)state;
    expect_labels(axis_of(SCALE_LINEAR, UNIT_DURATION, 0, 2), 4, "0|0.5 s|1.0 s|1.5 s|2.0 s");
    expect_labels(axis_of(SCALE_LINEAR, UNIT_DURATION, 0, 60), 4, "0|15 s|30 s|45 s|60 s");
    expect_labels(axis_of(SCALE_LINEAR, UNIT_DURATION, 0, 150), 5, "0|0:30|1:00|1:30|2:00|2:30");
    expect_labels(axis_of(SCALE_LINEAR, UNIT_DURATION, 0, 1800), 3, "0|10 min|20 min|30 min");
    expect_labels(axis_of(SCALE_LINEAR, UNIT_DURATION, 0, 7200), 4,
                  "0|0:30 h|1:00 h|1:30 h|2:00 h");
    expect_labels(axis_of(SCALE_LINEAR, UNIT_DURATION, 0, 36000), 5, "0|2 h|4 h|6 h|8 h|10 h");
    expect_labels(axis_of(SCALE_LINEAR, UNIT_DURATION, 0, 200000), 5,
                  "0|0 d 12 h|1 d 0 h|1 d 12 h|2 d 0 h");
    expect_labels(axis_of(SCALE_LINEAR, UNIT_DURATION, 0, 864000), 5, "0|2 d|4 d|6 d|8 d|10 d");
    expect_labels(axis_of(SCALE_LINEAR, UNIT_DURATION, 0, 86400.0 * 900), 5,
                  "0|200 d|400 d|600 d|800 d");
}

static void times_of_day_begin_at_local_midnight(void **state) {
    (void)state;
    setenv("TZ", "CET-1", 1);
    tzset();
    double noon = 1700000000 - 1700000000 % 86400 + 11 * 3600; /* 14 Nov 2023, 12:00 CET */
    expect_labels(axis_of(SCALE_LINEAR, UNIT_CLOCK, noon - 100, noon + 7000), 4,
                  "12:00|12:30|13:00|13:30");
    expect_labels(axis_of(SCALE_LINEAR, UNIT_CLOCK, noon, noon + 86400), 4,
                  "12:00|18:00|15 Nov|06:00|12:00");
    expect_labels(axis_of(SCALE_LINEAR, UNIT_CLOCK, noon, noon + 20), 2,
                  "12:00:00|12:00:10|12:00:20");
    expect_labels(axis_of(SCALE_LINEAR, UNIT_CLOCK, noon, noon + 1), 2,
                  "12:00:00.0|12:00:00.5|12:00:01.0");
    expect_labels(axis_of(SCALE_LINEAR, UNIT_CLOCK, noon, noon + 4 * 86400), 4,
                  "15 Nov|16 Nov|17 Nov|18 Nov");
}

/* Any two numbers as ends, on any scale: the rules of check_ticks hold. */
static void ticks_of_any_axis_are_sane(void **state) {
    (void)state;
    dnn_random r = dnn_random_seeded(5);
    tick ticks[ROOM];
    for (int trial = 0; trial < 30000; trial++) {
        axis a = axis_of((axis_scale)dnn_random_below(&r, SCALE_COUNT),
                         (axis_unit)dnn_random_below(&r, 3), 0, 0);
        double x = dnn_random_normal(&r) * pow(10, 30 * dnn_random_normal(&r));
        double y = dnn_random_below(&r, 2) == 0
                       ? x + fabs(x) * pow(10, -16 * dnn_random_uniform(&r))
                       : dnn_random_normal(&r) * pow(10, 30 * dnn_random_normal(&r));
        if (a.unit == UNIT_CLOCK) {
            x = 1.7e9 + fmod(x, 1e8);
            y = x + fmod(y, 1e7);
        }
        a.low = fmin(x, y);
        a.high = fmax(x, y);
        a.linear_within = pow(10, 3 * dnn_random_normal(&r));
        check_ticks(&a, 1 + dnn_random_below(&r, 9), ticks);
    }
}

static void a_fitted_axis_holds_its_values_with_a_margin(void **state) {
    (void)state;
    const double ends[][2] = {
        {0,      0      },
        {1,      1      },
        {-3,     -3     },
        {0,      2500   },
        {1e-30,  1e-30  },
        {1e30,   2e30   },
        {-1e-12, 1e12   },
        {1e7,    1e7 + 5},
    };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        for (int scale = 0; scale < SCALE_COUNT; scale++) {
            axis a = axis_fit((axis_scale)scale, UNIT_NUMBER, ends[i][0], ends[i][1]);
            assert_true(isfinite(a.low) && isfinite(a.high) && a.low < a.high);
            assert_true(a.high > ends[i][1] || (scale == SCALE_LOG && ends[i][1] <= 0));
            if (scale != SCALE_LOG) {
                assert_true(a.low < ends[i][0]);
                double span = ends[i][1] - ends[i][0], largest = fmax(fabs(a.low), fabs(a.high));
                assert_true(a.high - a.low <= fmax(1.2 * span, largest * 0.11 + 1e-30) ||
                            largest == 0.5);
            }
        }
    axis none = axis_fit(SCALE_LINEAR, UNIT_NUMBER, NAN, INFINITY);
    assert_true(none.low < none.high && isfinite(none.low) && isfinite(none.high));
}

static void ten_minutes_of_wall_time_fill_their_axis(void **state) {
    (void)state;
    axis a = axis_fit(SCALE_LINEAR, UNIT_CLOCK, 1.7e9, 1.7e9 + 600);
    check_close(a.high - a.low, 648, 1e-3);
}

static void values_are_written_as_short_as_they_go(void **state) {
    (void)state;
    static const struct {
        double value;
        const char *text;
    } rows[] = {
        {0,          "0"         },
        {1,          "1"         },
        {-0.5,       "-0.5"      },
        {0.1234567,  "0.1234567" },
        {1.0 / 3,    "0.3333333" },
        {2500,       "2500"      },
        {1234567,    "1234567"   },
        {12345678,   "1.234568e7"},
        {1e10,       "1e10"      },
        {0.0001,     "0.0001"    },
        {0.00001,    "1e-5"      },
        {-1.25e-7,   "-1.25e-7"  },
        {0.99999999, "1"         },
        {9999999.9,  "1e7"       },
        {NAN,        "nan"       },
        {INFINITY,   "inf"       },
        {-INFINITY,  "-inf"      },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[32];
        axis_format(rows[i].value, 7, text, sizeof text);
        assert_string_equal(text, rows[i].text);
    }
}

static void whole_numbers_are_in_groups_of_three_digits(void **state) {
    (void)state;
    const struct {
        int64_t number;
        const char *text;
    } rows[] = {
        {0,         "0"                                                       },
        {999,       "999"                                                     },
        {94400,     "94\u2009400"                                             },
        {-100000,   "-100\u2009000"                                           },
        {INT64_MIN, "-9\u2009223\u2009372\u2009036\u2009854\u2009775\u2009808"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[48];
        axis_format_whole(rows[i].number, text, sizeof text);
        assert_string_equal(text, rows[i].text);
    }
}

static void no_more_ticks_are_written_than_there_is_room_for(void **state) {
    (void)state;
    tick ticks[4];
    axis a = axis_of(SCALE_LOG, UNIT_NUMBER, 1e-3, 1e3);
    assert_int_equal(axis_ticks(&a, 20, ticks, 4), 4);
    a = axis_of(SCALE_LINEAR, UNIT_NUMBER, 0, 100);
    assert_int_equal(axis_ticks(&a, 20, ticks, 4), 4);
    assert_int_equal(majors_of(ticks, 4), 4);
}

static size_t labels_of(axis a, size_t wanted, tick *ticks, size_t *count) {
    size_t n = axis_ticks(&a, wanted, ticks, 128), labels = 0;
    for (size_t i = 0; i < n; i++)
        labels += ticks[i].major;
    *count = n;
    return labels;
}

static void every_scale_has_two_labels_at_least(void **state) {
    (void)state;
    tick ticks[128];
    size_t n;
    for (int scale = 0; scale < SCALE_COUNT; scale++)
        for (double low = 1e-6; low < 1e6; low *= 7.3)
            for (double ratio = 1.001; ratio < 1e9; ratio *= 1.9)
                for (size_t wanted = 1; wanted < 9; wanted += 2) {
                    axis a = axis_fit((axis_scale)scale, UNIT_NUMBER, low, low * ratio);
                    if (labels_of(a, wanted, ticks, &n) < 2)
                        fail_msg("scale %d from %g to %g, %zu wanted", scale, a.low, a.high,
                                 wanted);
                }
}

static void counts_have_no_label_between_two_of_them(void **state) {
    (void)state;
    tick ticks[128];
    size_t n;
    for (double high = 0.7; high < 50; high *= 1.3) {
        axis a = {.high = high, .linear_within = 1, .whole = true};
        labels_of(a, 8, ticks, &n);
        assert_true(n > 0);
        for (size_t i = 0; i < n; i++)
            assert_true(ticks[i].value == floor(ticks[i].value) &&
                        strchr(ticks[i].label, '.') == NULL);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scale_has_two_labels_at_least),
        cmocka_unit_test(counts_have_no_label_between_two_of_them),
        cmocka_unit_test(places_and_values_are_inverse_on_every_scale),
        cmocka_unit_test(a_logarithm_has_no_place_for_zero_and_below),
        cmocka_unit_test(linear_ticks_are_round_and_of_about_the_wanted_number),
        cmocka_unit_test(labels_of_an_axis_have_one_form),
        cmocka_unit_test(logarithmic_ticks_are_decades_with_digits_between),
        cmocka_unit_test(symmetric_logarithmic_ticks_mirror_around_zero),
        cmocka_unit_test(durations_read_as_people_say_them),
        cmocka_unit_test(times_of_day_begin_at_local_midnight),
        cmocka_unit_test(ticks_of_any_axis_are_sane),
        cmocka_unit_test(a_fitted_axis_holds_its_values_with_a_margin),
        cmocka_unit_test(ten_minutes_of_wall_time_fill_their_axis),
        cmocka_unit_test(values_are_written_as_short_as_they_go),
        cmocka_unit_test(whole_numbers_are_in_groups_of_three_digits),
        cmocka_unit_test(no_more_ticks_are_written_than_there_is_room_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
