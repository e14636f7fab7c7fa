/* terminal.c: what is known of the terminal: its size, whether lines can be edited in it, and
 * whether colours are wanted. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bindings/program/program.h"

static bool is_set(const char *name) {
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0';
}

/* False where the terminal takes no escape sequences. */
static bool takes_sequences(void) {
    return is_set("TERM") && strcmp(getenv("TERM"), "dumb") != 0;
}

bool wants_colour(int descriptor) {
    if (is_set("NO_COLOR")) {
        return false;
    }
    if (is_set("CLICOLOR_FORCE") && strcmp(getenv("CLICOLOR_FORCE"), "0") != 0) {
        return true;
    }
    return takes_sequences() && isatty(descriptor);
}

bool can_edit_lines(void) {
    return takes_sequences() && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

/* A number that the environment gives, or the fallback. */
static int environment_number(const char *name, int fallback) {
    const char *value = getenv(name);
    long number = value != NULL ? strtol(value, NULL, 10) : 0;
    return number > 0 && number < 10000 ? (int)number : fallback;
}

void terminal_size(int *columns, int *rows) {
    struct winsize size = {0};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) {
        size = (struct winsize){0};
    }
    *columns = size.ws_col > 0 ? size.ws_col : environment_number("COLUMNS", 80);
    *rows = size.ws_row > 0 ? size.ws_row : environment_number("LINES", 24);
}
