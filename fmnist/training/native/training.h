// A training step of any network: forward and backward for chunks of the batch, then the update.
#pragma once

#include <algorithm>
#include <vector>

#include "losses.h"
#include "optimizers.h"
#include "vectors.h"

extern "C" {

struct Training {         // constant from step to step; steps.py declares the same fields
    const void* network;  // Layer[5] or Connected
    float *parameters, *gradients;  // [count]
    int64_t count;
    const float* images;    // [n][28][28]
    const int64_t* labels;  // [n]
    int64_t n;
    int64_t chunk;     // images that go through the network together
    float* workspace;  // for a chunk
    int64_t loss;
    Optimizer optimizer;
};
}

namespace {

thread_local std::vector<float> chunk_gradient;

bool outside(int64_t value, int64_t n) { return value < 0 || value >= n; }

bool any_outside(const int64_t* indices, long batch, int64_t n) {
    return std::any_of(indices, indices + batch, [n](int64_t index) { return outside(index, n); });
}

// Step on the images with these indices. Writes their mean loss, the number of correct classifications
// and the gradients. forward(first, images, logits) computes the logits [images][10] of a chunk that
// starts at `first`; backward(first, images, logits, gradients) receives the gradient of the logits.
// Returns 0, or 1 if an index or a label is out of range; then nothing has changed.
template <class Forward, class Backward>
int take_step(const Training& t, const int64_t* indices, long batch, double learning_rate, float* loss,
              int64_t* correct, Forward forward, Backward backward) {
    if (any_outside(indices, batch, t.n)) return 1;
    for (long b = 0; b < batch; ++b)
        if (outside(t.labels[indices[b]], CLASSES)) return 1;
    double sum = 0;
    *correct = 0;
    std::vector<float> logits(std::min<long>(t.chunk, batch) * CLASSES);
    for (long first = 0; first < batch; first += t.chunk) {
        const long images = std::min<long>(t.chunk, batch - first);
        forward(first, images, logits.data());
        for (long b = 0; b < images; ++b) {
            float* x = logits.data() + b * CLASSES;
            const int64_t label = t.labels[indices[first + b]];
            *correct += predicted(x) == label;
            sum += image_loss(t.loss, x, label, batch, x);
        }
        float* gradients = first ? scratch(chunk_gradient, t.count) : t.gradients;
        backward(first, images, logits.data(), gradients);
        for (long i = 0; first && i < t.count; ++i) t.gradients[i] += gradients[i];
    }
    *loss = float(sum / double(batch));
    update(t.optimizer, float(learning_rate), t.parameters, t.gradients, t.count);
    return 0;
}

}  // namespace
