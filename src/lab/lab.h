// The test lab: an eService and an eID-Server on 127.0.0.1 with a test PKI of their own. Everything runs on the Qt event loop
// of the thread that made it; several labs may live in one process. Random, Clock and the loop outlive the lab.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "lab/e_service.h"
#include "lab/eid_server.h"
#include "lab/session.h"

namespace eidkern::lab
{

struct CertificateOptions // of the terminal's CV certificates
{
    std::optional<RsaPadding> rsa = {};
    bool formerCvca = false; // not with RSA
    DescriptionFormat description = DescriptionFormat::Plain;
};

struct LabOptions
{
    ServiceRequest request = {};
    CertificateOptions certificates = {};
    PaosStyle paos = {};
    std::map<Server, std::string> tls = {}; // a server's name in tlsVariants(); where `faults` choose nothing
    std::optional<LabPki> pki = {};         // nothing: a fresh one
    std::vector<Bytes> trustedCscas = {};   // DER; they join those of the PKI, unless their key is among these
    std::uint16_t eServicePort = 0, eidServerPort = 0; // 0: any free one
    SiteOptions site = {};
    FaultScript faults = {};
    std::string host = "127.0.0.1"; // in all addresses; another one needs certificates of its own in `pki`
};

class Lab
{
public:
    // Listens when it returns; the error says which port could not be had.
    static tl::expected<std::unique_ptr<Lab>, std::string> start(Random& random, const Clock& clock, LabOptions options = {});

    std::string tcTokenUrl() const { return eService_.origin() + "/tctoken"; }
    std::string selfAuthUrl() const { return eService_.origin() + "/self-auth"; }
    std::string redirectorOrigin() const { return eService_.redirectorOrigin(); } // with SiteOptions::redirects
    std::string startPageUrl() const { return eService_.origin() + "/"; }
    const CvCertificate& cvca() const { return pki_.cvca; } // the trust point for cards and the trust anchor for clients
    const LabPki& pki() const { return pki_; }

    const SessionRecord* lastSession() const { return sessions_.last(); } // valid until the next session begins
    std::vector<const SessionRecord*> sessions() const { return sessions_.all(); }
    HttpServer& http(Server server);
    const HttpServer::Counters& counters(Server server) { return http(server).counters(); }

private:
    Lab(Random& random, const Clock& clock, LabOptions options);

    LabPki pki_;
    ServiceRequest request_;
    Sessions sessions_;
    EidServer eidServer_;
    EService eService_;
};

} // namespace eidkern::lab
