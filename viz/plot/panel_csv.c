/* panel_csv.c: the points that panels show, one a line (RFC 4180). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "viz/draw/output.h"
#include "viz/plot/curve_places.h"
#include "viz/plot/panel_parts.h"
#include "viz/runs/layer_graph.h"
#include "viz/runs/settings.h"

/* Whether a spreadsheet would run a cell with this text as a formula (OWASP's list of characters).
 */
static bool is_formula(const char *text) {
    static const char *const wide[] = {"\uff1d", "\uff0b", "\uff0d", "\uff20"}; /* = + - @ */
    text += strspn(text, " \"");
    bool formula = *text != '\0' && strchr("=+-@\t\r\n", *text) != NULL;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        formula = formula || strncmp(text, wide[i], strlen(wide[i])) == 0;
    return formula;
}

/* In quotes where it must be, with quotes inside doubled. What a spreadsheet would run as a formula
 * becomes a text by an apostrophe before it, also where it separates cells at semicolons: names
 * come from files that others wrote. */
static void put_field(FILE *out, const char *field) {
    const char *quotes = strpbrk(field, ",\"\r\n") != NULL ? "\"" : "";
    fputs(quotes, out);
    bool starts = true; /* a cell may start here */
    for (const char *c = field; *c != '\0'; c++) {
        if (starts && is_formula(c))
            fputs("'", out);
        if (*c == '"')
            fputs("\"", out);
        putc(*c, out);
        starts = strchr(";\t\r\n", *c) != NULL;
    }
    fputs(quotes, out);
}

/* The columns that follow x and y: how far a band or an error bar reaches, and the colour's value.
 */
typedef struct figure_extra {
    bool spread, shade;
} figure_extra;

/* The points of a figure's curve: name, x, y, and those. */
static void put_item(FILE *out, const panel *p, const figure_item *item, figure_extra more) {
    for (size_t i = 0; i < item->count; i++) {
        if (p->held && !(item->x[i] >= p->x.low && item->x[i] <= p->x.high))
            continue;
        put_field(out, item->name);
        fprintf(out, ",%.17g,%.17g", dnn_shown(item->x[i]), dnn_shown(item->y[i]));
        if (more.spread)
            fputs(",", out);
        if (item->spread != NULL)
            fprintf(out, "%.17g", dnn_shown(item->spread[i]));
        if (more.shade)
            fputs(",", out);
        if (item->shades != NULL)
            fprintf(out, "%.17g", dnn_shown(item->shades[i]));
        fputs("\n", out);
    }
}

/* The notes are points with a name. */
static void put_notes(FILE *out, const figure *f, figure_extra more) {
    for (size_t i = 0; i < f->note_count; i++) {
        put_field(out, f->notes[i].text);
        fprintf(out, ",%.17g,%.17g%s%s\n", f->notes[i].x, f->notes[i].y, more.spread ? "," : "",
                more.shade ? "," : "");
    }
}

static void put_bins(FILE *out, const figure *f, const figure_item *item) {
    for (size_t k = 0; k < f->bins; k++) {
        double low = f->first_edge + f->bin_width * (double)k;
        put_field(out, item->name);
        fprintf(out, ",%.17g,%.17g,%.0f\n", low, low + f->bin_width, item->counts[k]);
    }
}

static void put_matrix(FILE *out, const figure_item *item) {
    for (size_t r = 0; r < item->rows; r++)
        for (size_t c = 0; c < item->columns; c++)
            fprintf(out, "%.17g%s", dnn_shown(item->y[c * item->rows + r]),
                    c + 1 == item->columns ? "\n" : ",");
}

static void put_pixels(FILE *out, const figure_item *item) {
    const picture *image = &item->picture;
    for (size_t i = 0; i < image->width * image->height; i++) {
        const uint8_t *rgba = image->rgba + 4 * i;
        put_field(out, item->name);
        fprintf(out, ",%zu,%zu,%d,%d,%d\n", i / image->width + 1, i % image->width + 1, rgba[0],
                rgba[1], rgba[2]);
    }
}

static void put_figure(FILE *out, const panel *p) {
    const figure *f = p->figure;
    figure_extra more = {0};
    for (size_t i = 0; i < f->count; i++) {
        more.spread |= f->items[i].spread != NULL;
        more.shade |= f->items[i].shades != NULL;
    }
    if (p->kind == PANEL_PLOT)
        fprintf(out, "name,x,y%s%s\n", more.spread ? ",spread" : "", more.shade ? ",colour" : "");
    else if (p->kind == PANEL_BARS)
        fputs("name,from,to,count\n", out);
    else if (p->kind == PANEL_IMAGES)
        fputs("name,row,column,red,green,blue\n", out);
    for (size_t i = 0; i < f->count; i++) {
        if (curve_hidden(&p->curves[i]))
            continue;
        if (p->kind == PANEL_PLOT)
            put_item(out, p, &f->items[i], more);
        else if (p->kind == PANEL_BARS)
            put_bins(out, f, &f->items[i]);
        else if (p->kind == PANEL_MATRIX)
            put_matrix(out, &f->items[i]);
        else if (p->kind == PANEL_IMAGES)
            put_pixels(out, &f->items[i]);
    }
    put_notes(out, f, more);
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

static void put_tag(FILE *out, const curve *c, const char *part) {
    char name[512];
    put_field(out, c->run->name);
    fputs(",", out);
    if (part == NULL) {
        put_field(out, c->tag->name);
        return;
    }
    snprintf(name, sizeof name, "%.255s/%.255s", c->tag->name, part);
    put_field(out, name);
}

static void put_line(FILE *out, const curve *c, extra more, line l) {
    put_tag(out, c, l.part);
    fprintf(out, ",%lld,", (long long)l.step);
    if (!isnan(l.wall_time))
        fprintf(out, "%.6f", l.wall_time);
    fputs(",", out);
    if (!l.no_value)
        fprintf(out, "%.*g", l.digits, dnn_shown(l.value));
    if (more.ranges && isnan(l.from))
        fputs(",,", out);
    else if (more.ranges)
        fprintf(out, ",%.9g,%.9g", dnn_shown(l.from), dnn_shown(l.to));
    if (more.places && l.row == 0)
        fputs(",,", out);
    else if (more.places)
        fprintf(out, ",%zu,%zu", l.row, l.column);
    if (more.words)
        fputs(",", out);
    if (l.words != NULL)
        put_field(out, l.words);
    fputs("\n", out);
}

static void put_curve(FILE *out, const panel *p, const curve *c, const page_options *o,
                      extra more) {
    const series *s = c->tag->scalars;
    for (size_t i = 0; i < series_count(s); i++) {
        double x = curve_x(c, o, i);
        if (p->held && !(x >= p->x.low && x <= p->x.high))
            continue;
        put_line(out, c, more,
                 (line){.step = series_step(s, i),
                        .wall_time = series_wall_time(s, i),
                        .value = series_value(s, i),
                        .digits = 9,
                        .from = NAN});
    }
}

static void put_moment(FILE *out, const curve *c, extra more, const histogram_at *h,
                       const char *part, double value) {
    if (isfinite(value))
        put_line(out, c, more,
                 (line){.part = part,
                        .step = h->step,
                        .wall_time = h->wall_time,
                        .value = value,
                        .digits = 9,
                        .from = NAN});
}

/* The buckets that hold anything, (from, to] and how many values, then how many are not finite,
 * mean and deviation. */
static void put_histograms(FILE *out, const curve *c, extra more) {
    for (size_t i = 0; i < c->tag->histogram_count; i++) {
        const histogram_at *h = &c->tag->histograms[i];
        for (size_t k = 0; k < h->buckets; k++) {
            line l = {
                .step = h->step, .wall_time = h->wall_time, .value = h->counts[k], .digits = 17};
            histogram_bucket(h, k, &l.from, &l.to);
            if (l.value > 0)
                put_line(out, c, more, l);
        }
        if (h->not_finite > 0)
            put_moment(out, c, more, h, "not_finite", h->not_finite);
        put_moment(out, c, more, h, "mean", h->mean);
        put_moment(out, c, more, h, "deviation", h->deviation);
    }
}

static void put_element(FILE *out, const curve *c, extra more, size_t row, size_t column,
                        double value) {
    put_line(out, c, more,
             (line){.step = c->tag->matrix_step,
                    .wall_time = c->tag->matrix_time,
                    .value = value,
                    .digits = 9,
                    .from = NAN,
                    .row = row + 1,
                    .column = column + 1});
}

static void put_elements(FILE *out, const curve *c, extra more) {
    const run_tag *tag = c->tag;
    size_t count = tag->matrix == NULL ? 0 : tag->rows * tag->columns;
    for (size_t i = 0; i < count; i++)
        put_element(out, c, more, i % tag->rows, i / tag->rows, tag->matrix[i]);
}

/* A column for each threshold: the counts as they are in the log, then precision and recall. */
static void put_pr(FILE *out, const curve *c, extra more) {
    const run_tag *tag = c->tag;
    size_t counts = DNN_EVENT_PR_ROWS - 2;
    for (size_t i = 0; tag->matrix != NULL && i < tag->columns; i++) {
        pr_point at = run_pr_point(tag, i);
        for (size_t row = 0; row < counts; row++)
            put_element(out, c, more, row, i, tag->matrix[i * tag->rows + row]);
        put_element(out, c, more, counts, i, at.precision);
        put_element(out, c, more, counts + 1, i, at.recall);
    }
}

/* An image's size in pixels and its caption. */
static void put_image(FILE *out, const curve *c, extra more) {
    const char *caption = run_caption(c->run, c->tag);
    char words[400];
    snprintf(words, sizeof words, "%zu x %zu pixels%s%.300s", c->tag->picture.width,
             c->tag->picture.height, caption != NULL ? ": " : "", caption != NULL ? caption : "");
    put_line(out, c, more,
             (line){.step = c->tag->picture_step,
                    .wall_time = NAN,
                    .no_value = true,
                    .from = NAN,
                    .words = words});
}

/* A line for each setting, whose value is a number where it is one. */
static bool put_settings(FILE *out, const curve *c, extra more) {
    enum { MOST = 256 };
    setting settings[MOST];
    size_t count = settings_of(c->tag, settings, MOST);
    for (size_t i = 0; i < count; i++) {
        char key[128], value[256], *end;
        copy_piece(key, sizeof key, settings[i].key);
        copy_piece(value, sizeof value, settings[i].value);
        double number = strtod(value, &end);
        bool is_number = end > value && *end == '\0';
        put_line(out, c, more,
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
static void put_texts(FILE *out, const curve *c, extra more) {
    const run_tag *tag = c->tag;
    if (tag->text == NULL || put_settings(out, c, more))
        return;
    for (size_t i = 0; i <= tag->earlier_count; i++) {
        int64_t step;
        const char *words = run_text_at(tag, i, &step);
        put_line(
            out, c, more,
            (line){.step = step, .wall_time = NAN, .no_value = true, .from = NAN, .words = words});
    }
}

/* The parameters of each layer of a network, and its output. */
static void put_layers(FILE *out, const curve *c, extra more) {
    size_t count;
    layer_node *nodes = layer_graph_read(c->tag->text, &count);
    for (size_t i = 0; i < count; i++) {
        char name[96], words[256];
        snprintf(name, sizeof name, "%s %s", nodes[i].place, nodes[i].kind);
        snprintf(words, sizeof words, "%s%s%s", nodes[i].output,
                 nodes[i].settings[0] != '\0' ? "; " : "", nodes[i].settings);
        put_line(out, c, more,
                 (line){.part = name,
                        .step = c->tag->text_step,
                        .wall_time = NAN,
                        .value = nodes[i].parameters,
                        .digits = 17,
                        .from = NAN,
                        .words = words});
    }
    dnn_free(nodes);
}

/* What a kind of panel writes for a curve, and in which columns. Curves of scalars need their panel
 * and are put_curve's. */
static const struct {
    void (*put)(FILE *out, const curve *c, extra more);
    extra needs;
} kinds[PANEL_KIND_COUNT] = {
    [PANEL_HISTOGRAM] = {put_histograms, {.ranges = true}},
    [PANEL_MATRIX] = {put_elements,   {.places = true}},
    [PANEL_PR] = {put_pr,         {.places = true}},
    [PANEL_IMAGES] = {put_image,      {.words = true} },
    [PANEL_TEXT] = {put_texts,      {.words = true} },
    [PANEL_GRAPH] = {put_layers,     {.words = true} },
};

/* A tag that several panels have is written once: a heat map shows what the curves show. */
static bool put_runs(FILE *out, const panel *panels, size_t count, const page_options *o) {
    extra more = {0};
    curve_places places;
    if (!curve_places_find(&places, panels, count))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (panels[i].curve_count == 0)
            continue;
        more.ranges |= kinds[panels[i].kind].needs.ranges;
        more.places |= kinds[panels[i].kind].needs.places;
        more.words |= kinds[panels[i].kind].needs.words;
    }
    fprintf(out, "run,tag,step,wall_time,value%s%s%s\n", more.ranges ? ",from,to" : "",
            more.places ? ",row,column" : "", more.words ? ",text" : "");
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < panels[i].curve_count; k++) {
            const curve *c = &panels[i].curves[k];
            if (curve_hidden(c))
                continue;
            if (kinds[panels[i].kind].put != NULL)
                kinds[panels[i].kind].put(out, c, more);
            else if (c->tag->scalars != NULL && !curve_places_before(&places, c->tag, i))
                put_curve(out, &panels[i], c, o, more);
        }
    curve_places_free(&places);
    return true;
}

typedef struct shown {
    const panel *panels;
    size_t count;
    const page_options *options;
} shown;

static bool write_all(const void *context, FILE *out) {
    const shown *s = context;
    bool figures = s->count > 0 && s->panels[0].figure != NULL;
    for (size_t i = 0; figures && i < s->count; i++) {
        fputs(i > 0 ? "\n" : "", out);
        put_figure(out, &s->panels[i]);
    }
    return figures || put_runs(out, s->panels, s->count, s->options);
}

dnn_status panels_write_csv(const panel *panels, size_t count, const page_options *options,
                            const char *path, dnn_error *err) {
    return output_text(path, write_all, &(shown){panels, count, options}, err);
}
