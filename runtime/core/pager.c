/* pager.c: a shell runs the pager, whose standard input is a file without a name: keys come from
 * the terminal, and a pager that is left early does not break the pipe. */
#include "core/pager.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/process.h"
#include "core/terminal.h"

#define NOT_FOUND 127 /* a shell's status for a program that it cannot find */

/* $0 is the pager, perhaps with arguments. Less ends by itself where all fits (F), takes colours
 * (R), and leaves the text on the screen (X). */
static const char script[] = "command -v \"${0%% *}\" >/dev/null 2>&1 || exit 127\n"
                             "export LESS=\"${LESS-FRX}\"\n"
                             "eval \"$0\"";

/* NULL: none is wanted. */
static const char *pager_of_user(void) {
    const char *pager = getenv("PAGER");
    if (pager == NULL)
        return "less";
    return *pager == '\0' || strcmp(pager, "cat") == 0 ? NULL : pager;
}

static bool is_long(const char *text, size_t size) {
    int columns, rows;
    size_t lines = 1;
    dnn_terminal_size(STDOUT_FILENO, &columns, &rows);
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n';
    return lines >= (size_t)rows; /* the prompt follows it */
}

/* The pager's exit status, -1 when it did not start. */
static int run(const char *pager, int fd) {
    char *const arguments[] = {"sh", "-c", (char *)script, (char *)pager, NULL};
    const int files[] = {fd, DNN_SPAWN_INHERIT, DNN_SPAWN_INHERIT};
    int status = 0;
    pid_t pid;
    if (dnn_spawn(&pid, "/bin/sh", arguments, files, 3, false) != 0)
        return -1;
    dnn_wait(pid, 0, &status);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

/* As system() does it: Ctrl-C and Ctrl-\ are for the child. */
static bool run_alone(const char *pager, int fd) {
    struct sigaction ignore = {.sa_handler = SIG_IGN}, on_interrupt, on_quit;
    sigaction(SIGINT, &ignore, &on_interrupt);
    sigaction(SIGQUIT, &ignore, &on_quit);
    int status = run(pager, fd);
    sigaction(SIGINT, &on_interrupt, NULL);
    sigaction(SIGQUIT, &on_quit, NULL);
    return status >= 0 && status != NOT_FOUND;
}

bool dnn_page_text(const char *text, size_t size) {
    const char *pager = pager_of_user();
    if (pager == NULL || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) ||
        !dnn_terminal_takes_sequences() || !is_long(text, size))
        return false;
    FILE *file = tmpfile();
    if (file == NULL)
        return false;
    bool shown = fwrite(text, 1, size, file) == size && fflush(file) == 0 &&
                 lseek(fileno(file), 0, SEEK_SET) == 0 && fflush(stdout) == 0 &&
                 run_alone(pager, fileno(file));
    fclose(file);
    return shown;
}
