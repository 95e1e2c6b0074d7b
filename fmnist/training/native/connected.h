// The fully connected network, 784 -> hidden -> 10: forward and backward for one batch on one thread.
//
// Layout: [feature][image], the batch innermost, padded with blank images to whole vectors: products
// use the weights in PyTorch's order. Only the first layer's weight gradient uses [image][pixel],
// because it is a sum over the images of products of whole rows.
#pragma once

#include "dense.h"
#include "losses.h"

namespace {

constexpr int PIXELS = 28 * 28;

}

extern "C" {

struct Connected {  // connected.py declares the same fields
    int64_t hidden;
    int64_t activation;                        // as in struct Layer
    int64_t weight1, bias1, weight2, bias2;  // offsets in the parameters
};
}

namespace {

// The memory for a batch, in one workspace.
struct ConnectedPass {
    long images, pitch;   // pitch: the images, rounded up to whole vectors
    float *rows, *pixels; // [pitch][784] and [784][pitch]
    float *hidden;        // [hidden][pitch], after the activation
    float *logits;        // [10][pitch]; later their gradient
    float *gradient;      // [hidden][pitch]
    long floats;
};

ConnectedPass lay_out(const Connected& net, long images, float* workspace) {
    const long pitch = (images + WIDTH - 1) / WIDTH * WIDTH;
    long used = 0;
    auto take = [&](long n) {
        used += n;
        return workspace ? workspace + used - n : nullptr;
    };
    ConnectedPass s{images, pitch, take(pitch * PIXELS), take(pitch * PIXELS), take(pitch * net.hidden),
                    take(pitch * CLASSES), take(pitch * net.hidden), 0};
    s.floats = used;
    return s;
}

// Write the logits [batch][10] of the images [n][28][28] that the indices name.
void forward(const Connected& net, const ConnectedPass& s, const float* parameters, const float* images,
             const int64_t* indices, float* logits) {
    for (long b = 0; b < s.images; ++b) std::copy_n(images + indices[b] * PIXELS, PIXELS, s.rows + b * PIXELS);
    std::fill_n(s.rows + s.images * PIXELS, (s.pitch - s.images) * PIXELS, 0.0f);
    transpose(s.rows, s.pitch, PIXELS, s.pixels);
    const auto pixel = starts(PIXELS, s.pitch), unit = starts(net.hidden, s.pitch);
    product({parameters + net.weight1, PIXELS, 1, parameters + net.bias1, net.hidden, 0, PIXELS},
            {s.pixels, pixel.data()}, s.pitch, s.hidden, s.pitch);
    with_activation(net.activation, [&](auto activation) {
        activate<decltype(activation)>(s.hidden, s.hidden, net.hidden * s.pitch, {0, 1, 0});
    });
    product({parameters + net.weight2, net.hidden, 1, parameters + net.bias2, CLASSES, 0, net.hidden},
            {s.hidden, unit.data()}, s.pitch, s.logits, s.pitch);
    for (long b = 0; b < s.images; ++b)
        for (long c = 0; c < CLASSES; ++c) logits[b * CLASSES + c] = s.logits[c * s.pitch + b];
}

// Write the gradients of all parameters. Needs the workspace after forward and the gradient of the logits [batch][10].
void backward(const Connected& net, const ConnectedPass& s, const float* parameters, const float* grad_logits,
              float* gradients) {
    for (long c = 0; c < CLASSES; ++c)  // blank images have gradient 0
        for (long b = 0; b < s.pitch; ++b)
            s.logits[c * s.pitch + b] = b < s.images ? grad_logits[b * CLASSES + c] : 0.0f;
    const auto unit = starts(net.hidden, s.pitch), of_class = starts(CLASSES, s.pitch), row = starts(s.images, PIXELS);
    std::fill_n(gradients + net.weight2, net.hidden * CLASSES, 0.0f);
    weight_gradient({s.logits, s.pitch, CLASSES, s.pitch, 0, 0, gradients + net.weight2, net.hidden},
                    {s.hidden, unit.data()}, [](long) { return 0L; }, [](long) { return 1L; });
    product({parameters + net.weight2, 1, net.hidden, nullptr, net.hidden, 0, CLASSES}, {s.logits, of_class.data()},
            s.pitch, s.gradient, s.pitch);
    with_activation(net.activation, [&](auto activation) {
        sweep(net.hidden * s.pitch, [&](long p, auto kind) {
            using T = decltype(kind);
            store(s.gradient + p, decltype(activation)::backward(load<T>(s.gradient + p), load<T>(s.hidden + p)));
        });
    });
    for (long c = 0; c < CLASSES; ++c) gradients[net.bias2 + c] = float(row_sum(s.logits + c * s.pitch, s.pitch));
    for (long u = 0; u < net.hidden; ++u) gradients[net.bias1 + u] = float(row_sum(s.gradient + u * s.pitch, s.pitch));
    product({s.gradient, s.pitch, 1, nullptr, net.hidden, 0, s.images}, {s.rows, row.data()}, PIXELS,
            gradients + net.weight1, PIXELS);
}

}  // namespace
