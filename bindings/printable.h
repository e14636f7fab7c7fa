/* printable.h: text from files, and names, on its way to a terminal: it must not steer it. Needs
 * only runtime/core: the module and the program both use it. */
#ifndef DNN_BINDINGS_PRINTABLE_H
#define DNN_BINDINGS_PRINTABLE_H

#include <lua.h>

#include <stdio.h>

/* Writes a text with its control characters, but for tabs and newlines, as question marks. */
void dnnlua_print_text(FILE *stream, const char *text);

/* A Lua function: takes a string, returns it likewise. */
int dnnlua_printable(lua_State *L);

#endif
