/* matrix_copy.c: numbers moved from matrix to matrix: copies, transposes, type conversions, parts
 * put together, columns gathered. */
#include "bindings/tape/tape.h"
#include "math/elementwise.h"

/* Records an operator on the matrix at 1. */
static int record(lua_State *L, dnn_operator op, double argument) {
    return dnnlua_record(
        L,
        &(dnnlua_operation){.op = op, .inputs = 1, .at = {1}, .argument = {argument}});
}

/* Pushes a copy of m, converted to dtype. */
static int push_copy(lua_State *L, const dnn_matrix *m, dnn_dtype dtype) {
    dnn_error err;
    dnn_matrix *copy = dnnlua_new_matrix(L, dtype, m->rows, m->cols);

    dnnlua_check(L, dnn_matrix_copy(copy, m, &err), &err);
    return 1;
}

static int matrix_copy(lua_State *L) {
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);

    if (dnnlua_is_recorded(m))
        return record(L, DNN_OPERATOR_copy, 0);
    return push_copy(L, m, m->dtype);
}

/* The matrix itself where it has the type already, as in PyTorch. */
static int convert(lua_State *L, dnn_dtype dtype) {
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);

    if (m->dtype == dtype) {
        lua_settop(L, 1);
        return 1;
    }
    if (dnnlua_is_recorded(m) && dnn_dtype_info(dtype)->is_real)
        return record(L, DNN_OPERATOR_convert, (double)dtype);
    return push_copy(L, m, dtype);
}

static int matrix_float(lua_State *L) {
    return convert(L, DNN_FLOAT32);
}

static int matrix_double(lua_State *L) {
    return convert(L, DNN_FLOAT64);
}

static int matrix_byte(lua_State *L) {
    return convert(L, DNN_UINT8);
}

static int matrix_int(lua_State *L) {
    return convert(L, DNN_INT32);
}

static int matrix_to(lua_State *L) {
    dnnlua_check_string(L, 2, NULL);
    return convert(L, dnnlua_opt_dtype(L, 2, DNN_FLOAT32));
}

static int matrix_copy_into(lua_State *L) {
    dnn_error err;
    dnn_matrix *m = dnnlua_check_matrix(L, 1);
    const dnn_matrix *from = dnnlua_check_matrix(L, 2);

    if (from->rows != m->rows || from->cols != m->cols) {
        return luaL_error(L, "copy_: A is %I x %I, B is %I x %I; they need the same shape%s",
                          (lua_Integer)m->rows, (lua_Integer)m->cols, (lua_Integer)from->rows,
                          (lua_Integer)from->cols,
                          from->rows == m->cols && from->cols == m->rows ? " (transpose B: B:t())"
                                                                         : "");
    }
    dnnlua_begin_write(L, m);
    dnnlua_check(L, dnn_matrix_copy(m, from, &err), &err);
    lua_settop(L, 1);
    return 1;
}

static int matrix_fill_into(lua_State *L) {
    dnn_error err;
    dnn_matrix *m = dnnlua_check_writable(L, 1);

    dnnlua_check(L, dnn_fill(m, dnnlua_check_number(L, 2), &err), &err);
    lua_settop(L, 1);
    return 1;
}

static int push_transpose(lua_State *L, const dnn_matrix *m) {
    dnn_error err;
    dnn_matrix *out = dnnlua_new_matrix(L, m->dtype, m->cols, m->rows);

    dnnlua_check(L, dnn_matrix_transpose(out, m, &err), &err);
    return 1;
}

static int matrix_t(lua_State *L) {
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);

    return dnnlua_is_recorded(m) ? record(L, DNN_OPERATOR_transpose, 0) : push_transpose(L, m);
}

/* The diagonal is a row whose columns lie ld + 1 elements apart; its transpose is the column to
 * give. */
static int matrix_diag(lua_State *L) {
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);
    dnn_matrix row = *m;

    if (dnnlua_is_recorded(m))
        return record(L, DNN_OPERATOR_diag, 0);
    row.cols = row.rows < row.cols ? row.rows : row.cols;
    row.rows = 1;
    row.ld += 1;
    return push_transpose(L, &row);
}

/* --- cat --- */

/* dnn.cat({A, B, ...}, axis): the parts are on the stack, so that they live as long as the call.
 */
static int cat(lua_State *L) {
    dnn_error err;
    size_t rows, cols;

    if (!lua_istable(L, 1))
        return dnnlua_wrong_argument(L, 1, "a table, as in dnn.cat({A, B}, 2)");
    int axis = dnnlua_check_axis(L, 2, "1 (rows appended) or 2 (columns appended)");
    size_t count = dnnlua_list_length(L, 1, "cat", "matrices");
    if (count == 0)
        return luaL_error(L, "cat: the table holds no matrices");
    luaL_checkstack(L, count < 1000000 ? (int)count + 10 : 1000000, "too many matrices");
    const dnn_matrix **parts = dnnlua_new_block(L, count * sizeof *parts);
    int first = lua_gettop(L) + 1;
    bool recorded = false;
    for (size_t k = 0; k < count; k++) {
        lua_rawgeti(L, 1, (lua_Integer)k + 1);
        parts[k] = dnnlua_test_matrix(L, -1);
        if (parts[k] == NULL) {
            return luaL_error(L, "cat: part %d must be a Matrix, got %s", (int)k + 1,
                              dnnlua_got(L, -1));
        }
        recorded = recorded || dnnlua_is_recorded(parts[k]);
    }
    dnnlua_check(L, dnn_matrix_concat_shape(parts, count, axis, &rows, &cols, &err), &err);
    if (recorded)
        return dnnlua_record_many(L, DNN_OPERATOR_cat, axis, first, first + (int)count - 1);
    dnn_matrix *out = dnnlua_new_matrix(L, parts[0]->dtype, rows, cols);
    dnnlua_check(L, dnn_matrix_concat(out, parts, count, axis, &err), &err);
    return 1;
}

/* --- gather --- */

/* A column number of m, counted from 0. */
static uint32_t column_index(lua_State *L, double number, const dnn_matrix *m) {
    lua_Integer whole = 0;

    if (!lua_numbertointeger(number, &whole) || (lua_Number)whole != number || whole < 1 ||
        (lua_Unsigned)whole > m->cols || whole > UINT32_MAX) {
        if ((lua_Number)whole == number)
            lua_pushinteger(L, whole);
        else
            lua_pushnumber(L, number);
        luaL_error(L, "gather: column %s is not one of 1..%I of a Matrix %I x %I",
                   dnnlua_got(L, -1), (lua_Integer)m->cols, (lua_Integer)m->rows,
                   (lua_Integer)m->cols);
    }
    return (uint32_t)whole - 1;
}

/* Pushes a block with the column numbers, counted from 0, of the table or vector at 2. */
static uint32_t *push_indices(lua_State *L, const dnn_matrix *m, size_t *count) {
    const dnn_matrix *vector = dnnlua_test_matrix(L, 2);
    uint32_t *indices;

    if (vector != NULL) {
        bool is_row = vector->rows == 1;
        if (!is_row && vector->cols != 1) {
            luaL_error(L, "gather: indices must be a row or a column, got a Matrix %I x %I",
                       (lua_Integer)vector->rows, (lua_Integer)vector->cols);
        }
        *count = dnn_matrix_count(vector);
        indices = dnnlua_new_block(L, *count * sizeof *indices);
        for (size_t k = 0; k < *count; k++) {
            double number = dnn_matrix_get(vector, is_row ? 0 : k, is_row ? k : 0);
            if (vector->dtype == DNN_FLOAT32 && number >= DNN_WHOLE_FLOAT32 &&
                (double)m->cols > DNN_WHOLE_FLOAT32) {
                luaL_error(L,
                           "gather: column %f is in a Matrix of float32, which cannot tell it "
                           "from its neighbours; give a table, or a Matrix of float64",
                           number);
            }
            indices[k] = column_index(L, number, m);
        }
        return indices;
    }
    if (!lua_istable(L, 2))
        dnnlua_wrong_argument(L, 2, "a table or a Matrix");
    *count = dnnlua_list_length(L, 2, "gather", "columns");
    indices = dnnlua_new_block(L, *count * sizeof *indices);
    for (size_t k = 0; k < *count; k++) {
        if (lua_rawgeti(L, 2, (lua_Integer)k + 1) != LUA_TNUMBER) {
            luaL_error(L, "gather: index %I must be a number, got %s", (lua_Integer)k + 1,
                       dnnlua_got(L, -1));
        }
        indices[k] = column_index(L, lua_tonumber(L, -1), m);
        lua_pop(L, 1);
    }
    return indices;
}

/* The column numbers become a matrix of their own, which backward reads. */
static int record_gather(lua_State *L, const dnn_matrix *m, dnn_dtype dtype,
                         const uint32_t *indices, size_t count, const double *scale_and_shift) {
    if (dtype != m->dtype) {
        luaL_error(L, "gather: the Matrix requires a gradient and keeps its type; convert the "
                      "result, with :float() or :double()");
    }
    dnn_matrix *columns = dnnlua_new_matrix(L, DNN_FLOAT64, 1, count);
    for (size_t k = 0; k < count; k++)
        dnn_matrix_set(columns, 0, k, indices[k]);
    return dnnlua_record(L, &(dnnlua_operation){
                                .op = DNN_OPERATOR_gather,
                                .inputs = 2,
                                .at = {1, lua_gettop(L)},
                                .argument = {scale_and_shift[0], scale_and_shift[1]}});
}

/* A:gather(indices, {scale, shift, dtype, out}): columns, as scale * column + shift. */
static int gather(lua_State *L) {
    static const char *const known[] = {"scale", "shift", "dtype", "out", NULL};
    dnn_error err;
    size_t count;
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);

    lua_settop(L, 3);
    dnnlua_check_options(L, 3, "gather", known);
    double scale = dnnlua_option_number(L, 3, "gather", "scale", 1);
    double shift = dnnlua_option_number(L, 3, "gather", "shift", 0);
    bool keeps = (scale == 1 && shift == 0) || dnn_dtype_info(m->dtype)->is_real;
    dnn_dtype fallback = keeps ? m->dtype : dnnlua_default_dtype(L);
    dnn_dtype dtype = dnnlua_option_dtype(L, 3, fallback);
    const uint32_t *indices = push_indices(L, m, &count);
    dnn_matrix *out = dnnlua_option_out(L, 3, "gather");

    if (dnnlua_is_recorded(m)) {
        dnnlua_refuse_out(L, out, "gather");
        return record_gather(L, m, dtype, indices, count, (double[]){scale, shift});
    }
    if (out == NULL) {
        out = dnnlua_new_matrix(L, dtype, m->rows, count);
    } else if (out->cols != count) {
        return luaL_error(L, "gather: out is %I x %I, but the result has %I columns of %I rows",
                          (lua_Integer)out->rows, (lua_Integer)out->cols, (lua_Integer)count,
                          (lua_Integer)m->rows);
    }
    dnnlua_check(L, dnn_matrix_gather_columns(out, m, indices, scale, shift, &err), &err);
    return 1;
}

static const dnnlua_function copy_methods[] = {
    {"copy",   matrix_copy,      1},
    {"copy_",  matrix_copy_into, 2},
    {"fill_",  matrix_fill_into, 2},
    {"t",      matrix_t,         1},
    {"diag",   matrix_diag,      1},
    {"float",  matrix_float,     1},
    {"double", matrix_double,    1},
    {"byte",   matrix_byte,      1},
    {"int",    matrix_int,       1},
    {"to",     matrix_to,        2},
    {"gather", gather,           3},
    {NULL,     NULL,             0},
};

void dnnlua_add_matrix_copies(lua_State *L, int module, int methods) {
    lua_pushvalue(L, methods);
    dnnlua_register(L, copy_methods);
    lua_pop(L, 1);
    dnnlua_push_function(L, (dnnlua_function){"cat", cat, 2}, 0);
    lua_setfield(L, module, "cat");
}
