/* image.c: single images from and to files. */
#include <string.h>

#include "bindings/data/data.h"
#include "bindings/handle.h"
#include "data/image.h"

#define IMAGE "dnn.Image"

static int free_image(lua_State *L) {
    dnn_image_free(luaL_checkudata(L, 1, IMAGE));
    return 0;
}

/* Pushes an empty image that is freed when the function returns or raises. */
static dnn_image *push_image(lua_State *L) {
    dnn_image *image = lua_newuserdatauv(L, sizeof *image, 0);

    *image = (dnn_image){0};
    luaL_setmetatable(L, IMAGE);
    lua_toclose(L, -1);
    return image;
}

static lua_Integer whole_field(lua_State *L, int index, const char *name) {
    lua_getfield(L, index, name);
    lua_Integer value = lua_tointeger(L, -1);
    lua_pop(L, 1);
    return value;
}

dnn_image_target dnnlua_check_target(lua_State *L, int index, const char *function) {
    dnn_image_target t = {0};
    lua_Integer height, width, channels, fit;

    luaL_checktype(L, index, LUA_TTABLE);
    height = whole_field(L, index, "height");
    width = whole_field(L, index, "width");
    channels = whole_field(L, index, "channels");
    fit = whole_field(L, index, "fit");
    if (height < 0 || height > 65535 || width < 0 || width > 65535 ||
        (channels != 1 && channels != 3) || fit < 0 || fit >= DNN_FIT_COUNT) {
        luaL_error(L, "%s: target is not an image size: %I x %I x %I", function, height, width,
                   channels);
    }
    t.height = (size_t)height;
    t.width = (size_t)width;
    t.fit = (dnn_fit)fit;
    t.options.channels = (size_t)channels;
    t.options.max_pixels = (uint64_t)whole_field(L, index, "max_pixels");
    lua_getfield(L, index, "as_stored");
    t.options.as_stored = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return t;
}

/* read_image(path, target): a column of bytes, its width and its height; or nil and a message. */
static int read_image(lua_State *L) {
    dnn_error err;
    const char *path = dnnlua_check_string(L, 1, NULL);
    dnn_image_target target = dnnlua_check_target(L, 2, "read_image");
    dnn_image *image = push_image(L);

    if (dnn_image_read(image, path, &target.options, &err) != DNN_OK)
        return dnnlua_fail(L, &err);
    size_t count = image->width * image->height * image->channels;
    dnn_matrix *column = dnnlua_new_matrix(L, DNN_UINT8, count, 1);
    memcpy(column->data, image->pixels, count);
    lua_pushinteger(L, (lua_Integer)image->width);
    lua_pushinteger(L, (lua_Integer)image->height);
    return 3;
}

/* read_resized(path, target): the same, resized to the target's size. */
static int read_resized(lua_State *L) {
    dnn_error err;
    const char *path = dnnlua_check_string(L, 1, NULL);
    dnn_image_target t = dnnlua_check_target(L, 2, "read_image");
    dnn_matrix *column =
        dnnlua_new_matrix(L, DNN_UINT8, t.width * t.height * t.options.channels, 1);

    if (dnn_image_read_resized(path, column->data, &t, &err) != DNN_OK)
        return dnnlua_fail(L, &err);
    lua_pushinteger(L, (lua_Integer)t.width);
    lua_pushinteger(L, (lua_Integer)t.height);
    return 3;
}

/* write_png(path, bytes, width, height): true, or nil and a message. */
static int write_png(lua_State *L) {
    dnn_error err;
    const char *path = dnnlua_check_string(L, 1, NULL);
    const dnn_matrix *m = dnnlua_check_matrix(L, 2);
    size_t width = dnnlua_check_size(L, 3, "write_png", "width");
    size_t height = dnnlua_check_size(L, 4, "write_png", "height");
    size_t count = dnn_matrix_count(m), pixels = 0;

    if (m->dtype != DNN_UINT8 || !dnn_matrix_is_contiguous(m) ||
        __builtin_mul_overflow(width, height, &pixels) || pixels == 0 ||
        (count != pixels && (pixels > SIZE_MAX / 3 || count != 3 * pixels))) {
        return luaL_error(
            L, "write_png: expected %I x %I pixels of 1 or 3 bytes, got a %s Matrix %I x %I",
            (lua_Integer)width, (lua_Integer)height, dnn_dtype_info(m->dtype)->name,
            (lua_Integer)m->rows, (lua_Integer)m->cols);
    }
    if (dnn_image_write_png(path, m->data, width, height, count / pixels, &err) != DNN_OK)
        return dnnlua_fail(L, &err);
    lua_pushboolean(L, true);
    return 1;
}

static const luaL_Reg functions[] = {
    {"read_image",   read_image  },
    {"read_resized", read_resized},
    {"write_png",    write_png   },
    {NULL,           NULL        },
};

void dnnlua_open_image(lua_State *L) {
    dnnlua_define_handle(L, IMAGE, free_image, NULL);
    luaL_newlib(L, functions);
    int data = lua_gettop(L);
    dnnlua_add_folder(L, data);
    dnnlua_add_loader(L, data);
    dnnlua_add_order(L, data);
    dnnlua_add_sources(L, data);
    dnnlua_add_csv(L, data);
    lua_setfield(L, -2, "_data");
}
