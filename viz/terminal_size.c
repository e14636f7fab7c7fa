/* terminal_size.c: what a terminal can show, and how much of it. */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "viz/terminal.h"

terminal_colors terminal_colors_of(int fd) {
    const char *no_color = getenv("NO_COLOR"), *force = getenv("CLICOLOR_FORCE");
    const char *term = getenv("TERM"), *more = getenv("COLORTERM");
    bool forced = force != NULL && *force != '\0' && strcmp(force, "0") != 0;
    if (no_color != NULL && *no_color != '\0')
        return COLORS_NONE;
    if (!forced && (!isatty(fd) || term == NULL || strcmp(term, "dumb") == 0))
        return COLORS_NONE;
    if (more != NULL && (strcmp(more, "truecolor") == 0 || strcmp(more, "24bit") == 0))
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
