#include "sdk/readers.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "sdk/simulated_card.h"

namespace eidkern::sdk
{

namespace
{

PinState pinStateOf(const CardInfo& card)
{
    static constexpr std::array byTries{PinState::Blocked, PinState::Suspended, PinState::Wrong, PinState::Ok};
    if (card.deactivated) return PinState::Deactivated;
    return card.retryCounter < 0 ? PinState::Unknown : byTries[std::size_t(std::min(card.retryCounter, 3))];
}

CardInfo eidCard(int triesLeft, bool deactivated)
{
    CardInfo card;
    card.deactivated = deactivated;
    card.retryCounter = triesLeft;
    return card;
}

CardInfo otherCard()
{
    CardInfo card;
    card.eid = false;
    return card;
}

std::optional<LastResult> lastResultOf(const ReaderResult& last)
{
    if (last.operation.empty()) return {};
    char code[11];
    std::snprintf(code, sizeof code, "0x%08X", last.code);
    return LastResult{code, last.operation == "connect" ? ReaderOperation::Connect : ReaderOperation::Transmit};
}

bool sameCard(const std::optional<CardInfo>& a, const std::optional<CardInfo>& b)
{
    if (!a || !b) return !a && !b;
    return a->eid == b->eid && a->deactivated == b->deactivated && a->inoperative == b->inoperative && a->retryCounter == b->retryCounter;
}

std::vector<TrustAnchor> testAnchors(const std::vector<TrustAnchor>& all)
{
    auto anchors = all;
    std::erase_if(anchors, [](const TrustAnchor& each) { return each.pki != Pki::Test; });
    return anchors;
}

} // namespace

Readers::Readers(const JsonApiSettings& settings, Tell tell) : settings_(settings), tell_(std::move(tell))
{
    if (settings.simulator && !settings.multi) addSimulator(std::string(usualSimulator));
}

void Readers::begin()
{
    if (auto* usual = settings_.multi ? nullptr : seen(std::string(usualSimulator))) tellNewSimulator(usual->reader);
    if (settings_.pcscReaders) watch_ = std::make_unique<ReaderWatch>([this](const ReaderList& list) { watched(list); });
}

void Readers::addSimulator(const std::string& name)
{
    simulators_.emplace(name, SimulatedCard::emptyReader(testAnchors(settings_.trustAnchors), name));
    auto& reader = all_[name].reader;
    reader.name = name;
    reader.keypad = !settings_.basicReader;
}

void Readers::tellNewSimulator(ReaderInfo& reader) // clients expect it in two steps
{
    tell_(reader, ReaderChange::Reader);
    reader.insertable = true;
    tell_(reader, ReaderChange::Reader);
}

void Readers::attachSimulator(const std::string& name)
{
    addSimulator(name);
    tellNewSimulator(all_.at(name).reader);
}

void Readers::detachSimulator(const std::string& name)
{
    if (simulators_.erase(name) > 0) tellGone(all_.find(name));
}

std::vector<ReaderInfo> Readers::all() const
{
    std::vector<ReaderInfo> list;
    for (const auto& [name, each] : all_) list.push_back(each.reader);
    return list;
}

const ReaderInfo* Readers::named(std::string_view name) const
{
    const auto found = all_.find(name);
    return found == all_.end() ? nullptr : &found->second.reader;
}

Readers::Seen* Readers::seen(const std::string& name)
{
    const auto found = all_.find(name);
    return found == all_.end() ? nullptr : &found->second;
}

const SimulatedCard* Readers::simulator(std::string_view name) const
{
    const auto found = simulators_.find(name);
    return found == simulators_.end() ? nullptr : &found->second;
}

bool Readers::put(const std::string& name, const Simulator& card)
{
    if (!sdk::put(simulators_.at(name), card, settings_.persona)) return false;
    auto& simulated = *seen(name);
    simulated.reader.insertable = false;
    simulated.reader.keypad = !settings_.basicReader; // a persona may bring one
    simulated.hasCard = true;
    simulated.knowsCard = false;
    return true;
}

void Readers::shelve(const std::string& name)
{
    const auto found = simulators_.find(name);
    if (found == simulators_.end()) return;
    found->second.remove();
    look();
}

void Readers::look()
{
    for (const auto& [name, simulator] : simulators_)
    {
        auto& at = all_.at(name);
        if (simulator.isInserted() || std::exchange(at.reader.insertable, true)) continue;
        at.hasCard = at.knowsCard = false;
        at.reader.card.reset();
        tell_(at.reader, ReaderChange::CardTaken);
    }
}

void Readers::tellGone(std::map<std::string, Seen, std::less<>>::iterator at)
{
    ReaderInfo gone;
    gone.attached = false;
    gone.name = at->first;
    all_.erase(at);
    tell_(gone, ReaderChange::Reader);
}

void Readers::watched(const ReaderList& list)
{
    const auto isThere = [&](const std::string& name) { return std::ranges::find(list.readers, name, &Reader::name) != list.readers.end(); };
    for (auto it = all_.begin(); it != all_.end();)
    {
        const auto at = it++;
        if (!simulator(at->first) && !isThere(at->first)) tellGone(at);
    }
    for (const auto& each : list.readers)
    {
        if (simulator(each.name)) continue;
        auto [at, isNew] = all_.try_emplace(each.name);
        at->second.reader.lastResult = lastResultOf(each.last);
        if (isNew) at->second.reader.name = each.name;
        const bool learned = learnKeypad(at->second, each.features && each.features->pace);
        if (isNew || learned) tell_(at->second.reader, ReaderChange::Reader);
        update(at->second, each);
    }
}

void Readers::update(Seen& seen, const Reader& now)
{
    if (seen.hasCard && (!now.card || now.insertion != seen.insertion))
    {
        seen.hasCard = seen.knowsCard = false;
        seen.looker.reset();
        setCard(seen, {});
    }
    if (!now.card || seen.hasCard) return;
    seen.hasCard = true;
    seen.insertion = now.insertion;
    seen.mayBeLookedAt = !now.mute && !now.exclusive;
    if (seen.mayBeLookedAt) lookAt(seen);
    else setCard(seen, otherCard());
}

void Readers::lookAt(Seen& seen)
{
    if (workflowLooks_ || !seen.hasCard || seen.knowsCard || !seen.mayBeLookedAt) return;
    seen.looker = std::make_unique<CardLooker>(seen.reader.name, [this, name = seen.reader.name](const CardLook& look) { looked(name, look); });
}

void Readers::looked(const std::string& name, const CardLook& look)
{
    auto* at = seen(name);
    if (!at || !at->looker) return;
    at->looker.reset();
    at->reader.lastResult = lastResultOf(look.last);
    if (learnKeypad(*at, look.features.pace)) tell_(at->reader, ReaderChange::Reader);
    if (look.result == LookResult::NoCard || look.result == LookResult::NoService) return; // gone already: the watch will tell
    setCard(*at, look.result == LookResult::Recognised ? eidCard(look.triesLeft, look.deactivated) : otherCard());
}

void Readers::setCard(Seen& seen, std::optional<CardInfo> card)
{
    seen.knowsCard = card.has_value();
    if (card && card->eid)
    {
        const auto* simulated = simulator(seen.reader.name);
        const bool transportPin = simulated && simulated->pin().size() == 5 && card->retryCounter == 3 && !card->deactivated;
        card->pin.emplace();
        card->pin->state = transportPin ? PinState::Transport : pinStateOf(*card);
        if (card->retryCounter >= 0) card->pin->triesLeft = card->retryCounter;
    }
    if (sameCard(seen.reader.card, card)) return;
    const auto change = !card ? ReaderChange::CardTaken : seen.reader.card ? ReaderChange::CardLearned : ReaderChange::CardPut;
    seen.reader.card = std::move(card);
    tell_(seen.reader, change);
}

void Readers::workflowLooks(bool looks)
{
    if (std::exchange(workflowLooks_, looks) == looks) return;
    for (auto& [name, each] : all_)
        if (looks) each.looker.reset();
        else lookAt(each);
}

void Readers::found(const CardFound& card)
{
    auto* at = seen(card.reader);
    const bool isNew = !at; // not told yet: the workflow watches readers itself
    if (isNew) at = &all_[card.reader];
    if (isNew) at->reader.name = card.reader;
    if (learnKeypad(*at, card.passwordAtReader) || isNew) tell_(at->reader, ReaderChange::Reader);
    if (simulator(card.reader)) at->reader.insertable = false;
    auto known = eidCard(card.triesLeft, card.deactivated);
    if (at->reader.card) known.inoperative = at->reader.card->inoperative;
    setCard(*at, known);
}

void Readers::triesLeft(const std::string& reader, int tries)
{
    auto* at = seen(reader);
    if (!at || !at->reader.card || !at->reader.card->eid) return;
    auto card = *at->reader.card;
    card.retryCounter = tries;
    setCard(*at, card);
}

void Readers::pukUsedUp(const std::string& reader)
{
    auto* at = seen(reader);
    if (!at || !at->reader.card) return;
    auto card = *at->reader.card;
    card.inoperative = true;
    setCard(*at, card);
}

bool Readers::learnKeypad(Seen& seen, bool keypad) { return keypad && !std::exchange(seen.reader.keypad, true); }

void Readers::othersAreNone()
{
    for (auto& [name, each] : all_)
        if (each.hasCard && !each.knowsCard) setCard(each, otherCard());
}

} // namespace eidkern::sdk
