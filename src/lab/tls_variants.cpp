#include "lab/tls_variants.h"

#include <algorithm>
#include <array>
#include <map>

namespace eidkern::lab
{

namespace
{

using namespace std::chrono_literals;

const TlsKey& rsaKeyOf(unsigned bits) // made once: they are slow
{
    static std::map<unsigned, TlsKey> keys;
    auto& key = keys[bits];
    if (!key) key = rsaKey(bits);
    return key;
}

void giveRsa(TlsProfile& profile, unsigned bits)
{
    profile.key = rsaKeyOf(bits);
    profile.certificate = certificate({}, profile.key);
}

constexpr std::array all{
    TlsVariant{"sessions-forgotten", "kennt frühere TLS-Sitzungen nicht mehr", "does not know earlier TLS sessions any more", [](TlsProfile&) {}},
    TlsVariant{"no-resumption", "nimmt keine TLS-Sitzung wieder auf", "never resumes a TLS session", [](TlsProfile& p) { p.tickets = p.sessionIds = false; }},
    TlsVariant{"changed-certificate", "ein Zertifikat, das nicht in der Beschreibung steht", "a certificate that the description does not list",
               [](TlsProfile& p) { p.certificate = certificate({}, p.key); }},
    TlsVariant{"expired", "ein abgelaufenes Zertifikat", "an expired certificate",
               [](TlsProfile& p) { p.certificate = certificate({.notBefore = -48h, .notAfter = -24h}, p.key); }},
    TlsVariant{"not-yet-valid", "ein Zertifikat, das erst morgen gilt", "a certificate that is not valid before tomorrow",
               [](TlsProfile& p) { p.certificate = certificate({.notBefore = 24h}, p.key); }},
    TlsVariant{"wrong-host", "ein Zertifikat für einen anderen Rechnernamen", "a certificate for another host name",
               [](TlsProfile& p) { p.certificate = certificate({.commonName = "other.example", .subjectAltName = "DNS:other.example"}, p.key); }},
    TlsVariant{"rsa-2048", "ein RSA-Schlüssel von nur 2048 Bit", "an RSA key of 2048 bits only",
               [](TlsProfile& p) {
                   giveRsa(p, 2048);
                   if (!p.psk) p.ciphers = "ECDHE-RSA-AES256-GCM-SHA384";
               }},
    TlsVariant{"dhe-2048", "Diffie-Hellman mit nur 2048 Bit", "Diffie-Hellman with 2048 bits only",
               [](TlsProfile& p) {
                   giveRsa(p, 3072);
                   p.ciphers = "DHE-RSA-AES256-GCM-SHA384";
                   p.dhBits = 2048;
               }},
    TlsVariant{"tls-1.1", "nur TLS 1.1", "TLS 1.1 only",
               [](TlsProfile& p) {
                   p.minVersion = p.maxVersion = TLS1_1_VERSION;
                   p.ciphers = "ALL";
               }},
    TlsVariant{"alert", "ein Alert statt des Handshakes", "an alert instead of the handshake", [](TlsProfile& p) { p.fault = TlsFault::AlertInHandshake; }},
    TlsVariant{"reset", "bricht die Verbindung im Handshake ab", "resets the connection in the handshake",
               [](TlsProfile& p) { p.fault = TlsFault::ResetInHandshake; }},
    TlsVariant{"close", "schließt die Verbindung im Handshake", "closes the connection in the handshake",
               [](TlsProfile& p) { p.fault = TlsFault::CloseInHandshake; }},
    TlsVariant{"close-afterwards", "schließt die Verbindung nach dem Handshake", "closes the connection after the handshake",
               [](TlsProfile& p) { p.fault = TlsFault::CloseAfterHandshake; }},
    TlsVariant{"stall", "antwortet im Handshake nicht mehr", "stops answering in the handshake", [](TlsProfile& p) { p.fault = TlsFault::StallInHandshake; }},
};

} // namespace

std::span<const TlsVariant> tlsVariants() { return all; }

std::shared_ptr<TlsContext> tlsContext(std::string_view name, TlsProfile usual)
{
    const auto* variant = std::ranges::find(all, name, &TlsVariant::name);
    if (variant == all.end()) return nullptr;
    variant->change(usual);
    return std::make_shared<TlsContext>(std::move(usual));
}

} // namespace eidkern::lab
