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

typedef struct button {
    const char *action, *key; /* what it runs, as if the key had been pressed */
    icon icon;
    bool of_trainer;
    char group;
    void (*label)(const view *v, char *text, size_t size);
} button;

static void label_help(const view *v, char *text, size_t size) {
    (void)v;
    snprintf(text, size, "?");
}

static void label_png(const view *v, char *text, size_t size) {
    (void)v;
    snprintf(text, size, "PNG");
}

static void label_svg(const view *v, char *text, size_t size) {
    (void)v;
    snprintf(text, size, "SVG");
}

static void label_csv(const view *v, char *text, size_t size) {
    (void)v;
    snprintf(text, size, "CSV");
}

static void label_smooth(const view *v, char *text, size_t size) {
    if (v->options.smoothing > 0)
        snprintf(text, size, "smooth %g", v->options.smoothing);
    else
        snprintf(text, size, "smooth");
}

static const char *const scales[SCALE_COUNT] = {"linear", "log", "symlog"};

/* The panel with the focus or the first one, of those that have scales; NULL: none has. */
static const panel *scaled_panel(const view *v) {
    for (size_t i = 0; i < v->shown_count; i++) {
        const panel *p = &v->panels[v->focus >= 0 ? (size_t)v->focus : v->shown[i]];
        if (p->kind == PANEL_CURVES || p->kind == PANEL_PLOT || p->kind == PANEL_BARS)
            return p;
    }
    return NULL;
}

static void label_y(const view *v, char *text, size_t size) {
    const panel *p = scaled_panel(v);
    snprintf(text, size, p == NULL ? "y scale" : "y: %s", p == NULL ? "" : scales[p->y_scale]);
}

static void label_x(const view *v, char *text, size_t size) {
    const panel *p = v->figure == NULL ? NULL : scaled_panel(v);
    snprintf(text, size, "x: %s", scales[p == NULL ? v->options.x_scale : p->x_scale]);
}

static void label_kind(const view *v, char *text, size_t size) {
    static const char *const names[X_AXIS_COUNT] = {"step", "epoch", "relative", "wall"};
    snprintf(text, size, "x: %s", names[v->options.x]);
}

static void label_replay(const view *v, char *text, size_t size) {
    snprintf(text, size, v->replay.on ? "end replay" : "replay");
}

static void label_checkpoint(const view *v, char *text, size_t size) {
    (void)v;
    snprintf(text, size, "checkpoint");
}

static void label_rate_up(const view *v, char *text, size_t size) {
    (void)v;
    snprintf(text, size, "lr +");
}

static void label_rate_down(const view *v, char *text, size_t size) {
    (void)v;
    snprintf(text, size, "lr −");
}

static void label_runs(const view *v, char *text, size_t size) {
    (void)v;
    snprintf(text, size, "runs");
}

/* The most wanted first: they stay when there is little room, and stand to the right. Those of a
 * group stand together. */
static const button buttons[] = {
    {"help",         "?",          ICON_TEXT,  false, 'h', label_help      },
    {"theme",        "t",          ICON_THEME, false, 'h', NULL            },
    {"stop",         "Q",          ICON_STOP,  true,  't', NULL            },
    {"single step",  ".",          ICON_STEP,  true,  't', NULL            },
    {"pause",        "Space",      ICON_PAUSE, true,  't', NULL            },
    {"checkpoint",   "k",          ICON_TEXT,  true,  't', label_checkpoint},
    {"rate",         "Shift+Up",   ICON_TEXT,  true,  't', label_rate_up   },
    {"rate",         "Shift+Down", ICON_TEXT,  true,  't', label_rate_down },
    {"y scale",      "y",          ICON_TEXT,  false, 'a', label_y         },
    {"x axis",       "x",          ICON_TEXT,  false, 'a', label_kind      },
    {"x scale",      "X",          ICON_TEXT,  false, 'a', label_x         },
    {"smooth",       "s",          ICON_TEXT,  false, 'a', label_smooth    },
    {"list of runs", "b",          ICON_TEXT,  false, 'r', label_runs      },
    {"replay",       "r",          ICON_TEXT,  false, 'r', label_replay    },
    {"save csv",     "c",          ICON_TEXT,  false, 's', label_csv       },
    {"save svg",     "v",          ICON_TEXT,  false, 's', label_svg       },
    {"save png",     "p",          ICON_TEXT,  false, 's', label_png       },
};
enum { BUTTON_COUNT = sizeof buttons / sizeof *buttons };

static rect nowhere(void) {
    return (rect){0, 0, 0, 0};
}

/* Figures have no steps, and matrices and pictures no scales. */
static bool is_of_use(const view *v, const button *b) {
    if (b->label == label_runs)
        return v->figure == NULL && view_runs(v)->count > 1;
    if (v->figure == NULL)
        return true;
    if (b->label == label_kind || b->label == label_smooth || b->label == label_replay)
        return false;
    return scaled_panel(v) != NULL || (b->label != label_x && b->label != label_y);
}

/* Places of all buttons; w is 0 where there is none. Returns where the row begins. */
static float place(const view *v, rect *places) {
    float right = v->width - PAGE_MARGIN, least = v->width * 0.34f;
    char group = 0;
    for (int i = 0; i < BUTTON_COUNT; i++) {
        const button *b = &buttons[i];
        char text[48];
        places[i] = nowhere();
        if (v->bare || (b->of_trainer && !v->attached) || !is_of_use(v, b))
            continue;
        float width = BUTTON_HEIGHT + 2;
        if (b->icon == ICON_TEXT) {
            b->label(v, text, sizeof text);
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
    for (int i = 0; i < BUTTON_COUNT; i++) {
        rect r = places[i];
        if (r.w > 0 && at.x >= r.x && at.x < r.x + r.w && at.y >= r.y && at.y < r.y + r.h)
            return &buttons[i];
    }
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
        draw_fill(list, r, under == &buttons[i] ? t->accent : t->border, 5);
        draw_fill(list, (rect){r.x + 1, r.y + 1, r.w - 2, r.h - 2}, t->panel, 4);
        char text[48];
        if (buttons[i].icon != ICON_TEXT) {
            draw_icon(v, buttons[i].icon, r, list);
            continue;
        }
        buttons[i].label(v, text, sizeof text);
        draw_text(list, r.x + r.w / 2, r.y + r.h / 2 + TEXT_SIZE * 0.36f, text,
                  (text_style){TEXT_SIZE, t->text, FONT_REGULAR, ANCHOR_MIDDLE, 0});
    }
}
