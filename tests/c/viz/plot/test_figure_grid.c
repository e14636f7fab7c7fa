/* Grids of figures: what is in them, where each stands, and that each has scales of its own. */
#include "viz/figure_file.h"

#define GRID                                                                                       \
    HEAD "grid 2 2 Seed 7\ntitle Cost\nx_scale log\nlines 2 a\nnext\ntitle Counts\nvalues 3 \n"    \
         "next\ntitle W\nmatrix 1 2\n\n"
static const double grid_numbers[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};

static void a_grid_holds_figures_of_any_kind(void **state) {
    (void)state;
    figure f = parsed(GRID, grid_numbers, 9);
    assert_string_equal(f.heading, "Seed 7");
    assert_string_equal(f.next->title, "Counts");
    assert_int_equal(f.next->kind, FIGURE_HISTOGRAM);
    check_close(f.next->items[0].y[2], 7, 0);
    check_close(f.next->next->items[0].y[1], 9, 0);
    assert_null(f.next->next->next);
    figure_free(&f);
    check_turned_away(HEAD "lines 1 a\nnext\nlines 1 b\n\n", "no place for another figure");
    check_turned_away(HEAD "grid 1 1\nlines 1 a\nnext\nlines 1 b\n\n", "no place for another");
    check_turned_away(HEAD "lines 2 a\ngrid 1 1\n\n", "a grid begins the figure");
    check_turned_away(HEAD "grid 21 1\nlines 2 a\n\n", "at most 20");
    check_turned_away(HEAD "grid 1 2\nlines 2 a\nnext\n\n", "has nothing to draw");
}

static void running_out_of_memory_in_a_grid_leaks_nothing(void **state) {
    (void)state;
    bytes b = file_of(GRID, grid_numbers, 9);
    uint64_t live = dnn_allocations_live();
    bool whole = false;
    for (uint64_t n = 1; !whole; n++) {
        dnn_error err = {0};
        figure f;
        panel *panels = NULL;
        size_t count = 0;
        dnn_fail_allocation(n);
        whole = figure_parse(&f, b.data, b.size, "test", &err) == DNN_OK &&
                panels_of_figure(&panels, &count, &f);
        dnn_fail_allocation(0);
        panels_free(panels, count);
        figure_free(&f);
        assert_int_equal(dnn_allocations_live(), live);
    }
}

/* Areas of the grid's figures: side by side, none over another, all on the page. */
static void check_areas(const view *v) {
    const rect *a = &v->panels[0].area, *b = &v->panels[1].area, *c = &v->panels[2].area;
    assert_true(b->x >= a->x + a->w && b->y == a->y && c->x == a->x && c->y >= a->y + a->h);
    assert_true(b->x + b->w <= v->width && c->y + c->h <= v->height - v->footer);
}

static void the_figures_of_a_grid_stand_row_by_row_and_alone_when_maximised(void **state) {
    (void)state;
    figure f = parsed(GRID, grid_numbers, 9);
    view v = view_of(&f);
    drawn(&v);
    check_areas(&v);
    assert_true(v.panels[0].area.y > v.header); /* below the heading */
    action_key(&v, "Tab");
    action_key(&v, "Tab");
    assert_int_equal(v.focus, 1);
    action_key(&v, "X"); /* the scale of that one alone */
    drawn(&v);
    assert_int_equal(v.panels[0].x.scale, SCALE_LOG);
    assert_int_equal(v.panels[1].x.scale, SCALE_LOG);
    action_key(&v, "X");
    assert_int_equal(v.panels[0].x_scale, SCALE_LOG);
    assert_int_equal(v.panels[1].x_scale, SCALE_SYMLOG);
    action_key(&v, "m");
    drawn(&v);
    assert_true(v.panels[1].area.w == v.width && v.panels[0].area.w == 0);
    assert_int_equal(view_panel_at(&v, (point){200, 200}), 1);
    view_free(&v);
    figure_free(&f);
}

static void a_grid_in_the_terminal_has_columns_while_they_are_wide_enough(void **state) {
    (void)state;
    const int widths[] = {100, 40};
    for (int i = 0; i < 2; i++) {
        figure f = parsed(GRID, grid_numbers, 9);
        view v = view_of(&f);
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        assert_true(terminal_draw_figure(&v, widths[i], 0, COLORS_NONE, out));
        fclose(out);
        char *first = strstr(text, "Cost"), *second = strstr(text, "Counts");
        assert_true(strstr(text, "Seed 7") != NULL && first < second);
        assert_int_equal(memchr(first, '\n', (size_t)(second - first)) == NULL, i == 0);
        assert_true(second < strstr(text, " W"));
        free(text);
        view_free(&v);
        figure_free(&f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_grid_holds_figures_of_any_kind),
        cmocka_unit_test(running_out_of_memory_in_a_grid_leaks_nothing),
        cmocka_unit_test(the_figures_of_a_grid_stand_row_by_row_and_alone_when_maximised),
        cmocka_unit_test(a_grid_in_the_terminal_has_columns_while_they_are_wide_enough),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
