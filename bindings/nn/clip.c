/* clip.c: dnn.clip_grad_norm_ and dnn.clip_grad_value_: gradients of parameters, of a list of them,
 * of matrices that require one, or matrices that a script fills itself. */
#include "nn/network/clip.h"
#include "bindings/nn/network.h"
#include "bindings/tape/tape.h"
#include "nn/network/runs.h"

enum { FEW = 32 }; /* stretches that need no memory: all but networks with many frozen layers */

typedef struct stretches {
    dnn_matrix few[FEW];
    dnn_matrix *all; /* NULL: they are counted */
    size_t count;
    bool check; /* look for gradients that are not finite */
    dnn_status status;
    dnn_error err;
} stretches;

static void add(stretches *s, const dnn_matrix *m) {
    if (s->all != NULL)
        s->all[s->count] = *m;
    s->count++;
}

/* Adds the gradients of segments that learn and have new ones. */
static void add_segments(void *context, dnn_parameters *p, size_t first, size_t count) {
    stretches *s = context;
    size_t segment = first, begin, end;

    while (dnn_next_run(p, &segment, first + count, true, &begin, &end)) {
        size_t offset = begin * dnn_dtype_info(p->dtype)->size;
        if (s->check && s->status == DNN_OK)
            s->status = dnn_parameters_check_finite(p, begin, end, &s->err);
        dnn_matrix m = dnn_matrix_of(p->dtype, end - begin, 1, (char *)p->gradients + offset);
        add(s, &m);
    }
}

static void raise_not_gradients(lua_State *L, const char *function, int index, lua_Integer number) {
    if (number == 0) {
        luaL_error(L, "%s: expected net:parameters(), a list of them, or of gradients, got %s%s",
                   function, dnnlua_got(L, index), dnnlua_push_usage(L));
    }
    luaL_error(L, "%s: number %d of the list must be net:parameters() or a Matrix, got %s",
               function, (int)number, dnnlua_got(L, index));
}

/* Adds what the value at index stands for; `number` is its place in a list, or 0. */
static void add_value(lua_State *L, const char *function, int index, lua_Integer number,
                      stretches *s) {
    dnn_error err;

    if (dnnlua_test_members(L, index, add_segments, s))
        return;
    const dnn_matrix *m = dnnlua_test_matrix(L, index);
    if (m == NULL) {
        raise_not_gradients(L, function, index, number);
        return;
    }
    dnnlua_check(L, dnn_matrix_require_real(m, function, &err), &err);
    const dnn_node *node = dnnlua_matrix_of(m)->node;
    if (node == NULL)
        add(s, m);
    else if (node->has_gradient && !node->fresh)
        add(s, &node->gradient);
}

/* Adds all gradients of the value at 1. */
static void add_all(lua_State *L, const char *function, stretches *s) {
    bool list = lua_istable(L, 1);
    lua_Integer count = list ? (lua_Integer)dnnlua_list_length(L, 1, function, "the table") : 0;

    s->count = 0;
    if (!list)
        add_value(L, function, 1, 0, s);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, 1, i);
        add_value(L, function, lua_gettop(L), i, s);
        lua_pop(L, 1);
    }
}

/* The gradients of what is at 1, as many in the second pass as were counted in the first: the
 * collector rests from here on. A block for many is pushed. */
static void gather(lua_State *L, const char *function, stretches *s) {
    dnnlua_rest_collector(L);
    *s = (stretches){.all = NULL};
    add_all(L, function, s);
    if (s->count == 0)
        luaL_error(L, "%s: there are no new gradients; call net:backward(dA) first", function);
    s->all = s->count <= FEW ? s->few : dnnlua_new_block(L, s->count * sizeof *s->all);
    add_all(L, function, s);
}

/* Raises for a gradient that is not finite: by its layer where it has one. */
static void raise_not_finite(lua_State *L, const char *function, stretches *s,
                             const dnn_error *norm) {
    s->all = NULL;
    s->check = true;
    add_all(L, function, s);
    if (s->status != DNN_OK)
        dnn_fail_context(&s->err, s->status, "%s: ", function);
    dnnlua_check(L, DNN_ERROR_NUMERIC, s->status != DNN_OK ? &s->err : norm);
}

/* norm = dnn.clip_grad_norm_(net:parameters(), max_norm, {norm_type = 2}) */
int dnnlua_clip_grad_norm(lua_State *L) {
    static const char *const known[] = {"norm_type", "error_if_nonfinite", NULL};
    static const char name[] = "clip_grad_norm_";
    stretches s;
    double norm = 0;
    dnn_error err;

    double max_norm = dnnlua_check_number(L, 2);
    lua_settop(L, 3);
    dnnlua_check_options(L, 3, name, known);
    double norm_type = dnnlua_option_number(L, 3, name, "norm_type", 2);
    bool check = dnnlua_option_flag(L, 3, name, "error_if_nonfinite", true);
    gather(L, name, &s);
    dnn_status status = dnn_clip_grad_norm(s.all, s.count, max_norm, norm_type, check, &norm, &err);
    if (status == DNN_ERROR_NUMERIC)
        raise_not_finite(L, name, &s, &err);
    dnnlua_check(L, status, &err);
    dnnlua_wake_collector(L);
    lua_pushnumber(L, norm);
    return 1;
}

/* dnn.clip_grad_value_(net:parameters(), limit) */
int dnnlua_clip_grad_value(lua_State *L) {
    stretches s;
    dnn_error err;

    double limit = dnnlua_check_number(L, 2);
    gather(L, "clip_grad_value_", &s);
    dnnlua_check(L, dnn_clip_grad_value(s.all, s.count, limit, &err), &err);
    dnnlua_wake_collector(L);
    return 0;
}
