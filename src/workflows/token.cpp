// From the tcTokenURL to a tcToken that can be used: ParseTcTokenUrl, FetchTcToken, CheckTcToken.
#include "workflows/authentication.h"
#include "workflows/budgets.h"
#include "workflows/steps.h"

namespace eidkern
{

using enum FailureCode;

static Delivery notFound(TokenSession token, Failure failure, int status = 404) { return {std::move(token), std::move(failure), {status, {}}}; }

Task<Next<FetchTcToken, Delivery>> run(ParseTcTokenUrl state, Ports& ports)
{
    if (!state.tcTokenUrl) co_return notFound({}, failure(ports, Parse_TcToken_Missing_Url));
    const auto url = ports.web.url(*state.tcTokenUrl);
    if (!url) co_return notFound({}, failure(ports, Parse_TcToken_Invalid_Url));
    if (url->scheme != "https") co_return notFound({}, failure(ports, Get_TcToken_Invalid_Url), 400);
    TokenSession token;
    token.tcTokenUrl = *url;
    co_return FetchTcToken{std::move(token)};
}

static bool isRedirect(int status) { return status == 302 || status == 303 || status == 307; }

static Failure networkError(const Ports& ports, Info info) { return failure(ports, Get_TcToken_Network_Error, std::move(info)); }
static Failure invalidReply(const Ports& ports, Info info) { return failure(ports, Get_TcToken_Invalid_Server_Reply, std::move(info)); }
static Failure invalidData(const Ports& ports, Info info = {}) { return failure(ports, Get_TcToken_Invalid_Data, std::move(info)); }

static Failure connectionFailure(const Connection& c, const Ports& ports)
{
    switch (c.verdict)
    {
        case TlsVerdict::KeyTooShort: return failure(ports, Get_TcToken_Invalid_Certificate_Key_Length, c.verdictInfo());
        case TlsVerdict::EphemeralKeyTooShort: return failure(ports, Get_TcToken_Invalid_Ephemeral_Key_Length, c.verdictInfo());
        case TlsVerdict::FatalError:
        case TlsVerdict::HashMissing: return networkError(ports, c.verdictInfo());
        case TlsVerdict::NotResumed:
        case TlsVerdict::Good: break;
    }
    return networkError(ports, {{"Network_Error", c.networkError()}});
}

static Failure replyFailure(const WebReply& reply, const Ports& ports)
{
    if (reply.outcome == WebOutcome::TooLarge) return invalidData(ports, {{"Http_Status_Code", std::to_string(reply.status)}});
    if (reply.outcome != WebOutcome::Ok) return networkError(ports, replyInfo(reply));
    if (reply.status < 400) return invalidReply(ports, replyInfo(reply));
    const auto code = reply.status == 503 ? Get_TcToken_ServiceUnavailable : reply.status >= 500 ? Get_TcToken_Server_Error : Get_TcToken_Client_Error;
    return failure(ports, code, replyInfo(reply));
}

Task<Next<CheckTcToken, Delivery>> run(FetchTcToken state, Ports& ports)
{
    auto& token = state.token;
    auto url = token.tcTokenUrl;
    for (int hop = 0; hop <= budget::redirects; ++hop)
    {
        auto connecting = connect(url, {}, token, true, ports);
        auto connection = co_await std::move(connecting);
        if (connection.waited == Waited::Stopped) co_return notFound(std::move(token), ports.stop.peek());
        if (!connection.ok()) co_return notFound(std::move(token), connectionFailure(connection, ports));

        const WebRequest request{
            .path = url.path, .headers = {{"Accept", "text/xml, */*;q=0.8"}, {"User-Agent", userAgent()}}, .largestReply = budget::largestPage};
        auto fetching = connection.channel->exchange(request);
        const auto waited = co_await wait(fetching, deadline::exchange, ports);
        if (waited == Waited::Stopped) co_return notFound(std::move(token), ports.stop.peek());
        if (waited == Waited::TimedOut) co_return notFound(std::move(token), networkError(ports, {{"Network_Error", "the service did not answer in time"}}));
        auto reply = co_await std::move(fetching);

        if (reply.outcome == WebOutcome::Ok && reply.status == 200)
        {
            if (reply.body.empty()) co_return notFound(std::move(token), failure(ports, Get_TcToken_Empty_Data));
            co_return CheckTcToken{std::move(token), std::move(reply.body), std::move(url), std::move(connection.channel)};
        }
        if (reply.outcome != WebOutcome::Ok || !isRedirect(reply.status)) co_return notFound(std::move(token), replyFailure(reply, ports));
        const auto next = reply.location.empty() ? std::nullopt : ports.web.url(reply.location, &url);
        if (!next || next->scheme != "https")
            co_return notFound(std::move(token), failure(ports, Get_TcToken_Invalid_Redirect_Url, {{"Http_Status_Code", std::to_string(reply.status)}}),
                               reply.location.empty() ? 404 : 400);
        url = *next;
    }
    co_return notFound(std::move(token), invalidReply(ports, {{"Network_Error", "more than " + std::to_string(budget::redirects) + " redirects"}}));
}

namespace
{

struct Addresses
{
    std::optional<Url> server, refresh, communicationError;
};

// Nothing: the XML is not a tcToken at all, so that not even its addresses may be used.
std::optional<Addresses> addresses(const std::optional<TcToken>& token, const Web& web)
{
    if (!token || !token->binding || !token->serverAddress || !token->refreshAddress) return {};
    Addresses found;
    for (const auto& [text, url] : {std::pair(&token->serverAddress, &found.server),
                                    {&token->refreshAddress, &found.refresh},
                                    {&token->communicationErrorAddress, &found.communicationError}})
    {
        if (!*text || (*text)->empty()) continue;
        *url = web.url(**text);
        if (!*url) return {};
    }
    return found;
}

// What the token says of the way to its eID-Server; without PSK or protocol it is attached to the eService (TR-03124-1 2.6).
struct PathSecurity
{
    bool valid = false;
    std::optional<Secret> psk = {};
};

PathSecurity pathSecurity(const TcToken& token)
{
    const auto& identity = token.sessionIdentifier;
    if (!identity || identity->empty() || identity->size() > 255) return {};
    if (token.pathSecurityProtocol && token.pathSecurityProtocol != "urn:ietf:rfc:4279") return {};
    if (!token.psk) return {true};
    auto key = secretFromHex(token.psk->text());
    if (!key || key->empty() || key->size() > 512) return {};
    if (!token.pathSecurityProtocol) return {true};
    return {true, std::move(key)};
}

bool isHttps(const std::optional<Url>& url) { return url && url->scheme == "https"; }

} // namespace

Task<Next<StartPaos, ResolveRefresh>> run(CheckTcToken state, Ports& ports)
{
    auto& session = state.token;
    const auto invalid = [&] { return ResolveRefresh{std::move(session), invalidData(ports)}; };

    const auto token = ports.web.parseTcToken(state.xml.text());
    const auto urls = addresses(token, ports.web);
    if (!urls) co_return invalid();
    session.readable = true;
    if (isHttps(urls->refresh)) session.refreshAddress = urls->refresh;
    session.communicationErrorAddress = urls->communicationError;

    auto path = pathSecurity(*token);
    const bool usable = token->binding == "urn:liberty:paos:2006-08" && isHttps(urls->server) && session.refreshAddress && path.valid;
    if (!usable) co_return invalid();
    PaosSession paos{std::move(session), *urls->server, *token->sessionIdentifier, std::move(path.psk)};
    if (!paos.psk && sameOrigin(state.source, paos.server)) paos.channel = std::move(state.channel);
    co_return StartPaos{std::move(paos)};
}

} // namespace eidkern
