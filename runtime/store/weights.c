/* weights.c: values of a network to tensors and back, through a copy in the files' order, which
 * nn/value.c knows. */
#include "store/weights.h"

#include <string.h>

#include "core/memory.h"
#include "store/weights_match.h"

#define CHECKPOINT_PREFIX "net."

/* A place in a block of numbers for each segment. */
static dnn_matrix part_of(const dnn_parameters *p, size_t segment, char *block) {
    const dnn_segment *s = &p->segments[segment];
    size_t offset = s->offset + (s->kept ? p->count : 0);
    return dnn_matrix_of(p->dtype, dnn_value_file_rows(&s->value), dnn_value_file_cols(&s->value),
                         block + offset * dnn_dtype_info(p->dtype)->size);
}

static size_t block_bytes(const dnn_parameters *p) {
    return (p->count + p->kept_count) * dnn_dtype_info(p->dtype)->size;
}

/* --- saving --- */

static dnn_tensor tensor_of(const dnn_parameters *p, size_t segment, char *block) {
    const dnn_segment *s = &p->segments[segment];
    const dnn_layout *layout = &s->value.layout;
    dnn_tensor tensor = {.name = s->name,
                         .matrix = part_of(p, segment, block),
                         .shaped = true,
                         .whole = layout->whole,
                         .rank = layout->rank};
    memcpy(tensor.size, layout->size, layout->rank * sizeof *tensor.size);
    dnn_matrix values = dnn_segment_values(p, segment);
    dnn_value_to_file(&s->value, &values, &tensor.matrix);
    return tensor;
}

dnn_status dnn_weights_save(dnn_network *network, const char *path, const dnn_note *notes,
                            size_t note_count, dnn_error *err) {
    const dnn_parameters *p = dnn_network_parameters(network);
    size_t count = p->segment_count;
    dnn_status status = dnn_network_fix_layouts(network, err);
    if (status != DNN_OK)
        return status;
    dnn_tensor *tensors = dnn_alloc(count * sizeof *tensors);
    char *block = dnn_alloc(block_bytes(p));
    if (tensors == NULL || block == NULL) {
        status = dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory to write it", path);
    } else {
        for (size_t i = 0; i < count; i++)
            tensors[i] = tensor_of(p, i, block);
        status = dnn_safetensors_write(path, tensors, count, notes, note_count, err);
    }
    dnn_free(tensors);
    dnn_free(block);
    return status;
}

/* --- loading --- */

/* All values from the block, where those that were found have been put, as matrices or as columns in
 * the file's order; after this nothing fails. */
static void take_block(dnn_network *network, const size_t *order, char *block, bool columns) {
    const dnn_parameters *p = dnn_network_parameters(network);
    for (size_t i = 0; i < p->segment_count; i++) {
        dnn_matrix part = part_of(p, i, block), values = dnn_segment_values(p, i);
        if (columns)
            part = dnn_matrix_of(part.dtype, part.rows * part.cols, 1, part.data);
        if (order[i] != SIZE_MAX)
            dnn_value_from_file(&p->segments[i].value, &part, &values);
    }
}

dnn_status dnn_weights_take(dnn_network *network, const dnn_tensor *tensors, size_t count,
                            const char *where, dnn_error *err) {
    const dnn_parameters *p = dnn_network_parameters(network);
    dnn_status status = dnn_network_fix_layouts(network, err);
    if (status != DNN_OK)
        return status;
    size_t *order = dnn_alloc(p->segment_count * sizeof *order);
    char *block = dnn_alloc(block_bytes(p));
    if (order == NULL || block == NULL)
        status = dnn_fail(err, DNN_ERROR_MEMORY, "not enough memory to copy the values");
    else
        status = dnn_weights_match(network, tensors, count, NULL, 0, where, order, err);
    for (size_t i = 0; i < p->segment_count && status == DNN_OK; i++) {
        dnn_matrix part = part_of(p, i, block);
        if (order[i] != SIZE_MAX)
            status = dnn_matrix_copy(&part, &tensors[order[i]].matrix, err);
    }
    if (status == DNN_OK)
        take_block(network, order, block, false);
    dnn_free(order);
    dnn_free(block);
    return status;
}

/* The tensors of the file that are weights, without their numbers, and their places in the file. */
static size_t list_weights(const dnn_safetensors *file, dnn_tensor *tensors, size_t *places) {
    bool checkpoint = dnn_safetensors_find_note(file, DNN_CHECKPOINT_NOTE) != NULL;
    size_t skip = checkpoint ? strlen(CHECKPOINT_PREFIX) : 0, count = 0;
    for (size_t i = 0; i < dnn_safetensors_count(file); i++) {
        const dnn_tensor_info *t = dnn_safetensors_tensor(file, i);
        size_t all = t->rows * t->cols, rows = t->rank == 0 ? 1 : t->extent[0];
        if (strncmp(t->name, CHECKPOINT_PREFIX, skip) != 0)
            continue;
        places[count] = i;
        tensors[count] = (dnn_tensor){
            .name = t->name + skip,
            .matrix = dnn_matrix_of(t->dtype, rows, rows == 0 ? 0 : all / rows, NULL),
            .shaped = true,
            .rank = t->rank < DNN_TENSOR_AXES ? t->rank : DNN_TENSOR_AXES};
        for (size_t axis = 0; axis < tensors[count].rank; axis++)
            tensors[count].size[axis] = t->extent[axis];
        count++;
    }
    return count;
}

/* Reads all of them, each as one column in the file's order, into the block. */
static dnn_status read_block(const dnn_network *network, const dnn_safetensors *file,
                             const size_t *order, const size_t *places, char *block,
                             dnn_error *err) {
    const dnn_parameters *p = dnn_network_parameters((dnn_network *)network);
    dnn_status status = DNN_OK;
    for (size_t i = 0; i < p->segment_count && status == DNN_OK; i++) {
        dnn_matrix part = part_of(p, i, block);
        dnn_matrix column = dnn_matrix_of(part.dtype, part.rows * part.cols, 1, part.data);
        if (order[i] != SIZE_MAX)
            status = dnn_safetensors_read_flat(file, places[order[i]], &column, err);
    }
    return status;
}

static dnn_status load(dnn_network *network, const dnn_safetensors *file, const char *path,
                       const dnn_name_map *maps, size_t map_count, dnn_error *err) {
    const dnn_parameters *p = dnn_network_parameters(network);
    size_t count = dnn_safetensors_count(file);
    dnn_tensor *tensors = dnn_alloc(count * sizeof *tensors);
    size_t *places = dnn_alloc(count * sizeof *places);
    size_t *order = dnn_alloc(p->segment_count * sizeof *order);
    char *block = dnn_alloc(block_bytes(p));
    dnn_status status;
    if (tensors == NULL || places == NULL || order == NULL || block == NULL) {
        status = dnn_fail(err, DNN_ERROR_MEMORY, "%s: not enough memory to read it", path);
    } else {
        count = list_weights(file, tensors, places);
        status = dnn_weights_match(network, tensors, count, maps, map_count, "in the file", order,
                                   err);
        if (status != DNN_OK)
            dnn_fail_context(err, status, "%s: ", path);
        else
            status = read_block(network, file, order, places, block, err);
    }
    if (status == DNN_OK)
        take_block(network, order, block, true);
    dnn_free(tensors);
    dnn_free(places);
    dnn_free(order);
    dnn_free(block);
    return status;
}

dnn_status dnn_weights_load(dnn_network *network, const char *path, const dnn_name_map *maps,
                            size_t map_count, dnn_error *err) {
    dnn_safetensors *file;
    dnn_status status = dnn_network_fix_layouts(network, err);
    if (status == DNN_OK)
        status = dnn_safetensors_open(&file, path, err);
    if (status != DNN_OK)
        return status;
    status = load(network, file, path, maps, map_count, err);
    dnn_safetensors_close(file);
    return status;
}
