#include "eidkern/json_api.h"

#include "sdk/service.h"

namespace eidkern
{

class JsonApi::Impl
{
public:
    Impl(JsonApiSettings settings, Send send) : service_(std::move(settings)), conversation_(service_.open(std::move(send))) {}

    void receive(std::string_view message)
    {
        if (conversation_) conversation_->receive(message);
    }

    void close(std::function<void()> closed)
    {
        conversation_.reset();
        service_.whenNobodyLeaves(std::move(closed));
    }

private:
    sdk::ApiService service_;
    std::unique_ptr<sdk::Conversation> conversation_;
};

JsonApi::JsonApi(JsonApiSettings settings, Send send) : impl_(std::make_unique<Impl>(std::move(settings), std::move(send))) {}
JsonApi::~JsonApi() = default;
void JsonApi::receive(std::string_view message) { impl_->receive(message); }
void JsonApi::close(std::function<void()> closed) { impl_->close(std::move(closed)); }

} // namespace eidkern
