/* matrix_view.c: rows, columns and blocks that share a matrix's memory and keep it alive. */
#include "bindings/tape/tape.h"

static int push_block(lua_State *L, const dnn_matrix *m, size_t i, size_t j, size_t rows,
                      size_t cols) {
    dnn_matrix view;
    dnn_error err;

    if (dnnlua_is_recorded(m)) {
        return dnnlua_record(L, &(dnnlua_operation){.op = DNN_OPERATOR_block,
                                                    .inputs = 1,
                                                    .at = {1},
                                                    .argument = {(double)i, (double)j, (double)rows,
                                                                 (double)cols}});
    }
    dnnlua_check(L, dnn_matrix_block(&view, m, i, j, rows, cols, &err), &err);
    dnnlua_push_view(L, &view, 1);
    return 1;
}

/* The inclusive range at index and index + 1, within 1..limit; `last` may be one less than `first`:
 * the empty range. Returns its length and puts its start, counted from 0, into *start. */
static size_t check_range(lua_State *L, int index, const dnn_matrix *m, const char *what,
                          size_t limit, size_t *start) {
    lua_Integer first = dnnlua_check_integer(L, index);
    lua_Integer last = dnnlua_check_integer(L, index + 1);

    if (first < 1 || last > (lua_Integer)limit || first - 1 > last) {
        luaL_error(L, "Matrix %I x %I: %s %I..%I are outside 1..%I (ranges include both ends)",
                   (lua_Integer)m->rows, (lua_Integer)m->cols, what, first, last,
                   (lua_Integer)limit);
    }
    *start = (size_t)first - 1;
    return (size_t)(last - first + 1);
}

static int view_row(lua_State *L) {
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);
    size_t i = dnnlua_check_position(L, 2, m, "row", m->rows);

    return push_block(L, m, i, 0, 1, m->cols);
}

static int view_col(lua_State *L) {
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);
    size_t j = dnnlua_check_position(L, 2, m, "column", m->cols);

    return push_block(L, m, 0, j, m->rows, 1);
}

static int view_rows_range(lua_State *L) {
    size_t i;
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);
    size_t rows = check_range(L, 2, m, "rows", m->rows, &i);

    return push_block(L, m, i, 0, rows, m->cols);
}

static int view_cols_range(lua_State *L) {
    size_t j;
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);
    size_t cols = check_range(L, 2, m, "columns", m->cols, &j);

    return push_block(L, m, 0, j, m->rows, cols);
}

static int view_block(lua_State *L) {
    size_t i, j;
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);
    size_t rows = check_range(L, 2, m, "rows", m->rows, &i);
    size_t cols = check_range(L, 4, m, "columns", m->cols, &j);

    return push_block(L, m, i, j, rows, cols);
}

/* A:reshape(m, n): a view where the memory allows it, else of a copy, as in PyTorch. */
static int view_reshape(lua_State *L) {
    dnn_matrix view;
    dnn_error err;
    const dnn_matrix *m = dnnlua_check_matrix(L, 1);
    size_t rows = dnnlua_check_size(L, 2, "reshape", "rows");
    size_t cols = dnnlua_check_size(L, 3, "reshape", "cols");

    if (dnnlua_is_recorded(m)) {
        if (!dnn_matrix_is_contiguous(m)) {
            dnnlua_record_unary(L, DNN_OPERATOR_copy);
            lua_replace(L, 1);
        }
        return dnnlua_record(L, &(dnnlua_operation){.op = DNN_OPERATOR_reshape,
                                                    .inputs = 1,
                                                    .at = {1},
                                                    .argument = {(double)rows, (double)cols}});
    }
    if (!dnn_matrix_is_contiguous(m)) {
        dnn_matrix *copy = dnnlua_new_matrix(L, m->dtype, m->rows, m->cols);
        dnnlua_check(L, dnn_matrix_copy(copy, m, &err), &err);
        lua_replace(L, 1);
        m = copy;
    }
    dnnlua_check(L, dnn_matrix_reshape(&view, m, rows, cols, &err), &err);
    dnnlua_push_view(L, &view, 1);
    return 1;
}

static const dnnlua_function view_methods[] = {
    {"row",        view_row,        2},
    {"col",        view_col,        2},
    {"rows_range", view_rows_range, 3},
    {"cols_range", view_cols_range, 3},
    {"block",      view_block,      5},
    {"reshape",    view_reshape,    3},
    {NULL,         NULL,            0},
};

void dnnlua_add_matrix_views(lua_State *L, int methods) {
    lua_pushvalue(L, methods);
    dnnlua_register(L, view_methods);
    lua_pop(L, 1);
}
