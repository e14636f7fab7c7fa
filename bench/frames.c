/* frames.c: how long dnnview takes to open large runs, by the clock, and to draw a frame of them,
 * in processor time.
 *
 *     ninja bench_frames && build/bench/bench_frames [POINTS [FRAMES]]
 *
 * Ten curves of POINTS (a million) values each are logged into a folder of their own, opened, and
 * drawn in one panel of 1200 x 800 pixels: as they are, smoothed over a ghost of the raw values,
 * zoomed. Noise is the worst case: every column of pixels is painted from top to bottom, ten times.
 * Then the page of a small watched training, as its window draws it again and again; last, fifty
 * runs of 20 tags and at most 10,000 points: their first picture, and frames while nothing moves,
 * the mouse moves through the panels or along the list of runs, and the view moves. All are drawn
 * as the window does, which keeps what has not changed; to see a whole frame redrawn, the theme
 * is switched before each. Printed are medians: of making the display list, of playing it into
 * pixels, and of their sum, which several threads share, by the clock too. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/random.h"
#include "log/run_log.h"
#include "viz/draw/font.h"
#include "viz/draw/raster.h"
#include "viz/window/actions.h"
#include "viz/window/page.h"

enum { CURVES = 10, WIDTH = 1200, HEIGHT = 800, MOST_FRAMES = 1000 };

static double processor_ms(void) {
    return 1e3 * (double)clock() / CLOCKS_PER_SEC;
}

static double clock_ms(void) {
    return 1e-6 * (double)dnn_clock_nanoseconds();
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *times, int count) {
    qsort(times, (size_t)count, sizeof *times, ascending);
    return times[count / 2];
}

static void must(dnn_status status, const dnn_error *err) {
    if (status == DNN_OK)
        return;
    fprintf(stderr, "%s\n", err->text);
    exit(1);
}

/* --- runs --- */

static void log_scalar(dnn_run_log *log, int64_t step, const char *tag, double value) {
    dnn_run_log_event(log, &(dnn_event){.wall_time = 1.7e9 + 1e-3 * (double)step,
                                        .step = step,
                                        .tag = tag,
                                        .tag_size = strlen(tag),
                                        .kind = DNN_EVENT_SCALAR,
                                        .scalar = (float)value});
}

/* Curves that fall, with some noise, or noise alone. */
static void write_curves(const char *folder, int points, bool noise) {
    dnn_error err;
    dnn_run_log *log;
    dnn_random r = dnn_random_seeded(1);
    char tag[] = "cost/a";
    must(dnn_run_log_open(&log, folder, &err), &err);
    for (int i = 0; i < points; i++)
        for (int k = 0; k < CURVES; k++) {
            double random = dnn_random_normal(&r), fall = exp(-3.0 * i / points) + 0.1 * k;
            tag[5] = (char)('a' + k);
            log_scalar(log, i, tag, noise ? random : fall + 0.02 * random);
            if (i % 1000 == 0) /* nobody logs so fast that the writer does not keep up */
                must(dnn_run_log_flush(log, &err), &err);
        }
    dnn_run_log_close(log);
}

/* What a watched network of three layers logs. */
static void write_training(const char *folder) {
    static const char *const groups[] = {"grad_norm", "update_ratio", "dead"};
    dnn_error err;
    dnn_run_log *log;
    dnn_random r = dnn_random_seeded(1);
    must(dnn_run_log_open(&log, folder, &err), &err);
    for (int step = 0; step < 5000; step++) {
        log_scalar(log, step, "cost", exp(-step / 900.0) + 0.02 * dnn_random_normal(&r));
        log_scalar(log, step, "learning_rate", 0.0075);
        log_scalar(log, step, "seconds_per_step", 2e-3 + 1e-4 * dnn_random_normal(&r));
        for (int group = 0; group < 3; group++)
            for (int layer = 1; layer <= 3; layer++) {
                char tag[64];
                snprintf(tag, sizeof tag, "%s/%d Linear", groups[group], 2 * layer - 1);
                log_scalar(log, step, tag, exp(-0.3 * layer + 0.2 * dnn_random_normal(&r)));
            }
    }
    dnn_run_log_close(log);
}

/* --- frames --- */

/* What happens before each frame. */
typedef void change(view *v, double share);

static void nothing(view *v, double share) {
    (void)v;
    (void)share;
}

/* The mouse goes through the panels: values are read off. */
static void read_values(view *v, double share) {
    const panel *first = &v->panels[v->shown[0]];
    float left = first->plot.x + 2;
    mouse_move(v, (point){left + (float)share * (v->width - left - 20), first->plot.y + 60});
}

/* It goes down the list of runs: each is highlighted. */
static void highlight_runs(view *v, double share) {
    mouse_move(v, (point){60, 100 + (float)share * (v->height - 140)});
}

static void switch_theme(view *v, double share) {
    (void)share;
    action_key(v, "t");
}

static void zoom(view *v, double share) {
    action_key(v, share < 0.5 ? "]" : "[");
}

static void draw_frames(const char *name, view *v, int frames, change *before) {
    dnn_error err;
    surface pixels;
    display_list list = {0};
    double lists[MOST_FRAMES], rasters[MOST_FRAMES], sums[MOST_FRAMES];
    double waits[MOST_FRAMES];
    must(surface_create(&pixels, WIDTH, HEIGHT, &err), &err);
    view_draw(v, &list); /* averages are made once */
    raster_play(&list, &pixels, 1);
    for (int i = 0; i < frames; i++) {
        double start = processor_ms(), begun = clock_ms();
        before(v, (double)i / frames);
        display_list_clear(&list);
        view_draw(v, &list);
        double listed = processor_ms();
        raster_play(&list, &pixels, 1);
        double end = processor_ms();
        lists[i] = listed - start;
        rasters[i] = end - listed;
        sums[i] = end - start;
        waits[i] = clock_ms() - begun;
    }
    printf("  %-38s list %6.2f ms   pixels %6.2f ms   frame %6.2f ms   by the clock %6.2f ms\n",
           name, median(lists, frames), median(rasters, frames), median(sums, frames),
           median(waits, frames));
    display_list_free(&list);
    surface_free(&pixels);
}

static void open_view(const char *folder, runs *all, view *v) {
    dnn_error err;
    *all = (runs){0};
    double start = clock_ms();
    must(runs_open(all, folder, &err), &err);
    runs_poll(all);
    double opened = clock_ms() - start;
    size_t points = 0;
    for (size_t i = 0; i < all->items[0]->tag_count; i++)
        points += series_count(all->items[0]->tags[i]->scalars);
    printf("opening %zu points: %.0f ms\n", points, opened);
    view_init(v, all, WIDTH, HEIGHT);
    v->options.scale = 1;
    v->options.keeps = true;
    view_update(v);
}

static void close_view(runs *all, view *v) {
    view_free(v);
    runs_free(all);
}

static void measure_curves(const char *folder, const char *kind, int frames) {
    runs all;
    view v;
    char name[64];
    open_view(folder, &all, &v);
    snprintf(name, sizeof name, "%s", kind);
    draw_frames(name, &v, frames, switch_theme);
    v.options.smoothing = 0.9;
    snprintf(name, sizeof name, "%s, smoothed", kind);
    draw_frames(name, &v, frames, switch_theme);
    v.options.smoothing = 0.999;
    snprintf(name, sizeof name, "%s, smoothed more", kind);
    draw_frames(name, &v, frames, switch_theme);
    panel *p = &v.panels[v.shown[0]];
    panel_zoom(p, (point){p->plot.x + p->plot.w / 2, p->plot.y + p->plot.h / 2}, 30, 1);
    snprintf(name, sizeof name, "%s, smoothed more, zoomed", kind);
    draw_frames(name, &v, frames, switch_theme);
    close_view(&all, &v);
}

static void write_fifty(const char *folder, int points) {
    dnn_error err;
    dnn_random r = dnn_random_seeded(1);
    for (int k = 0; k < 50; k++) {
        char path[160], tag[64];
        dnn_run_log *log;
        snprintf(path, sizeof path, "%s/resnet-lr%g", folder, 1e-4 * (k + 1));
        must(dnn_run_log_open(&log, path, &err), &err);
        for (int step = 0; step < points; step++) {
            for (int t = 0; t < 20; t++) {
                snprintf(tag, sizeof tag, "%s/%d",
                         t < 2   ? "loss"
                         : t < 4 ? "accuracy"
                                 : "grad_norm",
                         t);
                log_scalar(log, step, tag, exp(-3.0 * step / points) + 0.1 * dnn_random_normal(&r));
            }
            if (step % 500 == 0)
                must(dnn_run_log_flush(log, &err), &err);
        }
        dnn_run_log_close(log);
    }
}

static void measure_fifty(const char *folder, int frames) {
    runs all = {0};
    view v;
    dnn_error err;
    display_list list = {0};
    surface pixels;
    must(surface_create(&pixels, WIDTH, HEIGHT, &err), &err);
    double start = clock_ms();
    must(runs_open(&all, folder, &err), &err);
    runs_poll(&all);
    double read = clock_ms();
    view_init(&v, &all, WIDTH, HEIGHT);
    v.options.scale = 1;
    v.options.keeps = true;
    view_update(&v);
    view_draw(&v, &list);
    raster_play(&list, &pixels, 1);
    printf("fifty runs: read in %.0f ms, first picture after %.0f ms\n", read - start,
           clock_ms() - start); /* by the clock: runs are read on all threads */
    draw_frames("page of fifty runs, redrawn", &v, frames, switch_theme);
    draw_frames("page of fifty runs, at rest", &v, frames, nothing);
    draw_frames("page of fifty runs, values read", &v, frames, read_values);
    draw_frames("page of fifty runs, runs highlighted", &v, frames, highlight_runs);
    draw_frames("page of fifty runs, zoomed", &v, frames, zoom);
    display_list_free(&list);
    surface_free(&pixels);
    close_view(&all, &v);
}

int main(int argc, char **argv) {
    int points = argc > 1 ? atoi(argv[1]) : 1000000, frames = argc > 2 ? atoi(argv[2]) : 25;
    char folder[] = "/tmp/dnn-bench-frames-XXXXXX", path[128], remove_all[256];
    dnn_error err;
    runs all;
    view v;
    frames = frames < 1 ? 1 : frames > MOST_FRAMES ? MOST_FRAMES : frames;
    must(fonts_open(&err), &err);
    if (points < 2 || mkdtemp(folder) == NULL)
        return 1;
    for (int noise = 0; noise < 2 && getenv("FIFTY") == NULL; noise++) {
        snprintf(path, sizeof path, "%s/%d", folder, noise);
        write_curves(path, points, noise);
        measure_curves(path, noise ? "noise" : "ten curves", frames);
    }
    snprintf(path, sizeof path, "%s/training", folder);
    write_training(path);
    open_view(path, &all, &v);
    draw_frames("page of a small training", &v, frames, switch_theme);
    draw_frames("the same under a moving mouse", &v, frames, read_values);
    close_view(&all, &v);
    snprintf(path, sizeof path, "%s/fifty", folder);
    write_fifty(path, points < 10000 ? points : 10000);
    measure_fifty(path, frames);
    snprintf(remove_all, sizeof remove_all, "rm -rf '%s'", folder);
    return system(remove_all) == 0 ? 0 : 1;
}
