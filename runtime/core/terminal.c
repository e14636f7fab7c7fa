/* terminal.c: asks the environment and the kernel about a terminal. */
#include "core/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define MOST_CHARACTERS 1000 /* a larger $COLUMNS or $LINES is a mistake */

/* Whether a variable of the environment is set, to something else than `except`. */
static bool is_set(const char *name, const char *except) {
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' && strcmp(value, except) != 0;
}

bool dnn_terminal_takes_sequences(void) {
    return is_set("TERM", "dumb");
}

bool dnn_terminal_takes_colours(int descriptor) {
    if (is_set("NO_COLOR", ""))
        return false;
    if (is_set("CLICOLOR_FORCE", "0"))
        return true;
    return dnn_terminal_takes_sequences() && isatty(descriptor);
}

static int environment_number(const char *name, int fallback) {
    const char *value = getenv(name);
    long number = value != NULL ? strtol(value, NULL, 10) : 0;
    return number > 0 && number <= MOST_CHARACTERS ? (int)number : fallback;
}

void dnn_terminal_size(int descriptor, int *columns, int *rows) {
    struct winsize size = {0};
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0)
        size = (struct winsize){0};
    *columns = size.ws_col > 0 ? size.ws_col : environment_number("COLUMNS", 80);
    *rows = size.ws_row > 0 ? size.ws_row : environment_number("LINES", 24);
}
