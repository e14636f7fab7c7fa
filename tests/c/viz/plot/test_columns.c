/* The reduction of a series to columns of pixels, against a loop over all points. */
#include "check.h"

#include "core/random.h"
#include "viz/plot/panel_parts.h"
#include "viz/sample_runs.h"

enum { WIDTH = 300 };

typedef struct reduced {
    sample sample;
    run_tag *tag, *other;
    curve curve;
    panel panel;
    page_options options;
} reduced;

static void begin(reduced *r) {
    *r = (reduced){
        .options = {.scale = 1, .theme = &theme_light}
    };
    run *of = sample_run(&r->sample, "run");
    of->first_time = 1000;
    r->tag = sample_tag(of, "cost", DNN_EVENT_SCALAR);
    r->other = sample_tag(of, "other", DNN_EVENT_SCALAR);
    r->curve = (curve){.run = of, .tag = r->tag};
    r->panel = (panel){
        .plot = {40, 10, WIDTH, 100}
    };
}

/* All of x, with some room on the right. */
static void show_all(reduced *r) {
    const series *s = r->tag->scalars;
    size_t n = series_count(s);
    double low = curve_x(&r->curve, &r->options, 0), high = curve_x(&r->curve, &r->options, n - 1);
    r->panel.x = (axis){.scale = SCALE_LINEAR, .low = low, .high = high + 0.02 * (high - low)};
}

static float some_value(dnn_random *random) {
    double kind = dnn_random_uniform(random);
    return kind < 0.002 ? NAN : kind < 0.004 ? INFINITY : (float)dnn_random_normal(random);
}

static void check_range(series_range in, const series *s, size_t from, size_t to) {
    float low = INFINITY, high = -INFINITY;
    double sum = 0;
    size_t finite = 0;
    for (size_t i = from; i < to; i++) {
        float v = series_value(s, i);
        if (!isfinite(v))
            continue;
        low = v < low ? v : low;
        high = v > high ? v : high;
        sum += v;
        finite++;
    }
    assert_int_equal(in.not_finite, finite < to - from);
    check_close(in.first, series_value(s, from), 0);
    check_close(in.last, series_value(s, to - 1), 0);
    check_close(in.low, finite > 0 ? low : NAN, 0);
    check_close(in.high, finite > 0 ? high : NAN, 0);
    if (finite > 0)
        check_close(in.mean, sum / (double)finite, 1e-5);
}

/* Every point in sight is in one column, at most a quarter of a column from where it belongs. */
static void check_columns(reduced *r, float pixels) {
    const series *s = r->tag->scalars;
    const axis *x = &r->panel.x;
    pixel_columns all;
    assert_true(columns_of(&all, &r->panel, &r->curve, s, &r->options, pixels));
    assert_int_equal(all.wide, columns_in(&r->panel, &r->options, pixels));
    size_t next = all.begin;
    assert_int_equal(next, curve_find_x(&r->curve, &r->options, x->low, 0));
    for (size_t i = 0; i < all.count; i++) {
        const pixel_column *at = &all.items[i];
        assert_int_equal(at->begin, next);
        assert_true(at->end > at->begin);
        assert_true(at->index < all.wide && (i == 0 || at->index > all.items[i - 1].index));
        double middle = ((double)at->index + 0.5) / (double)all.wide;
        check_close(at->x, r->panel.plot.x + WIDTH * middle, 1e-3);
        for (size_t k = at->begin; k < at->end; k++) {
            double place = axis_place(x, curve_x(&r->curve, &r->options, k)) * (double)all.wide;
            assert_true(fabs(place - middle * (double)all.wide) <= 0.7501);
        }
        check_range(all.in[i], s, at->begin, at->end);
        next = at->end;
    }
    assert_int_equal(next, all.end);
    assert_int_equal(next, curve_find_x(&r->curve, &r->options, nextafter(x->high, INFINITY), 0));
    columns_free(&all);
}

static void check_all_kinds(reduced *r) {
    for (x_axis kind = X_STEP; kind < X_AXIS_COUNT; kind++) {
        if (kind == X_EPOCH)
            continue;
        r->options.x = kind;
        show_all(r);
        check_columns(r, 1);
        check_columns(r, 7.5f);
        axis whole = r->panel.x;
        for (double zoom = 3; zoom < 1000; zoom *= 5) {
            double width = whole.high - whole.low;
            r->panel.x.low = whole.low + 0.41 * width;
            r->panel.x.high = r->panel.x.low + width / zoom;
            check_columns(r, 1);
        }
        r->panel.x = whole;
    }
    r->options.x = X_STEP;
}

static void columns_hold_what_their_points_say(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        dnn_random random = dnn_random_seeded(seed);
        reduced r;
        begin(&r);
        bool regular = seed % 2 == 0;
        int64_t step = -500;
        for (size_t i = 0; i < 30000 / seed; i++) {
            step += regular ? 3 : 1 + (int64_t)dnn_random_below(&random, i % 5000 < 50 ? 900 : 4);
            sample_point(r.tag, step, some_value(&random));
        }
        check_all_kinds(&r);
        sample_free(&r.sample);
    }
}

static void columns_follow_appends_and_a_resumed_run(void **state) {
    (void)state;
    dnn_random random = dnn_random_seeded(7);
    reduced r;
    begin(&r);
    for (int64_t step = 0; step < 20000; step++) {
        sample_point(r.tag, step, some_value(&random));
        if (step % 3001 == 3000) {
            show_all(&r);
            check_columns(&r, 1);
        }
    }
    for (int64_t step = 9000; step < 12000; step += 2)
        sample_point(r.tag, step, some_value(&random));
    check_all_kinds(&r);
    sample_free(&r.sample);
}

static void columns_of_a_logarithmic_x_are_as_wide(void **state) {
    (void)state;
    dnn_random random = dnn_random_seeded(8);
    reduced r;
    begin(&r);
    for (int64_t step = 1; step < 20000; step++)
        sample_point(r.tag, step, some_value(&random));
    r.panel.x = (axis){.scale = SCALE_LOG, .low = 1, .high = 30000};
    check_columns(&r, 1);
    r.panel.x.low = 50;
    r.panel.x.high = 12000;
    check_columns(&r, 3);
    sample_free(&r.sample);
}

static void a_gap_in_the_points_is_one_in_the_columns(void **state) {
    (void)state;
    reduced r;
    begin(&r);
    for (int64_t step = 0; step < 4000; step++)
        if (step < 1000 || step >= 3000)
            sample_point(r.tag, step, 1);
    r.panel.x = (axis){.scale = SCALE_LINEAR, .low = 0, .high = 4000};
    pixel_columns all;
    assert_true(columns_of(&all, &r.panel, &r.curve, r.tag->scalars, &r.options, 1));
    for (size_t i = 0; i < all.count; i++)
        assert_true(all.items[i].index < WIDTH / 4 || all.items[i].index >= 3 * WIDTH / 4);
    assert_int_equal(all.count, WIDTH / 2);
    columns_free(&all);
    sample_free(&r.sample);
}

/* --- one cut for several curves --- */

static void check_equal(const pixel_columns *a, const pixel_columns *b) {
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->begin, b->begin);
    assert_int_equal(a->end, b->end);
    for (size_t i = 0; i < a->count; i++) {
        assert_int_equal(a->items[i].index, b->items[i].index);
        assert_int_equal(a->items[i].begin, b->items[i].begin);
        assert_int_equal(a->items[i].end, b->items[i].end);
        check_close(a->items[i].x, b->items[i].x, 0);
        check_close(a->in[i].mean, b->in[i].mean, 0);
    }
}

/* Curves of 5000 points at steps 0, stride, 2 stride ... */
static void begin_pair(reduced *r, curve *curves, int64_t stride) {
    dnn_random random = dnn_random_seeded(9);
    begin(r);
    for (int64_t i = 0; i < 5000; i++) {
        sample_point(r->tag, i, some_value(&random));
        sample_point(r->other, stride * i, some_value(&random));
    }
    curves[0] = r->curve;
    curves[1] = (curve){.run = r->curve.run, .tag = r->other};
    r->panel.curves = curves;
    r->panel.curve_count = 2;
    show_all(r);
}

static void curves_share_a_cut_where_they_have_the_same_steps(void **state) {
    (void)state;
    for (int64_t stride = 1; stride <= 2; stride++) {
        reduced r;
        curve curves[2];
        begin_pair(&r, curves, stride);
        for (int pixels = 1; pixels <= 4; pixels += 3) { /* shared are columns of one pixel */
            pixel_columns alone, shared;
            const series *s = curves[1].tag->scalars;
            assert_true(columns_of(&alone, &r.panel, &curves[1], s, &r.options, (float)pixels));
            columns_share(&r.panel, &r.options, 1);
            assert_true(columns_of(&shared, &r.panel, &curves[1], s, &r.options, (float)pixels));
            assert_int_equal(shared.own == NULL, stride == 1 && pixels == 1);
            check_equal(&shared, &alone);
            columns_free(&shared);
            columns_free(&alone);
            columns_unshare(&r.panel);
            assert_null(r.panel.cut);
        }
        sample_free(&r.sample);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_hold_what_their_points_say),
        cmocka_unit_test(columns_follow_appends_and_a_resumed_run),
        cmocka_unit_test(columns_of_a_logarithmic_x_are_as_wide),
        cmocka_unit_test(curves_share_a_cut_where_they_have_the_same_steps),
        cmocka_unit_test(a_gap_in_the_points_is_one_in_the_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
