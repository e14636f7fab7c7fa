/* libedit.h: libedit, loaded when the first input is typed: it brings three more libraries, and a
 * script has no use for them. */
#ifndef DNN_BINDINGS_PROMPT_LIBEDIT_H
#define DNN_BINDINGS_PROMPT_LIBEDIT_H

#include <histedit.h>
#include <stdbool.h>

#define LIBEDIT_FUNCTIONS(X)                                                                       \
    X(init_fd)                                                                                     \
    X(set) X(source) X(cursor) X(deletestr) X(resize) X(wline) X(wset) X(wgetc) X(wgets)           \
        X(winsertstr) X(wpush)

/* libedit.set is el_set, and so on. */
#define LIBEDIT_FUNCTION(name) __typeof__(&el_##name) name;
extern struct libedit { LIBEDIT_FUNCTIONS(LIBEDIT_FUNCTION) } libedit;
#undef LIBEDIT_FUNCTION

/* False where it is not there: lines are then read without an editor. */
bool load_libedit(void);

#endif
