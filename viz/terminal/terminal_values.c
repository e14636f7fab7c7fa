/* terminal_values.c: what panels show as lines of words and numbers, for those who do not see a
 * plot or want to search it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "core/text_stream.h"
#include "viz/runs/layer_graph.h"
#include "viz/terminal/terminal.h"

/* "  train  last 0.25 at step 100, from 0.2 to 1.5, 100 points". */
static void put_series(const curve *c, FILE *out) {
    const series *s = c->tag->scalars;
    size_t n = series_count(s), bad = 0;
    series_range all = series_summary(s, 0, n);
    for (size_t i = 0; i < n && all.not_finite; i++)
        bad += !isfinite(series_value(s, i));
    if (n == 0)
        return;
    fprintf(out, "    %s: %.7g at step %lld", c->label, dnn_shown(series_value(s, n - 1)),
            (long long)series_step(s, n - 1));
    if (all.low <= all.high)
        fprintf(out, ", from %.7g to %.7g", (double)all.low, (double)all.high);
    fprintf(out, ", %zu point%s", n, n == 1 ? "" : "s");
    if (bad > 0)
        fprintf(out, ", %zu not finite", bad);
    putc('\n', out);
}

static void put_histogram(const curve *c, FILE *out) {
    size_t n = c->tag->histogram_count;
    const histogram_at *h = &c->tag->histograms[n > 0 ? n - 1 : 0];
    if (n == 0)
        return;
    fprintf(out, "    %s: %.17g values", c->label, h->count);
    if (h->count > 0)
        fprintf(out, " from %.7g to %.7g", dnn_shown(h->min), dnn_shown(h->max));
    if (h->not_finite > 0)
        fprintf(out, " and %.17g not finite", h->not_finite);
    if (isfinite(h->mean))
        fprintf(out, ", mean %.7g, deviation %.7g", h->mean, dnn_shown(h->deviation));
    fprintf(out, ", at step %lld\n", (long long)h->step);
}

/* A row of a matrix in each line, after its name or number. */
static void put_matrix(const curve *c, FILE *out) {
    const run_tag *tag = c->tag;
    const char *names = tag->text == NULL ? "" : tag->text;
    for (size_t r = 0; tag->matrix != NULL && r < tag->rows; r++) {
        int size = (int)strcspn(names, "\n");
        if (size > 0)
            fprintf(out, "    %.*s:", size, names);
        else
            fprintf(out, "    row %zu:", r + 1);
        names += size + (names[size] != '\0');
        for (size_t k = 0; k < tag->columns; k++)
            fprintf(out, " %.7g", dnn_shown(tag->matrix[k * tag->rows + r]));
        putc('\n', out);
    }
}

static void put_pr(const curve *c, FILE *out) {
    const run_tag *tag = c->tag;
    fprintf(out, "    %s, threshold, precision, recall:\n", c->label);
    for (size_t i = 0; tag->matrix != NULL && i < tag->columns; i++) {
        pr_point at = run_pr_point(tag, i);
        fprintf(out, "      %.4g %.7g %.7g\n", at.threshold, dnn_shown(at.precision),
                dnn_shown(at.recall));
    }
}

static void put_image(const curve *c, FILE *out) {
    const char *caption = run_caption(c->run, c->tag);
    int size = caption == NULL ? 0 : (int)strcspn(caption, "\n");
    fprintf(out, "    %s: %zu x %zu pixels at step %lld%s%.*s\n", c->label, c->tag->picture.width,
            c->tag->picture.height, (long long)c->tag->picture_step, size > 0 ? ", " : "", size,
            size > 0 ? caption : "");
}

static void put_lines(const char *text, FILE *out) {
    while (*text != '\0') {
        size_t size = strcspn(text, "\n"), shown = size;
        while (shown > 0 && text[shown - 1] == ' ') /* Markdown ends lines with two */
            shown--;
        fprintf(out, "      %.*s\n", (int)shown, text);
        text += size + (text[size] != '\0');
    }
}

static void put_texts(const curve *c, FILE *out) {
    const run_tag *tag = c->tag;
    for (size_t i = 0; tag->text != NULL && i <= tag->earlier_count; i++) {
        int64_t step;
        const char *text = run_text_at(tag, i, &step);
        fprintf(out, "    %s, step %lld:\n", run_label(c->run), (long long)step);
        put_lines(text, out);
    }
}

static void put_graph(const curve *c, FILE *out) {
    size_t count;
    layer_node *nodes = layer_graph_read(c->tag->text, &count);
    fprintf(out, "    %s\n", run_label(c->run));
    for (size_t i = 0; i < count; i++) {
        const layer_node *n = &nodes[i];
        double norm = layer_grad_norm(c->run, n);
        fprintf(out, "      %s %s%s%s: output %s, %.17g parameters", n->place, n->kind,
                n->settings[0] != '\0' ? " " : "", n->settings, n->output, n->parameters);
        if (!isnan(norm))
            fprintf(out, ", gradient norm %.7g", norm);
        putc('\n', out);
    }
    dnn_free(nodes);
}

/* What a kind says of each curve; that of heat maps is said of their curves. */
static void (*const kinds[PANEL_KIND_COUNT])(const curve *c, FILE *out) = {
    [PANEL_CURVES] = put_series, [PANEL_HISTOGRAM] = put_histogram, [PANEL_MATRIX] = put_matrix,
    [PANEL_PR] = put_pr,         [PANEL_IMAGES] = put_image,        [PANEL_TEXT] = put_texts,
    [PANEL_GRAPH] = put_graph,
};

static bool put_panels(const void *context, FILE *out) {
    const view *v = context;
    for (size_t i = 0; i < v->shown_count; i++) {
        const panel *p = &v->panels[v->shown[i]];
        if (p->figure == NULL && kinds[p->kind] == NULL)
            continue;
        fprintf(out, "\n  %s\n", p->title);
        for (size_t k = 0; k < p->curve_count; k++)
            if (p->figure != NULL)
                terminal_put_figure(p->figure, k, out);
            else if (!curve_hidden(&p->curves[k]))
                kinds[p->kind](&p->curves[k], out);
        if (p->figure != NULL)
            terminal_put_notes(p->figure, out);
    }
    return true;
}

bool terminal_list_values(const view *v, FILE *out) {
    return dnn_text_show(out, put_panels, v);
}
