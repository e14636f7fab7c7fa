/* layout.c: panels into rows, rows onto the page. */
#include "viz/window/layout.h"

#include <math.h>
#include <string.h>

#include "viz/window/page.h"

#define GAP         PAGE_MARGIN
#define MOST_LEAD   4
#define LEAD_SHARE  0.7f  /* of the page, where other panels follow */
#define LATER       220.0 /* height of a row that is scrolled to */
#define PICTURES    340.0 /* of one that holds pictures or matrices */
#define GOLDEN      1.618 /* width over height at which a curve reads best */
#define LEAST       PANEL_LEAST_HEIGHT
#define LEAST_WIDTH PANEL_LEAST_WIDTH

typedef struct placing {
    view *view;
    rect page;
    float y;       /* top of the next row */
    float row;     /* height of a small row on the first page */
    size_t on_top; /* how many small rows are still to come there */
} placing;

static panel *shown(const view *v, size_t i) {
    return &v->panels[v->shown[i]];
}

static bool is_plot(const panel *p) {
    return p->kind == PANEL_CURVES || p->kind == PANEL_HEAT;
}

static float width_of(float all, size_t columns) {
    return (all - (float)(columns - 1) * GAP) / (float)columns;
}

static float total(size_t rows, float height) {
    return rows == 0 ? 0 : (float)rows * (height + GAP) - GAP;
}

/* How many of the least width stand side by side. */
static size_t most_columns(float width) {
    return (size_t)fmaxf(1, floorf((width + GAP) / (LEAST_WIDTH + GAP)));
}

static void place_row(placing *at, size_t first, size_t count, float height) {
    float width = width_of(at->page.w, count), bottom = floorf(at->y + height);
    for (size_t i = 0; i < count; i++) {
        float x = at->page.x + (float)i * (width + GAP), y = floorf(at->y);
        shown(at->view, first + i)->area =
            (rect){floorf(x), y, floorf(x + width) - floorf(x), bottom - y};
    }
    at->y += height + GAP;
}

/* --- the leading panels --- */

static size_t count_leading(const view *v) {
    size_t n = 0;
    while (n < v->shown_count && n < MOST_LEAD && is_plot(shown(v, n)))
        n++;
    return n;
}

/* The columns that give panels the best shape; a row that is not full costs something. */
static size_t lead_columns(size_t count, float width, float height) {
    size_t best = 1, most = most_columns(width);
    double best_cost = INFINITY;
    for (size_t columns = 1; columns <= count && columns <= most; columns++) {
        size_t rows = (count + columns - 1) / columns;
        float each = fmaxf(LEAST, (height + GAP) / (float)rows - GAP);
        double cost = fabs(log((double)(width_of(width, columns) / each) / GOLDEN)) +
                      0.3 * (double)(rows * columns - count);
        if (cost < best_cost) {
            best_cost = cost;
            best = columns;
        }
    }
    return best;
}

/* The row that is not full is the first one: what matters most is largest. */
static void place_leading(placing *at, size_t count, size_t columns, float height) {
    size_t rows = (count + columns - 1) / columns, first = 0;
    float each = (height + GAP) / (float)rows - GAP;
    for (size_t row = 0; row < rows; row++) {
        size_t left = count - first, full = (rows - row - 1) * columns;
        place_row(at, first, left - full, each);
        first += left - full;
    }
}

/* --- the others --- */

/* Histograms "weight/1 Linear", "weight/3 Linear" belong together. */
static bool same_section(const panel *a, const panel *b) {
    if (a->kind != b->kind || a->kind != PANEL_HISTOGRAM)
        return a->kind == b->kind;
    size_t n = strcspn(a->title, "/");
    return strcspn(b->title, "/") == n && memcmp(a->title, b->title, n) == 0;
}

static size_t section_end(const view *v, size_t first) {
    size_t end = first + 1;
    while (end < v->shown_count && same_section(shown(v, first), shown(v, end)))
        end++;
    return end;
}

/* Short sections share a row. */
static size_t block_end(const view *v, size_t first, size_t most) {
    size_t end = section_end(v, first);
    while (end < v->shown_count) {
        size_t next = section_end(v, end);
        if (next - first > most)
            break;
        end = next;
    }
    return end;
}

static size_t count_rows(const view *v, size_t first, size_t most) {
    size_t rows = 0;
    for (size_t end; first < v->shown_count; first = end) {
        end = block_end(v, first, most);
        rows += (end - first + most - 1) / most;
    }
    return rows;
}

static float later_height(const view *v, size_t first, size_t count) {
    for (size_t i = first; i < first + count; i++)
        if (panel_is_tall(shown(v, i)))
            return PICTURES;
    return LATER;
}

static void place_others(placing *at, size_t first, size_t most) {
    const view *v = at->view;
    for (size_t end; first < v->shown_count; first = end) {
        end = block_end(v, first, most);
        for (size_t rows = (end - first + most - 1) / most; rows > 0; rows--) {
            size_t count = (end - first + rows - 1) / rows; /* rows of about one length */
            bool top = at->on_top > 0;
            at->on_top -= top;
            place_row(at, first, count, top ? at->row : later_height(v, first, count));
            first += count;
        }
    }
}

/* The lowest that leading rows get: where not all have room on the page, it shows as many as do,
 * whole. */
static float least_row(size_t rows, float page) {
    if (total(rows, LEAST) <= page)
        return LEAST;
    float fit = fmaxf(1, floorf((page + GAP) / (LEAST + GAP)));
    return fmaxf(LEAST, (page + GAP) / fit - GAP);
}

/* Divides the first page between leading and other rows: the height of the leading ones. */
static float divide(placing *at, size_t lead_rows, size_t other_rows) {
    float height = at->page.h, least = total(lead_rows, least_row(lead_rows, height));
    if (other_rows == 0)
        return fmaxf(height, least);
    float lead = lead_rows == 0 ? -GAP : fmaxf(least, floorf(height * LEAD_SHARE));
    float room = height - lead - GAP;
    if (room < LEAST && lead_rows > 0) { /* give way, as far as that makes room for a row */
        room = fminf(LEAST, height - least - GAP);
        lead = height - room - GAP;
    }
    if (room < LEAST && lead_rows > 0)
        return fmaxf(height, least);
    size_t rows = (size_t)fmaxf(1, floorf((room + GAP) / (LEAST + GAP)));
    at->on_top = rows < other_rows ? rows : other_rows;
    at->row = fmaxf(LEAST, (room + GAP) / (float)at->on_top - GAP);
    return lead;
}

float layout_panels(view *v, rect page) {
    placing at = {.view = v, .page = page, .y = page.y};
    size_t leading = count_leading(v), most = most_columns(page.w);
    size_t columns =
        leading == 0
            ? 1
            : lead_columns(leading, page.w, page.h * (leading == v->shown_count ? 1 : LEAD_SHARE));
    size_t rows = (leading + columns - 1) / columns;
    float height = divide(&at, rows, count_rows(v, leading, most));
    if (leading > 0)
        place_leading(&at, leading, columns, height);
    place_others(&at, leading, most);
    return at.y - GAP - page.y;
}
