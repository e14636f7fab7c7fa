/* figure_words.c: reading a figure's lines of words, trusting none of them. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/grow.h"
#include "core/memory.h"
#include "viz/draw/text_fit.h"
#include "viz/plot/figure_reader.h"

#define MOST_BINS  ((size_t)10000)
#define MOST_ITEMS ((size_t)1000)

static dnn_status wrong(figure_reader *r, const char *what, const char *value) {
    return dnn_fail(r->err, DNN_ERROR_FORMAT, "%s: line %zu: %s, not '%.60s'", r->name, r->line,
                    what, value);
}

typedef dnn_status take(figure_reader *r, const char *value);

static void copy_text(char *out, const char *text) {
    text_copy(text, FIGURE_TEXT, out, FIGURE_TEXT);
}

static dnn_status take_title(figure_reader *r, const char *value) {
    copy_text(r->figure->title, value);
    return DNN_OK;
}

static dnn_status take_x_label(figure_reader *r, const char *value) {
    copy_text(r->figure->x_label, value);
    return DNN_OK;
}

static dnn_status take_y_label(figure_reader *r, const char *value) {
    copy_text(r->figure->y_label, value);
    return DNN_OK;
}

static dnn_status take_scale(figure_reader *r, const char *value, axis_scale *out) {
    int found = find_name(scale_names, SCALE_COUNT, value);
    if (found < 0)
        return wrong(r, "a scale is linear, log or symlog", value);
    *out = (axis_scale)found;
    return DNN_OK;
}

static dnn_status take_x_scale(figure_reader *r, const char *value) {
    return take_scale(r, value, &r->figure->x_scale);
}

static dnn_status take_y_scale(figure_reader *r, const char *value) {
    return take_scale(r, value, &r->figure->y_scale);
}

static dnn_status take_map(figure_reader *r, const char *value) {
    r->figure->grey = strcmp(value, "grey") == 0;
    return r->figure->grey || strcmp(value, "heat") == 0 ? DNN_OK
                                                         : wrong(r, "a map is heat or grey", value);
}

static dnn_status take_number(figure_reader *r, const char *value, double *out) {
    char *end;
    *out = strtod(value, &end);
    return end != value && *end == '\0' && isfinite(*out) ? DNN_OK
                                                          : wrong(r, "expected a number", value);
}

static dnn_status take_low(figure_reader *r, const char *value) {
    return take_number(r, value, &r->figure->low);
}

static dnn_status take_high(figure_reader *r, const char *value) {
    return take_number(r, value, &r->figure->high);
}

/* Whole numbers above 0, each followed by a blank or the end; what comes after them. NULL when they
 * are none. */
static const char *take_sizes(const char *value, size_t *sizes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char *end;
        if (*value < '0' || *value > '9')
            return NULL;
        errno = 0;
        unsigned long long size = strtoull(value, &end, 10);
        if (errno != 0 || size == 0 || size > SIZE_MAX / 64 || (*end != ' ' && *end != '\0'))
            return NULL;
        sizes[i] = (size_t)size;
        value = end + (*end == ' ');
    }
    return value;
}

static dnn_status take_bins(figure_reader *r, const char *value) {
    const char *rest = take_sizes(value, &r->figure->bins, 1);
    if (rest == NULL || *rest != '\0' || r->figure->bins > MOST_BINS)
        return wrong(r, "bins are a whole number from 1 to 10000", value);
    return DNN_OK;
}

/* One more item of a kind that goes with those before it; NULL: err says why not. */
static figure_item *add_item(figure_reader *r, figure_kind kind, const char *value) {
    figure *f = r->figure;
    if (f->count > 0 && (f->kind != kind || kind == FIGURE_MATRIX)) {
        wrong(r, "a figure holds curves, histograms, images or one matrix", value);
        return NULL;
    }
    if (f->count == MOST_ITEMS) {
        wrong(r, "a figure holds at most 1000 things", value);
        return NULL;
    }
    if (!dnn_grow(&f->items, &r->capacity, f->count, 1)) {
        dnn_fail(r->err, DNN_ERROR_MEMORY, "%s: no memory for what it shows", r->name);
        return NULL;
    }
    f->kind = kind;
    f->items[f->count] = (figure_item){0};
    return &f->items[f->count++];
}

static dnn_status failed(const figure_reader *r) {
    return r->err != NULL ? r->err->status : DNN_ERROR_FORMAT;
}

static dnn_status take_curve(figure_reader *r, const char *value, bool dots) {
    size_t count;
    const char *name = take_sizes(value, &count, 1);
    if (name == NULL)
        return wrong(r, "expected a number of points and a name", value);
    figure_item *item = add_item(r, FIGURE_CURVES, value);
    if (item == NULL)
        return failed(r);
    item->count = count;
    item->dots = dots;
    copy_text(item->name, name);
    return DNN_OK;
}

static dnn_status take_lines(figure_reader *r, const char *value) {
    return take_curve(r, value, false);
}

static dnn_status take_points(figure_reader *r, const char *value) {
    return take_curve(r, value, true);
}

static dnn_status take_values(figure_reader *r, const char *value) {
    size_t count;
    const char *name = take_sizes(value, &count, 1);
    if (name == NULL)
        return wrong(r, "expected a number of values and a name", value);
    figure_item *item = add_item(r, FIGURE_HISTOGRAM, value);
    if (item == NULL)
        return failed(r);
    item->count = count;
    copy_text(item->name, name);
    return DNN_OK;
}

static dnn_status take_matrix(figure_reader *r, const char *value) {
    size_t sizes[2];
    const char *name = take_sizes(value, sizes, 2);
    if (name == NULL || sizes[0] > SIZE_MAX / 64 / sizes[1])
        return wrong(r, "expected rows and columns", value);
    figure_item *item = add_item(r, FIGURE_MATRIX, value);
    if (item == NULL)
        return failed(r);
    item->rows = sizes[0];
    item->columns = sizes[1];
    item->count = sizes[0] * sizes[1];
    copy_text(item->name, name);
    return DNN_OK;
}

static dnn_status take_picture(figure_reader *r, const char *value) {
    size_t sizes[3];
    const char *name = take_sizes(value, sizes, 3);
    if (name == NULL || (sizes[2] != 1 && sizes[2] != 3) ||
        sizes[0] > PICTURES_MAX_PIXELS / sizes[1])
        return wrong(r, "expected width, height and 1 or 3 channels", value);
    figure_item *item = add_item(r, FIGURE_PICTURES, value);
    if (item == NULL)
        return failed(r);
    item->columns = sizes[0];
    item->rows = sizes[1];
    item->count = sizes[2]; /* channels, until the pixels are read */
    copy_text(item->name, name);
    return DNN_OK;
}

/* More numbers for the curve before, as many as it has points. */
static figure_item *take_more(figure_reader *r, const char *value) {
    figure *f = r->figure;
    figure_item *last = f->count > 0 ? &f->items[f->count - 1] : NULL;
    size_t count;
    const char *rest = take_sizes(value, &count, 1);
    if (last == NULL || f->kind != FIGURE_CURVES || rest == NULL || *rest != '\0' ||
        count != last->count) {
        wrong(r, "expected the number of points of the curve before", value);
        return NULL;
    }
    return last;
}

static dnn_status take_spread(figure_reader *r, const char *value, bool bars) {
    figure_item *item = take_more(r, value);
    if (item == NULL)
        return failed(r);
    item->spreads = true;
    item->bars = bars;
    return DNN_OK;
}

static dnn_status take_band(figure_reader *r, const char *value) {
    return take_spread(r, value, false);
}

static dnn_status take_bars(figure_reader *r, const char *value) {
    return take_spread(r, value, true);
}

static dnn_status take_shades(figure_reader *r, const char *value) {
    figure_item *item = take_more(r, value);
    if (item == NULL)
        return failed(r);
    item->shaded = true;
    return item->dots ? DNN_OK : wrong(r, "only points have shades", value);
}

static dnn_status take_note(figure_reader *r, const char *value) {
    figure *f = r->figure;
    char *end;
    figure_note note = {.x = strtod(value, &end)};
    bool good = end != value && *end == ' ' && isfinite(note.x);
    const char *second = end;
    note.y = strtod(second, &end);
    if (!good || end == second || *end != ' ' || !isfinite(note.y))
        return wrong(r, "expected x, y and a text", value);
    if (f->note_count == FIGURE_NOTES)
        return wrong(r, "a figure has at most 100 notes", value);
    if (!dnn_grow(&f->notes, &r->note_capacity, f->note_count, 1))
        return dnn_fail(r->err, DNN_ERROR_MEMORY, "%s: no memory for a note", r->name);
    copy_text(note.text, end + 1);
    f->notes[f->note_count++] = note;
    return DNN_OK;
}

/* --- grids --- */

#define MOST_SIDE ((size_t)20)

static dnn_status take_grid(figure_reader *r, const char *value) {
    figure *f = r->first;
    size_t sides[2];
    const char *heading = take_sizes(value, sides, 2);
    if (heading == NULL || sides[0] > MOST_SIDE || sides[1] > MOST_SIDE || r->line != 2)
        return wrong(r, "a grid begins the figure, with its rows and columns, at most 20", value);
    f->grid_rows = sides[0];
    f->grid_columns = sides[1];
    copy_text(f->heading, heading);
    return DNN_OK;
}

static dnn_status take_next(figure_reader *r, const char *value) {
    if (r->figures >= r->first->grid_rows * r->first->grid_columns)
        return wrong(r, "the grid has no place for another figure", value);
    figure *next = dnn_calloc(1, sizeof *next);
    if (next == NULL)
        return dnn_fail(r->err, DNN_ERROR_MEMORY, "%s: no memory for another figure", r->name);
    next->low = next->high = NAN;
    r->figure->next = next;
    r->figure = next;
    r->figures++;
    r->capacity = r->note_capacity = 0;
    return DNN_OK;
}

static const struct key {
    const char *name;
    take *take;
} keys[] = {
    {"grid",    take_grid   },
    {"next",    take_next   },
    {"title",   take_title  },
    {"x_label", take_x_label},
    {"y_label", take_y_label},
    {"x_scale", take_x_scale},
    {"y_scale", take_y_scale},
    {"lines",   take_lines  },
    {"points",  take_points },
    {"band",    take_band   },
    {"bars",    take_bars   },
    {"shades",  take_shades },
    {"note",    take_note   },
    {"values",  take_values },
    {"bins",    take_bins   },
    {"matrix",  take_matrix },
    {"map",     take_map    },
    {"low",     take_low    },
    {"high",    take_high   },
    {"picture", take_picture},
};
enum { KEY_COUNT = sizeof keys / sizeof *keys };

static dnn_status take_line(figure_reader *r, char *line) {
    size_t n = strcspn(line, " ");
    const char *value = line[n] == ' ' ? line + n + 1 : line + n;
    line[n] = '\0';
    for (int i = 0; i < KEY_COUNT; i++)
        if (strcmp(keys[i].name, line) == 0)
            return keys[i].take(r, value);
    return dnn_fail(r->err, DNN_ERROR_FORMAT, "%s: line %zu: '%.60s' says nothing to this dnnview",
                    r->name, r->line, line);
}

/* The next line without its end, cut where it is longer than any can be; false at the file's end.
 */
static bool next_line(figure_reader *r, char *line, size_t size) {
    const uint8_t *start = r->bytes + r->at;
    const uint8_t *end = r->at < r->size ? memchr(start, '\n', r->size - r->at) : NULL;
    if (end == NULL)
        return false;
    size_t n = (size_t)(end - start);
    size_t kept = n < size - 1 ? n : size - 1;
    memcpy(line, start, kept);
    line[kept] = '\0';
    r->at += n + 1;
    r->line++;
    return true;
}

dnn_status figure_read_words(figure_reader *r) {
    char line[256];
    if (!next_line(r, line, sizeof line) || strcmp(line, FIGURE_FIRST_LINE) != 0)
        return dnn_fail(r->err, DNN_ERROR_FORMAT,
                        "%s: is no figure: it does not begin with '" FIGURE_FIRST_LINE "'",
                        r->name);
    while (next_line(r, line, sizeof line)) {
        if (line[0] == '\0')
            return DNN_OK;
        dnn_status status = take_line(r, line);
        if (status != DNN_OK)
            return status;
    }
    return dnn_fail(r->err, DNN_ERROR_FORMAT, "%s: ends before the empty line that ends its words",
                    r->name);
}
