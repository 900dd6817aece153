// Runs every scenario of test/scenarios/*.json: a service script, a card script and a user script lead to a trace of states,
// a failure code, a browser answer and what the server was told. Then the next, plain login must work at once, with the same card
// or, if that is not fit for a login, with the one that "again" describes.
// Prints how many edges were taken, and how many of the live failure codes were reached: an edge that no scenario takes is an
// error, and so is a code without a scenario that proves it.
#include <QDir>
#include <QFile>
#include <QTest>

#include "card/simulator/persona_json.h"
#include "lab/tls_variants.h"
#include "scenarios/eac1_mutations.h"
#include "scenarios/expectations.h"
#include "scenarios/proofs.h"
#include "workflows/deadlines.h"

using namespace eidkern;
using namespace eidkern::test;

// A misspelt key would test nothing.
static QString unknownKey(const QJsonObject& object, const QStringList& known)
{
    for (const auto& key : object.keys())
        if (!known.contains(key)) return key;
    return {};
}

template<typename W> constexpr bool isLogin = std::same_as<typename W::Start, ParseTcTokenUrl>;

template<typename W>
static std::string nameOf()
{
    if constexpr (std::same_as<W, SelfAuthentication>) return "self-authentication";
    if constexpr (std::same_as<W, PinChanging>) return "change-pin";
    if constexpr (std::same_as<W, PinUnblocking>) return "unblock-pin";
    if constexpr (std::same_as<W, PasswordChecking>) return "check-password";
    return "authentication";
}

// "url": what a login starts with, unless it is the lab's; "password": what is checked
template<typename W>
static typename W::Start startOf(const QJsonObject& scenario, const std::string& usualUrl)
{
    if constexpr (isLogin<W>)
    {
        if (!scenario.contains("url")) return {usualUrl};
        return {scenario["url"].isNull() ? std::nullopt : std::optional(scenario["url"].toString().toStdString())};
    }
    else if constexpr (std::same_as<W, PasswordChecking>)
    {
        static const std::map<QString, PasswordId> kinds{{"PIN", PasswordId::Pin}, {"CAN", PasswordId::Can}, {"PUK", PasswordId::Puk}};
        return {{kinds.at(scenario["password"].toString())}};
    }
    else return {};
}

class scenario_test : public QObject
{
    Q_OBJECT

    std::map<std::string, std::set<std::pair<std::string, std::string>>> taken_; // by workflow
    std::set<QString> proved_;                          // codes
    std::set<std::pair<FailureCode, std::string>> details_; // codes, and details that came with them

    void record(const std::string& workflow, const std::vector<std::string>& trace)
    {
        for (std::size_t i = 1; i < trace.size(); ++i) taken_[workflow].emplace(trace[i - 1], trace[i]);
    }

    static void checkPad(LoginBench& login, bool waits) // a reader that waits takes no login until somebody has cancelled there
    {
        QCOMPARE(login.pad->waits(), waits);
        if (!waits) return;
        QVERIFY(!login.card.state->reader.connect());
        login.pad->cancel();
        QCoreApplication::processEvents();
        QVERIFY(login.card.state->reader.connect());
    }

    template<typename W>
    void play(const QJsonObject& scenario)
    {
        const auto user = scenario["user"].toObject(), cardScript = scenario["card"].toObject(), expect = scenario["expect"].toObject();
        const auto service = scenario["service"].toArray();
        LoginBench* bench = nullptr;
        const auto cancelAt = trigger(user["cancelAt"]), removeAt = trigger(cardScript["removeAt"]);

        SystemRandom random;
        CountingScheduler clockScheduler;
        const ManualClock labClock(clockScheduler, dateOf(std::chrono::system_clock::now()));
        std::unique_ptr<lab::Lab> lab;
        const auto labPki = [&]() -> const lab::LabPki& { return lab->pki(); };
        lab::FaultScript faults;
        std::vector<std::string> secrets; // of the sessions; and every password that is entered
        faults.answer = [&](lab::Server server, int number, const lab::HttpRequest&, lab::HttpAnswer& answer) {
            if (const auto token = network::parseTcToken(answer.body); token && token->refreshAddress)
            {
                if (token->psk) secrets.emplace_back(token->psk->text());
                secrets.push_back(token->refreshAddress->substr(token->refreshAddress->find("session=")));
            }
            if (!bench) return;
            if (cancelAt.is(server, number)) bench->cancel();
            if (removeAt.is(server, number)) bench->card.remove();
            for (const auto& each : service)
            {
                const auto fault = each.toObject();
                if (!trigger(fault["at"]).is(server, number)) continue;
                applyFault(fault, *lab, answer);
                if (fault.contains("eac1")) answer.body = Eac1Mutation(labPki(), labClock.today()).apply(fault["eac1"].toString(), answer.body);
                if (answer.delivery == lab::HttpAnswer::Delivery::Silence) // once the login waits for it, perhaps after a cancel
                    bench->scheduler.post([bench] { bench->clock.advance(deadline::exchange + std::chrono::seconds(1)); });
            }
        };
        const auto tls = scenario["tls"].toArray();
        faults.tls = [&](lab::Server server, int number, const lab::TlsProfile& usual) -> std::shared_ptr<lab::TlsContext> {
            for (const auto& each : tls)
            {
                const auto fault = each.toObject();
                if (!bench || !trigger(fault["at"]).is(server, number)) continue;
                const auto profile = fault["profile"].toString();
                if (profile == "stall") bench->scheduler.post([bench] { bench->clock.advance(deadline::connect + std::chrono::seconds(1)); });
                return lab::tlsContext(profile.toStdString(), usual);
            }
            return {};
        };
        auto options = optionsOf(scenario);
        const auto request = options.request;
        lab = labFor(random, labClock, faults, std::move(options));

        UserScript script;
        for (const auto& each : user["passwords"].toArray()) script.passwords.push_back(each.toString().toStdString());
        if (user.contains("grant"))
        {
            script.grant.emplace();
            for (const auto& each : user["grant"].toArray()) script.grant->push_back(rightNamed(each.toString().toStdString()).value());
        }
        script.silent = user["silent"].toBool();
        if (user.contains("newPin")) script.newPin = user["newPin"].toString().toStdString();
        secrets.push_back(script.newPin);
        if (user.contains("atPad")) script.atPad = deeds(user["atPad"]);
        bool removed = false, refreshed = false;
        int before = 0;
        const auto connections = [&] { return lab->counters(lab::Server::EService).connections + lab->counters(lab::Server::Redirector).connections; };
        script.entered = [&](std::string_view state) {
            const auto name = QString::fromUtf8(state.data(), qsizetype(state.size()));
            if (name == "ResolveRefresh") before = connections();
            if (name == "AnswerBrowser" || name == "FetchOwnData") refreshed = before > 0 && connections() > before;
            if (user["cancelIn"] == name) bench->cancel();
            if (user["leavesIn"] == name) bench->leave();
            if (user["asleepIn"] == name) bench->scheduler.post([&] { bench->clock.advance(deadline::question + std::chrono::seconds(1)); });
            if (cardScript["removeIn"] == name && !std::exchange(removed, true)) bench->card.remove();
        };
        if (cardScript["removeInsteadOfPassword"].toBool()) script.insteadOfPassword = [&] { bench->card.remove(); };
        if (user["keepsNewPin"].toBool()) script.insteadOfNewPin = [] {};
        if (cardScript["removeInsteadOfNewPin"].toBool()) script.insteadOfNewPin = [&] { bench->card.remove(); };
        if (user["cancelWhenCardWanted"].toBool()) script.cardWanted = [&] { bench->cancel(); };
        if (cardScript["comesWhenWanted"].toBool()) script.cardWanted = [&] { bench->card.insert(); };
        if (cardScript.contains("another"))
            script.cardWanted = [&] {
                const auto persona = card::parsePersona(personaOf(cardScript["another"].toObject())).value();
                bench->card.state->reader.insert(std::make_unique<card::SimulatedCard>(persona, std::vector{lab->cvca()}, random, labClock.today()));
            };
        auto card = SimulatedCard::fromPersona(personaOf(scenario), trustPointsOf(cardScript, *lab)).value();
        if (cardScript["absent"].toBool()) card.remove();
        if (cardScript.contains("removeAtApdu")) card.state->reader.removeAtApdu(cardScript["removeAtApdu"].toInt());
        if (cardScript.contains("answer"))
            card.state->reader.answerWith([answers = cardScript["answer"].toObject(), card = card.state.get()](int n, ByteView apdu) -> std::optional<Bytes> {
                for (auto it = answers.begin(); it != answers.end(); ++it) // by the start of the command, or by its number
                    if (it.key() == QString::number(n) || QByteArray::fromStdString(toHex(apdu)).startsWith(it.key().toLatin1()))
                        return hex(it.value().toString());
                return {};
            });
        std::optional<std::vector<CvCertificate>> trust;
        if (scenario["trust"] == "none") trust.emplace();

        const auto usual = std::same_as<W, SelfAuthentication> ? lab->selfAuthUrl() : lab->tcTokenUrl();
        {
            LoginBench login(*lab, card, std::move(script), trust, scenario["tlsProfile"].toString("default").toStdString());
            bench = &login;
            if (scenario["trust"] == "production, in developer mode") login.ports.refusedAnchors = login.anchors;
            if (login.pad && user["padIsPeer"].toBool()) login.pad->becomePeer();
            if (login.pad && user["padHasNoTimeLimit"].toBool()) login.pad->hasNoTimeLimit();
            if (login.pad)
                login.pad->whenItWaits([&login, then = user["whilePadWaits"].toString()] {
                    login.scheduler.post([&login, then] {
                        if (then == "cancel the login") login.cancel();
                        if (then == "cancel there") login.pad->cancel();
                        if (then == "take the card away") login.card.remove();
                        if (then == "let time pass") login.clock.advance(card::SimulatedPad::patience);
                        if (then == "let our time pass") login.clock.advance(deadline::entryAtReader);
                        if (then != "cancel there in the last moment") return;
                        login.clock.advance(deadline::entryAtReader - std::chrono::milliseconds(1));
                        login.scheduler.post([&login] { login.pad->cancel(); });
                    });
                });
            login.begin<W>(startOf<W>(scenario, usual));
            const auto end = login.finish();
            bench = nullptr;
            QVERIFY2(end, "the login hangs");
            record(nameOf<W>(), login.user.trace);
            check(expect, {*end, login, *lab, request, refreshed});
            if (end->failure)
                for (const auto& [key, value] : end->failure->info) details_.emplace(end->failure->code, key);
            for (const auto& each : user["passwords"].toArray()) secrets.push_back(each.toString().toStdString());
            if (const auto* session = lab->lastSession()) secrets.push_back(toHex(session->pseudonym.view()));
            QVERIFY(end->failure || !login.log.text().empty());
            checkLog(login, secrets);
            if (login.pad) checkPad(login, expect["readerWaits"].toBool());
            if (login.pad && !end->failure && isLogin<W>) QCOMPARE(login.pad->shown(), lab->pki().description);
        }

        // The next login works. (A card that is blocked by its scenario gets its PUK and CAN from its owner.)
        if (scenario.contains("again")) card = SimulatedCard::fromPersona(personaOf(scenario["again"].toObject()), anchorsOf(*lab)).value();
        card.state->reader.answerWith({});
        card.insert();
        card.state->persona.pin = Secret(card.pin()); // what a person at a pad knows
        UserScript plain;
        if (user.contains("atPad")) plain.atPad.emplace();
        LoginBench again(*lab, card, std::move(plain));
        using Next = std::conditional_t<isLogin<W>, W, Authentication>;
        again.begin<Next>(usual);
        const auto end = again.finish();
        QVERIFY2(end, "the next login hangs");
        QVERIFY2(!end->failure, end->failure ? ("the next login fails: " + std::string(name(end->failure->code))).c_str() : "");
        record(nameOf<Next>(), again.user.trace);
        QVERIFY(!again.log.text().empty());
        checkLog(again, secrets);
        if (!QTest::currentTestFailed()) proved_.insert(scenario["proves"].toString());
    }

    Scenarios all_;

private Q_SLOTS:
    void initTestCase()
    {
        const QDir folder(EIDKERN_TEST_DATA "/scenarios");
        for (const auto& file : folder.entryList({"*.json"}))
        {
            QFile content(folder.filePath(file));
            QVERIFY(content.open(QIODevice::ReadOnly));
            QJsonParseError error;
            const auto scenarios = QJsonDocument::fromJson(content.readAll(), &error).array();
            QVERIFY2(!scenarios.isEmpty(), qPrintable(file + ": " + error.errorString()));
            for (const auto& each : scenarios) all_ << each.toObject();
        }
    }

    void keysAreKnown()
    {
        static const std::map<QString, QStringList> known{{"request", {"requiredAge", "communityId", "transactionInfo", "acceptedEidTypes"}},
                                                          {"card",
                                                           {"absent", "another", "answer", "comesWhenWanted", "removeAt", "removeAtApdu", "removeIn",
                                                            "removeInsteadOfNewPin", "removeInsteadOfPassword", "trusts"}},
                                                          {"user",
                                                           {"asleepIn", "atPad", "cancelAt", "cancelIn", "cancelWhenCardWanted", "grant", "keepsNewPin",
                                                            "leavesIn", "newPin", "padHasNoTimeLimit", "padIsPeer", "passwords", "silent", "whilePadWaits"}},
                                                          {"expect",
                                                           {"ageVerified",
                                                            "browser",
                                                            "browserAt",
                                                            "cardReturnCode",
                                                            "cardTrusts",
                                                            "code",
                                                            "connections",
                                                            "eidServerConnections",
                                                            "eidServerRequests",
                                                            "info",
                                                            "major",
                                                            "minor",
                                                            "ownData",
                                                            "page",
                                                            "paces",
                                                            "pin",
                                                            "readerWaits",
                                                            "refreshed",
                                                            "tries",
                                                            "resumptions",
                                                            "said",
                                                            "serverEnds",
                                                            "serverSaw",
                                                            "serverStarts",
                                                            "state",
                                                            "told",
                                                            "trace"}},
                                                          {"again", {"persona", "personaWith"}}};
        static const QStringList top{"name", "password",   "persona", "personaWith", "proves",   "service", "side",
                                     "tls",  "tlsProfile", "trust",   "url",         "variants", "workflow"};
        for (const auto& scenario : all_)
        {
            auto rest = scenario;
            for (const auto& [part, keys] : known)
            {
                const auto unknown = unknownKey(scenario[part].toObject(), keys);
                QVERIFY2(unknown.isEmpty(), qPrintable(scenario["name"].toString() + ": " + part + ": " + unknown));
                rest.remove(part);
            }
            QVERIFY2(unknownKey(rest, top).isEmpty(), qPrintable(scenario["name"].toString() + ": " + unknownKey(rest, top)));
        }
    }

    void everyCodeHasItsProof()
    {
        const auto faults = faultsOfProofs(all_);
        QVERIFY2(faults.isEmpty(), qPrintable(faults));
    }

    void similarCodesAreToldApart()
    {
        const auto faults = faultsOfRules(all_);
        QVERIFY2(faults.isEmpty(), qPrintable(faults));
    }

    void everyVariantAndPersonaHasAScenario()
    {
        std::set<std::string> played;
        for (const auto& scenario : all_)
        {
            played.insert("persona " + scenario["persona"].toString("adult").toStdString());
            for (const auto& each : scenario["variants"].toArray()) played.insert("variant " + each.toString().toStdString());
            for (const auto& each : scenario["tls"].toArray()) played.insert("TLS " + each.toObject()["profile"].toString().toStdString());
        }
        std::string missing;
        const auto demand = [&](const std::string& what) {
            if (!played.contains(what)) missing += "  " + what;
        };
        for (const auto& each : lab::variants()) demand("variant " + std::string(each.name));
        for (const auto& each : lab::tlsVariants()) demand("TLS " + std::string(each.name));
        for (const auto& name : SimulatedCard::builtInPersonas()) demand("persona " + name);
        QVERIFY2(missing.empty(), ("no scenario for:" + missing).c_str());
    }

    void scenario_data()
    {
        QTest::addColumn<QJsonObject>("scenario");
        for (const auto& each : all_) QTest::newRow(qPrintable(each["name"].toString())) << each;
    }

    void scenario()
    {
        QFETCH(QJsonObject, scenario);
        const auto workflow = scenario["workflow"];
        if (workflow == "self-authentication") play<SelfAuthentication>(scenario);
        else if (workflow == "change-pin") play<PinChanging>(scenario);
        else if (workflow == "unblock-pin") play<PinUnblocking>(scenario);
        else if (workflow == "check-password") play<PasswordChecking>(scenario);
        else play<Authentication>(scenario);
    }

    void edges() // those that both workflows share count when either takes them
    {
        std::set<std::pair<std::string, std::string>> either;
        for (const auto& [workflow, taken] : taken_) either.insert(taken.begin(), taken.end());
        for (const auto name : workflows())
        {
            const auto all = transitions(name);
            std::size_t untaken = 0;
            for (const auto& [from, to] : all)
            {
                if (either.contains({std::string(from), std::string(to)})) continue;
                ++untaken;
                std::printf("  not taken: %s -> %s\n", std::string(from).c_str(), std::string(to).c_str());
            }
            std::printf("edges of %s taken: %zu of %zu\n", std::string(name).c_str(), all.size() - untaken, all.size());
            QCOMPARE(untaken, std::size_t(0));
        }
    }

    void detailsThatAreCataloguedAreTold() // but those of a reader of PC/SC, which there is none of here
    {
        std::string missing;
        for (std::size_t i = 0; i < failureCatalogue().size(); ++i)
            for (const auto key : failureCatalogue()[i].info)
                if (canBeReached(failureCatalogue()[i]) && key != "Reader_Result" && !details_.contains({FailureCode(i), std::string(key)}))
                    missing += "\n  " + std::string(failureCatalogue()[i].name) + ": " + std::string(key);
        QVERIFY2(missing.empty(), ("no scenario tells:" + missing).c_str());
    }

    void liveCodes()
    {
        const auto sum = account(proved_);
        std::string names;
        for (const auto& each : sum.workflows) names += (names.empty() ? "" : ", ") + each;
        std::printf("live failure codes: reached %zu, ruled out by construction %zu, waiting for a workflow %zu (%s)\n", sum.reached, sum.ruledOut, sum.waiting,
                    names.c_str());
        QCOMPARE(sum.reached + sum.ruledOut, std::size_t(86));
        QCOMPARE(sum.waiting, std::size_t(5));
    }
};

QTEST_GUILESS_MAIN(scenario_test)
#include "scenario_test.moc"
