// The lab's eService: the web site into which somebody logs in.
//   GET /            start page with the link that starts a login in an eID client
//   GET /tctoken     tcToken of a new session; /self-auth: the same for self-authentication
//   GET /refresh     ?session=...: how that login ended, once; for self-authentication as JSON
//   GET /error       CommunicationErrorAddress
//   POST /paos       the eID-Server, if it is attached
// With redirects token and refresh address lead over the redirector, a host of another origin with the same certificate, which
// sends whoever comes to /arrived/... here.
#pragma once
#include "lab/eid_server.h"

namespace eidkern::lab
{

struct SiteOptions
{
    bool attached = false;  // tokens without PSK: PAOS on the TLS session that fetched the token
    bool redirects = false;
};

class EService
{
public:
    EService(const LabPki& pki, EidServer& eidServer, Sessions& sessions, SiteOptions options, FaultScript faults);

    bool listen(std::uint16_t port) { return http_.listen(port) && (!options_.redirects || redirector_.listen(0)); }
    std::string redirectorOrigin() const { return redirector_.origin(); }
    std::string origin() const { return http_.origin(); }
    HttpServer& http() { return http_; }
    HttpServer& redirector() { return redirector_; }

private:
    HttpAnswer answer(const HttpRequest& request);
    HttpAnswer startPage() const;
    HttpAnswer token(bool selfAuthentication, const HttpRequest& request);
    HttpAnswer refresh(std::string_view query);

    EidServer& eidServer_;
    Sessions& sessions_;
    const SiteOptions options_;
    HttpServer http_, redirector_;
};

} // namespace eidkern::lab
