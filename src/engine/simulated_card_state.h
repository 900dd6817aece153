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
    card::Persona persona;
    card::SimulatedReader reader;

    SimulatedCardState(card::Persona p, std::string name, std::vector<CvCertificate> trustPoints, Date today)
        : persona(std::move(p)), reader(scheduler, std::move(name))
    {
        reader.insert([this, trust = std::move(trustPoints), today] { return std::make_unique<card::SimulatedCard>(persona, trust, random, today); });
        reader.follow(persona.script, clock);
        if (persona.script.pad) reader.fit(std::make_shared<card::SimulatedPad>(persona, *persona.script.pad, scheduler, clock, random));
    }
};

} // namespace eidkern
