// What can go wrong with a TLS connection or an HTTP answer, as lists that the sweep goes through.
#pragma once
#include <functional>
#include <regex>
#include <string>
#include <vector>

#include "core/paos.h"
#include "lab/http_server.h"
#include "network/paos_codec.h"

namespace eidkern::test
{

enum class Must { Fail, GoOn, Either };

struct ConnectionFault
{
    std::string name; // one of lab::tlsVariants()
    Must must = Must::Fail;
};

inline const std::vector<ConnectionFault>& connectionFaults()
{
    static const std::vector<ConnectionFault> all{{"alert"},
                                                  {"close"},
                                                  {"reset"},
                                                  {"stall"},
                                                  {"wrong-host"},
                                                  {"expired", Must::Either},
                                                  {"not-yet-valid", Must::Either}, // the eID-Server's
                                                  {"rsa-2048"},
                                                  {"dhe-2048", Must::Either},
                                                  {"tls-1.1"},
                                                  {"changed-certificate"},
                                                  {"no-resumption", Must::Either},
                                                  {"sessions-forgotten", Must::Either}};
    return all;
}

struct AnswerFault
{
    std::string name;
    std::function<void(const lab::HttpRequest&, lab::HttpAnswer&)> apply;
    Must must = Must::Fail;
    bool bodyOnly = false; // of no meaning for a redirect
    bool stalls = false;   // ends by a deadline only
    bool paosOnly = false;
    bool forEver = false;  // in this answer and all later ones
    bool noMatterForPaos = false; // which reads the body
};

inline std::vector<AnswerFault> answerFaults(std::string eac1, std::string transmit)
{
    using Request = const lab::HttpRequest&;
    using Answer = lab::HttpAnswer&;
    using Delivery = lab::HttpAnswer::Delivery;
    const auto delivered = [](Delivery how) { return [how](Request, Answer a) { a.delivery = how; }; };
    const auto raw = [](std::string wire) {
        return [wire](Request, Answer a) {
            a.delivery = Delivery::Raw;
            a.body = wire;
            a.closeAfterwards = true;
        };
    };
    const auto status = [](int code, std::string location = {}) {
        return [code, location](Request, Answer a) {
            a.status = code;
            a.location = location;
        };
    };
    const auto body = [](std::string text) { return [text](Request, Answer a) { a.body = text; }; };
    const auto framework = network::encode(paos::ServerMessage{"urn:uuid:endless", paos::InitializeFramework{}});
    return {
        {"reset", delivered(Delivery::Reset)},
        {"silence", delivered(Delivery::Silence), Must::Fail, false, true},
        {"closed", delivered(Delivery::Close)},
        {"closed half-way", delivered(Delivery::CloseHalfway), Must::Fail, true},
        {"slow drip", delivered(Delivery::Drip)},
        {"garbage", raw("\x16\x03\x03\x01 this is no HTTP\r\n\r\n")},
        {"an endless head", raw("HTTP/1.1 200 OK\r\nX-Head: " + std::string(80 * 1024, 'x'))},
        {"half a document", [](Request, Answer a) { a.body.resize(a.body.size() / 2); }, Must::Fail, true},
        {"oversized", [](Request r, Answer a) { a.body.append(r.method == "POST" ? 4 * 1024 * 1024 + 1 : 64 * 1024 + 1, ' '); }, Must::Fail, true},
        {"empty", body(""), Must::Fail, true},
        {"status 204", status(204)},
        {"status 301", status(301, "https://127.0.0.1:1/"), Must::Fail, false, false, false, false, true},
        {"status 303 without an address", status(303), Must::Fail, false, false, false, false, true},
        {"status 303 to http", status(303, "http://127.0.0.1:1/"), Must::Fail, false, false, false, false, true},
        {"status 303 to nobody", status(303, "https://127.0.0.1:1/"), Must::Fail, false, false, false, false, true},
        {"status 400", status(400)},
        {"status 404", status(404)},
        {"status 407", status(407)},
        {"status 500", status(500)},
        {"status 503", status(503)},
        {"chunked",
         [](Request, Answer a) {
             std::string wire = "HTTP/1.1 " + std::to_string(a.status) + " Chunked\r\nTransfer-Encoding: chunked\r\n";
             if (!a.location.empty()) wire += "Location: " + a.location + "\r\n";
             wire += "\r\n";
             for (std::size_t at = 0; at < a.body.size(); at += 7)
             {
                 const auto piece = a.body.substr(at, 7);
                 wire += std::to_string(piece.size()) + ";x=y\r\n" + piece + "\r\n";
             }
             a.body = wire + "0\r\n\r\n";
             a.delivery = Delivery::Raw;
         },
         Must::GoOn},
        {"a wrong chunk", raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nhello\r\n0\r\n\r\n")},
        {"DOCTYPE",
         [](Request, Answer a) {
             const auto after = a.body.starts_with("<?xml") ? a.body.find("?>") + 2 : 0;
             a.body.insert(after, "<!DOCTYPE lol [<!ENTITY lol \"lol\">]>");
         },
         Must::Fail, true},
        {"deep", body([] {
             std::string text;
             for (int i = 0; i < 5000; ++i) text += "<a>";
             return text;
         }()),
         Must::Fail, true},
        {"a web page", body("<!doctype html><title>Wartung</title><p>Bitte später."), Must::Fail, true},
        {"another message", [=](Request, Answer a) { a.body = a.body.find("InputAPDU") == std::string::npos ? transmit : eac1; }, Must::Fail, true},
        {"an element twice",
         [](Request, Answer a) {
             static const std::regex single("<(wsa:MessageID|ServerAddress)>[^<>]*</\\1>");
             a.body = std::regex_replace(a.body, single, "$&$&");
         },
         Must::Fail, true},
        {"endless InitializeFramework", body(framework), Must::Fail, false, false, true, true},
        {"endless Transmit", body(transmit), Must::Fail, false, false, true, true},
    };
}

inline std::string name(lab::Server server)
{
    return server == lab::Server::EService ? "the eService" : server == lab::Server::EidServer ? "the eID-Server" : "the redirector";
}

} // namespace eidkern::test
