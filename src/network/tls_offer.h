// What the client offers in a TLS handshake, and what it learnt from one. The judgement over these facts is the workflow's.
#pragma once
#include <QByteArray>
#include <QList>
#include <QSslConfiguration>
#include <QSslError>
#include <optional>
#include <string>

#include "network/client_profile.h"

namespace eidkern::network
{

// TLS 1.2 only, the offer's suites, groups and signature algorithms in its order, no trust store: the machine's CA files are
// never read, certificates are judged by hash. `resume`: a session to resume, or empty.
QSslConfiguration configuration(const ClientProfile::Offer& offer, const QByteArray& resume);

// Out of a finished handshake. Resumed: the server really took up the session that was asked for.
TlsFacts factsOf(const QSslConfiguration& done, const std::string& host, const QByteArray& resumeAsked, const QList<QSslError>& errors);

// The alert inside Qt's error text, if the server sent one.
std::optional<int> alertIn(const QString& qtErrorText);

} // namespace eidkern::network
