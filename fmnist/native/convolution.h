// 5 x 5 convolution, forward and backward, in two ways.
#pragma once

#include "layers.h"
#include "products.h"
#include "winograd.h"

namespace {

thread_local std::vector<float> in_points, out_points, plane_gradient, output_gradient;

// ---- direct convolution: 25 shifted copies of each input channel, read in place

long input_row(const Pass& s) { return (s.layer->in_side + 2 * s.layer->padding) * s.batch; }

// Where the rows begin that output row 0 sums up, in the order of the weights: [i][ky][kx].
std::vector<long> taps(const Pass& s) {
    std::vector<long> out;
    for (long i = 0; i < s.layer->in_channels; ++i)
        for (long ky = 0; ky < K; ++ky)
            for (long kx = 0; kx < K; ++kx)
                out.push_back((i * s.layer->in_side + ky - s.layer->padding) * input_row(s) + kx * s.batch);
    return out;
}
// Taps before and after these reach rows of zeros. (Padding needs a single input channel.)
long first_tap(const Pass& s, long y) { return std::max<long>(0, s.layer->padding - y) * K; }
long end_tap(const Pass& s, long y) {
    return s.depth() - std::max<long>(0, y + K - s.layer->padding - s.layer->in_side) * K;
}

template <class F> void direct_forward(const Pass& s, F after_two_rows) {
    const auto start = taps(s);
    for (long y = 0; y < s.layer->side; ++y) {
        product({s.weight(), s.depth(), 1, s.bias(), s.layer->channels, first_tap(s, y), end_tap(s, y)},
                {s.input, start.data(), y * input_row(s)}, s.row(), s.kept + y * s.row(), s.plane());
        if (y % 2) after_two_rows(y - 1);
    }
}

void direct_weight_gradient(const Pass& s, const float* g, float* gradients) {
    const Layer& layer = *s.layer;
    const auto start = taps(s);
    auto first = [&](long k) { return std::max(0L, layer.padding - k / K % K); };
    auto end = [&](long k) { return std::min(layer.side, layer.in_side + layer.padding - k / K % K); };
    weight_gradient(
        {g, s.g_plane(), layer.channels, s.row(), s.g_row(), input_row(s), gradients + layer.weight, s.depth()},
        {s.input, start.data(), 0}, first, end);
}

// Columns [x, end) of the input's gradient: the output's, between columns of zeros, convolved
// with the weights turned round. Row y sums up rows y - ky of g, shifted by -kx.
void columns_gradient(const Pass& s, const float* g, long x, long end, float* grad_input) {
    const Layer& layer = *s.layer;
    const long channels = layer.channels, in_channels = layer.in_channels, length = layer.in_side * s.batch;
    const long first_kx = std::max(0L, x - layer.side + 1), end_kx = std::min<long>(K, end);
    std::vector<long> start;
    std::vector<float> weight;  // [ky][output channel][kx][input channel]: the ky that count are neighbours
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

// At the sides, two columns at a time: fewer kx reach them than the middle.
void direct_input_gradient(const Pass& s, const float* g, float* grad_input) {
    for (long x = 0, end; x < s.layer->in_side; x = end) {
        end = x < K - 1 || x >= s.layer->side ? x + 2 : s.layer->side;
        columns_gradient(s, g, x, end, grad_input);
    }
}

// ---- convolution in Winograd's form

constexpr long POSITIONS = 256;  // of tiles and images that are worked on at once: what the cache holds

template <class F> void over_tiles(const Pass& s, F f) {
    const long across = s.layer->side / OUT, count = std::max(1L, POSITIONS / s.batch);
    for (long t = 0; t < across * across; t += count)
        f(Tiles{t, std::min(count, across * across - t), across, s.batch});
}

// [36][channels][in_channels]: the weights at Winograd's points.
std::vector<float> weights_at_points(const Pass& s) {
    const long filters = s.layer->channels * s.layer->in_channels;
    std::vector<float> out(POINTS * filters);
    for (long f = 0; f < filters; ++f) {
        const float* w = s.weight() + f * K * K;
        both_ways<OfWeight, float>([&](int r, int c) { return w[r * K + c]; },
                                   [&](int r, int c, float value) { out[(r * IN + c) * filters + f] = value; });
    }
    return out;
}

void winograd_forward(const Pass& s) {
    const Layer& layer = *s.layer;
    const long channels = layer.channels, in_channels = layer.in_channels, filters = channels * in_channels;
    const auto weight = weights_at_points(s);
    over_tiles(s, [&](const Tiles& tiles) {
        const long n = tiles.length();
        const auto start = starts(in_channels, n);
        const long in_pitch = tiles.pitch(in_channels), out_pitch = tiles.pitch(channels);
        float *in = scratch(in_points, POINTS * in_pitch), *out = scratch(out_points, POINTS * out_pitch);
        to_points<OfInput>(tiles, s.input, in_channels, layer.in_side, in);
        for (int k = 0; k < POINTS; ++k)
            product({weight.data() + k * filters, in_channels, 1, nullptr, channels, 0, in_channels},
                    {in + k * in_pitch, start.data()}, n, out + k * out_pitch, n);
        from_points<OfOutput, false>(tiles, out, channels, layer.side, s.bias(), s.kept);
    });
}

void winograd_backward(const Pass& s, const float* g, float* gradients, float* grad_input) {
    const Layer& layer = *s.layer;
    const long channels = layer.channels, in_channels = layer.in_channels, filters = channels * in_channels;
    const auto weight = weights_at_points(s);
    std::vector<float> grad_weight(POINTS * filters);
    std::fill_n(grad_input, in_channels * layer.in_side * layer.in_side * s.batch, 0.0f);
    over_tiles(s, [&](const Tiles& tiles) {
        const long n = tiles.length();
        const auto in_start = starts(in_channels, n), out_start = starts(channels, n);
        const long in_pitch = tiles.pitch(in_channels), out_pitch = tiles.pitch(channels);
        float *in = scratch(in_points, POINTS * in_pitch), *out = scratch(out_points, POINTS * out_pitch);
        to_points<OfInput>(tiles, s.input, in_channels, layer.in_side, in);
        to_points<Transposed<OfOutput>>(tiles, g, channels, layer.side, out);
        for (int k = 0; k < POINTS; ++k) {
            float *x = in + k * in_pitch, *gradient = out + k * out_pitch;
            weight_gradient(
                {gradient, n, channels, n, 0, 0, grad_weight.data() + k * filters, in_channels}, {x, in_start.data()},
                [](long) { return 0; }, [](long) { return 1; });
            product({weight.data() + k * filters, 1, in_channels, nullptr, in_channels, 0, channels},
                    {gradient, out_start.data()}, n, x, n);  // x has served
        }
        from_points<Transposed<OfInput>, true>(tiles, in, in_channels, layer.in_side, nullptr, grad_input);
    });
    for (long f = 0; f < filters; ++f) {
        float* dw = gradients + layer.weight + f * K * K;
        both_ways<Transposed<OfWeight>, float>([&](int r, int c) { return grad_weight[(r * IN + c) * filters + f]; },
                                               [&](int r, int c, float value) { dw[r * K + c] = value; });
    }
}

}  // namespace
