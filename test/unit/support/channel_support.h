// What tests of the Channel have in common: profiles of the lab's TLS server, and what the client asks for.
#pragma once
#include "network/channel.h"
#include "support/tls_server.h"

namespace eidkern::test
{

using lab::CertificateSpec, lab::TlsContext, lab::TlsProfile;

inline const TlsJudge anyone = [](const TlsFacts&) { return true; };

inline const lab::TlsKey& rsa3072()
{
    static const auto key = lab::rsaKey(3072);
    return key;
}

inline TlsProfile good()
{
    static const auto certificate = lab::certificate({}, rsa3072());
    return {.key = rsa3072(), .certificate = certificate};
}

inline TlsProfile with(auto change)
{
    auto profile = good();
    change(profile);
    return profile;
}

inline TlsProfile certified(const CertificateSpec& spec, const lab::TlsKey& key = rsa3072())
{
    auto profile = good();
    profile.key = key;
    profile.certificate = lab::certificate(spec, key);
    return profile;
}

inline TlsProfile withPsk()
{
    return with([](TlsProfile& p) {
        p.psk = [](std::string_view identity) {
            const bool known = identity == "S1" || identity == std::string(255, 'i');
            return known ? std::optional(Secret("one")) : std::nullopt;
        };
    });
}

inline std::shared_ptr<TlsContext> context(TlsProfile profile) { return std::make_shared<TlsContext>(std::move(profile)); }

inline Url urlOf(quint16 port, std::string host = "127.0.0.1") { return {"https", std::move(host), port, "/", "https://"}; }
inline std::optional<Psk> psk(std::string identity, std::string_view key) { return Psk{std::move(identity), Secret(key)}; }

inline WebRequest post()
{
    WebRequest request;
    request.method = "POST";
    request.path = "/paos?x";
    request.headers = {{"X-Test", "yes"}};
    request.body = "<x/>";
    return request;
}

} // namespace eidkern::test
