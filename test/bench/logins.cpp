#include "bench/logins.h"

#include <QCoreApplication>
#include <QEventLoop>
#include <QJsonDocument>
#include <QJsonObject>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "eidkern/engine.h"

namespace eidkern::bench
{

Traffic LoginFacts::all() const
{
    Traffic sum;
    for (const auto& [state, traffic] : apdus)
    {
        sum.apdus += traffic.apdus;
        sum.bytes += traffic.bytes;
    }
    return sum;
}

SimulatedCard adultCard(const TrustAnchor& anchor, int delayMs)
{
    std::string persona(SimulatedCard::builtInPersona("adult"));
    if (delayMs > 0) persona.insert(persona.find('{') + 1, "\"script\": {\"delayMs\": " + std::to_string(delayMs) + "},");
    return SimulatedCard::fromPersona(persona, {anchor}).value();
}

namespace
{

using LogSink = std::function<void(const std::string&)>;

void mustSucceed(const WorkflowFinished& end)
{
    if (!end.failure) return;
    const auto code = name(end.failure->code);
    std::fprintf(stderr, "bench: a workflow failed: %.*s in %s\n", int(code.size()), code.data(), end.failure->state.c_str());
    std::exit(1);
}

class OneLogin // begins when it is made
{
public:
    OneLogin(const std::string& url, const TrustAnchor& anchor, const SimulatedCard& card, LogSink log, std::function<void()> ended)
        : engine_({.trustAnchors = {anchor}, .cards = {card}, .log = std::move(log)})
    {
        engine_.selfAuthenticate(url, [this, card, ended = std::move(ended)](Event& event) {
            if (auto* asked = std::get_if<RightsAsked>(&event)) engine_.grant(asked->id, asked->optional);
            if (auto* asked = std::get_if<PasswordAsked>(&event)) engine_.enter(asked->id, Secret(card.pin()));
            const auto* end = std::get_if<WorkflowFinished>(&event);
            if (!end) return;
            mustSucceed(*end);
            ended();
        });
    }

private:
    Engine engine_;
};

void run(const std::string& url, const TrustAnchor& anchor, const SimulatedCard& card, const LogSink& log = {})
{
    QEventLoop loop;
    const OneLogin one(url, anchor, card, log, [&] { loop.quit(); });
    loop.exec();
}

} // namespace

void login(const std::string& url, const TrustAnchor& anchor, const SimulatedCard& card) { run(url, anchor, card); }

int changePin(const SimulatedCard& card)
{
    QEventLoop loop;
    int apdus = 0;
    Engine engine({.trustAnchors = {}, .cards = {card}, .log = [&](const std::string& line) { apdus += line.find("card.apdu") != std::string::npos; }});
    engine.changePin([&](Event& event) {
        if (auto* asked = std::get_if<PasswordAsked>(&event)) engine.enter(asked->id, Secret(card.pin()));
        if (auto* asked = std::get_if<NewPinAsked>(&event)) engine.enter(asked->id, Secret(card.pin() == "314159" ? "271828" : "314159"));
        const auto* end = std::get_if<WorkflowFinished>(&event);
        if (!end) return;
        mustSucceed(*end);
        loop.quit();
    });
    loop.exec();
    return apdus;
}

LoginFacts loginFacts(const std::string& url, const TrustAnchor& anchor, const SimulatedCard& card)
{
    LoginFacts facts;
    run(url, anchor, card, [&](const std::string& text) {
        const auto line = QJsonDocument::fromJson(QByteArray::fromStdString(text)).object();
        const auto number = [&](const char* key) { return line[QLatin1String(key)].toString().toULong(); };
        const auto what = line["log"].toString();
        if (what == "tls.opened")
        {
            ++facts.connections;
            facts.paosConnections += line["cipher"].toString().contains("PSK");
        }
        if (what == "paos.sent") ++facts.paosMessages;
        if (what == "paos.received") facts.paosBytes += number("bytes");
        if (what != "card.apdu") return;
        auto& traffic = facts.apdus[line["state"].toString().toStdString()];
        ++traffic.apdus;
        traffic.bytes += number("length") + number("answer");
    });
    return facts;
}

void loginsAtOnce(const std::string& url, const TrustAnchor& anchor, const std::vector<SimulatedCard>& cards)
{
    QEventLoop loop;
    auto running = cards.size();
    std::vector<std::unique_ptr<OneLogin>> logins;
    for (const auto& card : cards)
        logins.push_back(std::make_unique<OneLogin>(url, anchor, card, LogSink(), [&] {
            if (--running == 0) loop.quit();
        }));
    loop.exec();
}

} // namespace eidkern::bench
