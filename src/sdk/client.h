// One client of the JSON API: its level, its readers, its workflows, and an answer to each of its commands.
#pragma once
#include "network/qt_scheduler.h"
#include "sdk/flow.h"

namespace eidkern::sdk
{

struct Common // what the clients of a service have in common; outlives them
{
    JsonApiSettings settings;
    std::uint64_t lastSession = 0;
    std::vector<std::unique_ptr<Flow>> leaving = {}; // of clients who have gone
    std::vector<std::function<void()>> whenNobodyLeaves = {};

    void log(std::string_view event, std::string_view name) const;
};

class Client final : public Conversation, public FlowHost
{
public:
    Client(Common& common, Service::Send send, std::function<void(Client&)> gone);
    ~Client() override;

    void receive(std::string_view text) override;

    bool take(std::optional<std::string> tcTokenUrl, Activator::AnswerBrowser answer); // a browser's; false: it is busy
    bool hasBrowser() const;
    void browserGone();

private:
    // FlowHost
    void say(const std::string& message) override;
    int level() const override { return level_; }
    Readers& readers() override { return readers_; }
    void looksAtCards() override;
    void ended(Flow& flow) override;

    void changed(const ReaderInfo& reader, ReaderChange change);
    ReaderInfo visible(ReaderInfo reader) const; // in this level
    Flow* flowOf(const std::string& session) const;
    Flow& newFlow(FlowOptions options); // what the client chose
    std::unique_ptr<Engine> engineFor(const FlowOptions& options);

    void carryOut(Command& command);

    // Commands that were allowed
    void run(command::GetInfo& command, Json request);
    void run(command::GetCapabilities& command, Json request);
    void run(command::GetFailureCodes& command, Json request);
    void run(command::GetApiLevel& command, Json request);
    void run(command::SetApiLevel& command, Json request);
    void run(command::GetReader& command, Json request);
    void run(command::GetReaderList& command, Json request);
    void run(command::RunAuth& command, Json request);
    void run(command::RunChangePin& command, Json request);
    void run(command::GetStatus& command, Json request, Flow* flow);
    void run(command::GetAccessRights&, Json request, Flow& flow) { flow.tellRights(std::move(request)); }
    void run(command::SetAccessRights& command, Json request, Flow& flow) { flow.keepRights(command, std::move(request)); }
    void run(command::GetCertificate&, Json request, Flow& flow) { flow.tellCertificate(std::move(request)); }
    void run(command::Accept&, Json, Flow& flow) { flow.accept(); }
    void run(command::Cancel&, Json, Flow& flow) { flow.cancel(); }
    void run(command::Continue&, Json, Flow& flow) { flow.goOn(); }
    void run(command::SetCard& command, Json request, Flow& flow) { flow.setCard(command, std::move(request)); }
    void run(command::SetPin& command, Json request, Flow& flow) { flow.enter(command, std::move(request)); }
    void run(command::SetCan& command, Json request, Flow& flow) { flow.enter(command, std::move(request)); }
    void run(command::SetPuk& command, Json request, Flow& flow) { flow.enter(command, std::move(request)); }
    void run(command::SetNewPin& command, Json request, Flow& flow) { flow.enter(command, std::move(request)); }

    Common& common_;
    const Service::Send send_;
    const std::function<void(Client&)> gone_;
    int level_ = 3;
    bool asked_ = false; // what is said now answers a command that only asks; a log is not filled with these
    Readers readers_;
    std::vector<std::unique_ptr<Flow>> flows_; // one, unless the service is for several
    std::unique_ptr<Engine> spareEngine_;      // of the workflow that ended last: it is set up already
    FlowOptions spareOptions_;
    network::QtScheduler scheduler_;
};

} // namespace eidkern::sdk
