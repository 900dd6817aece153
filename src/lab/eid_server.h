// The lab's eID-Server: PAOS over RSA-PSK TLS. A session is found by the PSK identity of its connection.
#pragma once
#include "lab/eid_dialogue.h"
#include "lab/http_server.h"

namespace eidkern::lab
{

class EidServer
{
public:
    EidServer(const LabPki& pki, const ServiceRequest& request, Sessions& sessions, Random& random, const Clock& clock, FaultScript faults);

    bool listen(std::uint16_t port) { return http_.listen(port); }
    std::string address() const { return http_.origin() + path; } // ServerAddress of the tcToken
    const HttpServer& http() const { return http_; }

private:
    static constexpr auto path = "/paos";
    HttpAnswer answer(const HttpRequest& request);

    const LabPki& pki_;
    const ServiceRequest& request_;
    Sessions& sessions_;
    Random& random_;
    const Clock& clock_;
    HttpServer http_;
};

} // namespace eidkern::lab
