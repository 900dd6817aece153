// What the client offers in a TLS handshake, and what it learnt from one. The judgement over these facts is the workflow's.
#pragma once
#include <QByteArray>
#include <QList>
#include <QSslConfiguration>
#include <QSslError>
#include <optional>
#include <string>

#include "core/web.h"

namespace eidkern::network
{

// The least that certificate keys and ephemeral keys must have, in bits.
inline constexpr int smallestRsaKey = 3000, smallestDsaKey = 3000, smallestDhKey = 3000, smallestEcKey = 250;

// Server: authenticated by its certificate, ECDHE and DHE. RsaPsk: the suites of TR-03124-1 4.5 alone.
enum class TlsOffer { Server, RsaPsk };

// TLS 1.2 only, our suites, groups and signature algorithms in our order, no trust store: the machine's CA files are never
// read, certificates are judged by hash. `resume`: a session to resume, or empty.
QSslConfiguration configuration(TlsOffer offer, const QByteArray& resume);

// Out of a finished handshake. Resumed: the server really took up the session that was asked for.
TlsFacts factsOf(const QSslConfiguration& done, const std::string& host, const QByteArray& resumeAsked, const QList<QSslError>& errors);

// RFC 2818: dNSName or iPAddress; the CN only where there is neither. Qt's own check also takes a CN beside a SAN.
bool hostMatches(ByteView certificateDer, const std::string& host);

// The alert inside Qt's error text, if the server sent one.
std::optional<int> alertIn(const QString& qtErrorText);

} // namespace eidkern::network
