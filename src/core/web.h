// The vocabulary of HTTP over one TLS connection: what is asked, what was learnt, how it ended.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "eidkern/secret.h"

namespace eidkern
{

struct Url
{
    std::string scheme, host;  // lower case; host without brackets
    std::uint16_t port = 0;    // the scheme's default filled in
    std::string path;          // path and query as they go into the request line, at least "/"
    std::string text;          // as received (resolved, if it was relative)
};

struct OriginOf // scheme, host and port: RFC 6454
{
    std::string scheme, host;
    std::uint16_t port;
    explicit OriginOf(const Url& url) : scheme(url.scheme), host(url.host), port(url.port) {}
    bool operator==(const OriginOf&) const = default;
};
inline bool sameOrigin(const Url& a, const Url& b) { return OriginOf(a) == OriginOf(b); }

enum class WebOutcome {
    Ok,
    HostNotFound,
    Refused,
    ProxyFailed, // no TCP connection
    HandshakeFailed,
    ClosedInHandshake,
    Rejected, // no TLS channel; Rejected: by our own judge, who knows why
    NotOpen,  // nothing was sent: it is safe to open again
    ClosedBeforeReply,
    Truncated,
    BadReply,
    TooLarge, // the request may have been carried out
    Broken    // any other socket error
};
std::string_view name(WebOutcome outcome); // for logs and the info key Network_Error

enum class KeyKind { None, Rsa, Dsa, Dh, Ec, Other };
std::string_view name(KeyKind kind);

struct KeySizes // bits
{
    int rsa = 0, dsa = 0, dh = 0, ec = 0;
};

struct TlsFacts
{
    Bytes certificate;                      // DER of the server's own certificate; empty on some resumed sessions
    KeyKind certificateKey = KeyKind::None;
    int certificateBits = 0;
    std::string cipher;                     // OpenSSL's name
    KeyKind ephemeralKey = KeyKind::None;   // None with RSA-PSK and on a resumed session
    int ephemeralBits = 0;
    bool resumed = false;
    bool hostMatches = false;               // RFC 2818; the CN counts only without any dNSName and iPAddress
    std::vector<std::string> fatalErrors;   // verdicts that no caller may ignore: dates, signature, revoked; not: unknown issuer
};

struct Psk
{
    std::string identity; // at most 255 bytes
    Secret key;           // at most 512 bytes
};

struct WebOpened
{
    WebOutcome outcome = WebOutcome::Broken;
    TlsFacts tls;                 // as far as the handshake came
    std::optional<int> alert;     // the TLS alert that the server sent
    std::string detail;           // for people: no secrets
};

struct WebRequest
{
    std::string method = "GET", path = "/";
    std::vector<std::pair<std::string, std::string>> headers = {}; // Host and Content-Length are added
    std::string body = {};
    std::size_t largestReply = 64 * 1024; // body, bytes; beyond it: TooLarge
};

struct WebReply
{
    WebOutcome outcome = WebOutcome::Broken;
    int status = 0;
    std::string location; // of the header of this name; empty if missing
    Secret body;          // may hold personal data
    std::string detail;
};

// Called after the handshake and before the first byte of a request leaves; false: Rejected, nothing is sent.
using TlsJudge = std::function<bool(const TlsFacts&)>;

} // namespace eidkern
