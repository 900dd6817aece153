// A whole login through the C++ API, with a simulated card, in a program without Qt.
//
//     eidkern lab --pki /tmp/eidlab
//     cmake -S . -B build && cmake --build build
//     ./build/login URL /tmp/eidlab/cvca.cvcert
#include <eidkern/engine.h>
#include <eidkern/loop_thread.h>

#include <cstdio>
#include <fstream>
#include <future>
#include <iterator>

using namespace eidkern;

static std::vector<std::uint8_t> contentOf(const char* path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// What lives in the event loop: the engine, and the card in its simulated reader.
struct Client
{
    SimulatedCard card;
    Engine engine;

    explicit Client(const TrustAnchor& anchor)
        : card(SimulatedCard::fromPersona(SimulatedCard::builtInPersona("adult"), {anchor}).value()),
          engine({.trustAnchors = {anchor}, .cards = {card}, .log = {}})
    {
    }
    void answer(Event& event) // here a real program asks its user
    {
        if (const auto* entered = std::get_if<StateEntered>(&event)) std::printf("%3d %% %s\n", entered->percent, entered->state.data());
        if (const auto* asked = std::get_if<RightsAsked>(&event)) engine.grant(asked->id, asked->optional);
        if (const auto* asked = std::get_if<PasswordAsked>(&event)) engine.enter(asked->id, Secret(card.pin()));
    }
};

int main(int argc, char** argv)
{
    if (argc != 3) return std::fprintf(stderr, "usage: login URL CVCA-FILE\n"), 2;
    const auto anchor = TrustAnchor::parse(contentOf(argv[2]));
    if (!anchor) return std::fprintf(stderr, "login: %s\n", anchor.error().c_str()), 1;

    LoopThread thread; // in a program with a Qt event loop: none, and the client beside the rest
    auto client = thread.call([&] { return std::make_unique<Client>(*anchor); });
    std::promise<bool> finished;
    thread.call([&] {
        return client->engine.authenticate(argv[1], [&](Event& event) { // called on `thread`
            client->answer(event);
            const auto* end = std::get_if<WorkflowFinished>(&event);
            if (!end) return;
            if (end->failure) std::printf("%s\n", std::string(name(end->failure->code)).c_str());
            else std::printf("the browser goes to %s\n", end->browserLocation.c_str());
            finished.set_value(!end->failure);
        });
    });
    const bool success = finished.get_future().get();
    thread.call([&] { client.reset(); });
    std::puts(success ? "Success" : "Failed");
    return success ? 0 : 1;
}
