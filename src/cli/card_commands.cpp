#include "cli/card_commands.h"

#include <QEventLoop>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <cstdio>
#include <optional>

#include "cli/files.h"
#include "cli/interrupt.h"
#include "cli/printable.h"
#include "eidkern/lab.h"
#include "eidkern/readers.h"
#include "eidkern/return_codes.h"
#include "eidkern/vpcd_card.h"

namespace eidkern::cli
{

namespace
{

QString q(const std::string& text) { return QString::fromStdString(text); }

void write(const QJsonObject& line)
{
    std::printf("%s\n", QJsonDocument(line).toJson(QJsonDocument::Compact).constData());
    std::fflush(stdout);
}

void write(const std::string& line) // names of readers come from drivers
{
    std::printf("%s\n", printable(line).c_str());
    std::fflush(stdout);
}

std::string textOf(const ReaderResult& last) { return scardText(last.code) + ", " + last.operation; }

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

std::string textOf(const ReaderList& list, Language language)
{
    const auto in = [language](const char* german, const char* english) { return std::string(language == Language::German ? german : english); };
    if (!list.service) return in("Der Smartcard-Dienst (pcscd) läuft nicht.", "The smart card service (pcscd) is not running.");
    if (list.readers.empty()) return in("Kein Lesegerät.", "No reader.");
    std::string text;
    for (const auto& each : list.readers)
    {
        const auto state = each.mute      ? in("Karte antwortet nicht", "card does not respond")
                         : each.exclusive ? in("von einem anderen Programm belegt", "in use by another program")
                         : each.card      ? in("Karte", "card")
                                          : in("leer", "empty");
        text.append(text.empty() ? "" : "\n").append(each.name).append(": ").append(state);
    }
    return text;
}

QJsonObject jsonOf(const CardLook& look)
{
    static constexpr const char* results[] = {"recognised", "noCard", "noEidCard", "notReachable"};
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

std::string textOf(const CardLook& look, Language language)
{
    const auto in = [language](const char* german, const char* english) { return std::string(language == Language::German ? german : english); };
    switch (look.result)
    {
        case LookResult::NoCard: return in("Keine Karte, die antwortet.", "No card that responds.");
        case LookResult::NoEidCard: return look.reader + ": " + in("kein Ausweis mit Online-Funktion.", "not a card with the online ID function.");
        case LookResult::NotReachable:
            return look.reader + ": " + in("die Karte ist nicht erreichbar", "the card cannot be reached")
                 + (look.last.operation.empty() ? "" : ": " + textOf(look.last)) + ".";
        case LookResult::Recognised: break;
    }
    const auto pin = look.triesLeft == 0 ? in("gesperrt, die PUK wird gebraucht", "blocked, the PUK is needed")
                   : look.triesLeft == 1 ? in("ausgesetzt, die CAN wird gebraucht", "suspended, the CAN is needed")
                                         : std::to_string(look.triesLeft) + in(" Versuche", " tries");
    std::string text = in("Lesegerät", "Reader") + ":  " + look.reader + "\n" + in("Kartentyp", "Card type") + ":  " + look.type + "\n"
                     + in("Online-Funktion", "Online function") + ":  "
                     + (look.deactivated ? in("ausgeschaltet", "switched off") : in("eingeschaltet", "switched on")) + "\nPIN:  " + pin
                     + "\nEF.CardAccess:  " + std::to_string(look.efCardAccessSize) + " bytes";
    for (const auto& each : look.pace) text += "\nPACE:  ECDH, generic mapping, " + each.name + ", parameterId " + std::to_string(each.parameterId);
    return text + "\n" + in("Chip-Authentisierung", "Chip authentication") + ":  " + std::to_string(look.chipAuthentications);
}

std::optional<std::string> personaOf(const std::string& nameOrFile)
{
    const auto builtIn = SimulatedCard::builtInPersona(nameOrFile);
    return builtIn.empty() ? readSmallFile(nameOrFile) : std::optional(std::string(builtIn));
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
        options.json ? write(jsonOf(list)) : write(textOf(list, options.language));
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
    const CardLooker looker(options.reader, [&](const CardLook& look) {
        options.json ? write(jsonOf(look)) : write(textOf(look, options.language));
        code = look.result == LookResult::Recognised ? ExitCode::Success : look.result == LookResult::NotReachable ? ExitCode::Reader : ExitCode::Card;
        loop.quit();
    });
    const Interrupt interrupt([&loop](int) { loop.quit(); });
    loop.exec();
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

    const auto say = [&options](const char* german, const char* english) { write(std::string(options.language == Language::German ? german : english)); };
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
