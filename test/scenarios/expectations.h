// What a login came to, compared with the "expect" of its scenario. Each check fails the running test.
#pragma once
#include <QTest>

#include "lab/pages.h"
#include "scenarios/log_check.h"
#include "scenarios/scenario_script.h"
#include "workflows/steps.h"

namespace eidkern::test
{

struct Outcome
{
    const Finished& end;
    const LoginBench& login;
    lab::Lab& lab;
    const lab::ServiceRequest& request;
    bool refreshed; // in ResolveRefresh somebody connected to the refresh address, or to where it leads
};

inline QStringList words(const QJsonValue& value) // one word, or several
{
    QStringList list;
    for (const auto& each : value.isArray() ? value.toArray() : QJsonArray{value}) list << each.toString();
    return list;
}

inline QString joined(const std::vector<std::string>& words)
{
    QStringList list;
    for (const auto& word : words) list << QString::fromStdString(word);
    return list.join(' ');
}

inline QString minorOf(const paos::ResultOf& result) { return QString::fromStdString(result.minor).section("resultminor", 1); }

// The client's messages, each with its minor if it reports an error; `errorsOnly`: these alone.
inline QStringList seenBy(const lab::Lab& lab, bool errorsOnly = false)
{
    QStringList list;
    if (!lab.lastSession()) return list;
    for (const auto& [name, result] : lab.lastSession()->received)
        if (!errorsOnly || !result.isOk()) list << QString::fromStdString(name) + (result.isOk() ? "" : " " + minorOf(result));
    return list;
}

// "303 ResultMajor=...", "400", "404", or "none" if nobody was there to get an answer
inline QString browserOf(const LoginBench& login)
{
    if (login.user.browser.status == 0) return "none";
    const auto location = QString::fromStdString(login.user.browser.location);
    return QString::number(login.user.browser.status) + (location.isEmpty() ? "" : " " + location.mid(location.indexOf("Result")));
}

inline void checkFailure(const QJsonObject& expect, const Outcome& outcome)
{
    const auto& failure = outcome.end.failure;
    const auto code = failure ? std::string(name(failure->code)) : std::string("none");
    QCOMPARE(QString::fromStdString(code), expect["code"].toString("none"));
    if (!failure) return;
    QCOMPARE(QString::fromStdString(failure->state), expect["state"].toString());
    const auto& entry = describe(failure->code);
    const auto catalogued = QString::fromStdString(std::string(entry.state));
    QVERIFY2(catalogued.split(", ").contains(expect["state"].toString()), qPrintable("the catalogue says: " + catalogued));

    QStringList info;
    for (const auto& [key, value] : failure->info)
    {
        QVERIFY2(std::ranges::count(entry.info, key) == 1, (key + " is not in the catalogue").c_str());
        QVERIFY2(!value.empty() || key.starts_with("Result_"), (key + " is empty").c_str()); // Result_*: the server's words
        if (key == "State_Name") QCOMPARE(value, failure->state);
        if (key == "Card_Return_Code" && expect.contains("cardReturnCode")) QCOMPARE(QString::fromStdString(value), expect["cardReturnCode"].toString());
        info << QString::fromStdString(key);
    }
    if (expect.contains("cardReturnCode")) QVERIFY(info.contains("Card_Return_Code"));
    info.sort();
    if (expect.contains("info"))
    {
        auto wanted = words(expect["info"]);
        wanted.sort();
        QCOMPARE(info, wanted);
    }
    const auto result = resultOf(*failure);
    if (expect.contains("major")) QCOMPARE(QString::fromStdString(result.major).section('#', 1), expect["major"].toString());
    if (expect.contains("minor")) QCOMPARE(minorOf(result), expect["minor"].toString());
}

// TR-03124-1 2.7.4: the first error decides what the browser is told. What the client has found itself is never the server's
// error, whatever the server said afterwards.
inline void checkFirstErrorDecides(const Outcome& outcome)
{
    const auto& end = outcome.end;
    if (end.answer.location.empty()) return;
    const auto location = QString::fromStdString(end.answer.location);
    const auto word = location.section("ResultMinor=", 1);
    if (!end.failure || end.failure->code == FailureCode::Browser_Send_Failed)
    {
        QCOMPARE(location.section("ResultMajor=", 1), "ok");
        return;
    }
    if (location.startsWith(QString::fromStdString(outcome.lab.startPageUrl()) + "error?"))
    {
        QCOMPARE(word, "communicationError");
        return;
    }
    if (end.failure->code == FailureCode::Start_Paos_Response_Error) return;
    const auto last = minorOf(resultOf(*end.failure)).section('#', 1);
    const bool literal = QStringList{"trustedChannelEstablishmentFailed", "cancellationByUser", "communicationError"}.contains(last);
    QCOMPARE(word, literal ? last : "clientError");
}

inline void checkTold(const QJsonObject& expect, const Outcome& outcome)
{
    if (const auto* session = outcome.lab.lastSession())
        for (const auto& [name, result] : session->received)
            if (!result.isOk()) QVERIFY2(result.major.ends_with("resultmajor#error"), result.major.c_str());
    if (expect.contains("told")) QCOMPARE(seenBy(outcome.lab, true), words(expect["told"]));
    if (expect.contains("serverSaw")) QCOMPARE(seenBy(outcome.lab), words(expect["serverSaw"]));
    if (expect.contains("serverStarts")) QCOMPARE(seenBy(outcome.lab).mid(0, words(expect["serverStarts"]).size()), words(expect["serverStarts"]));
    if (const auto ends = words(expect["serverEnds"]); expect.contains("serverEnds"))
        QCOMPARE(seenBy(outcome.lab).mid(seenBy(outcome.lab).size() - ends.size()), ends);
}

inline void checkBrowser(const QJsonObject& expect, const Outcome& outcome)
{
    const auto& [end, login, lab, request, refreshed] = outcome;
    if (login.user.browser.status != 0) QCOMPARE(login.user.browser.location, end.answer.location);
    if (expect.contains("browser")) QCOMPARE(browserOf(login), expect["browser"].toString());
    if (expect.contains("refreshed")) QCOMPARE(refreshed, expect["refreshed"].toBool());
    if (expect.contains("browserAt"))
        QVERIFY2(end.answer.location.starts_with(withOrigins(expect["browserAt"].toString(), lab).toStdString()), end.answer.location.c_str());
    if (expect.contains("page"))
    {
        const auto page = lab::resultPage({"/result"}, request, *lab.lastSession()).body;
        for (const auto& text : words(expect["page"])) QVERIFY2(page.find(text.toStdString()) != std::string::npos, page.c_str());
    }
    if (expect.contains("ownData"))
        for (const auto& text : words(expect["ownData"]))
            QVERIFY2(end.ownData.text().find(text.toStdString()) != std::string_view::npos, std::string(end.ownData.text()).c_str());
}

inline void checkConnections(const QJsonObject& expect, lab::Lab& lab)
{
    const auto service = lab.counters(lab::Server::EService), eidServer = lab.counters(lab::Server::EidServer);
    if (expect.contains("connections")) QCOMPARE(service.connections, expect["connections"].toInt());
    if (expect.contains("resumptions")) QCOMPARE(service.resumptions, expect["resumptions"].toInt());
    if (expect.contains("eidServerConnections")) QCOMPARE(eidServer.connections, expect["eidServerConnections"].toInt());
    if (expect.contains("eidServerRequests")) QCOMPARE(eidServer.requests, expect["eidServerRequests"].toInt());
}

inline void checkLog(const LoginBench& bench, std::vector<std::string> forbidden)
{
    for (auto& word : forbiddenOf(bench.card.state->persona)) forbidden.push_back(std::move(word));
    QVERIFY2(foundIn(bench.log.text(), forbidden).empty(), ("in the log: " + foundIn(bench.log.text(), forbidden)).c_str());
}

inline void check(const QJsonObject& expect, const Outcome& outcome)
{
    const auto& login = outcome.login;
    checkFailure(expect, outcome);
    if (expect.contains("trace")) QCOMPARE(joined(login.user.trace), expect["trace"].toString());
    if (expect.contains("said")) QCOMPARE(joined(login.user.said), expect["said"].toString());
    checkBrowser(expect, outcome);
    checkFirstErrorDecides(outcome);
    checkTold(expect, outcome);
    checkConnections(expect, outcome.lab);
    if (expect.contains("pin")) QCOMPARE(QString::fromStdString(std::string(login.card.pin())), expect["pin"].toString());
    if (expect.contains("paces")) // that ran to their end: four steps each
        QCOMPARE(QString::fromStdString(login.log.text()).count("card.apdu ins=86 "), 4 * expect["paces"].toInt());
    if (expect.contains("tries")) QCOMPARE(login.card.state->reader.card()->pinTriesLeft(), expect["tries"].toInt());
    if (expect.contains("cardTrusts")) QCOMPARE(joined(login.card.state->reader.card()->trust().references()), expect["cardTrusts"].toString());
    if (expect.contains("ageVerified")) QCOMPARE(outcome.lab.lastSession()->ageVerified, std::optional(expect["ageVerified"].toBool()));
}

} // namespace eidkern::test
