/* report_panels.c: what panels show that are not of curves: histograms, images, texts, matrices,
 * graphs. */
#include <math.h>
#include <stdlib.h>

#include "core/memory.h"
#include "viz/draw/base64.h"
#include "viz/draw/png.h"
#include "viz/report/report_data.h"
#include "viz/runs/layer_graph.h"

#define HISTOGRAMS ((size_t)24) /* of a tag */

static void put_numbers(const char *name, const double *numbers, size_t count, FILE *out) {
    fprintf(out, ",\"%s\":[", name);
    for (size_t i = 0; i < count; i++) {
        fputs(i > 0 ? "," : "", out);
        json_number(numbers[i], 7, out);
    }
    putc(']', out);
}

static bool put_histograms(const report *r, const panel *p, FILE *out) {
    (void)r;
    const run_tag *tag = p->curves[0].tag;
    size_t n = tag->histogram_count, count = n < HISTOGRAMS ? n : HISTOGRAMS;
    fputs(",\"histograms\":[", out);
    for (size_t i = 0; i < count; i++) {
        const histogram_at *h = run_histogram(tag, i, count);
        fprintf(out, "%s{\"step\":%lld,\"min\":", i > 0 ? "," : "", (long long)h->step);
        json_number(h->min, 9, out);
        fputs(",\"max\":", out);
        json_number(h->max, 9, out);
        fputs(",\"notFinite\":", out);
        json_number(h->not_finite, 17, out);
        put_numbers("limits", h->limits, h->buckets, out);
        put_numbers("counts", h->counts, h->buckets, out);
        putc('}', out);
    }
    putc(']', out);
    return true;
}

static bool put_pixels(const picture *image, FILE *out) {
    size_t size = 0;
    uint8_t *png = png_encode(image->rgba, image->width, image->height, &size);
    if (png == NULL)
        return false;
    fputs("\"src\":\"data:image/png;base64,", out);
    base64_put(png, size, out);
    putc('"', out);
    free(png);
    return true;
}

static bool put_image(const report *r, const curve *c, FILE *out) {
    const picture *image = &c->tag->picture;
    const char *caption = run_caption(c->run, c->tag);
    fprintf(out, "{\"run\":%zu,\"step\":%lld,\"width\":%zu,\"height\":%zu,",
            report_index_of(r->all, c->run), (long long)c->tag->picture_step, image->width,
            image->height);
    json_field("part", c->part, out);
    if (caption != NULL) {
        putc(',', out);
        json_field("caption", caption, out);
    }
    putc(',', out);
    bool good = true;
    if (image->rgba != NULL)
        good = put_pixels(image, out);
    else
        json_field("absence", picture_absence(image), out);
    putc('}', out);
    return good;
}

static bool put_images(const report *r, const panel *p, FILE *out) {
    bool good = true;
    fputs(",\"images\":[", out);
    for (size_t i = 0; i < p->curve_count && good; i++) {
        fputs(i == 0 ? "" : ",", out);
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
        json_field("text", tag->earlier[i].text, out);
        fprintf(out, "}%s", i > 0 ? "," : "");
    }
    putc(']', out);
}

static bool put_texts(const report *r, const panel *p, FILE *out) {
    bool first = true;
    fputs(",\"texts\":[", out);
    for (size_t i = 0; i < p->curve_count; i++) {
        if (p->curves[i].tag->text == NULL)
            continue;
        fprintf(out, "%s{\"run\":%zu,", first ? "" : ",",
                report_index_of(r->all, p->curves[i].run));
        first = false;
        json_field("text", p->curves[i].tag->text, out);
        put_earlier(p->curves[i].tag, out);
        putc('}', out);
    }
    putc(']', out);
    return true;
}

/* Rows of numbers, and their names. */
static bool put_matrix(const report *r, const panel *p, FILE *out) {
    (void)r;
    const run_tag *tag = p->curves[0].tag;
    fprintf(out, ",\"step\":%lld,", (long long)tag->matrix_step);
    json_field("names", tag->text == NULL ? "" : tag->text, out);
    fputs(",\"rows\":[", out);
    for (size_t i = 0; tag->matrix != NULL && i < tag->rows; i++) {
        fputs(i > 0 ? ",[" : "[", out);
        for (size_t c = 0; c < tag->columns; c++) {
            double value = tag->matrix[c * tag->rows + i];
            fputs(c > 0 ? "," : "", out);
            fprintf(out, isfinite(value) ? "%.7g" : "null", value);
        }
        putc(']', out);
    }
    putc(']', out);
    return true;
}

/* A layer of a network; its inputs are rows from 1, 0 is X. */
static void put_layer(const run *of, const layer_node *n, FILE *out) {
    putc('{', out);
    json_field("place", n->place, out);
    putc(',', out);
    json_field("kind", n->kind, out);
    putc(',', out);
    json_field("settings", n->settings, out);
    putc(',', out);
    json_field("output", n->output, out);
    fputs(",\"inputs\":[", out);
    for (size_t k = 0; k < n->input_count; k++)
        fprintf(out, "%s%zu", k > 0 ? "," : "", n->inputs[k]);
    fputs("],\"parameters\":", out);
    json_number(n->parameters, 15, out);
    fputs(",\"norm\":", out);
    json_number(layer_grad_norm(of, n), 9, out);
    putc('}', out);
}

static bool put_graphs(const report *r, const panel *p, FILE *out) {
    bool first = true;
    fputs(",\"graphs\":[", out);
    for (size_t i = 0; i < p->curve_count; i++) {
        const curve *c = &p->curves[i];
        size_t count;
        layer_node *nodes = layer_graph_read(c->tag->text, &count);
        if (nodes == NULL)
            continue;
        fprintf(out, "%s{\"run\":%zu,\"layers\":[", first ? "" : ",",
                report_index_of(r->all, c->run));
        first = false;
        for (size_t k = 0; k < count; k++) {
            fputs(k > 0 ? "," : "", out);
            put_layer(c->run, &nodes[k], out);
        }
        fputs("]}", out);
        dnn_free(nodes);
    }
    putc(']', out);
    return true;
}

/* Recall and precision at each threshold, an entry for each curve in their order; null where
 * nothing counts as positive. */
static bool put_pr(const report *r, const panel *p, FILE *out) {
    (void)r;
    fputs(",\"pr\":[", out);
    for (size_t i = 0; i < p->curve_count; i++) {
        const run_tag *tag = p->curves[i].tag;
        size_t count = tag->matrix == NULL ? 0 : tag->columns;
        fprintf(out, "%s{\"step\":%lld,\"points\":[", i > 0 ? "," : "",
                (long long)tag->matrix_step);
        for (size_t k = 0; k < count; k++) {
            pr_point at = run_pr_point(tag, k);
            fputs(k > 0 ? ",[" : "[", out);
            json_number(at.recall, 7, out);
            putc(',', out);
            json_number(at.precision, 7, out);
            putc(']', out);
        }
        fputs("]}", out);
    }
    putc(']', out);
    return true;
}

bool report_write_content(const report *r, const panel *p, FILE *out) {
    static bool (*const contents[PANEL_KIND_COUNT])(const report *, const panel *, FILE *) = {
        [PANEL_HISTOGRAM] = put_histograms, [PANEL_IMAGES] = put_images, [PANEL_TEXT] = put_texts,
        [PANEL_MATRIX] = put_matrix,        [PANEL_GRAPH] = put_graphs,  [PANEL_PR] = put_pr,
    };
    return contents[p->kind] == NULL || contents[p->kind](r, p, out);
}
