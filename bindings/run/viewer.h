/* viewer.h: the program dnnview, for those that start it. */
#ifndef DNN_BINDINGS_VIEWER_H
#define DNN_BINDINGS_VIEWER_H

#include "bindings/dnnlua.h"

/* Pushes the program's path: what DNNVIEW says, else bin/dnnview of the tree that this module
 * is in (lib/lua/5.4/dnn/core.so), else its name, to be looked for in PATH. */
const char *dnnlua_push_viewer(lua_State *L);

#endif
