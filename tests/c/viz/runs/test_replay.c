/* A replay shows what had come by then. */
#include "check.h"

#include "core/memory.h"
#include "viz/runs/replay.h"
#include "viz/sample_page.h"

static const series *curve_of(const runs *all, const char *tag) {
    return run_find(all->items[0], tag, DNN_EVENT_SCALAR)->scalars;
}

static void a_replay_shows_what_had_come_by_then(void **state) {
    (void)state;
    page p;
    open_page(&p);
    replay *r = &p.v.replay;
    assert_true(replay_start(r, &p.all));
    assert_true(view_update(&p.v));
    check_close(r->duration, SAMPLE_STEPS, 0); /* the settings came one second before step 1 */
    assert_int_equal(series_count(curve_of(&r->shown, "cost/train")), 0);
    for (double position = 0; position <= SAMPLE_STEPS; position += 12.5) {
        assert_true(replay_seek(r, &p.all, position));
        assert_int_equal(series_count(curve_of(&r->shown, "cost/train")), (int)position);
        assert_int_equal(series_count(curve_of(&r->shown, "cost/test")), (int)position / 10);
        const run_tag *weights =
            run_find(r->shown.items[0], "weights/1 Linear", DNN_EVENT_HISTOGRAM);
        assert_int_equal(weights->histogram_count, (int)position / 10);
        draw(&p);
    }
    assert_true(replay_seek(r, &p.all, 20));
    assert_true(view_update(&p.v));
    assert_int_equal(series_count(curve_of(&r->shown, "cost/train")), 20);
    draw(&p);
    replay_stop(r);
    assert_true(view_update(&p.v));
    assert_int_equal(series_count(curve_of(view_runs(&p.v), "cost/train")), SAMPLE_STEPS);
    draw(&p);
    close_page(&p);
}

static void a_replay_without_memory_leaves_the_runs_as_they_are(void **state) {
    (void)state;
    page p;
    open_page(&p);
    bool started = false;
    for (uint64_t n = 1; !started; n++) {
        dnn_fail_allocation(n);
        started = replay_start(&p.v.replay, &p.all);
        dnn_fail_allocation(0);
        assert_true(started == p.v.replay.on);
    }
    close_page(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_replay_shows_what_had_come_by_then, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_replay_without_memory_leaves_the_runs_as_they_are,
                                        make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
