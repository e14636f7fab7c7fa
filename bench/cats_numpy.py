"""The tutorial's algorithm on the cats network in NumPy, float64, as the tutorial has it: a column is an
example, dictionaries of parameters and gradients, caches of (A, W, b) and Z."""
import os

import numpy as np

from serve import serve

LAYERS = [12288, 20, 7, 5, 1]
EXAMPLES = 209
LEARNING_RATE = 0.0075


def initialise(random):
    parameters = {}
    for l, (n_in, n_out) in enumerate(zip(LAYERS, LAYERS[1:]), start=1):
        parameters[f"W{l}"] = random.standard_normal((n_out, n_in)) / np.sqrt(n_in)
        parameters[f"b{l}"] = np.zeros((n_out, 1))
    return parameters


def forward(X, parameters):
    A, caches, last = X, [], len(LAYERS) - 1
    for l in range(1, last + 1):
        W, b = parameters[f"W{l}"], parameters[f"b{l}"]
        Z = np.dot(W, A) + b
        caches.append(((A, W, b), Z))
        A = np.maximum(0, Z) if l < last else 1 / (1 + np.exp(-Z))
    return A, caches


def compute_cost(AL, Y):
    m = Y.shape[1]
    return np.squeeze(-(np.dot(Y, np.log(AL).T) + np.dot(1 - Y, np.log(1 - AL).T)) / m)


def backward(AL, Y, caches):
    grads, m, last = {}, Y.shape[1], len(caches)
    dA = -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))
    for l in range(last, 0, -1):
        (A_prev, W, _), Z = caches[l - 1]
        if l == last:
            s = 1 / (1 + np.exp(-Z))
            dZ = dA * s * (1 - s)
        else:
            dZ = np.array(dA, copy=True)
            dZ[Z <= 0] = 0
        grads[f"dW{l}"] = np.dot(dZ, A_prev.T) / m
        grads[f"db{l}"] = np.sum(dZ, axis=1, keepdims=True) / m
        dA = np.dot(W.T, dZ)
        grads[f"dA{l - 1}"] = dA
    return grads


def update(parameters, grads):
    for l in range(1, len(LAYERS)):
        parameters[f"W{l}"] = parameters[f"W{l}"] - LEARNING_RATE * grads[f"dW{l}"]
        parameters[f"b{l}"] = parameters[f"b{l}"] - LEARNING_RATE * grads[f"db{l}"]


def main():
    random = np.random.default_rng(1)
    X = random.random((LAYERS[0], EXAMPLES))
    Y = (np.arange(1, EXAMPLES + 1) % 3 == 0).astype(float).reshape(1, EXAMPLES)
    parameters = initialise(random)

    def step():
        AL, caches = forward(X, parameters)
        cost = compute_cost(AL, Y)
        update(parameters, backward(AL, Y, caches))
        return cost

    serve(step, os.environ.get("OPENBLAS_NUM_THREADS", os.cpu_count()))


main()
