// The lab's eService: the web site into which somebody logs in.
//   GET /            start page with the links that start a login in an eID client
//   GET /tctoken     tcToken of a new session; /self-auth: the same for self-authentication
//   GET /refresh     ?session=...: once, and leads to the page below; to the client of a self-authentication it answers JSON
//   GET /result      ?session=...: what was read, or why the login failed; another id, and valid as long as the session lives
//   GET /error       CommunicationErrorAddress
//   POST /paos       the eID-Server, if it is attached
// With redirects token or refresh address leads over the redirector, a host of another origin with the same certificate, which
// sends whoever comes to /arrived/... here.
#pragma once
#include "lab/eid_server.h"

namespace eidkern::lab
{

struct SiteOptions
{
    bool attached = false;  // tokens without PSK: PAOS on the TLS session that fetched the token
    bool redirectsToken = false, redirectsRefresh = false;
    std::uint16_t clientPort = 24727; // where the start page's links lead
    bool redirects() const { return redirectsToken || redirectsRefresh; }
};

class EService
{
public:
    EService(const LabPki& pki, const ServiceRequest& request, EidServer& eidServer, Sessions& sessions, SiteOptions options, const FaultScript& faults);

    bool listen(std::uint16_t port) { return http_.listen(port) && (!options_.redirects() || redirector_.listen(0)); }
    std::string redirectorOrigin() const { return redirector_.origin(); }
    std::string origin() const { return http_.origin(); }
    HttpServer& http() { return http_; }
    HttpServer& redirector() { return redirector_; }

private:
    HttpAnswer answer(const HttpRequest& request);
    HttpAnswer page(const HttpRequest& request, std::string_view path, std::string_view query);
    HttpAnswer token(bool selfAuthentication, const HttpRequest& request);
    HttpAnswer refresh(const HttpRequest& request, std::string_view query);

    const ServiceRequest& request_;
    EidServer& eidServer_;
    Sessions& sessions_;
    const SiteOptions options_;
    HttpServer http_, redirector_;
};

} // namespace eidkern::lab
