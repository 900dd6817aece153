// The public face of the lab.
#include "card/simulator/document_signer.h"
#include "eidkern/lab.h"
#include "lab/lab.h"
#include "network/qt_clock.h"
#include "network/qt_scheduler.h"

namespace eidkern
{

namespace
{

tl::expected<Rights, std::string> rightsOf(const std::vector<std::string>& names)
{
    Rights rights;
    for (const auto& each : names)
    {
        const auto right = rightNamed(each);
        if (!right) return tl::unexpected("no right is called '" + each + "'");
        rights.add(*right);
    }
    return rights;
}

tl::expected<lab::LabOptions, std::string> optionsOf(const LabSettings& settings, Random& random, Date today)
{
    lab::LabOptions options;
    const auto required = rightsOf(settings.requiredRights), optional = rightsOf(settings.optionalRights);
    if (!required) return tl::unexpected(required.error());
    if (!optional) return tl::unexpected(optional.error());
    if (!settings.requiredRights.empty() || !settings.optionalRights.empty())
    {
        options.request.required = *required;
        options.request.optional = *optional;
    }
    if (settings.requiredAge > 0) options.request.requiredAge = settings.requiredAge;
    options.request.transactionInfo = settings.transactionInfo;
    options.site = {settings.attached, settings.redirects};
    options.eServicePort = settings.eServicePort;
    options.eidServerPort = settings.eidServerPort;
    options.trustedCscas = {card::testCscaCertificate()};
    if (settings.pkiFolder.empty()) return options;
    if (!std::filesystem::exists(settings.pkiFolder))
    {
        const auto fresh = lab::LabPki::fresh(random, today);
        if (const auto saved = fresh.save(settings.pkiFolder); !saved) return tl::unexpected(saved.error());
    }
    auto pki = lab::LabPki::load(settings.pkiFolder, today);
    if (!pki) return tl::unexpected(pki.error());
    options.pki = std::move(*pki);
    return options;
}

class RunningLab final : public PublicLab
{
public:
    tl::expected<void, std::string> start(const LabSettings& settings)
    {
        auto options = optionsOf(settings, random_, clock_.today());
        if (!options) return tl::unexpected(options.error());
        auto started = lab::Lab::start(random_, clock_, std::move(*options));
        if (!started) return tl::unexpected(started.error());
        lab_ = std::move(*started);
        if (settings.pkiFolder.empty()) return {};
        return lab_->pki().save(settings.pkiFolder); // with the terminal certificate for this port
    }

    std::string tcTokenUrl() const override { return lab_->tcTokenUrl(); }
    std::string selfAuthUrl() const override { return lab_->selfAuthUrl(); }
    std::vector<std::uint8_t> cvca() const override { return lab_->cvca().whole; }

private:
    network::QtScheduler scheduler_;
    network::QtClock clock_{scheduler_};
    SystemRandom random_;
    std::unique_ptr<lab::Lab> lab_;
};

} // namespace

tl::expected<std::unique_ptr<PublicLab>, std::string> PublicLab::start(const LabSettings& settings)
{
    auto lab = std::make_unique<RunningLab>();
    if (const auto started = lab->start(settings); !started) return tl::unexpected(started.error());
    return lab;
}

} // namespace eidkern
