// How a login ends, well or not: CheckServerResult, EndDialogue, ResolveRefresh, and then AnswerBrowser or FetchOwnData.
#include <algorithm>

#include "workflows/authentication.h"
#include "workflows/budgets.h"
#include "workflows/steps.h"

namespace eidkern
{

using enum FailureCode;

Task<Next<ResolveRefresh>> run(CheckServerResult state, Ports& ports)
{
    if (state.result.isOk()) co_return ResolveRefresh{std::move(state.token)};
    auto why = failure(ports, Start_Paos_Response_Error,
                       {{"Result_Major", state.result.major}, {"Result_Minor", state.result.minor}, {"Result_Message", state.result.message}});
    co_return ResolveRefresh{std::move(state.token), std::move(why)};
}

EndDialogue outOfTurn(PaosSession session, const paos::ServerBody& body, const Ports& ports)
{
    session.unanswered.reset();
    return {std::move(session), unexpectedMessage(std::string(name(body)), ports)};
}

static std::optional<paos::ClientBody> errorAnswer(std::optional<std::size_t> unanswered)
{
    if (!unanswered) return {};
    switch (*unanswered)
    {
        case 0: return paos::InitializeFrameworkFailed{};
        case 1: return paos::Eac1Failed{};
        case 2:
        case 3: return paos::Eac2Failed{};
        case 4: return paos::TransmitResponse{};
        case 6: return paos::DidListResponse{};
        case 7: return paos::DisconnectResponse{};
        default: return {}; // StartPAOSResponse ends the dialogue by itself
    }
}

Task<Next<ResolveRefresh>> run(EndDialogue state, Ports& ports)
{
    auto& [paos, why] = state;
    if (paos.serversTurn)
    {
        auto exchange = std::move(*paos.serversTurn);
        if (co_await waitOnTheWayOut(exchange, deadline::lastTurn, ports))
        {
            const auto reply = co_await std::move(exchange);
            const auto body = readPaos(paos, reply, ports);
            const auto* end = body ? std::get_if<paos::StartPaosResponse>(&*body) : nullptr;
            if (end && end->result.isOk() && why.code == Card_Removed) co_return ResolveRefresh{std::move(paos.token)}; // the card had done its part
        }
    }
    if (auto answer = errorAnswer(paos.unanswered))
    {
        auto telling = converseOnTheWayOut(paos, std::move(*answer), resultOf(why), ports);
        (void)co_await std::move(telling); // StartPAOSResponse, if the server still speaks
    }
    co_return ResolveRefresh{std::move(paos.token), std::move(why)};
}

namespace
{

Failure timedOut(const Ports& ports, Info info) { return failure(ports, Check_Refresh_Address_Service_Timeout, std::move(info)); }
Failure proxyError(const Ports& ports, Info info) { return failure(ports, Check_Refresh_Address_Proxy_Error, std::move(info)); }
Failure noRedirect(const Ports& ports, Info info) { return failure(ports, Check_Refresh_Address_Invalid_Http_Response, std::move(info)); }
Failure unknownError(const Ports& ports, Info info) { return failure(ports, Check_Refresh_Address_Unknown_Network_Error, std::move(info)); }

Info withNetworkError(const Connection& c)
{
    auto info = c.verdictInfo();
    info.emplace_back("Network_Error", c.networkError());
    return info;
}

Failure connectionFailure(const Connection& c, bool fetching, const Ports& ports)
{
    switch (c.verdict)
    {
        case TlsVerdict::FatalError: return failure(ports, Check_Refresh_Address_Fatal_Tls_Error_Before_Reply, withNetworkError(c));
        case TlsVerdict::KeyTooShort: return failure(ports, Check_Refresh_Address_Unsupported_Certificate, c.verdictInfo());
        case TlsVerdict::EphemeralKeyTooShort: return failure(ports, Check_Refresh_Address_Invalid_Ephemeral_Key_Length, c.verdictInfo());
        case TlsVerdict::HashMissing: return failure(ports, Check_Refresh_Address_Hash_Missing_In_Certificate, c.verdictInfo());
        case TlsVerdict::NotResumed:
        case TlsVerdict::Good: break;
    }
    const Info info{{"Network_Error", c.networkError()}};
    if (!fetching) return failure(ports, Check_Refresh_Address_Fetch_Certificate_Error, info);
    if (c.waited == Waited::TimedOut) return timedOut(ports, info);
    if (c.opened.outcome == WebOutcome::ProxyFailed) return proxyError(ports, info);
    if (c.opened.outcome == WebOutcome::HandshakeFailed) return failure(ports, Check_Refresh_Address_Fatal_Tls_Error_After_Reply, info);
    return unknownError(ports, info);
}

Failure replyFailure(const WebReply& reply, const Ports& ports)
{
    const auto status = reply.status;
    const auto info = replyInfo(reply);
    if (reply.outcome != WebOutcome::Ok) return unknownError(ports, info);
    if (status == 407) return proxyError(ports, info);
    if (status < 400) return noRedirect(ports, info);
    const auto code = status == 503 ? Check_Refresh_Address_Service_Unavailable
                    : status >= 500 ? Check_Refresh_Address_Server_Error
                                    : Check_Refresh_Address_Client_Error;
    return failure(ports, code, info);
}

Task<Result<Url>> followOnce(const Url& url, TokenSession& token, Ports& ports) // the Location that a GET of `url` gives
{
    auto connecting = connect(url, {}, token, false, ports);
    auto connection = co_await std::move(connecting);
    if (!connection.ok()) co_return unexpected(connectionFailure(connection, true, ports));
    const WebRequest request{.path = url.path, .headers = {{"User-Agent", userAgent()}}, .largestReply = budget::largestPage};
    auto fetching = connection.channel->exchange(request);
    if (!co_await waitOnTheWayOut(fetching, deadline::exchange, ports))
        co_return unexpected(timedOut(ports, {{"Network_Error", "the service did not answer in time"}}));
    const auto reply = co_await std::move(fetching);
    if (reply.outcome != WebOutcome::Ok || (reply.status != 302 && reply.status != 303 && reply.status != 307))
        co_return unexpected(replyFailure(reply, ports));
    if (reply.location.empty()) co_return unexpected(failure(ports, Check_Refresh_Address_Empty));
    const auto next = ports.web.url(reply.location, &url);
    if (!next) co_return unexpected(failure(ports, Check_Refresh_Address_Invalid_Url));
    if (next->scheme != "https") co_return unexpected(failure(ports, Check_Refresh_Address_No_Https_Scheme));
    co_return *next;
}

// TR-03124-1 2.7.4: an address of the service's own origin is it; a foreign one is followed until the service's origin says
// where. Then one handshake more proves the host of the result.
Task<Result<RefreshAddress>> resolve(TokenSession& token, Ports& ports)
{
    const auto& reference = token.subjectUrl ? *token.subjectUrl : token.tcTokenUrl;
    auto url = *token.refreshAddress;
    bool found = sameOrigin(url, reference);
    for (int hop = 0; !found; ++hop)
    {
        if (hop == budget::redirects) co_return unexpected(noRedirect(ports, {{"Network_Error", "too many redirects"}}));
        const bool home = sameOrigin(url, reference);
        auto following = followOnce(url, token, ports);
        auto next = co_await std::move(following);
        if (!next) co_return unexpected(std::move(next.error()));
        url = std::move(*next);
        found = home;
    }
    auto connecting = connect(url, {}, token, false, ports);
    auto connection = co_await std::move(connecting);
    if (!connection.ok()) co_return unexpected(connectionFailure(connection, false, ports));
    co_return RefreshAddress{std::move(url), std::move(connection.channel)};
}

std::string_view lastWord(std::string_view minor) { return minor.substr(minor.find_last_of("/#") + 1); }

// ResultMinor for the browser: the three literal words, else by who found the error (TR-03124-1 2.7.4).
std::string_view browserWord(const Failure& why)
{
    const bool servers = why.code == Start_Paos_Response_Error;
    std::string_view minor = describe(why.code).minor;
    if (servers)
        for (const auto& [key, value] : why.info)
            if (key == "Result_Minor") minor = value;
    for (const std::string_view literal : {"trustedChannelEstablishmentFailed", "communicationError", "cancellationByUser"})
        if (lastWord(minor) == literal) return literal;
    return servers ? "serverError" : "clientError";
}

std::string withResult(const Url& url, std::string_view parameters)
{
    const auto fragment = std::min(url.text.find('#'), url.text.size());
    auto text = url.text.substr(0, fragment);
    return text.append(text.find('?') == std::string::npos ? "?" : "&").append(parameters).append(url.text.substr(fragment));
}

BrowserAnswer answerFor(const TokenSession& token, const std::optional<RefreshAddress>& refresh, const std::optional<Failure>& why)
{
    if (refresh && !why) return {303, withResult(refresh->url, "ResultMajor=ok")};
    if (refresh) return {303, withResult(refresh->url, std::string("ResultMajor=error&ResultMinor=").append(browserWord(*why)))};
    if (token.communicationErrorAddress) return {303, withResult(*token.communicationErrorAddress, "ResultMajor=error&ResultMinor=communicationError")};
    return {token.readable ? 400 : 404, {}};
}

} // namespace

Task<Next<Delivery>> run(ResolveRefresh state, Ports& ports)
{
    auto& [token, why] = state;
    std::optional<RefreshAddress> refresh;
    if (token.refreshAddress)
    {
        auto resolving = resolve(token, ports);
        auto resolved = co_await std::move(resolving);
        if (resolved) refresh = std::move(*resolved);
        else if (!why) why = std::move(resolved.error()); // the first failure stays
    }
    auto answer = answerFor(token, refresh, why);
    co_return Delivery{std::move(token), std::move(why), std::move(answer), std::move(refresh)};
}

Task<Next<Finished>> run(AnswerBrowser state, Ports& ports)
{
    auto& delivery = state.delivery;
    const bool sent = ports.user.answerBrowser(delivery.answer);
    if (!sent && !delivery.failure) delivery.failure = failure(ports, Browser_Send_Failed);
    co_return Finished{std::move(delivery.failure), std::move(delivery.answer)};
}

static Failure ownDataMissing(const Ports& ports, Info info)
{
    return failure(ports, Generic_Provider_Communication_Network_Error, withState(ports, std::move(info)));
}

static Failure ownDataFailure(const Connection& c, const Ports& ports)
{
    switch (c.verdict)
    {
        case TlsVerdict::FatalError: return failure(ports, Generic_Provider_Communication_Tls_Error, withState(ports, withNetworkError(c)));
        case TlsVerdict::KeyTooShort:
        case TlsVerdict::HashMissing: return failure(ports, Generic_Provider_Communication_Certificate_Error, withState(ports, c.verdictInfo()));
        case TlsVerdict::EphemeralKeyTooShort:
            return failure(ports, Generic_Provider_Communication_Invalid_Ephemeral_Key_Length, withState(ports, c.verdictInfo()));
        case TlsVerdict::NotResumed:
        case TlsVerdict::Good: break;
    }
    return ownDataMissing(ports, {{"Network_Error", c.networkError()}});
}

static Failure ownDataFailure(const WebReply& reply, const Ports& ports)
{
    if (reply.outcome != WebOutcome::Ok || reply.status < 400 || reply.status == 407) return ownDataMissing(ports, replyInfo(reply));
    const auto code = reply.status == 503 ? Generic_Provider_Communication_ServiceUnavailable
                    : reply.status >= 500 ? Generic_Provider_Communication_Server_Error
                                          : Generic_Provider_Communication_Client_Error;
    return failure(ports, code, withState(ports, replyInfo(reply)));
}

// Over the connection of ResolveRefresh. Its server may have closed it since; then over a new one, judged like that one.
static Task<Result<Secret>> fetchOwnData(RefreshAddress refresh, TokenSession& token, Ports& ports)
{
    auto& [url, channel] = refresh;
    for (bool fresh = false;; channel.reset())
    {
        if (!channel || !channel->isOpen())
        {
            auto connecting = connect(url, {}, token, true, ports);
            auto connection = co_await std::move(connecting);
            if (connection.waited == Waited::Stopped) co_return unexpected(ports.stop.peek());
            if (!connection.ok()) co_return unexpected(ownDataFailure(connection, ports));
            channel = std::move(connection.channel);
            fresh = true;
        }
        const WebRequest request{
            .path = url.path, .headers = {{"Accept", "application/json"}, {"User-Agent", userAgent()}}, .largestReply = budget::largestPage};
        auto fetching = channel->exchange(request);
        const auto waited = co_await wait(fetching, deadline::exchange, ports);
        if (waited == Waited::Stopped) co_return unexpected(ports.stop.peek());
        if (waited == Waited::TimedOut) co_return unexpected(ownDataMissing(ports, {{"Network_Error", "the provider did not answer in time"}}));
        auto reply = co_await std::move(fetching);
        if (reply.outcome == WebOutcome::ClosedBeforeReply && !fresh) continue; // closed before it was asked, as far as one can know
        if (reply.outcome != WebOutcome::Ok || reply.status != 200) co_return unexpected(ownDataFailure(reply, ports));
        if (!ports.web.isOwnData(reply.body.text())) co_return unexpected(failure(ports, Get_SelfAuthData_Invalid_Or_Empty));
        co_return std::move(reply.body);
    }
}

Task<Next<Finished>> run(FetchOwnData state, Ports& ports)
{
    auto& [token, why, answer, refresh] = state.delivery;
    if (why) co_return Finished{std::move(why), nobody};
    auto fetching = fetchOwnData(std::move(*refresh), token, ports);
    auto data = co_await std::move(fetching);
    if (!data) co_return Finished{std::move(data.error()), nobody};
    co_return Finished{{}, nobody, std::move(*data)};
}

} // namespace eidkern
