// A TLS client that is nothing but OpenSSL on a blocking socket: the floor for a handshake with the lab.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <openssl/ssl.h>

namespace eidkern::bench
{

class PlainTls
{
public:
    PlainTls();
    ~PlainTls();
    PlainTls(const PlainTls&) = delete;

    void handshake(std::uint16_t port) const; // ECDHE-ECDSA with the eService, as the default profile offers it
    void handshakeWithPsk(std::uint16_t port, const std::string& identity, std::vector<std::uint8_t> key); // RSA-PSK
    std::string get(std::uint16_t port, const std::string& path) const; // what the server answers, until it closes

private:
    SSL* connected(SSL_CTX* context, std::uint16_t port) const;
    SSL_CTX *ecdhe_, *psk_;
    std::string identity_;
    std::vector<std::uint8_t> key_;
};

} // namespace eidkern::bench
