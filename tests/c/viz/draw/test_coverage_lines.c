/* Coverage of lines against geometry: lengths times widths, dashes, joins, ends, and lines whose
 * pixels can be counted by hand. */
#include "check.h"

#include "viz/sample_canvas.h"

static double drawn_line(canvas *c, const point *points, size_t count, stroke line) {
    wipe(c);
    draw_polyline(&c->list, points, count, line);
    play(c, 1);
    return total(c);
}

static void a_line_of_one_pixel_on_a_row_of_pixels_covers_just_these(void **state) {
    (void)state;
    canvas c = blank();
    draw_line(&c.list, (point){10, 20.5f}, (point){30, 20.5f}, (stroke){0xFF, 1, 0});
    draw_line(&c.list, (point){50.5f, 60}, (point){50.5f, 40}, (stroke){0xFF, 1, 0});
    play(&c, 1);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            bool flat = y == 20 && x >= 10 && x < 30, steep = x == 50 && y >= 40 && y < 60;
            assert_int_equal(alpha_at(&c, x, y), flat || steep ? 255 : 0);
        }
    discard(&c);
}

static void a_line_between_rows_of_pixels_covers_half_of_each(void **state) {
    (void)state;
    canvas c = blank();
    draw_line(&c.list, (point){10, 20}, (point){30, 20}, (stroke){0xFF, 1, 0});
    play(&c, 1);
    assert_int_equal(alpha_at(&c, 15, 19), 128);
    assert_int_equal(alpha_at(&c, 15, 20), 128);
    assert_int_equal(alpha_at(&c, 15, 18), 0);
    check_close(total(&c), 20, 0.1);
    discard(&c);
}

static void a_lines_coverage_is_its_length_times_its_width(void **state) {
    (void)state;
    canvas c = blank();
    dnn_random r = dnn_random_seeded(7);
    for (int trial = 0; trial < 500; trial++) {
        point ends[] = {
            {within(&r, 5, 95), within(&r, 5, 95)},
            {within(&r, 5, 95), within(&r, 5, 95)}
        };
        float width = within(&r, 0.3, 6);
        double length = hypot(ends[1].x - ends[0].x, ends[1].y - ends[0].y);
        check_close(drawn_line(&c, ends, 2, (stroke){0xFF, width, 0}), length * width,
                    0.01 * length * width + 0.05);
    }
    discard(&c);
}

/* A circle as a polyline of many short segments: a ring of area 2 pi R w, without beads. */
static void a_curve_of_short_segments_is_as_even_as_a_long_line(void **state) {
    (void)state;
    enum { POINTS = 300 };
    canvas c = blank();
    point ring[POINTS + 1];
    for (int i = 0; i <= POINTS; i++) {
        double angle = 2 * M_PI * (i % POINTS) / POINTS;
        ring[i] = (point){(float)(50 + 40 * cos(angle)), (float)(50 + 40 * sin(angle))};
    }
    check_close(drawn_line(&c, ring, POINTS + 1, (stroke){0xFF, 1.6f, 0}), 2 * M_PI * 40 * 1.6, 2);
    /* an exact ring's pixels, by 16 x 16 samples each */
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            int inside = 0;
            for (int k = 0; k < 256; k++) {
                double d = hypot(x + (k % 16 + 0.5) / 16 - 50, y + (k / 16 + 0.5) / 16 - 50);
                inside += fabs(d - 40) < 0.8;
            }
            check_close(alpha_at(&c, x, y) / 255.0, inside / 256.0, 0.03);
        }
    discard(&c);
}

/* 12 x 12 samples of each pixel against the distance to the nearest segment. */
static double sampled(const point *points, size_t count, double radius, int x, int y) {
    int inside = 0;
    for (int k = 0; k < 144; k++) {
        double px = x + (k % 12 + 0.5) / 12, py = y + (k / 12 + 0.5) / 12;
        for (size_t i = 0; i + 1 < count; i++) {
            double dx = points[i + 1].x - points[i].x, dy = points[i + 1].y - points[i].y;
            double t = ((px - points[i].x) * dx + (py - points[i].y) * dy) / (dx * dx + dy * dy);
            bool last = i + 2 == count, first = i == 0;
            if ((first && t < 0) || (last && t > 1))
                continue;
            t = t < 0 ? 0 : t > 1 ? 1 : t;
            if (hypot(points[i].x + t * dx - px, points[i].y + t * dy - py) < radius) {
                inside++;
                break;
            }
        }
    }
    return inside / 144.0;
}

static void joins_are_round_and_overlaps_do_not_add_up(void **state) {
    (void)state;
    canvas c = blank();
    dnn_random r = dnn_random_seeded(8);
    for (int trial = 0; trial < 10; trial++) {
        point p[5];
        for (int i = 0; i < 5; i++)
            p[i] = (point){within(&r, 10, 90), within(&r, 10, 90)};
        drawn_line(&c, p, 5, (stroke){0xFF, 6, 0});
        double worst = 0, sum = 0;
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++) {
                double off = fabs(alpha_at(&c, x, y) / 255.0 - sampled(p, 5, 3, x, y));
                worst = fmax(worst, off);
                sum += off;
            }
        assert_true(worst < 0.6); /* where edges cross within a pixel, parts may count twice */
        assert_true(sum < 15);    /* of about 1000 covered pixels */
    }
    discard(&c);
}

static void a_translucent_line_that_crosses_itself_is_of_one_colour(void **state) {
    (void)state;
    canvas c = blank();
    point bow[] = {
        {20, 20},
        {80, 80},
        {80, 20},
        {20, 80}
    };
    drawn_line(&c, bow, 4, (stroke){0x00000080, 8, 0});
    assert_int_equal(alpha_at(&c, 50, 50), 0x80);
    assert_int_equal(alpha_at(&c, 35, 35), 0x80);
    for (int i = 0; i < SIDE * SIDE; i++)
        assert_true(c.surface.rgba[4 * i + 3] <= 0x80);
    discard(&c);
}

static void dashes_cover_their_share_of_the_line(void **state) {
    (void)state;
    canvas c = blank();
    point ends[] = {
        {5,  50.5f},
        {95, 50.5f}
    };
    for (uint8_t dash = 1; dash < DASH_COUNT; dash++) {
        const float *p = dash_patterns[dash];
        double on = p[0] + p[2], all = p[0] + p[1] + p[2] + (p[2] > 0 ? p[3] : 0);
        check_close(drawn_line(&c, ends, 2, (stroke){0xFF, 1, dash}), 90 * on / all, 0.06 * 90);
        point bent[91];
        for (int i = 0; i <= 90; i++)
            bent[i] = (point){5 + (float)i, 50.5f};
        double straight = total(&c);
        check_close(drawn_line(&c, bent, 91, (stroke){0xFF, 1, dash}), straight, 0.1);
    }
    /* 6 on, 3 off */
    drawn_line(&c, ends, 2, (stroke){0xFF, 1, 1});
    for (int x = 5; x < 95; x++)
        assert_int_equal(alpha_at(&c, x, 50), (x - 5) % 9 < 6 ? 255 : 0);
    discard(&c);
}

/* As a curve of many values per pixel: each column from its first value over its extremes to its
 * last, here 10 .. 90, with lines between that overlap the columns. */
static void columns_of_a_dense_curve_are_solid(void **state) {
    (void)state;
    enum { COLUMNS = 60 };
    canvas c = blank();
    dnn_random r = dnn_random_seeded(16);
    point p[4 * COLUMNS];
    for (int i = 0; i < COLUMNS; i++) {
        const float y[] = {within(&r, 10, 90), 10, 90, within(&r, 10, 90)};
        for (int k = 0; k < 4; k++)
            p[4 * i + k] = (point){20.5f + (float)i, y[k]};
    }
    drawn_line(&c, p, 4 * COLUMNS, (stroke){0xFF, 1, 0});
    for (int y = 0; y < SIDE; y++)
        for (int x = 20; x < 20 + COLUMNS; x++)
            if (y >= 10 && y < 90)
                assert_int_equal(alpha_at(&c, x, y), 255);
            else if (y < 9 || y > 90)
                assert_int_equal(alpha_at(&c, x, y), 0);
    /* a spike of one column in a level line */
    point spike[] = {
        {10,    80.5f},
        {50.5f, 80.5f},
        {50.5f, 20   },
        {50.5f, 80.5f},
        {90,    80.5f}
    };
    check_close(drawn_line(&c, spike, 5, (stroke){0xFF, 1, 0}), 80 + 60.5, 1);
    for (int y = 20; y < 80; y++)
        assert_int_equal(alpha_at(&c, 50, y), 255);
    discard(&c);
}

static double drawn_quickly(canvas *c, const point *points, size_t count, stroke line) {
    wipe(c);
    draw_quick_polyline(&c->list, points, count, line);
    play(c, 1);
    return total(c);
}

static void a_quick_line_covers_as_much_as_a_careful_one(void **state) {
    (void)state;
    canvas c = blank();
    dnn_random r = dnn_random_seeded(18);
    for (int round = 0; round < 20; round++) {
        point p[12];
        for (int i = 0; i < 12; i++)
            p[i] = (point){10 + 7 * (float)i + within(&r, 0, 3), within(&r, 45, 55)};
        double careful = drawn_line(&c, p, 12, (stroke){0xFF, 1.6f, 0});
        check_close(drawn_quickly(&c, p, 12, (stroke){0xFF, 1.6f, 0}), careful, 0.06 * careful);
    }
    discard(&c);
}

/* Steps upwards and downwards are as high as they are, also where no pixel has its middle. */
static void a_quick_line_loses_no_step(void **state) {
    (void)state;
    canvas c = blank();
    point steps[] = {
        {10,    80},
        {50.1f, 80},
        {50.1f, 20},
        {50.3f, 20},
        {50.3f, 80},
        {90,    80}
    };
    drawn_quickly(&c, steps, 6, (stroke){0xFF, 2, 0});
    for (int y = 19; y < 81; y++)
        assert_int_equal(alpha_at(&c, 50, y), 255);
    for (int x = 11; x < 89; x++)
        assert_int_equal(alpha_at(&c, x, 80), 255);
    discard(&c);
}

static void a_lone_point_is_a_dot(void **state) {
    (void)state;
    canvas c = blank();
    point alone[] = {
        {50,  50 },
        {NAN, NAN},
        {20,  20 },
        {30,  20 }
    };
    check_close(drawn_line(&c, alone, 1, (stroke){0xFF, 6, 0}), M_PI * 9, 0.3);
    check_close(drawn_line(&c, alone, 4, (stroke){0xFF, 6, 0}), M_PI * 9 + 60, 0.3);
    point twice[] = {
        {50, 50},
        {50, 50}
    };
    check_close(drawn_line(&c, twice, 2, (stroke){0xFF, 6, 1}), M_PI * 9, 0.3);
    discard(&c);
}

static void a_line_back_to_its_begin_has_no_notch_there(void **state) {
    (void)state;
    canvas c = blank();
    point frame[] = {
        {20, 20},
        {80, 20},
        {80, 80},
        {20, 80},
        {20, 20}
    };
    drawn_line(&c, frame, 5, (stroke){0xFF, 4, 0});
    int corners[] = {alpha_at(&c, 18, 18), alpha_at(&c, 81, 18), alpha_at(&c, 81, 81),
                     alpha_at(&c, 18, 81)};
    for (int i = 0; i < 4; i++)
        check_close(corners[i], corners[1], 2);
    assert_true(corners[0] > 60);
    discard(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_of_one_pixel_on_a_row_of_pixels_covers_just_these),
        cmocka_unit_test(a_line_between_rows_of_pixels_covers_half_of_each),
        cmocka_unit_test(a_lines_coverage_is_its_length_times_its_width),
        cmocka_unit_test(a_curve_of_short_segments_is_as_even_as_a_long_line),
        cmocka_unit_test(joins_are_round_and_overlaps_do_not_add_up),
        cmocka_unit_test(a_translucent_line_that_crosses_itself_is_of_one_colour),
        cmocka_unit_test(dashes_cover_their_share_of_the_line),
        cmocka_unit_test(columns_of_a_dense_curve_are_solid),
        cmocka_unit_test(a_quick_line_covers_as_much_as_a_careful_one),
        cmocka_unit_test(a_quick_line_loses_no_step),
        cmocka_unit_test(a_lone_point_is_a_dot),
        cmocka_unit_test(a_line_back_to_its_begin_has_no_notch_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
