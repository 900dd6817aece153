#include "lab/lab.h"

#include <algorithm>

#include "lab/tls_variants.h"

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
    if (options.certificates.formerCvca) pki.addFormerCvca(random, clock.today());
    if (options.certificates.rsa) pki.useRsa(*options.certificates.rsa, clock.today());
    pki.descriptionFormat = options.certificates.description;
    const bool pseudonyms = options.request.terminalRights().has(Right::RestrictedIdentification);
    if (pseudonyms && !pki.sectorKey) pki.sectorKey = generateKey(Curve::brainpoolP256r1(), random);
    return pki;
}

// One context per server, so that its sessions can be resumed.
static FaultScript withTlsVariants(FaultScript faults, std::map<Server, std::string> variants)
{
    if (variants.empty()) return faults;
    const auto contexts = std::make_shared<std::map<Server, std::shared_ptr<TlsContext>>>();
    faults.tls = [scripted = faults.tls, variants = std::move(variants), contexts](Server server, int number, const TlsProfile& usual) {
        auto chosen = scripted ? scripted(server, number, usual) : nullptr;
        const auto variant = variants.find(server);
        if (chosen || variant == variants.end()) return chosen;
        auto& context = (*contexts)[server];
        if (!context) context = tlsContext(variant->second, usual);
        return context;
    };
    return faults;
}

Lab::Lab(Random& random, const Clock& clock, LabOptions options)
    : pki_(pkiFor(random, clock, options)), request_(std::move(options.request)), sessions_(random, clock),
      eidServer_(pki_, request_, options.paos, sessions_, random, clock, options.faults),
      eService_(pki_, request_, eidServer_, sessions_, options.site, options.faults)
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
    options.faults = withTlsVariants(std::move(options.faults), std::move(options.tls));
    const auto eServicePort = options.eServicePort, eidServerPort = options.eidServerPort;
    const auto host = options.host;
    std::unique_ptr<Lab> lab(new Lab(random, clock, std::move(options)));
    for (auto* server : {&lab->eidServer_.http(), &lab->eService_.http(), &lab->eService_.redirector()}) server->host = host;
    const auto busy = [](std::string_view who, std::uint16_t port) {
        return tl::unexpected("the lab's " + std::string(who) + " cannot listen on 127.0.0.1:" + std::to_string(port)
                              + ": another program has this port, or only root may; choose another one");
    };
    if (!lab->eidServer_.listen(eidServerPort)) return busy("eID-Server", eidServerPort);
    if (!lab->eService_.listen(eServicePort)) return busy("eService", eServicePort);
    lab->pki_.issueTerminal(lab->eService_.origin(), lab->request_.terminalRights(), clock.today());
    return lab;
}

} // namespace eidkern::lab
