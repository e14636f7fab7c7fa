/* Each kind of panel, and what curves are drawn as, against golden pictures: histograms, statistics
 * of activations, feature maps and filters, texts and hyper-parameters, precision and recall, the
 * graph of a network, a kind that is not known, a run far off, noise, groups. */
#include "check.h"

#include <sys/stat.h>

#include "core/random.h"
#include "log/record.h"
#include "log/wire.h"
#include "viz/golden_page.h"
#include "viz/sample_fonts.h"

enum { STEPS = 300 };

static dnn_random noise;

static double wobble(double size) {
    return size * dnn_random_normal(&noise);
}

static dnn_run_log *open_log(const char *name, uint64_t seed) {
    dnn_run_log *log;
    noise = dnn_random_seeded(seed);
    if (dnn_run_log_open(&log, in_folder(name), NULL) != DNN_OK)
        abort();
    return log;
}

static dnn_event event_of(int step, const char *tag, dnn_event_kind kind) {
    return (dnn_event){.wall_time = SAMPLE_START + step,
                       .step = step,
                       .tag = tag,
                       .tag_size = strlen(tag),
                       .kind = kind};
}

static void log_text(dnn_run_log *log, int step, const char *tag, const char *text) {
    dnn_event e = event_of(step, tag, DNN_EVENT_TEXT);
    e.bytes = (const uint8_t *)text;
    e.size = strlen(text);
    dnn_run_log_event(log, &e);
}

/* --- histograms and statistics of layers --- */

/* A bell that wanders and widens. */
static void log_bell(dnn_run_log *log, int step, const char *tag, double middle, double width) {
    enum { BUCKETS = 40 };
    double limits[BUCKETS], counts[BUCKETS], all = 0;
    for (int k = 0; k < BUCKETS; k++) {
        double x = (k - 0.5 * BUCKETS) / (0.2 * BUCKETS);
        limits[k] = middle + width * (x + 0.12);
        counts[k] = floor(400 * exp(-x * x / 2) * (1 + 0.2 * dnn_random_normal(&noise)));
        counts[k] = fmax(counts[k], 0);
        all += counts[k];
    }
    dnn_event e = event_of(step, tag, DNN_EVENT_HISTOGRAM);
    e.histogram = (dnn_histogram){middle - 3 * width,
                                  limits[BUCKETS - 1],
                                  all,
                                  all * middle,
                                  all * (middle * middle + width * width),
                                  BUCKETS,
                                  limits,
                                  counts};
    dnn_run_log_event(log, &e);
}

static void write_layers(void) {
    static const char *const kinds[] = {"Conv2d", "ReLU", "Linear", "Tanh", "Linear"};
    dnn_run_log *log = open_log("layers", 1);
    char tag[64];
    for (int i = 1; i <= STEPS; i++) {
        double part = (double)i / STEPS;
        for (int k = 0; k < 5; k++) {
            snprintf(tag, sizeof tag, "output_mean/%d %s", k + 1, kinds[k]);
            sample_scalar(log, i, tag, (k - 2) * 0.3 * part + wobble(0.02));
            snprintf(tag, sizeof tag, "output_deviation/%d %s", k + 1, kinds[k]);
            sample_scalar(log, i, tag, exp((k - 2) * 1.6 * part) + wobble(0.01));
        }
        sample_scalar(log, i, "saturated/4 Tanh", 1 / (1 + exp(8 - 12 * part)));
        if (i % 10 == 0) {
            log_bell(log, i, "weight/1 Conv2d", 0.2 * part, 0.1 + 0.1 * part);
            log_bell(log, i, "weight/3 Linear", -part, 0.3 - 0.2 * part);
            log_bell(log, i, "weight_grad/1 Conv2d", 0, 0.01 * exp(-2 * part));
        }
    }
    dnn_run_log_close(log);
}

static void histograms_are_ridges(void **state) {
    (void)state;
    golden_page_check("histograms", (golden_page){.runs = "layers",
                                                  .only = "weight*",
                                                  .width = 1000,
                                                  .height = 320,
                                                  .scale = 1,
                                                  .theme = &theme_light});
}

static void signals_that_vanish_or_explode_are_seen_layer_by_layer(void **state) {
    (void)state;
    golden_page_check("activations", (golden_page){
                                         .runs = "layers",
                                         .only = "[os]*",
                                         .width = 1000,
                                         .height = 640,
                                         .scale = 1,
                                         .theme = &theme_dark,
                                         .mouse = {0.25f, 0.2f}
    });
}

/* --- images --- */

/* Channels side by side, each a wave of its own. */
static void log_waves(dnn_run_log *log, const char *tag, const char *words, int size, int columns,
                      int rows) {
    char path[160];
    dnn_error err;
    surface s;
    uint8_t png[16384];
    snprintf(path, sizeof path, "%s/wave.png", folder);
    check_ok(surface_create(&s, columns * (size + 1), rows * (size + 1), &err));
    for (int y = 0; y < s.height; y++)
        for (int x = 0; x < s.width; x++) {
            double k = x / (size + 1) + 3 * (y / (size + 1)) + 1;
            bool gap = x % (size + 1) == size || y % (size + 1) == size;
            double grey = 0.5 + 0.5 * sin(0.5 * k * (x % (size + 1)) + 0.8 * (y % (size + 1)));
            uint8_t *p = s.rgba + 4 * (y * s.width + x);
            p[0] = p[1] = p[2] = gap ? 255 : (uint8_t)(255 * grey);
            p[3] = 255;
        }
    check_ok(surface_write_png(&s, path, &err));
    FILE *file = fopen(path, "rb");
    dnn_event e = event_of(STEPS, tag, DNN_EVENT_IMAGE);
    e.width = (size_t)s.width;
    e.height = (size_t)s.height;
    e.bytes = png;
    e.size = fread(png, 1, sizeof png, file);
    fclose(file);
    surface_free(&s);
    dnn_run_log_event(log, &e);
    log_text(log, STEPS, tag, words);
}

static void write_images(void) {
    dnn_run_log *log = open_log("images", 2);
    log_waves(log, "feature_maps/0 input", "1 channel of 28 × 28", 28, 1, 1);
    log_waves(log, "feature_maps/1 Conv2d", "8 channels of 26 × 26", 26, 4, 2);
    log_waves(log, "feature_maps/4 Conv2d", "16 channels of 11 × 11", 11, 4, 4);
    log_waves(log, "filters/1 Conv2d", "8 filters", 3, 4, 2);
    log_waves(log, "filters/4 Conv2d", "16 filters × 8 channels", 3, 8, 16);
    dnn_run_log_close(log);
}

static void feature_maps_and_filters_have_their_words_below(void **state) {
    (void)state;
    golden_page_check(
        "images",
        (golden_page){
            .runs = "images", .width = 1000, .height = 420, .scale = 1, .theme = &theme_light});
}

/* --- texts --- */

static void write_texts(void) {
    dnn_run_log *log = open_log("texts", 3);
    log_text(log, 0, "settings",
             "lr = 0.001\noptimiser = adam\nnesterov = true\nbatch_size = 64\n"
             "data = a very long path/to/the/corpus/of/the/works-of-shakespeare-in-one-file.txt");
    log_text(log, 100, "sample", "KING: the the the and of tha tha");
    log_text(log, 200, "sample", "KING: what is the hour, my lord, that we should ride to the sea");
    log_text(log, 300, "sample",
             "KING: What is the hour, my lord? The night is long, and we should ride before the "
             "sun has seen the sea.\n\nLORD: It is not yet the third, my liege.");
    dnn_run_log_close(log);
}

static void text_samples_stand_over_time_beside_the_settings(void **state) {
    (void)state;
    golden_page_check(
        "texts",
        (golden_page){
            .runs = "texts", .width = 640, .height = 360, .scale = 1, .theme = &theme_dark});
}

/* --- precision and recall --- */

static void write_pr(void) {
    enum { N = 40 };
    char name[32];
    for (int r = 0; r < 2; r++) {
        snprintf(name, sizeof name, "pr/net-lr0.%d", r + 1);
        dnn_run_log *log = open_log(name, (uint64_t)r);
        for (int class = 0; class < 2; class ++) {
            float rows[6][N];
            for (int k = 0; k < N; k++) {
                double t = (double)k / (N - 1), skill = 2.5 + r + 0.5 * class;
                rows[0][k] = (float)floor(1000 * (1 - pow(t, skill)));
                rows[1][k] = (float)floor(1000 * pow(1 - t, skill));
                rows[2][k] = 1000 - rows[1][k];
                rows[3][k] = 1000 - rows[0][k];
                float all = rows[0][k] + rows[1][k];
                rows[4][k] = all > 0 ? rows[0][k] / all : 0;
                rows[5][k] = rows[0][k] / 1000;
            }
            dnn_event e = event_of(STEPS, class == 0 ? "pr/cat" : "pr/dog", DNN_EVENT_PR_CURVE);
            e.rows = 6;
            e.columns = N;
            e.numbers = (const uint8_t *)rows;
            dnn_run_log_event(log, &e);
        }
        dnn_run_log_close(log);
    }
}

static void curves_of_precision_are_named_and_read(void **state) {
    (void)state;
    golden_page_check("precision", (golden_page){
                                       .runs = "pr",
                                       .width = 800,
                                       .height = 420,
                                       .scale = 1,
                                       .theme = &theme_light,
                                       .mouse = {0.85f, 0.4f}
    });
}

/* --- the graph --- */

static void write_graph(void) {
    static const char table[] =
        "| step | place | layer | input | output | parameters |\n|---|---|---|---|---|---|\n"
        "| 1 | 1 | Conv2d(3 -> 8, kernel_size = 3 x 3) | X | 30 x 30 x 8 | 224 |\n"
        "| 2 | 2 | BatchNorm2d(num_features = 8) | 1 | 30 x 30 x 8 | 16 |\n"
        "| 3 | 3.1 | Conv2d(8 -> 8, kernel_size = 3 x 3, padding = 1) | 2 | 30 x 30 x 8 | 584 |\n"
        "| 4 | 3.2 | ReLU | 3 | 30 x 30 x 8 | 0 |\n| 5 | 3 | Add | 4, 2 | 30 x 30 x 8 | 0 |\n"
        "| 6 | 4 | MaxPool2d(kernel_size = 2 x 2) | 5 | 15 x 15 x 8 | 0 |\n"
        "| 7 | 5 | Flatten | 6 | 1800 | 0 |\n| 8 | 6 | Linear(1800 -> 10) | 7 | 10 | 18010 |";
    static const char *const layers[] = {"1 Conv2d", "2 BatchNorm2d", "3.1 Conv2d", "6 Linear"};
    dnn_run_log *log = open_log("graph", 4);
    char tag[64];
    log_text(log, 0, "graph", table);
    for (int k = 0; k < 4; k++) {
        snprintf(tag, sizeof tag, "grad_norm/%s", layers[k]);
        sample_scalar(log, STEPS, tag, 0.002 * pow(8, k));
    }
    dnn_run_log_close(log);
}

static void a_network_is_a_list_of_layers_with_their_norms(void **state) {
    (void)state;
    golden_page g = {.runs = "graph",
                     .only = "graph",
                     .width = 640,
                     .height = 300,
                     .scale = 1,
                     .theme = &theme_light};
    golden_page_check("graph", g);
    g.width = 320;
    g.theme = &theme_dark;
    golden_page_check("graph_narrow", g);
}

/* --- a kind that is not known --- */

static void write_unknown(void) {
    static const char name[] = "mesh", tag[] = "bunny";
    uint8_t plugin[32], metadata[48], value[96], summary[112], record[160];
    dnn_run_log_close(open_log("unknown", 5));
    uint8_t *p = dnn_wire_put_bytes(plugin, 1, name, sizeof name - 1);
    p = dnn_wire_put_bytes(metadata, 1, plugin, (size_t)(p - plugin));
    size_t size = (size_t)(p - metadata);
    p = dnn_wire_put_bytes(value, 1, tag, sizeof tag - 1);
    p = dnn_wire_put_bytes(p, 9, metadata, size);
    p = dnn_wire_put_bytes(p, 8, "\x08\x01", 2); /* a tensor of floats */
    p = dnn_wire_put_bytes(summary, 1, value, (size_t)(p - value));
    size = (size_t)(p - summary);
    p = dnn_wire_put_bytes(record + DNN_RECORD_HEADER, 5, summary, size);
    size = dnn_record_seal(record, (size_t)(p - record) - DNN_RECORD_HEADER);
    FILE *file = fopen(in_folder("unknown/events.out.tfevents.2.other"), "wb");
    assert_true(fwrite(record, 1, size, file) == size);
    fclose(file);
}

static void a_kind_that_is_not_known_is_named(void **state) {
    (void)state;
    golden_page_check(
        "unknown",
        (golden_page){
            .runs = "unknown", .width = 640, .height = 200, .scale = 1, .theme = &theme_dark});
}

/* --- curves --- */

static void write_curves(void) {
    char name[64], settings[64];
    for (int k = 0; k < 4; k++) { /* the third diverges */
        snprintf(name, sizeof name, "far/net-lr%d", k + 1);
        dnn_run_log *log = open_log(name, (uint64_t)k + 10);
        for (int i = 1; i <= STEPS; i++) {
            double part = (double)i / STEPS;
            sample_scalar(log, i, "loss/train",
                          k == 2 ? exp(9 * part) : exp(-(k + 1) * part) + wobble(0.01));
            sample_scalar(log, i, "learning_rate", 0.001 * pow(10, k));
            if (i % 50 == 0)
                sample_scalar(log, i, "accuracy/val", 1 - 0.7 * exp(-(k + 1) * part));
        }
        dnn_run_log_close(log);
    }
    dnn_run_log *log = open_log("noisy", 20);
    for (int i = 1; i <= 20000; i++)
        sample_scalar(log, i, "loss/train", exp(-i / 6000.0) * exp(wobble(0.3)));
    dnn_run_log_close(log);
    for (int k = 0; k < 12; k++) {
        snprintf(name, sizeof name, "groups/net-%d", k);
        snprintf(settings, sizeof settings, "lr = %g\nseed = %d", 0.001 * pow(10, k / 4), k % 4);
        log = open_log(name, (uint64_t)k + 30);
        sample_text(log, "settings", settings);
        for (int i = 1; i <= STEPS; i++)
            sample_scalar(log, i, "loss/train",
                          exp(-(1 + k / 4 + 0.2 * (k % 4)) * i / STEPS) + wobble(0.02));
        dnn_run_log_close(log);
    }
}

static void a_run_far_off_is_named_and_sparse_points_are_marked(void **state) {
    (void)state;
    golden_page g = {.runs = "far", .width = 800, .height = 480, .scale = 1, .theme = &theme_light};
    golden_page_check("far_run", g);
    g.keys[0] = "e";
    g.theme = &theme_dark;
    golden_page_check("far_run_shown", g);
}

static void noise_is_a_pale_band_with_a_line(void **state) {
    (void)state;
    golden_page_check(
        "noise",
        (golden_page){
            .runs = "noisy", .width = 640, .height = 320, .scale = 1, .theme = &theme_light});
}

static void groups_are_means_with_bands(void **state) {
    (void)state;
    golden_page_check("groups", (golden_page){.runs = "groups",
                                              .keys = {"g"},
                                              .width = 800,
                                              .height = 400,
                                              .scale = 1,
                                              .theme = &theme_dark});
}

static int set_up(void **state) {
    setenv("TZ", "UTC", 1);
    if (make_folder(state) != 0 || open_fonts(state) != 0)
        return 1;
    const char *const folders[] = {"pr", "far", "groups"};
    for (int i = 0; i < 3; i++)
        if (mkdir(in_folder(folders[i]), 0700) != 0)
            return 1;
    write_layers();
    write_images();
    write_texts();
    write_pr();
    write_graph();
    write_unknown();
    write_curves();
    return 0;
}

static int clean_up(void **state) {
    close_fonts(state);
    return remove_folder(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(histograms_are_ridges),
        cmocka_unit_test(signals_that_vanish_or_explode_are_seen_layer_by_layer),
        cmocka_unit_test(feature_maps_and_filters_have_their_words_below),
        cmocka_unit_test(text_samples_stand_over_time_beside_the_settings),
        cmocka_unit_test(curves_of_precision_are_named_and_read),
        cmocka_unit_test(a_network_is_a_list_of_layers_with_their_norms),
        cmocka_unit_test(a_kind_that_is_not_known_is_named),
        cmocka_unit_test(a_run_far_off_is_named_and_sparse_points_are_marked),
        cmocka_unit_test(noise_is_a_pale_band_with_a_line),
        cmocka_unit_test(groups_are_means_with_bands),
    };
    return cmocka_run_group_tests(tests, set_up, clean_up);
}
