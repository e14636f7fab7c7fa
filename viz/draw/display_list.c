/* display_list.c: appending commands; the list keeps copies. */
#include "viz/draw/display_list.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/grow.h"
#include "core/memory.h"
#include "viz/draw/font.h"

/* clang-format off */
const float dash_patterns[DASH_COUNT][5] = {
    {0},
    {6, 3, 0},
    {1.5f, 2.5f, 0},
    {7, 2.5f, 1.5f, 2.5f, 0},
};
/* clang-format on */

bool inside(rect r, point place) {
    return place.x >= r.x && place.x < r.x + r.w && place.y >= r.y && place.y < r.y + r.h;
}

rect inset(rect r, float by) {
    return (rect){r.x + by, r.y + by, r.w - 2 * by, r.h - 2 * by};
}

static void free_command(command *c) {
    dnn_free(c->points);
    dnn_free(c->text);
    dnn_free(c->pixels);
    sheet_release(c->sheet);
}

void display_list_clear(display_list *list) {
    for (size_t i = 0; i < list->count; i++)
        free_command(&list->commands[i]);
    list->count = 0;
    list->failed = false;
}

void display_list_free(display_list *list) {
    display_list_clear(list);
    dnn_free(list->commands);
    *list = (display_list){0};
}

sheet *sheet_create(rect area, uint64_t key) {
    sheet *l = dnn_calloc(1, sizeof *l);
    if (l != NULL)
        *l = (sheet){.area = area, .key = key, .owners = 1};
    return l;
}

void sheet_release(sheet *l) {
    if (l == NULL || --l->owners > 0)
        return;
    display_list_free(&l->list);
    dnn_free(l);
}

static void append(display_list *list, command c) {
    if (!dnn_grow(&list->commands, &list->capacity, list->count, 1)) {
        list->failed = true;
        free_command(&c);
        return;
    }
    list->commands[list->count++] = c;
}

void display_list_move(display_list *to, display_list *from) {
    to->failed = to->failed || from->failed;
    for (size_t i = 0; i < from->count; i++)
        append(to, from->commands[i]);
    from->count = 0;
}

static void *copy(display_list *list, const void *from, size_t bytes) {
    void *to = dnn_alloc(bytes);
    if (to == NULL)
        list->failed = true;
    else
        memcpy(to, from, bytes);
    return to;
}

void draw_clip(display_list *list, rect area) {
    append(list, (command){.kind = COMMAND_CLIP, .area = area});
}

void draw_unclip(display_list *list) {
    draw_clip(list, (rect){0, 0, 0, 0});
}

void draw_fill(display_list *list, rect area, color paint, float radius) {
    append(list,
           (command){.kind = COMMAND_FILL, .area = area, .radius = radius, .stroke.color = paint});
}

void draw_framed(display_list *list, rect area, color border, color paint, float radius) {
    draw_fill(list, area, border, radius);
    draw_fill(list, inset(area, 1), paint, radius - 1);
}

bounds bounds_of(const point *points, size_t count) {
    bounds b = {INFINITY, INFINITY, -INFINITY, -INFINITY};
    for (size_t i = 0; i < count; i++) {
        float x = points[i].x, y = points[i].y;
        if (!isfinite(x) || !isfinite(y))
            continue;
        b.x0 = x < b.x0 ? x : b.x0;
        b.y0 = y < b.y0 ? y : b.y0;
        b.x1 = x > b.x1 ? x : b.x1;
        b.y1 = y > b.y1 ? y : b.y1;
    }
    return b;
}

static bool are_ascending(const point *points, size_t count) {
    bool rising = isfinite(points[0].x), finite = true;
    for (size_t i = 0; i < count; i++)
        finite = finite && isfinite(points[i].y);
    for (size_t i = 1; i < count && rising; i++)
        rising = points[i].x >= points[i - 1].x && points[i].x < INFINITY;
    return finite && rising;
}

/* Nobody asks of a polygon whether it goes from left to right. */
static void draw_points(display_list *list, command_kind kind, const point *points, size_t count,
                        stroke line, bool quick) {
    point *own = count == 0 ? NULL : copy(list, points, count * sizeof *points);
    if (own != NULL)
        append(list, (command){.kind = kind,
                               .bounds = bounds_of(points, count),
                               .ascending = kind != COMMAND_POLYGON && are_ascending(points, count),
                               .quick = quick,
                               .points = own,
                               .count = count,
                               .stroke = line});
}

void draw_polyline(display_list *list, const point *points, size_t count, stroke line) {
    draw_points(list, COMMAND_POLYLINE, points, count, line, false);
}

void draw_quick_polyline(display_list *list, const point *points, size_t count, stroke line) {
    draw_points(list, COMMAND_POLYLINE, points, count, line, true);
}

void draw_bars(display_list *list, const point *ends, size_t count, stroke line) {
    draw_points(list, COMMAND_BARS, ends, count, line, false);
}

void draw_line(display_list *list, point from, point to, stroke line) {
    draw_points(list, COMMAND_POLYLINE, (point[]){from, to}, 2, line, false);
}

void draw_polygon(display_list *list, const point *points, size_t count, color paint) {
    draw_points(list, COMMAND_POLYGON, points, count, (stroke){.color = paint}, false);
}

void draw_image(display_list *list, rect area, const uint8_t *rgba, size_t width, size_t height) {
    uint8_t *own = width * height == 0 ? NULL : copy(list, rgba, width * height * 4);
    if (own != NULL)
        append(list, (command){.kind = COMMAND_IMAGE,
                               .area = area,
                               .pixels = own,
                               .width = width,
                               .height = height});
}

void draw_sheet(display_list *list, sheet *l) {
    l->owners++;
    list->failed = list->failed || l->list.failed;
    append(list, (command){.kind = COMMAND_SHEET, .area = l->area, .sheet = l});
}

void draw_text(display_list *list, float x, float y, const char *text, text_style style) {
    char *own = *text == '\0' ? NULL : copy(list, text, strlen(text) + 1);
    if (own != NULL)
        append(list, (command){
                         .kind = COMMAND_TEXT,
                         .area = {x, y, text_width(text, style.size, style.style), 0},
                         .text = own,
                         .size = style.size,
                         .style = style.style,
                         .anchor = style.anchor,
                         .angle = style.angle,
                         .stroke.color = style.color
        });
}
