/* names.c: what somebody meant who used a name that there is not: a slip of the pen, the name that
 * another library has for the thing (synonyms.c), or a method without its object. */
#include <string.h>
#include <strings.h>

#include "dnnlua.h"

/* --- slips of the pen --- */

#define LONGEST_NAME 32

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

static char lower(char c) {
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Edits (insert, delete, replace, swap of neighbours) that turn a into b, capitals or not: the
 * optimal string alignment distance, row by row. Longer names than LONGEST_NAME count as far away.
 */
static size_t edits(const char *a, const char *b) {
    size_t rows[3][LONGEST_NAME + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    size_t m = strlen(a), n = strlen(b);

    if (m > LONGEST_NAME || n > LONGEST_NAME) {
        return LONGEST_NAME;
    }
    for (size_t j = 0; j <= n; j++) {
        last[j] = j;
    }
    for (size_t i = 1; i <= m; i++) {
        now[0] = i;
        for (size_t j = 1; j <= n; j++) {
            char x = lower(a[i - 1]), y = lower(b[j - 1]);
            size_t replaced = last[j - 1] + (x != y);
            now[j] = smaller(replaced, smaller(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && lower(a[i - 2]) == y) {
                now[j] = smaller(now[j], before[j - 2] + 1);
            }
        }
        size_t *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[n];
}

void dnnlua_nearest_offer(dnnlua_nearest *nearest, const char *name) {
    size_t distance = edits(nearest->wanted, name);
    bool few = distance <= 2 && 2 * distance <= strlen(nearest->wanted);
    bool alike = strncasecmp(nearest->wanted, name, 3) == 0;

    if ((!few && !alike) || strcmp(nearest->wanted, name) == 0) {
        return;
    }
    if (nearest->name == NULL || distance < nearest->distance ||
        (distance == nearest->distance && strcmp(name, nearest->name) < 0)) {
        nearest->name = name;
        nearest->distance = distance;
    }
}

void dnnlua_nearest_option(dnnlua_nearest *nearest, const char *known) {
    const char *meant = dnnlua_synonym(nearest->group, nearest->wanted);

    if (meant == NULL) {
        meant = dnnlua_synonym("option", nearest->wanted);
    }
    if (meant != NULL && strcmp(meant, known) == 0) {
        nearest->name = known;
        nearest->distance = 0;
    } else {
        dnnlua_nearest_offer(nearest, known);
    }
}

void dnnlua_offer(dnnlua_nearest *nearest, const luaL_Reg *methods, const char *const *fields) {
    for (; methods->name != NULL; methods++) {
        dnnlua_nearest_offer(nearest, methods->name);
    }
    for (; *fields != NULL; fields++) {
        dnnlua_nearest_offer(nearest, *fields);
    }
}

const char *dnnlua_push_advice(lua_State *L, const dnnlua_nearest *nearest) {
    const char *advice = dnnlua_synonym(nearest->group, nearest->wanted);

    if (advice != NULL) {
        return lua_pushfstring(L, "; %s", advice);
    }
    if (nearest->name != NULL) {
        return lua_pushfstring(L, "; did you mean '%s'?", nearest->name);
    }
    return lua_pushliteral(L, "");
}

int dnnlua_no_such_field(lua_State *L, const char *owner, const dnnlua_nearest *nearest) {
    return luaL_error(L, "%s has no field '%s'%s", owner, nearest->wanted,
                      dnnlua_push_advice(L, nearest));
}

/* --- methods --- */

void *dnnlua_check_self(lua_State *L, const char *type, const char *object) {
    void *self = luaL_testudata(L, 1, type);
    lua_Debug call;

    if (self == NULL) {
        const char *got = dnnlua_got(L, 1);
        const char *method = "method";
        if (lua_getstack(L, 0, &call) && lua_getinfo(L, "n", &call) && call.name != NULL) {
            method = call.name;
        }
        luaL_error(L,
                   "%s: expected a %s before the arguments, got %s; methods take a colon, as in "
                   "%s:%s(...)",
                   method, type, got, object, method);
    }
    return self;
}
