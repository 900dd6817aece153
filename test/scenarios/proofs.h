// The account of the live failure codes: each is proved by exactly one scenario ("proves"), or is ruled out by construction, or
// waits for a workflow that does not exist yet.
#pragma once
#include <QJsonArray>
#include <QJsonObject>
#include <QStringList>
#include <map>
#include <set>

#include "eidkern/failure.h"

namespace eidkern::test
{

using Scenarios = QList<QJsonObject>;

inline QString text(std::string_view view) { return QString::fromUtf8(view.data(), qsizetype(view.size())); }

inline bool canBeReached(const FailureEntry& entry) { return entry.live && entry.ruledOut.english.empty() && entry.waiting.empty(); }

// What is wrong with a scenario that proves a code; empty: nothing.
inline QString faultOfProof(const QJsonObject& scenario)
{
    const auto code = scenario["proves"].toString();
    const auto expect = scenario["expect"].toObject();
    const auto known = failureCode(code.toStdString());
    if (!known || !canBeReached(describe(*known))) return code + " is no code that can be reached";
    for (const auto* key : {"trace", "code", "state", "info", "major", "minor", "browser", "told", "refreshed"})
        if (!expect.contains(key)) return "it expects no " + QString(key);
    if (expect["code"] != code) return "it expects another code";
    if (expect["major"] != "error") return "its major is not error";
    if (expect["minor"].toString() != text(describe(*known).minor)) return "its minor is not the catalogue's";
    return {};
}

// All that is wrong with the proofs, a line each.
inline QString faultsOfProofs(const Scenarios& all)
{
    QString faults;
    std::map<QString, QStringList> proofs;
    for (const auto& each : all)
    {
        if (!each.contains("proves")) continue;
        proofs[each["proves"].toString()] << each["name"].toString();
        if (const auto fault = faultOfProof(each); !fault.isEmpty()) faults += "\n  " + each["name"].toString() + ": " + fault;
    }
    for (const auto& entry : failureCatalogue())
    {
        const auto found = proofs[text(entry.name)];
        if (canBeReached(entry) && found.isEmpty()) faults += "\n  " + text(entry.name) + ": no scenario proves it";
        if (found.size() > 1) faults += "\n  " + text(entry.name) + ": proved twice: " + found.join(" / ");
    }
    return faults;
}

// Codes that are easily mistaken for each other share a rule in the catalogue. "side" names a code of such a rule: the scenario
// shows one side of it. There are two sides at least, and each code that can be reached is the outcome on one of them.
inline QString faultsOfRules(const Scenarios& all)
{
    std::map<std::string_view, std::set<QString>> outcomes, sides; // by rule
    QString faults;
    for (const auto& each : all)
    {
        if (!each.contains("side")) continue;
        const auto known = failureCode(each["side"].toString().toStdString());
        if (!known || describe(*known).rule.english.empty()) faults += "\n  " + each["name"].toString() + ": no rule for " + each["side"].toString();
        else
        {
            const auto rule = describe(*known).rule.english;
            sides[rule].insert(each["name"].toString());
            outcomes[rule].insert(each["expect"].toObject()["code"].toString());
        }
    }
    for (const auto& entry : failureCatalogue())
    {
        if (!canBeReached(entry) || entry.rule.english.empty()) continue;
        if (sides[entry.rule.english].size() < 2) faults += "\n  " + text(entry.name) + ": its rule is not tested from both sides";
        if (!outcomes[entry.rule.english].contains(text(entry.name))) faults += "\n  " + text(entry.name) + ": its side of the rule is not tested";
    }
    return faults;
}

struct Account // of the documented live codes; the additions are not counted
{
    std::size_t reached = 0, ruledOut = 0, waiting = 0;
    std::set<std::string> workflows = {}; // that do not exist yet
};

inline Account account(const std::set<QString>& proved)
{
    Account sum;
    for (const auto& entry : failureCatalogue())
    {
        if (!entry.live || entry.addition) continue;
        sum.reached += proved.count(text(entry.name));
        sum.ruledOut += !entry.ruledOut.english.empty();
        if (entry.waiting.empty()) continue;
        ++sum.waiting;
        sum.workflows.emplace(entry.waiting);
    }
    return sum;
}

} // namespace eidkern::test
