#include "network/tls_offer.h"

#include <QHostAddress>
#include <QMetaEnum>
#include <QRegularExpression>
#include <QSslCipher>
#include <QSslEllipticCurve>
#include <QSslKey>
#include <QSslSocket>
#include <algorithm>
#include <array>
#include <memory>
#include <openssl/x509v3.h>

namespace eidkern::network
{

// As a name, because people and logs shall read it. UnspecifiedError is what short keys give: they are judged by their size.
static constexpr std::array fatal{
    QSslError::CertificateSignatureFailed, QSslError::CertificateNotYetValid, QSslError::CertificateExpired,    QSslError::InvalidNotBeforeField,
    QSslError::InvalidNotAfterField,       QSslError::CertificateRevoked,     QSslError::InvalidCaCertificate,  QSslError::CertificateRejected,
    QSslError::SubjectIssuerMismatch,      QSslError::NoSslSupport,           QSslError::CertificateBlacklisted};

QSslConfiguration configuration(const ClientProfile::Offer& offer, const QByteArray& resume)
{
    QList<QSslCipher> suites;
    for (const auto& name : offer.suites) suites << QSslCipher(QString::fromStdString(name));
    QList<QSslEllipticCurve> curves;
    for (const auto& name : offer.groups) curves << QSslEllipticCurve::fromShortName(QString::fromStdString(name));
    QByteArray signatures;
    for (const auto& name : offer.signatures) signatures.append(signatures.isEmpty() ? "" : ":").append(name.c_str());

    QSslConfiguration c;
    c.setCaCertificates({}); // also ends the search through the system's CA directories
    c.setProtocol(QSsl::TlsV1_2);
    c.setCiphers(suites);
    c.setEllipticCurves(curves);
    c.setBackendConfigurationOption("SignatureAlgorithms", signatures);
    c.setOcspStaplingEnabled(offer.ocspStapling);
    c.setPeerVerifyMode(QSslSocket::VerifyPeer); // the errors are collected, see factsOf()
    c.setSslOption(QSsl::SslOptionDisableSessionPersistence, false); // else there is never a session to resume
    if (!resume.isEmpty()) c.setSessionTicket(resume);
    return c;
}

static KeyKind kindOf(const QSslKey& key)
{
    if (key.isNull()) return KeyKind::None;
    switch (key.algorithm())
    {
        case QSsl::Rsa: return KeyKind::Rsa;
        case QSsl::Dsa: return KeyKind::Dsa;
        case QSsl::Dh: return KeyKind::Dh;
        case QSsl::Ec: return KeyKind::Ec;
        default: return KeyKind::Other;
    }
}

static std::string nameOf(QSslError::SslError error) { return QMetaEnum::fromType<QSslError::SslError>().valueToKey(error); }

// RFC 2818: dNSName or iPAddress; the CN only where there is neither. Qt's own check also takes a CN beside a SAN.
static bool hostMatches(const QSslCertificate& certificate, const std::string& host)
{
    auto* x509 = static_cast<X509*>(certificate.handle()); // Qt's own: reading the DER again would cost more than all other checks
    if (!x509 || host.empty()) return false;
    if (!QHostAddress(QString::fromStdString(host)).isNull()) return X509_check_ip_asc(x509, host.c_str(), 0) == 1;
    return X509_check_host(x509, host.data(), host.size(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, nullptr) == 1;
}

TlsFacts factsOf(const QSslConfiguration& done, const std::string& host, const QByteArray& resumeAsked, const QList<QSslError>& errors)
{
    TlsFacts facts;
    const auto certificate = done.peerCertificate();
    const auto der = certificate.toDer();
    facts.certificate.assign(der.begin(), der.end());
    facts.certificateKey = kindOf(certificate.publicKey());
    facts.certificateBits = std::max(0, certificate.publicKey().length());
    facts.cipher = done.sessionCipher().name().toStdString();
    facts.resumed = !resumeAsked.isEmpty() && done.sessionTicket() == resumeAsked;
    if (!facts.resumed) facts.ephemeralKey = kindOf(done.ephemeralServerKey());
    if (facts.ephemeralKey != KeyKind::None) facts.ephemeralBits = std::max(0, done.ephemeralServerKey().length());
    facts.hostMatches = hostMatches(certificate, host);
    for (const auto& error : errors)
        if (std::ranges::find(fatal, error.error()) != fatal.end()) facts.fatalErrors.push_back(nameOf(error.error()));
    return facts;
}

std::optional<int> alertIn(const QString& qtErrorText)
{
    static const QRegularExpression code(QStringLiteral("error:0A000([0-9A-F]{3}):"));
    const auto match = code.match(qtErrorText);
    const int alert = match.hasMatch() ? match.captured(1).toInt(nullptr, 16) - 1000 : -1; // SSL_AD_REASON_OFFSET
    return alert >= 0 && alert < 256 ? std::optional(alert) : std::nullopt;
}

} // namespace eidkern::network
