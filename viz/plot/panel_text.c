/* panel_text.c: texts in lines, and settings as a table (panel_settings.c). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "viz/draw/font.h"
#include "viz/draw/text_fit.h"
#include "viz/plot/panel_parts.h"

#define ROW 16.0f

/* How many bytes of a line go into a width, broken at a blank where there is one. */
static size_t fitting(const char *line, size_t size, float width, text_style style) {
    char part[256];
    size_t good = 0;
    for (size_t n = 1; n <= size && n < sizeof part; n++) {
        bool edge = n == size || line[n] == ' ';
        if (!edge)
            continue;
        text_copy(line, n, part, sizeof part);
        if (text_width(part, style.size, style.style) > width)
            break;
        good = n;
    }
    if (good > 0)
        return good;
    for (good = 1; good < size && good < sizeof part - 4; good++) { /* one long word */
        text_copy(line, good + 1, part, sizeof part);
        if (((unsigned char)line[good] & 0xC0) != 0x80 &&
            text_width(part, style.size, style.style) > width)
            break;
    }
    return good;
}

/* A line with several blanks inside was laid out by its writer: it stays as it is. */
static bool is_laid_out(const char *text) {
    for (const char *c = strstr(text, "  "); c != NULL; c = strstr(c, "  ")) {
        c += strspn(c, " ");
        if (*c != '\n' && *c != '\0')
            return true;
    }
    return false;
}

/* The size at which the widest line fits, within what can be read. */
static float size_for(const char *text, float width) {
    float widest = 1;
    for (size_t n; *text != '\0'; text += n + (text[n] == '\n')) {
        char line[256];
        n = strcspn(text, "\n");
        text_copy(text, n, line, sizeof line);
        widest = fmaxf(widest, text_width(line, LABEL_SIZE, FONT_MONO));
    }
    return fmaxf(8, fminf(LABEL_SIZE, LABEL_SIZE * width / widest));
}

float draw_prose_lines(const char *text, rect r, float y, text_style style, display_list *list) {
    while (*text != '\0' && y + ROW <= r.y + r.h) {
        size_t size = strcspn(text, "\n"), n = size;
        if (size > 0 && style.style != FONT_MONO)
            n = fitting(text, size, r.w, style);
        char part[256];
        text_copy(text, n, part, sizeof part);
        draw_text_within(list, r.x, y + 11, r.w, part, style);
        y += ROW;
        text += n;
        while (n < size && *text == ' ')
            text++;
        if (*text == '\n')
            text++;
    }
    if (*text != '\0')
        draw_text(list, r.x + r.w, r.y + r.h, "…",
                  (text_style){style.size, style.color, FONT_BOLD, ANCHOR_RIGHT, 0});
    return y;
}

static float draw_sample_text(const char *text, rect r, float y, text_style style,
                              display_list *list) {
    if (is_laid_out(text)) {
        style.style = FONT_MONO;
        style.size = size_for(text, r.w);
    }
    return draw_prose_lines(text, r, y, style, list) + ROW / 2;
}

/* The texts of a tag, the last one first; with their steps where there are several. */
static float draw_samples(const curve *c, const page_options *o, rect r, float y, text_style style,
                          display_list *list) {
    const run_tag *tag = c->tag;
    text_style head = style;
    head.color = o->theme->muted;
    for (size_t i = tag->earlier_count + 1; i-- > 0 && y + ROW <= r.y + r.h;) {
        int64_t at;
        const char *text = run_text_at(tag, i, &at);
        if (tag->earlier_count > 0) {
            char step[64] = "step ";
            axis_format_whole(at, step + 5, sizeof step - 5);
            y = draw_prose_lines(step, r, y, head, list);
        }
        y = draw_sample_text(text, r, y, style, list);
    }
    return y;
}

static void draw_prose(const panel *p, const page_options *o, rect r, display_list *list) {
    text_style plain = {LABEL_SIZE, o->theme->text, FONT_REGULAR, ANCHOR_LEFT, 0};
    float y = r.y;
    for (size_t i = 0; i < p->curve_count; i++) {
        const curve *c = &p->curves[i];
        if (curve_hidden(c) || c->tag->text == NULL)
            continue;
        if (p->curve_count > 1) {
            text_style head = plain;
            head.style = FONT_BOLD;
            y = draw_prose_lines(run_label(c->run), r, y, head, list);
        }
        y = draw_samples(c, o, r, y, plain, list);
    }
}

void draw_texts(panel *p, const page_options *o, display_list *list) {
    float top = draw_title(p, o, "", list) + 2;
    rect r = room_below(p, o, top);
    if (!draw_settings(p, o, r, list))
        draw_prose(p, o, r, list);
}
