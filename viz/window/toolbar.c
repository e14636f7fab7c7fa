/* toolbar.c: one row of buttons, from right to left; those that do not fit are left out. */
#include "viz/window/toolbar.h"

#include <stdio.h>
#include <string.h>

#include "viz/draw/font.h"
#include "viz/window/page.h"

#define BUTTON_HEIGHT ((float)24)
#define BUTTON_GAP    ((float)4)
#define GROUP_GAP     ((float)10) /* more, between groups */
#define PADDING       ((float)8)
#define TEXT_SIZE     ((float)11)

typedef enum icon { ICON_TEXT = 0, ICON_THEME, ICON_PAUSE, ICON_STEP, ICON_STOP } icon;

/* When a button is of use: figures have no steps, and matrices and images no scales. */
typedef enum use { USE_ALWAYS = 0, USE_TRAINER, USE_SEVERAL_RUNS, USE_RUNS, USE_SCALES } use;

typedef struct button {
    const char *action, *key; /* what it runs, as if the key had been pressed */
    use use;
    char group;
    icon icon;
    const char *text;
    void (*label)(const view *v, char *text, size_t size); /* instead, where it changes */
} button;

static void label_smooth(const view *v, char *text, size_t size) {
    if (v->options.smoothing > 0)
        snprintf(text, size, "smooth %g", v->options.smoothing);
    else
        snprintf(text, size, "smooth");
}

/* The panel with the focus or the first one, of those that have scales; NULL: none has. */
static const panel *scaled_panel(const view *v) {
    for (size_t i = 0; i < v->shown_count; i++) {
        const panel *p = &v->panels[v->focus >= 0 ? (size_t)v->focus : v->shown[i]];
        if (panel_has_scales(p))
            return p;
    }
    return NULL;
}

static void label_y(const view *v, char *text, size_t size) {
    const panel *p = scaled_panel(v);
    snprintf(text, size, p == NULL ? "y scale" : "y: %s", p == NULL ? "" : scale_names[p->y_scale]);
}

static void label_x(const view *v, char *text, size_t size) {
    const panel *p = v->figure == NULL ? NULL : scaled_panel(v);
    snprintf(text, size, "x: %s", scale_names[p == NULL ? v->options.x_scale : p->x_scale]);
}

static void label_kind(const view *v, char *text, size_t size) {
    snprintf(text, size, "x: %s", x_names[v->options.x]);
}

static void label_replay(const view *v, char *text, size_t size) {
    snprintf(text, size, v->replay.on ? "end replay" : "replay");
}

/* The most wanted first: they stay when there is little room, and stand to the right. Those of a
 * group stand together. */
/* clang-format off */
static const button buttons[] = {
    {"help",         "?",          USE_ALWAYS,       'h', ICON_TEXT,  "?",          NULL},
    {"theme",        "t",          USE_ALWAYS,       'h', ICON_THEME, NULL,         NULL},
    {"stop",         "Q",          USE_TRAINER,      't', ICON_STOP,  NULL,         NULL},
    {"single step",  ".",          USE_TRAINER,      't', ICON_STEP,  NULL,         NULL},
    {"pause",        "Space",      USE_TRAINER,      't', ICON_PAUSE, NULL,         NULL},
    {"checkpoint",   "k",          USE_TRAINER,      't', ICON_TEXT,  "checkpoint", NULL},
    {"rate",         "Shift+Up",   USE_TRAINER,      't', ICON_TEXT,  "lr +",       NULL},
    {"rate",         "Shift+Down", USE_TRAINER,      't', ICON_TEXT,  "lr −",       NULL},
    {"y scale",      "y",          USE_SCALES,       'a', ICON_TEXT,  NULL,         label_y},
    {"x axis",       "x",          USE_RUNS,         'a', ICON_TEXT,  NULL,         label_kind},
    {"x scale",      "X",          USE_SCALES,       'a', ICON_TEXT,  NULL,         label_x},
    {"smooth",       "s",          USE_RUNS,         'a', ICON_TEXT,  NULL,         label_smooth},
    {"list of runs", "b",          USE_SEVERAL_RUNS, 'r', ICON_TEXT,  "runs",       NULL},
    {"replay",       "r",          USE_RUNS,         'r', ICON_TEXT,  NULL,         label_replay},
    {"save csv",     "c",          USE_ALWAYS,       's', ICON_TEXT,  "CSV",        NULL},
    {"save svg",     "v",          USE_ALWAYS,       's', ICON_TEXT,  "SVG",        NULL},
    {"save png",     "p",          USE_ALWAYS,       's', ICON_TEXT,  "PNG",        NULL},
};
/* clang-format on */
enum { BUTTON_COUNT = sizeof buttons / sizeof *buttons };

static bool is_of_use(const view *v, use when) {
    switch (when) {
    case USE_TRAINER:
        return v->attached;
    case USE_SEVERAL_RUNS:
        return v->figure == NULL && view_runs(v)->count > 1;
    case USE_RUNS:
        return v->figure == NULL;
    case USE_SCALES:
        return v->figure == NULL || scaled_panel(v) != NULL;
    default:
        return true;
    }
}

static void write_label(const view *v, const button *b, char *text, size_t size) {
    if (b->label != NULL)
        b->label(v, text, size);
    else
        snprintf(text, size, "%s", b->text);
}

/* Places of all buttons; w is 0 where there is none. Returns where the row begins. */
static float place(const view *v, rect *places) {
    float right = v->width - PAGE_MARGIN, least = v->width * 0.34f;
    char group = 0;
    for (int i = 0; i < BUTTON_COUNT; i++) {
        const button *b = &buttons[i];
        char text[48];
        places[i] = (rect){0};
        if (v->bare || !is_of_use(v, b->use))
            continue;
        float width = BUTTON_HEIGHT + 2;
        if (b->icon == ICON_TEXT) {
            write_label(v, b, text, sizeof text);
            width = text_width(text, TEXT_SIZE, FONT_REGULAR) + 2 * PADDING;
        }
        if (group != 0 && b->group != group)
            right -= GROUP_GAP;
        if (right - width < least)
            break;
        group = b->group;
        places[i] = (rect){right - width, (v->header - BUTTON_HEIGHT) / 2, width, BUTTON_HEIGHT};
        right -= width + BUTTON_GAP;
    }
    return right;
}

float toolbar_left(const view *v) {
    rect places[BUTTON_COUNT] = {{0}};
    return place(v, places);
}

static const button *find(const view *v, point at) {
    rect places[BUTTON_COUNT] = {{0}};
    place(v, places);
    for (int i = 0; i < BUTTON_COUNT; i++)
        if (inside(places[i], at))
            return &buttons[i];
    return NULL;
}

const action *toolbar_at(const view *v, point at, const char **key) {
    const button *b = find(v, at);
    if (b == NULL)
        return NULL;
    *key = b->key;
    return action_find(b->action);
}

static void fill_bar(display_list *list, float x, float y, float w, float h, color c) {
    draw_fill(list, (rect){x, y, w, h}, c, 1);
}

static void fill_triangle(display_list *list, float x, float y, float w, float h, color c) {
    point p[] = {
        {x,     y        },
        {x + w, y + h / 2},
        {x,     y + h    }
    };
    draw_polygon(list, p, 3, c);
}

static void draw_icon(const view *v, icon which, rect r, display_list *list) {
    color c = v->options.theme->text;
    float x = r.x + r.w / 2, y = r.y + r.h / 2;
    if (which == ICON_THEME) { /* a disc, half of it lit */
        draw_fill(list, (rect){x - 6, y - 6, 12, 12}, c, 6);
        draw_clip(list, (rect){x, y - 7, 7, 14});
        draw_fill(list, (rect){x - 4.5f, y - 4.5f, 9, 9}, v->options.theme->panel, 4.5f);
        draw_unclip(list);
    } else if (which == ICON_PAUSE && v->paused) {
        fill_triangle(list, x - 4, y - 6, 10, 12, c);
    } else if (which == ICON_PAUSE) {
        fill_bar(list, x - 5, y - 5.5f, 3.5f, 11, c);
        fill_bar(list, x + 1.5f, y - 5.5f, 3.5f, 11, c);
    } else if (which == ICON_STEP) {
        fill_triangle(list, x - 5, y - 5.5f, 7, 11, c);
        fill_bar(list, x + 3, y - 5.5f, 2.5f, 11, c);
    } else if (which == ICON_STOP) {
        fill_bar(list, x - 5, y - 5, 10, 10, v->stop_asked ? v->options.theme->warning : c);
    }
}

void toolbar_draw(const view *v, display_list *list) {
    const theme *t = v->options.theme;
    rect places[BUTTON_COUNT] = {{0}};
    place(v, places);
    const button *under = v->cursor_inside ? find(v, v->cursor) : NULL;
    for (int i = 0; i < BUTTON_COUNT; i++) {
        rect r = places[i];
        if (r.w <= 0)
            continue;
        draw_framed(list, r, under == &buttons[i] ? t->accent : t->border, t->panel, 5);
        char text[48];
        if (buttons[i].icon != ICON_TEXT) {
            draw_icon(v, buttons[i].icon, r, list);
            continue;
        }
        write_label(v, &buttons[i], text, sizeof text);
        draw_text(list, r.x + r.w / 2, r.y + r.h / 2 + TEXT_SIZE * 0.36f, text,
                  (text_style){TEXT_SIZE, t->text, FONT_REGULAR, ANCHOR_MIDDLE, 0});
    }
}
