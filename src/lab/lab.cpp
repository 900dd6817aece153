#include "lab/lab.h"

#include <algorithm>

namespace eidkern::lab
{

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

static Certificate parse(const Bytes& der)
{
    const auto* at = der.data();
    return {d2i_X509(nullptr, &at, long(der.size())), X509_free};
}

// A CSCA that is made anew for each run has the same name and key, but another signature.
static bool sameHolder(const Bytes& one, const Bytes& other)
{
    const auto a = parse(one), b = parse(other);
    return a && b && X509_NAME_cmp(X509_get_subject_name(a.get()), X509_get_subject_name(b.get())) == 0
        && EVP_PKEY_eq(X509_get0_pubkey(a.get()), X509_get0_pubkey(b.get())) == 1;
}

static LabPki pkiFor(Random& random, const Clock& clock, LabOptions& options)
{
    auto pki = options.pki ? std::move(*options.pki) : LabPki::fresh(random, clock.today());
    for (auto& csca : options.trustedCscas)
    {
        const bool known = std::ranges::any_of(pki.trustedCscas, [&](const auto& other) { return sameHolder(csca, other); });
        if (!known) pki.trustedCscas.push_back(std::move(csca));
    }
    return pki;
}

Lab::Lab(Random& random, const Clock& clock, LabOptions options)
    : pki_(pkiFor(random, clock, options)), request_(std::move(options.request)), sessions_(random, clock),
      eidServer_(pki_, request_, sessions_, random, clock, options.faults), eService_(pki_, eidServer_, sessions_, options.site, options.faults)
{
}

HttpServer& Lab::http(Server server)
{
    switch (server)
    {
        case Server::EService: return eService_.http();
        case Server::EidServer: return eidServer_.http();
        case Server::Redirector: break;
    }
    return eService_.redirector();
}

tl::expected<std::unique_ptr<Lab>, std::string> Lab::start(Random& random, const Clock& clock, LabOptions options)
{
    const auto eServicePort = options.eServicePort, eidServerPort = options.eidServerPort;
    const auto host = options.host;
    std::unique_ptr<Lab> lab(new Lab(random, clock, std::move(options)));
    for (auto* server : {&lab->eidServer_.http(), &lab->eService_.http(), &lab->eService_.redirector()}) server->host = host;
    const auto busy = [](std::string_view who, std::uint16_t port) {
        return tl::unexpected("the lab's " + std::string(who) + " cannot listen on 127.0.0.1:" + std::to_string(port));
    };
    if (!lab->eidServer_.listen(eidServerPort)) return busy("eID-Server", eidServerPort);
    if (!lab->eService_.listen(eServicePort)) return busy("eService", eServicePort);
    lab->pki_.issueTerminal(lab->eService_.origin(), lab->request_.terminalRights(), clock.today());
    return lab;
}

} // namespace eidkern::lab
