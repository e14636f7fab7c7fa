/* prompt.h: statements from a terminal, or from a pipe as lua's own prompt takes them. */
#ifndef DNN_BINDINGS_PROMPT_H
#define DNN_BINDINGS_PROMPT_H

#include <lua.h>

#include <stdbool.h>

/* Keeps what the standard globals are, before anything of the user's has run. */
void keep_globals(lua_State *L);

/* Asks for statements until there are no more; at a terminal, with `startup`, runs the
 * user's start-up file first. */
void run_prompt(lua_State *L, bool startup);

#endif
