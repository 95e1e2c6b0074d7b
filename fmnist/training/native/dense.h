// Layers that cover their whole input: the third convolution and the fully connected layers.
// Features innermost, [image][feature], as in PyTorch, because a batch can be shorter than a vector.
#pragma once

#include "layers.h"
#include "products.h"
#include "transpose.h"

namespace {

thread_local std::vector<float> turned_round;

// out [images][channels] = in [images][depth] times the weights, plus the bias.
void whole_forward(const Pass& s, const float* in, float* out) {
    const long channels = s.layer->channels, depth = s.depth();
    float* turned = scratch(turned_round, depth * channels);
    transpose(s.weight(), channels, depth, turned);
    const auto start = starts(depth, channels);
    product({in, depth, 1, nullptr, s.batch, 0, depth}, {turned, start.data()}, channels, out, channels);
    for (long b = 0; b < s.batch; ++b)
        for (long c = 0; c < channels; ++c) out[b * channels + c] += s.bias()[c];
}

// g [images][channels] is the gradient of whole_forward's out.
void whole_backward(const Pass& s, const float* in, const float* g, float* gradients, float* grad_input) {
    const long channels = s.layer->channels, depth = s.depth();
    const auto in_start = starts(s.batch, depth), weight_start = starts(channels, depth);
    product({g, 1, channels, nullptr, channels, 0, s.batch}, {in, in_start.data()}, depth, gradients + s.layer->weight,
            depth);
    product({g, channels, 1, nullptr, s.batch, 0, channels}, {s.weight(), weight_start.data()}, depth, grad_input,
            depth);
    std::vector<double> bias(channels);
    for (long b = 0; b < s.batch; ++b)
        for (long c = 0; c < channels; ++c) bias[c] += g[b * channels + c];
    std::copy(bias.begin(), bias.end(), gradients + s.layer->bias);
}

void multiply_by(float* values, const float* mask, long n) {
    sweep(n, [=](long p, auto kind) {
        using T = decltype(kind);
        store(values + p, load<T>(values + p) * load<T>(mask + p));
    });
}

// mask [images][channels] is dropout's, or null; it is applied before the activation.
void layer_forward(const Pass& s, const float* mask) {
    const long channels = s.layer->channels, n = channels * s.batch;
    whole_forward(s, s.input, s.output);
    if (mask) multiply_by(s.output, mask, n);
    if (s.normalises()) {  // one channel after another, so transpose and transpose back
        transpose(s.output, s.batch, channels, s.kept);
        float* turned = scratch(turned_round, n);
        for (long c = 0; c < channels; ++c) {
            channel_statistics(s, c);
            activate<None>(s.kept + c * s.batch, turned + c * s.batch, s.batch, normalisation(s, c));
        }
        transpose(turned, channels, s.batch, s.output);
    }
    with_activation(*s.layer,
                    [&](auto activation) { activate<decltype(activation)>(s.output, s.output, n, {0, 1, 0}); });
}

void layer_backward(const Pass& s, const float* mask, const float* grad_output, float* g, float* gradients,
                    float* grad_input) {
    const long channels = s.layer->channels, n = channels * s.batch;
    with_activation(*s.layer, [&](auto activation) {
        sweep(n, [&](long p, auto kind) {
            using T = decltype(kind);
            store(g + p, decltype(activation)::backward(load<T>(grad_output + p), load<T>(s.output + p)));
        });
    });
    if (s.normalises()) {
        float* turned = scratch(turned_round, n);
        transpose(g, s.batch, channels, turned);
        for (long c = 0; c < channels; ++c) {
            float* row = turned + c * s.batch;
            NormalisationSums sums;
            sums.add(s.kept + c * s.batch, row, s.batch, s.mean[c], s.inverse_std[c]);
            normalisation_backward(s, c, sums, row, gradients);
        }
        transpose(turned, channels, s.batch, g);
    }
    if (mask) multiply_by(g, mask, n);
    whole_backward(s, s.input, g, gradients, grad_input);
}

}  // namespace
