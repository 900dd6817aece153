// What a server of the lab shows on one of its TLS connections instead of the usual, by the name that scenarios give it.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "lab/lab_tls.h"

namespace eidkern::test
{

inline const lab::TlsKey& rsaKeyOf(unsigned bits) // made once: they are slow
{
    static std::map<unsigned, lab::TlsKey> keys;
    auto& key = keys[bits];
    if (!key) key = lab::rsaKey(bits);
    return key;
}

inline void giveKey(lab::TlsProfile& profile, lab::TlsKey key)
{
    profile.key = std::move(key);
    profile.certificate = lab::certificate({}, profile.key);
}

inline std::shared_ptr<lab::TlsContext> tlsFault(const std::string& name, const lab::TlsProfile& usual)
{
    using Change = std::function<void(lab::TlsProfile&)>;
    using namespace std::chrono_literals;
    static const std::map<std::string, Change> changes{
        {"sessions forgotten", [](auto&) {}}, // the usual one, with a session store of its own
        {"no resumption", [](auto& p) { p.tickets = p.sessionIds = false; }},
        {"changed certificate", [](auto& p) { p.certificate = lab::certificate({}, p.key); }},
        {"expired", [](auto& p) { p.certificate = lab::certificate({.notBefore = -48h, .notAfter = -24h}, p.key); }},
        {"not yet valid", [](auto& p) { p.certificate = lab::certificate({.notBefore = 24h}, p.key); }},
        {"wrong host", [](auto& p) { p.certificate = lab::certificate({.commonName = "other.example", .subjectAltName = "DNS:other.example"}, p.key); }},
        {"RSA 2048",
         [](auto& p) {
             giveKey(p, rsaKeyOf(2048));
             if (!p.psk) p.ciphers = "ECDHE-RSA-AES256-GCM-SHA384";
         }},
        {"DHE 2048",
         [](auto& p) {
             giveKey(p, rsaKeyOf(3072));
             p.ciphers = "DHE-RSA-AES256-GCM-SHA384";
             p.dhBits = 2048;
         }},
        {"TLS 1.1",
         [](auto& p) {
             p.minVersion = p.maxVersion = TLS1_1_VERSION;
             p.ciphers = "ALL";
         }},
        {"alert", [](auto& p) { p.fault = lab::TlsFault::AlertInHandshake; }},
        {"reset", [](auto& p) { p.fault = lab::TlsFault::ResetInHandshake; }},
        {"close", [](auto& p) { p.fault = lab::TlsFault::CloseInHandshake; }},
        {"close afterwards", [](auto& p) { p.fault = lab::TlsFault::CloseAfterHandshake; }},
        {"stall", [](auto& p) { p.fault = lab::TlsFault::StallInHandshake; }},
    };
    auto profile = usual;
    changes.at(name)(profile);
    return std::make_shared<lab::TlsContext>(std::move(profile));
}

} // namespace eidkern::test
