// 5 x 5 convolution, forward and backward, by two methods.
#pragma once

#include "layers.h"
#include "products.h"
#include "transpose.h"
#include "winograd.h"

namespace {

thread_local std::vector<float> in_points, out_points, point_weights, positions_first, plane_gradient, output_gradient;

// ---- direct convolution: 25 shifted views of each input channel, without copies

long input_row(const Pass& s) { return (s.layer->in_side + 2 * s.layer->padding) * s.batch; }

// Offsets of the input rows that output row 0 sums, in the order of the weights: [i][ky][kx].
std::vector<long> taps(const Pass& s) {
    std::vector<long> out;
    for (long i = 0; i < s.layer->in_channels; ++i)
        for (long ky = 0; ky < K; ++ky)
            for (long kx = 0; kx < K; ++kx)
                out.push_back((i * s.layer->in_side + ky - s.layer->padding) * input_row(s) + kx * s.batch);
    return out;
}
// Only taps between these two reach the image; the others reach rows of zeros. Padding works for one
// input channel only.
long first_tap(const Pass& s, long y) { return std::max<long>(0, s.layer->padding - y) * K; }
long end_tap(const Pass& s, long y) {
    return s.depth() - std::max<long>(0, y + K - s.layer->padding - s.layer->in_side) * K;
}

// For `channels` channels, starting at c.
template <class F> void direct_forward(const Pass& s, long c, long channels, F after_two_rows) {
    const auto start = taps(s);
    for (long y = 0; y < s.layer->side; ++y) {
        product({s.weight() + c * s.depth(), s.depth(), 1, s.bias() + c, channels, first_tap(s, y), end_tap(s, y)},
                {s.input, start.data(), y * input_row(s)}, s.row(), s.kept + c * s.plane() + y * s.row(), s.plane());
        if (y % 2) after_two_rows(y - 1);
    }
}

// For `channels` channels, starting at c; their planes start at g.
void direct_weight_gradient(const Pass& s, long c, long channels, const float* g, float* gradients) {
    const Layer& layer = *s.layer;
    const auto start = taps(s);
    auto first = [&](long k) { return std::max(0L, layer.padding - k / K % K); };
    auto end = [&](long k) { return std::min(layer.side, layer.in_side + layer.padding - k / K % K); };
    weight_gradient({g, s.g_plane(), channels, s.row(), s.g_row(), input_row(s),
                     gradients + layer.weight + c * s.depth(), s.depth()},
                    {s.input, start.data(), 0}, first, end);
}

// Columns [x, end) of the input's gradient: the output's gradient, padded with columns of zeros,
// convolved with the mirrored weights. Row y sums the rows y - ky of g, shifted by -kx.
void columns_gradient(const Pass& s, const float* g, long x, long end, float* grad_input) {
    const Layer& layer = *s.layer;
    const long channels = layer.channels, in_channels = layer.in_channels, length = layer.in_side * s.batch;
    const long first_kx = std::max(0L, x - layer.side + 1), end_kx = std::min<long>(K, end);
    std::vector<long> start;
    std::vector<float> weight;  // [ky][output channel][kx][input channel]: the used ky are contiguous
    for (long ky = 0; ky < K; ++ky)
        for (long o = 0; o < channels; ++o)
            for (long kx = first_kx; kx < end_kx; ++kx) {
                start.push_back((o * layer.side - ky) * s.g_row() + (x - kx) * s.batch);
                for (long i = 0; i < in_channels; ++i)
                    weight.push_back(s.weight()[(o * in_channels + i) * K * K + ky * K + kx]);
            }
    const long per_ky = channels * (end_kx - first_kx);
    for (long y = 0; y < layer.in_side; ++y) {
        const long first_ky = std::max(0L, y - layer.side + 1), end_ky = std::min<long>(K, y + 1);
        product({weight.data(), 1, in_channels, nullptr, in_channels, first_ky * per_ky, end_ky * per_ky},
                {g, start.data(), y * s.g_row()}, (end - x) * s.batch, grad_input + y * length + x * s.batch,
                layer.in_side * length);
    }
}

// Two columns at a time at the edges, because fewer kx reach them than the middle.
void direct_input_gradient(const Pass& s, const float* g, float* grad_input) {
    for (long x = 0, end; x < s.layer->in_side; x = end) {
        end = x < K - 1 || x >= s.layer->side ? x + 2 : s.layer->side;
        columns_gradient(s, g, x, end, grad_input);
    }
}

// ---- convolution by Winograd's method

constexpr long POSITIONS = 256;  // tiles times images that are processed together: they fit in the cache

template <class F> void over_tiles(const Pass& s, F f) {
    const long across = s.layer->side / OUT, count = std::max(1L, POSITIONS / s.batch);
    for (long t = 0; t < across * across; t += count)
        f(Tiles{t, std::min(count, across * across - t), across, s.batch});
}

// [36][rows][n]: weights [rows][25][n] transformed to Winograd's points.
const float* at_points(const std::vector<float>& weights, long rows, long n) {
    float* out = scratch(point_weights, POINTS * rows * n);
    for (long row = 0; row < rows; ++row)
        sweep_again(n, [&](long p, auto kind) {
            using T = decltype(kind);
            both_ways<OfWeight, T>(
                [&](long r, long c) { return load<T>(weights.data() + (row * K * K + r * K + c) * n + p); },
                [&](long r, long c, T value) { store(out + ((r * IN + c) * rows + row) * n + p, value); });
        });
    return out;
}

// For the outputs, [36][in_channels][channels]: the channels of a tile are contiguous.
const float* weights_for_outputs(const Pass& s) {
    const long channels = s.layer->channels;
    std::vector<float> turned(channels * s.depth());
    transpose(s.weight(), channels, s.depth(), turned.data());
    return at_points(turned, s.layer->in_channels, channels);
}

// For the gradient of the inputs, [36][channels][in_channels].
const float* weights_for_inputs(const Pass& s) {
    const long channels = s.layer->channels, in_channels = s.layer->in_channels;
    std::vector<float> turned(channels * s.depth());
    for (long o = 0; o < channels; ++o)
        transpose(s.weight() + o * s.depth(), in_channels, K * K, turned.data() + o * s.depth());
    return at_points(turned, channels, in_channels);
}

// Transform the points' gradients [36][channels][in_channels] to gradients of the weights.
void weights_gradient(const Pass& s, const std::vector<float>& points, float* dw) {
    const long channels = s.layer->channels, in_channels = s.layer->in_channels, filters = channels * in_channels;
    std::vector<float> window(s.depth());  // [25][in_channels]
    for (long o = 0; o < channels; ++o) {
        sweep_again(in_channels, [&](long p, auto kind) {
            using T = decltype(kind);
            both_ways<Transposed<OfWeight>, T>(
                [&](long r, long c) { return load<T>(points.data() + (r * IN + c) * filters + o * in_channels + p); },
                [&](long r, long c, T value) { store(window.data() + (r * K + c) * in_channels + p, value); });
        });
        transpose(window.data(), K * K, in_channels, dw + o * s.depth());
    }
}

void winograd_forward(const Pass& s) {
    const Layer& layer = *s.layer;
    const long channels = layer.channels, in_channels = layer.in_channels, filters = channels * in_channels;
    const float* weight = weights_for_outputs(s);
    over_tiles(s, [&](const Tiles& tiles) {
        const long n = tiles.length();
        const auto start = starts(in_channels, n);
        const long in_pitch = tiles.pitch(in_channels), out_pitch = tiles.pitch(channels);
        float *in = scratch(in_points, POINTS * in_pitch), *out = scratch(out_points, POINTS * out_pitch);
        to_points<OfInput>(tiles, s.input, in_channels, layer.in_side, in);
        for (int k = 0; k < POINTS; ++k)
            product({weight + k * filters, 1, channels, nullptr, channels, 0, in_channels},
                    {in + k * in_pitch, start.data()}, n, out + k * out_pitch, n);
        from_points<OfOutput, false>(tiles, out, channels, layer.side, s.bias(), s.kept);
    });
}

// Add g [channels][n] times the transpose of x [in_channels][n] to dw [channels][in_channels].
void add_products(const Pass& s, long n, const float* g, const float* x, float* dw) {
    const long channels = s.layer->channels, in_channels = s.layer->in_channels;
    std::vector<float> sums(channels * in_channels);
    // With x transposed this is an ordinary product; without, each sum would add up the lanes of a vector.
    float* turned = scratch(positions_first, n * in_channels);
    transpose(x, in_channels, n, turned);
    const auto start = starts(n, in_channels);
    product({g, n, 1, nullptr, channels, 0, n}, {turned, start.data()}, in_channels, sums.data(), in_channels);
    sweep(channels * in_channels, [&](long p, auto kind) {
        using T = decltype(kind);
        store(dw + p, load<T>(dw + p) + load<T>(sums.data() + p));
    });
}

void winograd_backward(const Pass& s, const float* g, float* gradients, float* grad_input) {
    const Layer& layer = *s.layer;
    const long channels = layer.channels, in_channels = layer.in_channels, filters = channels * in_channels;
    const float* weight = weights_for_inputs(s);
    std::vector<float> grad_weight(POINTS * filters);
    std::fill_n(grad_input, in_channels * layer.in_side * layer.in_side * s.batch, 0.0f);
    over_tiles(s, [&](const Tiles& tiles) {
        const long n = tiles.length();
        const auto start = starts(channels, n);
        const long in_pitch = tiles.pitch(in_channels), out_pitch = tiles.pitch(channels);
        float *in = scratch(in_points, POINTS * in_pitch), *out = scratch(out_points, POINTS * out_pitch);
        to_points<OfInput>(tiles, s.input, in_channels, layer.in_side, in);
        to_points<Transposed<OfOutput>>(tiles, g, channels, layer.side, out);
        for (int k = 0; k < POINTS; ++k) {
            float *x = in + k * in_pitch, *gradient = out + k * out_pitch;
            add_products(s, n, gradient, x, grad_weight.data() + k * filters);
            product({weight + k * filters, 1, in_channels, nullptr, in_channels, 0, channels}, {gradient, start.data()},
                    n, x, n);  // x is no longer needed
        }
        from_points<Transposed<OfInput>, true>(tiles, in, in_channels, layer.in_side, nullptr, grad_input);
    });
    weights_gradient(s, grad_weight, gradients + layer.weight);
}

}  // namespace
