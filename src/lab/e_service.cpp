#include "lab/e_service.h"

#include <QUrl>
#include <QUrlQuery>

#include "lab/pages.h"
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
    profile.groups = "prime256v1:brainpoolP256r1:brainpoolP384r1:secp384r1:brainpoolP512r1"; // what is enough first: half of a login was P512
    return profile;
}

static HttpAnswer redirect(std::string location) { return {.status = 303, .location = std::move(location)}; }

EService::EService(const LabPki& pki, const ServiceRequest& request, EidServer& eidServer, Sessions& sessions, SiteOptions options, const FaultScript& faults)
    : request_(request), eidServer_(eidServer), sessions_(sessions), options_(options),
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
    const bool arrived = options_.redirects() && (path == "/arrived/tctoken" || path == "/arrived/self-auth" || path == "/arrived/refresh");
    const bool known = arrived || path == "/" || path == "/tctoken" || path == "/self-auth" || path == "/refresh" || path == "/result" || path == "/error";
    if (!known) return {.status = 404, .body = "there is no such page\n"};
    if (request.method != "GET") return {.status = 405, .body = "pages are for GET\n"};
    if (options_.redirectsToken && (path == "/tctoken" || path == "/self-auth")) return redirect(redirectorOrigin() + std::string(path));
    if (path == "/tctoken" || path == "/arrived/tctoken") return token(false, request);
    if (path == "/self-auth" || path == "/arrived/self-auth") return token(true, request);
    if (path == "/arrived/refresh") return redirect(origin() + "/refresh?" + std::string(query));
    if (path == "/refresh") return refresh(request, query);
    return page(request, path, query);
}

static QString item(std::string_view query, const char* name)
{
    return QUrlQuery(QString::fromUtf8(query.data(), qsizetype(query.size()))).queryItemValue(QLatin1String(name), QUrl::FullyDecoded);
}

static std::string clientMinor(std::string_view query) { return item(query, "ResultMinor").left(200).toStdString(); }

HttpAnswer EService::page(const HttpRequest& request, std::string_view path, std::string_view query)
{
    const auto address = pageAddress(path, query, request.acceptLanguage);
    if (path == "/error") return communicationErrorPage(address, clientMinor(query));
    if (path == "/result")
    {
        const auto* session = sessions_.withResultId(item(query, "session").toStdString());
        return session ? resultPage(address, request_, session->record) : unknownLoginPage(address);
    }
    const auto client = "127.0.0.1:" + std::to_string(options_.clientPort);
    const auto linkTo = [&](const char* token) {
        return "http://" + client + "/eID-Client?tcTokenURL=" + QUrl::toPercentEncoding(QString::fromStdString(origin() + token)).toStdString();
    };
    return startPage(address, request_, {client, linkTo("/tctoken"), linkTo("/self-auth")});
}

HttpAnswer EService::token(bool selfAuthentication, const HttpRequest& request)
{
    auto* session = sessions_.create(selfAuthentication);
    if (!session) return {.status = 503, .body = "too many logins are under way\n"};
    TcToken token;
    token.sessionIdentifier = session->record.id;
    token.refreshAddress = (options_.redirectsRefresh ? redirectorOrigin() : origin()) + "/refresh?session=" + session->refreshId;
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

HttpAnswer EService::refresh(const HttpRequest& request, std::string_view query)
{
    auto* session = sessions_.withRefreshId(item(query, "session").toStdString());
    if (!session || session->record.refreshed) return unknownLoginPage(pageAddress("/refresh", query, request.acceptLanguage));
    auto& record = session->record;
    record.refreshed = true;
    record.clientMinor = clientMinor(query);
    const bool forBrowser = request.accept.find("text/html") != std::string::npos;
    if (record.selfAuthentication && !forBrowser) return {.contentType = "application/json; charset=utf-8", .body = selfAuthenticationJson(record)};
    return redirect("/result?session=" + session->resultId);
}

} // namespace eidkern::lab
