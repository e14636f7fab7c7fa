/* The window's page in the situations that it was designed for, against golden pictures: one run,
 * eight with long names that differ at their ends, fifty, sixty layers; on large and small screens,
 * light and dark, with the mouse on a panel and on a run. */
#include "check.h"

#include <sys/stat.h>

#include "core/random.h"
#include "viz/golden_page.h"
#include "viz/sample_fonts.h"
#include "viz/window/export.h"

static dnn_random noise;

static double wobble(double size) {
    return size * dnn_random_normal(&noise);
}

/* Losses, accuracy, a learning rate that changes once, norms of layers, settings. */
static void write_run(const char *name, int number, int layers, const char *settings) {
    dnn_run_log *log;
    char tag[64];
    const int steps = 300;
    double speed = 0.5 + 0.3 * (number % 8);
    noise = dnn_random_seeded((uint64_t)number + 1);
    if (dnn_run_log_open(&log, in_folder(name), NULL) != DNN_OK)
        abort();
    sample_text(log, "settings", settings);
    for (int i = 1; i <= steps; i++) {
        double part = (double)i / steps, loss = exp(-3 * speed * part);
        sample_scalar(log, i, "loss/train", loss + wobble(0.03));
        if (i % 15 == 0) {
            sample_scalar(log, i, "loss/val", loss + 0.08);
            sample_scalar(log, i, "accuracy/val", 1 - 0.6 * exp(-2 * speed * part));
        }
        if (i == 1 || i == 200)
            sample_scalar(log, i, "learning_rate", i == 1 ? 0.01 : 0.001);
        for (int k = 0; k < layers; k++) {
            snprintf(tag, sizeof tag, "grad_norm/%d Linear", 2 * k + 1);
            sample_scalar(log, i, tag, exp(-0.15 * k - part + wobble(0.2)));
        }
    }
    dnn_run_log_close(log);
}

/* A confusion matrix of five classes, and the share of each that was found. */
static void write_counts(void) {
    static const char names[] = "cat\ndog\nhorse\nlong-tailed macaque\nship";
    float counts[25], found[5];
    dnn_run_log *log;
    if (dnn_run_log_open(&log, in_folder("counts/animals"), NULL) != DNN_OK)
        abort();
    for (int i = 0; i < 25; i++)
        counts[i] = (float)(i % 6 == 0 ? 90 - i : 5 * (i % 3));
    for (int i = 0; i < 5; i++)
        found[i] = counts[6 * i] / 100;
    dnn_event e = {.wall_time = SAMPLE_START + 300,
                   .step = 300,
                   .kind = DNN_EVENT_MATRIX,
                   .bytes = (const uint8_t *)names,
                   .size = sizeof names - 1,
                   .rows = 5};
    sample_scalar(log, 300, "accuracy/test", 0.83);
    e.tag = "confusion";
    e.columns = 5;
    e.numbers = (const uint8_t *)counts;
    e.tag_size = strlen(e.tag);
    dnn_run_log_event(log, &e);
    e.tag = "found";
    e.columns = 1;
    e.numbers = (const uint8_t *)found;
    e.tag_size = strlen(e.tag);
    dnn_run_log_event(log, &e);
    dnn_run_log_close(log);
}

static void write_all(void) {
    static const char *const rates[] = {"0.0001", "0.0003", "0.001", "0.003",
                                        "0.01",   "0.03",   "0.1",   "0.3"};
    char name[96], settings[160];
    write_counts();
    write_run("one/cats", 1, 3, "lr = 0.01\nseed = 7");
    write_run("deep/resnet60", 2, 60, "lr = 0.01\nseed = 7");
    for (int k = 0; k < 8; k++) {
        snprintf(name, sizeof name, "eight/resnet-adamw-batch64-cosine-lr%s", rates[k]);
        snprintf(settings, sizeof settings,
                 "model = resnet\nbatch = 64\nlr = %s\ndropout = 0.%d\nwarmup = %d", rates[k],
                 k % 2, 100 * k);
        write_run(name, k, 3, settings);
    }
    for (int k = 0; k < 50; k++) {
        snprintf(name, sizeof name, "fifty/net-lr0.%03d-seed%d", 1 + k / 5, k % 5);
        snprintf(settings, sizeof settings, "lr = 0.%03d\nseed = %d", 1 + k / 5, k % 5);
        write_run(name, k / 5 + 8 * (k % 5), 3, settings);
    }
}

static void check_picture(const char *name, const char *of, float width, float height, float scale,
                          const theme *t, point mouse) {
    golden_page_check(name, (golden_page){.runs = of,
                                          .width = width,
                                          .height = height,
                                          .scale = scale,
                                          .theme = t,
                                          .mouse = mouse});
}

static const point nowhere = {0, 0};

static void one_run_on_a_screen_of_fine_pixels(void **state) {
    (void)state;
    check_picture("one_run", "one", 960, 540, 2, &theme_light, nowhere);
}

static void eight_runs_are_named_and_their_settings_readable(void **state) {
    (void)state;
    check_picture("eight_runs", "eight", 1280, 800, 1, &theme_light, nowhere);
    check_picture("eight_runs_small", "eight", 640, 480, 1, &theme_dark, nowhere);
    check_picture("eight_runs_read", "eight", 1280, 800, 1, &theme_dark, (point){0.4f, 0.2f});
}

static void fifty_runs_are_told_apart_by_the_mouse(void **state) {
    (void)state;
    check_picture("fifty_runs", "fifty", 1366, 768, 1, &theme_light, (point){0.05f, 0.3f});
}

static void sixty_layers_have_colours_in_their_order(void **state) {
    (void)state;
    check_picture("sixty_layers", "deep", 1366, 768, 1, &theme_light, nowhere);
}

static void a_confusion_matrix_has_names_and_numbers(void **state) {
    (void)state;
    check_picture("confusion", "counts", 1000, 640, 1, &theme_dark, (point){0.3f, 0.75f});
}

static void the_csv_has_the_elements_of_matrices(void **state) {
    (void)state;
    runs all = {0};
    view v;
    dnn_error err;
    char text[4096];
    check_ok(runs_open(&all, in_folder("counts"), &err));
    runs_poll(&all);
    view_init(&v, &all, 800, 600);
    view_update(&v);
    check_ok(export_csv(&v, in_folder("counts.csv"), &err));
    FILE *file = fopen(in_folder("counts.csv"), "r");
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_non_null(strstr(text, "run,tag,step,wall_time,value,row,column\n"));
    assert_non_null(strstr(text, "animals,accuracy/test,300,1700000300.000000,0.829999983,,\n"));
    assert_non_null(strstr(text, "animals,confusion,300,1700000300.000000,84,2,2\n"));
    assert_non_null(strstr(text, "animals,found,300,1700000300.000000,0.660000026,5,1\n"));
    view_free(&v);
    runs_free(&all);
}

static int set_up(void **state) {
    setenv("TZ", "UTC", 1);
    if (make_folder(state) != 0 || open_fonts(state) != 0)
        return 1;
    const char *const folders[] = {"one", "deep", "eight", "fifty", "counts"};
    for (int i = 0; i < 5; i++)
        if (mkdir(in_folder(folders[i]), 0700) != 0)
            return 1;
    write_all();
    return 0;
}

static int clean_up(void **state) {
    close_fonts(state);
    return remove_folder(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_run_on_a_screen_of_fine_pixels),
        cmocka_unit_test(eight_runs_are_named_and_their_settings_readable),
        cmocka_unit_test(fifty_runs_are_told_apart_by_the_mouse),
        cmocka_unit_test(a_confusion_matrix_has_names_and_numbers),
        cmocka_unit_test(the_csv_has_the_elements_of_matrices),
        cmocka_unit_test(sixty_layers_have_colours_in_their_order),
    };
    return cmocka_run_group_tests(tests, set_up, clean_up);
}
