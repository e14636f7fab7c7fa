/* state.c: reading and writing what is remembered. */
#include "viz/window/state.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/atomic_file.h"
#include "core/descriptor.h"
#include "core/memory.h"
#include "core/path.h"
#include "core/text_stream.h"
#include "viz/draw/text_fit.h"

#define MOST_MEMORIES ((size_t)256)
#define MOST_LINES    4096 /* that are read */
#define PATH_SIZE     ((size_t)4096)

static bool state_path(char *path) {
    return dnn_user_path(DNN_USER_STATE, "dnnlua/dnnview.conf", path, PATH_SIZE);
}

/* "cost = log" after "y ", "cost/test" after "hide ": what a panel is to be like. */
static void load_panel(view *v, const char *key, const char *value) {
    memory m = {.y_scale = SCALE_LINEAR};
    if (v->memory_count == MOST_MEMORIES)
        return;
    if (strncmp(key, "y ", 2) == 0) {
        int scale = find_name(scale_names, SCALE_COUNT, value);
        if (scale < 0)
            return;
        m.y_scale = (axis_scale)scale;
        text_copy(key + 2, SIZE_MAX, m.panel, sizeof m.panel);
    } else if (strncmp(key, "hide ", 5) == 0) {
        text_copy(key + 5, SIZE_MAX, m.panel, sizeof m.panel);
        text_copy(value, SIZE_MAX, m.curve, sizeof m.curve);
    } else {
        return;
    }
    v->memories[v->memory_count++] = m;
}

static void load_line(view *v, const char *key, const char *value, int *width, int *height) {
    int x = find_name(x_names, X_AXIS_COUNT, value),
        scale = find_name(scale_names, SCALE_COUNT, value);
    double number = strtod(value, NULL);
    if (strcmp(key, "width") == 0 && number >= 200 && number <= 16384)
        *width = (int)number;
    else if (strcmp(key, "height") == 0 && number >= 150 && number <= 16384)
        *height = (int)number;
    else if (strcmp(key, "scale") == 0 && number >= 0.5 && number <= 4)
        v->scale = (float)number, v->scale_known = true;
    else if (strcmp(key, "smoothing") == 0 && number >= 0 && number <= MOST_SMOOTHING)
        v->options.smoothing = number;
    else if (strcmp(key, "theme") == 0)
        v->options.theme = strcmp(value, "dark") == 0 ? &theme_dark : &theme_light;
    else if (strcmp(key, "x") == 0 && x >= 0)
        view_want_x(v, (x_axis)x);
    else if (strcmp(key, "x_scale") == 0 && scale >= 0)
        v->options.x_scale = (axis_scale)scale;
    else
        load_panel(v, key, value);
}

/* NULL where it is not there, or cannot be one: a pipe would wait for a writer. */
static FILE *open_regular(const char *path) {
    struct stat there = {0};
    int fd = dnn_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    if (fd < 0)
        return NULL;
    FILE *file = fstat(fd, &there) == 0 && S_ISREG(there.st_mode) ? fdopen(fd, "r") : NULL;
    if (file == NULL)
        close(fd);
    return file;
}

void state_load(view *v, int *width, int *height) {
    char path[PATH_SIZE];
    if (!state_path(path))
        return;
    dnn_free(v->memories);
    v->memory_count = 0;
    v->memories = dnn_calloc(MOST_MEMORIES, sizeof *v->memories);
    FILE *file = open_regular(path);
    char line[512];
    for (int i = 0; i < MOST_LINES && v->memories != NULL && file != NULL &&
                    fgets(line, sizeof line, file) != NULL;
         i++) {
        line[strcspn(line, "\n")] = '\0';
        char *equals = strstr(line, " = ");
        if (equals == NULL)
            continue;
        *equals = '\0';
        load_line(v, line, equals + 3, width, height);
    }
    if (file != NULL)
        fclose(file);
}

static void save_panels(const view *v, FILE *out) {
    for (size_t i = 0; i < v->panel_count; i++) {
        const panel *p = &v->panels[i];
        if (p->kind == PANEL_CURVES && !p->over_decades)
            fprintf(out, "y %s = %s\n", p->title, scale_names[p->y_scale]);
        for (size_t k = 0; k < p->curve_count; k++)
            if (p->curves[k].hidden && p->kind == PANEL_CURVES)
                fprintf(out, "hide %s = %s\n", p->title, p->curves[k].label);
    }
    /* What is remembered of panels that this time's runs do not have. */
    for (size_t m = 0; m < v->memory_count; m++) {
        const memory *old = &v->memories[m];
        bool present = false;
        for (size_t i = 0; i < v->panel_count && !present; i++)
            present = strcmp(v->panels[i].title, old->panel) == 0;
        if (present)
            continue;
        if (old->curve[0] == '\0')
            fprintf(out, "y %s = %s\n", old->panel, scale_names[old->y_scale]);
        else
            fprintf(out, "hide %s = %s\n", old->panel, old->curve);
    }
}

typedef struct remembered {
    const view *view;
    int width, height; /* of the window */
} remembered;

static bool write_all(const void *context, FILE *out) {
    const remembered *r = context;
    const view *v = r->view;
    fprintf(out,
            "width = %d\nheight = %d\nscale = %g\ntheme = %s\nx = %s\nx_scale = %s\nsmoothing = "
            "%g\n",
            r->width, r->height, (double)v->scale, v->options.theme->name,
            x_names[v->epoch_wanted ? X_EPOCH : v->options.x], scale_names[v->options.x_scale],
            v->options.smoothing);
    save_panels(v, out);
    return true;
}

void state_save(const view *v, int width, int height) {
    char path[PATH_SIZE];
    if (!state_path(path))
        return;
    dnn_make_folders_for(path, 0700, NULL);
    if (dnn_atomic_file_check(path, NULL) == DNN_OK) /* no pipe, which would be waited for */
        dnn_text_save(path, write_all, &(remembered){v, width, height}, NULL);
}
