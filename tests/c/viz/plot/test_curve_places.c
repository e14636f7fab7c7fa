/* Tests of where a tag's curve is first seen. */
#include "check.h"
#include "viz/plot/curve_places.h"

static void a_tag_is_first_seen_in_the_first_panel_that_shows_it(void **state) {
    (void)state;
    static run_tag tags[3]; /* their addresses count */
    curve first[] = {
        {.tag = &tags[2]},
        { .tag = &tags[1], .hidden = true}
    };
    curve second[] = {{.tag = &tags[0]}, {.tag = &tags[2]}, {.tag = &tags[1]}};
    curve third[] = {{.tag = &tags[1]}};
    panel panels[] = {
        {.curves = first,  .curve_count = 2},
        {.curves = second, .curve_count = 3},
        {.curves = third,  .curve_count = 1}
    };
    static const bool before[3][3] = {
        {false, false, false},
        {false, false, true },
        {true,  true,  true }
    }; /* panel, tag */
    curve_places places;
    assert_true(curve_places_find(&places, panels, 3));
    assert_int_equal(places.count, 5);
    for (size_t p = 0; p < 3; p++)
        for (size_t t = 0; t < 3; t++)
            assert_int_equal(curve_places_before(&places, &tags[t], p), before[p][t]);
    curve_places_free(&places);
    assert_true(curve_places_find(&places, panels, 0));
    assert_false(curve_places_before(&places, &tags[0], 1));
    curve_places_free(&places);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tag_is_first_seen_in_the_first_panel_that_shows_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
