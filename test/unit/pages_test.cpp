// What all pages share: the language, escaping, and a policy that lets nothing in but their own style.
#include <QCryptographicHash>
#include <QtTest>

#include "pages/frame.h"

using namespace eidkern;
using namespace eidkern::pages;

class pages_test : public QObject
{
    Q_OBJECT

private slots:
    void languages_data()
    {
        QTest::addColumn<QByteArray>("header");
        QTest::addColumn<bool>("german");
        const auto row = [](const char* header, bool german) { QTest::newRow(header) << QByteArray(header) << german; };
        row("", false);
        row("de", true);
        row("de-AT,en;q=0.5", true);
        row("en-GB, de;q=0.9", false);
        row("fr, de;q=0.3, en;q=0.2", true);
        row("en;q=0.2,de;q=0.2", false);
        row("de;q=0, en;q=0.1", false);
        row("DE", true);
        row("den, deutsch", false);
        row("de;q=nonsense,en;q=0.1", false);
        row(",,;;q=,", false);
    }
    void languages()
    {
        QFETCH(QByteArray, header);
        QTEST(preferred(header.toStdString()) == Language::German, "german");
    }

    void escapes_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("html");
        const auto row = [](const char* name, const char* text, const char* html) { QTest::newRow(name) << QByteArray(text) << QByteArray(html); };
        row("markup", "<a b=\"c\" d='e'>&", "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;");
        row("letters of every kind", "Öhlmann Γ語😀 a\u200Db", "Öhlmann Γ語😀 a\u200Db");
        row("controls", "a\x1B[2J\n\x7F", "a�[2J��");
        row("C1", "a\u0080\u009B\u00A0b", "a��\u00A0b");
        row("direction", "\u202Ecod\u2066x\u2069\u200F\u061C", "�cod�x���");
        row("line and paragraph separators", "\u2028\u2029", "��");
        row("cut off", "a\xE2\x80", "a\xE2\x80");
    }
    void escapes()
    {
        QFETCH(QByteArray, text);
        QTEST(QByteArray::fromStdString(escaped(text.toStdString())), "html");
    }

    void onlyTheirOwnStyle()
    {
        const auto page = QByteArray::fromStdString(document({.language = Language::German, .program = "x"}, "t", "m"));
        const auto begin = page.indexOf("<style>") + 7;
        const auto style = page.mid(begin, page.indexOf("</style>") - begin);
        QByteArray policy;
        for (const auto& [name, value] : headers(Language::German))
            if (name == "Content-Security-Policy") policy = QByteArray::fromStdString(value);
        QCOMPARE(policy, "default-src 'none'; style-src 'sha256-" + QCryptographicHash::hash(style, QCryptographicHash::Sha256).toBase64()
                             + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
        QVERIFY(page.contains("<html lang=\"de\">") && page.count("<style") == 1 && !page.contains("style="));
    }
};

QTEST_GUILESS_MAIN(pages_test)
#include "pages_test.moc"
