/* Every number that panels show is in the CSV and in the words of --text: a new kind of panel fails
 * here until it is in both. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "viz/sample_scene.h"
#include "viz/terminal/terminal.h"

static double line(double i) {
    return 0.5 * i;
}

static const double limits[] = {0, 1}, counts[] = {3, 4};
static double elements[] = {48, 7, 2, 43}, pr[] = {9, 9, 0, 0, 0.625, 1, 0, 0, 9, 9, 1, 0.25};
static histogram_at histogram = {.step = 9,
                                 .min = -1,
                                 .max = 1,
                                 .count = 7,
                                 .not_finite = 2,
                                 .mean = 0.125,
                                 .deviation = 0.75,
                                 .buckets = 2,
                                 .limits = limits,
                                 .counts = counts};
static char graph[] = "| step | place | layer | input | output | parameters |\n"
                      "|---|---|---|---|---|---|\n| 1 | 1 | Linear(3 -> 2) | X | 2 | 8 |";

/* What is looked for of each kind; figures have a file of their own. */
static const struct expected {
    const char *title, *csv, *words;
} expected[PANEL_KIND_COUNT] = {
    [PANEL_CURVES] = {"cost",      "run,cost,4,1002.000000,2,,,,,\n",                       "cost: 2 at step 4"     },
    [PANEL_HEAT] = {"grad_norm", "run,grad_norm/2 Linear,2,1001.000000,1,,,,,\n",
                      "2 Linear: 1 at step 2"                                                                       },
    [PANEL_HISTOGRAM] =
        {"weights",   "run,weights,9,0.000000,4,0,1,,,\n",
                      "7 values from -1 to 1 and 2 not finite, mean 0.125, deviation 0.75, at step 9"               },
    [PANEL_IMAGES] = {"photo",     "run,photo/1,5,,,,,,,\"4 x 2 pixels: a cat, asleep\"\n",
                      "4 x 2 pixels at step 5, a cat, asleep"                                                       },
    [PANEL_MATRIX] = {"confusion", "run,confusion,7,0.000000,43,,,2,2,\n",                  "cat: 48 2\n"           },
    [PANEL_PR] = {"pr",        "run,pr/cat,6,0.000000,0.625,,,5,1,\n",                  "0 0.625 1\n"           },
    [PANEL_GRAPH] = {"graph",     "run,graph/1 Linear,3,,8,,,,,2; 3 -> 2\n",               "output 2, 8 parameters"},
    [PANEL_TEXT] = {"settings",  "run,settings/lr,0,,0.25,,,,,\n",                        "lr = 0.25"             },
};

static bool is_of_figures(panel_kind kind) {
    return kind == PANEL_PLOT || kind == PANEL_BARS;
}

static void log_matrix(run_tag *tag, double *matrix, size_t rows, size_t columns, int64_t step) {
    tag->matrix = matrix;
    tag->rows = rows;
    tag->columns = columns;
    tag->matrix_step = step;
}

static void log_all(run *r) {
    sample_curve(r, "cost", 5, line);
    sample_curve(r, "grad_norm/1 Linear", 3, line);
    sample_curve(r, "grad_norm/2 Linear", 3, line);
    run_tag *weights = sample_tag(r, "weights", DNN_EVENT_HISTOGRAM);
    weights->histograms = &histogram;
    weights->histogram_count = 1;
    run_tag *photo = sample_tag(r, "photo/1", DNN_EVENT_IMAGE);
    photo->picture = (picture){4, 2, NULL};
    photo->picture_step = 5;
    sample_tag(r, "photo/1", DNN_EVENT_TEXT)->text = (char *)"a cat, asleep";
    run_tag *confusion = sample_tag(r, "confusion", DNN_EVENT_MATRIX);
    log_matrix(confusion, elements, 2, 2, 7);
    confusion->text = (char *)"cat\ndog";
    log_matrix(sample_tag(r, "pr/cat", DNN_EVENT_PR_CURVE), pr, 6, 2, 6);
    run_tag *layers = sample_tag(r, "graph", DNN_EVENT_TEXT);
    layers->text = graph;
    layers->text_step = 3;
    sample_tag(r, "settings", DNN_EVENT_TEXT)->text = (char *)"lr = 0.25\nseed = 7";
}

static void read_back(FILE *file, char *text, size_t size) {
    rewind(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

/* The CSV and the words of a run that has logged what `log` does. */
static void values_of(void (*log)(run *r), char *csv, char *words, size_t size) {
    scene s = {0};
    dnn_error err;
    char path[] = "/tmp/dnn_values_XXXXXX";
    log(sample_run(&s.sample, "run"));
    s.options = sample_options();
    assert_true(panels_build(&s.panels, &s.count, &s.sample.all));
    close(mkstemp(path));
    check_ok(panels_write_csv(s.panels, s.count, &s.options, path, &err));
    read_back(fopen(path, "r"), csv, size);
    remove(path);
    size_t shown[32];
    for (size_t i = 0; i < s.count; i++)
        shown[i] = i;
    const view v = {
        .panels = s.panels, .panel_count = s.count, .shown = shown, .shown_count = s.count};
    FILE *file = tmpfile();
    assert_true(terminal_list_values(&v, file));
    read_back(file, words, size);
    clean(&s);
}

static void every_kind_of_panel_is_in_the_csv_and_in_the_words(void **state) {
    (void)state;
    char csv[8192], words[8192];
    values_of(log_all, csv, words, sizeof csv);
    for (panel_kind kind = 0; kind < PANEL_KIND_COUNT; kind++) {
        if (is_of_figures(kind))
            continue;
        assert_non_null(expected[kind].title);
        assert_non_null(strstr(csv, expected[kind].csv));
        assert_non_null(strstr(words, expected[kind].words));
    }
    assert_non_null(strstr(csv, "run,weights/mean,9,0.000000,0.125,,,,,\n"));
    assert_non_null(strstr(csv, "run,weights/not_finite,9,0.000000,2,,,,,\n"));
    assert_non_null(strstr(csv, "run,weights/deviation,9,0.000000,0.75,,,,,\n"));
}

static double no_number(double i) {
    return i < 2 ? i : -NAN;
}

static double undefined[] = {1, -NAN, 3, 4};

static void log_undefined(run *r) {
    sample_curve(r, "cost", 3, no_number);
    log_matrix(sample_tag(r, "confusion", DNN_EVENT_MATRIX), undefined, 2, 2, 7);
    log_matrix(sample_tag(r, "pr/cat", DNN_EVENT_PR_CURVE), pr, 6, 2, 6);
}

/* Of the second threshold nothing is a positive, and so it has no precision. */
static void what_is_undefined_is_nan_without_a_sign_in_the_csv_and_in_the_words(void **state) {
    (void)state;
    char csv[4096], words[4096];
    values_of(log_undefined, csv, words, sizeof csv);
    assert_non_null(strstr(csv, "run,cost,2,1001.000000,nan,,\n"));
    assert_non_null(strstr(csv, "run,confusion,7,0.000000,nan,2,1\n"));
    assert_non_null(strstr(csv, "run,pr/cat,6,0.000000,nan,5,2\n"));
    assert_non_null(strstr(csv, "run,pr/cat,6,0.000000,0.25,6,2\n"));
    assert_null(strstr(csv, "-nan"));
    assert_non_null(strstr(words, "cost: nan at step 2"));
    assert_non_null(strstr(words, "row 2: nan 4\n"));
    assert_non_null(strstr(words, "1 nan 0.25\n"));
    assert_null(strstr(words, "-nan"));
}

/* A grid of all kinds of figures, as --figure FILE --text --all prints it. */
static void every_kind_of_figure_is_in_the_words(void **state) {
    (void)state;
    static const char head[] = "dnnview figure 1\ngrid 2 2\ntitle Cost\nnote 1.5 2 here\nlines 2 "
                               "fit\nband 2\npoints 1 seen\n"
                               "bars 1\nshades 1\nnext\ntitle Counts\nbins 1\nvalues 2 "
                               "w\nnext\ntitle W\nmatrix 1 2\nnext\n"
                               "title Images\npicture 2 1 3 cat\n\n";
    static const char *const wanted[] = {
        "  Cost\n    fit: 2 points, x from 1 to 2, y from 9.5 to 20.25, last 20 at 2, band from "
        "0.25 to 0.5\n",
        "    seen: 1 point, x from 3 to 3, y from 26 to 34, last 30 at 3, error bars from 4 to 4, "
        "colour from 7 to 7\n",
        "    here at 1.5, 2\n",
        "  Counts\n    w: 2 values, all from 5 to 6\n      from 5 to 6: 2\n",
        "  W\n    row 1: 48 2\n",
        "  Images\n    cat: 2 x 1 pixels\n",
    };
    const double numbers[] = {1, 2, 10, 20, 0.5, 0.25, 3, 30, 4, 7, 5, 6, 48, 2};
    uint8_t file[sizeof head + sizeof numbers + 6] = {0};
    static runs none;
    figure f;
    view v;
    dnn_error err;
    char words[2048];
    memcpy(file, head, sizeof head - 1);
    memcpy(file + sizeof head - 1, numbers, sizeof numbers);
    check_ok(figure_parse(&f, file, sizeof file - 1, "figure", &err));
    view_init(&v, &none, 400, 300);
    v.figure = &f;
    assert_true(view_update(&v));
    FILE *out = tmpfile();
    assert_true(terminal_list_values(&v, out));
    read_back(out, words, sizeof words);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (strstr(words, wanted[i]) == NULL)
            fail_msg("'%s' is not in\n%s", wanted[i], words);
    view_free(&v);
    figure_free(&f);
}

/* The CSV of a figure's file of `size` bytes. */
static void figure_csv(const uint8_t *file, size_t size, char *csv, size_t room) {
    figure f;
    panel *panels = NULL;
    size_t count = 0;
    dnn_error err;
    page_options o = {.scale = 1, .theme = &theme_light};
    char path[] = "/tmp/dnn_values_XXXXXX";
    check_ok(figure_parse(&f, file, size, "figure", &err));
    assert_true(panels_of_figure(&panels, &count, &f));
    close(mkstemp(path));
    check_ok(panels_write_csv(panels, count, &o, path, &err));
    read_back(fopen(path, "r"), csv, room);
    remove(path);
    panels_free(panels, count);
    figure_free(&f);
}

static void figures_have_their_bands_colours_and_notes_in_the_csv(void **state) {
    (void)state;
    static const char head[] = "dnnview figure 1\nlines 2 fit\nband 2\npoints 1 seen\nbars 1\n"
                               "shades 1\nnote 1.5 2 here, look\n\n";
    const double numbers[] = {1, 2, 10, 20, 0.5, 0.25, 3, 30, 4, 7};
    uint8_t file[sizeof head + sizeof numbers];
    char csv[1024];
    memcpy(file, head, sizeof head - 1);
    memcpy(file + sizeof head - 1, numbers, sizeof numbers);
    figure_csv(file, sizeof file - 1, csv, sizeof csv);
    assert_string_equal(csv, "name,x,y,spread,colour\nfit,1,10,0.5,\nfit,2,20,0.25,\n"
                             "seen,3,30,4,7\n\"here, look\",1.5,2,,\n");
    static const char grid[] =
        "dnnview figure 1\ngrid 1 2\nvalues 1 a\nbins 1\nnext\nmatrix 1 1\n\n"
        "\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\xf0\x3f";
    figure_csv((const uint8_t *)grid, sizeof grid - 1, csv, sizeof csv);
    assert_string_equal(csv, "name,from,to,count\na,0.5,1.5,1\n\n1\n");
    static const char images[] = "dnnview figure 1\npicture 2 1 3 cat\n\n\x01\x02\x03\x04\x05\x06";
    figure_csv((const uint8_t *)images, sizeof images - 1, csv, sizeof csv);
    assert_string_equal(csv, "name,row,column,red,green,blue\ncat,1,1,1,2,3\ncat,1,2,4,5,6\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_panel_is_in_the_csv_and_in_the_words),
        cmocka_unit_test(what_is_undefined_is_nan_without_a_sign_in_the_csv_and_in_the_words),
        cmocka_unit_test(every_kind_of_figure_is_in_the_words),
        cmocka_unit_test(figures_have_their_bands_colours_and_notes_in_the_csv),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
