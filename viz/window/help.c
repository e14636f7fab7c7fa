/* help.c: the tables of actions.h as a sheet: groups in columns, keys as key caps. */
#include "viz/window/help.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "viz/draw/font.h"
#include "viz/window/actions.h"

#define SIZE    ((float)12)
#define LINE    ((float)22)
#define HEADING ((float)34)
#define COLUMN  ((float)436)
#define KEYS    ((float)168) /* of a column, for the keys */
#define MARGIN  ((float)30)
#define TITLE   ((float)62)

/* Everything is drawn at a magnification that lets the sheet fit the page. */
typedef struct help_sheet {
    const view *view;
    display_list *list;
    float scale, x, y;
} help_sheet;

static void put_text(const help_sheet *s, float x, float y, const char *text, color c,
                     font_style style, float size) {
    draw_text(s->list, s->x + x * s->scale, s->y + y * s->scale, text,
              (text_style){size * s->scale, c, style, ANCHOR_LEFT, 0});
}

static float put_cap(const help_sheet *s, float x, float y, const char *key) {
    const theme *t = s->view->options.theme;
    float text = text_width(key, SIZE - 1, FONT_MONO), width = fmaxf(text + 10, 20);
    rect r = {s->x + x * s->scale, s->y + (y - 14) * s->scale, width * s->scale, 19 * s->scale};
    draw_fill(s->list, r, t->border, 4 * s->scale);
    draw_fill(s->list, (rect){r.x + 1, r.y + 1, r.w - 2, r.h - 3}, t->background, 3 * s->scale);
    put_text(s, x + (width - text) / 2, y - 1, key, t->text, FONT_MONO, SIZE - 1);
    return x + width + 4;
}

/* A word of an action's keys, as it stands on a keyboard. */
static void name_key(const char *word, size_t length, char *out) {
    static const char *const names[][2] = {
        {"Return",   "Enter"},
        {"Escape",   "Esc"  },
        {"PageDown", "PgDn" },
        {"PageUp",   "PgUp" },
        {"Left",     "←"  },
        {"Right",    "→"  },
        {"Up",       "↑"  },
        {"Down",     "↓"  },
    };
    memcpy(out, word, length);
    out[length] = '\0';
    char *last = strrchr(out, '+');
    char *name = last == NULL || last[1] == '\0' || last == out ? out : last + 1;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i][0]) == 0)
            strcpy(name, names[i][1]);
}

/* The keys of an action as they are listed. */
static const char *listed_keys(const char *keys) {
    return strcmp(keys, "1 2 3 4 5 6 7 8 9 0") == 0 ? "1 … 9 0" : keys;
}

static void put_keys(const help_sheet *s, float x, float y, const char *keys) {
    float left = x;
    for (const char *word = listed_keys(keys); *word != '\0';) {
        size_t n = strcspn(word, " ");
        char name[32];
        name_key(word, n, name);
        float width = text_width(name, SIZE - 1, FONT_MONO) + 10;
        if (x + fmaxf(width, 20) > left + KEYS)
            break; /* further names of the same key */
        x = put_cap(s, x, y, name);
        word += n + strspn(word + n, " ");
    }
}

static float put_heading(const help_sheet *s, float x, float y, const char *text) {
    put_text(s, x, y + 8, text, s->view->options.theme->accent, FONT_BOLD, SIZE + 1);
    return y + HEADING;
}

static float put_group(const help_sheet *s, float x, float y, const char *group) {
    const theme *t = s->view->options.theme;
    y = put_heading(s, x, y, group);
    for (const action *a = actions; a->name != NULL; a++) {
        if (strcmp(a->group, group) != 0)
            continue;
        put_keys(s, x, y, a->keys);
        put_text(s, x + KEYS + 8, y, a->doc, t->text, FONT_REGULAR, SIZE);
        y += LINE;
    }
    return y + 6;
}

static float put_gestures(const help_sheet *s, float x, float y) {
    const theme *t = s->view->options.theme;
    y = put_heading(s, x, y, "Mouse");
    for (const gesture *g = gestures; g->gesture != NULL; g++) {
        put_text(s, x, y, g->gesture, t->muted, FONT_REGULAR, SIZE);
        put_text(s, x + KEYS + 8, y, g->doc, t->text, FONT_REGULAR, SIZE);
        y += LINE;
    }
    return y + 6;
}

/* The groups, column by column; NULL: the gestures. */
static const char *const columns[2][6] = {
    {"Page",  "Runs",   "Save",   "Training", ""},
    { "Zoom", "Axes", "Curves", "Replay",       NULL, ""},
};

static size_t lines_in(const char *group) {
    size_t lines = 0;
    if (group == NULL)
        for (const gesture *g = gestures; g->gesture != NULL; g++)
            lines++;
    else
        for (const action *a = actions; a->name != NULL; a++)
            lines += strcmp(a->group, group) == 0;
    return lines;
}

static float height_of(int column) {
    float height = 0;
    for (int i = 0; columns[column][i] == NULL || columns[column][i][0] != '\0'; i++)
        height += HEADING + 6 + LINE * (float)lines_in(columns[column][i]);
    return height;
}

void help_draw(const view *v, display_list *list) {
    const theme *t = v->options.theme;
    float width = 2 * COLUMN + 3 * MARGIN;
    float height = TITLE + fmaxf(height_of(0), height_of(1)) + MARGIN / 2;
    float scale = fminf(1, fminf((v->width - 16) / width, (v->height - 16) / height));
    help_sheet s = {v, list, scale, (v->width - width * scale) / 2,
                    (v->height - height * scale) / 2};
    draw_fill(list, (rect){0, 0, v->width, v->height}, faded(t->background, 0.72), 0);
    rect page = {s.x - 1, s.y - 1, width * scale + 2, height * scale + 2};
    draw_framed(list, page, t->border, t->panel, 11);
    put_text(&s, MARGIN, 38, "Keys and mouse", t->text, FONT_BOLD, 18);
    for (int c = 0; c < 2; c++) {
        float x = MARGIN + (float)c * (COLUMN + MARGIN), y = TITLE;
        for (int i = 0; columns[c][i] == NULL || columns[c][i][0] != '\0'; i++)
            y = columns[c][i] == NULL ? put_gestures(&s, x, y) : put_group(&s, x, y, columns[c][i]);
    }
}

/* Pads with blanks to a width in characters. */
static void print_padded(const char *text, int width, FILE *out) {
    fprintf(out, "  %s", text);
    for (const char *c = text; *c != '\0'; c++)
        width -= ((unsigned char)*c & 0xC0) != 0x80;
    fprintf(out, "%*s", width > 0 ? width : 0, "");
}

void help_print(FILE *out) {
    const char *group = "";
    for (const action *a = actions; a->name != NULL; a++) {
        char keys[96] = "";
        if (strcmp(group, a->group) != 0)
            fprintf(out, "%s%s\n", *group == '\0' ? "" : "\n", a->group);
        group = a->group;
        for (const char *word = listed_keys(a->keys); *word != '\0';) {
            size_t n = strcspn(word, " "), used = strlen(keys);
            char name[32];
            name_key(word, n, name);
            snprintf(keys + used, sizeof keys - used, "%s%s", used > 0 ? "  " : "", name);
            word += n + strspn(word + n, " ");
        }
        print_padded(keys, 26, out);
        fprintf(out, "%s\n", a->doc);
    }
    fputs("\nMouse\n", out);
    for (const gesture *g = gestures; g->gesture != NULL; g++) {
        print_padded(g->gesture, 26, out);
        fprintf(out, "%s\n", g->doc);
    }
}
