/* display.c: the input on the screen: its lines after their prompts, broken where the window ends.
 *
 * Rows that are the same as before are not written again. Of an input that is higher than the
 * window the part around the cursor is shown. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bindings/prompt/parts.h"
#include "core/grow.h"
#include "core/terminal.h"

enum { TAB_COLUMNS = 4 };

typedef struct row {
    size_t start; /* in the frame's bytes */
    int width;    /* in columns */
} row;

/* The input as rows, each with the sequences that colour it. */
typedef struct frame {
    text bytes;
    row *rows;
    int count;
    size_t capacity;
    int cursor_row, cursor_column;
    int columns;      /* of the window */
    int top, visible; /* the rows that the window shows: `visible` from `top` on */
} frame;

static frame shown, next;

/* --- layout --- */

static void add_row(frame *f) {
    if (!dnn_grow(&f->rows, &f->capacity, (size_t)f->count, 1))
        return;
    f->rows[f->count++] = (row){.start = f->bytes.length};
}

/* The columns of a character, which must be no \n. */
static int character_width(wchar_t c) {
    int width = c == '\t' ? TAB_COLUMNS : c < ' ' || c == 0x7F ? 2 : wcwidth(c);
    return width >= 0 ? width : 1;
}

static void put_character(frame *f, wchar_t c, int width) {
    if (c == '\t')
        add_bytes(&f->bytes, "    ", TAB_COLUMNS);
    else if (c < ' ' || c == 0x7F)
        add_bytes(&f->bytes, (char[]){'^', (char)(c ^ 0x40)}, 2);
    else
        add_character(&f->bytes, wcwidth(c) < 0 ? 0xFFFD : c);
    f->rows[f->count - 1].width += width;
}

static void make_room(frame *f, int width) {
    if (f->rows[f->count - 1].width + width > f->columns)
        add_row(f);
}

/* How many bytes at the start are a sequence ESC [ ... letter: they take no columns. */
static size_t colour_length(const char *bytes) {
    if (bytes[0] != '\033' || bytes[1] != '[')
        return 0;
    size_t length = 2 + strspn(bytes + 2, "0123456789;:");
    return bytes[length] != '\0' ? length + 1 : 0;
}

static void put_prompt(frame *f, const char *prompt, const char *colour) {
    bool coloured = dnn_terminal_takes_colours(STDOUT_FILENO);
    add_string(&f->bytes, coloured ? colour : "");
    for (size_t used; *prompt != '\0'; prompt += used) {
        if ((used = colour_length(prompt)) > 0) {
            add_bytes(&f->bytes, prompt, used);
            continue;
        }
        wchar_t c = decode_character(prompt, strlen(prompt), &used);
        if (c == '\n') {
            add_row(f);
        } else {
            make_room(f, character_width(c));
            put_character(f, c, character_width(c));
        }
    }
    add_string(&f->bytes, coloured ? "\033[0m" : "");
}

static void place_cursor(frame *f) {
    f->cursor_row = f->count - 1;
    f->cursor_column = f->rows[f->count - 1].width;
}

static void lay_out(frame *f, const view *seen) {
    clear_text(&f->bytes);
    f->count = 0;
    add_row(f);
    if (f->count == 0)
        return; /* no memory */
    put_prompt(f, seen->prompt, "\033[1;36m");
    for (size_t i = 0; i < seen->count; i++) {
        wchar_t c = seen->characters[i];
        if (c != '\n')
            make_room(f, character_width(c));
        if (i == seen->cursor)
            place_cursor(f);
        if (c == '\n') {
            add_row(f);
            put_prompt(f, seen->continuation, "\033[2m");
        } else {
            put_character(f, c, character_width(c));
        }
    }
    if (seen->cursor >= seen->count) {
        make_room(f, 1);
        place_cursor(f);
    }
}

/* Moves the part that is shown as little as the cursor needs. */
static void choose_visible(frame *f, int top, int rows) {
    f->visible = f->count < rows ? f->count : rows;
    if (top > f->count - f->visible)
        top = f->count - f->visible;
    if (top > f->cursor_row)
        top = f->cursor_row;
    f->top = f->cursor_row >= top + f->visible ? f->cursor_row - f->visible + 1 : top;
}

/* --- output --- */

static text output;

static void flush_output(void) {
    for (size_t written = 0; written < output.length;) {
        ssize_t count = write(STDOUT_FILENO, output.bytes + written, output.length - written);
        if (count <= 0)
            break;
        written += (size_t)count;
    }
    clear_text(&output);
}

/* "A" moves up, "C" to the right. */
static void move(int count, const char *direction) {
    char sequence[32];
    if (count > 0) {
        snprintf(sequence, sizeof sequence, "\033[%d%s", count, direction);
        add_string(&output, sequence);
    }
}

static const char *row_bytes(const frame *f, int i, size_t *length) {
    size_t end = f->top + i + 1 < f->count ? f->rows[f->top + i + 1].start : f->bytes.length;
    *length = end - f->rows[f->top + i].start;
    return f->bytes.bytes + f->rows[f->top + i].start;
}

static bool is_shown(int i) {
    size_t length, shown_length;
    if (i >= shown.visible)
        return false;
    const char *bytes = row_bytes(&next, i, &length), *old = row_bytes(&shown, i, &shown_length);
    return length == shown_length && memcmp(bytes, old, length) == 0;
}

/* A terminal that became narrower has broken the rows that are longer: goes to where the first is
 * now, and wipes from there. */
static void forget_shown(int columns) {
    int up = shown.cursor_column / columns;
    for (int i = shown.top; i < shown.cursor_row; i++)
        up += shown.rows[i].width > columns ? (shown.rows[i].width - 1) / columns + 1 : 1;
    move(up, "A");
    add_string(&output, "\r\033[J");
    shown.visible = 0;
}

static void write_rows(void) {
    size_t length;
    for (int i = 0; i < next.visible; i++) {
        if (!is_shown(i)) {
            const char *bytes = row_bytes(&next, i, &length);
            add_bytes(&output, bytes, length);
            add_string(&output, next.rows[next.top + i].width < next.columns ? "\033[K" : "");
        }
        add_string(&output, i + 1 < next.visible ? "\r\n" : "");
    }
    if (shown.visible > next.visible)
        add_string(&output, "\r\n\033[J\033[A");
}

void draw(const view *seen) {
    int rows;
    dnn_terminal_size(STDOUT_FILENO, &next.columns, &rows);
    if (shown.visible > 0 && shown.columns != next.columns)
        forget_shown(next.columns);
    lay_out(&next, seen);
    if (next.count == 0)
        return;
    choose_visible(&next, shown.visible > 0 ? shown.top : 0, rows);
    move(shown.visible > 0 ? shown.cursor_row - shown.top : 0, "A");
    add_string(&output, "\r");
    write_rows();
    move(next.top + next.visible - 1 - next.cursor_row, "A");
    add_string(&output, "\r");
    move(next.cursor_column, "C");
    flush_output();

    frame other = shown;
    shown = next;
    next = other;
}

/* Spaces for a whole row leave the cursor in this line when it began it, and else in the next. */
void begin_display(void) {
    int columns, rows;
    dnn_terminal_size(STDOUT_FILENO, &columns, &rows);
    fflush(stdout);
    for (int i = 0; i < columns; i++)
        add_bytes(&output, " ", 1);
    add_string(&output, "\r\033[K");
    flush_output();
    shown.visible = 0;
}

void end_display(void) {
    if (shown.visible > 0) {
        for (int i = shown.cursor_row; i < shown.top + shown.visible; i++)
            add_string(&output, "\r\n");
        flush_output();
    }
    shown.visible = 0;
}

void clear_display(void) {
    add_string(&output, "\033[H\033[2J");
    flush_output();
    shown.visible = 0;
}
