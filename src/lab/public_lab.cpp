// The public face of the lab.
#include <algorithm>

#include "card/simulator/document_signer.h"
#include "eidkern/lab.h"
#include "lab/lab.h"
#include "lab/tls_variants.h"
#include "lab/variants.h"
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

// "eid-server=rsa-2048"
tl::expected<void, std::string> chooseTls(const std::string& choice, std::map<lab::Server, std::string>& chosen)
{
    static const std::map<std::string, lab::Server> servers{
        {"eservice", lab::Server::EService}, {"eid-server", lab::Server::EidServer}, {"redirector", lab::Server::Redirector}};
    const auto equals = std::min(choice.find('='), choice.size());
    const auto server = servers.find(choice.substr(0, equals));
    const auto name = choice.substr(std::min(equals + 1, choice.size()));
    const bool known = std::ranges::any_of(lab::tlsVariants(), [&](const auto& each) { return each.name == name; });
    if (server == servers.end() || !known) return tl::unexpected("the lab knows no such TLS '" + choice + "'");
    chosen[server->second] = name;
    return {};
}

tl::expected<void, std::string> takeVariants(const LabSettings& settings, lab::LabOptions& options)
{
    for (const auto& choice : settings.tls)
        if (auto known = chooseTls(choice, options.tls); !known) return known;
    return lab::apply(settings.variants, options);
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
    const auto community = fromHex(settings.communityId);
    if (!community || community->size() > 7) return tl::unexpected(std::string("a community ID has up to 14 digits, in pairs"));
    if (!community->empty()) options.request.communityId = *community;
    if (const auto taken = takeVariants(settings, options); !taken) return tl::unexpected(taken.error());
    options.site.clientPort = settings.clientPort;
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
        folder_ = settings.pkiFolder;
        if (folder_.empty()) return {};
        return lab_->pki().save(settings.pkiFolder); // with the terminal certificate for this port
    }

    std::string tcTokenUrl() const override { return lab_->tcTokenUrl(); }
    std::string selfAuthUrl() const override { return lab_->selfAuthUrl(); }
    std::string startPageUrl() const override { return lab_->startPageUrl(); }
    std::vector<std::uint8_t> cvca() const override { return lab_->cvca().whole; }
    std::vector<std::uint8_t> formerCvca() const override { return lab_->pki().formerCvca ? lab_->pki().formerCvca->whole : Bytes(); }
    std::string cvcaFile() const override { return folder_.empty() ? folder_ : folder_ + '/' + lab::LabPki::cvcaFile(lab_->pki().rsa != nullptr); }

private:
    network::QtScheduler scheduler_;
    network::QtClock clock_{scheduler_};
    SystemRandom random_;
    std::string folder_;
    std::unique_ptr<lab::Lab> lab_;
};

} // namespace

template<typename Table>
static std::vector<LabVariant> listed(const Table& table)
{
    std::vector<LabVariant> list;
    for (const auto& each : table) list.push_back({each.name, each.german, each.english});
    return list;
}

std::vector<LabVariant> labVariants() { return listed(lab::variants()); }
std::vector<LabVariant> labTlsVariants() { return listed(lab::tlsVariants()); }

tl::expected<std::unique_ptr<PublicLab>, std::string> PublicLab::start(const LabSettings& settings)
{
    auto lab = std::make_unique<RunningLab>();
    if (const auto started = lab->start(settings); !started) return tl::unexpected(started.error());
    return lab;
}

} // namespace eidkern
