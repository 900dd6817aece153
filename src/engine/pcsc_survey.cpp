#include "eidkern/pcsc_survey.h"

#include "card/pcsc/inbox.h"
#include "card/pcsc/survey.h"
#include "card/pcsc/threads.h"
#include "network/qt_scheduler.h"

namespace eidkern
{

class PcscSurveyor::Impl
{
public:
    explicit Impl(std::function<void(const PcscSurvey&)> handler)
    {
        const auto shared = std::make_shared<std::function<void(const PcscSurvey&)>>(std::move(handler)); // it may destroy this object
        card::startThread([inbox = inbox_, shared] { card::survey([&](const PcscSurvey& seen) { inbox->post([shared, seen] { (*shared)(seen); }); }); });
    }
    ~Impl() { inbox_->close(); }
    Impl(const Impl&) = delete;

private:
    network::QtScheduler scheduler_;
    std::shared_ptr<card::Inbox> inbox_ = std::make_shared<card::Inbox>(scheduler_);
};

PcscSurveyor::PcscSurveyor(std::function<void(const PcscSurvey&)> handler) : impl_(std::make_unique<Impl>(std::move(handler))) {}
PcscSurveyor::~PcscSurveyor() = default;

} // namespace eidkern
