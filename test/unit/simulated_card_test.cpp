// What the simulated card refuses and remembers, asked APDU by APDU.
#include <QtTest>

#include <openssl/cms.h>
#include <openssl/x509.h>

#include "card/simulator/card_files.h"
#include "card/simulator/document_signer.h"
#include "core/auxiliary_data.h"
#include "core/oid.h"
#include "core/openssl.h"
#include "core/rsa_cv_key.h"
#include "support/card_bench.h"
#include "support/eac_server.h"

using namespace eidkern;
using namespace eidkern::card;
using namespace eidkern::test;

namespace
{

constexpr Date today{2026, 11, 20};

Persona personaWith(int triesLeft, int pukUses = 10, bool deactivated = false)
{
    auto persona = testPersona();
    persona.pinTriesLeft = triesLeft;
    persona.pukUsesLeft = pukUses;
    persona.pinDeactivated = deactivated;
    return persona;
}

// A terminal that does as it is told, also in the wrong order.
class Terminal
{
public:
    explicit Terminal(const Persona& persona = testPersona(), Rights terminalRights = everyRight())
        : chain(makeEacChain(random, terminalRights)), card(persona, {chain.cvca}, random, today), chip(persona.protocols.chipAuthentication)
    {
    }

    explicit Terminal(CvCertificate trustPoint) : chain(makeEacChain(random)), card(testPersona(), {std::move(trustPoint)}, random, today) {}

    ResponseApdu plain(const CommandApdu& command) { return parseResponse(card.transmit(encode(command))).value(); }
    ResponseApdu plain(std::string_view hex) { return parseResponse(card.transmit(fromHex(hex).value())).value(); }

    ResponseApdu ask(const CommandApdu& command) // secured once there is a session
    {
        if (!session) return plain(command);
        const auto opened = session->open(plain(session->protect(command)));
        if (opened) return *opened;
        session.reset();
        return {{}, 0xFFFF};
    }

    std::uint16_t setPassword(PasswordId id, std::optional<Chat> chat = {})
    {
        const auto chatObject = chat ? encode(*chat) : Bytes();
        return ask(setPace(concat({tlv(0x80, oid::paceEcdhGmAes128), Bytes{0x83, 1, std::uint8_t(id)}, Bytes{0x84, 1, 13}, chatObject}))).sw;
    }

    Bytes step(bool last, std::uint32_t tag, ByteView value, std::uint16_t expected = 0x9000)
    {
        const auto answer = ask(generalAuthenticate(last, tag ? tlv(tag, value) : Bytes()));
        if (answer.sw != expected || answer.data.empty()) return {};
        return toBytes(allTlv(singleTlv(answer.data)->value)->front().value);
    }

    // The status word of the last step.
    std::uint16_t pace(PasswordId id, std::string_view digits, std::optional<Chat> chat = {})
    {
        static const PaceInfo info{toBytes(oid::paceEcdhGmAes128), 16, 13};
        setPassword(id, chat);
        const auto nonce = decryptNonce(derivePasswordKey(Secret(digits), 16), step(false, 0, {}));
        const auto mappingKey = generateKey(Curve::brainpoolP256r1(), random);
        const auto mapped = mapCurve(mappingKey, step(false, 0x81, mappingKey.point), nonce);
        const auto ephemeral = generateKey(*mapped, random);
        const auto cardPoint = step(false, 0x83, ephemeral.point);
        auto keys = agreePaceKeys(info, ephemeral, cardPoint);
        const auto answer = ask(generalAuthenticate(true, tlv(0x85, keys->ownToken)));
        if (!answer.ok()) return answer.sw;
        session.emplace(std::move(keys->session));
        idPicc = xCoordinate(cardPoint);
        return answer.sw;
    }
    std::uint16_t pinWithChat(Rights rights = everyRight()) { return pace(PasswordId::Pin, "123456", Chat::forTerminal(rights)); }

    std::uint16_t show(const CvCertificate& certificate)
    {
        const auto selected = ask(setVerificationKey(asBytes(certificate.car))).sw;
        return selected == 0x9000 ? ask(verifyCertificate(bodyAndSignature(certificate))).sw : selected;
    }

    std::uint16_t terminalAuthentication(ByteView auxiliaryData = {}, bool challengeFirst = false)
    {
        for (const auto& certificate : chain.forCard())
            if (const auto sw = show(certificate); sw != 0x9000) return sw;
        Bytes nonce;
        if (challengeFirst) nonce = ask(getChallenge()).data;
        ask(setTerminalAuthentication(
            concat({tlv(0x80, chain.terminal.key.oid), tlv(0x83, asBytes(chain.terminal.chr)), auxiliaryData, tlv(0x91, xCoordinate(chipKey.point))})));
        if (!challengeFirst) nonce = ask(getChallenge()).data;
        const auto message = concat({idPicc, nonce, xCoordinate(chipKey.point), auxiliaryData});
        return ask(externalAuthenticate(sign(chain.terminalKey, HashAlgorithm::Sha256, message))).sw;
    }

    std::uint16_t restrictedIdentification(std::uint8_t keyId, ByteView sectorKeys, Bytes* answer = nullptr)
    {
        const auto sw = ask(setChipAuthentication(concat({tlv(0x80, oid::riEcdhSha256), Bytes{0x84, 1, keyId}}))).sw;
        if (sw != 0x9000) return sw;
        const auto identified = ask(generalAuthenticate(true, sectorKeys));
        if (answer) *answer = identified.data;
        return identified.sw;
    }

    std::uint16_t chipAuthentication(std::uint8_t keyId = chipAuthenticationKeyId)
    {
        const auto efCardSecurity = readAll(file::cardSecurity);
        const auto infos = keyId == privilegedKeyId ? privilegedInfos(efCardSecurity) : parseCardSecurity(efCardSecurity);
        if (!infos || infos->chipAuthenticationKeys.empty()) return 0;
        const auto set = ask(setChipAuthentication(concat({tlv(0x80, chip.oid()), Bytes{0x84, 1, keyId}})));
        if (!set.ok()) return set.sw;
        const auto answer = ask(generalAuthenticate(true, tlv(0x80, chipKey.point)));
        if (!answer.ok()) return answer.sw;
        const auto objects = *allTlv(singleTlv(answer.data)->value);
        auto keys = deriveSessionKeys(agree(chipKey, infos->chipAuthenticationKeys.front().point).value(), chip.keySize, single(objects, 0x81).value());
        if (!same(authenticationToken(keys.mac, chip.oid(), chipKey.point), single(objects, 0x82).value())) return 0;
        session.emplace(std::move(keys));
        return answer.sw;
    }

    static std::optional<SecurityInfos> privilegedInfos(ByteView file) // of PrivilegedTerminalInfo, which stands once in a file
    {
        const auto name = tlv(0x06, oid::privilegedTerminal);
        const auto found = std::ranges::search(file, name);
        auto rest = file.subspan(std::size_t(found.end() - file.begin()));
        const auto set = takeTlv(rest);
        return set ? parseSecurityInfos(set->whole) : std::nullopt;
    }

    // In parts of `size` bytes, each under secure messaging of its own: the answer to the last one that was sent.
    ResponseApdu inParts(const CommandApdu& command, std::size_t size)
    {
        auto rest = ByteView(command.data);
        for (;;)
        {
            const bool last = rest.size() <= size;
            auto part = command;
            part.data = toBytes(rest.first(std::min(size, rest.size())));
            if (!last) part.cla |= chaining, part.le.reset();
            auto answer = ask(part);
            if (last || !answer.ok()) return answer;
            rest = rest.subspan(size);
        }
    }

    std::uint16_t eac(ByteView auxiliaryData = {})
    {
        const auto sw = terminalAuthentication(auxiliaryData);
        return sw == 0x9000 ? chipAuthentication() : sw;
    }

    Bytes readAll(std::uint8_t shortId) { return ask(readFromStart(shortId, CommandApdu::allExtended)).data; }
    std::uint16_t read(int shortId) { return ask(readFromStart(std::uint8_t(shortId), CommandApdu::all)).sw; }
    std::uint16_t verify(ByteView item) { return ask({.cla = 0x80, .ins = instruction::verify, .p1 = 0x80, .data = tlv(0x06, item)}).sw; }

    SeededRandom random;
    EacChain chain;
    SimulatedCard card;
    const ChipProtocol chip = {};
    std::optional<SecureMessaging> session;
    EcKey chipKey = generateKey(*Curve::standard(chip.parameterId), random);
    Bytes idPicc;
};

Bytes sectorKey(ByteView point) // the content of A0 or A2
{
    const auto c = Curve::brainpoolP256r1();
    return concat({tlv(0x06, oid::riEcdhSha256), tlv(0x81, c.prime()), tlv(0x82, c.a()), tlv(0x83, c.b()), tlv(0x84, c.generator()), tlv(0x85, c.order()),
                   tlv(0x86, point), tlv(0x87, Bytes{1})});
}

#define SW(actual, expected) QCOMPARE(QString::number(actual, 16), QString::number(expected, 16))

} // namespace

class SimulatedCardTest : public QObject
{
    Q_OBJECT

private slots:
    void freeFiles()
    {
        Terminal terminal;
        SW(terminal.plain(selectApplication(eidApplication)).sw, 0x6982); // a real card hides it before EAC
        SW(terminal.plain("00a4040c07a0000002471001").sw, 0x6a82);
        SW(terminal.plain(selectMasterFile()).sw, 0x9000);
        QCOMPARE(terminal.plain("00b09e0000").data, makeEfDir());
        SW(terminal.plain("00b09e0000").sw, 0x6282);
        SW(terminal.plain("00a4020c022f00").sw, 0x9000);
        QCOMPARE(terminal.plain("00b0000404").data, toBytes(ByteView(makeEfDir()).subspan(4, 4)));
        SW(terminal.plain("00b07fff04").sw, 0x6b00);
        SW(terminal.plain("00b09d0000").sw, 0x6982); // EF.CardSecurity
        SW(terminal.plain("00b0810000").sw, 0x6a82); // no data groups in the MF
        Terminal fresh;
        SW(fresh.plain("00b0000004").sw, 0x6986);
    }

    void statusWordsForNonsense()
    {
        Terminal terminal;
        SW(terminal.plain("00").sw, 0x6700);
        SW(terminal.plain("00a4000c023f").sw, 0x6700);
        SW(terminal.plain("80a4000c").sw, 0x6e00);
        SW(terminal.plain("0020800003060100").sw, 0x6e00);
        SW(terminal.plain("00ee0000").sw, 0x6d00);
        SW(terminal.plain("00a40300").sw, 0x6a86);
        SW(terminal.plain("0022c1b60100").sw, 0x6a86);
        SW(terminal.plain("10a4000c").sw, 0x6884);
        SW(terminal.plain("0cb0000000").sw, 0x6985); // secured, but there is no session
        SW(terminal.plain("0022c1a4").sw, 0x6700);
        SW(terminal.plain("008600000c7c0a8508000000000000000000").sw, 0x6985);
        for (const auto* apdu : {"0084000008", "002a00be017f", "0082000001ff", "002281b60483024142", "002281a40483024142", "002241a40483024142",
                                 "8020800003060100", "002c0303", "002c0202"})
            SW(terminal.plain(apdu).sw, 0x6982);
    }

    void pinStatus()
    {
        for (const auto& [tries, sw] : {std::pair{3, 0x9000}, {2, 0x63c2}, {1, 0x63c1}, {0, 0x63c0}})
            SW(Terminal(personaWith(tries)).setPassword(PasswordId::Pin), sw);
        SW(Terminal(personaWith(2, 10, true)).setPassword(PasswordId::Pin), 0x6283);
        SW(Terminal(personaWith(0)).setPassword(PasswordId::Can), 0x9000);
        SW(Terminal().setPassword(PasswordId::Mrz), 0x6a88);
    }

    void paceParameters()
    {
        Terminal terminal;
        SW(terminal.plain("0022c1a412800a04007f000702020402028301038401").sw, 0x6700);
        SW(terminal.plain("0022c1a412800a04007f0007020204020283010384010c").sw, 0x6a88); // another curve
        SW(terminal.plain("0022c1a40f800a04007f00070202040204830103").sw, 0x6a88);       // AES-256
        SW(terminal.plain("0022c1a40f800a04007f00070202040202830107").sw, 0x6a88);
        SW(terminal.plain("0022c1a40f800a04007f00070202040202830103").sw, 0x9000);       // no DO 84: tolerated
        SW(terminal.setPassword(PasswordId::Pin, Chat::of(Role::Cvca, everyRight())), 0x6a80);
    }

    void pinStates()
    {
        Terminal terminal;
        SW(terminal.pace(PasswordId::Pin, "000000"), 0x63c2);
        SW(terminal.pace(PasswordId::Pin, "000000"), 0x63c1);
        SW(terminal.pace(PasswordId::Pin, "000000"), 0x6985); // suspended: neither wrong ...
        SW(terminal.pace(PasswordId::Pin, "123456"), 0x6985); // ... nor right without the CAN
        QCOMPARE(terminal.card.pinTriesLeft(), 1);
        SW(terminal.pace(PasswordId::Can, "111111"), 0x6300);
        SW(terminal.pace(PasswordId::Pin, "123456"), 0x6985);
        SW(terminal.pace(PasswordId::Can, "500540"), 0x9000);
        SW(terminal.pace(PasswordId::Pin, "000000"), 0x63c0);
        SW(terminal.pace(PasswordId::Pin, "123456"), 0x6983);
        SW(terminal.pace(PasswordId::Puk, "1111111111"), 0x6300);
        SW(terminal.pace(PasswordId::Puk, "9876543210"), 0x9000);
        SW(terminal.ask(unblock(3)).sw, 0x9000);
        QCOMPARE(terminal.card.pinTriesLeft(), 3);
        SW(terminal.pace(PasswordId::Pin, "123456"), 0x9000);
    }

    void theTransportPinOnlySetsTheRealOne()
    {
        auto persona = testPersona();
        persona.pin = Secret("12345");
        Terminal terminal(persona);
        SW(terminal.pace(PasswordId::Pin, "12345", Chat::forTerminal(everyRight())), 0x9000);
        SW(terminal.ask(getChallenge()).sw, 0x6982);
        SW(terminal.show(terminal.chain.dv), 0x6982);
        SW(terminal.ask({.ins = instruction::resetRetryCounter, .p1 = 0x02, .p2 = 0x03, .data = toBytes(asBytes("654321"))}).sw, 0x9000);
        SW(terminal.pace(PasswordId::Pin, "654321", Chat::forTerminal(everyRight())), 0x9000);
        SW(terminal.eac(), 0x9000);
    }

    void rsaCertificates_data()
    {
        QTest::addColumn<int>("arc");
        QTest::newRow("v1.5, SHA-256") << 2;
        QTest::newRow("PSS, SHA-256") << 4;
        QTest::newRow("PSS, SHA-512") << 6;
    }
    void rsaCertificates() // trust point, DV and terminal with RSA keys
    {
        QFETCH(int, arc);
        const RsaCvKey rootKey{std::uint8_t(arc)}, dvKey{std::uint8_t(arc)}, terminalKey{std::uint8_t(arc)};
        const auto issue = [](std::string car, std::string chr, Chat chat, const RsaCvKey& key, const RsaCvKey& by) {
            return issueCvc({.car = std::move(car), .chr = std::move(chr), .chat = std::move(chat), .effective = {2026, 11, 1}, .expiration = {2027, 1, 1}},
                            key.object(), [&by](ByteView body) { return by.sign(body); });
        };
        const auto root = issue("DETESTRSA00001", "DETESTRSA00001", Chat::of(Role::Cvca, everyRight()), rootKey, rootKey);
        Terminal t(root);
        const auto dv = issue(root.chr, "DETESTRSADV0001", Chat::of(Role::DvOfficial, everyRight()), dvKey, rootKey);
        const auto at = issue(dv.chr, "DETESTRSAAT0001", Chat::forTerminal(everyRight()), terminalKey, dvKey);
        SW(t.pinWithChat(), 0x9000);
        SW(t.show(issue(root.chr, dv.chr, dv.chat, dvKey, terminalKey)), 0x6984); // signed by a stranger
        SW(t.show(dv), 0x9000);
        SW(t.show(at), 0x9000);
        const auto prove = [&](bool rightly) {
            SW(t.ask(setTerminalAuthentication(concat({tlv(0x80, at.key.oid), tlv(0x83, asBytes(at.chr)), tlv(0x91, xCoordinate(t.chipKey.point))}))).sw,
               0x9000);
            const auto nonce = t.ask(getChallenge()).data;
            const auto message = concat({t.idPicc, nonce, xCoordinate(t.chipKey.point)});
            SW(t.ask(externalAuthenticate((rightly ? terminalKey : dvKey).sign(message))).sw, rightly ? 0x9000 : 0x6300);
        };
        prove(false);
        prove(true);
        SW(t.chipAuthentication(), 0x9000);
        SW(t.ask(selectApplication(eidApplication)).sw, 0x9000);
        SW(t.read(4), 0x6282);
    }

    void restrictedIdentificationIsComputed() // an example that was computed independently
    {
        SeededRandom random;
        const auto curve = Curve::brainpoolP256r1();
        const Secret scalar(fromHex("0353859c2ec67780ba39015de8c682af2326d43de9ce1e07737087bd1e17cb22").value());
        CardRestrictedIdentification card(keyOf(curve, scalar).value(), {}, random);
        const auto point =
            fromHex("047acf3efc982ec45565a4b155129efbc74650dcbfa6362d896fc70262e0c2cc5e544552dcb6725218799115b55c9baa6d9f6bc3a9618e70c25af71777a9c4922d").value();
        const auto key = sectorKey(point);
        const ProvenTerminal terminal{
            everyRight(), {}, {}, {fromHex("63d43f7f55e12617894fcc96daaf6baa671dd2e0d08bb2d65a706ba75d350ced").value()}, HashAlgorithm::Sha256};
        SW(card.setKey(setChipAuthentication(concat({tlv(0x80, oid::riEcdhSha256), Bytes{0x84, 1, revocationKeyId}})), terminal).sw, 0x9000);
        const auto answer = card.step(generalAuthenticate(true, tlv(0xA0, key)), terminal);
        SW(answer.sw, 0x9000);
        QCOMPARE(toHex(answer.data), std::string("7c228120872cf411027985f8a9da622ba85db2622451c95836faf76e911171f04c70c113"));
    }

    void restrictedIdentification()
    {
        const auto withSectors = [](std::vector<Bytes> hashes, Rights rights) {
            auto t = std::make_unique<Terminal>();
            t->chain.terminal = issueCvc({.car = t->chain.dv.chr,
                                          .chr = "DETESTATDE00009",
                                          .chat = Chat::forTerminal(rights),
                                          .effective = {2026, 11, 1},
                                          .expiration = {2026, 12, 15},
                                          .sectorHashes = std::move(hashes)},
                                         t->chain.terminalKey, t->chain.dvKey);
            return t;
        };
        SeededRandom random(77);
        const auto curve = Curve::brainpoolP256r1();
        const auto first = sectorKey(generateKey(curve, random).point), second = sectorKey(generateKey(curve, random).point);
        const auto hashOf = [](ByteView key) { return hash(HashAlgorithm::Sha256, tlv(0x7F49, key)); };

        const auto t = withSectors({hashOf(first), hashOf(second)}, everyRight());
        SW(t->pinWithChat(), 0x9000);
        SW(t->terminalAuthentication(), 0x9000);
        SW(t->restrictedIdentification(pseudonymKeyId, tlv(0xA0, first)), 0x6982); // not before chip authentication
        SW(t->chipAuthentication(), 0x9000);
        Bytes one, again, both, revocation;
        SW(t->restrictedIdentification(pseudonymKeyId, tlv(0xA0, first), &one), 0x9000);
        SW(t->restrictedIdentification(pseudonymKeyId, tlv(0xA0, first), &again), 0x9000);
        SW(t->restrictedIdentification(pseudonymKeyId, concat({tlv(0xA0, first), tlv(0xA2, second)}), &both), 0x9000);
        SW(t->restrictedIdentification(revocationKeyId, tlv(0xA0, first), &revocation), 0x9000);
        QCOMPARE(one.size(), std::size_t(36));
        QCOMPARE(one, again);
        QCOMPARE(both.size(), std::size_t(70));
        QVERIFY(one != revocation);
        SW(t->restrictedIdentification(pseudonymKeyId, tlv(0xA0, second)), 0x6A80); // the hash of the other place
        SW(t->restrictedIdentification(pseudonymKeyId, tlv(0xA2, first)), 0x6A80);
        SW(t->restrictedIdentification(pseudonymKeyId, concat({tlv(0xA0, first), tlv(0xA2, first)})), 0x6A80);
        SW(t->restrictedIdentification(3, tlv(0xA0, first)), 0x6A88);
        SW(t->ask(generalAuthenticate(true, tlv(0xA0, first))).sw, 0x6985); // without MSE before it

        const auto unauthorised = withSectors({hashOf(first)}, everyRight().remove(Right::RestrictedIdentification));
        SW(unauthorised->pinWithChat(), 0x9000);
        SW(unauthorised->eac(), 0x9000);
        SW(unauthorised->restrictedIdentification(pseudonymKeyId, tlv(0xA0, first)), 0x6982);
        SW(unauthorised->restrictedIdentification(revocationKeyId, tlv(0xA0, first)), 0x9000);

        const auto without = withSectors({}, everyRight());
        SW(without->pinWithChat(), 0x9000);
        SW(without->eac(), 0x9000);
        SW(without->restrictedIdentification(revocationKeyId, tlv(0xA0, first)), 0x6A80);
    }

    void dataGroupsAreWritten()
    {
        const auto update = [](Terminal& t, int p1, int p2, Bytes data) {
            return t.ask({.ins = instruction::updateBinary, .p1 = std::uint8_t(p1), .p2 = std::uint8_t(p2), .data = std::move(data)}).sw;
        };
        const auto community = tlv(0x72, tlv(0x04, Bytes{0x02, 0x76, 0x01, 0x01, 0x01, 0x00, 0x00}));
        Terminal t;
        SW(update(t, 0x80 | 18, 0, community), 0x6A82); // in the MF
        SW(t.pinWithChat(), 0x9000);
        SW(t.eac(), 0x9000);
        SW(update(t, 0x80 | file::cardAccess, 0, {1}), 0x6982);
        SW(t.ask(selectApplication(eidApplication)).sw, 0x9000);
        SW(update(t, 0, 0, {1}), 0x6986);
        SW(update(t, 0x80 | 18, 0, community), 0x9000);
        QCOMPARE(t.readAll(18), community);
        SW(update(t, 0, 5, {0x77}), 0x9000); // by offset in the current file
        QCOMPARE(t.readAll(18)[5], std::uint8_t(0x77));
        SW(update(t, 0x80 | 4, 0, {1}), 0x6982);  // given names: never
        SW(update(t, 0x80 | 21, 0, {1}), 0x6A82); // not on this card
        SW(update(t, 0x80 | 18, 200, {1}), 0x6B00);
        SW(update(t, 0x80 | 17, 0, Bytes(2049, 1)), 0x6A84);
        SW(update(t, 0x80 | 17, 0, {}), 0x6700);

        t.card.reset();
        t.session.reset();
        SW(t.pinWithChat(everyRight().remove(Right::WriteDg18)), 0x9000);
        SW(t.eac(), 0x9000);
        SW(t.ask(selectApplication(eidApplication)).sw, 0x9000);
        QCOMPARE(t.readAll(18)[5], std::uint8_t(0x77)); // still there
        SW(update(t, 0x80 | 18, 0, community), 0x6982);
    }

    void theRightPinResetsTheCounter()
    {
        Terminal terminal(personaWith(2));
        SW(terminal.pace(PasswordId::Pin, "123456"), 0x9000);
        SW(terminal.pace(PasswordId::Pin, "000000"), 0x63c2);
    }

    void theCanFlagDiesWithTheSession()
    {
        Terminal terminal(personaWith(1));
        SW(terminal.pace(PasswordId::Can, "500540"), 0x9000);
        terminal.card.reset();
        terminal.session.reset();
        SW(terminal.pace(PasswordId::Pin, "123456"), 0x6985);
        SW(terminal.pace(PasswordId::Can, "500540"), 0x9000);
        terminal.session.reset(); // goes on without secure messaging
        SW(terminal.pace(PasswordId::Pin, "123456"), 0x6985);
        SW(terminal.pace(PasswordId::Can, "500540"), 0x9000);
        SW(terminal.pace(PasswordId::Pin, "123456"), 0x9000);
    }

    void theCounterOutlivesAReset()
    {
        Terminal terminal;
        SW(terminal.pace(PasswordId::Pin, "000000"), 0x63c2);
        terminal.card.reset();
        SW(terminal.setPassword(PasswordId::Pin), 0x63c2);
    }

    void deactivatedPin()
    {
        Terminal terminal(personaWith(3, 10, true));
        SW(terminal.pace(PasswordId::Pin, "123456"), 0x6984);
        SW(terminal.pace(PasswordId::Puk, "9876543210"), 0x9000);
        SW(terminal.ask(unblock(3)).sw, 0x6283);
    }

    void pukUses()
    {
        Terminal terminal(personaWith(0, 2));
        SW(terminal.pace(PasswordId::Can, "500540"), 0x9000);
        SW(terminal.ask(unblock(3)).sw, 0x6982); // not with the CAN
        SW(terminal.pace(PasswordId::Puk, "9876543210"), 0x9000);
        SW(terminal.ask(unblock(3)).sw, 0x9000);
        SW(terminal.ask(unblock(3)).sw, 0x9000);
        SW(terminal.ask(unblock(3)).sw, 0x6982);
    }

    void changingThePin()
    {
        const auto change = [](std::string_view digits) {
            return CommandApdu{.ins = instruction::resetRetryCounter, .p1 = 2, .p2 = 3, .data = toBytes(asBytes(digits))};
        };
        auto persona = testPersona();
        persona.pin = Secret("12345"); // transport PIN
        Terminal terminal(persona);
        SW(terminal.ask(change("654321")).sw, 0x6982);
        SW(terminal.pace(PasswordId::Pin, "12345"), 0x9000);
        SW(terminal.ask(change("54321")).sw, 0x6984);
        SW(terminal.ask(change("6543210")).sw, 0x6984);
        SW(terminal.ask(change("65432a")).sw, 0x6a80);
        SW(terminal.ask(change("")).sw, 0x6a80);
        SW(terminal.ask(change("654321")).sw, 0x9000);
        SW(terminal.pace(PasswordId::Pin, "12345"), 0x63c2);
        SW(terminal.pace(PasswordId::Pin, "654321"), 0x9000);
        terminal.session.reset();
        SW(terminal.pace(PasswordId::Can, "500540"), 0x9000);
        SW(terminal.ask(change("111111")).sw, 0x6982);
    }

    void whatOnlyACitizensOfficeMay() // a terminal with the right of PIN management, after TA and CA
    {
        const CommandApdu deactivate{.ins = instruction::deactivate, .p1 = 0x10, .p2 = 0x03}, activate{.ins = instruction::activate, .p1 = 0x10, .p2 = 0x03},
            newCan{.ins = instruction::resetRetryCounter, .p1 = 0x02, .p2 = 0x02, .data = toBytes(asBytes("111222"))};
        Terminal shop(testPersona(), Rights{Right::ReadDg4});
        SW(shop.pinWithChat(), 0x9000);
        SW(shop.eac(), 0x9000);
        Terminal office;
        SW(office.pinWithChat(), 0x9000);
        for (auto* each : {&shop, &office}) // the office not yet
            for (const auto& command : {deactivate, activate, newCan}) SW(each->ask(command).sw, 0x6982);
        SW(office.eac(), 0x9000);
        SW(office.ask({.ins = instruction::activate, .p1 = 0x10, .p2 = 0x02}).sw, 0x6a86);
        SW(office.ask(newCan).sw, 0x9000);
        SW(office.ask(deactivate).sw, 0x9000);
        office.session.reset();
        SW(office.setPassword(PasswordId::Pin), 0x6283);
        SW(office.pace(PasswordId::Can, "500540"), 0x6300);
        SW(office.pace(PasswordId::Can, "111222", Chat::forTerminal(everyRight())), 0x9000);
        SW(office.eac(), 0x9000);
        SW(office.ask(activate).sw, 0x9000);
        office.session.reset();
        SW(office.setPassword(PasswordId::Pin), 0x9000);
    }

    void paceInTheWrongOrder()
    {
        SeededRandom random(7);
        const auto key = generateKey(Curve::brainpoolP256r1(), random);
        Terminal terminal;
        terminal.setPassword(PasswordId::Can);
        SW(terminal.ask(generalAuthenticate(false, tlv(0x81, key.point))).sw, 0x6a80); // before the nonce
        SW(terminal.ask(generalAuthenticate(false, {})).sw, 0x6985);                   // it starts again with MSE:Set AT
        terminal.setPassword(PasswordId::Can);
        SW(terminal.ask(generalAuthenticate(true, {})).sw, 0x6883); // not chained
        terminal.setPassword(PasswordId::Can);
        SW(terminal.ask(generalAuthenticate(false, {})).sw, 0x9000);
        SW(terminal.ask(generalAuthenticate(false, tlv(0x83, key.point))).sw, 0x6a80);
        terminal.setPassword(PasswordId::Can);
        terminal.ask(generalAuthenticate(false, {}));
        auto offCurve = key.point;
        offCurve.back() ^= 1;
        SW(terminal.ask(generalAuthenticate(false, tlv(0x81, offCurve))).sw, 0x6a80);
        terminal.setPassword(PasswordId::Can);
        terminal.ask(generalAuthenticate(false, {}));
        terminal.plain("00b09c0000"); // anything in between ends PACE
        SW(terminal.ask(generalAuthenticate(false, tlv(0x81, key.point))).sw, 0x6985);
    }

    void secureMessagingErrorsEndTheSession()
    {
        Terminal terminal;
        SW(terminal.pinWithChat(), 0x9000);
        SW(terminal.plain("0c8400000d9701088e08000000000000000000").sw, 0x6988);
        SW(terminal.plain("0c8400000d9701088e08000000000000000000").sw, 0x6985);
        terminal.session.reset();
        SW(terminal.pinWithChat(), 0x9000);
        SW(terminal.plain("0c840000039701").sw, 0x6700); // not even an APDU
        SW(terminal.ask(getChallenge()).sw, 0xffff);
    }

    void missingChecksum()
    {
        Terminal terminal;
        SW(terminal.pinWithChat(), 0x9000);
        SW(terminal.plain("0c8400000397010800").sw, 0x6987);
        QVERIFY(terminal.ask(getChallenge()).sw != 0x9000);
    }

    void aPlainCommandEndsTheSession()
    {
        Terminal terminal;
        SW(terminal.pinWithChat(), 0x9000);
        SW(terminal.ask(getChallenge()).sw, 0x9000);
        SW(terminal.plain(getChallenge()).sw, 0x6982); // executed without rights
        SW(terminal.plain("0c8400000d9701088e08000000000000000000").sw, 0x6985);
    }

    void terminalAuthenticationInBothOrders()
    {
        Terminal first, second;
        SW(first.pinWithChat(), 0x9000);
        SW(first.terminalAuthentication({}, true), 0x9000);
        SW(first.ask(getChallenge()).sw, 0x6982); // once per session
        SW(second.pinWithChat(), 0x9000);
        SW(second.terminalAuthentication({}, false), 0x9000);
    }

    void noTerminalAuthenticationWithoutChat()
    {
        Terminal terminal;
        SW(terminal.pace(PasswordId::Pin, "123456"), 0x9000);
        SW(terminal.terminalAuthentication(), 0x6982);
    }

    void certificatesThatTheCardRefuses()
    {
        Terminal t;
        SW(t.pinWithChat(), 0x9000);
        const auto dvWith = [&](CvIssue what, const EcKey& issuer) {
            what.chat = what.chat.terminalType.empty() ? Chat::of(Role::DvOfficial, everyRight()) : what.chat;
            return issueCvc(what, t.chain.dvKey, issuer);
        };
        const CvIssue good{.car = t.chain.cvca.chr, .chr = "DETESTDVDE00009", .chat = {}, .effective = {2026, 1, 1}, .expiration = {2027, 1, 1}};
        auto unknown = good, expired = good, early = good, terminal = good;
        unknown.car = "DEOTHERCA00001";
        expired.expiration = {2026, 11, 19};
        early.effective = {2024, 1, 1};
        terminal.chat = Chat::of(Role::Terminal, everyRight());

        SW(t.show(dvWith(unknown, t.chain.cvcaKey)), 0x6a88);
        SW(t.show(dvWith(expired, t.chain.cvcaKey)), 0x6984);
        SW(t.show(dvWith(early, t.chain.cvcaKey)), 0x6984);
        SW(t.show(dvWith(terminal, t.chain.cvcaKey)), 0x6984);   // not directly below the CVCA
        SW(t.show(dvWith(good, t.chain.dvKey)), 0x6984);         // signed by somebody else
        SW(t.show(t.chain.terminal), 0x6a88);                    // its issuer was not shown
        SW(t.ask(verifyCertificate(bodyAndSignature(t.chain.dv))).sw, 0x6985);
        t.ask(setVerificationKey(asBytes(t.chain.cvca.chr)));
        SW(t.ask(verifyCertificate({0x7F, 0x4E, 0x00})).sw, 0x6a80);
        t.ask(setVerificationKey(asBytes(t.chain.cvca.chr)));
        SW(t.ask(verifyCertificate(bodyAndSignature(t.chain.terminal))).sw, 0x6a88);
        SW(t.show(dvWith(good, t.chain.cvcaKey)), 0x9000);
    }

    void theDateMovesForward()
    {
        Terminal t;
        SW(t.pinWithChat(), 0x9000);
        SW(t.show(issueCvc({.car = t.chain.cvca.chr,
                            .chr = "DETESTDVDE00007",
                            .chat = Chat::of(Role::DvForeign, everyRight()),
                            .effective = {2027, 1, 1},
                            .expiration = {2027, 9, 1}},
                           t.chain.dvKey, t.chain.cvcaKey)),
           0x9000);
        SW(t.show(t.chain.dv), 0x9000);
        SW(t.show(t.chain.terminal), 0x9000); // a foreign DV moves nothing
        SW(t.show(issueCvc({.car = t.chain.cvca.chr,
                            .chr = "DETESTDVDE00008",
                            .chat = Chat::of(Role::DvOfficial, everyRight()),
                            .effective = {2027, 1, 1},
                            .expiration = {2027, 9, 1}},
                           t.chain.dvKey, t.chain.cvcaKey)),
           0x9000);
        t.card.reset();
        t.session.reset();
        SW(t.pinWithChat(), 0x9000);
        SW(t.show(t.chain.dv), 0x9000);
        SW(t.show(t.chain.terminal), 0x6984); // over since 15 December 2026
    }

    void aLinkCertificateIsTheNewTrustPoint()
    {
        Terminal t;
        SW(t.pinWithChat(), 0x9000);
        const auto newKey = generateKey(Curve::brainpoolP256r1(), t.random);
        const auto link = issueCvc({.car = t.chain.cvca.chr,
                                    .chr = "DETESTCVCA00002",
                                    .chat = Chat::of(Role::Cvca, everyRight()),
                                    .effective = {2026, 6, 1},
                                    .expiration = {2029, 6, 1},
                                    .withDomainParameters = true},
                                   newKey, t.chain.cvcaKey);
        SW(t.show(link), 0x9000);
        t.card.reset();
        t.session.reset();
        SW(t.pinWithChat(), 0x9000);
        const auto dv = issueCvc(
            {.car = link.chr, .chr = "DETESTDVDE00002", .chat = Chat::of(Role::DvOfficial, everyRight()), .effective = {2026, 7, 1}, .expiration = {2027, 6, 1}},
            t.chain.dvKey, newKey);
        SW(t.show(dv), 0x9000);
        SW(t.show(t.chain.dv), 0x9000); // the previous one still counts
    }

    static CvCertificate link(std::string car, std::string chr, const EcKey& key, const EcKey& issuer, Date from, Date until)
    {
        return issueCvc({.car = std::move(car),
                         .chr = std::move(chr),
                         .chat = Chat::of(Role::Cvca, everyRight()),
                         .effective = from,
                         .expiration = until,
                         .withDomainParameters = true},
                        key, issuer);
    }

    void anExpiredLinkIsOnlyAStep() // accepted for this session, so that the next link can be reached; no trust point
    {
        Terminal t;
        SW(t.pinWithChat(), 0x9000);
        const auto second = generateKey(Curve::brainpoolP256r1(), t.random), third = generateKey(Curve::brainpoolP256r1(), t.random);
        SW(t.show(link(t.chain.cvca.chr, "DETESTCVCA00002", second, t.chain.cvcaKey, {2026, 1, 1}, {2026, 11, 19})), 0x9000);
        QCOMPARE(t.card.trust().references(), (std::vector<std::string>{t.chain.cvca.chr}));
        SW(t.show(link("DETESTCVCA00002", "DETESTCVCA00003", third, second, {2026, 6, 1}, {2026, 11, 20})), 0x9000); // its last day
        QCOMPARE(t.card.trust().references(), (std::vector<std::string>{"DETESTCVCA00003", t.chain.cvca.chr}));
    }

    void aLinkFromThePreviousTrustPoint() // is stored like any other, and once
    {
        Terminal t;
        SW(t.pinWithChat(), 0x9000);
        const auto key = generateKey(Curve::brainpoolP256r1(), t.random);
        const auto other = link(t.chain.cvca.chr, "DETESTCVCA00003", key, t.chain.cvcaKey, {2026, 6, 1}, {2029, 1, 1});
        SW(t.show(link(t.chain.cvca.chr, "DETESTCVCA00002", key, t.chain.cvcaKey, {2026, 6, 1}, {2029, 1, 1})), 0x9000);
        SW(t.show(other), 0x9000);
        QCOMPARE(t.card.trust().references(), (std::vector<std::string>{"DETESTCVCA00003", "DETESTCVCA00002"}));
        SW(t.show(link("DETESTCVCA00003", "DETESTCVCA00002", key, key, {2026, 6, 1}, {2029, 1, 1})), 0x9000); // known already
        QCOMPARE(t.card.trust().references(), (std::vector<std::string>{"DETESTCVCA00003", "DETESTCVCA00002"}));
    }

    void thePreviousTrustPointExpires()
    {
        Terminal t;
        SW(t.pinWithChat(), 0x9000);
        const auto key = generateKey(Curve::brainpoolP256r1(), t.random);
        SW(t.show(link(t.chain.cvca.chr, "DETESTCVCA00002", key, t.chain.cvcaKey, {2026, 6, 1}, {2029, 1, 1})), 0x9000);
        const auto dvFrom = [&](Date day) {
            return issueCvc({.car = "DETESTCVCA00002",
                             .chr = "DETESTDVDE00002",
                             .chat = Chat::of(Role::DvOfficial, everyRight()),
                             .effective = day,
                             .expiration = {2028, 12, 1}},
                            t.chain.dvKey, key);
        };
        SW(t.show(dvFrom({2028, 1, 1})), 0x9000);
        QCOMPARE(t.card.trust().references().size(), std::size_t(2)); // until 2028-01-01, that day included
        SW(t.show(dvFrom({2028, 1, 2})), 0x9000);
        QCOMPARE(t.card.trust().references(), (std::vector<std::string>{"DETESTCVCA00002"}));
    }

    void theChipsOwnKeyIsForPrivilegedTerminals()
    {
        Terminal t;
        const auto announced = t.readAll(file::cardAccess);
        const auto infos = Terminal::privilegedInfos(announced);
        QVERIFY(infos);
        QCOMPARE(*infos->chipAuthentication.at(0).keyId, Bytes{privilegedKeyId});
        QCOMPARE(*infos->chipAuthenticationParameters.at(0).keyId, Bytes{privilegedKeyId});
        QCOMPARE(parseSecurityInfos(announced)->chipAuthentication.size(), std::size_t(1)); // others do not see it
        SW(t.pinWithChat(), 0x9000);
        SW(t.terminalAuthentication(), 0x9000);
        SW(t.chipAuthentication(privilegedKeyId), 0x9000);
        SW(t.ask(selectApplication(eidApplication)).sw, 0x9000);

        Terminal other(testPersona(), everyRight() - Rights{Right::Privileged});
        SW(other.pinWithChat(), 0x9000);
        SW(other.terminalAuthentication(), 0x9000);
        SW(other.chipAuthentication(privilegedKeyId), 0x6982);
        SW(other.chipAuthentication(), 0x9000);
    }

    void cardsOfOneBatch() // have the chip keys of the first one, unless they run other protocols or bring a key
    {
        SeededRandom random;
        const auto chain = makeEacChain(random);
        const auto keysOf = [&](const Persona& persona, std::shared_ptr<const ChipKeys> batch) {
            return SimulatedCard(persona, {chain.cvca}, random, today, std::move(batch)).chipKeys();
        };
        const auto first = keysOf(testPersona(), {});
        QVERIFY(keysOf(testPersona(), first) == first);
        QVERIFY(!same(keysOf(testPersona(), {})->key.point, first->key.point));
        auto other = testPersona();
        other.protocols.chipAuthentication.keySize = 32;
        QVERIFY(keysOf(other, first)->protocols == other.protocols);
        auto withKey = testPersona();
        withKey.given.chipKey = generateKey(Curve::brainpoolP256r1(), random);
        QVERIFY(same(keysOf(withKey, first)->key.point, withKey.given.chipKey->point));
    }

    void theAnnouncedKeyHasTheSizeOfTheCurve()
    {
        auto persona = testPersona();
        persona.protocols.chipAuthentication = {24, 15};
        Terminal t(persona);
        SW(t.pinWithChat(), 0x9000);
        SW(t.terminalAuthentication(), 0x9000);
        SW(t.chipAuthentication(), 0x9000);
        Terminal narrow(persona);
        narrow.chipKey = generateKey(Curve::brainpoolP256r1(), narrow.random);
        SW(narrow.pinWithChat(), 0x9000);
        SW(narrow.terminalAuthentication(), 0x6985); // Set AT was refused
    }

    void commandChaining()
    {
        Terminal t;
        SW(t.pinWithChat(), 0x9000);
        const auto verify = verifyCertificate(bodyAndSignature(t.chain.dv));
        const auto select = [&] { SW(t.ask(setVerificationKey(asBytes(t.chain.dv.car))).sw, 0x9000); };
        const auto part = [&](std::size_t from, std::size_t size, bool last) {
            auto command = verify;
            command.cla = last ? 0 : chaining;
            command.data = toBytes(ByteView(verify.data).subspan(from, size));
            return t.ask(command).sw;
        };
        select();
        SW(t.inParts(verify, 100).sw, 0x9000);
        SW(t.inParts(setVerificationKey(asBytes(t.chain.terminal.car)), 3).sw, 0x9000);
        SW(t.inParts(verifyCertificate(bodyAndSignature(t.chain.terminal)), 1).sw, 0x9000);

        select();
        SW(part(0, 100, false), 0x9000);
        SW(t.ask(getChallenge()).sw, 0x6883); // another command: the chain is forgotten, and this one is not executed ...
        SW(t.ask(getChallenge()).sw, 0x9000); // ... but the next one is
        SW(part(100, verify.data.size() - 100, true), 0x6A80);
        select();
        SW(part(0, 100, false), 0x9000);
        SW(t.inParts(setVerificationKey(asBytes(t.chain.dv.car)), 3).sw, 0x6883);
        SW(t.ask({.cla = chaining, .ins = instruction::select, .p2 = 0x0C}).sw, 0x6884); // never in parts

        SW(part(0, 100, false), 0x9000);
        SW(t.inParts({.ins = instruction::performSecurityOperation, .p2 = 0xBE, .data = Bytes(5000)}, 200).sw, 0x6700);
        select();
        SW(t.inParts(verify, 200).sw, 0x9000); // as if nothing had been
    }

    void aChainDoesNotOutliveItsSession()
    {
        Terminal t;
        SW(t.pinWithChat(), 0x9000);
        SW(t.ask({.cla = chaining, .ins = instruction::performSecurityOperation, .p2 = 0xBE, .data = {1}}).sw, 0x9000);
        SW(t.plain("00b09c0000").sw, 0x6282); // a plain command
        t.session.reset();
        SW(t.plain("102a00be0101").sw, 0x9000);
        t.card.reset();
        SW(t.plain("00b09c0000").sw, 0x6282);
    }

    void aSectorKeyInParts() // GENERAL AUTHENTICATE is chained only where it is one command
    {
        Terminal t;
        const auto key = sectorKey(generateKey(Curve::brainpoolP256r1(), t.random).point);
        t.chain.terminal = issueCvc({.car = t.chain.dv.chr,
                                     .chr = "DETESTATDE00009",
                                     .chat = Chat::forTerminal(everyRight()),
                                     .effective = {2026, 11, 1},
                                     .expiration = {2026, 12, 15},
                                     .sectorHashes = {hash(HashAlgorithm::Sha256, tlv(0x7F49, key))}},
                                    t.chain.terminalKey, t.chain.dvKey);
        SW(t.pinWithChat(), 0x9000);
        SW(t.eac(), 0x9000);
        SW(t.ask(setChipAuthentication(concat({tlv(0x80, oid::riEcdhSha256), Bytes{0x84, 1, pseudonymKeyId}}))).sw, 0x9000);
        SW(t.inParts(generalAuthenticate(true, tlv(0xA0, key)), 200).sw, 0x9000);
        SW(t.inParts(generalAuthenticate(true, tlv(0xA0, key)), 200).sw, 0x6985); // no MSE before it
    }

    void aCardWithoutExtendedLength()
    {
        auto persona = testPersona();
        persona.extendedLength = false;
        Terminal t(persona);
        SW(t.plain(readFromStart(file::cardAccess, CommandApdu::allExtended)).sw, 0x6700);
        SW(t.plain(readFromStart(file::cardAccess, CommandApdu::all)).sw, 0x6282);
        SW(t.pinWithChat(), 0x9000);
        SW(t.ask(readFromStart(file::cardAccess, CommandApdu::allExtended)).sw, 0xFFFF); // refused in plain, and the session is over
        t.session.reset();
        SW(t.ask(getChallenge()).sw, 0x6982);
    }

    void wrongTerminalSignature()
    {
        Terminal t;
        SW(t.pinWithChat(), 0x9000);
        t.idPicc = Bytes(32);
        SW(t.terminalAuthentication(), 0x6300);
        SW(t.ask(externalAuthenticate(Bytes(64))).sw, 0x6985);
        SW(t.ask(setTerminalAuthentication(concat({tlv(0x80, t.chain.terminal.key.oid), tlv(0x83, asBytes(t.chain.terminal.chr)), tlv(0x91, Bytes(32))}))).sw,
           0x9000);
        SW(t.ask(externalAuthenticate(Bytes(64))).sw, 0x6985); // the challenge is used up
        SW(t.read(file::cardSecurity), 0x6982);
    }

    void chipAuthenticationNeedsTheAnnouncedKey()
    {
        Terminal t;
        SW(t.pinWithChat(), 0x9000);
        SW(t.ask(setChipAuthentication(tlv(0x80, oid::caEcdhAes128))).sw, 0x6982); // before terminal authentication
        SW(t.terminalAuthentication(), 0x9000);
        SW(t.ask(setChipAuthentication(concat({tlv(0x80, oid::caEcdhAes128), Bytes{0x84, 1, 42}}))).sw, 0x6a88);
        SW(t.ask(setChipAuthentication(tlv(0x80, oid::caEcdhAes128))).sw, 0x9000);
        SW(t.ask(generalAuthenticate(true, tlv(0x80, generateKey(Curve::brainpoolP256r1(), t.random).point))).sw, 0x6984);
        SW(t.ask(generalAuthenticate(true, tlv(0x80, t.chipKey.point))).sw, 0x6985);
        SW(t.ask(selectApplication(eidApplication)).sw, 0x6982);
        SW(t.chipAuthentication(), 0x9000);
        SW(t.ask(selectApplication(eidApplication)).sw, 0x9000);
        SW(t.setPassword(PasswordId::Can), 0x6985); // no PACE after chip authentication
    }

    void effectiveRights() // what PACE and the certificate both grant
    {
        Terminal t(testPersona(), Rights{Right::ReadDg4, Right::ReadDg5, Right::ReadDg19});
        SW(t.pinWithChat(Rights{Right::ReadDg5, Right::ReadDg8, Right::ReadDg19}), 0x9000);
        SW(t.eac(), 0x9000);
        SW(t.read(5), 0x6a82); // not in the MF
        SW(t.ask(selectApplication(eidApplication)).sw, 0x9000);
        SW(t.read(5), 0x6282);
        SW(t.read(4), 0x6982);
        SW(t.read(8), 0x6982);
        SW(t.read(19), 0x6a82); // the card has none
        SW(t.ask({.ins = instruction::select, .p1 = 2, .p2 = 0x0C, .data = {0x01, 0x05}}).sw, 0x9000);
        QCOMPARE(asText(t.ask(readFrom(4, 7)).data), std::string_view("Sandwig"));
    }

    void canAllowed()
    {
        for (const bool allowed : {false, true})
        {
            Terminal t(testPersona(), allowed ? everyRight() : everyRight() - Rights{Right::CanAllowed});
            SW(t.pace(PasswordId::Can, "500540", Chat::forTerminal(everyRight())), 0x9000);
            SW(t.eac(), 0x9000);
            SW(t.ask(selectApplication(eidApplication)).sw, allowed ? 0x9000 : 0x6982);
        }
    }

    void auxiliaryData_data()
    {
        QTest::addColumn<QString>("birth");
        QTest::addColumn<QString>("reference");
        QTest::addColumn<int>("sw");
        QTest::newRow("older") << "19870522" << "19870523" << 0x9000;
        QTest::newRow("on the day") << "19870523" << "19870523" << 0x9000;
        QTest::newRow("a day too young") << "19870524" << "19870523" << 0x6300;
        QTest::newRow("only the month, whole month before") << "198704  " << "19870523" << 0x9000;
        QTest::newRow("only the month") << "198705  " << "19870523" << 0x6300;
        QTest::newRow("only the year") << "1987    " << "19871231" << 0x9000;
        QTest::newRow("only the year, not over") << "1987    " << "19871230" << 0x6300;
    }
    void auxiliaryData()
    {
        QFETCH(QString, birth);
        QFETCH(QString, reference);
        QFETCH(int, sw);
        auto persona = testPersona();
        persona.dateOfBirth = birth.toStdString();
        Terminal t(persona);
        SW(t.pinWithChat(), 0x9000);
        const Date day{reference.left(4).toInt(), reference.mid(4, 2).toInt(), reference.right(2).toInt()};
        SW(t.eac(encode(AuxiliaryData{.dateOfBirth = day, .dateOfExpiry = {}, .communityId = Bytes{0x02, 0x77}})), 0x9000);
        SW(t.verify(oid::auxDateOfBirth), sw);
        SW(t.verify(oid::auxCommunityId), 0x6300);
        SW(t.verify(oid::auxDateOfExpiry), 0x6a88); // not asked for
    }

    void auxiliaryDataNeedsRightsAndChipAuthentication()
    {
        const auto data = encode(AuxiliaryData{.dateOfBirth = Date{2000, 1, 1}, .dateOfExpiry = Date{2034, 4, 1}, .communityId = Bytes{0x02}});
        Terminal t(testPersona(), Rights{Right::ReadDg8});
        SW(t.pinWithChat(), 0x9000);
        SW(t.terminalAuthentication(data), 0x9000);
        SW(t.verify(oid::auxDateOfExpiry), 0x6982);
        SW(t.chipAuthentication(), 0x9000);
        SW(t.verify(oid::auxDateOfExpiry), 0x6300); // valid until the day before
        SW(t.verify(oid::auxDateOfBirth), 0x6982);
        SW(t.verify(oid::auxCommunityId), 0x6982);
    }

    void cardSecurityIsSignedByTheTestSigner()
    {
        using namespace ossl;
        Terminal t;
        SW(t.pinWithChat(), 0x9000);
        SW(t.terminalAuthentication(), 0x9000);
        const auto cms = t.readAll(file::cardSecurity);
        const auto csca = testCscaCertificate();
        const unsigned char* at = cms.data();
        const Owner<CMS_ContentInfo, CMS_ContentInfo_free> content(d2i_CMS_ContentInfo(nullptr, &at, long(cms.size())));
        QVERIFY(content && at == cms.data() + cms.size());
        at = csca.data();
        const Owner<X509, X509_free> root(d2i_X509(nullptr, &at, long(csca.size())));
        const Owner<X509_STORE, X509_STORE_free> trusted(X509_STORE_new()), nobody(X509_STORE_new());
        X509_STORE_add_cert(trusted.get(), root.get());
        QCOMPARE(CMS_verify(content.get(), nullptr, nobody.get(), nullptr, nullptr, CMS_BINARY), 0);
        QCOMPARE(CMS_verify(content.get(), nullptr, trusted.get(), nullptr, nullptr, CMS_BINARY), 1);
    }

    void noise() // whatever bytes come: an answer of at least a status word
    {
        Terminal t;
        for (int i = 0; i < 20000; ++i)
        {
            auto apdu = t.random.bytes(t.random.bytes(1)[0] % 40);
            if (apdu.size() > 5 && i % 2) apdu[0] = 0, apdu[4] = std::uint8_t(apdu.size() - 5);
            QVERIFY(t.card.transmit(apdu).size() >= 2);
        }
    }
};

QTEST_GUILESS_MAIN(SimulatedCardTest)
#include "simulated_card_test.moc"
