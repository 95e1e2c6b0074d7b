// LeNet-5 for one batch of images on one thread: outputs, gradients and whole training steps.
// connected.h has the fully connected network, training.h the step of both.
//
// Layout: every activation is [channel][row][column][image], the batch innermost. A shift
// by one column is then a shift by `batch` floats for any number of channels. Each layer is a
// product of its weights with long rows of positions:
//   direct convolution  the rows are 25 shifted views of each channel, without copies
//   Winograd's method   36 products instead of 100, if there are enough channels to pay for
//                       its transforms
// The layers after the two convolutions cover their whole input: matrix products with the
// features innermost, as in PyTorch, because a batch can be shorter than a vector.
//
// C++17 with the vector types of GCC and Clang. The order of summation is fixed: equal inputs
// give equal bytes. Compile without -ffast-math: a run that diverges must show NaN and infinity.

#include "connected.h"
#include "convolution.h"
#include "dense.h"
#include "training.h"

namespace {

constexpr int SIDE = 28;               // side of the images
constexpr int PAD = 2;                 // zeros on every side of an image for the first convolution
constexpr int WIDE = SIDE + 2 * PAD;   // columns of zeros are stored, rows of zeros are skipped
constexpr int LAYERS = 5, STAGES = 2;  // the first STAGES layers pool, the others cover their whole input
constexpr int DROPPED = 3;             // the layer with dropout: the first fully connected one
constexpr long TOGETHER = 4;           // channels that are processed together, so that their planes stay in the cache

// Turn two rows of sums of channel c, starting at y, into activations and one row of the output.
template <class A> void finish_rows(const Pass& s, long c, long y, float* activated) {
    const long half = s.layer->side / 2;
    float* sums = s.kept + c * s.plane() + y * s.row();
    activate<A>(sums, activated ? activated : sums, 2 * s.row(), normalisation(s, c));
    with_pooling(*s.layer, [&](auto pooling) {
        pool<decltype(pooling)>(activated ? activated : sums, s.output + (c * half + y / 2) * half * s.batch, half,
                                s.batch);
    });
}

// Call f(first, end) for groups of equal size, of at most `most` channels.
template <class F> void in_groups(long channels, long most, F f) {
    const long size = tile_size(channels, most);
    for (long c = 0; c < channels; c += size) f(c, std::min(c + size, channels));
}

void stage_forward(const Pass& s) {
    const long channels = s.layer->channels, side = s.layer->side;
    std::vector<float> rows(s.normalises() ? 2 * s.row() : 0);
    with_activation(*s.layer, [&](auto activation) {
        using A = decltype(activation);
        auto finish = [&](long c, long end) {
            for (; c < end; ++c) {
                if (s.normalises()) channel_statistics(s, c);
                for (long y = 0; y < side; y += 2) finish_rows<A>(s, c, y, s.normalises() ? rows.data() : nullptr);
            }
        };
        if (s.layer->kind == WINOGRAD) {
            winograd_forward(s);
            finish(0, channels);
        } else if (s.normalises()) {
            in_groups(channels, TOGETHER, [&](long c, long end) {
                direct_forward(s, c, end - c, [](long) {});
                finish(c, end);
            });
        } else {
            direct_forward(s, 0, channels, [&](long y) {  // now, while the rows are in the cache
                for (long c = 0; c < channels; ++c) finish_rows<A>(s, c, y, nullptr);
            });
        }
    });
}

// Compute g [channels][side][g_row], the gradient of the sums, from the gradient of the output.
template <class A> void sums_gradient(const Pass& s, long c, const float* grad_output, float* g, float* gradients) {
    const long side = s.layer->side, half = side / 2;
    std::vector<float> rows(s.normalises() ? 2 * s.row() : 0);
    NormalisationSums sums;
    double bias = 0;
    for (long y = 0; y < side; y += 2) {
        const float* a = s.kept + c * s.plane() + y * s.row();
        if (s.normalises()) activate<A>(a, rows.data(), 2 * s.row(), normalisation(s, c));
        with_pooling(*s.layer, [&](auto pooling) {
            unpool<A, decltype(pooling)>(grad_output + (c * half + y / 2) * half * s.batch,
                                         s.normalises() ? rows.data() : a, g + y * s.g_row(), s.g_row(), half, s.batch);
        });
        for (long i = y; i < y + 2; ++i) {  // while the rows are in the cache
            float* row = g + i * s.g_row();
            if (s.normalises())
                sums.add(s.kept + c * s.plane() + i * s.row(), row, s.row(), s.mean[c], s.inverse_std[c]);
            else
                bias += row_sum(row, s.row());
            std::fill_n(row - s.margin(), s.margin(), 0.0f);
            std::fill_n(row + s.row(), s.margin(), 0.0f);
        }
    }
    if (s.normalises()) bias = normalisation_backward(s, c, sums, g, gradients);
    gradients[s.layer->bias + c] = float(bias);
}

void stage_backward(const Pass& s, const float* grad_output, float* g, float* gradients, float* grad_input) {
    g += s.margin();
    const long channels = s.layer->channels;
    with_activation(*s.layer, [&](auto activation) {
        // The input's gradient needs the planes of all channels together.
        in_groups(channels, grad_input ? channels : TOGETHER, [&](long first, long end) {
            for (long c = first; c < end; ++c)
                sums_gradient<decltype(activation)>(s, c, grad_output, g + (c - first) * s.g_plane(), gradients);
            if (s.layer->kind == DIRECT) direct_weight_gradient(s, first, end - first, g, gradients);
        });
    });
    if (s.layer->kind == WINOGRAD)
        winograd_backward(s, g, gradients, grad_input);
    else if (grad_input)
        direct_input_gradient(s, g, grad_input);
}

// Place the passes in one workspace after the padded images; returns the number of floats.
long lay_out(const Layer* layers, const float* parameters, long batch, float* workspace, Pass* passes) {
    long used = 0;
    auto take = [&](long n) {
        used += n;
        return workspace ? workspace + used - n : nullptr;
    };
    const float* input = take(SIDE * WIDE * batch);
    for (long i = 0; i < LAYERS; ++i) {
        if (i == STAGES) input = take(layers[i].in_channels * batch);  // transposed: [image][feature]
        Pass& s = passes[i] = {layers + i, parameters, input, batch, nullptr, nullptr, nullptr, nullptr};
        s.kept = take(s.layer->channels * s.plane());
        s.output = take(s.outputs());
        if (s.normalises()) s.mean = take(s.layer->channels), s.inverse_std = take(s.layer->channels);
        input = s.output;
    }
    return used;
}

// Copy images [n][28][28] to [28][32][batch], with columns of zeros on both sides.
void gather(const float* images, const int64_t* indices, long batch, float* out) {
    for (long y = 0; y < SIDE; ++y) {
        float* row = out + y * WIDE * batch;
        std::fill_n(row, PAD * batch, 0.0f);
        for (long x = 0; x < SIDE; ++x)
            for (long b = 0; b < batch; ++b) row[(PAD + x) * batch + b] = images[(indices[b] * SIDE + y) * SIDE + x];
        std::fill_n(row + (PAD + SIDE) * batch, PAD * batch, 0.0f);
    }
}

// Write the logits [batch][10] of the images with these indices.
void forward(const Layer* layers, const float* parameters, const float* images, const int64_t* indices, long batch,
             const float* mask, float* workspace, float* logits) {
    Pass passes[LAYERS];
    lay_out(layers, parameters, batch, workspace, passes);
    gather(images, indices, batch, workspace);
    for (int i = 0; i < STAGES; ++i) stage_forward(passes[i]);
    transpose(passes[STAGES - 1].output, passes[STAGES].depth(), batch, const_cast<float*>(passes[STAGES].input));
    for (int i = STAGES; i < LAYERS; ++i) layer_forward(passes[i], i == DROPPED ? mask : nullptr);
    std::copy_n(passes[LAYERS - 1].output, batch * CLASSES, logits);
}

// Write the gradients of all parameters at the parameters' offsets. Needs the workspace after forward
// and the gradient of the logits.
void backward(const Layer* layers, const float* parameters, long batch, const float* mask, float* workspace,
              const float* grad_logits, float* gradients, long count) {
    Pass passes[LAYERS];
    long most = 0;
    lay_out(layers, parameters, batch, workspace, passes);
    for (const Pass& s : passes) most = std::max(most, s.layer->channels * s.g_plane());
    float *grad_output = scratch(output_gradient, most), *g = scratch(plane_gradient, most);
    std::fill_n(gradients, count, 0.0f);
    std::copy_n(grad_logits, batch * CLASSES, grad_output);
    // The gradient of a layer's input overwrites the gradient of its output.
    for (int i = LAYERS - 1; i >= STAGES; --i)
        layer_backward(passes[i], i == DROPPED ? mask : nullptr, grad_output, g, gradients, grad_output);
    std::copy_n(grad_output, batch * passes[STAGES].depth(), g);
    transpose(g, batch, passes[STAGES].depth(), grad_output);
    for (int i = STAGES - 1; i >= 0; --i)
        stage_backward(passes[i], grad_output, g, gradients, i ? grad_output : nullptr);
}

}  // namespace

extern "C" {

// The number of floats of workspace for a pass over `batch` images.
int64_t lenet5_workspace(const Layer* layers, int64_t batch) {
    Pass passes[LAYERS];
    return lay_out(layers, nullptr, batch, nullptr, passes);
}

// Write the logits [batch][10] of the images [n][28][28] with these indices. Returns 0, or 1 if an index
// is out of range.
int lenet5_forward(const Layer* layers, const float* parameters, const float* images, int64_t n, const int64_t* indices,
                   int64_t batch, float* workspace, float* logits) {
    if (any_outside(indices, batch, n)) return 1;
    forward(layers, parameters, images, indices, batch, nullptr, workspace, logits);
    return 0;
}

// Take one step on the images with these indices, see training.h. The dropout mask is [batch][84] or null.
int lenet5_step(const Training* training, const int64_t* indices, int64_t batch, const float* mask,
                double learning_rate, float* loss, int64_t* correct) {
    const Training& t = *training;
    const Layer* layers = static_cast<const Layer*>(t.network);
    auto dropped = [&](long first) { return mask ? mask + first * layers[DROPPED].channels : nullptr; };
    return take_step(
        t, indices, batch, learning_rate, loss, correct,
        [&](long first, long images, float* logits) {
            forward(layers, t.parameters, t.images, indices + first, images, dropped(first), t.workspace, logits);
        },
        [&](long first, long images, const float* logits, float* gradients) {
            backward(layers, t.parameters, images, dropped(first), t.workspace, logits, gradients, t.count);
        });
}

// The same three for the fully connected network, which has no dropout.

int64_t connected_workspace(const Connected* network, int64_t batch) {
    return lay_out(*network, batch, nullptr).floats;
}

int connected_forward(const Connected* network, const float* parameters, const float* images, int64_t n,
                      const int64_t* indices, int64_t batch, float* workspace, float* logits) {
    if (any_outside(indices, batch, n)) return 1;
    forward(*network, lay_out(*network, batch, workspace), parameters, images, indices, logits);
    return 0;
}

int connected_step(const Training* training, const int64_t* indices, int64_t batch, const float*, double learning_rate,
                   float* loss, int64_t* correct) {
    const Training& t = *training;
    const Connected& network = *static_cast<const Connected*>(t.network);
    return take_step(
        t, indices, batch, learning_rate, loss, correct,
        [&](long first, long images, float* logits) {
            forward(network, lay_out(network, images, t.workspace), t.parameters, t.images, indices + first, logits);
        },
        [&](long, long images, const float* logits, float* gradients) {
            backward(network, lay_out(network, images, t.workspace), t.parameters, logits, gradients);
        });
}

}  // extern "C"
