/* report_data.c: runs, panels and values as JSON, for report.js.
 *
 * A "<" is written as an escape, so that no text can end the script element that holds the data.
 * Numbers that are not finite are null (NaN) and "inf", "-inf". */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/utf8.h"
#include "viz/draw/base64.h"
#include "viz/draw/png.h"
#include "viz/report/report.h"

#define HISTOGRAMS ((size_t)24) /* of a tag */

static void put_text(const char *text, FILE *out) {
    putc('"', out);
    while (*text != '\0') {
        uint32_t c = dnn_utf8_next(&text);
        char bytes[DNN_UTF8_MAX];
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", (int)c);
        else if (c < ' ' || c == '<' || c == 0x2028 || c == 0x2029 || c == 0x7F)
            fprintf(out, "\\u%04x", (unsigned)c);
        else
            fwrite(bytes, 1, dnn_utf8_put(c, bytes), out);
    }
    putc('"', out);
}

static void put_field(const char *name, const char *text, FILE *out) {
    fprintf(out, "\"%s\":", name);
    put_text(text, out);
}

static void put_number(double value, int digits, FILE *out) {
    if (isfinite(value))
        fprintf(out, "%.*g", digits, value);
    else
        fputs(isnan(value) ? "null" : value > 0 ? "\"inf\"" : "\"-inf\"", out);
}

/* --- themes and runs --- */

static void put_color(color c, FILE *out) {
    fprintf(out, "\"#%06x\"", (unsigned)(c >> 8));
}

static void put_theme(const theme *t, FILE *out) {
    fprintf(out, "\"%s\":{\"series\":[", t->name);
    for (size_t i = 0; i < 8; i++) {
        fputs(i > 0 ? "," : "", out);
        put_color(theme_series(t, i).color, out);
    }
    fputs("],\"heat\":[", out);
    for (int i = 0; i <= 64; i++) {
        fputs(i > 0 ? "," : "", out);
        put_color(theme_heat(t, i / 64.0), out);
    }
    fputs("]}", out);
}

static void put_run(const run *r, FILE *out) {
    fputs("\n{", out);
    put_field("name", r->name, out);
    putc(',', out);
    put_field("label", run_label(r), out);
    fprintf(out, ",\"number\":%zu,\"step\":%lld,\"ended\":%s,\"seconds\":", r->number,
            (long long)r->last_step, r->ended ? "true" : "false");
    put_number(r->last_time - r->first_time, 9, out);
    putc('}', out);
}

static size_t index_of(const runs *all, const run *r) {
    for (size_t i = 0; i < all->count; i++)
        if (all->items[i] == r)
            return i;
    return 0;
}

/* --- series --- */

/* The points that stand for [begin, end): the smallest and the largest, in their order, and one
 * that is not finite. */
static size_t choose(const series *s, size_t begin, size_t end, size_t *out) {
    size_t low = SIZE_MAX, high = SIZE_MAX, bad = SIZE_MAX, n = 0;
    for (size_t i = begin; i < end; i++) {
        float v = series_value(s, i);
        if (!isfinite(v))
            bad = i;
        else if (low == SIZE_MAX || v < series_value(s, low))
            low = i;
        if (isfinite(v) && (high == SIZE_MAX || v > series_value(s, high)))
            high = i;
    }
    for (size_t i = begin; i < end; i++)
        if (i == low || i == high || i == bad)
            out[n++] = i;
    return n;
}

/* Which points are written; an array to be freed, NULL when out of memory. */
static size_t *choose_points(const series *s, size_t *count) {
    size_t n = series_count(s), pieces = REPORT_POINTS / 2;
    size_t *chosen = malloc((n <= REPORT_POINTS ? n + 1 : 3 * pieces + 2) * sizeof *chosen);
    *count = 0;
    if (chosen == NULL)
        return NULL;
    if (n <= REPORT_POINTS) {
        for (; *count < n; ++*count)
            chosen[*count] = *count;
        return chosen;
    }
    chosen[(*count)++] = 0;
    for (size_t k = 0; k < pieces; k++) {
        size_t begin = 1 + k * (n - 2) / pieces, end = 1 + (k + 1) * (n - 2) / pieces;
        *count += choose(s, begin, end, chosen + *count);
    }
    chosen[(*count)++] = n - 1;
    return chosen;
}

static bool put_series(const run *r, const series *s, FILE *out) {
    size_t count;
    size_t *chosen = choose_points(s, &count);
    if (chosen == NULL)
        return false;
    fprintf(out, "\n{\"n\":%zu,\"s\":[", series_count(s));
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s%lld", i > 0 ? "," : "", (long long)series_step(s, chosen[i]));
    fputs("],\"v\":[", out);
    for (size_t i = 0; i < count; i++) {
        fputs(i > 0 ? "," : "", out);
        put_number(series_value(s, chosen[i]), 9, out);
    }
    fputs("],\"t\":[", out);
    for (size_t i = 0; i < count; i++) {
        fputs(i > 0 ? "," : "", out);
        put_number(round(1e3 * (series_wall_time(s, chosen[i]) - r->first_time)) / 1e3, 12, out);
    }
    fputs("]}", out);
    free(chosen);
    return true;
}

/* --- panels --- */

static bool is_shown(const panel *p) {
    return p->figure == NULL && p->curve_count > 0;
}

/* The number of a panel's first series: those of all panels of curves are written one after the
 * other, and a heat map shows the same as the curves of its title. */
static size_t first_series(const report *r, const panel *p) {
    size_t n = 0;
    for (size_t i = 0; i < r->panel_count; i++) {
        const panel *q = &r->panels[i];
        if (!is_shown(q) || q->kind != PANEL_CURVES)
            continue;
        if (q == p || strcmp(q->title, p->title) == 0)
            return n;
        n += q->curve_count;
    }
    return n;
}

static void put_curves(const report *r, const panel *p, FILE *out) {
    size_t first = first_series(r, p);
    fputs(",\"curves\":[", out);
    for (size_t i = 0; i < p->curve_count; i++) {
        const curve *c = &p->curves[i];
        fprintf(out, "%s{\"run\":%zu,", i > 0 ? "," : "", index_of(r->all, c->run));
        put_field("part", c->part, out);
        putc(',', out);
        put_field("tag", c->tag->name, out);
        fprintf(out, ",\"steps\":%s", c->steps ? "true" : "false");
        if (c->tag->scalars != NULL)
            fprintf(out, ",\"series\":%zu", first + i);
        putc('}', out);
    }
    fputs("]", out);
}

static void put_numbers(const char *name, const double *numbers, size_t count, FILE *out) {
    fprintf(out, ",\"%s\":[", name);
    for (size_t i = 0; i < count; i++) {
        fputs(i > 0 ? "," : "", out);
        put_number(numbers[i], 7, out);
    }
    putc(']', out);
}

static void put_histograms(const run_tag *tag, FILE *out) {
    size_t n = tag->histogram_count, count = n < HISTOGRAMS ? n : HISTOGRAMS;
    fputs(",\"histograms\":[", out);
    for (size_t i = 0; i < count; i++) {
        const histogram_at *h = &tag->histograms[count == 1 ? n - 1 : i * (n - 1) / (count - 1)];
        fprintf(out, "%s{\"step\":%lld,\"min\":", i > 0 ? "," : "", (long long)h->step);
        put_number(h->min, 9, out);
        fputs(",\"max\":", out);
        put_number(h->max, 9, out);
        put_numbers("limits", h->limits, h->buckets, out);
        put_numbers("counts", h->counts, h->buckets, out);
        putc('}', out);
    }
    putc(']', out);
}

static bool put_image(const report *r, const curve *c, FILE *out) {
    const picture *image = &c->tag->picture;
    const run_tag *caption = run_find(c->run, c->tag->name, DNN_EVENT_TEXT);
    size_t size = 0;
    uint8_t *png = png_encode(image->rgba, image->width, image->height, &size);
    if (png == NULL)
        return false;
    fprintf(out, "{\"run\":%zu,\"step\":%lld,\"width\":%zu,\"height\":%zu,",
            index_of(r->all, c->run), (long long)c->tag->picture_step, image->width, image->height);
    put_field("part", c->part, out);
    if (caption != NULL && caption->text != NULL) {
        putc(',', out);
        put_field("caption", caption->text, out);
    }
    fputs(",\"src\":\"data:image/png;base64,", out);
    for (size_t i = 0; i < size; i += 3) {
        char four[4];
        base64_group(png + i, size - i, four);
        fwrite(four, 1, sizeof four, out);
    }
    fputs("\"}", out);
    free(png);
    return true;
}

static bool put_images(const report *r, const panel *p, FILE *out) {
    bool good = true, first = true;
    fputs(",\"images\":[", out);
    for (size_t i = 0; i < p->curve_count && good; i++) {
        if (p->curves[i].tag->picture.rgba == NULL)
            continue;
        fputs(first ? "" : ",", out);
        first = false;
        good = put_image(r, &p->curves[i], out);
    }
    putc(']', out);
    return good;
}

/* Other texts of the tag, the newest first. */
static void put_earlier(const run_tag *tag, FILE *out) {
    fprintf(out, ",\"step\":%lld,\"earlier\":[", (long long)tag->text_step);
    for (size_t i = tag->earlier_count; i-- > 0;) {
        fprintf(out, "{\"step\":%lld,", (long long)tag->earlier[i].step);
        put_field("text", tag->earlier[i].text, out);
        fprintf(out, "}%s", i > 0 ? "," : "");
    }
    putc(']', out);
}

static void put_texts(const report *r, const panel *p, FILE *out) {
    bool first = true;
    fputs(",\"texts\":[", out);
    for (size_t i = 0; i < p->curve_count; i++) {
        if (p->curves[i].tag->text == NULL)
            continue;
        fprintf(out, "%s{\"run\":%zu,", first ? "" : ",", index_of(r->all, p->curves[i].run));
        first = false;
        put_field("text", p->curves[i].tag->text, out);
        put_earlier(p->curves[i].tag, out);
        putc('}', out);
    }
    putc(']', out);
}

/* Rows of numbers, and their names. */
static void put_matrix(const run_tag *tag, FILE *out) {
    fprintf(out, ",\"step\":%lld,", (long long)tag->matrix_step);
    put_field("names", tag->text == NULL ? "" : tag->text, out);
    fputs(",\"rows\":[", out);
    for (size_t r = 0; tag->matrix != NULL && r < tag->rows; r++) {
        fputs(r > 0 ? ",[" : "[", out);
        for (size_t c = 0; c < tag->columns; c++) {
            double value = tag->matrix[c * tag->rows + r];
            fputs(c > 0 ? "," : "", out);
            fprintf(out, isfinite(value) ? "%.7g" : "null", value);
        }
        putc(']', out);
    }
    putc(']', out);
}

static bool put_panel(const report *r, const panel *p, FILE *out) {
    static const char *const kinds[PANEL_KIND_COUNT] = {
        [PANEL_CURVES] = "curves",  [PANEL_HEAT] = "heat", [PANEL_HISTOGRAM] = "histogram",
        [PANEL_PICTURE] = "images", [PANEL_TEXT] = "text", [PANEL_MATRIX] = "matrix",
    };
    bool good = true;
    fprintf(out, "\n{\"kind\":\"%s\",", kinds[p->kind]);
    put_field("title", p->title, out);
    fprintf(out, ",\"log\":%s,\"layers\":%s", p->y_scale == SCALE_LOG ? "true" : "false",
            p->curve_count > 0 && !isnan(p->curves[0].layer) ? "true" : "false");
    put_curves(r, p, out);
    if (p->kind == PANEL_HISTOGRAM)
        put_histograms(p->curves[0].tag, out);
    else if (p->kind == PANEL_PICTURE)
        good = put_images(r, p, out);
    else if (p->kind == PANEL_TEXT)
        put_texts(r, p, out);
    else if (p->kind == PANEL_MATRIX)
        put_matrix(p->curves[0].tag, out);
    putc('}', out);
    return good;
}

bool report_write_data(const report *r, FILE *out) {
    size_t written = 0, panels = 0;
    bool good = true;
    fputs("{", out);
    put_field("title", r->title, out);
    putc(',', out);
    put_field("about", r->about, out);
    fprintf(out, ",\"version\":\"%llu\",\"themes\":{", (unsigned long long)r->version);
    put_theme(&theme_light, out);
    putc(',', out);
    put_theme(&theme_dark, out);
    fputs("},\"runs\":[", out);
    for (size_t i = 0; i < r->all->count; i++) {
        fputs(i > 0 ? "," : "", out);
        put_run(r->all->items[i], out);
    }
    fputs("],\"panels\":[", out);
    for (size_t i = 0; i < r->panel_count && good; i++) {
        if (!is_shown(&r->panels[i]))
            continue;
        fputs(panels++ > 0 ? "," : "", out);
        good = put_panel(r, &r->panels[i], out);
    }
    fputs("],\"series\":[", out);
    for (size_t i = 0; i < r->panel_count; i++) {
        const panel *p = &r->panels[i];
        for (size_t k = 0; p->kind == PANEL_CURVES && k < p->curve_count && good; k++) {
            fputs(written++ > 0 ? "," : "", out);
            good = put_series(p->curves[k].run, p->curves[k].tag->scalars, out);
        }
    }
    fputs("]}\n", out);
    return good && ferror(out) == 0;
}
