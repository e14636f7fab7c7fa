/* order.c: the order in which columns are visited: 1 .. n, shuffled or not. Minibatches are
 * gathered along a stretch of it, so that a batch makes no garbage. */
#include "bindings/data/data.h"

#define ORDER "dnn.Order"

typedef struct order {
    const char *type; /* ORDER: scripts choose what follows; see dnnlua_test_object */
    size_t count;
    uint32_t column[]; /* counted from 0 */
} order;

static order *check_order(lua_State *L) {
    return luaL_checkudata(L, 1, ORDER);
}

/* order(n): 1, 2, ..., n. */
static int new_order(lua_State *L) {
    size_t count = dnnlua_check_size(L, 1, "order", "n");

    luaL_argcheck(L, count <= UINT32_MAX, 1, "too many columns");
    order *o = lua_newuserdatauv(L, sizeof *o + count * sizeof *o->column, 0);
    o->type = ORDER;
    o->count = count;
    for (size_t i = 0; i < count; i++)
        o->column[i] = (uint32_t)i;
    luaL_setmetatable(L, ORDER);
    return 1;
}

/* order:shuffle(random): a new permutation, whatever the order was. */
static int order_shuffle(lua_State *L) {
    order *o = check_order(L);

    dnn_random_permutation(dnnlua_opt_random(L, 2), o->column, (uint32_t)o->count);
    return 0;
}

static int order_length(lua_State *L) {
    lua_pushinteger(L, (lua_Integer)check_order(L)->count);
    return 1;
}

/* order:at(i): the column in i-th place. */
static int order_at(lua_State *L) {
    const order *o = check_order(L);
    size_t i = dnnlua_check_size(L, 2, "at", "i");

    luaL_argcheck(L, i >= 1 && i <= o->count, 2, "outside the order");
    lua_pushinteger(L, (lua_Integer)o->column[i - 1] + 1);
    return 1;
}

/* order:gather(from, first, out, scale, shift): out's columns = scale * from's columns in places
 * first, first + 1, ... + shift. */
static int order_gather(lua_State *L) {
    dnn_error err;
    const order *o = check_order(L);
    const dnn_matrix *from = dnnlua_check_matrix(L, 2);
    size_t first = dnnlua_check_size(L, 3, "gather", "first");
    dnn_matrix *out = dnnlua_check_writable(L, 4);
    double scale = luaL_checknumber(L, 5), shift = luaL_checknumber(L, 6);

    luaL_argcheck(L, first >= 1 && first <= o->count + 1 && out->cols <= o->count + 1 - first, 3,
                  "outside the order");
    dnnlua_check(L, dnn_matrix_gather_columns(out, from, o->column + first - 1, scale, shift, &err),
                 &err);
    return 0;
}

static const luaL_Reg methods[] = {
    {"shuffle", order_shuffle},
    {"at",      order_at     },
    {"gather",  order_gather },
    {NULL,      NULL         },
};

void dnnlua_add_order(lua_State *L, int data) {
    luaL_newmetatable(L, ORDER);
    lua_pushcfunction(L, order_length);
    lua_setfield(L, -2, "__len");
    luaL_newlib(L, methods);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);

    lua_pushcfunction(L, new_order);
    lua_setfield(L, data, "order");
}
