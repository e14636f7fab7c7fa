/* terminal_live.c: the plot in the terminal, drawn anew as values come. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/terminal.h"
#include "core/text_stream.h"
#include "viz/terminal/terminal.h"
#include "viz/window/page.h"

#define BEAT_MS 100
#define CALM    10 /* beats without news after which the words of the header may have changed */

static volatile sig_atomic_t interrupted, resized;

static void on_signal(int number) {
    if (number == SIGWINCH)
        resized = 1;
    else
        interrupted = 1;
}

static void catch_signals(void) {
    struct sigaction caught = {.sa_handler = on_signal};
    sigaction(SIGINT, &caught, NULL);
    sigaction(SIGTERM, &caught, NULL);
    sigaction(SIGWINCH, &caught, NULL);
}

/* One frame as one write, each line cleared to its end, so that nothing flickers. */
static bool draw_frame(view *v, int width, int height, terminal_colors colors) {
    int columns, rows;
    char *text = NULL;
    size_t size = 0;
    dnn_terminal_size(STDOUT_FILENO, &columns, &rows);
    FILE *frame = dnn_text_open(&text, &size);
    if (frame == NULL)
        return false;
    bool good =
        terminal_draw(v, width > 0 ? width : columns, height > 0 ? height : rows, colors, frame);
    good = dnn_text_close(frame) && good;
    fputs("\033[H", stdout);
    for (const char *line = text; good && *line != '\0';) {
        size_t n = strcspn(line, "\n");
        printf("%.*s\033[K%s", (int)n, line, line[n] == '\n' ? "\n" : "");
        line += n + (line[n] == '\n');
    }
    fputs("\033[J", stdout);
    free(text);
    return fflush(stdout) == 0 && good;
}

dnn_status terminal_follow(view *v, bool (*more)(void *context), void *context, int width,
                           int height, dnn_error *err) {
    terminal_colors colors = terminal_colors_of(STDOUT_FILENO);
    if (!isatty(STDOUT_FILENO))
        return dnn_fail(
            err, DNN_ERROR_STATE,
            "--follow draws over and over in a terminal, and the output is none; --text "
            "alone plots once");
    catch_signals();
    fputs("\033[?1049h\033[?25l", stdout); /* the alternate screen, no cursor */
    bool good = true, news = true;
    for (int calm = 0; good && !interrupted; calm = news ? 0 : calm + 1) {
        if (news || resized || calm % CALM == 0) {
            resized = 0;
            view_update(v);
            good = draw_frame(v, width, height, colors);
        }
        poll(NULL, 0, BEAT_MS);
        news = more(context);
    }
    fputs("\033[?25h\033[?1049l", stdout);
    fflush(stdout);
    return good ? DNN_OK : dnn_fail(err, DNN_ERROR_MEMORY, "the plot could not be drawn");
}
