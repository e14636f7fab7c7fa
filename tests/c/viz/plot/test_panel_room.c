/* Small panels: the data are seen at any size, and what stands around them stays inside the panel.
 */
#include "viz/figure_file.h"

#include "viz/draw/font.h"
#include "viz/plot/panel.h"

#define GRID                                                                                       \
    HEAD                                                                                           \
        "grid 2 2 \ntitle Cost\nx_label step\ny_label loss\nlines 3 a\nlines 3 b\nnext\n"          \
        "title Counts\ny_label count\nvalues 3 \nnext\ntitle W\nx_label input\nmatrix 2 2\nnext\n" \
        "title Image\npicture 4 2 1 cat\n\n"
static const double numbers[] = {1, 2, 3, 4, 5, 6, 1, 2, 3, 3, 2, 1, 1, 2, 4, 1, 2, 3, 4, 0};

/* Of grids of these figures, each of so many points and pixels per cell, 0: points. */
static view grid_view(const figure *f, float width, float height, float grain) {
    view v = view_of(f);
    v.bare = true;
    v.width = 2 * width;
    v.height = 2 * height;
    v.options.scale = 1;
    v.options.grain = grain;
    return v;
}

static rect place_of(const command *c) {
    float w = text_width(c->text, c->size, c->style), h = c->size;
    if (c->angle != 0)
        return (rect){c->area.x - 0.8f * h, c->area.y - w / 2, h, w};
    float left = c->anchor == ANCHOR_LEFT ? 0 : c->anchor == ANCHOR_MIDDLE ? w / 2 : w;
    return (rect){c->area.x - left, c->area.y - 0.75f * h, w, 0.75f * h};
}

static bool overlap(rect a, rect b) {
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

static bool holds(rect outer, rect r) {
    return r.x >= outer.x - 1 && r.y >= outer.y - 1 && r.x + r.w <= outer.x + outer.w + 1 &&
           r.y + r.h <= outer.y + outer.h + 1;
}

/* The texts of a panel: inside it, none over another. Returns how many. */
static size_t check_texts(panel *p, const page_options *o, size_t *shapes) {
    display_list list = {0};
    rect texts[64];
    size_t n = 0;
    *shapes = 0;
    panel_draw(p, o, NULL, &list);
    assert_false(list.failed);
    for (size_t i = 0; i < list.count; i++) {
        const command *c = &list.commands[i];
        *shapes +=
            c->kind == COMMAND_POLYLINE || c->kind == COMMAND_FILL || c->kind == COMMAND_IMAGE;
        if (c->kind != COMMAND_TEXT)
            continue;
        assert_true(n < 64);
        texts[n] = place_of(c);
        if (!holds(p->area, texts[n]))
            fail_msg("'%s' sticks out of a panel of %g x %g", c->text, p->area.w, p->area.h);
        for (size_t k = 0; k < n; k++)
            if (overlap(texts[k], texts[n]))
                fail_msg("'%s' is over another text in a panel of %g x %g", c->text, p->area.w,
                         p->area.h);
        n++;
    }
    display_list_free(&list);
    return n;
}

static void the_data_are_seen_in_panels_of_any_size(void **state) {
    (void)state;
    figure f = parsed(GRID, numbers, 20);
    for (float width = 60; width < 400; width *= 1.3f)
        for (float height = 32; height < 300; height *= 1.1f) {
            view v = grid_view(&f, width, height, 0);
            view_layout(&v);
            for (size_t i = 0; i < v.panel_count; i++) {
                panel *p = &v.panels[i];
                size_t shapes, texts = check_texts(p, &v.options, &shapes);
                assert_true(shapes > 0);
                if (p->kind != PANEL_IMAGES && !(p->plot.w >= 8 && p->plot.h >= 8))
                    fail_msg("%s of %g x %g has no plot", p->title, p->area.w, p->area.h);
                assert_true(texts > 0 || height < 60);
            }
            view_free(&v);
        }
    figure_free(&f);
}

static bool has_text(panel *p, const page_options *o, const char *text) {
    display_list list = {0};
    bool found = false;
    panel_draw(p, o, NULL, &list);
    for (size_t i = 0; i < list.count; i++)
        found |= list.commands[i].kind == COMMAND_TEXT && strcmp(list.commands[i].text, text) == 0;
    display_list_free(&list);
    return found;
}

static void names_go_first_then_numbers_then_the_title(void **state) {
    (void)state;
    static const struct {
        float height;
        bool name, number, title;
    } expected[] = {
        {180, true,  true,  true },
        {120, false, true,  true },
        {60,  false, true,  true },
        {50,  false, false, true },
        {36,  false, false, false},
    };
    figure f = parsed(GRID, numbers, 20);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        view v = grid_view(&f, 200, expected[i].height, 0);
        view_layout(&v);
        assert_int_equal(has_text(&v.panels[0], &v.options, "step"), expected[i].name);
        assert_int_equal(has_text(&v.panels[0], &v.options, "2"), expected[i].number);
        assert_int_equal(has_text(&v.panels[0], &v.options, "Cost"), expected[i].title);
        view_free(&v);
    }
    figure_free(&f);
}

/* Two rows of figures in so few lines: title and plot, and with one line each the plot alone. */
static void a_low_grid_in_the_terminal_shows_more_than_titles(void **state) {
    (void)state;
    figure f = parsed(GRID, numbers, 20);
    for (int rows = 4; rows < 30; rows++) {
        view v = view_of(&f);
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);
        assert_true(terminal_draw_figure(&v, 70, rows, COLORS_NONE, out));
        fclose(out);
        for (size_t i = 0; i < v.panel_count; i++)
            if (v.panels[i].kind != PANEL_IMAGES && v.panels[i].plot.w <= 0)
                fail_msg("%s has no plot in %d lines:\n%s", v.panels[i].title, rows, text);
        assert_int_equal(strstr(text, "Cost") != NULL, rows >= 5);
        free(text);
        view_free(&v);
    }
    figure_free(&f);
}

static size_t count_texts(view *v) {
    size_t n = 0;
    display_list list = {0};
    view_draw(v, &list);
    for (size_t i = 0; i < list.count; i++)
        n += list.commands[i].kind == COMMAND_TEXT;
    display_list_free(&list);
    return n;
}

static void a_matrix_has_all_of_its_numbers_or_none(void **state) {
    (void)state;
    const double even[] = {1.27, 2, 3, 4}, uneven[] = {1.27, 2, 3, -1.23e-15};
    figure one = parsed(HEAD "matrix 2 2\n\n", even, 4);
    figure other = parsed(HEAD "matrix 2 2\n\n", uneven, 4);
    view a = view_of(&one), b = view_of(&other);
    a.bare = b.bare = true;
    a.width = b.width = 200;
    a.height = b.height = 130;
    display_list list = {0};
    view_draw(&a, &list);
    display_list_free(&list);
    view_draw(&b, &list);
    assert_true(has_text(&a.panels[0], &a.options, "1.27"));
    assert_false(has_text(&b.panels[0], &b.options, "1.27"));
    b.width = b.height = 300;
    assert_true(count_texts(&b) >= 4);
    assert_true(has_text(&b.panels[0], &b.options, "1.27"));
    assert_true(has_text(&b.panels[0], &b.options, "-1.23e-15"));
    display_list_free(&list);
    view_free(&a);
    view_free(&b);
    figure_free(&one);
    figure_free(&other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_data_are_seen_in_panels_of_any_size),
        cmocka_unit_test(names_go_first_then_numbers_then_the_title),
        cmocka_unit_test(a_low_grid_in_the_terminal_shows_more_than_titles),
        cmocka_unit_test(a_matrix_has_all_of_its_numbers_or_none),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
