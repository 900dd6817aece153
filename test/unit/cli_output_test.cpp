// Hostile texts through every way on which the command line shows what others say: nothing may steer the terminal, and what
// has one line may not make two of it.
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryFile>
#include <QtTest>
#include <unistd.h>

#include "cli/card_text.h"
#include "cli/files.h"
#include "cli/layout.h"
#include "cli/printable.h"
#include "cli/view.h"

using namespace eidkern;
using namespace eidkern::cli;

namespace
{

// ESC, C1, DEL, direction of writing, separators, line ends
const std::string hostile = "A\x1B[2J\u009B31m\u202E\u2066\u200F\u061C\u2028\x7F\r\nFORGED";

template<typename Action>
QString shownBy(Action action, int descriptor = STDOUT_FILENO)
{
    QTemporaryFile file;
    if (!file.open()) qFatal("no temporary file");
    std::fflush(nullptr);
    const int before = ::dup(descriptor);
    ::dup2(file.handle(), descriptor);
    action();
    std::fflush(nullptr);
    ::dup2(before, descriptor);
    ::close(before);
    file.seek(0);
    return QString::fromUtf8(file.readAll());
}

void isHarmless(const QString& shown)
{
    for (const char32_t c : shown.toUcs4())
    {
        const auto category = QChar::category(c);
        const bool steers = (category == QChar::Other_Control && c != U'\n') || category == QChar::Other_Format || c == U'\u2028' || c == U'\u2029';
        QVERIFY2(!steers, qPrintable(QString::number(c, 16) + " in " + shown));
    }
    QVERIFY2(shown.contains("FORGED"), qPrintable(shown)); // else this tests nothing
    for (const auto& line : shown.split('\n')) QVERIFY2(!line.trimmed().startsWith("FORGED"), qPrintable(shown));
}

ServiceDescription service()
{
    return {.name = hostile, .url = hostile, .issuerName = hostile, .issuerUrl = hostile, .purpose = {}, .validFrom = {}, .validUntil = {}, .terms = {}};
}

WorkflowFinished readings()
{
    QJsonObject data, allowed;
    for (const char* each : {"FamilyNames", "GivenNames", "DateOfBirth"})
    {
        data[each] = QString::fromStdString(hostile);
        allowed[each] = "ALLOWED";
    }
    data["PlaceOfBirth"] = QJsonObject{{"FreetextPlace", QString::fromStdString(hostile)}};
    data["PlaceOfResidence"] = QJsonObject{
        {"StructuredPlace", QJsonObject{{"Street", QString::fromStdString(hostile)}, {"City", QString::fromStdString(hostile)}}}};
    data["RestrictedID"] = QJsonObject{{"ID", QString::fromStdString(hostile)}};
    allowed["PlaceOfBirth"] = allowed["PlaceOfResidence"] = "ALLOWED";
    const QJsonObject all{{"PersonalData", data}, {"OperationsAllowedByUser", allowed}};
    return {.failure = {}, .browserStatus = 0, .browserLocation = {}, .ownData = Secret(QJsonDocument(all).toJson().toStdString())};
}

} // namespace

class cli_output_test : public QObject
{
    Q_OBJECT

    // By every event with a text from outside, in the view that is asked for.
    static void showAll(View& view)
    {
        view.show(RightsAsked{.id = {}, .service = service(), .required = {}, .optional = {}, .requiredAge = {}, .communityId = {}, .transactionInfo = {}});
        view.show(CardFound{.reader = hostile, .type = "CardCertified", .triesLeft = 3, .deactivated = false});
        view.show(WorkflowFinished{.failure = Failure{FailureCode::Get_TcToken_Network_Error, "FetchTcToken", {{"Network_Error", hostile}}},
                                   .browserStatus = 303,
                                   .browserLocation = hostile,
                                   .ownData = {}});
        view.show(readings());
    }

private slots:
    void terminal()
    {
        const auto view = terminalView(Language::English, false);
        isHarmless(shownBy([&] { showAll(*view); }));
    }
    void terms() // may have many lines, all of them behind their label
    {
        const auto view = terminalView(Language::English, false);
        for (const auto format : {TermsFormat::PlainText, TermsFormat::Html})
        {
            auto asked = service();
            asked.name = asked.url = asked.issuerName = "x";
            asked.purpose = asked.terms = "first" + hostile.substr(1) + "<p>FORGED&#27;&#x202e;";
            asked.termsFormat = format;
            const auto shown = shownBy([&] {
                view->show(RightsAsked{
                    .id = {}, .service = asked, .required = {}, .optional = {}, .requiredAge = {}, .communityId = {}, .transactionInfo = "pay\x1B" + hostile});
            });
            for (const auto& line : shown.split('\n')) QVERIFY2(!line.startsWith("FORGED") && !line.startsWith("  FORGED"), qPrintable(shown));
            isHarmless(QString(shown).replace(QRegularExpression("\\n +FORGED"), "|FORGED"));
        }
    }
    void json()
    {
        const auto view = jsonView(Language::English);
        const auto shown = shownBy([&] { showAll(*view); });
        isHarmless(shown);
        const auto rights = QJsonDocument::fromJson(shown.split('\n')[0].toUtf8()).object();
        QCOMPARE(rights["service"].toObject()["name"].toString(), QString::fromStdString(hostile)); // nothing is lost
    }
    void jsonBeyondSixteenBits()
    {
        const auto text = QString::fromUtf8("\xF3\xA0\x81\x81 😀");
        const auto line = QByteArray::fromStdString(jsonLine({{"a", text}}));
        QCOMPARE(line, QByteArray("{\"a\":\"\\udb40\\udc41 😀\"}"));
        QCOMPARE(QJsonDocument::fromJson(line).object()["a"].toString(), text);
    }
    void readers()
    {
        const ReaderList list{.service = true, .readers = {{.name = hostile, .card = true}, {.name = hostile, .features = ReaderFeatures()}}};
        const auto shown = QString::fromStdString(textOf(list, Language::German));
        isHarmless(shown);
        QCOMPARE(shown.count('\n'), 1);
    }
    void cards()
    {
        for (const auto result : {LookResult::Recognised, LookResult::NoEidCard, LookResult::NotReachable})
            isHarmless(QString::fromStdString(textOf(CardLook{.result = result, .reader = hostile, .type = "CardCertified", .pace = {}}, Language::English)));
    }
    void complaints()
    {
        isHarmless(shownBy([] { complain(hostile); }, STDERR_FILENO));
    }
};

QTEST_GUILESS_MAIN(cli_output_test)
#include "cli_output_test.moc"
