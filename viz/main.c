/* main.c: dnnview: the command line, then a window, files, or a plot in the terminal. */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/descriptor.h"
#include "core/memory.h"
#include "core/terminal.h"
#include "core/utf8.h"
#include "viz/draw/font.h"
#include "viz/draw/output.h"
#include "viz/options.h"
#include "viz/report/serve.h"
#include "viz/terminal/terminal.h"
#include "viz/window/damage.h"
#include "viz/window/export.h"
#include "viz/window/help.h"
#include "viz/window/state.h"
#include "viz/window/trainer.h"
#include "viz/window/window.h"

#define WIDTH         1200
#define HEIGHT        800
#define FIGURE_WIDTH  720
#define FIGURE_HEIGHT 480
#define MOST_WIDTH    1800 /* of a grid of figures */
#define MOST_HEIGHT   1400

/* Where values come from: a figure, or runs and folders that are no runs yet. */
typedef struct source {
    figure figure; /* instead of runs: has items */
    runs all;
    char **paths; /* those that are waited for */
    int path_count;
    bool patient; /* a path that is no run yet may become one */
    bool window;  /* a folder without runs may get one */
    int port;     /* to serve at */
} source;

static int complain(const dnn_error *err) {
    dnn_error line = *err; /* of a path with a newline, too */
    dnn_utf8_disarm_line(line.text);
    fprintf(stderr, "dnnview: %s\n", line.text);
    return 1;
}

static bool is_folder(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* Opens what can be opened; without patience the first path that cannot is an error. */
static dnn_status open_paths(source *s, dnn_error *err) {
    int waiting = 0;
    for (int i = 0; i < s->path_count; i++) {
        dnn_status status = runs_open(&s->all, s->paths[i], err);
        bool waits =
            s->patient || (s->window && status == DNN_ERROR_FORMAT && is_folder(s->paths[i]));
        if (status != DNN_OK && !waits)
            return status;
        if (status != DNN_OK)
            s->paths[waiting++] = s->paths[i];
    }
    s->path_count = waiting;
    return DNN_OK;
}

static bool read_more(void *context) {
    source *s = context;
    int before = s->path_count;
    if (before > 0)
        open_paths(s, NULL);
    return runs_poll(&s->all) || s->path_count < before;
}

static void set_up(view *v, const options *o) {
    if (o->theme != NULL)
        v->options.theme = strcmp(o->theme, "dark") == 0 ? &theme_dark : &theme_light;
    if (o->x >= 0)
        v->options.x = (x_axis)o->x, v->epoch_wanted = false;
    if (o->x_scale >= 0)
        v->options.x_scale = (axis_scale)o->x_scale;
    if (o->smoothing >= 0)
        v->options.smoothing = o->smoothing;
    v->y_scale = o->y_scale;
    v->only = o->only;
}

/* Of what windows remember, a figure takes the theme: it knows the rest itself. */
static void set_up_figure(view *v, int *width, int *height) {
    v->options = (page_options){.theme = v->options.theme};
    *width = (int)v->width;
    *height = (int)v->height;
}

/* The size in points of a figure, or of a grid of them, none of which becomes tiny. */
static void set_figure(view *v, figure *f, const options *o) {
    float columns = f->grid_columns > 0 ? (float)f->grid_columns : 1;
    float rows = f->grid_rows > 0 ? (float)f->grid_rows : 1;
    v->figure = f;
    v->width = fminf(FIGURE_WIDTH + (columns - 1) * FIGURE_WIDTH / 2, MOST_WIDTH);
    v->height = fminf(FIGURE_HEIGHT + (rows - 1) * FIGURE_HEIGHT / 2, MOST_HEIGHT);
    for (; f != NULL; f = f->next) {
        f->x_scale = o->x_scale >= 0 ? (axis_scale)o->x_scale : f->x_scale;
        f->y_scale = o->y_scale >= 0 ? (axis_scale)o->y_scale : f->y_scale;
    }
}

static bool writes_files(const options *o) {
    return o->png != NULL || o->svg != NULL || o->csv != NULL || o->html != NULL;
}

static int write_files(view *v, const options *o) {
    dnn_error err = {0};
    dnn_status status = fonts_open(&err);
    if (o->width > 0) {
        v->width = (float)o->width;
        v->height = (float)o->height;
    }
    v->bare = true;
    v->whole = o->all;
    view_update(v);
    if (status == DNN_OK)
        status = view_check_only(v, &err);
    if (v->figure != NULL && o->width == 0)
        view_trim(v);
    if (status == DNN_OK && o->png != NULL)
        status = export_png(v, o->png, o->scale > 0 ? (float)o->scale : 1, &err);
    if (status == DNN_OK && o->svg != NULL)
        status = export_svg(v, o->svg, &err);
    if (status == DNN_OK && o->csv != NULL)
        status = export_csv(v, o->csv, &err);
    if (status == DNN_OK && o->html != NULL)
        status = export_html(v, o->html, &err);
    fonts_close();
    return status == DNN_OK ? 0 : complain(&err);
}

static int plot_text(view *v, source *s, const options *o) {
    dnn_error err = {0};
    if (o->theme == NULL)
        v->options.theme = &theme_dark;
    if (o->follow)
        return terminal_follow(v, read_more, s, o->width, o->height, &err) == DNN_OK
                   ? 0
                   : complain(&err);
    int columns, rows;
    dnn_terminal_size(STDOUT_FILENO, &columns, &rows);
    view_update(v);
    if (view_check_only(v, &err) != DNN_OK)
        return complain(&err);
    columns = o->width > 0 ? o->width : columns;
    bool page = o->height == 0 && v->figure == NULL; /* one screen, with room for the prompt */
    bool whole = page && (o->all || !isatty(STDOUT_FILENO)), words = whole || o->all;
    rows = !page ? o->height : whole ? 0 : rows - 1;
    bool good = (v->figure != NULL ? terminal_draw_figure : terminal_draw)(
        v, columns, rows, terminal_colors_of(STDOUT_FILENO), stdout);
    if (words && v->all->count > 1)
        good = terminal_list_runs(v, columns, stdout) && good;
    if (words)
        good = terminal_list_values(v, stdout) && good;
    good = good && putchar('\n') != EOF;
    if (damage_check_memory(v, &err) != DNN_OK)
        return complain(&err);
    return output_flush(good, &err) == DNN_OK ? 0 : complain(&err);
}

/* What a served page shows now. */
typedef struct served {
    view *view;
    source *source;
} served;

static bool update_served(void *context, report *out) {
    served *s = context;
    bool changed = read_more(s->source);
    view_update(s->view);
    *out = export_report(s->view);
    return changed;
}

static int serve(view *v, source *s) {
    dnn_error err = {0};
    served context = {v, s};
    serve_source from = {update_served, &context};
    int port = s->port;
    return serve_report(&from, port, stdout, &err) == DNN_OK ? 0 : complain(&err);
}

static int show_window(view *v, source *s, const options *o) {
    dnn_error err = {0};
    dnn_control trainer;
    window w;
    int width = WIDTH, height = HEIGHT;
    if (fonts_open(&err) != DNN_OK)
        return complain(&err);
    state_load(v, &width, &height);
    if (v->figure != NULL)
        set_up_figure(v, &width, &height);
    set_up(v, o);
    if (o->width > 0)
        width = o->width, height = o->height;
    if (o->scale > 0)
        v->scale = (float)o->scale, v->scale_known = true;
    trainer_attach(&trainer, o->control, v);
    view_update(v);
    if (window_open(&w, v, &trainer, width, height, &err) != DNN_OK) {
        fonts_close();
        return complain(&err);
    }
    w.more = read_more;
    w.context = s;
    while (window_step(&w, WINDOW_SLOWEST))
        continue;
    window_size(&w, &width, &height);
    if (v->figure == NULL)
        state_save(v, width, height);
    window_close(&w);
    fonts_close();
    return 0;
}

static int show(source *s, const options *o) {
    view v;
    view_init(&v, &s->all, WIDTH, HEIGHT);
    if (s->figure.count > 0)
        set_figure(&v, &s->figure, o);
    v.waiting = s->path_count > 0 ? s->paths[0] : NULL;
    set_up(&v, o);
    int status;
    if (writes_files(o))
        status = write_files(&v, o);
    else if (o->serve >= 0)
        status = serve(&v, s);
    else if (o->text)
        status = plot_text(&v, s, o);
    else
        status = show_window(&v, s, o);
    view_free(&v);
    return status;
}

int main(int argc, char **argv) {
    dnn_error err = {0};
    options o;
    dnn_survive_file_limit();
    dnn_save_addresses();
    if (options_parse(&o, argc, argv, &err) != DNN_OK) {
        complain(&err);
        fputs("dnnview --help lists what there is\n", stderr);
        return 2;
    }
    if (o.keys || o.help || o.version) {
        if (o.keys)
            help_print(stdout);
        else if (o.help)
            options_help(stdout);
        else
            puts("dnnview " DNN_VERSION);
        return output_flush(true, &err) == DNN_OK ? 0 : complain(&err);
    }
    /* Ctrl-C at the training's terminal is meant for the training, and so is the processor. */
    if (o.control >= 0) {
        signal(SIGINT, SIG_IGN);
        setpriority(PRIO_PROCESS, 0, 5);
    }
    source s = {.paths = o.paths,
                .path_count = o.path_count,
                .patient = o.control >= 0 || o.follow,
                .window = !o.text && !writes_files(&o),
                .all.without_pixels =
                    o.csv != NULL && o.png == NULL && o.svg == NULL && o.html == NULL,
                .port = o.serve};
    int status;
    if (o.figure != NULL)
        status = figure_read(&s.figure, o.figure, &err) == DNN_OK ? show(&s, &o) : complain(&err);
    else
        status = open_paths(&s, &err) == DNN_OK ? 0 : complain(&err);
    if (status == 0 && o.figure == NULL) {
        runs_poll(&s.all);
        bool waits = o.follow || !(o.text || writes_files(&o));
        status = damage_print(&s.all, !waits, stderr) || s.patient || s.path_count > 0
                     ? show(&s, &o)
                     : 1;
        if (!waits && damage_unread(&s.all))
            status = 1;
    }
    figure_free(&s.figure);
    runs_free(&s.all);
    return status;
}
