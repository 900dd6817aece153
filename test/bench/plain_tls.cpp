#include "bench/plain_tls.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace eidkern::bench
{

static SSL_CTX* context(const char* suites)
{
    auto* made = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(made, TLS1_2_VERSION);
    SSL_CTX_set_max_proto_version(made, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(made, suites);
    SSL_CTX_set1_groups_list(made, "brainpoolP512r1:brainpoolP384r1:brainpoolP256r1:secp384r1:prime256v1");
    SSL_CTX_set_verify(made, SSL_VERIFY_NONE, nullptr);
    return made;
}

PlainTls::PlainTls() : ecdhe_(context("ECDHE-ECDSA-AES256-GCM-SHA384")), psk_(context("RSA-PSK-AES256-GCM-SHA384"))
{
    SSL_CTX_set_app_data(psk_, this);
    SSL_CTX_set_psk_client_callback(psk_, [](SSL* ssl, const char*, char* identity, unsigned mostIdentity, unsigned char* key, unsigned mostKey) -> unsigned {
        const auto& self = *static_cast<PlainTls*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
        if (self.identity_.size() >= mostIdentity || self.key_.size() > mostKey) return 0;
        *std::ranges::copy(self.identity_, identity).out = '\0';
        std::ranges::copy(self.key_, key);
        return unsigned(self.key_.size());
    });
}

PlainTls::~PlainTls()
{
    SSL_CTX_free(ecdhe_);
    SSL_CTX_free(psk_);
}

SSL* PlainTls::connected(SSL_CTX* context, std::uint16_t port) const
{
    auto* socket = BIO_new_connect(("127.0.0.1:" + std::to_string(port)).c_str());
    auto* ssl = SSL_new(context);
    SSL_set_bio(ssl, socket, socket);
    if (BIO_do_connect(socket) == 1 && SSL_connect(ssl) == 1) return ssl;
    std::fprintf(stderr, "bench: no TLS connection to port %d\n", int(port));
    std::exit(1);
}

void PlainTls::handshake(std::uint16_t port) const { SSL_free(connected(ecdhe_, port)); }

void PlainTls::handshakeWithPsk(std::uint16_t port, const std::string& identity, std::vector<std::uint8_t> key)
{
    identity_ = identity;
    key_ = std::move(key);
    SSL_free(connected(psk_, port));
}

std::string PlainTls::get(std::uint16_t port, const std::string& path) const
{
    auto* ssl = connected(ecdhe_, port);
    const auto request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    SSL_write(ssl, request.data(), int(request.size()));
    std::string answer;
    char block[4096];
    for (int n; (n = SSL_read(ssl, block, sizeof block)) > 0;) answer.append(block, std::size_t(n));
    SSL_free(ssl);
    return answer;
}

} // namespace eidkern::bench
