#include "lab/e_service.h"

#include <QUrl>
#include <QUrlQuery>

#include "lab/self_authentication.h"
#include "network/tc_token_codec.h"

namespace eidkern::lab
{

static constexpr std::size_t largestRequestBody = 4096;

static TlsProfile profileFor(const LabPki& pki)
{
    TlsProfile profile;
    profile.key = pki.eServiceKey;
    profile.certificate = pki.eServiceCertificate;
    profile.ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256";
    profile.groups = "brainpoolP512r1:brainpoolP384r1:brainpoolP256r1:secp384r1:prime256v1";
    return profile;
}

static HttpAnswer page(int status, const std::string& title, const std::string& content)
{
    return {.status = status,
            .contentType = "text/html; charset=utf-8",
            .body = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + title + "</title></head>\n<body><h1>" + title + "</h1>\n<p>"
                  + content + "</p></body></html>\n"};
}

EService::EService(const LabPki& pki, const EidServer& eidServer, Sessions& sessions, FaultScript faults)
    : eidServer_(eidServer), sessions_(sessions),
      http_(Server::EService, profileFor(pki), largestRequestBody, std::move(faults), [this](const HttpRequest& r) { return answer(r); })
{
}

HttpAnswer EService::answer(const HttpRequest& request)
{
    const std::string_view target = request.target;
    const auto question = std::min(target.find('?'), target.size());
    const auto path = target.substr(0, question), query = target.substr(std::min(question + 1, target.size()));
    const bool known = path == "/" || path == "/tctoken" || path == "/self-auth" || path == "/refresh" || path == "/error";
    if (!known) return {.status = 404, .body = "there is no such page\n"};
    if (request.method != "GET") return {.status = 405, .body = "pages are for GET\n"};
    if (path == "/tctoken") return token(false);
    if (path == "/self-auth") return token(true);
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

HttpAnswer EService::token(bool selfAuthentication)
{
    const auto* session = sessions_.create(selfAuthentication);
    if (!session) return {.status = 503, .body = "too many logins are under way\n"};
    TcToken token;
    token.serverAddress = eidServer_.address();
    token.sessionIdentifier = session->record.id;
    token.refreshAddress = origin() + "/refresh?session=" + session->refreshId;
    token.communicationErrorAddress = origin() + "/error";
    token.binding = "urn:liberty:paos:2006-08";
    token.pathSecurityProtocol = "urn:ietf:rfc:4279";
    token.psk = Secret(toHex(session->psk.view()));
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
