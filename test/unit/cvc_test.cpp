// CV certificates: reading and issuing, what is refused, chains to an anchor and for a card, and their signatures.
#include <QTest>

#include "core/cvc.h"
#include "core/oid.h"
#include "core/rsa_cv_key.h"
#include "core/tlv.h"
#include "support/eac_chain.h"
#include "support/seeded_random.h"

using namespace eidkern;
using Chain = std::vector<CvCertificate>;

static Bytes twice(const Bytes& bytes) { return concat({bytes, bytes}); }
static Bytes ofText(std::uint32_t tag, std::string_view text) { return tlv(tag, asBytes(text)); }

static Bytes flipped(Bytes bytes, std::size_t at)
{
    bytes[at] ^= 1;
    return bytes;
}

// The parts of a public key and of a certificate, to be left out, doubled or replaced. The signature is of no key.
struct Parts
{
    Curve curve = Curve::brainpoolP256r1();
    Bytes oid = tlv(0x06, oid::taEcdsaSha256), p = tlv(0x81, curve.prime()), a = tlv(0x82, curve.a()), b = tlv(0x83, curve.b()),
          g = tlv(0x84, curve.generator()), n = tlv(0x85, curve.order()), point = tlv(0x86, curve.generator()), cofactor = tlv(0x87, Bytes{1});
    Bytes profile = tlv(0x5F29, Bytes{0}), car = ofText(0x42, "DETESTCVCA00001"), key = {}, chr = ofText(0x5F20, "DETESTCVCA00002"),
          chat = encode(Chat::of(Role::Cvca, test::everyRight())), effective = tlv(0x5F25, Bytes{2, 6, 1, 1, 2, 0}),
          expiration = tlv(0x5F24, Bytes{2, 8, 0, 2, 2, 9}), extensions = tlv(0x65, tlv(0x73, {tlv(0x06, oid::description), tlv(0x80, Bytes(32, 5))})),
          signature = tlv(0x5F37, Bytes(64, 9));

    Parts() { key = tlv(0x7F49, {oid, p, a, b, g, n, point, cofactor}); }

    Bytes body() const { return tlv(0x7F4E, {profile, car, key, chr, chat, effective, expiration, extensions}); }
    Bytes whole() const { return tlv(0x7F21, {body(), signature}); }
};

// A CVCA whose key was renewed: root 1, link 1 -> 2 on another curve, root 2, and a DV and a terminal below it.
struct Renewed
{
    EcKey oldKey, newKey, dvKey, terminalKey;
    CvCertificate oldRoot, link, newRoot, dv, terminal;
};

static Renewed renewed(Random& random)
{
    const auto oldCurve = Curve::brainpoolP256r1(), newCurve = *Curve::standard(15);
    auto oldKey = generateKey(oldCurve, random), newKey = generateKey(newCurve, random), dvKey = generateKey(newCurve, random),
         terminalKey = generateKey(newCurve, random);
    const auto issue = [](const char* car, const char* chr, Role role, const EcKey& subject, const EcKey& issuer) {
        return issueCvc({.car = car,
                         .chr = chr,
                         .chat = Chat::of(role, test::everyRight()),
                         .effective = {2026, 1, 1},
                         .expiration = {2027, 1, 1},
                         .withDomainParameters = role == Role::Cvca},
                        subject, issuer);
    };
    auto oldRoot = issue("DETESTCVCA00001", "DETESTCVCA00001", Role::Cvca, oldKey, oldKey),
         link = issue("DETESTCVCA00001", "DETESTCVCA00002", Role::Cvca, newKey, oldKey);
    auto newRoot = issue("DETESTCVCA00002", "DETESTCVCA00002", Role::Cvca, newKey, newKey),
         dv = issue("DETESTCVCA00002", "DETESTDVDE00001", Role::DvOfficial, dvKey, newKey);
    auto terminal = issue("DETESTDVDE00001", "DETESTATDE00001", Role::Terminal, terminalKey, dvKey);
    return {std::move(oldKey), std::move(newKey), std::move(dvKey), std::move(terminalKey), oldRoot, link, newRoot, dv, terminal};
}

static std::string names(const auto& chain) // optional or expected
{
    if (!chain) return "none";
    std::string all;
    for (const auto& each : *chain) all += (all.empty() ? "" : " ") + each.car.substr(6) + ">" + each.chr.substr(6);
    return all;
}

class cvc_test : public QObject
{
    Q_OBJECT
    test::SeededRandom random_;
    const test::EacChain eac_ = test::makeEacChain(random_, {Right::ReadDg4, Right::AgeVerification}, Bytes(32, 0xD5));

private Q_SLOTS:
    void reads()
    {
        const auto c = parseCvc(Parts().whole());
        QVERIFY(c);
        QCOMPARE(c->car, std::string("DETESTCVCA00001"));
        QCOMPARE(c->chr, std::string("DETESTCVCA00002"));
        QVERIFY(c->effective == (Date{2026, 11, 20}) && c->expiration == (Date{2028, 2, 29}));
        QVERIFY(c->isCvca() && !c->isDv() && !c->isTerminal() && !c->isSelfSigned());
        QVERIFY(c->key.hash == HashAlgorithm::Sha256 && same(c->key.oid, oid::taEcdsaSha256));
        QVERIFY(c->key.curve && c->key.curve->parameterId() == 13);
        QVERIFY(same(c->key.point, c->key.curve->generator()));
        QCOMPARE(c->descriptionHash, Bytes(32, 5));
        QCOMPARE(c->body, Parts().body());
        QCOMPARE(c->signature, Bytes(64, 9));
        QCOMPARE(c->whole, Parts().whole());
    }

    void issuedOnesReadTheSame()
    {
        for (const auto* issued : {&eac_.cvca, &eac_.dv, &eac_.terminal})
        {
            const auto again = parseCvc(issued->whole);
            QVERIFY(again);
            QCOMPARE(again->whole, issued->whole);
            const auto unwrapped = parseBodyAndSignature(bodyAndSignature(*issued));
            QVERIFY(unwrapped);
            QCOMPARE(unwrapped->whole, issued->whole);
            QVERIFY(same(bodyAndSignature(*issued), singleTlv(issued->whole)->value));
        }
        QVERIFY(eac_.cvca.isCvca() && eac_.cvca.isSelfSigned() && eac_.cvca.key.curve);
        QVERIFY(eac_.dv.isDv() && !eac_.dv.isSelfSigned() && !eac_.dv.key.curve);
        QVERIFY(eac_.terminal.isTerminal() && !eac_.terminal.key.curve);
        QVERIFY(same(eac_.terminal.key.point, eac_.terminalKey.point));
        QVERIFY(eac_.terminal.chat.rights == (Rights{Right::ReadDg4, Right::AgeVerification}));
        QCOMPARE(eac_.terminal.descriptionHash, Bytes(32, 0xD5));
        QVERIFY(eac_.dv.descriptionHash.empty());
        auto foreign = Parts();
        foreign.chat = encode(Chat::of(Role::DvForeign, {}));
        QVERIFY(parseCvc(foreign.whole())->isDv());
    }

    void datesAreInclusive()
    {
        const auto& c = eac_.terminal; // 2026-11-01 .. 2026-12-15
        QVERIFY(!c.validOn({2026, 10, 31}) && c.validOn({2026, 11, 1}) && c.validOn({2026, 11, 20}) && c.validOn({2026, 12, 15}) && !c.validOn({2026, 12, 16}));
    }

    void rsaKeys_data()
    {
        QTest::addColumn<int>("arc");
        for (const auto& [name, arc] :
             {std::pair{"v1.5, SHA-1", 1}, {"v1.5, SHA-256", 2}, {"PSS, SHA-1", 3}, {"PSS, SHA-256", 4}, {"v1.5, SHA-512", 5}, {"PSS, SHA-512", 6}})
            QTest::newRow(name) << arc;
    }
    void rsaKeys() // a chain of RSA keys; every other scheme, a changed body and a changed signature are refused
    {
        QFETCH(int, arc);
        const RsaCvKey root{std::uint8_t(arc)}, dv{std::uint8_t(arc)}, other{std::uint8_t(arc)};
        const auto signedBy = [](const RsaCvKey& key) { return [&key](ByteView body) { return key.sign(body); }; };
        CvIssue what{.car = "DETESTRSA00001", .chr = "DETESTRSA00001", .chat = Chat::of(Role::Cvca, {}), .effective = {2026, 1, 1}, .expiration = {2027, 1, 1}};
        const auto cvca = issueCvc(what, root.object(), signedBy(root));
        what.chr = "DETESTRSADV0001";
        what.chat = Chat::of(Role::DvOfficial, {});
        const auto good = issueCvc(what, dv.object(), signedBy(root)), stranger = issueCvc(what, dv.object(), signedBy(other));
        what.car = what.chr;
        what.chr = "DETESTRSAAT0001";
        what.chat = Chat::forTerminal({});
        const auto terminal = issueCvc(what, eac_.terminalKey, eac_.dvKey); // its own key may be of another kind
        const auto at = issueCvc(what, other.object(), signedBy(dv));

        QVERIFY(cvca.key.rsa && cvca.key.standsAlone() && !cvca.key.curve && cvca.key.point.empty());
        QVERIFY(signaturesHold({at, good, cvca}));
        QVERIFY(!signaturesHold({at, stranger, cvca}) && !signaturesHold({terminal, good, cvca}));
        for (int another = 1; another <= 6; ++another)
        {
            auto key = cvca.key;
            const auto probe = issueCvc(
                {.car = "DETESTRSA00001", .chr = "DETESTRSA00001", .chat = Chat::of(Role::Cvca, {}), .effective = {2026, 1, 1}, .expiration = {2027, 1, 1}},
                RsaCvKey{std::uint8_t(another), 1024}.object(), signedBy(root));
            key.padding = probe.key.padding;
            key.hash = probe.key.hash;
            QCOMPARE(isSignedBy(good, key, {}), another == arc);
        }
        auto body = good, signature = good, shorter = good;
        body.body.back() ^= 1;
        signature.signature.front() ^= 1;
        shorter.signature.pop_back();
        for (const auto& bad : {body, signature, shorter}) QVERIFY(!isSignedBy(bad, cvca.key, {}));
    }

    void saltsOfAnotherLength() // PSS: as long as the hash
    {
        const RsaCvKey key(4);
        const auto signedWith = [&key](int salt) {
            return issueCvc(
                {.car = "DETESTRSA00001", .chr = "DETESTRSA00001", .chat = Chat::of(Role::Cvca, {}), .effective = {2026, 1, 1}, .expiration = {2027, 1, 1}},
                key.object(), [&](ByteView body) { return key.sign(body, salt); });
        };
        for (const int salt : {0, 20, 32, 64})
        {
            const auto root = signedWith(salt);
            QCOMPARE(isSignedBy(root, root.key, {}), salt == 32);
        }
    }

    void malformedRsaKeys()
    {
        const Bytes e{1, 0, 1}, n = [] {
            Bytes out(256, 0xA5);
            return out;
        }();
        const auto parsed = [](Bytes modulus, Bytes exponent, std::uint8_t arc, Bytes more = {}) {
            Parts parts;
            parts.key = tlv(0x7F49, {tlv(0x06, concat({oid::taRsa, ByteView(&arc, 1)})), tlv(0x81, modulus), tlv(0x82, exponent), more});
            return parseCvc(parts.whole()).has_value();
        };
        QVERIFY(parsed(n, e, 2));
        QVERIFY(parsed(n, {3}, 2));
        QVERIFY(!parsed(n, e, 0) && !parsed(n, e, 7));
        QVERIFY(!parsed(n, e, 2, tlv(0x83, Bytes{1})));
        QVERIFY(!parsed({}, e, 2) && !parsed(n, {}, 2) && !parsed(n, {1}, 2) && !parsed(n, {2}, 2) && !parsed(n, Bytes(9, 0x81), 2));
        QVERIFY(!parsed(Bytes(127, 0xA5), e, 2) && !parsed(Bytes(513, 0xA5), e, 2));
        auto even = n, leadingZero = n;
        even.back() = 0xA4;
        leadingZero.front() = 0;
        QVERIFY(!parsed(even, e, 2) && !parsed(leadingZero, e, 2));
    }

    void sectorExtension()
    {
        const auto issue = [&](std::vector<Bytes> hashes, Bytes description) {
            return issueCvc({.car = eac_.dv.chr,
                             .chr = "DETESTATDE00002",
                             .chat = Chat::forTerminal({}),
                             .effective = {2026, 1, 1},
                             .expiration = {2027, 1, 1},
                             .descriptionHash = std::move(description),
                             .sectorHashes = std::move(hashes)},
                            eac_.terminalKey, eac_.dvKey);
        };
        QVERIFY(issue({}, Bytes(32, 1)).sectorHashes.empty());
        const auto both = issue({Bytes(32, 2), Bytes(32, 3)}, Bytes(32, 1));
        QCOMPARE(both.sectorHashes, (std::vector<Bytes>{Bytes(32, 2), Bytes(32, 3)}));
        QCOMPARE(both.descriptionHash, Bytes(32, 1));
        QCOMPARE(issue({Bytes(32, 2)}, {}).sectorHashes.size(), std::size_t(1));
    }

    void hashOfTheKey_data()
    {
        QTest::addColumn<int>("arc");
        QTest::addColumn<int>("hash");
        QTest::newRow("SHA-1") << 1 << int(HashAlgorithm::Sha1);
        QTest::newRow("SHA-224") << 2 << int(HashAlgorithm::Sha224);
        QTest::newRow("SHA-256") << 3 << int(HashAlgorithm::Sha256);
        QTest::newRow("SHA-384") << 4 << int(HashAlgorithm::Sha384);
        QTest::newRow("SHA-512") << 5 << int(HashAlgorithm::Sha512);
    }
    void hashOfTheKey() // what the issuer's key names is the hash of the signature
    {
        QFETCH(int, arc);
        QFETCH(int, hash);
        Parts parts;
        const auto issuer = generateKey(parts.curve, random_);
        const auto algorithm = HashAlgorithm(hash), another = hash == 2 ? HashAlgorithm::Sha384 : HashAlgorithm::Sha256;
        parts.signature = tlv(0x5F37, sign(issuer, algorithm, parts.body()));
        const auto good = parseCvc(parts.whole());
        parts.signature = tlv(0x5F37, sign(issuer, another, parts.body()));
        const auto bad = parseCvc(parts.whole());

        Parts of;
        of.key = tlv(0x7F49, {tlv(0x06, concat({oid::taEcdsa, Bytes{std::uint8_t(arc)}})), tlv(0x86, issuer.point)});
        const auto certificate = parseCvc(of.whole());
        QVERIFY(good && bad && certificate);
        QVERIFY(certificate->key.hash == algorithm);
        QVERIFY(isSignedBy(*good, certificate->key, of.curve));
        QVERIFY(!isSignedBy(*bad, certificate->key, of.curve));
    }

    void whatMayBeMissingOrBeThere()
    {
        Parts parts;
        parts.extensions = {};
        QVERIFY(parseCvc(parts.whole()) && parseCvc(parts.whole())->descriptionHash.empty());
        parts.extensions = tlv(0x65, tlv(0x73, {tlv(0x06, oid::publicKeyEcdh), tlv(0x80, Bytes(32, 1))})); // one that we do not know
        QVERIFY(parseCvc(parts.whole()) && parseCvc(parts.whole())->descriptionHash.empty());
        parts.key = tlv(0x7F49, {parts.oid, parts.p, parts.a, parts.b, parts.g, parts.n, parts.point}); // no cofactor
        QVERIFY(parseCvc(parts.whole()));
        parts.key = tlv(0x7F49, {parts.oid, parts.point});
        QVERIFY(parseCvc(parts.whole()) && !parseCvc(parts.whole())->key.curve);
        parts.car = ofText(0x42, "DEX00001");
        QVERIFY(parseCvc(parts.whole()));
        parts.car = ofText(0x42, "DE12345678900001");
        QVERIFY(parseCvc(parts.whole()));
        parts.chat = tlv(0x7F4C, {tlv(0x06, oid::roleInspectionSystem), tlv(0x53, Bytes{0xC3})});
        QVERIFY(parseCvc(parts.whole()) && parseCvc(parts.whole())->isCvca());
    }

    void refuses_data()
    {
        QTest::addColumn<QByteArray>("input");
        const auto row = [](const QString& name, const Bytes& bytes) {
            QTest::newRow(qPrintable(name)) << QByteArray(reinterpret_cast<const char*>(bytes.data()), qsizetype(bytes.size()));
        };
        const auto with = [](Bytes Parts::* part, const Bytes& value) {
            Parts parts;
            parts.*part = value;
            return parts.whole();
        };
        const auto withKey = [](Bytes Parts::* part, const Bytes& value) {
            Parts parts;
            parts.*part = value;
            parts.key = tlv(0x7F49, {parts.oid, parts.p, parts.a, parts.b, parts.g, parts.n, parts.point, parts.cofactor});
            return parts.whole();
        };
        const Parts good;

        row("nothing", {});
        row("another outer tag", tlv(0x7F22, {good.body(), good.signature}));
        row("the body alone", good.body());
        row("a byte behind it", concat({good.whole(), Bytes{0}}));
        row("a byte behind the signature", tlv(0x7F21, {good.body(), good.signature, Bytes{0}}));
        row("another body tag", tlv(0x7F21, {tlv(0x7F4F, singleTlv(good.body())->value), good.signature}));
        row("signature first", tlv(0x7F21, {good.signature, good.body()}));
        row("no signature", tlv(0x7F21, good.body()));
        row("signature twice", tlv(0x7F21, {good.body(), twice(good.signature)}));
        row("body twice", tlv(0x7F21, {twice(good.body()), good.signature}));
        for (std::size_t size = 0; size < good.whole().size(); size += 37) row(QString("cut to %1").arg(size), toBytes(ByteView(good.whole()).first(size)));

        for (const auto& [name, part] : {std::pair("profile", &Parts::profile),
                                         {"CAR", &Parts::car},
                                         {"key", &Parts::key},
                                         {"CHR", &Parts::chr},
                                         {"CHAT", &Parts::chat},
                                         {"effective date", &Parts::effective},
                                         {"expiration date", &Parts::expiration},
                                         {"extensions", &Parts::extensions}})
        {
            if (part != &Parts::extensions)
            {
                row(QString("no ") + name, with(part, {}));
                row(QString(name) + " empty", with(part, tlv(singleTlv(good.*part)->tag, ByteView())));
            }
            row(QString(name) + " twice", with(part, twice(good.*part)));
        }
        for (const auto& [name, part] : {std::pair("key OID", &Parts::oid),
                                         {"p", &Parts::p},
                                         {"a", &Parts::a},
                                         {"b", &Parts::b},
                                         {"G", &Parts::g},
                                         {"n", &Parts::n},
                                         {"point", &Parts::point}})
        {
            row(QString("no ") + name, withKey(part, {}));
            row(QString(name) + " twice", withKey(part, twice(good.*part)));
            row(QString(name) + " changed", withKey(part, flipped(good.*part, (good.*part).size() - 2)));
        }

        row("profile 1", with(&Parts::profile, tlv(0x5F29, Bytes{1})));
        row("profile of two bytes", with(&Parts::profile, tlv(0x5F29, Bytes{0, 0})));
        for (const auto& [name, part, tag] : {std::tuple("CAR", &Parts::car, 0x42u), {"CHR", &Parts::chr, 0x5F20u}})
        {
            row(QString(name) + " of seven bytes", with(part, ofText(tag, "DE00001")));
            row(QString(name) + " of 17 bytes", with(part, ofText(tag, "DE123456789012345")));
            row(QString(name) + " with a line break", with(part, ofText(tag, "DETEST\nCA00001")));
            row(QString(name) + " with a blank", with(part, ofText(tag, "DETEST CA00001")));
            row(QString(name) + " with an umlaut", with(part, ofText(tag, "DETESTä00001")));
            row(QString(name) + " with a zero byte", with(part, ofText(tag, std::string_view("DETEST\0CA00001", 14))));
        }
        for (const auto& [name, part, tag] : {std::tuple("effective", &Parts::effective, 0x5F25u), {"expiration", &Parts::expiration, 0x5F24u}})
        {
            for (const auto& digits : {Bytes{2, 6, 1, 1, 2}, Bytes{2, 6, 1, 1, 2, 0, 0}, Bytes{2, 6, 1, 1, 2, 10}, Bytes{0x32, 0x36, 0x31, 0x31, 0x32, 0x30},
                                       Bytes{2, 6, 1, 3, 0, 1}, Bytes{2, 6, 0, 0, 0, 1}, Bytes{2, 6, 1, 1, 0, 0}, Bytes{2, 6, 0, 2, 2, 9},
                                       Bytes{2, 6, 1, 1, 3, 1}, Bytes{0x26, 0x11, 0x20}})
                row(QString("%1 date %2").arg(name, QString::fromStdString(toHex(digits))), with(part, tlv(tag, digits)));
        }

        row("an RSA key", withKey(&Parts::oid, tlv(0x06, oid::bsi(2, 2, 2, 1, 2))));
        row("ECDSA without a hash", withKey(&Parts::oid, tlv(0x06, oid::taEcdsa)));
        row("ECDSA with hash 0", withKey(&Parts::oid, tlv(0x06, oid::bsi(2, 2, 2, 2, 0))));
        row("ECDSA with hash 6", withKey(&Parts::oid, tlv(0x06, oid::bsi(2, 2, 2, 2, 6))));
        row("ECDSA with an arc more", withKey(&Parts::oid, tlv(0x06, oid::bsi(2, 2, 2, 2, 3, 1))));
        row("a compressed point", withKey(&Parts::point, tlv(0x86, concat({Bytes{2}, xCoordinate(good.curve.generator())}))));
        row("infinity", withKey(&Parts::point, tlv(0x86, Bytes{0})));
        row("a key without its point", with(&Parts::key, tlv(0x7F49, good.oid)));
        row("a key with a third part", with(&Parts::key, tlv(0x7F49, {good.oid, good.point, good.cofactor})));
        row("an unknown curve", with(&Parts::key, tlv(0x7F49, {good.oid, tlv(0x81, Bytes{23}), tlv(0x82, Bytes{1}), tlv(0x83, Bytes{1}),
                                                               tlv(0x84, Bytes{4, 3, 10}), tlv(0x85, Bytes{7}), tlv(0x86, Bytes{4, 3, 10}), good.cofactor})));
        row("a CHAT of four bytes", with(&Parts::chat, tlv(0x7F4C, {tlv(0x06, oid::roleAuthenticationTerminal), tlv(0x53, Bytes(4, 0))})));
        row("an extension under another tag", with(&Parts::extensions, tlv(0x65, tlv(0x30, {tlv(0x06, oid::description), tlv(0x80, Bytes(32, 5))}))));
        row("an extension without OID", with(&Parts::extensions, tlv(0x65, tlv(0x73, tlv(0x80, Bytes(32, 5))))));
        row("a description without hash", with(&Parts::extensions, tlv(0x65, tlv(0x73, tlv(0x06, oid::description)))));
        row("a description with two hashes", with(&Parts::extensions, tlv(0x65, tlv(0x73, {tlv(0x06, oid::description), twice(tlv(0x80, Bytes(32, 5)))}))));
        row("two descriptions", with(&Parts::extensions, tlv(0x65, twice(toBytes(singleTlv(good.extensions)->value)))));
        row("a cut extension", with(&Parts::extensions, tlv(0x65, Bytes{0x73, 5, 1})));
    }
    void refuses()
    {
        QFETCH(QByteArray, input);
        QVERIFY(!parseCvc(asBytes({input.constData(), std::size_t(input.size())})));
    }

    void chainsToAnAnchor()
    {
        const auto& [cvcaKey, dvKey, terminalKey, cvca, dv, terminal] = eac_;
        const std::string whole = "DVDE00001>ATDE00001 CVCA00001>DVDE00001 CVCA00001>CVCA00001";
        for (const auto& pool : {Chain{terminal, dv}, Chain{dv, terminal}, Chain{dv}, Chain{cvca, terminal, dv}})
        {
            const auto chain = chainToAnchor(terminal, pool, {cvca});
            QCOMPARE(names(chain), whole);
            QVERIFY(signaturesHold(*chain));
        }
        QCOMPARE(names(chainToAnchor(terminal, {terminal}, {cvca})), std::string("none")); // no DV
        QCOMPARE(chainToAnchor(terminal, {terminal}, {cvca}).error(), terminal.car);
        QCOMPARE(names(chainToAnchor(terminal, {dv, terminal}, {})), std::string("none"));
        QCOMPARE(chainToAnchor(terminal, {dv, terminal}, {}).error(), cvca.chr); // the authority that nobody here knows
        QCOMPARE(names(chainToAnchor(terminal, {dv, terminal, cvca}, {})), std::string("none")); // a root that was merely sent
        QCOMPARE(names(chainToAnchor(dv, {}, {cvca})), std::string("CVCA00001>DVDE00001 CVCA00001>CVCA00001"));
        QCOMPARE(names(chainToAnchor(cvca, {cvca}, {cvca})), std::string("none")); // no terminal
    }

    void whoPretendsToBeTheAnchor()
    {
        test::SeededRandom other(99);
        const auto forged = test::makeEacChain(other); // the same names, other keys
        for (const auto& pool : {Chain{forged.cvca, forged.dv, forged.terminal}, Chain{forged.dv, forged.cvca}})
        {
            const auto chain = chainToAnchor(forged.terminal, pool, {eac_.cvca});
            QVERIFY(chain);
            QCOMPARE(chain->back().whole, eac_.cvca.whole); // ours, not the one that was sent
            QVERIFY(!signaturesHold(*chain));
        }
    }

    void linkCertificates()
    {
        const auto r = renewed(random_);
        const Chain pool{r.newRoot, r.terminal, r.link, r.dv}; // the new root was merely sent: its name must not hide the link's
        const auto chain = chainToAnchor(r.terminal, pool, {r.oldRoot});
        QCOMPARE(names(chain), std::string("DVDE00001>ATDE00001 CVCA00002>DVDE00001 CVCA00001>CVCA00002 CVCA00001>CVCA00001"));
        QVERIFY(signaturesHold(*chain)); // over two curves
        const auto shorter = chainToAnchor(r.terminal, pool, {r.oldRoot, r.newRoot});
        QCOMPARE(names(shorter), std::string("DVDE00001>ATDE00001 CVCA00002>DVDE00001 CVCA00002>CVCA00002"));
        QVERIFY(signaturesHold(*shorter));
        QCOMPARE(names(chainToAnchor(r.terminal, {r.terminal, r.dv, r.newRoot}, {r.oldRoot})), std::string("none"));

        QCOMPARE(names(chainForCard(r.terminal, pool, "DETESTCVCA00001")), std::string("CVCA00001>CVCA00002 CVCA00002>DVDE00001 DVDE00001>ATDE00001"));
        QCOMPARE(names(chainForCard(r.terminal, pool, "DETESTCVCA00002")), std::string("CVCA00002>DVDE00001 DVDE00001>ATDE00001"));
        QCOMPARE(names(chainForCard(r.terminal, {r.dv}, "DETESTCVCA00001")), std::string("none"));
    }

    void chainsForACard()
    {
        const auto& [cvcaKey, dvKey, terminalKey, cvca, dv, terminal] = eac_;
        QCOMPARE(names(chainForCard(terminal, {terminal, dv, cvca}, "DETESTCVCA00001")), std::string("CVCA00001>DVDE00001 DVDE00001>ATDE00001"));
        QCOMPARE(names(chainForCard(terminal, {}, "DETESTDVDE00001")), std::string("DVDE00001>ATDE00001")); // the DV itself is the trust point
        QCOMPARE(names(chainForCard(terminal, {terminal, dv, cvca}, "DETESTCVCA00009")), std::string("none")); // also no root as a guess
        QCOMPARE(names(chainForCard(terminal, {terminal, cvca}, "DETESTCVCA00001")), std::string("none"));     // no DV
        QCOMPARE(names(chainForCard(terminal, {terminal, dv}, "")), std::string("none"));
    }

    void circlesAndLongChainsEnd()
    {
        const auto& key = eac_.cvcaKey;
        const auto issue = [&](std::string car, std::string chr, Role role) {
            return issueCvc({.car = std::move(car),
                             .chr = std::move(chr),
                             .chat = Chat::of(role, {}),
                             .effective = {2026, 1, 1},
                             .expiration = {2027, 1, 1},
                             .withDomainParameters = role == Role::Cvca},
                            key, key);
        };
        const auto name = [](int number) { return "DETEST" + std::to_string(10000 + number); };
        const Chain circle{issue(name(1), name(2), Role::Cvca), issue(name(2), name(1), Role::Cvca), issue(name(1), "DETESTDV00001", Role::DvOfficial)};
        const auto terminal = issue("DETESTDV00001", "DETESTAT00001", Role::Terminal);
        QVERIFY(!chainToAnchor(terminal, circle, {eac_.cvca}));
        QVERIFY(!chainForCard(terminal, circle, eac_.cvca.chr));

        for (const int links : {13, 14}) // with terminal, DV and root: 16 and 17 certificates
        {
            Chain pool{issue(name(links), "DETESTDV00001", Role::DvOfficial)};
            for (int i = 1; i <= links; ++i) pool.push_back(issue(i == 1 ? eac_.cvca.chr : name(i - 1), name(i), Role::Cvca));
            const auto chain = chainToAnchor(terminal, pool, {eac_.cvca});
            QCOMPARE(chain.has_value(), links == 13);
            if (chain) QVERIFY(chain->size() == 16 && signaturesHold(*chain));
        }
    }

    void everyOneIssuesForTheRankBelow()
    {
        const auto& [cvcaKey, dvKey, terminalKey, cvca, dv, terminal] = eac_;
        const auto issue = [&](const CvCertificate& by, const EcKey& byKey, const char* chr, Role role) {
            return issueCvc({.car = by.chr, .chr = chr, .chat = Chat::of(role, test::everyRight()), .effective = {2026, 1, 1}, .expiration = {2027, 1, 1}},
                            byKey, byKey);
        };
        const auto ofTerminal = issue(terminal, terminalKey, "DETESTATDE00002", Role::Terminal),
                   ofCvca = issue(cvca, cvcaKey, "DETESTATDE00003", Role::Terminal);
        const auto dvOfTerminal = issue(terminal, terminalKey, "DETESTDVDE00002", Role::DvOfficial),
                   dvOfDv = issue(dv, dvKey, "DETESTDVDE00003", Role::DvForeign);
        const auto cvcaOfDv = issue(dv, dvKey, "DETESTCVCA00003", Role::Cvca);
        const Chain pool{terminal, dv, ofTerminal, ofCvca, dvOfTerminal, dvOfDv, cvcaOfDv};
        for (const auto* each : {&ofTerminal, &ofCvca, &dvOfTerminal, &dvOfDv, &cvcaOfDv})
            QCOMPARE(names(chainToAnchor(*each, pool, {cvca})), std::string("none"));
        for (const auto* each : {&ofTerminal, &dvOfTerminal, &dvOfDv, &cvcaOfDv}) QCOMPARE(names(chainForCard(*each, pool, cvca.chr)), std::string("none"));
        for (const auto& [above, key] : {std::pair(&dvOfTerminal, &terminalKey), {&dvOfDv, &dvKey}})
            QCOMPARE(names(chainToAnchor(issue(*above, *key, "DETESTATDE00004", Role::Terminal), pool, {cvca})), std::string("none"));
    }

    void everySignatureCounts()
    {
        const auto r = renewed(random_);
        const auto good = *chainToAnchor(r.terminal, {r.dv, r.link}, {r.oldRoot});
        QVERIFY(signaturesHold(good));
        for (std::size_t i = 0; i + 1 < good.size(); ++i) // the root's own: TrustAnchor::parse() verifies it
        {
            for (const auto at : {std::size_t(0), good[i].signature.size() - 1})
            {
                auto chain = good;
                chain[i].signature = flipped(chain[i].signature, at);
                QVERIFY(!signaturesHold(chain));
            }
            auto body = good, otherOne = good, gone = good;
            body[i].body = flipped(body[i].body, body[i].body.size() - 1);
            otherOne[i].signature = good[(i + 1) % good.size()].signature;
            gone[i].signature.clear();
            QVERIFY(!signaturesHold(body) && !signaturesHold(otherOne) && !signaturesHold(gone));
        }
        auto withoutCurve = good;
        withoutCurve.back().key.curve.reset();
        QVERIFY(!signaturesHold(withoutCurve));
    }
};

QTEST_GUILESS_MAIN(cvc_test)
#include "cvc_test.moc"
