// The published worked examples of ICAO 9303-11 G.1 and of BSI for EAC 2, row by row. A row that no check asked for is an error.
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <QtTest>

#include "card/instructions.h"
#include "card/pace.h"
#include "card/secure_messaging.h"
#include "card/security_infos.h"
#include "core/cvc.h"
#include "core/hash.h"
#include "core/oid.h"

using namespace eidkern;
using namespace eidkern::card;

namespace
{

class Vectors
{
public:
    explicit Vectors(const std::string& file)
    {
        std::ifstream in(std::string(EIDKERN_TEST_DATA) + "/vectors/" + file);
        for (std::string line; std::getline(in, line);)
        {
            std::istringstream words(line);
            std::string name, hex;
            if (line.starts_with('#') || !(words >> name >> hex)) continue;
            const auto value = fromHex(hex);
            if (!value || !rows_.emplace(name, *value).second) qFatal("bad row %s", name.c_str());
        }
    }

    const Bytes& operator[](const std::string& name)
    {
        used_.insert(name);
        const auto row = rows_.find(name);
        if (row == rows_.end()) qFatal("no row %s", name.c_str());
        return row->second;
    }

    QString unused() const
    {
        QString names;
        for (const auto& [name, value] : rows_)
            if (!used_.contains(name)) names += QString::fromStdString(name) + ' ';
        return names;
    }

    std::size_t size() const { return rows_.size(); }

private:
    std::map<std::string, Bytes> rows_;
    std::set<std::string> used_;
};

QString hexOf(ByteView bytes) { return QString::fromStdString(toHex(bytes)); }
QString hexOf(const Secret& secret) { return hexOf(secret.view()); }

#define SAME(actual, expected) QCOMPARE(hexOf(actual), hexOf(expected))

const PaceInfo info{Bytes(oid::paceEcdhGmAes128.begin(), oid::paceEcdhGmAes128.end()), 16, 13};

EcKey key(const Curve& curve, const Bytes& scalar) { return keyOf(curve, Secret(scalar)).value(); }

struct PaceRun // both ends with the scalars of an example
{
    EcKey mappingTerminal, mappingCard, ephemeralTerminal, ephemeralCard;
    PaceKeys terminal, card;
};

void checkPace(Vectors& v, const Secret& password, std::optional<PaceRun>& out)
{
    const auto curve = Curve::brainpoolP256r1();
    const auto passwordKey = derivePasswordKey(password, 16);
    SAME(passwordKey, v["k_pi"]);
    const Secret nonce(v["nonce"]);
    QCOMPARE(nonce.size(), paceNonceSize(16));
    SAME(encryptNonce(passwordKey, nonce), v["z"]);
    SAME(decryptNonce(passwordKey, v["z"]), v["nonce"]);

    auto mappingTerminal = key(curve, v["map_sk_terminal"]), mappingCard = key(curve, v["map_sk_card"]);
    SAME(mappingTerminal.point, v["map_pk_terminal"]);
    SAME(mappingCard.point, v["map_pk_card"]);
    SAME(multiply(mappingTerminal, mappingCard.point).value(), v["h"]);
    SAME(multiply(mappingCard, mappingTerminal.point).value(), v["h"]);
    const auto mapped = mapCurve(mappingTerminal, mappingCard.point, nonce), mappedByCard = mapCurve(mappingCard, mappingTerminal.point, nonce);
    QVERIFY(mapped && mappedByCard);
    SAME(mapped->generator(), v["mapped_generator"]);
    SAME(mappedByCard->generator(), v["mapped_generator"]);

    auto ephemeralTerminal = key(*mapped, v["eph_sk_terminal"]), ephemeralCard = key(*mappedByCard, v["eph_sk_card"]);
    SAME(ephemeralTerminal.point, v["eph_pk_terminal"]);
    SAME(ephemeralCard.point, v["eph_pk_card"]);
    SAME(agree(ephemeralTerminal, ephemeralCard.point).value(), v["shared_secret"]);
    SAME(agree(ephemeralCard, ephemeralTerminal.point).value(), v["shared_secret"]);

    auto terminal = agreePaceKeys(info, ephemeralTerminal, ephemeralCard.point), card = agreePaceKeys(info, ephemeralCard, ephemeralTerminal.point);
    QVERIFY(terminal && card);
    for (const auto* end : {&*terminal, &*card})
    {
        SAME(end->session.encryption, v["ks_enc"]);
        SAME(end->session.mac, v["ks_mac"]);
    }
    SAME(terminal->ownToken, v["t_terminal"]);
    SAME(terminal->expectedToken, v["t_card"]);
    SAME(card->ownToken, v["t_card"]);
    SAME(card->expectedToken, v["t_terminal"]);

    out.emplace(PaceRun{std::move(mappingTerminal), std::move(mappingCard), std::move(ephemeralTerminal), std::move(ephemeralCard), std::move(*terminal),
                        std::move(*card)});
}

ResponseApdu dynamicData(ByteView objects) { return {tlv(0x7C, objects), 0x9000}; }

void checkPaceApdus(Vectors& v, const PaceRun& run, ByteView trustPoints)
{
    SAME(encode(generalAuthenticate(false, {})), v["c2"]);
    SAME(encode(dynamicData(tlv(0x80, v["z"]))), v["r2"]);
    SAME(encode(generalAuthenticate(false, tlv(0x81, run.mappingTerminal.point))), v["c3"]);
    SAME(encode(dynamicData(tlv(0x82, run.mappingCard.point))), v["r3"]);
    SAME(encode(generalAuthenticate(false, tlv(0x83, run.ephemeralTerminal.point))), v["c4"]);
    SAME(encode(dynamicData(tlv(0x84, run.ephemeralCard.point))), v["r4"]);
    SAME(encode(generalAuthenticate(true, tlv(0x85, run.terminal.ownToken))), v["c5"]);
    SAME(encode(dynamicData(concat({tlv(0x86, run.card.ownToken), trustPoints}))), v["r5"]);
    for (const auto* row : {"c1", "c2", "c3", "c4", "c5"}) SAME(encode(parseCommand(v[row]).value()), v[row]);
}

// Both ends of secure messaging, fed with one row after the other.
struct Secured
{
    Vectors& v;
    SecureMessaging terminal, card;

    Secured(Vectors& vectors, const SessionKeys& keys)
        : v(vectors), terminal({keys.encryption.clone(), keys.mac.clone()}), card({keys.encryption.clone(), keys.mac.clone()})
    {
    }

    void check(const CommandApdu& command, const std::string& commandRow, const ResponseApdu& response, const std::string& responseRow)
    {
        SAME(encode(terminal.protect(command)), v[commandRow]);
        const auto opened = card.open(parseCommand(v[commandRow]).value());
        QVERIFY2(opened.has_value(), commandRow.c_str());
        SAME(encode(*opened), encode(command));
        SAME(encode(card.protect(response)), v[responseRow]);
        const auto answer = terminal.open(parseResponse(v[responseRow]).value());
        QVERIFY2(answer.has_value(), responseRow.c_str());
        SAME(encode(*answer), encode(response));
    }
};

const ResponseApdu done{{}, 0x9000};

} // namespace

class VectorsTest : public QObject
{
    Q_OBJECT

private slots:
    void icao9303()
    {
        Vectors v("icao_9303_g1.txt");
        QVERIFY(v.size() > 30);
        SAME(hash(HashAlgorithm::Sha1, v["mrz_info"]), v["mrz_hash"]);
        std::optional<PaceRun> run;
        checkPace(v, Secret(v["mrz_hash"]), run);
        QVERIFY(run);
        SAME(tokenInput(info.oid, run->ephemeralCard.point), v["token_input_terminal"]);
        SAME(tokenInput(info.oid, run->ephemeralTerminal.point), v["token_input_card"]);

        SAME(encode(setPace(concat({tlv(0x80, info.oid), Bytes{0x83, 1, 1}}))), v["c1"]);
        SAME(encode(done), v["r1"]);
        checkPaceApdus(v, *run, {});

        Secured secured(v, run->terminal.session);
        secured.check({.ins = 0xA4, .p1 = 0x02, .p2 = 0x0C, .data = {0x01, 0x1E}}, "sm_ssc_1", done, "sm_ssc_2");
        secured.check(readFrom(0, 4), "sm_ssc_3", {{0x60, 0x14, 0x5F, 0x01}, 0x9000}, "sm_ssc_4");
        QCOMPARE(v.unused(), QString());
    }

    void bsiEac2()
    {
        Vectors v("bsi_eac2.txt");
        QVERIFY(v.size() > 60);
        std::optional<PaceRun> run;
        checkPace(v, Secret("123456"), run);
        QVERIFY(run);
        SAME(xCoordinate(run->ephemeralCard.point), v["id_icc"]);

        const auto cvca = parseCvc(v["cvca"]), dv = parseCvc(v["dv"]), at = parseCvc(v["at"]);
        QVERIFY(cvca && dv && at);
        checkFiles(v);
        checkCertificates(v, *cvca, *dv, *at);
        const auto setPassword = concat({tlv(0x80, info.oid), Bytes{0x83, 1, 3}, encode(at->chat)});
        SAME(encode(setPace(setPassword)), v["c1"]);
        checkPaceApdus(v, *run, tlv(0x87, asBytes(cvca->chr)));
        checkTerminalAuthentication(v, run->terminal.session, *cvca, *dv, *at);
        checkChipAuthentication(v);
        QCOMPARE(v.unused(), QString());
    }

private:
    void checkFiles(Vectors& v)
    {
        const auto access = parseSecurityInfos(v["ef_card_access"]);
        QVERIFY(access);
        QCOMPARE(access->pace.size(), 1u);
        QCOMPARE(access->pace.front().parameterId, 13);
        QCOMPARE(access->chipAuthentication.size(), 1u); // of two: version 1 is not for us, and the other key is for privileged terminals
        const auto security = parseCardSecurity(v["ef_card_security"]);
        QVERIFY(security);
        QCOMPARE(security->chipAuthenticationKeys.size(), 1u);
        SAME(security->chipAuthenticationKeys.front().point, v["static_pk_card"]);
    }

    void checkCertificates(Vectors& v, const CvCertificate& cvca, const CvCertificate& dv, const CvCertificate& at)
    {
        const auto curve = cvca.key.curve;
        QVERIFY(curve && curve->parameterId() == 17);
        QVERIFY(isSignedBy(cvca, cvca.key, *curve));
        QVERIFY(isSignedBy(dv, cvca.key, *curve));
        QVERIFY(isSignedBy(at, dv.key, *curve));
        QVERIFY(!isSignedBy(at, cvca.key, *curve));
        QVERIFY(signaturesHold({at, dv, cvca}));

        const auto& pkcs8 = v["ta_key"];
        const auto outer = singleTlv(pkcs8);
        const auto parts = outer ? allTlv(outer->value) : std::nullopt;
        const auto octets = parts ? single(*parts, 0x04) : std::nullopt;
        const auto ecKey = octets ? singleTlv(*octets) : std::nullopt;
        const auto ecParts = ecKey ? allTlv(ecKey->value) : std::nullopt;
        const auto scalar = ecParts ? single(*ecParts, 0x04) : std::nullopt;
        QVERIFY(scalar);
        const auto terminalKey = keyOf(*curve, Secret(*scalar));
        QVERIFY(terminalKey);
        SAME(terminalKey->point, at.key.point);
        const auto ours = sign(*terminalKey, at.key.hash, v["signed_data"]);
        QVERIFY(verify(*curve, at.key.point, at.key.hash, v["signed_data"], ours));
    }

    void checkTerminalAuthentication(Vectors& v, const SessionKeys& keys, const CvCertificate& cvca, const CvCertificate& dv, const CvCertificate& at)
    {
        const auto setDst = setVerificationKey(asBytes(cvca.chr));
        SAME(setDst.data, v["d1"]);
        SAME(ByteView(v["ta_ssc_1"]).subspan(8, 16), v["e1"]);
        SAME(ByteView(v["ta_ssc_2"]).first(4), v["ad1"]);
        SAME(ByteView(v["ta_ssc_2"]).subspan(6, 8), v["a1"]);

        Secured secured(v, keys);
        secured.check(setDst, "ta_ssc_1", done, "ta_ssc_2");
        secured.check(verifyCertificate(bodyAndSignature(dv)), "ta_ssc_3", done, "ta_ssc_4");
        secured.check(setVerificationKey(asBytes(dv.chr)), "ta_ssc_5", done, "ta_ssc_6");
        secured.check(verifyCertificate(bodyAndSignature(at)), "ta_ssc_7", done, "ta_ssc_8");
        const auto keyHash = xCoordinate(v["ca_eph_pk_terminal"]);
        const auto terminal = concat({tlv(0x80, at.key.oid), tlv(0x83, asBytes(at.chr)), tlv(0x91, keyHash)});
        secured.check(setTerminalAuthentication(terminal), "ta_ssc_9", done, "ta_ssc_10");

        const auto challenge = toBytes(ByteView(v["signed_data"]).subspan(32, 8));
        SAME(concat({v["id_icc"], challenge, keyHash}), v["signed_data"]);
        QVERIFY(verify(*cvca.key.curve, at.key.point, at.key.hash, v["signed_data"], v["signature"]));
        secured.check(getChallenge(), "ta_ssc_11", {challenge, 0x9000}, "ta_ssc_12");
        secured.check(externalAuthenticate(v["signature"]), "ta_ssc_13", done, "ta_ssc_14");

        const auto fileStart = toBytes(ByteView(v["ef_card_security"]).first(16));
        secured.check(readFromStart(file::cardSecurity, CommandApdu::allExtended), "ta_ssc_15", {fileStart, 0x9000}, "ta_ssc_16");
        secured.check(setChipAuthentication(concat({tlv(0x80, oid::caEcdhAes128), Bytes{0x84, 1, 1}})), "ta_ssc_17", done, "ta_ssc_18");
        const auto answer = dynamicData(concat({tlv(0x81, v["ca_nonce"]), tlv(0x82, v["ca_t_card"])}));
        secured.check(generalAuthenticate(true, tlv(0x80, v["ca_eph_pk_terminal"])), "ta_ssc_19", answer, "ta_ssc_20");
    }

    void checkChipAuthentication(Vectors& v)
    {
        const auto curve = Curve::brainpoolP256r1();
        const auto card = key(curve, v["static_sk_card"]), terminal = key(curve, v["ca_eph_sk_terminal"]);
        SAME(card.point, v["static_pk_card"]);
        SAME(terminal.point, v["ca_eph_pk_terminal"]);
        const auto shared = agree(card, terminal.point);
        QVERIFY(shared);
        SAME(*shared, v["ca_shared_secret"]);
        SAME(agree(terminal, card.point).value(), v["ca_shared_secret"]);
        const auto keys = deriveSessionKeys(*shared, 16, v["ca_nonce"]);
        SAME(keys.encryption, v["ca_ks_enc"]);
        SAME(keys.mac, v["ca_ks_mac"]);
        SAME(tokenInput(oid::caEcdhAes128, terminal.point), v["ca_token_input"]);
        SAME(authenticationToken(keys.mac, oid::caEcdhAes128, terminal.point), v["ca_t_card"]);

        Secured secured(v, keys);
        secured.check(selectApplication(eidApplication), "new_ssc_1", done, "new_ssc_2");
        auto listener = Secured(v, keys); // the example does not print the content of data group 4
        listener.check(selectApplication(eidApplication), "new_ssc_1", done, "new_ssc_2");
        listener.terminal.protect(readFromStart(4, CommandApdu::all));
        const auto answer = listener.terminal.open(parseResponse(v["new_ssc_4"]).value());
        QVERIFY(answer);
        QCOMPARE(answer->sw, 0x6282);
        QCOMPARE(singleTlv(answer->data).value().tag, 0x64u);
        secured.check(readFromStart(4, CommandApdu::all), "new_ssc_3", *answer, "new_ssc_4");
    }
};

QTEST_GUILESS_MAIN(VectorsTest)
#include "vectors_test.moc"
