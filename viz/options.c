/* options.c: one table is what is understood and what the manual page lists. */
#include "viz/options.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/nearest.h"

typedef bool take(options *o, const char *value);

static bool take_number(const char *value, double low, double high, double *out) {
    char *end;
    *out = strtod(value, &end);
    return end != value && *end == '\0' && *out >= low && *out <= high;
}

static bool take_serve(options *o, const char *value) {
    double port;
    bool good = take_number(value, 0, 65535, &port);
    o->serve = good ? (int)port : -1;
    return good && port == (double)o->serve;
}

static bool take_follow(options *o, const char *value) {
    (void)value;
    return o->text = o->follow = true;
}

static bool take_size(options *o, const char *value) {
    int used = 0;
    return sscanf(value, "%dx%d%n", &o->width, &o->height, &used) == 2 && value[used] == '\0' &&
           o->width >= 20 && o->height >= 5 && o->width <= 16384 && o->height <= 16384;
}

static bool take_scale(options *o, const char *value) {
    return take_number(value, 0.25, 8, &o->scale);
}

static bool take_theme(options *o, const char *value) {
    o->theme = value;
    return strcmp(value, "light") == 0 || strcmp(value, "dark") == 0;
}

static bool take_x(options *o, const char *value) {
    return (o->x = find_name(x_names, X_AXIS_COUNT, value)) >= 0;
}

static bool take_x_scale(options *o, const char *value) {
    return (o->x_scale = find_name(scale_names, SCALE_COUNT, value)) >= 0;
}

static bool take_y_scale(options *o, const char *value) {
    return (o->y_scale = find_name(scale_names, SCALE_COUNT, value)) >= 0;
}

static bool take_log(options *o, const char *value) {
    (void)value;
    o->y_scale = SCALE_LOG;
    return true;
}

static bool take_smooth(options *o, const char *value) {
    return take_number(value, 0, MOST_SMOOTHING, &o->smoothing);
}

static bool take_control(options *o, const char *value) {
    double fd;
    bool good = take_number(value, 0, 1e6, &fd);
    o->control = good ? (int)fd : -1;
    return good;
}

/* clang-format off */
static const struct option {
    const char *name, *value; /* value: what it takes, NULL: nothing */
    const char *doc;
    take *take;               /* NULL: the field below is the value, or is set */
    size_t field;
} table[] = {
    {"--figure", "FILE", "show a figure instead of runs; - reads it from the\n"
                         "standard input; dnn.plot makes them", NULL, offsetof(options, figure)},
    {"--png", "FILE", "write the page as an image; -, here and below, is the\n"
                      "standard output", NULL, offsetof(options, png)},
    {"--svg", "FILE", "write the page as a drawing", NULL, offsetof(options, svg)},
    {"--html", "FILE", "write a page for a browser, which needs no network",
     NULL, offsetof(options, html)},
    {"--serve", "PORT", "show that page live in a browser on this machine;\n0: any free port",
     take_serve, 0},
    {"--all", NULL, "all panels, not the first page or screen", NULL, offsetof(options, all)},
    {"--csv", "FILE", "write the values: run, tag, step, time, value",
     NULL, offsetof(options, csv)},
    {"--text", NULL, "plot in the terminal: one screen of it, or all panels\n"
                     "in a pipe or with --all", NULL, offsetof(options, text)},
    {"--follow", NULL, "--text, redrawn as values arrive", take_follow, 0},
    {"--size", "WIDTHxHEIGHT", "of the page in points (1200x800); with --text in\n"
                               "characters, and a height of the whole page", take_size, 0},
    {"--scale", "NUMBER", "pixels per point (1; 2 for print)", take_scale, 0},
    {"--theme", "light|dark", "colours", take_theme, 0},
    {"--x", "step|epoch|relative|wall", "what the x axis is", take_x, 0},
    {"--x-scale", "linear|log|symlog", "its scale", take_x_scale, 0},
    {"--y", "linear|log|symlog", "scale of the y axes", take_y_scale, 0},
    {"--log", NULL, "--y log", take_log, 0},
    {"--smooth", "0..0.9999", "weight of the past in a moving average", take_smooth, 0},
    {"--only", "PATTERN", "only tags that fit: cost, 'grad_norm/*'",
     NULL, offsetof(options, only)},
    {"--control", "FD", "the channel to the training that starts this\n"
                        "window; given by dnn.Run, not by hand", take_control, 0},
    {"--keys", NULL, "the keys and gestures of the window", NULL, offsetof(options, keys)},
    {"--help", NULL, "this page", NULL, offsetof(options, help)},
    {"--version", NULL, "the version", NULL, offsetof(options, version)},
};
/* clang-format on */
enum { TABLE_SIZE = sizeof table / sizeof *table };

/* The option that `word` names, with its value if that comes after "=". */
static const struct option *find(const char *word, const char **value) {
    size_t n = strcspn(word, "=");
    *value = word[n] == '=' ? word + n + 1 : NULL;
    for (int i = 0; i < TABLE_SIZE; i++)
        if (strlen(table[i].name) == n && memcmp(table[i].name, word, n) == 0)
            return &table[i];
    return NULL;
}

static dnn_status fail_unknown(const char *word, dnn_error *err) {
    dnn_nearest nearest = {.wanted = word + strspn(word, "-")};
    for (int i = 0; i < TABLE_SIZE; i++)
        dnn_nearest_offer(&nearest, table[i].name + 2);
    return dnn_fail(err, DNN_ERROR_ARGUMENT, "unknown option '%s'%s%s%s", word,
                    nearest.name != NULL ? "; did you mean '--" : "",
                    nearest.name != NULL ? nearest.name : "", nearest.name != NULL ? "'?" : "");
}

static bool set(options *out, const struct option *o, const char *value) {
    char *field = (char *)out + o->field;
    if (o->take != NULL)
        return o->take(out, value);
    if (o->value != NULL)
        *(const char **)(void *)field = value;
    else
        *(bool *)field = true;
    return true;
}

static dnn_status parse_option(options *out, char **argv, int *i, dnn_error *err) {
    const char *word = strcmp(argv[*i], "-h") == 0 ? "--help" : argv[*i], *value;
    const struct option *o = find(word, &value);
    if (o == NULL)
        return fail_unknown(word, err);
    if (o->value == NULL && value != NULL)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s takes no value", o->name);
    if (o->value != NULL && value == NULL)
        value = argv[*i + 1] == NULL ? NULL : argv[++*i];
    if (o->value != NULL && value == NULL)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s needs a value: %s", o->name, o->value);
    if (!set(out, o, value))
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "%s takes %s, not '%s'", o->name, o->value, value);
    return DNN_OK;
}

/* How many files are the standard output. */
static int count_of_standard(const options *o) {
    const char *const files[] = {o->png, o->svg, o->html, o->csv};
    int count = 0;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        count += files[i] != NULL && strcmp(files[i], "-") == 0;
    return count;
}

dnn_status options_parse(options *out, int argc, char **argv, dnn_error *err) {
    *out = (options){.paths = argv + 1,
                     .x = -1,
                     .x_scale = -1,
                     .y_scale = -1,
                     .smoothing = -1,
                     .control = -1,
                     .serve = -1};
    bool only_paths = false;
    for (int i = 1; i < argc; i++) {
        if (!only_paths && strcmp(argv[i], "--") == 0) {
            only_paths = true;
        } else if (!only_paths && argv[i][0] == '-') {
            dnn_status status = parse_option(out, argv, &i, err);
            if (status != DNN_OK)
                return status;
        } else {
            out->paths[out->path_count++] = argv[i]; /* never ahead of what is read */
        }
    }
    if (out->figure != NULL && (out->path_count > 0 || out->follow || out->control >= 0 ||
                                out->serve >= 0 || out->html != NULL))
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "--figure stands alone: it takes no run, no "
                        "--follow, --html, --serve and --control");
    if (count_of_standard(out) > 1)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "one thing at a time goes to the standard output: one of --png, --svg, "
                        "--html, --csv takes '-'");
    if (out->path_count == 0 && out->figure == NULL && !out->keys && !out->help && !out->version)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "which run? Give its folder, as in: dnnview runs/cats");
    return DNN_OK;
}

static void help_option(const struct option *o, FILE *out) {
    char left[64];
    snprintf(left, sizeof left, "%s%s%s", o->name, o->value == NULL ? "" : " ",
             o->value == NULL ? "" : o->value);
    const char *line = o->doc;
    fprintf(out, strlen(left) > 24 ? "  %s\n%28s" : "  %-26s", left, "");
    for (size_t n; *line != '\0'; line += n + (line[n] == '\n')) {
        n = strcspn(line, "\n");
        fprintf(out, "%s%.*s\n", line == o->doc ? "" : "                            ", (int)n,
                line);
    }
}

void options_help(FILE *out) {
    fputs("dnnview - watch networks learn, or look at finished runs\n\n"
          "usage: dnnview [options] RUN...\n"
          "       dnnview [options] --figure FILE\n\n"
          "RUN is a folder with an event file (events.out.tfevents.*, from dnn.Run or "
          "TensorBoard), such\n"
          "a file, or a folder of such folders. Runs that are still growing are followed, several "
          "runs\n"
          "are overlaid. Without --png, --svg, --html, --serve, --csv or --text a window opens; ? "
          "in it\n"
          "lists keys and gestures. The others need no display.\n\n"
          "options\n",
          out);
    for (int i = 0; i < TABLE_SIZE; i++)
        help_option(&table[i], out);
    fputs("\nexamples\n"
          "  dnnview runs/cats                          the window\n"
          "  dnnview runs/a runs/b --only cost --log    two cost curves, log scale\n"
          "  dnnview runs/cats --png cats.png --scale 2 an image, without a display\n"
          "  dnnview runs --html report.html            all runs, for a colleague's browser\n"
          "  dnnview runs --serve 8080                  the same page, live\n"
          "  dnnview runs/cats --follow                 live in a terminal, over SSH\n\n"
          "files\n"
          "  $XDG_STATE_HOME/dnnlua/dnnview.conf (~/.local/state without it): the window's size,\n"
          "  theme, scales, smoothing and hidden curves, from the last time\n\n"
          "environment\n"
          "  NO_COLOR, CLICOLOR_FORCE, TERM, COLORTERM\n"
          "                whether --text is coloured, and with how many colours\n"
          "  DNNVIEW_FONT  a folder with the DejaVu fonts, instead of the system's\n\n"
          "exit status\n"
          "  0 success, 1 a run, a display, a port or a file could not be opened, 2 wrong usage\n",
          out);
}
