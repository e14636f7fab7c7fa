/* random.c: streams of random numbers as userdata, the global one among them, and matrices filled
 * from them.
 *
 * The global stream, which serves wherever no stream is given, starts from seed 0, or from that of
 * dnnlua --seed: a program that never calls dnn.manual_seed gives the same numbers each time. */
#include <math.h>

#include "bindings/host.h"
#include "bindings/matrix/matrix.h"
#include "math/fill.h"

typedef struct stream {
    const char *type; /* DNNLUA_RANDOM: see dnnlua_test_object; scripts choose what follows */
    dnn_random random;
} stream;

static const char global_stream_key = 0;

void dnnlua_push_random(lua_State *L, dnn_random random) {
    stream *self = lua_newuserdatauv(L, sizeof *self, 0);

    *self = (stream){.type = DNNLUA_RANDOM, .random = random};
    luaL_setmetatable(L, DNNLUA_RANDOM);
}

static dnn_random *check_random(lua_State *L, int index) {
    stream *self = dnnlua_check_userdata(L, index, DNNLUA_RANDOM, "a dnn.Random");
    return &self->random;
}

static dnn_random *global_random(lua_State *L) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &global_stream_key);
    stream *self = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return &self->random;
}

dnn_random *dnnlua_opt_random(lua_State *L, int index) {
    if (lua_isnoneornil(L, index))
        return global_random(L);
    stream *self = luaL_testudata(L, index, DNNLUA_RANDOM);
    if (self == NULL && index > 0)
        dnnlua_wrong_argument(L, index, "a dnn.Random");
    if (self == NULL)
        luaL_error(L, "random must be a dnn.Random, got %s", dnnlua_got(L, index));
    return &self->random;
}

static dnn_random check_seed(lua_State *L) {
    return dnn_random_seeded((uint64_t)dnnlua_check_integer(L, 1));
}

static int manual_seed(lua_State *L) {
    *global_random(L) = check_seed(L);
    return 0;
}

static int new_random(lua_State *L) {
    dnnlua_push_random(L, check_seed(L));
    return 1;
}

/* --- numbers --- */

/* random:uniform([low, high]): in [low, high), by default [0, 1). */
static int random_uniform(lua_State *L) {
    dnn_random *random = check_random(L, 1);
    double low = dnnlua_opt_number(L, 2, 0);
    double high = dnnlua_opt_number(L, 3, 1);

    if (!(low <= high) || !isfinite(high - low)) {
        return luaL_error(L, "uniform: expected finite low <= high, got low = %f and high = %f%s",
                          dnn_shown(low), dnn_shown(high), dnnlua_push_usage(L));
    }
    lua_pushnumber(L, dnn_uniform_between(random, low, high));
    return 1;
}

/* random:normal([mean, std]). */
static int random_normal(lua_State *L) {
    dnn_random *random = check_random(L, 1);
    double mean = dnnlua_opt_number(L, 2, 0);
    double deviation = dnnlua_opt_number(L, 3, 1);

    if (!isfinite(mean) || !(deviation >= 0) || !isfinite(deviation)) {
        return luaL_error(
            L, "normal: expected a finite mean and a standard deviation >= 0, got %f and %f%s",
            dnn_shown(mean), dnn_shown(deviation), dnnlua_push_usage(L));
    }
    lua_pushnumber(L, mean + deviation * dnn_random_normal(random));
    return 1;
}

/* random:below(n): a whole number from 0 to n - 1. */
static int random_below(lua_State *L) {
    dnn_random *random = check_random(L, 1);
    size_t bound = dnnlua_check_size(L, 2, "below", "n");

    if (bound == 0)
        return luaL_error(L, "below: n must be at least 1, got 0");
    lua_pushinteger(L, (lua_Integer)dnn_random_below(random, bound));
    return 1;
}

static double check_probability(lua_State *L, int index) {
    double p = dnnlua_check_number(L, index);

    if (!(p >= 0 && p <= 1))
        luaL_error(L, "bernoulli: p must be from 0 to 1, got %s", dnnlua_got(L, index));
    return p;
}

/* random:bernoulli(p): true with probability p. */
static int random_bernoulli(lua_State *L) {
    dnn_random *random = check_random(L, 1);
    double p = check_probability(L, 2);

    lua_pushboolean(L, dnn_random_uniform(random) < p);
    return 1;
}

/* Pushes a block that holds a permutation of 0 .. n-1. */
static const uint32_t *push_permutation(lua_State *L, dnn_random *random, const char *function,
                                        size_t n) {
    if (n > UINT32_MAX)
        luaL_error(L, "%s: n must be below 2^32, got %I", function, (lua_Integer)n);
    uint32_t *order = dnnlua_new_block(L, n * sizeof *order);
    dnn_random_permutation(random, order, (uint32_t)n);
    return order;
}

/* random:permutation(n): the numbers 1 .. n in a table. */
static int random_permutation(lua_State *L) {
    dnn_random *random = check_random(L, 1);
    size_t n = dnnlua_check_size(L, 2, "permutation", "n");
    const uint32_t *order = push_permutation(L, random, "permutation", n);

    lua_createtable(L, (int)n, 0);
    for (size_t k = 0; k < n; k++) {
        lua_pushinteger(L, (lua_Integer)order[k] + 1);
        lua_rawseti(L, -2, (lua_Integer)k + 1);
    }
    return 1;
}

/* dnn.randperm(n [, random]): the numbers 1 .. n as a row of float64, which holds them exactly. */
static int randperm(lua_State *L) {
    size_t n = dnnlua_check_size(L, 1, "randperm", "n");
    const uint32_t *order = push_permutation(L, dnnlua_opt_random(L, 2), "randperm", n);
    dnn_matrix *row = dnnlua_new_matrix(L, DNN_FLOAT64, 1, n);

    for (size_t k = 0; k < n; k++)
        dnn_matrix_set(row, 0, k, (double)order[k] + 1);
    return 1;
}

/* --- streams --- */

static int random_split(lua_State *L) {
    dnnlua_push_random(L, dnn_random_split(check_random(L, 1)));
    return 1;
}

/* random:state(): two integers that random:set_state(key, position) takes. */
static int random_state(lua_State *L) {
    const dnn_random *random = check_random(L, 1);

    lua_pushinteger(L, (lua_Integer)random->key);
    lua_pushinteger(L, (lua_Integer)random->position);
    return 2;
}

static int random_set_state(lua_State *L) {
    dnn_random *random = check_random(L, 1);

    random->key = (uint64_t)dnnlua_check_integer(L, 2);
    random->position = (uint64_t)dnnlua_check_integer(L, 3);
    return 0;
}

static int random_tostring(lua_State *L) {
    const dnn_random *random = check_random(L, 1);

    lua_pushfstring(L, "Random: stream %I, %I words drawn", (lua_Integer)random->key,
                    (lua_Integer)random->position);
    return 1;
}

/* --- matrices --- */

typedef dnn_status fill(dnn_matrix *, dnn_random *, double, double, dnn_error *);

/* A:fill_([a, b [, random]]), where a is 0 and b 1 unless given. */
static int matrix_fill(lua_State *L, fill *run) {
    dnn_error err;
    dnn_matrix *m = dnnlua_check_writable(L, 1);
    double a = dnnlua_opt_number(L, 2, 0), b = dnnlua_opt_number(L, 3, 1);

    dnnlua_check(L, run(m, dnnlua_opt_random(L, 4), a, b, &err), &err);
    lua_settop(L, 1);
    return 1;
}

/* A:uniform_([low, high [, random]]). */
static int matrix_uniform(lua_State *L) {
    return matrix_fill(L, dnn_fill_uniform);
}

/* A:normal_([mean, std [, random]]). */
static int matrix_normal(lua_State *L) {
    return matrix_fill(L, dnn_fill_normal);
}

/* A:bernoulli_(p [, random]): 1 with probability p, else 0. */
static int matrix_bernoulli(lua_State *L) {
    dnn_error err;
    dnn_matrix *m = dnnlua_check_writable(L, 1);
    double p = check_probability(L, 2);

    dnnlua_check(L, dnn_fill_bernoulli(m, dnnlua_opt_random(L, 3), p, &err), &err);
    lua_settop(L, 1);
    return 1;
}

static const dnnlua_function functions[] = {
    {"Random",      new_random,  1},
    {"manual_seed", manual_seed, 1},
    {"randperm",    randperm,    2},
    {NULL,          NULL,        0},
};

static const dnnlua_function methods[] = {
    {"uniform",     random_uniform,     3},
    {"normal",      random_normal,      3},
    {"below",       random_below,       2},
    {"bernoulli",   random_bernoulli,   2},
    {"permutation", random_permutation, 2},
    {"split",       random_split,       1},
    {"state",       random_state,       1},
    {"set_state",   random_set_state,   3},
    {NULL,          NULL,               0},
};

static const dnnlua_function matrix_methods[] = {
    {"uniform_",   matrix_uniform,   4},
    {"normal_",    matrix_normal,    4},
    {"bernoulli_", matrix_bernoulli, 3},
    {NULL,         NULL,             0},
};

/* __index of the methods' table, so for names that are not methods. */
static int random_no_method(lua_State *L) {
    dnn_nearest nearest = {.wanted = dnnlua_field_name(L, 2)};

    dnnlua_offer_keys(L, 1, &nearest);
    return dnnlua_no_such_field(L, "Random", &nearest);
}

void dnnlua_open_random(lua_State *L) {
    dnnlua_register(L, functions);

    luaL_newmetatable(L, DNNLUA_RANDOM);
    lua_pushcfunction(L, random_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_newtable(L);
    dnnlua_register(L, methods);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, random_no_method);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    lua_setfield(L, -2, "__index");

    dnnlua_push_matrix_methods(L);
    dnnlua_register(L, matrix_methods);
    lua_pop(L, 2);

    lua_getfield(L, LUA_REGISTRYINDEX, DNNLUA_SEED);
    dnnlua_push_random(L, dnn_random_seeded((uint64_t)lua_tointeger(L, -1)));
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &global_stream_key);
    lua_setfield(L, -3, "_random");
    lua_pop(L, 1);
}
