/* export.c: the page drawn once more, for a file. */
#include "viz/window/export.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/memory.h"
#include "viz/draw/raster.h"
#include "viz/draw/svg.h"
#include "viz/window/damage.h"
#include "viz/window/page.h"

/* From where to where the panels reach of which half is in sight, or that fill half the page. */
static bool find_in_sight(const view *v, float *top, float *bottom) {
    float page = v->height - v->header - v->footer;
    *top = INFINITY;
    *bottom = -INFINITY;
    for (size_t i = 0; i < v->shown_count; i++) {
        rect a = v->panels[v->shown[i]].area;
        float seen = fminf(a.y + a.h, v->height - v->footer) - fmaxf(a.y, v->header);
        if (seen < fminf(a.h, page) / 2)
            continue;
        *top = fminf(*top, a.y);
        *bottom = fmaxf(*bottom, a.y + a.h);
    }
    return *top < *bottom;
}

/* Draws the page as a figure, and gives the view back as it was. Of a page that scrolls in a window
 * it has the panels in sight, whole. */
static dnn_status draw_figure(view *v, float scale, display_list *list, float *height,
                              dnn_error *err) {
    view before = *v;
    float top, bottom;
    bool scrolls = page_scroll_track(v).w > 0 && find_in_sight(v, &top, &bottom);
    v->bare = true;
    v->help = false;
    v->options.scale = scale;
    v->options.keeps = false;
    if (v->whole && v->maximised < 0) {
        v->fold = v->height;
        v->scroll = 0;
        view_layout(v);
        v->height = ceilf(v->header + fmaxf(v->content, 1) + v->footer);
    } else if (scrolls) {
        v->fold = v->height - v->footer + PAGE_MARGIN; /* rows keep the heights they have */
        v->scroll = floorf(v->scroll) + top - v->header;
        v->height = v->header + bottom - top + PAGE_MARGIN;
    }
    *height = v->height;
    view_draw(v, list);
    v->bare = before.bare;
    v->help = before.help;
    v->fold = before.fold;
    v->height = before.height;
    v->scroll = before.scroll;
    v->options.scale = before.options.scale;
    v->options.keeps = before.options.keeps;
    view_layout(v);
    if (list->failed)
        return dnn_fail(err, DNN_ERROR_MEMORY, "there is not enough memory to draw the page");
    return damage_check_memory(v, err);
}

dnn_status export_png(view *v, const char *path, float scale, dnn_error *err) {
    display_list list = {0};
    surface pixels = {0};
    float height;
    dnn_status status = draw_figure(v, scale, &list, &height, err);
    if (status == DNN_OK)
        status = surface_create(&pixels, (int)lroundf(v->width * scale),
                                (int)lroundf(height * scale), err);
    if (status == DNN_OK) {
        raster_play(&list, &pixels, scale);
        status = damage_check_memory(v, err);
    }
    if (status == DNN_OK)
        status = surface_write_png(&pixels, path, err);
    surface_free(&pixels);
    display_list_free(&list);
    return status;
}

dnn_status export_svg(view *v, const char *path, dnn_error *err) {
    display_list list = {0};
    float height;
    dnn_status status = draw_figure(v, 1, &list, &height, err);
    if (status == DNN_OK)
        status = svg_write(&list, v->width, height, path, err);
    display_list_free(&list);
    return status;
}

report export_report(view *v) {
    static char title[200], about[200];
    runs_common_name(v->all, title, sizeof title);
    size_t used = strlen(title);
    if (v->all->count > 1)
        snprintf(title + used, sizeof title - used, "%s%zu runs", used > 0 ? " · " : "",
                 v->all->count);
    else
        snprintf(title, sizeof title, "%.190s",
                 v->all->count > 0 ? v->all->items[0]->name : "dnnview");
    page_describe(v, about, sizeof about);
    for (size_t i = 0; i < v->panel_count; i++) /* scales that go by the values */
        panel_fit(&v->panels[i], &v->options);
    return (report){.all = v->all,
                    .panels = v->panels,
                    .panel_count = v->panel_count,
                    .title = title,
                    .about = about,
                    .dark = v->options.theme == &theme_dark};
}

dnn_status export_html(view *v, const char *path, dnn_error *err) {
    report r = export_report(v);
    dnn_status status = damage_check_memory(v, err);
    return status == DNN_OK ? report_save(&r, path, err) : status;
}

dnn_status export_csv(view *v, const char *path, dnn_error *err) {
    dnn_status status = damage_check_memory(v, err);
    if (status != DNN_OK)
        return status;
    if (v->maximised >= 0)
        return panels_write_csv(&v->panels[v->maximised], 1, &v->options, path, err);
    return panels_write_csv(v->panels, v->panel_count, &v->options, path, err);
}

void export_name(const view *v, const char *extension, char *path, size_t size) {
    const runs *all = view_runs(v);
    char name[64], when[32];
    snprintf(name, sizeof name, "%s",
             v->figure != NULL ? "figure"
             : all->count == 0 ? "dnnview"
                               : all->items[0]->name);
    for (char *c = name; *c != '\0'; c++)
        if (*c == '/' || *c == ' ')
            *c = '-';
    axis_format_time((double)time(NULL), "%Y%m%d-%H%M%S", when, sizeof when);
    snprintf(path, size, "%s-%s.%s", name, when, extension);
    for (int n = 2; access(path, F_OK) == 0 && n < 100; n++)
        snprintf(path, size, "%s-%s-%d.%s", name, when, n, extension);
}
