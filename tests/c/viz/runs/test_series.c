/* The pyramid against a loop over all points; resumed runs; spikes; no memory. */
#include "check.h"

#include "core/memory.h"
#include "core/random.h"
#include "viz/runs/series.h"

typedef struct plain {
    int64_t steps[5000];
    float values[5000];
    size_t count;
} plain;

static void plain_add(plain *p, int64_t step, float value) {
    p->steps[p->count] = step;
    p->values[p->count++] = value;
}

/* A resumed run replaces from its first step on: also points with that same step. */
static void plain_resume(plain *p, int64_t step, float value) {
    size_t keep = 0;
    while (keep < p->count && p->steps[keep] < step)
        keep++;
    p->count = keep;
    plain_add(p, step, value);
}

static series_range plain_summary(const plain *p, size_t begin, size_t end) {
    series_range r = {p->values[begin], p->values[end - 1], NAN, NAN, NAN, false};
    double sum = 0;
    size_t finite = 0;
    for (size_t i = begin; i < end; i++) {
        float v = p->values[i];
        if (!isfinite(v)) {
            r.not_finite = true;
            continue;
        }
        r.low = isnan(r.low) || v < r.low ? v : r.low;
        r.high = isnan(r.high) || v > r.high ? v : r.high;
        sum += v;
        finite++;
    }
    r.mean = finite > 0 ? (float)(sum / (double)finite) : NAN;
    return r;
}

static void assert_same_range(series_range a, series_range b) {
    check_close(a.first, b.first, 0);
    check_close(a.last, b.last, 0);
    check_close(a.low, b.low, 0);
    check_close(a.high, b.high, 0);
    check_close(a.mean, b.mean, 1e-5 * fabsf(b.mean) + 1e-6);
    assert_int_equal(a.not_finite, b.not_finite);
}

static void compare(const series *s, const plain *p, dnn_random *r, int queries) {
    assert_int_equal(series_count(s), p->count);
    for (size_t i = 0; i < p->count; i++) {
        assert_int_equal(series_step(s, i), p->steps[i]);
        check_close(series_value(s, i), p->values[i], 0);
    }
    for (int q = 0; q < queries; q++) {
        size_t begin = dnn_random_below(r, p->count);
        size_t end = begin + 1 + dnn_random_below(r, p->count - begin);
        assert_same_range(series_summary(s, begin, end), plain_summary(p, begin, end));
    }
    assert_same_range(series_summary(s, 0, p->count), plain_summary(p, 0, p->count));
}

static float some_value(dnn_random *r) {
    switch (dnn_random_below(r, 40)) {
    case 0:
        return NAN;
    case 1:
        return dnn_random_below(r, 2) == 0 ? INFINITY : -INFINITY;
    default:
        return (float)dnn_random_normal(r);
    }
}

static void summaries_are_those_of_a_loop_over_all_points(void **state) {
    (void)state;
    static plain p;
    dnn_random r = dnn_random_seeded(1);
    series *s = series_create();
    p.count = 0;
    for (int i = 0; i < 4100; i++) {
        float value = some_value(&r);
        assert_true(series_add(s, i, i, value));
        plain_add(&p, i, value);
        if (i < 80 || i % 500 == 0)
            compare(s, &p, &r, 20);
    }
    compare(s, &p, &r, 2000);
    series_free(s);
}

static void a_resumed_run_replaces_the_points_from_its_first_step_on(void **state) {
    (void)state;
    static plain p;
    dnn_random r = dnn_random_seeded(2);
    series *s = series_create();
    p.count = 0;
    int64_t step = 0;
    for (int i = 0; i < 3000; i++) {
        float value = some_value(&r);
        bool resumed = p.count > 0 && dnn_random_below(&r, 50) == 0;
        if (resumed)
            step = (int64_t)dnn_random_below(&r, (uint64_t)step + 1);
        else
            step += (int64_t)dnn_random_below(&r, 3);
        assert_true(series_add(s, step, i, value));
        if (p.count > 0 && step < p.steps[p.count - 1])
            plain_resume(&p, step, value);
        else
            plain_add(&p, step, value);
        if (resumed)
            compare(s, &p, &r, 20);
    }
    compare(s, &p, &r, 500);
    assert_true(series_add(s, -5, 0, 1));
    assert_int_equal(series_count(s), 1);
    assert_same_range(series_summary(s, 0, 1), (series_range){1, 1, 1, 1, 1, false});
    series_free(s);
}

static void a_single_spike_among_a_million_points_is_in_every_summary_over_it(void **state) {
    (void)state;
    enum { COUNT = 1000000, SPIKE = 654321 };
    series *s = series_create();
    for (int i = 0; i < COUNT; i++)
        assert_true(series_add(s, i, i, i == SPIKE ? 1e6f : (float)(i % 7)));
    for (size_t width = 1; width <= COUNT; width *= 3) {
        size_t begin = SPIKE / width * width, end = begin + width;
        assert_true(series_summary(s, begin, end < COUNT ? end : COUNT).high == 1e6f);
        if (begin > 0)
            assert_true(series_summary(s, begin - 1, SPIKE).high < 7);
        if (SPIKE + 1 < COUNT)
            assert_true(series_summary(s, SPIKE + 1, COUNT).high < 7);
    }
    series_free(s);
}

static void steps_and_times_are_found(void **state) {
    (void)state;
    series *s = series_create();
    assert_int_equal(series_find_step(s, 3), 0);
    for (int i = 0; i < 100; i++)
        assert_true(series_add(s, i / 2 * 10, 1000 + i, 0));
    assert_int_equal(series_find_step(s, -1), 0);
    assert_int_equal(series_find_step(s, 30), 6);
    assert_int_equal(series_find_step(s, 31), 8);
    assert_int_equal(series_find_step(s, 491), 100);
    check_close(series_wall_time(s, 7), 1007, 0);
    series_free(s);
}

static void an_empty_stretch_has_no_values(void **state) {
    (void)state;
    series *s = series_create();
    assert_true(isnan(series_summary(s, 0, 10).low));
    assert_true(series_add(s, 1, 1, NAN));
    series_range r = series_summary(s, 0, 10);
    assert_true(isnan(r.low) && isnan(r.high) && r.not_finite);
    assert_true(isnan(series_summary(s, 1, 1).first));
    series_free(s);
}

static void without_memory_a_point_is_refused_and_the_others_stay(void **state) {
    (void)state;
    static plain p;
    dnn_random r = dnn_random_seeded(3);
    uint64_t live = dnn_allocations_live();
    for (uint64_t n = 1; n < 30; n++) {
        series *s = series_create();
        p.count = 0;
        dnn_fail_allocation(n);
        int refused = 0;
        for (int i = 0; i < 1500; i++) {
            float value = some_value(&r);
            if (series_add(s, i, i, value))
                plain_add(&p, i, value);
            else
                refused++;
        }
        dnn_fail_allocation(0);
        assert_true(refused <= 1);
        compare(s, &p, &r, 50);
        series_free(s);
    }
    assert_int_equal(dnn_allocations_live(), live);
}

/* Regular steps are computed, others searched: both find the first that is not smaller. */
static void steps_are_found_whether_they_are_regular_or_not(void **state) {
    (void)state;
    dnn_random r = dnn_random_seeded(21);
    for (int trial = 0; trial < 200; trial++) {
        series *s = series_create();
        int64_t step = dnn_random_below(&r, 100) - 50,
                stride = 1 + (int64_t)dnn_random_below(&r, 9);
        for (int i = 0; i < 50; i++, step += stride) {
            assert_true(series_add(s, step, 0, 0));
            if (trial % 2 == 1 && dnn_random_below(&r, 40) == 0)
                step += (int64_t)dnn_random_below(&r, 30) - 15;
        }
        for (int64_t wanted = -80; wanted < 600; wanted++) {
            size_t i = 0;
            while (i < series_count(s) && series_step(s, i) < wanted)
                i++;
            assert_int_equal(series_find_step(s, wanted), i);
        }
        assert_int_equal(series_find_step(s, INT64_MAX), series_count(s));
        assert_int_equal(series_find_step(s, INT64_MIN), 0);
        assert_true(trial % 2 == 1 || series_is_regular(s));
        series_free(s);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(summaries_are_those_of_a_loop_over_all_points),
        cmocka_unit_test(a_resumed_run_replaces_the_points_from_its_first_step_on),
        cmocka_unit_test(a_single_spike_among_a_million_points_is_in_every_summary_over_it),
        cmocka_unit_test(steps_and_times_are_found),
        cmocka_unit_test(an_empty_stretch_has_no_values),
        cmocka_unit_test(without_memory_a_point_is_refused_and_the_others_stay),
        cmocka_unit_test(steps_are_found_whether_they_are_regular_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
