#include "sdk/client.h"

#include <QUrl>
#include <algorithm>
#include <chrono>

#include "core/version.h"
#include "sdk/results.h"

namespace eidkern::sdk
{

namespace
{

constexpr int mostBytes = 1 << 20; // of a message
const std::vector<int> levels{1, 2, 3};

std::optional<std::string> encodedOnce(const std::string& text) // an address with a host, whatever its scheme
{
    const QUrl url(QString::fromStdString(text));
    if (!url.isValid() || url.host().isEmpty()) return {};
    return url.toEncoded().toStdString();
}

std::string_view nameIn(std::string_view message) // of one that we have written
{
    constexpr std::string_view key = "\"msg\":\"";
    const auto at = message.find(key);
    if (at == std::string_view::npos) return {};
    const auto rest = message.substr(at + key.size());
    return rest.substr(0, rest.find('"'));
}

} // namespace

void Common::log(std::string_view event, std::string_view name) const
{
    if (!settings.log) return;
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
    settings.log("{\"log\":\"" + std::string(event) + "\",\"ms\":" + std::to_string(now.count()) + ",\"name\":\"" + std::string(name) + "\"}");
}

Client::Client(Common& common, Service::Send send, std::function<void(Client&)> gone)
    : common_(common), send_(std::move(send)), gone_(std::move(gone)),
      readers_(common.settings, [this](const ReaderInfo& reader, ReaderChange change) { changed(reader, change); })
{
    scheduler_.post([this] { readers_.begin(); });
}

Client::~Client()
{
    for (auto& each : flows_)
    {
        auto* flow = each.get();
        common_.leaving.push_back(std::move(each));
        flow->leave([&common = common_, flow] {
            std::erase_if(common.leaving, [flow](const auto& one) { return one.get() == flow; });
            if (!common.leaving.empty()) return;
            for (const auto& call : std::exchange(common.whenNobodyLeaves, {})) call();
        });
    }
    gone_(*this);
}

void Client::receive(std::string_view text)
{
    auto command = parse(text, level_);
    if (!command)
    {
        common_.log("api.command", "");
        return say(command.error());
    }
    const auto wanted = command->name();
    asked_ = sdk::name(wanted).starts_with("GET_");
    if (!asked_) common_.log("api.command", sdk::name(wanted));
    carryOut(*command);
    asked_ = false;
}

void Client::carryOut(Command& command)
{
    const auto wanted = command.name();
    const bool starts = wanted == CommandName::RunAuth || wanted == CommandName::RunChangePin;
    auto* flow = starts && common_.settings.multi ? nullptr : flowOf(command.session);
    auto& request = command.request;
    if (!allowed(wanted, flow ? flow->situation() : Situation())) return say(sdk::text(message::BadState{std::string(sdk::name(wanted)), std::move(request)}));
    std::visit(
        [&]<typename C>(C& parameters) {
            if constexpr (requires { run(parameters, Json(), *flow); }) run(parameters, std::move(request), *flow);
            else if constexpr (requires { run(parameters, Json(), flow); }) run(parameters, std::move(request), flow);
            else run(parameters, std::move(request));
        },
        command.parameters);
}

void Client::say(const std::string& message)
{
    if (!asked_) common_.log("api.message", nameIn(message));
    send_(message);
}

Flow* Client::flowOf(const std::string& session) const // without a session: the only one
{
    if (!common_.settings.multi || session.empty()) return flows_.size() == 1 ? flows_.front().get() : nullptr;
    const auto found = std::ranges::find_if(flows_, [&](const auto& each) { return each->options().session == session; });
    return found == flows_.end() ? nullptr : found->get();
}

std::unique_ptr<Engine> Client::engineFor(const FlowOptions& options)
{
    if (spareEngine_ && spareOptions_.developerMode == options.developerMode) return std::move(spareEngine_);
    const auto& s = common_.settings;
    EngineSettings settings{s.trustAnchors, {}, s.log, s.linkCertificates, s.proxy, s.tlsProfile, s.grace, s.pcscReaders};
    if (const auto* simulator = readers_.simulator(options.simulator)) settings.cards = {*simulator};
    settings.developerMode = options.developerMode;
    settings.canAllowed = settings.deactivatedCardsWait = settings.padsWait = true;
    return std::make_unique<Engine>(std::move(settings));
}

Flow& Client::newFlow(FlowOptions options)
{
    const auto& settings = common_.settings;
    if (settings.multi) options.session = std::to_string(++common_.lastSession);
    if (settings.simulator) options.simulator = Readers::usualSimulator;
    if (settings.simulator && settings.multi) readers_.attachSimulator(options.simulator.append(" ").append(options.session));
    options.linkLearned = [&common = common_](const std::vector<std::uint8_t>& certificate) {
        common.settings.linkCertificates.push_back(certificate);
        if (common.settings.linkLearned) common.settings.linkLearned(certificate);
    };
    auto engine = engineFor(options);
    return *flows_.emplace_back(std::make_unique<Flow>(*this, std::move(engine), std::move(options)));
}

bool Client::take(std::optional<std::string> tcTokenUrl, Activator::AnswerBrowser answer)
{
    if (!common_.settings.multi && !flows_.empty()) return false;
    newFlow({}).authenticate(std::move(tcTokenUrl), std::move(answer));
    return true;
}

bool Client::hasBrowser() const
{
    return std::ranges::any_of(flows_, [](const auto& each) { return each->hasBrowser(); });
}

void Client::browserGone()
{
    for (const auto& each : flows_)
        if (each->hasBrowser()) return each->browserGone();
}

void Client::looksAtCards()
{
    readers_.workflowLooks(std::ranges::any_of(flows_, [](const auto& each) { return each->looksAtCards(); }));
}

void Client::ended(Flow& flow)
{
    const auto found = std::ranges::find_if(flows_, [&](const auto& each) { return each.get() == &flow; });
    spareOptions_ = flow.options();
    if (!common_.settings.multi) spareEngine_ = flow.takeEngine(); // else it is bound to its simulator
    flows_.erase(found);
    if (common_.settings.multi) readers_.detachSimulator(spareOptions_.simulator);
    else readers_.shelve(spareOptions_.simulator);
}

// Readers

ReaderInfo Client::visible(ReaderInfo reader) const
{
    if (level_ < 3 && reader.card && !reader.card->eid) reader.card.reset();
    return reader;
}

void Client::changed(const ReaderInfo& reader, ReaderChange change)
{
    const bool otherCard = reader.card && !reader.card->eid;
    if (otherCard && change != ReaderChange::Reader && level_ < 3) return;
    say(text(message::Reader{visible(reader), {}}));
}

void Client::run(command::GetReader& command, Json request)
{
    message::Reader answer{};
    answer.request = std::move(request);
    if (const auto fault = command.fault(); !fault.empty())
    {
        answer.error = fault;
        answer.reader.told = answer.reader.attached = false;
        return say(text(answer));
    }
    answer.reader.attached = false;
    answer.reader.name = *command.name.value;
    if (const auto* reader = readers_.named(*command.name.value)) answer.reader = visible(*reader);
    say(text(answer));
}

void Client::run(command::GetReaderList&, Json request)
{
    message::ReaderList answer;
    answer.level = level_;
    for (auto& each : readers_.all()) answer.readers.push_back(visible(std::move(each)));
    answer.request = std::move(request);
    say(text(answer));
}

// Who we are

void Client::run(command::GetInfo&, Json request)
{
    const auto& identity = common_.settings.identity;
    message::Info answer;
    answer.versionInfo = {identity.title, identity.vendor, identity.version.empty() ? std::string(core::version) : identity.version,
                          identity.name,  "TR-03124-1",    "Federal Office for Information Security",
                          "1.4"};
    answer.request = std::move(request);
    say(text(answer));
}

void Client::run(command::GetCapabilities&, Json request)
{
    const auto& settings = common_.settings;
    message::Capabilities answer;
    answer.commands = commandNames(level_);
    answer.languages = {Language::German, Language::English};
    answer.messageLimit = mostBytes;
    answer.multi = settings.multi;
    if (settings.simulator) answer.personas = SimulatedCard::builtInPersonas();
    answer.product = {"eidkern", std::string(core::version)};
    if (settings.pcscReaders) answer.readerKinds.push_back(ReaderKind::Pcsc);
    if (settings.simulator) answer.readerKinds.push_back(ReaderKind::Simulator);
    answer.request = std::move(request);
    say(text(answer));
}

void Client::run(command::GetFailureCodes& command, Json request)
{
    message::FailureCodes answer;
    if (const auto fault = command.fault(); !fault.empty()) answer.error = fault;
    else answer = failureCodes(command.language.value.value_or(Language::English));
    answer.request = std::move(request);
    say(text(answer));
}

void Client::run(command::GetApiLevel&, Json request) { say(text(message::ApiLevel{levels, level_, {}, std::move(request)})); }

void Client::run(command::SetApiLevel& command, Json request)
{
    auto fault = command.fault();
    const auto wanted = std::ranges::find_if(levels, [&](int level) { return command.level.value == double(level); });
    if (fault.empty() && wanted == levels.end()) fault = command::SetApiLevel::unknown;
    if (fault.empty()) level_ = *wanted;
    say(text(message::ApiLevel{levels, level_, std::string(fault), std::move(request)}));
}

// Workflows

void Client::run(command::RunAuth& command, Json request)
{
    auto fault = command.fault();
    const auto url = fault.empty() ? encodedOnce(*command.tcTokenURL.value) : std::nullopt;
    if (fault.empty() && !url) fault = command::RunAuth::noUrl;
    if (!fault.empty())
    {
        message::Auth refused;
        refused.error = fault;
        refused.request = std::move(request);
        return say(text(refused));
    }
    newFlow({WorkflowName::Auth, command.developerMode.value_or(false), command.status.value_or(true), command.language.value.value_or(Language::English)})
        .authenticate(url);
}

void Client::run(command::RunChangePin& command, Json request)
{
    if (const auto fault = command.fault(); !fault.empty())
    {
        message::ChangePin refused;
        refused.error = fault;
        refused.request = std::move(request);
        return say(text(refused));
    }
    newFlow({WorkflowName::ChangePin, false, command.status.value_or(true), command.language.value.value_or(Language::English)}).changePin();
}

void Client::run(command::GetStatus&, Json request, Flow* flow)
{
    auto answer = flow ? flow->status() : message::Status();
    answer.request = std::move(request);
    say(text(answer));
}

} // namespace eidkern::sdk
