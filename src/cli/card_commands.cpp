#include "cli/card_commands.h"

#include <QEventLoop>
#include <QJsonArray>
#include <QJsonObject>
#include <optional>

#include "cli/card_text.h"
#include "cli/files.h"
#include "cli/interrupt.h"
#include "cli/layout.h"
#include "cli/options.h"
#include "cli/printable.h"
#include "cli/reader_json.h"
#include "eidkern/readers.h"
#include "eidkern/return_codes.h"
#include "eidkern/vpcd_card.h"

namespace eidkern::cli
{

namespace
{

struct ReadersOptions
{
    bool watch = false, json = false;
    Language language = Language::English;
};

struct ShowOptions
{
    std::string reader; // empty: the first one with a card
    bool json = false;
    Language language = Language::English;
};

struct ServeOptions
{
    std::string persona = "adult"; // built-in name, or file
    std::vector<std::string> cvcaFiles;
    std::string address = VpcdCard::defaultAddress; // as VpcdCard::offer
    Language language = Language::English;
};

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
        if (each.features) reader.insert(u"features", featuresJson(*each.features));
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
    line.insert(QStringLiteral("features"), featuresJson(look.features));
    line.insert(QStringLiteral("type"), q(look.type));
    line.insert(QStringLiteral("triesLeft"), look.triesLeft);
    line.insert(QStringLiteral("pinState"), QString::fromLatin1(look.deactivated      ? "deactivated"
                                                                : look.triesLeft == 0 ? "blocked"
                                                                : look.triesLeft == 1 ? "suspended"
                                                                                      : "ok"));
    line.insert(QStringLiteral("deactivated"), look.deactivated);
    line.insert(QStringLiteral("efCardAccess"), QJsonObject{{QStringLiteral("bytes"), int(look.efCardAccessSize)},
                                                            {QStringLiteral("pace"), pace},
                                                            {QStringLiteral("chipAuthentications"), look.chipAuthentications}});
    return line;
}

std::optional<std::vector<TrustAnchor>> trustPointsOf(const std::vector<std::string>& files) // nobody's: such a card accepts no service
{
    if (files.empty()) return std::vector<TrustAnchor>();
    return trustAnchorsOf(files);
}

ExitCode readers(const ReadersOptions& options) // Reader: pcscd is not running
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

ExitCode showCard(const ShowOptions& options) // Card: no card, or none that we know; Reader: not reachable, or no pcscd
{
    QEventLoop loop;
    auto code = ExitCode::User; // interrupted
    const CardLooker looker(options.reader, [&](const CardLook& look) {
        options.json ? write(jsonOf(look)) : writeLine(textOf(look, options.language));
        code = look.result == LookResult::Recognised                                           ? ExitCode::Success
             : look.result == LookResult::NotReachable || look.result == LookResult::NoService ? ExitCode::Reader
                                                                                               : ExitCode::Card;
        loop.quit();
    });
    const Interrupt interrupt([&loop](int) { loop.quit(); });
    loop.exec();
    return code;
}

ExitCode serveCard(const ServeOptions& options) // until Ctrl-C
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

} // namespace

void addCardCommands(CLI::App& app, ExitCode& result)
{
    const auto listing = std::make_shared<ReadersOptions>();
    auto* list = app.add_subcommand("readers", "list the readers of PC/SC and whether there is a card in them");
    list->add_flag("--watch", listing->watch, "go on, and say every change, until Ctrl-C");
    list->add_flag("--json", listing->json, "one JSON object per line");
    addLanguage(*list, listing->language);
    list->callback([listing, &result] { result = readers(*listing); });

    auto* card = app.add_subcommand("card", "look at a card, or simulate one for other programs")->require_subcommand(1);
    const auto showing = std::make_shared<ShowOptions>();
    auto* show = card->add_subcommand("show", "what a card in a reader of PC/SC tells without a PIN")->alias("info");
    show->add_option("--reader", showing->reader, "name of the reader (default: the first one with a card)")->type_name("NAME");
    show->add_flag("--json", showing->json, "as one JSON object");
    addLanguage(*show, showing->language);
    show->callback([showing, &result] { result = showCard(*showing); });

    const auto serving = std::make_shared<ServeOptions>();
    auto* serve = card->add_subcommand("serve", "put a simulated card on a reader of vsmartcard-vpcd, until Ctrl-C");
    serve->add_option("--persona", serving->persona, "built-in name or JSON file")->type_name("NAME|FILE")->capture_default_str();
    serve->add_option("--cvca", serving->cvcaFiles, "CVCA certificate (7F21, binary) that the card trusts (default: none, it accepts no service)")
        ->type_name("FILE")
        ->allow_extra_args(false);
    serve->add_option("--vpcd", serving->address, "where the driver listens: HOST:PORT, or the path of a socket")->type_name("ADDRESS")->capture_default_str();
    addLanguage(*serve, serving->language);
    serve->callback([serving, &result] { result = serveCard(*serving); });
}

} // namespace eidkern::cli
