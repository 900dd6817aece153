#include "lab/session.h"

#include <algorithm>
#include <ranges>

#include "lab/eid_dialogue.h"

namespace eidkern::lab
{

Session::Session(std::string identifier, std::string refresh, std::string result, Secret key, std::chrono::system_clock::time_point now)
    : record{.id = std::move(identifier)}, refreshId(std::move(refresh)), resultId(std::move(result)), psk(std::move(key)), born(now)
{
}

Session::~Session() = default;

Session* Sessions::create(bool selfAuthentication)
{
    makeRoom();
    if (sessions_.size() == most) return nullptr;
    const auto id = [this] { return toHex(random_.bytes(16)); };
    auto session = std::make_unique<Session>(id(), id(), id(), Secret(random_.bytes(32)), clock_.now());
    session->record.selfAuthentication = selfAuthentication;
    return sessions_.emplace_back(std::move(session)).get();
}

void Sessions::makeRoom()
{
    std::erase_if(sessions_, [&](const auto& session) { return expired(*session); });
    if (sessions_.size() < most) return;
    const auto finished = std::ranges::find_if(sessions_, [](const auto& session) { return session->record.outcome.has_value(); });
    if (finished != sessions_.end()) sessions_.erase(finished);
}

Session* Sessions::withId(std::string_view id)
{
    const auto it = std::ranges::find_if(sessions_, [&](const auto& session) { return session->record.id == id; });
    return it == sessions_.end() || expired(**it) ? nullptr : it->get();
}

Session* Sessions::withTlsSession(std::string_view tlsSession)
{
    const auto newestFirst = std::views::reverse(sessions_);
    const auto it = std::ranges::find_if(newestFirst, [&](const auto& session) { return session->tlsSession == tlsSession; });
    return it == newestFirst.end() || expired(**it) ? nullptr : it->get();
}

Session* Sessions::withRefreshId(std::string_view refreshId) { return withSecret(&Session::refreshId, refreshId); }
Session* Sessions::withResultId(std::string_view resultId) { return withSecret(&Session::resultId, resultId); }

Session* Sessions::withSecret(const std::string Session::* member, std::string_view value)
{
    const auto matches = [&](const auto& session) { return equalInConstantTime(asBytes((*session).*member), asBytes(value)); };
    const auto it = std::ranges::find_if(sessions_, matches);
    return it == sessions_.end() || expired(**it) ? nullptr : it->get();
}

const SessionRecord* Sessions::last() const { return sessions_.empty() ? nullptr : &sessions_.back()->record; }

std::vector<const SessionRecord*> Sessions::all() const
{
    std::vector<const SessionRecord*> records;
    for (const auto& session : sessions_) records.push_back(&session->record);
    return records;
}

} // namespace eidkern::lab
