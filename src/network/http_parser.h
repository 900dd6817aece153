// Incremental, bounded parsers for one HTTP/1.1 message: a reply for the client, a request for our own servers. Boost.Beast
// does the parsing; this says what is accepted. Strict where two readings are possible (two Content-Length, a length beside
// chunked, folded lines are Bad).
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace eidkern::network
{

struct HttpLimits
{
    std::size_t head = 32 * 1024, body = 64 * 1024;
};

enum class HttpState { Head, Body, Done, Bad, TooLarge };

class HttpParser
{
public:
    enum class Kind { Reply, Request };
    explicit HttpParser(Kind kind, HttpLimits limits = {});
    ~HttpParser();
    HttpParser(HttpParser&&) noexcept;
    HttpParser& operator=(HttpParser&&) noexcept;

    HttpState feed(std::string_view bytes); // Done: a complete message; bytes behind it make it Bad for a reply, and are kept as rest() of a request
    HttpState closed();                     // the peer closed: Done, if that is how this body ends; else the state as it was
    HttpState state() const;

    int status() const;                          // reply
    std::string_view method() const, target() const; // request
    std::string_view header(std::string_view name) const; // the first one, any case; empty if missing
    std::size_t count(std::string_view name) const;       // of headers of this name
    std::string takeBody();
    std::string rest() const;
    bool keepsOpen() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace eidkern::network
