#include "cli/card_commands.h"

#include <QEventLoop>
#include <QJsonArray>
#include <QJsonObject>
#include <QTimer>
#include <chrono>
#include <optional>

#include "cli/card_text.h"
#include "cli/files.h"
#include "cli/interrupt.h"
#include "cli/layout.h"
#include "cli/printable.h"
#include "eidkern/lab.h"
#include "eidkern/pcsc_survey.h"
#include "eidkern/readers.h"
#include "eidkern/return_codes.h"
#include "eidkern/vpcd_card.h"

namespace eidkern::cli
{

namespace
{

QString q(const std::string& text) { return QString::fromStdString(text); }

void write(const QJsonObject& line) { writeLine(jsonLine(line)); }

void addLast(QJsonObject& object, const ReaderResult& last)
{
    if (!last.operation.empty())
        object.insert(u"lastResult", QJsonObject{{QStringLiteral("code"), q(scardText(last.code))}, {QStringLiteral("operation"), q(last.operation)}});
}

QJsonObject jsonOf(const ReaderList& list)
{
    QJsonArray all;
    for (const auto& each : list.readers)
    {
        QJsonObject reader{{QStringLiteral("name"), q(each.name)},
                           {QStringLiteral("card"), each.card},
                           {QStringLiteral("mute"), each.mute},
                           {QStringLiteral("exclusive"), each.exclusive}};
        addLast(reader, each.last);
        all.append(reader);
    }
    return {{QStringLiteral("event"), QStringLiteral("readers")}, {QStringLiteral("service"), list.service}, {QStringLiteral("readers"), all}};
}

QJsonObject jsonOf(const CardLook& look)
{
    static constexpr const char* results[] = {"recognised", "noCard", "noEidCard", "notReachable", "noService"};
    QJsonObject line{{QStringLiteral("event"), QStringLiteral("card")},
                     {QStringLiteral("result"), QString::fromLatin1(results[int(look.result)])},
                     {QStringLiteral("reader"), q(look.reader)}};
    addLast(line, look.last);
    if (look.result != LookResult::Recognised) return line;
    QJsonArray pace;
    for (const auto& each : look.pace) pace.append(QJsonObject{{QStringLiteral("cipher"), q(each.name)}, {QStringLiteral("parameterId"), each.parameterId}});
    line.insert(QStringLiteral("type"), q(look.type));
    line.insert(QStringLiteral("triesLeft"), look.triesLeft);
    line.insert(QStringLiteral("deactivated"), look.deactivated);
    line.insert(QStringLiteral("efCardAccess"), QJsonObject{{QStringLiteral("bytes"), int(look.efCardAccessSize)},
                                                            {QStringLiteral("pace"), pace},
                                                            {QStringLiteral("chipAuthentications"), look.chipAuthentications}});
    return line;
}

std::optional<SurveyedReader> surveyed(const std::string& reader) // nothing: its driver does not answer in time
{
    std::optional<SurveyedReader> found;
    QEventLoop loop;
    const PcscSurveyor surveyor([&](const PcscSurvey& seen) {
        for (const auto& each : seen.readers)
            if (each.name == reader && each.code == 0) found = each;
        if (found || seen.complete) loop.quit();
    });
    QTimer::singleShot(std::chrono::seconds(1), &loop, &QEventLoop::quit);
    loop.exec();
    return found;
}

void show(const CardLook& look, const ShowOptions& options)
{
    const auto reader = look.result == LookResult::Recognised ? surveyed(look.reader) : std::nullopt;
    if (options.json)
    {
        auto line = jsonOf(look);
        if (reader)
            line.insert(u"pad", QJsonObject{{QStringLiteral("verifiesPin"), reader->verifiesPin},
                                            {QStringLiteral("modifiesPin"), reader->modifiesPin},
                                            {QStringLiteral("executesPace"), reader->executesPace}});
        return write(line);
    }
    writeLine(textOf(look, options.language));
    if (reader) writeLine(std::string(options.language == Language::German ? "PIN-Pad:  " : "PIN pad:  ") + padText(*reader, options.language));
}

std::optional<std::vector<TrustAnchor>> trustPointsOf(const std::vector<std::string>& files)
{
    if (files.empty()) // nobody's: such a card can be looked at, and accepts no service
    {
        const auto lab = PublicLab::start({});
        if (!lab) return complain("no test root: " + lab.error()), std::nullopt;
        const auto root = (*lab)->cvca();
        return std::vector{TrustAnchor::parse(root).value()};
    }
    return trustAnchorsOf(files);
}

} // namespace

ExitCode readers(const ReadersOptions& options)
{
    QEventLoop loop;
    auto code = ExitCode::Success;
    const ReaderWatch watch([&](const ReaderList& list) {
        options.json ? write(jsonOf(list)) : writeLine(textOf(list, options.language));
        if (options.watch) return;
        if (!list.service) code = ExitCode::Reader;
        loop.quit();
    });
    const Interrupt interrupt([&loop](int) { loop.quit(); });
    loop.exec();
    return code;
}

ExitCode showCard(const ShowOptions& options)
{
    QEventLoop loop;
    auto code = ExitCode::User; // interrupted
    CardLook seen;
    const CardLooker looker(options.reader, [&](const CardLook& look) {
        seen = look;
        code = look.result == LookResult::Recognised                                           ? ExitCode::Success
             : look.result == LookResult::NotReachable || look.result == LookResult::NoService ? ExitCode::Reader
                                                                                               : ExitCode::Card;
        loop.quit();
    });
    const Interrupt interrupt([&loop](int) { loop.quit(); });
    loop.exec();
    if (code != ExitCode::User) show(seen, options);
    return code;
}

ExitCode serveCard(const ServeOptions& options)
{
    const auto persona = personaOf(options.persona);
    if (!persona) return ExitCode::Usage;
    const auto anchors = trustPointsOf(options.cvcaFiles);
    if (!anchors) return ExitCode::Usage;
    auto card = SimulatedCard::fromPersona(*persona, *anchors);
    if (!card) return complain(options.persona + ": " + card.error()), ExitCode::Usage;

    const auto say = [&options](const char* german, const char* english) { writeLine(options.language == Language::German ? german : english); };
    const auto offered = VpcdCard::offer(*card, options.address, [&say](bool on) {
        on ? say("Die Karte liegt auf dem Lesegerät.", "The card is on the reader.") : say("Das Lesegerät ist weg.", "The reader is gone.");
    });
    if (!offered) return complain("--vpcd " + options.address + ": HOST:PORT or the path of a socket is needed"), ExitCode::Usage;
    say("Die simulierte Karte wartet auf ihr Lesegerät. Strg-C beendet.", "The simulated card waits for its reader. Ctrl-C ends it.");
    QEventLoop loop;
    const Interrupt interrupt([&loop](int) { loop.quit(); });
    loop.exec();
    return ExitCode::Success;
}

} // namespace eidkern::cli
