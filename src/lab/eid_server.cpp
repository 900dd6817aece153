#include "lab/eid_server.h"

#include "network/paos_codec.h"

namespace eidkern::lab
{

static TlsProfile profileFor(const LabPki& pki, Sessions& sessions)
{
    TlsProfile profile;
    profile.key = pki.eidServerKey;
    profile.certificate = pki.eidServerCertificate;
    profile.ciphers = "RSA-PSK-AES256-GCM-SHA384:RSA-PSK-AES128-GCM-SHA256:RSA-PSK-AES256-CBC-SHA384:RSA-PSK-AES128-CBC-SHA256:RSA-PSK-AES256-CBC-SHA";
    profile.psk = [&sessions](std::string_view identity) -> std::optional<Secret> {
        const auto* session = sessions.withId(identity);
        if (!session) return {};
        return session->psk.clone();
    };
    return profile;
}

EidServer::EidServer(const LabPki& pki, const ServiceRequest& request, const PaosStyle& style, Sessions& sessions, Random& random, const Clock& clock,
                     FaultScript faults)
    : pki_(pki), request_(request), style_(style), sessions_(sessions), random_(random), clock_(clock),
      http_(Server::EidServer, profileFor(pki, sessions), largestMessage, std::move(faults),
            [this](const HttpRequest& r) { return answer(r, sessions_.withId(r.pskIdentity)); })
{
}

static HttpAnswer paosAnswer(int status, const paos::ServerMessage& message)
{
    return {.status = status, .contentType = "application/vnd.paos+xml; charset=UTF-8", .body = network::encode(message)};
}

static HttpAnswer refusal(std::string reason)
{
    return paosAnswer(400, {{}, paos::StartPaosResponse{paos::ResultOf::error("/al/common#parameterError", std::move(reason))}});
}

HttpAnswer EidServer::attached(const HttpRequest& request) { return answer(request, sessions_.withTlsSession(request.tlsSession)); }

HttpAnswer EidServer::answer(const HttpRequest& request, Session* session)
{
    if (request.target != path) return {.status = 404, .body = "PAOS is at /paos\n"};
    if (request.method != "POST") return {.status = 405, .body = "PAOS messages are POSTed\n"};
    if (!session) return refusal("no such session");
    if (session->dialogue && session->dialogue->isOver()) return refusal("this session is over");
    const auto message = network::parseClientMessage(request.body);
    if (!message) return refusal("not a PAOS message of a client");
    if (!session->dialogue) session->dialogue = std::make_unique<EidDialogue>(pki_, request_, session->record, random_, clock_);
    auto answer = paosAnswer(style_.status, session->dialogue->answer(*message));
    answer.body = disguised(std::move(answer.body), style_);
    answer.chunked = style_.chunked;
    return answer;
}

} // namespace eidkern::lab
