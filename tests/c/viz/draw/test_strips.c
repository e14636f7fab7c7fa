/* A surface is drawn in strips of columns: neither their seams nor the number of threads are seen.
 */
#include "check.h"

#include <stdlib.h>

#include "core/random.h"
#include "core/threads.h"
#include "viz/draw/raster.h"
#include "viz/sample_fonts.h"

enum { WIDTH = 400, HEIGHT = 90, SHAPES = 60 };

static float within(dnn_random *r, double low, double high) {
    return (float)(low + (high - low) * dnn_random_uniform(r));
}

/* Every kind of command, from `left` on. */
static void scatter(display_list *list, float left, uint64_t seed) {
    static const uint8_t two[8] = {10, 20, 30, 255, 40, 50, 60, 128};
    dnn_random r = dnn_random_seeded(seed);
    draw_fill(list, (rect){0, 0, WIDTH, HEIGHT}, 0xFFFFFFFF, 0);
    for (int k = 0; k < SHAPES; k++) {
        point p[40];
        color paint = (color)dnn_random_below(&r, UINT32_MAX);
        float x = left + within(&r, 0, 200), y = within(&r, 0, HEIGHT);
        for (int i = 0; i < 40; i++)
            p[i] = (point){left + 5.3f * (float)i + within(&r, 0, 3), within(&r, 0, HEIGHT)};
        draw_polyline(list, p, 40, (stroke){paint, within(&r, 0.5, 4), (uint8_t)(k % DASH_COUNT)});
        draw_polygon(list, p, 5, paint);
        draw_bars(list, p, 40, (stroke){paint, within(&r, 0.5, 9), 0});
        draw_fill(list, (rect){x, y, 30, 12}, paint, within(&r, 0, 6));
        draw_image(list, (rect){x, y, 25, 9}, two, 2, 1);
        draw_text(list, x, y, k % 5 == 0 ? "Wide words that go over more than one seam" : "Wide",
                  (text_style){11, paint, FONT_BOLD, (anchor)(k % 3), k % 2 == 0 ? 0 : 90});
        for (int i = 0; i < 40; i++) /* it matters to a quick line which column a point is in */
            p[i].x = left + 5.25f * (float)i + floorf(within(&r, 0, 192)) / 64;
        draw_quick_polyline(list, p, 40, (stroke){paint, within(&r, 0.5, 4), 0});
    }
}

static surface drawn(float left, uint64_t seed) {
    surface s;
    dnn_error err;
    display_list list = {0};
    check_ok(surface_create(&s, WIDTH, HEIGHT, &err));
    scatter(&list, left, seed);
    assert_false(list.failed);
    raster_play(&list, &s, 1);
    display_list_free(&list);
    return s;
}

static void a_drawing_moved_by_whole_pixels_has_the_same_pixels(void **state) {
    (void)state;
    const int by = 77; /* other seams cut it */
    for (uint64_t seed = 1; seed <= 20; seed++) {
        surface here = drawn(20, seed), there = drawn(20 + (float)by, seed);
        for (int y = 0; y < HEIGHT; y++)
            for (int i = 0; i < 4 * (WIDTH - by); i++) {
                size_t row = 4 * (size_t)(y * WIDTH);
                int a = here.rgba[row + (size_t)i], b = there.rgba[row + (size_t)(i + 4 * by)];
                if (abs(a - b) > 3) /* places are rounded to 24 bits */
                    fail_msg("column %d, row %d of drawing %d is %d, moved %d", i / 4, y, (int)seed,
                             a, b);
            }
        surface_free(&here);
        surface_free(&there);
    }
}

static void pixels_do_not_depend_on_the_number_of_threads(void **state) {
    (void)state;
    size_t before = dnn_threads();
    surface pictures[2];
    for (size_t i = 0; i < 2; i++) {
        dnn_set_threads(1 + 3 * i);
        pictures[i] = drawn(20, 99);
    }
    dnn_set_threads(before);
    assert_memory_equal(pictures[0].rgba, pictures[1].rgba, 4 * WIDTH * HEIGHT);
    surface_free(&pictures[0]);
    surface_free(&pictures[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_drawing_moved_by_whole_pixels_has_the_same_pixels),
        cmocka_unit_test(pixels_do_not_depend_on_the_number_of_threads),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
