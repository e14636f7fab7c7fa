/* data.h: the parts of dnn.core._data, what the Lua half in scripts/dnn/data.lua uses. Each
 * adds its functions to the table at `data`. */
#ifndef DNN_BINDINGS_DATA_H
#define DNN_BINDINGS_DATA_H

#include "bindings/dnnlua.h"
#include "data/image.h"

/* What an image is to become, from the table at index: {height = , width = , channels = , fit = ,
 * max_pixels = , as_stored = }, which the Lua half has checked; the size may be absent, then it is
 * 0 x 0. */
dnn_image_target dnnlua_check_target(lua_State *L, int index, const char *function);

void dnnlua_add_folder(lua_State *L, int data);
void dnnlua_add_loader(lua_State *L, int data);
void dnnlua_add_order(lua_State *L, int data);
void dnnlua_add_sources(lua_State *L, int data);
void dnnlua_add_csv(lua_State *L, int data);

/* Pushes what holds the texts of the table at index and keeps them alive; NULL, with nil pushed,
 * for what is not a table. Raises "write_csv: names must be texts, got nil"; `what` opens that. */
const char *const *dnnlua_push_texts(lua_State *L, int index, const char *what, size_t *count);

#endif
