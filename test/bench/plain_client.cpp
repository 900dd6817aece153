#include "bench/plain_client.h"

#include <array>
#include <arpa/inet.h>
#include <cstdio>
#include <cstdlib>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace eidkern::bench
{

[[noreturn]] static void fail(const char* why)
{
    std::fprintf(stderr, "sdk_bench: %s\n", why);
    std::exit(1);
}

static int connected(const std::string& host, int port)
{
    addrinfo wanted{}, *found = nullptr;
    wanted.ai_socktype = SOCK_STREAM;
    if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found) != 0) fail("no such host");
    const int descriptor = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool good = ::connect(descriptor, found->ai_addr, found->ai_addrlen) == 0;
    ::freeaddrinfo(found);
    if (!good) fail("nobody listens there");
    return descriptor;
}

PlainWebSocket::PlainWebSocket(const std::string& host, int port, bool quickAck) : descriptor_(connected(host, port)), quickAck_(quickAck)
{
    const int yes = 1;
    if (quickAck) ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    sendBytes("GET /eID-Kernel HTTP/1.1\r\nHost: " + host + ":" + std::to_string(port)
              + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bWVhc3VyaW5nIGl0IGFsbA==\r\n\r\n");
    while (received_.find("\r\n\r\n") == std::string::npos) receive();
    if (received_.find(" 101 ") > 16) fail("the upgrade is refused: is another client connected?");
    received_.erase(0, received_.find("\r\n\r\n") + 4);
}

PlainWebSocket::~PlainWebSocket() { ::close(descriptor_); }

std::string PlainWebSocket::frame(std::string_view text)
{
    std::string bytes{'\x81'};
    if (text.size() < 126) bytes += char(0x80 | text.size());
    else bytes.append({char(0xFE), char(text.size() >> 8), char(text.size())});
    return bytes.append(4, '\0').append(text);
}

void PlainWebSocket::sendBytes(std::string_view bytes)
{
    while (!bytes.empty())
    {
        const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) fail("the connection ends while sending");
        bytes.remove_prefix(std::size_t(sent));
    }
}

void PlainWebSocket::receive()
{
    static std::array<char, 256 * 1024> block;
    const auto got = ::recv(descriptor_, block.data(), block.size(), 0);
    if (got <= 0) fail("the connection ends");
    received_.append(block.data(), std::size_t(got));
    const int yes = 1;
    if (quickAck_) ::setsockopt(descriptor_, IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof yes);
}

std::string PlainWebSocket::next()
{
    while (true)
    {
        const auto byte = [&](std::size_t i) { return std::size_t(static_cast<unsigned char>(received_[i])); };
        const std::size_t header = received_.size() < 2 ? 2 : byte(1) < 126 ? 2 : byte(1) == 126 ? 4 : 10;
        if (received_.size() >= header)
        {
            std::size_t size = header == 2 ? byte(1) : 0;
            for (std::size_t i = 2; i < header; ++i) size = size << 8 | byte(i);
            if (received_.size() >= header + size)
            {
                auto text = received_.substr(header, size);
                received_.erase(0, header + size);
                return text;
            }
        }
        receive();
    }
}

std::string PlainWebSocket::until(std::string_view contained)
{
    while (true)
        if (auto text = next(); text.find(contained) != std::string::npos) return text;
}

std::size_t PlainWebSocket::drain(std::size_t bytes)
{
    while (received_.size() < bytes) receive();
    received_.erase(0, bytes);
    return bytes;
}

} // namespace eidkern::bench
