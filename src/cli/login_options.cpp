#include "cli/login_options.h"

#include "cli/home.h"
#include "cli/options.h"
#include "eidkern/engine.h"

namespace eidkern::cli
{

static const std::map<std::string, Consent> consents{{"ask", Consent::Ask}, {"auto", Consent::Auto}};

static void addCardOptions(CLI::App& command, LoginOptions& o)
{
    command
        .add_option(
            "--card", o.card,
            "sim (the built-in adult), sim:PERSONA (a simulated card, persona as built in or as JSON file), pcsc or pcsc:READER (in a reader of PC/SC) (default: "
                + (o.card.empty() ? "pcsc; sim where nobody is asked" : o.card) + ")")
        ->type_name("sim[:PERSONA]|pcsc[:READER]");
    addDescriptor(command, "--pin-fd", o.pinDescriptor, "the PIN");
    command.add_flag("--json", o.json, "one JSON object per line and event; the last one is the result");
    command
        .add_option("--log", o.log,
                    "append the engine's log, JSON lines without secrets and personal data; -: standard error (default: "
                        + (o.log.empty() && !usualLog().empty() ? usualLog() + ", and an older part beside it" : "none") + ")")
        ->type_name("FILE|-|none");
    addLanguage(command, o.language);
}

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

void addDescriptor(CLI::App& command, const std::string& option, int& descriptor, const std::string& what)
{
    command.add_option(option, descriptor, "read " + what + " from this file descriptor: one line, used once")->type_name("N")->check(CLI::Range(0, 1023));
}

void chooseCard(LoginOptions& o)
{
    if (!o.card.empty()) return;
    const bool unasked = o.consent == Consent::Auto && (!o.automatic || o.automatic->origins.empty());
    o.card = unasked ? "sim" : "pcsc";
}

} // namespace eidkern::cli
