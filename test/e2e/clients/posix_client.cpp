// A login as an application of few means does it: plain sockets and nothing set on them, one message is read before anything is said, and
// what it needs is looked for as text. posix_client PORT TCTOKEN-URL. Prints what is said, one text per line: > to the service, < from it.
#include <arpa/inet.h>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

static int descriptor = -1;
static std::string received;

[[noreturn]] static void fail(const std::string& why)
{
    std::fprintf(stderr, "%s\n", why.c_str());
    std::exit(1);
}

static void need(std::size_t bytes)
{
    char block[4096];
    while (received.size() < bytes)
    {
        const auto got = ::recv(descriptor, block, sizeof block, 0);
        if (got <= 0) fail("the connection ends");
        received.append(block, std::size_t(got));
    }
}

static std::string take(std::size_t bytes)
{
    need(bytes);
    auto taken = received.substr(0, bytes);
    received.erase(0, bytes);
    return taken;
}

static std::string handshake(const std::string& port)
{
    const auto request = "GET /eID-Kernel HTTP/1.1\r\nHost: localhost:" + port
                       + "\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: cGxhaW4gc29ja2V0cyEhIQ==\r\n\r\n";
    ::send(descriptor, request.data(), request.size(), 0);
    while (received.find("\r\n\r\n") == std::string::npos) need(received.size() + 1);
    return take(received.find("\r\n\r\n") + 4);
}

static std::string message()
{
    const auto head = take(2);
    if (static_cast<unsigned char>(head[0]) != 0x81) fail("not a whole text");
    std::size_t size = static_cast<unsigned char>(head[1]);
    if (size == 126)
    {
        const auto more = take(2);
        size = std::size_t(static_cast<unsigned char>(more[0])) << 8 | static_cast<unsigned char>(more[1]);
    }
    else if (size > 126) fail("a huge message");
    auto text = take(size);
    std::puts(("<" + text).c_str());
    return text;
}

static bool has(const std::string& text, const char* what) { return text.find(what) != std::string::npos; }

static std::string until(const char* what, int most) // at most so many messages
{
    for (int i = 0; i < most; ++i)
    {
        const auto text = message();
        if (has(text, what)) return text;
        if (has(text, "error") || has(text, "Error")) fail("an error: " + text);
    }
    fail(std::string("it does not come: ") + what);
}

static void say(const std::string& text) // header, mask and payload one after the other, as small programs do
{
    std::puts((">" + text).c_str());
    std::string header{'\x81', char(0x80 | (text.size() < 126 ? text.size() : 126))};
    if (text.size() >= 126) header.append({char(text.size() >> 8), char(text.size())});
    ::send(descriptor, header.data(), header.size(), 0);
    ::send(descriptor, "\0\0\0\0", 4, 0);
    ::send(descriptor, text.data(), text.size(), 0);
}

int main(int argc, char** argv)
{
    if (argc != 3) return 2;
    descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(std::uint16_t(std::atoi(argv[1])));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("no connection");
    const auto head = handshake(argv[1]);
    if (!has(head, " 101 ") || !has(head, "AusweisApp2/2.") || has(head, "Error")) fail("not the program that was looked for: " + head);

    until("\"msg\":\"READER\"", 1);
    say(R"({"cmd":"RUN_AUTH","tcTokenURL":")" + std::string(argv[2]) + "\"}");
    until("\"msg\":\"ACCESS_RIGHTS\"", 5);
    say(R"({"cmd":"GET_CERTIFICATE"})");
    until("\"msg\":\"CERTIFICATE\"", 5);
    say(R"({"cmd":"ACCEPT"})");
    until("\"msg\":\"INSERT_CARD\"", 5);
    say(R"({"cmd":"SET_CARD","name":"Simulator"})");
    const auto reader = until("\"msg\":\"READER\"", 5);
    if (!has(reader, "\"deactivated\":false") || !has(reader, "\"keypad\":false")) fail("another reader: " + reader);
    if (const auto asked = until("\"msg\":\"ENTER_PIN\"", 5); !has(asked, "\"retryCounter\":3")) fail("another counter: " + asked);
    say(R"({"cmd":"SET_PIN","value":"123456"})");
    until("\"major\":\"http://www.bsi.bund.de/ecard/api/1.1/resultmajor#ok\"", 12);
    ::close(descriptor); // without a word
}
