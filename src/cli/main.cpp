// `eidkern`: arguments in, exit code out.
#include <CLI/CLI.hpp>
#include <QCoreApplication>
#include <cstdio>
#include <iostream>
#include <sstream>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "cli/card_commands.h"
#include "cli/completion.h"
#include "cli/doctor_command.h"
#include "cli/failure_command.h"
#include "cli/graph_command.h"
#include "cli/home.h"
#include "cli/lab_command.h"
#include "cli/login_command.h"
#include "cli/open_command.h"
#include "cli/options.h"
#include "cli/pin_commands.h"
#include "cli/printable.h"
#include "cli/return_code_commands.h"
#include "cli/serve_command.h"
#include "cli/trust_command.h"
#include "eidkern/engine.h"
#include "eidkern/readers.h"
#include "eidkern/vpcd_card.h"

using namespace eidkern;
using namespace eidkern::cli;

namespace
{

const std::map<std::string, Consent> consents{{"ask", Consent::Ask}, {"auto", Consent::Auto}};

const std::map<std::string, Password> passwords{{"PIN", Password::Pin}, {"CAN", Password::Can}, {"PUK", Password::Puk}};

void addDescriptor(CLI::App& command, const std::string& option, int& descriptor, const std::string& what)
{
    command.add_option(option, descriptor, "read " + what + " from this file descriptor: one line, used once")->type_name("N")->check(CLI::Range(0, 1023));
}

void addCardOptions(CLI::App& command, LoginOptions& o)
{
    command
        .add_option("--card", o.card,
                    "sim (the built-in adult), sim:PERSONA (a simulated card, persona as built in or as JSON file), pcsc or pcsc:READER (in a reader of PC/SC)")
        ->type_name("sim[:PERSONA]|pcsc[:READER]")
        ->capture_default_str();
    addDescriptor(command, "--pin-fd", o.pinDescriptor, "the PIN");
    command.add_flag("--json", o.json, "one JSON object per line and event; the last one is the result");
    command
        .add_option("--log", o.log,
                    "append the engine's log, JSON lines without secrets and personal data; -: standard error (default: "
                        + (o.log.empty() && !usualLog().empty() ? usualLog() + ", and an older part beside it" : "none") + ")")
        ->type_name("FILE|-|none");
    addLanguage(command, o.language);
}

// Of the commands without a service.
void addPasswordOptions(CLI::App& command, LoginOptions& o)
{
    o.card = "pcsc";
    addCardOptions(command, o);
    addDescriptor(command, "--can-fd", o.canDescriptor, "the CAN");
    addDescriptor(command, "--puk-fd", o.pukDescriptor, "the PUK");
    command.add_flag("--last-try", o.lastTry, "use the last try of the PIN without asking");
}

void addLoginOptions(CLI::App& command, LoginOptions& o)
{
    addCardOptions(command, o);
    o.trustStore = usualTrustStore();
    command
        .add_option("--cvca", o.cvcaFiles,
                    "CVCA certificate (7F21, binary) that engine and simulated card trust, instead of the roots of the trust store; test only; may be repeated")
        ->type_name("FILE")
        ->allow_extra_args(false);
    command.add_option("--consent", o.consent, "ask: at the terminal; auto: grant everything and use the persona's passwords (simulated cards only)")
        ->transform(CLI::CheckedTransformer(consents, CLI::ignore_case).description(""))
        ->type_name("ask|auto")
        ->default_str("ask");
    command.add_option("--tls-profile", o.tlsProfile, "what the client offers and insists on in TLS: " + CLI::detail::join(tlsProfiles(), ", "))
        ->type_name("NAME")
        ->check(CLI::IsMember(tlsProfiles()).description(""))
        ->capture_default_str();
    auto* proxy = command.add_option("--proxy", o.proxy.url, "HTTP proxy on the way to services (default: https_proxy and no_proxy of the environment)")
                      ->type_name("http://HOST:PORT");
    command.add_flag("--no-proxy", o.proxy.none, "direct connections, whatever the environment says")->excludes(proxy);
    command.add_option("--proxy-credentials-fd", o.proxy.credentialsDescriptor, "read the proxy's USER:PASSWORD from this file descriptor: one line")
        ->type_name("N")
        ->check(CLI::Range(0, 1023));
    command
        .add_option_function<std::string>(
            "--trust-store", [&o](const std::string& folder) { o.trustStore = folder == "none" ? "" : folder; },
            "folder of roots (eidkern trust), in which link certificates of services are kept, too (default: " + (o.trustStore.empty() ? "none" : o.trustStore)
                + ")")
        ->type_name("DIR|none");
    command.add_flag(
        "--developer-mode", o.developerMode,
        "refuse services of the production PKI (roots of --cvca count as test, those of the trust store as they were imported); no check is relaxed");
    command.add_option("--save-terms", o.saveTerms, "save the service's terms of use (text, HTML or PDF) as this new file")->type_name("FILE");
}

void addPortOptions(CLI::App& command, PortOptions& o)
{
    command.add_option("--port", o.port, "port on 127.0.0.1 and ::1; 0: any free one")->type_name("N")->check(CLI::Range(0, 65535))->capture_default_str();
    command.add_option("--address", o.addresses, "listen at this address instead; may be repeated. What is not loopback needs --token-file")
        ->type_name("ADDRESS")
        ->allow_extra_args(false);
    command
        .add_option("--token-file", o.tokenFile,
                    "applications must send the token in this file (Authorization: Bearer ...), and so must all that does not come over loopback; a missing "
                    "file is made")
        ->type_name("FILE");
    command.add_option("--origin", o.origins, "regular expression for the whole origin of web pages that may connect as applications (default: none may)")
        ->type_name("REGEX");
    command.add_flag("--any-user", o.anyUser, "answer other users of this machine, too");
    command.add_option("--compat", o.compat, "names, port file and environment variables of another program, for applications that look for it")
        ->type_name("ausweisapp")
        ->check(CLI::IsMember({"ausweisapp"}).description(""));
    auto* automatic = command.add_flag("--automatic", o.automatic,
                                       "while no application is connected: grant browsers' logins everything, with passwords of the environment "
                                       "(EIDKERN_AUTOMATIC_PIN, _CAN, _PUK); with a real card only for --for");
    command.add_option("--for", o.automaticFor, "a service, by its origin, to which --automatic answers with a real card; may be repeated")
        ->type_name("ORIGIN")
        ->allow_extra_args(false)
        ->needs(automatic);
    command.add_flag("--multi", o.multi, "several applications at once, each with several workflows; their messages name a session");
    command.add_flag("--basic-reader", o.basicReader, "applications' simulated cards lie on a reader without keypad: passwords come from the application");
}

// A thread that another program or pcscd holds must not meet our static destructors.
int leave(ExitCode code)
{
    std::fflush(nullptr);
    if (!finishPcsc(std::chrono::seconds(2))) std::_Exit(int(code));
    return int(code);
}

// Memory holds PINs and personal data: no core dumps, and no other process of this user may read it.
void forbidDumps()
{
#if !__has_feature(address_sanitizer) // its leak checker reads us
    ::prctl(PR_SET_DUMPABLE, 0);
#endif
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
}

} // namespace

int main(int argc, char** argv)
{
    forbidDumps();
    QCoreApplication application(argc, argv);
    CLI::App app{"eidkern: the German online ID function (TR-03124-1) without a graphical interface", "eidkern"};
    app.footer("Exit codes: 0 success, 2 usage, 3 port taken, 10 user, 11 card, 12 reader, 13 network, 14 service, 15 client, 1 anything else.\n"
               "`eidkern COMMAND --help` says more about a command.");
    app.require_subcommand(0, 1);

    LoginOptions demoOptions;
    std::string persona;
    auto* demoCommand = app.add_subcommand("demo", "a complete login: own lab, simulated card, real cryptography");
    addLoginOptions(*demoCommand, demoOptions);
    demoCommand->add_option("--persona", persona, "whose card is simulated: built-in name or JSON file (see resources/personas)")->type_name("NAME|FILE");

    LoginOptions selfOptions, authOptions;
    std::string url;
    auto* selfCommand = app.add_subcommand("self-auth", "read one's own data through a self-authentication service");
    selfCommand->add_option("URL", url, "tcTokenURL of the service")->required();
    addLoginOptions(*selfCommand, selfOptions);
    auto* authCommand = app.add_subcommand("auth", "log in at a service and print where the browser is to go");
    authCommand->add_option("URL", url, "tcTokenURL of the service")->required();
    addLoginOptions(*authCommand, authOptions);
    LoginOptions serveOptions;
    PortOptions portOptions;
    auto* serveCommand = app.add_subcommand("serve", "wait for browsers and applications (the AusweisApp's JSON API), until Ctrl-C");
    addPortOptions(*serveCommand, portOptions);
    serveOptions.log.clear();
    addLoginOptions(*serveCommand, serveOptions);

    std::string eidLink;
    std::uint16_t openPort = ActivationServer::usualPort;
    auto* openCommand = app.add_subcommand("open", "take a link eid://... to the eID client that listens on this machine, by way of the browser");
    openCommand->add_option("LINK", eidLink, "eid://127.0.0.1:24727/eID-Client?tcTokenURL=...")->required();
    openCommand->add_option("--port", openPort, "port of the eID client")->type_name("N")->check(CLI::Range(1, 65535))->capture_default_str();
    LoginOptions changeOptions, unblockOptions, checkOptions;
    auto* changeCommand = app.add_subcommand("change-pin", "set a new PIN, also in place of the five-digit transport PIN");
    addPasswordOptions(*changeCommand, changeOptions);
    addDescriptor(*changeCommand, "--new-pin-fd", changeOptions.newPinDescriptor, "the new PIN");
    changeCommand->add_flag("--allow-trivial", changeOptions.allowTrivial, "take a new PIN without asking that others try first, such as 123456 or a date");
    auto* unblockCommand = app.add_subcommand("unblock", "unblock the PIN with the PUK, if it is blocked");
    addPasswordOptions(*unblockCommand, unblockOptions);
    auto checked = Password::Pin;
    auto* checkCommand = app.add_subcommand("check-pin", "try whether the PIN, or another password, is right");
    addPasswordOptions(*checkCommand, checkOptions);
    checkCommand->add_option("--password", checked, "which one")
        ->transform(CLI::CheckedTransformer(passwords, CLI::ignore_case).description(""))
        ->type_name("PIN|CAN|PUK")
        ->default_str("PIN");

    LabSettings labSettings;
    bool labJson = false, labVariantsOnly = false;
    Language labLanguage = Language::English;
    auto* labCommand = app.add_subcommand("lab", "run the test lab: an eService and an eID-Server on 127.0.0.1");
    labCommand->add_option("--pki", labSettings.pkiFolder, "folder whose test PKI is used, and made if it is missing (default: a fresh one in memory)")
        ->type_name("DIR");
    labCommand->add_option("--port", labSettings.eServicePort, "port of the eService (default: a free one)")->type_name("N")->check(CLI::Range(0, 65535));
    labCommand->add_option("--eid-server-port", labSettings.eidServerPort, "port of the eID-Server (default: a free one)")
        ->type_name("N")
        ->check(CLI::Range(0, 65535));
    labCommand->add_option("--client-port", labSettings.clientPort, "port of the eID client to which the start page leads")
        ->type_name("N")
        ->check(CLI::Range(1, 65535))
        ->capture_default_str();
    labCommand->add_option("--require", labSettings.requiredRights, "rights that the service insists on, e.g. FamilyName,GivenNames")
        ->delimiter(',')
        ->type_name("RIGHTS")
        ->allow_extra_args(false);
    labCommand->add_option("--offer", labSettings.optionalRights, "rights that the user may refuse")
        ->delimiter(',')
        ->type_name("RIGHTS")
        ->allow_extra_args(false);
    labCommand->add_option("--age", labSettings.requiredAge, "also verify that the holder is so old")->type_name("YEARS")->check(CLI::Range(1, 150));
    labCommand->add_option("--transaction", labSettings.transactionInfo, "TransactionInfo to be shown to the user")->type_name("TEXT");
    labCommand->add_option("--community", labSettings.communityId, "also verify that the holder lives there: the first digits of the community ID")
        ->type_name("HEX");
    labCommand->add_option("--variant", labSettings.variants, "how the lab differs from the usual; --variants lists the names")
        ->delimiter(',')
        ->type_name("NAMES")
        ->allow_extra_args(false);
    labCommand->add_option("--tls", labSettings.tls, "what a server shows in TLS, e.g. eid-server=rsa-2048; --variants lists the names")
        ->delimiter(',')
        ->type_name("SERVER=NAME")
        ->allow_extra_args(false);
    labCommand->add_flag("--variants", labVariantsOnly, "only list the names for --variant and --tls");
    labCommand->add_flag("--json", labJson, "say the addresses as one JSON object");
    addLanguage(*labCommand, labLanguage);

    ReadersOptions readersOptions;
    ShowOptions showOptions;
    ServeOptions cardOptions;
    cardOptions.address = VpcdCard::defaultAddress;
    auto* readersCommand = app.add_subcommand("readers", "list the readers of PC/SC and whether there is a card in them");
    readersCommand->add_flag("--watch", readersOptions.watch, "go on, and say every change, until Ctrl-C");
    readersCommand->add_flag("--json", readersOptions.json, "one JSON object per line");
    addLanguage(*readersCommand, readersOptions.language);
    auto* cardCommand = app.add_subcommand("card", "look at a card, or simulate one for other programs")->require_subcommand(1);
    auto* showCommand = cardCommand->add_subcommand("show", "what a card in a reader of PC/SC tells without a PIN")->alias("info");
    showCommand->add_option("--reader", showOptions.reader, "name of the reader (default: the first one with a card)")->type_name("NAME");
    showCommand->add_flag("--json", showOptions.json, "as one JSON object");
    addLanguage(*showCommand, showOptions.language);
    auto* cardServeCommand = cardCommand->add_subcommand("serve", "put a simulated card on a reader of vsmartcard-vpcd, until Ctrl-C");
    cardServeCommand->add_option("--persona", cardOptions.persona, "built-in name or JSON file")->type_name("NAME|FILE")->capture_default_str();
    cardServeCommand->add_option("--cvca", cardOptions.cvcaFiles, "CVCA certificate (7F21, binary) that the card trusts (default: none, it accepts no service)")
        ->type_name("FILE")
        ->allow_extra_args(false);
    cardServeCommand->add_option("--vpcd", cardOptions.address, "where the driver listens: HOST:PORT, or the path of a socket")
        ->type_name("ADDRESS")
        ->capture_default_str();
    addLanguage(*cardServeCommand, cardOptions.language);

    std::string workflow;
    bool mermaid = false;
    auto* graphCommand = app.add_subcommand("graph", "print a workflow's states and transitions, read from the code");
    graphCommand->add_option("WORKFLOW", workflow, CLI::detail::join(workflows(), ", "))->required();
    graphCommand->add_flag("--mermaid", mermaid, "as a Mermaid state diagram (default: Graphviz DOT)");

    auto* versionCommand = app.add_subcommand("version", "print the version");

    auto result = ExitCode::Success; // of those commands that run while the arguments are read
    addFailureCommand(app, result);
    addReturnCodeCommands(app, result);
    addTrustCommand(app, result);
    addDoctorCommands(app, result);
    addCompletionCommand(app);

    try
    {
        app.parse(argc, argv);
    }
    catch (const CLI::ParseError& e)
    {
        std::ostringstream said; // what was typed may come from a web page
        const bool asked = app.exit(e, std::cout, said) == 0;
        std::fputs(printable(said.str()).c_str(), stderr);
        return asked ? 0 : int(ExitCode::Usage);
    }

    if (app.get_subcommands().empty())
    {
        std::fputs(app.help().c_str(), stderr);
        return int(ExitCode::Usage);
    }
    if (*demoCommand) return leave(demo(std::move(demoOptions), persona));
    if (*selfCommand) return leave(login(selfOptions, url, true));
    if (*authCommand) return leave(login(authOptions, url, false));
    if (*serveCommand) return leave(serve(std::move(serveOptions), portOptions));
    if (*openCommand) return int(openLink(eidLink, openPort));
    if (*changeCommand) return leave(changePin(changeOptions));
    if (*unblockCommand) return leave(unblock(unblockOptions));
    if (*checkCommand) return leave(checkPassword(checkOptions, checked));
    if (*labCommand && labVariantsOnly) return int(listVariants(labLanguage));
    if (*labCommand) return int(lab(labSettings, labJson, labLanguage));
    if (*readersCommand) return leave(readers(readersOptions));
    if (*showCommand) return leave(showCard(showOptions));
    if (*cardServeCommand) return int(serveCard(cardOptions));
    if (*graphCommand) return int(graph(workflow, mermaid ? GraphForm::Mermaid : GraphForm::Dot));
    if (*versionCommand) std::printf("eidkern %.*s\n", int(version().size()), version().data());
    return int(result);
}
