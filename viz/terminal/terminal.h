/* terminal.h: plays a display list into a text terminal: lines as braille dots, pictures as blocks,
 * words as words. */
#ifndef DNN_VIZ_TERMINAL_H
#define DNN_VIZ_TERMINAL_H

#include <stdio.h>

#include "viz/window/view.h"

/* Points of the page per character cell. */
#define CELL_WIDTH  ((float)6.5)
#define CELL_HEIGHT ((float)13)
#define DOT_WIDTH   (CELL_WIDTH / 2)

typedef enum terminal_colors { COLORS_NONE = 0, COLORS_256, COLORS_TRUE } terminal_colors;

/* What a terminal can do, by its environment (NO_COLOR, CLICOLOR_FORCE, TERM, COLORTERM) and
 * whether it is one. */
terminal_colors terminal_colors_of(int fd);

/* Draws the list in columns x rows cells and writes them as lines; the theme is the one that the
 * list was drawn with. False when out of memory. */
bool terminal_play(const display_list *list, const theme *colors_of, int columns, int rows,
                   terminal_colors colors, FILE *out);

/* Draws the page in `columns` cells; rows 0: as many as its panels need, the
 * first thousand of them. */
bool terminal_draw(view *v, int columns, int rows, terminal_colors colors, FILE *out);

/* The list of runs as lines of words: name, state, step, last values; whether it could be written.
 */
bool terminal_list_runs(const view *v, int columns, FILE *out);

/* All values of all panels in words, below their titles; whether they could be written. */
bool terminal_list_values(const view *v, FILE *out);

/* Draws the figure that the view shows; columns, rows 0: as many as suit it in the terminal. */
bool terminal_draw_figure(view *v, int columns, int rows, terminal_colors colors, FILE *out);

/* One thing that a figure shows, and its notes, in words. */
void terminal_put_figure(const figure *f, size_t i, FILE *out);
void terminal_put_notes(const figure *f, FILE *out);

/* Draws anew whenever `more` says that something has come, until the user presses Ctrl-C; width and
 * height in cells, 0: the terminal's. */
dnn_status terminal_follow(view *v, bool (*more)(void *context), void *context, int width,
                           int height, dnn_error *err);

#endif
