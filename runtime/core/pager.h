/* pager.h: long text in a terminal, a screen at a time, as git shows it. */
#ifndef DNN_CORE_PAGER_H
#define DNN_CORE_PAGER_H

#include <stdbool.h>
#include <stddef.h>

/* Shows the text by the program that $PAGER names, else less (with LESS=FRX where that is not set),
 * and waits until the user has left it; Ctrl-C is then for the pager. False, and nothing shown,
 * when standard input or output is not a terminal, the text fits on the screen, PAGER is empty or
 * "cat", TERM is dumb, or the pager is not found: the caller then prints the text. */
bool dnn_page_text(const char *text, size_t size);

#endif
