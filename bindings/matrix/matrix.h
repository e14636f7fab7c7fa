/* matrix.h: what the files of the Matrix share: matrix_*.c each add functions to the module and
 * methods to the class. */
#ifndef DNN_BINDINGS_MATRIX_H
#define DNN_BINDINGS_MATRIX_H

#include "bindings/dnnlua.h"

/* Pushes the table of the Matrix's methods. */
void dnnlua_push_matrix_methods(lua_State *L);

/* A row or column number from 1 to `limit`, or "Matrix 3 x 4: row 5 is outside 1..3 (indices start
 * at 1)". Returns it counted from 0. */
size_t dnnlua_check_position(lua_State *L, int index, const dnn_matrix *m, const char *what,
                             size_t limit);

/* Each registers its part: functions into the table at `module`, methods into that at `methods`. */
void dnnlua_add_matrix_constructors(lua_State *L, int module);
void dnnlua_add_matrix_views(lua_State *L, int methods);
void dnnlua_add_matrix_copies(lua_State *L, int module, int methods);
void dnnlua_add_matrix_conversions(lua_State *L, int module, int methods);
void dnnlua_add_matrix_bytes(lua_State *L, int module, int methods);
void dnnlua_add_matrix_operations(lua_State *L, int module, int methods, int metatable);
void dnnlua_add_matrix_reductions(lua_State *L, int module, int methods);

/* tostring(A). */
int dnnlua_matrix_tostring(lua_State *L);

#endif
