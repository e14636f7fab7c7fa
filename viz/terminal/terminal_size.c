/* terminal_size.c: what a terminal can show, and how much of it. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "viz/terminal/terminal.h"

/* Of the environment; empty is as good as not there. */
static const char *value_of(const char *variable) {
    const char *value = getenv(variable);
    return value != NULL ? value : "";
}

/* The same rules as those of the program dnnlua (bindings/program/terminal.c) and of dnn.help. */
terminal_colors terminal_colors_of(int fd) {
    const char *more = value_of("COLORTERM"), *term = value_of("TERM");
    const char *force = value_of("CLICOLOR_FORCE");
    bool forced = *force != '\0' && strcmp(force, "0") != 0;
    bool able = isatty(fd) && *term != '\0' && strcmp(term, "dumb") != 0;
    if (*value_of("NO_COLOR") != '\0' || (!forced && !able))
        return COLORS_NONE;
    if (strcmp(more, "truecolor") == 0 || strcmp(more, "24bit") == 0)
        return COLORS_TRUE;
    return COLORS_256;
}

static int number_of(const char *variable, int otherwise) {
    const char *text = getenv(variable);
    int number = text == NULL ? 0 : atoi(text);
    return number >= 20 && number <= 1000 ? number : otherwise;
}

void terminal_size(int fd, int *columns, int *rows) {
    struct winsize size = {0};
    bool known = ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
    *columns = known ? size.ws_col : number_of("COLUMNS", 80);
    *rows = known ? size.ws_row : number_of("LINES", 24);
}
