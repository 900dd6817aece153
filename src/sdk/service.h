// The JSON API for whoever carries its messages.
#pragma once
#include "sdk/client.h"

namespace eidkern::sdk
{

class ApiService final : public Service
{
public:
    explicit ApiService(JsonApiSettings settings);
    ~ApiService() override; // ends what still runs at once; its conversations are gone before

    bool busy() const override { return !common_.leaving.empty(); }
    std::unique_ptr<Conversation> open(Send send) override;
    bool activate(std::optional<std::string> tcTokenUrl, AnswerBrowser answer) override; // by the client that came last; false also without any
    void browserGone() override;

    std::size_t mostClients() const override { return common_.settings.multi ? 8 : 1; }
    void whenNobodyLeaves(std::function<void()> call) override; // when busy() has become false; posted, if it is

private:
    Common common_;
    std::vector<Client*> clients_;
    network::QtScheduler scheduler_;
};

} // namespace eidkern::sdk
