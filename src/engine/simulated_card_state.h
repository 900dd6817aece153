// What is behind the public SimulatedCard: one card on one reader, with a scheduler of its own, because it outlives engines.
#pragma once
#include "card/simulator/persona.h"
#include "card/simulator/simulated_reader.h"
#include "core/random.h"
#include "network/qt_clock.h"
#include "network/qt_scheduler.h"

namespace eidkern
{

struct SimulatedCardState
{
    network::QtScheduler scheduler;
    network::QtClock clock{scheduler};
    SystemRandom random;
    const std::vector<CvCertificate> trustPoints;
    card::Persona persona; // of the card that was put last
    std::shared_ptr<const card::ChipKeys> batch; // of the cards on this reader that bring no chip key
    card::SimulatedReader reader;

    SimulatedCardState(std::string name, std::vector<CvCertificate> trust) : trustPoints(std::move(trust)), reader(scheduler, std::move(name)) {}

    void put(card::Persona holder)
    {
        reader.remove();
        persona = std::move(holder);
        const auto today = dateOf(std::chrono::system_clock::now());
        reader.answerWith({});
        reader.follow(persona.script, clock);
        reader.fit(persona.script.pad ? std::make_shared<card::SimulatedPad>(persona, *persona.script.pad, scheduler, clock, random) : nullptr);
        reader.insert([this, today] {
            auto made = std::make_unique<card::SimulatedCard>(persona, trustPoints, random, today, batch);
            if (!persona.given.chipKey) batch = made->chipKeys();
            return made;
        });
    }
};

} // namespace eidkern
