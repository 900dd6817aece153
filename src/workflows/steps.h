// The steps that several states take: waiting with a deadline and a stop, opening a judged TLS connection, one PAOS exchange.
#pragma once
#include "workflows/contexts.h"
#include "workflows/deadlines.h"

namespace eidkern
{

using Info = std::vector<std::pair<std::string, std::string>>;

inline Failure failure(const Ports& ports, FailureCode code, Info info = {}) { return {code, std::string(ports.state), std::move(info)}; }

inline Info withState(const Ports& ports, Info info = {}) // for the codes of several states
{
    info.emplace_back("State_Name", ports.state);
    return info;
}

Info replyInfo(const WebReply& reply); // of a reply that is of no use: Network_Error, and Http_Status_Code if there was one

paos::ResultOf resultOf(const Failure& why); // what an eID-Server is told of it

enum class Waited { Done, TimedOut, Stopped };

// The operation stays alive whatever comes: the caller decides what becomes of it. A stop wins every tie.
template<typename T>
Task<Waited> wait(const Pending<T>& operation, std::chrono::milliseconds limit, const Ports& ports)
{
    const auto timer = ports.clock.after(limit);
    co_return Waited(co_await firstOf(operation, timer, ports.stop));
}

// The same where a stop is no news: on the way out.
template<typename T>
Task<bool> waitOnTheWayOut(const Pending<T>& operation, std::chrono::milliseconds limit, const Ports& ports)
{
    const auto timer = ports.clock.after(limit);
    co_return co_await firstOf(operation, timer) == 0 || operation.ready();
}

enum class TlsVerdict { Good, FatalError, KeyTooShort, EphemeralKeyTooShort, HashMissing, NotResumed };

// What a TLS connection must be (TR-03124-1 4.5, TR-03116-4): no fatal error, the host's name, key sizes, and, once the service's
// description is known, one of its certificates.
TlsVerdict judge(const TlsFacts& tls, const KeySizes& smallest, const std::optional<CommCertificates>& known);

struct Connection
{
    std::unique_ptr<WebChannel> channel;
    WebOpened opened;
    TlsVerdict verdict = TlsVerdict::Good;
    Waited waited = Waited::Done;

    bool ok() const { return waited == Waited::Done && opened.outcome == WebOutcome::Ok; }
    std::string networkError() const; // info key Network_Error
    Info verdictInfo() const;
};

// `stoppable`: false on the way out. A good connection's certificate is added to token.seenCertificates.
Task<Connection> connect(const Url& url, std::optional<Psk> psk, TokenSession& token, bool stoppable, Ports& ports);

// The same over a channel that has been closed: what is not a resumption of its TLS session is refused as NotResumed.
Task<Connection> reconnect(std::unique_ptr<WebChannel> channel, const Url& url, TokenSession& token, bool stoppable, Ports& ports);

// Sends one message and returns the server's next one, whose place in the protocol the caller judges. DIDList and Disconnect
// have none: they are answered here. Raises the
// Generic_Send_Receive_* codes. After a stop the exchange stays open in paos.serversTurn.
Task<Result<paos::ServerBody>> converse(PaosSession& paos, paos::ClientBody body, paos::ResultOf result, Ports& ports);

// The same after a stop or a failure: nothing but a deadline ends it.
Task<Result<paos::ServerBody>> converseOnTheWayOut(PaosSession& paos, paos::ClientBody body, paos::ResultOf result, Ports& ports);

// A reply read as a PAOS message, which is then the one to answer.
Result<paos::ServerBody> readPaos(PaosSession& paos, const WebReply& reply, Ports& ports);

// Link certificates among `sent` that lead to a trust anchor, over each other or known ones, and are valid today: the embedder
// is told of each once.
void learnLinks(const std::vector<CvCertificate>& sent, Ports& ports);

// Each code is raised by one function: these are for the codes that several states need.
Failure cancelled(const Ports& ports, Info info = {});
Failure noAnswer(const Ports& ports); // a person did not answer within the deadline
Failure cardRemoved(const Ports& ports);
Failure cardFailure(FailureCode code, CardFault fault, const Ports& ports); // `code`, or cardRemoved() if that is why
Failure unexpectedMessage(std::string type, const Ports& ports);
Failure overBudget(std::string_view what, const Ports& ports); // the server wants more than budgets.h allows

std::string userAgent(); // "eidkern/<version> (TR-03124-1/1.4)"

} // namespace eidkern
