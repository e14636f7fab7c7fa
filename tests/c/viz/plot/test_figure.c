/* Figures: what their reader takes and turns away, how values are counted, and that what is drawn
 * can be zoomed and read like the curves of a run. */
#include "viz/figure_file.h"

static void a_figure_has_words_and_curves(void **state) {
    (void)state;
    const double numbers[] = {1, 2, 3, -1, NAN, 5, 0, 7, 8, 9, 9, 9};
    figure f = parsed(HEAD "title Cost of it\nx_label x\ny_label y\nx_scale log\ny_scale symlog\n"
                           "lines 3 train set\npoints 3 \n\n",
                      numbers, 12);
    assert_int_equal(f.kind, FIGURE_CURVES);
    assert_string_equal(f.title, "Cost of it");
    assert_int_equal(f.x_scale, SCALE_LOG);
    assert_int_equal(f.y_scale, SCALE_SYMLOG);
    assert_int_equal(f.count, 2);
    assert_string_equal(f.items[0].name, "train set");
    assert_true(f.items[0].ascending && !f.items[0].dots && f.items[1].dots);
    check_close(f.items[0].y_span.low, -1, 0);
    check_close(f.items[0].y_span.high, 5, 0);
    check_close(f.items[0].y_span.positive, 5, 0);
    assert_int_equal(f.items[0].y_span.missing, 1);
    assert_int_equal(f.items[0].y_span.negative, 1);
    assert_int_equal(f.items[1].x_span.negative, 1);
    figure_free(&f);
}

static void bands_bars_and_colours_follow_their_curve(void **state) {
    (void)state;
    const double numbers[] = {1, 2, 3, 4, 5, 6, 0.5, 0.5, 9, /* x, y, how far the band reaches */
                              1, 2, 7, 8, 1, 1, 0,   5};     /* x, y, bars, shades */
    figure f =
        parsed(HEAD "note 2 5.5 the best\nlines 3 a\nband 3\npoints 2 b\nbars 2\nshades 2\n\n",
               numbers, 17);
    assert_true(f.items[0].spread != NULL && !f.items[0].bars && f.items[0].shades == NULL);
    check_close(f.items[0].spread[2], 9, 0);
    check_close(f.items[0].y_span.low, -3, 0);
    check_close(f.items[0].y_span.high, 15, 0);
    assert_true(f.items[1].bars);
    check_close(f.items[1].shades[1], 5, 0);
    check_close(f.items[1].shade_span.high, 5, 0);
    assert_int_equal(f.note_count, 1);
    assert_string_equal(f.notes[0].text, "the best");
    check_close(f.notes[0].y, 5.5, 0);

    runs all = {0};
    view v;
    display_list list = {0};
    view_init(&v, &all, 400, 300);
    v.figure = &f;
    v.bare = true;
    assert_true(view_update(&v));
    view_draw(&v, &list);
    size_t bands = 0, bars = 0, dots = 0, notes = 0;
    for (size_t i = 0; i < list.count; i++) {
        const command *c = &list.commands[i];
        bands += c->kind == COMMAND_POLYGON && c->count == 6;
        bars += c->kind == COMMAND_POLYLINE && c->count == 2 && c->stroke.width == 1 &&
                c->stroke.color == theme_series(v.options.theme, 1).color;
        dots += c->kind == COMMAND_FILL && (c->stroke.color == theme_heat(v.options.theme, 0) ||
                                            c->stroke.color == theme_heat(v.options.theme, 1));
        notes += c->kind == COMMAND_TEXT && strcmp(c->text, "the best") == 0;
    }
    assert_int_equal(bands, 1);
    assert_int_equal(bars, 6); /* two bars with two feet each */
    assert_int_equal(dots, 2);
    assert_int_equal(notes, 1);
    display_list_free(&list);
    view_free(&v);
    figure_free(&f);
}

static void bytes_that_lie_are_named(void **state) {
    (void)state;
    check_turned_away("", "test: is no figure: it does not begin with 'dnnview figure 1'");
    check_turned_away("dnnview figure 2\n\n", "is no figure");
    check_turned_away(HEAD "title x\n", "ends before the empty line that ends its words");
    check_turned_away(HEAD "\n", "has nothing to draw");
    check_turned_away(HEAD "colour red\n\n", "line 2: 'colour' says nothing to this dnnview");
    check_turned_away(HEAD "x_scale cubic\n\n", "line 2: a scale is linear, log or symlog");
    check_turned_away(HEAD "low 1e\n\n", "line 2: expected a number, not '1e'");
    check_turned_away(HEAD "bins 0\n\n", "bins are a whole number from 1 to 10000, not '0'");
    check_turned_away(HEAD "bins 10001\n\n", "bins are a whole number");
    check_turned_away(HEAD "lines -1 a\n\n", "expected a number of points and a name, not '-1 a'");
    check_turned_away(HEAD "lines 3\n\n", "'' is to have 3 numbers, but only 8 bytes are left");
    check_turned_away(HEAD "lines 99999999999999999999 a\n\n", "expected a number of points");
    check_turned_away(HEAD "lines 288230376151711743 a\n\n", "is to have 288230376151711743");
    check_turned_away(HEAD "values 3 a\n\n", "8 bytes follow the last number");
    check_turned_away(HEAD "matrix 4294967296 4294967296\n\n", "expected rows and columns");
    check_turned_away(HEAD "picture 2 2 2 a\n\n", "expected width, height and 1 or 3 channels");
    check_turned_away(HEAD "picture 65536 65536 1 a\n\n", "expected width, height");
    check_turned_away(HEAD "picture 5 7 1 a\n\n", "'a' is to have 35 bytes, but only 32 bytes");
    check_turned_away(HEAD "lines 1 a\nvalues 2 b\n\n", "line 3: a figure holds curves, ");
    check_turned_away(HEAD "band 3\n\n", "expected the number of points of the curve before");
    check_turned_away(HEAD "lines 1 a\nbars 2\n\n", "expected the number of points of the curve");
    check_turned_away(HEAD "lines 1 a\nshades 1\n\n", "only points have shades");
    check_turned_away(HEAD "note 1 x here\n\n", "expected x, y and a text, not '1 x here'");
    check_turned_away(HEAD "matrix 1 1\nmatrix 1 1\n\n", "a figure holds curves, histograms, ");
}

static void whole_numbers_get_a_bin_each(void **state) {
    (void)state;
    const double labels[] = {1, 2, 2, 4, INFINITY, 4, 4};
    figure f = parsed(HEAD "values 7 labels\n\n", labels, 7);
    assert_int_equal(f.bins, 4);
    check_close(f.first_edge, 0.5, 0);
    check_close(f.bin_width, 1, 0);
    const double expected[] = {1, 2, 0, 3};
    for (size_t i = 0; i < 4; i++)
        check_close(f.items[0].counts[i], expected[i], 0);
    figure_free(&f);
}

static void the_last_bin_holds_the_largest_value(void **state) {
    (void)state;
    const double values[] = {0, 0.5, 0.9, 1, 0.25, 1.0};
    figure f = parsed(HEAD "bins 2\nvalues 4 a\nvalues 2 b\n\n", values, 6);
    check_close(f.items[0].counts[0], 1, 0);
    check_close(f.items[0].counts[1], 3, 0);
    check_close(f.items[1].counts[0], 1, 0);
    check_close(f.items[1].counts[1], 1, 0);
    figure_free(&f);
}

/* One value, the ends of all numbers, and the smallest distance between two: no bin is lost. */
static void values_of_any_size_are_counted(void **state) {
    (void)state;
    const double cases[][3] = {
        {0.1,      0.1,         0.1     },
        {-1.7e308, 1.7e308,     0       },
        {1,        1 + 2.3e-16, 1       },
        {5e-324,   0,           1e-323  },
        {NAN,      NAN,         INFINITY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        figure f = parsed(HEAD "values 3 a\n\n", cases[i], 3);
        double sum = 0;
        for (size_t k = 0; k < f.bins; k++)
            sum += f.items[0].counts[k];
        check_close(sum, 3 - (double)f.items[0].y_span.missing, 0);
        figure_free(&f);
    }
}

static void running_out_of_memory_is_an_error_and_leaks_nothing(void **state) {
    (void)state;
    const double values[] = {0, 0.5, 0.9, 1};
    bytes b = file_of(HEAD "values 2 a\nvalues 2 b\n\n", values, 4);
    bool whole = false;
    uint64_t live = dnn_allocations_live();
    for (uint64_t n = 1; !whole; n++) {
        dnn_error err = {0};
        figure f;
        dnn_fail_allocation(n);
        whole = figure_parse(&f, b.data, b.size, "test", &err) == DNN_OK;
        dnn_fail_allocation(0);
        assert_true(whole || err.status == DNN_ERROR_MEMORY);
        figure_free(&f);
        assert_int_equal(dnn_allocations_live(), live);
    }
}

/* --- drawing --- */

static void keys_zoom_and_change_the_axes_of_a_figure(void **state) {
    (void)state;
    const double numbers[] = {1, 2, 3, 4, 10, 1000, 10, 1e5};
    figure f = parsed(HEAD "lines 4 a\n\n", numbers, 8);
    view v = view_of(&f);
    drawn(&v);
    panel *p = &v.panels[0];
    check_close(p->x.low, 1, 1e-9);
    assert_true(p->x.high > 4 && p->x.high < 4.2);
    action_key(&v, "+");
    assert_true(p->held && p->x.low > 1 && p->y.high < 1e5);
    action_key(&v, "f");
    assert_false(p->held);
    action_key(&v, "y");
    assert_int_equal(p->y_scale, SCALE_LOG);
    drawn(&v);
    assert_true(p->y.low > 1 && p->y.low < 10);
    action_key(&v, "X");
    drawn(&v);
    assert_int_equal(p->x.scale, SCALE_LOG);
    action_key(&v, "x");
    assert_non_null(strstr(v.status, "no steps"));
    action_key(&v, "1");
    char *text = text_of(&v);
    assert_non_null(strstr(text, "no finite values"));
    free(text);
    view_free(&v);
    figure_free(&f);
}

/* The words that are drawn while the cursor is at a place. */
static bool says_at(view *v, float x, float y, const char *words) {
    display_list list = {0};
    view_draw(v, &list);
    display_list_clear(&list);
    rect r = v->panels[0].plot;
    mouse_move(v, (point){r.x + x * r.w, r.y + y * r.h});
    view_draw(v, &list);
    bool found = false;
    for (size_t i = 0; i < list.count; i++)
        found = found || (list.commands[i].kind == COMMAND_TEXT &&
                          strcmp(list.commands[i].text, words) == 0);
    display_list_free(&list);
    return found;
}

static void the_cursor_reads_exact_values(void **state) {
    (void)state;
    const double line[] = {0, 0.5, 1, 10, 20.123456, 30}, rows[] = {1, 2, 3, 4, 5, 6.5};
    figure f = parsed(HEAD "lines 3 train\n\n", line, 6);
    view v = view_of(&f);
    assert_true(says_at(&v, 0.49f, 0.5f, "20.12346"));
    assert_true(says_at(&v, 0.49f, 0.5f, "x = 0.5"));
    view_free(&v);
    figure_free(&f);
    f = parsed(HEAD "matrix 2 3\n\n", rows, 6);
    v = view_of(&f);
    assert_true(says_at(&v, 0.99f, 0.99f, "row 2, column 3"));
    assert_true(says_at(&v, 0.99f, 0.99f, "6.5"));
    assert_true(says_at(&v, 0.01f, 0.01f, "row 1, column 1"));
    view_free(&v);
    figure_free(&f);
    f = parsed(HEAD "values 6 w\n\n", rows, 6);
    v = view_of(&f);
    assert_true(says_at(&v, 0.1f, 0.5f, "33.3 %") || says_at(&v, 0.1f, 0.5f, "16.7 %"));
    view_free(&v);
    figure_free(&f);
}

/* The page as RGBA has the colour of a curve at the top and at the bottom of the plot in a column.
 */
static void a_spike_reaches_from_edge_to_edge_in_pixels(void **state) {
    (void)state;
    enum { N = 200000 };
    double *numbers = calloc(2 * N, sizeof *numbers);
    assert_non_null(numbers);
    for (int i = 0; i < N; i++)
        numbers[i] = i;
    numbers[N + 123456] = 1;
    uint8_t *file = malloc(64 + 2 * N * sizeof *numbers);
    size_t head = (size_t)sprintf((char *)file, HEAD "lines %d a\n\n", N);
    memcpy(file + head, numbers, 2 * N * sizeof *numbers);
    dnn_error err = {0};
    figure f;
    check_ok(figure_parse(&f, file, head + 2 * N * sizeof *numbers, "test", &err));
    view v = view_of(&f);
    v.bare = true;
    display_list list = {0};
    view_draw(&v, &list);
    assert_true(list.count < 500);
    float least = INFINITY, most = -INFINITY;
    rect r = v.panels[0].plot;
    for (size_t i = 0; i < list.count; i++)
        for (size_t k = 0; list.commands[i].kind == COMMAND_POLYLINE && k < list.commands[i].count;
             k++) {
            const command *c = &list.commands[i];
            if (c->stroke.color == theme_series(v.options.theme, 0).color &&
                fabsf(c->points[k].x - (r.x + r.w * 123456 / N / 1.015f)) < 1.5f) {
                least = fminf(least, c->points[k].y);
                most = fmaxf(most, c->points[k].y);
            }
        }
    assert_true(most - least > 0.9f * r.h);
    display_list_free(&list);
    view_free(&v);
    figure_free(&f);
    free(file);
    free(numbers);
}

/* Of 1000 x 1000 elements on a few hundred pixels, one that stands out is seen. */
static void an_element_that_stands_out_is_seen_in_a_large_matrix(void **state) {
    (void)state;
    enum { N = 1000 };
    uint8_t *file = calloc(1, 64 + (size_t)N * N * 8);
    assert_non_null(file);
    size_t head = (size_t)sprintf((char *)file, HEAD "matrix %d %d\n\n", N, N);
    const double one = 1;
    memcpy(file + head + 8 * (357 * N + 246), &one, 8);
    dnn_error err = {0};
    figure f;
    check_ok(figure_parse(&f, file, head + (size_t)N * N * 8, "test", &err));
    view v = view_of(&f);
    display_list list = {0};
    view_draw(&v, &list);
    const command *image = NULL;
    for (size_t i = 0; image == NULL && i < list.count; i++)
        image = list.commands[i].kind == COMMAND_IMAGE ? &list.commands[i] : NULL;
    assert_non_null(image);
    assert_true(image->width < N && image->width > 100);
    size_t bright = 0;
    for (size_t i = 0; i < image->width * image->height; i++)
        bright += image->pixels[4 * i] > 200;
    assert_int_equal(bright, 1);
    display_list_free(&list);
    view_free(&v);
    figure_free(&f);
    free(file);
}

/* --- grids --- */

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_figure_has_words_and_curves),
        cmocka_unit_test(bands_bars_and_colours_follow_their_curve),
        cmocka_unit_test(bytes_that_lie_are_named),
        cmocka_unit_test(whole_numbers_get_a_bin_each),
        cmocka_unit_test(the_last_bin_holds_the_largest_value),
        cmocka_unit_test(values_of_any_size_are_counted),
        cmocka_unit_test(running_out_of_memory_is_an_error_and_leaks_nothing),
        cmocka_unit_test(keys_zoom_and_change_the_axes_of_a_figure),
        cmocka_unit_test(the_cursor_reads_exact_values),
        cmocka_unit_test(a_spike_reaches_from_edge_to_edge_in_pixels),
        cmocka_unit_test(an_element_that_stands_out_is_seen_in_a_large_matrix),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
