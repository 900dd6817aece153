#include "lab/lab_tls.h"

#include <algorithm>
#include <array>
#include <openssl/core_names.h>
#include <openssl/dh.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <sys/socket.h>

#include "core/hash.h"

namespace eidkern::lab
{

// The published MODP groups: a safe prime of one's own would take minutes.
static BIGNUM* dhPrime(int bits)
{
    switch (bits)
    {
        case 1024: return BN_get_rfc2409_prime_1024(nullptr);
        case 1536: return BN_get_rfc3526_prime_1536(nullptr);
        case 3072: return BN_get_rfc3526_prime_3072(nullptr);
        case 4096: return BN_get_rfc3526_prime_4096(nullptr);
        default: return BN_get_rfc3526_prime_2048(nullptr);
    }
}

static EVP_PKEY* dhGroup(int bits)
{
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> prime(dhPrime(bits), BN_free), generator(BN_new(), BN_free);
    BN_set_word(generator.get(), 2);
    const std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)> build(OSSL_PARAM_BLD_new(), OSSL_PARAM_BLD_free);
    OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_FFC_P, prime.get());
    OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_FFC_G, generator.get());
    const std::unique_ptr<OSSL_PARAM, decltype(&OSSL_PARAM_free)> parameters(OSSL_PARAM_BLD_to_param(build.get()), OSSL_PARAM_free);
    const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> maker(EVP_PKEY_CTX_new_from_name(nullptr, "DH", nullptr), EVP_PKEY_CTX_free);
    EVP_PKEY* group = nullptr;
    EVP_PKEY_fromdata_init(maker.get());
    EVP_PKEY_fromdata(maker.get(), &group, EVP_PKEY_KEY_PARAMETERS, parameters.get());
    return group;
}

static unsigned askPsk(SSL* ssl, const char* identity, unsigned char* out, unsigned most)
{
    const auto* context = static_cast<TlsContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    const auto key = context->profile.psk(identity);
    if (!key || key->size() > most) return 0; // alert unknown_psk_identity
    std::ranges::copy(key->view(), out);
    return unsigned(key->size());
}

TlsContext::TlsContext(TlsProfile p) : profile(std::move(p)), ctx(SSL_CTX_new(TLS_server_method()), SSL_CTX_free)
{
    auto* c = ctx.get();
    SSL_CTX_set_app_data(c, this);
    SSL_CTX_set_security_level(c, 0); // before the certificate
    SSL_CTX_set_min_proto_version(c, profile.minVersion);
    SSL_CTX_set_max_proto_version(c, profile.maxVersion);
    SSL_CTX_set_cipher_list(c, profile.ciphers.c_str());
    if (!profile.groups.empty()) SSL_CTX_set1_groups_list(c, profile.groups.c_str());
    SSL_CTX_use_certificate(c, profile.certificate.get());
    SSL_CTX_use_PrivateKey(c, profile.key.get());
    if (profile.dhBits) SSL_CTX_set0_tmp_dh_pkey(c, dhGroup(profile.dhBits));
    SSL_CTX_set_options(c, SSL_OP_CIPHER_SERVER_PREFERENCE | (profile.tickets ? 0 : SSL_OP_NO_TICKET));
    SSL_CTX_set_session_cache_mode(c, profile.sessionIds ? SSL_SESS_CACHE_SERVER : SSL_SESS_CACHE_OFF);
    SSL_CTX_set_session_id_context(c, reinterpret_cast<const unsigned char*>("lab"), 3);
    const bool psk = profile.psk && profile.maxVersion <= TLS1_2_VERSION; // TLS 1.3 would offer it every ticket as an identity
    if (psk) SSL_CTX_set_psk_server_callback(c, askPsk);
}

TlsConnection::TlsConnection(QTcpSocket* socket, std::shared_ptr<TlsContext> context, QObject* parent)
    : QObject(parent), context_(std::move(context)), socket_(socket), ssl_(SSL_new(context_->ctx.get()), SSL_free)
{
    socket_->setParent(this);
    socket_->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(ssl_.get());
    connect(socket_, &QTcpSocket::readyRead, this, &TlsConnection::feed);
    connect(socket_, &QTcpSocket::disconnected, this, [this] { end("eof"); });
    feed();
}

TlsConnection::~TlsConnection() { socket_->disconnect(this); }

std::string TlsConnection::identity() const
{
    const char* text = SSL_get_psk_identity(ssl_.get());
    return text ? text : "";
}

// Tickets leave no common session id: the master secret is what a TLS 1.2 session and its resumption share.
std::string TlsConnection::session() const
{
    std::array<std::uint8_t, SSL_MAX_MASTER_KEY_LENGTH> secret{};
    const auto size = SSL_SESSION_get_master_key(SSL_get0_session(ssl_.get()), secret.data(), secret.size());
    auto name = toHex(hash(HashAlgorithm::Sha256, ByteView(secret.data(), size)));
    OPENSSL_cleanse(secret.data(), secret.size());
    return name;
}

void TlsConnection::feed()
{
    const QByteArray wire = socket_->readAll();
    if (wire.isEmpty() || over_) return;
    if (clientHello_.isEmpty()) clientHello_ = wire;
    BIO_write(SSL_get_rbio(ssl_.get()), wire.constData(), int(wire.size()));
    if (!done_ && !handshake()) return;
    while (!over_)
    {
        char block[16384];
        ERR_clear_error();
        const int n = SSL_read(ssl_.get(), block, sizeof block);
        flush();
        if (n <= 0) return fail(SSL_get_error(ssl_.get(), n));
        emit received(QByteArray(block, n));
    }
}

bool TlsConnection::handshake() // true: done, and the connection goes on
{
    switch (context_->profile.fault)
    {
        case TlsFault::StallInHandshake: return false;
        case TlsFault::AlertInHandshake: alert(SSL_AD_HANDSHAKE_FAILURE); return false;
        case TlsFault::CloseInHandshake:
            over_ = true;
            socket_->disconnectFromHost();
            return false;
        case TlsFault::ResetInHandshake: reset(); return false;
        default: break;
    }
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    flush();
    if (result != 1)
    {
        fail(SSL_get_error(ssl_.get(), result));
        return false;
    }
    done_ = true;
    if (context_->profile.fault == TlsFault::CloseAfterHandshake) close();
    else if (context_->profile.fault == TlsFault::ResetAfterHandshake) reset();
    else emit established();
    return !over_;
}

void TlsConnection::flush()
{
    char block[16384];
    for (int n; (n = BIO_read(SSL_get_wbio(ssl_.get()), block, sizeof block)) > 0;) socket_->write(block, n);
}

void TlsConnection::fail(int error)
{
    if (error == SSL_ERROR_WANT_READ) return;
    end(error == SSL_ERROR_ZERO_RETURN ? QByteArray("close_notify") : QByteArray(ERR_reason_error_string(ERR_peek_error())));
    socket_->disconnectFromHost();
}

void TlsConnection::end(const QByteArray& reason)
{
    if (std::exchange(over_, true)) return;
    emit closed(reason);
}

void TlsConnection::write(const QByteArray& plain)
{
    if (over_ || plain.isEmpty()) return;
    SSL_write(ssl_.get(), plain.constData(), int(plain.size()));
    flush();
}

void TlsConnection::close()
{
    over_ = true;
    if (!context_->profile.closeNotify) SSL_set_quiet_shutdown(ssl_.get(), 1);
    SSL_shutdown(ssl_.get()); // quiet, too: else the session could not be resumed
    flush();
    socket_->disconnectFromHost();
}

void TlsConnection::reset()
{
    over_ = true;
    const linger off{1, 0};
    ::setsockopt(int(socket_->socketDescriptor()), SOL_SOCKET, SO_LINGER, &off, sizeof off);
    socket_->abort();
}

void TlsConnection::renegotiate()
{
    SSL_renegotiate(ssl_.get());
    SSL_do_handshake(ssl_.get());
    flush();
}

void TlsConnection::alert(quint8 description)
{
    over_ = true;
    const char record[] = {0x15, 0x03, 0x03, 0x00, 0x02, 0x02, char(description)};
    socket_->write(record, sizeof record);
    socket_->disconnectFromHost();
}

} // namespace eidkern::lab
