/* terminal_colors.c: how many colours a terminal shows. */
#include <stdlib.h>
#include <string.h>

#include "core/terminal.h"
#include "viz/terminal/terminal.h"

terminal_colors terminal_colors_of(int fd) {
    const char *more = getenv("COLORTERM");
    if (!dnn_terminal_takes_colours(fd))
        return COLORS_NONE;
    bool all = more != NULL && (strcmp(more, "truecolor") == 0 || strcmp(more, "24bit") == 0);
    return all ? COLORS_TRUE : COLORS_256;
}
