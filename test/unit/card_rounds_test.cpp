// PACE, secure messaging and chip authentication against the simulated card, thousands of times with other randomness: what goes
// wrong only once in 256 (a coordinate or a secret that begins with a zero byte) goes wrong here. EIDKERN_ROUNDS says how often.
#include <QtTest>
#include <map>

#include "card/instructions.h"
#include "card/simulator/card_pace.h"
#include "card/simulator/chip_authentication.h"
#include "core/oid.h"
#include "support/card_bench.h"

using namespace eidkern;
using namespace eidkern::card;
using namespace eidkern::test;

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
static constexpr int usualRounds = 500;
#else
static constexpr int usualRounds = 10'000;
#endif
#else
static constexpr int usualRounds = 10'000;
#endif

class CardRoundsTest : public QObject
{
    Q_OBJECT

    SeededRandom random_{20261120};
    const PaceInfo info_ = paceEcdhGm(16, 13);
    PinObjects passwords_{testPersona()};
    CardPace pace_{info_, passwords_, random_};
    CardChipAuthentication chip_{makeChipKeys({}, random_), random_};
    int numbers_ = 0, leadingZeros_ = 0;

    std::map<std::string, int> leadingZerosOf_; // by kind

    void count(const std::string& kind, ByteView number)
    {
        ++numbers_;
        leadingZeros_ += number.front() == 0;
        leadingZerosOf_[kind] += number.front() == 0;
    }
    void countPoint(ByteView point)
    {
        const auto coordinates = point.subspan(1);
        count("x coordinates", coordinates.first(coordinates.size() / 2));
        count("y coordinates", coordinates.subspan(coordinates.size() / 2));
    }

    Bytes ask(Session& session, bool last, std::uint32_t tag, ByteView value)
    {
        const auto answer = pace_.step(generalAuthenticate(last, tag ? tlv(tag, value) : Bytes()), {}, session);
        return answer.ok() ? toBytes(allTlv(singleTlv(answer.data)->value)->front().value) : Bytes();
    }

    std::optional<SecureMessaging> pace(Session& session)
    {
        const std::uint8_t password[] = {std::uint8_t(PasswordId::Pin)};
        if (pace_.setPassword(setPace(concat({tlv(0x80, info_.oid), tlv(0x83, password)}))).sw != 0x9000) return {};
        const auto nonce = decryptNonce(derivePasswordKey(Secret("123456"), 16), ask(session, false, 0, {}));
        const auto mappingKey = generateKey(Curve::brainpoolP256r1(), random_);
        const auto mapped = mapCurve(mappingKey, ask(session, false, 0x81, mappingKey.point), nonce);
        if (!mapped) return {};
        const auto ephemeral = generateKey(*mapped, random_);
        const auto cardPoint = ask(session, false, 0x83, ephemeral.point);
        auto keys = agreePaceKeys(info_, ephemeral, cardPoint);
        if (!keys || !same(ask(session, true, 0x85, keys->ownToken), keys->expectedToken)) return {};
        if (session.pace->idPicc != xCoordinate(cardPoint)) return {};
        count("nonces", nonce.view());
        count("secrets of PACE", agree(ephemeral, cardPoint)->view());
        for (const auto& point : {mappingKey.point, ephemeral.point, cardPoint}) countPoint(point);
        return SecureMessaging(std::move(keys->session));
    }

    std::optional<SecureMessaging> chipAuthentication(Session& session)
    {
        const auto ephemeral = generateKey(Curve::brainpoolP256r1(), random_);
        session.terminal = ProvenTerminal{.rights = {}, .keyHash = xCoordinate(ephemeral.point), .auxiliaryData = {}}; // as terminal authentication would
        if (chip_.setKey(setChipAuthentication(tlv(0x80, oid::caEcdhAes128)), *session.terminal).sw != 0x9000) return {};
        const auto answer = chip_.step(generalAuthenticate(true, tlv(0x80, ephemeral.point)), session);
        if (!answer.ok()) return {};
        const auto objects = allTlv(singleTlv(answer.data)->value).value();
        const auto shared = agree(ephemeral, chip_.keys()->key.point);
        auto keys = deriveSessionKeys(shared.value(), 16, single(objects, 0x81).value());
        if (!same(authenticationToken(keys.mac, oid::caEcdhAes128, ephemeral.point), single(objects, 0x82).value())) return {};
        count("secrets of chip authentication", shared->view());
        countPoint(ephemeral.point);
        return SecureMessaging(std::move(keys));
    }

    bool talk(SecureMessaging& terminal, SecureMessaging& card) // a command and a response of some length, there and back
    {
        const auto length = random_.bytes(2);
        const CommandApdu command{.ins = 0xD6, .data = random_.bytes(1 + length[0]), .le = CommandApdu::all};
        const auto arrived = card.open(terminal.protect(command));
        const ResponseApdu response{random_.bytes(length[1]), 0x9000};
        const auto returned = terminal.open(card.protect(response));
        return arrived && arrived->data == command.data && returned && returned->data == response.data;
    }

private slots:
    void rounds()
    {
        bool given = false;
        const int wanted = qEnvironmentVariableIntValue("EIDKERN_ROUNDS", &given), rounds = given ? wanted : usualRounds;
        QVERIFY(rounds > 0);
        for (int i = 0; i < rounds; ++i)
        {
            const auto where = "round " + std::to_string(i);
            Session session;
            auto terminal = pace(session);
            QVERIFY2(terminal && session.next, where.c_str());
            QVERIFY2(talk(*terminal, *session.next), where.c_str());
            session.next.reset();
            auto server = chipAuthentication(session);
            QVERIFY2(server && session.next && session.chipAuthenticated, where.c_str());
            QVERIFY2(talk(*server, *session.next), where.c_str());
        }
        std::printf("rounds of PACE, secure messaging and chip authentication: %d; numbers with a leading zero byte: %d of %d\n", rounds, leadingZeros_,
                    numbers_);
        for (const auto& [kind, number] : leadingZerosOf_)
        {
            std::printf("  %d %s\n", number, kind.c_str());
            if (rounds >= 5'000) QVERIFY2(number > 0, kind.c_str()); // about one of 256
        }
    }
};

QTEST_GUILESS_MAIN(CardRoundsTest)
#include "card_rounds_test.moc"
