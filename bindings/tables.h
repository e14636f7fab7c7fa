/* tables.h: tables, for the module and the program. */
#ifndef DNN_BINDINGS_TABLES_H
#define DNN_BINDINGS_TABLES_H

#include <lua.h>

/* Pushes a new table with what the one at index has. */
void dnnlua_copy_table(lua_State *L, int index);

#endif
