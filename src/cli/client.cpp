#include "cli/client.h"

#include <QJsonDocument>
#include <QEventLoop>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

#include "cli/files.h"
#include "cli/home.h"
#include "cli/interrupt.h"
#include "cli/layout.h"
#include "eidkern/json_api.h"

namespace eidkern::cli
{

static bool isPcsc(const std::string& option) { return option == "pcsc" || option.starts_with("pcsc:"); }

bool mayConsent(const LoginOptions& options)
{
    if (isPcsc(options.card) && options.automatic) // to those whom its holder has named
        return !options.automatic->origins.empty()
            || (complain("--automatic --card " + options.card + ": name the services to which a real card may answer unasked: --for https://service.example"),
                false);
    if (isPcsc(options.card) && (options.consent == Consent::Auto || !interactive())) // a real card answers to its holder only
        return complain(
                   "--card " + options.card
                   + ": only the holder can consent to what is read from a real card. Run this in a terminal, without --consent auto; --card sim takes a simulated card."),
               false;
    if (options.consent == Consent::Ask && !interactive())
        return complain(
                   "nobody to ask: standard input or output is no terminal. Run this in a terminal; with a simulated card --consent auto answers by itself."),
               false;
    return true;
}

// Whether a card is described as in SET_CARD, not as in resources/personas.
static bool isOfTheSdk(const std::string& json)
{
    const auto keys = QJsonDocument::fromJson(QByteArray::fromStdString(json)).object().keys();
    const QStringList known{"files", "keys", "persona"};
    return json.starts_with('{') && std::ranges::all_of(keys, [&](const QString& key) { return known.contains(key); });
}

std::optional<ChosenCard> cardOf(const std::string& option, const std::vector<TrustAnchor>& anchors)
{
    if (isPcsc(option)) return ChosenCard{{}, option.size() > 5 ? option.substr(5) : std::string()};
    std::string name = "adult";
    if (option.starts_with("sim:")) name = option.substr(4);
    else if (option != "sim")
        return complain("--card " + option + ": sim, sim:PERSONA, pcsc or pcsc:READER is needed; `eidkern readers` lists the readers"), std::nullopt;
    const auto content = name.starts_with('{') ? std::optional(name) : personaOf(name);
    if (!content) return {};
    auto trustPoints = anchors;
    std::erase_if(trustPoints, [](const TrustAnchor& each) { return each.pki != Pki::Test; });
    if (trustPoints.empty() && !anchors.empty())
        return complain("--card " + option + ": a simulated card trusts test roots only, and none is there; give one with --cvca"), std::nullopt;
    if (trustPoints.size() > 2) trustPoints.resize(2);
    auto card = isOfTheSdk(*content) ? simulatedCard(*content, trustPoints) : SimulatedCard::fromPersona(*content, trustPoints);
    if (!card) return complain(name + ": " + card.error()), std::nullopt;
    return ChosenCard{std::move(*card), {}};
}

std::optional<std::vector<TrustAnchor>> anchorsOf(const LoginOptions& options)
{
    if (!options.cvcaFiles.empty()) return trustAnchorsOf(options.cvcaFiles);
    const auto store = trustStoreIn(options.trustStore);
    auto roots = store.rootsOf(store.all());
    if (roots.empty())
        complain(
            "no trust anchor, and so no service is accepted: take the CVCA certificates of the services' PKI over once (eidkern trust import FILE --production), or"
            " give one with --cvca FILE (a lab keeps its own as cvca.cvcert in its --pki folder). It counts from the next start on.");
    return roots;
}

std::unique_ptr<View> viewFor(const LoginOptions& options) { return options.json ? jsonView(options.language) : terminalView(options.language, colours()); }

Client::Client(const LoginOptions& options, TrustStore store, View& view) : options_(options), view_(view), store_(std::move(store)) {}

std::unique_ptr<Client> Client::make(const LoginOptions& options, std::vector<TrustAnchor> anchors, const ChosenCard& card, View& view)
{
    auto around = Surroundings::of(options);
    return around ? make(options, std::move(*around), std::move(anchors), card, view) : nullptr;
}

std::unique_ptr<Client> Client::make(const LoginOptions& options, Surroundings around, std::vector<TrustAnchor> anchors, const ChosenCard& card, View& view)
{
    std::unique_ptr<Client> client(new Client(options, std::move(around.store), view));
    client->productionRoots_ = std::ranges::find(anchors, Pki::Production, &TrustAnchor::pki) != anchors.end();
    EngineSettings settings{std::move(anchors), {}, std::move(around.log)};
    settings.proxy = std::move(around.proxy);
    settings.linkCertificates = linksOf(client->store_.all());
    if (card.simulated) settings.cards = {*card.simulated};
    settings.pcscReaders = !card.simulated;
    settings.pcscReader = card.reader;
    settings.tlsProfile = options.tlsProfile;
    settings.developerMode = options.developerMode;
    client->pcsc_ = settings.pcscReaders;
    client->engine_ = std::make_unique<Engine>(std::move(settings));
    client->answers_.emplace(*client->engine_, options, card.simulated, view);
    return client->answers_->ready() ? std::move(client) : nullptr;
}

std::optional<ExitCode> Client::handle(Event& event)
{
    std::optional<ExitCode> code;
    std::visit(
        [&]<typename E>(E& e) {
            if constexpr (!std::same_as<E, CardFound> && !std::same_as<E, CardWanted>) answers_->withdraw();
            view_.show(e);
            if constexpr (std::same_as<E, CardWanted>) watchReaders();
            else readers_.reset();
            if constexpr (std::same_as<E, RightsAsked>) saveTerms(e.service);
            if constexpr (std::same_as<E, LinkCertificateLearned>) store_.keepLearned(e.certificate);
            if constexpr (requires { answers_->answer(e); }) answers_->answer(e);
            if constexpr (std::same_as<E, WorkflowFinished>)
            {
                e.failure ? explainTrust(*e.failure) : answers_->worked();
                code = e.failure ? exitCode(describe(e.failure->code).origin) : ExitCode::Success;
            }
        },
        event);
    return code;
}

void Client::watchReaders()
{
    if (!pcsc_) return;
    readers_.emplace([this](const ReaderList& list) {
        const auto missing = !list.service ? std::optional(Text::NoPcscd) : list.readers.empty() ? std::optional(Text::NoReader) : std::nullopt;
        if (missing && missing_ != missing) view_.say(text(*missing, options_.language));
        missing_ = missing;
    });
}

void Client::explainTrust(const Failure& failure)
{
    if (failure.code == FailureCode::Process_Certificates_From_Eac2_Cvc_Chain_Missing) view_.say(text(Text::CardOfOtherPki, options_.language));
    if (failure.code != FailureCode::Pre_Verification_Invalid_Certificate_Chain) return;
    view_.say(text(productionRoots_ ? Text::RootIsMissing : Text::NoProductionRoots, options_.language));
}

ExitCode Client::run(Text cancelling, const std::function<void(Engine&, Engine::Handler)>& begin)
{
    QEventLoop loop;
    auto code = ExitCode::Internal;
    const Interrupt interrupt([&](int times) { times > 1 ? loop.quit() : cancel(cancelling); });
    begin(*engine_, [&](Event& event) {
        const auto end = handle(event);
        if (!end) return;
        code = *end;
        loop.quit();
    });
    loop.exec();
    return code;
}

void Client::cancel(Text cancelling)
{
    answers_->withdraw();
    view_.say(text(cancelling, options_.language));
    engine_->cancel();
}

void Client::saveTerms(const ServiceDescription& service)
{
    const auto& file = options_.saveTerms;
    if (file.empty()) return;
    const bool saved = writeNewFile(AT_FDCWD, file, {reinterpret_cast<const std::uint8_t*>(service.terms.data()), service.terms.size()});
    if (saved) view_.say(std::string(text(Text::TermsSaved, options_.language)) + " " + file);
    else complain("--save-terms " + file + ": " + std::strerror(errno));
}

} // namespace eidkern::cli
