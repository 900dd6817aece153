// The lab's eID-Server: PAOS over RSA-PSK TLS. A session is found by the PSK identity of its connection; attached to the
// eService, by the TLS session of its token.
#pragma once
#include "lab/eid_dialogue.h"
#include "lab/http_server.h"
#include "lab/paos_disguise.h"

namespace eidkern::lab
{

class EidServer
{
public:
    static constexpr auto path = "/paos";
    static constexpr std::size_t largestMessage = 4 * 1024 * 1024;

    EidServer(const LabPki& pki, const ServiceRequest& request, const PaosStyle& style, Sessions& sessions, Random& random, const Clock& clock,
              FaultScript faults);

    bool listen(std::uint16_t port) { return http_.listen(port); }
    HttpAnswer attached(const HttpRequest& request); // that came to the eService
    std::string address() const { return http_.origin() + path; } // ServerAddress of the tcToken
    HttpServer& http() { return http_; }

private:
    HttpAnswer answer(const HttpRequest& request, Session* session);

    const LabPki& pki_;
    const ServiceRequest& request_;
    const PaosStyle style_;
    Sessions& sessions_;
    Random& random_;
    const Clock& clock_;
    HttpServer http_;
};

} // namespace eidkern::lab
