// The readers as one client sees them: those of PC/SC, and the simulator; with several workflows one simulator for each, which is
// there as long as it. What changes is told from the event loop.
//
// A card in a reader of PC/SC is looked at once after each insertion, and not while a workflow does that itself: what the workflow
// learns about it is passed in here.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "contract/messages.h"
#include "contract/simulator.h"
#include "eidkern/events.h"
#include "eidkern/json_api.h"
#include "eidkern/readers.h"

namespace eidkern::sdk
{

enum class ReaderChange { Reader, CardPut, CardTaken, CardLearned };

class Readers
{
public:
    using Tell = std::function<void(const ReaderInfo& reader, ReaderChange change)>;

    Readers(const JsonApiSettings& settings, Tell tell); // tells nothing before begin()

    void begin(); // tells all readers
    std::vector<ReaderInfo> all() const; // attached ones, by name
    const ReaderInfo* named(std::string_view name) const;

    // Simulators. Their cards' own passwords are good for a keypad.
    static constexpr std::string_view usualSimulator = "Simulator";
    void attachSimulator(const std::string& name); // tells it
    void detachSimulator(const std::string& name); // tells it
    const SimulatedCard* simulator(std::string_view name) const; // null: there is none of this name
    bool put(const std::string& name, const Simulator& card);    // false: there is no such persona
    void shelve(const std::string& name);                        // its card is taken away
    void look();                                                 // whether that has happened anywhere

    // What a workflow learns
    void workflowLooks(bool looks);
    void found(const CardFound& card);
    void triesLeft(const std::string& reader, int tries);
    void pukUsedUp(const std::string& reader);
    void othersAreNone(); // cards that the workflow has looked at, and not told of, are no eID cards

private:
    struct Seen
    {
        ReaderInfo reader;
        bool hasCard = false, knowsCard = false, mayBeLookedAt = false;
        unsigned insertion = 0;
        std::unique_ptr<CardLooker> looker = {};
    };

    void addSimulator(const std::string& name);
    void tellNewSimulator(ReaderInfo& reader);
    void watched(const ReaderList& list);
    void tellGone(std::map<std::string, Seen, std::less<>>::iterator at);
    void update(Seen& seen, const Reader& now);
    void lookAt(Seen& seen);
    void looked(const std::string& name, const CardLook& look);
    void setCard(Seen& seen, std::optional<CardInfo> card);
    bool learnKeypad(Seen& seen, bool keypad); // true: that is new
    Seen* seen(const std::string& name);

    const JsonApiSettings& settings_;
    const Tell tell_;
    std::map<std::string, SimulatedCard, std::less<>> simulators_;
    std::map<std::string, Seen, std::less<>> all_;
    bool workflowLooks_ = false;
    std::unique_ptr<ReaderWatch> watch_;
};

} // namespace eidkern::sdk
