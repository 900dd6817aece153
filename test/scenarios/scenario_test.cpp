// Runs every scenario of test/scenarios/*.json: a service script, a card script and a user script lead to a trace of states,
// a failure code, a browser answer and what the server was told. Then the next, plain login with the same card must work.
// Prints how many edges were taken; one that no scenario takes is an error.
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTest>

#include "lab/pages.h"
#include "lab/tls_variants.h"
#include "lab/variants.h"
#include "network/paos_codec.h"
#include "network/tc_token_codec.h"
#include "scenarios/eac1_mutations.h"
#include "scenarios/log_check.h"
#include "scenarios/login_bench.h"
#include "workflows/deadlines.h"

using namespace eidkern;
using namespace eidkern::test;

namespace
{

// "eid-server 2" is its second request (or connection), "service 1" the eService's first, "redirector 2+" the redirector's second
// and all after it.
struct Trigger
{
    lab::Server server = lab::Server::EService;
    int number = 0;
    bool andAfter = false;
    bool is(lab::Server s, int n) const { return number > 0 && s == server && (n == number || (andAfter && n > number)); }
};

Trigger trigger(const QJsonValue& text)
{
    const auto words = text.toString().split(' ');
    if (words.size() != 2) return {};
    static const std::map<QString, lab::Server> servers{
        {"eid-server", lab::Server::EidServer}, {"service", lab::Server::EService}, {"redirector", lab::Server::Redirector}};
    const bool andAfter = words[1].endsWith('+');
    return {servers.at(words[0]), words[1].chopped(andAfter).toInt(), andAfter};
}

std::string paosEnd(const QString& minor)
{
    return network::encode(paos::ServerMessage{"urn:uuid:scripted", paos::StartPaosResponse{paos::ResultOf::error(minor.toStdString(), "scripted")}});
}

std::string transmit(const QJsonObject& size) // a message with so many APDUs, and so many bytes beside them
{
    const paos::InputApdu apdu{{0x00, 0x84, 0x00, 0x00, 0x08}, {}};
    const std::string padding(std::size_t(size["padding"].toInt()), 'x');
    return network::encode(
        paos::ServerMessage{"urn:uuid:scripted", paos::Transmit{padding, std::vector<paos::InputApdu>(std::size_t(size["apdus"].toInt()), apdu)}});
}

QString withOrigins(QString text, const lab::Lab& lab)
{
    const auto service = QString::fromStdString(lab.startPageUrl()).chopped(1);
    return text.replace("{service}", service).replace("{redirector}", QString::fromStdString(lab.redirectorOrigin()));
}

// "service": [{"at": "eid-server 3", "status": 500, "body": "...", "location": "...", "delivery": "close", "end": "/al/common#internalError"}]
void applyFault(const QJsonObject& fault, const lab::Lab& lab, lab::HttpAnswer& answer)
{
    using Delivery = lab::HttpAnswer::Delivery;
    static const std::map<QString, Delivery> deliveries{
        {"silence", Delivery::Silence}, {"close", Delivery::Close}, {"close-halfway", Delivery::CloseHalfway}, {"reset", Delivery::Reset}};
    if (fault.contains("status")) answer.status = fault["status"].toInt();
    if (fault.contains("body")) answer.body = fault["body"].toString().toStdString();
    if (fault.contains("padding")) answer.body.append(std::size_t(fault["padding"].toInt()), ' ');
    if (fault.contains("location")) answer.location = withOrigins(fault["location"].toString(), lab).toStdString();
    if (fault.contains("transmit"))
    {
        answer.status = 200;
        answer.body = transmit(fault["transmit"].toObject());
    }
    if (fault.contains("end")) answer.body = paosEnd(fault["end"].toString());
    if (fault.contains("emptied"))
        answer.body = QString::fromStdString(answer.body)
                          .replace(QRegularExpression("<" + fault["emptied"].toString() + ">[^<]*"), "<" + fault["emptied"].toString() + ">")
                          .toStdString();
    if (fault.contains("without"))
        answer.body = QString::fromStdString(answer.body)
                          .remove(QRegularExpression("<" + fault["without"].toString() + ">[^<]*</" + fault["without"].toString() + ">"))
                          .toStdString();
    if (fault["closeAfterwards"].toBool()) answer.closeAfterwards = true;
    if (fault.contains("delivery")) answer.delivery = deliveries.at(fault["delivery"].toString());
}

Bytes hex(const QString& text) { return fromHex(text.toStdString()).value(); }

QString joined(const std::vector<std::string>& words)
{
    QStringList list;
    for (const auto& word : words) list << QString::fromStdString(word);
    return list.join(' ');
}

QString joined(const QJsonValue& words)
{
    QStringList list;
    for (const auto& word : words.toArray()) list << word.toString();
    return list.join(' ');
}

QString seenBy(const lab::Lab& lab) // names of the client's messages
{
    QStringList list;
    for (const auto& message : lab.lastSession()->received) list << QString::fromStdString(message.name);
    return list.join(' ');
}

QString infoOf(const Failure& failure, std::string_view key)
{
    for (const auto& [name, value] : failure.info)
        if (name == key) return QString::fromStdString(value);
    return {};
}

} // namespace

QStringList words(const QJsonValue& value) // one word, or several
{
    QStringList list;
    for (const auto& each : value.isArray() ? value.toArray() : QJsonArray{value}) list << each.toString();
    return list;
}

// "variants": names as `eidkern lab --variants` lists them; "request": what has a value
lab::LabOptions optionsOf(const QJsonObject& scenario)
{
    lab::LabOptions options;
    std::vector<std::string> variants;
    for (const auto& each : scenario["variants"].toArray()) variants.push_back(each.toString().toStdString());
    if (const auto known = lab::apply(variants, options); !known) qFatal("%s", known.error().c_str());
    const auto asked = scenario["request"].toObject();
    auto& request = options.request;
    if (asked.contains("requiredAge")) request.requiredAge = asked["requiredAge"].toInt();
    if (asked.contains("communityId")) request.communityId = hex(asked["communityId"].toString());
    request.transactionInfo = asked["transactionInfo"].toString().toStdString();
    for (const auto& wanted : asked["acceptedEidTypes"].toArray())
        for (const auto type : {EidType::CardCertified, EidType::SeCertified, EidType::SeEndorsed, EidType::HwKeyStore})
            if (wanted.toString().toStdString() == name(type)) request.acceptedEidTypes.push_back(type);
    return options;
}

// "card": {"trusts": ["current", "former"]}: whose terminals the card accepts, its current trust point first
std::vector<TrustAnchor> trustPointsOf(const QJsonObject& card, const lab::Lab& lab)
{
    std::vector<TrustAnchor> points;
    for (const auto& each : card["trusts"].toArray())
        points.push_back(TrustAnchor::parse(each == "former" ? lab.pki().formerCvca.value().whole : lab.cvca().whole).value());
    return points.empty() ? anchorsOf(lab) : points;
}

// A misspelt key would test nothing.
QString unknownKey(const QJsonObject& object, const QStringList& known)
{
    for (const auto& key : object.keys())
        if (!known.contains(key)) return key;
    return {};
}

std::vector<card::AtPad> deeds(const QJsonValue& names) // as a persona's script has them
{
    using enum card::AtPad;
    static const std::map<QString, card::AtPad> all{{"right", Right}, {"wrong", Wrong}, {"cancel", Cancel}, {"nothing", Nothing}};
    std::vector<card::AtPad> list;
    for (const auto& each : names.toArray()) list.push_back(all.at(each.toString()));
    return list;
}

// "persona": the name of a built-in one, "personaWith": keys that are added to it
std::string personaOf(const QJsonObject& scenario)
{
    const auto json = SimulatedCard::builtInPersona(scenario["persona"].toString("adult").toStdString());
    auto persona = QJsonDocument::fromJson(QByteArray(json.data(), qsizetype(json.size()))).object();
    const auto more = scenario["personaWith"].toObject();
    for (auto it = more.begin(); it != more.end(); ++it) persona[it.key()] = *it;
    return QJsonDocument(persona).toJson().toStdString();
}

class scenario_test : public QObject
{
    Q_OBJECT

    std::map<std::string, std::set<std::pair<std::string, std::string>>> taken_; // by workflow
    std::set<std::string> codes_;

    void record(const std::string& workflow, const std::vector<std::string>& trace)
    {
        for (std::size_t i = 1; i < trace.size(); ++i) taken_[workflow].emplace(trace[i - 1], trace[i]);
    }

    static void checkSeen(const QJsonArray& expected, const lab::SessionRecord* session)
    {
        QVERIFY(session);
        QStringList seen;
        for (const auto& message : session->received)
            seen << QString::fromStdString(message.name
                                           + (message.result.isOk() ? "" : " " + message.result.minor.substr(message.result.minor.find("resultminor") + 11)));
        QStringList wanted;
        for (const auto& each : expected) wanted << each.toString();
        QCOMPARE(seen, wanted);
    }

    static void checkLog(const LoginBench& bench, std::vector<std::string> forbidden)
    {
        for (auto& word : forbiddenOf(bench.card.state->persona)) forbidden.push_back(std::move(word));
        QVERIFY2(foundIn(bench.log.text(), forbidden).empty(), ("in the log: " + foundIn(bench.log.text(), forbidden)).c_str());
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
        if (user.contains("atPad")) script.atPad = deeds(user["atPad"]);
        bool removed = false;
        script.entered = [&](std::string_view state) {
            const auto name = QString::fromUtf8(state.data(), qsizetype(state.size()));
            if (user["cancelIn"] == name) bench->cancel();
            if (cardScript["removeIn"] == name && !std::exchange(removed, true)) bench->card.remove();
        };
        if (cardScript["removeInsteadOfPassword"].toBool()) script.insteadOfPassword = [&] { bench->card.remove(); };
        if (user["cancelWhenCardWanted"].toBool()) script.cardWanted = [&] { bench->cancel(); };
        if (cardScript["comesWhenWanted"].toBool()) script.cardWanted = [&] { bench->card.insert(); };
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

        const auto url = scenario["url"].isNull() ? std::nullopt : std::optional(scenario["url"].toString().toStdString());
        const auto usual = std::same_as<W, SelfAuthentication> ? lab->selfAuthUrl() : lab->tcTokenUrl();
        {
            LoginBench login(*lab, card, std::move(script), trust, scenario["tlsProfile"].toString("default").toStdString());
            bench = &login;
            if (scenario["trust"] == "production, in developer mode") login.ports.refusedAnchors = login.anchors;
            if (login.pad)
                login.pad->whenItWaits([&login, then = user["whilePadWaits"].toString()] {
                    login.scheduler.post([&login, then] {
                        if (then == "cancel the login") login.cancel();
                        if (then == "cancel there") login.pad->cancel();
                        if (then == "take the card away") login.card.remove();
                        if (then == "let time pass") login.clock.advance(card::SimulatedPad::patience);
                    });
                });
            login.begin<W>(scenario.contains("url") ? url : std::optional(usual));
            const auto end = login.finish();
            bench = nullptr;
            QVERIFY2(end, "the login hangs");
            record(std::same_as<W, SelfAuthentication> ? "self-authentication" : "authentication", login.user.trace);
            const auto code = end->failure ? std::string(name(end->failure->code)) : std::string("none");
            codes_.insert(code);
            QCOMPARE(QString::fromStdString(code), expect["code"].toString("none"));
            if (end->failure)
            {
                QCOMPARE(QString::fromStdString(end->failure->state), expect["state"].toString());
                const auto catalogued = QString::fromStdString(std::string(describe(end->failure->code).state));
                if (end->failure->code != FailureCode::User_Cancelled)
                    QVERIFY2(catalogued.split(", ").contains(expect["state"].toString()), qPrintable("the catalogue says: " + catalogued));
                for (const auto& [key, value] : end->failure->info)
                    QVERIFY2(std::ranges::count(describe(end->failure->code).info, key) == 1, (key + " is not in the catalogue").c_str());
            }
            if (expect.contains("trace")) QCOMPARE(joined(login.user.trace), expect["trace"].toString());
            if (expect.contains("said")) QCOMPARE(joined(login.user.said), expect["said"].toString());
            if (expect.contains("browser"))
            {
                const auto location = QString::fromStdString(end->answer.location);
                QCOMPARE(QString::number(end->answer.status) + (location.isEmpty() ? "" : " " + location.mid(location.indexOf("Result"))),
                         expect["browser"].toString());
            }
            if (expect.contains("browserAt"))
                QVERIFY2(end->answer.location.starts_with(withOrigins(expect["browserAt"].toString(), *lab).toStdString()), end->answer.location.c_str());
            if (expect.contains("serverSaw")) checkSeen(expect["serverSaw"].toArray(), lab->lastSession());
            if (expect.contains("cardTrusts")) QCOMPARE(joined(card.state->reader.card()->trust().references()), expect["cardTrusts"].toString());
            if (expect.contains("ageVerified")) QCOMPARE(lab->lastSession()->ageVerified, std::optional(expect["ageVerified"].toBool()));
            if (expect.contains("page"))
            {
                const auto page = lab::resultPage({"/result"}, request, *lab->lastSession()).body;
                for (const auto& text : words(expect["page"])) QVERIFY2(page.find(text.toStdString()) != std::string::npos, page.c_str());
            }
            if (expect.contains("connections")) QCOMPARE(lab->counters(lab::Server::EService).connections, expect["connections"].toInt());
            if (expect.contains("resumptions")) QCOMPARE(lab->counters(lab::Server::EService).resumptions, expect["resumptions"].toInt());
            if (expect.contains("eidServerConnections")) QCOMPARE(lab->counters(lab::Server::EidServer).connections, expect["eidServerConnections"].toInt());
            if (expect.contains("eidServerRequests")) QCOMPARE(lab->counters(lab::Server::EidServer).requests, expect["eidServerRequests"].toInt());
            if (expect.contains("serverStarts")) QVERIFY(seenBy(*lab).startsWith(joined(expect["serverStarts"])));
            if (expect.contains("serverEnds")) QVERIFY(seenBy(*lab).endsWith(joined(expect["serverEnds"])));
            if (expect.contains("ownData"))
                for (const auto& text : words(expect["ownData"]))
                    QVERIFY2(end->ownData.text().find(text.toStdString()) != std::string_view::npos, std::string(end->ownData.text()).c_str());
            for (const auto& each : user["passwords"].toArray()) secrets.push_back(each.toString().toStdString());
            if (const auto* session = lab->lastSession()) secrets.push_back(toHex(session->pseudonym.view()));
            if (expect.contains("cardReturnCode")) QCOMPARE(infoOf(*end->failure, "Card_Return_Code"), expect["cardReturnCode"].toString());
            QVERIFY(end->failure || !login.log.text().empty());
            checkLog(login, secrets);
            if (login.pad) checkPad(login, expect["readerWaits"].toBool());
            if (login.pad && !end->failure) QCOMPARE(login.pad->shown(), lab->pki().description);
        }

        if (!scenario["again"].toBool(true)) return; // (this service takes no card of ours)

        // The next login works. (A card that is blocked by its scenario gets its PUK and CAN from its owner.)
        card.state->reader.answerWith({});
        card.insert();
        UserScript plain;
        if (user.contains("atPad")) plain.atPad.emplace();
        LoginBench again(*lab, card, std::move(plain));
        again.begin<W>(usual);
        const auto end = again.finish();
        QVERIFY2(end, "the next login hangs");
        QVERIFY2(!end->failure, end->failure ? ("the next login fails: " + std::string(name(end->failure->code))).c_str() : "");
        record(std::same_as<W, SelfAuthentication> ? "self-authentication" : "authentication", again.user.trace);
        QVERIFY(!again.log.text().empty());
        checkLog(again, secrets);
    }

    QList<QJsonObject> all_;

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
        static const std::map<QString, QStringList> known{
            {"request", {"requiredAge", "communityId", "transactionInfo", "acceptedEidTypes"}},
            {"card", {"absent", "answer", "comesWhenWanted", "removeAt", "removeAtApdu", "removeIn", "removeInsteadOfPassword", "trusts"}},
            {"user", {"atPad", "cancelAt", "cancelIn", "cancelWhenCardWanted", "grant", "passwords", "silent", "whilePadWaits"}},
            {"expect",
             {"ageVerified", "browser", "browserAt", "cardReturnCode", "cardTrusts", "code", "connections", "eidServerConnections", "eidServerRequests",
              "ownData", "page", "readerWaits", "resumptions", "said", "serverEnds", "serverSaw", "serverStarts", "state", "trace"}}};
        static const QStringList top{"again", "name", "persona", "personaWith", "service", "tls", "tlsProfile", "trust", "url", "variants", "workflow"};
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
        const auto demand = [&](std::string what) {
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
        if (scenario["workflow"] == "self-authentication") play<SelfAuthentication>(scenario);
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
        std::printf("failure codes reached: %zu\n", codes_.size() - codes_.count("none"));
    }
};

QTEST_GUILESS_MAIN(scenario_test)
#include "scenario_test.moc"
