// docs/threat-model.md: every test that a defence names is there, and every defence names one.
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QtTest>

class ThreatModelTest : public QObject
{
    Q_OBJECT

    static QString read(const QString& path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
    }
    static QString sourceOf(const QString& program)
    {
        QDirIterator all(QStringLiteral(EIDKERN_ROOT "/test"), {program + ".cpp", program + ".py"}, QDir::Files, QDirIterator::Subdirectories);
        return all.hasNext() ? read(all.next()) : QString();
    }
    static bool isThere(const QString& program, const QString& name)
    {
        if (const auto scenario = name.section("scenario:", 1); !scenario.isEmpty() && program == "scenario_test")
        {
            const QDir folder(QStringLiteral(EIDKERN_ROOT "/test/scenarios"));
            const auto files = folder.entryList({"*.json"});
            return std::any_of(files.begin(), files.end(),
                               [&](const QString& file) { return read(folder.filePath(file)).contains("\"name\": \"" + scenario + "\""); });
        }
        return sourceOf(program).contains(QRegularExpression("(void|def) " + QRegularExpression::escape(name) + "\\("));
    }

private slots:
    void everyDefenceHasItsTest_data()
    {
        QTest::addColumn<QStringList>("proofs");
        const auto table = read(QStringLiteral(EIDKERN_ROOT "/docs/threat-model.md")).section("which test shows the defence", 1).section("\n\n", 2, 2);
        for (const auto& line : table.split('\n').mid(2))
        {
            const auto cells = line.split(" | ");
            QStringList proofs;
            for (const auto& match : QRegularExpression("`([^`]+)`").globalMatch(cells.last())) proofs << match.captured(1);
            QTest::newRow(qPrintable(cells.mid(0, 2).join(" | "))) << proofs;
        }
    }
    void everyDefenceHasItsTest()
    {
        QFETCH(QStringList, proofs);
        QVERIFY(!proofs.isEmpty());
        for (const auto& proof : proofs) QVERIFY2(isThere(proof.section(": ", 0, 0), proof.section(": ", 1)), qPrintable(proof));
    }

    void everyAttackerIsThere() // and the table was found
    {
        const auto text = read(QStringLiteral(EIDKERN_ROOT "/docs/threat-model.md"));
        for (const char* attacker : {"web page", "other local user", "local process of this user", "eID-Server, service", "card, reader", "proxy"})
            QVERIFY2(text.contains("\n| " + QString(attacker) + " | "), attacker);
    }
};

QTEST_GUILESS_MAIN(ThreatModelTest)
#include "threat_model_test.moc"
