// A simulated card on a simulated reader and what is needed around them, repeatable.
#pragma once
#include <memory>

#include "card/eid_card.h"
#include "card/simulator/simulated_reader.h"
#include "support/eac_chain.h"
#include "support/pumped_scheduler.h"
#include "support/recording_log.h"
#include "support/seeded_random.h"

namespace eidkern::test
{

inline card::Persona testPersona()
{
    card::Persona persona;
    persona.pin = Secret("123456");
    persona.can = Secret("500540");
    persona.puk = Secret("9876543210");
    persona.documentType = "ID";
    persona.issuingState = "D";
    persona.dateOfExpiry = "20340331";
    persona.givenNames = "Henrike Lotte";
    persona.familyNames = "Sandwig";
    persona.dateOfBirth = "19870523";
    persona.placeOfBirth = card::StructuredPlace{.city = "Wolkenstedt", .country = "D"};
    persona.nationality = "D";
    persona.residence = card::StructuredPlace{.street = "Am Möwenstieg 12", .city = "Neu-Eidersee", .country = "D", .zipCode = "99990"};
    persona.communityId = Bytes{0x02, 0x76, 0x09, 0x99, 0x99, 0x00, 0x00};
    return persona;
}

inline PaceInput password(PasswordId id, std::string_view digits, std::optional<Chat> chat = {}) { return {id, Secret(digits), std::move(chat)}; }

class CardBench
{
public:
    explicit CardBench(const card::Persona& persona = testPersona(), std::uint64_t seed = 1)
        : random(seed), chain(makeEacChain(random)), reader(scheduler, "Simulated reader", makeCard(persona)), eid(connect())
    {
    }

    std::unique_ptr<card::SimulatedCard> makeCard(const card::Persona& persona)
    {
        return std::make_unique<card::SimulatedCard>(persona, std::vector{chain.cvca}, random, Date{2026, 11, 20});
    }
    std::unique_ptr<card::EidCard> connect() { return std::make_unique<card::EidCard>(reader.connect(), random, log); }

    template<typename T>
    T run(Task<T> task) // must come to an end
    {
        return std::move(complete(scheduler, std::move(task)).value());
    }

    PumpedScheduler scheduler;
    SeededRandom random;
    RecordingLog log;
    EacChain chain;
    card::SimulatedReader reader;
    std::unique_ptr<card::EidCard> eid;
};

} // namespace eidkern::test
