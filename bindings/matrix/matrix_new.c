/* matrix_new.c: constructors: zeros, ones, full, empty, eye, rand, randn, arange, linspace. */
#include <math.h>

#include "bindings/matrix/matrix.h"
#include "math/elementwise.h"
#include "math/fill.h"

static const char *const dtype_option[] = {"dtype", NULL};
static const char *const random_options[] = {"dtype", "random", NULL};

/* Pushes a matrix of the rows and cols at 1 and 2 and the type in the options at `options`. */
static dnn_matrix *new_from_arguments(lua_State *L, const char *function, int options,
                                      const char *const *known) {
    if (lua_istable(L, 1)) {
        luaL_error(L, "%s: rows and cols are two numbers, got a table%s", function,
                   dnnlua_push_usage(L));
    }
    size_t rows = dnnlua_check_size(L, 1, function, "rows");
    size_t cols = dnnlua_check_size(L, 2, function, "cols");

    dnnlua_check_options(L, options, function, known);
    return dnnlua_new_matrix(L, dnnlua_option_dtype(L, options, dnnlua_default_dtype(L)), rows,
                             cols);
}

static void fill(lua_State *L, dnn_matrix *m, double value) {
    dnn_error err;
    dnnlua_check(L, dnn_fill(m, value, &err), &err);
}

static int new_empty(lua_State *L) {
    new_from_arguments(L, "empty", 3, dtype_option);
    return 1;
}

static int new_zeros(lua_State *L) {
    fill(L, new_from_arguments(L, "zeros", 3, dtype_option), 0);
    return 1;
}

static int new_ones(lua_State *L) {
    fill(L, new_from_arguments(L, "ones", 3, dtype_option), 1);
    return 1;
}

static int new_full(lua_State *L) {
    double value = dnnlua_check_number(L, 3);

    fill(L, new_from_arguments(L, "full", 4, dtype_option), value);
    return 1;
}

static int new_eye(lua_State *L) {
    dnn_error err;
    size_t n = dnnlua_check_size(L, 1, "eye", "n");

    dnnlua_check_options(L, 2, "eye", dtype_option);
    dnn_matrix *m = dnnlua_new_matrix(L, dnnlua_option_dtype(L, 2, dnnlua_default_dtype(L)), n, n);
    dnnlua_check(L, dnn_eye(m, &err), &err);
    return 1;
}

/* The stream in the options at index, or the global one. */
static dnn_random *option_random(lua_State *L, int index) {
    if (lua_istable(L, index))
        lua_getfield(L, index, "random");
    else
        lua_pushnil(L);
    return dnnlua_opt_random(L, -1);
}

static int new_rand(lua_State *L) {
    dnn_error err;
    dnn_matrix *m = new_from_arguments(L, "rand", 3, random_options);

    dnnlua_check(L, dnn_fill_uniform(m, option_random(L, 3), 0, 1, &err), &err);
    lua_pop(L, 1);
    return 1;
}

static int new_randn(lua_State *L) {
    dnn_error err;
    dnn_matrix *m = new_from_arguments(L, "randn", 3, random_options);

    dnnlua_check(L, dnn_fill_normal(m, option_random(L, 3), 0, 1, &err), &err);
    lua_pop(L, 1);
    return 1;
}

/* Pushes the column start, start + step, ... of `count` numbers, typed by the options at `options`.
 */
static dnn_matrix *push_steps(lua_State *L, double start, double step, size_t count, int options) {
    dnn_error err;
    dnn_dtype dtype = dnnlua_option_dtype(L, options, dnnlua_default_dtype(L));
    dnn_matrix *m = dnnlua_new_matrix(L, dtype, count, 1);

    dnnlua_check(L, dnn_arange(m, start, step, &err), &err);
    return m;
}

static double check_finite(lua_State *L, int index, const char *function, const char *what) {
    if (lua_isnoneornil(L, index)) {
        luaL_error(L, "%s: %s is missing; it counts from first to last, both included%s", function,
                   what, dnnlua_push_usage(L));
    }
    double value = dnnlua_check_number(L, index);

    if (!isfinite(value))
        dnnlua_wrong_argument(L, index, "finite");
    return value;
}

/* arange(first, last [, step]): the last value is met when it lies within a millionth of a step. */
static int new_arange(lua_State *L) {
    int options = dnnlua_find_options(L, 3, "arange");
    double first = check_finite(L, 1, "arange", "first");
    double last = check_finite(L, 2, "arange", "last");
    double step = options == 3 || lua_isnoneornil(L, 3) ? 1 : check_finite(L, 3, "arange", "step");

    if (step == 0)
        return luaL_error(L, "arange: step must not be 0");
    dnnlua_check_options(L, options, "arange", dtype_option);
    double steps = floor((last - first) / step + 1e-6);
    if (steps >= 0x1p53) {
        return luaL_error(L, "arange: too many numbers from %f to %f in steps of %f",
                          first, last, step);
    }
    push_steps(L, first, step, steps < 0 ? 0 : (size_t)steps + 1, options);
    return 1;
}

/* linspace(first, last, n): both ends are exact. */
static int new_linspace(lua_State *L) {
    double first = check_finite(L, 1, "linspace", "first");
    double last = check_finite(L, 2, "linspace", "last");
    size_t count = dnnlua_check_size(L, 3, "linspace", "n");

    dnnlua_check_options(L, 4, "linspace", dtype_option);
    double step = count > 1 ? (last - first) / (double)(count - 1) : 0;
    dnn_matrix *m = push_steps(L, first, step, count, 4);
    if (count > 1)
        dnn_matrix_set(m, count - 1, 0, last);
    return 1;
}

static const dnnlua_function functions[] = {
    {"empty",    new_empty,    3},
    {"zeros",    new_zeros,    3},
    {"ones",     new_ones,     3},
    {"full",     new_full,     4},
    {"eye",      new_eye,      2},
    {"rand",     new_rand,     3},
    {"randn",    new_randn,    3},
    {"arange",   new_arange,   4},
    {"linspace", new_linspace, 4},
    {NULL,       NULL,         0},
};

void dnnlua_add_matrix_constructors(lua_State *L, int module) {
    lua_pushvalue(L, module);
    dnnlua_register(L, functions);
    lua_pop(L, 1);
}
