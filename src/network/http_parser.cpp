#include "network/http_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <variant>

namespace eidkern::network
{

namespace http = boost::beast::http;

static bool sameName(std::string_view a, std::string_view b) { return boost::beast::iequals({a.data(), a.size()}, {b.data(), b.size()}); }

// Collects a whole head before Beast sees it, so that it never depends on how the bytes were cut whether a message comes out,
// and so that what Beast tolerates (folded lines, repeated equal lengths, codings other than chunked) can be refused.
struct HttpParser::Impl
{
    using Reply = http::response_parser<http::string_body>;
    using Request = http::request_parser<http::string_body>;

    Impl(Kind k, HttpLimits l) : kind(k), limits(l) { restart(); }
    void restart();
    void feed(std::string_view bytes);
    bool takeHead();
    void acceptHead();
    bool hasClearFraming() const;
    void takeBody();
    std::size_t put(std::string_view bytes);
    std::size_t count(std::string_view name) const;
    std::string_view header(std::string_view name) const;

    Kind kind;
    HttpLimits limits;
    HttpState state = HttpState::Head;
    std::variant<Reply, Request> parser;
    std::string rest;                  // not yet given to Beast
    std::size_t heads = 0, framed = 0; // bytes of all heads; bytes of the body with its framing
    std::vector<std::pair<std::string, std::string>> fields; // of the head: trailers are read over
    std::string method, target;
    int status = 0;
    bool keepsOpen = false;
};

// Beast reads a quoted chunk extension past the end of its line, so quotes are refused: here, and in isStuck().
static void refuseQuotes(std::uint64_t, boost::beast::string_view extension, boost::beast::error_code& error)
{
    if (extension.find('"') != boost::beast::string_view::npos) error = http::error::bad_chunk_extension;
}

static bool isStuck(std::string_view rest) // a whole chunk line that Beast waits behind; only the last chunk, of size 0, may be one
{
    if (rest.starts_with("\r\n")) rest.remove_prefix(2);
    const auto line = rest.substr(0, rest.find("\r\n"));
    if (line.size() == rest.size()) return false;
    const auto size = line.substr(0, line.find_first_of("; \t"));
    return size.find_first_not_of('0') != std::string_view::npos || line.find('"') != std::string_view::npos;
}

void HttpParser::Impl::restart()
{
    if (kind == Kind::Reply) parser.emplace<Reply>();
    else parser.emplace<Request>();
    std::visit(
        [this](auto& p) {
            p.header_limit(std::uint32_t(limits.head + 8));
            p.body_limit(limits.body);
            p.eager(true);
            p.on_chunk_header(refuseQuotes);
        },
        parser);
}

void HttpParser::Impl::feed(std::string_view bytes)
{
    if (state == HttpState::Bad || state == HttpState::TooLarge) return;
    rest.append(bytes);
    while (state == HttpState::Head && takeHead()) {}
    if (state == HttpState::Body) takeBody();
    if (state != HttpState::Done || rest.empty()) return;
    if (kind == Kind::Reply) state = HttpState::Bad; // nobody asked for more
    if (rest.size() > limits.head + limits.body) state = HttpState::TooLarge;
}

static bool isCleanHead(std::string_view head)
{
    for (std::size_t i = 0; i < head.size(); ++i)
    {
        const auto c = static_cast<unsigned char>(head[i]);
        const auto next = i + 1 < head.size() ? head[i + 1] : '\0';
        if (c == '\r' && next != '\n') return false;
        if (c == '\n' && (i == 0 || head[i - 1] != '\r' || next == ' ' || next == '\t')) return false; // bare or folded
        if (c == 0x7F || (c < 0x20 && c != '\r' && c != '\n' && c != '\t')) return false;
    }
    return true;
}

bool HttpParser::Impl::takeHead() // true: there may be another one in `rest`
{
    static constexpr std::string_view end = "\r\n\r\n";
    const auto at = rest.find(end);
    const auto known = at == std::string::npos ? rest.size() - std::min(rest.size(), end.size() - 1) : at;
    if (heads + known > limits.head)
    {
        state = HttpState::TooLarge;
        return false;
    }
    if (at == std::string::npos) return false;
    heads += at + end.size();
    auto head = rest.substr(0, at + end.size());
    rest.erase(0, head.size());
    if (kind == Kind::Reply && head.find('\r') == 12) head.insert(12, " "); // a status line without reason: common, and clear
    state = HttpState::Body;
    if (isCleanHead(head)) put(head);
    else state = HttpState::Bad;
    if (state == HttpState::Body) acceptHead();
    return true;
}

void HttpParser::Impl::acceptHead()
{
    bool complete = false;
    const auto read = [&](auto& p) {
        if (!p.is_header_done()) return false;
        fields.clear();
        for (const auto& field : p.get()) fields.emplace_back(field.name_string(), field.value());
        if constexpr (std::is_same_v<decltype(p), Reply&>) status = int(p.get().result_int());
        else
        {
            method = std::string(p.get().method_string());
            target = std::string(p.get().target());
        }
        keepsOpen = p.keep_alive();
        complete = p.is_done();
        return true;
    };
    if (!std::visit(read, parser) || !hasClearFraming() || (kind == Kind::Reply && (status < 100 || status == 101))) state = HttpState::Bad;
    else if (kind == Kind::Reply && status < 200) // the real head follows
    {
        restart();
        state = HttpState::Head;
    }
    else if (complete) state = HttpState::Done;
}

bool HttpParser::Impl::hasClearFraming() const
{
    if (count("Content-Length") + count("Transfer-Encoding") > 1) return false;
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (count("Transfer-Encoding")) return sameName(header("Transfer-Encoding"), "chunked");
    return std::ranges::all_of(header("Content-Length"), digit);
}

void HttpParser::Impl::takeBody()
{
    const bool firstChunk = framed == 0 && count("Transfer-Encoding") > 0;
    if (rest.size() < (firstChunk ? 5u : 1u)) return; // 0 CRLF CRLF is the least there can be, and Beast insists
    const auto used = put(rest);
    rest.erase(0, used);
    framed += used;
    const auto [done, size] = std::visit([](auto& p) { return std::pair(p.is_done(), p.get().body().size()); }, parser);
    if (state == HttpState::Body && done) state = HttpState::Done;
    if (state == HttpState::Body && isStuck(rest)) state = HttpState::Bad;
    const auto structure = framed + (state == HttpState::Body ? rest.size() : 0) - size; // chunk sizes, extensions, trailers
    const bool held = state == HttpState::Body || state == HttpState::Done;
    if (held && structure > limits.head + 8 * limits.body) state = HttpState::TooLarge;
}

std::size_t HttpParser::Impl::put(std::string_view bytes)
{
    boost::beast::error_code error;
    const auto used = std::visit([&](auto& p) { return p.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error); }, parser);
    if (error == http::error::body_limit) state = HttpState::TooLarge;
    else if (error && error != http::error::need_more) state = HttpState::Bad;
    return used;
}

std::size_t HttpParser::Impl::count(std::string_view name) const
{
    return std::size_t(std::ranges::count_if(fields, [name](const auto& field) { return sameName(field.first, name); }));
}

std::string_view HttpParser::Impl::header(std::string_view name) const
{
    const auto found = std::ranges::find_if(fields, [name](const auto& field) { return sameName(field.first, name); });
    return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

HttpParser::HttpParser(Kind kind, HttpLimits limits) : impl_(std::make_unique<Impl>(kind, limits)) {}
HttpParser::~HttpParser() = default;
HttpParser::HttpParser(HttpParser&&) noexcept = default;
HttpParser& HttpParser::operator=(HttpParser&&) noexcept = default;

HttpState HttpParser::feed(std::string_view bytes)
{
    impl_->feed(bytes);
    return impl_->state;
}

HttpState HttpParser::closed()
{
    const bool untilClose = impl_->state == HttpState::Body && std::visit([](const auto& p) { return p.need_eof(); }, impl_->parser);
    if (untilClose) impl_->state = HttpState::Done;
    return impl_->state;
}

HttpState HttpParser::state() const { return impl_->state; }
int HttpParser::status() const { return impl_->status; }
std::string_view HttpParser::method() const { return impl_->method; }
std::string_view HttpParser::target() const { return impl_->target; }
std::string_view HttpParser::header(std::string_view name) const { return impl_->header(name); }
std::size_t HttpParser::count(std::string_view name) const { return impl_->count(name); }
std::string HttpParser::takeBody()
{
    return std::visit([](auto& p) { return std::exchange(p.get().body(), {}); }, impl_->parser);
}
std::string HttpParser::rest() const { return impl_->state == HttpState::Done ? impl_->rest : std::string(); }
bool HttpParser::keepsOpen() const { return impl_->state == HttpState::Done && impl_->keepsOpen; }

} // namespace eidkern::network
