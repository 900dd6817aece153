// The lab's eID-Server against a simulated card: a whole login without sockets, and each check that it makes.
#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>
#include <optional>

#include "card/eid_card.h"
#include "card/simulator/document_signer.h"
#include "card/simulator/simulated_reader.h"
#include "core/oid.h"
#include "core/tlv.h"
#include "lab/card_security.h"
#include "lab/eid_dialogue.h"
#include "lab/read_data_groups.h"
#include "lab/self_authentication.h"
#include "support/manual_clock.h"
#include "support/pumped_scheduler.h"
#include "support/seeded_random.h"

using namespace eidkern;
using lab::EidDialogue;
using lab::LabPki;
using lab::der;
using lab::ServiceRequest;
using lab::SessionRecord;

namespace
{

struct NoLog final : Log
{
    void write(std::string_view, std::initializer_list<LogField>) override {}
};

card::Persona persona()
{
    card::Persona p;
    p.pin = Secret("123456");
    p.can = Secret("500540");
    p.puk = Secret("9876543210");
    p.documentType = "ID";
    p.dateOfExpiry = "20300101";
    p.givenNames = "GRETA";
    p.familyNames = "PROBST";
    p.dateOfBirth = "20000229";
    p.residence = card::StructuredPlace{.street = "WEG 1", .city = "ORT", .state = {}, .country = "D", .zipCode = "12345"};
    return p;
}

using Tamper = std::function<void(paos::ClientMessage&)>; // changes what the client is about to say

template<typename Body>
Tamper in(void (*change)(Body&))
{
    return [change](paos::ClientMessage& message) {
        if (auto* body = std::get_if<Body>(&message.body)) change(*body);
    };
}

} // namespace

class LabDialogueTest : public QObject
{
    Q_OBJECT
private slots:
    void initTestCase();
    void wholeLogin();
    void everyChip_data();
    void everyChip();
    void chipAuthenticationCurve();
    void signatureLaterAndFramework();
    void dataGroupsAreOnlyThoseGranted();
    void longDataGroup_data();
    void longDataGroup();
    void age_data();
    void age();
    void expiredCard();
    void selfAuthenticationResult();
    void checks_data();
    void checks();
    void untrustedCsca();
    void clientErrorIsSaidBack();
    void nothingAfterTheEnd();
    void wrongOrder();

private:
    void login(const ServiceRequest& request, const card::Persona& who, Rights granted, const Tamper& tamper = {});
    std::string minor() const { return record_.outcome ? record_.outcome->minor : "none"; }

    std::optional<LabPki> pki_;
    SessionRecord record_;
};

static const ServiceRequest twoNames{.required = Rights{Right::ReadDg5}, .optional = Rights{Right::ReadDg4}};
static const Rights bothNames{Right::ReadDg4, Right::ReadDg5};

void LabDialogueTest::initTestCase()
{
    test::SeededRandom random(7);
    pki_ = LabPki::fresh(random, {2026, 11, 20});
    pki_->trustedCscas = {card::testCscaCertificate()};
}

// The client: what the engine does between PAOS and card, with a user who grants `granted`.
void LabDialogueTest::login(const ServiceRequest& request, const card::Persona& who, Rights granted, const Tamper& tamper)
{
    test::PumpedScheduler scheduler;
    test::SeededRandom random;
    test::ManualClock clock(scheduler);
    NoLog log;
    pki_->issueTerminal("https://127.0.0.1:4711", request.terminalRights(), clock.today());
    record_ = SessionRecord{.id = "abc"};
    EidDialogue dialogue(*pki_, request, record_, random, clock);
    const auto say = [&](paos::ClientBody body) {
        paos::ClientMessage message{.messageId = "urn:uuid:1", .relatesTo = {}, .body = std::move(body)};
        if (tamper) tamper(message);
        return dialogue.answer(message).body;
    };
    card::SimulatedReader reader(scheduler, "test", std::make_unique<card::SimulatedCard>(who, std::vector{pki_->cvca}, random, clock.today()));
    card::EidCard card(reader.connect(), random, log);
    QVERIFY(complete(scheduler, card.recognise()).value());

    auto reply = say(paos::StartPaos{"abc"});
    if (std::holds_alternative<paos::InitializeFramework>(reply)) reply = say(paos::InitializeFrameworkResponse{});
    const auto* eac1 = std::get_if<paos::Eac1Input>(&reply);
    if (!eac1) return;
    QVERIFY(eac1->description && eac1->certificates.size() == 2);
    const auto auxiliaryData = eac1->auxiliaryDataTlv;
    const auto certificates = eac1->certificates;
    auto pace = complete(scheduler, card.pace({.password = PasswordId::Pin, .secret = Secret("123456"), .chat = Chat::forTerminal(granted)})).value();
    QVERIFY(pace);
    const auto challenge = complete(scheduler, card.challenge()).value().value();
    reply = say(paos::Eac1Output{Chat::forTerminal(granted), {}, pace->efCardAccess, pace->idPicc, challenge});
    const auto* eac2 = std::get_if<paos::Eac2Input>(&reply);
    if (!eac2) return;
    EacInput input{chainForCard(certificates[0], certificates, pace->car).value(), auxiliaryData, eac2->ephemeralPublicKey, eac2->signature};
    if (input.signature.empty())
    {
        reply = say(paos::Eac2Output{{}, {}, {}, challenge});
        input.signature = std::get<paos::EacAdditionalInput>(reply).signature;
    }
    auto eac = complete(scheduler, card.authenticate(std::move(input))).value();
    QVERIFY(eac);
    reply = say(paos::Eac2Output{eac->efCardSecurity, eac->authenticationToken, eac->nonce, {}});
    while (const auto* transmit = std::get_if<paos::Transmit>(&reply))
    {
        paos::TransmitResponse answers;
        for (const auto& each : transmit->apdus)
        {
            auto answer = complete(scheduler, card.transmit(each.apdu)).value().value();
            const auto sw = ByteView(answer).last(2);
            QVERIFY(std::ranges::any_of(each.acceptableStatusCodes, [&](const auto& code) { return same(code, sw); }));
            answers.outputApdus.push_back(std::move(answer));
        }
        reply = say(std::move(answers));
    }
    QVERIFY(std::holds_alternative<paos::StartPaosResponse>(reply) && dialogue.isOver());
}

void LabDialogueTest::wholeLogin()
{
    login(twoNames, persona(), bothNames);
    QCOMPARE(minor(), std::string());
    QVERIFY(record_.outcome->isOk() && record_.effective == bothNames && record_.offered == bothNames);
    QCOMPARE(int(record_.dataGroups.size()), 2);
    QCOMPARE(std::get<std::string>(*lab::readDataGroup(5, record_.dataGroups.at(5).view())), std::string("PROBST"));
    QCOMPARE(int(record_.received.size()), 4);
    QCOMPARE(record_.sent.back(), std::string(paos::name(paos::ServerBody(paos::StartPaosResponse{}))));
}

void LabDialogueTest::everyChip_data()
{
    QTest::addColumn<int>("keySize");
    QTest::addColumn<int>("parameterId");
    for (const int keySize : {16, 24, 32})
        for (int parameterId = 8; parameterId <= 18; ++parameterId)
            if (Curve::standard(parameterId)) QTest::addRow("AES-%d, curve %d", 8 * keySize, parameterId) << keySize << parameterId;
}

void LabDialogueTest::everyChip() // the server takes curve and cipher from the card's files
{
    QFETCH(int, keySize);
    QFETCH(int, parameterId);
    auto who = persona();
    who.protocols.chipAuthentication = {std::size_t(keySize), parameterId};
    login(twoNames, who, bothNames);
    QCOMPARE(minor(), std::string());
    QCOMPARE(std::get<std::string>(*lab::readDataGroup(5, record_.dataGroups.at(5).view())), std::string("PROBST"));
}

void LabDialogueTest::chipAuthenticationCurve() // of the key that the first usable protocol names
{
    const auto number = [](std::uint8_t value) { return Bytes{0x02, 1, value}; };
    const auto protocol = [&](std::uint8_t cipher, std::uint8_t keyId) {
        return tlv(0x30, {tlv(0x06, oid::bsi(2, 2, 3, 2, cipher)), number(2), number(keyId)});
    };
    const auto parameters = [&](std::uint8_t id, std::uint8_t keyId) {
        return tlv(0x30, {tlv(0x06, oid::chipAuthenticationEcdh), tlv(0x30, {tlv(0x06, oid::standardizedDomainParameters), number(id)}), number(keyId)});
    };
    const auto curve = [](std::initializer_list<ByteView> infos) { return lab::chipAuthenticationCurve(tlv(0x31, infos)); };
    QCOMPARE(curve({parameters(12, 1), parameters(16, 2), protocol(1, 1), protocol(4, 2), protocol(2, 1)})->parameterId(), 16); // 3DES does not count
    QVERIFY(!curve({parameters(12, 1), protocol(4, 2)}));
    QVERIFY(!curve({parameters(12, 1)}));
    QVERIFY(!curve({protocol(4, 2)}));
}

void LabDialogueTest::signatureLaterAndFramework()
{
    auto request = twoNames;
    request.signLater = request.initializeFramework = true;
    login(request, persona(), bothNames);
    QCOMPARE(minor(), std::string());
    QCOMPARE(int(record_.received.size()), 6);
}

void LabDialogueTest::dataGroupsAreOnlyThoseGranted()
{
    login(twoNames, persona(), Rights{Right::ReadDg5});
    QVERIFY(record_.outcome && record_.outcome->isOk() && record_.dataGroups.size() == 1 && record_.dataGroups.contains(5));
}

void LabDialogueTest::longDataGroup_data()
{
    QTest::addColumn<int>("letters");
    for (const int letters : {0, 1, 100, 217, 218, 219, 220, 221, 222, 223, 224, 255, 256, 440, 446, 5000, 20000}) QTest::addRow("%d", letters) << letters;
}

void LabDialogueTest::longDataGroup()
{
    QFETCH(int, letters);
    auto who = persona();
    who.givenNames = std::string(std::size_t(letters), 'G');
    login(twoNames, who, bothNames);
    QCOMPARE(minor(), std::string());
    QCOMPARE(std::get<std::string>(*lab::readDataGroup(4, record_.dataGroups.at(4).view())), *who.givenNames);
}

void LabDialogueTest::age_data()
{
    QTest::addColumn<int>("years");
    QTest::addColumn<bool>("granted");
    QTest::addColumn<int>("expected"); // -1: not asked
    QTest::newRow("18") << 18 << true << 1;
    QTest::newRow("26") << 26 << true << 1;
    QTest::newRow("27") << 27 << true << 0;
    QTest::newRow("not granted") << 18 << false << -1;
}

void LabDialogueTest::age()
{
    QFETCH(int, years);
    QFETCH(bool, granted);
    QFETCH(int, expected);
    auto request = twoNames;
    request.requiredAge = years;
    auto rights = bothNames;
    if (granted) rights.add(Right::AgeVerification);
    login(request, persona(), rights);
    QCOMPARE(minor(), std::string());
    QCOMPARE(record_.ageVerified ? int(*record_.ageVerified) : -1, expected);
}

void LabDialogueTest::expiredCard()
{
    auto request = twoNames;
    request.documentValidity = true;
    login(request, persona(), bothNames);
    QCOMPARE(minor(), std::string());
    auto who = persona();
    who.dateOfExpiry = "20261119";
    login(request, who, bothNames);
    QVERIFY(minor().ends_with("/sal/mEAC#DocumentValidityVerificationFailed"));
    QVERIFY(record_.dataGroups.empty());
}

void LabDialogueTest::selfAuthenticationResult()
{
    auto request = ServiceRequest{.optional = bothNames | Rights{Right::ReadDg6, Right::ReadDg8, Right::ReadDg17, Right::ReadDg3}};
    login(request, persona(), *request.optional - Rights{Right::ReadDg4});
    const auto json = QJsonDocument::fromJson(QByteArray::fromStdString(lab::selfAuthenticationJson(record_))).object();
    const auto data = json["PersonalData"].toObject(), operations = json["OperationsAllowedByUser"].toObject();
    QCOMPARE(data["FamilyNames"].toString(), QString("PROBST"));
    QCOMPARE(data["DateOfBirth"].toString(), QString("2000-02-29+00:00"));
    QCOMPARE(data["PlaceOfResidence"].toObject()["StructuredPlace"].toObject()["ZipCode"].toString(), QString("12345"));
    QVERIFY(!data.contains("GivenNames") && !data.contains("ArtisticName"));
    QCOMPARE(operations["FamilyNames"].toString(), QString("ALLOWED"));
    QCOMPARE(operations["ArtisticName"].toString(), QString("NOTONCHIP"));
    QCOMPARE(operations["GivenNames"].toString(), QString("PROHIBITED"));
    record_.outcome = paos::ResultOf::error("/al/common#internalError", {});
    const auto failed = QJsonDocument::fromJson(QByteArray::fromStdString(lab::selfAuthenticationJson(record_))).object();
    QVERIFY(!failed.contains("PersonalData") && failed["Result"].toObject()["ResultMajor"].toString().endsWith("#error"));
}

void LabDialogueTest::checks_data()
{
    QTest::addColumn<Tamper>("tamper");
    QTest::addColumn<QByteArray>("minor");
    const auto add = [](const char* name, const char* minor, Tamper tamper) { QTest::newRow(name) << std::move(tamper) << QByteArray(minor); };
    constexpr auto parameter = "/al/common#parameterError", permission = "/al/common#noPermission", genuine = "/sal#securityConditionNotSatisfied";
    add("another session", parameter, in<paos::StartPaos>([](paos::StartPaos& s) { s.sessionIdentifier = "abd"; }));
    add("CHAT with more", permission, in<paos::Eac1Output>([](paos::Eac1Output& o) { o.chat.rights.add(Right::ReadDg8); }));
    add("CHAT without the required", permission, in<paos::Eac1Output>([](paos::Eac1Output& o) { o.chat.rights.remove(Right::ReadDg5); }));
    add("CHAT of a DV", parameter, in<paos::Eac1Output>([](paos::Eac1Output& o) { o.chat.role = Role::DvOfficial; }));
    add("short challenge", parameter, in<paos::Eac1Output>([](paos::Eac1Output& o) { o.challenge.pop_back(); }));
    add("IDPICC as a point", parameter, in<paos::Eac1Output>([](paos::Eac1Output& o) { o.idPicc.resize(65); }));
    add("EF.CardAccess garbage", parameter, in<paos::Eac1Output>([](paos::Eac1Output& o) { o.efCardAccess = {1, 2, 3}; }));
    add("EF.CardAccess with another PACE", genuine, in<paos::Eac1Output>([](paos::Eac1Output& o) {
            const auto at = std::ranges::search(o.efCardAccess, oid::paceEcdhGmAes128).begin();
            QVERIFY(at != o.efCardAccess.end());
            at[std::ptrdiff_t(oid::paceEcdhGmAes128.size()) - 1] = 4;
        }));
    add("EF.CardAccess without a PACE of ours", parameter, in<paos::Eac1Output>([](paos::Eac1Output& o) { // 3DES
            const auto at = std::ranges::search(o.efCardAccess, oid::paceEcdhGmAes128).begin();
            QVERIFY(at != o.efCardAccess.end());
            at[std::ptrdiff_t(oid::paceEcdhGmAes128.size()) - 1] = 1;
        }));
    add("no EF.CardSecurity", genuine, in<paos::Eac2Output>([](paos::Eac2Output& o) { o.efCardSecurity.clear(); }));
    add("EF.CardSecurity cut", genuine, in<paos::Eac2Output>([](paos::Eac2Output& o) { o.efCardSecurity.resize(o.efCardSecurity.size() / 2); }));
    add("EF.CardSecurity: content changed", genuine, in<paos::Eac2Output>([](paos::Eac2Output& o) {
            const auto at = std::ranges::search(o.efCardSecurity, oid::publicKeyEcdh).begin();
            QVERIFY(at != o.efCardSecurity.end());
            at[40] ^= 1;
        }));
    add("EF.CardSecurity: signature changed", genuine, in<paos::Eac2Output>([](paos::Eac2Output& o) { o.efCardSecurity.back() ^= 1; }));
    add("token", genuine, in<paos::Eac2Output>([](paos::Eac2Output& o) { o.authenticationToken.back() ^= 1; }));
    add("empty token", genuine, in<paos::Eac2Output>([](paos::Eac2Output& o) { o.authenticationToken.clear(); }));
    add("nonce", genuine, in<paos::Eac2Output>([](paos::Eac2Output& o) { o.nonce.front() ^= 1; }));
    add("an APDU changed", genuine, in<paos::TransmitResponse>([](paos::TransmitResponse& r) { r.outputApdus[1][3] ^= 1; }));
    add("an APDU missing", genuine, in<paos::TransmitResponse>([](paos::TransmitResponse& r) { r.outputApdus.pop_back(); }));
    add("APDUs exchanged", genuine, in<paos::TransmitResponse>([](paos::TransmitResponse& r) { std::swap(r.outputApdus[1], r.outputApdus[2]); }));
    add("plain answers", genuine, in<paos::TransmitResponse>([](paos::TransmitResponse& r) { r.outputApdus[0] = {0x90, 0x00}; }));
    add("empty answers", genuine, in<paos::TransmitResponse>([](paos::TransmitResponse& r) { r.outputApdus[0].clear(); }));
}

void LabDialogueTest::checks()
{
    QFETCH(Tamper, tamper);
    QFETCH(QByteArray, minor);
    login(twoNames, persona(), bothNames, tamper);
    QVERIFY2(QByteArray::fromStdString(this->minor()).endsWith(minor), this->minor().c_str());
    QVERIFY(record_.dataGroups.empty());
}

void LabDialogueTest::untrustedCsca()
{
    const auto trusted = std::exchange(pki_->trustedCscas, {der(pki_->eServiceCertificate)});
    login(twoNames, persona(), bothNames);
    QVERIFY(minor().ends_with("/sal#securityConditionNotSatisfied"));
    pki_->trustedCscas = trusted;
}

void LabDialogueTest::clientErrorIsSaidBack()
{
    login(twoNames, persona(), bothNames, [](paos::ClientMessage& m) {
        if (!std::holds_alternative<paos::Eac1Output>(m.body)) return;
        m.result = paos::ResultOf::error("/sal#cancellationByUser", "stopped");
        m.body = paos::Eac1Failed{};
    });
    QVERIFY(minor().ends_with("/sal#cancellationByUser"));
    QVERIFY(record_.received.back().result.minor.ends_with("/sal#cancellationByUser"));
}

void LabDialogueTest::nothingAfterTheEnd()
{
    test::PumpedScheduler scheduler;
    test::SeededRandom random;
    test::ManualClock clock(scheduler);
    record_ = SessionRecord{.id = "abc"};
    EidDialogue dialogue(*pki_, twoNames, record_, random, clock);
    dialogue.answer({.messageId = {}, .relatesTo = {}, .result = paos::ResultOf::error("/sal#cancellationByUser", {}), .body = paos::Eac1Failed{}});
    QVERIFY(dialogue.isOver());
    const auto reply = dialogue.answer({.messageId = {}, .relatesTo = {}, .body = paos::StartPaos{"abc"}}).body;
    QVERIFY(std::holds_alternative<paos::StartPaosResponse>(reply) && !std::get<paos::StartPaosResponse>(reply).result.isOk());
    QVERIFY(minor().ends_with("/sal#cancellationByUser")); // the first one stays
}

void LabDialogueTest::wrongOrder()
{
    login(twoNames, persona(), bothNames, [](paos::ClientMessage& m) {
        if (std::holds_alternative<paos::Eac1Output>(m.body)) m.body = paos::TransmitResponse{{{0x90, 0x00}}};
    });
    QVERIFY(minor().ends_with("/al/common#parameterError"));
}

QTEST_GUILESS_MAIN(LabDialogueTest)
#include "lab_dialogue_test.moc"
