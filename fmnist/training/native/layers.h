// A layer, the memory of its forward pass, and the operations between the products: batch
// normalisation, activation, pooling.
#pragma once

#include <cmath>
#include <cstdint>

#include "activations.h"

namespace {

enum Kind { DIRECT, WINOGRAD, WHOLE };  // two methods of convolution, and a layer that covers its whole input

struct Affine {
    float centre, scale, shift;
};  // y = (x - centre) * scale + shift

}  // namespace

extern "C" {

struct Layer {                          // lenet5.py declares the same fields
    int64_t kind;                       // DIRECT, WINOGRAD or WHOLE
    int64_t in_channels, in_side;       // WHOLE: every input is a channel of side 1
    int64_t padding;                    // on every side; columns of zeros are stored, rows of zeros are not
    int64_t channels, side;             // of the output, before pooling
    int64_t activation;                 // 0 tanh, 1 relu, 2 leaky relu, 3 none
    int64_t pooling;                    // 0 average, 1 max; unused for WHOLE
    int64_t training;                   // batch normalisation: 1 batch statistics, 0 running statistics
    int64_t weight, bias, gamma, beta;  // offsets in the parameters; gamma -1: no batch normalisation
    float *running_mean, *running_var;
    double epsilon, momentum;
};
}

namespace {

// What a layer's forward pass keeps for its backward pass.
struct Pass {
    const Layer* layer;
    const float *parameters, *input;
    long batch;
    float* kept;    // [channels][side][side][batch]: activations, or the inputs of batch normalisation
    float* output;  // after activation and pooling
    float *mean, *inverse_std;

    bool normalises() const { return layer->gamma >= 0; }
    long row() const { return layer->side * batch; }
    long plane() const { return layer->side * row(); }
    // Columns of zeros on both sides of the sums' gradient, if it is convolved with the weights.
    long margin() const { return layer->kind == DIRECT && layer->padding == 0 ? (K - 1) * batch : 0; }
    long g_row() const { return row() + 2 * margin(); }
    long g_plane() const { return layer->side * g_row(); }
    long outputs() const { return layer->channels * plane() / (layer->kind == WHOLE ? 1 : 4); }
    const float* weight() const { return parameters + layer->weight; }
    const float* bias() const { return parameters + layer->bias; }
    long depth() const { return layer->kind == WHOLE ? layer->in_channels : layer->in_channels * K * K; }
};

template <class F> void with_activation(int64_t activation, F f) {
    if (activation == 0)
        f(Tanh{});
    else if (activation == 1)
        f(Relu{});
    else if (activation == 2)
        f(LeakyRelu{});
    else
        f(None{});
}

template <class F> void with_activation(const Layer& layer, F f) { with_activation(layer.activation, f); }

template <class F> void with_pooling(const Layer& layer, F f) { layer.pooling ? f(Max{}) : f(Average{}); }

Affine normalisation(const Pass& s, long c) {
    if (!s.normalises()) return {0, 1, 0};
    return {s.mean[c], s.parameters[s.layer->gamma + c] * s.inverse_std[c], s.parameters[s.layer->beta + c]};
}

template <class A> void activate(const float* x, float* y, long n, Affine f) {
    sweep(n, [=](long p, auto kind) {
        using T = decltype(kind);
        store(y + p, A::value((load<T>(x + p) - f.centre) * f.scale + f.shift));
    });
}

// Pool two rows a[2][2 * half][batch] into one row out[half][batch].
template <class P> void pool(const float* a, float* out, long half, long batch) {
    for (long x = 0; x < half; ++x) {
        const float *top = a + 2 * x * batch, *bottom = top + 2 * half * batch;
        sweep_again(batch, [=](long p, auto kind) {
            using T = decltype(kind);
            const T window[4] = {load<T>(top + p), load<T>(top + batch + p), load<T>(bottom + p),
                                 load<T>(bottom + batch + p)};
            store(out + x * batch + p, P::value(window));
        });
    }
}

// Backward of pool and activate: g [half][batch] becomes two rows, `pitch` floats apart.
template <class A, class P> void unpool(const float* g, const float* a, float* out, long pitch, long half, long batch) {
    for (long x = 0; x < half; ++x)
        sweep_again(batch, [=](long p, auto kind) {
            using T = decltype(kind);
            T window[4], shares[4];
            for (int k = 0; k < 4; ++k) window[k] = load<T>(a + (k / 2 * 2 * half + 2 * x + k % 2) * batch + p);
            P::backward(load<T>(g + x * batch + p), window, shares);
            for (int k = 0; k < 4; ++k)
                store(out + k / 2 * pitch + (2 * x + k % 2) * batch + p, A::backward(shares[k], window[k]));
        });
}

// Fill in mean and inverse_std of channel c.
void channel_statistics(const Pass& s, long c) {
    const Layer& layer = *s.layer;
    double mean = layer.running_mean[c], variance = layer.running_var[c];
    if (layer.training) {
        const double count = double(s.plane());
        double sum = 0, squares = 0;
        for (long y = 0; y < layer.side; ++y) {
            Sum row;
            sweep(s.row(),
                  [&](long p, auto kind) { row.add(load<decltype(kind)>(s.kept + c * s.plane() + y * s.row() + p)); });
            sum += row.value();
        }
        mean = sum / count;
        for (long y = 0; y < layer.side; ++y) {
            Sum row;
            sweep(s.row(), [&](long p, auto kind) {
                auto d = load<decltype(kind)>(s.kept + c * s.plane() + y * s.row() + p) - float(mean);
                row.add(d * d);
            });
            squares += row.value();
        }
        variance = squares / count;
        layer.running_mean[c] = float((1 - layer.momentum) * layer.running_mean[c] + layer.momentum * mean);
        layer.running_var[c] =
            float((1 - layer.momentum) * layer.running_var[c] + layer.momentum * squares / (count - 1));
    }
    s.mean[c] = float(mean);
    s.inverse_std[c] = float(1 / std::sqrt(variance + layer.epsilon));
}

// The sum of a row of n floats.
double row_sum(const float* row, long n) {
    Sum sum;
    sweep(n, [&](long p, auto kind) { sum.add(load<decltype(kind)>(row + p)); });
    return sum.value();
}

// Backward of batch normalisation needs these sums over the whole plane of a channel.
struct NormalisationSums {
    double gradient = 0, product = 0;  // of the gradients g, and of g times the normalised x
    void add(const float* x, const float* g, long n, float mean, float inverse_std) {
        Sum row, row_products;
        sweep(n, [&](long p, auto kind) {
            using T = decltype(kind);
            row.add(load<T>(g + p));
            row_products.add(load<T>(g + p) * ((load<T>(x + p) - mean) * inverse_std));
        });
        gradient += row.value();
        product += row_products.value();
    }
};

// Backward of batch normalisation of channel c, in place on its plane g. Returns the sum of the new g:
// the gradient of the preceding bias.
double normalisation_backward(const Pass& s, long c, const NormalisationSums& sums, float* g, float* gradients) {
    const float mean = s.mean[c], inverse_std = s.inverse_std[c], scale = normalisation(s, c).scale;
    const float* x = s.kept + c * s.plane();
    gradients[s.layer->beta + c] = float(sums.gradient);
    gradients[s.layer->gamma + c] = float(sums.product);
    // In training the batch's mean and variance also depend on x.
    const double count = s.layer->training ? double(s.plane()) : INFINITY;
    const float centre = float(sums.gradient / count), slope = float(sums.product / count);
    double bias = 0;
    for (long y = 0; y < s.layer->side; ++y) {
        Sum row;
        sweep(s.row(), [&](long p, auto kind) {
            using T = decltype(kind);
            float* at = g + y * s.g_row() + p;
            const T normal = (load<T>(x + y * s.row() + p) - mean) * inverse_std;
            const T out = (load<T>(at) - centre - normal * slope) * scale;
            store(at, out);
            row.add(out);
        });
        bias += row.value();
    }
    return bias;
}

}  // namespace
