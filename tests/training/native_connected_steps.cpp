// Steps of the fully connected network's kernels on random numbers, for the sanitizers:
// native_connected_steps HIDDEN BATCH

#include <cstdlib>

#include "../../fmnist/training/native/kernels.cpp"

int main(int, char** arguments) {
    const long hidden = std::atol(arguments[1]), batch = std::atol(arguments[2]), images = 3;
    const long count = hidden * (PIXELS + 1 + CLASSES) + CLASSES;
    auto random = [](long n) {
        std::vector<float> out(n);
        for (float& value : out) value = float(std::rand()) / float(RAND_MAX) - 0.5f;
        return out;
    };
    const auto pixels = random(images * PIXELS);
    const std::vector<int64_t> labels = {0, 9, 4};
    std::vector<int64_t> indices(batch);
    for (long b = 0; b < batch; ++b) indices[b] = b % images;
    std::vector<float> parameters = random(count), gradients(count), mean(count), square(count), logits(batch * CLASSES);
    float step = 0, loss = 0;
    int64_t correct = 0;
    for (int64_t activation = 0; activation < 3; ++activation) {
        const long weight2 = hidden * (PIXELS + 1);
        const Connected network{hidden, activation, 0, hidden * PIXELS, weight2, weight2 + hidden * CLASSES};
        std::vector<float> workspace(connected_workspace(&network, batch));
        const Optimizer optimizer{ADAM, 0.01, 0, 1e-8, 0.9, 0.99, &step, mean.data(), square.data()};
        const Training training{&network, parameters.data(), gradients.data(),  count,      pixels.data(), labels.data(),
                                images,   batch,             workspace.data(), activation, optimizer};
        auto take_step = [&](long n) {  // the last batch of an epoch is smaller
            return connected_step(&training, indices.data(), n, nullptr, 0.01, &loss, &correct);
        };
        auto forward = [&] {
            return connected_forward(&network, parameters.data(), pixels.data(), images, indices.data(), batch,
                                     workspace.data(), logits.data());
        };
        if (take_step(batch) || take_step((batch + 1) / 2) || forward()) return 1;
        indices[0] = images;
        if (!take_step(batch) || !forward()) return 1;
        indices[0] = 0;
    }
    return 0;
}
