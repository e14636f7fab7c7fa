/* loss_elementwise.c: the walk over A and Y for losses that are a sum over elements.
 *
 * A and Y are visited in contiguous runs, a whole matrix or a column each, and of these no more at
 * a time than takes some milliseconds. Targets stored as uint8 are converted on the way, a piece at
 * a time. */
#include "core/interrupt.h"
#include "nn/loss_parts.h"

enum {
    PIECE = 256,      /* elements converted at a time */
    STRETCH = 1 << 20 /* elements between two looks for an interruption */
};

typedef struct piece {
    const void *A, *Y; /* both of A's type */
    void *dA;          /* NULL in forward */
    size_t n;
} piece;

typedef struct walk {
    const dnn_elementwise_loss *loss;
    dnn_dtype dtype; /* of A */
    double scale;
    double cost;
} walk;

static void visit(walk *w, const piece *p) {
    if (w->dtype == DNN_FLOAT32) {
        if (p->dA == NULL)
            w->cost += w->loss->cost_f32(p->A, p->Y, p->n);
        else
            w->loss->gradient_f32(p->dA, p->A, p->Y, p->n, w->scale);
    } else {
        if (p->dA == NULL)
            w->cost += w->loss->cost_f64(p->A, p->Y, p->n);
        else
            w->loss->gradient_f64(p->dA, p->A, p->Y, p->n, w->scale);
    }
}

/* A run whose targets are uint8. */
static void visit_bytes(walk *w, const piece *run) {
    union {
        float f32[PIECE];
        double f64[PIECE];
    } buffer;
    size_t size = dnn_dtype_info(w->dtype)->size;
    const uint8_t *bytes = run->Y;
    for (size_t begin = 0; begin < run->n; begin += PIECE) {
        size_t n = run->n - begin < PIECE ? run->n - begin : PIECE;
        for (size_t i = 0; i < n; i++) {
            if (w->dtype == DNN_FLOAT32)
                buffer.f32[i] = bytes[begin + i];
            else
                buffer.f64[i] = bytes[begin + i];
        }
        piece part = {(const char *)run->A + begin * size, &buffer,
                      run->dA == NULL ? NULL : (char *)run->dA + begin * size, n};
        visit(w, &part);
    }
}

/* A run, and leaves out the rest of it when interrupted. */
static void visit_run(walk *w, const piece *run, bool bytes) {
    size_t size = dnn_dtype_info(w->dtype)->size, target_size = bytes ? 1 : size;
    for (size_t begin = 0; begin < run->n && !dnn_interrupt_requested(); begin += STRETCH) {
        piece part = {(const char *)run->A + begin * size,
                      (const char *)run->Y + begin * target_size,
                      run->dA == NULL ? NULL : (char *)run->dA + begin * size,
                      run->n - begin < STRETCH ? run->n - begin : STRETCH};
        if (bytes)
            visit_bytes(w, &part);
        else
            visit(w, &part);
    }
}

static void visit_all(walk *w, const dnn_matrix *A, const dnn_matrix *Y, const dnn_matrix *dA) {
    bool contiguous = dnn_matrix_is_contiguous(A) && dnn_matrix_is_contiguous(Y) &&
                      (dA == NULL || dnn_matrix_is_contiguous(dA));
    size_t runs = contiguous ? 1 : A->cols;
    for (size_t j = 0; j < runs; j++) {
        piece run = {dnn_matrix_at(A, 0, j), dnn_matrix_at(Y, 0, j),
                     dA == NULL ? NULL : dnn_matrix_at(dA, 0, j),
                     contiguous ? dnn_matrix_count(A) : A->rows};
        visit_run(w, &run, Y->dtype == DNN_UINT8);
    }
}

double dnn_elementwise_forward(const dnn_elementwise_loss *loss, const double *settings,
                               const dnn_matrix *A, const dnn_matrix *Y) {
    walk w = {.loss = loss, .dtype = A->dtype};
    visit_all(&w, A, Y, NULL);
    return w.cost * dnn_reduction_scale(settings, dnn_matrix_count(A));
}

void dnn_elementwise_backward(const dnn_elementwise_loss *loss, const double *settings,
                              const dnn_matrix *A, const dnn_matrix *Y, dnn_matrix *dA) {
    walk w = {.loss = loss,
              .dtype = A->dtype,
              .scale = dnn_reduction_scale(settings, dnn_matrix_count(A))};
    visit_all(&w, A, Y, dA);
}
