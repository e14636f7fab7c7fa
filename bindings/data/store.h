/* store.h: what the files about weights and checkpoints share. */
#ifndef DNN_BINDINGS_STORE_H
#define DNN_BINDINGS_STORE_H

#include "bindings/dnnlua.h"
#include "store/safetensors.h"

/* The path of a file at index; `function` opens the message when it is something else. */
const char *dnnlua_check_path(lua_State *L, int index, const char *function);

/* Pushes an array of the names and values of the table at index in turn, which nobody else can
 * change; `what` is what the names name. Returns the number of pairs. */
size_t dnnlua_push_pairs(lua_State *L, int table, const char *function, const char *what);

/* The name of pair k, counted from 0, of the array at index; its value is left on the stack. */
const char *dnnlua_get_pair(lua_State *L, int pairs, size_t k);

/* The table of names and Matrices at index. Pushes two values that keep names and numbers alive. */
dnn_tensor *dnnlua_push_tensors(lua_State *L, int index, const char *function, size_t *count);

/* The texts under "metadata" in the table of options at index, which has no others. Pushes two
 * values that keep them alive. */
dnn_note *dnnlua_push_notes(lua_State *L, int index, const char *function, size_t *count);

/* --- weights.c --- */

/* net:save(path, {metadata = }), net:load(path), net:state_dict(), net:load_state_dict(t). */
int dnnlua_network_save(lua_State *L);
int dnnlua_network_load(lua_State *L);
int dnnlua_network_state_dict(lua_State *L);
int dnnlua_network_load_state_dict(lua_State *L);

#endif
