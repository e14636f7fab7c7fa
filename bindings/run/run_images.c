/* run_images.c: what a network looks for and what it sees, as images: its weights, and
 * run:feature_maps, an example before and after each convolution. */
#include <stdio.h>
#include <string.h>

#include "bindings/run/run.h"
#include "nn/network/feature_image.h"
#include "nn/network/weight_image.h"

void dnnlua_run_layer_name(char name[64], const dnn_network *network, size_t step) {
    const dnn_step *s = dnn_network_step(network, step);
    snprintf(name, 64, "%s %s", s->place[0] == '\0' ? "1" : s->place, s->layer->kind->name);
}

/* --- weights --- */

/* What the rows and columns of kernels on many channels are. */
static void log_kernel_caption(const dnnlua_run *self, lua_Integer step, const char *tag,
                               const dnn_weight_image *image, size_t units) {
    char text[128];
    int size = snprintf(text, sizeof text, "%zu filters × %zu channels%s", units, image->inputs,
                        image->units < units || image->split < image->inputs ? ", in part" : "");
    dnnlua_run_log_text(self, step, tag, text, (size_t)size);
}

/* Logs the weights of a segment, where they are images. */
static void log_weight_image(lua_State *L, int run, dnn_network *network, size_t segment,
                             lua_Integer step) {
    const dnnlua_run *self = lua_touserdata(L, run);
    const dnn_parameters *p = dnn_network_parameters(network);
    const dnn_segment *s = &p->segments[segment];
    const dnn_step *of = dnn_network_step(network, s->step);
    dnn_shape in = dnn_network_input_shape(network);
    dnn_weight_image image;
    char name[64];

    if (!dnn_weight_is_kernel(&s->value) && (segment > 0 || of->input[0] != 0))
        return;
    if (dnn_weight_image_plan(&image, &s->value, &in)) {
        uint8_t *pixels = dnnlua_new_block(L, dnn_image_grid_bytes(&image.grid));
        dnn_matrix weight = dnn_segment_values(p, segment);
        dnnlua_run_layer_name(name, network, s->step);
        dnn_weight_image_draw(&image, &weight, pixels);
        const char *tag = dnnlua_run_tag(L, run, "filters", name);
        dnnlua_run_log_image(self, step, tag, pixels, image.grid.width, image.grid.height,
                             image.grid.channels, NULL);
        if (image.split > 0)
            log_kernel_caption(self, step, tag, &image, s->value.rows);
        lua_pop(L, 1);
    }
}

void dnnlua_run_log_weight_images(lua_State *L, int run, dnn_network *network, lua_Integer step) {
    size_t count = dnn_network_parameters(network)->learnt_count;

    for (size_t s = 0; s < count; s++)
        log_weight_image(L, run, network, s, step);
}

/* --- feature maps --- */

typedef struct maps {
    lua_State *L;
    int run;
    lua_Integer step;
    const char *tag;
} maps;

/* Logs an example of a shape, or a layer's output for it, as tag/name, with its size as caption. */
static void log_map(const maps *to, const char *name, const dnn_matrix *m, const dnn_shape *shape,
                    bool colours) {
    lua_State *L = to->L;
    const dnnlua_run *self = lua_touserdata(L, to->run);
    const char *tag = dnnlua_run_tag(L, to->run, to->tag, name);
    dnn_image_grid grid;
    char caption[128];
    dnn_error err;

    dnn_feature_image_plan(&grid, shape, colours);
    uint8_t *pixels = dnnlua_new_block(L, dnn_image_grid_bytes(&grid));
    dnn_feature_image_draw(&grid, shape, m, 0, pixels);
    dnnlua_check(L,
                 dnnlua_run_log_image(self, to->step, tag, pixels, grid.width, grid.height,
                                      grid.channels, &err),
                 &err);
    lua_pop(L, 1);
    size_t channels = shape->size[2], tiles = grid.tiles * grid.channels;
    int size = snprintf(caption, sizeof caption, "%zu channel%s of %zu × %zu", channels,
                        channels == 1 ? "" : "s", shape->size[1], shape->size[0]);
    if (tiles < channels)
        size += snprintf(caption + size, sizeof caption - (size_t)size, ", the first %zu", tiles);
    dnnlua_run_log_text(self, to->step, tag, caption, (size_t)size);
}

static bool is_convolution(dnn_network *network, size_t step) {
    const dnn_step *s = dnn_network_step(network, step);
    const dnn_segment *segments = dnn_network_parameters(network)->segments;
    return s->learnt > 0 && dnn_weight_is_kernel(&segments[s->first_learnt].value);
}

/* Marks in `wanted` the steps of the layers in the table at index, or without one every
 * convolution. Returns how many. */
static size_t choose_steps(lua_State *L, int index, dnn_network *network, bool *wanted) {
    size_t count = dnn_network_step_count(network), chosen = 0;

    memset(wanted, 0, count * sizeof *wanted);
    if (lua_isnil(L, index)) {
        for (size_t s = 0; s < count; s++)
            chosen += wanted[s] = is_convolution(network, s);
        return chosen;
    }
    if (!lua_istable(L, index)) {
        luaL_error(L,
                   "Run: feature_maps: layers: expected a table of layers, as in {net[1], net[3]}, "
                   "got %s",
                   dnnlua_got_usage(L, index));
    }
    lua_Integer given = (lua_Integer)dnnlua_list_length(L, index, "Run: feature_maps", "layers");
    for (lua_Integer i = 1; i <= given; i++, lua_pop(L, 1)) {
        lua_rawgeti(L, index, i);
        const dnnlua_layer *layer = luaL_testudata(L, -1, DNNLUA_LAYER);
        if (layer == NULL) {
            luaL_error(L, "Run: feature_maps: layers[%I]: expected a layer, as in {net[1]}, got %s",
                       i, dnnlua_got_usage(L, -1));
            return 0;
        }
        size_t s = dnn_network_find_step(network, layer->layer);
        if (s == SIZE_MAX) {
            luaL_error(L, "Run: feature_maps: layers[%I]: this %s is not a layer of the network%s",
                       i, layer->layer->kind->name,
                       layer->layer->child_count > 0 ? "; name the layers in it" : "");
        }
        chosen += !wanted[s];
        wanted[s] = true;
    }
    return chosen;
}

/* Pushes a copy of the network at index that has run on X, in evaluation, and kept all outputs; and
 * a guard against finalisers. Layers written in Lua may have changed either network meanwhile. */
static const dnn_network *push_seen(lua_State *L, int net, int X) {
    lua_pushcfunction(L, dnnlua_layer_copy);
    lua_pushvalue(L, net);
    lua_call(L, 1, 1);
    int copy = lua_gettop(L);
    const dnnlua_network *seen = dnnlua_push_network(L, copy);
    dnn_network_set_training(seen->network, false);
    dnn_network_set_keep(seen->network, DNN_KEEP_ALL);
    dnn_network_reset_states(seen->network);
    lua_pushcfunction(L, dnnlua_layer_forward);
    lua_pushvalue(L, copy);
    lua_pushvalue(L, X);
    lua_call(L, 2, 0);
    dnnlua_rest_collector(L);
    dnnlua_network_require_open(L, seen);
    return seen->network;
}

/* The network of the layer, of which the other one is a copy. */
static dnn_network *original_of(lua_State *L, const dnnlua_layer *layer, const dnn_network *copy) {
    dnnlua_network_require_open(L, layer->network);
    if (dnn_network_step_count(layer->network->network) != dnn_network_step_count(copy))
        luaL_error(L, "Run: feature_maps: a layer of the network has changed it meanwhile");
    return layer->network->network;
}

/* Raises unless the outputs of all wanted steps are images. */
static void check_images(lua_State *L, const dnn_network *network, const bool *wanted) {
    char name[64], text[DNN_SHAPE_TEXT];

    for (size_t s = 0; s < dnn_network_step_count(network); s++) {
        dnn_shape shape = dnn_network_output_shape(network, s);
        if (wanted[s] && shape.rank != 3) {
            dnnlua_run_layer_name(name, network, s);
            dnn_shape_text(&shape, text);
            luaL_error(L, "Run: feature_maps: the output of %s must be an image, it is %s", name,
                       text);
        }
    }
}

static void log_maps(const maps *to, const dnn_network *network, const dnn_matrix *X,
                     const bool *wanted) {
    dnn_shape shape = dnn_network_input_shape(network);
    char name[64];

    if (shape.rank == 3)
        log_map(to, "0 input", X, &shape, true);
    for (size_t s = 0; s < dnn_network_step_count(network); s++) {
        if (wanted[s]) {
            const dnn_matrix *A = dnn_network_step_output(network, s);
            shape = dnn_network_output_shape(network, s);
            dnnlua_run_layer_name(name, network, s);
            if (A == NULL)
                luaL_error(to->L, "Run: feature_maps: the output of %s was not kept", name);
            log_map(to, name, A, &shape, false);
        }
    }
}

/* Pushes the option `layers` of the table at 5, and takes the option `tag`. */
static void take_options(lua_State *L, maps *to) {
    static const char *const known[] = {"layers", "tag", NULL};
    size_t size;

    dnnlua_check_options(L, 5, "Run: feature_maps", known);
    lua_settop(L, 5);
    if (lua_isnil(L, 5)) {
        lua_pushnil(L);
        return;
    }
    if (lua_getfield(L, 5, "tag") != LUA_TNIL) {
        to->tag = dnnlua_check_string(L, 6, &size);
        dnnlua_run_check_tag(L, "feature_maps: tag", to->tag, size);
    }
    lua_getfield(L, 5, "layers");
    lua_replace(L, 6);
}

/* run:feature_maps(step, net, X, {layers = , tag = }) */
int dnnlua_run_feature_maps(lua_State *L) {
    maps to = {.L = L, .run = 1, .tag = "feature_maps"};

    dnnlua_check_run(L);
    to.step = (lua_Integer)dnnlua_check_size(L, 2, "Run: feature_maps", "step");
    const dnnlua_layer *layer = luaL_testudata(L, 3, DNNLUA_LAYER);
    if (layer == NULL) {
        return luaL_error(L, "Run: feature_maps: expected a network, got %s",
                          dnnlua_got_usage(L, 3));
    }
    const dnn_matrix *X = dnnlua_check_matrix_named(L, 4, "Run: feature_maps", "X");
    if (X->cols != 1) {
        return luaL_error(L,
                          "Run: feature_maps: expected one image, a Matrix of one column such as "
                          "X:col(1), got a Matrix %I x %I",
                          (lua_Integer)X->rows, (lua_Integer)X->cols);
    }
    lua_settop(L, 5);
    take_options(L, &to);
    const dnn_network *network = push_seen(L, 3, 4);
    bool *wanted = dnnlua_new_block(L, dnn_network_step_count(network) * sizeof *wanted);
    if (choose_steps(L, 6, original_of(L, layer, network), wanted) == 0) {
        return luaL_error(L, "Run: feature_maps: this network has no Conv2d; name layers whose "
                             "outputs are images: {layers = {net[1]}}");
    }
    check_images(L, network, wanted);
    log_maps(&to, network, X, wanted);
    dnnlua_wake_collector(L);
    return 0;
}
