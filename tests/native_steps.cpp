// Two steps of the kernels on random numbers, for the sanitizers:
// native_steps CHANNELS1 CHANNELS2 CHANNELS3 BATCH POOLING BATCH_NORM

#include <cstdlib>

#include "../fmnist/native/kernels.cpp"

int main(int, char** arguments) {
    long number[6];
    for (int i = 0; i < 6; ++i) number[i] = std::atol(arguments[1 + i]);
    const long c1 = number[0], c2 = number[1], c3 = number[2], batch = number[3], pooling = number[4];
    const bool normalised = number[5];
    long place = 0;
    std::vector<float> mean(c1 + c2 + c3), variance(c1 + c2 + c3, 1.0f);
    auto layer = [&](Kind kind, long in_channels, long in_side, long padding, long channels, long side, long activation,
                     long first_mean) {
        Layer out{kind,  in_channels, in_side, padding, channels, side,    activation, pooling, 1,
                  place, 0,           -1,      -1,      nullptr,  nullptr, 1e-5,       0.1};
        place += channels * in_channels * (kind == WHOLE ? 1 : K * K);
        out.bias = place, place += channels;
        if (normalised && first_mean >= 0) {
            out.gamma = place, place += channels;
            out.beta = place, place += channels;
            out.running_mean = mean.data() + first_mean, out.running_var = variance.data() + first_mean;
        }
        return out;
    };
    const Layer layers[LAYERS] = {layer(DIRECT, 1, 28, 2, c1, 28, 0, 0),
                                  layer(c1 >= 12 ? WINOGRAD : DIRECT, c1, 14, 0, c2, 10, 1, c1),
                                  layer(WHOLE, c2 * 25, 1, 0, c3, 1, 2, c1 + c2), layer(WHOLE, c3, 1, 0, 84, 1, 0, -1),
                                  layer(WHOLE, 84, 1, 0, 10, 1, 3, -1)};
    auto random = [](long n) {
        std::vector<float> out(n);
        for (float& value : out) value = float(std::rand()) / float(RAND_MAX) - 0.5f;
        return out;
    };
    const long images = 3;
    const auto parameters = random(place), pixels = random(images * 28 * 28), mask = random(batch * 84);
    const auto grad_logits = random(batch * 10);
    std::vector<int64_t> indices(batch);
    for (long b = 0; b < batch; ++b) indices[b] = b % images;
    for (int step = 0; step < 2; ++step) {
        std::vector<float> workspace(lenet5_workspace(layers, batch)), logits(batch * 10), gradients(place);
        const float* dropout = step ? mask.data() : nullptr;
        if (lenet5_forward(layers, parameters.data(), pixels.data(), images, indices.data(), batch, dropout,
                           workspace.data(), logits.data()))
            return 1;
        lenet5_backward(layers, parameters.data(), batch, dropout, workspace.data(), grad_logits.data(),
                        gradients.data());
    }
    indices[0] = images;
    std::vector<float> workspace(lenet5_workspace(layers, batch)), logits(batch * 10);
    return !lenet5_forward(layers, parameters.data(), pixels.data(), images, indices.data(), batch, nullptr,
                           workspace.data(), logits.data());
}
