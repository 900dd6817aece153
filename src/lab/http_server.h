// HTTPS on loopback: what the lab's two servers have in common, and the one place where faults are scripted.
#pragma once
#include <QTcpServer>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lab/lab_tls.h"

namespace eidkern::lab
{

enum class Server { EService, EidServer, Redirector };

struct HttpRequest
{
    std::string method, target, body;
    std::string pskIdentity; // empty without PSK
    std::string tlsSession;  // as TlsConnection::session() has it
    std::string accept, acceptLanguage; // headers
    bool keepsOpen = true;   // the client wants to go on with this connection
};

struct HttpAnswer
{
    enum class Delivery {
        Whole,
        Silence, // the connection stays open
        Close,
        CloseHalfway,
        Reset,
        Raw,  // the body is all that goes over the wire, whatever it is
        Drip  // one byte per turn of the event loop; FaultScript::dripped is told of each
    };

    int status = 200;
    std::string contentType = "text/plain; charset=utf-8", body = {};
    std::string location = {}; // header of this name; empty: left out
    Delivery delivery = Delivery::Whole;
    bool closeAfterwards = false;
    bool chunked = false;
    std::vector<std::pair<std::string, std::string>> headers = {}; // more of them
    bool operator==(const HttpAnswer&) const = default;
};

// A fault script. Unset members: no faults.
//   tls     chooses the TLS context of a new connection (1, 2, ... per server), e.g. made from a changed copy of `usual`;
//           nothing: as usual. Contexts that are handed out twice share their session store.
//   answer  may change the finished answer to request 1, 2, ... of a server: status, redirect, body, delivery. A PAOS body
//           can be decoded, changed and encoded again with network's codec.
struct FaultScript
{
    std::function<std::shared_ptr<TlsContext>(Server server, int connection, const TlsProfile& usual)> tls = {};
    std::function<void(Server server, int number, const HttpRequest& request, HttpAnswer& answer)> answer = {};
    std::function<void()> dripped = {};
};

class HttpServer
{
public:
    using Handler = std::function<HttpAnswer(const HttpRequest&)>;

    HttpServer(Server who, TlsProfile usual, std::size_t largestBody, FaultScript faults, Handler handler);

    bool listen(std::uint16_t port); // 0: any
    bool refuse(bool connections); // nobody listens on the port; false: again; the result says whether it could be had back
    std::uint16_t port() const { return port_; }
    std::string origin() const { return "https://" + host + ":" + std::to_string(port()); }

    std::string host = "127.0.0.1"; // as others call us

    struct Counters
    {
        int connections = 0, handshakes = 0, resumptions = 0, requests = 0;
    };
    const Counters& counters() const { return counters_; }

private:
    struct Reading;
    void accept(QTcpSocket* socket);
    void feed(TlsConnection& connection, Reading& reading, const QByteArray& plain);
    void answer(TlsConnection& connection, const HttpRequest& request);
    void drip(TlsConnection& connection, const QByteArray& wire, qsizetype next);

    const Server who_;
    const std::shared_ptr<TlsContext> usual_;
    const std::size_t largestBody_;
    const FaultScript faults_;
    const Handler handler_;
    Counters counters_;
    int open_ = 0;
    std::uint16_t port_ = 0;
    QTcpServer tcp_; // owns the connections; last member: they go first
};

} // namespace eidkern::lab
