#include "workflows/steps.h"

#include <algorithm>
#include <utility>

#include "core/version.h"
#include "workflows/budgets.h"

namespace eidkern
{

bool CommCertificates::contains(ByteView der) const
{
    return std::ranges::any_of(algorithms, [&](HashAlgorithm algorithm) {
        const auto digest = hash(algorithm, der);
        return std::ranges::any_of(hashes, [&](const Bytes& each) { return same(each, digest); });
    });
}

Info replyInfo(const WebReply& reply)
{
    const auto status = std::to_string(reply.status);
    auto what = reply.outcome == WebOutcome::Ok ? "HTTP status " + status : std::string(name(reply.outcome));
    if (!reply.detail.empty()) what += ": " + reply.detail;
    Info info{{"Network_Error", std::move(what)}};
    if (reply.status > 0) info.emplace_back("Http_Status_Code", status);
    return info;
}

paos::ResultOf resultOf(const Failure& why)
{
    const auto& entry = describe(why.code);
    return paos::ResultOf::error(entry.minor.empty() ? "/al/common#unknownError" : entry.minor, std::string(entry.name));
}

std::string userAgent() { return std::string(core::product); }

static bool longEnough(KeyKind kind, int bits, const KeySizes& smallest)
{
    switch (kind)
    {
        case KeyKind::Rsa: return bits >= smallest.rsa;
        case KeyKind::Dsa: return bits >= smallest.dsa;
        case KeyKind::Dh: return bits >= smallest.dh;
        case KeyKind::Ec: return bits >= smallest.ec;
        case KeyKind::None:
        case KeyKind::Other: break;
    }
    return false;
}

TlsVerdict judge(const TlsFacts& tls, const KeySizes& smallest, const std::optional<CommCertificates>& known)
{
    if (!tls.fatalErrors.empty() || !tls.hostMatches) return TlsVerdict::FatalError;
    if (!longEnough(tls.certificateKey, tls.certificateBits, smallest)) return TlsVerdict::KeyTooShort;
    const bool ephemeral = !tls.resumed && !tls.cipher.starts_with("RSA-PSK"); // neither has such a key
    if (ephemeral && !longEnough(tls.ephemeralKey, tls.ephemeralBits, smallest)) return TlsVerdict::EphemeralKeyTooShort;
    if (known && !known->contains(tls.certificate)) return TlsVerdict::HashMissing;
    return TlsVerdict::Good;
}

std::string Connection::networkError() const
{
    if (waited == Waited::TimedOut) return "no TLS connection within " + std::to_string(std::chrono::seconds(deadline::connect).count()) + " s";
    std::string text(name(opened.outcome));
    if (!opened.detail.empty()) text += ": " + opened.detail;
    if (opened.alert) text += " (TLS alert " + std::to_string(*opened.alert) + ")";
    return text;
}

Info Connection::verdictInfo() const
{
    switch (verdict)
    {
        case TlsVerdict::FatalError:
        {
            std::string errors = opened.tls.hostMatches ? "" : "HostNameMismatch";
            for (const auto& each : opened.tls.fatalErrors) errors.append(errors.empty() ? "" : ", ").append(each);
            return {{"Ssl_Errors", errors}};
        }
        case TlsVerdict::KeyTooShort: return {{"Certificate_Status", "Unsupported_Algorithm_Or_Length"}};
        case TlsVerdict::HashMissing: return {{"Certificate_Status", "Hash_Not_In_Description"}};
        case TlsVerdict::EphemeralKeyTooShort:
            return {{"Ephemeral_Server_Key_Algorithm", std::string(name(opened.tls.ephemeralKey))},
                    {"Ephemeral_Server_Key_Length", std::to_string(opened.tls.ephemeralBits)}};
        case TlsVerdict::NotResumed:
        case TlsVerdict::Good: break;
    }
    return {};
}

static Task<Connection> finish(std::unique_ptr<WebChannel> channel, Pending<WebOpened> opening, std::shared_ptr<TlsVerdict> verdict, const Url& url,
                               TokenSession& token, bool stoppable, Ports& ports)
{
    Connection c{std::move(channel), {}};
    if (stoppable) c.waited = co_await wait(opening, deadline::connect, ports);
    else c.waited = co_await waitOnTheWayOut(opening, ports.stop.ready() ? deadline::lastWord : deadline::connect, ports) ? Waited::Done : Waited::TimedOut;
    if (c.waited != Waited::Done) co_return c;
    c.opened = co_await std::move(opening);
    c.verdict = *verdict;
    if (c.ok()) token.seenCertificates.push_back(c.opened.tls.certificate);
    ports.log.write("tls.opened", {{"host", url.host},
                                   {"port", url.port},
                                   {"outcome", name(c.opened.outcome)},
                                   {"cipher", c.opened.tls.cipher},
                                   {"resumed", c.opened.tls.resumed ? "yes" : "no"}});
    co_return c;
}

Task<Connection> connect(const Url& url, std::optional<Psk> psk, TokenSession& token, bool stoppable, Ports& ports)
{
    auto channel = ports.web.channel();
    auto verdict = std::make_shared<TlsVerdict>(TlsVerdict::Good); // outlives every frame if the channel does
    auto opening = channel->open(url, std::move(psk), [verdict, smallest = ports.web.smallestKeys(), known = token.commCertificates](const TlsFacts& tls) {
        *verdict = judge(tls, smallest, known);
        return *verdict == TlsVerdict::Good;
    });
    return finish(std::move(channel), std::move(opening), std::move(verdict), url, token, stoppable, ports);
}

Task<Connection> reconnect(std::unique_ptr<WebChannel> channel, const Url& url, TokenSession& token, bool stoppable, Ports& ports)
{
    auto verdict = std::make_shared<TlsVerdict>(TlsVerdict::Good);
    auto opening = channel->resume(url, [verdict, smallest = ports.web.smallestKeys(), known = token.commCertificates](const TlsFacts& tls) {
        *verdict = judge(tls, smallest, known);
        if (*verdict == TlsVerdict::Good && !tls.resumed) *verdict = TlsVerdict::NotResumed;
        return *verdict == TlsVerdict::Good;
    });
    return finish(std::move(channel), std::move(opening), std::move(verdict), url, token, stoppable, ports);
}

static std::string newMessageId(Random& random) // RFC 4122, version 4
{
    auto bytes = random.bytes(16);
    bytes[6] = std::uint8_t((bytes[6] & 0x0F) | 0x40);
    bytes[8] = std::uint8_t((bytes[8] & 0x3F) | 0x80);
    auto text = toHex(bytes);
    for (const auto at : {20, 16, 12, 8}) text.insert(std::size_t(at), "-");
    return "urn:uuid:" + text;
}

static WebRequest paosRequest(const PaosSession& paos, paos::ClientBody body, paos::ResultOf result, Ports& ports)
{
    const paos::ClientMessage message{newMessageId(ports.random), paos.lastMessageId, std::move(result), std::move(body)};
    ports.log.write("paos.sent", {{"message", name(message.body)}, {"major", message.result.major}, {"minor", message.result.minor}});
    return {.method = "POST",
            .path = paos.server.path,
            .headers = {{"Content-Type", "application/vnd.paos+xml; charset=UTF-8"},
                        {"Accept", "text/html; application/vnd.paos+xml"},
                        {"PAOS", "ver=\"urn:liberty:paos:2006-08\""},
                        {"Connection", "keep-alive"},
                        {"User-Agent", userAgent()}},
            .body = ports.web.encode(message),
            .largestReply = budget::largestMessage};
}

static Failure networkError(Info info, const Ports& ports)
{
    return failure(ports, FailureCode::Generic_Send_Receive_Network_Error, withState(ports, std::move(info)));
}

static Failure notResumed(const Ports& ports) { return failure(ports, FailureCode::Generic_Send_Receive_Session_Resumption_Failed, withState(ports)); }

Result<paos::ServerBody> readPaos(PaosSession& paos, const WebReply& reply, Ports& ports)
{
    using enum FailureCode;
    if (reply.outcome != WebOutcome::Ok || reply.status == 407) return unexpected(networkError(replyInfo(reply), ports)); // 407: of a proxy
    if (reply.status >= 400)
    {
        const auto code = reply.status == 503 ? Generic_Send_Receive_Service_Unavailable
                        : reply.status >= 500 ? Generic_Send_Receive_Server_Error
                                              : Generic_Send_Receive_Client_Error;
        return unexpected(failure(ports, code, withState(ports, replyInfo(reply))));
    }
    ++paos.spent.messages;
    paos.spent.bytes += reply.body.size();
    if (paos.spent.messages > budget::messages) return unexpected(overBudget("messages", ports));
    if (paos.spent.bytes > budget::bytes) return unexpected(overBudget("bytes", ports));
    auto message = ports.web.parsePaos(reply.body.text());
    if (!message) return unexpected(failure(ports, Generic_Send_Receive_Paos_Unknown, withState(ports, {{"Http_Status_Code", std::to_string(reply.status)}})));
    ports.log.write("paos.received", {{"message", name(message->body)}, {"bytes", reply.body.size()}});
    paos.lastMessageId = std::move(message->messageId);
    paos.unanswered = message->body.index();
    return std::move(message->body);
}

static Failure connectionFailure(const Connection& c, const Ports& ports)
{
    using enum FailureCode;
    auto info = withState(ports, c.verdictInfo());
    switch (c.verdict)
    {
        case TlsVerdict::FatalError: return failure(ports, Generic_Send_Receive_Tls_Error, std::move(info));
        case TlsVerdict::KeyTooShort:
        case TlsVerdict::HashMissing: return failure(ports, Generic_Send_Receive_Certificate_Error, std::move(info));
        case TlsVerdict::EphemeralKeyTooShort: return failure(ports, Generic_Send_Receive_Invalid_Ephemeral_Key_Length, std::move(info));
        case TlsVerdict::NotResumed: return notResumed(ports);
        case TlsVerdict::Good: break;
    }
    return networkError({{"Network_Error", c.networkError()}}, ports);
}

static Task<Result<Done>> ensureOpen(PaosSession& paos, bool stoppable, Ports& ports)
{
    if (paos.channel && paos.channel->isOpen()) co_return Done{};
    if (!paos.psk && !paos.channel) co_return unexpected(notResumed(ports));
    auto connecting = paos.psk ? connect(paos.server, Psk{paos.sessionIdentifier, paos.psk->clone()}, paos.token, stoppable, ports)
                               : reconnect(std::move(paos.channel), paos.server, paos.token, stoppable, ports);
    auto connection = co_await std::move(connecting);
    if (connection.waited == Waited::Stopped) co_return unexpected(ports.stop.peek());
    if (!connection.ok()) co_return unexpected(connectionFailure(connection, ports));
    paos.channel = std::move(connection.channel);
    co_return Done{};
}

static Task<Result<paos::ServerBody>> exchangeOnce(PaosSession& paos, paos::ClientBody body, paos::ResultOf result, bool stoppable, Ports& ports)
{
    const auto request = paosRequest(paos, std::move(body), std::move(result), ports);
    for (bool again = true;; again = false)
    {
        auto opening = ensureOpen(paos, stoppable, ports);
        const auto open = co_await std::move(opening);
        if (!open) co_return unexpected(open.error());
        const auto unanswered = std::exchange(paos.unanswered, {});
        auto exchange = paos.channel->exchange(request);
        auto waited = Waited::Done;
        if (stoppable) waited = co_await wait(exchange, deadline::exchange, ports);
        else waited = co_await waitOnTheWayOut(exchange, deadline::lastWord, ports) ? Waited::Done : Waited::TimedOut;
        if (waited == Waited::Stopped)
        {
            paos.serversTurn.emplace(std::move(exchange)); // PAOS is half-duplex: EndDialogue waits for the server first
            co_return unexpected(ports.stop.peek());
        }
        if (waited == Waited::TimedOut) co_return unexpected(networkError({{"Network_Error", "the server did not answer in time"}}, ports));
        const auto reply = co_await std::move(exchange);
        if (reply.outcome == WebOutcome::NotOpen && again) // closed between two messages: nothing was sent
        {
            paos.unanswered = unanswered;
            continue;
        }
        co_return readPaos(paos, reply, ports);
    }
}

static std::optional<paos::ClientBody> answerAtAnyTime(const paos::ServerBody& body)
{
    if (std::holds_alternative<paos::DidList>(body)) return paos::DidListResponse{};
    if (std::holds_alternative<paos::Disconnect>(body)) return paos::DisconnectResponse{}; // the card is released when the login ends
    return {};
}

static Task<Result<paos::ServerBody>> converse(PaosSession& paos, paos::ClientBody body, paos::ResultOf result, bool stoppable, Ports& ports)
{
    auto exchanging = exchangeOnce(paos, std::move(body), std::move(result), stoppable, ports);
    auto reply = co_await std::move(exchanging);
    for (auto answer = reply ? answerAtAnyTime(*reply) : std::nullopt; answer; answer = reply ? answerAtAnyTime(*reply) : std::nullopt)
    {
        auto next = exchangeOnce(paos, std::move(*answer), {}, stoppable, ports);
        reply = co_await std::move(next);
    }
    co_return std::move(reply);
}

Task<Result<paos::ServerBody>> converse(PaosSession& paos, paos::ClientBody body, paos::ResultOf result, Ports& ports)
{
    return converse(paos, std::move(body), std::move(result), true, ports);
}

Task<Result<paos::ServerBody>> converseOnTheWayOut(PaosSession& paos, paos::ClientBody body, paos::ResultOf result, Ports& ports)
{
    return converse(paos, std::move(body), std::move(result), false, ports);
}

static bool isLink(const CvCertificate& certificate) { return certificate.isCvca() && !certificate.isSelfSigned(); }

void learnLinks(const std::vector<CvCertificate>& sent, Ports& ports)
{
    auto pool = sent;
    pool.insert(pool.end(), ports.links.begin(), ports.links.end());
    const auto today = ports.clock.today();
    for (const auto& each : sent)
    {
        const auto known = [&](const CvCertificate& other) { return same(other.whole, each.whole); };
        if (!isLink(each) || !each.validOn(today) || std::ranges::any_of(ports.links, known)) continue;
        const auto chain = chainToAnchor(each, pool, ports.trustAnchors);
        if (!chain || !signaturesHold(*chain)) continue;
        ports.links.push_back(each);
        ports.user.linkLearned(each);
    }
}

Failure cancelled(const Ports& ports, Info info) { return failure(ports, FailureCode::User_Cancelled, std::move(info)); }

Failure noAnswer(const Ports& ports) { return cancelled(ports, {{"Reason", "no answer within " + std::to_string(deadline::question.count()) + " minutes"}}); }

static Info withReaderResult(Info info, const Ports& ports)
{
    if (auto result = ports.cards.readerResult(); !result.empty()) info.emplace_back("Reader_Result", std::move(result));
    return info;
}

Failure cardRemoved(const Ports& ports) { return failure(ports, FailureCode::Card_Removed, withReaderResult({}, ports)); }

Failure cardFailure(FailureCode code, CardFault fault, const Ports& ports)
{
    if (fault == CardFault::Removed) return cardRemoved(ports);
    return failure(ports, code, withReaderResult({{"Card_Return_Code", std::string(name(fault))}}, ports));
}

Failure unexpectedMessage(std::string type, const Ports& ports)
{
    return failure(ports, FailureCode::Generic_Send_Receive_Paos_Unexpected, withState(ports, {{"Paos_Type", std::move(type)}}));
}

Failure overBudget(std::string_view what, const Ports& ports) { return unexpectedMessage(std::string("too many ").append(what), ports); }

} // namespace eidkern
