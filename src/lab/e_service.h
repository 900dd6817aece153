// The lab's eService: the web site into which somebody logs in.
//   GET /            start page with the link that starts a login in an eID client
//   GET /tctoken     tcToken of a new session; /self-auth: the same for self-authentication
//   GET /refresh     ?session=...: how that login ended, once; for self-authentication as JSON
//   GET /error       CommunicationErrorAddress
#pragma once
#include "lab/eid_server.h"

namespace eidkern::lab
{

class EService
{
public:
    EService(const LabPki& pki, const EidServer& eidServer, Sessions& sessions, FaultScript faults);

    bool listen(std::uint16_t port) { return http_.listen(port); }
    std::string origin() const { return http_.origin(); }
    const HttpServer& http() const { return http_; }

private:
    HttpAnswer answer(const HttpRequest& request);
    HttpAnswer startPage() const;
    HttpAnswer token(bool selfAuthentication);
    HttpAnswer refresh(std::string_view query);

    const EidServer& eidServer_;
    Sessions& sessions_;
    HttpServer http_;
};

} // namespace eidkern::lab
