// CertificateDescription (TR-03110-4 2.2.6): the three formats, what may be missing, what is refused.
#include <QTest>

#include "core/certificate_description.h"
#include "core/oid.h"
#include "core/tlv.h"

using namespace eidkern;

static Bytes text(std::uint32_t field, std::uint32_t type, std::string_view value) { return tlv(field, tlv(type, asBytes(value))); }

// The fields of one description, to be left out, doubled or replaced.
struct Fields
{
    Bytes type = tlv(0x06, oid::descriptionPlain), issuerName = text(0xA1, 0x0C, "Issuer"), issuerUrl = text(0xA2, 0x13, "https://issuer.example"),
          subjectName = text(0xA3, 0x0C, "Dienst für Bürger"), subjectUrl = text(0xA4, 0x13, "https://service.example"),
          terms = text(0xA5, 0x0C, "Name, Zweck"), redirectUrl = text(0xA6, 0x13, "https://back.example"),
          hashes = tlv(0xA7, tlv(0x31, tlv(0x04, Bytes(32, 7))));

    Bytes der() const { return tlv(0x30, {type, issuerName, issuerUrl, subjectName, subjectUrl, terms, redirectUrl, hashes}); }
};

static Bytes twice(const Bytes& bytes) { return concat({bytes, bytes}); }

static Bytes hashesOf(std::size_t count)
{
    Bytes all;
    for (std::size_t i = 0; i < count; ++i)
    {
        const auto one = tlv(0x04, Bytes{std::uint8_t(i >> 8), std::uint8_t(i)});
        all.insert(all.end(), one.begin(), one.end());
    }
    return tlv(0xA7, tlv(0x31, all));
}

class certificate_description_test : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void reads()
    {
        const auto d = parseCertificateDescription(Fields().der());
        QVERIFY(d);
        QVERIFY(d->format == DescriptionFormat::Plain);
        QCOMPARE(d->issuerName, std::string("Issuer"));
        QCOMPARE(d->issuerUrl, std::string("https://issuer.example"));
        QCOMPARE(d->subjectName, std::string("Dienst für Bürger"));
        QCOMPARE(d->subjectUrl, std::string("https://service.example"));
        QCOMPARE(d->termsOfUsage, std::string("Name, Zweck"));
        QCOMPARE(d->redirectUrl, std::string("https://back.example"));
        QCOMPARE(d->commCertificates, std::vector<Bytes>{Bytes(32, 7)});
        QVERIFY(same(encode(*d), Fields().der()));
    }

    void formats_data()
    {
        QTest::addColumn<int>("format");
        QTest::addColumn<int>("lastArc");
        QTest::addColumn<int>("type"); // of the terms: UTF8String, IA5String, OCTET STRING
        QTest::newRow("plain") << int(DescriptionFormat::Plain) << 1 << 0x0C;
        QTest::newRow("html") << int(DescriptionFormat::Html) << 2 << 0x16;
        QTest::newRow("pdf") << int(DescriptionFormat::Pdf) << 3 << 0x04;
    }
    void formats()
    {
        QFETCH(int, format);
        QFETCH(int, lastArc);
        QFETCH(int, type);
        using namespace std::string_view_literals;
        constexpr auto terms = "%PDF\0\xFF<b>"sv;
        Fields fields;
        fields.type = tlv(0x06, concat({oid::description, Bytes{std::uint8_t(lastArc)}}));
        fields.terms = text(0xA5, std::uint32_t(type), terms);
        const auto d = parseCertificateDescription(fields.der());
        QVERIFY(d);
        QCOMPARE(int(d->format), format);
        QVERIFY(d->termsOfUsage == terms);
        QVERIFY(same(encode(*d), fields.der()));

        for (const int other : {0x0C, 0x16, 0x04, 0x13, 0x24}) // the terms of another format
        {
            if (other == type) continue;
            fields.terms = text(0xA5, std::uint32_t(other), terms);
            QVERIFY(!parseCertificateDescription(fields.der()));
        }
    }

    void optionalFieldsMayBeMissing()
    {
        Fields fields;
        fields.issuerUrl = fields.subjectUrl = fields.redirectUrl = fields.hashes = {};
        const auto d = parseCertificateDescription(fields.der());
        QVERIFY(d);
        QVERIFY(d->issuerUrl.empty() && d->subjectUrl.empty() && d->redirectUrl.empty() && d->commCertificates.empty());
        QVERIFY(same(encode(*d), fields.der()));
        fields.issuerName = text(0xA1, 0x0C, "");
        QVERIFY(parseCertificateDescription(fields.der())); // there, but empty
    }

    void hashesOfTlsCertificates()
    {
        Fields fields;
        fields.hashes = hashesOf(1024);
        const auto most = parseCertificateDescription(fields.der());
        QVERIFY(most && most->commCertificates.size() == 1024);
        QCOMPARE(most->commCertificates.back(), (Bytes{3, 255}));
        fields.hashes = hashesOf(1025);
        QVERIFY(!parseCertificateDescription(fields.der()));
        fields.hashes = tlv(0xA7, tlv(0x31, ByteView()));
        QVERIFY(parseCertificateDescription(fields.der()));
    }

    void refuses_data()
    {
        QTest::addColumn<QByteArray>("der");
        const auto row = [](const char* name, const Bytes& der) {
            QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(der.data()), qsizetype(der.size()));
        };
        const auto with = [](Bytes Fields::* field, const Bytes& value) {
            Fields fields;
            fields.*field = value;
            return fields.der();
        };
        row("nothing", {});
        row("no sequence", tlv(0x31, singleTlv(Fields().der())->value));
        row("a byte behind it", concat({Fields().der(), Bytes{0}}));
        row("cut", toBytes(ByteView(Fields().der()).first(Fields().der().size() - 1)));
        row("a byte behind the last field", with(&Fields::hashes, concat({Fields().hashes, Bytes{0}})));

        const std::tuple<const char*, Bytes Fields::*, bool> each[] = {{"type", &Fields::type, true},
                                                                       {"issuerName", &Fields::issuerName, true},
                                                                       {"issuerURL", &Fields::issuerUrl, false},
                                                                       {"subjectName", &Fields::subjectName, true},
                                                                       {"subjectURL", &Fields::subjectUrl, false},
                                                                       {"termsOfUsage", &Fields::terms, true},
                                                                       {"redirectURL", &Fields::redirectUrl, false},
                                                                       {"commCertificates", &Fields::hashes, false}};
        for (const auto& [name, field, mandatory] : each)
        {
            const auto tag = singleTlv(Fields().*field)->tag;
            if (mandatory) row(qPrintable(QString("no ") + name), with(field, {}));
            row(qPrintable(QString(name) + " twice"), with(field, twice(Fields().*field)));
            row(qPrintable(QString(name) + " without content"), with(field, tlv(tag, ByteView())));
            if (tag == 0x06) continue;
            row(qPrintable(QString(name) + " of another type"), with(field, tlv(tag, tlv(0x1E, asBytes("ab")))));
            row(qPrintable(QString(name) + " with two values"), with(field, tlv(tag, twice(toBytes(singleTlv(Fields().*field)->value)))));
            row(qPrintable(QString(name) + " with a byte behind its value"), with(field, tlv(tag, concat({singleTlv(Fields().*field)->value, Bytes{0}}))));
        }
        row("an unknown format", with(&Fields::type, tlv(0x06, concat({oid::description, Bytes{4}}))));
        row("the parent of the formats", with(&Fields::type, tlv(0x06, oid::description)));
        row("a hash of another type", with(&Fields::hashes, tlv(0xA7, tlv(0x31, tlv(0x03, Bytes(32, 7))))));
        row("hashes in a sequence", with(&Fields::hashes, tlv(0xA7, tlv(0x30, tlv(0x04, Bytes(32, 7))))));
        row("a cut hash", with(&Fields::hashes, tlv(0xA7, tlv(0x31, Bytes{0x04, 2, 1}))));
    }
    void refuses()
    {
        QFETCH(QByteArray, der);
        QVERIFY(!parseCertificateDescription(asBytes({der.constData(), std::size_t(der.size())})));
    }
};

QTEST_GUILESS_MAIN(certificate_description_test)
#include "certificate_description_test.moc"
