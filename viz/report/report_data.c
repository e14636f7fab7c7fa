/* report_data.c: runs, panels and series as JSON, for script/; report_json.c has the words,
 * report_panels.c what panels show that are not of curves. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "viz/report/report_data.h"

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
    json_field("name", r->name, out);
    putc(',', out);
    json_field("label", run_label(r), out);
    fprintf(out, ",\"number\":%zu,\"step\":%lld,\"ended\":%s,\"seconds\":", r->number,
            (long long)r->last_step, r->ended ? "true" : "false");
    json_number(r->last_time - r->first_time, 9, out);
    putc('}', out);
}

size_t report_index_of(const runs *all, const run *r) {
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
        json_number(series_value(s, chosen[i]), 9, out);
    }
    fputs("],\"t\":[", out);
    for (size_t i = 0; i < count; i++) {
        fputs(i > 0 ? "," : "", out);
        json_number(round(1e3 * (series_wall_time(s, chosen[i]) - r->first_time)) / 1e3, 12, out);
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
 * other, `before` of them before this panel, and a heat map shows the same as the curves of its
 * title. */
static size_t first_series(const report *r, const panel *p, size_t before) {
    if (p->kind == PANEL_CURVES)
        return before;
    size_t n = 0;
    for (size_t i = 0; i < r->panel_count; i++) {
        const panel *q = &r->panels[i];
        if (!is_shown(q) || q->kind != PANEL_CURVES)
            continue;
        if (strcmp(q->title, p->title) == 0)
            return n;
        n += q->curve_count;
    }
    return n;
}

static void put_curves(const report *r, const panel *p, size_t before, FILE *out) {
    size_t first = first_series(r, p, before);
    fputs(",\"curves\":[", out);
    for (size_t i = 0; i < p->curve_count; i++) {
        const curve *c = &p->curves[i];
        fprintf(out, "%s{\"run\":%zu,", i > 0 ? "," : "", report_index_of(r->all, c->run));
        json_field("part", c->part, out);
        putc(',', out);
        json_field("tag", c->tag->name, out);
        fprintf(out, ",\"steps\":%s", c->steps ? "true" : "false");
        if (c->tag->scalars != NULL)
            fprintf(out, ",\"series\":%zu", first + i);
        putc('}', out);
    }
    fputs("]", out);
}

static bool put_panel(const report *r, const panel *p, size_t before, FILE *out) {
    static const char *const kinds[PANEL_KIND_COUNT] = {
        [PANEL_CURVES] = "curves", [PANEL_HEAT] = "heat", [PANEL_HISTOGRAM] = "histogram",
        [PANEL_IMAGES] = "images", [PANEL_TEXT] = "text", [PANEL_MATRIX] = "matrix",
        [PANEL_GRAPH] = "graph",   [PANEL_PR] = "pr",
    };
    fprintf(out, "\n{\"kind\":\"%s\",", kinds[p->kind]);
    json_field("title", p->title, out);
    fprintf(out, ",\"log\":%s,\"layers\":%s", p->y_scale == SCALE_LOG ? "true" : "false",
            p->curve_count > 0 && !isnan(p->curves[0].layer) ? "true" : "false");
    put_curves(r, p, before, out);
    bool good = report_write_content(r, p, out);
    putc('}', out);
    return good;
}

bool report_write_data(const report *r, FILE *out) {
    size_t written = 0, panels = 0, before = 0;
    bool good = true;
    fputs("{", out);
    json_field("title", r->title, out);
    putc(',', out);
    json_field("about", r->about, out);
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
        good = put_panel(r, &r->panels[i], before, out);
        before += r->panels[i].kind == PANEL_CURVES ? r->panels[i].curve_count : 0;
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
