/* libedit.c: its functions, by name. */
#include "bindings/prompt/libedit.h"

#include <dlfcn.h>
#include <string.h>

struct libedit libedit;

bool load_libedit(void) {
    void *library = dlopen(LIBEDIT_FILE, RTLD_NOW | RTLD_LOCAL), *symbol;
    if (library == NULL) {
        return false;
    }
/* ISO C has no cast from dlsym's object pointer to a function pointer; POSIX promises the copy. */
#define FIND(name)                                                                                 \
    symbol = dlsym(library, "el_" #name);                                                          \
    if (symbol == NULL) {                                                                          \
        return false;                                                                              \
    }                                                                                              \
    memcpy(&libedit.name, &symbol, sizeof symbol);
    LIBEDIT_FUNCTIONS(FIND)
#undef FIND
    return true;
}
