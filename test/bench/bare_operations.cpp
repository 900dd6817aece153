#include "bench/bare_operations.h"

#include <QUrl>
#include <cstdlib>

#include "bench/measure.h"
#include "bench/plain_tls.h"
#include "core/openssl.h"
#include "network/tc_token_codec.h"
#include "network/url.h"

namespace eidkern::bench
{

using namespace ossl;

double multiplication()
{
    const Owner<EC_GROUP, EC_GROUP_free> group(EC_GROUP_new_by_curve_name(NID_brainpoolP256r1));
    const Point product(EC_POINT_new(group.get()));
    const Bignum scalar(BN_new());
    BN_priv_rand_range(scalar.get(), EC_GROUP_get0_order(group.get()));
    BN_set_flags(scalar.get(), BN_FLG_CONSTTIME);
    return cpuOf(200, [&] { EC_POINT_mul(group.get(), product.get(), nullptr, EC_GROUP_get0_generator(group.get()), scalar.get(), nullptr); });
}

double verification()
{
    const Pkey key(EVP_EC_gen("brainpoolP256r1"));
    unsigned char digest[32] = {1}, signature[128];
    std::size_t size = sizeof signature;
    const PkeyContext signing(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr)), verifying(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    must(EVP_PKEY_sign_init(signing.get()) == 1 && EVP_PKEY_sign(signing.get(), signature, &size, digest, sizeof digest) == 1, "signature");
    must(EVP_PKEY_verify_init(verifying.get()) == 1, "verification");
    return cpuOf(200, [&] { must(EVP_PKEY_verify(verifying.get(), signature, size, digest, sizeof digest) == 1, "verification"); });
}

static double perKilobyteOfCbc()
{
    const std::vector<unsigned char> clear(1024, 0x42), key(16, 1), iv(16);
    std::vector<unsigned char> out(1024);
    const CipherContext context(EVP_CIPHER_CTX_new());
    int written = 0;
    must(EVP_CipherInit_ex(context.get(), EVP_aes_128_cbc(), nullptr, key.data(), iv.data(), 1) == 1, "AES");
    return cpuOf(200,
                 [&] {
                     for (int i = 0; i < 100; ++i) EVP_CipherUpdate(context.get(), out.data(), &written, clear.data(), int(clear.size()));
                 })
         / 100;
}

static double perKilobyteOfCmac()
{
    const std::vector<unsigned char> text(1024, 0x42), key(16, 1);
    const Owner<EVP_MAC, EVP_MAC_free> algorithm(EVP_MAC_fetch(nullptr, "CMAC", nullptr));
    const MacContext context(EVP_MAC_CTX_new(algorithm.get()));
    char cipher[] = "AES-128-CBC";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("cipher", cipher, 0), OSSL_PARAM_construct_end()};
    must(EVP_MAC_init(context.get(), key.data(), key.size(), params) == 1, "CMAC");
    return cpuOf(200,
                 [&] {
                     for (int i = 0; i < 100; ++i) EVP_MAC_update(context.get(), text.data(), text.size());
                 })
         / 100;
}

static double kilobytesProtected(const LoginFacts& facts)
{
    std::size_t bytes = 0;
    for (const auto& [state, traffic] : facts.apdus)
        bytes += state == "SendEac1" || state == "SendEac2" ? 2 * traffic.bytes : state == "RelayApdus" ? traffic.bytes : 0;
    return double(bytes) / 1024;
}

static std::vector<Operation> handshakes(const LoginFacts& facts, const LabProcess& lab)
{
    PlainTls plain;
    const auto service = network::parseUrl(lab.selfAuthUrl(), nullptr).value();
    const auto page = plain.get(service.port, service.path);
    const auto token = network::parseTcToken(std::string_view(page).substr(page.find("\r\n\r\n") + 4));
    must(token && token->psk && token->serverAddress && token->sessionIdentifier, "the lab's tcToken");
    const auto paos = network::parseUrl(*token->serverAddress, nullptr).value();
    const auto key = secretFromHex(token->psk->text()).value();
    const auto ecdhe = cpuOf(40, [&] { plain.handshake(service.port); });
    const auto psk = cpuOf(40, [&] { plain.handshakeWithPsk(paos.port, *token->sessionIdentifier, toBytes(key.view())); });
    return {{"TLS handshake ECDHE-ECDSA, client", double(facts.connections - facts.paosConnections), ecdhe},
            {"TLS handshake RSA-PSK, client", double(facts.paosConnections), psk}};
}

static double sum(const std::vector<Operation>& operations)
{
    double total = 0;
    for (const auto& each : operations) total += each.total();
    return total;
}

double LoginFloor::cryptographyTotal() const { return sum(cryptography); }
double LoginFloor::tlsTotal() const { return sum(tls); }

LoginFloor loginFloor(const LoginFacts& facts, const LabProcess& lab)
{
    const auto kilobytes = kilobytesProtected(facts);
    return {{{"EC multiplication brainpoolP256r1", 11, multiplication()},
             {"ECDSA verification brainpoolP256r1", 5, verification()},
             {"AES-128-CBC, per KiB", kilobytes, perKilobyteOfCbc()},
             {"AES-128-CMAC, per KiB", kilobytes, perKilobyteOfCmac()}},
            handshakes(facts, lab)};
}

} // namespace eidkern::bench
