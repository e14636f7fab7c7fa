/* data.h: the parts of dnn.core._data, what the Lua half in scripts/dnn/data.lua stands on. Each
 * adds its functions to the table at `data`. */
#ifndef DNN_BINDINGS_DATA_H
#define DNN_BINDINGS_DATA_H

#include "bindings/dnnlua.h"

void dnnlua_add_folder(lua_State *L, int data);
void dnnlua_add_order(lua_State *L, int data);

#endif
