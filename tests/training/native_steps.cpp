// Steps of LeNet-5's kernels on random numbers, for the sanitizers:
// native_steps CHANNELS1 CHANNELS2 CHANNELS3 BATCH POOLING BATCH_NORM

#include <cstdlib>

#include "../../fmnist/training/native/kernels.cpp"

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
    const auto pixels = random(images * 28 * 28), mask = random(batch * 84);
    const std::vector<int64_t> labels = {0, 9, 4};
    std::vector<int64_t> indices(batch);
    for (long b = 0; b < batch; ++b) indices[b] = b % images;
    std::vector<float> parameters = random(place), gradients(place), mean_state(place), square_state(place);
    const long chunk = normalised ? batch : std::max(1L, batch / 3);  // a smaller last one, too
    std::vector<float> workspace(lenet5_workspace(layers, chunk)), logits(batch * 10);
    float step = 0, loss = 0;
    int64_t correct = 0;
    auto take_step = [&](int64_t kind, double momentum, const float* dropout) {
        const Optimizer optimizer{
            kind, 0.01, momentum, 1e-8, 0.9, 0.99, &step, momentum ? mean_state.data() : nullptr, square_state.data()};
        const Training training{layers,           parameters.data(),
                                gradients.data(), place,
                                pixels.data(),    labels.data(),
                                images,           chunk,
                                workspace.data(), kind,
                                optimizer};
        return lenet5_step(&training, indices.data(), batch, dropout, 0.01, &loss, &correct);
    };
    for (int64_t kind = 0; kind < 3; ++kind)  // each loss and each optimiser
        if (take_step(kind, 0.9, nullptr) || (kind && take_step(kind, 0, mask.data()))) return 1;
    std::vector<float> large(lenet5_workspace(layers, batch));
    if (lenet5_forward(layers, parameters.data(), pixels.data(), images, indices.data(), batch, large.data(),
                       logits.data()))
        return 1;
    indices[0] = images;
    return !lenet5_forward(layers, parameters.data(), pixels.data(), images, indices.data(), batch, large.data(),
                           logits.data()) ||
           !take_step(0, 0.9, nullptr);
}
