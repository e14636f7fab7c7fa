/* panel_csv.c: the points that panels show, one a line (RFC 4180). */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/atomic_file.h"
#include "core/grow.h"
#include "core/memory.h"
#include "viz/plot/panel_parts.h"
#include "viz/runs/layer_graph.h"
#include "viz/runs/settings.h"

typedef struct text {
    char *bytes;
    size_t size, capacity;
    bool failed;
} text;

static void append(text *t, const char *bytes, size_t size) {
    t->failed = t->failed || !dnn_grow(&t->bytes, &t->capacity, t->size, size);
    if (t->failed)
        return;
    memcpy(t->bytes + t->size, bytes, size);
    t->size += size;
}

static void append_format(text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void append_format(text *t, const char *format, ...) {
    char numbers[400]; /* a wall time can have 309 digits before its point */
    va_list args;
    va_start(args, format);
    int size = vsnprintf(numbers, sizeof numbers, format, args);
    va_end(args);
    append(t, numbers, size < (int)sizeof numbers ? (size_t)size : sizeof numbers - 1);
}

/* In quotes where it must be, with quotes inside doubled. What a spreadsheet would run as a formula
 * becomes a text by an apostrophe before it: names come from files that others wrote. */
static void append_field(text *t, const char *field) {
    bool formula = *field != '\0' && strchr("=+-@\t\r", *field) != NULL;
    if (strpbrk(field, ",\"\r\n") == NULL) {
        append(t, "'", formula);
        append(t, field, strlen(field));
        return;
    }
    append(t, "\"", 1);
    append(t, "'", formula);
    for (const char *c = field; *c != '\0'; c++) {
        if (*c == '"')
            append(t, "\"", 1);
        append(t, c, 1);
    }
    append(t, "\"", 1);
}

/* The columns that follow x and y: how far a band or an error bar reaches, and the colour's value.
 */
typedef struct figure_extra {
    bool spread, shade;
} figure_extra;

/* The points of a figure's curve: name, x, y, and those. */
static void append_item(text *t, const panel *p, const figure_item *item, figure_extra more) {
    for (size_t i = 0; i < item->count && !t->failed; i++) {
        if (p->held && !(item->x[i] >= p->x.low && item->x[i] <= p->x.high))
            continue;
        append_field(t, item->name);
        append_format(t, ",%.17g,%.17g", item->x[i], item->y[i]);
        if (more.spread)
            append(t, ",", 1);
        if (item->spread != NULL)
            append_format(t, "%.17g", item->spread[i]);
        if (more.shade)
            append(t, ",", 1);
        if (item->shades != NULL)
            append_format(t, "%.17g", item->shades[i]);
        append(t, "\n", 1);
    }
}

/* The notes are points with a name. */
static void append_notes(text *t, const figure *f, figure_extra more) {
    for (size_t i = 0; i < f->note_count; i++) {
        append_field(t, f->notes[i].text);
        append_format(t, ",%.17g,%.17g%s%s\n", f->notes[i].x, f->notes[i].y, more.spread ? "," : "",
                      more.shade ? "," : "");
    }
}

static void append_bins(text *t, const figure *f, const figure_item *item) {
    for (size_t k = 0; k < f->bins && !t->failed; k++) {
        char numbers[96];
        double low = f->first_edge + f->bin_width * (double)k;
        int size = snprintf(numbers, sizeof numbers, ",%.17g,%.17g,%.0f\n", low, low + f->bin_width,
                            item->counts[k]);
        append_field(t, item->name);
        append(t, numbers, (size_t)size);
    }
}

static void append_matrix(text *t, const figure_item *item) {
    for (size_t r = 0; r < item->rows; r++)
        for (size_t c = 0; c < item->columns && !t->failed; c++) {
            char number[32];
            int size = snprintf(number, sizeof number, "%.17g%s", item->y[c * item->rows + r],
                                c + 1 == item->columns ? "\n" : ",");
            append(t, number, (size_t)size);
        }
}

static void append_pixels(text *t, const figure_item *item) {
    const picture *image = &item->picture;
    for (size_t i = 0; i < image->width * image->height && !t->failed; i++) {
        const uint8_t *rgba = image->rgba + 4 * i;
        append_field(t, item->name);
        append_format(t, ",%zu,%zu,%d,%d,%d\n", i / image->width + 1, i % image->width + 1, rgba[0],
                      rgba[1], rgba[2]);
    }
}

static void append_figure(text *t, const panel *p) {
    const figure *f = p->figure;
    figure_extra more = {0};
    for (size_t i = 0; i < f->count; i++) {
        more.spread |= f->items[i].spread != NULL;
        more.shade |= f->items[i].shades != NULL;
    }
    if (p->kind == PANEL_PLOT)
        append_format(t, "name,x,y%s%s\n", more.spread ? ",spread" : "",
                      more.shade ? ",colour" : "");
    else if (p->kind == PANEL_BARS)
        append(t, "name,from,to,count\n", 19);
    else if (p->kind == PANEL_GALLERY)
        append(t, "name,row,column,red,green,blue\n", 31);
    for (size_t i = 0; i < f->count; i++) {
        if (curve_hidden(&p->curves[i]))
            continue;
        if (p->kind == PANEL_PLOT)
            append_item(t, p, &f->items[i], more);
        else if (p->kind == PANEL_BARS)
            append_bins(t, f, &f->items[i]);
        else if (p->kind == PANEL_MATRIX)
            append_matrix(t, &f->items[i]);
        else if (p->kind == PANEL_GALLERY)
            append_pixels(t, &f->items[i]);
    }
    append_notes(t, f, more);
}

/* --- runs --- */

/* The columns that follow the value of a scalar. */
typedef struct extra {
    bool ranges, places, words;
} extra;

/* A line: NaN as wall_time and from, row 0, and no text leave their columns empty. */
typedef struct line {
    const char *part; /* of the tag, after a slash; NULL: none */
    int64_t step;
    double wall_time, value, from, to;
    bool no_value;
    int digits;
    size_t row, column;
    const char *words;
} line;

static void append_tag(text *t, const curve *c, const char *part) {
    char name[512];
    append_field(t, c->run->name);
    append(t, ",", 1);
    if (part == NULL) {
        append_field(t, c->tag->name);
        return;
    }
    snprintf(name, sizeof name, "%.255s/%.255s", c->tag->name, part);
    append_field(t, name);
}

static void append_line(text *t, const curve *c, extra more, line l) {
    append_tag(t, c, l.part);
    append_format(t, ",%lld,", (long long)l.step);
    if (!isnan(l.wall_time))
        append_format(t, "%.6f", l.wall_time);
    append(t, ",", 1);
    if (!l.no_value)
        append_format(t, "%.*g", l.digits, l.value);
    if (more.ranges && isnan(l.from))
        append(t, ",,", 2);
    else if (more.ranges)
        append_format(t, ",%.9g,%.9g", l.from, l.to);
    if (more.places && l.row == 0)
        append(t, ",,", 2);
    else if (more.places)
        append_format(t, ",%zu,%zu", l.row, l.column);
    if (more.words)
        append(t, ",", 1);
    if (l.words != NULL)
        append_field(t, l.words);
    append(t, "\n", 1);
}

static void append_curve(text *t, const panel *p, const curve *c, const page_options *o,
                         extra more) {
    const series *s = c->tag->scalars;
    for (size_t i = 0; i < series_count(s) && !t->failed; i++) {
        double x = curve_x(c, o, i);
        if (p->held && !(x >= p->x.low && x <= p->x.high))
            continue;
        append_line(t, c, more,
                    (line){.step = series_step(s, i),
                           .wall_time = series_wall_time(s, i),
                           .value = series_value(s, i),
                           .digits = 9,
                           .from = NAN});
    }
}

/* The buckets that hold anything: (from, to] and how many values. */
static void append_histograms(text *t, const curve *c, extra more) {
    for (size_t i = 0; i < c->tag->histogram_count; i++) {
        const histogram_at *h = &c->tag->histograms[i];
        for (size_t k = 0; k < h->buckets && !t->failed; k++)
            if (h->counts[k] > 0)
                append_line(t, c, more,
                            (line){.step = h->step,
                                   .wall_time = h->wall_time,
                                   .value = h->counts[k],
                                   .digits = 17,
                                   .from = k == 0 ? h->min : fmax(h->limits[k - 1], h->min),
                                   .to = fmin(h->limits[k], h->max)});
    }
}

/* Of a matrix, or of a curve of precision and recall. */
static void append_elements(text *t, const curve *c, extra more) {
    const run_tag *tag = c->tag;
    size_t count = tag->matrix == NULL ? 0 : tag->rows * tag->columns;
    for (size_t i = 0; i < count && !t->failed; i++)
        append_line(t, c, more,
                    (line){.step = tag->matrix_step,
                           .wall_time = tag->matrix_time,
                           .value = tag->matrix[i],
                           .digits = 9,
                           .from = NAN,
                           .row = i % tag->rows + 1,
                           .column = i / tag->rows + 1});
}

/* An image's size in pixels and its caption. */
static void append_image(text *t, const curve *c, extra more) {
    const char *caption = run_caption(c->run, c->tag);
    char words[400];
    snprintf(words, sizeof words, "%zu x %zu pixels%s%.300s", c->tag->picture.width,
             c->tag->picture.height, caption != NULL ? ": " : "", caption != NULL ? caption : "");
    append_line(t, c, more,
                (line){.step = c->tag->picture_step,
                       .wall_time = NAN,
                       .no_value = true,
                       .from = NAN,
                       .words = words});
}

/* A line for each setting, whose value is a number where it is one. */
static bool append_settings(text *t, const curve *c, extra more) {
    enum { MOST = 256 };
    setting settings[MOST];
    size_t count = parse_settings(c->tag->text, settings, MOST);
    for (size_t i = 0; i < count; i++) {
        char key[128], value[256], *end;
        copy_piece(key, sizeof key, settings[i].key);
        copy_piece(value, sizeof value, settings[i].value);
        double number = strtod(value, &end);
        bool is_number = end > value && *end == '\0';
        append_line(t, c, more,
                    (line){.part = key,
                           .step = c->tag->text_step,
                           .wall_time = NAN,
                           .value = number,
                           .digits = 15,
                           .no_value = !is_number,
                           .from = NAN,
                           .words = is_number ? NULL : value});
    }
    return count > 0;
}

/* The texts of a tag, the last one at the end. */
static void append_texts(text *t, const curve *c, extra more) {
    const run_tag *tag = c->tag;
    if (tag->text == NULL || append_settings(t, c, more))
        return;
    for (size_t i = 0; i <= tag->earlier_count; i++) {
        int64_t step;
        const char *words = run_text_at(tag, i, &step);
        append_line(
            t, c, more,
            (line){.step = step, .wall_time = NAN, .no_value = true, .from = NAN, .words = words});
    }
}

/* The parameters of each layer of a network, and its output. */
static void append_layers(text *t, const curve *c, extra more) {
    size_t count;
    layer_node *nodes = layer_graph_read(c->tag->text, &count);
    for (size_t i = 0; i < count; i++) {
        char name[96];
        snprintf(name, sizeof name, "%s %s", nodes[i].place, nodes[i].kind);
        append_line(t, c, more,
                    (line){.part = name,
                           .step = c->tag->text_step,
                           .wall_time = NAN,
                           .value = nodes[i].parameters,
                           .digits = 17,
                           .from = NAN,
                           .words = nodes[i].output});
    }
    dnn_free(nodes);
}

/* Whether an earlier panel has this tag (a heat map shows what the curves show). */
static bool written(const panel *panels, size_t before, const curve *c) {
    for (size_t i = 0; i < before; i++)
        for (size_t k = 0; k < panels[i].curve_count; k++)
            if (panels[i].curves[k].tag == c->tag && !curve_hidden(&panels[i].curves[k]))
                return true;
    return false;
}

/* What a kind of panel writes for a curve, and in which columns. Curves of scalars need their panel
 * and are append_curve's. */
static const struct {
    void (*append)(text *t, const curve *c, extra more);
    extra needs;
} kinds[PANEL_KIND_COUNT] = {
    [PANEL_HISTOGRAM] = {append_histograms, {.ranges = true}},
    [PANEL_MATRIX] = {append_elements,   {.places = true}},
    [PANEL_PR] = {append_elements,   {.places = true}},
    [PANEL_PICTURE] = {append_image,      {.words = true} },
    [PANEL_TEXT] = {append_texts,      {.words = true} },
    [PANEL_GRAPH] = {append_layers,     {.words = true} },
};

static void append_runs(text *t, const panel *panels, size_t count, const page_options *o) {
    extra more = {0};
    for (size_t i = 0; i < count; i++) {
        if (panels[i].curve_count == 0)
            continue;
        more.ranges |= kinds[panels[i].kind].needs.ranges;
        more.places |= kinds[panels[i].kind].needs.places;
        more.words |= kinds[panels[i].kind].needs.words;
    }
    append_format(t, "run,tag,step,wall_time,value%s%s%s\n", more.ranges ? ",from,to" : "",
                  more.places ? ",row,column" : "", more.words ? ",text" : "");
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < panels[i].curve_count; k++) {
            const curve *c = &panels[i].curves[k];
            if (curve_hidden(c))
                continue;
            if (kinds[panels[i].kind].append != NULL)
                kinds[panels[i].kind].append(t, c, more);
            else if (c->tag->scalars != NULL && !written(panels, i, c))
                append_curve(t, &panels[i], c, o, more);
        }
}

dnn_status panels_write_csv(const panel *panels, size_t count, const page_options *options,
                            const char *path, dnn_error *err) {
    text t = {0};
    uint64_t refused = dnn_allocations_refused();
    bool figures = count > 0 && panels[0].figure != NULL;
    for (size_t i = 0; figures && i < count; i++) {
        append(&t, "\n", i > 0);
        append_figure(&t, &panels[i]);
    }
    if (!figures)
        append_runs(&t, panels, count, options);
    t.failed = t.failed || refused != dnn_allocations_refused();
    dnn_status status = t.failed ? dnn_fail(err, DNN_ERROR_MEMORY, "%s: out of memory", path)
                                 : dnn_atomic_file_replace(path, t.bytes, t.size, err);
    dnn_free(t.bytes);
    return status;
}
