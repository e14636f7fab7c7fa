/* terminal.h: what is known of the terminal that a file descriptor may be: its size, and whether it
 * takes colours. */
#ifndef DNN_CORE_TERMINAL_H
#define DNN_CORE_TERMINAL_H

#include <stdbool.h>

/* Whether the terminal that TERM names takes escape sequences. */
bool dnn_terminal_takes_sequences(void);

/* Whether text written to the descriptor may be coloured: NO_COLOR forbids it, CLICOLOR_FORCE (but
 * not "0") forces it; otherwise it must be a terminal that takes escape sequences. An empty
 * variable counts as unset. */
bool dnn_terminal_takes_colours(int descriptor);

/* Width and height in characters: of the terminal, else $COLUMNS and $LINES, else 80 x 24. */
void dnn_terminal_size(int descriptor, int *columns, int *rows);

#endif
