/* frames.c: how long dnnview takes to open large runs and to draw a frame of them.
 *
 *     ninja bench_frames && build/bench/bench_frames [POINTS [FRAMES]]
 *
 * Ten curves of POINTS (a million) values each are logged into a folder of their own, opened, and
 * drawn in one panel of 1200 x 800 pixels: as they are, smoothed over a ghost of the raw values,
 * zoomed. Noise is the worst case: every column of pixels is painted from top to bottom, ten times.
 * Then the page of a small watched training, as its window draws it again and again; last, fifty
 * runs of 20 tags and at most 10,000 points, once as groups of layers and once as quantities with a
 * panel each: their first picture, and frames while nothing moves, the mouse moves through the
 * panels or along the list of runs, the view moves, the window changes its size, and every curve
 * gets a new value for each frame. All are drawn as the window does, which keeps what has not
 * changed; to see a whole frame redrawn, the theme is switched before each. FIFTY in the
 * environment leaves out all but these. Printed are medians in processor time, of making the
 * display list, of playing it into pixels, and of their sum, and by the clock, with the worst of
 * ten frames. */
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

/* Of so many times the one that this share of them does not exceed; 0.5: the median. */
static double quantile(double *times, int count, double share) {
    qsort(times, (size_t)count, sizeof *times, ascending);
    return times[(int)(share * (count - 1))];
}

static double median(double *times, int count) {
    return quantile(times, count, 0.5);
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

/* --- fifty runs --- */

enum { RUNS = 50, TAGS = 20 };

/* Runs that are being logged. */
typedef struct fifty {
    dnn_run_log *logs[RUNS];
    char tags[TAGS][64];
    int step, points; /* logged; altogether */
    dnn_random random;
} fifty;

static fifty growing;

static void open_fifty(const char *folder, bool layers, int points) {
    dnn_error err;
    growing = (fifty){.points = points, .random = dnn_random_seeded(1)};
    for (int t = 0; t < TAGS; t++) {
        const char *group = t < 2 ? "loss/" : t < 4 ? "accuracy/" : "grad_norm/";
        snprintf(growing.tags[t], sizeof growing.tags[t], "%s%d", layers ? group : "quantity", t);
    }
    for (int k = 0; k < RUNS; k++) {
        char path[160];
        snprintf(path, sizeof path, "%s/resnet-lr%g", folder, 1e-4 * (k + 1));
        must(dnn_run_log_open(&growing.logs[k], path, &err), &err);
    }
}

static void log_step(int k) {
    for (int t = 0; t < TAGS; t++)
        log_scalar(growing.logs[k], growing.step, growing.tags[t],
                   exp(-3.0 * growing.step / growing.points) +
                       0.1 * dnn_random_normal(&growing.random));
}

static void log_more(void) {
    for (int k = 0; k < RUNS; k++) {
        log_step(k);
        dnn_run_log_write(growing.logs[k]);
    }
    growing.step++;
}

static void log_fifty(void) {
    dnn_error err;
    for (; growing.step < growing.points; growing.step++)
        for (int k = 0; k < RUNS; k++) {
            log_step(k);
            if (growing.step % 500 == 0)
                must(dnn_run_log_flush(growing.logs[k], &err), &err);
        }
    for (int k = 0; k < RUNS; k++)
        must(dnn_run_log_flush(growing.logs[k], &err), &err);
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

/* The window is dragged smaller and larger. */
static void resize(view *v, double share) {
    v->width = WIDTH - 100 + 100 * (float)share;
    v->height = HEIGHT - 60 * (float)share;
}

static void pan(view *v, double share) {
    action_key(v, share < 0.5 ? "Left" : "Right");
}

static void scroll(view *v, double share) {
    mouse_wheel(v, 0, share < 0.5 ? -1 : 1, false, false);
}

static void hide_run(view *v, double share) {
    const runs *all = v->all;
    run *r = all->items[(size_t)(share * (double)all->count)];
    r->hidden = !r->hidden;
    view_choose_shown(v);
}

/* Every tag of every run has got a value since the last frame. */
static void follow(view *v, double share) {
    (void)share;
    runs_poll(v->all);
    view_update(v);
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
        if (before == follow)
            log_more();
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
    printf("  %-40s list %6.2f   pixels %6.2f   frame %6.2f   by the clock %6.2f, %6.2f ms\n", name,
           median(lists, frames), median(rasters, frames), median(sums, frames),
           median(waits, frames), quantile(waits, frames, 0.9));
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

static void measure_fifty(const char *folder, bool layers, int points, int frames) {
    static const struct {
        const char *what;
        change *before;
    } rows[] = {
        {"redrawn",          switch_theme  },
        {"at rest",          nothing       },
        {"values read",      read_values   },
        {"runs highlighted", highlight_runs},
        {"zoomed",           zoom          },
        {"panned",           pan           },
        {"scrolled",         scroll        },
        {"resized",          resize        },
        {"runs hidden",      hide_run      },
        {"growing",          follow        },
    };
    runs all = {0};
    view v;
    dnn_error err;
    display_list list = {0};
    surface pixels;
    open_fifty(folder, layers, points);
    log_fifty();
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
    printf("fifty runs of %d %s: read in %.0f ms, first picture after %.0f ms\n", TAGS,
           layers ? "layers" : "quantities", read - start,
           clock_ms() - start); /* by the clock: runs are read on all threads */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        draw_frames(rows[i].what, &v, frames, rows[i].before);
        action_key(&v, "F");
        mouse_leave(&v);
        v.width = WIDTH;
        v.height = HEIGHT;
    }
    display_list_free(&list);
    surface_free(&pixels);
    close_view(&all, &v);
    for (int k = 0; k < RUNS; k++)
        dnn_run_log_close(growing.logs[k]);
}

int main(int argc, char **argv) {
    setvbuf(stdout, NULL, _IOLBF, 0);
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
    for (int layers = 1; layers >= 0; layers--) {
        snprintf(path, sizeof path, "%s/fifty%d", folder, layers);
        measure_fifty(path, layers, points < 10000 ? points : 10000, frames);
    }
    snprintf(remove_all, sizeof remove_all, "rm -rf '%s'", folder);
    return system(remove_all) == 0 ? 0 : 1;
}
