/* A grid of figures with all that plots can have, against golden pictures, light and dark. */
#include "check.h"

#include "core/random.h"
#include "viz/golden_page.h"
#include "viz/sample_fonts.h"

/* Words, then the numbers of each plot: a curve with a band, error bars, coloured points, a
 * histogram, a matrix. */
static size_t write_figure(uint8_t *bytes) {
    enum { N = 60 };
    static const char words[] =
        "dnnview figure 1\ngrid 2 3 Seed 7\ntitle Cost\nx_label epoch\ny_label loss\ny_scale log\n"
        "note 30 0.15 half the rate\nlines 60 train\nband 60\nlines 60 test\nnext\ntitle Accuracy\n"
        "lines 8 \nbars 8\nnext\ntitle Embedding\npoints 60 \nshades 60\nnext\ntitle Weights\n"
        "bins 15\nvalues 60 before\nvalues 60 after\nnext\ntitle W1\nx_label input\nmatrix 6 "
        "10\n\n";
    static double numbers[11 * N + 3 * 8];
    double *x = numbers;
    dnn_random noise = dnn_random_seeded(40);
    for (int row = 0; row < 5; row++) /* x, train, band, x, test */
        for (int i = 0; i < N; i++)
            *x++ = row == 0 || row == 3 ? i + 1
                                        : exp(-i / 20.0) * (row == 2   ? 0.2
                                                            : row == 4 ? 1.2
                                                                       : 1);
    for (int row = 0; row < 3; row++)
        for (int i = 0; i < 8; i++)
            *x++ = row == 0 ? i + 1 : row == 1 ? 0.9 - 0.5 * exp(-i / 3.0) : 0.08 - 0.008 * i;
    for (int row = 0; row < 6; row++) /* x, y, shades, before, after, the matrix */
        for (int i = 0; i < N; i++)
            *x++ = (row == 4) + (row == 4 ? 0.5 : 1) * dnn_random_normal(&noise);
    memcpy(bytes, words, sizeof words - 1);
    memcpy(bytes + sizeof words - 1, numbers, sizeof numbers);
    return sizeof words - 1 + sizeof numbers;
}

static void figures_stand_in_a_grid(void **state) {
    (void)state;
    static uint8_t bytes[8192];
    static runs none;
    const golden_page g = {.width = 900, .height = 520, .scale = 1};
    const theme *const themes[] = {&theme_light, &theme_dark};
    for (int i = 0; i < 2; i++) {
        figure f;
        view v;
        surface pixels;
        dnn_error err;
        check_ok(figure_parse(&f, bytes, write_figure(bytes), "figure", &err));
        view_init(&v, &none, g.width, g.height);
        v.figure = &f;
        v.bare = true;
        v.options.theme = themes[i];
        v.options.scale = 1;
        view_update(&v);
        check_ok(surface_create(&pixels, (int)g.width, (int)g.height, &err));
        golden_page_draw(&g, &v, &pixels);
        golden_check(&pixels, i == 0 ? "grid_light" : "grid_dark", 16, 14);
        surface_free(&pixels);
        view_free(&v);
        figure_free(&f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_stand_in_a_grid),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
