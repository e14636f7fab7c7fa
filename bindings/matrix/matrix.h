/* matrix.h: what the files of the Matrix share: matrix_*.c each add functions to the module and
 * methods to the class. */
#ifndef DNN_BINDINGS_MATRIX_H
#define DNN_BINDINGS_MATRIX_H

#include <stddef.h>

#include "bindings/dnnlua.h"
#include "nn/tape/tape.h"

/* What the userdata of a Matrix holds before any payload; the matrices that dnnlua_check_matrix and
 * its kin return are a field of one. */
typedef struct dnnlua_matrix {
    const void *mark; /* nobody else's userdata begins with it; see dnnlua_test_object */
    dnn_matrix matrix;
    uint64_t pass;     /* of the forward that wrote it; 0: none */
    dnn_node *node;    /* requires_grad: its place in the graph; NULL: not tracked */
    uint32_t *version; /* changes in place of its memory, counted by the matrix that owns it; NULL:
                          the memory is not a Matrix's */
    uint32_t changes;  /* of the memory that it owns itself */
} dnnlua_matrix;

enum { /* user values of a Matrix, if it has any */
       MATRIX_BASE = 1, /* of a view: the owner of the memory */
       MATRIX_GRADIENT, /* of a recorded result: the matrix that its gradient is kept in */
       MATRIX_INPUTS    /* of a recorded result: the first of its inputs */
};

/* The userdata of a matrix that dnnlua_check_matrix or dnnlua_test_matrix has returned. */
static inline dnnlua_matrix *dnnlua_matrix_of(const dnn_matrix *m) {
    return (dnnlua_matrix *)((uintptr_t)m - offsetof(dnnlua_matrix, matrix));
}

/* Whether what is computed from such a matrix is recorded for backward: one test for matrices that
 * do not require a gradient. */
static inline bool dnnlua_is_recorded(const dnn_matrix *m) {
    const dnn_node *node = dnnlua_matrix_of(m)->node;
    return node != NULL && !node->tape->paused;
}

/* Pushes the userdata for a result with room for `header` bytes after its dnnlua_matrix and for a
 * contiguous payload of rows x cols, whose address it holds, and with that many user values. */
dnnlua_matrix *dnnlua_new_matrix_with(lua_State *L, size_t header, int user_values, dnn_dtype dtype,
                                      size_t rows, size_t cols);

/* Pushes the table of the Matrix's methods. */
void dnnlua_push_matrix_methods(lua_State *L);

/* A row or column number from 1 to `limit`, or "Matrix 3 x 4: row 5 is outside 1..3 (indices start
 * at 1)". Returns it counted from 0. */
size_t dnnlua_check_position(lua_State *L, int index, const dnn_matrix *m, const char *what,
                             size_t limit);

/* A function of the module that is a method as well, called with `number` as its upvalue. */
void dnnlua_add_matrix_function(lua_State *L, int module, int methods, dnnlua_function function,
                                int number);

/* Each registers its part: functions into the table at `module`, methods into that at `methods`. */
void dnnlua_add_matrix_constructors(lua_State *L, int module);
void dnnlua_add_matrix_views(lua_State *L, int methods);
void dnnlua_add_matrix_copies(lua_State *L, int module, int methods);
void dnnlua_add_matrix_conversions(lua_State *L, int module, int methods);
void dnnlua_add_matrix_bytes(lua_State *L, int module, int methods);
void dnnlua_add_matrix_operations(lua_State *L, int module, int methods, int metatable);
void dnnlua_add_matrix_selections(lua_State *L, int module, int methods);
void dnnlua_add_matrix_reductions(lua_State *L, int module, int methods);

/* tostring(A). */
int dnnlua_matrix_tostring(lua_State *L);

#endif
