/* run_methods.c: run:histogram, run:matrix, run:pr_curve, run:image, run:text: values of one kind
 * each. */
#include <string.h>

#include "bindings/run/run.h"
#include "math/elementwise.h"
#include "math/pr_curve.h"

/* The tag at index. */
static const char *check_tag_argument(lua_State *L, int index, const char *what) {
    size_t size;
    const char *tag = dnnlua_check_string(L, index, &size);
    dnnlua_run_check_tag(L, what, tag, size);
    return tag;
}

/* run:histogram(step, tag, matrix) */
int dnnlua_run_histogram(lua_State *L) {
    const dnnlua_run *self = dnnlua_check_run(L);
    lua_Integer step = (lua_Integer)dnnlua_check_size(L, 2, "Run: histogram", "step");
    const char *tag = check_tag_argument(L, 3, "histogram: tag");

    dnnlua_run_log_histogram(self, step, tag, dnnlua_check_matrix(L, 4));
    return 0;
}

/* Pushes the pixels as contiguous bytes: floats from 0..1. */
static const dnn_matrix *push_bytes(lua_State *L, const dnn_matrix *m) {
    dnn_error err;
    dnn_matrix *bytes = dnnlua_new_matrix(L, DNN_UINT8, m->rows, m->cols);
    const dnn_matrix *source = m;

    if (m->dtype != DNN_UINT8) {
        dnn_matrix *scaled = dnnlua_new_matrix(L, m->dtype, m->rows, m->cols);
        dnnlua_check(L, dnn_binary_scalar(DNN_MUL, scaled, m, 255, false, &err), &err);
        source = scaled;
    }
    dnnlua_check(L, dnn_matrix_copy(bytes, source, &err), &err);
    return bytes;
}

/* run:image(step, tag, pixels, width, height): true, or nil and a message. */
int dnnlua_run_image(lua_State *L) {
    const dnnlua_run *self = dnnlua_check_run(L);
    lua_Integer step = (lua_Integer)dnnlua_check_size(L, 2, "Run: image", "step");
    const char *tag = check_tag_argument(L, 3, "image: tag");
    const dnn_matrix *m = dnnlua_check_matrix(L, 4);
    size_t width = dnnlua_check_size(L, 5, "Run: image", "width");
    size_t height = dnnlua_check_size(L, 6, "Run: image", "height");
    size_t count = dnn_matrix_count(m), pixels;
    dnn_error err;

    if (__builtin_mul_overflow(width, height, &pixels) || pixels == 0 ||
        (count != pixels && (count % 3 != 0 || count / 3 != pixels))) {
        return luaL_error(L,
                          "Run: image: %s: expected %I x %I pixels of 1 or 3 numbers, got a Matrix "
                          "%I x %I",
                          tag, (lua_Integer)width, (lua_Integer)height, (lua_Integer)m->rows,
                          (lua_Integer)m->cols);
    }
    const dnn_matrix *bytes = push_bytes(L, m);
    dnn_status status =
        dnnlua_run_log_image(self, step, tag, bytes->data, width, height, count / pixels, &err);
    if (status != DNN_OK)
        return dnnlua_fail(L, &err);
    lua_pushboolean(L, true);
    return 1;
}

/* run:text(tag, text), at the step of the last log. */
int dnnlua_run_text(lua_State *L) {
    const dnnlua_run *self = dnnlua_check_run(L);
    const char *tag = check_tag_argument(L, 2, "text: tag");
    size_t size;
    const char *text = dnnlua_check_string(L, 3, &size);

    dnnlua_run_log_text(self, self->step < 0 ? 0 : self->step, tag, text, size);
    return 0;
}

/* Pushes the names of the rows as one text, a line each; "" without any. */
static void push_names(lua_State *L, int index, const dnn_matrix *m) {
    luaL_Buffer lines;

    if (lua_isnoneornil(L, index)) {
        lua_pushliteral(L, "");
        return;
    }
    if (!lua_istable(L, index) || dnnlua_list_length(L, index, "Run: matrix", "names") != m->rows) {
        luaL_error(L, "Run: matrix: names: expected a table of %I names, one for each row, got %s",
                   (lua_Integer)m->rows,
                   lua_istable(L, index)
                       ? lua_pushfstring(L, "%I", (lua_Integer)lua_rawlen(L, index))
                       : dnnlua_got_usage(L, index));
    }
    luaL_buffinit(L, &lines);
    for (size_t i = 1; i <= m->rows; i++) {
        size_t size = 0;
        lua_rawgeti(L, index, (lua_Integer)i);
        const char *name = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &size) : NULL;
        if (name == NULL) {
            luaL_error(L, "Run: matrix: names[%I]: expected a string, got %s", (lua_Integer)i,
                       dnnlua_got(L, -1));
        }
        dnnlua_run_check_tag(L, "matrix: a name", name, size);
        lua_pop(L, 1);
        luaL_addlstring(&lines, name, size);
        luaL_addstring(&lines, i < m->rows ? "\n" : "");
    }
    luaL_pushresult(&lines);
}

/* run:matrix(step, tag, A [, names]) */
int dnnlua_run_matrix(lua_State *L) {
    const dnnlua_run *self = dnnlua_check_run(L);
    lua_Integer step = (lua_Integer)dnnlua_check_size(L, 2, "Run: matrix", "step");
    const char *tag = check_tag_argument(L, 3, "matrix: tag");
    const dnn_matrix *m = dnnlua_check_matrix(L, 4);
    dnn_error err;

    if (dnn_matrix_count(m) == 0 || dnn_matrix_count(m) > DNN_EVENT_MATRIX_MAX) {
        return luaL_error(L, "Run: matrix: %s: expected 1 to %I elements, got a Matrix %I x %I",
                          tag, (lua_Integer)DNN_EVENT_MATRIX_MAX, (lua_Integer)m->rows,
                          (lua_Integer)m->cols);
    }
    lua_settop(L, 5);
    push_names(L, 5, m);
    dnn_matrix *numbers = dnnlua_new_matrix(L, DNN_FLOAT32, m->rows, m->cols);
    dnnlua_check(L, dnn_matrix_copy(numbers, m, &err), &err);
    dnn_matrix *rows = dnnlua_new_matrix(L, DNN_FLOAT32, m->cols, m->rows);
    dnnlua_check(L, dnn_matrix_transpose(rows, numbers, &err), &err);
    size_t size;
    const char *names = lua_tolstring(L, 6, &size);
    dnnlua_run_log_event(self, (dnn_event){.step = step,
                                           .tag = tag,
                                           .kind = DNN_EVENT_MATRIX,
                                           .bytes = (const uint8_t *)names,
                                           .size = size,
                                           .rows = m->rows,
                                           .columns = m->cols,
                                           .numbers = rows->data});
    return 0;
}

#define USUAL_THRESHOLDS 127 /* as TensorBoard's writers have it */
#define MOST_THRESHOLDS  1000

/* The option `thresholds` of the table at 6. */
static size_t take_thresholds(lua_State *L) {
    static const char *const known[] = {"thresholds", NULL};

    dnnlua_check_options(L, 6, "Run: pr_curve", known);
    lua_settop(L, 6);
    if (lua_isnil(L, 6) || lua_getfield(L, 6, "thresholds") == LUA_TNIL)
        return USUAL_THRESHOLDS;
    lua_Integer wanted = lua_isinteger(L, -1) ? lua_tointeger(L, -1) : 0;
    if (wanted < 2 || wanted > MOST_THRESHOLDS) {
        luaL_error(L, "Run: pr_curve: thresholds must be a whole number from 2 to %d, got %s",
                   MOST_THRESHOLDS, dnnlua_got(L, -1));
    }
    return (size_t)wanted;
}

/* run:pr_curve(step, tag, A, Y, {thresholds = }) */
int dnnlua_run_pr_curve(lua_State *L) {
    const dnnlua_run *self = dnnlua_check_run(L);
    lua_Integer step = (lua_Integer)dnnlua_check_size(L, 2, "Run: pr_curve", "step");
    const char *tag = check_tag_argument(L, 3, "pr_curve: tag");
    const dnn_matrix *A = dnnlua_check_matrix_named(L, 4, "Run: pr_curve", "A");
    const dnn_matrix *Y = dnnlua_check_matrix_named(L, 5, "Run: pr_curve", "Y");
    size_t thresholds = take_thresholds(L);
    dnn_error err;

    dnn_matrix *curve = dnnlua_new_matrix(L, DNN_FLOAT64, thresholds, DNN_PR_ROWS);
    dnn_matrix *numbers = dnnlua_new_matrix(L, DNN_FLOAT32, thresholds, DNN_PR_ROWS);
    if (dnn_pr_curve(curve, A, Y, &err) != DNN_OK)
        return luaL_error(L, "Run: pr_curve: %s: %s", tag, err.text);
    dnnlua_check(L, dnn_matrix_copy(numbers, curve, &err), &err);
    dnnlua_run_log_event(self, (dnn_event){.step = step,
                                           .tag = tag,
                                           .kind = DNN_EVENT_PR_CURVE,
                                           .rows = DNN_PR_ROWS,
                                           .columns = thresholds,
                                           .numbers = numbers->data});
    return 0;
}
