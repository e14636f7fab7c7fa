/* terminal_figure_values.c: what figures show as words and numbers. */
#include "viz/terminal/terminal.h"

static void put_span(const char *what, const figure_span *s, FILE *out) {
    if (s->low <= s->high)
        fprintf(out, ", %s from %.7g to %.7g", what, s->low, s->high);
    if (s->missing > 0)
        fprintf(out, ", %zu not finite", s->missing);
}

/* How far a band or error bars reach, at least and at most. */
static void put_spread(const figure_item *item, FILE *out) {
    double low = item->spread[0], high = item->spread[0];
    for (size_t i = 1; i < item->count; i++) {
        low = item->spread[i] < low ? item->spread[i] : low;
        high = item->spread[i] > high ? item->spread[i] : high;
    }
    fprintf(out, ", %s from %.7g to %.7g", item->bars ? "error bars" : "band", dnn_shown(low),
            dnn_shown(high));
}

static void put_curve(const figure_item *item, FILE *out) {
    size_t n = item->count;
    fprintf(out, "    %s: %zu point%s", item->name[0] != '\0' ? item->name : "y", n,
            n == 1 ? "" : "s");
    put_span("x", &item->x_span, out);
    put_span("y", &item->y_span, out);
    fprintf(out, ", last %.7g at %.7g", dnn_shown(item->y[n - 1]), dnn_shown(item->x[n - 1]));
    if (item->spread != NULL)
        put_spread(item, out);
    if (item->shades != NULL)
        put_span("colour", &item->shade_span, out);
    putc('\n', out);
}

static void put_bins(const figure *f, const figure_item *item, FILE *out) {
    fprintf(out, "    %s: %zu values", item->name[0] != '\0' ? item->name : "values", item->count);
    put_span("all", &item->y_span, out);
    putc('\n', out);
    for (size_t k = 0; k < f->bins; k++) {
        double low = f->first_edge + f->bin_width * (double)k;
        if (item->counts[k] > 0)
            fprintf(out, "      from %.7g to %.7g: %.0f\n", low, low + f->bin_width,
                    item->counts[k]);
    }
}

static void put_rows(const figure_item *item, FILE *out) {
    for (size_t r = 0; r < item->rows; r++) {
        fprintf(out, "    row %zu:", r + 1);
        for (size_t c = 0; c < item->columns; c++)
            fprintf(out, " %.7g", dnn_shown(item->y[c * item->rows + r]));
        putc('\n', out);
    }
}

void terminal_put_figure(const figure *f, size_t i, FILE *out) {
    const figure_item *item = &f->items[i];
    if (f->kind == FIGURE_CURVES)
        put_curve(item, out);
    else if (f->kind == FIGURE_HISTOGRAM)
        put_bins(f, item, out);
    else if (f->kind == FIGURE_MATRIX)
        put_rows(item, out);
    else
        fprintf(out, "    %s: %zu x %zu pixels\n", item->name, item->columns, item->rows);
}

void terminal_put_notes(const figure *f, FILE *out) {
    for (size_t i = 0; i < f->note_count; i++)
        fprintf(out, "    %s at %.7g, %.7g\n", f->notes[i].text, f->notes[i].x, f->notes[i].y);
}
