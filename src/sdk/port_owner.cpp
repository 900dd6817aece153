#include "eidkern/port_owner.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <arpa/inet.h>
#include <chrono>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <unistd.h>

#include "network/http_parser.h"
#include "network/socket_owner.h"

namespace eidkern
{

namespace
{

using Moment = std::chrono::steady_clock::time_point;

struct Socket
{
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    ~Socket() { ::close(descriptor); }
    bool wait(short what, Moment until) const
    {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
        pollfd poll{descriptor, what, 0};
        return left > 0 && ::poll(&poll, 1, int(left)) == 1;
    }
};

sockaddr_in loopback(std::uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

std::string statusOf(std::uint16_t port, Moment until) // the body, empty if there is none
{
    const Socket socket;
    const auto address = loopback(port);
    const auto where = "127.0.0.1:" + std::to_string(port);
    const auto request = "GET /eID-Client?Status=json HTTP/1.1\r\nHost: " + where + "\r\nConnection: close\r\n\r\n";
    (void)::connect(socket.descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    if (!socket.wait(POLLOUT, until) || ::send(socket.descriptor, request.data(), request.size(), MSG_NOSIGNAL) != ssize_t(request.size())) return {};
    network::HttpParser reply(network::HttpParser::Kind::Reply, {.head = 4096, .body = 4096});
    char bytes[4096];
    while ((reply.state() == network::HttpState::Head || reply.state() == network::HttpState::Body) && socket.wait(POLLIN, until))
    {
        const auto size = ::recv(socket.descriptor, bytes, sizeof bytes, 0);
        if (size > 0) reply.feed({bytes, std::size_t(size)});
        else if (reply.closed() != network::HttpState::Done) return {};
    }
    return reply.state() == network::HttpState::Done && reply.status() == 200 ? reply.takeBody() : std::string();
}

bool isFree(std::uint16_t port)
{
    const Socket socket;
    const auto address = loopback(port);
    const int yes = 1; // what is left of earlier connections holds up nobody
    ::setsockopt(socket.descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    return ::bind(socket.descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

std::optional<network::SocketOwner> listener(std::uint16_t port)
{
    sockaddr_storage local{}, none{};
    reinterpret_cast<sockaddr_in&>(local) = loopback(port);
    none.ss_family = AF_INET;
    return network::ownerOf(local, none);
}

} // namespace

std::optional<PortOwner> portOwner(std::uint16_t port)
{
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
    if (isFree(port)) return {};
    PortOwner owner;
    const auto status = QJsonDocument::fromJson(QByteArray::fromStdString(statusOf(port, until))).object();
    const auto text = [&](const char* key) { return status[QLatin1String(key)].toString().left(64).toStdString(); };
    owner.name = text("Name");
    if (owner.name.empty()) owner.name = text("Implementation-Title");
    owner.version = text("Implementation-Version");
    const auto socket = listener(port);
    if (const auto process = socket ? network::processOf(*socket) : std::nullopt)
    {
        owner.process = process->id;
        owner.command = process->command;
    }
    return owner;
}

} // namespace eidkern
