// The trust store and what is taken into it: forms of files, verification of roots and links, refusals and their reasons, and
// what others may have changed.
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <sys/stat.h>

#include "cli/home.h"
#include "cli/trust_import.h"
#include "core/cvc.h"
#include "support/eac_chain.h"
#include "support/seeded_random.h"

using namespace eidkern;
using namespace eidkern::cli;

class trust_import_test : public QObject
{
    Q_OBJECT

    test::SeededRandom random_{1};
    std::unique_ptr<QTemporaryDir> folder_;
    const std::string today_ = "2026-06-01";

    EcKey key() { return generateKey(Curve::brainpoolP256r1(), random_); }

    static CvCertificate issue(const char* car, const char* chr, const EcKey& subject, const EcKey& issuer, int lastYear = 2030, Role role = Role::Cvca)
    {
        return issueCvc({.car = car,
                         .chr = chr,
                         .chat = Chat::of(role, test::everyRight()),
                         .effective = {2024, 1, 1},
                         .expiration = {lastYear, 12, 31},
                         .withDomainParameters = role == Role::Cvca},
                        subject, issuer);
    }
    CvCertificate root(const char* name, int lastYear = 2030)
    {
        const auto own = key();
        return issue(name, name, own, own, lastYear);
    }

    static QByteArray bytesOf(const Bytes& content) { return {reinterpret_cast<const char*>(content.data()), qsizetype(content.size())}; }

    std::string file(const char* name, const QByteArray& content) const
    {
        QFile out(folder_->filePath(name));
        if (!out.open(QIODevice::WriteOnly) || out.write(content) != content.size()) qFatal("no temporary file");
        return out.fileName().toStdString();
    }

    std::vector<Finding> findings(const std::vector<std::string>& files, std::optional<Pki> chosen = Pki::Test,
                                  const std::vector<KeptCertificate>& kept = {}) const
    {
        return examine(files, chosen, kept, today_);
    }
    std::string reason(const QByteArray& content, std::optional<Pki> chosen = Pki::Test, const std::vector<KeptCertificate>& kept = {}) const
    {
        const auto found = findings({file("one", content)}, chosen, kept);
        return found.size() != 1                     ? "not one"
             : found[0].verdict == Verdict::Imported ? "imported"
             : found[0].verdict == Verdict::Known    ? "known"
                                                     : found[0].reason.id;
    }

    int modeOf(const std::string& path) const
    {
        struct stat about{};
        return ::stat(path.c_str(), &about) == 0 ? int(about.st_mode & 0777) : -1;
    }

private Q_SLOTS:
    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    void forms_data()
    {
        QTest::addColumn<QByteArray>("content");
        const auto der = bytesOf(root("DETESTeID00001").whole);
        const auto base64 = der.toBase64();
        QTest::newRow("binary") << der;
        QTest::newRow("hex") << der.toHex();
        QTest::newRow("hex with blanks and lines") << der.toHex(' ').toUpper().replace(" 42", "\r\n42") + "\n";
        QTest::newRow("hex with colons") << der.toHex(':');
        QTest::newRow("Base64") << base64;
        QTest::newRow("Base64 in lines") << base64.left(64) + "\r\n" + base64.mid(64) + "\r\n";
        QTest::newRow("like PEM") << "-----BEGIN CERTIFICATE-----\n" + base64.left(76) + "\n" + base64.mid(76) + "\n-----END CERTIFICATE-----\n";
    }
    void forms()
    {
        QFETCH(QByteArray, content);
        QCOMPARE(reason(content), std::string("imported"));
    }

    void severalInOneFile()
    {
        const auto first = bytesOf(root("DETESTeID00001").whole), second = bytesOf(root("DETESTeID00002").whole);
        const auto pem = [](const QByteArray& der) { return "-----BEGIN CVC-----\n" + der.toBase64() + "\n-----END CVC-----\n"; };
        for (const auto& content : {first + second, first.toHex() + "\n" + second.toHex() + "\n", pem(first) + pem(second)})
        {
            const auto found = findings({file("two", content)});
            QCOMPARE(found.size(), std::size_t(2));
            QCOMPARE(found[0].certificate->holder, std::string("DETESTeID00001"));
            QCOMPARE(found[1].certificate->holder, std::string("DETESTeID00002"));
            QVERIFY(found[0].verdict == Verdict::Imported && found[1].verdict == Verdict::Imported);
        }
    }

    void whatIsNoCertificate_data()
    {
        QTest::addColumn<QByteArray>("content");
        const auto der = bytesOf(root("DETESTeID00001").whole);
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("words") << QByteArray("CVCA certificate");
        QTest::newRow("cut") << der.chopped(1);
        QTest::newRow("something behind") << der + "x";
        QTest::newRow("half a hex digit") << der.toHex().chopped(1);
        QTest::newRow("padding in the middle") << "fyE=" + der.toBase64();
        QTest::newRow("JSON of something else") << QByteArray(R"({"roots": []})");
        QTest::newRow("only frames") << QByteArray("-----BEGIN CVC-----\n-----END CVC-----\n");
    }
    void whatIsNoCertificate()
    {
        QFETCH(QByteArray, content);
        QCOMPARE(reason(content), std::string("unreadable"));
    }

    void refusals()
    {
        const auto own = key(), other = key();
        QCOMPARE(reason(bytesOf(issue("DETESTeID00001", "DETESTeID00001", own, other).whole)), std::string("wrong-signature"));
        QCOMPARE(reason(bytesOf(issue("DETESTeID00001", "DEDVeID00001", own, own, 2030, Role::DvOfficial).whole)), std::string("not-cvca"));
        QCOMPARE(reason(bytesOf(issue("DETESTeID00001", "DETESTeID00002", own, other).whole)), std::string("unknown-issuer"));
        QCOMPARE(reason(bytesOf(root("DETESTeID00001").whole), {}), std::string("which-pki"));
        QCOMPARE(reason(bytesOf(root("DETESTeID00001", 2025).whole)), std::string("expired"));
        QCOMPARE(findings({"/no/such/file"}).at(0).reason.id, std::string("file"));
        QVERIFY(findings({"/no/such/file"}).at(0).verdict == Verdict::Refused);
    }

    void whatIsThereAlready()
    {
        const auto one = root("DETESTeID00001"), namesake = root("DETESTeID00001");
        const std::vector kept{KeptCertificate{one.whole, Kept::TestRoot, "kept"}};
        QCOMPARE(reason(bytesOf(one.whole), Pki::Test, kept), std::string("known"));
        QCOMPARE(reason(bytesOf(one.whole), {}, kept), std::string("known"));
        QCOMPARE(reason(bytesOf(one.whole), Pki::Production, kept), std::string("kept-as-other"));
        QCOMPARE(reason(bytesOf(namesake.whole), Pki::Test, kept), std::string("same-name"));
        const auto twice = findings({file("a", bytesOf(one.whole)), file("b", bytesOf(one.whole)), file("c", bytesOf(namesake.whole))});
        QVERIFY(twice[0].verdict == Verdict::Imported && twice[1].verdict == Verdict::Known && twice[2].reason.id == "same-name");
    }

    void links() // in any order, over several steps, and none that is not really signed
    {
        const auto a = key(), b = key(), c = key(), stranger = key();
        const auto first = issue("DETESTeID00001", "DETESTeID00001", a, a);
        const auto second = issue("DETESTeID00001", "DETESTeID00002", b, a), third = issue("DETESTeID00002", "DETESTeID00003", c, b);
        const auto forged = issue("DETESTeID00001", "DETESTeID00009", c, stranger), below = issue("DETESTeID00009", "DETESTeID00010", a, c);
        const auto found = findings({file("1", bytesOf(third.whole)), file("2", bytesOf(second.whole)), file("3", bytesOf(first.whole)),
                                     file("4", bytesOf(forged.whole)), file("5", bytesOf(below.whole))},
                                    Pki::Production);
        QCOMPARE(found.size(), std::size_t(5));
        for (const int i : {0, 1, 2}) QVERIFY(found[i].verdict == Verdict::Imported && found[i].pki == Pki::Production);
        QCOMPARE(found[3].reason.id, std::string("wrong-signature"));
        QCOMPARE(found[4].reason.id, std::string("unknown-issuer"));
        QVERIFY(found[3].verdict == Verdict::Refused && found[4].verdict == Verdict::Refused);

        const std::vector<KeptCertificate> kept{{first.whole, Kept::ProductionRoot, "r"}, {second.whole, Kept::Link, "l"}};
        QCOMPARE(trustedOf(kept).size(), std::size_t(2));
        QVERIFY(trustedOf(kept)[1].pki == Pki::Production);
        QCOMPARE(reason(bytesOf(second.whole), {}, kept), std::string("known"));
        QCOMPARE(reason(bytesOf(third.whole), {}, kept), std::string("imported"));
        QCOMPARE(trustedOf({{second.whole, Kept::Link, "l"}}).size(), std::size_t(0)); // nobody vouches for it
        QCOMPARE(trustedOf({{second.whole, Kept::TestRoot, "l"}}).size(), std::size_t(0)); // a link is no root
    }

    void theListsOfAConfigJson()
    {
        const auto real = bytesOf(root("DECVCAeID00107").whole).toHex(), test = bytesOf(root("DETESTeID00008").whole).toHex();
        const auto path = file("config.json",
                               "\n{\"vendor\": \"x\", \"cvRootCertificates\": [\"" + real + "\", 7], \"cvRootCertificatesTest\": [\"" + test + "\"]}");
        const auto all = findings({path}, {});
        QCOMPARE(all.size(), std::size_t(3));
        QCOMPARE(all[0].reason.id, std::string("unreadable")); // the 7
        QVERIFY(all[1].verdict == Verdict::Imported && all[1].pki == Pki::Production && all[1].certificate->holder == "DECVCAeID00107");
        QVERIFY(all[2].verdict == Verdict::Imported && all[2].pki == Pki::Test);
        const auto onlyTest = findings({path}, Pki::Test);
        QCOMPARE(std::ranges::count(onlyTest, Verdict::Imported, &Finding::verdict), 1);
        QCOMPARE(std::ranges::count(onlyTest, Verdict::PassedOver, &Finding::verdict), 2);
    }

    void aFolderIsNotSortedBeforehand() // what else is in it is passed over
    {
        file("a.cvcert", bytesOf(root("DETESTeID00001").whole));
        file("key.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
        const auto own = key();
        file("dv.cvcert", bytesOf(issue("DETESTeID00001", "DEDVeID00001", own, own, 2030, Role::DvOfficial).whole));
        const auto found = findings({folder_->path().toStdString()});
        QCOMPARE(found.size(), std::size_t(3));
        QCOMPARE(std::ranges::count(found, Verdict::Imported, &Finding::verdict), 1);
        QCOMPARE(std::ranges::count(found, Verdict::PassedOver, &Finding::verdict), 2);
    }

    void tooMany()
    {
        QByteArray content;
        const auto der = bytesOf(root("DETESTeID00001").whole);
        for (int i = 0; i < 257; ++i) content += der;
        QCOMPARE(reason(content), std::string("unreadable"));
        const auto both = findings({file("a", der.repeated(200)), file("b", der.repeated(200))});
        QCOMPARE(both.size(), std::size_t(257));
        QVERIFY(std::ranges::find(both, "too-many", [](const Finding& each) { return each.reason.id; }) != both.end());
    }

    void aStore()
    {
        const auto path = folder_->filePath("a/b/trust").toStdString();
        const auto store = trustStoreIn(path);
        QVERIFY(store.all().empty());
        const auto one = root("DETESTeID00001"), two = root("DECVCAeID00001");
        QVERIFY(store.keep(one.whole, Kept::TestRoot) && store.keep(two.whole, Kept::ProductionRoot) && store.keep(one.whole, Kept::TestRoot));
        const auto kept = store.all();
        QCOMPARE(kept.size(), std::size_t(2));
        QCOMPARE(modeOf(path), 0700);
        for (const auto& each : kept) QCOMPARE(modeOf(each.path), 0600);
        const auto roots = store.rootsOf(kept);
        QCOMPARE(roots.size(), std::size_t(2));
        for (const auto& each : roots) QVERIFY((each.pki == Pki::Production) == (each.holder() == "DECVCAeID00001"));
        QCOMPARE(QDir(QString::fromStdString(path)).entryList(QDir::Files | QDir::Hidden).size(), 2);
    }

    void whatOthersMayChangeIsNotUsed()
    {
        const auto path = folder_->filePath("trust").toStdString();
        const auto store = trustStoreIn(path);
        QVERIFY(store.keep(root("DETESTeID00001").whole, Kept::TestRoot));
        const auto kept = store.all().at(0).path;
        QCOMPARE(::chmod(kept.c_str(), 0620), 0);
        QVERIFY(store.all().empty());
        QCOMPARE(::chmod(kept.c_str(), 0600), 0);
        QCOMPARE(store.all().size(), std::size_t(1));
        QCOMPARE(::chmod(path.c_str(), 0770), 0);
        QVERIFY(store.all().empty() && !store.keep(root("DETESTeID00002").whole, Kept::TestRoot));
        QCOMPARE(::chmod(path.c_str(), 0700), 0);
        QVERIFY(QFile::link(QString::fromStdString(kept), folder_->filePath("trust/x.production.cvcert")));
        QCOMPARE(store.all().size(), std::size_t(1)); // the link is not followed
        QVERIFY(QFile::link(QString::fromStdString(path), folder_->filePath("detour")));
        QVERIFY(trustStoreIn(folder_->filePath("detour").toStdString()).all().empty());
    }

    void learnedLinksHaveALimit()
    {
        const auto store = trustStoreIn(folder_->filePath("trust").toStdString());
        for (std::uint8_t i = 0; i < 64; ++i) QVERIFY(store.keepLearned(Bytes{i}));
        QVERIFY(!store.keepLearned(Bytes{0, 0}));
        QVERIFY(store.keep(root("DETESTeID00001").whole, Kept::TestRoot)); // a root still has its place
        QCOMPARE(linksOf(store.all()).size(), std::size_t(64));
        QVERIFY(!trustStoreIn("").keepLearned(Bytes{1}));
    }
};

QTEST_GUILESS_MAIN(trust_import_test)
#include "trust_import_test.moc"
