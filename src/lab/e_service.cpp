#include "lab/e_service.h"

#include <QUrl>
#include <QUrlQuery>

#include "lab/self_authentication.h"
#include "network/tc_token_codec.h"

namespace eidkern::lab
{

static constexpr std::size_t largestForm = 4096;

static TlsProfile profileFor(const LabPki& pki)
{
    TlsProfile profile;
    profile.key = pki.eServiceKey;
    profile.certificate = pki.eServiceCertificate;
    profile.ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256";
    profile.groups = "brainpoolP256r1:prime256v1:brainpoolP384r1:secp384r1:brainpoolP512r1"; // what is enough first: half of a login was P512
    return profile;
}

static HttpAnswer page(int status, const std::string& title, const std::string& content)
{
    return {.status = status,
            .contentType = "text/html; charset=utf-8",
            .body = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + title + "</title></head>\n<body><h1>" + title + "</h1>\n<p>"
                  + content + "</p></body></html>\n"};
}

static HttpAnswer redirect(std::string location) { return {.status = 303, .location = std::move(location)}; }

EService::EService(const LabPki& pki, EidServer& eidServer, Sessions& sessions, SiteOptions options, FaultScript faults)
    : eidServer_(eidServer), sessions_(sessions), options_(options),
      http_(Server::EService, profileFor(pki), options.attached ? EidServer::largestMessage : largestForm, faults,
            [this](const HttpRequest& r) { return answer(r); }),
      redirector_(Server::Redirector, profileFor(pki), largestForm, faults, [this](const HttpRequest& r) { return redirect(origin() + "/arrived" + r.target); })
{
}

HttpAnswer EService::answer(const HttpRequest& request)
{
    const std::string_view target = request.target;
    const auto question = std::min(target.find('?'), target.size());
    const auto path = target.substr(0, question), query = target.substr(std::min(question + 1, target.size()));
    if (options_.attached && path == EidServer::path) return eidServer_.attached(request);
    const bool arrived = options_.redirects && (path == "/arrived/tctoken" || path == "/arrived/self-auth" || path == "/arrived/refresh");
    const bool known = arrived || path == "/" || path == "/tctoken" || path == "/self-auth" || path == "/refresh" || path == "/error";
    if (!known) return {.status = 404, .body = "there is no such page\n"};
    if (request.method != "GET") return {.status = 405, .body = "pages are for GET\n"};
    if (options_.redirects && (path == "/tctoken" || path == "/self-auth")) return redirect(redirectorOrigin() + std::string(path));
    if (path == "/tctoken" || path == "/arrived/tctoken") return token(false, request);
    if (path == "/self-auth" || path == "/arrived/self-auth") return token(true, request);
    if (path == "/arrived/refresh") return redirect(origin() + "/refresh?" + std::string(query));
    if (path == "/refresh") return refresh(query);
    if (path == "/error") return page(200, "The login failed", "The client found no way to the refresh address.");
    return startPage();
}

HttpAnswer EService::startPage() const
{
    const auto tokenUrl = QUrl::toPercentEncoding(QString::fromStdString(origin() + "/tctoken")).toStdString();
    const auto link = "http://127.0.0.1:24727/eID-Client?tcTokenURL=" + tokenUrl;
    return page(200, "eidkern test lab", "<a href=\"" + link + "\">Log in with a test card</a>");
}

HttpAnswer EService::token(bool selfAuthentication, const HttpRequest& request)
{
    auto* session = sessions_.create(selfAuthentication);
    if (!session) return {.status = 503, .body = "too many logins are under way\n"};
    TcToken token;
    token.sessionIdentifier = session->record.id;
    token.refreshAddress = (options_.redirects ? redirectorOrigin() : origin()) + "/refresh?session=" + session->refreshId;
    token.communicationErrorAddress = origin() + "/error";
    token.binding = "urn:liberty:paos:2006-08";
    if (options_.attached)
    {
        token.serverAddress = origin() + EidServer::path;
        session->tlsSession = request.tlsSession;
    }
    else
    {
        token.serverAddress = eidServer_.address();
        token.pathSecurityProtocol = "urn:ietf:rfc:4279";
        token.psk = Secret(toHex(session->psk.view()));
    }
    return {.contentType = "text/xml; charset=utf-8", .body = network::encode(token)};
}

HttpAnswer EService::refresh(std::string_view query)
{
    const auto id = QUrlQuery(QString::fromUtf8(query.data(), qsizetype(query.size()))).queryItemValue("session").toStdString();
    auto* session = sessions_.withRefreshId(id);
    if (!session || session->record.refreshed) return page(404, "There is no such login", "It is unknown, too old, or was shown already.");
    auto& record = session->record;
    record.refreshed = true;
    if (record.selfAuthentication) return {.contentType = "application/json; charset=utf-8", .body = selfAuthenticationJson(record)};
    const auto groups = std::to_string(record.dataGroups.size());
    if (record.outcome && record.outcome->isOk()) return page(200, "You are logged in", groups + " data groups were read.");
    return page(200, "The login failed", record.outcome ? "The eID-Server ended it with an error." : "It was not completed.");
}

} // namespace eidkern::lab
