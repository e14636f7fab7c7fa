/* source.c: files of one array (npy, idx), archives of them (npz) and CIFAR-10 as matrices; npy
 * written. scripts/dnn/data/ holds their options. */
#include "data/source.h"

#include "bindings/data/data.h"
#include "bindings/data/store.h"
#include "bindings/handle.h"
#include "data/cifar.h"
#include "data/idx.h"
#include "data/npz.h"

#define SOURCE "dnn.Source" /* never handed out */
#define NPZ    "dnn.Npz"

static int close_source(lua_State *L) {
    dnn_source_close(dnnlua_close_handle(L, SOURCE));
    return 0;
}

/* Pushes a source that is closed when the function returns or raises. */
static dnn_source **push_source(lua_State *L) {
    dnn_source **source = dnnlua_new_handle(L, SOURCE);

    lua_toclose(L, -1);
    return source;
}

/* Pushes the extents as a table. */
static void push_shape(lua_State *L, const dnn_array *array) {
    lua_createtable(L, array->rank, 0);
    for (int axis = 0; axis < array->rank; axis++) {
        lua_pushinteger(L, (lua_Integer)array->extent[axis]);
        lua_rawseti(L, -2, axis + 1);
    }
}

/* --- one array --- */

typedef dnn_status read_header(dnn_source *, dnn_array *, dnn_error *);
typedef dnn_status read_elements(const dnn_array *, dnn_source *, dnn_matrix *, dnn_error *);

/* The matrix and its shape in the file; or nil and a message. */
static int push_array(lua_State *L, dnn_source *source, read_header *header, read_elements *read) {
    dnn_error err;
    dnn_array array;

    if (header(source, &array, &err) != DNN_OK)
        return dnnlua_fail(L, &err);
    dnn_matrix *m =
        dnnlua_new_matrix(L, dnn_stored_info(array.type)->dtype, array.rows, array.cols);
    if (read(&array, source, m, &err) != DNN_OK)
        return dnnlua_fail(L, &err);
    push_shape(L, &array);
    return 2;
}

static int push_file(lua_State *L, const char *name, read_header *header, read_elements *read) {
    dnn_error err;
    const char *path = dnnlua_check_path(L, 1, name);
    size_t max_bytes = dnnlua_check_size(L, 2, name, "max_bytes");
    dnn_source **source = push_source(L);

    if (dnn_source_open(source, path, &err) != DNN_OK)
        return dnnlua_fail(L, &err);
    dnn_source_allow(*source, max_bytes);
    return push_array(L, *source, header, read);
}

/* read_idx(path, max_bytes) */
static int read_idx(lua_State *L) {
    return push_file(L, "idx", dnn_idx_header, dnn_array_read_last);
}

/* read_npy(path, max_bytes): what follows the first array is left alone, since numpy.save may be
 * called several times on one file. */
static int read_npy(lua_State *L) {
    return push_file(L, "npy", dnn_npy_header, dnn_array_read);
}

/* write_npy(path, matrix, shape or nil): true, or nil and a message. */
static int write_npy(lua_State *L) {
    dnn_error err;
    uint64_t extent[DNN_ARRAY_MAX_RANK];
    const char *path = dnnlua_check_path(L, 1, "write_npy");
    const dnn_matrix *m = dnnlua_check_matrix_named(L, 2, "write_npy", "A");
    int rank = lua_istable(L, 3) ? (int)dnnlua_list_length(L, 3, "write_npy", "shape") : 0;

    luaL_argcheck(L, rank <= DNN_ARRAY_MAX_RANK, 3, "too many axes");
    for (int axis = 0; axis < rank; axis++) {
        lua_rawgeti(L, 3, axis + 1);
        extent[axis] = dnnlua_check_size(L, -1, "write_npy", "each number of shape");
        lua_pop(L, 1);
    }
    dnn_status status = dnn_npy_write(path, m, extent, rank, &err);
    if (status == DNN_ERROR_FILE)
        return dnnlua_fail(L, &err);
    dnnlua_check(L, status, &err);
    lua_pushboolean(L, true);
    return 1;
}

/* --- archives of them --- */

static int close_npz(lua_State *L) {
    dnn_npz_close(dnnlua_close_handle(L, NPZ));
    return 0;
}

static dnn_npz *check_npz(lua_State *L) {
    return dnnlua_check_handle(L, NPZ, "the archive");
}

/* npz(path, max_bytes): an archive, or nil and a message. */
static int open_npz(lua_State *L) {
    dnn_error err;
    const char *path = dnnlua_check_path(L, 1, "npz");
    size_t max_bytes = dnnlua_check_size(L, 2, "npz", "max_bytes");
    dnn_npz **npz = dnnlua_new_handle(L, NPZ);

    if (dnn_npz_open(npz, path, &err) != DNN_OK)
        return dnnlua_fail(L, &err);
    dnn_npz_allow(*npz, max_bytes);
    return 1;
}

/* npz:names(): of its arrays, in their order. */
static int npz_names(lua_State *L) {
    lua_createtable(L, (int)dnn_npz_count(check_npz(L)), 0);
    for (size_t i = 0; i < dnn_npz_count(check_npz(L)); i++) {
        lua_pushstring(L, dnn_npz_name(check_npz(L), i));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* Which array argument 2 says, from 0. */
static size_t check_array(lua_State *L, const dnn_npz *npz) {
    size_t i = dnnlua_check_size(L, 2, "npz", "i");

    luaL_argcheck(L, i >= 1 && i <= dnn_npz_count(npz), 2, "no such array");
    return i - 1;
}

/* npz:require(i): true; or nil and a message where this array and those that were required before
 * it unpack to too much. */
static int npz_require(lua_State *L) {
    dnn_error err;
    dnn_npz *npz = check_npz(L);

    if (dnn_npz_require(npz, check_array(L, npz), &err) != DNN_OK)
        return dnnlua_fail(L, &err);
    lua_pushboolean(L, true);
    return 1;
}

/* npz:read(i): the matrix and its shape; or nil, a message, and whether it is only that
 * a Matrix does not hold such elements. */
static int npz_read(lua_State *L) {
    dnn_error err;
    dnn_array array;
    dnn_source **source = push_source(L);
    dnnlua_rest_collector(L); /* a finaliser could close the archive that the array is read from */
    dnn_npz *npz = check_npz(L);
    size_t i = check_array(L, npz);
    dnn_matrix *m = NULL;
    dnn_status status = dnn_npz_member(npz, i, source, &err);
    if (status == DNN_OK)
        status = dnn_npy_header(*source, &array, &err);
    if (status == DNN_OK) {
        m = dnnlua_new_matrix(L, dnn_stored_info(array.type)->dtype, array.rows, array.cols);
        status = dnn_array_read_last(&array, *source, m, &err);
    }
    if (status == DNN_OK) {
        push_shape(L, &array);
    } else {
        dnnlua_fail(L, &err);
        lua_pushboolean(L, status == DNN_ERROR_TYPE);
    }
    dnnlua_wake_collector(L);
    return status == DNN_OK ? 2 : 3;
}

/* --- CIFAR-10 --- */

/* cifar_count(path): images in the file; or nil and a message. */
static int cifar_count(lua_State *L) {
    dnn_error err;
    size_t count;
    const char *path = dnnlua_check_path(L, 1, "cifar10");
    dnn_source **source = push_source(L);

    if (dnn_source_open(source, path, &err) != DNN_OK ||
        dnn_cifar_count(*source, &count, &err) != DNN_OK)
        return dnnlua_fail(L, &err);
    lua_pushinteger(L, (lua_Integer)count);
    return 1;
}

/* cifar_read(path, count, pixels, labels, column): into the columns from `column` on; true, or nil
 * and a message. */
static int cifar_read(lua_State *L) {
    dnn_error err;
    const char *path = dnnlua_check_path(L, 1, "cifar10");
    size_t count = dnnlua_check_size(L, 2, "cifar10", "count");
    dnn_matrix *pixels = dnnlua_check_matrix(L, 3), *labels = dnnlua_check_matrix(L, 4);
    size_t column = dnnlua_check_size(L, 5, "cifar10", "column");
    dnn_source **source = push_source(L);

    luaL_argcheck(L, column >= 1, 5, "columns count from 1");
    if (dnn_source_open(source, path, &err) != DNN_OK ||
        dnn_cifar_read(*source, count, pixels, labels, column - 1, &err) != DNN_OK)
        return dnnlua_fail(L, &err);
    lua_pushboolean(L, true);
    return 1;
}

static const luaL_Reg functions[] = {
    {"read_idx",    read_idx   },
    {"read_npy",    read_npy   },
    {"write_npy",   write_npy  },
    {"npz",         open_npz   },
    {"cifar_count", cifar_count},
    {"cifar_read",  cifar_read },
    {NULL,          NULL       },
};

static const luaL_Reg npz_methods[] = {
    {"names",   npz_names  },
    {"require", npz_require},
    {"read",    npz_read   },
    {"close",   close_npz  },
    {NULL,      NULL       },
};

void dnnlua_add_sources(lua_State *L, int data) {
    dnnlua_define_handle(L, SOURCE, close_source, NULL);
    dnnlua_define_handle(L, NPZ, close_npz, npz_methods);
    lua_pushvalue(L, data);
    luaL_setfuncs(L, functions, 0);
    lua_pop(L, 1);
}
