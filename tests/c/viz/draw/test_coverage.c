/* Coverage of shapes against geometry: areas by the shoelace formula, and shapes whose pixels can
 * be counted by hand; clipping, scale, and rows of pixels. */
#include "check.h"

#include "viz/draw/raster_blend.h"
#include "viz/sample_canvas.h"

static double shoelace(const point *p, size_t count) {
    double twice = 0;
    for (size_t i = 0; i < count; i++) {
        point a = p[i], b = p[(i + 1) % count];
        twice += (double)a.x * (double)b.y - (double)b.x * (double)a.y;
    }
    return fabs(twice) / 2;
}

/* Star-shaped polygons do not cross themselves. */
static void coverage_integrates_to_the_area_of_any_polygon(void **state) {
    (void)state;
    canvas c = blank();
    dnn_random r = dnn_random_seeded(9);
    for (int trial = 0; trial < 500; trial++) {
        point p[40];
        size_t count = 3 + dnn_random_below(&r, 38);
        double turn = dnn_random_uniform(&r);
        for (size_t i = 0; i < count; i++) {
            double angle = 2 * M_PI * ((double)i / (double)count + turn);
            double radius = 5 + 40 * dnn_random_uniform(&r);
            p[i] = (point){(float)(50 + radius * cos(angle)), (float)(50 + radius * sin(angle))};
        }
        wipe(&c);
        draw_polygon(&c.list, p, count, 0xFF);
        play(&c, 1);
        double area = shoelace(p, count);
        check_close(total(&c), area, 0.002 * area + 0.1);
    }
    discard(&c);
}

static void a_polygon_is_filled_by_the_even_odd_rule(void **state) {
    (void)state;
    canvas c = blank();
    point nested[] = {
        {10, 10},
        {90, 10},
        {90, 90},
        {10, 90},
        {10, 10},
        {30, 30},
        {70, 30},
        {70, 70},
        {30, 70},
        {30, 30}
    };
    draw_polygon(&c.list, nested, 10, 0xFF);
    play(&c, 1);
    assert_int_equal(alpha_at(&c, 50, 50), 0);
    assert_int_equal(alpha_at(&c, 20, 50), 255);
    check_close(total(&c), 80 * 80 - 40 * 40, 0.5);
    discard(&c);
}

static void a_rectangle_covers_its_area_also_with_round_corners(void **state) {
    (void)state;
    canvas c = blank();
    dnn_random r = dnn_random_seeded(10);
    for (int trial = 0; trial < 300; trial++) {
        rect a = {within(&r, 1, 50), within(&r, 1, 50), within(&r, 0.1, 48), within(&r, 0.1, 48)};
        float radius = trial % 2 == 0 ? 0 : within(&r, 0, 30);
        double rounded = fmin(radius, 0.5 * fmin(a.w, a.h));
        double area = (double)a.w * (double)a.h - (4 - M_PI) * rounded * rounded;
        wipe(&c);
        draw_fill(&c.list, a, 0xFF, radius);
        play(&c, 1);
        check_close(total(&c), area, 0.004 * area + 0.3);
    }
    discard(&c);
}

static void what_is_cut_off_changes_nothing_of_what_is_seen(void **state) {
    (void)state;
    canvas whole = blank(), part = blank();
    dnn_random r = dnn_random_seeded(11);
    for (int trial = 0; trial < 200; trial++) {
        point p[6];
        for (int i = 0; i < 6; i++)
            p[i] = (point){within(&r, -150, 250), within(&r, -150, 250)};
        rect window = {25, 35, 40, 30};
        stroke line = {0x112233C0, within(&r, 0.5, 9), (uint8_t)(trial % DASH_COUNT)};
        wipe(&whole);
        wipe(&part);
        draw_clip(&part.list, window);
        for (int k = 0; k < 2; k++) {
            display_list *list = k == 0 ? &whole.list : &part.list;
            draw_polyline(list, p, 6, line);
            draw_polygon(list, p, 6, 0x44556677);
        }
        play(&whole, 1);
        play(&part, 1);
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++) {
                bool inside = x >= 25 && x < 65 && y >= 35 && y < 65;
                check_close(alpha_at(&part, x, y), inside ? alpha_at(&whole, x, y) : 0, 2);
            }
    }
    discard(&whole);
    discard(&part);
}

static void a_scale_of_two_draws_the_same_as_coordinates_twice_as_large(void **state) {
    (void)state;
    canvas once = blank(), twice = blank();
    dnn_random r = dnn_random_seeded(12);
    point p[8], q[8];
    for (int i = 0; i < 8; i++) {
        p[i] = (point){within(&r, 2, 48), within(&r, 2, 48)};
        q[i] = (point){2 * p[i].x, 2 * p[i].y};
    }
    draw_polyline(&once.list, p, 8, (stroke){0xFF, 1.5f, 2});
    draw_polyline(&twice.list, q, 8, (stroke){0xFF, 3, 2});
    draw_fill(&once.list, (rect){3, 4, 10, 12}, 0x80, 2);
    draw_fill(&twice.list, (rect){6, 8, 20, 24}, 0x80, 4);
    play(&once, 2);
    play(&twice, 1);
    for (int i = 0; i < SIDE * SIDE; i++)
        check_close(once.surface.rgba[4 * i + 3], twice.surface.rgba[4 * i + 3], 1);
    discard(&once);
    discard(&twice);
}

/* Rows are painted in other ways than single pixels, to the same bytes. */
static void a_row_of_pixels_is_painted_as_each_of_them(void **state) {
    (void)state;
    enum { COUNT = 37 };
    dnn_random r = dnn_random_seeded(5);
    for (int trial = 0; trial < 4000; trial++) {
        uint8_t each[4 * COUNT], row[4 * COUNT], filled[4 * COUNT], filled_each[4 * COUNT];
        uint8_t alphas[COUNT];
        bool opaque = trial % 2 == 0;
        for (int i = 0; i < 4 * COUNT; i++)
            each[i] = (uint8_t)(i % 4 == 3 && opaque ? 255 : dnn_random_below(&r, 256));
        memcpy(row, each, sizeof each);
        memcpy(filled, each, sizeof each);
        memcpy(filled_each, each, sizeof each);
        color paint = (color)dnn_random_below(&r, 1u << 24) << 8 |
                      (trial % 3 == 0 ? 255 : (color)dnn_random_below(&r, 256));
        unsigned alpha = trial % 5 == 0 ? 255 : (unsigned)dnn_random_below(&r, 256);
        for (int i = 0; i < COUNT; i++) {
            alphas[i] = (uint8_t)(i == 7 ? 255 : dnn_random_below(&r, 256));
            blend_pixel(each + 4 * i, paint, alphas[i]);
            blend_pixel(filled_each + 4 * i, paint, alpha);
        }
        blend_row(row, alphas, COUNT, paint);
        fill_row(filled, COUNT, paint, alpha);
        assert_memory_equal(row, each, sizeof each);
        assert_memory_equal(filled, filled_each, sizeof filled);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(coverage_integrates_to_the_area_of_any_polygon),
        cmocka_unit_test(a_polygon_is_filled_by_the_even_odd_rule),
        cmocka_unit_test(a_rectangle_covers_its_area_also_with_round_corners),
        cmocka_unit_test(what_is_cut_off_changes_nothing_of_what_is_seen),
        cmocka_unit_test(a_row_of_pixels_is_painted_as_each_of_them),
        cmocka_unit_test(a_scale_of_two_draws_the_same_as_coordinates_twice_as_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
